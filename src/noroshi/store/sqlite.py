"""The embedded store: one SQLite file in WAL mode, one writer at a time, any number of readers."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from noroshi.core.errors import NoroshiError, NotFound, NotWritten
from noroshi.core.label import OPERATOR, Reader
from noroshi.core.record import Edition, Mode, Version
from noroshi.formats.boundaries import Place
from noroshi.store import (
    DUPLICATE,
    QUARANTINED,
    READ,
    RELAYED,
    WAITING,
    Arrival,
    Change,
    Cursor,
    Incoming,
    Lifetime,
    News,
    Outcome,
    Page,
    Query,
    Receipt,
    SourceState,
    Tally,
    pack,
    sql,
    sql_exchange,
)
from noroshi.store.arrivals import arrive, fill_erased, narrowed, read_arrivals, read_message
from noroshi.store.connections import Connection, Connections, not_reading, reading
from noroshi.store.follow import read_changes, read_counts, read_density, read_news, read_sources
from noroshi.store.imported import keep_places
from noroshi.store.known import Known
from noroshi.store.labels import labels_sql
from noroshi.store.pages import (
    read_editions,
    read_history,
    read_next_change,
    read_page,
    read_page_ids,
    read_tally,
    read_thing,
    read_timeline,
    read_version,
    read_versions,
)
from noroshi.store.read import read_picture
from noroshi.store.rows import Origin
from noroshi.store.sqlite_exchange import SqliteLog
from noroshi.store.sqlite_progress import SqliteProgress
from noroshi.store.withdraw import withdraw
from noroshi.store.write import Writer


class SqliteStore(SqliteProgress):
    """`noroshi.store.Store` in one file. Safe for several processes; threads take turns writing."""

    def __init__(self, path: Path, mapped: int = 0) -> None:
        self.path = path
        self._connections = Connections(path, mapped)
        self._writing = threading.RLock()
        self._commits = 0
        self._writer = Writer(self._db)
        self._known = Known()
        #: See `Store.exchange`.
        self.exchange = SqliteLog(lambda: self._db, self._transaction, self._take)

    @property
    def _db(self) -> Connection:
        """This thread's connection."""
        return self._connections.db

    def reading(self) -> contextlib.AbstractContextManager[None]:
        """See `Store.reading`."""
        return reading(self._db)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Writer]:
        with self._writing, not_reading(self._db):
            writer = self._writer
            if writer.db is not self._db:
                writer = self._writer = Writer(self._db)
            try:
                writer.begin()
                yield writer
                writer.commit()
                self._commits += 1
            except sqlite3.OperationalError as error:
                writer.rollback()
                raise NotWritten(
                    f"nothing was written: {error}",
                    where=str(self.path),
                    remedy="is the disk full, read-only, or another process stuck?",
                ) from error
            except BaseException:
                writer.rollback()
                raise

    # --- writing -------------------------------------------------------------------------------

    def commit(self, batch: Sequence[tuple[Incoming, Outcome | None]]) -> list[Receipt]:
        """See `Store.commit`."""
        with self._transaction() as writer:
            return [self._take(writer, incoming, outcome) for incoming, outcome in batch]

    def _take(self, writer: Writer, incoming: Incoming, outcome: Outcome | None) -> Receipt:
        db = writer.db
        recorded = writer.tick()
        source = writer.name("source", incoming.source)
        known = db.execute(sql.FIND_MESSAGE, (incoming.sha,)).fetchone()
        label = narrowed(db, incoming.label, outcome)
        arrival = (source, recorded, incoming.name, label)
        if known is not None:
            return self._again(writer, known[0], known[1], arrival, incoming, outcome)
        writer.last_message += 1
        id = writer.last_message
        settled = outcome or Outcome(state=WAITING)
        origin = Origin(source, label, recorded, id, settled.digest or incoming.sha)
        added = sum(writer.add(edition, origin) for edition in settled.editions)
        data = pack(incoming.data) if settled.packed is None else settled.packed
        db.execute(
            sql.PUT_MESSAGE,
            (id, incoming.sha, len(incoming.data), data, settled.media_type, settled.format,
             settled.state, settled.reason, added, settled.stated, settled.faults),
        )  # fmt: skip
        arrive(db, id, arrival, first=True)
        if settled.state == READ and settled.format != RELAYED:
            writer.due(id, label, settled.editions)
        return Receipt(
            incoming.sha.hex(), settled.state, recorded, added, settled.stated, settled.reason
        )

    def _again(
        self,
        writer: Writer,
        id: int,
        state: str,
        arrival: tuple[int, int, str, int],
        incoming: Incoming,
        outcome: Outcome | None,
    ) -> Receipt:
        """Bytes that are known already. Under a label that has not had them they are as good as
        new: whoever sends under it must not be told, nor suffer, that somebody else sent them."""
        source, recorded, _, label = arrival
        if writer.db.execute(sql_exchange.RECALLED_BEFORE, (id, label)).fetchone():
            return Receipt(incoming.sha.hex(), DUPLICATE, recorded, 0, 0)
        again = writer.db.execute(sql.FIND_ARRIVAL, (id, label)).fetchone() is not None
        unread = state in (WAITING, QUARANTINED)
        if not again:
            fill_erased(writer.db, id, incoming, outcome)
        arrive(writer.db, id, arrival, first=not again)
        if outcome is None:
            told = DUPLICATE if again else WAITING
            return Receipt(incoming.sha.hex(), told, recorded, 0, 0)
        if unread:
            return self._settle(writer, incoming.sha, outcome)
        if again:
            return Receipt(incoming.sha.hex(), DUPLICATE, recorded, 0, 0)
        origin = Origin(source, label, recorded, id, outcome.digest or incoming.sha)
        added = sum(writer.add(edition, origin) for edition in outcome.editions)
        if outcome.state == READ and outcome.format != RELAYED:
            writer.due(id, label, outcome.editions)
        return Receipt(incoming.sha.hex(), outcome.state, recorded, added, outcome.stated)

    def settle(self, sha: bytes, outcome: Outcome) -> Receipt:
        """See `Store.settle`."""
        with self._transaction() as writer:
            return self._settle(writer, sha, outcome)

    def _settle(self, writer: Writer, sha: bytes, outcome: Outcome) -> Receipt:
        origins = writer.db.execute(sql.MESSAGE_ORIGINS, (sha,)).fetchall()
        if not origins:
            raise NotFound(f"no message {sha.hex()}")
        added, recorded = 0, writer.tick()
        id, state = origins[0][:2]
        if origins[0][4] == RELAYED:
            raise NoroshiError(
                "another node said this, and reads it there", where=sha.hex()[:12],
                remedy="nothing was changed",
            )  # fmt: skip
        if state == READ and outcome.state != READ:
            raise NoroshiError(
                f"could be read before and cannot be now: {outcome.reason}",
                where=sha.hex()[:12],
                remedy="nothing was changed; is this an older version of Noroshi?",
            )
        stated = {(edition.series, int(edition.mode)) for edition in outcome.editions}
        for _, _, given, source, _ in origins:
            label = narrowed(writer.db, given, outcome)
            if label != given:
                writer.db.execute(sql_exchange.NARROW_ARRIVAL, (label, id, given))
            origin = Origin(source, label, recorded, id, outcome.digest or sha)
            if state == READ:
                withdraw(writer, id, stated, label, recorded)
            added += sum(writer.add(edition, origin) for edition in outcome.editions)
            if outcome.state == READ and outcome.format != RELAYED:
                writer.due(id, label, outcome.editions)
        writer.db.execute(
            sql.SETTLE_MESSAGE,
            (outcome.media_type, outcome.format, outcome.state, outcome.reason, added,
             outcome.stated, outcome.faults, id),
        )  # fmt: skip
        return Receipt(sha.hex(), outcome.state, recorded, added, outcome.stated, outcome.reason)

    def publish(self, editions: Sequence[Edition], *, source: str, label: int) -> int:
        """See `Store.publish`."""
        from hashlib import blake2b

        with self._transaction() as writer:
            added = 0
            for edition in editions:
                content = msgspec.msgpack.encode(edition)
                origin = Origin(
                    writer.name("source", source), label, writer.tick(),
                    sha=blake2b(content, digest_size=8).digest(),
                )  # fmt: skip
                added += writer.add(writer.last(edition, label), origin)
            return added

    def put_places(self, found: Sequence[Place]) -> int:
        """See `Store.put_places`."""
        with self._transaction() as writer:
            keep_places(writer.db, found, writer.tick())
        return len(found)

    # --- reading -------------------------------------------------------------------------------

    def picture(self, query: Query) -> Iterator[Version]:
        """See `Store.picture`."""
        return read_picture(self._db, query)

    def page(
        self,
        query: Query,
        limit: int,
        after: Cursor | None = None,
        keep: Callable[[Version], bool] | None = None,
    ) -> Page:
        """See `Store.page`."""
        return read_page(self._db, query, limit, after, keep)

    def page_ids(
        self, query: Query, limit: int, after: Cursor | None = None
    ) -> tuple[list[int], Cursor | None] | None:
        """See `Store.page_ids`."""
        return read_page_ids(self._db, query, limit, after)

    def versions(self, ids: list[int], reader: Reader) -> dict[int, Version]:
        """See `Store.versions`."""
        return read_versions(self._db, ids, reader)

    def timeline(self, query: Query, start: int, end: int, limit: int) -> list[Lifetime]:
        """See `Store.timeline`."""
        return read_timeline(self._db, query, start, end, limit)

    def next_change(self, query: Query) -> int | None:
        """See `Store.next_change`."""
        return read_next_change(self._db, query)

    def thing(
        self, kind: str, series_id: int, key: str, reader: Reader, at: int, as_of: int
    ) -> Version:
        """See `Store.thing`."""
        return read_thing(self._db, kind, series_id, key, reader, at, as_of)

    def editions(
        self, kind: str, series_id: int, key: str, reader: Reader, as_of: int
    ) -> list[Version]:
        """See `Store.editions`."""
        return read_editions(self._db, kind, series_id, key, reader, as_of)

    def changes(
        self,
        reader: Reader,
        *,
        after: int | None = None,
        before: int | None = None,
        limit: int = 1000,
        kinds: Collection[str] | None = None,
    ) -> list[Change]:
        """See `Store.changes`."""
        return read_changes(self._db, reader, after, before, limit, kinds)

    def news(self, after: int, limit: int) -> list[News]:
        """See `Store.news`."""
        return read_news(self._db, after, limit)

    def tally(self, query: Query) -> Tally:
        """See `Store.tally`."""
        return read_tally(self._db, query)

    def kinds(self, reader: Reader) -> set[str]:
        """See `Store.kinds`."""
        statement = sql.KINDS.format(labels=labels_sql(self._db, reader))
        return {name for (name,) in self._db.execute(statement)}

    def latest(self, reader: Reader = OPERATOR) -> int:
        """See `Store.latest`."""
        return self._known.of(self._db, reader)[1]

    def generation(self) -> int:
        """See `Store.generation`."""
        number: int = self._db.execute(sql.DATA_VERSION).fetchone()[0]
        return number + self._commits

    def sources(self, reader: Reader, mode: Mode = Mode.ACTUAL) -> list[SourceState]:
        """See `Store.sources`."""
        return read_sources(self._db, reader, mode)

    def density(
        self, reader: Reader, start: int, end: int, bins: int, mode: Mode = Mode.ACTUAL
    ) -> tuple[list[int], list[int]]:
        """See `Store.density`."""
        return read_density(self._db, reader, start, end, bins, mode)

    def history(
        self, kind: str, key: str, reader: Reader, as_of: int, mode: Mode = Mode.ACTUAL
    ) -> list[Version]:
        """See `Store.history`."""
        return read_history(self._db, kind, key, reader, as_of, mode)

    def version(self, id: int, reader: Reader) -> Version:
        """See `Store.version`."""
        return read_version(self._db, id, reader)

    def messages(
        self, reader: Reader, *, state: str | None = None, id: str | None = None
    ) -> Iterator[Arrival]:
        """See `Store.messages`."""
        return read_arrivals(self._db, reader, state, id)

    def message(self, id: str, reader: Reader) -> bytes:
        """See `Store.message`."""
        return read_message(self._db, id, reader)

    def settled(self, shas: Sequence[bytes], label: int) -> set[bytes]:
        """See `Store.settled`."""
        db, found = self._db, set()
        for sha in shas:
            row = db.execute(sql.FIND_MESSAGE, (sha,)).fetchone()
            if row is None or row[1] in (WAITING, QUARANTINED):
                continue
            if db.execute(sql.FIND_ARRIVAL, (row[0], label)).fetchone():
                found.add(sha)
        return found

    def waiting(self) -> list[bytes]:
        """See `Store.waiting`."""
        return [row[0] for row in self._db.execute(sql.WAITING)]

    def places(self, scheme: str | None = None) -> Iterator[Place]:
        """See `Store.places`."""
        for row in self._db.execute(sql.PLACES):
            if scheme is None or row[0].startswith(scheme + ":"):
                area, name, level, kana, parents, geometry = row
                yield Place(area, name, level, kana, tuple(parents.split()), geometry)

    def counts(self, reader: Reader) -> dict[str, Any]:
        """See `Store.counts`."""
        files = self.path.parent.glob(self.path.name + "*")
        return {
            **read_counts(self._db, reader),
            "bytes": sum(one.stat().st_size for one in files),
        }

    def recorded(self, reader: Reader = OPERATOR) -> int:
        """See `Store.recorded`."""
        return self._known.of(self._db, reader)[0]

    def newest(self) -> int:
        """See `Store.newest`."""
        row = self._db.execute(sql.NEWEST).fetchone()
        return row[0] if row else 0

    def check(self) -> list[str]:
        """See `Store.check`."""
        db = self._db
        problems = [row[0] for row in db.execute("PRAGMA quick_check(20)") if row[0] != "ok"]
        for what, statement in sql.CHECKS.items():
            (count,) = db.execute(statement).fetchone()
            if count:
                problems.append(f"{count} {what}")
        return problems

    def close(self) -> None:
        """See `Store.close`."""
        self._connections.close()
