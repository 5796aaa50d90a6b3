"""The nearest open shelters with room, by need: what is in danger, full, closed or not for the
present hazard is never given without saying so."""

from __future__ import annotations

import math
from typing import NamedTuple

from noroshi.channels.chat.answers.asked import (
    OLD_SHELTER,
    Asked,
    line_ref,
    map_link,
    say_metres,
    way_ref,
)
from noroshi.channels.chat.ground.refuges import Shelter, shelters
from noroshi.channels.chat.ground.roads import passable, step_off
from noroshi.channels.chat.ground.ways import Reach
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import picture as say
from noroshi.channels.chat.tell import Telling
from noroshi.channels.chat.turns import Choice, Said
from noroshi.channels.chat.words import CROWDING, OPEN, WANT
from noroshi.core.time import DAY

#: How far [m] shelters are looked for, how many nearby are compared, and told.
_FAR, _NEAREST, _TOLD = 20_000.0, 40, 3
#: What a shelter lacks, in the order in which it is told.
_WANTS = ("no_power", "no_water", "power_partly", "water_partly", "nearly_full")
#: Where nobody reported for so long, open is not known any more (as on the residents' page: a
#: week; here a day, for people are sent there).
_LAPSED = DAY
_WELFARE = frozenset({"care", "wheelchair"})


class Found(NamedTuple):
    """A shelter and how far it is [m]: by road (None: no way is known or none was looked for), and
    in a straight line. `serves` as in `Shelter.serves`. `cut`: nobody gets away by road from where
    they are."""

    shelter: Shelter
    road: float | None
    line: float | None
    serves: bool | None
    tried: bool
    cut: bool = False

    def fault(self, at: int) -> int:
        """Up to 1 for one to go to; the higher, the less it is one."""
        one = self.shelter
        lapsed = one.reported is None or at - one.reported > _LAPSED
        return (
            (one.doubt is not None)
            + 2 * (self.tried and self.road is None)
            + 4 * one.full
            + 4 * (self.serves is False)
            + 8 * (not one.open or lapsed)
            + 16 * (one.danger is not None)
        )

    @property
    def metres(self) -> float:
        """For the order: by road, else in a straight line as a way is longer (×1.3)."""
        if self.road is not None:
            return self.road
        return math.inf if self.line is None else 1.3 * self.line


def find(asked: Asked) -> list[Found]:
    """Shelters to tell of, best first: those to go to, then those with faults."""
    known, position = shelters(asked.pictures, asked.at), asked.position
    subjects = asked.in_force.subjects
    if position is None:
        named = known.by_town.get(asked.where.area, [])
        found = [Found(one, None, None, one.serves(subjects), False) for one in named]
    else:
        state = passable(asked.pictures, asked.at)
        reach = None if state is None else Reach(state, position)
        found = []
        for line, one in known.near(position, _FAR, _NEAREST):
            road = None
            if state is not None and reach is not None and one.position is not None:
                road = reach.metres(step_off(state, one.position)) if reach.on else None
            found.append(Found(one, road, line, one.serves(subjects),
                               reach is not None and reach.on,
                               reach is not None and not reach.on))  # fmt: skip
    preferred = "welfare" if _WELFARE & set(asked.needs) else ""
    return sorted(found, key=lambda one: (
        one.fault(asked.at), bool(preferred) and preferred not in one.shelter.roles,
        one.metres, one.shelter.name, one.shelter.ref.id,
    ))  # fmt: skip


def answer(asked: Asked) -> Said:
    """Up to three shelters. Where none is open, that, and which are designated."""
    telling, found = asked.telling(), find(asked)
    good = [one for one in found if one.fault(asked.at) <= 1][:_TOLD]
    if not found:
        telling.say(say.NO_SHELTER_KNOWN)
        telling.say(say.ASK_TOWN)
        return telling.said(wants="position")
    told = good
    if not good:
        telling.say(say.NO_SHELTER)
        told = [one for one in found if one.shelter.danger is None][:_TOLD] or found[:_TOLD]
        if not any(one.shelter.open for one in told):
            told = [one for one in told if one.shelter.reported is None][:_TOLD]
            if told:
                telling.say(say.DESIGNATED)
    if told and good:
        telling.say(say.SHELTERS if asked.position else say.SHELTERS_TOWN)
    for one in told:
        describe(telling, asked, one)
    if asked.needs and not _WELFARE & set(asked.needs):
        telling.say(say.NEED_UNKNOWN)
    if not good:
        telling.say(say.ASK_TOWN)
    choices = tuple(
        Choice(f"way:{one.shelter.ref.id}", f"{one.shelter.name}への道", f"Way: {one.shelter.name}")
        for one in told if one.shelter.danger is None and one.shelter.position is not None
    )  # fmt: skip
    first = told[0].shelter if told else None
    return telling.said(
        choices=choices, wants="" if asked.position else "position",
        link=map_link(asked, first.position if first else None, first.ref if first else None),
    )  # fmt: skip


