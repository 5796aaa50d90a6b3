"""A situation report as data: sections with figures and tables, which every form writes alike.

A cell or figure of None was not reported and is written －; it is never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import JST, to_datetime

Number = int | float
Cell = str | int | float | None

#: What was not reported.
NOTHING = "－"
#: Marks of what is not real; on every page, sheet and slide.
MARKS = {Mode.ACTUAL: "", Mode.EXERCISE: "訓練 EXERCISE", Mode.TEST: "試験 TEST"}


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number. `code` is the same in every report. `oldest` and `newest` are as of when what it
    rests on was said (µs), `sources` by whom; `before` is what the report before said, where there
    is one that said anything (`compared`)."""

    code: str
    name: str
    en: str
    unit: str
    value: Number | None
    oldest: int | None = None
    newest: int | None = None
    sources: tuple[str, ...] = ()
    remark: str = ""
    before: Number | None = None
    compared: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows under headings. `wide` are relative widths of the columns; columns of numbers are set
    to the right. `total` is a last row that sums up; `left_out` counts rows that are not shown."""

    title: str
    en: str
    columns: tuple[str, ...]
    rows: list[list[Cell]]
    wide: tuple[int, ...] = ()
    total: list[Cell] | None = None
    left_out: int = 0
    oldest: int | None = None
    newest: int | None = None
    sources: tuple[str, ...] = ()
    remark: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One essential element of information."""

    code: str
    title: str
    en: str
    figures: list[Figure]
    tables: list[Table] = []
    remarks: list[str] = []


class Map(msgspec.Struct, frozen=True):
    """A drawing of `width` by `height` points."""

    title: str
    en: str
    svg: str
    width: int
    height: int
    remark: str = ""


class SourceLine(msgspec.Struct, frozen=True):
    """A source of the report: how many records of which kinds, and as of when they are (µs)."""

    name: str
    kinds: tuple[str, ...]
    records: int
    oldest: int
    newest: int
    state: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One report. `number` 0 is a draft, which has none. Times are microseconds UTC."""

    number: int
    event: str
    mode: Mode
    at: int
    as_of: int
    area: str = ""
    audience: str = ""
    issuer: str = ""
    sections: list[Section] = []
    maps: list[Map] = []
    sources: list[SourceLine] = []
    previous: int | None = None
    previous_at: int | None = None
    remarks: list[str] = []

    @property
    def mark(self) -> str:
        """What says that it is not real; empty for what is."""
        return MARKS[self.mode]

    @property
    def title(self) -> str:
        """Its title with the number: 状況報告書 第３報."""
        return "状況報告書 " + (f"第{self.number}報" if self.number else "（案）")

    @property
    def title_en(self) -> str:
        """Its English title."""
        return f"Situation report No. {self.number}" if self.number else "Situation report (draft)"


def day_time(time: int | None) -> str:
    """11/27 14:37, in Japan's time; － for none."""
    if time is None:
        return NOTHING
    moment = to_datetime(time, JST)
    return f"{moment.month}/{moment.day} {moment:%H:%M}"


def full_time(time: int) -> str:
    """2026年11月27日 14:37, in Japan's time."""
    moment = to_datetime(time, JST)
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


def span(oldest: int | None, newest: int | None) -> str:
    """From when to when what is told was said."""
    if oldest is None or newest is None:
        return NOTHING
    start, end = to_datetime(oldest, JST), to_datetime(newest, JST)
    first, last = f"{start.month}/{start.day} {start:%H:%M}", f"{end.month}/{end.day} {end:%H:%M}"
    if first == last:
        return last
    return f"{first}～{end:%H:%M}" if start.date() == end.date() else f"{first}～{last}"


def text_of(cell: Cell) -> str:
    """A cell as it is read: thousands with commas, － for what was not reported."""
    if cell is None or cell == "":
        return NOTHING
    if isinstance(cell, bool):
        return "有" if cell else "無"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell == int(cell) and abs(cell) >= 100 else f"{cell:,.10g}"
    return cell


def change_of(figure: Figure) -> str:
    """The difference from the report before: ＋3, ▲2, ±0; 新規 where it said nothing, － where
    there is nothing to compare."""
    if not figure.compared:
        return NOTHING
    if figure.value is None:
        return NOTHING if figure.before is None else "報告なしに"
    if figure.before is None:
        return "新規"
    by = round(figure.value - figure.before, 4)
    if by == 0:
        return "±0"
    return f"＋{text_of(by)}" if by > 0 else f"▲{text_of(-by)}"


def named(sources: Sequence[str], most: int = 3) -> str:
    """Sources in a line."""
    if not sources:
        return NOTHING
    shown = "、".join(sources[:most])
    return f"{shown} ほか{len(sources) - most}" if len(sources) > most else shown


def is_number(column: int, rows: Iterable[Sequence[Cell]]) -> bool:
    """True for a column of numbers."""
    cells = [row[column] for row in rows if column < len(row) and row[column] not in (None, "")]
    return bool(cells) and all(isinstance(one, int | float) for one in cells)
