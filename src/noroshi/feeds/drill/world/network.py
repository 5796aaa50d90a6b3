"""The road network as a graph on the plane, while it is being made."""

from __future__ import annotations

import heapq
from collections import defaultdict
from itertools import pairwise

import msgspec
import numpy as np

from noroshi.feeds.drill.world import lines, paths
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.lines import Points
from noroshi.feeds.drill.world.paths import Growth, Meeting
from noroshi.feeds.drill.world.sites import Site

RANKS = ("expressway", "national", "prefectural", "municipal", "lane")


class Edge(msgspec.Struct):
    """One edge: the numbers of its nodes and its points [m] from the first to the second."""

    start: int
    end: int
    points: Points
    rank: str = "municipal"
    route: int = -1
    structure: str = "road"
    river: int = -1
    name: str = ""

    @property
    def length(self) -> float:
        """Length [m]."""
        return lines.length(self.points)


class Network(msgspec.Struct):
    """Nodes [m] and edges. `home`: the node of each settlement."""

    nodes: list[tuple[float, float]]
    edges: list[Edge]
    home: list[int]

    def node(self, x: float, y: float) -> int:
        """A new node there."""
        self.nodes.append((x, y))
        return len(self.nodes) - 1

    def near(self) -> list[list[tuple[int, float, int]]]:
        """For each node its neighbours, with the length and the number of the edge."""
        near: list[list[tuple[int, float, int]]] = [[] for _ in self.nodes]
        for number, edge in enumerate(self.edges):
            length = edge.length
            near[edge.start].append((edge.end, length, number))
            near[edge.end].append((edge.start, length, number))
        return near


def _within(near: list[list[tuple[int, float]]], start: int, end: int, limit: float) -> bool:
    """Whether a way of at most `limit` leads from start to end."""
    cost = {start: 0.0}
    heap = [(0.0, start)]
    while heap:
        spent, node = heapq.heappop(heap)
        if node == end:
            return True
        if spent > cost[node]:
            continue
        for other, step in near[node]:
            total = spent + step
            if total <= limit and total < cost.get(other, np.inf):
                cost[other] = total
                heapq.heappush(heap, (total, other))
    return False


def chosen(all_sites: list[Site], meetings: list[Meeting]) -> list[Meeting]:
    """The ways worth building, cheapest first: one is left out where those built already lead
    there in less than its cost times a detour that people bear (a greedy spanner: Althöfer et al.
    1993). On plains that is little; in the mountains much, so hamlets have one or two ways out."""
    bear = {"urban": 1.3, "suburban": 1.4, "farming": 1.6, "fishing": 2.6, "mountain": 3.4}
    near: list[list[tuple[int, float]]] = [[] for _ in all_sites]
    built = []
    for meeting in sorted(meetings, key=lambda one: (one.cost, one.a, one.b)):
        detour = max(bear[all_sites[meeting.a].land], bear[all_sites[meeting.b].land])
        if not _within(near, meeting.a, meeting.b, meeting.cost * detour):
            near[meeting.a].append((meeting.b, meeting.cost))
            near[meeting.b].append((meeting.a, meeting.cost))
            built.append(meeting)
    return built


def backbone(
    ground: Ground, all_sites: list[Site], growth: Growth, built: list[Meeting]
) -> Network:
    """The network of the ways built: ways that run together are one road until they part."""
    beside: dict[int, set[int]] = defaultdict(set)
    for meeting in built:
        way = paths.way(growth.back, meeting.cell_a)
        way += paths.way(growth.back, meeting.cell_b)[::-1]
        for a, b in pairwise(way):
            beside[a].add(b)
            beside[b].add(a)
    homes = {site.cell for site in all_sites}
    joint = {cell for cell, others in beside.items() if len(others) != 2 or cell in homes}
    joint |= homes
    order = sorted(joint)
    number = {cell: index for index, cell in enumerate(order)}
    places = lines.centres(ground.plane, np.array(order))
    nodes = [(float(x), float(y)) for x, y in places]
    edges = []
    for cell in order:
        for first in sorted(beside[cell]):
            chain = [cell, first]
            while chain[-1] not in joint:
                (following,) = beside[chain[-1]] - {chain[-2]}
                chain.append(following)
            if (chain[0], chain[1]) <= (chain[-1], chain[-2]):
                points = lines.smoothed(lines.centres(ground.plane, np.array(chain)), 3)
                edges.append(Edge(number[chain[0]], number[chain[-1]], points))
    return Network(nodes, edges, [number[site.cell] for site in all_sites])


def relax(network: Network, times: int = 8) -> None:
    """Rounds the corners at nodes, in place: a node moves half way to the middle of the two most
    important roads through it, and the roads follow."""
    ends: list[list[tuple[int, int, int]]] = [[] for _ in network.nodes]
    for number, edge in enumerate(network.edges):
        rank = RANKS.index(edge.rank)
        ends[edge.start].append((rank, number, 0))
        ends[edge.end].append((rank, number, -1))
    through = [sorted(one)[:2] for one in ends]
    for _ in range(times):
        for node, pair in enumerate(through):
            if len(pair) < 2:
                continue
            near = [network.edges[edge].points[1 if side == 0 else -2] for _, edge, side in pair]
            x, y = network.nodes[node]
            middle = (near[0] + near[1]) / 2
            network.nodes[node] = ((x + float(middle[0])) / 2, (y + float(middle[1])) / 2)
        for edge in network.edges:
            edge.points[0], edge.points[-1] = network.nodes[edge.start], network.nodes[edge.end]
            edge.points = lines.smoothed(edge.points, 1)
