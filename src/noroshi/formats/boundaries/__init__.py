"""Official places from official files: MLIT N03 boundaries and JMA area codes, as `Place`.

Pure: bytes in, places out; what keeps them is elsewhere. Places of one area from two files (a
boundary from MLIT, a reading from JMA) complete each other, see `combine`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.formats import Finding

#: What a place is. A municipality is a city, town, village or special ward of Tokyo; a designated
#: city (政令指定都市) has wards; a part is what JMA divides a few municipalities into. JMA's areas:
#: matome 市町村等をまとめた地域, primary 一次細分区域, region 府県予報区等.
LEVELS = (
    "prefecture",
    "municipality",
    "designated_city",
    "ward",
    "part",
    "matome",
    "primary",
    "region",
)


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """An official area.

    `area` is written `scheme:code` (`noroshi.core.place.SCHEMES`). `parents` are the areas it
    lies in, nearest first. `geometry` is well-known binary in longitude, latitude degrees.
    """

    area: str
    name: str
    level: str
    kana: str = ""
    parents: tuple[str, ...] = ()
    geometry: bytes | None = None


class Places(msgspec.Struct):
    """What a file of places holds, and what had to be left out."""

    places: list[Place]
    faults: list[Finding] = []


def combine(places: Iterable[Place]) -> list[Place]:
    """One place for each area: what an earlier one leaves empty, a later one fills in.

    Parents of all are kept, in order. So boundaries read first keep their names and shapes and
    get their readings and forecast areas from JMA's table.
    """
    found: dict[str, Place] = {}
    for one in places:
        known = found.get(one.area)
        if known is None:
            found[one.area] = one
            continue
        found[one.area] = Place(
            one.area,
            known.name or one.name,
            known.level,
            known.kana or one.kana,
            tuple(dict.fromkeys((*known.parents, *one.parents))),
            known.geometry or one.geometry,
        )
    return list(found.values())
