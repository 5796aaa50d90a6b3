"""Taking back: what an earlier reading of a message said, and messages that are recalled."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from noroshi.core.place import area_token
from noroshi.store import sql, sql_exchange
from noroshi.store.labels import touch
from noroshi.store.late import Content, chain, copy_of, put_copies, restate
from noroshi.store.rows import Origin, head_key
from noroshi.store.write import Writer


def withdraw(
    writer: Writer, message: int, kept: set[tuple[str, int]], label: int, recorded: int
) -> None:
    """Take back what an earlier reading of a message said of series that are not in `kept`
    (name and mode): there, what held before holds again, as known since `recorded`."""
    writer.flush()
    rows = writer.db.execute(sql.MESSAGE_EDITIONS, (message, label)).fetchall()
    _undo(writer, [row for row in rows if (row[1], row[2]) not in kept], label, recorded, message)


def _undo(
    writer: Writer, rows: Iterable[tuple[Any, ...]], label: int, recorded: int, message: int | None
) -> None:
    """Let what held before these editions hold again, attributed to `message`."""
    for edition, name, mode, ord, eff, issued, action, serial, source, first, last in rows:
        state = writer.series(name, mode, label)
        writer.load_heads(state, None)
        wanted: dict[str, Content | None] = {}
        for kind, plain in writer.db.execute(sql.EDITION_KEYS, (first, last, edition)).fetchall():
            key = head_key(kind >> 2, plain)
            head = state.heads.get(key)
            links = chain(writer, None if head is None else head.id)
            earlier = next((link for link in links if link.ord < ord), None)
            wanted[key] = None if earlier is None or earlier.ended else copy_of(earlier)
        writer.db.execute(sql.WITHDRAW_EDITION, (edition,))
        writer.last_edition += 1
        id, start = writer.last_edition, writer.last_id + 1
        origin = Origin(source, label, recorded, message)
        row = (id, state.id, ord, issued, action, serial, eff, 0, recorded, label, source, message)
        writer.db.execute(sql.PUT_EDITION, (*row, start, start - 1, None))
        _, copies = restate(writer, state, wanted, ord, eff, origin, id)
        undone = msgspec.json.encode({"undone": list(wanted)}).decode()
        writer.db.execute(sql.FINISH_EDITION, (writer.last_id, undone, id))
        for later, mine in copies:
            put_copies(writer, state, later, mine, origin)
        writer.flush()


def recall(
    writer: Writer, message: int, label: int, reason: str, *, erase: bool
) -> tuple[int, list[bytes]]:
    """Take a message out of every picture, present and past, for everyone who saw it under
    `label`: what held before holds again, what was computed from it goes too, and its versions
    carry no label that anybody sees. `erase` also destroys what it said.

    Returns how many versions went, and the messages that are to be read again because they were
    merged with it attribute by attribute.
    """
    writer.flush()
    db, recorded = writer.db, writer.tick()
    if db.execute(sql_exchange.RECALLED_BEFORE, (message, label)).fetchone():
        return 0, []
    gone: list[tuple[int, int]] = []  # edition and its label
    again: set[int] = set()
    rows = db.execute(sql.MESSAGE_EDITIONS, (message, label)).fetchall()
    merged = _merged_after(db, rows, label)
    for other in merged:
        again.add(other)
        rows += db.execute(sql.MESSAGE_EDITIONS, (other, label)).fetchall()
    rows += _copies(db, rows)
    rows.sort(key=lambda row: row[3])
    gone += [(row[0], label) for row in rows]
    by_label: dict[int, list[tuple[Any, ...]]] = {label: rows}
    for edition, its in _derived(db, [row[0] for row in rows]):
        gone.append((edition, its))
        row = db.execute(sql_exchange.EDITION_ROW, (edition,)).fetchone()
        by_label.setdefault(its, []).append(row)
    for its, some in by_label.items():
        _undo(writer, sorted(some, key=lambda row: row[3]), its, recorded, None)
    count = sum(_hide(db, edition, erase=erase) for edition, _ in gone)
    db.execute(sql_exchange.HIDE_ARRIVALS, (message, label))
    db.execute(sql_exchange.DROP_DUE_OF, (message, label))
    db.execute(sql_exchange.PUT_RECALL, (message, label, recorded, reason))
    if erase:
        db.execute(sql_exchange.ERASE_MESSAGE, (message,))
        db.execute(sql_exchange.ERASE_NAMES, (message,))
    db.execute(sql_exchange.WITHHOLD, (message,))
    touch(db)
    shas = [db.execute(sql_exchange.MESSAGE_SHA, (one,)).fetchone()[0] for one in sorted(again)]
    return count, shas


def _copies(db: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Where what these editions said was let hold again, because something later was recalled."""
    found: set[int] = set()
    for row in rows:
        found |= {id for (id,) in db.execute(sql_exchange.COPIES, (row[9], row[10], row[0]))}
    found -= {row[0] for row in rows}
    return [db.execute(sql_exchange.EDITION_ROW, (id,)).fetchone() for id in sorted(found)]


def _hide(db: sqlite3.Connection, edition: int, *, erase: bool) -> int:
    """Take the label from an edition and its records. Returns how many records it has."""
    first, last = db.execute(sql_exchange.EDITION_SPAN, (edition,)).fetchone()
    records = db.execute(sql_exchange.RECORDS_OF, (first, last, edition)).fetchall()
    db.execute(sql_exchange.HIDE_EDITION, (edition,))
    for id, kind, place, area in records:
        db.execute(sql_exchange.HIDE_SPANS, (kind, place, id))
        if area is not None:
            db.execute(sql_exchange.HIDE_SPANS, (kind, area_token(area), id))
        if erase:
            db.execute(sql_exchange.ERASE_RECORD, (id,))
    return len(records)


def _derived(db: sqlite3.Connection, editions: list[int]) -> list[tuple[int, int]]:
    """Editions of products that rest on these, directly or through others, and their labels."""
    found: dict[int, int] = {}
    rest = list(editions)
    while rest:
        edition = rest.pop()
        for other, its in db.execute(sql_exchange.DERIVED, (edition,)).fetchall():
            if other not in found:
                found[other] = its
                rest.append(other)
    return list(found.items())


def _merged_after(db: sqlite3.Connection, rows: list[tuple[Any, ...]], label: int) -> set[int]:
    """Messages whose records were merged with those of these editions (SIP4D-ZIP `_update`)."""
    found: set[int] = set()
    for row in rows:
        if db.execute(sql_exchange.IS_MERGED, (row[9], row[10], row[0])).fetchone():
            found |= {
                other
                for (other,) in db.execute(
                    sql_exchange.MERGED_AFTER, (row[9], row[10], row[0], row[3])
                )
                if other is not None
            }
    return found
