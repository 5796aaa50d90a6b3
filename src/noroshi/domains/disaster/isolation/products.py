"""Isolated settlements and the reopenings that free them, from the merged state of roads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated, NamedTuple

import msgspec
import shapely

from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs
from noroshi.core.place import point
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import JST, NEVER, show
from noroshi.domains.disaster.isolation.cut import Cut, Stretch, cut, stretches
from noroshi.domains.disaster.isolation.places import (
    FACILITY,
    LINK,
    MESH,
    Places,
    Roads,
    Settlement,
    places,
    roads,
)
from noroshi.domains.disaster.isolation.ranking import Freed, Ranked, codes, ranked
from noroshi.domains.disaster.isolation.reports import REPORT, Reported, reports
from noroshi.kinds import encode, note
from noroshi.kinds.isolation import Isolation, IsolationReport, Relief, Reopening

STATE = "disaster.road_state"
KIND, REOPENING = "disaster.isolation", "disaster.reopening"
#: More grid squares than this are not named as what a record rests on.
_MOST_MESHES = 200
#: So many reopenings are told of one settlement, and so many in all.
_FEW = 5


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    reference: Annotated[
        str,
        note(
            "起点",
            "what must be reached by road: office (any municipal office), capital (the "
            "prefecture's), largest (the largest connected part), or codes of nodes",
        ),
    ] = "office"
    sure_score: Annotated[
        float, msgspec.Meta(ge=0, le=1),
        note("照合の確からしさの下限", "a closure matched less surely may be another link's, 0–1"),
    ] = 0.6  # fmt: skip
    mesh_reach: Annotated[
        float, msgspec.Meta(ge=0, le=20_000),
        note("人口メッシュの範囲", "grid squares so near to a settlement count for it [m]"),
    ] = 1_500.0  # fmt: skip
    extent: Annotated[
        float, msgspec.Meta(ge=0, le=5_000),
        note("集落の広がり", "any road so near to the settlement's point reaches it [m]"),
    ] = 0.0  # fmt: skip
    report_reach: Annotated[
        float, msgspec.Meta(ge=0, le=20_000),
        note("報告の照合距離", "a report without code or name is of a settlement so near [m]"),
    ] = 1_000.0  # fmt: skip
    ranked: Annotated[
        int, msgspec.Meta(ge=1, le=1_000),
        note("順位表の件数", "how many reopenings are ranked at most"),
    ] = 50  # fmt: skip


class Found(NamedTuple):
    """A settlement without an open road for sure (`isolated`) or perhaps (`possible`); the pieces
    it reaches; the stretches at their borders."""

    settlement: Settlement
    status: str
    pieces: frozenset[int]
    since: int | None
    border: Sequence[Stretch]


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition: a record for each settlement that is, may be or is reported isolated, and for
    each reopening that frees somebody. Raises InvalidRecord for bad bodies and mixed modes."""
    mode = mode_of(inputs)
    net = roads(inputs[LINK])
    where = places(inputs[LINK], inputs[FACILITY], inputs[MESH], params.mesh_reach, params.extent)
    told = reports(inputs[REPORT], where.settlements, params.report_reach)
    shut = stretches(net, inputs[STATE], params.sure_score)
    if not shut and not told.of and not told.others:
        return []
    reference, nodes = _reference(net, where, params.reference)
    now = cut(net, shut, nodes, where.settlements)
    found = _isolated(where, now)
    order = ranked(now, [(one.settlement, one.pieces) for one in found if one.status == "isolated"])
    together = Counter[tuple[str, frozenset[int]]]()
    for one in found:
        together[one.status, one.pieces] += one.settlement.people.persons or 0
    records = [
        _record(one, together[one.status, one.pieces], order,
                told.of.get(one.settlement.version.id, []), reference)
        for one in found
    ]  # fmt: skip
    shown = {one.settlement.version.id for one in found}
    records += [
        _reported(one, some, reference) for one in where.settlements
        if one.version.id not in shown and (some := told.of.get(one.version.id))
    ]  # fmt: skip
    records += [_elsewhere(one) for one in told.others]
    best = order.all[: params.ranked]
    records += [_reopening(*each) for each in zip(_places(best), best, strict=True)]
    return [_edition(mode, records, inputs)] if records else []


def _reference(net: Roads, where: Places, wanted: str) -> tuple[str, list[int]]:
    """The nodes that must be reached, and the word for them. What is not there gives way to the
    largest part, and the word says so."""
    if wanted == "office":
        nodes = where.offices or where.capitals
    elif wanted == "capital":
        nodes = where.capitals
    elif wanted == "largest":
        nodes = []
    else:
        nodes = [net.nodes[one] for one in wanted.split() if one in net.nodes]
    nodes = [one for one in nodes if one >= 0]
    return (wanted if nodes else "largest"), nodes


def _isolated(where: Places, now: Cut) -> list[Found]:
    """A settlement is reached where any of its nodes is."""
    found = []
    for one in where.settlements:
        strict = {now.strict[node] for node in one.nodes} - now.never
        if not strict or 0 in strict:
            continue
        loose = {now.loose[piece] for piece in strict}
        border = {each.version.id: each for piece in sorted(strict)
                  for each in now.border.get(piece, ())}  # fmt: skip
        pieces, since = (strict, now.may_since) if 0 in loose else (loose, now.since)
        found.append(Found(
            one, "possible" if 0 in loose else "isolated", frozenset(pieces),
            max((since[piece] for piece in pieces if piece in since), default=None),
            list(border.values()),
        ))  # fmt: skip
    return found


