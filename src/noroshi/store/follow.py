"""What changed, and how sources stand, out of the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from noroshi.core.label import OPERATOR, Reader
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, FOREVER, MINUTE, now
from noroshi.store import Change, News, SourceState, sql
from noroshi.store.labels import labels_sql
from noroshi.store.pages import read_versions
from noroshi.store.read import MODES, names_of

#: How many of a source's latest payload times are looked at.
_RECENT = 32
#: How far a sender's clock may be ahead.
_AHEAD = 10 * MINUTE


def read_changes(
    db: sqlite3.Connection,
    reader: Reader,
    after: int | None,
    before: int | None,
    limit: int,
    kinds: Collection[str] | None,
) -> list[Change]:
    """See `noroshi.store.Store.changes`."""
    names = names_of(db)
    where = [f"e.{labels_sql(db, reader)}"]
    if after is not None:
        where.append("r.id > :after")
    if before is not None:
        where.append("r.id < :before")
    if kinds is not None:
        known = [id for kind in kinds if (id := names.number(kind)) is not None]
        numbers = [id * 4 + mode for id in known for mode in Mode]
        where.append(f"r.kind IN ({', '.join(map(str, numbers))})")
    statement = sql.CHANGES.format(
        where=" AND ".join(where), order="ASC" if after is not None else "DESC"
    )
    asked = {"after": after, "before": before, "limit": limit}
    rows = db.execute(statement, asked).fetchall()
    earlier = read_versions(db, sorted({row[19] for row in rows if row[19] is not None}), OPERATOR)
    found = []
    for row in rows:
        ended = (FOREVER, FOREVER) if row[20] is None else (row[20], row[21])
        version = names.version(row, *ended)
        previous = earlier.get(row[19])
        found.append(Change(version, _visible(version, previous, reader)))
    return found


def read_news(db: sqlite3.Connection, after: int, limit: int) -> list[News]:
    """See `noroshi.store.Store.news`."""
    names = names_of(db)
    return [
        News(id, names.kind(kind >> 2), MODES[kind & 3], names.series(series), begins)
        for id, kind, series, begins in db.execute(sql.NEWS, (after, limit)).fetchall()
    ]


def _visible(version: Version, previous: Version | None, reader: Reader) -> Version | None:
    if previous is None or not reader.sees(previous.label):
        return None
    if previous.action is Action.CANCEL:
        # What ended what had ended already ends nothing; both say so of the same thing.
        return previous if version.action is Action.CANCEL else None
    return previous


def read_sources(db: sqlite3.Connection, reader: Reader, mode: Mode) -> list[SourceState]:
    """See `noroshi.store.Store.sources`."""
    labels = labels_sql(db, reader)
    called = dict(db.execute(sql.ALL_NAMES, ("source",)).fetchall())
    newest = dict(db.execute(sql.SOURCE_NEWEST.format(labels=labels), (mode,)).fetchall())
    recent: dict[int, list[tuple[int, int]]] = {}
    # What claims to be from the future tells nothing of how fresh a source is.
    statement = sql.SOURCE_RECENT.format(labels=labels)
    for source, issued, delay in db.execute(statement, (mode, now() + _AHEAD)):
        one = recent.setdefault(source, [])
        if len(one) < _RECENT:
            one.append((issued, delay))
    rows = db.execute(sql.SOURCE_QUARANTINED.format(labels=labels), (now() - DAY,)).fetchall()
    bad = {source: (count, lately) for source, count, lately in rows}
    found = []
    for source, arrivals, received in db.execute(sql.SOURCE_ARRIVALS.format(labels=labels)):
        times = recent.get(source, [])
        found.append(
            SourceState(
                called[source], arrivals, received, newest.get(source),
                tuple(issued for issued, _ in times), tuple(delay for _, delay in times),
                *bad.get(source, (0, 0)),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.name)


def read_counts(db: sqlite3.Connection, reader: Reader) -> dict[str, Any]:
    """See `noroshi.store.Store.counts`, but for the size on disk."""
    labels = labels_sql(db, reader)
    messages, records, totals = (
        db.execute(statement.format(labels=labels)).fetchall() for statement in sql.COUNTS.values()
    )
    names = ("series", "editions", "versions", "arrivals", "places")
    return {
        "messages": dict(messages), "records": dict(records),
        **dict(zip(names, totals[0], strict=True)),
    }  # fmt: skip


def read_density(
    db: sqlite3.Connection, reader: Reader, start: int, end: int, bins: int, mode: Mode
) -> tuple[list[int], list[int]]:
    """See `noroshi.store.Store.density`."""
    width = max(1, -(-(end - start) // bins))
    asked: dict[str, Any] = {"start": start, "end": end, "width": width, "mode": int(mode)}
    counted = []
    for time in ("recorded", "issued"):
        bars = [0] * bins
        statement = sql.DENSITY.format(time=time, labels=labels_sql(db, reader))
        for bar, count in db.execute(statement, asked):
            bars[bar] += count
        counted.append(bars)
    return counted[0], counted[1]