def describe(telling: Telling, asked: Asked, found: Found) -> None:
    """One shelter: its state, where it is, room, and what is wrong with it, with source."""
    one, language = found.shelter, telling.language
    status = in_language(OPEN[one.status] if one.status in OPEN else OPEN["unknown"], language)
    telling.say(say.SHELTER_IS, name=telling.name(one.ref, one.name, one.kana),
                status=telling.cite(one.ref, status))  # fmt: skip
    _warn(telling, found)
    _where(telling, asked, found)
    _room(telling, one)
    if "welfare" in one.roles:
        telling.say(say.SHELTER_WELFARE)
    if one.reported is not None:
        telling.source(one.ref, one.reported, by=one.by, old=OLD_SHELTER)
    else:
        telling.source(one.ref, by=one.by)


def _warn(telling: Telling, found: Found) -> None:
    one = found.shelter
    danger = one.danger
    if danger is not None and one.risk is not None:
        if danger.what:
            telling.say(say.SHELTER_DANGER, what=telling.printed(one.risk, danger.what))
        else:
            telling.say(say.SHELTER_DANGER_PLAIN)
        telling.source(one.risk)
    elif one.doubt is not None and one.doubt.what and one.risk is not None:
        telling.say(say.SHELTER_DOUBT, what=telling.printed(one.risk, one.doubt.what))
    if one.full:
        telling.say(say.SHELTER_FULL)
    if found.serves is False:
        telling.say(say.SHELTER_NOT_FOR)
    elif found.serves is None:
        telling.say(say.SHELTER_FOR_UNKNOWN)
    if found.cut or (found.tried and found.road is None):
        telling.say(say.SHELTER_UNREACHED)
    for reason in one.reasons:
        if one.risk is not None and reason.reason in _WANTS:
            word = in_language(WANT[reason.reason], telling.language)
            telling.say(say.SHELTER_WANT, what=telling.cite(one.risk, word))


def _where(telling: Telling, asked: Asked, found: Found) -> None:
    one, here = found.shelter, asked.position
    if here is not None and one.position is not None:
        if found.road is not None:
            told = telling.cite(way_ref(here, one.position), say_metres(found.road, ""))
            telling.say(say.SHELTER_ROAD, distance=told)
        elif found.line is not None:
            told = telling.cite(line_ref(here, one.position), say_metres(found.line, ""))
            telling.say(say.SHELTER_LINE, distance=told)
    if one.address:
        telling.say(say.SHELTER_ADDRESS, address=telling.text(one.ref, one.address))


def _room(telling: Telling, one: Shelter) -> None:
    if one.capacity is not None:
        capacity = telling.cite(one.ref, persons(one.capacity, telling.language))
        if one.open and one.headcount is not None:
            there = telling.cite(one.ref, persons(one.headcount, telling.language))
            telling.say(say.SHELTER_ROOM, capacity=capacity, headcount=there)
        else:
            telling.say(say.SHELTER_HOLDS, capacity=capacity)
    if one.open and one.crowding in CROWDING:
        word = in_language(CROWDING[one.crowding], telling.language)
        telling.say(say.SHELTER_CROWD, crowding=telling.cite(one.ref, word))
    elif one.open and (one.capacity is None or one.headcount is None):
        telling.say(say.ROOM_UNKNOWN)


def persons(count: int, language: str) -> str:
    """A number of people."""
    return (
        f"{count:,} {'person' if count == 1 else 'people'}" if language == "en" else f"{count:,}人"
    )
