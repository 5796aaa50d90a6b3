"""Bytes to outcomes, on as many processes as pay, and never at the mercy of one message."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as Expired
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import msgspec

from noroshi import formats
from noroshi.core.errors import InvalidRecord, UnreadableMessage
from noroshi.core.label import PUBLIC
from noroshi.core.record import Edition
from noroshi.formats import Format, Hints
from noroshi.store import QUARANTINED, READ, Outcome, pack

#: Seconds after which reading one share of messages counts as hung.
PATIENCE = 120
#: As many messages are read together where they must be read in time.
FEW = 16
_MEMORY = 3 * 2**30

Job = tuple[bytes, Hints, str | None]


class _Wire(msgspec.Struct, array_like=True):
    """An Outcome on its way back from another process."""

    state: str
    reason: str
    media_type: str
    format: str
    editions: list[Edition]
    stated: int
    faults: bytes
    packed: bytes
    floor: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Wire)


def read_outcome(data: bytes, hints: Hints, format: str | None = None) -> Outcome:
    """Read one message; never raises for what it holds."""
    chosen: Format | None = None
    try:
        chosen = formats.get(format) if format else formats.recognise(data)
        reading = formats.read(data, hints, chosen)
    except (UnreadableMessage, InvalidRecord) as error:
        return Outcome(
            state=QUARANTINED,
            reason=str(error),
            media_type=chosen.media_type if chosen else "application/octet-stream",
            format=chosen.name if chosen else "",
            floor=chosen.unread if chosen else PUBLIC,
        )
    except Exception as error:  # a reader's own defect must not cost the other messages
        return Outcome(
            state=QUARANTINED,
            reason=f"the {chosen.name if chosen else 'format'} reader failed: "
            f"{type(error).__name__}: {error}",
            media_type=chosen.media_type if chosen else "application/octet-stream",
            format=chosen.name if chosen else "",
            floor=chosen.unread if chosen else PUBLIC,
        )
    return Outcome(
        state=READ,
        media_type=reading.media_type,
        format=chosen.name if chosen else "",
        editions=reading.editions,
        stated=sum(len(edition.records) for edition in reading.editions),
        faults=msgspec.json.encode(reading.faults) if reading.faults else b"[]",
        floor=reading.floor,
    )


def _read_share(share: list[Job]) -> bytes:
    wires = []
    with uncollected():
        for job in share:
            one = read_outcome(*job)
            try:
                wires.append(_encoder.encode(_wire(one, job[0])))
            except (OverflowError, TypeError, ValueError) as error:
                reason = f"its records cannot be kept: {error}"
                kept = Outcome(QUARANTINED, reason, one.media_type, one.format, floor=one.floor)
                wires.append(_encoder.encode(_wire(kept, job[0])))
    return _encoder.encode(wires)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """No search for reference cycles meanwhile: a share makes none to speak of, and looking for
    them costs a seventh of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _wire(one: Outcome, data: bytes) -> _Wire:
    return _Wire(
        one.state, one.reason, one.media_type, one.format, list(one.editions), one.stated,
        one.faults, pack(data), one.floor,
    )  # fmt: skip


def _set_up() -> None:
    """In a reading process: bounded memory, no life after the parent's, and an interrupt is the
    parent's to handle."""
    import signal
    import threading

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    except (ImportError, ValueError, OSError):
        pass


