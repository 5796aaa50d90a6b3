"""What a channel is to the queue: it hands letters to a provider and says what became of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Protocol

import msgspec

from noroshi.channels.sending.door import Letter
from noroshi.core.record import Mode
from noroshi.store.sendings import Sending, State


class Outcome(msgspec.Struct, frozen=True):
    """What became of one letter. WAITING: it is to be tried again, after so many seconds if given.
    `receipt`: the provider's id of it. `gone`: nobody is at this address, now and later."""

    state: State
    receipt: str = ""
    error: str = ""
    after: float | None = None
    gone: bool = False


class Down(Exception):
    """The provider takes nothing just now, from anybody: what was handed over is tried again.
    `after`: the seconds for which it asks to be left alone."""

    def __init__(self, why: str, *, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Sender(Protocol):
    """A channel. `rate`: calls a second at most; `lanes`: how many at a time; `most`: letters in
    a call; `remembers`: for how long (µs) the provider takes one call only once (None: see the
    channel); `mode`: what it may carry."""

    channel: str
    mode: Mode
    rate: float
    lanes: int
    most: int
    remembers: int | None

    def group(self, one: Sending) -> object:
        """What messages that may go in one call have in common."""
        ...

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """Hand a call on; what became of each letter, in their order. Raises Down. May run in
        several threads at a time."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class Pace:
    """So many calls a second and no more, evenly: no provider's second sees one too many."""

    def __init__(self, rate: float) -> None:
        self._step, self._next = 1 / rate, 0.0
        self._lock = threading.Lock()

    def wait(self, stopping: threading.Event) -> bool:
        """Wait for a turn. False if `stopping` came first."""
        with self._lock:
            turn = max(time.monotonic(), self._next)
            self._next = turn + self._step
        ahead = turn - time.monotonic()
        return not (stopping.wait(ahead) if ahead > 0 else stopping.is_set())
