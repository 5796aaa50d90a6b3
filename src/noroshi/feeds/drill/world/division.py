"""The ground divided: territories of settlements, districts of some, municipalities of districts.

Each is grown over the ways between settlements, so that what lies in one valley or behind one
bay belongs together, and borders run on ridges and rivers.
"""

from __future__ import annotations

import heapq

import msgspec
import numpy as np

from noroshi.feeds.drill.world import boundaries, grids, paths, sites
from noroshi.feeds.drill.world.drainage import Index
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.paths import Growth, Meeting
from noroshi.feeds.drill.world.sites import Site

_DISTRICTS = 430


class Division(msgspec.Struct):
    """`municipality` and `district` of each settlement; grids of the settlement, district and
    municipality (0-based, −1 in the sea) each cell belongs to. `parts`: municipality of each
    district; `seat`: the settlement a district grew from."""

    of_site: list[int]
    district_of_site: list[int]
    site: Index
    district: Index
    municipality: Index
    parts: list[int]
    seat: list[int]


def _neighbours(count: int, meetings: list[Meeting]) -> list[list[tuple[int, float]]]:
    near: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for meeting in meetings:
        near[meeting.a].append((meeting.b, meeting.cost))
        near[meeting.b].append((meeting.a, meeting.cost))
    return near


def _municipalities(all_sites: list[Site], near: list[list[tuple[int, float]]]) -> list[int]:
    """The centre each settlement is nearest to, where a greater one reaches farther."""
    owner = [-1] * len(near)
    heap: list[tuple[float, int, int]] = []
    for node, site in enumerate(all_sites):
        if site.centre >= 0:
            heap.append((0.0, node, site.centre))
    heapq.heapify(heap)
    while heap:
        spent, node, centre = heapq.heappop(heap)
        if owner[node] >= 0:
            continue
        owner[node] = centre
        pace = (sites.persons(centre) / 10_000) ** -0.12
        for other, step in near[node]:
            if owner[other] < 0:
                heapq.heappush(heap, (spent + step * pace, other, centre))
    return owner


def divided(
    ground: Ground, all_sites: list[Site], growth: Growth, meetings: list[Meeting]
) -> Division:
    """The division of the land among the settlements of `growth`."""
    near = _neighbours(len(all_sites), meetings)
    of_site = _municipalities(all_sites, near)
    shape = ground.land.shape
    site = growth.owner.copy()
    lost = np.flatnonzero(ground.land.ravel() & (site < 0))
    if lost.size:  # islets, which no way reaches: to the nearest settlement
        where = np.array([one.cell for one in all_sites])
        row, column = np.divmod(lost, shape[1])
        home_row, home_column = np.divmod(where, shape[1])
        part = grids.components(ground.land).ravel()[lost]
        for number in np.unique(part):
            of = part == number
            away = np.hypot(home_row - row[of].mean(), home_column - column[of].mean())
            site[lost[of]] = int(np.argmin(away))
    site = np.where(ground.land.ravel(), site, -1)

    seat = [node for node, one in enumerate(all_sites) if one.centre >= 0]
    inside = [
        [(other, step) for other, step in near[node] if of_site[other] == of_site[node]]
        for node in range(len(near))
    ]
    seat += [node for node, one in enumerate(all_sites) if one.land == "urban" and one.centre < 0]
    seat += [node for node, one in enumerate(all_sites) if one.land == "suburban"][::2]
    while len(seat) < min(_DISTRICTS, len(all_sites)):
        cost, _, _ = paths.shortest(inside, seat)
        order = sorted(range(len(cost)), key=lambda node: (-min(cost[node], 1e9), node))
        new = [node for node in order[:25] if node not in seat]
        seat += new[: _DISTRICTS - len(seat)]
    seat.sort(key=lambda node: (of_site[node], all_sites[node].centre < 0, node))
    _, district_of_site, _ = paths.shortest(inside, seat)
    lookup = np.array([*district_of_site, -1])
    district = boundaries.settled(lookup[site].reshape(shape)).ravel()
    parts = [of_site[node] for node in seat]
    municipality = np.array([*parts, -1])[district]
    return Division(of_site, district_of_site, site, district, municipality, parts, seat)
