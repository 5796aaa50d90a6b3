"""What time it is: in the world, and in a drill that is played faster than it would happen."""

from __future__ import annotations

from noroshi.core.errors import InvalidRecord
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER, SECOND, now, parse
from noroshi.kinds import decode
from noroshi.kinds.exercise import SESSION, Session
from noroshi.store import Query, Store

#: A drill's clock that is found to be off by less than this (µs outside it) goes on as it did.
_OFF = 5 * SECOND


class WallClock:
    """The time of the world in every mode."""

    def look(self) -> bool:
        """Look again how the clock goes; True where it goes otherwise than before."""
        return False

    def time(self, mode: Mode, wall: int) -> int:
        """The time in `mode` when it is `wall` in the world (µs)."""
        return wall

    def wall(self, mode: Mode, time: int) -> int:
        """When it is `time` in `mode`, as the world counts."""
        return time


class DrillClock(WallClock):
    """In exercises the time in the drill, while one is played (`exercise.session`)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._clock = self._stated = self._ends = 0
        self._speed = 0.0
        self.look()

    def look(self) -> bool:
        """See `WallClock.look`: which drill is played is read again."""
        moment = max(now(), self._store.recorded())
        before = self.time(Mode.EXERCISE, moment)
        speed, self._speed = self._speed, 0.0
        query = Query(OPERATOR, moment, moment, SESSION, Mode.EXERCISE)
        for version in sorted(self._store.picture(query), key=lambda one: one.issued):
            try:
                said: Session = decode(version.kind, version.body)
                if said.state == "running" and said.speed > 0:
                    self._clock, self._stated = parse(said.clock), parse(said.stated)
                    self._ends, self._speed = parse(said.ends), said.speed
            except (InvalidRecord, ValueError):
                continue
        off = abs(self.time(Mode.EXERCISE, moment) - before)
        return speed != self._speed or off > _OFF * max(self._speed, 1.0)

    def time(self, mode: Mode, wall: int) -> int:
        """See `WallClock.time`. When the drill is over, it is as late as in the world."""
        if mode is not Mode.EXERCISE or not self._speed or wall >= self._over:
            return wall
        return min(self._clock + round(max(0, wall - self._stated) * self._speed), self._ends)

    def wall(self, mode: Mode, time: int) -> int:
        """See `WallClock.wall`."""
        if mode is not Mode.EXERCISE or not self._speed or time >= FOREVER:
            return time
        if time > self._ends:
            return max(time, self._over)
        return self._stated + round(max(0, time - self._clock) / self._speed)

    @property
    def _over(self) -> int:
        return self._stated + round((self._ends - self._clock) / self._speed)
