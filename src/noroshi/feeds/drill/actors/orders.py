"""Mayors: evacuation orders in force, as a table by district."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.feeds.drill.actors.sending import compact, era, minute, slashes, towns
from noroshi.feeds.drill.actors.state import Order
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World

KINDS = {3: "高齢者等避難", 4: "避難指示", 5: "緊急安全確保"}


def orders(world: World, municipality: str, issued: int, states: Iterable[Order]) -> Message:
    """The orders of a municipality that are in force now (level 3–5), a row for each district.
    What is not in the next table has been lifted."""
    issued = minute(issued)
    town = towns(world)[municipality]
    at = {one.code: one.at for one in world.districts}
    header = ["発令番号", "市町村名", "警戒レベル", "避難情報", "対象災害", "対象地区",
              "地区コード", "対象世帯", "対象人数", "発令日時", "経度", "緯度", "時点"]  # fmt: skip
    rows: list[list[Cell]] = [
        [f"{one.district}-{one.hazard}", town.name, one.level, KINDS[one.level], one.hazard,
         one.name, one.district, one.households, one.people, slashes(one.since),
         *at.get(one.district, town.at), slashes(issued)]
        for one in sorted(states, key=lambda one: (one.district, one.hazard))
        if one.municipality == municipality and one.level >= 3
    ]  # fmt: skip
    titles = [f"【訓練】{town.name}　避難情報の発令状況", f"{era(issued)}現在"]
    data = write(header, rows, titles=titles, encoding="cp932")
    return Message(
        issued, f"{municipality}-orders", f"hinan_{municipality}_{compact(issued)}.csv", data
    )
