"""Where the messages of a drill go: a node's home, a node's address, a folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import msgspec

from noroshi.feeds.drill.scene import Message
from noroshi.store import DUPLICATE, QUARANTINED, READ, WAITING


class Tally(msgspec.Struct):
    """What became of the messages. `refused` were not kept; `retried` counts answers that said to
    come again; `reasons` are the latest for which one was refused or is in quarantine."""

    taken: int = 0
    read: int = 0
    duplicate: int = 0
    quarantined: int = 0
    waiting: int = 0
    refused: int = 0
    retried: int = 0
    records: int = 0
    reasons: deque[tuple[str, str]] = msgspec.field(default_factory=lambda: deque(maxlen=10))

    def note(self, name: str, state: str, records: int = 0, reason: str = "") -> None:
        """Count one message that was taken, or (any other state) refused."""
        self.records += records
        if state == READ:
            self.read += 1
        elif state == DUPLICATE:
            self.duplicate += 1
        elif state == QUARANTINED:
            self.quarantined += 1
        elif state == WAITING:
            self.waiting += 1
        else:
            self.refused += 1
        self.taken += state in (READ, DUPLICATE, QUARANTINED, WAITING)
        if reason:
            self.reasons.append((name, reason))


class Sink(Protocol):
    """Takes messages, in order for each source. What it took is durable once it is closed."""

    tally: Tally

    def send(self, message: Message) -> None:
        """Take a message; may wait where too much is on its way. Raises NoroshiError where it can
        take no more at all."""
        ...

    def close(self) -> None:
        """Wait until everything that was sent is taken, and end. Raises as `send`."""
        ...


class Several:
    """Sends to several sinks; the tally is that of the first."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = sinks
        self.tally = sinks[0].tally

    def send(self, message: Message) -> None:
        """See `Sink.send`."""
        for one in self._sinks:
            one.send(message)

    def close(self) -> None:
        """See `Sink.close`: all are closed, whatever one of them raises."""
        failed: BaseException | None = None
        for one in self._sinks:
            try:
                one.close()
            except Exception as error:
                failed = failed or error
        if failed is not None:
            raise failed
