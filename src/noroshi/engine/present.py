"""What is made from the picture of now, kept until it changes: counts, positions for tiles."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from noroshi.core.label import Reader
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, now
from noroshi.engine.live import Live
from noroshi.store import Query, Store

T = TypeVar("T")

#: How many made things are kept.
KEPT = 400


class Present:
    """Makes something of one kind's picture of now, and keeps it while it holds: until a version
    of that kind is committed, or something of it begins or ends by the clock."""

    def __init__(self, store: Store, live: Live) -> None:
        self._store, self._live = store, live
        self._kept: OrderedDict[tuple[Any, ...], tuple[int, int, int, Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[tuple[Any, ...], threading.Lock] = {}

    def get(
        self, what: str, kind: str, mode: Mode, reader: Reader, make: Callable[[Query], T],
        at: int | None = None,
    ) -> T:  # fmt: skip
        """`make(query)` of the picture of now, or what was made of it before and still holds. `at`:
        what now is, where it is not that of the world (a drill's clock).

        Readers who see the same labels share it. Only one of many who ask at once makes it.
        """
        key = (what, kind, mode, reader.labels, self._store.label_stamp())
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            changed = self._live.changed(kind, reader)
            kept = self._kept.get(key)
            present = now() if at is None else at
            if kept is not None and kept[0] == changed and kept[1] <= present < kept[2]:
                with self._lock:
                    if key in self._kept:
                        self._kept.move_to_end(key)
                found: T = kept[3]
                return found
            query = Query(reader, present, self._store.recorded() or now(), kind, mode)
            until = self._store.next_change(query) or FOREVER
            made = make(query)
            with self._lock:
                self._kept[key] = changed, present, until, made
                while len(self._kept) > KEPT:
                    old, _ = self._kept.popitem(last=False)
                    self._making.pop(old, None)
            return made


class Past:
    """What is made from pictures of past moments: as known then they never change, unless what
    was known is taken back."""

    def __init__(self, store: Store, kept: int = 24) -> None:
        self._store, self._most = store, kept
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, query: Query, make: Callable[[], T]) -> T:
        """`make()`, or what was made for the same question before."""
        stamp = self._store.label_stamp()
        key = (query.kind, query.mode, query.at, query.as_of, query.reader.labels, stamp)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


class Written:
    """Versions as they were written before, by id: a version never changes. Bounded in bytes."""

    def __init__(self, most: int = 48 * 2**20) -> None:
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[int, tuple[bytes, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, ids: list[int]) -> dict[int, tuple[bytes, int]]:
        """Those that are kept: what was written, and the recorded time, by id."""
        with self._lock:
            kept = self._kept
            found = {id: kept[id] for id in ids if id in kept}
            for id in found:
                kept.move_to_end(id)
            return found

    def put(self, made: dict[int, tuple[bytes, int]]) -> None:
        """Keep what was written."""
        with self._lock:
            for id, one in made.items():
                if id not in self._kept:
                    self._bytes += len(one[0]) + 200
                self._kept[id] = one
            while self._bytes > self._most:
                _, (data, _) = self._kept.popitem(last=False)
                self._bytes -= len(data) + 200
