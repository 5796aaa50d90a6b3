"""An alarm about a disease in an area that stands after all series were looked at together."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


@kind(
    "health.alarm",
    en="Alarm of an unusual number of cases (statistical, not confirmed)",
    ja="感染症の異常多発アラーム（統計的判定・未確認）",
    layer="medical",
)
class OutbreakAlarm(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """More cases than the past explains, also when it is counted how many series were tested.

    Key: the disease's code, a slash, and the area's code. None: the method cannot say.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "all_case (全数把握) or sentinel (定点把握)")]
    area_code: Annotated[
        str,
        note("都道府県コード", "JIS X 0401 code of the prefecture, two digits; 00: the country"),
    ]
    week: Annotated[str, note("報告週", "ISO week of the count, 2024-W07")]
    count: Annotated[int, note("報告数", "cases notified in the week")]
    expected: Annotated[float | None, note("期待値", "cases that the past leads one to expect")] = (
        None
    )
    upper: Annotated[float | None, note("上限", "upper bound of one series alone")] = None
    p_value: Annotated[
        float | None, note("p値", "of one series alone: as many cases or more without an outbreak")
    ] = None
    q_value: Annotated[
        float | None,
        note(
            "q値（偽発見率）",
            "share of false alarms to be expected among all series at least as unusual, 0–1",
        ),
    ] = None
    score: Annotated[float | None, note("流行の確率（複数手法の統合）", "by the ensemble, 0–1")] = (
        None
    )
    methods: Annotated[list[str], note("超過とした手法", "methods that alarm in the week")] = []
    since: Annotated[str, note("継続開始週", "first ISO week of this run of alarms")] = ""
    tested: Annotated[int, note("検定した系列数", "series that were tested together")] = 0
