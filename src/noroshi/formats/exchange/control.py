"""Content of type `control`: what an origin says about what it has sent, and about groups.

A list, in deterministic CBOR:

    ["recall", [SHA-256 of each message], reason]     nobody is shown them any longer
    ["relabel", label]                                the whole stream now has this label
    ["group", name, [organisation …], serial]         who is in a group the origin keeps
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from noroshi.core.errors import UnreadableMessage
from noroshi.formats.exchange import cbor, sharing
from noroshi.formats.exchange.envelope import Number, Org, Sha

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


class Group(msgspec.Struct, frozen=True, array_like=True, tag="group"):
    """The organisations in a group; the highest serial is in force."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._/@-]{0,99}\Z")]
    members: Annotated[tuple[Org, ...], msgspec.Meta(max_length=5_000)]
    serial: Number


_LENGTH = {"recall": 3, "relabel": 2, "group": 4}

Control = Recall | Relabel | Group


def write_control(control: Control) -> bytes:
    """The content that says `control`. Raises ValueError where `read_control` would refuse it."""
    value: list[Any]
    if isinstance(control, Recall):
        value = ["recall", list(control.shas), control.reason]
    elif isinstance(control, Relabel):
        value = ["relabel", sharing.to_wire(control.label)]
    else:
        value = ["group", control.name, list(control.members), control.serial]
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
        found = msgspec.convert(value, Recall | Group)
    except (ValueError, TypeError) as error:  # msgspec's errors are ValueErrors
        raise UnreadableMessage(str(error), where=_WHERE) from None
    listed = found.shas if isinstance(found, Recall) else found.members
    if len(set(listed)) != len(listed):
        raise UnreadableMessage("something is listed twice", where=_WHERE)
    return found
