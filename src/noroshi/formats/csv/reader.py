"""Tables to editions: find the header, the time and the key, then read row by row."""

from __future__ import annotations

import re

import msgspec

from noroshi.core import place
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import JST, show
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv import shelters
from noroshi.formats.csv.mapping import Columns, Field, Names, Scalar, names, read_mapping, text
from noroshi.formats.csv.rows import Collection, Plan
from noroshi.formats.csv.table import Line, Sheet, read_rows
from noroshi.formats.japanese import find_time, half_width, header

_HEADER_LINES = 30
MODES = {"actual": Mode.ACTUAL, "exercise": Mode.EXERCISE, "test": Mode.TEST}
_EXERCISE = re.compile(r"訓練(?!では(?:な|あり))")
_REPORT_KEYS = [
    "ID",
    "識別ID",
    "管理番号",
    "受付番号",
    "整理番号",
    "コード",
    "code",
    "番号",
    "NO",
    "No.",
]
_REPORT_TITLES = ["件名", "タイトル", "情報名", "名称", "施設名", "title", "name", "種別", "内容"]
_TIMES = ["時点", "日時", "発生日時", "更新日時", "timestamp", "time", "datetime"]
LONGITUDE: list[str] = ["経度", "longitude", "lon", "lng"]
LATITUDE: list[str] = ["緯度", "latitude", "lat"]


class Table(msgspec.Struct):
    """A sheet under its header. `titles` are the columns as compared and as written, in order;
    `times` those that columns name (人数_令和6年1月9日午後6時時点); `above` the lines before it."""

    titles: dict[str, str]
    line: int
    rows: list[Line]
    times: dict[str, int]
    above: list[str]


def read(data: bytes, hints: Hints) -> Reading:
    """The edition of one table.

    Raises UnreadableMessage where there is no table, no header, no key or no way to tell what
    the table is about; a row that cannot be read is a Finding with its line.
    """
    given = read_mapping(hints.mapping) if hints.mapping is not None else None
    encoding, delimiter = (given.encoding, given.delimiter) if given else ("", "")
    sheet = read_rows(data, hints.limits, encoding, delimiter)
    table = under_header(sheet, given)
    known = shelters.recognise(table.titles) if given is None else None
    mapping = given or known or _report(table)
    faults = sheet.faults
    rows: list[tuple[int, dict[str, Scalar]]] = [
        (line, dict(zip(table.titles, cells, strict=True))) for line, cells in _rows(table, faults)
    ]
    plan = Plan(
        mapping,
        table.titles,
        refine=shelters.refine if known else None,
        municipality=hints.municipality,
        longest_code=_longest_code(mapping, [row for _, row in rows]),
    )
    _check(plan, table)
    rows = [(line, row) for line, row in rows if not _left_out(plan, line, row, faults)]
    time, own = _times(plan, table, rows, faults)
    collection = Collection(faults)
    for line, row in rows:
        if line in own:
            # Said here, not as valid time: the table as a whole holds from its own time on.
            row = {**row, **{name: show(own[line], JST) for name in plan.time[:1]}}
        record = _record(plan, row, f"line {line}", faults, line in own)
        if record is not None:
            collection.add(record, f"line {line}")
    issued = hints.received if time is None else time
    title = next(iter(table.above), "")
    if known:
        series = shelters.series(table.titles, [row for _, row in rows], hints.source)
    else:
        series = mapping.series or series_of("table", hints, (find_time(title) or (title,))[0])
    if mapping.mode:
        mode = MODES[mapping.mode]
    else:
        mode = Mode.EXERCISE if any(map(_EXERCISE.search, table.above)) else Mode.ACTUAL
    edition = Edition(
        series, issued, collection.records, mode=mode, effective=issued, whole=mapping.whole
    )
    return Reading([edition], faults, media_type="text/csv")


def validate(data: bytes, hints: Hints) -> list[Finding]:
    """What is wrong with a table; nothing if every row can be read."""
    try:
        return read(data, hints).faults
    except UnreadableMessage as error:
        return [Finding("error", error.where, error.what, error.remedy)]


def series_of(form: str, hints: Hints, title: str) -> str:
    """The series of a message that does not name its own: whose, and its title or file name."""
    return "/".join(filter(None, (form, hints.source, title or hints.name or "unnamed")))


def is_exercise(title: str) -> bool:
    """True for a title that says 訓練, and does not deny it."""
    return _EXERCISE.search(title) is not None


# --- header ------------------------------------------------------------------------------------


def under_header(sheet: Sheet, mapping: Columns | None) -> Table:
    """The sheet's rows under its header, which may stand below title lines."""
    at = _header_at(sheet, mapping)
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
    return Table(titles, line, sheet.rows[at + 1 :], times, above)


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
        wanted = {header(name) for name in _columns_of(mapping)}
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
    return {header((find_time(cell) or (cell,))[0]) for cell in cells}


