"""Where people go: how many leave home, into which shelters, and how these fill."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

#: Distance over which the attraction of a shelter falls to 1/e [m].
REACH = 900.0


def filling(hours: float, half: float = 4.0, width: float = 1.5) -> float:
    """The share of those who will come that are there some hours after it opened: logistic, 0 at
    once, half at `half`."""

    def s(t: float) -> float:
        return 1 / (1 + math.exp(-(t - half) / width))

    if hours <= 0:
        return 0.0
    return (s(hours) - s(0)) / (1 - s(0))


def shared_out(
    people: Sequence[float],
    homes: Sequence[tuple[float, float]],
    shelters: Sequence[tuple[float, float]],
    capacities: Sequence[float],
    reach: float = REACH,
    rounds: int = 6,
    most: float = 1.6,
) -> Values:
    """How many come to each shelter, from `people` at `homes` (x, y [m]).

    A shelter draws as its capacity times exp(−distance / reach) (Huff 1963, with that decay). What
    exceeds `most` times the capacity goes on to where there is room, for some rounds; what is left
    then stays in the crowd. The sum is kept.
    """
    to = np.asarray(shelters, float).reshape(-1, 2)
    room = np.asarray(capacities, float)
    at = np.asarray(homes, float).reshape(-1, 2)
    count = np.asarray(people, float)
    some = count > 0
    at, count = at[some], count[some]
    found = np.zeros(len(to))
    if not len(to) or not len(at):
        return found
    far = np.hypot(at[:, :1] - to[:, 0], at[:, 1:] - to[:, 1]).astype(np.float32)
    pull = np.exp(-(far - far.min(axis=1, keepdims=True)) / np.float32(reach))
    for turn in range(rounds):
        weight = pull * (room * (found < most * room))
        total = weight.sum(axis=1)
        full = total <= 0
        if full.any():  # everywhere within reach is full: they crowd in all the same
            weight[full] = pull[full] * room + 1e-12
            total = weight.sum(axis=1)
        arrived = (count / total) @ weight
        come = found + arrived
        if turn == rounds - 1:
            return np.asarray(come, float)
        excess = np.maximum(come - np.maximum(most * room, found), 0)
        found = come - excess
        turned = np.divide(excess, arrived, out=np.zeros_like(excess), where=arrived > 0)
        count = count / total * (weight @ turned)
        if count.sum() < 0.5:
            found = found + (count / total) @ weight
            break
    return np.asarray(found, float)
