"""Tsunami forecast areas and the prefectures whose coast they are.

Which municipality lies on which coast is not in the telegrams; the prefecture is in most names.
Source: 気象庁「津波予報区について」
(https://www.data.jma.go.jp/eqev/data/joho/t-yohokuinfo.html), 66 areas. Most are named after their
prefecture; this table has the others.
"""

from __future__ import annotations

from noroshi.core.prefectures import PREFECTURES

_OTHERS = {
    "オホーツク海沿岸": ("01",), "陸奥湾": ("02",), "東京湾内湾": ("12", "13", "14"),
    "伊豆諸島": ("13",), "小笠原諸島": ("13",), "相模湾・三浦半島": ("14",), "佐渡": ("15",),
    "伊勢・三河湾": ("23", "24"), "淡路島南部": ("28",), "隠岐": ("32",),
    "有明・八代海": ("40", "41", "42", "43"), "壱岐・対馬": ("42",),
    "種子島・屋久島地方": ("46",), "奄美群島・トカラ列島": ("46",),
    "奄美諸島・トカラ列島": ("46",), "沖縄本島地方": ("47",),
    "大東島地方": ("47",), "宮古島・八重山地方": ("47",),
}  # fmt: skip


def prefectures_of(coast: str) -> tuple[str, ...]:
    """Codes of the prefectures on a coast, by its name; () for a name that is not known: it may
    be any coast."""
    if coast in _OTHERS:
        return _OTHERS[coast]
    return tuple(code for code, name in PREFECTURES.items() if coast.startswith(name))
