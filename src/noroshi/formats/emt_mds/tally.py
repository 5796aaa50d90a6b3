"""The counts of a tick sheet by day and place, from whichever layout it has."""

from __future__ import annotations

import re

import msgspec

from noroshi.core.time import JST, show
from noroshi.formats import Finding
from noroshi.formats.csv.table import Line
from noroshi.formats.emt_mds.cells import ages_of, count, sex_of, ticked
from noroshi.formats.emt_mds.items import TRAUMA, Heading, heading_of
from noroshi.formats.emt_mds.sheet import PERSON, Layout, are_persons
from noroshi.formats.japanese import parse_time
from noroshi.kinds import Scalar
from noroshi.kinds.syndrome import ShelterSyndrome

FIELDS = frozenset(ShelterSyndrome.__struct_fields__)
#: What a sheet says beside its counts, as the fields are called.
PLAIN = ("code", "name", "team", "municipality", "remarks")
_PATIENT = re.compile(r"(?:no\.?|#|患者|patient|pt|事例|例)?\s*\d{0,4}", re.IGNORECASE)


class Day(msgspec.Struct):
    """What is known of a day at one place: what stands beside the counts by meaning, the counts by
    field, those under 5 of them, and what has no field."""

    meta: dict[str, str]
    counts: dict[str, int] = {}
    under: dict[str, int] = {}
    extra: dict[str, Scalar] = {}


# --- a row for each day, or for each consultation -----------------------------------------------


def read_across(
    rows: list[Line], layout: Layout, above: dict[str, str], faults: list[Finding]
) -> tuple[list[tuple[str, Day]], bool]:
    """The days, and whether rows are about single persons: then they are counted, and nothing that
    is written in them is kept. With a column of how many were seen, rows are counts all the same,
    whosever name stands there."""
    titles = [cell.strip() for cell in rows[layout.at][1]]
    headings = [heading_of(one, layout.draft) for one in titles]
    _tell_repeated(headings, titles, rows[layout.at][0], faults)
    metas = {one.meta for one in headings} & PERSON
    personal = bool(metas)
    totals = any(one.field in ("seen", "headcount") for one in headings)
    persons = personal and not (totals and metas == {"patient"})
    days: dict[tuple[str, ...], tuple[str, Day]] = {}
    listed: list[tuple[str, Day]] = []
    for line, cells in rows[layout.at + 1 :]:
        where = f"line {line}"
        meta = dict(above)
        for one, cell in zip(headings, cells, strict=False):
            if one.meta and cell.strip():
                meta[one.meta] = cell.strip()
        if _is_total(meta):
            faults.append(Finding("warning", where, "left out as a total"))
            continue
        if not persons:
            day = Day({name: text for name, text in meta.items() if name != "personal"})
            _count(day, headings, titles, cells, where, faults)
            if personal:
                day.meta.pop("remarks", None)
                day.extra.clear()
            listed.append((where, day))
            continue
        spot = meta.get("code") or meta.get("name", "")
        key = (_day(meta.get("date", "")), spot, meta.get("team", ""))
        first = days.setdefault(key, (where, Day({**{
            name: text for name, text in meta.items()
            if name not in PERSON and name not in ("personal", "remarks", "version")
        }})))  # fmt: skip
        _count_person(first[1], headings, cells, meta, layout.draft, where, faults)
    if persons:
        _fill_zeros(headings, [day for _, day in days.values()])
    return (list(days.values()) if persons else listed), personal


def _day(text: str) -> str:
    """A day as all its spellings are compared; the text, where it is none."""
    try:
        return (show(parse_time(text), JST) or "")[:10]
    except ValueError:
        return text


def _is_total(meta: dict[str, str]) -> bool:
    return any(
        meta.get(one, "").strip() in ("合計", "計", "総計", "小計", "Total", "TOTAL")
        for one in ("date", "name", "team", "code")
    )


