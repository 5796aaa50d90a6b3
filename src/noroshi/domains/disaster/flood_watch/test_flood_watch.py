"""States from sparse reports: water at once, dry only when said for long enough, silence never."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core.capability import run
from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, HOUR, JST, MINUTE, parse, show
from noroshi.domains import get
from noroshi.domains.disaster.flood_watch.model import Report, heights, hold, metres, rhythm, trend
from noroshi.domains.disaster.flood_watch.products import Params, build
from noroshi.domains.samples import inputs_of

NAME = "disaster/flood_watch"
EVENING = Path(__file__).parent / "samples" / "evening"
AT = parse("2031-07-02T22:00:00+09:00")
NOON = parse("2031-07-02T12:00:00+09:00")
NOTHING: dict[str, list[Version]] = {kind: [] for kind in get(NAME).consumes}


def states(at: int = AT, params: Params | None = None) -> dict[str, dict[str, Any]]:
    """The bodies of the sample by code, those of the exercise left out."""
    return {
        record.key: json.loads(record.body)
        for edition in run(NAME, get(NAME), inputs_of(NAME, EVENING), params, at=at)
        for record in edition.records
        if edition.mode is Mode.ACTUAL
    }


def version(id: int, time: int, body: dict[str, Any], until: int = FOREVER) -> Version:
    return Version(
        id=id, kind="disaster.flood_sensor", key="S", series="sensors", mode=Mode.ACTUAL,
        action=Action.ISSUE, issued=time, serial=0, recorded=time, valid_from=time,
        valid_to=FOREVER, ended_at=until, ended_recorded=until, label=0, source="s", message=None,
        area=None, geometry=None, confidence=None, basis=(),
        body=json.dumps({"code": "S", "observed": show(time, JST), **body}).encode(),
    )  # fmt: skip


def said(reports: list[tuple[int, str]]) -> dict[str, list[Version]]:
    """Inputs of one sensor that said wet, dry or unknown at minutes after noon."""
    times = [NOON + minute * MINUTE for minute, _ in reports] + [FOREVER]
    return {
        **NOTHING,
        "disaster.flood_sensor": [
            version(at + 1, times[at], {"state": word, "steps": "10/20"}, times[at + 1])
            for at, (_, word) in enumerate(reports)
        ],
    }


def state(
    inputs: dict[str, list[Version]], at: int, params: Params | None = None
) -> dict[str, Any]:
    (edition,) = build(inputs, params or Params(), at)
    found: dict[str, Any] = json.loads(edition.records[0].body)
    return found


def test_water_counts_at_once_and_dry_only_after_it_was_said_for_half_an_hour() -> None:
    found = states()
    assert (found["sensor:F1"]["state"], found["sensor:F1"]["why"]) == ("wet", "held")
    assert (found["sensor:F1"]["step"], found["sensor:F1"]["reported_step"]) == (2, 0)
    later = states(parse("2031-07-02T22:20:00+09:00"))["sensor:F1"]
    assert (later["state"], later["since"]) == ("dry", "2031-07-02T22:20:00+09:00")
    assert states(params=Params(hold_minutes=0))["sensor:F1"]["state"] == "dry"


def test_a_step_bounds_the_depth_from_both_sides() -> None:
    body = states()["sensor:F1"]
    assert (body["depth_at_least"], body["depth_below"]) == (0.2, 0.3)


def test_a_sensor_that_is_quiet_for_longer_than_its_rhythm_is_silent_from_then_on() -> None:
    assert states(parse("2031-07-02T20:59:00+09:00"))["sensor:F2"]["state"] == "dry"
    body = states()["sensor:F2"]
    assert (body["state"], body["last_state"], body["why"]) == ("silent", "dry", "no_report")
    assert body["since"] == "2031-07-02T21:00:00+09:00"
    assert "step" not in body


def test_what_its_owner_calls_silent_what_has_no_value_and_what_was_never_heard() -> None:
    found = states()
    assert (found["sensor:F4"]["state"], found["sensor:F4"]["why"]) == ("silent", "said_silent")
    assert (found["rain:G2"]["state"], found["rain:G2"]["why"]) == ("unknown", "no_value")
    assert (found["sensor:F3"]["state"], found["sensor:F3"]["why"]) == ("unknown", "never_heard")


def test_a_river_is_held_above_the_threshold_of_the_register_and_keeps_its_highest() -> None:
    body = states()["river:R1"]
    assert (body["state"], body["step"], body["step_name"]) == ("above", 3, "避難判断水位")
    assert (body["reported_step"], body["trend"], body["highest"]) == (2, "rising", 3.3)


def test_a_record_that_tells_no_time_of_observation_is_never_called_silent() -> None:
    one = version(1, NOON, {"state": "dry", "observed": None})
    body = state({**NOTHING, "disaster.flood_sensor": [one]}, NOON + 900 * HOUR)
    assert (body["state"], body["why"]) == ("dry", "undated")


def test_a_time_that_cannot_be_read_is_refused_with_its_place() -> None:
    one = version(1, NOON, {"state": "dry", "observed": "昨日"})
    with pytest.raises(InvalidRecord, match="昨日"):
        build({**NOTHING, "disaster.flood_sensor": [one]}, Params(), NOON)


REPORTS = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["wet", "dry", "unknown"])),
    min_size=1,
    max_size=10,
).map(
    lambda some: [
        (sum(gap for gap, _ in some[: at + 1]), word) for at, (_, word) in enumerate(some)
    ]
)


@settings(max_examples=60, deadline=None)
@given(REPORTS, st.integers(0, 60 * 72))
def test_silence_never_yields_dry(reports: list[tuple[int, str]], minutes: int) -> None:
    """Dry is said only where dry was reported last, held, and heard of lately enough."""
    last = reports[-1][0]
    at = NOON + (last + minutes) * MINUTE
    body = state(said(reports), at)
    if body["state"] == "dry":
        assert [word for _, word in reports if word != "unknown"][-1] == "dry"
        assert reports[-1][1] == "dry"
        assert at < parse(body["silent_from"])
    if minutes >= 36 * 60:
        assert body["state"] == "silent"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 29), min_size=1, max_size=12), st.integers(0, 29))
def test_noise_that_alternates_within_the_hold_time_never_makes_it_flap(
    gaps: list[int], after: int
) -> None:
    reports, time = [], 0
    for at, gap in enumerate(gaps):
        time += gap
        reports.append(Report(time, time, 1 - at % 2))
    held = [hold(reports, 30, moment) for moment in range(reports[0].time, time + after, 3)]
    assert {one.step for one in held if one} <= {1}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(0, 7),
    st.integers(0, 200),
)
def test_more_water_reported_never_lowers_the_step(
    some: list[tuple[int, int]], which: int, after: int
) -> None:
    times = [sum(gap for gap, _ in some[: at + 1]) for at in range(len(some))]
    less = [Report(t, t, step) for t, (_, step) in zip(times, some, strict=True)]
    more = [
        one._replace(step=(one.step or 0) + 1) if at == which else one
        for at, one in enumerate(less)
    ]
    moment = times[-1] + after
    first, second = hold(less, 30, moment), hold(more, 30, moment)
    assert first is not None
    assert second is not None
    assert second.step >= first.step
    assert hold(less, 30, first.until - 1) == first or first.until == FOREVER


def test_rhythm_of_a_sensor_is_not_shortened_by_a_burst_of_reports() -> None:
    beats = [0, 12 * 60, 24 * 60, 24 * 60 + 3, 24 * 60 + 7, 36 * 60]
    assert rhythm(beats, weighted=True) == 12 * 60
    assert rhythm([0, 10, 20, 30, 300, 310], weighted=False) == 10
    assert rhythm([0, 10], weighted=False) is None


def test_words_of_owners_are_read_as_metres() -> None:
    assert heights("10/20/30cm") == heights("１０／２０／３０") == [0.1, 0.2, 0.3]
    assert heights("0.1/0.5m") == [0.1, 0.5]
    assert heights("床下") == []
    assert metres("３．６") == 3.6
    assert metres("欠測") is None


def test_trend_needs_a_value_of_an_hour_before() -> None:
    rise = [Report(0, 0, 0, 1.0), Report(60, 60, 0, 1.2)]
    assert (trend(rise, 60, 0.05), trend(rise[1:], 60, 0.05)) == ("rising", "")
    level = [*rise, report(120, 1.18)]
    assert trend(level, 60, 0.05) == "steady"


def report(time: int, value: float) -> Report:
    return Report(time, time, 0, value)
