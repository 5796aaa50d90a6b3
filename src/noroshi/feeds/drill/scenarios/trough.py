"""Statements on what may follow along the trough: 南海トラフ地震臨時情報 and 関連解説情報."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.feeds.drill.scenarios import quakes
from noroshi.feeds.drill.scenarios.quakes import Quake
from noroshi.feeds.drill.scenarios.telegrams import event_of, issue, message
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World
from noroshi.formats.jma_xml.writing import nankai
from noroshi.formats.jma_xml.writing.nankai import Keyword, Statement
from noroshi.formats.jma_xml.writing.telegram import clock

_REFERENCE = (
    "「巨大地震警戒」は、想定震源域内のプレート境界でＭｗ８．０以上の地震が発生したと"
    "評価した場合に発表します。"
)


def statements(world: World, quake: Quake) -> Iterator[Message]:
    """Being looked into after twelve minutes; the warning after two hours; comments every six
    hours from then on."""
    event, begin = event_of(world, quake), quakes.detected(world, quake)
    begin -= begin % MINUTE
    what = f"本日{clock(quake.origin)}頃に{quake.name}を震源とする地震が発生しました。"
    time = begin + 12 * MINUTE
    said = Statement(
        "今後の情報に注意してください。",
        f"{what}\nこの地震と南海トラフ地震との関連性について調査を開始します。",
        next="調査結果がまとまり次第、お知らせします。",
    )
    yield message(time, "VYSE50", 1, _extra(event, time, nankai.INVESTIGATING_EARTHQUAKE, said))
    time = begin + 118 * MINUTE
    said = Statement(
        "南海トラフ地震の想定震源域では、大規模地震の発生可能性が平常時に比べて相対的に"
        "高まっていると考えられます。",
        f"{what}\n破壊は想定震源域の全体に及んだとみられますが、隣接する領域を含め、"
        "今後も大きな地震が発生する可能性があります。政府や自治体の呼びかけに応じた"
        "防災対応をとってください。",
        next="「南海トラフ地震関連解説情報」を随時発表します。", reference=_REFERENCE,
    )  # fmt: skip
    yield message(time, "VYSE50", 2, _extra(event, time, nankai.WARNING, said))
    for serial in (1, 2, 3):
        time = begin + serial * 6 * HOUR + 30 * MINUTE
        said = Statement(
            "余震活動は活発な状態が続いています。",
            f"{what}\n地震発生から{round((time - quake.origin) / HOUR)}時間の活動状況を"
            "お知らせします。揺れの強かった地域では、家屋の倒壊や土砂災害などの危険性が"
            "高まっています。",
            next="次回は約６時間後に発表する予定です。",
        )
        time += 7 * SECOND * serial
        yield message(time, "VYSE51", serial, nankai.comment(issue(event, time, serial), said))


def _extra(event: str, time: int, keyword: Keyword, said: Statement) -> bytes:
    return nankai.extra(issue(event, time), keyword, said)  # noqa: S610 (not Django's)
