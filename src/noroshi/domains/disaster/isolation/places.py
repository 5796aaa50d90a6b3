"""Who lives where on the network: settlements, their people, and the places they depend on."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import remembered
from noroshi.core.record import Version
from noroshi.domains.disaster.isolation.forest import Forest
from noroshi.kinds import decode
from noroshi.kinds.facility import Facility
from noroshi.kinds.population import PopulationMesh
from noroshi.kinds.road_link import RoadLink

LINK = "infrastructure.road_link"
FACILITY = "infrastructure.facility"
MESH = "infrastructure.population_mesh"

#: What is further from every node of the network has no road in it [m].
FAR = 5_000.0
_RADIUS = 6_371_000.0  # metres
Points = npt.NDArray[np.float64]

#: Columns in which owners of a list of settlements give what a facility has no field for.
_COLUMNS = {
    "households": ("世帯数", "世帯", "households"),
    "over75": ("75歳以上", "75歳以上人口", "後期高齢者", "後期高齢者数", "over75"),
    "care": ("要介護者", "要介護者数", "要介護３以上", "care"),
}  # fmt: skip


class Roads:
    """The network as a graph: nodes by number, edges in the order of `versions`."""

    def __init__(self, versions: Sequence[Version]) -> None:
        bodies: list[RoadLink] = [decode(LINK, one.body) for one in versions]
        self.names = [one.name for one in bodies]
        self.codes = [one.code for one in bodies]
        self.lines = np.array(_shapes(versions), dtype=object)
        begins, ends = _ends(self.lines)
        numbers: dict[str, int] = {}
        where: list[tuple[float, float]] = []
        tips: list[list[int]] = [[], []]
        for at, (body, *spots) in enumerate(zip(bodies, begins, ends, strict=True)):
            for side, (node, spot) in enumerate(zip((body.start, body.end), spots, strict=True)):
                # Where the owner names no nodes, ends that meet within a metre are one.
                placed = (
                    f"{spot[0]:.5f},{spot[1]:.5f}" if math.isfinite(spot[0]) else f"{side}/{at}"
                )
                name = node or placed
                number = numbers.setdefault(name, len(numbers))
                if number == len(where):
                    where.append(spot)
                tips[side].append(number)
        self.nodes = numbers
        self.where = np.array(where, dtype=np.float64).reshape(-1, 2)
        self.forest = Forest(len(numbers), np.array(tips[0], np.int64), np.array(tips[1], np.int64))
        self.edge_of: dict[str, int] = {}
        for at, (body, version) in enumerate(zip(bodies, versions, strict=True)):
            self.edge_of.setdefault(body.code, at)
            self.edge_of[version.key] = at
        self._nearest = Nearest(self.where)

    def nodes_at(self, points: Points, metres: float) -> list[tuple[int, ...]]:
        """The nodes within some metres of each point, or else the nearest one; none for a point
        that is nowhere, or too far from every road."""
        return [
            tuple(near) or ((nearest,) if nearest >= 0 else ())
            for near, nearest in zip(
                self._nearest.within(points, metres), self.node_at(points), strict=True
            )
        ]

    def node_at(self, points: Points) -> list[int]:
        """The node nearest to each point (degrees); −1 where none is near."""
        nearest, metres = self._nearest.of(points)
        found: list[int] = np.where(metres <= FAR, nearest, -1).tolist()
        return found


@remembered()
def roads(versions: Sequence[Version]) -> Roads:
    """The graph of links; made once while they stay the same."""
    return Roads(versions)


class Nearest:
    """Finds the nearest of some points, in degrees, as the crow flies."""

    def __init__(self, points: Points) -> None:
        self._middle = math.radians(float(np.nanmean(points[:, 1]))) if len(points) else 0.0
        self._held = np.flatnonzero(np.isfinite(points).all(axis=1))
        self._tree = shapely.STRtree(shapely.points(self._flat(points[self._held])))

    def _flat(self, points: Points) -> Points:
        scale = np.array([math.cos(self._middle), 1.0]) * math.radians(1) * _RADIUS
        found: Points = points * scale
        return found

    def of(self, points: Points) -> tuple[npt.NDArray[np.int64], Points]:
        """For each point, the number of the nearest (of equals the first) and its distance [m];
        −1 where the point is nowhere."""
        nearest = np.full(len(points), -1, np.int64)
        metres = np.full(len(points), math.inf)
        asked = np.flatnonzero(np.isfinite(points).all(axis=1))
        if len(self._held) and len(asked):
            (which, found), far = self._tree.query_nearest(
                shapely.points(self._flat(points[asked])), return_distance=True
            )
            order = np.lexsort((self._held[found], which))
            unique = order[np.unique(which[order], return_index=True)[1]]
            nearest[asked[which[unique]]] = self._held[found[unique]]
            metres[asked[which[unique]]] = far[unique]
        return nearest, metres

    def within(self, points: Points, metres: float) -> list[list[int]]:
        """For each point, the numbers of those within some metres of it."""
        found: list[list[int]] = [[] for _ in points]
        asked = np.flatnonzero(np.isfinite(points).all(axis=1))
        which, near = self._tree.query(
            shapely.points(self._flat(points[asked])), "dwithin", distance=metres
        )
        for at, one in sorted(zip(asked[which].tolist(), self._held[near].tolist(), strict=True)):
            found[at].append(one)
        return found


class People(NamedTuple):
    """Residents; None where nobody counted. `counted`: register or mesh."""

    persons: int | None
    households: int | None
    over75: int | None
    care: int | None
    counted: str


class Settlement(NamedTuple):
    """A place where people live, and the nodes of the network within its extent."""

    version: Version
    name: str
    code: str
    municipality: str
    nodes: tuple[int, ...]
    at: tuple[float, float]
    people: People
    meshes: tuple[int, ...]  # ids of the grid squares that it was counted from


class Places(NamedTuple):
    """Settlements, and the nodes of municipal offices and of the prefecture's."""

    settlements: list[Settlement]
    offices: list[int]
    capitals: list[int]


