"""Where an alert is for: official codes, and rings of a size that receivers take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from noroshi.formats.cap.geocode import codes
from noroshi.formats.cap.message import Area, Ring

#: Corners of all rings of an area at most, and how many rings. Larger outlines are drawn by hulls,
#: which hold all of the area and some more: nobody in it is left out.
CORNERS, RINGS = 200, 20


def area(name: str, official: str | None, shape: bytes | None) -> Area:
    """An area by its name, its code as `scheme:code`, and its outline (WKB) where there is one."""
    return Area(name, () if shape is None else rings(shape), codes(official))


def rings(wkb: bytes) -> tuple[Ring, ...]:
    """The outlines of the areal parts of a geometry, closed; () where it has none. CAP knows no
    holes: they are filled."""
    import shapely

    try:
        whole = shapely.force_2d(shapely.from_wkb(wkb))
    except shapely.errors.ShapelyError:
        return ()
    parts = [shapely.Polygon(one.exterior) for one in _polygons(whole)]
    if len(parts) > RINGS:
        parts = [shapely.convex_hull(shapely.MultiPolygon(parts))]
    if sum(len(one.exterior.coords) for one in parts) > CORNERS:
        parts = [shapely.convex_hull(one) for one in parts]
    if sum(len(one.exterior.coords) for one in _polygons_of(parts)) > CORNERS:
        parts = [shapely.envelope(shapely.MultiPolygon(list(_polygons_of(parts))))]
    found = [_ring(one) for one in _polygons_of(parts)]
    return tuple(one for one in found if one)


def _polygons_of(parts: list[Any]) -> Iterator[Any]:
    for one in parts:
        yield from _polygons(one)


def _polygons(shape: Any) -> Iterator[Any]:
    if shape.is_empty:
        return
    if shape.geom_type == "Polygon":
        yield shape
    elif hasattr(shape, "geoms"):
        for one in shape.geoms:
            yield from _polygons(one)


def _ring(polygon: Any) -> Ring:
    """Its corners as they are written; () for one that is off the globe or has no extent."""
    corners: list[tuple[float, float]] = []
    for x, y in polygon.exterior.coords:
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            return ()
        corner = (round(x, 5), round(y, 5))
        if not corners or corners[-1] != corner:
            corners.append(corner)
    if len(set(corners)) < 3:
        return ()
    if corners[0] != corners[-1]:
        corners.append(corners[0])
    return tuple(corners)
