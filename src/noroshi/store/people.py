"""Residents in touch with this node: one SQLite file, for its owner alone, apart from records.

What is kept of a person is as little as serves them, under a contact: one way to reach them, with
a random id. It is sealed where a key is set, ends by itself, and can be told and erased whole.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.time import now
from noroshi.store import sql_people as sql
from noroshi.store import sql_rows
from noroshi.store.rows_file import Row, RowsFile
from noroshi.store.vault import Vault

FILE = "people.db"


class Contact(Row, frozen=True):
    """One way to reach somebody: `channel` (web, line, email, push, cli, drill …), their address
    in it (sealed), and the language they are answered in (empty: not chosen)."""

    table = "contacts"
    id: str
    channel: str
    blind: bytes
    address: bytes
    language: str = ""
    created: int = 0
    used: int = 0
    expires: int = 0


class PeopleFile(RowsFile):
    """The file `people.db` in `home`, made if absent. `key`: 32 bytes that it is encrypted with,
    None for none.

    Raises NoroshiError if it is not one of this version, or was written with another key.
    """

    def __init__(self, home: Path, key: bytes | None = None) -> None:
        super().__init__(home, FILE, sql.PEOPLE)
        with self.changing() as db:
            db.execute(sql.PUT_META, ("salt", os.urandom(32)))
        self.vault = Vault(key, self._meta("salt"))
        with self.changing() as db:
            db.execute(sql.PUT_META, ("canary", self.vault.seal(b"noroshi", "canary")))
        canary = self._meta("canary")
        self.vault.open(canary, "canary")
        if self.vault.encrypts and not self.vault.sealed(canary):
            raise NoroshiError(
                "what is in it is not encrypted", where=str(self.path),
                remedy="move the file away, or take [people] key_env out of the settings",
            )  # fmt: skip

    def _meta(self, name: str) -> bytes:
        return bytes(self._one(sql_rows.META, name))

    def meet(self, channel: str, address: str, *, keep: int, language: str = "") -> Contact:
        """The contact of an address, made where there is none; it is kept for `keep`
        (microseconds) from now."""
        time, blind = now(), self.vault.blind(channel, address)

        def met() -> Contact:
            found = self.get(Contact, channel=channel, blind=blind)
            if found is None:
                id = secrets.token_urlsafe(16)
                sealed = self.vault.seal(address.encode(), f"contacts/{id}")
                found = Contact(id, channel, blind, sealed, language, time, time, time + keep)
                self.add(found)
            else:
                found = msgspec.structs.replace(
                    found, used=time, expires=max(found.expires, time + keep),
                    language=language or found.language,
                )  # fmt: skip
                self.put(found)
            return found

        return self.together(met)

    def known(self, channel: str, address: str) -> Contact | None:
        """The contact of an address, or None."""
        return self.get(Contact, channel=channel, blind=self.vault.blind(channel, address))

    def address(self, contact: Contact) -> str:
        """Where a contact is reached. Raises NoroshiError where the key is another."""
        return self.vault.open(contact.address, f"contacts/{contact.id}").decode()

    def expire(self, at: int) -> int:
        """End what is over, with all that hangs on it. Returns how many rows went."""
        gone = 0
        with self.changing() as db:
            for table in sql.EXPIRING:
                gone += db.execute(sql.expire(table), (at,)).rowcount
        if gone:
            self._db.execute(sql.CHECKPOINT)
        return gone

    def told(self, contact: Contact) -> dict[str, list[dict[str, Any]]]:
        """All that is kept of a contact, by table, as it stands in the file."""
        with self.reading() as db, _named(db):
            return {
                table: [dict(one) for one in db.execute(sql.of_contact(table, by), (contact.id,))]
                for table, by in sql.PERSONAL.items()
            }

    def erase(self, contact: Contact) -> None:
        """Erase a contact and all that hangs on it, from the file itself too."""
        self.remove(Contact, id=contact.id)
        self._db.execute(sql.CHECKPOINT)


@contextmanager
def _named(db: sqlite3.Connection) -> Iterator[None]:
    db.row_factory, before = sqlite3.Row, db.row_factory
    try:
        yield
    finally:
        db.row_factory = before
