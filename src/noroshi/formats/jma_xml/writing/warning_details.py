"""What a warning expects in a municipality: degrees of danger, periods, wind, waves, tide, snow.

Source: jmx_mete.xsd 1.5 `type.Property`, with the texts and attributes of samples 15_16_01 to
15_16_08. Values are written with the digits given; JMA gives whole metres of wind and waves, tides
to 0.1 m, snow to the centimetre.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.formats.jma_xml.telegram import Element
from noroshi.formats.jma_xml.writing.telegram import (
    EB,
    METE,
    Kind,
    add,
    duration,
    jst,
    local,
    named,
    wide,
)
from noroshi.formats.jma_xml.writing.warning_kinds import DEGREES, HAZARDS, LEVEL_DEGREES, LEVELS


class Reach(msgspec.Struct, frozen=True):
    """An alert level (2–5) that the danger will reach, from when until when."""

    level: int
    start: int
    end: int


class Wind(msgspec.Struct, frozen=True):
    """Highest wind expected: from which of 8 directions (西), mean speed [m/s]. `part`: 陸上, 海上
    or "" for all. `category`: that of the wind in this part, as of the warning unless given; "" is
    that of the warning, "none" below an advisory."""

    direction: str
    speed: float
    part: str = ""
    category: str = ""


class Tide(msgspec.Struct, frozen=True):
    """A storm tide [m above TP]: where it passes the criterion and when, and its peak."""

    over: float
    over_at: int
    peak: float
    peak_at: int


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """One warning in force in a municipality: a hazard of `HAZARDS` and its category (advisory,
    warning, danger, emergency), with what is expected. `reach` is for hazards with alert levels,
    `winds` for 暴風 and 暴風雪, `waves` [m] for 波浪, `tide` for 高潮, `snow` [m in 12 h] for 大雪.
    """

    hazard: str
    category: str
    reach: Reach | None = None
    winds: tuple[Wind, ...] = ()
    waves: float | None = None
    tide: Tide | None = None
    snow: float | None = None


def properties(kind: Element, warned: Warned) -> None:
    """Add what `warned` expects to a Kind."""
    degree = degree_of(warned.hazard, warned.category)
    name = HAZARDS[warned.hazard].degree
    if warned.winds:
        _wind(kind, warned, name)
        return
    part = _property(kind, name)
    _degrees(part, name, [("", degree)])
    if warned.reach is not None:
        _reach(part, warned.reach)
    if warned.waves is not None:
        base = _base(_property(kind, "波"), "WaveHeightPart")
        _value(base, "WaveHeight", warned.waves, "m", "メートル", type="波高")
    if warned.snow is not None:
        base = _base(_property(kind, "雪"), "SnowfallDepthPart")
        _value(base, "SnowfallDepth", warned.snow * 100, "cm", "センチ", type="１２時間最大降雪量")
    if warned.tide is not None:
        tide = warned.tide
        over = _tide(_property(kind, "高潮基準超過"), tide.over, tide.over_at)
        add(over, METE + "Remark", "潮位超過")
        _tide(_property(kind, "高潮ピーク"), tide.peak, tide.peak_at)


def lifted(kind: Element, hazard: str) -> None:
    """Add to the Kind of a warning that is lifted that the danger is below all degrees."""
    name = HAZARDS[hazard].degree
    _degrees(_property(kind, name), name, [("", degree_of(hazard, ""))])


def degree_of(hazard: str, category: str) -> Kind:
    """Name and code of the degree of danger of a category; "" is below an advisory."""
    if HAZARDS[hazard].levelled:
        return LEVEL_DEGREES[LEVELS[category] if category else 1]
    return DEGREES[category]


def clock(time: int, since: int | None = None) -> str:
    """`time` in prose (２３日１時３０分), without the day where it is that of `since`."""
    day = local(time)
    same = since is not None and local(since).date() == day.date()
    text = "" if same else f"{wide(day.day)}日"
    return f"{text}{wide(day.hour)}時" + (f"{wide(day.minute)}分" if day.minute else "")


def number(value: float) -> str:
    """`value` to one decimal, without a decimal that is 0 (JMA: 13, 2.3)."""
    return f"{value:.1f}".removesuffix(".0")


# --- elements ----------------------------------------------------------------------------------


def _property(kind: Element, type: str) -> Element:
    part = add(kind, METE + "Property")
    add(part, METE + "Type", type)
    return part


def _base(property: Element, part: str) -> Element:
    return add(add(property, METE + part), METE + "Base")


def _value(
    parent: Element, tag: str, value: float, unit: str, words: str, **attributes: str
) -> None:
    text = number(value)
    add(parent, EB + tag, text, unit=unit, description=wide(text) + words, **attributes)


def _degrees(property: Element, name: str, degrees: Sequence[tuple[str, Kind]]) -> None:
    base = _base(property, "SignificancyPart")
    for part, degree in degrees:
        parent = _local(base, part)
        named(parent, METE + "Significancy", degree.name, degree.code, type=name)


def _local(base: Element, part: str) -> Element:
    """Where values of a part go: a Local of its own, or the Base itself for all."""
    if not part:
        return base
    within = add(base, METE + "Local")
    add(within, METE + "AreaName", part)
    return within


def _reach(property: Element, reach: Reach) -> None:
    degree = LEVEL_DEGREES[reach.level]
    base = _base(property, "CriteriaPeriod")
    period = f"{clock(reach.start)}から{clock(reach.end, reach.start)}まで"
    add(base, METE + "Sentence", f"{period}、{degree.name}")
    named(base, METE + "CriteriaClass", degree.name, degree.code)
    add(base, METE + "Time", jst(reach.start))
    add(base, METE + "Duration", duration(reach.end - reach.start))


def _wind(kind: Element, warned: Warned, name: str) -> None:
    degrees = []
    for wind in warned.winds:
        category = "" if wind.category == "none" else wind.category or warned.category
        degrees.append((wind.part, degree_of(warned.hazard, category)))
    _degrees(_property(kind, name), name, degrees)
    property = _property(kind, "風")
    # Snow with the wind is said of the wind on land (sample 15_16_04).
    snowy = warned.hazard == "暴風雪"
    said = [
        (wind, {"condition": "風雪"} if snowy and wind.part == "陸上" else {})
        for wind in warned.winds
    ]
    base = _base(property, "WindDirectionPart")
    for wind, snow in said:
        add(
            _local(base, wind.part),
            EB + "WindDirection",
            wind.direction,
            type="風向",
            unit="８方位漢字",
            description=f"{wind.direction}の風",
            **snow,
        )
    base = _base(property, "WindSpeedPart")
    for wind, snow in said:
        where = _local(base, wind.part)
        _value(where, "WindSpeed", wind.speed, "m/s", "メートル", type="最大風速", **snow)


def _tide(property: Element, height: float, time: int) -> Element:
    base = _base(property, "TidalLevelPart")
    _value(base, "TidalLevel", height, "m", "メートルの高さ", type="潮位")
    add(base, METE + "Time", jst(time))
    return base
