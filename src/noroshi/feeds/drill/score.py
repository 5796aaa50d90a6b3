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

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from noroshi.core.time import HOUR, SECOND
from noroshi.feeds.drill import matching
from noroshi.feeds.drill.compare import Comparison
from noroshi.feeds.drill.counts import Counted, Score
from noroshi.feeds.drill.pictures import Known, issued, recorded
from noroshi.feeds.drill.scene import Fact
from noroshi.feeds.drill.statements import Statement
from noroshi.feeds.drill.truth import Heading


class Scores(msgspec.Struct, frozen=True):
    """A drill's score, as a whole and of each kind; what is also told in records of another kind
    once more, with that in brackets."""

    heading: Heading
    total: Score
    kinds: dict[str, Score]


def score(
    heading: Heading, facts: list[Fact], statements: Iterable[Statement], known: Known | None = None
) -> Scores:
    """Compare what is true with what a node stated. `known`: since when it knew a statement, in the
    drill's time, where that is not the clock's of a drill in real time."""
    if known is None and heading.speed == 1 and heading.begun:
        known = recorded(heading.start, heading.begun, 1)
    end = _end(heading, facts)
    mine = _of_this_drill(heading, [one for one in statements if one.issued <= end])
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.kind].append(fact)
    stated: dict[str, list[Statement]] = defaultdict(list)
    for one in mine:
        stated[one.kind].append(one)
    found: dict[str, Score] = {}
    total = Counted()
    for kind, some in sorted(by_kind.items()):
        ways = matching.ways(kind)
        # What a product says and what was reported are two answers: each is scored by itself, and
        # the product's, where there is one, counts in the total.
        told = [way for way in ways if stated[way.told or kind]] or ways[:1]
        for way in told:
            counted = _compare(kind, way, heading, end, some, stated[way.told or kind], known)
            if way is told[0]:
                found[kind] = counted.score()
                total.add(counted)
            else:
                found[f"{kind} ({way.told})"] = counted.score()
    total.fields.clear()
    return Scores(heading, total.score(), found)


def _compare(
    kind: str, way: matching.Match, heading: Heading, end: int, facts: list[Fact],
    told: list[Statement], known: Known | None,
) -> Counted:  # fmt: skip
    counted = Counted()
    Comparison(kind, way, heading.start, end, issued, counted).run(facts, told)
    if known is not None:
        late = Counted()
        Comparison(kind, way, heading.start, end, known, late).run(facts, told)
        counted.late_recorded = late.late
    return counted


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
