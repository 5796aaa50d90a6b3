"""Slopes that slide, roads that close, and who is then cut off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]


def first_beyond(course: Field, threshold: Field) -> npt.NDArray[np.int64]:
    """By column of `course` (steps, things): the first step at which it is at least `threshold`;
    −1 for never."""
    beyond = course >= threshold
    return np.where(beyond.any(axis=0), beyond.argmax(axis=0), -1)


def stress(index: Field, hourly: Field, steep: Field) -> Field:
    """How near slopes are to sliding, by step and place: 1 is a common slope's strength.

    Water in the ground and rain of the last hour together (the weather agency's snake curve:
    soil water index against hourly rain, 岡田ほか 2001), more on steeper ground.
    """
    water = index / 220.0 + hourly / 300.0
    found: Field = water * np.clip(steep / 0.45, 0.0, 1.6) ** 0.5
    return found


def weakest(most: Field, strength: Field, wanted: int) -> Field:
    """Thresholds for `stress` such that about `wanted` things fail of those whose greatest
    stress is `most`: `strength` (around 1) says how they differ, their scale is chosen."""
    ratio = most / strength
    if not len(ratio) or wanted <= 0:
        return np.full_like(strength, np.inf)
    scale = float(np.sort(ratio)[::-1][min(wanted, len(ratio) - 1)])
    return strength * max(scale, 0.6)


class Network:
    """Which nodes can be reached from which, with some edges closed.

    Union by what never closes is found once; a question then looks only at the pieces and the
    edges that may close (Tarjan 1975 for union–find).
    """

    def __init__(
        self, nodes: int, edges: Sequence[tuple[int, int]], may_close: Iterable[int]
    ) -> None:
        self._edges = edges
        self._may = sorted(set(may_close))
        loose = set(self._may)
        parent = list(range(nodes))
        for at, (start, end) in enumerate(edges):
            if at not in loose:
                _join(parent, start, end)
        self._base = [_find(parent, node) for node in range(nodes)]

    def cut_off(self, closed: set[int], centres: Iterable[int], asked: Iterable[int]) -> list[int]:
        """Those of the nodes `asked` that no way leads to from any of `centres`."""
        parent: dict[int, int] = {}
        for at in self._may:
            if at not in closed:
                start, end = self._edges[at]
                one, other = self._root(parent, start), self._root(parent, end)
                if one != other:
                    parent[max(one, other)] = min(one, other)
        reached = {self._root(parent, node) for node in centres}
        return [node for node in asked if self._root(parent, node) not in reached]

    def _root(self, parent: dict[int, int], node: int) -> int:
        piece = self._base[node]
        while (above := parent.get(piece, piece)) != piece:
            piece = above
        return piece


def _find(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _join(parent: list[int], start: int, end: int) -> None:
    one, other = _find(parent, start), _find(parent, end)
    if one != other:
        parent[max(one, other)] = min(one, other)
