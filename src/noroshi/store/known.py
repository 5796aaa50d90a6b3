"""How far a reader knows the embedded store: the last of what they may see, and of nothing else.

Times and numbers of the last commit would tell everybody that something was committed, whoever
may see it. So every transaction notes, for each label that it wrote under, when it did and up to
which version.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict

from noroshi.core.label import Reader
from noroshi.store import sql
from noroshi.store.labels import labels_sql

#: For how many readers' labels the last answer is kept.
_KEPT = 1_000


def note(db: sqlite3.Connection, edition: int) -> None:
    """Note what the transaction at hand wrote: everything after `edition`."""
    db.execute(sql.NOTE_KNOWN, (edition,))


class Known:
    """Recorded time and version of the last that a reader may see; worked out once a commit."""

    def __init__(self) -> None:
        self._kept: OrderedDict[frozenset[int], tuple[int, int, int]] = OrderedDict()

    def of(self, db: sqlite3.Connection, reader: Reader) -> tuple[int, int]:
        """Recorded time and version id, 0 and 0 where there is nothing to see."""
        (last,) = db.execute(sql.GET_META, ("recorded",)).fetchone() or (0,)
        labels = reader.labels
        if labels is None:
            return last, db.execute(sql.LATEST).fetchone()[0]
        kept = self._kept.get(labels)
        if kept is None or kept[0] != last:
            statement = sql.KNOWN.format(labels=labels_sql(db, reader))
            kept = (last, *db.execute(statement).fetchone())
            self._kept[labels] = kept
            while len(self._kept) > _KEPT:
                try:
                    self._kept.popitem(last=False)
                except KeyError:  # another thread was quicker
                    break
        return kept[1], kept[2]
