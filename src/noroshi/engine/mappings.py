"""Mapping files that belong to a source by their name: `mappings/` in a node's home.

`mappings/nanao-city.toml` is how the tables of the source nanao-city are read, and a folder
`mappings/nanao-city/` holds one mapping for each kind of table it sends. A `/` in the name of a
source is a `+` in the file's.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from noroshi.core.errors import NoroshiError


def load_mappings(home: Path) -> dict[str, dict[str, Any]]:
    """Every mapping by the name of its source, those of a folder together under `tables`.

    Raises NoroshiError for a file that is no TOML, and for a source that has both.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(home.joinpath("mappings").glob("*")):
        if path.is_dir():
            source = path.name
            made: dict[str, Any] = {"tables": []}
            for one in sorted(path.glob("*.toml")):
                raw = load_toml(one)
                made["tables"] += raw.get("tables", [raw])
            if not made["tables"]:
                continue
        elif path.suffix == ".toml":
            source, made = path.stem, load_toml(path)
        else:
            continue
        source = source.replace("+", "/")
        if source in found:
            raise NoroshiError(
                f"the source {source} has a file and a folder",
                where=str(path),
                remedy="move the file into the folder",
            )
        found[source] = made
    return found


def load_toml(path: Path) -> dict[str, Any]:
    """A TOML file. Raises NoroshiError with its place."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoroshiError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoroshiError(f"not valid TOML: {error}", where=str(path)) from None
