"""The nowcast: planted delays are found again, nothing looks ahead, and the real year 2024."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import DATA, cases, needs_data
from noroshi.core.parts import DECLARED
from noroshi.core.record import Version
from noroshi.domains.health.nowcast import CAPABILITY, WEEKS
from noroshi.domains.health.nowcast.model import (
    Course,
    Values,
    bounds,
    coming,
    curve,
    dispersions,
    late_of,
    newest,
    next_late,
    walk,
    year_so_far,
)
from noroshi.domains.health.nowcast.products import Params, build, scope
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode
from noroshi.kinds.nowcast import AreaNowcast, Nowcast

SAMPLES = Path(__file__).parent / "samples"
KIND = "health.notifications"
REAL = DATA / "health" / "idwr"


def said(inputs: list[Version], disease: str = "syphilis", **params: float) -> Nowcast:
    chosen = msgspec.convert(params, Params)
    (record,) = (
        record
        for edition in build({KIND: inputs}, chosen)
        for record in edition.records
        if record.key == disease
    )
    body: Nowcast = decode(record.kind, record.body)
    return body


def sample(case: str) -> list[Version]:
    return inputs_of("health/nowcast", SAMPLES / case)[KIND]


def area(body: Nowcast, code: str) -> AreaNowcast:
    (found,) = (one for one in body.areas if one.code == code)
    return found


def planted(weeks: int, rate: float, seed: int = 1) -> tuple[Course, Values]:
    """Tables of three prefectures whose cases are notified at once with 0.7, else half of what is
    left each week; and the cases of each week. The year begins at row 30."""
    rng = np.random.default_rng(seed)
    final = rng.poisson(rate * np.array([0.6, 0.3, 0.1]), (weeks, 3))
    week = np.array([(22 + row) % 52 + 1 for row in range(weeks)])
    counts = rng.binomial(final, 0.7)
    late = np.zeros_like(final)
    for row in range(weeks):
        left = final[row] - counts[row]
        for later in range(row + 1, weeks):
            if week[later] == 1:
                break
            came = rng.binomial(left, 0.5)
            late[later] += came
            left = left - came
    cumulative = np.zeros_like(final)
    before = 22 * final.mean(axis=0).round()
    for row in range(weeks):
        before = (0 if week[row] == 1 else before) + counts[row] + late[row]
        cumulative[row] = before
    with_nation = [
        np.column_stack([one.sum(axis=1), one]).astype(float) for one in (counts, cumulative)
    ]
    return Course(*with_nation, week), np.column_stack([final.sum(axis=1), final]).astype(float)


def test_planted_delays_are_found_and_the_newest_weeks_corrected() -> None:
    course, final = planted(95, 2000)
    found = walk(course)
    assert found.ratios[-1].sum() == pytest.approx(0.3 / 0.7, rel=0.05)
    rows = range(60, 95)
    assert course.counts[60:, 0].sum() < 0.72 * final[60:, 0].sum()
    estimated = sum(newest(found, t, 0.9).mean for t in rows)
    assert estimated == pytest.approx(final[60:].sum(axis=0), rel=0.03)
    _, corrected = curve(found, 94, 12, 0.9)
    assert corrected.mean == pytest.approx(final[-12:, 0], rel=0.05)
    inside = (corrected.lower <= final[-12:, 0]) & (final[-12:, 0] <= corrected.upper)
    assert inside.sum() >= 10


def test_nothing_looks_ahead() -> None:
    """What was known in each week is the same, to the last bit, whatever came afterwards."""
    course, _ = planted(60, 80)
    whole = walk(course)
    for t in (9, 28, 30, 33, 45):
        then = walk(Course(*(one[: t + 1] for one in course)))
        for answer in (newest, next_late, year_so_far):
            for early, late in zip(answer(then, t, 0.9), answer(whole, t, 0.9), strict=True):
                np.testing.assert_array_equal(early, late)
        np.testing.assert_array_equal(curve(then, t, 12, 0.9)[1], curve(whole, t, 12, 0.9)[1])
        spoiled = Course(*(np.concatenate([one[: t + 1], one[t + 1 :] * 7]) for one in course[:2]),
                         course.week_of_year)  # fmt: skip
        np.testing.assert_array_equal(newest(walk(spoiled), t, 0.9), newest(whole, t, 0.9))


def test_the_product_is_what_the_walk_says_of_its_last_week() -> None:
    versions = sample("new_year")
    body = said([one for one in versions if one.key == "syphilis"])
    assert (body.week, body.observed, body.weeks[-1]) == ("2031-W09", 10, "2031-W09")
    nation = area(body, "00")
    assert nation.count == 69
    assert nation.lower <= nation.estimate <= nation.upper  # type: ignore[operator]
    assert body.estimate[-1] == nation.estimate
    assert nation.cumulative + 20 < nation.final < nation.cumulative + 100  # type: ignore[operator]


def test_the_curve_of_a_year_adds_up_to_its_corrected_cumulative() -> None:
    course, _ = planted(50, 500)  # week 1 is row 30: twenty weeks of the year
    found = walk(course)
    _, corrected = curve(found, 49, 20, 0.9)
    assert corrected.mean.sum() == pytest.approx(year_so_far(found, 49, 0.9).mean[0], rel=1e-9)


def test_a_missing_table_is_estimated_and_the_year_goes_on() -> None:
    body = said(sample("new_year"))
    place = body.weeks.index("2031-W04")
    assert body.reported[place] is None
    width = [high - low for high, low in zip(body.upper, body.lower, strict=True)]
    assert width[place] > max(width[place - 1], width[place + 1])
    assert 60 < body.estimate[place] < 140


def test_a_disease_that_was_renamed_is_one_series() -> None:
    body = said(sample("new_year"), "cre")
    assert body.weeks[0] == "2030-W50"
    assert body.name == "カルバペネム耐性腸内細菌目細菌感染症"


def test_what_a_prefecture_did_not_report_is_not_estimated_as_nothing() -> None:
    versions = sample("new_year")
    then = [one for one in versions if "2031-W07" in bytes(one.body).decode()]
    upto = [one for one in versions if one.issued <= then[0].issued]
    okinawa = area(said(upto, "cre"), "47")
    assert (okinawa.count, okinawa.estimate, okinawa.final) == (None, None, None)
    assert okinawa.late_next is not None


def test_after_the_last_week_of_a_year_no_table_tells_what_came_late() -> None:
    versions = sample("new_year")
    last = next(one.issued for one in versions if "2030-W52" in bytes(one.body).decode())
    nation = area(said([one for one in versions if one.issued <= last]), "00")
    assert nation.late_next is None
    assert nation.final > nation.cumulative  # type: ignore[operator]


def test_withdrawals_lower_estimates_and_never_below_nothing() -> None:
    body = said(sample("withdrawn"), "measles")
    assert area(body, "00").cumulative == 1
    assert body.reported[0] == 2
    assert 0 <= body.estimate[0] < 2


def test_only_diseases_notified_case_by_case_count() -> None:
    one = sample("withdrawn")[0]
    assert scope(one, DECLARED) == ["disease:measles"]
    sentinel = msgspec.structs.replace(one, series="idwr/sentinel/measles")
    assert scope(sentinel, DECLARED) == []


def test_it_looks_at_no_more_weeks_than_its_history_covers() -> None:
    assert CAPABILITY.history[KIND] > WEEKS * 7 * 86_400_000_000


def test_a_wider_level_gives_wider_bounds() -> None:
    versions = sample("new_year")
    wide, narrow = (area(said(versions, level=level), "00") for level in (0.95, 0.5))
    assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper  # type: ignore[operator]
    assert wide.upper - wide.lower > narrow.upper - narrow.lower  # type: ignore[operator]
    assert len(said(versions, curve_weeks=6).weeks) == 6


def test_bounds_hold_the_level_with_the_fewest_counts() -> None:
    from scipy.stats import nbinom

    mean, ratio = np.array([0.05, 0.7, 3.0, 40.0]), np.array([1.5, 1.2, 3.0, 5.0])
    lower, upper = bounds(mean, ratio * mean, 0.9)
    shape = mean / (ratio - 1)
    for place in range(4):
        law = nbinom(shape[place], 1 / ratio[place])
        pmf = law.pmf(np.arange(400))
        held = law.cdf(upper[place]) - law.cdf(lower[place] - 1)
        assert held >= 0.9
        most = np.cumsum(np.sort(pmf)[::-1])
        fewest = int(np.searchsorted(most, 0.9)) + 1
        assert upper[place] - lower[place] + 1 <= fewest + 1


cell = st.one_of(st.integers(0, 9), st.integers(0, 9), st.just(None))


@settings(max_examples=cases(15), deadline=None)
@given(
    st.lists(st.tuples(cell, cell, st.integers(-6, 6)), min_size=1, max_size=14),
    st.integers(1, 52),
)
def test_whatever_is_published_no_estimate_is_negative_or_out_of_its_bounds(
    rows: list[tuple[int | None, int | None, int]], begin: int
) -> None:
    one, two = (np.array([np.nan if row[at] is None else row[at] for row in rows]) for at in (0, 1))
    week = np.array([(begin - 1 + row) % 52 + 1 for row in range(len(rows))])
    total = np.cumsum(np.nan_to_num(one) + np.array([row[2] for row in rows]))
    counts = np.column_stack([one + two, one, two])
    cumulative = np.column_stack([np.maximum(total, 0), np.maximum(total, 0), 0 * total])
    found = walk(Course(counts, cumulative, week))
    t = len(rows) - 1
    answers = [
        newest(found, t, 0.9), year_so_far(found, t, 0.9), next_late(found, t, 0.9),
        curve(found, t, 12, 0.9)[1],
    ]  # fmt: skip
    for answer in answers:
        known = np.isfinite(answer.mean)
        assert (answer.lower[known] >= 0).all()
        assert (answer.lower[known] <= answer.mean[known]).all()
        assert (answer.mean[known] <= answer.upper[known]).all()
    assert np.isfinite(answers[2].mean).all()
    assert np.isfinite(answers[3].mean).all()


@cache
def real(disease: str) -> Course:
    """The columns of a disease in every weekly table, read by other code."""
    counts, cumulative, week = [], [], []
    for path in sorted(REAL.glob("*-zensu.csv")):
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp932")
        lines = text.splitlines()
        column = next(csv.reader([lines[2]])).index(disease)
        values = np.array([line.split(",")[column : column + 2] for line in lines[4:52]])
        values = np.where(values == "-", "0", values).astype(float)
        counts.append(values[:, 0])
        cumulative.append(values[:, 1])
        week.append(int(path.name[5:7]))
    return Course(np.array(counts), np.array(cumulative), np.array(week))


@needs_data("health/idwr")
@pytest.mark.parametrize(
    ("disease", "first"),
    [("梅毒", 0.37), ("結核", 0.22), ("百日咳", 0.21), ("劇症型溶血性レンサ球菌感染症", 0.26)],
)
def test_the_year_2024_week_by_week(disease: str, first: float) -> None:
    course = real(disease)
    begin = len(course.week_of_year) - 52
    final = course.cumulative[-1, 0]
    assert 1 - course.counts[begin:, 0].sum() / final == pytest.approx(first, abs=0.01)
    found = walk(course)
    estimated = sum(course.counts[t, 0] + coming(found, t)[0] for t in range(begin, begin + 52))
    assert abs(1 - estimated / final) < 0.07
    inside, cells = 0, 0
    for t in range(begin + 1, begin + 52):
        some = found.expected[t] >= 1
        spread = dispersions(found.errors[:t], 0.9)
        lower, upper = bounds(found.expected[t], spread * found.expected[t], 0.9)
        inside += ((found.late[t] >= lower) & (found.late[t] <= upper))[some].sum()
        cells += some.sum()
    assert 0.82 < inside / cells < 0.97
    assert (late_of(course)[begin + 1 :, 0] >= 0).mean() > 0.9
