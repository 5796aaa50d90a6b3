"""How many may come to the shelters of a municipality, and how many these can hold.

Rates of those who come, in the share of those told to go (or exposed); README gives the sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from noroshi.core.parts import remembered
from noroshi.core.place import municipality
from noroshi.core.record import Version
from noroshi.domains.disaster.shelter_risk.danger import Shelter, Threat, place_in
from noroshi.kinds import decode
from noroshi.kinds.exposure import Exposure, Range
from noroshi.kinds.population import PopulationMesh
from noroshi.kinds.shelter_risk import Expected, Room, ShelterDemand

ORDER, INTENSITY = "disaster.evacuation_order", "disaster.intensity"
_STRONG = ("６弱", "６強", "７")


class Rates(NamedTuple):
    """Least, best and most of a share."""

    low: float
    best: float
    high: float


Residents = dict[str, tuple[Range, tuple[Version, ...]]]
"""By municipality, how many they are, and one square of each label that tells it."""


class Crowd(NamedTuple):
    """Evacuees to expect because of one exposure."""

    said: Expected
    version: Version


def crowds(threats: Sequence[Threat], storm: Rates, tsunami: Rates, strong: Rates) -> list[Crowd]:
    """What makes people come, the most first: orders, and intensities of 6- or more.

    Warnings alone are not counted: those who go before an order are few, and are counted when
    they are there. CAP alerts pass on the same orders.
    """
    found = []
    for threat in threats:
        body = threat.body
        persons, rates = body.persons, storm
        if body.hazard_kind == INTENSITY and body.severity.endswith(_STRONG):
            rates = strong
        elif body.hazard_kind != ORDER:
            continue
        elif "tsunami" in threat.kinds:
            rates = tsunami
        elif body.level == 3 and body.age_75 is not None:
            persons = body.age_75  # 高齢者等避難 is for them; others prepare
        if persons is None:
            continue
        found.append(Crowd(_expected(threat, body, persons, rates), threat.version))
    return sorted(found, key=lambda one: (-one.said.evacuees.high, one.said.source))


def _expected(threat: Threat, body: Exposure, persons: Range, rates: Rates) -> Expected:
    low, best, high = sorted(rates)
    middle = (persons.low + persons.high) / 2 if persons.best is None else persons.best
    name = body.name if body.name.endswith(body.hazard) else f"{body.name}（{body.hazard}）"
    return Expected(
        what=name,
        hazard=min(threat.kinds),
        persons=persons,
        rate=[low, best, high],
        evacuees=_range(persons.low * low, middle * best, persons.high * high),
        source=f"{threat.version.series} {threat.version.key}",
    )


def together(found: Sequence[Crowd], sheltered: int, population: Range | None) -> Range:
    """Evacuees because of all hazards. The same people may be meant several times: at least the
    greatest of them, at most their sum, and never more than there are residents. Who is there
    already is there."""
    low = max((one.said.evacuees.low for one in found), default=0)
    best = max((one.said.evacuees.best or 0 for one in found), default=0)
    high = sum(one.said.evacuees.high for one in found)
    if population is not None:
        high = min(high, population.high)
    return _range(max(low, sheltered), max(best, sheltered), max(high, best, sheltered))


def unsafe(shelter: Shelter, threats: Sequence[Threat]) -> bool:
    """In a hazard's area without being designated for it, or in a municipality in all of which a
    hazard of level 4 or 5 is in force for which it is known not to be designated."""
    for threat in threats:
        place = place_in(shelter, threat)
        if not place or not threat.kinds:
            continue
        fit = bool(threat.kinds & shelter.kinds)
        grave = threat.body.meaning != "part" and (threat.body.level or 0) >= 4
        if place != "municipality" and not fit:
            return True
        if place == "municipality" and shelter.kinds and not fit and grave:
            return True
    return False


def room(of: Sequence[Shelter], bad: set[int], typical: Sequence[int]) -> Room:
    """Whom shelters can hold. `bad`: ids of those that are unsafe. `typical`: capacities known in
    the municipality, which stand for those that are not."""
    known = sorted(typical)
    middle = known[len(known) // 2] if known else 0
    most = known[-1] if known else 0
    low = best = high = 0
    for one in of:
        capacity = one.body.capacity
        safe = one.version.id not in bad
        if safe:
            low += (capacity or 0) if one.kinds else 0
            best += middle if capacity is None else capacity
        high += most if capacity is None else capacity
    return Room(len(of), sum(one.version.id in bad for one in of), Range(low, best, high))


def demand(
    name: str, all_of: Sequence[Shelter], threats: Sequence[Threat], found: Sequence[Crowd],
    population: Range | None,
) -> ShelterDemand:  # fmt: skip
    """The body for one municipality."""
    opened = [one for one in all_of if one.is_open]
    others = [one for one in all_of if not one.is_open and _can_open(one)]
    bad = {one.version.id for one in all_of if unsafe(one, threats)}
    typical = [one.body.capacity for one in all_of if one.body.capacity]
    here, more = room(opened, bad, typical), room(others, bad, typical)
    sheltered = sum(one.body.headcount or 0 for one in opened)
    expected = together(found, sheltered, population)
    total = _range(here.room.low + more.room.low, _best(here) + _best(more),
                   here.room.high + more.room.high)  # fmt: skip
    missing = _range(
        max(expected.low - total.high, 0), max((expected.best or 0) - (total.best or 0), 0),
        max(expected.high - total.low, 0),
    )  # fmt: skip
    return ShelterDemand(
        municipality=name,
        state=_state(expected, here, total, bool(typical)),
        expected=expected,
        sheltered=sheltered,
        open=here,
        ready=more,
        missing=missing if missing.high else None,
        because=[one.said for one in found],
        without_headcount=sum(one.body.headcount is None for one in opened),
        without_capacity=sum(one.body.capacity is None for one in all_of),
        population=population,
    )


def _can_open(shelter: Shelter) -> bool:
    """A place to stay that has not been closed; where to flee to only (a park) holds nobody."""
    roles = shelter.body.roles
    return shelter.body.status != "closed" and (not roles or "shelter" in roles)


def _state(expected: Range, here: Room, total: Range, known: bool) -> str:
    if not known:
        return "unknown"
    if expected.low > total.high:
        return "short"
    if (expected.best or 0) > (total.best or 0):
        return "may_be_short"
    return "open_more" if (expected.best or 0) > _best(here) else "enough"


def _best(one: Room) -> int:
    return one.room.best or 0


def _range(low: float, best: float, high: float) -> Range:
    least, most = int(low), -int(-high // 1)
    return Range(least, min(max(round(best), least), most), most)


@remembered()
def residents(meshes: Sequence[Version]) -> Residents:
    """Residents by municipality, and one square of each label that tells them: at most as many as
    live in all of its squares, of which those kept secret (9 at most) are not known."""
    sums: dict[str, list[int]] = {}
    labels: dict[str, dict[int, Version]] = {}
    newest: dict[str, tuple[int, int, Version, PopulationMesh]] = {}
    for version in meshes:
        body: PopulationMesh = decode("infrastructure.population_mesh", version.body)
        rank = (body.year or 0, version.issued, version, body)
        have = newest.get(body.code)
        if have is None or rank[:2] > have[:2]:
            newest[body.code] = rank
    divided = {code[:end] for code in newest for end in range(8, len(code))}
    for code, (_, _, version, body) in sorted(newest.items()):
        city = municipality(version.area)
        if not city or code in divided:
            continue
        total = sums.setdefault(city, [0, 0])
        total[0] += body.persons or 0
        total[1] += 9 if body.persons is None else body.persons
        labels.setdefault(city, {}).setdefault(version.label, version)
    return {
        city: (Range(low, (low + high) // 2, high), tuple(labels[city].values()))
        for city, (low, high) in sums.items()
    }
