"""Which municipality something is in, by the borders that were imported."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict

from noroshi.core.parts import DECLARED
from noroshi.core.place import bounds
from noroshi.core.record import Version
from noroshi.store import Store

#: Of how many geometries the answer is kept.
_KEPT = 100_000
_SPACE = re.compile(r"\s+")


class Borders:
    """See `noroshi.core.parts.Towns`. Borders are read from the store when first asked for; a
    geometry is where the middle of its bounds is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read = False
        self._kept: OrderedDict[bytes, str] = OrderedDict()

    def forget(self) -> None:
        """Read the borders again when next asked: places were imported."""
        self._read = False
        self._kept.clear()

    def of(self, version: Version) -> str:
        """See `Towns.of`."""
        declared = DECLARED.of(version)
        if declared or version.geometry is None:
            return declared
        found = self._kept.get(version.geometry)
        if found is None:
            west, south, east, north = bounds(version.geometry)
            found = self.at((west + east) / 2, (south + north) / 2)
            self._kept[version.geometry] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def at(self, longitude: float, latitude: float) -> str:
        """The municipality at a position [degrees], or nothing."""
        from shapely import Point

        self._load()
        if not self._areas:
            return ""
        found = self._tree.query(Point(longitude, latitude), predicate="intersects")
        return min((self._areas[place] for place in found), default="")

    def named(self, name: str, near: str = "") -> str:
        """See `Towns.named`."""
        self._load()
        found = self._names.get(_plain(name), [])
        if len(found) > 1 and near:
            prefecture = near.partition(":")[2][:2]
            found = [one for one in found if one.partition(":")[2][:2] == prefecture]
        return found[0] if len(found) == 1 else ""

    def _load(self) -> None:
        if self._read:
            return
        from shapely import STRtree, from_wkb

        places = [one for one in self._store.places("city") if one.area.endswith("00")]
        shaped = [one for one in places if one.geometry is not None]
        self._tree = STRtree([from_wkb(one.geometry) for one in shaped])
        self._areas = [one.area for one in shaped]
        prefectures = {one.area: one.name for one in self._store.places("pref")}
        names: dict[str, set[str]] = {}
        for one in places:
            above = prefectures.get("pref:" + one.area.partition(":")[2][:2], "")
            for name in (one.name, above + one.name):
                names.setdefault(_plain(name), set()).add(one.area)
        self._names = {name: sorted(areas) for name, areas in names.items()}
        self._read = True


def _plain(name: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", name))
