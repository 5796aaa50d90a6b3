"""Rain gauges and river levels: every ten minutes, whole tables, each owner in its own form.

The weather agency's and the prefecture's are JSON documents, the nation's CSV. A value that is
missing is an empty cell and 欠測.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.actors.sending import compact, era, iso, minute, slashes, stem, towns
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS, Storm
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import RainGauge, WaterGauge, World

Field = npt.NDArray[np.float64]

#: The end of the source's id by the owner of a rain gauge; any other owner is the prefecture.
RAIN_DESKS = {"気象庁": "amedas", "国土交通省": "mlit-rain"}
OTHER_RAIN, NATION, OTHER = "pref-rain", "mlit-rivers", "pref-rivers"
#: What one tip of a rain gauge's bucket holds [mm].
TIP = 0.5


def rain_desk(gauge: RainGauge) -> str:
    """Whose table a rain gauge is in."""
    return RAIN_DESKS.get(gauge.owner, OTHER_RAIN)


def river_desk(world: World, gauge: WaterGauge) -> str:
    """Whose table a water level gauge is in: the nation's on rivers of the first class."""
    grade = next((one.grade for one in world.rivers if one.code == gauge.river), "")
    return NATION if grade == "一級" else OTHER


class Rain(msgspec.Struct, frozen=True):
    """What the rain gauges of a storm count by step and gauge, and what falls there [mm]."""

    ten: Field
    fallen: Field

    def sums(self, step: int, steps: int) -> Field:
        """Rain of the last `steps` steps."""
        found: Field = self.ten[max(0, step - steps + 1) : step + 1].sum(axis=0)
        return found


def tipped(world: World, storm: Storm, draw: np.random.Generator) -> Rain:
    """Whole tips of what falls at each gauge: a gauge stands in a corner of its block. In wind it
    catches a little less."""
    plane = world.plane
    count = len(world.rain_gauges)
    share = draw.normal(1.0, 0.06, count)
    fallen, caught = np.zeros((STEPS, count)), np.zeros((STEPS, count))
    for at, gauge in enumerate(world.rain_gauges):
        row, column = plane.cell_of(*gauge.at)
        block = storm.block_of[row * plane.columns + column]
        catch = 1 - 0.0015 * np.clip(storm.wind[:, block] - 5, 0, 25)
        fallen[:, at] = storm.rain[:, block] * share[at] / HOURLY
        caught[:, at] = fallen[:, at] * catch
    whole = np.floor(np.cumsum(caught, axis=0) / TIP) * TIP
    return Rain(np.diff(whole, axis=0, prepend=0.0), fallen)


def rain(
    world: World, desk: str, issued: int, gauges: Sequence[int], counted: Rain, step: int,
    missing: frozenset[int] = frozenset(),
) -> Message:  # fmt: skip
    """The table of a desk's rain gauges (indices) at a step, as of `issued`."""
    issued = minute(issued)
    ten, hour = counted.sums(step, 1), counted.sums(step, HOURLY)
    three, day = counted.sums(step, 3 * HOURLY), counted.sums(step, 24 * HOURLY)
    total = counted.sums(step, STEPS)
    names = {code: one.name for code, one in towns(world).items()}
    rows: list[list[Cell]] = []
    for at in gauges:
        gauge = world.rain_gauges[at]
        values: list[Cell] = [float(one[at]) for one in (ten, hour, three, day, total)]
        if at in missing:
            values = [None] * 5
        rows.append(
            [gauge.code, gauge.name, names.get(gauge.municipality, ""), *values,
             "欠測" if at in missing else "正常", *gauge.at]
        )  # fmt: skip
    source = f"{world.code}-{desk}"
    if desk == RAIN_DESKS["国土交通省"]:
        header = ["観測所コード", "観測所名", "市町村", "10分雨量(mm)", "時間雨量(mm)",
                  "3時間雨量(mm)", "24時間雨量(mm)", "累加雨量(mm)", "状態", "経度", "緯度",
                  "観測時刻"]  # fmt: skip
        data = write(
            header, [[*row, slashes(issued)] for row in rows], encoding="cp932",
            titles=[f"【訓練】雨量一覧（{stem(world)}河川国道事務所）"],
        )  # fmt: skip
        return Message(issued, source, f"uryo_{compact(issued)}.csv", data)
    columns = ["code", "name", "city", "r10", "r60", "r180", "r1440", "total", "flag", "lon", "lat"]
    owner = "気象庁" if desk == RAIN_DESKS["気象庁"] else world.name
    document = {
        "件名": f"【訓練】雨量観測値（{owner}　{world.name}内）",
        "時点": iso(issued),
        "rows": [
            dict(zip(columns, row, strict=True)) | {"time": iso(issued)} for row in rows
        ],
    }  # fmt: skip
    return Message(issued, source, f"rain_{compact(issued)}.json", _json(document))


