"""Medical teams in shelters, and those who watch over networks: tick sheets, cyber notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from noroshi.core.time import JST, to_datetime
from noroshi.feeds.drill.actors.sending import compact, iso, minute, slashes, stem, towns
from noroshi.feeds.drill.actors.state import CyberIncident, ShelterHealth
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World

#: Fields of `health.shelter_syndrome` and what the sheet's columns are called.
ITEMS = {
    "diarrhoea": "急性水様性下痢・嘔吐", "fever_respiratory": "急性呼吸器感染症",
    "fever": "原因不明の発熱", "injury": "外傷", "mental": "こころの相談",
    "interrupted": "治療中断", "other": "その他",
}  # fmt: skip


def tick_sheets(
    world: World, issued: int, states: Iterable[ShelterHealth], *, label: str = ""
) -> Message:
    """The tick sheets of a day or half day, a row for each shelter that a team visited. A sheet
    names only those; what was said of other days and shelters stays. CP932. `label` (午前, 午後)
    goes into the title."""
    issued = minute(issued)
    names = {code: one.name for code, one in towns(world).items()}
    day = to_datetime(issued, JST).strftime("%Y-%m-%d")
    header = ["日付", "施設ID", "避難所名", "市町村", "チーム", "避難者数", "診療者数", "0-4歳",
              "65歳以上", *ITEMS.values(), "集計時刻", "経度", "緯度"]  # fmt: skip
    rows: list[list[Cell]] = [
        [day, one.shelter.code, one.shelter.name, names[one.shelter.municipality], one.team,
         one.headcount, one.seen, one.children, one.elderly,
         *(one.symptoms.get(item, 0) for item in ITEMS), slashes(issued), *one.shelter.at]
        for one in sorted(states, key=lambda one: one.shelter.code)
    ]  # fmt: skip
    office = f"{stem(world)}県保健医療調整本部"
    title = f"【訓練】避難所 症候群サーベイランス 集計票 {day}{label}（{office}）"
    data = write(header, rows, titles=[title], encoding="cp932")
    source = f"{world.code}-tick-sheets"
    return Message(issued, source, f"shoukougun_{compact(issued)}.csv", data)


def cyber(world: World, issued: int, states: Iterable[CyberIncident]) -> Message:
    """The notice list of the body that watches over hospitals' networks, as JSON: every incident
    that is not closed, or was closed lately."""
    issued = minute(issued)
    names = {code: one.name for code, one in towns(world).items()}
    rows: list[dict[str, Any]] = [
        {
            "整理番号": one.code, "事案": one.title, "組織": one.facility.name,
            "施設コード": one.facility.code, "市町村": names[one.facility.municipality],
            "分類": "ランサムウェア" if one.category == "ransomware" else "システム障害",
            "状況": _STATUS[one.status], "影響": one.impact, "影響システム": "、".join(one.systems),
            "発生": iso(one.started), "報告": iso(issued), "復旧見込": iso(one.expected),
            "注意喚起": one.advice,
        }
        for one in sorted(states, key=lambda one: one.code)
    ]  # fmt: skip
    document = {
        "件名": f"【訓練】医療分野サイバー事案一覧（{stem(world)}県）", "時点": iso(issued),
        "rows": rows,
    }  # fmt: skip
    data = msgspec.json.format(msgspec.json.encode(document), indent=1)
    return Message(issued, f"{world.code}-cyber", f"cyber_{compact(issued)}.json", data)


_STATUS = {
    "suspected": "疑い", "ongoing": "対応中", "contained": "封じ込め", "recovering": "復旧中",
    "resolved": "復旧",
}  # fmt: skip
