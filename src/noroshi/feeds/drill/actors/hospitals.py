"""Hospitals: a table in the manner of EMIS, item by item, as the prefecture downloads it."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.feeds.drill.actors.sending import compact, era, minute, slashes, stem, towns
from noroshi.feeds.drill.actors.state import HospitalState
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World

_BUILDING = {"ok": "無", "damaged": "一部損壊", "unsafe": "有"}
_POWER = {"mains": "正常", "generator": "発電機使用中", "none": "無"}
_WATER = {"mains": "正常", "tank": "貯水・給水対応中", "none": "枯渇"}
_ACCEPTS = {"normal": "可", "limited": "一部可", "none": "不可"}
_WORK = {"normal": "通常", "limited": "制限", "none": "停止"}


def hospitals(world: World, issued: int, states: Iterable[HospitalState]) -> Message:
    """What every hospital of the prefecture has entered. CP932, headers as on the forms."""
    issued = minute(issued)
    names = {code: one.name for code, one in towns(world).items()}
    header = ["機関コード", "医療機関名", "災害拠点", "市区町村", "Ⅰ_倒壊・破損の恐れ",
              "Ⅰ_ライフライン（電気）", "Ⅰ_ライフライン（水）", "Ⅰ_医療ガス", "Ⅰ_職員の不足",
              "Ⅰ_その他支援が必要な理由", "Ⅱ_診療", "Ⅱ_受入", "Ⅱ_病床数", "Ⅱ_在院患者数",
              "Ⅱ_重症者数（赤）", "Ⅱ_中等症者数（黄）", "Ⅱ_電気残り（時間）", "Ⅱ_使用不能システム",
              "更新日時", "経度", "緯度"]  # fmt: skip
    rows: list[list[Cell]] = []
    for one in sorted(states, key=lambda one: one.hospital.code):
        built = one.hospital
        rows.append(
            [built.code, built.name, "○" if built.disaster_base else "",
             names.get(built.municipality, ""), _BUILDING[one.building], _POWER[one.power],
             _WATER[one.water], "正常" if one.gas else "使用不能", "無" if one.staff else "有",
             one.remarks, _WORK[one.accepts], _ACCEPTS[one.accepts], built.beds, one.inpatients,
             one.severe, one.moderate, None if one.hours is None else round(one.hours, 1),
             "" if one.systems else "電子カルテ、医事会計、画像", slashes(issued), *built.at]
        )  # fmt: skip
    titles = [f"【訓練】医療機関　緊急時・詳細入力一覧（{stem(world)}県）", f"出力：{era(issued)}"]
    data = write(header, rows, titles=titles, encoding="cp932")
    return Message(issued, f"{world.code}-hospitals", f"emis_{compact(issued)}.csv", data)
