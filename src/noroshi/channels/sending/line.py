"""LINE: push and multicast of the Messaging API.

https://developers.line.biz/en/reference/messaging-api/ — push and multicast messages, retrying
failed requests (X-Line-Retry-Key), rate limits.

A request is made under a retry key, the same whenever it is made again: LINE takes it once, and
answers 409 with the id of the first one that it took. So after a crash or a lost answer a message
arrives **exactly once**, for the 24 hours in which LINE knows the key. Afterwards it is not sent
again, and its receipt says that it is not known whether it arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.deliver import from_environment
from noroshi.channels.sending.door import Letter
from noroshi.channels.sending.posting import asked_to_wait, post
from noroshi.channels.sending.sender import Down, Outcome
from noroshi.core.record import Mode
from noroshi.core.time import HOUR
from noroshi.engine.addresses import checked_url, guarded_client
from noroshi.engine.settings_people import Line as Settings
from noroshi.store.sendings import Sending, State

#: Letters in a multicast, characters (UTF-16 units) in a text message, messages in a request.
MOST, LONGEST, MESSAGES = 500, 5_000, 5
#: For how long LINE knows a retry key: a little less, for our clock is not theirs.
REMEMBERS = 23 * HOUR


class Line:
    """An official account. A `Sender`. Raises NoroshiError naming the setting that is wrong."""

    channel, most, lanes = "line", MOST, 4
    remembers: int | None = REMEMBERS

    def __init__(self, settings: Settings, mode: Mode, *, private: bool = False) -> None:
        where = "settings.toml: line"
        self.mode, self.rate = mode, settings.rate
        self._token = from_environment(settings.token_env, where)
        private = private or settings.private
        checked_url(settings.api, private=private, where=where)
        self._api = settings.api.rstrip("/")
        self._client = guarded_client(private=private, connect=5, answer=15)

    def group(self, one: Sending) -> object:
        """Those to whom the same is said."""
        return one.words if one.words is not None else one.id

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """See `Sender.send`."""
        first = letters[0]
        body: dict[str, Any] = {"messages": messages(first)}
        if len(letters) == 1:
            path, body["to"] = "/v2/bot/message/push", first.address
        else:
            path, body["to"] = "/v2/bot/message/multicast", [one.address for one in letters]
        if not first.urgent:
            body["notificationDisabled"] = True
        answer = post(self._client, self._api + path, msgspec.json.encode(body), {
            "Authorization": f"Bearer {self._token}", "Content-Type": "application/json",
            "X-Line-Retry-Key": first.call,
        })  # fmt: skip
        return self._outcomes(answer, letters)

    def close(self) -> None:
        """See `Sender.close`."""
        self._client.close()

    def _outcomes(self, answer: httpx.Response, letters: Sequence[Letter]) -> list[Outcome]:
        status = answer.status_code
        if status == 200:
            return [Outcome(State.SENT, answer.headers.get("x-line-request-id", ""))] * len(letters)
        if status == 409:  # taken already, when it was sent under this key before
            receipt = answer.headers.get("x-line-accepted-request-id", "")
            return [Outcome(State.SENT, receipt)] * len(letters)
        why = f"LINE answered {status}: {_told(answer)}"
        if status in (401, 403):  # the account, not the message
            raise Down(why, after=60)
        if status == 429 or status >= 500:
            raise Down(why, after=asked_to_wait(answer))
        if len(letters) > 1:
            # One of many may be what it does not take: each is sent by itself, under its own key.
            return [one for letter in letters for one in self._alone(letter)]
        return [Outcome(State.FAILED, error=why, gone=_nobody(answer))]

    def _alone(self, letter: Letter) -> list[Outcome]:
        import uuid

        key = str(uuid.uuid5(uuid.UUID(letter.call), letter.contact))
        return self.send([msgspec.structs.replace(letter, call=key)])


def messages(letter: Letter) -> list[dict[str, str]]:
    """A letter as text messages, cut where LINE's limits are: at the end of a line if there is
    one. What does not fit says where the rest is."""
    whole = "\n".join(filter(None, (letter.title, letter.text, letter.link)))
    found: list[str] = []
    rest = drop_readings(whole)
    while rest and len(found) < MESSAGES:
        cut = _fitting(rest, LONGEST)
        if cut < len(rest):
            line = rest.rfind("\n", cut // 2, cut)
            cut = line + 1 if line > 0 else cut
        found.append(rest[:cut].rstrip() or "…")
        rest = rest[cut:].lstrip("\n")
    if rest:
        more = f"… {letter.link}" if letter.link else "…"
        found[-1] = found[-1][: _fitting(found[-1], LONGEST - len(more) - 1)] + "\n" + more
    return [{"type": "text", "text": one} for one in found]


def _fitting(text: str, units: int) -> int:
    """How many characters have at most so many UTF-16 units, by which LINE counts."""
    if len(text) * 2 <= units:
        return len(text)
    used = 0
    for at, one in enumerate(text):
        used += 2 if ord(one) > 0xFFFF else 1
        if used > units:
            return at
    return len(text)


class _Details(msgspec.Struct):
    message: str = ""
    property: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    details: list[_Details] = []


def _error(answer: httpx.Response) -> _Error:
    try:
        return msgspec.json.decode(answer.content, type=_Error)
    except msgspec.DecodeError:
        return _Error()


def _told(answer: httpx.Response) -> str:
    error = _error(answer)
    details = "; ".join(f"{one.property} {one.message}".strip() for one in error.details)
    return f"{error.message} {details}".strip()


def _nobody(answer: httpx.Response) -> bool:
    """True where what it does not take is to whom the message is."""
    error = _error(answer)
    return "'to'" in error.message or any(one.property == "to" for one in error.details)
