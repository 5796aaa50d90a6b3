"""Bridges where roads cross water, tunnels where the straight way is much shorter."""

from __future__ import annotations

import numpy as np
import shapely

from noroshi.feeds.drill.world import cuts, lines
from noroshi.feeds.drill.world.cuts import Span
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.lines import Points
from noroshi.feeds.drill.world.network import Network

#: Tunnels are at most so long [m], and at least.
_LONGEST, _SHORTEST = 4200.0, 250.0


class Water:
    """Streams as lines: the named rivers (in their order) and the others, with widths [m]."""

    def __init__(self, ground: Ground, drawn: list[Points], widths: list[list[float]]) -> None:
        named = np.zeros(ground.area.size, bool)
        for points in drawn:
            dense = shapely.get_coordinates(shapely.segmentize(shapely.LineString(points), 50.0))
            named[lines.cells_at(ground.plane, dense)] = True
        cells = np.flatnonzero((ground.area >= 400) & ground.land.ravel() & ~named)
        ends = np.stack(
            [
                lines.centres(ground.plane, cells),
                lines.centres(ground.plane, ground.receiver[cells]),
            ],
            axis=1,
        )
        self.lines: list[Points] = [*drawn, *ends]
        self.rivers = [*range(len(drawn)), *([-1] * len(ends))]
        self._widths = [
            *(np.array(width) for width in widths),
            *(np.full(2, 6 * (area / 100) ** 0.45) for area in ground.area[cells]),
        ]

    def width(self, line: int, point: shapely.Point) -> float:
        """The width of a stream there."""
        near = int(np.argmin(np.hypot(*(self.lines[line] - (point.x, point.y)).T)))
        return float(self._widths[line][near])


def bridges(network: Network, water: Water) -> None:
    """Makes bridges of the parts of roads that cross water. Where a road touches a stream's bank
    twice within 250 m it is taken to stay on its side."""
    streams = [shapely.LineString(points) for points in water.lines]
    tree = shapely.STRtree(streams)
    roads = np.array([shapely.LineString(edge.points) for edge in network.edges])
    crossing: dict[int, list[tuple[float, int, float]]] = {}
    for road, stream in tree.query(roads, predicate="intersects").T.tolist():
        if network.edges[road].structure == "tunnel":
            continue
        for point in shapely.get_parts(shapely.intersection(roads[road], streams[stream])):
            if point.geom_type == "Point":
                far = float(shapely.line_locate_point(roads[road], point))
                width = water.width(stream, point)
                crossing.setdefault(road, []).append((far, water.rivers[stream], width))
    parts: dict[int, list[Span]] = {}
    for road in sorted(crossing):
        found: list[tuple[float, int, float]] = []
        for one in sorted(crossing[road]):
            if found and one[0] - found[-1][0] < 40:
                continue
            if found and found[-1][1] == one[1] and one[0] - found[-1][0] < 250:
                found.pop()
                continue
            found.append(one)
        whole = network.edges[road].length
        made: list[Span] = []
        for far, river, width in found:
            half = width / 2 + 8
            begin, end = max(far - half, 0.0), min(far + half, whole)
            if made and begin < made[-1].end + 10:
                continue
            if end - begin > 3:
                made.append(Span(begin, end, "bridge", river))
        if made:
            parts[road] = made
    cuts.spans(network, parts)


def _under(ground: Ground, a: Points, b: Points) -> bool:
    """Whether the straight line from a to b runs under ground for most of its way."""
    count = max(int(np.hypot(*(b - a)) / 50), 4)
    share = np.linspace(0, 1, count)[:, None]
    cells = lines.cells_at(ground.plane, a + (b - a) * share)
    z = ground.elevation.ravel()[cells]
    cover = z - (z[0] + (z[-1] - z[0]) * share[:, 0])
    inner = cover[1:-1]
    return bool((inner > 12).mean() > 0.7 and inner.min() > -8 and ground.land.ravel()[cells].all())


def tunnels(ground: Ground, network: Network) -> None:
    """Straightens national and prefectural roads by tunnels, in place: from a point of the road
    to a later one where the way between is more than 1.5 times as long or climbs more than 60 m
    higher, the grade under 5 %, and the line under ground. The one that saves most is built."""
    parts: dict[int, list[Span]] = {}
    for number, edge in enumerate(network.edges):
        if edge.route < 0 or edge.length < 900:
            continue
        points = edge.points
        far = cuts.along(points)
        z = ground.elevation.ravel()[lines.cells_at(ground.plane, points)]
        best, pair = 250.0, None
        for first in range(1, len(points) - 3, 2):
            last = np.arange(first + 3, len(points) - 1)
            straight = np.hypot(*(points[last] - points[first]).T)
            way = far[last] - far[first]
            top = np.maximum.accumulate(z[first:])[last - first]
            climb = top - np.maximum(z[first], z[last])
            gain = way - straight + 12 * climb
            fit = (straight > _SHORTEST) & (straight < _LONGEST) & (gain > best)
            fit &= (way > 1.5 * straight) | (climb > 60)
            fit &= np.abs(z[last] - z[first]) < 0.05 * straight
            for one in np.argsort(-gain[fit], kind="stable")[:6]:
                end = int(last[fit][one])
                if _under(ground, points[first], points[end]):
                    best, pair = float(gain[fit][one]), (first, end)
                    break
        if pair:
            edge.points = np.concatenate([points[: pair[0] + 1], points[pair[1] :]])
            begin = float(far[pair[0]])
            length = float(np.hypot(*(points[pair[1]] - points[pair[0]])))
            parts[number] = [Span(begin, begin + length, "tunnel")]
    cuts.spans(network, parts)
