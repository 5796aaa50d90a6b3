"""What a benchmark says: a figure, its bar, and what it was measured against."""

from __future__ import annotations

from typing import NamedTuple


class Result(NamedTuple):
    """One line of the table. `met` is None where there is no bar, only information."""

    what: str
    figure: str
    bar: str = ""
    met: bool | None = None
    note: str = ""


def table(results: list[Result]) -> str:
    """The results as aligned text."""
    marks = {True: "met", False: "MISSED", None: ""}
    rows = [("what", "figure", "bar", "", "measured")]
    rows += [(one.what, one.figure, one.bar, marks[one.met], one.note) for one in results]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        lines.append("  ".join([*cells, row[4]]).rstrip())
    return "\n".join(lines)


def skipped(what: str, why: str) -> list[Result]:
    """A benchmark that cannot run here."""
    return [Result(what, "skipped", note=why)]
