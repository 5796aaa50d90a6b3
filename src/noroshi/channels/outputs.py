"""Pictures written to receivers who take files: each in its own form, by the clock or on change.

What a receiver gets is what `noroshi export` writes for the same reader and moment. As with every
delivery the queue is the store: a failed receiver gets the picture of the moment when it is back,
and a node that was killed writes again what it had not finished.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from noroshi import kinds
from noroshi.channels.deliver import (
    BATCH,
    Delivery,
    Failed,
    check_privacy,
    match_of,
    reader_of,
)
from noroshi.channels.exports import FORMS, Export, Wishes, check_kinds, check_sender
from noroshi.channels.match import Keep, Match, keep_by_filter
from noroshi.channels.targets import Sheet, Target, target
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.place import area_ranges
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, HOUR, JST, SECOND, now, show, to_datetime
from noroshi.engine.access import duration
from noroshi.engine.addresses import Lookup, checked_url
from noroshi.engine.node import Node
from noroshi.engine.settings import Identity, Output, Settings
from noroshi.store import FAULTS, Change, Query, Store

#: Bytes of a file that are kept in memory while it is made.
IN_MEMORY = 8 * 2**20
_FIELD = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")


def output(node: Node, name: str, wanted: Output, *, lookup: Lookup | None = None) -> Scheduled:
    """The delivery of one output. Raises NoroshiError naming the setting that is wrong."""
    where = f"settings.toml: outputs.{name}"
    writing = Writing(node.store, name, wanted, where, node.settings.node)
    to = opened(node.settings, node.home, name, wanted, lookup=lookup)
    return Scheduled(writing, to, wanted, where)


def opened(
    settings: Settings, home: Path, name: str, wanted: Output, *, lookup: Lookup | None = None
) -> Target:
    """Where an output goes. Raises NoroshiError naming the setting that is wrong."""
    where = f"settings.toml: outputs.{name}"
    private = wanted.private or settings.web.allow_private
    if wanted.to.lower().startswith(("http:", "https:")):
        url = checked_url(wanted.to, private=private, where=where)
        check_privacy(wanted.labels, url.host, tls=url.scheme == "https", where=where)
    return target(wanted, home, private=private, where=where, lookup=lookup)


class Writing:
    """Writes the files of one output as of a moment. Raises NoroshiError for a wrong setting."""

    def __init__(
        self, store: Store, name: str, wanted: Output, where: str, by: Identity | None = None
    ) -> None:
        self._by = by or Identity()
        self.store, self.name, self._wanted = store, name, wanted
        self.reader = reader_of(store, f"output {name}", wanted)
        self.match: Match = match_of(store, self.reader, wanted)
        self.kinds = [kinds.get(one).name for one in wanted.collections]
        if not self.kinds:
            raise NoroshiError("collections is empty", where=where)
        if wanted.format not in FORMS:
            raise NoroshiError(
                f"no form {wanted.format!r}", where=where, remedy=f"one of {', '.join(FORMS)}"
            )
        check_kinds(wanted.format, self.kinds, where)
        check_sender(wanted.format, self._by, where)
        if wanted.language not in ("ja", "en"):
            raise NoroshiError(f"language {wanted.language!r} is not ja or en", where=where)
        for kind in self.kinds:
            self._keep(kind)
        names = {self.file_name(kind, 0) for kind in self.kinds}
        if len(names) < len(set(self.kinds)):
            raise NoroshiError("file needs {collection} in it", where=where)
        if not all(_NAME.fullmatch(one) and one[0] != "." for one in names):
            raise NoroshiError(f"file {wanted.file!r} is not the name of a file", where=where)

    def file_name(self, kind: str, at: int) -> str:
        """What a file is called. An exercise says so first, whatever the settings say."""
        stamp = to_datetime(at, JST).strftime("%Y%m%dT%H%M%S")
        fields = {"name": self.name, "collection": kind, "time": stamp}

        def fill(found: re.Match[str]) -> str:
            if found[1] not in fields:
                raise NoroshiError(
                    f"file: no field {found[0]}", where=f"settings.toml: outputs.{self.name}",
                    remedy="{name}, {collection} and {time} are there",
                )  # fmt: skip
            return fields[found[1]]

        mode = self.match.mode
        marked = "" if mode is Mode.ACTUAL else f"{mode.name}-"
        return f"{marked}{_FIELD.sub(fill, self._wanted.file)}.{FORMS[self._wanted.format][1]}"

    def query(self, kind: str, at: int, as_of: int) -> Query:
        """The picture of one collection."""
        areas = None if self._wanted.area is None else tuple(area_ranges(self._wanted.area))
        return Query(self.reader, at, as_of, kind, self.match.mode, self._wanted.bbox, areas)

    def write(self, to: Target, done: Callable[[str, int], None] | None = None) -> int:
        """Write every file as of now; `done` hears its name and how many records are in it.
        Returns how many files were written. Raises Failed or Ended."""
        at = now()
        as_of = max(at, self.store.recorded())
        count = 0
        for kind in self.kinds:
            with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
                body = cast(BinaryIO, spool)
                query, wanted = self.query(kind, at, as_of), self._wanted
                wishes = Wishes(
                    wanted.title,
                    wanted.author,
                    wanted.code,
                    wanted.language,
                    wanted.boundaries,
                    self._by,
                )
                export = Export(self.store, query, wanted.format, wishes, self._keep(kind))
                try:
                    export.write(body)
                except NotFound:  # a package of nothing cannot be written
                    continue
                except NoroshiError as error:
                    raise Failed(str(error)) from None
                sheet = self._sheet(query)
                to.put(sheet, body)
            count += 1
            if done is not None:
                done(sheet.name, export.count)
        return count

    def _keep(self, kind: str) -> Keep | None:
        text = self._wanted.filter
        return None if text is None else keep_by_filter(text, "cql2-text", None, [kind])

    def _sheet(self, query: Query) -> Sheet:
        about = {
            "Noroshi-Collection": query.kind or "", "Noroshi-Mode": query.mode.name.lower(),
            "Noroshi-At": show(query.at) or "", "Noroshi-As-Of": show(query.as_of) or "",
        }  # fmt: skip
        name = self.file_name(query.kind or "", query.at)
        sending = f"noroshi_{self.name}_{query.kind}_{query.at}"
        return Sheet(name, FORMS[self._wanted.format][0], sending, about)


def written_mark(name: str) -> str:
    """Under which name the store keeps when an output was last written (µs, 0: never)."""
    return f"output {name} written"


def failing_mark(name: str) -> str:
    """Under which name the store keeps since when an output fails (µs, 0: it does not)."""
    return f"output {name} failing"


class _Files:
    """The target as a way out, for `Delivery` to close."""

    batch = 1

    def __init__(self, to: Target) -> None:
        self.to, self.close = to, to.close

    def open(self) -> None:
        """See `Way.open`."""

    def send(self, changes: list[Change]) -> None:
        """See `Way.send`. Files are of a picture, not of changes."""
        raise NotImplementedError


class Scheduled(Delivery):
    """One output, in a thread of its own. A new one that writes on change writes at once, so that
    its receiver has the picture; runs that fell into a time when the node was down are one run."""

    def __init__(self, writing: Writing, to: Target, wanted: Output, where: str) -> None:
        super().__init__(f"output {writing.name}", writing.store, writing.match, _Files(to))
        self.writing, self.to, self._on_change = writing, to, wanted.on_change
        try:
            self._every = duration(wanted.every) if wanted.every else None
            self._at_most = duration(wanted.at_most_every)
        except ValueError as error:
            raise NoroshiError(str(error), where=where) from None
        #: Since when something is to be written; None where nothing is.
        self._waiting: int | None = None
        #: When the picture changes by itself.
        self._turn = FOREVER
        self._written = 0

    @property
    def behind(self) -> int:
        """See `Delivery.behind`; nothing for one that does not follow changes."""
        return super().behind if self._on_change else 0

    def again(self) -> None:
        """Write anew although no record changed: what the labels mean did."""
        self._waiting = self._waiting or now()
        self._news.set()

    def _find_place(self) -> None:
        kept, latest = self._store.marked(self.name) - 1, self._store.latest()
        # A clock that was set back must not keep the next run waiting.
        self._written = min(now(), self._store.marked(written_mark(self.writing.name)))
        self._cursor = self._kept = kept if 0 <= kept <= latest else latest
        if self._on_change and self._cursor != kept:
            self._waiting = now()
        elif self._on_change:
            self._turn = self._next_turn(self._written)

    def _step(self) -> bool:
        """Write if it is due. False where there is nothing new."""
        assert self._cursor is not None
        self._keep_place()
        if self._on_change:
            self._look()
        if now() < self._next_run():
            return False
        upto, started = self._store.latest(), now()
        # What is asked for meanwhile is written next.
        waiting, self._waiting = self._waiting, None
        try:
            self._delivered += self.writing.write(self.to)
        except BaseException:
            self._waiting = waiting or started
            raise
        self._cursor, self._written = upto, started
        self._turn = self._next_turn(started) if self._on_change else FOREVER
        self._store.mark(written_mark(self.writing.name), started)
        if self._store.marked(failing_mark(self.writing.name)):
            self._store.mark(failing_mark(self.writing.name), 0)
        self._keep_place(always=True)
        return True

    def _look(self) -> None:
        """Whether something changed that is followed. What nobody wants here is passed over; the
        cursor stays before what is still to be written."""
        while self._waiting is None and self._cursor is not None:
            latest = self._store.latest()
            if latest <= self._cursor:
                break
            found = self._store.changes(
                self._wanted.reader, after=self._cursor, limit=BATCH, kinds=self._wanted.kinds
            )
            if any(self._wanted(one) for one in found):
                self._waiting = now()
            else:
                seen = found[-1].version.id if found else 0
                self._cursor = seen if len(found) == BATCH else max(latest, seen)
                self._due = min(self._due, now() + 60 * SECOND)

    def _next_run(self) -> int:
        """When to write next."""
        wanted = [FOREVER]
        if self._every is not None:
            # At whole multiples in Japan time: on the hour, at midnight.
            turn = (self._written + 9 * HOUR) // self._every + 1
            wanted.append(turn * self._every - 9 * HOUR)
        if self._waiting is not None or self._turn < FOREVER:
            moment = min(self._turn, FOREVER if self._waiting is None else self._waiting)
            wanted.append(max(moment, self._written + self._at_most))
        return min(wanted)

    def _next_work(self) -> int:
        return min(self._due, self._next_run())

    def _fail(self, failed: Failed) -> None:
        mark = failing_mark(self.writing.name)
        with contextlib.suppress(*FAULTS):
            if not self._store.marked(mark):
                self._store.mark(mark, now())
        super()._fail(failed)

    def _next_turn(self, at: int) -> int:
        """When the picture changes by itself after `at`, FOREVER where it does not, or nobody can
        tell."""
        turns = []
        for kind in self.writing.kinds:
            query = self.writing.query(kind, at, max(at, self._store.recorded()))
            turn = self._store.next_change(query)
            turns.append(FOREVER if turn is None or turn <= at else turn)
        return min(turns)
