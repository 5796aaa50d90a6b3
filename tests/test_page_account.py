"""The map's page says who looks at it, and shows what they may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from browsing import AXE, DESK, PHONE, looking, needs_browser
from noroshi.engine.directory import Directory
from noroshi.store.directory import Session
from people import PASSWORD, settle, signed_in
from served import Served

needs_browser()
pytest_plugins = ("page_fixtures",)
REPORT = "disaster.report"


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    found = settle(tmp_path)
    yield found
    found.close()


@pytest.fixture
def people(directory: Directory, tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path) as served:
        for who, key in (("sato", "対応機関のみ"), ("kato", "公開")):
            browser = signed_in(served.url, who)
            feature = {"type": "Feature", "id": key, "properties": {"title": key, "category": "x"},
                       "geometry": {"type": "Point", "coordinates": [136, 36]}}  # fmt: skip
            answer: httpx.Response = browser.http.post(
                f"/collections/{REPORT}/items", content=json.dumps(feature),
                headers={"X-CSRF-Token": browser.csrf("/account")},
            )  # fmt: skip
            assert answer.status_code == 202, answer.text
        yield served


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_who_looks_is_told_and_sees_what_is_theirs(
    size: tuple[int, int], people: Served, directory: Directory, chromium: Any
) -> None:
    with looking(chromium, people.url, size) as viewer:
        viewer.open("#view=6/36/136")
        viewer.until("document.querySelector('#account #sign-in') !== null")
        assert "公開情報のみ表示中" in viewer.text("#account")
        assert viewer.count(REPORT) == 1
        viewer.shoot(f"public-{size[0]}")
        if AXE.exists():
            assert viewer.check_access() == []
        viewer.page.click("#sign-in")
        viewer.page.fill("#name", "sato")
        viewer.page.fill("#password", PASSWORD)
        viewer.page.click("form button.main")
        viewer.until("performance.getEntriesByName('noroshi-useful').length > 0", 60)
        assert "view=6" in viewer.page.url
        viewer.until("document.getElementById('account').innerText.includes('Sato（七尾市）')")
        assert viewer.count(REPORT) == 2
        viewer.shoot(f"signed-in-{size[0]}")
        if AXE.exists():
            assert viewer.check_access() == []
        directory.file.remove(Session, person="sato")
        viewer.page.wait_for_timeout(500)
        viewer.page.evaluate("document.querySelector('#language').click()")
        viewer.page.evaluate("location.hash = '#view=6/36/136&mode=exercise&lang=en'")
        viewer.until("document.querySelector('#account.ended') !== null")
        assert "Your session has ended" in viewer.text("#account")
        viewer.page.click("#sign-in")
        viewer.page.wait_for_url("**/login?**")


def test_where_nobody_has_an_account_nothing_is_said_of_it(node: Served, chromium: Any) -> None:
    with looking(chromium, node.url) as viewer:
        viewer.open()
        viewer.page.wait_for_timeout(500)
        assert viewer.page.evaluate("document.getElementById('account').hidden")
