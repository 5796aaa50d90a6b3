"""Wire formats: bytes in, editions out; records in, bytes out. Pure: no files, no network.

Each format is one folder whose `__init__` holds a light `FORMAT` declaration and imports nothing
heavy. A message is told apart by its content, never by its name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec

from noroshi.core.errors import NotFound, UnreadableMessage
from noroshi.core.label import PUBLIC
from noroshi.core.record import Edition


class Limits(msgspec.Struct, frozen=True):
    """How much a reader may take on. Settings of a node; these are the safe defaults."""

    message_bytes: int = 256 * 2**20
    expanded_bytes: int = 512 * 2**20
    expansion_ratio: int = 200
    members: int = 100_000
    depth: int = 64
    records: int = 2_000_000


class Hints(msgspec.Struct, frozen=True):
    """What is known of a message beside its bytes.

    `name`: the file name it came under, or "". `received`: microseconds UTC, the issue time of
    last resort. `source`: who sent it. `mapping`: the sender's header mapping, for tables.
    `municipality(longitude, latitude)`: the area (`city:…`) that a point lies in, None on open
    water; itself None where no boundaries were imported. `place_name(area)`: what an area is
    called (輪島市), None for one that was not imported.
    """

    name: str = ""
    received: int = 0
    source: str = ""
    mapping: Mapping[str, Any] | None = None
    municipality: Callable[[float, float], str | None] | None = None
    limits: Limits = Limits()
    place_name: Callable[[str], str | None] | None = None


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong with a message: how bad, where, what, and what to do about it."""

    severity: str  # "error" | "warning"
    where: str
    what: str
    remedy: str = ""


class Reading(msgspec.Struct):
    """What a format made of a message: the editions, and the records it had to leave out. `floor`
    is the label that the message itself asks for: it is not to be shared more widely."""

    editions: list[Edition]
    faults: list[Finding] = []
    media_type: str = "application/octet-stream"
    floor: int = PUBLIC


class Format(msgspec.Struct, frozen=True):
    """A wire format's declaration. `read`, `write` and `validate` are `module:function` names.

    `recognises(data)` is cheap, looks at content only, and never raises.
    `read(data, hints) -> Reading` raises UnreadableMessage.
    `validate(data, hints) -> list[Finding]` never raises for bad input.
    `precedence`: the most particular format is asked first (higher first).
    `unread`: a message of it that cannot be read is shared no wider than this label: what its
    reader would have kept back is still in it.
    """

    name: str
    en: str
    ja: str
    media_type: str
    recognises: Callable[[bytes], bool]
    read: str | None = None
    write: str | None = None
    validate: str | None = None
    precedence: int = 0
    unread: int = PUBLIC


@cache
def all_formats() -> dict[str, Format]:
    """Every format by name, the most particular first."""
    found: list[Format] = []
    for module in pkgutil.iter_modules(__path__):
        package = importlib.import_module(f"{__name__}.{module.name}")
        declared = getattr(package, "FORMAT", None)
        if declared is not None:
            found.append(declared)
    found.sort(key=lambda one: (-one.precedence, one.name))
    return {one.name: one for one in found}


def get(name: str) -> Format:
    """The format called `name` (hyphens and underscores alike). Raises NotFound."""
    found = all_formats().get(name.replace("-", "_"))
    if found is None:
        known = ", ".join(all_formats())
        raise NotFound(f"no format {name!r}", remedy=f"known formats: {known}")
    return found


def recognise(data: bytes, *, unread: bool = False) -> Format | None:
    """The format of `data`, by content alone, or None: one that can be read, or with `unread`
    also one that can only be checked."""
    for one in all_formats().values():
        usable = one.read is not None or (unread and one.validate is not None)
        if usable and one.recognises(data):
            return one
    return None


@cache
def function(path: str) -> Callable[..., Any]:
    """The function named `module:function`."""
    module, _, name = path.partition(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return loaded


def load(format: Format) -> None:
    """Import everything that reading `format` may need, so that processes forked from this one
    need not. A reader that imports on demand offers a function `load`."""
    if format.read is not None:
        module = importlib.import_module(format.read.partition(":")[0])
        getattr(module, "load", lambda: None)()


def read(data: bytes, hints: Hints, format: Format | None = None) -> Reading:
    """Read a message of any known format.

    Raises UnreadableMessage (and nothing else) where it cannot be read.
    """
    if len(data) > hints.limits.message_bytes:
        raise UnreadableMessage(
            f"{len(data)} bytes are more than the limit of {hints.limits.message_bytes}",
            where=hints.name,
            remedy="raise `message_bytes` in the settings if you trust the sender",
        )
    chosen = format or recognise(data)
    if chosen is None or chosen.read is None:
        raise UnreadableMessage(
            "no known format" if data else "the message is empty",
            where=hints.name,
            remedy="`noroshi list formats` shows what can be read; a table may need a mapping file",
        )
    try:
        reading: Reading = function(chosen.read)(data, hints)
    except UnreadableMessage:
        raise
    except (RecursionError, MemoryError) as error:
        raise UnreadableMessage(
            f"too deep or too large to read ({type(error).__name__})", where=hints.name
        ) from error
    return reading


def validate(data: bytes, hints: Hints, format: str | None = None) -> list[Finding]:
    """Everything that is wrong with a message, for its sender. Never raises for bad input.

    A format without rules of its own is checked by reading it.
    """
    try:
        chosen = get(format) if format else recognise(data, unread=True)
        if chosen is not None and chosen.validate is not None:
            found: list[Finding] = function(chosen.validate)(data, hints)
            return found
        return read(data, hints, chosen).faults
    except NotFound:
        raise
    except UnreadableMessage as error:
        return [Finding("error", error.where or hints.name, error.what, error.remedy)]
