"""A node in this process under a clock that stands still, and those who look at it: every answer
that it gives to a reader, byte for byte."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from noroshi.channels.tiling.grid import project
from noroshi.core import time as clock
from noroshi.core.label import Principal, Sharing
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.engine.node import Node
from noroshi.engine.present import Past, Present, Written
from noroshi.engine.products import run_products
from noroshi.formats.boundaries import Place
from noroshi.store import Incoming, Outcome
from noroshi.web import tiles
from noroshi.web.app import application

REPORT, WARNING = "disaster.report", "disaster.weather_warning"
START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z


class Clock:
    """The one clock, standing still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def time_ns(self) -> int:
        """As `time.time_ns`."""
        return self.time * 1000

    def move(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.time += int(seconds * clock.SECOND)


@contextmanager
def standing_still() -> Iterator[Clock]:
    """A clock that only the test moves, for everything in this process."""
    real, mine = clock._clock, Clock()
    clock._clock = mine  # type: ignore[assignment]
    try:
        yield mine
    finally:
        clock._clock = real


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, or nothing."""
        return dict(self.headers).get(name, "")

    def json(self) -> Any:
        """The body, as JSON."""
        return msgspec.json.decode(self.body)


async def asked(
    app: Any, path: str, query: str = "", headers: dict[str, str] | None = None, *,
    method: str = "GET", body: bytes = b"", endless: bool = False,
) -> Answer:  # fmt: skip
    """One request over ASGI, as a server would make it. `endless`: it is ended from this side as
    soon as nothing more comes."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "server": ("node.example", 80), "client": ("192.0.2.7", 1),
        "headers": [(b"host", b"node.example"),
                    *((name.lower().encode(), value.encode())
                      for name, value in (headers or {}).items())],
    }  # fmt: skip
    heard: list[dict[str, Any]] = []
    gone, told, sent = asyncio.Event(), asyncio.Event(), False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        heard.append(message)
        told.set()

    work = asyncio.create_task(app(scope, receive, send))
    if endless:
        idle = 0
        while not work.done() and idle < 2:
            told.clear()
            busy = time.process_time()
            try:
                await asyncio.wait_for(told.wait(), 0.03)
                idle = 0
            except TimeoutError:  # nothing comes: or what is to come is still worked on
                idle = idle + 1 if time.process_time() - busy < 0.01 else 0
        gone.set()
    await asyncio.wait_for(work, 20)
    start = next(one for one in heard if one["type"] == "http.response.start")
    found = tuple(sorted((name.decode(), value.decode("latin-1"))
                         for name, value in start["headers"]))  # fmt: skip
    return Answer(start["status"], found, b"".join(one.get("body", b"") for one in heard))


