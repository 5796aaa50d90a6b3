"""TLS 1.3 to a peer, in which the negotiated group is known.

Python's `ssl` does not tell which group keys were agreed in, and is often built on an OpenSSL that
has no X25519MLKEM768. pyOpenSSL speaks through the OpenSSL that `cryptography` brings along (3.5 or
newer), which offers that group first by itself and tells what was agreed. Here it is made a network
of httpcore's.
"""

from __future__ import annotations

import ipaddress
import logging
import selectors
import socket
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import httpcore
from cryptography import x509
from OpenSSL import SSL
from OpenSSL.crypto import X509StoreFlags

from noroshi.core.errors import NoroshiError, NotVerified

#: Groups in which a recording cannot be opened by a later quantum computer, nor by whoever breaks
#: ML-KEM alone (draft-ietf-tls-ecdhe-mlkem).
HYBRID = frozenset({"X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024"})

#: Until when (`time.monotonic`) the present request may take, however little arrives how often.
UNTIL: ContextVar[float] = ContextVar("UNTIL")

_CHUNK = 64 * 1024
_log = logging.getLogger(__name__)


def context(ca: Path | None) -> SSL.Context:
    """TLS 1.3 and nothing older; peers are verified against the certificates in the file `ca`
    (an authority's, or the peer's own), or else the system's authorities. Raises NoroshiError."""
    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    made.set_min_proto_version(SSL.TLS1_3_VERSION)
    made.set_verify(SSL.VERIFY_PEER)
    if ca is None:
        made.set_default_verify_paths()
        return made
    try:
        made.load_verify_locations(str(ca))
    except SSL.Error:
        raise NoroshiError("no certificates can be read", where=str(ca),
                           remedy="a file with certificates in PEM") from None  # fmt: skip
    store = made.get_cert_store()
    assert store is not None
    store.set_flags(X509StoreFlags.PARTIAL_CHAIN)  # the peer's own certificate will do
    return made


