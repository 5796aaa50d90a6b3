"""Public facilities as their offices list them: schools, hospitals, fire stations, town halls."""

from __future__ import annotations

from collections.abc import Iterator

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
from noroshi.feeds.drill.files.shelters import katakana
from noroshi.feeds.drill.world.model import Facility, Settlement, World

_KIND = "infrastructure.facility"
#: 学校分類コード of 国土数値情報 P29.
_SCHOOLS = {"小学校": 16001, "中学校": 16002, "高等学校": 16004, "特別支援学校": 16012}


def write(world: World) -> Iterator[Made]:
    """The files of public facilities."""
    towns = Towns(world)
    yield _schools(world)
    yield _hospitals(world, towns)
    yield _fire_stations(world)
    yield _offices(world, towns)
    yield _settlements(world, towns)


def of(world: World, *categories: str) -> list[Facility]:
    """The facilities of some categories."""
    return [one for one in world.facilities if one.category in categories]


def _schools(world: World) -> Made:
    rows = [
        (paper.point(one.at), {
            "P29_001": one.municipality, "P29_002": one.code,
            "P29_003": _SCHOOLS.get(one.kind, 16001), "P29_004": one.name, "P29_005": one.address,
            "P29_006": 2 if one.kind in ("高等学校", "特別支援学校") else 3, "P29_007": 0,
            "P29_008": one.operator, "児童生徒数": one.served,
            "団体コード": six(one.municipality), "標高": one.elevation,
        })
        for one in of(world, "school")
    ]  # fmt: skip
    file = File(
        f"national/P29-26_{world.code}.geojson", "Schools (MLIT P29)",
        "学校（国土数値情報 P29 形式）", "国土交通省", source(world, "schools"),
        "mappings/schools.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 学校", rows)


def _hospitals(world: World, towns: Towns) -> Made:
    """The list of the prefecture's medical section: half-width kana in the header, beds with 床."""
    columns: list[Column[Facility]] = [
        ("№", lambda one: ""),
        ("医療機関ｺｰﾄﾞ", lambda one: one.code),
        ("名　称", lambda one: one.name),
        ("ﾌﾘｶﾞﾅ", lambda one: katakana(one.kana)),
        ("種別", lambda one: one.kind),
        ("開設者", lambda one: one.operator),
        ("病床数\n(計)", lambda one: f"{one.beds}床"),
        ("災害\n拠点", lambda one: "○" if one.disaster_base else ""),
        ("自家発電\n(時間)", lambda one: one.hours if one.hours else ""),
        ("受電系統", lambda one: one.feeder),
        ("配水区", lambda one: one.zone),
        ("市町村ｺｰﾄﾞ", lambda one: six(one.municipality)),
        ("市町村", lambda one: towns.name(one.municipality)),
        ("所在地", lambda one: one.address),
        ("Ｘ（経度）", lambda one: one.at[0]),
        ("Ｙ（緯度）", lambda one: one.at[1]),
        ("標高(m)", lambda one: one.elevation),
    ]
    rows = of(world, "hospital", "clinic")
    beds = sum(one.beds for one in rows)
    above = [
        f"{EXERCISE}{world.name}　医療機関一覧表（病院・診療所）",
        f"{AS_OF_JA}　　　　医療政策課調べ",
    ]
    after = [["", "合　計", f"{len(rows)}施設", "", "", "", f"{beds}床"],
             ["※「災害拠点」は災害拠点病院（基幹・地域）をいう。"]]  # fmt: skip
    file = File(
        "prefecture/医療機関一覧.csv", "Hospitals and clinics", "医療機関一覧（病院・診療所）",
        f"{world.name}医療政策課", source(world, "hospitals"), "mappings/hospitals.toml", _KIND,
        len(rows),
    )  # fmt: skip
    return file, table(rows, columns, above=above, after=after)


def _fire_stations(world: World) -> Made:
    rows = [
        (paper.point(one.at), {
            "P17_001": one.name, "P17_002": 2 if one.kind == "消防署" else 3,
            "P17_003": one.municipality, "P17_004": one.address, "施設番号": one.code,
            "団体コード": six(one.municipality), "管轄人口": one.served, "自家発時間": one.hours,
            "消防本部": one.operator,
        })
        for one in of(world, "fire_station")
    ]  # fmt: skip
    file = File(
        f"national/P17-26_{world.code}_FireStation.geojson", "Fire stations (MLIT P17)",
        "消防署（国土数値情報 P17 形式）", "国土交通省", source(world, "fire"),
        "mappings/fire.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 消防署", rows)


def _offices(world: World, towns: Towns) -> Made:
    """Offices and police stations from the crisis management's register: tabs, as it is copied
    out of a spreadsheet."""
    columns: list[Column[Facility]] = [
        ("施設番号", lambda one: one.code),
        ("区分", lambda one: one.kind),
        ("施設名", lambda one: one.name),
        ("施設名かな", lambda one: one.kana),
        ("管理者", lambda one: one.operator),
        ("団体コード", lambda one: six(one.municipality)),
        ("市町村", lambda one: towns.name(one.municipality)),
        ("住所", lambda one: one.address),
        ("北緯", lambda one: one.at[1]),
        ("東経", lambda one: one.at[0]),
        ("海抜", lambda one: f"{one.elevation}m"),
        ("非常電源", lambda one: f"{round(one.hours)}時間" if one.hours else ""),
        ("受電系統", lambda one: one.feeder),
    ]
    rows = of(world, "city_hall", "police")
    above = [f"{EXERCISE}{world.name}防災関係機関 庁舎一覧", AS_OF_JA]
    file = File(
        "prefecture/庁舎一覧.tsv", "Offices of the prefecture, the municipalities and the police",
        "防災関係機関の庁舎一覧", f"{world.name}危機管理課", source(world, "offices"),
        "mappings/offices.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, table(rows, columns, above=above, delimiter="\t")


def _settlements(world: World, towns: Towns) -> Made:
    """The disaster prevention section's list of settlements, for when some are cut off."""
    columns: list[Column[Settlement]] = [
        ("集落コード", lambda one: one.code),
        ("集落名", lambda one: one.name),
        ("よみ", lambda one: one.kana),
        ("団体コード", lambda one: six(one.municipality)),
        ("市町村", lambda one: towns.name(one.municipality)),
        ("町丁・大字コード", lambda one: one.district),
        ("人口", lambda one: one.people.total),
        ("世帯数", lambda one: one.people.households),
        ("75歳以上", lambda one: one.people.over75),
        ("要介護者", lambda one: one.people.care),
        ("経度", lambda one: one.at[0]),
        ("緯度", lambda one: one.at[1]),
    ]
    above = [f"{EXERCISE}{world.name}　集落一覧", AS_OF_JA]
    file = File(
        "prefecture/集落一覧.csv", "Settlements", "集落一覧", f"{world.name}防災企画課",
        source(world, "settlements"), "mappings/settlements.toml", _KIND, len(world.settlements),
    )  # fmt: skip
    return file, table(world.settlements, columns, above=above)
