"""A typhoon over a prefecture, from the wind to the water in the streets: two days in ten minutes'
steps.

The storm is made to fit the prefecture: as much rain falls as brings one river over its levee,
so that a drill always has something of everything. What is drawn at random hangs on the seed only.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.physics import drainage, rain, river, soil, typhoon
from noroshi.feeds.drill.physics.flooding import Flooded, plain, sensed, spread
from noroshi.feeds.drill.world.model import World, rng

Field = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]

#: Seconds of a step, and how many there are in an hour and in the whole.
STEP, HOURLY, HOURS = 600.0, 6, 48
STEPS = HOURS * HOURLY + 1
#: The grid of the rain [m].
BLOCK = 1000.0
#: Hours: the closest approach, the stationary rainband's beginning and end.
CLOSEST, BAND = 28.0, (22.5, 26.5)
#: Rain of two days without the rainband at the wettest places [mm] (98th percentile of the land).
WETTEST = 430.0
#: Where a river is to leave its bed there is so much low ground beside it [m2].
PLAIN = 1.5e6
#: Gust against mean wind (Davenport 1961: about 1.5 over open land, more over towns and woods).
GUST = 1.65


class Storm(msgspec.Struct):
    """What happens. Fields are by step first, then by block, gauge, dam, sensor … in the order of
    the world's lists. `rain` [mm/h], `index` the soil water index [mm], `wind` [m/s] by block;
    `level` [m] by gauge; `depth` [m] by flood sensor; `block_of` tells the block
    of each cell."""

    track: typhoon.Track
    coarse: rain.Coarse
    block_of: Cells
    rain: Field
    index: Field
    wind: Field
    level: Field
    dams: list[river.Reservoir]
    flooded: list[Flooded]
    depth: Field

    def total(self, last: int, hours: float) -> Field:
        """Rain [mm] of the `hours` up to step `last`, by block."""
        first = max(0, last - round(hours * HOURLY) + 1)
        found: Field = self.rain[first : last + 1].sum(axis=0) / HOURLY
        return found


def simulate(world: World, seed: int) -> Storm:
    """The storm of a seed over a world."""
    plane, land = world.plane, world.land
    size = max(1, round(BLOCK / plane.cell))
    coarse = rain.coarsen(land.elevation, plane.cell, size)
    block_of = blocks(plane.rows, plane.columns, size)
    track = typhoon.approach(plane.latitude, CLOSEST, rng(seed, "typhoon/track"))
    wind, broad = _broad(coarse, track, rng(seed, "typhoon/rain"))
    catchment = _Catchment(world, block_of)
    draws = rng(seed, "typhoon/target"), rng(seed, "typhoon/band")
    target, narrow = _aim(world, catchment, coarse, broad, *draws)
    fallen, ground, flows = _fit(catchment, target, broad, narrow)
    levels = np.array(
        [river.level(one, flow) for one, flow in zip(world.water_gauges, flows.gauges, strict=True)]
    ).reshape(len(world.water_gauges), STEPS)
    flooded = [
        spread(world, at, catchment.nodes[at].cell, spilt, flows.breached[at], STEP)
        for at, spilt in enumerate(flows.spilt)
        if spilt.max() > 0.5
    ]
    return Storm(
        track, coarse, block_of, fallen, ground.index, wind, levels.T, flows.dams, flooded,
        sensed(world, block_of, fallen, STEP, flooded, rng(seed, "typhoon/sensors")),
    )  # fmt: skip


def blocks(rows: int, columns: int, block: int) -> Cells:
    """The coarse block of each cell, flat."""
    wide = -(-columns // block)
    row, column = np.divmod(np.arange(rows * columns), columns)
    found: Cells = row // block * wide + column // block
    return found


# --- rain ----------------------------------------------------------------------------------------


def _broad(
    coarse: rain.Coarse, track: typhoon.Track, draw: np.random.Generator
) -> tuple[Field, Field]:
    """Wind [m/s], and the rain of the typhoon and its mountains [mm/h]."""
    mountains = rain.Mountains(coarse)
    cells = coarse.x.size
    wind, fallen = np.empty((STEPS, cells)), np.empty((STEPS, cells))
    patches = rain.texture((256, 256), 4.0, draw)
    rows, columns = coarse.shape
    land = coarse.land.ravel() > 0.3
    for step in range(STEPS):
        state = track.at(step / HOURLY)
        u, v = state.wind(coarse.x, coarse.y)
        wind[step] = np.hypot(u, v).ravel() * np.where(land, 0.82, 1.0)
        own = typhoon_rain(state, coarse)
        # The ground works on air as moist as the typhoon's own rain tells.
        moist = np.clip(own.mean() / 6.0, 0.0, 1.2)
        speed = min(1.0, 26.0 / max(1.0, math.hypot(float(u.mean()), float(v.mean()))))
        added = mountains.rain(float(u.mean()) * speed, float(v.mean()) * speed)
        shift = round(step * STEP * 6.0 / coarse.size)
        patch = np.roll(patches, (-shift, shift // 3), axis=(0, 1))[:rows, :columns]
        # In the lee it rains less, but the typhoon's own bands do not stop there.
        fallen[step] = (np.maximum(own + moist * added, 0.4 * own) * patch).ravel()
    total = fallen[:, land].sum(axis=0) / HOURLY
    scale = WETTEST / max(1.0, float(np.percentile(total, 98)))
    return wind, np.where(fallen * scale < 0.1, 0.0, fallen * scale)


def typhoon_rain(state: typhoon.State, coarse: rain.Coarse) -> Field:
    """The typhoon's own rain by block [mm/h], less where dry air follows its passage."""
    own = rain.typhoon_rain(state, coarse.x, coarse.y)
    behind = 0.5 - 0.5 * np.tanh((coarse.y - state.y) / 20_000)
    far = np.hypot(coarse.x - state.x, coarse.y - state.y)
    found: Field = own * np.exp(-behind * far / 130_000)
    return found


