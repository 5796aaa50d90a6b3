"""A drill into a node's address: POST /messages, several at once, each source's in order."""

from __future__ import annotations

import queue
import re
import threading
import time
from typing import Any

import httpx
import msgspec

from noroshi.core.errors import NotPermitted, Unreachable
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.sinks import Tally

#: Requests on their way at once, and messages that wait for each.
_WORKERS, _WAITING = 16, 64
#: Seconds for which a node that does not answer, or says to come again, is tried.
_PATIENCE = 120.0
_LONGEST = 60.0


class HttpSink:
    """Sends messages to the node at `url`, with a bearer token that may send; what it sends is an
    exercise there, from source `<the token's source>/ORGANISATION`.

    Raises NotPermitted or Unreachable at once where it cannot.
    """

    def __init__(self, url: str, token: str, workers: int = _WORKERS) -> None:
        self.tally = Tally()
        self.url = url.rstrip("/")
        if not token:
            raise NotPermitted("sending needs a token", where=self.url, remedy=_TOKEN)
        self._client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60,
            limits=httpx.Limits(max_connections=workers, max_keepalive_connections=workers),
        )  # fmt: skip
        self._lock = threading.Lock()
        self._failed: Exception | None = None
        self._stopped = threading.Event()
        try:
            self._check()
        except BaseException:
            self._client.close()
            raise
        self._queues: list[queue.Queue[Message | None]] = [
            queue.Queue(_WAITING) for _ in range(workers)
        ]
        #: Which worker a source's messages go through, so that they stay in order.
        self._worker: dict[str, int] = {}
        self._load = [0] * workers
        self._threads = [
            threading.Thread(target=self._work, args=(one,), name="send", daemon=True)
            for one in self._queues
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: Message) -> None:
        """See `Sink.send`."""
        worker = self._worker.get(message.source)
        if worker is None:
            worker = self._load.index(min(self._load))
            self._worker[message.source] = worker
        self._load[worker] += 1
        while True:
            if self._failed is not None:
                raise self._failed
            try:
                self._queues[worker].put(message, timeout=0.5)
                return
            except queue.Full:
                continue

    def close(self) -> None:
        """See `Sink.close`."""
        try:
            for one in self._queues:
                while self._failed is None:
                    try:
                        one.put(None, timeout=0.5)
                        break
                    except queue.Full:
                        continue
            for thread in self._threads:
                while thread.is_alive() and self._failed is None:
                    thread.join(timeout=0.5)
        finally:
            self._stopped.set()
            self._client.close()
        if self._failed is not None:
            raise self._failed

    def _check(self) -> None:
        """A message without bytes is refused (400), after the token was looked at."""
        try:
            answer = self._client.post("/messages", content=b"")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(
                f"no node answers: {error}", where=self.url, remedy="is `noroshi serve` running?"
            ) from None
        self._permitted(answer)
        if answer.status_code != 400:
            raise Unreachable(
                f"this is no Noroshi node: it answers {answer.status_code} to POST /messages",
                where=self.url,
            )

    def _permitted(self, answer: httpx.Response) -> None:
        if answer.status_code in (401, 403):
            raise NotPermitted(_said(answer) or "the token is not accepted", where=self.url,
                               remedy=_TOKEN)  # fmt: skip

    def _work(self, messages: queue.Queue[Message | None]) -> None:
        while self._failed is None and (message := messages.get()) is not None:
            try:
                self._post(message)
            except Exception as error:  # the others are not sent either: say why, once
                if not self._stopped.is_set():
                    self._failed = self._failed or error

    def _post(self, message: Message) -> None:
        asked = {"name": message.name, "part": part(message.source), "mode": "exercise"}
        until, pause = time.monotonic() + _PATIENCE, 0.2
        while True:
            why = ""
            try:
                answer = self._client.post("/messages", params=asked, content=message.data)
            except httpx.TransportError as error:
                why = str(error) or type(error).__name__
            else:
                if answer.status_code == 202:
                    self._note(message, answer)
                    return
                self._permitted(answer)
                if answer.status_code < 500 and answer.status_code != 429:
                    with self._lock:
                        self.tally.note(message.name, "refused", 0, _said(answer))
                    return
                why = _said(answer) or f"it answers {answer.status_code}"
                pause = _after(answer) or pause
            if time.monotonic() + pause > until:
                raise Unreachable(why, where=self.url, remedy="what was acknowledged is kept")
            with self._lock:
                self.tally.retried += 1
            if self._stopped.wait(pause):
                raise Unreachable(why, where=self.url)
            pause = min(pause * 2, 5.0)

    def _note(self, message: Message, answer: httpx.Response) -> None:
        found = _decode(answer)
        with self._lock:
            self.tally.note(message.name, str(found.get("state", "")),
                            int(found.get("records", 0)), str(found.get("reason", "")))  # fmt: skip


_TOKEN = "`noroshi token new drill --send`, then --token or NOROSHI_TOKEN"  # noqa: S105


def part(source: str) -> str:
    """A source's name as a node takes it for a part of the sender."""
    return re.sub(r"[^a-z0-9._-]+", "-", source.lower()).lstrip("._-")[:64] or "unnamed"


def _decode(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _said(answer: httpx.Response) -> str:
    """What a refusal says (RFC 9457)."""
    found = _decode(answer)
    return ": ".join(str(found[name]) for name in ("title", "detail") if found.get(name))


def _after(answer: httpx.Response) -> float:
    """Seconds after which to come again; 0 where it does not say."""
    text = answer.headers.get("Retry-After", "")
    return min(float(text), _LONGEST) if text.isdecimal() else 0.0
