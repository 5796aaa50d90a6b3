"""A stand-in of the LINE Messaging API on this machine: it checks what the real one checks.

https://developers.line.biz/en/reference/messaging-api/ — authentication; the JSON of reply and
push messages with their limits; a reply token good once, and within a minute; retry keys of pushes;
content of messages; rate limits (429). Webhooks as it sends them: signed, and again under the same
`webhookEventId` where nobody answered 200.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jsonschema import Draft202012Validator

TOKEN, SECRET = "test-channel-token", "0123456789abcdef0123456789abcdef"
_LABEL = {"type": "string", "minLength": 1}
_ACTION = {
    "oneOf": [
        {"type": "object", "required": ["type", "label", "data"], "additionalProperties": False,
         "properties": {"type": {"const": "postback"}, "label": _LABEL,
                        "data": {"type": "string", "minLength": 1, "maxLength": 300},
                        "displayText": {"type": "string", "minLength": 1, "maxLength": 300}}},
        {"type": "object", "required": ["type", "label"], "additionalProperties": False,
         "properties": {"type": {"enum": ["location", "camera", "cameraRoll"]},
                        "label": _LABEL}},
    ]
}  # fmt: skip
_TEXT = {
    "type": "object", "required": ["type", "text"], "additionalProperties": False,
    "properties": {
        "type": {"const": "text"}, "text": {"type": "string", "minLength": 1},
        "quickReply": {
            "type": "object", "required": ["items"], "additionalProperties": False,
            "properties": {"items": {
                "type": "array", "minItems": 1, "maxItems": 13,
                "items": {"type": "object", "required": ["type", "action"],
                          "additionalProperties": False,
                          "properties": {"type": {"const": "action"}, "action": _ACTION}},
            }},
        },
    },
}  # fmt: skip
_MESSAGES = {"type": "array", "minItems": 1, "maxItems": 5, "items": _TEXT}
_BODIES = {
    "/v2/bot/message/reply": {
        "type": "object", "required": ["replyToken", "messages"], "additionalProperties": False,
        "properties": {"replyToken": {"type": "string"}, "messages": _MESSAGES,
                       "notificationDisabled": {"type": "boolean"}},
    },
    "/v2/bot/message/push": {
        "type": "object", "required": ["to", "messages"], "additionalProperties": False,
        "properties": {"to": {"type": "string"}, "messages": _MESSAGES,
                       "notificationDisabled": {"type": "boolean"}},
    },
}  # fmt: skip
Answer = tuple[int, dict[str, Any]]


def signed(body: bytes, secret: str = SECRET) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class LineApi:
    """The platform. `busy`: how many requests are answered 429 (or another status) first; `lost`:
    how many are taken, and their answer is lost on the way."""

    def __init__(self, lifetime: float = 60.0) -> None:
        self.lifetime = lifetime
        self.tokens: dict[str, tuple[str, float]] = {}
        #: User → what they see: messages of replies and pushes, in order.
        self.seen: dict[str, list[dict[str, Any]]] = {}
        self.pushed: list[str] = []
        self.retries: set[str] = set()
        self.content: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.busy: list[int] = []
        self.lost = 0
        self.lock = threading.Lock()
        self.url = ""

    # --- what users do ------------------------------------------------------------------------

    def event(self, user: str, type: str = "message", **more: Any) -> dict[str, Any]:
        """An event of a user, with a reply token where it can be replied to."""
        found = {
            "type": type, "webhookEventId": uuid.uuid4().hex[:26].upper(), "mode": "active",
            "timestamp": int(time.time() * 1000), "source": {"type": "user", "userId": user},
            "deliveryContext": {"isRedelivery": False}, **more,
        }  # fmt: skip
        if type not in ("unfollow", "unsend"):
            found["replyToken"] = uuid.uuid4().hex
            self.tokens[found["replyToken"]] = user, time.monotonic()
        return found

    def text(self, user: str, text: str) -> dict[str, Any]:
        message = {"type": "text", "id": uuid.uuid4().hex[:18], "quoteToken": "q", "text": text}
        return self.event(user, message=message)

    @staticmethod
    def webhook(*events: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """The body that is sent, and its headers."""
        body = json.dumps({"destination": "U0", "events": events}, ensure_ascii=False).encode()
        return body, {"x-line-signature": signed(body), "content-type": "application/json"}

    def texts(self, user: str) -> list[str]:
        return [one["text"] for one in self.seen.get(user, [])]

    # --- what is asked of it ------------------------------------------------------------------

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Authentication failed. Confirm that the access token is valid"}
        if self.busy:
            return self.busy.pop(0), {"message": "The API rate limit has been exceeded."}
        if headers.get("content-type") != "application/json":
            return 415, {"message": "Unsupported media type"}
        schema = _BODIES.get(path)
        if schema is None:
            return 404, {"message": "Not found"}
        asked = json.loads(body)
        details = [
            {"message": one.message, "property": "/".join(map(str, one.path))}
            for one in Draft202012Validator(schema).iter_errors(asked)
        ] + list(_lengths(asked.get("messages", [])))
        if details:
            self.refused.append(str(details))
            return 400, {"message": f"The request body has {len(details)} error(s)",
                         "details": details}  # fmt: skip
        if path.endswith("/reply"):
            user, given = self.tokens.pop(asked["replyToken"], ("", 0.0))
            if not user or time.monotonic() - given > self.lifetime:
                return 400, {"message": "Invalid reply token"}
        else:
            user, key = asked["to"], headers.get("x-line-retry-key", "")
            if key in self.retries:
                return 409, {"message": "The retry key is already accepted"}
            self.retries.add(str(uuid.UUID(key)))
            self.pushed.append(user)
        self.seen.setdefault(user, []).extend(asked["messages"])
        return 200, {"sentMessages": [{"id": "1"} for _ in asked["messages"]]}

    @contextmanager
    def serving(self) -> Iterator[LineApi]:
        api = self

        class Asked(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with api.lock:
                    status, told = api.post(self.path, self._headers(), body)
                    lost = api.lost > 0 and status == 200
                    api.lost -= lost
                if lost:
                    self.close_connection = True
                    return
                self._answer(status, json.dumps(told).encode())

            def do_GET(self) -> None:
                id = self.path.removeprefix("/v2/bot/message/").removesuffix("/content")
                if self._headers().get("authorization") != f"Bearer {TOKEN}":
                    self._answer(401, b"{}")
                elif api.busy:
                    self._answer(api.busy.pop(0), b"{}")
                elif id not in api.content:
                    self._answer(404, b"{}")
                else:
                    self._answer(200, api.content[id], "image/jpeg")

            def _headers(self) -> dict[str, str]:
                return {name.lower(): value for name, value in self.headers.items()}

            def _answer(self, status: int, data: bytes, media: str = "application/json") -> None:
                self.send_response(status)
                self.send_header("Content-Type", media)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                try:
                    self.wfile.write(data)
                except OSError:  # the client had enough
                    self.close_connection = True

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


def _lengths(messages: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """Texts are counted in UTF-16 code units, labels in grapheme clusters: the stand-in counts
    characters there, which are never fewer."""
    for number, one in enumerate(messages):
        if len(str(one.get("text", "")).encode("utf-16-le", "surrogatepass")) // 2 > 5000:
            yield {"message": "Length must be between 0 and 5000",
                   "property": f"messages[{number}].text"}  # fmt: skip
        for item in one.get("quickReply", {}).get("items", []):
            if len(item["action"].get("label", "")) > 20:
                yield {"message": "must not be longer than 20 characters",
                       "property": f"messages[{number}].quickReply"}  # fmt: skip
