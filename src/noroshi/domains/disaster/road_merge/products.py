"""What can pass each link: every sender's statements side by side on one network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import msgspec

from noroshi.core.capability import mode_of, newest
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, HOUR, JST, NEVER, parse, show
from noroshi.domains.disaster.road_merge.matching import Found, Limits, match, settled
from noroshi.domains.disaster.road_merge.network import LINK, Network, network
from noroshi.domains.disaster.road_merge.passages import PROBE, Passage, passages
from noroshi.kinds import decode, encode, note
from noroshi.kinds.road import Road
from noroshi.kinds.road_state import RoadPassage, RoadState, RoadStatement

ROAD = "disaster.road"
KIND = "disaster.road_state"
#: How long what has ended is looked at: no more than the capability's `history`.
_LIFTED = 12 * HOUR

#: The state that a status stands for.
_STATE = {"open": "passable", "lifted": "passable", "closed": "closed", "unknown": "unknown"}
_SHUT = ("restricted", "closed")
#: Of statements of one moment the worst counts.
_WORST = ("unknown", "passable", "restricted", "closed")


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    tolerance: Annotated[
        float, msgspec.Meta(ge=1, le=500),
        note("線の許容差", "how far two maps' lines of one road may be apart [m]"),
    ] = 30.0  # fmt: skip
    reach: Annotated[
        float, msgspec.Meta(ge=10, le=5_000),
        note("点の許容差", "how far a point may be from the road it is about [m]"),
    ] = 300.0  # fmt: skip
    least_score: Annotated[
        float, msgspec.Meta(ge=0, le=1),
        note("照合の下限", "a match that is less sure than this is none, 0–1"),
    ] = 0.5  # fmt: skip
    old_after: Annotated[
        float, msgspec.Meta(ge=1, le=240),
        note("古いとみなす時間", "what a sender silent for so long said is old [h]"),
    ] = 24.0  # fmt: skip
    least_vehicles: Annotated[
        int, msgspec.Meta(ge=1),
        note("通行実績の下限", "so many vehicles must have passed to be evidence"),
    ] = 3  # fmt: skip


class Said(NamedTuple):
    """One statement: its version and body; `ended` when its sender stopped listing it (None: it
    stands); `old`: nothing new came for long, as asked at `asked` and again at `turns`."""

    version: Version
    body: Road
    ended: int | None
    old: bool
    asked: int
    turns: int

    @property
    def time(self) -> int:
        """When it was said."""
        return self.version.issued if self.ended is None else self.ended

    @property
    def status(self) -> str:
        """The word for it."""
        return "lifted" if self.ended is not None else self.body.status

    @property
    def state(self) -> str:
        """What it says of the road; of an old opening nobody knows whether it still holds."""
        found = _STATE.get(self.status, "restricted")
        return "unknown" if found == "passable" and self.old else found


class On(NamedTuple):
    """A statement and why it is about a link."""

    said: Said
    found: Found


def build(inputs: Inputs, params: Params, at: int) -> list[Edition]:
    """One edition with a record for each link of which anything is said, and for each statement
    of which no link is found. Raises InvalidRecord for bad bodies and mixed modes."""
    mode = mode_of(inputs)
    net = network(inputs[LINK])
    heard = _heard(inputs[ROAD])
    standing = [_said(one, params, at, heard) for one in _standing(inputs[ROAD], at)]
    lifted = [_said(one, params, at, heard) for one in _lifted(inputs[ROAD], at)]
    drives = passages(net, inputs[PROBE], params.tolerance, params.least_vehicles)
    if not standing:
        return []
    limits = Limits(params.tolerance, params.reach, params.least_score)
    links: dict[int, list[On]] = {}
    lost: list[Said] = []
    matches = [_match(net, said, limits) for said in standing]
    sure = {one.link: said.state for said, found in zip(standing, matches, strict=True)
            for one in found if not one.others}  # fmt: skip
    for said, some in zip(standing, matches, strict=True):
        found = settled(some, sure, said.state)
        for one in found:
            links.setdefault(one.link, []).append(On(said, one))
        if not found:
            lost.append(said)
    for said in lifted:
        for one in _match(net, said, limits):
            if one.link in links:
                links[one.link].append(On(said, one))
    records = [
        _record(net, link, said, drives.get(link, []), heard)
        for link, said in sorted(links.items())
    ]
    records += [_unmatched(said) for said in lost]
    every = [one for some in links.values() for one in (each.said for each in some)] + lost
    return [_edition(mode, records, every, at, inputs)]


def _match(net: Network, said: Said, limits: Limits) -> list[Found]:
    one = said.version
    return match(net, said.body, one.key, one.geometry, one.area, limits)


def _standing(versions: Sequence[Version], at: int) -> list[Version]:
    return [one for one in versions if one.ended_at > at and one.valid_from <= at < one.valid_to]


def _lifted(versions: Sequence[Version], at: int) -> list[Version]:
    """The last of what was said of things that their senders do not list any more."""
    stands = {(one.series, one.key) for one in versions if one.ended_at > at < one.valid_to}
    since = newest({ROAD: versions}) - _LIFTED
    last: dict[tuple[str, str], Version] = {}
    for one in versions:
        thing = one.series, one.key
        if thing in stands or not since < min(one.ended_at, one.valid_to) <= at:
            continue
        if thing not in last or last[thing].ended_at < one.ended_at:
            last[thing] = one
    return [one for _, one in sorted(last.items())]


def _heard(versions: Sequence[Version]) -> dict[str, int]:
    """By series, when its sender last said something new."""
    heard: dict[str, int] = {}
    for one in versions:
        ended = one.ended_at if one.ended_at < FOREVER else NEVER
        heard[one.series] = max(heard.get(one.series, NEVER), one.issued, ended)
    return heard


def _said(version: Version, params: Params, at: int, heard: dict[str, int]) -> Said:
    """A statement with its age. From `old_after` hours after it was made, and then four times in
    as long, it is asked whether its sender has said anything new in the last `old_after` hours."""
    body: Road = decode(ROAD, version.body)
    if body == Road():
        raise InvalidRecord(
            "a road statement that says nothing", where=f"{version.series} {version.key}",
            remedy="map its columns to the fields of disaster.road",
        )  # fmt: skip
    ended = min(version.ended_at, version.valid_to)
    if ended <= at:
        return Said(version, body, ended, False, ended, FOREVER)
    span = round(params.old_after * HOUR)
    if at < version.issued + span:
        turns = min(version.issued + span, version.valid_to)
        return Said(version, body, None, False, version.issued, turns)
    step = span // 4
    asked = version.issued + (at - version.issued) // step * step
    old = heard[version.series] <= asked - span
    return Said(version, body, None, old, asked, min(asked + step, version.valid_to))


def _record(
    net: Network, link: int, said: Sequence[On], drives: Sequence[Passage], heard: dict[str, int]
) -> Record:
    """What the statements about a link come to: the newest that is not old counts."""
    body, version = net.links[link], net.versions[link]
    order = sorted(
        said,
        key=lambda one: (
            one.said.old, -one.said.time, -_WORST.index(one.said.state), _name(one.said),
        ),
    )  # fmt: skip
    best = order[0]
    state = best.said.state
    conflicts = []
    if len({one.said.state for one in order if not one.said.old} - {"unknown"}) > 1:
        conflicts.append("sources_differ")
    known = max(heard[one.said.version.series] for one in order if one.said.ended is None)
    passed = [one for one in drives if one.start >= known] if state != "passable" else []
    if passed and state == "closed":
        conflicts.append("passed_after_closure")
    elif passed and state == "unknown":
        state = "passable"
    if any("not_place" in one.found.why for one in order):
        conflicts.append("place_differs")
    alike = [one for one in order if one.said.state == best.said.state]
    stated = best.said.body
    found = RoadState(
        status=state, code=body.code, name=body.name or stated.name, rank=body.rank,
        route=body.route, municipality=body.municipality or stated.municipality,
        since=_since(alike), until=stated.ended if best.said.ended is None else None,
        reason=_reason(order, state),
        restrictions=sorted({one.said.status for one in alike}) if state in _SHUT else [],
        no_large=any(one.said.status == "closed_to_large" for one in alike),
        statements=[_statement(one.said, one.found) for one in order],
        passages=[
            RoadPassage(source=one.version.source, vehicles=one.vehicles,
                        start=_text(one.start), end=_text(one.end)) for one in passed
        ],
        conflicts=conflicts, score=best.found.score,
        old=all(one.said.old for one in order),
    )  # fmt: skip
    basis = {one.said.version.id for one in order} | {one.version.id for one in passed}
    return Record(
        KIND, net.keys[link], encode(found), version.geometry, version.area,
        valid_to=_turns([one.said for one in order]), confidence=best.found.score,
        basis=tuple(sorted({*basis, version.id})),
    )  # fmt: skip


def _unmatched(said: Said) -> Record:
    """A statement by itself, where it says it is."""
    one, body = said.version, said.body
    found = RoadState(
        status=said.state, name=body.name, municipality=body.municipality,
        since=_since([On(said, Found(0, 0.0, ()))]), until=body.ended,
        reason=body.reason or body.damage,
        restrictions=[said.status] if said.state in _SHUT else [],
        no_large=said.status == "closed_to_large",
        statements=[_statement(said, Found(0, 0.0, ()))], old=said.old, unmatched=True,
    )  # fmt: skip
    return Record(
        KIND, f"unmatched/{one.series}/{one.key}", encode(found), one.geometry, one.area,
        valid_to=_turns([said]), basis=(one.id,),
    )  # fmt: skip


def _statement(said: Said, found: Found) -> RoadStatement:
    one, body = said.version, said.body
    return RoadStatement(
        source=one.source, key=one.key, status=said.status, reported=_text(said.time),
        text=body.status_text, name=body.name, reason=body.reason or body.damage,
        detail=body.detail, started=body.started, ended=body.ended, score=found.score,
        why=list(found.why), old=said.old,
    )  # fmt: skip


def _reason(order: Sequence[On], state: str) -> str:
    """Why, by the statement that counts, or by the next that says the same."""
    said = [one.said.body for one in order if one.said.state == state != "passable"]
    return next((why for one in said if (why := one.reason or one.damage)), "")


def _since(alike: Sequence[On]) -> str | None:
    """The first beginning that those give who say the same."""
    starts = [start for one in alike if (start := _start(one.said)) is not None]
    return _text(min(starts)) if starts else None


def _start(said: Said) -> int | None:
    if said.ended is not None:
        return said.ended
    if said.body.started:
        try:
            return parse(said.body.started)
        except ValueError:
            pass  # words: they stand in the statement
    begun = said.version.valid_from
    return begun if begun > NEVER else said.version.issued


def _turns(said: Sequence[Said]) -> int:
    """When something else is to be said, if nothing new comes."""
    return min(one.turns for one in said)


def _edition(
    mode: Mode, records: list[Record], said: Sequence[Said], at: int, inputs: Inputs
) -> Edition:
    """Issued and effective with the newest of the statements, or when one became old."""
    ids = {one for record in records for one in record.basis}
    given = [one.issued for some in inputs.values() for one in some if one.id in ids]
    moment = max(*given, *(one.asked for one in said))
    began = [one.version.valid_from for one in said if one.version.valid_from <= at]
    return Edition(
        series="", issued=moment, records=records, mode=mode, effective=max(moment, *began)
    )


def _name(said: Said) -> tuple[str, str, str]:
    return said.version.source, said.version.series, said.version.key


def _text(time: int) -> str:
    return show(time, JST) or ""
