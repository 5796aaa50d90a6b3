"""A risk assessment as files: Markdown, an HTML page, PDF on A4. An exercise says so on every page,
a draft that it is one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment, Template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from noroshi.channels.assessment.text import Draft
from noroshi.channels.assessment.text import write as write_text
from noroshi.channels.report.model import MARKS, full_time
from noroshi.channels.report.pdf import font, set_pages
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode
from noroshi.core.time import parse, to_datetime
from noroshi.kinds.risk_report import SECTIONS, RiskReport

FORMS = ("md", "html", "pdf")
_EN = "Risk assessment of infections in disaster areas and shelters"


def make(
    report: RiskReport | Draft, mode: Mode, forms: Iterable[str], audience: str = ""
) -> dict[str, bytes]:
    """The files of an issued edition, or of a draft, by name. The same report gives the same
    bytes. Raises NotFound for a form there is not, NoroshiError where one lacks what it needs."""
    writers = {"md": _markdown, "html": _html, "pdf": _pdf}
    mark = "" if mode is Mode.ACTUAL else f"{mode.name}-"
    number = f"{report.number:03d}" if isinstance(report, RiskReport) else "draft"
    made = {}
    for form in forms:
        if form not in writers:
            raise NotFound(f"no form {form!r}", remedy=f"one of {', '.join(FORMS)}")
        made[f"{mark}assessment-{number}.{form}"] = writers[form](report, mode)
    return made


def _markdown(report: RiskReport | Draft, mode: Mode) -> bytes:
    """A draft as it is edited; an issued edition with its number and what changed above."""
    if isinstance(report, Draft):
        return write_text(report).encode()
    words = _words(report, mode)
    tag = f"【{words['mark']}】" if words["mark"] else ""
    lines = [f"# {tag}{report.title} {words['edition']}"]
    lines += ["", *(f"- {one}" for one in words["facts"])]
    if report.changed:
        lines += ["", "## 前版からの変更", "", *(f"- {one}" for one in report.changed)]
    texts = {one.code: one.text for one in report.sections}
    for number, (code, ja, en) in enumerate(SECTIONS, 1):
        lines += ["", f"## {number}. {ja} {en} {tag}".rstrip(), "", texts.get(code, "")]
    return ("\n".join(lines) + "\n").encode()


def _words(report: RiskReport | Draft, mode: Mode) -> dict[str, Any]:
    """What stands on the first page and around all others."""
    at, as_of = (full_time(one if isinstance(one, int) else parse(one))
                 for one in (report.at, report.as_of))  # fmt: skip
    facts = [f"{at}現在（{as_of}までに把握）"]
    changed: list[str] = []
    edition, mark = "（案）DRAFT", MARKS[mode]
    if isinstance(report, RiskReport):
        edition = f"第{report.number}版"
        facts.append(f"作成者：{report.author}"
                     + (f"　発行：{report.issuer}" if report.issuer else "")
                     + f"　発行時刻：{full_time(parse(report.issued_at))}")  # fmt: skip
        facts.append("初版" if report.previous is None else f"前版：第{report.previous}版")
        facts.append(f"共有範囲：{report.audience}" if report.audience else "")
        changed = report.changed
    return {
        "title": report.title, "title_en": _EN, "edition": edition, "event": report.event,
        "mark": mark, "notice": "これは訓練です。実際の状況ではありません。" if mark else "",
        "facts": [one for one in facts if one], "changed": changed, "at": at,
    }  # fmt: skip


def _html(report: RiskReport | Draft, mode: Mode) -> bytes:
    sections = [
        {"title": f"{number}. {ja}", "en": en,
         "body": Markup(_reader().render(_text(report, code)))}  # noqa: S704 - HTML is off in it
        for number, (code, ja, en) in enumerate(SECTIONS, 1)
    ]  # fmt: skip
    return _template().render(**_words(report, mode), sections=sections).encode()


def _pdf(report: RiskReport | Draft, mode: Mode) -> bytes:
    sections = [
        {"title": f"{number}. {ja}", "en": en, "blocks": blocks(_text(report, code))}
        for number, (code, ja, en) in enumerate(SECTIONS, 1)
    ]
    words = {**_words(report, mode), "sections": sections, "font": font()}
    as_of = report.as_of if isinstance(report.as_of, int) else parse(report.as_of)
    made = set_pages(
        {"main.typ": files(__package__).joinpath("assessment.typ").read_bytes(),
         "report.json": msgspec.json.encode(words)}, "pdf",
        timestamp=to_datetime(as_of).replace(microsecond=0),
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def _text(report: RiskReport | Draft, code: str) -> str:
    return next((one.text for one in report.sections if one.code == code), "")


@cache
def _reader() -> MarkdownIt:
    """CommonMark with tables. What is HTML in a text is shown as it is written; pictures, which
    would be loaded from elsewhere, are not."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@cache
def _template() -> Template:
    text = files(__package__).joinpath("assessment.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)


Run = tuple[str, bool]
"""Text, and whether it is strong."""


def blocks(text: str) -> list[dict[str, Any]]:
    """A Markdown text as headings, paragraphs, list items and tables, for setting: plain data in
    which nothing is run."""
    found: list[dict[str, Any]] = []
    table: list[list[list[Run]]] = []
    depth, bullet, heading, numbers = 0, "", 0, [0]
    for token in _reader().parse(text):
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
            numbers.append(int(token.attrGet("start") or 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
            numbers.pop()
        elif token.type == "list_item_open":
            bullet = f"{numbers[-1]}." if token.markup in (".", ")") else "•"
            numbers[-1] += 1
        elif token.type == "table_open":
            table = []
        elif token.type == "tr_open":
            table.append([])
        elif token.type == "table_close":
            found.append({"kind": "table", "columns": len(table[0]), "rows": table})
            table = []
        elif token.type == "inline":
            runs = _runs(token)
            if table:
                table[-1].append(runs)
            else:
                kind = "heading" if heading else "item" if depth else "text"
                found.append({"kind": kind, "depth": max(depth, 1), "bullet": bullet,
                              "runs": runs})  # fmt: skip
            heading, bullet = 0, ""
        elif token.type in ("fence", "code_block"):
            found.append({"kind": "text", "depth": 1, "bullet": "",
                          "runs": [(token.content, False)]})  # fmt: skip
    return found


def _runs(token: Token) -> list[Run]:
    runs: list[Run] = []
    strong = 0
    for one in token.children or ():
        strong += (one.type == "strong_open") - (one.type == "strong_close")
        if one.type in ("text", "code_inline"):
            runs.append((one.content, strong > 0))
        elif one.type in ("softbreak", "hardbreak"):
            runs.append(("\n" if one.type == "hardbreak" else " ", strong > 0))
    return runs
