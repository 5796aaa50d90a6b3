"""CQL2 filters (OGC 21-065r2): the library `cql2` parses text and JSON, this evaluates them.

Logic is that of SQL: a comparison with what is not known is unknown, and only what is true is
kept. Properties are those of the feature: the envelope's and the kind's own fields.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cql2
import msgspec

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
from noroshi.channels.schema import fields, queryables
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Version
from noroshi.core.time import FOREVER, NEVER, show

#: Bounds of a filter: characters of its text, and depth of its tree.
LONGEST, DEEPEST = 10_000, 40


class InvalidFilter(NoroshiError):
    """A filter that cannot be read, or that asks for what the collection does not have."""


class Filter(msgspec.Struct, frozen=True):
    """What a filter keeps, and the properties it looks at."""

    keep: Callable[[Version], bool]
    names: frozenset[str]


class _Row:
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

Value = Callable[[_Row], Any]


@lru_cache(maxsize=256)
def compile_filter(text: str, lang: str, crs: str | None, kind: str) -> Filter:
    """The filter `text` in `lang` (cql2-text or cql2-json) over records of `kind`.

    Coordinates in it are in `crs` (None: longitude, latitude). Raises InvalidFilter.
    """
    if len(text) > LONGEST:
        raise InvalidFilter(f"the filter is longer than {LONGEST} characters")
    if _depth(text) > DEEPEST:
        raise InvalidFilter(f"the filter is nested more than {DEEPEST} deep")
    try:
        tree = (cql2.parse_text if lang == "cql2-text" else cql2.parse_json)(text).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError, TypeError) as error:
        where = str(error).replace("\n", " ")
        raise InvalidFilter(f"the filter cannot be read: {where[:300]}") from None
    builder = _Builder(kind, crs)
    try:
        test = builder.value(tree)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InvalidFilter(f"the filter cannot be evaluated: {error}") from None
    if not _is_boolean(tree):
        raise InvalidFilter("the filter is no condition", remedy="write e.g. level >= 4")

    def keep(version: Version) -> bool:
        try:
            return test(_Row(version)) is True
        except (TypeError, ValueError, ArithmeticError):
            return False  # what cannot be compared is not known to be true

    return Filter(keep, frozenset(builder.names))


def _depth(text: str) -> int:
    depth = most = 0
    for one in text:
        if one in "([{":
            depth += 1
            most = max(most, depth)
        elif one in ")]}":
            depth -= 1
    return most


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
            fold = str.casefold if op == "casei" else without_accents
            return _known(lambda one: fold_text(one, fold), values)
        if op in COMPARISONS:
            compared = COMPARISONS[op]
            return _known(lambda one, other: compare(compared, one, other), values)
        for table in (ARITHMETIC, TEMPORAL, SPATIAL, ARRAYS):
            if op in table:
                return _known(table[op], values)
        raise InvalidFilter(f"the function {op!r} is not known here")

    def _like(self, value: Value, pattern: Any) -> Value:
        folded = isinstance(pattern, dict) and pattern.get("op") == "casei"
        text = pattern["args"][0] if folded else pattern
        if not isinstance(text, str):
            raise InvalidFilter("LIKE takes a text as its pattern")
        matches = like_pattern(text.casefold() if folded else text)
        return _known(lambda one: matches(str(one)), [value])


def _and(parts: list[Value]) -> Value:
    def both(row: _Row) -> bool | None:
        unknown = False
        for part in parts:
            found = part(row)
            if found is False:
                return False
            unknown |= found is None
        return None if unknown else True

    return both


def _or(parts: list[Value]) -> Value:
    def either(row: _Row) -> bool | None:
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

    def call(row: _Row) -> Any:
        found = [value(row) for value in values]
        if any(one is None for one in found):
            return None
        try:
            return function(*found)
        except (TypeError, ArithmeticError, ValueError):
            return None

    return call


def equal_to(kind: str, values: dict[str, str]) -> Callable[[Version], bool]:
    """Keeps records whose properties have these values, as text in a query has them."""

    def keep(version: Version) -> bool:
        row = _Row(version)
        return all(_as_text(row.get(name)) == value for name, value in values.items())

    return keep


def _as_text(value: Any) -> str | None:
    if isinstance(value, Time):
        return show(value.start)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return None


def sort_key(text: str, kind: str) -> Callable[[Version], Any]:
    """The key by which `text` (`-issued,key`) sorts; what is not known comes last either way.

    Raises InvalidFilter for what is not sortable.
    """
    known = queryables(kind)
    wanted: list[tuple[str, bool]] = []
    for part in text.split(","):
        name = part.strip().lstrip("+-")
        if name not in known:
            some = ", ".join(sorted(known)[:40])
            raise InvalidFilter(f"cannot be sorted by {name!r}", remedy=f"by {some}")
        wanted.append((name, part.strip().startswith("-")))

    def key(version: Version) -> tuple[Any, ...]:
        row = _Row(version)
        return (*(_Sorted(row.get(name), down) for name, down in wanted), version.id)

    return key


class _Sorted:
    """A value in an order that every two values have: numbers, then text, then the unknown."""

    __slots__ = ("down", "rank", "value")

    def __init__(self, value: Any, down: bool) -> None:
        self.down = down
        self.value: Any
        if isinstance(value, Time):
            value = value.start
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
