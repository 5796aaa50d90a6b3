"""What changes, as it changes: Server-Sent Events, and the same as pages of the past.

Everyone who follows the same thing shares one stream, which filters and encodes a change once.
A follower is a position in it; one that falls behind what the stream remembers reads from the
store instead, so slow followers cost no memory and lose nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from functools import partial
from weakref import WeakKeyDictionary

import msgspec
from starlette.responses import Response, StreamingResponse

from noroshi import kinds
from noroshi.channels.cloudevents import event
from noroshi.channels.match import Keep, Match, keep_by_filter
from noroshi.core.errors import NotPermitted
from noroshi.engine.node import Node
from noroshi.store import Change
from noroshi.web import params
from noroshi.web.routing import Asked, Param, Problem, operation

log = logging.getLogger("noroshi")

#: Seconds between signs of life on a quiet stream; each carries the cursor.
HEARTBEAT = 15.0
#: How many bytes of encoded events one stream remembers.
KEPT_BYTES = 512 * 1024
#: How many followers a node serves at once, and how many different things they may follow.
FOLLOWERS, STREAMS = 2_000, 128
_BATCH = 500

COLLECTIONS = Param("collections", "Only these kinds, separated by commas", "種別（コンマ区切り）",
                    {"type": "string"}, "disaster.earthquake,disaster.tsunami_warning")  # fmt: skip
_CURSOR = {"type": "integer", "minimum": 0}
AFTER = Param("after", "Resume after this cursor", "この位置の後から", _CURSOR)
BEFORE = Param("before", "Only what came before this cursor", "この位置より前", _CURSOR)
_FOLLOWED = (COLLECTIONS, params.BBOX, params.AREA, params.FILTER, params.FILTER_LANG, params.MODE)


def match(asked: Asked) -> Match:
    """What the caller follows. Raises Problem or NoroshiError for what cannot be followed."""
    wanted = asked.params.get("collections")
    names = None if not wanted else [kinds.get(one.strip()).name for one in wanted.split(",")]
    keep: Keep | None = None
    if "filter" in asked.params:
        lang = asked.params.get("filter-lang", "cql2-text")
        every = list(kinds.all_kinds()) if names is None else names
        keep = keep_by_filter(asked.params["filter"], lang, None, every)
    return Match(
        asked.store, asked.reader, kinds=names, mode=asked.mode, box=asked.box, areas=asked.areas,
        keep=keep,
    )  # fmt: skip


@operation(
    "/changes",
    en="What changed: newest first, or after a cursor oldest first",
    ja="変更の一覧（新しい順。after を付けると古い順）",
    tag="Events",
    params=(*_FOLLOWED, AFTER, BEFORE, params.limit(100, 1000)),
)
def changes(asked: Asked) -> Response:
    """CloudEvents in `changes`; `next` is the cursor to ask on with (null: there is no more)."""
    wanted, limit = match(asked), asked.number("limit", 100, 1, 1000)
    after = asked.number("after", 0, 0, 2**62) if "after" in asked.params else None
    before = asked.number("before", 0, 0, 2**62) if "before" in asked.params else None
    found: list[Change] = []
    looked = 0
    cursor = after if after is not None else before
    more = True
    while len(found) < limit and more and looked < 50_000:
        some = asked.store.changes(
            asked.reader, after=cursor if after is not None else None,
            before=cursor if after is None else before, limit=_BATCH, kinds=wanted.kinds,
        )  # fmt: skip
        more = len(some) == _BATCH
        looked += len(some)
        for change in some:
            cursor = change.version.id
            if wanted(change):
                found.append(change)
                if len(found) == limit:
                    more = True
                    break
    listed = [msgspec.Raw(event(one, asked.base)) for one in found]
    body = {
        "changes": listed,
        "next": cursor if more else None,
        "newest": asked.store.latest(asked.reader),
    }
    return Response(msgspec.json.encode(body), media_type="application/json")


class Stream:
    """Encoded events for all who follow the same: pieces (from, to, bytes) that join on."""

    def __init__(self, node: Node, wanted: Match, base: str) -> None:
        self.node, self.wanted, self.base = node, wanted, base
        self.cursor, self.epoch = node.live.cursor, node.live.epoch
        self.pieces: deque[tuple[int, int, bytes]] = deque()
        #: The last change that its followers may see: the only place that they are told of.
        self.told = 0
        self.followers = 0
        self._bytes = 0
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def pump(self, hub: Hub) -> None:
        """Follow the node until nobody follows this stream any more."""
        while True:
            heard = hub.news
            try:
                await self.advance()
            except Exception:  # a defect of ours must not leave followers waiting for ever
                log.exception("a stream of events failed; its followers read the store")
                self.cursor = self.node.live.cursor
            await heard.wait()

    async def advance(self) -> None:
        """Take in what has changed since the last piece."""
        live = self.node.live
        while self.cursor < live.cursor:
            some = live.since(self.cursor, _BATCH)
            if not some:
                return
            last = some[-1].version.id
            data = self.encode(some)
            self.pieces.append((self.cursor, last, data))
            self._bytes += len(data) + 100
            self.cursor = last
            while self._bytes > KEPT_BYTES and len(self.pieces) > 1:
                self._bytes -= len(self.pieces.popleft()[2]) + 100
            self.wake()
            await asyncio.sleep(0)

    def wake(self) -> None:
        """Let every follower look."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def encode(self, some: list[Change]) -> bytes:
        """The frames of those changes that are followed."""
        for one in some:
            if self.wanted.reader.sees(one.version.label):
                self.told = max(self.told, one.version.id)
        return b"".join(frame(one, self.base) for one in some if self.wanted(one))

    async def read(self, position: int, told: int) -> AsyncIterator[bytes]:
        """Frames after `position`, for ever. Followers are told that they have come to `told`:
        where they may not see what came last, that it did is not told either."""
        yield b"retry: 2000\nid: %d\n\n" % told
        # Where who sees what has changed, followers come again, and see what they may now.
        while not self.node.live.closed and self.node.live.epoch == self.epoch:
            news = self._news
            piece, gap = self._next(position)
            if piece is not None:
                position = piece[1]
                if piece[2]:
                    yield piece[2]
            elif gap is not None:
                position, data = await self._from_store(position, gap)
                if data:
                    yield data
            else:
                try:
                    await asyncio.wait_for(news.wait(), HEARTBEAT)
                except TimeoutError:
                    yield b": \nid: %d\n\n" % max(told, min(self.told, position))

    def _next(self, position: int) -> tuple[tuple[int, int, bytes] | None, int | None]:
        """The piece that joins on at `position`; or up to where the store must be read for one to
        join on; or nothing, where there is nothing new."""
        for piece in self.pieces:
            if piece[0] == position:
                return piece, None
            if piece[0] > position:
                return None, piece[0]
            if piece[1] > position:
                return None, piece[1]
        return None, self.cursor if position < self.cursor else None

    async def _from_store(self, position: int, until: int) -> tuple[int, bytes]:
        """Frames after `position`, none after `until`, and how far they reach."""
        loop = asyncio.get_running_loop()
        read = partial(self.node.live.since, position, _BATCH)
        some = await loop.run_in_executor(self.node.workers, read)
        some = [one for one in some if one.version.id <= until]
        return (some[-1].version.id if some else until), self.encode(some)


