"""The reproduction number: against EpiEstim's published case, against what was simulated, and in
the weekly tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from data import DATA, needs_data
from noroshi.domains.health.reproduction.intervals import SERIAL, Uncertain
from noroshi.domains.health.reproduction.model import (
    Posterior,
    Prior,
    daily,
    discretised_gamma,
    fixed,
    infectivity,
    nodes_of,
    quadrature,
    quantile,
    weekly,
)
from noroshi.domains.health.reproduction.products import Params, build, scope
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode
from noroshi.kinds.diseases import named
from noroshi.kinds.reproduction import Reproduction

SAMPLE = Path(__file__).parent / "samples" / "autumn"
FLU2009 = ("health", "rt", "flu2009.json")


@needs_data("/".join(FLU2009))
def test_flu_2009_is_what_epiestim_says_to_a_millionth() -> None:
    said = json.loads(DATA.joinpath(*FLU2009).read_text(encoding="utf-8"))
    cases = np.array([said["incidence"]], float)
    found = daily(cases, np.array([said["serial_interval"]]), np.ones(1), 7, Prior())
    values = {"mean": found.mean(), "sd": found.sd(), "q025": quantile(found, 0.025)}
    for what, series in values.items():
        expected = [one[what] for one in said["expected"]]
        assert np.abs(series[0] - expected).max() < 1e-6, what


def test_the_discretised_serial_interval_is_the_average_over_the_hour_of_onset() -> None:
    # Cori et al. 2013, web appendix 11, as an integral: weight k has the triangle 1 - |x - k|.
    mean, sd = 2.6, 1.5
    gamma = stats.gamma((mean - 1) ** 2 / sd**2, scale=sd**2 / (mean - 1), loc=1)
    found = discretised_gamma(np.array([mean]), np.array([sd]), 12)[0]
    x = np.linspace(0, 14, 280_001)
    for day in (1, 2, 5, 9):
        triangle = np.maximum(1 - np.abs(x - day), 0)
        assert found[day] == pytest.approx(np.trapezoid(gamma.pdf(x) * triangle, x), abs=2e-5)
    assert found[0] == 0


def test_quadrature_has_the_moments_of_the_normal_distribution_that_is_cut_off() -> None:
    value = Uncertain(2.8, 0.4, 2.2, 3.9)
    at, weights = quadrature(value, 4)
    exact = stats.truncnorm((2.2 - 2.8) / 0.4, (3.9 - 2.8) / 0.4, 2.8, 0.4)
    for moment in range(8):
        assert (weights * at**moment).sum() == pytest.approx(exact.moment(moment), rel=1e-9)


def test_bounds_of_a_mixture_are_its_quantiles() -> None:
    rng = np.random.default_rng(2)
    shape = np.array([11.5, 40.0, 900.0])
    rate = 20 * np.exp(rng.normal(0, 0.15, (18, 1))) * np.ones(3)
    weights = rng.dirichlet(np.ones(18))
    mixture = Posterior(shape, rate, np.zeros_like(rate), weights, np.ones(3, bool))
    for probability in (0.025, 0.5, 0.975):
        found = quantile(mixture, probability)
        reached = (weights[:, None] * special.gammainc(shape, found * rate)).sum(0)
        density = (weights[:, None] * stats.gamma(shape, scale=1 / rate).pdf(found)).sum(0)
        assert np.abs((reached - probability) / (density * found)).max() < 1e-3


def simulated(serial: np.ndarray, series: int = 60, weeks: int = 30) -> tuple[np.ndarray, ...]:
    """Daily cases of an epidemic, and R for each day."""
    rng = np.random.default_rng(3)
    days = 7 * weeks
    phase = rng.uniform(0, 2 * np.pi, (series, 1))
    r = np.exp(0.25 * np.sin(2 * np.pi * np.arange(days) / 112 + phase))
    cases = np.zeros((series, days))
    cases[:, :28] = rng.poisson(20, (series, 28))
    for day in range(28, days):
        reach = min(day, len(serial) - 1)
        force = cases[:, day - reach : day][:, ::-1] @ serial[1 : reach + 1]
        cases[:, day] = rng.poisson(np.minimum(r[:, day] * force, 1e5))
    return cases, r


@pytest.mark.parametrize(("mean", "sd"), [(2.8, 1.5), (11.7, 2.5)])
def test_weekly_counts_give_what_the_days_would_and_intervals_cover_the_truth(
    mean: float, sd: float
) -> None:
    serial = discretised_gamma(np.array([mean]), np.array([sd]), 60)[0]
    cases, r = simulated(serial)
    counts = cases.reshape(len(cases), -1, 7).sum(-1)
    found = weekly(counts, fixed(mean, sd), 2, Prior(), 0.01)
    known = found.known & (found.shape**-0.5 < 0.3)
    known[:, :10] = False
    force = infectivity(cases, serial)
    ends = np.arange(10, counts.shape[1])
    truth = np.full(counts.shape, np.nan)
    for week in ends:
        span = slice(7 * (week - 1), 7 * (week + 1))
        truth[:, week] = (r * force)[:, span].sum(1) / np.maximum(force[:, span].sum(1), 1e-9)
    low, high = quantile(found, 0.025), quantile(found, 0.975)
    covered = ((low <= truth) & (truth <= high))[known].mean()
    assert 0.90 < covered < 0.98
    assert abs(np.median(found.mean()[known] / truth[known]) - 1) < 0.02
    # From the days themselves: one prior for both windows of a fortnight.
    by_day = daily(cases, serial[None], np.ones(1), 14, Prior()).mean()[:, 7 * (ends + 1) - 15]
    apart = np.log(found.mean()[:, 10:] / by_day)[known[:, 10:]]
    assert np.sqrt(np.mean(apart**2)) < 0.04


def test_a_steady_growth_has_the_r_of_wallinga_and_lipsitch() -> None:
    growth = 0.08
    serial = discretised_gamma(np.array([7.5]), np.array([2.1]), 60)[0]
    days = 1e5 * np.exp(growth * np.arange(7 * 16))
    found = weekly(days.reshape(1, -1, 7).sum(-1), fixed(7.5, 2.1), 1, Prior(), 0.01)
    exact = 1 / (serial @ np.exp(-growth * np.arange(61)))
    assert found.mean()[0, 8:] == pytest.approx(exact, rel=1e-3)


def test_an_uncertain_serial_interval_widens_the_interval_and_hardly_moves_the_mean() -> None:
    counts = 800 * 1.5 ** np.arange(12.0)[None]
    serial = SERIAL["rsv"]
    sure = weekly(counts, fixed(serial.mean.centre, serial.sd.centre), 2, Prior(), 0.01)
    unsure = weekly(counts, nodes_of(serial), 2, Prior(), 0.01)
    assert unsure.mean()[0, -1] == pytest.approx(sure.mean()[0, -1], rel=0.01)
    width = [quantile(one, 0.975)[0, -1] - quantile(one, 0.025)[0, -1] for one in (sure, unsure)]
    assert width[1] > 1.5 * width[0]


def test_a_week_that_is_not_reported_leaves_no_number_that_rests_on_it() -> None:
    counts = np.full((1, 20), 100.0)
    counts[0, 12] = np.nan
    known = weekly(counts, fixed(2.8, 1.5), 1, Prior(), 0.01).known[0]
    assert not known[12:14].any()
    assert known[15:].all()
    assert not known[0]


def test_cases_out_of_nothing_have_no_reproduction_number() -> None:
    counts = np.array([[0.0] * 10 + [50.0, 60.0]])
    known = weekly(counts, fixed(18.0, 3.5), 1, Prior(), 0.01).known[0]
    assert not known[:11].any()


def test_serial_intervals_are_of_known_diseases_and_longer_than_a_day() -> None:
    for code, serial in SERIAL.items():
        assert named(code), code
        assert 1 < serial.mean.low < serial.mean.centre < serial.mean.high
        assert 0 < serial.sd.low < serial.sd.centre < serial.sd.high
        assert nodes_of(serial).weights.sum() == pytest.approx(1)


def test_the_growing_disease_is_above_one_and_a_place_without_cases_has_no_number() -> None:
    inputs = inputs_of("health/reproduction", SAMPLE)
    found = {one.disease: one for one in bodies(inputs)}
    assert set(found) == {"influenza", "rsv"}  # of streptococci no serial interval is known
    flu = {one.code: one for one in found["influenza"].areas}
    nation = flu["00"]
    assert nation.weeks[-1] == found["influenza"].week == "2031-W47"
    assert nation.mean[:2] == [None, None]  # nothing is known of the weeks before
    # Made to grow by 1.35 a week: exp(2.8 · 0.043) for a serial interval of 2.8 days.
    assert nation.lower[-1] <= 1.13 <= nation.upper[-1]  # type: ignore[operator]
    assert "47" not in flu
    assert found["rsv"].areas[0].upper[-1] < 1  # type: ignore[operator]


def bodies(inputs: dict, params: Params | None = None) -> list[Reproduction]:
    return [
        decode(record.kind, record.body)
        for edition in build(inputs, params or Params())
        for record in edition.records
    ]


def test_only_diseases_that_pass_between_people_count() -> None:
    versions = inputs_of("health/reproduction", SAMPLE)["health.notifications"]
    parts = {name for one in versions for name in scope(one, None)}  # type: ignore[arg-type]
    assert parts == {"disease:influenza", "disease:rsv"}
