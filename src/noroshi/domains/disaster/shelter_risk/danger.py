"""What is wrong with an open shelter: hazards, crowding, supply, silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
#: How far from its course a line supplies customers in the hills [degrees; about 6 km].
_NEAR = 0.06
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


Line = tuple[str, str, Version]
"""Service, code of the feeder or zone, and the facility that tells it."""


class Supply:
    """Facilities that tell of lines: those with a feeder or zone at a place, and zones' areas.
    Made by `supply`."""

    def __init__(
        self, places: Sequence[tuple[Any, Facility, Version]],
        zones: Sequence[tuple[Any, Facility, Version]],
        courses: Mapping[str, tuple[Any, Version]],
    ) -> None:  # fmt: skip
        self._places, self._zones, self._courses = places, zones, courses
        self._tree = shapely.STRtree([one[0] for one in places])
        self._zone_tree = shapely.STRtree([one[0] for one in zones])
        # A shelter stays where it is while people come and go.
        self._known: dict[bytes, list[Line]] = {}

    def of(self, shelter: Shelter) -> list[Line]:
        """The lines that supply a shelter as far as facilities tell, each once."""
        where = shelter.version.geometry
        if where is None:
            return []
        if where not in self._known:
            self._known[where] = self._find(shelter.point)
        return self._known[where]

    def passes(self, code: str, shelter: Shelter) -> Version | None:
        """The line of a code, if it is known to pass near a shelter."""
        course, version = self._courses.get(code, (None, None))
        near = course is not None and shelter.point is not None and shapely.dwithin(
            course, shelter.point, _NEAR
        )  # fmt: skip
        return version if near else None

    def _find(self, point: Any) -> list[Line]:
        found: dict[tuple[str, str], Line] = {}
        for row in sorted(self._tree.query(point, predicate="dwithin", distance=_SAME)):
            _, body, version = self._places[row]
            for service, code in (("power", body.feeder), ("water", body.zone)):
                if code:
                    found.setdefault((service, code), (service, code, version))
        for row in sorted(self._zone_tree.query(point, predicate="within")):
            _, body, version = self._zones[row]
            code = body.zone or body.code
            found.setdefault(("water", code), ("water", code, version))
        return sorted(found.values(), key=lambda one: one[:2])


@remembered()
def supply(facilities: Sequence[Version]) -> Supply:
    """What facilities tell of lines. Raises InvalidRecord for a bad body or geometry."""
    places, zones = [], []
    courses: dict[str, tuple[Any, Version]] = {}
    for version in facilities:
        body: Facility = decode("infrastructure.facility", version.body)
        if version.geometry is None or not (body.feeder or body.zone):
            continue
        shape = shape_of(version)
        if shape.geom_type in ("Polygon", "MultiPolygon"):
            zones.append((shape, body, version))
        elif shape.geom_type == "Point":
            places.append((shape, body, version))
        elif body.feeder:
            courses[body.feeder] = shape, version
    return Supply(places, zones, courses)


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
    by_code = {(service, code): facility for service, code, facility in known}
    found: dict[str, Found] = {}
    for cut in lasting:
        body = cut.body
        by = by_code.get((body.service, body.code))
        named: tuple[Version, ...] | None = (by,) if by is not None else None
        if named is None and body.service not in told:
            named = _named(shelter, body, lines)
        if named is None:
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
            (cut.version, *named),
        )  # fmt: skip
        have = found.get(body.service)
        if have is None or _supply_rank(one) < _supply_rank(have):
            found[body.service] = one
    return list(found.values())


def _supply_rank(one: Found) -> tuple[Any, ...]:
    return GRADES.index(one.reason.grade), -(one.reason.share or 0), one.reason.source


def _named(shelter: Shelter, outage: Outage, lines: Supply) -> tuple[Version, ...] | None:
    """What else tells that a shelter is in a district that an outage names; None where it is not.
    Lines cross borders, and so a district of the neighbour may be named: then the line must be
    known to pass there, or it is another district of that name."""
    if not any(names_district(shelter.body.address, one) for one in outage.districts):
        return None
    towns = outage.municipality, shelter.body.municipality
    if not all(towns) or same_town(*towns):
        return ()
    line = lines.passes(outage.code, shelter)
    return None if line is None else (line,)


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
