"""The areas that tables of warnings are by: a forecast region, its divisions, groups, places.

Source: 気象庁「予報・警報・注意報の対象区域」 (府県予報区, 一次細分区域, 市町村等をまとめた地域,
市町村等); code lists as named in the `codeType` of the samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.formats.jma_xml.telegram import Element
from noroshi.formats.jma_xml.writing.telegram import METE, Area, Item, Kind, add, named

FORECAST = "気象情報／府県予報区・細分区域等"
MUNICIPAL = "気象・地震・火山情報／市町村等"


class Group(msgspec.Struct, frozen=True):
    """市町村等をまとめた地域; municipalities have codes of seven digits."""

    name: str
    code: str
    municipalities: tuple[Area, ...]


class Division(msgspec.Struct, frozen=True):
    """一次細分区域."""

    name: str
    code: str
    groups: tuple[Group, ...]


class Region(msgspec.Struct, frozen=True):
    """府県予報区, with the weather office that is responsible and the prefecture's name."""

    name: str
    code: str
    divisions: tuple[Division, ...]
    office: str
    prefecture: str

    @property
    def groups(self) -> list[Group]:
        """Every group, in order."""
        return [group for division in self.divisions for group in division.groups]

    @property
    def municipalities(self) -> list[Area]:
        """Every municipality, in order of groups."""
        return [place for group in self.groups for place in group.municipalities]


class Layer(msgspec.Struct, frozen=True):
    """One level of a region: what it is called, its code list, and each area with the codes of the
    municipalities in it. `mark`: 編集識別子 of the level, "" for municipalities."""

    name: str
    code_type: str
    areas: tuple[tuple[Area, tuple[str, ...]], ...]
    mark: str


def layers(region: Region) -> list[Layer]:
    """The four levels of `region`, the widest first."""

    def codes(places: Sequence[Area]) -> tuple[str, ...]:
        return tuple(place.code for place in places)

    def inside(division: Division) -> tuple[str, ...]:
        return tuple(code for group in division.groups for code in codes(group.municipalities))

    places = region.municipalities
    return [
        Layer("府県予報区等", FORECAST, ((Area(region.name, region.code), codes(places)),), "0"),
        Layer(
            "一次細分区域等",
            FORECAST,
            tuple((Area(one.name, one.code), inside(one)) for one in region.divisions),
            "0",
        ),
        Layer(
            "市町村等をまとめた地域等",
            FORECAST,
            tuple((Area(one.name, one.code), codes(one.municipalities)) for one in region.groups),
            "1",
        ),
        Layer("市町村等", MUNICIPAL, tuple((one, (one.code,)) for one in places), ""),
    ]


def where(region: Region, codes: set[str], *, fine: bool = False) -> str:
    """In which parts of the region `codes` lie, as headlines say it (東部、西部); the region's own
    name where they lie in every part. `fine`: by groups instead of divisions."""
    parts = [
        (name, {place.code for group in groups for place in group.municipalities})
        for name, groups in (
            [(one.name, [one]) for one in region.groups]
            if fine
            else [(one.name, one.groups) for one in region.divisions]
        )
    ]
    hit = [name for name, inside in parts if inside & codes]
    return region.name if len(hit) == len(parts) else "、".join(hit)


def area(parent: Element, place: Area, **attributes: str) -> Element:
    """A new Area of a body."""
    return named(parent, METE + "Area", place.name, place.code, **attributes)


def office_info(root: Element, offices: Sequence[tuple[str, str]]) -> None:
    """OfficeInfo with the type and name of each office."""
    info = add(root, METE + "OfficeInfo")
    for type, name in offices:
        add(add(info, METE + "Office", type=type), METE + "Name", name)


def headline_item(kinds: Sequence[Kind], place: Area, code_type: str) -> Item:
    """One area of the headline, with what is in force there."""
    return Item(kinds, (place,), code_type)
