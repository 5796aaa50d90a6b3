"""The log of what this node sends to its peers and has from them. One interface; the embedded
form is `noroshi.store.sqlite_exchange`.

Every organisation numbers its envelopes by stream, one for each label it shares under, without
gaps: whoever may see a label sees all of its stream, can tell that nothing is missing, and learns
nothing of any other. What is received is kept with its records in one transaction, so it is never
lost and never taken twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.label import Sharing
from noroshi.store import Incoming, Outcome

EDITIONS, RECALL = "editions", "recall"


class OutOfStep(NoroshiError):
    """An envelope does not join on to what this node has of its stream."""


class Due(msgspec.Struct, frozen=True):
    """What is to be sent and is in no envelope yet: a message under a label, or (`sort`) its
    recall. `content` are its editions in MessagePack, where they were read just now; None: read
    it again. A product has no message."""

    id: int
    message: int | None
    label: int
    sort: str
    name: str
    content: bytes | None
    sha: bytes | None
    size: int | None
    data: bytes | None
    media_type: str | None
    format: str | None
    file_name: str | None
    source: str | None
    received: int | None


class Stream(msgspec.Struct, frozen=True):
    """How far this node has a stream: the number and hash of its last envelope, the label its
    records carry here, and that label as it travels (`wire`, CBOR). `changed` rises with every
    change of any stream."""

    origin: str
    stream: int
    label: int
    wire: bytes
    seq: int
    hash: bytes
    changed: int


class Kept(msgspec.Struct, frozen=True):
    """An envelope; without content where that is withheld (recalled, or never had)."""

    id: int
    origin: str
    stream: int
    seq: int
    signed: bytes
    content: bytes | None


class Sealed(msgspec.Struct, frozen=True):
    """An envelope of this node, signed; it takes the place of what was due. `carried` are the
    messages in it. `was` is how the label travelled before, where this envelope changes it."""

    origin: str
    stream: int
    label: int
    wire: bytes
    seq: int
    time: int
    signed: bytes
    content: bytes
    hash: bytes
    due: tuple[int, ...] = ()
    carried: tuple[tuple[int, bytes], ...] = ()
    was: bytes | None = None


class Part(msgspec.Struct, frozen=True):
    """A message in a received envelope: its hash at the origin, and what it says."""

    sha: bytes
    incoming: Incoming
    outcome: Outcome


class Received(msgspec.Struct, frozen=True):
    """An envelope that was verified. `label` is the one its records get here, or what a label of
    this stream means. `recalled` are hashes of messages that are taken back. `own`: this node said
    it, and a peer gave it back, with a label that means this."""

    origin: str
    stream: int
    seq: int
    prev: bytes
    time: int
    signed: bytes
    content: bytes | None
    hash: bytes
    label: int | Sharing
    wire: bytes
    parts: Sequence[Part] = ()
    recalled: tuple[bytes, ...] = ()
    reason: str = ""
    relabels: bool = False
    own: Sharing | None = None


class Log(Protocol):
    """See above."""

    def begin(self) -> int:
        """Begin to note what is due, also of what was taken in before. Returns how much is."""
        ...

    def active(self) -> bool:
        """Whether the exchange was begun."""
        ...

    def due(self, limit: int, without: Collection[int] = ()) -> list[Due]:
        """What is to be sent, the oldest first, but for what carries a label of `without`."""
        ...

    def offer(self, content: bytes, *, source: str, label: int) -> None:
        """Note a product's editions (MessagePack) as due."""
        ...

    def drop(self, due: Sequence[int]) -> None:
        """Forget what is due: nobody may have it."""
        ...

    def seal(self, envelopes: Sequence[Sealed]) -> None:
        """Keep envelopes in the place of what was due. Raises OutOfStep, keeping none, where
        another process was quicker, or something of it was recalled meanwhile."""
        ...

    def receive(self, envelopes: Sequence[Received]) -> tuple[int, set[str]]:
        """Keep what a peer sent, with its records, in one transaction; what is there already is
        passed over. Returns how many versions were stored, and the kinds that changed (`*`: any).

        Raises OutOfStep, keeping none of them, where one does not join on.
        """
        ...

    def stream(self, origin: str, stream: int) -> Stream | None:
        """How far this node has a stream."""
        ...

    def streams(self, after: int = -1) -> list[Stream]:
        """Streams that changed after a number, in the order of their changes."""
        ...

    def changed(self) -> int:
        """The number of the last change of any stream."""
        ...

    def envelopes(self, origin: str, stream: int, first: int, last: int, limit: int) -> list[Kept]:
        """Envelopes of a stream from one number to another."""
        ...

    def numbers(
        self, origin: str, stream: int, first: int, last: int, limit: int
    ) -> list[tuple[int, int]]:
        """The id and number of envelopes of a stream from one number to another. Ids rise in the
        order in which envelopes came here."""
        ...

    def envelope(self, id: int) -> Kept:
        """An envelope by its id. Raises NotFound."""
        ...

    def withheld(self, origin: str, stream: int, after: int = 0) -> tuple[int, int] | None:
        """The first run of envelopes after a number whose content is not here: from, to."""
        ...

    def holes(self) -> dict[tuple[str, int], int]:
        """How many envelopes of each stream (origin, stream) are here without their content."""
        ...

    def narrowed(self) -> list[tuple[str, int, int, bytes]]:
        """Where the label of a stream changed (origin, stream, seq), and how it travelled
        before."""
        ...

    def log(self, origin: str) -> Iterator[tuple[int, int, int, bytes, bytes | None]]:
        """Everything of an origin in its own order: stream, seq, time, signed, content."""
        ...

    def latest(self, origin: str) -> int:
        """The time of the last envelope of an origin; 0 where there is none."""
        ...

    def counts(self) -> tuple[int, int, int]:
        """Streams, envelopes, and what is due."""
        ...
