"""Volcanoes: warnings and alert levels, eruptions, commentary, and where ash will fall."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.bulletin import Named

Level = Annotated[int, msgspec.Meta(ge=1, le=5)]


class VolcanoState(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is in force for one volcano. Its summit is the record's geometry."""

    name: Annotated[str, note("火山名", "name of the volcano")]
    code: Annotated[str, note("火山コード", "official code of the volcano")]
    kind: Annotated[
        str, note("種別", "volcanic alert level or keyword: レベル３（入山規制）, 周辺海域警戒 …")
    ]
    kind_code: Annotated[str, note("種別コード", "official code of the kind")] = ""
    level: Annotated[
        Level | None,
        note("噴火警戒レベル", "volcanic alert level 1–5; none where the volcano has no levels"),
    ] = None
    condition: Annotated[str, note("変化", "引上げ (raised), 引下げ (lowered), 継続 …")] = ""
    last_kind: Annotated[str, note("前回の種別", "what was in force before")] = ""
    last_kind_code: Annotated[str, note("前回の種別コード", "its official code")] = ""
    last_level: Annotated[Level | None, note("前回のレベル", "alert level before, 1–5")] = None
    elevation: Annotated[float | None, note("標高", "elevation [m]; negative: depth")] = None
    crater: Annotated[str, note("火口名", "name of the crater")] = ""
    office: Annotated[str, note("発表官署", "publishing office")] = ""


@kind("disaster.volcanic_warning", en="Volcanic warning", ja="噴火警報・予報", layer="warnings")
class VolcanicWarning(VolcanoState, frozen=True, omit_defaults=True, kw_only=True):
    """The warning or forecast in force for one volcano; marine: what is said to ships."""

    marine: Annotated[bool, note("海上", "true: a marine volcanic warning or forecast")] = False
    title: Annotated[str, note("表題", "title, which names the warning")] = ""
    headline: Annotated[str, note("見出し", "headline")] = ""
    activity: Annotated[str, note("火山活動の状況", "what the volcano does, and what may come")] = (
        ""
    )
    prevention: Annotated[str, note("防災上の警戒事項", "what to be on guard against")] = ""


