"""What labels mean, in the embedded store; and the labels of a reader inside a statement."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from noroshi.core import typed
from noroshi.core.errors import NoroshiError
from noroshi.core.label import (
    BUILT_IN,
    NAMES,
    PUBLIC,
    Label,
    Reader,
    Sharing,
    checked,
    meet,
    within,
)
from noroshi.store import sql, sql_exchange
from noroshi.store.connections import Connection

_STAMP = "labels"
#: As many labels are written out in a statement; more are looked up in a temporary table.
_LISTED = 64
#: How many readers' labels a connection keeps in tables.
_TABLES = 16
_encode = msgspec.json.Encoder().encode


def labels_sql(db: sqlite3.Connection, reader: Reader) -> str:
    """The comparison of the label column with what `reader` may see."""
    if reader.labels is None:
        return "label >= 0"
    few = len(reader.labels) <= _LISTED or db.in_transaction
    if few or not isinstance(db, Connection):
        return f"label IN ({', '.join(str(int(label)) for label in sorted(reader.labels))})"
    return f"label IN temp.{_table(db, reader.labels)}"


def _table(db: Connection, labels: frozenset[int]) -> str:
    """The temporary table of this connection that has these labels."""
    found = db.seen.get(labels)
    if found is not None:
        db.seen.move_to_end(labels)
        return found
    while len(db.seen) >= _TABLES:
        _, old = db.seen.popitem(last=False)
        try:
            db.execute(sql_exchange.DROP_SEEN.format(name=old))
        except sqlite3.OperationalError:  # a statement still reads it
            break
    db.tables += 1
    name = f"seen_{db.tables}"
    db.execute(sql_exchange.SEEN_TABLE.format(name=name))
    db.execute("BEGIN")
    db.executemany(sql_exchange.PUT_SEEN.format(name=name), ((label,) for label in sorted(labels)))
    db.execute("COMMIT")
    db.seen[labels] = name
    return name


def read_stamp(db: sqlite3.Connection) -> int:
    """See `noroshi.store.Store.label_stamp`."""
    row = db.execute(sql.GET_META, (_STAMP,)).fetchone()
    return row[0] if row else 0


def read_labels(db: sqlite3.Connection, after: int) -> list[Label]:
    """See `noroshi.store.Store.labels`."""
    return [_label(db, row) for row in db.execute(sql_exchange.LABELS, (after,)).fetchall()]


def _label(db: sqlite3.Connection, row: tuple[Any, ...]) -> Label:
    id, name, meaning, stamp, origin, stream = row
    parts = _parts(meaning)
    return Label(id, name, _meaning(db, meaning), parts, stamp, origin, stream)


def _parts(meaning: bytes) -> tuple[int, ...]:
    """The labels that a made label is made of: kept as an array where others have an object."""
    return msgspec.json.decode(meaning, type=tuple[int, ...]) if meaning[:1] == b"[" else ()


def _meaning(db: sqlite3.Connection, meaning: bytes) -> Sharing:
    parts = _parts(meaning)
    if parts:
        return meet(sharing_of(db, part) for part in parts)
    found: Sharing = typed.decoder(Sharing).decode(meaning)
    return found


def sharing_of(db: sqlite3.Connection, label: int) -> Sharing:
    """What a label means. Raises NoroshiError for one that was never defined."""
    if label in BUILT_IN:
        return BUILT_IN[label]
    row = db.execute(sql_exchange.LABEL_MEANING, (label,)).fetchone()
    if row is None:
        raise NoroshiError(f"label {label} is not defined", remedy="`noroshi label list`")
    return _meaning(db, row[0])


def touch(db: sqlite3.Connection) -> int:
    """Say that who sees what has changed; returns the new stamp."""
    stamp = read_stamp(db) + 1
    db.execute(sql.PUT_META, (_STAMP, stamp))
    return stamp


def define(
    db: sqlite3.Connection, name: str, sharing: Sharing, origin: str = "", stream: int = 0
) -> Label:
    """Define or change the label called `name`, or that of a stream, in the transaction at hand.

    Raises ValueError for a sharing or a name that cannot be."""
    sharing = checked(sharing)
    if not origin and (not name or name in NAMES or len(name) > 100 or not name.isprintable()):
        raise ValueError(f"{name!r} cannot be a label's name: it is empty, built in or unprintable")
    if origin:
        found = db.execute(sql_exchange.LABEL_OF_STREAM, (origin, stream)).fetchone()
    else:
        found = db.execute(sql_exchange.LABEL_NAMED, (name,)).fetchone()
    id = found[0] if found else db.execute(sql_exchange.NEXT_LABEL).fetchone()[0]
    if found and _label(db, found).sharing == sharing:
        return _label(db, found)
    stamp = touch(db)
    db.execute(sql_exchange.PUT_LABEL, (id, name, _encode(sharing), stamp, origin, stream))
    return Label(id, name, sharing, (), stamp, origin, stream)


def restore(db: sqlite3.Connection, id: int, sharing: Sharing, *, changed: bool) -> bool:
    """Define the label `id` of this node, of which this store is too old to know, or (`changed`)
    what it came to mean. False where another meaning has it."""
    row = db.execute(sql_exchange.LABEL, (id,)).fetchone()
    if row is None or changed:
        name = f"restored-{id}" if row is None else row[1]
        put = (id, name, _encode(checked(sharing)), touch(db), "", 0)
        db.execute(sql_exchange.PUT_LABEL, put)
        return True
    return not row[4]


def narrowest(db: sqlite3.Connection, labels: set[int]) -> int:
    """The label of something made from what carries `labels`: who sees it is who sees them all.

    What a label means may change, so one is never taken for narrower than another, except among
    the built-in ones; a mix gets a label that is made of its parts and means what they mean.
    Raises ValueError for personal data of several purposes.
    """
    parts = set(labels) - {PUBLIC}
    for label in labels:
        row = db.execute(sql_exchange.LABEL_MEANING, (label,)).fetchone()
        if row is not None and (made := _parts(row[0])):
            parts = (parts - {label}) | set(made)
    fixed = {one: BUILT_IN[one] for one in parts if one in BUILT_IN}
    for one in fixed:
        if any(other in parts and within(fixed[other], fixed[one]) for other in fixed
               if other != one):  # fmt: skip
            parts.discard(one)
    if len(parts) < 2:
        return next(iter(parts), PUBLIC)
    meet(sharing_of(db, part) for part in parts)  # whether it can be
    written = _encode(sorted(parts))
    row = db.execute(sql_exchange.LABEL_MADE, (written,)).fetchone()
    if row is not None:
        id: int = row[0]
        return id
    id = db.execute(sql_exchange.NEXT_LABEL).fetchone()[0]
    db.execute(sql_exchange.PUT_LABEL, (id, "", written, touch(db), "", 0))
    return id
