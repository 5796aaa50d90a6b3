"""One probability from the statistics of several methods, by logistic regression.

The statistics are how far each method is beyond what it expects, in its own units, made tame by
the inverse hyperbolic sine; the weights are learned from series whose outbreaks are known
(`bench/outbreak.py` learns them again and says what they are worth on series left out).
Ridge-penalised logistic regression: le Cessie & van Houwelingen, Appl. Statist. 41 (1992) 191-201.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from noroshi.domains.health.detection.cusum import Baseline, baseline, cusum, excess
from noroshi.domains.health.detection.ears import Ears, ears
from noroshi.domains.health.detection.farrington import IMPROVED, Bounds, Settings, bounds

Values = NDArray[np.float64]

STATISTICS = ("farrington", "ears_c1", "ears_c2", "week", "month")
MONTH = 4
#: A standard deviation of seven weeks is not taken to be smaller.
LEAST_DEVIATION = 0.5
RIDGE = 5.0
#: The threshold lets this share of the training weeks without an outbreak pass. It is above the
#: 0.992 that is wanted, because a threshold slips when it meets a new series.
TRAINING_SPECIFICITY = 0.995


class Model(NamedTuple):
    """Means and standard deviations of the statistics in training, weights (the first is the
    intercept), and the probability at which an alarm is given."""

    means: Values
    deviations: Values
    weights: Values
    threshold: float


#: Learned from all nine labelled series (`python -m bench outbreak` learns it again).
MODEL = Model(
    np.array([0.03235754, -0.00945073, 0.00392409, -0.0851485, -0.05791116]),
    np.array([0.51115294, 0.76778049, 0.86068818, 0.78781876, 0.73469219]),
    np.array([-3.06690533, 0.18717372, -0.01182365, -0.41341169, 0.47634682, 0.71576947]),
    0.538148,
)


class Statistics(NamedTuple):
    """All that the methods say: of every week (T, S), of Farrington's for the rows asked for."""

    base: Baseline
    ears: Ears
    cusum: Values
    farrington: dict[int, Bounds]
    values: dict[int, Values]


def statistics(
    counts: Values, first: int, rows: list[int], settings: Settings = IMPROVED
) -> Statistics:
    """What the methods say of the weeks `rows` of `counts` (T, S); row 0 is week number `first`.

    `values[row]` (S, 5) in the order of STATISTICS. A method that cannot say anything adds 0,
    neither for nor against.
    """
    base = baseline(counts)
    said = ears(counts, least=LEAST_DEVIATION)
    week, month = excess(counts, base), excess(counts, base, MONTH)
    farrington = {row: bounds(counts, first, first + row, settings) for row in rows}
    values = {}
    for row in rows:
        columns = (farrington[row].score, said.c1[row], said.c2[row], week[row], month[row])
        values[row] = np.arcsinh(np.nan_to_num(np.stack(columns, axis=1), nan=0.0, posinf=50.0))
    return Statistics(base, said, cusum(counts, base), farrington, values)


def train(
    values: Values, outbreak: NDArray[np.bool_], penalty: float = RIDGE,
    specificity: float = TRAINING_SPECIFICITY,
) -> Model:  # fmt: skip
    """Learn from weeks (N, 5) of which it is known whether they were of an outbreak."""
    means, deviations = values.mean(axis=0), values.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(values)), (values - means) / deviations])
    ridge = np.diag([0.0, *[2.0 * penalty] * values.shape[1]])
    weights = np.zeros(design.shape[1])
    weights[0] = np.log(outbreak.mean() / (1.0 - outbreak.mean()))

    def loss(tried: Values) -> float:
        line = design @ tried
        return float(np.sum(np.logaddexp(0.0, line) - outbreak * line) + tried @ ridge @ tried / 2)

    # Whole steps of Newton's method go astray where a few weeks are far out: half, until it helps.
    for _ in range(200):
        chance = _logistic(design @ weights)
        slope = design.T @ (outbreak - chance) - ridge @ weights
        if np.abs(slope).max() < 1e-7:
            break
        curve = (design * (chance * (1.0 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve, slope)
        now = loss(weights)
        while loss(weights + step) > now and np.abs(step).max() > 1e-12:
            step /= 2.0
        weights += step
    else:
        raise ArithmeticError("the weights of the ensemble were not found")
    passed = np.quantile(_logistic(design @ weights)[~outbreak], specificity)
    return Model(means, deviations, weights, float(passed))


def probability(model: Model, values: Values) -> Values:
    """How probable it is that weeks (N, 5) are of an outbreak."""
    result: Values = _logistic(
        model.weights[0] + (values - model.means) / model.deviations @ model.weights[1:]
    )
    return result


def _logistic(line: Values) -> Values:
    result: Values = 1.0 / (1.0 + np.exp(-np.clip(line, -30.0, 30.0)))
    return result
