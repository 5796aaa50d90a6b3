"""IDWR tables to editions: one for each disease, a record with every prefecture in it.

Source: 感染症発生動向調査 週報 速報データ, 国立健康危機管理研究機構 (until 2025 国立感染症研究所).
Row 1 is the title, row 2 the week and the day on which the table was made, row 3 the diseases, row
4 what their columns are (全数: 報告, 累積; 定点: 報告, 定当); then 総数 and the prefectures. 「-」
is 0, 「…」 is not reported. Trend files have a week in each row and a disease in each column.
UTF-8 or CP932.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import msgspec

from noroshi.core import weeks
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.prefectures import CODES
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import SECOND, parse
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv.edition import is_exercise
from noroshi.formats.csv.table import Line, read_rows
from noroshi.formats.idwr import TITLE
from noroshi.kinds import encode
from noroshi.kinds.diseases import code_of
from noroshi.kinds.notifications import AreaCount, Notifications, Trend

ALL_CASE, SENTINEL = "all_case", "sentinel"
#: What the two columns of a disease are called, by the system of the table.
_COLUMNS = {("報告", "累積"): ALL_CASE, ("報告", "定当"): SENTINEL}
_WEEK = re.compile(r"(\d{4})年(?:第)?(\d{1,2})週")
_MADE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日\s*作成")
_NATION = ("総数", "全国", "合計")
_LAYOUT = "a new layout of the weekly report is a new version of this reader: report it"
#: No table of this kind holds more weeks than two centuries of them.
_MOST_WEEKS = 10_400

Cell = tuple[float | None, float | None]
"""The two values of a disease in an area."""


def read(data: bytes, hints: Hints) -> Reading:
    """The editions of a weekly table, or of a trend file: a series for each disease and system.

    A table is issued at the beginning of the day on which it was made (Japan). What does not say
    when it was made, as a trend file, counts as issued at the end of its last week, so that old
    values never look new; of several, the one received last counts. Raises UnreadableMessage for
    a layout that is not known, with the place; a cell or row that cannot be read is a Finding,
    and a total that is not the sum of its prefectures a warning. A title that says 訓練 makes it
    an exercise.
    """
    sheet = read_rows(data, hints.limits)
    faults = list(sheet.faults)
    if TITLE not in "".join(sheet.rows[0][1]):
        editions = _trend(sheet.rows, hints, faults)
    else:
        editions = _weekly(sheet.rows, hints, faults)
    if any(is_exercise(" ".join(cells)) for _, cells in sheet.rows[:4]):
        editions = [msgspec.structs.replace(one, mode=Mode.EXERCISE) for one in editions]
    return Reading(editions, faults, media_type="text/csv")


# --- weekly tables ------------------------------------------------------------------------------


def _weekly(rows: list[Line], hints: Hints, faults: list[Finding]) -> list[Edition]:
    if len(rows) < 5:
        raise UnreadableMessage("there are no prefectures", where=f"row {len(rows)}")
    (_, second), (line, names), (below, parts) = rows[1:4]
    week, made = _when(" ".join(second), rows[1][0])
    diseases, system = _heads(names, parts, line, below)
    if len(diseases) > hints.limits.records:
        raise LimitExceeded(f"more than {hints.limits.records} diseases", where=f"row {line}")
    table = _areas(rows[4:], diseases, faults)
    records = [
        _record(system, week, made, name, column, table, faults)
        for column, name in diseases.items()
    ]
    if made:
        return _editions(system, parse(made), records)
    return _editions(system, weeks.ends(week), records, hints.received)


def _editions(
    system: str, issued: int, records: list[Record], received: int | None = None
) -> list[Edition]:
    """One series for each disease: what is read of one is not looked for among all others.
    `received` orders what does not say when it was made."""
    serial = 0 if received is None else max(0, received // SECOND)
    return [
        Edition(f"idwr/{system}/{one.key}", issued, [one], serial=serial, effective=issued)
        for one in records
    ]


def _when(text: str, line: int) -> tuple[str, str]:
    """The week and the day on which a table was made."""
    found = _WEEK.search(unicodedata.normalize("NFKC", text))
    if found is None:
        raise UnreadableMessage(
            "no week: 2024年7週 is expected", where=f"row {line}", remedy=_LAYOUT
        )
    try:
        week = weeks.name(int(found[1]), int(found[2]))
        weeks.ends(week)
    except ValueError as error:
        raise UnreadableMessage(str(error), where=f"row {line}") from None
    made = _MADE.search(unicodedata.normalize("NFKC", text))
    if made is None:
        return week, ""
    try:
        day = date(*(int(one) for one in made.groups()))
    except ValueError as error:
        raise UnreadableMessage(f"{made[0]}: {error}", where=f"row {line}") from None
    if day < weeks.monday(week):
        raise UnreadableMessage(f"made on {day}, before its week", where=f"row {line}")
    return week, day.isoformat()


def _heads(names: list[str], parts: list[str], line: int, below: int) -> tuple[dict[int, str], str]:
    """The first column of each disease, and the system that the columns are of."""
    diseases = {
        column: "".join(name.split())
        for column, name in enumerate(names)
        if column and name.strip()
    }
    if not diseases:
        raise UnreadableMessage("no disease is named", where=f"row {line}", remedy=_LAYOUT)
    width = len(parts)
    systems = set()
    seen: dict[str, str] = {}
    starts = [*diseases, width]
    for (column, name), after in zip(diseases.items(), starts[1:], strict=True):
        heads = tuple(part.strip() for part in parts[column:after])
        while heads and not heads[-1]:
            heads = heads[:-1]
        if heads not in _COLUMNS:
            raise UnreadableMessage(
                f"the columns of {name} are {'・'.join(heads) or 'empty'}, "
                "not 報告・累積 or 報告・定当",
                where=f"row {below}, column {column + 1}", remedy=_LAYOUT,
            )  # fmt: skip
        systems.add(_COLUMNS[heads])
        code = code_of(name)
        if code in seen:
            raise UnreadableMessage(
                f"{name} is there twice, also as {seen[code]}",
                where=f"row {line}, column {column + 1}",
            )
        seen[code] = name
    if len(systems) > 1:
        raise UnreadableMessage("累積 and 定当 in one table", where=f"row {below}", remedy=_LAYOUT)
    return diseases, systems.pop()


def _areas(
    rows: list[Line], diseases: dict[int, str], faults: list[Finding]
) -> dict[str, dict[int, Cell]]:
    """The values by area ("" is the country) and by column of disease."""
    found: dict[str, dict[int, Cell]] = {}
    for line, cells in rows:
        name = "".join(cells[0].split()) if cells else ""
        if not name:
            continue
        code = "" if name in _NATION else CODES.get(name)
        if code is None:
            faults.append(Finding("error", f"row {line}", f"{name!r} is not a prefecture",
                                  "the row is left out"))  # fmt: skip
            continue
        if code in found:
            raise UnreadableMessage(f"{name} is there twice", where=f"row {line}", remedy=_LAYOUT)
        found[code] = {
            column: (_value(cells, column, line, faults, whole=True),
                     _value(cells, column + 1, line, faults, whole=False))
            for column in diseases
        }  # fmt: skip
    if "" not in found or len(found) == 1:
        raise UnreadableMessage(
            "no row 総数, or no prefecture", where="first column", remedy=_LAYOUT
        )
    missing = CODES.keys() - {name for name, code in CODES.items() if code in found}
    if missing:
        said = "、".join(sorted(missing, key=CODES.__getitem__))
        faults.append(Finding("error", "first column", f"no row for {said}",
                              "nothing is known of these: ask for the whole table"))  # fmt: skip
    return found


def _value(
    cells: list[str], column: int, line: int, faults: list[Finding], *, whole: bool
) -> float | None:
    """A cell: 「-」 is 0, 「…」 is not reported; None with a Finding for anything else."""
    text = unicodedata.normalize("NFKC", cells[column]).strip() if column < len(cells) else ""
    text = text.replace(",", "")
    if text in ("-", "−", "‐", "ー"):
        return 0
    if text in ("...", "…"):  # NFKC makes three points of …
        return None
    if re.fullmatch(r"\d{1,9}" if whole else r"\d{1,9}(?:\.\d{1,6})?", text):
        return int(text) if whole else float(text)
    what = f"{text!r} is not a count" if whole else f"{text!r} is not a number"
    where = f"row {line}, column {column + 1}"
    faults.append(Finding("error", where, what, "the cell counts as not reported"))
    return None


def _record(
    system: str, week: str, made: str, name: str, column: int,
    table: dict[str, dict[int, Cell]], faults: list[Finding],
) -> Record:  # fmt: skip
    areas = [_area(code, cells[column], system) for code, cells in sorted(table.items()) if code]
    nation = _area("", table[""][column], system)
    for what in ("count", "cumulative"):
        total = getattr(nation, what)
        parts = [getattr(one, what) for one in areas]
        # A sentinel's national total is summed as well; of what is not reported nobody knows.
        if total is None or any(one is None for one in parts) or len(areas) < len(CODES):
            continue
        if sum(parts) != total:
            faults.append(Finding(
                "warning", f"{name} {what}", f"総数 is {total}, the prefectures' sum {sum(parts)}",
                "ask the publisher which is right; both are kept as they are",
            ))  # fmt: skip
    code = code_of(name)
    body = Notifications(
        disease=code, name=name, system=system, week=week, published=made, count=nation.count,
        cumulative=nation.cumulative, per_sentinel=nation.per_sentinel, areas=areas,
    )  # fmt: skip
    return Record("health.notifications", code, encode(body))


def _area(code: str, cell: Cell, system: str) -> AreaCount:
    count, second = cell
    whole = None if count is None else int(count)
    if system == ALL_CASE:
        return AreaCount(code=code, count=whole, cumulative=None if second is None else int(second))
    return AreaCount(code=code, count=whole, per_sentinel=second)


# --- trends -------------------------------------------------------------------------------------


def _trend(rows: list[Line], hints: Hints, faults: list[Finding]) -> list[Edition]:
    names = [name.strip() for name in rows[0][1]]
    if len(rows) < 2 or len(set(names[1:])) < len(names) - 1 or not all(names[1:]):
        raise UnreadableMessage("each column names one disease", where="row 1", remedy=_LAYOUT)
    values: dict[int, list[float | None]] = {}
    for line, cells in rows[1:]:
        where = f"row {line}"
        try:
            number = weeks.number(cells[0].strip())
            weeks.ends(cells[0].strip())
        except ValueError as error:
            faults.append(Finding("error", where, str(error), "the row is left out"))
            continue
        if number in values:
            raise UnreadableMessage(f"week {cells[0]} is there twice", where=where)
        values[number] = [
            None if not cells[column : column + 1] or not cells[column].strip()
            else _value(cells, column, line, faults, whole=False)
            for column in range(1, len(names))
        ]  # fmt: skip
    if not values:
        raise UnreadableMessage("no week could be read", where="first column", remedy=_LAYOUT)
    first, last = min(values), max(values)
    if last - first > _MOST_WEEKS:
        said = f"{weeks.numbered(first)} to {weeks.numbered(last)} is too long"
        raise UnreadableMessage(said, where="first column")
    absent: list[float | None] = [None] * (len(names) - 1)
    lines = [values.get(number, absent) for number in range(first, last + 1)]
    records = []
    for column, name in enumerate(names[1:]):
        code = code_of(name)
        body = Trend(disease=code, name=name, first=weeks.numbered(first),
                     per_sentinel=[line[column] for line in lines])  # fmt: skip
        records.append(Record("health.trend", code, encode(body)))
    if len({one.key for one in records}) < len(records):
        raise UnreadableMessage("two columns are of one disease", where="row 1", remedy=_LAYOUT)
    return _editions("trend", weeks.ends(weeks.numbered(last)), records, hints.received)
