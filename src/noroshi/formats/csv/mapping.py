"""The mapping file: which column of a sender's table says which field of a kind.

Written for people in `docs/mapping.md`. The same mapping serves GeoJSON, where a feature's
properties are the columns.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, Literal, get_type_hints

import msgspec
from msgspec import inspect

from noroshi import kinds
from noroshi.core.errors import NotFound, UnreadableMessage
from noroshi.core.time import JST, show
from noroshi.formats.japanese import half_width, header, number, parse_time
from noroshi.kinds import Scalar

Names = str | list[str]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one field's value comes from, and how its words and numbers are to be read.

    `column`: the column, or several of which the first that is filled counts. `join`: columns
    whose texts are put together. `flags`: columns that are marked (1, ○, 有) or not, and the word
    each mark stands for. `value`: the same for every row. `values`: the sender's words and what
    they stand for; `*` for any other. `unit`: what the column's numbers are in. `otherwise`: the
    field that keeps the text where it is not a number.
    """

    column: Names = ""
    join: list[str] = []
    flags: dict[str, str] = {}
    value: Scalar = None
    values: dict[str, Scalar] = {}
    unit: str = ""
    otherwise: str = ""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parsed mapping file.

    `key`: the columns that together identify a row. `time`: the columns that together say as of
    when the table is. `longitude`, `latitude`, `area`, `valid_to`: a column, or several of which
    the first that is filled counts. `skip`: rows left out, by column and word. `header`: the line
    the header stands on. `rows`: the member of a JSON document that holds the
    rows. `keep`: whether columns not named go to the kind's `extra`.
    """

    kind: str
    fields: dict[str, Names | Field] = {}
    key: Names = ""
    series: str = ""
    time: Names = ""
    longitude: Names = ""
    latitude: Names = ""
    area: Names = ""
    valid_to: Names = ""
    mode: Literal["actual", "exercise", "test"] | None = None
    whole: bool = True
    skip: dict[str, list[str]] = {}
    header: int | None = None
    encoding: str = ""
    delimiter: str = ""
    rows: str = ""
    keep: bool = True


#: SI factors of the units tables are written in (BIPM SI Brochure, tables 2–8). Counters are 1.
UNITS: dict[str, float] = {
    **dict.fromkeys(("人", "名", "世帯", "棟", "戸", "件", "箇所", "か所", "台", "本", "回"), 1),
    "床": 1,
    **dict.fromkeys(("m", "m2", "m3", "m/s", "m3/s", "s", "kg", "Pa", "K", "秒"), 1),
    **dict.fromkeys(("%", "％", "cm", "cm/s2", "gal"), 0.01),
    **dict.fromkeys(("mm", "L", "g"), 0.001),
    **dict.fromkeys(("km", "t", "kPa", "千人", "千m3"), 1000),
    **dict.fromkeys(("ha", "万人"), 10_000),
    **dict.fromkeys(("分", "min"), 60),
    **dict.fromkeys(("時間", "h"), 3600),
    **dict.fromkeys(("kt", "ノット"), 1852 / 3600),
    "a": 100,
    "hPa": 100,
    "km2": 1_000_000,
    "日": 86400,
    "km/h": 1 / 3.6,
}

#: The unit of a kind's field, in its note: `rain in the last hour [mm]`.
_UNIT = re.compile(r"\[([^\]]+)\]")

#: Seconds (until 1899999999) or milliseconds since 1970.
_EPOCH = re.compile(r"1[0-8]\d{8}|\d{13}", re.ASCII)

_TRUE = {"1", "1.0", "true", "yes", "y", "はい", "有", "有り", "あり", "可", "該当", "対応"}
_TRUE |= set("○◯〇◎●レ✓✔")
_FALSE = {"", "0", "0.0", "false", "no", "n", "いいえ", "無", "無し", "なし", "不可", "非該当"}
_FALSE |= set("×✕-")


def read_mapping(raw: Mapping[str, Any]) -> Columns:
    """The mapping of a parsed TOML file, checked against its kind.

    Raises UnreadableMessage naming the entry that is wrong and the nearest right name.
    """
    try:
        columns = msgspec.convert(dict(raw), Columns)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        raise UnreadableMessage(
            what,
            where="mapping" + path.rstrip("`"),
            remedy="docs/mapping.md lists every entry",
        ) from None
    fields = field_types(kind_of(columns.kind))
    for name, source in columns.fields.items():
        where = f"mapping.fields.{name}"
        if name not in fields:
            raise UnreadableMessage(
                f"{columns.kind} has no field {name!r}", where=where, remedy=_near(name, fields)
            )
        if isinstance(source, Field):
            if source.unit and source.unit not in UNITS:
                raise UnreadableMessage(
                    f"unknown unit {source.unit!r}", where=where, remedy=_near(source.unit, UNITS)
                )
            if source.otherwise and source.otherwise not in fields:
                raise UnreadableMessage(
                    f"{columns.kind} has no field {source.otherwise!r}",
                    where=where + ".otherwise",
                    remedy=_near(source.otherwise, fields),
                )
        if fields[name].convert is None:
            raise UnreadableMessage(
                "a table's column cannot fill this field", where=where, remedy="leave it out"
            )
    if columns.delimiter and columns.delimiter not in (",", "\t", ";"):
        raise UnreadableMessage(
            f"unknown delimiter {columns.delimiter!r}",
            where="mapping.delimiter",
            remedy="a comma, a semicolon or \\t",
        )
    return columns


def read_mappings(raw: Mapping[str, Any]) -> list[Columns]:
    """The mappings of a parsed TOML file: one, or several under `tables` for a sender of several
    kinds of table. Raises UnreadableMessage as `read_mapping` does."""
    tables = raw.get("tables")
    if tables is None:
        return [read_mapping(raw)]
    if not isinstance(tables, list) or len(raw) > 1:
        raise UnreadableMessage(
            "tables are a list, and nothing stands beside it",
            where="mapping.tables",
            remedy="docs/mapping.md lists every entry",
        )
    return [read_mapping(one) for one in tables]


def choose(known: list[Columns], heads: Iterable[Collection[str]]) -> Columns | None:
    """The mapping that fits a table best: all of its key is among the columns of one of `heads`
    (names as `japanese.header` writes them), and most of the columns it names. Where several
    fit alike, the one that misses the fewest; None where none does.

    A single mapping always fits: what is then wrong with the table is told by reading it.
    """
    if len(known) == 1:
        return known[0]
    best: tuple[int, int] | None = None
    found = None
    tried = [set(head) for head in heads]
    for one in known:
        wanted, key = set(map(header, columns_of(one))), set(map(header, names(one.key)))
        for head in tried:
            if key <= head and key:
                score = (len(wanted & head), -len(wanted - head))
                if best is None or score > best:
                    best, found = score, one
    return found


def kind_of(name: str) -> type[msgspec.Struct]:
    """The body type of a kind, as a mapping names it. Raises UnreadableMessage."""
    try:
        return kinds.get(name).body
    except NotFound as error:
        raise UnreadableMessage(error.what, where="mapping.kind", remedy=error.remedy) from None


def _near(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return f"did you mean {', '.join(near)}?" if near else f"one of {', '.join(known)}"


def names(given: Names) -> list[str]:
    """The column names of an entry that is one name or several."""
    return [given] if isinstance(given, str) and given else list(given)


def columns_of(mapping: Columns) -> list[str]:
    """Every column that a mapping names."""
    found = [*names(mapping.key), *names(mapping.time), *names(mapping.area), *mapping.skip]
    found += [*names(mapping.longitude), *names(mapping.latitude), *names(mapping.valid_to)]
    for source in mapping.fields.values():
        if isinstance(source, Field):
            found += [*names(source.column), *source.join, *source.flags]
        else:
            found += names(source)
    return found


def marked(value: Scalar) -> bool:
    """Whether a cell marks its column: 1, 1.0, ○, 有, あり. Raises ValueError if it is unclear."""
    if isinstance(value, bool | int | float):
        return bool(value)
    plain = half_width(value or "").strip().lower()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise ValueError(f"neither marked (1, ○, 有) nor unmarked: {value!r}")


# --- the types of a kind's fields --------------------------------------------------------------

Converter = Callable[[Scalar, str], Any]
"""A cell and the unit it is in, to the field's value. Raises ValueError."""


