"""How a node hears its sources: told as records, cheaply, and under the right label."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import HOUR, MINUTE, now
from noroshi.engine import heard as engine
from noroshi.engine.heard import Heard
from noroshi.engine.node import Node
from noroshi.engine.settings import Settings, Source
from noroshi.kinds import decode, encode
from noroshi.kinds.intake import INTAKE, Intake, freshness_of
from noroshi.kinds.report import Report
from noroshi.store import QUARANTINED, Incoming, Outcome, Query, Store, open_store
from noroshi.web.health import standing

_count = itertools.count()
SETTINGS = Settings(sources={"city": Source("city", PUBLIC), "mori": Source("mori", PUBLIC,
                                                                         every=HOUR)})  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = open_store(tmp_path)
    yield found
    found.close()


def heard(store: Store, settings: Settings = SETTINGS) -> Heard:
    return Heard(store, lambda: settings)


def send(
    store: Store, source: str, issued: int, *titles: str, series: str = "", label: int = PUBLIC,
    mode: Mode = Mode.ACTUAL, at: tuple[float, float] | None = None, action: Action = Action.ISSUE,
    faults: bytes = b"[]", data: bytes | None = None,
) -> None:  # fmt: skip
    records = [
        Record("disaster.report", f"k{number}", encode(Report(title=title)),
               geometry=None if at is None else point(*at))
        for number, title in enumerate(titles)
    ]  # fmt: skip
    edition = Edition(series or source, issued, records, action, mode, effective=issued)
    data = data or str(next(_count)).encode()
    incoming = Incoming(data, hashlib.sha256(data).digest(), source, label=label)
    store.commit([(incoming, Outcome(editions=[edition], stated=len(records), faults=faults))])


def unreadable(store: Store, source: str) -> None:
    data = str(next(_count)).encode()
    incoming = Incoming(data, hashlib.sha256(data).digest(), source, label=PUBLIC)
    store.commit([(incoming, Outcome(QUARANTINED, reason="broken off"))])


def told(store: Store, mode: Mode = Mode.ACTUAL, reader: Any = OPERATOR) -> dict[str, Intake]:
    moment = max(now(), store.recorded())
    found = store.picture(Query(reader, moment, moment, INTAKE, mode))
    return {one.key: decode(INTAKE, one.body) for one in found}


def test_what_came_is_told_once_and_nothing_new_costs_no_version(store: Store) -> None:
    send(store, "city", now() - MINUTE, "a")
    hearing = heard(store)
    assert hearing.round() == 2
    assert hearing.round() == 0
    found = told(store)
    assert (found["city"].arrivals, found["mori"].arrivals) == (1, 0)
    assert found["mori"].every == 3600
    assert found["city"].newest_delay == pytest.approx(60, abs=5)


def test_another_process_goes_on_where_the_last_one_ended(store: Store) -> None:
    for number in range(3):
        send(store, "city", now() - (9 - number) * MINUTE, str(number))
    heard(store).round()
    send(store, "city", now() - MINUTE, "later")
    unreadable(store, "city")
    again = heard(store)
    again.round()
    assert (told(store)["city"].arrivals, told(store)["city"].quarantined) == (5, 1)
    assert len(told(store)["city"].lately) == 5
    assert again.round() == 0


def test_routine_is_told_seldom_and_what_is_wrong_at_once(store: Store) -> None:
    send(store, "city", now() - 3 * MINUTE, "a")
    hearing = heard(store)
    hearing.round()
    send(store, "city", now() - 2 * MINUTE, "b")
    assert hearing.round() == 0
    unreadable(store, "city")
    assert hearing.round() == 1
    found = told(store)["city"]
    assert (found.arrivals, found.quarantined, found.reason) == (3, 1, "broken off")
    assert found.lately[0].unread == "broken off"


def test_the_same_bytes_again_and_two_statements_of_one_time_are_counted(store: Store) -> None:
    issued = now() - MINUTE
    send(store, "city", issued, "a", "b", data=b"once")
    send(store, "city", issued, "a", "b", data=b"once")
    send(store, "city", issued, "a", "c")
    heard(store).round()
    found = told(store)["city"]
    assert (found.repeated, found.conflicts) == (1, 1)


def test_a_correction_is_no_contradiction(store: Store) -> None:
    issued = now() - MINUTE
    send(store, "city", issued, "a")
    send(store, "city", issued, "b", action=Action.CORRECT)
    heard(store).round()
    assert told(store)["city"].conflicts == 0


def test_exchanged_coordinates_and_places_far_from_the_usual_ones_are_counted(store: Store) -> None:
    for step in range(6):
        titles = [f"{step} {number}" for number in range(20)]
        send(store, "city", now() - (20 - step) * MINUTE, *titles, at=(136.9, 37.0))
    fault = {"what": "no position: 37.0, 136.9 is nowhere; longitude and latitude look exchanged"}
    total = {"what": "left out as a total: 合計"}
    send(store, "city", now() - 2 * MINUTE, "far", at=(130.0, 31.0),
         faults=json.dumps([fault, fault, total]).encode())  # fmt: skip
    heard(store).round()
    found = told(store)["city"]
    assert (found.placed, found.outside) == (121, 1)
    assert found.faults == {"no position": 2}
    assert (found.lately[0].outside, found.lately[0].lost) == (1, 2)


def test_a_secret_source_is_not_shown_by_its_intake(store: Store) -> None:
    send(store, "city", now() - MINUTE, "a")
    send(store, "secret", now() - MINUTE, "a", label=OWN)
    hearing = heard(store)
    hearing.round()
    assert set(told(store, reader=ANONYMOUS)) == {"city", "mori"}
    assert "secret" in told(store)
    send(store, "city", now(), "b", label=OWN)
    hearing.round()
    assert set(told(store, reader=ANONYMOUS)) == {"mori"}
    assert "city" in told(store)


def test_sources_of_a_drill_are_judged_by_the_clock_that_the_drill_tells(store: Store) -> None:
    """Played in the past, as fast as possible: only one of three is an hour fast."""
    start = now() - 40 * HOUR
    for step in range(30):
        time = start + step * 10 * MINUTE
        for name in ("drill/rain", "drill/river"):
            send(store, name, time, str(step), mode=Mode.EXERCISE)
        send(store, "drill/fast", time + HOUR, str(step), mode=Mode.EXERCISE)
    hearing = heard(store)
    hearing.round()
    found = told(store, Mode.EXERCISE)
    assert not told(store).keys() - {"city", "mori"}
    assert found["clock"].clock is not None
    assert hearing.clock() == start + 290 * MINUTE
    assert found["drill/rain"].future == 0
    assert found["drill/fast"].future == 30
    assert freshness_of(found["drill/rain"], start + 290 * MINUTE).state == "fresh"


def test_a_town_that_fell_silent_after_its_first_list_is_held_to_the_others(store: Store) -> None:
    for number in range(1, 5):
        for step in range(1 if number == 1 else 8):
            time = now() - (8 - step) * 30 * MINUTE
            send(store, f"5120{number}-shelters", time, str(step))
    heard(store, Settings()).round()
    found = told(store)["51201-shelters"]
    assert found.usual == pytest.approx(1800, abs=5)
    assert found.usual_from == "alike"
    unreadable(store, "51201-shelters")
    heard(store, Settings()).round()
    found = told(store)["51201-shelters"]
    assert (found.quarantined, found.usual_from) == (1, "alike")


def test_the_page_of_sources_says_what_products_say(store: Store) -> None:
    for step in range(8):
        send(store, "city", now() - (9 - step) * 30 * MINUTE, str(step))
    heard(store).round()
    node = cast(Node, SimpleNamespace(store=store, settings=SETTINGS))
    page = {one.name: fresh.state for one, fresh in standing(node, OPERATOR)}
    assert page == {name: freshness_of(one, now()).state for name, one in told(store).items()}


def test_a_round_ends_in_time_and_says_nothing_while_it_is_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(25):
        send(store, "city", now() - MINUTE, str(number))
    monkeypatch.setattr(engine, "SHARE", 10)
    monkeypatch.setattr(engine, "BUDGET", 0.0)
    hearing = heard(store)
    assert (hearing.round(), hearing.round()) == (0, 0)
    assert hearing.round() == 2
    assert told(store)["city"].arrivals == 25
