"""One record per real facility of each municipality, from the rows of all lists of shelters."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated

import msgspec

from noroshi.core.capability import mode_of, newest
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Record, Version
from noroshi.core.time import FOREVER, JST, MINUTE, NEVER, show
from noroshi.domains.disaster.shelter_merge.addresses import short_town
from noroshi.domains.disaster.shelter_merge.evidence import Row, distance
from noroshi.domains.disaster.shelter_merge.letters import plain
from noroshi.domains.disaster.shelter_merge.linking import Link, link
from noroshi.domains.disaster.shelter_merge.members import Member, member
from noroshi.domains.disaster.shelter_merge.values import choose
from noroshi.kinds import decode, encode, note
from noroshi.kinds.shelter import Shelter
from noroshi.kinds.shelter_merged import ShelterMember, ShelterMerged

SHELTER, MERGED = "disaster.shelter", "disaster.shelter_merged"


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    certainty: Annotated[
        float,
        msgspec.Meta(ge=0.5, le=0.99),
        note(
            "同一施設とみなす確からしさ",
            "probability from which two rows are taken to be of one facility, 0.5–0.99",
        ),
    ] = 0.62
    relay_delay: Annotated[
        int,
        msgspec.Meta(ge=0, le=1440),
        note(
            "県が取りまとめた報告の遅れ",
            "how much older than its time of issue a report is taken to be that a prefecture "
            "passes on in a SIP4D-ZIP package, where its municipality reports itself [minutes]",
        ),
    ] = 30


# --- where ---------------------------------------------------------------------------------------

#: Cities with wards (指定都市) by JIS X 0402 code: their wards have the codes after theirs.
_WARDED = (
    "01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130",
    "23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100",
)  # fmt: skip
_NAMED = re.compile(r"[市区町村]")
_LONGEST = 24


def scope(version: Version, towns: Towns) -> Sequence[str]:
    """The municipality where a row's facility is: by its address, the municipality it names, its
    area, its position, in this order, since an address is least often wrong and a list may hold
    places beyond its own border. Wards count as their city. Where no municipality is known by the
    name that is written, the name itself is the part, so that no shelter is lost."""
    said: Shelter = decode(SHELTER, version.body)
    near = version.area or ""
    for text in (said.address, said.municipality):
        if near and said.municipality and text.startswith(said.municipality):
            break
        for name in _towns_in(text):
            area = towns.named(name, near)
            if area:
                return [_whole_city(area)]
    area = towns.of(version)
    if area:
        return [_whole_city(area)]
    name = short_town(said.municipality) or next(iter(_towns_in(said.address)), "")
    return [f"name:{name.replace('/', '／')}" if name else "name:"]


def _towns_in(text: str) -> Iterator[str]:
    """What at the beginning of a text may be a municipality's name, the longest first."""
    head = plain(text)[:_LONGEST].replace(" ", "")
    for found in reversed(list(_NAMED.finditer(head))):
        if found.end() > 1:
            yield head[: found.end()]


def _whole_city(area: str) -> str:
    """A ward's city (city:2310100 is in city:2310000); anything else itself."""
    code = area[5:10]
    if code[2:3] == "1" and code[:2] != "13":
        city = max((one for one in _WARDED if one[:2] == code[:2] and one <= code), default="")
        return f"city:{city}00" if city else area
    return area


# --- what ----------------------------------------------------------------------------------------


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition for the municipality, with a record for every facility that any list names.

    Key: the surest identifier among its members (see README). Raises InvalidRecord for a body that
    is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    versions = sorted(
        inputs[SHELTER], key=lambda one: (one.series, one.key, one.valid_from, one.issued, one.id)
    )
    if not versions:
        return []
    bodies: list[Shelter] = [decode(SHELTER, one.body) for one in versions]
    town = _town(bodies)
    members = [member(one, said, town) for one, said in zip(versions, bodies, strict=True)]
    least = math.log(params.certainty / (1 - params.certainty))
    area = _area(versions)
    groups = _linked(tuple(one.row for one in members), least)
    keys = _keys([[members[one.row] for one in group] for group in groups])
    records = [
        _record(key, [(members[one.row], one) for one in group], members, area, params)
        for key, group in zip(keys, groups, strict=True)
    ]
    begun = [one.issued if one.valid_from <= NEVER else one.valid_from for one in versions]
    return [
        Edition(
            series="",
            issued=newest(inputs),
            records=sorted(records, key=lambda one: one.key),
            mode=mode,
            effective=max(begun),
        )
    ]


