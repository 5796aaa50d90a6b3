"""SQL of the embedded store for labels, recalls and the exchange with peers."""

#: What version 2 added: labels and what they mean, what was recalled, and the exchange with peers.
#: `due` is what no envelope carries yet (`sort`: editions, or recall); `envelopes` are the log that
#: peers read, with `carried` naming the messages in each by their hash at the origin; `streams` are
#: the label and the state of each stream, with `changed` rising at each change of any; `revoked` is
#: what an origin recalled.
#: `narrowed` notes where in a stream its label changed, and what it had been. `used` are the labels
#: under which there ever was anything of a kind.
SCHEMA = """
CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL, sharing BLOB NOT NULL,
    stamp INT NOT NULL, origin TEXT NOT NULL, stream INT NOT NULL);
CREATE INDEX labels_stamp ON labels (stamp);
CREATE UNIQUE INDEX labels_name ON labels (name) WHERE name <> '' AND origin = '';
CREATE UNIQUE INDEX labels_stream ON labels (origin, stream) WHERE origin <> '';
CREATE INDEX labels_sharing ON labels (sharing) WHERE name = '';
CREATE TABLE used (kind INT NOT NULL, label INT NOT NULL, PRIMARY KEY (kind, label)) WITHOUT ROWID;
CREATE TABLE recalls (message INT NOT NULL, label INT NOT NULL, time INT NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY (message, label)) WITHOUT ROWID;
CREATE INDEX records_derived ON records (id) WHERE basis IS NOT NULL;
CREATE TABLE due (id INTEGER PRIMARY KEY, message INT, label INT NOT NULL, sort TEXT NOT NULL,
    name TEXT NOT NULL, content BLOB);
CREATE INDEX due_message ON due (message);
CREATE TABLE streams (origin TEXT NOT NULL, stream INT NOT NULL, label INT NOT NULL,
    wire BLOB NOT NULL, seq INT NOT NULL, hash BLOB NOT NULL, changed INT NOT NULL,
    PRIMARY KEY (origin, stream)) WITHOUT ROWID;
CREATE INDEX streams_changed ON streams (changed);
CREATE TABLE envelopes (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, stream INT NOT NULL,
    seq INT NOT NULL, time INT NOT NULL, signed BLOB NOT NULL, content BLOB,
    UNIQUE (origin, stream, seq));
CREATE INDEX envelopes_withheld ON envelopes (origin, stream, seq) WHERE content IS NULL;
CREATE TABLE carried (message INT NOT NULL, envelope INT NOT NULL, sha BLOB NOT NULL,
    PRIMARY KEY (message, envelope)) WITHOUT ROWID;
CREATE INDEX carried_envelope ON carried (envelope);
CREATE INDEX carried_sha ON carried (sha);
CREATE TABLE revoked (origin TEXT NOT NULL, stream INT NOT NULL, sha BLOB NOT NULL,
    seq INT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (origin, stream, sha)) WITHOUT ROWID;
INSERT INTO used SELECT DISTINCT kind / 4, label FROM spans;
CREATE TABLE narrowed (origin TEXT NOT NULL, stream INT NOT NULL, seq INT NOT NULL,
    wire BLOB NOT NULL, PRIMARY KEY (origin, stream, seq)) WITHOUT ROWID;
"""

LABELS = "SELECT id, name, sharing, stamp, origin, stream FROM labels WHERE stamp > ? ORDER BY id"
LABEL = "SELECT id, name, sharing, stamp, origin, stream FROM labels WHERE id = ?"
LABEL_NAMED = """SELECT id, name, sharing, stamp, origin, stream FROM labels
    WHERE name = ? AND origin = ''"""
LABEL_OF_STREAM = """SELECT id, name, sharing, stamp, origin, stream FROM labels
    WHERE origin = ? AND stream = ?"""
LABEL_MADE = "SELECT id FROM labels WHERE name = '' AND origin = '' AND sharing = ?"
LABEL_MEANING = "SELECT sharing FROM labels WHERE id = ?"
NEXT_LABEL = "SELECT max(coalesce(max(id) + 1, 16), 16) FROM labels"
PUT_LABEL = "INSERT OR REPLACE INTO labels VALUES (?,?,?,?,?,?)"
SEEN_TABLE = "CREATE TEMP TABLE {name} (label INTEGER PRIMARY KEY)"
PUT_SEEN = "INSERT INTO {name} VALUES (?)"
DROP_SEEN = "DROP TABLE {name}"

PUT_USED = "INSERT OR IGNORE INTO used VALUES (?, ?)"
USED = """SELECT DISTINCT u.label FROM used u JOIN names n ON n.id = u.kind
    WHERE n.sort = 'kind' AND n.name IN ({marks})"""
RECALLED_BEFORE = "SELECT 1 FROM recalls WHERE message = ? AND label = ?"
PUT_RECALL = "INSERT OR IGNORE INTO recalls VALUES (?, ?, ?, ?)"
LET_BACK = "DELETE FROM recalls WHERE message = ? AND label = ?"
RELABELLED = """SELECT m.id, m.size, m.data, n.name, a.name FROM messages m
    JOIN arrivals a ON a.message = m.id AND a.first JOIN names n ON n.id = a.source
    WHERE m.sha = ? ORDER BY a.id LIMIT 1"""
