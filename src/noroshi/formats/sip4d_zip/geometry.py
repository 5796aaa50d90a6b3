"""GeoJSON geometries (RFC 7946) to well-known binary and back, and what is wrong with them."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry import mapping

from noroshi.core import place

Position = tuple[float, ...]

#: GeoJSON type → (WKB code, how deeply its coordinates nest, type of its parts).
_SIMPLE = {"Point": 1, "LineString": 2, "Polygon": 3}
_MULTI = {"MultiPoint": (4, "Point"), "MultiLineString": (5, "LineString"),
          "MultiPolygon": (6, "Polygon")}  # fmt: skip
_COLLECTION = "GeometryCollection"
TYPES = (*_SIMPLE, *_MULTI, _COLLECTION)
#: Longitudes and latitudes of Japan with its islands and waters (degrees, rounded outwards).
JAPAN = (122.0, 20.0, 154.0, 46.0)
_MAX_COLLECTION_DEPTH = 8


class BadGeometry(ValueError):
    """A geometry that cannot be stored: what is wrong with it, and the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def to_wkb(geometry: Any) -> tuple[bytes, list[str]]:
    """A GeoJSON geometry as well-known binary, and what had to be mended.

    Rings that are not closed are closed. Raises BadGeometry for what cannot be stored: unknown
    types, positions that are no two finite numbers on the globe, lines of fewer than two and
    rings of fewer than four positions.
    """
    if type(geometry) is dict and geometry.get("type") == "Point":
        position = _position(geometry.get("coordinates"))
        return _pack_point(position, len(position) > 2), []
    mended: list[str] = []
    shape = _shape(geometry, mended, 0)
    return _pack(shape, _has_heights(shape)), mended


def _shape(geometry: Any, mended: list[str], depth: int) -> tuple[str, Any]:
    if not isinstance(geometry, dict):
        raise BadGeometry("the geometry is not an object", "write a GeoJSON geometry")
    kind = geometry.get("type")
    if not isinstance(kind, str):
        raise BadGeometry("a geometry without type", f"one of {', '.join(TYPES)}")
    if kind == _COLLECTION:
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or not parts or depth >= _MAX_COLLECTION_DEPTH:
            raise BadGeometry("an empty or too deep geometry collection", "send its parts apart")
        return kind, [_shape(part, mended, depth + 1) for part in parts]
    coordinates = geometry.get("coordinates")
    if kind in _SIMPLE:
        return kind, _simple(kind, coordinates, mended)
    if kind in _MULTI:
        if not isinstance(coordinates, list) or not coordinates:
            raise BadGeometry(f"a {kind} without parts", "leave the feature out, or give it parts")
        part = _MULTI[kind][1]
        return kind, [(part, _simple(part, each, mended)) for each in coordinates]
    raise BadGeometry(f"unknown geometry type {kind!r}", f"one of {', '.join(TYPES)}")


def _simple(kind: str, coordinates: Any, mended: list[str]) -> Any:
    if kind == "Point":
        return _position(coordinates)
    if kind == "LineString":
        line = _positions(coordinates)
        if len(line) < 2:
            raise BadGeometry("a line of fewer than two positions", "a line needs two positions")
        return line
    if not isinstance(coordinates, list) or not coordinates:
        raise BadGeometry("a polygon without rings", "give its outer ring")
    return [_ring(each, mended) for each in coordinates]


def _ring(coordinates: Any, mended: list[str]) -> list[Position]:
    ring = _positions(coordinates)
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
        mended.append("a polygon's ring was not closed")
    if len(ring) < 4:
        raise BadGeometry(
            "a polygon's ring of fewer than four positions", "a ring needs three corners"
        )
    return ring


def _positions(value: Any) -> list[Position]:
    if not isinstance(value, list):
        raise BadGeometry("coordinates are not a list", "write a list of [longitude, latitude]")
    return [_position(each) for each in value]


def _position(value: Any) -> Position:
    if not isinstance(value, list) or len(value) < 2:
        raise BadGeometry(
            f"not a position: {_brief(value)}", "write [longitude, latitude] in degrees"
        )
    longitude, latitude = value[0], value[1]
    if not (_is_number(longitude) and _is_number(latitude)):
        raise BadGeometry(
            f"not a position: {_brief(value)}", "write longitude and latitude as numbers"
        )
    if not (-180.0 <= longitude <= 180.0 and -90.0 <= latitude <= 90.0):
        if swapped(longitude, latitude):
            raise BadGeometry(
                f"longitude and latitude are swapped: {_brief(value)}",
                "write [longitude, latitude]",
            )
        raise BadGeometry(
            f"no such place on Earth: {_brief(value)}",
            "longitude lies within ±180°, latitude within ±90°; degrees, not metres",
        )
    if len(value) > 2 and _is_number(value[2]):
        return (float(longitude), float(latitude), float(value[2]))
    return (float(longitude), float(latitude))


