"""How a disease stands in an area in a few words: its level, its trend, and how sure both are.

Diseases that sentinel sites report have official levels (`noroshi.domains.health.levels`); all
others are held against their own past (`health.detection`, `health.alarm`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from noroshi.channels.advice.actions import Both
from noroshi.domains.health.forecast.opening import open_share
from noroshi.domains.health.levels import THRESHOLDS, in_warning


class Level(NamedTuple):
    """How much of a disease there is. `number`: 0 as usual, 1 more than usual, 2 advisory level, 3
    warning level; None: not known. `why` names the rule."""

    number: int | None
    word: Both
    why: Both


_WORDS = {
    None: Both("わかりません", "Not known"),
    0: Both("ふだんと {同|おな}じくらい", "About as usual"),
    1: Both("ふだんより {多|おお}い", "More than usual"),
    2: Both("{多|おお}い（{注意報|ちゅういほう}レベル）", "High (advisory level)"),
    3: Both("とても {多|おお}い（{警報|けいほう}レベル）", "Very high (warning level)"),
}


_COMPARED = Both(
    "{前|まえ}の {年|とし}や {前|まえ}の {週|しゅう}と くらべました。",
    "Compared with earlier years and weeks.",
)
#: Why nobody can tell, by what is missing.
UNKNOWN = {
    "reported": Both("{報告|ほうこく}が ありません。", "Nothing was reported."),
    "kept_back": Both(
        "{少|すく}ない {数|かず}なので {出|だ}していません。0では ありません。",
        "The count is small and kept back. It is not 0.",
    ),
    "past": Both(
        "くらべる ための {記録|きろく}が たりません。", "Too few past weeks to compare with."
    ),
    "compared": Both(
        "まだ くらべていません。", "Not compared with the past, as far as can be seen here."
    ),
}


def level_of(
    disease: str, rates: Sequence[float | None], newest: float | None, alarm: bool | None,
    *, kept_back: bool = False, compared: bool = True,
) -> Level:  # fmt: skip
    """The level of a disease in an area. `rates`: cases for each sentinel site by week, the newest
    last; `newest`: cases of the newest week, None where not reported (or `kept_back`); `alarm`:
    whether it is more than usual, None where that could not be told; `compared`: whether what
    detection says of the week can be seen at all."""
    threshold = THRESHOLDS.get(disease)
    if threshold is not None and rates and rates[-1] is not None:
        if in_warning(threshold, rates):
            return _said(3, Both(
                f"{{医療機関|いりょうきかん}} 1つに {rates[-1]:.2f}{{人|にん}}。"
                f"{threshold.begin:g}{{人|にん}}で {{始|はじ}}まり、"
                f"{threshold.end:g}{{人|にん}}より {{少|すく}}なくなると {{終|お}}わります。",
                f"{rates[-1]:.2f} cases per sentinel site; it begins at {threshold.begin:g} and "
                f"ends below {threshold.end:g}.",
            ))  # fmt: skip
        if threshold.advisory is not None and rates[-1] >= threshold.advisory:
            return _said(2, Both(
                f"{{医療機関|いりょうきかん}} 1つに {rates[-1]:.2f}{{人|にん}}"
                f"（{threshold.advisory:g}{{人|にん}}から）。",
                f"{rates[-1]:.2f} cases per sentinel site (from {threshold.advisory:g}).",
            ))  # fmt: skip
    if kept_back:
        return _said(None, UNKNOWN["kept_back"])
    if newest is None:
        return _said(None, UNKNOWN["reported"])
    if alarm:
        return _said(1, _COMPARED)
    if not newest:
        return Level(0, Both("{報告|ほうこく}は 0{人|にん}", "No case reported"),
                     Both("この {週|しゅう}の {報告|ほうこく}です。", "In this week."))  # fmt: skip
    if alarm is None:
        return _said(None, UNKNOWN["past" if compared else "compared"])
    return _said(0, _COMPARED)


def _said(number: int | None, why: Both) -> Level:
    return Level(number, _WORDS[number], why)


class Trend(NamedTuple):
    """Whether it rises. `word` says it; `ratio` of the newest two weeks to the two before, with
    the 95 % interval, None where too little was reported."""

    direction: int | None
    word: Both
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


#: A change of less than this is none that matters, however sure.
_MATTERS = 1.1
_FEW = 5

_RISING = Both("ふえています", "Rising")
_FALLING = Both("へっています", "Falling")
_STEADY = Both("あまり かわりません", "Hardly changing")
_UNSURE = Both("はっきり わかりません", "Not clear")


#: Weeks whose clinics are open by so much less than others' are not compared with them.
_CLOSED = 0.3
_HOLIDAYS = Both("{休|やす}みの {日|ひ}が {多|おお}く、わかりません", "Not clear: holidays")


def trend_of(counts: Sequence[float | None], newest: int | None = None) -> Trend:
    """The trend of weekly counts, the newest last: the ratio of the last two weeks to the two
    before, by the exact interval of two Poisson counts (Clopper and Pearson 1934). `newest` is the
    number of the newest week: where clinics were shut for holidays in some of the four weeks, a
    change says nothing."""
    last = list(counts[-4:])
    if len(last) < 4 or any(one is None for one in last):
        return Trend(None, _UNSURE)
    if newest is not None:
        opened = [open_share(newest - back) for back in range(4)]
        if max(opened) - min(opened) > _CLOSED:
            return Trend(None, _HOLIDAYS)
    before, after = (sum(one or 0 for one in pair) for pair in (last[:2], last[2:]))
    if before + after < _FEW or not before:
        return Trend(None, _UNSURE)
    from scipy.special import betaincinv  # a quarter of a second, for who reads of a disease

    low = float(betaincinv(after, before + 1, 0.025)) if after else 0.0
    high = float(betaincinv(after + 1, before, 0.975))
    ratio = after / before
    odds = [one / (1 - one) if one < 1 else math.inf for one in (low, high)]
    if odds[0] > 1 and ratio >= _MATTERS:
        return Trend(1, _RISING, ratio, *odds)
    if odds[1] < 1 and ratio <= 1 / _MATTERS:
        return Trend(-1, _FALLING, ratio, *odds)
    narrow = odds[1] / max(odds[0], 1e-9) < _MATTERS**4
    return Trend(0 if narrow else None, _STEADY if narrow else _UNSURE, ratio, *odds)
