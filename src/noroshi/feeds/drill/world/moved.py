"""The same prefecture elsewhere: another number's place, codes and name, in under a second.

So 47 prefectures cost one to make. Each thing is copied with those of its fields that change, by
their declared types: positions are carried from plane to plane (metres stay metres), codes that
hold the prefecture's digits get the new ones, and its name is replaced where it stands in a text.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from noroshi.feeds.drill.world import people
from noroshi.feeds.drill.world.areas import coast_code, seismic_code
from noroshi.feeds.drill.world.model import Lonlat, Mesh, Plane, World
from noroshi.feeds.drill.world.names import prefecture

#: Fields whose texts may hold the prefecture's name.
_NAMES = frozenset({"name", "kana", "address", "operator", "owner", "manager"})
#: Fields whose texts are words: neither names nor codes.
_WORDS = frozenset(
    {"kind", "county", "land", "grade", "structure", "rank", "category", "scheme", "hazards"}
)
_Carry = Callable[[Any], Any]


def _position(old: Plane, new: Plane) -> Callable[[Lonlat], Lonlat]:
    stretch = math.cos(math.radians(old.latitude)) / math.cos(math.radians(new.latitude))
    west, south = old.longitude, old.latitude
    east, north = new.longitude, new.latitude - old.latitude

    def carried(at: Lonlat) -> Lonlat:
        x, y = at
        if abs(x - west) > 1.5 or abs(y - south) > 1.5:
            return at  # a pair of other numbers, such as a point of a reservoir's curve
        return round(east + (x - west) * stretch, 6), round(y + north, 6)

    return carried


def _code(world: World, number: int) -> Callable[[str], str]:
    code = str(51 + number)
    known = {seismic_code(world.code, part): seismic_code(code, part) for part in range(1, 10)}
    known |= {coast_code(world.code, part): coast_code(code, part) for part in range(1, 10)}
    digits = re.compile(rf"(?<!\d){world.code}(?=\d|[A-Z]|$)")

    def carried(text: str) -> str:
        found = known.get(text)
        if found is None:
            found = known[text] = digits.sub(code, text, count=1)
        return found

    return carried


def _text(world: World, number: int) -> Callable[[str], str]:
    name = prefecture(world.seed, number)
    old, new = world.name[:-1], name.name[:-1]
    old_kana, new_kana = world.kana[:-2], name.kana[:-2]

    def carried(text: str) -> str:
        if old in text:
            return text.replace(old, new)
        return text.replace(old_kana, new_kana) if old_kana in text else text

    return carried


@lru_cache(maxsize=64)
def _changing(kind: Any) -> tuple[tuple[str, str, int], ...]:
    """The fields of a struct that change: name, what it holds (code, text or position), and how
    many lists deep."""
    found = []
    for field, hint in get_type_hints(kind).items():
        depth = 0
        while get_origin(hint) is list:
            (hint,), depth = get_args(hint), depth + 1
        if hint is str and field not in _WORDS:
            found.append((field, "text" if field in _NAMES else "code", depth))
        elif hint == Lonlat:
            found.append((field, "position", depth))
    return tuple(found)


def _deep(value: Any, carry: _Carry, depth: int) -> Any:
    if depth == 0:
        return carry(value)
    if depth == 1:
        return [carry(item) for item in value]
    return [_deep(item, carry, depth - 1) for item in value]


def _meshes(meshes: list[Mesh], position: Callable[[Lonlat], Lonlat]) -> list[Mesh]:
    """Half grid squares where the old ones came to lie; the next free one to the east where two
    fell together (a square is wider, in metres, nearer to the equator)."""
    taken: set[tuple[int, int]] = set()
    made = []
    for mesh in meshes:
        row, column = people.mesh_of(position(mesh.at))
        while (row, column) in taken:
            column += 1
        taken.add((row, column))
        mesh = copy.copy(mesh)
        mesh.code, mesh.at = people.half_mesh(row, column), people.mesh_centre(row, column)
        made.append(mesh)
    return made


def moved(world: World, number: int) -> World:
    """`world` as prefecture `number` (0–46). Grids and counts are shared with it, not copied."""
    from noroshi.feeds.drill.world.make import place_of

    plane = place_of(number)
    position, code = _position(world.plane, plane), _code(world, number)
    carries: dict[str, _Carry] = {
        "position": position,
        "code": code,
        "text": _text(world, number),
    }

    def carried(thing: Any) -> Any:
        thing = copy.copy(thing)
        kind: Any = type(thing)
        for field, what, depth in _changing(kind):
            value = getattr(thing, field)
            if value:
                setattr(thing, field, _deep(value, carries[what], depth))
        return thing

    other = carried(world)
    for field in world.__struct_fields__:
        things = getattr(world, field)
        if field == "meshes":
            things = _meshes(things, position)
            for mesh in things:
                mesh.municipality = code(mesh.municipality)
            other.meshes = things
        elif isinstance(things, list) and things and isinstance(things[0], msgspec.Struct):
            setattr(other, field, [carried(thing) for thing in things])
    name = prefecture(world.seed, number)
    other.number, other.plane = number, plane
    other.code, other.name, other.kana = str(51 + number), name.name, name.kana
    made: World = other
    return made
