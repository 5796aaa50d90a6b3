"""How well a node followed a drill: how complete, how late, how wrong, and what was not so at all.

**Complete**: the share of facts that the node ever showed. A fact is shown at the first moment from
its own time on at which every field that it changed agrees with what the node shows of the thing,
before that agrees with a later fact. **Late**: from the fact until then, in the drill's time; not
of what was so already when the drill began.
**Wrong**: of the time in which a thing is there and the node shows it, the share in which a field
differs, late ones included; for numbers also by how much, as the mean over that time and at most.
**Absent**: of the time in which it is there, the share in which the node shows nothing.
**False**: things that the node showed and that are not in the truth; and of the time in which it
shows a thing, the share after that was no more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec
import numpy as np

from noroshi.core.time import FOREVER, HOUR, SECOND
from noroshi.feeds.drill import matching
from noroshi.feeds.drill.geography import metres_off
from noroshi.feeds.drill.matching import Match
from noroshi.feeds.drill.pictures import (
    Known,
    Span,
    Truth,
    group,
    issued,
    recorded,
    shown,
    since,
    truths,
)
from noroshi.feeds.drill.scene import Fact
from noroshi.feeds.drill.statements import Statement
from noroshi.feeds.drill.truth import Heading

#: The field that stands for where a thing is.
PLACE = "position"


class Lateness(msgspec.Struct, frozen=True):
    """Seconds of the drill's time; None where nothing was shown."""

    p50: float | None = None
    p90: float | None = None
    max: float | None = None


class FieldScore(msgspec.Struct, frozen=True):
    """How wrong one field was: share of the time; for numbers, by how much (SI; metres)."""

    wrong: float
    mean: float | None = None
    max: float | None = None


class Score(msgspec.Struct, frozen=True, omit_defaults=True):
    """See the module. `late_recorded`: by when this node knew, where the drill ran in real time.
    `examples` are keys of false things; `untold` fields of the truth that no record mentions, which
    are not compared."""

    facts: int = 0
    shown: int = 0
    complete: float = 0.0
    late: Lateness = Lateness()
    late_recorded: Lateness | None = None
    things: int = 0
    seen: int = 0
    wrong: float = 0.0
    absent: float = 0.0
    false: int = 0
    outlived: float = 0.0
    fields: dict[str, FieldScore] = {}
    sources: dict[str, Score] = {}
    examples: list[str] = []
    untold: list[str] = []


class Scores(msgspec.Struct, frozen=True):
    """A drill's score, as a whole and of each kind."""

    heading: Heading
    total: Score
    kinds: dict[str, Score]


def score(heading: Heading, facts: list[Fact], statements: Iterable[Statement]) -> Scores:
    """Compare what is true with what a node stated."""
    end = _end(heading, facts)
    mine = _of_this_drill(heading, [one for one in statements if one.issued <= end])
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.kind].append(fact)
    stated: dict[str, list[Statement]] = defaultdict(list)
    for one in mine:
        stated[one.kind].append(one)
    found: dict[str, Score] = {}
    total = _Counted()
    for kind, some in sorted(by_kind.items()):
        counted = _Counted()
        told = stated[matching.of(kind).told or kind]
        _compare(kind, some, told, heading.start, end, issued, counted)
        if heading.speed == 1 and heading.begun:
            late = _Counted()
            known = recorded(heading.start, heading.begun, 1)
            _compare(kind, some, told, heading.start, end, known, late)
            counted.late_recorded = late.late
        found[kind] = counted.score()
        total.add(counted)
    total.fields.clear()
    return Scores(heading, total.score(), found)


def _end(heading: Heading, facts: list[Fact]) -> int:
    last = max((one.time for one in facts), default=heading.start)
    return max(heading.start + round(heading.hours * HOUR), last + SECOND)


