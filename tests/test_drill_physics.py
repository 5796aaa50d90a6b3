"""The drill's physics of weather and water, against what is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.feeds.drill.physics import drainage, flooding, rain, river, slopes, soil, typhoon
from noroshi.feeds.drill.world.model import Dam, WaterGauge, rng

STEP = 600.0


# --- typhoon -------------------------------------------------------------------------------------


def test_the_wind_is_greatest_at_the_radius_of_greatest_wind() -> None:
    r = np.arange(1_000.0, 500_000.0, 500.0)
    wind = typhoon.gradient_wind(r, 6_000.0, 50_000.0, 1.1, 0.0)
    assert r[wind.argmax()] == pytest.approx(50_000, abs=500)
    # Holland (1980), eq. 5 without the earth's rotation.
    greatest = math.sqrt(1.1 * 6_000 / (typhoon.DENSITY * math.e))
    assert wind.max() == pytest.approx(greatest, rel=1e-4)


def test_pressure_rises_from_the_centre_to_that_outside() -> None:
    r = np.array([1.0, 50_000.0, 5e7])
    found = typhoon.pressure(r, 95_000.0, 6_000.0, 50_000.0, 1.1)
    assert found[0] == pytest.approx(95_000)
    assert found[1] == pytest.approx(95_000 + 6_000 / math.e)
    assert found[2] == pytest.approx(101_000, abs=10)


def test_the_wind_turns_anticlockwise_and_is_stronger_right_of_the_path() -> None:
    state = typhoon.State(0, 0, 0, 8, 95_000, 50_000, 1.1, 30)
    east_u, east_v = state.wind(np.array([60_000.0]), np.array([0.0]))
    west_u, west_v = state.wind(np.array([-60_000.0]), np.array([0.0]))
    assert east_v[0] > 0 > west_v[0]
    assert math.hypot(east_u[0], east_v[0]) > math.hypot(west_u[0], west_v[0])
    right, left = state.reach(25.0)
    assert right > left > 0


def test_a_track_passes_its_knots_and_goes_on_beyond_them() -> None:
    track = typhoon.approach(30.0, 26.0, rng(1, "track"))
    middle = track.at(26.0)
    assert middle.y == pytest.approx(0, abs=1)
    assert -70_000 < middle.x < -35_000
    assert track.at(-60.0).y < track.at(0.0).y < 0 < track.at(48.0).y
    assert 94_000 < track.at(20.0).centre < 96_000
    assert 25 < track.at(20.0).greatest < 50


# --- rain ----------------------------------------------------------------------------------------


def _ridge() -> rain.Coarse:
    elevation = np.full((600, 800), -10.0, dtype=np.float32)
    north = np.arange(600)[:, None]
    elevation += 1_010 * np.exp(-(((north - 300) / 80) ** 2)).astype(np.float32)
    return rain.coarsen(elevation, 100.0)


def test_more_rain_falls_on_the_windward_side_of_a_ridge() -> None:
    coarse = _ridge()
    added = rain.Mountains(coarse).rain(0.0, 20.0)  # from the south
    middle = coarse.shape[1] // 2
    windward, lee = added[30:38, middle].max(), added[18:26, middle].min()
    assert windward > 3 > 0 > lee


def test_blocks_cover_the_grid() -> None:
    coarse = rain.coarsen(np.ones((55, 73), dtype=np.float32), 100.0)
    assert coarse.shape == (6, 8)
    assert coarse.land[:5, :7].min() == 1
    assert coarse.x[0, 0] == -73 * 50 + 500


def test_a_rainband_stands_where_it_is_and_rains_as_said() -> None:
    x, y = np.meshgrid(np.arange(-40e3, 40e3, 1e3), np.arange(-40e3, 40e3, 1e3))
    band = rain.Rainband(0, 0, math.pi / 4, 60e3, 5e3, 1.0, 4.0, 80.0)
    total = sum((band.rain(step / 6, x, y, np.ones(9)) / 6 for step in range(36)), np.zeros_like(x))
    along = np.abs(x - y) < 3e3
    assert total[along].max() == total.max()
    assert 100 < total.max() < 300  # three hours
    assert total[np.abs(x - y) > 40e3].max() < 5


# --- ground --------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 120), min_size=1, max_size=60))
def test_all_rain_is_found_again_in_the_ground_or_below(amounts: list[float]) -> None:
    series = np.array(amounts)[:, None]
    found = soil.drain(series, 1 / 6)
    fallen = series.sum() / 6
    gone = (found.runoff.sum() + found.lost.sum()) / 6
    assert found.index[-1, 0] + gone == pytest.approx(fallen + 48.0, rel=1e-9)


def test_the_soil_water_index_of_a_known_storm() -> None:
    """50 mm/h for three hours on the agency's tanks is an index near 130 mm."""
    found = soil.drain(np.full((18, 1), 50.0), 1 / 6, (0.0, 0.0, 0.0))
    assert 115 < found.index[-1, 0] < 140
    dry = soil.drain(np.zeros((600, 1)), 1 / 6)
    assert np.all(np.diff(dry.index[:, 0]) <= 0)


