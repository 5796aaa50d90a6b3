"""Dams: where a valley is narrow and holds much, with the curve of what it holds at each level.

The curve is taken from the land itself: storage below a level is the sum over the cells upstream
of the axis that lie below it, of the depth of water there.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world.contour import regions
from noroshi.feeds.drill.world.model import Dam, Line, River, World, rng
from noroshi.feeds.drill.world.naming import Names
from noroshi.feeds.drill.world.survey import Numbers, Survey

#: Catchments of flood-control dams [m2], and how many a prefecture has at most.
_BASIN = (18e6, 260e6)
_MOST = 5
#: Heights tried [m], and the freeboard between flood level and crest.
_HEIGHTS = (45.0, 55.0, 65.0, 75.0, 85.0, 95.0, 105.0)
#: Storage for each m2 of the catchment [m]: what rain of so much would fill it.
_HELD = (0.07, 0.45)
_FREEBOARD = 4.0
#: Dams on one river system are further apart than this [m].
_APART = 9_000.0
_STEP = 2.0


class _Site(msgspec.Struct):
    river: River
    row: int
    column: int
    basin: float
    bed: float
    height: float
    storage: float
    worth: float


def dams(survey: Survey, names: Names) -> list[Dam]:
    """Three to five dams, the best sites first, none of which drowns many homes."""
    world = survey.world
    upstream = Upstream(world)
    sites = sorted(_sites(survey, upstream), key=lambda one: (-one.worth, one.row, one.column))
    chosen: list[_Site] = []
    for one in sites:
        spot = np.array([one.row, one.column], np.float64) * world.plane.cell
        others = [np.array([other.row, other.column]) * world.plane.cell for other in chosen]
        if all(float(np.hypot(*(spot - other))) > _APART for other in others):
            chosen.append(one)
        if len(chosen) == _MOST:
            break
    random = rng(world.seed, "dams")
    return [
        _dam(survey, names, upstream, one, number, random) for number, one in enumerate(chosen, 1)
    ]


class Upstream:
    """Which cells drain through a cell: a run of the cells in one order (preorder of the trees
    that the flow directions make)."""

    def __init__(self, world: World) -> None:
        down = world.land.downstream.ravel().astype(np.int64)
        count = len(down)
        size = np.ones(count, np.int64)
        level = _depths(down)
        by_level = np.argsort(-level, kind="stable")
        bounds = np.flatnonzero(np.diff(level[by_level])) + 1
        for part in np.split(by_level, bounds):
            part = part[down[part] >= 0]
            np.add.at(size, down[part], size[part])
        self.place = _preorder(down, size, level)
        self.size = size
        self.order = np.empty(count, np.int64)
        self.order[self.place] = np.arange(count)

    def of(self, cell: int) -> npt.NDArray[np.int64]:
        """Flat indices of the cells that drain through `cell`, itself included."""
        first = self.place[cell]
        return self.order[first : first + self.size[cell]]


def _depths(down: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Steps from each cell to its outlet, by doubling (Hillis & Steele 1986)."""
    steps = (down >= 0).astype(np.int64)
    jump = np.where(down >= 0, down, np.arange(len(down)))
    while True:
        further = steps[jump]
        if not further.any():
            return steps
        steps = steps + further
        jump = jump[jump]


