"""What the tests of webhooks and MQTT share: a node with a store, and reports to put in it."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from noroshi.core.label import PUBLIC
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import MINUTE, now
from noroshi.engine.node import Node
from noroshi.store import Incoming, Outcome

REPORT, ROAD = "disaster.report", "disaster.road"
BASE = "https://noroshi.example"
_number = itertools.count()


@contextmanager
def following(home: Path, settings: str = "") -> Iterator[Node]:
    """A node that follows its store, with these settings."""
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    node = Node(home)
    node.live.start()
    try:
        yield node
    finally:
        node.stop()


def report(
    node: Node,
    key: str,
    title: str = "橋が通れない",
    *,
    kind: str = REPORT,
    label: int = PUBLIC,
    mode: Mode = Mode.ACTUAL,
    x: float = 136.0,
    area: str | None = None,
    action: Action = Action.ISSUE,
) -> None:
    """Keep one report in the node's store, as its own message."""
    body = msgspec.json.encode({"title": title})
    records = [Record(kind, key, body, point(x, 35.0), area)]
    edition = Edition(f"test/{kind}", now() - MINUTE + next(_number), records, action, mode,
                      whole=False)  # fmt: skip
    data = f"report {key} {title} {next(_number)}".encode()
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test", label=label)
    node.store.commit([(incoming, Outcome(editions=[edition], stated=1))])
    node.live.nudge()


def eventually(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until something is so. Fails if it never is."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.01)
