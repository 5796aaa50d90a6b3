"""All SQL of the embedded store, and what its tables mean.

`spans` is the index by which every picture is read: one row per place and stretch of validity,
clustered by kind and place token, so that a query is a few range scans in which time and label
are compared without touching a record. A row is in the picture at (at, as_of) when
`vf <= at < vt`, `rf <= as_of < rt`, and not (`sv <= at` and `sr <= as_of`): `sv`, `sr` say from
when in the world, and since when known, a later version stands in its place. Supersession in the
order of issue only sets these two; an edition that arrives late splits a row (`piece`).

`heads` has the last version of each key of a series; `records.prev` leads back through the
versions in the order of their editions. Rows of `records` are never changed but for `prev`.
"""

SCHEMA_VERSION = 3

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE names (id INTEGER PRIMARY KEY, sort TEXT NOT NULL, name TEXT NOT NULL,
    UNIQUE (sort, name));
CREATE TABLE messages (id INTEGER PRIMARY KEY, sha BLOB NOT NULL UNIQUE, size INT NOT NULL,
    data BLOB NOT NULL, media_type TEXT NOT NULL,
    format TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, records INT NOT NULL,
    stated INT NOT NULL, faults BLOB NOT NULL);
CREATE INDEX messages_unread ON messages (state) WHERE state <> 'read';
CREATE TABLE arrivals (id INTEGER PRIMARY KEY, message INT NOT NULL, source INT NOT NULL,
    received INT NOT NULL, first INT NOT NULL, name TEXT NOT NULL, label INT NOT NULL);
CREATE INDEX arrivals_message ON arrivals (message);
CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mode INT NOT NULL,
    label INT NOT NULL, UNIQUE (name, mode, label));
CREATE TABLE mixed (series INTEGER PRIMARY KEY);
CREATE TABLE editions (id INTEGER PRIMARY KEY, series INT NOT NULL, ord BLOB NOT NULL,
    issued INT NOT NULL, action INT NOT NULL, serial INT NOT NULL, eff INT NOT NULL,
    whole INT NOT NULL, recorded INT NOT NULL, label INT NOT NULL, source INT NOT NULL,
    message INT, first INT NOT NULL, last INT NOT NULL, same TEXT);
CREATE INDEX editions_series ON editions (series, ord);
CREATE INDEX editions_message ON editions (message) WHERE message IS NOT NULL;
CREATE TABLE records (id INTEGER PRIMARY KEY, edition INT NOT NULL, kind INT NOT NULL,
    key TEXT NOT NULL, prev INT, ended INT NOT NULL, place INT NOT NULL, area TEXT, vf INT NOT NULL,
    vt INT NOT NULL, confidence REAL, basis BLOB, geometry BLOB, digest BLOB, body BLOB NOT NULL);
CREATE TABLE heads (series INT NOT NULL, key TEXT NOT NULL, id INT NOT NULL, ord BLOB NOT NULL,
    eff INT NOT NULL, digest BLOB, ended INT NOT NULL, kind INT NOT NULL, place INT NOT NULL,
    area INT, PRIMARY KEY (series, key)) WITHOUT ROWID;
CREATE INDEX heads_key ON heads (key);
CREATE TABLE spans (kind INT NOT NULL, place INT NOT NULL, id INT NOT NULL, piece INT NOT NULL,
    label INT NOT NULL, vf INT NOT NULL, vt INT NOT NULL, rf INT NOT NULL, rt INT NOT NULL,
    sv INT NOT NULL, sr INT NOT NULL, PRIMARY KEY (kind, place, id, piece)) WITHOUT ROWID;
CREATE TABLE places (token INTEGER PRIMARY KEY, area TEXT NOT NULL, name TEXT NOT NULL,
    level TEXT NOT NULL, kana TEXT NOT NULL, parents TEXT NOT NULL, west REAL, south REAL,
    east REAL, north REAL, geometry BLOB);
"""

#: What version 3 added: the last of what was written under each label, by when and which version.
SCHEMA_KNOWN = """
CREATE TABLE known (label INTEGER PRIMARY KEY, recorded INT NOT NULL, version INT NOT NULL);
INSERT INTO known SELECT label, max(recorded), max(CASE WHEN last >= first THEN last ELSE 0 END)
    FROM editions WHERE label >= 0 GROUP BY label;
