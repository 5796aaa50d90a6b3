"""Carries what waits for a channel to its provider: claimed first, sent, and told what became.

Before anything is handed on, that it will be, and under which call, is kept. So after a crash
what was under way is known, and is handed on again under the same call: where the provider knows a
call again it arrives once; what holds where it does not is said in each channel.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from filelock import FileLock, Timeout

from noroshi.channels.sending import door, queue
from noroshi.channels.sending.door import Letter
from noroshi.channels.sending.sender import Down, Outcome, Pace, Sender
from noroshi.core.time import SECOND, now
from noroshi.store import FAULTS, sendings
from noroshi.store.people import PeopleFile
from noroshi.store.sendings import ChannelState, Sending, State

log = logging.getLogger("noroshi")

#: Seconds after which what failed is tried again: the first time, and at most.
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
#: Seconds for which a provider may ask to be left alone.
LONGEST_PAUSE = 3600.0
#: Seconds between two looks at the queue when nobody says that something is new.
IDLE = 2.0
#: Calls claimed at a time for each lane: after a crash so many are handed on again.
AHEAD = 4


class Dispatch:
    """One channel of a home, in a thread of its own; of several processes one has it at a time. A
    `noroshi.engine.node.Delivery`."""

    def __init__(self, people: PeopleFile, sender: Sender) -> None:
        self._people, self._sender = people, sender
        self.name = f"sending {sender.channel}"
        #: What stands in its way just now; empty where nothing does.
        self.error = ""
        self.sent = 0
        self._failures, self._failing_since = 0, 0
        self._pace = Pace(sender.rate)
        self._lock = FileLock(Path(people.path).parent / f"sending-{sender.channel}.lock")
        self._stopping = threading.Event()
        #: Set while the provider takes nothing: what is claimed goes back.
        self._down: Down | None = None
        #: True after a fault: what was under way then is handed on again under the same call.
        self._stranded = False
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what was handed on has been answered. The rest waits."""
        self._stopping.set()
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=15)

    @property
    def behind(self) -> int:
        """How many messages are not through."""
        return sendings.waiting(self._people, self._sender.channel)

    def _run(self) -> None:
        with (
            queue.listening(self._people) as self._news,
            ThreadPoolExecutor(self._sender.lanes, self.name) as lanes,
        ):
            if not self._take_turn():
                return
            try:
                self._attempt(lambda: self._carry(self._left_over(), lanes))
                while not self._stopping.is_set():
                    self._attempt(lambda: self._step(lanes))
            finally:
                self._sender.close()
                self._lock.release()

    def _take_turn(self) -> bool:
        while not self._stopping.is_set():
            try:
                self._lock.acquire(timeout=0)
                return True
            except Timeout:
                self._stopping.wait(IDLE)
        return False

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except FAULTS as error:
            self._stranded = True
            self._fail(Down(f"the file of people cannot be used: {error}"))
        except Exception as error:  # one channel's trouble must not end it for good
            self._stranded = True
            log.exception("%s failed", self.name)
            self._fail(Down(f"{type(error).__name__}: {error}"))

    def _left_over(self) -> list[list[Sending]]:
        """What was under way when a process died."""
        return sendings.claimed(self._people, self._sender.channel)

    def _step(self, lanes: ThreadPoolExecutor) -> None:
        self._news.clear()
        if self._stranded:
            left = self._left_over()
            self._stranded = False
            self._carry(left, lanes)
            return
        sendings.expire(self._people, now())
        sender = self._sender
        calls = sendings.claim(
            self._people, sender.channel, limit=sender.lanes * AHEAD * sender.most,
            group=sender.group, most=sender.most,
        )  # fmt: skip
        if calls:
            self._carry(calls, lanes)
            return
        due = sendings.due(self._people, sender.channel)
        ahead = IDLE if due is None else min(IDLE, max(0.0, (due - now()) / SECOND))
        if not self._stopping.is_set():
            self._news.wait(ahead)

    def _carry(self, calls: list[list[Sending]], lanes: ThreadPoolExecutor) -> None:
        """Hand calls on, several at a time, and wait until each was answered."""
        self._down = None
        under_way = [lanes.submit(self._call, one) for one in calls]
        wait(under_way)  # all: what one raises must not hand on again what another still sends
        for done in under_way:
            done.result()
        if self._down is not None:
            self._fail(self._down)
        elif calls and self._failing_since:
            self._failures = self._failing_since = 0
            self.error = ""
            self._tell(0)

    def _call(self, call: Sequence[Sending]) -> None:
        sender = self._sender
        letters, kept = door.leave(self._people, call, sender.mode, sender.remembers)
        for one in kept:
            ends = [(one.id, one.contact)]
            sendings.finish(self._people, ends, one.state, reason=one.reason)
        if not letters:
            return
        ends = [(one.id, one.contact) for one in letters]
        if self._down is not None or not self._pace.wait(self._stopping):
            sendings.give_back(self._people, [id for id, _ in ends])
            return
        attempts = {one.id: one.attempts for one in call}
        try:
            outcomes = sender.send(letters)
        except Down as down:
            self._down = down
            sendings.again(self._people, ends, now(), str(down))
            return
        except Exception as error:  # a defect of ours must neither lose a message nor spin on it
            log.exception("%s failed", self.name)
            again = Outcome(State.WAITING, error=f"{type(error).__name__}: {error}")
            outcomes = [again] * len(letters)
        with self._people.changing():
            self._keep(letters, outcomes, attempts)

    def _keep(
        self, letters: list[Letter], outcomes: list[Outcome], attempts: dict[int, int]
    ) -> None:
        """Keep what became of a call, in one transaction."""
        same: dict[Outcome, list[Letter]] = {}
        for letter, outcome in zip(letters, outcomes, strict=True):
            same.setdefault(outcome, []).append(letter)
        for outcome, some in same.items():
            if outcome.state is State.WAITING:
                for one in some:
                    pause = _wait(attempts[one.id], outcome.after)
                    sendings.again(
                        self._people, [(one.id, one.contact)], now() + pause, outcome.error
                    )
                continue
            if outcome.gone:
                for one in some:
                    sendings.end_address(self._people, one.contact, outcome.error)
            failed = outcome.state is State.FAILED
            reason = ("gone" if outcome.gone else "refused") if failed else ""
            sendings.finish(
                self._people, [(one.id, one.contact) for one in some], outcome.state,
                reason=reason, told=outcome.error or outcome.receipt,
            )  # fmt: skip
            self.sent += 0 if failed else len(some)

    def _fail(self, down: Down) -> None:
        """Leave the provider alone: twice as long each time, and never all at once."""
        if not self._failing_since:
            self._failing_since = now()
            log.warning("%s waits: %s", self.name, down)
        self.error = str(down)
        pause = _wait(self._failures, down.after)
        self._failures += 1
        self._tell(now() + pause)
        self._stopping.wait(pause / SECOND)

    def _tell(self, next_try: int) -> None:
        try:
            channel = self._sender.channel
            state = ChannelState(channel, self.error, self._failing_since, next_try)
            self._people.put(state)
        except FAULTS as error:
            log.error("%s: the file of people cannot be used: %s", self.name, error)


def _wait(failures: int, after: float | None) -> int:
    """How long to wait (µs)."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures, 16)) * random.uniform(0.5, 1)  # noqa: S311
    return int(max(wait, min(after or 0.0, LONGEST_PAUSE)) * SECOND)
