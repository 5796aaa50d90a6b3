"""Which roads are national and prefectural: those on the best ways between centres."""

from __future__ import annotations

import heapq

import msgspec

from noroshi.feeds.drill.world.division import Division
from noroshi.feeds.drill.world.network import Network
from noroshi.feeds.drill.world.paths import Meeting
from noroshi.feeds.drill.world.sites import Site

_NATIONAL = 13


class Numbered(msgspec.Struct):
    """A numbered road: its rank and number, and the settlements at its ends."""

    rank: str
    number: int
    ends: tuple[int, int]


def _way(
    near: list[list[tuple[int, float, int]]], weight: list[float], start: int, end: int
) -> list[int]:
    """Edges of the best way from node to node; empty where there is none."""
    cost = {start: 0.0}
    back: dict[int, tuple[int, int]] = {}
    heap = [(0.0, start)]
    while heap:
        spent, node = heapq.heappop(heap)
        if node == end:
            break
        if spent > cost[node]:
            continue
        for other, length, edge in near[node]:
            total = spent + length * weight[edge]
            if total < cost.get(other, float("inf")):
                cost[other], back[other] = total, (node, edge)
                heapq.heappush(heap, (total, other))
    way = []
    while end in back:
        end, edge = back[end]
        way.append(edge)
    return way[::-1]


def numbered(
    network: Network, all_sites: list[Site], division: Division, meetings: list[Meeting]
) -> list[Numbered]:
    """Ranks and routes given to the network's edges, in place; the routes.

    Two centres are neighbours where their municipalities touch. National roads join the larger
    ones, prefectural ones the rest and the larger settlements between. A way prefers roads that
    are already of rank, so that roads gather to main roads.
    """
    near = network.near()
    weight = [1.0] * len(network.edges)
    centre = {site.centre: index for index, site in enumerate(all_sites) if site.centre >= 0}
    touching = sorted(
        {
            (min(pair), max(pair))
            for one in meetings
            if (pair := (division.of_site[one.a], division.of_site[one.b])) and pair[0] != pair[1]
        }
    )
    pairs = [("national", a, b) for a, b in touching if b < _NATIONAL]
    pairs += [("prefectural", a, b) for a, b in touching if b >= _NATIONAL]
    ends = [(rank, centre[a], centre[b]) for rank, a, b in pairs]
    ends += [
        ("prefectural", centre[division.of_site[seat]], seat)
        for seat in division.seat
        if all_sites[seat].centre < 0 and all_sites[seat].land != "mountain"
    ][::3]
    routes: list[Numbered] = []
    counts = {"national": 951, "prefectural": 1}
    for rank, start, end in ends:
        way = _way(near, weight, network.home[start], network.home[end])
        fresh = [edge for edge in way if network.edges[edge].route < 0]
        new = sum(network.edges[edge].length for edge in fresh)
        if new < 1500:
            continue
        for edge in fresh:
            network.edges[edge].route = len(routes)
            network.edges[edge].rank = rank
        for edge in way:
            weight[edge] = min(weight[edge], 0.62 if rank == "national" else 0.75)
        routes.append(Numbered(rank, counts[rank], (start, end)))
        counts[rank] += 1
    mountain = {network.home[i] for i, site in enumerate(all_sites) if site.land == "mountain"}
    for road in network.edges:
        if road.route < 0 and (road.start in mountain or road.end in mountain):
            road.rank = "lane"
    return routes
