"""Earthquake early warnings: shaking that is about to come."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.earthquake import Source


@kind(
    "disaster.eew",
    en="Earthquake early warning",
    ja="緊急地震速報",
    layer="earthquake-tsunami",
)
class EarlyWarning(Source, frozen=True, omit_defaults=True, kw_only=True):
    """One early warning as a whole: the source it assumes and the strongest shaking it expects.

    Intensities are JMA's 0–7 with 5-, 5+, 6-, 6+; `over` as upper end means "or more".
    """

    product: Annotated[str, note("情報名称", "warning (警報), forecast (予報) or 地震動予報")]
    serial: Annotated[int, note("情報番号", "number of the report in its sequence")]
    intensity_from: Annotated[str, note("予測震度の下限", "largest forecast intensity, from")] = ""
    intensity_to: Annotated[str, note("予測震度の上限", "largest forecast intensity, to")] = ""
    long_period_from: Annotated[
        str, note("予測長周期地震動階級の下限", "largest forecast long-period class, from")
    ] = ""
    long_period_to: Annotated[
        str, note("予測長周期地震動階級の上限", "largest forecast long-period class, to")
    ] = ""
    accuracy: Annotated[
        dict[str, int], note("精度情報", "the issuer's ranks of accuracy, and stations used")
    ] = msgspec.field(default_factory=dict)
    changes: Annotated[
        dict[str, int], note("予測の変化", "the issuer's codes of how the forecast changed and why")
    ] = msgspec.field(default_factory=dict)
    comment: Annotated[str, note("警報付加文", "what people should do")] = ""
    next: Annotated[str, note("次回発表予定", "says so if this report is the last")] = ""


@kind(
    "disaster.eew_area",
    en="Earthquake early warning for an area",
    ja="緊急地震速報（地域）",
    layer="earthquake-tsunami",
)
class EarlyWarningArea(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Shaking expected in one area. `over` as upper end means "or more"."""

    event: Annotated[str, note("地震識別番号", "identity of the earthquake")]
    product: Annotated[str, note("情報名称", "warning (警報), forecast (予報) or 地震動予報")]
    name: Annotated[str, note("地域名", "name of the area")]
    code: Annotated[str, note("地域コード", "official code of the area")]
    region: Annotated[str, note("府県予報区", "name of the forecast region it lies in")] = ""
    region_code: Annotated[str, note("府県予報区コード", "official code of that region")] = ""
    kind: Annotated[str, note("警報等の種別", "緊急地震速報（警報） or 緊急地震速報（予報）")] = ""
    kind_code: Annotated[str, note("警報等コード", "official code of that kind")] = ""
    last_kind: Annotated[str, note("前回の種別", "the kind before this report")] = ""
    last_kind_code: Annotated[str, note("前回のコード", "its official code")] = ""
    intensity_from: Annotated[str, note("予測震度の下限", "forecast JMA intensity, from")] = ""
    intensity_to: Annotated[str, note("予測震度の上限", "forecast JMA intensity, to")] = ""
    long_period_from: Annotated[
        str, note("予測長周期地震動階級の下限", "forecast long-period class, from")
    ] = ""
    long_period_to: Annotated[
        str, note("予測長周期地震動階級の上限", "forecast long-period class, to")
    ] = ""
    arrival: Annotated[
        str | None, note("主要動到達予想時刻", "when strong shaking is expected, RFC 3339")
    ] = None
    condition: Annotated[str, note("状況", "e.g. 既に主要動到達と推測: probably arrived")] = ""