class FieldType(msgspec.Struct, frozen=True):
    """How a table's cells fill one field. `convert` is None where they cannot; `part` is the type
    of a field that has fields of its own, which are called `field.part`."""

    required: bool
    convert: Converter | None
    part: type[msgspec.Struct] | None = None


@cache
def field_types(body: type[msgspec.Struct]) -> dict[str, FieldType]:
    """The fields of a kind by name, in order, each followed by those of its part."""
    hints = get_type_hints(body, include_extras=True)
    found: dict[str, FieldType] = {}
    for one in msgspec.structs.fields(body):
        info, description = _plain(hints[one.name])
        part = info.cls if isinstance(info, inspect.StructType) else None
        found[one.name] = FieldType(one.required, _converter(info, description), part)
        if part is not None:
            inner = get_type_hints(part, include_extras=True)
            for within in msgspec.structs.fields(part):
                convert = _converter(*_plain(inner[within.name]))
                found[f"{one.name}.{within.name}"] = FieldType(within.required, convert)
    return found


def _plain(hint: Any) -> tuple[inspect.Type, str]:
    """The type of a field without its note and without None, and the note's English."""
    info = inspect.type_info(hint)
    description = ""
    while isinstance(info, inspect.Metadata):
        description = (info.extra_json_schema or {}).get("description", "")
        info = info.type
    if isinstance(info, inspect.UnionType):
        info = next(one for one in info.types if not isinstance(one, inspect.NoneType))
    return info, description


