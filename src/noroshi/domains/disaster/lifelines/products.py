"""Outages of each municipality with a forecast of their end, and the outlook of base stations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import DAY, HOUR, NEVER, SECOND
from noroshi.domains.disaster.lifelines import model
from noroshi.domains.disaster.lifelines.said import (
    OUTAGE,
    Said,
    Supply,
    Thing,
    conflicts,
    course,
    feeder_state,
    statements,
    supplies,
    text,
)
from noroshi.domains.disaster.lifelines.stations import BASE_STATION, Outlook, outlooks
from noroshi.domains.disaster.lifelines.touched import (
    FACILITY,
    SHELTER,
    Register,
    register,
    touched,
)
from noroshi.kinds import decode, encode, note
from noroshi.kinds.lifeline_state import Expectation, ForecastPoint, OutageArea

AREA = "infrastructure.outage_area"
#: For which hours ahead the number still out is told.
POINTS = (1, 3, 6, 12, 24, 36, 48, 60, 72)
#: How far back statements are looked at; as the capability declares.
HISTORY = 3 * DAY
#: Hours from which it is seen whether ever more lose supply.
WINDOW = 3.0
#: Ids of history that a record names at most; beyond, the newest of each label.
_MOST = 200


class Params(msgspec.Struct, frozen=True):
    """What is expected before an event has shown how fast it is repaired, and how patient to be."""

    power_hours: Annotated[
        float, msgspec.Meta(gt=0),
        note("停電の復旧時間（事前）", "median time to restoration of power beforehand [h]"),
    ] = 12.0  # fmt: skip
    water_hours: Annotated[
        float, msgspec.Meta(gt=0),
        note("断水の復旧時間（事前）", "the same for water and sewage [h]"),
    ] = 120.0  # fmt: skip
    gas_hours: Annotated[
        float, msgspec.Meta(gt=0), note("ガスの復旧時間（事前）", "the same for gas [h]")
    ] = 480.0
    other_hours: Annotated[
        float, msgspec.Meta(gt=0),
        note("通信・その他の復旧時間（事前）", "the same for telecom and all else [h]"),
    ] = 36.0  # fmt: skip
    spread: Annotated[
        float, msgspec.Meta(gt=0, le=3),
        note("事前の幅", "standard deviation of the logarithm of these medians between events"),
    ] = 1.2  # fmt: skip
    block_customers: Annotated[
        float, msgspec.Meta(ge=1),
        note("同時復旧の単位", "customers who come back together [customers]"),
    ] = 3000.0  # fmt: skip
    refresh: Annotated[
        float, msgspec.Meta(ge=300),
        note("更新間隔", "how often the forecast is made anew while nothing is said [s]"),
    ] = 3600.0  # fmt: skip
    patience: Annotated[
        float, msgspec.Meta(ge=3600),
        note("古いとみなす時間", "after so long without a word a statement is called stale [s]"),
    ] = 43200.0  # fmt: skip


def scope(version: Version, towns: Towns) -> Sequence[str]:
    """The municipality: by its own area, by name as written, by place; where none of these leads
    to one, the name itself."""
    own = towns.of(version) if version.area else ""
    if own:
        return [own]
    name = str(decode(version.kind, version.body).municipality)
    found = (name and towns.named(name)) or towns.of(version) or name.replace("/", "／")
    return [found] if found else []


def build(inputs: Inputs, params: Params, at: int) -> list[Edition]:
    """Two editions for a municipality: `outages`, one record for each service, and `stations`.

    The forecast is made when something is said and every `refresh` after it, up to `patience`;
    a station's state ends when its battery must be empty. Raises InvalidRecord for a body that is
    not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    known = register(list(inputs[FACILITY]))
    for version in inputs[SHELTER]:
        decode(SHELTER, version.body)
    said = [one for one in statements(inputs[OUTAGE]) if one.ended > at - HISTORY]
    area, name = _place(inputs, said, known)
    found = supplies(said, at)
    power = {one.code: one for one in found["power"].things} if "power" in found else {}
    editions = []
    if found:
        editions.append(_outages(found, said, known, area, name, inputs[SHELTER], params, mode, at))
    stations = outlooks(inputs[BASE_STATION], known, power, area, at)
    if stations:
        editions.append(_stations(stations, mode))
    return editions


