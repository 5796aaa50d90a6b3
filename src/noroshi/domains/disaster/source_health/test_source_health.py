"""Sources: on time, late, silent or wrong, and why their data is missing, in a sentence."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.core.capability import run
from noroshi.core.freshness import GRACE, Seen, stand, turns
from noroshi.core.record import Action, Edition, Mode, Version
from noroshi.core.time import FOREVER, HOUR, MINUTE, SECOND, parse, show
from noroshi.domains import get
from noroshi.domains.disaster.source_health import model
from noroshi.kinds import decode, encode
from noroshi.kinds.intake import INTAKE, Intake, Lately, freshness_of, seen_of
from noroshi.kinds.source_health import STATES

NAME = "disaster/source_health"
NOW = parse("2031-07-02T18:00:00+09:00")
_ids = itertools.count(1)


def heard(told: Intake, time: int = NOW, mode: Mode = Mode.ACTUAL) -> Version:
    return Version(
        id=next(_ids), kind=INTAKE, key=told.source or "clock", series=f"node/intake/{told.source}",
        mode=mode, action=Action.ISSUE, issued=time, serial=0, recorded=time, valid_from=time,
        valid_to=FOREVER, ended_at=FOREVER, ended_recorded=FOREVER, label=2, source="node",
        message=None, area=None, geometry=None, confidence=None, basis=(), body=encode(told),
    )  # fmt: skip


def source(*delays: float, usual: float | None = 600.0, **more: Any) -> Intake:
    """A source whose latest messages took `delays` seconds, the latest first, ten minutes apart."""
    lately = more.pop("lately", None) or [
        Lately(
            received=show(NOW - 10 * number * MINUTE) or "", delay=delay,
            issued=show(NOW - 10 * number * MINUTE - round(delay * SECOND)),
        )
        for number, delay in enumerate(delays)
    ]  # fmt: skip
    ahead = sum(one < -600 for one in delays)
    credible = [one for one in delays if one >= -600]
    newest = NOW - round(credible[0] * SECOND) if credible else None
    return Intake(
        source="tsuki", usual=usual, arrivals=max(1, len(delays)), last_received=show(NOW),
        newest_issued=show(newest), newest_delay=credible[0] if credible else None, future=ahead,
        usual_delay=max(0.0, sorted(credible)[len(credible) // 2]) if credible else 0.0,
        lately=lately, **more,
    )  # fmt: skip


def made(*told: Version, at: int | None = None) -> list[Edition]:
    return run(NAME, get(NAME), {INTAKE: list(told)}, at=at)


def body(told: Intake, at: int = NOW) -> dict[str, Any]:
    ((record,),) = (one.records for one in made(heard(told), at=at))
    found: dict[str, Any] = json.loads(record.body)
    return found


def test_a_regular_source_is_late_and_then_silent_at_the_moments_that_were_announced() -> None:
    version = heard(source(60, 60))
    states, at = [], NOW
    for _ in range(5):
        ((record,),) = (one.records for one in made(version, at=at))
        states.append(json.loads(record.body)["state"])
        if record.valid_to is None:
            break
        at = record.valid_to
    assert states == ["on_time", "late", "silent"]
    assert at > NOW + 30 * MINUTE


def test_a_source_of_the_settings_that_never_spoke_was_never_heard() -> None:
    told = body(Intake(source="mori", every=3600.0))
    assert told["states"] == ["never_heard"]
    assert "一度も受信していません" in told["sentence_ja"]


def test_a_clock_an_hour_fast_is_found_and_gone_with_the_first_message_that_is_right() -> None:
    told = body(source(-3540, -3540, -3540))
    assert told["state"] == "wrong_clock"
    assert told["clock_off"] == pytest.approx(3540)
    assert "wrong_clock" not in body(source(60, -3540, -3540))["states"]


def test_a_clock_an_hour_slow_is_found_and_slow_delivery_of_any_length_is_not() -> None:
    assert body(source(3660, 3670, 3650, 3660))["clock_off"] == pytest.approx(-3660)
    assert "wrong_clock" not in body(source(2400, 2400, 2400, 2400))["states"]
    assert "wrong_clock" not in body(source(3600, 60, 3600, 7200))["states"]


def test_exchanged_coordinates_are_found_by_the_share_that_is_nowhere() -> None:
    bad = [Lately(received=show(NOW) or "", records=2, lost=40)]
    assert body(source(60, lately=bad))["state"] == "out_of_area"
    few = [Lately(received=show(NOW) or "", records=40, lost=2)]
    assert body(source(60, lately=few))["state"] == "on_time"


def test_a_truncated_file_makes_a_source_faulty_with_its_reason_in_the_sentence() -> None:
    bad = [Lately(received=show(NOW) or "", unread="not a readable ZIP archive")]
    told = body(source(60, lately=bad, quarantined=1, quarantined_day=1))
    assert told["state"] == "faulty"
    assert "not a readable ZIP archive" in told["sentence"]


def test_small_faults_that_every_message_has_do_not_make_a_source_faulty() -> None:
    lately = [Lately(received=show(NOW) or "", faults=3) for _ in range(6)]
    assert body(source(60, lately=lately))["state"] == "on_time"


def test_two_messages_that_differ_as_of_the_same_time_contradict() -> None:
    lately = [Lately(received=show(NOW) or "", conflicts=7)]
    assert body(source(60, lately=lately))["states"] == ["contradicting"]


def test_a_source_of_a_drill_is_judged_by_the_clock_of_the_drill() -> None:
    told = msgspec.structs.replace(source(60, 60), source="drill/tsuki", drill=True)
    clock = Intake(source="", drill=True, clock=show(NOW + 5 * MINUTE))
    years = NOW + 1000 * HOUR
    (edition,) = made(heard(told, mode=Mode.EXERCISE), heard(clock, years, Mode.EXERCISE), at=years)
    assert json.loads(edition.records[0].body)["state"] == "on_time"
    assert edition.series == edition.series.rstrip("/")
    later = msgspec.structs.replace(clock, clock=show(NOW + HOUR))
    (edition,) = made(heard(told, mode=Mode.EXERCISE), heard(later, years, Mode.EXERCISE), at=years)
    assert json.loads(edition.records[0].body)["state"] == "silent"


def test_every_state_has_a_word_in_both_languages_and_every_freshness_a_state() -> None:
    assert set(model.OF_FRESHNESS.values()) <= set(STATES)
    assert all(ja and en for ja, en in STATES.values())


delays = st.floats(-7200, 7200).map(round)
seens = st.builds(
    Seen, received=st.integers(NOW - 9 * HOUR, NOW),
    newest=st.none() | st.integers(NOW - 9 * HOUR, NOW), delay=st.none(),
    usual=st.integers(0, HOUR), ahead=st.booleans(), unread=st.integers(0, 2),
    learned=st.none() | st.integers(SECOND, 3 * HOUR),
)  # fmt: skip


@given(seens, st.none() | st.integers(SECOND, 3 * HOUR), st.floats(0, 1))
def test_a_state_holds_until_the_moment_it_is_said_to_turn(
    seen: Seen, every: int | None, share: float
) -> None:
    turn = turns(seen, every, NOW)
    state = stand(seen, every, NOW).state
    end = NOW + 30 * HOUR if turn is None else turn - 1
    assert stand(seen, every, NOW + round(share * (end - NOW))).state == state
    if turn is not None:
        assert turn > NOW
        assert stand(seen, every, turn).state != state


@given(st.lists(delays, min_size=1, max_size=10), st.integers(0, 100))
def test_the_page_of_sources_and_the_product_say_the_same_of_freshness(
    some: list[int], hours: int
) -> None:
    told = source(*some)
    at = NOW + hours * HOUR
    found = body(told, at)
    assert found["freshness"] == freshness_of(told, at).state
    assert found["sentence"]
    assert found["sentence_ja"]
    assert set(found["states"]) <= set(STATES)


def test_what_is_judged_by_survives_being_told() -> None:
    told = source(60, 90)
    again: Intake = decode(INTAKE, encode(told))
    assert seen_of(again) == seen_of(told)
    assert seen_of(again).newest == NOW - MINUTE
    assert GRACE == MINUTE
