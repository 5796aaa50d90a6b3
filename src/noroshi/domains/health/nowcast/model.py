"""Late notifications, estimated from what cumulative counts reveal.

A week's table gives the cases `c` of that week and the year's cumulative `U`, so
`L[t] = U[t] - U[t-1] - c[t]` came late in week t for any earlier weeks of the year. Which weeks
these were for is never published. With m[j] the size of week j (first published, smoothed):

    E L[t] = F_p Σ_k a_k (1 - ρ_k) Z_k[t-1],     Z_k[t] = ρ_k Z_k[t-1] + m[t],  Z = 0 at new year

that is, late notifications wait in three compartments that empty by 1 - ρ_k a week: the delay is a
mixture of geometric distributions, a_k late ones through compartment k for each first published,
and F_p is how much later than the country prefecture p is. What is still to come of weeks up to t
is F_p Σ_k a_k Z_k[t].

Sources. Delay distribution from totals by date of report: the reporting-delay model of Lawless
(1994) Can. J. Stat. 22:15–31, with Brookmeyer & Gail (1994) ch. 7, here without the triangle.
Size of a week as a weighted mean of count and expected level: Bornhuetter & Ferguson (1972) Proc.
CAS 59:181–195 in its gamma-Poisson form; Bühlmann & Straub (1970) for shrinkage of prefectures.
Level: discounted gamma-Poisson, West & Harrison (1997) Bayesian Forecasting and Dynamic Models.
Dispersion by split conformal quantiles of past errors: Vovk et al. (2005), Lei et al. (2018) JASA
113:1094–1111.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RHO = np.array([0.2, 0.7, 0.95])
"""Share of each compartment that waits a week longer: mean delays of 1.25, 3.3 and 20 weeks."""
PRIOR = np.array([0.17, 0.13, 0.03])
"""Late notifications for each first published, by compartment, before anything is known of a
disease: all diseases of 2023 together had 0.33."""
PRIOR_SD = np.array([0.17, 0.13, 0.05])
LEVEL_HALF_LIFE = 2.0  # weeks
SHARE_HALF_LIFE = 26.0  # weeks
MEMORY = 52.0  # half-life of what was learned, weeks
NATION_SHAPE, AREA_SHAPE = 30.0, 30.0
"""Gamma shapes of a week's size around its level: about 18 % from week to week."""
AREA_WEIGHT = 3.0  # late notifications that a prefecture's factor is shrunk with
LEAST = 0.5  # expected cases from which on an error tells of the dispersion
NATION_DISPERSION, NATION_WEIGHT = 2.0, 12
AREA_DISPERSION, AREA_ERRORS = 1.5, 20
AHEAD = 4
"""Weeks over which the errors are summed that give the dispersion of what is still to come."""


class Course(NamedTuple):
    """The tables of one disease: weeks × areas (the country first); NaN: not reported.

    `week_of_year`: 1–53 for each row.
    """

    counts: Values
    cumulative: Values
    week_of_year: NDArray[np.int64]


class Walk(NamedTuple):
    """What was known at the end of each week t, from tables up to t alone.

    `late`: weeks × areas. `size`: m. `waiting`: Z, weeks × 3 × areas. `ratios`: a, weeks × 3.
    `factors`: F, weeks × areas (the country 1). `expected`: weeks × areas, of `late`, foretold
    the week before. `errors`, `errors_ahead`: standardised errors of one week and of the last
    `AHEAD` weeks together, NaN where too few were expected.
    """

    course: Course
    late: Values
    size: Values
    waiting: Values
    ratios: Values
    factors: Values
    expected: Values
    expected_ahead: Values
    late_ahead: Values
    errors: Values
    errors_ahead: Values


def late_of(course: Course) -> Values:
    """Notifications that came in each week for earlier weeks of the year; negative where more
    were withdrawn. NaN in a year's first week, and where a table is missing."""
    counts, cumulative, week = course
    late = np.full(counts.shape, np.nan)
    late[1:] = cumulative[1:] - cumulative[:-1] - counts[1:]
    late[week == 1] = np.nan
    return late


