"""The fictional prefecture, made once for all tests that need it, and its files."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from noroshi.feeds.drill.files.write import write_world
from noroshi.feeds.drill.world.make import make_world
from noroshi.feeds.drill.world.model import World

SEED = 1


@cache
def world() -> World:
    """The prefecture of seed 1. Nobody changes it."""
    return make_world(SEED)


@cache
def folder() -> Path:
    """Its files, without the basemap."""
    made = Path(tempfile.mkdtemp(prefix="noroshi-world-"))
    write_world(world(), made, basemap=False)
    return made
