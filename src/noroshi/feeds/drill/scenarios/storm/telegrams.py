"""The weather agency's other telegrams: the typhoon, record rain, the rainband, landslide alerts,
and, with the river offices, forecasts of floods."""

from __future__ import annotations

import math
from collections.abc import Iterator

from noroshi.core.record import Mode
from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.feeds.drill.actors import weather_agency
from noroshi.feeds.drill.physics import typhoon as physics
from noroshi.feeds.drill.physics.storm import BAND, HOURLY
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World
from noroshi.formats.jma_xml.writing import landslide, rain, typhoon
from noroshi.formats.jma_xml.writing.telegram import Area
from noroshi.formats.jma_xml.writing.typhoon_values import Reach, Step

#: An hour's rain of which the agency says that it is a record [mm].
RECORD = 100.0
#: Hours ahead of the typhoon's forecasts, and how far these are off by [m] (気象庁: 70 % circles).
AHEAD = {12: 45_000.0, 24: 80_000.0, 48: 150_000.0, 72: 230_000.0}
NAME, KANA = "NOROSHI", "ノロシ"
_EIGHT = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")


def cyclone(world: World) -> str:
    """The agency's name of the storm: TC9901. Prefectures that drill together have one each."""
    return f"TC99{world.number + 1:02d}"


class Typhoon:
    """Analyses every three hours, every hour while it is near, each with its forecasts."""

    def __init__(self, course: Course) -> None:
        self._course = course
        draw = course.draw("typhoon forecasts")
        # Where a forecast is off, in units of its circle; the next one is off much the same way.
        self._off = draw.normal(0, 0.45, 2)
        self._step = draw.normal(0, 0.12, (60, 2))
        self._serial = 0

    def at(self, step: int) -> Iterator[Message]:
        """The telegram of the analysis at a step, if there is one."""
        hour = step / HOURLY
        near = 16 <= hour <= 34
        if step % HOURLY or (hour % 3 and not near):
            return
        course = self._course
        self._serial += 1
        self._off = 0.95 * self._off + self._step[self._serial % 60]
        now = course.storm.track.at(hour)
        full = hour % 3 == 0
        reported = course.time(step) + 42 * MINUTE
        sent = reported + 35 * SECOND
        event = cyclone(course.world)
        data = typhoon.typhoon(
            event, self._values(hour, now), self._forecasts(hour) if full else (),
            estimate=self._values(hour + 1, course.storm.track.at(hour + 1)) if near else None,
            number=event[2:], name=NAME, kana=KANA, reported=reported, serial=self._serial,
            mode=Mode.EXERCISE, sent=sent,
        )  # fmt: skip
        yield weather_agency.telegram(course.world, "VPTW60", sent, data)

    def _forecasts(self, hour: float) -> list[Step]:
        found = []
        for ahead, circle in AHEAD.items():
            state = self._course.storm.track.at(hour + ahead)
            off = self._off * circle
            step = self._values(hour + ahead, state, circle, float(off[0]), float(off[1]))
            # Farther on it is a storm of the westerlies, and another office's.
            if step.latitude < 50 and step.longitude < 179:
                found.append(step)
        return found

    def _values(
        self, hour: float, state: physics.State, circle: float | None = None, east: float = 0.0,
        north: float = 0.0,
    ) -> Step:  # fmt: skip
        course = self._course
        longitude, latitude = course.world.plane.lonlat(state.x + east, state.y + north)
        gale, storm = _reach(state, 15.0), _reach(state, 25.0)
        if circle is not None:
            # 暴風警戒域: the circle, and the storm winds around it.
            gale = None
            storm = Reach(circle + storm.radius) if storm is not None else None
        location = (
            "日本の南" if latitude < 30 else "日本の東" if longitude > 150 else "日本の南海上"
        )
        return Step(
            time=course.start + round(hour * HOUR), longitude=round(longitude, 1),
            latitude=round(latitude, 1), pressure=round(state.centre / 500) * 500.0,
            wind=state.greatest, gust=1.42 * state.greatest,
            direction=math.degrees(math.atan2(state.u, state.v)) % 360,
            speed=math.hypot(state.u, state.v), location=location, gale=gale, storm=storm,
            circle=circle,
        )  # fmt: skip


