"""Posted messages into the store: kept durably in groups, then acknowledged.

One thread takes what has gathered, has it read in another process, and commits it in one
transaction. A message that takes long to read is kept first, acknowledged as waiting, and settled
when it has been read, so it delays nobody else.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from noroshi.core.errors import NoroshiError, NotWritten
from noroshi.core.label import OPERATOR
from noroshi.core.time import now
from noroshi.engine.ingest import as_sent, changed_kinds, commit_each, hints_of
from noroshi.engine.reading import Job, Readers, uncollected
from noroshi.engine.settings import Settings, Source
from noroshi.formats import Hints
from noroshi.store import (
    DUPLICATE,
    FAULTS,
    QUARANTINED,
    READ,
    Incoming,
    Outcome,
    Receipt,
    Store,
)

log = logging.getLogger("noroshi")

#: Seconds for which a few messages may be read before they are kept unread.
PATIENCE = 2.0
#: Seconds after which a message is tried again that the store could not settle.
_AGAIN = 5.0
#: A group: as much as is committed together.
GROUP, GROUP_BYTES = 256, 4 * 2**20
#: How much may wait before senders are told to come again.
BACKLOG, BACKLOG_BYTES = 5_000, 64 * 2**20
#: Messages larger than this are kept first and read afterwards.
LARGE = 2**20


_STORE: tuple[type[Exception], ...] = (NotWritten, *FAULTS)


class Full(NoroshiError):
    """Too much is waiting to be taken in; come again in a little while."""


class Offer(msgspec.Struct, frozen=True):
    """Bytes to take in, and where the receipt goes."""

    data: bytes
    name: str
    source: Source
    format: str | None
    receipt: Future[Receipt]

    def incoming(self, sha: bytes) -> Incoming:
        """The same as the store wants it."""
        return Incoming(self.data, sha, self.source.name, self.name, self.source.label)


class Intake:
    """Takes bytes in. `changed` is called after each commit with the kinds that changed."""

    def __init__(
        self, store: Store, settings: Settings, changed: Callable[[set[str]], None]
    ) -> None:
        self._store, self._settings, self._changed = store, settings, changed
        self._offers: deque[Offer] = deque()
        self._bytes = 0
        self._wake = threading.Condition()
        self._stopping = False
        #: Why the last group was not taken in; empty when it was.
        self.error = ""
        self._readers = Readers(1, method="spawn")
        self._ready = False
        #: SHA-256 of messages that are kept and still to be read.
        self._later: deque[bytes] = deque()
        self._threads = [
            threading.Thread(target=self._take, name="intake", daemon=True),
            threading.Thread(target=self._settle, name="settle", daemon=True),
        ]

    def start(self) -> None:
        """Begin to take in; what an earlier run kept unread is read now."""
        self._later.extend(self._store.waiting())
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what was offered, and end. What is kept unread is read at the next start."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
            if not self._ready and not self._offers:
                self._readers.give_up()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=60)
        self._readers.stop()

    @property
    def alive(self) -> bool:
        """True while it takes in."""
        return all(thread.is_alive() for thread in self._threads)

    @property
    def backlog(self) -> tuple[int, int]:
        """Messages and bytes that wait."""
        return len(self._offers) + len(self._later), self._bytes

    def offer(
        self, data: bytes, name: str, source: Source, format: str | None = None
    ) -> Future[Receipt]:
        """Take bytes in. The receipt comes once they are durable.

        Raises Full where too much waits already.
        """
        data, format = as_sent(data, source, format)
        offer = Offer(data, name, source, format, Future())
        with self._wake:
            if self._stopping or len(self._offers) >= BACKLOG or self._bytes > BACKLOG_BYTES:
                raise Full("too many messages wait to be taken in", remedy="send it again shortly")
            self._offers.append(offer)
            self._bytes += len(data)
            if len(self._offers) == 1:  # else whoever takes them in knows that there are some
                self._wake.notify_all()
        return offer.receipt

    def _group(self) -> list[Offer]:
        """What has gathered, at most a group of it; waits for the first. Empty at the end."""
        with self._wake:
            while not self._offers and not self._stopping:
                self._wake.wait()
            group: list[Offer] = []
            size = 0
            while self._offers and len(group) < GROUP and size < GROUP_BYTES:
                offer = self._offers.popleft()
                group.append(offer)
                size += len(offer.data)
            return group

    def _take(self) -> None:
        if not self._stopping:
            self._readers.ready()  # so that the first message need not wait for a process
        self._ready = True
        while group := self._group():
            try:
                self._take_group(group)
                self.error = ""
            except Exception as error:  # whatever it is, the senders must hear of it
                for offer in group:
                    if not offer.receipt.done():
                        offer.receipt.set_exception(error)
                self.error = f"{type(error).__name__}: {error}"
                log.error("a group was not taken in: %s", self.error)
            finally:
                with self._wake:
                    self._bytes -= sum(len(offer.data) for offer in group)

    def _take_group(self, group: list[Offer]) -> None:
        shas = [hashlib.sha256(offer.data).digest() for offer in group]
        outcomes: list[Outcome | None] = [None] * len(group)
        to_read: list[int] = []
        for place, (offer, sha) in enumerate(zip(group, shas, strict=True)):
            if sha in self._store.settled([sha], offer.source.label):
                outcomes[place] = Outcome()
            elif len(offer.data) <= LARGE:
                to_read.append(place)
        jobs = [self._job(group[place]) for place in to_read]
        if jobs:
            read = self._readers.attempt(jobs, PATIENCE)
            for place, one in zip(to_read, read, strict=True):
                outcomes[place] = one
        batch = [(offer.incoming(sha), outcome)
                 for offer, sha, outcome in zip(group, shas, outcomes, strict=True)]  # fmt: skip
        with uncollected():
            receipts = commit_each(self._store, batch)
        kinds: set[str] = set()
        for outcome, receipt in zip(outcomes, receipts, strict=True):
            if receipt.state == READ and receipt.records and outcome is not None:
                kinds |= changed_kinds(outcome)
            elif outcome is None and receipt.state != DUPLICATE:
                self._later.append(bytes.fromhex(receipt.id))
        with self._wake:
            self._wake.notify_all()
        self._changed(kinds)
        for offer, receipt in zip(group, receipts, strict=True):
            if not offer.receipt.cancelled():
                offer.receipt.set_result(receipt)

    def _job(self, offer: Offer) -> Job:
        hints = Hints(
            name=offer.name, received=now(), source=offer.source.name,
            mapping=offer.source.mapping, limits=self._settings.limits,
        )  # fmt: skip
        return offer.data, hints, offer.format

    def _settle(self) -> None:
        """Read what is kept unread, one message after another, in a process beside that of the
        groups."""
        readers = Readers(1, method="spawn")
        while (sha := self._next_later(readers)) is not None:
            try:
                self._settle_one(sha, readers)
            except _STORE as error:  # the store's trouble, not the message's
                log.error("%s waits: %s", sha.hex()[:12], error)
                with self._wake:
                    self._wake.wait_for(lambda: self._stopping, timeout=_AGAIN)
                continue
            except Exception as error:  # the message stays kept; the others must not wait
                log.error("%s stays unread: %s", sha.hex()[:12], error)
            self._later.popleft()
        readers.stop()

    def _next_later(self, readers: Readers) -> bytes | None:
        """The next message that is kept unread; None at the end. No process waits for it."""
        if not self._later:
            readers.stop()
        with self._wake:
            self._wake.wait_for(lambda: self._later or self._stopping)
            return None if self._stopping else self._later[0]

    def _settle_one(self, sha: bytes, readers: Readers) -> None:
        kept = next(self._store.messages(OPERATOR, id=sha.hex()))
        hints = hints_of(kept, self._settings.source(kept.source), self._settings.limits)
        outcome = readers.submit([(self._store.message(kept.id, OPERATOR), hints, None)])()[0]
        try:
            self._store.settle(sha, outcome)
        except (ValueError, TypeError, OverflowError, AttributeError, LookupError) as error:
            reason = f"its records cannot be kept: {error}"
            self._store.settle(sha, Outcome(state=QUARANTINED, reason=reason))
        self._changed(changed_kinds(outcome))
