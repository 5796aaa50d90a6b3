"""The state of one sensor or gauge of water, made of what it said and of when it said nothing."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from noroshi.kinds import kind, note
from noroshi.kinds.river import Threshold


@kind(
    "disaster.flood_state",
    en="State of a flood sensor or gauge",
    ja="浸水・水位の状態",
    layer="water",
)
class FloodState(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How it is at one sensor or gauge. Silence is a state, and never means dry.

    `silent` and `unknown` say nothing of the water; `last_state` is what was said before.
    """

    code: Annotated[str, note("識別コード", "code of the sensor or gauge")]
    of: Annotated[
        Literal["sensor", "river", "rain"], note("種類", "sensor (of flooding), river or rain")
    ]
    name: Annotated[str, note("名称", "name of the sensor or gauge")] = ""
    state: Annotated[
        Literal["dry", "wet", "below", "above", "silent", "unknown"],
        note(
            "状態",
            "sensor, rain: dry or wet; river: below its thresholds, or above the one `step` tells; "
            "silent: nothing heard for too long; unknown: it reports no value",
        ),
    ]
    last_state: Annotated[
        Literal["dry", "wet", "below", "above", ""],
        note("途絶前の状態", "of silent and unknown: what was so when it was last told"),
    ] = ""
    trend: Annotated[
        Literal["rising", "falling", "steady", ""], note("変化", "rising, falling or steady")
    ] = ""
    step: Annotated[
        int | None,
        note(
            "段階",
            "sensor: how many of its heights the water reached; river: 1 水防団待機, 2 氾濫注意, "
            "3 避難判断, 4 氾濫危険, 5 堤防高; rain: how many of 0.5, 10, 20, 30, 50, 80 mm/h",
        ),
    ] = None
    step_name: Annotated[str, note("超過した基準", "name of the threshold that was passed")] = ""
    reported_step: Annotated[
        int | None, note("報告された段階", "what was reported last; lower than `step` while held")
    ] = None
    depth_at_least: Annotated[float | None, note("浸水深（以上）", "depth, at least [m]")] = None
    depth_below: Annotated[float | None, note("浸水深（未満）", "depth, less than [m]")] = None
    level: Annotated[float | None, note("水位", "water level above the gauge's zero [m]")] = None
    highest: Annotated[
        float | None, note("24時間の最高水位", "highest level in the last 24 hours [m]")
    ] = None
    highest_at: Annotated[str | None, note("最高水位の時刻", "when it was, RFC 3339")] = None
    thresholds: Annotated[
        list[Threshold], note("基準", "thresholds of a gauge, the lowest first")
    ] = []
    rain_hour: Annotated[float | None, note("時間雨量", "rain in an hour [mm]")] = None
    rain_3h: Annotated[float | None, note("３時間雨量", "rain in three hours [mm]")] = None
    elevation: Annotated[
        float | None,
        note("標高", "of the ground at a sensor, of the zero of a river gauge [m]"),
    ] = None
    since: Annotated[
        str | None,
        note("状態の開始", "since when the state is so, RFC 3339; none: longer than is known"),
    ] = None
    observed: Annotated[str | None, note("観測時刻", "when it was last observed, RFC 3339")] = None
    heard: Annotated[str | None, note("最終受信", "when it was last heard, RFC 3339")] = None
    silent_from: Annotated[
        str | None,
        note("途絶とみなす時刻", "from when on it counts as silent if nothing is heard, RFC 3339"),
    ] = None
    rhythm: Annotated[float | None, note("通常の間隔", "its usual time between reports [s]")] = None
    why: Annotated[
        Literal[
            "reported", "held", "no_report", "said_silent", "no_value", "never_heard", "undated"
        ],
        note(
            "理由",
            "reported; held: lower was reported, not yet for long enough; no_report: silent for "
            "longer than usual; said_silent: its owner says so; no_value: it reports no value; "
            "never_heard: in the register only; undated: reports carry no time of observation, so "
            "that silence cannot be told",
        ),
    ] = "reported"
    river: Annotated[str, note("河川", "river that a gauge is of, by name")] = ""
    battery: Annotated[float | None, note("電池残量", "charge of its battery, 0–1")] = None
    owner: Annotated[str, note("管理者", "whose it is")] = ""
    municipality: Annotated[str, note("市区町村名", "municipality as written")] = ""
