"""Weather telegrams against an independent reading of the same bytes, over all samples."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weather
from data import cases, jma_files, needs_data
from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.core.time import parse
from noroshi.formats import Hints
from noroshi.kinds import decode
from weather import (
    LEVELLED,
    OLD,
    REGION,
    TABLES,
    TYPES,
    WARNING,
    E,
    I,
    M,
    bodies,
    head,
    in_force,
    items,
    records,
    said,
    sample,
    summary,
    tree,
)

pytestmark = needs_data("jma_xml")

NAMES = [path.name for path in weather.files(*TYPES)] if jma_files() else []
BY_NAME = {path.name: path for path in weather.files(*TYPES)} if jma_files() else {}
#: Of every type one telegram that is quick to take apart.
SMALL = sorted(
    min((name for name in NAMES if type in name), key=lambda name: BY_NAME[name].stat().st_size)
    for type in (TYPES if NAMES else ())
)


def of(*types: str) -> list[str]:
    return [name for name in NAMES if any(type in name for type in types)]


def test_every_type_has_its_samples() -> None:
    counts = Counter(re.sub(r".*(V[A-Z]{3}\d\d).*", r"\1", name) for name in NAMES)
    assert [counts[type] for type in TYPES] == [
        *(14, 8, 6, 2, 2, 2, 1, 1, 1, 1, 9, 4, 4),
        *(3, 2, 4, 4, 3, 2, 1, 2),
    ]


# --- tables by municipality ----------------------------------------------------------------------


@pytest.mark.parametrize("name", of(*OLD, *LEVELLED, "VPHW50", "VPHW51"))
def test_a_municipality_has_a_record_exactly_where_something_is_in_force(name: str) -> None:
    root = tree(BY_NAME[name])
    expected = {
        said(item, "Area/Code"): (
            said(item, "Area/Name"),
            [summary(kind) for kind in in_force(item)],
        )
        for _, item in items(root, True)
        if in_force(item)
    }
    found = bodies(weather.read(BY_NAME[name]), weather.kind_of(BY_NAME[name]))
    assert {
        code: (one.area_name, [weather.own_summary(kind) for kind in one.kinds])
        for code, one in found.items()
    } == expected


@pytest.mark.parametrize("name", of("VXWW50"))
def test_a_landslide_alert_stands_exactly_where_it_is_not_lifted(name: str) -> None:
    root = tree(BY_NAME[name])
    title = head(root.find(I + "Head"), "Title")
    expected = {
        said(item, "Area/Code"): (said(item, "Area/Name"), said(item, "Kind/Status"), True)
        for _, item in items(root, True)
        if said(item, "Kind/Name") == "警戒"
    }
    found = bodies(weather.read(BY_NAME[name]), "disaster.landslide_alert")
    assert {
        code: (one.area_name, one.kinds[0].status, title.endswith(one.kinds[0].name))
        for code, one in found.items()
    } == expected
    assert {one.level for one in found.values()} <= {4}


@pytest.mark.parametrize("name", of(*TABLES))
def test_records_lie_in_the_area_they_name_and_carry_product_and_office(name: str) -> None:
    root = tree(BY_NAME[name])
    for record in records(weather.read(BY_NAME[name]), weather.kind_of(BY_NAME[name])):
        body = decode(record.kind, record.body)
        assert record.area == "city:" + body.code
        assert body.division == "市町村等"
        assert body.product == head(root, "Title")
        assert body.office == head(root, "PublishingOffice")
        title = head(root.find(I + "Head"), "Title")
        assert body.region
        assert title.startswith(body.region)


@pytest.mark.parametrize("name", of(*OLD, *LEVELLED, "VPHW50", "VPHW51"))
def test_other_divisions_are_records_of_their_own(name: str) -> None:
    expected = {
        (type[type.index("（") + 1 : -1], said(item, "Area/Code")): (
            said(item, "Area/Name"),
            [said(kind, "Name") for kind in in_force(item)],
            said(item, "FullStatus"),
        )
        for type, item in items(tree(BY_NAME[name]), False)
        if in_force(item)
    }
    found = {}
    for record in records(weather.read(BY_NAME[name]), REGION):
        one = decode(REGION, record.body)
        found[one.division, one.code] = (one.area_name, [each.name for each in one.kinds], one.full)
        coast = one.division == "高潮予報区間"
        assert record.area == (None if coast else "jma.forecast:" + one.code)
    assert found == expected


@pytest.mark.parametrize("name", of(*OLD, *LEVELLED))
def test_no_statement_of_a_property_is_lost(name: str) -> None:
    found = bodies(weather.read(BY_NAME[name]), WARNING)
    for _, item in items(tree(BY_NAME[name]), True):
        for kind in in_force(item):
            properties = list(kind.findall(M + "Property"))
            values = [
                (one.get("type"), one.text)
                for each in properties
                for one in each.iter()
                if one.tag.startswith(E) and one.get("condition") != "値なし"
            ]
            count = Counter(one.tag.removeprefix(M) for each in properties for one in each.iter())
            (own,) = (
                one
                for one in found[said(item, "Area/Code")].kinds
                if one.name == said(kind, "Name")
            )
            kinds = Counter(one.item for one in own.details)
            assert kinds["warning"] == count["WarningPeriod"]
            assert kinds["advisory"] == count["AdvisoryPeriod"]
            assert kinds["peak"] == count["PeakTime"]
            assert kinds["criteria"] == count["CriteriaClass"]
            assert kinds[""] == count["Significancy"]
            measured = [one for one in own.details if one.unit or one.item == "風向"]
            assert [one.item for one in measured] == [type for type, _ in values]
            for one, (_, text) in zip(measured, values, strict=True):
                if one.value is not None:
                    scale = 0.01 if "降雪量" in one.item else 1.0
                    assert one.value == pytest.approx(float(text or "") * scale)
                else:
                    assert (text or "").strip() in one.text


@pytest.mark.parametrize("name", of(*LEVELLED))
def test_the_level_of_a_levelled_telegram_is_the_one_in_the_name(name: str) -> None:
    for body in bodies(weather.read(BY_NAME[name]), WARNING).values():
        levels = [weather.printed_level(kind.name) for kind in body.kinds]
        assert [kind.level for kind in body.kinds] == levels
        assert [kind.basis for kind in body.kinds] == ["name" if one else "" for one in levels]
        assert body.level == max((one for one in levels if one), default=None)


@pytest.mark.parametrize("name", of(*OLD))
def test_an_old_telegram_gives_a_category_and_no_invented_level(name: str) -> None:
    words = {"特別警報": "emergency", "警報": "warning", "注意報": "advisory"}
    for body in bodies(weather.read(BY_NAME[name]), WARNING).values():
        assert body.level is None
        for kind in body.kinds:
            assert (kind.level, kind.basis) == (None, "")
            (ending,) = (one for one in words if kind.name == kind.hazard + one)
            assert kind.category == words[ending]
        order = list(words.values())
        assert order.index(body.category) == min(order.index(one.category) for one in body.kinds)


def test_maizuru_has_its_storm_surge_with_level_peak_and_time() -> None:
    body = bodies(sample("15_16_02_241031_VPWW57.xml"), WARNING)["2620200"]
    assert (body.area_name, body.level, body.category) == ("舞鶴市", 4, "danger")
    (kind,) = body.kinds
    assert (kind.name, kind.code, kind.hazard) == ("レベル４高潮危険警報", "48", "高潮")
    assert kind.last.name == "レベル３高潮警報"
    found = {(one.about, one.item, one.part): one for one in kind.details}
    peak = found["高潮ピーク", "潮位", "舞鶴湾"]
    assert (peak.value, peak.unit, peak.time) == (4.5, "m", "2020-06-23T08:30:00+09:00")
    reached = found["高潮危険度", "criteria", "（高潮予報区間以外）"]
    assert (reached.level, reached.time, reached.until) == (
        *(4, "2020-06-23T06:00:00+09:00"),
        "2020-06-23T12:00:00+09:00",
    )
    assert body.office == "京都府 京都地方気象台"
    coast = bodies(sample("15_16_02_241031_VPWW57.xml"), REGION)["26xxxx"]
    assert (coast.area_name, coast.covers) == ("舞鶴湾", ["舞鶴市"])


def test_periods_and_notices_of_an_old_telegram_are_told_in_its_words() -> None:
    body = bodies(sample("15_01_03_160628_VPWW50.xml"), WARNING)["4010000"]
    rain = body.kinds[0]
    assert (rain.name, rain.condition) == ("大雨警報", "土砂災害、浸水害")
    assert [(one.about, one.item, one.text, one.value) for one in rain.details] == [
        ("土砂災害", "warning", "２５日昼前まで", None),
        ("土砂災害", "advisory", "２５日夕方まで", None),
        ("浸水", "warning", "２４日夜遅くまで", None),
        ("浸水", "advisory", "２５日朝まで", None),
        ("浸水", "１時間最大雨量", "８０ミリ", 80.0),
    ]
    toyama = bodies(sample("15_11_02_150916_VPWW54.xml"), WARNING)["1620100"]
    surge = next(one for one in toyama.kinds if one.name == "高潮警報")
    assert surge.next == ["９日昼過ぎまでに高潮特別警報に切り替える可能性が高い"]


# --- landslides and tornadoes --------------------------------------------------------------------


def test_the_landslide_alert_has_the_level_of_its_name_or_else_of_its_headline() -> None:
    now = bodies(sample("17_04_01_250630_VXWW50.xml"), "disaster.landslide_alert")
    assert {code: one.area_name for code, one in now.items()} == {
        "1420600": "小田原市",
        "1438300": "真鶴町",
        "1438400": "湯河原町",
    }
    (kind,) = now["1420600"].kinds
    assert (kind.name, kind.level, kind.basis) == ("レベル４土砂災害危険警報", 4, "name")
    assert (kind.hazard, kind.category) == ("土砂災害", "danger")
    before = bodies(sample("17_01_01_190529_VXWW50.xml"), "disaster.landslide_alert")
    (kind,) = before["4010000"].kinds
    assert (kind.name, kind.level, kind.basis) == ("土砂災害警戒情報", 4, "headline")
    assert (kind.hazard, kind.category) == ("土砂災害", "")


@pytest.mark.parametrize("name", of("VPHW50", "VPHW51"))
def test_a_tornado_watch_ends_when_it_says(name: str) -> None:
    root = tree(BY_NAME[name])
    until = parse(head(root, "ValidDateTime"))
    assert parse(head(root, "ReportDateTime")) < until
    editions = weather.read(BY_NAME[name])
    found = records(editions, "disaster.tornado_watch") + records(editions, REGION)
    assert {one.valid_to for one in found} == {until}
    seen = "目撃情報あり" in head(root, "Text")
    for body in bodies(editions, "disaster.tornado_watch").values():
        assert (body.sighted, parse(body.until)) == (seen, until)


def test_areas_of_a_sighting_are_named() -> None:
    found = bodies(sample("19_07_01_140425_VPHW51.xml"), "disaster.tornado_watch")
    areas = [(one.name, one.code) for one in found["4220100"].sighted_areas]
    assert areas == [("南部", "420010"), ("北部", "420020")]


# --- bad telegrams -------------------------------------------------------------------------------


def test_a_malformed_property_is_a_fault_and_the_warnings_stay() -> None:
    (data,) = weather.real("15_16_02_241031_VPWW57.xml")
    bad = data.replace(b"<Time>2020-06-23T06:00:00+09:00</Time>", b"<Time>soon</Time>", 1)
    reading = formats.read(bad, Hints())
    (fault,) = reading.faults
    assert fault.severity == "warning"
    assert "soon" in fault.what
    assert re.match(r"line \d+, Property", fault.where)
    names = {code: one.kinds[0].name for code, one in bodies(reading.editions, WARNING).items()}
    whole = bodies(sample("15_16_02_241031_VPWW57.xml"), WARNING)
    assert names == {code: one.kinds[0].name for code, one in whole.items()}


def test_a_warning_without_an_area_is_reported_and_not_dropped_in_silence() -> None:
    (data,) = weather.real("15_16_03_241226_VPWW55.xml")
    text = data.decode()
    first = text.index("<Area>\n<Name>稚内市</Name>", text.index("<Body"))
    end = text.index("</Area>", first) + len("</Area>")
    reading = formats.read((text[:first] + text[end:]).encode(), Hints())
    (fault,) = reading.faults
    assert "without an area" in fault.what
    assert len(bodies(reading.editions, WARNING)) == 9


@settings(max_examples=cases(120), deadline=None)
@given(data=st.data())
def test_a_telegram_with_parts_missing_is_read_or_refused_but_never_breaks(
    data: st.DataObject,
) -> None:
    name = data.draw(st.sampled_from(SMALL))
    root = tree(BY_NAME[name])
    for _ in range(data.draw(st.integers(1, 4))):
        parents = [one for one in root.iter() if len(one)]
        if not parents:
            break
        parent = parents[data.draw(st.integers(0, len(parents) - 1))]
        child = parent[data.draw(st.integers(0, len(parent) - 1))]
        if data.draw(st.booleans()):
            parent.remove(child)
        else:
            child.text = data.draw(st.sampled_from(["", "x", "-1", "NaN", "２０２６", "\u3000"]))
    try:
        reading = formats.read(ET.tostring(root), Hints())
    except UnreadableMessage:
        return
    for edition in reading.editions:
        assert len({one.key for one in edition.records}) == len(edition.records)
        for one in edition.records:
            decode(one.kind, one.body)
