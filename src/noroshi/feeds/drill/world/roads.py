"""The roads of the prefecture: from the ways between settlements to numbered, named edges."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import shapely

from noroshi.feeds.drill.world import (
    expressway,
    lines,
    network,
    paths,
    routes,
    streets,
    structures,
)
from noroshi.feeds.drill.world.division import Division
from noroshi.feeds.drill.world.grids import Array
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.lines import Points
from noroshi.feeds.drill.world.model import River, Road, Route, Settlement
from noroshi.feeds.drill.world.names import Name, Namer
from noroshi.feeds.drill.world.network import Edge, Network
from noroshi.feeds.drill.world.paths import Growth, Meeting
from noroshi.feeds.drill.world.routes import Numbered
from noroshi.feeds.drill.world.sites import Site

_WIDTHS = {"expressway": 20.5, "national": 11.0, "prefectural": 8.5, "municipal": 6.0, "lane": 4.0}
_LANES = {"expressway": 4, "national": 2, "prefectural": 2, "municipal": 2, "lane": 1}
_LETTER = {"expressway": "E", "national": "N", "prefectural": "P"}


_QUARTER = re.compile("(町)?.丁目$")


class Plan(msgspec.Struct):
    """The network and its numbered routes."""

    network: Network
    routes: list[Numbered]


def planned(
    seed: int,
    ground: Ground,
    all_sites: list[Site],
    division: Division,
    growth: Growth,
    meetings: list[Meeting],
    density: Array,
    named: list[River],
    drawn: list[Points],
) -> Plan:
    """All roads on the plane. `density`: persons a cell; `drawn`: the named rivers' lines [m]."""
    net = network.backbone(ground, all_sites, growth, network.chosen(all_sites, meetings))
    numbered = routes.numbered(net, all_sites, division, meetings)
    network.relax(net)
    structures.tunnels(ground, net)
    water = structures.Water(ground, drawn, [river.widths for river in named])
    found = streets.lattice(seed, ground, division, density, water.lines)
    streets.laid(net, found)
    structures.bridges(net, water)
    fast = expressway.line(ground, all_sites, density)
    if expressway.added(ground, net, fast, len(numbered)):
        numbered.append(Numbered("expressway", 1, (0, 1)))
    _tidied(net)
    return Plan(net, numbered)


def _tidied(net: Network) -> None:
    """Only what is connected to the first settlement stays, with its nodes numbered anew."""
    near = [[(other, 1.0) for other, _, _ in beside] for beside in net.near()]
    cost, _, _ = paths.shortest(near, [net.home[0]])
    net.edges = [edge for edge in net.edges if np.isfinite(cost[edge.start])]
    used = sorted({node for edge in net.edges for node in (edge.start, edge.end)} | set(net.home))
    number = {node: index for index, node in enumerate(used)}
    net.nodes = [net.nodes[node] for node in used]
    net.home = [number[node] for node in net.home]
    for edge in net.edges:
        edge.start, edge.end = number[edge.start], number[edge.end]


def written_routes(
    plan: Plan, code: str, prefecture: Name, towns: list[str], settlements: list[Settlement]
) -> list[Route]:
    """The routes: national ones numbered outside the real range (1–507), managed by the state.
    `towns`: names of municipalities, whose centres are the first settlements."""
    made = []
    base = prefecture.name[:-1]
    for one in plan.routes:
        first, second = (
            towns[end][:-1] if end < len(towns) else _QUARTER.sub("", settlements[end].name)
            for end in one.ends
        )
        name, manager = {
            "expressway": (f"{base}自動車道", f"{base}高速道路株式会社"),
            "national": (f"国道{one.number}号", "国土交通省"),
            "prefectural": (f"県道{one.number}号{first}{second}線", prefecture.name),
        }[one.rank]
        route_code = f"{code}{_LETTER[one.rank]}{one.number:03d}"
        made.append(
            Route(code=route_code, name=name, rank=one.rank, number=one.number, manager=manager)
        )
    return made


def _structure_names(plan: Plan, rivers: list[River], places: list[Name], namer: Namer) -> None:
    """Names of tunnels, and of bridges over named rivers or on numbered roads, in place. A bridge
    of a great road over a river is its 大橋; others are named after the nearest settlement."""
    homes = shapely.STRtree(shapely.points([plan.network.nodes[n] for n in plan.network.home]))
    for edge in plan.network.edges:
        if edge.structure == "road" or (edge.route < 0 and edge.river < 0):
            continue
        middle = shapely.Point(edge.points[len(edge.points) // 2])
        base = places[int(homes.nearest(middle))]
        base = Name(
            _QUARTER.sub("", base.name), re.sub("(まち|ちょう)?...?ちょうめ$", "", base.kana)
        )
        if edge.structure == "tunnel":
            name = namer.built(base, "トンネル", "とんねる")
        elif edge.rank in ("national", "expressway") and edge.river >= 0:
            river = rivers[edge.river]
            name = namer.built(Name(river.name, river.kana), "大橋", "おおはし")
        else:
            name = namer.built(base, "橋", "ばし")
        edge.name = name.name


def _width(edge: Edge, persons: float) -> tuple[float, int]:
    """Width [m] and lanes: national roads have four lanes in cities, ramps one."""
    if edge.rank == "national" and persons > 25:
        return 22.0, 4
    if edge.rank == "expressway" and edge.structure == "road" and len(edge.points) == 3:
        return 7.0, 1
    return _WIDTHS[edge.rank], _LANES[edge.rank]


def _thinned(points: Points) -> Points:
    """Without points that lie within 6 m of the line without them."""
    if len(points) < 4:
        return points
    return np.asarray(shapely.get_coordinates(shapely.LineString(points).simplify(6.0)))


def written(
    seed: int,
    ground: Ground,
    plan: Plan,
    code: str,
    all_routes: list[Route],
    rivers: list[River],
    settlements: list[Settlement],
    municipality: list[str],
    density: Array,
) -> list[Road]:
    """The edges as roads. `municipality`: code of each cell (flat), of the nearest for the sea."""
    places = [Name(one.name, one.kana) for one in settlements]
    _structure_names(plan, rivers, places, Namer(seed, "structures", (r.name for r in all_routes)))
    edges = plan.network.edges
    middles = np.array([edge.points[len(edge.points) // 2] for edge in edges])
    cells = lines.cells_at(ground.plane, middles).tolist()
    thinned = lines.all_to_lonlat(ground.plane, [_thinned(edge.points) for edge in edges])
    made = []
    for number, (edge, cell, line) in enumerate(zip(edges, cells, thinned, strict=True)):
        route = all_routes[edge.route] if edge.route >= 0 else None
        width, lanes = _width(edge, float(density[cell]))
        made.append(
            Road(
                code=f"{code}{number:06d}",
                start=edge.start,
                end=edge.end,
                rank=edge.rank,
                structure=edge.structure,
                route=route.code if route else "",
                name=edge.name or (route.name if route else ""),
                river=rivers[edge.river].code if edge.river >= 0 else "",
                line=line,
                length=round(edge.length, 1),
                width=width,
                lanes=lanes,
                municipality=municipality[cell],
            )
        )
    return made
