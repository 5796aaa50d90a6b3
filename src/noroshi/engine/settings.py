"""Settings of a node: `settings.toml` in its home. Everything has a default; nothing is required.

[limits]                 how much a reader may take on (`noroshi.formats.Limits`)
message_bytes = 268435456

[sources.nanao-city]     a sender: its sharing label, and the mapping of its tables
label = "responders"     public | responders | own, or a number from 16
mapping = "nanao.toml"   a mapping file, relative to the home (docs/mapping.md)
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from noroshi.core import label as labels
from noroshi.core.errors import NoroshiError
from noroshi.formats import Limits


class Source(msgspec.Struct, frozen=True):
    """Who sends, under which sharing label, and how its tables are to be read."""

    name: str = "operator"
    label: int = labels.OWN
    mapping: dict[str, Any] | None = None


class Settings(msgspec.Struct, frozen=True):
    """A node's settings, checked."""

    limits: Limits = Limits()
    sources: dict[str, Source] = {}

    def source(self, name: str) -> Source:
        """The settings of a source; one that is not configured has the defaults."""
        return self.sources.get(name) or Source(name)


def load_settings(home: Path) -> Settings:
    """Settings of the node at `home`. Raises NoroshiError naming file and field."""
    path = home / "settings.toml"
    if not path.exists():
        return Settings()
    raw = load_toml(path)
    try:
        unknown = set(raw) - {"limits", "sources"}
        if unknown:
            raise ValueError(f"unknown section {sorted(unknown)[0]!r}: limits or sources")
        limits = msgspec.convert(raw.get("limits", {}), _Strict)
        found = {}
        for name, one in raw.get("sources", {}).items():
            unknown = set(one) - {"label", "mapping"}
            if unknown:
                raise ValueError(f"sources.{name}: unknown setting {sorted(unknown)[0]!r}")
            mapping = load_toml(home / one["mapping"]) if "mapping" in one else None
            found[name] = Source(name, label_number(one.get("label", "own")), mapping)
        return Settings(Limits(**msgspec.structs.asdict(limits)), found)
    except (ValueError, TypeError, AttributeError) as error:
        raise NoroshiError(
            str(error), where=str(path), remedy="docs/operate.md lists the settings"
        ) from None


class _Strict(Limits, frozen=True, forbid_unknown_fields=True):
    """Limits as written in the file: a misspelt name is an error, not silence."""


def load_toml(path: Path) -> dict[str, Any]:
    """A TOML file. Raises NoroshiError with its place."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoroshiError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoroshiError(f"not valid TOML: {error}", where=str(path)) from None


def label_number(name: str | int) -> int:
    """The label called `name` or numbered so. Raises ValueError."""
    if name in labels.NAMES:
        return labels.NAMES[str(name)]
    if str(name).isdigit() and int(name) >= labels.FIRST_FREE:
        return int(name)
    raise ValueError(
        f"unknown label {name!r}: {', '.join(labels.NAMES)}, or a number from {labels.FIRST_FREE}"
    )


def label_name(number: int) -> str:
    """The name of a label, or its number as text."""
    return next((name for name, one in labels.NAMES.items() if one == number), str(number))
