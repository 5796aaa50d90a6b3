"""Regions of a grid above a level, as polygons: marching squares (Lorensen & Cline 1987, in 2D)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Numbers = npt.NDArray[np.float64]
Ring = list[tuple[float, float]]

#: For each of the 16 cases of a square (its corners above the level, bits 1, 2, 4, 8 clockwise
#: from the upper left) the sides that the line enters and leaves by, with the high ground on its
#: left where rows run down. Sides: 0 upper, 1 right, 2 lower, 3 left. Saddles part the corners.
_CASES: tuple[tuple[tuple[int, int], ...], ...] = (
    (), ((0, 3),), ((1, 0),), ((1, 3),), ((2, 1),), ((0, 3), (2, 1)), ((2, 0),), ((2, 3),),
    ((3, 2),), ((0, 2),), ((1, 0), (3, 2)), ((1, 2),), ((3, 1),), ((0, 1),), ((3, 0),), (),
)  # fmt: skip


def rings(field: npt.NDArray[Any], level: float) -> list[Numbers]:
    """The closed lines around what is above `level`: arrays of (row, column), fractions between
    the cells' middles. The grid's border counts as below. Shells and holes run opposite ways."""
    high = float(np.nanmax(field)) if field.size else level
    if not high > level:
        return []
    padded = np.pad(field.astype(np.float64), 1, constant_values=min(float(field.min()), level) - 1)
    above = padded > level
    index = (
        above[:-1, :-1] * 1 + above[:-1, 1:] * 2 + above[1:, 1:] * 4 + above[1:, :-1] * 8
    ).astype(np.int8)
    width = padded.shape[1]
    horizontal = padded.shape[0] * width  # sides between (r, c) and (r, c+1), then (r, c), (r+1, c)
    starts: list[npt.NDArray[np.int64]] = []
    ends: list[npt.NDArray[np.int64]] = []
    for case, segments in enumerate(_CASES):
        if not segments:
            continue
        rows, columns = np.nonzero(index == case)
        if not len(rows):
            continue
        at = rows.astype(np.int64) * width + columns
        sides = (at, horizontal + at + 1, at + width, horizontal + at)
        for begin, end in segments:
            starts.append(sides[begin])
            ends.append(sides[end])
    entered, left = np.concatenate(starts), np.concatenate(ends)
    order = np.argsort(entered)
    following = order[np.searchsorted(entered, left, sorter=order)]
    points = _crossings(padded, entered, level, width, horizontal) - 1.0
    return [points[ring] for ring in _cycles(following)]


def _crossings(
    field: Numbers, side: npt.NDArray[np.int64], level: float, width: int, horizontal: int
) -> Numbers:
    """Where the level is crossed on each side, between its two ends."""
    upright = side >= horizontal
    one = np.where(upright, side - horizontal, side)
    other = one + np.where(upright, width, 1)
    flat = field.ravel()
    part = (level - flat[one]) / (flat[other] - flat[one])
    row, column = np.divmod(one, width)
    return np.column_stack((row + part * upright, column + part * ~upright))


def _cycles(following: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    found: list[npt.NDArray[np.int64]] = []
    after = following.tolist()
    seen = bytearray(len(after))
    for first in range(len(after)):
        if seen[first]:
            continue
        ring = [first]
        seen[first] = 1
        here = after[first]
        while here != first:
            ring.append(here)
            seen[here] = 1
            here = after[here]
        if len(ring) >= 3:
            found.append(np.array(ring))
    return found


def polygons(field: npt.NDArray[Any], level: float) -> list[Any]:
    """What is above `level`, as valid polygons with holes; x is the column and y the row."""
    shells: list[Any] = []
    holes: list[Any] = []
    for ring in rings(field, level):
        flat = ring[:, ::-1]
        x, y = flat[:, 0], flat[:, 1]
        area = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
        (shells if area > 0 else holes).append(flat)
    if not shells:
        return []
    outer = shapely.polygons([shapely.linearrings(ring) for ring in shells])
    if not holes:
        return list(outer)
    inner: dict[int, list[Any]] = {}
    tree = shapely.STRtree(outer)
    points = shapely.points([ring[0] for ring in holes])
    sizes = shapely.area(outer)
    smallest: dict[int, int] = {}
    for hole, shell in zip(*tree.query(points, predicate="intersects"), strict=True):
        known = smallest.get(int(hole))
        if known is None or sizes[shell] < sizes[known]:
            smallest[int(hole)] = int(shell)
    for hole, shell in smallest.items():
        inner.setdefault(shell, []).append(holes[hole])
    return [
        shapely.Polygon(ring, inner[number]) if number in inner else outer[number]
        for number, ring in enumerate(shells)
    ]


def regions(field: npt.NDArray[Any], level: float) -> list[list[Ring]]:
    """What is above `level`, as lists of closed rings of (row, column), the shell first."""
    found: list[list[Ring]] = []
    for one in polygons(field, level):
        lines = [one.exterior, *one.interiors]
        found.append([[(y, x) for x, y in line.coords] for line in lines])
    return found
