"""Conversations with residents, and what was heard: rows of `people.db`, over after a day."""

from __future__ import annotations

from noroshi.store import sql_people as sql
from noroshi.store.people import PeopleFile
from noroshi.store.rows_file import Row


class Conversation(Row, frozen=True):
    """What is kept of a conversation with a contact in a mode. `state` is sealed; `due` is when a
    report that was left half told goes as it is (None: none waits)."""

    table = "conversations"
    contact: str
    mode: int
    state: bytes
    changed: int
    due: int | None
    expires: int


class Heard(Row, frozen=True):
    """A message that was dealt with, by a keyed hash of its provider's id, and what was answered
    (sealed)."""

    table = "heard"
    contact: str
    mode: int
    id: bytes
    said: bytes
    expires: int


def due_conversations(people: PeopleFile, mode: int, at: int, limit: int) -> list[str]:
    """Contacts whose half-told reports are due by `at`."""
    with people.reading() as db:
        return [one for (one,) in db.execute(sql.DUE_CONVERSATIONS, (mode, at, limit))]
