"""The named rivers: the largest basins' trunks and their greatest tributaries."""

from __future__ import annotations

import msgspec
import numpy as np

from noroshi.feeds.drill.world import drainage, lines
from noroshi.feeds.drill.world.drainage import Index
from noroshi.feeds.drill.world.ground import Ground
from noroshi.feeds.drill.world.lines import Points
from noroshi.feeds.drill.world.model import Codes, River
from noroshi.feeds.drill.world.names import Namer

_TRUNKS, _RIVERS = 7, 14
#: So many of the largest, with their tributaries, are of the first grade (一級).
_FIRST = 2
#: A river begins where so many cells (ha) drain.
_SOURCE = 200


class Course(msgspec.Struct):
    """A river's cells from mouth to source, and the position in the list of the one it joins."""

    cells: list[int]
    joins: int


def _upstream(ground: Ground) -> tuple[Index, Index]:
    """For each cell the donor that brings most water, and the second (−1: none)."""
    first = np.full(ground.receiver.size, -1, np.int64)
    second = first.copy()
    cells = np.flatnonzero(ground.channel & (ground.receiver >= 0))
    for cell in cells[np.argsort(ground.area[cells], kind="stable")].tolist():
        to = ground.receiver[cell]
        second[to], first[to] = first[to], cell
    return first, second


def courses(ground: Ground) -> list[Course]:
    """The rivers to be named, trunks first."""
    first, second = _upstream(ground)

    def trace(cell: int) -> list[int]:
        path = [cell]
        while (up := int(first[path[-1]])) >= 0 and ground.area[up] >= _SOURCE:
            path.append(up)
        return path

    outlet = np.flatnonzero(ground.channel & ~ground.land.ravel()[ground.receiver])
    outlet = outlet[np.argsort(-ground.area[outlet], kind="stable")][:_TRUNKS]
    found = [Course(trace(int(cell)), -1) for cell in outlet if ground.area[cell] >= 3000]
    sides = [
        (float(ground.area[second[cell]]), int(second[cell]), index)
        for index, course in enumerate(found)
        for cell in course.cells
        if second[cell] >= 0 and ground.area[second[cell]] >= 2500
    ]
    for _, cell, index in sorted(sides, reverse=True)[: _RIVERS - len(found)]:
        found.append(Course(trace(cell), index))
    return found


def basins(ground: Ground, found: list[Course]) -> Codes:
    """The 1-based river whose basin each cell lies in, 0 for none."""
    own = np.zeros(ground.receiver.size, np.int32)
    for index, course in enumerate(found):
        own[course.cells] = index + 1
    basin = own.copy()
    for cells in ground.by_level[1:]:
        basin[cells] = np.where(own[cells] > 0, own[cells], basin[ground.receiver[cells]])
    return basin.reshape(ground.land.shape)


def courses_drawn(ground: Ground, found: list[Course]) -> list[Points]:
    """Each course as a smooth line from source to mouth [m]; a tributary ends on its trunk."""
    drawn: list[Points] = []
    for course in found:
        points = lines.centres(ground.plane, np.array(course.cells[::-1]))
        if course.joins < 0:
            sea = lines.centres(ground.plane, ground.receiver[course.cells[:1]])
            points = np.concatenate([points, (points[-1:] + sea) / 2])
            drawn.append(lines.smoothed(points, 4))
            continue
        trunk = drawn[course.joins]
        end = lines.centres(ground.plane, ground.receiver[course.cells[:1]])
        nearest = np.argmin(np.hypot(*(trunk - end).T))
        points = np.concatenate([points, trunk[nearest : nearest + 1]])
        drawn.append(lines.smoothed(points, 4))
    return drawn


def made(
    ground: Ground, found: list[Course], code: str, namer: Namer
) -> tuple[list[River], list[Points]]:
    """The named rivers, with widths (6 A^0.45 m, A in km²) and slopes, and their lines [m]."""
    order = drainage.strahler(ground.receiver, ground.by_level, ground.channel)
    drawn = courses_drawn(ground, found)
    made_rivers: list[River] = []
    for index, (course, points) in enumerate(zip(found, drawn, strict=True)):
        cells = np.array(course.cells[::-1] + course.cells[:1])
        z = ground.elevation.ravel()[cells]
        step = np.maximum(np.hypot(*np.diff(points, axis=0).T), 1.0)
        fall = np.append(np.maximum(z[:-1] - z[1:], 0) / step, 0.0)
        kernel = np.ones(9) / 9
        slopes = np.convolve(np.pad(fall, 4, mode="edge"), kernel, mode="valid")
        area = ground.area[cells] / 100
        basin = float(ground.area[course.cells[0]] * ground.plane.cell**2)
        name = namer.river()
        middle = points[len(points) // 2]
        trunk = found[course.joins] if course.joins >= 0 else course
        large = trunk.cells[0] in [one.cells[0] for one in found[:_FIRST]]
        made_rivers.append(
            River(
                code=f"{code}{index + 1:02d}{0:06d}",
                name=name.name,
                kana=name.kana,
                at=ground.plane.lonlat(float(middle[0]), float(middle[1])),
                line=lines.to_lonlat(ground.plane, points),
                widths=[round(float(w), 1) for w in 6 * area**0.45],
                slopes=[round(float(s), 5) for s in np.maximum(slopes, 1e-4)],
                length=round(lines.length(points), 1),
                basin=basin,
                order=int(order[course.cells[0]]),
                grade="一級" if large else "二級",
                joins=f"{code}{course.joins + 1:02d}{0:06d}" if course.joins >= 0 else "",
            )
        )
    return made_rivers, drawn
