"""What a storm does to roads, to those who live along them, and to power lines.

How many slopes slide and lines break is chosen (`slopes.weakest`); which, and when, follows from
rain, ground, wind and their own strength.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.physics import slopes
from noroshi.feeds.drill.physics.storm import GUST, HOURLY, STEPS, Storm
from noroshi.feeds.drill.world.model import Lonlat, Road, World, rng

Field = npt.NDArray[np.float64]

#: How many stretches of road slides close, of all and of the settlements that are to be cut off.
SLIDES, CUT_OFF = 30, (6, 20)
#: What part of all feeders the wind breaks somewhere.
BROKEN = 0.13
#: Rain [mm] since it began at which mountain stretches are closed beforehand (事前通行規制区間).
BEFOREHAND = {"expressway": 230.0, "national": 200.0}


class Closure(msgspec.Struct, frozen=True):
    """A stretch of road that is closed from step `since` until step `until` (None: beyond the
    end). `roads` are indices into the world's; the first names it. `eased`: from this step until
    the end one lane passes. `cause` in Japanese."""

    roads: tuple[int, ...]
    cause: str
    since: int
    until: int | None
    eased: int | None = None


class Slide(msgspec.Struct, frozen=True):
    """A landslide beside houses: when, where, how many buildings and persons it hit."""

    step: int
    at: Lonlat
    settlement: int
    buildings: int
    injured: int
    dead: int


class Isolation(msgspec.Struct, frozen=True):
    """A settlement (index into the world's) without an open road, from step to step."""

    settlement: int
    since: int
    until: int | None


class Break(msgspec.Struct, frozen=True):
    """A feeder (index) of which a part has no power. `out` customers by step, from `since`."""

    feeder: int
    since: int
    out: npt.NDArray[np.int64]


class Consequences(msgspec.Struct):
    """All of it, in order of time."""

    closures: list[Closure]
    slides: list[Slide]
    isolations: list[Isolation]
    breaks: list[Break]


def follow(world: World, storm: Storm, seed: int) -> Consequences:
    """What the storm of a seed does."""
    hourly = np.stack([storm.total(step, 1) for step in range(STEPS)])
    flooded = _flooded_roads(world, storm)
    ahead = _beforehand(world, storm, hourly)
    wanted = SLIDES
    for _ in range(6):
        fallen = _slides(world, storm, hourly, wanted, rng(seed, "typhoon/slides"))
        ways = _Ways(world, {at for one in [*fallen, *flooded, *ahead] for at in one.roads})
        kept = ways.spared(fallen, [*flooded, *ahead])
        closures = _each_once([*kept, *flooded, *ahead])
        isolations = ways.isolations(closures)
        if len({one.settlement for one in isolations}) >= CUT_OFF[0] and len(kept) >= SLIDES - 6:
            break
        wanted += 8
    return Consequences(
        closures,
        _houses(world, storm, hourly, rng(seed, "typhoon/houses")),
        isolations,
        _breaks(world, storm, rng(seed, "typhoon/wires")),
    )


def block_at(world: World, storm: Storm, at: Lonlat) -> int:
    """The block of the rain's grid that a position lies in."""
    return int(storm.block_of[_cell(world, at)])


def _cell(world: World, at: Lonlat) -> int:
    row, column = world.plane.cell_of(*at)
    return row * world.plane.columns + column


def middle(road: Road) -> Lonlat:
    """A position near the middle of a road."""
    line = road.line
    if len(line) % 2:
        return line[len(line) // 2]
    (a, b), (c, d) = line[len(line) // 2 - 1], line[len(line) // 2]
    return round((a + c) / 2, 6), round((b + d) / 2, 6)


# --- roads ---------------------------------------------------------------------------------------


def _slides(
    world: World, storm: Storm, hourly: Field, wanted: int, draw: np.random.Generator
) -> list[Closure]:
    """Stretches that slides close."""
    cells = np.array([_cell(world, middle(one)) for one in world.roads], dtype=np.int64)
    steep = world.land.slope.ravel()[cells].astype(np.float64)
    likely = np.array(
        [one.structure == "road" and one.rank != "expressway" for one in world.roads], dtype=bool
    )
    strength = draw.lognormal(0.0, 0.22, len(cells))
    repair = draw.lognormal(math.log(13.0), 0.55, len(cells))
    kind = draw.uniform(size=len(cells))
    chosen = np.nonzero(likely & (steep > 0.18))[0]
    if not len(chosen):
        return []
    # A lane is cut into the slope with less care; a longer stretch has more weak places.
    care = {"national": 1.12, "prefectural": 1.0, "municipal": 0.95, "lane": 0.93}
    weak = np.array([care[world.roads[at].rank] for at in chosen])
    weak *= np.array([(world.roads[at].length / 300.0) ** -0.10 for at in chosen])
    block = storm.block_of[cells[chosen]]
    course = slopes.stress(storm.index[:, block], hourly[:, block], steep[chosen])
    limit = slopes.weakest(course.max(axis=0), strength[chosen] * weak, wanted)
    found = []
    for at, step in zip(chosen, slopes.first_beyond(course, limit), strict=True):
        if step < 0:
            continue
        road = world.roads[at]
        hours = float(repair[at]) * (0.7 if road.rank == "national" else 1.0)
        # Nobody clears a road while the slope above it still moves.
        calm = max(int(step), _calm(hourly[:, storm.block_of[cells[at]]], int(step)))
        until = calm + round(hours * HOURLY)
        eased = calm + round(hours * HOURLY * 0.7) if hours > 6 else None
        cause = "土砂崩れ" if kind[at] < 0.6 else "倒木" if kind[at] < 0.75 else "路肩崩壊"
        found.append(
            Closure((int(at),), cause, int(step), until if until < STEPS else None,
                    eased if eased is not None and eased < STEPS else None)
        )  # fmt: skip
    return found


def _calm(hourly: Field, since: int) -> int:
    """The first step from which on no hour has 10 mm."""
    wet = np.nonzero(hourly >= 10.0)[0]
    return max(since, int(wet[-1]) + 1 if len(wet) else since)


def _flooded_roads(world: World, storm: Storm) -> list[Closure]:
    """Roads, other than lanes, under more than 30 cm of the rivers' water."""
    found = []
    deep: dict[int, npt.NDArray[np.int64]] = {}
    for water in storm.flooded:
        for cell, hand in zip(water.plain.cells.tolist(), water.plain.hand.tolist(), strict=True):
            if water.surface.max() - hand > 0.3:
                deep[cell] = np.nonzero((water.surface - hand > 0.3) & (water.volume > 0))[0]
    for at, road in enumerate(world.roads):
        steps = deep.get(_cell(world, middle(road)))
        if steps is None or not len(steps) or road.rank == "lane" or road.structure != "road":
            continue
        until = int(steps[-1]) + 2 * HOURLY
        found.append(
            Closure((at,), "冠水", int(steps[0]), until if until < STEPS else None)
        )  # fmt: skip
    # Where a quarter is under water, its streets are closed together, by the road they belong to.
    groups: dict[str, list[Closure]] = {}
    for one in found:
        road = world.roads[one.roads[0]]
        groups.setdefault(road.route or f"{road.municipality}/{road.rank}", []).append(one)
    return [
        Closure(
            tuple(one.roads[0] for one in same), "冠水", min(one.since for one in same),
            max(one.until for one in same if one.until)
            if all(one.until for one in same) else None,
        )
        for same in groups.values()
    ]  # fmt: skip


def _beforehand(world: World, storm: Storm, hourly: Field) -> list[Closure]:
    """Mountain stretches closed before anything happens, by rain since it began."""
    stretches: dict[tuple[str, str], list[int]] = {}
    for at, road in enumerate(world.roads):
        if road.rank not in BEFOREHAND or road.structure == "tunnel":
            continue
        if world.land.slope.ravel()[_cell(world, middle(road))] > 0.25:
            stretches.setdefault((road.route, road.municipality), []).append(at)
    long = [
        (sum(world.roads[at].length for at in roads), key, roads)
        for key, roads in stretches.items()
    ]
    whole = storm.total(STEPS - 1, 48)
    found = []
    for length, _, roads in sorted(long, reverse=True)[:7]:
        if length < 1_500:
            continue
        places = [block_at(world, storm, middle(world.roads[at])) for at in roads]
        block = max(places, key=lambda one: float(whole[one]))
        total = np.cumsum(storm.rain[:, block]) / HOURLY
        beyond = np.nonzero(total >= BEFOREHAND[world.roads[roads[0]].rank])[0]
        if not len(beyond):
            continue
        until = _calm(hourly[:, block] * 2, int(beyond[0])) + 3 * HOURLY
        found.append(
            Closure(tuple(roads), "連続雨量による事前通行規制", int(beyond[0]),
                    until if until < STEPS else None)
        )  # fmt: skip
    return found


def _each_once(closures: list[Closure]) -> list[Closure]:
    """Closures in order of time, each named by a road that names no other."""
    named: set[int] = set()
    found = []
    for one in sorted(closures, key=lambda one: (len(one.roads), one.since, one.roads)):
        free = next((at for at in one.roads if at not in named), None)
        if free is not None:
            named.add(free)
            rest = tuple(at for at in one.roads if at != free)
            found.append(msgspec.structs.replace(one, roads=(free, *rest)))
    return sorted(found, key=lambda one: (one.since, one.roads))


# --- people --------------------------------------------------------------------------------------


class _Ways:
    """Who is cut off while which roads are closed. `loose`: every road that ever may be."""

    def __init__(self, world: World, loose: Iterable[int]) -> None:
        edges = [(one.start, one.end) for one in world.roads]
        self._network = slopes.Network(len(world.nodes), edges, loose)
        self._centres = nearest(world, [one.at for one in world.municipalities])
        self.asked = {at: one.node for at, one in enumerate(world.settlements) if one.mountain}
        self._nodes = sorted(set(self.asked.values()))
        # Who has no road at all on a clear day is not cut off by the storm.
        self._never: set[int] = set()
        self._never = self.cut(set())

    def cut(self, closed: set[int]) -> set[int]:
        """The nodes that are cut off."""
        return set(self._network.cut_off(closed, self._centres, self._nodes)) - self._never

    def isolations(self, closures: list[Closure]) -> list[Isolation]:
        """Settlements that no open road leads to from any town hall, by the steps of change."""
        changes = sorted(
            {one.since for one in closures}
            | {step for one in closures if (step := passable(one)) is not None}
        )
        since: dict[int, int] = {}
        found = []
        for step in changes:
            cut = self.cut({at for one in closures if is_closed(one, step) for at in one.roads})
            for at, node in self.asked.items():
                if node in cut and at not in since:
                    since[at] = step
                elif node not in cut and at in since:
                    found.append(Isolation(at, since.pop(at), step))
        found += [Isolation(at, step, None) for at, step in since.items()]
        return sorted(found, key=lambda one: (one.since, one.settlement))

    def spared(self, fallen: list[Closure], others: list[Closure]) -> list[Closure]:
        """The slides without those that would cut off more settlements than the scenario wants:
        the worst are left out first."""
        kept = list(fallen)
        weight = [len(self.cut(set(one.roads))) for one in kept]
        while kept and len({i.settlement for i in self.isolations([*kept, *others])}) > CUT_OFF[1]:
            worst = max(range(len(kept)), key=lambda at: (weight[at], kept[at].since))
            kept.pop(worst)
            weight.pop(worst)
        return kept


def passable(one: Closure) -> int | None:
    """The step from which on something passes again."""
    return one.eased if one.eased is not None else one.until


def is_closed(one: Closure, step: int) -> bool:
    """Whether nothing passes at a step."""
    end = passable(one)
    return one.since <= step and (end is None or step < end)


def nearest(world: World, places: Iterable[Lonlat]) -> list[int]:
    """The node of the road network next to each position."""
    nodes = np.array(world.nodes)
    if not len(nodes):
        return []
    across = math.cos(math.radians(world.plane.latitude))
    return [
        int((((nodes[:, 0] - x) * across) ** 2 + (nodes[:, 1] - y) ** 2).argmin())
        for x, y in places
    ]


def _houses(world: World, storm: Storm, hourly: Field, draw: np.random.Generator) -> list[Slide]:
    """Slides that hit houses: a few, at settlements under steep ground."""
    count = len(world.settlements)
    cells = np.array([_cell(world, one.at) for one in world.settlements], dtype=np.int64)
    strength, hit = draw.lognormal(0.0, 0.25, count), draw.uniform(size=(count, 3))
    chosen = np.array(
        [at for at, one in enumerate(world.settlements) if one.mountain], dtype=np.int64
    )
    if not len(chosen):
        return []
    block = storm.block_of[cells[chosen]]
    steep = np.maximum(world.land.slope.ravel()[cells[chosen]].astype(np.float64), 0.3)
    course = slopes.stress(storm.index[:, block], hourly[:, block], steep)
    limit = slopes.weakest(course.max(axis=0), strength[chosen], 9)
    found = []
    for at, step in zip(chosen.tolist(), slopes.first_beyond(course, limit), strict=True):
        if step >= 0:
            buildings = 1 + int(hit[at, 0] * 5)
            injured = int(hit[at, 1] * buildings)
            found.append(
                Slide(int(step), world.settlements[at].at, at, buildings, injured,
                      int(hit[at, 2] > 0.8))
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.step, one.settlement))


# --- power ---------------------------------------------------------------------------------------


def _breaks(world: World, storm: Storm, draw: np.random.Generator) -> list[Break]:
    """Feeders that the wind breaks, and how they come back: a part by switching within the hour,
    the rest when the wind allows to repair, the broken one after the other."""
    places = {one.code: one.at for one in world.districts}
    gusts = np.empty((STEPS, len(world.feeders)))
    for at, feeder in enumerate(world.feeders):
        block = [block_at(world, storm, places[one]) for one in feeder.districts if one in places]
        block = block or [block_at(world, storm, feeder.route[0])]
        gusts[:, at] = GUST * storm.wind[:, block].mean(axis=1)
    count = len(world.feeders)
    strength = draw.lognormal(0.0, 0.18, count)
    share, repair = draw.uniform(0.25, 0.75, count), draw.gamma(2.0, 3.5, count)
    limit = slopes.weakest(gusts.max(axis=0) / 40.0, strength, max(1, round(BROKEN * count))) * 40
    found = []
    for at, since in enumerate(slopes.first_beyond(gusts, limit)):
        if since < 0:
            continue
        customers = world.feeders[at].customers
        windy = np.nonzero(gusts[:, at] > 25.0)[0]
        begins = max(int(since) + HOURLY, int(windy[-1]) + 1 if len(windy) else 0)
        ends = begins + round((1.5 + float(repair[at])) * HOURLY)
        steps = np.arange(STEPS)
        after = np.interp(steps, [begins, ends], [float(share[at]), 0.0])
        left = np.where(steps < since + 3, 1.0, after)
        out = np.where(steps < since, 0, np.ceil(left * customers)).astype(np.int64)
        found.append(Break(at, int(since), out))
    return sorted(found, key=lambda one: (one.since, one.feeder))
