"""Web Push: to browsers through their push services (RFC 8030), encrypted for the browser alone
(RFC 8291, RFC 8188 aes128gcm), from a node that says who it is (VAPID, RFC 8292).

A push service has no way to take the same request once. A letter that is sent again replaces the
one that still waits there (`Topic`, RFC 8030 §5.4), and carries the same `id`, which the page's
service worker shows as one notification (`tag`): **at least once** at the push service, once for
the reader. Where a contact is reached: what `PushSubscription.toJSON()` of the browser gives. Its
endpoint is somebody else's word: the node connects to addresses of the internet only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from joserfc import jwt
from joserfc.jwk import ECKey

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.sending.door import Letter
from noroshi.channels.sending.posting import asked_to_wait, post
from noroshi.channels.sending.sender import Down, Outcome
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.core.time import SECOND, now
from noroshi.engine.addresses import Lookup, checked_url, guarded_client
from noroshi.engine.settings_people import Push as Settings
from noroshi.store.sendings import Sending, State

#: Bytes of a message: a push service takes 4,096 at least (RFC 8030 §7.2), of which 86 are the
#: header, 16 the tag and 1 the end of the only record (RFC 8188 §2).
LARGEST = 4_096 - 86 - 17
#: Seconds for which a token is good, and after which there is a new one (RFC 8292 §2: < 24 h).
_GOOD, _RENEW = 12 * 3600, 6 * 3600
#: Seconds for which a push service keeps what it cannot deliver, at most (RFC 8030 §5.2).
_LONGEST = 28 * 86_400


class Keys(msgspec.Struct, frozen=True):
    """What a browser gives to encrypt for it: its public key and a secret, base64url."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True):
    """A browser's subscription, as `PushSubscription.toJSON()` gives it."""

    endpoint: str
    keys: Keys


def encrypt(
    content: bytes, receiver: bytes, auth: bytes, *,
    sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None,
) -> bytes:  # fmt: skip
    """The body of a push message (RFC 8291 §3, §4). `receiver`: the browser's public key, an
    uncompressed point of 65 bytes; `auth`: its 16 bytes. `sender` and `salt` are made up anew for
    each message, and given by tests only. Raises ValueError for keys that are none."""
    if len(auth) != 16:
        raise ValueError("the secret has not 16 bytes")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver)
    ours = sender or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    public = _point(ours)
    secret = ours.exchange(ec.ECDH(), theirs)
    info = b"WebPush: info\0" + receiver + public
    material = HKDF(SHA256(), 32, auth, info).derive(secret)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
    record = AESGCM(key).encrypt(nonce, content + b"\x02", None)
    header = salt + (4096).to_bytes(4, "big") + bytes((len(public),)) + public
    return header + record


class Vapid:
    """Who sends (RFC 8292): a key in `path`, made if absent, for its owner alone; `subject` is
    whom a push service may ask. Raises NoroshiError."""

    def __init__(self, path: Path, subject: str) -> None:
        where = "settings.toml: push"
        if not subject.startswith(("mailto:", "https:")):
            raise NoroshiError("subject is a mailto: or https: address", where=where)
        if not path.exists():
            _make_key(path)
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise NoroshiError(f"the VAPID key cannot be read: {error}", where=str(path)) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise NoroshiError("the VAPID key is not of P-256", where=str(path))
        self._subject = subject
        self._key = ECKey.import_key(path.read_bytes())
        #: What the page subscribes with (`applicationServerKey`).
        self.public = _base64(_point(key))
        self._tokens: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def authorization(self, endpoint: str) -> str:
        """The Authorization header for a push service."""
        url = checked_url(endpoint, private=True)
        port = "" if url.port is None else f":{url.port}"
        origin, present = f"{url.scheme}://{url.host}{port}", time.time()
        with self._lock:
            until, token = self._tokens.get(origin, (0.0, ""))
            if until < present:
                claims = {"aud": origin, "exp": int(present) + _GOOD, "sub": self._subject}
                token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._key)
                if len(self._tokens) > 100:  # endpoints are anybody's word
                    self._tokens.clear()
                self._tokens[origin] = present + _RENEW, token
        return f"vapid t={token}, k={self.public}"


