"""Threads in which residents are answered: apart from those in which pages are read, so that
neither waits for the other, and with an end, so that a crowd is told to come again and not kept
waiting until it has gone away."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from noroshi.engine.node import Node
from noroshi.web.routing import Problem

T = TypeVar("T")

#: Answers at a time: more than there are cores, for most of an answer's time goes by waiting for
#: the disk. And how many may wait for one.
AT_ONCE, MOST = 16, 400
NAME = "chat answers"
#: Seconds in which conversations are counted, and how many at most.
WINDOW, MOST_SEEN = 300.0, 100_000


class Talkers:
    """The threads of one node. A `noroshi.engine.node.Delivery`."""

    error = ""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="chat")
        self._under_way = 0
        self._seen: tuple[set[str], set[str]] = set(), set()
        self._since = time.monotonic()

    def present(self, address: str) -> int:
        """How many conversations there were in the last minutes, with this one."""
        here, before = self._seen
        if time.monotonic() - self._since > WINDOW:
            here, before = set(), here
            self._seen, self._since = (here, before), time.monotonic()
        if len(here) < MOST_SEEN:
            here.add(address)
        return max(len(here), len(before))

    @property
    def behind(self) -> int:
        """How many are being answered, or wait for it."""
        return self._under_way

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a function in one of the threads. Raises Problem where too many wait already."""
        if self._under_way >= MOST:
            raise Problem(
                503, "very many people are writing just now", "send it again in a moment",
                headers={"Retry-After": "5"},
            )  # fmt: skip
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, function, *arguments)
        finally:
            self._under_way -= 1

    def stop(self) -> None:
        """End, once what was begun is answered."""
        self._threads.shutdown(wait=True, cancel_futures=True)


_LOCK = threading.Lock()


def talkers(node: Node) -> Talkers:
    """Those of a node, made at their first use."""
    with _LOCK:
        found = node.deliveries().get(NAME)
        if not isinstance(found, Talkers):
            found = Talkers()
            node.attach(NAME, found)
        return found
