"""Everything that happens in a storm, in one place, for those who tell of it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from noroshi.core.time import MINUTE
from noroshi.feeds.drill.actors import foresight, gauges
from noroshi.feeds.drill.physics import consequences, hazards, storm
from noroshi.feeds.drill.world.model import District, World, rng

#: Microseconds of a step.
STEP = 10 * MINUTE


class Course:
    """The storm of a seed over a world from `start` (microseconds UTC), and what follows."""

    def __init__(self, world: World, start: int, seed: int) -> None:
        self.world, self.start, self.seed = world, start, seed
        self.storm = storm.simulate(world, seed)
        self.after = consequences.follow(world, self.storm, seed)
        self.measures = hazards.measure(world, self.storm)
        self.warned = foresight.foresee(self.measures, rng(seed, "typhoon/forecast"))
        self.rain = gauges.tipped(world, self.storm, rng(seed, "typhoon/rain gauges"))
        self.levels = gauges.read_off(self.storm, rng(seed, "typhoon/water gauges"))
        # Nobody asks for these maps again, and forty-seven prefectures may drill at once.
        self.storm.wind = self.storm.index = np.zeros((0, 0))

    def time(self, step: float) -> int:
        """The time of a step [µs UTC]; parts of a step count."""
        return self.start + round(step * STEP)

    def draw(self, name: str) -> np.random.Generator:
        """The random numbers of one part of the scenario."""
        return rng(self.seed, f"typhoon/{name}")

    @cached_property
    def districts(self) -> dict[str, list[District]]:
        """The districts of each municipality."""
        found: dict[str, list[District]] = {one.code: [] for one in self.world.municipalities}
        for one in self.world.districts:
            found.setdefault(one.municipality, []).append(one)
        return found

    @cached_property
    def low(self) -> frozenset[str]:
        """Districts on low ground beside a river."""
        return frozenset(code for some in self.beside.values() for code in some)

    @cached_property
    def beside(self) -> dict[str, frozenset[str]]:
        """Districts on low ground within 2.5 km of a gauged river, by the river's code."""
        land, plane = self.world.land, self.world.plane
        gauged = {one.river for one in self.world.water_gauges}
        lines = {
            one.code: np.array([plane.xy(*at) for at in one.line])
            for one in self.world.rivers
            if one.code in gauged
        }
        found: dict[str, set[str]] = {code: set() for code in lines}
        for one in self.world.districts:
            row, column = plane.cell_of(*one.at)
            if land.hand[row, column] > 5.0 or land.elevation[row, column] > 60.0:
                continue
            x, y = plane.xy(*one.at)
            far = {
                code: float(np.hypot(line[:, 0] - x, line[:, 1] - y).min())
                for code, line in lines.items()
            }
            nearest = min(far, key=lambda code: (far[code], code), default="")
            if nearest and far[nearest] < 2_500.0:
                found[nearest].add(one.code)
        return {code: frozenset(some) for code, some in found.items()}

    @cached_property
    def steep(self) -> frozenset[str]:
        """Districts under steep slopes."""
        land, plane = self.world.land, self.world.plane
        found = []
        for one in self.world.districts:
            row, column = plane.cell_of(*one.at)
            around = land.slope[max(0, row - 4) : row + 5, max(0, column - 4) : column + 5]
            if float(np.max(around)) > 0.3:
                found.append(one.code)
        return frozenset(found)

    @cached_property
    def gauges_of(self) -> dict[str, dict[str, list[int]]]:
        """The gauges that a municipality watches for each river beside which people live: its own
        on that river, or the nearest one."""
        plane = self.world.plane
        found: dict[str, dict[str, list[int]]] = {}
        for town in self.world.municipalities:
            x, y = plane.xy(*town.at)
            mine = {one.code for one in self.districts[town.code]}
            watched: dict[str, list[int]] = {}
            for river, codes in self.beside.items():
                if not mine & codes:
                    continue
                there = [
                    at for at, one in enumerate(self.world.water_gauges) if one.river == river
                ]  # fmt: skip
                own = [
                    at for at in there if self.world.water_gauges[at].municipality == town.code
                ]  # fmt: skip

                def far(at: int, x: float = x, y: float = y) -> float:
                    east, north = plane.xy(*self.world.water_gauges[at].at)
                    return float(np.hypot(east - x, north - y))

                watched[river] = own or sorted(there, key=far)[:1]
            found[town.code] = watched
        return found

    @cached_property
    def out(self) -> dict[int, npt.NDArray[np.int64]]:
        """Customers without power by feeder (index) that the wind breaks, by step."""
        return {one.feeder: one.out for one in self.after.breaks}