class Push:
    """A `Sender` to browsers. Raises NoroshiError naming the setting that is wrong."""

    channel, most, lanes = "push", 1, 8
    remembers: int | None = None

    def __init__(
        self, settings: Settings, home: Path, mode: Mode, *, private: bool = False,
        lookup: Lookup | None = None,
    ) -> None:  # fmt: skip
        self.mode, self.rate = mode, settings.rate
        self.vapid = Vapid(home / settings.key, settings.subject)
        self._private = private
        self._client = guarded_client(private=private, connect=5, answer=10, lookup=lookup)

    def group(self, one: Sending) -> object:
        """See `Sender.group`."""
        return one.id

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """See `Sender.send`."""
        return [self._send(one) for one in letters]

    def close(self) -> None:
        """See `Sender.close`."""
        self._client.close()

    def _send(self, letter: Letter) -> Outcome:
        try:
            where = read_subscription(letter.address, private=self._private)
            receiver, auth = _bytes(where.keys.p256dh), _bytes(where.keys.auth)
            body = encrypt(payload(letter), receiver, auth)
            headers = {
                "Authorization": self.vapid.authorization(where.endpoint),
                "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
                "TTL": str(max(0, min(_LONGEST, (letter.deadline - now()) // SECOND))),
                "Urgency": "high" if letter.urgent else "normal",
                "Topic": topic(letter),
            }  # fmt: skip
            answer = post(self._client, where.endpoint, body, headers)
        except Down as down:  # one of many push services
            return Outcome(State.WAITING, error=str(down))
        except (ValueError, NoroshiError) as error:
            return Outcome(State.FAILED, error=f"not a subscription: {error}", gone=True)
        status = answer.status_code
        if status in (200, 201, 202, 204):
            # The address of the message at the push service (RFC 8030 §5): only its end is kept.
            return Outcome(State.SENT, answer.headers.get("location", "").rpartition("/")[2])
        why = f"the push service answered {status}"
        if status in (404, 410):  # RFC 8030 §7.3: the subscription has ended
            return Outcome(State.FAILED, error=why, gone=True)
        if status in (400, 401, 403, 413):
            return Outcome(State.FAILED, error=why)
        return Outcome(State.WAITING, error=why, after=asked_to_wait(answer))


def read_subscription(text: str, *, private: bool = False) -> Subscription:
    """A browser's subscription, checked. Raises ValueError or NotPermitted."""
    found = msgspec.json.decode(text, type=Subscription)
    if checked_url(found.endpoint, private=private).scheme != "https" and not private:
        raise ValueError("the endpoint is not an https address")
    receiver = _bytes(found.keys.p256dh)
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver)
    if len(receiver) != 65 or len(_bytes(found.keys.auth)) != 16:
        raise ValueError("its keys have not 65 and 16 bytes")
    return found


def payload(letter: Letter) -> bytes:
    """What the service worker gets: JSON of no more than a push service takes. A text that is too
    long is cut; what it links to is whole."""
    said = {
        "id": topic(letter), "title": drop_readings(letter.title),
        "body": drop_readings(letter.text), "link": letter.link, "urgent": letter.urgent,
        "mode": letter.mode.name.lower(), "lang": letter.language,
    }  # fmt: skip
    data = msgspec.json.encode(said)
    while len(data) > LARGEST:
        body = str(said["body"])
        if len(body) < 2:
            said["title"] = str(said["title"])[: len(str(said["title"])) // 2] + "…"
            said["link"] = ""
        over = (len(data) - LARGEST) // 6 + 2
        said["body"] = body[: max(0, len(body) - over)].rstrip("…") + "…"
        data = msgspec.json.encode(said)
    return data


def topic(letter: Letter) -> str:
    """The name of a message, at most 32 characters of base64url (RFC 8030 §5.4)."""
    digest = hashlib.sha256(f"{letter.contact}/{letter.key}".encode()).digest()
    return _base64(digest[:24])


def _make_key(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    try:
        os.link(made, path)  # whoever is first: browsers subscribe to one key
    except FileExistsError:
        pass
    finally:
        made.unlink()


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
        )
    except binascii.Error as error:
        raise ValueError(f"not base64url: {error}") from None
