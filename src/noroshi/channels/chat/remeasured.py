"""Ways measured anew, for the check of answers: another search than the one that answered, over
the same passable links, and the directions in which its ways begin and end."""

from __future__ import annotations

import heapq
import math
from typing import Any, NamedTuple

from noroshi.channels.advice import plain
from noroshi.channels.chat.answers.asked import Position, say_metres
from noroshi.channels.chat.ground.roads import Foot, Passable, feet, step_on
from noroshi.channels.chat.words import DIRECTIONS, LEFT, RIGHT, STRAIGHT

#: Links within so much more than the nearest [m] are as near: where links meet, any may be meant.
_SAME = 0.5
#: Positions are cited to a tenth of a metre, which turns a short stretch a little [degrees].
_OFF = 4.0
#: What counts as a turn [degrees], as in the answer.
_TURN = 40.0

Graph = dict[int, list[tuple[float, float, int, int]]]


class Walked(NamedTuple):
    """A way: metres, and the bearings in which it begins and ends [degrees]; None where it is no
    step."""

    metres: float
    begins: float | None
    ends: float | None


def walks(state: Passable, start: Position, end: Position) -> list[Walked]:
    """The cheapest ways between two positions, from each link they may be on."""
    found = [
        _search(state, one, other) for one in _near(state, start) for other in _near(state, end)
    ]
    return [one for one in found if one is not None]


def lengths(found: list[Walked]) -> set[str]:
    """What may be said of how long they are."""
    return {say_metres(max(0.0, one.metres + off), "") for one in found
            for off in (-_SAME, 0.0, _SAME)}  # fmt: skip


def directions(found: list[Walked]) -> set[str]:
    """What may be said of where they begin to lead."""
    return {
        plain.drop_readings(word)
        for one in found if one.begins is not None for off in (-_OFF, 0.0, _OFF)
        for word in DIRECTIONS[round((one.begins + off) % 360 / 45) % 8]
    }  # fmt: skip


def turns(before: list[Walked], found: list[Walked]) -> set[str]:
    """What may be said of the turn from the end of one way into the beginning of the next."""
    words = set()
    for coming in before:
        for going in found:
            if coming.ends is None or going.begins is None:
                continue
            turn = (going.begins - coming.ends + 180) % 360 - 180
            for off in (-_OFF, 0.0, _OFF):
                off_turn = turn + off
                word = STRAIGHT if abs(off_turn) <= _TURN else RIGHT if off_turn > 0 else LEFT
                words |= {plain.drop_readings(one) for one in word}
    return words


def _near(state: Passable, position: Position) -> list[Foot]:
    nearest = step_on(state, position)
    if nearest is None:
        return []
    return list(dict.fromkeys([nearest, *feet(state, position, nearest.away + _SAME)]))


def _search(state: Passable, one: Foot, other: Foot) -> Walked | None:
    roads, graph = state.roads, _graph(state)
    ends = {int(roads.start[other.link]): other.to_start}
    last = int(roads.end[other.link])
    ends[last] = min(other.to_end, ends.get(last, math.inf))
    queue = [(one.to_start, one.to_start, int(roads.start[one.link]), -1, -1),
             (one.to_end, one.to_end, int(roads.end[one.link]), -1, -1)]  # fmt: skip
    heapq.heapify(queue)
    came: dict[int, tuple[int, int]] = {}
    best, metres, node_of = math.inf, 0.0, -2
    if one.link == other.link:
        best, metres, node_of = *(abs(one.to_start - other.to_start),) * 2, -1
    while queue:
        cost, length, node, before, link = heapq.heappop(queue)
        if cost >= best:
            break
        if node in came:
            continue
        came[node] = before, link
        if node in ends and cost + ends[node] < best:
            best, metres, node_of = cost + ends[node], length + ends[node], node
        for more, longer, to, by in graph.get(node, ()):
            if to not in came:
                heapq.heappush(queue, (cost + more, length + longer, to, node, by))
    if node_of == -2:
        return None
    pieces = _pieces(state, one, other, came, node_of)
    if not pieces:
        return Walked(metres, None, None)
    return Walked(metres, _bearing(pieces[0], first=True), _bearing(pieces[-1], first=False))


def _pieces(
    state: Passable, one: Foot, other: Foot, came: dict[int, tuple[int, int]], node: int
) -> list[Any]:
    """What is walked of each link, as lines in the direction of walking."""
    from shapely.ops import substring

    roads = state.roads
    if node == -1:
        stretches = [(one.link, one.to_start, other.to_start)]
    else:
        enters = 0.0 if node == int(roads.start[other.link]) else float(roads.length[other.link])
        stretches = [(other.link, enters, other.to_start)]
        while came[node][0] >= 0:
            before, link = came[node]
            full = float(roads.length[link])
            forward = int(roads.start[link]) == before
            stretches.append((link, 0.0, full) if forward else (link, full, 0.0))
            node = before
        leaves = 0.0 if node == int(roads.start[one.link]) else float(roads.length[one.link])
        stretches.append((one.link, one.to_start, leaves))
        stretches.reverse()
    return [
        substring(roads.lines[link], start / float(roads.length[link]),
                  end / float(roads.length[link]), normalized=True)
        for link, start, end in stretches if abs(start - end) >= _SAME
    ]  # fmt: skip


def _bearing(line: Any, *, first: bool) -> float:
    coords = line.coords
    one, other = (coords[0], coords[1]) if first else (coords[-2], coords[-1])
    x = (other[0] - one[0]) * math.cos(math.radians(one[1]))
    return math.degrees(math.atan2(x, other[1] - one[1])) % 360


_graphs: dict[int, tuple[Passable, Graph]] = {}


def _graph(state: Passable) -> Graph:
    """The passable links by node: cost, length, the other node, the link."""
    kept = _graphs.get(id(state))
    if kept is not None and kept[0] is state:
        return kept[1]
    graph: Graph = {}
    roads = state.roads
    for link in range(len(roads.versions)):
        if state.blocked[link]:
            continue
        length = float(roads.length[link])
        cost = max(length, 0.1) * (4.0 if state.doubtful[link] else 1.0)
        cost *= 8.0 if state.hazard[link] else 1.0
        start, end = int(roads.start[link]), int(roads.end[link])
        graph.setdefault(start, []).append((cost, length, end, link))
        graph.setdefault(end, []).append((cost, length, start, link))
    _graphs.clear()
    _graphs[id(state)] = state, graph
    return graph
