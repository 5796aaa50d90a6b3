"""Bytes to rows of cells: encoding, delimiter, quotation marks, line numbers (RFC 4180)."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter

import msgspec

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Finding, Limits
from noroshi.formats.japanese import decode

DELIMITERS = (",", "\t", ";")
_HEAD_BYTES = 8192
_HEAD_LINES = 60
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
#: After so many rows with broken quotation marks the table is not a table.
_MOST_BROKEN = 100

Line = tuple[int, list[str]]
"""The number of the line that a row begins on, from 1, and the row's cells."""


class Sheet(msgspec.Struct):
    """The rows of a table that hold anything, and how they were read."""

    rows: list[Line]
    encoding: str
    delimiter: str
    faults: list[Finding]


def looks_like_table(data: bytes) -> bool:
    """True if the first lines of `data` are text and most have one width of two or more."""
    head = data[:_HEAD_BYTES]
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if len(data) > len(head) and not wide:
        # Cut at a line's end: a cut inside a character would look like a wrong encoding.
        head = head[: head.rfind(b"\n") + 1]
    try:
        text, _ = decode(head[: len(head) // 2 * 2] if wide else head)
    except UnreadableMessage:
        return False
    if wide and len(data) > _HEAD_BYTES:
        text = text[: text.rfind("\n") + 1]
    if _CONTROL.search(text):
        return False
    delimiter, agreeing, _ = _best_delimiter(text)
    if not agreeing:
        return False
    widths = _widths(text, delimiter)
    below = widths[widths.index(max(widths)) :]
    # Under the header, the widest row, hardly a line is without columns. Lines of prose or of a
    # program that hold one comma are not a table.
    several = sum(1 for width in below if width > 1)
    return 10 * several >= 8 * len(below) and 2 * agreeing >= len(below)


def read_rows(data: bytes, limits: Limits, encoding: str = "", delimiter: str = "") -> Sheet:
    """The rows of a table. `encoding` and `delimiter`, where given, are not guessed.

    A row whose quotation marks do not close becomes a Finding, and reading goes on at the next
    line. Raises UnreadableMessage where the bytes are no text or hold no rows, LimitExceeded
    beyond `limits.records` rows.
    """
    text, encoding = decode(data, encoding)
    if "\0" in text:
        raise UnreadableMessage(
            "the text holds NUL characters",
            where=f"character {text.index(chr(0)) + 1}",
            remedy="save the table as CSV in UTF-8; a spreadsheet file itself is not a table",
        )
    lines = list(io.StringIO(text, newline=""))
    first = 0
    announced = re.fullmatch(r"sep=([,;\t])\s*", lines[0]) if lines else None
    if announced:
        delimiter, first = delimiter or announced[1], 1
    if not delimiter:
        delimiter = _best_delimiter(text)[0]
    faults: list[Finding] = []
    rows = _split(lines, first, delimiter, limits, faults)
    if not rows:
        raise UnreadableMessage("the table holds no rows", remedy="at least a header is needed")
    return Sheet(rows, encoding, delimiter, faults)


def _split(
    lines: list[str], first: int, delimiter: str, limits: Limits, faults: list[Finding]
) -> list[Line]:
    rows: list[Line] = []
    broken = 0
    while first < len(lines):
        begins = first
        reader = csv.reader(lines[first:], delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                line, begins = begins + 1, first + reader.line_num
                if any(cell and not cell.isspace() for cell in cells):
                    rows.append((line, cells))
                    if len(rows) > limits.records:
                        raise LimitExceeded(
                            f"more than {limits.records} rows",
                            where=f"line {line}",
                            remedy="raise `records` in the settings if you trust the sender",
                        )
            return rows
        except csv.Error as error:
            broken += 1
            if broken > _MOST_BROKEN:
                raise UnreadableMessage(
                    f"more than {_MOST_BROKEN} rows have broken quotation marks",
                    where=f"line {begins + 1}",
                    remedy="write a quotation mark inside a cell twice (RFC 4180)",
                ) from None
            faults.append(
                Finding(
                    "error",
                    f"line {begins + 1}",
                    f"the row is left out: {error}",
                    "close the quotation marks; write one inside a cell twice (RFC 4180)",
                )
            )
            first = begins + 1
    return rows


def _best_delimiter(text: str) -> tuple[str, int, int]:
    """The delimiter under which most of the first rows have one width, how many, and of how
    many rows. The comma where no delimiter makes columns."""
    best, best_score = (",", 0, 0), (0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter)
        common = [(count, width) for width, count in Counter(widths).items() if width > 1]
        if not common:
            continue
        count, width = max(common)
        # Wide and regular beats narrow and regular: an address may hold one comma a line.
        score = (count * width, -DELIMITERS.index(delimiter))
        if score > best_score:
            best, best_score = (delimiter, count, len(widths)), score
    return best


def _widths(text: str, delimiter: str) -> list[int]:
    """How many cells each of the first rows has; none where the quotation marks are broken."""
    head = itertools.islice(io.StringIO(text[: 4 * _HEAD_BYTES], newline=""), _HEAD_LINES)
    try:
        rows = csv.reader(head, delimiter=delimiter)
        return [len(cells) for cells in rows if any(cell.strip() for cell in cells)]
    except csv.Error:
        return []
