"""The expressway: a smooth line along the foot of the hills past the larger towns.

It runs on a profile of its own: where the ground is higher it has tunnels, where it is lower or
wet bridges. Interchanges join it to the nearest national or prefectural road.
"""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import shapely

from noroshi.feeds.drill.world import cuts, lines, paths
from noroshi.feeds.drill.world.cuts import Span
from noroshi.feeds.drill.world.drainage import Index
from noroshi.feeds.drill.world.grids import Array
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.lines import Points
from noroshi.feeds.drill.world.network import Edge, Network
from noroshi.feeds.drill.world.sites import Site

_COARSE = 4
#: Interchanges are at least so far apart, and ramps at most so long [m].
_APART, _RAMP = 6000.0, 1600.0


def _coarse(grid: Array) -> Array:
    rows, columns = (size // _COARSE * _COARSE for size in grid.shape)
    grid = grid[:rows, :columns]
    parts = grid.reshape(rows // _COARSE, _COARSE, columns // _COARSE, _COARSE)
    return np.asarray(parts.mean(axis=(1, 3)))


def line(ground: Ground, all_sites: list[Site], density: Array, count: int = 6) -> Points:
    """Its line [m] past the `count` largest towns, in the order in which a short way joins them."""
    z = _coarse(np.maximum(ground.elevation, 0))
    land = _coarse(ground.land.astype(float)) > 0.999
    people = _coarse(density.reshape(ground.land.shape))
    down, east = np.gradient(z, ground.plane.cell * _COARSE)
    hard = 1 + 7 * np.hypot(down, east) + 0.35 * np.minimum(people, 40) + 1.5 * (z < 3)
    costs = {}
    height, width = z.shape
    for row, column in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = np.s_[0 : height - row, max(-column, 0) : width - max(column, 0)]
        there = np.s_[row:height, max(column, 0) : width + min(column, 0)]
        cost = np.full(z.shape, np.inf)
        step = float(np.hypot(row, column)) * (hard[here] + hard[there]) / 2
        cost[here] = np.where(land[here] & land[there], step, np.inf)
        costs[row, column] = cost
    towns = [
        site.cell // ground.plane.columns // _COARSE * width
        + site.cell % ground.plane.columns // _COARSE
        for site in all_sites[:count]
    ]
    growths = [paths.grow(costs, [town]) for town in towns]
    order = _tour(np.array([[growth.cost[town] for town in towns] for growth in growths]))
    stops = [_beside(order[0], order[1], towns, growths, people)]
    for before, town, after in zip(order, order[1:], order[2:], strict=False):
        stops.append(_between(growths[before].cost + growths[after].cost, towns[town], people))
    stops.append(_beside(order[-1], order[-2], towns, growths, people))
    cells: list[int] = []
    for first, second in pairwise(stops):
        way = paths.way(paths.grow(costs, [first]).back, second)
        cells += way[1:] if cells else way
    rows, columns = np.divmod(np.array(_simple(cells)), width)
    x = ((columns + 0.5) * _COARSE - ground.plane.columns / 2) * ground.plane.cell
    y = (ground.plane.rows / 2 - (rows + 0.5) * _COARSE) * ground.plane.cell
    points = lines.smoothed(np.stack([x, y], axis=1).astype(float), 5)
    dense = shapely.get_coordinates(shapely.segmentize(shapely.LineString(points), 120.0))
    return lines.smoothed(dense, 25)


def _away(town: int, people: Array) -> Array:
    """Distance of each cell from a town [cells]."""
    down, along = np.indices(people.shape)
    return np.asarray(np.hypot(down - town // people.shape[1], along - town % people.shape[1]))


def _between(cost: Array, town: int, people: Array) -> int:
    """Where the way that costs `cost` through each cell passes a town: near it, where few live."""
    away = _away(town, people)
    score = cost.reshape(people.shape) + 3 * np.maximum(away - 5, 0) + 0.4 * people
    return int(np.argmin(np.where(away < 16, score, np.inf)))


def _beside(
    town: int, toward: int, towns: list[int], growths: list[paths.Growth], people: Array
) -> int:
    """Where it ends: at the edge of the last town, on the side of the one before."""
    away = _away(towns[town], people)
    score = growths[toward].cost.reshape(people.shape) + 0.5 * people
    return int(np.argmin(np.where((away > 4) & (away < 7), score, np.inf)))


def _tour(between: Array) -> list[int]:
    """The order of towns on the shortest open way through all that can be reached."""
    reached = [n for n in range(len(between)) if np.isfinite(between[0, n])]
    return list(
        min(
            permutations(reached),
            key=lambda order: (sum(between[a, b] for a, b in pairwise(order)), order),
        )
    )


def _simple(cells: list[int]) -> list[int]:
    """The way without the parts that it goes there and back."""
    path: list[int] = []
    place: dict[int, int] = {}
    for cell in cells:
        if cell in place:
            for gone in path[place[cell] + 1 :]:
                del place[gone]
            path = path[: place[cell] + 1]
        else:
            place[cell] = len(path)
            path.append(cell)
    return path


def _parts(ground: Ground, points: Points) -> list[Span]:
    """Its tunnels (ground more than 25 m above the profile) and bridges (more than 14 m below)."""
    far = cuts.along(points)
    cells: Index = lines.cells_at(ground.plane, points)
    z = np.maximum(ground.elevation.ravel()[cells], 0)
    profile = z
    for _ in range(60):
        profile = np.convolve(np.pad(profile, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    over = z - profile
    wet = ground.area[cells] >= 1500
    kind = np.where(over > 25, 2, np.where((over < -14) | wet, 1, 0))
    found: list[Span] = []
    start = 0
    for index in range(1, len(kind) + 1):
        if index < len(kind) and kind[index] == kind[start]:
            continue
        if kind[start] and index - start > (1 if kind[start] == 2 else 0):
            begin, end = max(float(far[start]) - 50, 1.0), float(far[index - 1]) + 50
            if not found or begin > found[-1].end + 30:
                found.append(Span(begin, end, "tunnel" if kind[start] == 2 else "bridge"))
        start = index
    return found


def added(ground: Ground, network: Network, points: Points, route: int) -> list[int]:
    """Adds the expressway with its interchanges to the network; the interchanges' nodes."""
    spans = _parts(ground, points)
    ranked = sorted(
        {
            node
            for edge in network.edges
            if edge.route >= 0 and edge.structure == "road" and edge.rank != "expressway"
            for node in (edge.start, edge.end)
        }
    )
    places = np.array([network.nodes[node] for node in ranked])
    far = cuts.along(points)
    free = np.ones(len(points), bool)
    for span in spans:
        free &= (far < span.begin - 150) | (far > span.end + 150)
    away = np.hypot(
        points[:, None, 0] - places[None, :, 0], points[:, None, 1] - places[None, :, 1]
    )
    near, best = away.min(axis=1), away.argmin(axis=1)
    stops: list[tuple[int, int]] = []
    last = -_APART
    for index in range(len(points)):
        window = slice(index, min(index + 15, len(points)))
        fit = free[window] & (near[window] < _RAMP) & (near[window] > 80)
        if far[index] - last < _APART or not fit.any():
            continue
        choice = index + int(np.argmin(np.where(fit, near[window], np.inf)))
        stops.append((choice, ranked[int(best[choice])]))
        last = float(far[choice])
    if len(stops) < 2:
        return []
    nodes = [network.node(*points[index].tolist()) for index, _ in stops]
    base = len(network.edges)
    parts: dict[int, list[Span]] = {}
    for number, ((first, _), (second, _)) in enumerate(pairwise(stops)):
        network.edges.append(
            Edge(nodes[number], nodes[number + 1], points[first : second + 1], "expressway", route)
        )
        begin, end = float(far[first]), float(far[second])
        inside = [
            Span(span.begin - begin, span.end - begin, span.structure)
            for span in spans
            if span.begin > begin and span.end < end
        ]
        if inside:
            parts[base + number] = inside
    for node, (index, road) in zip(nodes, stops, strict=True):
        ends = np.array([points[index], network.nodes[road]])
        middle = ends.mean(axis=0) + 0.12 * (ends[1] - ends[0])[::-1] * [1, -1]
        ramp = np.array([ends[0], middle, ends[1]])
        network.edges.append(Edge(node, road, ramp, "expressway", route))
    cuts.spans(network, parts)
    return nodes
