"""Who sees what, at size: 25,000 labels with 700,000 rules, and what comparing costs a read."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import msgspec

from bench.points import EAST, KIND, NORTH, SOUTH, WEST, places
from bench.result import Result
from noroshi.core.label import OPERATOR, Principal, Reader, Sharing
from noroshi.core.record import Edition, Record
from noroshi.core.time import now
from noroshi.engine.access import Access
from noroshi.engine.directory import Directory
from noroshi.engine.roles import local_operator
from noroshi.engine.sharing import Sharings
from noroshi.store import Incoming, Outcome, Query, Store, open_store
from noroshi.store.labels import define

LABELS, ATOMS, MIXED = 25_000, 28, 5_000
RECORDS, QUERIES, CHANGES = 200_000, 1_000, 12
#: Labels under which everything is that is asked for, so that all readers find the same.
SEEN = 3


def run(big: bool) -> list[Result]:
    """The same store throughout."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        numbers = _define(store)
        _fill(store, numbers)
        readers = {
            "every label": OPERATOR, "3 labels": Reader("few", frozenset(numbers[:SEEN])),
            "20,000 labels": Reader("many", frozenset(numbers[:20_000])),
        }  # fmt: skip
        found = [*_changes(store, Path(folder)), *_costs(store, readers, "")]
        _mix(store, numbers)
        found += _costs(store, readers, f", {MIXED:,} series under two labels")
        store.close()
    return found


def _define(store: Store) -> list[int]:
    rng = random.Random(5)
    numbers = []
    with store._transaction() as writer:  # type: ignore[attr-defined]
        for number in range(LABELS):
            atoms = {f"org:o{rng.randrange(2_000)}" for _ in range(ATOMS - 2)}
            atoms |= {f"group:g{rng.randrange(200)}" for _ in range(2)}
            numbers.append(define(writer.db, f"c{number}", Sharing((tuple(atoms),))).id)
    return numbers


def _fill(store: Store, numbers: list[int]) -> None:
    """One collection for each label; all that is asked for lies under the first few of them."""
    where = places(RECORDS)
    for number, label in enumerate(numbers):
        step = len(range(number, RECORDS, LABELS))
        store_batch = []
        for part in range(step):
            key = number + part * LABELS
            store_batch.append(Record(KIND, f"k{key}", msgspec.json.encode({"value": key}),
                                      where[key]))  # fmt: skip
        _BATCH.append(_message(f"s{number}", numbers[number % SEEN], store_batch, label))
        if len(_BATCH) >= 2_000 or number == LABELS - 1:
            store.commit(_BATCH)
            _BATCH.clear()


_BATCH: list[tuple[Incoming, Outcome]] = []


def _message(series: str, label: int, records: list[Record], mark: int) -> tuple[Incoming, Outcome]:
    data = f"{series} {label} {mark}".encode()
    edition = Edition(series, 1, records, effective=1, whole=False)
    return (Incoming(data, hashlib.sha256(data).digest(), "bench", label=label),
            Outcome(editions=[edition], stated=len(records)))  # fmt: skip


def _mix(store: Store, numbers: list[int]) -> None:
    """The same series under a second label, which the readers see as well; far from Japan."""
    from noroshi.core.place import point

    messages = []
    for number in range(MIXED):
        record = Record(KIND, f"m{number}", b'{"value":0}', point(10.0 + number / 1e4, 10.0))
        label = numbers[(number + 1) % SEEN]
        messages.append(_message(f"s{number}", label, [record], -1))
    store.commit(messages)


# --- changes ------------------------------------------------------------------------------------


def _changer(home: str, go: Event, stop: Event, moment) -> None:  # type: ignore[no-untyped-def]
    store, turn = open_store(Path(home)), 0
    while True:
        go.wait()
        go.clear()
        if stop.is_set():
            break
        turn += 1
        atoms = ("org:watcher", "org:o1") if turn % 2 else ("org:o1",)
        store.define_label("c24000", Sharing((atoms,)))
        moment.value = time.monotonic()
    store.close()


