"""Time inside Noroshi: integer microseconds since 1970-01-01T00:00:00Z.

Integers compare, sort and index the same way in every store, and cost nothing to copy.
Outside, times are RFC 3339 text with a zone.
"""

from __future__ import annotations

import re
import time as _clock
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: Open ends of an interval. Within 64 bits, and beyond any date `datetime` can print.
FOREVER = 2**62
NEVER = -(2**62)

JST = timezone(timedelta(hours=9), "JST")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def now() -> int:
    """The one clock: microseconds since the epoch, UTC."""
    return _clock.time_ns() // 1000


def from_datetime(moment: datetime, zone: tzinfo = JST) -> int:
    """Microseconds of `moment`; a moment without a zone is read in `zone`."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // _MICRO


def to_datetime(time: int, zone: timezone = UTC) -> datetime:
    """`time` as an aware datetime in `zone`. Raises OverflowError outside years 1–9999."""
    return (_EPOCH + timedelta(microseconds=time)).astimezone(zone)


@lru_cache(maxsize=4096)
def parse(text: str, zone: tzinfo = JST) -> int:
    """Microseconds of an ISO 8601 / RFC 3339 text; without zone it is read in `zone`.

    Accepts what senders really write: a space for `T`, `/` between date parts, single digits,
    seconds left out. Raises ValueError with the text.
    """
    try:
        return from_datetime(datetime.fromisoformat(text), zone)
    except ValueError:
        pass
    found = _LOOSE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"not a date and time: {text!r}")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    moment = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
    )
    if fraction:
        moment = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    if offset:
        moment = datetime.fromisoformat(moment.isoformat() + offset)
    return from_datetime(moment, zone)


_LOOSE = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ]\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)


def show(time: int | None, zone: timezone = UTC) -> str | None:
    """RFC 3339 text of `time`, or None for an open end."""
    if time is None or time >= FOREVER or time <= NEVER:
        return None
    try:
        text = to_datetime(time, zone).isoformat()
    except OverflowError:
        return None
    return text[:-6] + "Z" if zone is UTC else text
