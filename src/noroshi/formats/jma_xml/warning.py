"""Weather warnings by area: VPWW50/53/54, VPWW55–61, VPWS50, and the notice VPNO50.

Elements: jmx_mete.xsd `type.Warning`, `type.Item`, `type.Kind`.

Series: `jma/warning/{product}/{office}/{forecast region}`. A telegram is the whole table of one
product for one forecast region (府県予報区), so it replaces that and nothing else: VPWW55 to 61
are seven products (rain, landslide, surge …), and an office may serve several regions, such as
Kagoshima with and without Amami. The office is the one responsible (発表官署), whoever edits,
without the prefecture that publishes jointly with it from some level on. The national collection
(VPWS50, every ten minutes) is one series of its own.

The same warning is stated by several generations of telegrams side by side (VPWW50/53/54 until
2028, VPWW55–61, VPWS50). Each stays a record of its own and says its `product`; what they amount
to together is for a product to say, not for a format.

Nothing in force (解除, なし, 発表警報・注意報はなし) makes no record: the edition is whole, so an
area that is left out has ended.

VPNO50 only tells that 特別警報 were issued. It does not say when they end, so its records end 24
hours after it, and a table of VPWW53/54 of the same region without any 特別警報 clears it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml.etree import tostring

from noroshi.core.record import Edition, Record
from noroshi.core.time import DAY
from noroshi.formats import Finding
from noroshi.formats.jma_xml.telegram import IB, METE, Element, Telegram
from noroshi.formats.jma_xml.timeseries import outlook
from noroshi.formats.jma_xml.weather_areas import (
    MUNICIPALITIES,
    Place,
    area_of,
    division_of,
    forecast_region,
    office,
)
from noroshi.formats.jma_xml.weather_details import Statements, meaning, notes
from noroshi.kinds import encode, name_of
from noroshi.kinds.bulletin import Named
from noroshi.kinds.weather import (
    CATEGORIES,
    AreaWarnings,
    RegionWarning,
    WarningKind,
    WeatherWarning,
)

NOTICE = "気象特別警報報知"
NOTICE_STANDS = DAY
#: Products of the generations that VPNO50 belongs to: their tables hold every 特別警報.
COMPLETE = frozenset({"気象特別警報・警報・注意報", "気象警報・注意報（Ｈ２７）"})
WITH_SERIES = "気象警報・注意報（Ｈ２７）"
#: Statuses and names of a Kind that say that nothing is in force.
NOT_IN_FORCE = frozenset({"解除", "なし", "発表警報・注意報はなし"})

_REMEDY = "the warnings are kept; see the telegram for the rest"
_RANK = {category: rank for rank, category in enumerate(CATEGORIES.values())}
_NAME, _CODE, _STATUS = METE + "Name", METE + "Code", METE + "Status"
_CONDITION, _PROPERTY = METE + "Condition", METE + "Property"
_ATTENTION, _ADDITION = METE + "Attention", METE + "Addition"
_LAST, _NEXT, _NOTICE = METE + "LastKind", METE + "NextKinds", METE + "WarningNotice"
_KIND, _AREA, _AREAS = METE + "Kind", METE + "Area", METE + "Areas"
_FULL, _SENTENCE = METE + "FullStatus", METE + "Sentence"


def read(telegram: Telegram) -> list[Edition]:
    """Editions of a warning telegram: its table, and what follows from it for other series."""
    if telegram.info_kind == NOTICE:
        return [_notice(telegram)]
    region = forecast_region(telegram)
    special = False
    found: dict[str, AreaWarnings] = {}
    for warning in telegram.body.iterchildren(METE + "Warning"):
        division = division_of(warning.get("type") or "")
        local = division == MUNICIPALITIES
        for kinds, lifted, area, full in items(warning, telegram.faults):
            if not kinds:
                continue
            special = special or any(one.category == "emergency" for one in kinds)
            more: dict[str, Any] = {} if local else {"full": full, "covers": area.covers}
            key = f"{telegram.product}/{division}/{area.code or area.name}"
            found[key] = table_entry(
                WeatherWarning if local else RegionWarning,
                telegram,
                (found[key].kinds if key in found else []) + kinds,
                area_name=area.name,
                code=area.code,
                division=division,
                region=region,
                lifted=lifted,
                **more,
            )
    editions = [table(telegram, "warning", region, found)]
    if telegram.product in COMPLETE and not special:
        series = f"jma/warning/{NOTICE}/{office(telegram)}/{region}"
        editions.append(telegram.edition(series, [], effective=telegram.reported))
    if telegram.product == WITH_SERIES:
        editions.append(outlook(telegram, region))
    return editions


def table(
    telegram: Telegram,
    subject: str,
    region: str,
    found: dict[str, AreaWarnings],
    valid_to: int | None = None,
) -> Edition:
    """The edition that replaces the table of the telegram's product for `region`."""
    records = [
        Record(
            name_of(type(body)),
            key,
            encode(body),
            area=area_of(body.division, body.code),
            valid_to=valid_to,
        )
        for key, body in found.items()
    ]
    series = f"jma/{subject}/{telegram.product}/{office(telegram)}"
    return telegram.edition(
        f"{series}/{region}" if region else series, records, effective=telegram.reported
    )


def table_entry(
    type: type[AreaWarnings], telegram: Telegram, kinds: list[WarningKind], **fields: Any
) -> AreaWarnings:
    """The body of type `type` for one area, with the highest level and category of `kinds`."""
    return type(
        product=telegram.product,
        office=telegram.office,
        kinds=kinds,
        level=max((one.level for one in kinds if one.level), default=None),
        category=min((one.category for one in kinds if one.category), key=_rank, default=""),
        **fields,
    )