def _converter(info: inspect.Type, description: str) -> Converter | None:
    # Rain is in millimetres, wherever it is written: a kind says so in the field's note.
    named = _UNIT.search(description)
    own = UNITS.get(named[1], 1.0) if named else 1.0
    if isinstance(info, inspect.StrType):
        # Times inside a body are RFC 3339 text; a kind says so in the field's note.
        return _time if "RFC 3339" in description else _text
    if isinstance(info, inspect.BoolType):
        return lambda cell, unit: marked(cell)
    if isinstance(info, inspect.IntType):
        least, most = info.ge, info.le
        return lambda cell, unit: _integer(cell, unit, own, least, most)
    if isinstance(info, inspect.FloatType):
        return lambda cell, unit: float(measure(cell, unit, own))
    if isinstance(info, inspect.ListType) and isinstance(info.item_type, inspect.StrType):
        return _list
    return None


def text(cell: Scalar) -> str:
    """A cell as text: a whole number without `.0`, true and false in English."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def _text(cell: Scalar, unit: str) -> str:
    return text(cell)


def _time(cell: Scalar, unit: str) -> str | None:
    return show(moment(text(cell)), JST)


def moment(written: str) -> int:
    """Microseconds UTC of a time as offices or computers write it. Raises ValueError.

    Thirteen digits are milliseconds since 1970. Ten are seconds, as far as they cannot be meant as
    year, month, day and hour (until 2030).
    """
    if _EPOCH.fullmatch(written):
        return int(written.ljust(13, "0")) * 1_000
    return parse_time(written)


def measure(cell: Scalar, unit: str, own: float = 1) -> float | int:
    """The number in a cell, in SI units, or in those of `own` SI units each. The unit may stand
    behind it: 180人. ValueError."""
    if isinstance(cell, bool):
        raise ValueError(f"not a number: {cell!r}")
    if isinstance(cell, int | float):
        value: float | int = cell
    else:
        plain = half_width(cell or "").strip()
        try:
            value = number(plain.removesuffix(half_width(unit)) if unit else plain)
        except ValueError:
            raise ValueError(f"not a number: {cell!r}") from None
    factor = UNITS[unit] / own if unit in UNITS else 1
    if factor == 1:
        return value
    # 83 % is 0.83, not 0.8300000000000001: dividing by 100 is exact where times 0.01 is not.
    return value / round(1 / factor) if (1 / factor).is_integer() else value * factor


def _integer(cell: Scalar, unit: str, own: float, least: float | None, most: float | None) -> int:
    value = measure(cell, unit, own)
    if not -(2**63) <= value < 2**63 or value != int(value):
        raise ValueError(f"not a whole number of at most 64 bits: {cell!r}")
    if (least is not None and value < least) or (most is not None and value > most):
        raise ValueError(f"not from {least} to {most}: {cell!r}")
    return int(value)


def _list(cell: Scalar, unit: str) -> list[str]:
    plain = text(cell)
    for separator in ("、", ",", "，", ";", "；", "\n", "／", "|"):
        plain = plain.replace(separator, "\0")
    return [part.strip() for part in plain.split("\0") if part.strip()]
