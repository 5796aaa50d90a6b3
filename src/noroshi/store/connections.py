"""Connections to the file of the embedded store: one for each thread."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from noroshi.core.errors import NoroshiError
from noroshi.store import sql, sql_exchange


class Connection(sqlite3.Connection):
    """A connection that remembers in which of its temporary tables the labels of a reader are, and
    what `noroshi.store.read` found of names and of series under several labels."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.seen: OrderedDict[frozenset[int], str] = OrderedDict()
        self.tables = 0
        self.mixed: tuple[int, dict[frozenset[int] | None, Any]] = (-1, {})
        self.names: Any = None
        #: See `noroshi.store.Store.reading`.
        self.reading = False

    @property
    def writes(self) -> bool:
        """True in a transaction of one that writes."""
        return self.in_transaction and not self.reading


class Connections:
    """Connections to a store's file, which is made if absent. Up to `mapped` bytes of it are read
    through a memory map: twice as fast, and it counts towards the process's resident memory.

    Raises NoroshiError if the file is not a Noroshi store, or was written by a newer version.
    """

    def __init__(self, path: Path, mapped: int = 0) -> None:
        self.path = path
        self._mapped = mapped
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        fresh = not path.exists()
        if fresh:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._create(fresh)
        except sqlite3.DatabaseError as error:
            raise NoroshiError(
                f"cannot be opened as a store: {error}",
                where=str(path),
                remedy="is this a Noroshi home, writable, and on a local disk?",
            ) from error

    @property
    def db(self) -> Connection:
        """This thread's connection."""
        found: Connection | None = getattr(self._local, "db", None)
        if found is None:
            found = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False,
                cached_statements=256, factory=Connection,
            )  # fmt: skip
            for statement in sql.OPEN.strip().split("\n"):
                _patiently(found, statement)
            if self._mapped:
                found.execute(f"PRAGMA mmap_size = {self._mapped:d}")
            self._local.db = found
            self._open.append(found)
        return found

    def _create(self, fresh: bool) -> None:
        db = self.db
        if not fresh and db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            fresh = True
        if fresh:
            db.execute("BEGIN IMMEDIATE")
            # Another process may have made it while this one waited.
            if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
                _make(db, sql.SCHEMA + sql_exchange.SCHEMA + sql.SCHEMA_KNOWN)
            db.execute("COMMIT")
        row = db.execute(sql.GET_META, ("schema",)).fetchone()
        if row is not None and row[0] in _ADDED:
            db.execute("BEGIN IMMEDIATE")
            row = db.execute(sql.GET_META, ("schema",)).fetchone()
            for version in range(row[0], sql.SCHEMA_VERSION):
                _make(db, _ADDED[version])
            db.execute("COMMIT")
            row = (sql.SCHEMA_VERSION,)
        if row is None or row[0] != sql.SCHEMA_VERSION:
            raise NoroshiError(
                f"store format {row and row[0]} is not {sql.SCHEMA_VERSION}, which this version "
                "reads",
                where=str(self.path),
                remedy="use the version of Noroshi that wrote it",
            )

    def close(self) -> None:
        """Let go of the file."""
        for db in self._open:
            db.close()
        self._open.clear()
        self._local = threading.local()


@contextmanager
def reading(db: Connection) -> Iterator[None]:
    """See `noroshi.store.Store.reading`."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    db.reading = True
    try:
        yield
    finally:
        db.execute("COMMIT")
        db.reading = False


@contextmanager
def not_reading(db: Connection) -> Iterator[None]:
    """Let a thread that reads as of one moment write, and read on as of its commit."""
    if not db.reading:
        yield
        return
    db.execute("COMMIT")
    db.reading = False
    try:
        yield
    finally:
        db.execute("BEGIN")
        db.reading = True


#: What the version after each added.
_ADDED = {1: sql_exchange.SCHEMA, 2: sql.SCHEMA_KNOWN}


def _make(db: sqlite3.Connection, schema: str) -> None:
    for statement in schema.split(";"):
        if statement.strip():
            db.execute(statement)
    db.execute(sql.PUT_META, ("schema", sql.SCHEMA_VERSION))


def _patiently(db: sqlite3.Connection, statement: str) -> None:
    """Run a statement for which SQLite does not wait by itself: two processes that open a new
    store at once both change its journal mode."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            db.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


#: Seconds for which one process waits for another.
_PATIENCE = 120
