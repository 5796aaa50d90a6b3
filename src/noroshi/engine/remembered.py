"""What a node remembers of one source that it hears, and what is counted on its messages."""

from __future__ import annotations

import re
from collections import deque
from statistics import median

import msgspec

from noroshi.core.freshness import AHEAD, GAPS, Seen, learn
from noroshi.core.record import Mode
from noroshi.core.time import SECOND, parse
from noroshi.engine.settings import DRILL
from noroshi.kinds.intake import Intake, Lately

#: Messages, and times of issue, that are remembered of a source.
LATELY, TIMES = 10, 32
#: By how much the area of a source is wider than where its records are [degrees].
_MARGIN = 2.0


class Remembered:
    """What is known of one source in one mode."""

    def __init__(self, name: str, mode: Mode) -> None:
        self.name, self.mode = name, mode
        self.intake = Intake(source=name, drill=drilled(name, mode))
        #: Times of issue with how long each took, in the order of arrival.
        self.times: deque[tuple[int, int]] = deque(maxlen=TIMES)
        self.lately: deque[Lately] = deque(maxlen=LATELY)
        self.bad: deque[int] = deque(maxlen=200)
        self.places: list[tuple[float, float]] = []
        self.labels: set[int] = set()
        self.learned: int | None = None
        self.received = 0
        self.told: tuple[Intake, int, int, int] | None = None  # what, when, label, state's moment

    def seen(self, alike: int | None) -> Seen:
        """What its freshness is judged by (`noroshi.core.freshness`). `alike`: the cadence of
        sources of like names, for one that has spoken too seldom to show its own."""
        credible = [(issued, delay) for issued, delay in self.times if delay >= -AHEAD]
        issued = sorted({one for one, _ in credible}, reverse=True)
        newest = max(credible, default=None)
        return Seen(
            self.received, None if newest is None else newest[0],
            None if newest is None else newest[1],
            max(0, int(median([one for _, one in credible]))) if credible else 0,
            len(credible) < len(self.times), len(self.bad),
            alike if len(issued) <= GAPS and alike is not None else learn(issued),
        )  # fmt: skip


def drilled(name: str, mode: Mode) -> bool:
    """True for a source of a drill, whose times are those of the drill's clock."""
    return mode is not Mode.ACTUAL and name.partition("/")[0] == DRILL


def pattern_of(name: str) -> str:
    """What sources of like names have in common: all but the numbers."""
    return re.sub(r"\d+", "#", name)


_TOTAL = re.compile(r"left out as a (total|note)")
_POSITION = re.compile(r"no position|nowhere|look exchanged|longitude|latitude|coordinate")


def faults_of(found: bytes) -> tuple[dict[str, int], int]:
    """Faults of a message by kind, but for rows that are no records, and how many of them are
    positions that could not be made out."""
    if found in (b"", b"[]"):
        return {}, 0
    kinds: dict[str, int] = {}
    lost = 0
    for one in msgspec.json.decode(found):
        what = str(one.get("what", ""))
        if _TOTAL.match(what):
            continue
        lost += _POSITION.search(what) is not None
        kind = re.sub(r"[-\d.,]+", "#", what.partition(":")[0]).strip()[:60]
        kinds[kind] = kinds.get(kind, 0) + 1
    return kinds, lost


def usual_area(places: list[tuple[float, float]]) -> list[float]:
    """Where most of some places are (all but a twentieth at each side), and as far again around,
    a margin at least: west, south, east, north."""
    found = []
    for values in (sorted(x for x, _ in places), sorted(y for _, y in places)):
        low, high = values[len(values) // 20], values[-1 - len(values) // 20]
        wide = max(_MARGIN, high - low)
        found.append((low - wide, high + wide))
    (west, east), (south, north) = found
    return [round(one, 4) for one in (west, south, east, north)]


def inside(
    frame: tuple[float, float, float, float], x: float, y: float, margin: float
) -> bool:  # fmt: skip
    """True where a place lies in a box, or by no more than `margin` degrees beside it."""
    west, south, east, north = frame
    return west - margin <= x <= east + margin and south - margin <= y <= north + margin


def pairs_of(lately: list[Lately]) -> list[tuple[int, int]]:
    """Times of issue with how long each took, the earliest message first."""
    return [
        (issued, _micro(one.delay) or 0) for one in reversed(lately)
        if (issued := time_of(one.issued)) is not None
    ]  # fmt: skip


def time_of(text: str | None) -> int | None:
    """A time as written; None where there is none."""
    return None if text is None else parse(text)


def _micro(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * SECOND)
