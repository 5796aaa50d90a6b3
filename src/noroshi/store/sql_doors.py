"""SQL of what comes in from people (`noroshi.store.web_turns`, `noroshi.store.line_events`), in
`people.db`."""

from __future__ import annotations

#: A turn after the last; under a key that is there already nothing is added.
ADD_TURN = """INSERT INTO web_turns (contact, mode, number, key, at, words, expires)
    SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4, ?5, ?6
    FROM web_turns WHERE contact = ?1 AND mode = ?2
    ON CONFLICT (contact, mode, key) DO NOTHING RETURNING number"""
#: The newest `?4` after a number, newest first.
TURNS = """SELECT number, at, words FROM web_turns WHERE contact = ?1 AND mode = ?2 AND number > ?3
    ORDER BY number DESC LIMIT ?4"""
TURN = "SELECT number, at, words FROM web_turns WHERE contact = ? AND mode = ? AND key = ?"
LAST = "SELECT max(number) FROM web_turns WHERE contact = ? AND mode = ?"
#: Of a long conversation the beginning goes.
CUT = "DELETE FROM web_turns WHERE contact = ? AND mode = ? AND number <= ?"

ADD_EVENT = """INSERT INTO line_events (event, contact, received, state, body, expires)
    VALUES (?, ?, ?, 0, ?, ?) ON CONFLICT (event) DO NOTHING"""
#: What waits: of each contact the oldest, the oldest first.
EVENTS = """SELECT event, contact, min(received), state, body FROM line_events WHERE state < 2
    GROUP BY contact ORDER BY 3, rowid LIMIT ?"""
#: `body` of what was answered is not kept; that it was is, so that it is not answered again.
ANSWERED = "UPDATE line_events SET state = 2, body = ? WHERE event = ?"
UNDER_WAY = "UPDATE line_events SET state = 1 WHERE event = ?"
WAITING = "SELECT count(*) FROM line_events WHERE state < 2"
