"""What is built, by place: facilities, bridges of the road network, shelters; and what of them is
inside an area."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
import shapely

from noroshi.core.address import names_district, same_town
from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import remembered
from noroshi.core.place import municipality
from noroshi.core.record import Mode, Version
from noroshi.kinds import decode
from noroshi.kinds.bulletin import Named
from noroshi.kinds.exposure import FacilityCount, Range
from noroshi.kinds.facility import Facility
from noroshi.kinds.road_link import RoadLink
from noroshi.kinds.shelter_merged import ShelterMerged

FACILITY, LINK = "infrastructure.facility", "infrastructure.road_link"
SHELTER = "disaster.shelter_merged"

#: Categories counted, in the order in which they are shown. Instruments (gauges, cameras, sirens)
#: and lines and areas of supply (`other`) are not.
CATEGORIES = (
    "shelter", "hospital", "clinic", "welfare", "school", "community_centre", "city_hall",
    "fire_station", "police", "base", "bridge", "tunnel", "port", "airport", "station", "heliport",
    "substation", "power_plant", "water_plant", "sewage_plant", "gas_plant", "base_station",
    "dam", "reservoir", "pump_station", "gate",
)  # fmt: skip
_ORDER = {category: at for at, category in enumerate(CATEGORIES)}
#: Of these, who and what they hold is added up.
_HOLD = ("hospital", "clinic", "school", "shelter", "welfare")
#: Of how many areas it is kept what is inside.
_REMEMBERED = 512


class Thing(NamedTuple):
    """One facility. `weight` orders those of one category by how much depends on them."""

    category: str
    name: str
    code: str
    city: str
    town: str
    address: str
    district: str
    holds: int | None
    weight: tuple[float, ...]
    version: Version


class Inside(msgspec.Struct, frozen=True, eq=False):
    """Facilities inside an area: in any case, as is likeliest, and at most."""

    low: set[int]
    best: set[int]
    high: set[int]


class Built:
    """Facilities in the order of category, code and name. Made by `built` and `sheltering`."""

    def __init__(self, things: Iterable[Thing], mode: Mode | None) -> None:
        self.mode = mode
        self.things = sorted(_once(things), key=lambda one: (_ORDER[one.category], one.code,
                                                             one.name, one.version.id))  # fmt: skip
        self._at = [row for row, one in enumerate(self.things) if one.version.geometry is not None]
        try:
            self._shapes = shapely.from_wkb([self.things[row].version.geometry for row in self._at])
        except shapely.errors.ShapelyError as error:
            raise InvalidRecord(str(error), where=f"geometry of a {FACILITY}") from None
        self._tree = shapely.STRtree(self._shapes)
        self.unplaced = sum(
            one.version.geometry is None and not one.city and not one.town for one in self.things
        )
        self._of_city: dict[tuple[str, str], Inside] = {}
        # With each change in a municipality the areas beside it are asked for again.
        self.of_districts = lru_cache(_REMEMBERED)(self._of_districts)
        self.counts = lru_cache(_REMEMBERED)(self._counts)
        self._inside: OrderedDict[bytes, Inside] = OrderedDict()

    def inside(self, area: Any) -> Inside:
        """Those in a valid polygon. A line or an area that its edge cuts is inside where its
        middle is."""
        if not len(self._at):
            return Inside(set(), set(), set())
        key: bytes = shapely.to_wkb(area)
        if key in self._inside:
            return self._inside[key]
        shapely.prepare(area)
        rows = self._tree.query(area, predicate="intersects")
        shapes = np.asarray(self._shapes)[rows]
        whole = shapely.covers(area, shapes)
        middle = whole | shapely.intersects(area, shapely.centroid(shapes))
        at = np.asarray(self._at, dtype=int)[rows]
        found = Inside(*({int(one) for one in at[some]} for some in
                         (whole, middle, np.ones(len(at), bool))))  # fmt: skip
        self._inside[key] = found
        while len(self._inside) > _REMEMBERED:
            self._inside.popitem(last=False)
        return found

    def of_city(self, city: str, name: str) -> Inside:
        """Those of a municipality, by area, else by its name as written."""
        key = city, name
        if key not in self._of_city:
            found = {
                row for row, one in enumerate(self.things)
                if (one.city == city if one.city and city else same_town(one.town, name))
            }  # fmt: skip
            self._of_city[key] = Inside(found, found, found)
        return self._of_city[key]

    def _of_districts(self, city: str, name: str, districts: tuple[str, ...]) -> Inside:
        """Those of districts of a municipality, by their district or address as written. Those of
        the municipality that have neither may be in one."""
        own = self.of_city(city, name).best
        found = {row for row in own if _lies_in(self.things[row], districts)}
        open_ = {row for row in own if not self.things[row].address
                 and not self.things[row].district}  # fmt: skip
        return Inside(found, found, found | open_)

    def _counts(self, inside: Inside, listed: int) -> tuple[list[FacilityCount], list[Version]]:
        """How many of each category are inside; and all of them, the most important first."""
        by: dict[str, list[int]] = {}
        for row in sorted(inside.high):
            by.setdefault(self.things[row].category, []).append(row)
        counts, ranked = [], []
        for category, rows in sorted(by.items(), key=lambda one: _ORDER[one[0]]):
            likely = [self.things[row] for row in rows if row in inside.best]
            likely.sort(key=lambda one: (tuple(-each for each in one.weight), one.code, one.name))
            held = [one.holds for one in likely if one.holds is not None]
            counts.append(FacilityCount(
                category,
                Range(sum(row in inside.low for row in rows), len(likely), len(rows)),
                [Named(one.name, one.code) for one in likely[:listed]],
                sum(held) if category in _HOLD and held else None,
            ))  # fmt: skip
            ranked += list(enumerate(likely))
        return counts, [one.version for _, one in sorted(ranked, key=lambda one: one[0])]


def _lies_in(thing: Thing, districts: Sequence[str]) -> bool:
    if thing.district:
        return thing.district in districts
    return any(names_district(thing.address, one) for one in districts)


@remembered()
def built(facilities: Sequence[Version], links: Sequence[Version]) -> Built:
    """Facilities, and bridges of the road network. Raises InvalidRecord for a bad body."""
    return Built([*_facilities(facilities), *_bridges(links)], _mode(facilities, links))


@remembered(32)
def sheltering(shelters: Sequence[Version]) -> Built:
    """Shelters, open or not. Raises InvalidRecord for a bad body."""
    return Built(_shelters(shelters), _mode(shelters))


def _mode(*given: Sequence[Version]) -> Mode | None:
    every = [one for versions in given for one in versions]
    return mode_of({"": every}) if every else None


def _facilities(versions: Sequence[Version]) -> Iterable[Thing]:
    for version in versions:
        body: Facility = decode(FACILITY, version.body)
        if body.category not in _ORDER:
            continue
        holds = body.beds if body.category in ("hospital", "clinic") else body.capacity
        weight = (
            float(bool(body.disaster_base)), float(holds or 0), float(body.served or 0),
            body.volume or 0.0, body.length or 0.0,
        )  # fmt: skip
        yield Thing(body.category, body.name, body.code, municipality(version.area),
                    body.municipality, body.address, body.district, holds, weight,
                    version)  # fmt: skip


def _bridges(versions: Sequence[Version]) -> Iterable[Thing]:
    for version in versions:
        body: RoadLink = decode(LINK, version.body)
        if body.structure != "bridge":
            continue
        route = 4.0 - body.emergency_route if body.emergency_route else 0.0
        yield Thing("bridge", body.name or f"橋梁 {body.code}", body.code,
                    municipality(version.area), body.municipality, "", "", None,
                    (1.0 + route, body.length or 0.0), version)  # fmt: skip


def _shelters(versions: Sequence[Version]) -> Iterable[Thing]:
    for version in versions:
        body: ShelterMerged = decode(SHELTER, version.body)
        code = body.codes[0] if body.codes else version.key
        yield Thing("shelter", body.name, code, municipality(version.area), body.municipality,
                    body.address, "", body.capacity, (float(body.status == "open"),
                    float(body.capacity or 0)), version)  # fmt: skip


def _once(things: Iterable[Thing]) -> list[Thing]:
    """Each facility once: of those with one code and category the one that says most of its place
    and weight. A bridge stands in the register of structures and in the road network."""
    found: dict[tuple[str, str], Thing] = {}
    bare: list[Thing] = []
    for one in things:
        if not one.code:
            bare.append(one)
            continue
        key = one.category, one.code
        have = found.get(key)
        if have is None or _says(one) > _says(have):
            found[key] = one
    return [*found.values(), *bare]


def _says(one: Thing) -> tuple[Any, ...]:
    return (one.version.geometry is not None, one.weight, one.version.series, one.version.key)
