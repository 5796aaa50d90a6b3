"""Words and tables that the parts of a digest share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from noroshi.channels.digest.week import PRODUCTS, Disease, Said, Week
from noroshi.core.time import JST, show
from noroshi.kinds.diseases import named

#: How many lines a part has at most; how many more there are is said.
MOST = 12


class Part(msgspec.Struct, frozen=True):
    """A part of the page: a table, and what is to be said of it."""

    title: str
    columns: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    remarks: list[str] = []


#: Where there is nothing to tell there is no record: another product of the week tells that it was
#: computed.
_TOLD_BY = {"health.alarm": "health.detection", "health.cluster": "health.detection"}


class Words:
    """A week, and how to speak of it: Japanese if `ja`, else English."""

    def __init__(self, week: Week, ja: bool) -> None:
        self.week, self.ja = week, ja

    def say(self, ja: str, en: str) -> str:
        return ja if self.ja else en

    def part(
        self,
        kind: str,
        title: str,
        found: Sequence[Said],
        rows: Sequence[tuple[str, ...]],
        columns: tuple[str, ...],
        none: str,
    ) -> Part:
        """A part of what a product says; where it says nothing of the week, that is said."""
        if rows:
            return Part(title, columns, rows, self.more(len(found), rows))
        if not self.week.products[_TOLD_BY.get(kind, kind)]:
            none = self.say(
                f"記録がない（{PRODUCTS[kind]}はこの週について算出されていない）。",
                f"No records: {PRODUCTS[kind]} was not computed for this week.",
            )
        return Part(title, remarks=[none])

    def more(self, count: int, rows: Sequence[object]) -> list[str]:
        left = count - len(rows)
        return [self.say(f"ほか{left}件。", f"And {left} more.")] if left > 0 else []

    def name(self, one: Disease) -> str:
        return self.say(one.ja, one.en)

    def disease(self, body: Mapping[str, Any]) -> str:
        known, ja = named(str(body.get("disease"))), str(body.get("name", ""))
        return self.say(ja, ja if known is None else known.en)


def place_in(levels: Sequence[float], wanted: float) -> int | None:
    return next((at for at, level in enumerate(levels) if abs(level - wanted) < 1e-6), None)


def short(value: object) -> str:
    """A number as people write it; － for none."""
    if not isinstance(value, int | float):
        return "－"
    return (
        str(value)
        if isinstance(value, int)
        else f"{value:.3g}"
        if abs(value) < 1000
        else f"{value:.0f}"
    )


def between(value: object, lower: object, upper: object) -> str:
    return f"{short(value)} ({short(lower)}–{short(upper)})"


def moment(time: int) -> str:
    return (show(time, JST) or "")[:16].replace("T", " ")
