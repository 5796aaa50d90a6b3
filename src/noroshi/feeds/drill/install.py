"""A fictional prefecture into a node: its places, its files, its basemap, and how what its
organisations send is to be read. Everything but the places is an exercise."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.engine.ingest import Offered, Totals, ingest
from noroshi.engine.mappings import load_toml
from noroshi.engine.places import import_places
from noroshi.engine.products import run_products
from noroshi.engine.settings import DRILL, Source, load_settings
from noroshi.engine.sharing import Sharings
from noroshi.feeds.drill.files.write import read_index, to_ingest
from noroshi.feeds.drill.world.model import World
from noroshi.feeds.drill.worlds import mappings_of
from noroshi.store import Store


class Installed(msgspec.Struct):
    """What came of it. `basemap`: it was put where there was none."""

    places: int
    files: Totals
    basemap: bool
    settings: Path


def install(
    world: World,
    folder: Path,
    home: Path,
    store: Store,
    label: str,
    tell: Callable[[str], None] = lambda title: None,
    *,
    compute: bool = True,
) -> Installed:
    """Take the world whose files are in `folder` into a node, under the sharing label `label`, and
    `compute` the products of it. Doing it again changes nothing. Raises NoroshiError."""
    sharings = Sharings(store)
    try:
        number = sharings.number(label)
    except ValueError as error:
        raise NoroshiError(str(error)) from None
    settings = load_settings(home, sharings.number)
    tell("地域 places")
    places = sum(
        import_places(store, (folder / file.path).read_bytes(), settings.limits)[0]
        for file in read_index(folder).files
        if file.use == "places"
    )
    acting = mappings_of([world])
    senders = _senders(folder, acting)
    path = write_settings(world, folder, home, label, senders, acting)
    totals = Totals()
    for (file, where), source in zip(to_ingest(folder), senders, strict=True):
        tell(file.title_ja)
        mapping = load_toml(folder / file.mapping) if file.mapping else None
        some, _ = ingest(
            store, [Offered(where.name, where.read_bytes())],
            Source(source, number, mapping, mode=Mode.EXERCISE), limits=settings.limits,
        )  # fmt: skip
        totals.add(some)
    if compute:
        totals.products, _ = run_products(store, settings.releases, settings.products, home)
    basemap = home / settings.web.basemap
    absent = not basemap.exists() and (folder / "basemap.pmtiles").exists()
    if absent:
        shutil.copyfile(folder / "basemap.pmtiles", basemap)
    return Installed(places, totals, absent, path)


def _senders(folder: Path, acting: Mapping[str, Any]) -> list[str]:
    """The source of each file. An organisation that acts in a scenario, and writes other tables
    then, gave its register under another name: a source has one mapping."""
    return [
        f"{file.source}-register" if file.source.removeprefix(f"{DRILL}/") in acting
        else file.source
        for file, _ in to_ingest(folder)
    ]  # fmt: skip


def write_settings(
    world: World,
    folder: Path,
    home: Path,
    label: str,
    senders: list[str],
    acting: Mapping[str, Mapping[str, Any]],
) -> Path:
    """Write into the home's settings how each organisation of the world is read, in a part of its
    own that the next time replaces; sections that the operator wrote stay, and count. A node that
    runs reads them when it is started again."""
    path = home / "settings.toml"
    given = path.read_text(encoding="utf-8") if path.exists() else ""
    begin, end = (f"# {word} drill world {world.code}" for word in ("begin", "end"))
    given = re.sub(rf"\n*{begin}\n.*?{end}\n", "\n", given, flags=re.DOTALL).lstrip("\n")
    known = set(re.findall(r'^\[sources\.(?:"([^"]+)"|([\w-]+))\]', given, re.MULTILINE))
    taken = {one or other for one, other in known}
    lines = [begin, f"# {world.name}: written by `noroshi drill world`; edit outside of it"]
    files = home / DRILL / "mappings"
    files.mkdir(parents=True, exist_ok=True)

    def section(source: str, mapping: str | None) -> None:
        if source in taken:
            return
        taken.add(source)
        lines.extend(["", f'[sources."{source}"]', f"label = {_value(label)}"])
        town = next((one.name for one in world.municipalities if one.code in source), None)
        if town is not None:
            lines.append(f"title_ja = {_value(town)}")
        if mapping is not None:
            lines.append(f'mapping = "{DRILL}/mappings/{mapping}"')

    section(DRILL, None)
    for (file, _), source in zip(to_ingest(folder), senders, strict=True):
        name = Path(file.mapping).name if file.mapping else None
        if name is not None:
            name = f"file-{name}"
            shutil.copyfile(folder / file.mapping, files / name)
        section(source, name)
    for source, mapping in acting.items():
        (files / f"{source}.toml").write_text(write_toml(mapping), encoding="utf-8")
        section(f"{DRILL}/{source}", f"{source}.toml")
    block = "\n".join([*lines, end]) + "\n"
    partial = path.with_name(path.name + ".partial")
    partial.write_text(f"{given.rstrip()}\n\n{block}" if given.strip() else block, encoding="utf-8")
    partial.replace(path)
    return path


def write_toml(values: Mapping[str, Any]) -> str:
    """A mapping as a TOML file: an entry a line, tables inline."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items())


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    # JSON's strings, numbers and booleans are TOML's too, but for DEL, which TOML has escaped.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007F")
