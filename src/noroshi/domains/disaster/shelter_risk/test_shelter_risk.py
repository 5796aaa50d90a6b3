"""Shelters at risk: each reason with its source, silence by the clock, and room against demand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.address import names_district, same_town
from noroshi.core.capability import run
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import DECLARED
from noroshi.core.place import point
from noroshi.core.record import Edition, Version
from noroshi.core.time import HOUR, MINUTE, parse
from noroshi.domains import get
from noroshi.domains.disaster.shelter_risk.danger import Threat, place_in, shelters
from noroshi.domains.disaster.shelter_risk.demand import Crowd, Rates, crowds, demand, room
from noroshi.domains.disaster.shelter_risk.products import Params, scope
from noroshi.domains.disaster.shelter_risk.words import kinds_of, served
from noroshi.domains.samples import inputs_of, moment_of
from noroshi.kinds import decode, encode
from noroshi.kinds.exposure import Exposure, Range
from noroshi.kinds.shelter_risk import Reason, ShelterDemand, ShelterRisk

SAMPLES = Path(__file__).parent / "samples"
NAME = "disaster/shelter_risk"
SHELTER, EXPOSURE = "disaster.shelter_merged", "disaster.exposure"
OUTAGE = "infrastructure.outage"
NOON = parse("2031-07-02T12:00:00+09:00")


def inputs(case: str = "storm") -> dict[str, list[Version]]:
    return inputs_of(NAME, SAMPLES / case)


def editions(
    case: str = "storm", at: int | None = None, params: Params | None = None,
    **changes: list[Version],
) -> list[Edition]:  # fmt: skip
    moment = moment_of(SAMPLES / case) if at is None else at
    return run(NAME, get(NAME), {**inputs(case), **changes}, params, at=moment)


def risks(made: list[Edition]) -> dict[str, ShelterRisk]:
    return {
        record.key: decode(record.kind, record.body)
        for one in made for record in one.records if record.kind == "disaster.shelter_risk"
    }  # fmt: skip


def demand_of(made: list[Edition]) -> ShelterDemand:
    (found,) = [
        decode(record.kind, record.body)
        for one in made for record in one.records if record.kind == "disaster.shelter_demand"
    ]  # fmt: skip
    body: ShelterDemand = found
    return body


def reasons(body: ShelterRisk) -> dict[str, Reason]:
    return {one.reason: one for one in body.reasons}


def changed(versions: list[Version], key: str, **fields: Any) -> list[Version]:
    """The versions, with fields of the body of one of them changed."""
    found = []
    for one in versions:
        if one.key == key:
            body = msgspec.structs.replace(decode(one.kind, one.body), **fields)
            one = msgspec.structs.replace(one, body=encode(body))
        found.append(one)
    return found


# --- words and places --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("崖崩れ、土石流及び地滑り", {"landslide"}),
        ("内水氾濫", {"inland_flood", "flood"}),
        ("氾濫危険警報", {"flood"}),
        ("大雨", {"inland_flood"}),
        ("津波", {"tsunami"}),
        ("大規模な火事", {"fire"}),
        ("暴風", set()),
    ],
)
def test_words_of_hazards_are_the_kinds_that_shelters_are_designated_for(
    text: str, kinds: set[str]
) -> None:
    assert kinds_of(text) == kinds


def test_a_place_named_like_a_district_is_not_in_it() -> None:
    assert names_district("例示県例示市栄町12番地", "栄町")
    assert names_district("栄町12番地", "栄町")
    assert not names_district("例示県例示市栄町二丁目3番地", "栄町")
    assert not names_district("例示県例示市新栄町3番地", "栄町")
    assert names_district("例示県栄町市大字栄町3番地", "栄町")
    assert not names_district("", "栄町")
    assert not names_district("例示県例示市栄町", "")
    assert same_town("露富郡鞍室町", "鞍室町")
    assert not same_town("", "")


# --- risk --------------------------------------------------------------------------------------


def test_only_open_shelters_are_told_and_each_of_them() -> None:
    assert sorted(risks(editions())) == ["A1", "A2", "A3", "A6"]


def test_each_reason_has_its_source_and_since_when() -> None:
    body = risks(editions())["A1"]
    found = reasons(body)
    assert set(found) == {"in_hazard", "over_capacity", "no_water", "power_partly"}
    assert body.grade == "danger"
    hazard = found["in_hazard"]
    assert (hazard.hazard, hazard.place, hazard.designated) == ("landslide", "polygon", False)
    assert hazard.since == "2031-07-02T10:10:00+09:00"
    assert found["over_capacity"].share == pytest.approx(130 / 120, abs=1e-3)
    assert (found["power_partly"].share, found["power_partly"].place) == (0.3, "line")
    assert all(one.source and one.since for one in body.reasons)


def test_a_shelter_designated_for_the_hazard_around_it_is_a_notice() -> None:
    given = inputs()[SHELTER]
    fit = changed(given, "A1", hazards=["土砂災害"])
    silent_on_it = changed(given, "A1", hazards=[])
    grades = {
        one: reasons(risks(editions(**{SHELTER: versions}))["A1"])["in_hazard"]
        for one, versions in (("fit", fit), ("none", silent_on_it))
    }  # fmt: skip
    assert (grades["fit"].grade, grades["fit"].designated) == ("notice", True)
    assert (grades["none"].grade, grades["none"].designated) == ("warning", None)


def test_an_order_for_a_district_is_matched_by_address() -> None:
    found = risks(editions())
    assert reasons(found["A2"])["in_hazard"].place == "district"
    assert "in_hazard" not in reasons(found["A3"])


def test_a_warning_for_the_municipality_tells_of_shelters_that_are_not_for_it() -> None:
    given = changed(inputs()[SHELTER], "A3", hazards=["洪水"])
    body = risks(editions(**{SHELTER: given}))["A3"]
    reason = reasons(body)["not_designated"]
    assert (reason.hazard, reason.grade, reason.level) == ("landslide", "warning", 4)
    assert "not_designated" not in reasons(risks(editions())["A3"])


def test_a_line_that_is_known_counts_before_the_district_and_another_town_does_not() -> None:
    outages = inputs()[OUTAGE]
    elsewhere = changed(outages, "E1-01", municipality="別市")
    assert "power_partly" not in reasons(risks(editions(**{OUTAGE: elsewhere}))["A3"])
    other_line = changed(outages, "E1-01", code="E7", districts=["甲町"])
    assert "power_partly" not in reasons(risks(editions(**{OUTAGE: other_line}))["A1"])


def test_a_neighbours_outage_counts_where_its_line_is_known_to_pass() -> None:
    outages = changed(inputs()[OUTAGE], "E1-01", municipality="別市", code="E8")
    line = shapely.to_wkb(shapely.LineString([(144.45, 27.2), (144.47, 27.21)]))
    school = inputs()["infrastructure.facility"]
    course = changed(
        [msgspec.structs.replace(school[0], id=88, key="E8", geometry=line)], "E8",
        name="別01線", code="E8", category="other", feeder="E8",
    )  # fmt: skip
    reason = reasons(
        risks(editions(**{OUTAGE: outages, "infrastructure.facility": [*school, *course]}))["A3"]
    )["power_partly"]
    assert (reason.place, reason.share) == ("district", 0.3)
    (one,) = [one for one in outages if one.key == "E1-01"]
    placed = msgspec.structs.replace(one, area=None, geometry=point(144.47, 27.21))
    assert list(scope(placed, Grid())) == ["city:9920100", "city:9930100"]


class Grid:
    """Two municipalities side by side."""

    def of(self, version: Version) -> str:
        if version.geometry is None:
            return version.area or ""
        east = shapely.from_wkb(version.geometry).x >= 144.5
        return "city:9930100" if east else "city:9920100"

    def named(self, name: str, near: str = "") -> str:
        return ""


def test_what_is_restored_is_no_reason() -> None:
    restored = changed(inputs()[OUTAGE], "W1", status="restored")
    assert "no_water" not in reasons(risks(editions(**{OUTAGE: restored}))["A1"])


def test_a_shelter_falls_silent_by_itself_at_the_moment_it_said() -> None:
    due = parse("2031-07-02T10:00:00+09:00") + 6 * HOUR
    (before,) = [one for one in editions(at=NOON) if one.series.endswith("/A1")]
    assert before.records[0].valid_to == due
    assert "silent" not in reasons(risks([before])["A1"])
    (after,) = [one for one in editions(at=due) if one.series.endswith("/A1")]
    assert (after.issued, after.effective, after.records[0].valid_to) == (due, due, None)
    later = [one for one in editions(at=due + 90 * MINUTE) if one.series.endswith("/A1")]
    assert later == [after], "how long it has been silent is not said, so nothing changes"


def test_never_reported_is_not_the_same_as_silent() -> None:
    found = risks(editions())
    assert set(reasons(found["A6"])) == {"never_reported"}
    assert "silent" in reasons(found["A2"])
    assert found["A6"].not_checked == ["place", "hazards", "capacity", "headcount"]


def test_nothing_wrong_is_said_as_such() -> None:
    found = risks(editions(**{OUTAGE: []}))["A3"]
    assert (found.grade, found.reasons) == ("none", [])


def test_a_report_that_tells_no_time_is_refused() -> None:
    wrong = changed(inputs()[SHELTER], "A1", reported="昨日")
    with pytest.raises(InvalidRecord, match="reported"):
        editions(**{SHELTER: wrong})


# --- demand ------------------------------------------------------------------------------------


def test_room_leaves_out_what_is_unsafe_and_parks() -> None:
    body = demand_of(editions())
    assert (body.open.shelters, body.open.unsafe) == (4, 2)
    # Safe and known: 丙体育館. The hall that nobody knows of may hold as many as the others do.
    assert body.open.room == Range(200, 320, 120 + 60 + 200 + 900)
    assert (body.ready.shelters, body.ready.room.high) == (1, 80)
    assert (body.sheltered, body.without_headcount, body.without_capacity) == (140, 2, 1)
    assert body.state == "enough"


def test_a_tsunami_order_for_more_than_all_shelters_hold_is_short() -> None:
    body = demand_of(editions("tsunami"))
    assert body.expected == Range(152, 520, 5000)
    assert body.state == "short"
    assert body.missing == Range(52, 420, 4900)
    assert [one.hazard for one in body.because] == ["tsunami", "earthquake"]


def test_what_may_be_short_and_what_only_needs_opening() -> None:
    def state(**changes: list[Version]) -> str:
        return demand_of(editions("tsunami", **changes)).state

    shelters_ = inputs("tsunami")[SHELTER]
    assert state(**{SHELTER: changed(shelters_, "B1", capacity=400)}) == "may_be_short"
    assert state(**{SHELTER: changed(shelters_, "B1", capacity=1200)}) == "enough"
    closed = msgspec.structs.replace(shelters_[0], id=77, key="B2")
    other = changed([closed], "B2", status="not_open", capacity=900, headcount=None)
    assert state(**{SHELTER: [*changed(shelters_, "B1", capacity=400), *other]}) == "open_more"
    assert state(**{SHELTER: changed(shelters_, "B1", capacity=None)}) == "unknown"


def test_older_people_are_meant_by_level_3() -> None:
    given = changed(
        inputs()[EXPOSURE], "X2", level=3, name="高齢者等避難", age_75=Range(50, 60, 70)
    )
    (one,) = demand_of(editions(**{EXPOSURE: given})).because
    assert one.persons == Range(50, 60, 70)


numbers = st.integers(0, 100_000)


@given(
    st.lists(st.tuples(numbers, numbers, numbers), max_size=4),
    st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 5000)), st.booleans(),
                       st.sampled_from(["洪水", "津波", ""]),
                       st.one_of(st.none(), st.integers(0, 5000))), min_size=1, max_size=6),
)  # fmt: skip
@settings(max_examples=cases(60), deadline=None)
def test_ranges_are_in_order_and_short_is_never_said_where_there_may_be_room(
    people: list[tuple[int, int, int]], places: list[tuple[Any, bool, str, Any]]
) -> None:
    order = next(one for one in TSUNAMI[EXPOSURE] if one.key == "Y1")
    threats = []
    for at, counts in enumerate(people):
        low, best, high = sorted(counts)
        body: Exposure = msgspec.structs.replace(
            decode(EXPOSURE, order.body), persons=Range(low, best if at % 2 else None, high)
        )
        threats.append(Threat(order, body, None, frozenset({"tsunami"})))
    base = TSUNAMI[SHELTER][0]
    given = []
    for at, (capacity, is_open, hazard, headcount) in enumerate(places):
        body_ = msgspec.structs.replace(
            decode(SHELTER, base.body), capacity=capacity, headcount=headcount,
            status="open" if is_open else "not_open", hazards=[hazard] if hazard else [],
        )  # fmt: skip
        given.append(msgspec.structs.replace(base, id=at + 1, key=str(at), body=encode(body_)))
    found = crowds(threats, Rates(0, 0, 0), Rates(0.03, 0.25, 1), Rates(0, 0, 0))
    body = demand("市", shelters(given), threats, found, None)
    for one in (body.expected, body.open.room, body.ready.room, *filter(None, [body.missing])):
        assert one.best is not None
        assert 0 <= one.low <= one.best <= one.high
    assert body.expected.low >= body.sheltered
    holds = body.open.room.high + body.ready.room.high
    assert (body.state == "short") <= (body.expected.low > holds)
    if body.state == "enough":
        assert (body.expected.best or 0) <= (body.open.room.best or 0)


TSUNAMI = inputs("tsunami")


def test_demand_of_several_hazards_is_not_added_up_for_the_least() -> None:
    found = demand_of(editions("tsunami")).because
    assert sum(one.evacuees.low for one in found) > demand_of(editions("tsunami")).expected.low


def test_shelters_and_outages_count_in_their_municipality_only() -> None:
    for kind, versions in TSUNAMI.items():
        if kind in (SHELTER, EXPOSURE, OUTAGE):
            assert {tuple(scope(one, DECLARED)) for one in versions} == {("city:9920100",)}
    wide = changed(TSUNAMI[EXPOSURE], "Y1", municipalities=["city:9920100", "city:9930100"])
    (one,) = [one for one in wide if one.key == "Y1"]
    assert list(scope(one, DECLARED)) == ["city:9920100", "city:9930100"]


def test_served_place_and_room_without_anything_known() -> None:
    assert served([]) == frozenset()
    assert room([], set(), []).room == Range(0, 0, 0)
    assert Crowd._fields == ("said", "version")
    (shelter,) = shelters(TSUNAMI[SHELTER])
    order = TSUNAMI[EXPOSURE][0]
    far = msgspec.structs.replace(order, area="city:9930100")
    assert place_in(shelter, Threat(far, decode(EXPOSURE, far.body), None, frozenset())) == ""