@kind(
    "disaster.volcanic_warning_area",
    en="Volcanic warning by municipality or sea area",
    ja="噴火警報・予報（対象市町村等・海上予報区）",
    layer="warnings",
)
class VolcanicWarningArea(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a volcano's warning means in one municipality, or in one sea area."""

    name: Annotated[str, note("対象地域", "name of the municipality or sea area")]
    code: Annotated[str, note("地域コード", "official code of the area")]
    volcanoes: Annotated[list[Named], note("火山", "the volcanoes of the telegram")]
    kind: Annotated[str, note("種別", "噴火警報, 火口周辺警報, 噴火予報 …")] = ""
    kind_code: Annotated[str, note("種別コード", "official code of the kind")] = ""
    condition: Annotated[str, note("変化", "発表, 継続, 切替, 解除 …")] = ""
    last_kind: Annotated[str, note("前回の種別", "what was in force before")] = ""
    last_kind_code: Annotated[str, note("前回の種別コード", "its official code")] = ""
    response: Annotated[str, note("防災対応", "what it calls for: 噴火警報：避難等 …")] = ""
    response_code: Annotated[str, note("防災対応コード", "official code of the response")] = ""
    last_response: Annotated[str, note("前回の防災対応", "what was called for before")] = ""
    last_response_code: Annotated[str, note("前回の防災対応コード", "its official code")] = ""
    sea: Annotated[bool, note("海上", "true: a sea area")] = False


@kind(
    "disaster.volcano_status",
    en="Volcano status in a commentary",
    ja="火山の状況（解説情報による）",
    layer="volcano",
)
class VolcanoStatus(VolcanoState, frozen=True, omit_defaults=True, kw_only=True):
    """The alert level of one volcano, as a commentary restates it."""


@kind(
    "disaster.volcano_commentary",
    en="Volcano commentary",
    ja="火山の状況に関する解説情報",
    layer="volcano",
)
class VolcanoCommentary(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an office says of one volcano, or of all of Japan's."""

    title: Annotated[str, note("表題", "title")]
    volcanoes: Annotated[list[Named], note("火山", "volcanoes it is about")]
    serial: Annotated[str, note("情報番号", "number of the commentary")] = ""
    office: Annotated[str, note("発表官署", "publishing office")] = ""
    headline: Annotated[str, note("見出し", "headline")] = ""
    activity: Annotated[str, note("火山活動の状況", "what the volcano does")] = ""
    prevention: Annotated[str, note("防災上の警戒事項", "what to be on guard against")] = ""
    other: Annotated[str, note("その他", "other matters")] = ""
    next: Annotated[str, note("次の発表", "when the next is to be expected")] = ""


class Plume(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A plume; a height that is none is unknown (see the text)."""

    height: Annotated[float | None, note("火口上高度", "height above the crater [m]")] = None
    height_text: Annotated[str, note("火口上高度（表記）", "that height in words")] = ""
    altitude: Annotated[float | None, note("海抜高度", "height above sea level [m]")] = None
    altitude_text: Annotated[str, note("海抜高度（表記）", "that height in words")] = ""
    direction: Annotated[str, note("流向", "direction it drifts: 北西, 直上, 流向不明 …")] = ""
    comment: Annotated[str, note("付加文", "comment")] = ""


class WindAloft(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The wind above a crater at one height."""

    altitude: Annotated[float | None, note("海抜高度", "height above sea level [m]")] = None
    level: Annotated[str, note("代表高度", "which representative height this is")] = ""
    direction: Annotated[float | None, note("風向", "direction it blows from [degrees]")] = None
    speed: Annotated[float | None, note("風速", "speed [m/s]")] = None
    text: Annotated[str, note("表記", "in words")] = ""


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An eruption or another event of one volcano. The crater or summit is the geometry."""

    event: Annotated[str, note("識別情報", "identity of the event")]
    name: Annotated[str, note("火山名", "name of the volcano")]
    code: Annotated[str, note("火山コード", "official code of the volcano")]
    kind: Annotated[str, note("現象", "what happened: 噴火, 爆発, 噴火多発 …")]
    kind_code: Annotated[str, note("現象コード", "official code of the event's kind")] = ""
    time: Annotated[str | None, note("発現時刻", "when, RFC 3339; none: unknown")] = None
    time_text: Annotated[str, note("時刻の補足", "頃 (about) or a comment on the time")] = ""
    crater: Annotated[str, note("火口名", "name of the crater")] = ""
    elevation: Annotated[float | None, note("標高", "elevation of the position [m]")] = None
    office: Annotated[str, note("発表官署", "publishing office")] = ""


@kind("disaster.eruption", en="Eruption observation", ja="噴火に関する火山観測報", layer="volcano")
class Eruption(Event, frozen=True, omit_defaults=True, kw_only=True):
    """An eruption as observed: when, where, and the plume."""

    plume: Annotated[Plume | None, note("有色噴煙", "the coloured plume")] = None
    white_plume: Annotated[Plume | None, note("白色噴煙", "the white plume")] = None
    wind_time: Annotated[str | None, note("風の時刻", "time of the winds, RFC 3339")] = None
    winds: Annotated[list[WindAloft], note("火口直上の風", "winds above the crater")] = []
    other: Annotated[str, note("その他の観測", "other observations")] = ""
    remark: Annotated[str, note("備考", "remark, e.g. what was corrected")] = ""


@kind("disaster.eruption_flash", en="Eruption flash report", ja="噴火速報", layer="warnings")
class EruptionFlash(Event, frozen=True, omit_defaults=True, kw_only=True):
    """An eruption has just begun; those on the mountain must protect themselves."""

    headline: Annotated[str, note("見出し", "headline")] = ""
    activity: Annotated[str, note("火山活動の状況", "what happened")] = ""


@kind(
    "disaster.eruption_flash_area",
    en="Eruption flash report by municipality",
    ja="噴火速報（対象市町村等）",
    layer="warnings",
)
class EruptionFlashArea(Event, frozen=True, omit_defaults=True, kw_only=True):
    """A municipality that an eruption flash report is for."""

    area_name: Annotated[str, note("対象地域", "name of the municipality")]
    area_code: Annotated[str, note("地域コード", "official code of the municipality")]


class AshStep(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One time step of an ash-fall forecast. 定時 supposes an eruption; 速報, 詳細 follow one."""

    product: Annotated[str, note("種類", "降灰予報（定時）, 降灰予報（速報）, 降灰予報（詳細）")]
    volcano: Annotated[str, note("火山名", "name of the volcano")]
    volcano_code: Annotated[str, note("火山コード", "official code of the volcano")]
    step: Annotated[str, note("予報時刻", "the step: 予報　３時間後 …")]
    starts: Annotated[str, note("開始時刻", "start of what is forecast, RFC 3339")]
    ends: Annotated[str, note("終了時刻", "end of what is forecast, RFC 3339")]


@kind("disaster.ashfall_area", en="Ash-fall forecast area", ja="降灰予報範囲", layer="volcano")
class AshfallArea(AshStep, frozen=True, omit_defaults=True, kw_only=True):
    """Where one kind of fall is expected. The area is the record's geometry."""

    kind: Annotated[str, note("種別", "降灰, 多量の降灰, やや多量の降灰, 小さな噴石の落下 …")]
    kind_code: Annotated[str, note("種別コード", "official code of the kind")] = ""
    thickness: Annotated[float | None, note("降灰の厚さ", "least thickness of the ash [m]")] = None
    stone_size: Annotated[float | None, note("小さな噴石の大きさ", "size of the stones [m]")] = None
    direction: Annotated[str, note("方向", "direction from the crater, with its landmark")] = ""
    distance: Annotated[float | None, note("到達距離", "how far from the crater [m]")] = None
    distance_text: Annotated[str, note("到達距離（表記）", "that distance in words")] = ""
    remark: Annotated[str, note("備考", "remark")] = ""
    municipalities: Annotated[
        list[Named], note("対象市町村等", "municipalities, with official codes")
    ] = []


@kind(
    "disaster.ashfall_municipality",
    en="Ash-fall forecast by municipality",
    ja="降灰予報（対象市町村等）",
    layer="warnings",
)
class AshfallMunicipality(AshStep, frozen=True, omit_defaults=True, kw_only=True):
    """What is expected to fall in one municipality in one time step."""

    name: Annotated[str, note("対象地域", "name of the municipality")]
    code: Annotated[str, note("地域コード", "official code of the municipality")]
    kinds: Annotated[list[Named], note("種別", "what is to fall, as listed, with codes")]


@kind("disaster.ashfall_forecast", en="Ash-fall forecast", ja="降灰予報", layer="volcano")
class AshfallForecast(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An ash-fall forecast as a whole, with the eruption it follows."""

    product: Annotated[str, note("種類", "降灰予報（定時）, 降灰予報（速報）, 降灰予報（詳細）")]
    volcano: Annotated[str, note("火山名", "name of the volcano")]
    volcano_code: Annotated[str, note("火山コード", "official code of the volcano")]
    serial: Annotated[str, note("情報番号", "number of the forecast")] = ""
    office: Annotated[str, note("発表官署", "publishing office")] = ""
    starts: Annotated[str | None, note("開始時刻", "start of the first step, RFC 3339")] = None
    ends: Annotated[str | None, note("終了時刻", "end of the last step, RFC 3339")] = None
    crater: Annotated[str, note("火口名", "name of the crater")] = ""
    headline: Annotated[str, note("見出し", "headline")] = ""
    activity: Annotated[str, note("予報事項", "activity, and what is forecast")] = ""
    prevention: Annotated[str, note("防災上の留意事項", "what to be careful of")] = ""
    eruption: Annotated[str | None, note("噴火時刻", "time of the eruption, RFC 3339")] = None
    plume: Annotated[Plume | None, note("有色噴煙", "its plume")] = None
    observed: Annotated[str, note("観測", "other observations of the eruption")] = ""
