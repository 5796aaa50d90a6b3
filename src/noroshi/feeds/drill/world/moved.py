"""The same prefecture elsewhere: another number's place, codes and name, in under a second.

So 47 prefectures cost one to make. Every struct of a world is walked by its declared fields:
positions are carried from plane to plane (metres stay metres), codes that hold the prefecture's
digits get the new ones, and its name is replaced wherever it stands in a text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from noroshi.feeds.drill.world import people
from noroshi.feeds.drill.world.areas import coast_code, seismic_code
from noroshi.feeds.drill.world.model import Land, Lonlat, Mesh, People, Plane, World
from noroshi.feeds.drill.world.names import prefecture

#: Fields whose texts are names and never codes.
_TEXTS = frozenset(
    (
        *("name", "kana", "address", "operator", "owner", "manager", "county", "kind", "land"),
        *("grade", "structure", "rank", "category", "scheme", "hazards"),
    )
)
_KEPT = (int, float, bool, People, Land, Plane, type(None))


class _Move(msgspec.Struct, frozen=True):
    """How one world becomes another."""

    position: Callable[[Lonlat], Lonlat]
    inside: Callable[[Any], bool]
    code: Callable[[str], str]
    text: Callable[[str], str]


def _move(world: World, number: int) -> _Move:
    from noroshi.feeds.drill.world.make import place_of

    old, new = world.plane, place_of(number)
    stretch = math.cos(math.radians(old.latitude)) / math.cos(math.radians(new.latitude))

    def position(at: Lonlat) -> Lonlat:
        return (
            round(new.longitude + (at[0] - old.longitude) * stretch, 6),
            round(at[1] + new.latitude - old.latitude, 6),
        )

    def inside(at: Any) -> bool:
        east, north = at
        return bool(abs(east - old.longitude) < 1.5 and abs(north - old.latitude) < 1.5)

    code = str(51 + number)
    special = {seismic_code(world.code, part): seismic_code(code, part) for part in range(1, 10)}
    special |= {coast_code(world.code, part): coast_code(code, part) for part in range(1, 10)}
    digits = re.compile(rf"(?<!\d){world.code}(?=\d|$)")
    name = prefecture(world.seed, number)

    def recoded(text: str) -> str:
        return special.get(text) or digits.sub(code, text, count=1)

    def renamed(text: str) -> str:
        text = text.replace(world.name[:-1], name.name[:-1])
        return text.replace(world.kana[:-2], name.kana[:-2])

    return _Move(position, inside, recoded, renamed)


@lru_cache(maxsize=64)
def _fields(kind: type[Any]) -> tuple[tuple[str, bool], ...]:
    return tuple((field, field in _TEXTS) for field in kind.__struct_fields__)


def _carried(value: Any, is_text: bool, move: _Move) -> Any:
    if isinstance(value, str):
        return move.text(value) if is_text else move.code(value)
    if isinstance(value, _KEPT):
        return value
    if isinstance(value, tuple):
        if len(value) == 2 and isinstance(value[0], float) and move.inside(value):
            return move.position(value)
        return value
    if isinstance(value, list):
        if not value or isinstance(value[0], (int, float)):
            return value
        return [_carried(item, is_text, move) for item in value]
    if isinstance(value, msgspec.Struct):
        kind = type(value)
        return kind(
            **{field: _carried(getattr(value, field), text, move) for field, text in _fields(kind)}
        )
    return value


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
        made.append(
            Mesh(
                code=people.half_mesh(row, column),
                at=people.mesh_centre(row, column),
                municipality=mesh.municipality,
                people=mesh.people,
            )
        )
    return made


def moved(world: World, number: int) -> World:
    """`world` as prefecture `number` (0–46). Grids and counts are shared with it, not copied."""
    from noroshi.feeds.drill.world.make import place_of

    move = _move(world, number)
    other: World = _carried(msgspec.structs.replace(world, meshes=[], seed=world.seed), False, move)
    name = prefecture(world.seed, number)
    meshes = _meshes(world.meshes, move.position)
    for mesh in meshes:
        mesh.municipality = move.code(mesh.municipality)
    return msgspec.structs.replace(
        other,
        number=number,
        code=str(51 + number),
        name=name.name,
        kana=name.kana,
        plane=place_of(number),
        meshes=meshes,
    )
