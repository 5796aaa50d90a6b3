"""What a file of the world is made with: tables, features, dates; the same bytes each time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec

from noroshi.core.place import check_digit
from noroshi.feeds.drill.world.model import Line, Lonlat, Municipality, World

T = TypeVar("T")
Cell = str | int | float | None
#: A column: its title, and what stands under it for a thing.
Column = tuple[str, Callable[[T], Cell]]

#: As of when the files are: the beginning of a Japanese fiscal year.
AS_OF, AS_OF_JA = "2026-04-01T00:00:00+09:00", "令和8年4月1日現在"
#: What says in every file that it belongs to an exercise.
EXERCISE = "【訓練】"


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of the world. `path` is relative to its folder. `owner`: whose it is. `source`: the
    sender's id under which it is to be ingested, empty for a file that is no message (`places`:
    for `noroshi places import`; `reference`: for people and models). `mapping`: its mapping file.
    `records`: how many things it states. `again`: it says what another file says."""

    path: str
    title: str
    title_ja: str
    owner: str
    source: str = ""
    mapping: str = ""
    kind: str = ""
    records: int = 0
    use: str = "ingest"
    again: bool = False


Made = tuple[File, bytes]


def table(
    things: Iterable[T],
    columns: Sequence[Column[T]],
    *,
    above: Sequence[str | Sequence[Cell]] = (),
    between: Sequence[Sequence[Cell]] = (),
    encoding: str = "cp932",
    delimiter: str = ",",
    wide: Iterable[str] = (),
    after: Sequence[Sequence[Cell]] = (),
) -> bytes:
    """A table as an office's spreadsheet saves it: lines `above`, header, lines `between`, rows,
    lines `after`; CRLF. `wide`: columns whose digits are full-width."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for line in above:
        writer.writerow([line] if isinstance(line, str) else line)
    writer.writerow([title for title, _ in columns])
    writer.writerows(between)
    full = set(wide)
    for thing in things:
        cells = [(title, _written(value(thing))) for title, value in columns]
        writer.writerow([_wide(cell) if title in full else cell for title, cell in cells])
    writer.writerows(after)
    return out.getvalue().encode(encoding)


def _written(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        text = f"{value:.6f}".rstrip("0").rstrip(".")
        return text if text != "-0" else "0"
    return str(value)


def _wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def features(name: str, rows: Iterable[tuple[Any, dict[str, Any]]]) -> bytes:
    """A GeoJSON FeatureCollection from (geometry, properties); a property `id` of None is none.
    `name` says that it is an exercise, `timeStamp` as of when it is."""
    found = []
    for geometry, properties in rows:
        found.append({"type": "Feature", "geometry": geometry, "properties": properties})
    whole = {
        "type": "FeatureCollection", "name": EXERCISE + name, "timeStamp": AS_OF,
        "features": found,
    }  # fmt: skip
    return dump(whole)


def dump(value: Any) -> bytes:
    """JSON, features one to a line."""
    if isinstance(value, dict) and isinstance(value.get("features"), list):
        head = msgspec.json.encode({k: v for k, v in value.items() if k != "features"})
        lines = b",\n".join(map(msgspec.json.encode, value["features"]))
        return head[:-1] + b',"features":[\n' + lines + b"\n]}\n"
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def point(at: Lonlat) -> dict[str, Any]:
    """A position as GeoJSON."""
    return {"type": "Point", "coordinates": [at[0], at[1]]}


def line(points: Line) -> dict[str, Any]:
    """A line as GeoJSON."""
    return {"type": "LineString", "coordinates": [[x, y] for x, y in points]}


def area(boundary: list[list[Line]]) -> dict[str, Any]:
    """A boundary as GeoJSON: a polygon where one is enough."""
    parts = [[[[x, y] for x, y in ring] for ring in rings] for rings in boundary if rings]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


@cache
def six(code: str) -> str:
    """A municipality code with its check digit (全国地方公共団体コード). Always so in tables: five
    digits of a prefecture beyond 47 could be six without a leading zero."""
    return f"{code[:5]}{check_digit(code[:5])}"


class Towns:
    """What a world's municipalities and districts are called, by their codes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_code = {one.code: one for one in world.municipalities}
        self.districts = {one.code: one for one in world.districts}

    def town(self, code: str) -> Municipality:
        """A municipality by its code of five digits."""
        return self.by_code[code]

    def name(self, code: str) -> str:
        """A municipality's name with its 郡."""
        town = self.by_code[code]
        return town.county + town.name

    def full(self, code: str) -> str:
        """A municipality's name with its prefecture."""
        return self.world.name + self.name(code)

    def district(self, code: str) -> str:
        """A district's name."""
        found = self.districts.get(code)
        return found.name if found else ""


def source(world: World, what: str) -> str:
    """The id under which a file's sender is known: `drill/51-hospitals`."""
    return f"drill/{world.code}-{what}"
