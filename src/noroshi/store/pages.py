"""Pages and timelines of a picture, and single things, out of the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from noroshi.core.errors import NotFound
from noroshi.core.label import Reader
from noroshi.core.place import Box, bounds, box_ranges, cell_box, touches
from noroshi.core.record import Mode, Version
from noroshi.core.time import FOREVER
from noroshi.store import Cursor, Lifetime, Page, Query, Tally, sql
from noroshi.store.labels import labels_sql
from noroshi.store.read import (
    Mixed,
    Names,
    areas_in_box,
    merge_ranges,
    names_of,
    read_picture,
    read_rows,
)
from noroshi.store.rows import NOWHERE, head_key

#: The place in a cursor of what comes after all places: series seen under several labels.
_LAST = 2**62


def read_page(
    db: sqlite3.Connection,
    query: Query,
    limit: int,
    after: Cursor | None,
    keep: Callable[[Version], bool] | None,
) -> Page:
    """See `noroshi.store.Store.page`."""
    found: list[Version] = []
    cursor: Cursor | None = None
    for at, version in _ordered(db, query, after):
        if keep is not None and not keep(version):
            continue
        if len(found) == limit:
            return Page(found, cursor)
        found.append(version)
        cursor = at, version.id
    return Page(found, None)


def _ordered(
    db: sqlite3.Connection, query: Query, after: Cursor | None
) -> Iterator[tuple[int, Version]]:
    """Versions of a picture with their place in the order, each once."""
    mixed = Mixed(db, query)
    if after is None or after[0] != _LAST:
        last = -1
        for row in read_rows(db, query, after):
            # Several spans of one version may be asked for; they stand side by side.
            if row.version.id != last and row.version.series_id not in mixed.series:
                yield row.place, row.version
            last = row.version.id
    if not mixed.series:
        return
    held: set[int] = set()
    for row in read_rows(db, query):
        if row.version.series_id in mixed.series and row.version.id not in held:
            held.add(row.version.id)
            mixed.hold(row.ord, row.version)
    start = after[1] if after is not None and after[0] == _LAST else 0
    for version in sorted(mixed.latest(), key=lambda one: one.id):
        if version.id > start:
            yield _LAST, version


#: Instructions of SQLite's machine after which a reading that must be short is given up: some
#: milliseconds.
_SHORT = 300_000


def read_page_ids(
    db: sqlite3.Connection, query: Query, limit: int, after: Cursor | None
) -> tuple[list[int], Cursor | None] | None:
    """See `noroshi.store.Store.page_ids`."""
    plain = query.areas is None and query.series is None and not query.lapsed
    if not plain or query.until is not None or Mixed(db, query).series:
        return None
    kind = _kind_number(db, query)
    if kind is None:
        return [], None
    place, id = after or (NOWHERE - 1, 0)
    asked = {"kind": kind, "at": query.at, "as_of": query.as_of, "place": place, "id": id,
             "limit": limit + 1}  # fmt: skip
    db.set_progress_handler(lambda: 1, _SHORT)
    try:
        if query.box is None:
            statement = sql.PAGE_IDS.format(labels=labels_sql(db, query.reader))
            rows = db.execute(statement, asked).fetchall()
        else:
            rows = _in_box(db, query, query.box, asked)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return None
    finally:
        db.set_progress_handler(None, 0)
    more = len(rows) > limit
    return [one[1] for one in rows[:limit]], rows[limit - 1] if more else None


def _in_box(
    db: sqlite3.Connection, query: Query, box: Box, asked: dict[str, Any]
) -> list[tuple[int, int]]:
    """Place and id of what touches a box, in order. A point's token tells where it is, to some
    30 metres; only what is that near to the edge, and what is no point, is looked at itself."""
    west, south, east, north = box
    ranges = merge_ranges(box_ranges(box) + areas_in_box(db, box), asked["place"])
    for number, (low, high) in enumerate(ranges):
        asked[f"lo{number}"], asked[f"hi{number}"] = low, high
    if not ranges or west > east:
        return _slowly(query, ranges)
    statement = sql.page_ids_in(len(ranges), labels_sql(db, query.reader))
    found: list[tuple[int, int]] = []
    for row in db.execute(statement, asked):
        cell = cell_box(row[0]) if row[0] >= 0 else None
        if cell is not None and not touches(box, cell):
            continue
        inside = row[0] < 0 or (
            cell is not None
            and cell[0] >= west and cell[1] >= south and cell[2] <= east and cell[3] <= north
        )  # fmt: skip
        if not inside:
            shape = db.execute(sql.GEOMETRY, (row[1],)).fetchone()[0]
            if shape is not None and not touches(box, bounds(shape)):
                continue
        found.append(row)
        if len(found) == asked["limit"]:
            break
    return found


def _slowly(query: Query, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Nothing where there is no range; a box across 180° is for the general form."""
    if ranges:
        raise sqlite3.OperationalError("interrupted")
    return []


