"""Answers to questions, each from the records of the picture and nothing else.

One module per question; `answer` finds it. Every word of an answer that is not a sentence of ours
is cited from a record (`noroshi.channels.chat.tell`).
"""

from __future__ import annotations

from collections.abc import Callable

from noroshi.channels.chat.answers import (
    in_force,
    medical,
    outage,
    plain,
    road,
    route,
    shelter,
    supplies,
)
from noroshi.channels.chat.answers.asked import Asked
from noroshi.channels.chat.turns import Said

_ANSWERS: dict[str, Callable[[Asked], Said]] = {
    "ask_alerts": in_force.answer, "ask_evacuate": in_force.answer_evacuate,
    "ask_shelter": shelter.answer, "ask_route": route.answer, "ask_road": road.answer,
    "ask_water": supplies.answer_water, "ask_food": supplies.answer_food,
    "ask_charging": supplies.answer_charging, "ask_toilet": supplies.answer_toilet,
    "ask_medical": medical.answer, "ask_outage": outage.answer,
    "ask_train": plain.answer_train, "ask_prepare": plain.answer_prepare,
    "ask_safety": plain.answer_safety, "ask_source": plain.answer_source,
}  # fmt: skip
#: Questions that can be answered without a place.
PLACELESS = frozenset({"ask_train", "ask_prepare", "ask_safety", "ask_source"})


def answer(intent: str, asked: Asked) -> Said:
    """The answer to a question (`ask_…`). Raises KeyError for one that is none of these."""
    return _ANSWERS[intent](asked)
