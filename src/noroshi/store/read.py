"""Pictures out of the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from noroshi.core import place
from noroshi.core.label import Reader
from noroshi.core.place import bounds, touches
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, NEVER
from noroshi.store import Cursor, Query, sql
from noroshi.store.connections import Connection
from noroshi.store.labels import labels_sql
from noroshi.store.rows import NOWHERE

MODES = {int(mode): mode for mode in Mode}
_ACTIONS = {int(action): action for action in Action}


#: How many names of series a connection remembers.
_NAMES = 100_000


def names_of(db: sqlite3.Connection) -> Names:
    """What a connection knows of names: they never change once they are committed."""
    if not isinstance(db, Connection) or db.writes:
        return Names(db)
    found: Names | None = db.names
    if found is None:
        found = db.names = Names(db)
    return found


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
            if len(self._series) >= _NAMES:
                self._series.clear()
            found = self._series[id] = self.db.execute(sql.SERIES_NAMES, (id,)).fetchone()[0]
        return found

    def kind(self, id: int) -> str:
        """A kind's name; kinds may be new since this was made."""
        if id not in self.kinds:
            self.kinds = dict(self.db.execute(sql.ALL_NAMES, ("kind",)).fetchall())
        return self.kinds[id]

    def number(self, kind: str) -> int | None:
        """The number of a kind; None where nothing of it was ever kept."""
        for _ in range(2):
            for id, name in self.kinds.items():
                if name == kind:
                    return id
            self.kinds = dict(self.db.execute(sql.ALL_NAMES, ("kind",)).fetchall())
        return None

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
            id, self.kind(kind >> 2), key, self.series(series), MODES[kind & 3],
            Action.CANCEL if ended else _ACTIONS[action], issued, serial, recorded, vf, vt,
            ended_at, ended_recorded, label, self.source(source), sha.hex() if sha else None,
            area, geometry, confidence,
            tuple(msgspec.json.decode(basis)) if basis else (), body, series,
        )  # fmt: skip


class Row(NamedTuple):
    """A version of a picture, the order of its edition, where it is filed, and its span."""

    version: Version
    ord: bytes
    place: int
    span: tuple[int, int, int, int, int, int]


def read_picture(db: sqlite3.Connection, query: Query) -> Iterator[Version]:
    """See `noroshi.store.Store.picture`."""
    mixed = Mixed(db, query)
    for row in read_rows(db, query):
        if row.version.series_id in mixed.series:
            mixed.hold(row.ord, row.version)
        else:
            yield row.version
    yield from mixed.latest()


def read_rows(
    db: sqlite3.Connection, query: Query, after: Cursor | None = None, *, ever: bool = False
) -> Iterator[Row]:
    """The rows of a picture in the order of place and id (but by series), each version once for
    each of its spans that is asked for; `ever`: as known at whatever time since `query.at`."""
    names = names_of(db)
    values: dict[str, Any] = {"at": query.at, "as_of": query.as_of, "until": query.until}
    ranges: list[tuple[int, int]] = []
    inside: _Inside | None = None
    if query.areas is not None:
        inside = _Inside(db, query.areas)
        ranges = [*query.areas, *inside.ranges]
    elif query.box is not None:
        ranges = place.box_ranges(query.box) + areas_in_box(db, query.box)
    labels = labels_sql(db, query.reader)
    series = ""
    if query.series is not None:
        called = sql.SERIES_CALLED.format(labels=labels)
        rows = db.execute(called, (query.series, int(query.mode))).fetchall()
        series = ", ".join(str(id) for (id,) in rows)
        if not series:
            return
        ranges = []
    else:
        kind = names.number(query.kind or "")
        if kind is None or (query.areas is not None and not ranges):
            return
        values["kind"] = kind * 4 + query.mode
    if after is not None:
        values["place"], values["id"] = after
    if ranges:
        ranges = merge_ranges(ranges, NOWHERE if after is None else after[0])
        if not ranges:
            return
    for number, (low, high) in enumerate(ranges):
        values[f"lo{number}"], values[f"hi{number}"] = low, high
    when = "shown" if query.until is None else "sometime"
    statement = sql.picture(
        ranges=len(ranges), when="ever" if ever else "lapsed" if query.lapsed else when,
        series=series, labels=labels, boxed=inside is None, after=after is not None,
    )  # fmt: skip
    box = query.box
    for row in db.execute(statement, values):
        where = row[22]
        met = None if series else where
        if inside is not None and not inside.holds(met, row[13], row[14]):
            continue
        if box is not None and row[14] is not None and not touches(box, bounds(row[14])):
            continue
        version = names.version(row, row[19], row[20])
        if query.series is not None and not _within(query, version):
            continue
        yield Row(version, row[21], where, (*row[23:27], row[19], row[20]))


