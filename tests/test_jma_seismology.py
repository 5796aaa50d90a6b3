"""JMA earthquake telegrams: our records against the XML itself."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases, jma_files, needs_data
from noroshi import formats
from noroshi.core.record import Action, Mode
from noroshi.core.time import parse
from noroshi.formats import Hints
from noroshi.formats.jma_xml.earthquake import instrumental_min
from noroshi.formats.jma_xml.quantities import coordinates, number, positions
from noroshi.kinds import decode
from seismology import (
    TYPES,
    S,
    bodies,
    cancelled,
    check_source,
    files,
    picture,
    read,
    real,
    records,
    said,
    sample,
    sent_at,
    tree,
    typed,
)

FORECASTS = {"disaster.eew", "disaster.eew_area", "disaster.tsunami_arrival"}

# --- all of them -------------------------------------------------------------------------------


@needs_data("jma_xml")
def test_every_real_telegram_of_these_types_has_typed_editions() -> None:
    seen: Counter[str] = Counter()
    for path in files(*TYPES):
        editions = typed(read(path))
        assert editions, path.name
        for edition in editions:
            if cancelled(tree(path)):
                assert edition.action is Action.CANCEL
                assert edition.records == []
            for one in edition.records:
                decode(one.kind, one.body)
                if one.kind in FORECASTS:
                    assert one.valid_to is not None, "a forecast does not stay for ever"
        seen[re.search("V[XTY]SE..", path.name)[0]] += 1  # type: ignore[index]
    # VXSE62 is not among the samples; its own test has one that we made.
    assert set(seen) == set(TYPES) - {"VXSE62"}
    assert sum(seen.values()) == 165


@needs_data("jma_xml")
def test_status_gives_the_mode_and_nothing_else_changes_it() -> None:
    words = {"通常": Mode.ACTUAL, "訓練": Mode.EXERCISE, "試験": Mode.TEST}
    modes: Counter[Mode] = Counter()
    for path in files(*TYPES):
        status = next(one.text for one in tree(path).iter() if one.tag.endswith("}Status"))
        assert {one.mode for one in read(path)} == {words[status or ""]}
        modes[words[status or ""]] += 1
    assert modes[Mode.EXERCISE] >= 8


# --- positions and magnitudes ------------------------------------------------------------------


def test_positions_in_degrees_and_in_degrees_and_minutes() -> None:
    assert coordinates("+34.8+138.5-20000/") == (138.5, 34.8, -20000.0)
    assert coordinates("+3447.1+13829.9-23000/") == (138.4983333, 34.785, -23000.0)
    assert coordinates("-36.1-072.6/") == (-72.6, -36.1, None)
    assert coordinates("+9.5+138/") == (138.0, 9.5, None)
    assert coordinates("+3135.58+13039.40+1060/") == (130.6566667, 31.593, 1060.0)
    assert positions("/+35+138/+35-141/") == [(138.0, 35.0, None), (-141.0, 35.0, None)]


@pytest.mark.parametrize(
    "text",
    ["", "/", "NaN", "+91+135/", "+35+181/", "+3460+13500/", "+34.8/", "34.8 138.5", "+3447+138/"],
)
def test_what_is_no_position_gives_none(text: str) -> None:
    assert coordinates(text) is None


def test_only_finite_numbers_are_numbers() -> None:
    assert [number(text) for text in ("6.5", "NaN", "inf", "", "不明", None)] == [6.5, *[None] * 5]


def test_a_malformed_corner_refuses_the_whole_line() -> None:
    with pytest.raises(ValueError, match="north"):
        positions("+35+138/north/+35+141/")


@settings(max_examples=cases(200))
@given(
    latitude=st.floats(-89.99, 89.99),
    longitude=st.floats(-179.99, 179.99),
    height=st.none() | st.integers(-700000, 9999),
)
def test_a_position_written_in_either_notation_reads_the_same(
    latitude: float, longitude: float, height: int | None
) -> None:
    end = "/" if height is None else f"{height:+d}/"
    plain = coordinates(f"{latitude:+010.6f}{longitude:+011.6f}{end}")
    minutes = []
    for value, width in ((latitude, 2), (longitude, 3)):
        total = round(abs(value) * 60 * 10**5)
        whole, rest = divmod(total, 60 * 10**5)
        sign = "-" if value < 0 else "+"
        minutes.append(f"{sign}{whole:0{width}d}{rest // 10**5:02d}.{rest % 10**5:05d}")
    fine = coordinates("".join(minutes) + end)
    assert plain is not None and fine is not None  # noqa: PT018
    assert plain[:2] == pytest.approx((longitude, latitude), abs=1e-6)
    assert fine[:2] == pytest.approx((longitude, latitude), abs=1e-6)
    assert plain[2] == fine[2] == (None if height is None else float(height))


@pytest.mark.parametrize(
    ("intensity", "least"),
    [("1", 0.5), ("4", 3.5), ("5-", 4.5), ("5+", 5.0), ("6-", 5.5), ("6+", 6.0), ("7", 6.5)],
)
def test_intensity_classes_begin_where_the_scale_says(intensity: str, least: float) -> None:
    assert instrumental_min(intensity) == least
    assert instrumental_min("震度５弱以上未入電") is None


# --- sources -----------------------------------------------------------------------------------


@needs_data("jma_xml")
def test_every_source_is_where_and_as_strong_as_its_words_say() -> None:
    checked = 0
    for path in files("VXSE52", "VXSE53", "VXSE61"):
        root = tree(path)
        elements = root.findall(f".//{S}Earthquake")
        found = records(read(path), "disaster.earthquake")
        assert len(found) == len(elements)
        for record, element in zip(found, elements, strict=True):
            body = decode(record.kind, record.body)
            check_source(record, body, element)
            assert record.valid_from == parse(said(element, "OriginTime"))
            assert body.event == record.key
            assert body.institution == said(element, "Hypocenter/Source")
            checked += 1
    assert checked == 45


@needs_data("jma_xml")
def test_unknown_magnitude_and_depth_stay_unknown() -> None:
    (path,) = jma_files("20230411000017*")
    body = bodies(read(path), "disaster.earthquake")["20230410221000"]
    assert (body.magnitude, body.magnitude_text, body.depth) == (None, "Ｍ不明", None)
    (great,) = bodies(sample("32-39_11_06_250206_VTSE41.xml"), "disaster.tsunami_source").values()
    assert (great.magnitude, great.magnitude_text) == (None, "Ｍ８を超える巨大地震")
    assert great.landmark == "牡鹿半島の東南東１３０ｋｍ付近"


@needs_data("jma_xml")
def test_the_finer_source_in_minutes_replaces_the_coarse_one(tmp_path: Path) -> None:
    telegrams = real("32-35_07_06_240613_VXSE53.xml", "32-35_07_09_240613_VXSE61.xml")
    kind, key = "disaster.earthquake", "20090811050711"
    for turn, order in enumerate((telegrams, telegrams[::-1])):
        shown = picture(tmp_path / str(turn), order, "2009-08-11T05:08:00+09:00", kind)
        assert shown[kind, key]["depth"] == 23000.0
        assert (
            shown[kind, key]["position_text"]
            == "北緯３４度４７．１分　東経１３８度２９．９分　深さ　２３ｋｍ"
        )


@needs_data("jma_xml")
def test_a_cancellation_that_reuses_the_serial_removes_the_source(tmp_path: Path) -> None:
    names = [path.name for path in jma_files("32-39_05_*VXSE53*")]
    assert names[-1] == "32-39_05_12_100915_VXSE53.xml"
    last = real(names[-1])[0].replace("取消".encode(), "発表".encode())
    for turn, order in enumerate((names, names[::-1])):
        shown = picture(tmp_path / str(turn), real(*order), "2010-02-28T10:00:00+09:00")
        assert shown == {}
    shown = picture(tmp_path / "kept", real(*names[:-1]), "2010-02-28T10:00:00+09:00")
    assert [key for kind, key in shown if kind == "disaster.earthquake"] == ["20100227153529"]
    assert formats.read(last, Hints()).editions[1].action is Action.ISSUE


# --- intensity ---------------------------------------------------------------------------------

LEVELS = {"Pref": "pref", "Area": "area", "City": "city", "IntensityStation": "station"}
SCHEMES = {
    "pref": "pref:", "area": "jma.seismic:", "city": "city:", "station": "jma.intensity_station:",
}  # fmt: skip


@needs_data("jma_xml")
@pytest.mark.parametrize("type", ["VXSE51", "VXSE53"])
def test_every_prefecture_area_municipality_and_station_has_its_intensity(type: str) -> None:
    levels: Counter[str] = Counter()
    for path in files(type):
        observation = tree(path).find(f".//{S}Observation")
        expected: dict[tuple[str, str, str], set[str]] = {}
        for tag, level in LEVELS.items():
            for element in observation.iter(S + tag) if observation is not None else ():
                place = (level, said(element, "Code"), said(element, "Name"))
                value = (
                    said(element, "MaxInt") or said(element, "Int") or said(element, "Condition")
                )
                expected.setdefault(place, set()).add(value)
        found = bodies(read(path), "disaster.intensity")
        whole = [one for one in found.values() if one.level == "event"]
        places = {
            (one.level, one.code, one.name): one for one in found.values() if one.level != "event"
        }
        assert places.keys() == expected.keys(), path.name
        for place, values in expected.items():
            assert {places[place].intensity or places[place].condition} == values
            levels[place[0]] += 1
        if observation is not None:
            assert [one.intensity for one in whole] == [said(observation, "MaxInt")]
            strongest = max(one.instrumental_min or 0 for one in places.values())
            assert whole[0].instrumental_min == strongest
        for record in records(read(path), "disaster.intensity"):
            body = found[record.key]
            if body.level != "event":
                assert record.area == SCHEMES[body.level] + body.code
                assert record.key.startswith(f"{body.event}/{body.level}/{body.code}")
            assert body.flash == (type == "VXSE51")
    assert min(levels["pref"], levels["area"]) > 50
    assert (levels["station"] > 5000) == (type == "VXSE53")


@needs_data("jma_xml")
def test_spot_values_of_an_intensity_report() -> None:
    found = bodies(sample("32-35_04_06_240613_VXSE53.xml"), "disaster.intensity")
    station = found["20100125161517/station/4520431"]
    assert msgspec.to_builtins(station) == {
        "event": "20100125161517",
        "level": "station",
        "name": "日南市南郷町南町＊",
        "code": "4520431",
        "intensity": "4",
        "instrumental_min": 3.5,
        "revised": "追加",
    }
    missing = [
        one
        for path in files("VXSE53")
        for one in bodies(read(path), "disaster.intensity").values()
        if one.condition == "震度５弱以上未入電"
    ]
    assert {one.level for one in missing} == {"city", "station"}
    assert all(one.intensity == "" for one in missing if one.level == "station")


@needs_data("jma_xml")
def test_municipalities_that_share_a_code_are_told_apart_and_none_is_told_twice() -> None:
    found = bodies(sample("32-35_06_05_240613_VXSE53.xml"), "disaster.intensity")
    shared = {key for key, one in found.items() if one.level == "city" and one.code == "0599900"}
    assert shared == {f"20080614084350/city/0599900/{name}" for name in ("潟上市", "三種町")}
    (data,) = real("32-35_06_05_240613_VXSE53.xml")
    twice = "<City><Name>潟上市</Name><Code>0599900</Code><MaxInt>".encode()
    before, one, between, other, after = re.split(b"(" + twice + b")4", data)
    for lots in ((b"5-", b"4"), (b"4", b"5-")):
        changed = b"".join((before, one, lots[0], between, other, lots[1], after))
        stronger = bodies(formats.read(changed, Hints()).editions, "disaster.intensity")
        assert stronger["20080614084350/city/0599900/潟上市"].intensity == "5-"


@needs_data("jma_xml")
@pytest.mark.parametrize("seed", range(3))
def test_the_full_report_clears_the_flash_report_in_any_order(tmp_path: Path, seed: int) -> None:
    names = ["32-35_07_01_100915_VXSE51.xml", "32-35_07_05_100915_VXSE51.xml",
             "32-35_07_06_240613_VXSE53.xml"]  # fmt: skip
    at, kind = "2009-08-11T05:20:00+09:00", "disaster.intensity"
    flash = picture(tmp_path / "flash", real(*names[:2]), at, kind)
    assert len(flash) == len(records(sample(names[1]), kind)) > 0
    random.Random(seed).shuffle(names)
    shown = picture(tmp_path / "all", real(*names), at, kind)
    assert len(shown) == len(records(sample("32-35_07_06_240613_VXSE53.xml"), kind))
    assert not any(one.get("flash") for one in shown.values())
    late = picture(tmp_path / "late", real(*names), "2009-08-20T00:00:00+09:00", kind)
    assert late == shown, "that it shook stays true"


@needs_data("jma_xml")
@pytest.mark.parametrize("second", range(5, 50, 9))
def test_flash_reports_of_one_minute_stand_in_the_order_of_sending(
    tmp_path: Path, second: int
) -> None:
    (first,) = real("32-35_07_01_100915_VXSE51.xml")
    second_report = first.replace(b"<MaxInt>4<", b"<MaxInt>7<")
    assert second_report != first
    for turn, telegrams in enumerate(
        (
            [sent_at(first, second), sent_at(second_report, second + 1)],
            [sent_at(second_report, second + 1), sent_at(first, second)],
        )
    ):
        shown = picture(tmp_path / str(turn), telegrams, "2009-08-11T05:10:00+09:00")
        assert any(one.get("intensity") == "7" for one in shown.values())
