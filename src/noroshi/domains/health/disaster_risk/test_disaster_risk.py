"""The risk matrix: published assessments, evidence under every grade, what is not known."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import msgspec
import pytest

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Version
from noroshi.core.time import DAY, parse
from noroshi.domains.health.disaster_risk.diseases import DISEASES, MATRIX, grade
from noroshi.domains.health.disaster_risk.model import Known, judge
from noroshi.domains.health.disaster_risk.products import Params, build
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode
from noroshi.kinds.infection_risk import InfectionRisk

SAMPLES = Path(__file__).parent / "samples"


def matrix(case: str, without: str = "") -> InfectionRisk:
    inputs = inputs_of("health/disaster_risk", SAMPLES / case)
    (edition,) = build({**inputs, without: []} if without else inputs, Params())
    found: InfectionRisk = decode(edition.records[0].kind, edition.records[0].body)
    return found


def known(*factors: str, only: str = "") -> list[Known]:
    about = frozenset(only.split()) if only else frozenset()
    return [Known(factor=one, ja=one, en=one, counts=1, only=about) for one in factors]


#: Likelihood, importance and risk as 国立感染症研究所 published them, and what was known then.
PUBLISHED = [
    ("台風18号 2015-09-14", 9, ("crowding", "flood", "water", "debris", "injury"), "rsv", {
        "ari": (3, 2, 3), "influenza": (2, 2, 2), "tuberculosis": (1, 2, 1),
        "gastroenteritis": (3, 2, 3), "leptospirosis": (2, 3, 3), "legionellosis": (2, 3, 3),
        "tetanus": (None, None, 3), "measles": (None, None, 3),
    }),
    ("熊本地震 2016-04-19", 4, ("crowding", "water", "power", "debris", "injury"),
     "influenza rotavirus gastroenteritis", {
        "ari": (3, 2, 3), "influenza": (3, 2, 3), "tuberculosis": (1, 2, 1),
        "gastroenteritis": (None, None, 3),
    }),
]  # fmt: skip


@pytest.mark.parametrize(("name", "month", "factors", "circulating", "cells"), PUBLISHED)
def test_what_was_known_then_gives_the_grades_that_were_published(
    name: str, month: int, factors: tuple[str, ...], circulating: str,
    cells: dict[str, tuple[int | None, ...]],
) -> None:  # fmt: skip
    facts = [*known(*factors), *known("circulation", only=circulating)]
    for code, published in cells.items():
        cell = judge(DISEASES[code], facts, (), month).cell
        for said, ours in zip(published, (cell.likelihood, cell.importance, cell.risk),
                              strict=True):  # fmt: skip
            assert said in (None, ours), (name, code)


def test_the_matrix_is_symmetrical_and_never_falls() -> None:
    for a, b in product((1, 2, 3), repeat=2):
        assert grade(a, b) == grade(b, a) == MATRIX[a - 1][b - 1]
        assert grade(a, b) <= min(grade(min(3, a + 1), b), grade(a, min(3, b + 1)))


def test_every_grade_is_accounted_for_by_its_evidence() -> None:
    for case in ("quake", "flood"):
        for cell in matrix(case).cells:
            start = DISEASES[cell.disease].start
            by_factor: dict[tuple[str, str], int] = {}
            for one in cell.evidence:
                key = one.axis, one.factor
                by_factor[key] = max(by_factor.get(key, 0), one.effect)
            raised = {axis: sum(n for (of, _), n in by_factor.items() if of == axis)
                      for axis in ("opportunity", "situation")}  # fmt: skip
            assert cell.opportunity == min(3, start + raised["opportunity"])
            assert cell.situation == min(3, 1 + raised["situation"])


def test_what_nobody_tells_is_named_and_never_taken_for_good_news() -> None:
    cells = {one.disease: one for one in matrix("flood").cells}
    assert cells["gastroenteritis"].unknown == ["crowding", "water", "circulation"]
    told = {one.disease: one for one in matrix("quake").cells}
    assert told["influenza"].unknown == []
    assert told["covid19"].unknown == ["circulation"]


def test_measles_in_the_last_four_weeks_counts_though_there_is_none_this_week() -> None:
    cells = {one.disease: one for one in matrix("quake").cells}
    assert cells["measles"].situation == 2
    quiet = {one.disease: one for one in matrix("quake", "health.notifications").cells}
    assert quiet["measles"].situation == 1


def test_a_shelter_with_an_alarm_has_a_higher_risk_than_its_municipality() -> None:
    found = matrix("flood")
    town = next(one for one in found.cells if one.disease == "ari")
    (here,) = [one for one in found.shelters if one.disease == "ari"]
    assert (town.risk, here.risk, here.key) == (2, 3, "D1")
    assert "9人" in here.evidence[0].what


def later(inputs: dict[str, list[Version]], days: int, *but: str) -> dict[str, list[Version]]:
    """Inputs as if they had been issued so many days later; not those of some kinds."""
    return {kind: versions if kind in but else [
        msgspec.structs.replace(one, issued=one.issued + days * DAY) for one in versions
    ] for kind, versions in inputs.items()}  # fmt: skip


def test_last_years_epidemic_is_no_longer_told_as_circulating() -> None:
    inputs = inputs_of("health/disaster_risk", SAMPLES / "quake")
    tables = ("health.notifications", "health.shelter_syndrome")
    for days, counts in ((20, True), (30, False), (365, False)):
        (edition,) = build(later(inputs, days, *tables), Params())
        body: InfectionRisk = decode("health.risk", edition.records[0].body)
        cell = next(one for one in body.cells if one.disease == "influenza")
        (told,) = [one for one in cell.evidence if one.factor == "circulation"]
        assert (bool(told.effect), cell.unknown == [], body.week != "") == (counts,) * 3
        assert ("2031年第01週" in told.what, "不明" in told.what) == (not counts,) * 2


def test_a_week_of_last_year_is_told_with_its_year() -> None:
    inputs = inputs_of("health/disaster_risk", SAMPLES / "quake")
    first = [one for one in inputs["health.notifications"] if one.fields()["week"] == "2030-W52"]
    (edition,) = build({**inputs, "health.notifications": first}, Params())
    assert "県内のインフルエンザ 2030年第52週 定点当たり8" in edition.records[0].body.decode()


def test_once_the_shelters_have_closed_old_sheets_are_assessed_no_more() -> None:
    inputs = inputs_of("health/disaster_risk", SAMPLES / "quake")
    inputs["disaster.shelter_merged"] = []
    (edition,) = build(inputs, Params())
    assert edition.records[0].valid_to == parse("2031-01-20T00:00:00+09:00")
    (shorter,) = build(inputs, Params(sheet_days=2))
    assert shorter.records[0].valid_to == parse("2031-01-15T00:00:00+09:00")
    for kind in ("health.notifications", "disaster.damage_total"):
        new = later({kind: inputs[kind]}, 12)
        assert build({**inputs, **new}, Params()) == []


def test_old_and_mistyped_sheets_tell_nothing_of_a_shelter_that_is_open() -> None:
    inputs = inputs_of("health/disaster_risk", SAMPLES / "quake")

    def seen(inputs: dict[str, list[Version]]) -> bool:
        (edition,) = build(inputs, Params())
        assert edition.records[0].valid_to is None
        return "日間、日報" in edition.records[0].body.decode()

    assert seen(inputs)
    assert not seen(later(inputs, 9, "health.shelter_syndrome"))
    sheets = inputs["health.shelter_syndrome"]
    wrong = {**sheets[0].fields(), "date": "2131-01-12", "diarrhoea": 777}
    bad: Version = msgspec.structs.replace(sheets[0], id=99, body=msgspec.json.encode(wrong))
    both = {**inputs, "health.shelter_syndrome": [*sheets, bad]}
    assert build(both, Params()) == build(inputs, Params())


def test_where_nobody_is_in_a_shelter_there_is_no_assessment() -> None:
    inputs = inputs_of("health/disaster_risk", SAMPLES / "flood")
    shut = {**inputs, "disaster.shelter_merged": []}
    assert build(shut, Params()) == []


def test_a_sheet_of_no_day_is_refused() -> None:
    inputs = inputs_of("health/disaster_risk", SAMPLES / "quake")
    sheets = inputs["health.shelter_syndrome"]
    body = {**sheets[0].fields(), "date": "昨日"}
    bad: Version = msgspec.structs.replace(sheets[0], body=msgspec.json.encode(body))
    with pytest.raises(InvalidRecord, match="YYYY-MM-DD"):
        build({**inputs, "health.shelter_syndrome": [bad, *sheets[1:]]}, Params())
