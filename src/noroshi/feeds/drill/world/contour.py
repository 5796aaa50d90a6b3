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
#: left where rows run down. Sides: 0 upper, 1 right, 2 lower, 3 left. Of a saddle (5, 10) the high
#: corners are apart; 16 and 17 are the same saddles where the middle is high and joins them
#: (Nielson & Hamann 1991).
_CASES: tuple[tuple[tuple[int, int], ...], ...] = (
    (), ((0, 3),), ((1, 0),), ((1, 3),), ((2, 1),), ((0, 3), (2, 1)), ((2, 0),), ((2, 3),),
    ((3, 2),), ((0, 2),), ((1, 0), (3, 2)), ((1, 2),), ((3, 1),), ((0, 1),), ((3, 0),), (),
    ((0, 1), (2, 3)), ((3, 0), (1, 2)),
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
    crossed = np.flatnonzero((index > 0) & (index < 15))
    cases = index.ravel()[crossed]
    places = crossed // (width - 1) * width + crossed % (width - 1)
    flat = padded.ravel()
    corners = flat[places] + flat[places + 1] + flat[places + width] + flat[places + width + 1]
    joined = corners > 4 * level
    cases = np.where(joined & (cases == 5), 16, np.where(joined & (cases == 10), 17, cases))
    for case, segments in enumerate(_CASES):
        at = places[cases == case].astype(np.int64)
        if not segments or not len(at):
            continue
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
    found = rings(field, level)
    if not found:
        return []
    number = np.repeat(np.arange(len(found)), [len(ring) for ring in found])
    lines = shapely.linearrings(np.concatenate(found)[:, ::-1], indices=number)
    outer = shapely.is_ccw(lines)
    shells = shapely.polygons(lines[outer])
    holes = lines[~outer]
    if not len(holes):
        return list(shells)
    # A hole belongs to the smallest shell around it.
    sizes = shapely.area(shells)
    tree = shapely.STRtree(shells)
    hole, shell = tree.query(shapely.get_point(holes, 0), predicate="intersects")
    order = np.lexsort((sizes[shell], hole))
    hole, shell = hole[order], shell[order]
    first = np.r_[True, hole[1:] != hole[:-1]]
    inner: dict[int, list[Any]] = {}
    for one, around in zip(hole[first], shell[first], strict=True):
        inner.setdefault(int(around), []).append(holes[one])
    for around, rings_inside in inner.items():
        shells[around] = shapely.polygons(shapely.get_exterior_ring(shells[around]), rings_inside)
    return list(shells)


def regions(field: npt.NDArray[Any], level: float) -> list[list[Ring]]:
    """What is above `level`, as lists of closed rings of (row, column), the shell first."""
    found: list[list[Ring]] = []
    for one in polygons(field, level):
        lines = [one.exterior, *one.interiors]
        found.append([[(y, x) for x, y in line.coords] for line in lines])
    return found
