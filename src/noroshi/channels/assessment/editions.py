"""Editions of risk assessments: issuing one, and what has changed since the one before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from noroshi.channels.assessment.text import Draft, grades
from noroshi.channels.report.make import area_name
from noroshi.channels.report.numbers import circle, number_of
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import Reader
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, JST, now, show
from noroshi.engine.sharing import Sharings
from noroshi.kinds import decode, encode
from noroshi.kinds.risk_report import SECTIONS, AssessedRisk, RiskReport
from noroshi.store import Query, Store

KIND = "health.risk_report"


class Issue(NamedTuple):
    """One issued edition, and the record that keeps it."""

    body: RiskReport
    version: Version


def series(event: str, area: str, label: str) -> str:
    """What a new edition continues."""
    return "/".join(("assessment", event or "-", label, area or "-"))


def issued(store: Store, reader: Reader, mode: Mode, of: str | None = None) -> list[Issue]:
    """The editions that were issued, of one series or all, as is known now, by series and
    number."""
    query = Query(reader, FOREVER - 1, max(now(), store.recorded()), KIND, mode, series=of)
    found = [Issue(decode(KIND, one.body), one) for one in store.picture(query)]
    return sorted(found, key=lambda one: (one.version.series, one.body.number))


def find(found: Sequence[Issue], number: int | None) -> Issue:
    """The edition of this number, None: the last. Raises NotFound, and where several series have
    it."""
    some = [one for one in found if number in (None, one.body.number)]
    if not some:
        raise NotFound("no such edition was issued", remedy="`noroshi assess list`")
    names = {one.version.series for one in some}
    if len(names) > 1:
        raise NotFound("several series have it", remedy="say which by --event, --area, --label")
    return max(some, key=lambda one: one.body.number)


def issue(
    store: Store, draft: Draft, *, author: str, issuer: str = "", time: int | None = None
) -> RiskReport:
    """Issue an edited draft as the next edition of its series, under its label.

    Raises NoroshiError where nobody answers for it, where it says what the edition before does, or
    where what it was drafted from is of another mode, or is not to be seen by those it is for.
    """
    name = author or draft.author
    if not name.strip():
        raise NoroshiError("no author: a person answers for the text",
                           remedy="give --author, or the line author")  # fmt: skip
    for part, value in (("event", draft.event), ("area", draft.area)):
        if "/" in value:
            raise NoroshiError(f"no slash in {part}: {value!r}")
    label = number_of(store, draft.label)
    _check(store, draft, circle(store, label))
    of = series(draft.event, draft.area, Sharings(store).name(label))
    before = issued(store, Reader("assessment", None), draft.mode, of)
    last = before[-1].body if before else None
    if last is not None and (last.title, last.sections) == (draft.title, draft.sections):
        raise NoroshiError(f"it says what edition {last.number} says: nothing was issued")
    moment = max(now() if time is None else time, before[-1].version.issued + 1 if before else 0)
    risks = grades(draft.sections)
    body = RiskReport(
        number=1 if last is None else last.number + 1, title=draft.title, event=draft.event,
        area_code=draft.area, area_name=area_name(store, draft.area),
        audience=Sharings(store).name(label), author=name.strip(), issuer=issuer,
        at=_text(draft.at), as_of=_text(draft.as_of), issued_at=_text(moment),
        previous=None if last is None else last.number,
        changed=[] if last is None else changes(last, draft, risks), risks=risks,
        sections=draft.sections,
    )  # fmt: skip
    record = Record(KIND, str(body.number), encode(body), valid_from=draft.at, basis=draft.records)
    edition = Edition(of, moment, [record], mode=draft.mode, serial=body.number,
                      effective=draft.at, whole=False)  # fmt: skip
    store.publish([edition], source="assessment", label=label)
    return body


def _check(store: Store, draft: Draft, reader: Reader) -> None:
    """What it was drafted from is of its mode, and is seen by those it is for."""
    if not draft.records:
        raise NoroshiError("it rests on no records", remedy="begin from `noroshi assess draft`")
    found = store.versions(list(draft.records), reader)
    if len(found) < len(set(draft.records)):
        raise NoroshiError(
            f"{len(set(draft.records)) - len(found)} of the records that it was drafted from are "
            f"not seen under {draft.label}, or not known here", remedy="draft it under that label",
        )  # fmt: skip
    if {one.mode for one in found.values()} != {draft.mode}:
        raise NoroshiError("it was drafted from records of another mode",
                           remedy="leave the line mode as it was")  # fmt: skip


def changes(before: RiskReport, draft: Draft, risks: Sequence[AssessedRisk]) -> list[str]:
    """What is graded otherwise than in an edition, and which sections say something else."""
    old = {one.name: one for one in before.risks}
    new = {one.name: one for one in risks}
    found = []
    for name, one in new.items():
        was = old.get(name)
        if was is None:
            found.append(f"{name}：新たに評価（リスク{one.risk}）")
        elif was.risk != one.risk:
            word = "引き上げ" if one.risk > was.risk else "引き下げ"
            found.append(f"{name}：リスクを{was.risk}から{one.risk}に{word}")
        elif (was.likelihood, was.importance) != (one.likelihood, one.importance):
            found.append(f"{name}：可能性{was.likelihood}→{one.likelihood}、重要性"
                         f"{was.importance}→{one.importance}（リスクは{one.risk}）")  # fmt: skip
    found += [f"{name}：評価から除外" for name in old if name not in new]
    said = {one.code: one.text for one in before.sections}
    names = {code: ja for code, ja, _ in SECTIONS}
    other = [names[one.code] for one in draft.sections if said.get(one.code) != one.text]
    if other:
        found.append(f"記述を改めた節：{'、'.join(other)}")
    return found


def _text(time: int) -> str:
    return show(time, JST) or ""
