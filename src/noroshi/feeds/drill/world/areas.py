"""The weather agency's areas of the prefecture and its tsunami coasts, united from municipalities.

Codes lie outside the real ones: areas of forecast begin with the prefecture's two digits (51–97);
seismic areas and coasts have three digits that are free for number 0, and four for the others.
"""

from __future__ import annotations

import msgspec
import numpy as np
import shapely

from noroshi.feeds.drill.world import boundaries
from noroshi.feeds.drill.world.boundaries import Shape
from noroshi.feeds.drill.world.model import Area, Coast, Line, Lonlat, Plane
from noroshi.feeds.drill.world.names import Name

_SIDES = {
    "east": Name("東部", "とうぶ"),
    "west": Name("西部", "せいぶ"),
    "north": Name("北部", "ほくぶ"),
    "south": Name("南部", "なんぶ"),
    "centre": Name("中部", "ちゅうぶ"),
}


class Assigned(msgspec.Struct):
    """The codes of one municipality's areas."""

    forecast: str
    group: str
    seismic: str
    coasts: list[str]


def seismic_code(prefecture: str, part: int) -> str:
    """The code of a seismic area; parts count from 1."""
    return f"{880 + part}" if prefecture == "51" else f"9{prefecture}{part}"


def coast_code(prefecture: str, part: int) -> str:
    """The code of a tsunami forecast area; parts count from 1."""
    return f"{960 + part}" if prefecture == "51" else f"8{prefecture}{part}"


def parts(centres: list[tuple[float, float]]) -> tuple[list[str], list[str]]:
    """For each municipality its primary subdivision and its group: the island is cut in three
    from west to east (each about a third of the municipalities), and each third in two."""
    order = sorted(range(len(centres)), key=lambda one: (centres[one][0], one))
    primary, group = [""] * len(centres), [""] * len(centres)
    bounds = np.array_split(np.array(order), 3)
    for side, members in zip(("west", "centre", "east"), bounds, strict=True):
        along = sorted((int(one) for one in members), key=lambda one: (-centres[one][1], one))
        for place, one in enumerate(along):
            primary[one] = side
            group[one] = side + ("/north" if place < len(along) / 2 else "/south")
    return primary, group


def coast_of(x: float, y: float, strike: float) -> str:
    """The coast a point of the shore lies on: north or south of the spine."""
    return "north" if y * np.cos(strike) - x * np.sin(strike) > 0 else "south"


def made(
    plane: Plane,
    name: Name,
    prefecture: str,
    codes: list[str],
    centres: list[tuple[float, float]],
    shapes: list[Shape],
    strike: float,
) -> tuple[list[Area], list[Coast], list[Assigned]]:
    """Areas, coasts, and the codes for each municipality. `codes` are of five digits."""
    primary, group = parts(centres)
    base = Name(name.name[:-1], name.kana[:-2])
    areas: list[Area] = []

    def add(scheme: str, code: str, named: Name, parent: str, members: list[int]) -> None:
        shape = shapely.union_all([shapes[one] for one in members])
        inside = shapely.point_on_surface(shape)
        areas.append(
            Area(
                code=code,
                name=named.name,
                kana=named.kana,
                at=plane.lonlat(inside.x, inside.y),
                scheme=scheme,
                parent=parent,
                municipalities=[codes[one] for one in members],
                boundary=boundaries.coordinates(plane, shape),
            )
        )

    everyone = list(range(len(codes)))
    add("pref", prefecture, name, "", everyone)
    whole = f"{prefecture}0000"
    add("jma.forecast", whole, name, "", everyone)
    assigned = [Assigned("", "", "", []) for _ in everyone]
    for number, side in enumerate(("west", "centre", "east"), 1):
        code = f"{prefecture}00{number}0"
        members = [one for one in everyone if primary[one] == side]
        add("jma.forecast", code, _SIDES[side], whole, members)
        for half, place in enumerate(("north", "south"), 1):
            inner = [one for one in members if group[one] == f"{side}/{place}"]
            label = Name(
                _SIDES[side].name + _SIDES[place].name, _SIDES[side].kana + _SIDES[place].kana
            )
            add("jma.forecast", f"{code[:-1]}{half}", label, code, inner)
            for one in inner:
                assigned[one].forecast, assigned[one].group = code, f"{code[:-1]}{half}"
        seismic = seismic_code(prefecture, number)
        label = base.of("県" + _SIDES[side].name, "けん" + _SIDES[side].kana)
        add("jma.seismic", seismic, label, prefecture, members)
        for one in members:
            assigned[one].seismic = seismic

    whole_shape = shapely.union_all(shapes)
    coasts: list[Coast] = []
    for number, side in enumerate(("north", "south"), 1):
        code = coast_code(prefecture, number)
        pieces: list[Line] = []
        for ring in shapely.get_parts(shapely.get_exterior_ring(shapely.get_parts(whole_shape))):
            pieces += _shore(plane, shapely.get_coordinates(ring), side, strike)
        middle = max(pieces, key=len)
        where: Lonlat = middle[len(middle) // 2]
        label = base.of("県" + _SIDES[side].name + "沿岸", "けん" + _SIDES[side].kana + "えんがん")
        coasts.append(Coast(code=code, name=label.name, kana=label.kana, at=where, line=pieces))
        for one in everyone:
            shore = shapely.intersection(shapes[one].boundary, whole_shape.boundary)
            points = shapely.get_coordinates(shore)
            if any(coast_of(float(x), float(y), strike) == side for x, y in points[::5]):
                assigned[one].coasts.append(code)
    return areas, coasts, assigned


def _shore(plane: Plane, ring: np.ndarray, side: str, strike: float) -> list[Line]:
    """The parts of a ring that belong to a coast."""
    mine = [coast_of(float(x), float(y), strike) == side for x, y in ring]
    found: list[Line] = []
    current: Line = []
    for (x, y), yes in zip(ring, mine, strict=True):
        if yes:
            current.append(plane.lonlat(float(x), float(y)))
        elif current:
            if len(current) > 1:
                found.append(current)
            current = []
    if len(current) > 1:
        if found and mine[0]:
            found[0] = current + found[0][1:]
        else:
            found.append(current)
    return found
