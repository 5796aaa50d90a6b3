"""The land as builders see it: what a place is like, what is near, and what stands there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from noroshi.feeds.drill.world.model import District, Lonlat, Municipality, Settlement, World

Numbers = npt.NDArray[np.floating[Any]]
Cells = npt.NDArray[np.intp]
#: A wish scores cells (rows, columns): the higher the better.
Wish = Callable[[Cells, Cells], Numbers]

#: Beyond this the sea is far [m].
FAR = 8_000.0


class Survey:
    """A world's land with what is worked out of it once, and the cells that are built on."""

    def __init__(self, world: World) -> None:
        self.world, self.plane, self.land = world, world.plane, world.land
        self.municipalities = {one.code: one for one in world.municipalities}
        self.districts = {one.code: one for one in world.districts}
        self.settlements: dict[str, list[Settlement]] = {}
        for one in world.settlements:
            self.settlements.setdefault(one.municipality, []).append(one)
        self.dry = world.land.municipality > 0
        self.to_sea = _distance(~self.dry, self.plane.cell)
        self.district = _rasterise(world)
        #: The steepest slope within 200 m.
        self.steepest = _greatest(world.land.slope, 2)
        self._taken: set[tuple[int, int]] = set()

    def cell(self, at: Lonlat) -> tuple[int, int]:
        """Row and column of a position."""
        return self.plane.cell_of(*at)

    def elevation(self, at: Lonlat) -> float:
        """Metres above the sea, to 0.1 m."""
        return round(float(self.land.elevation[self.cell(at)]), 1)

    def municipality_of(self, at: Lonlat) -> Municipality:
        """The municipality of a place, or the nearest of a place in the sea."""
        row, column = self.cell(at)
        number = int(self.land.municipality[row, column])
        if number == 0:
            rows, columns = self.around(row, column, 25)
            near = self.land.municipality[rows, columns]
            away = np.where(near > 0, np.hypot(rows - row, columns - column), np.inf)
            number = int(near[int(np.argmin(away))]) or 1
        return self.world.municipalities[number - 1]

    def district_of(self, at: Lonlat) -> District:
        """The district of a place, or the nearest one of its municipality."""
        number = int(self.district[self.cell(at)])
        if number:
            return self.world.districts[number - 1]
        owner = self.municipality_of(at).code
        own = [one for one in self.world.districts if one.municipality == owner]
        return min(own or self.world.districts, key=lambda one: _far(one.at, at))

    def about(self, rng: np.random.Generator, at: Lonlat) -> dict[str, Any]:
        """The fields of a facility that follow from where it stands."""
        town, district = self.municipality_of(at), self.district_of(at)
        number = f"{int(rng.integers(1, 2400))}番地"
        if rng.random() < 0.6:
            number += f"{int(rng.integers(1, 30))}"
        return {
            "at": at,
            "municipality": town.code,
            "district": district.code,
            "elevation": self.elevation(at),
            "address": f"{self.world.name}{town.county}{town.name}{district.name}{number}",
        }

    def around(self, row: int, column: int, reach: int) -> tuple[Cells, Cells]:
        """The cells at most `reach` cells away."""
        rows = np.arange(max(row - reach, 0), min(row + reach + 1, self.plane.rows))
        columns = np.arange(max(column - reach, 0), min(column + reach + 1, self.plane.columns))
        found = np.meshgrid(rows, columns, indexing="ij")
        near = np.hypot(found[0] - row, found[1] - column) <= reach + 0.5
        return found[0][near], found[1][near]

    def site(
        self, rng: np.random.Generator, around: Lonlat, reach: float, wish: Wish | None = None
    ) -> Lonlat:
        """A free building site at most `reach` metres away: dry, flat, of the same municipality,
        rather near, and as `wish` likes it. A site is taken by one only."""
        row, column = self.cell(around)
        rows, columns = self.around(row, column, max(int(reach / self.plane.cell), 1))
        owner = self.land.municipality[row, column]
        score = rng.random(len(rows)) * 0.5
        score -= np.hypot(rows - row, columns - column) * self.plane.cell / reach
        score -= 8.0 * np.maximum(self.land.slope[rows, columns] - 0.04, 0.0)
        score -= 1e3 * ~self.dry[rows, columns]
        if owner:
            score -= 50.0 * (self.land.municipality[rows, columns] != owner)
        if wish is not None:
            score += wish(rows, columns)
        for best in np.argsort(-score, kind="stable"):
            chosen = int(rows[best]), int(columns[best])
            if chosen not in self._taken:
                break
        self._taken.add(chosen)
        down, across = (float(one) for one in rng.uniform(-0.35, 0.35, 2))
        return self.plane.centre_of(chosen[0] + down, chosen[1] + across)

    def xy(self, places: list[Lonlat]) -> Numbers:
        """Positions in the plane [m], one row for each."""
        return np.array([self.plane.xy(*at) for at in places], np.float64).reshape(-1, 2)


