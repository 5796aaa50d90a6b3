"""What goes into a store and comes out of it, as types; nothing here does anything."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from noroshi.core.label import OWN, PUBLIC, Reader
from noroshi.core.place import Box
from noroshi.core.record import Action, Edition, Mode, Version

READ, DUPLICATE, QUARANTINED, WAITING = "read", "duplicate", "quarantined", "waiting"
#: The format of what another node said: it is never passed on as this node's own.
RELAYED = "exchange"


#: What a damaged or vanished store may raise in the middle of a read.
FAULTS: tuple[type[Exception], ...] = (sqlite3.DatabaseError,)


class Incoming(msgspec.Struct, frozen=True):
    """Bytes that arrived: from whom, under what name and label. `sha` is their SHA-256."""

    data: bytes
    sha: bytes
    source: str
    name: str = ""
    label: int = OWN


class Outcome(msgspec.Struct, frozen=True):
    """What came of reading a message: editions, or the reason why it is in quarantine.

    `stated` counts the records in the message; `faults` are its bad records, as JSON. `packed`
    are the message's bytes as `pack` made them, where that was done already. `floor` is a built-in
    label that the message itself asks for: it is shared no wider than that. `digest` orders its
    editions where their issuer leaves that open (b"": the SHA-256 of the message).
    """

    state: str = READ
    reason: str = ""
    media_type: str = "application/octet-stream"
    format: str = ""
    editions: Sequence[Edition] = ()
    stated: int = 0
    faults: bytes = b"[]"
    packed: bytes | None = None
    floor: int = PUBLIC
    digest: bytes = b""


class Receipt(msgspec.Struct, frozen=True):
    """What the store did with one message. `records` counts the versions it newly stored."""

    id: str
    state: str
    received: int
    records: int
    stated: int
    reason: str = ""


class Arrival(msgspec.Struct, frozen=True):
    """One arrival of a message, as `noroshi messages` lists it."""

    id: str
    source: str
    received: int
    media_type: str
    size: int
    state: str
    reason: str
    records: int
    stated: int
    name: str
    format: str
    label: int
    faults: bytes


def pack(data: bytes) -> bytes:
    """`data` compressed for keeping, or as it is where that saves less than a tenth."""
    if len(data) >= _PACK_FROM:
        packed = zlib.compress(data, 1)
        if len(packed) < 0.9 * len(data):
            return packed
    return data


def unpack(kept: bytes, size: int) -> bytes:
    """What `pack` made, of `size` bytes, as it was."""
    return kept if len(kept) == size else zlib.decompress(kept)


_PACK_FROM = 512


class Query(msgspec.Struct, frozen=True):
    """Which part of the picture, as whom, true when and known when.

    `at` and `as_of` are microseconds UTC, both required: the picture is always of a moment.
    `box` is west, south, east, north in degrees. `areas` are token ranges
    (`noroshi.core.place.area_ranges`). A record lies in `box` by its geometry, or, where it has
    none, by its area if boundaries were imported; it lies in `areas` by its own area, or, where
    it names none, by its geometry if boundaries were imported. `lapsed` also asks for what has
    run out by `at` without anything standing in its place. With `until` the query is for all that
    is true at some time from `at` up to and including `until`.
    """

    reader: Reader
    at: int
    as_of: int
    kind: str | None = None
    mode: Mode = Mode.ACTUAL
    box: Box | None = None
    areas: tuple[tuple[int, int], ...] | None = None
    series: str | None = None
    lapsed: bool = False
    until: int | None = None


#: Where a page of a picture ended: place token and id of its last version.
Cursor = tuple[int, int]


class Page(msgspec.Struct, frozen=True):
    """A page of a picture, and where the next begins (None: there is none)."""

    versions: list[Version]
    cursor: Cursor | None


class News(NamedTuple):
    """That a version was kept: its id, kind, mode and series, and when what it says begins."""

    id: int
    kind: str
    mode: Mode
    series: str
    valid_from: int


class Change(msgspec.Struct, frozen=True):
    """One version as it was kept, and what held of the same thing before it, if anything did.

    `version.id` is the cursor by which a follower resumes.
    """

    version: Version
    previous: Version | None = None

    @property
    def operation(self) -> str:
        """`create`, `update` or `delete`."""
        if self.version.action is Action.CANCEL:
            return "delete"
        return "create" if self.previous is None else "update"


class Lifetime(msgspec.Struct, frozen=True):
    """A version and when it is in the picture: at (at, as_of) if in any piece (vf, vt, rf, rt,
    sv, sr) vf <= at < vt, rf <= as_of < rt and not (sv <= at and sr <= as_of)."""

    version: Version
    pieces: tuple[tuple[int, int, int, int, int, int], ...]


class Tally(msgspec.Struct, frozen=True):
    """How much a picture holds, and how new it is. `located`: some of it has a geometry."""

    count: int = 0
    newest_issued: int | None = None
    newest_recorded: int | None = None
    located: bool = False


class SourceState(msgspec.Struct, frozen=True):
    """How a source stands: what arrived last, and how old what it says is.

    `issued` are its latest distinct payload times but for those in the future, newest first,
    `delays` how long after each its message arrived (µs). `quarantined_recent` counts the last
    day.
    """

    name: str
    arrivals: int
    last_received: int
    newest_issued: int | None
    issued: tuple[int, ...] = ()
    delays: tuple[int, ...] = ()
    quarantined: int = 0
    quarantined_recent: int = 0


class Stated(msgspec.Struct, frozen=True):
    """What an arrival said in one mode as of one time: how much of it differs from what another
    message of the same series said as of the very same time, and where its newly stored records
    are (area as stated, bounds)."""

    mode: Mode
    issued: int
    conflicts: int
    places: Sequence[tuple[str | None, Box]]


class Arrived(msgspec.Struct, frozen=True):
    """One arrival: its number, which rises; from whom, when, whether for the first time under its
    label, what came of the message, its faults as JSON, and what it stated."""

    number: int
    source: str
    received: int
    first: bool
    label: int
    state: str
    reason: str
    faults: bytes
    stated: Sequence[Stated]
