"""Rows as JSON to editions: by the same mapping files, and the same rules, as tables."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from noroshi.core.errors import UnreadableMessage
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv.edition import Manner, Numbered, Table, build, is_exercise
from noroshi.formats.csv.mapping import (
    Columns,
    choose,
    columns_of,
    marked,
    moment,
    names,
    read_mappings,
    text,
)
from noroshi.formats.geojson.document import check_count
from noroshi.formats.japanese import find_time, header
from noroshi.formats.json_rows.document import Document, Opened, flatten, locate, open_document
from noroshi.kinds import Scalar

_TITLES = {"件名", "タイトル", "表題", "標題", "名称", "題名", "資料名", "title", "subject", "name"}
_TIMES = [
    *("時点", "発表日時", "発表時刻", "観測日時", "観測時刻", "作成日時", "更新日時", "送信日時"),
    *("日時", "時刻", "issued", "timestamp", "time", "datetime", "updated", "generated", "sent"),
]
_EXERCISE_NAMES = {"訓練", "訓練フラグ", "exercise", "is_exercise", "drill"}
_SAMPLED = 50  # rows whose columns tell what a document is about
#: A text that begins by saying so, whatever member it stands in: 【訓練】…
_BEGINS = re.compile(r"\s*[\[［【(（<＜〔]*\s*訓練")


def read(data: bytes, hints: Hints) -> Reading:
    """The edition of one document.

    Raises UnreadableMessage where there are no rows, no key or no way to tell what they are
    about; a row that cannot be read is a Finding with its position.
    """
    opened = open_document(data, hints.limits)
    given, document = _choose(opened, hints)
    check_count(len(document.rows), hints.limits.records)
    faults: list[Finding] = []
    if opened.halves:
        _leave_out_halves(document, faults)
    wanted = frozenset(map(header, columns_of(given))) if given else frozenset()
    titles: dict[str, str] = {}
    where = document.path or ("document" if document.single else "rows")
    table = Table(titles, where, f"{document.path}[", "]", above=_titles(document))
    rows: Numbered = []
    for at, one in enumerate(document.rows):
        row = _row(one, table.place(at), hints, wanted, titles, faults, opened.halves)
        if row is not None:
            rows.append((at, row))
    beside = {header(path): (path, value) for path, value in document.beside.items()}
    # What is said once for all rows: the operator, the time of observation.
    common: dict[str, Scalar] = {}
    for name in wanted - titles.keys():
        if name in beside and beside[name][1] not in (None, ""):
            titles[name], common[name] = beside[name]
    if common:
        rows = [(at, {**row, **common}) for at, row in rows]
    table.issued = _issued(document, given)
    manner = Manner(
        "json",
        "application/json",
        exercise=_is_exercise(document, rows),
        whole=not document.single,
    )
    return build(table, rows, given, hints, faults, manner)


def _choose(opened: Opened, hints: Hints) -> tuple[Columns | None, Document]:
    """The mapping of a document, and where its rows are."""
    known = [] if hints.mapping is None else read_mappings(hints.mapping)
    if len(known) > 1:
        # Which mapping it is, the columns say; where they are, the mapping may have to say.
        places = dict.fromkeys((*(one.rows for one in known if one.rows), ""))
        for member in places:
            try:
                document = locate(opened, member)
            except UnreadableMessage:
                continue
            fitting = [one for one in known if one.rows in ("", member)]
            given = choose(fitting, [_head(document, hints)]) if fitting else None
            if given is not None:
                return given, document
        return None, locate(opened)
    given = known[0] if known else None
    return given, locate(opened, given.rows if given else "")


def _head(document: Document, hints: Hints) -> set[str]:
    """The columns of the first rows, and those that stand beside them."""
    found = set(map(header, document.beside))
    for one in document.rows[:_SAMPLED]:
        if isinstance(one, dict):
            with contextlib.suppress(ValueError):
                found.update(map(header, flatten(one, hints.limits.depth, frozenset())))
    return found


def _row(
    one: Any,
    where: str,
    hints: Hints,
    wanted: frozenset[str],
    titles: dict[str, str],
    faults: list[Finding],
    halves: bool,
) -> dict[str, Scalar] | None:
    """The cells of a row by the columns' names as compared, which are added to `titles`."""
    if not isinstance(one, dict):
        remedy = "every row is an object: {…}"
        faults.append(Finding("error", where, "the row is left out: no object", remedy))
        return None
    try:
        cells = flatten(one, hints.limits.depth, wanted)
        if halves:
            _check_whole(cells)
    except (ValueError, UnicodeEncodeError) as error:
        faults.append(Finding("error", where, f"the row is left out: {error}"))
        return None
    row: dict[str, Scalar] = {}
    for path, value in cells.items():
        name = header(path)
        titles.setdefault(name, path)
        row[name] = value
    return row


def _check_whole(cells: dict[str, Scalar]) -> None:
    """Raises UnicodeEncodeError where a name or a text holds half of a surrogate pair."""
    json.dumps(cells, ensure_ascii=False).encode()


def _leave_out_halves(document: Document, faults: list[Finding]) -> None:
    """What stands beside the rows, without texts that cannot be kept."""
    for path, value in list(document.beside.items()):
        try:
            _check_whole({path: value})
        except UnicodeEncodeError as error:
            del document.beside[path]
            faults.append(Finding("warning", ascii(path), f"the member is left out: {error}"))


def _titles(document: Document) -> list[str]:
    named = {path.rpartition(".")[2].lower(): value for path, value in document.beside.items()}
    return [value for name, value in named.items() if name in _TITLES and isinstance(value, str)]


def _is_exercise(document: Document, rows: Numbered) -> bool:
    """True where the document, or every row of it, says that it is an exercise."""
    for path, value in document.beside.items():
        if isinstance(value, str) and _BEGINS.match(value) and is_exercise(value):
            return True
        if _says(path.rpartition(".")[2], value):
            return True
    flags = {name for _, row in rows for name in row if name in _EXERCISE_NAMES}
    return any(all(_says(name, row.get(name)) for _, row in rows) for name in flags)


def _says(name: str, value: Scalar) -> bool:
    try:
        return header(name) in _EXERCISE_NAMES and marked(value)
    except ValueError:
        return False


def _issued(document: Document, given: Columns | None) -> int | None:
    """The time that stands beside the rows: where the mapping says, else under a known name."""
    if given is not None and given.time:
        beside = {header(path): text(value) for path, value in document.beside.items()}
        written = " ".join(filter(None, (beside.get(header(one)) for one in names(given.time))))
        try:
            return moment(written) if written else None
        except ValueError:
            return None
    named = {header(path.rpartition(".")[2]): one for path, one in document.beside.items()}
    for name in _TIMES:
        written = text(named.get(header(name)))
        if written:
            try:
                return moment(written)
            except ValueError:
                continue
    times = {found[1] for found in map(find_time, _titles(document)) if found is not None}
    return times.pop() if len(times) == 1 else None
