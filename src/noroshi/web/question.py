"""The question that a request for features asks: which picture, which part, in what form."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.channels import crs as reference
from noroshi.channels.features import thing_id, write_feature
from noroshi.channels.filters import compile_filter, equal_to, sort_key
from noroshi.channels.schema import properties, queryables
from noroshi.core import typed
from noroshi.core.place import Box
from noroshi.core.record import Version
from noroshi.store import Query
from noroshi.web.routing import Asked, Moment, Problem, read_box


class PageStart(msgspec.Struct, frozen=True):
    """Where a page begins, and the moment that all pages share."""

    at: int
    as_of: int
    until: int | None
    place: int | None = None
    id: int = 0
    offset: int = 0

    def text(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


class Wanted(msgspec.Struct, frozen=True):
    """What of which kind is asked for, and how it is to be written."""

    query: Query
    keep: Callable[[Version], bool] | None
    names: frozenset[str] | None
    crs: str | None
    sort: Callable[[Version], Any] | None
    page: PageStart
    present: bool

    def write(self, version: Version) -> bytes:
        shape = None
        if self.crs is not None and version.geometry is not None:
            shape = reference.write_geometry(version.geometry, self.crs)
        id = thing_id(version)
        if self.query.until is not None:
            # Several editions of one thing may be true in an interval; each has an id of its own.
            id = f"{id}@{version.id}"
        return write_feature(version, id=id, shape=shape, names=self.names)


def read_question(asked: Asked) -> Wanted:
    """The question a request asks. Raises Problem or NoroshiError for one that cannot be."""
    kind = kinds.get(asked.path["collection"]).name
    given = asked.params
    moment = asked.moment()
    page = PageStart(moment.at, moment.as_of, moment.until)
    if "cursor" in given:
        page = _cursor(given["cursor"])
        moment = Moment(page.at, page.as_of, page.until, now=False)
    crs = reference.read_crs(given["crs"]) if "crs" in given else None
    filter_crs = reference.read_crs(given["filter-crs"]) if "filter-crs" in given else None
    tests: list[Callable[[Version], bool]] = []
    if "filter" in given:
        lang = given.get("filter-lang", "cql2-text")
        tests.append(compile_filter(given["filter"], lang, filter_crs, kind).keep)
    equal = _equal(asked, kind)
    if equal:
        tests.append(equal_to(kind, equal))
    keep = None if not tests else tests[0] if len(tests) == 1 else _all(tests)
    query = Query(
        asked.reader, moment.at, moment.as_of, kind, asked.mode, _box(given), asked.areas,
        lapsed=_flag(given.get("lapsed", "false")), until=moment.until,
    )  # fmt: skip
    sort = sort_key(given["sortby"], kind) if "sortby" in given else None
    return Wanted(query, keep, _names(given, kind), crs, sort, page, moment.now)


def _all(tests: list[Callable[[Version], bool]]) -> Callable[[Version], bool]:
    return lambda version: all(test(version) for test in tests)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise Problem(400, f"lapsed={text!r} is neither true nor false")
    return text == "true"


def _equal(asked: Asked, kind: str) -> dict[str, str]:
    """Parameters that are queryables: properties that must have this value."""
    known = queryables(kind)
    for name in asked.more:
        if name not in known:
            raise Problem(400, f"unknown parameter {name!r}",
                          f"known here: {', '.join(asked.known)}, and the queryables")  # fmt: skip
    return asked.more


def _names(given: dict[str, str], kind: str) -> frozenset[str] | None:
    if "properties" not in given:
        return None
    names = frozenset(one.strip() for one in given["properties"].split(",") if one.strip())
    unknown = sorted(names - properties(kind).keys())
    if unknown:
        raise Problem(400, f"{kind} has no property {unknown[0]!r}", "see /schema")
    return names


def _box(given: dict[str, str]) -> Box | None:
    if "bbox" not in given:
        return None
    crs = reference.read_crs(given["bbox-crs"]) if "bbox-crs" in given else None
    if crs is None:
        return read_box(given["bbox"])
    try:
        numbers = [float(one) for one in given["bbox"].split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or numbers[0] > numbers[2] or numbers[1] > numbers[3]:
        raise Problem(400, f"bbox={given['bbox']} is not a box", "lower corner, upper corner")
    return reference.box_to_lonlat((numbers[0], numbers[1], numbers[2], numbers[3]), crs)


def _cursor(text: str) -> PageStart:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        page: PageStart = typed.decoder(PageStart).decode(data)
        if max(abs(page.at), abs(page.as_of), abs(page.until or 0), abs(page.place or 0),
               abs(page.id)) >= 2**63 or not 0 <= page.offset < 10**7:  # fmt: skip
            raise ValueError
    except (ValueError, msgspec.DecodeError, RecursionError):
        raise Problem(400, "this cursor is not ours", "follow the next link as it is") from None
    return page
