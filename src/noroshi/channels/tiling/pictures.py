"""Layers of the picture: the present one kept up to date, others computed when asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import structs

from noroshi.channels.tiling.layer import Layer, Thing, build_layer
from noroshi.core.errors import NotFound
from noroshi.core.label import Reader
from noroshi.core.place import Box
from noroshi.core.record import Mode, Version
from noroshi.core.time import FOREVER, SECOND, now
from noroshi.store import Query, Store

#: Memory for layers. One alone may be larger: then it is the only one.
LAYER_BYTES = 128 * 2**20
#: With more changes than this a layer is built anew rather than changed thing by thing.
CHANGES = 2_000
#: From this zoom on, a picture of another moment is read tile by tile.
BY_TILE_ZOOM = 8
#: Where a reader sees one series under several labels, layers are built anew at every commit, and
#: after this time: what one label hides of another leaves no trace in the changes.
MIXED_FOR = SECOND


class Sized(Protocol):
    """What knows how many bytes it takes."""

    @property
    def size(self) -> int:
        """Bytes."""
        ...


T = TypeVar("T", bound=Sized)


class Kept(Generic[T]):
    """The things used last, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self.limit, self.bytes = limit, 0
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """What is kept under `key`, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value; those not used for longest go."""
        with self._lock:
            old = self._kept.pop(key, None)
            self.bytes += value.size - (0 if old is None else old.size)
            self._kept[key] = value
            while self.bytes > self.limit and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self.bytes -= gone.size


class Present(msgspec.Struct, frozen=True):
    """A layer of the present: right from `at` until `until` while nothing is committed after
    `recorded`. It knows of the changes up to `cursor`."""

    layer: Layer
    at: int
    until: int
    recorded: int
    cursor: int

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return self.layer.size

    def holds(self, at: int, recorded: int | None = None) -> bool:
        """True if it still is the picture at a time, as known at the last commit."""
        return self.at - SECOND <= at < self.until and recorded in (None, self.recorded)


class _End(msgspec.Struct, frozen=True):
    """When a picture next changes by the clock."""

    moment: int
    size: int = 300


class Pictures:
    """Layers of one store. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._present: Kept[Present] = Kept(LAYER_BYTES)
        self._past: Kept[Layer] = Kept(LAYER_BYTES // 2)
        self._ends: Kept[_End] = Kept(2**20)
        self._locks: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def present(self, kind: str, mode: Mode, reader: Reader) -> Layer:
        """The picture now, as known now."""
        key = self._of(kind, mode, reader)
        found = self._present.get(key)
        if found is not None and found.holds(now(), self._store.recorded()):
            return found.layer
        with self._lock(key):
            # Read in this order, every change up to the cursor is recorded by then.
            cursor, at = self._store.latest(), now()
            recorded = self._store.recorded()
            found = self._present.get(key)
            if found is not None and found.holds(at, recorded):
                return found.layer
            changed = None
            if found is not None and found.holds(at):
                changed = self._follow(found, kind, mode, reader, at, recorded)
            if changed is None:
                query = Query(reader, at, recorded, kind, mode)
                layer = build_layer(kind, self._store.picture(query))
                changed = Present(layer, at, self._until(query), recorded, cursor)
            self._present.put(key, changed)
            return changed.layer

    def past(
        self, kind: str, mode: Mode, reader: Reader, at: int, as_of: int, until: int | None
    ) -> Layer:
        """The picture at `at` (or at some time until `until`) as known at `as_of`."""
        # All is known as of the last commit; so an `as_of` after it means what it does, and what
        # is known as of then never changes.
        recorded = self._store.recorded()
        query = Query(reader, at, min(as_of, recorded), kind, mode, until=until)
        key = self._key(query)
        own = self._of(kind, mode, reader)
        if until is None and query.as_of == recorded and self._present.get(own) is not None:
            # Brought up to date it serves all moments from which on nothing begins or ends.
            layer = self.present(kind, mode, reader)
            present = self._present.get(own)
            if (
                present is not None
                and (present.layer, present.recorded) == (layer, recorded)
                and key == self._key(structs.replace(query, at=present.at))
            ):
                return layer
        found = self._past.get(key)
        if found is None:
            with self._lock(key):
                found = self._past.get(key)
                if found is None:
                    found = build_layer(kind, self._store.picture(query))
                    self._past.put(key, found)
        return found

    def around(
        self,
        kind: str,
        mode: Mode,
        reader: Reader,
        at: int,
        as_of: int,
        until: int | None,
        box: Box,
    ) -> Layer:
        """The part of the picture in a box."""
        as_of = min(as_of, self._store.recorded())
        query = Query(reader, at, as_of, kind, mode, box, until=until)
        return build_layer(kind, self._store.picture(query))

    def _key(self, query: Query) -> Hashable:
        """The same for two moments between which nothing begins or ends: it has the next moment
        at which something does."""
        of = self._of(query.kind, query.mode, query.reader)
        asked = of, query.as_of, query.at, query.until
        if query.until is not None:
            return asked
        found = self._ends.get(asked)
        if found is None:
            moment = self._store.next_change(query)
            found = _End(FOREVER if moment is None else moment)
            self._ends.put(asked, found)
        # Where labels mix, nothing is known of the next change: then `at` stands for itself.
        return of, query.as_of, found.moment

    def _of(self, kind: str | None, mode: Mode, reader: Reader) -> Hashable:
        """What a layer is of: another one once anything was recalled or relabelled."""
        return kind, mode, reader.labels, self._store.label_stamp()

    def _lock(self, key: Hashable) -> threading.Lock:
        with self._guard:
            if len(self._locks) > 1_000:
                self._locks = {one: lock for one, lock in self._locks.items() if lock.locked()}
            return self._locks.setdefault(key, threading.Lock())

    def _until(self, query: Query) -> int:
        moment = self._store.next_change(query)
        if moment == query.at:
            return query.at + MIXED_FOR
        return FOREVER if moment is None else moment

    def _follow(
        self, found: Present, kind: str, mode: Mode, reader: Reader, at: int, recorded: int
    ) -> Present | None:
        """`found` with what was committed since; None where it has to be built anew."""
        several = reader.labels is None or len(reader.labels) > 1
        query = Query(reader, FOREVER, recorded, kind, mode)
        if several and self._store.next_change(query) is not None:
            return None  # series under several labels, where one statement may hide others
        changes = self._store.changes(reader, after=found.cursor, limit=CHANGES + 1, kinds={kind})
        if len(changes) > CHANGES:
            return None
        cursor = found.cursor
        things: set[Thing] = set()
        for change in changes:
            version = change.version
            if version.recorded > recorded:
                break
            cursor = version.id
            if version.mode is not mode:
                continue
            things.add((version.series_id, version.key))
        if not things:
            return structs.replace(found, recorded=recorded, cursor=cursor)
        shown: list[Version] = []
        for series, key in things:
            try:
                shown.append(self._store.thing(kind, series, key, reader, at, recorded))
            except NotFound:
                continue
        layer = found.layer.replace(things, shown)
        until = self._until(Query(reader, at, recorded, kind, mode))
        return Present(layer, at, until, recorded, cursor)
