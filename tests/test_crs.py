"""Reference systems: official origins, axis orders, heights, and there and back again."""

from __future__ import annotations

import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.channels.crs import (
    CODES,
    CRS84,
    SUPPORTED,
    UnknownCrs,
    box_to_lonlat,
    read_crs,
    to_lonlat,
    write_geometry,
)

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
#: Origins of the plane-rectangular zones: latitude, longitude in degrees and minutes
#: (平面直角座標系, 国土交通省告示第9号).
ORIGINS = (
    (33, 129, 30), (33, 131, 0), (36, 132, 10), (33, 133, 30), (36, 134, 20), (36, 136, 0),
    (36, 137, 10), (36, 138, 30), (36, 139, 50), (40, 140, 50), (44, 140, 15), (44, 142, 15),
    (44, 144, 15), (26, 142, 0), (26, 127, 30), (26, 124, 0), (26, 131, 0), (20, 136, 0),
    (26, 154, 0),
)  # fmt: skip


def written(shape: Any, crs: str) -> Any:
    return json.loads(write_geometry(shapely.to_wkb(shape, flavor="iso"), crs))["coordinates"]


@pytest.mark.parametrize(("zone", "origin"), enumerate(ORIGINS, 1))
def test_every_zone_begins_at_its_official_origin(zone: int, origin: tuple[int, int, int]) -> None:
    latitude, degrees, minutes = origin
    longitude = degrees + minutes / 60
    crs = f"{EPSG}{6668 + zone}"
    assert crs in SUPPORTED
    x, y = written(shapely.Point(longitude, latitude), crs)
    assert abs(x) < 1e-6
    assert abs(y) < 1e-6
    # X is northing and comes first; Y is easting. One minute of latitude is about 1.85 km, and the
    # scale at the origin is 0.9999.
    north = written(shapely.Point(longitude, latitude + 1 / 60), crs)
    assert north[0] == pytest.approx(1850, abs=8)
    assert abs(north[1]) < 1e-6
    east = written(shapely.Point(longitude + 1 / 60, latitude), crs)
    assert east[1] == pytest.approx(1855 * math.cos(math.radians(latitude)), rel=5e-3)
    assert abs(east[0]) < 1


def test_axis_order_is_the_systems_own() -> None:
    place = shapely.Point(136.9675, 37.0428)
    for code in (4326, 6668, 6697):
        assert written(place, f"{EPSG}{code}") == pytest.approx([37.0428, 136.9675], abs=1e-7)
    x, y = written(shapely.Point(180, 0), f"{EPSG}3857")
    assert (x, y) == (pytest.approx(math.pi * 6378137), pytest.approx(0, abs=1e-6))
    assert written(shapely.Point(139.7, 35.7), f"{EPSG}3857")[0] > 15_000_000


def test_a_published_point_of_the_survey() -> None:
    """The Japanese datum's origin (日本経緯度原点, 測量法施行令): 35°39′29.1572″, 139°44′28.8869″.
    Formulas of 河瀬 (2011), computed independently below."""
    latitude, longitude = 35 + 39 / 60 + 29.1572 / 3600, 139 + 44 / 60 + 28.8869 / 3600
    found = written(shapely.Point(longitude, latitude), f"{EPSG}6677")
    assert found == pytest.approx(_kawase(latitude, longitude, 36, 139 + 50 / 60), abs=1e-3)


def _kawase(latitude: float, longitude: float, lat0: float, lon0: float) -> list[float]:
    """Gauss–Krüger by Kawase's series (国土地理院時報 121), GRS 80, scale 0.9999."""
    a, inverse, m0 = 6378137.0, 298.257222101, 0.9999
    n = 1 / (2 * inverse - 1)
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16,
        13 * n**2 / 48 - 3 * n**3 / 5,
        61 * n**3 / 240,
    )  # fmt: skip
    twice = 2 * math.sqrt(n) / (1 + n)

    def conformal(phi: float) -> float:
        s = math.sin(phi)
        return math.sinh(math.atanh(s) - twice * math.atanh(twice * s))

    def northing(phi: float, lam: float) -> tuple[float, float]:
        t = conformal(phi)
        xi = math.atan2(t, math.cos(lam))
        eta = math.atanh(math.sin(lam) / math.hypot(1, t))
        x = xi + sum(
            one * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, one in enumerate(alpha, 1)
        )
        y = eta + sum(
            one * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, one in enumerate(alpha, 1)
        )
        return x, y

    x, y = northing(math.radians(latitude), math.radians(longitude - lon0))
    base, _ = northing(math.radians(lat0), 0.0)
    return [m0 * radius * (x - base), m0 * radius * y]


