"""What peers ask: who this node is, a session, and what there is for them.

A session is opened by signing a number that the node gave out just before, so that nothing that
was overheard opens one, whatever the clocks say. The answer to it is signed as well: both know
whom they talk to, also where the line in between is not to be trusted.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from starlette.responses import Response, StreamingResponse

from noroshi.channels.peers import Provider, TooMuch, Want, write_frames
from noroshi.channels.wishes import choose
from noroshi.core import typed
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted, NotVerified
from noroshi.core.time import now
from noroshi.engine.exchange import Exchange
from noroshi.engine.node import Node
from noroshi.engine.peers import Peer, Wish
from noroshi.formats.exchange import cose
from noroshi.formats.exchange.batch import MEDIA_TYPE, write_batch
from noroshi.formats.exchange.identity import read_identity
from noroshi.web.bodies import read_body
from noroshi.web.routing import Asked, Problem, operation

#: Seconds for which a number may be signed, a session lasts, and an answer may wait for news.
CHALLENGE, SESSION, WAIT = 60, 3600, 25
#: Seconds between two looks at who may see what, while an answer waits.
LOOK = 0.4
#: Bytes of a request, of an answer, numbers that are out, and sessions.
MOST_REQUEST, MOST_ANSWER, MOST_OUT, MOST_SESSIONS = 512 * 1024, 8 * 2**20, 1_000, 1_000
_OCTETS: dict[str, Any] = {"application/octet-stream": {"type": "string", "format": "binary"}}


class Pull(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a peer asks: news `since` a mark of an answer before (""): from the beginning), the
    envelopes it wants (origin, stream, from which number on), how new its identities are, what it
    wishes for, and for how many seconds it would wait for news."""

    since: str = ""
    wants: list[Want] = []
    serials: dict[str, int] = {}
    wish: Wish = Wish()
    wait: float = 0
    most: int = 4 * 2**20


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed to open a session: from whom, to whom, both numbers; and the identity of who
    signs (base64), whose keys may have changed since it was last heard."""

    org: str
    to: str
    challenge: str
    nonce: str
    identity: str = ""


class Welcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signed answer: the number of the other side, and the secret of the session."""

    org: str
    to: str
    nonce: str
    session: str


class _Session(msgspec.Struct, frozen=True):
    org: str
    kid: bytes
    until: float


