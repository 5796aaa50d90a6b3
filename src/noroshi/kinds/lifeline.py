"""Lifelines: where power, water, gas or telephone are cut, and base stations that go dark."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note


@kind("infrastructure.outage", en="Outage", ja="供給支障", layer="lifelines")
class Outage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one feeder, zone or area is supplied. Counts are None where nobody reported them;
    0 customers out means that all are supplied."""

    service: Annotated[str, note("種別", "power, water, sewage, gas, telecom or other")]
    # Restored is said for a while by what is over.
    status: Annotated[str, note("供給状況", "out, partial, restored or unknown")] = "unknown"
    operator: Annotated[str, note("事業者", "who supplies")] = ""
    code: Annotated[str, note("系統コード", "code of the feeder, zone or area")] = ""
    name: Annotated[str, note("系統・地区名", "name of the feeder, zone or area")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    districts: Annotated[list[str], note("町丁・大字", "districts it supplies, as written")] = []
    customers_out: Annotated[
        int | None, note("支障戸数", "households and firms without supply [customers]")
    ] = None
    customers_total: Annotated[
        int | None, note("供給戸数", "households and firms it supplies [customers]")
    ] = None
    since: Annotated[str | None, note("発生日時", "since when, RFC 3339")] = None
    expected: Annotated[
        str | None, note("復旧見込み", "when it is forecast to be restored, RFC 3339")
    ] = None
    restored: Annotated[str | None, note("復旧日時", "when it was restored, RFC 3339")] = None
    cause: Annotated[str, note("原因", "why, in the operator's words")] = ""
    observed: Annotated[str | None, note("時点", "as of when, RFC 3339")] = None
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""


@kind("infrastructure.base_station", en="Mobile base station", ja="携帯基地局", layer="lifelines")
class BaseStation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Whether one mobile base station works, on what power, and for how long yet."""

    code: Annotated[str, note("局コード", "the operator's code of the station")]
    name: Annotated[str, note("局名", "name of the station")] = ""
    operator: Annotated[str, note("事業者", "mobile operator")] = ""
    status: Annotated[str, note("運用状況", "on, degraded, off or unknown")] = "unknown"
    power: Annotated[str, note("電源", "mains, battery, generator, none or unknown")] = "unknown"
    battery: Annotated[
        float | None, note("蓄電池残り時間", "how long battery or fuel will yet last [s]")
    ] = None
    line: Annotated[str, note("伝送路", "link to the network in the operator's words")] = ""
    served: Annotated[int | None, note("圏内人口", "residents it serves [persons]")] = None
    since: Annotated[str | None, note("状態の開始", "since when it is so, RFC 3339")] = None
    expected: Annotated[
        str | None, note("復旧見込み", "when it is forecast to work again, RFC 3339")
    ] = None
    observed: Annotated[str | None, note("時点", "as of when, RFC 3339")] = None
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    cause: Annotated[str, note("原因", "why, in the operator's words")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