def read_versions(db: sqlite3.Connection, ids: list[int], reader: Reader) -> dict[int, Version]:
    """See `noroshi.store.Store.versions`."""
    names = names_of(db)
    found: dict[int, Version] = {}
    for start in range(0, len(ids), 500):
        some = ", ".join(str(int(id)) for id in ids[start : start + 500])
        for row in db.execute(sql.SOME_VERSIONS.format(ids=some)):
            version = names.version(row, FOREVER, FOREVER)
            if reader.sees(version.label):
                found[version.id] = version
    return found


def read_timeline(
    db: sqlite3.Connection, query: Query, start: int, end: int, limit: int
) -> list[Lifetime]:
    """See `noroshi.store.Store.timeline`."""
    asked = replace(query, at=start, until=end)
    found: list[Lifetime] = []
    for row in read_rows(db, asked, ever=True):
        if found and found[-1].version.id == row.version.id:
            found[-1] = Lifetime(row.version, (*found[-1].pieces, row.span))
        elif len(found) == limit:
            break
        else:
            found.append(Lifetime(row.version, (row.span,)))
    return found


def read_next_change(db: sqlite3.Connection, query: Query) -> int | None:
    """See `noroshi.store.Store.next_change`."""
    kind = names_of(db).number(query.kind or "")
    if kind is None:
        return None
    asked = {"kind": kind * 4 + query.mode, "at": query.at, "as_of": query.as_of}
    mixed = ", ".join(map(str, Mixed(db, query).series))
    if db.execute(sql.KIND_IN_SERIES.format(series=mixed), (asked["kind"],)).fetchone():
        return query.at
    if query.at >= FOREVER:
        return None
    statement = sql.NEXT_CHANGE.format(labels=labels_sql(db, query.reader))
    moment: int | None = db.execute(statement, asked).fetchone()[0]
    return None if moment is None or moment >= FOREVER else moment


def read_tally(db: sqlite3.Connection, query: Query) -> Tally:
    """See `noroshi.store.Store.tally`."""
    kind = _kind_number(db, query)
    if kind is None:
        return Tally()
    plain = query.box is None and query.areas is None and query.series is None
    if plain and not query.lapsed and query.until is None and not Mixed(db, query).series:
        statement = sql.TALLY.format(labels=labels_sql(db, query.reader))
        asked = {"kind": kind, "at": query.at, "as_of": query.as_of}
        count, issued, recorded, located = db.execute(statement, asked).fetchone()
        return Tally(count, issued, recorded, bool(located))
    issues, records, shapes = [], [], False
    for version in read_picture(db, query):
        issues.append(version.issued)
        records.append(version.recorded)
        shapes = shapes or version.geometry is not None
    return Tally(len(issues), max(issues, default=None), max(records, default=None), shapes)


