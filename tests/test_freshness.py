"""How fresh a source is: judged by what it says, not by the fact that it answers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.core.freshness import (
    FRESH,
    LATE,
    SILENT,
    STALE,
    STATES,
    UNKNOWN,
    duration,
    duration_ja,
    judge,
    learn,
    never_heard,
)
from noroshi.core.time import DAY, HOUR, MINUTE, SECOND
from noroshi.store import SourceState

NOW = 1_769_000_000 * SECOND


def source(
    *ages: int, delay: int = 5 * SECOND, received: int | None = None, **more: int
) -> SourceState:
    """A source whose payload times are `ages` ago, each of which arrived `delay` after it."""
    issued = tuple(sorted((NOW - age for age in ages), reverse=True))
    last = NOW - received if received is not None else (issued[0] + delay if issued else NOW)
    return SourceState(
        "test", len(issued) or 1, last, issued[0] if issued else None, issued,
        (delay,) * len(issued), **more,
    )  # fmt: skip


def every(step: int, count: int = 12, last: int = 0) -> tuple[int, ...]:
    """Ages of a regular source whose newest is `last` old."""
    return tuple(last + step * number for number in range(count))


@pytest.mark.parametrize("setting", [None, 10 * MINUTE, HOUR, DAY])
def test_content_of_83_days_ago_is_stale_although_it_was_delivered_just_now(
    setting: int | None,
) -> None:
    found = judge(source(83 * DAY, delay=83 * DAY, received=0), setting, NOW)
    assert found.state == STALE
    assert "83 d" in found.reason
    assert "83日" in found.reason_ja
    assert found.age == 83 * DAY


def test_an_answer_that_never_changes_becomes_stale_although_it_was_fresh_once() -> None:
    assert judge(source(83 * DAY, delay=SECOND, received=0), None, NOW).state == STALE


def test_an_event_driven_source_that_is_quiet_is_not_red() -> None:
    ages = (9 * DAY, 9 * DAY + 3 * MINUTE, 12 * DAY, 30 * DAY, 31 * DAY, 55 * DAY)
    found = judge(source(*ages), None, NOW)
    assert found.state == UNKNOWN
    assert found.cadence is None
    assert "quiet" in found.reason


def test_a_burst_of_one_event_teaches_no_cadence() -> None:
    burst = every(SECOND, 32, last=3 * DAY)
    assert judge(source(*burst), None, NOW).state == UNKNOWN
    with_an_older_one = (*burst[:-1], 5 * DAY)
    assert judge(source(*with_an_older_one), None, NOW).cadence is None


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (0, FRESH), (9 * MINUTE, FRESH), (14 * MINUTE, FRESH), (16 * MINUTE, LATE),
        (39 * MINUTE, LATE), (41 * MINUTE, SILENT), (5 * DAY, SILENT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("learned", [True, False])
def test_a_regular_source_is_fresh_then_late_then_silent(
    last: int, state: str, learned: bool
) -> None:
    ages = every(10 * MINUTE, 12, last) if learned else (last,)
    found = judge(source(*ages, delay=0), None if learned else 10 * MINUTE, NOW)
    assert found.state == state
    assert found.cadence == 10 * MINUTE
    assert found.cadence_from == ("learned" if learned else "setting")


def test_a_regular_source_that_repeats_itself_is_stale() -> None:
    found = judge(source(*every(10 * MINUTE, 12, 2 * HOUR), received=MINUTE), None, NOW)
    assert found.state == STALE
    assert found.lateness is not None
    assert found.lateness > HOUR


def test_what_is_always_a_little_behind_is_fresh_and_what_is_far_behind_is_not() -> None:
    ages = every(10 * MINUTE, 12, 25 * MINUTE)
    assert judge(source(*ages, delay=18 * MINUTE), None, NOW).state == FRESH
    assert (
        judge(source(*every(10 * MINUTE, 12, 5 * HOUR), delay=5 * HOUR), None, NOW).state == STALE
    )


def test_the_setting_counts_more_than_what_was_learned() -> None:
    ages = every(10 * MINUTE, 12, 50 * MINUTE)
    assert judge(source(*ages), None, NOW).state == SILENT
    assert judge(source(*ages), HOUR, NOW).state == FRESH


def test_content_that_took_hours_to_arrive_is_late() -> None:
    assert judge(source(6 * HOUR, delay=5 * HOUR), None, NOW).state == LATE
    assert judge(source(10 * MINUTE, delay=MINUTE), None, NOW).state == FRESH


def test_a_time_in_the_future_makes_nothing_fresh() -> None:
    ahead = judge(source(-400 * DAY), None, NOW)
    assert ahead.state == UNKNOWN
    assert "future" in ahead.reason
    mixed = judge(source(-400 * DAY, 83 * DAY, received=0), None, NOW)
    assert mixed.state == STALE
    assert mixed.age == 83 * DAY
    assert "future" in mixed.reason
    assert judge(source(-400 * DAY, *every(HOUR, 8, 0)), None, NOW).state == FRESH


def test_messages_that_nobody_can_read_prove_nothing() -> None:
    unread = SourceState("test", 9, NOW - MINUTE, None, quarantined=9, quarantined_recent=9)
    assert judge(unread, None, NOW).state == UNKNOWN
    assert judge(unread, 10 * MINUTE, NOW).state == STALE
    assert judge(unread, 10 * MINUTE, NOW + DAY).state == SILENT
    assert "9 could not be read" in judge(unread, None, NOW).reason
    was_fine = source(2 * DAY, received=0, quarantined=1, quarantined_recent=1)
    found = judge(was_fine, None, NOW)
    assert found.state == STALE
    assert "the newest that could be read is 2 d old" in found.reason


def test_a_time_further_back_than_was_looked_at_still_counts() -> None:
    state = SourceState("test", 5, NOW - MINUTE, NOW - 2 * MINUTE)
    assert judge(state, None, NOW).state == FRESH
    state = SourceState("test", 5, NOW - MINUTE, NOW - 2 * MINUTE, (NOW - 9 * DAY,), (SECOND,))
    assert judge(state, None, NOW).age == 2 * MINUTE


def test_a_source_that_is_expected_and_was_never_heard_is_silent() -> None:
    found = never_heard(10 * MINUTE)
    assert (found.state, found.cadence, found.cadence_from) == (SILENT, 10 * MINUTE, "setting")


def test_irregular_sources_are_rarely_taken_for_regular() -> None:
    """Poisson arrivals, a day apart on average."""
    chance = random.Random(1)
    learned = 0
    for _ in range(1000):
        time, issued = NOW, []
        for _ in range(chance.randint(2, 32)):
            issued.append(time)
            time -= 1 + int(chance.expovariate(1 / DAY))
        learned += learn(issued) is not None
    assert learned < 15


@given(
    st.integers(MINUTE, 2 * DAY),
    st.integers(12, 32),
    st.lists(st.integers(0, 3), max_size=3, unique=True),
)
def test_a_cadence_is_learned_although_some_are_missing(
    step: int, count: int, missing: list[int]
) -> None:
    issued = [NOW - step * number for number in range(count) if number % 13 not in missing[:1]]
    learned = learn(issued)
    assert learned == (step if step * (len(issued) - 1) >= 20 * MINUTE else None)


AGES = st.lists(st.integers(-10 * DAY, 400 * DAY), min_size=0, max_size=32, unique=True)


@given(AGES, st.integers(0, 100 * DAY), st.integers(0, 400 * DAY), st.none() | st.integers(SECOND, 9 * DAY))  # fmt: skip  # noqa: E501
def test_nothing_old_is_ever_fresh(
    ages: list[int], delay: int, received: int, setting: int | None
) -> None:
    state = source(*ages, delay=delay, received=received)
    found = judge(state, setting, NOW)
    assert found.state in STATES
    assert found.reason
    assert found.reason_ja
    if found.state == FRESH:
        assert found.age is not None
        most = (
            HOUR if found.cadence is None else 3 * found.cadence + max(found.cadence // 2, MINUTE)
        )
        assert found.age <= most + 1
    if found.cadence is None and found.state in (STALE, SILENT):
        assert found.age is not None
        assert state.last_received - (NOW - found.age) > DAY - 10 * MINUTE


@given(AGES, st.integers(0, DAY), st.none() | st.integers(MINUTE, DAY), st.integers(0, 99 * DAY))
def test_waiting_makes_no_source_fresher(
    ages: list[int], delay: int, setting: int | None, wait: int
) -> None:
    """As long as it says nothing new, and its clock is right."""
    one = source(*(abs(age) for age in {abs(age): age for age in ages}.values()), delay=delay)
    grave = {FRESH: 0, LATE: 1, UNKNOWN: 1, STALE: 2, SILENT: 2}
    before, after = judge(one, setting, NOW), judge(one, setting, NOW + wait)
    assert grave[after.state] >= grave[before.state]


def test_durations_are_said_as_people_say_them() -> None:
    said = [(83 * DAY + 5 * HOUR, "83 d", "83日"), (200 * MINUTE, "3 h 20 min", "3時間20分"),
            (45 * SECOND, "45 s", "45秒"), (0, "0 s", "0秒"), (DAY + HOUR, "1 d 1 h", "1日1時間"),
            (90 * SECOND, "1 min", "1分"), (2 * HOUR, "2 h", "2時間")]  # fmt: skip
    for time, en, ja in said:
        assert (duration(time), duration_ja(time)) == (en, ja)
