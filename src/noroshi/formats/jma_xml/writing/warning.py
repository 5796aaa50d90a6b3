"""Weather warnings by municipality with levels in their names: VPWW55 to VPWW61 (since May 2026).

Source: jmx_mete.xsd 1.5 `type.Warning`; samples 15_16 and 15_17. A telegram is the whole table of
one product for a forecast region: what is in force now, what was before (for 発表状況), in four
levels of areas. Wider areas show the most serious of what is in force in their municipalities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy

from noroshi.core.record import Action, Mode
from noroshi.formats.jma_xml.telegram import Element
from noroshi.formats.jma_xml.writing.regions import (
    Layer,
    Region,
    area,
    headline_item,
    layers,
    office_info,
    where,
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
from noroshi.formats.jma_xml.writing.warning_details import Warned, lifted, properties
from noroshi.formats.jma_xml.writing.warning_kinds import (
    CATEGORIES,
    HAZARDS,
    PRODUCTS,
    RANK,
    Product,
    change,
)

Table = Mapping[str, Sequence[Warned]]
"""Warnings in force by code of municipality (seven digits); one that is left out has none."""

_TYPE = "気象警報・注意報（{}）"
_NONE = "発表警報・注意報はなし"
_SUPPLEMENT = (
    "避難が必要となる危険な状況となっています。崖の近くや谷の出口など土砂災害警戒区域等にお住まいの方は、"
    "市町村から発令される避難指示などの情報に留意し、少しでも安全な場所への速やかな避難を心がけてください。"
)
_URGENCY = {
    "advisory": "に注意してください。",
    "warning": "に警戒してください。",
    "danger": "に厳重に警戒をしてください。",
    "emergency": "に最大級の警戒をしてください。",
}

_Categories = dict[str, dict[str, str]]
"""By code of municipality: category by hazard."""

_Written = tuple[str, str | None, Warned | None]
"""A hazard, its category before, and what is expected now."""


def warnings(
    type: str,
    region: Region,
    now: Table,
    before: Table | None = None,
    *,
    reported: int,
    mode: Mode,
    headline: str = "",
    action: Action = Action.ISSUE,
    sent: int | None = None,
) -> bytes:
    """The telegram `type` (VPWW55 … VPWW61) of `region`.

    `now` may hold warnings of every product: those of this one are taken. `before` is what its
    last telegram said; what is in it and not in `now` is lifted, and with an empty `now` all is.
    `headline`: made from the warnings unless given. Times are microseconds UTC, cut to the minute
    as JMA does. Raises KeyError for an unknown type, hazard, or category of a hazard, ValueError
    for a municipality that is not of the region.
    """
    product = PRODUCTS[type]
    after, ago = _of(product, region, now), _of(product, region, before or {})
    reported -= reported % 60_000_000
    levels = layers(region)
    heading = Heading(
        product=product.control,
        title=region.name + (product.title or _advisories(after, ago)),
        info_kind="気象警報・注意報",
        info_kind_version="1.5_0",
        reported=reported,
        target=reported,
        event="",
        mode=mode,
        action=action,
        headline=headline or headline_of(type, region, now, before),
        informations=[
            one for level in levels if (one := _information(level, product, after, ago)) is not None
        ],
        sent=sent,
        editor=region.office,
        office=region.office,
    )
    root = body(METE)
    written: dict[_Written, Element] = {}
    for level in levels:
        warning = add(root, METE + "Warning", type=_TYPE.format(level.name))
        for place, codes in level.areas:
            item = add(warning, METE + "Item")
            if level.mark:
                _wider(item, level, place, codes, product, after, ago)
            else:
                _municipality(item, place, product, now, before or {}, written)
    most = _highest(after, product.hazards)
    if type == "VPWW56" and most in ("danger", "emergency"):
        name = HAZARDS["土砂災害"].kinds[most].name
        comment = add(root, METE + "Comment")
        add(comment, METE + "Text", _SUPPLEMENT, type=f"{name}の補足情報")
        office_info(root, [("補足情報担当", region.prefecture), ("気象関係", region.office)])
    return telegram(heading, root)


def headline_of(type: str, region: Region, now: Table, before: Table | None = None) -> str:
    """The headline of a telegram: of the most serious warnings, where they are and of what."""
    product = PRODUCTS[type]
    after, ago = _of(product, region, now), _of(product, region, before or {})
    most, last = _highest(after, product.hazards), _highest(ago, product.hazards)
    if not most:
        if not last:
            return "発表中の警報・注意報はありません。"
        text = "注意報を解除します。" if last == "advisory" else "警報・注意報を解除します。"
        return f"【特別警報解除】{text}" if last == "emergency" else text
    places: dict[str, set[str]] = {}
    for code, mine in after.items():
        for hazard, category in mine.items():
            if category == most:
                places.setdefault(hazard, set()).add(code)
    hazards = [one for one in product.hazards if one in places]
    codes = set().union(*places.values())
    area_words = where(region, codes, fine=most == "emergency")
    words = "、".join(HAZARDS[one].words[most] for one in hazards)
    text = f"{area_words}では、{words}{_URGENCY[most]}"
    if most in ("danger", "emergency"):
        names = "、".join(HAZARDS[one].kinds[most].name for one in hazards)
        text = f"{area_words}に{names}を発表しています。{words}{_URGENCY[most]}"
    if most == "emergency":
        return f"【特別警報（{'、'.join(hazards)}）】{text}"
    if last == "emergency":
        return f"【{CATEGORIES[most]}に切り替え】{text}"
    return text


# --- what is in force --------------------------------------------------------------------------


def _of(product: Product, region: Region, table: Table) -> _Categories:
    """Categories of the product's warnings in `table`, by municipality and hazard."""
    known = {place.code for place in region.municipalities}
    strange = table.keys() - known
    if strange:
        raise ValueError(f"not municipalities of {region.name}: {', '.join(sorted(strange))}")
    found: _Categories = {}
    for code, warned in table.items():
        mine = {one.hazard: one.category for one in warned if one.hazard in product.hazards}
        if mine:
            found[code] = mine
    return found


