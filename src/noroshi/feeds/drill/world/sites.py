"""Where people can live, the places where they settled, and those that became centres."""

from __future__ import annotations

import msgspec
import numpy as np

from noroshi.feeds.drill.world import grids
from noroshi.feeds.drill.world.grids import Array
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.model import rng

#: Persons of the municipalities by rank of their centre's surroundings, before rounding.
_PERSONS = (
    *(252_000, 98_000, 62_000, 47_000, 38_000, 31_000, 25_000, 19_500, 15_500, 12_800),
    *(10_500, 8_600, 7_200, 6_000, 5_000, 4_200, 3_300, 2_500, 1_800),
)


class Site(msgspec.Struct):
    """A settlement to be: its cell (flat), and what its ground is like: urban, suburban, farming,
    fishing or mountain. `centre`: number of the municipality whose centre it is, or −1."""

    cell: int
    land: str
    centre: int = -1


def habitable(ground: Ground) -> Array:
    """0 to 1: how good the ground is to live on. Steep, high and wet ground is not."""
    z, hand = ground.elevation, ground.hand
    gentle = np.exp(-((ground.slope / 0.13) ** 2))
    high = np.exp(-np.maximum(z - 60, 0) / 260)
    wet = np.where(hand < 0.6, 0.25, 1.0) * np.where(z < 1.2, 0.3, 1.0)
    near = np.exp(-np.maximum(hand - 15, 0) / 60)
    return np.where(ground.land, gentle * high * wet * near, 0.0)


def _centres(good: Array, ground: Ground) -> list[int]:
    """Cells of the municipal centres in order of size. The first ones lie where most good ground
    is, two of them by the sea; then what is farthest from all others, at last in mountains."""
    width = good.shape[1]
    wide = grids.blurred(good, 12, 2)
    far = np.full(good.shape, 1e9, np.float32)
    row, column = (np.arange(size, dtype=np.float32) for size in good.shape)
    row = row[:, None]
    found: list[int] = []
    inner = grids.distance(~ground.land, 12)
    possible = (good > 0.45) & (inner >= 3)
    inhabitable = (good > 0.12) & (inner >= 3)
    port, valley = possible & (inner < 12), (good > 0.12) & (ground.elevation > 180)
    for number in range(len(_PERSONS)):
        apart = 110.0 if number < 3 else 75.0
        where = port if number in (2, 6) else possible
        if number >= 11:
            where = valley if number >= 15 else inhabitable
        if not where.any():
            where = inhabitable
        worth = wide * (0.4 + good) if number < 11 else np.minimum(far, 130) * (0.5 + good)
        while not (where & (far > apart)).any() and apart > 1:
            apart *= 0.7
        score = np.where(where & ((far > apart) | (number >= 11)), worth, -1)
        cell = int(np.argmax(score))
        found.append(cell)
        away = (row - cell // width) ** 2 + (column - cell % width) ** 2
        far = np.minimum(far, np.sqrt(away))
    return found


def found(seed: int, ground: Ground, good: Array) -> list[Site]:
    """The settlements' sites, the municipal centres first."""
    random = rng(seed, "sites")
    main = grids.components(ground.land).ravel()
    largest = np.argmax(np.bincount(main[main >= 0]))
    wide = grids.blurred(good, 6, 2).ravel()
    shore = grids.distance(~ground.land, 6).ravel()
    z, flat = ground.elevation.ravel(), good.ravel()
    sites = [Site(cell, "urban", number) for number, cell in enumerate(_centres(good, ground))]
    # Chances to be settled: the better the ground the likelier, but the poor is wide.
    chance = np.where((main == largest) & (flat > 0.02) & (shore >= 1.5), flat + 0.03, 0)
    cells = np.flatnonzero(chance > 0)
    race = random.exponential(size=cells.size) / chance[cells]
    width = good.shape[1]
    taken = np.zeros(good.shape, bool)

    def take(cell: int, reach: int) -> None:
        row, column = divmod(cell, width)
        rows = slice(max(row - reach, 0), row + reach + 1)
        columns = slice(max(column - reach, 0), column + reach + 1)
        down, along = np.ogrid[rows, columns]
        taken[rows, columns] |= np.hypot(down - row, along - column) <= reach

    near_centre = np.zeros(good.shape, np.float32)
    row, column = (np.arange(size, dtype=np.float32) for size in good.shape)
    row = row[:, None]
    for site in sites:
        take(site.cell, 6)
        reach = 8 * np.sqrt(_PERSONS[site.centre] / 40_000) + 4
        away = (row - site.cell // width) ** 2 + (column - site.cell % width) ** 2
        near_centre = np.maximum(near_centre, np.exp(-away / reach**2))
    urban = near_centre.ravel()
    for cell in cells[np.argsort(race, kind="stable")].tolist():
        if taken[cell // width, cell % width]:
            continue
        if urban[cell] > 0.2 and flat[cell] > 0.3:
            land, reach = ("urban", 4) if urban[cell] > 0.5 else ("suburban", 6)
        elif shore[cell] <= 4 and wide[cell] < 0.45:
            land, reach = "fishing", 12
        elif z[cell] > 120 or wide[cell] < 0.22:
            land, reach = "mountain", 14
        else:
            land, reach = "farming", 11
        sites.append(Site(cell, land))
        take(cell, reach)
    return sites


def persons(number: int) -> int:
    """The inhabitants of the municipality of that rank."""
    return _PERSONS[number]