def _columns_of(mapping: Columns) -> list[str]:
    found = [*names(mapping.key), *names(mapping.time), *names(mapping.area), *mapping.skip]
    found += [*names(mapping.longitude), *names(mapping.latitude), *names(mapping.valid_to)]
    for source in mapping.fields.values():
        if isinstance(source, Field):
            found += [*names(source.column), *source.join, *source.flags]
        else:
            found += names(source)
    return found


def _report(table: Table) -> Columns:
    """The mapping of a table that is not known: whatever has a key and a position is a report."""
    present = table.titles
    key = next((name for name in _REPORT_KEYS if header(name) in present), "")
    placed = all(any(header(one) in present for one in some) for some in (LONGITUDE, LATITUDE))
    if not key or not placed:
        raise UnreadableMessage(
            "what the table is about cannot be told from its header",
            where=f"line {table.line}: {', '.join(list(present.values())[:12])}",
            remedy="give a mapping file (docs/mapping.md), or add columns ID, 緯度 and 経度",
        )
    title: Names = [name for name in _REPORT_TITLES if header(name) in present][:1]
    return Columns(
        kind="disaster.report",
        key=key,
        time=next((name for name in _TIMES if header(name) in present), ""),
        longitude=LONGITUDE,
        latitude=LATITUDE,
        fields={
            "title": Field(column=title, value=next(iter(table.above), "") or "報告"),
            "layer": Field(value=next(iter(table.above), None)),
        },
    )


def _check(plan: Plan, table: Table) -> None:
    missing = plan.missing()
    if missing or not plan.key:
        what = f"the table has no column {', '.join(missing)}" if missing else "no key is named"
        raise UnreadableMessage(
            what,
            where=f"line {table.line}" if missing else "mapping.key",
            remedy=f"its columns are {', '.join(table.titles.values())}",
        )
    times = {table.times[name] for name in plan.states if name in table.times}
    if len(times) > 1 and not plan.time:
        raise UnreadableMessage(
            "the columns are of several times",
            where=f"line {table.line}",
            remedy="send one table for each time, or name the column with the time in a mapping",
        )


# --- rows --------------------------------------------------------------------------------------


def _rows(table: Table, faults: list[Finding]) -> list[Line]:
    """The rows that are as wide as the header; the others are Findings."""
    width = len(table.titles)
    found: list[Line] = []
    for line, cells in table.rows:
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


def _left_out(plan: Plan, line: int, row: dict[str, Scalar], faults: list[Finding]) -> bool:
    """True for rows that are not statements: totals, notes, the header again."""
    filled = [cell for cell in map(text, row.values()) if cell]
    if plan.skips(row):
        what = f"left out as a total: {filled[0] if filled else ''}"
    elif len(filled) == 1 and len(row) > 2:
        what = f"left out as a note: {filled[0][:60]}"
    elif filled == list(plan.titles.values()):
        what = "left out: the header again"
    else:
        return False
    faults.append(Finding("warning", f"line {line}", what))
    return True


def _longest_code(mapping: Columns, rows: list[dict[str, Scalar]]) -> int:
    columns = [header(name) for name in names(mapping.area)]
    written = (half_width(text(row.get(name))).strip() for row in rows for name in columns)
    return max((len(code) for code in written if code.isdigit()), default=0)


def _times(
    plan: Plan, table: Table, rows: list[tuple[int, dict[str, Scalar]]], faults: list[Finding]
) -> tuple[int | None, dict[int, int]]:
    """As of when the table is, and the rows that are of an earlier time, by line.

    The time column says it (the latest, where rows differ), else the header, else the lines above.
    """
    written: dict[int, int] = {}
    for line, row in rows:
        try:
            time = plan.times(row)
        except ValueError as error:
            where = f"line {line}, {', '.join(names(plan.mapping.time))}"
            remedy = "2024-01-09T18:00:00+09:00, 2024/1/9 18:00 or 令和6年1月9日午後6時"
            faults.append(Finding("warning", where, str(error), remedy))
            continue
        if time is not None:
            written[line] = time
    if written:
        latest = max(written.values())
        return latest, {line: time for line, time in written.items() if time != latest}
    named = [table.times[name] for name in plan.states if name in table.times]
    if named:
        return max(named), {}
    above = {found[1] for found in map(find_time, table.above) if found is not None}
    return (above.pop() if len(above) == 1 else None), {}


def _record(
    plan: Plan, row: dict[str, Scalar], where: str, faults: list[Finding], dated: bool
) -> Record | None:
    key = plan.identity(row)
    if not key:
        faults.append(
            Finding(
                "error",
                where,
                f"the row is left out: its key ({', '.join(names(plan.mapping.key))}) is "
                "missing or damaged",
                "every row needs a key that stays the same from table to table",
            )
        )
        return None
    body = plan.body_of(row, where, faults, plan.time[:1] if dated else ())
    if body is None:
        return None
    at = plan.point(row, where, faults)
    return Record(
        plan.mapping.kind,
        key,
        body,
        geometry=None if at is None else place.point(*at),
        area=plan.area_of(row, at, where, faults),
        valid_to=plan.end_of(row, where, faults),
    )
