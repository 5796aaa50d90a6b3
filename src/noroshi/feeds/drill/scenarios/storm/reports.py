"""What is called in and counted: slides, water in houses, settlements cut off, damage by town."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.core.time import MINUTE, SECOND
from noroshi.feeds.drill.actors import reports, wrong
from noroshi.feeds.drill.actors.state import CutOff, Damage, Incident
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scene import Fact, Message
from noroshi.feeds.drill.world.model import Lonlat


class _Call(msgspec.Struct, frozen=True):
    """Something that happens at a step and is called in after a while."""

    step: int
    called: int
    category: str
    title: str
    at: Lonlat
    municipality: str
    text: str
    buildings: int = 0
    injured: int = 0
    dead: int = 0
    above: int = 0  # houses under water above the floor
    below: int = 0
    true: bool = True


class Reporting:
    """The prefecture's disaster office, and the municipalities that tell it."""

    def __init__(self, course: Course) -> None:
        self._course = course
        draw = course.draw("reports")
        self._calls = _calls(course, [int(one) for one in draw.integers(2, 13, 400)])
        self._known = [2 + int(one) for one in draw.exponential(7.0, len(course.after.isolations))]
        self._over = [1 + int(one) for one in draw.exponential(3.0, len(course.after.isolations))]
        self._last: list[CutOff] = []
        self._incidents: list[Incident] = []
        self._number = 0

    def at(self, step: int) -> Iterator[Message | Fact]:
        """What becomes true at a step, and what is told."""
        course, world = self._course, self._course.world
        yield from self._facts(step)
        cut = self._cut_off(step)
        if cut != self._last:
            self._last = cut
            issued = course.time(step) + 6 * MINUTE
            yield wrong.at(reports.isolation(world, issued, cut), issued + 80 * SECOND)
        known = self._followed(step)
        if known != self._incidents and step % 2 == 0:
            self._incidents = known
            issued = course.time(step) + 8 * MINUTE
            found = wrong.at(reports.incidents(world, issued, known), issued + 60 * SECOND)
            if any(one.status == "確認中" and one.category == "堤防" for one in known):
                found = wrong.wrong(found, "a levee is called broken that is not; withdrawn later")
            yield found
        if step % (3 * HOURLY) == 0 and step >= 18 * HOURLY:
            self._number += 1
            issued = course.time(step)
            found = reports.damage(world, self._number, issued, self._damage(step, really=False))
            yield wrong.at(found, issued + 9 * MINUTE)
            if self._number % 4 == 2:
                yield wrong.again(found, issued + 19 * MINUTE)

    # --- what is so --------------------------------------------------------------------------

    def _facts(self, step: int) -> Iterator[Fact]:
        course, world = self._course, self._course.world
        time = course.time(step)
        for one in course.after.isolations:
            settlement = world.settlements[one.settlement]
            area = f"city:{settlement.municipality}00"
            if step == one.since:
                body = {
                    "code": settlement.code, "name": settlement.name,
                    "persons": settlement.people.total,
                    "households": settlement.people.households,
                    "over75": settlement.people.over75, "care": settlement.people.care,
                }  # fmt: skip
                yield Fact(time, "disaster.isolation", settlement.code, body, settlement.at, area)
            elif step == one.until:
                yield Fact(
                    time, "disaster.isolation", settlement.code, {}, settlement.at, area, gone=True
                )
        if any(one.step == step and one.true for one in self._calls):
            offices = {one.code: one.at for one in world.municipalities}
            for damage in self._damage(step, really=True):
                attributes = msgspec.structs.asdict(damage)
                yield Fact(
                    time, "disaster.report", f"damage/{damage.municipality}",
                    {"title": "人的・建物被害", "attributes": attributes},
                    offices[damage.municipality], f"city:{damage.municipality}00",
                )  # fmt: skip

    def _cut_off(self, step: int) -> list[CutOff]:
        """The settlements that are known to be cut off."""
        course, world = self._course, self._course.world
        found = {}
        for at, one in enumerate(course.after.isolations):
            known, over = one.since + self._known[at], self._over[at]
            if step < known or (one.until is not None and step >= one.until + over):
                continue
            if one.until is not None and one.until <= known:
                continue  # open again before anyone heard of it
            settlement = world.settlements[one.settlement]
            found[one.settlement] = CutOff(
                settlement, settlement.people.total, settlement.people.households,
                course.time(known), telephone=at % 3 != 0, cause="道路の寸断",
            )  # fmt: skip
        return [found[at] for at in sorted(found)]

    def _followed(self, step: int) -> list[Incident]:
        """The incidents that have been called in, as they stand."""
        course = self._course
        found = []
        for number, one in enumerate(self._calls, 1):
            if step < one.called:
                continue
            age = step - one.called
            status = "確認中" if age < 9 else "対応中" if age < 8 * HOURLY else "対応終了"
            text = one.text
            if not one.true and age >= 12:
                status, text = "誤報", "現地確認の結果、異常なし。通報を取り下げ。"
            found.append(
                Incident(
                    f"{course.world.code}-{number:04d}", one.category, one.title, one.at,
                    one.municipality, course.time(one.called), text, one.buildings, one.injured,
                    status,
                )
            )  # fmt: skip
        return found

    def _damage(self, step: int, *, really: bool) -> list[Damage]:
        """Totals by municipality: what has happened (`really`), or what has been called in."""
        found = []
        for town in self._course.world.municipalities:
            mine = [
                one for one in self._calls
                if one.municipality == town.code and one.true
                and (one.step if really else one.called + HOURLY) <= step
            ]  # fmt: skip
            if mine or not really:
                buildings = sum(one.buildings for one in mine)
                found.append(
                    Damage(
                        municipality=town.code, dead=sum(one.dead for one in mine),
                        slight=sum(one.injured for one in mine), destroyed=buildings // 4,
                        half=buildings // 3, partial=buildings - buildings // 4 - buildings // 3,
                        above_floor=sum(one.above for one in mine),
                        below_floor=sum(one.below for one in mine),
                    )
                )  # fmt: skip
        return found


