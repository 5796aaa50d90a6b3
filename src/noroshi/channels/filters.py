"""CQL2 filters (OGC 21-065r2): the library `cql2` parses text and JSON, this evaluates them.

Logic is that of SQL: a comparison with what is not known is unknown, and only what is true is
kept. Properties are those of the feature: the envelope's and the kind's own fields.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from noroshi.channels.parsing import InvalidFilter, parse_filter
from noroshi.channels.predicates import (
    ARITHMETIC,
    ARRAYS,
    COMPARISONS,
    SPATIAL,
    TEMPORAL,
    Time,
    any_equal,
    as_time,
    compare,
    fold_text,
    instant,
    interval,
    like_pattern,
    read_moment,
    without_accents,
)
from noroshi.channels.schema import fields, queryables, typed
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Version
from noroshi.core.time import FOREVER, NEVER, parse


class Filter(msgspec.Struct, frozen=True):
    """What a filter keeps, and the properties it looks at."""

    keep: Callable[[Version], bool]
    names: frozenset[str]


class Row:
    """A version's properties, by name; the body is decoded where a field of it is asked for."""

    __slots__ = ("_fields", "_shape", "version")

    def __init__(self, version: Version) -> None:
        self.version = version
        self._fields: dict[str, Any] | None = None
        self._shape: Any = None

    def get(self, name: str) -> Any:
        """A property as the feature has it: the kind's own field, or else the envelope's."""
        own = fields(self.version.kind)
        if name not in own:
            if name not in _ENVELOPE and name.startswith("record_"):
                name = name.removeprefix("record_")
            if name in _ENVELOPE:
                return _ENVELOPE[name](self.version)
        if self._fields is None:
            self._fields = self.version.fields()
        return self._fields.get(name)

    @property
    def shape(self) -> Any:
        if self._shape is None and self.version.geometry is not None:
            import shapely

            self._shape = shapely.force_2d(shapely.from_wkb(self.version.geometry))
        return self._shape


_ENVELOPE: dict[str, Callable[[Version], Any]] = {
    "kind": lambda one: one.kind, "record_kind": lambda one: one.kind,
    "key": lambda one: one.key, "series": lambda one: one.series,
    "mode": lambda one: one.mode.name.lower(), "area": lambda one: one.area,
    "valid_from": lambda one: instant(one.valid_from),
    "valid_to": lambda one: instant(one.valid_to),
    "issued": lambda one: instant(one.issued), "recorded": lambda one: instant(one.recorded),
    "source": lambda one: one.source, "message": lambda one: one.message,
    "confidence": lambda one: one.confidence, "record_id": lambda one: one.id,
}  # fmt: skip

Value = Callable[[Row], Any]
_FOLDS: dict[str, Callable[[str], str]] = {"casei": str.casefold, "accenti": without_accents}
#: Properties of which nothing means an open end.
_OPEN = frozenset(("valid_from", "valid_to", "record_valid_from", "record_valid_to"))


@lru_cache(maxsize=256)
def compile_filter(text: str, lang: str, crs: str | None, kind: str) -> Filter:
    """The filter `text` in `lang` (cql2-text or cql2-json) over records of `kind`.

    Coordinates in it are in `crs` (None: longitude, latitude). Raises InvalidFilter.
    """
    tree = parse_filter(text, lang)
    builder = _Builder(kind, crs)
    try:
        test = builder.value(tree)
    except NoroshiError:
        raise
    except Exception as error:  # shapely has errors of its own for shapes that are none
        raise InvalidFilter(f"the filter cannot be evaluated: {error}") from None
    if not _is_boolean(tree):
        raise InvalidFilter("the filter is no condition", remedy="write e.g. level >= 4")

    def keep(version: Version) -> bool:
        return test(Row(version)) is True

    return Filter(keep, frozenset(builder.names))


def _is_boolean(tree: Any) -> bool:
    if isinstance(tree, bool):
        return True
    op = tree.get("op") if isinstance(tree, dict) else None
    return op is not None and op not in (*ARITHMETIC, "casei", "accenti")


