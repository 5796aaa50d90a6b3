"""A node's products, in a process of their own: whatever they do, messages come in and answers go
out.

The other process reads the store and computes; what it has to say comes back here and is kept by
the node, so that one process writes. It is begun when there is something to compute, begun again
when it dies, and ended when a product takes far too long; that product then waits.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import msgspec

from noroshi import __version__, domains
from noroshi.core.errors import NotWritten
from noroshi.core.record import Edition
from noroshi.engine.products import Keeper, Turn, is_behind
from noroshi.engine.runner import Runner
from noroshi.engine.settings import Settings
from noroshi.engine.works import Standing
from noroshi.store import FAULTS, Store, open_store

log = logging.getLogger("noroshi")

#: Seconds after which a product that runs is ended, with its process.
DEADLINE = 300.0
#: Seconds between two looks at whether products are due although nothing came.
TICK = 1.0
#: Seconds between two looks for what other processes committed.
POLL = 0.25
#: Seconds until a process that died is begun again, first and at most.
AGAIN, AGAIN_MOST = 1.0, 60.0
#: Seconds for which an answer from the node is awaited.
ANSWER = 120.0
#: How much less it is served than what takes messages in and answers.
NICE = 10
#: Where how products stand is kept, for whoever looks from outside.
STANDINGS = "products.json"
#: The name under which a store keeps by which version and settings products were made last.
MADE = "products made"

_REFUSED: tuple[type[Exception], ...] = (
    NotWritten, *FAULTS, ValueError, TypeError, OverflowError, LookupError,
)  # fmt: skip
_standings = msgspec.json.Decoder(dict[str, Standing])


def read_standings(home: Path) -> dict[str, Standing]:
    """How the products of a node stood when it last said so; empty where it never did."""
    try:
        return _standings.decode((home / STANDINGS).read_bytes())
    except (OSError, msgspec.DecodeError):
        return {}


class Workshop:
    """Runs the products of a node. `changed` is called after what they said was kept."""

    def __init__(
        self, home: Path, store: Store, settings: Settings, changed: Callable[[], None]
    ) -> None:
        self._home, self._store, self._changed = home, store, changed
        self._settings = settings
        self._keeper = Keeper(store, settings.releases)
        self._turn = Turn(home)
        #: True where this process is the one that computes for this home.
        self.mine = False
        self.standings: dict[str, Standing] = {}
        #: Why the process itself is not there; empty where it is, or is not needed.
        self.error = ""
        capabilities = domains.all_capabilities().values()
        self._consumed = {
            kind for one in capabilities if not isinstance(one, domains.Broken)
            for kind in one.consumes
        }  # fmt: skip
        self._wanted = is_behind(store) or store.marked(MADE) != self._made()
        self._stopping = False
        self._process: Any = None
        self._line: Connection | None = None
        #: True once the process has said something: before, it has nothing that could be kept.
        self._heard = False
        self._suspended: set[str] = set()
        self._again, self._not_before, self._begun = AGAIN, 0.0, 0.0
        self._reader, self._writer = multiprocessing.Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="products", daemon=True)

    def _made(self) -> int:
        """A number for the version and the settings by which products are made; 0 where there is
        nothing to make them from."""
        if not self._store.newest():
            return 0
        settings = self._settings
        said = repr((__version__, settings.products, settings.releases))
        return zlib.crc32(said.encode()) + 1

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End. What was not computed is computed at the next start."""
        self._stopping = True
        self._wake()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    @property
    def alive(self) -> bool:
        """True while products are run."""
        return self._thread.is_alive()

    @property
    def failures(self) -> list[str]:
        """What fails, by product."""
        found = [f"{name}: {'; '.join(one.failures)}"
                 for name, one in self.standings.items() if one.failures]  # fmt: skip
        return [self.error, *found] if self.error else found

    def nudge(self, kinds: set[str]) -> None:
        """Something of these kinds (`*`: any) was committed."""
        if "*" in kinds or not self._consumed.isdisjoint(kinds):
            self._wanted = True
            self._wake()

    def _wake(self) -> None:
        with suppress(OSError):
            self._writer.send_bytes(b"!")

    def _run(self) -> None:
        looked = 0.0
        while not self._stopping:
            try:
                self.mine = self.mine or self._turn.take()
                if self.mine and self._line is None and time.monotonic() >= self._not_before:
                    if not self._wanted and time.monotonic() - looked > TICK:
                        looked = time.monotonic()
                        self._wanted = is_behind(self._store)
                    if self._wanted:
                        self._begin()
                self._listen()
                self._watch()
            except Exception as error:  # a store that is locked or full, or a defect of ours
                self.error = f"products: {type(error).__name__}: {error}"
                log.error("%s", self.error)
                time.sleep(TICK)
        self._end()
        if self.mine:
            self._turn.give()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        settings = self._settings
        self._process = context.Process(
            target=work, name="noroshi products", daemon=True,
            args=(self._home, theirs, settings.products, settings.releases, self._suspended),
        )  # fmt: skip
        self._process.start()
        with suppress(OSError, AttributeError):  # also what it loads at first costs nobody time
            os.setpriority(os.PRIO_PROCESS, self._process.pid, os.nice(0) + NICE)
        theirs.close()
        self._heard = False
        self._begun, self._suspended, self.error = time.monotonic(), set(), ""
        self._store.mark(MADE, self._made())

    def _listen(self) -> None:
        """Wait for something to do, and do it."""
        lines: list[Any] = [self._reader, *([self._line] if self._line else [])]
        for one in wait(lines, TICK):
            if one is self._reader:
                while self._reader.poll():
                    self._reader.recv_bytes()
                if self._wanted and self._line is not None:
                    self._wanted = False
                    with suppress(OSError):
                        self._line.send(("look",))
                continue
            try:
                assert self._line is not None
                self._hear(*self._line.recv())
            except (EOFError, OSError):
                self._lost()

    def _hear(self, what: str, number: int, *said: Any) -> None:
        self._heard = True
        if what == "standings":
            self.standings = _standings.decode(said[0])
            partial = self._home / f"{STANDINGS}.part"
            partial.write_bytes(said[0])
            partial.replace(self._home / STANDINGS)
            if time.monotonic() - self._begun > AGAIN_MOST:
                self._again = AGAIN
            return
        answer: Any
        try:
            if what == "publish":
                source, label, content = said
                editions = msgspec.msgpack.decode(content, type=list[Edition])
                answer = self._keeper.publish(editions, source=source, label=label)
                self._changed()
            else:
                self._keeper.mark_all(said[0])
                answer = 0
        except _REFUSED as error:
            answer = f"{type(error).__name__}: {error}"
        assert self._line is not None
        self._line.send(("answer", number, answer))

    def _watch(self) -> None:
        """End the process where a product has run for too long."""
        from noroshi.core.time import SECOND, now

        for name, one in self.standings.items():
            if self._line and one.state == "running" and now() - one.since > DEADLINE * SECOND:
                log.error("%s has run for %d s and is ended", name, DEADLINE)
                self._suspended.add(name)
                one.state, one.failures = "failing", [f"it ran for {DEADLINE:.0f} s and was ended"]
                self._kill()
                return

    def _lost(self) -> None:
        """The process is gone."""
        self._kill()
        self.error = f"products: their process ended; it is begun again in {self._again:.0f} s"
        log.error("%s", self.error)
        self._not_before = time.monotonic() + self._again
        self._again = min(self._again * 2, AGAIN_MOST)

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(timeout=10)
        if self._line is not None:
            self._line.close()
        self._line = self._process = None
        self._wanted = True

    def _end(self) -> None:
        """Let the process finish what it is about to keep, and end it."""
        if self._line is None:
            return
        until = time.monotonic() + 5
        with suppress(OSError, EOFError):
            self._line.send(("stop",))
            while (self._heard or self._line.poll()) and time.monotonic() < until:
                if self._line.poll(0.2):
                    self._hear(*self._line.recv())
        self._kill()


