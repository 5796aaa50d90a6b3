"""The truth beside a storm's messages: of gauges, dams, sensors, the typhoon and flooded ground.
What concerns shelters, roads, supply and people is told by those who move them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from noroshi.feeds.drill.actors import dams
from noroshi.feeds.drill.physics.storm import HOURLY
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scenarios.storm.telegrams import cyclone
from noroshi.feeds.drill.scene import Fact

#: A level that has changed by less is as it was [m].
LEVEL = 0.04


class Truth:
    """What is so of water and weather, told whenever it changes."""

    def __init__(self, course: Course) -> None:
        self._course = course
        world = course.world
        self._levels = np.full(len(world.water_gauges), -99.0)
        self._reached = [0] * len(world.flood_sensors)
        self._operation = [""] * len(world.dams)
        self._totals = np.full(len(world.rain_gauges), -99.0)

    def at(self, step: int) -> Iterator[Fact]:
        """What is otherwise from a step on."""
        yield from self._gauges(step)
        yield from self._sensors(step)
        yield from self._dams(step)
        yield from self._rain(step)
        if step % HOURLY == 0:
            yield from self._hourly(step)

    def _gauges(self, step: int) -> Iterator[Fact]:
        course = self._course
        for at, gauge in enumerate(course.world.water_gauges):
            level = float(course.storm.level[step, at])
            if abs(level - self._levels[at]) < LEVEL:
                continue
            self._levels[at] = level
            body = {"code": gauge.code, "name": gauge.name, "observed": {"level": round(level, 3)}}
            yield Fact(
                course.time(step), "disaster.river_level", gauge.code, body, gauge.at,
                f"city:{gauge.municipality}00",
            )  # fmt: skip

    def _sensors(self, step: int) -> Iterator[Fact]:
        course = self._course
        for at, sensor in enumerate(course.world.flood_sensors):
            depth = float(course.storm.depth[step, at])
            reached = sum(depth >= one for one in sensor.steps)
            if reached == self._reached[at] and step:
                continue
            self._reached[at] = reached
            body = {
                "code": sensor.code, "state": "wet" if reached else "dry", "step": reached,
                "depth": sensor.steps[reached - 1] if reached else 0.0,
            }  # fmt: skip
            yield Fact(
                course.time(step), "disaster.flood_sensor", sensor.code, body, sensor.at,
                f"city:{sensor.municipality}00",
            )  # fmt: skip

    def _dams(self, step: int) -> Iterator[Fact]:
        course = self._course
        for at, dam in enumerate(course.world.dams):
            state = dams.operation(course.storm, at, step)
            one = course.storm.dams[at]
            before = max(0, step - 1)
            still = abs(float(one.outflow[step] - one.outflow[before])) < 2.0 and (
                abs(float(one.inflow[step] - one.inflow[before])) < 2.0
            )
            if step % HOURLY and state == self._operation[at] and still:
                continue
            self._operation[at] = state
            body = {
                "code": dam.code, "name": dam.name, "operation": state,
                "level": round(float(one.height[step]), 2),
                "storage": round(float(one.storage[step])),
                "inflow": round(float(one.inflow[step]), 1),
                "outflow": round(float(one.outflow[step]), 1),
            }  # fmt: skip
            yield Fact(
                course.time(step), "disaster.dam", dam.code, body, dam.at,
                f"city:{dam.municipality}00",
            )  # fmt: skip

    def _rain(self, step: int) -> Iterator[Fact]:
        """Rain at the gauges: when a millimetre has fallen, or in another hour none has."""
        course = self._course
        fallen = course.rain.fallen
        hour = fallen[max(0, step - HOURLY + 1) : step + 1].sum(axis=0)
        total = fallen[: step + 1].sum(axis=0)
        for at, gauge in enumerate(course.world.rain_gauges):
            if total[at] - self._totals[at] < 1.0 and step % HOURLY:
                continue
            self._totals[at] = total[at]
            body = {
                "code": gauge.code, "rain_hour": round(float(hour[at]), 1),
                "rain_total": round(float(total[at]), 1),
            }  # fmt: skip
            yield Fact(
                course.time(step), "disaster.rain_gauge", gauge.code, body, gauge.at,
                f"city:{gauge.municipality}00",
            )  # fmt: skip

    def _hourly(self, step: int) -> Iterator[Fact]:
        course = self._course
        time = course.time(step)
        state = course.storm.track.at(step / HOURLY)
        where = course.world.plane.lonlat(state.x, state.y)
        event = cyclone(course.world)
        storm = {
            "event": event,
            "pressure": round(state.centre),
            "wind": round(state.greatest, 1),
        }
        yield Fact(time, "disaster.typhoon", event, storm, where)
        for water in course.storm.flooded:
            gauge_ = course.world.water_gauges[water.gauge]
            depth = water.plain.depth(float(water.surface[step]))
            wet = int((depth > 0.05).sum()) if water.volume[step] > 100 else 0
            before = water.volume[max(0, step - HOURLY)] > 100
            if not wet and not before:
                continue
            size = {"area": wet * course.world.plane.cell**2,
                    "volume": round(float(water.volume[step])),
                    "deepest": round(float(depth.max()), 2)} if wet else {}  # fmt: skip
            yield Fact(
                time, "disaster.inundation", gauge_.code, size, gauge_.at,
                f"city:{gauge_.municipality}00", gone=not wet,
            )  # fmt: skip
