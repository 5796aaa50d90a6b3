"""The weather agency's local office: warnings by municipality, raised, lowered and lifted.

Each of its products is the whole table of the prefecture, sent anew when anything in it changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from noroshi.core.record import Mode
from noroshi.core.time import HOUR, MINUTE, SECOND, to_datetime
from noroshi.feeds.drill.actors.foresight import CATEGORIES, LEVELLED, LEVELS, Course
from noroshi.feeds.drill.actors.sending import stem
from noroshi.feeds.drill.physics.hazards import Measures
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS, Storm
from noroshi.feeds.drill.scene import Fact, Message
from noroshi.feeds.drill.world.model import Municipality, World
from noroshi.formats.jma_xml.writing.regions import Division, Group, Region
from noroshi.formats.jma_xml.writing.telegram import Area
from noroshi.formats.jma_xml.writing.warning import warnings
from noroshi.formats.jma_xml.writing.warning_details import Reach, Tide, Warned, Wind

SOURCE = "jma"
TYPES = {
    "VPWW55": "大雨", "VPWW56": "土砂災害", "VPWW57": "高潮", "VPWW58": "暴風", "VPWW59": "波浪",
    "VPWW61": "雷",
}  # fmt: skip
#: When each product is ready, in minutes after the step it is of.
READY = {"VPWW55": 3, "VPWW56": 4, "VPWW57": 7, "VPWW58": 6, "VPWW59": 8, "VPWW61": 9}
_POINTS = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")


def office(world: World) -> str:
    """The local office: 風早地方気象台."""
    return f"{stem(world)}地方気象台"


def region(world: World) -> Region:
    """The forecast region of a world, with its divisions and groups."""
    names = {one.code: one.name for one in world.areas}
    parents = {one.code: one.parent for one in world.areas}
    divisions: dict[str, dict[str, list[Area]]] = {}
    for town in world.municipalities:
        groups = divisions.setdefault(town.forecast, {})
        groups.setdefault(town.group, []).append(Area(town.name, f"{town.code}00"))
    whole = next((parents[code] for code in divisions if parents.get(code)), f"{world.code}0000")
    return Region(
        world.name, whole,
        tuple(
            Division(
                names.get(code, f"{stem(world)}地方"), code,
                tuple(
                    Group(names.get(one, f"{stem(world)}地域"), one, tuple(places))
                    for one, places in sorted(groups.items())
                ),
            )
            for code, groups in sorted(divisions.items())
        ),
        office(world), world.name,
    )  # fmt: skip


def telegram(world: World, type: str, sent: int, data: bytes) -> Message:
    """A telegram as the agency's line brings it."""
    stamp = to_datetime(sent).strftime("%Y%m%d%H%M%S")
    return Message(sent, SOURCE, f"{stamp}_0_{type}_{world.code}0000.xml", data)


