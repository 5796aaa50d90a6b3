"""A web server with TLS by pyOpenSSL, and the authority and certificates it needs, for tests."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import SSL


class Authority:
    """An authority of its own: `pem` is what is given out, `certify` makes a server's pair."""

    def __init__(self, folder: Path, name: str = "Test CA") -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._builder(self.name, self.key, 30).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.pem = folder / f"{name}.pem"
        self.pem.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: float
    ) -> x509.CertificateBuilder:
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(end - datetime.timedelta(days=60)).not_valid_after(end)
        )  # fmt: skip

    def certify(self, *hosts: str, days: float = 20, client: bool = False) -> tuple[Path, Path]:
        """Files of a certificate for `hosts` (names and addresses), and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = []
        for host in hosts:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        # The common name must not count: it says localhost always.
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = self._builder(subject, key, days).add_extension(
            x509.ExtendedKeyUsage([usage]), critical=False
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        stem = self.folder / f"{len(list(self.folder.iterdir()))}"
        certificate, private = stem.with_suffix(".crt"), stem.with_suffix(".key")
        certificate.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        private.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )  # fmt: skip
        return certificate, private


Say = Callable[[bytes, Callable[[bytes], object]], None]


def hello(request: bytes, send: Callable[[bytes], object]) -> None:
    """Answer with what was asked."""
    body = request.split(b"\r\n")[0]
    send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Told: yes\r\n\r\n%s" % (len(body), body))


class TlsNode:
    """`with TlsNode(*authority.certify("localhost")) as node:` a server on `node.port`.

    `classical`: only groups without ML-KEM. `newest`: the newest version of TLS it speaks.
    `say(request, send)` answers; a connection carries requests until it is closed."""

    def __init__(
        self, certificate: Path, key: Path, say: Say = hello, *, classical: bool = False,
        newest: int = SSL.TLS1_3_VERSION,
    ) -> None:  # fmt: skip
        self.context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self.context.set_max_proto_version(newest)
        self.context.use_certificate_chain_file(str(certificate))
        self.context.use_privatekey_file(str(key))
        if classical:
            self.context.set_tmp_ecdh(ec.SECP256R1())
        self.say = say
        self.groups: list[str] = []
        self.requests: list[bytes] = []

    def __enter__(self) -> Self:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def _accept(self) -> None:
        while True:
            try:
                made, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(made,), daemon=True).start()

    def _serve(self, made: socket.socket) -> None:
        tls = SSL.Connection(self.context, made)
        tls.set_accept_state()
        try:
            tls.do_handshake()
            self.groups.append(tls.get_group_name() or "")
            while True:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += tls.recv(65536)
                if b"chunked" in request:
                    while not request.endswith(b"\r\n0\r\n\r\n"):
                        request += tls.recv(65536)
                self.requests.append(request)
                self.say(request, tls.sendall)
        except (SSL.Error, OSError, EOFError):
            made.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
