"""What closures do to the network: its pieces, and the closed ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from noroshi.core.record import Version
from noroshi.core.time import NEVER, parse
from noroshi.domains.disaster.isolation.forest import joined_by
from noroshi.domains.disaster.isolation.places import Roads, Settlement
from noroshi.domains.disaster.isolation.relief import Way, reached
from noroshi.domains.disaster.isolation.relief import since as since_of
from noroshi.kinds import decode
from noroshi.kinds.road_state import RoadState

STATE = "disaster.road_state"


class Stretch(NamedTuple):
    """A link that is closed, or that may be (`sure` False: nobody knows, the match is weak, the
    sources differ, or vehicles passed after it was closed). `closure`: what is reopened together
    with it, by number."""

    version: Version
    body: RoadState
    edge: int
    sure: bool
    closure: int
    since: int


def stretches(net: Roads, states: Sequence[Version], sure_score: float) -> list[Stretch]:
    """The links of the network that are or may be closed. Links that one statement closes are one
    closure: a stretch of road is cleared as a whole."""
    found: list[Stretch] = []
    for version in states:
        body: RoadState = decode(STATE, version.body)
        edge = net.edge_of.get(version.key, net.edge_of.get(body.code))
        if edge is None:
            continue
        says_closed = [one for one in body.statements if one.status == "closed" and not one.old]
        if body.status == "closed":
            sure = body.score >= sure_score and "passed_after_closure" not in body.conflicts
        elif body.status == "unknown" or says_closed:
            sure = False
        else:
            continue
        found.append(Stretch(version, body, edge, sure, 0, _since(version, body)))
    first: dict[tuple[str, str], int] = {}
    one, other = [], []
    for at, stretch in enumerate(found):
        for said in stretch.body.statements:
            if said.status == "closed":
                one.append(first.setdefault((said.source, said.key), at))
                other.append(at)
    closures = joined_by(len(found), one, other).tolist()
    return [each._replace(closure=at) for each, at in zip(found, closures, strict=True)]


def _since(version: Version, body: RoadState) -> int:
    if body.since:
        try:
            return parse(body.since)
        except ValueError:
            pass
    return version.valid_from if version.valid_from > NEVER else version.issued


class Cut(NamedTuple):
    """The network in pieces. Pieces are numbered as in `relief`: 0 can be reached.

    `strict`: by node, the piece if what may be closed is closed; `loose`: by that, the piece if it
    is open. `ways`: the closures between pieces of the latter. `never`: pieces (strict) that no
    road leads to on any day. `since` and `may_since`: by piece, since when it cannot, or perhaps
    cannot be reached."""

    strict: list[int]
    loose: list[int]
    ways: list[Way]
    never: frozenset[int]
    since: dict[int, int]
    may_since: dict[int, int]
    border: dict[int, list[Stretch]]
    stretches: Sequence[Stretch]


def cut(
    net: Roads, shut: Sequence[Stretch], nodes: Sequence[int], settlements: Sequence[Settlement]
) -> Cut:
    """The pieces, and what closes the ways between them. `nodes`: what must be reached; where
    there are none, the piece with most people (else most nodes) is what must be reached."""
    edges = np.array([one.edge for one in shut], np.int64)
    pieces = net.forest.pieces(edges)
    count = int(pieces.max()) + 1 if len(pieces) else 0
    heads = {int(pieces[node]) for node in nodes if node >= 0}
    if not heads and count:
        heads = {_largest(pieces, count, settlements)}
    # Pieces with a reference are one, number 0; the others follow in their order.
    number = [0] * count
    fresh = 0
    for piece in range(count):
        if piece not in heads:
            fresh += 1
            number[piece] = fresh
    strict = np.array(number, np.int64)[pieces].tolist() if count else []
    start, end = net.forest.start, net.forest.end
    between = [
        Way(strict[int(start[one.edge])], strict[int(end[one.edge])], one.closure, one.since)
        for one in shut
    ]  # fmt: skip
    may = [way for way, one in zip(between, shut, strict=True) if not one.sure]
    joined = joined_by(fresh + 1, [way.one for way in may], [way.other for way in may])
    loose = joined.tolist()  # piece 0 comes first, so its group is 0
    ways = [
        Way(loose[way.one], loose[way.other], way.closure, way.since)
        for way, one in zip(between, shut, strict=True)
        if one.sure and loose[way.one] != loose[way.other]
    ]  # fmt: skip
    border: dict[int, list[Stretch]] = {}
    for way, one in zip(between, shut, strict=True):
        if way.one != way.other:
            for piece in {way.one, way.other}:
                border.setdefault(piece, []).append(one)
    return Cut(
        strict, loose, ways, frozenset(range(fresh + 1)) - reached(between), since_of(ways),
        since_of(between), border, shut,
    )  # fmt: skip


def _largest(pieces: np.ndarray, count: int, settlements: Sequence[Settlement]) -> int:
    people = np.zeros(count)
    for one in settlements:
        if one.nodes:
            people[pieces[one.nodes[0]]] += one.people.persons or 0
    nodes = np.bincount(pieces, minlength=count)
    return int(np.lexsort((-np.arange(count), nodes, people))[-1])
