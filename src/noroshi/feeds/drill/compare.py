"""One kind of things as a node showed them, compared with what was true of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from noroshi.core.time import FOREVER, SECOND
from noroshi.feeds.drill import matching
from noroshi.feeds.drill.counts import Counted
from noroshi.feeds.drill.geography import metres_off
from noroshi.feeds.drill.pictures import Known, Span, Truth, group, shown, since, truths
from noroshi.feeds.drill.scene import Fact
from noroshi.feeds.drill.statements import Statement

#: The field that stands for where a thing is.
PLACE = "position"


class Comparison:
    """Compares from `start` until `end` of the drill's time, as `known` and matched by `match`;
    the sums go to `counted`."""

    def __init__(
        self, kind: str, match: matching.Match, start: int, end: int, known: Known,
        counted: Counted,
    ) -> None:  # fmt: skip
        self.kind, self.match = kind, match
        self.start, self.end, self.known, self.counted = start, end, known, counted

    def run(self, facts: list[Fact], statements: list[Statement]) -> None:
        """Compare all there is of the kind."""
        counted = self.counted
        things: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            things[fact.key].append(fact)
        about, others = group(statements, self._tells, self.match, self._names(facts))
        every = [one for some in about.values() for one in some]
        self.telling = _Telling(self.kind, self.match, facts, every)
        counted.untold = self.telling.untold
        for stream in others:
            if self.match.counts and not any(map(self._counts, stream)):
                continue
            counted.false += 1
            counted.source(stream[-1].source).false += 1
            counted.examples = [*counted.examples, stream[0].key][:5]
        for key, some in things.items():
            counted.things += 1
            true = truths(some, self.end, self.telling.told)
            streams = about.get(key, [])
            picture = since(shown(streams, self.known, self._tells) if streams else [], self.start)
            counted.seen += any(one.statement for one in picture)
            for stream in streams:
                counted.source(stream[-1].source).things += 1
            self._match(true, picture)
            self._integrate(true, picture)

    def _names(self, facts: list[Fact]) -> dict[str, str]:
        """The things that are true, by their keys and by the codes of what they consist of."""
        parts = self.match.parts
        found = {
            code: one.key for one in facts if parts
            for code in str(one.body.get(parts, "")).split()
        }  # fmt: skip
        return found | {one.key: one.key for one in facts}

    def _counts(self, statement: Statement) -> bool:
        """True where anything is counted."""
        return any(matching.number(self._said(statement, field)) for field in self.match.counts)

    def _tells(self, statement: Statement) -> bool:
        return not statement.ended and matching.tells(self.kind, self.match, statement.body)

    def _match(self, true: list[Truth], picture: list[Span]) -> None:
        """When each fact was shown: the last one first, so that none is taken for a later one that
        says the same of the same fields again. What was so at the drill's start is not late."""
        ends = [one.end for one in picture]
        ever = any(span.statement for span in picture)
        #: When a later fact that changes a field was shown; that of a thing's end under "".
        later: dict[str, int] = {}
        for one in reversed(true):
            fields = one.changed or ("",)
            if (one.body is None and not ever) or (one.body is not None and not one.changed):
                continue  # what was never shown cannot go; what changes nothing cannot be shown
            self.counted.facts += 1
            limits = later.values() if one.body is None else map(_get(later), (*fields, ""))
            limit = min(limits, default=FOREVER)
            for span in picture[bisect_right(ends, one.start) :]:
                time = max(span.start, one.start)
                if time >= limit:
                    break
                if self._shows(one, span):
                    later.update(dict.fromkeys(fields, time))
                    for part in self._parts(span.statement):
                        part.shown += 1
                        if one.start > self.start:
                            part.late.append((time - one.start) / SECOND)
                    break

    def _parts(self, statement: Statement | None) -> list[Counted]:
        if statement is None:
            return [self.counted]
        return [self.counted, self.counted.source(statement.source)]

    def _shows(self, true: Truth, span: Span) -> bool:
        if true.body is None or span.statement is None:
            return true.body is None and span.statement is None
        fields = self.telling.by(span.statement).intersection(true.changed)
        return bool(fields) and all(
            self._agree(one, true.body[one], self._said(span.statement, one)) for one in fields
        )

    def _said(self, statement: Statement, field: str) -> Any:
        if self.match.presence:
            return True
        return matching.said(self.kind, self.match, statement.body, field)

    def _agree(self, field: str, true: Any, stated: Any, then: Any = None) -> bool:
        return matching.agree(self.match, field, true, stated, then)

    def _integrate(self, true: list[Truth], picture: list[Span]) -> None:
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
                    self._add(one, span.statement, time)

    def _add(self, true: Truth, statement: Statement | None, time: int) -> None:
        parts = self._parts(statement)
        for one in parts:
            one.true += time if true.body is not None else 0
            one.showing += time if statement is not None else 0
            one.outlived += time if statement is not None and true.body is None else 0
        if statement is None or true.body is None:
            return
        wrong = False
        for field in sorted(self.telling.by(statement).intersection(true.body)):
            value, stated = true.body[field], self._said(statement, field)
            then = true.then.get(field) if field in self.match.moving else None
            differs = not self._agree(field, value, stated, then)
            off = None if isinstance(value, str) else matching.difference(value, stated, then)
            self.counted.compared(field, time, differs, off)
            wrong = wrong or differs
        if true.fact.at is not None and statement.geometry is not None:
            metres = metres_off(statement.geometry, true.fact.at)
            self.counted.compared(PLACE, time, metres > self.match.place, round(metres, 1))
            wrong = wrong or metres > self.match.place
        for one in parts:
            one.both += time
            one.wrong += time if wrong else 0


def _get(times: dict[str, int]) -> Callable[[str], int]:
    return lambda field: times.get(field, FOREVER)


class _Telling:
    """Which fields of the truth are ever told: what nobody tells, or an office never does of a
    thing, is not wrong. All of them where there is no record at all."""

    def __init__(
        self, kind: str, match: matching.Match, facts: list[Fact], streams: list[list[Statement]]
    ) -> None:
        fields = {field for fact in facts for field in matching.flat(fact.body)}
        self._presence = match.presence
        if match.presence:
            self._by: dict[str, frozenset[str]] = {}
            self.every, self.untold = frozenset({matching.PRESENCE}), sorted(fields)
            return
        self._by = {
            stream[0].stream: frozenset(
                field for field in fields
                if any(matching.said(kind, match, one.body, field) is not None
                       for one in stream if not one.ended)
            )
            for stream in streams
        }  # fmt: skip
        told = frozenset().union(*self._by.values())
        self.every = told or frozenset(fields)
        self.untold = sorted(fields - self.every)

    def told(self, fact: Fact) -> dict[str, Any]:
        """The fields of a fact that anybody tells."""
        if self._presence:
            return dict.fromkeys(self.every, True)
        fields = matching.flat(fact.body)
        return {name: value for name, value in fields.items() if name in self.every}

    def by(self, statement: Statement) -> frozenset[str]:
        """The fields that ever were told of this thing by this office."""
        return self.every if self._presence else self._by.get(statement.stream, frozenset())
