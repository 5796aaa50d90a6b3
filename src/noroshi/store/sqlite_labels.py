"""Labels, recalls and relabelling in the embedded store: the part of it that says who sees what."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from noroshi.core.errors import NotFound
from noroshi.core.label import Label, Sharing
from noroshi.store import Incoming, Outcome, Receipt, sql, sql_exchange, unpack
from noroshi.store.labels import define, narrowest, read_labels, read_stamp, sharing_of
from noroshi.store.sqlite_exchange import recall_sent
from noroshi.store.withdraw import recall
from noroshi.store.write import Writer


class SqliteLabels:
    """The part of `noroshi.store.sqlite.SqliteStore` that says who sees what."""

    if TYPE_CHECKING:  # what the whole store has

        @property
        def _db(self) -> sqlite3.Connection: ...

        def _transaction(self) -> AbstractContextManager[Writer]: ...

        def _take(self, writer: Writer, incoming: Incoming, outcome: Outcome | None) -> Receipt: ...

    def labels(self, after: int = -1) -> list[Label]:
        """See `Store.labels`."""
        return read_labels(self._db, after)

    def label_stamp(self) -> int:
        """See `Store.label_stamp`."""
        return read_stamp(self._db)

    def define_label(
        self, name: str, sharing: Sharing, *, origin: str = "", stream: int = 0
    ) -> Label:
        """See `Store.define_label`."""
        with self._transaction() as writer:
            return define(writer.db, name, sharing, origin, stream)

    def meaning(self, label: int) -> Sharing:
        """See `Store.meaning`."""
        return sharing_of(self._db, label)

    def labels_of(self, kinds: Collection[str]) -> set[int]:
        """See `Store.labels_of`."""
        marks = ", ".join("?" * len(kinds))
        rows = self._db.execute(sql_exchange.USED.format(marks=marks), tuple(kinds))
        return {label for (label,) in rows if label >= 0}

    def narrowest(self, labels: set[int]) -> int:
        """See `Store.narrowest`."""
        if len(labels) == 1:
            return next(iter(labels))
        with self._transaction() as writer:
            return narrowest(writer.db, labels)

    def recall(
        self, sha: bytes, label: int, reason: str, *, erase: bool = False, origin: str = ""
    ) -> tuple[int, list[bytes]]:
        """See `Store.recall`."""
        with self._transaction() as writer:
            row = writer.db.execute(sql.FIND_MESSAGE, (sha,)).fetchone()
            if row is None:
                raise NotFound(f"no message {sha.hex()[:12]}")
            if origin:
                recall_sent(writer, row[0], label, reason, origin)
            found = recall(writer, row[0], label, reason, erase=erase)
        if erase:
            self._db.execute(sql_exchange.EMPTY_LOG).fetchall()
        return found

    def recalls(self) -> list[tuple[str, int, int, str]]:
        """See `Store.recalls`."""
        return self._db.execute(sql_exchange.RECALLS).fetchall()

    def expired(self, label: int, before: int, limit: int = 500) -> list[bytes]:
        """See `Store.expired`."""
        return [sha for (sha,) in self._db.execute(sql_exchange.EXPIRED, (label, before, limit))]

    def relabel(
        self,
        sha: bytes,
        old: Sequence[int],
        new: int,
        outcome: Outcome,
        reason: str,
        origin: str = "",
    ) -> tuple[Receipt, list[bytes]]:
        """See `Store.relabel`."""
        with self._transaction() as writer:
            db = writer.db
            row = db.execute(sql_exchange.RELABELLED, (sha,)).fetchone()
            if row is None:
                raise NotFound(f"no message {sha.hex()[:12]}")
            id, size, data, source, name = row
            again: list[bytes] = []
            for label in old:
                if origin:
                    recall_sent(writer, id, label, reason, origin)
                again += recall(writer, id, label, reason, erase=False)[1]
            db.execute(sql_exchange.LET_BACK, (id, new))
            incoming = Incoming(unpack(data, size), sha, source, name, new)
            return self._take(writer, incoming, outcome), again
