"""All SQL of `people.db`: residents in touch with this node, and what is sent to them.

Everything about one person hangs on their row in `contacts` and goes with it (`ON DELETE CASCADE`).
What would tell who they are is sealed (`noroshi.store.vault`); `blind` is a keyed hash of the
address, by which it is found again. Rows end at `expires` (microseconds UTC).
"""

from __future__ import annotations

from noroshi.store.rows_file import Schema

SCHEMA_VERSION = 1

#: Table → the columns that tell its rows apart.
KEYS: dict[str, tuple[str, ...]] = {
    "contacts": ("id",),
    "filed": ("key", "mode"), "asked": ("key", "mode", "contact"),
}  # fmt: skip

_TABLES = (
    "meta (name TEXT PRIMARY KEY, value ANY)",
    """contacts (id TEXT PRIMARY KEY, channel TEXT NOT NULL, blind BLOB NOT NULL,
        address BLOB NOT NULL, language TEXT NOT NULL, created INT NOT NULL, used INT NOT NULL,
        expires INT NOT NULL, UNIQUE (channel, blind))""",
    # Who filed which report; `told` is the last state that they were told of.
    """filed (key TEXT NOT NULL, mode INT NOT NULL, contact TEXT NOT NULL
        REFERENCES contacts ON DELETE CASCADE, at INT NOT NULL, told TEXT NOT NULL,
        expires INT NOT NULL, PRIMARY KEY (key, mode))""",
    # Who was asked whether they see what a report says.
    """asked (key TEXT NOT NULL, mode INT NOT NULL, contact TEXT NOT NULL
        REFERENCES contacts ON DELETE CASCADE, at INT NOT NULL, answered INT NOT NULL,
        expires INT NOT NULL, PRIMARY KEY (key, mode, contact))""",
)
_INDEXES = (
    "contacts_expires ON contacts (expires)",
    "filed_by ON filed (contact)",
    "asked_of ON asked (contact, at)",
)
#: Tables whose rows end by themselves, at `expires`.
EXPIRING = ("contacts", "filed", "asked")
#: Tables that hold what is kept of a person, by the column that names their contact.
PERSONAL: dict[str, str] = {"contacts": "id", "filed": "contact", "asked": "contact"}

_OPEN = (
    "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF", "PRAGMA secure_delete = ON",
    "PRAGMA journal_size_limit = 4194304",
)  # fmt: skip

PEOPLE = Schema(
    "file of people", SCHEMA_VERSION,
    (
        *(f"CREATE TABLE {one} STRICT" for one in _TABLES),
        *(f"CREATE INDEX {one}" for one in _INDEXES),
        f"INSERT INTO meta VALUES ('schema', {SCHEMA_VERSION})",
    ),
    _OPEN, KEYS,
)  # fmt: skip


def expire(table: str) -> str:
    """Ends what is over."""
    return f"DELETE FROM {table} WHERE expires <= ?"


def of_contact(table: str, column: str) -> str:
    """All that a table holds of a contact."""
    return f"SELECT * FROM {table} WHERE {column} = ?"


CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"
PUT_META = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