# --- rivers --------------------------------------------------------------------------------------


def _valley() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A plane that drains south in columns and then east along its lowest row."""
    rows, columns = 40, 30
    index = np.arange(rows * columns).reshape(rows, columns)
    downstream = index + columns
    downstream[-1] = index[-1] + 1
    downstream[-1, -1] = -1
    accumulation = np.repeat(np.arange(1, rows + 1)[:, None], columns, axis=1)
    accumulation[-1] = np.arange(1, columns + 1) * rows
    slope = np.full((rows, columns), 0.02, dtype=np.float32)
    return (
        downstream.ravel().astype(np.int32), accumulation.ravel().astype(np.int32), slope.ravel()
    )  # fmt: skip


def test_every_drop_of_a_basin_passes_its_gauges() -> None:
    downstream, accumulation, slope = _valley()
    points = [39 * 30 + 10, 39 * 30 + 28]
    blocks = np.zeros(1200, dtype=np.int64)
    nodes = drainage.trace(downstream, accumulation, slope, 100.0, 30, points, blocks, STEP)
    assert nodes[0].area == 11 * 40 * 1e4
    assert nodes[0].area + nodes[1].area == 29 * 40 * 1e4
    assert [one.below for one in nodes] == [1, -1]
    assert drainage.order(nodes) == [0, 1]
    shower = np.zeros((400, 1))
    shower[10:20] = 36.0
    upper = drainage.inflow(nodes[0], shower)
    lower = drainage.inflow(nodes[1], shower) + drainage.route(upper, nodes[0].travel, STEP)
    fallen = 10 * 600 * 36 / 3.6e6 * 29 * 40 * 1e4
    assert lower.sum() * STEP == pytest.approx(fallen, rel=1e-6)


def test_routing_delays_and_flattens_a_wave_and_keeps_its_volume() -> None:
    wave = 5 + 300 * np.exp(-(((np.arange(300) - 60) / 8) ** 2))
    routed = drainage.route(wave, 7_200.0, STEP)
    assert routed.sum() == pytest.approx(wave.sum(), rel=1e-6)
    assert routed.argmax() - wave.argmax() in (11, 12, 13)
    assert routed.max() < wave.max()
    assert routed.min() > 0


def gauge(**change: float) -> WaterGauge:
    fields = {
        "zero": 2.0, "standby": 2.0, "caution": 3.0, "evacuation": 4.0, "danger": 4.6,
        "crest": 6.0, "a": 25.0, "b": 0.3, "basin": 1e8, **change,
    }  # fmt: skip
    return WaterGauge(
        code="510000000001", name="x", kana="x", at=(145.0, 28.0), river="5100000001", index=0,
        municipality="51201", **fields,
    )  # fmt: skip


def test_the_rating_curve_is_inverted_and_rises() -> None:
    one = gauge()
    flow = np.linspace(1, 3000, 50)
    height = river.level(one, flow)
    assert np.all(np.diff(height) > 0)
    assert [river.discharge(one, h) for h in height] == pytest.approx(flow.tolist())


def test_water_over_the_crest_leaves_the_river_and_none_is_lost() -> None:
    one = gauge()
    full = river.discharge(one, river.brim(one))
    flow = np.array([10.0, full, 1.001 * full, 1.005 * full])
    found = river.overtop(one, flow)
    assert found.breached == -1
    assert found.spilt[:2] == pytest.approx([0, 0], abs=1e-6)
    assert np.all(found.spilt[2:] > 0)
    assert found.kept + found.spilt == pytest.approx(flow)
    height = river.level(one, found.kept)
    weir = river.WEIR * 180 * np.maximum(height - river.brim(one), 0) ** 1.5
    assert weir[2:] == pytest.approx(found.spilt[2:], rel=1e-3)


def test_a_levee_that_water_ran_over_breaks_and_the_river_falls() -> None:
    one = gauge()
    flow = np.full(40, 1.1 * river.discharge(one, river.brim(one)))
    flow[:5] = 100.0
    found = river.overtop(one, flow)
    assert found.breached == 5 + river.GIVES
    height = river.level(one, found.kept)
    assert height[7] > river.brim(one) > height[20]
    assert found.spilt[20] > 2 * found.spilt[7]
    assert found.kept + found.spilt == pytest.approx(flow)


def dam() -> Dam:
    return Dam(
        code="d", name="x", kana="x", at=(145.0, 28.0), category="dam", operator="x",
        address="", municipality="51201", district="", elevation=200.0, river="5100000001",
        curve=[(200.0, 0.0), (230.0, 4e6), (240.0, 7e6), (250.0, 1.2e7)], normal=230.0,
        flood=245.0, basin=5e7, release=120.0, height=60.0, reservoir=[],
    )  # fmt: skip


def test_a_dam_cuts_the_peak_of_a_flood_that_it_can_hold() -> None:
    inflow = 5 + 190 * np.exp(-(((np.arange(288) - 100) / 20) ** 2))
    found = river.operate(dam(), inflow, STEP)
    assert found.outflow.max() <= 120
    assert river.EMERGENCY not in found.state
    assert found.state[100] == river.CONTROL
    balance = (inflow - found.outflow).sum() * STEP
    assert found.storage[-1] - 4e6 == pytest.approx(balance, abs=1)


def test_a_greater_flood_forces_the_emergency_operation() -> None:
    inflow = 5 + 600 * np.exp(-(((np.arange(288) - 100) / 30) ** 2))
    found = river.operate(dam(), inflow, STEP)
    assert river.EMERGENCY in found.state
    assert found.height.max() <= 245.0 + 1e-6
    assert found.outflow.max() <= inflow.max() + 1
    assert river.PRELIMINARY in found.state[:40]
    assert found.height.min() > 215  # the water let go beforehand, not more


def test_the_lowest_ground_is_flooded_first_and_the_water_is_all_there() -> None:
    hand = np.sort(rng(3, "hand").uniform(0.2, 4.0, 400))
    plain = river.Plain(np.arange(400), hand, 100.0)
    for volume in (1e4, 5e5, 3e6, 4e7):
        surface = float(plain.surface(np.array([volume]))[0])
        depth = plain.depth(surface)
        assert depth.sum() * 1e4 == pytest.approx(volume, rel=1e-6)
        assert np.all(np.diff(depth) <= 0)


def test_water_gets_only_where_it_can_flow() -> None:
    mask = np.array([[1, 1, 0, 1], [0, 1, 0, 1], [0, 0, 0, 1]], dtype=bool)
    found = flooding.connected(mask, 0)
    assert found.tolist() == [
        [True, True, False, False], [False, True, False, False], [False] * 4,
    ]  # fmt: skip


def test_water_on_the_plain_goes_away() -> None:
    spilt = np.zeros(288)
    spilt[20:40] = 50.0
    volume = river.fill(spilt, STEP)
    assert volume.argmax() == 39
    assert 0 < volume[-1] < 0.01 * volume.max()


# --- slopes and roads ----------------------------------------------------------------------------


def test_about_as_many_slopes_fail_as_wanted_the_weakest_first() -> None:
    draw = rng(5, "slopes")
    most, strength = draw.uniform(0.5, 2.0, 5000), draw.lognormal(0, 0.3, 5000)
    limit = slopes.weakest(most, strength, 40)
    assert 30 <= int((most >= limit).sum()) <= 50
    course = np.array([[0.1, 3.0], [2.0, 3.0]])
    assert slopes.first_beyond(course, np.array([1.0, 9.0])).tolist() == [1, -1]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_who_is_cut_off_is_as_a_plain_search_finds(seed: int) -> None:
    draw = np.random.default_rng(seed)
    edges = [(int(a), int(b)) for a, b in draw.integers(0, 25, (30, 2))]
    may = [int(one) for one in draw.choice(30, 8, replace=False)]
    closed = set(may[:5])
    network = slopes.Network(25, edges, may)
    reached, waiting = {3}, [3]
    while waiting:
        node = waiting.pop()
        for at, (start, end) in enumerate(edges):
            if at not in closed and node in (start, end):
                other = end if node == start else start
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
    asked = list(range(25))
    expected = [one for one in asked if one not in reached]
    assert network.cut_off(closed, [3], asked) == expected
