"""False discoveries among many tests.

Benjamini & Hochberg, J. R. Statist. Soc. B 57 (1995) 289-300; the share of true null hypotheses
after Storey, J. R. Statist. Soc. B 64 (2002) 479-498, with lambda = 1/2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def q_values(p_values: Values, adaptive: bool = False) -> Values:
    """For each p-value (N,) the least false-discovery rate at which it is found: never smaller
    than the p-value of a more unusual one. `adaptive`: multiplied with Storey's share of true
    nulls, which p-values of counts (many are 1) leave at 1 more often than not."""
    number = len(p_values)
    if not number:
        return p_values.copy()
    order = np.argsort(p_values, kind="stable")
    raw = p_values[order] * number / np.arange(1, number + 1)
    if adaptive:
        raw = raw * min(1.0, (np.count_nonzero(p_values > 0.5) + 1) / (0.5 * number))
    result = np.empty(number)
    result[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return result
