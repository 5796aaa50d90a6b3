"""Official places: N03 in its three formats, JMA's codes, and where a point lies."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import DATA, cases, needs_data
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Limits
from noroshi.formats.boundaries import Place, Places, combine
from noroshi.formats.boundaries.lookup import Municipalities
from noroshi.formats.boundaries.reader import read_places
from noroshi.formats.boundaries.topojson import read_topojson

MUNICIPALITIES = DATA / "places" / "municipalities.topojson"
PREFECTURES = DATA / "places" / "prefectures.topojson"
CODES = DATA / "jma_xml" / "area_codes"
needs_places = needs_data("places")


@cache
def raw() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MUNICIPALITIES.read_bytes())
    return found


@cache
def japan() -> Places:
    return read_places(MUNICIPALITIES.read_bytes())


def by_area(places: Places) -> dict[str, Place]:
    found = {one.area: one for one in places.places}
    assert len(found) == len(places.places)
    return found


# --- N03 as TopoJSON ---------------------------------------------------------------------------


@needs_places
def test_every_municipality_is_one_place_and_land_of_none_is_said() -> None:
    features = raw()["objects"]["N03-21_210101"]["geometries"]
    codes = Counter(one["properties"]["N03_007"] for one in features)
    assert (len(features), codes.pop(None)) == (1906, 4)
    places = by_area(japan())
    own = {area: one for area, one in places.items() if one.level in ("municipality", "ward")}
    assert set(own) == {f"city:{code}00" for code in codes}
    assert len(own) == 1902
    names = {one["properties"]["N03_007"]: one["properties"]["N03_004"] for one in features}
    assert all(one.name == names[area[5:10]] for area, one in own.items())
    assert [one.where for one in japan().faults] == ["千葉県", "東京都", "愛知県", "沖縄県"]
    assert all(shapely.from_wkb(one.geometry).is_valid for one in places.values())


@needs_places
def test_wards_lie_in_their_city_and_villages_of_the_north_are_places() -> None:
    places = by_area(japan())
    assert places["city:1413100"].parents == ("city:1413000", "pref:14")
    assert places["city:1413000"].name == "川崎市"
    assert places["city:1310100"].parents == ("pref:13",)  # 千代田区 is a municipality
    cities = {one.area for one in places.values() if one.level == "designated_city"}
    assert len(cities) == 20
    assert {one.parents[0] for one in places.values() if one.level == "ward"} == cities
    northern = [places[f"city:0{code}00"].name for code in range(1695, 1701)]
    assert northern == ["色丹村", "泊村", "留夜別村", "留別村", "紗那村", "蘂取村"]


def outline(feature: dict[str, Any], topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """A feature's rings, by the specification's prose, one number at a time."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    parts = feature["arcs"] if feature["type"] == "MultiPolygon" else [feature["arcs"]]
    rings = []
    for ring in (ring for part in parts for ring in part):
        line: list[tuple[float, float]] = []
        for index in ring:
            x = y = 0
            arc = []
            for dx, dy in topology["arcs"][index if index >= 0 else -index - 1]:
                x, y = x + dx, y + dy
                arc.append((x * sx + tx, y * sy + ty))
            arc = arc if index >= 0 else arc[::-1]
            line += arc[1:] if line else arc
        rings.append(line)
    return rings


@needs_places
@pytest.mark.parametrize("code", ["17202", "01101", "32528", "47382"])
def test_outlines_are_what_the_arcs_say(code: str) -> None:
    features = raw()["objects"]["N03-21_210101"]["geometries"]
    [feature] = [one for one in features if one["properties"]["N03_007"] == code]
    geometry = shapely.from_wkb(by_area(japan())[f"city:{code}00"].geometry)
    parts = shapely.get_parts([geometry])
    found = [list(ring.coords) for part in parts for ring in (part.exterior, *part.interiors)]
    expected = outline(feature, raw())
    assert len(found) == len(expected)
    for ring, other in zip(found, expected, strict=True):
        assert np.allclose(ring, other, atol=1e-12, rtol=0)


@needs_places
def test_prefectures_are_the_union_of_what_is_theirs() -> None:
    places = by_area(japan())
    names = {one.name: area for area, one in places.items() if one.level == "prefecture"}
    assert sorted(names.values()) == [f"pref:{number:02d}" for number in range(1, 48)]
    published = by_area(read_places(PREFECTURES.read_bytes(), prefectures=names))
    assert set(published) == set(names.values())
    for area, one in published.items():
        ours, theirs = (shapely.from_wkb(it.geometry) for it in (places[area], one))
        assert shapely.symmetric_difference(ours, theirs).area < 1e-3 * theirs.area


