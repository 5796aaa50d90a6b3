"""`noroshi serve` with a certificate: HTTPS, TLS 1.3 and nothing older."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from noroshi.feeds.link import Link
from noroshi.feeds.tls import HYBRID
from tls_node import Authority

CODE = "from noroshi.cli import main; main()"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def served(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, list[str]]]:
    certificate, key = authority.certify("localhost", "127.0.0.1")
    home = tmp_path_factory.mktemp("node")
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "serve", "--port", "0",
         "--tls-cert", str(certificate), "--tls-key", str(key)],
        env={**os.environ, "NOROSHI_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    told: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        told.append(line)
        if found := re.match(r"(https://\S+?)/?\s*$", line):
            break
    else:
        raise AssertionError("".join(told))
    yield found[1], told
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def test_https_works(served: tuple[str, list[str]], authority: Authority) -> None:
    url, _ = served
    trusting = ssl.create_default_context(cafile=str(authority.pem))
    for _ in range(3):
        answer = httpx.get(f"{url}/health", verify=trusting, timeout=20)
        assert answer.status_code == 200
    link = Link(url, authority.pem)
    with link.request("GET", "/health", timeout=20, most=10**6) as peer:
        assert peer.status == 200
        assert peer.read()
        assert peer.group
    assert (link.group in HYBRID) is (ssl.OPENSSL_VERSION_INFO >= (3, 5))


def test_the_operator_is_told_whether_keys_are_agreed_in_a_hybrid_group(
    served: tuple[str, list[str]],
) -> None:
    told = "".join(served[1])
    assert ssl.OPENSSL_VERSION in told
    assert ("without X25519MLKEM768" in told) is (ssl.OPENSSL_VERSION_INFO < (3, 5))
    assert "耐量子" in told


def test_tls_1_2_is_refused(served: tuple[str, list[str]], authority: Authority) -> None:
    old = ssl.create_default_context(cafile=str(authority.pem))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    port = int(served[0].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as made, pytest.raises(ssl.SSLError):
        old.wrap_socket(made, server_hostname="localhost")


def test_a_certificate_that_will_not_do_is_told(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.certify("localhost")
    _, other = authority.certify("localhost")
    (tmp_path / "empty").write_bytes(b"")
    for arguments in (
        ["--tls-cert", str(certificate)], ["--tls-key", str(key)],
        ["--tls-cert", str(certificate), "--tls-key", str(other)],
        ["--tls-cert", str(tmp_path / "empty"), "--tls-key", str(key)],
        ["--tls-cert", str(tmp_path / "missing"), "--tls-key", str(key)],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", CODE, "serve", "--port", "0", *arguments],
            env={**os.environ, "NOROSHI_HOME": str(tmp_path / "home")},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode in (2, 3)
        assert "TLS cannot be had" in done.stderr or "go together" in done.stderr
        assert "Traceback" not in done.stderr
