"""JMA typhoon telegrams (VPTW40–65): our records against the XML itself."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely

from data import needs_data
from noroshi import formats
from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import HOUR, parse
from noroshi.formats import Hints
from noroshi.formats.jma_xml.shapes import destination
from seismology import E, bodies, files, in_words, picture, read, real, records, sample, tree, typed

M = "{http://xml.kishou.go.jp/jmaxml1/body/meteorology1/}"
TYPES = ("VPTW40", "VPTW41", "VPTW50", "VPTW51", "VPTW60", "VPTW62")
CENTRE, AREA, TRACK = "disaster.typhoon", "disaster.typhoon_area", "disaster.typhoon_track"
MILE = 1852.0


# --- samples -----------------------------------------------------------------------------------


def parts(geometry: bytes) -> list[shapely.Polygon]:
    found = list(shapely.get_parts(shapely.from_wkb(geometry)))
    assert all(one.is_valid and isinstance(one, shapely.Polygon) for one in found)
    return found


def steps(root: ET.Element) -> list[ET.Element]:
    return list(root.iter(M + "MeteorologicalInfo"))


def value(element: ET.Element, tag: str, unit: str, type_: str) -> str:
    """Text of the element of that name, unit and type; "" for none or nothing in it."""
    found = [
        one.text or ""
        for one in element.iter(E + tag)
        if one.get("unit") == unit and one.get("type") == type_
    ]
    assert len(found) <= 1
    return found[0] if found else ""


def point(record: Record) -> tuple[float, float]:
    assert record.geometry is not None
    where = shapely.from_wkb(record.geometry)
    return (where.x, where.y)


@needs_data("jma_xml")
def test_every_time_step_of_every_typhoon_telegram() -> None:
    count = Counter[str]()
    for path in files(*TYPES):
        root, editions = tree(path), typed(read(path))
        found = bodies(editions, CENTRE)
        assert len(found) == len(steps(root))
        name = root.findtext(f".//{M}TyphoonNamePart/{M}Name") or ""
        for step, record in zip(steps(root), records(editions, CENTRE), strict=True):
            body = found[record.key]
            when = step.find(M + "DateTime")
            assert when is not None
            assert parse(body.time) == parse(when.text or "")
            word = {"analysis": "実況", "estimate": "推定", "forecast": "予報"}[body.step]
            assert (when.get("type") or "").removeprefix("延長").startswith(word)
            if body.step != "analysis":
                assert f"{body.hours:g}時間後" in (when.get("type") or "").translate(
                    str.maketrans("０１２３４５６７８９", "0123456789")
                )
            # The words beside the position in degrees and minutes, which is not read.
            minutes = [
                one for tag in ("Coordinate", "BasePoint") for one in step.iter(E + tag)
                if one.get("type") == "中心位置（度分）"
            ]  # fmt: skip
            words = minutes[0].get("description", "")
            assert point(record) == pytest.approx(in_words(words)[0], abs=0.05)
            assert body.name == name
            assert body.kind == (step.findtext(f".//{E}TyphoonClass") or "")
            assert body.location == (step.findtext(f".//{M}Location") or "")
            pressure = value(step, "Pressure", "hPa", "中心気圧")
            assert body.pressure == (float(pressure) * 100 if pressure else None)
            speed = value(step, "Speed", "km/h", "移動速度")
            assert body.speed == (pytest.approx(float(speed) / 3.6, abs=0.01) if speed else None)
            knots = value(step, "WindSpeed", "ノット", "最大風速")
            if knots not in ("", "0"):
                # m/s are printed rounded from knots.
                assert body.wind == pytest.approx(float(knots) * MILE / 3600, abs=3)
            else:
                assert body.wind is None
            gust = value(step, "WindSpeed", "m/s", "最大瞬間風速")
            assert body.gust == (float(gust) if gust not in ("", "0") else None)
            count[body.step] += 1
    assert count == {"analysis": 27, "estimate": 8, "forecast": 139}


@needs_data("jma_xml")
def test_every_area_around_every_typhoon() -> None:
    count = Counter[str]()
    for path in files(*TYPES):
        root, editions = tree(path), typed(read(path))
        found = bodies(editions, AREA)
        expected = []
        for step in steps(root):
            for part in [*step.iter(M + "ProbabilityCircle"), *step.iter(M + "WarningAreaPart")]:
                axes = [
                    (axis.findtext(E + "Direction") or "全域",
                     [float(one.text) for one in axis.findall(E + "Radius") if one.text])
                    for axis in part.iter(E + "Axis")
                ]  # fmt: skip
                if axes[0][1]:
                    when = parse(step.findtext(M + "DateTime") or "")
                    expected.append((when, part.get("type"), axes))
        assert len(found) == len(expected)
        centres = {
            one.time: point(record)
            for record, one in zip(
                records(editions, CENTRE), bodies(editions, CENTRE).values(), strict=True
            )
        }
        for record, (when, role, axes) in zip(records(editions, AREA), expected, strict=True):
            body = found[record.key]
            assert (parse(body.time), body.role_ja) == (when, role)
            assert [one.direction for one in body.reach] == [direction for direction, _ in axes]
            assert record.geometry is not None
            [shape] = parts(record.geometry)
            centre = centres[body.time]
            for direction, (miles, kilometres) in axes:
                azimuth = {"全域": None, "北": 0, "北西": 315, "西": 270, "東": 90, "南": 180,
                           "南東": 135}[direction]  # fmt: skip
                radius = max(miles * MILE, 0 if abs(miles * MILE - kilometres * 1000) <= 10_000
                             else kilometres * 1000)  # fmt: skip
                assert abs(radius - kilometres * 1000) <= 10_000
                for towards in range(0, 360, 45) if azimuth is None else (azimuth,):
                    within = shapely.Point(destination(*centre, towards, radius * 0.998))
                    beyond = shapely.Point(destination(*centre, towards, radius * 1.002))
                    assert shape.contains(within)
                    assert not shape.contains(beyond)
            count[body.role] += 1
            assert body.probability == (0.7 if body.role == "probability_circle" else None)
            assert body.wind == {"gale": 15.0}.get(
                body.role, None if body.role == "probability_circle" else 25.0
            )
    assert count == {"probability_circle": 139, "storm_warning": 44, "gale": 26, "storm": 13}


@needs_data("jma_xml")
def test_the_track_runs_through_every_centre() -> None:
    count = 0
    for path in files(*TYPES):
        editions = typed(read(path))
        tracks = records(editions, TRACK)
        ahead = [one for one in bodies(editions, CENTRE).values() if one.step == "forecast"]
        assert len(tracks) == (1 if ahead else 0)
        for track in tracks:
            [body] = bodies(editions, TRACK).values()
            centres = {
                parse(one.time): point(record)
                for record, one in zip(
                    records(editions, CENTRE), bodies(editions, CENTRE).values(), strict=True
                )
                if one.step != "estimate"
            }
            assert track.geometry is not None
            assert list(shapely.from_wkb(track.geometry).coords) == list(centres.values())
            assert [parse(one) for one in body.times] == list(centres)
            count += 1
    assert count == 24


@needs_data("jma_xml")
def test_talim_as_the_telegram_prints_it() -> None:
    editions = typed(sample("10_04_05_170913_VPTW60.xml"))
    body = bodies(editions, CENTRE)["台風解析・予報情報（５日予報）（Ｈ３０）/TC1725/analysis"]
    assert (body.name, body.name_kana, body.number) == ("TALIM", "タリム", "1718")
    assert (body.kind, body.intensity, body.size) == ("台風(TY)", "非常に強い", "")
    assert (body.pressure, body.wind, body.gust) == (95_000.0, 45.0, 60.0)
    assert (body.location, body.direction, body.accuracy) == ("宮古島の北約100km", "北西", "正確")
    last = bodies(editions, CENTRE)["台風解析・予報情報（５日予報）（Ｈ３０）/TC1725/+117h"]
    assert (last.time, last.kind) == ("2017-09-18T21:00:00+09:00", "温帯低気圧(LOW)")
    low = bodies(typed(sample("10_05_01_200826_VPTW60.xml")), CENTRE)
    assert [(one.wind, one.wind_at, one.gust) for one in low.values()][-1] == (None, "", None)
    storm = bodies(editions, AREA)["台風解析・予報情報（５日予報）（Ｈ３０）/TC1725/analysis/storm"]
    assert [(one.direction, one.radius) for one in storm.reach] == [("全域", 110 * MILE)]


@needs_data("jma_xml")
def test_a_radius_whose_miles_and_kilometres_disagree_is_the_longer() -> None:
    editions = typed(sample("09_01_08_100917_VPTW40.xml"))
    odd = bodies(editions, AREA)["台風解析・予報情報（３日予報）/TC0910/+15h/storm_warning"]
    assert [one.radius for one in odd.reach] == [330_000.0]  # 150 海里 would be 278 km


# --- time --------------------------------------------------------------------------------------


@needs_data("jma_xml")
def test_steps_follow_one_another_without_gap_or_overlap() -> None:
    for path in files(*TYPES):
        centres = records(typed(read(path)), CENTRE)
        assert all(a.valid_to == b.valid_from for a, b in pairwise(centres))
        for record, body in zip(centres, bodies(typed(read(path)), CENTRE).values(), strict=True):
            assert record.valid_from is not None
            assert record.valid_to is not None
            assert record.valid_from <= parse(body.time) < record.valid_to
            if body.step != "forecast":
                assert record.valid_to <= parse(body.time) + 3 * HOUR


def steps_shown(tmp: Path, telegrams: list[bytes], at: str) -> list[str]:
    return sorted(key.rpartition("/")[2] for _, key in picture(tmp, telegrams, at, CENTRE))


@needs_data("jma_xml")
def test_the_picture_at_a_time_is_analysis_or_forecast(tmp_path: Path) -> None:
    telegrams = real("10_04_03_170913_VPTW60.xml")
    shown = {
        at: steps_shown(tmp_path / at, telegrams, f"2017-09-{at}:00:00+09:00")
        for at in ("13T21", "13T22", "14T03", "14T07", "15T21", "18T21", "19T10")
    }
    assert shown == {
        "13T21": ["analysis"], "13T22": ["estimate"], "14T03": ["+6h"], "14T07": ["+9h"],
        "15T21": ["+48h"], "18T21": ["+120h"], "19T10": [],
    }  # fmt: skip


@needs_data("jma_xml")
def test_a_newer_telegram_replaces_all_steps_and_an_hourly_one_only_the_analysis(
    tmp_path: Path,
) -> None:
    days, hourly = real("09_01_05_091210_VPTW40.xml", "09_01_07_091210_VPTW40.xml")
    for n, order in enumerate(([days, hourly], [hourly, days])):
        shown = [
            steps_shown(tmp_path / f"{n}{at}", order, f"2009-08-{at}:00:00+09:00")
            for at in ("05T15", "06T10", "06T15", "08T15")
        ]
        assert shown == [["analysis"], ["+24h", "analysis"], ["+24h"], ["+72h"]]
    newer = real("10_04_03_170913_VPTW60.xml", "10_04_05_170913_VPTW60.xml")
    for n, order in enumerate((newer, newer[::-1])):
        assert steps_shown(tmp_path / f"n{n}", order, "2017-09-15T21:00:00+09:00") == ["+45h"]


@needs_data("jma_xml")
def test_a_typhoon_that_has_gone_leaves_no_forecast(tmp_path: Path) -> None:
    telegrams = real("10_04_05_170913_VPTW60.xml", "10_04_08_170918_VPTW60.xml")
    for n, order in enumerate((telegrams, telegrams[::-1])):
        assert steps_shown(tmp_path / f"a{n}", order, "2017-09-18T21:00:00+09:00") == ["analysis"]
        assert steps_shown(tmp_path / f"b{n}", order, "2017-09-19T00:00:00+09:00") == []
        assert picture(tmp_path / f"c{n}", order, "2017-09-18T21:00:00+09:00", TRACK) == {}
    [gone, empty] = typed(sample("10_04_08_170918_VPTW60.xml"))
    [body] = bodies([gone], CENTRE).values()
    assert (body.remark, empty.records) == ("台風消滅（温帯低気圧化）", [])


@needs_data("jma_xml")
def test_a_cancelled_typhoon_telegram_ends_analysis_and_forecast() -> None:
    [data] = real("10_04_05_170913_VPTW60.xml")
    editions = typed(
        formats.read(
            data.replace("<InfoType>発表".encode(), "<InfoType>取消".encode()), Hints()
        ).editions
    )
    assert [(one.series.rpartition("/")[2], one.action, one.records) for one in editions] == [
        ("analysis", Action.CANCEL, []), ("forecast", Action.CANCEL, []),
    ]  # fmt: skip


@needs_data("jma_xml")
def test_the_order_of_arrival_of_typhoon_telegrams_does_not_matter(tmp_path: Path) -> None:
    telegrams = [path.read_bytes() for path in files(*TYPES)]
    pictures = []
    for seed in range(3):
        random.Random(seed).shuffle(telegrams)
        pictures.append(
            [
                picture(tmp_path / f"{seed}{at[:10]}{kind}", telegrams, at, kind)
                for at in ("2009-08-09T21:30:00+09:00", "2020-09-29T18:00:00+09:00")
                for kind in (CENTRE, AREA)
            ]
        )
    assert pictures[0] == pictures[1] == pictures[2]
    assert all(pictures[0][:3])


@needs_data("jma_xml")
def test_a_typhoon_telegram_without_a_position_is_a_fault() -> None:
    [data] = real("10_04_08_170918_VPTW60.xml")
    reading = formats.read(data.replace(b"+47.0+143.0/", b"+97.0+143.0/"), Hints())
    assert typed(reading.editions) == []
    assert "not a position" in reading.faults[0].what


@needs_data("jma_xml")
def test_no_typhoon_telegram_has_a_fault() -> None:
    count = 0
    for path in files(*TYPES):
        editions: list[Edition] = typed(read(path))
        assert editions[0].records
        count += 1
    assert count == 27
