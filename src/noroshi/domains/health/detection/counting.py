"""Tails and quantiles of counts whose variance is a multiple of their mean, for whole arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Variance over mean from which a count is negative binomial rather than Poisson.
_OVER = 1.0 + 1e-9


def tail(observed: Values, mean: Values, dispersion: Values) -> Values:
    """The probability of as many cases or more: negative binomial with variance `dispersion` times
    the mean, Poisson where that is 1."""
    from scipy import special

    count = np.maximum(observed, 1e-9)
    over = np.maximum(dispersion, _OVER)
    # P(Y >= y) = I_q(y, r), with r the size and q = 1 - 1/dispersion.
    negative = special.betainc(count, mean / (over - 1.0), 1.0 - 1.0 / over)
    poisson = special.gammainc(count, mean)
    result: Values = np.where(dispersion > _OVER, negative, poisson)
    return np.where(observed <= 0.0, 1.0, result)


def quantile(level: float, mean: Values, dispersion: Values) -> Values:
    """The least count with at least probability `level` of as many or fewer."""
    above = 1.0 - level
    # The rounding of 1 - level must not decide where a tail is exactly as large.
    limit = above * (1.0 + 1e-12)
    low = np.full(np.shape(mean), -1.0)  # P(Y > low) > limit
    high = np.ceil(mean + 8.0 * np.sqrt(mean * dispersion) + 8.0 * dispersion + 8.0)
    while np.any(more := tail(high + 1.0, mean, dispersion) > limit):
        high = np.where(more, high * 2.0, high)
    while np.any(high - low > 1.0):
        middle = np.floor((low + high) / 2.0)
        enough = tail(middle + 1.0, mean, dispersion) <= limit
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    return high
