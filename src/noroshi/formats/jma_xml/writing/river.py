"""River flood forecasts (VXKO50–89, 指定河川洪水予報), by a river office and a weather office.

Source: jmx_mete.xsd `type.Warning`, `type.WaterLevelPart`, `type.FloodAssumptionTable`,
`type.HydrometricStationPart`; samples 16_02_01 to 16_07_01.
"""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.record import Action, Mode
from noroshi.core.time import HOUR
from noroshi.formats.jma_xml.telegram import Element
from noroshi.formats.jma_xml.writing.regions import FORECAST, office_info
from noroshi.formats.jma_xml.writing.river_words import (
    Arrival,
    Forecast,
    Gauge,
    Town,
    headline_of,
    kind_of,
    rank_of,
    statements_of,
)
from noroshi.formats.jma_xml.writing.telegram import (
    EB,
    METE,
    Area,
    Heading,
    Information,
    Item,
    add,
    body,
    duration,
    jst,
    named,
    telegram,
    wide,
)
from noroshi.formats.jma_xml.writing.warning_details import clock

PRODUCT = "指定河川洪水予報"
_GAUGES = "水位観測所"
_CRITERIA = {
    "standby": "レベル１水防団待機水位",
    "caution": "レベル２氾濫注意水位",
    "evacuation": "レベル３避難判断水位",
    "danger": "レベル４氾濫危険水位",
    "design": "レベル４計画高水位等",
}


def flood_forecast(
    forecast: Forecast,
    *,
    reported: int,
    mode: Mode,
    river_office: str,
    weather_office: str,
    brief: bool = False,
    action: Action = Action.ISSUE,
    sent: int | None = None,
) -> bytes:
    """The telegram of a flood forecast; `brief` without a body, as when there is no time for one.

    Water levels are written to the centimetre, rain to the millimetre. Times are microseconds UTC;
    `reported` is cut to the minute. Offices' names hold no blanks: they are listed by blanks.
    Raises KeyError for a level other than 0, 2, 3, 4 and 5.
    """
    reported -= reported % 60_000_000
    kind = kind_of(forecast)
    area = Area(forecast.name, forecast.code)
    scopes: list[tuple[str, str, Sequence[Area]]] = [
        ("予報区域", f"{PRODUCT}（予報区域）", [area]),
        ("河川", "河川", forecast.rivers),
        ("府県予報区等", FORECAST, forecast.regions),
    ]
    heading = Heading(
        product=PRODUCT,
        title=forecast.name + kind.name,
        info_kind=PRODUCT,
        info_kind_version="1.1_1",
        reported=reported,
        target=reported,
        event=forecast.code,
        mode=mode,
        action=action,
        serial=forecast.serial,
        headline=forecast.headline or headline_of(forecast),
        informations=[
            Information(f"{PRODUCT}（{scope}）", [Item([kind], areas, code_type)])
            for scope, code_type, areas in scopes
        ],
        sent=sent,
        editor=weather_office,
        office=f"{river_office} {weather_office}",
    )
    root = body(METE)
    if not brief:
        _warning(root, forecast)
        if forecast.flood is not None and forecast.flood.arrivals:
            _water(root, forecast, forecast.flood.arrivals)
        if forecast.rain or forecast.rain_text:
            _rain(root, forecast)
        if forecast.gauges:
            _levels(root, forecast)
        office_info(root, [("水位関係", river_office), ("気象関係", weather_office)])
        if forecast.gauges:
            added = add(add(root, METE + "AdditionalInfo"), METE + "FloodForecastAddition")
            for gauge in forecast.gauges:
                _measured(add(added, METE + "HydrometricStationPart"), gauge)
    return telegram(heading, root)


# --- statements and municipalities -------------------------------------------------------------


