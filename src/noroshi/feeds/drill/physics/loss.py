"""What shaking and water do to buildings, people, roads and lifelines: rates and probabilities.

Rates of the Cabinet Office are from 「被害想定項目及び手法の概要」 of its working group on the
Nankai Trough (2012 and 2013). Curves in intensity without another source are chosen for drills:
of the shape of the published ones, and nothing to assess a real building by.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def normal(value: Any, mean: float, deviation: float) -> Values:
    """The normal distribution function, by Abramowitz & Stegun 26.2.17 (error below 1e-7)."""
    z = (np.asarray(value, float) - mean) / deviation
    t = 1 / (1 + 0.2316419 * np.abs(z))
    series = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    tail = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * series
    found: Values = np.where(z >= 0, 1 - tail, tail)
    return found


# --- buildings and people ----------------------------------------------------------------------

#: Mean and deviation of the intensity at which a wooden house is lost, at least half lost, at
#: least partly damaged: for houses of before and after the building code of 1981.
_OLD = {"destroyed": (6.55, 0.36), "half": (6.20, 0.36), "partial": (5.60, 0.42)}
_NEW = {"destroyed": (7.05, 0.38), "half": (6.70, 0.38), "partial": (5.95, 0.42)}
#: Share of houses of before 1981 in towns and cities, and in the country.
OLD_SHARE = {"urban": 0.18, "suburban": 0.15}
OLD_ELSEWHERE = 0.32


def houses_lost(intensity: Any, land: str, state: str) -> Values:
    """The share of houses that are at least so damaged (`destroyed`, `half`, `partial`) at an
    intensity, in a district of that use."""
    old = OLD_SHARE.get(land, OLD_ELSEWHERE)
    return old * normal(intensity, *_OLD[state]) + (1 - old) * normal(intensity, *_NEW[state])


def houses_washed_away(depth: Any) -> Values:
    """The share of houses destroyed by a tsunami of a depth [m]: normal, mean 2.99 and deviation
    1.12 m (Koshimura, Oie, Yanagisawa & Imamura 2009, Banda Aceh)."""
    water = np.asarray(depth, float)
    return np.where(water > 0.1, normal(water, 2.99, 1.12), 0.0)


#: Of those in a wooden house that is destroyed by day (Cabinet Office 2012: 0.0676 × the share of
#: persons who are inside, here per house of 2.3 persons).
DEAD, SEVERE, INJURED = 0.0676, 0.100, 0.177
AT_HOME = {"night": 0.95, "day": 0.45}


def drowned(depth: Any, late: float) -> Values:
    """The share of people who are lost in a tsunami of a depth [m], `late` being the share that
    had not left: none at 0.3 m, all that stayed at 1 m and more (Cabinet Office 2012)."""
    water = np.asarray(depth, float)
    return late * np.clip((water - 0.3) / 0.7, 0, 1)


# --- roads -------------------------------------------------------------------------------------

#: Breaks for each kilometre by intensity, of national roads and of others (Cabinet Office 2013).
_ROADS = ((4.5, 0.035, 0.016), (5.0, 0.11, 0.049), (5.5, 0.16, 0.071), (6.0, 0.17, 0.076),
          (6.5, 0.48, 0.21))  # fmt: skip


def road_breaks(intensity: float, major: bool) -> float:
    """Breaks for each kilometre of road at an intensity; 0 below 4.5."""
    found = 0.0
    for least, national, other in _ROADS:
        if intensity >= least:
            found = national if major else other
    return found


def bridge_damaged(pgv: float) -> float:
    """The probability that a bridge cannot be used: log-normal in peak velocity, median 2.2 m/s,
    deviation 0.5 (of the shape of Shinozuka et al. 2003)."""
    return float(normal(math.log(max(pgv, 1e-6)), math.log(2.2), 0.5))


def slope_fails(intensity: float, slope: float) -> float:
    """The probability that a road of a kilometre is buried from a slope [tangent]: nothing below
    15 %, rising with steepness and intensity."""
    if slope < 0.15:
        return 0.0
    return float(min(0.6, 1.6 * (slope - 0.1)) * normal(intensity, 5.6, 0.4))


# --- lifelines ---------------------------------------------------------------------------------


def power_out(intensity: Any) -> Values:
    """The probability that a customer loses power: normal in intensity, mean 5.5, deviation 0.55
    (of the shape of Nojima & Sugito 2005)."""
    return normal(intensity, 5.5, 0.55)


def water_out(intensity: Any) -> Values:
    """The same for water: mean 5.75, deviation 0.55."""
    return normal(intensity, 5.75, 0.55)


def restored(hours: float, half: float, slope: float = 1.6) -> float:
    """The share of what was lost that is back after some hours: log-logistic, half of it after
    `half` hours."""
    power: float = (max(hours, 0.0) / half) ** slope
    return power / (1 + power)