@needs_places
def test_prefectures_without_codes_are_refused_one_by_one() -> None:
    found = read_places(PREFECTURES.read_bytes())
    assert found.places == []
    assert len(found.faults) == 47
    assert "import the boundaries of municipalities first" in found.faults[0].remedy


# --- the same as GeoJSON and Shapefile ---------------------------------------------------------


@cache
def sample() -> list[tuple[dict[str, Any], Any]]:
    """Ishikawa and Kawasaki, as MLIT publishes them: one feature for each polygon."""
    shapes = read_topojson(MUNICIPALITIES.read_bytes(), Limits())
    return [
        (properties, part)
        for properties, geometry in shapes
        if properties["N03_001"] == "石川県" or properties["N03_003"] == "川崎市"
        for part in shapely.get_parts([geometry])
    ]


def geojson(shapes: list[tuple[dict[str, Any], Any]]) -> bytes:
    features = [
        {"type": "Feature", "properties": own, "geometry": json.loads(shapely.to_geojson(part))}
        for own, part in shapes
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


def shapefile(folder: Path, encoding: str = "CP932", crs: str = "EPSG:6668") -> dict[str, bytes]:
    fields = ["N03_001", "N03_002", "N03_003", "N03_004", "N03_007"]
    columns = [np.array([own[name] or "" for own, _ in sample()], dtype=object) for name in fields]
    pyogrio.raw.write(
        folder / "N03.shp",
        geometry=shapely.to_wkb([part for _, part in sample()]),
        field_data=columns,
        fields=fields,
        geometry_type="Polygon",
        crs=crs,
        encoding=encoding,
    )
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.stem == "N03"}


def zipped(contents: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return packed.getvalue()


def same(found: Places, expected: Places) -> None:
    ours, theirs = by_area(found), by_area(expected)
    assert set(ours) == set(theirs)
    for area, one in ours.items():
        other = theirs[area]
        assert (one.name, one.level, one.parents) == (other.name, other.level, other.parents)
        first, second = shapely.from_wkb(one.geometry), shapely.from_wkb(other.geometry)
        assert first.normalize().equals_exact(second.normalize(), 1e-9)


@needs_places
@pytest.mark.parametrize("encoding", ["CP932", "UTF-8"])
@pytest.mark.parametrize("says_encoding", [True, False])
def test_geojson_and_shapefile_give_the_same_places(
    tmp_path: Path, encoding: str, says_encoding: bool
) -> None:
    from_geojson = read_places(geojson(sample()))
    assert len(from_geojson.places) == 19 + 7 + 1 + 2
    japan_places = by_area(japan())
    assert {one.area for one in from_geojson.places} <= set(japan_places)
    contents = shapefile(tmp_path, encoding)
    if not says_encoding:
        contents.pop("N03.cpg")
    packed = {f"N03-20210101_GML/{name}": content for name, content in contents.items()}
    packed |= {"N03-20210101_GML/KS-META.xml": b"<a/>", "../escape.geojson": b"{}"}
    same(read_places(zipped(packed)), from_geojson)


@needs_places
def test_a_shapefile_in_metres_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMessage, match="not longitude and latitude"):
        read_places(zipped(shapefile(tmp_path, crs="EPSG:6675")))


@needs_places
def test_an_archive_that_is_no_one_shapefile_is_refused(tmp_path: Path) -> None:
    contents = shapefile(tmp_path)
    twice = contents | {f"b/{name}": content for name, content in contents.items()}
    for wrong, what in (
        ({"a.txt": b"a"}, "0 Shapefiles"),
        (twice, "2 Shapefiles"),
        (contents | {"N03.shp": b"x" * 200}, "not a Shapefile"),
    ):
        with pytest.raises(UnreadableMessage, match=what):
            read_places(zipped(wrong))
    with pytest.raises(LimitExceeded, match="expands beyond"):
        read_places(zipped(contents | {"N03.dbf": bytes(10_000_000)}))
    with pytest.raises(LimitExceeded, match="members"):
        read_places(zipped(contents), Limits(members=2))


@needs_places
def test_the_layout_of_2024_has_its_wards_in_a_column_of_their_own() -> None:
    old = [
        one for one in sample() if one[0]["N03_003"] == "川崎市" or one[0]["N03_004"] == "七尾市"
    ]
    new = []
    for own, part in old:
        ward = own["N03_003"] == "川崎市"
        names = (None, "川崎市", own["N03_004"]) if ward else (None, own["N03_004"], None)
        changed = dict(zip(("N03_003", "N03_004", "N03_005"), names, strict=True))
        new.append((own | changed, part))
    same(read_places(geojson(new)), read_places(geojson(old)))


