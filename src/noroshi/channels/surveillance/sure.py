"""How sure it is how a disease stands, in sentences for everybody."""

from __future__ import annotations

from typing import Any

from noroshi.channels.advice.actions import Both
from noroshi.channels.surveillance.course import Area, Course
from noroshi.channels.surveillance.level import Level

_SENTINEL = Both(
    "えらばれた {医療機関|いりょうきかん}だけが {報告|ほうこく}します。"
    "{本当|ほんとう}の {患者|かんじゃ}の {数|かず}は もっと {多|おお}いです。",
    "Only chosen clinics report. The true number of patients is higher.",
)
_OFFICIAL = Both(
    "{警報|けいほう}や {注意報|ちゅういほう}の {数|かず}は、"
    "{保健所|ほけんじょ}の {地域|ちいき}のために {決|き}められました。",
    "Warning and advisory levels were made for the areas of health centres.",
)
_KEPT_BACK = Both(
    "{少|すく}ない {数|かず}は、{人|ひと}が わからないように {出|だ}していません。"
    "「…」は 0では ありません。",
    "Small counts are kept back so that nobody is known by them. … is not 0.",
)
_COMPUTED = Both(
    "「ふだんより {多|おお}い」は、{計算|けいさん}で {見|み}つけました。"
    "まちがいも あります。{医者|いしゃ}が たしかめた ものでは ありません。",
    "“More than usual” was found by calculation. Some such alarms are false; no doctor has "
    "confirmed it.",
)
_NOT_LITTLE = Both(
    "{少|すく}ないと いう {意味|いみ}では ありません。",
    "This does not mean that there is little of it.",
)
_LATER = Both(
    "{報告|ほうこく}された {数|かず}です。あとから ふえることが あります。",
    "These are the cases that were reported. More may be reported later.",
)


def how_sure(course: Course, area: Area, level: Level, nowcast: Any) -> list[Both]:
    """What to bear in mind about an area's level and count. `nowcast`: what it says of the area's
    newest week, None where it says nothing."""
    found = []
    if nowcast is not None and nowcast.estimate is not None:
        low, high = f"{nowcast.lower:.0f}", f"{nowcast.upper:.0f}"
        found.append(Both(
            "まだ {届|とど}いていない {報告|ほうこく}が あります。"
            f"ぜんぶ {{届|とど}}くと、{low}{{人|にん}}から {high}{{人|にん}}くらいに "
            "なりそうです。",
            f"Some reports have not come yet. Once they have, this week is likely to have {low} to "
            f"{high} cases.",
        ))  # fmt: skip
    if course.unit == "rate":
        found.append(_SENTINEL)
    if level.number in (2, 3):
        found.append(_OFFICIAL)
    if course.disclosed:
        found.append(_KEPT_BACK)
    if area.alarm:
        found.append(_COMPUTED)
    if level.number is None:
        found.append(_NOT_LITTLE)
    return found or [_LATER]
