"""What somebody asks the node to compute, products and reports: in a process of its own, one after
another, and not for longer than may be."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from noroshi import domains
from noroshi.core.errors import NoroshiError
from noroshi.core.label import Reader
from noroshi.core.record import Mode, Version

#: Seconds for which one may run.
DEADLINE = 60.0
#: How many may wait for their turn.
WAITING = 4
#: How much less it is served than the node.
_NICE = 10


Work = Callable[[Path, bytes], bytes]
"""What is computed: a function of a module, of the home and of what is asked, as bytes."""


class Busy(NoroshiError):
    """Others are being computed; come again in a little while."""


class Asked(msgspec.Struct, frozen=True):
    """What is asked: a product with its parameters, from when to when, known when, for whom."""

    name: str
    params: dict[str, Any]
    start: int
    end: int
    as_of: int
    mode: Mode
    labels: frozenset[int] | None


class Answer(msgspec.Struct):
    """What a product says at the end, how often it changed what it said, and what failed."""

    versions: list[Version]
    changes: int
    failures: list[str]


class Executions:
    """Computes what is asked on the store at `home`. Nothing is kept."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()
        self._waiting = 0

    async def run(self, asked: Asked) -> Answer:
        """What a product says. Raises as `call`."""
        wire = await self.call(_execute, msgspec.msgpack.encode(asked))
        return msgspec.msgpack.decode(wire, type=Answer)

    async def call(
        self, work: Work, wire: bytes, *, most: int = WAITING,
        instead: str = "ask for a shorter time, or use `noroshi run` on the node itself",
    ) -> bytes:  # fmt: skip
        """Compute, and wait for it without keeping any thread from its work. `most`: how many may
        wait for this to be one of them; `instead`: what to do where it takes too long.

        Raises NoroshiError where it takes too long or its input is wrong, Busy where too many wait.
        """
        with self._lock:
            if self._waiting >= most:
                raise Busy("others are being computed", remedy="ask again shortly")
            self._waiting += 1
        pool = None
        try:
            pool, future = await asyncio.to_thread(self._begin, work, wire)
            return await asyncio.wait_for(asyncio.wrap_future(future), DEADLINE)
        except TimeoutError:
            self._drop(pool)
            raise NoroshiError(f"it took longer than {DEADLINE:.0f} s", remedy=instead) from None
        except BrokenProcessPool:
            self._drop(pool)
            raise Busy("it was ended before it was done", remedy="ask again") from None
        finally:
            with self._lock:
                self._waiting -= 1

    def _begin(self, work: Work, wire: bytes) -> tuple[ProcessPoolExecutor, Future[bytes]]:
        with self._lock:
            if self._pool is not None:
                with suppress(BrokenProcessPool):  # its process died while nobody asked
                    return self._pool, self._pool.submit(work, self._home, wire)
            self._pool = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), initializer=_set_up
            )
            return self._pool, self._pool.submit(work, self._home, wire)

    def _drop(self, pool: ProcessPoolExecutor | None) -> None:
        """End the process; the next who asks begins another."""
        if pool is None:
            return
        with self._lock:
            if self._pool is pool:
                self._pool = None
        for one in list(getattr(pool, "_processes", None) or {}).copy():
            with suppress(OSError):
                os.kill(one, 9)
        pool.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """End whatever runs."""
        with self._lock:
            pool, self._pool = self._pool, None
        self._drop(pool)


def _set_up() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the node ends it
    with suppress(OSError):
        os.nice(_NICE)


def _execute(home: Path, wire: bytes) -> bytes:
    from noroshi.engine.backfill import rehearse
    from noroshi.engine.methods import Method
    from noroshi.engine.towns import Borders
    from noroshi.store import open_store

    asked = msgspec.msgpack.decode(wire, type=Asked)
    capability = domains.get(asked.name)
    store = open_store(home)
    try:
        method = Method.of(asked.name, capability, asked.params)
        rehearsal, failures = rehearse(
            store, asked.name, capability, asked.start, asked.end, asked.as_of,
            towns=Borders(store), params=method.params, reader=Reader("asked", asked.labels),
            modes=[asked.mode],
        )  # fmt: skip
        answer = Answer(rehearsal.standing(), len(rehearsal.said), failures)
        return msgspec.msgpack.encode(answer)
    finally:
        store.close()


def params_of(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Parameters as they were given, checked here so that what is wrong is told at once. Raises
    NoroshiError."""
    from noroshi.engine.methods import Method

    Method.of(name, domains.get(name), given)
    return dict(given)
