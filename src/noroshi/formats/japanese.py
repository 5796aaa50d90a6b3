"""Japanese text as offices write it: encodings, full-width digits, kanji numerals, dates.

Pure functions over `str` and `bytes`; every reader of tables uses them. Ambiguous text is
refused, never guessed: 午後12時 is noon to some and midnight to others.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from noroshi.core.errors import UnreadableMessage
from noroshi.core.time import from_datetime, parse

# --- encodings ---------------------------------------------------------------------------------

#: Byte-order marks, the longest first (UTF-32 LE starts as UTF-16 LE does).
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_NAMES = {
    "shift_jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "utf-8-sig": "utf-8",
    "utf8": "utf-8",
    "eucjp": "euc_jp",
    "euc-jp": "euc_jp",
}
_KNOWN = {"utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be", "utf-16"}
#: What share of a text's non-ASCII bytes may be damaged before it is refused.
_DAMAGE = 0.01


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text of `data` and the name of its encoding, decided by content.

    The rule: a byte-order mark decides (UTF-8, UTF-16, UTF-32). Without one, bytes that hold
    ISO-2022-JP escapes and nothing above 127 are that; bytes that are valid UTF-8 are UTF-8
    (ASCII is); bytes valid as only one of CP932 (Windows Shift_JIS) and EUC-JP are that one;
    bytes valid as both are the one whose reading has fewer half-width katakana (EUC-JP read as
    CP932 is full of them), CP932 if equal. Where a few bytes fit none, the encoding with the
    fewest damaged characters is taken and each becomes U+FFFD, up to one in a hundred.

    `encoding`, where a sender names it, is taken as given. Raises UnreadableMessage.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], name), name
    if encoding:
        name = _NAMES.get(encoding.lower(), encoding.lower())
        if name not in _KNOWN:
            raise UnreadableMessage(
                f"unknown encoding {encoding!r}", remedy=f"one of {', '.join(sorted(_KNOWN))}"
            )
        return _strict(data, name), name
    if data.isascii():
        if b"\x1b$" in data:
            return _strict(data, "iso2022_jp"), "iso2022_jp"
        return data.decode("ascii"), "utf-8"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    readings: dict[str, str] = {}
    for name in ("cp932", "euc_jp"):
        try:
            readings[name] = data.decode(name)
        except UnicodeDecodeError:
            continue
    if readings:
        best = next(iter(readings))
        if len(readings) > 1:
            best = min(readings, key=lambda name: _half_width_kana(readings[name]))
        return readings[best], best
    return _damaged(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError) as error:
        start = getattr(error, "start", 0)
        raise UnreadableMessage(
            f"not {encoding} text", where=f"byte {start}", remedy="save the file as UTF-8"
        ) from None


def _damaged(data: bytes) -> tuple[str, str]:
    """The least damaged reading of bytes that fit no encoding."""
    readings = {name: data.decode(name, "replace") for name in ("utf-8", "cp932", "euc_jp")}
    best = min(readings, key=lambda name: readings[name].count("�"))
    damage = readings[best].count("�")
    high = sum(map(data.count, (bytes((value,)) for value in range(128, 256))))
    if damage > max(1, high * _DAMAGE):
        raise UnreadableMessage(
            "the text is in no encoding that Japanese offices use",
            where=f"{damage} bytes do not fit {best}, the nearest",
            remedy="save the file as UTF-8",
        )
    return readings[best], best


def _half_width_kana(text: str) -> int:
    return sum(1 for character in text if "｡" <= character <= "ﾟ")


# --- digits and numbers ------------------------------------------------------------------------

_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF[0x3000] = 0x20  # ideographic space
#: Signs that stand for a minus before a digit; ▲ and △ are how Japanese accounts write one.
_HALF |= {ord(sign): ord("-") for sign in "−‐‑–—―▲△"}


def half_width(text: str) -> str:
    """`text` with full-width ASCII made half-width and dashes made hyphens, kana untouched."""
    return text if text.isascii() else text.translate(_HALF)


@lru_cache(maxsize=4096)
def header(text: str) -> str:
    """A column's name as it is compared: compatibility forms folded, no spaces, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d{1,3})?", re.I)
