"""Logging in: passwords and second factors of people, and the sessions they open.

Sessions and credentials are kept in the directory. A session's cookie is a bearer secret of 256
random bits, of which only the SHA-256 is kept; it is new with every login.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import NoReturn

import msgspec

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.time import HOUR, MINUTE, now
from noroshi.engine.accounts import written
from noroshi.engine.attempts import Attempts
from noroshi.engine.directory import Directory
from noroshi.engine.passwords import check_password, hashed, is_dated, matches
from noroshi.engine.roles import Actor, What
from noroshi.store.directory import Credential, Password, Person, Session

#: A session ends so long after its last use, and after it began (NIST SP 800-63B, AAL2).
IDLE, LONGEST = HOUR, 12 * HOUR
#: Its use is noted this often.
NOTED = MINUTE
#: Sessions of one person at a time; the oldest end first.
MOST_SESSIONS = 20
MOST_CREDENTIALS = 10


class Logins:
    """The logins of a directory's people."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._file = directory.file
        self._audit = directory.audit
        self._attempts = Attempts(directory.file)

    # --- passwords -----------------------------------------------------------------------------

    def set_password(self, actor: Actor, person: str, password: str) -> None:
        """Set a person's password; all their sessions end. Operators do so for others; of their
        own, people use `change_password`. Raises NoroshiError for what cannot be a password."""
        self._directory.permit(actor, What.DIRECTORY, "password.set", f"person:{person}")
        self._set_password(actor, self._directory.person(person), password)

    def change_password(self, person: str, old: str, new: str, address: str) -> None:
        """Change one's own password, which the old one allows. All sessions end.

        Raises NotPermitted or TooManyAttempts as `login` does.
        """
        found = self.check(person, old, address)
        self._set_password(Actor(f"person:{found.id}", self._directory.standing(found.id)[0]),
                           found, new)  # fmt: skip

    def _set_password(self, actor: Actor, person: Person, password: str) -> None:
        second = bool(self.credentials(person.id))
        names = (person.id, person.name, *(person.email or "").split("@"))
        check_password(password, beside=second, names=names)
        kept = hashed(password)
        with self._directory.doing(actor, "password.set", f"person:{person.id}", None):
            self._file.put(Password(person.id, kept, now()))
            self._file.remove(Session, person=person.id)

    def has_password(self, person: str) -> bool:
        """True if the person has a password."""
        return self._file.get(Password, person=person) is not None

    def remove_password(self, actor: Actor, person: str) -> None:
        """Take a person's password away: they log in by other means, or not at all."""
        self._directory.person(person)
        with self._directory.doing(actor, "password.remove", f"person:{person}"):
            self._file.remove(Password, person=person)
            self._file.remove(Session, person=person)

    def check(self, name: str, password: str, address: str) -> Person:
        """The person whose id or e-mail address is `name`, if `password` is theirs. `address` is
        the client's. Does not open a session: a second factor may be wanted (`credentials`).

        Raises TooManyAttempts, or NotPermitted: the same, after the same time, whether the account
        is unknown, has no password, is over, or the password is wrong.
        """
        if len(name) > 300 or len(password) > 1000:
            raise NotPermitted("name or password is wrong")
        keys = self._attempts.begin(name, address)
        person = self._directory.find_person(name)
        kept = self._file.get(Password, person=person.id) if person else None
        right = matches(kept.hash if kept else None, password)
        if person is None or kept is None or not right or not self.is_open(person):
            self._fail(person, "password", address)
        self._attempts.succeed(keys, name, address)
        if is_dated(kept.hash):
            self._file.put(msgspec.structs.replace(kept, hash=hashed(password)))
        return person

    def is_open(self, person: Person) -> bool:
        """True if the account is neither disabled nor over."""
        return not person.disabled and (person.until is None or person.until > now())

    def _fail(self, person: Person | None, how: str, address: str) -> NoReturn:
        target = f"person:{person.id}" if person else ""  # an unknown name may be a password
        self._audit.append("anonymous", "login.failed", target, {"by": how, "from": address[:60]})
        raise NotPermitted("name or password is wrong")

    # --- sessions ------------------------------------------------------------------------------

    def open_session(self, person: str, *, by: str, address: str) -> tuple[Session, str]:
        """Log a person in, whom the caller has authenticated `by` some means (for the audit log:
        password, webauthn, oidc …). Returns the session and the cookie's text, for once.

        Raises NotPermitted where the account is disabled or over.
        """
        found = self._directory.person(person)
        if not self.is_open(found):
            self._fail(found, by, address)
        text, time = secrets.token_hex(32), now()
        ends = min(time + LONGEST, found.until or time + LONGEST)
        made = Session(_hash(text), person, time, time, IDLE, ends, secrets.token_hex(32))
        with self._file.changing():
            self._file.end_sessions(time)
            for old in self.sessions(person)[: -(MOST_SESSIONS - 1)]:
                self._file.remove(Session, secret=old.secret)
            self._file.add(made)
            self._audit.append(f"person:{person}", "login", f"person:{person}",
                               {"by": by[:60], "from": address[:60]})  # fmt: skip
        return made, text

    def session(self, text: str) -> Session | None:
        """The session whose cookie says `text`, if it is not over; its use is noted."""
        found = self._file.get(Session, secret=_hash(text))
        time = now()
        if found is None or found.expires <= time or found.used + found.idle <= time:
            return None
        if found.used + NOTED <= time:
            found = msgspec.structs.replace(found, used=time)
            with self._file.changing():
                # It may have been ended since; then it must not come back.
                if self._file.get(Session, secret=found.secret):
                    self._file.put(found)
        return found

    def sessions(self, person: str) -> list[Session]:
        """A person's sessions, oldest first."""
        return self._file.all(Session, person=person)

    def close_session(self, text: str) -> None:
        """Log out. A session that is over already is no error."""
        found = self._file.get(Session, secret=_hash(text))
        if found is not None:
            who = f"person:{found.person}"
            with self._file.changing():
                self._file.remove(Session, secret=found.secret)
                self._audit.append(who, "logout", who)

    def end_session(self, actor: Actor, person: str, name: str) -> None:
        """End one session of a person: one's own, or as an operator. `name` is `session_name`'s.

        Raises NotFound.
        """
        target = f"person:{person}"
        what = None if actor.name == target else What.DIRECTORY
        with self._directory.doing(actor, "session.end", target, what):
            found = [one for one in self.sessions(person) if session_name(one) == name]
            if not found:
                raise NotFound("there is no such session")
            self._file.remove(Session, secret=found[0].secret)

    def close_sessions(self, actor: Actor, person: str) -> int:
        """End all sessions of a person: one's own, or as an operator. Returns how many."""
        target = f"person:{person}"
        own = actor.name == target
        with self._directory.doing(actor, "sessions.end", target, None if own else What.DIRECTORY):
            return self._file.remove(Session, person=person)

    # --- second factors ------------------------------------------------------------------------

    def credentials(self, person: str) -> list[Credential]:
        """A person's WebAuthn credentials."""
        return self._file.all(Credential, person=person)

    def credential(self, id: bytes) -> Credential | None:
        """The credential with this id."""
        return self._file.get(Credential, id=id)

    def add_credential(
        self, person: str, id: bytes, key: bytes, count: int, name: str
    ) -> Credential:
        """Add a credential that the caller has verified (WebAuthn §7.1) to the person who is
        logged in. `key` is its COSE public key. Raises NoroshiError where there is one already."""
        made = Credential(id, self._directory.person(person).id, key, count,
                          written("name", name), now())  # fmt: skip
        who = f"person:{person}"
        with self._directory.doing(Actor(who, self._directory.standing(person)[0]),
                                   "credential.add", who, None, name=name):  # fmt: skip
            if self.credential(id) is not None:
                raise NoroshiError("this credential is registered already", where="id")
            if len(self.credentials(person)) >= MOST_CREDENTIALS:
                raise NoroshiError(f"{MOST_CREDENTIALS} credentials are the most", where="id")
            self._file.add(made)
        return made

    def use_credential(self, id: bytes, count: int) -> Credential:
        """Note that a credential was used (WebAuthn §7.2 step 22). Raises NotPermitted where its
        count did not rise: then there are two of it."""
        with self._file.changing():
            found = self.credential(id)
            if found is None:
                raise NotPermitted("this credential is not known")
            if (count or found.count) and count <= found.count:
                cloned = True
            else:
                cloned = False
                found = msgspec.structs.replace(found, count=count)
                self._file.put(found)
        if cloned:
            self._audit.append("anonymous", "credential.cloned", f"person:{found.person}",
                               {"name": found.name})  # fmt: skip
            raise NotPermitted("this credential seems to have been copied",
                               remedy="remove it and register another")  # fmt: skip
        return found

    def remove_credential(self, actor: Actor, id: bytes) -> None:
        """Remove a credential: one's own, or as an operator. All sessions of its owner end."""
        found = self.credential(id)
        if found is None:
            raise NotFound("there is no such credential")
        target = f"person:{found.person}"
        own = actor.name == target
        with self._directory.doing(actor, "credential.remove", target,
                                   None if own else What.DIRECTORY, name=found.name):  # fmt: skip
            self._file.remove(Credential, id=id)
            self._file.remove(Session, person=found.person)


def session_name(session: Session) -> str:
    """What a session is called where its owner sees it; it opens nothing."""
    return hashlib.sha256(session.secret).hexdigest()[:16]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
