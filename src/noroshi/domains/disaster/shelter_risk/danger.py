"""What is wrong with an open shelter: hazards, crowding, supply, silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import shapely

from noroshi.core.address import names_district, same_town
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import remembered
from noroshi.core.place import municipality
from noroshi.core.record import Version
from noroshi.core.time import JST, NEVER, parse, show
from noroshi.domains.disaster.shelter_risk.words import kinds_of, served
from noroshi.kinds import decode
from noroshi.kinds.exposure import Exposure
from noroshi.kinds.facility import Facility
from noroshi.kinds.lifeline import Outage
from noroshi.kinds.shelter_merged import ShelterMerged
from noroshi.kinds.shelter_risk import Reason

GRADES = ("danger", "warning", "notice", "none")
#: A facility so near a shelter is the same building [degrees; about 30 m].
_SAME = 0.0003
#: Extents that say where something is in force without saying that a place inside is hit.
_COARSE = frozenset({"municipality"})


class Found(NamedTuple):
    """A reason and the versions that it rests on."""

    reason: Reason
    versions: tuple[Version, ...]


class Shelter(NamedTuple):
    """A shelter, its point (shapely) if it has one, and what it is designated for."""

    version: Version
    body: ShelterMerged
    point: Any
    kinds: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Open, or said to hold people: nobody counts people in a shelter that is closed."""
        return self.body.status == "open" or (
            self.body.status == "unknown" and (self.body.headcount or 0) > 0
        )


class Threat(NamedTuple):
    """A hazard area. `shape` (shapely) is None where it has no boundary."""

    version: Version
    body: Exposure
    shape: Any
    kinds: frozenset[str]


class Cut(NamedTuple):
    """An outage that lasts."""

    version: Version
    body: Outage


class Supply(NamedTuple):
    """Facilities that tell of lines: those with a feeder or zone at a place, and zones' areas."""

    places: tuple[tuple[Any, Facility, Version], ...]
    tree: Any
    zones: tuple[tuple[Any, Facility, Version], ...]
    zone_tree: Any

    def of(self, shelter: Shelter) -> list[tuple[str, str, Version]]:
        """Service, code of the feeder or zone, and the facility that tells it."""
        found: list[tuple[str, str, Version]] = []
        if shelter.point is None:
            return found
        for row in sorted(self.tree.query(shelter.point, predicate="dwithin", distance=_SAME)):
            _, body, version = self.places[row]
            found += [("power", body.feeder, version)] if body.feeder else []
            found += [("water", body.zone, version)] if body.zone else []
        for row in sorted(self.zone_tree.query(shelter.point, predicate="within")):
            _, body, version = self.zones[row]
            found.append(("water", body.zone or body.code, version))
        return list(dict.fromkeys(found)) if len(found) < 2 else _distinct(found)


def _distinct(found: list[tuple[str, str, Version]]) -> list[tuple[str, str, Version]]:
    once = {(service, code): (service, code, version) for service, code, version in reversed(found)}
    return sorted(once.values(), key=lambda one: one[:2])


@remembered()
def supply(facilities: Sequence[Version]) -> Supply:
    """What facilities tell of lines. Raises InvalidRecord for a bad body or geometry."""
    places, zones = [], []
    for version in facilities:
        body: Facility = decode("infrastructure.facility", version.body)
        if version.geometry is None or not (body.feeder or body.zone):
            continue
        shape = shape_of(version)
        if shape.geom_type in ("Polygon", "MultiPolygon"):
            zones.append((shape, body, version))
        elif shape.geom_type == "Point":
            places.append((shape, body, version))
    return Supply(
        tuple(places), shapely.STRtree([one[0] for one in places]),
        tuple(zones), shapely.STRtree([one[0] for one in zones]),
    )  # fmt: skip


def shape_of(version: Version) -> Any:
    """The geometry of a version (shapely). Raises InvalidRecord."""
    try:
        shape = shapely.from_wkb(version.geometry)
    except shapely.errors.ShapelyError as error:
        raise InvalidRecord(str(error), where=f"geometry of {version.series}") from None
    return shape if shape.is_valid else shapely.make_valid(shape)


def shelters(versions: Iterable[Version]) -> list[Shelter]:
    """Shelters in their order. Raises InvalidRecord."""
    found = []
    for version in versions:
        body: ShelterMerged = decode("disaster.shelter_merged", version.body)
        point = None if version.geometry is None else shape_of(version).centroid
        found.append(Shelter(version, body, point, served(body.hazards)))
    return found


def threats(versions: Iterable[Version]) -> list[Threat]:
    """Hazard areas of kinds that shelters are designated for. Raises InvalidRecord."""
    found = []
    for version in versions:
        body: Exposure = decode("disaster.exposure", version.body)
        kinds = kinds_of(body.hazard) or kinds_of(body.name)
        if not kinds:
            continue
        shape = None if version.geometry is None else shape_of(version)
        if shape is not None and shape.area == 0:
            shape = None
        found.append(Threat(version, body, shape, kinds))
    return found


def cuts(versions: Iterable[Version]) -> list[Cut]:
    """Power and water outages that last. Raises InvalidRecord."""
    bodies = ((one, decode("infrastructure.outage", one.body)) for one in versions)
    return [
        Cut(version, body) for version, body in bodies
        if body.service in ("power", "water") and body.status in ("out", "partial")
    ]  # fmt: skip


