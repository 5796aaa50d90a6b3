"""Peers of a node, as many sessions of real requests in threads: they take in nothing but what they
are told, so that what is measured is the node they ask."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from noroshi.core.time import now
from noroshi.engine.peers import Peers
from noroshi.engine.trust import Trust
from noroshi.feeds.link import Link
from noroshi.formats import Limits
from noroshi.formats.exchange import cose
from noroshi.formats.exchange.batch import read_batch
from noroshi.formats.exchange.envelope import peek_envelope, unpack
from noroshi.formats.exchange.items import read_items
from noroshi.store import Incoming, Outcome, Store

#: So many of them also look at what came in, for the time it took.
WATCHING = 4


class Follower:
    """One session with a node."""

    def __init__(self, home: Path, watch: dict[bytes, float] | None) -> None:
        self.trust = Trust(home)
        self.peer = next(iter(Peers(home).all().values()))
        self.link = Link(self.peer.url)
        self.watch, self.latencies = watch, list[float]()
        self.have: dict[tuple[str, int], int] = {}
        self.heads: dict[tuple[str, int], int] = {}
        self.since, self.session, self.count = "", "", 0
        self.stopping = False
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def open(self) -> None:
        """Open the session."""
        org = self.trust.org
        with self.link.request("GET", "/exchange/challenge", timeout=60, most=2**20) as answer:
            challenge = msgspec.json.decode(answer.read())["challenge"]
        hello = {"org": org, "to": self.peer.org, "challenge": challenge,
                 "nonce": secrets.token_hex(32)}  # fmt: skip
        signed = cose.sign(msgspec.json.encode(hello), self.trust.signing(now()), cose.SESSION)
        with self.link.request(
            "POST", "/exchange/session", body=signed, timeout=60, most=2**20
        ) as answer:
            _, payload = cose.peek(answer.read())
        self.session = msgspec.json.decode(payload)["session"]

    def ask(self, wait: float) -> None:
        """Ask once."""
        wants = [(*which, self.have.get(which, 0) + 1, 0) for which, last in self.heads.items()
                 if self.have.get(which, 0) < last]  # fmt: skip
        question = {"since": self.since, "wants": wants, "serials": {"there": 9},
                    "wait": 0 if wants else wait}  # fmt: skip
        with self.link.request(
            "POST", "/exchange/pull", {"Noroshi-Session": f"Peer {self.session}"},
            msgspec.json.encode(question), timeout=60, most=2**30,
        ) as answer:  # fmt: skip
            assert answer.status == 200, answer.read()
            for frame in read_batch(answer.chunks(), Limits()):
                self._take(frame)

    def _take(self, frame: bytes) -> None:
        if frame[:1] == b"H":
            heard = msgspec.json.decode(frame[1:])
            self.since = heard["since"]
            self.heads.update(
                {(origin, stream): last for origin, stream, last, _ in heard["heads"]}
            )
        elif frame[:1] == b"E":
            signed, content = unpack(frame[1:])
            envelope, _ = peek_envelope(signed)
            self.have[envelope.origin, envelope.stream] = envelope.seq
            self.count += 1
            if self.watch:
                present = time.monotonic()
                for item in read_items(content, Limits())[0]:
                    if item.sha in self.watch:
                        self.latencies.append(present - self.watch[item.sha])

    def _run(self) -> None:
        try:
            self.open()
            while not self.stopping:
                self.ask(2)
        except Exception as error:
            self.error = error


def follow(
    homes: list[Path],
    store: Store,
    pid: int,
    message: Callable[[str], list[tuple[Incoming, Outcome]]],
    rate: int,
    seconds: int,
    memory: Callable[[int], float],
) -> tuple[float, list[float]]:
    """Let all of them catch up and follow while `rate` messages a second come in. Returns the peak
    of the node's memory in MB, and how long messages took to those who watch, in seconds."""
    sent: dict[bytes, float] = {b"": 0.0}
    all_of_them = [Follower(home, sent if n < WATCHING else None) for n, home in enumerate(homes)]
    for one in all_of_them:
        one.thread.start()
    peak = memory(pid)
    while any(not one.have or one.have != one.heads for one in all_of_them):
        peak = max(peak, memory(pid))
        _check(all_of_them)
        time.sleep(0.1)
    begun = time.monotonic()
    for number in range(rate * seconds):
        some = message(f"m{number}-")
        sent[some[0][0].sha] = time.monotonic()
        store.commit(some)
        ahead = begun + (number + 1) / rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        if number % 20 == 0:
            peak = max(peak, memory(pid))
            _check(all_of_them)
    end = time.monotonic() + 20
    wanted = rate * seconds * min(WATCHING, len(homes))
    while sum(len(one.latencies) for one in all_of_them) < wanted and time.monotonic() < end:
        time.sleep(0.1)
    for one in all_of_them:
        one.stopping = True
    for one in all_of_them:
        one.thread.join(10)
    _check(all_of_them)
    return peak, [one for each in all_of_them for one in each.latencies]


def _check(followers: list[Follower]) -> None:
    for one in followers:
        if one.error is not None:
            raise one.error
