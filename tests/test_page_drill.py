"""The page follows the clock of a drill: what holds then is shown, and never for real."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from browsing import PHONE, looking, needs_browser, present, send
from noroshi.core.record import Mode
from noroshi.formats.record_feature.reader import envelope
from noroshi.kinds.exercise import SESSION
from served import Served

needs_browser()
pytest_plugins = ("page_fixtures",)

ROAD = "disaster.road"
SPEED = 600


def feature(kind: str, id: str, **properties: Any) -> bytes:
    """A record stated as an exercise."""
    point = {"type": "Point", "coordinates": [144.75, 27.5]} if kind == ROAD else None
    stated = {"type": "Feature", "id": id, "geometry": point, "properties": properties}
    return envelope(json.dumps(stated).encode(), kind, Mode.EXERCISE)


def session(stated: datetime, clock: datetime, state: str = "running", hours: int = 10) -> bytes:
    """A drill that has come to `clock` at the time `stated`."""
    return feature(
        SESSION, "session", scenario="typhoon", title="Typhoon", title_ja="台風の訓練",
        state=state, clock=clock.isoformat(), stated=stated.isoformat(), begins=clock.isoformat(),
        ends=(clock + timedelta(hours=hours)).isoformat(), speed=SPEED,
    )  # fmt: skip


def test_the_picture_is_of_the_time_in_the_drill(node: Served, token: str, chromium: Any) -> None:
    now = present()
    clock = now - timedelta(hours=40)
    closed = {"name": "架空1号", "status": "closed"}
    for id, starts, ends in (("early", -60, 90), ("late", 60, None)):
        until = {} if ends is None else {"valid_to": (clock + timedelta(minutes=ends)).isoformat()}
        since = (clock + timedelta(minutes=starts)).isoformat()
        send(node, token, feature(ROAD, id, valid_from=since, **until, **closed))
    with looking(chromium, node.url) as viewer:
        viewer.open("#mode=exercise")
        assert viewer.count(ROAD) == 1  # now, days later, only the second is closed still
        assert viewer.text("#drill") == ""

        send(node, token, session(present(), clock))
        viewer.until("document.querySelector('#drill')?.textContent.includes('台風の訓練')")
        told = viewer.text("#drill")
        assert f"{SPEED}倍速" in told
        japan = (clock + timedelta(hours=9)).strftime("%Y/%m/%d")
        assert japan in told or (clock + timedelta(hours=10)).strftime("%Y/%m/%d") in told
        assert viewer.text("#moment") == ""  # the present of the drill is no other moment
        viewer.shoot("drill")
        # From 60 minutes in the drill (6 seconds) both are closed, from 90 (9 seconds) the second.
        viewer.wait(lambda: viewer.count(ROAD) == 2, 15)
        viewer.wait(lambda: viewer.count(ROAD) == 1, 15)

        viewer.page.select_option("#mode", "actual")
        viewer.until("!document.querySelector('#drill')?.textContent")
        assert viewer.count(ROAD) == 0


def test_a_drill_that_stops_gives_the_present_back(node: Served, token: str, chromium: Any) -> None:
    clock = present() - timedelta(hours=40)
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    send(node, token, feature(ROAD, "road", name="架空1号", status="closed", valid_from=since))
    send(node, token, session(present(), clock, hours=100))
    with looking(chromium, node.url, PHONE) as viewer:
        viewer.open("#mode=exercise")
        viewer.until("document.querySelector('#drill')?.textContent.includes('台風の訓練')")
        assert viewer.count(ROAD) == 0
        viewer.shoot("drill-phone")
        assert viewer.check_access() == []
        send(node, token, session(present(), clock + timedelta(hours=1), "stopped"))
        viewer.wait(lambda: viewer.count(ROAD) == 1)
        assert viewer.text("#drill") == ""
