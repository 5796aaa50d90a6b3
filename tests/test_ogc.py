"""Features over HTTP: pages that hold still, both times, who sees what, and every form."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from every_kind import settings
from served import Served

REPORT = "disaster.report"
ITEMS = f"/collections/{REPORT}/items"


class Sender:
    """Creates reports at a node as one source."""

    def __init__(self, node: Served, token: str) -> None:
        self.node, self.head = node, {"Authorization": f"Bearer {token}"}

    def __call__(
        self, key: str, title: str, x: float = 136.0, y: float = 37.0, mode: str = "actual",
        **more: Any,
    ) -> None:  # fmt: skip
        feature = {"type": "Feature", "id": key, "properties": {"title": title, **more},
                   "geometry": {"type": "Point", "coordinates": [x, y]}}  # fmt: skip
        answer = self.node.http.post(ITEMS, params={"mode": mode},
                                     json=feature, headers=self.head)  # fmt: skip
        assert answer.status_code == 202, answer.text
        assert answer.json()["state"] == "read", answer.text


@pytest.fixture
def home(tmp_path: Path) -> Path:
    settings(tmp_path)
    return tmp_path


@pytest.fixture
def tokens(home: Path) -> dict[str, str]:
    asked = Served(home)
    return {
        "test": asked.token("--send", "--source", "test"),
        "inside": asked.token("--send", "--source", "inside"),
        "reader": asked.token("--read", "own"),
    }


@pytest.fixture
def node(home: Path, tokens: dict[str, str]) -> Iterator[Served]:
    with Served(home) as served:
        yield served


@pytest.fixture
def send(node: Served, tokens: dict[str, str]) -> Sender:
    return Sender(node, tokens["test"])


def features(node: Served, **params: Any) -> list[Any]:
    names = {name.replace("_", "-"): value for name, value in params.items()}
    answer = node.http.get(ITEMS, params=names)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["features"]
    assert answer.json()["numberReturned"] == len(found)
    return found


def titles(node: Served, **params: Any) -> list[str]:
    return [one["properties"]["title"] for one in features(node, **params)]


def following(page: Any) -> str | None:
    return next((one["href"] for one in page["links"] if one["rel"] == "next"), None)


@pytest.mark.parametrize("order", [{}, {"sortby": "-title"}, {"filter": "title LIKE '件%'"}])
def test_pages_hold_still_while_more_comes_in(
    node: Served, send: Sender, order: dict[str, str]
) -> None:
    for number in range(10):
        send(f"R{number}", f"件{number}", 130 + number)
    found: list[str] = []
    address: str | None = f"{node.url}{ITEMS}"
    params = {"limit": "3", **order}
    moments = set()
    while address:
        answer = node.http.get(address, params=params)
        page = answer.json()
        assert page["numberReturned"] == len(page["features"]) <= 3
        found += [one["properties"]["title"] for one in page["features"]]
        moments.add((answer.headers["noroshi-at"], answer.headers["noroshi-as-of"]))
        address, params = following(page), {}
        send(f"N{len(found)}", "件new", 131.5)
        send("R9", f"件9 changed {len(found)}", 139)
    assert sorted(found) == [f"件{number}" for number in range(10)]
    if "sortby" in order:
        assert found == sorted(found, reverse=True)
    assert len(moments) == 1
    assert any(one.startswith("件9 changed") for one in titles(node))


def test_both_times_of_items_and_of_one_feature(node: Served, send: Sender) -> None:
    send("R1", "前", valid_from="2024-01-01T00:00:00+09:00")
    (before,) = features(node)
    known = before["properties"]["recorded"]
    send("R1", "後", valid_from="2024-01-02T00:00:00+09:00")
    assert titles(node) == ["後"]
    assert titles(node, as_of=known) == ["前"]
    assert titles(node, datetime="2024-01-01T12:00:00+09:00") == ["前"]
    assert titles(node, datetime="2024-01-01T12:00:00", as_of=known) == ["前"]
    assert titles(node, datetime="2023-12-31T23:00:00+09:00") == []
    assert titles(node, as_of="2024-01-01T00:00:00Z") == []
    where = f"{ITEMS}/{before['id']}"

    def title(**params: str) -> str:
        answer = node.http.get(where, params={k.replace("_", "-"): v for k, v in params.items()})
        assert answer.status_code == 200, answer.text
        said: str = answer.json()["properties"]["title"]
        return said

    assert title() == "後"
    assert title(as_of=known) == "前"
    assert title(datetime="2024-01-01T12:00:00+09:00") == "前"
    assert node.http.get(where, params={"as-of": "2024-01-01T00:00:00Z"}).status_code == 404
    several = node.http.get(where, params={"datetime": "2024-01-01/2024-01-03"})
    assert several.status_code == 400, "one feature is at one moment"
    editions = node.http.get(f"{where}/history").json()["editions"]
    assert [one["title"] for one in editions] == ["前", "後"]
    for one in editions:
        alone = node.http.get(f"{ITEMS}/{one['id']}").json()
        assert (alone["id"], alone["properties"]["title"]) == (one["id"], one["title"])
    earlier = node.http.get(f"{where}/history", params={"as-of": known}).json()["editions"]
    assert [one["title"] for one in earlier] == ["前"]


def test_an_interval_has_every_edition_under_an_id_of_its_own(node: Served, send: Sender) -> None:
    send("R1", "前", valid_from="2024-01-01T00:00:00Z")
    send("R1", "後", valid_from="2024-01-03T00:00:00Z")
    plain = features(node)
    for _ in range(2):  # the second time from what was written for the first
        found = features(node, datetime="2024-01-01T00:00:00Z/2024-01-04T00:00:00Z")
        assert sorted(one["properties"]["title"] for one in found) == ["前", "後"]
        assert len({one["id"] for one in found}) == 2
        assert all(one["id"].startswith(plain[0]["id"] + "@") for one in found)
        assert [one["id"] for one in features(node)] == [plain[0]["id"]]
    assert titles(node, datetime="../2024-01-02T00:00:00Z") == ["前"]
    assert titles(node, datetime="2024-01-03T12:00:00Z/..") == ["後"]
    assert titles(node, datetime="../2023-12-31T00:00:00Z") == []
    answer = node.http.get(ITEMS, params={"datetime": "../2024-01-04T00:00:00Z", "f": "jsonl"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len({one["id"] for one in lines}) == 2


def test_what_holds_still_has_the_same_tag(node: Served, send: Sender) -> None:
    send("R1", "橋")
    first = node.http.get(ITEMS)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for header in ("noroshi-newest", "last-modified", "content-crs"):
        assert first.headers[header]
    assert first.headers["noroshi-newest"] == first.json()["features"][0]["properties"]["recorded"]
    again = node.http.get(ITEMS, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert not again.content
    send("R2", "別")
    changed = node.http.get(ITEMS, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    tags = {
        node.http.get(ITEMS, params=params).headers["etag"]
        for params in ({}, {"crs": "EPSG:6675"}, {"properties": "title"}, {"limit": "1"})
    }
    assert len(tags) == 4, "other bytes have another tag"


def test_nothing_of_what_a_reader_may_not_see_shows(
    node: Served, send: Sender, tokens: dict[str, str]
) -> None:
    send("R1", "公開")

    def listed() -> list[str]:
        return [one["id"] for one in node.http.get("/collections").json()["collections"]]

    # How a public source is heard is public, and told some seconds later.
    public = [REPORT, "node.intake", "node.source_health"]
    until = time.monotonic() + 60
    while listed() != public and time.monotonic() < until:
        time.sleep(0.2)
    paths = (ITEMS, f"{ITEMS}?sortby=title", f"{ITEMS}?filter=title LIKE '%25'", f"{ITEMS}?f=csv",
             f"{ITEMS}?f=jsonl", f"{ITEMS}?limit=1", f"{ITEMS}?datetime=../..", "/collections",
             "/api", "/messages", f"{ITEMS}?bbox=135,36,138,38")  # fmt: skip
    at = "2030-01-01T00:00:00Z"

    def answers() -> list[tuple[int, str | None, bytes]]:
        asked = [node.http.get(path, params={"datetime": at} if path == ITEMS else None)
                 for path in paths]  # fmt: skip
        return [(one.status_code, one.headers.get("etag"), one.content) for one in asked]

    before = answers()
    hidden = Sender(node, tokens["inside"])
    hidden("S1", "秘密の橋")
    road = {"type": "Feature", "id": "S2", "geometry": None, "properties": {"name": "秘密の道"}}
    answer = node.http.post("/collections/disaster.road/items", json=road, headers=hidden.head)
    assert answer.json()["state"] == "read", answer.text
    head = {"Authorization": f"Bearer {tokens['reader']}"}
    seen = node.http.get(ITEMS, headers=head).json()["features"]
    assert sorted(one["properties"]["title"] for one in seen) == ["公開", "秘密の橋"]
    secret = next(one for one in seen if one["properties"]["title"] == "秘密の橋")
    for number, (old, new) in enumerate(zip(before, answers(), strict=True)):
        assert "秘密" not in new[2].decode(errors="replace"), paths[number]
        assert old[0] == new[0]
        assert old[1] == new[1], f"{paths[number]}: the tag tells that something came"
        assert old[2] == new[2] or paths[number] in (ITEMS, "/api"), paths[number]
    for path in (f"{ITEMS}/{secret['id']}", f"{ITEMS}/{secret['id']}/history",
                 f"{ITEMS}/{secret['id']}@{secret['properties']['record_id']}"):  # fmt: skip
        assert node.http.get(path, headers=head).status_code == 200, path
        assert node.http.get(path).status_code == 404, path
        wrong = node.http.get(path, headers={"Authorization": "Bearer noroshi_0_0"})
        assert wrong.status_code == 401
    assert listed() == public


def test_exercises_are_never_among_what_is_real(node: Served, send: Sender) -> None:
    send("R1", "実際")
    send("R1", "訓練", mode="exercise")
    send("R1", "試験", mode="test")
    assert titles(node) == ["実際"]
    assert titles(node, mode="exercise") == ["訓練"]
    assert titles(node, mode="test") == ["試験"]
    for mode, word in (("exercise", "EXERCISE"), ("test", "TEST")):
        page = node.http.get(ITEMS, params={"mode": mode, "f": "html"}).text
        assert word in page
        one = features(node, mode=mode)[0]
        assert word in node.http.get(f"{ITEMS}/{one['id']}", params={"f": "html"}).text
    for word in ("EXERCISE", 'role="alert"'):
        assert word not in node.http.get(ITEMS, params={"f": "html"}).text


HOSTILE = ('<script>alert(1)</script>"\'><img src=x onerror=alert(2)>{{7*7}}${7}</title>'
           "\u202e\u2066txt.exe javascript:alert(3)\u2028\ufeff")  # fmt: skip


def test_hostile_texts_come_out_as_texts(node: Served, send: Sender) -> None:
    send(HOSTILE[:60], HOSTILE, category=HOSTILE, layer=HOSTILE,
         code='=HYPERLINK("http://x")', attributes={HOSTILE: HOSTILE})  # fmt: skip
    (one,) = features(node)
    assert one["properties"]["title"] == HOSTILE
    where = f"{ITEMS}/{one['id']}"
    alone = node.http.get(where).json()
    assert alone["properties"] == one["properties"]
    editions = node.http.get(f"{where}/history").json()["editions"]
    assert editions[0]["title"] == HOSTILE
    for path in (ITEMS, where):
        for lang in ("ja", "en"):
            answer = node.http.get(path, params={"f": "html", "lang": lang})
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert "unsafe-inline" not in answer.headers["content-security-policy"]
            for raw in ("<script>alert", "<img src=x", "\"'>", "49${7}"):
                assert raw not in answer.text, raw
            assert "&lt;script&gt;alert(1)" in answer.text
    table = node.http.get(ITEMS, params={"f": "csv"})
    (row,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert row["title"] == HOSTILE
    assert row["code"].startswith("'=")
    assert json.loads(row["attributes"]) == {HOSTILE: HOSTILE}
    for name, value in (("filter", f"title = '{HOSTILE}"), ("sortby", HOSTILE), ("f", HOSTILE)):
        refused = node.http.get(ITEMS, params={name: value})
        assert refused.status_code == 400
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["x-content-type-options"] == "nosniff"


def test_every_page_is_there_in_both_languages(node: Served, send: Sender) -> None:
    send("R1", "橋")
    (one,) = features(node)
    here = f"/collections/{REPORT}"
    parts = [f"{here}/{part}" for part in ("schema", "queryables", "sortables")]
    for path in ("/api", "/conformance", "/collections", here, *parts, ITEMS,
                 f"{ITEMS}/{one['id']}"):  # fmt: skip
        pages = []
        for lang in ("ja", "en"):
            answer = node.http.get(path, params={"lang": lang}, headers={"Accept": "text/html"})
            assert answer.status_code == 200, (path, answer.text)
            assert answer.headers["content-type"] == "text/html; charset=utf-8", path
            assert f'<html lang="{lang}">' in answer.text
            assert answer.text.count("<h1") == 1
            assert "<script" not in answer.text
            assert "style=" not in answer.text
            pages.append(answer.text)
        assert pages[0] != pages[1], path
    assert node.http.get("/static/api.css").status_code == 200


def test_files_hold_what_the_pages_hold(node: Served, send: Sender, tmp_path: Path) -> None:
    for number in range(25):
        send(f"R{number}", f"件{number}", 130 + number / 10, category="橋" if number % 2 else "道")
    asked = {"filter": "category = '橋'"}
    expected = sorted(titles(node, **asked))
    assert len(expected) == 12

    def take(form: str, **more: str) -> bytes:
        answer = node.http.get(ITEMS, params={**asked, "f": form, **more})
        assert answer.status_code == 200, answer.text
        assert "attachment" in answer.headers["content-disposition"]
        assert answer.headers["noroshi-as-of"]
        return answer.content

    rows = list(csv.DictReader(io.StringIO(take("csv").decode("utf-8-sig"))))
    assert sorted(row["title"] for row in rows) == expected
    lines = [json.loads(line) for line in take("jsonl").splitlines()]
    assert sorted(one["properties"]["title"] for one in lines) == expected
    assert {one["id"] for one in lines} == {one["id"] for one in features(node, **asked)}
    import geopandas

    path = tmp_path / "x.parquet"
    path.write_bytes(take("geoparquet"))
    frame = geopandas.read_parquet(path)
    assert sorted(frame["title"]) == expected
    assert frame.crs == "OGC:CRS84"
    assert frame.total_bounds.tolist() == pytest.approx([130.1, 37, 132.3, 37])
    assert take("xlsx").startswith(b"PK")
    some = [json.loads(line) for line in take("jsonl", sortby="-title", limit="3").splitlines()]
    assert [one["properties"]["title"] for one in some] == sorted(expected, reverse=True)[:3]
    (moved, *_) = [json.loads(line) for line in take("jsonl", crs="EPSG:3857").splitlines()]
    assert moved["geometry"]["coordinates"][0] > 1e7
    for form in ("csv", "xlsx", "geoparquet"):
        for name, value in (("crs", "EPSG:3857"), ("properties", "title"), ("cursor", "x")):
            refused = node.http.get(ITEMS, params={"f": form, name: value})
            assert refused.status_code == 400, (form, name)


def test_selection_order_and_reference_systems(node: Served, send: Sender) -> None:
    for number, category in enumerate(("c", "a", "b", "a")):
        send(f"R{number}", f"件{number}", 136 + number / 100, category=category)
    assert titles(node, sortby="category,-title") == ["件3", "件1", "件2", "件0"]
    assert titles(node, sortby="+category,title") == ["件1", "件3", "件2", "件0"]
    (one, *_) = features(node, properties="title,category")
    assert one["properties"].keys() == {"title", "category"}
    assert titles(node, category="a", sortby="title") == ["件1", "件3"]
    assert titles(node, bbox="136.005,36,136.025,38", sortby="title") == ["件1", "件2"]
    assert titles(node, bbox="170,-90,136.005,90") == ["件0"], "across 180°"
    answer = node.http.get(ITEMS, params={"crs": "EPSG:6675", "limit": "1"})
    epsg = "http://www.opengis.net/def/crs/EPSG/0/6675"
    assert answer.headers["content-crs"] == f"<{epsg}>"
    x, y = answer.json()["features"][0]["geometry"]["coordinates"]
    assert titles(node, bbox=f"{x - 9},{y - 9},{x + 9},{y + 9}", bbox_crs=epsg) == ["件0"]
    within = f"S_INTERSECTS(geometry, BBOX({x - 9},{y - 9},{x + 9},{y + 9}))"
    assert titles(node, filter=within, filter_crs=epsg) == ["件0"]
    alone = node.http.get(f"{ITEMS}/{one['id']}", params={"crs": epsg}).json()
    assert alone["geometry"]["coordinates"] != one["geometry"]["coordinates"]
    assert node.http.get(ITEMS).headers["content-crs"].endswith("/CRS84>")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=x", "limit=1e3", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,2,nan,4",
     "bbox=0,50,1,40", "datetime=yesterday", "datetime=2025-01-01/2024-01-01", "as-of=soon",
     "as-of=2024-01-01/2024-02-01", "cursor=x", "cursor=e30", "crs=EPSG:1",
     "bbox-crs=x&bbox=1,2,3,4", "filter-crs=x", "sortby=nothing", "sortby=",
     "properties=nothing", "mode=real", "lapsed=maybe", "f=pdf", "lang=fr", "area=nowhere",
     "limit=1&limit=2", "unknown=1", "filter=%00", "%00=1",
     "limit=%EF%BC%91%EF%BC%90x", "bbox=1e999,0,1,1", "datetime=", "filter=%FF"],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_with_a_reason(refuser: Served, query: str) -> None:
    answer = refuser.http.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 8


@pytest.fixture(scope="module")
def refuser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("empty")) as served:
        yield served


def test_what_is_not_there(refuser: Served) -> None:
    for path, says in (
        ("/collections/disaster.shelters/items", "disaster.shelter"),
        ("/collections/disaster.shelters", "disaster.shelter"),
        ("/collections/x/queryables", "no kind"),
        (f"{ITEMS}/1.x", ""), (f"{ITEMS}/x", ""), (f"{ITEMS}/99999999999999999999.x", ""),
        (f"{ITEMS}/1.x@1", ""), (f"{ITEMS}/%FF", ""), (f"{ITEMS}/1.~FF", ""),
        (f"{ITEMS}/1.x/history", ""), ("/nothing", ""),
    ):  # fmt: skip
        answer = refuser.http.get(path)
        assert answer.status_code == 404, path
        assert says in answer.json()["detail"]
    assert features(refuser) == []
    assert refuser.http.get(ITEMS, params={"limit": "99999"}).status_code == 200
    assert refuser.http.get(ITEMS).headers["access-control-allow-origin"] == "*"
