"""Ways on foot from one place: how far everything is, and how to get there."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from noroshi.channels.chat.ground.roads import FAR, Foot, Network, Passable, step_on

#: A turn is what changes the direction by more [degrees].
_TURN = 40.0


class Leg(NamedTuple):
    """A stretch along one road: its links in order, metres, the direction in which it begins
    [degrees from north], the turn into it [degrees to the right], None for the first, and from
    where to where it is."""

    links: tuple[int, ...]
    metres: float
    bearing: float
    turn: float | None
    start: tuple[float, float]
    end: tuple[float, float]


class Way(NamedTuple):
    """A way: metres in all, its legs, and whether parts of it are in doubt or in a hazard's
    area. No leg where it is no step."""

    metres: float
    legs: tuple[Leg, ...]
    doubtful: bool
    hazard: bool


class Reach:
    """All ways from `position` over what can be passed. `on` is False where no road is near."""

    def __init__(self, state: Passable, position: tuple[float, float]) -> None:
        self._state, self._from = state, step_on(state, position)
        self.on = self._from is not None
        if self._from is None:
            return
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import dijkstra

        roads = state.roads
        self._ends = {int(roads.start[self._from.link]): self._from.to_start}
        end = int(roads.end[self._from.link])
        self._ends[end] = min(self._from.to_end, self._ends.get(end, math.inf))
        # One more node, from which both ends of the link are reached and nothing leads back.
        count = len(roads.nodes)
        rows, costs = state.matrix, np.array(list(self._ends.values()))
        matrix = csr_matrix(
            (np.concatenate([rows.data, np.maximum(costs, 1e-9)]),
             np.concatenate([rows.indices, list(self._ends)]),
             np.concatenate([rows.indptr, [rows.nnz + len(costs)]])),
            shape=(count + 1, count + 1),
        )  # fmt: skip
        self._costs, self._before = dijkstra(
            matrix, directed=True, indices=count, return_predecessors=True, limit=FAR
        )

    def metres(self, foot: Foot | None) -> float | None:
        """How far it is to where somebody steps off the network; None where no way is known."""
        found = self._best(foot)
        if found is None or foot is None:
            return None
        if found[0] < 0:
            return self._along(foot)
        nodes = self._nodes(found[0])
        length = float(self._state.roads.length[self._links(nodes)].sum())
        return self._ends[nodes[0]] + length + found[1]

    def way(self, foot: Foot | None) -> Way | None:
        """The way there, or None where none is known."""
        found = self._best(foot)
        if found is None or foot is None:
            return None
        nodes = [] if found[0] < 0 else self._nodes(found[0])
        return _describe(self._state, self._from, foot, self._links(nodes), nodes)

    def _best(self, foot: Foot | None) -> tuple[int, float] | None:
        """Which node it ends at, and what is left from there [m]; -1 for a way along one link."""
        if foot is None or self._from is None:
            return None
        roads = self._state.roads
        cost, node, rest = min(
            (float(self._costs[node]) + rest, int(node), rest)
            for node, rest in (
                (roads.start[foot.link], foot.to_start), (roads.end[foot.link], foot.to_end),
            )
        )  # fmt: skip
        if foot.link == self._from.link and self._along(foot) <= cost:
            return -1, 0.0
        return None if math.isinf(cost) else (node, rest)

    def _along(self, foot: Foot) -> float:
        assert self._from is not None
        return abs(foot.to_start - self._from.to_start)

    def _nodes(self, node: int) -> list[int]:
        """The nodes of the way to one, from an end of the link on which it begins."""
        found = [node]
        while (before := int(self._before[found[-1]])) < len(self._state.roads.nodes):
            found.append(before)
        return found[::-1]

    def _links(self, nodes: list[int]) -> list[int]:
        if len(nodes) < 2:
            return []
        steps = np.array(nodes, np.int64)
        pairs = steps[:-1] * len(self._state.roads.nodes) + steps[1:]
        return [int(one) for one in
                self._state.by_pair[np.searchsorted(self._state.pairs, pairs)]]  # fmt: skip


def _describe(
    state: Passable, one: Foot | None, other: Foot, links: list[int], nodes: list[int]
) -> Way:
    assert one is not None
    pieces = _pieces(state.roads, one, other, links, nodes)
    legs: list[Leg] = []
    coming: float | None = None
    for link, metres, coords in pieces:
        leaving = _bearing(coords[0], coords[1])
        turn = None if coming is None else (leaving - coming + 180) % 360 - 180
        coming = _bearing(coords[-2], coords[-1])
        known = legs[-1] if legs else None
        same = known is not None and _road(state.roads, known.links[-1]) == _road(state.roads, link)
        if known is not None and same and turn is not None and abs(turn) <= _TURN:
            legs[-1] = known._replace(
                links=(*known.links, link), metres=known.metres + metres, end=_at(coords[-1])
            )
        else:
            legs.append(Leg((link,), metres, leaving, turn, _at(coords[0]), _at(coords[-1])))
    used = [link for link, _, _ in pieces]
    return Way(
        sum(one.metres for one in legs), tuple(legs),
        any(state.doubtful[link] for link in used), any(state.hazard[link] for link in used),
    )  # fmt: skip


def _pieces(
    roads: Network, one: Foot, other: Foot, links: list[int], nodes: list[int]
) -> list[tuple[int, float, Any]]:
    """What is walked of each link: metres, and the coordinates in the direction of walking."""
    import shapely
    from shapely.ops import substring

    def part(link: int, start: float, end: float) -> tuple[int, float, Any] | None:
        length = max(float(roads.length[link]), 1e-9)
        if abs(start - end) < 0.5:
            return None
        cut = substring(roads.lines[link], start / length, end / length, normalized=True)
        coords = shapely.get_coordinates(cut)
        return None if len(coords) < 2 else (link, abs(start - end), coords)

    if not nodes:
        found = [part(one.link, one.to_start, other.to_start)]
    else:
        length, last = float(roads.length[one.link]), float(roads.length[other.link])
        first = 0.0 if nodes[0] == roads.start[one.link] else length
        final = 0.0 if nodes[-1] == roads.start[other.link] else last
        found = [part(one.link, one.to_start, first)]
        for place, link in enumerate(links):
            full = float(roads.length[link])
            forward = int(roads.start[link]) == nodes[place]
            found.append(part(link, 0.0, full) if forward else part(link, full, 0.0))
        found.append(part(other.link, final, other.to_start))
    return [piece for piece in found if piece is not None]


def _at(coordinates: Any) -> tuple[float, float]:
    return float(coordinates[0]), float(coordinates[1])


def _road(roads: Network, link: int) -> tuple[str, str]:
    return roads.names[link], roads.ranks[link]


def _bearing(one: Any, other: Any) -> float:
    x = (other[0] - one[0]) * math.cos(math.radians(one[1]))
    return math.degrees(math.atan2(x, other[1] - one[1])) % 360
