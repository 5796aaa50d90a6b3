"""Web Push in the browser: the key that a page subscribes with, and the two scripts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from starlette.responses import Response

from noroshi.channels.sending.push import Vapid
from noroshi.core.errors import NoroshiError
from noroshi.engine.node import Node
from noroshi.web.answers import etag
from noroshi.web.routing import Asked, operation

log = logging.getLogger("noroshi")

_STATIC = Path(__file__).parent / "static"
_SCRIPT: dict[str, Any] = {"text/javascript": {"type": "string"}}


def push_key(node: Node) -> str:
    """The node's public key for Web Push (`applicationServerKey`), or nothing where it has
    none."""
    push = node.settings.push
    if push is None:
        return ""
    try:
        return Vapid(node.home / push.key, push.subject).public
    except NoroshiError as error:
        log.error("%s", error)
        return ""


@operation(
    "/push.js", en="Script that lets a browser be pushed to", ja="プッシュ通知の登録",
    tag="Residents", private=True, produces=_SCRIPT,
)  # fmt: skip
def page_script(asked: Asked) -> Response:
    """For the page /subscribe."""
    return _script("push.js")


@operation(
    "/sw.js", en="Service worker that shows what was pushed", ja="通知を表示する",
    tag="Residents", private=True, produces=_SCRIPT,
)  # fmt: skip
def worker_script(asked: Asked) -> Response:
    """From the root, so that it may open every page of this node."""
    return _script("sw.js")


def _script(name: str) -> Response:
    data = (_STATIC / name).read_bytes()
    headers = {"ETag": etag(data), "Cache-Control": "no-cache"}
    return Response(data, headers=headers, media_type="text/javascript")
