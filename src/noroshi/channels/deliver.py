"""Changes handed on to somebody who does not ask: in order, at least once, from a kept cursor.

The queue is the store itself. A delivery is a cursor in it: while a receiver is away the cursor
stays where it is, memory holds one batch, and nothing is lost or given up.
"""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Protocol

import msgspec

from noroshi import kinds
from noroshi.channels.match import Keep, Match, keep_by_filter
from noroshi.core.errors import NoroshiError
from noroshi.core.label import PUBLIC, Reader
from noroshi.core.place import area_ranges
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, SECOND, now
from noroshi.engine.node import Node
from noroshi.engine.settings import Followed
from noroshi.engine.sharing import Sharings
from noroshi.store import FAULTS, Change, Store

log = logging.getLogger("noroshi")

#: Seconds after which a failed delivery is tried again: the first time, and at most.
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
#: Seconds for which a receiver may ask to be left alone.
LONGEST_PAUSE = 3600.0
#: How often one event may be refused as such before it is set aside and the next is sent.
REFUSALS = 5
#: How many may be set aside with none taken between them.
ASIDE = 3
#: How many changes are in memory at once.
BATCH = 50
#: Seconds between two looks at the store when nobody says that something changed.
IDLE = 5.0
#: Seconds between two times that the cursor is kept: after a crash, what was delivered in the
#: last of them is delivered again.
KEEP_EVERY = 1.0
#: The same where changes were only passed over, which costs nothing to do again.
PASSED_EVERY = 60.0


class Failed(Exception):
    """The receiver could not take it just now. `done` of the batch were taken before.

    `after`: the seconds for which it asks to be left alone. `refused`: the event itself is what
    it does not take.
    """

    def __init__(
        self, why: str, *, done: int = 0, after: float | None = None, refused: bool = False
    ) -> None:
        super().__init__(why)
        self.done, self.after, self.refused = done, after, refused


class Ended(Exception):
    """The receiver wants nothing any more."""