def _highest(table: _Categories, hazards: Iterable[str]) -> str:
    wanted = set(hazards)
    found = [
        category for mine in table.values() for hazard, category in mine.items() if hazard in wanted
    ]
    return max(found, key=RANK.__getitem__, default="")


def _advisories(after: _Categories, ago: _Categories) -> str:
    """雷・濃霧注意報: what the other advisories are about, in the order of the product."""
    found = {hazard for table in (after, ago) for mine in table.values() for hazard in mine}
    return "・".join(one for one in PRODUCTS["VPWW61"].hazards if one in found) + "注意報"


# --- the headline's areas ----------------------------------------------------------------------


def _information(
    level: Layer, product: Product, after: _Categories, ago: _Categories
) -> Information | None:
    """What is in force in each area of a level, and 解除 where the last has ended; areas without
    either are left out. None where all are."""
    items: list[Item] = []
    for place, codes in level.areas:
        kinds = [
            HAZARDS[hazard].kinds[category]
            for hazard, category in _across(product, after, codes).items()
        ]
        if not kinds and _across(product, ago, codes):
            kinds = [Kind("解除", "00")]
        if kinds:
            items.append(headline_item(kinds, place, level.code_type))
    return Information(_TYPE.format(level.name), items) if items else None


def _across(product: Product, table: _Categories, codes: Sequence[str]) -> dict[str, str]:
    """The most serious category of each hazard in any of the municipalities `codes`."""
    found: dict[str, str] = {}
    for code in codes:
        for hazard, category in table.get(code, {}).items():
            if hazard not in found or RANK[category] > RANK[found[hazard]]:
                found[hazard] = category
    return {hazard: found[hazard] for hazard in product.hazards if hazard in found}


# --- items of the body -------------------------------------------------------------------------


def _kind(item: Element, hazard: str, last: str | None, now: str | None) -> Element:
    """A Kind with name, code and 発表状況; LastKind says what was in force before."""
    which = now or last
    assert which is not None
    kinds = HAZARDS[hazard].kinds
    element = named(item, METE + "Kind", kinds[which].name, kinds[which].code)
    add(element, METE + "Status", change(last, now))
    if last is not None:
        named(element, METE + "LastKind", kinds[last].name, kinds[last].code)
    return element


def _nothing(item: Element, place: Area) -> None:
    add(add(item, METE + "Kind"), METE + "Status", _NONE)
    area(item, place)


def _changed(last: Mapping[str, str], now: Mapping[str, str]) -> str:
    return "変化無" if last == now else "警報・注意報種別に変化有"


def _wider(
    item: Element,
    level: Layer,
    place: Area,
    codes: Sequence[str],
    product: Product,
    after: _Categories,
    ago: _Categories,
) -> None:
    """An area of several municipalities: 全域 where all of them have what it shows."""
    now, last = _across(product, after, codes), _across(product, ago, codes)
    hazards = [one for one in product.hazards if one in now or one in last]
    if not hazards:
        _nothing(item, place)
        return
    for hazard in hazards:
        _kind(item, hazard, last.get(hazard), now.get(hazard))
    area(item, place)
    full = all((after if now else ago).get(code, {}) == (now or last) for code in codes)
    add(item, METE + "ChangeStatus", _changed(last, now))
    add(item, METE + "FullStatus", "全域" if full else "一部")
    add(item, METE + "EditingMark", level.mark)


def _municipality(
    item: Element,
    place: Area,
    product: Product,
    now: Table,
    before: Table,
    written: dict[_Written, Element],
) -> None:
    """A municipality, with what is expected there. Neighbours mostly say the same, and to copy an
    element (kept in `written`) is several times cheaper than to make it."""
    mine = {one.hazard: one for one in now.get(place.code, ())}
    past = {one.hazard: one for one in before.get(place.code, ())}
    hazards = [one for one in product.hazards if one in mine or one in past]
    if not hazards:
        _nothing(item, place)
        return
    same = quantities = True
    for hazard in hazards:
        warned, last = mine.get(hazard), past.get(hazard)
        category = last.category if last else None
        key = hazard, category, warned
        if key in written:
            item.append(deepcopy(written[key]))
        else:
            written[key] = kind = _kind(item, hazard, category, warned.category if warned else None)
            if warned is None:
                lifted(kind, hazard)
            else:
                properties(kind, warned)
        same = same and category == (warned.category if warned else None)
        quantities = quantities and warned == last
    area(item, place)
    text = "変化無" if quantities else "警報・注意報種別に変化無、量的予想事項等に変化有"
    add(item, METE + "ChangeStatus", text if same else "警報・注意報種別に変化有")
