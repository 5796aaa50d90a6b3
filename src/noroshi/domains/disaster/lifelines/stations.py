"""How long base stations will yet work, by what is said of them and of what they hang on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from noroshi.core.record import Record, Version
from noroshi.core.time import HOUR, SECOND
from noroshi.domains.disaster.lifelines.said import Thing, moment, text
from noroshi.domains.disaster.lifelines.touched import Built, Register
from noroshi.kinds import decode, encode
from noroshi.kinds.lifeline import BaseStation
from noroshi.kinds.lifeline_state import StationOutlook

BASE_STATION, OUTLOOK = "infrastructure.base_station", "infrastructure.station_outlook"


class Outlook(NamedTuple):
    """What is said of one station, and the moment at which it has changed by itself, if it has."""

    record: Record
    issued: int
    turned: int | None


def outlooks(
    versions: Sequence[Version], known: Register, feeders: Mapping[str, Thing], area: str, at: int
) -> list[Outlook]:
    """Every station of which somebody speaks, and those of the register that nobody speaks of and
    whose feeder is out wholly. Raises InvalidRecord for a body that is no base station."""
    said: dict[str, list[tuple[Version, BaseStation]]] = {}
    for version in versions:
        body: BaseStation = decode(BASE_STATION, version.body)
        said.setdefault(body.code, []).append((version, body))
    found = []
    for code, some in sorted(said.items()):
        some.sort(key=lambda one: (one[0].issued, one[0].series))
        found.append(_spoken_of(code, some, known.stations.get(code), feeders, area, at))
    for code, built in sorted(known.stations.items()):
        feeder = feeders.get(built.body.feeder)
        if code in said or not area or built.area != area or feeder is None:
            continue
        if feeder.taken.status == "out":
            found.append(_presumed(code, built, feeder, area, at))
    return found


def _spoken_of(
    code: str, some: Sequence[tuple[Version, BaseStation]], built: Built | None,
    feeders: Mapping[str, Thing], area: str, at: int,
) -> Outlook:  # fmt: skip
    version, body = some[-1]
    observed = min(moment(body.observed, version.issued), version.issued)
    register = None if built is None else built.body
    feeder = None if register is None else feeders.get(register.feeder)
    dark_at: int | None = None
    presumed = False
    working = body.status in ("on", "degraded")
    if working and body.power in ("battery", "generator"):
        if body.battery is not None:
            dark_at = observed + round(body.battery * SECOND)
        elif register is not None and register.backup is not None:
            since = min(moment(body.since, observed), observed)
            dark_at, presumed = since + round(register.backup * SECOND), True
    state = _state(body, dark_at, at)
    other = next((one for one in reversed(some[:-1]) if one[1].status != body.status), None)
    told = StationOutlook(
        code=code, state=state, name=body.name or ("" if register is None else register.name),
        operator=body.operator or ("" if register is None else register.operator),
        municipality=body.municipality,
        hours_left=None if body.battery is None else round(body.battery / 3600, 2),
        dark_at=text(dark_at), presumed=presumed, power=body.power,
        feeder="" if register is None else register.feeder,
        feeder_status="" if feeder is None else feeder.taken.status,
        served=body.served if body.served is not None else None if register is None
        else register.served,
        since=text(dark_at) if state == "expected_dark" else body.since, observed=text(observed),
        conflict="" if other is None else
        f"{other[1].operator or other[0].source}: {other[1].status} ({text(other[0].issued)})",
    )  # fmt: skip
    basis = [one[0].id for one in some]
    basis += [] if built is None else [built.version.id]
    basis += [] if feeder is None else [feeder.taken.version.id]
    turned = dark_at if state == "expected_dark" else None
    ends = dark_at if state == "on_battery" else None
    issued = max([one[0].issued for one in some] + ([] if feeder is None else [feeder.taken.time]))
    if built is not None:
        issued = max(issued, built.version.issued)
    return Outlook(_record(code, told, version.geometry, area, ends, basis), issued, turned)


def _state(body: BaseStation, dark_at: int | None, at: int) -> str:
    if body.status == "off":
        return "dark"
    if body.status not in ("on", "degraded"):
        return "unknown"
    if body.power in ("battery", "generator"):
        return "expected_dark" if dark_at is not None and at >= dark_at else "on_battery"
    return "dark" if body.power == "none" and body.battery == 0 else "working"


def _presumed(code: str, built: Built, feeder: Thing, area: str, at: int) -> Outlook:
    """A station on a feeder that is out wholly, of which nobody speaks: it is not known to work,
    nor to be dark; when its battery would be empty is."""
    body = built.body
    since = feeder.taken.since
    dark_at = None if body.backup is None else since + round(body.backup * SECOND)
    passed = dark_at is not None and at >= dark_at
    told = StationOutlook(
        code=code, state="expected_dark" if passed else "unknown", name=body.name,
        operator=body.operator, municipality=body.municipality,
        hours_left=None if body.backup is None or dark_at is None
        else round(max(0, dark_at - feeder.taken.time) / HOUR, 2),
        dark_at=text(dark_at), presumed=True, feeder=body.feeder,
        feeder_status=feeder.taken.status, served=body.served,
        since=text(dark_at) if passed else text(since), observed=text(feeder.taken.time),
    )  # fmt: skip
    basis = [built.version.id, feeder.taken.version.id]
    issued = max(feeder.taken.time, built.version.issued)
    ends = None if passed else dark_at
    record = _record(code, told, built.version.geometry, area, ends, basis)
    return Outlook(record, issued, dark_at if passed else None)


def _record(
    code: str, body: StationOutlook, geometry: bytes | None, area: str, ends: int | None,
    basis: Sequence[int],
) -> Record:  # fmt: skip
    return Record(
        OUTLOOK, code, encode(body), geometry=geometry, area=area or None, valid_to=ends,
        basis=tuple(sorted(set(basis))),
    )  # fmt: skip
