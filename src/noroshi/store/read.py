"""Pictures and histories out of the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from noroshi.core import place
from noroshi.core.errors import NotFound
from noroshi.core.label import Reader
from noroshi.core.place import bounds, touches
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.store import Query, sql
from noroshi.store.rows import head_key

_MODES = {int(mode): mode for mode in Mode}
_ACTIONS = {int(action): action for action in Action}


def labels_sql(reader: Reader) -> str:
    """The comparison of the label column with what `reader` may see."""
    if reader.labels is None:
        return "label >= 0"
    return f"label IN ({', '.join(str(int(label)) for label in sorted(reader.labels))})"


class Names:
    """Names of kinds, sources and series by their numbers, for one connection's reads."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.kinds: dict[int, str] = dict(db.execute(sql.ALL_NAMES, ("kind",)).fetchall())
        self.sources: dict[int, str] = dict(db.execute(sql.ALL_NAMES, ("source",)).fetchall())
        self._series: dict[int, str] = {}

    def series(self, id: int) -> str:
        """A series' name."""
        found = self._series.get(id)
        if found is None:
            found = self._series[id] = self.db.execute(sql.SERIES_NAMES, (id,)).fetchone()[0]
        return found

    def source(self, id: int) -> str:
        """A source's name; sources may be new since this was made."""
        if id not in self.sources:
            self.sources = dict(self.db.execute(sql.ALL_NAMES, ("source",)).fetchall())
        return self.sources[id]

    def version(self, row: tuple[Any, ...], ended_at: int, ended_recorded: int) -> Version:
        """A Version from the columns of `sql._VERSION`."""
        (id, kind, key, series, action, issued, serial, recorded, vf, vt, label, source, sha,
         area, geometry, confidence, basis, body, ended) = row[:19]  # fmt: skip
        return Version(
            id, self.kinds[kind >> 2], key, self.series(series), _MODES[kind & 3],
            Action.CANCEL if ended else _ACTIONS[action], issued, serial, recorded, vf, vt,
            ended_at, ended_recorded, label, self.source(source), sha.hex() if sha else None,
            area, geometry, confidence,
            tuple(msgspec.json.decode(basis)) if basis else (), body,
        )  # fmt: skip


def read_picture(db: sqlite3.Connection, query: Query) -> Iterator[Version]:
    """See `noroshi.store.Store.picture`."""
    names = Names(db)
    values: dict[str, Any] = {"at": query.at, "as_of": query.as_of}
    ranges: list[tuple[int, int]] = []
    inside: _Inside | None = None
    if query.areas is not None:
        inside = _Inside(db, query.areas)
        ranges = [*query.areas, *inside.ranges]
    elif query.box is not None:
        ranges = place.box_ranges(query.box) + _areas_in(db, query.box)
    labels = labels_sql(query.reader)
    series = ""
    if query.series is not None:
        called = sql.SERIES_CALLED.format(labels=labels)
        rows = db.execute(called, (query.series, int(query.mode))).fetchall()
        series = ", ".join(str(id) for (id,) in rows)
        if not series:
            return
        ranges = []
    else:
        kind = next((id for id, name in names.kinds.items() if name == query.kind), None)
        if kind is None or (query.areas is not None and not ranges):
            return
        values["kind"] = kind * 4 + query.mode
    for number, (low, high) in enumerate(ranges):
        values[f"lo{number}"], values[f"hi{number}"] = low, high
    statement = sql.picture(ranges=len(ranges), lapsed=query.lapsed, series=series, labels=labels)
    mixed = Mixed(db, query)
    seen: set[int] | None = None if query.box is None else set()
    box = query.box
    for row in db.execute(statement, values):
        if inside is not None and not inside.holds(row[0], row[13], row[14]):
            continue
        if box is not None and row[14] is not None and not touches(box, bounds(row[14])):
            continue
        if seen is not None:
            # A record with a geometry and an area may be met under both.
            if row[0] in seen:
                continue
            seen.add(row[0])
        ended_at, ended_recorded, ord = row[19:]
        version = names.version(row, ended_at, ended_recorded)
        if query.series is not None and not _within(query, version):
            continue
        if row[3] in mixed.series:
            mixed.hold(row[3], ord, version)
        else:
            yield version
    yield from mixed.latest()