def _tell_repeated(
    headings: list[Heading], titles: list[str], line: int, faults: list[Finding]
) -> None:
    """Two columns of one meaning would be added up: the second is left out, and that is said."""
    seen: set[Heading] = set()
    for at, one in enumerate(headings):
        if one.field and one in seen:
            faults.append(Finding(
                "warning", f"line {line}, {titles[at]}",
                f"another column already counts {one.field}; this one is kept under extra",
                "name each item once",
            ))  # fmt: skip
            headings[at] = Heading()
        seen.add(one)


def _count(
    day: Day, headings: list[Heading], titles: list[str], cells: list[str], where: str,
    faults: list[Finding],
) -> None:  # fmt: skip
    split: dict[str, dict[str, int]] = {}
    for one, title, cell in zip(headings, titles, cells, strict=False):
        if one.meta or not cell.strip():
            continue
        if one.field not in FIELDS:
            day.extra[title or "?"] = cell.strip()
            continue
        try:
            value = count(cell)
        except ValueError as error:
            faults.append(Finding("warning", f"{where}, {title}", f"{error}; kept as text",
                                  "write digits; leave empty what was not counted"))  # fmt: skip
            day.extra[title] = cell.strip()
            continue
        if value is not None:
            split.setdefault(one.field, {})[one.part] = value
    for field, parts in split.items():
        _settle(day, field, parts, where, faults)


def _settle(day: Day, field: str, parts: dict[str, int], where: str, faults: list[Finding]) -> None:
    """The count of an item from its total, or from those under 5 and the others."""
    if "under5" in parts:
        day.under[field] = parts["under5"]
    total = parts.get("all")
    if "under5" in parts and "over5" in parts:
        added = parts["under5"] + parts["over5"]
        if total is not None and total != added:
            faults.append(Finding("warning", f"{where}, {field}",
                                  f"the total is {total}, the two ages make {added}",
                                  "the total is kept; ask the team which is right"))  # fmt: skip
        total = added if total is None else total
    if total is None and len(parts) == 1:
        total = next(iter(parts.values()))
        faults.append(Finding("warning", f"{where}, {field}",
                              "only one of the two ages is filled; the other counts as 0",
                              "write 0 where there was nobody"))  # fmt: skip
    if total is not None:
        day.counts[field] = total


def _count_person(
    day: Day, headings: list[Heading], cells: list[str], meta: dict[str, str], draft: bool,
    where: str, faults: list[Finding],
) -> None:  # fmt: skip
    """Count one consultation; nothing else of it is kept."""
    fields: list[str] = ["seen"]
    young = False
    try:
        ages = ages_of(meta.get("agegroup", ""), meta.get("age", ""), draft)
        young = "children" in ages
        fields += ages
        sex = sex_of(meta.get("sexcode", ""))
        fields += [sex] if sex else []
    except ValueError as error:
        faults.append(Finding("warning", where, f"{error}; counted without it"))
    for one, cell in zip(headings, cells, strict=False):
        if one.field in FIELDS and one.field not in fields:
            try:
                if ticked(cell):
                    fields.append(one.field)
            except ValueError as error:
                faults.append(Finding("warning", f"{where}, {one.field}", f"{error}; not counted"))
    if not {"injury"}.intersection(fields) and set(TRAUMA).intersection(fields):
        fields.append("injury")
    for field in fields:
        day.counts[field] = day.counts.get(field, 0) + 1
        if young and field not in ("children", "infants"):
            day.under[field] = day.under.get(field, 0) + 1


def _fill_zeros(headings: list[Heading], days: list[Day]) -> None:
    """What had a box and was never ticked was counted, and is 0."""
    asked = {one.field for one in headings if one.field in FIELDS}
    if asked.intersection(TRAUMA):
        asked.add("injury")
    for day in days:
        for field in asked:
            day.counts.setdefault(field, 0)


# --- a row for each item ------------------------------------------------------------------------


