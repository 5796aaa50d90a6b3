"""Vector tiles over HTTP: for their reader, of any moment, with what leads to them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from noroshi import kinds
from noroshi.channels.tiling.fields import fields_of
from noroshi.core.label import OWN
from noroshi.core.place import point
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, now, show
from noroshi.engine.node import Node
from noroshi.web.app import application
from test_tiles import KIND, address, decoded, edition, give, shelter

HERE = (136.967, 37.043)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = Node(tmp_path)
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture
def client(node: Node) -> TestClient:
    return TestClient(application(node))


def url(z: int = 12, kind: str = KIND) -> str:
    x, y = address(z, *HERE)
    return f"/collections/{kind}/tiles/WebMercatorQuad/{z}/{y}/{x}"


def names(client: TestClient, query: str = "", **headers: str) -> set[str]:
    answer = client.get(url() + query, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    return {one["properties"]["name"] for one in decoded(answer.content)}


def test_a_tile_is_for_its_reader_and_modes_never_mix(node: Node, client: TestClient) -> None:
    give(node.store, edition(shelter("public", point(*HERE)), series="a"))
    give(node.store, edition(shelter("own", point(*HERE)), series="b"), label=OWN)
    give(node.store, edition(shelter("drill", point(*HERE)), series="c", mode=Mode.EXERCISE))
    _, secret = node.access.add("duty", reads=(OWN,))
    own = {"authorization": f"Bearer {secret}"}
    assert names(client) == {"避難所public"}
    assert names(client, **own) == {"避難所public", "避難所own"}
    assert names(client) == {"避難所public"}
    assert names(client, "?mode=exercise") == {"避難所drill"}
    assert names(client, "?mode=test", **own) == set()
    assert client.get(url(), headers={"authorization": "Bearer x"}).status_code == 401
    assert client.get(url()).headers["vary"] == "Accept-Encoding, Authorization, Cookie"


def test_a_tile_of_any_moment(node: Node, client: TestClient) -> None:
    start = now() - 10 * HOUR
    give(node.store, edition(shelter("1", point(*HERE), status="not_open"), issued=start))
    known = node.store.recorded()
    give(node.store, edition(shelter("1", point(*HERE), status="open"), issued=start + 5 * HOUR))

    def status(query: str, z: int = 12) -> list[str]:
        found = decoded(client.get(url(z) + query).content)
        return [one["properties"]["status"] for one in found]

    early, late = show(start + HOUR), show(start + 6 * HOUR)
    for z in (3, 12):
        assert status("", z) == ["open"]
        assert status(f"?datetime={early}", z) == ["not_open"]
        assert status(f"?datetime={late}", z) == ["open"]
        assert status(f"?datetime={late}&as-of={show(known)}", z) == ["not_open"]
        assert status(f"?datetime={show(start - HOUR)}", z) == []
        assert sorted(status(f"?datetime={early}/{late}", z)) == ["not_open", "open"]
    # Asked again, it has changed where something new is known of that moment, and only there.
    late_news = shelter("2", point(*HERE), status="closed")
    give(node.store, edition(late_news, series="later", issued=start))
    for z in (3, 12):
        assert sorted(status(f"?datetime={early}", z)) == ["closed", "not_open"]
        assert status(f"?datetime={late}&as-of={show(known)}", z) == ["not_open"]
    answer = client.get(url() + f"?datetime={early}")
    assert answer.headers["noroshi-at"] == early
    assert answer.headers["noroshi-newest"] == show(node.store.recorded())


def test_a_tile_that_was_not_changed_is_not_sent_again(node: Node, client: TestClient) -> None:
    give(node.store, edition(*(shelter(str(n), point(HERE[0] + n / 1e4, HERE[1]))
                               for n in range(200))))  # fmt: skip
    answer = client.get(url(), headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    plain = client.get(url(), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content
    assert len(plain.content) > 1000
    assert int(answer.headers["content-length"]) == len(gzip.compress(plain.content, 5, mtime=0))
    tag = answer.headers["etag"]
    assert plain.headers["etag"] == tag
    again = client.get(url(), headers={"if-none-match": tag})
    assert again.status_code == 304
    assert not again.content
    give(node.store, edition(shelter("7", point(*HERE), status="open"), whole=False, issued=now()))
    changed = client.get(url(), headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_tilesets_lead_to_tiles(node: Node, client: TestClient) -> None:
    give(node.store, edition(shelter("1", point(*HERE))))
    sets = client.get("/tileMatrixSets").json()["tileMatrixSets"]
    grid = client.get(sets[0]["links"][0]["href"]).json()
    assert grid["id"] == "WebMercatorQuad"
    assert len(grid["tileMatrices"]) == 23
    assert grid["tileMatrices"][1]["matrixWidth"] == 2
    assert abs(grid["tileMatrices"][0]["cellSize"] - 156543.033928041) < 1e-6
    (listed,) = client.get(f"/collections/{KIND}/tiles").json()["tilesets"]
    links = {one["rel"]: one["href"] for one in listed["links"]}
    tileset = client.get(links["self"]).json()
    assert tileset["layers"][0]["id"] == KIND
    said = tileset["layers"][0]["propertiesSchema"]["properties"]
    assert said["name"]["title"] == "施設名称"
    assert "point_count" in said
    template = next(one["href"] for one in tileset["links"] if one["rel"] == "item")
    x, y = address(9, *HERE)
    path = template.replace("{tileMatrix}", "9").replace("{tileRow}", str(y))
    (one,) = decoded(client.get(path.replace("{tileCol}", str(x))).content)
    assert set(one["properties"]) <= set(said)
    moment = "?f=tilejson&datetime=2024-01-13T06:00:00%2B09:00&mode=exercise&lang=en"
    tilejson = client.get(f"/collections/{KIND}/tiles/WebMercatorQuad{moment}").json()
    assert tilejson["name"] == "Shelter"
    assert tilejson["tiles"][0].endswith(
        "/{z}/{y}/{x}?datetime=2024-01-13T06%3A00%3A00%2B09%3A00&mode=exercise"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/collections/{KIND}/tiles/WebMercatorQuad/1/2/0", 404),
        (f"/collections/{KIND}/tiles/WebMercatorQuad/23/0/0", 404),
        (f"/collections/{KIND}/tiles/WebMercatorQuad/-1/0/0", 404),
        (f"/collections/{KIND}/tiles/WebMercatorQuad/1/0/%EF%BC%91", 404),
        (f"/collections/{KIND}/tiles/WebMercatorQuad/1/0/99999999999999999999", 404),
        (f"/collections/{KIND}/tiles/WorldCRS84Quad/1/0/0", 404),
        ("/collections/disaster.nothing/tiles/WebMercatorQuad/0/0/0", 404),
        (f"/collections/{KIND}/tiles/WebMercatorQuad/0/0/0?at=now", 400),
        (f"/collections/{KIND}/tiles/WebMercatorQuad/0/0/0?datetime=yesterday", 400),
        (f"/collections/{KIND}/tiles/WebMercatorQuad/0/0/0?f=png", 400),
        (f"/collections/{KIND}/tiles/WebMercatorQuad?datetime=never", 400),
    ],
)
def test_what_is_no_tile_is_refused_with_a_reason(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_an_empty_tile_is_empty(client: TestClient) -> None:
    answer = client.get(url())
    assert answer.status_code == 200
    assert answer.content == b""
    assert "noroshi-newest" not in answer.headers


def test_every_kind_can_be_drawn(client: TestClient) -> None:
    for name in kinds.all_kinds():
        assert fields_of(name).codes is not None
        assert client.get(url(0, name)).status_code in (200, 404)
        assert client.get(f"/collections/{name}/tiles/WebMercatorQuad").status_code == 200