class _Builder:
    """Turns the JSON of a filter into a function of a row."""

    def __init__(self, kind: str, crs: str | None) -> None:
        self.kind, self.crs = kind, crs
        self.known = queryables(kind)
        self.names: set[str] = set()

    def value(self, tree: Any) -> Value:
        """The value that `tree` has for a row."""
        if isinstance(tree, dict):
            if "property" in tree:
                return self._property(tree["property"])
            if "op" in tree:
                return self._operation(tree["op"].lower(), tree["args"])
            constant = self._constant(tree)
            return constant if callable(constant) else lambda row: constant
        if isinstance(tree, list):
            parts = [self.value(one) for one in tree]
            return lambda row: [part(row) for part in parts]
        return lambda row: tree

    def _property(self, name: str) -> Value:
        if name in ("geometry", "geom"):
            return lambda row: row.shape
        if name not in self.known:
            some = ", ".join(sorted(self.known)[:40])
            raise InvalidFilter(f"{self.kind} has no property {name!r}", remedy=f"it has {some}")
        self.names.add(name)
        return lambda row: row.get(name)

    def _constant(self, tree: dict[str, Any]) -> Any:
        for name in ("timestamp", "date"):
            if name in tree:
                return read_moment(tree[name])
        if "interval" in tree:
            first, last = tree["interval"]
            ends = [self._end(first, NEVER), self._end(last, FOREVER)]
            return lambda row: interval(*(end(row) for end in ends))
        import shapely

        if "bbox" in tree:
            numbers = [float(one) for one in tree["bbox"]]
            if len(numbers) == 6:
                numbers = [*numbers[:2], *numbers[3:5]]
            west, south, east, north = numbers
            if west > east and self.crs is None:
                shape = shapely.union(shapely.box(west, south, 180, north),
                                      shapely.box(-180, south, east, north))  # fmt: skip
            else:
                shape = shapely.box(west, south, east, north)
        else:
            shape = shapely.from_geojson(msgspec.json.encode(tree))
        if self.crs is not None:
            from noroshi.channels.crs import to_lonlat

            shape = to_lonlat(shape, self.crs)
        west, south, east, north = shapely.bounds(shape)
        if max(abs(west), abs(east)) > 180.001 or max(abs(south), abs(north)) > 90.001:
            raise InvalidFilter(
                "a geometry of the filter is off the globe",
                remedy="longitude, latitude; or say filter-crs",
            )
        shapely.prepare(shape)
        return shape

    def _end(self, end: Any, open_end: int) -> Value:
        if end == "..":
            return lambda row: Time(open_end, open_end)
        if isinstance(end, str):
            constant = read_moment(end)
            return lambda row: constant
        inner = self.value(end)
        if isinstance(end, dict) and end.get("property") in _OPEN:
            # Without an end it is true until further notice; that is not to be unknown.
            return lambda row: (Time(open_end, open_end) if (found := inner(row)) is None
                                else as_time(found))  # fmt: skip
        return lambda row: as_time(inner(row))

    def _operation(self, op: str, args: list[Any]) -> Value:
        if op in ("and", "or"):
            parts = [self.value(one) for one in args]
            return _and(parts) if op == "and" else _or(parts)
        values = [self.value(one) for one in args]
        if op == "not":
            (inner,) = values
            return lambda row: None if (found := inner(row)) is None else not found
        if op == "isnull":
            (inner,) = values
            return lambda row: inner(row) is None
        if op == "in":
            return _known(lambda one, several: any_equal(one, several), values)
        if op == "between":
            return _known(lambda one, low, high: compare(operator.ge, one, low)
                          and compare(operator.le, one, high), values)  # fmt: skip
        if op == "like":
            return self._like(values[0], args[1])
        if op in ("casei", "accenti"):
            fold = _FOLDS[op]
            return _known(lambda one: fold_text(one, fold), values)
        if op in COMPARISONS:
            compared = COMPARISONS[op]
            return _known(lambda one, other: compare(compared, one, other), values)
        if op in ARITHMETIC:
            return _known(_of_numbers(ARITHMETIC[op]), values)
        for table in (TEMPORAL, SPATIAL, ARRAYS):
            if op in table:
                return _known(table[op], values)
        raise InvalidFilter(f"the function {op!r} is not known here")

    def _like(self, value: Value, pattern: Any) -> Value:
        folds: list[Callable[[str], str]] = []
        while isinstance(pattern, dict) and pattern.get("op", "").lower() in _FOLDS:
            folds.append(_FOLDS[pattern["op"].lower()])
            (pattern,) = pattern["args"]
        if not isinstance(pattern, str):
            raise InvalidFilter("LIKE takes a text as its pattern")
        for fold in reversed(folds):
            pattern = fold(pattern)
        matches = like_pattern(pattern)
        return _known(lambda one: matches(str(one)), [value])


