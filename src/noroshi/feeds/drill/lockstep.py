"""A drill played into a home step by step, as fast as the machine can and always with the same
outcome: whatever was sent until a moment is read, then the products are computed as of that moment.

For measuring. Where a node follows a drill by the clock (`HomeSink`), what its products say also
depends on how fast the machine is.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import groupby
from time import process_time

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, MINUTE, NEVER
from noroshi.engine.clocks import WallClock
from noroshi.engine.heard import Heard
from noroshi.engine.ingest import as_sent, commit_each
from noroshi.engine.products import Keeper
from noroshi.engine.reading import read_outcome
from noroshi.engine.runner import Runner
from noroshi.engine.settings import DRILL, Settings
from noroshi.feeds.drill.pictures import Known
from noroshi.feeds.drill.scene import Event, Fact, Message, Utterance
from noroshi.feeds.drill.sinks import Tally
from noroshi.feeds.drill.statements import Statement
from noroshi.formats import Hints
from noroshi.store import Incoming, Outcome, Store


class StandingClock(WallClock):
    """Stands at `at` in exercises until it is put on."""

    def __init__(self, at: int) -> None:
        self.at = at

    def time(self, mode: Mode, wall: int) -> int:
        """See `WallClock.time`."""
        return self.at if mode is Mode.EXERCISE else wall

    def wall(self, mode: Mode, time: int) -> int:
        """See `WallClock.wall`: what is due by this clock is due now, all else never."""
        if mode is not Mode.EXERCISE:
            return time
        return NEVER if time <= self.at else FOREVER


class Played(msgspec.Struct):
    """What was played. `failures` of products, each told once, with the time at which it came
    first; `seconds` of processor by what took them. `steps`: their times, and the last version of
    each."""

    facts: list[Fact] = []
    tally: Tally = msgspec.field(default_factory=Tally)
    failures: dict[str, int] = {}
    seconds: dict[str, float] = {}
    steps: list[tuple[int, int]] = []

    def known(self) -> Known:
        """From which step on each statement was known, for `score`."""
        ids = [last for last, _ in self.steps]

        def since(statement: Statement) -> int:
            place = bisect_left(ids, statement.order[-1])
            return self.steps[place][1] if place < len(ids) else FOREVER

        return since


def play_in_steps(
    events: Iterable[Event],
    store: Store,
    settings: Settings,
    start: int,
    *,
    step: int = 5 * MINUTE,
    tell: Callable[[int], None] = lambda time: None,
    talk: Callable[[list[Utterance]], None] = lambda said: None,
) -> Played:
    """Play `events`, which are in order of time, in steps of `step` (µs) from `start` on. `tell` is
    called with the time of each step. Messages are received at the time at which they are sent.
    `talk` is given what residents write in a step, after its products are computed."""
    played = Played()
    clock = StandingClock(start)
    heard = Heard(store, lambda: settings)
    clocked = process_time()

    def spent(on: str) -> None:
        nonlocal clocked
        present = process_time()
        played.seconds[on] = played.seconds.get(on, 0.0) + present - clocked
        clocked = present

    runner = Runner(store, Keeper(store, settings.releases), params=settings.products,
                    releases=settings.releases, clock=clock)  # fmt: skip
    runner.settle()
    played.steps.append((store.latest(), NEVER))
    spent("products at the start")
    for number, some in groupby(events, lambda one: -((start - one.time) // step)):
        messages: list[Message] = []
        spoken: list[Utterance] = []
        for event in some:
            if isinstance(event, Fact):
                played.facts.append(event)
            elif isinstance(event, Utterance):
                spoken.append(event)
            else:
                messages.append(event)
        spent("scenario")
        last = played.steps[-1][1]
        before = max(0, round((last - start) / step)) if last > NEVER else -1
        for each in range(before + 1, number + 1):  # the clock goes on where nobody speaks
            clock.at = start + each * step
            if each == number:
                _take(store, settings, messages, played.tally)
                spent("reading and keeping")
            heard.round(clock.at)
            while heard.behind:
                heard.round(clock.at)
            spent("sources")
            runner.settle()
            spent("products")
            for name, standing in runner.standings.items():
                for failure in standing.failures:
                    played.failures.setdefault(f"{name}: {failure}", clock.at)
            played.steps.append((store.latest(), clock.at))
            tell(clock.at)
        if spoken:
            talk(spoken)
            spent("conversation")
    return played


def _take(store: Store, settings: Settings, messages: list[Message], tally: Tally) -> None:
    """Read messages and keep them, in the order in which they were sent."""
    batch: list[tuple[Incoming, Outcome | None]] = []
    for message in messages:
        source = settings.source(f"{DRILL}/{message.source}")
        if message.label is not None:
            source = msgspec.structs.replace(source, label=message.label)
        data, format = as_sent(message.data, source, None)
        sha = hashlib.sha256(data).digest()
        hints = Hints(message.name, message.time, source.name, source.mapping,
                      limits=settings.limits)  # fmt: skip
        outcome = Outcome()
        if sha not in store.settled([sha], source.label):
            outcome = read_outcome(data, hints, format)
        batch.append((Incoming(data, sha, source.name, message.name, source.label), outcome))
    if batch:
        for message, receipt in zip(messages, commit_each(store, batch), strict=True):
            tally.note(message.name, receipt.state, receipt.records, receipt.reason)
