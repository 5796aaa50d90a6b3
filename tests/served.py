"""A running node: `noroshi serve` in a process of its own, on a free port."""

from __future__ import annotations

import json
import re
import signal
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

import called

#: Nodes of tests are asked without TLS: loading authorities would take 45 ms each time.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Served:
    """`with Served(home) as node:` a server on `node.url`; `node.http` asks it things."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home, self.arguments = home, arguments
        self.url = ""
        self.log: list[str] = []

    def __enter__(self) -> Self:
        self.process = called.start(
            "serve", "--port", "0", *self.arguments, home=self.home, stderr=subprocess.PIPE,
            PYTHONUNBUFFERED="1",
        )  # fmt: skip
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            found = re.match(r"(http://\S+?)/?\s*$", line)
            if found:
                self.url = found[1]
                break
        assert self.url, "".join(self.log)
        threading.Thread(target=self._drain, daemon=True).start()
        self.http = httpx.Client(base_url=self.url, timeout=30, verify=PLAIN)
        for _ in range(100):
            try:
                self.http.get("/health")
                break
            except httpx.ConnectError:
                threading.Event().wait(0.05)
        return self

    def _drain(self) -> None:
        assert self.process.stderr is not None
        self.log.extend(self.process.stderr)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert not [line for line in self.log if "Traceback" in line], "".join(self.log)

    def token(self, *arguments: str) -> str:
        """A new token, by the command a user would give. `--send` by default."""
        done = called.run("token", "new", "test", *(arguments or ("--send",)), home=self.home)
        done.check_returncode()
        return next(word for word in done.stdout.decode().split() if word.startswith("noroshi_"))

    def post(self, data: bytes, token: str, **more: Any) -> httpx.Response:
        """Send a message."""
        return self.http.post("/messages", content=data,
                              headers={"Authorization": f"Bearer {token}"}, **more)  # fmt: skip

    def events(self, query: str = "", last: int | None = None, token: str = "") -> Events:
        """Follow events."""
        return Events(self.url + "/events" + query, last, token)


class Events:
    """A client of the event stream, in a thread of its own: `events` fills as they come."""

    def __init__(self, url: str, last: int | None, token: str) -> None:
        self.events: list[tuple[int, str, Any]] = []
        self.cursor: int | None = last
        self._news = threading.Condition()
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.Client(timeout=httpx.Timeout(30, read=None), verify=PLAIN)
        self._context = self._client.stream("GET", url, headers=headers)
        self._answer = self._context.__enter__()
        assert self._answer.status_code == 200, self._answer.read()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for id, event, data in frames(self._answer.iter_lines()):
                with self._news:
                    self.cursor = id
                    if data:
                        self.events.append((id, event, json.loads(data)))
                    self._news.notify_all()
        except (httpx.HTTPError, httpx.StreamError, OSError):
            pass

    def wait(self, count: int, seconds: float = 10) -> list[tuple[int, str, Any]]:
        """The events, once there are `count` of them."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.events) >= count, seconds), (
                f"{len(self.events)} of {count} events came"
            )
            return list(self.events)

    def ready(self) -> Events:
        """Wait for the first sign of life: from here on nothing is missed."""
        with self._news:
            assert self._news.wait_for(lambda: self.cursor is not None, 10)
        return self

    def close(self) -> None:
        """Go away as a browser does."""
        self._answer.close()
        self._client.close()


def frames(lines: Iterator[str]) -> Iterator[tuple[int, str, str]]:
    """Frames of an event stream: id, event, data."""
    id, event, data = 0, "", ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            id = int(value)
        elif name == "event":
            event = value
        elif name == "data":
            data = value
        elif not line:
            yield id, event, data
            event = data = ""
