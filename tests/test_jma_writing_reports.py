"""Written weather reports: landslide alerts, rain, tornado watches, outlooks, prose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weather_writing as w
from data import cases
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, JST, MINUTE, parse, show
from noroshi.domains.samples import picture
from noroshi.formats.jma_xml.writing.bulletin import commentary, prefectural_information
from noroshi.formats.jma_xml.writing.landslide import landslide_alert
from noroshi.formats.jma_xml.writing.outlook import STEP, Course, outlook
from noroshi.formats.jma_xml.writing.rain import (
    Amount,
    Band,
    event_of,
    rainband,
    rainband_outlook,
    record_rain,
)
from noroshi.formats.jma_xml.writing.telegram import Area
from noroshi.formats.jma_xml.writing.tornado import tornado_watch
from noroshi.formats.jma_xml.writing.warning_kinds import HAZARDS, LEVELS

LANDSLIDE, RAIN, BAND = "disaster.landslide_alert", "disaster.record_rain", "disaster.rainband"
WATCH = "disaster.tornado_watch"
DIVISIONS = [Area(one.name, one.code) for one in w.REGION.divisions]
SHIOMI, SHIRANAMI, NARUSE, *_ = w.CODES
EXERCISE = {"reported": w.NOON, "serial": 1, "mode": Mode.EXERCISE}
sets = st.sets(st.sampled_from(w.CODES)).map(frozenset)


def bulletin(data: bytes) -> Any:
    [body] = w.bodies(w.read(data), "disaster.bulletin").values()
    return body


# --- landslide alerts --------------------------------------------------------------------------


@settings(max_examples=cases(40), deadline=None)
@given(sets, sets, w.times, st.integers(1, 99), st.booleans())
def test_any_alert_stands_where_it_is_in_force_at_level_four(
    now: frozenset[str], before: frozenset[str], at: int, serial: int, levelled: bool
) -> None:
    def write() -> bytes:
        return landslide_alert(
            w.REGION,
            now,
            before,
            reported=at,
            serial=serial,
            mode=Mode.EXERCISE,
            levelled=levelled,
        )

    data = write()
    assert data == write()
    assert w.strange_paths(data, "17_0*VXWW50*") == set()
    editions = w.read(data)
    assert {one.issued for one in editions} == {at}
    found = {one.code: one for one in w.bodies(editions, LANDSLIDE).values()}
    assert set(found) == now
    for code, body in found.items():
        [kind] = body.kinds
        assert kind.status == ("継続" if code in before else "発表")
        assert (kind.level, kind.basis) == (4, "name" if levelled else "headline")
    lifted = [
        area.code
        for item in bulletin(data).items
        if item.kinds[0].name == "解除"
        for area in item.areas
    ]
    assert set(lifted) == before - now


def test_an_alert_called_off_ends_it() -> None:
    first = landslide_alert(w.REGION, {SHIOMI, NARUSE}, **EXERCISE)
    more: dict = {**EXERCISE, "serial": 2, "reported": w.NOON + HOUR}
    partly = landslide_alert(w.REGION, {NARUSE}, {SHIOMI, NARUSE}, **more)
    more = {**EXERCISE, "serial": 3, "reported": w.NOON + 2 * HOUR}
    last = landslide_alert(w.REGION, set(), {NARUSE}, **more)
    assert bulletin(first).title == "風早県レベル４土砂災害危険警報"
    assert bulletin(last).headline.startswith("＜全警戒解除＞")
    for telegrams, left in (([first, partly], [NARUSE]), ([first, partly, last], [])):
        editions = [one for data in telegrams for one in w.read(data)]
        found = [one.area for one in picture(editions) if one.kind == LANDSLIDE]
        assert found == [f"city:{code}" for code in left]


# --- record rain and rainbands -----------------------------------------------------------------


@st.composite
def amounts(draw: st.DrawFn) -> list[Amount]:
    found = []
    for code in sorted(draw(st.sets(st.sampled_from(w.CODES), min_size=1))):
        gauge = draw(st.booleans())
        place = Area(draw(w.names), code[2:]) if gauge else Area(w.NAMES[code], code)
        amount = draw(st.integers(50, 250))
        found.append(Amount(place, amount, gauge, draw(st.booleans())))
    return found


@settings(max_examples=cases(40), deadline=None)
@given(amounts(), w.times, st.booleans(), st.booleans())
def test_any_record_rain_gives_back_its_amounts(
    said: list[Amount], at: int, old: bool, both: bool
) -> None:
    observed = at - 10 * MINUTE
    where = DIVISIONS if both else DIVISIONS[:1]
    data = record_rain(
        w.REGION,
        where,
        said,
        observed=observed,
        reported=at,
        serial=1,
        event=event_of("JPXX", observed, at),
        mode=Mode.EXERCISE,
        old=old,
    )
    assert w.strange_paths(data, "18_*VPOA50*" if old else "82_*VPBS50*") == set()
    editions = w.read(data)
    bodies = list(w.bodies(editions, RAIN).values())
    expected = [
        (one.place.name, float(one.amount), not one.gauge and not one.more, one.more)
        for one in said
    ]
    if old:
        assert [one.code for one in bodies] == [one.code for one in where]
        found = [(a.place, a.amount, a.about, a.at_least) for a in bodies[0].amounts]
    else:
        assert [(one.area_name, one.station) for one in bodies] == [
            (one.place.name, one.gauge) for one in said
        ]
        assert {len(one.amounts) for one in bodies} == {1}
        each = [one.amounts[0] for one in bodies]
        found = [(a.place, a.amount, a.about, a.at_least) for a in each]
    assert found == expected
    assert {one.observed for one in bodies} == {show(observed, JST)}


def test_the_headline_of_record_rain_says_when_where_and_how_much() -> None:
    said = [Amount(Area("汐見市", SHIOMI), 100), Amount(Area("橋本", "51101"), 93, gauge=True)]
    more: dict = {**EXERCISE, "observed": w.NOON - 20 * MINUTE, "event": "JPXX1_2"}
    assert bulletin(record_rain(w.REGION, DIVISIONS[:1], said, **more)).headline == (
        "１１時４０分、風早県汐見市、橋本で記録的短時間大雨。\n汐見市付近で約１００ミリ。\n橋本で９３ミリ。\n"
        "命に危険が及ぶ土砂災害や浸水害、洪水による災害発生の危険度が急激に高まっています。"
    )
    old = bulletin(record_rain(w.REGION, DIVISIONS[:1], said, **more, old=True))
    assert old.headline == (
        "１１時４０分風早県で記録的短時間大雨\n汐見市付近で約１００ミリ\n橋本で９３ミリ"
    )


@settings(max_examples=cases(20), deadline=None)
@given(w.times, st.booleans())
def test_a_rainband_that_has_formed_is_read_for_each_division(at: int, both: bool) -> None:
    where = DIVISIONS if both else DIVISIONS[1:]
    formed = at - 10 * MINUTE
    data = rainband(
        w.REGION,
        where,
        formed=formed,
        reported=at,
        serial=2,
        event=event_of("JPXX", formed, at),
        mode=Mode.EXERCISE,
    )
    assert w.strange_paths(data, "82_*VPBS50*") == set()
    found = w.bodies(w.read(data), BAND).values()
    assert [(one.area_name, one.codes, one.forecast, one.starts) for one in found] == [
        (one.name, [one.code], False, show(formed, JST)) for one in where
    ]


def test_a_rainband_that_may_form_is_read_with_its_period() -> None:
    band = Band(
        "風早県",
        Area("南海地方", "015100"),
        w.NOON + 6 * HOUR,
        w.NOON + 24 * HOUR,
        "夜遅くにかけて",
    )
    data = rainband_outlook(
        [band],
        overview="台風の周りの湿った空気が流れ込みます。",
        prevention="厳重に警戒してください。",
        event="JPXX310001",
        **EXERCISE,
    )
    assert w.strange_paths(data, "83_*VPZJ51*") == set()
    [body] = w.bodies(w.read(data), BAND).values()
    assert (body.area_name, body.forecast, body.codes) == ("風早県", True, ["015100"])
    assert (body.starts, body.ends) == (show(band.start, JST), show(band.end, JST))


# --- tornado watches ---------------------------------------------------------------------------


@settings(max_examples=cases(30), deadline=None)
@given(
    st.sets(st.sampled_from([one.code for one in DIVISIONS]), min_size=1),
    st.booleans(),
    w.times,
    st.booleans(),
)
def test_any_watch_covers_its_divisions_until_it_ends(
    divisions: set[str], seen: bool, at: int, levelled: bool
) -> None:
    sighted = sorted(divisions)[:1] if seen else []
    data = tornado_watch(
        w.REGION,
        divisions,
        sighted,
        until=at + HOUR,
        reported=at,
        serial=1,
        mode=Mode.EXERCISE,
        levelled=levelled,
    )
    assert w.strange_paths(data, "19_*VPHW*") == set()
    found = w.bodies(w.read(data), WATCH).values()
    expected = {
        place.code
        for one in w.REGION.divisions
        if one.code in divisions
        for group in one.groups
        for place in group.municipalities
    }
    assert {one.code for one in found} == expected
    assert {(one.until, one.sighted, one.region) for one in found} == {
        (show(at + HOUR, JST), seen, "風早県")
    }
    for one in found:
        assert [area.code for area in one.sighted_areas] == sighted


def test_a_watch_for_no_division_is_refused() -> None:
    with pytest.raises(ValueError, match="風早県"):
        tornado_watch(w.REGION, set(), until=w.NOON, **EXERCISE)


# --- outlooks ----------------------------------------------------------------------------------

START = parse("2031-09-17T18:00:00+09:00")


@st.composite
def courses(draw: st.DrawFn) -> dict[str, list[Course]]:
    steps = draw(st.integers(1, 13))
    found = {}
    for code in sorted(draw(st.sets(st.sampled_from(w.CODES), min_size=1))):
        each = []
        for hazard in draw(st.lists(st.sampled_from(sorted(HAZARDS)), min_size=1, unique=True)):
            category = st.sampled_from(["", *HAZARDS[hazard].kinds])
            amounts = st.tuples(*[st.integers(0, 99).map(float)] * steps)
            measured = hazard in ("大雨", "暴風", "波浪", "高潮") and draw(st.booleans())
            each.append(
                Course(
                    hazard,
                    draw(st.tuples(*[category] * steps)),
                    draw(amounts) if measured else (),
                )
            )
        found[code] = each
    return found


@settings(max_examples=cases(30), deadline=None)
@given(courses())
def test_any_outlook_gives_back_degrees_and_amounts_of_every_step(
    said: dict[str, list[Course]],
) -> None:
    data = outlook(w.REGION, START, said, reported=w.NOON, mode=Mode.EXERCISE)
    assert data == outlook(w.REGION, START, said, reported=w.NOON, mode=Mode.EXERCISE)
    assert w.strange_paths(data, "81_*VPWP50*") == set()
    found = {one.code: one for one in w.bodies(w.read(data), "disaster.weather_outlook").values()}
    assert set(found) == set(said)
    for code, each in said.items():
        degrees = {one.about: one for one in found[code].expected if not one.item}
        amounts = {one.item: one for one in found[code].expected if one.item}
        for course in each:
            hazard = HAZARDS[course.hazard]
            if hazard.levelled:
                expected = [LEVELS[one] if one else None for one in course.categories]
                steps = degrees[hazard.degree].steps
                assert spread(steps, "level", len(expected)) == expected
        for values in [one.amounts for one in each if one.amounts]:
            assert list(values) in [
                spread(one.steps, "value", len(values)) for one in amounts.values()
            ]


def spread(steps: list, field: str, count: int) -> list:
    """The value of each step of three hours; equal neighbours were joined by the reader."""
    found = []
    for step in steps:
        lasts = (parse(step.end) - parse(step.start)) // STEP
        found += [getattr(step, field)] * lasts
    assert len(found) == count
    return found


def test_the_steps_of_an_outlook_have_the_names_of_the_parts_of_the_day() -> None:
    said = {SHIOMI: [Course("大雨", ("advisory", "warning"), (30.0, 60.0))]}
    text = outlook(w.REGION, START, said, reported=w.NOON, mode=Mode.EXERCISE).decode()
    assert "１７日夜のはじめ頃" in text
    assert "１７日夜遅く" in text
    with pytest.raises(ValueError, match="as many steps"):
        outlook(
            w.REGION,
            START,
            {SHIOMI: [Course("大雨", ("advisory",), (1.0, 2.0))]},
            reported=w.NOON,
            mode=Mode.EXERCISE,
        )


# --- prose -------------------------------------------------------------------------------------


def test_prose_is_kept_as_it_was_written() -> None:
    text = "　台風第９号は北上しています。\n\n＜防災事項＞\n　高波に警戒してください。"
    data = prefectural_information(
        w.REGION, "台風第９号", "高波に警戒してください。", text, event="JPXX310002", **EXERCISE
    )
    assert w.strange_paths(data, "22_*VPFJ50*") == set()
    body = bulletin(data)
    assert body.title == "台風第９号に関する風早県気象情報"
    assert (body.headline, body.text) == ("高波に警戒してください。", text.strip())


def test_a_commentary_carries_its_tags_and_a_rainband_tag_is_a_rainband() -> None:
    data = commentary(
        w.REGION,
        "台風第９号",
        "線状降水帯が発生するおそれがあります。",
        overview="台風第９号は北上しています。",
        prevention="土砂災害に厳重に警戒してください。",
        supplement="次の情報は１８日６時頃に発表する予定です。",
        tags=("台風", "線状降水帯予測"),
        divisions=DIVISIONS[:1],
        typhoon="T3109",
        cyclone="TC3112",
        event="JPXX310003",
        **EXERCISE,
    )
    assert w.strange_paths(data, "*VPFJ51*") == set()
    body = bulletin(data)
    assert "台風第９号は北上しています。\n土砂災害に厳重に警戒してください。" in body.text
    [band] = w.bodies(w.read(data), BAND).values()
    assert (band.area_name, band.forecast) == ("沿岸", True)
