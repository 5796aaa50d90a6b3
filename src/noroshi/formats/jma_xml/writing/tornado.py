"""Tornado watches (竜巻注意情報): VPHW50, and VPHW51 where one was sighted.

Source: jmx_mete.xsd `type.Warning`; samples 19_07 and 19_10. A watch is for primary subdivisions
and all municipalities in them, and holds for about an hour.
"""

from __future__ import annotations

from collections.abc import Collection

from noroshi.core.record import Mode
from noroshi.formats.jma_xml.writing.regions import (
    FORECAST,
    Layer,
    Region,
    area,
    headline_item,
    layers,
)
from noroshi.formats.jma_xml.writing.telegram import (
    METE,
    Area,
    Heading,
    Information,
    Item,
    Kind,
    add,
    body,
    named,
    telegram,
)

NAME = "竜巻注意情報"
_CARE = (
    "空の様子に注意してください。雷や急な風の変化など積乱雲が近づく兆しがある場合には、"
    "頑丈な建物内に移動するなど、安全確保に努めてください。落雷、ひょう、急な強い雨にも注意してください。"
)
_KIND = Kind(NAME, "1", "発表")


def tornado_watch(
    region: Region,
    divisions: Collection[str],
    sighted: Collection[str] = (),
    *,
    until: int,
    reported: int,
    serial: int,
    mode: Mode,
    levelled: bool = True,
    sent: int | None = None,
) -> bytes:
    """A watch until `until` for `divisions` of `region`; in `sighted` one was seen (codes).

    `levelled`: titles as since May 2026 (気象防災速報（竜巻目撃）). Times are microseconds UTC, cut
    to the minute. Raises ValueError for no division, or one that is not of the region.
    """
    known = {one.code: one.name for one in region.divisions}
    strange = (set(divisions) | set(sighted)) - known.keys()
    if strange or not divisions:
        raise ValueError(f"not divisions of {region.name}: {', '.join(sorted(strange))}")
    reported -= reported % 60_000_000
    codes = {
        place.code
        for one in region.divisions
        if one.code in divisions
        for group in one.groups
        for place in group.municipalities
    }
    levels = layers(region)
    informations = [_information(level, codes) for level in levels]
    seen = [one for one in region.divisions if one.code in sighted]
    if seen:
        items = [headline_item([_KIND], Area(one.name, one.code), FORECAST) for one in seen]
        informations.append(Information(f"{NAME}（目撃情報あり）", items))
    title = f"気象防災速報（竜巻{'目撃' if seen else '注意'}）" if levelled else NAME
    heading = Heading(
        product=f"{NAME}（目撃情報付き）" if seen else NAME,
        title=region.name + title,
        info_kind=NAME,
        info_kind_version="1.1_0" if seen else "1.0_0",
        reported=reported,
        target=reported,
        valid_to=until - until % 60_000_000,
        event="",
        mode=mode,
        serial=serial,
        headline=_headline(region, [known[code] for code in known if code in divisions], sighted),
        informations=informations,
        sent=sent,
        editor=region.office,
        office=region.office,
    )
    root = body(METE)
    for level in levels:
        warning = add(root, METE + "Warning", type=_scope(level))
        for place, inside in level.areas:
            hit = not codes.isdisjoint(inside)
            item = add(warning, METE + "Item")
            kind = named(item, METE + "Kind", NAME if hit else "なし", "1" if hit else "0")
            add(kind, METE + "Status", "発表" if hit else "なし")
            area(item, place)
    return telegram(heading, root)


def _scope(level: Layer) -> str:
    return f"{NAME}（{'発表細分' if level.name == '府県予報区等' else level.name}）"


def _information(level: Layer, codes: set[str]) -> Information:
    items: list[Item] = [
        headline_item([_KIND], place, level.code_type)
        for place, inside in level.areas
        if not codes.isdisjoint(inside)
    ]
    return Information(_scope(level), items)


def _headline(region: Region, names: list[str], sighted: Collection[str]) -> str:
    every = len(names) == len(region.divisions)
    where = region.name if every else region.name + "、".join(names)
    if not sighted:
        return f"{where}は、竜巻などの激しい突風が発生しやすい気象状況になっています。{_CARE}"
    seen = "、".join(one.name for one in region.divisions if one.code in sighted)
    return (
        f"【目撃情報あり】{region.name}{seen}で竜巻などの激しい突風が発生したとみられます。"
        f"{where}は、竜巻などの激しい突風が発生するおそれが非常に高まっています。{_CARE}"
    )
