"""What a product consumes, as one circle of readers sees it, by the parts for which it counts.

Held in memory and kept up with the store series by series, so that a change costs no more than
the series that it is in and the parts that it touches.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import NamedTuple

from noroshi.core.capability import Capability
from noroshi.core.errors import InvalidRecord
from noroshi.core.label import Reader
from noroshi.core.parts import Inputs, Listed, Towns, names_of, ordered
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, NEVER
from noroshi.engine.clocks import WallClock
from noroshi.store import Query, Store

#: Seconds (µs) until a picture is read again that any moment may change.
_RESTLESS = 5_000_000


class Series(NamedTuple):
    """A series of one kind and mode."""

    kind: str
    mode: Mode
    name: str


class Part(NamedTuple):
    """A part of the world in one mode."""

    mode: Mode
    name: str


class Gathered:
    """The inputs of a product, as known at each moment, or `as_of`. `dirty` are the parts whose
    inputs changed since it was emptied; `refused` says, by series, why something in it is not
    used."""

    def __init__(
        self, store: Store, capability: Capability, towns: Towns, reader: Reader, moment: int,
        clock: WallClock, as_of: int | None = None,
    ) -> None:  # fmt: skip
        self._store, self._capability, self._towns = store, capability, towns
        self._reader, self._clock, self._as_of = reader, clock, as_of
        self._scope = capability.load_scope()
        self._context = set(capability.context) if self._scope else set()
        self._held: dict[Series, dict[tuple[int, int, int], Version]] = {}
        self._parts: dict[Part, dict[str, dict[tuple[int, int, int], Version]]] = {}
        #: Context by mode and kind; what is in no scope at all is the one part "".
        self._whole: dict[tuple[Mode, str], dict[tuple[int, int, int], Version]] = {}
        self._names: dict[tuple[int, int, int], list[str]] = {}
        self._sorted: dict[tuple[Part, str], Listed] = {}
        #: Moments at which a series (None: anything of the kind) changes by itself.
        self._due: dict[Mode, list[tuple[int, str, str]]] = {mode: [] for mode in Mode}
        self._newest: dict[tuple[str, Mode], int] = {}
        self.dirty: set[Part] = set()
        self.refused: dict[Series, str] = {}
        for kind in capability.consumes:
            for mode in Mode:
                self._load(kind, mode, moment)

    def _query(self, kind: str, mode: Mode, moment: int, series: str | None = None) -> Query:
        span = self._capability.history.get(kind)
        present = self._clock.time(mode, moment)
        at = present
        if span is not None:  # back from the newest input: it may be of long ago
            at = min(present, self._newest.get((kind, mode), present)) - span
        return Query(self._reader, at, self._known(moment), kind, mode, series=series,
                     until=None if span is None else present)  # fmt: skip

    def _known(self, moment: int) -> int:
        return moment if self._as_of is None else self._as_of

    def _load(self, kind: str, mode: Mode, moment: int) -> None:
        """Read everything of a kind."""
        found: dict[Series, list[Version]] = {
            one: [] for one in self._held if one.kind == kind and one.mode == mode
        }
        query = self._query(kind, mode, moment)
        versions = list(self._store.picture(query))
        self._see(kind, mode, versions)
        further = self._query(kind, mode, moment)
        if further.at < query.at:
            versions = list(self._store.picture(further))
        for version in versions:
            found.setdefault(Series(kind, mode, version.series), []).append(version)
        for series, of_series in found.items():
            self._put(series, of_series, moment)
        present = self._clock.time(mode, moment)
        query = Query(self._reader, present, self._known(moment), kind, mode)
        # Nothing of it now may be something later, where the past is looked at.
        change = None
        if found or self._as_of is not None:
            change = self._store.next_change(query)
        if change is not None:
            # A series under several labels may change at any moment: not looked at all the time.
            when = change if change > present else present + _RESTLESS
            heapq.heappush(self._due[mode], (when, kind, ""))

    def _see(self, kind: str, mode: Mode, versions: Iterable[Version]) -> None:
        """Note when the newest input of a kind was issued, where its history is looked at."""
        if kind in self._capability.history:
            newest = max((one.issued for one in versions), default=NEVER)
            if newest > self._newest.get((kind, mode), NEVER):
                self._newest[kind, mode] = newest

    def due(self) -> int:
        """When, in the world, something changes by itself; FOREVER if nothing does."""
        return min((self._clock.wall(mode, due[0][0]) for mode, due in self._due.items() if due),
                   default=FOREVER)  # fmt: skip

    def refresh(self, changed: Iterable[tuple[Series, int]], moment: int) -> None:
        """Read the series that changed; with each, when what was said takes effect."""
        wanted: set[Series] = set()
        kinds: set[tuple[str, Mode]] = set()
        for series, effect in changed:
            wanted.add(series)
            if self._clock.time(series.mode, moment) < effect < FOREVER:
                heapq.heappush(self._due[series.mode], (effect, series.kind, series.name))
        for mode, due in self._due.items():
            present = self._clock.time(mode, moment)
            while due and due[0][0] <= present:
                _, kind, name = heapq.heappop(due)
                if name:
                    wanted.add(Series(kind, mode, name))
                else:
                    kinds.add((kind, mode))
        for kind, mode in sorted(kinds):
            self._load(kind, mode, moment)
        first = {(one.kind, one.mode) for one in wanted} - kinds - self._newest.keys()
        for series in sorted(wanted):
            if (series.kind, series.mode) not in kinds:
                query = self._query(series.kind, series.mode, moment, series.name)
                found = [one for one in self._store.picture(query) if one.kind == series.kind]
                self._put(series, found, moment)
        # The first that come of a kind may be of long ago: only now is it known how far back.
        for kind, mode in sorted(first & self._newest.keys()):
            self._load(kind, mode, moment)

    def _put(self, series: Series, versions: list[Version], moment: int) -> None:
        """Hold what a series says now."""
        self._see(series.kind, series.mode, versions)
        old = self._held.get(series, {})
        new = {_identity(one): one for one in versions if one.action is not Action.CANCEL}
        self.refused.pop(series, None)
        for key in old.keys() - new.keys():
            self._take(series, key)
        for key, version in new.items():
            if key not in old:
                self._give(series, key, version)
                present = self._clock.time(series.mode, moment)
                if present < version.valid_to < FOREVER:
                    due = version.valid_to, series.kind, series.name
                    heapq.heappush(self._due[series.mode], due)
        if new:
            self._held[series] = new
        else:
            self._held.pop(series, None)

    def _give(self, series: Series, key: tuple[int, int, int], version: Version) -> None:
        if series.kind in self._context:
            self._whole.setdefault((series.mode, series.kind), {})[key] = version
            self._touch_context(series)
            return
        names = [""]
        if self._scope is not None:
            try:
                names = names_of(self._scope, version, self._towns)
            except InvalidRecord as error:
                self.refused[series] = str(error)
                return
        self._names[key] = names
        for name in names:
            part = Part(series.mode, name)
            self._parts.setdefault(part, {}).setdefault(series.kind, {})[key] = version
            self._touch(part, series.kind)

    def _take(self, series: Series, key: tuple[int, int, int]) -> None:
        if series.kind in self._context:
            del self._whole[series.mode, series.kind][key]
            self._touch_context(series)
            return
        for name in self._names.pop(key, ()):
            part = Part(series.mode, name)
            of_kind = self._parts[part][series.kind]
            del of_kind[key]
            if not of_kind:
                del self._parts[part][series.kind]
                if not self._parts[part]:
                    del self._parts[part]
            self._touch(part, series.kind)

    def _touch(self, part: Part, kind: str) -> None:
        self.dirty.add(part)
        self._sorted.pop((part, kind), None)

    def _touch_context(self, series: Series) -> None:
        self._sorted.pop((Part(series.mode, ""), series.kind), None)
        self.dirty.update(part for part in self._parts if part.mode == series.mode)

    def inputs(self, part: Part) -> Inputs:
        """What counts in a part: for each consumed kind, in the order of series and key."""
        of_part = self._parts.get(part, {})
        found: dict[str, Listed] = {}
        for kind in self._capability.consumes:
            if kind in self._context:
                where, held = Part(part.mode, ""), self._whole.get((part.mode, kind), {})
            else:
                where, held = part, of_part.get(kind, {})
            kept = self._sorted.get((where, kind))
            if kept is None:
                kept = ordered(list(held.values()))
                if held:
                    self._sorted[where, kind] = kept
            found[kind] = kept
        return found


def _identity(version: Version) -> tuple[int, int, int]:
    """A version, and whatever may change of it in the picture: when it ends."""
    return version.id, version.valid_to, version.ended_at
