"""What arrived, one arrival after another, out of the embedded store: how a node hears itself."""

from __future__ import annotations

import sqlite3

from noroshi.core.place import bounds
from noroshi.core.record import Mode
from noroshi.store import QUARANTINED, Arrived, Stated, sql
from noroshi.store.sqlite_labels import SqliteLabels

#: Records of one edition whose places are looked at.
_MOST = 500


class SqliteArrived(SqliteLabels):
    """The part of `noroshi.store.sqlite.SqliteStore` that tells what arrived."""

    def last_arrival(self) -> int:
        """See `Store.last_arrival`."""
        number: int = self._db.execute(sql.LAST_ARRIVAL).fetchone()[0]
        return number

    def arrived(self, after: int, limit: int) -> list[Arrived]:
        """See `Store.arrived`."""
        db = self._db
        found = []
        for row in db.execute(sql.ARRIVED, (after, limit)).fetchall():
            number, source, received, first, label, message, state, reason, faults = row
            stated = [] if state == QUARANTINED else _stated(db, message, label, first=bool(first))
            found.append(
                Arrived(number, source, received, bool(first), label, state, reason, faults, stated)
            )
        return found


def _stated(db: sqlite3.Connection, message: int, label: int, *, first: bool) -> list[Stated]:
    found: dict[tuple[int, int], Stated] = {}
    for row in db.execute(sql.ARRIVED_EDITIONS, (message, label)).fetchall():
        id, series, mode, issued, ord, whole, low, high = row
        conflicts, places = 0, []
        if first and high >= low:
            conflicts = _conflicts(db, (id, series, message, ord, whole, low, high))
            rows = db.execute(sql.ARRIVED_PLACES, (low, high, id, _MOST))
            places = [(area, bounds(geometry)) for area, geometry in rows]
        before = found.get((mode, issued))
        if before is not None:
            conflicts, places = conflicts + before.conflicts, [*before.places, *places]
        found[mode, issued] = Stated(Mode(mode), issued, conflicts, places)
    return list(found.values())


def _conflicts(db: sqlite3.Connection, edition: tuple[int, int, int, bytes, int, int, int]) -> int:
    """How many things an edition says otherwise than another of the same series, time of issue,
    action and serial does, which came in another message."""
    id, series, message, ord, whole, low, high = edition
    start = ord[:13]
    end = (int.from_bytes(start, "big") + 1).to_bytes(13, "big")
    twins = db.execute(sql.TWIN_EDITIONS, (series, start, end, id, message)).fetchall()
    if not twins:
        return 0
    found = [
        int(db.execute(
            sql.TWIN_OTHERS if whole and also_whole else sql.TWIN_KEYS,
            (low, high, id, first, last, twin),
        ).fetchone()[0])
        for also_whole, twin, first, last in twins
    ]  # fmt: skip
    return max(found)
