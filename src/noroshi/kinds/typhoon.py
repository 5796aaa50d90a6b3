"""Typhoons: where they are and will be, how strong, and how far their winds reach."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class Step(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One time of a typhoon's analysis and forecast."""

    event: Annotated[str, note("識別情報", "identity of the tropical cyclone, e.g. TC1725")]
    product: Annotated[str, note("情報名称", "the issuer's name of the product")]
    step: Annotated[
        str,
        note("区分", "analysis (実況), estimate (推定, of the next hour) or forecast (予報)"),
    ]
    time: Annotated[str, note("対象時刻", "the time it is for, RFC 3339")]
    hours: Annotated[float, note("予報時間", "hours after the analysis [h]")]
    name: Annotated[str, note("呼名", "name in Latin letters; empty before it is a typhoon")] = ""
    name_kana: Annotated[str, note("呼名（かな）", "name in Japanese")] = ""
    number: Annotated[str, note("台風番号", "year and number, e.g. 1718")] = ""


@kind("disaster.typhoon", en="Typhoon", ja="台風", layer="warnings")
class Typhoon(Step, frozen=True, omit_defaults=True, kw_only=True):
    """The centre of a typhoon at one time. The centre is the record's geometry."""

    remark: Annotated[str, note("備考", "台風発生予想, 台風消滅（温帯低気圧化） …")] = ""
    kind: Annotated[
        str, note("熱帯擾乱種類", "台風(TY), 台風(STS), 台風(TS), 熱帯低気圧(TD), 温帯低気圧(LOW)")
    ] = ""
    size: Annotated[str, note("大きさ", "大型 (large), 超大型 (very large) or empty")] = ""
    intensity: Annotated[str, note("強さ", "強い, 非常に強い, 猛烈な or empty")] = ""
    location: Annotated[str, note("存在域", "where, in words")] = ""
    position_text: Annotated[str, note("中心位置", "position in words")] = ""
    accuracy: Annotated[str, note("位置の確度", "正確, ほぼ正確, 不確実")] = ""
    direction: Annotated[
        str, note("移動方向", "direction of motion, of 16; 不定: undetermined")
    ] = ""
    speed: Annotated[float | None, note("移動速度", "speed of motion [m/s]")] = None
    speed_text: Annotated[str, note("移動速度（表記）", "毎時２０キロ, ゆっくり, ほとんど停滞")] = (
        ""
    )
    pressure: Annotated[float | None, note("中心気圧", "pressure at the centre [Pa]")] = None
    wind: Annotated[float | None, note("最大風速", "highest 10-minute mean wind [m/s]")] = None
    wind_at: Annotated[str, note("最大風速の位置", "中心付近: near the centre")] = ""
    gust: Annotated[float | None, note("最大瞬間風速", "highest gust [m/s]")] = None
    office: Annotated[str, note("発表官署", "publishing office")] = ""


class Reach(msgspec.Struct, frozen=True, gc=False):
    """How far an area reaches to one side of the centre."""

    direction: Annotated[str, note("方向", "one of 8 directions; 全域: all around")]
    radius: Annotated[float, note("半径", "radius [m]")]


@kind("disaster.typhoon_area", en="Typhoon area", ja="台風の領域", layer="warnings")
class TyphoonArea(Step, frozen=True, omit_defaults=True, kw_only=True):
    """A circle about a typhoon, which is the record's geometry.

    gale (強風域): winds of 15 m/s or more blow or may blow. storm (暴風域): 25 m/s or more.
    probability_circle (予報円): the centre will be in it with a probability of 70 %.
    storm_warning (暴風警戒域): may come under storm winds if the centre is in the circle.
    """

    role: Annotated[str, note("種類", "gale, storm, probability_circle or storm_warning")]
    role_ja: Annotated[str, note("領域", "強風域, 暴風域, 予報円 or 暴風警戒域")]
    reach: Annotated[list[Reach], note("半径", "radii by direction, from the typhoon's centre")]
    wind: Annotated[float | None, note("風速", "least mean wind in the area [m/s]")] = None
    probability: Annotated[
        float | None, note("確率", "probability that the centre is in it, 0–1")
    ] = None


@kind("disaster.typhoon_track", en="Typhoon track", ja="台風の進路予想", layer="warnings")
class TyphoonTrack(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The line from the analysed centre through those forecast, which is the geometry.

    It joins the centres of the probability circles; the typhoon need not follow it.
    """

    event: Annotated[str, note("識別情報", "identity of the tropical cyclone")]
    product: Annotated[str, note("情報名称", "the issuer's name of the product")]
    times: Annotated[list[str], note("対象時刻", "time of each point of the line, RFC 3339")]
    name: Annotated[str, note("呼名", "name in Latin letters; empty before it is a typhoon")] = ""
    name_kana: Annotated[str, note("呼名（かな）", "name in Japanese")] = ""
    number: Annotated[str, note("台風番号", "year and number, e.g. 1718")] = ""
    office: Annotated[str, note("発表官署", "publishing office")] = ""
