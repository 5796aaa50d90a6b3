"""The names organisations write under, and the forms of time that they use."""

from __future__ import annotations

from noroshi.core.time import JST, MINUTE, to_datetime
from noroshi.feeds.drill.world.model import Municipality, World

RANKS = {
    "expressway": "高速自動車国道", "national": "一般国道", "prefectural": "都道府県道",
    "municipal": "市区町村道", "lane": "市区町村道",
}  # fmt: skip


def stem(world: World) -> str:
    """The prefecture's name without 県."""
    return world.name.removesuffix("県")


def towns(world: World) -> dict[str, Municipality]:
    """The municipalities by their code."""
    return {one.code: one for one in world.municipalities}


def minute(time: int) -> int:
    """The whole minute before a time: no table says more."""
    return time - time % MINUTE


def iso(time: int | None) -> str:
    """2026-01-09T18:00:00+09:00"""
    return "" if time is None else to_datetime(minute(time), JST).isoformat()


def slashes(time: int | None) -> str:
    """2026/1/9 18:00"""
    if time is None:
        return ""
    at = to_datetime(time, JST)
    return f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02d}"


def era(time: int | None) -> str:
    """令和8年1月9日18時00分"""
    if time is None:
        return ""
    at = to_datetime(time, JST)
    return f"令和{at.year - 2018}年{at.month}月{at.day}日{at.hour}時{at.minute:02d}分"


def compact(time: int) -> str:
    """202601091800, for the names of files."""
    return to_datetime(time, JST).strftime("%Y%m%d%H%M")


_WIDE = str.maketrans("0123456789-.,", "０１２３４５６７８９－．，")


def wide(value: object) -> str:
    """A number in full-width digits; nothing for None."""
    return "" if value is None else str(value).translate(_WIDE)
