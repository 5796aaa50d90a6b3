"""SQL of what is sent to people (`noroshi.store.sendings`): a queue in `people.db`.

States: 0 waiting, 1 sending, 2 sent, 3 received, 4 failed, 5 expired. Only what waits or is being
sent is in the index from which it is taken.
"""

from __future__ import annotations

ADD_WORDS = """INSERT INTO sending_words VALUES (:id, :words, :expires)
    ON CONFLICT (id) DO UPDATE SET expires = max(expires, excluded.expires)"""
#: Nothing is added for a contact that is not there, nor twice under one key.
ADD = """INSERT INTO sendings (contact, key, channel, mode, urgent, alert, edition, language, words,
        own, state, attempts, next_try, deadline, created, changed, call, first_try, reason,
        expires)
    SELECT c.id, :key, c.channel, :mode, :urgent, :alert, :edition, :language, :words, :own,
        iif(u.contact IS NULL, 0, 4), 0, :now, :deadline, :now, :now, '', 0,
        iif(u.contact IS NULL, '', 'unreachable'), :expires
    FROM contacts c LEFT JOIN unreachable u ON u.contact = c.id WHERE c.id = :contact
    ON CONFLICT (contact, key) DO NOTHING"""

_FIELDS = """s.id, s.contact, s.key, s.channel, s.mode, s.urgent, s.alert, s.edition, s.language,
    s.words, s.own, s.attempts, s.deadline, s.call, s.first_try"""
#: Two scans of one index each: what is urgent, then the rest, oldest due first.
TAKE = f"""SELECT {_FIELDS} FROM sendings s WHERE channel = :channel AND state = 0
    AND urgent = :urgent AND next_try <= :now ORDER BY next_try, id LIMIT :limit"""
CLAIM = """UPDATE sendings SET state = 1, attempts = attempts + 1, changed = :now, call = :call,
    first_try = iif(first_try = 0, :now, first_try) WHERE id = :id AND state = 0"""
CLAIMED = f"""SELECT {_FIELDS} FROM sendings s WHERE channel = ? AND state = 1
    ORDER BY urgent DESC, call, id"""
WORDS = "SELECT words FROM sending_words WHERE id = ?"

FINISH = """UPDATE sendings SET state = :state, changed = :now, reason = :reason, told = :told
    WHERE id = :id"""
#: Back to wait, unless a newer edition of the same alert is there for the same person.
AGAIN = """UPDATE sendings AS s SET changed = :now, reason = 'tried', told = :told,
    next_try = :next_try,
    state = iif(EXISTS (SELECT 1 FROM sendings n WHERE s.alert <> '' AND n.alert = s.alert
        AND n.contact = s.contact AND n.edition > s.edition), 5, 0)
    WHERE id = :id AND state = 1"""
UNTOUCHED = """UPDATE sendings AS s SET attempts = attempts - 1, changed = :now,
    state = iif(EXISTS (SELECT 1 FROM sendings n WHERE s.alert <> '' AND n.alert = s.alert
        AND n.contact = s.contact AND n.edition > s.edition), 5, 0)
    WHERE id = :id AND state = 1"""
EXPIRE = """UPDATE sendings SET state = 5, changed = :now, reason = 'deadline'
    WHERE state = 0 AND deadline <= :now"""

END_ADDRESS = """INSERT INTO unreachable VALUES (:contact, :now, :told)
    ON CONFLICT (contact) DO UPDATE SET since = excluded.since, told = excluded.told"""
FAIL_WAITING = """UPDATE sendings SET state = 4, changed = :now, reason = 'unreachable'
    WHERE contact = :contact AND state = 0"""

#: Who may have got an earlier edition of an alert, or waits for it; one row a person. `tried`:
#: it may have arrived. `hurried`: an urgent one of them still waits, and was not tried.
EARLIER = """SELECT contact, max(language),
        max(state IN (1, 2, 3) OR attempts > 0), max(state = 0 AND urgent AND attempts = 0)
    FROM sendings WHERE alert = :alert AND alert <> '' AND mode = :mode AND edition < :edition
    AND (state < 4 OR attempts > 0) GROUP BY contact"""
SUPERSEDE = """UPDATE sendings SET state = 5, changed = :now, reason = 'superseded'
    WHERE alert = :alert AND edition < :edition AND mode = :mode AND state = 0"""

COUNTS = "SELECT channel, mode, state, count(*) FROM sendings GROUP BY channel, mode, state"
OF_ALERT = """SELECT channel, edition, state, count(*) FROM sendings
    WHERE alert = ? AND alert <> '' AND mode = ? GROUP BY channel, edition, state"""
WAITING = "SELECT count(*) FROM sendings WHERE channel = ? AND state < 2"
#: When the next is due, and the oldest that is.
DUE = "SELECT min(next_try) FROM sendings WHERE channel = ? AND state = 0 AND urgent = ?"
OLDEST = "SELECT channel, min(created) FROM sendings WHERE state = 0 GROUP BY channel"
FOR_ONE = f"""SELECT {_FIELDS} FROM sendings s WHERE contact = ? AND mode = ? AND state = 0
    AND deadline > ? ORDER BY urgent DESC, id"""
OF_CONTACT = f"SELECT {_FIELDS} FROM sendings s WHERE contact = ?"
RECEIPTS = """SELECT key, channel, mode, alert, edition, state, attempts, created, changed, reason,
    told FROM sendings WHERE contact = ? ORDER BY id"""
REASONS = """SELECT channel, state, reason, count(*) FROM sendings WHERE state IN (4, 5)
    GROUP BY channel, state, reason ORDER BY count(*) DESC"""
SUPERSEDE_FOR = SUPERSEDE + " AND contact = :contact"
#: What a provider said of those that failed last.
LAST_FAILED = """SELECT contact, told FROM sendings WHERE channel = ? AND state = 4
    AND told IS NOT NULL ORDER BY changed DESC LIMIT ?"""
