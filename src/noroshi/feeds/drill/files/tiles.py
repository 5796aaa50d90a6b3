"""Layers of shapes to a pyramid of vector tiles in one file (Mapbox Vector Tile 2.1, PMTiles 3)."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Sequence
from typing import Any

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
        self.shapes = shapely.simplify(shapes, DETAIL if z < layer.zooms[1] else DETAIL / 3)
        self.properties = [layer.properties[int(row)] for row in rows]
        self.name = layer.name
        self.tree = shapely.STRtree(self.shapes)

    def cut(self, x: int, y: int) -> list[dict[str, Any]]:
        """The features of tile (x, y), in its own units."""
        west, north = x * EXTENT, y * EXTENT
        box = (west - BUFFER, north - BUFFER, west + EXTENT + BUFFER, north + EXTENT + BUFFER)
        rows = np.sort(self.tree.query(shapely.box(*box)))
        if not len(rows):
            return []
        shapes = shapely.clip_by_rect(self.shapes[rows], *box)
        shapes = shapely.transform(shapes, lambda pairs: pairs - (west, north))
        shapes = shapely.set_precision(shapes, 1.0)
        shapes = shapely.orient_polygons(shapes)
        return [
            {"geometry": shape, "properties": self.properties[int(row)]}
            for shape, row in zip(shapes, rows, strict=True)
            if not shape.is_empty and shape.geom_type != "GeometryCollection"
        ]


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
            found = [(sheet.name, sheet.cut(x, y)) for sheet in sheets]
            data = _encode(found)
            if data:
                tiles.append((zxy_to_tileid(z, x, y), gzip.compress(data, 6, mtime=0)))
    out = io.BytesIO()
    writer = Writer(out)
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


def _encode(found: list[tuple[str, list[dict[str, Any]]]]) -> bytes:
    import mapbox_vector_tile

    named: dict[str, list[dict[str, Any]]] = {}
    for name, features in found:
        if features:
            named.setdefault(name, []).extend(features)
    if not named:
        return b""
    data: bytes = mapbox_vector_tile.encode(
        [{"name": name, "features": features} for name, features in named.items()],
        default_options={"y_coord_down": True, "extents": EXTENT, "check_winding_order": False},
    )
    return data


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