def _aim(
    world: World, catchment: _Catchment, coarse: rain.Coarse, broad: Field,
    draw: np.random.Generator, other: np.random.Generator,
) -> tuple[int, Field]:  # fmt: skip
    """The gauge whose river is to leave its bed (−1 without any), and the rain [mm/h] of a
    stationary band over its catchment: of those whose beds are small for their catchments, one
    that a strong band fills."""
    heading, weights = math.radians(float(draw.uniform(48, 68))), draw.lognormal(0.0, 0.25, 40)
    steps = [step for step in range(STEPS) if BAND[0] <= step / HOURLY <= BAND[1] + 2]

    def narrow(target: int) -> Field:
        x, y = catchment.middle(target, coarse)
        band = rain.Rainband(x, y, heading, 62_000.0, 7_500.0, *BAND, peak=62.0)
        found = np.zeros_like(broad)
        for step in steps:
            found[step] = band.rain(step / HOURLY, coarse.x, coarse.y, weights).ravel()
        return np.where(found < 0.3, 0.0, found)

    tried = []
    for target in catchment.small_beds():
        found = narrow(target)
        gauge = world.water_gauges[target]
        flow = catchment.flows(catchment.ground(broad + 1.1 * found).runoff).whole(target)
        share = float(flow.max()) / river.discharge(gauge, river.brim(gauge))
        tried.append((share, target, found))
    if not tried:
        return -1, narrow(-1)
    tried.sort(key=lambda one: -one[0])
    enough = [one for one in tried if one[0] > 1.0] or tried[:1]
    enough = sorted(enough, key=lambda one: (-catchment.watched(one[1]), one[1]))[:2]
    _, target, found = enough[int(other.integers(len(enough)))]
    return target, found


# --- rivers --------------------------------------------------------------------------------------


class _Flows(msgspec.Struct):
    gauges: list[Field]
    spilt: list[Field]
    breached: list[int]
    dams: list[river.Reservoir]

    def whole(self, gauge: int) -> Field:
        """What comes down to a gauge [m3/s]: what passes it, and what leaves the river there."""
        return self.gauges[gauge] + self.spilt[gauge]