def _end_with(parent: int) -> None:
    """A killed parent closes nothing; without this its readers would wait for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _pool(processes: int, method: str) -> ProcessPoolExecutor:
    """Reading processes."""
    return ProcessPoolExecutor(processes, multiprocessing.get_context(method), initializer=_set_up)


class Readers:
    """Reads messages in other processes. A message that kills or hangs its process is
    quarantined, and the others are read all the same.

    Processes are forked where the system can: they start with all that is loaded here. A process
    with threads must not fork, and says `spawn`.
    """

    def __init__(
        self,
        processes: int | None = None,
        patience: float = PATIENCE,
        method: str | None = None,
    ) -> None:
        self.processes = processes or max(1, min(4, os.cpu_count() or 1))
        self.patience = patience
        forks = "fork" in multiprocessing.get_all_start_methods()
        self.method = method or ("fork" if forks else "spawn")
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> ProcessPoolExecutor:
        """The pool, made at its first use."""
        if self._pool is None:
            self._pool = _pool(self.processes, self.method)
        return self._pool

    def submit(self, share: list[Job]) -> Callable[[], list[Outcome]]:
        """Begin reading `share`; call the result for its outcomes, in order."""
        try:
            future = self.start().submit(_read_share, share)
        except BrokenProcessPool:
            self._abandon()
            future = self.start().submit(_read_share, share)

        def collect() -> list[Outcome]:
            try:
                return _outcomes(future.result(timeout=self.patience))
            except (BrokenProcessPool, Expired):
                self._abandon()
                return [self._alone(job) for job in share]

        return collect

    def ready(self) -> None:
        """Start the processes, and wait until one of them can read."""
        if self._pool is None:
            with contextlib.suppress(BrokenProcessPool, Expired):
                self.start().submit(_read_share, []).result(timeout=self.patience)

    def attempt(self, share: list[Job], seconds: float) -> list[Outcome | None]:
        """The outcomes of `share`, in order. It is read a few messages at a time; None for those
        few that take longer than `seconds`, or whose process died. What a process needs to start
        is not counted: else one that is slow would make all that come after it too late."""
        found: list[Outcome | None] = []
        while len(found) < len(share):
            self.ready()
            rest = range(len(found), len(share), FEW)
            try:
                under_way = [
                    self.start().submit(_read_share, share[at : at + FEW]) for at in rest
                ]  # fmt: skip
                for one in under_way:
                    found += _outcomes(one.result(timeout=seconds))
            except (BrokenProcessPool, Expired):
                self._abandon()
                found += [None] * min(FEW, len(share) - len(found))
        return found

    def _alone(self, job: Job) -> Outcome:
        """Read one message in a process of its own."""
        pool = _pool(1, self.method)
        try:
            return _outcomes(pool.submit(_read_share, [job]).result(timeout=self.patience))[0]
        except BrokenProcessPool:
            return Outcome(state=QUARANTINED, reason="the reading process died of this message")
        except Expired:
            _kill(pool)
            return Outcome(
                state=QUARANTINED, reason=f"reading took longer than {self.patience:g} seconds"
            )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """End the reading processes once they have finished what they are at."""
        if self._pool is not None:
            # Not killed: a result half written would keep the thread that receives it for ever.
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def give_up(self) -> None:
        """End processes at once that do not read yet, for whoever waits in `ready`."""
        if self._pool is not None:
            _kill(self._pool)

    def _abandon(self) -> None:
        """Leave a pool behind of which a process has died or hangs."""
        if self._pool is not None:
            _kill(self._pool)
            self._pool = None


def _kill(pool: ProcessPoolExecutor) -> None:
    """End a pool at once. Its threads may wait on pipes whose other ends are dead; closing this
    process's own ends lets them go, where the pool does not do so itself when it finds its
    processes dead (as CPython does from 3.11.6 and 3.12.1 on)."""
    processes: dict[int, Any] = getattr(pool, "_processes", None) or {}
    for process in list(processes.values()):
        process.kill()
    if (manager := getattr(pool, "_executor_manager_thread", None)) is not None:
        manager.join(timeout=1)
    for queue, end in (("_call_queue", "_reader"), ("_result_queue", "_writer")):
        pipe = getattr(getattr(pool, queue, None), end, None)
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    pool.shutdown(wait=False, cancel_futures=True)


def _outcomes(data: bytes) -> list[Outcome]:
    found = []
    for wire in msgspec.msgpack.decode(data, type=list[bytes]):
        one = _decoder.decode(wire)
        found.append(
            Outcome(one.state, one.reason, one.media_type, one.format, one.editions, one.stated,
                    one.faults, one.packed, one.floor)
        )  # fmt: skip
    return found


class ReadHere:
    """Reads in this process: for a few small messages, where another process costs more."""

    def submit(self, share: list[Job]) -> Callable[[], list[Outcome]]:
        """See `Readers.submit`."""
        return lambda: [read_outcome(*job) for job in share]

    def stop(self) -> None:
        """Nothing to end."""