def test_heights_stay_as_they_are() -> None:
    line = shapely.LineString([(136.9, 37.0, 12.5), (137.0, 37.1, -3.25)])
    for code in CODES:
        found = written(line, f"{EPSG}{code}")
        assert [one[2] for one in found] == [12.5, -3.25], code
    flat = written(shapely.LineString([(136.9, 37.0), (137.0, 37.1)]), f"{EPSG}6675")
    assert {len(one) for one in flat} == {2}


SHAPES = (
    shapely.Point(136.9, 37.0),
    shapely.MultiPoint([(136.9, 37.0), (137, 37)]),
    shapely.LineString([(136.9, 37.0), (137, 37.2)]),
    shapely.Polygon(
        [(136, 37), (137, 37), (137, 38)], [[(136.7, 37.3), (136.8, 37.3), (136.8, 37.4)]]
    ),
    shapely.MultiPolygon([shapely.box(136, 37, 136.5, 37.5), shapely.box(136.6, 37, 136.9, 37.5)]),
    shapely.GeometryCollection([shapely.Point(136.9, 37.0), shapely.box(136, 37, 137, 38)]),
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.geom_type)
def test_every_shape_comes_back(shape: Any, code: int) -> None:
    there = shapely.from_geojson(write_geometry(shapely.to_wkb(shape), f"{EPSG}{code}"))
    assert there.geom_type == shape.geom_type
    # Zones far away are bent there; within their own they are exact.
    near = code not in (6669, 6670, 6682, 6683, 6684, 6685, 6686, 6687)
    back = to_lonlat(there, f"{EPSG}{code}")
    assert shapely.equals_exact(back, shape, tolerance=1e-8 if near else 1e-5, normalize=True)


@settings(max_examples=cases(200), deadline=None)
@given(
    st.sampled_from(CODES), st.floats(130, 142), st.floats(31, 42),
    st.floats(0.001, 1), st.floats(0.001, 1),
)  # fmt: skip
def test_a_box_covers_what_lies_in_it(
    code: int, west: float, south: float, width: float, height: float
) -> None:
    crs = f"{EPSG}{code}"
    corners = [
        written(shapely.Point(x, y), crs)
        for x in (west, west + width) for y in (south, south + height)
    ]  # fmt: skip
    first, second = zip(*corners, strict=True)
    box = box_to_lonlat((min(first), min(second), max(first), max(second)), crs)
    assert box[0] <= west + 1e-6
    assert box[1] <= south + 1e-6
    assert box[2] >= west + width - 1e-6
    assert box[3] >= south + height - 1e-6
    # And not the whole country. Far from its zone a grid turns against the meridians.
    assert box[2] - box[0] < width * 3 + 1
    assert box[3] - box[1] < height * 3 + 1


def test_names_of_systems() -> None:
    for text in (CRS84, "OGC:CRS84", "CRS84", "[OGC:CRS84]"):
        assert read_crs(text) is None
    for text in (f"{EPSG}6677", "EPSG:6677", "[EPSG:6677]", "urn:ogc:def:crs:EPSG::6677"):
        assert read_crs(text) == f"{EPSG}6677"
    assert len(SUPPORTED) == len(set(SUPPORTED)) == 24
    assert SUPPORTED[0] == CRS84


@pytest.mark.parametrize(
    "text",
    ["", "6677", "EPSG:32654", "EPSG:6688", f"{EPSG}2451", f"{EPSG}6677x", "x:6677",
     "http://evil.example/6677", "EPSG:-6677", "EPSG:6677 ", "EPSG:6677\r\nX: y"],
)  # fmt: skip
def test_others_are_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(UnknownCrs, match="crs"):
        read_crs(text)


def test_what_has_no_place_in_a_system_is_refused() -> None:
    with pytest.raises(UnknownCrs, match="outside"):
        box_to_lonlat((1e300, 1e300, 1.1e300, 1.1e300), f"{EPSG}6677")
    with pytest.raises(UnknownCrs, match="outside"):
        to_lonlat(shapely.Point(1e30, 1e30), f"{EPSG}6677")
    with pytest.raises(UnknownCrs, match="outside"):
        written(shapely.Point(math.inf, 0), f"{EPSG}3857")


def test_no_thread_waits_for_a_system_of_japan() -> None:
    """Each thread of a node looks for the operation anew."""

    def first() -> float:
        begun = time.thread_time()
        assert written(shapely.Point(139.7, 35.7), f"{EPSG}6668") == [35.7, 139.7]
        return time.thread_time() - begun

    with ThreadPoolExecutor(1) as one:
        assert one.submit(first).result() < 0.5
