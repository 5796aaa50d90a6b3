"""What is called in and counted: damage by municipality, single incidents, settlements cut off."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.feeds.drill.actors.sending import compact, era, minute, slashes, towns
from noroshi.feeds.drill.actors.state import CutOff, Damage, Incident
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World


def damage(world: World, number: int, issued: int, states: Iterable[Damage]) -> Message:
    """The fire office's 被害状況 第`number`報: totals by municipality (消防庁 第４号様式)."""
    issued = minute(issued)
    by_code = towns(world)
    header = ["団体コード", "市町村名", "死者", "行方不明者", "重傷", "軽傷", "全壊", "半壊",
              "一部破損", "床上浸水", "床下浸水", "火災", "経度", "緯度"]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.municipality, by_code[one.municipality].name, one.dead, one.missing, one.severe,
         one.slight, one.destroyed, one.half, one.partial, one.above_floor, one.below_floor,
         one.fires, *by_code[one.municipality].at]
        for one in sorted(states, key=lambda one: one.municipality)
    ]  # fmt: skip
    titles = [f"【訓練】被害状況について（第{number}報）", f"{era(issued)}現在　{world.name}消防課"]
    data = write(header, rows, titles=titles, encoding="cp932")
    return Message(
        issued, f"{world.code}-damage", f"higai_{number:02d}_{compact(issued)}.csv", data
    )


def incidents(world: World, issued: int, states: Iterable[Incident]) -> Message:
    """The list of single incidents that the disaster office follows."""
    issued = minute(issued)
    by_code = towns(world)
    header = ["受付番号", "種別", "件名", "市町村", "覚知時刻", "状況", "棟数", "負傷者",
              "内容", "経度", "緯度", "時点"]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.code, one.category, one.title, by_code[one.municipality].name, slashes(one.found),
         one.status, one.buildings, one.injured, one.text, *one.at, slashes(issued)]
        for one in sorted(states, key=lambda one: one.code)
    ]  # fmt: skip
    title = f"【訓練】災害対応一覧（{world.name}災害対策本部）"
    data = write(header, rows, titles=[title], encoding="utf-8-sig")
    return Message(issued, f"{world.code}-incidents", f"jian_{compact(issued)}.csv", data)


def isolation(world: World, issued: int, states: Iterable[CutOff]) -> Message:
    """The list of settlements that cannot be reached, as the municipalities told the prefecture."""
    issued = minute(issued)
    by_code = towns(world)
    header = ["地区コード", "市町村", "孤立地区", "世帯", "人数", "通信手段", "原因", "孤立開始",
              "経度", "緯度", "時点"]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.settlement.code, by_code[one.settlement.municipality].name, one.settlement.name,
         one.households, one.people, "電話可" if one.telephone else "不通", one.cause,
         slashes(one.since), *one.settlement.at, slashes(issued)]
        for one in sorted(states, key=lambda one: one.settlement.code)
    ]  # fmt: skip
    # A table without rows has only its title to say as of when nobody is cut off any more.
    titles = [f"【訓練】孤立集落の状況（{world.name}）", f"{era(issued)}現在"]
    data = write(header, rows, titles=titles, encoding="cp932")
    return Message(issued, f"{world.code}-isolation", f"koritsu_{compact(issued)}.csv", data)