def read_down(
    rows: list[Line], layout: Layout, above: dict[str, str], faults: list[Finding]
) -> tuple[list[tuple[str, Day]], bool]:
    """The days of a sheet with an item in each row, and whether its columns are persons."""
    first = layout.column + 1
    head = rows[layout.at - 1][1] if layout.at else []
    width = max(len(cells) for _, cells in rows[layout.at :])
    columns = [_column(head[at].strip() if at < len(head) else "") for at in range(first, width)]
    kinds = {what for what, _ in columns}
    below = rows[layout.at :]
    personal = any(are_persons(cells, layout.column, layout.draft) for _, cells in below)
    if not kinds & {"day", "part"} and (personal or ("person" in kinds and "place" not in kinds)):
        return _persons(rows, layout, above, faults), True
    days: dict[tuple[int, str], tuple[str, Day]] = {}
    split: dict[tuple[tuple[int, str], str], dict[str, int]] = {}
    for line, cells in rows[layout.at :]:
        one = heading_of(cells[layout.column], layout.draft) if len(cells) > first else Heading()
        for at, ((what, text), cell) in enumerate(zip(columns, cells[first:], strict=False)):
            if what == "none" or not cell.strip():
                continue
            name = text if what in ("day", "place") else ""
            meta = dict(above)
            if name:
                meta["date" if what == "day" else "name"] = name
            slot = (at if name else -1, name)
            _, day = days.setdefault(slot, (f"column {name}" if name else "sheet", Day(meta)))
            where = f"line {line}, {cells[layout.column].strip()}"
            if one.meta in (*PLAIN, "date", "longitude", "latitude"):
                day.meta[one.meta] = cell.strip()
            elif one.field not in FIELDS:
                unkept = personal or one.meta == "personal" or one.meta in PERSON
                if cells[layout.column].strip() and not unkept:
                    day.extra[cells[layout.column].strip()] = cell.strip()
            else:
                try:
                    value = count(cell)
                except ValueError as error:
                    faults.append(Finding("warning", where, f"{error}; left out"))
                    continue
                if value is not None:
                    part = text if what == "part" else one.part
                    split.setdefault((slot, one.field), {})[part] = value
    for (slot, field), parts in split.items():
        _settle(days[slot][1], field, parts, days[slot][0], faults)
    if personal:
        for _, day in days.values():
            day.meta.pop("remarks", None)
    return list(days.values()), personal


def _column(title: str) -> tuple[str, str]:
    """What a column of a sheet with an item in each row is: a day, a part (ages, total), a person,
    a place; with its name."""
    part = heading_of(f"麻疹疑い {title}").part if title else "all"
    if part != "all" or title.lower() in ("total", "合計", "計", "人数", "件数", "count", "総数"):
        return "part", part
    if title in ("<5", "5歳未満"):
        return "part", "under5"
    try:
        return "day", (show(parse_time(title), JST) or "")[:10]
    except ValueError:
        pass
    if _PATIENT.fullmatch(title):
        return "person", title
    return ("none", "") if heading_of(title).meta == "remarks" else ("place", title)


def _persons(
    rows: list[Line], layout: Layout, above: dict[str, str], faults: list[Finding]
) -> list[tuple[str, Day]]:
    """The one day of a form with a column for each person: its ticks, counted."""
    day = Day({name: text for name, text in above.items() if name != "personal"})
    first = layout.column + 1
    asked = [
        (line, heading_of(cells[layout.column], layout.draft), cells[first:])
        for line, cells in rows[layout.at :] if len(cells) > layout.column
    ]  # fmt: skip
    headings = [one for _, one, _ in asked]
    people = max(len(cells) for _, _, cells in asked)
    for at in range(people):
        cells = [cells[at] if at < len(cells) else "" for _, _, cells in asked]
        if not any(
            cell.strip() for one, cell in zip(headings, cells, strict=True)
            if one.field or one.meta in PERSON
        ):  # fmt: skip
            continue
        meta = {one.meta: cell for one, cell in zip(headings, cells, strict=True) if one.meta}
        _count_person(day, headings, cells, meta, layout.draft, f"column {first + at + 1}", faults)
    _fill_zeros(headings, [day])
    return [("sheet", day)]
