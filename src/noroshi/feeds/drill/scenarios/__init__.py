"""The scenarios that can be played, by name; one is imported when it is asked for."""

from __future__ import annotations

import difflib
import importlib

import msgspec

from noroshi.core.errors import NotFound
from noroshi.feeds.drill.scene import Scenario


class Entry(msgspec.Struct, frozen=True):
    """Where a scenario is (`module:ATTRIBUTE`), and what it is called."""

    where: str
    title: str
    title_ja: str


_HERE = "noroshi.feeds.drill.scenarios"
SCENARIOS: dict[str, Entry] = {
    "typhoon": Entry(f"{_HERE}.typhoon:TYPHOON", "Typhoon and rainband", "台風と線状降水帯"),
    "nankai": Entry(f"{_HERE}.nankai:NANKAI", "Great earthquake and tsunami", "巨大地震と津波"),
    "multithreat": Entry(
        f"{_HERE}.multithreat:MULTITHREAT", "Earthquake, infection, ransomware",
        "地震・感染症・ランサムウェアの一日",
    ),
}  # fmt: skip


def get(name: str) -> Scenario:
    """The scenario called `name`. Raises NotFound with the nearest names."""
    entry = SCENARIOS.get(name)
    if entry is None:
        near = difflib.get_close_matches(name, SCENARIOS, n=2, cutoff=0.4)
        known = (
            f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(SCENARIOS)}"
        )
        raise NotFound(f"no scenario {name!r}", remedy=known)
    module, _, attribute = entry.where.partition(":")
    found: Scenario = getattr(importlib.import_module(module), attribute)
    return found
