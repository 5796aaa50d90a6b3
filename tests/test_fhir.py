"""FHIR: results inside reports, test data, results of nobody named, and corrections."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.core.label import OPERATOR, OWN, PUBLIC
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now, parse
from noroshi.engine.reading import read_outcome
from noroshi.formats import Hints, Reading
from noroshi.kinds import decode
from noroshi.kinds.laboratory import Laboratory
from noroshi.store import READ, Incoming, Query, open_store

RECEIVED = parse("2031-07-03T10:00:00+09:00")
FORMAT = formats.get("fhir")


def result(id: str = "o1", code: str = "260373001", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": id, "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]},
        "effectiveDateTime": "2031-07-02",
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
        **more,
    }  # fmt: skip


def report(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport", "status": "final", "code": {"text": "PCR"},
        "subject": {"reference": "Patient/p"}, "contained": list(results),
        "result": [{"reference": f"#{one['id']}"} for one in results[:1]], **more,
    }  # fmt: skip


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **more}


def read(value: dict[str, Any]) -> tuple[list[Laboratory], Reading]:
    reading = formats.read(json.dumps(value).encode(), Hints(received=RECEIVED, source="lab"))
    [edition] = reading.editions
    return [decode(one.kind, one.body) for one in edition.records], reading


# --- results inside reports ---------------------------------------------------------------------


def test_results_inside_reports_count_each_though_they_share_their_id() -> None:
    [day], reading = read(
        bundle(report(result()), report(result()), report(result(code="260415000")))
    )
    assert (day.tested, day.positive) == (3, 2)
    assert reading.floor == OWN


def test_one_report_sent_twice_in_a_bundle_counts_once() -> None:
    entry = {"fullUrl": "urn:uuid:1", "resource": report(result())}
    [day], _ = read({**bundle(), "entry": [entry, entry]})
    assert day.tested == 1


def test_what_stands_inside_a_report_is_found_from_its_results() -> None:
    def of(name: str, state: str) -> dict[str, Any]:
        lab = {"resourceType": "Organization", "id": "l", "name": name,
               "address": [{"state": state}]}  # fmt: skip
        specimen = {"resourceType": "Specimen", "id": "s", "type": {"text": name}}
        one = result(performer=[{"reference": "#l"}], specimen={"reference": "#s"})
        return report(one, lab, specimen)

    counted, _ = read(bundle(of("甲", "石川県"), of("乙", "富山県")))
    assert [(one.performer, one.specimen, one.area_code) for one in counted] == [
        ("甲", "甲", "17"), ("乙", "乙", "16"),
    ]  # fmt: skip


def test_members_of_a_panel_inside_a_report_count() -> None:
    panel: dict[str, Any] = {"id": "p", "hasMember": [{"reference": "#o1"}, {"reference": "#o2"}]}
    whole = result(**panel)
    del whole["valueCodeableConcept"]
    [day], _ = read(bundle(report(whole, result(), result("o2", "260415000"))))
    assert (day.tested, day.positive) == (2, 1)


# --- test data, and whom a result is of ---------------------------------------------------------


@pytest.mark.parametrize("place", ["bundle", "entry", "beside"])
def test_test_data_are_never_real(place: str) -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
    mark: dict[str, Any] = {"meta": {"security": [{"system": system, "code": "HTEST"}]}}
    beside = {"resourceType": "Device", **(mark if place == "beside" else {})}
    one = result(**(mark if place == "entry" else {}))
    _, reading = read(bundle(one, beside, **(mark if place == "bundle" else {})))
    assert reading.editions[0].mode is Mode.TEST
    assert read(bundle(result()))[1].editions[0].mode is Mode.ACTUAL


def test_a_result_that_does_not_say_of_whom_may_be_a_persons() -> None:
    assert read(bundle(result()))[1].floor == OWN
    ward: dict[str, Any] = {"subject": {"reference": "Location/ward"}}
    counted: dict[str, Any] = {
        "valueCodeableConcept": None,
        "valueQuantity": {"value": 7, "unit": "件"},
    }
    [day], reading = read(bundle(result(**ward, **counted)))
    assert (day.count, day.tested, reading.floor) == (7, None, PUBLIC)
    [day], reading = read(bundle(result(**counted)))
    assert (day.count, reading.floor) == (7, PUBLIC)
    pending = result("o2", status="preliminary")
    assert read(bundle(result(**counted), pending))[1].floor == OWN


def test_a_bare_number_of_nobody_named_is_a_result_and_no_count() -> None:
    bare: dict[str, Any] = {"valueCodeableConcept": None, "valueQuantity": {"value": 25}}
    [day], reading = read(bundle(result(**bare)))
    assert (day.tested, day.undetermined, day.count, reading.floor) == (1, 1, None, OWN)
    [day], _ = read(bundle(result(**bare, subject={"reference": "Group/g"})))
    assert (day.tested, day.count) == (None, 25)


# --- corrections --------------------------------------------------------------------------------

NAMED = {"identifier": {"system": "urn:lab", "value": "山田-1"}}


def test_a_bundle_sent_again_takes_the_place_of_all_it_said(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    taken = 0

    def days(value: dict[str, Any]) -> list[str]:
        nonlocal taken
        taken += 1
        data = json.dumps(value).encode()
        outcome = read_outcome(data, Hints(received=RECEIVED + taken, source="lab"))
        assert outcome.state == READ, outcome.reason
        store.commit([(Incoming(data, hashlib.sha256(data).digest(), "lab"), outcome)])
        asked = Query(OPERATOR, RECEIVED - 3 * DAY, now(), "health.laboratory", until=RECEIVED)
        return sorted(str(one.fields()["period_start"]) for one in store.picture(asked))

    assert days(bundle(result(), **NAMED)) == ["2031-07-02"]
    assert days(bundle(result(), **{**NAMED, "identifier": {"value": "2"}})) == ["2031-07-02"] * 2
    corrected = result(effectiveDateTime="2031-07-01", status="corrected")
    assert days(bundle(corrected, **NAMED)) == ["2031-07-01", "2031-07-02"]
    assert days(bundle(result(status="entered-in-error"), **NAMED)) == ["2031-07-02"]
    assert days(bundle(result(), id="b")) == ["2031-07-02"] * 2
    store.close()


def test_a_withdrawn_report_withdraws_the_results_inside_it() -> None:
    withdrawn: dict[str, Any] = {"status": "entered-in-error"}
    empty, reading = read(bundle(report(result(), **withdrawn), **NAMED))
    assert empty == []
    assert reading.editions[0].whole
    assert "山田" not in reading.editions[0].series
    assert reading.floor == OWN
    without = {**report(**withdrawn), "result": []}
    assert read(bundle(without, **NAMED))[0] == []


def test_a_bundle_with_nothing_to_count_is_refused() -> None:
    for value in (bundle(result(status="entered-in-error"), id="b"), bundle(**NAMED),
                  bundle({**result(), "effectiveDateTime": None}, **NAMED)):  # fmt: skip
        with pytest.raises(UnreadableMessage, match="nothing to count"):
            formats.read(json.dumps(value).encode(), Hints(received=RECEIVED), FORMAT)


@pytest.mark.parametrize("more", [
    {"resourceType": "Condition", "subject": {"display": "架空 花子"}},
    {"resourceType": "RelatedPerson", "name": [{"text": "架空 花子"}]},
    {"resourceType": "Organization", "name": "x", "contained": [{"resourceType": "Patient"}]},
])  # fmt: skip
def test_what_is_not_counted_but_may_be_of_a_person_keeps_the_message_inside(
    more: dict[str, Any],
) -> None:
    counts = {
        "resourceType": "MeasureReport", "status": "complete", "type": "summary",
        "measure": "http://example.jp/Measure/covid",
        "period": {"start": "2031-06-24", "end": "2031-06-30"},
        "group": [{"population": [
            {"code": {"coding": [{"code": "denominator"}]}, "count": 120},
            {"code": {"coding": [{"code": "numerator"}]}, "count": 12}]}],
    }  # fmt: skip
    assert read(bundle(counts))[1].floor == PUBLIC
    assert read(bundle(counts, more))[1].floor == OWN
