"""The outline of an area as a small drawing: the path of an SVG, north up."""

from __future__ import annotations

import math
from typing import Any

import msgspec

#: Width and height of a drawing at most, and its margin, in its own units.
SIZE, _MARGIN = 300.0, 8.0
#: Corners at most: a drawing is to be seen, not measured.
_CORNERS = 600


class Outline(msgspec.Struct, frozen=True):
    """The `d` of a path, the drawing's width and height, and what a tenth or more of its width is
    in kilometres (`bar` units wide)."""

    path: str
    width: float
    height: float
    bar: float
    kilometres: float


def outline(wkb: bytes) -> Outline | None:
    """The drawing of an areal geometry in degrees; None for what has no extent."""
    import shapely

    shape = shapely.force_2d(shapely.from_wkb(wkb))
    west, south, east, north = shape.bounds
    if not (east > west and north > south):
        return None
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (SIZE - 2 * _MARGIN) / max((east - west) * narrow, north - south)
    shape = _plainer(shape, 0.5 / scale)
    parts = [
        "M" + "L".join(
            f"{(x - west) * narrow * scale + _MARGIN:.1f} {(north - y) * scale + _MARGIN:.1f}"
            for x, y in ring.coords[:-1]
        ) + "Z"
        for ring in _rings(shape)
    ]  # fmt: skip
    if not parts:
        return None
    width = (east - west) * narrow * scale + 2 * _MARGIN
    height = (north - south) * scale + 2 * _MARGIN
    kilometre = scale / 111.195  # units in one: a degree of latitude on a sphere of 6,371 km
    size = next(one for one in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)
                if one * kilometre >= width / 8 or one == 5_000)  # fmt: skip
    return Outline("".join(parts), round(width, 1), round(height, 1), round(size * kilometre, 1),
                   size)  # fmt: skip


def _plainer(shape: Any, tolerance: float) -> Any:
    """The shape with no more corners than can be seen."""
    import shapely

    found = shape
    while shapely.get_num_coordinates(found) > _CORNERS:
        found = shapely.simplify(shape, tolerance)
        tolerance *= 2
        if tolerance > 360:
            return shapely.convex_hull(shape)
    return found


def _rings(shape: Any) -> list[Any]:
    if shape.geom_type == "Polygon":
        return [] if shape.is_empty else [shape.exterior, *shape.interiors]
    return [ring for one in getattr(shape, "geoms", ()) for ring in _rings(one)]