@remembered()
def places(
    links: Sequence[Version], facilities: Sequence[Version], meshes: Sequence[Version],
    reach: float, extent: float,
) -> Places:  # fmt: skip
    """Who lives where. Grid squares count for the settlement that is nearest, within `reach`
    metres; without any list of settlements each inhabited square is taken for one. A settlement
    reaches the nodes within `extent` metres of it."""
    net = roads(links)
    bodies: list[tuple[Version, Facility]] = [(one, decode(FACILITY, one.body))
                                              for one in facilities]  # fmt: skip
    squares: list[tuple[Version, PopulationMesh]] = [(one, decode(MESH, one.body))
                                                     for one in meshes]  # fmt: skip
    listed = [each for each in bodies if each[1].category == "settlement"]
    halls = [each for each in bodies if each[1].category == "city_hall"]
    prefectural = [each for each in halls if "県庁" in each[1].kind + each[1].name
                   or re.search("都庁|道庁|府庁", each[1].kind + each[1].name)]  # fmt: skip
    municipal = [each for each in halls if each not in prefectural]
    if listed:
        found = _listed(net, listed, squares, reach, extent)
    else:
        found = _squares(net, squares, extent)
    return Places(
        found, net.node_at(_points([one for one, _ in municipal])),
        net.node_at(_points([one for one, _ in prefectural])),
    )  # fmt: skip


def _listed(
    net: Roads, listed: list[tuple[Version, Facility]],
    squares: list[tuple[Version, PopulationMesh]], reach: float, extent: float,
) -> list[Settlement]:  # fmt: skip
    placed = [(one, body) for one, body in listed if one.geometry is not None]
    points = _points([one for one, _ in placed])
    nodes = net.nodes_at(points, extent)
    mine: dict[int, list[tuple[Version, PopulationMesh]]] = {}
    held = [(one, body) for one, body in squares if one.geometry is not None]
    near, far = Nearest(points).of(_points([one for one, _ in held]))
    for square, at, metres in zip(held, near.tolist(), far.tolist(), strict=True):
        if metres <= reach and at >= 0:
            mine.setdefault(at, []).append(square)
    found = []
    for at, ((one, body), point, node) in enumerate(zip(placed, points, nodes, strict=True)):
        people, used = _people(body, [square for _, square in mine.get(at, [])])
        ids = tuple(version.id for version, _ in mine.get(at, [])) if used else ()
        found.append(
            Settlement(one, body.name, body.code or one.key, body.municipality, node,
                       (float(point[0]), float(point[1])), people, ids)
        )  # fmt: skip
    return found


