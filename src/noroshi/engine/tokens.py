"""Tokens: bearer secrets of machines and people, kept in the directory as their SHA-256.

A token is 256 random bits (a slow hash is for secrets that people choose). It belongs to a person,
a device or an organisation, and never gives more than its holder has; or it stands alone, and says
itself what it reads.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from noroshi.core import label as labels
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import Principal
from noroshi.core.time import now, parse, show
from noroshi.engine.accounts import written
from noroshi.engine.directory import Directory
from noroshi.engine.roles import Actor, Role, What, local_operator
from noroshi.store.directory import Device, Token

PREFIX = "noroshi_"
_OLD = "tokens.json"
_ATOM = re.compile(r"own|(?:org|group|person):[a-z0-9][a-z0-9._-]{0,63}")
#: The audience that reads a built-in label.
AUDIENCES = {"public": (), "responders": ("group:responders",), "own": ("own",),
             "isut": ("group:isut",)}  # fmt: skip


class Reads(msgspec.Struct, frozen=True):
    """What a token reads: as a member of which audiences, and which labels by their number."""

    atoms: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()


def reads(words: Iterable[str | int]) -> Reads:
    """`responders`, `own`, `isut`, `org:ID`, `group:NAME`, `person:ID`, or the number of a label
    from 16. Raises ValueError."""
    atoms, numbers = set[str](), set[int]()
    names = {number: name for name, number in labels.NAMES.items()}
    for one in words:
        word = names.get(one, one) if isinstance(one, int) else one.strip()
        if word in AUDIENCES:
            atoms.update(AUDIENCES[str(word)])
        elif isinstance(word, str) and _ATOM.fullmatch(word):
            atoms.add(word)
        elif re.fullmatch("[0-9]{1,9}", str(word)) and int(word) >= labels.FIRST_FREE:
            numbers.add(int(word))
        else:
            raise ValueError(
                f"{one!r} is not {', '.join(AUDIENCES)}, org:ID, group:NAME, person:ID, or the "
                f"number of a label from {labels.FIRST_FREE}"
            )
    return Reads(tuple(sorted(atoms)), tuple(sorted(numbers)))


class Tokens:
    """The tokens of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._file = directory.file

    def all(self) -> list[Token]:
        """Every token, oldest first."""
        return self._file.all(Token)

    def add(
        self,
        actor: Actor,
        name: str,
        *,
        reads: Reads = Reads(),  # noqa: B008 - frozen
        holder: str = "",
        role: Role = Role.VIEWER,
        source: str = "",
        expires: int | None = None,
    ) -> tuple[Token, str]:
        """Make a token. Returns it, and the text that is to be shown once and never again.

        Operators make any; others make them for themselves, with at most their own role.
        Raises NotPermitted, and NotFound for an unknown holder.
        """
        written("name", name)
        own = bool(holder) and holder == actor.name
        text = secrets.token_hex(32)
        made = Token(
            secrets.token_hex(5), name, _hash(text), holder, reads.atoms, reads.labels, int(role),
            written("source", source, least=0), now(), expires,
        )  # fmt: skip
        with self._directory.doing(
            actor, "token.add", made.id, None if own else What.DIRECTORY, name=name,
            holder=holder, role=role.name.lower(), reads=[*reads.atoms, *reads.labels],
            source=source, expires=show(expires),
        ):  # fmt: skip
            if holder:
                self._check_held(made, role)
            elif role is Role.OPERATOR:
                raise NotPermitted("what an operator does is done by a person",
                                   remedy="make the token for that person")  # fmt: skip
            self._file.add(made)
        return made, f"{PREFIX}{made.id}_{text}"

    def _check_held(self, token: Token, role: Role) -> None:
        """A token with a holder gives no more than they have."""
        principal = self._directory.principal(token.holder)
        if role > self._most(token.holder):
            raise NotPermitted(f"{token.holder} may not have the role {role.name.lower()}")
        if not principal.atoms.issuperset(token.atoms) or token.labels:
            raise NotPermitted(f"{token.holder} does not read all of that")
        if token.source and not _may_send_as(token.source, principal):
            raise NotPermitted(f"{token.holder} does not send as {token.source}")

    def _most(self, holder: str) -> Role:
        kind, _, id = holder.partition(":")
        return self._directory.standing(id)[0] if kind == "person" else Role.LIAISON

    def revoke(self, actor: Actor, id: str) -> Token:
        """End a token: one's own, or as an operator. Raises NotFound."""
        gone = self._file.get(Token, id=id)
        own = gone is not None and bool(gone.holder) and gone.holder == actor.name
        with self._directory.doing(actor, "token.revoke", id, None if own else What.DIRECTORY):
            if gone is None or not self._file.remove(Token, id=id):
                raise NotFound(f"no token {id}", remedy="`noroshi token list` shows them")
        return gone

    def known(self, text: str) -> Token:
        """The token that `text` is. Raises NotPermitted where it is unknown, revoked or expired."""
        id, _, secret = text.removeprefix(PREFIX).partition("_")
        found = self._file.get(Token, id=id) if id.isascii() and len(id) < 40 else None
        # Compared even where there is no such token, so that the time tells nothing.
        same = hmac.compare_digest(_hash(secret), found.secret if found else bytes(32))
        if not same or found is None:
            raise NotPermitted("this token is not known", remedy="it may have been revoked")
        if found.expires is not None and found.expires <= now():
            raise NotPermitted(f"this token expired at {show(found.expires)}")
        return found

    def principal(self, token: Token) -> Principal:
        """Who the holder of a token is to labels. Raises NotPermitted where its holder is gone."""
        if not token.holder:
            return Principal(f"token:{token.name}", frozenset(token.atoms))
        held = self._directory.principal(token.holder)
        if token.atoms:
            # Narrowed to an audience, it leaves out what only the person is trusted with.
            return Principal(held.name, held.atoms.intersection(token.atoms))
        return held

    def standing(self, token: Token) -> tuple[Role, str]:
        """The role of a token now, and the source it sends as."""
        role = Role(token.role)
        if not token.holder:
            return min(role, Role.LIAISON), token.source or token.name
        kind, _, id = token.holder.partition(":")
        source = id
        if kind == "person":
            source = self._directory.standing(id)[1] or id
        elif kind == "device":
            device = self._file.get(Device, id=id)
            source = f"{device.organisation}/{id}" if device else id
        if token.source and _may_send_as(token.source, self._directory.principal(token.holder)):
            source = token.source
        return min(role, self._most(token.holder)), source

    def take_over(self, home: Path) -> int:
        """Import the `tokens.json` of an earlier version, once. Returns how many there were.

        Raises NoroshiError where it cannot be read.
        """
        path = home / _OLD
        try:
            found = msgspec.json.decode(path.read_bytes(), type=list[_OldToken])
            rows = [_renewed(one) for one in found]
        except FileNotFoundError:
            return 0
        except (msgspec.DecodeError, ValueError, OSError) as error:
            raise NoroshiError(
                f"the tokens cannot be read: {error}", where=str(path),
                remedy="restore it, or delete it and make new tokens",
            ) from None  # fmt: skip
        with self._directory.doing(
            local_operator(), "token.import", _OLD, tokens=[one.id for one in rows]
        ):
            if not path.exists():  # another process was first
                return 0
            for row in rows:
                if self._file.get(Token, id=row.id) is None:
                    self._file.add(row)
        with contextlib.suppress(FileNotFoundError):
            path.replace(path.with_name(_OLD + ".imported"))
        return len(rows)


class _OldToken(msgspec.Struct):
    """A token as `tokens.json` had it."""

    id: str
    name: str
    secret: str
    created: str
    reads: tuple[int, ...] = ()
    source: str = ""
    sends: bool = False
    expires: str | None = None


def _renewed(old: _OldToken) -> Token:
    found = reads(old.reads)
    role = Role.EDITOR if old.sends else Role.VIEWER
    return Token(
        old.id, old.name, bytes.fromhex(old.secret), "", found.atoms, found.labels, int(role),
        old.source, parse(old.created), None if old.expires is None else parse(old.expires),
    )  # fmt: skip


def _may_send_as(source: str, principal: Principal) -> bool:
    """As an organisation it belongs to, or a part of one: `ID` or `ID/anything`."""
    return f"org:{source.partition('/')[0]}" in principal.atoms


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