class Levels:
    """The alert levels that follow from everything that is told of weather and rivers. Call `at`
    for each step after all who tell."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: list[tuple[int, str, Mapping[str, int]]] = []
        self._told: dict[str, Mapping[str, int]] = {}
        self._levels: dict[str, int] = {}

    def told(self, time: int, by: str, levels: Mapping[str, int]) -> None:
        """From a time on, one product or one river's forecast gives these municipalities (codes
        of seven digits) these levels, and no others any."""
        self._waiting.append((time, by, levels))

    def at(self, step: int) -> Iterator[Fact]:
        """What has changed in the order of time."""
        waiting, self._waiting = sorted(self._waiting, key=lambda one: one[:2]), []
        for time, by, levels in waiting:
            self._told[by] = levels
            for town in self._world.municipalities:
                area = f"city:{town.code}00"
                level = max(one.get(f"{town.code}00", 0) for one in self._told.values())
                if level != self._levels.get(town.code, 0):
                    self._levels[town.code] = level
                    body = {"area_name": town.name, "level": level} if level else {}
                    yield Fact(
                        time, "disaster.alert_level", area, body, town.at, area, gone=level == 0
                    )


class Warnings:
    """The office's warnings through a storm. Call `at` for each step, in order."""

    def __init__(
        self, world: World, start: int, storm: Storm, measures: Measures,
        courses: Mapping[str, Course], levels: Levels,
    ) -> None:  # fmt: skip
        self._world, self._start, self._storm = world, start, storm
        self._measures, self._courses = measures, courses
        self._region = region(world)
        self._told: dict[str, dict[str, list[Warned]]] = {type: {} for type in TYPES}
        self._levels = levels
        self._last: dict[str, bytes] = {}

    def at(self, step: int) -> Iterator[Message]:
        """What is sent because of what is known at a step."""
        for type, hazard in TYPES.items():
            danger = self._danger(hazard, step)
            if danger == self._last.get(type):
                continue
            self._last[type] = danger
            table = self._table(hazard, step)
            before = self._told[type]
            if _categories(table) == _categories(before):
                continue
            reported = self._start + step * 10 * MINUTE + READY[type] * MINUTE
            sent = reported + 20 * SECOND
            data = warnings(
                type, self._region, table, before, reported=reported, mode=Mode.EXERCISE, sent=sent
            )
            self._told[type] = table
            yield telegram(self._world, type, sent, data)
            if hazard in LEVELLED:
                found = {code: LEVELS[some[0].category] for code, some in table.items()}
                self._levels.told(reported, type, found)

    # --- what is in force --------------------------------------------------------------------

    def _danger(self, hazard: str, step: int) -> bytes:
        """What a hazard's warnings follow from, to see at once whether anything changed."""
        if hazard == "雷":
            ahead = self._measures.hour[step : step + 6 * HOURLY].max(axis=0)
            thunder: bytes = (ahead >= 15).tobytes()
            return thunder
        found: bytes = self._courses[hazard].category[step].tobytes()
        return found

    def _table(self, hazard: str, step: int) -> dict[str, list[Warned]]:
        found: dict[str, list[Warned]] = {}
        for at, town in enumerate(self._world.municipalities):
            one = self._warned(hazard, step, at, town)
            if one is not None:
                found[f"{town.code}00"] = [one]
        return found

    def _warned(self, hazard: str, step: int, at: int, town: Municipality) -> Warned | None:
        if hazard == "雷":
            thundery = self._measures.hour[step : step + 6 * HOURLY, at].max() >= 15
            return Warned(hazard="雷", category="advisory") if thundery else None
        course = self._courses[hazard]
        number = int(course.category[step, at])
        if number == 0 or (hazard in ("波浪", "高潮") and not town.coasts):
            return None
        category = CATEGORIES[number]
        if hazard == "暴風":
            return Warned(
                hazard=hazard, category=category, winds=self._winds(step, at, town, category)
            )
        if hazard == "波浪":
            height = float(course.expected["waves"][step, at])
            return Warned(hazard=hazard, category=category, waves=float(round(height)))
        reach = self._reach(course, step, at, number)
        if hazard == "高潮":
            return Warned(hazard=hazard, category=category, reach=reach, tide=self._tide(step, at))
        return Warned(hazard=hazard, category=category, reach=reach)

    def _reach(self, course: Course, step: int, at: int, number: int) -> Reach:
        """The hours in which the level is expected, whole hours around them."""
        after = course.category[step:, at] < number
        last = step + (int(after.argmax()) if after.any() else STEPS - 1 - step)
        begins = self._start + step * 10 * MINUTE
        ends = self._start + max(last, step + HOURLY) * 10 * MINUTE
        begins -= begins % HOUR
        ends += -ends % HOUR
        return Reach(LEVELS[CATEGORIES[number]], begins, max(ends, begins + HOUR))

    def _winds(self, step: int, at: int, town: Municipality, category: str) -> tuple[Wind, ...]:
        ahead = slice(step, min(STEPS, step + 12 * HOURLY))
        strongest = step + int(self._measures.sea[ahead, at].argmax())
        x, y = self._world.plane.xy(*town.at)
        state = self._storm.track.at(strongest / HOURLY)
        u, v = state.wind(np.array([x]), np.array([y]))
        bearing = math.degrees(math.atan2(-float(u[0]), -float(v[0]))) % 360
        direction = _POINTS[round(bearing / 45) % 8]
        land = float(self._courses["暴風"].expected["wind"][step, at])
        sea = float(self._measures.sea[ahead, at].max())
        land = max(land, 12.0 if category == "advisory" else 20.0)
        found = [Wind(direction, float(round(land)), "陸上")]
        if town.coasts:
            found.append(Wind(direction, float(round(max(land + 2, sea))), "海上"))
        return tuple(found)

    def _tide(self, step: int, at: int) -> Tide:
        tide = self._measures.tide[step : step + 12 * HOURLY, at]
        peak = int(tide.argmax())
        over = tide >= 1.3
        begins = int(over.argmax()) if over.any() else peak
        return Tide(
            1.3, self._start + (step + begins) * 10 * MINUTE, round(float(tide[peak]), 1),
            self._start + (step + peak) * 10 * MINUTE,
        )  # fmt: skip


def _categories(table: Mapping[str, Sequence[Warned]]) -> dict[str, list[tuple[str, str]]]:
    return {code: [(one.hazard, one.category) for one in some] for code, some in table.items()}
