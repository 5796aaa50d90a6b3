"""The time of a drill: it runs `speed` times as fast as the clock on the wall."""

from __future__ import annotations

import threading
import time

import msgspec

from noroshi.core.time import HOUR, MINUTE, SECOND

#: As fast as possible: the scenario's time is that of its latest event.
MAX = 0.0


def default_start(now: int, hours: float, speed: float, skip: float = 0.0) -> int:
    """Where a scenario of `hours` begins that is to be played from `now` on (microseconds UTC), its
    first `skip` hours at once.

    It ends together with the clock on the wall, where it is played faster than real: so no message
    is ever from the future, and at the end what was said is as old as it would really be. A whole
    minute, as telegrams state it.
    """
    length = round(hours * HOUR)
    paced = length - round(skip * HOUR)
    before = length if speed == MAX else length - round(paced * min(1.0, 1 / speed))
    return (now - before) // MINUTE * MINUTE


class Clock(msgspec.Struct, frozen=True):
    """The clock of one drill: at `begun` on the wall (seconds of `time.monotonic`) the scenario
    stands at `start`. What is due up to `paced` comes at once."""

    start: int
    speed: float
    begun: float
    paced: int = 0

    @classmethod
    def begin(cls, start: int, speed: float, skip: float = 0.0) -> Clock:
        """A clock that starts now, `skip` hours into the scenario. Raises ValueError for a negative
        speed."""
        if not 0 <= speed < 1e9:
            raise ValueError(f"speed {speed:g}: 1 is real time, 0 as fast as possible")
        skipped = round(skip * HOUR)
        ahead = 0.0 if speed == MAX else skipped / (speed * SECOND)
        return cls(start, speed, time.monotonic() - ahead, start + skipped)

    def time(self) -> int | None:
        """The scenario's time; None where it is as fast as possible."""
        if self.speed == MAX:
            return None
        return self.start + round((time.monotonic() - self.begun) * self.speed * SECOND)

    def seconds_until(self, moment: int) -> float:
        """Seconds on the wall until `moment` of the scenario; negative once it is over, and 0
        where it is as fast as possible."""
        if self.speed == MAX or moment <= self.paced:
            return 0.0
        return self.begun + (moment - self.start) / (self.speed * SECOND) - time.monotonic()

    def wait(self, moment: int, stopped: threading.Event, longest: float = 0.25) -> bool:
        """Wait for `moment`, at most `longest` seconds. True once it has come."""
        rest = self.seconds_until(moment)
        if rest <= 0:
            return True
        stopped.wait(min(rest, longest))
        return rest <= longest and not stopped.is_set()
