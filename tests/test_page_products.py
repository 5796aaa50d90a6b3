"""What is computed, on the page: where it comes from down to the messages, and whether it is
computed at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import DESK, PHONE, Viewer, looking, needs_browser, send
from noroshi.core.record import Mode
from noroshi.formats.record_feature.reader import envelope
from served import Served

needs_browser()
pytest_plugins = ("page_fixtures",)

WARNING, LEVEL = "disaster.weather_warning", "disaster.alert_level"
SAID = {
    "area_name": "架空市", "product": "気象警報・注意報", "office": "架空気象台", "level": 4,
    "category": "danger",
    "kinds": [{"name": "レベル４大雨危険警報", "hazard": "大雨", "category": "danger", "level": 4,
               "basis": "name"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """A node that computes alert levels, and whose product of roads has a wrong parameter; and a
    token that reads all it has."""
    home: Path = tmp_path_factory.mktemp("products")
    (home / "settings.toml").write_text(
        '[sources.test]\nlabel = "public"\n[products."disaster/road_merge"]\nnonsense = 1\n'
    )
    with Served(home) as node:
        token = node.token("--send", "--source", "test")
        stated = {"type": "Feature", "id": "one", "geometry": None,
                  "properties": {**SAID, "area": "city:9700100"}}  # fmt: skip
        send(node, token, envelope(json.dumps(stated).encode(), WARNING, Mode.EXERCISE))
        yield node, node.token("--read", "own")


def use(viewer: Viewer, token: str) -> None:
    """Read with a token from the next loading on."""
    viewer.page.add_init_script(f"sessionStorage.setItem('noroshi.token', {token!r})")


def click(viewer: Viewer, selector: str) -> None:
    viewer.until(f"document.querySelector({selector!r}) !== null")
    viewer.page.evaluate(f"document.querySelector({selector!r}).click()")


def test_a_computed_value_tells_its_records_messages_and_method(
    served: tuple[Served, str], chromium: Any
) -> None:
    node, own = served
    with looking(chromium, node.url, PHONE) as viewer:
        use(viewer, own)
        viewer.open(f"#mode=exercise&table={LEVEL}")
        viewer.wait(lambda: viewer.count(LEVEL) == 1)
        viewer.until("document.querySelector('#table tbody tr[data-index]') !== null")
        click(viewer, "#table tbody tr")
        viewer.until("document.querySelector('.lineage') !== null")
        assert not [one for one in viewer.asked if "/lineage" in one]  # only for who opens it

        viewer.page.route("**/lineage*", lambda route: route.abort())
        click(viewer, ".lineage > summary")
        viewer.until("document.querySelector('.lineage [role=alert]') !== null")
        viewer.page.unroute("**/lineage*")
        click(viewer, ".lineage-body > button")  # once more

        viewer.until("document.querySelector('.lineage [data-message]') !== null")
        told = viewer.text(".lineage")
        assert "disaster/alert_level" in told
        assert "パラメータ" in told
        assert "架空市" in told
        assert "訓練" in told
        # By keyboard: fold it, and open the message.
        viewer.page.evaluate("document.querySelector('.twig').focus()")
        viewer.page.keyboard.press("Enter")
        assert viewer.page.evaluate("document.querySelector('.twig').ariaExpanded") == "false"
        viewer.page.keyboard.press("Enter")
        assert viewer.check_access() == []
        assert viewer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        viewer.shoot("lineage-phone")
        click(viewer, ".lineage [data-message]")
        viewer.until(
            "document.querySelector('#dialog[open]')?.innerText.includes('record_feature')"
        )
        viewer.page.keyboard.press("Escape")
        # A record of the tree opens.
        click(viewer, ".twig-row .change")
        viewer.until(
            "document.querySelector('#detail header')?.innerText.includes('気象警報・注意報')"
        )


def test_products_that_are_not_computed_are_told_to_all_and_in_full_to_some(
    served: tuple[Served, str], chromium: Any
) -> None:
    node, own = served
    with looking(chromium, node.url, DESK) as viewer:
        viewer.open()
        viewer.until("document.querySelector('.products-alert') !== null")
        assert "算出が止まっているプロダクトがあります" in viewer.text(".products-alert")
        assert "古いことがあります" in viewer.text(".products-alert")
        assert "road_merge" not in viewer.text("#products")  # which one is not for everybody

        use(viewer, own)
        viewer.page.reload()
        viewer.until("document.querySelector('#products .broken') !== null", 30)
        assert "（1）" in viewer.text(".products-alert")
        told = viewer.text("#products .broken")
        assert "使えません" in told
        assert "nonsense" in told
        click(viewer, "#products summary")
        viewer.until("document.querySelector('#products')?.innerText.includes('待機')")
        assert viewer.check_access() == []
        viewer.shoot("products")
