"""The embedded directory: one SQLite file of who there is.

It keeps rows; what may be done to them is `noroshi.engine.directory`'s to say.
"""

from __future__ import annotations

from pathlib import Path

from noroshi.store import sql_directory as sql
from noroshi.store import sql_rows
from noroshi.store.rows_file import Row, RowsFile

FILE = "directory.db"


class Organisation(Row, frozen=True):
    """An organisation, as `org:ID`."""

    table = "organisations"
    id: str
    name: str
    name_ja: str = ""
    contact: str = ""
    created: int = 0


class Person(Row, frozen=True):
    """A person, as `person:ID`. A temporary account ends at `until`; `incident` says what it is
    for. `issuer` and `subject` name them at an OpenID provider."""

    table = "people"
    id: str
    name: str
    email: str | None = None
    clearance: int = 0
    compartments: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    until: int | None = None
    incident: str = ""
    disabled: bool = False
    issuer: str | None = None
    subject: str | None = None
    created: int = 0


class Password(Row, frozen=True):
    """The hash of a person's password (a PHC string). Apart from `Person`, so that whatever is
    said of a person never says this."""

    table = "passwords"
    person: str
    hash: str
    changed: int


class Membership(Row, frozen=True):
    """A person in an organisation, and as what (`noroshi.engine.roles.Role`)."""

    table = "memberships"
    person: str
    organisation: str
    role: int


class Device(Row, frozen=True):
    """A thing that sends or shows, and belongs to an organisation."""

    table = "devices"
    id: str
    organisation: str
    name: str
    created: int = 0


class Group(Row, frozen=True):
    """A group of organisations and persons, as `group:NAME`."""

    table = "groups"
    name: str
    title: str = ""
    title_ja: str = ""


class Grouped(Row, frozen=True):
    """A member (`org:ID` or `person:ID`) of a group."""

    table = "grouped"
    name: str
    member: str


class Token(Row, frozen=True):
    """What a node knows of a token. `secret` is the SHA-256 of its secret. `holder` is
    `person:ID`, `device:ID`, `org:ID`, or empty: then `atoms` say what it reads. With a holder,
    atoms narrow what it reads (none: all that the holder does). `labels` are explicit ones."""

    table = "tokens"
    id: str
    name: str
    secret: bytes
    holder: str = ""
    atoms: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    role: int = 1
    source: str = ""
    created: int = 0
    expires: int | None = None


class Session(Row, frozen=True):
    """A person who is logged in. `secret` is the SHA-256 of the cookie's; it ends `idle` after
    its last use, and at `expires`. `csrf` must come with what changes something."""

    table = "sessions"
    secret: bytes
    person: str
    created: int
    used: int
    idle: int
    expires: int
    csrf: str


class Credential(Row, frozen=True):
    """A WebAuthn credential: its public key (COSE), and how often it says it was used."""

    table = "credentials"
    id: bytes
    person: str
    key: bytes
    count: int
    name: str
    created: int = 0


class Attempt(Row, frozen=True):
    """Failed logins under one key: how many, when the next is heard, when the last was, and when
    one last succeeded (0: never)."""

    table = "attempts"
    key: str
    count: int = 0
    next: int = 0
    last: int = 0
    good: int = 0


class Gone(Row, frozen=True):
    """An atom that was removed, and is not given out again."""

    table = "gone"
    atom: str
    since: int


class DirectoryFile(RowsFile):
    """The file `directory.db` in `home`, made if absent, for its owner alone.

    Raises NoroshiError if it is not a directory of this version.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(home, FILE, sql.DIRECTORY)

    @property
    def generation(self) -> int:
        """Rises with every change of who may see what, in any process."""
        return int(self._one(sql_rows.META, "generation"))

    def forget_attempts(self, before: int, trusted_before: int, most: int) -> None:
        """Remove attempts that are over, and the oldest beyond `most`."""
        with self.changing() as db:
            db.execute(sql.FORGET_ATTEMPTS, (before, trusted_before))
            db.execute(sql.MOST_ATTEMPTS, (most,))

    def end_sessions(self, at: int) -> int:
        """Remove the sessions that are over."""
        with self.changing() as db:
            return db.execute(sql.END_SESSIONS, (at,)).rowcount
