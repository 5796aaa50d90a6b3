"""Shelters: opened for those who are told to leave, filled, and emptied when it is over.

What is so is worked out as the storm goes; each office tells of its own shelters once an hour, in
its own form, and the prefecture puts together what it has heard.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.core.time import MINUTE
from noroshi.feeds.drill.actors import cities, prefecture, wrong
from noroshi.feeds.drill.actors.state import ShelterState
from noroshi.feeds.drill.physics.storm import HOURLY
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scenarios.storm.mayors import Mayor
from noroshi.feeds.drill.scene import Fact, Message
from noroshi.feeds.drill.world.model import District, Shelter

#: What part of those who are told to leave comes to a shelter, by the level of the order.
COMES = {0: 0.0, 3: 0.010, 4: 0.045, 5: 0.065}
#: Hours in which two thirds of those who will come, or go, have.
COMING, GOING = 1.6, 3.0
#: A shelter stays open at least so long [steps].
LEAST = 8 * HOURLY


class Open(msgspec.Struct):
    """A shelter that is, or was, open."""

    shelter: Shelter
    opened: int
    weight: float
    people: float = 0.0
    closed: int | None = None
    told: int = -1


class Sheltering:
    """All shelters of a prefecture through a storm."""

    def __init__(self, course: Course, mayors: list[Mayor]) -> None:
        self._course, self._mayors = course, mayors
        world, draw = course.world, course.draw("shelters")
        self._by_district: dict[str, list[Shelter]] = {}
        self._by_town: dict[str, list[Shelter]] = {}
        for one in world.shelters:
            if not one.stay or one.welfare:
                continue
            self._by_district.setdefault(one.district, []).append(one)
            self._by_town.setdefault(one.municipality, []).append(one)
        for some in (*self._by_district.values(), *self._by_town.values()):
            some.sort(key=lambda one: (-one.capacity, one.code))
        self._weight = {one.code: float(draw.lognormal(0, 0.5)) for one in world.shelters}
        self._household = {one.code: float(draw.uniform(2.0, 2.8)) for one in world.shelters}
        self._districts: dict[str, District] = {one.code: one for one in world.districts}
        self.open: dict[str, Open] = {}
        self._sent: dict[str, dict[str, tuple[str, int | None]]] = {}
        self._known: dict[str, ShelterState] = {}
        # The offices' lists come at different minutes of the hour.
        self._phase = {one.code: at % HOURLY for at, one in enumerate(world.municipalities)}
        # One office writes latitude for longitude all the time.
        tables = [
            one.code for one in world.municipalities
            if cities.dialect(world, one.code) in ("standard", "marks")
        ]  # fmt: skip
        self.swapping = tables[len(tables) // 2] if tables else ""
        self._packages = 0

    def at(self, step: int) -> Iterator[Message | Fact]:
        """What changes at a step, and what is told of it."""
        for mayor in self._mayors:
            yield from self._change(mayor, step)
        for mayor in self._mayors:
            code = mayor.town.code
            mine = [one for one in self.open.values() if one.shelter.municipality == code]
            news = any(one.opened == step or one.closed == step for one in mine)
            if mine and (news or step % HOURLY == self._phase[code]):
                yield from self._list(code, step)
        if self._known and step % HOURLY == 3:
            yield from self._package(step)

    # --- what is so --------------------------------------------------------------------------

    def _change(self, mayor: Mayor, step: int) -> Iterator[Fact]:
        town = mayor.town.code
        ordered = {code for code, _ in mayor.force}
        expected = 0.0
        for code in sorted(ordered):
            district = self._districts[code]
            expected += COMES[mayor.highest(code)] * district.people.total
            # A shelter of the district itself, where there is one that this danger spares.
            for shelter in self._by_district.get(code, [])[:1]:
                yield from self._opens(shelter, step)
        mine = [one for one in self.open.values() if one.shelter.municipality == town]
        if ordered and not [one for one in mine if one.closed is None]:
            for shelter in self._by_town.get(town, [])[:2]:
                yield from self._opens(shelter, step)
        mine = [one for one in self.open.values() if one.shelter.municipality == town]
        active = [one for one in mine if one.closed is None]
        room = sum(one.shelter.capacity for one in active)
        if expected > 0.7 * room:
            closed = [one for one in self._by_town.get(town, []) if one.code not in self.open]
            for shelter in closed[:1]:
                yield from self._opens(shelter, step)
        whole = sum(one.weight * one.shelter.capacity for one in active) or 1.0
        for one in active:
            wanted = expected * one.weight * one.shelter.capacity / whole
            hours = COMING if wanted > one.people else GOING
            before = round(one.people)
            one.people += (wanted - one.people) / (hours * HOURLY)
            now = round(one.people)
            if not ordered and step - one.opened > LEAST and now < 4:
                one.people, one.closed = 0.0, step
                yield self._fact(one, step, "closed")
            elif now != before and (abs(now - one.told) > 0.05 * max(one.told, 20)):
                yield self._fact(one, step, "open")

    def _opens(self, one: Shelter, step: int) -> Iterator[Fact]:
        if one.code in self.open:
            return
        self.open[one.code] = Open(one, step, self._weight[one.code])
        yield self._fact(self.open[one.code], step, "open")

    def _fact(self, one: Open, step: int, status: str) -> Fact:
        one.told = round(one.people)
        body = {
            "code": one.shelter.code, "name": one.shelter.name, "status": status,
            "headcount": one.told, "capacity": one.shelter.capacity,
        }  # fmt: skip
        area = f"city:{one.shelter.municipality}00"
        return Fact(
            self._course.time(step),
            "disaster.shelter",
            one.shelter.code,
            body,
            one.shelter.at,
            area,
        )

    # --- what is told ------------------------------------------------------------------------

    def _states(self, town: str) -> list[ShelterState]:
        time = self._course.time
        found = []
        for one in self.open.values():
            if one.shelter.municipality != town:
                continue
            count = round(one.people)
            found.append(
                ShelterState(
                    one.shelter,
                    status="open" if one.closed is None else "closed",
                    headcount=count if one.closed is None else 0,
                    households=round(count / self._household[one.shelter.code]),
                    opened=time(one.opened),
                    closed=None if one.closed is None else time(one.closed),
                    reason="台風",
                )
            )
        return found

    def _list(self, town: str, step: int) -> Iterator[Message]:
        course, world = self._course, self._course.world
        issued = course.time(step) + (2 + self._phase[town]) * MINUTE
        states = self._states(town)
        for one in states:
            self._known[one.shelter.code] = one
        if cities.tells_changes(world, town):
            sent = self._sent.setdefault(town, {})
            states = [
                one for one in states
                if sent.get(one.shelter.code) != (one.status, one.headcount)
            ]  # fmt: skip
            sent |= {one.shelter.code: (one.status, one.headcount) for one in states}
            if not states:
                return
        found = cities.shelters(world, town, issued, states)
        if town == self.swapping:
            found = wrong.coordinates_exchanged(found)
        yield wrong.at(found, issued + 2 * MINUTE)

    def _package(self, step: int) -> Iterator[Message]:
        course = self._course
        issued = course.time(step) + 6 * MINUTE
        self._packages += 1
        states = [self._known[code] for code in sorted(self._known)]
        found = prefecture.shelters(course.world, issued, states, "台風による大雨")
        if self._packages == 6:
            # The export forgets the definition; the operator sends it again.
            broken = wrong.invalid_package(found, "columns")
            yield wrong.at(broken, issued + MINUTE)
            yield wrong.at(found, issued + 4 * MINUTE)
            return
        yield wrong.at(found, issued + 2 * MINUTE)
        if self._packages % 9 == 0:
            yield wrong.again(found, issued + 5 * MINUTE)
