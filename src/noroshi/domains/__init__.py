"""Capabilities: one folder each, grouped by field. Listing them imports nothing heavy.

A capability that cannot be imported is listed as `Broken` with the reason, so that the node runs
on without it. Packages from outside join through the entry-point group `noroshi.capabilities`,
whose entries are named `field/name` and point to a module (or a `Capability`).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from noroshi.core.capability import Capability, series_prefix
from noroshi.core.errors import NoroshiError, NotFound

GROUP = "noroshi.capabilities"

#: The five kinds of threat and technology itself, as the mission orders them.
FIELDS = ("disaster", "infrastructure", "cyber", "health", "frontier", "technology")


class Broken(msgspec.Struct, frozen=True):
    """A capability that cannot be used: its name, and why."""

    name: str
    error: str


def all_capabilities() -> dict[str, Capability | Broken]:
    """Every capability by `field/name`, in order of name. Never raises."""
    found: dict[str, Capability | Broken] = {}
    for name, module in _folders():
        found[name] = _declared(name, module)
    for entry in _outside():
        if entry.name in found:
            found[entry.name] = Broken(entry.name, f"declared twice, also by {entry.value}")
        else:
            found[entry.name] = _declared(entry.name, entry)
    return dict(sorted(found.items()))


@cache
def _outside() -> tuple[metadata.EntryPoint, ...]:
    """What other packages declare. Looking through all that is installed costs tens of
    milliseconds, and what is installed does not change while a process runs."""
    return tuple(metadata.entry_points(group=GROUP))


def get(name: str) -> Capability:
    """The capability called `name` (`field/name`). Raises NotFound, or NoroshiError if broken."""
    found = all_capabilities()
    if name not in found:
        raise NotFound(f"no capability {name!r}", remedy="`noroshi list` shows them all")
    one = found[name]
    if isinstance(one, Broken):
        raise NoroshiError(f"{name} cannot be used: {one.error}", remedy="see `noroshi doctor`")
    return one


def folder(name: str) -> Path:
    """The folder of the capability `name` inside this package. Raises NotFound."""
    field, _, short = name.partition("/")
    try:
        paths = list(importlib.import_module(f"{__name__}.{field}").__path__)
    except (ImportError, AttributeError):
        paths = []
    for path in paths:
        if (Path(path) / short / "__init__.py").is_file():
            return Path(path) / short
    raise NotFound(f"no folder of a capability {name!r}")


def _folders() -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        package = f"{__name__}.{field}"
        try:
            paths = list(importlib.import_module(package).__path__)
        except ImportError:
            continue
        for module in pkgutil.iter_modules(paths):
            if module.ispkg:
                yield f"{field}/{module.name}", f"{package}.{module.name}"


def _declared(name: str, source: str | metadata.EntryPoint) -> Capability | Broken:
    """The declaration, or what kept it from being read: someone else's code runs here, so
    whatever it raises is its own fault and never ours."""
    try:
        series_prefix(name)
        loaded: Any = importlib.import_module(source) if isinstance(source, str) else source.load()
        declared = getattr(loaded, "CAPABILITY", loaded)
    except (Exception, SystemExit) as error:
        return Broken(name, f"{type(error).__name__}: {error}")
    if not isinstance(declared, Capability):
        return Broken(name, "declares no CAPABILITY = Capability(…)")
    return declared
