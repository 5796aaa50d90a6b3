"""Cookies: what a browser brings of its session, and under which names.

Over https the names have the prefix `__Host-` (RFC 6265bis §4.1.3.2): no other host, no subdomain
and no plain http can set them. Plain http is for a browser on the node's own machine.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from starlette.responses import Response

#: What a browser brings: its session; the secret that its forms are bound to; a sign-in under way
#: at an OpenID provider; a passkey that was asked for; which resident uses it;
#: the conversation of somebody.
SESSION, FORM, OUTSIDE, PASSKEY = "session", "form", "outside", "passkey"
RESIDENT, CHAT = "resident", "chat"
_NAMES = {
    SESSION: ("__Host-noroshi", "noroshi_session"),
    FORM: ("__Host-noroshi-form", "noroshi_form"),
    OUTSIDE: ("__Host-noroshi-outside", "noroshi_outside"),
    PASSKEY: ("__Host-noroshi-passkey", "noroshi_passkey"),
    RESIDENT: ("__Host-noroshi-resident", "noroshi_resident"),
    CHAT: ("__Host-noroshi-chat", "noroshi_chat"),
}


def cookie(scope: Any, which: str) -> str | None:
    """What the request brings as `which`, or None."""
    wanted = _NAMES[which][scope["scheme"] != "https"]
    for name, value in scope["headers"]:
        if name == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                called, _, text = pair.strip().partition("=")
                if called == wanted:
                    return str(text)
    return None


def give(
    response: Response, scope: Any, which: str, text: str, *, lasts: int | None = None
) -> None:
    """Let the browser keep `text`, out of reach of scripts, for `lasts` seconds (None: until it is
    closed)."""
    secure = scope["scheme"] == "https"
    response.set_cookie(_NAMES[which][not secure], text, max_age=lasts, path="/", secure=secure,
                        httponly=True, samesite="lax")  # fmt: skip


def take_back(response: Response, scope: Any, which: str) -> None:
    """Let the browser forget it."""
    secure = scope["scheme"] == "https"
    response.delete_cookie(_NAMES[which][not secure], path="/", secure=secure, httponly=True,
                           samesite="lax")  # fmt: skip


def is_safe(scope: Any, host: str) -> bool:
    """True if nobody between the browser and the node can listen: https, or the same machine."""
    if scope["scheme"] == "https":
        return True
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    try:
        return name == "localhost" or ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
