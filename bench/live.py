"""From a posted telegram to an event: nothing lost among 300 followers, and how long it takes."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.result import Result
from bench.server import noroshi, resident
from noroshi.engine.access import Access

FOLLOWERS, MESSAGES, SENDERS = 300, 1_000, 10
RATE, SECONDS = 100, 20

_TELEGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>府県気象情報</Title><DateTime>2026-01-01T00:00:00Z</DateTime><Status>通常</Status>
<EditorialOffice>架空地方気象台</EditorialOffice><PublishingOffice>架空地方気象台</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>架空県気象情報</Title>
<ReportDateTime>2026-01-01T09:00:00+09:00</ReportDateTime>
<TargetDateTime>2026-01-01T09:00:00+09:00</TargetDateTime><EventID>{0}</EventID>
<InfoType>発表</InfoType><Serial>1</Serial><InfoKind>同一現象用平文情報</InfoKind>
<InfoKindVersion>1.0_0</InfoKindVersion><Headline><Text>{0}</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"/></Report>"""


def run(big: bool) -> list[Result]:
    """Both figures, each on a fresh node."""
    return [*_crowd(), *_latency()]


def _node(folder: str) -> tuple[Path, str]:
    home = Path(folder)
    (home / "settings.toml").write_text('[sources.bench]\nlabel = "public"\n')
    _, token = Access(home).add("bench", sends=True, source="bench")
    return home, token


async def _follow(url: str, count: int, seen: Callable[[int, bytes], None], ready: Any) -> None:
    """Follow events over a bare socket until `count` have come."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"GET /events HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n")
    id = came = 0
    while came < count:
        line = await reader.readline()
        if line.startswith(b"id: "):
            id = int(line[4:])
            ready()
        elif line.startswith(b"data: "):
            came += 1
            seen(id, line)
    writer.close()


def _followers(url: str, number: int, count: int, started: Any, results: Any) -> None:
    """Many followers in a process of their own; tells of each which events it met, in order."""

    async def main() -> None:
        met: list[list[int]] = [[] for _ in range(number)]
        said: list[set[int]] = [set() for _ in range(number)]
        waiting = set(range(number))

        def note(one: int) -> Callable[[int, bytes], None]:
            def seen(id: int, line: bytes) -> None:
                met[one].append(id)
                at = line.index("見出し".encode())
                said[one].add(int(line[at + 9 : at + 18].partition(b"#")[0]))

            return seen

        def ready(one: int) -> Callable[[], None]:
            def call() -> None:
                waiting.discard(one)
                if not waiting:
                    started.set()

            return call

        await asyncio.gather(*(_follow(url, count, note(one), ready(one)) for one in range(number)))
        whole = set(range(count))
        lost = sum(len(whole - one) for one in said)
        again = sum(len(one) - len(set(one)) for one in met)
        disordered = sum(one != sorted(one) for one in met)
        results.put((lost, again, disordered))

    asyncio.run(main())


def _crowd() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        home, token = _node(folder)
        with noroshi(home) as (url, pid):
            context = multiprocessing.get_context("spawn")
            started, results = context.Event(), context.Queue()
            followers = context.Process(
                target=_followers, args=(url, FOLLOWERS, MESSAGES, started, results)
            )
            followers.start()
            assert started.wait(60)
            before = resident(pid)
            begin = time.perf_counter()
            peak = asyncio.run(_post_all(url, token, pid))
            posted = time.perf_counter() - begin
            lost, again, disordered = results.get(timeout=300)
            took = time.perf_counter() - begin
            followers.join()
    good = (lost, again, disordered) == (0, 0, 0)
    return [
        Result(f"{FOLLOWERS} followers, {MESSAGES} telegrams at once",
               f"{lost} lost, {again} twice, {disordered} out of order", "0, 0, 0", good,
               f"{FOLLOWERS * MESSAGES:,} events in {took:.1f} s; acknowledged in {posted:.1f} s; "
               f"memory {before:.0f} → {peak:.0f} MB (PSS of all processes)")
    ]  # fmt: skip


async def _post_all(url: str, token: str, pid: int) -> float:
    """Post every telegram, from several senders at once; the most memory meanwhile."""
    numbers = iter(range(MESSAGES))
    peak = 0.0

    async def sender(client: httpx.AsyncClient) -> None:
        nonlocal peak
        for number in numbers:
            body = _TELEGRAM.format(f"見出し{number}#").encode()
            answer = await client.post("/messages", content=body)
            assert answer.status_code == 202, answer.text
            assert answer.json()["state"] == "read", answer.text
            if number % 100 == 0:
                peak = max(peak, resident(pid))

    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as client:
        await asyncio.gather(*(sender(client) for _ in range(SENDERS)))
    return max(peak, resident(pid))


def _latency() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        home, token = _node(folder)
        with noroshi(home) as (url, _):
            times = sorted(asyncio.run(_steady(url, token)))
    p50, p99 = statistics.median(times) * 1e3, times[int(len(times) * 0.99)] * 1e3
    note = f"{len(times):,} telegrams at {RATE}/s, from the POST's first byte to the event"
    return [
        Result("POST to event, p50", f"{p50:.1f} ms", "< 30 ms", p50 < 30, note),
        Result("POST to event, p99", f"{p99:.1f} ms", "< 250 ms", p99 < 250, note),
    ]


async def _steady(url: str, token: str) -> list[float]:
    count = RATE * SECONDS
    sent: dict[int, float] = {}
    took: list[float] = []
    ready = asyncio.Event()

    def seen(id: int, line: bytes) -> None:
        event = json.loads(line[6:])
        number = int(event["data"]["properties"]["headline"].removeprefix("見出し").rstrip("#"))
        took.append(time.perf_counter() - sent[number])

    follower = asyncio.create_task(_follow(url, count, seen, ready.set))
    await ready.wait()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:

        async def post(number: int) -> None:
            body = _TELEGRAM.format(f"見出し{number}#").encode()
            sent[number] = time.perf_counter()
            answer = await client.post("/messages", content=body)
            assert answer.status_code == 202, answer.text

        posts = []
        begin = time.perf_counter()
        for number in range(count):
            posts.append(asyncio.create_task(post(number)))
            await asyncio.sleep(max(0.0, begin + (number + 1) / RATE - time.perf_counter()))
        await asyncio.gather(*posts)
    await asyncio.wait_for(follower, 60)
    return took


if __name__ == "__main__":
    from bench.result import table

    print(table(run("--big" in sys.argv)))
