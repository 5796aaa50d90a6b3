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
    "unreachable": ("contact",),
    "sending_channels": ("channel",),
}

_TABLES = (
    "meta (name TEXT PRIMARY KEY, value ANY)",
    """contacts (id TEXT PRIMARY KEY, channel TEXT NOT NULL, blind BLOB NOT NULL,
        address BLOB NOT NULL, language TEXT NOT NULL, created INT NOT NULL, used INT NOT NULL,
        expires INT NOT NULL, UNIQUE (channel, blind))""",
    # What is said to many is kept once (`words`); what is said to one is of that person (`own`).
    "sending_words (id BLOB PRIMARY KEY, words BLOB NOT NULL, expires INT NOT NULL)",
    """sendings (id INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contacts ON DELETE CASCADE, key TEXT NOT NULL,
        channel TEXT NOT NULL, mode INT NOT NULL, urgent INT NOT NULL, alert TEXT NOT NULL,
        edition INT NOT NULL, language TEXT NOT NULL, words BLOB, own BLOB, state INT NOT NULL,
        attempts INT NOT NULL, next_try INT NOT NULL, deadline INT NOT NULL, created INT NOT NULL,
        changed INT NOT NULL, call TEXT NOT NULL, first_try INT NOT NULL, receipt TEXT NOT NULL,
        error TEXT NOT NULL, expires INT NOT NULL, UNIQUE (contact, key))""",
    """unreachable (contact TEXT PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
        since INT NOT NULL, reason TEXT NOT NULL)""",
    """sending_channels (channel TEXT PRIMARY KEY, error TEXT NOT NULL, failing_since INT NOT NULL,
        next_try INT NOT NULL)""",
)
_INDEXES = (
    "contacts_expires ON contacts (expires)",
    "sendings_next ON sendings (channel, state, urgent, next_try) WHERE state < 2",
    "sendings_deadline ON sendings (deadline) WHERE state = 0",
    "sendings_alert ON sendings (alert, contact) WHERE alert <> ''",
    "sendings_expires ON sendings (expires)",
    "sending_words_expires ON sending_words (expires)",
)
#: Tables whose rows end by themselves, at `expires`. Words end after what says them.
EXPIRING = ("contacts", "sendings", "sending_words")
#: Tables that hold what is kept of a person, by the column that names their contact.
PERSONAL: dict[str, str] = {"contacts": "id", "sendings": "contact", "unreachable": "contact"}

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