# --- rivers --------------------------------------------------------------------------------------


def read_off(storm: Storm, draw: np.random.Generator) -> Field:
    """What the gauges of a storm show [m], to the centimetre, by step and gauge."""
    found: Field = np.round(storm.level + draw.normal(0, 0.012, storm.level.shape), 2)
    return found


def rank(gauge: WaterGauge, level: float) -> int:
    """How many of a gauge's thresholds a level has passed, as flood forecasts count: 1 水防団待機
    or below, 2 氾濫注意, 3 避難判断, 4 氾濫危険, 5 over the levee."""
    limits = (gauge.caution, gauge.evacuation, gauge.danger, gauge.crest)
    return 1 + sum(level >= one for one in limits)


_WORDS = ("", "通常", "氾濫注意水位超過", "避難判断水位超過", "氾濫危険水位超過", "氾濫発生")


def rivers(
    world: World, desk: str, issued: int, gauges: Sequence[int], shown: Field, step: int,
    missing: frozenset[int] = frozenset(),
) -> Message:  # fmt: skip
    """The table of a desk's water levels at a step, as of `issued`."""
    issued = minute(issued)
    by_code = {one.code: one.name for one in world.rivers}
    names = {code: one.name for code, one in towns(world).items()}
    rows: list[list[Cell]] = []
    for at in gauges:
        gauge = world.water_gauges[at]
        level = float(shown[step, at])
        before = float(shown[max(0, step - HOURLY), at])
        way = "上昇" if level > before + 0.05 else "下降" if level < before - 0.05 else "横ばい"
        lost = at in missing
        rows.append(
            [gauge.code, gauge.name, by_code.get(gauge.river, ""),
             names.get(gauge.municipality, ""), None if lost else level, "欠測" if lost else way,
             None if lost else _WORDS[rank(gauge, level)], gauge.standby, gauge.caution,
             gauge.evacuation, gauge.danger, *gauge.at]
        )  # fmt: skip
    source = f"{world.code}-{desk}"
    if desk == NATION:
        header = ["観測所コード", "観測所名", "河川名", "市町村", "水位(m)", "変化", "状況",
                  "水防団待機水位", "氾濫注意水位", "避難判断水位", "氾濫危険水位", "経度", "緯度",
                  "観測日時"]  # fmt: skip
        data = write(
            header, [[*row, slashes(issued)] for row in rows], encoding="utf-8-sig",
            titles=[f"【訓練】水位一覧表（{stem(world)}河川国道事務所）", f"{era(issued)}現在"],
        )  # fmt: skip
        return Message(issued, source, f"suii_{compact(issued)}.csv", data)
    columns = ["id", "観測所", "河川", "市町村", "水位", "傾向", "段階", "待機", "注意", "避難判断",
               "危険", "lon", "lat"]  # fmt: skip
    document = {
        "件名": f"【訓練】河川水位（{world.name}河川課）",
        "時点": iso(issued),
        "rows": [
            dict(zip(columns, _centimetres(row), strict=True)) | {"観測時刻": iso(issued)}
            for row in rows
        ],
    }  # fmt: skip
    return Message(issued, source, f"suii_{compact(issued)}.json", _json(document))


def _centimetres(row: Sequence[Cell]) -> list[Cell]:
    """The prefecture's telemeter counts levels in whole centimetres."""
    return [
        round(cell * 100) if at in (4, 7, 8, 9, 10) and isinstance(cell, float) else cell
        for at, cell in enumerate(row)
    ]


def _json(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document)
