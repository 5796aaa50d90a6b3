"""Lifelines as those who run them list them: power, water, mobile telephone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely

from noroshi.feeds.drill.files import paper
from noroshi.feeds.drill.files.paper import (
    AS_OF_JA,
    EXERCISE,
    Column,
    File,
    Made,
    Towns,
    features,
    six,
    source,
    table,
)  # fmt: skip
from noroshi.feeds.drill.files.public import of
from noroshi.feeds.drill.world.model import Facility, World

_KIND = "infrastructure.facility"
_MOBILE = [f"mappings/base_stations{suffix}.toml" for suffix in ("", "_2", "_3")]


def write(world: World) -> Iterator[Made]:
    """The files of lifelines."""
    towns = Towns(world)
    yield _substations(world, towns)
    yield _feeders(world, towns)
    yield _water_plants(world, towns)
    yield _water_zones(world, towns)
    yield from _base_stations(world, towns)


def _built(one: Facility, towns: Towns) -> dict[str, Any]:
    return {
        "id": one.code, "name": one.name, "kana": one.kana, "type": one.kind,
        "operator": one.operator, "address": one.address, "lgcode": six(one.municipality),
        "city": towns.name(one.municipality), "elevation_m": one.elevation,
        "backup_h": one.hours or None, "customers": one.served or None,
        "feeder": one.feeder or None, "zone": one.zone or None,
    }  # fmt: skip


def _substations(world: World, towns: Towns) -> Made:
    rows = [
        (paper.point(one.at), {**_built(one, towns), "class": one.category})
        for one in of(world, "substation", "power_plant")
    ]
    owner = next((one.operator for one in of(world, "substation")), "電力会社")
    file = File(
        "utilities/power/substations.geojson", "Substations and power plants",
        "変電所・発電所", owner, source(world, "power"), "mappings/stations.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 変電所・発電所", rows)


def _feeders(world: World, towns: Towns) -> Made:
    stations = {one.code: one for one in of(world, "substation")}
    rows = []
    for one in world.feeders:
        station = stations.get(one.substation)
        rows.append((paper.line(one.route), {
            "id": one.code, "name": one.name, "substation": one.substation,
            "operator": station.operator if station else "", "customers": one.customers,
            "districts": one.districts,
            "areas": "、".join(towns.district(code) for code in one.districts),
        }))  # fmt: skip
    owner = next((one.operator for one in stations.values()), "電力会社")
    file = File(
        "utilities/power/feeders.geojson", "Power feeders with the districts they supply",
        "配電線と供給区域", owner, source(world, "feeders"), "mappings/feeders.toml", _KIND,
        len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 配電線", rows)


def _water_plants(world: World, towns: Towns) -> Made:
    rows = [
        (paper.point(one.at), {**_built(one, towns), "class": "water_plant"})
        for one in of(world, "water_plant")
    ]
    file = File(
        "utilities/water/plants.geojson", "Water plants", "浄水場", f"{world.name}水道協議会",
        source(world, "water"), "mappings/stations.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 浄水場", rows)


def _water_zones(world: World, towns: Towns) -> Made:
    rows = []
    for one in world.zones:
        shapes = [
            shapely.MultiPolygon([(rings[0], rings[1:]) for rings in
                                  towns.districts[code].boundary if rings])
            for code in one.districts
        ]  # fmt: skip
        whole = shapely.union_all([shape.buffer(0) for shape in shapes])
        whole = shapely.set_precision(whole.simplify(1e-4), 1e-6)
        geometry = shapely.geometry.mapping(whole) if not whole.is_empty else None
        rows.append((geometry, {
            "id": one.code, "name": one.name, "plant": one.plant, "customers": one.customers,
            "operator": f"{towns.town(one.code[:5]).name}水道局", "lgcode": six(one.code[:5]),
            "districts": one.districts,
        }))  # fmt: skip
    file = File(
        "utilities/water/zones.geojson", "Zones of water supply", "配水区",
        f"{world.name}水道協議会", source(world, "zones"), "mappings/zones.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 配水区", rows)


def _base_stations(world: World, towns: Towns) -> Iterator[Made]:
    """Each operator's own table, in its own words."""
    stations = of(world, "base_station")
    for number, operator in enumerate(dict.fromkeys(one.operator for one in stations)):
        own = [one for one in stations if one.operator == operator]
        columns = (_first, _second, _third)[number % 3](towns)
        above = [f"{EXERCISE}{operator} {world.name} 基地局一覧 {AS_OF_JA}"]
        file = File(
            f"utilities/telecom/{operator}_基地局.csv", f"Base stations of {operator}",
            f"{operator} 基地局一覧", operator, source(world, f"mobile-{number + 1}"),
            _MOBILE[number % 3], _KIND, len(own),
        )  # fmt: skip
        if number % 3 == 1:
            yield file, table(own, columns, above=above, encoding="utf-8-sig")
        else:
            yield file, table(own, columns, above=above)


def _first(towns: Towns) -> list[Column[Facility]]:
    return [
        ("局番", lambda one: one.code),
        ("局名", lambda one: one.name),
        ("局種別", lambda one: one.kind),
        ("事業者", lambda one: one.operator),
        ("バッテリー保持時間[h]", lambda one: one.hours),
        ("圏内人口", lambda one: one.served or ""),
        ("受電配電線", lambda one: one.feeder),
        ("市町村CD", lambda one: six(one.municipality)),
        ("緯度", lambda one: one.at[1]),
        ("経度", lambda one: one.at[0]),
        ("標高", lambda one: one.elevation),
    ]


def _second(towns: Towns) -> list[Column[Facility]]:
    return [
        ("cell_site_id", lambda one: one.code),
        ("site_name", lambda one: one.name),
        ("site_type", lambda one: one.kind),
        ("operator", lambda one: one.operator),
        ("lat", lambda one: one.at[1]),
        ("lon", lambda one: one.at[0]),
        ("lgcode", lambda one: six(one.municipality)),
        ("backup_min", lambda one: round(one.hours * 60)),
        ("population", lambda one: one.served or ""),
        ("feeder", lambda one: one.feeder),
    ]


def _third(towns: Towns) -> list[Column[Facility]]:
    return [
        ("基地局ID", lambda one: one.code),
        ("基地局名称", lambda one: one.name),
        ("設置市町村", lambda one: towns.name(one.municipality)),
        ("団体コード", lambda one: six(one.municipality)),
        ("事業者名", lambda one: one.operator),
        ("予備電源（時間）", lambda one: one.hours),
        ("カバー人口（人）", lambda one: f"{one.served:,}" if one.served else ""),
        ("X座標", lambda one: one.at[0]),
        ("Y座標", lambda one: one.at[1]),
        ("系統", lambda one: one.feeder),
    ]