class Way(Protocol):
    """A way out, which takes changes that are already chosen."""

    #: How many changes it takes at once.
    batch: int

    def open(self) -> None:
        """Be ready to send, so that what is wrong shows before it matters. Raises Failed."""
        ...

    def send(self, changes: list[Change]) -> None:
        """Hand changes on, and return once the receiver has them. Raises Failed or Ended."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class Progress(msgspec.Struct, frozen=True):
    """How a delivery stands. `behind` counts the versions in the store that it has still to look
    at. Times are microseconds UTC. `error` is what stands in its way just now,
    empty where nothing does."""

    name: str
    cursor: int
    behind: int
    delivered: int
    set_aside: int
    error: str
    failing_since: int | None
    next_try: int | None
    ended: bool


class Delivery:
    """One follower of a node, in a thread of its own. It begins at the newest change when it is
    started for the first time under its name, and afterwards where it was."""

    def __init__(self, name: str, store: Store, wanted: Match, way: Way) -> None:
        self.name, self._store, self._wanted, self._way = name, store, wanted, way
        self._cursor: int | None = None
        self._kept: int | None = None
        #: When the cursor is to be kept, if it has moved.
        self._due = FOREVER
        self._delivered = self._set_aside = 0
        #: What stands in its way just now; empty where nothing does.
        self.error = ""
        self._failing_since: int | None = None
        self._next_try: int | None = None
        self._ended = False
        self._failures = self._refusals = self._row = 0
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._deafen: Callable[[], None] | None = None

    def start(self, node: Node) -> None:
        """Begin to deliver, and to listen to `node`. What is committed from now on is delivered."""
        try:
            self._find_place()
        except FAULTS as error:
            log.error("%s waits for the store: %s", self.name, error)
        self._deafen = node.live.listen(self._news.set)
        self._thread.start()

    def stop(self) -> None:
        """End, and keep the cursor. What is under way may be delivered again later."""
        if self._deafen is not None:
            self._deafen()
            self._deafen = None
        self._stopping.set()
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5)

    @property
    def behind(self) -> int:
        """How many versions it has still to look at. Raises what the store raises."""
        cursor = self._cursor
        return 0 if cursor is None else max(0, self._store.latest() - cursor)

    def progress(self) -> Progress:
        """How it stands. Raises what the store raises."""
        return Progress(
            self.name, self._cursor or 0, self.behind, self._delivered, self._set_aside, self.error,
            self._failing_since, self._next_try, self._ended,
        )  # fmt: skip

    def _find_place(self) -> None:
        """The cursor where an earlier run left it, or the newest change."""
        kept, latest = self._store.marked(self.name) - 1, self._store.latest()
        if 0 <= kept <= latest:
            self._cursor = self._kept = kept
            return
        if kept > latest:
            log.warning("%s begins anew: the store is older than its cursor", self.name)
        self._cursor = latest
        self._keep_place(always=True)

    def _keep_place(self, always: bool = False) -> None:
        """Keep the cursor if it is due, one higher than it is: 0 is for one that never was."""
        if self._cursor is None or self._cursor == self._kept:
            self._due = FOREVER
            return
        if always or now() >= self._due:
            self._store.mark(self.name, self._cursor + 1)
            self._kept, self._due = self._cursor, FOREVER

    def _next_work(self) -> int:
        """When there is something to do although nothing changed."""
        return self._due

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._cursor is None:
                    self._find_place()
                self._news.clear()
                if self._stopping.is_set():  # its news may just have been cleared
                    break
                stepped = self._step()
                self._failures, self.error = 0, ""
                self._failing_since = self._next_try = None
                if stepped:
                    continue
                self._news.wait(min(IDLE, max(0.0, (self._next_work() - now()) / SECOND)))
            except Ended as ended:
                self._ended, self.error = True, str(ended)
                log.warning("%s has ended: %s", self.name, ended)
                break
            except Failed as failed:
                self._fail(failed)
            except FAULTS as error:
                self._fail(Failed(f"the store cannot be read: {error}"))
            except Exception as error:  # one receiver's trouble must not end its warnings for good
                log.exception("%s failed", self.name)
                self._fail(Failed(f"{type(error).__name__}: {error}"))
        self._close()

    def _close(self) -> None:
        try:
            self._way.close()
            self._keep_place(always=True)
        except Exception as error:  # the store may be closed by now; the old cursor still serves
            log.warning("%s could not keep its cursor: %s", self.name, error)

    def _step(self) -> bool:
        """Look at one batch of the store. False where there is nothing new."""
        assert self._cursor is not None
        self._keep_place()
        self._way.open()
        latest = self._store.latest()
        if latest <= self._cursor:
            return False
        found = self._store.changes(
            self._wanted.reader, after=self._cursor, limit=BATCH, kinds=self._wanted.kinds
        )
        wanted = [one for one in found if self._wanted(one)]
        for start in range(0, len(wanted), self._way.batch):
            self._hand_on(wanted[start : start + self._way.batch])
            if self._stopping.is_set():
                return True
        # What nobody wants here is passed over, up to what was there before the store was read.
        seen = found[-1].version.id if found else 0
        self._cursor = seen if len(found) == BATCH else max(latest, seen)
        self._due = min(self._due, now() + int(PASSED_EVERY * SECOND))
        return True

    def _hand_on(self, changes: list[Change]) -> None:
        """Deliver a batch, without what is refused for good. Raises Failed or Ended."""
        while changes:
            try:
                self._way.send(changes)
            except Failed as failed:
                self._took(changes[: failed.done])
                changes = changes[failed.done :]
                if not failed.refused or not self._refuse(changes[0], failed):
                    raise
                changes = changes[1:]
            else:
                self._took(changes)
                return

    def _took(self, changes: list[Change]) -> None:
        if changes:
            self._delivered += len(changes)
            self._row = 0
            self._pass(changes[-1])

    def _refuse(self, change: Change, failed: Failed) -> bool:
        """True if a change was refused so often that it is set aside. A receiver that refuses
        one after another does not mean the events: it gets them when it is mended."""
        self._refusals += 1
        if self._refusals < REFUSALS or self._row >= ASIDE:
            return False
        self._row += 1
        log.error("%s: change %d is set aside: %s", self.name, change.version.id, failed)
        self._set_aside += 1
        self._pass(change)
        return True

    def _pass(self, change: Change) -> None:
        self._cursor = change.version.id
        self._failures = self._refusals = 0
        self._due = min(self._due, now() + int(KEEP_EVERY * SECOND))
        self._keep_place()

    def _fail(self, failed: Failed) -> None:
        """Wait before the next try: twice as long each time, and never all at once."""
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._failures, 16))
        wait *= random.uniform(0.5, 1)  # noqa: S311
        wait = max(wait, min(failed.after or 0.0, LONGEST_PAUSE))
        if self._failing_since is None:
            self._failing_since = now()
            log.warning("%s waits: %s", self.name, failed)
        self._failures += 1
        self.error = str(failed)
        self._next_try = now() + int(wait * SECOND)
        self._stopping.wait(wait)


def reader_of(store: Store, name: str, followed: Followed) -> Reader:
    """Who reads on behalf of a receiver: what carries its labels, and nothing else. Personal data
    goes to nobody this way. Raises NoroshiError for a label that is not known."""
    sharings = Sharings(store)
    try:
        given = {sharings.number(one) for one in followed.labels}
    except ValueError as error:
        raise NoroshiError(str(error), where=f"settings.toml: {name}") from None
    made = {one.id for one in sharings.all() if one.parts and given.issuperset(one.parts)}
    return Reader(name, frozenset((given | made) - sharings.personal()))


def match_of(store: Store, reader: Reader, followed: Followed) -> Match:
    """What a receiver follows. Raises NoroshiError naming the setting that is wrong."""
    try:
        names = None if followed.collections is None else [
            kinds.get(one).name for one in followed.collections]  # fmt: skip
        areas = None if followed.area is None else tuple(area_ranges(followed.area))
        keep: Keep | None = None
        if followed.filter is not None:
            every = list(kinds.all_kinds()) if names is None else names
            keep = keep_by_filter(followed.filter, "cql2-text", None, every)
        box = followed.bbox
        if box is not None and not _is_box(*box):
            raise ValueError(f"bbox {list(box)} is not west, south, east, north in degrees")
        return Match(
            store, reader, kinds=names, mode=Mode[followed.mode.upper()], box=box, areas=areas,
            keep=keep,
        )  # fmt: skip
    except (NoroshiError, ValueError) as error:
        raise NoroshiError(
            str(error), where=f"settings.toml: {reader.name}", remedy="docs/live.md"
        ) from None


def _is_box(west: float, south: float, east: float, north: float) -> bool:
    return -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90


def check_privacy(labels: Sequence[str | int], host: str, *, tls: bool, where: str) -> None:
    """What is not public leaves this machine under TLS only. Raises NoroshiError."""
    if tls or set(labels) <= {"public", str(PUBLIC)}:
        return
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not here:
        raise NoroshiError(
            "what is not public is sent under TLS only", where=where,
            remedy="https or tls = true; or labels = [\"public\"]",
        )  # fmt: skip


def from_environment(name: str, where: str) -> str:
    """A secret that the settings leave to the environment. Raises NoroshiError for none."""
    found = os.environ.get(name)
    if not found:
        raise NoroshiError(f"the environment variable {name} is not set", where=where)
    return found