def test_a_file_that_is_not_n03_is_refused() -> None:
    square = shapely.box(0, 0, 1, 1)
    with pytest.raises(UnreadableMessage, match="N03_001"):
        read_places(geojson([({"name": "a"}, square)]))
    found = read_places(geojson([({"N03_001": "甲", "N03_004": "乙", "N03_007": "1720"}, square)]))
    assert [one.where for one in found.faults] == ["feature 0"]


# --- JMA area codes ----------------------------------------------------------------------------


@needs_data("jma_xml/area_codes")
def test_every_row_of_jmas_table_is_a_chain_of_places() -> None:
    data = (CODES / "jmacode.csv").read_bytes()
    found = read_places(data)
    places = by_area(found)
    assert found.faults == []
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1:]
    assert len(rows) == 1788
    for row in rows:
        one = places[f"city:{row[0]}"]
        assert (one.name, one.kana) == (row[1], row[2])
        chain = list(dict.fromkeys(f"jma.forecast:{row[column]}" for column in (3, 6, 9)))
        whole = [] if row[0].endswith("00") else [f"city:{row[0][:5]}00"]
        assert list(one.parents) == [*whole, *chain, f"pref:{row[0][:2]}"]
    codes = {row[column] for row in rows for column in (3, 6, 9)}
    assert {area for area in places if area.startswith("jma")} == {
        f"jma.forecast:{code}" for code in codes
    }
    assert places["jma.forecast:016010"].level == "region"
    assert places["city:1720200"].parents[0] == "jma.forecast:170022"


@needs_data("jma_xml/area_codes")
@pytest.mark.parametrize(
    ("name", "count"),
    [("citycode", 1788), ("matomeareacode", 375), ("firstareacode", 142), ("prefcode", 64)],
)
def test_the_single_level_tables_are_read(name: str, count: int) -> None:
    found = read_places((CODES / f"{name}.csv").read_bytes())
    assert (len(found.places), found.faults) == (count, [])


@needs_data("places", "jma_xml/area_codes")
def test_boundaries_and_codes_complete_each_other() -> None:
    codes = read_places((CODES / "jmacode.csv").read_bytes()).places
    both = {one.area: one for one in combine([*japan().places, *codes])}
    nanao = both["city:1720200"]
    assert (nanao.name, nanao.kana, nanao.level) == ("七尾市", "ななおし", "municipality")
    assert nanao.geometry is not None
    assert nanao.parents[0] == "pref:17"
    assert nanao.parents[1:] == (
        "jma.forecast:170022",
        "jma.forecast:170020",
        "jma.forecast:170000",
    )
    sapporo = both["city:0110000"]
    assert (sapporo.level, sapporo.kana) == ("designated_city", "さっぽろし")
    # Every municipality JMA warns for has a boundary, whole or through the parts JMA divides.
    bounded = {one.area for one in japan().places}
    assert {f"{one.area[:10]}00" for one in codes if one.area.startswith("city:")} <= bounded


def test_a_wrong_row_of_codes_is_said() -> None:
    data = "citycode,cityname,cityname_kn\n1720200,七尾市,ななおし\nx,y,z\n17202,,\n".encode()
    found = read_places(data)
    assert [one.area for one in found.places] == ["city:1720200"]
    assert [one.where for one in found.faults] == ["line 3", "line 4"]


# --- where a point lies ------------------------------------------------------------------------


@needs_places
def test_a_point_inside_each_municipality_is_found_there() -> None:
    lookup = Municipalities(japan().places)
    assert len(lookup) == 1902
    for one in japan().places:
        if one.level in ("municipality", "ward"):
            inside = shapely.from_wkb(one.geometry).representative_point()
            assert lookup.municipality(inside.x, inside.y) == one.area


@needs_places
def test_the_sea_and_nowhere_are_in_no_municipality() -> None:
    lookup = Municipalities(japan().places)
    for longitude, latitude in ((150.0, 30.0), (0.0, 0.0), (float("nan"), 1.0), (1e300, 1.0)):
        assert lookup.municipality(longitude, latitude) is None
    assert Municipalities([]).municipality(137, 37) is None


def test_a_point_on_the_border_has_one_answer() -> None:
    halves = [
        Place(area, "", "municipality", geometry=shapely.to_wkb(shapely.box(west, 0, west + 1, 1)))
        for area, west in (("city:0200000", 0), ("city:0100000", 1))
    ]
    assert Municipalities(halves).municipality(1, 0.5) == "city:0100000"


