"""How far what is stated to be somewhere is from where it really is."""

from __future__ import annotations

import math
from functools import lru_cache

from noroshi.feeds.drill.world.model import Lonlat, Plane


@lru_cache(maxsize=65536)
def metres_off(geometry: bytes, at: Lonlat) -> float:
    """Metres from a place to the nearest point of a geometry (WKB), on a plane about the place;
    where either lies half round the earth, more or less."""
    import shapely

    line = shapely.shortest_line(shapely.from_wkb(geometry), shapely.Point(*at))
    if line is None:
        return 0.0
    (longitude, latitude), _ = shapely.get_coordinates(line)
    return math.hypot(*Plane(*at, rows=0, columns=0).xy(longitude, latitude))
