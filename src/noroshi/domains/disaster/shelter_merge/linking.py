"""Which rows of all lists of one municipality are of one facility.

Candidates are looked up, never all pairs: rows that share a name, a stem, an address, a code or a
telephone number, and neighbours within 250 m with names that are a little alike. Pairs are joined
from the surest down, unless two rows of what would be joined have names that exclude each other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from statistics import median
from typing import NamedTuple

from noroshi.domains.disaster.shelter_merge.evidence import (
    Evidence,
    Row,
    address_level,
    distance,
    name_level,
    weigh,
)
from noroshi.domains.disaster.shelter_merge.names import alike

#: Neighbours that are compared though nothing else is shared [m], from what share of bigrams.
NEAR, LIKENESS = 250.0, 0.25
#: No municipality is wider [m] than this: what lies farther from where its lists lie is misplaced.
ASTRAY = 150_000.0
#: A block with more rows than this is compared only with what lies near (集会所 in a big city).
CROWD = 60


class Link(NamedTuple):
    """Why a row is of its facility: the row it was joined to (None: it is the anchor)."""

    row: int
    to: int | None
    evidence: Evidence


def link(rows: Sequence[Row], least: float) -> list[list[Link]]:
    """Groups of rows (by position in `rows`), each row with its surest link inside the group.

    `least`: log odds from which two rows are of one facility. `rows` must be in a settled order:
    ties are broken by it. The first of a group is the first of its rows.
    """
    rows = _believed(rows)
    pairs: list[tuple[float, int, int, Evidence]] = []
    barred: set[tuple[int, int]] = set()
    for one, other in sorted(set(_candidates(rows))):
        evidence = weigh(rows[one], rows[other])
        if evidence.score > least:
            pairs.append((-evidence.score, one, other, evidence))
        elif evidence.barred:
            barred.add((one, other))
    pairs.sort(key=lambda pair: pair[:3])
    groups = _Groups(rows, barred)
    best: dict[int, Link] = {}
    for _, one, other, evidence in pairs:
        if groups.join(one, other):
            for row, to in ((one, other), (other, one)):
                best.setdefault(row, Link(row, to, evidence))
    _join_by_name(rows, groups, best)
    found = []
    for members in groups.all():
        alone = Link(members[0], None, Evidence(math.inf, (), None))
        found.append([alone, *(best[row] for row in members[1:])])
    return found


class _Groups:
    """Disjoint groups of rows."""

    def __init__(self, rows: Sequence[Row], barred: set[tuple[int, int]]) -> None:
        self._rows, self._barred = rows, barred
        self._of = list(range(len(rows)))
        self.members: dict[int, list[int]] = {at: [at] for at in range(len(rows))}

    def of(self, row: int) -> int:
        return self._of[row]

    def join(self, one: int, other: int) -> bool:
        """Make one group of two, unless their names exclude each other. True if they are one."""
        kept, gone = sorted((self._of[one], self._of[other]))
        if kept == gone:
            return True
        if self._excluded(self.members[kept], self.members[gone]):
            return False
        for row in self.members[gone]:
            self._of[row] = kept
        self.members[kept] += self.members.pop(gone)
        return True

    def _excluded(self, ones: Sequence[int], others: Sequence[int]) -> bool:
        if any((min(a, b), max(a, b)) in self._barred for a in ones for b in others):
            return True
        if len(ones) == len(others) == 1:
            return False
        names = {self._rows[at].name for at in ones}, {self._rows[at].name for at in others}
        return any(name_level(a, b) == "opposed names" for a in names[0] for b in names[1])

    def all(self) -> list[list[int]]:
        return [sorted(self.members[at]) for at in sorted(self.members)]


def _candidates(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Pairs worth weighing, each the smaller position first; some several times."""
    blocks: dict[tuple[str, str], list[int]] = {}
    for at, row in enumerate(rows):
        for key in _keys(row):
            blocks.setdefault(key, []).append(at)
    for members in blocks.values():
        if len(members) <= CROWD:
            yield from combinations(members, 2)
        else:
            yield from _nearby(rows, members, 1_000.0, 0.0)
    yield from _nearby(rows, range(len(rows)), NEAR, LIKENESS)


