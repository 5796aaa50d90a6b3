"""Six simple models. Each says, at every week at once, what comes one to four weeks later, in
quantiles, from what was known in that week: `model(course) -> (weeks, horizons, 23)`, NaN where
it has nothing to say.

All forecast how far the value moves on a scale on which its movements are alike, and take the
spread from how far it did move in the past, or from how wrong they were.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from noroshi.domains.health.forecast.course import ELASTICITY, HORIZONS, YEAR, Course
from noroshi.domains.health.forecast.quantiles import Values, alike, weighted

#: Added before the logarithm is taken: three cases at a hundred sites. Reports have two decimals,
#: and below it is noise that would count as much as an epidemic's doubling.
OFFSET = 0.03
#: How many past movements (by effective number) a spread is taken from at least.
LEAST = 5
LEAST_ERRORS = 20

Model = Callable[[Course], Values]


def random_walk(course: Course) -> Values:
    """It stays as it is, give or take what it moved in the past, up or down alike: the baseline of
    the hubs (Cramer et al. 2022, https://doi.org/10.1073/pnas.2113561119), on the logarithm."""
    level = _log(course.values)
    return _each(lambda horizon: _unlog(level[:, None] + alike(
        course.ahead(level, horizon), horizon, LEAST_ERRORS)))  # fmt: skip


def seasonal(course: Course) -> Values:
    """It moves as in these weeks of past years (within some two weeks)."""
    weights = np.exp(-0.5 * (course.apart / 2.0) ** 2)
    return _each(lambda horizon: _like(course, horizon, weights))


def analogue(course: Course) -> Values:
    """It moves as it did from where it stood alike: as high, in the same season, and coming by
    the same way over one and over three weeks (Viboud et al. 2003,
    https://doi.org/10.1093/aje/kwg239)."""
    level = _adjusted(course)
    weights = np.exp(-0.5 * (course.apart / 6.0) ** 2)
    week = level - course.before(level, 1)
    three = level - course.before(level, 3)
    for values, width in ((level, 0.7), (week, 0.3), (three, 0.5)):
        far = (values[:, None] - values[None, :]) / width
        weights = weights * np.nan_to_num(np.exp(-0.5 * far**2))
    return _each(lambda horizon: _like(course, horizon, weights))


def damped_trend(course: Course) -> Values:
    """It goes on as it went, less and less (Gardner & McKenzie 1985,
    https://doi.org/10.1287/mnsc.31.10.1237), on the logarithm and without holidays."""
    smooth, rise, damping = 0.7, 0.3, 0.7
    level, slope = np.full(course.count, np.nan), np.zeros(course.count)
    now, trend = np.nan, 0.0
    for place, value in enumerate(_adjusted(course)):
        if np.isnan(value) or np.isnan(now):
            now, trend = value, 0.0
        else:
            expected = now + damping * trend
            after = smooth * value + (1 - smooth) * expected
            trend = rise * (after - now) + (1 - rise) * damping * trend
            now = after
        level[place], slope[place] = now, trend
    said = _log(course.values)

    def ahead(horizon: int) -> Values:
        further = sum(damping**step for step in range(1, horizon + 1))
        centre = level + slope * further + _openness(course, horizon)
        errors = course.ahead(said, horizon) - (centre - said)
        return _unlog(centre[:, None] + alike(errors, horizon, LEAST_ERRORS))

    return _each(ahead)


def regression_log(course: Course) -> Values:
    """A direct autoregression with seasons and holidays on the logarithm: see `_regression`."""
    level = _log(course.values)
    return _each(lambda horizon: _unlog(_regression(course, level, horizon)))


def regression_root(course: Course) -> Values:
    """The same on the fourth root, which makes less of what is small (Ray & Reich 2018 have both
    scales, https://doi.org/10.1371/journal.pcbi.1005910)."""
    level = np.sqrt(np.sqrt(course.values))
    return _each(lambda horizon: np.maximum(_regression(course, level, horizon), 0.0) ** 4)


MODELS: dict[str, Model] = {
    "random_walk": random_walk,
    "seasonal": seasonal,
    "analogue": analogue,
    "damped_trend": damped_trend,
    "regression_log": regression_log,
    "regression_root": regression_root,
}


def _each(ahead: Callable[[int], Values]) -> Values:
    return np.stack([ahead(horizon) for horizon in HORIZONS], axis=1)


# --- scales -------------------------------------------------------------------------------------


def _log(values: Values) -> Values:
    scaled: Values = np.log(values + OFFSET)
    return scaled


def _unlog(values: Values) -> Values:
    found: Values = np.maximum(np.exp(values) - OFFSET, 0.0)
    return found


def _adjusted(course: Course) -> Values:
    """The logarithm as if every week had as many open days."""
    found: Values = _log(course.values) - ELASTICITY * course.open[: course.count]
    return found


def _openness(course: Course, horizon: int) -> Values:
    """What the open days of the week `horizon` weeks later do to the logarithm."""
    found: Values = ELASTICITY * course.open[horizon : course.count + horizon]
    return found


# --- spreads ------------------------------------------------------------------------------------


def _like(course: Course, horizon: int, weights: Values) -> Values:
    """Quantiles from past movements of what `weights` (now, then) say is alike."""
    level = _adjusted(course)
    moved = course.ahead(level, horizon)
    weights = weights * (course.age >= horizon)
    known = weights * ~np.isnan(moved)
    number = known.sum(axis=1) ** 2 / np.maximum((known**2).sum(axis=1), 1e-12)
    found = weighted(moved, weights)
    found[number < LEAST] = np.nan
    return _unlog((level + _openness(course, horizon))[:, None] + found)


# --- regression ---------------------------------------------------------------------------------

_PENALTY = 16.0


def _regression(course: Course, level: Values, horizon: int) -> Values:
    """Quantiles on the scale of `level`: ridge regression of the movement over `horizon` weeks on
    the last three weekly movements, open days now and then, two harmonics of the year, what the
    season did before, and how far the level is from those of the season, of six weeks and of a
    year. Coefficients at each week are from what was known then."""
    features = _features(course, level, horizon)
    moved = course.ahead(level, horizon)
    told: NDArray[np.bool_] = np.asarray(~np.isnan(features).any(axis=1))
    features = np.where(told[:, None], features, 0.0)
    used = told & ~np.isnan(moved)
    past = features * used[:, None]
    product = _known(np.cumsum(past[:, :, None] * past[:, None, :], axis=0), horizon)
    answer = _known(np.cumsum(past * np.where(used, moved, 0.0)[:, None], axis=0), horizon)
    scale = np.cumsum(features**2, axis=0) / np.maximum(np.cumsum(told), 1)[:, None]
    penalty = _PENALTY * (scale + 1e-9)[:, :, None] * np.eye(features.shape[1])
    found = np.linalg.solve(product + penalty, answer[:, :, None])[:, :, 0]
    movement = np.where(told, (features * found).sum(axis=1), np.nan)
    errors = moved - movement
    return (level + movement)[:, None] + alike(errors, horizon, LEAST_ERRORS)


def _features(course: Course, level: Values, horizon: int) -> Values:
    count = course.count
    now, then = course.open[:count], course.open[horizon : count + horizon]
    before = np.concatenate([now[:1], now[:-1]])
    plain = level - ELASTICITY * now
    lags = [course.before(plain, lag) for lag in range(4)]
    turn = 2 * np.pi * course.season[horizon : count + horizon]
    likely = np.exp(-0.5 * (course.apart / 1.5) ** 2)
    likely = likely * (course.age >= max(horizon, YEAR / 2))
    movement = _expected(likely, course.ahead(level, horizon))
    season = _expected(likely, _target(course, level, horizon))
    return np.stack([
        np.ones(count), lags[0] - lags[1], lags[1] - lags[2], lags[2] - lags[3],
        then - now, now - before,
        np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn),
        np.nan_to_num(movement), np.nan_to_num(season - level),
        level - course.mean(level, 6), level - course.mean(level, 52),
    ], axis=1)  # fmt: skip


def _expected(weights: Values, values: Values) -> Values:
    """The weighted mean at each week; NaN where it would rest on less than half a value."""
    known = weights * ~np.isnan(values)
    number = known.sum(axis=1)
    found: Values = np.where(
        number > 0.5, known @ np.nan_to_num(values) / np.maximum(number, 0.5), np.nan
    )
    return found


def _target(course: Course, level: Values, horizon: int) -> Values:
    return course.ahead(level, horizon) + level


def _known(sums: Values, horizon: int) -> Values:
    """Running sums as they were known: the last `horizon` weeks' movements were still to come."""
    return np.concatenate([np.zeros_like(sums[:horizon]), sums[:-horizon]])