def walk(course: Course) -> Walk:
    """Go through the weeks, each with what was known by then."""
    counts, _, week = course
    weeks, areas = counts.shape
    late = late_of(course)
    size = _sizes(counts)
    waiting = _waiting(size, week)
    emptied = (1 - RHO)[:, None] * waiting
    ratios = np.tile(PRIOR, (weeks, 1))
    factors = np.ones((weeks, areas))
    expected, ahead, late_ahead = (np.full((weeks, areas), np.nan) for _ in range(3))
    design = np.zeros((weeks, RHO.size))
    design[1:] = emptied[:-1, :, 0]
    seen, hoped = np.zeros(areas), np.zeros(areas)
    keep = 0.5 ** (1 / MEMORY)
    for t in range(weeks):
        known = np.flatnonzero(np.isfinite(late[: t + 1, 0]))
        ratios[t] = _ratios(design[known], late[known, 0], t - known)
        if t and week[t] != 1:
            said = np.isfinite(late[t])
            seen = keep * seen + np.where(said, late[t], 0)
            hoped = keep * hoped + np.where(said, ratios[t] @ emptied[t - 1], 0)
        factors[t] = (AREA_WEIGHT + np.maximum(seen, 0)) / (AREA_WEIGHT + hoped)
        factors[t, 0] = 1
        if t and week[t] != 1:
            expected[t] = factors[t - 1] * (ratios[t - 1] @ emptied[t - 1])
        if t >= AHEAD and week[t] > AHEAD:
            # The counts of these weeks are taken as they were published; the delays are as they
            # were known before.
            flow = ratios[t - AHEAD] @ emptied[t - AHEAD : t].sum(axis=0)
            ahead[t] = factors[t - AHEAD] * flow
            late_ahead[t] = late[t - AHEAD + 1 : t + 1].sum(axis=0)
    return Walk(
        course, late, size, waiting, ratios, factors, expected, ahead, late_ahead,
        _errors(late, expected), _errors(late_ahead, ahead),
    )  # fmt: skip


def _sizes(counts: Values) -> Values:
    """Each week's size on the scale of first publications: the count, drawn towards the level of
    the weeks before (the country), or towards the prefecture's share of the country."""
    nation, areas = counts[:, 0], counts[:, 1:]
    size = np.zeros(counts.shape)
    begin = counts[:8]
    told = np.isfinite(begin).sum(axis=0)
    mean = np.where(told > 0, np.nansum(begin, axis=0) / np.maximum(told, 1), 0)
    summed, shown = 4 * mean[0], 4.0
    fade = 0.5 ** (1 / LEVEL_HALF_LIFE)
    shares = 40 * (mean[1:] + 0.02) / (mean[1:] + 0.02).sum()
    keep = 0.5 ** (1 / SHARE_HALF_LIFE)
    for t in range(len(counts)):
        level = summed / shown
        size[t, 0] = _drawn(nation[t : t + 1], np.array([level]), NATION_SHAPE)[0]
        size[t, 1:] = _drawn(areas[t], shares / shares.sum() * size[t, 0], AREA_SHAPE)
        if np.isfinite(nation[t]):
            summed, shown = fade * summed + nation[t], fade * shown + 1
        if np.isfinite(areas[t]).any():
            shares = keep * shares + np.where(np.isfinite(areas[t]), areas[t], 0) + 0.02
    return size


def _drawn(count: Values, level: Values, shape: float) -> Values:
    """Mean of a gamma-Poisson posterior; the level where there is no count."""
    found = level * (shape + np.nan_to_num(count)) / (shape + level)
    return np.where(np.isfinite(count), found, level)


def _waiting(size: Values, week: NDArray[np.int64]) -> Values:
    """The compartments after each week, for one late notification per first published. Weeks of
    the year before the first table are taken to have been like the first eight."""
    rho = RHO[:, None]
    state = size[:8].mean(axis=0) * (1 - rho ** (week[0] - 1)) / (1 - rho)
    found = np.zeros((len(size), RHO.size, size.shape[1]))
    for t, row in enumerate(size):
        if week[t] == 1:
            state = np.zeros_like(state)
        state = rho * state + row
        found[t] = state
    return found


