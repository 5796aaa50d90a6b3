"""Times as they are said and read aloud, in Japan Standard Time."""

from __future__ import annotations

from noroshi.core.time import JST, to_datetime

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
_DIGITS = ("", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_HOURS = {0: "れい", 4: "よ", 7: "しち", 9: "く"}
#: Days that are not read as their number.
_DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか",
    8: "ようか", 9: "ここのか", 10: "とおか", 14: "じゅうよっか", 17: "じゅうしちにち",
    19: "じゅうくにち", 20: "はつか", 24: "にじゅうよっか", 27: "にじゅうしちにち",
    29: "にじゅうくにち",
}  # fmt: skip
#: Minutes by their last digit.
_MINUTES = ("", "いっぷん", "にふん", "さんぷん", "よんぷん", "ごふん", "ろっぷん", "ななふん",
            "はっぷん", "きゅうふん")  # fmt: skip


def number(value: int) -> str:
    """How a number from 0 to 99 is read, in hiragana."""
    if not 0 <= value <= 99:
        raise ValueError(f"{value} is not from 0 to 99")
    if value == 0:
        return "ぜろ"
    tens, ones = divmod(value, 10)
    return ("" if not tens else "じゅう" if tens == 1 else _DIGITS[tens] + "じゅう") + _DIGITS[ones]


def day(value: int) -> str:
    """How a day of a month is read."""
    return _DAYS.get(value) or number(value) + "にち"


def hour(value: int) -> str:
    """How an hour from 0 to 24 is read."""
    if value in _HOURS:
        return _HOURS[value] + "じ"
    tens, ones = divmod(value, 10)
    if tens and ones in _HOURS and ones:
        return number(tens * 10) + _HOURS[ones] + "じ"
    return number(value) + "じ"


def minute(value: int) -> str:
    """How a minute from 0 to 59 is read."""
    tens, ones = divmod(value, 10)
    if ones:
        return ("" if not tens else number(tens * 10)) + _MINUTES[ones]
    return "れいふん" if not tens else number(tens * 10).removesuffix("う") + "っぷん"


def day_marked(value: int) -> str:
    """A day with its reading: whole where it is not read as its number, else 日 alone."""
    return f"{{{value}日|{day(value)}}}" if value in _DAYS else f"{value}{{日|にち}}"


def parts(time: int) -> dict[str, int | str]:
    """The parts of a time for the frame `moment` of a phrase table."""
    at = to_datetime(time, JST)
    return {
        "month": at.month, "day": at.day, "hour": at.hour, "minute": at.minute,
        "month_name": MONTHS[at.month - 1],
        "day_kana": day(at.day), "hour_kana": hour(at.hour), "minute_kana": minute(at.minute),
        "day_marked": day_marked(at.day), "minute_unit": minute(at.minute)[-2:],
    }  # fmt: skip
