"""The road network as statements are matched to it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import remembered
from noroshi.core.record import Version
from noroshi.kinds import decode
from noroshi.kinds.road_link import RoadLink

LINK = "infrastructure.road_link"
#: Metres in a degree of latitude, and of longitude at the equator (GRS80, mean near 35° N).
_LATITUDE, _LONGITUDE = 110_940.0, 111_320.0

Shape = Any  # shapely's geometry: it has no types of its own


class Network:
    """Links by number, found by code, by name and by place. Coordinates are degrees."""

    def __init__(self, versions: Sequence[Version]) -> None:
        self.versions = versions
        self.links: list[RoadLink] = [decode(LINK, one.body) for one in versions]
        try:
            self.lines = np.array(
                shapely.from_wkb([one.geometry for one in versions]), dtype=object
            )
        except shapely.errors.GEOSException as error:
            raise InvalidRecord(f"a link's geometry: {error}", where=LINK) from None
        held = np.flatnonzero([one is not None and not one.is_empty for one in self.lines])
        self.tree = shapely.STRtree(self.lines[held])
        self._held = held
        self.box = tuple(shapely.total_bounds(self.lines[held])) if len(held) else ()
        self.by_code: dict[str, list[int]] = {}
        self.by_name: dict[str, list[int]] = {}
        self.keys: list[str] = []
        taken: set[str] = set()
        for at, (one, version) in enumerate(zip(self.links, versions, strict=True)):
            self.by_code.setdefault(one.code, []).append(at)
            for word in {plain(one.name), number_of(one)} - {""}:
                self.by_name.setdefault(word, []).append(at)
            # Two owners may number their links alike.
            key = version.key if version.key not in taken else f"{version.series}/{version.key}"
            taken.add(key)
            self.keys.append(key)
        self._routes: dict[str, dict[str, list[int]]] = {}
        #: What `matching.match` found of a statement: it depends on both alone.
        self.memo: dict[Any, Any] = {}

    def near(self, shape: Shape, metres: float) -> npt.NDArray[np.int64]:
        """Numbers of the links whose box comes within `metres` of the shape's."""
        west, south, east, north = shape.bounds
        high = metres / _LATITUDE
        wide = metres / (_LONGITUDE * max(math.cos(math.radians((south + north) / 2)), 0.1))
        box = shapely.box(west - wide, south - high, east + wide, north + high)
        return np.sort(self._held[self.tree.query(box)])

    def way(self, start: int, end: int) -> list[int]:
        """The links from one to another by their common route, the fewest; nothing where it does
        not lead there."""
        route = self.links[start].route
        if route not in self._routes:
            nodes: dict[str, list[int]] = {}
            for at, one in enumerate(self.links):
                if one.route == route:
                    for node in {one.start, one.end} - {""}:
                        nodes.setdefault(node, []).append(at)
            self._routes[route] = nodes
        nodes, came = self._routes[route], {start: start}
        queue = deque([start])
        while queue and end not in came:
            at = queue.popleft()
            for node in (self.links[at].start, self.links[at].end):
                for other in nodes.get(node, ()):
                    if other not in came:
                        came[other] = at
                        queue.append(other)
        if end not in came:
            return []
        found = [end]
        while found[-1] != start:
            found.append(came[found[-1]])
        return found[::-1]

    def holds(self, shape: Shape, margin: float = 0.1) -> bool:
        """Whether a shape lies in the box of the network, `margin` degrees wider."""
        if not self.box or not all(map(math.isfinite, shape.bounds)):
            return False
        west, south, east, north = self.box
        left, low, right, high = shape.bounds
        return bool(west - margin <= left and right <= east + margin
                    and south - margin <= low and high <= north + margin)  # fmt: skip


@remembered()
def network(versions: Sequence[Version]) -> Network:
    """The network of links; read once while they stay the same."""
    return Network(versions)


def metric(shapes: Sequence[Shape], centre: tuple[float, float]) -> npt.NDArray[np.object_]:
    """Shapes in metres about a centre (degrees): equirectangular, within 1 % over 50 km."""
    wide = _LONGITUDE * math.cos(math.radians(centre[1]))
    scale = np.array([wide, _LATITUDE])
    found: npt.NDArray[np.object_] = shapely.transform(
        np.array(shapes, dtype=object), lambda at: (at - np.array(centre)) * scale
    )
    return found


def plain(text: str) -> str:
    """Words without spaces and brackets, in one width: what people write differently."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def number_of(link: RoadLink) -> str:
    """`rank/number` of a link's route, "" where it has none."""
    found = _NUMBERED.search(unicodedata.normalize("NFKC", link.name or link.route))
    return f"{link.rank}/{int(found[1])}" if found else ""


def number_in(text: str) -> str:
    """The number of a route in words as written (国道８号, 県道12号港町線, 8), "" without one."""
    found = _NUMBERED.search(unicodedata.normalize("NFKC", text))
    return str(int(found[1])) if found else ""


_NOISE = re.compile(r"[\s・（）()「」\-−ー]|\(主\)|\(一\)")
_NUMBERED = re.compile(r"(?<![0-9])0*([1-9][0-9]{0,3})(?:号|$)")

#: Words for kinds of road (道路法 第三条), the surer first; what 市区町村道 are may be lanes.
_RANKS: tuple[tuple[str, frozenset[str]], ...] = (
    ("高速|自動車道|expressway|motorway", frozenset({"expressway"})),
    ("国道|national", frozenset({"national"})),
    ("市区?町?村道|市道|町道|村道|区道|municipal", frozenset({"municipal", "lane"})),
    ("都道府県道|都?道?府?県道|府道|都道|道道|主要地方道|prefectural", frozenset({"prefectural"})),
    ("農道|林道|lane", frozenset({"lane"})),
)


def ranks_in(text: str) -> frozenset[str]:
    """Ranks that a sender's words may mean; empty where they say nothing of it."""
    said = unicodedata.normalize("NFKC", text).lower()
    return next((ranks for words, ranks in _RANKS if re.search(words, said)), frozenset())