def _ratios(design: Values, late: Values, age: NDArray[np.int64]) -> Values:
    """Non-negative least squares towards the prior; Poisson variance, old weeks count less."""
    from scipy.optimize import nnls

    found = PRIOR
    if not design.size:
        return found
    for _ in range(2):
        variance = NATION_DISPERSION * np.maximum(design @ found, 0.05)
        weight = np.sqrt(0.5 ** (age / MEMORY) / variance)
        rows = np.vstack([design * weight[:, None], np.diag(1 / PRIOR_SD)])
        found = nnls(rows, np.concatenate([late * weight, PRIOR / PRIOR_SD]))[0]
    return found


def _errors(late: Values, expected: Values) -> Values:
    enough = np.nan_to_num(expected, nan=-1.0) >= LEAST
    scale = np.sqrt(np.where(enough, expected, 1))
    return np.where(enough, np.abs(late - np.nan_to_num(expected)) / scale, np.nan)


def dispersions(errors: Values, level: float) -> Values:
    """Variance to mean of late notifications in each area, from errors of weeks that are over
    (weeks × areas), such that `level` of them lie within: a conformal quantile, with the errors
    of all prefectures standing in where a prefecture has few of its own."""
    nation = _quantile(errors[:, 0], level, NATION_DISPERSION, NATION_WEIGHT)
    pooled = _quantile(errors[:, 1:].ravel(), level, AREA_DISPERSION, AREA_ERRORS)
    areas = [_quantile(one, level, pooled, AREA_ERRORS) for one in errors[:, 1:].T]
    return np.array([nation, *areas])


def _quantile(errors: Values, level: float, before: float, weight: int) -> float:
    """`before`: the dispersion that as many as `weight` errors stand for from the beginning."""
    from scipy.special import ndtri

    place = (np.arange(weight) + 0.5) / weight
    stand = np.sqrt(before) * ndtri(0.5 + 0.5 * place)
    known = np.sort(np.concatenate([errors[np.isfinite(errors)], stand]))
    rank = min(known.size, int(np.ceil((known.size + 1) * level))) - 1
    return float(max(1.02, (known[rank] / ndtri(0.5 + 0.5 * level)) ** 2))


class Estimate(NamedTuple):
    """Means with bounds, one for each area or week; a mean is within its bounds."""

    mean: Values
    lower: Values
    upper: Values


