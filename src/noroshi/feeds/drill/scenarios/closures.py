"""Roads that an earthquake closes: where, why, and until when."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.feeds.drill.actors.state import RoadState
from noroshi.feeds.drill.physics import loss, slopes
from noroshi.feeds.drill.physics.shaking import Shaking
from noroshi.feeds.drill.world.model import Grid, Road, Route, Settlement, World, rng

#: Of breaks counted for each kilometre, how many close the road (the others are cracks and steps),
#: by rank.
_CLOSING = {"expressway": 0.25, "national": 0.25, "prefectural": 0.3, "municipal": 0.12,
            "lane": 0.05}  # fmt: skip
#: Hours until one lane is open, and until all is: medians, by rank.
_REPAIR = {"expressway": (10, 30), "national": (14, 60), "prefectural": (30, 120),
           "municipal": (60, 240), "lane": (90, 400)}  # fmt: skip
#: Minutes until the manager knows, by rank: medians.
_FOUND = {"expressway": 25, "national": 45, "prefectural": 110, "municipal": 180, "lane": 320}


Values = npt.NDArray[np.float64]


class Closure(msgspec.Struct, frozen=True):
    """A stretch that is closed from `since`, known to its manager from `known`; one lane is open
    from `eased`, all from `until` (None: beyond the end). `road` is an index into the world's."""

    road: int
    cause: str
    since: int
    known: int
    eased: int | None
    until: int | None


def draw(
    world: World, motion: Shaking, depth: Grid, origin: int, flooded: int | None, seed: int
) -> list[Closure]:
    """The closures of an earthquake and its tsunami, in order of their roads."""
    random = rng(seed, "closures")
    chance = random.random((len(world.roads), 3))
    spread = random.lognormal(0.0, 0.6, (len(world.roads), 3))
    found = []
    for at, one in enumerate(world.roads):
        cells = [world.plane.cell_of(*spot) for spot in one.line[:: max(1, len(one.line) // 12)]]
        cause, since = _cause(world, motion, one, cells, chance[at]), origin + 30 * SECOND
        wet = max(float(depth[cell]) for cell in cells)
        if flooded is not None and one.structure == "road" and wet > 0.4:
            cause, since = "津波による浸水・漂流物", flooded
        if not cause:
            continue
        lane, whole = _REPAIR[one.rank]
        factor = 3.0 if cause == "橋梁損傷" else 1.6 if "津波" in cause else 1.0
        known = since + round(_FOUND[one.rank] * float(spread[at, 0])) * MINUTE
        eased = since + round(lane * factor * float(spread[at, 1]) * 60) * MINUTE
        until = since + round(whole * factor * float(spread[at, 2]) * 60) * MINUTE
        eased = max(eased, known + 30 * MINUTE)
        found.append(Closure(at, cause, since, known, eased, max(until, eased + 30 * MINUTE)))
    return found


def _cause(
    world: World, motion: Shaking, road: Road, cells: list[tuple[int, int]], chance: Values
) -> str:
    """Why shaking closes a road that runs over some cells; "" where it does not."""
    cell = cells[len(cells) // 2]
    intensity = float(motion.intensity[cell])
    if intensity < 4.5:
        return ""
    km = road.length / 1000
    major = road.rank in ("expressway", "national")
    if road.structure == "bridge":
        damaged = loss.bridge_damaged(float(motion.velocity[cell])) * (0.35 if major else 1.0)
        return "橋梁損傷" if chance[0] < damaged else ""
    if road.structure == "tunnel":
        return "トンネル覆工の剥落" if chance[0] < 0.15 * (intensity > 6.2) else ""
    steep = sum(float(world.land.slope[one]) for one in cells) / len(cells)
    slide = loss.slope_fails(intensity, steep) * (0.5 if major else 1.0)
    if chance[1] < 1 - (1 - min(slide, 0.95)) ** km:
        return "土砂崩れ"
    rate = loss.road_breaks(intensity, major) * _CLOSING[road.rank]
    if chance[2] < 1 - math.exp(-rate * km):
        return _BROKEN[int(chance[0] * len(_BROKEN))]
    return ""


_BROKEN = ("路面亀裂・段差", "路肩崩壊", "液状化による隆起・陥没", "倒壊家屋")


def states(
    world: World, closures: list[Closure], time: int, *, known: bool = False
) -> list[RoadState]:
    """The stretches that are not as usual then; `known`: of which their managers know."""
    routes = {one.code: one for one in world.routes}
    found = []
    for one in closures:
        begin = one.known if known else one.since
        if time < begin or (one.until is not None and time >= one.until):
            continue
        found.append(state(world, one, time, routes.get(world.roads[one.road].route)))
    return found


def state(world: World, one: Closure, time: int, route: Route | None) -> RoadState:
    """A closure as it stands at a time."""
    road = world.roads[one.road]
    eased = one.eased is not None and time >= one.eased
    return RoadState(
        road.code, road.name or (route.name if route is not None else ""), road.rank,
        str(route.number) if route is not None else "", road.municipality, road.line,
        "alternating" if eased else "closed", one.cause, one.since,
        one.until if one.until is not None and one.until < time + 48 * HOUR else None,
    )  # fmt: skip


def is_closed(one: Closure, time: int) -> bool:
    """Whether nothing passes at a time."""
    return one.since <= time and (one.eased is None or time < one.eased)


class Reach:
    """Which settlements can be reached from a town hall by roads that are open."""

    def __init__(self, world: World, closures: list[Closure]) -> None:
        self._closures = closures
        edges = [(one.start, one.end) for one in world.roads]
        self._network = slopes.Network(len(world.nodes), edges, [one.road for one in closures])
        self._centres = _nearest(world)
        self._settlements = world.settlements
        nodes = sorted({one.node for one in world.settlements})
        # Who has no road on any day is not cut off by this.
        self._never = set(self._network.cut_off(set(), self._centres, nodes))
        self._nodes = [node for node in nodes if node not in self._never]

    def changes(self) -> list[int]:
        """The times at which something may change."""
        return sorted(
            {t for one in self._closures for t in (one.since, one.eased) if t is not None}
        )

    def cut_off(self, time: int) -> list[Settlement]:
        """Settlements without an open road at a time."""
        closed = {one.road for one in self._closures if is_closed(one, time)}
        lost = set(self._network.cut_off(closed, self._centres, self._nodes))
        return [one for one in self._settlements if one.node in lost]


def _nearest(world: World) -> list[int]:
    """The node next to each town hall."""
    nodes = np.array(world.nodes).reshape(-1, 2)
    across = math.cos(math.radians(world.plane.latitude))
    return [
        int((((nodes[:, 0] - x) * across) ** 2 + (nodes[:, 1] - y) ** 2).argmin())
        for x, y in (one.at for one in world.municipalities)
    ]
