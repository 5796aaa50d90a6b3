"""Makes a report: from the pictures of one moment, for one circle of readers, in several forms.

The same store, reader, moment and number give the same bytes: nothing in a file depends on the
clock, and every time in it is `as_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

import msgspec

from noroshi.channels.report import numbers
from noroshi.channels.report.facts import Facts
from noroshi.channels.report.maps import maps
from noroshi.channels.report.model import MARKS, Report
from noroshi.channels.report.sections import SECTIONS
from noroshi.core.errors import NotFound
from noroshi.core.label import PUBLIC, Reader
from noroshi.core.place import area_ranges
from noroshi.core.record import Mode
from noroshi.engine.sharing import Sharings
from noroshi.store import Store

#: Forms of a report: the module that writes it, and its media type.
FORMS = {
    "html": ("html", "text/html; charset=utf-8"),
    "pdf": ("pdf", "application/pdf"),
    "pptx": ("slides",
             "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "xlsx": ("workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "txt": ("text", "text/plain; charset=utf-8"),
}  # fmt: skip


def make(
    store: Store, reader: Reader, mode: Mode, at: int, as_of: int, number: int,
    forms: Iterable[str], *, event: str = "", area: str = "", label: int = PUBLIC,
    issuer: str = "", titles: Mapping[str, str] | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """The files of a report by name, for `reader`, of what is true `at` and known `as_of` (µs).

    `number` 0 makes a draft. `label` is the circle whose series of reports it belongs to: the
    difference from the report before is told only where `reader` sees what that circle sees
    (`numbers.circle`). `area` is a code (17, 17202); `titles` are what sources are called.
    Nothing is recorded (see `numbers.keep`). Raises NotFound for a form there is not, ValueError
    for an area, NoroshiError where a form lacks what it needs (a package, a font).
    """
    report = compose(store, reader, mode, at, as_of, number, event=event, area=area, label=label,
                     issuer=issuer, titles=titles)  # fmt: skip
    return write(report, forms)


def compose(
    store: Store, reader: Reader, mode: Mode, at: int, as_of: int, number: int, *,
    event: str = "", area: str = "", label: int = PUBLIC, issuer: str = "",
    titles: Mapping[str, str] | None = None,
) -> Report:  # fmt: skip
    """The report as data. As `make`."""
    areas = tuple(area_ranges(area)) if area else None
    facts = Facts(store, reader, mode, at, as_of, areas, dict(titles or {}))
    sections = [section(facts) for section in SECTIONS]
    circle = numbers.circle(store, label)
    of = numbers.series(store, event, area, label)
    report = Report(
        number=number, event=event, mode=mode, at=at, as_of=as_of, area=area_name(store, area),
        audience=Sharings(store).name(label), issuer=issuer, sections=sections,
        maps=maps(facts, MARKS[mode]), sources=facts.sources(),
    )  # fmt: skip
    if reader.labels == circle.labels:
        return numbers.compare(report, numbers.issued(store, reader, mode, of))
    return msgspec.structs.replace(report, remarks=[_OTHER_CIRCLE])


_OTHER_CIRCLE = "閲覧できる範囲が発行済みの報と異なるため、前報との差は示さない。"


def area_name(store: Store, area: str) -> str:
    """What an area is called, where its boundaries were imported."""
    if not area:
        return ""
    known = {one.area: one.name for scheme in ("pref", "city") for one in store.places(scheme)}
    return known.get(f"pref:{area}") or known.get(f"city:{area[:5]}00") or area


def write(report: Report, forms: Iterable[str]) -> dict[str, bytes]:
    """A report in several forms, by name of the file. An exercise says so in the name first."""
    made = {}
    for form in forms:
        if form not in FORMS:
            raise NotFound(f"no form {form!r} of a report", remedy=f"one of {', '.join(FORMS)}")
        writer: Callable[[Report], bytes] = import_module(f"{__package__}.{FORMS[form][0]}").write
        made[file_name(report, form)] = writer(report)
    return made


def file_name(report: Report, form: str) -> str:
    """EXERCISE-report-003.pdf."""
    marked = "" if report.mode is Mode.ACTUAL else f"{report.mode.name}-"
    return f"{marked}report-{f'{report.number:03d}' if report.number else 'draft'}.{form}"
