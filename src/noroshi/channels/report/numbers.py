"""Numbers of reports: which were issued, with which the next is compared, and issuing one.

Reports on one event, for one circle of readers and one area, are one series in each mode. What a
report said is kept as a record of its own (`disaster.situation_report`), so that the difference
from it never depends on what has become known since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from noroshi.channels.report.model import Figure, Number, Report, Section
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import PUBLIC, Reader, within
from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, JST, now, parse, show
from noroshi.engine.sharing import Sharings
from noroshi.kinds import decode, encode
from noroshi.kinds.situation_report import ReportedItem, ReportedValue, SituationReport
from noroshi.store import Query, Store

KIND = "disaster.situation_report"


class Issue(NamedTuple):
    """One issued report, and the record that keeps it."""

    body: SituationReport
    version: Version


def circle(store: Store, label: int = PUBLIC) -> Reader:
    """The reader for whom a report under `label` is made: sees what everyone may see who may see
    that label. Personal data is in no report."""
    sharings = Sharings(store)
    personal = sharings.personal()
    if label in personal:
        raise NoroshiError("a report is not made under a label of personal data")
    meaning = sharings.meaning(label)
    seen = {one.id for one in sharings.all() if one.id not in personal
            and within(meaning, sharings.meaning(one.id))}  # fmt: skip
    return Reader(f"report {sharings.name(label)}", frozenset(seen | {label}))


def series(store: Store, event: str, area: str, label: int) -> str:
    """What a new report continues."""
    audience = Sharings(store).name(label)
    return "/".join(("report", event or "-", audience, area or "-"))


def area_of(series: str) -> str:
    """The code of the area that a series of reports is of; empty for none."""
    code = series.rpartition("/")[2]
    return "" if code == "-" else code


def issued(store: Store, reader: Reader, mode: Mode, of: str | None = None) -> list[Issue]:
    """The reports that were issued, of one series or all, as is known now, by series and number."""
    as_of = max(now(), store.recorded())
    query = Query(reader, FOREVER - 1, as_of, KIND, mode, series=of)
    found = [Issue(decode(KIND, one.body), one) for one in store.picture(query)]
    return sorted(found, key=lambda one: (one.version.series, one.body.number, one.version.id))


def next_number(reports: list[Issue]) -> int:
    """The number of the next report of a series."""
    return max((one.body.number for one in reports), default=0) + 1


def find(reports: list[Issue], number: int, at: int, as_of: int) -> Issue | None:
    """The report of this number that was issued of just this moment."""
    return next((one for one in reports if one.body.number == number
                 and (parse(one.body.at), parse(one.body.as_of)) == (at, as_of)), None)  # fmt: skip


def compare(report: Report, reports: list[Issue]) -> Report:
    """The report with the differences from the one before it. One that was issued keeps those it
    was issued with."""
    own = find(reports, report.number, report.at, report.as_of) if report.number else None
    if own is not None:
        before = _values(own.body, "before")
        number: int | None = own.body.previous
        moment = own.body.previous_at
    else:
        earlier = [one for one in reports if (one.body.number < report.number if report.number
                   else parse(one.body.at) <= report.at)]  # fmt: skip
        last = max(earlier, key=lambda one: one.body.number, default=None)
        before = {} if last is None else _values(last.body, "value")
        number = None if last is None else last.body.number
        moment = "" if last is None else last.body.at
    if number is None:
        return report
    return msgspec.structs.replace(
        report, previous=number, previous_at=parse(moment),
        sections=[_compared(one, before) for one in report.sections],
    )  # fmt: skip


def _values(body: SituationReport, field: str) -> dict[str, Number | None]:
    return {one.code: getattr(one, field) for item in body.items for one in item.values}


def _compared(section: Section, before: Mapping[str, Number | None]) -> Section:
    figures: list[Figure] = [
        msgspec.structs.replace(one, before=before.get(one.code), compared=True)
        for one in section.figures
    ]
    return msgspec.structs.replace(section, figures=figures)


def keep(
    store: Store, report: Report, of: str, label: int, *, correct: bool = False
) -> SituationReport:
    """Issue a report: keep what it said as a record under `label`. Issuing the same again changes
    nothing. Raises NoroshiError where the number was issued of another moment, unless `correct`.
    """
    if report.number < 1:
        raise NoroshiError("a draft has no number and is not issued")
    reports = issued(store, Reader("report", None), report.mode, of)
    same = [one for one in reports if one.body.number == report.number]
    if same and find(same, report.number, report.at, report.as_of) is None and not correct:
        raise NoroshiError(
            f"第{report.number}報 was issued of {same[0].body.at}",
            remedy=f"take number {next_number(reports)}, or --correct to issue it anew",
        )
    body = _body(report)
    record = Record(KIND, str(report.number), encode(body), valid_from=report.at)
    edition = Edition(
        of, report.as_of, [record], Action.CORRECT if same and correct else Action.ISSUE,
        report.mode, serial=report.number, effective=report.at, whole=False,
    )  # fmt: skip
    store.publish([edition], source="report", label=label)
    return body


def _body(report: Report) -> SituationReport:
    return SituationReport(
        number=report.number, at=_text(report.at), as_of=_text(report.as_of), event=report.event,
        area_name=report.area, audience=report.audience, previous=report.previous,
        previous_at="" if report.previous_at is None else _text(report.previous_at),
        items=[
            ReportedItem(code=one.code, title=one.title,
                         values=[_value(each) for each in one.figures])
            for one in report.sections if one.figures
        ],
        sources=[one.name for one in report.sources],
    )  # fmt: skip


def _value(figure: Figure) -> ReportedValue:
    return ReportedValue(
        code=figure.code, name=figure.name, unit=figure.unit, value=figure.value,
        before=figure.before, time="" if figure.oldest is None else _text(figure.oldest),
        sources=list(figure.sources),
    )  # fmt: skip


def _text(time: int) -> str:
    return show(time, JST) or ""


def number_of(store: Store, name: str) -> int:
    """The label called `name`. Raises NotFound."""
    try:
        return Sharings(store).number(name)
    except (NotFound, ValueError) as error:
        raise NotFound(f"no label {name!r}", remedy="`noroshi label list`") from error
