"""Boundaries as MLIT N03 writes them, area codes as JMA's tables do, and both as places."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import shapely

from noroshi.core.place import city
from noroshi.feeds.drill.files.paper import File, Made, area, features, six
from noroshi.feeds.drill.world.model import Area, Line, World
from noroshi.formats.boundaries import Place

#: What an area of the weather agency is by its scheme and depth, as `noroshi.formats.boundaries`.
_LEVELS = ("region", "primary", "matome")


def write(world: World) -> Iterator[Made]:
    """The files of places: boundaries first, so that they keep their shapes; districts beside."""
    yield (
        File(
            f"places/N03-20260101_{world.code}.geojson", "Municipal boundaries (MLIT N03)",
            "行政区域（国土数値情報 N03 形式）", "国土交通省", records=len(world.municipalities),
            use="places",
        ),
        _boundaries(world),
    )  # fmt: skip
    yield (
        File(
            "places/jmacode.csv", "JMA area codes", "気象庁 地域コード（市町村等）", "気象庁",
            records=len(world.municipalities), use="places",
        ),
        _codes(world),
    )  # fmt: skip
    yield (
        File(
            f"reference/r2ka{world.code}.geojson", "Districts with people (census)",
            "小地域（町丁・字等）の境界と人口", "総務省統計局", records=len(world.districts),
            use="reference",
        ),
        _districts(world),
    )  # fmt: skip


def _boundaries(world: World) -> bytes:
    rows = []
    for one in world.municipalities:
        for rings in one.boundary:
            if rings:
                rows.append((area([rings]), {
                    "N03_001": world.name, "N03_002": None, "N03_003": one.county or None,
                    "N03_004": one.name, "N03_005": None, "N03_007": one.code,
                }))  # fmt: skip
    return features(f"N03-20260101_{world.code} {world.name}", rows)


def _codes(world: World) -> bytes:
    """JMA's table: each municipality with the areas it lies in, from near to far."""
    areas = {one.code: one for one in world.areas if one.scheme == "jma.forecast"}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    levels = ("city", "matomearea", "firstarea", "pref")
    writer.writerow([f"{one}{part}" for one in levels for part in ("code", "name", "name_kn")])
    for town in world.municipalities:
        row = [f"{town.code}00", town.name, town.kana]
        chain: list[Area] = []
        code = town.group
        while (one := areas.get(code)) is not None and len(chain) < 3:
            chain.append(one)
            code = one.parent
        while chain and len(chain) < 3:
            chain.append(chain[-1])
        row += [cell for one in chain for cell in (one.code, one.name, one.kana)]
        writer.writerow(row)
    return out.getvalue().encode()


def _districts(world: World) -> bytes:
    names = {one.code: one for one in world.municipalities}
    rows = []
    for one in world.districts:
        town = names[one.municipality]
        rows.append((area(one.boundary), {
            "KEY_CODE": one.code, "PREF": world.code, "CITY": one.municipality[2:],
            "PREF_NAME": world.name, "CITY_NAME": town.county + town.name, "S_NAME": one.name,
            "JINKO": one.people.total, "SETAI": one.people.households,
            "X_CODE": one.at[0], "Y_CODE": one.at[1],
            "全国地方公共団体コード": six(one.municipality),
        }))  # fmt: skip
    return features(f"小地域 {world.name}", rows)


def world_places(world: World) -> list[Place]:
    """All places of a world with their shapes, also those for which there is no file to import
    (seismic areas, coasts): for `Store.put_places`."""
    areas = {one.code: one for one in world.areas if one.scheme == "jma.forecast"}
    prefecture = f"pref:{world.code}"
    outlines = {one.code: _wkb(one.boundary) for one in world.municipalities}
    whole = shapely.union_all([shapely.from_wkb(one) for one in outlines.values()])
    found = [Place(prefecture, world.name, "prefecture", world.kana, (),
                   shapely.to_wkb(whole, byte_order=1))]  # fmt: skip
    for town in world.municipalities:
        above, code = [], town.group
        while (one := areas.get(code)) is not None:
            above.append(f"jma.forecast:{one.code}")
            code = one.parent
        found.append(Place(city(town.code), town.name, "municipality", town.kana,
                           (*above, prefecture), outlines[town.code]))  # fmt: skip
    for one in world.areas:
        depth = _depth(one, areas)
        level = _LEVELS[min(depth, 2)] if one.scheme == "jma.forecast" else "region"
        parents = tuple(f"{one.scheme}:{code}" for code in _above(one, areas))
        found.append(Place(f"{one.scheme}:{one.code}", one.name, level, one.kana, parents,
                           _wkb(one.boundary) if one.boundary else None))  # fmt: skip
    for coast in world.coasts:
        shape = shapely.MultiLineString([part for part in coast.line if len(part) > 1])
        found.append(Place(f"jma.tsunami:{coast.code}", coast.name, "region", coast.kana, (),
                           shapely.to_wkb(shape, byte_order=1)))  # fmt: skip
    return found


def _above(one: Area, areas: dict[str, Area]) -> list[str]:
    found: list[str] = []
    code = one.parent
    while code in areas and code not in found:
        found.append(code)
        code = areas[code].parent
    return found


def _depth(one: Area, areas: dict[str, Area]) -> int:
    return len(_above(one, areas))


def _wkb(boundary: list[list[Line]]) -> bytes:
    shape: Any = shapely.MultiPolygon([(rings[0], rings[1:]) for rings in boundary if rings])
    wkb: bytes = shapely.to_wkb(shape if shape.is_valid else shape.buffer(0), byte_order=1)
    return wkb
