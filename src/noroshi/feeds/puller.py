"""What comes from peers: each is asked, by a thread of its own, for what this node does not have.

There is no position to lose: what is wanted follows from what the store has of each stream. A line
that is cut, a node that was killed or one that was put back from a copy go on from there.
"""

from __future__ import annotations

import base64
import json
import logging
import random
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted, NotVerified
from noroshi.core.time import now
from noroshi.engine.exchange import Exchange
from noroshi.engine.inbox import Opened, open_envelope
from noroshi.engine.node import Node
from noroshi.engine.peers import Peer
from noroshi.feeds.link import Answer, Link
from noroshi.formats.exchange import cose
from noroshi.formats.exchange.batch import ENVELOPE, HEADS, IDENTITY, WITHHELD, read_batch
from noroshi.formats.exchange.envelope import peek_envelope, unpack
from noroshi.store import FAULTS
from noroshi.store.exchange import OutOfStep, Received

log = logging.getLogger("noroshi")

#: Seconds that an answer may wait for news, a request may take beyond that, and between two tries
#: with a peer that does not answer: from the first to the last.
WAIT, PATIENCE, SOON, LATE = 20.0, 30.0, 0.5, 10.0
#: Streams of which envelopes are asked for at once; envelopes and bytes of one transaction.
WANTS, TOGETHER, TOGETHER_BYTES = 1_000, 128, 4 * 2**20
#: The most bytes of one answer, as they come.
MOST_ANSWER = 512 * 2**20
#: Seconds for which a stream that was refused is left alone.
REFUSED = 60.0
#: Seconds between two looks at what came without its content and may be had by now.
AGAIN = 10.0

_TROUBLE: tuple[type[Exception], ...] = (NoroshiError, OSError, *FAULTS)
Stream = tuple[str, int]


class Status(msgspec.Struct):
    """How the exchange with a peer goes. `group` is the key exchange of the connection."""

    connected: bool = False
    group: str = ""
    error: str = ""
    last: int = 0
    envelopes: int = 0
    records: int = 0
    behind: int = 0


