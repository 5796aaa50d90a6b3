"""The fictional prefecture, made once for all tests that need it, and its files."""

from __future__ import annotations

import fcntl
import os
import tempfile
from functools import cache
from pathlib import Path

from noroshi.feeds.drill.files.write import write_world
from noroshi.feeds.drill.world.model import World
from noroshi.feeds.drill.worlds import world_of

SEED = 1


def kept() -> Path:
    """A home in which the prefecture is kept, for every process of a run of tests."""
    home = Path(tempfile.gettempdir()) / f"noroshi-prefecture-{os.getuid()}"
    home.mkdir(exist_ok=True)
    return home


@cache
def world() -> World:
    """The prefecture of seed 1. Nobody changes it. The first process that asks makes it."""
    home = kept()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return world_of(home, SEED, 0)


@cache
def folder() -> Path:
    """Its files, without the basemap."""
    made = Path(tempfile.mkdtemp(prefix="noroshi-world-"))
    write_world(world(), made, basemap=False)
    return made
