"""Whether the newest counts of a disease are more than its past leads one to expect."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class AreaDetection(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One area. Lists hold one value for each of the record's `weeks`, oldest first. None: not
    reported, or the past is too short to say: never the same as no alarm."""

    code: Annotated[
        str,
        note("都道府県コード", "JIS X 0401 code of the prefecture, two digits; 00: the country"),
    ]
    counts: Annotated[list[int | None], note("報告数", "cases notified in each week")] = []
    expected: Annotated[
        list[float | None], note("期待値", "cases that the past leads one to expect")
    ] = []
    upper: Annotated[
        list[float | None], note("上限", "upper bound (Farrington) above which a count is unusual")
    ] = []
    alarms: Annotated[
        list[bool | None], note("アラーム", "alarm of the ensemble; none: nothing can be said")
    ] = []
    p_value: Annotated[
        float | None,
        note("p値", "probability of as many cases or more in the newest week without an outbreak"),
    ] = None
    score: Annotated[
        float | None,
        note("流行の確率（複数手法の統合）", "probability of an outbreak by the ensemble, 0–1"),
    ] = None
    methods: Annotated[
        list[str],
        note(
            "超過とした手法",
            "methods that alarm in the newest week: farrington, ears_c1, ears_c2, ears_c3, cusum",
        ),
    ] = []
    judged: Annotated[
        list[str], note("判定できた手法", "methods that could judge the newest week")
    ] = []
    history: Annotated[
        int, note("過去の週数", "reported weeks before the newest that it rests on")
    ] = 0
    short: Annotated[
        bool,
        note("過去データ不足", "the past is shorter than a year: no bound by season, no p-value"),
    ] = False


@kind(
    "health.detection",
    en="Unusual counts of an infectious disease (statistical)",
    ja="感染症報告数の異常検知（統計的判定）",
    layer="medical",
)
class Detection(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A disease's newest weeks held against its past, in every area. Key: the disease's code.

    A statistical statement about counts: whether it is an outbreak, people find out.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "all_case (全数把握) or sentinel (定点把握)")]
    week: Annotated[str, note("最新の報告週", "newest ISO week it rests on, 2024-W07")]
    weeks: Annotated[list[str], note("週", "ISO weeks of the lists, oldest first")] = []
    areas: Annotated[
        list[AreaDetection], note("地域別", "the country, then prefectures in order of code")
    ] = []
