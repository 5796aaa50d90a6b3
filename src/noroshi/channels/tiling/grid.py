"""The tile grid WebMercatorQuad (OGC 17-083r4, Annex D.1) and positions in it.

Positions are *world* coordinates: Web Mercator scaled so that the world is the square from 0 to 1,
x to the east and y to the south. Tile (z, x, y) is the square from (x, y) / 2**z.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from noroshi.core.place import Box

Numbers = npt.NDArray[np.float64]

#: The deepest zoom level.
DEEPEST = 22
#: Latitude at which the grid ends; what lies beyond is drawn on its edge.
EDGE = 85.0511287798066
#: Units along the side of a tile (MVT 2.1 §4.1), which is drawn 512 pixels wide.
EXTENT = 4096
PIXEL = EXTENT / 512

_LAST = np.nextafter(1.0, 0.0)


def project(longitude: Numbers, latitude: Numbers) -> tuple[Numbers, Numbers]:
    """World coordinates of positions in degrees (EPSG:3857, spherical)."""
    north = np.radians(np.clip(latitude, -EDGE, EDGE))
    x = (longitude + 180.0) / 360.0
    y = 0.5 - np.arcsinh(np.tan(north)) / (2 * np.pi)
    return np.clip(x, 0.0, _LAST), np.clip(y, 0.0, _LAST)


def project_pairs(pairs: Numbers) -> Numbers:
    """World coordinates of an array of shape (n, 2), as `shapely.transform` wants it."""
    x, y = project(pairs[:, 0], pairs[:, 1])
    return np.column_stack((x, y))


def tile_box(z: int, x: int, y: int, margin: float = 0.0) -> Box:
    """West, south, east, north of a tile in degrees, with a margin in parts of its side."""
    side = 1.0 / (1 << z)

    def degrees(across: float, down: float) -> tuple[float, float]:
        north = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * down))))
        return across * 360.0 - 180.0, float(north)

    west, north = degrees(max((x - margin) * side, 0.0), max((y - margin) * side, 0.0))
    east, south = degrees(min((x + 1 + margin) * side, 1.0), min((y + 1 + margin) * side, 1.0))
    # What lies beyond the grid is drawn on its edge.
    return west, -90.0 if south <= -EDGE else south, east, 90.0 if north >= EDGE else north


#: Half the circumference of the sphere of EPSG:3857 [m].
_REACH = 20037508.3427892
CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"


def tile_matrix_set() -> dict[str, Any]:
    """The grid's definition (OGC 17-083r4, Annex D.1)."""
    return {
        "id": "WebMercatorQuad",
        "title": "Google Maps Compatible for the World",
        "uri": URI,
        "crs": CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(z),
                "scaleDenominator": 559082264.028717 / (1 << z),
                "cellSize": 2 * _REACH / 256 / (1 << z),
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-_REACH, _REACH],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": 1 << z,
                "matrixHeight": 1 << z,
            }
            for z in range(DEEPEST + 1)
        ],
    }
