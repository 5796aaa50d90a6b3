"""Residents who talk to a node over HTTP, many at a time, from a process of their own."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
import uuid
from typing import Any

import httpx
import msgspec

#: Conversations at a time where it goes as fast as it can; answers to one thing that is said.
AT_ONCE, PATIENCE = 24, 5
#: How often something is sent again that was not taken.
TRIES = 6

#: A text, where it is said, whether the position is sent with it, and how deep the water is.
Words = tuple[str, tuple[float, float], bool, float | None]


class Person(msgspec.Struct):
    """A resident: the address of the line they are on, and what they say."""

    address: str
    says: list[Words]

    def __len__(self) -> int:
        return len(self.says)


class Load(msgspec.Struct):
    """What became of it. `reports`: keys that were acknowledged; `took`: ms of each answer."""

    conversations: int = 0
    turns: int = 0
    failed: int = 0
    seconds: float = 0.0
    reports: list[str] = []
    took: list[float] = []
    errors: set[str] = set()

    def times(self, share: float) -> float:
        """Milliseconds within which this share of answers came."""
        if len(self.took) < 2:
            return 0.0
        return statistics.quantiles(self.took, n=100)[round(share * 100) - 1]


class _Asked(msgspec.Struct):
    url: str
    people: list[Person]
    rate: float | None


def run_load(url: str, people: list[Person], rate: float | None) -> Load:
    """Let people talk; `rate`: things said a second, None for as fast as it goes."""
    asked = msgspec.json.encode(_Asked(url, people, rate))
    done = subprocess.run(
        [sys.executable, "-m", "bench.chat_load"], input=asked, stdout=subprocess.PIPE, check=True
    )
    return msgspec.json.decode(done.stdout, type=Load)


class _Talking:
    def __init__(self, asked: _Asked) -> None:
        self.url, self.people, self.rate = asked.url, asked.people, asked.rate
        self.load = Load()

    async def run(self) -> Load:
        began = time.perf_counter()
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
        async with httpx.AsyncClient(base_url=self.url, timeout=60, limits=limits) as client:
            # Cookies are each person's own, so none are kept here.
            if self.rate is None:
                waiting = iter(self.people)

                async def some() -> None:
                    for person in waiting:
                        await self._talk(client, person)

                await asyncio.gather(*(some() for _ in range(AT_ONCE)))
            else:
                gap = statistics.mean(map(len, self.people)) / self.rate
                tasks = []
                for number, person in enumerate(self.people):
                    await asyncio.sleep(max(0.0, began + number * gap - time.perf_counter()))
                    tasks.append(asyncio.create_task(self._talk(client, person)))
                await asyncio.gather(*tasks)
        self.load.seconds = time.perf_counter() - began
        return self.load

    async def _talk(self, client: httpx.AsyncClient, person: Person) -> None:
        headers = {"X-Forwarded-For": person.address}
        for text, at, sends, depth in person.says:
            turn: dict[str, Any] | None = {"text": text}
            if sends and turn is not None:
                turn["position"] = at
            for _ in range(PATIENCE):
                if turn is None:
                    break
                said = await self._send(client, turn, headers)
                if said is None:
                    break
                turn = _reply(said, at, depth)
        self.load.conversations += 1

    async def _send(
        self, client: httpx.AsyncClient, turn: dict[str, Any], headers: dict[str, str]
    ) -> list[dict[str, Any]] | None:
        """What is said to a turn, sent again under its id until it is taken."""
        body = msgspec.json.encode({**turn, "id": str(uuid.uuid4())})
        began = time.perf_counter()
        for tried in range(TRIES):
            answer = await client.post(
                "/chat/messages?mode=exercise", content=body,
                headers={**headers, "Content-Type": "application/json"},
            )  # fmt: skip
            if answer.status_code == 200:
                break
            self.load.errors.add(f"{answer.status_code}")
            if answer.status_code not in (429, 503):
                break
            await asyncio.sleep(0.2 * 2**tried)
        client.cookies.clear()
        if answer.status_code != 200:
            self.load.failed += 1
            return None
        given = answer.headers.get("set-cookie")
        if given:
            headers["Cookie"] = given.partition(";")[0]
        self.load.turns += 1
        self.load.took.append(1e3 * (time.perf_counter() - began))
        said: list[dict[str, Any]] = msgspec.json.decode(answer.content)["turns"][0]["said"]
        self.load.reports += [
            fact["id"] for one in said for fact in one["facts"]
            if fact["kind"] == "disaster.resident_report" and fact["source"] == "chat"
        ]  # fmt: skip
        return said


def _reply(
    said: list[dict[str, Any]], at: tuple[float, float], depth: float | None
) -> dict[str, Any] | None:
    """What a person answers to the last of what they were told, if anything is asked."""
    if not said:
        return None
    last = said[-1]
    if last["wants"] == "position":
        return {"position": at}
    ids = [one["id"] for one in last["choices"]]
    depths = [one for one in ids if one.startswith("depth:")]
    if depths and depth is not None:
        return {"choice": min(depths, key=lambda one: abs(float(one[6:]) - depth))}
    wanted = next((one for one in ("service:power", "persons:1", "skip") if one in ids), None)
    return None if wanted is None else {"choice": wanted}


if __name__ == "__main__":
    told = msgspec.json.decode(sys.stdin.buffer.read(), type=_Asked)
    load = asyncio.run(_Talking(told).run())
    sys.stdout.buffer.write(msgspec.json.encode(load))
