"""Outbreak detection: equal to reference results, one series or many, whatever is missing."""

from __future__ import annotations

import csv
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import DATA, needs_data
from noroshi.core import weeks
from noroshi.domains.health.detection.counting import quantile, tail
from noroshi.domains.health.detection.cusum import MOST, baseline, cusum
from noroshi.domains.health.detection.ears import ears
from noroshi.domains.health.detection.ensemble import MODEL, probability, statistics, train
from noroshi.domains.health.detection.farrington import (
    IMPROVED,
    ORIGINAL,
    Settings,
    bounds,
    periods,
    years_before,
)

FOLDER = DATA / "health" / "outbreak"
FIRST = weeks.number("1990-W01")


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def series(name: str, column: str = "observed") -> np.ndarray:
    return np.array([[float(row[column])] for row in table(name)])


@needs_data("health/outbreak")
@pytest.mark.parametrize(("name", "kind"), [("improved", IMPROVED), ("original", ORIGINAL)])
def test_farrington_equals_the_reference(name: str, kind: Settings) -> None:
    counts = series("salmonella_agona.csv")
    for row in table(f"expected_agona_farrington_flexible_{name}.csv"):
        found = bounds(counts, FIRST, FIRST + int(row["i"]) - 1, kind._replace(years=4))
        assert found.upper[0] == pytest.approx(float(row["ub"]), abs=1e-6)
        assert found.expected[0] == pytest.approx(float(row["expected"]), abs=1e-6)
        assert found.p_value[0] == pytest.approx(float(row["p"]), abs=1e-6)
        assert found.alarm[0] == (row["alarm"] == "1")


@needs_data("health/outbreak")
def test_ears_equals_the_reference() -> None:
    counts = series("salmonella_newport.csv", "total")
    z = 1.6448536269514722  # alpha = 0.05
    found = ears(counts, (z, z, z), with_this_week=False)
    for name, upper in (("c1", found.upper1), ("c2", found.upper2), ("c3", found.upper3)):
        for row in table(f"expected_newport_ears_{name}.csv"):
            at = int(row["i"]) - 1
            assert upper[at, 0] == pytest.approx(float(row["ub"]), abs=1e-6)
            assert (counts[at, 0] > upper[at, 0]) == (row["alarm"] == "1")


def made(many: int, rows: int = 300, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rates = np.exp(rng.normal(-1, 2, many))
    season = 1 + 0.5 * np.sin(np.arange(rows) / 52 * 2 * np.pi)
    counts = rng.poisson(season[:, None] * rates).astype(float)
    counts[rng.random(counts.shape) < 0.03] = np.nan
    return counts


def test_many_series_at_once_are_what_each_is_alone() -> None:
    counts = made(40)
    week = FIRST + len(counts) - 1
    for kind in (IMPROVED, ORIGINAL):
        together = bounds(counts, FIRST, week, kind)
        for at in range(counts.shape[1]):
            alone = bounds(counts[:, [at]], FIRST, week, kind)
            for one, other in zip(together, alone, strict=True):
                np.testing.assert_allclose(one[at], other[0], rtol=1e-7)


def test_a_series_that_never_had_a_case_is_bounded_and_one_case_is_not_impossible() -> None:
    counts = np.zeros((300, 2))
    counts[-1] = 0, 3
    found = bounds(counts, FIRST, FIRST + 299)
    assert np.isfinite(found.upper).all()
    assert found.p_value[0] == 1.0
    assert 0.0 < found.p_value[1] < 0.001
    assert not found.alarm.any(), "fewer than five cases in four weeks"


def test_less_than_a_year_and_a_week_without_a_report_have_no_bound() -> None:
    counts = np.ones((300, 2))
    counts[-1, 1] = np.nan
    assert np.isnan(bounds(counts[:45], FIRST, FIRST + 44).upper).all()
    assert np.isnan(bounds(counts, FIRST, FIRST + 299).upper[1])


def test_four_years_before_is_209_weeks_and_the_periods_fill_the_year() -> None:
    week = weeks.number("1995-W21")
    assert [week - years_before(week, one) for one in (1, 2, 3, 4)] == [52, 104, 156, 209]
    number, level = periods(week, FIRST, IMPROVED._replace(years=4))
    assert (np.diff(number) == 1).all()
    assert (level == 0).sum() == 4 * 7
    assert number[-1] == week - 27


@given(st.floats(0.01, 200), st.floats(1, 20), st.floats(0.001, 0.2))
@settings(max_examples=50)
def test_a_quantile_is_the_least_count_with_that_probability(m: float, d: float, a: float) -> None:
    mean, over = np.array([m]), np.array([d])
    bound = quantile(1 - a, mean, over)
    assert tail(bound + 1, mean, over)[0] <= a * (1 + 1e-9)
    assert bound[0] == 0 or tail(bound, mean, over)[0] > a * (1 - 1e-9)


@given(st.lists(st.integers(0, 30), min_size=40, max_size=60), st.integers(1, 15))
@settings(max_examples=30)
def test_what_comes_later_changes_nothing_before(values: list[int], later: int) -> None:
    counts = np.array(values, float)[:, None]
    cut = len(counts) - later
    whole, part = baseline(counts), baseline(counts[:cut])
    np.testing.assert_allclose(whole.mean[:cut], part.mean)
    assert (cusum(counts, whole)[:cut] == cusum(counts[:cut], part)).all()
    np.testing.assert_array_equal(ears(counts).c3[:cut], ears(counts[:cut]).c3)


def test_a_planted_outbreak_makes_every_method_speak() -> None:
    counts = np.full((290, 1), 2.0) + np.arange(290)[:, None] % 3
    counts[-3:] = 25
    row = len(counts) - 1
    said = statistics(counts, FIRST, [row - 2, row])
    assert said.farrington[row].alarm[0]
    assert counts[row - 2, 0] > said.ears.upper1[row - 2, 0]
    assert said.cusum[row, 0] == MOST
    assert probability(MODEL, said.values[row])[0] > MODEL.threshold


def test_the_ensemble_is_learned_to_the_optimum_and_more_excess_is_more_probable() -> None:
    rng = np.random.default_rng(1)
    outbreak = rng.random(400) < 0.1
    values = rng.normal(0, 1, (400, 5)) + outbreak[:, None] * [2, 1, 0, 3, 4]
    values[::50] *= 8  # far out, where whole steps go astray
    chances = probability(train(values, outbreak), np.zeros((9, 5)) + np.arange(9)[:, None])
    assert all(one <= other for one, other in pairwise(chances))
