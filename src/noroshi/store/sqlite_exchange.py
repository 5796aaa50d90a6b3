"""The log of the exchange with peers, in the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import msgspec

from noroshi.core.errors import NotFound
from noroshi.core.label import BUILT_IN, Sharing
from noroshi.formats import Limits
from noroshi.formats.exchange.items import read_items
from noroshi.store import READ, RELAYED, sql, sql_exchange
from noroshi.store.exchange import EDITIONS, RECALL, Due, Kept, OutOfStep, Received, Sealed, Stream
from noroshi.store.labels import define, restore
from noroshi.store.withdraw import recall
from noroshi.store.write import Writer

if TYPE_CHECKING:
    from noroshi.store import Incoming, Outcome, Receipt

Take = Callable[[Writer, "Incoming", "Outcome | None"], "Receipt"]


class SqliteLog:
    """`noroshi.store.exchange.Log` in the file of a store."""

    def __init__(
        self,
        connection: Callable[[], sqlite3.Connection],
        transaction: Callable[[], AbstractContextManager[Writer]],
        take: Take,
    ) -> None:
        self._connection, self._transaction, self._take = connection, transaction, take

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connection()

    def begin(self) -> int:
        """See `Log.begin`."""
        with self._transaction() as writer:
            writer.db.execute(sql_exchange.FILL_DUE)
            writer.db.execute(sql.PUT_META, ("exchange", 1))
            writer.exchanging = True
            count: int = writer.db.execute(sql_exchange.COUNT_DUE).fetchone()[0]
            return count

    def active(self) -> bool:
        """See `Log.active`."""
        row = self._db.execute(sql.GET_META, ("exchange",)).fetchone()
        return bool(row and row[0])

    def due(self, limit: int, without: Collection[int] = ()) -> list[Due]:
        """See `Log.due`."""
        statement = sql_exchange.DUE.format(without=", ".join(str(int(one)) for one in without))
        return [Due(*row) for row in self._db.execute(statement, (limit,))]

    def offer(self, content: bytes, *, source: str, label: int) -> None:
        """See `Log.offer`."""
        with self._transaction() as writer:
            row = (None, label, EDITIONS, source, content)
            writer.db.execute(sql_exchange.PUT_DUE, row)

    def drop(self, due: Sequence[int]) -> None:
        """See `Log.drop`."""
        with self._transaction() as writer:
            writer.db.executemany(sql_exchange.DROP_DUE, ((one,) for one in due))

    def seal(self, envelopes: Sequence[Sealed]) -> None:
        """See `Log.seal`."""
        with self._transaction() as writer:
            for one in envelopes:
                known = _stream(writer.db, one.origin, one.stream)
                if one.seq != (known.seq if known else 0) + 1:
                    raise OutOfStep(f"{one.origin}/{one.stream} is past {one.seq} already")
                for due in one.due:
                    if not writer.db.execute(sql_exchange.DROP_DUE, (due,)).rowcount:
                        raise OutOfStep(f"{one.origin}/{one.stream}: what it says was recalled")
                envelope = _put(writer.db, one, one.content)
                for message, sha in one.carried:
                    writer.db.execute(sql_exchange.PUT_CARRIED, (message, envelope, sha))
                if one.was is not None:
                    row = (one.origin, one.stream, one.seq, one.was)
                    writer.db.execute(sql_exchange.PUT_NARROWED, row)
                _put_stream(writer.db, one, one.label)

    def receive(self, envelopes: Sequence[Received]) -> tuple[int, set[str]]:
        """See `Log.receive`."""
        stored, kinds = 0, set[str]()
        with self._transaction() as writer:
            for one in envelopes:
                known = _stream(writer.db, one.origin, one.stream)
                if known is not None and one.seq <= known.seq:
                    added, changed = self._fill(writer, one, known.label)
                else:
                    added, changed = self._append(writer, one, known)
                stored += added
                kinds |= changed
        return stored, kinds

    def _append(self, writer: Writer, one: Received, known: Stream | None) -> tuple[int, set[str]]:
        seq, last = (0, bytes(32)) if known is None else (known.seq, known.hash)
        where = f"{one.origin}/{one.stream}#{one.seq}"
        if one.seq != seq + 1:
            raise OutOfStep(f"follows {seq}", where=where, remedy="ask for what is between")
        if one.prev != last:
            raise _forked(where)
        relabelled = known is not None and one.wire != known.wire
        if relabelled and not one.relabels:
            raise OutOfStep("has another label than its stream", where=where)
        label = one.label
        if relabelled and known is not None and known.label in BUILT_IN:
            raise OutOfStep("changes a label that is the same everywhere", where=where)
        if one.own is not None:
            _own_label(writer.db, one, relabelled=relabelled)
        if isinstance(label, Sharing):
            if known is None or known.wire != one.wire:
                label = define(writer.db, str(one.stream), label, one.origin, one.stream).id
            else:
                label = known.label
        envelope = _put(writer.db, one, one.content)
        stored, kinds = self._take_parts(writer, one, envelope, label)
        for sha in one.recalled:
            stored += self._recall(writer, one, sha, label)
            kinds.add("*")
        if relabelled and known is not None:
            row = (one.origin, one.stream, one.seq, known.wire)
            writer.db.execute(sql_exchange.PUT_NARROWED, row)
            kinds.add("*")
        _put_stream(writer.db, one, label)
        return stored, kinds

    def _fill(self, writer: Writer, one: Received, label: int) -> tuple[int, set[str]]:
        """Take the content of an envelope that was had without it, where it is let through now."""
        row = writer.db.execute(sql_exchange.ENVELOPE, (one.origin, one.stream, one.seq)).fetchone()
        if row is not None and row[1] != one.signed:
            raise _forked(f"{one.origin}/{one.stream}#{one.seq}")
        if row is None or row[2] is not None or one.content is None:
            return 0, set()
        shas = [part.sha for part in one.parts]
        revoked = [self._is_revoked(writer, one, sha) for sha in shas]
        if not any(revoked):
            writer.db.execute(sql_exchange.FILL_ENVELOPE, (one.content, row[0]))
            # So that whoever has it from here hears that there is more of it.
            changed = writer.db.execute(sql_exchange.STREAM_CHANGES).fetchone()[0] + 1
            writer.db.execute(sql_exchange.FILLED, (changed, one.origin, one.stream))
        return self._take_parts(writer, one, row[0], label)

    def _take_parts(
        self, writer: Writer, one: Received, envelope: int, label: int
    ) -> tuple[int, set[str]]:
        stored, kinds = 0, set[str]()
        for part in one.parts:
            if self._is_revoked(writer, one, part.sha):
                continue
            incoming = msgspec.structs.replace(part.incoming, label=label)
            stored += self._take(writer, incoming, part.outcome).records
            (message, _) = writer.db.execute(sql.FIND_MESSAGE, (incoming.sha,)).fetchone()
            writer.db.execute(sql_exchange.PUT_CARRIED, (message, envelope, part.sha))
            if part.outcome.format != RELAYED:  # this node's own, back from a peer: it was sent
                writer.db.execute(sql_exchange.DROP_DUE_OF, (message, label))
            if part.outcome.state == READ:
                for edition in part.outcome.editions:
                    kinds.update({record.kind for record in edition.records} or {"*"})
        return stored, kinds

    def _is_revoked(self, writer: Writer, one: Received, sha: bytes) -> bool:
        asked = (one.origin, one.stream, sha, one.seq)
        return writer.db.execute(sql_exchange.REVOKED, asked).fetchone() is not None

    def _recall(self, writer: Writer, one: Received, sha: bytes, label: int) -> int:
        asked = (one.origin, one.stream, sha)
        writer.db.execute(sql_exchange.PUT_REVOKED, (*asked, one.seq, one.reason))
        gone = 0
        for message, _ in writer.db.execute(sql_exchange.CARRIED, asked).fetchall():
            gone += recall(writer, message, label, one.reason, erase=False)[0]
        return gone

    def stream(self, origin: str, stream: int) -> Stream | None:
        """See `Log.stream`."""
        return _stream(self._db, origin, stream)

    def streams(self, after: int = -1) -> list[Stream]:
        """See `Log.streams`."""
        return [Stream(*row) for row in self._db.execute(sql_exchange.STREAMS, (after,))]

    def changed(self) -> int:
        """See `Log.changed`."""
        number: int = self._db.execute(sql_exchange.STREAM_CHANGES).fetchone()[0]
        return number

    def envelopes(self, origin: str, stream: int, first: int, last: int, limit: int) -> list[Kept]:
        """See `Log.envelopes`."""
        asked = (origin, stream, first, last, limit)
        return [Kept(*row) for row in self._db.execute(sql_exchange.ENVELOPES, asked)]

    def numbers(
        self, origin: str, stream: int, first: int, last: int, limit: int
    ) -> list[tuple[int, int]]:
        """See `Log.numbers`."""
        asked = (origin, stream, first, last, limit)
        return self._db.execute(sql_exchange.ENVELOPE_IDS, asked).fetchall()

    def envelope(self, id: int) -> Kept:
        """See `Log.envelope`."""
        row = self._db.execute(sql_exchange.ENVELOPE_WITH_ID, (id,)).fetchone()
        if row is None:
            raise NotFound(f"no envelope {id}")
        return Kept(*row)

    def withheld(self, origin: str, stream: int, after: int = 0) -> tuple[int, int] | None:
        """See `Log.withheld`."""
        row = self._db.execute(sql_exchange.WITHHELD, (origin, stream, after)).fetchone()
        return None if row[0] is None else (row[0], row[1])

    def holes(self) -> dict[tuple[str, int], int]:
        """See `Log.holes`."""
        rows = self._db.execute(sql_exchange.HOLES)
        return {(origin, stream): count for origin, stream, count in rows}

    def narrowed(self) -> list[tuple[str, int, int, bytes]]:
        """See `Log.narrowed`."""
        return self._db.execute(sql_exchange.NARROWED).fetchall()

    def log(self, origin: str) -> Iterator[tuple[int, int, int, bytes, bytes | None]]:
        """See `Log.log`."""
        for row in self._db.execute(sql_exchange.LOG, (origin,)):
            yield row[1:]

    def latest(self, origin: str) -> int:
        """See `Log.latest`."""
        time: int = self._db.execute(sql_exchange.LATEST_TIME, (origin,)).fetchone()[0]
        return time

    def counts(self) -> tuple[int, int, int]:
        """See `Log.counts`."""
        found: tuple[int, int, int] = self._db.execute(sql_exchange.EXCHANGED).fetchone()
        return found


def _stream(db: sqlite3.Connection, origin: str, stream: int) -> Stream | None:
    row = db.execute(sql_exchange.STREAM, (origin, stream)).fetchone()
    return None if row is None else Stream(*row)


def _own_label(db: sqlite3.Connection, one: Received, *, relabelled: bool) -> None:
    """Let a label of this node mean what it did when it said this, where this store is older."""
    assert one.own is not None
    if not restore(db, one.stream, one.own, changed=relabelled):
        raise OutOfStep(
            f"carries a label {one.stream} that means something else here",
            where=f"{one.origin}/{one.stream}#{one.seq}",
            remedy="this node was put back from an older copy and then given new labels",
        )


def _forked(where: str) -> OutOfStep:
    return OutOfStep(
        "is not what was under this number, or followed the one before it: this stream forked",
        where=where, remedy="its origin said two things under one number; ask them by telephone",
    )  # fmt: skip


def _put(db: sqlite3.Connection, one: Sealed | Received, content: bytes | None) -> int:
    row = (one.origin, one.stream, one.seq, one.time, one.signed, content)
    number = db.execute(sql_exchange.PUT_ENVELOPE, row).lastrowid
    assert number is not None
    return number


def _put_stream(db: sqlite3.Connection, one: Sealed | Received, label: int) -> None:
    changed = db.execute(sql_exchange.STREAM_CHANGES).fetchone()[0] + 1
    row = (one.origin, one.stream, label, one.wire, one.seq, one.hash, changed)
    db.execute(sql_exchange.PUT_STREAM, row)


def recall_sent(writer: Writer, message: int, label: int, reason: str, origin: str) -> None:
    """Note, before a message of this node is recalled, that its peers must hear of it, and that
    what was sent in the same envelopes is to be sent once more."""
    db = writer.db
    sent = db.execute(sql_exchange.SENT, (message, origin, label)).fetchall()
    again: dict[int, bytes] = {}
    for envelope, content in sent:
        of = {sha: other for other, sha in db.execute(sql_exchange.CARRIED_IN, (envelope,))}
        if content is None or len(of) < 2:
            continue
        for item in read_items(content, Limits())[0]:
            other = of.get(item.sha, message)
            gone = db.execute(sql_exchange.RECALLED_BEFORE, (other, label)).fetchone()
            if other != message and not gone:
                again[other] = msgspec.msgpack.encode(item.editions)
    for other, editions in again.items():
        db.execute(sql_exchange.PUT_DUE, (other, label, EDITIONS, "", editions))
    if sent:
        db.execute(sql_exchange.PUT_DUE, (message, label, RECALL, reason, None))
