"""What may be warned of in the coming day and a half, by municipality: VPWP50.

Source: jmx_mete.xsd 1.5 `type.TimeSeriesInfo`, `type.SignificancyPart`; samples 81_01_03. JMA gives
steps of three hours, named after the parts of the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import HOUR
from noroshi.formats.jma_xml.telegram import Element
from noroshi.formats.jma_xml.writing.regions import Region, area
from noroshi.formats.jma_xml.writing.telegram import (
    EB,
    METE,
    Heading,
    add,
    body,
    duration,
    jst,
    local,
    named,
    telegram,
    wide,
)
from noroshi.formats.jma_xml.writing.warning_details import degree_of, number
from noroshi.formats.jma_xml.writing.warning_kinds import HAZARDS

STEP = 3 * HOUR

_DAY = ("未明", "明け方", "朝", "昼前", "昼過ぎ", "夕方", "夜のはじめ頃", "夜遅く")
#: Property/Type, part, element, its type, unit, unit in words, of the amounts of a hazard.
_AMOUNTS = {
    "大雨": ("雨", "PrecipitationPart", "Precipitation", "１時間最大雨量", "mm", "ミリ"),
    "暴風": ("風", "WindSpeedPart", "WindSpeed", "最大風速", "m/s", "メートル"),
    "波浪": ("波", "WaveHeightPart", "WaveHeight", "波高", "m", "メートル"),
    "高潮": ("高潮", "TidalLevelPart", "TidalLevel", "潮位", "m", "メートルの高さ"),
}


class Course(msgspec.Struct, frozen=True):
    """How a hazard of `HAZARDS` will go: in each step the category that its danger is of (advisory
    …; "" below), and the amount: rain [mm in 1 h], mean wind [m/s], waves [m], tide [m]."""

    hazard: str
    categories: tuple[str, ...]
    amounts: tuple[float, ...] = ()


def outlook(
    region: Region,
    start: int,
    courses: Mapping[str, Sequence[Course]],
    *,
    reported: int,
    mode: Mode,
    sent: int | None = None,
) -> bytes:
    """The telegram of `region` with steps of three hours from `start` (0, 3, 6 … o'clock JST), by
    code of municipality (seven digits); those left out are not mentioned.

    Times are microseconds UTC. Raises ValueError for courses of different lengths, none at all, or
    a municipality that is not of the region.
    """
    places = {place.code: place for place in region.municipalities}
    strange = courses.keys() - places.keys()
    if strange:
        raise ValueError(f"not municipalities of {region.name}: {', '.join(sorted(strange))}")
    lengths = {len(one.categories) for each in courses.values() for one in each}
    lengths |= {len(one.amounts) for each in courses.values() for one in each if one.amounts}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"every course needs as many steps as the others: {sorted(lengths)}")
    reported -= reported % 60_000_000
    heading = Heading(
        product="気象警報・注意報時系列情報（Ｒ０６）",
        title=f"{region.name}警戒・注意事項時系列情報",
        info_kind="気象警報・注意報時系列",
        info_kind_version="1.5_0",
        reported=reported,
        target=start,
        event="",
        mode=mode,
        sent=sent,
        editor=region.office,
        office=region.office,
    )
    root = body(METE)
    infos = add(root, METE + "MeteorologicalInfos", type="量的予想時系列（市町村等）")
    series = add(infos, METE + "TimeSeriesInfo")
    defines = add(series, METE + "TimeDefines")
    for step in range(lengths.pop()):
        time = start + step * STEP
        define = add(defines, METE + "TimeDefine", timeId=str(step + 1))
        add(define, METE + "DateTime", jst(time))
        add(define, METE + "Duration", duration(STEP))
        add(define, METE + "Name", f"{wide(local(time).day)}日{_DAY[local(time).hour // 3]}")
    written: dict[Course, list[Element]] = {}
    for code, place in places.items():
        if not courses.get(code):
            continue
        item = add(series, METE + "Item")
        for course in courses[code]:
            # Neighbours often expect the same: to copy is cheaper than to make.
            if course in written:
                for kind in written[course]:
                    item.append(deepcopy(kind))
            else:
                written[course] = _kinds(item, course, reported)
        area(item, place)
    return telegram(heading, root)


def _kinds(item: Element, course: Course, reported: int) -> list[Element]:
    """Add the Kinds of a course: its degrees, and its amounts where given."""
    about = HAZARDS[course.hazard].degree
    kind, base = _part(item, about, "SignificancyPart", reported)
    for step, category in enumerate(course.categories, 1):
        degree = degree_of(course.hazard, category)
        named(base, METE + "Significancy", degree.name, degree.code, type=about, refID=str(step))
    if not course.amounts:
        return [kind]
    type, part, tag, element, unit, words = _AMOUNTS[course.hazard]
    second, base = _part(item, type, part, reported)
    for step, amount in enumerate(course.amounts, 1):
        text = number(amount)
        add(
            base,
            EB + tag,
            text,
            type=element,
            unit=unit,
            refID=str(step),
            description=wide(text) + words,
        )
    return [kind, second]


def _part(item: Element, type: str, part: str, reported: int) -> tuple[Element, Element]:
    """A new Kind, and the Base of the part in it."""
    kind = add(item, METE + "Kind")
    add(kind, METE + "Status", "発表")
    add(kind, METE + "DateTime", jst(reported), type="発表時刻")
    property = add(kind, METE + "Property")
    add(property, METE + "Type", type)
    return kind, add(add(property, METE + part), METE + "Base")