def _place(inputs: Inputs, said: Sequence[Said], known: Register) -> tuple[str, str]:
    """The municipality that this part is of (empty where nothing tells), and its name."""
    names = [one.body.municipality for one in said if one.body.municipality]
    names += [decode(BASE_STATION, one.body).municipality for one in inputs[BASE_STATION]]
    name = next((one for one in names if one), "")
    for kind in (OUTAGE, BASE_STATION, SHELTER):
        for version in inputs[kind]:
            scheme, _, code = (version.area or "").partition(":")
            if scheme == "city" and len(code) == 7:
                return f"city:{code[:5]}00", name
    areas = known.names.get(name, ())
    if not areas and name:
        # Registers write the district before a town: 露富郡鞍室町.
        areas = sorted({area for full, some in known.names.items() if full.endswith(name)
                        for area in some})  # fmt: skip
    return (areas[0] if len(areas) == 1 else ""), name


def _outages(
    found: Mapping[str, Supply], said: Sequence[Said], known: Register, area: str,
    name: str, shelters: Sequence[Version], params: Params, mode: Mode, at: int,
) -> Edition:  # fmt: skip
    base = max(one.time for one in said)
    base = max(base, *(one.ended for one in said if one.ended <= at), NEVER)
    step, most = round(params.refresh * SECOND), round(params.patience * SECOND)
    steps = min(max(at - base, 0), most) // step
    as_of = base + steps * step
    again = base + (steps + 1) * step if (steps + 1) * step <= most else None
    stale = again is None
    records = []
    for service, supply in sorted(found.items()):
        body, basis = _area(
            service, supply, known, area, name, shelters, params, as_of, stale=stale
        )
        history = [one for one in said if one.body.service == service]
        records.append(Record(
            AREA, f"{area or name}/{service}", encode(body), area=area or None,
            valid_to=again if body.forecast else None,
            basis=tuple(sorted(basis | _named(history))),
        ))  # fmt: skip
    newest = max([as_of, *(one.time for one in said)])
    lasting = any(one.valid_to is not None for one in records)
    if not lasting:
        newest = base
    return Edition("outages", newest, records, mode=mode, effective=newest)


def _named(history: Sequence[Said]) -> set[int]:
    """The ids of history: all of them where they are few, else the newest of each sender and
    label, so that nobody is shown what rests on what they may not see."""
    if len(history) <= _MOST:
        return {one.version.id for one in history}
    newest = {(one.version.series, one.version.label): one.version.id for one in history}
    return set(newest.values())


def _area(
    service: str, supply: Supply, known: Register, area: str, name: str,
    shelters: Sequence[Version], params: Params, as_of: int, *, stale: bool,
) -> tuple[OutageArea, set[int]]:  # fmt: skip
    some = supply.things
    counts = [one.taken.out for one in some]
    out = sum(one for one in counts if one is not None)
    uncounted = sum(
        one.taken.out is None and one.taken.status in ("out", "partial") for one in some
    )
    total, of_register = _customers(service, some, known, area)
    facilities, stations = touched(service, some, known, area, shelters)
    basis = {one.taken.version.id for one in some}
    basis |= {other.version.id for one in some for other in one.others} | of_register
    basis |= {one.version.id for one in supply.totals}
    basis |= {id for one in facilities for id in one.basis}
    status = _status(some, out, total)
    order = sorted(some, key=lambda one: (-(one.taken.out or 0), one.code))
    body = OutageArea(
        area_name=name, service=service, status=status,
        customers_out=out if any(one is not None for one in counts) else None,
        uncounted=uncounted, customers_total=total,
        share=round(min(1.0, out / total), 4) if total else None,
        since=text(min((one.taken.since for one in some if one.taken.status != "restored"),
                       default=None)),
        observed=text(max(one.taken.time for one in some)),
        stale=stale and status != "restored", feeders=[feeder_state(one) for one in order],
        conflicts=conflicts(supply), facilities=[one.facility for one in facilities],
        base_stations=stations,
    )  # fmt: skip
    return _with_forecast(body, some, params, as_of), basis


