"""What an alert means for one person: when they go, and what they mind, by their needs.

A need only ever brings a duty forward, and never turns it: who needs time goes at the notice at
which the others get ready (高齢者等避難), and nobody is sent out where all are to stay in. What the
levels ask of whom: 内閣府（防災担当）「避難情報に関するガイドライン」令和3年5月.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.subscribers.needs import NEEDS, SLOW
from noroshi.channels.subscribers.phrases import DUTIES, FOLLOWING, HAZARDS, Phrase
from noroshi.channels.subscribers.phrases_needs import NEED_PHRASES
from noroshi.channels.subscribers.phrases_run import RUN_PHRASES
from noroshi.kinds.issued_alert import IssuedAlert

#: A sentence, in Japanese or English.
_SENTENCE = re.compile(r"[^。]+?(?:。|\. |$)")


class Duty(StrEnum):
    """What somebody is to do: from `FOLLOW` to `SAVE` each is more urgent than the one before."""

    FOLLOW = "follow"
    CHECK = "check"
    READY = "ready"
    GO = "go"
    SAVE = "save"
    STAY = "stay"
    AVOID = "avoid"
    OVER = "over"


_LADDER = (Duty.FOLLOW, Duty.CHECK, Duty.READY, Duty.GO, Duty.SAVE)
#: What an action, and a level, ask of everybody.
_ACTIONS = {
    "save_life": Duty.SAVE, "evacuate": Duty.GO, "evacuate_early": Duty.READY,
    "prepare": Duty.CHECK, "monitor": Duty.FOLLOW, "information": Duty.FOLLOW,
    "shelter_in": Duty.STAY, "avoid": Duty.AVOID, "all_clear": Duty.OVER,
}  # fmt: skip
_LEVELS = {5: Duty.SAVE, 4: Duty.GO, 3: Duty.READY, 2: Duty.CHECK, 1: Duty.FOLLOW}
#: What who needs time does where the others get ready, or look where they would go.
_EARLIER = {Duty.READY: Duty.GO, Duty.CHECK: Duty.READY}
#: Which phrases of a need belong to a duty.
_GROUPS = {
    Duty.GO: "move", Duty.SAVE: "save", Duty.READY: "early", Duty.CHECK: "early",
    Duty.STAY: "stay", Duty.AVOID: "stay",
}  # fmt: skip
#: Hazards that leave no time to pack anything.
_AT_ONCE = {"tsunami"}
_ON_GROUND = {Duty.GO: "move", Duty.SAVE: "save", Duty.AVOID: "avoid"}


def duty(alert: IssuedAlert, needs: Iterable[str] = ()) -> Duty:
    """What an alert asks of somebody: the more urgent of what its action and its level ask. To stay
    in, to keep away and the end of an alert hold whatever the level."""
    if alert.kind in ("cancel", "expire"):
        return Duty.OVER
    asked = _ACTIONS.get(alert.action, Duty.FOLLOW)
    if asked not in _LADDER:
        return asked
    by_level = _LEVELS.get(alert.level or 1, Duty.FOLLOW)
    asked = max(asked, by_level, key=_LADDER.index)
    return _EARLIER.get(asked, asked) if SLOW & set(needs) else asked


def advice_for(alert: IssuedAlert, needs: Iterable[str] = (), language: str = "ja") -> list[str]:
    """What somebody with `needs` does, most important first; at least one sentence. `language`: ja,
    easy (with readings, but none for who has it read out), en; English for others."""
    given = frozenset(needs)
    asked = duty(alert, given)
    said = [_head(alert, asked, given)]
    where = _ON_GROUND.get(asked)
    if where is not None:
        hazard = alert.hazard if f"{alert.hazard} {where}" in HAZARDS else "other"
        said.append(HAZARDS[f"{hazard} {where}"])
    group = _GROUPS.get(asked)
    if alert.hazard in _AT_ONCE and asked in (Duty.GO, Duty.SAVE):
        said += [RUN_PHRASES[one] for one in NEEDS if one in given]
    elif group is not None:
        said += [NEED_PHRASES[f"{one} {group}"] for one in NEEDS if one in given]
    if asked is Duty.SAVE:
        said.append(DUTIES["call_silently" if "hearing" in given else "call"])
    else:
        said.append(_following(given))
    lines = _once(one.said(language) for one in said)
    return [drop_readings(one) for one in lines] if "sight" in given else lines


def _once(lines: Iterable[str]) -> list[str]:
    """Lines in which no sentence comes twice: needs have some in common."""
    seen: set[str] = set()
    found = []
    for line in lines:
        sentences = [one for one in _SENTENCE.findall(line) if one.strip() not in seen]
        seen.update(one.strip() for one in sentences)
        found.append("".join(sentences).strip())
    return [one for one in found if one]


def _head(alert: IssuedAlert, asked: Duty, needs: frozenset[str]) -> Phrase:
    if alert.kind == "cancel":
        return DUTIES["withdrawn"]
    early = asked is not duty(alert)
    return DUTIES[f"{asked}_early" if early else asked]


def _following(needs: frozenset[str]) -> Phrase:
    if {"hearing", "sight"} <= needs:
        return FOLLOWING["both"]
    return FOLLOWING[next((one for one in ("hearing", "sight") if one in needs), "all")]
