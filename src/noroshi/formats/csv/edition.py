"""A table's rows to its edition: what it is about, as of when, and each row's record.

The same for every form in which rows come: text under a header, JSON objects.
"""

from __future__ import annotations

import re

import msgspec

from noroshi.core import place
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import JST, show
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv import shelters
from noroshi.formats.csv.mapping import Columns, Field, Names, names, text
from noroshi.formats.csv.rows import Collection, Plan, code_digits
from noroshi.formats.japanese import find_time, header
from noroshi.kinds import Scalar

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

Numbered = list[tuple[int, dict[str, Scalar]]]
"""Rows by the number of their line or position."""


class Table(msgspec.Struct):
    """What is known of a table beside its rows. `titles` are the columns as compared and as
    written, in order; `where` says where they stand; a finding calls a row by its
    number between `before` and `after`;
    `times` are those that columns name (人数_令和6年1月9日午後6時時点); `above` is what stands
    before the rows, `issued` the time that is said there."""

    titles: dict[str, str]
    where: str
    before: str = "line "
    after: str = ""
    times: dict[str, int] = {}
    above: list[str] = []
    issued: int | None = None

    def place(self, number: int) -> str:
        """What a finding calls a row."""
        return f"{self.before}{number}{self.after}"


class Manner(msgspec.Struct, frozen=True):
    """How a form of table differs: what its series begin with, its media type, whether it has a
    header of its own, and what is known already of mode and completeness."""

    form: str
    media_type: str
    headed: bool = False
    exercise: bool = False
    whole: bool = True


def build(
    table: Table,
    rows: Numbered,
    given: Columns | None,
    hints: Hints,
    faults: list[Finding],
    manner: Manner,
) -> Reading:
    """The edition of a table by the sender's mapping, or by its columns where they are known.

    Raises UnreadableMessage where there is no key or no way to tell what the table is about; a
    row that cannot be read is a Finding with its place.
    """
    known = shelters.recognise(table.titles) if given is None else None
    if given is None and known is None and hints.mapping is not None:
        raise UnreadableMessage(
            "none of the sender's mappings fits: each lacks a column of its key",
            where=f"{table.where}: {', '.join(list(table.titles.values())[:12])}",
            remedy="add a mapping for this table, or correct the key of one (docs/mapping.md)",
        )
    mapping = given or known or _report(table)
    coded = [header(name) for name in names(mapping.area)]
    plan = Plan(
        mapping,
        table.titles,
        refine=shelters.refine if known else None,
        municipality=hints.municipality,
        digits=code_digits(text(row.get(name)) for _, row in rows for name in coded),
    )
    _check(plan, table, manner.headed or bool(rows))
    rows = [
        (at, row) for at, row in rows if not _left_out(plan, table, at, row, faults, manner.headed)
    ]
    time, own = _times(plan, table, rows, faults)
    collection = Collection(faults)
    for at, row in rows:
        if at in own:
            # Said here, not as valid time: the table as a whole holds from its own time on.
            row = {**row, **{name: show(own[at], JST) for name in plan.time[:1]}}
        where = table.place(at)
        record = _record(plan, row, where, faults, at in own)
        if record is not None:
            collection.add(record, where)
    issued = hints.received if time is None else time
    title = next(iter(table.above), "")
    if known:
        series = shelters.series(table.titles, [row for _, row in rows], hints.source)
    else:
        series = mapping.series or series_of(manner.form, hints, (find_time(title) or (title,))[0])
    if mapping.mode:
        mode = MODES[mapping.mode]
    else:
        exercise = manner.exercise or any(map(is_exercise, table.above))
        mode = Mode.EXERCISE if exercise else Mode.ACTUAL
    whole = mapping.whole and manner.whole
    edition = Edition(series, issued, collection.records, mode=mode, effective=issued, whole=whole)
    return Reading([edition], faults, media_type=manner.media_type)


def series_of(form: str, hints: Hints, title: str) -> str:
    """The series of a message that does not name its own: whose, and its title or file name."""
    return "/".join(filter(None, (form, hints.source, title or hints.name or "unnamed")))


def is_exercise(title: str) -> bool:
    """True for a title that says 訓練, and does not deny it."""
    return _EXERCISE.search(title) is not None


def _report(table: Table) -> Columns:
    """The mapping of a table that is not known: whatever has a key and a position is a report."""
    present = table.titles
    key = next((name for name in _REPORT_KEYS if header(name) in present), "")
    placed = all(any(header(one) in present for one in some) for some in (LONGITUDE, LATITUDE))
    if not key or not placed:
        raise UnreadableMessage(
            "what the table is about cannot be told from its header",
            where=f"{table.where}: {', '.join(list(present.values())[:12])}",
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


def _check(plan: Plan, table: Table, told: bool) -> None:
    missing = plan.missing() if told else []
    if missing or not plan.key:
        what = f"the table has no column {', '.join(missing)}" if missing else "no key is named"
        raise UnreadableMessage(
            what,
            where=table.where if missing else "mapping.key",
            remedy=f"its columns are {', '.join(table.titles.values())}",
        )
    times = {table.times[name] for name in plan.states if name in table.times}
    if len(times) > 1 and not plan.time:
        raise UnreadableMessage(
            "the columns are of several times",
            where=table.where,
            remedy="send one table for each time, or name the column with the time in a mapping",
        )


def _left_out(
    plan: Plan, table: Table, at: int, row: dict[str, Scalar], faults: list[Finding], notes: bool
) -> bool:
    """True for rows that are not statements: totals, notes, the header again."""
    filled = [cell for cell in map(text, row.values()) if cell]
    if plan.skips(row):
        what = f"left out as a total: {filled[0] if filled else ''}"
    elif notes and len(filled) == 1 and len(row) > 2:
        what = f"left out as a note: {filled[0][:60]}"
    elif filled == list(plan.titles.values()):
        what = "left out: the header again"
    else:
        return False
    faults.append(Finding("warning", table.place(at), what))
    return True


def _times(
    plan: Plan, table: Table, rows: Numbered, faults: list[Finding]
) -> tuple[int | None, dict[int, int]]:
    """As of when the table is, and the rows that are of an earlier time, by line.

    The time column says it (the latest, where rows differ), else the header, else the lines above.
    """
    written: dict[int, int] = {}
    for line, row in rows:
        try:
            time = plan.times(row)
        except ValueError as error:
            where = f"{table.place(line)}, {', '.join(names(plan.mapping.time))}"
            remedy = "2024-01-09T18:00:00+09:00, 2024/1/9 18:00 or 令和6年1月9日午後6時"
            faults.append(Finding("warning", where, str(error), remedy))
            continue
        if time is not None:
            written[line] = time
    if written:
        latest = max(written.values())
        return latest, {line: time for line, time in written.items() if time != latest}
    if table.issued is not None:
        return table.issued, {}
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
