"""The HTTPS client with which a node talks to a peer.

A peer is configured by the operator, so its address may be a private one; everything else is as
strict as it can be: TLS 1.3 only, certificate and host name verified, no redirect followed, no
proxy asked, size and time of an answer bounded.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpcore

from noroshi.core.errors import LimitExceeded, NoroshiError, NotVerified, Unreachable
from noroshi.feeds.tls import UNTIL, Network, context

#: Seconds that may pass without a sign of the peer, within what a request may take in all.
_SILENCE = 30.0
_BROKEN = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


class Answer:
    """What a peer answers: `status`, `headers` (names in lower case), and the body as it comes.
    `group` is the one that the connection's keys were agreed in."""

    def __init__(self, response: httpcore.Response, where: str, until: float, most: int) -> None:
        self._response, self._where, self._until, self._most = response, where, until, most
        self.status = response.status
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        self.group = str(getattr(response.extensions.get("network_stream"), "group", ""))

    def chunks(self) -> Iterator[bytes]:
        """The body. Raises Unreachable where it breaks off or takes too long, LimitExceeded where
        there is too much of it."""
        size = 0
        received = iter(self._response.iter_stream())
        while True:
            with _told(self._where, self._until):
                chunk = next(received, None)
            if chunk is None:
                return
            size += len(chunk)
            if size > self._most:
                raise LimitExceeded(f"an answer of more than {self._most} bytes", where=self._where)
            yield chunk

    def read(self) -> bytes:
        """The whole body. Raises as `chunks` does."""
        return b"".join(self.chunks())


class Link:
    """To the node at `url`: `https://host[:port][/prefix]`.

    `ca`: a file with the certificates that are trusted for it, an authority's or its own; None:
    the system's authorities. `require_pq`: refuse it where keys are not agreed in a hybrid
    post-quantum group, which otherwise is preferred. `insecure`: allow `http://` to other machines
    than this one. May be used from several threads. Raises NoroshiError for a URL or file that
    will not do.
    """

    def __init__(
        self, url: str, ca: Path | None = None, *, require_pq: bool = False, insecure: bool = False
    ) -> None:
        self.url = url
        self._origin, self._prefix = _parts(url)
        plain = self._origin.scheme == b"http"
        host = self._origin.host.decode()
        self._host = f"[{host}]" if ":" in host else host
        self._host += f":{self._origin.port}"
        if plain and not insecure and not _may_be_here(host):
            raise NoroshiError("plain http to another machine", where=url, remedy="use https")
        if plain and require_pq:
            raise NoroshiError("plain http is not post-quantum", where=url, remedy="use https")
        self._network = Network(
            None if plain else context(ca), require_pq=require_pq, loopback=plain and not insecure
        )
        # The network has its own TLS; this context is never used, but one would be made each time.
        unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._pool = httpcore.ConnectionPool(
            unused, max_connections=4, keepalive_expiry=60, network_backend=self._network
        )

    @property
    def group(self) -> str:
        """The group that the newest connection agreed on, such as "X25519MLKEM768"; "" before the
        first, and for plain http."""
        return self._network.group

    @contextmanager
    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None,
        body: bytes | Iterator[bytes] | None = None, *, timeout: float, most: int,
    ) -> Iterator[Answer]:  # fmt: skip
        """`with link.request("GET", "/changes", timeout=60, most=2**28) as answer:` the answer,
        whose body comes as it is read. All of it may take `timeout` seconds and `most` bytes.

        Raises Unreachable where the peer cannot be reached, breaks off or takes too long, and
        NotVerified where it is not who it should be.
        """
        until = time.monotonic() + timeout
        where = f"{self.url} {path}"
        target = (self._prefix + path).encode("ascii", "replace")
        url = httpcore.URL(scheme=self._origin.scheme, host=self._origin.host,
                           port=self._origin.port, target=target)  # fmt: skip
        waits = dict.fromkeys(("connect", "read", "write", "pool"), min(timeout, _SILENCE))
        sent: list[tuple[bytes | str, bytes | str]] = [
            ("Host", self._host), ("Accept-Encoding", "identity"), ("User-Agent", "Noroshi"),
            *(headers or {}).items(),
        ]  # fmt: skip
        asked = self._pool.stream(
            method, url, headers=sent, content=body, extensions={"timeout": waits}
        )
        with _told(where, until):
            response = asked.__enter__()
        try:
            yield Answer(response, where, until, most)
        finally:
            # What was not read is not waited for: the connection goes instead.
            with _told(where, until):
                asked.__exit__(None, None, None)

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.close()


@contextmanager
def _told(where: str, until: float) -> Iterator[None]:
    """Whatever breaks, told as an error of the house, and no later than `until`."""
    token = UNTIL.set(until)
    try:
        yield
    except _BROKEN as error:
        told = str(error) or type(error).__name__
        raise Unreachable(told, where=where) from None
    except NotVerified as error:
        raise NotVerified(error.what, where=where, remedy=error.remedy) from None
    finally:
        UNTIL.reset(token)


def _parts(url: str) -> tuple[httpcore.Origin, str]:
    """Scheme, host and port, and the path before every path. Raises NoroshiError."""
    try:
        split = urlsplit(url)
        host, port = (split.hostname or "").encode("idna").decode(), split.port
    except (ValueError, UnicodeError) as error:
        raise NoroshiError(f"not the address of a node: {error}", where=url) from None
    wrong = split.username is not None or split.query or split.fragment
    if split.scheme not in ("https", "http") or not host or wrong or not url.isprintable():
        raise NoroshiError("not the address of a node", where=url, remedy="https://host[:port]")
    port = port or {"https": 443, "http": 80}[split.scheme]
    return httpcore.Origin(split.scheme.encode(), host.encode(), port), split.path.rstrip("/")


def _may_be_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
