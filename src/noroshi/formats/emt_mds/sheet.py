"""Finding the items of a tick sheet in the rows of a table: across a header, or down the side."""

from __future__ import annotations

import re

import msgspec

from noroshi.core.errors import UnreadableMessage
from noroshi.formats import Limits
from noroshi.formats.csv.table import Line, read_rows
from noroshi.formats.emt_mds.items import Heading, heading_of

#: So many different items make a header, or a column, that of a tick sheet.
_LEAST = 4
_LINES = 40
_WIDEST = 400
#: So many rows may stand between the ages of those in the columns and their ticks.
_BETWEEN = 8
#: Columns, or rows, that say of whom a tick is: what they hold is counted, or passed over.
PERSON = frozenset(("agegroup", "age", "sexcode", "patient"))
_DRAFT = re.compile(r"\s*jpn1\.\d+\s*", re.IGNORECASE)


class Layout(msgspec.Struct):
    """Where the items are: in row `at` as columns, or (`down`) from row `at` on in column
    `column`. `draft`: bare numbers are those of the draft of 2017."""

    at: int
    down: bool = False
    column: int = 0
    draft: bool = False


def find_layout(rows: list[Line]) -> Layout | None:
    """The layout of a tick sheet; None for any other table."""
    head = rows[:_LINES]
    draft = any(_DRAFT.fullmatch(cell) for _, cells in rows[:_LINES] for cell in cells[:_WIDEST])
    best, found = 0, None
    for at, (_, cells) in enumerate(head):
        items, placed = _across([heading_of(cell, draft) for cell in cells[:_WIDEST]])
        if items > best and placed:
            best, found = items, Layout(at, draft=draft)
    for column in (0, 1):
        named = [
            (at, heading_of(cells[column], draft))
            for at, (_, cells) in enumerate(head) if len(cells) > column + 1
        ]  # fmt: skip
        lines = [at for at, one in named if one.field]
        if len({one.field for _, one in named if one.field}) > max(best, _LEAST):
            first, besides = lines[0], dict(named)
            # Age and sex of those in the columns, above their ticks; what else is said of them may
            # stand between.
            while first and (one := besides.get(first - 1)) and one.meta in PERSON:
                first -= 1
            told = [at for at in range(max(0, first - _BETWEEN), first)
                    if are_persons(rows[at][1], column, draft)]  # fmt: skip
            first = min(told, default=first)
            best, found = len(lines), Layout(first, True, column, draft)
    return found


def are_persons(cells: list[str], column: int, draft: bool) -> bool:
    """True if a row says of the columns beside `column` that each is a person: by age or sex, or by
    two names. One name alone may be the writer's."""
    if len(cells) <= column or (meta := heading_of(cells[column], draft).meta) not in PERSON:
        return False
    return sum(map(bool, map(str.strip, cells[column + 1 :]))) > (meta == "patient")


def _across(headings: list[Heading]) -> tuple[int, bool]:
    """How many different symptoms, ages and outcomes a row names as columns, and whether that makes
    it the header of a tick sheet: four, beside a day, place or person; or two, beside the persons
    seen, a day and a place."""
    fields = {one.field for one in headings if one.field}
    items = len(fields - {"seen", "headcount"})
    besides = {one.meta for one in headings if one.meta}
    placed = bool(besides & {"date", "team", "name", "code", *PERSON})
    told = "seen" in fields and "date" in besides and bool(besides & {"name", "code"})
    return items, (placed and items >= _LEAST) or (told and items >= 2)


def looks_like_sheet(head: bytes, cut: bool) -> bool:
    """True if the first lines of a table are those of a tick sheet."""
    if cut:
        # Cut at a line's end: a cut inside a character would look like a wrong encoding.
        head = head[: head.rfind(b"\n") + 1] or head
    if len(head) % 2 and head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head[:-1]
    try:
        return find_layout(read_rows(head, Limits()).rows) is not None
    except UnreadableMessage:
        return False
