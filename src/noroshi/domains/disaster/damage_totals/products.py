"""Damage totals of each municipality, and of the prefecture, from overlapping reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import HOUR, JST, NEVER, show
from noroshi.domains.disaster.damage_totals.model import heard, item_of, total_of
from noroshi.domains.disaster.damage_totals.reading import TOTAL, Told, short_name, told
from noroshi.kinds import decode, encode, note
from noroshi.kinds.damage_total import ITEMS, DamageItem, DamageTotal, Unread
from noroshi.kinds.facility import Facility

REPORT, FACILITY, PRODUCT = "disaster.report", "infrastructure.facility", "disaster.damage_total"


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    stale_hours: Annotated[
        float,
        msgspec.Meta(ge=0, le=240),
        note(
            "市町村報告を古いとみなす時間",
            "by how much another's number must be newer to stand before the municipality's own [h]",
        ),
    ] = 6


def scope(version: Version, towns: Towns) -> Sequence[str]:
    """The prefecture: its municipalities' numbers and its total are one part (`pref:17`), because
    the same few reports give both. Of facilities only town halls count: they tell which
    municipalities there are."""
    if version.kind == FACILITY:
        area, _ = _hall(version)
        return [f"pref:{area[5:7]}"] if area else []
    found = told(version)
    if found is None:
        return []
    code = found.prefecture
    if not code:
        near = towns.named(found.name) if found.name else ""
        code = (near or towns.of(version)).removeprefix("city:")[:2]
    return [f"pref:{code}"] if code.isdigit() else []


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition for each municipality of which totals are reported (series: its area, or
    `name:…` where nobody gives its code), and one for the prefecture (series: `total`).

    All inputs are of one prefecture (see `scope`). Raises InvalidRecord for a body that is not of
    its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    reports = [found for version in inputs[REPORT] if (found := told(version)) is not None]
    halls: dict[str, tuple[str, Version]] = {}
    offices: list[str] = []
    for version in inputs[FACILITY]:
        hall, name = _hall(version)
        if hall.startswith("pref:"):
            offices.append(name)
        elif hall:
            halls[hall] = (name, version)
    if not reports:
        return []
    towns = _by_town(reports, {name: area for area, (name, _) in halls.items()})
    stale = round(params.stale_hours * HOUR)
    made: list[Edition] = []
    items: dict[str, dict[str, DamageItem]] = {}
    for place, some in sorted(towns.items()):
        items[place] = {item: item_of(item, said, stale) for item, said in heard(some).items()}
        body = DamageTotal(
            area_name=_name(place, some, halls.get(place, ("", None))[0]),
            **_shared(some, items[place].values(), some),
        )
        area = place if place.startswith("city:") else None
        key = place[5:10] if area else place.removeprefix("name:")
        made.append(_edition(place, key, area, body, mode, [one.version for one in some]))
    stated = [one for one in reports if one.place == TOTAL]
    made.append(_prefecture(reports, stated, towns, items, halls, offices, stale, mode))
    return made


def _by_town(reports: Iterable[Told], known: dict[str, str]) -> dict[str, list[Told]]:
    """Reports by municipality; one that gives only a name goes where the name is known."""
    areas = dict(known)
    reports = [one for one in reports if one.place != TOTAL]
    areas |= {one.name: one.place for one in reports if one.name and one.place[:5] == "city:"}
    found: dict[str, list[Told]] = {}
    for one in reports:
        found.setdefault(areas.get(one.name, one.place) if one.place[:5] == "name:" else one.place,
                         []).append(one)  # fmt: skip
    return found


def _prefecture(
    reports: Sequence[Told], stated: Sequence[Told], towns: dict[str, list[Told]],
    items: dict[str, dict[str, DamageItem]], halls: dict[str, tuple[str, Version]],
    offices: Sequence[str], stale: int, mode: Mode,
) -> Edition:  # fmt: skip
    names = {area: name for area, (name, _) in halls.items()}
    every = sorted({*towns, *halls})
    if any(one[:5] == "city:" and not _called(some) for one, some in towns.items()):
        # Who is known by name alone may be the one that is known by code alone.
        every = [one for one in every if one[:5] == "city:"]
    names |= {one: _name(one, towns[one], names.get(one, "")) for one in every if one in towns}
    said = heard(stated)
    totals = {
        item: total_of(
            item, {names[one]: items.get(one, {}).get(item) for one in every}, said.get(item, []),
            stale,
        )
        for item in ITEMS
        if item in said or any(item in one for one in items.values())
    }  # fmt: skip
    silent = [one for one in every if one not in towns]
    given = [
        one for one in every if any(of.value is not None for of in items.get(one, {}).values())
    ]
    code = next((one.prefecture for one in reports if one.prefecture), "")
    area = f"pref:{code or next(iter(halls), 'city:')[5:7]}"
    authors = {one.source for one in reports if re.fullmatch(r".{2,4}[都道府県]", one.source)}
    own = {one.prefecture_name for one in reports} - {""}
    called = sorted(own or set(offices) or authors)
    body = DamageTotal(
        area_name=called[0] if len(called) == 1 else area, level="prefecture",
        municipalities=len(every) if halls else None, reported=len(given),
        not_reported=[names[one] for one in every if one not in given],
        **_shared(reports, totals.values(), stated),
    )  # fmt: skip
    basis = [one.version for one in reports] + [halls[one][1] for one in silent]
    return _edition(
        TOTAL, f"{area[5:7]}000", area if area[5:].isdigit() else None, body, mode, basis
    )


def _shared(
    reports: Sequence[Told], items: Iterable[DamageItem], own: Sequence[Told]
) -> dict[str, Any]:
    """The fields that municipalities and prefectures have alike; `own` are the reports of just
    this area."""
    items = list(items)
    times = sorted(one.time for one in items if one.value is not None and one.time)
    unread = {
        (one.column, one.source, str(one.value)): _dated(one, told)
        for told in sorted(own, key=lambda one: one.version.issued)
        for one in told.unread
    }
    return {
        **{one.item: one.value for one in items},
        "items": items, "disputed": [one.name for one in items if one.disputed],
        "oldest": times[0] if times else "", "newest": times[-1] if times else "",
        "sources": sorted({one.source for one in reports}),
        "unread": [unread[key] for key in sorted(unread)],
    }  # fmt: skip


def _dated(one: Unread, told: Told) -> Unread:
    return msgspec.structs.replace(one, time=show(told.version.issued, JST) or "")


def _edition(
    series: str, key: str, area: str | None, body: DamageTotal, mode: Mode,
    basis: Sequence[Version],
) -> Edition:  # fmt: skip
    reports = [one for one in basis if one.kind == REPORT]
    record = Record(PRODUCT, key, encode(body), area=area,
                    basis=tuple(sorted({one.id for one in basis})))  # fmt: skip
    return Edition(
        series=series, issued=max(one.issued for one in basis), records=[record], mode=mode,
        effective=max(one.valid_from if one.valid_from > NEVER else one.issued for one in reports),
    )  # fmt: skip


def _name(place: str, some: Sequence[Told], hall: str) -> str:
    """What most reports call it, else what its town hall is called, else its code."""
    return _called(some) or hall or place.partition(":")[2]


def _called(some: Sequence[Told]) -> str:
    names = [one.name for one in some if one.name]
    return max(sorted(set(names)), key=names.count, default="")


def _hall(version: Version) -> tuple[str, str]:
    """Area and name of the municipality whose town hall a facility is, or of the prefecture whose
    office. Nothing for anything else, branch offices too."""
    facility: Facility = decode(FACILITY, version.body)
    code = (version.area or "").removeprefix("city:")[:5]
    if facility.category != "city_hall" or not (version.area or "").startswith("city:"):
        return "", ""
    called = facility.kind + facility.name
    if any(word in called for word in ("支所", "出張所", "支庁", "振興局", "分庁舎")):
        return "", ""
    name = facility.operator or facility.municipality
    if any(word in called for word in ("県庁", "道庁", "府庁", "都庁")):
        return f"pref:{code[:2]}", name
    return f"city:{code}00", short_name(name)
