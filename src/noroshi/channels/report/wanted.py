"""A report as somebody asks for it over the net: made in a process of its own, from what they see.

A draft is made for who asks: of everything that they may see, personal data apart. One that was
issued is made again for the circle that it was issued for.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from noroshi.channels.report import numbers
from noroshi.channels.report.make import compose, write
from noroshi.channels.report.numbers import Issue
from noroshi.core.errors import NotFound
from noroshi.core.label import BUILT_IN, PUBLIC, Reader
from noroshi.core.record import Mode
from noroshi.core.time import parse
from noroshi.engine.sharing import Sharings
from noroshi.store import Store, open_store

#: Whom a draft is for that holds what no circle of readers sees as a whole.
ALONE = "閲覧者限り for this reader alone"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted: a form, of which moment, known when, for whom (the labels that they see).
    `number` 0 is a draft; else it is of the series of `event`, `area` and `audience` (the number
    of a label), and `at` and `as_of` are those that it was issued with."""

    form: str
    labels: frozenset[int]
    mode: Mode
    at: int
    as_of: int
    number: int = 0
    event: str = ""
    area: str = ""
    audience: int = PUBLIC
    issuer: str = ""
    titles: dict[str, str] = {}


class File(msgspec.Struct, frozen=True):
    """A report as a file, and what it is called."""

    name: str
    data: bytes


def make_wanted(home: Path, wire: bytes) -> bytes:
    """A `File` of the `Wanted` in `wire`, both as MessagePack. For `Executions.call`."""
    store = open_store(home)
    try:
        return msgspec.msgpack.encode(_make(store, msgspec.msgpack.decode(wire, type=Wanted)))
    finally:
        store.close()


def _make(store: Store, wanted: Wanted) -> File:
    labels = wanted.labels - Sharings(store).personal()
    audience: int | None = wanted.audience
    reader = numbers.circle(store, wanted.audience)
    if not wanted.number:
        audience, reader = _circle_of(store, labels, wanted.mode), Reader("report", labels)
    elif not (reader.labels or set()) <= labels:
        raise NotFound(f"no report 第{wanted.number}報 that you may see")
    report = compose(
        store, reader, wanted.mode, wanted.at, wanted.as_of, wanted.number, event=wanted.event,
        area=wanted.area, label=PUBLIC if audience is None else audience,
        issuer=wanted.issuer, titles=wanted.titles,
    )  # fmt: skip
    if audience is None:
        report = msgspec.structs.replace(report, audience=ALONE)
    ((name, data),) = write(report, [wanted.form]).items()
    return File(name, data)


def _circle_of(store: Store, labels: frozenset[int], mode: Mode) -> int | None:
    """The label whose circle sees just `labels`: of those built in, and of those under which
    reports were issued. None where no such circle does."""
    known = {one.version.label for one in numbers.issued(store, Reader("report", labels), mode)}
    for label in sorted((known | BUILT_IN.keys()) & labels):
        if numbers.circle(store, label).labels == labels:
            return label
    return None


def find_issue(
    store: Store, reader: Reader, mode: Mode, number: int, event: str, area: str,
    label: int | None,
) -> Issue:  # fmt: skip
    """The report of this number on an event and area, under a label (None: whichever), as it was
    issued last. Raises NotFound where the reader sees none; ValueError where there are several."""
    found = [
        one for one in numbers.issued(store, reader, mode)
        if one.body.number == number and one.body.event == event and is_ours(one)
        and numbers.area_of(one.version.series) == area and label in (None, one.version.label)
    ]  # fmt: skip
    if not found:
        raise NotFound(f"no report 第{number}報 was issued on this", remedy="/reports lists them")
    if len({one.version.label for one in found}) > 1:
        names = ", ".join(sorted({one.body.audience for one in found}))
        raise ValueError(f"第{number}報 was issued for several: {names}")
    return max(found, key=lambda one: one.version.recorded)


def is_ours(issue: Issue) -> bool:
    """True for a report that was issued here: another's is not made again from what is here."""
    return issue.version.source == "report"


def moment_of(issue: Issue) -> tuple[int, int]:
    """When what a report tells was true, and when it was known."""
    return parse(issue.body.at), parse(issue.body.as_of)
