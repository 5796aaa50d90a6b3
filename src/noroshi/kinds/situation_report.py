"""Situation reports that were issued: which numbers each of them gave, so that the next can tell
what has changed."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class ReportedValue(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One number of a report. Without `value` it said that it was not reported (－)."""

    code: Annotated[str, note("項目コード", "which number it is, the same in every report")]
    name: Annotated[str, note("項目名", "what it counts")]
    unit: Annotated[str, note("単位", "人, 棟, 戸, 箇所 …")] = ""
    value: Annotated[int | float | None, note("値", "the number; none: not reported")] = None
    before: Annotated[
        int | float | None, note("前報の値", "what the report before said; none: nothing")
    ] = None
    time: Annotated[str, note("時点", "as of when: the oldest statement in it, RFC 3339")] = ""
    sources: Annotated[list[str], note("情報源", "who says so")] = []


class ReportedItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One essential element of information (EEI) of a report."""

    code: Annotated[str, note("区分コード", "human, buildings, shelters, roads …")]
    title: Annotated[str, note("区分", "its title: 人的被害, 避難所・避難者 …")]
    values: Annotated[list[ReportedValue], note("値", "its numbers")] = []


@kind("disaster.situation_report", en="Situation report", ja="状況報告書（第N報）", layer="reports")
class SituationReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A report that was issued: its number, of when it is, and the numbers in it."""

    number: Annotated[int, msgspec.Meta(ge=1), note("報", "its number: 第１報, 第２報 …")]
    at: Annotated[str, note("時点", "of when the picture is, RFC 3339")]
    as_of: Annotated[str, note("把握時点", "as known when, RFC 3339")]
    event: Annotated[str, note("災害名", "what the series of reports is about")] = ""
    area_name: Annotated[str, note("対象地域", "area it is confined to; empty: everything")] = ""
    audience: Annotated[str, note("共有範囲", "name of the sharing label it was made for")] = ""
    previous: Annotated[
        int | None, note("前報", "number of the report that it is compared with")
    ] = None
    previous_at: Annotated[str, note("前報の時点", "of when that was, RFC 3339")] = ""
    items: Annotated[list[ReportedItem], note("項目", "its items with their numbers")] = []
    sources: Annotated[list[str], note("情報源", "everyone it rests on")] = []
