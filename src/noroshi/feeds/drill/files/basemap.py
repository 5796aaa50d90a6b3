"""The world drawn: what its basemap shows, in the layers and words of Protomaps' basemaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from noroshi.feeds.drill.files.tiles import Layer, Properties, pyramid
from noroshi.feeds.drill.world.contour import polygons
from noroshi.feeds.drill.world.model import Plane, World
from noroshi.feeds.drill.world.survey import polygon

Grid = npt.NDArray[np.floating[Any]]

#: The first and the last zoom.
ZOOMS = (5, 13)
#: What a road is called in Protomaps' words (kind, kind_detail), and from which zoom it is drawn.
_ROADS = {
    "expressway": ("highway", "motorway", 6), "national": ("major_road", "trunk", 7),
    "prefectural": ("major_road", "secondary", 9), "municipal": ("minor_road", "tertiary", 11),
    "lane": ("minor_road", "service", 12),
}  # fmt: skip
#: Bands of the hillshade: the shade of level ground is 1.
_SHADOWS, _LIGHTS = (0.90, 0.76, 0.60, 0.42), (1.10, 1.24)
#: Shallows [m]: shelves around the land, each within the one before.
_DEPTHS = (-120.0, -50.0, -15.0)


def draw(world: World) -> bytes:
    """`basemap.pmtiles` of a world."""
    earth = shapely.union_all([polygon(one.boundary).buffer(0) for one in world.municipalities])
    earth = shapely.MultiPolygon([shapely.Polygon(one.exterior) for one in _parts(earth)])
    layers = [
        _sea(world),
        Layer("earth", [earth], [{"kind": "earth"}], ZOOMS),
        *_landuse(world, earth),
        *_hillshade(world, earth),
        _contours(world),
        *_water(world),
        _roads(world),
        _boundaries(world, earth),
        *_places(world),
    ]
    about = {
        "name": world.name, "type": "baselayer", "format": "pbf",
        "description": f"架空の県（{world.name}）の背景地図。A prefecture that does not exist.",
        "attribution": f"架空の県 {world.name}（訓練用に作成）",
    }  # fmt: skip
    return pyramid([one for one in layers if one.shapes], ZOOMS, about, 9)


def _parts(shape: Any) -> list[Any]:
    return [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]


def _placed(plane: Plane, shapes: list[Any]) -> list[Any]:
    """Polygons of a grid (x the column, y the row) in degrees."""
    if not shapes:
        return []
    west, north = plane.centre_of(0, 0)
    east, south = plane.centre_of(plane.rows - 1, plane.columns - 1)
    step = (east - west) / (plane.columns - 1), (south - north) / (plane.rows - 1)
    moved = shapely.transform(
        np.array(shapes, dtype=object), lambda pairs: pairs * step + (west, north)
    )
    return list(moved)


def blurred(field: Grid, times: int) -> Grid:
    """A grid smoothed by the (1, 2, 1) mean along rows and columns; the edge repeats itself."""
    found = field.astype(np.float64)
    for _ in range(times):
        for axis in (0, 1):
            wide = np.pad(found, [(1, 1) if each == axis else (0, 0) for each in (0, 1)], "edge")
            low, high = np.delete(wide, [-1, -2], axis), np.delete(wide, [0, 1], axis)
            found = 0.25 * low + 0.5 * found + 0.25 * high
    return found


def _sea(world: World) -> Layer:
    """Shallow water, lighter towards the shore; the deep sea has no end and is not drawn."""
    height = blurred(world.land.elevation, 2)
    shapes: list[Any] = []
    told: list[Properties] = []
    for level in _DEPTHS:
        found = _placed(world.plane, polygons(height, level))
        shapes += found
        told += [{"kind": "bathymetry", "depth": -level}] * len(found)
    return Layer("bathymetry", shapes, told, ZOOMS)


def _landuse(world: World, earth: Any) -> list[Layer]:
    """Towns where people live close, fields on low and level ground, forest elsewhere."""
    plane, land = world.plane, world.land
    people = np.zeros((plane.rows, plane.columns))
    for one in world.meshes:  # 22.5″ by 15″
        top, left = plane.cell_of(one.at[0] - 11.25 / 3600, one.at[1] + 7.5 / 3600)
        bottom, right = plane.cell_of(one.at[0] + 11.25 / 3600, one.at[1] - 7.5 / 3600)
        people[top : bottom + 1, left : right + 1] = one.people.total
    dry = land.municipality > 0
    town = blurred(people / 28.0, 4)  # persons a hectare
    level = dry & (land.slope < 0.06) & (land.elevation < 450.0)
    field = blurred((level & (town < 14.0)).astype(np.float64), 2)
    forest = blurred((dry & ~level & (town < 10.0)).astype(np.float64), 2)
    layers = []
    for name, kind, grid, threshold, first in (
        ("landcover", "forest", forest, 0.5, 5), ("landcover", "farmland", field, 0.5, 8),
        ("landuse", "residential", town, 8.0, 7), ("landuse", "urban", town, 30.0, 6),
    ):  # fmt: skip
        found = _placed(plane, polygons(grid, threshold))
        found = [one for one in shapely.intersection(found, earth) if not one.is_empty]
        found = [part for one in found for part in _parts(one)]
        layers.append(Layer(name, found, [{"kind": kind}] * len(found), (first, ZOOMS[1])))
    return layers


def shade(elevation: Grid, cell: float) -> Grid:
    """Light on a relief from the north-west, 1 on level ground (Horn 1981), heights doubled."""
    high = 2.0 * elevation
    east = (np.roll(high, -1, 1) - np.roll(high, 1, 1)) / (2 * cell)
    south = (np.roll(high, -1, 0) - np.roll(high, 1, 0)) / (2 * cell)
    # The sun stands 45° high in the north-west: a slope that rises to the south-east is lit.
    lit = (1.0 + (east + south) / np.sqrt(2.0)) / np.sqrt(1.0 + east**2 + south**2)
    found: Grid = np.clip(lit, 0.0, 2.0)
    return found


def _hillshade(world: World, earth: Any) -> list[Layer]:
    """Nested bands of shadow and of light, as Mapbox Terrain has them."""
    high = np.maximum(world.land.elevation, 0.0)
    fine = blurred(shade(blurred(high, 1), world.plane.cell), 1)
    coarse = blurred(shade(blurred(high, 5), world.plane.cell), 2)
    layers: list[Layer] = []
    for grid, zooms in ((coarse, (6, 9)), (fine, (10, ZOOMS[1]))):
        shapes: list[Any] = []
        told: list[Properties] = []
        for kind, levels, sign in (("shadow", _SHADOWS, -1.0), ("highlight", _LIGHTS, 1.0)):
            for number, level in enumerate(levels, 1):
                found = _placed(world.plane, polygons(sign * grid, sign * level))
                found = [one for one in found if one.area > 2e-6]
                shapes += found
                told += [{"class": kind, "level": number}] * len(found)
        layers.append(Layer("hillshade", shapes, told, zooms))
    return layers


def _contours(world: World) -> Layer:
    """Lines of equal height: each 100 m, those of 500 m from further away."""
    high = blurred(world.land.elevation, 1)
    shapes: list[Any] = []
    told: list[Properties] = []
    least: list[int] = []
    for level in range(100, int(high.max()), 100):
        lines: list[Any] = []
        for one in polygons(high, float(level)):
            rings = [one.exterior, *one.interiors]
            lines += [shapely.LineString(ring) for ring in rings if len(ring.coords) > 8]
        shapes += _placed(world.plane, lines)
        told += [{"ele": level, "index": 5 if level % 500 == 0 else 1}] * len(lines)
        least += [10 if level % 500 == 0 else 12] * len(lines)
    return Layer("contour", shapes, told, (10, ZOOMS[1]), least)


def _water(world: World) -> list[Layer]:
    """Rivers as lines with names, wide ones as polygons too, and reservoirs."""
    lines: list[Any] = []
    told: list[Properties] = []
    least: list[int] = []
    wide: list[Any] = []
    metre = 1.0 / 111_000.0
    for one in world.rivers:
        if len(one.line) < 2:
            continue
        lines.append(shapely.LineString(one.line))
        told.append({
            "kind": "river", "name": one.name, "order": one.order,
            "width": round(max(one.widths), 0),
        })  # fmt: skip
        least.append(6 if one.order >= 4 else 8 if one.order >= 3 else 10 if one.order >= 2 else 11)
        wide.append(_ribbon(one.line, one.widths, metre))
    lakes = [polygon(one.reservoir).buffer(0) for one in world.dams]
    lakes = [part for lake in lakes for part in _parts(lake)]
    names: list[Properties] = [{"kind": "lake", "name": one.name} for one in world.dams]
    middles = [
        max(_parts(polygon(one.reservoir).buffer(0)), key=lambda part: part.area)
        .representative_point() for one in world.dams if one.reservoir
    ]  # fmt: skip
    return [
        Layer("water", [one for one in wide if one is not None],
              [{"kind": "river"}] * sum(one is not None for one in wide), (11, ZOOMS[1])),
        Layer("water", lakes, [{"kind": "lake"}] * len(lakes), (8, ZOOMS[1])),
        Layer("waterway", lines, told, (6, ZOOMS[1]), least),
        Layer("water_name", middles, names[: len(middles)], (10, ZOOMS[1])),
    ]  # fmt: skip


def _ribbon(line: list[tuple[float, float]], widths: list[float], metre: float) -> Any:
    """A river's water as a polygon, from where it is wide enough to be seen."""
    pieces = [
        shapely.LineString(line[at : at + 2]).buffer(widths[at] / 2 * metre, quad_segs=2)
        for at in range(len(line) - 1)
        if widths[at] >= 25.0
    ]
    return shapely.union_all(pieces) if pieces else None


