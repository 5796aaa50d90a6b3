"""The fictional prefecture in a storm, in a real browser: what `make demo` shows. Its picture is
that of the README (`make picture`)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from browsing import PHONE, looking, needs_browser
from noroshi.feeds.drill.worlds import load_world
from prefecture import SEED, kept, world
from run import Node
from served import Served

needs_browser()
pytest_plugins = ("page_fixtures",)

START = datetime(2026, 8, 28, tzinfo=UTC)
#: 28 hours into the drill: the rainband stands over the mountains.
HASH = "#mode=exercise&span=6&at=2026-08-29T04:00:00Z&end=2026-08-29T05:00:00Z"
VIEW = "&view=9.15/27.5/144.74"


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A node that has seen the whole typhoon."""
    home = tmp_path_factory.mktemp("storm")
    (home / "settings.toml").write_text(
        '[web]\ntitle = "訓練用ノード"\n[sources.drill]\nlabel = "public"\n'
    )
    made = f"world-{SEED}-0"
    world()
    shutil.copytree(kept() / "drill" / made, home / "drill" / made)
    node = Node(home)
    node("drill", "world", "--import", "--seed", SEED)
    node("drill", "run", "typhoon", "--seed", SEED, "--speed", "max", "--start", START.isoformat())
    with Served(home) as served:
        yield served


def test_the_storm_is_on_the_map_and_nothing_of_it_is_actual(storm: Served, chromium: Any) -> None:
    with looking(chromium, storm.url, (1280, 760)) as viewer:
        viewer.open(HASH + VIEW)
        viewer.wait(lambda: viewer.count("disaster.alert_level") >= 15, 60)
        for kind in ("disaster.weather_warning", "disaster.evacuation_order", "disaster.road",
                     "disaster.river_level", "infrastructure.outage"):  # fmt: skip
            assert viewer.count(kind) > 0, kind
        assert "緊急安全確保" in viewer.text("#situation")
        viewer.page.wait_for_timeout(3000)
        viewer.shoot("storm")
        viewer.page.select_option("#mode", "actual")
        viewer.wait(lambda: viewer.count("disaster.alert_level") == 0, 60)
        assert "緊急安全確保" not in viewer.text("#situation")


def test_the_storm_can_be_read_on_a_phone(storm: Served, chromium: Any) -> None:
    with looking(chromium, storm.url, PHONE) as viewer:
        viewer.open(HASH + "&view=8.2/27.5/144.75")
        viewer.wait(lambda: viewer.count("disaster.alert_level") >= 15, 60)
        viewer.shoot("storm-phone")
        assert viewer.check_access() == []


def test_those_who_live_there_are_told_what_to_do_and_that_it_is_a_drill(storm: Served) -> None:
    told = {"mode": "exercise", "datetime": "2026-08-29T04:00:00Z"}
    land = load_world(storm.home / "drill" / f"world-{SEED}-0")
    assert land is not None
    pages = {}
    for town in land.municipalities:
        answer = storm.http.get(f"/area/{town.code}", params=told)
        assert answer.status_code == 200
        assert town.name in answer.text
        assert "訓練" in answer.text
        pages[town.code] = answer.text
    assert any("レベル" in page for page in pages.values())
    assert land.name in storm.http.get("/area", params={"mode": "exercise"}).text
    assert land.name not in storm.http.get("/area").text
    listed = storm.http.get(f"/area/{land.code}", params=told).text
    assert all(town.name in listed for town in land.municipalities)
