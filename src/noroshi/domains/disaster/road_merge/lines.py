"""How far lines run along each other, in metres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from noroshi.domains.disaster.road_merge.network import Shape

Lines = npt.NDArray[np.object_]


class Stretch(NamedTuple):
    """What of a shape a line runs along. `share`: how much of the line, or of the shape if that is
    more, 0 where it only crosses or branches off; from `begin` to `end` along the shape [m];
    `offset`: how far apart they are there [m]."""

    share: float
    begin: float = 0.0
    end: float = 0.0
    offset: float = 0.0


def within(shape: Shape, lines: Lines) -> npt.NDArray[np.float64]:
    """The share of each line that lies in an area, 0 below a half."""
    length = np.maximum(shapely.length(lines), 0.1)
    share = shapely.length(shapely.intersection(lines, shape)) / length
    found: npt.NDArray[np.float64] = np.where(share >= 0.5, share, 0.0)
    return found


def along(shape: Shape, lines: Lines, tolerance: float) -> list[Stretch]:
    """For each line the stretch of `shape` that it runs along, no further off than `tolerance`."""
    if shape.geom_type == "MultiLineString":
        shape = shapely.line_merge(shape)
    whole = max(float(shape.length), 0.1)
    corridor = shapely.buffer(shape, tolerance, cap_style="flat")
    corridors = shapely.buffer(lines, tolerance, cap_style="flat")
    of_line = shapely.length(shapely.intersection(lines, corridor))
    of_line /= np.maximum(shapely.length(lines), 0.1)
    of_shape = shapely.length(shapely.intersection(shape, corridors)) / whole
    return [
        _stretch(shape, line, float(mine), float(other))
        if max(mine, other) >= 0.5 else Stretch(0.0)
        for line, mine, other in zip(lines, of_line, of_shape, strict=True)
    ]  # fmt: skip


def _stretch(shape: Shape, line: Shape, of_line: float, of_shape: float) -> Stretch:
    places = shapely.line_locate_point(shape, shapely.points(shapely.get_coordinates(line)))
    begin, end = float(places.min()), float(places.max())
    share = 0.0
    if of_line >= 0.5 and end - begin >= 0.4 * float(line.length):
        share = of_line
    if of_shape >= 0.5 and end - begin >= 0.4 * float(shape.length):
        share = max(share, of_shape)
    middle = shapely.line_interpolate_point(shape, [begin, (begin + end) / 2, end])
    return Stretch(min(share, 1.0), begin, end, float(shapely.distance(line, middle).mean()))


def claimed(stretches: Mapping[int, Stretch], routes: Sequence[str]) -> set[int]:
    """Those of the stretches that are really meant: the nearest line claims its part of the shape,
    and one that runs along what is claimed already (a side road at an acute angle, a frontage
    road) is left out, unless it is of the same route as who claimed it: the other carriageway."""
    kept: set[int] = set()
    for at, one in sorted(stretches.items(), key=lambda each: (each[1].offset, each[0])):
        length = max(one.end - one.begin, 0.1)
        free, own = length, False
        for other in kept:
            over = min(one.end, stretches[other].end) - max(one.begin, stretches[other].begin)
            if over > 0:
                free -= over
                own = own or (bool(routes[at]) and routes[at] == routes[other])
        if own or free >= 0.5 * length:
            kept.add(at)
    return kept
