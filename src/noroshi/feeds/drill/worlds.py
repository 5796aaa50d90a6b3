"""Worlds kept between drills, so that only the first one waits for its world to be made.

`<home>/drill/world-<seed>-<number>/` holds `world.json`, everything but the grids, and `land.npz`,
the grids; and what they were made by: a world that an older version made is made anew.
"""

from __future__ import annotations

import hashlib
import shutil
import typing
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from noroshi.core.errors import NotFound
from noroshi.feeds.drill import world as package
from noroshi.feeds.drill.actors.mapped import mappings
from noroshi.feeds.drill.scale import named
from noroshi.feeds.drill.world.model import Land, World

#: A prefecture's two digits are 51 and its number; there are as many as in Japan.
NUMBERS = 47


def world_of(
    home: Path,
    seed: int,
    number: int,
    make: Callable[[int, int], World] | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> World:
    """The world of a seed and number: kept in `home`, or made and kept; `tell` hears of that,
    because it takes a while. Raises NotFound for a number that there is not."""
    if not 0 <= number < NUMBERS:
        raise NotFound(f"no prefecture number {number}", remedy=f"0 to {NUMBERS - 1}")
    folder = home / "drill" / f"world-{seed}-{number}"
    kept = load_world(folder)
    if kept is None:
        tell("a prefecture is made, which takes half a minute 架空の県を作っています")
        kept = (make or _make)(seed, number)
        save_world(kept, folder)
    return kept


def _make(seed: int, number: int) -> World:
    from noroshi.feeds.drill.world.make import make_world

    return make_world(seed, number)


def scaled(world: World, count: int) -> list[World]:
    """`world`, which is number 0, and the same land under other names and codes at the places of
    the numbers after it: so many prefectures together."""
    from noroshi.feeds.drill.world.moved import moved

    return [world, *(moved(world, number) for number in range(1, count))]


def mappings_of(worlds: list[World]) -> dict[str, dict[str, Any]]:
    """How the tables of each source are to be read, by the source's name as it is played."""
    several = len(worlds) > 1
    return {
        named(source, one.code) if several else source: mapping
        for one in worlds
        for source, mapping in mappings(one).items()
    }


@cache
def maker() -> str:
    """What makes worlds: the digest of its source."""
    digest = hashlib.sha256()
    for path in sorted(Path(package.__path__[0]).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def save_world(world: World, folder: Path) -> None:
    """Keep a world in `folder`, whole or not at all."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    grids = {one: getattr(world.land, one) for one in Land.__struct_fields__}
    np.savez_compressed(partial / "land.npz", **grids)
    fields = {one: getattr(world, one) for one in World.__struct_fields__ if one != "land"}
    kept = msgspec.json.encode({"maker": maker(), "world": fields}, enc_hook=_plain)
    (partial / "world.json").write_bytes(kept)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _plain(value: Any) -> Any:
    """A number of numpy's as Python's own."""
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(type(value).__name__)


def load_world(folder: Path) -> World | None:
    """The world that is kept in `folder`; None where there is none, or only one that this version
    would make otherwise."""
    try:
        raw = msgspec.json.decode((folder / "world.json").read_bytes(), type=dict[str, msgspec.Raw])
        if msgspec.json.decode(raw["maker"], type=str) != maker():
            return None
        given = msgspec.json.decode(raw["world"], type=dict[str, msgspec.Raw])
        hints = typing.get_type_hints(World)
        fields: dict[str, Any] = {
            name: msgspec.json.decode(value, type=hints[name]) for name, value in given.items()
        }
        with np.load(folder / "land.npz", allow_pickle=False) as grids:
            land = Land(**{name: grids[name] for name in Land.__struct_fields__})
        return World(land=land, **fields)
    except (OSError, KeyError, ValueError, TypeError, msgspec.MsgspecError, zipfile.BadZipFile):
        return None
