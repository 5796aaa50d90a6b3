"""Requests to providers: their answers, or that they cannot be had just now."""

from __future__ import annotations

import time
from collections.abc import Mapping

import httpx

from noroshi.channels.sending.sender import Down
from noroshi.channels.webhooks import retry_after, told_without_url
from noroshi.core.errors import NotPermitted

#: What is read of an answer, and seconds for all of it.
_READ, _WHOLE = 65_536, 20.0


def post(client: httpx.Client, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    """Post, and read a short answer to its end. Raises Down where there is none, NotPermitted for
    an address to which the node may not connect."""
    try:
        with client.stream("POST", url, content=body, headers=headers) as answer:
            content, until = b"", time.monotonic() + _WHOLE
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _READ or time.monotonic() > until:
                    break
    except NotPermitted:
        raise
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        told = told_without_url(error) if isinstance(error, httpx.HTTPError) else "no address"
        raise Down(f"no answer: {told}") from None
    return httpx.Response(
        answer.status_code, headers=_plain(answer.headers), content=content[:_READ]
    )


def _plain(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Headers of what was read, which is neither compressed nor in chunks any more."""
    framing = ("content-encoding", "transfer-encoding", "content-length")
    return [(name, value) for name, value in headers.items() if name.lower() not in framing]


def asked_to_wait(answer: httpx.Response) -> float | None:
    """Seconds of Retry-After, or None."""
    return retry_after(answer)
