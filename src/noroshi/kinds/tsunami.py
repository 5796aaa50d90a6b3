"""Tsunamis: warnings, expected arrivals, and what tide gauges and offshore gauges have seen."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class Wave(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The first wave and the highest one, as expected, observed or estimated.

    `height` None: unknown or not yet told in metres; `height_text` then says 巨大 or 高い.
    """

    events: Annotated[list[str], note("地震識別番号", "the earthquakes this rests on")]
    name: Annotated[str, note("名称", "name of the coast or gauge")]
    code: Annotated[str, note("コード", "official code of the coast or gauge")]
    arrival: Annotated[str | None, note("第１波の時刻", "time of the first wave, RFC 3339")] = None
    arrival_condition: Annotated[
        str, note("第１波の状況", "e.g. ただちに津波来襲と予測, 第１波識別不能")
    ] = ""
    arrival_revised: Annotated[str, note("第１波の修正", "追加 (added) or 更新 (updated)")] = ""
    initial: Annotated[str, note("第１波の極性", "押し (rise) or 引き (fall)")] = ""
    height: Annotated[float | None, note("高さ", "height of the highest wave [m]")] = None
    height_text: Annotated[str, note("高さ（表記）", "that height in words, e.g. １０ｍ超")] = ""
    height_state: Annotated[str, note("高さの状態", "不明 (unknown), 上昇中 (rising) …")] = ""
    height_condition: Annotated[
        str, note("最大波の状況", "重要 (grave), 観測中 (small so far), 微弱, 欠測 (no data) …")
    ] = ""
    height_time: Annotated[
        str | None, note("最大波の時刻", "time of the highest wave, RFC 3339")
    ] = None
    height_revised: Annotated[str, note("最大波の修正", "追加 (added) or 更新 (updated)")] = ""


@kind(
    "disaster.tsunami_warning",
    en="Tsunami warning, advisory or forecast",
    ja="津波警報・注意報・予報",
    layer="warnings",
)
class TsunamiWarning(Wave, frozen=True, omit_defaults=True, kw_only=True):
    """What is in force for one stretch of coast; `lifted` if it has just been called off."""

    kind: Annotated[str, note("種別", "大津波警報, 津波警報, 津波注意報, 津波予報 …")]
    kind_code: Annotated[str, note("種別コード", "official code of the kind")]
    last_kind: Annotated[str, note("前回の種別", "what was in force before")] = ""
    last_kind_code: Annotated[str, note("前回の種別コード", "its official code")] = ""
    lifted: Annotated[bool, note("解除", "true: called off, nothing is in force here")] = False


@kind(
    "disaster.tsunami_arrival",
    en="Expected tsunami arrival",
    ja="津波到達予想",
    layer="earthquake-tsunami",
)
class TsunamiArrival(Wave, frozen=True, omit_defaults=True, kw_only=True):
    """When the tsunami is expected on a coast, or at a gauge together with its high tide."""

    level: Annotated[str, note("区分", "area or station")]
    coast: Annotated[str, note("津波予報区", "name of the coast a gauge stands on")] = ""
    coast_code: Annotated[str, note("津波予報区コード", "official code of that coast")] = ""
    high_tide: Annotated[str | None, note("満潮時刻", "time of high tide, RFC 3339")] = None


@kind(
    "disaster.tsunami_observation",
    en="Observed tsunami",
    ja="津波観測",
    layer="earthquake-tsunami",
)
class TsunamiObservation(Wave, frozen=True, omit_defaults=True, kw_only=True):
    """What one gauge has seen so far; `height` is the highest wave up to now."""

    offshore: Annotated[bool, note("沖合", "true: offshore, where waves are lower than ashore")] = (
        False
    )
    sensor: Annotated[str, note("観測機器", "instrument, where it is a special one")] = ""
    coast: Annotated[str, note("津波予報区", "name of the coast it stands on")] = ""
    coast_code: Annotated[str, note("津波予報区コード", "official code of that coast")] = ""


@kind(
    "disaster.tsunami_estimate",
    en="Tsunami estimated from offshore gauges",
    ja="沖合観測からの津波推定",
    layer="earthquake-tsunami",
)
class TsunamiEstimate(Wave, frozen=True, omit_defaults=True, kw_only=True):
    """What offshore gauges let expect on one stretch of coast."""
