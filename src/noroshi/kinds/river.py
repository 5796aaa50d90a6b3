"""River floods: what is forecast for a river, its gauges, its basin, and those who live by it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.bulletin import Named

Level = Annotated[int, msgspec.Meta(ge=1, le=5)]


@kind("disaster.flood_warning", en="River flood forecast", ja="指定河川洪水予報", layer="warnings")
class FloodWarning(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is in force for one forecast area of a river; `lifted` if it has just ended."""

    name: Annotated[str, note("予報区域", "name of the forecast area, e.g. 利根川上流部")]
    code: Annotated[str, note("予報区域コード", "official code of the forecast area")]
    kind: Annotated[
        str, note("種別", "氾濫警戒情報, 氾濫危険情報 … or レベル４氾濫危険警報 …, as printed")
    ]
    kind_code: Annotated[str, note("種別コード", "official code of the kind")] = ""
    level: Annotated[
        Level | None,
        note("警戒レベル", "alert level 1–5 where the telegram prints it; none where it does not"),
    ] = None
    basis: Annotated[
        str,
        note(
            "レベルの根拠",
            "name: レベルN in the kind's name; headline: 警戒レベルN相当情報 in the headline",
        ),
    ] = ""
    condition: Annotated[str, note("状況", "洪水警報（発表） …")] = ""
    lifted: Annotated[bool, note("解除", "true: called off, nothing is in force here")] = False
    rivers: Annotated[list[Named], note("河川", "rivers in the area, with official codes")] = []
    regions: Annotated[
        list[Named], note("府県予報区等", "forecast regions, with official codes")
    ] = []
    headline: Annotated[str, note("見出し", "headline")] = ""
    title: Annotated[str, note("表題", "title")] = ""
    serial: Annotated[str, note("情報番号", "number of the forecast")] = ""
    office: Annotated[str, note("発表官署", "publishing offices")] = ""


@kind("disaster.flood_statement", en="River flood statement", ja="洪水予報主文", layer="warnings")
class FloodStatement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the forecast says of one reach of a river, in words."""

    area_name: Annotated[str, note("予報区域", "name of the forecast area")]
    area_code: Annotated[str, note("予報区域コード", "official code of the forecast area")]
    text: Annotated[str, note("主文", "the statement")]
    level: Annotated[
        Level | None, note("警戒レベル", "alert level 1–5 that the statement prints")
    ] = None
    rivers: Annotated[list[Named], note("河川", "rivers, with official codes")] = []
    stations: Annotated[list[Named], note("水位観測所", "gauges, with official codes")] = []


@kind(
    "disaster.flood_municipality",
    en="River flood forecast by municipality",
    ja="浸水想定地区",
    layer="warnings",
)
class FloodMunicipality(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A municipality, and its districts, that may be flooded, or will be: see `kind`."""

    area_name: Annotated[str, note("予報区域", "name of the forecast area of the river")]
    area_code: Annotated[str, note("予報区域コード", "official code of the forecast area")]
    kind: Annotated[str, note("種別", "浸水想定地区, 浸水想定地区（氾濫発生情報）")]
    kind_code: Annotated[str, note("種別コード", "official code of the kind")] = ""
    prefecture: Annotated[str, note("都道府県", "prefecture")] = ""
    prefecture_code: Annotated[str, note("都道府県コード", "its official code")] = ""
    city: Annotated[str, note("市町村", "municipality")] = ""
    city_code: Annotated[str, note("市町村コード", "its official code")] = ""
    districts: Annotated[list[str], note("地区", "districts of the municipality")] = []
    station: Annotated[str, note("水位観測所", "gauge it depends on")] = ""
    station_code: Annotated[str, note("水位観測所コード", "official code of the gauge")] = ""
    text: Annotated[str, note("説明", "what is said of these districts")] = ""


