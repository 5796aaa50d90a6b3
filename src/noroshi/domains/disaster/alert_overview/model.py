"""Levels over time: what stood when, when it changed, and what is expected to change it."""

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
    for at, (time, level, change) in enumerate(edges):
        standing[level] = standing.get(level, 0) + change
        if at + 1 < len(edges) and edges[at + 1][0] == time:
            continue
        highest = max((one for one, count in standing.items() if count > 0), default=None)
        if highest != now and time < FOREVER:
            found.append(Step(time, now, highest))
        now = highest
    return found


def at(found: Sequence[Step], moment: int) -> int | None:
    """The level at a moment."""
    return next((one.after for one in reversed(found) if one.time <= moment), None)


def first_departure(found: Sequence[Step], moment: int, level: int | None) -> Step | None:
    """The first moment from which something else than `level` is expected: at once where
    something higher is expected of now already, else when it changes later.

    An outlook that was made before the warning in force, and expects less of now than is warned of
    already, tells nothing until it rises above it or has come down from as high.
    """
    now, low = at(found, moment), level or 0
    reached = (now or 0) >= low
    for one in found:
        if one.time <= moment:
            continue
        after = one.after or 0
        if after > low or (reached and after < low):
            return Step(one.time, level, one.after)
        reached = reached or after >= low
    return None
