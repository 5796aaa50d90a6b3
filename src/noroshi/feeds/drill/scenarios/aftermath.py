"""What an earthquake (and its tsunami) does to a prefecture: houses, people, roads, shelters.

Everything is drawn once, when it is made; what is so at a moment follows from the draws alone, so
that asking twice gives the same.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.core.time import HOUR, JST, MINUTE, SECOND, to_datetime
from noroshi.feeds.drill.actors.state import Damage, Incident, RoadState, ShelterState
from noroshi.feeds.drill.physics import loss, people
from noroshi.feeds.drill.physics.shaking import Shaking
from noroshi.feeds.drill.scenarios import closures
from noroshi.feeds.drill.scenarios.closures import Closure
from noroshi.feeds.drill.world.model import Grid, Lonlat, Mesh, Shelter, World, rng

Counts = npt.NDArray[np.int64]

#: Persons to a house, share of houses that are wooden and detached.
_HOUSES = 0.82
#: Of those who cannot stay at home, who goes to a shelter (the others have relatives).
_TO_SHELTERS = 0.6
#: Of those whom the water reaches, who has not left in time.
_LATE = 0.03


class Opening(msgspec.Struct):
    """A shelter's course: when it opens (None: never, being damaged or under water), how many
    come to be safe from the water and how many who cannot stay at home."""

    shelter: Shelter
    opens: int | None
    fleeing: float
    homeless: float
    fleeing_leave: int | None
    household: float


class Aftermath:
    """The consequences of shaking from `origin` on, and of water of `depth` [m] that came
    `arrival` seconds later (None: no tsunami)."""

    def __init__(
        self,
        world: World,
        motion: Shaking,
        origin: int,
        seed: int,
        *,
        depth: Grid | None = None,
        arrival: float = 0.0,
    ) -> None:
        self.world, self.motion, self.origin, self.seed = world, motion, origin, seed
        self.depth = depth if depth is not None else np.zeros_like(motion.intensity)
        self.flooded = origin + round(arrival * SECOND) if depth is not None else None
        self._hour = to_datetime(origin, JST).hour
        self.meshes = [one for one in world.meshes if one.people.total > 0]
        self._at = [world.plane.cell_of(*one.at) for one in self.meshes]
        self._codes = sorted(one.code for one in world.municipalities)
        number = {code: at for at, code in enumerate(self._codes)}
        self._town = np.array([number[one.municipality] for one in self.meshes])
        self.strength = np.array([float(motion.intensity[cell]) for cell in self._at])
        self.water = np.array([self._deepest(cell) for cell in self._at])
        self._buildings()
        self.openings = self._open_shelters()
        self.closures: list[Closure] = closures.draw(
            world, motion, self.depth, origin, self.flooded, seed
        )
        self.incidents = self._incidents()

    def _deepest(self, cell: tuple[int, int]) -> float:
        """The mean depth of water over a half grid square around a cell [m]."""
        row, column = cell
        reach = max(1, round(250 / self.world.plane.cell))
        part = self.depth[max(row - reach, 0) : row + reach + 1,
                          max(column - reach, 0) : column + reach + 1]  # fmt: skip
        return float(part.mean()) if part.size else 0.0

    # --- buildings and people ------------------------------------------------------------------

    def _buildings(self) -> None:
        """Houses lost and people hurt, by mesh."""
        random = rng(self.seed, "aftermath/buildings")
        kinds = {one.code: one.kind for one in self.world.municipalities}
        houses = np.array([round(one.people.households * _HOUSES) for one in self.meshes])
        rates = {}
        for state in ("destroyed", "half", "partial"):
            town = loss.houses_lost(self.strength, "suburban", state)
            country = loss.houses_lost(self.strength, "farming", state)
            urban = np.array([kinds[one.municipality] == "市" for one in self.meshes])
            rates[state] = np.where(urban, town, country)
        shaken = random.binomial(houses, rates["destroyed"])
        washed = random.binomial(houses - shaken, loss.houses_washed_away(self.water))
        left = houses - shaken - washed
        share = np.clip(rates["half"] - rates["destroyed"], 0, 1)
        half = random.binomial(left, share)
        partial = random.binomial(left - half, np.clip(rates["partial"] - rates["half"], 0, 1))
        wet = (self.water > 0.5) & (self.water < 2.0)
        self.above = np.where(wet, ((left - half) * 0.5).astype(int), 0)
        self.shaken, self.washed, self.half, self.partial = shaken, washed, half, partial
        persons = np.array([one.people.total for one in self.meshes])
        inside = loss.AT_HOME["day" if 8 <= self._hour < 19 else "night"]
        self.dead_shaking = random.binomial(shaken * 2, np.minimum(loss.DEAD * inside / 2, 1))
        self.severe = random.binomial(shaken * 2, loss.SEVERE * inside / 2)
        self.slight = random.binomial((shaken + half) * 2, loss.INJURED * inside / 2)
        self.drowned = random.binomial(persons, loss.drowned(self.water, _LATE))
        fires = np.minimum(0.0004 * houses * np.clip(self.strength - 5.2, 0, 2), 0.3)
        self.fires = random.poisson(fires)

    def _totals(self, values: Counts) -> dict[str, int]:
        count = np.bincount(self._town, weights=values, minlength=len(self._codes))
        return dict(zip(self._codes, map(int, count.tolist()), strict=True))

    def damage(self, time: int) -> list[Damage]:
        """What is really so by municipality. Who is lost in the sea is dead, whether found or
        not."""
        return self._by_town(time, 1.0, 1.0, 1.0, 1.0)

    def known(self, time: int) -> list[Damage]:
        """What municipalities have found out by then: half of it after six hours, people sooner
        than houses. Who is not found is missing."""
        hours = (time - self.origin) / HOUR
        sooner = 1 / (1 + math.exp(-(hours - 6.0 * 0.7) / 1.6))
        later = 1 / (1 + math.exp(-(hours - 6.0 * 1.8) / 3.0))
        return self._by_town(time, sooner, later, later**1.5, min(0.5, hours / 48))

    def _by_town(
        self, time: int, people: float, houses: float, slight: float, found: float
    ) -> list[Damage]:
        """Totals by municipality, of which shares are told: of people, of houses, of houses with
        slight damage, and of the lost that are found."""
        came = self.flooded is not None and time >= self.flooded
        shaken = time >= self.origin + MINUTE

        def of(values: Counts, when: bool, share: float) -> dict[str, int]:
            told = self._totals(values if when else np.zeros_like(values))
            return {code: int(value * share) for code, value in told.items()}

        dead, severe, light = (
            of(one, shaken, people) for one in (self.dead_shaking, self.severe, self.slight)
        )
        fallen, half = (of(one, shaken, houses) for one in (self.shaken, self.half))
        partial, washed = of(self.partial, shaken, slight), of(self.washed, came, houses)
        lost, bodies = of(self.drowned, came, people), of(self.drowned, came, people * found)
        above = of(self.above, came, houses)
        fires = of(self.fires, time >= self.origin + 20 * MINUTE, people)
        return [
            Damage(
                municipality=code, dead=dead[code] + bodies[code],
                missing=lost[code] - bodies[code], severe=severe[code], slight=light[code],
                destroyed=fallen[code] + washed[code], half=half[code], partial=partial[code],
                above_floor=above[code], fires=fires[code],
            )
            for code in sorted(dead)
        ]  # fmt: skip

    # --- incidents -----------------------------------------------------------------------------

    def _incidents(self) -> list[Incident]:
        """The calls that the disaster office follows: fires, collapses with people inside."""
        random = rng(self.seed, "aftermath/incidents")
        found: list[Incident] = []
        collapse = np.argsort(-(self.dead_shaking + 0.2 * self.shaken), kind="stable")[:60]
        for at in sorted(set(np.nonzero(self.fires)[0].tolist()) | set(collapse.tolist())):
            mesh = self.meshes[at]
            name = self._near(mesh)
            if self.fires[at]:
                after = float(random.gamma(2.0, 25.0))
                found.append(
                    Incident(
                        "", "火災", f"{name}付近の建物火災", self._jitter(mesh, random),
                        mesh.municipality, self.origin + round((4 + after) * 60) * SECOND,
                        "延焼中" if random.random() < 0.3 else "出火", int(1 + random.poisson(1.2)),
                    )
                )  # fmt: skip
            if self.shaken[at] >= 3 and self.dead_shaking[at] + self.severe[at] > 0:
                after = float(random.gamma(2.2, 40.0))
                found.append(
                    Incident(
                        "", "救助", f"{name}付近で建物倒壊、生き埋めの通報",
                        self._jitter(mesh, random), mesh.municipality,
                        self.origin + round((6 + after) * 60) * SECOND, "", int(self.shaken[at]),
                        int(self.severe[at]),
                    )
                )  # fmt: skip
        found.sort(key=lambda one: (one.found, one.at))
        return [
            msgspec.structs.replace(one, code=f"J{number:04d}")
            for number, one in enumerate(found, 1)
        ]

    def _near(self, mesh: Mesh) -> str:
        mine = [one for one in self.world.settlements if one.municipality == mesh.municipality]
        if not mine:
            return next(
                one.name for one in self.world.municipalities if one.code == mesh.municipality
            )
        x, y = mesh.at
        return min(mine, key=lambda one: (one.at[0] - x) ** 2 + (one.at[1] - y) ** 2).name

    def _jitter(self, mesh: Mesh, random: np.random.Generator) -> Lonlat:
        x, y = self.world.plane.xy(*mesh.at)
        return self.world.plane.lonlat(
            x + float(random.uniform(-200, 200)), y + float(random.uniform(-200, 200))
        )

    def reported(self, time: int) -> list[Incident]:
        """Incidents that are known by then, as they stand."""
        found = []
        for one in self.incidents:
            hours = (time - one.found) / HOUR
            if hours < 0:
                continue
            state = "確認中" if hours < 0.5 else "対応中" if hours < 5 else "対応終了"
            found.append(msgspec.structs.replace(one, status=state))
        return found

    # --- roads ---------------------------------------------------------------------------------

    def roads(self, time: int, known: bool = False) -> list[RoadState]:
        """The stretches that are not as usual at a time; `known`: as their managers know by
        then."""
        return closures.states(self.world, self.closures, time, known=known)

    # --- shelters ------------------------------------------------------------------------------

    def _open_shelters(self) -> list[Opening]:
        world, random = self.world, rng(self.seed, "aftermath/shelters")
        cells = [world.plane.cell_of(*one.at) for one in world.shelters]
        wet = [float(self.depth[cell]) > 0.1 for cell in cells]
        shaken = [float(self.motion.intensity[cell]) for cell in cells]
        delay = random.lognormal(math.log(50.0), 0.7, len(cells))
        unsafe = random.random(len(cells)) < loss.normal(np.array(shaken), 6.9, 0.35)
        wanted = [shake >= 4.7 for shake in shaken]
        usable = np.array(
            [
                ok and not water and not bad and (one.stay or one.emergency)
                for one, ok, water, bad in zip(
                    world.shelters, wanted, wet, unsafe.tolist(), strict=True
                )
            ],
            dtype=bool,
        )
        where = [world.plane.xy(*one.at) for one in world.shelters]
        homes = [world.plane.xy(*one.at) for one in self.meshes]
        persons = np.array([one.people.total for one in self.meshes], float)
        per_house = persons / np.maximum([one.people.households for one in self.meshes], 1)
        lost = (self.shaken + self.washed) + 0.5 * self.half + 0.02 * self.partial
        homeless = np.minimum(lost * per_house * _TO_SHELTERS, persons)
        homeless += 0.05 * persons * loss.power_out(self.strength)
        # Who lives where the water came, or nearly came, has fled.
        fled = np.where(self.water > 0.05, persons * 0.55, 0.0)
        room = [one.capacity if ok else 0 for one, ok in zip(world.shelters, usable, strict=True)]
        index = np.nonzero(usable)[0]
        spots = [where[at] for at in index]
        rooms = [float(room[at]) for at in index]
        stay = people.shared_out(homeless.tolist(), homes, spots, rooms)
        run = people.shared_out(fled.tolist(), homes, spots, rooms, reach=1_800.0)
        found = []
        order = {int(at): number for number, at in enumerate(index)}
        for at, one in enumerate(world.shelters):
            number = order.get(at)
            opens = None
            if number is not None and (stay[number] + run[number]) >= 3:
                hurry = 0.2 if run[number] > stay[number] else 1.0
                opens = self.origin + round(float(delay[at]) * hurry) * MINUTE
            back = self.origin + round(float(random.uniform(16, 23)) * 60) * MINUTE
            found.append(
                Opening(
                    one, opens, float(run[number]) if number is not None else 0.0,
                    float(stay[number]) if number is not None else 0.0, back,
                    float(random.uniform(2.1, 2.6)),
                )
            )  # fmt: skip
        return found

    def shelters(self, time: int, municipality: str = "") -> list[ShelterState]:
        """Every shelter (of a municipality) that is to be opened, with how many are there."""
        return [
            self._state(one, time)
            for one in self.openings
            if one.opens is not None and municipality in ("", one.shelter.municipality)
        ]

    def _state(self, one: Opening, time: int) -> ShelterState:
        if one.opens is None or time < one.opens:
            return ShelterState(one.shelter, "not_open", None, None, None, reason="地震")
        hours = (time - one.opens) / HOUR
        run = one.fleeing * people.filling(hours, 0.3, 0.12)
        if one.fleeing_leave is not None and time > one.fleeing_leave:
            run *= max(0.35, math.exp(-(time - one.fleeing_leave) / (3 * HOUR)))
        stay = one.homeless * people.filling(hours, 4.5, 1.8)
        count = round(run + stay)
        return ShelterState(
            one.shelter, "open", count, round(count / one.household), one.opens,
            reason="地震・津波" if one.fleeing > one.homeless else "地震",
        )  # fmt: skip
