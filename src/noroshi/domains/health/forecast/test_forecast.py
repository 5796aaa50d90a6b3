"""Forecasts: nothing from later, quantiles that rise, and why there is none; the real trend."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import DATA, needs_data
from noroshi.core import weeks
from noroshi.core.capability import run
from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Mode, Version
from noroshi.core.time import DAY, FOREVER
from noroshi.domains import get
from noroshi.domains.health.forecast.course import Course
from noroshi.domains.health.forecast.models import MODELS
from noroshi.domains.health.forecast.opening import holidays, open_share
from noroshi.domains.health.forecast.products import Params, forecast
from noroshi.domains.health.forecast.quantiles import LEVELS, alike, weighted, wis
from noroshi.domains.health.forecast.stack import walk
from noroshi.formats import Hints, read
from noroshi.kinds import decode, encode
from noroshi.kinds.forecast import Forecast
from noroshi.kinds.notifications import Notifications, Trend

NAME = "health/forecast"
FIRST = weeks.number("2028-W10")
SOON = weeks.begins("2028-W10")  # long before the forecast weeks are over


def course(count: int, seed: int = 1) -> np.ndarray:
    """A disease with seasons, noise of reports, zeros and a gap."""
    noise = np.random.default_rng(seed)
    turn = 2 * math.pi * np.arange(count) / 52.18
    values = np.exp(1.5 * np.sin(turn) + noise.normal(0, 0.2, count)) - 0.3
    values = np.round(np.maximum(values, 0), 2)
    values[40:42] = np.nan
    return values


def test_what_comes_later_changes_no_forecast_that_was_made_before() -> None:
    values = course(150)
    now = 110
    before = walk(Course(values, FIRST), 8, 150)
    other = values.copy()
    other[now + 1 :] = np.random.default_rng(2).uniform(0, 90, len(values) - now - 1)
    other[now + 5] = np.nan
    after = walk(Course(other, FIRST), 8, 150)
    for what in ("quantiles", "weights", "single"):
        axis = 0 if what == "quantiles" else 1
        one, two = (np.take(getattr(each, what), range(now + 1), axis) for each in (before, after))
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12, err_msg=what)
    assert not np.allclose(before.quantiles[now + 4 :], after.quantiles[now + 4 :])


def test_a_forecast_is_the_last_one_of_a_walk_and_of_a_walk_that_goes_on() -> None:
    values = course(130)
    alone = forecast("x", "x", values[:100], FIRST, SOON, Params())
    walked = walk(Course(values, FIRST), 8, 150)
    said = np.array([one.quantiles for one in alone.horizons])
    np.testing.assert_allclose(said, walked.quantiles[99], rtol=1e-3)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.one_of(st.just(0.0), st.floats(0, 80), st.just(float("nan"))), min_size=1, max_size=70
    )
)
def test_quantiles_rise_and_are_no_less_than_zero_whatever_is_observed(values: list[float]) -> None:
    found = forecast("x", "x", np.array(values), FIRST, SOON, Params(least_weeks=30))
    assert bool(found.horizons) != bool(found.missing)
    for one in found.horizons:
        assert len(one.quantiles) == len(LEVELS)
        assert one.quantiles[0] >= 0
        assert one.quantiles == sorted(one.quantiles)
    for place, _ in enumerate(found.horizons):
        assert sum(one.weights[place] for one in found.models) == pytest.approx(1, abs=1e-2)


def test_without_enough_weeks_or_reports_or_future_it_says_why_there_is_none() -> None:
    values = course(120)
    params = Params()

    def missing(values: np.ndarray, issued: int = SOON) -> str:
        return forecast("x", "x", values, FIRST, issued, params).missing

    assert missing(values[:30]) == "too_short"
    assert missing(np.append(values, [np.nan] * 5)) == "not_reported"
    assert missing(np.full(60, np.nan)) == "not_reported"
    assert missing(values) == missing(np.append(values, [np.nan] * 3)) == ""
    over = weeks.ends(weeks.numbered(FIRST + len(values) - 1 + 4))
    assert missing(values, over - 1) == ""
    assert missing(values, over) == "past"


def test_after_a_gap_in_the_newest_weeks_it_counts_from_the_last_value() -> None:
    values = np.append(course(120), [np.nan, np.nan])
    found = forecast("x", "x", values, FIRST, SOON, Params())
    assert weeks.number(found.week) - weeks.number(found.reference) == 2
    assert [weeks.number(one.week) - weeks.number(found.reference) for one in found.horizons] == [
        1, 2, 3, 4,
    ]  # fmt: skip


def test_movements_across_a_change_of_the_sentinels_are_not_compared() -> None:
    at = weeks.number("2025-W15")
    found = Course(np.arange(100, dtype=float), at - 60)
    for horizon in (1, 4):
        moved = found.ahead(found.values, horizon)
        expected = np.array([
            place + horizon < 100 and not (place < 60 <= place + horizon) for place in range(100)
        ])  # fmt: skip
        assert (~np.isnan(moved) == expected).all()
        assert (np.isnan(found.target(horizon)) == np.isnan(moved)).all()


def test_weights_follow_the_past_scores_and_power_0_makes_them_equal() -> None:
    values = course(150)
    walked = walk(Course(values, FIRST), 8, 150)
    scores = np.nanmean(wis(walked.single, Course(values, FIRST).target(1)[None, :, None])[..., 0],
                        axis=1)  # fmt: skip
    weights = walked.weights[:, -1, 0]
    assert weights[np.argmin(scores)] > weights[np.argmax(scores)]
    level = walk(Course(values, FIRST), 0, 150).weights[:, -1]
    assert np.allclose(level, 1 / len(MODELS))


# --- quantiles ----------------------------------------------------------------------------------


def test_wis_is_the_weighted_sum_of_interval_scores() -> None:
    """Bracher et al. 2021, equation 1, written out."""
    noise = np.random.default_rng(3)
    quantiles = np.sort(noise.gamma(2, 3, 23))
    for observed in (0.0, 4.0, 60.0):
        total = 0.5 * abs(observed - quantiles[11])
        for place in range(11):
            low, high, alpha = quantiles[place], quantiles[22 - place], 2 * LEVELS[place]
            outside = max(low - observed, 0) + max(observed - high, 0)
            total += alpha / 2 * ((high - low) + 2 / alpha * outside)
        assert wis(quantiles, np.array(observed)) == pytest.approx(total / 11.5)


def test_weighted_quantiles_of_equal_weights_are_those_of_the_samples() -> None:
    samples = np.random.default_rng(4).normal(size=200)
    weights = np.ones((2, 200))
    weights[1, 100:] = 0
    found = weighted(samples, weights)
    assert found[0] == pytest.approx(np.quantile(samples, LEVELS, method="hazen"))
    assert found[1] == pytest.approx(np.quantile(samples[:100], LEVELS, method="hazen"))


def test_quantiles_of_errors_are_those_known_then_with_both_signs() -> None:
    errors = np.random.default_rng(5).normal(size=300)
    errors[7] = np.nan
    found = alike(errors, 3, 20)
    known = errors[: 200 - 3 + 1]
    both = np.concatenate([known, -known])
    expected = np.nanquantile(both, LEVELS, method="hazen")
    assert found[200] == pytest.approx(expected, abs=0.02)
    assert np.isnan(found[22]).all()


# --- the calendar -------------------------------------------------------------------------------


def test_holidays_are_those_of_the_law() -> None:
    told = {f"{one:%m%d}" for one in holidays(2026)}
    assert sorted(told) == [
        "0101", "0112", "0211", "0223", "0320", "0429", "0503", "0504", "0505", "0506", "0720",
        "0811", "0921", "0922", "0923", "1012", "1103", "1123",
    ]  # fmt: skip
    assert {f"{one:%m%d}" for one in holidays(2021)} >= {"0722", "0723", "0808", "0809"}
    assert {f"{one:%m%d}" for one in holidays(2019)} >= {"0430", "0501", "0502", "1022"}
    shares = {week: open_share(weeks.number(week)) for week in ("2026-W01", "2026-W19", "2026-W25")}
    assert shares["2026-W01"] < shares["2026-W19"] < shares["2026-W25"] == 1


# --- from records -------------------------------------------------------------------------------


def version(number: int, kind: str, key: str, body: Any, issued: int, ended: int) -> Version:
    return Version(
        number, kind, key, "idwr/x", Mode.ACTUAL, 0, issued, 0, issued, issued, FOREVER,  # type: ignore[arg-type]
        ended, ended, 0, "idwr", None, None, None, None, (), encode(body),
    )  # fmt: skip


def tables(values: np.ndarray, key: str = "hfmd", system: str = "sentinel") -> list[Version]:
    found = []
    for place, value in enumerate(values.tolist()):
        week = weeks.numbered(FIRST + place)
        issued = weeks.ends(week) + 7 * DAY
        body = Notifications(
            disease=key, name="手足口病", system=system, week=week,
            per_sentinel=None if math.isnan(value) else value,
        )  # fmt: skip
        ended = FOREVER if place == len(values) - 1 else issued + 7 * DAY
        found.append(version(1000 + place, "health.notifications", key, body, issued, ended))
    return found


def made(inputs: dict[str, list[Version]]) -> dict[str, Forecast]:
    editions = run(NAME, get(NAME), inputs)
    return {r.key: decode("health.forecast", r.body) for e in editions for r in e.records}


def test_weekly_tables_alone_are_enough_and_say_the_same_as_a_trend() -> None:
    values = course(100)
    weekly = tables(values)
    alone = made({"health.notifications": weekly})["hfmd"]
    assert (alone.missing, alone.observed) == ("", 98)
    told = [None if math.isnan(one) else one for one in values.tolist()]
    trend = Trend(disease="hfmd", name="手足口病", first=weeks.numbered(FIRST), per_sentinel=told)
    long = version(1, "health.trend", "hfmd", trend, weekly[-1].issued, FOREVER)
    assert made({"health.trend": [long]})["hfmd"] == alone
    short = version(1, "health.trend", "hfmd",
                    Trend(disease="hfmd", name="手足口病", first=trend.first,
                          per_sentinel=told[:60]), weekly[70].issued, FOREVER)  # fmt: skip
    assert made({"health.trend": [short], "health.notifications": weekly})["hfmd"] == alone


def test_diseases_of_which_every_case_is_notified_have_none() -> None:
    assert made({"health.notifications": tables(course(90), "measles", "all_case")}) == {}


def test_a_value_that_is_no_rate_is_refused() -> None:
    trend = Trend(disease="x", name="x", first="2028-W10", per_sentinel=[1.0, -2.0])
    with pytest.raises(InvalidRecord, match="2028-W11"):
        made({"health.trend": [version(1, "health.trend", "x", trend, SOON, FOREVER)]})
    broken = Trend(disease="x", name="x", first="2028-10", per_sentinel=[1.0])
    with pytest.raises(InvalidRecord, match="2028-10"):
        made({"health.trend": [version(1, "health.trend", "x", broken, SOON, FOREVER)]})


@needs_data("health/idwr/trend.csv")
def test_on_the_real_trend_influenza_is_told_better_than_by_standing_still() -> None:
    data = (DATA / "health" / "idwr" / "trend.csv").read_bytes()
    editions = read(data, Hints(received=SOON)).editions
    records = [record for edition in editions for record in edition.records]
    bodies = {one.key: decode("health.trend", one.body) for one in records}
    body = bodies["influenza"]
    values = np.array([np.nan if one is None else one for one in body.per_sentinel])
    real = Course(values, weeks.number(body.first))
    walked = walk(real, 8, 150)
    target = np.stack([real.target(horizon) for horizon in (1, 2, 3, 4)], axis=1)
    scores = wis(walked.quantiles, target)[52:]
    still = wis(walked.single[list(MODELS).index("random_walk")], target)[52:]
    assert np.nansum(scores) < 0.8 * np.nansum(still)
    inside = (target >= walked.quantiles[..., 2]) & (target <= walked.quantiles[..., 20])
    assert 0.85 < inside[52:-4].mean() < 0.95
    ended = forecast("pertussis", "百日咳", np.array([
        np.nan if one is None else one for one in bodies["pertussis"].per_sentinel
    ]), real.first, weeks.ends("2025-W12"), Params())  # fmt: skip
    assert (ended.missing, ended.reference) == ("not_reported", "2017-W52")
