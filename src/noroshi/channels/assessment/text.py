"""A report as the text that a person edits: Markdown under a heading of `key: value` lines.

```
---
title: 被災地・避難所における感染症リスクアセスメント
mode: exercise
at: 2026-08-28T21:00:00+09:00
...
---
## 1. 要約 Summary
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from noroshi.channels.report.model import MARKS
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.core.time import JST, parse, show
from noroshi.kinds.risk_report import SECTIONS, AssessedRisk, AssessmentSection

TITLE = "被災地・避難所における感染症リスクアセスメント"
#: Headings of the table from which the grades are read.
RISK_COLUMNS = ("疾病", "可能性", "重要性", "リスク", "根拠")
_HEADING = re.compile(r"^##(?!#)\s+(?:\d+\s*[.．]\s*)?(.+?)\s*$", re.MULTILINE)
_LONGEST = 1_000_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A report before it is issued. Times are microseconds UTC; `records` are ids of what it was
    drafted from, `label` is for whom it is."""

    title: str
    mode: Mode
    at: int
    as_of: int
    sections: list[AssessmentSection]
    event: str = ""
    area: str = ""
    author: str = ""
    label: str = "public"
    records: tuple[int, ...] = ()


def read(text: str, where: str) -> Draft:
    """The report in an edited file. Raises NoroshiError that names what is missing or wrong."""
    if len(text) > _LONGEST:
        raise NoroshiError("too long for a report", where=where)
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    head, rest = _split(text, where)
    try:
        mode = Mode[head.get("mode", "").upper()]
        at, as_of = parse(head["at"]), parse(head["as_of"])
        records = tuple(int(one) for one in head.get("records", "").split())
    except (KeyError, ValueError) as error:
        raise NoroshiError(
            f"a line between the dashes is missing or wrong: {error}", where=where,
            remedy="leave the lines mode, at, as_of and records as `noroshi assess draft` wrote",
        ) from None  # fmt: skip
    if mode is Mode.ACTUAL and any(one and one in text for one in MARKS.values()):
        raise NoroshiError(
            "the text says that it is an exercise or a test, its mode that it is real",
            where=where, remedy="draft it anew from real records",
        )  # fmt: skip
    return Draft(
        title=head.get("title", "") or TITLE, mode=mode, at=at, as_of=as_of,
        sections=_sections(rest, mode, where), event=head.get("event", ""),
        area=head.get("area", ""), author=head.get("author", ""), records=records,
        label=head.get("label", "") or "public",
    )  # fmt: skip


def _split(text: str, where: str) -> tuple[Mapping[str, str], str]:
    parts = re.split(r"^---\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise NoroshiError("no lines between dashes at the beginning", where=where,
                           remedy="begin from `noroshi assess draft`")  # fmt: skip
    head = {}
    for line in parts[1].strip().splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            raise NoroshiError(f"not `name: value`: {line!r}", where=where)
        head[key.strip()] = value.strip()
    return head, parts[2]


def _sections(text: str, mode: Mode, where: str) -> list[AssessmentSection]:
    found: dict[str, str] = {}
    headings = list(_HEADING.finditer(text))
    for place, heading in enumerate(headings):
        title = heading.group(1)
        code = next((code for code, ja, _ in SECTIONS if title.startswith(ja)), None)
        if code is None:
            raise NoroshiError(f"a section that there is not: {title!r}", where=where,
                               remedy="use ### for headings inside a section")  # fmt: skip
        if code in found:
            raise NoroshiError(f"section {title!r} is there twice", where=where)
        end = headings[place + 1].start() if place + 1 < len(headings) else len(text)
        found[code] = text[heading.end() : end].strip()
    missing = [ja for code, ja, _ in SECTIONS if not found.get(code)]
    if missing:
        raise NoroshiError(f"sections missing or empty: {'、'.join(missing)}", where=where,
                           remedy="write 該当なし where there is nothing to say")  # fmt: skip
    return [AssessmentSection(code=code, text=found[code]) for code, _, _ in SECTIONS]


def write(draft: Draft) -> str:
    """The text to edit. An exercise says so above every section."""
    mark = MARKS[draft.mode]
    times = {name: _time(time) for name, time in (("at", draft.at), ("as_of", draft.as_of))}
    head = {
        "title": draft.title, "event": draft.event, "area": draft.area,
        "mode": draft.mode.name.lower(), **times, "label": draft.label, "author": draft.author,
        "records": " ".join(map(str, draft.records)),
    }  # fmt: skip
    lines = ["---", *(f"{key}: {value}".rstrip() for key, value in head.items()), "---", ""]
    lines += [f"# {f'【{mark}】' if mark else ''}{draft.title}", ""]
    texts = {one.code: one.text for one in draft.sections}
    for number, (code, ja, en) in enumerate(SECTIONS, 1):
        lines += [f"## {number}. {ja} {en}{f' 【{mark}】' if mark else ''}", "", texts[code], ""]
    return "\n".join(lines)


def _time(time: int) -> str:
    return show(time, JST) or ""


def table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "／") or "－"


def grades(sections: list[AssessmentSection]) -> list[AssessedRisk]:
    """The grades in the table of the section on risk, as the person left them."""
    text = next((one.text for one in sections if one.code == "risk"), "")
    found = []
    for line in text.splitlines():
        cells = [one.strip() for one in line.strip().strip("|").split("|")]
        numbers = [_grade(one) for one in cells[1:4]]
        if len(numbers) == 3 and all(numbers):
            likelihood, importance, risk = (one or 0 for one in numbers)
            found.append(AssessedRisk(name=cells[0], likelihood=likelihood,
                                      importance=importance, risk=risk))  # fmt: skip
    return found


def _grade(cell: str) -> int | None:
    digit = cell.strip("* ").translate(str.maketrans("１２３", "123"))
    return int(digit) if digit in ("1", "2", "3") else None