def bounds(mean: Values, variance: Values, level: float) -> tuple[Values, Values]:
    """The fewest negative binomial counts, in a row, that hold `level` of the probability: from
    the central interval, those least probable at either end are left out while enough is held."""
    from scipy.stats import nbinom

    some = mean > 1e-9
    ratio = np.maximum(np.where(some, variance, 1) / np.where(some, mean, 1), 1.02)
    shape = np.where(some, mean, 1) / (ratio - 1)
    lower, upper = (
        nbinom.ppf(tail, shape, 1 / ratio) for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    for _ in range(3):
        ends = [_at_most(one, shape, ratio) for one in (lower - 1, lower, upper - 1, upper)]
        held, first, last = ends[3] - ends[0], ends[1] - ends[0], ends[3] - ends[2]
        narrow = (held - np.minimum(first, last) >= level + 1e-9) & (lower < upper)
        lower = lower + (narrow & (first <= last))
        upper = upper - (narrow & (first > last))
    return np.where(some, lower, 0.0), np.where(some, upper, 0.0)


def below(count: Values, mean: Values, dispersion: Values) -> Values:
    """Probability that a negative binomial count is at most `count`."""
    return _at_most(count, np.maximum(mean, 1e-9) / (dispersion - 1), dispersion)


def _at_most(count: Values, shape: Values, ratio: Values) -> Values:
    from scipy.special import betainc

    found: Values = np.where(count < 0, 0.0, betainc(shape, np.maximum(count, 0) + 1, 1 / ratio))
    return found


def next_late(found: Walk, t: int, level: float) -> Estimate:
    """What the table of week t + 1 will add for weeks up to t, by area."""
    mean = found.factors[t] * (found.ratios[t] @ ((1 - RHO)[:, None] * found.waiting[t]))
    spread = dispersions(found.errors[: t + 1], level)
    return _around(0.0, mean, *bounds(mean, spread * mean, level))


def _around(known: Values | float, mean: Values, lower: Values, upper: Values) -> Estimate:
    """What is known, and what comes to it. Where no case is the rule, the fewest counts that hold
    enough probability may all be below the mean."""
    return Estimate(known + mean, known + np.minimum(lower, mean), known + np.maximum(upper, mean))


def coming(found: Walk, t: int, until: float = np.inf) -> Values:
    """Mean of the cases of week t that come late (within `until` weeks), by area."""
    late: Values = found.factors[t] * (found.ratios[t] @ (1 - RHO**until)) * found.size[t]
    return late


def newest(found: Walk, t: int, level: float) -> Estimate:
    """The cases of week t once all are notified, by area. NaN where the area has no count."""
    count, mean = found.course.counts[t], coming(found, t)
    spread = dispersions(found.errors_ahead[: t + 1], level)
    shape = np.where(np.arange(count.size) > 0, AREA_SHAPE, NATION_SHAPE) + np.nan_to_num(count)
    lower, upper = bounds(mean, spread * mean + mean**2 / shape, level)
    return _around(count, mean, lower, upper)


def year_so_far(found: Walk, t: int, level: float) -> Estimate:
    """The cases of the year's weeks up to t once all are notified, by area."""
    known = found.course.cumulative[t]
    mean = found.factors[t] * (found.ratios[t] @ found.waiting[t])
    spread = dispersions(found.errors_ahead[: t + 1], level)
    lower, upper = bounds(mean, spread * mean, level)
    return _around(known, mean, lower, upper)


def curve(found: Walk, t: int, most: int, level: float) -> tuple[Values, Estimate]:
    """The country's last weeks up to t: as first published, and once all are notified.

    What came late is shared among the weeks that it can be for, as the delays make probable, and
    what is still to come added. Where a later table is missing, or is of another year, what came
    in that week is estimated too. A withdrawal takes away from weeks in the same way; no estimate
    falls below 0.
    """
    first = max(0, t - most + 1)
    rows = np.arange(first, t + 1)
    ratios, week = found.ratios[t], found.course.week_of_year
    size, reported = found.size[rows, 0], found.course.counts[rows, 0]
    spread = float(dispersions(found.errors_ahead[: t + 1], level)[0])
    came, variance = np.zeros(rows.size), np.zeros(rows.size)
    for later in range(first + 1, t + 1):
        age = later - rows
        flow = size * (ratios * (1 - RHO) @ RHO[:, None] ** np.maximum(age - 1.0, 0))
        flow = np.where(age > 0, flow, 0)
        same = age < week[later]
        total = float(ratios @ ((1 - RHO) * found.waiting[later - 1, :, 0]))
        late = found.late[later, 0]
        if np.isfinite(late) and total > 0:
            part = np.where(same, flow / total, 0)
            came += part * late
            variance += spread * abs(late) * part * (1 - part)
            flow = np.where(same, 0, flow)
        came += flow
        variance += spread * flow
    still = size * (ratios @ RHO[:, None] ** (t - rows))
    mean = came + still
    base = np.where(np.isfinite(reported), reported, size)
    variance += spread * still + still**2 / (NATION_SHAPE + base)
    # Without a table the count itself is an estimate.
    lone = np.isnan(reported)
    variance += np.where(lone, base + base**2 / NATION_SHAPE, 0)
    known, mean = np.where(lone, 0, base), mean + np.where(lone, base, 0)
    lower, upper = bounds(np.maximum(mean, 0), variance, level)
    least = np.maximum(mean, -known)
    return reported, _around(known, least, lower, upper)