class Threshold(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A level or discharge at which a flood forecast changes."""

    name: Annotated[str, note("名称", "レベル４氾濫危険水位 …, as printed")]
    value: Annotated[float | None, note("値", "water level [m] or discharge [m3/s]; none: unset")]
    condition: Annotated[str, note("状態", "有効 (in use) …")] = ""
    discharge: Annotated[bool, note("流量", "true: a discharge, false: a water level")] = False


class LevelStep(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Water level and discharge at one time."""

    time: Annotated[str, note("時刻", "the time, RFC 3339")]
    name: Annotated[str, note("区分", "現況 (now), １時間後 …")] = ""
    level: Annotated[float | None, note("水位", "water level [m]; none: missing")] = None
    level_condition: Annotated[str, note("水位の状態", "上昇, 下降, 正常, 未計算, 欠測 …")] = ""
    rank: Annotated[
        int | None,
        note("水位レベル", "level of danger as printed; none where there is no water level"),
    ] = None
    discharge: Annotated[float | None, note("流量", "discharge [m3/s]; none: missing")] = None
    discharge_condition: Annotated[str, note("流量の状態", "上昇, 下降, 正常, 欠測 …")] = ""


@kind("disaster.river_level", en="River level", ja="水位", layer="water")
class RiverLevel(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Water level of one gauge: observed, forecast, and what it is measured against."""

    name: Annotated[str, note("水位観測所", "name of the gauge")]
    code: Annotated[str, note("水位観測所コード", "official code of the gauge")]
    area_name: Annotated[str, note("予報区域", "name of the forecast area of the river")] = ""
    area_code: Annotated[str, note("予報区域コード", "official code of the forecast area")] = ""
    location: Annotated[str, note("所在地", "where the gauge is")] = ""
    observed: Annotated[LevelStep | None, note("現況", "as observed")] = None
    forecast: Annotated[list[LevelStep], note("予測", "as forecast, in order of time")] = []
    thresholds: Annotated[list[Threshold], note("基準", "thresholds, in order as printed")] = []
    sections: Annotated[list[str], note("受け持ち区間", "reaches the gauge stands for")] = []
    districts: Annotated[list[str], note("地区", "districts the gauge stands for")] = []


class Rain(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Mean rainfall over a basin in one period."""

    starts: Annotated[str, note("開始時刻", "start of the period, RFC 3339")]
    ends: Annotated[str, note("終了時刻", "end of the period, RFC 3339")]
    amount: Annotated[float | None, note("雨量", "rainfall [mm]; none: missing")]
    name: Annotated[str, note("期間", "the period in words; 見込み: a forecast")] = ""
    condition: Annotated[str, note("状態", "state of the value")] = ""


@kind("disaster.basin_rain", en="Basin rainfall", ja="流域平均雨量", layer="water")
class BasinRain(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Rain in a river's basin, fallen and expected."""

    area_name: Annotated[str, note("予報区域", "name of the forecast area of the river")]
    area_code: Annotated[str, note("予報区域コード", "official code of the forecast area")]
    name: Annotated[str, note("流域", "name of the basin")] = ""
    periods: Annotated[list[Rain], note("期間別雨量", "rainfall by period")] = []
    text: Annotated[str, note("雨量情報", "the rain in words")] = ""


@kind(
    "disaster.flood_arrival", en="Expected arrival of flood water", ja="氾濫水の予報", layer="water"
)
class FloodArrival(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When flood water is expected at one place, and how deep it may become."""

    area_name: Annotated[str, note("予報区域", "name of the forecast area of the river")]
    area_code: Annotated[str, note("予報区域コード", "official code of the forecast area")]
    place: Annotated[str, note("浸水区域", "the place")]
    river: Annotated[str, note("河川", "the river")] = ""
    river_code: Annotated[str, note("河川コード", "official code of the river")] = ""
    arrival: Annotated[str | None, note("到達時刻", "when the water arrives, RFC 3339")] = None
    arrival_text: Annotated[str, note("到達時刻（表記）", "２時間後頃 …")] = ""
    deepest: Annotated[str | None, note("最深時刻", "when it is deepest, RFC 3339")] = None
    deepest_text: Annotated[str, note("最深時刻（表記）", "３時間後頃 …")] = ""
    depth_from: Annotated[float | None, note("浸水深（以上）", "greatest depth, at least [m]")] = (
        None
    )
    depth_to: Annotated[float | None, note("浸水深（未満）", "greatest depth, below [m]")] = None
    text: Annotated[str, note("説明", "what is said of the table")] = ""