class _Line:
    """The node, as the process of its products sees it: it keeps what they say."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._sending = threading.Lock()
        self._awaited: dict[int, Future[Any]] = {}
        self._last = 0

    def _ask(self, what: str, *said: Any) -> Any:
        answer: Future[Any] = Future()
        with self._sending:
            self._last += 1
            self._awaited[self._last] = answer
            self._line.send((what, self._last, *said))
        found = answer.result(timeout=ANSWER)
        if isinstance(found, str):
            raise NotWritten(found)
        return found

    def answered(self, number: int, answer: Any) -> None:
        """An answer came."""
        awaited = self._awaited.pop(number, None)
        if awaited is not None:
            awaited.set_result(answer)

    def publish(self, editions: Sequence[Edition], *, source: str, label: int) -> int:
        """See `Store.publish`."""
        stored: int = self._ask("publish", source, label, msgspec.msgpack.encode(editions))
        return stored

    def mark_all(self, values: Mapping[str, int]) -> None:
        """See `Store.mark_all`; nothing waits for it."""
        with self._sending:
            self._last += 1
            self._line.send(("mark", self._last, dict(values)))

    def tell(self, standings: bytes) -> None:
        """Say how products stand."""
        with self._sending:
            self._line.send(("standings", 0, standings))


def work(
    home: Path,
    line: Connection,
    params: Mapping[str, Mapping[str, Any]],
    releases: Mapping[str, Mapping[int, int]],
    suspended: Iterable[str],
) -> None:
    """The life of the other process: until the node says so, or is gone."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the node ends it
    store = open_store(home)
    node = _Line(line)
    awake, wake = multiprocessing.Pipe(duplex=False)
    executor = ThreadPoolExecutor(len(domains.all_capabilities()) or 1)

    def done() -> None:
        with suppress(OSError):
            wake.send_bytes(b"!")

    try:
        runner = Runner(store, node, params=params, releases=releases, executor=executor,
                        suspended=suspended, wake=done)  # fmt: skip
        told, told_at = b"", 0.0
        while True:
            idle = runner.step()
            standings = msgspec.json.encode(runner.standings)
            if standings != told and time.monotonic() - told_at > POLL:
                node.tell(standings)
                told, told_at = standings, time.monotonic()
            for one in wait([line, awake], min(idle, POLL)):
                if one is awake:
                    awake.recv_bytes()
                    continue
                what, *said = line.recv()
                if what == "answer":
                    node.answered(*said)
                elif what == "stop":
                    return
    except (EOFError, OSError):  # the node is gone
        return
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        os._exit(0)  # threads that compute are not waited for