def _changes(store: Store, home: Path) -> list[Result]:
    context = multiprocessing.get_context("spawn")
    go, stop, moment = context.Event(), context.Event(), context.Value("d", 0.0)
    process = context.Process(target=_changer, args=(str(home), go, stop, moment))
    process.start()
    sharings, times = Sharings(store), []
    watcher = Principal("watcher", frozenset({"org:watcher", "group:g7"}))
    label = sharings.number("c24000")
    start = time.perf_counter()
    seen = sharings.visible(watcher)
    first = time.perf_counter() - start
    for _ in range(CHANGES):
        before = label in sharings.visible(watcher)
        moment.value = 0.0
        go.set()
        while (label in sharings.visible(watcher)) == before:
            list(store.picture(_query(Reader("watcher", sharings.visible(watcher)), 1, 140, 40)))
        while not moment.value:
            time.sleep(0.001)
        times.append(time.monotonic() - moment.value)
    stop.set()
    go.set()
    process.join()
    joined = _joins(sharings, home)
    rules = LABELS * ATOMS
    return [
        Result("a label changes, until it holds", f"{max(times):.2f} s", "< 1 s", max(times) < 1,
               f"the slowest of {CHANGES}, in another process; {LABELS:,} labels, {rules:,} rules"),
        Result("a membership changes, until it holds", f"{max(joined):.2f} s", "< 1 s",
               max(joined) < 1, f"the slowest of {CHANGES}, in another process, until the labels "
               f"of a token do; worked out first in {first * 1e3:.0f} ms, {len(seen)} seen"),
    ]  # fmt: skip


def _joins(sharings: Sharings, home: Path) -> list[float]:
    """Seconds from when another process has kept that an organisation joins a group, or leaves
    it, until what a token of the organisation is let see follows."""
    directory, actor = Directory(home), local_operator()
    directory.add_organisation(actor, "watcher", "Watcher")
    access = Access(home, sharings.visible, changed=sharings.current, directory=directory)
    _, text = access.add("watcher", holder="org:watcher")
    context = multiprocessing.get_context("spawn")
    go, stop, moment = context.Event(), context.Event(), context.Value("d", 0.0)
    process = context.Process(target=_joiner, args=(str(home), go, stop, moment))
    process.start()
    times: list[float] = []
    for _ in range(CHANGES):
        before = access.caller(f"Bearer {text}").reader.labels
        moment.value = 0.0
        go.set()
        while access.caller(f"Bearer {text}").reader.labels == before:
            time.sleep(0.001)
        while not moment.value:
            time.sleep(0.001)
        times.append(time.monotonic() - moment.value)
    stop.set()
    go.set()
    process.join()
    directory.close()
    return times


def _joiner(home: str, go: Event, stop: Event, moment: Any) -> None:
    """The other process: lets the organisation join and leave a group, whenever it is told to."""
    directory, actor, member = Directory(Path(home)), local_operator(), False
    while True:
        go.wait()
        go.clear()
        if stop.is_set():
            directory.close()
            return
        member = not member
        directory.set_group(actor, "g7", ("org:watcher",) if member else ())
        moment.value = time.monotonic()


# --- what it costs ------------------------------------------------------------------------------


def _query(reader: Reader, side: float, west: float, south: float) -> Query:
    return Query(reader, 10, now(), KIND, box=(west, south, west + side, south + side))


def _costs(store: Store, readers: dict[str, Reader], told: str) -> list[Result]:
    side = ((EAST - WEST) * (NORTH - SOUTH) * 10 / RECORDS) ** 0.5
    rng = random.Random(3)
    boxes = [(rng.uniform(WEST, EAST - side), rng.uniform(SOUTH, NORTH - side))
             for _ in range(QUERIES)]  # fmt: skip
    for reader in readers.values():
        list(store.picture(_query(reader, side, *boxes[0])))
    times: dict[str, list[float]] = {name: [] for name in readers}
    pages: dict[str, list[float]] = {name: [] for name in readers}
    for number, box in enumerate(boxes):  # in turns, so that all have the same luck
        turn = number % len(readers)  # nobody is always the one who finds nothing in the cache
        for name, reader in [*list(readers.items())[turn:], *list(readers.items())[:turn]]:
            start = time.perf_counter()
            list(store.picture(_query(reader, side, *box)))
            times[name].append((time.perf_counter() - start) * 1e3)
            if number % 5 == 0:
                start = time.perf_counter()
                store.page(_query(reader, 6, *box), 100)
                pages[name].append((time.perf_counter() - start) * 1e3)
    return [
        *_told(times, f"box of 10 features{told}"), *_told(pages, f"page of 100{told}")
    ]  # fmt: skip


def _told(times: dict[str, list[float]], what: str) -> list[Result]:
    sorts = {name: sorted(some) for name, some in times.items()}
    base = sorts["every label"][len(sorts["every label"]) // 2]
    found = []
    for name, some in sorts.items():
        p50, p99 = some[len(some) // 2], some[int(len(some) * 0.99)]
        more = p50 / base - 1
        bar = name != "every label"
        found.append(Result(
            f"{name}: {what}", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms",
            "< 10 % more" if bar else "", more < 0.1 if bar else None,
            f"{more:+.0%}; {RECORDS:,} records" if bar else f"{RECORDS:,} records",
        ))  # fmt: skip
    return found
