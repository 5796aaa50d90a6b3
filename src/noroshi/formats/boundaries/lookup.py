"""Which municipality a point lies in."""

from __future__ import annotations

import math
from collections.abc import Iterable

import shapely

from noroshi.formats.boundaries import Place


class Municipalities:
    """Municipalities and wards by position.

    Give the method `municipality` to a reader's hints. About ten microseconds a point once the
    boundaries around it have been used.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        # A designated city is left to its wards, so that one point has one answer.
        chosen = sorted(
            (one.area, one.geometry)
            for one in places
            if one.level in ("municipality", "ward") and one.geometry is not None
        )
        self._areas: list[str] = [area for area, _ in chosen]
        self._shapes = [shapely.from_wkb(wkb) for _, wkb in chosen]
        self._tree = shapely.STRtree(self._shapes)
        self._prepared: set[int] = set()

    def __len__(self) -> int:
        return len(self._areas)

    def municipality(self, longitude: float, latitude: float) -> str | None:
        """The area (`city:…`) around a point in degrees, None at sea and abroad.

        On a border it is the one with the lower code.
        """
        if not (math.isfinite(longitude) and math.isfinite(latitude)):
            return None
        near = self._tree.query(shapely.Point(longitude, latitude))
        for index in sorted(map(int, near)):
            shape = self._shapes[index]
            if index not in self._prepared:
                shapely.prepare(shape)
                self._prepared.add(index)
            if shapely.intersects_xy(shape, longitude, latitude):
                return self._areas[index]
        return None
