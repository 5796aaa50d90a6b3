"""What a browser keeps for the node and cannot read or change, and what is used only once.

A sign-in under way is kept by the browser that began it, not by the node: so it is bound to that
browser, and nobody can fill the node's memory with sign-ins that never end.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from typing import TypeVar
from weakref import WeakKeyDictionary

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from noroshi.core import typed
from noroshi.core.errors import NotPermitted
from noroshi.core.time import MINUTE, SECOND, now
from noroshi.engine.node import Node

#: What was sealed is good for so long.
LASTS = 10 * MINUTE
#: Things that are remembered as used; more in ten minutes is an attack.
_MOST = 100_000

S = TypeVar("S", bound=msgspec.Struct)


class Seals:
    """The keys of one process: what it sealed ends with it."""

    def __init__(self) -> None:
        self._fernet = Fernet(Fernet.generate_key())
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._used: dict[str, int] = {}

    def seal(self, content: msgspec.Struct) -> str:
        """Text for a cookie that only `open` can read."""
        kept = msgspec.json.encode([type(content).__name__, content])
        return self._fernet.encrypt(kept).decode()

    def open(self, text: str | None, type: type[S]) -> S:
        """What was sealed. Raises NotPermitted where it is none of ours, of another type, or
        older than ten minutes."""
        try:
            kept = self._fernet.decrypt((text or "").encode(), ttl=LASTS // SECOND)
            name, raw = msgspec.json.decode(kept, type=tuple[str, msgspec.Raw])
            if name == type.__name__:
                found: S = typed.decoder(type).decode(raw)
                return found
        except (InvalidToken, msgspec.DecodeError, UnicodeEncodeError):
            pass
        raise NotPermitted("this sign-in was not begun here, or too long ago", remedy="begin again")

    def use(self, secret: str) -> None:
        """Raises NotPermitted where this was used before."""
        time = now()
        with self._lock:
            if len(self._used) >= 1000:
                self._used = {one: end for one, end in self._used.items() if end > time}
            if secret in self._used or len(self._used) >= _MOST:
                raise NotPermitted("this was used already", remedy="begin again")
            self._used[secret] = time + 2 * LASTS

    def mark(self, text: str) -> str:
        """What proves in a form that the browser holds the cookie `text`."""
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


_SEALS: WeakKeyDictionary[Node, Seals] = WeakKeyDictionary()
_LOCK = threading.Lock()


def seals(node: Node) -> Seals:
    """Those of a node, made at their first use."""
    with _LOCK:
        found = _SEALS.get(node)
        if found is None:
            found = _SEALS[node] = Seals()
        return found
