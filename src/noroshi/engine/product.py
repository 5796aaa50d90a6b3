"""One product, kept up with the store: computed anew where its inputs changed, and only there."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

import msgspec

from noroshi.core.capability import Capability, compute, part_of, series_of, series_prefix
from noroshi.core.errors import InvalidRecord, NotFound
from noroshi.core.label import OPERATOR, RECALLED, Reader
from noroshi.core.parts import Inputs, Towns, listed
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import FOREVER, NEVER
from noroshi.engine.circles import Circles
from noroshi.engine.clocks import WallClock
from noroshi.engine.gathered import Gathered, Part, Series
from noroshi.store import Query, Store

Publish = Callable[[str, int, Sequence[Edition]], int]
"""Keeps editions of a product under a label; how many versions were stored."""

#: How many parts that cannot be computed are named.
_NAMED = 3
#: How many editions are kept at once.
_TOGETHER = 200


class Ran(msgspec.Struct):
    """What came of computing a product: versions stored, parts computed, and what failed."""

    stored: int = 0
    parts: int = 0
    failures: list[str] = []


class Product:
    """A capability on a store. Not for several threads at once.

    `released` says under which label results are told that rest on another: an owner's decision
    that what is computed from its records may go further than they do.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        capability: Capability,
        publish: Publish,
        *,
        towns: Towns,
        params: msgspec.Struct | None = None,
        released: Mapping[int, int] | None = None,
        clock: WallClock | None = None,
        as_of: int | None = None,
    ) -> None:
        self.name, self.capability = name, capability
        self._store, self._publish, self._towns = store, publish, towns
        self._params = capability.load_params()() if params is None else params
        self._released, self._as_of = released or {}, as_of
        self._clock = clock or WallClock()
        self._gathered: dict[int | None, Gathered] = {}
        self._seen: dict[int | None, frozenset[int] | None] = {}
        self._stamp = -1
        #: What stands, by label and part; and by series, so that it can be read again.
        self._standing: dict[int, dict[Part, dict[str, list[Version]]]] = {}
        self._ends: dict[Mode, list[tuple[int, Part]]] = {mode: [] for mode in Mode}
        #: Parts that could not be computed, and why.
        self._failed: dict[Part, str] = {}
        self._moment = NEVER
        #: Labels under which something was ever said.
        self._ever: set[int] = set()

    def due(self) -> int:
        """The moment at which it is to be computed although nothing comes; FOREVER for none."""
        own = [self._clock.wall(mode, ends[0][0]) for mode, ends in self._ends.items() if ends]
        return min([FOREVER, *own, *(one.due() for one in self._gathered.values())])

    def run(
        self, changed: Iterable[tuple[Series, int]], moment: int, *, retry: bool = False
    ) -> Ran:
        """Compute what the changed series touch (with each, when what was said takes effect) and
        what the clock touches; at first, and when readers changed, everything. `retry`: also what
        failed before."""
        changes = list(changed)
        self._moment = moment
        with self._store.reading():
            circles = Circles(self._store, self.capability, self._released)
            whole = self._gather(circles, changes, moment)
            self._ever = self._store.labels_of(self.capability.produces)
        dirty = set(self._failed) if retry else set()
        for gathered in self._gathered.values():
            dirty |= gathered.dirty
            gathered.dirty = set()
        if whole:
            dirty.update(part for parts in self._standing.values() for part in parts)
        for mode, ends in self._ends.items():
            while ends and ends[0][0] <= self._clock.time(mode, moment):
                dirty.add(heapq.heappop(ends)[1])
        ran = Ran()
        parts = iter(sorted(dirty))
        while ready := self._say(parts, circles, ran):
            ran.stored += self._keep(ready)
        ran.failures = self._failures()
        return ran

    def _say(
        self, parts: Iterator[Part], circles: Circles, ran: Ran
    ) -> dict[int, list[Edition]]:  # fmt: skip
        """What is to be said of the next parts, by label, until it is enough to be kept."""
        ready: dict[int, list[Edition]] = {}
        with self._store.reading():
            for part in parts:
                self._failed.pop(part, None)
                try:
                    for label, editions in self._compute(part, circles).items():
                        ready.setdefault(label, []).extend(editions)
                    ran.parts += 1
                except Exception as error:  # a capability's own defect, or what it refuses
                    said = str(error) if isinstance(error, InvalidRecord) else repr(error)
                    self._failed[part] = f"{part.name or self.name}: {said}"
                if sum(map(len, ready.values())) >= _TOGETHER:
                    break
        return ready

    def _failures(self) -> list[str]:
        told = list(self._failed.values())
        for gathered in self._gathered.values():
            told += [f"{series.name}: {why}" for series, why in gathered.refused.items()]
        told = sorted(set(told))
        more = len(told) - _NAMED
        return [*told[:_NAMED], *([f"and {more} more"] if more > 0 else [])]

    def _gather(self, circles: Circles, changes: Sequence[tuple[Series, int]], moment: int) -> bool:
        """Bring what is held up to date; True where everything had to be read."""
        stamp = self._store.label_stamp()
        if self._gathered and circles.seen == self._seen and stamp == self._stamp:
            inputs = [one for one in changes if one[0].kind in self.capability.consumes]
            for gathered in self._gathered.values():
                gathered.refresh(inputs, moment)
            if self._as_of is not None:  # at another moment of the past other things stand
                self._read_standing()
            prefix = series_prefix(self.name)
            mine = {one for one, _ in changes if one.kind in self.capability.produces
                    and one.name.startswith(prefix)}  # fmt: skip
            for one in mine:
                self._stand(one.mode, one.name)
            return False
        self._seen, self._stamp = circles.seen, stamp
        self._gathered = {}
        for label, seen in circles.seen.items():
            if label is not None or circles.whole is None:
                reader = Reader(self.name, seen)
                self._gathered[label] = Gathered(
                    self._store, self.capability, self._towns, reader, moment, self._clock,
                    self._as_of,
                )  # fmt: skip
        self._read_standing()
        return True

    def _read_standing(self) -> None:
        self._standing, self._ends = {}, {mode: [] for mode in Mode}
        for mode in Mode:
            for label, version in self._said(mode, None):
                self._add_standing(label, version)

    def _said(self, mode: Mode, series: str | None) -> Iterable[tuple[int, Version]]:
        """What was said before, and has not been replaced, with its label: all, or of a series."""
        known = max(self._moment, self._store.recorded())
        for label in sorted(self._store.labels_of(self.capability.produces)):
            reader = Reader(self.name, frozenset({label}))
            for kind in self.capability.produces if series is None else (None,):
                query = Query(reader, self._clock.time(mode, self._moment), known, kind, mode,
                              series=series, lapsed=True)  # fmt: skip
                for version in self._store.picture(query):
                    yield label, version

    def _add_standing(self, label: int, version: Version) -> None:
        if not version.series.startswith(series_prefix(self.name)):
            return
        part = Part(version.mode, part_of(self.name, self.capability, version.series))
        of_part = self._standing.setdefault(label, {}).setdefault(part, {})
        of_part.setdefault(version.series, []).append(version)
        present = self._clock.time(part.mode, self._moment)
        if self.capability.clock and present < version.valid_to < FOREVER:
            heapq.heappush(self._ends[part.mode], (version.valid_to, part))

    def _stand(self, mode: Mode, series: str) -> None:
        """Read again what stands in a series of ours, under every label."""
        part = Part(mode, part_of(self.name, self.capability, series))
        for of_label in self._standing.values():
            if part in of_label:
                of_label[part].pop(series, None)
        for label, version in self._said(mode, series):
            self._add_standing(label, version)

    def _rest(self, label: int, part: Part, edition: Edition) -> None:
        """Note on what rests now what stands as it stood: it ends when that does."""
        basis = {(one.kind, one.key): one.basis for one in edition.records}
        held = self._standing[label][part][edition.series]
        held[:] = [msgspec.structs.replace(one, basis=basis[one.kind, one.key]) for one in held]

    def _stands(self, label: int, part: Part) -> list[Version]:
        of_part = self._standing.get(label, {}).get(part, {})
        return [version for series in sorted(of_part) for version in of_part[series]]

    def _lookup(self, ids: Sequence[int]) -> Iterable[Version]:
        for id in ids:
            with suppress(NotFound):  # it was recalled
                yield self._store.version(id, OPERATOR)

    def _compute(self, part: Part, circles: Circles) -> dict[int, list[Edition]]:
        """What is to be said of a part, by label; each circle's after what a wider one is told."""
        found: dict[int, list[Edition]] = {}
        #: What is said, by label: the time of issue and serial of each series.
        said: dict[int, dict[tuple[str, Mode], tuple[int, int]]] = {}
        before: list[tuple[tuple[int, int], ...]] = []
        ever = self._ever
        for circle in circles.seen:
            own = circle if circle in self._gathered else circles.whole
            inputs = self._gathered[own].inputs(part)
            labels: list[int | None] = [circle]
            if circle is None:
                labels = [*self._mixed(part, inputs, circles, more=own is None)]
            known = tuple(listed(inputs[kind]).identity for kind in inputs)
            again = circle is not None and known in before
            before.append(known)
            for label in labels:
                assert label is not None
                standing = self._stands(label, part)
                if again and not standing and label not in ever:
                    continue  # a wider circle was told all of it
                wider: dict[tuple[str, Mode], tuple[int, int]] = {}
                for one in circles.seen_with(label, said):
                    for key, issue in said[one].items():
                        wider[key] = max(wider.get(key, (NEVER, 0)), issue)

                others = [one for one in circles.seen_with(label, ever) if one != label]

                def is_of(
                    edition: Edition, of: Inputs, label: int = label,
                    wider: dict[tuple[str, Mode], tuple[int, int]] = wider,
                    others: Sequence[int] = others,
                ) -> bool:  # fmt: skip
                    mine = self._is_of(circles, edition, of, label) or (
                        label in ever and self._hides(part, edition, label, wider)
                    )
                    if mine and others:
                        self._after_ended(part, edition, others, wider)
                    return mine

                rest = partial(self._rest, label, part)
                editions = self._run(part, inputs, standing, is_of, wider, rest)
                if editions:
                    found[label] = editions
                mine = said.setdefault(label, {})
                for each in standing:
                    place = each.series, each.mode
                    mine[place] = max(mine.get(place, (NEVER, 0)), (each.issued, each.serial))
                if len(circles.seen) > 1:
                    for edition in editions:
                        place = edition.series, edition.mode
                        kept = self._kept_as(edition, label)
                        mine[place] = max(mine.get(place, (NEVER, 0)), kept)
        return found

    def _kept_as(self, edition: Edition, label: int) -> tuple[int, int]:
        """The time of issue and serial that an edition is kept under: after all others."""
        last = self._store.last_issue(edition.series, edition.mode, label)
        if last is None or (edition.issued, edition.serial) > last:
            return edition.issued, edition.serial
        return last[0], last[1] + 1

    def _is_of(self, circles: Circles, edition: Edition, of: Inputs, label: int) -> bool:
        """True if an edition is told under this label. One without records rests on nothing: it
        ends what is said, from when it says so, under each label that says something."""
        return not edition.records or circles.label_of(edition, of) == label

    def _hides(
        self, part: Part, edition: Edition, label: int,
        wider: Mapping[tuple[str, Mode], tuple[int, int]],
    ) -> bool:  # fmt: skip
        """True where the last word under a label would hide what a wider circle is told: then this
        is said under the label as well, or who sees both would not see it."""
        series = series_of(self.name, part.name, edition.series)
        before = wider.get((series, edition.mode))
        last = self._store.last_issue(series, edition.mode, label)
        return before is not None and last is not None and last >= before

    def _after_ended(
        self, part: Part, edition: Edition, others: Iterable[int],
        wider: dict[tuple[str, Mode], tuple[int, int]],
    ) -> None:  # fmt: skip
        """Note when the last word on a series was said to wider circles, which may be that it
        ended: what is said here comes after it, or who sees both would not see it."""
        key = series_of(self.name, part.name, edition.series), edition.mode
        for one in others:
            last = self._store.last_issue(*key, one)
            if last is not None:
                wider[key] = max(wider.get(key, last), last)

    def _run(
        self,
        part: Part,
        inputs: Inputs,
        standing: Sequence[Version] = (),
        keep: Callable[[Edition, Inputs], bool] | None = None,
        wider: Mapping[tuple[str, Mode], tuple[int, int]] | None = None,
        again: Callable[[Edition], None] | None = None,
    ) -> list[Edition]:
        return compute(
            self.name, self.capability, {part.name: inputs}, self._params, mode=part.mode,
            at=self._clock.time(part.mode, self._moment), standing=standing,
            lookup=self._lookup, keep=keep, wider=wider, again=again,
        )  # fmt: skip

    def _mixed(self, part: Part, inputs: Inputs, circles: Circles, *, more: bool) -> list[int]:
        """The labels beyond those of the circles under which something is said, or (where this
        circle sees `more` than each of the others) is to be: of what rests on records of several.
        Those of fewer parts first."""
        found = {label for label, parts in self._standing.items() if part in parts}

        def note(edition: Edition, of: Inputs) -> bool:
            found.add(circles.label_of(edition, of))
            return False

        if more:
            self._run(part, inputs, keep=note)
        return sorted(found - circles.seen.keys() - {RECALLED})

    def _keep(self, ready: dict[int, list[Edition]]) -> int:
        """Keep what was computed, and hold what stands now."""
        stored = 0
        self._ever |= ready.keys()
        alone = len(self._ever) == 1
        for label, editions in sorted(ready.items()):
            stored += self._publish(f"product/{self.name}", label, editions)
            for edition in editions:
                if alone:
                    self._hold(label, edition)
                else:  # where each stands among the others only the store knows
                    self._stand(edition.mode, edition.series)
        ready.clear()
        return stored

    def _hold(self, label: int, edition: Edition) -> None:
        """Hold what an edition says as what stands in its series."""
        part = Part(edition.mode, part_of(self.name, self.capability, edition.series))
        self._standing.setdefault(label, {}).setdefault(part, {}).pop(edition.series, None)
        for version in versions_of(edition, f"product/{self.name}", label):
            self._add_standing(label, version)


def versions_of(edition: Edition, source: str, label: int) -> Iterator[Version]:
    """What an edition says, as it stands once it is kept; its ids are not those of a store."""
    for number, record in enumerate(edition.records, start=1):
        start = edition.effective if record.valid_from is None else record.valid_from
        yield Version(
            -number, record.kind, record.key, edition.series, edition.mode, edition.action,
            edition.issued, edition.serial, edition.issued, NEVER if start is None else start,
            FOREVER if record.valid_to is None else record.valid_to, FOREVER, FOREVER, label,
            source, None, record.area, record.geometry, record.confidence, record.basis,
            record.body,
        )  # fmt: skip
