"""Taking back what an earlier reading of a message said, once a better one does not say it."""

from __future__ import annotations

from noroshi.store import sql
from noroshi.store.late import Content, chain, copy_of, put_copies, restate
from noroshi.store.rows import head_key
from noroshi.store.write import Origin, Writer


def withdraw(
    writer: Writer, message: int, kept: set[tuple[str, int]], label: int, recorded: int
) -> None:
    """Take back what an earlier reading of a message said of series that are not in `kept`
    (name and mode): there, what held before holds again, as known since `recorded`."""
    writer.flush()
    rows = writer.db.execute(sql.MESSAGE_EDITIONS, (message, label)).fetchall()
    for edition, name, mode, ord, eff, issued, action, serial, source, first, last in rows:
        if (name, mode) in kept:
            continue
        state = writer.series(name, mode, label)
        writer.load_heads(state, None)
        wanted: dict[str, Content | None] = {}
        for kind, plain in writer.db.execute(sql.EDITION_KEYS, (first, last, edition)).fetchall():
            key = head_key(kind >> 2, plain)
            head = state.heads.get(key)
            links = chain(writer, None if head is None else head.id)
            earlier = next((link for link in links if link.ord < ord), None)
            wanted[key] = None if earlier is None or earlier.ended else copy_of(earlier)
        writer.db.execute(sql.WITHDRAW_EDITION, (edition,))
        writer.last_edition += 1
        id, start = writer.last_edition, writer.last_id + 1
        origin = Origin(source, label, recorded, message)
        row = (id, state.id, ord, issued, action, serial, eff, 0, recorded, label, source, message)
        writer.db.execute(sql.PUT_EDITION, (*row, start, start - 1, None))
        _, copies = restate(writer, state, wanted, ord, eff, origin, id)
        writer.db.execute(sql.FINISH_EDITION, (writer.last_id, None, id))
        for later, mine in copies:
            put_copies(writer, state, later, mine, origin)
        writer.flush()
