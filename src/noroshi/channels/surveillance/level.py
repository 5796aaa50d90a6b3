"""How a disease stands in an area in a few words: its level, its trend, and how sure both are.

Levels of diseases that sentinel sites report: 感染症発生動向調査における警報・注意報 (始まりと
終わりの基準値, 定点当たり報告数; 厚生労働科学研究「感染症発生動向調査に基づく流行の警報・注意報
システム」, 2007; varicella as since 2018-W36). They are made for the areas of health centres, and
prefectures use them as well. All others are held against their own past (`health.detection`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from noroshi.channels.advice.actions import Both


class Threshold(NamedTuple):
    """Cases for each sentinel site in a week: a warning begins and ends, an advisory begins."""

    begin: float
    end: float
    advisory: float | None = None


THRESHOLDS = {
    "influenza": Threshold(30, 10, 10),
    "pharyngoconjunctival": Threshold(3, 1),
    "strep_a": Threshold(8, 4),
    "gastroenteritis": Threshold(20, 12),
    "varicella": Threshold(2, 1, 1),
    "hfmd": Threshold(5, 2),
    "erythema_infectiosum": Threshold(2, 1),
    "herpangina": Threshold(6, 2),
    "mumps": Threshold(6, 2, 3),
    "haemorrhagic_conjunctivitis": Threshold(1, 0.1),
    "keratoconjunctivitis": Threshold(8, 4),
}


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


def level_of(
    disease: str, rates: Sequence[float | None], newest: float | None, alarm: bool | None
) -> Level:
    """The level of a disease in an area. `rates`: cases for each sentinel site by week, the newest
    last; `newest`: cases of the newest week; `alarm`: whether detection finds more than usual,
    None where it could not look."""
    threshold = THRESHOLDS.get(disease)
    if threshold is not None and rates and rates[-1] is not None:
        if _in_warning(threshold, rates):
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
    if newest is None:
        return _said(None, Both("{報告|ほうこく}が ありません。", "Nothing was reported."))
    if alarm:
        return _said(1, Both("{前|まえ}の {年|とし}や {前|まえ}の {週|しゅう}と くらべました。",
                             "Compared with earlier years and weeks."))  # fmt: skip
    if alarm is None and newest:
        return _said(None, Both(
            "くらべる ための {記録|きろく}が たりません。", "Too few past weeks to compare with."
        ))  # fmt: skip
    if not newest:
        return Level(0, Both("{報告|ほうこく}は 0{人|にん}", "No case reported"),
                     Both("この {週|しゅう}の {報告|ほうこく}です。", "In this week."))  # fmt: skip
    return _said(0, Both("{前|まえ}の {年|とし}や {前|まえ}の {週|しゅう}と くらべました。",
                         "Compared with earlier years and weeks."))  # fmt: skip


def _said(number: int | None, why: Both) -> Level:
    return Level(number, _WORDS[number], why)


def _in_warning(threshold: Threshold, rates: Sequence[float | None]) -> bool:
    """A warning lasts from the week that reaches its beginning to the week before its end; a week
    that was not reported changes nothing."""
    for rate in reversed(rates):
        if rate is None:
            continue
        if rate >= threshold.begin:
            return True
        if rate < threshold.end:
            return False
    return False


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


def trend_of(counts: Sequence[float | None]) -> Trend:
    """The trend of weekly counts, the newest last: the ratio of the last two weeks to the two
    before, by the exact interval of two Poisson counts (Clopper and Pearson 1934)."""
    last = list(counts[-4:])
    if len(last) < 4 or any(one is None for one in last):
        return Trend(None, _UNSURE)
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