@lru_cache(maxsize=64)
def _linked(rows: tuple[Row, ...], least: float) -> list[list[Link]]:
    """As `link`, remembered: a new headcount does not change which rows are of one facility."""
    return link(rows, least)


def _town(bodies: Sequence[Shelter]) -> str:
    """The municipality's own name, as most rows write it."""
    named = Counter(filter(None, (short_town(one.municipality) for one in bodies)))
    return max(named, key=lambda name: (named[name], name), default="")


def _area(versions: Sequence[Version]) -> str | None:
    """The municipality that most rows are filed under."""
    areas = Counter(
        _whole_city(one.area) for one in versions if one.area and one.area.startswith("city:")
    )
    return max(areas, key=lambda area: (areas[area], area), default=None)


def _keys(groups: Sequence[Sequence[Member]]) -> list[str]:
    """A key for each facility: the identifier of its surest member; with the list's name where it
    is none that can stand alone, or where several facilities are given the same."""
    anchors = [min(group, key=lambda one: one.rank) for group in groups]
    codes = Counter(one.row.code for one in anchors if one.row.code)
    return [
        one.row.code if codes[one.row.code] == 1 else f"{one.version.key}@{one.version.series}"
        for one in anchors
    ]


def _record(
    key: str,
    group: Sequence[tuple[Member, Link]],
    every: Sequence[Member],
    area: str | None,
    params: Params,
) -> Record:
    ranked = sorted(group, key=lambda one: (one[0].rank, one[0].version.key))
    rows = [one for one, _ in ranked]
    known = choose(rows, params.relay_delay * MINUTE)
    whole = [one for one in rows if not one.row.name.part] or rows
    addressed = max(
        rows, key=lambda one: len(one.row.address.numbers) + 1 if one.row.address else 0
    )
    body = ShelterMerged(
        name=whole[0].said.name,
        kana=next((one.said.kana for one in [*whole, *rows] if one.said.kana), ""),
        address=addressed.said.address,
        municipality=next((one.said.municipality for one in rows if one.said.municipality), ""),
        status=known.status,
        headcount=known.headcount,
        households=known.households,
        capacity=known.capacity,
        crowding=known.crowding,
        hazards=known.hazards,
        roles=_roles(rows),
        opened=known.opened,
        closed=known.closed,
        reported=None if known.reported is None else show(known.reported, JST),
        phone=next((one.said.phone for one in rows if one.said.phone), ""),
        codes=list(dict.fromkeys(one.row.code for one in rows if one.row.code)),
        members=[_member(one, why, every, one is rows[0]) for one, why in ranked],
        conflicts=known.conflicts,
    )
    ends = min(one.version.valid_to for one in rows)
    return Record(
        MERGED,
        key,
        encode(body),
        geometry=_geometry(rows),
        area=area,
        valid_to=ends if ends < FOREVER else None,
        basis=tuple(sorted({one.version.id for one in rows})),
    )


def _member(one: Member, why: Link, every: Sequence[Member], anchor: bool) -> ShelterMember:
    # The link is symmetric; the anchor itself needs no reason to be where it is.
    said = None if anchor or why.to is None else why.evidence
    return ShelterMember(
        series=one.version.series,
        key=one.version.key,
        name=one.said.name,
        source=one.version.source,
        issued=show(one.version.issued, JST),
        score=1.0 if said is None else round(said.probability, 3),
        why="" if said is None else said.words(),
        to="" if said is None or why.to is None else every[why.to].version.key,
    )


def _roles(rows: Sequence[Member]) -> list[str]:
    said = " ".join(
        f"{one.said.facility} {one.said.designation} {one.said.category} " for one in rows
    )
    roles = (
        ("emergency_site", ("emergency_site", "緊急避難場所")),
        ("shelter", ("shelter ", "指定避難所", "兼避難所")),
        ("welfare", ("福祉避難所",)),
    )
    return [role for role, words in roles if any(word in said for word in words)]


def _geometry(rows: Sequence[Member]) -> bytes | None:
    """The position of the surest row that has one; where three or more rows have, of the one that
    lies nearest to all others, so that one list with wrong positions does not move a facility."""
    placed = [one for one in rows if one.row.place is not None]
    if not placed:
        return None
    if len({one.version.series for one in placed}) < 3:
        return placed[0].version.geometry

    def strays(one: Member) -> float:
        return sum(
            min(1.0, distance(one.row.place, other.row.place) // 300)
            for other in placed
            if one.row.place and other.row.place
        )

    return min(placed, key=strays).version.geometry
