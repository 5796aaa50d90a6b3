"""How each source is heard, told as records (`node.intake`) from which products are made.

Each round looks only at what arrived since the last (`Store.arrived`), for `BUDGET` seconds at
most, so a round costs the same however much a store holds. What is known of a source is kept in
memory and in the record itself, from which the next process goes on.

What is told is told at once where the state of a source is another, or something is wrong; that a
regular message came once more is told every `ROUTINE` at most.

A drill may run faster than the clock on the wall, and in its past: its sources are judged by the
drill's clock, which is taken from what they say: of the newest times of issue of those that spoke
last the second, so that one whose own clock is wrong does not set it.

Of a source that has not spoken often enough to show a cadence the one is taken that sources of
like names (`51201-shelters`, `51202-shelters`) show: a town that falls silent after its first list
is missed all the same.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from noroshi.core.freshness import AHEAD, GAPS, Seen, learn, stand
from noroshi.core.label import BUILT_IN, OPERATOR, OWN, within
from noroshi.core.place import bounds
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import DAY, HOUR, SECOND, now, show
from noroshi.engine.remembered import (
    Remembered,
    faults_of,
    inside,
    pairs_of,
    pattern_of,
    time_of,
    usual_area,
)
from noroshi.engine.settings import DRILL, Settings
from noroshi.kinds import decode, encode
from noroshi.kinds.intake import INTAKE, Intake, Lately, every_of, seen_of
from noroshi.store import DUPLICATE, QUARANTINED, WAITING, Arrived, Query, Stated, Store

MARK = "heard"
#: Arrivals that are looked at together, for how long in one round [s], and how far back at first.
SHARE, BUDGET, BACK = 200, 0.25, 20_000
#: How often that all goes on as before is told, and for how long a message may wait to be read.
ROUTINE, PATIENCE = 30 * SECOND, 60 * SECOND
#: Arrivals by which a drill's clock is told, and from how much on that is told.
_CLOCK, _TICK = 15, 60 * SECOND
#: Positions, and messages, from which the area of a source is learned.
_SAMPLE, _MESSAGES = 100, 5
#: From how much on a drill's clock that goes back is another drill's.
BACKWARDS = HOUR
#: Who tells the clock of a drill, by the one on the wall.
_CONTROL = f"{DRILL}/control"
_KINDS_OF_FAULT = 12
#: So many sources of like names must show much the same cadence before others are held to it.
_ALIKE = 3

Key = tuple[str, Mode]


class Heard:
    """Tells how the sources of a node are heard. `round` is to be called every few seconds, by one
    thread of one process."""

    def __init__(self, store: Store, settings: Callable[[], Settings]) -> None:
        self._store, self._settings = store, settings
        self._sources: dict[Key, Remembered] = {}
        self._frames: dict[str, tuple[float, float, float, float]] = {}
        self._drill: deque[tuple[str, int]] = deque(maxlen=_CLOCK)
        self._told_clock: int | None = None
        self._mark: int | None = None
        #: The cadence of sources of like names, by the pattern of the name.
        self._cadences: dict[tuple[str, Mode], int | None] = {}
        #: Sources that were touched while there was still more to take in.
        self._later: set[Key] = set()
        #: Sources of which something routine is to be told.
        self._waiting: set[Key] = set()

    @property
    def behind(self) -> bool:
        """True where the last round did not come to the end of what arrived."""
        return bool(self._later)

    def round(self, present: int | None = None) -> int:
        """Take in what arrived since the last round and publish what changed. `present`: what time
        it is, where another clock goes than that on the wall. Returns how many versions were
        stored."""
        if self._mark is None:
            # A store that was never heard before may hold years; the latest of it tells enough.
            self._mark = self._store.marked(MARK) or max(0, self._store.last_arrival() - BACK)
            self._remember()
        touched, last = self._later | self._expected(), self._mark
        until = time.monotonic() + BUDGET
        while True:
            some = self._store.arrived(last, SHARE)
            for arrived in some:
                if arrived.state == WAITING and now() - arrived.received < PATIENCE:
                    some = []
                    break
                touched |= self._take(arrived)
                last = arrived.number
            if len(some) < SHARE:
                self._later = set()
                break
            if time.monotonic() > until:
                # Behind: what is known is of the past, and says nothing of now.
                self._later = touched
                break
        stored = 0
        if not self._later:
            stored = self._publish(touched, now() if present is None else present)
        if last != self._mark and not self._later:
            self._store.mark(MARK, last)
        self._mark = last
        return stored

    def _remember(self) -> None:
        """Go on from what an earlier process told."""
        moment = max(now(), self._store.recorded())
        for mode in Mode:
            for version in self._store.picture(Query(OPERATOR, moment, moment, INTAKE, mode)):
                told: Intake = decode(INTAKE, version.body)
                if not told.source:
                    continue
                one = Remembered(told.source, mode)
                one.intake, one.labels = told, {version.label}
                one.told = (told, version.recorded, version.label, version.issued)
                one.received = time_of(told.last_received) or 0
                one.lately.extend(reversed(told.lately))
                since = one.received - DAY
                one.bad.extend(
                    at for each in told.lately
                    if each.unread and (at := time_of(each.received) or 0) > since
                )  # fmt: skip
                self._sources[told.source, mode] = one
            for state in self._store.sources(OPERATOR, mode):
                found = self._sources.get((state.name, mode))
                if found is not None and not found.intake.drill:
                    pairs = zip(reversed(state.issued), reversed(state.delays), strict=True)
                    found.times.extend(pairs)
                elif found is not None:
                    found.times.extend(pairs_of(found.intake.lately))
        for one in self._sources.values():
            credible = {issued for issued, delay in one.times if delay >= -AHEAD}
            one.learned = learn(sorted(credible, reverse=True))
        self._alike(set(self._sources))
        self._frames = {
            place.area: bounds(place.geometry) for place in self._store.places("city")
            if place.geometry is not None
        }  # fmt: skip

    def _expected(self) -> set[Key]:
        """Sources that the settings have and that were never heard; they are told of once."""
        sources = self._settings().sources
        found = {(name, self._settings().source(name).mode) for name in sources if name != DRILL}
        heard = {name for name, _ in self._sources}
        new = {key for key in found if key[0] not in heard}
        for name, mode in new:
            self._sources[name, mode] = Remembered(name, mode)
        return new

    def _take(self, arrived: Arrived) -> set[Key]:
        """Note one arrival. Returns whom it tells of."""
        source = self._settings().source(arrived.source)
        by_mode: dict[Mode, list[Stated]] = {}
        for stated in arrived.stated:
            by_mode.setdefault(stated.mode, []).append(stated)
        if not by_mode:
            by_mode[source.mode] = []
        touched = set()
        for mode, some in by_mode.items():
            key = arrived.source, mode
            one = self._sources.setdefault(key, Remembered(arrived.source, mode))
            clock = arrived.received
            if one.intake.drill:
                if arrived.source != _CONTROL and arrived.first and some:
                    newest = max(stated.issued for stated in some)
                    self._drill.append((arrived.source, newest))
                clock = self.clock() or one.received or clock
                if clock < one.received - BACKWARDS:
                    # Another drill, which begins before the last one ended.
                    one.times.clear()
                    one.lately.clear()
                    one.received = clock
            self._note(one, arrived, some, clock)
            touched.add(key)
        return touched

    def clock(self) -> int | None:
        """What time it is in the drill; None without one."""
        newest: dict[str, int] = {}
        for name, issued in self._drill:
            newest[name] = max(newest.get(name, issued), issued)
        times = sorted(newest.values())
        return times[-2] if len(times) > 1 else max(times, default=None)

    def _note(
        self, one: Remembered, arrived: Arrived, some: list[Stated], clock: int
    ) -> None:  # fmt: skip
        """What an arrival changes of what is known of its source."""
        before = one.intake
        one.labels.add(arrived.label)
        one.received = max(one.received, clock)
        counts: dict[str, Any] = {
            "arrivals": before.arrivals + 1, "last_received": show(one.received),
            "first_received": before.first_received or show(clock),
        }  # fmt: skip
        if not arrived.first or arrived.state == DUPLICATE:
            one.intake = msgspec.structs.replace(
                before, repeated=before.repeated + 1, **counts
            )  # fmt: skip
            return
        faults, lost = faults_of(arrived.faults)
        placed, outside = self._places(one, some)
        newest = max((stated.issued for stated in some), default=None)
        conflicts = sum(stated.conflicts for stated in some)
        if newest is not None:
            one.times.append((newest, clock - newest))
            credible = {issued for issued, delay in one.times if delay >= -AHEAD}
            one.learned = learn(sorted(credible, reverse=True))
        bad = arrived.state == QUARANTINED
        if bad:
            one.bad.append(clock)
            counts |= {"quarantined": before.quarantined + 1, "reason": arrived.reason[:300]}
        ahead = newest is not None and newest > clock + AHEAD
        merged = dict(before.faults)
        for kind, count in faults.items():
            if kind in merged or len(merged) < _KINDS_OF_FAULT:
                merged[kind] = merged.get(kind, 0) + count
        one.lately.append(Lately(
            received=show(clock) or "", issued=show(newest),
            delay=None if newest is None else (clock - newest) / SECOND,
            unread=arrived.reason[:300] if bad else "", records=placed, outside=outside, lost=lost,
            faults=sum(faults.values()), conflicts=conflicts,
        ))  # fmt: skip
        one.intake = msgspec.structs.replace(
            before, faults=merged, placed=before.placed + placed, outside=before.outside + outside,
            conflicts=before.conflicts + conflicts, future=before.future + ahead,
            extent=one.intake.extent, **counts,
        )  # fmt: skip

    def _places(self, one: Remembered, some: list[Stated]) -> tuple[int, int]:
        """How many new records have a position, and how many of them lie outside: of the
        municipality that they name, where its border is known, else of where the source's
        records usually are."""
        placed = outside = 0
        usual = one.intake.extent
        for stated in some:
            for area, (west, south, east, north) in stated.places:
                placed += 1
                x, y = (west + east) / 2, (south + north) / 2
                frame = self._frames.get(area or "")
                if frame is not None:
                    outside += not inside(frame, x, y, 0.05)
                elif usual:
                    outside += not inside((usual[0], usual[1], usual[2], usual[3]), x, y, 0.0)
                elif len(one.places) < 10 * _SAMPLE:
                    one.places.append((x, y))
        if not usual and len(one.places) >= _SAMPLE and len(one.lately) >= _MESSAGES:
            one.intake = msgspec.structs.replace(one.intake, extent=usual_area(one.places))
            one.places = []
        return placed, outside

    # --- telling -------------------------------------------------------------------------------

    def _publish(self, touched: set[Key], present: int) -> int:
        """Tell of those that were touched now, or before and not told yet, what is new."""
        stored = self._tell_clock()
        by_label: dict[int, list[Edition]] = {}
        for key in touched | self._waiting | self._alike(touched):
            one = self._sources[key]
            intake, seen = self._told_of(one)
            label = self._label(one)
            if not self._to_tell(one, intake, seen, label, present):
                self._waiting.add(key)
                continue
            self._waiting.discard(key)
            issued = one.received or present
            if one.told is not None and one.told[2] != label:
                # Who sees both labels takes the later of them.
                by_label.setdefault(one.told[2], []).append(_edition(one, issued, None))
                issued += 1
            by_label.setdefault(label, []).append(_edition(one, issued, intake))
            one.told = intake, present, label, issued
        for label, editions in by_label.items():
            stored += self._store.publish(editions, source="node", label=label)
        return stored

    def _alike(self, touched: set[Key]) -> set[Key]:
        """Sources that have spoken seldom, of whose like a cadence has become known or changed."""
        found: set[Key] = set()
        for pattern, mode in {(pattern_of(name), mode) for name, mode in touched}:
            alike = [one for (name, other), one in self._sources.items()
                     if other is mode and pattern_of(name) == pattern]  # fmt: skip
            known = [one.learned for one in alike]
            shown = sorted(one for one in known if one is not None)
            cadence = shown[len(shown) // 2] if len(shown) >= _ALIKE else None
            if cadence is not None and sum(0.5 * cadence <= one <= 1.5 * cadence
                                           for one in shown) < 0.75 * len(shown):  # fmt: skip
                cadence = None
            if cadence == self._cadences.get((pattern, mode)):
                continue
            self._cadences[pattern, mode] = cadence
            found |= {(one.name, mode) for one in alike if 0 < len(one.times) <= GAPS}
        return found

    def _told_of(self, one: Remembered) -> tuple[Intake, Seen]:
        clock = self.clock() if one.intake.drill else None
        since = (now() if clock is None else clock) - DAY
        while one.bad and one.bad[0] <= since:
            one.bad.popleft()
        seen = one.seen(self._cadences.get((pattern_of(one.name), one.mode)))
        every = self._settings().source(one.name).every
        return msgspec.structs.replace(
            one.intake, every=None if every is None else every / SECOND,
            usual=None if seen.learned is None else seen.learned / SECOND,
            usual_from="" if seen.learned is None else
            "alike" if len({issued for issued, _ in one.times}) <= GAPS else "own",
            newest_issued=show(seen.newest), usual_delay=seen.usual / SECOND,
            newest_delay=None if seen.delay is None else seen.delay / SECOND,
            quarantined_day=seen.unread, lately=list(reversed(one.lately)),
        ), seen  # fmt: skip

    def _to_tell(
        self, one: Remembered, intake: Intake, seen: Seen, label: int, present: int
    ) -> bool:  # fmt: skip
        """True where what is known now is to be told at once, or was not told for long enough."""
        if one.told is None or one.told[2] != label or present - one.told[1] >= ROUTINE:
            return True
        before = one.told[0]
        noted = ("quarantined", "outside", "conflicts", "future", "every")
        if any(getattr(before, name) != getattr(intake, name) for name in noted):
            return True
        if intake.drill:
            present = self.clock() or present
        every = every_of(intake)
        return stand(seen_of(before), every, present).state != stand(seen, every, present).state

    def _tell_clock(self) -> int:
        clock = self.clock()
        if clock is None or (
            self._told_clock is not None and abs(clock - self._told_clock) < _TICK
        ):
            return 0
        self._told_clock = clock
        body = Intake(source="", drill=True, clock=show(clock))
        record = Record(INTAKE, "clock", encode(body))
        edition = Edition("node/intake/clock", clock, [record], mode=Mode.EXERCISE, effective=clock)
        labels = [self._label(one) for one in self._sources.values() if one.intake.drill]
        return self._store.publish([edition], source="node", label=min(labels, default=OWN))

    def _label(self, one: Remembered) -> int:
        """That a source exists may be secret: its intake stays here unless all that came from it,
        and its own label, go further."""
        label = self._settings().source(one.name).label
        if one.labels - {label} or label == OWN:
            return OWN
        return label if within(BUILT_IN[OWN], self._store.meaning(label)) else OWN


def _edition(one: Remembered, issued: int, intake: Intake | None) -> Edition:
    records = [] if intake is None else [Record(INTAKE, one.name, encode(intake))]
    return Edition(
        f"node/intake/{one.name}", issued, records, mode=one.mode, effective=issued
    )  # fmt: skip
