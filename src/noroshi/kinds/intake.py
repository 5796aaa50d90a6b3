"""How a node is heard: what came from each of its sources, and what was wrong with it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.core.freshness import UNKNOWN, Freshness, Seen, never_heard, stand
from noroshi.core.time import SECOND, parse
from noroshi.kinds import kind, note

INTAKE = "node.intake"


class Lately(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One of the latest messages of a source, and what was wrong with it if anything was."""

    received: Annotated[
        str, note("受信時刻", "when it came, by the clock it is judged by, RFC 3339")
    ]
    issued: Annotated[
        str | None, note("発表時刻", "as of when it says it is, RFC 3339; None if not readable")
    ] = None
    delay: Annotated[
        float | None, note("遅れ", "from then until it came; negative: from the future [s]")
    ] = None
    unread: Annotated[
        str, note("読めない理由", "why it could not be read; empty where it could")
    ] = ""
    records: Annotated[int, note("位置のある件数", "its new records that have a position")] = 0
    outside: Annotated[int, note("区域外の件数", "of these, outside the source's area")] = 0
    lost: Annotated[
        int, note("位置を読めない件数", "records whose coordinates are nowhere, or exchanged")
    ] = 0
    faults: Annotated[int, note("不備の件数", "what was left out or mended on reading it")] = 0
    conflicts: Annotated[
        int, note("自己矛盾の件数", "things it says otherwise than another message as of that time")
    ] = 0


@kind(INTAKE, en="Intake from a source", ja="受信状況", layer="reports")
class Intake(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What came from one source so far: made by the node itself, for `disaster/source_health`.
    The record of the source `` (empty) tells the clock of a drill."""

    source: Annotated[str, note("情報源", "name of the source; empty: the clock of a drill")]
    drill: Annotated[
        bool, note("訓練の時計", "its times are those of a drill's clock, not of the clock here")
    ] = False
    clock: Annotated[str | None, note("訓練の時刻", "what time it is in the drill, RFC 3339")] = (
        None
    )
    every: Annotated[
        float | None, note("予定間隔", "how often something new is expected, as set [s]")
    ] = None
    usual: Annotated[
        float | None, note("通常の間隔", "how often something new comes, as it has shown [s]")
    ] = None
    usual_from: Annotated[
        str, note("通常の間隔の根拠", "own, or alike: that of sources of like names")
    ] = ""
    arrivals: Annotated[int, note("受信数", "messages that came, those that came twice too")] = 0
    repeated: Annotated[int, note("再送数", "of these, the same bytes once more")] = 0
    first_received: Annotated[str | None, note("初受信", "the first, RFC 3339")] = None
    last_received: Annotated[str | None, note("最後の受信", "the last, RFC 3339")] = None
    newest_issued: Annotated[
        str | None, note("最新の内容", "newest time of what it says, but for the future, RFC 3339")
    ] = None
    newest_delay: Annotated[float | None, note("その遅れ", "how long that took to arrive [s]")] = (
        None
    )
    usual_delay: Annotated[float, note("通常の遅れ", "how long it usually takes to arrive [s]")] = (
        0.0
    )
    quarantined: Annotated[int, note("保留数", "messages that could not be read")] = 0
    quarantined_day: Annotated[int, note("保留数（24時間）", "of these, in the last day")] = 0
    reason: Annotated[str, note("保留の理由", "why the newest of them could not be read")] = ""
    faults: Annotated[
        dict[str, int], note("不備", "what was left out or mended on reading, by kind, with counts")
    ] = {}
    placed: Annotated[int, note("位置のある件数", "new records with a position")] = 0
    outside: Annotated[
        int,
        note("区域外の件数", "of these, outside their stated area or where the source usually is"),
    ] = 0
    conflicts: Annotated[
        int, note("自己矛盾の件数", "things said otherwise as of the same time in two messages")
    ] = 0
    future: Annotated[int, note("未来の電文数", "messages that say they are from the future")] = 0
    extent: Annotated[
        list[float], note("通常の区域", "where its records are: west, south, east, north [degrees]")
    ] = []
    lately: Annotated[
        list[Lately], note("最近の電文", "its latest messages, the latest first")
    ] = []  # fmt: skip


def seen_of(told: Intake) -> Seen:
    """What a source's freshness is judged by, out of what is told of it."""
    newest = None if told.newest_issued is None else parse(told.newest_issued)
    received = 0 if told.last_received is None else parse(told.last_received)
    return Seen(
        received, newest, _micro(told.newest_delay), _micro(told.usual_delay) or 0,
        told.future > 0, told.quarantined_day, _micro(told.usual),
    )  # fmt: skip


def every_of(told: Intake) -> int | None:
    """Its stated cadence [µs]; None where none is stated."""
    return _micro(told.every)


def freshness_of(told: Intake, present: int) -> Freshness:
    """How fresh a source is at `present`: one answer for the page of sources and for products."""
    every = every_of(told)
    if told.arrivals:
        return stand(seen_of(told), every, present)
    if every is not None:
        return never_heard(every)
    return Freshness(UNKNOWN, "nothing has ever arrived", "一度も受信していません")


def _micro(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * SECOND)
