"""Tick sheets that a draft tells of, and for how long what they say holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from noroshi.channels.report.facts import Fact
from noroshi.core.errors import InvalidRecord
from noroshi.domains.health.tick_sheets import day_of, ends, latest_day

#: Days of totals that are shown.
_SHOWN = 7


class Sheets(NamedTuple):
    """`shown`: sheets of the newest days. `newest`: the newest day (an ordinal), None without any.
    `wrong`: those whose day is none, or after they were issued; nothing else is told of them."""

    shown: tuple[Fact, ...]
    newest: int | None
    wrong: tuple[Fact, ...]

    @property
    def used(self) -> tuple[Fact, ...]:
        """All that a draft says anything of."""
        return (*self.shown, *self.wrong)

    def silent(self, at: int, lapse: int) -> bool:
        """Whether an alarm would have ended by `at` (µs) for want of a new sheet, so that no alarm
        does not mean that there is nothing."""
        return self.newest is None or ends(self.newest, lapse) <= at


def sheets(facts: Iterable[Fact]) -> Sheets:
    """Sheets put in order."""
    right: list[tuple[int, Fact]] = []
    wrong: list[Fact] = []
    for one in facts:
        try:
            day = day_of(one.version, one.text("date"))
        except InvalidRecord:
            day = latest_day(one.version) + 1
        if day > latest_day(one.version):
            wrong.append(one)
        else:
            right.append((day, one))
    days = sorted({day for day, _ in right})[-_SHOWN:]
    return Sheets(tuple(one for day, one in right if day in days), days[-1] if days else None,
                  tuple(wrong))  # fmt: skip
