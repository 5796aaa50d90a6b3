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
    "alert_drafts": ("id",), "alert_approvals": ("draft", "person"),
    "alert_things": ("rule", "mode", "thing"),
}  # fmt: skip

_TABLES = (
    "meta (name TEXT PRIMARY KEY, value ANY)",
    """contacts (id TEXT PRIMARY KEY, channel TEXT NOT NULL, blind BLOB NOT NULL,
        address BLOB NOT NULL, language TEXT NOT NULL, created INT NOT NULL, used INT NOT NULL,
        expires INT NOT NULL, UNIQUE (channel, blind))""",
    """alert_drafts (id TEXT PRIMARY KEY, alert TEXT NOT NULL, mode INT NOT NULL,
        kind TEXT NOT NULL, base INT NOT NULL, rule TEXT NOT NULL, state TEXT NOT NULL,
        content BLOB NOT NULL, geometry BLOB, basis TEXT NOT NULL, label INT NOT NULL,
        needed INT NOT NULL, author TEXT NOT NULL, why TEXT NOT NULL, created INT NOT NULL,
        changed INT NOT NULL, moment INT NOT NULL, version INT NOT NULL, handed INT NOT NULL)""",
    """alert_approvals (draft TEXT NOT NULL REFERENCES alert_drafts ON DELETE CASCADE,
        person TEXT NOT NULL, role TEXT NOT NULL, mark TEXT NOT NULL, at INT NOT NULL,
        PRIMARY KEY (draft, person))""",
    """alert_things (rule TEXT NOT NULL, mode INT NOT NULL, thing TEXT NOT NULL,
        record INT NOT NULL, alert TEXT NOT NULL, PRIMARY KEY (rule, mode, thing))""",
)
_INDEXES = (
    "contacts_expires ON contacts (expires)",
    "alert_drafts_alert ON alert_drafts (alert)",
    "alert_drafts_state ON alert_drafts (state)",
)
#: Tables whose rows end by themselves, at `expires`.
EXPIRING = ("contacts",)
#: Tables that hold what is kept of a person, by the column that names their contact.
PERSONAL: dict[str, str] = {"contacts": "id"}

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