class _Catchment:
    """The prefecture's drainage between its gauges and dams."""

    def __init__(self, world: World, block_of: Cells) -> None:
        plane, land = world.plane, world.land
        self.world = world
        self._land = np.unique(block_of[land.elevation.ravel() > 0])
        accumulation = land.accumulation.ravel()
        rivers = {one.code: one for one in world.rivers}
        points: list[int] = []
        for gauge in world.water_gauges:
            course = rivers[gauge.river].line if gauge.river in rivers else []
            at = course[gauge.index] if gauge.index < len(course) else gauge.at
            points.append(self._snap(at, gauge.basin, points))
        self.gauges = len(points)
        for dam in world.dams:
            points.append(self._snap(dam.at, dam.basin, points))
        self.nodes = drainage.trace(
            land.downstream.ravel(), accumulation, land.slope.ravel(), plane.cell,
            plane.columns, points, block_of, STEP,
        )  # fmt: skip
        self.order = drainage.order(self.nodes)

    def _snap(self, at: tuple[float, float], basin: float, taken: list[int]) -> int:
        """The cell near a position whose catchment is the most like `basin` [m2]."""
        plane = self.world.plane
        row, column = plane.cell_of(*at)
        rows = np.clip(np.arange(row - 3, row + 4), 0, plane.rows - 1)
        columns = np.clip(np.arange(column - 3, column + 4), 0, plane.columns - 1)
        cells = (rows[:, None] * plane.columns + columns[None, :]).ravel()
        area = self.world.land.accumulation.ravel()[cells] * plane.cell**2
        unlike = np.abs(np.log(np.maximum(area, 1.0) / max(basin, 1.0)))
        unlike[np.isin(cells, taken)] = np.inf
        return int(cells[unlike.argmin()])

    def ground(self, fallen: Field) -> soil.Ground:
        """The ground under rain [mm/h]; the sea's is left dry."""
        mine = self._land
        found = soil.drain(fallen[:, mine], STEP / 3600)
        whole = [np.zeros_like(fallen) for _ in range(3)]
        for one, part in zip(whole, (found.index, found.runoff, found.lost), strict=True):
            one[:, mine] = part
        return soil.Ground(*whole)

    def flows(self, runoff: Field) -> _Flows:
        """Every gauge's flow, and every dam's course, under `runoff` [mm/h]."""
        coming = [np.zeros(STEPS) for _ in self.nodes]
        gauges: dict[int, Field] = {}
        spilt: dict[int, Field] = {}
        breached: dict[int, int] = {}
        dams: dict[int, river.Reservoir] = {}
        for at in self.order:
            node = self.nodes[at]
            flow = coming[at] + drainage.inflow(node, runoff)
            if at < self.gauges:
                over = river.overtop(self.world.water_gauges[at], flow)
                gauges[at], spilt[at], flow = over.kept, over.spilt, over.kept
                breached[at] = over.breached
            else:
                course = river.operate(self.world.dams[at - self.gauges], flow, STEP)
                dams[at - self.gauges], flow = course, course.outflow
            if node.below >= 0:
                coming[node.below] = coming[node.below] + drainage.route(flow, node.travel, STEP)
        count = range(self.gauges)
        return _Flows(
            [gauges[at] for at in count], [spilt[at] for at in count],
            [breached[at] for at in count], [dams[at] for at in range(len(self.world.dams))],
        )  # fmt: skip

    def above(self, target: int) -> list[int]:
        """The nodes whose water passes `target`, itself included."""
        found = [target]
        for at in found:
            found += [one for one, node in enumerate(self.nodes) if node.below == at]
        return found

    def small_beds(self) -> list[int]:
        """Gauges where a flood may be: those with most sensors around, and those whose beds hold
        the least for their catchment; with 25 km2 and more, and no dam over much of it."""
        gauges = self.world.water_gauges
        room: dict[int, float] = {}
        for at, one in enumerate(gauges):
            above = self.above(at)
            whole = sum(self.nodes[node].area for node in above)
            free = sum(self.nodes[node].area for node in self.undammed(at))
            if whole > 2.5e7 and free > 0.7 * whole:
                room[at] = river.discharge(one, river.brim(one)) / whole
        wide = {at: one for at, one in room.items() if self.low(at) >= PLAIN} or room
        least = sorted(wide, key=lambda at: (wide[at], at))[:3]
        seen = sorted(wide, key=lambda at: (-self.watched(at), at))[:3]
        rest = sorted(room, key=lambda at: (room[at], at))[:2]
        return list(dict.fromkeys([*seen, *least, *rest]))

    def low(self, gauge: int) -> float:
        """How much low ground lies beside a gauge [m2]: less than 3 m above the drainage."""
        found = plain(self.world, gauge, self.nodes[gauge].cell)
        return float((found.hand < 3.0).sum()) * found.cell**2

    def undammed(self, target: int) -> list[int]:
        """The nodes above `target` whose water passes no dam on its way."""
        found = [target]
        for at in found:
            found += [
                one for one, node in enumerate(self.nodes)
                if node.below == at and one < self.gauges
            ]  # fmt: skip
        return found

    def watched(self, target: int) -> int:
        """How many flood sensors stand within 3 km of a gauge."""
        plane = self.world.plane
        x, y = plane.xy(*self.world.water_gauges[target].at)
        places = [plane.xy(*one.at) for one in self.world.flood_sensors]
        return sum(math.hypot(x - east, y - north) < 3_000 for east, north in places)

    def middle(self, target: int, coarse: rain.Coarse) -> tuple[float, float]:
        """The middle of the catchment of a gauge [m]; of the land without one."""
        weights = coarse.land.ravel().copy()
        if target >= 0:
            weights[:] = 0
            for at in self.above(target):
                np.add.at(weights, self.nodes[at].blocks, self.nodes[at].areas)
        whole = weights.sum()
        return (
            float((coarse.x.ravel() * weights).sum() / whole),
            float((coarse.y.ravel() * weights).sum() / whole),
        )


def _fit(
    catchment: _Catchment, target: int, broad: Field, narrow: Field
) -> tuple[Field, soil.Ground, _Flows]:
    """Rain, ground and rivers, with the rainband just strong enough to break `target`'s levee."""
    low, high, share = 0.2, 2.1, 1.1
    for attempt in range(6):
        fallen = broad + share * narrow
        ground = catchment.ground(fallen)
        flows = catchment.flows(ground.runoff)
        breaks = target >= 0 and flows.breached[target] >= 0
        if target < 0 or (breaks and (attempt >= 4 or share - low < 0.15)):
            break
        low, high = (low, share) if breaks else (share, high)
        # At the last the strongest that is known to do it.
        share = (low + high) / 2 if attempt < 4 else high
    return fallen, ground, flows
