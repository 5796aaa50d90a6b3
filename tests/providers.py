"""Stand-ins of those who carry messages to people: they check what the real ones check, and count.

LINE: https://developers.line.biz/en/reference/messaging-api/ (authentication, limits of a request,
retry keys). A push service: RFC 8030; it opens what it gets with the browser's own key (RFC 8291).
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

TOKEN = "test-channel-token"
Answer = tuple[int, dict[str, str], dict[str, Any]]


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Provider:
    """An HTTP service on this machine. `before`: what happens when something was taken and not yet
    answered. `next`: answers that are given instead of its own."""

    def __init__(self) -> None:
        self.before: Callable[[], None] = lambda: None
        self.next: list[Answer] = []
        self.lock = threading.Lock()
        self.requests: list[dict[str, str]] = []
        self.url = ""

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        raise NotImplementedError

    @contextmanager
    def serving(self) -> Iterator[Any]:
        provider = self

        class Asked(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with provider.lock:
                    provider.requests.append(headers)
                    if provider.next:
                        status, more, told = provider.next.pop(0)
                    else:
                        status, more, told = provider.answer(self.path, headers, body)
                provider.before()
                data = json.dumps(told).encode()
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def handle(self) -> None:
                with contextlib.suppress(OSError):  # the client was killed
                    super().handle()

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


class Line(Provider):
    """The Messaging API."""

    def __init__(self) -> None:
        super().__init__()
        #: User → texts that they got.
        self.got: dict[str, list[str]] = {}
        self.accepted: dict[str, str] = {}
        self.nobody: set[str] = set()
        self.calls: Counter[str] = Counter()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        def bad(message: str, *details: tuple[str, str]) -> Answer:
            told = [{"message": one, "property": two} for one, two in details]
            return 400, {}, {"message": message, "details": told}

        self.calls[path.rpartition("/")[2]] += 1
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, {"message": "Authentication failed."}
        if headers.get("content-type") != "application/json":
            return 415, {}, {"message": "Unsupported media type"}
        key = headers.get("x-line-retry-key", "")
        try:
            assert str(uuid.UUID(key)) == key
        except (ValueError, AssertionError):
            return bad("Invalid retry key")
        asked = json.loads(body)
        messages = asked["messages"]
        if not 1 <= len(messages) <= 5:
            return bad("May not be empty", ("Size must be between 1 and 5", "messages"))
        for number, one in enumerate(messages):
            units = len(one["text"].encode("utf-16-le")) // 2
            if one["type"] != "text" or not 1 <= units <= 5000:
                return bad("invalid", ("Length must be between 0 and 5000",
                                       f"messages[{number}].text"))  # fmt: skip
        to = asked["to"]
        if path == "/v2/bot/message/push":
            if not isinstance(to, str) or to in self.nobody:
                return bad("The property, 'to', in the request body is invalid (line: -)")
            to = [to]
        elif path == "/v2/bot/message/multicast":
            if not isinstance(to, list) or not 1 <= len(to) <= 500 or set(to) & self.nobody:
                return bad("The property, 'to', in the request body is invalid (line: -)")
        else:
            return 404, {}, {"message": "Not found"}
        if key in self.accepted:
            return 409, {"x-line-accepted-request-id": self.accepted[key]}, {
                "message": "The retry key is already accepted"}  # fmt: skip
        request = self.accepted[key] = f"request-{len(self.accepted)}"
        for user in to:
            self.got.setdefault(user, []).append("\n".join(one["text"] for one in messages))
        return 200, {"x-line-request-id": request}, {}


class PushService(Provider):
    """A push service with the browsers that subscribed to it."""

    def __init__(self) -> None:
        super().__init__()
        self.browsers: dict[str, tuple[ec.EllipticCurvePrivateKey, bytes]] = {}
        #: Browser → topic → what it was told, opened; and how often anything came.
        self.got: dict[str, dict[str, dict[str, Any]]] = {}
        self.count: Counter[tuple[str, str]] = Counter()

    def subscribe(self, name: str) -> str:
        """What a browser's `PushSubscription.toJSON()` gives."""
        key, auth = ec.generate_private_key(ec.SECP256R1()), uuid.uuid4().bytes
        self.browsers[name] = key, auth
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": text_of(public), "auth": text_of(auth)}
        return json.dumps({"endpoint": f"{self.url}/{name}", "expirationTime": None, "keys": keys})

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        name = path.strip("/")
        if name not in self.browsers:
            return 410, {}, {}
        scheme, _, rest = headers["authorization"].partition(" ")
        given = dict(one.strip().split("=", 1) for one in rest.split(","))
        point = bytes_of(given["k"])
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": text_of(point[1:33]),
                                "y": text_of(point[33:])})  # fmt: skip
        claims = jwt.decode(given["t"], key, algorithms=["ES256"]).claims
        if scheme != "vapid" or claims["aud"] != self.url or "@" not in claims["sub"]:
            return 403, {}, {}
        if len(body) > 4096:
            return 413, {}, {}
        assert headers["content-encoding"] == "aes128gcm"
        assert 0 <= int(headers["ttl"]) <= 28 * 86_400
        assert len(headers["topic"]) <= 32
        key_, auth = self.browsers[name]
        told = json.loads(decrypt(body, key_, auth))
        self.count[name, headers["topic"]] += 1
        self.got.setdefault(name, {})[headers["topic"]] = told
        return 201, {"Location": f"{self.url}/m/{len(self.count)}"}, {}


def decrypt(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser does with a push message (RFC 8291 §3.4, RFC 8188 §2)."""
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, record = body[21 : 21 + length], body[21 + length :]
    assert len(record) <= size
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    own = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = key.exchange(ec.ECDH(), theirs)
    material = HKDF(SHA256(), 32, auth, b"WebPush: info\0" + own + sender).derive(secret)
    cek = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
    plain = AESGCM(cek).decrypt(nonce, record, None).rstrip(b"\0")
    assert plain[-1:] == b"\x02"
    return plain[:-1]


class Hooked(Provider):
    """A receiver of webhooks."""

    def __init__(self) -> None:
        super().__init__()
        self.got: dict[str, list[bytes]] = {}

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.got.setdefault(headers["webhook-id"], []).append(body)
        return 200, {}, {}


class MailServer:
    """A real SMTP server (aiosmtpd) that keeps what it takes."""

    NOBODY: ClassVar[str] = "550 5.1.1 no such user here"

    def __init__(self) -> None:
        self.before: Callable[[], None] = lambda: None
        #: Recipient → messages as they came.
        self.got: dict[str, list[bytes]] = {}
        self.answers: list[str] = []
        self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:  # fmt: skip
        if address.startswith("nobody"):
            return self.NOBODY
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        for one in envelope.rcpt_tos:
            self.got.setdefault(one, []).append(envelope.content)
        self.before()
        return "250 queued as 7"

    @contextmanager
    def serving(self) -> Iterator[MailServer]:
        with socket.socket() as free:  # the controller asks the port it was given whether it runs
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()
