"""Which water passes where, and when: from runoff on the land to inflow at points of the rivers.

Time–area method (Clark 1945, Trans. ASCE 110): each cell's runoff arrives after the time that
water takes along the drainage; reaches between points are routed by Muskingum (McCarthy 1938).
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]

#: From this many cells of 1 ha upstream on, water flows in a channel.
CHANNEL = 60
#: Speed on slopes, through the soil's upper layer and rills [m/s].
HILL = 0.12


class Node(msgspec.Struct):
    """A point of a river where the flow is wanted. `cell`: flat index. `below`: the next node
    downstream, −1 for none; `travel` [s] to it. Its own part of the land: `blocks` (coarse cells),
    `delays` (steps) and `areas` [m2] go together."""

    cell: int
    below: int
    travel: float
    blocks: Cells
    delays: Cells
    areas: Field

    @property
    def area(self) -> float:
        """The land that drains here first [m2]."""
        return float(self.areas.sum())


def speeds(accumulation: Cells, slope: Field) -> Field:
    """Speed of water [m/s] in each cell: in channels it grows with the catchment and the slope, as
    Manning's formula and hydraulic geometry have it (Leopold and Maddock 1953)."""
    hectares = np.maximum(accumulation, 1).astype(np.float64)
    steep = np.clip(slope, 0.001, 0.2)
    channel = np.clip(1.1 * (hectares / 100) ** 0.10 * (steep / 0.01) ** 0.15, 0.7, 4.0)
    return np.where(accumulation >= CHANNEL, channel, HILL)


def trace(
    downstream: npt.NDArray[np.int32],
    accumulation: npt.NDArray[np.int32],
    slope: npt.NDArray[np.float32],
    cell: float,
    columns: int,
    points: list[int],
    coarse_of: Cells,
    step: float,
) -> list[Node]:
    """The nodes at `points` (flat cells). Grids are flat, of `columns` cells of `cell` metres a
    row; `coarse_of` tells each cell's block, and `step` [s] what delays are counted in.

    Every cell above a point belongs to the first point that its water passes.
    """
    count = len(downstream)
    index = np.arange(count)
    towards = np.where(downstream >= 0, downstream, index).astype(np.int64)
    straight = np.isin(np.abs(towards - index), (0, 1, columns))
    length = np.where(straight, cell, cell * math.sqrt(2))
    duration = length / speeds(accumulation.astype(np.int64), slope.astype(np.float64))
    fixed = np.zeros(count, dtype=bool)
    fixed[points] = True
    fixed |= towards == index
    root = np.where(fixed, index, towards)
    time = np.where(fixed, 0.0, duration)
    # Pointer jumping: after n rounds each cell looks 2^n cells downstream.
    for _ in range(40):
        after = root[root]
        if np.array_equal(after, root):
            break
        time += time[root]
        root = after
    number = {one: at for at, one in enumerate(points)}
    found = []
    of_node = np.full(count, -1, dtype=np.int64)
    of_node[points] = np.arange(len(points))
    owner = of_node[root]
    own = np.nonzero(owner >= 0)[0]
    blocks = int(coarse_of.max()) + 1 if count else 1
    delay = np.minimum(np.rint(time[own] / step), 9_999).astype(np.int64)
    keys, cells = np.unique(
        (owner[own] * 10_000 + delay) * blocks + coarse_of[own], return_counts=True
    )
    owners, delays, block = keys // blocks // 10_000, keys // blocks % 10_000, keys % blocks
    for at, point in enumerate(points):
        mine = owners == at
        beyond = int(towards[point])
        below = number.get(int(root[beyond]), -1) if beyond != point else -1
        travel = float(duration[point] + time[beyond]) if below >= 0 else 0.0
        found.append(
            Node(point, below, travel, block[mine], delays[mine], cells[mine] * cell * cell)
        )
    return found


def inflow(node: Node, runoff: Field) -> Field:
    """Discharge [m3/s] by step of a node's own land, under `runoff` [mm/h] (steps, blocks).

    What fell before the first step flowed as it does in the first.
    """
    steps = len(runoff)
    found = np.zeros(steps)
    for delay in np.unique(node.delays):
        mine = node.delays == delay
        part = runoff[:, node.blocks[mine]] @ node.areas[mine] / 3.6e6
        late = min(int(delay), steps)
        found[late:] += part[: steps - late]
        found[:late] += part[0]
    return found


def order(nodes: list[Node]) -> list[int]:
    """The nodes from the sources to the mouths."""
    waiting = [0] * len(nodes)
    for node in nodes:
        if node.below >= 0:
            waiting[node.below] += 1
    ready = [at for at, count in enumerate(waiting) if count == 0]
    found = []
    while ready:
        at = ready.pop()
        found.append(at)
        below = nodes[at].below
        if below >= 0:
            waiting[below] -= 1
            if waiting[below] == 0:
                ready.append(below)
    return found


def route(flow: Field, travel: float, step: float, x: float = 0.2) -> Field:
    """A flow [m3/s] at the end of a reach of `travel` seconds (Muskingum).

    Cut into reaches whose storage time is near the step, so that no coefficient is negative.
    """
    count = max(1, round(travel / step)) if travel >= step / 2 else 0
    current = flow
    for _ in range(count):
        k = travel / count
        below = 2 * k * (1 - x) + step
        first, second = (step - 2 * k * x) / below, (step + 2 * k * x) / below
        third = (2 * k * (1 - x) - step) / below
        out = np.empty_like(current)
        out[0] = current[0]
        for at in range(1, len(current)):
            out[at] = first * current[at] + second * current[at - 1] + third * out[at - 1]
        current = out
    return current
