"""Tiles of official areas: simplified by zoom so that neighbours neither gape nor overlap."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from noroshi.channels.tiling.areas import Areas, unite
from noroshi.channels.tiling.draw import Feature, Tile, cut, encode
from noroshi.channels.tiling.grid import Numbers, project_pairs
from noroshi.channels.tiling.pictures import Kept
from noroshi.channels.tiling.tiles import Drawn, finish
from noroshi.formats.boundaries import Place

#: Name of the MVT layer.
LAYER = "places"
#: From this zoom on boundaries are drawn as they are.
WHOLE_ZOOM = 13
#: Detail that is left out, in pixels of a tile 512 pixels wide.
DETAIL = 0.75
#: Memory for boundaries by zoom, and for drawn tiles.
SHEET_BYTES, TILE_BYTES = 64 * 2**20, 24 * 2**20


class Sheet:
    """The areas of one scheme with boundaries for one zoom (world coordinates)."""

    def __init__(self, places: list[Place], shapes: npt.NDArray[Any], partial: list[bool]) -> None:
        import shapely

        self.places, self.shapes, self.partial = places, shapes, partial
        self.boxes: Numbers = shapely.bounds(shapes).reshape(-1, 4)
        self.size = 16 * int(shapely.get_num_coordinates(shapes).sum()) + 500 * len(places) + 500


class Boundaries:
    """Tiles of the boundaries of `areas`. Safe to use from several threads."""

    def __init__(self, areas: Areas) -> None:
        self.areas = areas
        self._sheets: Kept[Sheet] = Kept(SHEET_BYTES)
        self._tiles: Kept[Drawn] = Kept(TILE_BYTES)
        self._lock = threading.RLock()

    def tile(self, scheme: str, level: str | None, z: int, x: int, y: int) -> Drawn:
        """The tile of a scheme's areas (of one level, or all): polygons with `area`, `name`,
        `level`, and `partial` where municipalities are missing from it."""
        key = scheme, level, z, x, y
        found = self._tiles.get(key)
        if found is None:
            sheet = self._sheet(scheme, min(z, WHOLE_ZOOM))
            found = finish(_draw(sheet, level, z, x, y), 0)
            self._tiles.put(key, found)
        return found

    def _sheet(self, scheme: str, zoom: int) -> Sheet:
        key = scheme, zoom
        found = self._sheets.get(key)
        if found is None:
            with self._lock:
                found = self._sheets.get(key)
                if found is None:
                    found = self._make(scheme, zoom)
                    self._sheets.put(key, found)
        return found

    def _make(self, scheme: str, zoom: int) -> Sheet:
        """Own boundaries are simplified together with those of their kind; the others are put
        together from simplified municipalities, so that both have the same lines."""
        areas = self.areas
        leaves = {one.area for one in areas.leaves}
        drawn: dict[str, Any] = {}
        partial: set[str] = set()
        groups: dict[tuple[str, bool], list[Place]] = {}
        united: list[Place] = []
        for place in areas.of_scheme(scheme):
            made = areas.made(place)
            if made.how == "own":
                groups.setdefault((place.level, place.area in leaves), []).append(place)
            elif made.how == "union":
                united.append(place)
                if made.missing:
                    partial.add(place.area)
        # Municipalities and wards together tile the country.
        tiling = [group for (_, leaf), group in groups.items() if leaf]
        apart = [group for (_, leaf), group in groups.items() if not leaf]
        for group in [[one for some in tiling for one in some], *apart]:
            drawn.update(_simplified(group, zoom))
        if united:
            base = drawn if scheme == "city" else _simplified(areas.leaves, zoom, keep=True)
            for place in united:
                parts = np.array([base[one] for one in areas.made(place).of], dtype=object)
                drawn[place.area] = _without_specks(unite(parts), zoom)
        places = [areas.place(one) for one in drawn]
        shapes = np.array([*drawn.values(), None], dtype=object)[:-1]
        return Sheet(places, shapes, [one in partial for one in drawn])


def _simplified(places: list[Place], zoom: int, *, keep: bool = False) -> dict[str, Any]:
    """Boundaries for a zoom in world coordinates; neighbours keep the lines that they share.

    `keep`: also islands too small to be seen, for what is put together from them.
    """
    import shapely

    if not places:
        return {}
    shapes = shapely.transform(
        shapely.force_2d(shapely.from_wkb([one.geometry for one in places])), project_pairs
    )
    if zoom < WHOLE_ZOOM:
        simple = shapely.coverage_simplify(shapes, DETAIL / 512 / (1 << zoom))
        # Where boundaries overlap, what comes out may not be a polygon: those stay as they were.
        good = shapely.is_valid(simple) & ~shapely.is_empty(simple)
        shapes = np.where(good, simple, shapes)
        if not keep:
            shapes = [_without_specks(one, zoom) for one in shapes]
    return {place.area: shape for place, shape in zip(places, shapes, strict=True)}


def _without_specks(shape: Any, zoom: int) -> Any:
    """A shape without islands smaller than a pixel; its largest part always stays."""
    import shapely

    parts = shapely.get_parts(shape)
    if zoom >= WHOLE_ZOOM or len(parts) < 2:
        return shape
    sizes = shapely.area(parts)
    seen = parts[(sizes >= (1 / 512 / (1 << zoom)) ** 2) | (sizes == sizes.max())]
    return shapely.multipolygons(seen[shapely.get_type_id(seen) == 3])


def _draw(sheet: Sheet, level: str | None, z: int, x: int, y: int) -> Tile:
    side = 1 << z
    boxes = sheet.boxes * side - [x, y, x, y]
    reach = (boxes[:, 0] <= 1.02) & (boxes[:, 2] >= -0.02)
    reach &= (boxes[:, 1] <= 1.02) & (boxes[:, 3] >= -0.02)
    if level is not None:
        reach &= np.array([one.level == level for one in sheet.places], bool)
    near = np.flatnonzero(reach)
    if not len(near):
        return Tile(b"")
    features: list[Feature] = []
    parts, whose = cut(sheet.shapes[near], side, x, y, simplify=False)
    for geometry, index in zip(parts, whose, strict=True):
        if geometry is None or geometry.geom_type not in ("Polygon", "MultiPolygon"):
            continue  # too thin to be seen: not lost, as its neighbours stay
        row = int(near[index])
        place = sheet.places[row]
        said: dict[str, Any] = {"area": place.area, "name": place.name, "level": place.level}
        if sheet.partial[row]:
            said["partial"] = True
        features.append({"geometry": geometry, "properties": said})
    return Tile(encode(LAYER, features), singles=len(features))