def _customers(
    service: str, some: Sequence[Thing], known: Register, area: str
) -> tuple[int | None, set[int]]:
    """Customers of the service in the municipality, as far as register and statements tell; and
    the entries of the register that were counted."""
    counted = {
        code: count for code, count in known.customers.items()
        if area and known.home.get(code) == area
        and (code in known.is_zone) == (service in ("water", "sewage"))
        and service in ("power", "water", "sewage")
    }  # fmt: skip
    for one in some:
        if one.taken.body.customers_total is not None:
            counted[one.code] = one.taken.body.customers_total, 0
        elif one.code in known.customers:
            counted[one.code] = known.customers[one.code]
    total = sum(count for count, _ in counted.values())
    return total or None, {id for _, id in counted.values() if id}


def _status(some: Sequence[Thing], out: int, total: int | None) -> str:
    words = {one.taken.status for one in some}
    if words == {"restored"}:
        return "restored"
    if total and out >= total:
        return "out"
    if words <= {"out", "partial", "restored"}:
        return "out" if total is None and words == {"out"} else "partial"
    return "partial" if words & {"out", "partial"} else "unknown"


def _with_forecast(
    body: OutageArea, some: Sequence[Thing], params: Params, as_of: int
) -> OutageArea:  # fmt: skip
    """The same with the forecast of those who are out."""
    now = as_of / HOUR
    history = []
    for one in some:
        since, told = course(one, as_of)
        history += model.cohorts(since, told, now)
    standing = [one for one in history if one.out >= 1]
    if not standing:
        return body
    median = {"power": params.power_hours, "water": params.water_hours,
              "sewage": params.water_hours, "gas": params.gas_hours}  # fmt: skip
    before = model.prior(median.get(body.service, params.other_hours), params.spread)
    curve = model.fit(before, history, params.block_customers)
    courses = model.paths(curve, standing, params.block_customers)
    out = sum(one.out for one in standing)
    rate = model.inflow(history, WINDOW)
    room = math.inf if body.customers_total is None else max(0, body.customers_total - out)
    more = {hours: min(room, model.lost(rate, hours, WINDOW, curve)) for hours in POINTS}
    fell = any(one.seen[0][1] > one.out for one in history)
    points = [
        ForecastPoint(
            at=text(as_of + hours * HOUR) or "", hours=hours,
            out=round(out * model.still_out(courses, hours, 0.5) + more[hours]),
            low=round(out * model.still_out(courses, hours, 0.1)),
            high=round(out * model.still_out(courses, hours, 0.9) + 2 * min(more[hours], room / 2)),
        )
        for hours in POINTS
    ]  # fmt: skip
    return msgspec.structs.replace(
        body, half=_expectation(courses, 0.5, as_of), ninety=_expectation(courses, 0.9, as_of),
        forecast=points, forecast_from="history" if fell else "prior",
    )  # fmt: skip


def _expectation(courses: model.Paths, restored: float, as_of: int) -> Expectation:
    def when(quantile: float) -> str | None:
        hours = model.time_of(courses, restored, quantile)
        return None if hours is None else text(as_of + round(hours * 60) * 60 * SECOND)

    return Expectation(when(0.5), when(0.1), when(0.9))


def _stations(found: Sequence[Outlook], mode: Mode) -> Edition:
    issued = max(max(one.issued, one.turned or NEVER) for one in found)
    return Edition(
        "stations", issued, [one.record for one in found], mode=mode, effective=issued
    )  # fmt: skip
