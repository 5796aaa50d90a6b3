"""The verb that plays the past once more: `noroshi replay`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import msgspec

from noroshi.cli.common import Moment, note
from noroshi.cli.drill import INTO, SPEED, TOKEN, ready, sink_for
from noroshi.core.errors import NoroshiError
from noroshi.core.time import HOUR, JST, now, show


@click.command("replay")
@click.option("--from", "start", type=Moment(), help="What came from then on.  開始")
@click.option("--to", "end", type=Moment(), help="What came before then.  終了")
@SPEED
@click.option("--messages", "folder", type=click.Path(path_type=Path, exists=True),
              help="These files, not what this node has kept.  電文ファイルのフォルダ")  # fmt: skip
@click.option("--source", "sources", multiple=True,
              help="Only from these; of files: who sent them.  送信元")  # fmt: skip
@INTO
@TOKEN
@click.option("--label", help="Sharing label, for files into a home.  共有範囲")
@click.option("--start", "begin", type=Moment(),
              help="When --from is to be (default: so that --to is now).  再生開始")  # fmt: skip
@click.option("--quarantined", is_flag=True, help="Also what could not be read.  保留中も")
@click.option("--exercises", is_flag=True, help="Also what was an exercise itself.  訓練も")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output.")
@click.pass_context
def replay_command(
    ctx: click.Context, /, start: int | None, end: int | None, speed: float, folder: Path | None,
    sources: tuple[str, ...], into: str, token: str, label: str | None, begin: int | None,
    quarantined: bool, exercises: bool, as_json: bool,
) -> None:  # fmt: skip
    """Play what this node received once more, as an exercise.  過去の電文を訓練として再生する

    All times are moved, so that yesterday's earthquake happens today; it comes as it came then,
    faster with --speed. Into the node's own home every message keeps its sharing label; elsewhere
    only what is public goes. Personal data and what was recalled is never replayed.

    \b
    noroshi replay --from 2024-01-01T16:00 --to 2024-01-01T22:00 --speed 10
    noroshi replay --messages telegrams/ --source jma --speed max
    """
    from noroshi.cli.watching import report, watched
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings
    from noroshi.feeds.drill.clock import Clock, default_start
    from noroshi.feeds.drill.play import play
    from noroshi.feeds.drill.replay import Wanted, events, files, kept
    from noroshi.feeds.drill.scene import Scenario
    from noroshi.feeds.drill.session import Announcer
    from noroshi.store import open_store

    home: Path = ctx.find_root().obj
    if folder is None and (start is None or end is None):
        raise click.UsageError("say of which time: --from and --to (or --messages FOLDER)")
    if start is not None and end is not None and start >= end:
        raise click.UsageError("--from is not before --to")
    if label is not None and folder is None:
        raise click.UsageError("--label is for --messages: what is kept keeps its own label")
    store = open_store(home)
    ctx.call_on_close(store.close)
    sharings = Sharings(store)
    settings = load_settings(home, sharings.number)
    left: Counter[str] = Counter()
    wanted = Wanted(
        start=start, end=end, sources=() if folder else sources, quarantined=quarantined,
        exercises=exercises, public=into != "home",
    )  # fmt: skip
    if folder is not None:
        if len(sources) > 1:
            raise click.UsageError("files are of one --source")
        past = files(folder, settings, sources[0] if sources else "operator", wanted, left)
    else:
        past = kept(store, settings, sharings, wanted, left)
    if not past:
        _tell(left)
        raise NoroshiError("nothing came then that can be replayed",
                           remedy="`noroshi messages` lists what came")  # fmt: skip
    first = past[0].time if start is None else start
    last = past[-1].time if end is None else end
    hours = (last - first) / HOUR
    begin = default_start(now(), hours, speed) if begin is None else begin
    between = f"{(show(first, JST) or '')[:16]} – {(show(last, JST) or '')[:16]}"
    about = Scenario("replay", f"Replay of {between}", f"再生 {between}", hours,
                     lambda world, start, seed: iter(()))  # fmt: skip
    sink, live = sink_for(ctx, into, token, label, None)
    try:
        told = Announcer(live, about, begin, speed, 0) if live else None
        shifted = ready(events(past, settings, begin - first, wanted, left, store))
        with watched("replay") as watch:
            played = play(
                shifted, Clock.begin(begin, speed), sink, watch=watch,
                on_tick=told.tick if told else lambda time: None,
            )  # fmt: skip
        if told:
            told.end(played.time, stopped=played.interrupted)
    finally:
        sink.close()
    report("replay", played, sink.tally)
    _tell(left)
    if as_json:
        line = {"start": show(begin), "played": played, "left": dict(left)}
        click.echo(msgspec.json.encode(line).decode())
    if played.interrupted:
        ctx.exit(130)


def _tell(left: Counter[str]) -> None:
    for why, count in left.most_common():
        note(f"left out: {count:,} of {why}")
