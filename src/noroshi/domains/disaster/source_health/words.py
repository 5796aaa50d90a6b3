"""Why data is missing, in a sentence, in Japanese and English. Times are the clock's, never how
long ago: a sentence holds until something else is so."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.freshness import Freshness, duration, duration_ja
from noroshi.core.time import JST, SECOND, parse, to_datetime
from noroshi.domains.disaster.source_health.model import Wrong
from noroshi.kinds.intake import Intake


def at(text: str | None) -> str:
    """A time for people in Japan: `11/27 23:05`."""
    return "?" if text is None else to_datetime(parse(text), JST).strftime("%m/%d %H:%M")


def say(
    told: Intake, states: Sequence[str], fresh: Freshness, expected: str | None, wrong: list[Wrong]
) -> tuple[str, str]:
    """English and Japanese: how fresh it is where that is not well, and all that is wrong."""
    name = told.source
    pairs = [_of(name, one) for one in wrong]
    if not pairs or states[0] in ("silent", "never_heard") or {"stale", "late"} & set(states):
        pairs.insert(0, _fresh(told, states, fresh, expected))
    return " ".join(one for one, _ in pairs), "".join(one for _, one in pairs)


def _fresh(
    told: Intake, states: Sequence[str], fresh: Freshness, expected: str | None
) -> tuple[str, str]:
    name, newest, last = told.source, at(told.newest_issued), at(told.last_received)
    often = often_ja = ""
    if fresh.cadence is not None:
        often = f" (every {duration(fresh.cadence)})"
        often_ja = f"（{duration_ja(fresh.cadence)}ごと）"
    if "never_heard" in states:
        if fresh.cadence is None:
            return (
                f"Nothing has ever come from {name}, which the settings name.",
                f"設定にある{name}からは、まだ一度も受信していません。",
            )
        return (
            f"Nothing has ever come from {name}{often}: is it set up and connected?",
            f"{name}からは一度も受信していません{often_ja}。設定か接続を確かめてください。",
        )
    if "silent" in states:
        return (
            f"Nothing has come from {name} since {last}{often}: what it tells after {newest} is "
            "missing; its line or its system may be down.",
            f"{name}から{last}以降、受信がありません{often_ja}。{newest}より後の情報は欠けています。"
            "通信か送信側の停止が考えられます。",
        )
    if "stale" in states:
        return (
            f"{name} still delivers (last {last}), but nothing newer than {newest}{often}: its "
            "content is old.",
            f"{name}は届いています（最後{last}）が、内容は{newest}のもののままです{often_ja}。",
        )
    if "late" in states and expected is not None:
        return (
            f"{name} is late: the newest is of {newest}, and the next was due by {at(expected)}.",
            f"{name}が遅れています。最新は{newest}の内容で、次は{at(expected)}までに届くはずでした。",
        )
    if "late" in states:
        return (
            f"{name} is slow: the newest, of {newest}, took long to arrive.",
            f"{name}の到着が遅れています。最新の{newest}の内容は、届くまでに時間がかかりました。",
        )
    if "irregular" in states:
        if told.newest_issued is None:
            return (
                f"Nothing that could be read has come from {name}.",
                f"{name}からは、読めるものをまだ受信していません。",
            )
        return (
            f"{name} has no fixed times; the newest is of {newest}. Whether anything is missing "
            "cannot be told.",
            f"{name}は不定期で、最新は{newest}の内容です。欠けているかどうかは分かりません。",
        )
    return (
        f"{name} is on time{often}; the newest is of {newest}.",
        f"{name}は予定どおり届いています{often_ja}。最新は{newest}の内容です。",
    )


def _of(name: str, one: Wrong) -> tuple[str, str]:
    since = at(one.since)
    if one.state == "wrong_clock":
        off = round(abs(one.seconds)) * SECOND
        if one.seconds > 0:
            return (
                f"The clock of {name} is about {duration(off)} fast since {since}: its times "
                "are in the future and not to be relied on.",
                f"{name}の時計が約{duration_ja(off)}進んでいます（{since}から）。時刻は未来になっていて、"
                "信用できません。",
            )
        return (
            f"What {name} sends is always {duration(off)} old since {since}: its clock is slow, or "
            "its way is always as long.",
            f"{name}の電文はいつも{duration_ja(off)}前の時刻です（{since}から）。時計の遅れか、"
            "伝送が毎回それだけかかっています。",
        )
    if one.state == "out_of_area":
        return (
            f"Of {one.of} positions in the latest message of {name}, {one.bad} are outside its "
            "area or nowhere (longitude and latitude exchanged?): they are not on the map.",
            f"{name}の最新の電文では、位置{one.of}件のうち{one.bad}件が区域の外か読めません"
            "（緯度と経度の入れ違い？）。地図に正しく出ません。",
        )
    if one.state == "contradicting":
        return (
            f"{name} says {one.bad} things in two ways as of one and the same time ({since}).",
            f"{name}は同じ時刻について{one.bad}件、異なる内容を送っています（{since}）。",
        )
    if one.reason:
        return (
            f"{one.bad} of the last {one.of} messages of {name} could not be read (since "
            f"{since}) and are kept aside: {one.reason}",
            f"{name}の最近{one.of}件のうち{one.bad}件が読めず、保留しています（{since}から）："
            f"{one.reason}",
        )
    return (
        f"The latest message of {name} ({since}) had faults ({one.bad}); what could not be read "
        "was left out.",
        f"{name}の最新の電文（{since}）には不備が{one.bad}件あり、読めない部分を除きました。",
    )
