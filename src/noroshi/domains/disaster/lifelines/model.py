"""How long customers stay without supply: a restoration curve fitted to the event so far.

The time from losing supply to having it again is taken as lognormal, one of the accelerated
failure time models by which Liu, Davidson and Apanasovich (2007), *Statistical Forecasting of
Electric Power Restoration in Hurricanes and Ice Storms*, IEEE Trans. Power Systems 22(4),
2270-2279, doi:10.1109/TPWRS.2007.907587, fit restoration. Before anything is known it follows a
prior; every statement of how many are still out is an interval-censored observation of it (those
restored between two statements) or a right-censored one (those still out), so the curve becomes
the event's own. Customers come back in blocks, not one by one: a block is one observation, as
otherwise a town of 20,000 would pass for 20,000 independent ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Quantiles of the noise of blocks, and of the parameters, that forecasts are made for.
_NOISE = (-1.645, -0.935, -0.524, -0.172, 0.172, 0.524, 0.935, 1.645)
_SIGMAS = (0.5, 0.7, 0.9, 1.2)
_STEPS = 27
#: No time shorter than this is told apart from none [h]: statements give minutes.
_LEAST = 1 / 60
#: Hours beyond which no time of restoration is told: a year.
FARTHEST = 24.0 * 365


class Cohort(NamedTuple):
    """Customers who lost supply together and whose restoration was seen from some age on.

    `entered`: age when they were first told of [h]; `seen`: ages and how many were still out then,
    in order, the first at `entered`. The last is how many are out now.
    """

    entered: float
    seen: tuple[tuple[float, float], ...]

    @property
    def out(self) -> float:
        """Still out [customers]."""
        return self.seen[-1][1]

    @property
    def age(self) -> float:
        """Since they lost supply [h]."""
        return self.seen[-1][0]


class Curve(NamedTuple):
    """What is known of the times to restoration: parameters on a grid with their weights. `mu` is
    the logarithm of the median time in hours, `sigma` the spread of the logarithm."""

    mu: Array
    sigma: Array
    weight: Array


def cohorts(since: float, told: Sequence[tuple[float, float]], now: float) -> list[Cohort]:
    """The history of one feeder as cohorts. `since`: when its customers lost supply; `told`: times
    and numbers still out, in order; `now`: until when the last is still so. All in hours.

    Where the number rises, as many as it rises by are a new cohort that lost supply then; where it
    falls, every cohort has lost the same share of those that it still had.
    """
    found: list[tuple[float, list[tuple[float, float]]]] = []
    for number, (time, out) in enumerate(told):
        before = sum(seen[-1][1] for _, seen in found)
        if number == 0:
            if out > 0:
                start = min(since, time)
                found.append((start, [(time - start, out)]))
            continue
        share = 1.0 if out >= before else out / before
        for start, seen in found:
            seen.append((time - start, seen[-1][1] * share))
        if out > before:
            found.append((time, [(0.0, out - before)]))
    made = []
    for start, seen in found:
        age = now - start
        if age > seen[-1][0]:
            seen.append((age, seen[-1][1]))
        made.append(Cohort(seen[0][0], tuple(seen)))
    return made


def prior(median: float, spread: float) -> Curve:
    """What is expected before anything was restored: the median time is itself lognormal about
    `median` [h] with `spread` [of its natural logarithm]; all shapes of the grid alike."""
    offsets = np.linspace(-2.6, 2.6, _STEPS)
    mu, sigma = np.meshgrid(math.log(median) + spread * offsets, np.array(_SIGMAS))
    weight = np.tile(np.exp(-0.5 * offsets**2), (len(_SIGMAS), 1))
    return Curve(mu.ravel(), sigma.ravel(), (weight / weight.sum()).ravel())


def fit(before: Curve, history: Sequence[Cohort], block: float) -> Curve:
    """The curve after what was seen. `block`: how many customers come back together; so many are
    one observation.

    Of a cohort with n_j out at ages a_j, conditional on being out when it was first told of, the
    log-likelihood is sum (n_j - n_j+1) log(S(a_j) - S(a_j+1)) + n_last log S(a_last)
    - n_0 log S(a_0), in blocks.
    """
    lower: list[float] = []
    upper: list[float] = []
    counts: list[float] = []
    for one in history:
        if not one.seen or one.seen[0][1] <= 0:
            continue
        lower.append(one.entered)
        upper.append(math.inf)
        counts.append(-one.seen[0][1])
        for (age, out), (later, left) in zip(one.seen, one.seen[1:], strict=False):
            if out > left:
                lower.append(age)
                upper.append(later)
                counts.append(out - left)
        if one.out > 0:
            lower.append(one.age)
            upper.append(math.inf)
            counts.append(one.out)
    if not counts:
        return before
    low, high = np.array(lower), np.array(upper)
    chance = _surviving(before, low) - _surviving(before, high)
    logarithm = np.log(np.maximum(chance, 1e-9)) @ (np.array(counts) / block)
    logarithm -= logarithm.max()
    weight = before.weight * np.exp(logarithm)
    return Curve(before.mu, before.sigma, weight / weight.sum())


def inflow(history: Sequence[Cohort], window: float) -> float:
    """How many more lose supply [customers/h], from the last `window` hours.

    Twice the lesser of its two halves: a storm that goes on takes feeder after feeder, while one
    shock takes all at once, after which no more are to be expected.
    """
    half = window / 2
    late = sum(one.seen[0][1] for one in history if one.age <= half)
    early = sum(one.seen[0][1] for one in history if half < one.age <= window)
    return 2 * min(late, early) / window


def lost(rate: float, hours: float, window: float, curve: Curve) -> float:
    """How many of those who lose supply within the next `hours` are then out: `rate` dies away with
    `window` as its time constant, and they come back as everybody does."""
    steps = (np.arange(12) + 0.5) / 12 * hours
    dying = rate * np.exp(-steps / window) * (hours / 12)
    surviving = curve.weight @ _surviving(curve, hours - steps)
    return float(dying @ surviving)


class Paths(NamedTuple):
    """Possible courses: the share of those out now that is still out at each of `hours` [h], one
    row for each course, with its weight."""

    hours: Array
    share: Array
    weight: Array


def paths(curve: Curve, history: Sequence[Cohort], block: float) -> Paths:
    """The courses that may follow, of a grid of times up to `FARTHEST`.

    Each pair of parameters gives an expected course, S(age + t) / S(age) of every cohort; how far
    the real one strays from it is as with blocks that come back independently.
    """
    hours = _grid()
    out = np.array([one.out for one in history])
    ages = np.array([one.age for one in history])
    keep = curve.weight > 1e-5
    some = Curve(curve.mu[keep], curve.sigma[keep], curve.weight[keep])
    total = float(out.sum())
    mean = np.zeros((len(some.mu), len(hours)))
    for age, count in _by_age(ages, out):
        now = np.maximum(_surviving(some, np.array([age])), 1e-12)
        mean += (count / total) * np.minimum(_surviving(some, age + hours) / now, 1.0)
    mean = np.clip(mean, 0.0, 1.0)
    blocks = max(1.0, total / block)
    stray = np.sqrt(mean * (1 - mean) / blocks)
    noise = np.array(_NOISE)
    share = np.clip(mean[:, None, :] + noise[None, :, None] * stray[:, None, :], 0.0, 1.0)
    share = np.minimum.accumulate(share.reshape(-1, len(hours)), axis=1)
    weight = np.repeat(some.weight, len(noise))
    return Paths(hours, share, weight / weight.sum())


def still_out(found: Paths, hours: float, quantile: float) -> float:
    """The share of those out now that is still out after `hours`, at a quantile of the courses."""
    place = int(np.searchsorted(found.hours, hours))
    if found.hours[min(place, len(found.hours) - 1)] == hours:
        values = found.share[:, place]
    else:
        values = np.array([float(np.interp(hours, found.hours, one)) for one in found.share])
    return _quantile(values, found.weight, quantile)


def time_of(found: Paths, restored: float, quantile: float) -> float | None:
    """Hours until the share `restored` of those out now has supply again, at a quantile of the
    courses; None where that is beyond `FARTHEST`."""
    reached = found.share <= 1 - restored + 1e-12
    first = np.argmax(reached, axis=1)
    times = np.where(reached.any(axis=1), found.hours[first], math.inf)
    found_at = _quantile(times, found.weight, quantile)
    return None if math.isinf(found_at) else found_at


def _quantile(values: Array, weight: Array, quantile: float) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    place = int(np.searchsorted(total, quantile * total[-1]))
    return float(values[order[min(place, len(order) - 1)]])


def _by_age(ages: Array, out: Array) -> list[tuple[float, float]]:
    """Cohorts of nearly the same age together: a twentieth of an hour, or a fiftieth of the age."""
    found: dict[int, list[float]] = {}
    for age, count in zip(ages.tolist(), out.tolist(), strict=True):
        if count > 0:
            place = round(50 * math.log(max(age, 0.05) / 0.05))
            one = found.setdefault(place, [0.0, 0.0])
            one[0] += age * count
            one[1] += count
    return [(sum_ / count, count) for _, (sum_, count) in sorted(found.items())]


def _surviving(curve: Curve, ages: Array) -> Array:
    """The probability of being still out at each of `ages` [h], one row for each parameter."""
    with np.errstate(divide="ignore"):
        logarithm = np.log(np.maximum(ages, _LEAST))
    score = (logarithm[None, :] - curve.mu[:, None]) / curve.sigma[:, None]
    table = _normal()
    return np.interp(-score, table[0], table[1])


@cache
def _normal() -> tuple[Array, Array]:
    """The normal distribution function as a table, to about 1e-7."""
    at = np.linspace(-9.0, 9.0, 18_001)
    return at, np.array([0.5 * math.erfc(-one / math.sqrt(2)) for one in at.tolist()])


@cache
def _grid() -> Array:
    """Hours at which courses are told: quarters of an hour at first, and then ever coarser."""
    near = [np.arange(1, 48) / 4, np.arange(24, 72) / 2, np.arange(36, 72) * 1.0]
    return np.concatenate([*near, np.geomspace(72, FARTHEST, 50)])
