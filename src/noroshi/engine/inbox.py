"""Envelopes of others: verified, opened, and made ready for the store."""

from __future__ import annotations

from hashlib import sha256

from msgspec.structs import replace

from noroshi.core.errors import NoroshiError, NotVerified, UnreadableMessage
from noroshi.core.label import NAMES, Sharing
from noroshi.core.time import DAY, now
from noroshi.engine.trust import Trust
from noroshi.formats import Limits
from noroshi.formats.exchange import cbor
from noroshi.formats.exchange import sharing as travelling
from noroshi.formats.exchange.control import Recall, read_control
from noroshi.formats.exchange.envelope import (
    Envelope,
    check_content,
    digest,
    name,
    read_envelope,
)
from noroshi.formats.exchange.items import Item, read_items
from noroshi.store import READ, RELAYED, Incoming, Outcome
from noroshi.store.exchange import Part, Received

#: How far another node's clock may be ahead before what it sends is refused.
AHEAD = DAY


class Opened(NoroshiError):
    """An envelope that is its origin's, but whose content cannot be read here: it is kept as one
    without content (`received`), and the stream goes on."""

    def __init__(self, error: NoroshiError, received: Received) -> None:
        super().__init__(error.what, where=error.where, remedy=error.remedy)
        self.received = received


def open_envelope(signed: bytes, content: bytes | None, trust: Trust, limits: Limits) -> Received:
    """What an envelope says; `content` None where the sender withholds it.

    Raises NotVerified for what its origin did not sign with keys that were in force, and for
    content that is not what was signed; Opened for content that cannot be read.
    """
    envelope = read_envelope(signed, trust.key_of)
    if envelope.time > now() + AHEAD:
        raise NotVerified("sent in the future", where=name(envelope),
                          remedy="compare the clocks of both nodes")  # fmt: skip
    label: int | Sharing
    own: Sharing | None = None
    if isinstance(envelope.label, str):
        label = NAMES[envelope.label]
    elif envelope.origin == trust.org:
        label, own = envelope.stream, envelope.label
    else:
        label = envelope.label
    found = Received(
        envelope.origin, envelope.stream, envelope.seq, envelope.prev, envelope.time, signed,
        content, digest(signed), label, cbor.write(travelling.to_wire(envelope.label)),
        own=own,
    )  # fmt: skip
    if content is None:
        # Where its label is another than its stream's had been, its header alone says so.
        return replace(found, relabels=envelope.type == "control")
    check_content(envelope, content)
    try:
        if envelope.type == "control":
            return _controlled(envelope, content, found)
        read, _ = read_items(content, limits)
        if envelope.origin == trust.org:
            return replace(found, parts=[_own(item) for item in read if item.data is not None])
        return replace(found, parts=[_part(envelope, item) for item in read])
    except UnreadableMessage as error:
        raise Opened(error, found) from None


def _controlled(envelope: Envelope, content: bytes, found: Received) -> Received:
    said = read_control(content)
    if isinstance(said, Recall):
        return replace(found, recalled=said.shas, reason=said.reason)
    if said.label != envelope.label:
        raise UnreadableMessage("says another label than its envelope", where=name(envelope))
    return replace(found, relabels=True)


def _own(item: Item) -> Part:
    """A message of this node that was lost with its store, as it was. Products are made again."""
    assert item.data is not None
    return Part(item.sha, Incoming(item.data, item.sha, item.source, item.name), Outcome(
        READ, media_type=item.media_type or "application/octet-stream", format=item.format,
        editions=item.editions, stated=sum(len(one.records) for one in item.editions),
    ))  # fmt: skip


def _part(envelope: Envelope, item: Item) -> Part:
    """A message of another node, as one of this node's: named after where it came from, so that
    the same bytes received directly are a message of their own."""
    where = f"{envelope.origin}/{envelope.stream}/{envelope.seq}/".encode()
    incoming = Incoming(
        item.data or b"", sha256(where + item.sha).digest(),
        f"{envelope.origin}/{item.source}"[:200], item.name,
    )  # fmt: skip
    editions = item.editions
    if item.derived:
        # Another node's product stands beside this node's own, not in its place.
        editions = [replace(one, series=f"{envelope.origin}/{one.series}") for one in editions]
    return Part(item.sha, incoming, Outcome(
        READ, media_type=item.media_type or "application/octet-stream", format=RELAYED,
        editions=editions, stated=sum(len(one.records) for one in editions), digest=item.sha,
    ))  # fmt: skip
