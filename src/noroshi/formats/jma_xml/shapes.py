"""Shapes that telegrams describe: rings of positions, and circles of so many kilometres.

Geometry is well-known binary (OGC 06-103r4, little-endian), longitude before latitude. What
crosses 180° is cut there into parts (RFC 7946 section 3.1.9).

Distances run along geodesics of the GRS 80 ellipsoid by the direct solution of T. Vincenty,
"Direct and inverse solutions of geodesics on the ellipsoid with application of nested equations",
Survey Review 23(176), 1975, with its correction of the arc applied once instead of until it
settles: within 3 millionths of the distance, 3 m in 1,000 km. A circle has 48 corners, a little
outside the true circle so that its sides come as much inside: 0.11 % of the radius. JMA rounds
radii to 10 km or 5 nautical miles.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, pairwise
from math import atan2, cos, degrees, hypot, radians, sin, sqrt, tan

FARTHEST = 2_000_000.0

Point = tuple[float, float]
Ring = Sequence[Point]
"""Longitude and latitude of each corner; the last repeats the first."""

_A = 6_378_137.0
_F = 1 / 298.257222101
_B = _A * (1 - _F)
_E2 = (_A * _A - _B * _B) / (_B * _B)

_STEPS = 24
_AROUND = [radians(180.0 * step / _STEPS) for step in range(_STEPS + 1)]
_OUTSIDE = 2 / (1 + cos(radians(90.0 / _STEPS)))

_HEAD = struct.Struct("<BII")
_COUNT = struct.Struct("<I")
_POLYGON, _LINE, _MULTILINE, _MULTIPOLYGON = 3, 2, 5, 6


# --- distances ---------------------------------------------------------------------------------


def destination(longitude: float, latitude: float, azimuth: float, distance: float) -> Point:
    """Where one arrives from a position after `distance` metres (at most 2,000 km) towards
    `azimuth`, degrees clockwise from north. The longitude may exceed ±180°."""
    [(east, north)] = _arrivals(latitude, distance, (radians(azimuth),))
    return (longitude + east, north)


def _arrivals(
    latitude: float, distance: float, azimuths: Sequence[float]
) -> list[tuple[float, float]]:
    """For each azimuth [radians]: difference of longitude, and latitude [degrees]. Vincenty's
    equations 1 to 11; names are his."""
    tan_u1 = (1 - _F) * tan(radians(latitude))
    cos_u1 = 1 / sqrt(1 + tan_u1 * tan_u1)
    sin_u1 = tan_u1 * cos_u1
    found = []
    for azimuth in azimuths:
        sin_a1, cos_a1 = sin(azimuth), cos(azimuth)
        sigma1 = atan2(tan_u1, cos_a1)
        sin_a = cos_u1 * sin_a1
        cos2_a = 1 - sin_a * sin_a
        u2 = cos2_a * _E2
        big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
        big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
        sigma = distance / (_B * big_a)
        cos_2m = cos(2 * sigma1 + sigma)
        sigma += big_b * sin(sigma) * (cos_2m + big_b / 4 * cos(sigma) * (2 * cos_2m * cos_2m - 1))
        sin_s, cos_s = sin(sigma), cos(sigma)
        cos_2m = cos(2 * sigma1 + sigma)
        across = sin_u1 * sin_s - cos_u1 * cos_s * cos_a1
        north = atan2(sin_u1 * cos_s + cos_u1 * sin_s * cos_a1, (1 - _F) * hypot(sin_a, across))
        turn = atan2(sin_s * sin_a1, cos_u1 * cos_s - sin_u1 * sin_s * cos_a1)
        c = _F / 16 * cos2_a * (4 + _F * (4 - 3 * cos2_a))
        east = turn - (1 - c) * _F * sin_a * (
            sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m * cos_2m - 1))
        )
        found.append((degrees(east), degrees(north)))
    return found


@lru_cache(maxsize=512)
def _half(latitude: float, radius: float) -> tuple[tuple[float, float], ...]:
    """The eastern half of a circle, from north to south; the western is its mirror image."""
    return tuple(_arrivals(latitude, radius * _OUTSIDE, _AROUND))


def circle(longitude: float, latitude: float, radius: float) -> bytes:
    """The circle of `radius` metres, anticlockwise. It must not hold a pole.

    Raises ValueError for a radius beyond 2,000 km.
    """
    if not 0 < radius <= FARTHEST:
        raise ValueError(f"not the radius of an area around a typhoon: {radius:g} m")
    half = _half(latitude, radius)
    ring = [(longitude - east, north) for east, north in half]
    ring += [(longitude + east, north) for east, north in half[-2:0:-1]]
    ring.append(ring[0])
    return polygons(_cut(ring))


def midpoint_circle(
    longitude: float, latitude: float, reach: Sequence[tuple[float, float]]
) -> bytes:
    """The circle that reaches, from a position, as far as `reach` says: (azimuth in degrees,
    metres) for one direction or for two opposite ones.

    Two opposite radii r, s are those of one circle of radius (r + s) / 2 whose centre is moved by
    (r - s) / 2 towards the longer. For anything else the longest radius is taken all around, so
    that the area is never too small.
    """
    (azimuth, longest), *others = sorted(reach, key=lambda one: -one[1])
    if len(others) != 1 or (others[0][0] - azimuth) % 360 != 180:
        return circle(longitude, latitude, longest)
    shift = (longest - others[0][1]) / 2
    moved = destination(longitude, latitude, azimuth, shift)
    return circle(round(moved[0], 7), round(moved[1], 7), longest - shift)


def _cut(ring: list[Point]) -> list[list[Ring]]:
    """A convex ring as polygons that keep within ±180°."""
    longitudes = [x for x, _ in ring]
    west, east = min(longitudes), max(longitudes)
    if west >= -180 and east <= 180:
        return [[ring]]
    edge = 180.0 if east > 180 else -180.0
    found: list[list[Ring]] = []
    for side in (-1, 1):
        part = _side(ring, edge, side)
        if len(part) < 4:
            continue
        away = -2 * edge if side * edge > 0 else 0.0
        found.append([[(x + away, y) for x, y in part]])
    return found


def _side(ring: list[Point], edge: float, side: int) -> list[Point]:
    """What of a ring lies west (-1) or east (1) of a meridian, closed."""
    part: list[Point] = []
    for (x, y), (nx, ny) in pairwise(ring):
        inside, next_inside = (x - edge) * side >= 0, (nx - edge) * side >= 0
        if inside:
            part.append((x, y))
        if inside != next_inside:
            part.append((edge, y + (ny - y) * (edge - x) / (nx - x)))
    return [*part, part[0]] if part else []


# --- rings and lines ---------------------------------------------------------------------------


def closed(points: Sequence[Point]) -> Ring:
    """The points as a ring. Raises ValueError for fewer than three different ones."""
    ring = list(points)
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    if len(set(ring)) < 3:
        raise ValueError(f"no area: {len(set(ring))} different positions")
    return ring


def nested(rings: Sequence[Ring]) -> list[list[Ring]]:
    """Polygons of rings that do not cross: one that lies in another is a hole of it, and what
    lies in a hole is land again (even-odd rule)."""
    ordered = sorted(rings, key=_extent, reverse=True)
    inside = [[_holds(outer, ring[0]) for outer in ordered[:n]] for n, ring in enumerate(ordered)]
    found: dict[int, list[Ring]] = {}
    for n, ring in enumerate(ordered):
        around = [k for k, holds in enumerate(inside[n]) if holds]
        if len(around) % 2 == 0:
            found[n] = [ring]
        else:
            found[max(k for k in around if k in found)].append(ring)
    return list(found.values())


def _extent(ring: Ring) -> float:
    area = sum(x * ny - nx * y for (x, y), (nx, ny) in pairwise(ring))
    return abs(area)


def _holds(ring: Ring, point: Point) -> bool:
    px, py = point
    held = False
    for (x, y), (nx, ny) in pairwise(ring):
        if (y > py) != (ny > py) and px < x + (nx - x) * (py - y) / (ny - y):
            held = not held
    return held


def polygons(shapes: Sequence[Sequence[Ring]]) -> bytes:
    """A polygon, or several as a multipolygon; each is its outer ring and its holes."""
    parts = [
        _HEAD.pack(1, _POLYGON, len(rings)) + b"".join(_points(ring) for ring in rings)
        for rings in shapes
    ]
    return (
        parts[0] if len(parts) == 1 else _HEAD.pack(1, _MULTIPOLYGON, len(parts)) + b"".join(parts)
    )


def line(points: Sequence[Point]) -> bytes:
    """The line through the points, by the shorter way across 180°, cut there."""
    runs: list[list[Point]] = [[points[0]]]
    for (x, y), (nx, ny) in pairwise(points):
        if abs(nx - x) > 180:
            edge = 180.0 if x > 0 else -180.0
            to_edge, rest = edge - x, nx + edge
            share = to_edge / (to_edge + rest) if to_edge + rest else 0.0
            middle = y + (ny - y) * share
            runs[-1].append((edge, middle))
            runs.append([(-edge, middle)])
        runs[-1].append((nx, ny))
    parts = [b"\x01" + _COUNT.pack(_LINE) + _points(run) for run in runs]
    return parts[0] if len(parts) == 1 else _HEAD.pack(1, _MULTILINE, len(parts)) + b"".join(parts)


def _points(points: Sequence[Point]) -> bytes:
    count = len(points)
    return _COUNT.pack(count) + _doubles(2 * count).pack(*chain.from_iterable(points))


@lru_cache(maxsize=512)
def _doubles(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}d")
