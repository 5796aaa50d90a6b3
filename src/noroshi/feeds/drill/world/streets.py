"""Streets of towns and roads between fields: grids that follow the ground and each other.

Each patch (a town, or the fields of a district) has a grid turned along its slope and bent by a
gentle swell; blocks are of 120 m in towns, 240 m in suburbs, 480 m in fields. Streets end at
rivers, save a few that bridge them, and meet the main roads they come to.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from noroshi.feeds.drill.world import cuts, grids, lines
from noroshi.feeds.drill.world.division import Division
from noroshi.feeds.drill.world.grids import Array
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.lines import Points
from noroshi.feeds.drill.world.model import rng
from noroshi.feeds.drill.world.network import Edge, Network

_BLOCK = 122.0
#: A street node so near to a main road [m] is moved onto it.
_SNAP = 38.0
Pairs = npt.NDArray[np.int64]


class Lattice(msgspec.Struct):
    """Street corners [m], the pairs of them that streets join, and how main each street is."""

    corners: Points
    streets: Pairs
    main: npt.NDArray[np.bool_]


def _blocks(ground: Ground, density: Array) -> Pairs:
    """The size of blocks of each cell, in units of 120 m; 0 where there are no streets."""
    z, hand = ground.elevation, ground.hand
    people = grids.blurred(density.reshape(z.shape), 1, 2)
    size = np.zeros(z.shape, np.int64)
    flat = grids.blurred(ground.slope, 2, 1)
    fields = (flat < 0.03) & (z > 0.8) & (z < 120) & (hand < 18)
    size[fields] = 4
    size[(people > 1.2) & (flat < 0.11)] = 2
    size[(people > 9) & (flat < 0.16)] = 1
    size[~ground.land | (grids.distance(~ground.land, 3) < 1.5)] = 0
    wet = ground.area.reshape(z.shape) >= 1500
    size[wet] = 0
    return size


def _patches(
    ground: Ground, division: Division, size: Pairs
) -> tuple[Pairs, list[tuple[float, float]]]:
    """The patch of each cell (its municipality in towns, its district in fields; −1 none), and
    the turn of each patch's grid [rad] with the share by which its blocks are longer."""
    count = max(division.parts) + 1
    town = np.isin(size, (1, 2))
    patch = np.where(town.ravel(), division.municipality, count + division.district)
    patch = np.where(size.ravel() > 0, patch, -1).reshape(size.shape)
    surface = grids.blurred(np.maximum(ground.elevation, -5), 14, 2)
    down, east = np.gradient(surface, axis=0), np.gradient(surface, axis=1)
    turns = []
    for number in range(count + len(division.parts)):
        mine = patch == number
        if number < count:
            mine &= size == 1 if np.any(mine & (size == 1)) else mine
        turn = float(np.arctan2(down[mine].sum(), -east[mine].sum())) if mine.any() else 0.0
        turns.append((turn, 1.0 + 0.25 * ((number * 7) % 5) / 4))
    return patch, turns


def _grid(
    ground: Ground,
    patch: Pairs,
    number: int,
    size: Pairs,
    turn: tuple[float, float],
    swell: tuple[Array, Array],
) -> tuple[Points, Pairs, npt.NDArray[np.bool_]]:
    """Corners and streets of one patch."""
    plane = ground.plane
    cells = np.flatnonzero(patch.ravel() == number)
    places = lines.centres(plane, cells)
    middle = places.mean(axis=0)
    axis = np.array([[np.cos(turn[0]), np.sin(turn[0])], [-np.sin(turn[0]), np.cos(turn[0])]])
    step = np.array([_BLOCK * turn[1], _BLOCK])
    within = (places - middle) @ axis.T / step
    low, high = np.floor(within.min(axis=0)) - 4, np.ceil(within.max(axis=0)) + 4
    low = (low // 4) * 4
    i, j = np.meshgrid(
        np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1), indexing="ij"
    )
    at = np.stack([i, j], axis=-1) * step @ axis + middle
    flat = at.reshape(-1, 2)
    where = lines.cells_at(plane, flat)
    flat = flat + np.stack([swell[0].ravel()[where], swell[1].ravel()[where]], axis=1)
    where = lines.cells_at(plane, flat)
    inside = (np.abs(flat[:, 0]) < 44_500) & (np.abs(flat[:, 1]) < 34_500)
    block = np.where(inside & (patch.ravel()[where] == number), size.ravel()[where], 0)
    block = block.reshape(i.shape)
    whole = np.maximum(block, 1)
    there = (block > 0) & (i % whole == 0) & (j % whole == 0)
    index = np.full(i.shape, -1)
    index[there] = np.arange(int(there.sum()))
    pairs, main = [], []
    for axis_of in (0, 1):
        ahead = np.full(i.shape, -1)
        for far in (4, 3, 2, 1):
            source = np.full(i.shape, -1)
            if axis_of == 0:
                source[:-far] = index[far:]
            else:
                source[:, :-far] = index[:, far:]
            ahead = np.where(source >= 0, source, ahead)
        joined = there & (ahead >= 0)
        pairs.append(np.stack([index[joined], ahead[joined]], axis=1))
        main.append(((j if axis_of == 0 else i)[joined] % 4) == 0)
    return flat.reshape(*i.shape, 2)[there], np.concatenate(pairs), np.concatenate(main)


