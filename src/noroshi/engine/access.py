"""Who a request comes from: the one place that turns a token into a reader.

A token is a bearer secret of 256 random bits; the node keeps only its SHA-256 (a slow hash is for
secrets that people choose). Tokens are in `tokens.json` of the node's home, readable by its owner
alone, and are read again when the file changes: what is revoked ends within a second.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import threading
from pathlib import Path

import msgspec

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import ANONYMOUS, PUBLIC, Reader
from noroshi.core.time import SECOND, now, parse, show

_FILE = "tokens.json"
_PREFIX = "noroshi_"


class Token(msgspec.Struct, frozen=True):
    """What a node knows of a token: whose it is, what its holder reads, and as which source it
    sends. Times are RFC 3339; `secret` is the SHA-256 of the secret in hexadecimal."""

    id: str
    name: str
    secret: str
    created: str
    reads: tuple[int, ...] = (PUBLIC,)
    source: str = ""
    sends: bool = False
    expires: str | None = None


class Caller(msgspec.Struct, frozen=True):
    """Who calls: what it reads, and as which source it sends, if it does."""

    reader: Reader
    source: str | None = None
    sends: bool = False


_NOBODY = Caller(ANONYMOUS)


class Access:
    """The tokens of a node. `generation` rises when they change."""

    def __init__(self, home: Path) -> None:
        self._path = home / _FILE
        self._tokens: dict[str, Token] = {}
        self._stamp: tuple[int, int, int] | None = None
        self._looked = 0
        self._lock = threading.Lock()
        self.generation = 0
        self._reload()

    def reader(self, authorization: str | None) -> Caller:
        """Who calls, from the Authorization header; without one, anybody.

        Raises NotPermitted for a token that is unknown, revoked or expired: nobody is to believe
        that they see everything when they see what is public.
        """
        if authorization is None:
            return _NOBODY
        scheme, _, text = authorization.strip().partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not text.startswith(_PREFIX):
            raise NotPermitted("no token of this node", remedy="Authorization: Bearer noroshi_…")
        id, _, secret = text.removeprefix(_PREFIX).partition("_")
        if id not in self._tokens or now() - self._looked > SECOND // 2:
            self._reload()
        token = self._tokens.get(id)
        given = hashlib.sha256(secret.encode()).hexdigest()
        # Compared even where there is no such token, so that the time tells nothing.
        if not hmac.compare_digest(given, token.secret if token else "0" * 64) or token is None:
            raise NotPermitted("this token is not known", remedy="it may have been revoked")
        if token.expires is not None and parse(token.expires) <= now():
            raise NotPermitted(f"this token expired at {token.expires}")
        labels = frozenset({PUBLIC, *token.reads})
        return Caller(Reader(token.name, labels), token.source or token.name, token.sends)

    def tokens(self) -> list[Token]:
        """Every token, oldest first."""
        self._reload()
        return sorted(self._tokens.values(), key=lambda one: one.created)

    def add(
        self,
        name: str,
        *,
        reads: tuple[int, ...] = (),
        source: str = "",
        sends: bool = False,
        expires: int | None = None,
    ) -> tuple[Token, str]:
        """Make a token. Returns it, and the text that is to be shown once and never again."""
        if not 0 < len(name) <= 100 or not name.isprintable():
            raise NoroshiError("a token's name is 1 to 100 printable characters")
        id, secret = secrets.token_hex(5), secrets.token_hex(32)
        hashed = hashlib.sha256(secret.encode()).hexdigest()
        token = Token(id, name, hashed, show(now()) or "", tuple(sorted({PUBLIC, *reads})),
                      source, sends, show(expires))  # fmt: skip
        self._reload()
        self._write({**self._tokens, id: token})
        return token, f"{_PREFIX}{id}_{secret}"

    def revoke(self, id: str) -> Token:
        """End a token. Raises NotFound."""
        self._reload()
        if id not in self._tokens:
            raise NotFound(f"no token {id}", remedy="`noroshi token list` shows them")
        kept = dict(self._tokens)
        gone = kept.pop(id)
        self._write(kept)
        return gone

    def _write(self, tokens: dict[str, Token]) -> None:
        partial = self._path.with_suffix(f".{os.getpid()}.partial")
        partial.unlink(missing_ok=True)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(msgspec.json.format(msgspec.json.encode(list(tokens.values()))))
            opened.flush()
            os.fsync(opened.fileno())
        partial.replace(self._path)
        self._reload()

    def _reload(self) -> None:
        with self._lock:
            self._looked = now()
            try:
                stat = self._path.stat()
                stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
                if stamp == self._stamp:
                    return
                found = msgspec.json.decode(self._path.read_bytes(), type=list[Token])
            except FileNotFoundError:
                stamp, found = None, []
                if self._stamp is None:
                    return
            except (msgspec.DecodeError, OSError) as error:
                raise NoroshiError(
                    f"the tokens cannot be read: {error}", where=str(self._path),
                    remedy="restore it, or delete it and make new tokens",
                ) from None  # fmt: skip
            self._tokens = {one.id: one for one in found}
            self._stamp = stamp
            self.generation += 1


def labels_of(names: str) -> tuple[int, ...]:
    """Label numbers of names separated by commas. Raises ValueError."""
    from noroshi.engine.settings import label_number

    return tuple(label_number(one.strip()) for one in names.split(",") if one.strip())


def duration(text: str) -> int:
    """Microseconds of `30d`, `12h`, `10m` or `45s`. Raises ValueError."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    with contextlib.suppress(ValueError):
        if text[-1:] in units and int(text[:-1]) > 0:
            return int(text[:-1]) * units[text[-1]] * SECOND
    raise ValueError(f"{text!r} is not a duration: write 30d, 12h, 10m or 45s")
