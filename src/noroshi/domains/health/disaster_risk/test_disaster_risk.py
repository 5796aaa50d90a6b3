"""The risk matrix: published assessments, evidence under every grade, what is not known."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import msgspec
import pytest

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Version
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
