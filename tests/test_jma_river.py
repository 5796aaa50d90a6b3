"""JMA river flood forecasts (VXKO): our records against the XML itself."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from data import needs_data
from noroshi import formats
from noroshi.core.record import Action, Edition
from noroshi.core.time import DAY, HOUR, parse
from noroshi.formats import Hints, Reading
from seismology import E, bodies, files, picture, read, real, records, sample, tree, typed

M = "{http://xml.kishou.go.jp/jmaxml1/body/meteorology1/}"
I = "{http://xml.kishou.go.jp/jmaxml1/informationBasis1/}"  # noqa: E741
WARNING, LEVEL = "disaster.flood_warning", "disaster.river_level"
TOWN, RAIN = "disaster.flood_municipality", "disaster.basin_rain"
FULL, FLOODED, SHORT, SUDDEN = (
    "16_02_01_220728_VXKOii.xml", "16_04_01_220728_VXKOii.xml",
    "16_05_01_210630_VXKOii.xml", "16_07_01_220728_VXKOii.xml",
)  # fmt: skip
AREA = "123456789012"


def said(element: ET.Element, path: str) -> str:
    return (element.findtext("/".join(M + part for part in path.split("/"))) or "").strip()


def headline(root: ET.Element, scope: str) -> list[tuple[str, str, str, str]]:
    """(kind, its code, area, its code) in the part of the headline about `scope`."""
    return [
        (item.findtext(f"{I}Kind/{I}Name") or "", item.findtext(f"{I}Kind/{I}Code") or "",
         area.findtext(I + "Name") or "", area.findtext(I + "Code") or "")
        for information in root.iter(I + "Information") if scope in information.get("type", "")
        for item in information.findall(I + "Item") for area in item.iter(I + "Area")
    ]  # fmt: skip


@needs_data("jma_xml")
def test_every_forecast_area_with_its_level_as_printed() -> None:
    levels = {}
    for path in files("VXKO"):
        root, editions = tree(path), typed(read(path))
        [(kind, kind_code, name, code)] = headline(root, "（予報区域）")
        assert editions[0].series == f"jma/flood/{code}"
        [record] = records(editions, WARNING)
        body = bodies(editions, WARNING)[code]
        assert (body.kind, body.kind_code, body.name, body.code) == (kind, kind_code, name, code)
        assert (record.area, record.valid_to) == (
            "jma.river:" + code, editions[0].issued + 7 * DAY,
        )  # fmt: skip
        assert [(one.name, one.code) for one in body.rivers] == [
            one[2:] for one in headline(root, "（河川）")
        ]
        assert [(one.name, one.code) for one in body.regions] == [
            one[2:] for one in headline(root, "（府県予報区等）")
        ]
        # 警戒レベルN相当情報 follows 【, and the kind's code begins with the same N.
        printed = (root.findtext(f".//{I}Headline/{I}Text") or "").split("警戒レベル")[1][0]
        assert body.level == "０１２３４５".index(printed) == int(kind_code[0])
        assert (body.basis, body.lifted) == ("headline", False)
        levels[path.name[:8]] = body.level
    assert levels == {"16_02_01": 3, "16_04_01": 5, "16_05_01": 3, "16_07_01": 4}


@needs_data("jma_xml")
def test_every_water_level_of_every_gauge_with_its_thresholds() -> None:
    count = Counter[str]()
    for path in files("VXKO"):
        root, editions = tree(path), typed(read(path))
        found = {one.name: one for one in bodies(editions, LEVEL).values()}
        times = {}
        for series in root.iter(M + "TimeSeriesInfo"):
            if series.find(f".//{M}WaterLevelPart") is not None:
                times = {
                    one.get("timeId"): parse(said(one, "DateTime"))
                    for one in series.iter(M + "TimeDefine")
                }
        stations = [one for one in root.iter(M + "Item") if one.find(M + "Station") is not None]
        assert [said(one, "Station/Name") for one in stations] == list(found)
        for item in stations:
            body = found[said(item, "Station/Name")]
            assert body.code == said(item, "Station/Code")
            steps = [body.observed, *body.forecast]
            values = {
                (parse(step.time), "水位"): step.level for step in steps
            } | {(parse(step.time), "レベル"): step.rank for step in steps}  # fmt: skip
            expected = {
                (times[one.get("refID")], one.get("type")):
                None if not one.text or (one.get("type"), one.text) == ("レベル", "9")
                else float(one.text)
                for one in item.iter(E + "WaterLevel")
            }  # fmt: skip
            assert values == expected
            count["value"] += sum(one is not None for one in values.values())
            assert body.observed.name == "現況"
            count["gauge"] += 1
        for part in root.iter(M + "HydrometricStationPart"):
            body = found[said(part, "Area/Name")]
            assert [(one.name, one.value, one.condition) for one in body.thresholds] == [
                (one.get("type"), float(one.text or ""), one.get("condition"))
                for one in part.iter(E + "WaterLevel")
            ]
            assert len(body.sections) == len(part.findall(M + "ChargeSection"))
            assert body.districts == said(part, "Area/SubCityList").split()
            count["threshold"] += len(body.thresholds)
    assert count == {"gauge": 9, "value": 102, "threshold": 45}


@needs_data("jma_xml")
def test_a_gauge_as_printed() -> None:
    editions = typed(sample(FULL))
    first, second, _ = bodies(editions, LEVEL).values()
    assert (first.observed.level, first.observed.level_condition, first.observed.rank) == (
        143.0, "上昇", 2,
    )  # fmt: skip
    assert [(one.level, one.rank) for one in first.forecast][:2] == [(144.8, 3), (145.0, 4)]
    assert [(one.name, one.value) for one in first.thresholds][3] == ("レベル４氾濫危険水位", 144.9)
    assert {(one.level, one.level_condition, one.rank) for one in second.forecast} == {
        (None, "未計算", None)
    }
    gauges = records(editions, LEVEL)
    assert {one.area for one in gauges} == {"jma.water_level_station:12345678901234567"}
    # Samples give one code to all gauges; each is kept, and each has a key of its own.
    assert len({one.key for one in gauges}) == 3
    start = parse("2019-05-27T09:00:00+09:00")
    assert [(one.valid_from, one.valid_to) for one in gauges] == [
        (start, start + 6 * HOUR), (start, start + 3 * HOUR), (start, start + 6 * HOUR),
    ]  # fmt: skip


@needs_data("jma_xml")
def test_every_statement_municipality_period_of_rain_and_arrival_of_water() -> None:
    count = Counter[str]()
    for path in files("VXKO"):
        root, editions = tree(path), typed(read(path))
        items = list(root.iterfind(f".//{M}Warning/{M}Item"))
        statements = [one for one in items if said(one, "Kind/Property/Type") == "主文"]
        found = list(bodies(editions, "disaster.flood_statement").values())
        assert [(one.text, [s.name for s in one.stations]) for one in found] == [
            (said(one, "Kind/Property/Text"), [said(s, "Name") for s in one.iter(M + "Station")])
            for one in statements
        ]
        for one in found:
            assert f"【警戒レベル{'０１２３４５'[one.level]}相当】" in one.text
        towns = [
            (said(item, "Kind/Name"), said(one, "Prefecture"), said(one, "City"),
             said(one, "CityCode"), [] if said(one, "SubCityList") == "-"
             else said(one, "SubCityList").split())
            for item in items if item not in statements for one in item.iter(M + "Area")
        ]  # fmt: skip
        assert [
            (one.kind, one.prefecture, one.city, one.city_code, one.districts)
            for one in bodies(editions, TOWN).values()
        ] == towns
        rain = [period for one in bodies(editions, RAIN).values() for period in one.periods]
        assert [one.amount for one in rain] == [
            float(one.text or "") for one in root.iter(E + "Precipitation")
        ]
        for one in rain:
            hours = (parse(one.ends) - parse(one.starts)) // HOUR
            assert hours == (3 if "見込み" in one.name else 6)
        water = list(bodies(editions, "disaster.flood_arrival").values())
        parts = list(root.iter(M + "FloodAssumptionPart"))
        assert [(one.place, one.arrival, one.deepest) for one in water] == [
            (said(one, "FloodAssumptionArea"), said(one, "AttainmentTime"),
             said(one, "AttainmentDeepestTime")) for one in parts
        ]  # fmt: skip
        assert [
            [depth for depth in (one.depth_from, one.depth_to) if depth is not None]
            for one in water
        ] == [
            [float(d.text or "") for d in one.iter() if d.tag.endswith("}FloodDepth")]
            for one in parts
        ]
        count.update(statement=len(found), town=len(towns), rain=len(rain), water=len(water))
    assert count == {"statement": 7, "town": 11, "rain": 6, "water": 5}


@needs_data("jma_xml")
def test_a_short_telegram_leaves_the_gauges_of_the_full_one(tmp_path: Path) -> None:
    telegrams = real(FULL, SHORT)
    for n, order in enumerate(itertools.permutations(telegrams)):
        when = "2019-05-27T10:00:00+09:00"
        assert len(picture(tmp_path / f"a{n}", list(order), when, LEVEL)) == 3
        assert len(picture(tmp_path / f"b{n}", list(order), when, TOWN)) == 4
        [body] = picture(tmp_path / f"c{n}", list(order), when, WARNING).values()
        assert body["level"] == 3
    assert [one.series for one in typed(sample(SHORT))] == [f"jma/flood/{AREA}"]


@needs_data("jma_xml")
def test_the_order_of_arrival_of_flood_forecasts_does_not_matter(tmp_path: Path) -> None:
    # One number, one minute, three contents: even then one picture.
    telegrams = real(FULL, FLOODED, SUDDEN)
    pictures = [
        [
            picture(tmp_path / f"{n}{kind}", list(order), "2019-05-27T10:00:00+09:00", kind)
            for kind in (WARNING, LEVEL, TOWN, "disaster.flood_arrival")
        ]
        for n, order in enumerate(itertools.permutations(telegrams))
    ]
    assert all(one == pictures[0] for one in pictures)
    assert len(pictures[0][0]) == 1


# --- what no sample has ------------------------------------------------------------------------


def changed(*edits: tuple[str, str]) -> bytes:
    """The full sample an hour later, with replacements."""
    [data] = real(FULL)
    text = data.decode().replace("<ReportDateTime>2019-05-27T09", "<ReportDateTime>2019-05-27T10")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def editions_of(data: bytes) -> list[Edition]:
    reading: Reading = formats.read(data, Hints())
    assert reading.faults == []
    return typed(reading.editions)


@needs_data("jma_xml")
def test_a_level_in_the_name_is_taken_from_there() -> None:
    editions = editions_of(
        changed(
            ("<Name>氾濫警戒情報<", "<Name>レベル４氾濫危険警報<"), ("警戒レベル３相当情報", "")
        )
    )
    [body] = bodies(editions, WARNING).values()
    assert (body.kind, body.level, body.basis) == ("レベル４氾濫危険警報", 4, "name")


@needs_data("jma_xml")
def test_a_flood_called_off_is_lifted_for_a_day_and_its_rest_ends(tmp_path: Path) -> None:
    off = changed(("<Name>氾濫警戒情報<", "<Name>氾濫注意情報解除<"), ("<Code>30<", "<Code>10<"))
    start, _, rest = off.decode().partition("<Body")
    empty = f"{start}<Body{rest.partition('>')[0]}></Body></Report>".encode()
    telegrams = [*real(FULL), empty]
    for n, order in enumerate((telegrams, telegrams[::-1])):
        later = "2019-05-27T11:00:00+09:00"
        [body] = picture(tmp_path / f"a{n}", order, later, WARNING).values()
        assert (body["lifted"], body.get("level")) == (True, None)
        assert picture(tmp_path / f"b{n}", order, later, TOWN) == {}
        before = "2019-05-27T09:30:00+09:00"
        assert len(picture(tmp_path / f"c{n}", order, before, TOWN)) == 4
        after = "2019-05-28T10:00:00+09:00"
        assert picture(tmp_path / f"d{n}", order, after, WARNING) == {}


@needs_data("jma_xml")
def test_a_partly_lifted_flood_is_still_in_force() -> None:
    [body] = bodies(
        editions_of(changed(("<Name>氾濫警戒情報<", "<Name>氾濫注意情報（警戒情報解除）<"))),
        WARNING,
    ).values()
    assert (body.lifted, body.level) == (False, 3)


@needs_data("jma_xml")
def test_a_cancelled_flood_forecast_leaves_nothing() -> None:
    editions = editions_of(changed(("<InfoType>発表", "<InfoType>取消")))
    assert {(one.series, one.action, len(one.records)) for one in editions} == {
        (f"jma/flood/{AREA}{part}", Action.CANCEL, 0) for part in ("", "/body", "/gauges")
    }


@needs_data("jma_xml")
def test_real_codes_of_municipalities_become_areas() -> None:
    editions = editions_of(changed(("<CityCode>0000000<", "<CityCode>10202<")))
    assert {one.area for one in records(editions, TOWN)} == {"city:1020200"}
    assert {one.area for one in records(typed(sample(FULL)), TOWN)} == {None}


@needs_data("jma_xml")
def test_a_gauge_may_measure_discharge() -> None:
    editions = editions_of(
        changed(
            ("</WaterLevelPart>", "</WaterLevelPart><DischargePart>"
             '<jmx_eb:Discharge type="流量" unit="m3/s" refID="1" condition="上昇">1200'
             '</jmx_eb:Discharge><jmx_eb:Discharge type="レベル" refID="1">3</jmx_eb:Discharge>'
             "</DischargePart>"),
        )
    )  # fmt: skip
    first = next(iter(bodies(editions, LEVEL).values()))
    assert (first.observed.discharge, first.observed.rank, first.observed.level) == (
        1200.0, 3, 143.0,
    )  # fmt: skip


@needs_data("jma_xml")
@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('type="水位" unit="m"', 'type="水位" unit="ft"', "unit of water level"),
        ('unit="ミリ"', 'unit="inch"', "unit of rain"),
        ("（予報区域）", "（不明）", "no forecast area"),
        ('refID="7"', 'refID="8"', "KeyError"),
    ],
)
def test_what_departs_from_the_schema_is_a_fault_and_the_bulletin_is_kept(
    old: str, new: str, what: str
) -> None:
    reading = formats.read(changed((old, new)), Hints())
    assert [one.series.startswith("jma/bulletin/") for one in reading.editions] == [True]
    [fault] = reading.faults
    assert what in fault.what
