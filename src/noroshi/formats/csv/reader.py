"""Tables to editions: find the header, the time and the key, then read row by row."""

from __future__ import annotations

from functools import lru_cache

from noroshi.core.errors import UnreadableMessage
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv import shelters
from noroshi.formats.csv.edition import Manner, Numbered, Table, build
from noroshi.formats.csv.mapping import Columns, choose, columns_of, read_mappings
from noroshi.formats.csv.table import Line, Sheet, read_rows
from noroshi.formats.japanese import find_time, header

_HEADER_LINES = 30
#: What is longer is no title of a column.
_TITLE = 200
_MANNER = Manner("table", "text/csv", headed=True)


def read(data: bytes, hints: Hints) -> Reading:
    """The edition of one table.

    Raises UnreadableMessage where there is no table, no header, no key or no way to tell what
    the table is about; a row that cannot be read is a Finding with its line.
    """
    given: Columns | None = None
    if hints.mapping is None:
        sheet = read_rows(data, hints.limits)
    else:
        given, sheet = _by_mapping(data, hints, read_mappings(hints.mapping))
    at = _header_at(sheet, given)
    table = under_header(sheet, at)
    rows: Numbered = [
        (line, dict(zip(table.titles, cells, strict=True)))
        for line, cells in _rows(len(table.titles), sheet.rows[at + 1 :], sheet.faults)
    ]
    return build(table, rows, given, hints, sheet.faults, _MANNER)


def _by_mapping(data: bytes, hints: Hints, known: list[Columns]) -> tuple[Columns | None, Sheet]:
    """The mapping of a table, and its rows as that says they are written."""
    if len(known) > 1:
        sheet = read_rows(data, hints.limits)
        given = choose(known, [_compared(cells) for _, cells in sheet.rows[:_HEADER_LINES]])
        if given is None or not (given.encoding or given.delimiter):
            return given, sheet
    else:
        [given] = known
    return given, read_rows(data, hints.limits, given.encoding, given.delimiter)


def validate(data: bytes, hints: Hints) -> list[Finding]:
    """What is wrong with a table; nothing if every row can be read."""
    try:
        return read(data, hints).faults
    except UnreadableMessage as error:
        return [Finding("error", error.where, error.what, error.remedy)]


# --- header ------------------------------------------------------------------------------------


def under_header(sheet: Sheet, at: int) -> Table:
    """What the header, row `at` of the sheet, says, and the title lines above it."""
    line, cells = sheet.rows[at]
    titles: dict[str, str] = {}
    times: dict[str, int] = {}
    for position, cell in enumerate(cells, 1):
        written = cell.strip() or f"列{position}"
        dated = find_time(written)
        if dated is not None and dated[0]:
            written = dated[0]
        name = header(written)
        count = 2
        while name in titles:
            name = f"{header(written)}#{count}"
            count += 1
        titles[name] = written if count == 2 else f"{written}#{count - 1}"
        if dated is not None and dated[0]:
            times[name] = dated[1]
    above = [" ".join(filter(None, map(str.strip, one))) for _, one in sheet.rows[:at]]
    return Table(titles, f"line {line}", times=times, above=above)


def _header_at(sheet: Sheet, mapping: Columns | None) -> int:
    head = sheet.rows[:_HEADER_LINES]
    if mapping is not None and mapping.header is not None:
        for at, (line, _) in enumerate(sheet.rows):
            if line == mapping.header:
                return at
        raise UnreadableMessage(
            f"there is no row on line {mapping.header}",
            where="mapping.header",
            remedy="count lines from 1, blank ones too",
        )
    if mapping is not None:
        wanted = {header(name) for name in columns_of(mapping)}
        scores = [len(_compared(cells) & wanted) for _, cells in head]
        if max(scores) == 0:
            raise UnreadableMessage(
                "no line holds a column that the mapping names",
                where=f"lines 1–{head[-1][0]}",
                remedy=f"the mapping names {', '.join(sorted(wanted))}",
            )
        return scores.index(max(scores))
    for at, (_, cells) in enumerate(head):
        if shelters.recognise(_compared(cells)) is not None:
            return at
    filled = [len({cell.strip() for cell in cells} - {""}) for _, cells in head]
    return filled.index(max(filled))


def _compared(cells: list[str]) -> set[str]:
    return {_column(cell) for cell in cells if len(cell) <= _TITLE}


@lru_cache(maxsize=8192)
def _column(cell: str) -> str:
    """A cell as the title of a column is compared. Senders write the same ones every time."""
    return header((find_time(cell) or (cell,))[0])


# --- rows --------------------------------------------------------------------------------------


def _rows(width: int, rows: list[Line], faults: list[Finding]) -> list[Line]:
    """The rows that are as wide as the header; the others are Findings."""
    found: list[Line] = []
    for line, cells in rows:
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            faults.append(
                Finding(
                    "error",
                    f"line {line}",
                    f"the row is left out: {len(cells)} cells under {width} columns",
                    "put a cell that holds the delimiter in quotation marks",
                )
            )
            continue
        if any("�" in cell for cell in cells):
            what = "characters that no encoding fits are shown as �"
            faults.append(Finding("warning", f"line {line}", what, "save the table as UTF-8"))
        # Spreadsheets leave out empty cells at a row's end.
        found.append((line, [*cells[:width], *[""] * (width - len(cells))]))
    return found