def _of_this_drill(heading: Heading, statements: list[Statement]) -> list[Statement]:
    """Without what an earlier drill stated of the same hours; unless this one was the same to the
    byte, so that nothing of it was new."""
    since = [one for one in statements if one.recorded >= heading.begun]
    if not since:
        return statements
    return [one for one in statements if one.recorded >= heading.begun
            or one.issued < heading.start]  # fmt: skip


class _Counted:
    """Sums from which a score is made. Times are microseconds × things."""

    def __init__(self) -> None:
        self.facts = self.shown = self.things = self.seen = self.false = 0
        self.late: list[float] = []
        self.late_recorded: list[float] | None = None
        self.true = self.both = self.wrong = self.showing = self.outlived = 0
        self.examples: list[str] = []
        self.untold: list[str] = []
        #: By field: time in which it was compared, was wrong, and the sum and most of the error.
        self.fields: dict[str, list[float]] = {}
        self.sources: dict[str, _Counted] = {}

    def source(self, name: str) -> _Counted:
        return self.sources.setdefault(name, _Counted())

    def add(self, other: _Counted) -> None:
        for name in ("facts", "shown", "things", "seen", "false", "true", "both", "wrong",
                     "showing", "outlived"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.late += other.late
        if other.late_recorded is not None:
            self.late_recorded = (self.late_recorded or []) + other.late_recorded
        for name, one in other.sources.items():
            self.source(name).add(one)

    def compared(self, field: str, time: int, wrong: bool, off: float | None) -> None:
        sums = self.fields.setdefault(field, [0.0, 0.0, 0.0, 0.0, 0.0])
        sums[0] += time
        sums[1] += time * wrong
        if off is not None:
            sums[2] += time
            sums[3] += time * off
            sums[4] = max(sums[4], off)

    def score(self) -> Score:
        fields = {
            name: FieldScore(_share(wrong, time), *(
                (round(total / counted, 6), round(most, 6)) if counted else (None, None)
            ))
            for name, (time, wrong, counted, total, most) in sorted(self.fields.items())
        }  # fmt: skip
        return Score(
            self.facts, self.shown, _share(self.shown, self.facts), _lateness(self.late),
            None if self.late_recorded is None else _lateness(self.late_recorded), self.things,
            self.seen, _share(self.wrong, self.both), _share(self.true - self.both, self.true),
            self.false, _share(self.outlived, self.showing), fields,
            {name: one.score() for name, one in sorted(self.sources.items())}, self.examples,
            self.untold,
        )  # fmt: skip


def _share(part: float, whole: float) -> float:
    return round(part / whole, 9) if whole else 0.0


def _lateness(seconds: list[float]) -> Lateness:
    if not seconds:
        return Lateness()
    p50, p90, most = np.percentile(seconds, [50, 90, 100])
    return Lateness(round(float(p50), 3), round(float(p90), 3), round(float(most), 3))


def _compare(
    kind: str,
    facts: list[Fact],
    statements: list[Statement],
    start: int,
    end: int,
    known: Known,
    counted: _Counted,
) -> None:
    match = matching.of(kind)
    things: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        things[fact.key].append(fact)
    about, others = group(statements, match, set(things))
    told = _told(kind, match, facts, about)
    counted.untold = sorted({field for fact in facts for field in matching.flat(fact.body)} - told)
    for stream in others:
        counted.false += 1
        counted.source(stream[-1].source).false += 1
        counted.examples = [*counted.examples, stream[0].key][:5]
    for key, some in things.items():
        counted.things += 1
        true = truths(
            some,
            end,
            lambda fact: {
                name: value for name, value in matching.flat(fact.body).items() if name in told
            },
        )
        streams = about.get(key, [])
        picture = since(shown(streams, known) if streams else [], start)
        counted.seen += any(one.statement for one in picture)
        for stream in streams:
            counted.source(stream[-1].source).things += 1
        _match_facts(kind, match, true, picture, start, counted)
        _integrate(kind, match, true, picture, counted)


def _told(
    kind: str, match: Match, facts: list[Fact], about: dict[str, list[list[Statement]]]
) -> set[str]:
    """The fields of the truth of which any record ever says something: what nobody tells is not
    wrong. All of them where there is no record at all."""
    fields = {field for fact in facts for field in matching.flat(fact.body)}
    bodies = [one.body for streams in about.values() for stream in streams for one in stream
              if not one.ended]  # fmt: skip
    if not bodies:
        return fields
    return {
        field for field in fields
        if any(matching.said(kind, match, body, field) is not None for body in bodies)
    }  # fmt: skip


def _match_facts(
    kind: str, match: Match, true: list[Truth], picture: list[Span], start: int, counted: _Counted
) -> None:
    """When each fact was shown: the last one first, so that none is taken for a later one that
    says the same of the same fields again. What was so at the drill's `start` is not late."""
    ends = [one.end for one in picture]
    ever = any(span.statement for span in picture)
    #: When a later fact that changes a field was shown; that of a thing's end under "".
    later: dict[str, int] = {}
    for one in reversed(true):
        fields = one.changed or ("",)
        if (one.body is None and not ever) or (one.body is not None and not one.changed):
            continue  # what was never shown cannot go; what changes nothing cannot be shown
        counted.facts += 1
        limits = later.values() if one.body is None else map(_get(later), (*fields, ""))
        limit = min(limits, default=FOREVER)
        for span in picture[bisect_right(ends, one.start) :]:
            time = max(span.start, one.start)
            if time >= limit:
                break
            if _shows(kind, match, one, span):
                later.update(dict.fromkeys(fields, time))
                parts = [counted]
                if span.statement is not None:
                    parts.append(counted.source(span.statement.source))
                for part in parts:
                    part.shown += 1
                    if one.start > start:
                        part.late.append((time - one.start) / SECOND)
                break


def _get(times: dict[str, int]) -> Callable[[str], int]:
    return lambda field: times.get(field, FOREVER)


def _shows(kind: str, match: Match, true: Truth, span: Span) -> bool:
    if true.body is None or span.statement is None:
        return true.body is None and span.statement is None
    body = span.statement.body
    return all(matching.agree(match, one, true.body[one], matching.said(kind, match, body, one))
               for one in true.changed)  # fmt: skip


def _integrate(
    kind: str, match: Match, true: list[Truth], picture: list[Span], counted: _Counted
) -> None:
    """Add up how long what is shown is true, wrong, absent, or outlived."""
    place = 0
    for one in true:
        while place < len(picture) and picture[place].end <= one.start:
            place += 1
        for span in picture[place:]:
            if span.start >= one.end:
                break
            time = min(span.end, one.end) - max(span.start, one.start)
            if time > 0:
                _add(kind, match, one, span.statement, time, counted)


def _add(
    kind: str, match: Match, true: Truth, statement: Statement | None, time: int, counted: _Counted
) -> None:
    parts = [counted] if statement is None else [counted, counted.source(statement.source)]
    for one in parts:
        one.true += time if true.body is not None else 0
        one.showing += time if statement is not None else 0
        one.outlived += time if statement is not None and true.body is None else 0
    if statement is None or true.body is None:
        return
    wrong = False
    for field, value in true.body.items():
        stated = matching.said(kind, match, statement.body, field)
        then = true.then.get(field) if field in match.moving else None
        differs = not matching.agree(match, field, value, stated, then)
        off = None if isinstance(value, str) else matching.difference(value, stated, then)
        counted.compared(field, time, differs, off)
        wrong = wrong or differs
    if true.fact.at is not None and statement.geometry is not None:
        off = metres_off(statement.geometry, true.fact.at)
        counted.compared(PLACE, time, off > match.place, round(off, 1))
        wrong = wrong or off > match.place
    for one in parts:
        one.both += time
        one.wrong += time if wrong else 0
