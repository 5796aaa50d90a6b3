"""Least-cost ways over the ground, grown from many places at once (Dijkstra 1959).

The cost of a step is its length and what climbing, side slopes and crossing water add [m]; so
ways follow valleys and coasts, and where the fronts of two places meet is a ridge or a river.
"""

from __future__ import annotations

import heapq

import msgspec
import numpy as np

from noroshi.feeds.drill.world.drainage import Index
from noroshi.feeds.drill.world.grids import Array, Mask
from noroshi.feeds.drill.world.ground import Ground

#: A metre up or down counts as so many along.
_CLIMB = 18.0
#: Streams that drain more than so many cells (ha) are crossed by a bridge.
STREAM = 400


class Growth(msgspec.Struct):
    """What grew: `cost` [m] to the nearest place, its number in `owner`, and `back`, the cell
    before on the way from it; −1 where nothing came. All flat."""

    cost: Array
    owner: Index
    back: Index


class Meeting(msgspec.Struct, frozen=True):
    """Where the fronts of two neighbouring places meet at least cost: two adjacent cells."""

    a: int
    b: int
    cost: float
    cell_a: int
    cell_b: int


def streams(ground: Ground) -> Mask:
    """Cells of water that a road crosses by a bridge, without diagonal gaps."""
    wide = ground.plane.columns
    cells = np.flatnonzero((ground.area >= STREAM) & ground.land.ravel())
    mask = np.zeros(ground.area.size, bool)
    mask[cells] = True
    to = ground.receiver[cells]
    cells, to = cells[to >= 0], to[to >= 0]
    corner = (cells // wide) * wide + to % wide
    mask[corner] = True
    return mask.reshape(ground.land.shape) & ground.land


def step_costs(ground: Ground, water: Mask) -> dict[tuple[int, int], Array]:
    """The cost of a step to the east, south, south-east and south-west of each cell, in metres;
    infinite into the sea."""
    z, cell = np.maximum(ground.elevation, 0), ground.plane.cell
    enter = np.where(water, 60 + 25 * np.sqrt(ground.area.reshape(z.shape) / 100), 0)
    enter = np.where(ground.land, enter + 40 * (ground.elevation < 1.0), np.inf)
    costs = {}
    height, width = z.shape
    for row, column in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = np.s_[0 : height - row, max(-column, 0) : width - max(column, 0)]
        there = np.s_[row:height, max(column, 0) : width + min(column, 0)]
        far = cell * float(np.hypot(row, column))
        side = (ground.slope[here] + ground.slope[there]) / 2
        climb = np.abs(z[here] - z[there])
        cost = np.full(z.shape, np.inf)
        cost[here] = far * (1 + 2.5 * side) + _CLIMB * climb + enter[here] + enter[there]
        costs[row, column] = cost
    return costs


def grow(costs: dict[tuple[int, int], Array], places: list[int]) -> Growth:
    """Least-cost ways from all of `places` (cells) to every cell.

    Cells are settled in buckets of cost no wider than the cheapest step, all of a bucket at once:
    none can be improved by another of the same bucket (Dial 1969; Denardo & Fox 1979).
    """
    height, width = next(iter(costs.values())).shape
    size = height * width
    moves: list[tuple[int, Array]] = []
    for (row, column), grid in costs.items():
        offset = row * width + column
        moves.append((offset, grid.ravel()))
        moves.append((-offset, np.roll(grid.ravel(), offset)))
    bucket = min(float(step.min()) for _, step in moves)
    cost = np.full(size, np.inf)
    owner = np.full(size, -1, np.int64)
    back = np.full(size, -1, np.int64)
    start = np.array(places, np.int64)
    cost[start], owner[start] = 0.0, np.arange(start.size)
    front = start
    while front.size:
        limit = float(cost[front].min()) + bucket
        ready = cost[front] < limit
        now = front[ready]
        waiting = [front[~ready]]
        for offset, steps in moves:
            near = now + offset
            total = cost[now] + steps[now]
            # Those of this bucket are settled: nothing that leads to them is cheaper.
            better = total < cost[near.clip(0, size - 1)]
            near, total, source = near[better], total[better], now[better]
            cost[near], owner[near], back[near] = total, owner[source], source
            waiting.append(near)
        front = np.unique(np.concatenate(waiting))
    return Growth(cost, owner, back)


def meetings(costs: dict[tuple[int, int], Array], growth: Growth) -> list[Meeting]:
    """For each two places whose ground adjoins, the cheapest way between them."""
    width = next(iter(costs.values())).shape[1]
    parts = []
    for (row, column), grid in costs.items():
        step = grid.ravel()
        cells = np.flatnonzero(np.isfinite(step))
        near = cells + row * width + column
        differ = (growth.owner[cells] != growth.owner[near]) & (growth.owner[cells] >= 0)
        cells, near = cells[differ], near[differ]
        parts.append((cells, near, growth.cost[cells] + step[cells] + growth.cost[near]))
    here, there, total = (np.concatenate(part) for part in zip(*parts, strict=True))
    a, b = growth.owner[here], growth.owner[there]
    swap = a > b
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    here, there = np.where(swap, there, here), np.where(swap, here, there)
    order = np.lexsort((here, total, b, a))
    first = np.ones(order.size, bool)
    first[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)
    best = order[first]
    return [
        Meeting(int(a[k]), int(b[k]), float(total[k]), int(here[k]), int(there[k])) for k in best
    ]


def way(back: Index, cell: int) -> list[int]:
    """The cells from the place that owns `cell` to it."""
    path = [cell]
    while (before := int(back[path[-1]])) >= 0:
        path.append(before)
    return path[::-1]


def shortest(
    neighbours: list[list[tuple[int, float]]], places: list[int]
) -> tuple[list[float], list[int], list[int]]:
    """Over a graph given by neighbours and costs: cost from the nearest of `places`, which of
    them, and the node before (−1)."""
    size = len(neighbours)
    cost, owner, back = [float("inf")] * size, [-1] * size, [-1] * size
    heap = [(0.0, node) for node in places]
    for number, node in enumerate(places):
        cost[node], owner[node] = 0.0, number
    heapq.heapify(heap)
    while heap:
        spent, node = heapq.heappop(heap)
        if spent > cost[node]:
            continue
        for near, step in neighbours[node]:
            if spent + step < cost[near]:
                cost[near], owner[near], back[near] = spent + step, owner[node], node
                heapq.heappush(heap, (spent + step, near))
    return cost, owner, back