_KANJI_DIGIT = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "壱": 1,
    "弐": 2,
    "参": 3,
    "元": 1,
}
_KANJI_TENS = {"十": 10, "拾": 10, "百": 100, "千": 1000}
_KANJI_MYRIADS = {"万": 10**4, "億": 10**8}
_KANJI = "".join(_KANJI_DIGIT) + "".join(_KANJI_TENS) + "".join(_KANJI_MYRIADS)


def number(text: str) -> float | int:
    """The number that the whole of `text` writes; integers stay integers.

    Full-width digits, thousands commas, ▲ for minus and kanji numerals are read; anything else
    beside the number (a unit, 約, a range) is refused with ValueError.
    """
    plain = half_width(text).strip()
    if _NUMBER.fullmatch(plain) and any(map(str.isdigit, plain)):
        plain = plain.replace(",", "")
        if plain.lstrip("+-").isdigit() and len(plain) < 20:
            return int(plain)
        value = float(plain)
        if value in (float("inf"), float("-inf")):
            raise ValueError(f"not a number: {text!r}")
        return value
    if plain and plain != "元" and all(sign in _KANJI for sign in plain):
        return kanji_number(plain)
    raise ValueError(f"not a number: {text!r}")


def kanji_number(text: str) -> int:
    """The whole number of kanji numerals: 二十三, 百五, 一万二千, or digit by digit 二〇二四."""
    if len(text) > 20:
        raise ValueError(f"not a number: {text!r}")
    if all(sign in _KANJI_DIGIT for sign in text) and text:
        return int("".join(str(_KANJI_DIGIT[sign]) for sign in text))
    total = section = digits = 0
    for sign in text:
        if sign in _KANJI_DIGIT:
            digits = digits * 10 + _KANJI_DIGIT[sign]
        elif sign in _KANJI_TENS:
            section += (digits or 1) * _KANJI_TENS[sign]
            digits = 0
        elif sign in _KANJI_MYRIADS:
            total += ((section + digits) or 1) * _KANJI_MYRIADS[sign]
            section = digits = 0
        else:
            raise ValueError(f"not a number: {text!r}")
    return total + section + digits


# --- dates -------------------------------------------------------------------------------------

#: The Gregorian year before the first of each era (元号).
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_SQUARES = str.maketrans({"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和"})

_N = rf"(?:\d+|[{_KANJI}]+)"
_SEPARATOR = r"\s*[-/.]\s*"
_DATE = (
    rf"(?:(?P<era>明治|大正|昭和|平成|令和|(?<![A-Za-z])[MTSHRmtshr](?=[\d.元]))\.?\s*)?"
    rf"(?P<year>{_N})\s*(?:年\s*|{_SEPARATOR})"
    rf"(?P<month>{_N})\s*(?:月\s*|{_SEPARATOR})(?P<day>{_N})(?:\s*日)?"
    r"(?:\s*[(〔][日月火水木金土](?:曜日?)?[)〕])?"
)
_TIME = (
    r"(?:\s*(?P<half>午前|午後|am|pm|a\.m\.|p\.m\.)|\s*T|\s+|(?<=日)|(?<=\)))\s*"
    rf"(?:(?P<noon>正午)|(?P<hour>{_N})\s*(?:(?P<sharp>時ちょうど)|時\s*(?P<thirty>半)?|:)\s*"
    rf"(?:(?P<minute>{_N})\s*分?(?:[:\s]?\s*(?P<second>{_N})(?:\.\d+)?\s*秒?)?)?)"
)
_JAPANESE = re.compile(rf"{_DATE}(?:{_TIME})?", re.I)
_TAIL = re.compile(r"\s*(?:現在|時点|頃|ごろ|発表|更新|作成|版|JST|\+09:?00)*\s*", re.I)
_LONGEST = 400  # characters in which a date is looked for
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")