class Puller:
    """Asks one peer, for as long as it runs."""

    def __init__(self, node: Node, peer: Peer) -> None:
        self.node, self.peer = node, peer
        self.exchange: Exchange = node.exchange
        self.status = Status()
        self._heads: dict[Stream, int] = {}
        #: Streams of which the peer has contents that are missing here, and where to ask on.
        self._holes: dict[Stream, int] = {}
        self._refused: dict[Stream, float] = {}
        self._since = ""
        #: How many contents of each stream the peer has not either, as it told (-1: it did not),
        #: whether that is news, and when it was last compared with what is here.
        self._lacks: dict[Stream, int] = {}
        self._news, self._compared = False, time.monotonic()
        self._more = False
        self._link: Link | None = None
        self._session, self._kid = "", b""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"peer {peer.org}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, at the latest when the question that is out has been answered."""
        self._stopping.set()
        link = self._link
        if link is not None:
            link.close()
        if self._thread.ident is not None:
            self._thread.join(timeout=5)

    @property
    def error(self) -> str:
        """Why nothing comes; empty where it does."""
        return self.status.error

    @property
    def behind(self) -> int:
        """How many envelopes are known of that are not here yet."""
        return self.status.behind

    def _run(self) -> None:
        wait = SOON
        while not self._stopping.is_set():
            try:
                self.pull(WAIT)
                self._asked()
                wait = SOON
                self.status.error = ""
            except Busy as error:
                self.status.error = str(error)
                self._stopping.wait(min(error.retry_after, 60.0))
            except _TROUBLE as error:
                self._trouble(str(error))
                self._stopping.wait(wait * random.uniform(0.7, 1.3))  # noqa: S311
                wait = min(wait * 2, LATE)
            except Exception as error:  # a defect of ours must not end the exchange
                log.exception("peer %s", self.peer.org)
                self._trouble(f"{type(error).__name__}: {error}")
                self._stopping.wait(LATE)

    def _trouble(self, what: str) -> None:
        if what != self.status.error and not self._stopping.is_set():
            log.warning("peer %s: %s", self.peer.org, what)
        self.status.error, self.status.connected = what, False
        self.exchange.asked(self.peer.org)
        link, self._link, self._session = self._link, None, ""
        if link is not None:
            link.close()

    # --- one question --------------------------------------------------------------------------

    def pull(self, wait: float) -> int:
        """Ask once. Returns how many envelopes came. Raises NoroshiError, OSError."""
        link = self._open()
        wants = self._wants()
        patience = wait if self._since and not wants else 0
        question = {
            "since": self._since, "wants": wants, "serials": self.exchange.trust.serials(),
            "wish": msgspec.to_builtins(self.peer.wish), "wait": patience,
        }  # fmt: skip
        asked = link.request(
            "POST", "/exchange/pull", {"Noroshi-Session": f"Peer {self._session}"},
            msgspec.json.encode(question), timeout=wait + PATIENCE, most=MOST_ANSWER,
        )  # fmt: skip
        with asked as answer:
            _check(answer)
            came, count = self._take(read_batch(answer.chunks(), self.exchange.limits))
        self.status.connected, self.status.last = True, now()
        if not came:  # it may not be given any more, or never was there: to ask on has no end
            for origin, stream, *_ in wants:
                self._heads.pop((origin, stream), None)
                self._holes.pop((origin, stream), None)
                self._lacks.pop((origin, stream), None)
        return count

    def _open(self) -> Link:
        """A connection with a session."""
        peer, trust = self.peer, self.exchange.trust
        if self._link is None:
            self._link = Link(peer.url, ca=Path(peer.ca) if peer.ca else None,
                              require_pq=peer.require_pq, insecure=peer.insecure)  # fmt: skip
        link = self._link
        if self._session:
            trust.key_of(peer.org, self._kid, now())  # a key may be revoked in the middle
            return link
        number = json.loads(self._short(link, "GET", "/exchange/challenge", None))["challenge"]
        nonce = secrets.token_hex(32)
        hello = {
            "org": trust.org, "to": peer.org, "challenge": str(number), "nonce": nonce,
            "identity": base64.b64encode(trust.own_document).decode(),
        }  # fmt: skip
        signed = cose.sign(msgspec.json.encode(hello), trust.signing(now()), cose.SESSION)
        data = self._short(link, "POST", "/exchange/session", signed)
        kid, _ = cose.peek(data)
        try:
            keys = trust.key_of(peer.org, kid, now())
        except NotVerified:  # it may have new ones since the line was cut
            trust.accept(self._short(link, "GET", "/exchange/identity", None))
            keys = trust.key_of(peer.org, kid, now())
        payload = cose.verify(data, keys, cose.SESSION)
        welcome = json.loads(payload)
        if (welcome["org"], welcome["to"], welcome["nonce"]) != (peer.org, trust.org, nonce):
            raise NotVerified("the answer is for somebody else", where=peer.url)
        self._session, self._kid, self._since = welcome["session"], kid, ""
        self._lacks.clear()
        self.status.group = link.group
        log.info("peer %s: connected (%s)", peer.org, link.group or "no TLS")
        return link

    def _short(self, link: Link, method: str, path: str, body: bytes | None) -> bytes:
        with link.request(method, path, {}, body, timeout=PATIENCE, most=2**20) as answer:
            _check(answer)
            return answer.read()

    def _wants(self) -> list[tuple[str, int, int, int]]:
        """What is known of and not here, and what the peer has the content of and this node has
        not: it was not for it before."""
        found: list[tuple[str, int, int, int]] = []
        behind, present = 0, time.monotonic()
        for (origin, stream), last in list(self._heads.items()):
            known = self.node.store.exchange.stream(origin, stream)
            have = known.seq if known else 0
            if have >= last:
                del self._heads[origin, stream]
            elif present >= self._refused.get((origin, stream), 0):
                behind += last - have
                found.append((origin, stream, have + 1, 0))
        self._compare_holes()
        for (origin, stream), after in list(self._holes.items()):
            hole = self.node.store.exchange.withheld(origin, stream, after)
            if hole is None:
                del self._holes[origin, stream]
            elif (origin, stream) not in self._heads:
                found.append((origin, stream, *hole))
        self.status.behind = behind
        # What this node said itself comes first: its labels are to be what they were.
        own = [one for one in found if one[0] == self.exchange.trust.org]
        return (own or found)[:WANTS]

    def _compare_holes(self) -> None:
        """Ask for what is here without its content and what this peer has, as it told: for what it
        tells anew at once, and now and then for what another peer, or it itself a moment ago, gave
        without. What was not wished for is asked for once in a session."""
        present, plain = time.monotonic(), self.peer.wish.everything
        if not self._news and (not plain or present - self._compared < AGAIN):
            return
        self._news, self._compared = False, present
        holes = self.node.store.exchange.holes()
        for stream, lacks in self._lacks.items():
            if 0 <= lacks < holes.get(stream, 0) and stream[0] != self.exchange.trust.org:
                self._holes.setdefault(stream, 0)

    def _take(self, frames: Iterator[bytes]) -> tuple[int, int]:
        """How many envelopes came, and how many of them were taken."""
        batch: list[Received] = []
        size = came = count = 0
        for frame in frames:
            if self._stopping.is_set():
                break
            kind, data = frame[:1], frame[1:]
            if kind == HEADS:
                self._heard(data)
            elif kind == IDENTITY:
                self._introduced(data)
            elif kind in (ENVELOPE, WITHHELD):
                came += 1
                signed, content = unpack(data) if kind == ENVELOPE else (data, None)
                one = self._opened(signed, content)
                if one is None:
                    continue
                batch.append(one)
                size += len(data)
                if len(batch) >= TOGETHER or size >= TOGETHER_BYTES:
                    count += self._keep(batch)
                    batch, size = [], 0
        return came, count if self._stopping.is_set() else count + self._keep(batch)

    def _heard(self, data: bytes) -> None:
        heads = msgspec.json.decode(data)
        self._more = bool(heads["more"])
        for origin, stream, seq, missing in heads["heads"]:
            which = str(origin), int(stream)
            if missing >= 0:  # else: as far as this node may hear of it, not as far as it goes
                self._compare(*which, int(seq))
            self._heads[which] = int(seq)
            known = which in self._lacks
            if not known or (self.peer.wish.everything and self._lacks[which] != missing):
                self._news = True
            self._lacks[which] = int(missing)
        self._since = str(heads["since"])

    def _compare(self, origin: str, stream: int, seq: int) -> None:
        """Notice that this node, or the peer, was put back from an older copy."""
        if origin not in (self.exchange.trust.org, self.peer.org):
            return
        known = self.node.store.exchange.stream(origin, stream)
        have = known.seq if known else 0
        if origin == self.exchange.trust.org and seq > have:
            self.exchange.ahead(self.peer.org, stream, seq)
        elif origin == self.peer.org and seq < have:
            self.exchange.alert(self.peer.org, f"says less in its stream {stream} than it had: was "
                                "it put back from an older copy?")  # fmt: skip

    def _asked(self) -> None:
        """Tell whether everything that this node had lost and this peer has is here again."""
        self._wants()
        own = any(origin == self.exchange.trust.org for origin, _ in self._heads)
        if self._since and not self._more and not own:
            self.exchange.asked(self.peer.org)

    def _introduced(self, document: bytes) -> None:
        """An identity: news of one that is known, or one that the peer introduces."""
        from noroshi.formats.exchange.identity import read_identity

        trust = self.exchange.trust
        try:
            org = read_identity(document).org
            if org not in trust.serials() and not self.peer.introduces:
                return
            trust.accept(document)
        except NoroshiError as error:
            self.exchange.alert(self.peer.org, f"an identity was refused: {error}", document)

    def _opened(self, signed: bytes, content: bytes | None) -> Received | None:
        """The envelope, verified; None for one that is refused. Nothing after it is taken from
        its stream until it has been asked for again."""
        try:
            envelope, _ = peek_envelope(signed)
        except NoroshiError as error:
            self.exchange.alert(self.peer.org, f"what was sent is no envelope: {error}", signed)
            return None
        stream = envelope.origin, envelope.stream
        if time.monotonic() < self._refused.get(stream, 0):
            return None
        try:
            if stream in self._holes:
                self._holes[stream] = max(self._holes[stream], envelope.seq)
            return open_envelope(signed, content, self.exchange.trust, self.exchange.limits)
        except Opened as error:
            self.exchange.alert(self.peer.org, f"content cannot be read: {error}", content or b"")
            return error.received
        except NoroshiError as error:
            self._refused[stream] = time.monotonic() + REFUSED
            data = signed + (content or b"")
            self.exchange.alert(self.peer.org, f"an envelope was refused: {error}", data)
            return None

    def _keep(self, batch: list[Received]) -> int:
        if not batch:
            return 0
        try:
            stored, kinds = self.node.store.exchange.receive(batch)
        except OutOfStep:
            return self._one_by_one(batch)
        self._kept(batch, stored, kinds)
        return len(batch)

    def _one_by_one(self, batch: list[Received]) -> int:
        """What joins on, without what does not: another peer may have been quicker."""
        count = 0
        for one in batch:
            stream = one.origin, one.stream
            if time.monotonic() < self._refused.get(stream, 0):
                continue
            try:
                stored, kinds = self.node.store.exchange.receive([one])
            except OutOfStep as error:
                self._refused[stream] = time.monotonic() + REFUSED
                self.exchange.alert(self.peer.org, str(error), one.signed)
                continue
            self._kept([one], stored, kinds)
            count += 1
        return count

    def _kept(self, batch: list[Received], stored: int, kinds: set[str]) -> None:
        self.status.envelopes += len(batch)
        self.status.records += stored
        self.node.changed(kinds)
        self.exchange.announce()


class Busy(NoroshiError):
    """The peer asks for patience."""

    retry_after: float = 1.0


def _check(answer: Answer) -> None:
    if answer.status == 200:
        return
    text = next(answer.chunks(), b"")
    try:
        what = str(json.loads(text).get("detail", ""))
    except (ValueError, AttributeError):
        what = f"HTTP {answer.status}"
    if answer.status in (429, 503):
        busy = Busy(what)
        after = answer.headers.get("retry-after", "1")
        busy.retry_after = float(after) if after.isdigit() else 1.0
        raise busy
    if answer.status in (401, 403):
        raise NotPermitted(what)
    raise NotFound(what) if answer.status == 404 else NoroshiError(what)
