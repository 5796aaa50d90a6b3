"""The whole world as a folder of files: `write_world`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files as resources
from pathlib import Path

import msgspec

from noroshi import __version__
from noroshi.feeds.drill.files import land, places, public, readme, shelters, utilities, waters
from noroshi.feeds.drill.files.paper import File, Made
from noroshi.feeds.drill.world.model import World

#: The form of the folder. It changes with what a reader of `world.json` must know.
VERSION = 1


class Index(msgspec.Struct):
    """`world.json`: what the folder holds and from what it was made."""

    seed: int
    number: int
    code: str
    name: str
    noroshi: str
    version: int
    files: list[File]


def make_files(world: World) -> Iterator[Made]:
    """The files of a world, without the basemap; those that others rest on first."""
    yield from places.write(world)
    yield from land.write(world)
    yield from shelters.write(world)
    yield from public.write(world)
    yield from utilities.write(world)
    yield from waters.write(world)
    yield from land.write_elevation(world)


def write_world(
    world: World,
    folder: Path,
    on_progress: Callable[[str], None] | None = None,
    *,
    basemap: bool = True,
) -> list[Path]:
    """Write a world into `folder`: its files, their mappings, settings, a README, `world.json`
    and `basemap.pmtiles`. Returns the paths written; `on_progress` is told each one's title.
    The same world gives the same bytes."""
    written: list[Path] = []
    listed: list[File] = []

    def put(path: str, data: bytes, said: str) -> None:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        written.append(target)
        if on_progress is not None:
            on_progress(said)

    for file, data in make_files(world):
        put(file.path, data, file.title_ja)
        listed.append(file)
    here = resources("noroshi.feeds.drill.files") / "mappings"
    for name in sorted({file.mapping for file in listed if file.mapping}):
        put(name, (here / Path(name).name).read_bytes(), name)
    put("settings.toml", readme.settings(world, listed).encode(), "settings.toml")
    put("README.md", readme.readme(world, listed).encode(), "README.md")
    index = Index(
        world.seed, world.number, world.code, world.name, __version__, VERSION, listed
    )  # fmt: skip
    put("world.json", msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n",
        "world.json")  # fmt: skip
    if basemap:
        from noroshi.feeds.drill.files.basemap import draw

        put("basemap.pmtiles", draw(world), "basemap.pmtiles")
    return written


def read_index(folder: Path) -> Index:
    """The index of a world's folder. Raises OSError or msgspec.ValidationError."""
    return msgspec.json.decode((folder / "world.json").read_bytes(), type=Index)


def to_ingest(folder: Path, *, again: bool = False) -> Iterator[tuple[File, Path]]:
    """The files that are messages, in order; those that say the same again only if wanted."""
    for file in read_index(folder).files:
        if file.use == "ingest" and (again or not file.again):
            yield file, folder / file.path