class Hub:
    """The streams of an application, and the news that wakes them."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.news = asyncio.Event()
        self.streams: dict[tuple[object, ...], tuple[Stream, asyncio.Task[None]]] = {}
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(self._wake)

        node.live.listen(tell)

    def _wake(self) -> None:
        news, self.news = self.news, asyncio.Event()
        news.set()
        for stream, _ in list(self.streams.values()):
            if self.node.live.closed or stream.epoch != self.node.live.epoch:
                stream.wake()

    @property
    def followers(self) -> int:
        """How many follow."""
        return sum(stream.followers for stream, _ in self.streams.values())

    async def follow(
        self, key: tuple[object, ...], stream: Stream, position: int, told: int
    ) -> AsyncIterator[bytes]:
        """Frames of the stream under `key`, which is `stream` if it is new (`Stream.read`)."""
        if key not in self.streams:
            self.streams[key] = stream, asyncio.create_task(stream.pump(self))
        shared, task = self.streams[key]
        shared.followers += 1
        try:
            async for data in shared.read(position, told):
                yield data
        finally:
            shared.followers -= 1
            if not shared.followers:
                task.cancel()
                self.streams.pop(key, None)


_HUBS: WeakKeyDictionary[Node, Hub] = WeakKeyDictionary()


def hub(node: Node) -> Hub:
    """The hub of a node, made at its first use on the loop."""
    found = _HUBS.get(node)
    if found is None:
        found = _HUBS[node] = Hub(node)
    return found


@operation(
    "/events",
    en="Live events (Server-Sent Events), resumable by Last-Event-ID",
    ja="変更の配信（SSE）。Last-Event-ID で途切れた所から再開できる",
    tag="Events",
    params=(*_FOLLOWED, AFTER),
    produces={"text/event-stream": {"type": "string"}},
)
async def events(asked: Asked) -> Response:
    """Every change after the cursor, then every change to come. Without a cursor: from now on."""
    here = hub(asked.node)
    if here.followers >= FOLLOWERS:
        raise Problem(503, "too many follow already", headers={"Retry-After": "30"})
    resumed = asked.header("last-event-id") or asked.params.get("after")
    position = asked.node.live.cursor
    told = min(position, asked.store.latest(asked.reader))
    if resumed:
        if not resumed.isdecimal() or len(resumed) > 18:
            raise Problem(400, f"{resumed!r} is no cursor", "the id of the last event received")
        position = min(int(resumed), position)
        told = min(int(resumed), told)
    loop = asyncio.get_running_loop()
    wanted = await loop.run_in_executor(asked.node.workers, match, asked)
    asks = tuple(asked.params.get(one.name) for one in _FOLLOWED)
    key = (asked.base, asked.reader.labels, asked.node.live.epoch, *asks)
    if key not in here.streams and len(here.streams) >= STREAMS:
        raise Problem(503, "too many different things are followed", headers={"Retry-After": "30"})
    frames = here.follow(key, Stream(asked.node, wanted, asked.base), position, told)
    if asked.caller.source is not None:
        frames = _while_permitted(asked, frames)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Authorization"}
    return StreamingResponse(frames, headers=headers, media_type="text/event-stream")


async def _while_permitted(asked: Asked, frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Frames until the token or the session ends, or the reader would see something else (they
    come again, and then see it): looked at before each, so at least with every sign of life."""
    async for data in frames:
        try:
            if asked.identify().reader.labels != asked.caller.reader.labels:
                return
        except NotPermitted:
            return
        yield data


def frame(change: Change, base: str) -> bytes:
    """One event of the stream (HTML Standard §9.2.6)."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (
        change.version.id, change.operation.encode(), event(change, base),
    )  # fmt: skip
