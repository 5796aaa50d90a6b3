"""Roads, power, mobile telephones and hospitals: what their owners find out, and tell.

Nobody learns of a slide at once: someone must come to it, and at night nobody does. Tables are
whole: what is not in the next one is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.feeds.drill.actors import hospitals, lifelines, prefecture, roads, wrong
from noroshi.feeds.drill.actors.state import HospitalState, OutageState, RoadState, StationState
from noroshi.feeds.drill.physics.consequences import Closure
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS
from noroshi.feeds.drill.scenarios import facts
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scene import Fact, Message
from noroshi.feeds.drill.world.model import Facility, Feeder, Lonlat

EVERY = 3  # steps between the power company's tables


class Roads:
    """Restrictions as the managers of roads know them."""

    def __init__(self, course: Course) -> None:
        self._course = course
        draw = course.draw("roads")
        self._closures = course.after.closures
        # Steps until it is known, and until its end is.
        self._found = [
            one.since + (0 if "規制" in one.cause else 1 + int(draw.exponential(4.0)))
            for one in self._closures
        ]
        self._over = [int(draw.integers(0, 4)) for _ in self._closures]
        self._wrong = next(
            (at for at, one in enumerate(self._closures) if len(one.roads) == 1), None
        )
        self._last: dict[str, list[RoadState]] = {}

    def at(self, step: int) -> Iterator[Message | Fact]:
        """What is true of roads from a step on, and what is told at it."""
        yield from self._facts(step)
        states = [
            state for at, one in enumerate(self._closures)
            if (state := self._known(at, one, step)) is not None
        ]  # fmt: skip
        course, world = self._course, self._course.world
        for number, desk in enumerate(sorted(set(roads.DESKS.values()))):
            mine = [one for one in states if roads.DESKS[one.rank] == desk]
            before = self._last.get(desk, [])
            if mine == before:
                continue
            self._last[desk] = mine
            issued = course.time(step) + (3 + 2 * number) * MINUTE
            found = roads.closures(world, desk, issued, states)
            if self._wrong is not None and step == self._found[self._wrong] and mine:
                # The wrong end of the wrong road; put right a quarter of an hour later.
                turned = [replace(mine[-1], line=_elsewhere(course, mine[-1])), *mine[:-1]]
                bad = roads.closures(world, desk, issued, turned)
                yield wrong.at(
                    wrong.wrong(bad, "a closure is placed on another road"), issued + MINUTE
                )
                issued += 15 * MINUTE
                found = roads.closures(world, desk, issued, states)
            yield wrong.at(found, issued + 90 * SECOND)
        if step % HOURLY == 5 and (states or self._last.get("package")):
            self._last["package"] = states
            if states:
                issued = course.time(step) + 4 * MINUTE
                found = prefecture.roads(world, issued, states, "台風による大雨")
                yield wrong.at(found, issued + 2 * MINUTE)

    def _facts(self, step: int) -> Iterator[Fact]:
        course = self._course
        for one in self._closures:
            road = course.world.roads[one.roads[0]]
            middle = course.world.roads[one.roads[len(one.roads) // 2]]
            where = middle.line[len(middle.line) // 2]
            area = f"city:{road.municipality}00"
            if step == one.until:
                yield Fact(
                    course.time(step), "disaster.road", road.code, {}, where, area, gone=True
                )
            elif step in (one.since, one.eased):
                body = {
                    "code": road.code, "name": road.name, "reason": one.cause,
                    "status": "alternating" if step == one.eased else "closed",
                }  # fmt: skip
                if len(one.roads) > 1:
                    body["remarks"] = " ".join(course.world.roads[at].code for at in one.roads)
                yield Fact(course.time(step), "disaster.road", road.code, body, where, area)

    def _known(self, at: int, one: Closure, step: int) -> RoadState | None:
        """What the manager believes of a closure."""
        late = self._over[at]
        if step < self._found[at] or (one.until is not None and step >= one.until + late):
            return None
        course, world = self._course, self._course.world
        road = world.roads[one.roads[0]]
        route = next((each for each in world.routes if each.code == road.route), None)
        middle = world.roads[one.roads[len(one.roads) // 2]]
        town = next(each for each in world.municipalities if each.code == road.municipality)
        eased = one.eased is not None and step >= one.eased + late
        return RoadState(
            road.code, route.name if route else road.name or f"{town.name}道", road.rank,
            str(route.number) if route else "", road.municipality, middle.line,
            status="alternating" if eased else "closed", cause=one.cause,
            since=course.time(self._found[at]),
            start=f"{town.name}地内", end=f"{town.name}地内",
        )  # fmt: skip


def _elsewhere(course: Course, state: RoadState) -> list[tuple[float, float]]:
    """A line of another road of the same rank."""
    for road in course.world.roads:
        if road.rank == state.rank and road.municipality != state.municipality:
            return road.line
    return state.line


class Supply:
    """Power by feeder, and what depends on it: base stations and hospitals."""

    def __init__(self, course: Course) -> None:
        self._course = course
        world = course.world
        draw = course.draw("supply")
        places = {one.code: one.at for one in world.districts}
        towns = {one.code: one.municipality for one in world.districts}
        self._feeders: dict[str, int] = {one.code: at for at, one in enumerate(world.feeders)}
        self._at = [places.get(one.districts[0], one.route[0]) if one.districts else one.route[0]
                    for one in world.feeders]  # fmt: skip
        first = world.municipalities[0].code
        self._town = [towns.get(one.districts[0], first) if one.districts else first
                      for one in world.feeders]  # fmt: skip
        self._stations = [one for one in world.facilities if one.category == "base_station"]
        self._hospitals = [one for one in world.facilities if one.category == "hospital"]
        self._part = {one.code: float(draw.uniform()) for one in world.facilities}
        self._patients = {one.code: float(draw.uniform(0.6, 0.9)) for one in self._hospitals}
        self._sent: list[OutageState] = []
        self._silent: list[StationState] = []
        self._told: dict[tuple[str, str], tuple[dict[str, Any], Lonlat, str]] = {}

    def at(self, step: int) -> Iterator[Message | Fact]:
        """What is true from a step on, and what is told at it."""
        yield from self._facts(step)
        course, world = self._course, self._course.world
        if step % EVERY == 1:
            states = self.outages(step)
            if states or self._sent:
                issued = course.time(step) + 5 * MINUTE
                found = lifelines.power(world, issued, states)
                yield wrong.at(found, issued + 100 * SECOND)
            self._sent = states
        if step % EVERY == 2:
            stations = self.stations(step)
            if stations or self._silent:
                issued = course.time(step) + 4 * MINUTE
                found = wrong.at(lifelines.mobile(world, issued, stations), issued + 70 * SECOND)
                if step == 32 * HOURLY + 2:
                    yield wrong.truncated(found)
                else:
                    yield found
            self._silent = stations
        if step % HOURLY == 4 and step >= 12 * HOURLY and self._hospitals:
            yield from self._hospital_table(step)

    # --- what is so --------------------------------------------------------------------------

    def without(self, built: Facility, step: int) -> int | None:
        """Since which step a facility has had no mains power; None if it has."""
        at = self._feeders.get(built.feeder)
        if at is None or at not in self._course.out:
            return None
        out, customers = self._course.out[at], self._course.world.feeders[at].customers
        # When the feeder is switched, the part that stays dark is the same for everyone on it.
        if out[step] <= self._part[built.code] * customers:
            return None
        dark = out[: step + 1] > self._part[built.code] * customers
        lit = (~dark).nonzero()[0]
        return int(lit[-1]) + 1 if len(lit) else 0

    def outages(self, step: int) -> list[OutageState]:
        """Feeders that are out, or came back within the last three hours."""
        found = []
        course = self._course
        for at, out in sorted(course.out.items()):
            feeder: Feeder = course.world.feeders[at]
            if not out[max(0, step - 3 * HOURLY) : step + 1].any():
                continue
            since = int((out > 0).argmax())
            ends = (out[step:] == 0).nonzero()[0]
            expected = None
            if out[step] and step - since > 3 * HOURLY:
                # The company rounds its guess up to the next three hours.
                last = step + (int(ends[0]) if len(ends) else STEPS - step + 6 * HOURLY)
                guess = course.time(last)
                expected = guess - guess % (3 * HOUR) + 3 * HOUR
            found.append(
                OutageState(
                    feeder,
                    self._at[at],
                    self._town[at],
                    int(out[step]),
                    course.time(since),
                    expected,
                    "強風による断線・倒木",
                )
            )
        return found

    def stations(self, step: int) -> list[StationState]:
        """Base stations that have no mains power."""
        found = []
        for one in self._stations:
            since = self.without(one, step)
            if since is None:
                continue
            left = one.hours - (step - since) / HOURLY
            found.append(
                StationState(
                    one,
                    working=left > 0,
                    power="battery" if left > 0 else "none",
                    hours=max(0.0, left),
                    since=self._course.time(since),
                    cause="停電",
                )
            )
        return found

    def _facts(self, step: int) -> Iterator[Fact]:
        course = self._course
        time = course.time(step)
        states = [
            ("infrastructure.outage", one.thing.code, _outage(one), one.at, one.municipality)
            for one in self.outages(step)
        ]
        states += [
            ("infrastructure.base_station", one.station.code, _station(one), one.station.at,
             one.station.municipality)
            for one in self.stations(step)
        ]  # fmt: skip
        states += [
            ("health.hospital_status", *facts.hospital_said(one), one.hospital.municipality)
            for one in self.hospitals(step)
            if step >= 12 * HOURLY
        ]
        there = set()
        for kind, key, body, at, town in states:
            there.add((kind, key))
            before = self._told.get((kind, key))
            if before is not None and _alike(before[0], body):
                continue
            self._told[kind, key] = (body, at, town)
            yield Fact(time, kind, key, body, at, f"city:{town}00")
        for kind, key in sorted(self._told.keys() - there):
            _, at, town = self._told.pop((kind, key))
            yield Fact(time, kind, key, {}, at, f"city:{town}00", gone=True)

    def hospitals(self, step: int) -> list[HospitalState]:
        """Every hospital: with generators where the mains are off."""
        states = []
        for one in self._hospitals:
            since = self.without(one, step)
            fuel = None if since is None else max(0.0, one.hours - (step - since) / HOURLY)
            states.append(
                HospitalState(
                    one, power="mains" if since is None else "generator" if fuel else "none",
                    hours=fuel, accepts="normal" if since is None else "limited",
                    inpatients=round(one.beds * self._patients[one.code]),
                    remarks="" if since is None else "停電のため発電機で対応中",
                )
            )  # fmt: skip
        return states

    def _hospital_table(self, step: int) -> Iterator[Message]:
        """The clock of the system that hospitals' entries come from is an hour slow."""
        time = self._course.time(step) + 2 * MINUTE
        states = self.hospitals(step)
        yield wrong.clock_off(
            lambda moment: hospitals.hospitals(self._course.world, moment, states), time, -3600
        )


def _outage(one: OutageState) -> dict[str, Any]:
    status = "restored" if not one.out else "out" if one.out >= one.thing.customers else "partial"
    return {
        "service": "power", "code": one.thing.code, "status": status, "customers_out": one.out,
        "customers_total": one.thing.customers,
    }  # fmt: skip


def _station(one: StationState) -> dict[str, Any]:
    return {
        "code": one.station.code, "status": "on" if one.working else "off", "power": one.power,
    }  # fmt: skip


def _alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether only the number of customers changed, and by little."""
    out = "customers_out"
    if {**old, out: 0} != {**new, out: 0}:
        return False
    before, now = int(old.get(out, 0)), int(new.get(out, 0))
    return now == before or bool(now and before and abs(now - before) <= max(5, 0.03 * before))