def _warning(root: Element, forecast: Forecast) -> None:
    warning = add(root, METE + "Warning", type=PRODUCT)
    for text, river, gauges in statements_of(forecast):
        item = add(warning, METE + "Item")
        property = _property(add(item, METE + "Kind"), "主文")
        add(property, METE + "Text", text)
        areas = add(item, METE + "Areas", codeType="河川")
        named(areas, METE + "Area", river.name, river.code)
        if gauges:
            stations = add(item, METE + "Stations")
            for gauge in gauges:
                _station(stations, gauge, gauge.prefecture + gauge.address)
    threatened = [(town, gauge) for gauge in forecast.gauges for town in gauge.towns]
    flood = forecast.flood
    if flood is not None and flood.towns:
        said = f"{flood.place}からの氾濫による浸水が想定される地区は以下のとおりです。※"
        areas = _districts(warning, "浸水想定地区（氾濫発生情報）", "2", said)
        for town in flood.towns:
            _town(named(areas, METE + "Area", town.prefecture.name + town.city.name), town)
    elif threatened and forecast.level:
        areas = _districts(warning, "浸水想定地区", "1", "氾濫による浸水が想定される地区※")
        for town, gauge in threatened:
            station = named(areas, METE + "Area", gauge.label, gauge.code, codeType=_GAUGES)
            _town(station, town)


def _districts(warning: Element, name: str, code: str, text: str) -> Element:
    """A new Item of municipalities; its Areas."""
    item = add(warning, METE + "Item")
    kind = named(item, METE + "Kind", name, code)
    add(kind, METE + "Status", "対象地域")
    add(_property(kind, name), METE + "Text", text)
    return add(item, METE + "Areas")


def _town(area: Element, town: Town) -> None:
    add(area, METE + "Prefecture", town.prefecture.name)
    add(area, METE + "PrefectureCode", town.prefecture.code)
    add(area, METE + "City", town.city.name)
    add(area, METE + "CityCode", town.city.code)
    add(area, METE + "SubCityList", " ".join(town.districts) or "-")


def _property(kind: Element, type: str) -> Element:
    property = add(kind, METE + "Property")
    add(property, METE + "Type", type)
    return property


def _station(parent: Element, gauge: Gauge, location: str) -> None:
    station = named(parent, METE + "Station", gauge.label)
    add(station, METE + "Code", gauge.code, type=_GAUGES)
    add(station, METE + "Location", location)


# --- rain, water levels, flood water -----------------------------------------------------------


def _infos(root: Element, type: str) -> Element:
    return add(root, METE + "MeteorologicalInfos", type=type)


def _at(infos: Element, time: int) -> Element:
    """A new MeteorologicalInfo; the Kind of its one Item."""
    info = add(infos, METE + "MeteorologicalInfo")
    add(info, METE + "DateTime", jst(time))
    return add(add(info, METE + "Item"), METE + "Kind")


def _define(defines: Element, number: int, start: int, name: str, lasts: int = 0) -> None:
    define = add(defines, METE + "TimeDefine", timeId=str(number))
    add(define, METE + "DateTime", jst(start))
    if lasts:
        add(define, METE + "Duration", duration(lasts))
    add(define, METE + "Name", name)


def _rain(root: Element, forecast: Forecast) -> None:
    infos = _infos(root, "雨量情報")
    if forecast.rain_text:
        kind = _at(infos, forecast.observed_at)
        add(kind, METE + "Name", "雨量")
        add(_property(kind, "雨量"), METE + "Text", forecast.rain_text)
    if not forecast.rain:
        return
    series = add(infos, METE + "TimeSeriesInfo")
    defines = add(series, METE + "TimeDefines")
    item = add(series, METE + "Item")
    kind = add(item, METE + "Kind")
    add(kind, METE + "Name", "雨量")
    part = add(_property(kind, "雨量"), METE + "PrecipitationPart")
    for number, rain in enumerate(forecast.rain, 1):
        name = f"{clock(rain.start)}から{clock(rain.end)}までの流域平均雨量"
        name += "の見込み" if rain.expected else ""
        _define(defines, number, rain.start, name, rain.end - rain.start)
        add(
            part,
            EB + "Precipitation",
            f"{rain.amount:.0f}",
            type="流域平均雨量",
            unit="ミリ",
            refID=str(number),
        )
    add(add(item, METE + "Area"), METE + "Name", forecast.name)


