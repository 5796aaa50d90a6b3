"""Case counts corrected for what is still to be notified, by disease and area."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class AreaNowcast(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One area. None: not reported, or nothing can be said; bounds are those of `level`."""

    code: Annotated[
        str,
        note("都道府県コード", "JIS X 0401 code of the prefecture, two digits; 00: the country"),
    ]
    count: Annotated[
        int | None, note("報告数（速報）", "cases of the newest week as first published")
    ] = None
    estimate: Annotated[
        float | None,
        note("遅れ補正後の推定", "estimated cases of the newest week once all are notified"),
    ] = None
    lower: Annotated[float | None, note("推定の下限", "lower bound of the estimate, cases")] = None
    upper: Annotated[float | None, note("推定の上限", "upper bound of the estimate, cases")] = None
    cumulative: Annotated[
        int | None, note("累積（公表値）", "cases of the year so far as published")
    ] = None
    final: Annotated[
        float | None,
        note("累積の最終推定", "estimated cases of the year so far once all are notified"),
    ] = None
    final_lower: Annotated[float | None, note("最終推定の下限", "its lower bound, cases")] = None
    final_upper: Annotated[float | None, note("最終推定の上限", "its upper bound, cases")] = None
    late_next: Annotated[
        float | None,
        note(
            "次週に遅れて届く見込み",
            "cases of past weeks that the next week's table is expected to add; none: after the "
            "year's last week no table tells",
        ),
    ] = None
    late_next_lower: Annotated[float | None, note("その下限", "its lower bound, cases")] = None
    late_next_upper: Annotated[float | None, note("その上限", "its upper bound, cases")] = None


@kind(
    "health.nowcast",
    en="Notified cases corrected for reporting delay (an estimate)",
    ja="届出の遅れを補正した報告数（推定値）",
    layer="medical",
)
class Nowcast(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a disease's counts will be once late notifications have come. Key: the disease's code.

    The curve is of the whole country: four lists, one value for each of `weeks`, oldest first.
    Estimates; none of them is a count that anybody published.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "all_case (全数把握)")]
    week: Annotated[str, note("最新の報告週", "newest ISO week it rests on, 2024-W07")]
    level: Annotated[float, note("区間の確率", "probability that bounds hold, 0–1")] = 0.9
    observed: Annotated[
        int, note("学習に使った週数", "weeks whose late notifications it has learned from")
    ] = 0
    completeness: Annotated[
        float | None,
        note("速報の捕捉率", "share of all cases that the first publication has, country, 0–1"),
    ] = None
    areas: Annotated[
        list[AreaNowcast], note("地域別", "the country, then prefectures in order of code")
    ] = []
    weeks: Annotated[list[str], note("週", "ISO weeks of the curve, oldest first")] = []
    reported: Annotated[
        list[float | None], note("速報値", "as first published, country; none: no table")
    ] = []
    estimate: Annotated[list[float], note("推定値", "corrected for delay, country, cases")] = []
    lower: Annotated[list[float], note("下限", "lower bounds of the corrected curve")] = []
    upper: Annotated[list[float], note("上限", "upper bounds of the corrected curve")] = []
