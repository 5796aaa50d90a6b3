"""Open shelters and what is wrong with them; and expected evacuees against room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec.structs import replace

from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs, Towns
from noroshi.core.place import bounds, municipality, point
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, HOUR
from noroshi.domains.disaster.shelter_risk import danger
from noroshi.domains.disaster.shelter_risk.danger import Cut, Found, Shelter, Supply, Threat
from noroshi.domains.disaster.shelter_risk.demand import (
    ORDER,
    Rates,
    Residents,
    crowds,
    demand,
    residents,
)
from noroshi.kinds import decode, encode, note
from noroshi.kinds.exposure import Exposure
from noroshi.kinds.lifeline import Outage
from noroshi.kinds.shelter_risk import ShelterRisk

SHELTER, EXPOSURE = "disaster.shelter_merged", "disaster.exposure"
OUTAGE, FACILITY = "infrastructure.outage", "infrastructure.facility"
MESH = "infrastructure.population_mesh"
RISK, DEMAND = "disaster.shelter_risk", "disaster.shelter_demand"
#: A demand names at most so many shelters that it rests on; beyond, one of each label.
_NAMED = 200

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    hours: Annotated[
        float, msgspec.Meta(gt=0, le=240),
        note("報告途絶とみなす時間", "a shelter is silent after so long without a report [h]"),
    ] = 6.0  # fmt: skip
    nearly: Annotated[
        float, msgspec.Meta(gt=0, le=1),
        note("満員に近いとみなす割合", "people per capacity from which a shelter is nearly full"),
    ] = 0.9  # fmt: skip
    storm_rate_low: Annotated[
        Share, note("風水害の避難率（下限）", "least share of those ordered that come, storm")
    ] = 0.005
    storm_rate: Annotated[
        Share, note("風水害の避難率", "share of those ordered that come, storm and flood")
    ] = 0.03
    storm_rate_high: Annotated[
        Share, note("風水害の避難率（上限）", "greatest share of those ordered that come, storm")
    ] = 0.23
    tsunami_rate_low: Annotated[
        Share, note("津波の避難率（下限）", "least share of those ordered that come, tsunami")
    ] = 0.038
    tsunami_rate: Annotated[
        Share, note("津波の避難率", "share of those ordered that come, tsunami")
    ] = 0.13
    tsunami_rate_high: Annotated[
        Share, note("津波の避難率（上限）", "greatest share of those ordered that come, tsunami")
    ] = 1.0
    quake_rate_low: Annotated[
        Share, note("地震の避難率（下限）", "least share of residents that come, intensity 6- up")
    ] = 0.01
    quake_rate: Annotated[
        Share, note("地震の避難率", "share of residents that come, intensity 6- or more")
    ] = 0.1
    quake_rate_high: Annotated[
        Share, note("地震の避難率（上限）", "greatest share of residents, intensity 6- or more")
    ] = 0.4


def scope(version: Version, towns: Towns) -> Sequence[str]:
    """The municipality of a shelter, a hazard area or an outage; several where one names them."""
    found = {municipality(towns.of(version) or version.area)}
    if version.kind == EXPOSURE:
        body: Exposure = decode(EXPOSURE, version.body)
        found |= {municipality(one) for one in body.municipalities}
    elif version.kind == OUTAGE:
        outage: Outage = decode(OUTAGE, version.body)
        if outage.municipality:
            found.add(municipality(towns.named(outage.municipality)))
        found |= _around(version, towns)
    return sorted(found - {""})


#: How far beyond a border a line may supply [degrees; about 2.5 and 5 km].
_REACH = (0.025, 0.05)


def _around(version: Version, towns: Towns) -> set[str]:
    """The municipalities around an outage's point: its line may supply districts there too."""
    if version.geometry is None:
        return set()
    try:
        west, south, east, north = bounds(version.geometry)
    except ValueError as error:
        raise InvalidRecord(str(error), where=f"geometry of {version.series}") from None
    x, y = (west + east) / 2, (south + north) / 2
    sides = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
    return {
        municipality(towns.of(replace(version, area=None, geometry=point(x + r * dx, y + r * dy))))
        for r in _REACH for dx, dy in sides
    }  # fmt: skip


