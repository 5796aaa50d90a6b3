"""Edges cut at points along them: where a street meets a road, where a bridge or tunnel begins."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world import lines
from noroshi.feeds.drill.world.lines import Points
from noroshi.feeds.drill.world.network import Edge, Network


class Span(msgspec.Struct, frozen=True):
    """A part of an edge, from `begin` to `end` metres along it, that is a bridge or tunnel."""

    begin: float
    end: float
    structure: str
    river: int = -1


def along(points: Points) -> npt.NDArray[np.float64]:
    """The distance of each point from the first [m]."""
    return np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))


def at(points: Points, distance: float) -> tuple[float, float]:
    """The point so many metres along a line."""
    far = along(points)
    return (
        float(np.interp(distance, far, points[:, 0])),
        float(np.interp(distance, far, points[:, 1])),
    )


def piece(points: Points, begin: float, end: float) -> Points:
    """The part of a line from `begin` to `end` [m]."""
    if len(points) == 2:
        whole = max(lines.length(points), 1e-9)
        share = np.array([[begin / whole], [end / whole]])
        return np.asarray(points[0] + np.clip(share, 0, 1) * (points[1] - points[0]))
    far = along(points)
    inner = points[(far > begin + 1e-6) & (far < end - 1e-6)]
    return np.concatenate([[at(points, begin)], inner, [at(points, end)]])


def cut(network: Network, places: dict[int, list[tuple[float, int]]], least: float = 8.0) -> None:
    """Cuts edges at places: for an edge's number, distances along it and the nodes there. Places
    nearer than `least` to an end or to each other become one: their edges are led to its node."""
    same: dict[int, int] = {}
    edges: list[Edge] = []
    for number, edge in enumerate(network.edges):
        if number not in places:
            edges.append(edge)
            continue
        whole = edge.length
        stops = [(0.0, edge.start)]
        for distance, node in sorted(places[number]):
            if distance - stops[-1][0] < least:
                same[node] = stops[-1][1]
            elif whole - distance < least:
                same[node] = edge.end
            else:
                stops.append((distance, node))
        stops.append((whole, edge.end))
        for (begin, first), (end, second) in pairwise(stops):
            points = piece(edge.points, begin, end)
            edges.append(msgspec.structs.replace(edge, start=first, end=second, points=points))
    network.edges = edges
    _merge(network, same)


def _merge(network: Network, same: dict[int, int]) -> None:
    """Leads edges to the nodes that stand for others, and drops what becomes a point."""

    def stands(node: int) -> int:
        seen = 0
        while node in same and same[node] != node and seen < 50:
            node, seen = same[node], seen + 1
        return node

    kept = []
    for edge in network.edges:
        for name, place in (("start", 0), ("end", -1)):
            node = getattr(edge, name)
            other = stands(node)
            if other != node:
                points = edge.points.copy()
                points[place] = network.nodes[other]
                setattr(edge, name, other)
                edge.points = points
        if edge.start != edge.end or edge.length > 60:
            kept.append(edge)
    network.edges = kept
    network.home = [stands(node) for node in network.home]


def spans(network: Network, parts: dict[int, list[Span]]) -> None:
    """Makes parts of edges bridges or tunnels, with nodes at their ends. Parts of one edge must
    not overlap; one that reaches within 5 m of an end of the edge takes the end's node."""
    edges: list[Edge] = []
    for number, edge in enumerate(network.edges):
        if number not in parts:
            edges.append(edge)
            continue
        whole = edge.length
        done, node = 0.0, edge.start
        for part in sorted(parts[number], key=lambda one: one.begin):
            begin, end = max(part.begin, done), part.end
            if end > whole - 5:
                end = whole
            if begin > done + 5:
                first = network.node(*at(edge.points, begin))
                points = piece(edge.points, done, begin)
                edges.append(msgspec.structs.replace(edge, start=node, end=first, points=points))
                done, node = begin, first
            last = edge.end if end >= whole else network.node(*at(edge.points, end))
            edges.append(
                msgspec.structs.replace(
                    edge,
                    start=node,
                    end=last,
                    points=piece(edge.points, done, end),
                    structure=part.structure,
                    river=part.river,
                )
            )
            done, node = end, last
            if end >= whole:
                break
        if done < whole:
            points = piece(edge.points, done, whole)
            edges.append(msgspec.structs.replace(edge, start=node, points=points))
    network.edges = edges
