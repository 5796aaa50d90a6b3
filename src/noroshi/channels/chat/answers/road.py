"""Whether a road can be passed, as reported. No report of a closure is no report of passage."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple

from noroshi.channels.advice.refuge import distance
from noroshi.channels.chat.answers.asked import OLD_ROAD, OLD_SENSOR, Asked, map_link
from noroshi.channels.chat.ground.roads import ROAD, SENSOR, STATE
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import supplies as say
from noroshi.channels.chat.pictures import Look, Pictures, position_of
from noroshi.channels.chat.tell import Ref, Telling, flat, ref, told_time
from noroshi.channels.chat.turns import Said
from noroshi.channels.chat.words import RANK
from noroshi.channels.chat.words import ROAD as STATUS
from noroshi.core.place import municipality
from noroshi.kinds import decode

_TOLD, _WET_TOLD = 4, 2
#: What is said to be closed comes first.
_ORDER = ("closed", "restricted", "closed_to_large", "chains_required", "alternating",
          "lane_restricted", "two_way", "unknown", "passable", "open")  # fmt: skip


class Stated(NamedTuple):
    """What is stated of a road: the record, its body, its town and place."""

    ref: Ref
    said: Any
    town: str
    position: tuple[float, float] | None


def stated(pictures: Pictures, at: int) -> list[Stated]:
    """All statements: the merged ones, and those of senders where nothing merged them."""
    return pictures.kept("stated roads", (STATE, ROAD), at, lambda look: _stated(look, pictures))


def _stated(look: Look, pictures: Pictures) -> list[Stated]:
    versions = list(look.picture(STATE)) or list(look.picture(ROAD))
    found = []
    for version in versions:
        said = decode(version.kind, version.body)
        town = pictures.borders.of(version) or pictures.borders.named(said.municipality)
        found.append(Stated(ref(version), said, municipality(town), position_of(version)))
    return found


def wet(pictures: Pictures, at: int) -> list[Stated]:
    """Sensors that say that water stands on a road."""
    return pictures.kept("wet", (SENSOR,), at, lambda look: _wet(look, pictures))


def _wet(look: Look, pictures: Pictures) -> list[Stated]:
    found = []
    for version in look.picture(SENSOR):
        said = decode(SENSOR, version.body)
        if said.state == "wet" and said.name:
            town = pictures.borders.of(version) or pictures.borders.named(said.municipality)
            found.append(Stated(ref(version), said, municipality(town), None))
    return found


def answer(asked: Asked) -> Said:
    """What is stated of the road that was named, or of roads in the town."""
    telling, name = asked.telling(), flat(asked.wish.of)
    known = stated(asked.pictures, asked.at)
    town = municipality(asked.where.area)
    found = _named(known, name) if name else [one for one in known if one.town == town]
    here = asked.position
    found.sort(key=lambda one: (
        _ORDER.index(one.said.status) if one.said.status in _ORDER else len(_ORDER),
        0.0 if here is None or one.position is None else distance(here, one.position), one.ref.id,
    ))  # fmt: skip
    found = _distinct(found)
    if not found:
        if name:
            telling.say(say.ROAD_NONE, road=telling.cite(Ref("own", "", 0, ""), name))
        else:
            telling.say(say.ROADS_NONE)
        telling.say(say.ROAD_NOT_OPEN)
    else:
        telling.say(say.ROADS_HERE)
        for one in found[:_TOLD]:
            _tell(telling, one)
        if len(found) > _TOLD:
            telling.say(say.ROAD_MORE)
        else:
            telling.say(say.ROAD_NOT_OPEN)
    water = [one for one in wet(asked.pictures, asked.at) if town and one.town == town]
    for one in water[:_WET_TOLD]:
        telling.say(say.ROAD_WET, name=telling.text(one.ref, one.said.name))
        telling.source(one.ref, told_time(one.said.observed), old=OLD_SENSOR)
    place = found[0].position if found else here
    return telling.said(link=map_link(asked, place))


def _distinct(found: list[Stated]) -> list[Stated]:
    """What is said of several links alike, once."""
    kept: dict[tuple[str, ...], Stated] = {}
    for one in found:
        kept.setdefault((one.said.name, one.said.status, one.said.reason, one.town)
                        if one.said.name else (one.ref.id,), one)  # fmt: skip
    return list(kept.values())


def _named(found: list[Stated], name: str) -> list[Stated]:
    """Those of the road that is meant: its name in full, or the number of its route."""
    wanted = _key(name)
    return [one for one in found
            if wanted in (_key(one.said.name), _key(getattr(one.said, "number", "") or ""),
                          _key(getattr(one.said, "route", "") or ""))
            or (len(wanted) >= 3 and wanted in _key(one.said.name))]  # fmt: skip


def _key(name: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return plain.removesuffix("線").removesuffix("号")


def _tell(telling: Telling, one: Stated) -> None:
    said, language = one.said, telling.language
    if said.name:
        name = telling.text(one.ref, said.name)
    else:
        rank = getattr(said, "rank", "") or "other"
        name = telling.cite(one.ref, in_language(RANK.get(rank, RANK["other"]), language)) \
            if rank != "other" else in_language(RANK["other"], language)  # fmt: skip
    status = in_language(STATUS.get(said.status, STATUS["unknown"]), language)
    telling.say(say.ROAD_IS, road=name, status=telling.cite(one.ref, status))
    places = dict.fromkeys(
        each
        for each in (said.municipality, getattr(said, "start", ""), getattr(said, "end", ""))
        if each
    )
    if places:
        telling.say(say.ROAD_IN, place=telling.listed(one.ref, places))
    if said.reason:
        telling.say(say.ROAD_WHY, reason=telling.text(one.ref, said.reason))
    until = told_time(getattr(said, "until", None) or getattr(said, "ended", None))
    if until is not None:
        telling.say(say.ROAD_UNTIL, time=telling.time(one.ref, until))
    if getattr(said, "conflicts", None):
        telling.say(say.ROAD_CONFLICT)
    time, by = newest(said)
    telling.source(one.ref, time, by=by, old=OLD_ROAD)


def newest(said: Any) -> tuple[int | None, str]:
    """When a merged state was last spoken of, and by which source; nothing where the record itself
    is what was said."""
    spoken = [(time, one.source) for one in getattr(said, "statements", ())
              if (time := told_time(one.reported)) is not None]  # fmt: skip
    return max(spoken, default=(None, ""))
