"""What the next weeks of an infectious disease may bring, in quantiles."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class Horizon(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One week ahead."""

    horizon: Annotated[int, note("何週先", "weeks after the reference week: 1, 2, 3, 4")]
    week: Annotated[str, note("対象週", "ISO week that is forecast, 2024-W08")]
    quantiles: Annotated[
        list[float], note("分位点", "values at the levels, in the unit of the forecast, rising")
    ]


class ModelWeight(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How much one model counts."""

    model: Annotated[str, note("モデル", "name of the model")]
    weights: Annotated[list[float], note("重み", "its share (0–1) at each horizon, in their order")]


@kind(
    "health.forecast",
    en="Forecast of an infectious disease for the next weeks",
    ja="感染症の数週先までの予測",
    layer="medical",
)
class Forecast(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Cases of one disease in the next weeks, as quantiles: an estimate, not an observation.

    Key: the disease's code. Without `horizons` there is no forecast, and `missing` says why.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "sentinel (定点把握)")] = "sentinel"
    code: Annotated[str, note("地域コード", "JIS X 0401 code of the prefecture, 00: Japan")] = "00"
    week: Annotated[str, note("最新週", "newest ISO week that it rests on, 2024-W07")]
    reference: Annotated[
        str, note("基準週", "last ISO week with a value; horizons are counted from it")
    ] = ""
    value: Annotated[float | None, note("基準週の値", "the value observed in that week")] = None
    observed: Annotated[int, note("観測週数", "weeks with a value that it was made from")] = 0
    unit: Annotated[str, note("単位", "per_sentinel: cases for each sentinel site in a week")] = (
        "per_sentinel"
    )
    levels: Annotated[list[float], note("分位の水準", "probabilities of the quantiles")] = []
    horizons: Annotated[list[Horizon], note("各週の予測", "by horizon")] = []
    models: Annotated[list[ModelWeight], note("モデルの重み", "what it is a mean of")] = []
    missing: Annotated[
        str,
        note(
            "予測がない理由",
            "why there is none: too_short (観測が足りない), not_reported (最近は報告がない), "
            "past (対象週が過ぎた)",
        ),
    ] = ""
