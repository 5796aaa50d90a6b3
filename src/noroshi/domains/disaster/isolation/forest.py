"""The pieces into which closures cut a network, without walking the network again.

Once, a spanning forest is found and its nodes numbered in preorder, so that what hangs below a
tree edge is a range of numbers (the Euler tour of Tarjan and Vishkin 1985, doi:10.1137/0214061).
Closing k links cuts the forest into at most k more pieces, each a few ranges; the links outside
the forest then join pieces again by union–find (Tarjan 1975, doi:10.1145/321879.321884). That is
a few passes over arrays for each set of closures, and exact.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Forest:
    """A spanning forest of the graph of `nodes` nodes whose edge i joins `start[i]` and `end[i]`
    (edges may be parallel; one from a node to itself joins nothing)."""

    def __init__(self, nodes: int, start: Ints, end: Ints) -> None:
        self.start, self.end = start, end
        order, parent_edge, self._roots = _walk(nodes, start, end)
        number = np.empty(nodes, np.int64)
        number[order] = np.arange(nodes)
        #: Preorder number of each node.
        self.number = number
        edges = np.arange(len(start))
        mine = parent_edge[order]  # by preorder number; −1 for roots
        held = np.flatnonzero(mine >= 0)
        #: By edge, the preorder number of the node below it; −1 outside the forest.
        self._below = np.full(len(start), -1, np.int64)
        self._below[mine[held]] = held
        self._size = self._sizes(mine)
        loose = edges[self._below < 0]
        self._loose = loose[start[loose] != end[loose]]
        self._ends = number[start[self._loose]], number[end[self._loose]]

    def _sizes(self, mine: Ints) -> Ints:
        """Nodes below each node and itself, by preorder number."""
        above = np.where(
            self.number[self.start[mine]] < np.arange(len(mine)),
            self.number[self.start[mine]], self.number[self.end[mine]],
        ).tolist() if len(self.start) else []  # fmt: skip
        size = [1] * len(mine)
        rooted = (mine < 0).tolist()
        for at in range(len(mine) - 1, -1, -1):
            if not rooted[at]:
                size[above[at]] += size[at]
        return np.array(size, np.int64)

    def pieces(self, closed: Ints) -> Ints:
        """The piece of each node, by number from 0, while the edges `closed` are closed."""
        if not len(self.number):
            return np.zeros(0, np.int64)
        cuts = self._below[closed]
        cuts = np.unique(np.concatenate([cuts[cuts >= 0], self._roots]))
        part = self._parts(cuts)
        open_edge = np.ones(len(self.start), bool)
        open_edge[closed] = False
        here, there = part[self._ends[0]], part[self._ends[1]]
        joins = np.flatnonzero((here != there) & open_edge[self._loose])
        pairs = np.unique(here[joins] * len(cuts) + there[joins])
        joined = joined_by(len(cuts), (pairs // len(cuts)).tolist(), (pairs % len(cuts)).tolist())
        found: Ints = joined[part][self.number]
        return found

    def _parts(self, cuts: Ints) -> Ints:
        """By preorder number, the last of `cuts` (sorted numbers of nodes) that a node hangs
        below; every root is a cut."""
        starts, parts = [], []
        stack: list[tuple[int, int]] = []  # where a cut's range ends, and its place in `cuts`
        ends = (cuts + self._size[cuts]).tolist()
        for place, (begin, end) in enumerate(zip(cuts.tolist(), ends, strict=True)):
            while stack and stack[-1][0] <= begin:
                over, _ = stack.pop()
                if stack and over < begin:
                    starts.append(over)
                    parts.append(stack[-1][1])
            starts.append(begin)
            parts.append(place)
            stack.append((end, place))
        while stack:
            over, _ = stack.pop()
            if stack:
                starts.append(over)
                parts.append(stack[-1][1])
        lengths = np.diff(np.array([*starts, len(self.number)]))
        return np.repeat(np.array(parts, np.int64), lengths)


def joined_by(count: int, one: Iterable[int], other: Iterable[int]) -> Ints:
    """For things 0 … count−1 of which pairs (`one`, `other`) are joined: the group of each."""
    parent = list(range(count))

    def find(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b in zip(one, other, strict=True):
        a, b = find(a), find(b)
        if a != b:
            parent[max(a, b)] = min(a, b)
    groups: dict[int, int] = {}
    return np.array([groups.setdefault(find(at), len(groups)) for at in range(count)], np.int64)


def _walk(nodes: int, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Nodes in preorder, the edge by which each was reached (−1: a root), and the preorder numbers
    of roots. What a node puts on the stack is taken off before anything put there earlier, so that
    what hangs below a node stays together."""
    ends = np.concatenate([start, end])  # half edges: i from its start, count + i from its end
    by_node = np.argsort(ends, kind="stable")
    first = np.searchsorted(ends[by_node], np.arange(nodes + 1)).tolist()
    target = np.concatenate([end, start])[by_node].tolist()
    came = [-2] * nodes  # by node, the half edge it was reached by; −1 for roots
    order: list[int] = []
    roots: list[int] = []
    for root in range(nodes):
        if came[root] != -2:
            continue
        roots.append(len(order))
        came[root] = -1
        order.append(root)
        stack = list(range(first[root], first[root + 1]))
        while stack:
            half = stack.pop()
            node = target[half]
            if came[node] == -2:
                came[node] = half
                order.append(node)
                stack.extend(range(first[node], first[node + 1]))
    reached = np.array(came, np.int64)
    held = np.flatnonzero(reached >= 0)
    reached[held] = by_node[reached[held]] % max(len(start), 1)
    return np.array(order, np.int64), reached, np.array(roots, np.int64)
