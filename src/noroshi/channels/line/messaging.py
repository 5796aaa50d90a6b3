"""Requests to the Messaging API that belong to a conversation: replies, and pictures that were
sent. (What goes out by itself is sent by `noroshi.channels.sending.line`.)

https://developers.line.biz/en/reference/messaging-api/#send-reply-message: a reply token is good
for one reply, within a minute of the webhook; later it may or may not be taken. Replies have no
retry key. #get-content: pictures are kept for a while at api-data.line.me.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import Any

import httpx
import msgspec

from noroshi.channels.deliver import from_environment
from noroshi.channels.sending.posting import post
from noroshi.channels.sending.sender import Down
from noroshi.core.errors import NotPermitted
from noroshi.engine.addresses import checked_url, guarded_client
from noroshi.engine.settings_people import Line

#: Bytes of a picture (LINE: 10 MB), and seconds for all of it.
PICTURE, SECONDS = 10 * 2**20, 30.0
WHERE = "settings.toml: line"


class Answer(Enum):
    """What became of a reply: it was taken; the token is no good (any more); it is refused, and
    would be again; LINE takes nothing just now; or nobody knows, for no answer came."""

    TAKEN = "taken"
    SPENT = "spent"
    REFUSED = "refused"
    BUSY = "busy"
    UNKNOWN = "unknown"


class Messaging:
    """The API for one account. `error` says why nothing is taken, empty where it is. Raises
    NoroshiError naming the setting that is wrong."""

    def __init__(self, settings: Line, *, private: bool = False) -> None:
        private = private or settings.private
        self._token = from_environment(settings.token_env, WHERE)
        for one in (settings.api, settings.data_api):
            checked_url(one, private=private, where=WHERE)
        self._api, self._data = settings.api.rstrip("/"), settings.data_api.rstrip("/")
        self._client = guarded_client(private=private, connect=5, answer=15)
        self.error = ""

    def reply(self, token: str, messages: list[dict[str, Any]]) -> Answer:
        """Send the one reply that a token is good for."""
        body = msgspec.json.encode({"replyToken": token, "messages": messages})
        try:
            answer = post(self._client, f"{self._api}/v2/bot/message/reply", body, {
                "Authorization": f"Bearer {self._token}", "Content-Type": "application/json",
            })  # fmt: skip
        except (Down, NotPermitted) as error:
            self.error = f"LINE cannot be reached: {error}"
            return Answer.UNKNOWN
        return self._what(answer)

    def _what(self, answer: httpx.Response) -> Answer:
        status = answer.status_code
        if status == 200:
            self.error = ""
            return Answer.TAKEN
        told = answer.content[:300].decode("utf-8", "replace")
        if status == 400 and "invalid reply token" in told.lower():
            return Answer.SPENT
        self.error = f"LINE answered {status}: {told}"
        if status in (401, 403, 429):
            return Answer.BUSY
        return Answer.UNKNOWN if status >= 500 else Answer.REFUSED

    def picture(self, id: str) -> bytes | None:
        """The picture of a message; None where it is gone or too large. Raises Down where it
        cannot be had just now."""
        url = f"{self._data}/v2/bot/message/{id}/content"
        until, content = time.monotonic() + SECONDS, bytearray()
        try:
            with self._client.stream(
                "GET", url, headers={"Authorization": f"Bearer {self._token}"}
            ) as answer:
                if answer.status_code in (404, 410, 400):
                    return None
                if answer.status_code != 200:
                    raise Down(f"LINE answered {answer.status_code} for a picture")
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > PICTURE:
                        return None
                    if time.monotonic() > until:
                        raise Down("a picture came too slowly")
        except (httpx.HTTPError, NotPermitted) as error:
            raise Down(f"LINE's pictures cannot be reached: {type(error).__name__}") from None
        return bytes(content)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()
