"""Types that several threads read by msgspec."""

from __future__ import annotations

import threading
from typing import Any

import msgspec

_looking = threading.Lock()
_seen: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(of: Any) -> msgspec.json.Decoder[Any]:
    """What reads JSON as a type, made once.

    msgspec (0.22) crashes where one thread reads a type that another is just looking through for
    the first time; here one at a time looks through them.
    """
    found = _seen.get(of)
    if found is None:
        with _looking:
            found = _seen[of] = msgspec.json.Decoder(of)
    return found


def convert(value: Any, to: type[Any], *, strict: bool = True) -> Any:
    """As `msgspec.convert`, in any thread."""
    decoder(to)
    return msgspec.convert(value, to, strict=strict)
