"""Shaking, tsunami, aftershocks, losses and infections: against what can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from noroshi.feeds.drill.physics import aftershocks, epidemic, loss, people, shaking, tsunami
from noroshi.feeds.drill.world.model import Plane, rng

# --- shaking -----------------------------------------------------------------------------------


def test_peak_velocity_is_that_of_the_attenuation_equation() -> None:
    # log PGV = 4.06 + 0.038 - 1.29 - log10(10 + 0.0028 * 10**3.5) - 0.02 = 1.5126
    assert shaking.velocity(7.0, 10_000, 10_000, "crust") == pytest.approx(0.3255, rel=1e-3)


def test_intensity_of_a_hundred_centimetres_a_second_is_six_upper() -> None:
    assert shaking.intensity(1.0) == pytest.approx(2.68 + 1.72 * 2)
    assert shaking.intensity_class(float(shaking.intensity(1.0))) == "6+"


@pytest.mark.parametrize(
    ("value", "name"), [(0.49, ""), (0.5, "1"), (4.49, "4"), (4.5, "5-"), (5.99, "6-"), (6.5, "7")]
)
def test_classes_begin_where_the_agency_says(value: float, name: str) -> None:
    assert shaking.intensity_class(value) == name


def test_stiff_ground_does_not_amplify_and_soft_ground_doubles() -> None:
    assert shaking.amplification(600) == pytest.approx(1.0, abs=0.02)
    assert shaking.amplification(180) == pytest.approx(10 ** (1.83 - 0.66 * math.log10(180)))


def test_distance_to_a_vertical_fault_is_that_to_a_rectangle() -> None:
    fault = shaking.Fault(0, 0, 5_000, 0, 90, 40_000, 10_000)
    assert shaking.distance(fault, 30_000, 0) == pytest.approx(math.hypot(30_000, 5_000), rel=0.01)
    far = math.hypot(30_000, 20_000, 5_000)
    assert shaking.distance(fault, 30_000, 40_000) == pytest.approx(far, rel=0.01)


def test_a_fault_dips_to_the_right_of_its_strike() -> None:
    points = shaking.Fault(0, 0, 1_000, 270, 30, 10_000, 20_000).points()
    deepest = points[np.argmax(points[:, 2])]
    assert deepest[1] == pytest.approx(20_000 * math.cos(math.radians(30)))
    assert deepest[2] == pytest.approx(11_000)


def test_residuals_scatter_and_correlate_as_they_should() -> None:
    plane = Plane(144.75, 27.5, 200, 200, 500.0)
    fields = np.array([shaking.residual(plane, rng(seed, "r")) for seed in range(60)])
    total = math.hypot(shaking.SIGMA_WITHIN, shaking.SIGMA_BETWEEN)
    assert fields.std() == pytest.approx(total, rel=0.1)
    near = np.mean(fields[:, :, :-10] * fields[:, :, 10:])  # 5 km apart
    within = shaking.SIGMA_WITHIN**2 * math.exp(-3 * 5_000 / shaking.RANGE)
    assert near == pytest.approx(within + shaking.SIGMA_BETWEEN**2, rel=0.2)


# --- tsunami -----------------------------------------------------------------------------------


def test_a_tsunami_crosses_a_flat_sea_at_the_root_of_g_h() -> None:
    depth = np.full((41, 101), 4_000.0)
    source = np.zeros_like(depth, dtype=bool)
    source[20, 0] = True
    times = tsunami.travel_times(depth, 2_000, source)
    assert times[20, 100] == pytest.approx(200_000 / math.sqrt(9.81 * 4_000), rel=1e-6)
    oblique = math.hypot(100, 17) * 2_000 / math.sqrt(9.81 * 4_000)
    assert oblique <= times[37, 100] <= oblique * 1.027


def test_up_a_slope_it_takes_as_long_as_the_integral_says() -> None:
    depth = np.tile(np.linspace(4_000, 100, 196), (3, 1))
    source = np.zeros_like(depth, dtype=bool)
    source[:, 0] = True
    slope = (4_000 - 100) / (195 * 1_000)
    exact = 2 * (math.sqrt(4_000) - math.sqrt(100)) / (slope * math.sqrt(9.81))
    assert tsunami.travel_times(depth, 1_000, source)[1, -1] == pytest.approx(exact, rel=0.01)


def test_no_wave_comes_where_there_is_no_sea() -> None:
    depth = np.full((9, 9), 100.0)
    depth[:, 4] = 0
    source = np.zeros_like(depth, dtype=bool)
    source[4, 0] = True
    times = tsunami.travel_times(depth, 1_000, source)
    assert np.isinf(times[:, 4:]).all()
    assert np.isfinite(times[:, :4]).all()


def test_greens_law() -> None:
    assert tsunami.shoaled(1.0, 4_096, 1) == pytest.approx(8.0)


def test_water_runs_as_far_onto_flat_land_as_hills_and_mader_say() -> None:
    height, cell = 5.0, 20.0
    ground = np.full((5, 120), 0.02, dtype=np.float32)
    ground[:, 0] = -1
    coast = np.zeros_like(ground)
    coast[:, 0] = height
    depth = tsunami.inundation(ground, cell, coast)
    reach = 0.06 * height ** (4 / 3) / tsunami.ROUGHNESS**2
    wet = float((depth[2] > 0).sum() * cell)
    assert wet == pytest.approx(reach, rel=0.05)


def test_a_bank_higher_than_the_wave_keeps_the_land_behind_it_dry() -> None:
    ground = np.full((5, 30), 1.0, dtype=np.float32)
    ground[:, 0], ground[:, 3] = -1, 9
    coast = np.zeros_like(ground)
    coast[:, 0] = 6
    depth = tsunami.inundation(ground, 50.0, coast)
    assert (depth[:, 1:3] > 0).all()
    assert not depth[:, 3:].any()


def test_a_gauge_sees_nothing_before_the_wave_and_about_its_crest_after() -> None:
    gauge = tsunami.Gauge(1_200, 6.0, 1_800, falls=False, phases=(0.4, 1.3))
    assert gauge.level(1_199) == 0
    height, time = gauge.highest(12 * 3600)
    assert 0.6 * 6 < height < 1.3 * 6
    assert 1_200 < time < 6 * 3600
    assert abs(gauge.level(24 * 3600)) < 0.5


# --- aftershocks -------------------------------------------------------------------------------


def test_as_many_aftershocks_come_as_omori_and_gutenberg_expect() -> None:
    counts = [len(aftershocks.sequence(7.0, 4.0, 24, rng(seed, "a"))) for seed in range(300)]
    assert np.mean(counts) == pytest.approx(aftershocks.expected(7.0, 4.0, 1), rel=0.05)


def test_aftershocks_come_in_order_and_thin_out() -> None:
    found = aftershocks.sequence(9.0, 5.0, 24, rng(3, "a"))
    times = [one.seconds for one in found]
    assert times == sorted(times)
    assert sum(time < 3_600 for time in times) > sum(time > 82_800 for time in times)
    assert max(one.magnitude for one in found) <= 8.0


# --- losses, people ----------------------------------------------------------------------------


@pytest.mark.parametrize(("z", "share"), [(0, 0.5), (1, 0.8413447), (-1.96, 0.0249979), (4, 1.0)])
def test_the_normal_distribution(z: float, share: float) -> None:
    assert loss.normal(z, 0, 1) == pytest.approx(share, abs=1e-4)


def test_more_shaking_and_deeper_water_never_harm_less() -> None:
    steps = np.linspace(3, 7, 50)
    for state in ("destroyed", "half", "partial"):
        assert (np.diff(loss.houses_lost(steps, "urban", state)) >= 0).all()
    assert (loss.houses_lost(steps, "urban", "half") <= loss.houses_lost(
        steps, "urban", "partial")).all()  # fmt: skip
    assert (np.diff(loss.houses_washed_away(np.linspace(0, 10, 50))) >= 0).all()
    assert loss.houses_washed_away(2.99) == pytest.approx(0.5, abs=1e-3)


def test_nobody_is_lost_between_home_and_shelter() -> None:
    come = people.shared_out(
        [100, 50, 500], [(0, 0), (500, 0), (0, 800)], [(0, 100), (600, 0), (5_000, 0)],
        [200, 50, 400],
    )  # fmt: skip
    assert come.sum() == pytest.approx(650)
    assert come[0] > come[1]


def test_shelters_fill_slowly_and_in_the_end_wholly() -> None:
    shares = [people.filling(hours) for hours in (-1, 0, 4, 24)]
    assert shares[:2] == [0, 0]
    assert 0.4 < shares[2] < 0.6
    assert shares[3] == pytest.approx(1, abs=1e-3)


def test_an_epidemic_reaches_its_final_size() -> None:
    disease = epidemic.Disease(contact=1.0, latent=1.0, ill=2.0)  # R0 = 2: 79.7 % in the end
    random = rng(1, "e")
    sizes = []
    for _ in range(10):
        group = epidemic.Group(19_900, infectious=100)
        for _ in range(1_200):
            epidemic.step(group, disease, 0.05, random)
        sizes.append(1 - group.susceptible / group.people)
    assert np.mean(sizes) == pytest.approx(0.7968, abs=0.02)


def test_people_who_leave_are_people_who_were_there() -> None:
    group = epidemic.Group(50, 10, 5, 20)
    epidemic.leave(group, 30, rng(2, "e"))
    assert group.people == 55
    assert min(group.susceptible, group.exposed, group.infectious, group.recovered) >= 0