def swapped(longitude: float, latitude: float) -> bool:
    """True if the two lie in Japan only after being exchanged."""
    west, south, east, north = JAPAN
    return south <= longitude <= north and west <= latitude <= east


def in_japan(longitude: float, latitude: float) -> bool:
    """True within the box around Japan and its waters."""
    west, south, east, north = JAPAN
    return west <= longitude <= east and south <= latitude <= north


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


# --- well-known binary (OGC 06-103r4 §8, little-endian; ISO codes for heights) -------------------

_HEAD = struct.Struct("<BI")
_HEAD_COUNT = struct.Struct("<BII")
_COUNT = struct.Struct("<I")


def _has_heights(shape: tuple[str, Any]) -> bool:
    return all(len(position) > 2 for position in _walk(shape[1]))


def _walk(value: Any) -> Iterator[Position]:
    if isinstance(value, list):
        for each in value:
            yield from _walk(each)
    elif isinstance(value[0], str):
        yield from _walk(value[1])
    else:
        yield value


def _pack_point(position: Position, heights: bool) -> bytes:
    if heights:
        return place.point_z(position[0], position[1], position[2])
    return place.point(position[0], position[1])


def _pack(shape: tuple[str, Any], heights: bool) -> bytes:
    kind, value = shape
    extra = 1000 if heights else 0
    if kind == "Point":
        return _pack_point(value, heights)
    if kind == "LineString":
        return _HEAD.pack(1, 2 + extra) + _pack_run(value, heights)
    if kind == "Polygon":
        rings = b"".join(_pack_run(ring, heights) for ring in value)
        return _HEAD_COUNT.pack(1, 3 + extra, len(value)) + rings
    code = 7 if kind == _COLLECTION else _MULTI[kind][0]
    parts = b"".join(_pack(part, heights) for part in value)
    return _HEAD_COUNT.pack(1, code + extra, len(value)) + parts


def _pack_run(run: list[Position], heights: bool) -> bytes:
    size = 3 if heights else 2
    flat = [number for position in run for number in position[:size]]
    return _COUNT.pack(len(run)) + struct.pack(f"<{len(flat)}d", *flat)


# --- back to GeoJSON ----------------------------------------------------------------------------


def to_geojson(wkb: bytes) -> list[dict[str, Any]]:
    """A geometry as GeoJSON geometries of single types, without heights.

    One, unless it is a collection: then one for each type in it. SIP4D-ZIP knows no collection
    and no third coordinate.
    """
    if len(wkb) == 21 and wkb[1] == 1:
        return [{"type": "Point", "coordinates": list(struct.unpack_from("<dd", wkb, 5))}]
    geometry = shapely.force_2d(shapely.from_wkb(wkb))
    if geometry.geom_type != _COLLECTION:
        return [] if geometry.is_empty else [_plain(geometry)]
    by_type: dict[str, list[Any]] = {}
    for leaf in _leaves(geometry):
        by_type.setdefault(leaf.geom_type, []).append(leaf)
    build = {"Point": shapely.multipoints, "LineString": shapely.multilinestrings,
             "Polygon": shapely.multipolygons}  # fmt: skip
    return [
        _plain(leaves[0] if len(leaves) == 1 else build[kind](leaves))
        for kind, leaves in sorted(by_type.items())
    ]


def _leaves(geometry: Any) -> Iterator[Any]:
    for part in geometry.geoms:
        if hasattr(part, "geoms"):
            yield from _leaves(part)
        elif not part.is_empty:
            yield part


def _plain(geometry: Any) -> dict[str, Any]:
    found = mapping(geometry)
    return {"type": found["type"], "coordinates": _listed(found["coordinates"])}


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, tuple | list) else value


def centre(wkb: bytes) -> tuple[float, float]:
    """The middle of a geometry's bounds, longitude and latitude in degrees."""
    west, south, east, north = place.bounds(wkb)
    return ((west + east) / 2, (south + north) / 2)
