"""Official levels of diseases that sentinel sites report.

Source: 感染症発生動向調査における警報・注意報 (始まりと終わりの基準値, 定点当たり報告数;
厚生労働科学研究「感染症発生動向調査に基づく流行の警報・注意報システム」, 2007; varicella as since
2018-W36). They are made for the areas of health centres, and prefectures use them as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Threshold(NamedTuple):
    """Cases for each sentinel site in a week: a warning (警報) begins and ends, an advisory
    (注意報) begins; None: there is none."""

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


def in_warning(threshold: Threshold, rates: Sequence[float | None]) -> bool:
    """Whether a warning lasts, by the weeks until now: from the week that reaches its beginning to
    the week before its end; a week that was not reported changes nothing."""
    for rate in reversed(rates):
        if rate is None:
            continue
        if rate >= threshold.begin:
            return True
        if rate < threshold.end:
            return False
    return False
