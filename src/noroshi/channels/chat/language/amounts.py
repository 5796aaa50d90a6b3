"""Depths and numbers of people in a text.

Depths by the body follow what the Cabinet Office and MLIT print on flood maps (浸水深の目安): 0.5 m
is an adult's knee, 1 m the waist, 2 m the eaves of the ground floor, 5 m those of the first;
床下 is less than 0.5 m and 床上 that or more (警察庁 / 国土交通省 水害統計).
"""

from __future__ import annotations

import re

from noroshi.channels.chat.language.normal import Plain
from noroshi.channels.chat.language.understood import Count, Depth
from noroshi.formats.japanese import kanji_number

_KANJI = "〇一二三四五六七八九十百千"
NUMBER = rf"(?:\d{{1,6}}(?:\.\d{{1,3}})?|[{_KANJI}]{{1,6}})"
_ENGLISH = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip
_WORDED = "|".join(sorted(_ENGLISH, key=len, reverse=True))

_MARKS: tuple[tuple[str, float], ...] = (
    ("くるぶし|足首|あしくび|ankle", 0.1),
    ("ふくらはぎ|すね|脛|shin|calf", 0.3),
    ("(?:ひざ|膝|ヒザ)の?(?:下|した)|below (?:the |my )?knee", 0.4),
    ("(?:ひざ|膝|ヒザ)の?(?:上|うえ)", 0.6),
    ("ひざ|膝|ヒザ|knees?", 0.5),
    ("太もも|ふともも|太腿|もも|腿|thighs?", 0.7),
    ("へそ|おへそ|腰|こし|waist|hips?", 1.0),
    ("胸|むね|chest", 1.3),
    ("首|くび|肩|neck|shoulders?", 1.4),
    ("背丈|身長|頭|over (?:my |your )?head|head", 1.7),
    ("(?:一|1)階の(?:天井|軒下?)", 2.0),
    ("(?:二|2)階の?床|(?:二|2)階", 3.0),
    ("軒下?|のき", 2.0),
    ("床下|ゆかした", 0.3),
    ("床上|ゆかうえ|床", 0.5),
    ("タイヤの?半分", 0.3),
    ("長靴", 0.3),
)
_REACHES = r"(?:の?(?:あたり|辺り|高さ|位置|ところ|とこ))?(?:くらい|ぐらい)?(?:まで|迄|くらい|ぐらい|の高さ|の深さ)"  # noqa: E501
_BODY = re.compile(
    "|".join(f"(?P<m{n}>(?:{words}){_REACHES})" for n, (words, _) in enumerate(_MARKS))
)
_FLOOR = re.compile(
    r"(?P<under>床下|ゆかした)(?:まで|浸水|に)|(?P<over>床上|ゆかうえ)(?:まで|浸水|に)"
)
_BODY_ENGLISH = re.compile(
    "|".join(
        rf"(?P<m{n}>\b(?:{words})[- ](?:deep|high|height|level)|"
        rf"\b(?:up to|above|over|to|at) (?:my |the |our |your )?(?:{words})\b)"
        for n, (words, _) in enumerate(_MARKS)
    ),
    re.I,
)
_LENGTH = re.compile(
    rf"(?P<number>{NUMBER})\s?(?P<unit>センチメートル|センチ|cm|メートル|メーター|m(?![a-z])|ミリ|"
    r"centimet(?:er|re)s?|met(?:er|re)s?|feet|foot|ft|inch(?:es)?)(?P<half>半)?",
    re.I,
)
_WORD_LENGTH = re.compile(
    rf"\b(?P<number>{_WORDED})\s(?P<unit>met(?:er|re)s?|feet|foot)\b(?P<half>)", re.I
)
_UNITS = {"セ": 0.01, "c": 0.01, "メ": 1.0, "m": 1.0, "f": 0.3048, "i": 0.0254}
#: What makes a length a depth of water, and what makes it something else.
_WATER = re.compile(
    r"水|浸|冠|みず|すいい|すいぼつ|溢|あふれ|氾濫|深|つか|沈|池|プール|川みたい|water|flood|deep|river|submerged",
    re.I,
)
_OTHER = re.compile(
    r"^\s?(?:先|離れ|以内|ほど離|くらい離|の段差|の穴|の亀裂|の?(?:雪|積雪|津波|高波|波)|四方|away|from)"
)
_NOT_DEPTH = re.compile(r"(?:段差|幅|距離|積雪|雪が|津波|川から|海から|標高|海抜|長さ)[^。]{0,6}$")
_DEEPEST = 30.0
_ABOUT = r"(?:くらい|ぐらい|ほど|位|前後|以上|程度|余り|あまり|近く)"


