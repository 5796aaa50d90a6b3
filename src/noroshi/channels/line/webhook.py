"""What LINE brings: the signature is checked first, then each event is kept, and only then is LINE
told that it came.

https://developers.line.biz/en/docs/messaging-api/receiving-messages/ (verify before anything is
read; answer at once and work afterwards; events may come twice and out of order: `webhookEventId`),
https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/,
https://developers.line.biz/en/reference/messaging-api/#webhooks (the events; fields are added
without notice, so unknown ones are passed over).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging

import msgspec

from noroshi.core import typed
from noroshi.core.errors import NotPermitted, UnreadableMessage
from noroshi.engine.access import duration
from noroshi.engine.intake import Full
from noroshi.engine.node import Node
from noroshi.store import line_events

log = logging.getLogger("noroshi")

CHANNEL = "line"
#: Events that wait to be answered: with more, LINE is told to bring it again later.
MOST = 20_000


class Source(msgspec.Struct, frozen=True):
    """Who an event is from: only `user` is one person."""

    type: str = ""
    userId: str = ""


class Provider(msgspec.Struct, frozen=True):
    """Where the content of a picture is: `line`, or `external`, which is somebody else's server."""

    type: str = ""


class Message(msgspec.Struct, frozen=True):
    """A message of any type; fields of other types are at their defaults. Degrees."""

    type: str = ""
    id: str = ""
    text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    title: str | None = None
    address: str | None = None
    contentProvider: Provider = Provider()


class Postback(msgspec.Struct, frozen=True):
    """A quick reply that was pressed: what this node had put into it."""

    data: str = ""


class Unsent(msgspec.Struct, frozen=True):
    """A message that was taken back."""

    messageId: str = ""


class Event(msgspec.Struct, frozen=True):
    """A webhook event. `timestamp` is in milliseconds; `mode` is standby while another system
    answers."""

    type: str
    webhookEventId: str
    timestamp: int = 0
    mode: str = "active"
    replyToken: str = ""
    source: Source = Source()
    message: Message | None = None
    postback: Postback | None = None
    unsend: Unsent | None = None


class _Body(msgspec.Struct, frozen=True):
    events: list[msgspec.Raw]


def signature(secret: str, body: bytes) -> str:
    """The value of `x-line-signature`: HMAC-SHA256 of the body as it came, in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def check_signature(secret: str, body: bytes, given: str | None) -> None:
    """Raises NotPermitted for a body that LINE did not sign. Takes as long for any wrong one."""
    wanted = signature(secret, body)
    if not hmac.compare_digest((given or "").encode("utf-8", "replace"), wanted.encode()):
        raise NotPermitted("x-line-signature does not fit the body",
                           remedy="is [line] secret_env the channel's own secret?")  # fmt: skip


def take(node: Node, body: bytes) -> int:
    """Keep the events of a body whose signature was checked; durable on return. Those that are
    known, and those of nobody (groups, rooms), are left out. Returns how many are new.

    Raises UnreadableMessage for a body that is none, Full where too many wait.
    """
    try:
        events = typed.decoder(_Body).decode(body).events
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableMessage(f"no body of a LINE webhook: {error}") from None
    found: list[tuple[Event, bytes]] = []
    for raw in events:
        try:
            event: Event = typed.decoder(Event).decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            log.error("an event of LINE cannot be read: %s", error)
            continue
        if event.source.userId and event.source.type == "user" and event.mode == "active":
            found.append((event, bytes(raw)))
    if not found:
        return 0
    people = node.people
    if line_events.count(people) >= MOST:
        raise Full("too many messages of LINE wait to be answered", remedy="bring it again later")
    keep = duration(node.settings.people.keep)
    with people.changing():
        rows = []
        for event, content in found:
            contact = people.meet(CHANNEL, event.source.userId, keep=keep)
            rows.append((event.webhookEventId, contact.id, content))
        return line_events.add(people, rows)


def read(content: bytes) -> Event:
    """An event as it was kept."""
    event: Event = typed.decoder(Event).decode(content)
    return event
