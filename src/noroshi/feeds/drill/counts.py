"""What a score is made of, and the sums it is made from (`noroshi.feeds.drill.score` says what
each means)."""

from __future__ import annotations

import msgspec
import numpy as np


class Lateness(msgspec.Struct, frozen=True):
    """Seconds of the drill's time; None where nothing was shown."""

    p50: float | None = None
    p90: float | None = None
    max: float | None = None


class FieldScore(msgspec.Struct, frozen=True):
    """How wrong one field was: share of the time; for numbers, by how much (SI; metres)."""

    wrong: float
    mean: float | None = None
    max: float | None = None


class Score(msgspec.Struct, frozen=True, omit_defaults=True):
    """See the module. `late_recorded`: by when this node knew, where the drill ran in real time.
    `examples` are keys of false things; `untold` fields of the truth that no record mentions, which
    are not compared."""

    facts: int = 0
    shown: int = 0
    complete: float = 0.0
    late: Lateness = Lateness()
    late_recorded: Lateness | None = None
    things: int = 0
    seen: int = 0
    wrong: float = 0.0
    absent: float = 0.0
    false: int = 0
    outlived: float = 0.0
    fields: dict[str, FieldScore] = {}
    sources: dict[str, Score] = {}
    examples: list[str] = []
    untold: list[str] = []


class Counted:
    """Sums from which a score is made. Times are microseconds × things."""

    def __init__(self) -> None:
        self.facts = self.shown = self.things = self.seen = self.false = 0
        self.late: list[float] = []
        self.late_recorded: list[float] | None = None
        self.true = self.both = self.wrong = self.showing = self.outlived = 0
        self.examples: list[str] = []
        self.untold: list[str] = []
        #: By field: time in which it was compared, was wrong, and the sum and most of the error.
        self.fields: dict[str, list[float]] = {}
        self.sources: dict[str, Counted] = {}

    def source(self, name: str) -> Counted:
        return self.sources.setdefault(name, Counted())

    def add(self, other: Counted) -> None:
        for name in ("facts", "shown", "things", "seen", "false", "true", "both", "wrong",
                     "showing", "outlived"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.late += other.late
        if other.late_recorded is not None:
            self.late_recorded = (self.late_recorded or []) + other.late_recorded
        for name, one in other.sources.items():
            self.source(name).add(one)

    def compared(self, field: str, time: int, wrong: bool, off: float | None) -> None:
        sums = self.fields.setdefault(field, [0.0, 0.0, 0.0, 0.0, 0.0])
        sums[0] += time
        sums[1] += time * wrong
        if off is not None:
            sums[2] += time
            sums[3] += time * off
            sums[4] = max(sums[4], off)

    def score(self) -> Score:
        fields = {
            name: FieldScore(_share(wrong, time), *(
                (round(total / counted, 6), round(most, 6)) if counted else (None, None)
            ))
            for name, (time, wrong, counted, total, most) in sorted(self.fields.items())
        }  # fmt: skip
        return Score(
            self.facts, self.shown, _share(self.shown, self.facts), lateness(self.late),
            None if self.late_recorded is None else lateness(self.late_recorded), self.things,
            self.seen, _share(self.wrong, self.both), _share(self.true - self.both, self.true),
            self.false, _share(self.outlived, self.showing), fields,
            {name: one.score() for name, one in sorted(self.sources.items())}, self.examples,
            self.untold,
        )  # fmt: skip


def _share(part: float, whole: float) -> float:
    return round(part / whole, 9) if whole else 0.0


def lateness(seconds: list[float]) -> Lateness:
    """Half, nine of ten, and all of them are no later."""
    if not seconds:
        return Lateness()
    p50, p90, most = np.percentile(seconds, [50, 90, 100])
    return Lateness(round(float(p50), 3), round(float(p90), 3), round(float(most), 3))
