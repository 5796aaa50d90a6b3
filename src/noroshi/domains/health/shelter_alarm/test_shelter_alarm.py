"""Alarms of syndromes: small counts, linked shelters, sheets in any order."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, FOREVER, HOUR, parse
from noroshi.domains.health.shelter_alarm.model import Day, Rule, judge, tail, upper
from noroshi.domains.health.shelter_alarm.products import Params, build, scope
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode, encode
from noroshi.kinds.shelter_alarm import ShelterAlarm
from noroshi.kinds.syndrome import ShelterSyndrome

SAMPLES = Path(__file__).parent / "samples"
RULE = Rule(0.001, 0.01, 3, 2.0, 1000, 1.6e-3)
FIRST = parse("2031-07-02T19:30:00+09:00")


class Everywhere:
    def of(self, version: Version) -> str:
        return ""

    def named(self, name: str, near: str = "") -> str:
        return "city:9920100" if name == "例示市" else ""


def sheet(number: int, day: int, *, hour: float = 0, **said: object) -> Version:
    issued = FIRST + day * DAY + round(hour * HOUR)
    body = ShelterSyndrome(**{"name": "丁寺", "code": "T", "date": f"2031-07-{2 + day:02d}",
                              "headcount": 100, "team": "甲", **said})  # type: ignore[arg-type]  # fmt: skip
    return Version(
        number, "health.shelter_syndrome", f"{body.date}/{body.code}/{body.team}", "s", Mode.ACTUAL,
        Action.ISSUE, issued, 0, issued, issued, FOREVER, FOREVER, FOREVER, 0, "s", None,
        "city:9920100", None, None, (), encode(body),
    )  # fmt: skip


def alarms(*sheets: Version, params: Params | None = None) -> dict[str, ShelterAlarm]:
    inputs = {"health.shelter_syndrome": list(sheets), "disaster.shelter_merged": []}
    return {
        one.key: decode(one.kind, one.body)
        for edition in build(inputs, params or Params())
        for one in edition.records if one.kind == "health.shelter_alarm"
    }  # fmt: skip


@given(st.integers(0, 40), st.floats(0.1, 50), st.floats(0.01, 1e4), st.floats(0.01, 1e3))
@settings(max_examples=40, deadline=None)
def test_the_chance_of_so_many_is_that_of_a_negative_binomial(
    count: int, shape: float, rate: float, exposure: float
) -> None:
    expected = nbinom.sf(count - 1, shape, rate / (rate + exposure))
    assert tail(count, shape, rate, exposure) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.floats(0.5, 20), st.floats(1, 1e4), st.floats(1, 300))
@settings(max_examples=20, deadline=None)
def test_above_the_upper_bound_is_less_than_its_chance(s: float, rate: float, e: float) -> None:
    bound = upper(0.01, s, rate, e)
    assert tail(bound + 1, s, rate, e) < 0.01
    assert bound == 0 or tail(bound, s, rate, e) >= 0.01


def test_a_shelter_without_any_day_before_is_judged_by_published_rates() -> None:
    assert not alarms(sheet(1, 0, diarrhoea=1))
    (one,) = alarms(sheet(1, 0, diarrhoea=6)).values()
    assert (one.level, one.baseline_days, one.count) == ("alarm", 0, 6)


def test_where_it_is_usual_the_same_count_is_none() -> None:
    usual = [sheet(day + 1, day, fever_respiratory=6) for day in range(12)]
    assert not alarms(*usual, sheet(99, 12, fever_respiratory=7))
    assert alarms(*usual, sheet(99, 12, fever_respiratory=25))


def test_noise_gives_few_alarms() -> None:
    random = np.random.default_rng(3)
    rates = random.gamma(2, 0.004, 25)
    quiet = {
        str(at): {day: Day(int(random.poisson(rate * 120)), 120.0) for day in range(10)}
        for at, rate in enumerate(rates)
    }
    judged = [one for days in judge(quiet, RULE._replace(rate=8e-3)).values() for one in days]
    assert sum(one.level == "alarm" for one in judged) <= 2


def test_one_suspected_measles_is_enough() -> None:
    (one,) = alarms(sheet(1, 0, measles=1)).values()
    assert (one.level, one.why) == ("alarm", ["threshold"])
    assert "直ちに電話" in "".join(one.action)


def test_an_outbreak_stays_an_alarm_until_it_is_over_and_knows_its_begin() -> None:
    ill = [0, 0, 0, 0, 6, 8, 5, 4, 0, 0, 0]
    sheets = [sheet(day + 1, day, diarrhoea=count) for day, count in enumerate(ill)]
    (one,) = alarms(*sheets[:8]).values()
    assert (one.since, one.date) == ("2031-07-06", "2031-07-09")
    assert not alarms(*sheets)


def test_an_alarm_that_is_over_was_one_until_the_sheet_that_says_so() -> None:
    ill, well = sheet(1, 0, diarrhoea=8), sheet(2, 4, diarrhoea=0)
    inputs = {"health.shelter_syndrome": [ill], "disaster.shelter_merged": []}
    (first,) = build(inputs, Params())
    (last,) = build({**inputs, "health.shelter_syndrome": [ill, well]}, Params())
    assert (len(first.records), last.records) == (1, [])
    assert (first.effective, last.effective) == (ill.issued, well.issued)


def test_shelters_that_break_out_together_do_not_hide_each_other() -> None:
    ill = [sheet(at, 0, code=str(at), headcount=800, diarrhoea=6) for at in (1, 2)]
    well = [sheet(at, 0, code=str(at), headcount=200, diarrhoea=0) for at in range(3, 23)]
    assert {one.level for one in alarms(*ill, *well).values()} == {"alarm"}


def test_teams_are_added_up_and_a_corrected_sheet_counts_once() -> None:
    one, two = sheet(1, 0, diarrhoea=3), sheet(2, 0, diarrhoea=3, team="乙")
    again = sheet(3, 0, hour=1, diarrhoea=2)
    (both,) = alarms(one, two).values()
    assert both.count == 6
    (right,) = alarms(msgspec.structs.replace(one, ended_at=again.issued), two, again).values()
    assert right.count == 5


def test_a_sheet_that_was_taken_back_is_not_counted() -> None:
    back = msgspec.structs.replace(sheet(1, 0, diarrhoea=9), ended_at=FIRST + HOUR)
    assert not alarms(back)


def test_shelters_nearby_are_linked_to_the_merged_shelters() -> None:
    inputs = inputs_of("health/shelter_alarm", SAMPLES / "norovirus")
    (edition,) = build(inputs, Params())
    bodies = {one.key: decode(one.kind, one.body) for one in edition.records}
    assert bodies["M-A1/diarrhoea"].joined == "code"
    assert bodies["M-A2/diarrhoea"].joined == "name"
    assert "linked" in bodies["M-A2/diarrhoea"].why
    assert bodies["diarrhoea/M-A1"].shelters == ["例示市立甲小学校", "例示市民体育館"]
    (apart,) = build(inputs, Params(near=0.5))
    assert {one.key for one in apart.records} == {"M-A1/diarrhoea", "M-A2/diarrhoea"}
    assert "linked" not in decode(apart.records[1].kind, apart.records[1].body).why


def test_a_sheet_of_a_place_nobody_knows_still_counts() -> None:
    version = msgspec.structs.replace(sheet(1, 0, measles=1), area=None)
    assert scope(version, Everywhere()) == ["unplaced"]
    placed = msgspec.structs.replace(sheet(1, 0, municipality="例示市"), area=None)
    assert scope(placed, Everywhere()) == ["city:9920100"]


def test_one_sheet_of_a_mistyped_year_silences_nobody() -> None:
    wrong = sheet(2, 0, code="U", date="2131-07-02", diarrhoea=9)
    (one,) = alarms(sheet(1, 0, diarrhoea=6), wrong).values()
    assert (one.codes, one.date) == (["T"], "2031-07-02")
    assert alarms(wrong) == {}
    assert alarms(sheet(3, 0, date="2031-07-03", diarrhoea=6))  # made before midnight, for the next


def test_a_mistyped_day_takes_nothing_back() -> None:
    ill = msgspec.structs.replace(sheet(1, 0, diarrhoea=6), ended_at=FIRST + DAY, series="t")
    wrong = msgspec.structs.replace(sheet(2, 1, date="2131-07-03", diarrhoea=1), series="t")
    again = sheet(3, 0, hour=1, date="2131-07-02", diarrhoea=6)
    same = msgspec.structs.replace(again, series="t")
    for one in (wrong, same):
        (found,) = alarms(ill, one).values()
        assert (found.date, found.count) == ("2031-07-02", 6)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="YYYY-MM-DD"):
        alarms(sheet(1, 0, date="7月2日"))
