"""Plain words: readings above characters, terms of the trade, times and ages as people say them.

A reading is written into a text as `{警報|けいほう}`; `show_readings` makes HTML of it.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from noroshi.core.time import DAY, HOUR, JST, MINUTE, to_datetime

_READ = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")


class Term(NamedTuple):
    """A word as printed: its reading, English, and what it means in plain words (or empty)."""

    kana: str
    en: str
    easy: str = ""


#: Hazards as warnings name them (気象業務法施行令 第5条, 気象庁予報警報規程).
HAZARDS = {
    "大雨": Term("おおあめ", "heavy rain", "とても たくさんの {雨|あめ}"),
    "土砂災害": Term("どしゃさいがい", "landslide", "がけや {山|やま}が くずれる"),
    "洪水": Term("こうずい", "flood", "{川|かわ}の {水|みず}が あふれる"),
    "氾濫": Term("はんらん", "river flooding", "{川|かわ}の {水|みず}が あふれる"),
    "浸水害": Term("しんすいがい", "inundation", "{家|いえ}や {道|みち}に {水|みず}が {入|はい}る"),
    "高潮": Term("たかしお", "storm surge", "{海|うみ}の {水|みず}が {高|たか}くなる"),
    "暴風雪": Term("ぼうふうせつ", "snowstorm", "とても つよい {風|かぜ}と {雪|ゆき}"),
    "暴風": Term("ぼうふう", "violent wind", "とても つよい {風|かぜ}"),
    "大雪": Term("おおゆき", "heavy snow", "とても たくさんの {雪|ゆき}"),
    "波浪": Term("はろう", "high waves", "{高|たか}い {波|なみ}"),
    "強風": Term("きょうふう", "strong wind", "つよい {風|かぜ}"),
    "風雪": Term("ふうせつ", "wind and snow", "つよい {風|かぜ}と {雪|ゆき}"),
    "融雪": Term("ゆうせつ", "snow melt", "{雪|ゆき}が とける"),
    "濃霧": Term("のうむ", "dense fog", "こい きり"),
    "雷": Term("かみなり", "thunderstorm"),
    "乾燥": Term("かんそう", "dry air", "{火|ひ}が ひろがりやすい"),
    "なだれ": Term("なだれ", "avalanche", "{山|やま}の {雪|ゆき}が くずれる"),
    "低温": Term("ていおん", "low temperature", "とても さむい"),
    "霜": Term("しも", "frost"),
    "着氷": Term("ちゃくひょう", "icing", "{物|もの}に {氷|こおり}が つく"),
    "着雪": Term("ちゃくせつ", "snow accretion", "{物|もの}に {雪|ゆき}が つく"),
    "竜巻": Term("たつまき", "tornado", "うずを まく つよい {風|かぜ}"),
    "津波": Term("つなみ", "tsunami", "{海|うみ}から くる {大|おお}きな {波|なみ}"),
    "噴火": Term("ふんか", "eruption", "{山|やま}が {火|ひ}や {石|いし}を {出|だ}す"),
    "噴石": Term("ふんせき", "falling rocks", "{石|いし}が {落|お}ちて くる"),
    "降灰": Term("こうはい", "ash fall", "{灰|はい}が ふる"),
    "地震": Term("じしん", "earthquake"),
}  # fmt: skip

#: What a warning's name ends in, most serious first.
CATEGORIES = {
    "emergency": Term("とくべつけいほう", "emergency warning"),
    "danger": Term("きけんけいほう", "danger warning"),
    "warning": Term("けいほう", "warning"),
    "advisory": Term("ちゅういほう", "advisory"),
}
CATEGORY_NAMES = {
    "emergency": "特別警報", "danger": "危険警報", "warning": "警報", "advisory": "注意報",
}  # fmt: skip

#: Readings of further words in names as printed.
_READINGS = {
    **{word: term.kana for word, term in HAZARDS.items() if word != term.kana},
    **{name: CATEGORIES[one].kana for one, name in CATEGORY_NAMES.items()},
    "大津波": "おおつなみ", "警戒情報": "けいかいじょうほう", "注意情報": "ちゅういじょうほう",
    "発生情報": "はっせいじょうほう", "危険情報": "きけんじょうほう", "情報": "じょうほう",
    "予報": "よほう", "火口周辺": "かこうしゅうへん", "居住地域": "きょじゅうちいき",
    "入山規制": "にゅうざんきせい", "避難": "ひなん", "線状降水帯": "せんじょうこうすいたい",
    "記録的短時間大雨": "きろくてきたんじかんおおあめ", "多量": "たりょう", "少量": "しょうりょう",
    "速報": "そくほう", "噴石": "ふんせき", "土砂": "どしゃ", "浸水": "しんすい",
    "若干": "じゃっかん", "海面変動": "かいめんへんどう", "落下": "らっか",
    "解除": "かいじょ", "発表": "はっぴょう", "等": "とう", "予想": "よそう", "発生": "はっせい",
    "氾濫水": "はんらんすい", "小さな": "ちいさな", "準備": "じゅんび", "高齢者": "こうれいしゃ",
    "崖崩れ": "がけくずれ", "土石流": "どせきりゅう", "及び": "および", "地滑り": "じすべり",
    "内水氾濫": "ないすいはんらん", "大規模な火事": "だいきぼな かじ",
}  # fmt: skip
_WORDS = re.compile("|".join(sorted(_READINGS, key=len, reverse=True)))

#: Names in English that are not 現象 + 区分; the first that is in the printed name.
_ENGLISH = {
    "大津波警報": "Major tsunami warning", "津波警報": "Tsunami warning",
    "津波注意報": "Tsunami advisory", "津波予報": "Tsunami forecast (slight sea level change)",
    "土砂災害警戒情報": "Landslide alert", "竜巻注意情報": "Tornado watch",
    "記録的短時間大雨情報": "Record rain in a short time",
    "線状降水帯予想": "Line-shaped rainband expected", "線状降水帯": "Line-shaped rainband",
    "噴火速報": "Eruption flash report",
    "火口周辺警報：入山規制": "Near-crater warning: do not enter the mountain",
    "火口周辺警報": "Near-crater warning", "高齢者等避難": "Volcanic warning: older people leave",
    "噴火警報：避難準備": "Volcanic warning: prepare to leave",
    "噴火警報：避難": "Volcanic warning: evacuate", "噴火警報": "Volcanic warning",
    "噴火予報": "Volcanic forecast", "氾濫発生情報": "River flooding has begun",
    "氾濫危険情報": "River flood danger", "氾濫警戒情報": "River flood warning",
    "氾濫注意情報": "River flood advisory", "やや多量の降灰": "Moderate ash fall",
    "多量の降灰": "Heavy ash fall", "少量の降灰": "Light ash fall", "降灰": "Ash fall",
    "噴石": "Small rocks falling",
}  # fmt: skip


def add_readings(printed: str) -> str:
    """A name as printed, with the readings of the words that are known."""
    clean = printed.translate(_BRACES)
    return _WORDS.sub(lambda found: f"{{{found[0]}|{_READINGS[found[0]]}}}", clean)


def with_kana(name: str, kana: str) -> str:
    """A proper name with its reading, if that is known."""
    name, kana = name.translate(_BRACES), kana.translate(_BRACES)
    return f"{{{name}|{kana}}}" if kana and name and kana != name else name


_BRACES = str.maketrans("{}|", "（）／")


def romanise(name: str, kana: str) -> str:
    """A place's name in Latin letters (修正ヘボン式 without marks of long vowels), what it is set
    off by a hyphen: Nanao-shi, Ishikawa-ken. Without a reading, the name as it is."""
    if not kana:
        return name
    head, tail = kana, ""
    for ending, readings in _ENDINGS.items():
        for reading in readings:
            if name.endswith(ending) and kana.endswith(reading) and len(kana) > len(reading):
                head, tail = kana.removesuffix(reading), "-" + _letters(reading)
    return _letters(head).capitalize() + tail


_ENDINGS = {
    "市": ("し",), "区": ("く",), "町": ("ちょう", "まち"), "村": ("むら", "そん"), "県": ("けん",),
    "府": ("ふ",), "都": ("と",),
}  # fmt: skip
_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの",
    "h": "はひふへほ", "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ",
    "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}  # fmt: skip
_LETTERS = {
    **{kana: row + vowel for row, line in _ROWS.items()
       for kana, vowel in zip(line, "aiueo", strict=True)},
    "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu",
    "や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ん": "n",
}  # fmt: skip
_SMALL = {"ゃ": "a", "ゅ": "u", "ょ": "o"}


def _letters(kana: str) -> str:
    found: list[str] = []
    double = False
    for one in kana:
        if one == "っ":
            double = True
            continue
        if one in _SMALL and found and found[-1].endswith("i"):
            stem = found.pop()[:-1]
            found.append(stem + ("" if stem[-2:] in ("sh", "ch") or stem == "j" else "y")
                         + _SMALL[one])  # fmt: skip
            continue
        letters = _LETTERS.get(one, "" if one == "ー" else one)
        if double and letters:
            letters = ("t" if letters.startswith("ch") else letters[0]) + letters
            double = False
        found.append(letters)
    text = "".join(found)
    # Long o and u are one letter on signs: Osaka, Kochi, Chuo; but Matsuura.
    text = re.sub(r"ou(?![eu])|oo", "o", text)
    return re.sub(r"(?<=[cs]hu|.yu|.ju)u|^(yu)u", r"\1", text)


def show_readings(text: str) -> str:
    """HTML of a text with readings; everything else in it is escaped."""
    found: list[str] = []
    at = 0
    for one in _READ.finditer(text):
        found.append(escape(text[at : one.start()]))
        found.append(f"<ruby>{escape(one[1])}<rp>(</rp><rt>{escape(one[2])}</rt><rp>)</rp></ruby>")
        at = one.end()
    return "".join([*found, escape(text[at:])])


def drop_readings(text: str) -> str:
    """A text without its readings, for places that cannot have them."""
    return _READ.sub(r"\1", text)


def say_warning(printed: str, hazard: str, category: str) -> str:
    """A warning's name in English, from its hazard and category or its whole name."""
    level = re.search(r"レベル([１-５1-5])", printed)
    head = f"Level {int(level[1])} " if level else ""
    for name, english in _ENGLISH.items():
        if name in printed:
            return head + (english.lower() if head else english)
    term = HAZARDS.get(hazard)
    if term is None:
        return head + printed
    words = f"{term.en} {CATEGORIES[category].en}" if category in CATEGORIES else term.en
    return head + (words if head else words.capitalize())


