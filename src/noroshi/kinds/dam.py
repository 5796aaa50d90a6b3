"""Dams: how full they are, what flows in and out, and how they are operated."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note


@kind("disaster.dam", en="Dam", ja="ダム諸量", layer="water")
class Dam(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The state of one dam and its reservoir. Values are None where they are missing."""

    name: Annotated[str, note("ダム名", "name of the dam")]
    code: Annotated[str, note("ダムコード", "code of the dam")] = ""
    river: Annotated[str, note("河川", "river, by name or code")] = ""
    # In an emergency release as much flows out as comes in: the reservoir is nearly full.
    operation: Annotated[
        str,
        note(
            "操作状況",
            "normal, preliminary_release (事前放流), flood_control (洪水調節), "
            "emergency_release_announced, emergency_release (緊急放流=異常洪水時防災操作), "
            "after_release (後期放流) or unknown",
        ),
    ] = "unknown"
    level: Annotated[float | None, note("貯水位", "level of the reservoir above the sea [m]")] = (
        None
    )
    storage: Annotated[float | None, note("貯水量", "water stored [m3]")] = None
    storage_ratio: Annotated[
        float | None, note("貯水率", "storage as a share of what it may hold in use, 0–1 or more")
    ] = None
    inflow: Annotated[float | None, note("流入量", "inflow [m3/s]")] = None
    outflow: Annotated[float | None, note("放流量", "outflow, all gates together [m3/s]")] = None
    rain_hour: Annotated[
        float | None, note("流域時間雨量", "mean rain of the basin in the last hour [mm]")
    ] = None
    rain_total: Annotated[
        float | None, note("流域累加雨量", "mean rain of the basin since it began [mm]")
    ] = None
    release_expected: Annotated[
        str | None, note("緊急放流の予定", "when an emergency release is to begin, RFC 3339")
    ] = None
    observed: Annotated[str | None, note("観測時刻", "when it was observed, RFC 3339")] = None
    operator: Annotated[str, note("管理者", "who operates it")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
