"""A report as text in its final words, which every form sets in its own way."""

from __future__ import annotations

from typing import Any

from noroshi import kinds
from noroshi.channels.report.model import (
    NOTHING,
    Figure,
    Report,
    Table,
    change_of,
    day_time,
    full_time,
    is_number,
    named,
    span,
    text_of,
)
from noroshi.core.errors import NotFound

#: What stands on the first page.
SUMMARY = (
    "human.dead", "human.missing", "human.severe", "human.slight", "buildings.destroyed",
    "buildings.half", "shelters.open", "shelters.persons", "isolation.persons", "roads.closed",
    "power.customers", "water.customers",
)  # fmt: skip
FIGURES = ("項目 Item", "値 Value", "前報との差", "時点", "情報源・備考 Source")


def document(report: Report) -> dict[str, Any]:
    """All words of a report, by what they are."""
    figures = {one.code: one for section in report.sections for one in section.figures}
    return {
        "mark": report.mark,
        "notice": notice(report),
        "title": report.title,
        "title_en": report.title_en,
        "event": report.event,
        "issuer": report.issuer,
        "area": report.area,
        "audience": report.audience,
        "at": f"{full_time(report.at)} 現在",
        "as_of": f"{full_time(report.as_of)} までに把握",
        "short_at": day_time(report.at),
        "previous": previous(report),
        "legend": "－は報告がないこと（0ではない）。時刻は日本時間。「前報との差」の▲は減。",
        "summary": [figure(figures[code]) for code in SUMMARY if code in figures],
        "figure_columns": list(FIGURES),
        "sections": [
            {
                "number": number, "code": one.code, "title": one.title, "en": one.en,
                "figures": [figure(each) for each in one.figures],
                "tables": [table(each) for each in one.tables], "remarks": one.remarks,
            }
            for number, one in enumerate(report.sections, 1)
        ],
        "maps": [{"title": one.title, "en": one.en, "remark": one.remark, "file": f"map{place}.svg"}
                 for place, one in enumerate(report.maps, 1)],
        "sources": table(sources(report)),
        "remarks": report.remarks,
    }  # fmt: skip


def notice(report: Report) -> str:
    """What must not be missed on an exercise."""
    return "これは訓練です。実際の災害ではありません。" if report.mark else ""


def previous(report: Report) -> str:
    """With what it is compared."""
    if report.previous is None:
        return "前報なし"
    return f"前報：第{report.previous}報（{day_time(report.previous_at)} 現在）"


def figure(one: Figure) -> dict[str, str]:
    """A figure in words."""
    said = named(one.sources)
    return {
        "code": one.code, "name": one.name, "en": one.en, "value": text_of(one.value),
        "unit": one.unit if one.value is not None else "", "change": change_of(one),
        "time": span(one.oldest, one.newest),
        "sources": f"{said}（{one.remark}）" if one.remark else said,
    }  # fmt: skip


def table(one: Table) -> dict[str, Any]:
    """A table in words; `right` tells which columns are numbers."""
    width = len(one.columns)
    return {
        "title": one.title, "en": one.en, "columns": list(one.columns),
        "wide": list(one.wide) or [1] * width,
        "right": [is_number(place, one.rows) for place in range(width)],
        "rows": [[text_of(cell) for cell in row] for row in one.rows],
        "total": None if one.total is None else ["" if cell is None else text_of(cell)
                                                 for cell in one.total],
        "left_out": one.left_out, "told": told(one),
        "note": note(one.left_out, told(one), one.total is not None),
    }  # fmt: skip


def note(left_out: int, said: str, summed: bool) -> str:
    """What stands under a table: what is not shown, as of when, by whom."""
    rest = f"ほか{left_out:,}行は省略{'（計は全体）' if summed else ''}。" if left_out else ""
    return rest + said


def told(one: Table) -> str:
    """As of when a table is, and by whom."""
    parts = []
    if one.newest is not None:
        parts.append(f"時点 {span(one.oldest, one.newest)}")
    if one.sources:
        parts.append(f"情報源 {named(one.sources)}")
    if one.remark:
        parts.append(one.remark)
    return "　".join(parts)


def sources(report: Report) -> Table:
    """Everyone who is told from, and as of when."""
    return Table(
        title="情報源一覧", en="Sources",
        columns=("情報源", "種別", "件数", "最も古い発表", "最新の発表", "状態"),
        rows=[[one.name, "、".join(map(_kind, one.kinds)), one.records, day_time(one.oldest),
               day_time(one.newest), one.state or NOTHING] for one in report.sources],
        wide=(5, 6, 2, 4, 4, 2),
    )  # fmt: skip


def _kind(name: str) -> str:
    try:
        return kinds.get(name).ja.partition("（")[0]
    except NotFound:
        return name
