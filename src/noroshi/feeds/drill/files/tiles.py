"""Layers of shapes to a pyramid of vector tiles in one file (Mapbox Vector Tile 2.1, PMTiles 3)."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

Numbers = npt.NDArray[np.floating[Any]]
Properties = dict[str, str | int | float]

#: Units along the side of a tile, and how far shapes reach beyond it.
EXTENT, BUFFER = 4096, 128
#: Detail that is left out, and the side of the smallest polygon that is kept, in tile units (a
#: tile is drawn 512 pixels wide: 8 units are a pixel).
DETAIL, SPECK = 6.0, 20.0


class Layer(msgspec.Struct):
    """Shapes in degrees under one name. `zooms` the first and the last zoom they are drawn at;
    `least` for each shape the first zoom it is drawn at."""

    name: str
    shapes: list[Any]
    properties: list[Properties]
    zooms: tuple[int, int]
    least: list[int] = []


def project(pairs: Numbers) -> Numbers:
    """World coordinates, 0 to 1 from west to east and north to south, of positions (EPSG:3857)."""
    north = np.radians(pairs[:, 1])
    return np.column_stack(
        ((pairs[:, 0] + 180.0) / 360.0, 0.5 - np.arcsinh(np.tan(north)) / (2 * np.pi))
    )


class _Sheet:
    """A layer at one zoom: its shapes in units of that zoom, simplified, and where they are."""

    def __init__(self, layer: Layer, world: Any, z: int) -> None:
        scale = float(EXTENT << z)
        least = np.array(layer.least or [0] * len(layer.shapes))
        rows = np.flatnonzero(least <= z)
        shapes = shapely.transform(world[rows], lambda pairs: pairs * scale)
        areal = shapely.get_dimensions(shapes) == 2
        kept = ~areal | (shapely.area(shapes) >= SPECK**2)
        rows, shapes = rows[kept], shapes[kept]
        detail = DETAIL if z < layer.zooms[1] else DETAIL / 3
        shapes = shapely.simplify(shapes, detail, preserve_topology=False)
        kept = ~shapely.is_empty(shapes)
        rows, self.shapes = rows[kept], shapes[kept]
        known: dict[tuple[Any, ...], int] = {}
        told = [layer.properties[int(row)] for row in rows]
        #: Shapes that say the same have one number, and one place in `properties`.
        self.same = np.array(
            [known.setdefault(tuple(one.items()), len(known)) for one in told], np.intp
        )
        self.properties = [dict(one) for one in known]
        self.linear = bool(len(rows)) and bool((shapely.get_dimensions(self.shapes) == 1).all())
        self.name = layer.name
        self.tree = shapely.STRtree(self.shapes)

    def cut(self, x: int, y: int) -> tuple[npt.NDArray[Any], list[Properties]]:
        """The shapes of tile (x, y), in its own units, and their properties."""
        west, north = x * EXTENT, y * EXTENT
        box = (west - BUFFER, north - BUFFER, west + EXTENT + BUFFER, north + EXTENT + BUFFER)
        rows = np.sort(self.tree.query(shapely.box(*box)))
        if not len(rows):
            return rows, []
        shapes = shapely.clip_by_rect(self.shapes[rows], *box)
        kept = ~shapely.is_empty(shapes)
        rows, shapes = rows[kept], shapes[kept]
        shapes = shapely.transform(shapes, lambda pairs: pairs - (west, north))
        same = self.same[rows]
        if self.linear and len(rows):  # one feature for all lines that say the same
            parts, owner = shapely.get_parts(shapes, return_index=True)
            order = np.argsort(same[owner], kind="stable")
            same, numbers = np.unique(same[owner][order], return_inverse=True)
            shapes = shapely.multilinestrings(parts[order], indices=numbers)
        return shapely.orient_polygons(shapes), [self.properties[int(one)] for one in same]


def pyramid(
    layers: Sequence[Layer], zooms: tuple[int, int], metadata: dict[str, Any], middle: int
) -> bytes:
    """A PMTiles file of `layers` at `zooms` (the first to the last), opened at zoom `middle`.

    `metadata` gets the layers' fields (`vector_layers`). The same layers give the same bytes.
    """
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    projected = [
        shapely.transform(np.array(layer.shapes, dtype=object), project) for layer in layers
    ]
    box = shapely.total_bounds(np.concatenate([np.array(one.shapes) for one in layers]))
    tiles: list[tuple[int, bytes]] = []
    for z in range(zooms[0], zooms[1] + 1):
        sheets = [
            _Sheet(layer, shapes, z)
            for layer, shapes in zip(layers, projected, strict=True)
            if layer.zooms[0] <= z <= layer.zooms[1] and layer.shapes
        ]
        for x, y in _touched(box, z):
            data = _encode((sheet.name, *sheet.cut(x, y)) for sheet in sheets)
            if data:
                tiles.append((zxy_to_tileid(z, x, y), gzip.compress(data, 6, mtime=0)))
    out = io.BytesIO()
    writer: Any = cast(Any, Writer)(out)  # the library is typed in part
    for number, data in sorted(tiles):
        writer.write_tile(number, data)
    e7 = [round(float(value) * 1e7) for value in box]
    writer.finalize(
        {
            "version": 3, "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
            "min_lon_e7": e7[0], "min_lat_e7": e7[1], "max_lon_e7": e7[2], "max_lat_e7": e7[3],
            "center_zoom": middle, "center_lon_e7": (e7[0] + e7[2]) // 2,
            "center_lat_e7": (e7[1] + e7[3]) // 2,
        },
        {**metadata, "vector_layers": _described(layers)},
    )  # fmt: skip
    return out.getvalue()


def _touched(box: Numbers, z: int) -> Iterable[tuple[int, int]]:
    (west, north), (east, south) = project(np.array([(box[0], box[3]), (box[2], box[1])]))
    side = 1 << z
    for x in range(int(west * side), int(east * side) + 1):
        for y in range(int(north * side), int(south * side) + 1):
            yield x, y


Found = tuple[str, npt.NDArray[Any], list[Properties]]


def _encode(found: Iterable[Found]) -> bytes:
    """A tile of layers; empty where nothing is in it."""
    from mapbox_vector_tile.Mapbox import vector_tile_pb2

    tile = vector_tile_pb2.tile()
    layers: dict[str, _Writer] = {}
    for name, shapes, properties in found:
        commands = geometries(shapes)
        if name not in layers and any(len(one) for _, one in commands):
            layers[name] = _Writer(tile.layers.add(), name)
        for (kind, geometry), told in zip(commands, properties, strict=True):
            if len(geometry):
                layers[name].add(kind, geometry, told)
    data: bytes = tile.SerializeToString(deterministic=True)
    return data


class _Writer:
    """A layer of a tile as it grows: its features, and each key and value once (MVT 2.1 §4)."""

    def __init__(self, layer: Any, name: str) -> None:
        self.layer = layer
        layer.name, layer.version, layer.extent = name, 2, EXTENT
        self.keys: dict[str, int] = {}
        self.values: dict[str | int | float, int] = {}

    def add(self, kind: int, geometry: npt.NDArray[np.int64], told: Properties) -> None:
        """A feature of geometry type `kind` (1 point, 2 line, 3 polygon)."""
        feature = self.layer.features.add()
        feature.type = kind
        feature.geometry.extend(geometry.tolist())
        for name, value in told.items():
            if name not in self.keys:
                self.keys[name] = len(self.keys)
                self.layer.keys.append(name)
            if value not in self.values:
                self.values[value] = len(self.values)
                one = self.layer.values.add()
                if isinstance(value, str):
                    one.string_value = value
                elif isinstance(value, int):
                    one.int_value = value
                else:
                    one.double_value = value
            feature.tags.extend((self.keys[name], self.values[value]))


def geometries(shapes: npt.NDArray[Any]) -> list[tuple[int, npt.NDArray[np.int64]]]:
    """The type and the command integers of each shape (MVT 2.1 §4.3), all at once: MoveTo, LineTo
    and ClosePath over zigzag steps. What is smaller than a unit is left out: no commands."""
    count = len(shapes)
    none = np.empty(0, np.int64)
    found: list[tuple[int, npt.NDArray[np.int64]]] = [(0, none)] * count
    if not count:
        return found
    parts, owner = shapely.get_parts(shapes, return_index=True)
    dimensions = shapely.get_dimensions(parts)
    greatest = np.full(count, -1)
    np.maximum.at(greatest, owner, dimensions)
    for dimension in (0, 1, 2):
        chosen = (dimensions == dimension) & (greatest[owner] == dimension)
        pieces, whose = parts[chosen], owner[chosen]
        if dimension == 2:
            pieces, part = shapely.get_rings(pieces, return_index=True)
            whose = whose[part]
        for number, commands in _commands(pieces, whose, dimension):
            found[number] = dimension + 1, commands
    return found


def _commands(
    pieces: npt.NDArray[Any], whose: npt.NDArray[np.intp], dimension: int
) -> Iterable[tuple[int, npt.NDArray[np.int64]]]:
    pairs, piece = shapely.get_coordinates(pieces, return_index=True)
    units = np.round(pairs).astype(np.int64)
    if not len(units):
        return
    # A point that repeats the one before it says nothing; a ring closes by a command.
    same = np.zeros(len(units), bool)
    same[1:] = (piece[1:] == piece[:-1]) & (units[1:] == units[:-1]).all(axis=1)
    if dimension == 2:
        last = np.r_[piece[1:] != piece[:-1], True]
        same |= last
    units, piece = units[~same], piece[~same]
    sizes = np.bincount(piece, minlength=len(pieces))
    kept = sizes >= dimension + 1
    units, piece = units[kept[piece]], piece[kept[piece]]
    if not len(units):
        return
    starts = np.r_[True, piece[1:] != piece[:-1]]
    order = np.cumsum(starts) - 1  # of its ring or line among those kept
    lengths = np.bincount(order)
    feature = whose[piece[starts]]
    fresh = np.r_[True, feature[1:] != feature[:-1]]
    steps = units.copy()
    steps[1:] -= units[:-1]
    begins = np.flatnonzero(starts)[fresh]
    steps[begins] = units[begins]
    steps = (steps << 1) ^ (steps >> 63)
    room = 2 * lengths + (1 if dimension == 0 else 2 if dimension == 1 else 3)
    at = np.cumsum(room) - room
    out = np.empty(int(room.sum()), np.int64)
    out[at] = 9
    place = at[order] + 1 + 2 * (np.arange(len(units)) - np.flatnonzero(starts)[order])
    place += ~starts  # after the LineTo command
    out[place], out[place + 1] = steps[:, 0], steps[:, 1]
    if dimension > 0:
        out[at + 3] = (lengths - 1) << 3 | 2
    if dimension == 2:
        out[at + room - 1] = 15
    edges = np.r_[at[fresh], len(out)]
    for number, first, end in zip(feature[fresh], edges[:-1], edges[1:], strict=True):
        yield int(number), out[first:end]


def _described(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for layer in layers:
        one = found.setdefault(
            layer.name,
            {"id": layer.name, "fields": {}, "minzoom": layer.zooms[0], "maxzoom": layer.zooms[1]},
        )
        one["minzoom"] = min(one["minzoom"], layer.zooms[0])
        one["maxzoom"] = max(one["maxzoom"], layer.zooms[1])
        for properties in layer.properties:
            for name, value in properties.items():
                one["fields"][name] = "String" if isinstance(value, str) else "Number"
    return list(found.values())