def _record(
    one: Found, together: int, order: Ranked, told: Sequence[Reported], reference: str
) -> Record:
    settlement, people = one.settlement, one.settlement.people
    freeing = order.of.get(settlement.version.id, [])[:_FEW]
    body = Isolation(
        status=one.status, name=settlement.name, code=settlement.code,
        municipality=settlement.municipality, persons=people.persons,
        households=people.households, over75=people.over75, care=people.care,
        counted=people.counted, since=show(one.since, JST), together=together,
        reopen=[
            Relief(links=codes(each.stretches), persons=each.persons, name=_names(each.stretches))
            for each in freeing
        ],
        needs=order.needs.get(settlement.version.id),
        uncertain=codes([each for each in one.border if not each.sure])
        if one.status == "possible" else [],
        reports=_reports(told), reference=reference,
    )  # fmt: skip
    basis = {each.version.id for each in one.border} | {each.version.id for each in told}
    basis |= {each.version.id for some in freeing for each in some.stretches}
    return _of(settlement, body, basis)


def _reported(settlement: Settlement, told: Sequence[Reported], reference: str) -> Record:
    """A settlement that is reported to be isolated though an open road is known."""
    people = settlement.people
    body = Isolation(
        status="reported", name=settlement.name, code=settlement.code,
        municipality=settlement.municipality, persons=people.persons,
        households=people.households, over75=people.over75, care=people.care,
        counted=people.counted, reports=_reports(told), reference=reference,
    )  # fmt: skip
    return _of(settlement, body, {each.version.id for each in told})


def _of(settlement: Settlement, body: Isolation, basis: set[int]) -> Record:
    if len(settlement.meshes) <= _MOST_MESHES:
        basis |= set(settlement.meshes)
    return Record(
        KIND, settlement.code, encode(body), point(*settlement.at), settlement.version.area,
        basis=tuple(sorted({*basis, settlement.version.id})),
    )  # fmt: skip


def _elsewhere(told: Reported) -> Record:
    """A report of a settlement that nobody listed: as it was reported."""
    version = told.version
    body = Isolation(
        status="reported", name=told.body.title, municipality=told.town, persons=told.persons,
        households=told.households, counted="report", reports=_reports([told]),
    )  # fmt: skip
    return Record(
        KIND, f"report/{version.series}/{version.key}", encode(body), version.geometry,
        version.area, basis=(version.id,),
    )  # fmt: skip


def _reports(told: Sequence[Reported]) -> list[IsolationReport]:
    return [
        IsolationReport(
            source=one.version.source, reported=show(one.version.issued, JST) or "",
            persons=one.persons, households=one.households, since=one.since, cause=one.cause,
            remarks=one.remarks,
        )
        for one in told
    ]  # fmt: skip


def _reopening(place: int, one: Freed) -> Record:
    """A closure, or a pair, and whom its reopening frees."""
    bodies = {each.version.id: each.body for each in one.stretches}
    links = codes(one.stretches)
    body = Reopening(
        order=place, persons=one.persons, links=links, closures=one.closures, more=one.more,
        settlements=[each.code for each in one.settlements],
        households=_sum(each.people.households for each in one.settlements),
        over75=_sum(each.people.over75 for each in one.settlements),
        care=_sum(each.people.care for each in one.settlements),
        name=_names(one.stretches),
        reason="・".join(sorted({each.reason for each in bodies.values()} - {""})),
    )  # fmt: skip
    shapes = [each.version.geometry for each in one.stretches if each.version.geometry]
    line = shapely.to_wkb(shapely.union_all(shapely.from_wkb(shapes))) if shapes else None
    basis = {*bodies, *(each.version.id for each in one.settlements)}
    key = "+".join(links)
    if len(key) > 200:  # a long stretch: its first link, and how many there are
        key = f"{links[0]}+{len(links) - 1}+{sha256(key.encode()).hexdigest()[:16]}"
    return Record(REOPENING, key, encode(body), line, basis=tuple(sorted(basis)))


def _places(order: Sequence[Freed]) -> list[int]:
    """Places in the order; who frees as many shares one."""
    found: list[int] = []
    for at, one in enumerate(order):
        before = order[at - 1] if at else None
        equal = before is not None and (before.closures, before.persons, before.more) == (
            one.closures, one.persons, one.more,
        )  # fmt: skip
        found.append(found[-1] if equal else at + 1)
    return found


def _names(stretches: Sequence[Stretch]) -> str:
    return "・".join(sorted({one.body.name for one in stretches} - {""}))


def _sum(values: Iterable[int | None]) -> int | None:
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def _edition(mode: Mode, records: list[Record], inputs: Inputs) -> Edition:
    """Issued and effective with the newest of what the records rest on."""
    ids = {one for record in records for one in record.basis}
    used = [one for some in inputs.values() for one in some if one.id in ids]
    return Edition(
        series="", issued=max(one.issued for one in used), records=records, mode=mode,
        effective=max(one.valid_from if one.valid_from > NEVER else one.issued for one in used),
    )  # fmt: skip
