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
    "subscriptions": ("id",),
    "subscription_requests": ("id",),
    "limits": ("id",),
    "safety_groups": ("id",),
    "safety_members": ("id",),
    "safety_answers": ("member",),
    "filed": ("key", "mode"),
    "asked": ("key", "mode", "contact"),
    "unreachable": ("contact",),
    "sending_channels": ("channel",),
    "alert_drafts": ("id",),
    "alert_approvals": ("draft", "person"),
    "alert_things": ("rule", "mode", "thing"),
    "conversations": ("contact", "mode"),
    "heard": ("contact", "mode", "id"),
    "web_turns": ("contact", "mode", "number"),
    "line_events": ("event",),
}  # fmt: skip

_TABLES = (
    "meta (name TEXT PRIMARY KEY, value ANY)",
    """contacts (id TEXT PRIMARY KEY, channel TEXT NOT NULL, blind BLOB NOT NULL,
        address BLOB NOT NULL, language TEXT NOT NULL, created INT NOT NULL, used INT NOT NULL,
        expires INT NOT NULL, UNIQUE (channel, blind))""",
    # `body` is sealed: places and needs.
    """subscriptions (id INTEGER PRIMARY KEY, contact TEXT NOT NULL
        REFERENCES contacts ON DELETE CASCADE, channel TEXT NOT NULL, mode INT NOT NULL,
        language TEXT NOT NULL, level INT NOT NULL, body BLOB NOT NULL,
        created INT NOT NULL, changed INT NOT NULL, expires INT NOT NULL,
        UNIQUE (contact, mode))""",
    # `token`: a keyed hash of an area or a cell of the map, by which a subscription is found.
    """subscribed (token INT NOT NULL, subscription INT NOT NULL
        REFERENCES subscriptions ON DELETE CASCADE, PRIMARY KEY (token, subscription))
        WITHOUT ROWID,""",
    # What somebody asked for and has not confirmed; `id` is a keyed hash of the secret they got.
    """subscription_requests (id BLOB PRIMARY KEY, contact TEXT NOT NULL
        REFERENCES contacts ON DELETE CASCADE, mode INT NOT NULL, language TEXT NOT NULL,
        level INT NOT NULL, body BLOB NOT NULL, created INT NOT NULL, expires INT NOT NULL)""",
    # `id` is a keyed hash of what is counted: an address, a network.
    """limits (id BLOB PRIMARY KEY, spent REAL NOT NULL, at INT NOT NULL,
        expires INT NOT NULL)""",
    # `invite` is a keyed hash of the secret by which one joins; `body` is sealed: name, secret.
    """safety_groups (id TEXT PRIMARY KEY, mode INT NOT NULL, sort TEXT NOT NULL,
        body BLOB NOT NULL, invite BLOB NOT NULL UNIQUE, seen_by TEXT NOT NULL,
        counted INT NOT NULL, keep INT NOT NULL, lasts INT NOT NULL, created INT NOT NULL,
        expires INT NOT NULL)""",
    """safety_members (id TEXT PRIMARY KEY, safety_group TEXT NOT NULL
        REFERENCES safety_groups ON DELETE CASCADE, contact TEXT NOT NULL
        REFERENCES contacts ON DELETE CASCADE, name BLOB NOT NULL, owner INT NOT NULL,
        joined INT NOT NULL, UNIQUE (safety_group, contact))""",
    """safety_answers (member TEXT PRIMARY KEY REFERENCES safety_members ON DELETE CASCADE,
        contact TEXT NOT NULL REFERENCES contacts ON DELETE CASCADE, body BLOB NOT NULL,
        at INT NOT NULL, expires INT NOT NULL)""",
    # Who filed which report; `told` is the last state that they were told of.
    """filed (key TEXT NOT NULL, mode INT NOT NULL, contact TEXT NOT NULL
        REFERENCES contacts ON DELETE CASCADE, at INT NOT NULL, told TEXT NOT NULL,
        expires INT NOT NULL, PRIMARY KEY (key, mode))""",
    # Who was asked whether they see what a report says.
    """asked (key TEXT NOT NULL, mode INT NOT NULL, contact TEXT NOT NULL
        REFERENCES contacts ON DELETE CASCADE, at INT NOT NULL, answered INT NOT NULL,
        expires INT NOT NULL, PRIMARY KEY (key, mode, contact))""",
    # What is said to many is kept once (`words`); what is said to one is sealed with it (`own`), as
    # is what a provider answered (`told`). `reason` is a word of ours.
    "sending_words (id BLOB PRIMARY KEY, words BLOB NOT NULL, expires INT NOT NULL)",
    """sendings (id INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contacts ON DELETE CASCADE, key TEXT NOT NULL,
        channel TEXT NOT NULL, mode INT NOT NULL, urgent INT NOT NULL, alert TEXT NOT NULL,
        edition INT NOT NULL, language TEXT NOT NULL, words BLOB, own BLOB, state INT NOT NULL,
        attempts INT NOT NULL, next_try INT NOT NULL, deadline INT NOT NULL, created INT NOT NULL,
        changed INT NOT NULL, call TEXT NOT NULL, first_try INT NOT NULL, reason TEXT NOT NULL,
        told BLOB, expires INT NOT NULL, UNIQUE (contact, key))""",
    """unreachable (contact TEXT PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
        since INT NOT NULL, told BLOB NOT NULL)""",
    """sending_channels (channel TEXT PRIMARY KEY, error TEXT NOT NULL, failing_since INT NOT NULL,
        next_try INT NOT NULL)""",
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
    """conversations (contact TEXT NOT NULL REFERENCES contacts ON DELETE CASCADE,
        mode INT NOT NULL, state BLOB NOT NULL, changed INT NOT NULL, due INT,
        expires INT NOT NULL, PRIMARY KEY (contact, mode))""",
    """heard (contact TEXT NOT NULL REFERENCES contacts ON DELETE CASCADE, mode INT NOT NULL,
        id BLOB NOT NULL, said BLOB NOT NULL, expires INT NOT NULL,
        PRIMARY KEY (contact, mode, id))""",
    # What was said on the page: `key` is a keyed hash of the message's id, `words` are sealed.
    """web_turns (contact TEXT NOT NULL REFERENCES contacts ON DELETE CASCADE, mode INT NOT NULL,
        number INT NOT NULL, key BLOB NOT NULL, at INT NOT NULL, words BLOB NOT NULL,
        expires INT NOT NULL, PRIMARY KEY (contact, mode, number), UNIQUE (contact, mode, key))
        WITHOUT ROWID,""",
    # What LINE brought: `event` is a keyed hash of its id; `body` is sealed, and empty once it was
    # answered. `state`: 0 waits, 1 under way, 2 answered.
    """line_events (event BLOB PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contacts ON DELETE CASCADE, received INT NOT NULL,
        state INT NOT NULL, body BLOB NOT NULL, expires INT NOT NULL)""",
)
_INDEXES = (
    "contacts_expires ON contacts (expires)",
    "subscribed_by ON subscribed (subscription)",
    "subscriptions_expires ON subscriptions (expires)",
    "subscription_requests_of ON subscription_requests (contact)",
    "limits_expires ON limits (expires)",
    "safety_members_of ON safety_members (contact)",
    "safety_answers_of ON safety_answers (contact)",
    "filed_by ON filed (contact)",
    "asked_of ON asked (contact, at)",
    "sendings_next ON sendings (channel, state, urgent, next_try) WHERE state < 2",
    "sendings_deadline ON sendings (deadline) WHERE state = 0",
    "sendings_alert ON sendings (alert, contact) WHERE alert <> ''",
    "sendings_expires ON sendings (expires)",
    "sending_words_expires ON sending_words (expires)",
    "alert_drafts_alert ON alert_drafts (alert)",
    "alert_drafts_state ON alert_drafts (state)",
    "conversations_expires ON conversations (expires)",
    "conversations_due ON conversations (mode, due) WHERE due IS NOT NULL",
    "heard_expires ON heard (expires)",
    "web_turns_expires ON web_turns (expires)",
    "line_events_of ON line_events (contact)",
    "line_events_next ON line_events (contact, received) WHERE state < 2",
    "line_events_expires ON line_events (expires)",
)
#: A group without members is none; where its owner went, the longest member is the owner.
_TRIGGERS = (
    """safety_left AFTER DELETE ON safety_members BEGIN
        DELETE FROM safety_groups WHERE id = OLD.safety_group AND NOT EXISTS
            (SELECT 1 FROM safety_members WHERE safety_group = OLD.safety_group);
        UPDATE safety_members SET owner = 1 WHERE safety_group = OLD.safety_group
            AND rowid = (SELECT min(rowid) FROM safety_members
                         WHERE safety_group = OLD.safety_group)
            AND NOT EXISTS (SELECT 1 FROM safety_members
                            WHERE safety_group = OLD.safety_group AND owner = 1);
    END""",
)
#: Tables whose rows end by themselves, at `expires`.
EXPIRING = (
    "contacts",
    "subscriptions",
    "subscription_requests",
    "limits",
    "safety_answers",
    "safety_groups",
    "filed",
    "asked",
    "sendings",
    "sending_words",
    "conversations",
    "heard",
    "web_turns",
    "line_events",
)  # fmt: skip
#: Tables that hold what is kept of a person, by the column that names their contact.
PERSONAL: dict[str, str] = {
    "contacts": "id",
    "subscriptions": "contact",
    "subscription_requests": "contact",
    "safety_members": "contact",
    "safety_answers": "contact",
    "filed": "contact",
    "asked": "contact",
    "sendings": "contact",
    "unreachable": "contact",
    "conversations": "contact",
    "heard": "contact",
    "web_turns": "contact",
    "line_events": "contact",
}  # fmt: skip
#: Columns that are sealed at `table/id`, by table: the columns that make up this id (joined by /),
#: and those that are sealed. No other column holds anything personal: `HASHED` are keyed hashes,
#: the rest are numbers, ids, and words of ours (`PLAIN`).
SEALED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "contacts": (("id",), ("address",)),
    "subscriptions": (("id",), ("body",)),
    "subscription_requests": (("contact",), ("body",)),
    "safety_groups": (("id",), ("body",)),
    "safety_members": (("id",), ("name",)),
    "safety_answers": (("member",), ("body",)),
    "sendings": (("contact",), ("own", "told")),
    "unreachable": (("contact",), ("told",)),
    "sending_words": (("id",), ("words",)),
    "conversations": (("contact",), ("state",)),
    "heard": (("contact", "id"), ("said",)),
    "web_turns": (("contact",), ("words",)),
    "line_events": (("contact",), ("body",)),
}  # fmt: skip
PLAIN = frozenset(
    {
        "id",
        "contact",
        "channel",
        "language",
        "sort",
        "seen_by",
        "safety_group",
        "member",
        "key",
        "told",
        "alert",
        "call",
        "reason",
        "error",
    }
)
HASHED: dict[str, tuple[str, ...]] = {
    "contacts": ("blind",),
    "subscription_requests": ("id",),
    "subscribed": ("token",),
    "limits": ("id",),
    "safety_groups": ("invite",),
    "sendings": ("words",),
    "sending_words": ("id",),
    "heard": ("id",),
    "web_turns": ("key",),
    "line_events": ("event",),
}  # fmt: skip
#: Tables of what officers do: nothing of a resident is in them.
OFFICIAL = frozenset({"alert_drafts", "alert_approvals", "alert_things"})

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
        *(f"CREATE TRIGGER {one}" for one in _TRIGGERS),
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

