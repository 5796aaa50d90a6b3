"""What changes, as it changes: the tail of the store's versions, for everyone who follows it.

A version's id rises in the order of commits, whichever process commits, so it is the cursor by
which a follower resumes: nothing is lost and nothing comes twice.
"""

from __future__ import annotations

import logging
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Callable

from noroshi.core.label import OPERATOR, Reader
from noroshi.store import Change, Store

log = logging.getLogger("noroshi")

#: Seconds between two looks for what other processes committed.
POLL = 0.05
#: How many changes, and bytes of their bodies, are kept in memory for followers.
KEPT, KEPT_BYTES = 20_000, 24 * 2**20
#: How many changes are read from the store at once.
BATCH = 1_000


class Live:
    """Follows a store. `cursor` is the last version seen, `generation` rises with every commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cursor = store.latest()
        self.generation = 0
        self.recorded = store.recorded()
        #: Rises when who sees what has changed or something was recalled: what was made from
        #: pictures before is not to be shown any more.
        self.epoch = store.label_stamp()
        self._changed: dict[str, dict[int, int]] = {}
        self._recent: deque[Change] = deque()
        self._bytes = 0
        #: Changes after this cursor are all in memory.
        self._from = self.cursor
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._wake = threading.Event()
        #: True once those who follow are to go: the node is about to end.
        self.closed = False
        self._stopping = False
        self._thread = threading.Thread(target=self._follow, name="live", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End following."""
        self._stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    @property
    def alive(self) -> bool:
        """True while it follows."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Let everyone who follows go, so that the node can end."""
        self.closed = True
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener()
            except RuntimeError:  # its loop is closed
                with self._lock:
                    self._listeners.remove(listener)

    def nudge(self) -> None:
        """Look at once: this process has just committed. What was answered before is old."""
        self.generation += 1
        self._wake.set()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` (in the following thread) whenever something was committed. Returns how
        to end that."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return end

    def changed(self, kind: str, reader: Reader) -> int:
        """The last change of a kind since the start that came under a label which `reader` sees,
        so that nobody waits for, and so hears of, what others were told. What was committed when
        this is called counts: whoever was just told that a message is kept finds it."""
        if self._store.latest() > self.cursor:
            while self._read_on():
                pass
        found = self._changed.get(kind, {})
        return max((id for label, id in list(found.items()) if reader.sees(label)), default=0)

    def since(self, after: int, limit: int = BATCH) -> list[Change]:
        """Changes after a cursor, oldest first, of every label: callers compare the label.

        From memory where it reaches back so far, else from the store.
        """
        with self._lock:
            if after >= self._from:
                start = bisect_right(self._recent, after, key=lambda one: one.version.id)
                return [self._recent[place] for place in
                        range(start, min(start + limit, len(self._recent)))]  # fmt: skip
        return self._store.changes(OPERATOR, after=after, limit=limit)

    def _follow(self) -> None:
        seen = -1
        while not self._stopping:
            try:
                generation = self._store.generation()
                if generation != seen:
                    self._catch_up()
                    seen = generation
            except Exception as error:  # whatever it is, those who follow must not be left alone
                log.error("following waits: %s: %s", type(error).__name__, error)
            self._wake.wait(POLL)
            self._wake.clear()

    def _catch_up(self) -> None:
        while True:
            more = self._read_on()
            self.recorded = self._store.recorded()
            epoch = self._store.label_stamp()
            if epoch != self.epoch:
                self._forget(epoch)
            self.generation += 1
            self._tell()
            if not more:
                return

    def _read_on(self) -> bool:
        """Read what was committed since; False where that was all. Any thread may."""
        with self._reading:
            found = self._store.changes(OPERATOR, after=self.cursor, limit=BATCH)
            if found:
                with self._lock:
                    self._keep(found)
            return len(found) == BATCH

    def _forget(self, epoch: int) -> None:
        """What is in memory may carry labels that it no longer has in the store."""
        with self._lock:
            self._recent.clear()
            self._bytes, self._from = 0, self.cursor
            self.epoch = epoch

    def _keep(self, found: list[Change]) -> None:
        for change in found:
            self._recent.append(change)
            self._bytes += _size(change)
            version = change.version
            self._changed.setdefault(version.kind, {})[version.label] = version.id
        self.cursor = found[-1].version.id
        while len(self._recent) > KEPT or self._bytes > KEPT_BYTES:
            gone = self._recent.popleft()
            self._bytes -= _size(gone)
            self._from = gone.version.id


def _size(change: Change) -> int:
    version = change.version
    return 1_000 + len(version.body) + len(version.geometry or b"")
