"""Probability of water at places, from rivers that are high and sensors that are wet or dry.

Two things can bring water, and a place is wet by either: p = 1 - (1 - p_river)(1 - p_site).

*Rivers.* A logistic fragility in how far the highest level of the last 24 hours reached from the
danger level towards the crest of the levee (form as in USACE, ETL 1110-2-556, 1999; Vorogushyn et
al. 2009, doi:10.5194/nhess-9-1383-2009), or 1 where a flood forecast says that it has overflowed;
times how low the place lies against that level, how near it is, and how long ago the peak was.

*Sites.* What a sensor says is taken for its own site. A site that is silent has the mean of a
continuous correlated beta process (Goetschalckx, Poupart and Hoey 2011, IJCAI, pp. 1269-1274:
Bernoulli observations shared between places by a kernel), with a prior that is logistic in the
rain of the last hour and three hours:

    p(x) = (λ p0(x) + Σ k(x, i) y_i) / (λ + Σ k(x, i)),   k = exp(-distance / L)

Every weight is positive and every y, p0 and river term rises with water, so that more water
anywhere never lowers a probability. (Kriging weights may be negative and cannot promise this.)

Constants marked † are fitted by maximum likelihood on simulated storms over three fictional
prefectures, and measured on a fourth (README).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

#: † Prior of a low site: log-odds without rain, per 10 mm in an hour, per 30 mm in three hours.
DRY_ODDS, PER_HOUR, PER_THREE = -5.9, 1.19, 0.97
#: Where no rain is known, the prior of a site.
NO_RAIN_KNOWN = 0.05
#: † Range of the kernel [m], and weight of the prior.
RANGE, PRIOR_WEIGHT = 1_400.0, 0.78
#: † Overflow: share of the way from danger level to crest at even odds, and its spread.
EVEN, SPREAD = 1.0, 0.23
#: † Greatest share of places that water of an overflow reaches, all else in its favour.
MOST = 0.22
#: † Height of ground above the water [m] at even odds, its spread [m], and more of it per km to the
#: nearest known elevation.
HEIGHT, HEIGHT_SPREAD, PER_KM = 0.4, 2.7, 0.3
#: † Distance from the gauge [m], and time since the peak [h], over which it fades.
AWAY, AFTER = 4_300.0, 16.0
#: Spread of the difference of two grounds near each other [m]: of interpolated elevations.
GROUND = 1.0
#: Log-odds that a place is as low as a sensor, on the sensor's own spot.
SAME_SPOT = 3.0


class Places(NamedTuple):
    """Where probabilities are wanted: metres east and north, elevation [m] (NaN: unknown), and
    metres to the nearest known elevation."""

    x: Field
    y: Field
    z: Field
    near: Field


class River(NamedTuple):
    """A gauge: where it is, its highest water surface [m above sea level, NaN: unknown], how far
    from danger level (0) to crest (1) that is, and hours since. `confirmed`: it has overflowed."""

    x: float
    y: float
    surface: float
    share: float
    hours: float
    confirmed: bool = False


class Site(NamedTuple):
    """A sensor: where it is, its ground [m, NaN: unknown], the probability that it is wet (None: it
    says nothing), depth of water there [m], and rain around (hour, three hours) [mm]."""

    x: float
    y: float
    z: float
    wet: float | None
    depth: float = 0.0
    rain: tuple[float, float] | None = None


def sites(found: Sequence[Site]) -> list[float]:
    """The probability that water stands at each site."""
    known = [one for one in found if one.wet is not None]
    result = []
    for one in found:
        if one.wet is not None:
            result.append(one.wet)
            continue
        weights = [np.exp(-np.hypot(one.x - k.x, one.y - k.y) / RANGE) for k in known]
        wet = sum(w * (k.wet or 0.0) for w, k in zip(weights, known, strict=True))
        result.append(float((PRIOR_WEIGHT * prior(one.rain) + wet) / (PRIOR_WEIGHT + sum(weights))))
    return result


def prior(rain: tuple[float, float] | None) -> float:
    """The probability that rain has gathered at a low site."""
    if rain is None:
        return NO_RAIN_KNOWN
    odds = DRY_ODDS + PER_HOUR * max(rain[0], 0.0) / 10 + PER_THREE * max(rain[1], 0.0) / 30
    return float(_logistic(np.array(odds)))


def rivers(places: Places, found: Sequence[River]) -> list[Field]:
    """For each river gauge, the probability that its water stands at each place."""
    return [_river(places, one) for one in found]


def _river(places: Places, one: River) -> Field:
    overflow = 1.0 if one.confirmed else float(_logistic(np.array((one.share - EVEN) / SPREAD)))
    spread = HEIGHT_SPREAD + PER_KM * places.near / 1_000
    height = _logistic((HEIGHT - (places.z - one.surface)) / spread)
    # Where nothing is known of heights, half of the places are low.
    height = np.where(np.isnan(height), 0.5, height)
    away = np.exp(-((np.hypot(places.x - one.x, places.y - one.y) / AWAY) ** 4))
    found: Field = MOST * overflow * height * away * np.exp(-((max(one.hours, 0.0) / AFTER) ** 2))
    return found


def around(places: Places, site: Site, wet: float, reach: float) -> tuple[Rows, Field, Field]:
    """What a site tells of the places near it: which they are, the probability that its water
    stands there too, and the share of other water that it leaves possible there (1: all)."""
    square = (places.x - site.x) ** 2 + (places.y - site.y) ** 2
    near = np.flatnonzero(square < (4.0 * reach) ** 2)  # beyond, less than e^-16
    fade = np.exp(-square[near] / reach**2)
    # On the same spot both stand on the same ground, whatever its elevation is taken to be.
    rise = (places.z[near] - site.z) * (1.0 - fade)
    rise[np.isnan(rise)] = 0.0
    lower = _logistic((site.depth - rise) / GROUND + SAME_SPOT * fade)
    higher = _logistic(rise / GROUND + SAME_SPOT * fade)
    return near, wet * fade * lower, 1.0 - (1.0 - wet) * fade * higher


def interpolated(
    x: Field, y: Field, known: npt.NDArray[np.float64], neighbours: int = 4
) -> tuple[Field, Field]:
    """Elevation at places by the inverse square of the distance (Shepard 1968,
    doi:10.1145/800186.810616) from the nearest of `known` (rows x, y, z), and metres to the
    nearest. NaN and infinity where none is known."""
    if not len(known):
        return np.full(len(x), np.nan), np.full(len(x), np.inf)
    z, near = np.empty(len(x)), np.empty(len(x))
    count = min(neighbours, len(known))
    for first in range(0, len(x), 1_000):
        part = slice(first, first + 1_000)
        away = np.hypot(x[part, None] - known[None, :, 0], y[part, None] - known[None, :, 1])
        which = np.argsort(away, axis=1, kind="stable")[:, :count]
        nearest = np.take_along_axis(away, which, 1)
        weight = 1.0 / (nearest + 50.0) ** 2
        z[part] = (weight * known[which, 2]).sum(axis=1) / weight.sum(axis=1)
        near[part] = nearest[:, 0]
    return z, near


def _logistic(value: Field) -> Field:
    found: Field = 1.0 / (1.0 + np.exp(-np.clip(value, -60.0, 60.0)))
    return found
