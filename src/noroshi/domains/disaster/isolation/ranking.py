"""Reopenings in order of the people whom they free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from noroshi.domains.disaster.isolation.cut import Cut, Stretch
from noroshi.domains.disaster.isolation.places import Settlement
from noroshi.domains.disaster.isolation.relief import pairs, singles, steps


class Freed(NamedTuple):
    """One closure, or a pair: its stretches, and the settlements that it frees. `more`: of a pair,
    the persons whom neither frees alone."""

    stretches: tuple[Stretch, ...]
    settlements: tuple[Settlement, ...]
    closures: int
    persons: int
    more: int | None


class Ranked(NamedTuple):
    """All of them, the best first; those that free a piece; and by piece how many closures must
    be reopened at least."""

    all: list[Freed]
    of: dict[int, list[Freed]]
    needs: dict[int, int]


def ranked(now: Cut, isolated: Iterable[tuple[Settlement, int]]) -> Ranked:
    """Every single closure that frees isolated settlements (given with their pieces), and every
    pair that frees some which neither frees alone."""
    living: dict[int, list[Settlement]] = defaultdict(list)
    for settlement, piece in isolated:
        living[piece].append(settlement)
    by_closure: dict[int, list[Stretch]] = defaultdict(list)
    for one in now.stretches:
        if one.sure:
            by_closure[one.closure].append(one)
    alone = singles(now.ways)
    found: list[tuple[Freed, frozenset[int]]] = []
    for closure, pieces in alone.items():
        freed = _people(living, pieces)
        if freed:
            found.append((
                Freed(tuple(by_closure[closure]), freed, 1, _persons(freed), None), pieces
            ))  # fmt: skip
    for (first, second), pieces in pairs(now.ways, alone).items():
        extra = pieces - alone.get(first, frozenset()) - alone.get(second, frozenset())
        more = _people(living, extra)
        if more:
            freed = _people(living, pieces)
            both = tuple(by_closure[first]) + tuple(by_closure[second])
            found.append((Freed(both, freed, 2, _persons(freed), _persons(more)), extra))
    found.sort(key=lambda each: _order(each[0]))
    of: dict[int, list[Freed]] = defaultdict(list)
    for one, pieces in found:
        for piece in pieces:
            of[piece].append(one)
    return Ranked([one for one, _ in found], of, steps(now.ways))


def _order(one: Freed) -> tuple[int, int, int, list[str]]:
    return (one.closures, -(one.persons if one.more is None else one.more),
            -len(one.settlements), codes(one.stretches))  # fmt: skip


def codes(stretches: Sequence[Stretch]) -> list[str]:
    """The codes of their links, each once."""
    return sorted({one.body.code or one.version.key for one in stretches})


def _people(living: dict[int, list[Settlement]], pieces: Iterable[int]) -> tuple[Settlement, ...]:
    some = [one for piece in sorted(pieces) for one in living.get(piece, ())]
    return tuple(sorted(some, key=lambda one: (one.code, one.version.id)))


def _persons(settlements: Iterable[Settlement]) -> int:
    return sum(one.people.persons or 0 for one in settlements)
