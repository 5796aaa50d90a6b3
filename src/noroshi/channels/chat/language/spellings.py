"""How a place's name is written by people: short, in kana, in Latin letters.

Each spelling is as trustworthy as its form: 金沢市 is a place wherever it stands, 金沢 may be a
person, and かが may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from noroshi.channels.advice.plain import romanise
from noroshi.channels.chat.language.normal import hiragana, plain
from noroshi.channels.chat.language.understood import Named


class Form(IntEnum):
    """What sort of spelling it is, the surest first."""

    FULL = 0
    ALIAS = 1
    BASE = 2
    KANA = 3
    KANA_BASE = 4
    LATIN = 5
    LATIN_BASE = 6


#: What a municipality's name ends in, with its readings.
_ENDINGS = {
    "市": ("し",), "区": ("く",), "町": ("ちょう", "まち"), "村": ("むら", "そん"),
    "県": ("けん",), "府": ("ふ",), "都": ("と",),
}  # fmt: skip
#: Names whose short form is a common word, and which nobody shortens.
_NEVER_SHORT = frozenset(
    ("中央", "東", "西", "南", "北", "中", "港", "緑", "泉", "旭", "栄", "東部", "西部", "南部", "北部",  # noqa: E501
     "平和", "大和", "昭和", "美里", "朝日", "日の出")
)  # fmt: skip
_OWNERS = re.compile(r"^.{0,8}?(?:市|町|村|区|県|都|府|道|国)立")
_SCHOOLS = (("小学校", "小"), ("中学校", "中"), ("高等学校", "高校"), ("高等学校", "高"))
_ROAD = re.compile(r"(国道|県道|府道|道道|都道|市道)(\d+)号線?")
_ROAD_IN_LATIN = {"国道": ("route", "national route"), "県道": ("prefectural road",)}
#: Words of English that are also short names of municipalities in Latin letters.
_ENGLISH = frozenset(
    ("date", "mine", "nose", "same", "here", "tone", "kite", "tame", "name", "home", "sane", "wake",
     "take", "make", "nice", "sera", "tome", "hiji", "sumo", "none", "date", "kami", "mura", "ukiha")  # noqa: E501
)  # fmt: skip
_SHORTEST_LATIN = 4


def spell(kind: str, one: Named) -> Iterator[tuple[str, Form]]:
    """The spellings of a name. Kinds are area, prefecture, district, facility, road, station."""
    name = plain(one.name).text.strip()
    kana = hiragana(plain(one.kana).text.strip())
    if not name:
        return
    if name.isascii():
        yield _latin(name), Form.LATIN
        return
    yield name, Form.FULL
    if kana and kana != name:
        yield kana, Form.KANA
    if kind in ("area", "prefecture"):
        yield from _of_area(name, kana)
    elif kind == "facility":
        yield from _of_facility(name)
    elif kind == "road":
        yield from _of_road(name)
    elif kind == "station" and kana.endswith("えき"):
        yield _latin(romanise("", kana.removesuffix("えき"))) + " station", Form.LATIN


def _of_area(name: str, kana: str) -> Iterator[tuple[str, Form]]:
    ending = _ENDINGS.get(name[-1:])
    short = name[:-1] if ending and name != "北海道" else ""
    if short and short not in _NEVER_SHORT:
        yield short, Form.BASE
        for reading in ending or ():
            if kana.endswith(reading) and len(kana) > len(reading) + 1:
                yield kana.removesuffix(reading), Form.KANA_BASE
    if kana:
        latin = romanise(name, kana).lower()
        base, _, tail = latin.partition("-")
        if tail:
            yield f"{base} {tail}", Form.LATIN
            for word in _IN_ENGLISH.get(name[-1], ()):
                yield f"{base} {word}", Form.LATIN
        if len(base) >= _SHORTEST_LATIN and base not in _ENGLISH and short not in _NEVER_SHORT:
            yield base, Form.LATIN_BASE


_IN_ENGLISH = {
    "市": ("city",), "区": ("ward", "city"), "町": ("town",), "村": ("village",),
    "県": ("prefecture",), "府": ("prefecture",), "都": ("metropolis",), "道": ("prefecture",),
}  # fmt: skip


def _of_facility(name: str) -> Iterator[tuple[str, Form]]:
    short = _OWNERS.sub("", name)
    if len(short) > 3 and short != name:
        yield short, Form.ALIAS
    for word, brief in _SCHOOLS:
        if short.endswith(word) and len(short) > len(word) + 1:
            yield short.removesuffix(word) + brief, Form.ALIAS


def _of_road(name: str) -> Iterator[tuple[str, Form]]:
    found = _ROAD.fullmatch(name)
    if not found:
        return
    sort, number = found.groups()
    for text in (f"{sort}{number}号", f"{sort}{number}号線", f"{sort}{number}"):
        if text != name:
            yield text, Form.ALIAS
    if sort == "国道":
        yield f"{number}号線", Form.ALIAS
        yield f"{number}号", Form.ALIAS
    for word in _ROAD_IN_LATIN.get(sort, ()):
        yield f"{word} {number}", Form.LATIN


def _latin(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))
