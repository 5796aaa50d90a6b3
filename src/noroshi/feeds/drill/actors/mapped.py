"""How each organisation's tables are to be read: mapping files (`docs/mapping.md`) as data."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from noroshi.feeds.drill.actors import cities
from noroshi.feeds.drill.world.model import World

#: Tables of the prefecture as a whole: the end of the source's id, and the mapping's name.
PREFECTURE = {
    "power": "power", "water": "water", "mobile": "mobile", "hospitals": "hospitals",
    "roads": "roads", "national-roads": "national_roads", "expressway": "roads",
    "damage": "damage", "incidents": "incidents", "isolation": "isolation",
    "tick-sheets": "tick_sheets", "cyber": "cyber",
    "amedas": "amedas", "pref-rain": "amedas", "mlit-rain": "mlit_rain",
    "mlit-rivers": "mlit_rivers", "pref-rivers": "pref_rivers", "dams": "dams",
    "flood-sensors": "flood_sensors",
}  # fmt: skip


def mappings(world: World) -> dict[str, dict[str, Any]]:
    """The mapping of every source of tables of a world, by the source's id."""
    found = {
        f"{world.code}-{source}": _filled(name, world.code, world.name, f"{world.code}-{source}")
        for source, name in PREFECTURE.items()
    }
    for town in world.municipalities:
        name = f"shelters_{cities.dialect(world, town.code)}"
        found[f"{town.code}-shelters"] = _filled(name, town.code, town.name, "")
        found[f"{town.code}-orders"] = _filled("orders", town.code, town.name, "")
    return found


def _filled(name: str, code: str, owner: str, source: str) -> dict[str, Any]:
    values = {"{code}": code, "{name}": owner, "{source}": f"{code}-{source}"}
    return {key: _fill(value, values) for key, value in _mapping(name).items()}


def _fill(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(one, values) for key, one in value.items()}
    if isinstance(value, str):
        for mark, word in values.items():
            value = value.replace(mark, word)
    return value


@cache
def _mapping(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath("mappings", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
