"""Who a request comes from: the one place that turns a token or a session into a reader.

What is known of a caller is kept until something of the directory changes, so that a request costs
no query. Other processes' changes are looked for four times a second: what is revoked ends within
a second, and what has an end ends at it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import msgspec

from noroshi.core.errors import NotPermitted
from noroshi.core.label import BUILT_IN, PUBLIC, Principal, Reader, admits
from noroshi.core.time import FOREVER, SECOND, now
from noroshi.engine.directory import Directory
from noroshi.engine.logins import NOTED, Logins
from noroshi.engine.roles import Actor, Role, What, local_operator, may
from noroshi.engine.tokens import PREFIX, Tokens, reads
from noroshi.store.directory import Person, Session, Token

#: Seconds between two looks at what other processes changed.
LOOK = 0.25
#: Callers that are kept.
_MOST = 4096

#: The labels that a principal may see, and a number that rises whenever that may have changed.
Visible = Callable[[Principal], frozenset[int]]
Changed = Callable[[], int]


class Caller(msgspec.Struct, frozen=True):
    """Who calls: what they read, who they are to labels, and what they may do.

    `source` is what they send as, and None for nobody. `person` is the id of the person, `token`
    that of the token, `session` the session they are logged in with.
    """

    reader: Reader
    principal: Principal
    source: str | None = None
    role: Role = Role.NOBODY
    person: str = ""
    organisation: str = ""
    token: str = ""
    session: Session | None = None

    @property
    def sends(self) -> bool:
        """True if they send messages as their source."""
        return may(self.role, What.SEND)

    @property
    def actor(self) -> Actor:
        """Them, as the audit log names them."""
        return Actor(self.principal.name, self.role)

    def may(self, what: What) -> bool:
        """True if their role lets them do `what`."""
        return may(self.role, what)


class _Kept(msgspec.Struct, frozen=True):
    caller: Caller
    until: int


def built_in(principal: Principal) -> frozenset[int]:
    """The built-in labels that a principal may see: for use without a store."""
    return frozenset(label for label, one in BUILT_IN.items() if admits(one, principal))


class Access:
    """Who may call the node in `home`. `visible` says which labels a principal sees; `changed`
    gives a number that rises when it would answer otherwise, and must cost next to nothing.

    `directory` is the node's; without it, one is opened with the node's settings.
    """

    def __init__(
        self, home: Path, visible: Visible = built_in, *, changed: Changed = lambda: 0,
        directory: Directory | None = None,
    ) -> None:  # fmt: skip
        if directory is None:
            from noroshi.engine.settings import load_settings

            directory = Directory(home, load_settings(home).node.organisation)
        self.directory = directory
        self.logins = Logins(directory)
        self._tokens = Tokens(directory)
        self._visible, self._changed = visible, changed
        self._lock = threading.Lock()
        self._kept: dict[tuple[str | None, str | None], _Kept] = {}
        self._seen = (0, 0, 0)
        self._next = 0.0
        self._directory_generation = 0
        self._tokens.take_over(home)
        self._look()

    @property
    def generation(self) -> int:
        """Rises with every change of who may see what."""
        self._look()
        return self._directory_generation + self._seen[1]

    def reader(self, authorization: str | None) -> Caller:
        """Who calls, from the Authorization header alone; without one, anybody."""
        return self.caller(authorization)

    def caller(self, authorization: str | None, session: str | None = None) -> Caller:
        """Who calls, from the Authorization header, or else from the session's cookie; without
        both, anybody.

        Raises NotPermitted for a token that is unknown, revoked or expired, and for a session that
        is over: nobody is to believe that they see everything when they see what is public.
        """
        self._look()
        key = (authorization, session)
        kept = self._kept.get(key)
        if kept is not None and now() < kept.until:
            return kept.caller
        seen = self._seen
        found = self._found(authorization, session)
        with self._lock:
            # What was worked out while something changed may be of before.
            if seen == self._seen and len(authorization or "") + len(session or "") < 1000:
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = found
        return found.caller

    def _look(self) -> None:
        """Forget every caller if something changed."""
        time = monotonic()
        seen = (self.directory.file.commits, self._changed(), self._seen[2])
        if seen == self._seen and time < self._next:
            return
        with self._lock:
            generation = self.directory.generation
            self._next = time + LOOK
            if generation != self._directory_generation or seen[1] != self._seen[1]:
                self._kept = {}
                self._directory_generation = generation
                seen = (*seen[:2], seen[2] + 1)
            self._seen = seen

    def _found(self, authorization: str | None, session: str | None) -> _Kept:
        if authorization is not None:
            return self._by_token(authorization)
        if session is not None:
            return self._by_session(session)
        principal = Principal("anonymous")
        labels = self._visible(principal) | {PUBLIC}
        return _Kept(Caller(Reader("anonymous", labels), principal), FOREVER)

    def _by_token(self, authorization: str) -> _Kept:
        scheme, _, text = authorization.strip().partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not text.startswith(PREFIX):
            raise NotPermitted("no token of this node", remedy="Authorization: Bearer noroshi_…")
        token = self._tokens.known(text)
        principal = self._tokens.principal(token)
        role, source = self._tokens.standing(token)
        labels = self._visible(principal) | {PUBLIC, *token.labels}
        kind, _, id = token.holder.partition(":")
        person = id if kind == "person" else ""
        caller = Caller(Reader(token.name, labels), principal, source, role, person,
                        token=token.id)  # fmt: skip
        return _Kept(caller, min(token.expires or FOREVER, self._end(person)))

    def _by_session(self, text: str) -> _Kept:
        found = self.logins.session(text)
        if found is None:
            raise NotPermitted("this session is over", remedy="log in again")
        principal = self.directory.principal(f"person:{found.person}")
        role, organisation = self.directory.standing(found.person)
        caller = Caller(
            Reader(principal.name, self._visible(principal) | {PUBLIC}), principal,
            organisation or found.person, role, found.person, organisation, session=found,
        )  # fmt: skip
        # Looked up again when its use is to be noted.
        until = min(found.expires, found.used + min(NOTED, found.idle), self._end(found.person))
        return _Kept(caller, until)

    def _end(self, person: str) -> int:
        found = self.directory.file.get(Person, id=person) if person else None
        return FOREVER if found is None or found.until is None else found.until

    # --- tokens, as the node's own operator manages them ---------------------------------------

    def tokens(self) -> list[Token]:
        """Every token, oldest first."""
        return self._tokens.all()

    def add(
        self, name: str, *, reads: tuple[str | int, ...] = (), source: str = "",
        sends: bool = False, expires: int | None = None, holder: str = "",
        role: Role | None = None, actor: Actor | None = None,
    ) -> tuple[Token, str]:  # fmt: skip
        """Make a token (`Tokens.add`). `reads` are as in `noroshi.engine.tokens.reads`; who
        `sends` is an editor. Returns it, and the text that is shown once and never again."""
        chosen = role or (Role.EDITOR if sends else Role.VIEWER)
        return self._tokens.add(
            actor or local_operator(), name, reads=_reads(reads), holder=holder, role=chosen,
            source=source, expires=expires,
        )  # fmt: skip

    def revoke(self, id: str, actor: Actor | None = None) -> Token:
        """End a token. Raises NotFound."""
        return self._tokens.revoke(actor or local_operator(), id)


_reads = reads


def duration(text: str) -> int:
    """Microseconds of `30d`, `12h`, `10m` or `45s`. Raises ValueError."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    with contextlib.suppress(ValueError):
        if text[-1:] in units and int(text[:-1]) > 0:
            return int(text[:-1]) * units[text[-1]] * SECOND
    raise ValueError(f"{text!r} is not a duration: write 30d, 12h, 10m or 45s")
