"""Weather: warnings in force by area, levels expected, record rain, line-shaped rainbands.

A warning by the weather agency is not an evacuation order by a municipality.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.bulletin import Named

Level = Annotated[int, msgspec.Meta(ge=1, le=5)]

#: What a warning's name ends in (特別警報, 危険警報, 警報, 注意報), most serious first.
CATEGORIES = {
    "特別警報": "emergency",
    "危険警報": "danger",
    "警報": "warning",
    "注意報": "advisory",
}


class Detail(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One structured statement of a warning: a degree of danger, a quantity, or a period."""

    about: Annotated[str, note("種別", "what it is about: 風危険度, 風, 波, 高潮ピーク …")]
    item: Annotated[
        str,
        note(
            "要素",
            "the element: 最大風速, 波高 …; of a period: warning, advisory, criteria, peak",
        ),
    ] = ""
    part: Annotated[str, note("地域", "the part of the area it is for: 陸上, 海上 …")] = ""
    change: Annotated[str, note("変化", "becoming: after a change; temporary: at times")] = ""
    text: Annotated[str, note("表現", "the statement in words")] = ""
    code: Annotated[str, note("危険度コード", "code of the degree of danger")] = ""
    level: Annotated[
        Level | None, note("警戒レベル", "alert level 1–5 that the degree of danger names")
    ] = None
    value: Annotated[float | None, note("値", "the value, in `unit`")] = None
    unit: Annotated[str, note("単位", "m/s, m, mm (rain), % (humidity)")] = ""
    time: Annotated[str | None, note("時刻", "when, RFC 3339")] = None
    until: Annotated[str | None, note("終了時刻", "until when, RFC 3339")] = None


