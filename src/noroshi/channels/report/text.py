"""A report as plain text: for mail, fax and whoever has nothing else."""

from __future__ import annotations

from typing import Any
from unicodedata import east_asian_width

from noroshi.channels.report.document import document
from noroshi.channels.report.model import Report

_RULE = "=" * 72


def write(report: Report) -> bytes:
    """UTF-8 with byte-order mark, lines ended as mail and Windows want them."""
    words = document(report)
    lines = [_RULE]
    if words["mark"]:
        lines += [f"【{words['mark']}】 {words['notice']}", _RULE]
    lines += [f"{words['title']}　{words['title_en']}"]
    for name, label in (("event", "災害名"), ("area", "対象地域"), ("issuer", "発表"),
                        ("audience", "共有範囲")):  # fmt: skip
        if words[name]:
            lines.append(f"{label}：{words[name]}")
    lines += [f"{words['at']}（{words['as_of']}）", words["previous"], words["legend"]]
    lines += words["remarks"]
    for section in words["sections"]:
        mark = f"【{words['mark']}】" if words["mark"] else ""
        lines += [
            "",
            _RULE,
            f"{mark}{section['number']}. {section['title']} {section['en']}",
            _RULE,
        ]
        for one in section["figures"]:
            value = f"{one['value']} {one['unit']}".strip()
            lines.append(f"  {_pad(one['name'], 34)}{_pad(value, 16)}前報差 {one['change']}")
            lines.append(f"      時点 {one['time']}　情報源 {one['sources']}")
        lines += [f"  ※ {one}" for one in section["remarks"]]
        for table in section["tables"]:
            lines += _table(table)
    if words["maps"]:
        lines += ["", "地図はこの形式にはない（HTML、PDF、PPTXを参照）。"]
    lines += ["", *_table(words["sources"]), ""]
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode()


def _table(table: dict[str, Any]) -> list[str]:
    rows = [table["columns"], *table["rows"], *([table["total"]] if table["total"] else [])]
    widths = [min(40, max(_width(row[place]) for row in rows)) for place in range(len(rows[0]))]
    lines = ["", f"  ＜{table['title']}＞ {table['en']}"]
    for number, row in enumerate(rows):
        cells = [
            _pad(cell, width, right=right and number > 0)
            for cell, width, right in zip(row, widths, table["right"], strict=True)
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
        if number == 0:
            lines.append("  " + "-" * (sum(widths) + 2 * len(widths)))
    if table["note"]:
        lines.append(f"  ({table['note']})")
    return lines


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WFA" else 1 for one in text)


def _pad(text: str, width: int, *, right: bool = False) -> str:
    space = " " * max(0, width - _width(text))
    return space + text if right else text + space
