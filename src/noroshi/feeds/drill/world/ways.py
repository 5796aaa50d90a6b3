"""Shortest ways over the road network."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from noroshi.feeds.drill.world.model import Line, Road, World

#: How much dearer wires and pipes are along a road of a rank: they follow streets, not motorways.
_COST = {"expressway": 6.0, "national": 1.0, "prefectural": 1.0, "municipal": 1.0, "lane": 1.2}


class Tree:
    """From each node of the network the shortest way to the nearest of some roots (Dijkstra 1959).

    `root[node]` is that root (−1: there is no way), `far[node]` the way's length [m], `above[node]`
    the next node towards it and `by[node]` the number of the road that goes there.
    """

    def __init__(self, world: World, roots: Iterable[int]) -> None:
        self.world = world
        count = len(world.nodes)
        links: list[list[tuple[int, int, float]]] = [[] for _ in range(count)]
        for number, road in enumerate(world.roads):
            cost = road.length * _COST.get(road.rank, 1.0)
            links[road.start].append((road.end, number, cost))
            links[road.end].append((road.start, number, cost))
        self.root, self.above, self.by = [-1] * count, [-1] * count, [-1] * count
        self.far = [float("inf")] * count
        queue: list[tuple[float, int]] = []
        for node in roots:
            self.root[node], self.far[node] = node, 0.0
            queue.append((0.0, node))
        heapq.heapify(queue)
        while queue:
            far, node = heapq.heappop(queue)
            if far > self.far[node]:
                continue
            for other, number, cost in links[node]:
                if far + cost < self.far[other]:
                    self.far[other], self.root[other] = far + cost, self.root[node]
                    self.above[other], self.by[other] = node, number
                    heapq.heappush(queue, (far + cost, other))
        self.below: list[list[int]] = [[] for _ in range(count)]
        for node, above in enumerate(self.above):
            if above >= 0:
                self.below[above].append(node)

    def walk(self, root: int) -> list[int]:
        """The nodes of a root's tree, each branch after the other: neighbours stay together."""
        found: list[int] = []
        stack = [root]
        while stack:
            node = stack.pop()
            found.append(node)
            stack += sorted(self.below[node], key=lambda one: -self.far[one])
        return found

    def way(self, node: int) -> Line:
        """The way from the root to a node, as a line."""
        pieces: list[Line] = []
        while self.above[node] >= 0:
            road: Road = self.world.roads[self.by[node]]
            pieces.append(road.line if road.end == node else road.line[::-1])
            node = self.above[node]
        line: Line = [self.world.nodes[node]]
        for piece in reversed(pieces):
            line += [at for at in piece if at != line[-1]]
        return line


def nearest_nodes(world: World, places: list[tuple[float, float]]) -> list[int]:
    """For each position the nearest node that a road leads to."""
    import numpy as np
    import shapely

    used = sorted({node for road in world.roads for node in (road.start, road.end)})
    points = np.array([world.plane.xy(*world.nodes[node]) for node in used])
    tree = shapely.STRtree(shapely.points(points))
    wanted = shapely.points(np.array([world.plane.xy(*at) for at in places]).reshape(-1, 2))
    return [used[int(index)] for index in tree.nearest(wanted)]