def _calls(course: Course, delays: list[int]) -> list[_Call]:
    """Everything that is called in, in order of the calls."""
    world = course.world
    names = {one.code: one.name for one in world.municipalities}
    found = []
    for number, slide in enumerate(course.after.slides):
        settlement = world.settlements[slide.settlement]
        found.append(
            _Call(
                slide.step, slide.step + delays[number], "土砂災害",
                f"{settlement.name}で土砂崩れ", slide.at, settlement.municipality,
                f"裏山が崩れ、家屋{slide.buildings}棟に土砂が流入", slide.buildings,
                slide.injured, slide.dead,
            )
        )  # fmt: skip
    for number, water in enumerate(course.storm.flooded, 50):
        found += _flooded(course, water.gauge, number, delays)
    for number, (at, closure) in enumerate(enumerate(course.after.closures[::3]), 80):
        road = world.roads[closure.roads[0]]
        found.append(
            _Call(
                closure.since, closure.since + delays[number % 400], "道路",
                f"{names[road.municipality]}内の道路で{closure.cause}",
                road.line[len(road.line) // 2], road.municipality, f"第{at + 1}報：通行不能",
            )
        )  # fmt: skip
    if world.water_gauges:
        levels = course.storm.level.max(axis=0)
        gauge = world.water_gauges[int(levels.argsort()[len(levels) // 2])]
        step = 27 * HOURLY
        found.append(
            _Call(
                step, step + 1, "堤防", f"{gauge.name}付近で堤防決壊との通報", gauge.at,
                gauge.municipality, "住民からの通報。未確認。", true=False,
            )
        )  # fmt: skip
    return sorted(
        (one for one in found if one.step < STEPS), key=lambda one: (one.called, one.title)
    )


def _flooded(course: Course, gauge: int, number: int, delays: list[int]) -> Iterator[_Call]:
    """Houses under water beside a river, by the people who live on the mesh's flooded cells."""
    world = course.world
    water = next(one for one in course.storm.flooded if one.gauge == gauge)
    if water.volume.max() <= 0:
        return
    deepest = int(water.surface.argmax())
    depth = dict(
        zip(
            water.plain.cells.tolist(), water.plain.depth(float(water.surface[deepest])).tolist(),
            strict=True,
        )
    )  # fmt: skip
    above = below = 0
    for mesh in world.meshes:
        row, column = world.plane.cell_of(*mesh.at)
        near = [
            depth.get((row + i) * world.plane.columns + column + j, 0.0)
            for i in (-2, 0, 2) for j in (-2, 0, 2)
        ]  # fmt: skip
        houses = mesh.people.households * 0.8 / len(near)
        above += round(houses * sum(one > 0.5 for one in near))
        below += round(houses * sum(0.05 < one <= 0.5 for one in near))
    first = int((water.volume > 0).argmax())
    place = world.water_gauges[gauge]
    name = next((one.name for one in world.rivers if one.code == place.river), "河川")
    yield _Call(
        first, first + delays[number], "浸水", f"{name}の氾濫による浸水", place.at,
        place.municipality, "住宅地に浸水、避難者の救助要請あり", above=above, below=below,
    )  # fmt: skip
