"""How many people live where, of what age, in how many households.

Persons are shared out over atoms: a half grid square (500 m) and a settlement. Grid squares,
settlements, districts and municipalities are sums of atoms, so that all totals agree.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world import grids, sites
from noroshi.feeds.drill.world.division import Division
from noroshi.feeds.drill.world.drainage import Index
from noroshi.feeds.drill.world.grids import Array
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.model import Lonlat, People, Plane, rng
from noroshi.feeds.drill.world.sites import Site

_FIELDS = ("under15", "working", "over65", "over75", "households", "care")
Counts = npt.NDArray[np.int64]


def half_mesh(latitude: int, longitude: int) -> str:
    """The code of a half grid square (JIS X 0410, 500 m) from its row (latitude x 240) and column
    ((longitude − 100) x 160), both rounded down."""
    first, second = divmod(latitude, 160), divmod(longitude, 160)
    third, fourth = divmod(first[1], 20), divmod(second[1], 20)
    south, west = divmod(third[1], 2), divmod(fourth[1], 2)
    return (
        f"{first[0]:02d}{second[0]:02d}{third[0]}{fourth[0]}{south[0]}{west[0]}"
        f"{south[1] * 2 + west[1] + 1}"
    )


def mesh_of(at: Lonlat) -> tuple[int, int]:
    """Row and column (as in `half_mesh`) of the half grid square that holds a position."""
    return int(np.floor(at[1] * 240)), int(np.floor((at[0] - 100) * 160))


def mesh_centre(latitude: int, longitude: int) -> Lonlat:
    """The middle of a half grid square."""
    return round(100 + (longitude + 0.5) / 160, 6), round((latitude + 0.5) / 240, 6)


def people(row: Counts) -> People:
    """Counts in the order of the fields, as People."""
    return People(**dict(zip(_FIELDS, (int(n) for n in row), strict=True)))


class Atoms(msgspec.Struct):
    """Persons by atom: the rows of its half grid square, its settlement, and its counts."""

    latitude: Index
    longitude: Index
    site: Index
    counts: Counts

    def by(self, key: Index, size: int) -> Counts:
        """The counts summed over atoms of the same key."""
        total = np.zeros((size, len(_FIELDS)), np.int64)
        np.add.at(total, key, self.counts)
        return total


def density(ground: Ground, good: Array, all_sites: list[Site], division: Division) -> Array:
    """Persons expected in each cell (flat)."""
    shape = good.shape
    home = np.zeros(shape, bool)
    for site in all_sites:
        home[divmod(site.cell, shape[1])] = True
    near = np.exp(-grids.distance(home, 16) / 2.6)
    expected = np.zeros(good.size)
    of = division.municipality
    dry = np.where(ground.land & (ground.area.reshape(shape) < 300), good, 0.0)
    flat = dry.ravel()
    scattered = (near * (0.08 + dry) * (ground.slope < 0.35) * (dry > 0)).ravel()
    for site in all_sites:
        if site.centre < 0:
            continue
        persons = sites.persons(site.centre)
        reach = 3.5 + 16 * (persons / 250_000) ** 0.5
        town = 0.25 + 0.6 * (persons / 250_000) ** 0.25
        inside = np.flatnonzero(of == site.centre)
        row, column = np.divmod(inside, shape[1])
        away = np.hypot(row - site.cell // shape[1], column - site.cell % shape[1])
        core = np.exp(-((away / reach) ** 1.3)) * flat[inside] ** 1.2
        rest = scattered[inside]
        expected[inside] = persons * (town * core / core.sum() + (1 - town) * rest / rest.sum())
    return expected


def _whole(expected: Array, total: int) -> Counts:
    """Integers that sum to `total`, nearest to `expected` (largest remainders)."""
    expected = expected * (total / expected.sum())
    low = np.floor(expected).astype(np.int64)
    rest = np.argsort(low - expected, kind="stable")[: total - int(low.sum())]
    low[rest] += 1
    return low


def settled(
    seed: int, ground: Ground, expected: Array, settlements: int, division: Division
) -> Atoms:
    """The people of the prefecture. Shares of age follow how remote a place is: 65 and over 25 %
    in the city, near 50 % in mountain hamlets (as in the census of 2020). `expected`: persons by
    cell, as of `density`."""
    random = rng(seed, "people")
    cells = np.flatnonzero(expected > 1e-3)
    latitude, longitude = mesh_rows(ground.plane, cells)
    mesh = latitude * 100_000 + longitude
    codes, number = np.unique(mesh, return_inverse=True)
    # Each square to the municipality of most of its people.
    of = np.array(division.of_site)[division.site[cells]]
    count = len(set(division.parts))
    share = np.zeros((codes.size, count))
    np.add.at(share, (number, of), expected[cells])
    keep = of == share.argmax(axis=1)[number]
    cells, number, of = cells[keep], number[keep], of[keep]
    site = division.site[cells]
    pairs, atom = np.unique(number * 100_000 + site, return_inverse=True)
    weight = np.bincount(atom, weights=expected[cells])
    mesh_at, site_at = np.divmod(pairs, 100_000)
    owner = np.array(division.of_site)[site_at]
    total = np.zeros(pairs.size, np.int64)
    for centre in range(count):
        mine = owner == centre
        total[mine] = _whole(weight[mine], sites.persons(centre) + int(random.integers(-400, 400)))
    some = total > 0
    total, mesh_at, site_at = total[some], mesh_at[some], site_at[some]
    square = np.bincount(mesh_at, weights=total, minlength=codes.size)[mesh_at]
    remote = np.clip(1 - np.log10(np.maximum(square, 2)) / 3.4, 0, 1)
    remote = np.clip(remote + 0.10 * random.standard_normal(settlements)[site_at], 0, 1.15)

    def part(share: Array) -> Counts:
        return np.floor(total * share + random.random(total.size)).astype(np.int64)

    over75 = np.minimum(part(0.125 + 0.17 * remote), total)
    over65 = np.minimum(part(0.125 + 0.09 * remote), total - over75)
    under15 = np.minimum(part(0.135 - 0.075 * remote), total - over75 - over65)
    working = total - over75 - over65 - under15
    households = np.clip(part(1 / (2.25 + 0.1 * remote)), 1, total)
    care = np.minimum(part((over75 * 0.115 + over65 * 0.012) / total), over75 + over65)
    counts = np.stack([under15, working, over65, over75, households, care], axis=1)
    rows, columns = np.divmod(codes[mesh_at], 100_000)
    return Atoms(rows, columns, site_at, counts)


def mesh_rows(plane: Plane, cells: Index) -> tuple[Index, Index]:
    """Row and column (as in `half_mesh`) of the half grid square at the middle of each cell."""
    row, column = np.divmod(cells, plane.columns)
    west, north = plane.centre_of(0, 0)
    east, south = plane.centre_of(plane.rows - 1, plane.columns - 1)
    longitude = west + (east - west) * column / (plane.columns - 1)
    latitude = north + (south - north) * row / (plane.rows - 1)
    return (
        np.floor(latitude * 240).astype(np.int64),
        np.floor((longitude - 100) * 160).astype(np.int64),
    )
