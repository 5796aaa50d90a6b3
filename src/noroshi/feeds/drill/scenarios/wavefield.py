"""A tsunami around the island: when it is where, how high, and what it floods."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.core.time import SECOND
from noroshi.feeds.drill.physics import shaking, tsunami
from noroshi.feeds.drill.physics.shaking import Fault
from noroshi.feeds.drill.world.model import Coast, Grid, TideGauge, World, rng

Values = npt.NDArray[np.float64]

#: Depth [m] at which a wave ends its shoaling and begins to break.
SHORE_DEPTH = 8.0
#: What a gauge in a harbour or out at sea sees of the wave ashore.
_HARBOUR, _OFFSHORE = 0.72, 0.3
#: The height falls off by the time a wave has been on its way: by half in half an hour.
_FADING = 1_200.0


class Expectation(msgspec.Struct, frozen=True):
    """What comes to a stretch of coast: the first wave (microseconds UTC), and the greatest height
    ashore [m]."""

    arrival: int
    height: float


class Wavefield:
    """The tsunami of an earthquake at `origin` whose part `fault` lifts the sea by `lift` metres
    above deep water."""

    def __init__(self, world: World, origin: int, fault: Fault, lift: float, seed: int) -> None:
        self.world, self.origin = world, origin
        sea = tsunami.surroundings(world.plane, world.land.elevation)
        source = tsunami.uplift(sea, fault)
        self._plane = sea.plane
        times = tsunami.travel_times(sea.depth, sea.plane.cell, source)
        deep = float(sea.depth[source].mean()) if source.any() else 3_000.0
        bays = shaking.residual(sea.plane, rng(seed, "tsunami/bays"), spacing=4_000.0, margin=60e3)
        ashore = tsunami.shoaled(lift, deep, SHORE_DEPTH)
        faded = (1 + np.where(np.isfinite(times), times, 0) / _FADING) ** -0.75
        height = ashore * faded * 10 ** (0.9 * (bays - bays.mean())) * _lee(sea.depth)
        self.times, self.height = _onto_land(times, height)
        self.gauges = {one.code: self._gauge(one, seed) for one in world.tide_gauges}
        self.coasts = {one.code: self._coast(one) for one in world.coasts}
        self.depth = self._flood()
        wet = self.depth > 0
        hit = [one.arrival for one in self.coasts.values()]
        #: When the land is under water: the second or third wave is the highest.
        self.flooded = (min(hit, default=origin) + 900 * SECOND) if wet.any() else None

    def _at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Seconds until the first wave at a place by the sea, and its height ashore [m]."""
        row, column = self._plane.cell_of(longitude, latitude)
        return float(self.times[row, column]), float(self.height[row, column])

    def _gauge(self, one: TideGauge, seed: int) -> tsunami.Gauge:
        random = rng(seed, f"tsunami/{one.code}")
        time, height = self._at(*one.at)
        share = _OFFSHORE if one.offshore else _HARBOUR
        return tsunami.Gauge(
            time if math.isfinite(time) else 4 * 3600.0, round(height * share, 2),
            float(random.uniform(1_300, 2_600)), falls=bool(random.random() < 0.3),
            phases=(float(random.uniform(0, 6.3)), float(random.uniform(0, 6.3))),
        )  # fmt: skip

    def _coast(self, one: Coast) -> Expectation:
        """The soonest arrival and the height that only a tenth of the shore exceeds."""
        found = [self._at(*at) for line in one.line for at in line[:: max(1, len(line) // 200)]]
        times = [time for time, _ in found if math.isfinite(time)]
        heights = sorted(height for time, height in found if math.isfinite(time))
        if not times:
            return Expectation(self.origin + 4 * 3600 * SECOND, 0.0)
        soonest = self.origin + round(min(times)) * SECOND
        return Expectation(soonest, heights[int(0.9 * (len(heights) - 1))])

    def _flood(self) -> Grid:
        """Depth of water on land at the highest [m]."""
        plane, ground = self.world.plane, self.world.land.elevation
        shore = _shore(ground)
        coast = np.zeros(ground.shape, dtype=np.float32)
        rows, columns = np.nonzero(shore)
        y = plane.rows * plane.cell / 2 - (rows + 0.5) * plane.cell
        x = (columns + 0.5) * plane.cell - plane.columns * plane.cell / 2
        wide = self._plane
        i = ((wide.rows * wide.cell / 2 - y) // wide.cell).astype(int).clip(0, wide.rows - 1)
        j = ((x + wide.columns * wide.cell / 2) // wide.cell).astype(int).clip(0, wide.columns - 1)
        there = np.isfinite(self.times[i, j])
        coast[rows, columns] = np.where(there, self.height[i, j], 0)
        return tsunami.inundation(ground, plane.cell, coast)


def _lee(depth: Values) -> Values:
    """What is left of the height where land lies between the open sea in the south and a place:
    what bends around it."""
    dry = (depth <= 0).astype(float)
    south = np.flipud(np.cumsum(np.flipud(dry), axis=0)) - dry
    behind = np.where(south > 2, 1.0, 0.0)
    spread = np.ones(7) / 7
    smooth = np.apply_along_axis(lambda row: np.convolve(row, spread, mode="same"), 1, behind)
    found: Values = 1 - 0.6 * np.where(behind > 0, smooth, 0)
    return found


def _shore(ground: Grid) -> npt.NDArray[np.bool_]:
    """Cells of the sea beside land."""
    land = ground > 0
    near = np.zeros_like(land)
    near[1:] |= land[:-1]
    near[:-1] |= land[1:]
    near[:, 1:] |= land[:, :-1]
    near[:, :-1] |= land[:, 1:]
    found: npt.NDArray[np.bool_] = near & ~land
    return found


def _onto_land(times: Values, height: Values, cells: int = 4) -> tuple[Values, Values]:
    """Times and heights carried a few cells onto the land, from the neighbour that is reached
    first: harbours and shores lie in cells that are mostly land."""
    for _ in range(cells):
        grown, high = times.copy(), height.copy()
        for i, j in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            moved = np.roll(times, (i, j), axis=(0, 1))
            sooner = np.isinf(times) & (moved < grown)
            grown = np.where(sooner, moved, grown)
            high = np.where(sooner, np.roll(height, (i, j), axis=(0, 1)), high)
        times, height = grown, high
    return times, height
