"""What every answer has: headers that keep a browser safe, honest errors, nothing too old."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from served import Served
from telegrams import telegram

REPORT = "disaster.report"
HOSTILE = "<script>alert(1)</script>\"'&{{78787*7}}\u202e=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("node")
    (home / "settings.toml").write_text('[sources.test]\nlabel = "public"\n')
    with Served(home) as served:
        yield served


@pytest.fixture(scope="module")
def token(node: Served) -> str:
    return node.token("--send", "--source", "test")


def create(node: Served, token: str, key: str, title: str, mode: str = "actual") -> None:
    feature = {
        "type": "Feature", "id": key, "geometry": {"type": "Point", "coordinates": [136, 36]},
        "properties": {"title": title, "category": title},
    }  # fmt: skip
    answer = node.http.post(f"/collections/{REPORT}/items?mode={mode}", json=feature,
                            headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    assert answer.json()["state"] == "read", answer.text


@pytest.mark.parametrize(
    "path",
    ["/", "/?f=html", "/api", "/collections", f"/collections/{REPORT}/items", "/nothing",
     "/static/api.css", "/health", "/events?mode=wrong", "/area/17202"],
)  # fmt: skip
def test_every_answer_keeps_a_browser_safe(node: Served, path: str) -> None:
    headers = node.http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers


def test_any_page_may_read_and_none_may_write(node: Served) -> None:
    read = node.http.get("/collections", headers={"Origin": "https://elsewhere.example"})
    assert read.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in read.headers
    wish = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    asked = node.http.options("/messages", headers=wish)
    assert "POST" not in asked.headers["access-control-allow-methods"]
    posted = node.http.post("/messages", content=b"x", headers={"Origin": "https://e.example"})
    assert posted.status_code == 401
    assert "access-control-allow-origin" not in posted.headers


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404), ("DELETE", "/messages", 405), ("PUT", "/collections", 405),
    ("GET", "/collections/no.such.kind", 404), ("GET", "/collections?x=1", 400),
    ("GET", "/collections?f=docx", 400), ("GET", "/messages/zz", 404),
    ("GET", f"/collections/{REPORT}/items/1.x", 404), ("GET", "/%00", 404),
    ("GET", f"/collections/{REPORT}/items?datetime=yesterday", 400),
    ("GET", f"/collections/{REPORT}/items?limit=0", 400),
    ("GET", f"/collections/{REPORT}/items?bbox=1,2,3", 400),
    ("GET", f"/collections/{REPORT}/items?cursor=nonsense", 400),
    ("GET", f"/collections/{REPORT}/items?limit=1&limit=2", 400),
])  # fmt: skip
def test_what_cannot_be_done_is_told_as_problem_details(
    node: Served, method: str, path: str, status: int
) -> None:
    answer = node.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["detail"]
    assert "Traceback" not in answer.text


def test_a_head_has_the_headers_of_its_get_and_no_body(node: Served) -> None:
    head, get = (node.http.request(one, "/collections") for one in ("HEAD", "GET"))
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == get.headers["etag"]


def test_what_was_just_acknowledged_is_in_the_next_answer(node: Served, token: str) -> None:
    for number in range(30):
        before = node.http.get(f"/collections/{REPORT}/items?limit=1000").json()
        create(node, token, f"N{number}", "新しい")
        after = node.http.get(f"/collections/{REPORT}/items?limit=1000").json()
        assert len(after["features"]) == len(before["features"]) + 1


def test_an_etag_holds_until_something_changes(node: Served, token: str) -> None:
    create(node, token, "E", "一")
    path = f"/collections/{REPORT}/items"
    tag = node.http.get(path).headers["etag"]
    same = node.http.get(path, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    create(node, token, "E", "二")
    changed = node.http.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_an_answer_kept_for_one_reader_is_never_given_to_another(node: Served) -> None:
    own = node.token("--send", "--source", "inside")
    create(node, own, "SECRET", "内部")
    reader = node.token("--read", "own")
    path = f"/collections/{REPORT}/items?limit=1000"
    for _ in range(3):
        seen = node.http.get(path, headers={"Authorization": f"Bearer {reader}"}).text
        assert "内部" in seen
        assert "内部" not in node.http.get(path).text
    for other in ("/summary", "/changes", "/messages", "/sources", "/metrics", "/density",
                  f"/collections/{REPORT}/timeline", "/collections"):  # fmt: skip
        text = node.http.get(other).text
        assert "内部" not in text
        assert "inside" not in text


def test_a_drill_is_never_among_what_is_real(node: Served, token: str) -> None:
    create(node, token, "D", "訓練の報告", "exercise")
    items = f"/collections/{REPORT}/items"
    for path in (items, "/changes?limit=1000", f"/collections/{REPORT}/timeline", f"{items}?f=csv"):
        assert "訓練の報告" not in node.http.get(path).text
    page = node.http.get(f"/collections/{REPORT}/items?mode=exercise&f=html").text
    assert "訓練の報告" in page
    assert "訓練 EXERCISE" in page
    # It is told that there is one; how its source was heard may be told by now as well.
    assert node.http.get("/summary").json()["other_modes"]["exercise"] >= 1


def test_hostile_text_stays_text_in_every_form(node: Served, token: str) -> None:
    create(node, token, HOSTILE.replace("\u202e", ""), HOSTILE)
    items = node.http.get(f"/collections/{REPORT}/items?limit=1000").json()["features"]
    (one,) = [each for each in items if each["properties"]["title"] == HOSTILE]
    where = f"/collections/{REPORT}/items/{one['id']}"
    assert node.http.get(where).json()["properties"]["title"] == HOSTILE
    for path in (f"/collections/{REPORT}/items?f=html&limit=1000", f"{where}?f=html"):
        page = node.http.get(path)
        assert page.status_code == 200
        assert "alert(1)" in page.text
        assert "<script" not in page.text.replace('<script type="module" src=', "")
        assert "551509" not in page.text
    table = node.http.get(f"/collections/{REPORT}/items?f=csv&limit=1000").text
    assert not re.search(r'(^|,)"?=', table, re.MULTILINE)


def test_a_message_is_never_shown_as_a_page_of_ours(node: Served, token: str) -> None:
    data = b'{"type":"FeatureCollection","features":[]} <html><script>alert(1)</script></html>'
    # What could not be read is for those of the node: what it says of its readers is not known.
    own = {"Authorization": f"Bearer {node.token('--read', 'own')}"}
    for body in (data, telegram(headline="<script>")):
        id = node.post(body, token, params={"name": 'a"; evil.html'}).json()["id"]
        answer = node.http.get(f"/messages/{id}/content", headers=own)
        assert answer.headers["content-type"].split(";")[0] in (
            "text/plain", "application/octet-stream")  # fmt: skip
        assert answer.content == body