def _reach(state: physics.State, speed: float) -> Reach | None:
    right, left = state.reach(speed)
    if not right:
        return None
    # On the right of its path it reaches farther.
    bearing = math.degrees(math.atan2(state.u, state.v)) + 90
    return Reach(right, _EIGHT[round(bearing / 45) % 8], max(left, 0.4 * right))


class Flashes:
    """Record rain, and the rainband while it stands."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._region = weather_agency.region(course.world)
        self._told: dict[str, int] = {}
        self._serial = 0
        self._band = 0
        self._noted = 0

    def at(self, step: int) -> Iterator[Message]:
        """What is to be said at once of a step."""
        yield from self._records(step)
        yield from self._stands(step)

    def _records(self, step: int) -> Iterator[Message]:
        course, world = self._course, self._course.world
        amounts, hit = [], []
        for at, town in enumerate(world.municipalities):
            hour = float(course.measures.hour[step, at])
            if hour < RECORD or step - self._told.get(town.code, -99) < 3:
                continue
            if hour < 1.1 * RECORD and self._told.get(town.code, -99) > step - 2 * HOURLY:
                continue
            self._told[town.code] = step
            whole = int(hour // 10 * 10)
            amounts.append(
                rain.Amount(Area(town.name, f"{town.code}00"), min(whole, 120), more=whole > 120)
            )
            hit.append(town.forecast)
        if not amounts:
            return
        self._serial += 1
        observed = course.time(step)
        reported = observed + 7 * MINUTE
        divisions = [
            Area(one.name, one.code) for one in self._region.divisions if one.code in hit
        ]  # fmt: skip
        data = rain.record_rain(
            self._region, divisions, amounts, observed=observed, reported=reported,
            serial=self._serial, event=rain.event_of(_office(course), course.start, reported),
            mode=Mode.EXERCISE, sent=reported + 15 * SECOND,
        )  # fmt: skip
        yield weather_agency.telegram(world, "VPBS50", reported + 15 * SECOND, data)

    def _stands(self, step: int) -> Iterator[Message]:
        """A line-shaped rainband: at least 150 mm in three hours somewhere, 100 mm over 500 km2
        (less in a small prefecture), while it rains (気象庁「顕著な大雨に関する気象情報」).
        """
        course = self._course
        if not BAND[0] <= step / HOURLY <= BAND[1] + 1 or step - self._noted < 3 * HOURLY:
            return
        three = course.storm.total(step, 3)
        land = course.storm.coarse.land.ravel() > 0.3
        wide = (three[land] >= 100).sum() * (course.storm.coarse.size / 1000) ** 2
        if three.max() < 150 or wide < min(500, 0.15 * land.sum()):
            return
        self._noted = step
        self._band += 1
        world = course.world
        heavy = {
            town.forecast for at, town in enumerate(world.municipalities)
            if course.measures.three[step, at] >= 100
        }  # fmt: skip
        divisions = [
            Area(one.name, one.code) for one in self._region.divisions if one.code in heavy
        ]  # fmt: skip
        reported = course.time(step) + 9 * MINUTE
        data = rain.rainband(
            self._region, divisions, formed=course.time(step), reported=reported,
            serial=self._band,
            event=rain.event_of(_office(course), course.start + HOUR, reported),
            mode=Mode.EXERCISE, sent=reported + 10 * SECOND,
        )  # fmt: skip
        yield weather_agency.telegram(world, "VPBS50", reported + 10 * SECOND, data)


class Landslides:
    """Landslide alerts, with the prefecture: where danger of landslides is warned of."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._region = weather_agency.region(course.world)
        self._before: frozenset[str] = frozenset()
        self._serial = 0

    def at(self, step: int) -> Iterator[Message]:
        """The telegram at a step, if anything changes."""
        course = self._course
        category = course.warned["土砂災害"].category[step]
        now = frozenset(
            f"{town.code}00" for at, town in enumerate(course.world.municipalities)
            if category[at] >= 3
        )  # fmt: skip
        if now == self._before:
            return
        self._serial += 1
        reported = course.time(step) + 5 * MINUTE
        data = landslide.landslide_alert(
            self._region, now, self._before, reported=reported, serial=self._serial,
            mode=Mode.EXERCISE, sent=reported + 25 * SECOND,
        )  # fmt: skip
        self._before = now
        yield weather_agency.telegram(course.world, "VXWW50", reported + 25 * SECOND, data)


def _office(course: Course) -> str:
    """The sender's letters in an event's identity."""
    return f"JP{course.world.code}"
