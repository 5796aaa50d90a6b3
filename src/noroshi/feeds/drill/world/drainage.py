"""Where water runs: filled depressions, receivers, drained cells, height above drainage.

Depressions: Priority-Flood+ε (Barnes, Lehman & Mulla 2014). Receivers: steepest of eight
neighbours, D8 (O'Callaghan & Mark 1984). HAND: Nobre et al. (2011). Order: Strahler (1957).
Cells are flat indices; −1 is no cell.
"""

from __future__ import annotations

import heapq
from collections import deque

import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world.grids import Array, Mask

Index = npt.NDArray[np.int64]
_STEPS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


def filled(elevation: Array, land: Mask, rise: float = 1e-3) -> Array:
    """Elevation with every depression of the land raised so that it drains to the sea over its
    lowest rim, rising by `rise` a cell. The outermost cells of the grid must be sea."""
    height, width = elevation.shape
    z = elevation.ravel().tolist()
    todo = land.ravel().tolist()
    offsets = [row * width + column for row, column in _STEPS]
    edge = np.zeros_like(land)
    inner = ~land[1:-1, 1:-1]
    for row, column in _STEPS:
        edge[1:-1, 1:-1] |= (
            inner & land[1 + row : height - 1 + row, 1 + column : width - 1 + column]
        )
    heap = [(min(z[cell], 0.0), cell) for cell in np.flatnonzero(edge).tolist()]
    heapq.heapify(heap)
    pit: deque[tuple[float, int]] = deque()
    while heap or pit:
        level, cell = pit.popleft() if pit else heapq.heappop(heap)
        level += rise
        for offset in offsets:
            near = cell + offset
            if todo[near]:
                todo[near] = False
                if z[near] <= level:
                    z[near] = level
                    pit.append((level, near))
                else:
                    heapq.heappush(heap, (z[near], near))
    return np.array(z).reshape(height, width)


def receivers(
    surface: Array, land: Mask, liking: npt.NDArray[np.float32] | None = None
) -> tuple[Index, Array]:
    """The neighbour each land cell drains to (−1 in the sea), and the distance to it [cells].
    The sea lies at 0 or lower. A cell without a lower neighbour drains to itself: −1. `liking`
    weighs the fall to each of the eight neighbours, so that courses on even slopes do not run
    straight (after the Rho8 of Fairfield & Leymarie 1991)."""
    height, width = surface.shape
    level = np.where(land, surface, np.minimum(surface, 0.0))
    level = np.where(land, level, -1e-6)
    steepest = np.zeros((height - 2, width - 2))
    to = np.full((height - 2, width - 2), -1, np.int64)
    far = np.ones((height - 2, width - 2))
    middle = level[1:-1, 1:-1]
    index = np.arange(height * width).reshape(height, width)
    for number, (row, column) in enumerate(_STEPS):
        here = np.s_[1 + row : height - 1 + row, 1 + column : width - 1 + column]
        length = float(np.hypot(row, column))
        drop = (middle - level[here]) / length
        if liking is not None:
            drop *= liking[number, 1:-1, 1:-1]
        better = drop > steepest
        steepest = np.where(better, drop, steepest)
        to = np.where(better, index[here], to)
        far = np.where(better, length, far)
    receiver = np.full((height, width), -1, np.int64)
    distance = np.ones((height, width))
    receiver[1:-1, 1:-1] = np.where(land[1:-1, 1:-1], to, -1)
    distance[1:-1, 1:-1] = far
    return receiver.ravel(), distance.ravel()


def levels(receiver: Index, land: Mask) -> list[Index]:
    """Land cells by the number of steps to their outlet: each list drains into the one before."""
    cells = receiver.size
    inland = (receiver >= 0) & land.ravel()[np.maximum(receiver, 0)]
    nothing = cells
    jump = np.append(np.where(inland, receiver, nothing), nothing)
    depth = np.append(np.where(inland, 1, 0), 0)
    while True:
        if not np.any(jump[:-1] != nothing):
            break
        depth = depth + depth[jump]
        jump = jump[jump]
    at = np.flatnonzero(land.ravel())
    order = at[np.argsort(depth[at], kind="stable")]
    counts = np.bincount(depth[at])
    return np.split(order, np.cumsum(counts)[:-1])


def accumulated(receiver: Index, by_level: list[Index], weight: Array) -> Array:
    """The sum of `weight` over each cell and all that drain to it."""
    total = weight.copy()
    for cells in reversed(by_level[1:]):
        to = receiver[cells]
        np.add.at(total, to, total[cells])
    return total


def nearest_drain(receiver: Index, by_level: list[Index], channel: npt.NDArray[np.bool_]) -> Index:
    """The first channel cell that each cell's water comes to (itself in a channel); where it
    meets none, the last land cell before the sea."""
    drain = np.full(receiver.size, -1, np.int64)
    drain[by_level[0]] = by_level[0]
    for cells in by_level[1:]:
        drain[cells] = np.where(channel[cells], cells, drain[receiver[cells]])
    return drain


def strahler(receiver: Index, by_level: list[Index], channel: npt.NDArray[np.bool_]) -> Index:
    """Strahler's order of each channel cell, 0 elsewhere."""
    order = np.zeros(receiver.size, np.int64)
    most = np.zeros(receiver.size, np.int64)
    count = np.zeros(receiver.size, np.int64)
    for cells in reversed(by_level):
        here = cells[channel[cells]]
        order[here] = np.where(count[here] >= 2, most[here] + 1, np.maximum(most[here], 1))
        to = receiver[here]
        inside = to >= 0
        here, to = here[inside], to[inside]
        np.maximum.at(most, to, order[here])  # a cell's donors are all on one level
        np.add.at(count, to[order[here] == most[to]], 1)
    return order


def slope(elevation: Array, cell: float) -> Array:
    """The tangent of the steepest inclination (central differences)."""
    down, along = np.gradient(elevation, cell)
    return np.asarray(np.hypot(down, along))
