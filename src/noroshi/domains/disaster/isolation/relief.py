"""What reopening frees: exact on the pieces into which closures cut a network.

Pieces are numbered; 0 is the one that can be reached (all that hold a reference node count as
one). A way joins two pieces and belongs to a closure: reopening a closure opens all its ways.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Way(NamedTuple):
    """A closed link between two pieces. `closure` it belongs to; closed `since` (µs)."""

    one: int
    other: int
    closure: int
    since: int


def reached(ways: Iterable[Way]) -> set[int]:
    """The pieces that ways lead to from 0, itself included."""
    beside: dict[int, list[int]] = defaultdict(list)
    for way in ways:
        beside[way.one].append(way.other)
        beside[way.other].append(way.one)
    found, stack = {0}, [0]
    while stack:
        for piece in beside[stack.pop()]:
            if piece not in found:
                found.add(piece)
                stack.append(piece)
    return found


def by_closure(ways: Iterable[Way]) -> dict[int, list[Way]]:
    """The ways of each closure that join two different pieces."""
    found: dict[int, list[Way]] = {}
    for way in ways:
        if way.one != way.other:
            found.setdefault(way.closure, []).append(way)
    return found


def singles(ways: Sequence[Way]) -> dict[int, frozenset[int]]:
    """Closures whose reopening alone frees any piece, and the pieces that it frees.

    Only one that touches what can be reached does; so this needs no bridges (Tarjan 1974) of the
    whole network, only its pieces.
    """
    found = {}
    for closure, mine in sorted(by_closure(ways).items()):
        if any(0 in (way.one, way.other) for way in mine):
            found[closure] = frozenset(reached(mine) - {0})
    return found


def pairs(
    ways: Sequence[Way], alone: Mapping[int, frozenset[int]]
) -> dict[tuple[int, int], frozenset[int]]:
    """Pairs of closures that free together a piece which neither frees alone, and all that they
    free. `alone`: as `singles` gives.

    Of such a pair one frees something alone at which a way of the other begins: else both would
    end where the first does.
    """
    grouped = by_closure(ways)
    touching: dict[int, set[int]] = defaultdict(set)
    for closure, mine in grouped.items():
        for way in mine:
            touching[way.one].add(closure)
            touching[way.other].add(closure)
    found: dict[tuple[int, int], frozenset[int]] = {}
    for first, freed in alone.items():
        for second in sorted({one for piece in freed for one in touching[piece]} - {first}):
            pair = (first, second) if first < second else (second, first)
            if pair in found:
                continue
            both = frozenset(reached([*grouped[first], *grouped[second]]) - {0})
            if both - freed - alone.get(second, frozenset()):
                found[pair] = both
    return found


def steps(ways: Sequence[Way]) -> dict[int, int]:
    """For each piece that closed ways lead to, how many closures need reopening so that it can be
    reached, each counted where it is used. Exact where a closure's ways hang together."""
    beside: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for way in ways:
        if way.one != way.other:
            beside[way.one][way.closure].append(way.other)
            beside[way.other][way.closure].append(way.one)
    found = {0: 0}
    queue = deque([0])
    while queue:
        piece = queue.popleft()
        for closure in beside[piece]:
            stack = [piece]
            seen = {piece}
            while stack:
                for other in beside[stack.pop()].get(closure, ()):
                    if other not in seen:
                        seen.add(other)
                        stack.append(other)
            for other in sorted(seen):
                if other not in found:
                    found[other] = found[piece] + 1
                    queue.append(other)
    del found[0]
    return found


def since(ways: Sequence[Way]) -> dict[int, int]:
    """For each piece that closed ways lead to, since when it cannot be reached, if what is closed
    was closed from then on: on the way that held out longest, its first closure (the bottleneck
    of a maximum spanning tree, Hu 1961)."""
    members: dict[int, list[int]] = {}
    group: dict[int, int] = {}
    found: dict[int, int] = {}
    for way in sorted(ways, key=lambda one: -one.since):
        for piece in (way.one, way.other):
            if piece not in group:
                group[piece], members[piece] = piece, [piece]
        one, other = group[way.one], group[way.other]
        if one == other:
            continue
        for mine, their in ((one, other), (other, one)):
            if group.get(0) == mine:
                found.update(dict.fromkeys(members[their], way.since))
        small, large = sorted((one, other), key=lambda each: len(members[each]))
        for piece in members[small]:
            group[piece] = large
        members[large] += members.pop(small)
    return found
