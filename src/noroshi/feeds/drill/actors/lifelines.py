"""Power by feeder, water by zone, mobile base stations: what their operators tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from noroshi.feeds.drill.actors.sending import compact, era, iso, minute, slashes, stem, towns
from noroshi.feeds.drill.actors.state import OutageState, StationState
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World


def power(world: World, issued: int, states: Iterable[OutageState]) -> Message:
    """The power company's table of feeders that are out or were. CP932."""
    issued = minute(issued)
    names = {code: one.name for code, one in towns(world).items()}
    quarters = {one.code: one.name for one in world.districts}
    header = ["配電線番号", "配電線名", "変電所", "市町村", "供給地区", "供給戸数", "停電戸数",
              "停電状況", "停電発生", "復旧見込", "停電原因", "代表経度", "代表緯度"]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.thing.code, one.thing.name, getattr(one.thing, "substation", ""),
         names.get(one.municipality, ""), _districts(one, quarters), one.thing.customers, one.out,
         _supply(one, "停電", "復旧"), slashes(one.since), slashes(one.expected), one.cause,
         *one.at]
        for one in sorted(states, key=lambda one: one.thing.code)
    ]  # fmt: skip
    titles = [f"【訓練】停電情報（{stem(world)}電力）", f"{era(issued)}現在"]
    data = write(header, rows, titles=titles, encoding="cp932")
    return Message(issued, f"{world.code}-power", f"teiden_{compact(issued)}.csv", data)


def water(world: World, issued: int, states: Iterable[OutageState]) -> Message:
    """The water works' table of zones that are out or were."""
    issued = minute(issued)
    names = {code: one.name for code, one in towns(world).items()}
    quarters = {one.code: one.name for one in world.districts}
    header = ["時点", "配水区コード", "配水区名", "市町村名", "対象地区", "給水戸数", "断水戸数",
              "状況", "断水開始", "通水見込", "原因", "経度", "緯度"]  # fmt: skip
    rows: list[list[Cell]] = [
        [era(issued), one.thing.code, one.thing.name, names.get(one.municipality, ""),
         _districts(one, quarters), one.thing.customers, one.out, _supply(one, "断水", "通水"),
         era(one.since), era(one.expected), one.cause, *one.at]
        for one in sorted(states, key=lambda one: one.thing.code)
    ]  # fmt: skip
    title = f"【訓練】断水状況（{world.name}水道用水供給企業団）"
    data = write(header, rows, titles=[title], encoding="utf-8-sig")
    return Message(issued, f"{world.code}-water", f"dansui_{compact(issued)}.csv", data)


def mobile(world: World, issued: int, states: Iterable[StationState]) -> Message:
    """The mobile operator's list of base stations that do not stand on mains power, or did not, as
    JSON."""
    issued = minute(issued)
    names = {code: one.name for code, one in towns(world).items()}
    rows: list[dict[str, Any]] = [
        {
            "局番": one.station.code, "局名": one.station.name,
            "市町村": names.get(one.station.municipality, ""),
            "運用": "運用中" if one.working else "停波", "電源": _POWER[one.power],
            "電池残分": None if one.hours is None else round(one.hours * 60),
            "カバー人口": one.station.served, "変化時刻": iso(one.since), "原因": one.cause,
            "経度": one.station.at[0], "緯度": one.station.at[1],
        }
        for one in sorted(states, key=lambda one: one.station.code)
    ]  # fmt: skip
    document = {
        "件名": f"【訓練】基地局運用状況（{stem(world)}モバイル）", "時点": iso(issued),
        "件数": len(rows), "rows": rows,
    }  # fmt: skip
    data = msgspec.json.format(msgspec.json.encode(document), indent=1)
    return Message(issued, f"{world.code}-mobile", f"kichikyoku_{compact(issued)}.json", data)


_POWER = {"mains": "商用", "battery": "蓄電池", "generator": "発電機", "none": "喪失"}


def _supply(one: OutageState, out: str, again: str) -> str:
    if one.out == 0:
        return again
    return out if one.out >= one.thing.customers else f"一部{out}"


def _districts(one: OutageState, names: dict[str, str]) -> str:
    return "、".join(names.get(code, code) for code in one.thing.districts)
