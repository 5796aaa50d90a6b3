"""The upper bound of a week's count after Farrington, for many series in one pass.

Farrington, Andrews, Beale & Catchpole, J. R. Statist. Soc. A 159 (1996) 547-563, and its
improvement by Noufaily, Enki, Farrington, Garthwaite, Andrews & Charlett, Statist. Med. 32 (2013)
1206-1222; parameters and the choice between both as told by Salmon, Schumacher & Hoehle, J. Stat.
Softw. 70(10) (2016), section 3.1. Written from these papers.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noroshi.domains.health.detection.counting import quantile, tail
from noroshi.domains.health.detection.glm import Fit, Flags, Values, fit

Weeks = NDArray[np.int64]

#: A trend is fitted only to this many years of weeks (Farrington 1996, section 3.3).
YEARS_FOR_TREND = 3
WEEKS = 52


class Settings(NamedTuple):
    """How a bound is found. The names of Salmon et al. (2016) in brackets.

    `years` looked back (b), `half` width of a window in weeks (w), `periods` of the year
    (noPeriods; 1: the windows alone), newest weeks that are `excluded` (pastWeeksNotIncluded),
    Anscombe residual above which a past week counts less (weightsThreshold), one-sided `alpha`,
    p-value below which a trend stays (pThresholdTrend; 1: always), whether the bound is a
    `negative binomial` quantile (nbPlugin) or that of the 2/3 power (delta), and how many cases
    there must be in how many weeks for an alarm (limit54).
    """

    years: int = 5
    half: int = 3
    periods: int = 10
    excluded: int = 26
    reweight_above: float = 2.58
    alpha: float = 0.01
    trend_below: float = 1.0
    bound: Literal["negative binomial", "two thirds"] = "negative binomial"
    cases: int = 5
    in_weeks: int = 4


#: The algorithm of 1996, and that of 2013.
ORIGINAL = Settings(
    periods=1, excluded=3, reweight_above=1.0, trend_below=0.05, bound="two thirds"
)  # fmt: skip
IMPROVED = Settings()


class Bounds(NamedTuple):
    """What a week is held against, for each series (S,); NaN where there is no bound.

    `p_value`: of as many cases or more. `score`: how far the count goes from what is expected to
    the bound, 1 at the bound. `trend`: whether one is in the model. `weeks`: of the past that it
    rests on.
    """

    expected: Values
    upper: Values
    p_value: Values
    score: Values
    alarm: Flags
    trend: Flags
    weeks: Values


@lru_cache(maxsize=4096)
def years_before(week: int, years: int) -> int:
    """The week (by number, noroshi.core.weeks) that begins nearest to the same date some years
    before: 52 weeks and a day make a year, so that it is 209 weeks before after four."""
    day = date.fromordinal(week * 7 + 1)
    try:
        before = day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        before = date(day.year - years, 3, 1)
    return (before.toordinal() - 1 + 3) // 7


def periods(week: int, first: int, settings: Settings) -> tuple[Weeks, Values]:
    """Weeks that `week` is compared with, by number, from `first` on, and the period of the year
    that each is in: 0 in the windows around the same date, then 1, 2 … until the next window. The
    weeks between two windows are shared out evenly, the first periods have one more."""
    centres = [years_before(week, years) for years in range(settings.years, 0, -1)] + [week]
    numbers, levels = [], []
    for place, centre in enumerate(centres):
        window = np.arange(centre - settings.half, centre + settings.half + 1)
        numbers.append(window)
        levels.append(np.zeros(len(window)))
        if settings.periods > 1 and place + 1 < len(centres):
            between = np.arange(window[-1] + 1, centres[place + 1] - settings.half)
            numbers.append(between)
            parts = np.array_split(between, settings.periods - 1)
            levels.append(
                np.concatenate(
                    [np.full(len(part), level + 1.0) for level, part in enumerate(parts)]
                )
            )
    number = np.concatenate(numbers).astype(np.int64)
    level = np.concatenate(levels)
    kept = (number >= first) & (number < week - settings.excluded)
    return number[kept], level[kept]


def bounds(counts: Values, first: int, week: int, settings: Settings = IMPROVED) -> Bounds:
    """The bounds of `week` for all series.

    `counts` (T, S): cases by week and series, NaN where not reported; row 0 is week number `first`.
    No bound for a series that reported in none of the windows around the same date of years
    before, in fewer weeks than the model has terms and two more, or not in `week`.
    """
    series = counts.shape[1]
    number, level = periods(week, first, settings)
    past = counts[number - first].T if len(number) else np.zeros((series, 0))
    known = np.isfinite(past)
    observed = counts[week - first]
    empty = np.full(series, np.nan)
    result = Bounds(
        empty, empty.copy(), empty.copy(), empty.copy(), np.zeros(series, bool),
        np.zeros(series, bool), known.sum(axis=1).astype(float),
    )  # fmt: skip
    # A period in which nobody reported has no term.
    marks = [level == one for one in np.unique(level) if one > 0.0]
    terms = 2 + len(marks)
    able = (known[:, level == 0.0].any(axis=1)) & (known.sum(axis=1) >= terms + 2)
    able &= np.isfinite(observed)
    if not able.any():
        return result
    past, known = past[able], known[able]
    time: Values = ((number - week) / WEEKS).astype(np.float64)
    plain = np.stack([np.ones(len(number)), *[one.astype(float) for one in marks]], axis=1)
    sloped = np.insert(plain, 1, time, axis=1)
    found = _reweighted(plain, past, known, settings)
    expected, errors, dispersion = _at_the_week(found, plain)
    with_trend = known.sum(axis=1) > 0
    with_trend &= _years(time, known) >= YEARS_FOR_TREND - 0.5
    with_trend &= found.means[:, level == 0.0].any(axis=1)
    if with_trend.any():
        chosen = np.flatnonzero(with_trend)
        slope = _reweighted(sloped, past[chosen], known[chosen], settings)
        mean, error, spread = _at_the_week(slope, sloped)
        stays = _significant(slope, settings) & (mean <= np.nanmax(
            np.where(known[chosen], past[chosen], np.nan), axis=1
        ))  # fmt: skip
        with_trend[chosen] = stays
        for whole, some in ((expected, mean), (errors, error), (dispersion, spread)):
            whole[chosen[stays]] = some[stays]
    recent = np.nansum(counts[max(week - first - settings.in_weeks + 1, 0) : week - first + 1], 0)
    level_weeks = known[:, level == 0.0].sum(axis=1).astype(np.float64)
    upper, p_value = _limits(observed[able], expected, errors, dispersion, level_weeks, settings)
    result.expected[able], result.upper[able], result.p_value[able] = expected, upper, p_value
    # The bound of a very rare disease is 0 cases, below its own mean: half a case is the least.
    result.score[able] = (observed[able] - expected) / np.maximum(upper - expected, 0.5)
    result.alarm[able] = (observed[able] > upper) & (recent[able] >= settings.cases)
    result.trend[able] = with_trend
    return result


def _years(time: Values, known: Flags) -> Values:
    """How many years the known weeks span."""
    ages = np.where(known, time, np.nan)
    spans: Values = np.nanmax(ages, axis=1) - np.nanmin(ages, axis=1)
    return spans


def _reweighted(design: Values, past: Values, known: Flags, settings: Settings) -> Fit:
    """Fitted twice: weeks with standardised Anscombe residuals above the threshold, past outbreaks,
    count less the second time (Farrington 1996, section 3.5)."""
    first = fit(design, past, np.ones(past.shape), known)
    scale = np.sqrt(np.maximum(first.dispersion, 1.0))[:, None]
    means = np.maximum(first.means, 1e-9)
    apart = np.where(known, past, 0.0) ** (2 / 3) - first.means ** (2 / 3)
    free = np.sqrt(np.maximum(1.0 - first.leverage, 1e-9))
    residual = 1.5 / scale * apart / (means ** (1 / 6) * free)
    outside = known & (residual > settings.reweight_above)
    weights = np.where(outside, 1.0 / np.maximum(residual, 1e-9) ** 2, 1.0) * known
    weights *= (known.sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9))[:, None]
    return fit(design, past, weights, known)


def _at_the_week(found: Fit, design: Values) -> tuple[Values, Values, Values]:
    """Mean, standard error of its logarithm, and dispersion at the week itself: time 0, period 0.

    The mean is 0 where no comparable week had a case."""
    levels = [at for at in range(1, design.shape[1]) if _is_level(design, at)]
    same = np.all(design[:, levels] == 0.0, axis=1)
    some = found.means[:, same].any(axis=1)
    mean = np.where(some, np.exp(found.coefficients[:, 0]), 0.0)
    error = np.sqrt(found.error_dispersion * found.covariance[:, 0, 0])
    return mean, error, np.maximum(found.dispersion, 1.0)


def _is_level(design: Values, column: int) -> bool:
    return bool(np.isin(design[:, column], (0.0, 1.0)).all())


def _significant(slope: Fit, settings: Settings) -> Flags:
    from scipy import special

    error = np.sqrt(slope.error_dispersion * slope.covariance[:, 1, 1])
    ratio = np.abs(slope.coefficients[:, 1]) / np.maximum(error, 1e-12)
    p_value = 2.0 * special.stdtr(slope.free, -ratio)
    result: Flags = (p_value < settings.trend_below) | (settings.trend_below >= 1.0)
    return result


def _limits(
    observed: Values, mean: Values, error: Values, dispersion: Values, weeks: Values,
    settings: Settings,
) -> tuple[Values, Values]:  # fmt: skip
    """Upper bound and p-value of what was observed.

    Where no comparable week had a case the mean is not known to be 0: with the prior of Jeffreys
    for a Poisson mean, the next count is negative binomial of size 1/2.
    """
    from scipy import special

    never = mean <= 0.0
    safe = np.where(never, 1.0, mean)
    if settings.bound == "negative binomial":
        upper = quantile(1.0 - settings.alpha, safe, dispersion)
        p_value = tail(observed, safe, dispersion)
    else:
        # Var(Y^(2/3)) is nearly 4/9 mu^(1/3) tau (Farrington 1996, section 3.7).
        tau = dispersion + safe * error**2
        spread = 2 / 3 * safe ** (1 / 6) * np.sqrt(tau)
        z = special.ndtri(1.0 - settings.alpha)
        upper = np.maximum(safe ** (2 / 3) + z * spread, 0.0) ** 1.5
        p_value = special.ndtr((safe ** (2 / 3) - observed ** (2 / 3)) / spread)
    few = np.maximum(weeks, 1.0)
    jeffreys, over = 0.5 / few, 1.0 + 1.0 / few
    upper = np.where(never, quantile(1.0 - settings.alpha, jeffreys, over), upper)
    return upper, np.where(never, tail(observed, jeffreys, over), p_value)
