"""Lifelines: what is out, until when, whom it touches, and when base stations go dark."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core.capability import run
from noroshi.core.record import Action, Edition, Mode, Version
from noroshi.core.time import DAY, FOREVER, HOUR, MINUTE, parse
from noroshi.domains import get
from noroshi.domains.disaster.lifelines import CAPABILITY, model
from noroshi.domains.disaster.lifelines.products import HISTORY, POINTS, Params
from noroshi.kinds.lifeline_state import STATION_STATES

NAME = "disaster/lifelines"
TOWN = "city:9901100"
NOW = parse("2031-07-02T18:00:00+09:00")
_ids = itertools.count(1)


def said(
    kind: str, fields: dict[str, Any], time: int, *, ended: int = FOREVER, series: str = "power",
    area: str | None = TOWN, key: str = "",
) -> Version:  # fmt: skip
    return Version(
        id=next(_ids), kind=kind, key=key or str(fields.get("code", "x")), series=series,
        mode=Mode.ACTUAL, action=Action.ISSUE, issued=time, serial=0, recorded=time,
        valid_from=time, valid_to=FOREVER, ended_at=ended, ended_recorded=ended, label=0,
        source=series, message=None, area=area, geometry=None, confidence=None, basis=(),
        body=msgspec.json.encode(fields),
    )  # fmt: skip


def outage(out: int | None, time: int, code: str = "99E1-01", **more: Any) -> Version:
    told = {name: more.pop(name) for name in ("ended", "series", "area", "key") if name in more}
    fields: dict[str, Any] = {"service": "power", "code": code, "municipality": "灯台市"}
    if out is not None:
        fields |= {"customers_out": out, "status": "partial" if out else "restored"}
    return said("infrastructure.outage", fields | more, time, **told)


def station(time: int, **fields: Any) -> Version:
    body = {"code": "99B1", "municipality": "灯台市"} | fields
    return said("infrastructure.base_station", body, time, series="mobile")


def facility(**fields: Any) -> Version:
    return said("infrastructure.facility", fields, NOW - 90 * DAY, series="register")


def made(*versions: Version, at: int | None = None) -> list[Edition]:
    inputs: dict[str, list[Version]] = {}
    for one in versions:
        inputs.setdefault(one.kind, []).append(one)
    return run(NAME, get(NAME), inputs, at=at)


def bodies(*versions: Version, at: int | None = None) -> list[dict[str, Any]]:
    return [json.loads(record.body) for one in made(*versions, at=at) for record in one.records]


def test_feeders_are_added_up_and_what_is_restored_is_not_out() -> None:
    (body,) = bodies(
        outage(500, NOW, "99E1-01", customers_total=1000),
        outage(300, NOW, "99E1-02", customers_total=300, status="out"),
        outage(0, NOW, "99E1-03", customers_total=700),
    )
    assert (body["customers_out"], body["customers_total"], body["share"]) == (800, 2000, 0.4)
    assert body["status"] == "partial"


def test_a_total_of_the_municipality_is_compared_with_its_feeders_and_never_added() -> None:
    (body,) = bodies(
        outage(500, NOW),
        said("infrastructure.outage", {"service": "power", "municipality": "灯台市",
             "customers_out": 900, "status": "partial"}, NOW - HOUR, series="city", key="all"),
    )  # fmt: skip
    assert body["customers_out"] == 500
    (conflict,) = body["conflicts"]
    assert "city: partial 900" in conflict["other"]


def test_the_sender_that_spoke_last_is_taken_and_the_other_is_kept_as_a_conflict() -> None:
    first = outage(1000, NOW, series="power")
    later = outage(200, NOW + HOUR, series="city")
    (body,) = bodies(first, later)
    assert body["customers_out"] == 200
    assert len(body["conflicts"]) == 1
    assert bodies(first, outage(990, NOW + HOUR, series="city"))[0].get("conflicts") is None


def test_a_feeder_that_is_out_without_a_count_is_said_to_be_uncounted_not_zero() -> None:
    (body,) = bodies(outage(None, NOW, status="out"))
    assert "customers_out" not in body
    assert body["uncounted"] == 1
    assert "forecast" not in body


def test_a_hospital_on_the_feeder_is_touched_and_its_generator_runs_out_at_a_time() -> None:
    hospital = facility(
        name="病院", code="99H1", category="hospital", feeder="99E1-01", backup=7200.0
    )
    other = facility(name="別の病院", code="99H2", category="hospital", feeder="99E1-02")
    (body,) = bodies(outage(500, NOW, since="2031-07-02T17:00:00+09:00"), hospital, other)
    (touched,) = body["facilities"]
    assert (touched["code"], touched["by"]) == ("99H1", "feeder")
    assert touched["backup_until"] == "2031-07-02T19:00:00+09:00"


def test_an_open_shelter_is_touched_by_its_address_and_a_closed_one_is_not() -> None:
    shelters = [
        said("disaster.shelter", {"name": name, "status": status, "address": "灯台市汐見一丁目2"},
             NOW, series="shelters", key=name)
        for name, status in (("汐見小", "open"), ("汐見中", "closed"))
    ]  # fmt: skip
    (body,) = bodies(outage(500, NOW, districts=["汐見一丁目"]), *shelters)
    assert [one["name"] for one in body["facilities"]] == ["汐見小"]


def test_a_station_is_expected_dark_from_the_moment_that_its_battery_announces() -> None:
    version = station(NOW, status="on", power="battery", battery=7200.0)
    (edition,) = made(version, at=NOW)
    (record,) = edition.records
    assert json.loads(record.body)["state"] == "on_battery"
    assert record.valid_to == NOW + 2 * HOUR
    (edition,) = made(version, at=NOW + 5 * HOUR)
    assert json.loads(edition.records[0].body)["state"] == "expected_dark"
    assert edition.issued == NOW + 2 * HOUR


def test_a_station_nobody_speaks_of_is_unknown_and_never_called_dark() -> None:
    built = facility(name="局", code="99B2", category="base_station", feeder="99E1-01",
                     backup=3600.0)  # fmt: skip
    versions = (outage(900, NOW, customers_total=900), built)
    (state,) = [one for one in bodies(*versions) if "presumed" in one]
    assert state.get("state", "unknown") == "unknown"
    (state,) = [one for one in bodies(*versions, at=NOW + 2 * HOUR) if "presumed" in one]
    assert state["state"] == "expected_dark"
    assert {"expected_dark", "unknown"} <= set(STATION_STATES)


def test_the_forecast_is_renewed_by_the_clock_until_the_statement_is_stale() -> None:
    version = outage(4000, NOW)
    (edition,) = made(version, at=NOW + 90 * MINUTE)
    (record,) = edition.records
    assert (edition.issued, record.valid_to) == (NOW + HOUR, NOW + 2 * HOUR)
    assert "stale" not in json.loads(record.body)
    (edition,) = made(version, at=NOW + 3 * DAY)
    assert json.loads(edition.records[0].body)["stale"]
    assert edition.records[0].valid_to is None


def test_an_event_that_is_repaired_fast_is_forecast_to_end_sooner() -> None:
    slow = outage(8000, NOW, customers_total=8000)
    fast = [outage(8000 - 1500 * step, NOW - (4 - step) * HOUR, since="2031-07-02T13:00:00+09:00",
                   ended=FOREVER if step == 4 else NOW - (3 - step) * HOUR)
            for step in range(5)]  # fmt: skip
    before, after = bodies(slow)[0], bodies(*fast)[0]
    assert (before["forecast_from"], after["forecast_from"]) == ("prior", "history")
    assert parse(after["half"]["at"]) < parse(before["half"]["at"])
    assert parse(after["half"]["late"]) - parse(after["half"]["early"]) < (
        parse(before["half"]["late"]) - parse(before["half"]["early"])
    )


def test_a_municipality_is_known_by_its_name_where_there_is_nothing_else() -> None:
    (edition,) = made(outage(500, NOW, area=None))
    assert edition.series == f"product/{NAME}/灯台市/outages"
    assert edition.records[0].area is None


def test_history_is_declared_as_long_as_it_is_used() -> None:
    assert CAPABILITY.history == {"infrastructure.outage": HISTORY}


counts = st.lists(st.integers(0, 9000), min_size=1, max_size=12)


@given(counts, st.floats(0, 48))
def test_cohorts_hold_exactly_those_that_are_out(numbers: list[int], age: float) -> None:
    told = [(10.0 + step, float(out)) for step, out in enumerate(numbers)]
    found = model.cohorts(10.0 - age, told, 10.0 + len(numbers))
    assert sum(one.out for one in found) == pytest.approx(numbers[-1])
    for one in found:
        assert all(a <= b for (a, _), (b, _) in itertools.pairwise(one.seen))
        assert all(m >= n - 1e-9 for (_, m), (_, n) in itertools.pairwise(one.seen))


@settings(max_examples=20, deadline=None)
@given(counts.filter(lambda some: some[-1] > 0), st.floats(1, 500))
def test_courses_only_fall_and_their_quantiles_are_in_order(
    numbers: list[int], median: float
) -> None:
    told = [(0.5 + step, float(out)) for step, out in enumerate(numbers)]
    history = model.cohorts(0.0, told, float(len(numbers)))
    curve = model.fit(model.prior(median, Params().spread), history, 1500.0)
    assert curve.weight.sum() == pytest.approx(1)
    courses = model.paths(curve, [one for one in history if one.out > 0], 1500.0)
    for quantile in (0.1, 0.5, 0.9):
        line = [model.still_out(courses, hours, quantile) for hours in POINTS]
        assert line == sorted(line, reverse=True)
        assert all(0 <= one <= 1 for one in line)
    for hours in POINTS:
        low, middle, high = (model.still_out(courses, hours, one) for one in (0.1, 0.5, 0.9))
        assert low <= middle <= high
    times = [model.time_of(courses, 0.5, one) for one in (0.1, 0.5, 0.9)]
    known = [one for one in times if one is not None]
    assert known == sorted(known)


def test_the_fitted_curve_finds_the_median_that_made_the_data() -> None:
    """Many feeders whose customers come back after a lognormal time with a median of 6 h."""
    true = model.Curve(*(model.np.array([one]) for one in (model.math.log(6.0), 0.8, 1.0)))
    ages = [0.5 * step for step in range(1, 49)]
    left = [20_000 * float(model._surviving(true, model.np.array([age]))[0, 0]) for age in ages]
    (cohort,) = model.cohorts(0.0, list(zip(ages, left, strict=True)), ages[-1])
    curve = model.fit(model.prior(48.0, 1.2), [cohort], 100.0)
    assert float(model.math.exp(curve.mu @ curve.weight)) == pytest.approx(6.0, rel=0.25)


def test_one_shock_brings_no_more_losses_and_a_storm_that_goes_on_does() -> None:
    shock = [model.Cohort(0.0, ((0.2, 1000.0),)) for _ in range(9)]
    storm = [model.Cohort(0.0, ((0.3 * step, 1000.0),)) for step in range(10)]
    assert model.inflow(shock, 3.0) == 0
    assert model.inflow(storm, 3.0) > 1000
