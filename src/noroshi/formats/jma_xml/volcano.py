"""Volcanoes: warnings (VFVO50, marine VFSVii) and commentary (VFVO51).

Elements: jmx_volc.xsd `type.volcanoInfo`, `type.item`, `type.area`, `type.volcanoInfoContent`. A
VolcanoInfo is about volcanoes, municipalities or sea areas, which its `codeType` tells (火山名,
気象・地震・火山情報／市町村等, 地方海上予報区).

Series:
- `jma/volcano/warning/{volcano}`: what is in force for a volcano, one edition for each volcano of
  a telegram, from its issue on. It has no end: a level stands, often for years, until the next.
  A telegram lists municipalities for all its volcanoes together, so each volcano's edition holds
  them all; none is left without warning when one of the volcanoes is lowered first.
- `jma/volcano/marine/{volcano}`: the same of marine warnings (火山現象に関する海上警報・海上予報).
- `jma/volcano/commentary/{event}`: VFVO51 and the levels it restates, for 7 days: JMA issues them
  at least weekly while a volcano is restless.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from noroshi.core import place
from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import DAY
from noroshi.formats.jma_xml.quantities import coordinates, sent
from noroshi.formats.jma_xml.telegram import IB, VOLC, Element, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.bulletin import Named
from noroshi.kinds.volcano import (
    VolcanicWarning,
    VolcanicWarningArea,
    VolcanoCommentary,
    VolcanoStatus,
)

COMMENTARY_STANDS = 7 * DAY

VOLCANO = "火山名"
SEA = "地方海上予報区"
_RESPONSE = "防災対応"
_LEVEL = re.compile(r"レベル([１-５1-5])")


def read(telegram: Telegram) -> list[Edition]:
    """Editions of one warning or commentary."""
    if telegram.info_kind == "火山の状況に関する解説情報":
        return [_commentary(telegram)]
    return _warning(telegram)


# --- what all share ----------------------------------------------------------------------------


class Place(msgspec.Struct, frozen=True):
    """An Area: `fields` (name, code, elevation, crater) and its position, that of the crater
    where it is given."""

    fields: dict[str, Any]
    geometry: bytes | None

    @property
    def code(self) -> str:
        """The official code."""
        code: str = self.fields["code"]
        return code

    @property
    def named(self) -> Named:
        """Name and code."""
        return Named(self.fields["name"], self.code)


def places(item: Element) -> tuple[str, list[Place]]:
    """The codeType of an Item, and its areas."""
    areas = item.find(VOLC + "Areas")
    if areas is None:
        return "", []
    return areas.get("codeType", ""), [_place(area) for area in areas.iterfind(VOLC + "Area")]


def _place(area: Element) -> Place:
    fields: dict[str, Any] = {}
    position = None
    for child in area:
        tag, value = child.tag, (child.text or "").strip()
        if tag == VOLC + "Name":
            fields["name"] = value
        elif tag == VOLC + "Code":
            fields["code"] = value
        elif tag == VOLC + "CraterName":
            fields["crater"] = value
        elif tag in (VOLC + "Coordinate", VOLC + "CraterCoordinate") and value:
            position = coordinates(value)
            if position is None:
                raise ValueError(f"not a position: {value!r}")
            fields["elevation"] = position[2]
    return Place(fields, None if position is None else place.point(*position[:2]))


def kind_fields(item: Element, tag: str, prefix: str) -> dict[str, str]:
    """Name and code of a Kind or LastKind, under `prefix` and `prefix_code`."""
    return {
        prefix: text(item, f"{VOLC}{tag}/{VOLC}Name"),
        prefix + "_code": text(item, f"{VOLC}{tag}/{VOLC}Code"),
    }


def content(telegram: Telegram) -> dict[str, str]:
    """The texts of VolcanoInfoContent by the local name of their elements."""
    found = telegram.body.find(VOLC + "VolcanoInfoContent")
    return {
        child.tag.rpartition("}")[2]: (child.text or "").strip()
        for child in (found if found is not None else ())
    }


def level_of(kind: str) -> int | None:
    """The alert level in the name of a kind, as printed."""
    found = _LEVEL.match(kind)
    return None if found is None else int(found[1])


def _state(telegram: Telegram, item: Element) -> dict[str, Any]:
    """Fields of `kinds.volcano.VolcanoState` other than those of the volcano."""
    kind, last = kind_fields(item, "Kind", "kind"), kind_fields(item, "LastKind", "last_kind")
    return {
        **kind,
        **last,
        "level": level_of(kind["kind"]),
        "last_level": level_of(last["last_kind"]),
        "condition": text(item, f"{VOLC}Kind/{VOLC}Condition"),
        "office": telegram.office,
    }


def items(telegram: Telegram) -> list[tuple[str, Element]]:
    """Items with the type of their VolcanoInfo."""
    return [
        (information.get("type", ""), item)
        for information in telegram.body.iterfind(VOLC + "VolcanoInfo")
        for item in information.iterfind(VOLC + "Item")
    ]


# --- warnings ----------------------------------------------------------------------------------


def _warning(telegram: Telegram) -> list[Edition]:
    """One edition for each volcano: its state, then the areas its warning is for."""
    marine = "海上" in telegram.info_kind
    prefix = "jma/volcano/marine/" if marine else "jma/volcano/warning/"
    if telegram.action is Action.CANCEL:
        codes = _headline_volcanoes(telegram) or [telegram.event]
        return [_issued(telegram, prefix + code, []) for code in codes]
    states: dict[str, tuple[Place, dict[str, Any]]] = {}
    areas: dict[str, tuple[bool, dict[str, Any]]] = {}
    for scope, item in items(telegram):
        code_type, found = places(item)
        if code_type == VOLCANO:
            states |= {one.code: (one, _state(telegram, item)) for one in found}
        else:
            _join(areas, scope, item, found, sea=code_type == SEA)
    if not states:
        raise ValueError("a volcanic warning that names no volcano")
    volcanoes = [volcano.named for volcano, _ in states.values()]
    texts = content(telegram)
    editions = []
    for code, (volcano, state) in states.items():
        body = VolcanicWarning(
            **volcano.fields,
            **state,
            marine=marine,
            title=telegram.title,
            headline=texts.get("VolcanoHeadline", ""),
            activity=texts.get("VolcanoActivity", ""),
            prevention=texts.get("VolcanoPrevention", ""),
        )
        warning = Record(
            "disaster.volcanic_warning",
            code,
            encode(body),
            geometry=volcano.geometry,
            area="jma.volcano:" + code,
        )
        records = [warning, *_areas(code, volcanoes, areas)]
        editions.append(_issued(telegram, prefix + code, records))
    return editions


def _join(
    areas: dict[str, tuple[bool, dict[str, Any]]],
    scope: str,
    item: Element,
    found: list[Place],
    *,
    sea: bool,
) -> None:
    """Bring together what two lists say of one area: the warning, and what it calls for."""
    if _RESPONSE in scope:
        fields: dict[str, Any] = {
            **kind_fields(item, "Kind", "response"),
            **kind_fields(item, "LastKind", "last_response"),
        }
    else:
        fields = {
            **kind_fields(item, "Kind", "kind"),
            **kind_fields(item, "LastKind", "last_kind"),
            "condition": text(item, f"{VOLC}Kind/{VOLC}Condition"),
        }
    for one in found:
        _, before = areas.get(one.code, (sea, {}))
        areas[one.code] = (sea, {**fields, "name": one.fields["name"], "code": one.code} | before)


def _areas(
    volcano: str, volcanoes: list[Named], areas: dict[str, tuple[bool, dict[str, Any]]]
) -> list[Record]:
    return [
        Record(
            "disaster.volcanic_warning_area",
            f"{volcano}/{code}",
            encode(VolcanicWarningArea(**fields, volcanoes=volcanoes, sea=sea)),
            area="jma.sea:" + code if sea else "city:" + code,
        )
        for code, (sea, fields) in areas.items()
    ]


def _headline_volcanoes(telegram: Telegram) -> list[str]:
    """Codes of the volcanoes that the headline lists."""
    path = f"{IB}Headline/{IB}Information/{IB}Item/{IB}Areas"
    return [
        text(area, IB + "Code")
        for areas in telegram.head.iterfind(path)
        if areas.get("codeType") == VOLCANO
        for area in areas.iterfind(IB + "Area")
    ]


def _issued(telegram: Telegram, series: str, records: list[Record]) -> Edition:
    """An edition from the time of issue on. No serial is printed; the order within a minute is
    that of sending."""
    edition = telegram.edition(series, records, effective=telegram.reported)
    return msgspec.structs.replace(edition, serial=telegram.serial or sent(telegram))


# --- commentary --------------------------------------------------------------------------------


def _commentary(telegram: Telegram) -> Edition:
    """The commentary, then the state of each volcano it lists."""
    end = telegram.reported + COMMENTARY_STANDS
    volcanoes: list[Place] = []
    records: list[Record] = []
    for _, item in items(telegram):
        code_type, found = places(item)
        if code_type != VOLCANO:
            continue
        state = _state(telegram, item)
        for one in found:
            records.append(
                Record(
                    "disaster.volcano_status",
                    one.code,
                    encode(VolcanoStatus(**one.fields, **state)),
                    geometry=one.geometry,
                    area="jma.volcano:" + one.code,
                    valid_to=end,
                )
            )
        volcanoes += found
    texts = content(telegram)
    body = VolcanoCommentary(
        title=telegram.title,
        volcanoes=[one.named for one in volcanoes],
        serial=telegram.serial_text,
        office=telegram.office,
        headline=texts.get("VolcanoHeadline") or text(telegram.head, f"{IB}Headline/{IB}Text"),
        activity=texts.get("VolcanoActivity", ""),
        prevention=texts.get("VolcanoPrevention", ""),
        other=texts.get("OtherInfo", ""),
        next=texts.get("NextAdvisory", ""),
    )
    alone = volcanoes[0] if len(volcanoes) == 1 else None
    commentary = Record(
        "disaster.volcano_commentary",
        telegram.event,
        encode(body),
        geometry=None if alone is None else alone.geometry,
        area=None if alone is None else "jma.volcano:" + alone.code,
        valid_to=end,
    )
    series = f"jma/volcano/commentary/{telegram.event}"
    return telegram.edition(series, [commentary, *records], effective=telegram.reported)