@lru_cache(maxsize=4096)
def parse_time(text: str) -> int:
    """Microseconds UTC of a date (and time) as Japanese offices write it, in Japan's time.

    令和6年1月9日午後6時時点, R6.1.9 18:00, 平成元年一月八日, 2024年1月9日18時半, 2024/1/9 6:00,
    202401091800 and every ISO 8601 text. A date alone means its first moment; 24時 is the next
    day's. Years beyond an era's end are counted on (平成32年 is 2020), and 元年 is the first.
    午前12時 and 午後12時 are refused: they are read both ways.
    Raises ValueError with the text.
    """
    plain = half_width(text[:_LONGEST].translate(_SQUARES)).strip()
    compact = _COMPACT.fullmatch(plain)
    if compact:
        parts = [int(part or 0) for part in compact.groups()]
        return _moment(*parts, text=text)
    found = _JAPANESE.match(plain)
    if found is not None and len(text) <= _LONGEST and _TAIL.fullmatch(plain, found.end()):
        return _from_match(found, text)
    if plain[:1].isdigit() and re.match(r"\d{4}-", plain):
        try:
            return parse(plain)
        except (ValueError, OverflowError):
            pass
    raise ValueError(f"not a date and time: {text!r}")


def find_time(text: str) -> tuple[str, int] | None:
    """The one date and time inside `text`, and the text without it; None if there is none.

    人数_令和6年1月9日午後6時時点 gives ("人数", the time). Only dates that name a year count.
    """
    plain = half_width(text[:_LONGEST].translate(_SQUARES))
    for found in _JAPANESE.finditer(plain):
        if found["era"] is None and len(found["year"]) < 4:
            continue
        try:
            time = _from_match(found, text)
        except ValueError:
            continue
        end = _TAIL.match(plain, found.end())
        rest = plain[: found.start()] + plain[end.end() if end else found.end() :]
        return re.sub(r"[\s_()（）・:-]+$", "", rest.strip()), time
    return None


def _from_match(found: re.Match[str], text: str) -> int:
    year = _whole(found["year"])
    era = found["era"]
    if era is not None:
        year += _ERAS[_LETTERS.get(era.upper(), era)]
    elif len(found["year"]) < 4:
        raise ValueError(f"which year? {text!r}: write four digits or an era")
    if found["noon"]:
        return _moment(year, _whole(found["month"]), _whole(found["day"]), 12, text=text)
    hour = _whole(found["hour"] or "0")
    half = (found["half"] or "").lower()
    if half.startswith(("午前", "午後")) and hour == 12:
        raise ValueError(f"noon or midnight? {text!r}: write 正午, 午前0時 or 24時間 form")
    if half.startswith(("午後", "p")) and hour < 12:
        hour += 12
    elif half.startswith(("午前", "a")):
        if hour > 12:
            raise ValueError(f"not a date and time: {text!r}")
        hour %= 12
    minute = 30 if found["thirty"] else _whole(found["minute"] or "0")
    second = _whole(found["second"] or "0")
    return _moment(
        year, _whole(found["month"]), _whole(found["day"]), hour, minute, second, text=text
    )


def _whole(text: str) -> int:
    if len(text) > 8:
        raise ValueError(f"not a number in a date: {text!r}")
    return int(text) if text.isdigit() else kanji_number(text)


def _moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, *, text: str
) -> int:
    try:
        whole_day = hour == 24 and minute == 0 and second == 0
        moment = datetime(year, month, day, 0 if whole_day else hour, minute, second)
        return from_datetime(moment + timedelta(days=1) if whole_day else moment)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"no such date and time: {text!r} ({error})") from None