def _roads(world: World) -> Layer:
    routes = {one.code: one for one in world.routes}
    shapes: list[Any] = []
    told: list[Properties] = []
    least: list[int] = []
    for one in sorted(world.roads, key=lambda one: -list(_ROADS).index(one.rank)):
        if len(one.line) < 2:
            continue
        kind, detail, first = _ROADS[one.rank]
        properties: Properties = {"kind": kind, "kind_detail": detail}
        route = routes.get(one.route)
        if one.rank != "lane" and route is not None:
            properties |= {"ref": str(route.number), "name": route.name}
        if one.structure != "road":
            properties["structure"] = one.structure
        shapes.append(one.line)
        told.append(properties)
        least.append(first)
    number = np.repeat(np.arange(len(shapes)), [len(one) for one in shapes])
    lines = shapely.linestrings(np.concatenate([np.array(one) for one in shapes]), indices=number)
    return Layer("roads", list(lines), told, (6, ZOOMS[1]), least)


def _boundaries(world: World, earth: Any) -> Layer:
    """Borders between municipalities; the coast is none."""
    outlines = [polygon(one.boundary).buffer(0).boundary for one in world.municipalities]
    net = shapely.line_merge(shapely.union_all(outlines))
    coast = earth.boundary.buffer(2e-5)
    inner = shapely.difference(net, coast)
    lines = [one for one in shapely.get_parts(inner) if one.length > 1e-3]
    return Layer(
        "boundaries", lines, [{"kind": "locality", "admin_level": 7}] * len(lines), (7, ZOOMS[1])
    )


