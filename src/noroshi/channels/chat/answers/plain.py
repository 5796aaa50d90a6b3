"""Answers that rest on no record of the picture, and say so: trains, preparing, whether somebody is
safe, and who said what was answered before."""

from __future__ import annotations

from noroshi.channels.advice.actions import LEVELS, SUBJECTS
from noroshi.channels.chat.answers.asked import Asked
from noroshi.channels.chat.answers.in_force import TO_ALERTS, TO_SHELTER
from noroshi.channels.chat.phrases import supplies as say
from noroshi.channels.chat.tell import Ref
from noroshi.channels.chat.turns import Said

_SOURCES = 5
#: Facts that are computed or imported are not what somebody said.
_NOBODY = frozenset({"way", "line", "place", "own"})


def answer_train(asked: Asked) -> Said:
    """No record here says anything of trains."""
    telling = asked.telling()
    telling.say(say.TRAIN_UNKNOWN)
    telling.say(say.TRAIN_ASK)
    return telling.said()


def answer_prepare(asked: Asked) -> Said:
    """What to take and agree on, and what the hazards that are announced here call for."""
    telling = asked.telling()
    telling.say(say.PREPARE_NOW)
    for one in say.PREPARE:
        telling.say(one)
    for need in asked.needs:
        if need in say.PREPARE_NEEDS:
            telling.say(say.PREPARE_NEEDS[need])
    found = asked.in_force
    for step in LEVELS[2].steps:
        telling.say(step)
    for subject in [one for one in found.subjects if one in SUBJECTS][:1]:
        for step in SUBJECTS[subject].steps:
            telling.say(step)
    return telling.said(choices=(TO_ALERTS, TO_SHELTER))


def answer_safety(asked: Asked) -> Said:
    """Nobody is told whether somebody else is safe: only groups tell their own members."""
    telling = asked.telling()
    telling.say(say.SAFETY_PRIVATE)
    telling.say(say.SAFETY_GROUP)
    telling.say(say.SAFETY_171)
    return telling.said()


def answer_source(asked: Asked) -> Said:
    """Who said what was answered last, and how long ago."""
    telling = asked.telling()
    said = [one for one in asked.shown if one.kind not in _NOBODY]
    if not said:
        telling.say(say.SOURCE_FIXED if asked.shown else say.SOURCE_NONE)
        return telling.said()
    telling.say(say.SOURCE_OF)
    for fact in said[:_SOURCES]:
        of = Ref(fact.kind, fact.id, fact.issued, fact.source)
        title = telling.cite(of, asked.titles(fact.source)[asked.language == "en"])
        telling.say(say.SOURCE_LINE, source=title, **telling.moment(of, fact.issued))
    return telling.said()