def _kind_number(db: sqlite3.Connection, query: Query) -> int | None:
    row = db.execute(sql.GET_NAME, ("kind", query.kind)).fetchone()
    return None if row is None else row[0] * 4 + query.mode


def read_thing(
    db: sqlite3.Connection, kind: str, series_id: int, key: str, reader: Reader, at: int, as_of: int
) -> Version:
    """See `noroshi.store.Store.thing`."""
    id: int | None = _head(db, kind, series_id, key, reader)
    name, number = db.execute(sql.SERIES_NAME_MODE, (series_id,)).fetchone()
    query = Query(reader, at, as_of, kind, Mode(number), series=name)
    if series_id in Mixed(db, query).series:
        for version in read_picture(db, query):
            if version.key == key and version.series_id == series_id:
                return version
        id = None
    names = names_of(db)
    # A chain also leads through what was recalled.
    statement = sql.IS_SHOWN.format(labels=labels_sql(db, reader))
    while id is not None:
        shown = db.execute(statement, {"id": id, "at": at, "as_of": as_of}).fetchone()
        row = db.execute(sql.HISTORY_LINK, (id,)).fetchone()
        if shown is not None:
            return names.version(row, *shown)
        id = row[19]
    raise NotFound(f"{key} of {kind} is not in the picture of that moment",
                   remedy="its history has all editions")  # fmt: skip


def read_editions(
    db: sqlite3.Connection, kind: str, series_id: int, key: str, reader: Reader, as_of: int
) -> list[Version]:
    """See `noroshi.store.Store.editions`."""
    found = _chain(db, names_of(db), _head(db, kind, series_id, key, reader), reader, as_of)
    if not found:
        raise NotFound(f"{key} of {kind} was not known then")
    return found


def _head(db: sqlite3.Connection, kind: str, series_id: int, key: str, reader: Reader) -> int:
    statement = sql.THING_HEAD.format(labels=labels_sql(db, reader))
    asked = {"series": series_id, "kind": kind, "key": key}
    row = db.execute(statement, asked).fetchone() if abs(series_id) < 2**63 else None
    if row is None:
        raise NotFound(f"no {kind} {series_id}.{key}")
    id: int = row[0]
    return id


def _chain(
    db: sqlite3.Connection, names: Names, head: int | None, reader: Reader, as_of: int
) -> list[Version]:
    """The versions of one key that were known, in the order of their editions."""
    chain: list[Version] = []
    id, ended_at, ended_recorded = head, FOREVER, FOREVER
    while id is not None:
        row = db.execute(sql.HISTORY_LINK, (id,)).fetchone()
        version = names.version(row, ended_at, ended_recorded)
        id = row[19]
        if version.recorded <= as_of:
            ended_at, ended_recorded = row[21], version.recorded
            if reader.sees(version.label):
                chain.append(version)
    return chain[::-1]


def read_history(
    db: sqlite3.Connection, kind: str, key: str, reader: Reader, as_of: int, mode: Mode
) -> list[Version]:
    """See `noroshi.store.Store.history`."""
    names = names_of(db)
    number = names.number(kind)
    if number is None:
        return []
    heads = db.execute(sql.HISTORY_HEADS, (head_key(number, key), int(mode))).fetchall()
    return [version for (head,) in heads for version in _chain(db, names, head, reader, as_of)]


def read_version(db: sqlite3.Connection, id: int, reader: Reader) -> Version:
    """See `noroshi.store.Store.version`."""
    statement = sql.VERSION.format(labels=labels_sql(db, reader))
    row = db.execute(statement, (id,)).fetchone() if abs(id) < 2**63 else None
    if row is None:
        raise NotFound(f"no record {id}")
    ended_at, ended_recorded = db.execute(sql.VERSION_END, (id,)).fetchone()
    if ended_at is None:
        ended_at, ended_recorded = FOREVER, FOREVER
    return names_of(db).version(row, ended_at, ended_recorded)
