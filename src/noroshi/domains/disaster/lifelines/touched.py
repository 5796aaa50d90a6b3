"""Which facilities hang on a feeder or zone: by their register, else by their address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from noroshi.core.parts import remembered
from noroshi.core.record import Version
from noroshi.core.time import SECOND
from noroshi.domains.disaster.lifelines.said import Said, Thing, text
from noroshi.kinds import decode
from noroshi.kinds.facility import Facility
from noroshi.kinds.lifeline_state import TouchedFacility
from noroshi.kinds.shelter import Shelter

FACILITY, SHELTER = "infrastructure.facility", "disaster.shelter"
STATION = "base_station"
#: What matters when a lifeline fails, the most urgent first.
CRITICAL = (
    "hospital", "shelter", "water_plant", "sewage_plant", "pump_station", "gas_plant",
    "power_plant", "city_hall", "base", "fire_station", "police", "welfare", "clinic",
    "community_centre", "airport", "station",
)  # fmt: skip
_RANK = {one: number for number, one in enumerate(CRITICAL)}


class Built(NamedTuple):
    """A facility of a register."""

    version: Version
    body: Facility

    @property
    def area(self) -> str:
        """Its municipality, as `city:…00`; empty where it does not say."""
        scheme, _, code = (self.version.area or "").partition(":")
        return f"city:{code[:5]}00" if scheme == "city" and len(code) == 7 else ""


class Register(NamedTuple):
    """Facilities by the feeder and by the zone that supply them, stations by code, all of an area;
    and how many customers a feeder or zone has (with the id of the entry that says so) and which
    municipality it is in."""

    on: Mapping[str, Sequence[Built]]
    stations: Mapping[str, Built]
    within: Mapping[str, Sequence[Built]]
    customers: Mapping[str, tuple[int, int]]
    home: Mapping[str, str]
    is_zone: frozenset[str]
    names: Mapping[str, Sequence[str]]


@remembered()
def register(facilities: Sequence[Version]) -> Register:
    """The register of all facilities. Raises InvalidRecord for a body that is no facility."""
    on: dict[str, list[Built]] = {}
    stations: dict[str, Built] = {}
    within: dict[str, list[Built]] = {}
    customers: dict[str, tuple[int, int]] = {}
    votes: dict[str, dict[str, int]] = {}
    zones: set[str] = set()
    names: dict[str, set[str]] = {}
    for version in facilities:
        one = Built(version, decode(FACILITY, version.body))
        body = one.body
        code = body.code or version.key
        if one.area:
            within.setdefault(one.area, []).append(one)
            if body.municipality:
                names.setdefault(body.municipality, set()).add(one.area)
        if body.category == STATION:
            stations[code] = one
        zones |= {body.zone} - {""}
        if code in (body.feeder, body.zone) and body.category == "other":
            # The entry of a feeder or zone itself.
            if body.served is not None:
                customers[code] = body.served, version.id
            if one.area:
                votes.setdefault(code, {})[one.area] = 1_000_000
            continue
        for link in {body.feeder, body.zone} - {""}:
            on.setdefault(link, []).append(one)
            if one.area:
                count = votes.setdefault(link, {})
                count[one.area] = count.get(one.area, 0) + 1
    home = {link: max(sorted(count), key=count.__getitem__) for link, count in votes.items()}
    return Register(on, stations, within, customers, home, frozenset(zones),
                    {name: sorted(areas) for name, areas in names.items()})  # fmt: skip


class Touch(NamedTuple):
    """A facility that is touched, and the versions by which that is known."""

    facility: TouchedFacility
    basis: tuple[int, ...]


def touched(
    service: str, things: Sequence[Thing], known: Register, area: str, shelters: Sequence[Version]
) -> tuple[list[Touch], int]:
    """The facilities that hang on what is out, and how many base stations do. Each once: by what
    is out wholly before what is out in part, by its register before its address."""
    found: dict[tuple[str, str], Touch] = {}
    stations: set[str] = set()
    out = [one for one in things if one.taken.status in ("out", "partial")]
    for one in sorted(out, key=lambda one: (one.taken.status != "out", one.code)):
        for built in known.on.get(one.code, ()):
            body = built.body
            if (one.code == body.feeder) != (service == "power"):
                continue
            if body.category == STATION:
                stations.add(body.code or built.version.key)
            elif body.category in _RANK:
                by = "feeder" if service == "power" else "zone"
                _add(found, built.version, _of_facility(body, one, by), one.taken)
    for one in out:
        quarters = [name for name in one.taken.body.districts if len(name) >= 2]
        if not quarters:
            continue
        for built in known.within.get(area, ()):
            body = built.body
            linked = body.feeder if service == "power" else body.zone
            if body.category in _RANK and not linked and _at(body.address, quarters):
                _add(found, built.version, _of_facility(body, one, "district"), one.taken)
        for version in shelters:
            place: Shelter = decode(SHELTER, version.body)
            if place.status == "open" and _at(place.address, quarters):
                told = TouchedFacility(
                    name=place.name, code=place.code, category="shelter", by="district",
                    through=one.code, certain=one.taken.status == "out",
                    headcount=place.headcount,
                )  # fmt: skip
                _add(found, version, told, one.taken)
    order = sorted(found.values(), key=lambda one: (_RANK[one.facility.category],
                                                    not one.facility.certain, one.facility.name,
                                                    one.facility.code))  # fmt: skip
    return order, len(stations)


def _add(
    found: dict[tuple[str, str], Touch], version: Version, one: TouchedFacility, by: Said
) -> None:
    """A facility that several lists tell of is one, by its code or else its name."""
    key = ("", one.code) if one.code else (one.category, one.name)
    found.setdefault(key, Touch(one, (version.id, by.version.id)))


def _of_facility(body: Facility, one: Thing, by: str) -> TouchedFacility:
    until = None
    if body.backup is not None and one.taken.body.service == "power":
        until = text(one.taken.since + round(body.backup * SECOND))
    return TouchedFacility(
        name=body.name, code=body.code, category=body.category, by=by, through=one.code,
        certain=one.taken.status == "out", backup_until=until,
    )  # fmt: skip


def _at(address: str, quarters: Sequence[str]) -> bool:
    return any(one in address for one in quarters)
