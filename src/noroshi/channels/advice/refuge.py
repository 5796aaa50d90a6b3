"""Where people of a town can go: shelters that are open, or, where nobody says so, those that are
designated. Designated is not open."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from noroshi.channels.advice.notices import OLD, STALE, Sought
from noroshi.channels.features import thing_id
from noroshi.core.place import bounds
from noroshi.core.record import Version
from noroshi.kinds import decode

KIND = "disaster.shelter"

#: Statuses of `disaster.shelter`: people are taken in; nobody said; nobody is taken in.
_OPEN, _UNSAID = {"open", "permanent"}, {"unknown", "other"}
_EARTH = 6_371_008.8


class Refuge(msgspec.Struct, frozen=True, kw_only=True):
    """A shelter: as its sender says, and how far it is [m] from where was asked from."""

    name: str
    kana: str
    status: str
    facility: str
    address: str
    phone: str
    hazards: tuple[str, ...]
    headcount: int | None
    capacity: str
    crowding: str
    issued: int
    source: str
    record: tuple[str, str]
    position: tuple[float, float] | None
    distance: float | None = None
    old: bool = False


class Refuges(msgspec.Struct, frozen=True):
    """Shelters of a town: `open` as of a week at most; `lapsed` were open when last told, longer
    ago; `designated`: nobody said whether they are open. `shut` counts those told to be closed."""

    open: list[Refuge] = []
    lapsed: list[Refuge] = []
    designated: list[Refuge] = []
    shut: int = 0


def find_refuges(sought: Sought, near: tuple[float, float] | None = None) -> Refuges:
    """Shelters of a town, by distance from `near` (longitude, latitude) if given, else by name."""
    found = [(version, decode(KIND, version.body)) for version in _within(sought)]
    known: dict[str, list[Refuge]] = {"open": [], "lapsed": [], "designated": []}
    shut = 0
    for version, said in found:
        if said.status in _OPEN:
            group = "open" if sought.at - version.issued <= STALE else "lapsed"
        elif said.status in _UNSAID:
            group = "designated"
        else:
            shut += 1
            continue
        position = _position(version)
        known[group].append(Refuge(
            name=said.name, kana=_hiragana(said.kana), status=said.status, facility=said.facility,
            address=said.address, phone=said.phone, hazards=tuple(said.hazards),
            headcount=said.headcount, crowding=said.crowding,
            capacity=said.capacity_text or ("" if said.capacity is None else str(said.capacity)),
            issued=version.issued, source=version.source, record=(KIND, thing_id(version)),
            position=position, old=group != "designated" and sought.at - version.issued > OLD,
            distance=None if near is None or position is None else distance(near, position),
        ))  # fmt: skip
    return Refuges(
        _sorted(known["open"]), _sorted(known["lapsed"]), _sorted(known["designated"]), shut
    )  # fmt: skip


def _within(sought: Sought) -> list[Version]:
    """Shelters of a town; of those filed under the city around a ward, those inside the ward."""
    found = list(sought.picture(KIND))
    town = sought.town
    if not town.around or town.boundary is None:
        return found
    import shapely

    boundary = shapely.from_wkb(town.boundary)
    shapely.prepare(boundary)
    return [
        one for one in found
        if one.area == town.area or (position := _position(one)) is None
        or bool(shapely.intersects_xy(boundary, *position))
    ]  # fmt: skip


def _sorted(refuges: Iterable[Refuge]) -> list[Refuge]:
    return sorted(refuges, key=lambda one: (
        math.inf if one.distance is None else one.distance,
        one.crowding == "full", one.kana or one.name, one.record,
    ))  # fmt: skip


def _position(version: Version) -> tuple[float, float] | None:
    if version.geometry is None:
        return None
    west, south, east, north = bounds(version.geometry)
    return (west + east) / 2, (south + north) / 2


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two positions in degrees on a sphere (haversine)."""
    (x1, y1), (x2, y2) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    chord = (
        math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    )
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(chord)))


def _hiragana(kana: str) -> str:
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in kana)
