"""The body of a request, read once and for all operations alike: never more than may be, and not
without end from somebody who sends next to nothing."""

from __future__ import annotations

import asyncio
from time import monotonic

from starlette.requests import ClientDisconnect

from noroshi.web.routing import Asked, Problem

#: Seconds that a body may take at first, and bytes a second that lengthen it.
SLOWEST, LEAST_RATE = 60.0, 1_000


async def read_body(asked: Asked, most: int, remedy: str = "") -> bytes:
    """At most `most` bytes; `remedy` says what to do about more. Raises Problem: 413 for more, 408
    for a body that hardly comes, 400 for one that breaks off."""
    length = asked.header("content-length")
    if length is not None and length.isdigit() and int(length) > most:
        raise _too_large(most, remedy)
    pieces: list[bytes] = []
    size, began = 0, monotonic()
    stream = asked.request.stream()
    while True:
        # Who sends next to nothing for ever must not keep what they sent in memory.
        left = SLOWEST + size / LEAST_RATE - (monotonic() - began)
        try:
            piece = await asyncio.wait_for(anext(stream), max(left, 0.01))
        except StopAsyncIteration:
            return b"".join(pieces)
        except TimeoutError:
            raise Problem(408, "the body came too slowly", "send it again") from None
        except ClientDisconnect:
            raise Problem(400, "the body broke off", "send it again") from None
        size += len(piece)
        if size > most:
            raise _too_large(most, remedy)
        pieces.append(piece)


def _too_large(most: int, remedy: str) -> Problem:
    return Problem(413, f"larger than {most} bytes", remedy)
