"""What the answers look at: pictures of the present through the eyes of the chat, kept while they
hold.

10,000 people ask the same: what is made of a picture (an index of shelters, the network of roads)
is made once, and made again when one of its kinds has changed, and at most every `REST`.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, TypeVar

from noroshi.channels.tiling.areas import Areas
from noroshi.core.label import Reader
from noroshi.core.place import bounds
from noroshi.core.record import Mode, Version
from noroshi.core.time import FOREVER, MINUTE, now
from noroshi.engine.clocks import DrillClock
from noroshi.engine.node import Node
from noroshi.engine.towns import Borders
from noroshi.store import Query, Store

T = TypeVar("T")

#: Seconds for which what was made is taken to hold without a look.
REST = 2.0
#: How far (µs) before the moment it was made for something made still serves: turns of several
#: people do not arrive in the order of their times.
SLACK = MINUTE
#: How many things that were made are kept.
KEPT = 600


def position_of(version: Version) -> tuple[float, float] | None:
    """The middle of a version's bounds, or None where it has no geometry."""
    if version.geometry is None:
        return None
    west, south, east, north = bounds(version.geometry)
    return (west + east) / 2, (south + north) / 2


class Look:
    """One moment as the chat may see it."""

    def __init__(self, store: Store, reader: Reader, mode: Mode, at: int, as_of: int) -> None:
        self.store, self.reader, self.mode, self.at, self.as_of = store, reader, mode, at, as_of

    def query(self, kind: str, areas: Any = None) -> Query:
        """The question for a kind."""
        return Query(self.reader, self.at, self.as_of, kind, self.mode, areas=areas)

    def picture(self, kind: str, areas: Any = None) -> Iterator[Version]:
        """Records of a kind."""
        return self.store.picture(self.query(kind, areas))


class Pictures:
    """Pictures of one node and mode, for readers of the labels in `[chat] labels`: never of
    personal data, whatever the setting says. Safe for many threads."""

    def __init__(self, node: Node, mode: Mode) -> None:
        labels = frozenset(node.sharings.number(one) for one in node.settings.chat.labels)
        self.reader = Reader("chat", labels - node.sharings.personal())
        self.mode, self.store = mode, node.store
        self.borders = Borders(node.store)
        self._node = node
        self._clock = DrillClock(node.store)
        self._looked = monotonic()
        self._kept: OrderedDict[Any, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Any, threading.Lock] = {}
        self._areas: tuple[float, Any, Areas] | None = None

    def moment(self, told: int) -> int:
        """The moment an answer is about: now; in exercises when the turn was, in drill time."""
        if self.mode is not Mode.ACTUAL:
            return told or self._drill_time()
        return now()

    def _drill_time(self) -> int:
        if monotonic() - self._looked > REST:
            self._clock.look()
            self._looked = monotonic()
        return self._clock.time(self.mode, now())

    @property
    def areas(self) -> Areas:
        """The official areas, as imported."""
        kept = self._areas
        if kept is not None and monotonic() - kept[0] < 10 * REST:
            return kept[2]
        with self._lock:
            kept = self._areas
            stamp = (self._node.live.generation, self.store.marked("places"))
            if kept is None or kept[1] != stamp:
                self.borders.forget()
                kept = (monotonic(), stamp, Areas(list(self.store.places())))
            self._areas = (monotonic(), stamp, kept[2])
            return kept[2]

    def kept(self, what: Any, kinds: tuple[str, ...], at: int, make: Callable[[Look], T]) -> T:
        """`make` of the pictures of `kinds` at `at`, or what was made of them before and holds.

        One of many who ask at once makes it; the others are given what was made before, if it is
        of the same moment within `SLACK`.
        """
        found = self._fresh(what, at)
        if found is None:
            with self._lock:
                before = self._kept.get(what)
                making = self._making.setdefault(what, threading.Lock())
            usable = before is not None and before.covers(at)
            if making.acquire(blocking=not usable):
                try:
                    found = self._fresh(what, at) or self._renew(what, kinds, at, make)
                finally:
                    making.release()
            else:
                found = before
        assert found is not None
        made: T = found.made
        return made

    def look_again(self) -> None:
        """Look at once whether what was made still holds, also where it was looked just now."""
        with self._lock:
            for one in self._kept.values():
                one.seen = -math.inf

    def _fresh(self, what: Any, at: int) -> _Kept | None:
        with self._lock:
            found = self._kept.get(what)
            if found is None or monotonic() - found.seen > REST or not found.covers(at):
                return None
            self._kept.move_to_end(what)
            return found

    def _renew(
        self, what: Any, kinds: tuple[str, ...], at: int, make: Callable[[Look], T]
    ) -> _Kept:
        live = self._node.live
        stamp = (self.store.label_stamp(), *(live.changed(kind, self.reader) for kind in kinds))
        with self._lock:
            found = self._kept.get(what)
        if found is None or found.stamp != stamp or not found.covers(at):
            look = Look(self.store, self.reader, self.mode, at, self.store.recorded() or now())
            ends = [self.store.next_change(look.query(kind)) for kind in kinds]
            until = min((one for one in ends if one is not None), default=FOREVER)
            found = _Kept(make(look), stamp, at, until)
        found.seen = monotonic()
        with self._lock:
            self._kept[what] = found
            self._kept.move_to_end(what)
            while len(self._kept) > KEPT:
                old, _ = self._kept.popitem(last=False)
                self._making.pop(old, None)
        return found


class _Kept:
    def __init__(self, made: Any, stamp: Any, at: int, until: int) -> None:
        self.made, self.stamp, self.at, self.until = made, stamp, at, until
        self.seen = monotonic()

    def covers(self, at: int) -> bool:
        # `until` may be `at` itself: then any moment may change it, and it holds for its own only.
        return self.at - SLACK <= at < max(self.until, self.at + 1)
