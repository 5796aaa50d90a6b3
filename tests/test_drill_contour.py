"""Regions of a grid above a level."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from noroshi.feeds.drill.world.contour import polygons, regions


def test_a_ring_of_high_ground_is_a_polygon_with_a_hole() -> None:
    row, column = np.mgrid[0:100, 0:100]
    away = np.hypot(row - 50, column - 50)
    [ring] = polygons(-np.abs(away - 30), -5.0)
    assert len(ring.interiors) == 1
    assert abs(ring.area - np.pi * (35**2 - 25**2)) < 5
    [[shell, hole]] = regions(-np.abs(away - 30), -5.0)
    assert shell[0] == shell[-1]
    assert len(shell) > len(hole)


def test_the_border_of_the_grid_is_where_land_ends() -> None:
    [whole] = polygons(np.ones((5, 7)), 0.5)
    assert whole.is_valid
    assert 7 * 5 > whole.area > 6 * 4


def test_nothing_is_above_what_is_higher_than_all() -> None:
    assert polygons(np.zeros((4, 4)), 1.0) == []


@settings(deadline=None, max_examples=150)
@given(
    arrays(np.float64, (9, 11), elements=st.integers(-3, 3).map(float)),
    st.sampled_from((-1.5, -0.5, 0.5, 1.5)),
)
def test_each_corner_lies_inside_exactly_where_it_is_above_the_level(
    field: np.ndarray, level: float
) -> None:
    found = polygons(field, level)
    assert all(one.is_valid for one in found)
    whole = shapely.MultiPolygon(found)
    row, column = np.mgrid[0 : field.shape[0], 0 : field.shape[1]]
    inside = shapely.contains_xy(whole, column, row)
    assert (inside == (field > level)).all()
