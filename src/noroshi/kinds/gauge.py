"""Sensors of rain and of water where there should be none. Rivers are in `river`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note


@kind("disaster.flood_sensor", en="Flood sensor", ja="浸水センサ", layer="water")
class FloodSensor(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One sensor that tells water at a few heights above the ground, and is silent otherwise.

    Silence is a state of its own: `silent` says that nothing is heard, not that it is dry.
    """

    code: Annotated[str, note("センサID", "identifier of the sensor")]
    name: Annotated[str, note("設置場所", "name of the place")] = ""
    state: Annotated[str, note("浸水状態", "dry, wet or unknown")] = "unknown"
    depth: Annotated[
        float | None, note("浸水深", "depth above the ground, at least [m]; 0: dry")
    ] = None
    step: Annotated[
        int | None, note("検知段階", "how many of its heights the water reached; 0: none")
    ] = None
    steps: Annotated[str, note("検知高さ", "its heights in the owner's words: 10/20/30cm")] = ""
    battery: Annotated[float | None, note("電池残量", "charge of its battery, 0–1")] = None
    silent: Annotated[bool | None, note("通信途絶", "true: nothing is heard from it")] = None
    since: Annotated[str | None, note("状態の開始", "since when it is so, RFC 3339")] = None
    observed: Annotated[str | None, note("観測時刻", "when it was observed, RFC 3339")] = None
    owner: Annotated[str, note("設置者", "whose sensor it is")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""


@kind("disaster.rain_gauge", en="Rain gauge", ja="雨量", layer="water")
class RainGauge(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Rain at one gauge. Amounts are None where they are missing."""

    code: Annotated[str, note("観測所コード", "code of the gauge")]
    name: Annotated[str, note("雨量観測所", "name of the gauge")] = ""
    rain_10min: Annotated[float | None, note("10分雨量", "rain in the last 10 minutes [mm]")] = None
    rain_hour: Annotated[float | None, note("時間雨量", "rain in the last hour [mm]")] = None
    rain_3h: Annotated[float | None, note("３時間雨量", "rain in the last 3 hours [mm]")] = None
    rain_24h: Annotated[float | None, note("24時間雨量", "rain in the last 24 hours [mm]")] = None
    rain_total: Annotated[
        float | None, note("累加雨量", "rain since it began to rain, see `since` [mm]")
    ] = None
    since: Annotated[str | None, note("降り始め", "since when the total counts, RFC 3339")] = None
    observed: Annotated[str | None, note("観測時刻", "end of these periods, RFC 3339")] = None
    condition: Annotated[str, note("状態", "state of the value: 欠測, 点検中 …")] = ""
    owner: Annotated[str, note("管理者", "whose gauge it is")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