def _levels(root: Element, forecast: Forecast) -> None:
    series = add(_infos(root, "水位・流量情報"), METE + "TimeSeriesInfo")
    defines = add(series, METE + "TimeDefines")
    ahead = max(len(gauge.forecast) for gauge in forecast.gauges)
    for n in range(ahead + 1):
        name = f"{wide(n)}時間後" if n else "現況"
        _define(defines, n + 1, forecast.observed_at + n * HOUR, name)
    for gauge in forecast.gauges:
        item = add(series, METE + "Item")
        kind = add(item, METE + "Kind")
        add(kind, METE + "Name", "水位")
        part = add(_property(kind, "水位"), METE + "WaterLevelPart")
        missing = (None,) * (ahead - len(gauge.forecast))
        for number, level in enumerate((gauge.observed, *gauge.forecast, *missing), 1):
            condition = "正常" if level is not None else "未計算"
            if number == 1:
                condition = gauge.trend if level is not None else "欠測"
            text = None if level is None else f"{level:.2f}"
            shared = {"refID": str(number)}
            add(
                part,
                EB + "WaterLevel",
                text,
                type="水位",
                unit="m",
                condition=condition,
                **shared,
            )
            rank = rank_of(level, gauge.thresholds)
            add(part, EB + "WaterLevel", str(rank), type="レベル", **shared)
        _station(item, gauge, gauge.address)


def _measured(part: Element, gauge: Gauge) -> None:
    """What a gauge is measured against, and what it stands for."""
    area = named(part, METE + "Area", gauge.label, gauge.code, codeType=_GAUGES)
    districts = [
        town.prefecture.name + town.city.name + district
        for town in gauge.towns
        for district in town.districts
    ]
    add(area, METE + "SubCityList", " ".join(districts) or "-")
    add(area, METE + "Location", gauge.address)
    for section in gauge.sections:
        add(part, METE + "ChargeSection", section)
    criteria = add(part, METE + "Criteria")
    for field, name in _CRITERIA.items():
        level: float | None = getattr(gauge.thresholds, field)
        if level is not None:
            add(
                criteria,
                EB + "WaterLevel",
                f"{level:.2f}",
                type=name,
                unit="m",
                condition="有効",
            )


def _water(root: Element, forecast: Forecast, arrivals: Sequence[Arrival]) -> None:
    kind = _at(_infos(root, "氾濫水の予報"), forecast.observed_at)
    add(kind, METE + "Name", "氾濫水")
    property = _property(kind, "氾濫水")
    table = add(property, METE + "FloodAssumptionTable")
    river = forecast.rivers[0]
    named(table, METE + "Area", river.name, river.code, codeType="河川")
    for arrival in arrivals:
        part = add(table, METE + "FloodAssumptionPart")
        add(part, METE + "FloodAssumptionArea", arrival.place)
        _arrives(part, "AttainmentTime", arrival.arrives, forecast.observed_at)
        for depth, bound in ((arrival.low, "以上"), (arrival.high, "未満")):
            if depth is not None:
                text = f"{depth:g}"
                add(part, EB + "FloodDepth", text, type="想定最大浸水深", unit="m", bound=bound)
        _arrives(part, "AttainmentDeepestTime", arrival.deepest, forecast.observed_at)
    place = forecast.flood.place if forecast.flood else ""
    said = "からの氾濫により想定される浸水区域、浸水深、氾濫水の到達時刻は以下のとおりです。"
    add(property, METE + "Text", place + said)


def _arrives(part: Element, tag: str, time: int, now: int) -> None:
    hours = max(round((time - now) / HOUR), 1)
    add(part, METE + tag, jst(time), description=f"{wide(hours)}時間後", dubious="頃")
