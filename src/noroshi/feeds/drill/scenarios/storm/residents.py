"""Residents who ask and report through the storm, and what is really so where they are.

Who lives where something happens tells of it, some minutes later, once or twice; who is told to
leave asks where to go. A few tell what is not so. How many speak grows with `residents`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec
import numpy as np
import shapely

from noroshi.core.time import MINUTE, SECOND
from noroshi.feeds.drill.actors.residents import QUESTIONS, REPORTS, depth_in_words, say
from noroshi.feeds.drill.physics.consequences import is_closed, middle
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scenarios.storm.mayors import Mayor
from noroshi.feeds.drill.scene import Fact, Utterance
from noroshi.feeds.drill.world.model import District, Lonlat

KIND = "disaster.incident"
#: Of a thousand residents: who reports a slide, a closed road, a flooded quarter each hour, a power
#: cut; who asks when their mayor tells them to leave, and in an hour of calm.
_SLIDE, _ROAD, _FLOOD, _OUTAGE, _ORDERED, _CALM = 4.0, 1.2, 4.0, 1.5, 0.6, 14.0
#: How long a slide, or a closed road, is worth telling [steps].
_NEWS = 6 * HOURLY
#: What is asked in calm, and how often.
_ASKED = {
    "alerts": 4, "evacuate": 2, "shelter": 2, "road": 3, "outage": 2, "water": 1, "train": 1,
    "prepare": 1, "unknown": 1,
}  # fmt: skip


class _Happening(msgspec.Struct, frozen=True):
    """Something that people see from step to step, around a place."""

    key: str
    category: str
    since: int
    until: int
    at: Lonlat
    municipality: str
    place: str
    cause: str = ""
    injured: int = 0


class Residents:
    """The people of a prefecture who are in conversation with it."""

    def __init__(self, course: Course, mayors: list[Mayor], residents: int) -> None:
        self._course, self._mayors = course, mayors
        self._share = residents / 1_000
        self._draw = course.draw("residents")
        towns = course.world.municipalities
        self._names = {one.code: one.name for one in towns}
        self._local = {one.code: f"{one.kind}道" for one in towns}
        self._districts = {one.code: one for one in course.world.districts}
        self._happenings = [*self._slides(), *self._roads(), *self._outages()]
        self._weights = np.array([one.people.total for one in course.world.districts], float)
        self._weights /= self._weights.sum()
        self._ordered: dict[str, int] = {}
        self._wet: dict[str, tuple[District, list[tuple[Lonlat, float]]]] = {}
        self._people = 0

    def at(self, step: int) -> Iterator[Fact | Utterance]:
        """What becomes so at a step, and who speaks in the ten minutes after it."""
        yield from self._facts(step)
        yield from self._happened(step)
        yield from self._flooded(step)
        yield from self._told_to_leave(step)
        yield from self._calm(step)

    # --- what is so --------------------------------------------------------------------------

    def _slides(self) -> Iterator[_Happening]:
        world = self._course.world
        for number, one in enumerate(self._course.after.slides):
            settlement = world.settlements[one.settlement]
            yield _Happening(
                f"slide/{number}", "landslide", one.step, min(STEPS, one.step + 12 * HOURLY),
                one.at, settlement.municipality, self._place(settlement.district, settlement.name),
                injured=one.injured + one.dead,
            )  # fmt: skip

    def _roads(self) -> Iterator[_Happening]:
        world = self._course.world
        for one in self._course.after.closures:
            if "規制" in one.cause or one.cause == "冠水":
                continue
            road = world.roads[one.roads[0]]
            until = STEPS if one.until is None else one.until
            route = next((each.name for each in world.routes if each.code == road.route), "")
            name = self._names[road.municipality]
            yield _Happening(
                f"road/{road.code}", "road", one.since, until, middle(road), road.municipality,
                f"{name}の{route or road.name or self._local[road.municipality]}", cause=one.cause,
            )  # fmt: skip

    def _outages(self) -> Iterator[_Happening]:
        world = self._course.world
        for one in self._course.after.breaks:
            feeder = world.feeders[one.feeder]
            on = np.nonzero(one.out > 0)[0]
            if not len(on) or not feeder.districts:
                continue
            district = self._districts[feeder.districts[0]]
            yield _Happening(
                f"outage/{feeder.code}", "outage", int(on[0]), int(on[-1]) + 1, district.at,
                district.municipality, self._place(district.code, district.name),
            )  # fmt: skip

    def _place(self, district: str, otherwise: str) -> str:
        found = self._districts.get(district)
        if found is None:
            return otherwise
        return f"{self._names[found.municipality]}{found.name}"

    def _facts(self, step: int) -> Iterator[Fact]:
        for one in self._happenings:
            if step == one.since:
                yield self._fact(step, one.key, one.category, one.at, one.municipality)
            elif step == one.until:
                yield self._fact(step, one.key, "", one.at, one.municipality)

    def _fact(self, step: int, key: str, category: str, at: Lonlat, municipality: str) -> Fact:
        body = {"category": category} if category else {}
        return Fact(
            self._course.time(step), KIND, key, body, at, f"city:{municipality}00",
            gone=not category,
        )  # fmt: skip

    # --- who speaks --------------------------------------------------------------------------

    def _happened(self, step: int) -> Iterator[Utterance]:
        often = {"landslide": _SLIDE, "road": _ROAD, "outage": _OUTAGE}
        for one in self._happenings:
            if not one.since <= step < min(one.until, one.since + _NEWS):
                continue
            # Most of those who will tell do so within two hours.
            fading = np.exp(-(step - one.since) / (1.5 * HOURLY)) / (1.5 * HOURLY)
            for _ in range(int(self._draw.poisson(often[one.category] * self._share * fading))):
                kind = "injury" if one.injured and self._draw.uniform() < 0.3 else one.category
                spread = 600.0 if kind == "outage" else 120.0
                yield self._says(
                    step, self._near(one.at, spread), one.municipality, REPORTS[kind],
                    reports=kind, incident=one.key, words={"place": one.place, "cause": one.cause},
                )  # fmt: skip

    def _flooded(self, step: int) -> Iterator[Fact | Utterance]:
        wet: dict[str, tuple[District, list[tuple[Lonlat, float]]]] = {}
        plane = self._course.world.plane
        for water in self._course.storm.flooded:
            if water.volume[step] <= 100:
                continue
            depth = water.plain.depth(float(water.surface[step]))
            for cell in np.nonzero(depth > 0.1)[0].tolist():
                row, column = divmod(int(water.plain.cells[cell]), plane.columns)
                at = plane.centre_of(row, column)
                district = self._district_at(at)
                wet.setdefault(district.code, (district, []))[1].append((at, float(depth[cell])))
        for code in sorted(set(wet) | set(self._wet)):
            district, _ = wet.get(code) or self._wet[code]
            if (code in wet) != (code in self._wet):
                category = "flood" if code in wet else ""
                yield self._fact(step, f"flood/{code}", category, district.at,
                                 district.municipality)  # fmt: skip
        self._wet = wet
        for code, (district, cells) in sorted(wet.items()):
            often = _FLOOD * self._share / HOURLY * min(3.0, len(cells) / 10)
            for _ in range(int(self._draw.poisson(often))):
                at, depth_ = cells[int(self._draw.integers(len(cells)))]
                kind = "trapped" if depth_ > 0.8 and self._draw.uniform() < 0.3 else "flood"
                words = {"place": self._place(code, district.name),
                         "depth": depth_in_words(self._draw, depth_)}  # fmt: skip
                yield self._says(
                    step, self._near(at, 40.0), district.municipality, REPORTS[kind],
                    reports=kind, incident=f"flood/{code}", depth=depth_, words=words,
                )  # fmt: skip

    def _told_to_leave(self, step: int) -> Iterator[Utterance]:
        levels: dict[str, int] = {}
        for mayor in self._mayors:
            for (code, _), order in mayor.force.items():
                levels[code] = max(levels.get(code, 0), order.level)
        for code, level in sorted(levels.items()):
            if self._ordered.get(code, 0) >= level:
                continue
            district = self._districts[code]
            for _ in range(int(self._draw.poisson(_ORDERED * self._share))):
                asks = "shelter" if self._draw.uniform() < 0.7 else "evacuate"
                yield self._asks(step, district, asks)
        self._ordered = levels

    def _calm(self, step: int) -> Iterator[Utterance]:
        # Few write at night while nothing happens.
        awake = 1.0 if 6 <= (step // HOURLY) % 24 < 23 else 0.25
        count = int(self._draw.poisson(_CALM * self._share * awake / HOURLY))
        chosen = self._draw.choice(len(self._weights), size=count, p=self._weights)
        weight = np.array(list(_ASKED.values()), float)
        for place in chosen.tolist():
            district = self._course.world.districts[place]
            asks = str(self._draw.choice(list(_ASKED), p=weight / weight.sum()))
            if self._draw.uniform() < 0.03:
                yield self._says(step, self._near(district.at, 300.0), district.municipality,
                                 REPORTS["rumour"], reports="rumour",
                                 words={"place": district.name})  # fmt: skip
            else:
                yield self._asks(step, district, asks)

    def _asks(self, step: int, district: District, asks: str) -> Utterance:
        road, about = self._road(district, step) if asks == "road" else ("", "")
        words = {"place": self._place(district.code, district.name), "road": road,
                 "town": self._names[district.municipality]}  # fmt: skip
        return self._says(
            step, self._near(district.at, 300.0), district.municipality, QUESTIONS[asks],
            asks=asks, about=about, words=words,
        )  # fmt: skip

    def _road(self, district: District, step: int) -> tuple[str, str]:
        """A route that people of a municipality ask for: one that is closed, if any is."""
        world = self._course.world
        mine = [
            at for one in self._course.after.closures if is_closed(one, step) for at in one.roads
            if world.roads[at].municipality == district.municipality and world.roads[at].route
        ]  # fmt: skip
        if mine and self._draw.uniform() < 0.5:
            code = world.roads[mine[int(self._draw.integers(len(mine)))]].route
        else:
            code = world.routes[int(self._draw.integers(len(world.routes)))].code
        return next(one.name for one in world.routes if one.code == code), code

    def _says(
        self, step: int, at: Lonlat, municipality: str, sentences: tuple[str, ...], *,
        words: dict[str, str], reports: str = "", incident: str = "", depth: float | None = None,
        asks: str = "", about: str = "",
    ) -> Utterance:  # fmt: skip
        self._people += 1
        time = self._course.time(step) + int(self._draw.uniform(5, 595)) * SECOND
        return Utterance(
            time=min(time, self._course.time(step) + 10 * MINUTE - SECOND),
            person=f"resident-{self._people}",
            text=say(self._draw, sentences, **{"cause": "", "depth": "", **words}),
            at=at, municipality=municipality, sends_position=bool(self._draw.uniform() < 0.6),
            asks=asks, about=about, reports=reports, incident=incident, depth=depth,
        )  # fmt: skip

    def _near(self, at: Lonlat, metres: float) -> Lonlat:
        plane = self._course.world.plane
        x, y = plane.xy(*at)
        east, north = self._draw.normal(0.0, metres / 2, 2)
        return plane.lonlat(x + float(east), y + float(north))

    def _district_at(self, at: Lonlat) -> District:
        found: District = self._course.world.districts[int(self._tree.nearest(shapely.Point(at)))]
        return found

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([shapely.Point(one.at) for one in self._course.world.districts])
