"""Situation reports over HTTP: drafts of what the caller sees, and issued ones as they were."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from noroshi.channels.report import numbers
from noroshi.channels.report.make import compose, write
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, now, show
from noroshi.store import open_store
from served import Served
from test_situation_report import say

EVENT = "架空豪雨"
START = now() - 3 * HOUR
HOSTILE = "<script>alert(1)"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("report")
    (home / "settings.toml").write_text('[node]\nname_ja = "架空県"\n')
    store = open_store(home)
    mode = Mode.ACTUAL
    say(store, "disaster.shelter", {"name": "公の小学校", "status": "open", "headcount": 40},
        issued=START, mode=mode)  # fmt: skip
    say(store, "disaster.shelter", {"name": "内の会館", "status": "open",
        "headcount": 7}, issued=START, mode=mode, label=OWN, series="own/shelter")  # fmt: skip
    say(store, "disaster.shelter", {"name": "訓練会館", "status": "open", "headcount": 900},
        issued=START, series="drill/shelter")  # fmt: skip
    for label in (PUBLIC, OWN):
        found = compose(store, numbers.circle(store, label), mode, START, store.recorded(), 1,
                        event=EVENT, label=label, issuer="架空県")  # fmt: skip
        numbers.keep(store, found, numbers.series(store, EVENT, "", label), label)
        if label == PUBLIC:
            (home / "issued.html").write_bytes(next(iter(write(found, ["html"]).values())))
    say(store, "disaster.shelter", {"name": "公の小学校", "status": "open", "headcount": 55},
        issued=START + HOUR, mode=mode)  # fmt: skip
    store.close()
    with Served(home) as served:
        yield served


@pytest.fixture(scope="module")
def sign(node: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {node.token('--read', 'own')}"}


def text(node: Served, sign: dict[str, str] | None = None, **asked: Any) -> str:
    answer = node.http.get("/report", params={"f": "txt", **asked}, headers=sign or {})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_draft_holds_what_its_reader_may_see_and_says_for_whom_it_is(
    node: Served, sign: dict[str, str]
) -> None:
    public, own = text(node), text(node, sign)
    assert "55 人" in public
    assert "共有範囲：public" in public
    assert "62 人" in own
    assert "共有範囲：own" in own


def test_it_is_of_the_moment_and_the_mode_that_were_asked_for(node: Served) -> None:
    then = show(START + HOUR // 2) or ""
    assert "40 人" in text(node, datetime=then)
    drill = node.http.get("/report", params={"f": "txt", "mode": "exercise"})
    assert "900 人" in drill.text
    assert "訓練 EXERCISE" in drill.text
    assert "EXERCISE-report-draft.txt" in drill.headers["content-disposition"]
    assert drill.headers["noroshi-mode"] == "exercise"
    assert "900" not in text(node)


def test_what_was_issued_is_listed_and_made_again_to_the_byte(
    node: Served, sign: dict[str, str]
) -> None:
    listed = node.http.get("/reports").json()["reports"]
    assert [(one["number"], one["event"], one["label"]) for one in listed] == [(1, EVENT, "public")]
    links = {one["href"].rpartition("f=")[2]: one["href"] for one in listed[0]["links"]}
    assert links.keys() == {"html", "pdf", "pptx", "xlsx", "txt"}
    parts = urlsplit(links["html"])
    again = node.http.get(f"{parts.path}?{parts.query}")
    assert again.content == (node.home / "issued.html").read_bytes()
    assert "第1報" in again.text
    assert len(node.http.get("/reports", headers=sign).json()["reports"]) == 2
    assert node.http.get("/reports?mode=exercise").json()["reports"] == []


def test_a_number_that_is_anothers_is_not_there(node: Served, sign: dict[str, str]) -> None:
    asked = {"f": "txt", "number": 1, "event": EVENT}
    assert "40 人" in text(node, **asked)
    assert node.http.get("/report", params={**asked, "label": "own"}).status_code == 404
    assert node.http.get("/report", params={**asked, "number": 2}).status_code == 404
    several = node.http.get("/report", params=asked, headers=sign)
    assert (several.status_code, "own, public" in several.json()["detail"]) == (400, True)
    assert "47 人" in text(node, sign, number=1, event=EVENT, label="own")


def test_a_page_runs_nothing_whatever_is_in_it(node: Served, sign: dict[str, str]) -> None:
    page = node.http.get("/report", params={"event": HOSTILE}, headers=sign)
    assert HOSTILE not in page.text
    assert "&lt;script&gt;" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"


def test_what_takes_seconds_is_for_those_who_are_known_and_keeps_nobody_waiting(
    node: Served, sign: dict[str, str]
) -> None:
    for form in ("pdf", "pptx"):
        assert node.http.get(f"/report?f={form}").status_code == 401
    answers: list[Any] = []

    def ask() -> None:
        answers.append(node.http.get("/report?f=xlsx", headers=sign))

    asking = [threading.Thread(target=ask) for _ in range(8)]
    for one in asking:
        one.start()
    slowest = 0.0
    while any(one.is_alive() for one in asking):
        began = time.monotonic()
        assert node.http.get("/collections").status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    codes = sorted(one.status_code for one in answers)
    assert codes[0] == 200
    assert set(codes) <= {200, 503}
    assert all(one.headers.get("retry-after") for one in answers if one.status_code == 503)
    assert slowest < 2, "others are answered meanwhile"


@pytest.mark.parametrize("asked", [
    {"event": "a/b"}, {"event": "\x07"}, {"event": "長" * 201}, {"area": "nowhere"},
    {"datetime": "2031-01-01/2031-01-02"}, {"datetime": "0001-01-01"}, {"label": "own"},
    {"number": 0}, {"number": 1, "as-of": "now"}, {"f": "docx"}, {"mode": "both"},
])  # fmt: skip
def test_what_cannot_be_is_refused(node: Served, asked: dict[str, Any]) -> None:
    answer = node.http.get("/report", params=asked)
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"]
