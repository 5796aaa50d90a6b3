"""Levels over time: what is the highest of those that stand, and when it becomes another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from noroshi.core.time import FOREVER


class Span(NamedTuple):
    """A level from `start` up to, but not including, `end` [µs]."""

    start: int
    end: int
    level: int


class Step(NamedTuple):
    """From `time` on the level is `after`; before it was `before`. None: none stands."""

    time: int
    before: int | None
    after: int | None


def steps(spans: Iterable[Span]) -> list[Step]:
    """When the highest of the levels that stand becomes another, in order of time."""
    edges: list[tuple[int, int, int]] = []
    for span in spans:
        if span.start < span.end:
            edges += [(span.start, span.level, 1), (span.end, span.level, -1)]
    edges.sort()
    standing: dict[int, int] = {}
    found: list[Step] = []
    now: int | None = None
    for place, (time, level, change) in enumerate(edges):
        standing[level] = standing.get(level, 0) + change
        if place + 1 < len(edges) and edges[place + 1][0] == time:
            continue
        highest = max((one for one, count in standing.items() if count > 0), default=None)
        if highest != now and time < FOREVER:
            found.append(Step(time, now, highest))
        now = highest
    return found


def at(found: Sequence[Step], moment: int) -> int | None:
    """The level at a moment."""
    return next((one.after for one in reversed(found) if one.time <= moment), None)
