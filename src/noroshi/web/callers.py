"""Who a request comes from."""

from __future__ import annotations

from typing import Any

from noroshi.core.errors import NotPermitted
from noroshi.engine.access import Caller
from noroshi.engine.node import Node
from noroshi.web.cookies import SESSION, cookie


class SessionOver(NotPermitted):
    """The browser brings a session that has ended: what was seen in it must not turn into what
    everybody sees without a word."""


def identify(node: Node, scope: Any, *, nobody: bool = False) -> Caller:
    """Who a request comes from: the one place where a token or a session becomes a reader.
    `nobody`: neither is looked at.

    Raises NotPermitted for a token, and SessionOver for a session, that is not (or no more) good.
    """
    if nobody:
        return node.access.caller(None)
    token = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    if token is not None:
        return node.access.caller(token.decode("latin-1"))
    session = cookie(scope, SESSION)
    try:
        return node.access.caller(None, session)
    except NotPermitted as error:
        if session is None:
            raise
        raise SessionOver(error.what, remedy="sign in again") from None
