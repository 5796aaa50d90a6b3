"""Coordinate reference systems (OGC API – Features Part 2): which there are, and into them.

Everything is kept in longitude and latitude of JGD2011 / WGS 84, which agree within a metre and
are taken as one here. Coordinates of another system are in the order of its own axes, as the
standard has it: latitude before longitude, and northing (X) before easting (Y) in the
plane-rectangular zones.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from noroshi.core.errors import NoroshiError
from noroshi.core.place import Box

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
#: JGD2011, with heights, WGS 84, Web Mercator, and the 19 plane-rectangular zones.
CODES = (6668, 6697, 4326, 3857, *range(6669, 6688))
SUPPORTED = (CRS84, *(f"{_EPSG}{code}" for code in CODES))


class UnknownCrs(NoroshiError):
    """A reference system that is not offered."""


def read_crs(text: str) -> str | None:
    """The address of a reference system, or None for longitude and latitude (CRS84).

    Takes what people write: the address, `EPSG:6677`, or a safe CURIE `[EPSG:6677]`.
    """
    plain = text.strip("[]")
    if plain in (CRS84, "OGC:CRS84", "CRS84"):
        return None
    code = plain.rpartition("/")[2] if plain.startswith("http") else plain.rpartition(":")[2]
    if code.isdecimal() and len(code) < 8 and int(code) in CODES:
        address = f"{_EPSG}{int(code)}"
        if plain in (address, f"EPSG:{code}", f"urn:ogc:def:crs:EPSG::{code}"):
            return address
    raise UnknownCrs(f"{text!r} is not offered", remedy="a collection lists what is, under `crs`")


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Any:
    import pyproj

    # EPSG's own operations are the ones chosen anyway; looking through all others takes two seconds
    # for each thread that transforms.
    return pyproj.Transformer.from_crs(
        _name(source), _name(target), always_xy=False, authority="EPSG"
    )


def _name(crs: str) -> str:
    """6697 is transformed as its horizontal part, 6668: heights stay as they are."""
    code = crs.rpartition("/")[2]
    if code == "CRS84":
        return "OGC:CRS84"
    return "EPSG:6668" if code == "6697" else f"EPSG:{code}"


def write_geometry(wkb: bytes, crs: str) -> bytes:
    """Well-known binary in longitude and latitude as GeoJSON with coordinates in `crs`."""
    import shapely

    moved = _moved(shapely.from_wkb(wkb), CRS84, crs)
    return bytes(shapely.to_geojson(moved).encode())


def to_lonlat(shape: Any, crs: str) -> Any:
    """A geometry in `crs` as longitude and latitude. Raises UnknownCrs where it has none."""
    return _moved(shape, crs, CRS84)


def box_to_lonlat(box: Box, crs: str) -> Box:
    """A box in `crs` (in the order of its axes) as west, south, east, north."""
    import math

    transformer = _transformer(crs, CRS84)
    one, two, three, four = box
    west, south, east, north = transformer.transform_bounds(one, two, three, four, densify_pts=11)
    if not all(map(math.isfinite, (west, south, east, north))):
        raise UnknownCrs(f"the box lies outside {crs}")
    return (max(-180.0, west), max(-90.0, south), min(180.0, east), min(90.0, north))


def _moved(shape: Any, source: str, target: str) -> Any:
    import numpy as np
    import shapely

    transformer = _transformer(source, target)

    def move(points: Any) -> Any:
        moved = np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
        if not np.isfinite(moved).all():
            raise UnknownCrs(f"a position lies outside {target}")
        return np.column_stack([moved, points[:, 2]]) if points.shape[1] == 3 else moved

    return shapely.transform(shape, move, include_z=bool(shapely.has_z(shape)))
