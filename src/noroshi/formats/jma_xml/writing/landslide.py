"""Landslide alerts by municipality: VXWW50 (土砂災害警戒情報, レベル４土砂災害危険警報).

Source: jmx_mete.xsd `type.Warning`; samples 17_03 (until 2026, by prefecture and office together)
and 17_04 (as レベル４土砂災害危険警報).
"""

from __future__ import annotations

from collections.abc import Set

from noroshi.core.record import Action, Mode
from noroshi.formats.jma_xml.writing.regions import MUNICIPAL, Region, area
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

PRODUCT = "土砂災害警戒情報"
NAME = "レベル４土砂災害危険警報"

_SITUATION = (
    "降り続く大雨のため、土砂災害警戒区域等では命に危険が及ぶ土砂災害がいつ発生してもおかしくない"
    "非常に危険な状況です。"
)
_ACTION = (
    "避難が必要となる危険な状況となっています【警戒レベル４相当情報［土砂災害］】。崖の近くや谷の出口など"
    "土砂災害警戒区域等にお住まいの方は、市町村から発令される避難指示などの情報に留意し、"
    "少しでも安全な場所への速やかな避難を心がけてください。"
)
_OVER = "大雨が弱まり、多発的な土砂災害が発生するおそれは少なくなりました。"
_KINDS = {
    "発表": ("警戒", "3"),
    "継続": ("警戒", "3"),
    "解除": ("解除", "1"),
    "なし": ("なし", "0"),
}


def landslide_alert(
    region: Region,
    now: Set[str],
    before: Set[str] = frozenset(),
    *,
    reported: int,
    serial: int,
    mode: Mode,
    levelled: bool = True,
    headline: str = "",
    action: Action = Action.ISSUE,
    sent: int | None = None,
) -> bytes:
    """The telegram of `region` with an alert in the municipalities `now` (codes of seven digits);
    where there was one `before` and is none now, it is lifted.

    `serial` counts the telegrams of one event from 1. `levelled`: in names since May 2026. Times
    are microseconds UTC, cut to the minute. Raises ValueError for a municipality that is not of
    the region.
    """
    places = region.municipalities
    strange = (now | before) - {place.code for place in places}
    if strange:
        raise ValueError(f"not municipalities of {region.name}: {', '.join(sorted(strange))}")
    reported -= reported % 60_000_000
    heading = Heading(
        product=PRODUCT,
        title=region.name + (NAME if levelled else PRODUCT),
        info_kind=PRODUCT,
        info_kind_version="1.0_0",
        reported=reported,
        target=reported,
        event=region.name + PRODUCT,
        mode=mode,
        action=action,
        serial=serial,
        headline=headline or _headline(bool(now), levelled),
        informations=_informations(places, now, before),
        sent=sent,
        editor=region.office,
        office=region.office if levelled else f"{region.prefecture} {region.office}",
    )
    root = body(METE)
    target = add(root, METE + "TargetArea")
    add(target, METE + "Name", region.name)
    add(target, METE + "Code", region.code)
    warning = add(root, METE + "Warning", type=PRODUCT)
    for place in places:
        item = add(warning, METE + "Item")
        status = _status(place.code, now, before)
        add(named(item, METE + "Kind", *_KINDS[status]), METE + "Status", status)
        area(item, place)
    info = add(root, METE + "OfficeInfo")
    for type, name, task in (
        ("都道府県", region.prefecture, "補足情報担当"),
        ("気象庁", region.office, "気象関係"),
    ):
        office = named(info, METE + "Office", name, type=type)
        add(office, METE + "ContactInfo", f"{name}（{task}）")
    return telegram(heading, root)


def _status(code: str, now: Set[str], before: Set[str]) -> str:
    if code in now:
        return "継続" if code in before else "発表"
    return "解除" if code in before else "なし"


def _informations(places: list[Area], now: Set[str], before: Set[str]) -> list[Information]:
    items = []
    for status in ("発表", "継続", "解除"):
        areas = [place for place in places if _status(place.code, now, before) == status]
        if areas:
            items.append(Item([Kind(*_KINDS[status], status)], areas, MUNICIPAL))
    return [Information(PRODUCT, items)] if items else []


def _headline(alert: bool, levelled: bool) -> str:
    if not alert:
        return f"＜全警戒解除＞\n　{_OVER}"
    what = f"{NAME}の補足情報" if levelled else "とるべき措置"
    return f"＜概況＞\n　{_SITUATION}\n＜{what}＞\n　{_ACTION}"
