"""One turn of a conversation: what a person says, and what is said to them. The same on every
channel; adapters draw readings (`{漢字|かな}`) as ruby or drop them."""

from __future__ import annotations

import msgspec


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did at `at` (µs UTC; drill time in exercises).

    `choice` is the id of a quick reply that was pressed. `position` is longitude, latitude as the
    device sent it. `picture` is a photo as it came; `picture_place` says whether the position in
    it may be used (None: not asked).
    """

    text: str = ""
    choice: str = ""
    position: tuple[float, float] | None = None
    picture: bytes | None = None
    picture_place: bool | None = None
    at: int


class Choice(msgspec.Struct, frozen=True):
    """A quick reply."""

    id: str
    ja: str
    en: str


class Fact(msgspec.Struct, frozen=True):
    """A record, and the words of the answer that it supports.

    `id` is the thing's as in `channels.features`, of one version of it where it ends in `@` and a
    number; of kind `place` the area of an imported place. `issued` is when its source said so.
    """

    kind: str
    id: str
    issued: int
    source: str
    values: tuple[str, ...] = ()


class Said(msgspec.Struct, frozen=True):
    """One message to the person. Each line of `text` is one sentence of `phrases`, filled with
    words of `facts`. `wants`: empty, position or picture. `link` is an address on this node."""

    text: str
    facts: tuple[Fact, ...] = ()
    choices: tuple[Choice, ...] = ()
    wants: str = ""
    link: str = ""
    urgent: bool = False
