"""The words of the house as types: Record, Edition, Version (DESIGN §2).

A format reads a message into *editions*; an edition holds *records* and says what it replaces;
a store keeps each changed record as a *version* that also says when this node came to know it.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from noroshi.core.time import FOREVER, NEVER


class Action(enum.IntEnum):
    """What an edition does. At one and the same issue time the higher number comes last."""

    ISSUE = 0
    CORRECT = 1
    CANCEL = 2


class Mode(enum.IntEnum):
    """Whether a statement is about the real world. Modes never mix in one picture."""

    ACTUAL = 0
    EXERCISE = 1
    TEST = 2


class Record(msgspec.Struct, frozen=True, gc=False):
    """One statement about the world, as its issuer makes it.

    `body` is a JSON object valid for `kind` (write it with `noroshi.kinds.encode`).
    `geometry` is well-known binary in longitude, latitude degrees (JGD2011 / WGS 84), or None.
    `area` is an official area as `scheme:code` (see `noroshi.core.place.SCHEMES`), or None.
    `valid_from` and `valid_to` are microseconds UTC; None means from the edition's effective time,
    and until something replaces it. The interval is half open: true at its start, not at its end.
    `confidence` is a probability 0–1, or None where the issuer does not say.
    `basis` are ids of the records that a product's record was computed from.
    """

    kind: str
    key: str
    body: bytes
    geometry: bytes | None = None
    area: str | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    confidence: float | None = None
    basis: tuple[int, ...] = ()


class Edition(msgspec.Struct, frozen=True):
    """What one message says about one series.

    `series` names what a newer edition replaces; with `mode` it is unique in a node.
    Editions of a series are ordered by (`issued`, `action`, `serial`), and by content where even
    these agree: never by order of arrival.
    `whole`: this edition replaces everything of the series, so what it leaves out has ended.
    Otherwise it replaces only the keys it names.
    `effective`: from when, in the world, it replaces earlier editions. A state (shelters open,
    warnings in force) takes effect at a time, and what was true before stays true of then. None
    is for an estimate of one event (a hypocentre): a better one replaces the earlier ones for all
    times.
    `merge`: bodies carry an `_update` object of per-attribute stamps and are merged attribute by
    attribute, last stamp wins (SIP4D-ZIP dddd-dd).
    A CANCEL ends every record of the series (or, not `whole`, of the keys it names).
    """

    series: str
    issued: int
    records: list[Record]
    action: Action = Action.ISSUE
    mode: Mode = Mode.ACTUAL
    serial: int = 0
    effective: int | None = None
    whole: bool = True
    merge: bool = False


class Version(msgspec.Struct, frozen=True):
    """A record as a store holds it: what was said, and when this node knew it.

    `id` rises with `recorded`. `action` is CANCEL for a version that says its key has ended.
    Times are microseconds UTC; `valid_to` is FOREVER while open. `ended_at` and `ended_recorded`
    tell from when in the world, and since when known, a later version stands in its place
    (FOREVER: none does). `message` is the SHA-256 of the message it came from, in hexadecimal.
    `series_id` is the node's own number of its series: with `key` it names the thing for good.
    """

    id: int
    kind: str
    key: str
    series: str
    mode: Mode
    action: Action
    issued: int
    serial: int
    recorded: int
    valid_from: int
    valid_to: int
    ended_at: int
    ended_recorded: int
    label: int
    source: str
    message: str | None
    area: str | None
    geometry: bytes | None
    confidence: float | None
    basis: tuple[int, ...]
    body: bytes
    series_id: int = 0

    def fields(self) -> dict[str, Any]:
        """The body as a dictionary."""
        fields: dict[str, Any] = msgspec.json.decode(self.body)
        return fields


def order(issued: int, action: Action, serial: int, digest: bytes) -> bytes:
    """The sort key of an edition in its series: 21 bytes that compare as the editions do.

    `digest` (at least 8 bytes of a content hash) settles what the issuer leaves open, so that
    the order of arrival never does.
    """
    time = min(max(issued, NEVER), FOREVER) + 2**63
    number = min(max(serial, 0), 2**32 - 1)
    return time.to_bytes(8, "big") + bytes((action,)) + number.to_bytes(4, "big") + digest[:8]
