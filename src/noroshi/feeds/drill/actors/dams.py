"""Dams: what flows in and out, every ten minutes while they hold back a flood, else every hour."""

from __future__ import annotations

from itertools import pairwise

from noroshi.feeds.drill.actors.sending import compact, era, minute, slashes
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.physics import river
from noroshi.feeds.drill.physics.storm import HOURLY, Storm
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World

#: Steps before an emergency operation at which it is announced (about three hours, then one).
ANNOUNCED = 3 * HOURLY


def operation(storm: Storm, dam: int, step: int) -> str:
    """What a dam is at, in the words of `disaster.dam`."""
    states = storm.dams[dam].state
    if states[step] != river.EMERGENCY and river.EMERGENCY in states[step : step + ANNOUNCED]:
        return "emergency_release_announced"
    return _STATES[int(states[step])]


_STATES = {
    river.ORDINARY: "normal", river.CONTROL: "flood_control",
    river.EMERGENCY: "emergency_release", river.DRAWDOWN: "after_release",
    river.PRELIMINARY: "preliminary_release",
}  # fmt: skip
_WORDS = {
    "normal": "平常時", "flood_control": "洪水調節中", "emergency_release": "緊急放流中",
    "emergency_release_announced": "緊急放流予告", "after_release": "後期放流中",
    "preliminary_release": "事前放流中",
}  # fmt: skip


def emergency(storm: Storm, dam: int, step: int) -> int | None:
    """The step at which the emergency operation begins that is announced at `step`."""
    states = storm.dams[dam].state
    for later in range(step, min(step + ANNOUNCED, len(states))):
        if states[later] == river.EMERGENCY:
            return later
    return None


def dams(world: World, issued: int, storm: Storm, step: int, start: int) -> Message:
    """The table of all dams at a step, as of `issued`; `start` is the scenario's."""
    issued = minute(issued)
    rivers = {one.code: one.name for one in world.rivers}
    header = ["ダムコード", "ダム名", "水系・河川", "管理者", "貯水位(EL.m)", "貯水量(m3)",
              "貯水率(%)", "流入量(m3/s)", "全放流量(m3/s)", "操作状況", "緊急放流開始予定",
              "経度", "緯度", "時刻"]  # fmt: skip
    rows: list[list[Cell]] = []
    for at, dam in enumerate(world.dams):
        course = storm.dams[at]
        state = operation(storm, at, step)
        begins = emergency(storm, at, step) if state == "emergency_release_announced" else None
        most = max(one for _, one in dam.curve)
        full = _volume(dam.curve, dam.flood) or most
        rows.append(
            [dam.code, dam.name, rivers.get(dam.river, ""), dam.operator,
             round(float(course.height[step]), 2), round(float(course.storage[step]), -3),
             round(100 * float(course.storage[step]) / full, 1),
             round(float(course.inflow[step]), 1), round(float(course.outflow[step]), 1),
             _WORDS[state],
             slashes(start + begins * 600_000_000) if begins is not None else "", *dam.at,
             slashes(issued)]
        )  # fmt: skip
    titles = ["【訓練】ダム諸量一覧", f"{era(issued)}　{world.name}河川課"]
    data = write(header, rows, titles=titles, encoding="cp932")
    return Message(issued, f"{world.code}-dams", f"dam_{compact(issued)}.csv", data)


def _volume(curve: list[tuple[float, float]], level: float) -> float:
    for (low, less), (high, more) in pairwise(curve):
        if low <= level <= high and high > low:
            return less + (more - less) * (level - low) / (high - low)
    return curve[-1][1] if curve else 0.0
