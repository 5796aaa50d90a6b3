"""Log-linear quasi-Poisson regression of many series at once, on one design.

Every series is fitted by iteratively reweighted least squares (McCullagh & Nelder, Generalized
Linear Models, 2nd ed. 1989, ch. 2.5) with its own weights; a step is one matrix product and one
batch of small solves, so that 4,000 series cost little more than the arithmetic.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: A series is fitted where a step changes its deviance by less than this share of it.
TOLERANCE = 1e-8
MOST_STEPS = 25


class Fit(NamedTuple):
    """Fits of S series to N weeks with P terms.

    `coefficients` (S, P); `means` (S, N), 0 where a week's level has no case at all; `covariance`
    (S, P, P) for a dispersion of 1; `leverage` (S, N); `dispersion` (S,): Pearson's, not held
    above 1; `error_dispersion` (S,): that of the standard errors, from the working residuals under
    the outbreak weights alone; `free` (S,): degrees of freedom.
    """

    coefficients: Values
    means: Values
    covariance: Values
    leverage: Values
    dispersion: Values
    error_dispersion: Values
    free: Values


def fit(design: Values, counts: Values, weights: Values, known: Flags) -> Fit:
    """Fit `counts` (S, N) to `design` (N, P) with prior `weights` (S, N); weeks that are not
    `known` do not count.

    A term that only weeks without a case have (a season in which there never was one) would run
    to minus infinity; it is left out and its weeks are fitted by 0, which is its limit. Where the
    same is so of the first term the whole series is 0.
    """
    series, terms = len(counts), design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), terms * terms)
    values = np.where(known, counts, 0.0)
    inside = known & ~_empty(design, values, known)
    prior = np.where(inside, weights, 0.0)
    means = np.where(inside, values + 0.1, 1.0)
    linear = np.log(means)
    deviance = _deviance(values, means, prior)
    coefficients = np.zeros((series, terms))
    working = prior * means
    normal = np.zeros((series, terms, terms))
    going = np.flatnonzero(prior.any(axis=1))
    for _ in range(MOST_STEPS):
        if not going.size:
            break
        here, target, now = prior[going], values[going], means[going]
        weight = here * now
        response = linear[going] + (target - now) / now
        matrix = _filled((weight @ products).reshape(-1, terms, terms))
        right = ((weight * response) @ design)[:, :, None]
        found = np.linalg.solve(matrix, right)[:, :, 0]
        line = np.clip(found @ design.T, -50.0, 50.0)
        now = np.exp(line)
        after = _deviance(target, now, here)
        linear[going], means[going], working[going] = line, now, weight
        coefficients[going], normal[going] = found, matrix
        change = np.abs(after - deviance[going]) / (np.abs(after) + 0.1)
        deviance[going] = after
        going = going[change >= TOLERANCE]
    covariance: Values = np.linalg.inv(_filled(normal)).astype(np.float64)
    leverage = working * (covariance.reshape(series, -1) @ products.T)
    residual = np.where(inside, (values - means) / means, 0.0)
    free = np.maximum(known.sum(axis=1) - terms, 1).astype(float)
    return Fit(
        coefficients,
        np.where(inside, means, 0.0),
        covariance,
        leverage,
        (working * residual**2).sum(axis=1) / free,
        (prior * residual**2).sum(axis=1) / free,
        free,
    )


def _empty(design: Values, values: Values, known: Flags) -> Flags:
    """Weeks of a level (a column of zeros and ones) in which a series has no case."""
    levels = [column for column in design.T if set(np.unique(column)) <= {0.0, 1.0}]
    marks = np.array(levels) if levels else np.zeros((0, len(design)))
    cases = values @ marks.T
    none = (cases == 0.0).astype(float) @ marks > 0.0
    # The first term is 1 everywhere; its own level is of the weeks that no other level has.
    rest = marks[1:].sum(axis=0) == 0.0 if len(marks) else np.ones(len(design), bool)
    alone = (values[:, rest].sum(axis=1) == 0.0)[:, None] & rest
    result: Flags = (none | alone) & known
    return result


def _deviance(values: Values, means: Values, prior: Values) -> Values:
    logs = np.where(values > 0.0, values * np.log(np.maximum(values, 1e-9) / means), 0.0)
    result: Values = 2.0 * (prior * (logs - (values - means))).sum(axis=1)
    return result


def _filled(matrix: Values) -> Values:
    """With 1 on the diagonal for a term that no week has, so that it comes out as 0; and so little
    more on the rest that terms that cannot be told apart come out as something finite."""
    diagonal = np.einsum("spp->sp", matrix)
    filled = matrix.copy()
    places = np.einsum("spp->sp", filled)
    places[...] = np.where(diagonal <= 0.0, 1.0, diagonal * (1.0 + 1e-11))
    return filled
