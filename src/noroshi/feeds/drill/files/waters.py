"""What watches water, ground and sea: dams, gauges, sensors, seismic stations; and ports."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.feeds.drill.files import paper
from noroshi.feeds.drill.files.paper import (
    AS_OF,
    AS_OF_JA,
    EXERCISE,
    Cell,
    Column,
    File,
    Made,
    Towns,
    dump,
    features,
    six,
    source,
    table,
)  # fmt: skip
from noroshi.feeds.drill.files.public import of
from noroshi.feeds.drill.world.model import Dam, RainGauge, SeismicStation, WaterGauge, World

_KIND = "infrastructure.facility"
_DAM_TYPES = {"重力式コンクリート": 1, "ロックフィル": 4}


def write(world: World) -> Iterator[Made]:
    """The files of gauges and of what they measure."""
    towns = Towns(world)
    yield _dams(world, towns)
    yield _curves(world)
    yield _rain_gauges(world, towns)
    yield _water_gauges(world, towns)
    yield _flood_sensors(world, towns)
    yield _seismic(world, towns)
    yield _tide(world)
    yield _ports(world, towns)


def _dams(world: World, towns: Towns) -> Made:
    rivers = {one.code: one.name for one in world.rivers}
    rows = []
    for one in world.dams:
        rows.append((paper.point(one.at), {
            "W01_001": one.name, "W01_002": one.code, "W01_003": rivers.get(one.river, ""),
            "W01_005": _DAM_TYPES.get(one.kind, 9), "W01_006": "洪水調節,水道用水,発電",
            "W01_007": one.height, "W01_010": round(one.curve[-1][1] / 1000),
            "W01_011": one.operator, "W01_012": one.address, "形式": one.kind,
            "団体コード": six(one.municipality), "市町村": towns.name(one.municipality),
            "常時満水位_m": one.normal, "洪水時最高水位_m": one.flood,
            "集水面積_km2": round(one.basin / 1e6, 1), "計画最大放流量_m3s": one.release,
            "天端標高_m": one.elevation,
        }))  # fmt: skip
    file = File(
        f"national/W01-26_{world.code}_Dam.geojson", "Dams (MLIT W01)",
        "ダム（国土数値情報 W01 形式）", "国土交通省", source(world, "dams"),
        "mappings/dams.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} ダム", rows)


class _Step(msgspec.Struct):
    dam: Dam
    level: float
    storage: float


def _curves(world: World) -> Made:
    """Level and storage of each reservoir, for models."""
    columns: list[Column[_Step]] = [
        ("ダムコード", lambda one: one.dam.code),
        ("ダム名", lambda one: one.dam.name),
        ("貯水位(EL.m)", lambda one: one.level),
        ("貯水容量(千m3)", lambda one: round(one.storage / 1000, 1)),
    ]
    steps = [_Step(dam, level, storage) for dam in world.dams for level, storage in dam.curve]
    file = File(
        "reference/ダム貯水位容量曲線.csv", "Level and storage of reservoirs", "貯水位－容量曲線",
        "国土交通省・県土木部", records=len(steps), use="reference",
    )  # fmt: skip
    above = [f"{EXERCISE}{world.name} ダム貯水位－容量曲線（H-V）"]
    return file, table(steps, columns, above=above)


def _rain_gauges(world: World, towns: Towns) -> Made:
    columns: list[Column[RainGauge]] = [
        ("観測所ｺｰﾄﾞ", lambda one: one.code),
        ("観測所名", lambda one: one.name),
        ("よみ", lambda one: one.kana),
        ("所管", lambda one: one.owner),
        ("市町村ｺｰﾄﾞ", lambda one: six(one.municipality)),
        ("市町村", lambda one: towns.name(one.municipality)),
        ("緯度", lambda one: _degrees(one.at[1])),
        ("経度", lambda one: _degrees(one.at[0])),
        ("標高", lambda one: one.elevation),
        ("緯度10進", lambda one: one.at[1]),
        ("経度10進", lambda one: one.at[0]),
    ]
    above = [f"{EXERCISE}{world.name} 雨量観測所一覧", AS_OF_JA]
    file = File(
        "national/雨量観測所一覧.csv", "Rain gauges", "雨量観測所一覧", "気象庁・国土交通省・県",
        source(world, "rain"), "mappings/rain_gauges.toml", _KIND, len(world.rain_gauges),
    )  # fmt: skip
    return file, table(world.rain_gauges, columns, above=above)


def _degrees(value: float) -> Cell:
    """Degrees, minutes and seconds, as registers write them."""
    seconds = round(value * 3600)
    return f"{seconds // 3600}°{seconds // 60 % 60:02}′{seconds % 60:02}″"


def _water_gauges(world: World, towns: Towns) -> Made:
    rivers = {one.code: one.name for one in world.rivers}
    columns: list[Column[WaterGauge]] = [
        ("観測所記号", lambda one: one.code),
        ("観測所名", lambda one: one.name),
        ("フリガナ", lambda one: one.kana),
        ("河川コード", lambda one: one.river),
        ("河川名", lambda one: rivers.get(one.river, "")),
        ("団体コード", lambda one: six(one.municipality)),
        ("市町村", lambda one: towns.name(one.municipality)),
        ("零点高（ＴＰｍ）", lambda one: one.zero),
        ("水防団待機水位", lambda one: one.standby),
        ("氾濫注意水位", lambda one: one.caution),
        ("避難判断水位", lambda one: one.evacuation),
        ("氾濫危険水位", lambda one: one.danger),
        ("堤防高", lambda one: one.crest),
        ("HQ式 a", lambda one: one.a),
        ("HQ式 b", lambda one: one.b),
        ("流域面積(km2)", lambda one: round(one.basin / 1e6, 1)),
        ("北緯(度)", lambda one: one.at[1]),
        ("東経(度)", lambda one: one.at[0]),
    ]
    levels = ("水防団待機水位", "氾濫注意水位", "避難判断水位", "氾濫危険水位")
    above = [f"{EXERCISE}{world.name} 水位観測所 基準水位一覧", AS_OF_JA]
    between = [["", "", "", "", "", "", "", "(m)", "(m)", "(m)", "(m)", "(m)", "(m)"]]
    file = File(
        "national/水位観測所一覧.csv", "Water level gauges with thresholds and rating curves",
        "水位観測所 基準水位一覧", "国土交通省・県", source(world, "levels"),
        "mappings/water_gauges.toml", _KIND, len(world.water_gauges),
    )  # fmt: skip
    return file, table(world.water_gauges, columns, above=above, between=between, wide=levels)


def _flood_sensors(world: World, towns: Towns) -> Made:
    """The registry of ワンコイン浸水センサ as its platform exports it."""
    rows = [
        {
            "sensor_id": one.code, "name": one.name, "lat": one.at[1], "lon": one.at[0],
            "lgcode": six(one.municipality), "city": towns.name(one.municipality),
            "elevation": one.elevation, "river": one.river,
            "detect_cm": "/".join(str(round(step * 100)) for step in one.steps),
        }
        for one in world.flood_sensors
    ]  # fmt: skip
    file = File(
        "national/flood_sensors.json", "Flood sensors", "浸水センサ設置箇所",
        "国土交通省・市町村", source(world, "sensors"), "mappings/flood_sensors.toml", _KIND,
        len(rows),
    )  # fmt: skip
    whole = {"件名": f"{EXERCISE}{world.name} 浸水センサ設置箇所", "時点": AS_OF, "data": rows}
    return file, dump(whole)


def _seismic(world: World, towns: Towns) -> Made:
    columns: list[Column[SeismicStation]] = [
        ("観測点番号", lambda one: one.code),
        ("観測点名称", lambda one: one.name),
        ("ふりがな", lambda one: one.kana),
        ("所属", lambda one: one.owner),
        ("細分区域", lambda one: one.seismic),
        ("団体コード", lambda one: six(one.municipality)),
        ("市町村", lambda one: towns.name(one.municipality)),
        ("緯度", lambda one: one.at[1]),
        ("経度", lambda one: one.at[0]),
        ("AVS30", lambda one: one.vs30),
    ]
    above = [f"{EXERCISE}{world.name} 震度観測点一覧", AS_OF_JA]
    file = File(
        "national/震度観測点一覧.csv", "Seismic intensity meters", "震度観測点一覧",
        "気象庁・県・防災科学技術研究所", source(world, "seismic"), "mappings/seismic.toml", _KIND,
        len(world.seismic_stations),
    )  # fmt: skip
    return file, table(world.seismic_stations, columns, above=above)


def _tide(world: World) -> Made:
    coasts = {one.code: one.name for one in world.coasts}
    rows = [
        (paper.point(one.at), {
            "code": one.code, "name": one.name, "kana": one.kana,
            "type": "沖合水圧計" if one.offshore else "検潮所",
            "coast": coasts.get(one.coast, one.coast), "owner": "気象庁",
        })
        for one in world.tide_gauges
    ]  # fmt: skip
    file = File(
        "national/tide_gauges.geojson", "Tide gauges and buoys", "潮位観測点", "気象庁",
        source(world, "tide"), "mappings/tide_gauges.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 潮位観測点", rows)


def _ports(world: World, towns: Towns) -> Made:
    rows = [
        (paper.point(one.at), {
            "C02_001": {"重要港湾": "2", "地方港湾": "3"}.get(one.kind, "5"),
            "C02_002": one.municipality, "C02_003": one.code, "C02_004": one.operator,
            "C02_005": one.name, "よみ": one.kana, "種別": one.kind, "所在地": one.address,
            "団体コード": six(one.municipality), "市町村": towns.name(one.municipality),
        })
        for one in of(world, "port")
    ]  # fmt: skip
    file = File(
        f"national/C02-26_{world.code}_PortAndHarbor.geojson", "Ports (MLIT C02)",
        "港湾・漁港（国土数値情報 C02 形式）", "国土交通省", source(world, "ports"),
        "mappings/ports.toml", _KIND, len(rows),
    )  # fmt: skip
    return file, features(f"{world.name} 港湾・漁港", rows)
