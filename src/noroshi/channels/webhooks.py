"""Changes posted to whoever asked for them: CloudEvents, signed as Standard Webhooks 1.0 say.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import hashlib
import hmac
import time

import httpx

from noroshi.channels.cloudevents import event
from noroshi.channels.deliver import (
    Delivery,
    Ended,
    Failed,
    check_privacy,
    match_of,
    reader_of,
)
from noroshi.core.errors import NoroshiError, NotPermitted
from noroshi.engine.addresses import Lookup, checked_url, guarded_client
from noroshi.engine.node import Node
from noroshi.engine.settings import Webhook
from noroshi.store import Change

#: Seconds for a connection, and for each step of an answer.
CONNECT, ANSWER = 5.0, 10.0
#: What is read of an answer, so that its connection can be used again.
_READ = 65_536
#: Answers that are about this one event: the same again will not be taken either.
_REFUSALS = {400, 413, 415, 422}


def webhook(node: Node, name: str, hook: Webhook, base: str) -> Delivery:
    """The delivery of one webhook. Raises NoroshiError."""
    reader = reader_of(node.store, f"webhook {name}", hook)
    where = f"settings.toml: webhooks.{name}"
    private = hook.private or node.settings.web.allow_private
    url = checked_url(hook.url, private=private, where=where)
    check_privacy(hook.labels, url.host, tls=url.scheme == "https", where=where)
    wanted = match_of(node.store, reader, hook)
    way = Post(hook.url, secret_key(hook.secret, where), base, private=private)
    return Delivery(reader.name, node.store, wanted, way)


def secret_key(secret: str, where: str = "") -> bytes:
    """The key in a secret: base64 after `whsec_`, else its own bytes. Raises NoroshiError."""
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise NoroshiError(f"the secret is not base64: {error}", where=where) from None
    if len(key) < 24:
        raise NoroshiError(
            f"the secret has {len(key)} bytes, 24 are the least", where=where,
            remedy='write "whsec_" and what `openssl rand -base64 32` prints',
        )  # fmt: skip
    return key


def message_id(change: Change) -> str:
    """The value of `webhook-id`: the same whenever this change is sent, and, because a receiver
    drops what it has seen, that of no other node either."""
    return f"noroshi_{change.version.id}_{change.version.recorded}"


def signature(key: bytes, id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Post:
    """Posts one event after another to a URL. A `noroshi.channels.deliver.Way`."""

    batch = 1

    def __init__(
        self, url: str, key: bytes, base: str, *, private: bool, lookup: Lookup | None = None
    ) -> None:
        self._url, self._key, self._base = url, key, base
        self._client = guarded_client(
            private=private, connect=CONNECT, answer=ANSWER, lookup=lookup
        )

    def open(self) -> None:
        """See `Way.open`. Whether a receiver is there shows when something is posted to it."""

    def send(self, changes: list[Change]) -> None:
        """See `Way.send`."""
        for done, change in enumerate(changes):
            self._post(message_id(change), event(change, self._base), done)

    def close(self) -> None:
        """See `Way.close`."""
        self._client.close()

    def _post(self, id: str, body: bytes, done: int) -> None:
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/cloudevents+json",
            "webhook-id": id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._key, id, timestamp, body),
        }
        try:
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                self._finish(answer)
        except NotPermitted as error:
            raise Failed(str(error), done=done) from None
        except httpx.HTTPError as error:
            raise Failed(told_without_url(error), done=done) from None
        status = answer.status_code
        if 200 <= status < 300:
            return
        why = f"the receiver answered {status} {answer.reason_phrase}".rstrip()
        if status == 410:
            raise Ended(why)
        raise Failed(why, done=done, after=retry_after(answer), refused=status in _REFUSALS)

    @staticmethod
    def _finish(answer: httpx.Response) -> None:
        """Read a short answer to its end; a long or slow one is left, and its connection too."""
        size, until = 0, time.monotonic() + ANSWER
        for piece in answer.iter_raw():
            size += len(piece)
            if size > _READ or time.monotonic() > until:
                return


def told_without_url(error: httpx.HTTPError) -> str:
    """What went wrong. The URL itself may be a secret, so only httpx's own words are used."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def retry_after(answer: httpx.Response) -> float | None:
    """Seconds of Retry-After (RFC 9110 §10.2.3), a number or a date; None where it is absent or
    makes no sense."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
