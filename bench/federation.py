"""Exchange between nodes over HTTP on this machine: catching up, and one node that serves 47."""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.points import places
from bench.result import Result
from bench.server import noroshi, resident
from noroshi.core.label import PUBLIC
from noroshi.core.record import Edition, Record
from noroshi.core.time import now
from noroshi.engine.node import Node
from noroshi.engine.peers import Peer, Peers
from noroshi.engine.trust import Trust
from noroshi.feeds.puller import Puller
from noroshi.store import Incoming, Outcome, Store, open_store

RECORDS, TOGETHER = 20_000, 100
PEERS, PER_SECOND, SECONDS, BEFORE = 47, 100, 8, 1_000
FORMAT = "bench"

Batch = list[tuple[Incoming, Outcome]]


def run(big: bool) -> list[Result]:
    """Everything on one machine: what serves and what asks share its cores."""
    return [*_catch_up(TOGETHER), *_catch_up(1), *_many()]


def _messages(count: int, each: int, mark: str = "") -> Iterator[tuple[Incoming, Outcome]]:
    where = places(count)
    for first in range(0, count, each):
        records = [
            Record("disaster.shelter", f"{mark}{number}", msgspec.json.encode(
                {"name": f"避難所{number}", "status": "open", "headcount": number % 400}
            ), where[number])
            for number in range(first, min(first + each, count))
        ]  # fmt: skip
        edition = Edition(f"bench/{mark}", now(), records, whole=False)
        data = f"{mark} {first} {each}".encode()
        yield (Incoming(data, hashlib.sha256(data).digest(), "bench", label=PUBLIC),
               Outcome(format=FORMAT, editions=[edition], stated=len(records)))  # fmt: skip


def _commit(store: Store, messages: list[tuple[Incoming, Outcome]]) -> None:
    for first in range(0, len(messages), 128):
        store.commit(messages[first : first + 128])


def _init(home: Path, org: str) -> Trust:
    store = open_store(home)
    trust = Trust(home)
    trust.create(org, org, org, "", ())
    store.exchange.begin()
    store.close()
    return trust


def _meet(home: Path, other: Path, org: str, url: str = "") -> None:
    Trust(home).accept(Trust(other).own_document)
    Peers(home).put(Peer(org=org, url=url))


def _catch_up(each: int) -> list[Result]:
    messages = list(_messages(RECORDS, each))
    with tempfile.TemporaryDirectory() as folder:
        here, there, bare = (Path(folder) / name for name in ("here", "there", "bare"))
        _init(there, "there")
        _init(here, "here")
        _meet(there, here, "here")
        with noroshi(there) as (url, _):
            _meet(here, there, "there", url)
            store = open_store(there)
            _commit(store, messages)
            while store.exchange.due(1):
                time.sleep(0.1)
            envelopes = store.exchange.counts()[1]
            node = Node(here)
            puller = Puller(node, node.exchange.peers.get("there"))
            start = time.perf_counter()
            while puller.status.records < RECORDS:
                puller.pull(0)
            took = time.perf_counter() - start
            store.close()
            node.stop()
        plain = open_store(bare)
        start = time.perf_counter()
        _commit(plain, messages)
        alone = time.perf_counter() - start
        plain.close()
    rate, limit = RECORDS / took, RECORDS / alone
    return [Result(
        f"catching up, {each} a message", f"{rate:,.0f}/s", ">= 5,000/s", rate >= 5_000,
        f"{RECORDS:,} records in {envelopes} envelopes over HTTP; {rate / limit:.0%} of the bare "
        f"commit of the same, {limit:,.0f}/s",
    )]  # fmt: skip


def _many() -> list[Result]:
    from bench.followers import follow

    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "there"
        _init(there, "there")
        homes = []
        for number in range(PEERS):
            org = f"peer-{number:02d}"
            home = Path(folder) / org
            Trust(home).create(org, org, org, "", ())
            _meet(there, home, org)
            homes.append(home)
        store = open_store(there)
        _commit(store, list(_messages(BEFORE * TOGETHER, TOGETHER, "before")))
        with noroshi(there) as (url, pid):
            for home in homes:
                _meet(home, there, "there", url)
            while store.exchange.due(1):
                time.sleep(0.1)
            peak, latencies = follow(homes, store, pid, lambda mark: list(
                _messages(1, 1, mark)), PER_SECOND, SECONDS, resident)  # fmt: skip
        store.close()
    latencies.sort()
    p50, p99 = statistics.median(latencies), latencies[int(len(latencies) * 0.99)]
    return [
        Result(f"memory while {PEERS} peers pull", f"{peak:.0f} MB", "< 300 MB", peak < 300,
               f"PSS; {BEFORE * TOGETHER:,} records to catch up with, then {PER_SECOND}/s"),
        Result("from ingest to a peer", f"p50 {p50:.2f} s, p99 {p99:.2f} s", "< 1 s at the median",
               p50 < 1, f"{PEERS} sessions at once, {len(latencies):,} envelopes; all on "
               "the same cores"),
    ]  # fmt: skip