RECALLS = """SELECT lower(hex(m.sha)), r.label, r.time, r.reason FROM recalls r
    JOIN messages m ON m.id = r.message ORDER BY r.time"""
EDITION_SPAN = "SELECT first, last FROM editions WHERE id = ?"
MESSAGE_SHA = "SELECT sha FROM messages WHERE id = ?"
#: As a row of `MESSAGE_EDITIONS`.
EDITION_ROW = """SELECT e.id, s.name, s.mode, e.ord, e.eff, e.issued, e.action, e.serial,
        e.source, e.first, e.last
    FROM editions e JOIN series s ON s.id = e.series WHERE e.id = ?"""
#: Editions with a record that was computed from a record of this edition.
DERIVED = """SELECT DISTINCT e.id, e.label FROM records r JOIN editions e ON e.id = r.edition
    WHERE r.basis IS NOT NULL AND e.label >= 0 AND EXISTS (SELECT 1 FROM json_each(r.basis) j
        JOIN records b ON b.id = j.value WHERE b.edition = ?)"""
#: Whether a record of an edition was merged attribute by attribute; and the messages that were
#: merged with it later.
IS_MERGED = """SELECT 1 FROM records WHERE id BETWEEN ? AND ? AND edition = ?
    AND instr(body, CAST('"_update"' AS BLOB)) > 0 LIMIT 1"""
MERGED_AFTER = """SELECT DISTINCT x.message FROM records r JOIN editions e ON e.id = r.edition
    JOIN editions x ON x.series = e.series AND x.label >= 0
    JOIN records y ON y.id BETWEEN x.first AND x.last AND y.edition = x.id
        AND y.kind = r.kind AND y.key = r.key
    WHERE r.id BETWEEN ? AND ? AND r.edition = ? AND x.ord > ?"""
#: Editions that let what an edition said hold again, when a later one was recalled.
COPIES = """SELECT DISTINCT x.id FROM records r JOIN editions e ON e.id = r.edition
    JOIN editions x ON x.series = e.series AND x.ord > e.ord AND x.message IS NULL AND x.label >= 0
    JOIN records y ON y.id BETWEEN x.first AND x.last AND y.edition = x.id
        AND y.kind = r.kind AND y.key = r.key AND y.digest IS r.digest AND NOT y.ended
    WHERE r.id BETWEEN ? AND ? AND r.edition = ?"""
#: What was recalled is not sent again: the envelopes that carry it keep their signed header only.
WITHHOLD = """UPDATE envelopes SET content = NULL WHERE id IN
    (SELECT envelope FROM carried WHERE message = ?)"""
HIDE_EDITION = "UPDATE editions SET label = -1 WHERE id = ?"
RECORDS_OF = "SELECT id, kind, place, area FROM records WHERE id BETWEEN ? AND ? AND edition = ?"
HIDE_SPANS = "UPDATE spans SET label = -1 WHERE kind = ? AND place = ? AND id = ?"
HIDE_ARRIVALS = "UPDATE arrivals SET label = -1 WHERE message = ? AND label = ?"
ERASE_RECORD = """UPDATE records SET body = X'7B7D', geometry = NULL, digest = NULL, area = NULL,
    confidence = NULL WHERE id = ?"""
ERASE_NAMES = "UPDATE arrivals SET name = '' WHERE message = ? AND label = -1"
#: What was overwritten is still in the log that is written ahead, until that is emptied.
EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
ERASE_MESSAGE = """UPDATE messages SET data = X'', reason = 'erased', faults = X'5B5D' WHERE id = ?
    AND NOT EXISTS (SELECT 1 FROM arrivals a WHERE a.message = messages.id AND a.label >= 0)"""
#: Bytes that were erased under one label, and come again under another.
FILL_ERASED = """UPDATE messages SET data = ?, reason = '' WHERE id = ? AND size > 0
    AND length(data) = 0"""
#: Messages under labels of personal data that have been kept for as long as they may be.
EXPIRED = """SELECT m.sha FROM arrivals a JOIN messages m ON m.id = a.message
    WHERE a.label = ? AND a.received < ? GROUP BY m.id LIMIT ?"""
NARROW_ARRIVAL = "UPDATE arrivals SET label = ? WHERE message = ? AND label = ? AND first"


# --- exchange ----------------------------------------------------------------------------------

PUT_DUE = "INSERT INTO due (message, label, sort, name, content) VALUES (?, ?, ?, ?, ?)"
#: What had been read before the exchange began, to be read again for it.
FILL_DUE = """INSERT INTO due (message, label, sort, name, content)
    SELECT DISTINCT a.message, a.label, 'editions', '', NULL
    FROM arrivals a JOIN messages m ON m.id = a.message
    WHERE a.first AND a.label >= 0 AND a.label <> 2 AND m.state = 'read' AND m.format <> 'exchange'
        AND NOT EXISTS (SELECT 1 FROM due d WHERE d.message = a.message AND d.label = a.label)
        AND NOT EXISTS (SELECT 1 FROM carried c JOIN envelopes e ON e.id = c.envelope
            WHERE c.message = a.message AND e.stream = a.label)
    ORDER BY a.id"""
