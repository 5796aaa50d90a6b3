"""How editions become versions: supersession in any order of arrival (DESIGN §2).

The state of a series at an edition is what that edition said of each key, or, where it said
nothing, what the edition before it did. Only changes are stored, so an edition that arrives late
is inserted between its neighbours, and what the next edition said again without a change is
stored once more at that edition. Hence the picture depends on the editions, never on the order
in which they came.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from noroshi.core.label import OWN, RECALLED
from noroshi.core.record import Action, Edition, Record, order
from noroshi.core.time import FOREVER, now
from noroshi.store import sql, sql_exchange
from noroshi.store.known import note
from noroshi.store.late import insert_late, merge_late, put_end, put_version
from noroshi.store.merge import merge
from noroshi.store.rows import (
    BY_AREA,
    Head,
    Origin,
    Rows,
    SeriesState,
    digest,
    effective,
    filed,
    head_key,
    heads_of,
    inserted,
    plain_key,
    validity,
)

#: Labels of what never leaves the node.
_STAYS = frozenset({OWN, RECALLED})
#: Heads kept in memory between transactions (about 300 bytes each).
HEADS_KEPT = 60_000


class Writer:
    """Writes editions inside one transaction after another, on one connection.

    What it remembers between transactions is dropped as soon as another process has written.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self._series: dict[tuple[str, int, int], SeriesState] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._data_version = -1
        self._last_recorded = 0
        self._announced = -1
        self.exchanging: bool | None = None
        self._used: set[tuple[int, int]] = set()
        self._reset_rows()

    def _reset_rows(self) -> None:
        self.records: Rows = []
        self.spans: Rows = []
        self.hides: Rows = []
        self.editions: Rows = []
        self.heads: dict[tuple[int, str], Head] = {}

    def begin(self) -> None:
        """Start a transaction; waits for another process that is writing."""
        self.db.execute("BEGIN IMMEDIATE")
        (data_version,) = self.db.execute(sql.DATA_VERSION).fetchone()
        kept = sum(len(state.heads) for state in self._series.values())
        if data_version != self._data_version or kept > HEADS_KEPT:
            self._series.clear()
        if data_version != self._data_version:
            row = self.db.execute(sql.GET_META, ("recorded",)).fetchone()
            self._last_recorded = row[0] if row else 0
            self.exchanging = None
            self._data_version = data_version
        ids: tuple[int, int, int] = self.db.execute(sql.NEXT_IDS).fetchone()
        self.last_id, self.last_edition, self.last_message = ids
        self._began = self.last_edition

    def tick(self) -> int:
        """A recorded time later than every one before it in this store."""
        time: int = max(now(), self._last_recorded + 1)
        self._last_recorded = time
        return time

    def commit(self) -> None:
        """Make everything since `begin` durable."""
        self.flush()
        if self.last_edition > self._began:
            note(self.db, self._began)
        self.db.execute(sql.PUT_META, ("recorded", self._last_recorded))
        self.db.execute("COMMIT")

    def rollback(self) -> None:
        """Forget everything since `begin`."""
        self._reset_rows()
        self._series.clear()
        self._names.clear()
        self._used.clear()
        self._announced = self._data_version = -1
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def flush(self) -> None:
        """Send the rows gathered so far to the database."""
        db = self.db
        if self.editions:
            db.executemany(sql.PUT_EDITION, self.editions)
        if self.records:
            db.executemany(sql.PUT_RECORD, self.records)
        if self.spans:
            for kind, label in {(row[0] >> 2, row[4]) for row in self.spans}:
                self.use(kind, label)
            self.spans.sort()
            db.executemany(sql.PUT_SPAN, self.spans)
        if self.heads:
            db.executemany(
                sql.PUT_HEAD, [(*place, *head) for place, head in sorted(self.heads.items())]
            )
        if self.hides:
            db.executemany(sql.HIDE_SPAN, self.hides)
        self._reset_rows()

    def name(self, sort: str, name: str) -> int:
        """The number of a kind or source, given out at its first use."""
        known = self._names.get((sort, name))
        if known is not None:
            return known
        row = self.db.execute(sql.GET_NAME, (sort, name)).fetchone()
        number: int = row[0] if row else inserted(self.db.execute(sql.PUT_NAME, (sort, name)))
        self._names[sort, name] = number
        return number

    def series(self, name: str, mode: int, label: int) -> SeriesState:
        """The state of a series under a label, made at its first use.

        What is said under one label never changes what is known under another, so that nobody
        can tell from what they see that there is something they do not see.
        """
        state = self._series.get((name, mode, label))
        if state is None:
            row = self.db.execute(sql.GET_SERIES, (name, mode, label)).fetchone()
            if row:
                (top,) = self.db.execute(sql.TOP_ORDER, (row[0],)).fetchone()
                state = SeriesState(row[0], top, complete=False)
            else:
                id = inserted(self.db.execute(sql.PUT_SERIES, (name, mode, label)))
                if self.db.execute(sql.NOTE_MIXED, (name, mode)).rowcount > 0:
                    self.db.execute(sql.COUNT_MIXED)
                state = SeriesState(id, None, complete=True)
            self._series[name, mode, label] = state
        return state

    def use(self, kind: int, label: int) -> None:
        """Note that there is something of a kind (its number) under a label."""
        if (kind, label) not in self._used:
            self.db.execute(sql_exchange.PUT_USED, (kind, label))
            self._used.add((kind, label))

    def last(self, edition: Edition, label: int) -> Edition:
        """`edition` made to come after every other of its series: what is computed last from the
        whole picture is what this node holds, also where it held something newer that was taken
        back since."""
        top = self.series(edition.series, edition.mode, label).top
        if top is None or order(edition.issued, edition.action, edition.serial, b"\0" * 8) > top:
            return edition
        issued, serial = int.from_bytes(top[:8], "big") - 2**63, int.from_bytes(top[9:13], "big")
        return msgspec.structs.replace(edition, issued=issued, serial=serial + 1)

    def due(self, message: int, label: int, editions: Sequence[Edition]) -> None:
        """Note that a message is to be passed on to those who may have it, if anybody may."""
        if self.exchanging is None:
            row = self.db.execute(sql.GET_META, ("exchange",)).fetchone()
            self.exchanging = bool(row and row[0])
        if self.exchanging and label not in _STAYS:
            content = msgspec.msgpack.encode(list(editions))
            self.db.execute(sql_exchange.PUT_DUE, (message, label, "editions", "", content))

    def head_key(self, record: Record) -> str:
        """What the head of a record's key is filed under."""
        return head_key(self.name("kind", record.kind), record.key)

    def load_heads(self, state: SeriesState, keys: Sequence[str] | None) -> None:
        """Bring the heads of `keys` (None: of the whole series) into memory."""
        if state.complete:
            return
        if keys is None:
            found = dict(heads_of(self.db.execute(sql.SERIES_HEADS, (state.id,))))
            state.heads = {**found, **state.heads}
            state.complete = True
            return
        absent = [key for key in keys if key not in state.heads]
        for start in range(0, len(absent), 500):
            some = absent[start : start + 500]
            statement = sql.SOME_HEADS.format(marks=",".join("?" * len(some)))
            state.heads.update(heads_of(self.db.execute(statement, (state.id, *some))))

    def add(self, edition: Edition, origin: Origin) -> int:
        """Take one edition in. Returns how many versions it added."""
        state = self.series(edition.series, edition.mode, origin.label)
        ord = order(edition.issued, edition.action, edition.serial, origin.sha)
        self.first_id = first = self.last_id + 1
        self.last_edition += 1
        self.edition_id = self.last_edition
        same: list[str] | None = None
        if edition.merge and edition.action is not Action.CANCEL:
            self._merge(state, edition, origin, ord)
        elif state.top is not None and ord < state.top:
            self.announce(state, edition, origin, ord, first)
            insert_late(self, state, edition, origin, ord)
            return self.last_id + 1 - first
        else:
            same = self._supersede(state, edition, origin, ord)
        if state.top is None or ord > state.top:
            state.top = ord
        self.put_edition(self.edition_id, state.id, ord, edition, origin, first, same)
        return self.last_id + 1 - first

    def put_edition(
        self,
        id: int,
        series: int,
        ord: bytes,
        edition: Edition,
        origin: Origin,
        first: int,
        same: list[str] | None,
    ) -> None:
        """Note an edition whose records are numbered from `first` to the last given out."""
        restated = msgspec.json.encode(same).decode() if same else None
        if self._announced == id:
            self.db.execute(sql.FINISH_EDITION, (self.last_id, restated, id))
            return
        self.editions.append(
            (id, series, ord, edition.issued, int(edition.action), edition.serial,
             effective(edition), int(edition.whole), origin.recorded, origin.label, origin.source,
             origin.message, first, self.last_id, restated)
        )  # fmt: skip

    def announce(
        self, state: SeriesState, edition: Edition, origin: Origin, ord: bytes, first: int
    ) -> None:
        """Write the edition at hand before its records, for those who must walk a chain."""
        if self._announced != self.edition_id:
            self.put_edition(self.edition_id, state.id, ord, edition, origin, first, None)
            self._announced = self.edition_id
        self.flush()

    def _supersede(
        self, state: SeriesState, edition: Edition, origin: Origin, ord: bytes
    ) -> list[str] | None:
        """Apply an edition that is the latest of its series. Returns the keys it said again."""
        records, eff = edition.records, effective(edition)
        keys = [self.head_key(record) for record in records]
        self.load_heads(state, None if edition.whole else keys)
        heads = state.heads
        cancelled = edition.action is Action.CANCEL
        stated: set[str] = set()
        same: list[str] = []
        for key, record in zip(keys, records, strict=True):
            stated.add(key)
            head = heads.get(key)
            mark = digest(record, edition)
            if (
                head is not None
                and head.digest == mark
                and bool(head.ended) == cancelled
                and head.eff <= eff
            ):
                same.append(key)
                continue
            self._put_version(
                state, edition, origin, ord, eff, key, record, mark, head, ended=cancelled
            )
        if not edition.whole:
            return same
        for key, head in list(heads.items()):
            if key not in stated and not (head.ended and head.eff <= eff):
                self._put_end(state, edition, key, origin, ord, eff, head)
        return None

    def _put_version(
        self,
        state: SeriesState,
        edition: Edition,
        origin: Origin,
        ord: bytes,
        eff: int,
        key: str,
        record: Record,
        mark: bytes,
        head: Head | None,
        *,
        ended: bool,
    ) -> None:
        if head is not None and eff < head.eff:
            # Out of step with its predecessor: the general form knows how to cut spans.
            self.announce(state, edition, origin, ord, self.first_id)
            put_version(self, state, edition, origin, ord, eff, key, record, mark, ended=ended)
            return
        self.last_id += 1
        id = self.last_id
        kind = self.name("kind", record.kind) * 4 + edition.mode
        where, area = filed(record)
        start, end = validity(record, edition)
        shown_from = max(start, eff)
        self.put_record(id, kind, head, record, where, start, end, mark, ended=ended)
        if not ended:
            spans = self.spans
            since, label = origin.recorded, origin.label
            rest = (label, shown_from, end, since, FOREVER, FOREVER, FOREVER)
            spans.append((kind, where, id, 0, *rest))
            if area is not None:
                spans.append((kind, area, id, BY_AREA, *rest))
        if head is not None and not head.ended:
            self._hide(head, eff, origin.recorded)
        new = Head(id, ord, eff, mark, int(ended), kind, where, area)
        state.heads[key] = new
        self.heads[state.id, key] = new

    def put_record(
        self,
        id: int,
        kind: int,
        head: Head | None,
        record: Record,
        where: int,
        start: int,
        end: int,
        mark: bytes,
        *,
        ended: bool,
    ) -> None:
        """Gather the row of one version of the edition at hand."""
        basis = msgspec.json.encode(record.basis) if record.basis else None
        self.records.append(
            (id, self.edition_id, kind, record.key, None if head is None else head.id,
             int(ended), where, record.area, start, end, record.confidence, basis,
             record.geometry, mark, record.body)
        )  # fmt: skip

    def _put_end(
        self,
        state: SeriesState,
        edition: Edition,
        key: str,
        origin: Origin,
        ord: bytes,
        eff: int,
        head: Head,
    ) -> None:
        """Say that a key has ended, because a later edition of the whole leaves it out."""
        if eff < head.eff:
            self.announce(state, edition, origin, ord, self.first_id)
            put_end(self, state, key, origin, ord, eff)
            return
        self.last_id += 1
        row = (self.last_id, self.edition_id, head.kind, plain_key(key), head.id, 1, head.place)
        self.records.append((*row, None, eff, FOREVER, None, None, None, None, b"{}"))
        self._hide(head, eff, origin.recorded)
        new = Head(self.last_id, ord, eff, None, 1, head.kind, head.place, head.area)
        state.heads[key] = new
        self.heads[state.id, key] = new

    def _hide(self, head: Head, eff: int, recorded: int) -> None:
        self.hides.append((eff, recorded, head.kind, head.place, head.id))
        if head.area is not None:
            self.hides.append((eff, recorded, head.kind, head.area, head.id))

    def _merge(self, state: SeriesState, edition: Edition, origin: Origin, ord: bytes) -> None:
        """Apply an edition whose attributes each carry their own stamp: the last stamp wins."""
        keys = [self.head_key(record) for record in edition.records]
        self.load_heads(state, keys)
        for key, record in zip(keys, edition.records, strict=True):
            head = state.heads.get(key)
            if head is not None and ord < head.ord:
                self.announce(state, edition, origin, ord, self.first_id)
                merge_late(self, state, edition, origin, ord, key, record)
                continue
            eff = effective(edition)
            if head is not None and not head.ended:
                self.flush()
                stated = self.db.execute(sql.RECORD_BODY, (head.id,)).fetchone()
                record = merge(record, *stated)
            mark = digest(record, edition)
            same = head is not None and head.digest == mark and not head.ended
            if not (same and head is not None and head.eff <= eff):
                self._put_version(
                    state, edition, origin, ord, eff, key, record, mark, head, ended=False
                )
