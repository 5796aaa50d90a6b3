"""Messages as they arrived, out of the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from noroshi.core.errors import NotFound
from noroshi.core.label import OWN, PUBLIC, Reader
from noroshi.store import (
    DUPLICATE,
    QUARANTINED,
    WAITING,
    Arrival,
    Incoming,
    Outcome,
    pack,
    sql,
    sql_exchange,
    unpack,
)
from noroshi.store.labels import labels_sql, narrowest, sharing_of


def read_arrivals(
    db: sqlite3.Connection, reader: Reader, state: str | None, id: str | None
) -> Iterator[Arrival]:
    """See `noroshi.store.Store.messages`."""
    where, values = [f"a.{labels_sql(db, reader)}"], []
    if state == DUPLICATE:
        where.append("NOT a.first")
    elif state is not None:
        where.append("a.first AND m.state = ?")
        values.append(state)
    if id is not None:
        where.append("lower(hex(m.sha)) = ?")
        values.append(_whole_id(db, id, reader).hex())
    for row in db.execute(sql.ARRIVALS.format(where=" AND ".join(where)), values):
        yield Arrival(*row)


def fill_erased(
    db: sqlite3.Connection, id: int, incoming: Incoming, outcome: Outcome | None
) -> None:
    """Keep the bytes of a message again that were erased under another label than it has now."""
    packed = None if outcome is None else outcome.packed
    db.execute(sql_exchange.FILL_ERASED, (packed or pack(incoming.data), id))


def read_message(db: sqlite3.Connection, id: str, reader: Reader) -> bytes:
    """See `noroshi.store.Store.message`."""
    sha = _whole_id(db, id, reader)
    size, data, state, _ = db.execute(sql.MESSAGE_DATA, (sha,)).fetchone()
    if state in (WAITING, QUARANTINED) and not reader.sees(OWN):
        # What it says of who may see it is not known, or not yet.
        raise NotFound(f"message {id} was not read", remedy="ask the operator of this node")
    return unpack(data, size)


def _whole_id(db: sqlite3.Connection, id: str, reader: Reader) -> bytes:
    digits = id.lower()
    if not 4 <= len(digits) <= 64 or digits.strip("0123456789abcdef"):
        raise NotFound(f"{id!r} is not a message id", remedy="give 4 to 64 hexadecimal digits")
    low, high = (bytes.fromhex(digits.ljust(64, pad)) for pad in "0f")
    statement = sql.MESSAGES_LIKE.format(label=labels_sql(db, reader))
    found = db.execute(statement, (low, high)).fetchall()
    if len(found) != 1:
        what = "more than one message begins" if found else "no message begins"
        raise NotFound(f"{what} with {id}", remedy="`noroshi messages` lists them")
    sha: bytes = found[0][0]
    return sha


def narrowed(db: sqlite3.Connection, label: int, outcome: Outcome | None) -> int:
    """The label of what arrived, no wider than the message itself asks for."""
    if outcome is None or outcome.floor in (PUBLIC, label):
        return label
    if outcome.floor == OWN and sharing_of(db, label).purpose:
        return label  # personal data, where it belongs
    return narrowest(db, {label, outcome.floor})


def arrive(
    db: sqlite3.Connection, message: int, arrival: tuple[int, int, str, int], *, first: bool
) -> None:
    """Note that a message (its number) arrived: source, when, name, label."""
    source, recorded, name, label = arrival
    db.execute(sql.PUT_ARRIVAL, (message, source, recorded, int(first), name, label))
