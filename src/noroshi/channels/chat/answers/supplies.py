"""Where there is water, food, electricity to charge a phone, a toilet: only where a record says
so in its own words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.refuge import distance
from noroshi.channels.chat.answers.asked import OLD_SUPPLY, Asked, line_ref, map_link, say_metres
from noroshi.channels.chat.answers.in_force import TO_SHELTER
from noroshi.channels.chat.phrases import supplies as say
from noroshi.channels.chat.phrases.picture import ASK_TOWN
from noroshi.channels.chat.pictures import Look, Pictures, position_of
from noroshi.channels.chat.tell import Ref, flat, ref
from noroshi.channels.chat.turns import Said
from noroshi.core.place import municipality
from noroshi.core.record import Version
from noroshi.core.time import DAY
from noroshi.kinds import decode

FACILITY, REPORT, SHELTER = "infrastructure.facility", "disaster.report", "disaster.shelter"
KINDS = (FACILITY, REPORT, SHELTER)

#: Words by which a record says that there is some, and by which it says that there is none.
WORDS: dict[str, tuple[str, ...]] = {
    "water": ("給水所", "給水車", "給水拠点", "応急給水", "給水栓", "給水支援"),
    "food": ("炊き出し", "食料配布", "食糧配布", "物資配布", "弁当配布"),
    "charging": ("充電", "電源開放", "電源提供"),
    "toilet": ("仮設トイレ", "トイレカー", "マンホールトイレ", "携帯トイレ", "公衆トイレ"),
}  # fmt: skip
_ENDED = ("終了", "中止", "不可", "使用不能", "できません", "要請", "不足", "希望", "断水により")
_TOLD, _LONGEST = 3, 80
#: Reports older than this are not told: what was handed out yesterday is gone.
_OVER = DAY


class Spot(NamedTuple):
    """A place that has some, in the words of its record."""

    ref: Ref
    name: str
    kana: str
    words: str
    address: str
    phone: str
    town: str
    position: tuple[float, float] | None


def spots(pictures: Pictures, at: int) -> dict[str, list[Spot]]:
    """Places by what they have."""
    return pictures.kept("supplies", KINDS, at, lambda look: _spots(look, pictures))


def _spots(look: Look, pictures: Pictures) -> dict[str, list[Spot]]:
    found: dict[str, list[Spot]] = {one: [] for one in WORDS}
    for version, body, texts in _texts(look):
        said = [text for text in texts if text]
        if any(word in text for text in said for word in _ENDED):
            continue
        for supply, words in WORDS.items():
            named = [one for one in said if any(word in one for word in words)]
            if named:
                found[supply].append(_spot(version, body, named, pictures))
    return found


def _texts(look: Look) -> Iterator[tuple[Version, Any, list[str]]]:
    for version in look.picture(FACILITY):
        body = decode(FACILITY, version.body)
        yield version, body, [body.name, body.kind, body.remarks]
    for version in look.picture(SHELTER):
        body = decode(SHELTER, version.body)
        if body.status == "open" and body.remarks:
            yield version, body, [body.remarks]
    for version in look.picture(REPORT):
        if look.at - version.issued <= _OVER:
            body = decode(REPORT, version.body)
            values = [one for one in body.attributes.values() if isinstance(one, str)]
            yield version, body, [body.title, body.category, body.layer, *values]


def _spot(version: Version, body: Any, named: list[str], pictures: Pictures) -> Spot:
    name = getattr(body, "name", "") or getattr(body, "title", "")
    words = next((one for one in named if one != name), "")
    return Spot(
        ref(version), name, getattr(body, "kana", ""), flat(words)[:_LONGEST],
        getattr(body, "address", ""), getattr(body, "phone", ""),
        municipality(pictures.borders.of(version)), position_of(version),
    )  # fmt: skip


def answer_water(asked: Asked) -> Said:
    """Where water is given out."""
    return _answer(asked, "water", say.WATER_AT, say.WATER_UNKNOWN)


def answer_food(asked: Asked) -> Said:
    """Where food is given out."""
    return _answer(asked, "food", say.FOOD_AT, say.FOOD_UNKNOWN)


def answer_charging(asked: Asked) -> Said:
    """Where a phone can be charged."""
    return _answer(asked, "charging", say.CHARGING_AT, say.CHARGING_UNKNOWN)


def answer_toilet(asked: Asked) -> Said:
    """Which toilets there are."""
    return _answer(asked, "toilet", say.TOILET_AT, say.TOILET_UNKNOWN)


def _answer(asked: Asked, supply: str, heading: Both, unknown: Both) -> Said:
    telling, here = asked.telling(), asked.position
    town = municipality(asked.where.area)
    found = [one for one in spots(asked.pictures, asked.at)[supply] if one.town == town]
    found.sort(key=lambda one: (
        math.inf if here is None or one.position is None else distance(here, one.position),
        one.name, one.ref.id,
    ))  # fmt: skip
    if not found:
        telling.say(unknown)
        telling.say(say.ASK_SHELTER)
        telling.say(ASK_TOWN)
        return telling.said(choices=(TO_SHELTER,))
    telling.say(heading)
    for one in found[:_TOLD]:
        telling.say(say.PLACE_IS, name=telling.name(one.ref, one.name, one.kana))
        if one.words:
            telling.say(say.PLACE_SAYS, text=telling.text(one.ref, one.words))
        if here is not None and one.position is not None:
            metres = say_metres(distance(here, one.position), "")
            told = telling.cite(line_ref(here, one.position), metres)
            telling.say(say.PLACE_ROAD, distance=told)
        if one.address:
            telling.say(say.PLACE_ADDRESS, address=telling.text(one.ref, one.address))
        if one.phone:
            telling.say(say.PLACE_PHONE, phone=telling.text(one.ref, one.phone))
        telling.source(one.ref, old=OLD_SUPPLY)
    return telling.said(link=map_link(asked, found[0].position, found[0].ref))
