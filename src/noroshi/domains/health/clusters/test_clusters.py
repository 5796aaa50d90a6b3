"""Clusters: equal to the definition on small cases, found where they were planted, and no more
often than they may be where there are none."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core.prefectures import PREFECTURES
from noroshi.domains.health.clusters.model import (
    Scan,
    Usual,
    circles,
    cumulated,
    draw,
    p_value,
    ratios,
    scan,
    usual,
)
from noroshi.domains.health.clusters.places import OFFICES, distances
from noroshi.domains.health.clusters.products import Params, build, clusters, compared
from noroshi.domains.health.weekly import Weekly
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode
from noroshi.kinds.cluster import Cluster

SAMPLE = Path(__file__).parent / "samples" / "outbreak"
ALL = distances(tuple(OFFICES))
CHANCE = np.zeros((47, 47))


def table(counts: np.ndarray, scanned: int = 8, covariance: np.ndarray = CHANCE) -> Scan:
    """A table to scan: the last weeks against those before."""
    around = circles(ALL, counts.sum(0).astype(float), 12, 0.5)
    return Scan(counts[-scanned:], counts[:-scanned].sum(0), around, covariance, 2)


def quiet(rate: float, weeks: int = 60, seed: int = 1) -> np.ndarray:
    """Cases in 47 areas of unlike size, at a rate (a week) for the whole country."""
    rng = np.random.default_rng(seed)
    share = np.random.default_rng(0).gamma(1.2, 1, 47)
    return rng.poisson(rate * share / share.sum(), (weeks, 47))


def test_each_prefecture_has_its_office_and_distances_are_those_of_the_map() -> None:
    assert set(OFFICES) == set(PREFECTURES)
    at = {code: place for place, code in enumerate(OFFICES)}
    assert ALL[at["13"], at["14"]] == pytest.approx(27, abs=1)  # 新宿–横浜
    assert ALL[at["26"], at["27"]] == pytest.approx(43, abs=1)  # 京都–大阪
    assert ALL[at["01"], at["47"]] == pytest.approx(2246, abs=5)  # 札幌–那覇
    assert np.array_equal(ALL, ALL.T)


@settings(max_examples=25, deadline=None)
@given(
    cells=st.lists(st.integers(0, 6), min_size=20, max_size=20),
    places=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=4),
)
def test_it_is_the_definition_tried_on_every_cylinder(
    cells: list[int], places: list[tuple[int, int]]
) -> None:
    counts = np.array(cells).reshape(5, 4)
    apart = np.array([[math.dist(one, other) for other in places] for one in places])
    around = circles(apart, counts.sum(0).astype(float), 4, 0.6)
    small = Scan(counts[-2:], counts[:-2].sum(0), around, np.zeros((4, 4)), 2)
    best = 0.0
    total = int(counts.sum())
    for centre in range(4):
        order = [one for one in np.argsort(apart[centre], kind="stable") if counts[:, one].any()]
        for size, weeks in ((size, weeks) for size in range(1, 5) for weeks in (1, 2)):
            inside = order[:size]
            if not counts[:, centre].any() or counts[:, inside].sum() > 0.6 * total:
                continue
            c = int(counts[-weeks:, inside].sum())
            e = counts[:, inside].sum() * counts[-weeks:].sum() / max(total, 1)
            if c > e and c >= 2:
                rest = (total - c) * math.log((total - c) / (total - e)) if total > c else 0.0
                best = max(best, c * math.log(c / e) + rest)
    seen = cumulated(small.newest.astype(float), around)
    found = ratios(seen, small.expected, small.total, 2)
    assert (found.max() if found.size else 0.0) == pytest.approx(best, abs=1e-9)


def test_tables_are_drawn_with_the_same_margins_and_as_permutation_draws_them() -> None:
    counts = np.array([[3, 1, 0], [2, 2, 1], [0, 1, 4]])
    around = circles(np.ones((3, 3)), counts.sum(0).astype(float), 2, 1.0)
    small = Scan(counts[-2:], counts[:-2].sum(0), around, np.zeros((3, 3)), 2)
    drawn = draw(small, 20_000, np.random.Generator(np.random.PCG64(1)))
    assert (drawn.sum(2) == counts[-2:].sum(1)).all()
    assert (drawn.sum(1) <= counts.sum(0)).all()
    # Every case has its area; those of the newest week are any five of the fourteen.
    cases = np.repeat(range(3), counts.sum(0))
    exact = np.mean([sum(cases[one] == 2 for one in five) ** 2
                     for five in combinations(range(14), 5)])  # fmt: skip
    assert (drawn[:, -1, 2] ** 2).mean() == pytest.approx(exact, rel=0.03)


def test_circles_are_each_area_with_its_nearest_and_no_larger_than_allowed() -> None:
    found = circles(ALL, np.ones(47), 5, 0.5)
    assert len(set(map(frozenset, found.areas))) == len(found.areas)
    assert max(map(len, found.areas)) == 5
    for areas, radius in zip(found.areas, found.radius, strict=True):
        centre = areas[0]
        within = np.flatnonzero(ALL[centre] <= radius)
        assert set(areas) == set(within)


PLANTED = [32, 36]  # 岡山・香川


@pytest.mark.parametrize(("rate", "more", "weeks"), [(3, 4, 2), (60, 20, 3), (1500, 150, 4)])
def test_a_planted_cluster_is_found_where_and_when_it_is(rate: int, more: int, weeks: int) -> None:
    counts = quiet(rate)
    counts[-weeks:, PLANTED] += more
    first = scan(table(counts), 199, 0.01, 1)[0]
    assert set(first.areas) >= set(PLANTED)
    assert len(first.areas) <= 4
    assert abs(first.weeks - weeks) <= 1
    assert first.observed > first.expected
    assert first.relative_risk > 1.5


def test_two_clusters_that_lie_apart_are_both_found_and_share_no_area() -> None:
    counts = quiet(40)
    counts[-3:, PLANTED] += 12
    counts[-2:, [1, 2]] += 10  # 青森・岩手
    found = scan(table(counts), 199, 0.05, 1)
    assert len(found) == 2
    assert not set(found[0].areas) & set(found[1].areas)
    assert {frozenset(PLANTED) <= set(one.areas) for one in found} == {True, False}


@pytest.mark.parametrize("rate", [0.4, 8])
def test_where_there_is_none_it_says_so_as_often_as_it_promises(rate: float) -> None:
    """At 0.2, of 20 quiet countries: more than 9 would happen once in 300 times."""
    alarms = [bool(scan(table(quiet(rate, seed=seed)), 99, 0.2, seed)) for seed in range(20)]
    assert sum(alarms) <= 9


def test_waves_that_differ_from_place_to_place_as_ever_are_no_clusters() -> None:
    rng = np.random.default_rng(4)
    cover = np.log1p(Usual(0.15, 0.4).covariance(ALL))
    root = np.linalg.cholesky(cover + 1e-9 * np.eye(47))
    risks = np.exp(rng.standard_normal((8, 47)) @ root.T)
    counts = rng.poisson(np.repeat(risks, 8, 0) * 40)
    found = usual(counts[:-8], ALL)
    assert 0.08 < found.variance < 0.25
    assert not scan(table(counts, covariance=found.covariance(ALL)), 199, 0.05, 1)
    assert scan(table(counts), 199, 0.05, 1)  # as if cases were independent, they are


def test_where_cases_are_independent_nothing_is_added() -> None:
    assert usual(quiet(200), ALL).variance < 0.01
    assert usual(quiet(0.3), ALL) == Usual(0.0, 0.0)


def test_a_p_value_beyond_all_draws_is_gumbels_only_where_ratios_are_continuous() -> None:
    drawn = np.random.default_rng(1).gumbel(5, 1, 999)
    assert p_value(18.0, drawn, False) == 1 / 1000
    assert p_value(18.0, drawn, True) == pytest.approx(math.exp(-13), rel=1)
    assert p_value(5.0, drawn, True) > 0.5


def series(counts: np.ndarray) -> Weekly:
    """Counts (weeks × 47) as they come from the weekly reports."""
    values = np.concatenate([counts.sum(1, keepdims=True), counts], 1).astype(float)
    ids = tuple(range(1, len(counts) + 1))
    return Weekly(
        "ehec", "x", "all_case", 100_000, ("", *OFFICES), values, values, values, ids, ids
    )


def test_with_two_earlier_years_it_is_compared_with_the_same_season() -> None:
    summer = np.sin(np.arange(168) * 2 * np.pi / 52)[:, None] > 0.3
    south = np.arange(47) >= 38
    rng = np.random.default_rng(3)
    counts = rng.poisson(np.where(summer & south, 12, 2)[:147], (147, 47))
    said = series(counts)
    season, past = (compared(said, Params(years=years)) for years in (2, 4))
    assert season
    assert past
    assert (season.kind, past.kind) == ("season", "past")
    assert not clusters("ehec", season, Params())


def test_an_area_that_is_silent_now_is_left_out_and_so_is_a_week_in_which_any_other_was() -> None:
    counts = quiet(100).astype(float)
    counts[-1, 4] = np.nan
    counts[10, 7] = np.nan
    found = compared(series(counts), Params())
    assert found
    assert "05" not in found.codes
    assert found.reference.shape == (51, 46)
    counts[-4] = np.nan  # a week of which there is no table: clusters are no longer than since then
    later = compared(series(counts), Params())
    assert later
    assert len(later.newest) == 3
    assert compared(series(quiet(100, weeks=15)), Params()) is None


def test_the_planted_outbreak_of_the_sample_is_the_only_cluster() -> None:
    inputs = inputs_of("health/clusters", SAMPLE)
    edition, quiet_one = sorted(build(inputs, Params()), key=lambda one: -len(one.records))
    assert quiet_one.records == []
    (record,) = edition.records
    body: Cluster = decode(record.kind, record.body)
    assert record.key == "ehec/1"
    assert set(body.codes) == {"33", "37"}
    assert (body.first, body.last, body.reference) == ("2031-W40", "2031-W42", "past")
    assert body.p_value < 1e-3
    strict = msgspec.structs.replace(Params(), least=100)
    # Empty editions, from now on: without one a cluster that is over would never have been.
    ended = [(one.records, one.effective) for one in build(inputs, strict)]
    assert ended == [([], edition.issued)] * 2