DUE = """SELECT d.id, d.message, d.label, d.sort, d.name, d.content, m.sha, m.size, m.data,
        m.media_type, m.format, a.name, n.name, a.received
    FROM due d LEFT JOIN messages m ON m.id = d.message
    LEFT JOIN arrivals a ON a.id = (SELECT min(b.id) FROM arrivals b WHERE b.message = d.message
        AND b.label = d.label AND b.first)
    LEFT JOIN names n ON n.id = a.source WHERE d.label NOT IN ({without}) ORDER BY d.id LIMIT ?"""
COUNT_DUE = "SELECT count(*) FROM due"
DROP_DUE = "DELETE FROM due WHERE id = ?"
DROP_DUE_OF = "DELETE FROM due WHERE message = ? AND label = ? AND sort = 'editions'"
STREAM = """SELECT origin, stream, label, wire, seq, hash, changed FROM streams
    WHERE origin = ? AND stream = ?"""
STREAMS = """SELECT origin, stream, label, wire, seq, hash, changed FROM streams
    WHERE changed > ? ORDER BY changed"""
PUT_STREAM = "INSERT OR REPLACE INTO streams VALUES (?,?,?,?,?,?,?)"
STREAM_CHANGES = "SELECT coalesce(max(changed), 0) FROM streams"
PUT_ENVELOPE = """INSERT INTO envelopes (origin, stream, seq, time, signed, content)
    VALUES (?,?,?,?,?,?)"""
ENVELOPE = "SELECT id, signed, content FROM envelopes WHERE origin = ? AND stream = ? AND seq = ?"
#: In the order in which they came to this node, so that an origin's order is kept.
ENVELOPES = """SELECT id, origin, stream, seq, signed, content FROM envelopes
    WHERE origin = ? AND stream = ? AND seq >= ? AND seq <= ? ORDER BY seq LIMIT ?"""
ENVELOPE_IDS = """SELECT id, seq FROM envelopes
    WHERE origin = ? AND stream = ? AND seq >= ? AND seq <= ? ORDER BY seq LIMIT ?"""
ENVELOPE_WITH_ID = """SELECT id, origin, stream, seq, signed, content FROM envelopes
    WHERE id = ?"""
FILL_ENVELOPE = "UPDATE envelopes SET content = ? WHERE id = ?"
#: The first run of envelopes without content after a number.
WITHHELD = """WITH first (seq) AS (SELECT min(seq) FROM envelopes
        WHERE origin = ?1 AND stream = ?2 AND content IS NULL AND seq > ?3)
    SELECT seq, coalesce((SELECT min(e.seq) - 1 FROM envelopes e WHERE e.origin = ?1
        AND e.stream = ?2 AND e.content IS NOT NULL AND e.seq > first.seq),
        (SELECT s.seq FROM streams s WHERE s.origin = ?1 AND s.stream = ?2)) FROM first"""
HOLES = """SELECT origin, stream, count(*) FROM envelopes WHERE content IS NULL
    GROUP BY origin, stream"""
FILLED = "UPDATE streams SET changed = ? WHERE origin = ? AND stream = ?"
LOG = """SELECT origin, stream, seq, time, signed, content FROM envelopes
    WHERE origin = ? ORDER BY time, stream, seq"""
LATEST_TIME = """SELECT coalesce(max(e.time), 0) FROM streams s JOIN envelopes e
    ON e.origin = s.origin AND e.stream = s.stream AND e.seq = s.seq WHERE s.origin = ?"""
PUT_CARRIED = "INSERT OR IGNORE INTO carried VALUES (?, ?, ?)"
#: Where a message of an origin is carried: its number here, and its envelope.
CARRIED = """SELECT c.message, e.id FROM carried c JOIN envelopes e ON e.id = c.envelope
    WHERE e.origin = ? AND e.stream = ? AND c.sha = ?"""
CARRIED_IN = "SELECT message, sha FROM carried WHERE envelope = ?"
#: The envelopes of a stream that carry a message.
SENT = """SELECT e.id, e.content FROM carried c JOIN envelopes e ON e.id = c.envelope
    WHERE c.message = ? AND e.origin = ? AND e.stream = ?"""
PUT_REVOKED = "INSERT OR REPLACE INTO revoked VALUES (?, ?, ?, ?, ?)"
#: What was said again after it had been taken back holds.
REVOKED = "SELECT 1 FROM revoked WHERE origin = ? AND stream = ? AND sha = ? AND seq > ?"
PUT_NARROWED = "INSERT OR IGNORE INTO narrowed VALUES (?, ?, ?, ?)"
NARROWED = "SELECT origin, stream, seq, wire FROM narrowed ORDER BY origin, stream, seq"
EXCHANGED = """SELECT (SELECT count(*) FROM streams), (SELECT count(*) FROM envelopes),
    (SELECT count(*) FROM due)"""