class Hub:
    """A node that takes in what it is told to, at once; `look` is what a reader is answered."""

    def __init__(self, home: Path, settings: str = "") -> None:
        (home / "settings.toml").write_text('[node]\norganisation = "ken"\n' + settings)
        self.node = Node(home)
        self.node.live.start()
        self.app = application(self.node)
        self._count = itertools.count(1)
        self.node.store.put_places([
            Place("city:1720200", "七尾市", "city", "ななおし", ("pref:17",), None),
        ])  # fmt: skip

    def close(self) -> None:
        """Stop the node."""
        self.node.stop()

    def label(self, name: str, **more: Any) -> int:
        """Define or change a label."""
        return self.node.store.define_label(name, Sharing(**more)).id

    def token(self, *reads: str | int, **more: Any) -> dict[str, str]:
        """The header of somebody who may read this."""
        name = f"t{next(self._count)}"
        _, text = self.node.access.add(name, reads=reads, **more)
        return {"Authorization": f"Bearer {text}"}

    def take(self, text: str, outcome: Outcome, label: int, source: str, name: str) -> bytes:
        """Take in a message of this text, and what came of reading it. Returns its hash."""
        data = text.encode()
        incoming = Incoming(data, sha256(data).digest(), source, name, label)
        self.node.store.commit([(incoming, outcome)])
        return incoming.sha

    def state(
        self, text: str, label: int, *, key: str = "a", series: str = "", kind: str = REPORT,
        area: str | None = None, at: tuple[float, float] | None = None, source: str = "",
        issued: int | None = None, action: Action = Action.ISSUE, mode: Mode = Mode.ACTUAL,
        whole: bool = True, body: Any = None, name: str = "", state: str = "read",
    ) -> bytes:  # fmt: skip
        """Take in a message that says one thing. Returns its hash."""
        said = {"title": text} if body is None else body
        records = [Record(kind, key, msgspec.json.encode(said),
                          None if at is None else point(*at), area)]  # fmt: skip
        edition = Edition(
            series or f"s/{key}", clock.now() if issued is None else issued, records,
            action, mode, effective=0, whole=whole,
        )  # fmt: skip
        data = msgspec.json.encode([text, key, label, next(self._count)])
        incoming = Incoming(data, sha256(data).digest(), source or "city", name or f"{text}.json",
                            label)  # fmt: skip
        outcome = Outcome(editions=[edition], format="test", stated=1, media_type="text/plain")
        if state != "read":
            outcome = Outcome(state=state, reason=f"no format for {text}", format="test")
        self.node.store.commit([(incoming, outcome)])
        self.settle()
        return incoming.sha

    def products(self) -> None:
        """Run what is computed."""
        run_products(self.node.store, self.node.settings.releases, self.node.settings.products)
        self.settle()

    def settle(self) -> None:
        """What was committed is known to everyone who follows."""
        node = self.node
        node.sharings.refresh()
        node.access._next = 0.0
        node.live._catch_up()

    def forget(self) -> None:
        """Drop every kept answer and picture: nothing is to be right only because it is old."""
        node = self.node
        self.app = application(node)
        node.present, node.past = Present(node.store, node.live), Past(node.store)
        node.written = Written()
        tiles._tiles.pop(node, None)

    def ask(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        """One answer."""
        return asyncio.run(asked(self.app, path, urlencode(query), headers))

    def look(self, headers: dict[str, str] | None, ways: list[str]) -> dict[str, Answer]:
        """The answers to a reader, by what was asked."""

        async def all_of() -> dict[str, Answer]:
            found = {}
            for way in ways:
                path, _, query = way.partition("?")
                found[way] = await asked(self.app, path, query, headers, endless=path == "/events")
            return found

        return asyncio.run(all_of())


def tile_of(longitude: float, latitude: float, z: int) -> str:
    """The end of the path of the tile in which a place lies."""
    x, y = project(longitude, latitude)
    return f"{z}/{int(y * 2**z)}/{int(x * 2**z)}"


def ways(kinds: tuple[str, ...], keys: tuple[str, ...] = (), past: int | None = None) -> list[str]:
    """Every way out for a reader, as paths with queries; `past` is an earlier moment."""
    found = [
        "/", "/?f=html", "/collections", "/collections?f=html", "/summary",
        "/summary?mode=exercise",
        "/sources", "/sources?f=html", "/catalogue", "/catalogue?f=html", "/catalogue?f=jsonld",
        "/catalogue?q=city", "/health", "/metrics", "/messages",
        "/messages?state=quarantined", "/messages?state=duplicate", "/messages?state=waiting",
        "/changes", "/changes?after=0", "/changes?before=3", "/changes?after=0&bbox=130,30,140,40",
        "/changes?after=0&filter=" + quote("label IS NOT NULL"),
        "/events?after=0", "/events", "/area/17202", "/area?q=nanao", "/area/17",
        "/density?bins=10", "/density?bins=10&mode=exercise", "/conformance", "/api",
        "/places?q=nanao",
    ]  # fmt: skip
    for kind in kinds:
        items = f"/collections/{kind}/items"
        found += [f"/collections/{kind}", f"/collections/{kind}/queryables"]
        for query in (
            "", "limit=2", "f=html", "f=csv", "f=jsonl", "bbox=130,30,140,40", "area=17202",
            "datetime=../..", "datetime=2025-01-01T00:00:00Z/..", "lapsed=true", "mode=exercise",
            "sortby=-issued", "sortby=title" if kind == REPORT else "sortby=key",
            "filter=" + quote("key LIKE '%'"), "crs=http://www.opengis.net/def/crs/EPSG/0/6668",
            "properties=key,label",
        ):  # fmt: skip
            found.append(items + (f"?{query}" if query else ""))
        if past is not None:
            found += [f"{items}?as-of={quote(clock.show(past) or '')}",
                      f"/collections/{kind}/tiles/WebMercatorQuad/{tile_of(136, 36, 5)}"
                      f"?as-of={quote(clock.show(past) or '')}",
                      f"/summary?as-of={quote(clock.show(past) or '')}"]  # fmt: skip
        found += [f"/collections/{kind}/tiles/WebMercatorQuad/{tile_of(136, 36, z)}"
                  for z in (0, 5, 10)]  # fmt: skip
        found += [f"/collections/{kind}/timeline", f"/collections/{kind}/tiles"]
        for series, key in itertools.product(range(1, 7), keys):
            thing = f"{items}/{series}.{quote(key)}"
            found += [thing, f"{thing}/history", f"{thing}?f=html"]
            found += [f"{thing}@{version}" for version in range(1, 4)]
    return found


def principal(*atoms: str, **more: Any) -> Principal:
    """Somebody with these atoms, for the oracle."""
    return Principal("somebody", frozenset(atoms), **more)