def _keys(row: Row) -> Iterator[tuple[str, str]]:
    yield "name", row.name.core
    for alias in row.name.aliases:
        yield "name", alias
    if len(row.name.stem) >= 2:
        yield "stem", row.name.stem
    if row.reading:
        yield "reading", row.reading
    if row.address is not None and row.address.numbers:
        yield "address", f"{row.address.town[-6:]} {row.address.numbers}"
    if row.code:
        yield "code", row.code
    if row.phone:
        yield "phone", row.phone


def _nearby(
    rows: Sequence[Row], members: Iterable[int], within: float, likeness: float
) -> Iterator[tuple[int, int]]:
    """Pairs at most `within` metres apart whose names have that share of bigrams in common; of
    those without a position, the ones with the same name and address."""
    cells: dict[tuple[int, int], list[int]] = {}
    size = within / 111_000
    for at in members:
        place = rows[at].place
        if place is not None:
            # A degree of longitude is at least 70 km between 20 and 46 degrees north.
            cell = math.floor(place[0] / (size * 1.6)), math.floor(place[1] / size)
            cells.setdefault(cell, []).append(at)
    for (column, line), here in cells.items():
        around = list(combinations(here, 2))
        for step in ((1, 0), (-1, 1), (0, 1), (1, 1)):
            there = cells.get((column + step[0], line + step[1]), ())
            around += [(one, other) for one in here for other in there]
        for one, other in around:
            a, b = rows[one], rows[other]
            if likeness and alike(a.name.pairs, b.name.pairs) < likeness:
                continue
            if a.place and b.place and distance(a.place, b.place) <= within:
                yield min(one, other), max(one, other)


def _believed(rows: Sequence[Row]) -> list[Row]:
    """The rows, without positions that lie outside of any municipality that holds the others.

    Each list has one voice, the middle of its rows; most voices tell where the municipality is.
    """
    of_list: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row.place is not None:
            of_list.setdefault(row.series, []).append(row.place)
    voices = [
        (median(place[0] for place in places), median(place[1] for place in places))
        for _, places in sorted(of_list.items())
    ]
    near = [sum(distance(one, other) <= ASTRAY for other in voices) for one in voices]
    if not voices or 2 * max(near) <= len(voices):
        return list(rows)
    middle = voices[near.index(max(near))]
    return [
        row._replace(place=None)
        if row.place is not None and distance(row.place, middle) > ASTRAY
        else row
        for row in rows
    ]


def _join_by_name(rows: Sequence[Row], groups: _Groups, best: dict[int, Link]) -> None:
    """Rows without a position join the only facility of their name in the municipality: where
    they give no address either, or one that is written otherwise."""
    named: dict[str, set[int]] = {}
    for at, row in enumerate(rows):
        if row.place is not None:
            named.setdefault(row.name.core, set()).add(at)
    asked = Counter((row.series, row.name.full) for row in rows)
    for at, row in enumerate(rows):
        found = {groups.of(one) for one in named.get(row.name.core, ())}
        if row.place is not None or groups.of(at) in found or len(found) != 1:
            continue
        if asked[row.series, row.name.full] > 1 or len(row.name.core) < _TELLING:
            continue
        to = min(named[row.name.core])
        if groups.join(at, to):
            level = name_level(row.name, rows[to].name)
            address = address_level(row.address, rows[to].address)
            score = 2.0 if row.address is None else 1.0
            evidence = Evidence(score, (level, address, "only one of this name"), None)
            best.setdefault(at, Link(at, to, evidence))
            best.setdefault(to, Link(to, at, evidence))


#: How many letters a name must have to tell a facility alone (集会所 has three).
_TELLING = 4