def _and(parts: list[Value]) -> Value:
    def both(row: Row) -> bool | None:
        unknown = False
        for part in parts:
            found = part(row)
            if found is False:
                return False
            unknown |= found is None
        return None if unknown else True

    return both


def _or(parts: list[Value]) -> Value:
    def either(row: Row) -> bool | None:
        unknown = False
        for part in parts:
            found = part(row)
            if found is True:
                return True
            unknown |= found is None
        return None if unknown else False

    return either


def _known(function: Callable[..., Any], values: list[Value]) -> Value:
    """`function` of the values where all are known, and comparable; else unknown."""

    def call(row: Row) -> Any:
        found = [value(row) for value in values]
        if any(one is None for one in found):
            return None
        try:
            return function(*found)
        except Exception:  # what cannot be compared; shapely has errors of its own
            return None

    return call


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` for numbers alone: Python would also repeat and format texts, to any length."""

    def call(*values: Any) -> Any:
        if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
            raise TypeError("not a number")
        return function(*values)

    return call


def equal_to(kind: str, values: dict[str, str]) -> Callable[[Version], bool]:
    """Keeps records whose properties have these values (Part 3, queryables as parameters).

    Raises InvalidFilter for a property that is not queryable, or a value that it never has.
    """
    known = queryables(kind)
    wanted: dict[str, Any] = {}
    for name, text in values.items():
        if name not in known:
            raise InvalidFilter(f"{kind} has no property {name!r}")
        wanted[name] = _read(name, text, typed(known[name]))

    def keep(version: Version) -> bool:
        row = Row(version)
        return all(_plain(row.get(name)) == value for name, value in wanted.items())

    return keep


def _read(name: str, text: str, schema: dict[str, Any]) -> Any:
    """`text` as the schema of a property has its values. Raises InvalidFilter."""
    kind = schema.get("type")
    try:
        if "enum" in schema and text not in map(str, schema["enum"]):
            raise ValueError
        if schema.get("format") == "date-time":
            return parse(text)
        if kind in ("integer", "number"):
            return int(text) if kind == "integer" else float(text)
        if kind == "boolean":
            return {"true": True, "false": False}[text]
        if kind in ("array", "object"):
            raise InvalidFilter(f"{name} is not one value", remedy="use filter, e.g. a_contains")
    except (ValueError, KeyError, OverflowError):
        some = f"one of {', '.join(map(str, schema['enum']))}" if "enum" in schema else str(kind)
        raise InvalidFilter(f"{name}={text!r} is not a value of it", remedy=some) from None
    return text


def _plain(value: Any) -> Any:
    return value.start if isinstance(value, Time) else value


def sort_key(text: str, kind: str) -> Callable[[Version], Any]:
    """The key by which `text` (`-issued,key`) sorts; what is not known comes last either way.

    Raises InvalidFilter for what is not sortable.
    """
    known = queryables(kind)
    wanted: list[tuple[str, bool]] = []
    for part in text.split(","):
        # An unescaped plus sign arrives as a space.
        name = part.strip()
        down = name.startswith("-")
        name = name[1:] if name[:1] in ("+", "-") else name
        if name not in known:
            some = ", ".join(sorted(known)[:40])
            raise InvalidFilter(f"cannot be sorted by {name!r}", remedy=f"by {some}")
        wanted.append((name, down))

    def key(version: Version) -> tuple[Any, ...]:
        row = Row(version)
        return (*(_Sorted(row.get(name), down) for name, down in wanted), version.id)

    return key


class _Sorted:
    """A value in an order that every two values have: numbers, then text, then the unknown."""

    __slots__ = ("down", "rank", "value")

    def __init__(self, value: Any, down: bool) -> None:
        self.down = down
        self.value: Any
        value = _plain(value)
        if isinstance(value, bool | int | float):
            self.rank, self.value = 0, value
        elif isinstance(value, str):
            self.rank, self.value = 1, value
        else:
            self.rank, self.value = 2, 0

    def __lt__(self, other: _Sorted) -> bool:
        if self.rank != other.rank:
            return self.rank < other.rank
        return bool(self.value > other.value if self.down else self.value < other.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sorted) and (self.rank, self.value) == (other.rank, other.value)
