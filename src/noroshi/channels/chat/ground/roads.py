"""The road network, and what of it can be passed on foot.

Passability: a link is *blocked* where a merged statement says closed, where it is more likely than
not under water, or where a wet sensor stands beside it; *doubtful* where water may stand or nobody
knows whether it is passable, and in areas of a hazard: a way may lead there if there is no other,
and then says so. Shortest ways: Dijkstra, Numer. Math. 1 (1959) 269, as scipy has it.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from noroshi.channels.advice.refuge import distance
from noroshi.channels.chat.pictures import Look, Pictures
from noroshi.core.record import Version
from noroshi.kinds import decode

LINK, STATE, ROAD = "infrastructure.road_link", "disaster.road_state", "disaster.road"
WET, SENSOR, EXPOSURE = "disaster.inundation", "disaster.flood_sensor", "disaster.exposure"
KINDS = (LINK, STATE, ROAD, WET, SENSOR, EXPOSURE)

#: From which probability of water a link is blocked, and is doubtful.
_LIKELY, _POSSIBLE = 0.5, 0.2
#: How much longer a doubtful link, and one in a hazard's area, counts.
_DOUBT, _HAZARD = 4.0, 8.0
#: How near [m] a wet sensor, or a closure without a link's code, is to the links it is of.
_SENSED, _BESIDE = 80.0, 15.0
#: How far [m] from a road somebody, or a shelter, may be.
NEAR = 400.0
#: How much further [m] than the nearest road at all the nearest passable one may be.
_BEYOND = 60.0
#: Within which distances [m] the nearest road is looked for, one after the other.
_REACHES = (40.0, 120.0)
#: How far [m, doubts counted] ways are looked for.
FAR = 20_000.0
_DEGREE = 111_195.0


class Network(NamedTuple):
    """Links as arrays, in the order of `versions`; nodes by number."""

    versions: list[Version]
    codes: dict[str, int]
    names: list[str]
    ranks: list[str]
    start: Any
    end: Any
    length: Any
    lines: Any
    nodes: Any  # longitude, latitude
    tree: Any


def network(pictures: Pictures, at: int) -> Network | None:
    """The network as built, without expressways: people walk. None where there is none."""
    return pictures.kept("network", (LINK,), at, _network)


def _network(look: Look) -> Network | None:
    import shapely

    versions, bodies = [], []
    for version in look.picture(LINK):
        if version.geometry is not None:
            body = decode(LINK, version.body)
            if body.rank != "expressway":
                versions.append(version)
                bodies.append(body)
    lines = shapely.from_wkb([one.geometry for one in versions], on_invalid="ignore")
    whole = [
        place for place, line in enumerate(lines)
        if line is not None and line.geom_type == "LineString" and len(line.coords) > 1
    ]  # fmt: skip
    if not whole:
        return None
    numbers: dict[Any, int] = {}
    ends: list[tuple[float, float]] = []
    start: list[int] = []
    end: list[int] = []
    length: list[float] = []
    for place in whole:
        coords = lines[place].coords
        for into, code, point in (
            (start, bodies[place].start, coords[0]), (end, bodies[place].end, coords[-1]),
        ):  # fmt: skip
            node = code or (round(point[0], 6), round(point[1], 6))
            if node not in numbers:
                numbers[node] = len(ends)
                ends.append((point[0], point[1]))
            into.append(numbers[node])
        length.append(bodies[place].length or _metres(coords))
    return Network(
        [versions[one] for one in whole], {bodies[one].code: n for n, one in enumerate(whole)},
        [bodies[one].name for one in whole], [bodies[one].rank for one in whole],
        np.array(start), np.array(end), np.array(length, float), lines[np.array(whole)],
        np.array(ends, float), shapely.STRtree(lines[np.array(whole)]),
    )  # fmt: skip


def _metres(coords: Any) -> float:
    return sum(distance(one[:2], other[:2]) for one, other in pairwise(coords))


class Closure(NamedTuple):
    """A statement that a link cannot be passed, and the record that says so."""

    link: int
    version: Version


class Passable(NamedTuple):
    """What can be passed now. `blocked`, `doubtful` and `hazard` are by link; `matrix` holds what
    it costs to pass from node to node [m], `pairs` and `by_pair` the link that does."""

    roads: Network
    blocked: Any
    doubtful: Any
    hazard: Any
    closures: list[Closure]
    matrix: Any
    pairs: Any
    by_pair: Any
    tree: Any
    free: Any
    #: Where places that stay where they are are stepped off, as they were asked for.
    known: dict[tuple[float, float], Foot | None]


def passable(pictures: Pictures, at: int) -> Passable | None:
    """What of the network can be passed; None where there is no network."""
    roads = network(pictures, at)
    if roads is None:
        return None
    return pictures.kept("passable", KINDS, at, lambda look: _passable(look, roads))


def _passable(look: Look, roads: Network) -> Passable:
    import shapely

    count = len(roads.versions)
    blocked, doubtful, hazard = (np.zeros(count, bool) for _ in range(3))
    whole = roads.tree
    closures = list(_closures(look, roads, whole, doubtful))
    blocked[[one.link for one in closures]] = True
    for version in look.picture(WET):
        body = decode(WET, version.body)
        link = roads.codes.get(body.code) if body.place == "road" else None
        if link is not None:
            blocked[link] |= body.probability >= _LIKELY
            doubtful[link] |= body.probability >= _POSSIBLE
    for version in look.picture(SENSOR):
        if version.geometry is not None and decode(SENSOR, version.body).state == "wet":
            blocked[_beside(whole, shapely.from_wkb(version.geometry), _SENSED)] = True
    for version in look.picture(EXPOSURE):
        body = decode(EXPOSURE, version.body)
        if body.method == "geometry" and body.meaning == "in_force" and version.geometry:
            shape = shapely.make_valid(shapely.from_wkb(version.geometry))
            if shape.area > 0:
                hazard[whole.query(shape, predicate="intersects")] = True
    return _matrix(roads, blocked, doubtful, hazard, closures)


def _closures(look: Look, roads: Network, whole: Any, doubtful: Any) -> Any:
    """What is closed, by the merged statements; where there are none, by the statements."""
    import shapely

    kind = STATE if next(look.picture(STATE), None) is not None else ROAD
    for version in look.picture(kind):
        body = decode(kind, version.body)
        if body.status == "unknown" and body.code in roads.codes:
            doubtful[roads.codes[body.code]] = True
        if body.status != "closed":
            continue
        if body.code in roads.codes:
            yield Closure(roads.codes[body.code], version)
        elif version.geometry is not None:
            for link in _beside(whole, shapely.from_wkb(version.geometry), _BESIDE):
                yield Closure(int(link), version)


def _beside(tree: Any, shape: Any, metres: float) -> Any:
    return tree.query(shape, predicate="dwithin", distance=metres / _DEGREE)


def _matrix(
    roads: Network, blocked: Any, doubtful: Any, hazard: Any, closures: list[Closure]
) -> Passable:
    import shapely
    from scipy.sparse import csr_matrix

    free = np.flatnonzero(~blocked)
    cost = np.maximum(roads.length, 0.1) * np.where(doubtful, _DOUBT, 1.0)
    cost = (cost * np.where(hazard, _HAZARD, 1.0))[free]
    count = len(roads.nodes)
    one, other = roads.start[free], roads.end[free]
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    costs, links = np.concatenate([cost, cost]), np.concatenate([free, free])
    pairs = rows.astype(np.int64) * count + columns
    order = np.lexsort((links, costs, pairs))
    # Of several links between the same nodes only the cheapest: the matrix would add them up.
    pairs, first = np.unique(pairs[order], return_index=True)
    kept = order[first]
    matrix = csr_matrix((costs[kept], (rows[kept], columns[kept])), shape=(count, count))
    return Passable(
        roads, blocked, doubtful, hazard, closures, matrix, pairs, links[kept],
        shapely.STRtree(roads.lines[free]), free, {},
    )  # fmt: skip


class Foot(NamedTuple):
    """Where somebody comes onto the network: how far from it [m], the link, and how far along it
    the way is to its start and its end [m]. They sort by nearness."""

    away: float
    link: int
    to_start: float
    to_end: float


def step_on(state: Passable, position: tuple[float, float], near: float = NEAR) -> Foot | None:
    """The nearest passable link, or None where there is none within `near` metres, or one that
    cannot be passed lies nearer by more than `_BEYOND`: then nobody knows how to get there."""
    any_ = None
    for reach in (*(one for one in _REACHES if one < near), near):
        any_ = min(_feet(state.roads, state.roads.tree, None, position, reach), default=None)
        if any_ is not None:
            break
    if any_ is None or not state.blocked[any_.link]:
        return any_
    return min(feet(state, position, min(near, any_.away + _BEYOND)), default=None)


def step_off(state: Passable, place: tuple[float, float]) -> Foot | None:
    """As `step_on`, for a shelter: looked for once."""
    if place not in state.known:
        state.known[place] = step_on(state, place)
    return state.known[place]


def feet(state: Passable, position: tuple[float, float], near: float) -> list[Foot]:
    """All passable links within `near` metres, and where they are come onto."""
    return _feet(state.roads, state.tree, state.free, position, near)


def _feet(
    roads: Network, tree: Any, numbers: Any, position: tuple[float, float], near: float
) -> list[Foot]:
    import shapely

    squeeze = max(math.cos(math.radians(position[1])), 0.1)
    point = shapely.Point(position)
    found = tree.query(point, predicate="dwithin", distance=near / _DEGREE / squeeze)
    if not len(found):
        return []
    links = found if numbers is None else numbers[found]
    lines = roads.lines[links]
    along = shapely.line_locate_point(lines, point)
    places = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    away = np.hypot((places[:, 0] - position[0]) * squeeze, places[:, 1] - position[1]) * _DEGREE
    shares = np.divide(along, np.maximum(shapely.length(lines), 1e-12))
    lengths = roads.length[links]
    return [
        Foot(float(off), int(link), float(share * length), float((1 - share) * length))
        for link, off, share, length in zip(links, away, shares, lengths, strict=True)
        if off <= near
    ]
