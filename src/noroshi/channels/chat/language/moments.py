"""When something was or will be, as a text says it: 30分前, 昨日の夜, 14時ごろ, an hour ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from noroshi.channels.chat.language.amounts import NUMBER
from noroshi.channels.chat.language.normal import Plain
from noroshi.channels.chat.language.understood import Moment
from noroshi.core.time import DAY, HOUR, JST, MINUTE, from_datetime, to_datetime
from noroshi.formats.japanese import kanji_number

_N = NUMBER
_APPROX = r"(?:くらい|ぐらい|ほど|位)?"
_AGO = re.compile(
    rf"(?P<number>{_N})\s?(?P<unit>分|時間|日|週間)(?P<half>半)?{_APPROX}\s?(?:前|まえ)"
)
_AGO_ENGLISH = re.compile(
    r"\b(?P<number>\d{1,4}|an?|one|two|three|five|ten|half an)\s(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|"
    r"days?|weeks?)(?P<half>)\sago\b",
    re.I,
)
_UNITS = {"分": MINUTE, "時": HOUR, "日": DAY, "週": 7 * DAY, "m": MINUTE, "h": HOUR, "d": DAY,
          "w": 7 * DAY}  # fmt: skip
_RECENT = re.compile(
    r"さっき|さきほど|先ほど|先程|今しがた|いましがた|たった今|ついさっき|just now|a moment ago",
    re.I,
)
_DAYS = {
    "おととい": -2, "一昨日": -2, "昨日": -1, "きのう": -1, "昨夜": -1, "昨晩": -1, "ゆうべ": -1,
    "昨夕": -1, "今日": 0, "きょう": 0, "本日": 0, "今朝": 0, "けさ": 0, "今夜": 0, "今晩": 0,
    "明日": 1, "あした": 1, "あす": 1, "明後日": 2, "あさって": 2,
    "yesterday": -1, "last night": -1, "today": 0, "this morning": 0, "this afternoon": 0,
    "tonight": 0, "this evening": 0, "tomorrow": 1,
}  # fmt: skip
#: Parts of a day: first and last hour. A day without one is the whole of it.
_PARTS = {
    "未明": (0, 3), "明け方": (3, 6), "早朝": (5, 7), "朝": (6, 10), "午前": (6, 12),
    "昼過ぎ": (12, 15), "昼": (11, 14), "午後": (12, 18), "夕方": (15, 18), "夕": (15, 18),
    "夜中": (0, 3), "深夜": (0, 3), "夜": (18, 24), "晩": (18, 24),
}  # fmt: skip
_OF_DAY = {
    "昨夜": "夜", "昨晩": "夜", "ゆうべ": "夜", "昨夕": "夕方", "今朝": "朝", "けさ": "朝",
    "今夜": "夜", "今晩": "夜", "last night": "夜", "this morning": "朝", "this afternoon": "午後",
    "tonight": "夜", "this evening": "夜",
}  # fmt: skip
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_CLOCK = re.compile(
    rf"(?:(?P<day>{_DAY})(?:の|,? (?:at )?)?)?(?P<part>{_PART})?の?\s?"
    rf"(?:(?P<hour>[01]?\d|2[0-4]|[一二三四五六七八九十]{{1,3}})時(?!間)"
    rf"(?:(?P<thirty>半)|(?P<minute>{_N})分)?"
    r"|(?<![\d:])(?P<hour2>[01]?\d|2[0-3]):(?P<minute2>[0-5]\d)(?![\d:]))(?:ごろ|頃|ころ)?"
)
_CLOCK_ENGLISH = re.compile(
    r"\b(?:at |around )?(?P<hour>1[0-2]|0?[1-9])(?::(?P<minute>[0-5]\d))?\s?(?P<half>am|pm|a\.m\.|p\.m\.)",  # noqa: E501
    re.I,
)
_WHOLE = re.compile(rf"(?P<day>{_DAY})(?:の(?P<part>{_PART}))?(?:ごろ|頃)?", re.I)
_ALONE = re.compile(r"(?P<part>明け方|未明|早朝|夕方|夜中)(?:ごろ|頃)?")
#: Words by which a time is one to come.
_COMING = re.compile(
    r"予定|まで|から(?:始|開|配|です|ます|でしょ|\?|？)|(?:です|ます|でしょう)か|[?？]|(?:来|行|なり|始まり|開き)ます|これから|今夜|今晩|"
    r"\b(?:will|when|until|tonight|going to|open)\b",
    re.I,
)  # fmt: skip
#: A clock time of today may lie this far ahead and still be meant as today's.
_AHEAD = HOUR


class _Found(NamedTuple):
    time: int
    within: int
    match: re.Match[str]


def moment(text: Plain, at: int) -> Moment | None:
    """The first time that a text gives, the most exact sort first, as seen at `at`."""
    for find in (_ago, _clock, _clock_english, _recent, _whole, _alone):
        found = find(text.text, at)
        if found is not None:
            start, end = found.match.span()
            first, last = text.span(start, end)
            return Moment(found.time, found.within, found.match[0].strip(), first, last)
    return None


def _ago(text: str, at: int) -> _Found | None:
    found = _AGO.search(text) or _AGO_ENGLISH.search(text)
    if not found:
        return None
    number = _number(found["number"])
    unit = _UNITS[found["unit"][0].lower()]
    if number is None or number > 10_000:
        return None
    amount = round((number + (0.5 if found["half"] else 0)) * unit)
    return _Found(at - amount, max(amount // 5, MINUTE), found)


def _recent(text: str, at: int) -> _Found | None:
    found = _RECENT.search(text)
    return _Found(at - 15 * MINUTE, 15 * MINUTE, found) if found else None


def _clock(text: str, at: int) -> _Found | None:
    for found in _CLOCK.finditer(text):
        hour = _number(found["hour"] or found["hour2"])
        minute = _number(found["minute"] or found["minute2"] or "0")
        if hour is None or minute is None or hour > 24 or minute > 59:
            continue
        part = found["part"] or _OF_DAY.get(found["day"] or "", "")
        if (
            part in ("午後", "夜", "晩", "夕方", "夕", "昼過ぎ", "昼")
            and 1 <= hour < 12
            and not (part in ("昼",) and hour >= 11)
        ):
            hour += 12
        exact = bool(found["minute"] or found["minute2"] or found["thirty"])
        half = 30 if found["thirty"] else int(minute)
        time = _on_day(at, found["day"], int(hour), half, bool(_COMING.search(text)))
        return _Found(time, (5 if exact else 15) * MINUTE, found)
    return None


def _clock_english(text: str, at: int) -> _Found | None:
    found = _CLOCK_ENGLISH.search(text)
    if not found:
        return None
    hour = int(found["hour"]) % 12 + (12 if found["half"].lower().startswith("p") else 0)
    day = re.search(r"\b(yesterday|today|tomorrow)\b", text, re.I)
    time = _on_day(at, day[0].lower() if day else None, hour, int(found["minute"] or 0),
                   bool(_COMING.search(text)))  # fmt: skip
    return _Found(time, 15 * MINUTE, found)


def _on_day(at: int, day: str | None, hour: int, minute: int, coming: bool) -> int:
    midnight = _midnight(at, _DAYS[day.lower()] if day else 0)
    time = midnight + hour * HOUR + minute * MINUTE
    # Who says at 13:00 that it fell at 22時 means the evening that was.
    if day is None and not coming and time > at + _AHEAD:
        return time - DAY
    return time


def _whole(text: str, at: int) -> _Found | None:
    for found in _WHOLE.finditer(text):
        day = found["day"].lower()
        part = found["part"] or _OF_DAY.get(day, "")
        if day in ("今日", "きょう", "本日", "today") and not part:
            continue
        return _within(at, _DAYS[day], part, found)
    return None


def _alone(text: str, at: int) -> _Found | None:
    found = _ALONE.search(text)
    if not found:
        return None
    first = _PARTS[found["part"]][0]
    later = _midnight(at, 0) + first * HOUR > at
    return _within(at, -1 if later else 0, found["part"], found)


def _within(at: int, day: int, part: str, found: re.Match[str]) -> _Found:
    first, last = _PARTS.get(part, (0, 24))
    start = _midnight(at, day)
    middle = (first + last) * HOUR // 2
    return _Found(start + middle, (last - first) * HOUR // 2, found)


def _midnight(at: int, days: int) -> int:
    here = to_datetime(at, JST)
    return from_datetime(datetime(here.year, here.month, here.day, tzinfo=JST) + timedelta(days))


def _number(text: str) -> float | None:
    lower = text.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    try:
        return float(text) if text[0].isdigit() else float(kanji_number(text))
    except ValueError:
        return None


_WORDS = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "five": 5.0, "ten": 10.0,
          "half an": 0.5}  # fmt: skip