#: Subscriptions to an area or a cell. Tokens and ids are given as a JSON array.
_UNDER = "SELECT subscription FROM subscribed WHERE token IN (SELECT value FROM json_each(?))"
MATCHED = f"""SELECT id FROM subscriptions WHERE mode = ? AND level <= ? AND id IN ({_UNDER})
    ORDER BY id"""
#: Those of some ids that still hold at a time.
SUBSCRIPTIONS = """SELECT id, contact, channel, language, level, body FROM subscriptions
    WHERE id IN (SELECT value FROM json_each(?)) AND expires > ? ORDER BY id"""
REACHED = f"""SELECT channel, count(*) FROM subscriptions WHERE mode = ? AND level <= ?
    AND expires > ? AND id IN ({_UNDER}) GROUP BY channel"""
ALL_SUBSCRIPTIONS = "SELECT id FROM subscriptions WHERE mode = ? AND level <= ? ORDER BY id"
ENDING = "SELECT id FROM subscriptions WHERE expires > ? AND expires <= ? ORDER BY id"
NEXT_SUBSCRIPTION = "SELECT coalesce(max(id), 0) + 1 FROM subscriptions"
FILE_UNDER = "INSERT INTO subscribed VALUES (?, ?) ON CONFLICT DO NOTHING"
UNFILE = "DELETE FROM subscribed WHERE subscription = ?"

