"""Borders of labelled cells as smooth polygons that fit without gaps.

The sides between cells of different labels are merged to arcs from junction to junction; each arc
is smoothed and thinned once, whoever lies beside it, and the faces are put together again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from noroshi.feeds.drill.world import lines
from noroshi.feeds.drill.world.drainage import Index
from noroshi.feeds.drill.world.model import Line, Plane

Shape = Any


def settled(label: Index, times: int = 3) -> Index:
    """Labels without ragged edges: a cell with fewer than three of its eight neighbours like it
    takes the label that most of them have (of equals the least). −1 neither changes nor spreads."""
    label = label.copy()
    width = label.shape[1]
    offsets = [row * width + column for row in (-1, 0, 1) for column in (-1, 0, 1)]
    offsets.remove(0)
    flat = label.ravel()
    for _ in range(times):
        same = np.zeros(label.shape, np.int64)
        for row, column in ((0, 1), (1, 0), (1, 1), (1, -1)):
            for sign in (1, -1):
                same += np.roll(label, (sign * row, sign * column), (0, 1)) == label
        cells = np.flatnonzero((same < 3).ravel() & (flat >= 0))
        around = np.sort(np.stack([flat[cells + offset] for offset in offsets]), axis=0)
        votes = np.stack([(around == one).sum(axis=0) for one in around])
        votes[around < 0] = 0
        best = around[votes.argmax(axis=0), np.arange(cells.size)]
        flat[cells] = np.where(votes.max(axis=0) > 0, best, flat[cells])
    return label


def _arcs(label: Index) -> list[lines.Points]:
    """Arcs between junctions, in cells (column, row) from the north-west corner."""
    row, column = np.nonzero(label[:, :-1] != label[:, 1:])
    upright = np.stack([column + 1, row, column + 1, row + 1], axis=1)
    row, column = np.nonzero(label[:-1] != label[1:])
    level = np.stack([column, row + 1, column + 1, row + 1], axis=1)
    ends = np.concatenate([upright, level]).reshape(-1, 2, 2).astype(float)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(ends)))
    return [shapely.get_coordinates(arc) for arc in shapely.get_parts(merged)]


def _smooth(arc: lines.Points, times: int) -> lines.Points:
    """The arc through the middles of its sides, smoothed; its ends stay."""
    closed = bool(np.all(arc[0] == arc[-1]))
    middle = (arc[:-1] + arc[1:]) / 2
    if closed:
        if len(middle) < 5:
            return arc
        ring = middle
        for _ in range(times):
            ring = 0.25 * np.roll(ring, 1, 0) + 0.5 * ring + 0.25 * np.roll(ring, -1, 0)
        return np.concatenate([ring, ring[:1]])
    return lines.smoothed(np.concatenate([arc[:1], middle, arc[-1:]]), times)


def _of_faces(label: Index, faces: Any, count: int) -> Index:
    """The label of each face: that of most cells whose middles it holds, of the one at a point in
    it where it holds none."""
    inner = shapely.get_coordinates(shapely.point_on_surface(faces)).astype(np.int64)
    at = label[
        np.clip(inner[:, 1], 0, label.shape[0] - 1), np.clip(inner[:, 0], 0, label.shape[1] - 1)
    ]
    row, column = np.nonzero(label >= 0)
    some = (row + 2 * column) % 5 == 0
    row, column = row[some], column[some]
    tree = shapely.STRtree(faces)
    cell, face = tree.query(shapely.points(column + 0.5, row + 0.5), predicate="within")
    votes = np.zeros((len(faces), count), np.int64)
    np.add.at(votes, (face, label[row[cell], column[cell]]), 1)
    return np.asarray(np.where(votes.any(axis=1), votes.argmax(axis=1), at))


def shapes(
    plane: Plane, label: Index, count: int, times: int = 3, thin: float = 0.25
) -> list[Shape]:
    """The polygon of each label 0 … count − 1 in metres; −1 is outside all. `thin`: how far [cells]
    a point may lie from the thinned line (Douglas & Peucker 1973)."""
    arcs = [_smooth(arc, times) for arc in _arcs(label)]
    thinned = shapely.simplify([shapely.LineString(arc) for arc in arcs], thin)
    noded = shapely.unary_union(thinned)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    at = _of_faces(label, faces, count)
    made: list[Shape] = []
    half = np.array([plane.columns / 2, plane.rows / 2])
    for number in range(count):
        mine = faces[at == number]
        one = shapely.union_all(mine) if len(mine) > 1 else mine[0]
        made.append(shapely.transform(one, lambda xy: (xy - half) * [plane.cell, -plane.cell]))
    return made


def coordinates(plane: Plane, shape: Shape) -> list[list[Line]]:
    """A polygon [m] as coordinates of a GeoJSON MultiPolygon, wound as RFC 7946 asks."""
    made = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        part = shapely.geometry.polygon.orient(part)
        rings = [part.exterior, *part.interiors]
        made.append([lines.to_lonlat(plane, shapely.get_coordinates(ring)) for ring in rings])
    return made
