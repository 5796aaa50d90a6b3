"""Products under a drill: how long from a posted message to the last product that rests on it, and
what products cost those who send."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from bench.drill import _noroshi
from bench.result import Result, skipped
from bench.server import noroshi
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, SECOND, now
from noroshi.engine.node import Node
from noroshi.engine.products import Keeper
from noroshi.engine.runner import Runner
from noroshi.engine.workshop import read_standings
from noroshi.feeds.drill import scenarios
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.sinks.http import part
from noroshi.feeds.drill.worlds import mappings_of, world_of
from noroshi.store import Store, open_store

_SCENARIO, _RATE = "typhoon", 50.0
#: Hours of the scenario that are there before, and how many messages are then sent.
_BEFORE, _COUNT = 20, 1_500


def run(big: bool) -> list[Result]:
    """The bars of the issue: p50 < 300 ms and p99 < 2 s at 50 messages/s; with products at least
    70 % of what comes in without."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        try:
            _noroshi(home, "drill", "world", "--import")
        except subprocess.CalledProcessError as error:
            return skipped("products", error.stderr.strip().splitlines()[-1][:80])
        messages = list(_messages(home))
        other = Path(folder) / "other"
        shutil.copytree(home, other)
        return [*_latency(home, messages), *_throughput(other, messages)]


def _messages(home: Path) -> Iterator[Message]:
    world = world_of(home, 1, 0)
    scenario = scenarios.get(_SCENARIO)
    start = now() - round((scenario.hours + 1) * HOUR)
    for event in scenario.play(world, start, 1):
        if isinstance(event, Message):
            yield event


def _latency(home: Path, messages: list[Message]) -> list[Result]:
    """What was there before comes in at once; the rest at 50 messages a second over HTTP."""
    first = messages[0].time
    before = [one for one in messages if one.time < first + _BEFORE * HOUR]
    then = messages[len(before) :][:_COUNT]
    token = _noroshi(home, "token", "new", "drill", "--send", "--read", "own").strip()
    posted: dict[str, float] = {}
    with noroshi(home) as (url, _):
        client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"},
                              timeout=60)  # fmt: skip

        def post(message: Message) -> None:
            begun = time.time()
            asked = {"name": message.name, "part": part(message.source), "mode": "exercise"}
            answer = client.post("/messages", params=asked, content=message.data)
            posted[answer.json()["id"]] = begun

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(post, before))
            _quiet(home)
            posted.clear()
            start = time.monotonic()
            for number, message in enumerate(then):
                time.sleep(max(0.0, start + number / _RATE - time.monotonic()))
                pool.submit(post, message)
        took = time.monotonic() - start
        _quiet(home)
    store = open_store(home)
    try:
        waited, missed = _waited(store, posted)
    finally:
        store.close()
    waited.sort()
    if not waited:
        return skipped("from a posted message to its products", "nothing was computed")
    half, most = _share(waited, 0.5), _share(waited, 0.99)
    busy = {name: one.seconds for name, one in read_standings(home).items()}
    slowest = max(busy, key=lambda one: busy[one])
    note = (f"{len(then)} messages in {took:.0f} s ({len(then) / took:.0f}/s) over HTTP; "
            f"{len(waited)} had products, {missed} were replaced before; slowest: {slowest} "
            f"{busy[slowest]:.2f} s")  # fmt: skip
    return [
        Result("posted to the last product, p50", f"{half * 1e3:,.0f} ms", "< 300 ms", half < 0.3,
               note),
        Result("posted to the last product, p99", f"{most * 1e3:,.0f} ms", "< 2,000 ms", most < 2),
    ]  # fmt: skip


def _share(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def _quiet(home: Path, seconds: float = 300) -> None:
    """Wait until the products have nothing to do."""
    until = time.monotonic() + seconds
    still = 0
    while still < 6 and time.monotonic() < until:
        states = [one.state for one in read_standings(home).values()]
        still = still + 1 if states and {*states} <= {"idle", "failing", "broken"} else 0
        time.sleep(0.5)


def _waited(store: Store, posted: dict[str, float]) -> tuple[list[float], int]:
    """Seconds from the post of each message to the last record of a product that it is new in; and
    how many messages no product rests on, although others of their kind were used.

    A message is new in a record if it came after all that the record rested on before; in one that
    did not stand before, if it is the newest. (Others were there already, and something else made
    the record another one.)
    """
    rests: dict[int, set[str]] = {}
    came: dict[str, int] = {}
    newest: dict[tuple[str, str], int] = {}
    last: dict[str, float] = {}
    used: set[str] = set()
    kinds: dict[str, set[str]] = {}
    after = 0
    while changes := store.changes(OPERATOR, after=after, limit=5_000):
        after = changes[-1].version.id
        for change in changes:
            version = change.version
            if version.mode is not Mode.EXERCISE:
                continue
            if version.message is not None:
                rests[version.id] = {version.message}
                came.setdefault(version.message, version.id)
                if version.message in posted:
                    kinds.setdefault(version.message, set()).add(version.kind)
                continue
            messages = set().union(*(rests.get(one, set()) for one in version.basis))
            rests[version.id] = messages
            top = max((came[one] for one in messages), default=0)
            before = newest.get((version.series, version.key), top - 1)
            newest[version.series, version.key] = max(top, before)
            for message in messages & posted.keys():
                if came[message] > before:
                    last[message] = max(last.get(message, 0.0), version.recorded / SECOND)
                    used |= kinds.get(message, set())
    waited = [at - posted[message] for message, at in last.items()]
    missed = sum(message not in last and bool(of & used) for message, of in kinds.items())
    return waited, missed


def _throughput(home: Path, messages: list[Message]) -> list[Result]:
    """As fast as a node takes them in, in turns with its products and without, each time into a
    home that has only the prefecture and what products make of it."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    mappings = mappings_of([world_of(home, 1, 0)])
    said = 0
    store = open_store(home)
    Runner(store, Keeper(store, {})).settle()
    store.close()
    for number in range(4):
        fresh = home.parent / f"turn-{number}"
        shutil.copytree(home, fresh)
        products = number % 2 == 1
        rates[products].append(_rate(fresh, messages, mappings, products=products))
        said += sum(one.stored for one in read_standings(fresh).values())
        shutil.rmtree(fresh)
    alone, beside = (sum(rates[one]) / len(rates[one]) for one in (False, True))
    share = beside / alone
    return [Result("messages in with products", f"{share:.0%} of without", ">= 70 %", share >= 0.7,
                   f"{beside:.0f}/s and {alone:.0f}/s, twice in turns; products said "
                   f"{said / 2:,.0f} records meanwhile")]  # fmt: skip


def _rate(
    home: Path, messages: Iterable[Message], mappings: dict[str, dict[str, Any]], *, products: bool
) -> float:
    import msgspec

    node = Node(home)
    node.live.start()
    node.intake.start()
    if products:
        node.products.start()
        threading.Event().wait(3)
    count, under_way = 0, []
    begun = time.monotonic()
    try:
        for message in messages:
            source = node.settings.source(f"drill/{message.source}")
            if source.mapping is None and message.source in mappings:
                source = msgspec.structs.replace(source, mapping=mappings[message.source])
            under_way.append(node.intake.offer(message.data, message.name, source))
            count += 1
            if len(under_way) >= 48:
                under_way.pop(0).result()
        for one in under_way:
            one.result()
        return count / (time.monotonic() - begun)
    finally:
        node.stop()


if __name__ == "__main__":
    from bench.result import table

    sys.stdout.write(table(run(big=False)) + "\n")