class WarningKind(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One warning in force."""

    name: Annotated[str, note("名称", "name as printed: レベル４大雨危険警報, 大雨警報 …")]
    code: Annotated[str, note("コード", "official code of the warning")] = ""
    status: Annotated[str, note("発表状況", "発表, 継続, 警報から注意報 …")] = ""
    hazard: Annotated[
        str, note("現象", "the name without level and category: 大雨, 土砂災害, 高潮 …")
    ] = ""
    category: Annotated[
        str,
        note(
            "区分",
            "emergency (特別警報), danger (危険警報), warning (警報), advisory (注意報), by the "
            "name's ending; empty for others (土砂災害警戒情報, 竜巻注意情報)",
        ),
    ] = ""
    level: Annotated[
        Level | None,
        note("警戒レベル", "alert level 1–5 where the telegram prints it; none where it does not"),
    ] = None
    basis: Annotated[
        str,
        note(
            "レベルの根拠",
            "name: レベルN in the warning's name; significancy: 警戒レベルN in its degree of "
            "danger; headline: 警戒レベルN相当情報 in the headline; empty without a level",
        ),
    ] = ""
    condition: Annotated[str, note("対象災害等", "what it is about: 土砂災害, 浸水害 …")] = ""
    last: Annotated[Named | None, note("前回の種別", "what was in force before")] = None
    next: Annotated[
        list[str], note("切替予告", "announced changes: …に切り替える可能性が高い")
    ] = []
    attention: Annotated[list[str], note("特記事項", "points of attention: 土砂災害警戒 …")] = []
    addition: Annotated[list[str], note("付加事項", "additional phenomena: 竜巻, うねり …")] = []
    details: Annotated[list[Detail], note("詳細", "degrees of danger, quantities, periods")] = []


class AreaWarnings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one product of one office says is in force in one area.

    The generations of telegrams (Ｒ０６ by hazard, their national collection, Ｈ２７ and older)
    state the same warnings side by side; each is a record of its own, told apart by `product`.
    An area in which nothing is in force has no record.
    """

    area_name: Annotated[str, note("対象地域", "name of the area")]
    product: Annotated[str, note("情報名称", "the issuer's name of the product")]
    office: Annotated[str, note("発表官署", "publishing office")]
    kinds: Annotated[list[WarningKind], note("警報等", "warnings in force, as listed")] = []
    level: Annotated[
        Level | None, note("警戒レベル", "highest alert level printed for the warnings in force")
    ] = None
    category: Annotated[
        str, note("区分", "the most serious: emergency, danger, warning or advisory")
    ] = ""
    lifted: Annotated[
        list[str], note("解除", "warnings that this telegram lifted; no longer in force")
    ] = []
    code: Annotated[str, note("地域コード", "code of the area")] = ""
    division: Annotated[str, note("発表区分", "the division the area belongs to: 市町村等 …")] = ""
    region: Annotated[
        str, note("府県予報区", "forecast region the telegram is for; empty if it is national")
    ] = ""


@kind("disaster.weather_warning", en="Weather warnings", ja="気象警報・注意報", layer="warnings")
class WeatherWarning(AreaWarnings, frozen=True, omit_defaults=True):
    """Warnings and advisories in force in a municipality, by one product of one office."""


@kind(
    "disaster.weather_warning_region",
    en="Weather warnings of a forecast region",
    ja="気象警報・注意報（府県予報区・細分区域等）",
    layer="warnings",
)
class RegionWarning(AreaWarnings, frozen=True, omit_defaults=True):
    """What is in force somewhere in a forecast region or coast (see `full`)."""

    full: Annotated[str, note("全域・一部", "全域: in all of it; 一部: in a part")] = ""
    covers: Annotated[list[str], note("含まれる市町村", "municipalities, by name")] = []


@kind("disaster.landslide_alert", en="Landslide alert", ja="土砂災害警戒情報", layer="warnings")
class LandslideAlert(AreaWarnings, frozen=True, omit_defaults=True):
    """A landslide alert in force in a municipality, by prefecture and weather office together."""

    event: Annotated[str, note("識別情報", "identity of the event")] = ""


@kind("disaster.tornado_watch", en="Tornado watch", ja="竜巻注意情報", layer="warnings")
class TornadoWatch(AreaWarnings, frozen=True, omit_defaults=True):
    """A tornado watch in force in a municipality until `until`."""

    until: Annotated[str | None, note("有効期限", "until when it is in force, RFC 3339")] = None
    sighted: Annotated[bool, note("目撃", "true if a tornado was seen")] = False
    sighted_areas: Annotated[list[Named], note("目撃地域", "areas in which it was seen")] = []


class Step(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is expected from `start` to `end`. Consecutive steps that say the same are one."""

    start: Annotated[str, note("開始時刻", "start of the step, RFC 3339")]
    end: Annotated[str, note("終了時刻", "end of the step, RFC 3339")]
    name: Annotated[str, note("危険度", "degree of danger: 警報級, 警戒レベル３相当 …")] = ""
    code: Annotated[str, note("危険度コード", "code of the degree of danger")] = ""
    level: Annotated[Level | None, note("警戒レベル", "alert level that the degree names")] = None
    value: Annotated[float | None, note("値", "the value, in the unit of the series")] = None
    text: Annotated[str, note("表現", "the value in words")] = ""


class Expected(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is expected of one hazard, or of one quantity, in one part of the area."""

    about: Annotated[str, note("種別", "風危険度, 土砂災害危険度 …; for quantities 雨, 風 …")]
    item: Annotated[str, note("要素", "the quantity: １時間最大雨量, 最大風速 …")] = ""
    part: Annotated[str, note("地域", "the part of the area: 陸上, 海上 …")] = ""
    unit: Annotated[str, note("単位", "of values: m/s, m, mm (rain), % (humidity)")] = ""
    warning: Annotated[str, note("警報等", "the warning in force it explains (Ｈ２７)")] = ""
    steps: Annotated[list[Step], note("時系列", "what is expected, in order of time")] = []
    after: Annotated[str, note("以後", "what is said of the time after the last step")] = ""
    attention: Annotated[list[str], note("特記事項", "points of attention")] = []
    addition: Annotated[list[str], note("付加事項", "additional phenomena")] = []
    peak: Annotated[str, note("ピーク時刻", "when the peak is expected, in words")] = ""


@kind(
    "disaster.weather_outlook",
    en="Expected warning levels",
    ja="警戒・注意事項時系列",
    layer="warnings",
)
class WeatherOutlook(msgspec.Struct, frozen=True, omit_defaults=True):
    """Degrees of danger and quantities expected in a municipality over the coming days.

    A forecast of what may be warned of; no warning is in force because of it.
    """

    area_name: Annotated[str, note("対象地域", "name of the municipality")]
    product: Annotated[str, note("情報名称", "the issuer's name of the product")]
    office: Annotated[str, note("発表官署", "publishing office")]
    code: Annotated[str, note("地域コード", "code of the area")] = ""
    starts: Annotated[str | None, note("開始時刻", "start of the first step, RFC 3339")] = None
    ends: Annotated[str | None, note("終了時刻", "end of the last step, RFC 3339")] = None
    highest: Annotated[
        Level | None, note("最大の警戒レベル", "highest alert level expected in any step")
    ] = None
    expected: Annotated[list[Expected], note("予想", "what is expected, by hazard")] = []


class RainAmount(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A record amount of rain in one hour."""

    place: Annotated[str, note("地点", "where")]
    amount: Annotated[float, note("雨量", "rain in one hour [mm]")]
    about: Annotated[bool, note("約", "true if approximate (analysed rainfall)")] = False
    at_least: Annotated[bool, note("以上", "true if it was this much or more")] = False
    near: Annotated[bool, note("付近", "true if it is in the vicinity of the place")] = False


@kind(
    "disaster.record_rain",
    en="Record rain in a short time",
    ja="記録的短時間大雨情報",
    layer="warnings",
)
class RecordRain(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rain in one hour such as comes once in years, at a station or analysed near a place."""

    area_name: Annotated[str, note("対象地域", "area or station")]
    product: Annotated[str, note("情報名称", "the issuer's name of the product")]
    office: Annotated[str, note("発表官署", "publishing office")]
    event: Annotated[str, note("識別情報", "identity of the event")] = ""
    serial: Annotated[str, note("情報番号", "number of the telegram")] = ""
    code: Annotated[str, note("地域コード", "code of the area or station")] = ""
    station: Annotated[bool, note("観測点", "true for a rain gauge, false for an area")] = False
    amounts: Annotated[list[RainAmount], note("雨量", "amounts in one hour, by place")] = []
    observed: Annotated[str | None, note("観測時刻", "end of the hour, RFC 3339")] = None
    headline: Annotated[str, note("見出し文", "headline text")] = ""


@kind("disaster.rainband", en="Line-shaped rainband", ja="線状降水帯", layer="warnings")
class Rainband(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line-shaped rainband that has formed, or that may form."""

    area_name: Annotated[str, note("対象地域", "name of the area")]
    product: Annotated[str, note("情報名称", "the issuer's name of the product")]
    office: Annotated[str, note("発表官署", "publishing office")]
    name: Annotated[str, note("事象名", "線状降水帯発生, 線状降水帯予想 …")] = ""
    forecast: Annotated[bool, note("予想", "true if expected, false if it has formed")] = False
    event: Annotated[str, note("識別情報", "identity of the event")] = ""
    serial: Annotated[str, note("情報番号", "number of the telegram in the event")] = ""
    codes: Annotated[
        list[str], note("地域コード", "codes of the area, or of the regions it lies in")
    ] = []
    code_type: Annotated[str, note("コード種別", "the code system of `codes`, as printed")] = ""
    starts: Annotated[str | None, note("開始時刻", "when it formed or may form, RFC 3339")] = None
    ends: Annotated[str | None, note("終了時刻", "until when it may form, RFC 3339")] = None
    period: Annotated[str, note("期間", "the period in words")] = ""
    headline: Annotated[str, note("見出し文", "headline text")] = ""