def depth(text: Plain) -> Depth | None:
    """The depth of water that a text gives, a measured one before one by the body."""
    said = text.text
    if _WATER.search(said):
        for found in (*_LENGTH.finditer(said), *_WORD_LENGTH.finditer(said)):
            metres = _metres(found)
            clear = not (
                _OTHER.match(said, found.end()) or _NOT_DEPTH.search(said[: found.start()][-12:])
            )
            if metres is not None and 0 < metres <= _DEEPEST and clear:
                about = re.match(rf"\s?{_ABOUT}", said[found.end() :])
                end = found.end() + (about.end() if about else 0)
                return _depth(text, metres, found.start(), end, True)
    if floor := _FLOOR.search(said):
        return _depth(text, 0.3 if floor["under"] else 0.5, floor.start(), floor.end(), False)
    if mark := _BODY.search(said) or _BODY_ENGLISH.search(said):
        metres = _MARKS[int((mark.lastgroup or "m0")[1:])][1]
        return _depth(text, metres, mark.start(), mark.end(), False)
    return None


def _metres(found: re.Match[str]) -> float | None:
    unit = found["unit"].lower()
    if unit.startswith("ミリ"):
        return None  # of rain
    factor = 0.01 if unit.startswith(("centi", "cm")) else _UNITS.get(unit[0])
    value = _value(found["number"])
    if factor is None or value is None:
        return None
    return round((value + (0.5 if found["half"] else 0)) * factor, 3)


def _value(text: str) -> float | None:
    if text[0].isdigit():
        return float(text) if text.replace(".", "", 1).isascii() else None
    if text.lower() in _ENGLISH:
        return float(_ENGLISH[text.lower()])
    try:
        return float(kanji_number(text))
    except ValueError:
        return None


def _depth(text: Plain, metres: float, start: int, end: int, measured: bool) -> Depth:
    first, last = text.span(start, end)
    return Depth(metres, text.text[start:end], first, last, measured)


_KANA = (
    ("ひとり", 1), ("ふたり", 2), ("さんにん", 3), ("よにん", 4), ("ごにん", 5), ("ろくにん", 6),
    ("しちにん", 7), ("ななにん", 7), ("はちにん", 8), ("きゅうにん", 9), ("じゅうにん", 10),
)  # fmt: skip
_KIN = (
    r"(?:お?(?:ばあ|じい|婆|爺)(?:ちゃん|さん)?|祖母|祖父|お?母(?:さん)?|お?父(?:さん)?|夫|妻|主人|"
    r"嫁|息子|娘|孫|兄|弟|姉|妹|叔母|叔父|赤ちゃん|子ども|子供|私|友達|友人)"
)
_PERSONS = re.compile(
    rf"(?P<number>{NUMBER})\s?(?:人(?![目前工気形身物口間])|名(?![前義産])|にん)"
    + "|"
    + "|".join(f"(?P<k{n}>{word})" for n, (word, _) in enumerate(_KANA))
    + rf"|(?P<kin>{_KIN}(?:と{_KIN}){{1,6}})"
)
_PERSONS_ENGLISH = re.compile(
    rf"\b(?P<number>\d{{1,6}}|{_WORDED})\s(?:\w{{1,12}}\s){{0,2}}?"
    r"(?:people|persons?|adults?|children|kids?|men|man|women|woman|of us|families|residents)\b",
    re.I,
)


_ROUGHLY = re.compile(_ABOUT)


def persons(text: Plain) -> Count | None:
    """The number of people that a text gives, the first where it gives several."""
    for found in (*_PERSONS.finditer(text.text), *_PERSONS_ENGLISH.finditer(text.text)):
        groups = found.groupdict()
        about = _ROUGHLY.match(text.text, found.end())
        if groups.get("kin"):
            number: float | None = len(re.findall(_KIN, found[0]))
        elif groups.get("number"):
            number = _value(found["number"])
        else:
            kana = next(name for name, value in groups.items() if value and name != "number")
            number = _KANA[int(kana[1:])][1]
        if number is None or number != int(number) or number < 1:
            continue
        end = about.end() if about else found.end()
        first, last = text.span(found.start(), end)
        return Count(int(number), text.text[found.start() : end], first, last,
                     bool(about) or bool(groups.get("kin")))  # fmt: skip
    return None
