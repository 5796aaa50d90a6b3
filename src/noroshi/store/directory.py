"""The embedded directory: one SQLite file of who there is, safe for several processes and threads.

It keeps rows; what may be done to them is `noroshi.engine.directory`'s to say.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec

from noroshi.core import typed
from noroshi.core.errors import NoroshiError
from noroshi.store import sql_directory as sql
from noroshi.store.connections import _patiently

FILE = "directory.db"
#: Seconds for which one process waits for another.
_PATIENCE = 30


class Row(msgspec.Struct, frozen=True):
    """A row of one table."""

    table: ClassVar[str]


class Organisation(Row, frozen=True):
    """An organisation, as `org:ID`."""

    table = "organisations"
    id: str
    name: str
    name_ja: str = ""
    contact: str = ""
    created: int = 0


class Person(Row, frozen=True):
    """A person, as `person:ID`. A temporary account ends at `until`; `incident` says what it is
    for. `issuer` and `subject` name them at an OpenID provider."""

    table = "people"
    id: str
    name: str
    email: str | None = None
    clearance: int = 0
    compartments: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    until: int | None = None
    incident: str = ""
    disabled: bool = False
    issuer: str | None = None
    subject: str | None = None
    created: int = 0


class Password(Row, frozen=True):
    """The hash of a person's password (a PHC string). Apart from `Person`, so that whatever is
    said of a person never says this."""

    table = "passwords"
    person: str
    hash: str
    changed: int


class Membership(Row, frozen=True):
    """A person in an organisation, and as what (`noroshi.engine.roles.Role`)."""

    table = "memberships"
    person: str
    organisation: str
    role: int


class Device(Row, frozen=True):
    """A thing that sends or shows, and belongs to an organisation."""

    table = "devices"
    id: str
    organisation: str
    name: str
    created: int = 0


class Group(Row, frozen=True):
    """A group of organisations and persons, as `group:NAME`."""

    table = "groups"
    name: str
    title: str = ""
    title_ja: str = ""


class Grouped(Row, frozen=True):
    """A member (`org:ID` or `person:ID`) of a group."""

    table = "grouped"
    name: str
    member: str


class Token(Row, frozen=True):
    """What a node knows of a token. `secret` is the SHA-256 of its secret. `holder` is
    `person:ID`, `device:ID`, `org:ID`, or empty: then `atoms` say what it reads. With a holder,
    atoms narrow what it reads (none: all that the holder does). `labels` are explicit ones."""

    table = "tokens"
    id: str
    name: str
    secret: bytes
    holder: str = ""
    atoms: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    role: int = 1
    source: str = ""
    created: int = 0
    expires: int | None = None


class Session(Row, frozen=True):
    """A person who is logged in. `secret` is the SHA-256 of the cookie's; it ends `idle` after
    its last use, and at `expires`. `csrf` must come with what changes something."""

    table = "sessions"
    secret: bytes
    person: str
    created: int
    used: int
    idle: int
    expires: int
    csrf: str


class Credential(Row, frozen=True):
    """A WebAuthn credential: its public key (COSE), and how often it says it was used."""

    table = "credentials"
    id: bytes
    person: str
    key: bytes
    count: int
    name: str
    created: int = 0


class Attempt(Row, frozen=True):
    """Failed logins under one key: how many, when the next is heard, when the last was, and when
    one last succeeded (0: never)."""

    table = "attempts"
    key: str
    count: int = 0
    next: int = 0
    last: int = 0
    good: int = 0


class Gone(Row, frozen=True):
    """An atom that was removed, and is not given out again."""

    table = "gone"
    atom: str
    since: int


R = TypeVar("R", bound=Row)


class DirectoryFile:
    """The file `directory.db` in `home`, made if absent, for its owner alone.

    Raises NoroshiError if it is not a directory of this version.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        #: Another number after each change that this process made.
        self.commits = 0
        self._numbers = count(1)
        try:
            home.mkdir(parents=True, exist_ok=True)
            # SQLite gives its journal the same permissions as the file.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._create()
        except sqlite3.DatabaseError as error:
            raise NoroshiError(
                f"cannot be opened as a directory: {error}", where=str(self.path),
                remedy="restore a copy; is it writable, and on a local disk?",
            ) from error  # fmt: skip

    @property
    def _db(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "db", None)
        if found is None:
            found = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False,
                cached_statements=256,
            )  # fmt: skip
            for statement in sql.OPEN:
                _patiently(found, statement)
            self._local.db, self._local.depth = found, 0
            self._open.append(found)
        return found

    def _create(self) -> None:
        if self._one(sql.TABLES) == 0:
            with self.changing():
                # Another process may have made it while this one waited.
                if self._one(sql.TABLES) == 0:
                    for statement in sql.SCHEMA:
                        self._db.execute(statement)
        found = self._one(sql.META, "schema")
        if found != sql.SCHEMA_VERSION:
            raise NoroshiError(
                f"directory format {found} is not {sql.SCHEMA_VERSION}, which this version reads",
                where=str(self.path), remedy="use the version of Noroshi that wrote it",
            )  # fmt: skip

    def close(self) -> None:
        """Let go of the file."""
        for db in self._open:
            db.close()
        self._open.clear()
        self._local = threading.local()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that writes, alone among all threads and processes: kept whole, or not at
        all where an exception leaves it. One within another is part of it."""
        db, local = self._db, self._local
        if local.depth == 0:
            db.execute("BEGIN IMMEDIATE")
        local.depth += 1
        try:
            yield db
        except BaseException:
            if local.depth == 1:
                db.execute("ROLLBACK")
            raise
        else:
            if local.depth == 1:
                db.execute("COMMIT")
                self.commits = next(self._numbers)
        finally:
            local.depth -= 1

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Reads that all see the same state."""
        db = self._db
        if db.in_transaction:
            yield db
            return
        db.execute("BEGIN")
        try:
            yield db
        finally:
            db.execute("COMMIT")

    @property
    def generation(self) -> int:
        """Rises with every change of who may see what, in any process."""
        return int(self._one(sql.META, "generation"))

    def all(self, kind: type[R], **where: object) -> list[R]:
        """Rows of a kind whose columns are as given, oldest first."""
        fields = kind.__struct_fields__
        statement = sql.select(kind.table, fields, _known(kind, where))
        try:
            rows = self._db.execute(statement, _values(where.values())).fetchall()
        except UnicodeEncodeError:  # half of a surrogate pair: no text that is kept has one
            return []
        return [_decoded(kind, fields, row) for row in rows]

    def get(self, kind: type[R], **where: object) -> R | None:
        """The one row, or None."""
        return next(iter(self.all(kind, **where)), None)

    def add(self, row: Row) -> None:
        """A new row."""
        fields = row.__struct_fields__
        with self.changing() as db:
            db.execute(sql.insert(row.table, fields), _values(getattr(row, one) for one in fields))

    def put(self, row: Row) -> None:
        """A row in the place of the one with the same key, or a new one."""
        fields = row.__struct_fields__
        values = [getattr(row, one) for one in (*fields, *sql.KEYS[row.table])]
        with self.changing() as db:
            if db.execute(sql.update(row.table, fields), _values(values)).rowcount == 0:
                self.add(row)

    def remove(self, kind: type[Row], **where: object) -> int:
        """Remove the rows whose columns are as given. Returns how many."""
        if not where:
            raise ValueError("say which rows")
        with self.changing() as db:
            statement = sql.delete(kind.table, _known(kind, where))
            return db.execute(statement, _values(where.values())).rowcount

    def forget_attempts(self, before: int, trusted_before: int, most: int) -> None:
        """Remove attempts that are over, and the oldest beyond `most`."""
        with self.changing() as db:
            db.execute(sql.FORGET_ATTEMPTS, (before, trusted_before))
            db.execute(sql.MOST_ATTEMPTS, (most,))

    def end_sessions(self, at: int) -> int:
        """Remove the sessions that are over."""
        with self.changing() as db:
            return db.execute(sql.END_SESSIONS, (at,)).rowcount

    def _one(self, statement: str, *values: object) -> Any:
        row = self._db.execute(statement, values).fetchone()
        return None if row is None else row[0]


def _known(kind: type[Row], where: dict[str, object]) -> tuple[str, ...]:
    unknown = set(where) - set(kind.__struct_fields__)
    if unknown:
        raise ValueError(f"{kind.table} has no column {sorted(unknown)[0]}")
    return tuple(where)


def _values(values: Any) -> list[Any]:
    return [
        msgspec.json.encode(one).decode() if isinstance(one, tuple)
        else int(one) if isinstance(one, int) else one
        for one in values
    ]  # fmt: skip


def _decoded(kind: type[R], fields: tuple[str, ...], row: tuple[Any, ...]) -> R:
    found = dict(zip(fields, row, strict=True))
    for name, hint in kind.__annotations__.items():
        if name in found and str(hint).startswith("tuple"):
            found[name] = msgspec.json.decode(found[name])
    made: R = typed.convert(found, kind, strict=False)
    return made
