"""Lines on the plane: smoothing, lengths, thinning. Points are rows of x, y [m]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world.model import Line, Plane

Points = npt.NDArray[np.float64]


def centres(plane: Plane, cells: npt.NDArray[np.int64]) -> Points:
    """The middles of cells, given by flat index."""
    row, column = np.divmod(cells, plane.columns)
    x = (column + 0.5 - plane.columns / 2) * plane.cell
    y = (plane.rows / 2 - row - 0.5) * plane.cell
    return np.stack([x, y], axis=1)


def cells_at(plane: Plane, points: Points) -> npt.NDArray[np.int64]:
    """The cells (flat index) that hold points, clipped to the grid."""
    column = np.floor(points[:, 0] / plane.cell + plane.columns / 2).astype(np.int64)
    row = np.floor(plane.rows / 2 - points[:, 1] / plane.cell).astype(np.int64)
    return np.clip(row, 0, plane.rows - 1) * plane.columns + np.clip(column, 0, plane.columns - 1)


def smoothed(points: Points, times: int) -> Points:
    """`times` passes of the (1, 2, 1)/4 mean along the line; the ends stay."""
    points = points.copy()
    for _ in range(times):
        points[1:-1] = 0.25 * points[:-2] + 0.5 * points[1:-1] + 0.25 * points[2:]
    return points


def length(points: Points) -> float:
    """Length [m]."""
    if len(points) == 2:
        return math.dist(points[0], points[1])
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def to_lonlat(plane: Plane, points: Points) -> Line:
    """The line as positions."""
    return all_to_lonlat(plane, [points])[0]


def all_to_lonlat(plane: Plane, many: Sequence[Points]) -> list[Line]:
    """Lines as positions, all at once; the same as `Plane.lonlat` of each point."""
    if not many:
        return []
    points = np.concatenate(many)
    west, south = np.array(plane.lonlat(0, 0))
    # Degrees of a metre, from a span long enough that rounding does not show.
    east, north = 1 / plane.xy(west + 1, south)[0], 1 / plane.xy(west, south + 1)[1]
    longitude = np.round(west + points[:, 0] * east, 6).tolist()
    latitude = np.round(south + points[:, 1] * north, 6).tolist()
    positions = list(zip(longitude, latitude, strict=True))
    stops = np.cumsum([len(one) for one in many]).tolist()
    return [positions[begin:end] for begin, end in pairwise([0, *stops])]
