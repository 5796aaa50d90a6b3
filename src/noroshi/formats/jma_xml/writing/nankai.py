"""Statements on what great earthquakes may follow along the Nankai Trough (VYSE50, 51, 52), and
numbers of earthquakes in a swarm (VXSE60).

Elements: jmx_seis.xsd `type.EarthquakeInfo`, `type.EarthquakeCount`. Keywords and their codes are
those of 地震関連情報番号コード; 111, 113, 130, 190 and 210 are in JMA's samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.formats.jma_xml.writing.issue import Issue, heading
from noroshi.formats.jma_xml.writing.telegram import SEIS, add, body, jst, telegram, wide

_TYPE = "南海トラフ地震に関連する情報"


class Keyword(msgspec.Struct, frozen=True):
    """What a statement amounts to, with its code."""

    name: str
    code: str


#: An earthquake, strain, or something else is being looked into.
INVESTIGATING_EARTHQUAKE = Keyword("調査中", "111")
INVESTIGATING_STRAIN = Keyword("調査中", "112")
INVESTIGATING = Keyword("調査中", "113")
#: Half of the trough has slipped (Mw 8.0 or more on the plate boundary): guard for a week.
WARNING = Keyword("巨大地震警戒", "120")
#: Mw 7.0 or more, or unusual slow slip: be careful for a week.
ATTENTION = Keyword("巨大地震注意", "130")
ENDED = Keyword("調査終了", "190")
COMMENT = Keyword("臨時解説", "210")
REGULAR = Keyword("定例解説", "200")


class Statement(msgspec.Struct, frozen=True):
    """The prose of a statement. `next`: when the next is due; `reference`: what terms mean."""

    headline: str
    text: str
    next: str = ""
    reference: str = ""


def extra(issue: Issue, keyword: Keyword, statement: Statement) -> bytes:
    """南海トラフ地震臨時情報 (VYSE50) with its keyword: `INVESTIGATING_EARTHQUAKE`, `WARNING`,
    `ATTENTION`, `ENDED`."""
    return _write(issue, "VYSE50", keyword, statement, f"（{keyword.name}）")


def comment(issue: Issue, statement: Statement) -> bytes:
    """南海トラフ地震関連解説情報 (VYSE51), numbered: what went on since."""
    return _write(issue, "VYSE51", COMMENT, statement, f"（第{wide(issue.serial or 0)}号）")


def regular_comment(issue: Issue, statement: Statement) -> bytes:
    """南海トラフ地震関連解説情報 of the regular meeting (VYSE52)."""
    return _write(issue, "VYSE52", REGULAR, statement, "")


def _write(issue: Issue, code: str, keyword: Keyword, statement: Statement, suffix: str) -> bytes:
    head = heading(issue, code, statement.headline)
    root = body(SEIS)
    information = add(root, SEIS + "EarthquakeInfo", type=_TYPE)
    add(information, SEIS + "InfoKind", head.product)
    serial = add(information, SEIS + "InfoSerial", codeType="地震関連情報番号コード")
    add(serial, SEIS + "Name", keyword.name)
    add(serial, SEIS + "Code", keyword.code)
    add(information, SEIS + "Text", statement.text)
    if statement.reference:
        add(information, SEIS + "Appendix", statement.reference)
    if statement.next:
        add(root, SEIS + "NextAdvisory", statement.next)
    return telegram(msgspec.structs.replace(head, title=head.title + suffix), root)


# --- number ------------------------------------------------------------------------------------


class Count(msgspec.Struct, frozen=True):
    """Earthquakes between `start` and `end` (microseconds UTC), and those felt; None: not counted.
    `type`: １時間地震回数 (hourly), 累積地震回数 (since the start), 地震回数 (other)."""

    type: str
    start: int
    end: int
    number: int | None
    felt: int | None
    condition: str = ""


def counts(issue: Issue, headline: str, counted: Sequence[Count], next: str = "") -> bytes:
    """地震回数に関する情報 (VXSE60). Raises ValueError where nothing was counted."""
    if not counted:
        raise ValueError("a report on the number of earthquakes needs a count")
    root = body(SEIS)
    parent = add(root, SEIS + "EarthquakeCount")
    for one in counted:
        item = add(parent, SEIS + "Item", type=one.type)
        add(item, SEIS + "StartTime", jst(one.start))
        add(item, SEIS + "EndTime", jst(one.end))
        add(item, SEIS + "Number", str(-1 if one.number is None else one.number))
        add(item, SEIS + "FeltNumber", str(-1 if one.felt is None else one.felt))
        if one.condition:
            add(item, SEIS + "Condition", one.condition)
    if next:
        add(root, SEIS + "NextAdvisory", next)
    return telegram(heading(issue, "VXSE60", headline), root)