class Desk:
    """Challenges and sessions of one running node, and news for those who wait."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.provider = Provider(node.store, node.exchange, partial(choose, node.store))
        #: Sessions are opened in several threads at once.
        self._lock = threading.Lock()
        self._out: dict[str, float] = {}
        self._sessions: dict[str, _Session] = {}
        self._cipher = ChaCha20Poly1305(ChaCha20Poly1305.generate_key())
        self.news = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(self._wake)

        node.exchange.listen(tell)

    def _wake(self) -> None:
        news, self.news = self.news, asyncio.Event()
        news.set()

    def challenge(self) -> str:
        """A number that may be signed once, soon."""
        present, number = time.monotonic(), secrets.token_hex(32)
        with self._lock:
            self._out = {one: until for one, until in self._out.items() if until > present}
            if len(self._out) >= MOST_OUT:
                raise Problem(503, "too many open sessions at once", headers={"Retry-After": "5"})
            self._out[number] = present + CHALLENGE
        return number

    def _used(self, challenge: str) -> bool:
        """Whether a number may not be signed any more; it may not from now on."""
        with self._lock:
            return self._out.pop(challenge, 0) < time.monotonic()

    def open(self, exchange: Exchange, signed: bytes) -> bytes:
        """The welcome for a hello. Raises NotPermitted, telling no more than that."""
        try:
            kid, payload = cose.peek(signed)
            hello: Hello = typed.decoder(Hello).decode(payload)
            exchange.peers.get(hello.org)
            if self._used(hello.challenge):
                raise NotVerified("too late, or used")
            self._heard(exchange, hello)
            cose.verify(signed, exchange.trust.key_of(hello.org, kid, now()), cose.SESSION)
        except (NoroshiError, msgspec.DecodeError) as error:
            raise NotPermitted(f"no session: {error if isinstance(error, NotVerified) else ''}"
                               .rstrip(": "), remedy="are both nodes each other's peers, and not "
                               "stopped? `noroshi peer list`") from None  # fmt: skip
        if hello.to != exchange.trust.org:
            raise NotPermitted("no session: signed for another node")
        secret = self._session(hello.org, kid)
        answer = msgspec.json.encode(Welcome(exchange.trust.org, hello.org, hello.nonce, secret))
        return cose.sign(answer, exchange.trust.signing(now()), cose.SESSION)

    def _session(self, org: str, kid: bytes) -> str:
        """The secret of a new session."""
        present, secret = time.monotonic(), secrets.token_hex(32)
        with self._lock:
            kept = {one: it for one, it in self._sessions.items() if it.until > present}
            mine = [one for one, it in kept.items() if it.org == org]
            for old in mine[:-3]:  # a peer has few at a time
                del kept[old]
            if len(kept) >= MOST_SESSIONS:
                raise Problem(503, "too many sessions", headers={"Retry-After": "60"})
            self._sessions = {**kept, secret: _Session(org, kid, present + SESSION)}
        return secret

    def _heard(self, exchange: Exchange, hello: Hello) -> None:
        """Take in news of the identity of a peer that is pinned already."""
        if not hello.identity or hello.org not in exchange.trust.serials():
            return
        try:
            document = base64.b64decode(hello.identity, validate=True)
        except ValueError as error:
            raise NotVerified(f"no identity: {error}", where=hello.org) from None
        if read_identity(document).org != hello.org:
            raise NotVerified("the identity of somebody else", where=hello.org)
        exchange.trust.accept(document)

    def peer(self, asked: Asked) -> Peer:
        """Who asks. Raises NotPermitted: also as soon as its key is revoked or it is stopped."""
        scheme, _, secret = (asked.header("noroshi-session") or "").partition(" ")
        session = self._sessions.get(secret) if scheme == "Peer" else None
        exchange = asked.node.exchange
        if session is None or session.until < time.monotonic():
            raise NotPermitted("no session", remedy="open one at /exchange/session")
        try:
            exchange.trust.key_of(session.org, session.kid, now())
            return exchange.peers.get(session.org)
        except (NotVerified, NotFound):
            self._sessions.pop(secret, None)
            raise NotPermitted("this session has ended") from None

    def mark(self, peer: Peer, changed: int, state: str) -> str:
        """How far a peer has been told, in a form that tells it nothing of this node. `state` is
        from before it was looked up what it may see: what changes meanwhile is told anew."""
        nonce = secrets.token_bytes(12)
        plain = max(changed, 0).to_bytes(8, "big")
        return (nonce + self._cipher.encrypt(nonce, plain, f"{peer.org} {state}".encode())).hex()

    def since(self, peer: Peer, mark: str, state: str) -> int:
        """What `mark` said; from the beginning where it says nothing, or no longer."""
        try:
            data = bytes.fromhex(mark)
            plain = self._cipher.decrypt(data[:12], data[12:], f"{peer.org} {state}".encode())
            return int.from_bytes(plain, "big")
        except (InvalidTag, ValueError):
            return -1


_DESKS: WeakKeyDictionary[Node, Desk] = WeakKeyDictionary()


def desk(node: Node) -> Desk:
    """The desk of a node, made at its first use on the loop."""
    found = _DESKS.get(node)
    if found is None:
        found = _DESKS[node] = Desk(node)
    return found


def _exchange(asked: Asked) -> Exchange:
    if not asked.node.exchange.active:
        raise NotFound("this node exchanges with nobody", remedy="`noroshi peer init`")
    return asked.node.exchange


@operation("/exchange/identity", en="Who this node is: its signed identity",
           ja="このノードの身元（署名付き）", tag="Exchange", produces=_OCTETS)  # fmt: skip
def identity(asked: Asked) -> Response:
    """The identity document, as `noroshi peer accept` takes it."""
    return Response(_exchange(asked).trust.own_document, media_type="application/octet-stream",
                    headers={"Cache-Control": "no-cache"})  # fmt: skip


@operation("/exchange/challenge", en="A number to sign", ja="署名する乱数", tag="Exchange",
           private=True)  # fmt: skip
async def challenge(asked: Asked) -> Response:
    """Valid once, for a minute."""
    _exchange(asked)
    return Response(msgspec.json.encode({"challenge": desk(asked.node).challenge()}),
                    media_type="application/json",
                    headers={"Cache-Control": "no-store"})  # fmt: skip


@operation("/exchange/session", method="POST", en="Open a session of a peer", ja="接続の開始",
           tag="Exchange", private=True)  # fmt: skip
async def session(asked: Asked) -> Response:
    """A signed hello in, a signed welcome out."""
    exchange, here = _exchange(asked), desk(asked.node)
    signed = await read_body(asked, MOST_REQUEST)
    answer = await asked.run(here.open, exchange, signed)
    return Response(answer, media_type="application/octet-stream",
                    headers={"Cache-Control": "no-store"})  # fmt: skip


@operation("/exchange/pull", method="POST", en="What there is for a peer", ja="差分の取得",
           tag="Exchange", private=True)  # fmt: skip
async def pull(asked: Asked) -> Response:
    """What there is and what is wanted of it, as one compressed body."""
    _exchange(asked)
    here = desk(asked.node)
    peer = here.peer(asked)
    try:
        wanted = msgspec.json.decode(await read_body(asked, MOST_REQUEST), type=Pull)
    except msgspec.DecodeError as error:
        raise Problem(400, f"not a question of a peer: {error}") from None
    until = time.monotonic() + min(max(wanted.wait, 0), WAIT)
    while True:
        news = here.news
        state = here.provider.state(peer)
        after = here.since(peer, wanted.since, state)
        changed, heads = await asked.run(here.provider.heads, peer, after)
        documents = await asked.run(here.provider.identities, peer, wanted.serials)
        left = until - time.monotonic()
        quiet = not (wanted.wants or heads.heads or heads.more or documents)
        if not quiet or left <= 0 or asked.node.live.closed:
            break
        with suppress(TimeoutError):
            # Not longer, so that a label, a membership or a revocation is soon noticed.
            await asyncio.wait_for(news.wait(), min(left, LOOK))
        peer = here.peer(asked)
    heads = msgspec.structs.replace(heads, since=here.mark(peer, changed, state))
    most = min(max(wanted.most, 64 * 1024), MOST_ANSWER)
    try:
        frames = here.provider.frames(peer, wanted.wants, wanted.wish, most)
        chunks = write_batch(write_frames(heads, documents, frames))
        first = await asked.run(next, chunks)  # what must be refused is refused by then
    except TooMuch as error:
        raise Problem(
            429, error.what, error.remedy, headers={"Retry-After": str(error.retry_after)}
        ) from None
    return StreamingResponse(
        _rest(asked, first, chunks), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"}
    )


async def _rest(asked: Asked, first: bytes, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks, made one by one in the few threads that read: each thread more would hold a
    connection to the store with a cache of its own."""
    chunk: bytes | None = first
    while chunk is not None:
        yield chunk
        chunk = await asked.run(next, chunks, None)