def _rank(category: str) -> int:
    return _RANK[category]


# --- items -------------------------------------------------------------------------------------

ItemRead = tuple[list[WarningKind], list[str], Place, str]


def items(warning: Element, faults: list[Finding]) -> Iterator[ItemRead]:
    """Kinds in force, names of kinds lifted, area, and 全域/一部, of each Item and area.

    A warning without an area, and a Property that cannot be read, are added to `faults`.
    """
    # Neighbouring municipalities mostly say the same, and to compare bytes is cheap.
    read: dict[bytes, WarningKind] = {}
    for item in warning:
        kinds: list[WarningKind] = []
        lifted: list[str] = []
        places: list[Place] = []
        full = ""
        for child in item:
            tag = child.tag
            if tag == _KIND:
                written = tostring(child, encoding="utf-8", with_tail=False)
                kind = read.get(written) or read.setdefault(written, read_kind(child, faults))
                if kind.name and not NOT_IN_FORCE.intersection((kind.status, kind.name)):
                    kinds.append(kind)
                elif kind.status == "解除":
                    lifted.append(kind.name)
            elif tag == _AREA:
                places.append(Place(child))
            elif tag == _AREAS:
                places += [Place(one) for one in child]
            elif tag == _FULL:
                full = (child.text or "").strip()
        if kinds and not places:
            names = "・".join(one.name for one in kinds)
            faults.append(Finding("error", _where(item), f"{names} without an area", _REMEDY))
        for place in places:
            yield kinds, lifted, place, full


def read_kind(element: Element, faults: list[Finding]) -> WarningKind:
    """One Kind of an Item, whatever its status. A Property that cannot be read is a fault.

    The level is that of the name; where the name has none, the highest that a degree of danger
    in the Kind names (警戒レベル３相当), but not one that is only yet to be reached (criteria).
    """
    name = code = status = condition = ""
    last: Named | None = None
    next: list[str] = []
    attention: list[str] = []
    addition: list[str] = []
    said: Statements | None = None
    for child in element:
        tag = child.tag
        if tag == _NAME:
            name = (child.text or "").strip()
        elif tag == _CODE:
            code = (child.text or "").strip()
        elif tag == _STATUS:
            status = (child.text or "").strip()
        elif tag == _PROPERTY:
            said = said or Statements([], attention, addition)
            try:
                said.read(child)
            except ValueError as error:
                faults.append(Finding("warning", _where(child), str(error), _REMEDY))
        elif tag == _CONDITION:
            condition = (child.text or "").strip()
        elif tag == _LAST:
            last = named(child)
        elif tag == _ATTENTION:
            attention += notes(child)
        elif tag == _ADDITION:
            addition += notes(child)
        elif tag == _NEXT:
            next += [one for child in child if (one := _change(child))]
        elif tag == _NOTICE:
            next.append("".join(one.strip() for one in child.itertext()))
    details = said.details if said else []
    mean = meaning(name)
    level, basis = mean.level, "name" if mean.level else ""
    if level is None:
        level = max((one.level for one in details if one.level and not one.item), default=None)
        basis = "significancy" if level else ""
    return WarningKind(
        name,
        code,
        status,
        mean.hazard,
        mean.category,
        level,
        basis,
        condition,
        last,
        next,
        attention,
        addition,
        details,
    )


def _where(element: Element) -> str:
    return f"line {element.sourceline}, {element.tag.rpartition('}')[2]}"


def named(element: Element) -> Named:
    """Name and code of an element's children Name and Code."""
    name = code = ""
    for child in element:
        if child.tag == _NAME:
            name = (child.text or "").strip()
        elif child.tag == _CODE:
            code = (child.text or "").strip()
    return Named(name, code)


def _change(element: Element) -> str:
    """What a NextKind announces: its sentence, or its name."""
    found = element.findtext(_SENTENCE) or element.findtext(_NAME) or ""
    return str(found).strip()


# --- notice of special warnings ----------------------------------------------------------------


def _notice(telegram: Telegram) -> Edition:
    """VPNO50 has an empty body; what is in force where is in its headline."""
    title = telegram.title.removesuffix(NOTICE)
    found: dict[str, AreaWarnings] = {}
    for information in telegram.head.iterfind(f"{IB}Headline/{IB}Information"):
        division = division_of(information.get("type") or "")
        local = division == MUNICIPALITIES
        for item in information.iterchildren(IB + "Item"):
            kinds = [
                kind
                for one in item.iterchildren(IB + "Kind")
                if (kind := _headline_kind(one)) and kind.name not in NOT_IN_FORCE
            ]
            for area in item.iterfind(f"{IB}Areas/{IB}Area"):
                name = (area.findtext(IB + "Name") or "").strip()
                code = (area.findtext(IB + "Code") or "").strip()
                key = f"{telegram.product}/{division}/{code or name}"
                earlier = found[key].kinds if key in found else []
                if not kinds:
                    continue
                found[key] = table_entry(
                    WeatherWarning if local else RegionWarning,
                    telegram,
                    earlier + kinds,
                    area_name=name,
                    code=code,
                    division=division,
                    region=title,
                )
    return table(telegram, "warning", title, found, telegram.reported + NOTICE_STANDS)


def _headline_kind(element: Element) -> WarningKind:
    name = (element.findtext(IB + "Name") or "").strip()
    mean = meaning(name)
    return WarningKind(
        name,
        (element.findtext(IB + "Code") or "").strip(),
        hazard=mean.hazard,
        category=mean.category,
        level=mean.level,
        basis="name" if mean.level else "",
        condition=(element.findtext(IB + "Condition") or "").strip(),
    )
