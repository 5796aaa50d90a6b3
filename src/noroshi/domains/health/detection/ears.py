"""The three methods of the Early Aberration Reporting System, for many series at once.

Hutwagner, Thompson, Seeman & Treadwell, J. Urban Health 80 (2003) i89-i96; Fricker, Hegler &
Dunfee, Statist. Med. 27 (2008) 3407-3429, equations 1-6. C1 holds a count against the mean and
standard deviation of the seven weeks before it, C2 against those of seven weeks that end two weeks
before, C3 adds up by how much C2 was above 1 in three weeks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Values = NDArray[np.float64]

BASELINE = 7
LAG = 2


class Ears(NamedTuple):
    """By week and series (T, S), NaN where the baseline is not whole: the statistic of each method
    (how many standard deviations above the mean; for C3 the sum) and its upper bound."""

    c1: Values
    c2: Values
    c3: Values
    upper1: Values
    upper2: Values
    upper3: Values


def ears(
    counts: Values, limits: tuple[float, float, float] = (3.0, 3.0, 2.0), least: float = 0.0,
    baseline: int = BASELINE, with_this_week: bool = True,
) -> Ears:  # fmt: skip
    """C1–C3 of every week. An alarm is a count above the bound.

    `counts` (T, S), NaN where not reported: a baseline may lack two weeks of seven, no more.
    `limits`: standard deviations for C1 and C2, and the sum for C3. `least`: a standard deviation
    below it is taken as it, so that one case after seven weeks of none is not infinitely unusual.
    `with_this_week`: C3 sums this week and the two before (the papers). Without, it sums the two
    before only, and its bound is this week's count plus what is left to the limit: so does the
    program (R surveillance, earsC) that others compare with.
    """
    mean1, sd1 = _baseline(counts, 1, baseline, least)
    mean2, sd2 = _baseline(counts, 1 + LAG, baseline, least)
    with np.errstate(divide="ignore", invalid="ignore"):
        c1 = np.where(sd1 > 0, (counts - mean1) / sd1, _sign(counts - mean1))
        c2 = np.where(sd2 > 0, (counts - mean2) / sd2, _sign(counts - mean2))
    over = np.maximum(0.0, np.nan_to_num(c2, posinf=1e6) - 1.0)
    before = np.zeros(counts.shape)
    for back in (1, 2):
        before[back:] += over[:-back]
    c3 = np.where(np.isfinite(mean2), before + over, np.nan)
    if with_this_week:
        upper3 = mean2 + sd2 * (1.0 + np.maximum(0.0, limits[2] - before))
        upper3 = np.where(before > limits[2], 0.0, upper3)
    else:
        upper3 = np.maximum(0.0, counts + sd2 * (limits[2] - before))
    return Ears(c1, c2, c3, mean1 + limits[0] * sd1, mean2 + limits[1] * sd2, upper3)


def _sign(excess: Values) -> Values:
    """For a baseline that never moved: any case more is without measure."""
    return np.where(excess > 0, np.inf, np.where(np.isnan(excess), np.nan, 0.0))


def _baseline(counts: Values, back: int, weeks: int, least: float) -> tuple[Values, Values]:
    """Mean and standard deviation of `weeks` weeks, the last of them `back` weeks ago."""
    mean = np.full(counts.shape, np.nan)
    deviation = mean.copy()
    if len(counts) >= weeks + back:
        window = sliding_window_view(counts, weeks, axis=0)[: len(counts) - weeks - back + 1]
        known = np.isfinite(window)
        number = known.sum(axis=2)
        whole = number >= max(weeks - 2, 2)
        number = np.maximum(number, 2)
        values = np.where(known, window, 0.0)
        middle = values.sum(axis=2) / number
        spread = np.where(known, (window - middle[:, :, None]) ** 2, 0.0).sum(axis=2)
        mean[weeks + back - 1 :] = np.where(whole, middle, np.nan)
        deviation[weeks + back - 1 :] = np.where(whole, np.sqrt(spread / (number - 1)), np.nan)
    return mean, np.maximum(deviation, least)
