"""Written river flood forecasts: what is in force, gauges, statements, districts, flood water."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import weather_writing as w
from data import cases
from noroshi.core.record import Edition, Mode
from noroshi.core.time import HOUR, JST, parse, show
from noroshi.domains.samples import picture
from noroshi.formats.jma_xml.writing.river import flood_forecast
from noroshi.formats.jma_xml.writing.river_words import (
    Arrival,
    Flood,
    Forecast,
    Gauge,
    Rain,
    Thresholds,
    Town,
    headline_of,
    kind_of,
    level_of,
    rank_of,
    statements_of,
)
from noroshi.formats.jma_xml.writing.telegram import Area

WARNING, LEVEL = "disaster.flood_warning", "disaster.river_level"
VXKO = "*VXKO*"
RIVER = Area("鳴瀬川", "5100000001")
KAZE = Area("風早県", "51000")
TOWNS = (
    Town(KAZE, Area("汐見市", "5120100"), ("橋本", "川口")),
    Town(KAZE, Area("鳴瀬市", "5120200")),
)
THRESHOLDS = Thresholds(2.0, 2.5, 4.6, 4.9, 5.5)
BRIDGE = Gauge(
    name="鳴瀬橋",
    code="510000000101",
    river=RIVER,
    prefecture="風早県",
    address="汐見市橋本",
    observed=3.0,
    forecast=(3.9, 4.4, 5.02, 5.1, None, None),
    thresholds=THRESHOLDS,
    towns=TOWNS,
    sections=("鳴瀬川\n左岸：汐見市から海まで",),
)
FORECAST = Forecast(
    name="鳴瀬川下流",
    code="510000000001",
    rivers=(RIVER,),
    regions=(Area("風早県", "510000"),),
    level=3,
    serial=1,
    observed_at=w.NOON,
    gauges=(BRIDGE,),
    rain=(Rain(w.NOON - 6 * HOUR, w.NOON, 182), Rain(w.NOON, w.NOON + 3 * HOUR, 90, True)),
    rain_text="所により１時間に５０ミリの雨が降っています。",
)


def write(forecast: Forecast, at: int = w.NOON, **more: Any) -> bytes:
    return flood_forecast(
        forecast,
        reported=at,
        mode=Mode.EXERCISE,
        river_office="風早河川事務所",
        weather_office="風早地方気象台",
        **more,
    )


def one(editions: list[Edition], kind: str) -> Any:
    [body] = w.bodies(editions, kind).values()
    return body


def test_the_kind_has_its_level_in_its_name_and_the_gauge_its_levels() -> None:
    editions = w.read(write(FORECAST))
    body = one(editions, WARNING)
    assert (body.kind, body.kind_code, body.level, body.basis) == (
        "レベル３氾濫警報",
        "30",
        3,
        "name",
    )
    assert body.condition == "洪水警報（発表）"
    gauge = one(editions, LEVEL)
    assert (gauge.name, gauge.area_name) == ("鳴瀬橋水位観測所", "鳴瀬川下流")
    assert (gauge.observed.level, gauge.observed.level_condition, gauge.observed.rank) == (
        3.0,
        "上昇",
        2,
    )
    assert [(step.level, step.rank) for step in gauge.forecast] == [
        (3.9, 2),
        (4.4, 2),
        (5.02, 4),
        (5.1, 4),
        (None, None),
        (None, None),
    ]
    assert [threshold.value for threshold in gauge.thresholds] == [2.0, 2.5, 4.6, 4.9, 5.5]
    assert gauge.districts == ["風早県汐見市橋本", "風早県汐見市川口"]


def test_the_statement_says_when_the_danger_level_is_expected_and_who_is_threatened() -> None:
    [(text, river, gauges)] = statements_of(FORECAST)
    assert (river, gauges) == (RIVER, [BRIDGE])
    assert text == (
        "【警戒レベル３相当】これは、高齢者等避難の発令の目安です。"
        "鳴瀬川の鳴瀬橋水位観測所（風早県汐見市橋本）では、"
        "１７日１５時頃に、「氾濫危険水位」に到達する見込みで、"
        "今後、避難指示の発令の目安である警戒レベル４相当となる可能性があります。"
        "鳴瀬川では堤防決壊等による氾濫のおそれがあり、汐見市、鳴瀬市では浸水するおそれがあります。"
        "市町村からの避難情報に十分注意するとともに、適切な防災行動をとってください。"
    )
    body = one(w.read(write(FORECAST)), "disaster.flood_statement")
    assert (body.text, body.level) == (text, 3)
    assert headline_of(FORECAST) == (
        "【警戒レベル３相当情報［洪水］】鳴瀬川下流では、今後、氾濫危険水位に到達する見込み"
    )


def test_names_before_2026_take_their_level_from_the_headline() -> None:
    body = one(w.read(write(replace(FORECAST, levelled=False))), WARNING)
    assert (body.kind, body.level, body.basis) == ("氾濫警戒情報", 3, "headline")
    assert body.title == "鳴瀬川下流氾濫警戒情報"


def test_a_flood_rises_falls_and_is_called_off() -> None:
    steps = [(2, None), (3, 2), (4, 3), (5, 4), (4, 5), (2, 4), (0, 2)]
    forecasts = [
        replace(FORECAST, level=level, last=last, serial=serial)
        for serial, (level, last) in enumerate(steps, 1)
    ]
    assert [(kind_of(each).code, kind_of(each).condition) for each in forecasts] == [
        ("20", "洪水注意報（発表）"),
        ("30", "洪水警報（発表）"),
        ("40", "洪水警報"),
        ("50", "洪水警報"),
        ("40", "洪水警報"),
        ("21", "洪水注意報（警報から注意報）"),
        ("10", "洪水注意報（解除）"),
    ]
    editions: list[Edition] = []
    for n, forecast in enumerate(forecasts):
        editions += w.read(write(forecast, w.NOON + n * HOUR))
        body = one(editions[-len(w.read(write(forecast))) :], WARNING)
        assert (body.level, body.lifted) == (forecast.level or None, forecast.level == 0)
    [record] = [each for each in picture(editions) if each.kind == WARNING]
    assert b'"lifted":true' in bytes(record.body)


def test_an_overflow_names_the_place_the_districts_and_when_the_water_comes() -> None:
    flood = Flood(
        "汐見市橋本",
        "左岸",
        TOWNS,
        (
            Arrival("汐見市役所", w.NOON + 2 * HOUR, w.NOON + 3 * HOUR, 0.5, 1.0),
            Arrival("汐見病院", w.NOON + 4 * HOUR, w.NOON + 6 * HOUR, 5.0, None),
        ),
    )
    forecast = replace(FORECAST, level=5, last=4, flood=flood)
    editions = w.read(write(forecast))
    assert one(editions, WARNING).kind == "レベル５氾濫特別警報（氾濫水の予報）"
    text = one(editions, "disaster.flood_statement").text
    assert "鳴瀬川では、汐見市橋本（左岸）付近より氾濫しています。" in text
    towns = w.bodies(editions, "disaster.flood_municipality").values()
    assert [(town.kind, town.city, town.districts) for town in towns] == [
        ("浸水想定地区（氾濫発生情報）", "汐見市", ["橋本", "川口"]),
        ("浸水想定地区（氾濫発生情報）", "鳴瀬市", []),
    ]
    water = w.bodies(editions, "disaster.flood_arrival").values()
    assert [(each.place, each.arrival_text, each.depth_from, each.depth_to) for each in water] == [
        ("汐見市役所", "２時間後頃", 0.5, 1.0),
        ("汐見病院", "４時間後頃", 5.0, None),
    ]
    assert w.strange_paths(write(forecast), VXKO) == set()


def test_a_brief_telegram_changes_what_is_in_force_and_leaves_the_gauges() -> None:
    data = write(replace(FORECAST, level=4, last=3), brief=True)
    assert w.strange_paths(data, VXKO) == set()
    editions = w.read(data)
    assert one(editions, WARNING).level == 4
    assert w.bodies(editions, LEVEL) == {}


@pytest.mark.parametrize(
    ("observed", "forecast", "level"),
    [(1.0, (2.0,), 0), (2.5, (3.0,), 2), (2.4, (4.9,), 3), (4.6, (), 3), (4.9, (), 4)],
)
def test_the_level_a_gauge_calls_for(
    observed: float, forecast: tuple[float, ...], level: int
) -> None:
    assert level_of(replace(BRIDGE, observed=observed, forecast=forecast)) == level


def test_a_forecast_with_five_gauges_is_written_in_milliseconds() -> None:
    forecast = replace(FORECAST, gauges=(BRIDGE,) * 5)
    spent = []
    for _ in range(10):
        start = time.process_time()
        write(forecast)
        spent.append(time.process_time() - start)
    assert min(spent) < 5e-3


# --- properties --------------------------------------------------------------------------------

metres = st.integers(-200, 2000).map(lambda cm: cm / 100)


@st.composite
def gauges(draw: st.DrawFn, number: int) -> Gauge:
    limits = sorted(draw(st.lists(metres, min_size=5, max_size=5)))
    used = [limit if draw(st.booleans()) else None for limit in limits]
    districts = st.lists(w.names, max_size=3, unique=True).map(tuple)
    cities = draw(st.lists(st.sampled_from(w.CODES), max_size=3, unique=True))
    return Gauge(
        name=draw(w.names),
        code=f"5100000001{number:02}",
        river=RIVER,
        prefecture="風早県",
        address=draw(w.names),
        observed=draw(st.none() | metres),
        forecast=tuple(draw(st.lists(st.none() | metres, max_size=6))),
        trend=draw(st.sampled_from(["上昇", "下降", "正常"])),
        thresholds=Thresholds(*used),
        towns=tuple(Town(KAZE, Area(w.NAMES[c], c), draw(districts)) for c in cities),
    )


@st.composite
def forecasts(draw: st.DrawFn) -> Forecast:
    at = draw(w.times)
    level = draw(st.sampled_from([0, 2, 3, 4, 5]))
    rain = [
        Rain(at - draw(w.hours), at, draw(st.integers(0, 900))),
        Rain(at, at + draw(w.hours), draw(st.integers(0, 900)), True),
    ]
    return Forecast(
        name=draw(w.names),
        code="510000000001",
        rivers=(RIVER,),
        regions=(Area("風早県", "510000"),),
        level=level,
        serial=draw(st.integers(1, 99)),
        observed_at=at,
        last=draw(st.sampled_from([None, 2, 3, 4, 5])),
        gauges=tuple(draw(gauges(n)) for n in range(draw(st.integers(0, 4)))),
        rain=tuple(draw(st.sampled_from([[], rain]))),
        rain_text=draw(st.sampled_from(["", "雨は弱まっています。"])),
        levelled=draw(st.booleans()),
    )


@settings(max_examples=cases(60), deadline=None)
@given(forecasts())
def test_any_forecast_is_valid_and_gives_back_what_it_says(forecast: Forecast) -> None:
    at = forecast.observed_at
    data = write(forecast, at)
    assert data == write(forecast, at)
    assert w.strange_paths(data, VXKO) == set()
    editions = w.read(data)
    assert {each.issued for each in editions} == {at}
    body = one(editions, WARNING)
    assert (body.code, body.name, body.serial) == (
        forecast.code,
        forecast.name,
        str(forecast.serial),
    )
    assert (body.level, body.lifted) == (forecast.level or None, forecast.level == 0)
    found = {each.code: each for each in w.bodies(editions, LEVEL).values()}
    assert list(found) == [gauge.code for gauge in forecast.gauges]
    for gauge in forecast.gauges:
        read = found[gauge.code]
        assert read.name == gauge.label
        assert read.observed.level == gauge.observed
        levels = [gauge.observed, *gauge.forecast]
        assert [step.level for step in [read.observed, *read.forecast]][: len(levels)] == levels
        assert [parse(step.time) - at for step in read.forecast] == [
            n * HOUR for n in range(1, len(read.forecast) + 1)
        ]
        ranks = [rank_of(level, gauge.thresholds) for level in levels]
        assert [step.rank for step in [read.observed, *read.forecast]][: len(levels)] == [
            None if rank == 9 else rank for rank in ranks
        ]
        limits = [getattr(gauge.thresholds, name) for name in Thresholds.__struct_fields__]
        assert [each.value for each in read.thresholds] == [x for x in limits if x is not None]
    if forecast.level:
        towns = w.bodies(editions, "disaster.flood_municipality").values()
        assert sorted((each.city_code, each.station_code, *each.districts) for each in towns) == (
            sorted(
                (town.city.code, gauge.code, *town.districts)
                for gauge in forecast.gauges
                for town in gauge.towns
            )
        )
    periods = [
        period for each in w.bodies(editions, "disaster.basin_rain").values()
        for period in each.periods
    ]  # fmt: skip
    assert [(each.starts, each.ends, each.amount) for each in periods] == [
        (show(each.start, JST), show(each.end, JST), float(each.amount)) for each in forecast.rain
    ]
