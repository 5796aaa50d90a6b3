"""Files of typed rows: one SQLite file each, safe for several processes and threads.

They keep rows; what may be done to them is the engine's to say.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec

from noroshi.core import typed
from noroshi.core.errors import NoroshiError
from noroshi.store import sql_rows as sql
from noroshi.store.connections import _patiently

#: Seconds for which one process waits for another.
_PATIENCE = 30


class Schema(msgspec.Struct, frozen=True):
    """What a file holds: `what` it is called, its version, the statements that make it, those that
    open a connection, and by table the columns that tell its rows apart."""

    what: str
    version: int
    statements: tuple[str, ...]
    open: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]]


class Row(msgspec.Struct, frozen=True):
    """A row of one table."""

    table: ClassVar[str]


R = TypeVar("R", bound=Row)
T = TypeVar("T")


class RowsFile:
    """The file `name` in `home`, made if absent, for its owner alone; `schema` is what it holds.

    Raises NoroshiError if it is not one of this version.
    """

    def __init__(self, home: Path, name: str, schema: Schema) -> None:
        self.path, self._schema = home / name, schema
        self._local = threading.local()
        # Threads of one process take turns here: SQLite would have each sleep and look again.
        self._turn = threading.Lock()
        self._queued: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
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
                f"cannot be opened as a {schema.what}: {error}", where=str(self.path),
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
            for statement in self._schema.open:
                _patiently(found, statement)
            self._local.db, self._local.depth = found, 0
            self._open.append(found)
        return found

    def _create(self) -> None:
        if self._one(sql.TABLES) == 0:
            with self.changing():
                # Another process may have made it while this one waited.
                if self._one(sql.TABLES) == 0:
                    for statement in self._schema.statements:
                        self._db.execute(statement)
        found = self._one(sql.META, "schema")
        if found != self._schema.version:
            raise NoroshiError(
                f"{self._schema.what} format {found} is not {self._schema.version}, which this "
                "version reads",
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
        if local.depth:
            yield from self._within(db)
            return
        with self._turn, self._alone(db):
            yield db

    def together(self, work: Callable[[], T]) -> T:
        """What `work` returns, done in a transaction that others' may share, so that many threads
        wait for the disk once: its own changes are kept whole, or not at all where it raises;
        durable on return. Any thread may run it. Within a transaction it is part of that."""
        if self._db.in_transaction and self._local.depth:
            return work()
        mine: Future[T] = Future()
        self._queued.append((work, mine))
        with self._turn:
            if not mine.done():
                self._commit_queued()
        return mine.result()

    def _commit_queued(self) -> None:
        """Do all that is queued in one transaction, and tell each what became of it."""
        some: list[tuple[Callable[[], Any], Future[Any]]] = []
        while self._queued:
            some.append(self._queued.popleft())
        told: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._alone(self._db) as db:
                for work, future in some:
                    db.execute("SAVEPOINT one")
                    try:
                        told.append((future, work(), None))
                    except Exception as error:
                        db.execute("ROLLBACK TO one")
                        told.append((future, None, error))
                    db.execute("RELEASE one")
        except BaseException as error:
            for _, future in some:
                future.set_exception(error)
            return
        for future, value, failed in told:
            if failed is None:
                future.set_result(value)
            else:
                future.set_exception(failed)

    @contextmanager
    def _alone(self, db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        """A transaction of the thread whose turn it is."""
        db.execute("BEGIN IMMEDIATE")
        try:
            yield from self._within(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self.commits = next(self._numbers)

    def _within(self, db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        self._local.depth += 1
        try:
            yield db
        finally:
            self._local.depth -= 1

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
        values = [getattr(row, one) for one in (*fields, *self._schema.keys[row.table])]
        with self.changing() as db:
            if (
                db.execute(
                    sql.update(row.table, fields, self._schema.keys[row.table]), _values(values)
                ).rowcount
                == 0
            ):
                self.add(row)

    def remove(self, kind: type[Row], **where: object) -> int:
        """Remove the rows whose columns are as given. Returns how many."""
        if not where:
            raise ValueError("say which rows")
        with self.changing() as db:
            statement = sql.delete(kind.table, _known(kind, where))
            return db.execute(statement, _values(where.values())).rowcount

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