class Mixed:
    """Series that one reader sees under several labels.

    Each label is kept by itself (so that no reader can tell what it does not see). Who sees
    several takes the latest: the last edition of the whole, and of each key the last version.
    """

    def __init__(self, db: sqlite3.Connection, query: Query) -> None:
        self.db, self.query = db, query
        found = db.execute(sql.MIXED_SERIES.format(labels=labels_sql(query.reader))).fetchall()
        self.series = {id: (name, mode) for id, name, mode in found}
        self._held: dict[tuple[str, int], list[tuple[int, bytes, Version]]] = {}

    def hold(self, series: int, ord: bytes, version: Version) -> None:
        """Keep a version of a mixed series until all of them are here."""
        self._held.setdefault(self.series[series], []).append((series, ord, version))

    def latest(self) -> Iterator[Version]:
        """Of the versions held, those that no later statement under another label replaces."""
        for called, held in self._held.items():
            siblings = ", ".join(str(id) for id, one in self.series.items() if one == called)
            row = self.db.execute(
                sql.LATEST_WHOLE.format(series=siblings), (self.query.as_of, self.query.at)
            ).fetchone()
            whole, since = row if row is not None else (None, b"")
            chosen: dict[tuple[str, str], tuple[bytes, Version]] = {}
            for series, ord, version in held:
                if whole is not None and series != whole and ord < since:
                    continue
                key = version.kind, version.key
                if key not in chosen or chosen[key][0] < ord:
                    chosen[key] = ord, version
            yield from (version for _, version in chosen.values())


class _Inside:
    """Which records lie in areas: by their own area, or, where they name none, by their geometry
    if the areas' boundaries were imported."""

    def __init__(self, db: sqlite3.Connection, areas: tuple[tuple[int, int], ...]) -> None:
        self.areas = areas
        self._shapes = [
            wkb for span in areas for (wkb,) in db.execute(sql.PLACES_IN_RANGE, span).fetchall()
        ]
        frame = place.union(map(place.bounds, self._shapes))
        self.ranges = [] if frame is None else place.box_ranges(frame)
        self._seen: set[int] = set()
        self._tree: Any = None

    def holds(self, id: int, area: str | None, geometry: bytes | None) -> bool:
        """True for a record inside, the first time it is asked for."""
        if area is not None:
            token = place.area_token(area)
            if not any(low <= token <= high for low, high in self.areas):
                return False
        elif geometry is None or not self._touched(geometry):
            return False
        if id in self._seen:
            return False
        self._seen.add(id)
        return True

    def _touched(self, geometry: bytes) -> bool:
        import shapely

        if self._tree is None:
            self._tree = shapely.STRtree(shapely.from_wkb(self._shapes))
        return len(self._tree.query(shapely.from_wkb(geometry), predicate="intersects")) > 0


def _within(query: Query, version: Version) -> bool:
    """What a query by series asks beside the series."""
    if query.kind is not None and version.kind != query.kind:
        return False
    if query.box is not None and version.geometry is not None:
        return place.touches(query.box, place.bounds(version.geometry))
    return query.box is None


def _areas_in(db: sqlite3.Connection, box: place.Box) -> list[tuple[int, int]]:
    """Tokens of the imported areas whose boundary touches `box`."""
    west, south, east, north = box
    if west > east:
        return _areas_in(db, (west, south, 180.0, north)) + _areas_in(
            db, (-180.0, south, east, north)
        )
    rows = db.execute(sql.PLACES_IN_BOX, (east, west, north, south)).fetchall()
    if not rows:
        return []
    import shapely

    frame = shapely.box(west, south, east, north)
    return [(token, token) for token, wkb in rows if shapely.from_wkb(wkb).intersects(frame)]


def read_history(
    db: sqlite3.Connection, kind: str, key: str, reader: Reader, as_of: int, mode: Mode
) -> list[Version]:
    """See `noroshi.store.Store.history`."""
    names = Names(db)
    number = next((id for id, name in names.kinds.items() if name == kind), None)
    if number is None:
        return []
    found: list[Version] = []
    filed = head_key(number, key)
    heads = db.execute(sql.HISTORY_HEADS, (filed, int(mode))).fetchall()
    for (head,) in heads:
        chain: list[Version] = []
        id, ended_at, ended_recorded = head, FOREVER, FOREVER
        while id is not None:
            row = db.execute(sql.HISTORY_LINK, (id,)).fetchone()
            version = names.version(row, ended_at, ended_recorded)
            id = row[19]
            if version.recorded <= as_of:
                ended_at, ended_recorded = row[21], version.recorded
                if reader.sees(version.label):
                    chain.append(version)
        found.extend(reversed(chain))
    return found


def read_version(db: sqlite3.Connection, id: int, reader: Reader) -> Version:
    """See `noroshi.store.Store.version`."""
    row = db.execute(sql.VERSION.format(labels=labels_sql(reader)), (id,)).fetchone()
    if row is None:
        raise NotFound(f"no record {id}")
    ended_at, ended_recorded = db.execute(sql.VERSION_END, (id,)).fetchone()
    if ended_at is None:
        ended_at, ended_recorded = FOREVER, FOREVER
    return Names(db).version(row, ended_at, ended_recorded)