def clusters(
    points: Numbers, weights: Numbers, number: int, rng: np.random.Generator
) -> tuple[Cells, Numbers]:
    """Points in `number` groups, each near the middle of its own: for each point its group, and
    the middles (Lloyd 1982, begun as in Arthur & Vassilvitskii 2007)."""
    number = min(number, len(points))
    weights = np.maximum(weights, 1e-6)
    centres = points[[int(rng.choice(len(points), p=weights / weights.sum()))]]
    away = _squared(points, centres)[:, 0]
    while len(centres) < number:
        chance = away * weights
        if chance.sum() == 0:
            break
        chosen = points[[int(rng.choice(len(points), p=chance / chance.sum()))]]
        centres = np.concatenate((centres, chosen))
        away = np.minimum(away, _squared(points, chosen)[:, 0])
    group = np.zeros(len(points), np.intp)
    for _ in range(12):
        group = np.argmin(_squared(points, centres), axis=1)
        total = np.bincount(group, weights, len(centres))
        for axis in (0, 1):
            mean = np.bincount(group, weights * points[:, axis], len(centres))
            centres[:, axis] = np.where(total > 0, mean / np.maximum(total, 1e-9), centres[:, axis])
    return group, centres


def _squared(points: Numbers, centres: Numbers) -> Numbers:
    found: Numbers = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return found


def nearest(points: Numbers, to: Numbers) -> int:
    """The number of the point nearest to a place of the plane."""
    return int(np.argmin(((points - to) ** 2).sum(axis=1)))


def _far(one: Lonlat, other: Lonlat) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _distance(goal: npt.NDArray[np.bool_], cell: float) -> Numbers:
    """How far each cell is from the nearest of `goal` [m], up to FAR: grown by turns in four and
    in eight directions, which is an octagon near to a circle."""
    found = np.where(goal, 0.0, FAR)
    reached = goal.copy()
    for step in range(1, int(FAR / cell)):
        grown = reached.copy()
        _spread(grown, reached)
        if step % 2:
            sides = grown.copy()
            _spread(grown, sides, columns_only=True)
        found[grown & ~reached] = step * cell * 1.2
        reached = grown
    return np.minimum(found, FAR)


def _spread(
    grown: npt.NDArray[np.bool_], of: npt.NDArray[np.bool_], *, columns_only: bool = False
) -> None:
    if not columns_only:
        grown[1:] |= of[:-1]
        grown[:-1] |= of[1:]
    grown[:, 1:] |= of[:, :-1]
    grown[:, :-1] |= of[:, 1:]


def _greatest(field: npt.NDArray[Any], reach: int) -> npt.NDArray[Any]:
    """The greatest value within `reach` cells along rows and columns."""
    found = field.copy()
    for axis in (0, 1):
        source = found.copy()
        for step in range(1, reach + 1):
            for sign in (step, -step):
                found = np.maximum(found, np.roll(source, sign, axis=axis))
    return found


def _rasterise(world: World) -> npt.NDArray[np.int32]:
    """For each cell the number of its district, from 1; 0 where there is none."""
    plane = world.plane
    west, north = plane.centre_of(0, 0)
    east, south = plane.centre_of(plane.rows - 1, plane.columns - 1)
    longitudes = np.linspace(west, east, plane.columns)
    latitudes = np.linspace(north, south, plane.rows)
    found = np.zeros((plane.rows, plane.columns), np.int32)
    for number, one in enumerate(world.districts, 1):
        shape = polygon(one.boundary)
        if shape.is_empty:
            continue
        left, low, right, high = shape.bounds
        columns = np.flatnonzero((longitudes >= left) & (longitudes <= right))
        rows = np.flatnonzero((latitudes >= low) & (latitudes <= high))
        if not len(rows) or not len(columns):
            continue
        grid = np.meshgrid(longitudes[columns], latitudes[rows])
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, grid[0], grid[1])
        window = found[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        window[inside & (window == 0)] = number
    return found


def polygon(boundary: list[list[list[Lonlat]]]) -> Any:
    """A boundary of the model (coordinates of a GeoJSON MultiPolygon) as a geometry."""
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in boundary if rings])