#: A group lasts longer, and with it the contacts of its members.
LONGER = "UPDATE safety_groups SET expires = max(expires, ?) WHERE id = ?"
LONGER_CONTACTS = """UPDATE contacts SET expires = max(expires, ?)
    WHERE id IN (SELECT contact FROM safety_members WHERE safety_group = ?)"""
MEMBERS = "SELECT count(*) FROM safety_members WHERE safety_group = ?"
#: Who is in a group, in the order in which they joined, and what they answered if it holds.
ANSWERS = """SELECT m.id, m.contact, m.name, m.owner, a.body, a.at FROM safety_members m
    LEFT JOIN safety_answers a ON a.member = m.id AND a.expires > ?
    WHERE m.safety_group = ? ORDER BY m.rowid"""
FORGET_ANSWERS = """DELETE FROM safety_answers WHERE member IN
    (SELECT id FROM safety_members WHERE safety_group = ?)"""
#: Answers in the groups of a mode whose owners let them be counted, member by member.
COUNTED = """SELECT g.id, m.id, a.body FROM safety_groups g
    JOIN safety_members m ON m.safety_group = g.id
    LEFT JOIN safety_answers a ON a.member = m.id AND a.expires > ?
    WHERE g.mode = ? AND g.counted = 1 AND g.expires > ?"""

CONTACTS_BY_CHANNEL = "SELECT channel, count(*) FROM contacts WHERE expires > ? GROUP BY channel"
SUBSCRIPTIONS_BY_CHANNEL = """SELECT channel, count(*) FROM subscriptions
    WHERE mode = ? AND expires > ? GROUP BY channel"""
REQUESTS = "SELECT count(*) FROM subscription_requests WHERE mode = ? AND expires > ?"
GROUPS = "SELECT count(*) FROM safety_groups WHERE mode = ? AND expires > ?"
GROUP_MEMBERS = """SELECT count(*) FROM safety_members m JOIN safety_groups g
    ON g.id = m.safety_group WHERE g.mode = ? AND g.expires > ?"""
LAST_OF = """SELECT max(expires) FROM (
    SELECT expires FROM subscriptions WHERE contact = ? UNION ALL
    SELECT g.expires FROM safety_groups g JOIN safety_members m ON m.safety_group = g.id
        WHERE m.contact = ?)"""
DUE_CONVERSATIONS = """SELECT contact FROM conversations
    WHERE mode = ? AND due <= ? ORDER BY due LIMIT ?"""