def build(inputs: Inputs, params: Params, at: int) -> list[Edition]:
    """One edition per open shelter, and one of the demand of the municipality.

    Raises InvalidRecord for a body that is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    shelters = danger.shelters(inputs.get(SHELTER, ()))
    threats = danger.threats(inputs.get(EXPOSURE, ()))
    cuts = danger.cuts(inputs.get(OUTAGE, ()))
    lines = danger.supply(inputs.get(FACILITY, ()))
    people = residents(inputs.get(MESH, ()))
    found = [
        _risk(one, threats, cuts, lines, params, mode, at) for one in shelters if one.is_open
    ]  # fmt: skip
    return [*found, *_demand(shelters, threats, people, params, mode)]


def _risk(
    shelter: Shelter, threats: Sequence[Threat], cuts: Sequence[Cut], lines: Supply,
    params: Params, mode: Mode, at: int,
) -> Edition:  # fmt: skip
    silent, due = danger.silence(shelter, round(params.hours * HOUR), at)
    crowded = danger.crowding(shelter, params.nearly)
    found: list[Found] = [
        *danger.dangers(shelter, threats),
        *danger.supplied(shelter, cuts, lines),
        *(one for one in (crowded, silent) if one is not None),
    ]
    found.sort(key=lambda one: (danger.GRADES.index(one.reason.grade), one.reason.reason,
                                one.reason.hazard, one.reason.source))  # fmt: skip
    versions = {one.id: one for each in found for one in each.versions}
    versions[shelter.version.id] = shelter.version
    body = shelter.body
    risk = ShelterRisk(
        name=body.name,
        codes=body.codes,
        municipality=body.municipality,
        address=body.address,
        grade=found[0].reason.grade if found else "none",
        reasons=[one.reason for one in found],
        headcount=body.headcount,
        capacity=body.capacity,
        reported=body.reported,
        not_checked=_not_checked(shelter, lines),
    )
    ends = [one.valid_to for one in versions.values()] + ([] if due is None else [due])
    turned = silent is not None and silent.reason.reason == "silent"
    moment = danger.reported_at(shelter) + round(params.hours * HOUR) if turned else None
    issued = [one.issued for one in versions.values()]
    begun = [danger.begun(one) for one in versions.values()]
    record = Record(
        RISK,
        shelter.version.key,
        encode(risk),
        geometry=shelter.version.geometry,
        area=shelter.version.area,
        valid_to=min(ends) if min(ends) < FOREVER else None,
        basis=tuple(sorted(versions)),
    )
    return Edition(
        series=f"shelter/{shelter.version.key}",
        issued=max(issued + ([moment] if moment is not None else [])),
        records=[record],
        mode=mode,
        effective=max(begun + ([moment] if moment is not None else [])),
    )


def _not_checked(shelter: Shelter, lines: Supply) -> list[str]:
    body = shelter.body
    known = {service for service, _, _ in lines.of(shelter)}
    missing = {
        "place": shelter.point is None,
        "hazards": not shelter.kinds,
        "capacity": not body.capacity,
        "headcount": body.headcount is None,
        "power": "power" not in known and not body.address,
        "water": "water" not in known and not body.address,
    }
    return [name for name, so in missing.items() if so]


def _demand(
    shelters: Sequence[Shelter], threats: Sequence[Threat], people: Residents, params: Params,
    mode: Mode,
) -> list[Edition]:  # fmt: skip
    """Nothing where nobody is expected and nobody is there."""
    found = crowds(
        threats,
        Rates(params.storm_rate_low, params.storm_rate, params.storm_rate_high),
        Rates(params.tsunami_rate_low, params.tsunami_rate, params.tsunami_rate_high),
        Rates(params.quake_rate_low, params.quake_rate, params.quake_rate_high),
    )
    if not shelters or not (found or any(one.is_open for one in shelters)):
        return []
    areas = [municipality(one.version.area) for one in shelters]
    area = next(filter(None, areas), "")
    names = [one.body.municipality for one in shelters]
    names += [one.body.area_name for one in threats if one.body.hazard_kind == ORDER]
    name = next(filter(None, names), "")
    population, squares = people.get(area, (None, ()))
    body = demand(name, shelters, threats, found, population)
    versions = [
        *(one.version for one in found),
        *_named([one.version for one in shelters]),
        *_named([one.version for one in threats]),
        *squares,
    ]
    record = Record(
        DEMAND,
        area or name,
        encode(body),
        area=area or None,
        valid_to=_end(versions),
        basis=tuple(sorted({one.id for one in versions})),
    )
    return [Edition(
        series="demand",
        issued=max(one.issued for one in versions),
        records=[record],
        mode=mode,
        effective=max(danger.begun(one) for one in versions),
    )]  # fmt: skip


def _end(versions: Sequence[Version]) -> int | None:
    end = min(one.valid_to for one in versions)
    return end if end < FOREVER else None


def _named(versions: Sequence[Version]) -> list[Version]:
    """All, where they are few; else one of each label: a reader must be allowed to see all that
    the sum tells of."""
    if len(versions) <= _NAMED:
        return list(versions)
    labels: dict[int, Version] = {}
    for one in versions:
        labels.setdefault(one.label, one)
    return list(labels.values())
