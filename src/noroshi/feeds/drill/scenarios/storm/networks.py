"""Roads, power, mobile telephones and hospitals: what their owners find out, and tell.

Nobody learns of a slide at once: someone must come to it, and at night nobody does. Tables are
whole: what is not in the next one is over.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.feeds.drill.actors import hospitals, lifelines, prefecture, roads, wrong
from noroshi.feeds.drill.actors.state import HospitalState, OutageState, RoadState, StationState
from noroshi.feeds.drill.physics.consequences import Closure
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scene import Fact, Message
from noroshi.feeds.drill.world.model import Facility, Feeder

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
            for at in one.roads:
                road = course.world.roads[at]
                area = f"city:{road.municipality}00"
                where = road.line[len(road.line) // 2]
                if step == one.since:
                    body = {"status": "closed", "name": road.name, "damage": one.cause}
                elif step == one.eased:
                    body = {"status": "alternating", "name": road.name, "damage": one.cause}
                elif step == one.until:
                    yield Fact(
                        course.time(step), "disaster.road", road.code, {}, where, area, gone=True
                    )
                    continue
                else:
                    continue
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
            since=course.time(self._found[at]), manager=route.manager if route else town.name,
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
        self._told: dict[str, tuple[bool, str]] = {}

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
        for at, out in sorted(course.out.items()):
            before = int(out[step - 1]) if step else 0
            now = int(out[step])
            feeder = course.world.feeders[at]
            if now == before or (now and abs(now - before) < 0.03 * feeder.customers and before):
                continue
            area = f"city:{self._town[at]}00"
            body = {"service": "power", "customers_out": now, "customers_total": feeder.customers}
            yield Fact(time, "infrastructure.outage", feeder.code, body, self._at[at], area,
                       gone=now == 0)  # fmt: skip
        dark = {one.station.code: one for one in self.stations(step)}
        for station in self._stations:
            state = dark.get(station.code)
            working = state is None or state.working
            told = (working, state.power if state else "mains")
            if told == self._told.get(station.code, (True, "mains")):
                continue
            self._told[station.code] = told
            body = {"status": "on" if working else "off", "power": told[1]}
            yield Fact(
                time, "infrastructure.base_station", station.code, body, station.at,
                f"city:{station.municipality}00",
            )  # fmt: skip

    def _hospital_table(self, step: int) -> Iterator[Message]:
        """The clock of the system that hospitals' entries come from is an hour slow."""
        course = self._course
        time = course.time(step) + 2 * MINUTE
        states = []
        for one in self._hospitals:
            since = self.without(one, step)
            fuel = None if since is None else max(0.0, one.hours - (step - since) / HOURLY)
            states.append(
                HospitalState(
                    one,
                    power="mains" if since is None else "generator" if fuel else "none",
                    hours=fuel,
                    accepts="normal" if since is None else "limited",
                    inpatients=round(one.beds * self._patients[one.code]),
                    remarks="" if since is None else "停電のため発電機で対応中",
                )
            )
        yield wrong.clock_off(
            lambda moment: hospitals.hospitals(course.world, moment, states), time, -3600
        )
