"""The census by grid square, and how many residents an area holds: at least, best, at most.

A square that the area's edge cuts counts by the share of it that is inside for the best estimate
(areal weighting: Goodchild & Lam 1980, "Areal interpolation: a variant of the traditional spatial
problem", Geo-Processing 1, 297-312), not at all for the least, and whole for the most.

Counts kept secret. Statistics of small squares are published under another square into which they
are merged (総務省統計局「地域メッシュ統計」秘匿処理: HTKSYORI 1 is a square kept secret, HTKSAKI
that which its figures are merged into). Both are then one: their figures are all inside where both
are, and may be where either is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import remembered
from noroshi.core.place import municipality
from noroshi.core.record import Mode, Version
from noroshi.domains.disaster.exposure.mesh import cell, square
from noroshi.kinds import decode
from noroshi.kinds.exposure import Range
from noroshi.kinds.population import PopulationMesh

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

MESH = "infrastructure.population_mesh"
COLUMNS = (
    "persons", "age_0_14", "age_15_64", "age_65_74", "age_75", "care", "households",
)  # fmt: skip
_AGES = slice(1, 5)
#: Less of a square than this share is its edge, which the neighbour has too.
_NOTHING = 1e-9
#: Of how many areas the count is kept: those of a disaster come again with each change beside them.
_REMEMBERED = 512


class Count(NamedTuple):
    """Residents of an area. `ranges` by column; `versions` of the squares that it touches; `year`
    of the oldest census among them."""

    ranges: dict[str, Range]
    versions: list[Version]
    year: int | None
    cut: int
    secret: int


class Weights(NamedTuple):
    """Of which squares how much is inside: at least, best, at most (0–1)."""

    rows: Rows
    low: Floats
    best: Floats
    high: Floats


class _Pool(NamedTuple):
    """Squares whose figures in `columns` are published together, as `values`."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: tuple[float, ...]


