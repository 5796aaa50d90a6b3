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
    """All of them, the best first; and by the id of a settlement's version those that free it, and
    how many closures must be reopened at least."""

    all: list[Freed]
    of: dict[int, list[Freed]]
    needs: dict[int, int]


def ranked(now: Cut, isolated: Sequence[tuple[Settlement, frozenset[int]]]) -> Ranked:
    """Every single closure that frees isolated settlements (given with the pieces they reach, of
    which one is enough), and every pair that frees some which neither frees alone."""
    living: dict[int, list[Settlement]] = defaultdict(list)
    for settlement, pieces in isolated:
        for piece in pieces:
            living[piece].append(settlement)
    by_closure: dict[int, list[Stretch]] = defaultdict(list)
    for one in now.stretches:
        if one.sure:
            by_closure[one.closure].append(one)
    alone = singles(now.ways)
    freed = {closure: _people(living, pieces) for closure, pieces in alone.items()}
    found = [
        Freed(tuple(by_closure[closure]), some, 1, _persons(some), None)
        for closure, some in freed.items() if some
    ]  # fmt: skip
    of: dict[int, list[Freed]] = defaultdict(list)
    for each in found:
        for settlement in each.settlements:
            of[settlement.version.id].append(each)
    for (first, second), pieces in pairs(now.ways, alone).items():
        both = _people(living, pieces)
        before = {one.version.id for closure in (first, second) for one in freed.get(closure, ())}
        more = [one for one in both if one.version.id not in before]
        if more:
            stretches = tuple(by_closure[first]) + tuple(by_closure[second])
            each = Freed(stretches, both, 2, _persons(both), _persons(more))
            found.append(each)
            for settlement in more:
                of[settlement.version.id].append(each)
    for some in of.values():
        some.sort(key=_order)
    count = steps(now.ways)
    needs = {
        settlement.version.id: min(steps_to)
        for settlement, pieces in isolated
        if (steps_to := [count[piece] for piece in pieces if piece in count])
    }
    return Ranked(sorted(found, key=_order), of, needs)


def _order(one: Freed) -> tuple[int, int, int, list[str]]:
    return (one.closures, -(one.persons if one.more is None else one.more),
            -len(one.settlements), codes(one.stretches))  # fmt: skip


def codes(stretches: Sequence[Stretch]) -> list[str]:
    """The codes of their links, each once."""
    return sorted({one.body.code or one.version.key for one in stretches})


def _people(living: dict[int, list[Settlement]], pieces: Iterable[int]) -> tuple[Settlement, ...]:
    some = {one.version.id: one for piece in pieces for one in living.get(piece, ())}
    return tuple(sorted(some.values(), key=lambda one: (one.code, one.version.id)))


def _persons(settlements: Iterable[Settlement]) -> int:
    return sum(one.people.persons or 0 for one in settlements)
