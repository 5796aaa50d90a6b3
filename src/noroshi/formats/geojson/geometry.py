"""GeoJSON geometries (RFC 7946 §3.1) to ISO well-known binary (OGC 06-103r4), checked.

Written out here and not left to a geometry library because a refused coordinate must be named,
and because most geometries of the day are points.
"""

from __future__ import annotations

import math
import struct
from itertools import chain
from typing import Any

from noroshi.core.place import point, point_z

_NUMBERS = {int, float}
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_CODES = {
    name: code
    for code, name in enumerate(
        ("Point", "LineString", "Polygon", *_PARTS, "GeometryCollection"), start=1
    )
}
_HEAD = struct.Struct("<BI")
_COUNT = struct.Struct("<I")
_NEST = 16  # geometry collections within geometry collections


def to_wkb(geometry: Any) -> bytes | None:
    """A GeoJSON geometry object as well-known binary; None for null and for empty coordinates.

    Three-dimensional where every position has a height. Raises ValueError naming the part that
    is wrong: a coordinate that is no number, not finite, or off the globe; an open ring.
    """
    if geometry is None:
        return None
    kind, inside = _of(geometry, "geometry")
    if kind == "Point" and isinstance(inside, list) and 2 <= len(inside) <= 3:
        x, y = inside[0], inside[1]
        if type(x) in _NUMBERS and type(y) in _NUMBERS and -180 <= x <= 180 and -90 <= y <= 90:
            if len(inside) == 2:
                return point(x, y)
            if type(inside[2]) in _NUMBERS and math.isfinite(inside[2]):
                return point_z(x, y, inside[2])
    if not inside:
        return None
    return _write(kind, inside, 3 if _has_heights(kind, inside, 0) else 2, _place(kind), 0)


def _of(geometry: Any, where: str) -> tuple[str, Any]:
    if not isinstance(geometry, dict):
        raise ValueError(f"{where}: not an object")
    kind = geometry.get("type")
    if not isinstance(kind, str) or kind not in _CODES:
        raise ValueError(f"{where}.type: no geometry type {kind!r}")
    inside = geometry.get("geometries" if kind == "GeometryCollection" else "coordinates")
    if not isinstance(inside, list):
        raise ValueError(f"{where}: {_place(kind)} is not a list")
    return kind, inside


def _place(kind: str) -> str:
    return "geometries" if kind == "GeometryCollection" else "coordinates"


def _has_heights(kind: str, inside: Any, nest: int) -> bool:
    """True if every position has a third number."""
    if not isinstance(inside, list) or nest > _NEST:
        return False
    if kind == "GeometryCollection":
        parts = [_of(one, "geometries") for one in inside]
        return all(_has_heights(part, within, nest + 1) for part, within in parts)
    if kind in _PARTS:
        return all(_has_heights(_PARTS[kind], part, nest) for part in inside)
    if kind == "Polygon":
        return all(_has_heights("LineString", ring, nest) for ring in inside)
    if kind == "LineString":
        return all(_has_heights("Point", position, nest) for position in inside)
    return len(inside) >= 3


def _write(kind: str, inside: Any, size: int, where: str, nest: int) -> bytes:
    if not isinstance(inside, list):
        raise ValueError(f"{where}: not a list")
    head = _HEAD.pack(1, _CODES[kind] + (1000 if size == 3 else 0))
    if kind == "Point":
        return head + _positions([inside], size, where, single=True)
    if kind == "LineString":
        if len(inside) < 2:
            raise ValueError(f"{where}: a line has two positions or more, not {len(inside)}")
        return head + _COUNT.pack(len(inside)) + _positions(inside, size, where)
    pieces = [head, _COUNT.pack(len(inside))]
    for number, part in enumerate(inside):
        at = f"{where}[{number}]"
        if kind == "Polygon":
            pieces.append(_ring(part, size, at))
        elif kind == "GeometryCollection":
            if nest >= _NEST:
                raise ValueError(f"{where}: collections nested more than {_NEST} deep")
            within, what = _of(part, at)
            pieces.append(_write(within, what, size, f"{at}.{_place(within)}", nest + 1))
        else:
            pieces.append(_write(_PARTS[kind], part, size, at, nest))
    return b"".join(pieces)


def _ring(ring: Any, size: int, where: str) -> bytes:
    """A linear ring: closed, of four positions or more (RFC 7946 §3.1.6)."""
    if not isinstance(ring, list) or len(ring) < 4:
        raise ValueError(f"{where}: a ring has four positions or more")
    packed = _positions(ring, size, where)
    if packed[: 8 * size] != packed[-8 * size :]:
        raise ValueError(f"{where}: the ring is not closed")
    return _COUNT.pack(len(ring)) + packed


def _positions(positions: list[Any], size: int, where: str, *, single: bool = False) -> bytes:
    try:
        if set(map(len, positions)) != {size}:
            positions = [one[:size] for one in positions]
        flat: list[Any] = list(chain.from_iterable(positions))
    except (TypeError, KeyError):
        flat = []
    if len(flat) == size * len(positions) and set(map(type, flat)) <= _NUMBERS:
        easts, norths = flat[0::size], flat[1::size]
        # A sum is finite only if every term is; minimum and maximum pass over NaN.
        if (
            min(easts) >= -180
            and max(easts) <= 180
            and min(norths) >= -90
            and max(norths) <= 90
            and math.isfinite(sum(flat))
        ):
            return struct.pack(f"<{len(flat)}d", *flat)
    raise ValueError(_fault(positions, where, single))


def _fault(positions: list[Any], where: str, single: bool) -> str:
    """What is wrong with the first position that is."""
    for number, one in enumerate(positions):
        at = where if single else f"{where}[{number}]"
        if not isinstance(one, list) or len(one) < 2:
            return f"{at}: a position is two numbers or three"
        if any(type(value) not in _NUMBERS for value in one):
            return f"{at}: {one} is not all numbers"
        if not all(math.isfinite(value) for value in one if isinstance(value, float)):
            return f"{at}: {one} is not finite"
        if not (-180 <= one[0] <= 180 and -90 <= one[1] <= 90):
            swapped = -90 <= one[0] <= 90 and -180 <= one[1] <= 180
            hint = "; longitude comes first" if swapped else ""
            return f"{at}: longitude {one[0]}, latitude {one[1]} is nowhere{hint}"
    return f"{where}: positions of different lengths, or numbers too large"
