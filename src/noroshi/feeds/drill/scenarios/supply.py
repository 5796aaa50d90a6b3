"""Power by feeder, water by zone, base stations and hospitals, hour by hour after an earthquake."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from noroshi.core.time import HOUR, MINUTE
from noroshi.feeds.drill.actors.state import HospitalState, OutageState, StationState
from noroshi.feeds.drill.physics import loss
from noroshi.feeds.drill.scenarios.aftermath import Aftermath
from noroshi.feeds.drill.world.model import Facility, Feeder, Lonlat, WaterZone, rng


class Course(msgspec.Struct):
    """A feeder or zone: what share of its customers is without supply at first (of what broke),
    with the hours in which half of it is back; and until when everything is out (the whole grid
    fell with the power plants), or from when (a reservoir that is not refilled)."""

    thing: Feeder | WaterZone
    at: Lonlat
    municipality: str
    broken: float
    half: float
    since: int
    collapsed_until: int | None = None
    dry_from: int | None = None
    wet: bool = False


class Supply:
    """What is supplied where. `blackout`: the whole grid falls at first and is built up again
    within hours. `half`: median hours until half of what broke is back."""

    def __init__(self, aftermath: Aftermath, *, blackout: bool = False, half: float = 30.0) -> None:
        self.aftermath = aftermath
        world = aftermath.world
        self._where = {one.code: one for one in world.districts}
        random = rng(aftermath.seed, "supply")
        self.feeders = {
            one.code: self._feeder(one, random, blackout, half) for one in world.feeders
        }
        self.zones = {one.code: self._zone(one, random, half) for one in world.zones}
        self._feeding = {
            one.code: [
                course
                for course in self.feeders.values()
                if set(one.districts) & set(course.thing.districts)
            ]
            for one in world.zones
        }
        self._hurt = _hurt(aftermath)
        category = {
            kind: [one for one in world.facilities if one.category == kind]
            for kind in ("base_station", "hospital")
        }
        self._stations = [
            (one, float(random.random()), float(random.uniform(0.75, 1.05)))
            for one in category["base_station"]
        ]
        self._hospitals = [
            (one, float(random.random()), float(random.random())) for one in category["hospital"]
        ]

    # --- power and water -----------------------------------------------------------------------

    def _centre(self, districts: list[str], otherwise: Lonlat) -> tuple[Lonlat, str]:
        """A place amid some districts, and their municipality."""
        mine = [self._where[code] for code in districts if code in self._where]
        if not mine:
            return otherwise, ""
        x = sum(one.at[0] for one in mine) / len(mine)
        y = sum(one.at[1] for one in mine) / len(mine)
        near = min(mine, key=lambda one: (one.at[0] - x) ** 2 + (one.at[1] - y) ** 2)
        return near.at, near.municipality

    def _felt(self, districts: list[str], at: Lonlat) -> tuple[float, float]:
        """Mean intensity over districts, and the share of them that is under water."""
        after = self.aftermath
        places = [self._where[code].at for code in districts if code in self._where] or [at]
        cells = [after.world.plane.cell_of(*one) for one in places]
        values = [float(after.motion.intensity[cell]) for cell in cells]
        wet = [float(after.depth[cell]) > 0.3 for cell in cells]
        return sum(values) / len(values), sum(wet) / len(wet)

    def _feeder(
        self, one: Feeder, random: np.random.Generator, blackout: bool, half: float
    ) -> Course:
        after = self.aftermath
        start = one.route[0] if one.route else after.world.municipalities[0].at
        at, town = self._centre(one.districts, start)
        felt, wet = self._felt(one.districts, at)
        station = float(after.depth[after.world.plane.cell_of(*start)]) > 0.5
        chance = float(loss.power_out(felt)) * float(random.uniform(0.7, 1.2))
        broken = min(1.0, max(chance if chance > 0.04 else 0.0, wet, 1.0 if station else 0.0))
        slow = 4.0 if station else 1.0 + 2.0 * wet
        again = None
        if blackout:
            hours = float(random.gamma(4.0, 1.6)) + (6.0 if felt > 6 else 0.0)
            again = after.origin + round(hours * 60) * MINUTE
        return Course(
            one, at, town or after.world.municipalities[0].code, broken,
            half * slow * float(random.lognormal(0.0, 0.35)), after.origin + MINUTE, again,
            wet=wet > 0 or station,
        )  # fmt: skip

    def _zone(self, one: WaterZone, random: np.random.Generator, half: float) -> Course:
        after = self.aftermath
        at, town = self._centre(one.districts, after.world.municipalities[0].at)
        felt, wet = self._felt(one.districts, at)
        chance = float(loss.water_out(felt)) * float(random.uniform(0.7, 1.25))
        dry = after.origin + round(float(random.uniform(5.0, 14.0)) * 60) * MINUTE
        return Course(
            one, at, town or after.world.municipalities[0].code,
            min(1.0, max(chance if chance > 0.04 else 0.0, wet)),
            2.5 * half * float(random.lognormal(0.0, 0.3)), after.origin + 5 * MINUTE,
            dry_from=dry, wet=wet > 0,
        )  # fmt: skip

    def without(self, one: Course, time: int) -> float:
        """The share of a feeder's or zone's customers that has no supply at a time."""
        if time < one.since:
            return 0.0
        hours = (time - one.since) / HOUR
        share = one.broken * (1 - loss.restored(hours, one.half))
        if one.collapsed_until is not None and time < one.collapsed_until:
            share = 1.0
        if one.dry_from is not None and time >= one.dry_from and isinstance(one.thing, WaterZone):
            # Reservoirs run dry where the pumps have no power.
            powerless = self._powerless(one.thing, time)
            share = max(share, min(1.0, 0.9 * powerless))
        return share if share > 0.005 else 0.0

    def _powerless(self, zone: WaterZone, time: int) -> float:
        feeders = self._feeding[zone.code]
        return sum(self.without(one, time) for one in feeders) / max(len(feeders), 1)

    def _outages(self, courses: dict[str, Course], time: int, cause: str) -> list[OutageState]:
        found = []
        for one in courses.values():
            if one.broken == 0 and one.collapsed_until is None and not self.without(one, time):
                continue
            out = round(self.without(one, time) * one.thing.customers)
            expected = None
            if one.collapsed_until is not None and time < one.collapsed_until:
                expected = one.collapsed_until + 2 * HOUR
            elif out and one.half < 14:
                expected = one.since + round(3 * one.half) * HOUR
            found.append(
                OutageState(one.thing, one.at, one.municipality, out, one.since, expected,
                            f"{cause}（浸水）" if one.wet else cause)
            )  # fmt: skip
        return found

    def power(self, time: int) -> list[OutageState]:
        """Every feeder that is out or was."""
        return self._outages(self.feeders, time, "地震")

    def water(self, time: int) -> list[OutageState]:
        """Every zone of water supply that is out or was."""
        return self._outages(self.zones, time, "管路被害・停電")

    def powered(self, facility: Facility, rank: float, time: int) -> bool:
        """Whether a facility has mains power; of those on a feeder, those with a high `rank` come
        first to be supplied again."""
        course = self.feeders.get(facility.feeder)
        return course is None or self.without(course, time) <= rank

    def has_water(self, facility: Facility, rank: float, time: int) -> bool:
        """The same for water."""
        course = self.zones.get(facility.zone)
        return course is None or self.without(course, time) <= rank

    # --- base stations -------------------------------------------------------------------------

    def _lost_since(self, facility: Facility, rank: float, time: int) -> int | None:
        """Since when a facility has had no mains power; None if it has."""
        if self.powered(facility, rank, time):
            return None
        course = self.feeders[facility.feeder]
        return course.since

    def stations(self, time: int) -> list[StationState]:
        """Every base station that is not, or was not, on mains power since it began."""
        after = self.aftermath
        found = []
        for one, rank, age in self._stations:
            wet = float(after.depth[after.world.plane.cell_of(*one.at)]) > 1.0
            if wet and after.flooded is not None and time >= after.flooded:
                found.append(StationState(one, False, "none", 0.0, after.flooded, "津波による浸水"))
                continue
            since = self._lost_since(one, rank, time)
            course = self.feeders.get(one.feeder)
            if since is None:
                if course is not None and time >= course.since and self.without(
                    course, course.since
                ) > rank:  # fmt: skip
                    found.append(StationState(one, True, "mains", None, None, "停電から復旧"))
                continue
            left = one.hours * age - (time - since) / HOUR
            if left > 0:
                power = "generator" if one.hours >= 24 else "battery"
                found.append(StationState(one, True, power, left, since, "停電"))
            else:
                died = since + round(one.hours * age * 60) * MINUTE
                found.append(StationState(one, False, "none", 0.0, died, "停電・電池枯渇"))
        return found

    # --- hospitals -----------------------------------------------------------------------------

    def hospitals(self, time: int) -> list[HospitalState]:
        """Every hospital as it is."""
        return [self.hospital(one, rank, luck, time) for one, rank, luck in self._hospitals]

    def hospital(self, one: Facility, rank: float, luck: float, time: int) -> HospitalState:
        """A hospital at a time: a power cut is bridged for as long as its fuel lasts; when it has
        none, or no water, it takes nobody."""
        after = self.aftermath
        cell = after.world.plane.cell_of(*one.at)
        felt, wet = float(after.motion.intensity[cell]), float(after.depth[cell])
        occupied = round(one.beds * (0.74 + 0.15 * luck))
        hours = (time - after.origin) / HOUR
        if hours <= 0:
            return HospitalState(one, inpatients=occupied, severe=0, moderate=0)
        building = "ok" if felt < 5.8 + 0.8 * luck else "damaged"
        if (felt > 6.3 and luck < 0.15) or (wet > 1.0 and time >= (after.flooded or time + 1)):
            building = "unsafe"
        since = self._lost_since(one, rank, time)
        power, left = "mains", None
        if since is not None:
            fuel = (one.hours or 12.0) * (0.75 + 0.4 * rank)
            left = max(0.0, fuel - (time - since) / HOUR)
            power = "generator" if left > 0 else "none"
        dry = not self.has_water(one, luck, time)
        water = "mains" if not dry else "tank" if hours < 14 + 30 * luck else "none"
        accepts = "normal"
        if power == "generator" or dry or building == "damaged" or felt >= 5.5:
            accepts = "limited"
        if power == "none" or water == "none" or building == "unsafe":
            accepts = "none"
        severe, moderate = self._patients(one, hours)
        needs = [
            word
            for word, lacking in (
                ("燃料", left is not None and left < 12), ("給水", dry),
                ("DMAT派遣", severe > 8), ("転院支援", building == "unsafe"),
            )
            if lacking
        ]  # fmt: skip
        return HospitalState(
            one, building, power, left, water, felt < 6.4 or luck > 0.3, True, accepts, occupied,
            severe, moderate, felt < 5.8 or hours > 10, "、".join(needs),
        )  # fmt: skip

    def _patients(self, one: Facility, hours: float) -> tuple[int, int]:
        """Severe and moderate patients who wait: they come within hours, and are treated or moved
        on; those of a municipality go to its hospitals by beds, a third to the disaster bases."""
        hospitals = [facility for facility, _, _ in self._hospitals]
        mine = [other for other in hospitals if other.municipality == one.municipality]
        bases = [other for other in hospitals if other.disaster_base]
        hurt = self._hurt
        own = hurt.get(one.municipality, (0, 0))
        everyone = (sum(a for a, _ in hurt.values()), sum(b for _, b in hurt.values()))
        local = one.beds / max(sum(other.beds for other in mine), 1)
        central = one.beds / max(sum(other.beds for other in bases), 1) if one.disaster_base else 0
        come = math.exp(-((math.log(max(hours, 0.05) / 4.0)) ** 2) / 1.2)
        severe = (own[0] * 0.66 * local + everyone[0] * 0.33 * central) * come * 0.5
        moderate = (own[1] * 0.3 * local + everyone[1] * 0.1 * central) * come
        return round(severe), round(moderate)


def _hurt(after: Aftermath) -> dict[str, tuple[int, int]]:
    """Severely and slightly injured by municipality."""
    found: dict[str, tuple[int, int]] = {}
    for mesh, severe, slight in zip(
        after.meshes, after.severe.tolist(), after.slight.tolist(), strict=True
    ):
        a, b = found.get(mesh.municipality, (0, 0))
        found[mesh.municipality] = (a + severe, b + slight)
    return found
