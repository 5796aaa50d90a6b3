"""A drill played step by step says the same on every machine, products included."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

import drilling
from made import made
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, HOUR, MINUTE, NEVER, now
from noroshi.engine.settings import Settings
from noroshi.feeds.drill import matching
from noroshi.feeds.drill.lockstep import Played, StandingClock, play_in_steps
from noroshi.feeds.drill.scene import Event
from noroshi.feeds.drill.score import Scores, score
from noroshi.feeds.drill.statements import Statement, from_home
from noroshi.feeds.drill.truth import Heading
from noroshi.store import open_store

START, SHELTER = drilling.START, "disaster.shelter"


def played(
    home: Path, *, step: int = 5 * MINUTE, events: list[Event] | None = None
) -> tuple[Played, Scores, list[Statement]]:
    some = events or list(drilling.play(drilling.world(), START, 1))
    store = open_store(home)
    one = play_in_steps(some, store, Settings(), START, step=step)
    store.close()
    stated = from_home(home, matching.kinds_told({SHELTER}))
    heading = Heading(scenario="small", start=START, hours=61 / 60, speed=0.0)
    return one, score(heading, one.facts, stated, one.known()), stated


def test_the_same_drill_is_scored_the_same_each_time(tmp_path: Path) -> None:
    (first, one, _), (_, other, _) = (played(tmp_path / name) for name in ("a", "b"))
    assert one == other
    assert not first.failures
    assert first.tally.read == first.tally.taken == 24
    assert one.kinds[SHELTER].complete == 1
    assert one.kinds[f"{SHELTER} (disaster.shelter_merged)"].complete == 1
    assert one.kinds[SHELTER] is not one.kinds[f"{SHELTER} (disaster.shelter_merged)"]


def test_a_statement_is_known_at_the_end_of_the_step_in_which_it_was_sent(tmp_path: Path) -> None:
    one, found, stated = played(tmp_path, step=15 * MINUTE)
    known = one.known()
    for each in stated:  # tables are sent every ten minutes; products are made in the same step
        assert known(each) == START - (START - each.issued) // (15 * MINUTE) * 15 * MINUTE
    late = found.kinds[SHELTER].late_recorded
    assert late is not None
    assert found.kinds[SHELTER].late.max == 300
    assert late.max == 600


def test_the_clock_goes_on_where_nobody_speaks(tmp_path: Path) -> None:
    """A product that is due because nothing came says so in time."""
    events = list(drilling.play(drilling.world(), START, 1))
    last = max(one.time for one in events)
    silent = msgspec.structs.replace(events[-1], time=last + 3 * HOUR)
    with made(tmp_path / "made", "silent"):
        one, _, _ = played(tmp_path / "home", events=[*events, silent])
        said = from_home(tmp_path / "home", {"disaster.layer"})
    assert not one.failures
    known = one.known()
    ends = [each for each in said if each.body["title"] == "途絶"]
    assert ends
    assert all(0 <= known(each) - each.issued < 5 * MINUTE for each in ends)
    times = [time for _, time in one.steps[1:]]
    assert times == [START + number * 5 * MINUTE for number in range(len(times))]


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_the_standing_clock_makes_due_what_has_come_and_nothing_else(at: int, time: int) -> None:
    clock = StandingClock(at)
    assert clock.time(Mode.EXERCISE, now()) == at
    assert clock.wall(Mode.EXERCISE, time) == (NEVER if time <= at else FOREVER)
    for mode, moment in itertools.product((Mode.ACTUAL, Mode.TEST), (at, time)):
        assert clock.time(mode, moment) == clock.wall(mode, moment) == moment
