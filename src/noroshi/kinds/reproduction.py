"""How many people one case of an infectious disease infects, week by week."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class AreaReproduction(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One area. The lists are as long as `weeks`; None: too few cases, or too little is known of
    the weeks before."""

    code: Annotated[str, note("都道府県コード", "JIS X 0401 code; 00 is the whole country")]
    weeks: Annotated[list[str], note("週", "ISO weeks, each the last one of its window")]
    mean: Annotated[list[float | None], note("推定値", "mean of the posterior")]
    lower: Annotated[list[float | None], note("下限", "lower bound of the credible interval")]
    upper: Annotated[list[float | None], note("上限", "upper bound of the credible interval")]


@kind(
    "health.reproduction",
    en="Reproduction number of an infectious disease",
    ja="感染症の実効再生産数",
    layer="medical",
)
class Reproduction(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Above 1 it grows, below 1 it shrinks. Key: the disease's code.

    Areas for which no week has a number are left out.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "all_case (全数把握) or sentinel (定点把握)")]
    week: Annotated[str, note("報告週", "newest ISO week that it rests on")]
    serial_mean: Annotated[
        float, note("発症間隔の平均", "mean of the serial interval, days (best value)")
    ]
    serial_sd: Annotated[
        float, note("発症間隔の標準偏差", "standard deviation of the serial interval, days")
    ]
    serial_range: Annotated[
        list[float],
        note("発症間隔の幅", "lowest and highest mean serial interval that are mixed, days"),
    ]
    evidence: Annotated[
        str,
        note(
            "発症間隔の根拠",
            "observed: measured between cases; assumed: put together from what else is known",
        ),
    ]
    source: Annotated[str, note("発症間隔の出典", "where the serial interval is from")]
    window: Annotated[int, note("推定期間", "weeks that each number rests on")]
    level: Annotated[float, note("信用水準", "probability of the interval")] = 0.95
    areas: Annotated[
        list[AreaReproduction], note("地域別", "the country and prefectures, by code")
    ] = []
