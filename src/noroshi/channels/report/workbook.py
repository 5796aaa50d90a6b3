"""A report as an Excel workbook: a sheet of all figures, one for each item with tables."""

from __future__ import annotations

import io
from typing import Any

from noroshi.channels.report.document import FIGURES, document, note, sources
from noroshi.channels.report.document import told as said
from noroshi.channels.report.model import (
    NOTHING,
    Cell,
    Report,
    Table,
    change_of,
    named,
    span,
)
from noroshi.core.record import Mode
from noroshi.core.time import JST, to_datetime

_SHORT = {Mode.ACTUAL: "", Mode.EXERCISE: "訓練_", Mode.TEST: "試験_"}


class _Book:
    def __init__(self, report: Report, out: io.BytesIO) -> None:
        import xlsxwriter

        self.report, self.words = report, document(report)
        self.book = xlsxwriter.Workbook(out, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "nan_inf_to_errors": True,
        })  # fmt: skip
        # Excel's times have no zone; these are Japan's.
        made = to_datetime(report.as_of, JST).replace(tzinfo=None)
        self.book.set_properties({"title": f"{report.mark} {report.title}".strip(),
                                  "subject": report.event, "author": report.issuer,
                                  "comments": self.words["notice"], "created": made})  # fmt: skip
        base = {"font_name": "Yu Gothic", "font_size": 10, "valign": "top"}
        self.plain = self.book.add_format({**base, "text_wrap": True, "border": 1})
        self.number = self.book.add_format({**base, "num_format": "#,##0.###", "border": 1})
        self.none = self.book.add_format({**base, "align": "right", "border": 1})
        self.head = self.book.add_format({**base, "bold": True, "bg_color": "#E4EAF0", "border": 1,
                                          "text_wrap": True})  # fmt: skip
        self.title = self.book.add_format({**base, "bold": True, "font_size": 14})
        self.bold = self.book.add_format({**base, "bold": True})
        self.small = self.book.add_format({**base, "font_size": 9, "font_color": "#555555"})
        loud = {"bold": True, "font_size": 12, "font_color": "#FFFFFF", "bg_color": "#B40068"}
        self.red = self.book.add_format({**base, **loud})

    def sheet(self, name: str, widths: tuple[int, ...]) -> tuple[Any, int]:
        """A sheet with its heading; and the first row that is free."""
        sheet = self.book.add_worksheet((_SHORT[self.report.mode] + name)[:31])
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        mark = self.report.mark
        sheet.set_header(f"&L{mark}&C{self.report.title}&R{self.words['short_at']} 現在")
        sheet.set_footer(f"&L{mark}&C&P / &N")
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        row = 0
        if mark:
            sheet.set_tab_color("#B40068")
            for place in range(len(widths)):
                sheet.write_blank(row, place, None, self.red)
            sheet.write_string(row, 0, f"【{mark}】{self.words['notice']}", self.red)
            row += 1
        sheet.write_string(row, 0, f"{self.report.title}　{name}", self.title)
        told = f"{self.words['at']}（{self.words['as_of']}）　{self.words['previous']}"
        sheet.write_string(row + 1, 0, told, self.small)
        sheet.write_string(row + 2, 0, self.words["legend"], self.small)
        return sheet, row + 4

    def cell(self, sheet: Any, row: int, column: int, value: Cell, form: Any = None) -> None:
        """A number as a number; what was not reported as －, never 0."""
        if value is None or value == "":
            sheet.write_string(row, column, NOTHING, form or self.none)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(row, column, value, form or self.number)
        else:
            sheet.write_string(row, column, str(value), form or self.plain)

    def table(self, sheet: Any, row: int, table: Table) -> int:
        """A table with its note; returns the row after it."""
        sheet.write_string(row, 0, f"{table.title}　{table.en}", self.bold)
        for place, name in enumerate(table.columns):
            sheet.write_string(row + 1, place, name, self.head)
        row += 2
        for cells in table.rows:
            for place, value in enumerate(cells):
                self.cell(sheet, row, place, value)
            row += 1
        for place, value in enumerate(table.total or []):
            if value is None:
                sheet.write_blank(row, place, None, self.head)
            else:
                self.cell(sheet, row, place, value,
                          self.head if isinstance(value, str) else self.number)  # fmt: skip
        row += 1 if table.total else 0
        if told := note(table.left_out, said(table), table.total is not None):
            sheet.write_string(row, 0, told, self.small)
            row += 1
        return row + 1


def write(report: Report) -> bytes:
    """The workbook. Text stays text: nothing in it is run or becomes a link."""
    out = io.BytesIO()
    book = _Book(report, out)
    sheet, row = book.sheet("概要", (22, 30, 14, 10, 12, 24, 40, 30))
    for name in ("event", "issuer", "area"):
        if book.words[name]:
            sheet.write_string(row, 0, book.words[name], book.bold)
            row += 1
    if report.audience:
        sheet.write_string(row, 0, f"共有範囲：{report.audience}", book.bold)
        row += 1
    for line in report.remarks:
        sheet.write_string(row, 0, f"※ {line}", book.small)
        row += 1
    heads = ("区分", FIGURES[0], FIGURES[1], "単位", FIGURES[2], FIGURES[3], "情報源", "備考")
    for place, head in enumerate(heads):
        sheet.write_string(row, place, head, book.head)
    sheet.freeze_panes(row + 1, 2)
    for section in report.sections:
        for one in section.figures:
            row += 1
            cells: list[Cell] = [section.title, f"{one.name} {one.en}", one.value, one.unit,
                                 change_of(one), span(one.oldest, one.newest),
                                 named(one.sources, 20), one.remark]  # fmt: skip
            for place, value in enumerate(cells):
                if place == 7 and not value:
                    sheet.write_blank(row, place, None, book.plain)
                else:
                    book.cell(sheet, row, place, value)
    for number, section in enumerate(report.sections, 1):
        if not section.tables:
            continue
        name = f"{number}_{section.title.replace('・', '')}"
        columns = max(len(one.columns) for one in section.tables)
        widths = tuple(
            max(9, min(32, 6 * max(one.wide[place] if place < len(one.wide) else 1
                                   for one in section.tables)))
            for place in range(columns)
        )  # fmt: skip
        sheet, row = book.sheet(name, widths)
        for line in section.remarks:
            sheet.write_string(row, 0, f"※ {line}", book.small)
            row += 1
        for table in section.tables:
            row = book.table(sheet, row, table)
    sheet, row = book.sheet("情報源", (34, 40, 8, 18, 18, 10))
    book.table(sheet, row, sources(report))
    book.book.close()
    return out.getvalue()