class Network(httpcore.NetworkBackend):
    """Connections of one link. `group` is what the last one agreed on; "" without TLS."""

    def __init__(self, tls: SSL.Context | None, *, require_pq: bool, loopback: bool) -> None:
        self._tls, self._require_pq, self._loopback = tls, require_pq, loopback
        self.group = ""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None, socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """A connection; where only this machine is allowed, to this machine."""
        try:
            made = socket.create_connection((host, port), _left(timeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(error) from None
        except OSError as error:
            raise httpcore.ConnectError(error) from None
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._loopback and not ipaddress.ip_address(made.getpeername()[0]).is_loopback:
            made.close()
            raise NotVerified("plain http to another machine", where=host, remedy="use https")
        return Stream(made, self)

    def secured(self, made: socket.socket, host: str, timeout: float | None) -> Stream:
        """TLS over a connection, with everything about it verified. Raises NotVerified."""
        assert self._tls is not None
        tls = SSL.Connection(self._tls, None)
        tls.set_connect_state()
        if not _is_address(host):
            tls.set_tlsext_host_name(host.encode())
        stream = Stream(made, self, tls)
        stream.shake_hands(host, timeout)
        certificate = tls.get_peer_certificate(as_cryptography=True)
        if certificate is None or not names(certificate, host):
            raise NotVerified("the certificate is for another host", where=host)
        group = stream.group
        if self._require_pq and group not in HYBRID:
            raise NotVerified(
                f"keys were agreed in {group}, which is not post-quantum", where=host,
                remedy="let the peer offer X25519MLKEM768, or do not require it",
            )  # fmt: skip
        self.group = group
        _log.info("%s: %s, %s", host, tls.get_protocol_version_name(), group)
        return stream


class Stream(httpcore.NetworkStream):
    """A connection, plain or with TLS, none of whose waits goes beyond `UNTIL`."""

    def __init__(
        self, made: socket.socket, network: Network, tls: SSL.Connection | None = None
    ) -> None:
        self._socket, self._network, self._tls = made, network, tls

    @property
    def group(self) -> str:
        """The group in which keys were agreed; "" without TLS."""
        return (self._tls.get_group_name() or "") if self._tls else ""

    def shake_hands(self, host: str, timeout: float | None) -> None:
        """Bring TLS about. Raises NotVerified where the two sides cannot agree on it."""
        assert self._tls is not None
        while True:
            try:
                self._tls.do_handshake()
                break
            except SSL.WantReadError:
                self._flush(timeout)
                if not self._fill(timeout):
                    raise httpcore.ConnectError("ended while shaking hands") from None
            except SSL.Error as error:
                self._tell(timeout)
                raise NotVerified(
                    f"TLS 1.3 failed: {_reason(error)}", where=host,
                    remedy="is this the peer, and the certificate that was exchanged?",
                ) from None  # fmt: skip
        self._flush(timeout)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """The same connection with TLS: the network's, whatever context is handed over."""
        try:
            return self._network.secured(self._socket, server_hostname or "", timeout)
        except BaseException:
            self.close()
            raise

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes; none at the end."""
        if self._tls is None:
            return self._receive(max_bytes, timeout)
        while True:
            try:
                return self._tls.recv(max_bytes)
            except SSL.WantReadError:
                self._flush(timeout)
                if not self._fill(timeout):
                    raise httpcore.ReadError("cut off") from None
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                raise httpcore.ReadError(_reason(error)) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        if self._tls is None:
            self._send(buffer, timeout)
            return
        for at in range(0, len(buffer), _CHUNK):
            try:
                self._tls.sendall(buffer[at : at + _CHUNK])
            except SSL.Error as error:
                raise httpcore.WriteError(_reason(error)) from None
            self._flush(timeout)

    def close(self) -> None:
        """Let go of the connection."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks: whether an idle connection has something to say, which means it
        was closed."""
        if info != "is_readable":
            return None
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._socket, selectors.EVENT_READ)
            return bool(waiting.select(0))

    def _fill(self, timeout: float | None) -> bool:
        """Take in what arrives; False at the end."""
        assert self._tls is not None
        data = self._receive(_CHUNK, timeout)
        if data:
            self._tls.bio_write(data)
        return bool(data)

    def _flush(self, timeout: float | None) -> None:
        """Send what TLS has to say."""
        assert self._tls is not None
        while True:
            try:
                data = self._tls.bio_read(_CHUNK)
            except SSL.WantReadError:
                return
            self._send(data, timeout)

    def _tell(self, timeout: float | None) -> None:
        """Say why, if the other side still listens."""
        try:
            self._flush(timeout)
        except httpcore.NetworkError:
            return

    def _receive(self, count: int, timeout: float | None) -> bytes:
        try:
            self._socket.settimeout(_left(timeout))
            return self._socket.recv(count)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from None
        except OSError as error:
            raise httpcore.ReadError(error) from None

    def _send(self, data: bytes, timeout: float | None) -> None:
        try:
            self._socket.settimeout(_left(timeout))
            self._socket.sendall(data)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(error) from None
        except OSError as error:
            raise httpcore.WriteError(error) from None


def names(certificate: x509.Certificate, host: str) -> bool:
    """True if `certificate` is for `host` (RFC 9525 §6: subject alternative names only; `*` as
    the whole first label, for one label of a name that has two more)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    if _is_address(host):
        return ipaddress.ip_address(host) in found.get_values_for_type(x509.IPAddress)
    wanted = host.lower().rstrip(".")
    first, _, rest = wanted.partition(".")
    offered = {name.lower().rstrip(".") for name in found.get_values_for_type(x509.DNSName)}
    return wanted in offered or (first != "" and "." in rest and f"*.{rest}" in offered)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _left(timeout: float | None) -> float:
    """Seconds that may be waited now. Raises TimeoutError where there are none."""
    left = UNTIL.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError("took too long")
    return left if timeout is None else min(left, timeout)


def _reason(error: SSL.Error) -> str:
    """The library's word for what went wrong."""
    told = error.args[0] if error.args else None
    words = [one[-1] for one in told] if isinstance(told, list) else []
    return ", ".join(word for word in words if word) or "cut off"