class Census:
    """Squares of a census in the order of their codes. Made by `census`."""

    def __init__(self, versions: Sequence[Version], secret_most: int) -> None:
        self.mode: Mode | None = mode_of({"": versions}) if versions else None
        self.unplaced = 0
        chosen = _chosen([(one, decode(MESH, one.body)) for one in versions], self)
        self.versions = [version for version, _ in chosen]
        bodies: list[PopulationMesh] = [body for _, body in chosen]
        self.codes = [one.code for one in bodies]
        self.years = [one.year for one in bodies]
        self.names = [one.municipality for one in bodies]
        self.cities = [municipality(one.area) for one in self.versions]
        boxes = np.array([square(one) for one in self.codes], float).reshape(-1, 4)
        self.squares = shapely.box(*boxes.T)
        self._areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        self._tree = shapely.STRtree(self.squares)
        self._pools, pooled = _pools(bodies)
        self._pool_of: dict[int, list[int]] = {}
        for number, pool in enumerate(self._pools):
            for row in pool.rows:
                self._pool_of.setdefault(row, []).append(number)
        self._low, self._best, self._high, self.secret = _bounds(bodies, pooled, secret_most)
        self._by_city: dict[str, Rows] = _grouped(self.cities)
        self._edge = _edges(self.codes, self.cities)
        self._of_city: dict[str, Count] = {}
        self._inside: OrderedDict[bytes, Count] = OrderedDict()
        self.shares = cache(self._shares)

    def inside(self, area: Any) -> Count:
        """Residents inside a valid polygon (shapely, degrees)."""
        key: bytes = shapely.to_wkb(area)
        if key not in self._inside:
            self._inside[key] = self.count(self.weigh(area))
            while len(self._inside) > _REMEMBERED:
                self._inside.popitem(last=False)
        return self._inside[key]

    def city_at(self, points: Any) -> str:
        """The municipality of the squares in which most of some points lie; empty if in none."""
        _, rows = self._tree.query(points, predicate="intersects")
        found: dict[str, int] = {}
        for row in rows:
            found[self.cities[row]] = found.get(self.cities[row], 0) + 1
        found.pop("", None)
        return max(found, key=lambda one: (found[one], one), default="")

    def weigh(self, area: Any) -> Weights:
        """How much of each square is inside a valid polygon."""
        shapely.prepare(area)
        rows = np.sort(self._tree.query(area, predicate="intersects"))
        share = np.ones(len(rows))
        cut = ~shapely.covers(area, self.squares[rows])
        if cut.any():
            parts = shapely.area(shapely.intersection(area, self.squares[rows[cut]]))
            share[cut] = np.minimum(parts / self._areas[rows[cut]], 1.0)
        some = share > _NOTHING
        rows, share = rows[some], share[some]
        return Weights(rows, (share > 1 - _NOTHING).astype(float), share, np.ones(len(rows)))

    def of_city(self, city: str) -> Count:
        """Residents of a municipality (`city:…00`), to which a square belongs whose centre is in
        it. Squares beside those of another municipality may be cut by the border: its own are left
        out of the least, and those of the neighbour are added to the most."""
        if city not in self._of_city:
            own = self._by_city.get(city, np.array([], dtype=np.intp))
            edge = np.array([row in self._edge for row in own], dtype=bool)
            beside = {one for row in own[edge] for one in self._edge[row]} if len(own) else set()
            near = np.array(sorted(beside), dtype=np.intp)
            rows = np.concatenate([own, near]) if len(near) else own
            zeros = np.zeros(len(near))
            self._of_city[city] = self.count(Weights(
                rows,
                np.concatenate([(~edge).astype(float), zeros]),
                np.concatenate([np.ones(len(own)), zeros]),
                np.ones(len(rows)),
            ))  # fmt: skip
        return self._of_city[city]

    def _shares(self, city: str) -> dict[str, tuple[float, float, float]]:
        """Of the residents of a municipality, the share in each column: of the tenth part of them
        that lives where it is least, on the whole, and where it is greatest."""
        rows = self._by_city.get(city, np.array([], dtype=np.intp))
        # Of squares published together nobody knows the share of each.
        rows = np.array([row for row in rows if row not in self._pool_of], dtype=np.intp)
        total = self._best[rows, 0]
        rows, total = rows[total > 0], total[total > 0]
        if not len(rows):
            return {}
        found = {}
        for at, column in enumerate(COLUMNS[1:], start=1):
            ratio = self._best[rows, at] / total
            order = np.argsort(ratio, kind="stable")
            below = np.cumsum(total[order]) / total.sum()
            low = ratio[order][min(int(np.searchsorted(below, 0.1)), len(rows) - 1)]
            high = ratio[order][min(int(np.searchsorted(below, 0.9)), len(rows) - 1)]
            mean = float(self._best[rows, at].sum() / total.sum())
            found[column] = (min(float(low), mean), mean, max(float(high), mean))
        return found

    def count(self, weights: Weights) -> Count:
        """Residents of squares that are inside by shares."""
        rows, low, best, high = weights
        at_least = low @ self._low[rows]
        likely = best @ self._best[rows]
        at_most = high @ self._high[rows]
        place = {int(row): at for at, row in enumerate(rows)}
        for number in sorted({one for row in place for one in self._pool_of.get(row, ())}):
            pool = self._pools[number]
            here = [place.get(row) for row in pool.rows]
            living = self._best[list(pool.rows), 0] + 1e-6
            part = [0.0 if at is None else best[at] for at in here]
            values = np.array(pool.values)
            columns = list(pool.columns)
            if all(at is not None and low[at] >= 1 for at in here):
                at_least[columns] += values
            likely[columns] += values * float(living @ part / living.sum())
            at_most[columns] += values
        ranges = {
            column: _range(at_least[at], likely[at], at_most[at])
            for at, column in enumerate(COLUMNS)
        }
        years = (self.years[row] for row in rows)
        return Count(
            ranges, [self.versions[row] for row in rows],
            min((one for one in years if one is not None), default=None),
            int((low < high).sum()), int(self.secret[rows].sum()),
        )  # fmt: skip


@remembered()
def census(versions: Sequence[Version], secret_most: int) -> Census:
    """The census that squares make up. Raises InvalidRecord for a body that is not of its kind."""
    return Census(versions, secret_most)


def _range(low: float, best: float, high: float) -> Range:
    least, most = round(float(low)), round(float(high))
    return Range(least, min(max(round(float(best)), least), most), most)


