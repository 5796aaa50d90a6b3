"""Plays a drill: events in the pace of its clock, messages to a sink, facts to the truth."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from threading import Event as Flag

import msgspec

from noroshi.feeds.drill.clock import MAX, Clock
from noroshi.feeds.drill.scene import Event, Fact, Utterance
from noroshi.feeds.drill.sinks import Sink, Tally
from noroshi.feeds.drill.truth import TruthWriter

#: Seconds between two looks of whoever watches, and between two ticks of the drill's clock.
_WATCH, _TICK = 0.25, 1.0
#: Seconds over which the rate is told.
_RECENT = 5.0


class Progress(msgspec.Struct, frozen=True):
    """How a drill stands. `time`: of the scenario; `rate`: messages a second, lately; `behind`:
    seconds on the wall by which the messages lag behind the clock."""

    time: int
    messages: int
    facts: int
    rate: float
    behind: float
    tally: Tally


class Played(msgspec.Struct):
    """What was played. `behind` is the most that it lagged [s on the wall]; `time` that of the
    scenario at the end. `wrong` counts messages that were made wrong, or damaged, on purpose."""

    messages: int = 0
    facts: int = 0
    utterances: int = 0
    repeats: int = 0
    wrong: int = 0
    seconds: float = 0.0
    behind: float = 0.0
    time: int = 0
    interrupted: bool = False


def play(
    events: Iterable[Event],
    clock: Clock,
    sink: Sink,
    *,
    truth: TruthWriter | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
    on_tick: Callable[[int], None] = lambda time: None,
    talk: Callable[[Utterance], None] = lambda said: None,
    stopped: Flag | None = None,
) -> Played:
    """Play `events`, which are in order of time. The sink stays open: its messages may still be on
    their way.

    `watch` is called some times a second, `on_tick` at most once a second with the scenario's time,
    `talk` with what residents write.
    Ends when `stopped` is set, or at Ctrl-C, with `interrupted`. Raises what the sink raises.
    """
    player = _Player(clock, sink, truth, watch, on_tick, talk, stopped or Flag())
    try:
        for event in events:
            if not player.reach(event.time):
                player.played.interrupted = True
                break
            player.give(event)
    except KeyboardInterrupt:
        player.played.interrupted = True
    player.look(last=True)
    return player.played


class _Player:
    def __init__(
        self,
        clock: Clock,
        sink: Sink,
        truth: TruthWriter | None,
        watch: Callable[[Progress], None],
        on_tick: Callable[[int], None],
        talk: Callable[[Utterance], None],
        stopped: Flag,
    ) -> None:
        self.clock, self.sink, self.truth = clock, sink, truth
        self.watch, self.on_tick, self.talk, self.stopped = watch, on_tick, talk, stopped
        self.played = Played(time=clock.start)
        self.begun = time.monotonic()
        self.lag = 0.0
        self.watched = self.ticked = float("-inf")
        #: When how many messages had gone, lately.
        self.recent: deque[tuple[float, int]] = deque([(self.begun, 0)])

    def reach(self, moment: int) -> bool:
        """Wait until the scenario stands at `moment`. False if it was stopped."""
        while not self.clock.wait(moment, self.stopped):
            if self.stopped.is_set():
                return False
            self.lag = 0.0
            self.played.time = min(self.clock.time() or moment, moment)
            self.look()
        self.lag = 0.0 if self.clock.speed == MAX else max(0.0, -self.clock.seconds_until(moment))
        self.played.behind = max(self.played.behind, self.lag)
        self.played.time = max(self.played.time, moment)
        return not self.stopped.is_set()

    def give(self, event: Event) -> None:
        """Hand one event on."""
        if isinstance(event, Fact):
            self.played.facts += 1
            if self.truth is not None:
                self.truth.write(event)
            return
        if isinstance(event, Utterance):
            self.played.utterances += 1
            self.talk(event)
            self.look()
            return
        self.sink.send(event)
        self.played.messages += 1
        self.played.repeats += event.repeats
        self.played.wrong += bool(event.wrong)
        self.look()

    def look(self, *, last: bool = False) -> None:
        """Tell whoever watches, where it is time to."""
        now = time.monotonic()
        self.played.seconds = now - self.begun
        if not last and now - self.ticked >= _TICK:
            self.ticked = now
            self.on_tick(self.played.time)
        if last or now - self.watched >= _WATCH:
            self.watched = now
            self.recent.append((now, self.played.messages))
            while len(self.recent) > 2 and now - self.recent[0][0] > _RECENT:
                self.recent.popleft()
            since, before = self.recent[0]
            rate = (self.played.messages - before) / max(now - since, 1e-3)
            self.watch(Progress(self.played.time, self.played.messages, self.played.facts, rate,
                                self.lag, self.sink.tally))  # fmt: skip
