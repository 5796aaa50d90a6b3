"""The exercise envelope: a message of any format that says in its first line that it is none of
the real world.

    noroshi-exercise {"mode":"exercise","shift":86400000000}
    <the message, byte for byte>

What is read from it is never actual, whatever the message inside says of itself; so a drill's
bytes cannot be taken for a real message, here or wherever they are passed on, and are not the same
message as the real one with the same content. `shift` (microseconds) moves all its times, so that
a message of the past can be played again today.
"""

from __future__ import annotations

import contextlib
from typing import Literal

import msgspec

from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Mode
from noroshi.formats import Format

_HEAD = b"noroshi-exercise "
_LINE = 1024
#: The most that times are moved by [µs]: some two hundred years.
MOST = 200 * 366 * 86_400 * 1_000_000


class Heading(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The first line: `mode` of what is actual inside; `shift` of its times [µs]; `format` as which
    the message is to be read, empty for what it looks like."""

    mode: Literal["exercise", "test"]
    shift: int = 0
    format: str = ""


def recognises(data: bytes) -> bool:
    """True for bytes that `envelope` wrote."""
    return data.startswith(_HEAD)


def envelope(data: bytes, mode: Mode = Mode.EXERCISE, shift: int = 0, format: str = "") -> bytes:
    """`data` as an exercise (or test). What is enclosed already is not enclosed again: its shift
    grows, and its mode stays.

    Raises ValueError for Mode.ACTUAL, and for a shift of more than some two hundred years.
    """
    if mode is Mode.ACTUAL:
        raise ValueError("an exercise envelope holds nothing actual")
    heading = Heading("test" if mode is Mode.TEST else "exercise", shift, format)
    if recognises(data):
        with contextlib.suppress(UnreadableMessage):  # a damaged one is enclosed as it is
            inside, data = opened(data)
            heading = msgspec.structs.replace(inside, shift=inside.shift + shift)
    if abs(heading.shift) > MOST:
        raise ValueError(f"times cannot be moved by {heading.shift} microseconds")
    return _HEAD + msgspec.json.encode(heading) + b"\n" + data


def opened(data: bytes) -> tuple[Heading, bytes]:
    """The first line, and the message inside. Raises UnreadableMessage."""
    line, found, inside = data.partition(b"\n") if b"\n" in data[:_LINE] else (data, b"", b"")
    try:
        heading = msgspec.json.decode(line.removeprefix(_HEAD), type=Heading)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = str(error) if found else "its first line does not end"
        raise UnreadableMessage(what, where="line 1", remedy="the message is damaged") from None
    if abs(heading.shift) > MOST:
        raise UnreadableMessage("shift: more than two hundred years", where="line 1")
    return heading, inside


FORMAT = Format(
    name="exercise",
    en="Message of any format, enclosed as an exercise",
    ja="訓練として包まれた電文",
    media_type="application/octet-stream",
    recognises=recognises,
    read="noroshi.formats.exercise.reader:read",
    # Before all others: nothing that is inside may be taken for what it looks like.
    precedence=100,
)
