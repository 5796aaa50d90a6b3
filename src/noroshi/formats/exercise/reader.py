"""Reads what is enclosed: never actual, its times moved."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from noroshi import formats
from noroshi.core.errors import NotFound, UnreadableMessage
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import FOREVER, NEVER
from noroshi.formats import Hints, Reading
from noroshi.formats.exercise import opened, recognises

#: A string of a body that is a time and nothing else (RFC 3339).
_TIME = re.compile(
    rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))"'
)  # fmt: skip


def read(data: bytes, hints: Hints) -> Reading:
    """The editions of the message inside: what it calls actual is of the envelope's mode, and its
    times are moved by the envelope's shift.

    Moved are the times of editions and records, and every member of a body that is a time of RFC
    3339. Times in prose, in names and in identities stay as they were.
    Raises UnreadableMessage as the reader of the message inside does.
    """
    heading, inside = opened(data)
    if recognises(inside):
        raise UnreadableMessage("an envelope inside an envelope", where=hints.name)
    try:
        format = formats.get(heading.format) if heading.format else None
    except NotFound as error:
        raise UnreadableMessage(str(error), where="line 1") from None
    # What has no time of its own is of its arrival: of this one, so nothing is to be moved there.
    arrived = msgspec.structs.replace(hints, received=hints.received - heading.shift)
    found = formats.read(inside, arrived, format)
    mode = Mode.TEST if heading.mode == "test" else Mode.EXERCISE
    found.editions = [_enclosed(one, mode, heading.shift) for one in found.editions]
    text = found.media_type.startswith("text/") or found.media_type.endswith(("xml", "json"))
    found.media_type = "text/plain" if text else "application/octet-stream"
    return found


def _enclosed(edition: Edition, mode: Mode, shift: int) -> Edition:
    if edition.mode is Mode.ACTUAL:
        edition = msgspec.structs.replace(edition, mode=mode)
    if not shift:
        return edition
    return msgspec.structs.replace(
        edition,
        issued=_later(edition.issued, shift),
        effective=_later(edition.effective, shift),
        records=[_moved(one, shift) for one in edition.records],
    )


def _moved(record: Record, shift: int) -> Record:
    by = timedelta(microseconds=shift)

    def later(found: re.Match[bytes]) -> bytes:
        written = found[1].decode()
        try:
            moved = (datetime.fromisoformat(written) + by).isoformat()
        except (ValueError, OverflowError):  # the 31st of February; the year 9999
            return found[0]
        if written[-1] == "Z":
            moved = moved.replace("+00:00", "Z")
        return f'"{moved}"'.encode()

    return msgspec.structs.replace(
        record,
        body=_TIME.sub(later, record.body),
        valid_from=_later(record.valid_from, shift),
        valid_to=_later(record.valid_to, shift),
    )


T = TypeVar("T", int, int | None)


def _later(time: T, shift: int) -> T:
    return time if time is None or not NEVER < time < FOREVER else time + shift
