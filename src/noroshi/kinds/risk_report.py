"""Risk assessments of infections that were issued: drafted from records, edited by a person."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: Sections of a report, in order: code, Japanese and English title.
SECTIONS = (
    ("summary", "要約", "Summary"),
    ("epidemiology", "疫学", "Epidemiology"),
    ("pathogen", "病原体", "Pathogen"),
    ("situation", "状況", "Situation"),
    ("risk", "リスク評価", "Risk assessment"),
    ("response", "対応", "Response"),
    ("references", "参考文献", "References"),
)


class AssessedRisk(msgspec.Struct, frozen=True, kw_only=True):
    """A disease as the report grades it, each 1 low, 2 middle, 3 high."""

    name: Annotated[str, note("疾病名", "the disease as written")]
    likelihood: Annotated[int, msgspec.Meta(ge=1, le=3), note("流行する可能性", "1 to 3")]
    importance: Annotated[int, msgspec.Meta(ge=1, le=3), note("公衆衛生上の重要性", "1 to 3")]
    risk: Annotated[int, msgspec.Meta(ge=1, le=3), note("リスク評価", "1 to 3")]


class AssessmentSection(msgspec.Struct, frozen=True, kw_only=True):
    """A section of the report, as the person who issued it left it."""

    code: Annotated[
        str,
        note("節", "summary, epidemiology, pathogen, situation, risk, response or references"),
    ]
    text: Annotated[str, note("本文", "its text, Markdown")]


@kind(
    "health.risk_report",
    en="Risk assessment of infections (issued)",
    ja="感染症リスクアセスメント（発行版）",
    layer="reports",
)
class RiskReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One edition of a risk assessment. Key: its number in the series of its event, area and
    audience."""

    number: Annotated[int, msgspec.Meta(ge=1), note("版", "its number: 第１版, 第２版 …")]
    title: Annotated[str, note("表題", "its title")]
    event: Annotated[str, note("災害名", "what the series is about")] = ""
    area_code: Annotated[str, note("対象地域コード", "17, 17202; empty: everything")] = ""
    area_name: Annotated[str, note("対象地域", "name of the area")] = ""
    audience: Annotated[str, note("共有範囲", "name of the sharing label it was made for")] = ""
    author: Annotated[str, note("作成者", "the person who answers for the text")]
    issuer: Annotated[str, note("発行者", "the organisation that issues it")] = ""
    at: Annotated[str, note("時点", "of when the records are that it was drafted from, RFC 3339")]
    as_of: Annotated[str, note("把握時点", "as known when, RFC 3339")]
    issued_at: Annotated[str, note("発行時刻", "when it was issued, RFC 3339")]
    previous: Annotated[int | None, note("前版", "number of the edition before")] = None
    changed: Annotated[
        list[str], note("前版からの変更", "what has changed since the edition before")
    ] = []
    risks: Annotated[
        list[AssessedRisk], note("評価", "the grades in the table of the section risk")
    ] = []
    sections: Annotated[list[AssessmentSection], note("本文", "its sections in order")]
