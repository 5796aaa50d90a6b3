"""Tiles out of layers: Mapbox Vector Tiles 2.1, one MVT layer named like the kind.

Every version whose position or shape lies in a tile is in it: by itself, or counted in a cluster
(`point_count`). Clusters lie in cells of a grid of the tile, so that no cluster crosses tiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.channels.tiling.columns import Codes, Rows
from noroshi.channels.tiling.fields import (
    ADDED,
    COUNTED,
    COUNTED_VALUES,
    GREATEST,
    Scalar,
    severity,
)
from noroshi.channels.tiling.grid import EXTENT, PIXEL, Numbers
from noroshi.channels.tiling.layer import Layer

#: A tile with more points than this draws those that share a cell of its grid as a cluster.
SINGLES = 300
#: From this zoom on people ask for single things; only a tile with so many points clusters.
SINGLE_ZOOM, SINGLE_LIMIT = 14, 5_000
#: Cells along the side of a tile: about 43 pixels each.
CELLS = 12
#: A shape smaller than this (tile units) is drawn, and clustered, as a point.
SPECK = 2 * PIXEL
#: At most so many shapes are drawn as such in one tile, the largest; the others as points.
SHAPES = 4_000
#: How far shapes reach beyond the tile, so that their casings do not end at its border.
BUFFER = 8 * PIXEL

Feature = dict[str, Any]


class Tile(msgspec.Struct, frozen=True):
    """A tile's bytes, and what is in it: single versions, clusters and their members, and how
    many shapes were too many to draw as such."""

    data: bytes
    singles: int = 0
    clusters: int = 0
    clustered: int = 0
    thinned: int = 0


def draw_tile(layer: Layer, z: int, x: int, y: int) -> Tile:
    """The tile at row `y`, column `x` of zoom `z`. Empty bytes where nothing is in it."""
    side = 1 << z
    across, down = layer.x * side - x, layer.y * side - y
    speck = layer.extent * (side * EXTENT) < SPECK
    pointed = speck & (across >= 0) & (across < 1) & (down >= 0) & (down < 1)
    rows = np.flatnonzero(pointed)
    features, few = _draw_shapes(layer, speck, side, x, y)
    rows = np.concatenate((rows, few))
    # What stands for a shape that reaches into the tile from outside is drawn at its border.
    units = np.column_stack((across[rows], down[rows])) * EXTENT
    units = np.clip(np.floor(units), 0, EXTENT - 1)
    limit = SINGLE_LIMIT if z >= SINGLE_ZOOM else SINGLES
    clusters = clustered = 0
    if len(rows) <= limit:
        features += _draw_singles(layer, rows, units)
    else:
        cells = (units * CELLS // EXTENT).astype(np.intp)
        cell = cells[:, 1] * CELLS + cells[:, 0]
        sizes = np.bincount(cell, minlength=CELLS * CELLS)
        alone = sizes[cell] == 1
        features += _draw_singles(layer, rows[alone], units[alone])
        crowd = ~alone
        if crowd.any():
            numbers = np.cumsum(sizes > 1) - 1
            found = list(_draw_clusters(layer, rows[crowd], units[crowd], numbers[cell[crowd]]))
            clusters, clustered = len(found), int(crowd.sum())
            features += found
    singles = len(features) - clusters
    return Tile(encode(layer.kind, features), singles, clusters, clustered, len(few))


def encode(name: str, features: Sequence[Feature]) -> bytes:
    """An MVT of one layer whose geometries are in tile units already; empty for no features."""
    if not features:
        return b""
    import mapbox_vector_tile

    options = {"y_coord_down": True, "extents": EXTENT}
    data: bytes = mapbox_vector_tile.encode(
        [{"name": name, "features": features}], default_options=options
    )
    return data


def _draw_singles(layer: Layer, rows: Rows, units: Numbers) -> list[Feature]:
    import shapely

    return [
        {"geometry": point, "id": int(layer.ids[row]), "properties": describe(layer, row)}
        for point, row in zip(shapely.points(units), rows, strict=True)
    ]


def describe(layer: Layer, row: int) -> dict[str, Scalar]:
    """The properties of one version, in order."""
    said = ((name, column[row]) for name, column in layer.columns.items())
    return {name: value for name, value in said if value is not None}


def _draw_clusters(layer: Layer, rows: Rows, units: Numbers, group: Rows) -> Iterator[Feature]:
    """One feature for each group: at the mean of its members, saying how many there are, the
    greatest of what has an order, the sum of what adds up, and how many have which value."""
    import shapely

    number = int(group.max()) + 1
    sizes = np.bincount(group, minlength=number)
    mean = np.column_stack(
        [np.bincount(group, units[:, axis], minlength=number) / sizes for axis in (0, 1)]
    )
    points = shapely.points(np.floor(mean))
    said: list[dict[str, Scalar]] = [{"cluster": True, "point_count": int(size)} for size in sizes]
    for name, column in layer.columns.items():
        if not isinstance(column, Codes) or not column.values:
            continue
        if name in GREATEST:
            _say_greatest(said, name, column, rows, group, number)
        if name in ADDED:
            _say_sum(said, name, column, rows, group, number)
        if name in COUNTED and len(column.values) <= COUNTED_VALUES:
            counted = column.count(rows, group, number)
            for place, code in zip(*np.nonzero(counted), strict=True):
                value = column.values[code]
                shown = str(value).lower() if isinstance(value, bool) else value
                said[place][f"{name}:{shown}"] = int(counted[place, code])
    for point, properties in zip(points, said, strict=True):
        yield {"geometry": point, "properties": properties}


def _say_greatest(
    said: list[dict[str, Scalar]], name: str, column: Codes, rows: Rows, group: Rows, number: int
) -> None:
    graver = sorted(
        (order, code) for code, value in enumerate(column.values)
        if (order := severity(name, value)) is not None
    )  # fmt: skip
    if not graver:
        return
    place = np.full(len(column.values) + 1, -1, np.intp)
    place[[code for _, code in graver]] = np.arange(len(graver))
    top = np.full(number, -1, np.intp)
    np.maximum.at(top, group, place[column.codes[rows]])
    for at in np.flatnonzero(top >= 0):
        said[at][f"max_{name}"] = column.values[graver[top[at]][1]]


def _say_sum(
    said: list[dict[str, Scalar]], name: str, column: Codes, rows: Rows, group: Rows, number: int
) -> None:
    worth = np.array(
        [float(one) if isinstance(one, int | float) else np.nan for one in column.values] + [np.nan]
    )[column.codes[rows]]
    known = ~np.isnan(worth)
    sums = np.bincount(group[known], worth[known], minlength=number)
    for at in np.flatnonzero(np.bincount(group[known], minlength=number)):
        said[at][f"sum_{name}"] = int(sums[at]) if sums[at].is_integer() else float(sums[at])


def _draw_shapes(
    layer: Layer, speck: npt.NDArray[np.bool_], side: int, x: int, y: int
) -> tuple[list[Feature], Rows]:
    """Shapes that reach into a tile, cut and simplified; and the rows of those to be drawn as
    points instead: too many, or too thin to leave anything."""
    import shapely

    none = np.array([], np.intp)
    if not len(layer.shaped):
        return [], none
    boxes = (layer.boxes * side - [x, y, x, y]) * EXTENT
    reach = (
        (boxes[:, 0] <= EXTENT + BUFFER) & (boxes[:, 2] >= -BUFFER)
        & (boxes[:, 1] <= EXTENT + BUFFER) & (boxes[:, 3] >= -BUFFER)
        & ~speck[layer.shaped]
    )  # fmt: skip
    near = np.flatnonzero(reach)
    if not len(near):
        return [], none
    few = none
    if len(near) > SHAPES:
        largest = np.argsort(-layer.extent[layer.shaped[near]], kind="stable")
        rest, near = near[largest[SHAPES:]], np.sort(near[largest[:SHAPES]])
        tile = shapely.box(x / side, y / side, (x + 1) / side, (y + 1) / side)
        few = layer.shaped[rest[shapely.intersects(layer.shapes[rest], tile)]]
    features: list[Feature] = []
    thin: list[int] = []
    parts, whose = cut(layer.shapes[near], side, x, y)
    for geometry, index in zip(parts, whose, strict=True):
        row = int(layer.shaped[near[index]])
        if geometry is None:
            thin.append(row)
            continue
        properties = describe(layer, row)
        features.append({"geometry": geometry, "id": int(layer.ids[row]), "properties": properties})
    return features, np.concatenate((few, np.array(thin, np.intp)))


def cut(
    shapes: npt.NDArray[Any], side: int, x: int, y: int, *, simplify: bool = True
) -> tuple[list[Any], list[int]]:
    """What of `shapes` (world coordinates) lies in a tile and around it, in whole tile units, and
    whose it is.

    A geometry is of one MVT type; one of several types comes in as many parts. None stands for
    what lies in the tile and is too thin to leave anything.
    """
    import shapely

    units = shapely.transform(shapes, lambda pairs: (pairs * side - [x, y]) * EXTENT)
    low, high = -BUFFER, EXTENT + BUFFER
    which = np.flatnonzero(shapely.intersects(units, shapely.box(low, low, high, high)))
    inside = shapely.intersects(units, shapely.box(0, 0, EXTENT, EXTENT))
    clipped = shapely.clip_by_rect(units[which], low, low, high, high)
    simple = shapely.simplify(clipped, PIXEL / 2) if simplify else clipped
    snapped = shapely.set_precision(simple, 1)
    parts: list[Any] = []
    whose: list[int] = []
    for geometry, index in zip(snapped, which, strict=True):
        kept: list[Any] = list(_by_type(geometry))
        if not kept and inside[index]:
            kept = [None]
        parts += kept
        whose += [int(index)] * len(kept)
    return parts, whose


def _by_type(geometry: Any) -> Iterator[Any]:
    """A geometry as one of each MVT type it has; polygons with outer rings clockwise on screen."""
    import shapely

    if geometry is None or geometry.is_empty:
        return
    if geometry.geom_type != "GeometryCollection":
        yield geometry
        return
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) >= 4).any():
        parts = shapely.get_parts(parts)
    kinds = shapely.get_type_id(parts)
    for ids, gather in (
        ((0,), shapely.multipoints), ((1, 2), shapely.multilinestrings),
        ((3,), shapely.multipolygons),
    ):  # fmt: skip
        some = parts[np.isin(kinds, ids) & ~shapely.is_empty(parts)]
        if len(some):
            yield gather(some)
