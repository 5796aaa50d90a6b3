"""Alerts posted to whoever asked for them, signed as Standard Webhooks 1.0 say: a loudspeaker
system, an app, a broadcaster.

`webhook-id` is the same whenever a letter is posted again, and a receiver drops what it has seen
(Standard Webhooks, "Idempotency"): **at least once** on the line, once for a receiver that keeps to
it. Where a contact is reached: JSON `{"url": …, "secret": …}`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from noroshi.channels.sending.door import Letter
from noroshi.channels.sending.posting import asked_to_wait, post
from noroshi.channels.sending.sender import Down, Outcome
from noroshi.channels.webhooks import secret_key, signature
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.engine.addresses import Lookup, guarded_client
from noroshi.store.sendings import Sending, State


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where letters are posted, and with what they are signed (`whsec_` or plain)."""

    url: str
    secret: str


class _Body(msgspec.Struct, frozen=True):
    type: str
    id: str
    mode: str
    urgent: bool
    title: str
    text: str
    link: str
    language: str
    alert: str
    edition: int


class Webhook:
    """A `Sender` to web addresses."""

    channel, most, lanes, rate = "webhook", 1, 4, 50.0
    remembers: int | None = None

    def __init__(self, mode: Mode, *, private: bool = False, lookup: Lookup | None = None) -> None:
        self.mode = mode
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
            target = msgspec.json.decode(letter.address, type=Target)
            key = secret_key(target.secret)
        except (msgspec.DecodeError, NoroshiError) as error:
            return Outcome(State.FAILED, error=f"not where a webhook is posted: {error}", gone=True)
        id, stamp = f"noroshi_{letter.call}", int(time.time())
        body = msgspec.json.encode(_Body(
            "noroshi.alert" if letter.alert else "noroshi.message", id, letter.mode.name.lower(),
            letter.urgent, letter.title, letter.text, letter.link, letter.language, letter.alert,
            letter.edition,
        ))  # fmt: skip
        headers = {
            "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": str(stamp),
            "webhook-signature": signature(key, id, stamp, body),
        }  # fmt: skip
        try:
            answer = post(self._client, target.url, body, headers)
        except Down as down:  # one receiver's trouble is not the channel's
            return Outcome(State.WAITING, error=str(down))
        except NoroshiError as error:
            return Outcome(State.FAILED, error=str(error), gone=True)
        status = answer.status_code
        if 200 <= status < 300:
            return Outcome(State.RECEIVED, id)
        why = f"the receiver answered {status}"
        if status == 410:
            return Outcome(State.FAILED, error=why, gone=True)
        if status in (400, 413, 415, 422):
            return Outcome(State.FAILED, error=why)
        return Outcome(State.WAITING, error=why, after=asked_to_wait(answer))
