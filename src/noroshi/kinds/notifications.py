"""Cases of infectious diseases as notified week by week: the counts of one disease by area."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class AreaCount(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one area reported. None: not reported, or kept back; never the same as 0."""

    code: Annotated[str, note("都道府県コード", "JIS X 0401 code of the prefecture, two digits")]
    count: Annotated[int | None, note("報告数", "cases notified in the week")] = None
    cumulative: Annotated[
        int | None, note("累積", "cases notified in the year so far, late ones included")
    ] = None
    per_sentinel: Annotated[
        float | None, note("定点当たり", "cases for each sentinel site that reports")
    ] = None


@kind(
    "health.notifications",
    en="Notified cases of an infectious disease in a week",
    ja="感染症の週別報告数",
    layer="medical",
)
class Notifications(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One disease in one week, as published: the country and each prefecture.

    Key: the disease's code. The next week's table takes the place of this one, and what was
    published before stays as history: counts are never corrected afterwards, but `cumulative`
    also holds what came late. So what was notified late up to a week is its `cumulative` less the
    sum of `count` over the weeks of the year until then.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "all_case (全数把握) or sentinel (定点把握)")]
    week: Annotated[str, note("報告週", "ISO week of the report, 2024-W07")]
    published: Annotated[str, note("作成日", "day on which it was made, YYYY-MM-DD")] = ""
    count: Annotated[int | None, note("全国の報告数", "cases notified in the whole country")] = None
    cumulative: Annotated[
        int | None, note("全国の累積", "of the whole country, in the year so far")
    ] = None
    per_sentinel: Annotated[
        float | None, note("全国の定点当たり", "of the whole country, for each sentinel site")
    ] = None
    areas: Annotated[list[AreaCount], note("都道府県別", "by prefecture, in order of code")] = []


@kind(
    "health.trend",
    en="Course of an infectious disease over the years",
    ja="感染症の長期推移",
    layer="medical",
)
class Trend(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Weekly values of one disease in the whole country, one for each week without a gap.

    Key: the disease's code.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    first: Annotated[str, note("最初の週", "ISO week of the first value, 2015-W01")]
    per_sentinel: Annotated[
        list[float | None],
        note("定点当たり", "cases for each sentinel site, by week; none: not observed"),
    ] = []
