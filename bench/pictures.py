"""Box, interval and as-of in one query while another process ingests; growth with the store."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from bench.points import EAST, KIND, NORTH, SOUTH, WEST, batches
from bench.result import Result
from noroshi.core.label import Reader
from noroshi.core.time import now
from noroshi.store import Query, Store, open_store

QUERIES = 2_000
READER = Reader("bench", frozenset({0, 1, 2}))


def run(big: bool) -> list[Result]:
    """Latency at 10 thousand, 100 thousand and 1 million records (10 million with --big)."""
    results = []
    smallest = 0.0
    sizes = [10_000, 100_000, 1_000_000] + ([10_000_000] if big else [])
    for count in sizes:
        keys = count // 10
        with tempfile.TemporaryDirectory() as home:
            store = open_store(Path(home))
            fill = (
                list(batches(count, keys, 1_000))
                if count <= 100_000
                else batches(count, keys, 1_000)
            )
            middle = _fill(store, fill, count)
            alone, found = _measure(store, count, keys, middle)
            smallest = smallest or alone[len(alone) // 2]
            p50, p99 = alone[len(alone) // 2], alone[int(len(alone) * 0.99)]
            results.append(
                Result(
                    f"picture, {count:,} records", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms", "", None,
                    f"alone; {found:.1f} features; p50 {p50 / smallest:.2f} × that of 10,000",
                )
            )  # fmt: skip
            if count == 1_000_000:
                results += _while_ingesting(store, Path(home), count, keys, middle)
            store.close()
    return results


def _fill(store: Store, work, count: int) -> int:  # type: ignore[no-untyped-def]
    """Fill the store; returns a recorded time from the middle of it."""
    middle, done = 0, 0
    for one in work:
        store.commit([one])
        done += len(one[1].editions[0].records)
        if not middle and done >= count // 2:
            middle = now()
    return middle


def _measure(store: Store, count: int, keys: int, middle: int) -> tuple[list[float], float]:
    """Sorted latencies in milliseconds of queries for about ten features, and their mean number."""
    side = ((EAST - WEST) * (NORTH - SOUTH) * 10 / keys) ** 0.5
    rng = random.Random(3)
    times, found = [], 0
    for number in range(QUERIES):
        west, south = rng.uniform(WEST, EAST - side), rng.uniform(SOUTH, NORTH - side)
        # Half of the questions are about now, half about what was known when half was in.
        as_of, at = (now(), count) if number % 2 else (middle, count // 2)
        query = Query(READER, at, as_of, KIND, box=(west, south, west + side, south + side))
        start = time.perf_counter()
        found += len(list(store.picture(query)))
        times.append((time.perf_counter() - start) * 1e3)
    return sorted(times), found / QUERIES


def _writer(home: str, keys: int, start: int, stop: Event, rate) -> None:  # type: ignore[no-untyped-def]
    store = open_store(Path(home))
    began, done = time.perf_counter(), 0
    for one in batches(10_000_000, keys, 500, start=start):
        store.commit([one])
        done += 500
        rate.value = done / (time.perf_counter() - began)
        if stop.is_set():
            break
        ahead = done / 7_000 - (time.perf_counter() - began)
        if ahead > 0:
            time.sleep(ahead)
    store.close()


def _while_ingesting(store: Store, home: Path, count: int, keys: int, middle: int) -> list[Result]:
    context = multiprocessing.get_context("spawn")
    stop, rate = context.Event(), context.Value("d", 0.0)
    process = context.Process(target=_writer, args=(str(home), keys, count, stop, rate))
    process.start()
    while rate.value == 0:
        time.sleep(0.05)
    times, found = _measure(store, count, keys, middle)
    stop.set()
    process.join()
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    note = f"{QUERIES} queries, {found:.1f} features each, beside {rate.value:,.0f} records/s"
    return [
        Result("picture while ingesting, p50", f"{p50:.2f} ms", "< 1 ms", p50 < 1, note),
        Result("picture while ingesting, p99", f"{p99:.2f} ms", "< 20 ms", p99 < 20, note),
        Result("ingest beside it", f"{rate.value:,.0f}/s", "≥ 5,000/s", rate.value >= 5_000, ""),
    ]