"""
NOTE_KNOWN = """INSERT INTO known SELECT label, max(recorded),
        max(CASE WHEN last >= first THEN last ELSE 0 END)
    FROM editions WHERE id > ? AND label >= 0 GROUP BY label
    ON CONFLICT (label) DO UPDATE SET recorded = max(recorded, excluded.recorded),
        version = max(version, excluded.version)"""
KNOWN = "SELECT coalesce(max(recorded), 0), coalesce(max(version), 0) FROM known WHERE {labels}"

OPEN = """
PRAGMA journal_mode = WAL;
PRAGMA secure_delete = ON;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 16000;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -65536;
PRAGMA temp_store = MEMORY;
"""

GET_META = "SELECT value FROM meta WHERE name = ?"
PUT_META = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
GET_NAME = "SELECT id FROM names WHERE sort = ? AND name = ?"
PUT_NAME = "INSERT INTO names (sort, name) VALUES (?, ?)"
ALL_NAMES = "SELECT id, name FROM names WHERE sort = ?"
DATA_VERSION = "PRAGMA data_version"

# --- messages ----------------------------------------------------------------------------------

FIND_MESSAGE = "SELECT id, state FROM messages WHERE sha = ?"
PUT_MESSAGE = "INSERT INTO messages VALUES (?,?,?,?,?,?,?,?,?,?,?)"
PUT_ARRIVAL = "INSERT INTO arrivals VALUES (NULL,?,?,?,?,?,?)"
FIND_ARRIVAL = "SELECT 1 FROM arrivals WHERE message = ? AND label = ? LIMIT 1"
SETTLE_MESSAGE = """UPDATE messages SET media_type = ?, format = ?, state = ?, reason = ?,
    records = records + ?, stated = ?, faults = ? WHERE id = ?"""
#: A message's first arrival under each of its labels.
MESSAGE_ORIGINS = """SELECT m.id, m.state, a.label, a.source, m.format FROM messages m
    JOIN arrivals a ON a.message = m.id AND a.first = 1 AND a.label >= 0
    WHERE m.sha = ? ORDER BY a.id"""
#: What is not read at all, or was not yet read for one of the labels under which it arrived.
WAITING = """SELECT sha FROM messages WHERE state = 'waiting' UNION
    SELECT m.sha FROM messages m JOIN arrivals a ON a.message = m.id AND a.first AND a.label >= 0
    WHERE m.state = 'read' AND m.stated > 0 AND NOT EXISTS
        (SELECT 1 FROM editions e WHERE e.message = m.id AND e.label = a.label)"""
ARRIVALS = """SELECT lower(hex(m.sha)), n.name, a.received, m.media_type, m.size,
        CASE WHEN a.first THEN m.state ELSE 'duplicate' END, m.reason,
        CASE WHEN a.first THEN (SELECT coalesce(sum(e.last - e.first + 1), 0) FROM editions e
            WHERE e.message = m.id AND e.label = a.label) ELSE 0 END,
        CASE WHEN a.first THEN m.stated ELSE 0 END,
        a.name, m.format, a.label, m.faults
    FROM arrivals a JOIN messages m ON m.id = a.message JOIN names n ON n.id = a.source
    WHERE {where} ORDER BY a.id"""
_SEEN = "EXISTS (SELECT 1 FROM arrivals a WHERE a.message = m.id AND a.{label})"
MESSAGE_DATA = "SELECT m.size, m.data, m.state, m.format FROM messages m WHERE m.sha = ?"
MESSAGES_LIKE = f"SELECT m.sha FROM messages m WHERE m.sha >= ? AND m.sha <= ? AND {_SEEN} LIMIT 2"

# --- writing records ---------------------------------------------------------------------------

GET_SERIES = "SELECT id FROM series WHERE name = ? AND mode = ? AND label = ?"
PUT_SERIES = "INSERT INTO series (name, mode, label) VALUES (?, ?, ?)"
#: Notes the series that are kept under more than one label, so that reads need not look for them.
NOTE_MIXED = """INSERT OR IGNORE INTO mixed SELECT id FROM series WHERE name = ?1 AND mode = ?2
    AND (SELECT count(*) FROM series WHERE name = ?1 AND mode = ?2) > 1"""
#: Rises whenever there are more of them, so that what was found of them can be remembered.
COUNT_MIXED = """INSERT INTO meta VALUES ('mixed', 1)
    ON CONFLICT (name) DO UPDATE SET value = value + 1"""
TOP_ORDER = "SELECT max(ord) FROM editions WHERE series = ?"
NEXT_IDS = """SELECT (SELECT coalesce(max(id), 0) FROM records),
    (SELECT coalesce(max(id), 0) FROM editions), (SELECT coalesce(max(id), 0) FROM messages)"""
_HEAD = "key, id, ord, eff, digest, ended, kind, place, area"
SERIES_HEADS = f"SELECT {_HEAD} FROM heads WHERE series = ?"
SOME_HEADS = f"SELECT {_HEAD} FROM heads WHERE series = ? AND key IN ({{marks}})"
PUT_EDITION = "INSERT INTO editions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
FINISH_EDITION = "UPDATE editions SET last = ?, same = ? WHERE id = ?"
PUT_RECORD = "INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
PUT_HEAD = "INSERT OR REPLACE INTO heads VALUES (?,?,?,?,?,?,?,?,?,?)"
PUT_SPAN = "INSERT INTO spans VALUES (?,?,?,?,?,?,?,?,?,?,?)"
HIDE_SPAN = """UPDATE spans SET sv = ?, sr = ? WHERE kind = ? AND place = ? AND id = ?
    AND rt = 4611686018427387904"""
LATER_EDITIONS = """SELECT id, ord, eff, whole, issued, action, serial, label, source, message, same
    FROM editions WHERE series = ? AND ord > ? ORDER BY ord, id"""
CHAIN_LINK = """SELECT r.id, e.ord, e.eff, r.digest, r.ended, r.kind, r.place, r.prev, r.area,
        r.vf, r.vt, r.confidence, r.basis, r.geometry, r.body, e.label
    FROM records r JOIN editions e ON e.id = r.edition WHERE r.id = ?"""
GEOMETRY = "SELECT geometry FROM records WHERE id = ?"
RECORD_BODY = "SELECT body, geometry, vt, area FROM records WHERE id = ?"
MESSAGE_EDITIONS = """SELECT e.id, s.name, s.mode, e.ord, e.eff, e.issued, e.action, e.serial,
        e.source, e.first, e.last
    FROM editions e JOIN series s ON s.id = e.series WHERE e.message = ? AND e.label = ?"""
EDITION_KEYS = "SELECT kind, key FROM records WHERE id BETWEEN ? AND ? AND edition = ?"
WITHDRAW_EDITION = "UPDATE editions SET whole = 0, same = NULL WHERE id = ?"
RECORD_EDITION = """SELECT e.issued, e.action, e.serial, e.label, e.source, e.message, e.whole
    FROM records r JOIN editions e ON e.id = r.edition WHERE r.id = ?"""
RELINK = "UPDATE records SET prev = ? WHERE id = ?"
OPEN_SPANS = """SELECT piece, label, vf, vt, sv FROM spans
    WHERE kind = ? AND place = ? AND id = ? AND rt = 4611686018427387904"""
END_SPAN = "UPDATE spans SET rt = ? WHERE kind = ? AND place = ? AND id = ? AND piece = ?"
SPAN_PIECES = "SELECT count(*) FROM spans WHERE kind = ? AND place = ? AND id = ?"

# --- reading -----------------------------------------------------------------------------------

_SHOWN = """s.vf <= :at AND :at < s.vt AND s.rf <= :as_of AND :as_of < s.rt
    AND NOT (s.sv <= :at AND s.sr <= :as_of)"""
#: As `_SHOWN`, but also what has run out by `at` without anything standing in its place.
_LAPSED = """s.rf <= :as_of AND :as_of < s.rt AND s.vf <= :at
    AND NOT (s.sv <= :at AND s.sr <= :as_of)"""
_VERSION = """r.id, r.kind, r.key, e.series, e.action, e.issued, e.serial, e.recorded, r.vf, r.vt,
    e.label, e.source, m.sha, r.area, r.geometry, r.confidence, r.basis, r.body, r.ended"""
_JOIN = "JOIN editions e ON e.id = r.edition LEFT JOIN messages m ON m.id = e.message"


#: As `_SHOWN`, at some time from `at` up to and including `until`.
_SOMETIME = """s.vf <= :until AND max(s.vf, :at) < s.vt AND s.rf <= :as_of AND :as_of < s.rt
    AND NOT (s.sv <= max(s.vf, :at) AND s.sr <= :as_of)"""
#: In the picture at some time from `at` to `until`, as known at some time since `at`.
_EVER = """s.vf <= :until AND max(s.vf, :at) < s.vt AND :at < s.rt
    AND NOT (s.sv <= max(s.vf, :at) AND s.sr <= :at)"""
WHEN = {"shown": _SHOWN, "lapsed": _LAPSED, "sometime": _SOMETIME, "ever": _EVER}


def picture(*, ranges: int, when: str, series: str, labels: str, boxed: bool, after: bool) -> str:
    """The statement for a picture over `ranges` token ranges (0: the whole kind), or of the series
    with these numbers. `when` is one of `WHEN`. Rows come in the order of place and id where the
    ranges do; `after` leaves out those up to (:place, :id). `boxed` leaves out the second row of
    what has a geometry and an area."""
    shown = f"{WHEN[when]} AND s.{labels}"
    if after:
        shown += " AND (s.place, s.id) > (:place, :id)"
    if series:
        source = """editions x JOIN records y ON y.id BETWEEN x.first AND x.last
                AND y.edition = x.id
            CROSS JOIN spans s ON s.kind = y.kind AND s.place = y.place AND s.id = y.id"""
        where = f"x.series IN ({series}) AND s.piece >= 0 AND {shown}"
    elif ranges:
        values = ", ".join(f"(:lo{number}, :hi{number})" for number in range(ranges))
        source = f"""(SELECT column1 AS lo, column2 AS hi FROM (VALUES {values})) q
            CROSS JOIN spans s ON s.kind = :kind AND s.place BETWEEN q.lo AND q.hi"""
        where = f"{shown} AND s.piece >= 0" if boxed else shown
    else:
        source = "spans s"
        where = f"s.kind = :kind AND s.piece >= 0 AND {shown}"
    order = "" if ranges or series else "ORDER BY s.place, s.id"
    return f"""SELECT {_VERSION}, s.sv, s.sr, e.ord, s.place, s.vf, s.vt, s.rf, s.rt
        FROM {source} CROSS JOIN records r ON r.id = s.id {_JOIN} WHERE {where} {order}"""


#: Per span the moment at which it next enters or leaves the picture; the earliest of them all.
NEXT_CHANGE = """SELECT min(CASE WHEN vf > :at THEN vf ELSE te END) FROM (SELECT vf,
        CASE WHEN sr <= :as_of THEN min(vt, sv) ELSE vt END AS te FROM spans
        WHERE kind = :kind AND piece >= 0 AND rf <= :as_of AND :as_of < rt AND {labels})
    WHERE te > :at AND vf < te"""
KIND_IN_SERIES = "SELECT 1 FROM heads WHERE series IN ({series}) AND kind = ? LIMIT 1"
#: As `picture` of a whole kind, but only which versions: the index answers it alone.
PAGE_IDS = f"""SELECT s.place, s.id FROM spans s WHERE s.kind = :kind AND s.piece >= 0
    AND (s.place, s.id) > (:place, :id) AND {_SHOWN} AND s.{{labels}}
    ORDER BY s.place, s.id LIMIT :limit"""


def page_ids_in(ranges: int, labels: str) -> str:
    """As `PAGE_IDS`, in token ranges that are in order."""
    values = ", ".join(f"(:lo{number}, :hi{number})" for number in range(ranges))
    return f"""SELECT s.place, s.id
        FROM (SELECT column1 AS lo, column2 AS hi FROM (VALUES {values})) q
        CROSS JOIN spans s ON s.kind = :kind AND s.place BETWEEN q.lo AND q.hi
        WHERE s.piece >= 0 AND (s.place, s.id) > (:place, :id) AND {_SHOWN} AND s.{labels}"""


HISTORY_HEADS = """SELECT h.id FROM heads h JOIN series s ON s.id = h.series
    WHERE h.key = ? AND s.mode = ?"""
THING_HEAD = """SELECT h.id, n.id FROM names n
    JOIN heads h ON h.series = :series AND h.key = n.id || ':' || :key
    JOIN series s ON s.id = h.series
    WHERE n.sort = 'kind' AND n.name = :kind AND s.{labels}"""
IS_SHOWN = f"""SELECT s.sv, s.sr FROM records r JOIN spans s
    ON s.kind = r.kind AND s.place = r.place AND s.id = r.id
    WHERE r.id = :id AND {_SHOWN} AND s.{{labels}} LIMIT 1"""
SERIES_NAME_MODE = "SELECT name, mode FROM series WHERE id = ?"
TALLY = f"""SELECT count(*), max(e.issued), max(s.rf), max(r.geometry IS NOT NULL)
    FROM spans s CROSS JOIN records r ON r.id = s.id JOIN editions e ON e.id = r.edition
    WHERE s.kind = :kind AND s.piece >= 0 AND {_SHOWN} AND s.{{labels}}"""
KINDS = """SELECT n.name FROM names n WHERE n.sort = 'kind' AND EXISTS (SELECT 1 FROM spans s
    WHERE s.kind BETWEEN n.id * 4 AND n.id * 4 + 3 AND s.{labels})"""
LATEST = "SELECT coalesce(max(id), 0) FROM records"
#: Versions by id; what ended one is looked up beside it.
CHANGES = f"""SELECT {_VERSION}, r.prev, (SELECT min(s.sv) FROM spans s
        WHERE s.kind = r.kind AND s.place = r.place AND s.id = r.id),
    (SELECT min(s.sr) FROM spans s WHERE s.kind = r.kind AND s.place = r.place AND s.id = r.id)
    FROM records r {_JOIN} WHERE {{where}} ORDER BY r.id {{order}} LIMIT :limit"""
NEWS = """SELECT r.id, r.kind, e.series, r.vf FROM records r JOIN editions e ON e.id = r.edition
    WHERE r.id > ? AND e.label >= 0 ORDER BY r.id LIMIT ?"""
SOME_VERSIONS = f"SELECT {_VERSION}, r.prev FROM records r {_JOIN} WHERE r.id IN ({{ids}})"
SOURCE_ARRIVALS = """SELECT a.source, count(*), max(a.received) FROM arrivals a
    WHERE a.{labels} GROUP BY a.source"""
#: Of one mode: a drill tells nothing of whether its sender can be relied on.
SOURCE_NEWEST = """SELECT e.source, max(e.issued) FROM editions e
    JOIN series s ON s.id = e.series AND s.mode = ?
    WHERE e.message IS NOT NULL AND e.{labels} GROUP BY e.source"""
SOURCE_RECENT = """SELECT e.source, e.issued, min(e.recorded) - e.issued
    FROM (SELECT * FROM editions WHERE {labels} ORDER BY id DESC LIMIT 20000) e
    JOIN series s ON s.id = e.series AND s.mode = ?
    WHERE e.message IS NOT NULL AND e.issued <= ?
    GROUP BY e.source, e.issued ORDER BY e.issued DESC"""
SOURCE_QUARANTINED = """SELECT a.source, count(*), sum(a.received > ?) FROM messages m
    JOIN arrivals a ON a.message = m.id AND a.first
    WHERE m.state = 'quarantined' AND a.{labels} GROUP BY a.source"""
#: Arrivals one after another, with what came of their messages.
ARRIVED = """SELECT a.id, n.name, a.received, a.first, a.label, m.id, m.state, m.reason, m.faults
    FROM arrivals a JOIN messages m ON m.id = a.message JOIN names n ON n.id = a.source
    WHERE a.id > ? ORDER BY a.id LIMIT ?"""
LAST_ARRIVAL = "SELECT coalesce(max(id), 0) FROM arrivals"
ARRIVED_EDITIONS = """SELECT e.id, e.series, s.mode, e.issued, e.ord, e.whole, e.first, e.last
    FROM editions e JOIN series s ON s.id = e.series WHERE e.message = ? AND e.label = ?"""
ARRIVED_PLACES = """SELECT area, geometry FROM records
    WHERE id BETWEEN ? AND ? AND edition = ? AND geometry IS NOT NULL LIMIT ?"""
TWIN_EDITIONS = """SELECT whole, id, first, last FROM editions
    WHERE series = ? AND ord >= ? AND ord < ? AND id < ? AND message <> ?"""
TWIN_KEYS = """SELECT count(*) FROM records r WHERE r.id BETWEEN ? AND ? AND r.edition = ?
    AND EXISTS (SELECT 1 FROM records o WHERE o.id BETWEEN ? AND ? AND o.edition = ?
        AND o.kind = r.kind AND o.key = r.key AND o.digest <> r.digest)"""
#: As `TWIN_KEYS` of two whole tables, of which only changes were stored: what was stored of one and
#: is not the same in the other.
TWIN_OTHERS = """SELECT count(*) FROM records r WHERE r.id BETWEEN ? AND ? AND r.edition = ?
    AND NOT EXISTS (SELECT 1 FROM records o WHERE o.id BETWEEN ? AND ? AND o.edition = ?
        AND o.kind = r.kind AND o.key = r.key AND o.digest = r.digest)"""
DENSITY = """SELECT (e.{time} - :start) / :width, sum(e.last - e.first + 1)
    FROM editions e JOIN series s ON s.id = e.series
    WHERE e.message IS NOT NULL AND e.{time} >= :start AND e.{time} < :end
        AND e.last >= e.first AND s.mode = :mode AND e.{labels} GROUP BY 1"""
HISTORY_LINK = f"""SELECT {_VERSION}, r.prev, e.ord, e.eff FROM records r {_JOIN} WHERE r.id = ?"""
VERSION = f"SELECT {_VERSION} FROM records r {_JOIN} WHERE r.id = ? AND e.{{labels}}"
VERSION_END = """SELECT min(s.sv), min(s.sr) FROM records r
    JOIN spans s ON s.kind = r.kind AND s.place = r.place AND s.id = r.id WHERE r.id = ?"""
SERIES_NAMES = "SELECT name FROM series WHERE id = ?"
SERIES_CALLED = "SELECT id FROM series WHERE name = ? AND mode = ? AND {labels}"
#: Series that are kept under several labels, as far as a reader sees them, and since when each is.
MIXED_SERIES = """SELECT s.id, s.name, s.mode,
        (SELECT min(e.recorded) FROM editions e WHERE e.series = s.id)
    FROM mixed m CROSS JOIN series s ON s.id = m.series WHERE s.{labels}"""
LATEST_WHOLE = """SELECT series, ord FROM editions WHERE series IN ({series}) AND whole
    AND recorded <= ? AND eff <= ? ORDER BY ord DESC LIMIT 1"""

LAST_ISSUE = "SELECT issued, serial FROM editions WHERE series = ? ORDER BY ord DESC LIMIT 1"
NEWEST = "SELECT last FROM editions WHERE message IS NOT NULL ORDER BY id DESC LIMIT 1"

# --- places and numbers ------------------------------------------------------------------------

PUT_PLACE = "INSERT OR REPLACE INTO places VALUES (?,?,?,?,?,?,?,?,?,?,?)"
PLACES = "SELECT area, name, level, kana, parents, geometry FROM places ORDER BY token DESC"
PLACES_IN_RANGE = """SELECT geometry FROM places
    WHERE token BETWEEN ? AND ? AND geometry IS NOT NULL"""
PLACES_LOCATED = "SELECT token, geometry FROM places WHERE geometry IS NOT NULL ORDER BY token"
FILE = "PRAGMA database_list"
COUNTS = {
    "messages": """SELECT m.state, count(DISTINCT m.id) FROM messages m
        JOIN arrivals a ON a.message = m.id WHERE a.{labels} GROUP BY m.state""",
    "records": """SELECT n.name, count(*) FROM records r JOIN editions e ON e.id = r.edition
        JOIN names n ON n.id = r.kind / 4 WHERE e.{labels} GROUP BY n.name""",
    "totals": """SELECT (SELECT count(DISTINCT series) FROM editions e WHERE e.{labels}),
        (SELECT count(*) FROM editions e WHERE e.{labels}),
        (SELECT count(*) FROM records r JOIN editions e ON e.id = r.edition WHERE e.{labels}),
        (SELECT count(*) FROM arrivals a WHERE a.{labels}),
        (SELECT count(*) FROM places)""",
}
#: Statements that count what must not be.
CHECKS = {
    "records without an edition": """SELECT count(*) FROM records r
        WHERE NOT EXISTS (SELECT 1 FROM editions e WHERE e.id = r.edition)""",
    "heads without a record": """SELECT count(*) FROM heads h
        WHERE NOT EXISTS (SELECT 1 FROM records r WHERE r.id = h.id)""",
    "spans without a record": """SELECT count(*) FROM spans s
        WHERE NOT EXISTS (SELECT 1 FROM records r WHERE r.id = s.id)""",
    "arrivals without a message": """SELECT count(*) FROM arrivals a
        WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = a.message)""",
}
