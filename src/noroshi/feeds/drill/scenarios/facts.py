"""The truth beside the messages: what is so, written down whenever it changes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from noroshi.core.time import JST, MINUTE, show
from noroshi.feeds.drill.actors.orders import KINDS
from noroshi.feeds.drill.actors.state import (
    Damage,
    HospitalState,
    Order,
    OutageState,
    RoadState,
    ShelterState,
    StationState,
)
from noroshi.feeds.drill.scenarios import closures
from noroshi.feeds.drill.scenarios.aftermath import Aftermath
from noroshi.feeds.drill.scenarios.closures import Reach
from noroshi.feeds.drill.scenarios.supply import Supply
from noroshi.feeds.drill.scene import Fact
from noroshi.feeds.drill.world.model import Lonlat, World

#: How often the slow things are looked at.
STEP = 10 * MINUTE

Near = Callable[[dict[str, Any], dict[str, Any]], bool]
Said = tuple[str, dict[str, Any], Lonlat]
"""A key, what is so of it, and where it is."""


class Watch:
    """Remembers what was so, and gives facts of what is otherwise. `near`: whether a body says
    hardly more than the one before."""

    def __init__(self, kind: str, near: Near = operator.eq) -> None:
        self._kind, self._near = kind, near
        self._held: dict[str, dict[str, Any]] = {}

    def see(self, time: int, said: Iterable[Said]) -> Iterator[Fact]:
        """The facts of a moment. Of what is no longer named, that it is gone."""
        there = set()
        for key, body, at in said:
            there.add(key)
            old = self._held.get(key)
            if old is None or not self._near(old, body):
                self._held[key] = body
                yield Fact(time, self._kind, key, body, at=at)
        for key in sorted(self._held.keys() - there):
            del self._held[key]
            yield Fact(time, self._kind, key, gone=True)


def _close(field: str, least: int, share: float) -> Near:
    """True where only a count changed, and by little."""

    def near(old: dict[str, Any], new: dict[str, Any]) -> bool:
        if {**old, field: 0} != {**new, field: 0}:
            return False
        a, b = old.get(field) or 0, new.get(field) or 0
        return a == b or (b != 0 and abs(a - b) <= max(least, share * a))

    return near


def society(
    world: World,
    after: Aftermath,
    supply: Supply,
    start: int,
    end: int,
    hospitals: Callable[[int], list[HospitalState]] | None = None,
) -> Iterator[Fact]:
    """What is so of shelters, outages, stations, hospitals (as `hospitals` has them, else by their
    supply) and damage, looked at every ten minutes."""
    states = hospitals or supply.hospitals
    watches: list[tuple[Watch, Callable[[int], Iterable[Said]]]] = [
        (Watch("disaster.shelter", _close("headcount", 3, 0.04)), lambda t: _shelters(after, t)),
        (Watch("infrastructure.outage", _close("customers_out", 10, 0.05)),
         lambda t: _outages(supply, t)),
        (Watch("infrastructure.base_station"), lambda t: map(_station, supply.stations(t))),
        (Watch("health.hospital_status", _patients), lambda t: map(hospital_said, states(t))),
        (Watch("disaster.report"), lambda t: (_damage(world, one) for one in after.damage(t))),
    ]  # fmt: skip
    for time in range(start, end, STEP):
        for watch, look in watches:
            yield from watch.see(time, look(time))


def roads(world: World, after: Aftermath, end: int) -> Iterator[Fact]:
    """Every change of a road, and of who is cut off by them, at the moment it happens."""
    found: list[Fact] = []
    routes = {one.code: one for one in world.routes}
    for one in after.closures:
        road = world.roads[one.road]
        for time in (one.since, one.eased):
            if time is not None and time < end and (one.until is None or time < one.until):
                state = closures.state(world, one, time, routes.get(road.route))
                key, body, at = road_said(state)
                found.append(Fact(time, "disaster.road", key, body, at=at))
        if one.until is not None and one.until < end:
            found.append(Fact(one.until, "disaster.road", road.code, gone=True))
    reach = Reach(world, after.closures)
    watch = Watch("disaster.isolation")
    for time in reach.changes():
        if time < end:
            found += watch.see(time, (_isolated(one) for one in reach.cut_off(time)))
    yield from sorted(found, key=lambda one: (one.time, one.kind, one.key))


def ordered(world: World, orders: Iterable[Order], lifted: int) -> Iterator[Fact]:
    """Evacuation orders from when they are given, and that they are gone once lifted."""
    towns = {one.code: one.name for one in world.municipalities}
    where = {one.code: one.at for one in world.districts}
    given = sorted(orders, key=lambda one: (one.since, one.district))
    for one in given:
        body = {
            "kind": KINDS[one.level], "level": one.level, "hazard": one.hazard,
            "municipality": towns[one.municipality], "districts": [one.name],
            "district_codes": [one.district], "persons": one.people,
            "households": one.households, "ordered": show(one.since, JST),
        }  # fmt: skip
        key = f"{one.district}-{one.hazard}"
        yield Fact(one.since, "disaster.evacuation_order", key, body, at=where.get(one.district))
    for one in given:
        key = f"{one.district}-{one.hazard}"
        yield Fact(lifted, "disaster.evacuation_order", key, gone=True)


# --- bodies: the fields of the kinds that are true -----------------------------------------------


def _shelters(after: Aftermath, time: int) -> Iterator[Said]:
    for one in after.shelters(time):
        yield shelter_said(one)


def shelter_said(one: ShelterState) -> Said:
    """A shelter as the truth has it."""
    body: dict[str, Any] = {
        "name": one.shelter.name, "code": one.shelter.code, "status": one.status,
        "capacity": one.shelter.capacity,
    }  # fmt: skip
    if one.headcount is not None:
        body["headcount"] = one.headcount
    if one.opened is not None:
        body["opened"] = show(one.opened, JST)
    return one.shelter.code, body, one.shelter.at


def road_said(one: RoadState) -> Said:
    """A stretch of road as the truth has it."""
    body = {
        "code": one.code, "name": one.name, "status": one.status, "reason": one.cause,
        "started": show(one.since, JST),
    }  # fmt: skip
    return one.code, body, one.at


def _outages(supply: Supply, time: int) -> Iterator[Said]:
    for service, states in (("power", supply.power(time)), ("water", supply.water(time))):
        for one in states:
            yield _outage(service, one)


def _outage(service: str, one: OutageState) -> Said:
    whole = one.thing.customers
    status = "restored" if one.out == 0 else "out" if one.out >= whole else "partial"
    body = {
        "service": service, "code": one.thing.code, "name": one.thing.name, "status": status,
        "customers_out": one.out, "customers_total": whole,
    }  # fmt: skip
    return one.thing.code, body, one.at


def _station(one: StationState) -> Said:
    body = {
        "code": one.station.code, "name": one.station.name, "power": one.power,
        "status": "on" if one.working else "off", "served": one.station.served,
    }  # fmt: skip
    return one.station.code, body, one.station.at


_POWER = {"mains": "normal", "generator": "reserve", "none": "none"}
_WATER = {"mains": "normal", "tank": "reserve", "none": "none"}
_BUILDING = {"ok": "sound", "damaged": "damaged", "unsafe": "collapse_risk"}
_ACCEPTS = {"normal": "normal", "limited": "limited", "none": "stopped"}


def hospital_said(one: HospitalState) -> Said:
    """A hospital as the truth has it."""
    body = {
        "code": one.hospital.code, "name": one.hospital.name, "status": _ACCEPTS[one.accepts],
        "accepts": one.accepts != "none", "building": _BUILDING[one.building],
        "power": _POWER[one.power], "water": _WATER[one.water], "severe": one.severe,
        "moderate": one.moderate,
    }  # fmt: skip
    if not one.systems:
        body["systems"] = ["電子カルテ", "医事会計", "画像"]
    return one.hospital.code, body, one.hospital.at


def _patients(old: dict[str, Any], new: dict[str, Any]) -> bool:
    counts = {"severe": 0, "moderate": 0}
    if {**old, **counts} != {**new, **counts}:
        return False
    return all(abs((old[name] or 0) - (new[name] or 0)) <= 2 for name in counts)


def _damage(world: World, one: Damage) -> Said:
    town = next(each for each in world.municipalities if each.code == one.municipality)
    body = {"title": "人的・建物被害", "attributes": msgspec.structs.asdict(one)}
    return f"damage/{one.municipality}", body, town.at


def _isolated(one: Any) -> Said:
    body = {
        "code": one.code, "name": one.name, "municipality": one.municipality,
        "persons": one.people.total, "households": one.people.households,
        "over75": one.people.over75, "care": one.people.care,
    }  # fmt: skip
    return one.code, body, one.at
