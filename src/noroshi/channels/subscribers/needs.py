"""Needs that make a difference to what somebody does, and from which level on they are told.

Who takes longer to get away leaves at level 3, 高齢者等避難: 内閣府（防災担当）「避難情報に関する
ガイドライン」令和3年5月改定（令和4年9月更新）, after 災害対策基本法 第56条第2項. Who that is:
要配慮者 (older people, people with disabilities, infants and others who need particular care),
災害対策基本法 第8条第2項第15号; 内閣府「避難行動要支援者の避難行動支援に関する取組指針」.
"""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.channels.advice.actions import Both
from noroshi.kinds.issued_alert import IssuedAlert

#: Every need, as a person reads it on the page.
NEEDS: dict[str, Both] = {
    "older": Both("お{年寄|としよ}りが いる", "An older person"),
    "wheelchair": Both("{車|くるま}いすを つかう、あるくのが むずかしい",
                       "Wheelchair, or walking is hard"),
    "infant": Both("{赤|あか}ちゃん・{小|ちい}さい こどもが いる", "A baby or small child"),
    "pregnant": Both("おなかに {赤|あか}ちゃんが いる", "Pregnant"),
    "hearing": Both("{耳|みみ}が きこえにくい", "Hard of hearing, or deaf"),
    "sight": Both("{目|め}が {見|み}えにくい", "Low sight, or blind"),
    "dialysis": Both("{人工透析|じんこうとうせき}を している", "Dialysis"),
    "power": Both("{酸素|さんそ}など、{電気|でんき}の {機械|きかい}が いる",
                  "Oxygen, or another device that needs power"),
    "pet": Both("{動物|どうぶつ}を かっている", "A pet"),
    "carless": Both("{車|くるま}が ない", "No car"),
    "foreign": Both("{日本語|にほんご}が むずかしい", "Japanese is difficult"),
}  # fmt: skip
#: Those who need time, and who are with them: they leave at level 3.
SLOW = frozenset(
    {"older", "wheelchair", "infant", "pregnant", "hearing", "sight", "dialysis", "power"}
)

#: The level that an action amounts to where an alert has none.
_AMOUNTS = {
    "save_life": 5, "evacuate": 4, "shelter_in": 4, "avoid": 4, "evacuate_early": 3, "prepare": 2,
    "monitor": 2,
}  # fmt: skip


def least_level(chosen: int, needs: Iterable[str]) -> int:
    """From which level on somebody is told: what they chose, but never after the notice that tells
    them to go."""
    return min(chosen, 3) if SLOW & set(needs) else chosen


def told_from(alert: IssuedAlert) -> int | None:
    """The level by which it is decided who is told of an alert: the graver of its own and of what
    its action amounts to; None where it has neither."""
    return max(filter(None, (alert.level, _AMOUNTS.get(alert.action))), default=None)
