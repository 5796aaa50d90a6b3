"""Tells a node that a drill goes on, and what time it is in it (`exercise.session`)."""

from __future__ import annotations

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import HOUR, SECOND, now, show
from noroshi.feeds.drill.scene import Message, Scenario
from noroshi.feeds.drill.sinks import Sink
from noroshi.formats.record_feature.reader import envelope
from noroshi.kinds.exercise import SESSION, Session

#: Who says so; no organisation of the scenario.
SOURCE = "control"
#: Seconds on the wall after which the clock is told again although it went as was told, and by how
#: many it may differ from what was told.
_EVERY, _OFF = 60, 2


class Announcer:
    """Says how a drill of `scenario` stands to `sink`: at its start, when its clock goes otherwise
    than was said, and at its end. `tick` is for `play`."""

    def __init__(self, sink: Sink, scenario: Scenario, start: int, speed: float, seed: int) -> None:
        self._sink, self._scenario, self._speed, self._seed = sink, scenario, speed, seed
        self._start, self._end = start, start + round(scenario.hours * HOUR)
        #: The drill's time and the one on the wall when it was said last.
        self._said: tuple[int, int] | None = None

    def tick(self, time: int) -> None:
        """The drill's clock stands at `time`."""
        wall = now()
        if self._said is not None:
            passed = wall - self._said[1]
            expected = self._said[0] + round(passed * self._speed)
            off = abs(time - expected) / max(self._speed, 1.0)
            if off < _OFF * SECOND and passed < _EVERY * SECOND:
                return
        self._say(time, wall, "running")

    def end(self, time: int, *, stopped: bool) -> None:
        """The drill was played to its end, or was stopped."""
        self._say(time, now(), "stopped" if stopped else "ended")

    def _say(self, time: int, wall: int, state: str) -> None:
        self._said = time, wall
        said = Session(
            scenario=self._scenario.name, title=self._scenario.title,
            title_ja=self._scenario.title_ja, state=state, clock=show(time) or "",
            stated=show(wall) or "", begins=show(self._start) or "", ends=show(self._end) or "",
            speed=self._speed, seed=self._seed,
        )  # fmt: skip
        feature = {"type": "Feature", "id": "session", "geometry": None, "properties": said}
        data = envelope(msgspec.json.encode(feature), SESSION, Mode.EXERCISE)
        self._sink.send(Message(wall, SOURCE, "session.json", data))
