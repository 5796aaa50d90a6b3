"""Flood forecasts of the larger rivers, by a river office and the weather office together."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.core.record import Mode
from noroshi.core.time import MINUTE, SECOND
from noroshi.feeds.drill.actors import weather_agency
from noroshi.feeds.drill.actors.sending import stem
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import River, WaterGauge
from noroshi.formats.jma_xml.writing.river import flood_forecast
from noroshi.formats.jma_xml.writing.river_words import (
    Flood,
    Forecast,
    Gauge,
    Rain,
    Thresholds,
    Town,
    level_of,
)
from noroshi.formats.jma_xml.writing.telegram import Area

#: Rivers with forecasts: those of the largest basins.
RIVERS = 6
#: A level is lowered or called off when it has been lower for so long [steps].
PATIENCE = 4
_BANKS = ("左岸", "右岸")


class Floods:
    """The forecasts of all rivers that have them."""

    def __init__(self, course: Course, levels: weather_agency.Levels) -> None:
        gauges: dict[str, list[int]] = {}
        for at, one in enumerate(course.world.water_gauges):
            gauges.setdefault(one.river, []).append(at)
        watched = [one for one in course.world.rivers if one.code in gauges]
        watched.sort(key=lambda one: (-one.basin, one.code))
        self._rivers = [
            _River(course, levels, one, gauges[one.code]) for one in watched[:RIVERS]
        ]  # fmt: skip

    def at(self, step: int) -> Iterator[Message]:
        """The forecasts made at a step."""
        for one in self._rivers:
            yield from one.at(step)


class _River:
    def __init__(
        self, course: Course, levels: weather_agency.Levels, river: River, gauges: list[int]
    ) -> None:
        self._course, self._levels, self._river, self._gauges = course, levels, river, gauges
        self._towns = [f"{course.world.water_gauges[one].municipality}00" for one in gauges]
        draw = course.draw(f"floods/{river.code}")
        self._error = draw.normal(0, 0.05, (STEPS, 6)).cumsum(axis=1)
        self._ready = int(draw.integers(6, 9))
        self._bank = _BANKS[int(draw.integers(2))]
        self._level: int | None = None
        self._wanted: list[int] = []
        self._serial = 0
        self._last = 0
        self._breaks = min(
            (one.breached for one in course.storm.flooded
             if one.gauge in gauges and one.breached >= 0),
            default=STEPS,
        )  # fmt: skip

    def at(self, step: int) -> Iterator[Message]:
        """The forecast made at a step: at a change, and every hour in danger."""
        # Of a broken levee one hears twenty minutes later.
        broken = step >= self._breaks + 2
        gauges = tuple(self._gauge(at, step) for at in self._gauges)
        wanted = max(level_of(one) for one in gauges)
        if broken and (wanted >= 2 or step < self._breaks + 4 * HOURLY):
            wanted = 5
        self._wanted.append(wanted)
        held = self._level or 0
        level = max(wanted, min(held, max(self._wanted[-PATIENCE - 1 :])))
        again = level >= 4 and step - self._last >= HOURLY
        if level == held and not again:
            return
        course = self._course
        if self._level is None:
            self._serial = 0
        self._serial += 1
        self._last = step
        reported = course.time(step) + self._ready * MINUTE
        forecast = Forecast(
            name=self._river.name, code=f"{self._river.code}01",
            rivers=(Area(self._river.name, self._river.code),),
            regions=(Area(course.world.name, weather_agency.region(course.world).code),),
            level=level, last=self._level, serial=self._serial, observed_at=course.time(step),
            gauges=gauges, rain=self._rain(step), flood=self._flood() if level == 5 else None,
        )  # fmt: skip
        self._level = level or None
        sent = reported + 18 * SECOND
        data = flood_forecast(
            forecast, reported=reported, mode=Mode.EXERCISE, sent=sent,
            river_office=f"{stem(course.world)}河川国道事務所",
            weather_office=weather_agency.office(course.world),
        )  # fmt: skip
        yield weather_agency.telegram(course.world, "VXKO50", sent, data)
        self._levels.told(reported, self._river.code, dict.fromkeys(self._towns, level))

    def _gauge(self, at: int, step: int) -> Gauge:
        """What a gauge shows, and will in the coming six hours as far as anyone can tell."""
        course = self._course
        gauge = course.world.water_gauges[at]
        levels = course.levels
        now = float(levels[step, at])
        before = float(levels[max(0, step - HOURLY), at])
        trend = "上昇" if now > before + 0.05 else "下降" if now < before - 0.05 else "横ばい"
        ahead: list[float | None] = []
        for hour in range(1, 7):
            later = min(step + hour * HOURLY, STEPS - 1)
            true = float(course.storm.level[later, at])
            guess = now + (true - now) * (1 + float(self._error[step, hour - 1]))
            ahead.append(round(guess, 2))
        town = next(
            one for one in course.world.municipalities if one.code == gauge.municipality
        )  # fmt: skip
        low = tuple(
            one.name for one in course.districts[town.code] if one.code in course.low
        )  # fmt: skip
        return Gauge(
            name=gauge.name.removesuffix("水位観測所"), code=gauge.code,
            river=Area(self._river.name, self._river.code), prefecture=course.world.name,
            address=town.name, observed=now, forecast=tuple(ahead[:3] if level_low(gauge, now)
                                                            else ahead), trend=trend,
            thresholds=Thresholds(
                gauge.standby, gauge.caution, gauge.evacuation, gauge.danger, gauge.crest
            ),
            towns=(
                Town(Area(course.world.name, course.world.code),
                     Area(town.name, f"{town.code}00"), low[:8]),
            ),
        )  # fmt: skip

    def _rain(self, step: int) -> tuple[Rain, ...]:
        course = self._course
        mine = [
            at for at, one in enumerate(course.world.municipalities)
            if one.code in {course.world.water_gauges[g].municipality for g in self._gauges}
        ]  # fmt: skip
        three = float(course.measures.three[step, mine].mean())
        later = min(STEPS - 1, step + 3 * HOURLY)
        coming = float(course.measures.three[later, mine].mean())
        time, ahead = course.time(step), course.time(step + 3 * HOURLY)
        ago = course.time(step - 3 * HOURLY)
        return (
            Rain(ago, time, round(three)),
            Rain(time, ahead, round(coming), expected=True),
        )

    def _flood(self) -> Flood:
        course = self._course
        where = next(
            one.gauge for one in course.storm.flooded
            if one.gauge in self._gauges and one.breached == self._breaks
        )  # fmt: skip
        gauge = course.world.water_gauges[where]
        town = next(one for one in course.world.municipalities if one.code == gauge.municipality)
        low = [one for one in course.districts[town.code] if one.code in course.low]
        x, y = course.world.plane.xy(*gauge.at)

        def far(at: tuple[float, float]) -> float:
            east, north = course.world.plane.xy(*at)
            return (east - x) ** 2 + (north - y) ** 2

        near = sorted(low or course.districts[town.code], key=lambda one: (far(one.at), one.code))
        names = tuple(one.name for one in near[:4])
        place = f"{town.name}{names[0] if names else ''}地先"
        towns = (Town(Area(course.world.name, course.world.code),
                      Area(town.name, f"{town.code}00"), names),)  # fmt: skip
        return Flood(place, self._bank, towns)


def level_low(gauge: WaterGauge, level: float) -> bool:
    """Whether a gauge is still below its caution level: then three hours are forecast."""
    return level < gauge.caution
