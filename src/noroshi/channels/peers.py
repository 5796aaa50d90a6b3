"""What a peer gets: the envelopes of the streams that its labels admit it to, and no sign of any
other.

A stream that a peer may see is given to it whole. One whose label was narrowed past it is given up
to the envelope that says so, without what it did not fetch before: so that it learns that what it
has is no longer meant for its people. A recalled message is never given again.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.label import BUILT_IN, NAMES, Principal, Sharing, admits
from noroshi.engine.exchange import Exchange
from noroshi.engine.peers import Peer, Wish
from noroshi.formats.exchange import cbor
from noroshi.formats.exchange import sharing as travelling
from noroshi.formats.exchange.batch import ENVELOPE, HEADS, IDENTITY, WITHHELD
from noroshi.formats.exchange.envelope import pack, peek_envelope
from noroshi.formats.exchange.items import Item, read_items
from noroshi.store import Store
from noroshi.store.exchange import Kept, Stream

#: Streams of one request, and envelopes of a stream that are looked up at once.
MOST_WANTS, CHUNK = 2_000, 200

#: Origin, stream, from which number, and to which (0: the end).
Want = tuple[str, int, int, int]
Choose = Callable[[Wish], Callable[[Item], bool] | None]


class TooMuch(NoroshiError):
    """More is asked for than was agreed."""

    def __init__(self, what: str, remedy: str, retry_after: int) -> None:
        super().__init__(what, remedy=remedy)
        self.retry_after = retry_after


class Heads(msgspec.Struct, frozen=True):
    """How far the streams go that a peer may see: origin, stream, last number, and how many
    envelopes up to there are here without their content (-1: not for this peer to know). `since` is
    where to ask on; `more`: there are others still."""

    since: str
    heads: list[tuple[str, int, int, int]]
    more: bool = False


class Provider:
    """Answers the peers of a node. `choose` makes a test of items from a wish, None for all."""

    def __init__(self, store: Store, exchange: Exchange, choose: Choose) -> None:
        self._store, self._exchange, self._choose = store, exchange, choose
        self._lock = threading.Lock()
        self._wanted: OrderedDict[tuple[int, Wish], tuple[bool, int]] = OrderedDict()
        self._given: dict[str, tuple[float, float]] = {}
        self._tails: dict[str, tuple[object, dict[tuple[str, int], int]]] = {}

    def state(self, peer: Peer) -> str:
        """What changes whenever what a peer may see does, beside the streams themselves."""
        exchange = self._exchange
        return f"{exchange.sharings.current()}.{exchange.peers.generation}.{exchange.members_state}"

    def heads(self, peer: Peer, after: int, limit: int = 5_000) -> tuple[int, Heads]:
        """Streams that changed after a number, as far as the peer may have them; and the number
        to ask on with."""
        visible, tails = self._seen(peer)
        found: list[tuple[str, int, int, int]] = []
        holes: dict[tuple[str, int], int] | None = None
        for one in self._store.exchange.streams(after):
            if len(found) >= limit:
                return after, Heads("", found, more=True)
            after = one.changed
            # What an organisation said itself it may have back, if it was put back from a copy.
            if one.label in visible or one.origin == peer.org:
                holes = self._store.exchange.holes() if holes is None else holes
                count = holes.get((one.origin, one.stream), 0)
                found.append((one.origin, one.stream, one.seq, count))
            elif (one.origin, one.stream) in tails:
                found.append((one.origin, one.stream, tails[one.origin, one.stream], -1))
        return after, Heads("", found)

    def frames(self, peer: Peer, wants: Sequence[Want], wish: Wish, most: int) -> Iterator[bytes]:
        """Envelopes that a peer wants and may have, in the order in which they came here, until
        they are `most` bytes. Raises TooMuch before the first."""
        if len(wants) > MOST_WANTS:
            raise TooMuch(f"{len(wants)} streams at once", f"ask for {MOST_WANTS} at most", 1)
        rate = min(filter(None, (peer.per_minute, wish.per_minute)), default=0)
        self._check_rate(peer, rate)
        found = [(self._store.exchange.stream(*one[:2]), one[2], one[3]) for one in wants]
        # Only now: whatever is in these streams by now was said before who sees it is asked.
        self._exchange.sharings.refresh()
        visible, tails = self._seen(peer)
        runs: list[Iterator[tuple[int, bool]]] = []
        for known, first, end in found:
            if known is None:
                continue
            if known.label in visible or known.origin == peer.org:
                last = min(end or known.seq, known.seq)
                runs.append(self._run(known, first, last, None))
            elif (known.origin, known.stream) in tails:
                last = tails[known.origin, known.stream]
                runs.append(self._run(known, first, last, last))
        choose = self._choose(wish)
        size = records = 0
        for id, whole in heapq.merge(*runs):
            # One at a time: many peers ask at once, and an envelope may be large.
            kept = self._store.exchange.envelope(id)
            content = kept.content if whole else None
            if content is not None and choose is not None:
                wanted, count = self._is_wanted(kept, wish, choose)
                records += count if wanted else 0
                content = content if wanted else None
            elif content is not None and rate:
                records += self._is_wanted(kept, Wish(), lambda _: True)[1]
            if content is None:
                frame = WITHHELD + kept.signed
            else:
                frame = ENVELOPE + pack(kept.signed, content)
            size += len(frame)
            yield frame
            if size >= most or self._spent(peer, rate, records) or not self._still(peer):
                break
        self._spend(peer, rate, records)

    def _still(self, peer: Peer) -> bool:
        """Whether it is a peer on the same terms as when it asked."""
        return self._exchange.peers.all().get(peer.org) == peer

    def identities(self, peer: Peer, serials: dict[str, int]) -> list[bytes]:
        """Identities of those whose streams a peer may see, and this node's own, where they are
        newer than it has."""
        visible, _ = self._seen(peer)
        trust = self._exchange.trust
        origins = {one.origin for one in self._store.exchange.streams() if one.label in visible}
        return [
            document for org, document in trust.documents(serials)
            if org == trust.org or org in origins
        ]  # fmt: skip

    def _seen(self, peer: Peer) -> tuple[frozenset[int], dict[tuple[str, int], int]]:
        """The labels that a peer sees, and the streams that it could see until their label was
        narrowed, with the number of the envelope that says so."""
        # Before it is looked up: what changes meanwhile is then looked up anew.
        mark = self.state(peer), self._store.exchange.changed()
        principal = self._exchange.principal(peer)
        visible = self._exchange.sharings.visible(principal)
        kept = self._tails.get(peer.org)
        if kept is not None and kept[0] == (mark, visible):
            return visible, kept[1]
        found: dict[tuple[str, int], int] = {}
        for origin, stream, seq, wire in self._store.exchange.narrowed():
            known = self._store.exchange.stream(origin, stream)
            if known is not None and known.label not in visible and _admits(wire, principal):
                found[origin, stream] = seq
        self._tails[peer.org] = (mark, visible), found
        return visible, found

    def _run(
        self, known: Stream, first: int, last: int, only: int | None
    ) -> Iterator[tuple[int, bool]]:
        """Ids of envelopes of a stream, and whether with their content; `only` that one has it."""
        at = max(first, 1)
        while at <= last:
            some = self._store.exchange.numbers(known.origin, known.stream, at, last, CHUNK)
            if not some:
                return
            for id, seq in some:
                yield id, only is None or seq == only
            at = some[-1][1] + 1

    def _is_wanted(
        self, kept: Kept, wish: Wish, choose: Callable[[Item], bool]
    ) -> tuple[bool, int]:
        """Whether anything in an envelope is wished for, and how many records it has."""
        key = kept.id, wish
        with self._lock:
            known = self._wanted.get(key)
            if known is not None:
                self._wanted.move_to_end(key)
                return known
        assert kept.content is not None
        envelope, _ = peek_envelope(kept.signed)
        if envelope.type == "control":
            found = True, 0
        else:
            try:
                read, _ = read_items(kept.content, self._exchange.limits)
            except NoroshiError:
                read = []
            count = sum(len(edition.records) for item in read for edition in item.editions)
            found = any(choose(item) for item in read), count
        with self._lock:
            self._wanted[key] = found
            while len(self._wanted) > 20_000:
                self._wanted.popitem(last=False)
        return found

    # --- rates ---------------------------------------------------------------------------------

    def _check_rate(self, peer: Peer, rate: int) -> None:
        if not rate:
            return
        left = self._left(peer, rate)
        if left < 1:
            wait = max(1, round(60 * (1 - left) / rate))
            raise TooMuch(
                f"more than the agreed {rate} records a minute",
                f"ask again in {wait} s, wish for less, or agree on more", wait,
            )  # fmt: skip

    def _left(self, peer: Peer, rate: int) -> float:
        left, at = self._given.get(peer.org, (float(rate), time.monotonic()))
        return min(float(rate), left + (time.monotonic() - at) * rate / 60)

    def _spent(self, peer: Peer, rate: int, records: int) -> bool:
        return bool(rate) and records >= self._left(peer, rate)

    def _spend(self, peer: Peer, rate: int, records: int) -> None:
        if rate:
            self._given[peer.org] = self._left(peer, rate) - records, time.monotonic()


def _admits(wire: bytes, principal: Principal) -> bool:
    label = travelling.from_wire(cbor.read(wire, 2**20, where="label"))
    meaning = label if isinstance(label, Sharing) else BUILT_IN[NAMES[label]]
    return admits(meaning, principal)


def write_frames(
    heads: Heads, documents: Iterable[bytes], frames: Iterator[bytes]
) -> Iterator[bytes]:
    """The frames of an answer in their order."""
    yield HEADS + msgspec.json.encode(heads)
    for document in documents:
        yield IDENTITY + document
    yield from frames
