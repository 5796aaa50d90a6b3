"""Content of type `control`: what an origin says about what it has sent.

A list, in deterministic CBOR:

    ["recall", [SHA-256 of each message], reason]     nobody is shown them any longer
    ["relabel", label]                                the whole stream now has this label
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from noroshi.core.errors import UnreadableMessage
from noroshi.formats.exchange import cbor, sharing
from noroshi.formats.exchange.envelope import Sha

MEDIA_TYPE = "application/vnd.noroshi.control+cbor"
MOST_BYTES = 1024 * 1024

_WHERE = "control"


class Recall(msgspec.Struct, frozen=True, array_like=True, tag="recall"):
    """Messages that are withdrawn, by the hash they were sent under."""

    shas: Annotated[tuple[Sha, ...], msgspec.Meta(min_length=1, max_length=20_000)]
    reason: Annotated[str, msgspec.Meta(max_length=1_000)]


class Relabel(msgspec.Struct, frozen=True, array_like=True, tag="relabel"):
    """What the label of the stream means from here on, for everything in it."""

    label: sharing.Travelling


_LENGTH = {"recall": 3, "relabel": 2}

Control = Recall | Relabel


def write_control(control: Control) -> bytes:
    """The content that says `control`. Raises ValueError where `read_control` would refuse it."""
    value: list[Any]
    if isinstance(control, Recall):
        value = ["recall", list(control.shas), control.reason]
    else:
        value = ["relabel", sharing.to_wire(control.label)]
    data = cbor.write(value)
    try:
        read_control(data)
    except UnreadableMessage as error:
        raise ValueError(error.what) from None
    return data


def read_control(data: bytes) -> Control:
    """What `data` says. Raises UnreadableMessage for anything `write_control` does not write."""
    value = cbor.read(data, MOST_BYTES, where=_WHERE)
    named = isinstance(value, list) and value and isinstance(value[0], str)
    if not named or len(value) != _LENGTH.get(value[0]):
        raise UnreadableMessage("not a control message", where=_WHERE)
    try:
        if value[0] == "relabel":
            return Relabel(sharing.from_wire(value[1]))
        found = msgspec.convert(value, Recall)
    except (ValueError, TypeError) as error:  # msgspec's errors are ValueErrors
        raise UnreadableMessage(str(error), where=_WHERE) from None
    if len(set(found.shas)) != len(found.shas):
        raise UnreadableMessage("something is listed twice", where=_WHERE)
    return found
