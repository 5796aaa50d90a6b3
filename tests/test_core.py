"""Times, places and labels: what must hold for every value."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from noroshi.core import place, time
from noroshi.core.errors import UnreadableMessage
from noroshi.core.label import ANONYMOUS, OPERATOR, RECALLED, RESPONDERS
from noroshi.core.record import Action, order

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)


@given(st.integers(-(10**15), 10**16))
def test_times_survive_their_text(moment: int) -> None:
    text = time.show(moment)
    assert text is not None
    assert time.parse(text) == moment
    assert time.parse(time.show(moment, time.JST) or "") == moment


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-01-13T06:00:00+09:00", "2024-01-12T21:00:00Z"),
        ("2024-01-13T06:00", "2024-01-12T21:00:00Z"),
        ("2026-4-14 9:05:03", "2026-04-14T00:05:03Z"),
        ("2024/1/9 18:00", "2024-01-09T09:00:00Z"),
        ("2025-10-30T00:00:00.000Z", "2025-10-30T00:00:00Z"),
        ("2024-01-13", "2024-01-12T15:00:00Z"),
    ],
)
def test_times_without_zone_are_japan_standard_time(text: str, utc: str) -> None:
    assert time.show(time.parse(text)) == utc


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "2024-02-30T00:00", "24:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        time.parse(text)


def test_an_open_end_has_no_text() -> None:
    assert time.show(time.FOREVER) is time.show(time.NEVER) is time.show(None) is None


@given(
    st.integers(-(2**60), 2**60), st.integers(-(2**60), 2**60),
    st.sampled_from(Action), st.sampled_from(Action),
    st.integers(0, 999), st.integers(0, 999),
)  # fmt: skip
def test_order_compares_as_time_then_action_then_serial(
    time1: int, time2: int, action1: Action, action2: Action, serial1: int, serial2: int
) -> None:
    one, two = order(time1, action1, serial1, bytes(8)), order(time2, action2, serial2, bytes(8))
    assert (one < two) == ((time1, action1, serial1) < (time2, action2, serial2))


geometries = st.one_of(
    st.builds(shapely.Point, LON, LAT),
    st.builds(shapely.Point, LON, LAT, st.floats(-1000, 9000)),
    st.lists(st.tuples(LON, LAT), min_size=2, max_size=9).map(shapely.LineString),
    st.lists(st.tuples(LON, LAT), min_size=3, max_size=9).map(shapely.Polygon),
    st.lists(st.tuples(LON, LAT), min_size=1, max_size=9).map(shapely.MultiPoint),
    st.lists(st.tuples(LON, LAT, st.floats(0, 1)), min_size=3, max_size=5).map(shapely.Polygon),
    st.tuples(LON, LAT, LON, LAT).map(
        lambda box: shapely.GeometryCollection(
            [shapely.Point(box[:2]), shapely.LineString([box[:2], box[2:]])]
        )
    ),
)


@given(geometries)
def test_bounds_are_those_of_the_geometry_library(geometry: shapely.Geometry) -> None:
    assert place.bounds(shapely.to_wkb(geometry, output_dimension=3)) == geometry.bounds
    assert place.bounds(shapely.to_wkb(geometry, flavor="iso")) == geometry.bounds


@given(st.binary(max_size=60))
def test_fuzz_bounds_of_any_bytes_end_in_a_box_or_a_value_error(data: bytes) -> None:
    for wkb in (data, b"\x01" + data, b"\x01\x03\x00\x00\x00" + data):
        try:
            box = place.bounds(wkb)
        except ValueError:
            continue
        assert len(box) == 4


@given(geometries, LON, LAT, st.floats(0, 20), st.floats(0, 20))
def test_a_box_query_reaches_everything_it_touches(
    geometry: shapely.Geometry, west: float, south: float, width: float, height: float
) -> None:
    box = (west, south, min(180.0, west + width), min(90.0, south + height))
    token = place.cell(shapely.to_wkb(geometry, output_dimension=2))
    if place.touches(box, geometry.bounds):
        assert any(low <= token <= high for low, high in place.box_ranges(box))


def test_a_small_box_takes_few_ranges() -> None:
    assert len(place.box_ranges((139.70, 35.60, 139.75, 35.65))) < 120


@given(st.integers(1, 47), st.integers(0, 99999))
def test_a_prefecture_holds_its_municipalities_and_no_other(prefecture: int, rest: int) -> None:
    code = f"{prefecture:02d}{rest:05d}"
    token = place.area_token(f"city:{code}")
    inside = [
        number
        for number in range(1, 48)
        if any(low <= token <= high for low, high in place.area_ranges(f"{number:02d}"))
    ]
    assert inside == [prefecture]


@pytest.mark.parametrize(
    ("code", "area"),
    [("17202", "city:1720200"), ("172022", "city:1720200"), ("1720200", "city:1720200")],
)
def test_municipality_codes_of_five_six_and_seven_digits_are_one(code: str, area: str) -> None:
    assert place.city(code) == area


@pytest.mark.parametrize("code", ["172021", "17", "abcde", "17202000", "１７２０２"])
def test_wrong_municipality_codes_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="municipality code"):
        place.city(code)


def test_areas_of_different_schemes_never_meet() -> None:
    tokens = {place.area_token(f"{scheme}:350") for scheme in place.SCHEMES}
    assert len(tokens) == len(place.SCHEMES)
    assert max(tokens) < 0 <= place.point_cell(0, 0)
    with pytest.raises(ValueError, match="unknown area"):
        place.area_token("nonsense:1")


def test_an_operator_sees_every_label_but_what_was_recalled() -> None:
    assert OPERATOR.sees(17)
    assert not OPERATOR.sees(RECALLED)
    assert not ANONYMOUS.sees(RESPONDERS)


def test_an_error_survives_the_way_from_another_process() -> None:
    import pickle

    error = UnreadableMessage("broken", where="line 3", remedy="mend it")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (UnreadableMessage, "line 3: broken (mend it)")


@given(LON, LAT)
def test_points_keep_their_coordinates(longitude: float, latitude: float) -> None:
    box = place.bounds(place.point_z(longitude, latitude, 12.5))
    assert box == (longitude, latitude, longitude, latitude)
    assert not any(map(math.isnan, box))


@given(st.floats(-180, 179.999), st.floats(-90, 89.999))
def test_the_box_of_a_points_cell_holds_the_point(longitude: float, latitude: float) -> None:
    box = place.cell_box(place.point_cell(longitude, latitude))
    assert box is not None
    west, south, east, north = box
    edge = 1e-9  # the last bit of a division
    assert west - edge <= longitude <= east + edge
    assert south - edge <= latitude <= north + edge
    assert east - west < 0.0004
    assert place.cell_box(place.area_token("city:1720200")) is None
    assert place.cell_box(place.box_cell((130.0, 30.0, 131.0, 31.0))) is None
