"""Lines that can be cut: a TCP proxy of the tests between two nodes."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import threading
from collections.abc import Coroutine
from typing import Any

#: What a line may be: up; cut (whoever calls is hung up on); silent (nothing passes and nobody is
#: told); slow (a little at a time); torn (an answer breaks off somewhere in the middle).
STATES = ("up", "cut", "silent", "slow", "torn")


def free_port() -> int:
    """A port that nobody listens on just now, nor is given while its node is down: the system gives
    others (32768 and up) to the servers of tests that run beside these."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_768)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


class Line:
    """From a port of its own to another; `state` is one of `STATES`."""

    def __init__(self, name: str, target: int, rng: random.Random) -> None:
        self.name, self.target, self.rng = name, target, rng
        self.state, self.port = "up", 0
        self.carried = 0
        self._open: set[asyncio.StreamWriter] = set()

    async def begin(self) -> None:
        server = await asyncio.start_server(self._call, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def hang_up(self) -> None:
        """End every call, as a line that is cut does: with a reset."""
        for one in list(self._open):
            one.transport.abort()

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.state == "cut":
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._open.add(far_writer)
            try:
                await asyncio.gather(
                    self._carry(reader, far_writer), self._carry(far_reader, writer)
                )
            finally:
                self._open.discard(far_writer)
                far_writer.transport.abort()
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(64 * 1024):
            while self.state == "silent":
                await asyncio.sleep(0.05)
            if self.state == "torn":
                writer.write(data[: self.rng.randrange(len(data))])
                await writer.drain()
                if self.rng.random() < 0.5 and writer.can_write_eof():
                    writer.write_eof()  # the other direction stays open
                    await asyncio.sleep(0.2)
                raise ConnectionResetError
            if self.state == "slow":
                for first in range(0, len(data), 4096):
                    writer.write(data[first : first + 4096])
                    await writer.drain()
                    await asyncio.sleep(0.02 if self.state == "slow" else 0)
            else:
                writer.write(data)
                await writer.drain()
            self.carried += len(data)
        with contextlib.suppress(OSError):
            writer.write_eof()


class Lines:
    """Many of them, in a thread with a loop of its own."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[Line] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def lay(self, name: str, target: int) -> Line:
        """A line to a port."""
        line = Line(name, target, random.Random(self.rng.random()))
        self._do(line.begin())
        self.lines.append(line)
        return line

    def set(self, line: Line, state: str) -> None:
        """Change what a line does; calls do not outlive a change."""

        async def change() -> None:
            line.state = state
            line.hang_up()

        self._do(change())

    def close(self) -> None:
        """Take them all down."""
        for line in self.lines:
            self.set(line, "cut")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