def lattice(
    seed: int, ground: Ground, division: Division, density: Array, water: list[Points]
) -> Lattice:
    """All streets of the prefecture. `density`: persons a cell (1 ha); `water`: streams [m]."""
    random = rng(seed, "streets")
    shape = ground.land.shape
    size = _blocks(ground, density)
    patch, turns = _patches(ground, division, size)
    swell = (
        70 * grids.noise(random, shape[0], shape[1], 16, 2),
        70 * grids.noise(random, shape[0], shape[1], 16, 2),
    )
    corners, streets, main = [], [], []
    count = 0
    for number in np.unique(patch[patch >= 0]).tolist():
        points, pairs, is_main = _grid(ground, patch, number, size, turns[number], swell)
        corners.append(points)
        streets.append(pairs + count)
        main.append(is_main)
        count += len(points)
    found = Lattice(np.concatenate(corners), np.concatenate(streets), np.concatenate(main))
    seams = _seams(found)
    found.streets = np.concatenate([found.streets, seams])
    found.main = np.concatenate([found.main, np.zeros(len(seams), bool)])
    keep = random.random(len(found.streets)) > np.where(found.main, 0.06, 0.2)
    keep &= _dry(ground, found, water, random)
    found.streets, found.main = found.streets[keep], found.main[keep]
    return found


def _seams(found: Lattice) -> Pairs:
    """Streets that join corners of adjoining patches where a grid ends."""
    degree = np.bincount(found.streets.ravel(), minlength=len(found.corners))
    loose = np.flatnonzero(degree < 3)
    points = shapely.points(found.corners[loose])
    tree = shapely.STRtree(points)
    a, b = tree.query(points, predicate="dwithin", distance=170)
    a, b = a[a < b], b[a < b]
    a, b = loose[a], loose[b]
    known = found.streets.min(axis=1) * len(found.corners) + found.streets.max(axis=1)
    new = ~np.isin(np.minimum(a, b) * len(found.corners) + np.maximum(a, b), known)
    a, b = a[new], b[new]
    far = np.hypot(*(found.corners[a] - found.corners[b]).T)
    used = degree.copy()
    made = []
    for k in np.argsort(far, kind="stable").tolist():
        if used[a[k]] < 3 and used[b[k]] < 3:
            used[a[k]] += 1
            used[b[k]] += 1
            made.append((a[k], b[k]))
    return np.array(made, np.int64).reshape(-1, 2)


def _dry(
    ground: Ground, found: Lattice, water: list[Points], random: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Streets that cross no stream and no sea, and the few main ones that bridge a stream."""
    ends = found.corners[found.streets]
    middle = ends.mean(axis=1)
    land = ground.land.ravel()[lines.cells_at(ground.plane, middle)]
    tree = shapely.STRtree(shapely.linestrings(ends))
    streams = [shapely.LineString(one) for one in water]
    wet = np.zeros(len(ends), bool)
    wet[tree.query(streams, predicate="intersects")[1]] = True
    bridged = found.main & (random.random(len(ends)) < 0.5)
    return np.asarray(land & (~wet | bridged))


def laid(network: Network, found: Lattice) -> None:
    """Adds the streets to the network: corners near a main road are moved onto it, and streets
    that cross one meet it there."""
    roads = [shapely.LineString(edge.points) for edge in network.edges]
    tree = shapely.STRtree(roads)
    corners = found.corners.copy()
    node = np.full(len(corners), -1, np.int64)
    on = np.full(len(corners), -1, np.int64)
    places: dict[int, list[tuple[float, int]]] = {}
    points = shapely.points(corners)
    pairs, _ = tree.query_nearest(
        points, max_distance=_SNAP, return_distance=True, all_matches=False
    )
    for corner, road in pairs.T.tolist():
        if network.edges[road].structure != "road":
            continue
        distance = float(shapely.line_locate_point(roads[road], points[corner]))
        place = shapely.line_interpolate_point(roads[road], distance)
        corners[corner] = (place.x, place.y)
        node[corner] = network.node(place.x, place.y)
        on[corner] = road
        places.setdefault(road, []).append((distance, int(node[corner])))
    for corner in np.flatnonzero(node < 0).tolist():
        node[corner] = network.node(*corners[corner].tolist())
    a, b = found.streets.T
    keep = ~((on[a] >= 0) & (on[a] == on[b]))
    a, b, main = a[keep], b[keep], found.main[keep]
    ends = np.stack([corners[a], corners[b]], axis=1)
    streets = [
        Edge(int(node[x]), int(node[y]), points, "municipal" if is_main else "lane")
        for x, y, points, is_main in zip(a, b, ends, main, strict=True)
    ]
    crossing, road = tree.query(shapely.linestrings(ends), predicate="intersects")
    base = len(network.edges)
    drop = set()
    for street, other in zip(crossing.tolist(), road.tolist(), strict=True):
        if other in (on[a[street]], on[b[street]]):
            continue
        if network.edges[other].structure != "road":
            drop.add(street)
            continue
        met = shapely.intersection(shapely.LineString(ends[street]), roads[other])
        for point in shapely.get_parts(met):
            if point.geom_type != "Point":
                continue
            first = float(np.hypot(*(ends[street][0] - (point.x, point.y))))
            second = float(shapely.line_locate_point(roads[other], point))
            new = network.node(point.x, point.y)
            places.setdefault(base + street, []).append((first, new))
            places.setdefault(other, []).append((second, new))
    network.edges += streets
    for street in drop:
        places.pop(base + street, None)
    cuts.cut(network, places)
