"""To a peer: TLS 1.3, verified, its group known; bounded in size and time."""

from __future__ import annotations

import http.server
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from OpenSSL import SSL

from noroshi.core.errors import LimitExceeded, NoroshiError, NotVerified, Unreachable
from noroshi.feeds.link import Link
from noroshi.feeds.tls import HYBRID, names
from tls_node import Authority, TlsNode, hello

Send = Callable[[bytes], object]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def pair(authority: Authority) -> tuple[Path, Path]:
    return authority.certify("localhost", "127.0.0.1")


@pytest.fixture
def node(pair: tuple[Path, Path]) -> Iterator[TlsNode]:
    with TlsNode(*pair) as started:
        yield started


def ask(link: Link, path: str = "/x", timeout: float = 10, most: int = 10_000) -> bytes:
    with link.request("GET", path, timeout=timeout, most=most) as answer:
        return answer.read()


def refused(link: Link) -> str:
    with pytest.raises(NotVerified) as caught:
        ask(link)
    return caught.value.what


def test_keys_are_agreed_in_a_hybrid_group_which_is_known_and_logged(
    node: TlsNode, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    link = Link(f"https://localhost:{node.port}/a", authority.pem, require_pq=True)
    assert link.group == ""
    with (
        caplog.at_level(logging.INFO, "noroshi.feeds.tls"),
        link.request("POST", "/b?c=d", {"X-My": "1"}, b"body", timeout=9, most=99) as answer,
    ):
        assert (answer.status, answer.headers["x-told"]) == (200, "yes")
        assert answer.group == "X25519MLKEM768"
        assert answer.read() == b"POST /a/b?c=d HTTP/1.1"
    assert link.group == "X25519MLKEM768" in HYBRID
    assert "localhost: TLSv1.3, X25519MLKEM768" in caplog.text
    assert node.groups == ["X25519MLKEM768"]
    (request,) = node.requests
    assert f"Host: localhost:{node.port}\r\n".encode() in request
    assert b"X-My: 1\r\n" in request
    link.close()


def test_a_connection_is_used_again_and_logged_once(
    node: TlsNode, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    link = Link(f"https://127.0.0.1:{node.port}", authority.pem)
    with caplog.at_level(logging.INFO, "noroshi.feeds.tls"):
        for number in range(5):
            assert ask(link, f"/{number}") == b"GET /%d HTTP/1.1" % number
    assert len(node.groups) == 1
    assert caplog.text.count("X25519MLKEM768") == 1


def test_a_peer_without_a_hybrid_group_is_used_unless_one_is_required(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    with TlsNode(*pair, classical=True) as old:
        url = f"https://localhost:{old.port}"
        link = Link(url, authority.pem)
        assert ask(link).startswith(b"GET")
        assert link.group not in HYBRID
        assert "secp256r1" in link.group.lower()
        strict = Link(url, authority.pem, require_pq=True)
        assert "not post-quantum" in refused(strict)
        assert len(old.requests) == 1


def test_nothing_older_than_tls_1_3(pair: tuple[Path, Path], authority: Authority) -> None:
    with TlsNode(*pair, newest=SSL.TLS1_2_VERSION) as old:
        assert "TLS 1.3 failed" in refused(Link(f"https://localhost:{old.port}", authority.pem))
        assert old.requests == []


@pytest.mark.parametrize("hosts", [("other.example",), ("127.0.0.2",), (), ("*.localhost",)])
def test_a_certificate_for_another_host_is_refused(
    authority: Authority, hosts: tuple[str, ...]
) -> None:
    with TlsNode(*authority.certify(*hosts)) as other:
        for host in ("localhost", "127.0.0.1"):
            link = Link(f"https://{host}:{other.port}", authority.pem)
            assert "another host" in refused(link)
        assert other.requests == []


def test_a_certificate_of_another_authority_is_refused(node: TlsNode, tmp_path: Path) -> None:
    url = f"https://localhost:{node.port}"
    assert "verify failed" in refused(Link(url, Authority(tmp_path).pem))
    assert "verify failed" in refused(Link(url))  # the system's
    assert node.requests == []


def test_a_certificate_that_has_expired_or_is_a_clients_is_refused(authority: Authority) -> None:
    for pair in (
        authority.certify("localhost", days=-1),
        authority.certify("localhost", client=True),
    ):
        with TlsNode(*pair) as node:
            link = Link(f"https://localhost:{node.port}", authority.pem)
            assert "verify failed" in refused(link)


def test_the_peers_own_certificate_may_be_what_is_trusted(
    node: TlsNode, pair: tuple[Path, Path], authority: Authority
) -> None:
    assert ask(Link(f"https://localhost:{node.port}", pair[0]))
    another = authority.certify("localhost")[0]
    assert "verify failed" in refused(Link(f"https://localhost:{node.port}", another))


@pytest.mark.parametrize(("offered", "host", "fits"), [
    ("a.example", "a.example", True), ("A.Example", "a.eXample.", True), ("*.b.c", "a.b.c", True),
    ("*.b.c", "x.a.b.c", False), ("*.b.c", "b.c", False), ("*.c", "b.c", False), ("*", "b", False),
    ("a*.b.c", "ab.b.c", False), ("a.b.c", "a.b.d", False), ("*.b.c", ".b.c", False),
])  # fmt: skip
def test_names_of_certificates(authority: Authority, offered: str, host: str, fits: bool) -> None:
    certificate = x509.load_pem_x509_certificate(authority.certify(offered)[0].read_bytes())
    assert names(certificate, host) is fits


def test_a_redirect_is_an_answer_like_any_other(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    def elsewhere(request: bytes, send: Send) -> None:
        send(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    with TlsNode(*pair, elsewhere) as node:
        link = Link(f"https://localhost:{node.port}", authority.pem)
        with link.request("GET", "/", timeout=5, most=10) as answer:
            assert answer.status == 302
        assert len(node.requests) == 1


def test_an_answer_comes_as_it_is_read_and_no_more_than_allowed(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    def endless(request: bytes, send: Send) -> None:
        send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    with TlsNode(*pair, endless) as node:
        link = Link(f"https://localhost:{node.port}", authority.pem)
        with link.request("GET", "/", timeout=10, most=10**9) as answer:
            assert next(answer.chunks()).startswith(b"x")
        with pytest.raises(LimitExceeded):
            ask(link, most=10**6)


def test_an_answer_that_drips_is_given_up_in_time(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    def dripping(request: bytes, send: Send) -> None:
        if b"/head" not in request:
            send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            send(b"H")
            time.sleep(0.05)

    with TlsNode(*pair, dripping) as node:
        link = Link(f"https://localhost:{node.port}", authority.pem)
        for path in ("/head", "/body"):
            start = time.monotonic()
            with pytest.raises(Unreachable):
                ask(link, path, timeout=0.5)
            assert time.monotonic() - start < 2


@pytest.mark.parametrize("said", [
    b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
], ids=range(5))  # fmt: skip
def test_an_answer_that_breaks_off_or_is_none_is_told(
    pair: tuple[Path, Path], authority: Authority, said: bytes
) -> None:
    def broken(request: bytes, send: Send) -> None:
        send(said)
        raise EOFError

    with TlsNode(*pair, broken) as node:
        link = Link(f"https://localhost:{node.port}", authority.pem)
        with pytest.raises(Unreachable):
            ask(link, timeout=5)


def test_after_a_break_the_next_request_goes_through(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    def once(request: bytes, send: Send) -> None:
        hello(request, send)
        raise EOFError

    with TlsNode(*pair, once) as node:
        link = Link(f"https://localhost:{node.port}", authority.pem)
        for _ in range(3):
            assert ask(link).startswith(b"GET")
            time.sleep(0.05)
        assert len(node.groups) == 3


def test_a_large_body_is_sent_as_it_is_made(node: TlsNode, authority: Authority) -> None:
    link = Link(f"https://localhost:{node.port}", authority.pem)
    body = (b"y" * 1000 for _ in range(1000))
    with link.request("POST", "/", body=body, timeout=10, most=100) as answer:
        assert answer.status == 200
    (request,) = node.requests
    assert request.count(b"y" * 1000) == 1000


def test_nobody_there_is_told(tmp_path: Path, authority: Authority) -> None:
    with pytest.raises(Unreachable):
        ask(Link("https://127.0.0.1:9", authority.pem), timeout=3)


class Plain(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"plain")

    def log_message(self, *_: object) -> None: ...


def test_plain_http_is_for_this_machine_only() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Plain) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for host in ("127.0.0.1", "localhost"):
            link = Link(f"http://{host}:{server.server_port}")
            assert ask(link) == b"plain"
            assert link.group == ""
        server.shutdown()
    for host in ("192.0.2.1", "peer.example", "0.0.0.0", "localhost.example"):
        with pytest.raises(NoroshiError, match="plain http"):
            Link(f"http://{host}/")
    assert Link("http://peer.example", insecure=True)
    with pytest.raises(NoroshiError, match="post-quantum"):
        Link("http://127.0.0.1", require_pq=True)


@pytest.mark.parametrize("url", [
    "", "peer.example", "ftp://peer.example", "https://", "https://a:b@peer.example",
    "https://peer.example/?a=b", "https://peer.example/#x", "https://peer.example:x",
    "https://peer.example:99999", "https://peer.example\n/", "https://[::1", "file:///etc/passwd",
])  # fmt: skip
def test_what_is_no_address_of_a_node_is_refused(url: str) -> None:
    with pytest.raises(NoroshiError):
        Link(url)


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    for name in ("empty", "missing"):
        with pytest.raises(NoroshiError, match="no certificates"):
            Link("https://peer.example", tmp_path / name)
