"""The long baseline of a series, and the cumulative sum of what goes beyond it.

Page, Biometrika 41 (1954) 100-115; the transformation that makes a count nearly normal after Rossi,
Lampugnani & Marchi, Statist. Med. 18 (1999) 2111-2122, in its square-root form (Anscombe 1948).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: One case in two weeks counts as seen before the series began: a new series has a mean.
PRIOR_CASES, PRIOR_WEEKS = 1.0, 2.0
#: The newest weeks are kept out of a baseline, so that an outbreak is not held against itself.
GAP = 4
#: Weeks that a baseline reaches back: five years and what is excluded.
REACH = 290
SLACK = 1.0
LIMIT = 4.0
#: The sum stops here: what is long over must not go on for weeks.
MOST = 8.0


class Baseline(NamedTuple):
    """By week and series (T, S): the mean of the weeks before, variance over mean (1 or more), and
    how many weeks they were. A week that is not reported is no week."""

    mean: Values
    dispersion: Values
    weeks: Values


def baseline(counts: Values, gap: int = GAP, reach: int = REACH) -> Baseline:
    """Of all weeks until `gap` weeks before each week, `reach` at the most, past outbreaks
    included: a disease that comes in waves is not surprised by a wave."""
    known = np.isfinite(counts)
    values = np.where(known, counts, 0.0)
    weeks = _before(known.astype(float), gap, reach)
    total = _before(values, gap, reach)
    squares = _before(values**2, gap, reach)
    mean = (total + PRIOR_CASES) / (weeks + PRIOR_WEEKS)
    spread = np.maximum(squares - 2.0 * mean * total + weeks * mean**2, 0.0)
    dispersion = spread / mean / np.maximum(weeks - 1.0, 1.0)
    return Baseline(mean, np.maximum(dispersion, 1.0), weeks)


def _before(values: Values, gap: int, reach: int) -> Values:
    """Sums over rows t - gap - reach … t - gap - 1."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    ends = np.maximum(np.arange(len(values)) - gap, 0)
    result: Values = sums[ends] - sums[np.maximum(ends - reach, 0)]
    return result


def excess(counts: Values, base: Baseline, weeks: int = 1) -> Values:
    """How many standard deviations of one week the mean of the last `weeks` is above the
    baseline; weeks that are not reported are left out, NaN where this week is not."""
    known = np.isfinite(counts)
    number = _window(known.astype(float), weeks)
    mean = _window(np.where(known, counts, 0.0), weeks) / np.maximum(number, 1.0)
    result: Values = (mean - base.mean) / np.sqrt(base.mean * base.dispersion)
    return np.where(known, result, np.nan)


def _window(values: Values, weeks: int) -> Values:
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    rows = np.arange(1, len(values) + 1)
    result: Values = sums[rows] - sums[np.maximum(rows - weeks, 0)]
    return result


def cusum(counts: Values, base: Baseline, slack: float = SLACK) -> Values:
    """The one-sided sum of every week (T, S). A week that is not reported changes nothing."""
    apart = 2.0 * (np.sqrt(counts) - np.sqrt(base.mean)) / np.sqrt(base.dispersion)
    step = np.where(np.isfinite(counts), apart - slack, 0.0)
    sums = np.zeros(counts.shape)
    now = np.zeros(counts.shape[1])
    for row, moved in enumerate(step):
        now = np.clip(now + moved, 0.0, MOST)
        sums[row] = now
    return sums
