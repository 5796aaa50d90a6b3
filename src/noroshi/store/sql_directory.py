"""All SQL of the directory (`directory.db`), and what its tables mean.

Tables are STRICT, so that a value of another type is refused by the file itself. `generation`
rises by triggers with every change of who may see what, whichever process makes it; a new session
gives nobody anything that they did not have, so only its end counts. The audit log is append-only
by triggers, of which the first also stops `INSERT OR REPLACE`, which deletes without asking.
Atoms (`org:ID`, `person:ID`, `device:ID`) that were removed are kept in `gone` and never given
out again: a label may still name them.
"""

from __future__ import annotations

from noroshi.store.rows_file import Schema

SCHEMA_VERSION = 1

#: Table → the columns that tell its rows apart.
KEYS: dict[str, tuple[str, ...]] = {
    "organisations": ("id",), "people": ("id",), "passwords": ("person",),
    "memberships": ("person", "organisation"), "devices": ("id",), "groups": ("name",),
    "grouped": ("name", "member"), "tokens": ("id",), "sessions": ("secret",),
    "credentials": ("id",), "attempts": ("key",), "gone": ("atom",),
}  # fmt: skip

_TABLES = (
    "meta (name TEXT PRIMARY KEY, value ANY)",
    """organisations (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_ja TEXT NOT NULL,
        contact TEXT NOT NULL, created INT NOT NULL)""",
    """people (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, clearance INT NOT NULL
        CHECK (clearance BETWEEN 0 AND 9), compartments TEXT NOT NULL, purposes TEXT NOT NULL,
        until INT, incident TEXT NOT NULL, disabled INT NOT NULL, issuer TEXT, subject TEXT,
        created INT NOT NULL, UNIQUE (issuer, subject))""",
    """passwords (person TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
        hash TEXT NOT NULL, changed INT NOT NULL)""",
    """memberships (person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
        organisation TEXT NOT NULL REFERENCES organisations ON DELETE CASCADE,
        role INT NOT NULL, PRIMARY KEY (person, organisation))""",
    """devices (id TEXT PRIMARY KEY, organisation TEXT NOT NULL
        REFERENCES organisations ON DELETE CASCADE, name TEXT NOT NULL, created INT NOT NULL)""",
    "groups (name TEXT PRIMARY KEY, title TEXT NOT NULL, title_ja TEXT NOT NULL)",
    """grouped (name TEXT NOT NULL REFERENCES groups ON DELETE CASCADE, member TEXT NOT NULL,
        PRIMARY KEY (name, member))""",
    """tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL, secret BLOB NOT NULL,
        holder TEXT NOT NULL, atoms TEXT NOT NULL, labels TEXT NOT NULL, role INT NOT NULL,
        source TEXT NOT NULL, created INT NOT NULL, expires INT)""",
    """sessions (secret BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES people
        ON DELETE CASCADE, created INT NOT NULL, used INT NOT NULL, idle INT NOT NULL,
        expires INT NOT NULL, csrf TEXT NOT NULL)""",
    """credentials (id BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES people
        ON DELETE CASCADE, key BLOB NOT NULL, count INT NOT NULL, name TEXT NOT NULL,
        created INT NOT NULL)""",
    """attempts (key TEXT PRIMARY KEY, count INT NOT NULL, next INT NOT NULL, last INT NOT NULL,
        good INT NOT NULL)""",
    "gone (atom TEXT PRIMARY KEY, since INT NOT NULL)",
    """audit (id INTEGER PRIMARY KEY, time INT NOT NULL, actor TEXT NOT NULL,
        action TEXT NOT NULL, target TEXT NOT NULL, details TEXT NOT NULL, hash BLOB NOT NULL)""",
)
_INDEXES = (
    "memberships_organisation ON memberships (organisation)",
    "devices_organisation ON devices (organisation)",
    "grouped_member ON grouped (member)",
    "tokens_holder ON tokens (holder)",
    "sessions_person ON sessions (person)",
    "credentials_person ON credentials (person)",
    "attempts_last ON attempts (last)",
)

_RISE = "UPDATE meta SET value = value + 1 WHERE name = 'generation'"
_COUNTED = (
    *(f"{verb} ON {table}"
      for table in ("organisations", "people", "memberships", "devices", "groups", "grouped",
                    "tokens")
      for verb in ("INSERT", "DELETE", "UPDATE")),
    "DELETE ON sessions",
    "UPDATE OF expires ON sessions",
)  # fmt: skip
_TRIGGERS = (
    *(f"counted_{place} AFTER {event} BEGIN {_RISE}; END" for place, event in enumerate(_COUNTED)),
    *(f"""gone_{table} AFTER DELETE ON {table} BEGIN
        INSERT OR IGNORE INTO gone VALUES ('{kind}:' || old.id, unixepoch());
        DELETE FROM grouped WHERE member = '{kind}:' || old.id;
        DELETE FROM tokens WHERE holder = '{kind}:' || old.id; END"""
      for table, kind in (("organisations", "org"), ("people", "person"), ("devices", "device"))),
    """audit_next BEFORE INSERT ON audit
        WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """audit_update BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """audit_delete BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """audit_head AFTER INSERT ON audit BEGIN UPDATE meta
        SET value = new.id || ':' || lower(hex(new.hash)) WHERE name = 'audit'; END""",
)  # fmt: skip
SCHEMA = (
    *(f"CREATE TABLE {one} STRICT" for one in _TABLES),
    *(f"CREATE INDEX {one}" for one in _INDEXES),
    f"""INSERT INTO meta VALUES ('schema', {SCHEMA_VERSION}), ('generation', 1), ('audit', '')""",
    *(f"CREATE TRIGGER {one}" for one in _TRIGGERS),
)

OPEN = (
    "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF", "PRAGMA journal_size_limit = 4194304",
)  # fmt: skip

TOP = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1"
PUT_ENTRY = "INSERT INTO audit VALUES (?,?,?,?,?,?,?)"
ALL_ENTRIES = "SELECT id, time, actor, action, target, details, hash FROM audit ORDER BY id"
ENTRIES = """SELECT id, time, actor, action, target, details, hash FROM audit
    WHERE id < ? AND (? IS NULL OR actor = ?) AND (? IS NULL OR target = ?)
    ORDER BY id DESC LIMIT ?"""
FORGET_ATTEMPTS = "DELETE FROM attempts WHERE last < ? AND good < ?"
MOST_ATTEMPTS = """DELETE FROM attempts WHERE key IN (SELECT key FROM attempts WHERE good = 0
    ORDER BY last LIMIT max(0, (SELECT count(*) FROM attempts) - ?))"""
END_SESSIONS = "DELETE FROM sessions WHERE expires <= ?1 OR used + idle <= ?1"

DIRECTORY = Schema("directory", SCHEMA_VERSION, SCHEMA, OPEN, KEYS)
