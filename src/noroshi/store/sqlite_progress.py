"""How far some work on the embedded store has come, and what was said last."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.label import Reader
from noroshi.core.record import Mode
from noroshi.store import sql
from noroshi.store.labels import labels_sql
from noroshi.store.sqlite_arrived import SqliteArrived


class SqliteProgress(SqliteArrived):
    """The part of `noroshi.store.sqlite.SqliteStore` that remembers how far others have come."""

    def marked(self, name: str) -> int:
        """See `Store.marked`."""
        row = self._db.execute(sql.GET_META, (name,)).fetchone()
        return row[0] if row else 0

    def mark(self, name: str, value: int) -> None:
        """See `Store.mark`."""
        self.mark_all({name: value})

    def mark_all(self, values: Mapping[str, int]) -> None:
        """See `Store.mark_all`."""
        with self._transaction() as writer:
            writer.db.executemany(sql.PUT_META, values.items())

    def last_issue(self, series: str, mode: Mode, label: int) -> tuple[int, int] | None:
        """See `Store.last_issue`."""
        labels = labels_sql(self._db, Reader("series", frozenset({label})))
        called = sql.SERIES_CALLED.format(labels=labels)
        found = [
            row
            for (id,) in self._db.execute(called, (series, int(mode))).fetchall()
            if (row := self._db.execute(sql.LAST_ISSUE, (id,)).fetchone()) is not None
        ]
        return max(found, default=None)
