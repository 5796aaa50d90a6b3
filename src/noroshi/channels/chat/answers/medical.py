"""Hospitals: which say that they work and take patients; 119 first."""

from __future__ import annotations

from noroshi.channels.advice.refuge import distance
from noroshi.channels.chat.answers.asked import OLD_HOSPITAL, Asked, line_ref, map_link, say_metres
from noroshi.channels.chat.ground.hospitals import Hospital, hospitals
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import supplies as say
from noroshi.channels.chat.tell import Telling, told_time
from noroshi.channels.chat.turns import Said
from noroshi.channels.chat.words import HOSPITAL
from noroshi.core.place import municipality
from noroshi.core.time import DAY

_TOLD, _FAR = 3, 30_000.0


def answer(asked: Asked) -> Said:
    """Those that take patients and are near, else in the town."""
    telling, here = asked.telling(), asked.position
    telling.say(say.MEDICAL_FIRST)
    telling.say(say.MEDICAL_ASK)
    found = []
    for one in hospitals(asked.pictures, asked.at):
        away = None if here is None or one.position is None else distance(here, one.position)
        near = one.town == municipality(asked.where.area) if away is None else away <= _FAR
        if near:
            found.append((away, one))
    found.sort(key=lambda pair: (_rank(pair[1], asked.at), pair[0] or 0.0, pair[1].name))
    telling_of = [one for one in found if one[1].said is not None][:_TOLD]
    if telling_of:
        telling.say(say.HOSPITALS)
    else:
        telling.say(say.HOSPITAL_UNKNOWN)
        telling_of = found[:_TOLD]
        if telling_of:
            telling.say(say.HOSPITALS_LISTED)
    for away, one in telling_of:
        _tell(telling, asked, one, away)
    telling.say(say.HOSPITAL_CALL)
    place = telling_of[0][1].position if telling_of else here
    return telling.said(link=map_link(asked, place))


def _rank(one: Hospital, at: int) -> int:
    """Those that take patients first; those that said nothing for a day are as if they had not."""
    if one.said is None or at - _said_at(one) > DAY:
        return 2
    if one.said.accepts is False or one.said.status in ("stopped", "evacuating"):
        return 3
    return 0 if one.said.accepts else 1


def _said_at(one: Hospital) -> int:
    observed = None if one.said is None else told_time(one.said.observed)
    return one.ref.issued if observed is None else observed


def _tell(telling: Telling, asked: Asked, one: Hospital, away: float | None) -> None:
    name = telling.name(one.ref, one.name, one.kana if one.said is None else "")
    if one.said is None:
        telling.say(say.PLACE_IS, name=name)
    else:
        word = in_language(HOSPITAL.get(one.said.status, HOSPITAL["unknown"]), telling.language)
        telling.say(say.HOSPITAL_IS, name=name, status=telling.cite(one.ref, word))
        if one.said.accepts is not None and one.said.status not in ("stopped", "evacuating"):
            telling.say(say.HOSPITAL_TAKES if one.said.accepts else say.HOSPITAL_FULL)
    if away is not None and asked.position is not None and one.position is not None:
        told = telling.cite(line_ref(asked.position, one.position), say_metres(away, ""))
        telling.say(say.PLACE_ROAD, distance=told)
    if one.address:
        telling.say(say.PLACE_ADDRESS, address=telling.text(one.ref, one.address))
    if one.phone:
        telling.say(say.PLACE_PHONE, phone=telling.text(one.ref, one.phone))
    telling.source(one.ref, _said_at(one) if one.said is not None else None,
                   old=OLD_HOSPITAL if one.said is not None else 0)  # fmt: skip
