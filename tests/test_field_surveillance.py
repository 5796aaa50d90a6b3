"""What comes from the field: tick sheets, signals, wastewater, FHIR; read, and told apart."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.record import Mode
from noroshi.core.time import parse, show
from noroshi.engine.reading import read_outcome
from noroshi.formats import Hints, Reading, recognise
from noroshi.formats.exercise import envelope
from noroshi.kinds import decode
from noroshi.store import QUARANTINED

HINTS = Hints(received=parse("2031-07-03T10:00:00+09:00"), source="here")
WIDE = """診療日報
日付,施設ID,避難所名,チーム名,診療者数,急性呼吸器感染症,急性水様性下痢・嘔吐,麻疹疑い,担当者,便秘
2031/7/2,S1,第一小学校,甲,12,4,正正下,-,山田,2
令和13年7月2日,S2,公民館,甲,x,,0,,,
2031/7/9,S2,公民館,甲,3,1,0,,,
"""
LINE_LIST = """a,b,e,h,m,ID,MDSa,Age,M/Y,MDS1-3,MDS4,MDS8,MDS9,MDS25,MDS49,Ver
Org,X,090,2031-07-02,School,P1,2,3,01/2028,1,0,1,1,0,0,1
Org,X,090,2031-07-02,School,P2,5,,,3,0,0,1,0,0,1
"""
FORM = """Team,X
Date of activity,2031-07-02
Facility,School
No,Item,<5,>=5,Total
9,Acute respiratory infection,2,3,5
10,Acute watery diarrhea,1,0,2
13,Suspected measles,0,0,0
25,Skin disease,,4,
26,Acute mental health problem,0,2,2
"""
SIGNALS = """ID,件名,探知日,症候群,患者数,情報源種別,検証状況,リスク評価,疾病名,URL
1,小学校で嘔吐,2031/7/1,急性胃腸炎,12人,報道,未検証,高,感染性胃腸炎,javascript:x
"""
WATER = """札幌市 下水サーベイランス
採水日,処理場名,新型コロナウイルス（コピー/L）,インフルエンザA型,検出下限値,流入水量(m3/日),処理人口
2031/6/1,創成川,"12,000",不検出,100,80000,200000
2031/6/8,創成川,＜150,0,100,,
2031/6/8,新川,50,検査中,100,,
"""


def bodies(data: str | bytes, encoding: str = "utf-8") -> tuple[list[Any], Reading]:
    data = data.encode(encoding) if isinstance(data, str) else data
    reading = formats.read(data, HINTS)
    records = [one for edition in reading.editions for one in edition.records]
    return [decode(one.kind, one.body) for one in records], reading


# --- tick sheets --------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_a_table_of_days_gives_a_record_for_each_place_and_keeps_no_name(encoding: str) -> None:
    (first, second), reading = bodies(WIDE, encoding)
    assert (first.code, first.seen, first.fever_respiratory, first.diarrhoea) == ("S1", 12, 4, 13)
    assert first.measles == 0
    assert first.extra == {"便秘": "2"}
    assert second.seen is None
    assert second.extra == {"診療者数": "x"}
    assert [one.severity for one in reading.faults] == ["warning", "error"]
    assert "yet to come" in reading.faults[1].what
    assert reading.floor == PUBLIC
    assert reading.editions[0].records[0].key == "2031-07-02/S1/甲"


def test_a_line_list_is_counted_and_stays_inside() -> None:
    [day], reading = bodies(LINE_LIST)
    assert (day.seen, day.male, day.pregnant, day.children, day.elderly) == (2, 1, 1, 1, 1)
    assert (day.fever_respiratory, day.injury, day.rash, day.sexual_violence) == (2, 1, 0, 0)
    assert day.under_five["fever_respiratory"] == 1
    assert reading.floor == OWN
    assert all(one not in str(day) for one in ("P1", "P2", "2028", "090"))


def test_the_paper_form_turned_into_a_table_is_read_down() -> None:
    [day], reading = bodies(FORM)
    assert (day.name, day.team, day.date) == ("School", "X", "2031-07-02")
    assert (day.fever_respiratory, day.diarrhoea, day.rash, day.mental) == (5, 2, 4, 2)
    assert day.under_five == {"fever_respiratory": 2, "diarrhoea": 1}
    assert len(reading.faults) == 2
    people = FORM.split("No,")[0] + "項目,1,2,3\n性別,男,女,\n発熱,✓,,\n急性呼吸器感染症,✓,レ,\n"
    people += "創傷,,○,\n高血圧状態,,,\n治療中断,,x,\n"
    [day], reading = bodies(people)
    assert (day.seen, day.fever, day.fever_respiratory, day.wound, day.hypertension) == (
        2,
        1,
        2,
        1,
        0,
    )
    assert reading.floor == OWN


def test_who_may_be_harmed_is_told_to_the_organisation_alone() -> None:
    told = WIDE.replace("便秘", "MDS49").replace("令和", "平成")
    assert bodies(told)[1].floor == OWN


@pytest.mark.parametrize("text", [
    "名称,住所,緯度,経度,避難者数\n小学校,x,37,137,5\n", "疾病,発熱,麻疹\nA,1,2\n",
    "MDS7,MDS8,MDS9,MDS10,sample\n1,2,3,4,a\n", "ID,緯度,経度,急性呼吸器感染症\n1,37,137,2\n",
    "日付,処理場,値\n2031/6/1,a,3\n", "採水日,井戸,濃度\n2031/6/1,a,3\n",
    "ID,件名,リスク\n1,a,高\n",
])  # fmt: skip
def test_tables_of_others_are_left_to_them(text: str) -> None:
    found = recognise(text.encode())
    assert found is not None
    assert found.name == "csv"


def test_a_senders_mapping_goes_first() -> None:
    mapping = {"kind": "health.shelter_syndrome", "key": ["日付", "施設ID"], "whole": False,
               "fields": {"name": "避難所名", "date": "日付", "seen": "診療者数"}}  # fmt: skip
    reading = formats.read(WIDE.encode(), Hints(received=1, source="here", mapping=mapping))
    assert reading.editions[0].records[0].key == "2031/7/2/S1"


@pytest.mark.parametrize("text", [WIDE, LINE_LIST, FORM, SIGNALS, WATER])
def test_an_exercise_is_never_real_whatever_is_in_its_envelope(text: str) -> None:
    reading = formats.read(envelope(text.encode(), Mode.EXERCISE), HINTS)
    assert {one.mode for one in reading.editions} == {Mode.EXERCISE}
    titled = formats.read(f"【訓練】,,\n{text}".encode(), HINTS)
    assert {one.mode for one in titled.editions} == {Mode.EXERCISE}


# --- signals and wastewater ---------------------------------------------------------------------


def test_signals_are_read_from_a_table_and_from_json() -> None:
    [one], reading = bodies(SIGNALS)
    assert (one.date, one.count, one.source_type, one.verification, one.risk, one.disease) == (
        "2031-07-01", 12, "news", "unverified", "high", "gastroenteritis",
    )  # fmt: skip
    assert one.url == ""
    assert not reading.editions[0].whole
    given = {"event_signals": [{"id": "A/1", "title": "Vomiting", "detected": "2031-07-01",
                                "source_type": "hospital", "verification": "verified"}],
             }  # fmt: skip
    [one], reading = bodies(json.dumps(given))
    assert (one.source_type, one.verification) == ("hospital", "verified")
    assert reading.editions[0].records[0].key == "A/1"


def test_below_the_limit_is_not_zero_and_each_plant_is_a_series() -> None:
    samples, reading = bodies(WATER)
    assert [one.series for one in reading.editions] == [
        "wastewater/here/創成川", "wastewater/here/新川",
    ]  # fmt: skip
    first, flu, second, none, third = samples
    assert (first.detected, first.concentration, first.per_person) == (True, 12000, 4.8e6)
    for one, limit in ((flu, 100), (second, 150), (none, 100), (third, 100)):
        assert (one.detected, one.concentration, one.detection_limit) == (False, None, limit)
    assert third.extra == {"新型コロナウイルス（コピー/L）": "50"}
    ends = [show(one.valid_to) for one in reading.editions[0].records]
    assert ends == ["2031-06-07T15:00:00Z"] * 2 + ["2031-06-21T15:00:00Z"] * 2


# --- FHIR ---------------------------------------------------------------------------------------

SECRET = "山田太郎"


def result(id: str, code: str, **more: Any) -> dict[str, Any]:
    return {"fullUrl": f"urn:uuid:{id}", "resource": {
        "resourceType": "Observation", "id": id, "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6", "display": "RNA"}]},
        "subject": {"reference": "Patient/p1", "display": SECRET},
        "performer": [{"display": SECRET}, {"reference": "Organization/lab"}],
        "effectiveDateTime": "2031-07-02T23:30:00+09:00", "note": [{"text": SECRET}],
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
        **more,
    }}  # fmt: skip


BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle", "id": f"b-{SECRET}"[:3], "type": "collection", "entry": [
        result("o1", "260373001"), result("o2", "260415000"), result("o3", "419984006"),
        result("o4", "260373001", status="preliminary"),
        {"resource": {"resourceType": "Patient", "id": "p1", "name": [{"text": SECRET}],
                      "address": [{"state": "富山県", "city": SECRET}]}},
        {"resource": {"resourceType": "Organization", "id": "lab", "name": "衛生研究所",
                      "address": [{"state": "石川県"}]}},
        {"resource": {"resourceType": "MeasureReport", "status": "complete", "type": "summary",
                      "measure": "http://example.jp/Measure/covid", "period": {
                          "start": "2031-06-24", "end": "2031-06-30"},
                      "group": [{"code": {"coding": [{"code": "COVID-19"}]}, "population": [
                          {"code": {"coding": [{"code": "denominator"}]}, "count": 120},
                          {"code": {"coding": [{"code": "numerator"}]}, "count": 12}]}]}},
    ]}  # fmt: skip


def test_results_of_persons_become_counts_that_stay_inside() -> None:
    (counted, measured), reading = bodies(json.dumps(BUNDLE))
    assert (counted.tested, counted.positive, counted.undetermined) == (3, 1, 1)
    assert (counted.period_start, counted.area_code, counted.performer) == (
        "2031-07-02", "17", "衛生研究所",
    )  # fmt: skip
    assert (measured.tested, measured.positive, measured.disease) == (120, 12, "covid19")
    assert not measured.aggregated
    assert reading.floor == OWN
    assert any("preliminary" in one.what for one in reading.faults)
    assert SECRET not in str(reading)
    only = {**BUNDLE, "entry": BUNDLE["entry"][-1:]}
    assert bodies(json.dumps(only))[1].floor == PUBLIC


def test_what_is_no_fhir_is_refused_by_entry_and_what_stands_there_is_not_told() -> None:
    bad = copy.deepcopy(BUNDLE)
    del bad["entry"][1]["resource"]["status"]
    bad["entry"][2]["resource"]["effectiveDateTime"] = SECRET
    bad["entry"][3]["resource"][SECRET] = 1
    outcome = read_outcome(json.dumps(bad).encode(), HINTS)
    assert outcome.state == QUARANTINED
    assert outcome.floor == OWN
    for place in ("entry[1] (Observation): status", "entry[2] (Observation): effectiveDateTime",
                  "entry[3] (Observation)"):  # fmt: skip
        assert place in outcome.reason
    assert SECRET not in outcome.reason


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ()
    )  # fmt: skip
    found = [path] if path else []
    for name, one in inside:
        found += _paths(one, (*path, name))
    return found


PATHS = _paths(BUNDLE)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(["coding", "code", "reference", "value", "start", "display", "text"]),
        inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PATHS), JUNK), min_size=1, max_size=3))
def test_a_damaged_bundle_is_read_or_refused_and_tells_nobody(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    damaged = copy.deepcopy(BUNDLE)
    for path, junk in changes:
        at: Any = damaged
        try:
            for one in path[:-1]:
                at = at[one]
            at[path[-1]] = copy.deepcopy(junk)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        told = str(formats.read(json.dumps(damaged).encode(), HINTS, formats.get("fhir")))
    except UnreadableMessage as error:
        told = str(error)
    assert SECRET not in told


CELL = st.sampled_from([
    "", "日付", "MDS9", "MDSa", "<5", "2031/7/1", "12", "正", "x", "避難所名", "School", "採水日",
    "濃度(コピー/L)", "処理場名", "<100", "ND", "1e300", "-1", "急性呼吸器感染症", "発熱", "ID",
    "検証状況",
    "情報源種別", "探知日", "37,1", '"', "年齢", "\u0000", "９" * 30,
])  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["emt_mds", "wastewater", "event_signals"]),
       st.sampled_from([WIDE, LINE_LIST, FORM, WATER, SIGNALS, ""]),
       st.lists(st.lists(CELL, max_size=7), max_size=4))  # fmt: skip
def test_a_damaged_table_is_read_or_refused(name: str, text: str, rows: list[list[str]]) -> None:
    data = (text + "\n".join(",".join(row) for row in rows)).encode()
    recognise(data)
    try:
        for edition in formats.read(data, HINTS, formats.get(name)).editions:
            for one in edition.records:
                decode(one.kind, one.body)
    except UnreadableMessage:
        pass