def _preorder(
    down: npt.NDArray[np.int64], size: npt.NDArray[np.int64], level: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Each cell's place in the preorder: its parent's, and one, and all its elder siblings."""
    count = len(down)
    parent = np.where(down >= 0, down, count)
    siblings = np.argsort(parent, kind="stable")
    before = np.cumsum(size[siblings]) - size[siblings]
    first = np.r_[True, parent[siblings][1:] != parent[siblings][:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(count), 0))
    offset = np.empty(count, np.int64)
    offset[siblings] = before - before[start]
    offset += down >= 0
    found = offset.copy()
    jump = np.where(down >= 0, down, -1)
    while (jump >= 0).any():
        inner = np.flatnonzero(jump >= 0)
        found[inner] += found[jump[inner]]
        jump[inner] = jump[jump[inner]]
    return found


def _sites(survey: Survey, upstream: Upstream) -> list[_Site]:
    world, plane, land = survey.world, survey.plane, survey.land
    area = plane.cell**2
    homes = np.zeros((plane.rows, plane.columns), np.int64)
    for one in world.settlements:
        homes[survey.cell(one.at)] += one.people.total
    elevation, people = land.elevation.ravel(), homes.ravel()
    found: list[_Site] = []
    for river in world.rivers:
        seen: set[int] = set()
        for at in river.line[:: max(1, len(river.line) // 160)]:
            row, column = _channel(survey, *survey.cell(at))
            cell = row * plane.columns + column
            basin = float(upstream.size[cell]) * area
            if cell in seen or not _BASIN[0] <= basin <= _BASIN[1]:
                continue
            seen.add(cell)
            bed = float(elevation[cell])
            if bed < 40.0:
                continue
            above = upstream.of(cell)
            heights = elevation[above]
            for height in _HEIGHTS:
                level = bed + height - _FREEBOARD
                wet = heights < level
                storage = float((level - heights[wet]).sum()) * area
                width = _width(survey, row, column, level)
                held = storage / basin
                if not (_HELD[0] < held < _HELD[1] and storage > 3e6 and 40.0 < width < 600.0):
                    continue
                drowned = int(people[above[wet]].sum())
                # Water kept for each cubic metre of concrete (a triangle of height and width).
                worth = storage / (width * height**2) / (1.0 + drowned / 40.0)
                worth *= min(basin / 60e6, 1.0)
                found.append(_Site(river, row, column, basin, bed, height, storage, worth))
    return found


def _channel(survey: Survey, row: int, column: int) -> tuple[int, int]:
    """The cell nearby through which most water flows."""
    rows, columns = survey.around(row, column, 1)
    best = int(np.argmax(survey.land.accumulation[rows, columns]))
    return int(rows[best]), int(columns[best])


def _width(survey: Survey, row: int, column: int, level: float) -> float:
    """How wide the valley is at a level [m]: the shortest of the sections in four directions."""
    plane, land = survey.plane, survey.land
    best = np.inf
    for down, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
        length = float(np.hypot(down, across)) * plane.cell
        wide = length
        for sign in (1, -1):
            for step in range(1, 9):
                r, c = row + sign * step * down, column + sign * step * across
                if not (0 <= r < plane.rows and 0 <= c < plane.columns):
                    return np.inf
                height = float(land.elevation[r, c])
                before = float(land.elevation[r - sign * down, c - sign * across])
                if height >= level:
                    wide += length * (level - before) / max(height - before, 1e-3) - length / 2
                    break
                wide += length
            else:
                wide = np.inf
        best = min(best, wide)
    return best


def _dam(
    survey: Survey,
    names: Names,
    upstream: Upstream,
    site: _Site,
    number: int,
    random: np.random.Generator,
) -> Dam:
    world, plane, land = survey.world, survey.plane, survey.land
    cell = site.row * plane.columns + site.column
    above = upstream.of(cell)
    heights = land.elevation.ravel()[above].astype(np.float64)
    crest = site.bed + site.height
    flood = round(crest - _FREEBOARD, 1)
    share = float(random.uniform(0.42, 0.55))
    normal = round(_level_of(heights, site.storage * share, plane.cell**2, site.bed, flood), 1)
    curve = reservoir_curve(heights, site.bed, crest, plane.cell**2)
    at = plane.centre_of(site.row, site.column)
    about = survey.about(random, at)
    river = site.river
    place = river.name.removesuffix("川"), river.kana.removesuffix("がわ").removesuffix("かわ")
    prefectural = site.basin < 70e6
    basin = site.basin
    return Dam(
        code=f"{world.code}D{number:04}", category="dam",
        kind="ロックフィル" if random.random() < 0.3 else "重力式コンクリート",
        operator=world.name if prefectural else "国土交通省",
        **names.give(place, ("", ""), ("ダム", "だむ")), **(about | {"elevation": round(crest, 1)}),
        river=river.code, curve=curve, normal=normal, flood=flood, basin=round(basin),
        # 計画最大放流量: about 2.2 m3/s for each km2, less where the basin is large.
        release=round(2.2 * (basin / 1e6) * (basin / 5e7) ** -0.25 / 10.0) * 10.0,
        height=site.height, reservoir=_reservoir(world, upstream, cell, flood), hours=72.0,
    )  # fmt: skip


def reservoir_curve(
    heights: Numbers, bed: float, crest: float, area: float
) -> list[tuple[float, float]]:
    """Pairs of level [m] and storage [m3] from the river bed to the crest, both rising."""
    ordered = np.sort(heights)
    total = np.concatenate(([0.0], np.cumsum(ordered)))
    levels = np.round(np.append(np.arange(bed, crest, _STEP), crest), 1)
    found: list[tuple[float, float]] = []
    for level in levels:
        below = int(np.searchsorted(ordered, level))
        storage = (level * below - total[below]) * area
        pair = round(float(level), 1), float(round(storage))
        if found and (pair[1] <= found[-1][1] or pair[0] <= found[-1][0]):
            pair = max(pair[0], round(found[-1][0] + 0.1, 1)), found[-1][1] + 1
        found.append(pair)
    return found


def _level_of(heights: Numbers, storage: float, area: float, bed: float, flood: float) -> float:
    low, high = bed, flood
    for _ in range(40):
        middle = (low + high) / 2
        held = float(np.maximum(middle - heights, 0.0).sum()) * area
        low, high = (middle, high) if held < storage else (low, middle)
    return low


def _reservoir(world: World, upstream: Upstream, cell: int, level: float) -> list[list[Line]]:
    """The water's edge at a level, upstream of the axis."""
    plane, land = world.plane, world.land
    depth = np.full(plane.rows * plane.columns, -1.0)
    above = upstream.of(cell)
    # What is just above the water keeps its height, so that the edge runs between cells.
    depth[above] = np.clip(level - land.elevation.ravel()[above], -15.0, 15.0)
    field = depth.reshape(plane.rows, plane.columns)
    return [
        [[plane.centre_of(float(row), float(column)) for row, column in ring] for ring in rings]
        for rings in regions(field, 0.0)
    ]
