"""Gauges, dams and sensors through a storm: a message every ten minutes, or when water comes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from noroshi.core.time import HOUR, SECOND
from noroshi.feeds.drill.actors import dams, flood_sensors, gauges
from noroshi.feeds.drill.physics import river
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scene import Message

#: Seconds from an observation to its table.
DELAYS = {"amedas": 95, "mlit-rain": 140, "pref-rain": 75, "mlit-rivers": 150, "pref-rivers": 80}
#: A flood sensor says at least so often that it is alive [steps].
ALIVE = 12 * HOURLY


class Telemetry:
    """All that measures rain and water."""

    def __init__(self, course: Course) -> None:
        self._course = course
        world, draw = course.world, course.draw("telemetry")
        self._rain: dict[str, list[int]] = {}
        for at, rain in enumerate(world.rain_gauges):
            self._rain.setdefault(gauges.rain_desk(rain), []).append(at)
        self._rivers: dict[str, list[int]] = {}
        for at, level in enumerate(world.water_gauges):
            self._rivers.setdefault(gauges.river_desk(world, level), []).append(at)
        # A few gauges fail: one of water where the flood is the worst, two of rain.
        self._lost_rain = _failures(
            len(world.rain_gauges), 2, draw.integers(0, 1 << 30, 8).tolist()
        )
        worst = course.storm.level.max(axis=0).argsort()[::-1] if world.water_gauges else []
        since = 24 * HOURLY + int(draw.integers(0, 2 * HOURLY))
        self._lost_level = {int(worst[1]): (since, since + 5 * HOURLY)} if len(worst) > 1 else {}
        # Sensors: those of which the battery or the line is gone are never heard of again.
        changes = flood_sensors.changes(world, course.storm.depth)
        count = len(world.flood_sensors)
        self.silent = {
            at: int(draw.integers(18 * HOURLY, 34 * HOURLY))
            for at in range(count) if draw.uniform() < 0.06
        }  # fmt: skip
        self._battery = draw.uniform(0.35, 1.0, count)
        self._phase = draw.integers(0, ALIVE, count)
        self._changes: dict[int, list[flood_sensors.Change]] = {}
        for one in changes:
            self._changes.setdefault(one.step, []).append(one)
        self._reached = [(0, course.start - int(one)) for one in draw.integers(DAY, 9 * DAY, count)]
        self._lag = draw.integers(4, 55, STEPS + 1)

    def at(self, step: int) -> Iterator[Message]:
        """What is sent of what is measured at a step."""
        course, world = self._course, self._course.world
        time = course.time(step)
        for desk, mine in self._rain.items():
            missing = frozenset(at for at, span in self._lost_rain.items() if _within(step, span))
            found = gauges.rain(world, desk, time, mine, course.rain, step, missing)
            yield _late(found, DELAYS[desk])
        for desk, mine in self._rivers.items():
            missing = frozenset(at for at, span in self._lost_level.items() if _within(step, span))
            found = gauges.rivers(world, desk, time, mine, course.levels, step, missing)
            yield _late(found, DELAYS[desk])
        busy = any(one.state[step] != river.ORDINARY for one in course.storm.dams)
        if world.dams and (busy or step % HOURLY == 0):
            yield _late(dams.dams(world, time, course.storm, step, course.start), 200)
        yield from self._sensors(step)

    def _sensors(self, step: int) -> Iterator[Message]:
        course = self._course
        time = course.time(step)
        number = 0
        for one in self._changes.get(step, ()):
            at = one.sensor
            moment = time + (13 * at % 540) * SECOND
            self._reached[at] = (one.reached, moment)
            if self._heard(at, step):
                number += 1
                told = [(at, one.reached, self._left(at, step), moment)]
                found = flood_sensors.message(course.world, moment, told, number)
                yield _late(found, int(self._lag[step]))
        alive = [
            (at, self._reached[at][0], self._left(at, step), self._reached[at][1])
            for at in range(len(self._reached))
            if (step == 0 or (step + int(self._phase[at])) % ALIVE == 0) and self._heard(at, step)
            and self._reached[at][1] < time
        ]  # fmt: skip
        if alive:
            found = flood_sensors.message(course.world, time, alive, 0)
            yield _late(found, 30)

    def _heard(self, sensor: int, step: int) -> bool:
        return step < self.silent.get(sensor, STEPS)

    def _left(self, sensor: int, step: int) -> float:
        return max(0.05, float(self._battery[sensor]) - 0.0004 * step)


DAY = 24 * HOUR
Span = tuple[int, int]


def _failures(count: int, wanted: int, numbers: list[int]) -> dict[int, Span]:
    """Which gauges fail, and from which step to which."""
    if count < 4:
        return {}
    spans = [(14 * HOURLY + one % 60, 14 * HOURLY + one % 60 + 20 + one % 50) for one in numbers]
    return {numbers[at] % count: spans[at + 4] for at in range(wanted)}


def _within(step: int, span: Span) -> bool:
    return span[0] <= step < span[1]


def _late(message: Message, seconds: int) -> Message:
    return replace(message, time=message.time + seconds * SECOND)