def _chosen(
    given: list[tuple[Version, PopulationMesh]], census: Census
) -> list[tuple[Version, PopulationMesh]]:
    """Each place once: of a square the newest census; of it and squares inside it, these."""
    newest: dict[str, tuple[Version, PopulationMesh]] = {}
    for version, body in given:
        try:
            cell(body.code)
        except InvalidRecord:
            census.unplaced += 1
            continue
        rank = (body.year or 0, version.issued, version.series)
        have = newest.get(body.code)
        if have is None or rank > (have[1].year or 0, have[0].issued, have[0].series):
            newest[body.code] = (version, body)
    divided = {code[:end] for code in newest for end in range(8, len(code))}
    return [newest[code] for code in sorted(newest.keys() - divided)]


def _values(body: PopulationMesh) -> list[int | None]:
    return [getattr(body, column) for column in COLUMNS]


def _pools(bodies: Sequence[PopulationMesh]) -> tuple[list[_Pool], set[tuple[int, int]]]:
    """Squares published together, and which of (row, column) are so."""
    at = {body.code: row for row, body in enumerate(bodies)}
    members: dict[int, list[int]] = {}
    for row, body in enumerate(bodies):
        into = at.get(str(body.extra.get("HTKSAKI") or "").strip())
        if str(body.extra.get("HTKSYORI", "")).strip() == "1" and into not in (None, row):
            assert into is not None
            members.setdefault(into, []).append(row)
    pools: list[_Pool] = []
    pooled: set[tuple[int, int]] = set()
    for into, hidden in sorted(members.items()):
        together = _values(bodies[into])
        # Figures that are not secret (人口総数, 世帯総数) stand in every square as they are.
        columns = tuple(
            column for column, value in enumerate(together)
            if value is not None and all(_values(bodies[row])[column] is None for row in hidden)
        )  # fmt: skip
        pools.append(_Pool((into, *hidden), columns,
                           tuple(float(together[one] or 0) for one in columns)))  # fmt: skip
        pooled |= {(row, column) for row in (into, *hidden) for column in columns}
    return pools, pooled


def _bounds(
    bodies: Sequence[PopulationMesh], pooled: set[tuple[int, int]], secret_most: int
) -> tuple[Floats, Floats, Floats, npt.NDArray[np.bool_]]:
    """Least, best and most of each count of each square; 0 for those that pools count."""
    shape = (len(bodies), len(COLUMNS))
    known = np.array(
        [[np.nan if one is None else one for one in _values(body)] for body in bodies], float
    ).reshape(shape)
    hidden = np.isnan(known)
    low = np.where(hidden, 0.0, known)
    total = np.where(hidden[:, 0], float(secret_most), known[:, 0])
    sums = np.nansum(np.where(hidden[:, :1], np.nan, known), axis=0)
    ratio = sums / sums[0] if sums[0] > 0 else np.zeros(len(COLUMNS))
    # What the other ages leave is the most that an age which is not told can be.
    rest = np.maximum(total - np.nansum(known[:, _AGES], axis=1), 0.0)
    most = np.repeat(total[:, None], len(COLUMNS), axis=1)
    most[:, _AGES] = rest[:, None]
    likely = np.minimum(total[:, None] * ratio[None, :], most)
    likely[:, 0] = total / 2
    best, high = np.where(hidden, likely, known), np.where(hidden, most, known)
    for row, column in pooled:
        low[row, column] = best[row, column] = high[row, column] = 0.0
    return low, best, high, hidden.any(axis=1)


def _grouped(cities: Sequence[str]) -> dict[str, Rows]:
    found: dict[str, list[int]] = {}
    for row, city in enumerate(cities):
        found.setdefault(city, []).append(row)
    return {city: np.array(rows, dtype=np.intp) for city, rows in found.items() if city}


def _edges(codes: Sequence[str], cities: Sequence[str]) -> dict[int, list[int]]:
    """Squares beside one (by side or corner) of another municipality, and these."""
    at = {cell(code): row for row, code in enumerate(codes)}
    found: dict[int, list[int]] = {}
    for (parts, column, row_), row in at.items():
        beside = [
            near
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if (near := at.get((parts, column + dx, row_ + dy))) is not None
            and cities[near] != cities[row]
        ]
        if beside:
            found[row] = beside
    return found