@needs_data("places", "shelters/gsi_20251027.tar.gz")
def test_real_shelters_lie_where_they_say() -> None:
    lookup = Municipalities(japan().places)
    inside = outside = 0
    with tarfile.open(DATA / "shelters" / "gsi_20251027.tar.gz") as archive:
        names = [one for one in archive.getnames() if "/emergency/17" in one]
        assert len(names) > 15
        for name in names:
            opened = archive.extractfile(name)
            assert opened is not None
            for one in json.load(opened).get("features", []):
                area = lookup.municipality(*one["geometry"]["coordinates"])
                if area == f"city:{one['properties']['共通ID'][1:6]}00":
                    inside += 1
                else:
                    outside += 1
    # The outlines are simplified to about 10 m, and a pier stands outside them.
    assert inside > 1500
    assert outside < 0.01 * inside


# --- limits and noise --------------------------------------------------------------------------

TOPOLOGY: dict[str, Any] = {
    "type": "Topology",
    "transform": {"scale": [0.1, 0.1], "translate": [130, 30]},
    "arcs": [[[0, 0], [10, 0], [0, 10]], [[10, 10], [-10, -10]]],
    "objects": {
        "a": {
            "type": "GeometryCollection",
            "geometries": [
                {
                    "type": "Polygon",
                    "arcs": [[0, 1]],
                    "properties": {"N03_001": "甲県", "N03_004": "乙町", "N03_007": "17300"},
                },
                {"type": "Point", "coordinates": [1, 1]},
                {"type": None},
            ],
        }
    },
}


def test_a_small_topology_is_read() -> None:
    places = by_area(read_places(json.dumps(TOPOLOGY).encode()))
    assert set(places) == {"city:1730000", "pref:17"}
    shape = shapely.from_wkb(places["city:1730000"].geometry)
    assert (
        shape.normalize()
        == shapely.MultiPolygon([shapely.Polygon([(130, 30), (131, 30), (131, 31)])]).normalize()
    )


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        (["objects", "a", "geometries", 0, "arcs"], [[0, 7]], "no arc 7"),
        (["objects", "a", "geometries", 0, "arcs"], [[0]], "not closed"),
        (["objects", "a", "geometries", 0, "arcs"], [[True]], "no arc True"),
        (["objects", "a", "geometries", 0, "arcs"], None, "no list of rings"),
        (["objects", "a"], 5, "not a geometry object"),
        (["objects", "a", "geometries"], 5, "not a list"),
        (["arcs", 0], [[0, 0], [1]], "not an arc"),
        (["arcs", 0], [[0, 0], [1e9, 0]], "off the globe"),
        (["arcs", 0], [[0, 0], [10**400, 0]], "not an arc"),
        (["transform"], {"scale": 1}, "translate"),
        (["type"], "Topology2", "N03|feature"),
    ],
)
def test_a_wrong_topology_is_refused_with_its_part(path: list[Any], value: Any, what: str) -> None:
    changed = json.loads(json.dumps(TOPOLOGY))
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(UnreadableMessage, match=what):
        read_places(json.dumps(changed).encode())


def test_arcs_used_a_million_times_are_stopped() -> None:
    changed = json.loads(json.dumps(TOPOLOGY))
    changed["objects"]["a"]["geometries"][0]["arcs"] = [[0, 1] * 50_000]
    with pytest.raises(LimitExceeded, match="grow beyond"):
        read_places(json.dumps(changed).encode(), Limits(expanded_bytes=1_000_000))
    with pytest.raises(LimitExceeded, match="bytes"):
        read_places(json.dumps(changed).encode(), Limits(message_bytes=10))


def _read_or_refuse(data: bytes) -> None:
    try:
        places = read_places(data)
    except UnreadableMessage:
        return
    Municipalities(places.places).municipality(137, 37)


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b'{"type":"Topology",']))
@settings(max_examples=cases(150))
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    _read_or_refuse(start + data)


def mutate(whole: bytes, data: st.DataObject) -> bytes:
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    return bytes(changed)


@given(st.data())
@settings(max_examples=cases(200))
def test_a_damaged_topology_or_table_is_read_or_refused(data: st.DataObject) -> None:
    _read_or_refuse(mutate(json.dumps(TOPOLOGY).encode(), data))
    table = "citycode,cityname,prefcode,prefname\n1720200,七尾市,170000,石川県\n" * 2
    _read_or_refuse(mutate(table.encode(), data))


@needs_places
@given(st.data())
@settings(
    max_examples=cases(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_a_damaged_shapefile_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    contents = {one.name: one.read_bytes() for one in tmp_path.iterdir()} or shapefile(tmp_path)
    name = data.draw(st.sampled_from(sorted(contents)))
    _read_or_refuse(zipped(contents | {name: mutate(contents[name], data)}))
    _read_or_refuse(mutate(zipped(contents), data))