def say_time(time: int, present: int, language: str) -> str:
    """A time as people say it, in Japan Standard Time; the year where it is not this one."""
    moment, today = to_datetime(time, JST), to_datetime(present, JST)
    clock = f"{moment.hour}:{moment.minute:02}"
    if language == "ja":
        year = f"{moment.year}年" if moment.year != today.year else ""
        return f"{year}{moment.month}月{moment.day}日 {moment.hour}時{moment.minute:02}分"
    year = f" {moment.year}" if moment.year != today.year else ""
    return f"{moment.day} {_MONTHS[moment.month - 1]}{year}, {clock}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_age(age: int, language: str) -> str:
    """How long ago, rounded down; the future is now."""
    for unit, japanese, english in (
        (365 * DAY, "年", "year"), (DAY, "日", "day"),
        (HOUR, "時間", "hour"), (MINUTE, "分", "minute"),
    ):  # fmt: skip
        number = age // unit
        if number >= 1:
            many = "" if number == 1 else "s"
            return f"{number}{japanese}前" if language == "ja" else f"{number} {english}{many} ago"
    return "たった今" if language == "ja" else "just now"


def say_distance(metres: float, language: str) -> str:
    """A distance a person can use: 10 m steps, then 0.1 km."""
    near = f"{max(10, round(metres, -1)):.0f} m" if metres < 950 else f"{metres / 1000:.1f} km"
    return f"ここから {near}" if language == "ja" else f"{near} from you"
