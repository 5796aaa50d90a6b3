"""The small row types that the writing side of the embedded store works with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from noroshi.core import place
from noroshi.core.record import Edition, Record
from noroshi.core.time import FOREVER, NEVER

#: The place token of what has neither geometry nor area.
NOWHERE = -(2**62)
#: `spans.piece` of the row that files a record with a geometry under its area as well.
BY_AREA = -1


class Head(NamedTuple):
    """The last version of a key: its id, order, effective time, digest and where it is filed."""

    id: int
    ord: bytes
    eff: int
    digest: bytes | None
    ended: int
    kind: int
    place: int
    area: int | None


class Link(NamedTuple):
    """One version in the chain of a key."""

    id: int
    ord: bytes
    eff: int
    digest: bytes | None
    ended: int
    kind: int
    place: int
    prev: int | None
    area: str | None
    vf: int
    vt: int
    confidence: float | None
    basis: bytes | None
    geometry: bytes | None
    body: bytes
    label: int


class SeriesState:
    """What the writer knows of one series: its id, latest order, and heads by key.

    `complete`: every head is here, so a key that is absent has none.
    """

    __slots__ = ("complete", "heads", "id", "top")

    def __init__(self, id: int, top: bytes | None, *, complete: bool) -> None:
        self.id = id
        self.top = top
        self.heads: dict[str, Head] = {}
        self.complete = complete


class Origin(msgspec.Struct, frozen=True):
    """Where editions come from: the message's row and hash, source and label ids, and when."""

    source: int
    label: int
    recorded: int
    message: int | None = None
    sha: bytes = b"\0" * 8


def head_key(kind: int, key: str) -> str:
    """What a head is filed under: two kinds of one series may use the same key."""
    return f"{kind}:{key}"


def plain_key(head_key: str) -> str:
    """The record's own key of a head's."""
    return head_key.partition(":")[2]


def digest(record: Record, edition: Edition) -> bytes:
    """Eight bytes that are equal for records that say the same of the same key."""
    start = record.valid_from
    if start is None and edition.effective is None:
        start = edition.issued  # an estimate without a start of its own begins with its issue
    rest = f"{record.area}\0{start}\0{record.valid_to}\0{record.confidence}"
    return blake2b(
        b"\0".join((record.body, record.geometry or b"", rest.encode())), digest_size=8
    ).digest()


def filed(record: Record) -> tuple[int, int | None]:
    """The token a record is filed under, and the area token it is filed under as well, if any."""
    if record.geometry is not None:
        area = None if record.area is None else place.area_token(record.area)
        return place.cell(record.geometry), area
    if record.area is not None:
        return place.area_token(record.area), None
    return NOWHERE, None


def validity(record: Record, edition: Edition) -> tuple[int, int]:
    """When a record is true: its own times, or from the edition's effective time, open."""
    start = record.valid_from
    if start is None:
        start = edition.issued if edition.effective is None else edition.effective
    return start, FOREVER if record.valid_to is None else record.valid_to


def effective(edition: Edition) -> int:
    """From when in the world an edition stands in the place of earlier ones."""
    return NEVER if edition.effective is None else edition.effective


Rows = list[tuple[Any, ...]]


def inserted(cursor: sqlite3.Cursor) -> int:
    """The number of the row that was just inserted."""
    number = cursor.lastrowid
    assert number is not None
    return number


def heads_of(rows: sqlite3.Cursor) -> Iterator[tuple[str, Head]]:
    """Heads by the key that they are filed under."""
    for key, *rest in rows:
        yield key, Head(*rest)