def _squares(
    net: Roads, squares: list[tuple[Version, PopulationMesh]], extent: float
) -> list[Settlement]:
    """Inhabited grid squares, each by itself."""
    held = [(one, body) for one, body in squares if one.geometry is not None and body.persons]
    points = _points([one for one, _ in held])
    nodes = net.nodes_at(points, extent)
    return [
        Settlement(
            one, body.code, body.code, body.municipality, near,
            (float(point[0]), float(point[1])),
            People(body.persons, body.households, body.age_75, body.care, "mesh"), (one.id,),
        )
        for (one, body), point, near in zip(held, points, nodes, strict=True)
    ]  # fmt: skip


def _people(body: Facility, squares: Sequence[PopulationMesh]) -> tuple[People, bool]:
    """As the list says; what it leaves out, by the squares, in proportion to its persons; and
    whether they were used."""
    sums: dict[str, int | None] = {
        "persons": _sum([one.persons for one in squares]),
        "households": _sum([one.households for one in squares]),
        "over75": _sum([one.age_75 for one in squares]),
        "care": _sum([one.care for one in squares]),
    }  # fmt: skip
    persons = body.served
    share = 1.0
    if persons is not None and sums["persons"]:
        share = persons / sums["persons"]
    told = {name: _column(body.extra, columns) for name, columns in _COLUMNS.items()}
    used = persons is None and bool(squares)
    for name, value in told.items():
        rest = sums[name]
        if value is None and rest is not None:
            told[name] = round(rest * share)
            used = True
    whole = persons if persons is not None else sums["persons"]
    counted = "register" if persons is not None else "mesh" if whole is not None else ""
    return People(whole, told["households"], told["over75"], told["care"], counted), used


def _sum(values: Sequence[int | None]) -> int | None:
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def _column(extra: Mapping[str, Any], names: Sequence[str]) -> int | None:
    said = {unicodedata.normalize("NFKC", key): value for key, value in extra.items()}
    for name in names:
        found = number(said.get(unicodedata.normalize("NFKC", name)))
        if found is not None:
            return found
    return None


def number(value: Any) -> int | None:
    """A count as people write it (1,234人, 約30), None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return round(value) if math.isfinite(value) else None
    found = re.search(r"\d[\d,]*", unicodedata.normalize("NFKC", str(value)))
    return int(found[0].replace(",", "")) if found else None


def _points(versions: Sequence[Version]) -> Points:
    """A point of each version's geometry; NaN where it has none."""
    shapes = _shapes(versions)
    return np.array(
        [(one.centroid.x, one.centroid.y) if one is not None and not one.is_empty
         else (math.nan, math.nan) for one in shapes], dtype=np.float64,
    ).reshape(-1, 2)  # fmt: skip


def _shapes(versions: Sequence[Version]) -> list[Any]:
    try:
        return list(shapely.from_wkb([one.geometry for one in versions]))
    except shapely.errors.GEOSException as error:
        kind = versions[0].kind if versions else ""
        raise InvalidRecord(f"a geometry cannot be read: {error}", where=kind) from None


def _ends(lines: npt.NDArray[np.object_]) -> tuple[list[Any], list[Any]]:
    """The first and the last point of each line; NaN where there is none."""
    counts = shapely.get_num_coordinates(lines)
    last = np.cumsum(counts) - 1
    every = np.vstack([shapely.get_coordinates(lines), [[math.nan, math.nan]]])
    first = np.where(counts > 0, last - counts + 1, len(every) - 1)
    last = np.where(counts > 0, last, len(every) - 1)
    return list(map(tuple, every[first].tolist())), list(map(tuple, every[last].tolist()))
