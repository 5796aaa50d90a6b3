"""What a node showed of each thing, and what was true of it, as spans of the drill's time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import msgspec

from noroshi.core.time import FOREVER, NEVER
from noroshi.feeds.drill.matching import Match, names
from noroshi.feeds.drill.scene import Fact
from noroshi.feeds.drill.statements import Statement


class Span(msgspec.Struct):
    """From `start` until `end` the node showed `statement` of a thing; None: nothing."""

    start: int
    end: int
    statement: Statement | None


#: Since when a statement is known, in the drill's time.
Known = Callable[[Statement], int]
#: Whether a statement says how its thing is, or that there is one.
Tells = Callable[[Statement], bool]


def group(
    statements: Iterable[Statement], tells: Tells, match: Match, true: Mapping[str, str]
) -> tuple[dict[str, list[list[Statement]]], list[list[Statement]]]:
    """The streams of editions about each thing that is true (`true`: by each of its names), and
    those about none of them."""
    streams: dict[str, list[Statement]] = defaultdict(list)
    for one in statements:
        streams[one.stream].append(one)
    about: dict[str, list[list[Statement]]] = defaultdict(list)
    others: list[list[Statement]] = []
    for stream in streams.values():
        things: dict[str, None] = {}
        for one in stream:
            if tells(one):
                for some in names(match, one.key, one.body):
                    found = {true[name] for name in some if name in true}
                    if found:
                        things.update(dict.fromkeys(sorted(found)))
                        break
        for thing in things:
            about[thing].append(stream)
        if not things and any(map(tells, stream)):
            others.append(stream)
    return about, others


def spans(stream: list[Statement], known: Known, tells: Tells) -> list[Span]:
    """What one stream showed, without gaps: of what was known and begun, the latest edition."""
    found: list[Span] = []
    order: tuple[int, ...] = ()
    for start, one in sorted(
        ((max(known(one), one.valid_from), one) for one in stream),
        key=lambda each: (each[0], each[1].order),
    ):
        if one.order < order:
            continue
        order = one.order
        if found:
            found[-1].end = min(found[-1].end, start)
            if found[-1].end < start:  # it had run out before
                found.append(Span(found[-1].end, start, None))
        shown = one if tells(one) else None
        end = FOREVER if one.ended or one.valid_to <= start else one.valid_to
        if one.valid_to <= start and not one.ended:
            shown = None  # over before it was known
        found.append(Span(start, end, shown))
    if found and found[-1].end < FOREVER:
        found.append(Span(found[-1].end, FOREVER, None))
    return [one for one in found if one.start < one.end]


def is_there(statement: Statement) -> bool:
    """Any edition says how its thing is, unless it says that it is no more."""
    return not statement.ended


def shown(streams: list[list[Statement]], known: Known, tells: Tells = is_there) -> list[Span]:
    """What a node showed of a thing of which several speak: what was stated last, of what holds."""
    parts = [spans(one, known, tells) for one in streams]
    if len(parts) == 1:
        return parts[0]
    starts = [[one.start for one in part] for part in parts]
    edges = sorted({edge for part in parts for one in part for edge in (one.start, one.end)})
    found: list[Span] = []
    for start, end in pairwise(edges):
        best: Statement | None = None
        for part, begins in zip(parts, starts, strict=True):
            place = bisect_right(begins, start) - 1
            one = part[place].statement if place >= 0 and start < part[place].end else None
            if one is not None and (best is None or one.order > best.order):
                best = one
        if found and found[-1].statement is best:
            found[-1].end = end
        else:
            found.append(Span(start, end, best))
    return found


class Truth(msgspec.Struct):
    """From `start` until `end` this is true of a thing; `body` None: it is no more. `changed` are
    the fields that the fact at `start` changed; `then` is what is true next."""

    start: int
    end: int
    body: Mapping[str, Any] | None
    changed: tuple[str, ...]
    fact: Fact
    then: Mapping[str, Any] = {}


def truths(facts: list[Fact], end: int, fields: Callable[[Fact], dict[str, Any]]) -> list[Truth]:
    """The facts of one thing as spans until `end`. Of facts at one time the last holds."""
    found: list[Truth] = []
    before: Mapping[str, Any] | None = None
    for fact in facts:
        body = None if fact.gone else fields(fact)
        if found:
            found[-1].end, found[-1].then = fact.time, body or {}
        changed = tuple(one for one in body or {} if before is None or before.get(one, _NEW) !=
                        (body or {})[one])  # fmt: skip
        found.append(Truth(fact.time, end, body, changed, fact))
        before = body
    return [one for one in found if one.start < one.end]


_NEW = object()


def since(found: list[Span], start: int) -> list[Span]:
    """The spans from `start` on, without gaps: before the first nothing was shown."""
    inside = [Span(max(one.start, start), one.end, one.statement) for one in found
              if one.end > start]  # fmt: skip
    first = inside[0].start if inside else FOREVER
    return [Span(start, first, None), *inside] if start < first else inside


def issued(statement: Statement) -> int:
    """Known since its issuer said it."""
    return statement.issued


def recorded(start: int, begun: int, speed: float) -> Known:
    """Known since this node recorded it, on the clock of a drill that began at `begun`."""
    if speed <= 0:
        raise ValueError("what was played as fast as possible has no clock")

    def known(statement: Statement) -> int:
        if statement.recorded < begun:
            return NEVER
        return start + round((statement.recorded - begun) * speed)

    return known
