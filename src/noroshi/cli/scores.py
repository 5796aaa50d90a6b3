"""The score of a drill as tables."""

from __future__ import annotations

import click

from noroshi.cli.common import print_grid
from noroshi.core.time import JST, show
from noroshi.feeds.drill.answered import Answered
from noroshi.feeds.drill.counts import Lateness, Score
from noroshi.feeds.drill.score import Scores


def print_scores(found: Scores) -> None:
    """By kind, by field, by source."""
    head = found.heading
    start = (show(head.start, JST) or "")[:16].replace("T", " ")
    speed = "max" if head.speed == 0 else f"×{head.speed:g}"
    click.echo(f"{head.scenario}  seed {head.seed}  {start} JST  {head.hours:g} h  {speed}"
               + (f"  {head.faults}" if head.faults else ""))  # fmt: skip
    rows = [[kind, *_row(one)] for kind, one in found.kinds.items()]
    rows.append(["total 計", *_row(found.total)])
    print_grid(
        ["kind 種別", "facts 事実", "complete 完全性", "p50 遅れ", "p90", "max", "wrong 誤り",
         "absent 欠け", "false 虚偽", "outlived 残存"],
        rows,
    )  # fmt: skip
    if found.total.late_recorded is not None:
        print_grid(
            ["known by this node 記録まで", "p50", "p90", "max"],
            [[kind, *_late(one.late_recorded)] for kind, one in found.kinds.items()
             if one.late_recorded],
        )  # fmt: skip
    print_grid(
        ["field 項目", "wrong 誤り", "mean error 平均誤差", "max 最大"],
        [
            [f"{kind} {name}", f"{one.wrong:.1%}", _number(one.mean), _number(one.max)]
            for kind, each in found.kinds.items()
            for name, one in each.fields.items()
        ],
    )
    print_grid(
        ["source 送信元", "shown 記載", "p50 遅れ", "p90", "max", "wrong 誤り", "false 虚偽"],
        [
            [name, f"{one.shown:,}", *_late(one.late), f"{one.wrong:.1%}", f"{one.false:,}"]
            for name, one in found.total.sources.items()
        ],
    )
    for kind, one in found.kinds.items():
        if one.untold:
            click.echo(f"told by nobody 誰も伝えない項目 {kind}: {', '.join(one.untold)}")
        if one.examples:
            click.echo(f"false 虚偽 {kind}: {', '.join(one.examples)}")


def print_answered(found: Answered) -> None:
    """How residents were answered, and what became of what they reported."""
    late = found.late
    print_grid(
        ["residents 住民", "score 採点"],
        [
            ["answers 応答", f"{found.answers:,}"],
            ["wrong facts 記録にない事実", f"{found.wrong_facts:,}"],
            ["right shelter 開設・空きのある避難所を先頭に案内", str(found.shelter)],
            ["  not much farther than the nearest 最寄りと大差ない", str(found.near)],
            ["closed road told as closed 通行止めを通行止めと案内", str(found.road_closed)],
            ["open road not told as closed 通れる道を通行止めとしない", str(found.road_open)],
            ["honest 分からないことを分からないと言う", str(found.honest)],
            ["reports kept 記録になった通報", str(found.reports)],
            ["  category as meant 分類が正しい", str(found.category)],
            ["pairs together rightly まとめたうち正しい", str(found.pairs_precision)],
            ["pairs that belong together まとめるべきうちまとめた", str(found.pairs_recall)],
            ["incidents found 通報から把握した事案", str(found.incidents)],
            ["  later than it was so 発生からの遅れ (p50, p90)",
             f"{_duration(late.p50)}, {_duration(late.p90)}"],
            ["answer 応答時間 (p50, p95)", f"{found.p50 * 1e3:.0f} ms, {found.p95 * 1e3:.0f} ms"],
        ],
    )  # fmt: skip


def _row(one: Score) -> list[str]:
    return [
        f"{one.facts:,}", f"{one.complete:.1%}", *_late(one.late), f"{one.wrong:.1%}",
        f"{one.absent:.1%}", f"{one.false:,}", f"{one.outlived:.1%}",
    ]  # fmt: skip


def _late(one: Lateness | None) -> list[str]:
    return [_duration(each) for each in (one.p50, one.p90, one.max)] if one else ["", "", ""]


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