def merge_ranges(ranges: list[tuple[int, int]], start: int) -> list[tuple[int, int]]:
    """Ranges in order and without overlap, from `start` on."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if high < start:
            continue
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((max(low, start), high))
    return found


class Mixed:
    """Series that one reader sees under several labels.

    Each label is kept by itself (so that no reader can tell what it does not see). Who sees
    several takes the latest: the last edition of the whole, and of each key the last version.
    """

    def __init__(self, db: sqlite3.Connection, query: Query) -> None:
        self.db, self.query = db, query
        found = _mixed(db, query.reader)
        if query.as_of < found.since:
            found = _Seen(
                [row for row in found.rows if row[3] is not None and row[3] <= query.as_of]
            )
        self.series, self._siblings = found.series, found.siblings
        self._held: dict[tuple[str, int], list[tuple[int, bytes, Version]]] = {}

    def hold(self, ord: bytes, version: Version) -> None:
        """Keep a version of a mixed series until all of them are here."""
        series = version.series_id
        self._held.setdefault(self.series[series], []).append((series, ord, version))

    def latest(self) -> Iterator[Version]:
        """Of the versions held, those that no later statement under another label replaces."""
        for called, held in self._held.items():
            siblings = ", ".join(map(str, self._siblings[called]))
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


class _Seen:
    """Series of one name that a reader sees under several labels, out of rows of `MIXED_SERIES`;
    since `since` all of them are."""

    def __init__(self, rows: list[tuple[int, str, int, int | None]]) -> None:
        self.siblings: dict[tuple[str, int], list[int]] = {}
        for id, name, mode, _ in rows:
            self.siblings.setdefault((name, mode), []).append(id)
        self.siblings = {called: ids for called, ids in self.siblings.items() if len(ids) > 1}
        self.series = {id: called for called, ids in self.siblings.items() for id in ids}
        self.rows = [row for row in rows if row[0] in self.series]
        self.since = max(
            (FOREVER if row[3] is None else row[3] for row in self.rows), default=NEVER
        )


#: How many readers' mixed series a connection remembers.
_READERS = 16


def _mixed(db: sqlite3.Connection, reader: Reader) -> _Seen:
    """The mixed series of a reader: looked up once for as long as there are no more of them."""
    kept: dict[frozenset[int] | None, _Seen] = {}
    if isinstance(db, Connection) and not db.writes:
        row = db.execute(sql.GET_META, ("mixed",)).fetchone()
        stamp = row[0] if row else 0
        if db.mixed[0] != stamp:
            db.mixed = stamp, kept
        kept = db.mixed[1]
    found = kept.get(reader.labels)
    if found is None:
        statement = sql.MIXED_SERIES.format(labels=labels_sql(db, reader))
        found = _Seen(db.execute(statement).fetchall())
        while len(kept) >= _READERS:
            kept.pop(next(iter(kept)))
        kept[reader.labels] = found
    return found


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
        self._tree: Any = None

    def holds(self, met: int | None, area: str | None, geometry: bytes | None) -> bool:
        """True for a record inside that is met at its own token (None: it is met only once)."""
        if area is not None:
            # What has a geometry as well is filed under both, and is met under its area.
            token = place.area_token(area)
            return met in (None, token) and any(low <= token <= high for low, high in self.areas)
        return geometry is not None and self._touched(geometry)

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


def areas_in_box(db: sqlite3.Connection, box: place.Box) -> list[tuple[int, int]]:
    """Tokens of the imported areas whose boundary touches `box`."""
    west, south, east, north = box
    if west > east:
        return areas_in_box(db, (west, south, 180.0, north)) + areas_in_box(
            db, (-180.0, south, east, north)
        )
    tokens, tree = _boundaries(db)
    if tree is None:
        return []
    import shapely

    met = tree.query(shapely.box(west, south, east, north), predicate="intersects")
    return [(tokens[one], tokens[one]) for one in met.tolist()]


#: Boundaries of each store's areas, by its file: when they were imported, tokens, and their index.
_KEPT: dict[str, tuple[int, list[int], Any]] = {}


def _boundaries(db: sqlite3.Connection) -> tuple[list[int], Any]:
    """Tokens of the areas that have a boundary and the index over these, read once."""
    file = db.execute(sql.FILE).fetchone()[2]
    row = db.execute(sql.GET_META, ("places",)).fetchone()
    stamp = row[0] if row else 0
    kept = _KEPT.get(file)
    if kept is None or kept[0] != stamp:
        rows = db.execute(sql.PLACES_LOCATED).fetchall()
        tree = None
        if rows:
            import shapely

            tree = shapely.STRtree(shapely.from_wkb([wkb for _, wkb in rows]))
        kept = _KEPT[file] = stamp, [token for token, _ in rows], tree
        while len(_KEPT) > _STORES:
            _KEPT.pop(next(iter(_KEPT)))
    return kept[1], kept[2]


#: How many stores' boundaries are kept: a process serves one.
_STORES = 2
