"""Weekly counts as they may leave the institute: small cells are kept back."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class AreaDisclosed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is told of one area. A value that is in `suppressed` is known and not told; any other
    value that is missing was not reported."""

    code: Annotated[str, note("都道府県コード", "JIS X 0401 code of the prefecture, two digits")]
    count: Annotated[int | None, note("報告数", "cases notified in the week")] = None
    cumulative: Annotated[
        int | None, note("累積", "cases notified in the year so far, late ones included")
    ] = None
    per_sentinel: Annotated[
        float | None, note("定点当たり", "cases for each sentinel site that reports")
    ] = None
    suppressed: Annotated[
        list[str],
        note("秘匿", "values kept back: of count, cumulative, per_sentinel; small ones and others"),
    ] = []


@kind(
    "health.notifications_disclosed",
    en="Notified cases in a week, with small cells suppressed",
    ja="感染症の週別報告数（少数秘匿済み）",
    layer="medical",
)
class NotificationsDisclosed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One disease in one week as it may be told beyond those who hold the notifications.

    Key: the disease's code. Counts from 1 to below `threshold` are kept back, and as many others
    as are needed so that nobody can work them out from this and from everything told before.
    Whether a value is small itself or only protects another is not told.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "all_case (全数把握) or sentinel (定点把握)")]
    week: Annotated[str, note("報告週", "ISO week of the report, 2024-W07")]
    threshold: Annotated[int, note("秘匿の基準", "counts from 1 to below this are kept back")]
    published: Annotated[str, note("作成日", "day on which it was made, YYYY-MM-DD")] = ""
    count: Annotated[int | None, note("全国の報告数", "cases notified in the whole country")] = None
    cumulative: Annotated[
        int | None, note("全国の累積", "of the whole country, in the year so far")
    ] = None
    per_sentinel: Annotated[
        float | None, note("全国の定点当たり", "of the whole country, for each sentinel site")
    ] = None
    suppressed: Annotated[
        list[str], note("全国の秘匿", "values of the whole country that are kept back")
    ] = []
    areas: Annotated[
        list[AreaDisclosed], note("都道府県別", "by prefecture, in order of code")
    ] = []
