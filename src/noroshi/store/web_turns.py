"""What was said on the page, as long as the browser's session lasts: the page is drawn from it
again, and what is sent twice is heard once."""

from __future__ import annotations

import msgspec

from noroshi.core.record import Mode
from noroshi.store import sql_doors as sql
from noroshi.store.people import PeopleFile

#: Turns that are kept of one conversation.
MOST = 100


class WebTurn(msgspec.Struct, frozen=True):
    """One turn. `words` is what was kept, opened."""

    number: int
    at: int
    words: bytes


def keep(
    people: PeopleFile, contact: str, mode: Mode, key: str, at: int, words: bytes, expires: int
) -> int | None:
    """Keep a turn; durable on return. Its number; None where this key is there already."""
    sealed = people.vault.seal(words, f"web_turns/{contact}")
    row = (contact, int(mode), _key(people, contact, key), at, sealed, expires)

    def added() -> int | None:
        with people.changing() as db:
            found = db.execute(sql.ADD_TURN, row).fetchone()
            if found is not None and found[0] > MOST:
                db.execute(sql.CUT, (contact, int(mode), found[0] - MOST))
        return None if found is None else found[0]

    return people.together(added)


def since(
    people: PeopleFile, contact: str, mode: Mode, number: int = 0, most: int = MOST
) -> list[WebTurn]:
    """The newest `most` turns after `number`, oldest first."""
    with people.reading() as db:
        rows = db.execute(sql.TURNS, (contact, int(mode), number, most)).fetchall()
    return [_turn(people, contact, row) for row in reversed(rows)]


def kept(people: PeopleFile, contact: str, mode: Mode, key: str) -> WebTurn | None:
    """The turn that was kept under a key."""
    with people.reading() as db:
        row = db.execute(sql.TURN, (contact, int(mode), _key(people, contact, key))).fetchone()
    return None if row is None else _turn(people, contact, row)


def last(people: PeopleFile, contact: str, mode: Mode) -> int:
    """The number of the newest turn, 0 for none."""
    with people.reading() as db:
        return db.execute(sql.LAST, (contact, int(mode))).fetchone()[0] or 0


def _turn(people: PeopleFile, contact: str, row: tuple[int, int, bytes]) -> WebTurn:
    return WebTurn(row[0], row[1], people.vault.open(row[2], f"web_turns/{contact}"))


def _key(people: PeopleFile, contact: str, key: str) -> bytes:
    return people.vault.blind("web_turns", contact, key)
