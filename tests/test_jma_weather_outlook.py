"""Expected levels, record rain and rainbands, against an independent reading of the same bytes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weather
from data import cases, jma_files, needs_data
from noroshi import formats
from noroshi.core.time import HOUR, parse
from noroshi.formats import Hints
from noroshi.formats.jma_xml.rain import observed_at, read_amounts
from noroshi.formats.jma_xml.weather_details import duration
from noroshi.kinds import decode
from weather import OUTLOOK, TYPES, E, I, M, bodies, head, records, said, sample, tree

pytestmark = needs_data("jma_xml")

NAMES = [path.name for path in weather.files(*TYPES)] if jma_files() else []
BY_NAME = {path.name: path for path in weather.files(*TYPES)} if jma_files() else {}


def of(*types: str) -> list[str]:
    return [name for name in NAMES if any(type in name for type in types)]


def stated(root: Any) -> dict[tuple[str, ...], list[tuple[int, int, str]]]:
    """Every value with its time, by municipality, hazard, quantity, part and warning. A value that
    points to no step is for all of them."""
    found: dict[tuple[str, ...], list[tuple[int, int, str]]] = {}
    up = {child: parent for parent in root.iter() for child in parent}
    for series in root.iter(M + "TimeSeriesInfo"):
        spans = {}
        for one in series.iter(M + "TimeDefine"):
            start = parse(said(one, "DateTime"))
            spans[one.get("timeId")] = (start, start + duration(said(one, "Duration")))
        whole = (min(start for start, _ in spans.values()), max(end for _, end in spans.values()))
        for item in series.findall(M + "Item"):
            for kind in item.findall(M + "Kind"):
                for value in kind.iter():
                    if value.get("refID") is None and not value.tag.startswith(E):
                        continue
                    part = said(up[value], "AreaName")
                    degree = value.tag == M + "Significancy"
                    what = ("" if degree else value.get("type", ""), part, said(kind, "Name"))
                    about = (
                        value.get("type")
                        if degree
                        else said(next(one for one in kind if value in list(one.iter())), "Type")
                    )
                    text = said(value, "Name") if degree else (value.text or "").strip()
                    key = (said(item, "Area/Code"), about or "", *what)
                    found.setdefault(key, []).append((*spans.get(value.get("refID"), whole), text))
    return found


@pytest.mark.parametrize("name", of("VPWP50", "VPWW54"))
def test_every_expected_value_is_in_the_step_it_points_to(name: str) -> None:
    expected = stated(tree(BY_NAME[name]))
    # The samples define some steps twice; their values are then stated twice for one time.
    left = {key: set(values) for key, values in expected.items()}
    for code, body in bodies(weather.read(BY_NAME[name]), OUTLOOK).items():
        for one in body.expected:
            key = (code, one.about, one.item, one.part, one.warning)
            for step in one.steps:
                start, end = parse(step.start), parse(step.end)
                inside = [each for each in expected[key] if start <= each[0] and each[1] <= end]
                assert inside
                left[key].difference_update(inside)
                for *_, text in inside:
                    if one.item == "":
                        assert step.name == text
                        assert step.level == _level(text)
                    elif step.value is None:
                        assert text in step.text or not text
                    else:
                        scale = 0.01 if "降雪量" in one.item else 1.0
                        assert step.value == pytest.approx(float(text) * scale)
    assert not any(left.values())


def _level(name: str) -> int | None:
    found = re.fullmatch(r"警戒レベル([１-５])(相当)?", name)
    return int(found[1]) if found else None


@pytest.mark.parametrize("name", of("VPWP50", "VPWW54"))
def test_an_outlook_ends_with_its_last_step_and_is_short(name: str) -> None:
    root = tree(BY_NAME[name])
    last = max(end for values in stated(root).values() for _, end, _ in values)
    found = records(weather.read(BY_NAME[name]), OUTLOOK)
    areas = {
        said(item, "Area/Code")
        for series in root.iter(M + "TimeSeriesInfo")
        for item in series.findall(M + "Item")
    }
    assert {one.area for one in found} == {"city:" + code for code in areas}
    assert max(one.valid_to or 0 for one in found) == last
    size = len(BY_NAME[name].read_bytes())
    assert sum(len(one.body) for one in found) < 0.35 * size


def test_levels_to_come_are_read_where_they_are_stated() -> None:
    (data,) = weather.real("81_01_04_250630_VPWP50.xml")
    text = data.decode()
    first = text.index("<Name>警戒レベル２未満</Name>")
    worse = text[:first] + text[first:].replace("警戒レベル２未満", "警戒レベル４相当", 1)
    editions = formats.read(worse.encode(), Hints()).editions
    highest = Counter(one.highest for one in bodies(editions, OUTLOOK).values())
    assert highest == {4: 1, None: 9}


# --- rain and rainbands --------------------------------------------------------------------------


def test_record_rain_by_area_has_the_amounts_of_its_headline() -> None:
    found = bodies(sample("18_03_01_190412_VPOA50.xml"), "disaster.record_rain")
    assert {code: one.area_name for code, one in found.items()} == {
        "016010": "石狩地方",
        "016030": "後志地方",
    }
    amounts = [(one.place, one.amount, one.about, one.near) for one in found["016010"].amounts]
    assert amounts == [("札幌市中央区", 100.0, True, True), ("小樽市", 90.0, True, True)]
    assert found["016010"].observed == "2019-03-28T19:40:00+09:00"
    (kyoto,) = bodies(sample("18_02_01_111226_VPOA50.xml"), "disaster.record_rain").values()
    assert [(one.place, one.amount, one.about, one.at_least) for one in kyoto.amounts] == [
        ("舞鶴市西部", 120.0, False, True),
        ("上京区", 90.0, True, False),
    ]


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@settings(max_examples=cases(100))
@given(
    place=st.text(st.characters(categories=["Lo"]), min_size=1, max_size=8).filter(
        lambda text: "付近" not in text and "で" not in text
    ),
    amount=st.integers(0, 300),
    near=st.sampled_from(["付近", ""]),
    about=st.sampled_from(["約", ""]),
    more=st.sampled_from(["以上", ""]),
)
def test_an_amount_is_read_as_the_headline_puts_it(
    place: str, amount: int, near: str, about: str, more: str
) -> None:
    line = f"{place}{near}で{about}{str(amount).translate(_WIDE)}ミリ{more}"
    (found,) = read_amounts(f"１６時３０分京都府で記録的短時間大雨\n{line}\n命に危険が及ぶ")
    assert (found.place, found.amount) == (place, float(amount))
    assert (found.near, found.about, found.at_least) == (bool(near), bool(about), bool(more))


def test_rain_before_midnight_told_after_it_is_of_the_day_before() -> None:
    told = parse("2026-07-02T00:05:00+09:00")
    assert observed_at("２３時５０分石川県で", told) == parse("2026-07-01T23:50:00+09:00")
    assert observed_at("２５時７０分石川県で", told) is None
    assert observed_at("石川県で記録的短時間大雨", told) is None


@pytest.mark.parametrize("name", of("VPBS50", "VPFJ51", "VPZJ51", "VPCJ51", "VMCJ55"))
def test_record_rain_and_rainbands_are_found_wherever_they_are_stated(name: str) -> None:
    root = tree(BY_NAME[name])
    editions = weather.read(BY_NAME[name])
    tags = " ".join(one.text or "" for one in root.iter(I + "Condition")).split()
    amounts = [one.text for one in root.iter(E + "Precipitation")] if "記録雨" in tags else []
    rain = bodies(editions, "disaster.record_rain").values()
    assert sorted(one.amounts[0].amount for one in rain) == sorted(float(x or "") for x in amounts)
    events = [one for one in root.iter(M + "Event") if one.get("type") == "線状降水帯"]
    bands = bodies(editions, "disaster.rainband").values()
    assert Counter((one.name, parse(one.starts)) for one in bands) == Counter(
        (said(one, "EventName"), parse(said(one, "Time"))) for one in events
    )
    known = decode("disaster.bulletin", editions[0].records[0].body)
    assert known.typed == bool(events or amounts)
    prose = [one.text.strip() for one in root.iter(M + "Text") if one.text and one.text.strip()]
    assert all(one in known.text for one in prose)


def test_a_gauge_and_a_municipality_of_record_rain_are_told_apart() -> None:
    found = {
        one.area: decode(one.kind, one.body)
        for one in records(sample("82_01_02_250318_VPBS50.xml"), "disaster.record_rain")
    }
    assert set(found) == {"jma.station:17631", "city:0154300"}
    gauge, town = found["jma.station:17631"], found["city:0154300"]
    assert (gauge.station, gauge.amounts[0].amount, gauge.amounts[0].about) == (True, 93.0, False)
    assert (town.station, town.amounts[0].amount, town.amounts[0].about) == (False, 100.0, True)


def test_a_rainband_that_formed_is_news_for_three_hours() -> None:
    found = records(sample("82_01_01_241031_VPBS50.xml"), "disaster.rainband")
    assert {one.area for one in found} == {f"jma.forecast:1200{n}0" for n in (1, 2, 3)}
    reported = parse("2023-09-08T10:19:00+09:00")
    assert {one.valid_to for one in found} == {reported + 3 * HOUR}
    assert not any(decode(one.kind, one.body).forecast for one in found)


def test_an_expected_rainband_ends_with_its_period_and_lies_in_no_other_region() -> None:
    found = records(sample("83_02_01_250630_VPZJ51.xml"), "disaster.rainband")
    by_name = {decode(one.kind, one.body).area_name: one for one in found}
    amami = by_name["奄美地方"]
    assert amami.valid_to == parse("2024-08-28T21:00:00+09:00") + 15 * HOUR
    body = decode(amami.kind, amami.body)
    # 011000 of 全国・地方予報区等 is southern Kyushu; of 府県予報区 it would be Soya.
    assert (body.codes, body.forecast, amami.area) == (["011000"], True, None)


def test_a_later_commentary_without_a_rainband_clears_the_expected_one(tmp_path: Path) -> None:
    (data,) = weather.real("83_01_01_250630_VPZJ51.xml")
    text = data.decode()
    later = text.replace("<Serial>1<", "<Serial>2<").replace("T16:21:00", "T20:21:00")
    later = later.replace("線状降水帯予測", "大雨")
    later = re.sub(r"<Event type=\"線状降水帯\".*?</Event>", "", later, flags=re.DOTALL)
    at = parse("2024-07-14T09:00:00+09:00")
    assert len(weather.picture(tmp_path / "0", [data], ["disaster.rainband"], at)) == 7
    for turn, order in enumerate(([data, later.encode()], [later.encode(), data])):
        folder = tmp_path / f"c{turn}"
        assert weather.picture(folder, order, ["disaster.rainband"], at) == {}


def test_a_rainband_told_only_by_its_tag_is_a_record() -> None:
    (data,) = weather.real("82_01_01_241031_VPBS50.xml")
    text = data.decode().replace("線状降水帯発生", "線状降水帯直前")
    text = re.sub(r"<MeteorologicalInfos.*</MeteorologicalInfos>", "", text, flags=re.DOTALL)
    found = records(formats.read(text.encode(), Hints()).editions, "disaster.rainband")
    assert {one.area for one in found} == {f"jma.forecast:1200{n}0" for n in (1, 2, 3)}
    assert all(decode(one.kind, one.body).forecast for one in found)


def test_a_withdrawn_flash_report_leaves_nothing(tmp_path: Path) -> None:
    for turn, name in enumerate(("82_01_01_241031_VPBS50.xml", "82_01_02_250318_VPBS50.xml")):
        (data,) = weather.real(name)
        text = data.decode().replace("<InfoType>発表", "<InfoType>取消")
        gone = re.sub(r"(<Body[^>]*>).*</Body>", r"\1</Body>", text, flags=re.DOTALL).encode()
        kinds = ["disaster.rainband", "disaster.record_rain"]
        for place, order in enumerate(([data, gone], [gone, data])):
            folder = tmp_path / f"{turn}{place}"
            assert weather.picture(folder, order, kinds, lapsed=False) == {}
        time = parse(head(tree(BY_NAME[name]), "ReportDateTime"))
        assert weather.picture(tmp_path / f"{turn}c", [data, gone], kinds, time + HOUR) == {}
        assert weather.picture(tmp_path / f"{turn}d", [data], kinds, time + HOUR) != {}


def test_one_unreadable_series_costs_neither_the_others_nor_the_warnings() -> None:
    (data,) = weather.real("15_11_02_150916_VPWW54.xml")
    bad = data.replace(b"<Duration>P1D</Duration>", b"<Duration>a day</Duration>", 1)
    bad = bad.replace(b"<Duration>PT3H</Duration>", b"<Duration>3 hours</Duration>", 1)
    reading = formats.read(bad, Hints())
    assert {(one.severity, one.what) for one in reading.faults} <= {
        ("error", "not a duration: 'a day'"),
        ("error", "not a duration: '3 hours'"),
    }
    assert reading.faults
    whole = sample("15_11_02_150916_VPWW54.xml")
    assert bodies(reading.editions, weather.WARNING) == bodies(whole, weather.WARNING)
