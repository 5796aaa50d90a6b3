"""What LINE brought and was not answered yet, kept before LINE is told that it came; and which was
answered, so that what LINE brings again is not answered again."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.core.time import DAY, now
from noroshi.store import sql_doors as sql
from noroshi.store.people import PeopleFile

#: For how long (µs) it is known that an event came: LINE brings one again within less.
KEPT = 3 * DAY


class Waiting(msgspec.Struct, frozen=True):
    """An event that waits: `event` is its keyed hash, `begun` whether it was under way when a
    process ended."""

    event: bytes
    contact: str
    received: int
    begun: bool
    body: bytes


def add(people: PeopleFile, events: Iterable[tuple[str, str, bytes]]) -> int:
    """Keep events (LINE's id, contact, content) that are not known yet; durable on return. Returns
    how many were new."""
    time, new = now(), 0
    with people.changing() as db:
        for number, (id, contact, body) in enumerate(events):
            # Those that came together are in the order in which they are told.
            row = (people.vault.blind("line_events", id), contact, time + number,
                   people.vault.seal(body, f"line_events/{contact}"), time + KEPT)  # fmt: skip
            new += db.execute(sql.ADD_EVENT, row).rowcount
    return new


def waiting(people: PeopleFile, most: int) -> list[Waiting]:
    """Of each contact the oldest event that waits, the oldest first."""
    with people.reading() as db:
        rows = db.execute(sql.EVENTS, (most,)).fetchall()
    return [
        Waiting(event, contact, received, state == 1,
                people.vault.open(body, f"line_events/{contact}"))
        for event, contact, received, state, body in rows
    ]  # fmt: skip


def begin(people: PeopleFile, event: bytes) -> None:
    """An answer is about to be sent: after a crash it is not known whether it was."""
    with people.changing() as db:
        db.execute(sql.UNDER_WAY, (event,))


def answered(people: PeopleFile, one: Waiting) -> None:
    """Nothing is to be done any more: its content goes."""
    with people.changing() as db:
        nothing = people.vault.seal(b"", f"line_events/{one.contact}")
        db.execute(sql.ANSWERED, (nothing, one.event))


def count(people: PeopleFile) -> int:
    """How many wait."""
    with people.reading() as db:
        found: int = db.execute(sql.WAITING).fetchone()[0]
    return found
