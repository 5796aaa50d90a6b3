"""Exercises: that one is going on, and what time it is in it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: The kind of the record by which a drill tells its clock.
SESSION = "exercise.session"


@kind(SESSION, en="Drill in progress", ja="実施中の訓練", layer="reports")
class Session(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A drill that is played: while `state` is running, its time is `clock` plus `speed` times what
    has passed since `stated`, until `ends`."""

    scenario: Annotated[str, note("シナリオ", "name of the scenario")]
    title: Annotated[str, note("表題（英語）", "what it is about, in English")]
    title_ja: Annotated[str, note("表題", "what it is about, in Japanese")]
    state: Annotated[str, note("状態", "running, ended (played to the end) or stopped")]
    clock: Annotated[str, note("想定時刻", "the time in the drill when this was said, RFC 3339")]
    stated: Annotated[str, note("実時刻", "the time outside it then, RFC 3339")]
    begins: Annotated[str, note("想定開始", "when the scenario begins, RFC 3339")]
    ends: Annotated[str, note("想定終了", "when the scenario ends, RFC 3339")]
    speed: Annotated[float, note("速度", "seconds in the drill for each second outside it")]
    seed: Annotated[int, note("乱数の種", "what the scenario was made from")] = 0
