"""Earthquake telegrams, written and read again; and real ones, written from what they say."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases, jma_files, needs_data
from noroshi.core.time import MINUTE
from noroshi.formats.jma_xml.earthquake import instrumental_min
from noroshi.formats.jma_xml.quantities import coordinates
from noroshi.formats.jma_xml.writing import intensity
from noroshi.formats.jma_xml.writing.comments import SENTENCES
from noroshi.formats.jma_xml.writing.issue import Issue
from noroshi.formats.jma_xml.writing.source import Source, fine_position, position
from noroshi.formats.jma_xml.writing.telegram import Area
from noroshi.kinds.earthquake import Intensity
from rewriting import I, S, again, check, paths, plain, root
from seismic_values import (
    ISSUE,
    NOW,
    REGIONS,
    SOURCE,
    STATION,
    issues,
    names,
    only,
    real_paths,
    same_source,
    sources,
)
from seismology import bodies

NO_TSUNAMI = ("0215",)
EARTHQUAKES = ("VXSE43", "VXSE44", "VXSE45", "VXSE51", "VXSE52", "VXSE53", "VXSE61")
#: Codes that JMA gave up in 2011, and a municipality that one report lists twice.
ODD = {
    "32-35_01_03_100514_VXSE53.xml",
    "32-35_01_03_240613_VXSE53.xml",
    "32-35_06_05_240613_VXSE53.xml",
}

# --- real telegrams ----------------------------------------------------------------------------


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("code", EARTHQUAKES)
def test_the_values_of_a_real_telegram_make_its_body_again(code: str) -> None:
    compared = 0
    for path in jma_files(f"*{code}*"):
        if path.name in ODD:
            continue
        tree = root(path.read_bytes())
        data = again(code, tree)
        check(data)
        real, made = tree.find(S + "Body"), root(data).find(S + "Body")
        if code == "VXSE51" and real.find(S + "Comments") is None:
            for added in made.findall(S + "Comments"):
                made.remove(added)  # came with the telegrams of 2012
        for text in made.iterfind(f"{S}Comments/{S}ForecastComment/{S}Text"):
            text.text = text.text.replace(
                SENTENCES["0211"], "津波警報等（警報あるいは注意報）を発表中です。"
            )
        assert plain(made) == plain(real), path.name
        compared += 1
    assert compared


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("code", ["VXSE51", "VXSE52", "VXSE53", "VXSE61"])
def test_the_values_of_a_real_telegram_make_its_head_again(code: str) -> None:
    for path in jma_files(f"*{code}*"):
        tree = root(path.read_bytes())
        if path.name in ODD or tree.findtext(f"{I}Head/{I}InfoType") == "取消":
            continue
        real, made = tree.find(I + "Head"), root(again(code, tree)).find(I + "Head")
        for head in (real, made):
            head.remove(head.find(I + "InfoKindVersion"))
            head.remove(head.find(I + "TargetDateTime"))  # of trial telegrams, the time of trial
        # Until 2022 JMA wrote きょう before the day here.
        text = real.find(f"{I}Headline/{I}Text")
        text.text = text.text.removeprefix("きょう")
        for area in real.iter(I + "Name"):
            area.text = area.text.replace("栃木現", "栃木県")  # their misprint
        assert plain(made) == plain(real), path.name


@needs_data("jma_xml/samples")
def test_every_sentence_is_worded_as_jma_words_it() -> None:
    seen = set()
    for path in [*jma_files("*VXSE*"), *jma_files("*VTSE*")]:
        for form in root(path.read_bytes()).iterfind(f"{S}Body/{S}Comments/*"):
            codes = (form.findtext(S + "Code") or "").split()
            text = re.sub(r"\s", "", form.findtext(S + "Text") or "")
            for code in codes:
                if code in SENTENCES and code != "0211":  # worded anew in 2013
                    assert re.sub(r"\s", "", SENTENCES[code]) in text, (path.name, code)
                    seen.add(code)
    assert set(SENTENCES) - seen == {"0211", "0212", "0216"}


# --- source ------------------------------------------------------------------------------------


@given(st.floats(-180, 180), st.floats(-90, 90), st.none() | st.floats(0, 700_000))
@settings(max_examples=cases(300))
def test_a_position_is_read_as_it_was_to_what_jma_tells(
    longitude: float, latitude: float, depth: float | None
) -> None:
    for write, degrees, metres in ((position, 0.05, 5000), (fine_position, 0.1 / 120, 500)):
        found = coordinates(write(longitude, latitude, depth)[0])
        assert found is not None
        assert found[0] == pytest.approx(longitude, abs=degrees * 1.01)
        assert found[1] == pytest.approx(latitude, abs=degrees * 1.01)
        assert (found[2] is None) == (depth is None)
        if depth is not None:
            assert -found[2] == pytest.approx(depth, abs=metres * 1.01)


def test_positions_are_worded_as_jma_words_them() -> None:
    assert position(138.5, 34.8, 20_000) == (
        "+34.8+138.5-20000/",
        "北緯３４．８度　東経１３８．５度　深さ　２０ｋｍ",
    )
    assert position(100.5, -0.4, None) == (
        "-00.4+100.5/",
        "南緯　０．４度　東経１００．５度　深さ不明",
    )
    assert position(-72.6, -36.1, 570_000)[1] == "南緯３６．１度　西経　７２．６度　深さ５７０ｋｍ"
    assert position(0.01, -0.01, 4_999) == (
        "+00.0+000.0+0/",
        "北緯　０．０度　東経　　０．０度　ごく浅い",
    )
    assert position(135, 30, 695_000)[1].endswith("深さ７００ｋｍ以上")
    assert fine_position(138 + 59.97 / 60, 34, 23_400)[0] == "+3400.0+13900.0-23000/"


@pytest.mark.parametrize("place", [(181.0, 0.0), (0.0, 90.1), (float("nan"), 0.0)])
def test_what_is_no_position_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not a position"):
        position(*place, None)


@given(issues, sources)
@settings(max_examples=cases(60), deadline=None)
def test_a_source_is_read_as_it_was_written(issue: Issue, source: Source) -> None:
    data = intensity.source_report(issue, source, forecast=("0215", "0241"))
    assert data == intensity.source_report(issue, source, forecast=("0215", "0241"))
    editions = check(data)
    found = only(editions, "disaster.earthquake")
    same_source(source, found, MINUTE)
    assert found.event == issue.event
    assert found.forecast_codes == ["0215", "0241"]
    assert {edition.mode for edition in editions} == {issue.mode}
    assert {edition.action for edition in editions} == {issue.action}


def test_a_magnitude_beyond_measure_is_told_in_words_and_a_place_unknown_has_no_point() -> None:
    source = Source(name="不明", code="999", detected=NOW, magnitude_text="Ｍ８を超える巨大地震")
    editions = check(intensity.source_report(ISSUE, source, forecast=NO_TSUNAMI))
    found = only(editions, "disaster.earthquake")
    assert (found.magnitude, found.magnitude_text) == (None, "Ｍ８を超える巨大地震")
    assert found.position_text == "震源要素不明"
    assert [record.geometry for record in editions[1].records] == [None]


def test_a_precise_source_is_told_to_the_kilometre() -> None:
    source = msgspec.structs.replace(SOURCE, depth=23_400)
    data = intensity.precise_source(ISSUE, source, NOW)
    assert only(check(data), "disaster.earthquake").depth == 23_000
    assert "令和　８年　３月　３日０４時０５分をもって" in data.decode()


# --- intensity ---------------------------------------------------------------------------------

felt = st.sampled_from([*intensity.INTENSITIES, intensity.UNRECEIVED])


@st.composite
def stations(draw: st.DrawFn, least: int = 0) -> list[intensity.Station]:
    """Stations in one or two prefectures; codes are told apart by where they stand."""
    found = []
    for number in range(draw(st.integers(least, 12))):
        pref = draw(st.integers(51, 52))
        region = pref * 10 + draw(st.integers(1, 2))
        city = region * 10 + draw(st.integers(1, 3))
        found.append(
            intensity.Station(
                draw(names) + draw(st.sampled_from(["", "＊"])),
                f"{city}{number:03d}",
                draw(felt),
                Area(f"架空{city}市", f"{city}00"),
                Area(f"架空{region}", str(region)),
                Area(f"架空{pref}県", str(pref)),
            )
        )
    return found


def strength(intensities: list[str]) -> str:
    received = [one for one in intensities if one != intensity.UNRECEIVED]
    return max(received, key=lambda one: instrumental_min(one) or 0, default="")


@given(issues, sources, stations(), stations())
@settings(max_examples=cases(60), deadline=None)
def test_intensities_are_read_as_they_were_written(
    issue: Issue,
    source: Source,
    found: list[intensity.Station],
    before: list[intensity.Station],
) -> None:
    editions = check(
        intensity.source_and_intensity(issue, source, found, forecast=NO_TSUNAMI, before=before)
    )
    same_source(source, only(editions, "disaster.earthquake"), MINUTE)
    read: dict[str, Intensity] = bodies(editions, "disaster.intensity")
    if not found:
        assert read == {}
        return
    expected: dict[tuple[str, str, str], list[str]] = {}
    for station in found:
        for level, place in (
            ("pref", station.prefecture),
            ("area", station.region),
            ("city", station.city),
            ("station", station),
        ):
            expected.setdefault((level, place.code, place.name), []).append(station.intensity)
    assert {(body.level, body.code, body.name): body.intensity for body in read.values()} == {
        ("event", "", "震源・震度情報"): strength([station.intensity for station in found]),
        **{key: strength(values) for key, values in expected.items()},
    }
    for body in read.values():
        if body.level == "station" and not body.intensity:
            assert body.condition == intensity.UNRECEIVED
    bulletin = only(editions, "disaster.bulletin")
    starred = any(station.name.endswith("＊") for station in found)
    assert (SENTENCES["0262"] in bulletin.text) == starred


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("code", ["VXSE52", "VXSE53", "VXSE51"])
def test_no_element_is_used_that_jma_does_not_use(code: str) -> None:
    known = real_paths(code) | real_paths("VXSE53")

    @given(issues, sources, stations(least=1), stations(least=1))
    @settings(max_examples=cases(30), deadline=None)
    def used(
        issue: Issue,
        source: Source,
        found: list[intensity.Station],
        before: list[intensity.Station],
    ) -> None:
        source = msgspec.structs.replace(source, land_or_sea="", reduced_name="", condition="")
        source = msgspec.structs.replace(source, landmark="", landmark_code="", institution="")
        if code == "VXSE52":
            data = intensity.source_report(issue, source, forecast=NO_TSUNAMI)
        elif code == "VXSE53":
            data = intensity.source_and_intensity(
                issue, source, found, forecast=NO_TSUNAMI, before=before
            )
        else:
            data = intensity.flash(issue, NOW, REGIONS)
        assert paths(root(data)) <= known

    used()


def test_additions_and_rises_are_marked_against_the_report_before() -> None:
    before = [
        STATION,
        msgspec.structs.replace(STATION, code="5120132", intensity=intensity.UNRECEIVED),
    ]
    now = [
        STATION,
        msgspec.structs.replace(STATION, code="5120132", intensity="6+"),
        msgspec.structs.replace(STATION, code="5130131", city=Area("浜名町", "5130100")),
    ]
    editions = check(
        intensity.source_and_intensity(ISSUE, SOURCE, now, forecast=NO_TSUNAMI, before=before)
    )
    read = bodies(editions, "disaster.intensity")
    assert {key.removeprefix(f"{ISSUE.event}/"): body.revised for key, body in read.items()} == {
        ISSUE.event: "",
        "pref/51": "上方修正",
        "area/981": "上方修正",
        "city/5120100": "上方修正",
        "city/5130100": "追加",
        "station/5120131": "",
        "station/5120132": "追加",
        "station/5130131": "追加",
    }


def test_where_nothing_was_received_five_lower_or_more_is_assumed() -> None:
    missing = msgspec.structs.replace(STATION, intensity=intensity.UNRECEIVED)
    weak = msgspec.structs.replace(STATION, code="5120132", intensity="4")
    editions = check(
        intensity.source_and_intensity(ISSUE, SOURCE, [weak, missing], forecast=NO_TSUNAMI)
    )
    city = bodies(editions, "disaster.intensity")[f"{ISSUE.event}/city/5120100"]
    assert (city.intensity, city.condition) == ("4", intensity.UNRECEIVED)
    items = only(editions, "disaster.bulletin").items
    assert [(item.scope[-5:-1], item.kinds[0].name) for item in items] == [
        ("細分区域", "震度４"),
        ("市町村等", intensity.UNRECEIVED),
    ]


def test_a_flash_report_has_regions_with_three_or_more_and_the_full_one_empties_it() -> None:
    editions = check(intensity.flash(ISSUE, NOW, REGIONS))
    read = bodies(editions, "disaster.intensity")
    assert [(body.level, body.code, body.intensity, body.flash) for body in read.values()] == [
        ("event", "", "6-", True),
        ("pref", "51", "6-", True),
        ("area", "982", "6-", True),
        ("area", "981", "3", True),
    ]
    full = check(intensity.source_and_intensity(ISSUE, SOURCE, [STATION], forecast=NO_TSUNAMI))
    assert full[-1].series == editions[-1].series
    assert full[-1].records == []


@pytest.mark.parametrize("regions", [[], [intensity.Region("架空", "981", "2", Area("県", "51"))]])
def test_a_flash_report_of_nothing_is_refused(regions: list[intensity.Region]) -> None:
    with pytest.raises(ValueError, match="3 or more"):
        intensity.flash(ISSUE, NOW, regions)


@pytest.mark.parametrize("felt", ["0", "5", "8", "5弱", ""])
def test_what_is_no_intensity_is_refused(felt: str) -> None:
    with pytest.raises(ValueError, match="not a JMA intensity"):
        intensity.source_and_intensity(
            ISSUE,
            SOURCE,
            [msgspec.structs.replace(STATION, intensity=felt)],
            forecast=NO_TSUNAMI,
        )
