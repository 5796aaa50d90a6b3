"""A tsunami: when it reaches which coast, how high, and how far it runs onto the land."""

from __future__ import annotations

import heapq
import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.physics.shaking import Fault
from noroshi.feeds.drill.world.model import Grid, Plane

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

GRAVITY = 9.81


class Sea(msgspec.Struct):
    """Depth [m] of the sea on a coarse grid around the island, 0 on land. The plane has the same
    centre as the world's."""

    plane: Plane
    depth: Values


def surroundings(plane: Plane, elevation: Grid, cell: float = 2_000.0, reach: float = 220e3) -> Sea:
    """The world's own sea, and beyond it an ocean floor that falls off to a trough in the south.

    Beyond the world's edge the floor goes on from its mean depth there to 3,500 m, and to 4,800 m
    in the trough 110 to 140 km south of the centre.
    """
    rows = columns = 2 * math.ceil(reach / cell)
    wide = Plane(plane.longitude, plane.latitude, rows, columns, cell)
    y = rows * cell / 2 - (np.arange(rows) + 0.5) * cell
    x = (np.arange(columns) + 0.5) * cell - columns * cell / 2
    gx, gy = np.meshgrid(x, y)
    half_x, half_y = plane.columns * plane.cell / 2, plane.rows * plane.cell / 2
    beyond = np.hypot(np.maximum(np.abs(gx) - half_x, 0), np.maximum(np.abs(gy) - half_y, 0))
    edge = np.concatenate([elevation[0], elevation[-1], elevation[:, 0], elevation[:, -1]])
    start = max(200.0, float(-np.mean(np.minimum(edge, 0))))
    floor = start + (3_500 - start) * np.clip(beyond / 90e3, 0, 1) ** 0.8
    trough = np.exp(-(((gy + 125e3) / 20e3) ** 2))
    floor = np.maximum(floor, 3_500 + 1_300 * trough) * (trough > 0.1) + floor * (trough <= 0.1)
    inside = beyond == 0
    i = ((half_y - gy[inside]) // plane.cell).astype(int).clip(0, plane.rows - 1)
    j = ((gx[inside] + half_x) // plane.cell).astype(int).clip(0, plane.columns - 1)
    depth = floor
    depth[inside] = np.maximum(-np.asarray(elevation, float)[i, j], 0)
    return Sea(wide, depth)


def uplift(sea: Sea, fault: Fault) -> Mask:
    """The cells above the fault, where the sea begins to move at once."""
    plane = sea.plane
    found = np.zeros(sea.depth.shape, dtype=bool)
    for x, y, _ in fault.points(plane.cell / 2):
        row = int((plane.rows * plane.cell / 2 - y) // plane.cell)
        column = int((x + plane.columns * plane.cell / 2) // plane.cell)
        if 0 <= row < plane.rows and 0 <= column < plane.columns:
            found[row, column] = True
    return found & (sea.depth > 0)


_NEIGHBOURS = [
    (i, j, math.hypot(i, j))
    for i in (-2, -1, 0, 1, 2)
    for j in (-2, -1, 0, 1, 2)
    if (i, j) != (0, 0) and math.gcd(abs(i), abs(j)) == 1
]


def travel_times(depth: Values, cell: float, source: Mask) -> Values:
    """Seconds until the first wave is at each cell, inf where it never comes.

    A long wave runs at √(g h). The shortest time over the graph of each cell and its sixteen
    neighbours (Dijkstra 1959): directions between them cost at most 2.7 % too much.
    """
    rows, columns = depth.shape
    slowness = np.where(depth > 0, 1 / np.sqrt(GRAVITY * np.maximum(depth, 1.0)), np.inf)
    slow = slowness.tolist()
    times = [[math.inf] * columns for _ in range(rows)]
    heap: list[tuple[float, int, int]] = []
    for row, column in zip(*np.nonzero(source), strict=True):
        times[int(row)][int(column)] = 0.0
        heap.append((0.0, int(row), int(column)))
    heapq.heapify(heap)
    steps = [(i, j, far * cell / 2) for i, j, far in _NEIGHBOURS]
    while heap:
        time, row, column = heapq.heappop(heap)
        if time > times[row][column]:
            continue
        here = slow[row][column]
        for i, j, half in steps:
            r, c = row + i, column + j
            if not (0 <= r < rows and 0 <= c < columns):
                continue
            if abs(i) + abs(j) == 3 and slow[row + int(i / 2)][column + int(j / 2)] == math.inf:
                continue  # no shortcut across a spit of land
            then = time + half * (here + slow[r][c])
            if then < times[r][c]:
                times[r][c] = then
                heapq.heappush(heap, (then, r, c))
    return np.asarray(times)


def shoaled(height: float, deep: float, shallow: float) -> float:
    """Green's law: a wave's height where the depth is `shallow`, from that where it is `deep`:
    H2 = H1 (h1 / h2)^(1/4)."""
    return float(height * (deep / max(shallow, 1.0)) ** 0.25)


class Gauge(msgspec.Struct, frozen=True):
    """What a gauge will see: seconds until the first wave, the crest of the highest [m], its
    period [s], and whether the sea falls first. `phases` of the waves that follow."""

    arrival: float
    crest: float
    period: float
    falls: bool
    phases: tuple[float, ...]

    def level(self, seconds: float) -> float:
        """The sea above the tide [m] so long after the earthquake.

        Three waves of neighbouring periods under an envelope that rises within a period and then
        dies off over six hours, the decay of tsunamis around an ocean (Van Dorn 1984).
        """
        since = seconds - self.arrival
        if since <= 0:
            return 0.0
        turn = since / self.period
        envelope = min(1.0, 0.55 + 0.25 * turn) * math.exp(-since / (6 * 3600))
        sign = -1.0 if self.falls else 1.0
        waves = sign * math.sin(2 * math.pi * turn)
        for number, phase in enumerate(self.phases, 1):
            share = 0.35 / number
            grow = min(1.0, turn)
            waves += share * grow * math.sin(2 * math.pi * turn * (1 + 0.31 * number) + phase)
        return self.crest * envelope * waves / 1.25

    def highest(self, seconds: float, step: float = 60.0) -> tuple[float, float]:
        """The highest level until then [m], and when it was [s]. (0, arrival) before the wave."""
        best = (0.0, self.arrival)
        time = math.ceil(self.arrival / step) * step
        while time <= seconds:
            level = self.level(time)
            if level > best[0]:
                best = (level, time)
            time += step
        return best


# --- on land -----------------------------------------------------------------------------------

#: Manning's roughness of built-up land [s/m^(1/3)] (Hills & Mader 1997).
ROUGHNESS = 0.03


def inundation(elevation: Grid, cell: float, coast: Grid, roughness: float = ROUGHNESS) -> Grid:
    """The depth of water on land [m] at the highest of the wave, 0 where it stays dry.

    `coast`: height of the wave [m] on the sea's cells along the shore, 0 elsewhere. From cell to
    cell inland the water's level falls by n² / (0.06 H^(1/3)) per metre (the run-in of Hills &
    Mader 1997: X = 0.06 H^(4/3) / n²), and goes on where it stays above the ground: each cell
    takes the way that leaves the most.
    """
    rows, columns = elevation.shape
    level: dict[tuple[int, int], float] = {}
    heap: list[tuple[float, int, int, float]] = []
    for row, column in zip(*np.nonzero((coast > 0) & (elevation <= 0)), strict=True):
        height = float(coast[row, column])
        loss = cell * roughness**2 / (0.06 * height ** (1 / 3))
        heap.append((-height, int(row), int(column), loss))
    heapq.heapify(heap)
    while heap:
        high, row, column, loss = heapq.heappop(heap)
        come = -high - loss
        for r, c in ((row, column + 1), (row, column - 1), (row + 1, column), (row - 1, column)):
            if not (0 <= r < rows and 0 <= c < columns) or (r, c) in level:
                continue
            ground = float(elevation[r, c])
            if ground > 0 and come > ground + 0.05:
                level[r, c] = come
                heapq.heappush(heap, (-come, r, c, loss))
    found = np.zeros(elevation.shape, dtype=np.float32)
    for (row, column), height in level.items():
        found[row, column] = height - float(elevation[row, column])
    return found
