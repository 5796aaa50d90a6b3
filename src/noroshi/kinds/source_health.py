"""How sources stand: on time, late, silent, or wrong; and why their data is missing."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: What a source may be, the worst first, in Japanese and English.
STATES = {
    "silent": ("途絶", "silent"),
    "never_heard": ("未受信", "never heard"),
    "wrong_clock": ("時計ずれ", "wrong clock"),
    "out_of_area": ("位置異常", "coordinates outside its area"),
    "contradicting": ("自己矛盾", "contradicting itself"),
    "faulty": ("読めない電文あり", "sends what cannot be read"),
    "stale": ("内容が古い", "delivers old content"),
    "late": ("遅れ", "late"),
    "irregular": ("不定期", "no fixed times"),
    "on_time": ("正常", "on time"),
}


@kind("node.source_health", en="State of a source", ja="情報源の状態", layer="reports")
class SourceHealth(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one source stands and, in a sentence, why its data is missing or not to be trusted."""

    source: Annotated[str, note("情報源", "name of the source")]
    state: Annotated[
        str,
        note("状態", "the worst: silent, never_heard, wrong_clock, out_of_area, contradicting, "
             "faulty, stale, late, irregular or on_time"),
    ]  # fmt: skip
    states: Annotated[list[str], note("すべての状態", "all that hold, the worst first")]
    freshness: Annotated[
        str, note("新しさ", "as on the page of sources: fresh, late, stale, silent or unknown")
    ]
    sentence: Annotated[str, note("説明（英語）", "why its data is missing, in English")]
    sentence_ja: Annotated[str, note("説明", "why its data is missing, in Japanese")]
    since: Annotated[str | None, note("いつから", "since when it has stood so, RFC 3339")] = None
    expected: Annotated[
        str | None, note("次の予定", "when something new is to be there, RFC 3339")
    ] = None
    newest: Annotated[str | None, note("最新の内容", "newest time of what it says, RFC 3339")] = (
        None
    )
    received: Annotated[str | None, note("最後の受信", "when something came last, RFC 3339")] = None
    cadence: Annotated[float | None, note("間隔", "how often something new is expected [s]")] = None
    cadence_from: Annotated[
        str, note("間隔の根拠", "setting, learned (from what came), or empty: none is known")
    ] = ""
    clock_off: Annotated[
        float | None, note("時計のずれ", "how far its clock is fast (negative: slow) [s]")
    ] = None
