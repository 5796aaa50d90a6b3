"""Official areas over HTTP: names, boundaries and their tiles; the basemap by ranges."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from starlette.testclient import TestClient

from data import DATA, needs_data
from noroshi.channels.tiling.areas import Areas
from noroshi.channels.tiling.boundaries import Boundaries
from noroshi.engine.node import Node
from noroshi.formats import Limits
from noroshi.formats.boundaries import Place, combine
from noroshi.formats.boundaries.reader import read_places
from noroshi.web.app import application
from test_tiles import address, decoded


def square(x: float, y: float, side: float = 1.0) -> bytes:
    return bytes(shapely.to_wkb(shapely.box(x, y, x + side, y + side), byte_order=1))


def town(code: int, name: str, kana: str, x: float | None, *parents: str) -> Place:
    geometry = None if x is None else square(x, 36)
    return Place(f"city:{code}00", name, "municipality", kana, parents, geometry)


NOTO, KAGA = "jma.forecast:170020", "jma.forecast:170010"
PLACES = [
    town(17201, "金沢市", "かなざわし", 136, KAGA, "pref:17"),
    town(17202, "七尾市", "ななおし", 137, NOTO, "pref:17"),
    town(17204, "輪島市", "わじまし", 138, NOTO, "pref:17"),
    town(17205, "珠洲市", "すずし", None, NOTO, "pref:17"),
    Place(NOTO, "能登", "primary", "のと"),
    Place(KAGA, "加賀", "primary", "かが"),
    Place("jma.forecast:160010", "東部", "primary"),
    # A city in two parts, both in one forecast area; and one that is divided between two.
    town(46215, "薩摩川内市", "さつませんだいし", 140, "pref:46"),
    Place("city:4621501", "薩摩川内市本土", "part", "", ("city:4621500", "jma.forecast:460010")),
    Place("city:4621502", "薩摩川内市甑島", "part", "", ("city:4621500", "jma.forecast:460010",
                                                "jma.forecast:460014")),
    Place("jma.forecast:460010", "薩摩地方", "primary"),
    Place("jma.forecast:460014", "甑島", "matome"),
    # A designated city whose own boundary and whose wards are known.
    Place("city:0110000", "札幌市", "municipality", "さっぽろし", ("pref:01",),
          shapely.to_wkb(shapely.box(150, 36, 152, 37), byte_order=1)),
    Place("city:0110100", "中央区", "ward", "", ("city:0110000", "pref:01"), square(150, 36)),
    Place("city:0110200", "北区", "ward", "", ("city:0110000", "pref:01"), square(151, 36)),
]  # fmt: skip


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = Node(tmp_path)
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture
def client(node: Node) -> TestClient:
    return TestClient(application(node))


@pytest.fixture
def filled(node: Node) -> TestClient:
    node.store.put_places(PLACES)
    return TestClient(application(node))


def found(client: TestClient, query: str) -> list[str]:
    answer = client.get(f"/places?{query}")
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["places"]]


def tile(client: TestClient, query: str = "", z: int = 5, x: float = 137.5) -> dict[str, Any]:
    column, row = address(z, x, 36.5)
    answer = client.get(f"/places/tiles/WebMercatorQuad/{z}/{row}/{column}{query}")
    assert answer.status_code == 200, answer.text
    return {one["properties"]["area"]: one for one in decoded(answer.content)}


def test_areas_are_found_by_name_reading_and_code(filled: TestClient) -> None:
    assert found(filled, "q=七尾") == ["七尾市"]
    assert found(filled, "q=ナナオ") == found(filled, "q=ﾅﾅｵ") == ["七尾市"]
    assert found(filled, "q=17202") == found(filled, "q=１７２０２") == ["七尾市"]
    assert found(filled, "q=わじま&scheme=jma.forecast") == []
    assert found(filled, "q=薩摩川内市")[0] == "薩摩川内市"
    assert found(filled, f"parent={NOTO}") == ["七尾市", "輪島市", "珠洲市"]
    answer = filled.get("/places?parent=pref:17&limit=2").json()
    assert (answer["numberMatched"], answer["numberReturned"]) == (4, 2)
    assert filled.get("/places?scheme=village").status_code == 400
    assert filled.get("/places?limit=0").status_code == 400


def test_a_boundary_says_how_it_was_made(filled: TestClient) -> None:
    own = filled.get("/places/city:1720200").json()
    assert own["properties"]["made"] == "own"
    assert own["bbox"] == [137, 36, 138, 37]
    assert filled.get("/places/17202").json()["id"] == "city:1720200"
    noto = filled.get(f"/places/{NOTO}?lang=en").json()
    assert noto["bbox"] == [137, 36, 139, 37]
    assert noto["geometry"]["type"] == "Polygon"
    said = noto["properties"]
    assert (said["made"], said["made_text"]) == ("union", "put together from 2 areas")
    assert said["made_of"] == ["city:1720200", "city:1720400"]
    # What is not known is not passed over: 珠洲市 has no boundary.
    assert said["missing"] == ["city:1720500"]
    derived = filled.get("/places/17").json()
    assert derived["bbox"] == [136, 36, 139, 37]
    assert derived["properties"]["level"] == "prefecture"
    # Both parts of 薩摩川内市 lie in 薩摩地方, only one in 甑島.
    assert filled.get("/places/jma.forecast:460010").json()["bbox"] == [140, 36, 141, 37]
    part = filled.get("/places/jma.forecast:460014").json()
    assert part["geometry"] is None
    assert part["properties"]["missing"] == ["city:4621502"]
    assert filled.get("/places/city:9999900").status_code == 404
    assert filled.get("/places/nonsense").status_code == 404


def test_tiles_of_each_scheme(filled: TestClient) -> None:
    cities = tile(filled)
    assert set(cities) >= {"city:1720100", "city:1720200", "city:1720400"}
    assert cities["city:1720200"]["properties"] == {
        "area": "city:1720200", "name": "七尾市", "level": "municipality",
    }  # fmt: skip
    forecast = tile(filled, "?scheme=jma.forecast")
    assert forecast[NOTO]["properties"]["partial"] is True
    assert "partial" not in forecast[KAGA]["properties"]
    assert set(tile(filled, "?scheme=jma.forecast&level=matome")) == set()
    assert set(tile(filled, "?scheme=pref", 3)) >= {"pref:17", "pref:46"}
    wards = tile(filled, x=151.0)
    assert set(wards) == {"city:0110000", "city:0110100", "city:0110200"}
    assert set(tile(filled, "?level=ward", x=151.0)) == {"city:0110100", "city:0110200"}
    sets = filled.get("/places/tiles").json()
    assert sets["schemes"] == {"city": 7, "pref": 3, "jma.forecast": 3}
    template = filled.get("/places/tiles/WebMercatorQuad?f=tilejson&scheme=pref").json()
    assert template["tiles"][0].endswith("/places/tiles/WebMercatorQuad/{z}/{y}/{x}?scheme=pref")
    assert filled.get("/places/tiles/WebMercatorQuad/0/0/1").status_code == 404
    assert filled.get("/places/tiles/WebMercatorQuad/0/0/0?scheme=x").status_code == 400


def test_without_places_the_page_is_told_what_to_do(client: TestClient) -> None:
    assert client.get("/places").json()["places"] == []
    assert "noroshi places import" in client.get("/places").json()["hint"]
    assert client.get("/places/tiles").json()["schemes"] == {}
    answer = client.get("/places/tiles/WebMercatorQuad/0/0/0")
    assert answer.status_code == 404
    assert "noroshi places import" in answer.json()["detail"]


def test_what_is_imported_while_it_runs_is_seen(node: Node, client: TestClient) -> None:
    assert client.get("/places").json()["places"] == []
    node.store.put_places(PLACES[:2])
    for _ in range(100):
        if client.get("/places").json()["places"]:
            break
        time.sleep(0.05)
    assert found(client, "") == ["金沢市", "七尾市"]


@needs_data("places")
def test_real_neighbours_neither_gape_nor_overlap_at_any_zoom() -> None:
    data = (DATA / "places" / "municipalities.topojson").read_bytes()
    places = combine(read_places(data, Limits(), {}).places)
    boundaries = Boundaries(Areas(places))
    for z in (4, 6, 8):
        x, y = address(z, 137.0, 36.2)  # inland, so that the land has no holes of its own
        tiles = {
            one["properties"]["area"]: one
            for one in decoded(boundaries.tile("city", None, z, x, y).tile.data)
        }
        leaves = {one.area for one in boundaries.areas.leaves}
        shapes = {
            area: shapely.make_valid(shapely.geometry.shape(one["geometry"]))
            for area, one in tiles.items() if area in leaves
        }  # fmt: skip
        assert len(shapes) > 10
        tree = shapely.STRtree([*shapes.values()])
        ones, others = tree.query([*shapes.values()], predicate="intersects")
        shared = sum(
            [*shapes.values()][a].intersection([*shapes.values()][b]).area
            for a, b in zip(ones, others, strict=True) if a < b
        )  # fmt: skip
        whole = shapely.union_all([*shapes.values()])
        assert shared < 0.001 * whole.area
        exact = shapely.union_all(
            shapely.from_wkb([one.geometry for one in boundaries.areas.leaves
                              if one.area in shapes])
        )  # fmt: skip
        # Gaps between neighbours would be holes that the land does not have.
        gaps = sum(
            shapely.Polygon(ring).area for part in shapely.get_parts(whole)
            for ring in part.interiors
        )  # fmt: skip
        lakes = sum(
            len(part.interiors) for part in shapely.get_parts(exact) if part.geom_type == "Polygon"
        )
        assert gaps < 0.004 * whole.area, (z, gaps / whole.area, lakes)
        sizes = shapely.get_num_coordinates([*shapes.values()]).sum()
        assert sizes < 60_000


@needs_data("places", "jma_xml")
def test_real_forecast_areas_have_the_lines_of_their_municipalities() -> None:
    limits = Limits()
    found: list[Place] = []
    for path in [DATA / "places" / "municipalities.topojson",
                 *sorted((DATA / "jma_xml" / "area_codes").glob("*.csv"))]:  # fmt: skip
        found += read_places(path.read_bytes(), limits, {}).places
    areas = Areas(combine(found))
    boundaries = Boundaries(areas)
    noto = areas.place("jma.forecast:170020")
    assert areas.made(noto).how == "union"
    assert areas.made(noto).missing == ()
    x, y = address(7, 136.9, 37.1)
    drawn = decoded(boundaries.tile("jma.forecast", "primary", 7, x, y).tile.data)
    (one,) = [one for one in drawn if one["properties"]["area"] == noto.area]
    assert one["properties"]["name"] == "能登"
    cities = {
        one["properties"]["area"]: shapely.geometry.shape(one["geometry"])
        for one in decoded(boundaries.tile("city", None, 7, x, y).tile.data)
    }
    union = shapely.union_all([cities[area] for area in areas.made(noto).of if area in cities])
    shape = shapely.geometry.shape(one["geometry"])
    assert shape.symmetric_difference(union).area < 0.01 * shape.area


# --- the basemap ---------------------------------------------------------------------------------


def test_the_basemap_is_read_by_ranges(node: Node, client: TestClient) -> None:
    missing = client.get("/basemap.pmtiles")
    assert missing.status_code == 404
    assert "basemap.pmtiles" in missing.json()["detail"]
    data = b"PMTiles\x03" + bytes(itertools.islice(itertools.cycle(range(256)), 5000))
    (node.home / "basemap.pmtiles").write_bytes(data)
    whole = client.get("/basemap.pmtiles")
    assert whole.content == data
    assert whole.headers["accept-ranges"] == "bytes"
    tag = whole.headers["etag"]
    head = client.head("/basemap.pmtiles")
    assert head.headers["content-length"] == str(len(data))
    part = client.get("/basemap.pmtiles", headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == data[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(data)}"
    end = client.get("/basemap.pmtiles", headers={"range": "bytes=-8"})
    assert end.content == data[-8:]
    past = client.get("/basemap.pmtiles", headers={"range": "bytes=999999-"})
    assert past.status_code == 416
    assert past.headers["content-range"] in (f"bytes */{len(data)}", f"*/{len(data)}")
    same = client.get("/basemap.pmtiles", headers={"range": "bytes=0-6", "if-range": tag})
    assert same.status_code == 206
    # A file that was replaced is not put together from pieces of two.
    other = client.get("/basemap.pmtiles", headers={"range": "bytes=0-6", "if-range": '"other"'})
    assert other.status_code == 200
    assert other.content == data
    assert client.get("/basemap.pmtiles", headers={"if-none-match": tag}).status_code == 304
    (node.home / "basemap.pmtiles").write_bytes(b"<html>" + data)
    assert client.get("/basemap.pmtiles").status_code == 404