def _places(world: World) -> list[Layer]:
    """Names of municipalities by size, of districts of towns, and of hamlets."""
    shapes: list[Any] = []
    told: list[Properties] = []
    least: list[int] = []

    def add(name: str, at: tuple[float, float], kind: str, rank: int, first: int) -> None:
        shapes.append(shapely.Point(at))
        told.append({"name": name, "kind": kind, "population_rank": rank})
        least.append(first)

    for town in sorted(world.municipalities, key=lambda one: -one.people.total):
        size = town.people.total
        kind = {"市": "city", "町": "town", "村": "village"}[town.kind]
        rank = 12 if size > 150_000 else 10 if size > 40_000 else 8 if size > 10_000 else 6
        add(town.name, town.at, kind, rank, 6 if rank >= 12 else 7 if rank >= 10 else 8)
    named: set[str] = set()
    for place in sorted(world.settlements, key=lambda one: -one.people.total):
        if place.name in named:
            continue
        named.add(place.name)
        rank = 5 if place.people.total > 3_000 else 3 if place.people.total > 300 else 1
        first = 10 if rank == 5 else 11 if rank == 3 else 12
        add(place.name, place.at, "suburb" if rank == 5 else "hamlet", rank, first)
    return [Layer("places", shapes, told, (6, ZOOMS[1]), least)]
