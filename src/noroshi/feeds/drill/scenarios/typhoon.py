"""A strong typhoon passes, a line of storms stands over a valley: two days of rain and water.

The storm itself is in `physics`, who does and tells what in `storm`; here they are put in order of
time, and a few lines of communication fail.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Protocol

from msgspec.structs import replace

from noroshi.feeds.drill.actors import weather_agency, wrong
from noroshi.feeds.drill.physics.storm import HOURLY, HOURS, STEPS
from noroshi.feeds.drill.scenarios import SCENARIOS
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scenarios.storm.floods import Floods
from noroshi.feeds.drill.scenarios.storm.mayors import Mayor
from noroshi.feeds.drill.scenarios.storm.networks import Roads, Supply
from noroshi.feeds.drill.scenarios.storm.reports import Reporting
from noroshi.feeds.drill.scenarios.storm.residents import Residents
from noroshi.feeds.drill.scenarios.storm.shelters import Sheltering
from noroshi.feeds.drill.scenarios.storm.telegrams import Flashes, Landslides, Typhoon
from noroshi.feeds.drill.scenarios.storm.truth import Truth
from noroshi.feeds.drill.scenarios.storm.water import Telemetry
from noroshi.feeds.drill.scene import Event, Message, Scenario
from noroshi.feeds.drill.world.model import World


class Desk(Protocol):
    """Someone who does or tells something at each step."""

    def at(self, step: int) -> Iterator[Event]:
        """What follows from a step, not before it."""


def play(world: World, start: int, seed: int, *, residents: int = 0) -> Iterator[Event]:
    """The events in order of time, made as they are asked for. See `Scenario.play`."""
    course = Course(world, start, seed)
    silent = f"{world.code}-pref-rain", course.time(23 * HOURLY), course.time(26 * HOURLY)
    yield from _again(wrong.silent(_in_order(course, residents), *silent))


def _in_order(course: Course, residents: int) -> Iterator[Event]:
    """What everyone does and tells, by time; at the same time what is so comes first."""
    waiting: list[tuple[int, bool, int, Event]] = []
    desks, count = _desks(course, residents), 0
    for step in range(STEPS):
        for desk in desks:
            for event in desk.at(step):
                heapq.heappush(waiting, (event.time, isinstance(event, Message), count, event))
                count += 1
        until = min(course.time(step + 1), course.time(HOURS * HOURLY) + 1)
        while waiting and waiting[0][0] < until:
            yield heapq.heappop(waiting)[3]


def _desks(course: Course, residents: int) -> list[Desk]:
    mayors = [Mayor(course, at) for at in range(len(course.world.municipalities))]
    levels = weather_agency.Levels(course.world)
    warnings = weather_agency.Warnings(
        course.world, course.start, course.storm, course.measures, course.warned, levels
    )
    people: list[Desk] = [Residents(course, mayors, residents)] if residents else []
    return [
        Truth(course), warnings, Landslides(course), Typhoon(course), Flashes(course),
        Floods(course, levels), levels, Telemetry(course),
        *mayors, Sheltering(course, mayors), Roads(course), Supply(course), Reporting(course),
        *people,
    ]  # fmt: skip


def _again(events: Iterator[Event]) -> Iterator[Event]:
    """Now and then a line brings the weather agency's telegram twice, the second a little later."""
    held: list[Message] = []
    count = 0
    for event in events:
        while held and held[0].time <= event.time:
            yield held.pop(0)
        yield event
        if isinstance(event, Message) and event.source == weather_agency.SOURCE and not event.wrong:
            count += 1
            if count % 12 == 5:
                held.append(replace(event, time=event.time + 40_000_000, repeats=True))


TYPHOON = Scenario(
    "typhoon", SCENARIOS["typhoon"].title, SCENARIOS["typhoon"].title_ja, float(HOURS), play,
    residents=True,
)  # fmt: skip
