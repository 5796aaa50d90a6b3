"""The way to a shelter or a named place, around closed roads and flooded ground."""

from __future__ import annotations

from noroshi.channels.advice.refuge import distance
from noroshi.channels.chat.answers import shelter
from noroshi.channels.chat.answers.asked import (
    OLD_ROAD,
    Asked,
    Position,
    line_ref,
    map_link,
    say_metres,
    way_ref,
)
from noroshi.channels.chat.answers.road import newest
from noroshi.channels.chat.ground.refuges import Shelter, shelters
from noroshi.channels.chat.ground.roads import Passable, passable, step_on
from noroshi.channels.chat.ground.ways import Leg, Reach, Way
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import picture as say
from noroshi.channels.chat.tell import Ref, Telling, ref
from noroshi.channels.chat.turns import Said
from noroshi.channels.chat.words import DIRECTIONS, LEFT, RANK, RIGHT, ROAD, STRAIGHT
from noroshi.core.place import bounds
from noroshi.kinds import decode

#: So many stretches are told; the map has the rest. What is shorter [m] is told with the next.
_LEGS, _SHORT = 8, 30.0
#: How far around the ends [m] closures are told of, and how many.
_AROUND, _CLOSURES = 600.0, 2
#: A change of direction up to this is straight on [degrees].
_STRAIGHT = 40.0


def answer(asked: Asked) -> Said:
    """The way from where the person is to the goal of the wish; without one to the best shelter."""
    telling, here = asked.telling(), asked.position
    if here is None:
        telling.say(say.NEED_POSITION)
        return telling.said(wants="position")
    goal = _goal(asked)
    if goal is None:
        return shelter.answer(asked)
    to, name, kana, place, found = goal
    if found is not None:
        _warn(telling, asked, found)
    state = passable(asked.pictures, asked.at)
    told = telling.name(to, name, kana)
    if state is None:
        telling.say(say.NO_NETWORK)
        _straight(telling, here, place)
        return telling.said(link=map_link(asked, place))
    way = Reach(state, here).way(step_on(state, place))
    if way is None:
        telling.say(say.NO_WAY, name=told)
        _closed(telling, asked, state, here, place)
        _straight(telling, here, place)
        telling.say(say.NO_WAY_DO)
        return telling.said(link=map_link(asked, here))
    metres = telling.cite(way_ref(here, place), say_metres(way.metres, ""))
    telling.say(say.ROUTE_TO, name=told, distance=metres)
    if way.hazard:
        telling.say(say.ROUTE_IN_HAZARD)
    if way.doubtful:
        telling.say(say.ROUTE_MAYBE_WET)
    _legs(telling, state, way)
    _closed(telling, asked, state, here, place)
    telling.say(say.ROUTE_NOTE)
    return telling.said(link=map_link(asked, place, to if to.kind != "place" else None))


def _goal(asked: Asked) -> tuple[Ref, str, str, Position, Shelter | None] | None:
    goal, known = asked.wish.goal, shelters(asked.pictures, asked.at)
    wanted = asked.wish.of.partition("@")[0]
    for one in known.all:
        if one.position is None:
            continue
        named = goal is not None and goal.name == one.name and goal.area in ("", one.town)
        if named or (wanted and one.ref.id.partition("@")[0] == wanted):
            return one.ref, one.name, one.kana, one.position, one
    if goal is not None and goal.position is not None and goal.facility:
        kind, _, id = goal.facility.partition("/")
        return Ref(kind, id, 0, ""), goal.name, goal.kana, goal.position, None
    if goal is not None or wanted:
        return None
    best = next((one for one in shelter.find(asked)
                 if one.fault(asked.at) <= 1 and one.shelter.position), None)  # fmt: skip
    if best is None or best.shelter.position is None:
        return None
    one = best.shelter
    return one.ref, one.name, one.kana, best.shelter.position, one


def _warn(telling: Telling, asked: Asked, one: Shelter) -> None:
    """Nobody is led to a shelter that is none without being told."""
    serves = one.serves(asked.in_force.subjects)
    found = shelter.Found(one, 0.0, None, serves, False)
    if found.fault(asked.at):
        shelter.describe(telling, asked, found._replace(road=None))


def _straight(telling: Telling, here: Position, place: Position) -> None:
    metres = say_metres(distance(here, place), "")
    telling.say(say.STRAIGHT, distance=telling.cite(line_ref(here, place), metres))


def _legs(telling: Telling, state: Passable, way: Way) -> None:
    legs = [one for one in way.legs if one.metres >= _SHORT] or list(way.legs[:1])
    for place, leg in enumerate(legs[:_LEGS]):
        road = _road(telling, state, leg)
        of = way_ref(leg.start, leg.end)
        metres = telling.cite(of, say_metres(leg.metres, ""))
        if place == 0 or leg.turn is None:
            word = in_language(DIRECTIONS[round(leg.bearing / 45) % 8], telling.language)
            telling.say(say.ROUTE_FIRST, direction=telling.cite(of, word), road=road,
                        distance=metres)  # fmt: skip
            continue
        turn = STRAIGHT if abs(leg.turn) <= _STRAIGHT else RIGHT if leg.turn > 0 else LEFT
        word = in_language(turn, telling.language)
        telling.say(say.ROUTE_LEG, turn=telling.cite(of, word), road=road, distance=metres)
    telling.say(say.ROUTE_REST if len(legs) > _LEGS else say.ROUTE_ARRIVE)


def _road(telling: Telling, state: Passable, leg: Leg) -> str:
    """What the road is called: its name, else what kind of road it is."""
    link = leg.links[0]
    of = ref(state.roads.versions[link])
    name, rank = state.roads.names[link], state.roads.ranks[link]
    if name:
        return telling.text(of, name)
    return telling.cite(of, in_language(RANK.get(rank, RANK["other"]), telling.language))


def _closed(
    telling: Telling, asked: Asked, state: Passable, here: Position, place: Position
) -> None:
    """The closures by the ends of the way, and who says so."""
    margin = _AROUND / 111_195
    west, east = sorted((here[0], place[0]))
    south, north = sorted((here[1], place[1]))
    told: set[int] = set()
    for closure in state.closures:
        left, low, right, high = bounds(state.roads.versions[closure.link].geometry or b"")
        outside = (right < west - margin or left > east + margin
                   or high < south - margin or low > north + margin)  # fmt: skip
        if outside or closure.version.id in told or len(told) >= _CLOSURES:
            continue
        told.add(closure.version.id)
        of, said = ref(closure.version), decode(closure.version.kind, closure.version.body)
        status = telling.cite(of, in_language(ROAD["closed"], telling.language))
        name = (
            telling.text(of, said.name)
            if said.name
            else in_language(RANK["other"], telling.language)
        )
        telling.say(say.ROUTE_AVOIDS, road=name, status=status)
        time, by = newest(said)
        telling.source(of, time, by=by, old=OLD_ROAD)
