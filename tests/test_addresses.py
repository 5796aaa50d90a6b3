"""Where the node connects when somebody names a URL: to the internet, and to nothing inside."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.core.errors import NotPermitted
from noroshi.engine.addresses import checked_url, guarded_client, permits, resolve

INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.127.255.255", "::1", "fd12::1", "fc00::",
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.1.1.1", "255.255.255.255",
    "240.0.0.1", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1",
    "192.88.99.1", "::", "fe80::1", "fe80::1%eth0", "::1%lo", "fec0::1", "ff02::1", "100::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "64:ff9b:1::7f00:1",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "::ffff:0:127.0.0.1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2400:8500::1"]


@pytest.mark.parametrize("text", INSIDE)
def test_what_is_inside_is_reached_only_where_the_operator_says_so(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert not permits(address, private=False)
    assert permits(address, private=True)


@pytest.mark.parametrize("text", NEVER)
def test_the_metadata_service_and_its_like_are_never_reached(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert not permits(address, private=False)
    assert not permits(address, private=True)


@pytest.mark.parametrize("text", OUTSIDE)
def test_the_internet_is_reached(text: str) -> None:
    assert permits(ipaddress.ip_address(text), private=False)


@given(st.ip_addresses())
def test_nothing_is_permitted_that_the_registries_do_not_call_global(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if permits(address, private=False):
        assert address.is_global
        assert not address.is_multicast
        assert permits(address, private=True)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "file:///etc/passwd", "gopher://a.example", "//a.example", "a.example",
        "http://", "http:///x", "https://me@a.example/", "https://me:pass@a.example/",
        "http://a\\@b.example/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
        "http://0177.0.0.1/", "http://017700000001/", "http://127.1/", "http://0/",
        "http://a.example.0x1/", "http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://[::1]/",
        "http://[::ffff:7f00:1]/", "http://[fe80::1%25eth0]/", "http://[::1%25lo]/",
        "http://127.0.0.1/", "http://127.0.0.1./", "http://ex%61mple/", "http://exa mple/",
        "http://a..example/", "http://-a.example/", "http://a.example:99999/",
        "http://a.example/\r\nX: y",
    ],
)  # fmt: skip
def test_a_url_that_could_mean_something_else_is_refused(url: str) -> None:
    with pytest.raises(NotPermitted) as caught:
        checked_url(url, private=False, where="here")
    assert "pass" not in str(caught.value).replace("password", "")


def test_a_url_of_the_internet_is_taken() -> None:
    assert checked_url("https://city.example:8443/x?y=1", private=False).port == 8443
    assert checked_url("https://[2606:4700::1111]/", private=False).host == "2606:4700::1111"
    assert checked_url("https://市.example/", private=False).raw_host.startswith(b"xn--")
    assert checked_url("http://127.0.0.1:8000/", private=True).port == 8000


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_a_url_or_refused(text: str, private: bool) -> None:
    for one in (text, f"http://{text}/", f"https://{text}@a.example"):
        try:
            found = checked_url(one, private=private)
        except NotPermitted:
            continue
        assert found.scheme in ("http", "https")
        assert not found.userinfo


def test_a_name_that_leads_inside_as_well_as_outside_is_refused() -> None:
    with pytest.raises(NotPermitted, match="allow_private"):
        resolve("a.example", 80, private=False, lookup=lambda *_: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(NotPermitted):
        resolve("a.example", 80, private=True, lookup=lambda *_: ["127.0.0.1", "169.254.169.254"])
    with pytest.raises(NotPermitted):
        resolve("localhost", 80, private=False)


class Inside:
    """A server on this machine that nobody outside should reach, and that sends one away."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        inside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                inside.hosts.append(self.headers["Host"])
                self.send_response(302 if self.path == "/away" else 200)
                self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def inside() -> Iterator[Inside]:
    one = Inside()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_a_name_that_answers_differently_the_second_time_gains_nothing(inside: Inside) -> None:
    """DNS rebinding: judged as outside, and then inside."""
    asked = 0

    def rebinding(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["198.41.0.4"] if asked == 1 else ["127.0.0.1"]

    with guarded_client(private=False, connect=0.2, answer=1, lookup=rebinding) as client:
        with pytest.raises((httpx.ConnectError, httpx.ConnectTimeout)):
            client.get(f"http://rebind.example:{inside.port}/")
        assert asked == 1  # the connection was made to what was judged, and nothing asked again
        with pytest.raises(NotPermitted):
            client.get(f"http://rebind.example:{inside.port}/")
    assert asked == 2
    assert inside.hosts == []


def test_where_it_is_allowed_the_name_stays_in_the_request_and_no_redirect_is_followed(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    lookup = lambda host, port: ["127.0.0.1"]  # noqa: E731
    with guarded_client(private=True, connect=2, answer=2, lookup=lookup) as client:
        answer = client.get(f"http://hub.example:{inside.port}/away")
    assert answer.status_code == 302
    assert inside.hosts == [f"hub.example:{inside.port}"]


def test_the_next_address_of_a_name_is_tried_where_one_does_not_answer(inside: Inside) -> None:
    lookup = lambda host, port: ["127.0.0.2", "::1", "127.0.0.1"]  # noqa: E731
    with guarded_client(private=True, connect=2, answer=2, lookup=lookup) as client:
        assert client.get(f"http://hub.example:{inside.port}/").status_code == 200


def test_names_of_this_machine_are_refused_however_they_are_written(inside: Inside) -> None:
    with guarded_client(private=False, connect=1, answer=1) as client:
        for host in ("localhost", "LOCALHOST", "127.0.0.1.", "127.0.0.1", "[::1]",
                     "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"):  # fmt: skip
            with pytest.raises(NotPermitted):
                client.get(f"http://{host}:{inside.port}/")
    assert inside.hosts == []
