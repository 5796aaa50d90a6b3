"""Quantiles: the hubs' levels, the score of a forecast in quantiles, and quantiles of weighted
samples for all origins at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: The 23 levels of the forecast hubs (Cramer et al. 2022, https://doi.org/10.1038/s41597-022-01517-w).
LEVELS = (
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
    0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99,
)  # fmt: skip
_LEVELS = np.array(LEVELS)
_MIDDLE = LEVELS.index(0.5)


def wis(quantiles: Values, observed: Values) -> Values:
    """Weighted interval score of `quantiles` (…, 23) against `observed` (…): in the unit of both,
    0 is perfect, NaN where either is not known.

    Bracher et al. 2021, https://doi.org/10.1371/journal.pcbi.1008618: with the weights of their
    equation 1 it is twice the mean pinball loss over the levels.
    """
    over = observed[..., None] - quantiles
    loss: Values = 2 * np.mean(np.maximum(_LEVELS * over, (_LEVELS - 1) * over), axis=-1)
    return loss


def weighted(samples: Values, weights: Values) -> Values:
    """Quantiles (rows, 23) of `samples` (n) under each row of `weights` (rows, n), at the levels;
    between samples linear in the middle of their weights. NaN for a row without weight.

    A sample of weight 0 (what came later, say) has no part in a row whatever it is, NaN included;
    nor has one of less than a thousandth of the row's greatest weight.
    """
    known = ~np.isnan(samples)
    order = np.argsort(samples[known], kind="stable")
    values, weights = samples[known][order], weights[:, known][:, order]
    quantiles = np.full((len(weights), len(LEVELS)), np.nan)
    if not len(values):
        return quantiles
    least = weights.max(axis=1) * 1e-3
    for row in np.flatnonzero(least > 0):
        some = np.flatnonzero(weights[row] > least[row])
        weight = weights[row, some]
        sums = np.cumsum(weight)
        quantiles[row] = np.interp(_LEVELS, (sums - weight / 2) / sums[-1], values[some])
    return quantiles


def alike(errors: Values, horizon: int, least: int) -> Values:
    """At each week the quantiles (weeks, 23) of all `errors` that were known then, up and down
    alike; NaN where there are fewer than `least`. The error of a forecast is known `horizon`
    weeks after the week at whose place it stands."""
    quantiles = np.full((len(errors), len(LEVELS)), np.nan)
    upper = 2 * _LEVELS[_MIDDLE + 1 :] - 1  # of an absolute error, for one of a sign
    ranks = np.arange(len(errors)) + 0.5
    seen, count = np.empty(len(errors)), 0  # in order of size
    for place, size in enumerate(np.abs(errors[: max(0, len(errors) - horizon)])):
        if size == size:
            at = seen[:count].searchsorted(size)
            seen[at + 1 : count + 1] = seen[at:count].copy()
            seen[at] = size
            count += 1
        if count >= least:
            found = np.interp(upper, ranks[:count] / count, seen[:count])
            quantiles[place + horizon, :_MIDDLE] = -found[::-1]
            quantiles[place + horizon, _MIDDLE] = 0
            quantiles[place + horizon, _MIDDLE + 1 :] = found
    return quantiles
