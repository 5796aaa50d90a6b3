"""What the operators of CQL2 mean for known values (OGC 21-065r2 §§6–8)."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC
from typing import Any

import msgspec

from noroshi.core.time import DAY, FOREVER, NEVER, parse


class Time(msgspec.Struct, frozen=True, order=True):
    """An instant, a day or an interval: its first and last moment, µs UTC."""

    start: int
    end: int


def instant(time: int) -> Time | None:
    return None if time >= FOREVER or time <= NEVER else Time(time, time)


def compare(compared: Callable[[Any, Any], bool], one: Any, other: Any) -> bool:
    if isinstance(one, Time) or isinstance(other, Time):
        one, other = as_time(one), as_time(other)
        if compared in (operator.eq, operator.ne):
            return compared(one, other)
        # A day is before what comes after it, and up to a day includes the day.
        if compared is operator.lt:
            return bool(one.end < other.start)
        if compared is operator.le:
            return bool(one.end <= other.end)
        return compared(one.start, other.end if compared is operator.gt else other.start)
    if isinstance(one, bool) is not isinstance(other, bool):
        raise TypeError
    if isinstance(one, str) is not isinstance(other, str):
        raise TypeError
    return compared(one, other)


def any_equal(one: Any, several: list[Any]) -> bool | None:
    unknown = False
    for other in several:
        if other is None:
            unknown = True
            continue
        try:
            if compare(operator.eq, one, other):
                return True
        except TypeError:
            continue
    return None if unknown else False


def fold_text(one: Any, fold: Callable[[str], str]) -> Any:
    return [fold(each) for each in one] if isinstance(one, list) else fold(one)


def without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFD", text)
    kept = "".join(
        one for one in plain if unicodedata.category(one) != "Mn" or one in "\u3099\u309a"
    )
    return unicodedata.normalize("NFC", kept)


def like_pattern(pattern: str) -> Callable[[str], bool]:
    """Matches like SQL: % any text, _ one character, a backslash before what means itself.

    Greedy from piece to piece, so that no pattern takes more than pattern times text.
    """
    pieces: list[str] = [""]
    for found in re.finditer(r"\\(.)|(%)|(.)", pattern, re.DOTALL):
        escaped, any_text, one = found.groups()
        if any_text:
            pieces.append("")
        elif escaped is not None:
            pieces[-1] += "\\" + escaped if escaped in "_\\" else escaped
        else:
            pieces[-1] += one
    tests = [re.compile("".join(_one(part) for part in re.findall(r"\\.|.", piece, re.DOTALL)),
                        re.DOTALL) for piece in pieces]  # fmt: skip

    def matches(text: str) -> bool:
        if len(tests) == 1:
            return tests[0].fullmatch(text) is not None
        first = tests[0].match(text)
        if first is None:
            return False
        at = first.end()
        for test in tests[1:-1]:
            found = test.search(text, at)
            if found is None:
                return False
            at = found.end()
        length = sum(1 for _ in re.findall(r"\\.|.", pieces[-1], re.DOTALL))
        start = len(text) - length
        return start >= at and tests[-1].match(text, start) is not None

    return matches


def _one(part: str) -> str:
    if part == "_":
        return "."
    return re.escape(part[1:] if part.startswith("\\") and len(part) > 1 else part)


def read_moment(text: str) -> Time:
    if len(text) == 10:
        start = parse(text, UTC)
        return Time(start, start + DAY - 1)
    moment = parse(text, UTC)
    return Time(moment, moment)


def as_time(value: Any) -> Time:
    if isinstance(value, Time):
        return value
    if isinstance(value, str):
        return read_moment(value)
    raise TypeError("not a time")


def interval(first: Time, last: Time) -> Time:
    if first.start > last.end:
        raise ValueError("an interval ends before it starts")
    return Time(first.start, last.end)


def _times(test: Callable[[Time, Time], bool]) -> Callable[[Any, Any], bool]:
    return lambda one, other: test(as_time(one), as_time(other))


def _shapes(name: str) -> Callable[[Any, Any], bool]:
    def test(one: Any, other: Any) -> bool:
        import shapely

        if isinstance(one, str) or isinstance(other, str):
            raise TypeError("not a geometry")
        return bool(getattr(shapely, name)(one, other))

    return test


def _sets(test: Callable[[set[str], set[str]], bool]) -> Callable[[Any, Any], bool]:
    def whole(value: Any) -> set[str]:
        if not isinstance(value, list):
            raise TypeError("not an array")
        return {msgspec.json.encode(one).decode() for one in value}

    return lambda one, other: test(whole(one), whole(other))


COMPARISONS = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "%": operator.mod, "div": operator.floordiv,
    "^": lambda one, other: one**other if abs(one) < 1e9 and abs(other) < 64 else None,
}  # fmt: skip
SPATIAL = {
    f"s_{name}": _shapes(name)
    for name in ("intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses",
                 "contains")
}  # fmt: skip
TEMPORAL = {
    "t_after": _times(lambda one, other: one.start > other.end),
    "t_before": _times(lambda one, other: one.end < other.start),
    "t_contains": _times(lambda one, other: one.start < other.start and one.end > other.end),
    "t_disjoint": _times(lambda one, other: one.end < other.start or one.start > other.end),
    "t_during": _times(lambda one, other: one.start > other.start and one.end < other.end),
    "t_equals": _times(lambda one, other: one == other),
    "t_finishedby": _times(lambda one, other: one.start < other.start and one.end == other.end),
    "t_finishes": _times(lambda one, other: one.start > other.start and one.end == other.end),
    "t_intersects": _times(lambda one, other: one.start <= other.end and one.end >= other.start),
    "t_meets": _times(lambda one, other: one.end == other.start),
    "t_metby": _times(lambda one, other: one.start == other.end),
    "t_overlappedby": _times(lambda one, other: other.start < one.start < other.end < one.end),
    "t_overlaps": _times(lambda one, other: one.start < other.start < one.end < other.end),
    "t_startedby": _times(lambda one, other: one.start == other.start and one.end > other.end),
    "t_starts": _times(lambda one, other: one.start == other.start and one.end < other.end),
}
ARRAYS = {
    "a_equals": _sets(lambda one, other: one == other),
    "a_contains": _sets(lambda one, other: one >= other),
    "a_containedby": _sets(lambda one, other: one <= other),
    "a_overlaps": _sets(lambda one, other: bool(one & other)),
}
