"""Circles, rings and lines on the globe, against known distances."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.formats.jma_xml.shapes import circle, closed, destination, line, midpoint_circle


def chord(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Straight distance [m] through the GRS 80 ellipsoid between two positions."""
    ends = []
    for longitude, latitude in (a, b):
        x, y = math.radians(longitude), math.radians(latitude)
        e2 = 2 / 298.257222101 - 1 / 298.257222101**2
        n = 6378137.0 / math.sqrt(1 - e2 * math.sin(y) ** 2)
        ends.append(
            (
                n * math.cos(y) * math.cos(x),
                n * math.cos(y) * math.sin(x),
                n * (1 - e2) * math.sin(y),
            )
        )
    return math.dist(*ends)


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance along the surface [m], within 0.002 % up to 1,000 km: the arc over the chord on a
    sphere of the mean radius. Nothing in it is of the formulas under test."""
    return 2 * 6371008.8 * math.asin(chord(a, b) / 2 / 6371008.8)


def test_the_geodesic_of_the_australian_handbook() -> None:
    # Flinders Peak to Buninyong, GDA technical manual (ICSM), Vincenty's formulas on GRS 80.
    flinders = (144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600))
    buninyong = (143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600))
    found = destination(*flinders, 306 + 52 / 60 + 5.37 / 3600, 54972.271)
    assert found == pytest.approx(buninyong, abs=1e-7)  # 1 cm


def test_a_degree_of_the_equator_and_of_the_meridian() -> None:
    assert destination(130, 0, 90, 111_319.4908) == pytest.approx((131, 0), abs=1e-8)
    e2 = 2 / 298.257222101 - 1 / 298.257222101**2
    steps = 10_000
    sines = [math.sin(math.radians(20 + (n + 0.5) * 5 / steps)) for n in range(steps)]
    radii = [6378137.0 * (1 - e2) / (1 - e2 * sine**2) ** 1.5 for sine in sines]
    arc = sum(radii) * math.radians(5 / steps)
    assert destination(130, 20, 0, arc) == pytest.approx((130, 25), abs=3e-6 * 5)


@settings(max_examples=cases(200))
@given(st.floats(100, 180), st.floats(-60, 60), st.floats(0, 360), st.floats(1_000, 1_000_000))
def test_one_arrives_as_far_away_as_one_goes(
    longitude: float, latitude: float, azimuth: float, distance: float
) -> None:
    there = destination(longitude, latitude, azimuth, distance)
    # The chord of a geodesic s of radius of curvature R is s - s**3 / 24 R**2; R differs from the
    # mean radius by at most 0.7 %.
    assert apart((longitude, latitude), there) == pytest.approx(distance, rel=2e-5)


def parts(geometry: bytes) -> list[shapely.Polygon]:
    found = list(shapely.get_parts(shapely.from_wkb(geometry)))
    assert all(one.is_valid and isinstance(one, shapely.Polygon) for one in found)
    return found


@settings(max_examples=cases(100))
@given(st.floats(100, 180), st.floats(-55, 55), st.floats(10_000, 1_000_000))
def test_a_circle_is_as_wide_as_its_radius_all_around(
    longitude: float, latitude: float, radius: float
) -> None:
    found = parts(circle(longitude, latitude, radius))
    corners = [corner for one in found for corner in one.exterior.coords if abs(corner[0]) != 180.0]
    assert len(set(corners)) >= 46
    for corner in corners:
        assert radius < apart((longitude, latitude), corner) < radius * 1.0011
    assert all(abs(x) <= 180 for one in found for x, _ in one.exterior.coords)


def test_a_circle_across_180_degrees_is_cut_there() -> None:
    whole, cut = parts(circle(130, 30, 600_000)), parts(circle(179, 30, 600_000))
    assert (len(whole), len(cut)) == (1, 2)
    assert whole[0].exterior.is_ccw
    assert sum(one.area for one in cut) == pytest.approx(whole[0].area, rel=1e-9)
    assert (cut[0].bounds[2], cut[1].bounds[0]) == (180.0, -180.0)


def test_two_reaches_are_one_circle_off_the_centre() -> None:
    [shape] = parts(midpoint_circle(127.8, 23.5, [(180.0, 650_000), (0.0, 560_000)]))
    south = (127.8, shape.bounds[1])
    north = (127.8, shape.bounds[3])
    assert apart((127.8, 23.5), south) == pytest.approx(650_000, rel=1.2e-3)
    assert apart((127.8, 23.5), north) == pytest.approx(560_000, rel=1.2e-3)
    middle = destination(127.8, 23.5, 180, 45_000)
    for corner in shape.exterior.coords:
        assert apart(middle, corner) == pytest.approx(605_000, rel=1.1e-3)


def test_reaches_that_are_no_pair_give_the_largest_circle() -> None:
    odd = midpoint_circle(130, 30, [(0.0, 300_000), (90.0, 200_000)])
    assert odd == circle(130, 30, 300_000)


def test_a_track_across_180_degrees_is_cut_there() -> None:
    track = shapely.from_wkb(line([(170.0, 10.0), (175.0, 12.0), (-178.0, 13.4)]))
    assert [list(one.coords) for one in track.geoms] == [
        [(170, 10), (175, 12), (180, 13)], [(-180, 13), (-178, pytest.approx(13.4))],
    ]  # fmt: skip


@pytest.mark.parametrize("radius", [0.0, -1.0, 2_000_001.0, math.inf, math.nan])
def test_a_radius_that_cannot_be_is_refused(radius: float) -> None:
    with pytest.raises(ValueError, match="not the radius"):
        circle(130, 30, radius)


def test_a_ring_is_closed_and_needs_three_corners() -> None:
    assert closed([(0, 0), (1, 0), (1, 1)]) == [(0, 0), (1, 0), (1, 1), (0, 0)]
    with pytest.raises(ValueError, match="no area"):
        closed([(0, 0), (1, 0), (0, 0)])