def place_in(shelter: Shelter, threat: Threat) -> str:
    """How a shelter is known to be in a hazard area: polygon, district, municipality, or empty."""
    body = threat.body
    if threat.shape is not None:
        inside = shelter.point is not None and threat.shape.intersects(shelter.point)
        return "polygon" if inside else ""
    city = municipality(threat.version.area)
    if not city or municipality(shelter.version.area) not in ("", city):
        return ""
    if body.districts:
        named = any(names_district(shelter.body.address, one) for one in body.districts)
        return "district" if named else ""
    return "municipality"


def dangers(shelter: Shelter, found: Sequence[Threat]) -> list[Found]:
    """Hazards that a shelter is in; of one kind and place, the gravest."""
    gravest: dict[tuple[str, str], Found] = {}
    for threat in found:
        place = place_in(shelter, threat)
        if not place:
            continue
        for kind in sorted(threat.kinds):
            reason = _danger(shelter, threat, kind, place)
            if reason is None:
                continue
            key = kind, reason.reason
            have = gravest.get(key)
            one = Found(reason, (threat.version,))
            if have is None or _rank(one) < _rank(have):
                gravest[key] = one
    # Where it is in a hazard's area, that it is not designated for it is said there.
    inside = {kind for kind, reason in gravest if reason == "in_hazard"}
    return [one for (kind, reason), one in gravest.items()
            if reason == "in_hazard" or kind not in inside]  # fmt: skip


def _danger(shelter: Shelter, threat: Threat, kind: str, place: str) -> Reason | None:
    """Inside a polygon or district, or (for whole municipalities, in all of which its shelters
    are) only where it is not designated for what is in force."""
    designated = kind in shelter.kinds if shelter.kinds else None
    body = threat.body
    if place in _COARSE:
        if designated is not False:
            return None
        name, grade = "not_designated", "warning"
        if body.meaning == "part" or (body.level or 3) < 4:
            grade = "notice"
    else:
        name = "in_hazard"
        grade = "notice" if designated else "warning" if designated is None else "danger"
    return Reason(
        reason=name, grade=grade, what=body.name, hazard=kind, level=body.level,
        designated=designated, place=place, since=body.since, source=_source(threat.version),
    )  # fmt: skip


def _rank(one: Found) -> tuple[Any, ...]:
    reason = one.reason
    return GRADES.index(reason.grade), -(reason.level or 0), reason.since or "", reason.source


def crowding(shelter: Shelter, nearly: float) -> Found | None:
    """More people than it holds (`share` above 1), or nearly so."""
    people, room = shelter.body.headcount, shelter.body.capacity
    if people is None or not room:
        return None
    share = round(people / room, 3)
    if share < nearly:
        return None
    over = people > room
    return Found(
        Reason(
            reason="over_capacity" if over else "nearly_full",
            grade="warning" if over else "notice", share=share,
            since=said(begun(shelter.version)), source=_source(shelter.version),
        ),
        (shelter.version,),
    )  # fmt: skip


def supplied(shelter: Shelter, lasting: Sequence[Cut], lines: Supply) -> list[Found]:
    """Power and water that are cut: by the line or zone that supplies it, else where its address
    is in a district that the outage names."""
    known = lines.of(shelter)
    told = {service for service, _, _ in known}
    found: dict[str, Found] = {}
    for cut in lasting:
        body = cut.body
        by = next((facility for service, code, facility in known
                   if service == body.service and code == body.code), None)  # fmt: skip
        if by is None and (body.service in told or not _named(shelter, body)):
            continue
        share = None
        if body.customers_out is not None and body.customers_total:
            share = round(min(body.customers_out / body.customers_total, 1.0), 3)
        whole = body.status == "out" or (share or 0) >= 1
        one = Found(
            Reason(
                reason=f"no_{body.service}" if whole else f"{body.service}_partly",
                grade="warning" if whole else "notice",
                what=" ".join(filter(None, (body.name or body.code, body.cause))),
                place="line" if by is not None else "district", share=share,
                since=body.since or said(begun(cut.version)), source=_source(cut.version),
            ),
            (cut.version,) if by is None else (cut.version, by),
        )  # fmt: skip
        have = found.get(body.service)
        if have is None or _supply_rank(one) < _supply_rank(have):
            found[body.service] = one
    return list(found.values())


def _supply_rank(one: Found) -> tuple[Any, ...]:
    return GRADES.index(one.reason.grade), -(one.reason.share or 0), one.reason.source


def _named(shelter: Shelter, outage: Outage) -> bool:
    towns = outage.municipality, shelter.body.municipality
    if all(towns) and not same_town(*towns):
        return False
    return any(names_district(shelter.body.address, one) for one in outage.districts)


def silence(shelter: Shelter, after: int, at: int) -> tuple[Found | None, int | None]:
    """Silent since its last report and `after` (µs), or never heard; and, while it is not yet so,
    when it will be."""
    if shelter.body.reported is None:
        reason = Reason(reason="never_reported", grade="notice", source=_source(shelter.version))
        return Found(reason, (shelter.version,)), None
    due = reported_at(shelter) + after
    if at < due:
        return None, due
    reason = Reason(reason="silent", grade="warning", since=said(due),
                    source=_source(shelter.version))  # fmt: skip
    return Found(reason, (shelter.version,)), None


def reported_at(shelter: Shelter) -> int:
    """When a shelter last reported. Raises InvalidRecord for what is no time."""
    try:
        return parse(shelter.body.reported or "")
    except ValueError as error:
        raise InvalidRecord(f"reported: {error}", where=shelter.version.series) from None


def begun(version: Version) -> int:
    """Since when a version holds."""
    return version.issued if version.valid_from <= NEVER else version.valid_from


def said(time: int) -> str | None:
    """A time for a body."""
    return show(time, JST)


def _source(version: Version) -> str:
    return f"{version.series} {version.key}"
