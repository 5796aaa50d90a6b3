"""The verb for drills: a fictional prefecture, scenarios in it, and how well they were followed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
import msgspec

from noroshi.cli.common import Moment, note, print_grid
from noroshi.core.errors import NoroshiError
from noroshi.core.time import now, show

if TYPE_CHECKING:
    from noroshi.feeds.drill.scene import Event
    from noroshi.feeds.drill.sinks import Sink
    from noroshi.feeds.drill.world.model import World

#: Where the truth of the latest drill is, in the home.
TRUTH = Path("drill") / "truth.jsonl"


class Speed(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """How many times as fast as real; `max` (0) for as fast as possible."""

    name = "speed"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        if value == "max":
            return 0.0
        try:
            speed = float(value)
        except ValueError:
            speed = -1.0
        if not 0 <= speed < 1e9:
            self.fail(f"{value!r} is not a speed: 1 is real time, 60 an hour a minute, max")
        return speed


SPEED = click.option("--speed", type=Speed(), default=1.0, show_default=True,
                     help="Times real time; max: as fast as possible.  速さ")  # fmt: skip
INTO = click.option("--into", default="home", show_default=True, metavar="WHERE",
                    help="A node's URL, its home, or FOLDER/ for files.  送り先")  # fmt: skip
TOKEN = click.option("--token", envvar="NOROSHI_TOKEN", default="", show_envvar=True,
                     help="Token that may send, for a URL.  送信の許可証")  # fmt: skip
SEED = click.option("--seed", type=click.IntRange(0), default=1, show_default=True,
                    help="Same seed, same bytes.  乱数の種")  # fmt: skip
NUMBER = click.option("--number", type=click.IntRange(0, 46), default=0, show_default=True,
                      help="Which prefecture.  県の番号")  # fmt: skip


@click.group("drill")
def drill_command() -> None:
    """Drills through the same pipes as the real thing.  訓練

    A fictional prefecture, and scenarios in which its organisations send real formats. All of it
    is an exercise: it never shows in the actual picture.

    \b
    noroshi drill list
    noroshi drill world --import            # its map, places and facilities into this node
    noroshi drill run typhoon --speed 60
    noroshi drill score
    """


@drill_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
def list_scenarios(as_json: bool) -> None:
    """The scenarios that can be played.  シナリオの一覧"""
    from noroshi.feeds.drill.scenarios import SCENARIOS

    if as_json:
        for name, one in SCENARIOS.items():
            line = {"name": name, "title": one.title, "title_ja": one.title_ja}
            click.echo(msgspec.json.encode(line).decode())
        return
    print_grid(["name", "title", "title_ja"],
               [[name, one.title, one.title_ja] for name, one in SCENARIOS.items()])  # fmt: skip


@drill_command.command("world")
@SEED
@NUMBER
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Write its files to this folder.  ファイルの書き出し先")  # fmt: skip
@click.option("--import", "take", is_flag=True, help="Take it into this node.  取り込む")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), metavar="HOME",
              help="Take it into the node in HOME.  取り込むノードのフォルダ")  # fmt: skip
@click.option("--label", default="public", show_default=True, help="Under which label.  共有範囲")
@click.pass_context
def make_world(
    ctx: click.Context, /, seed: int, number: int, out: Path | None, take: bool,
    into: Path | None, label: str,
) -> None:  # fmt: skip
    """Make a fictional prefecture, and its files as their owners would have them.  架空の県を作る

    The same seed and number make the same bytes. With --import, its places, files and basemap go
    into the node, and its settings say how what is sent in a drill is read.
    """
    from noroshi.feeds.drill.files.write import write_world
    from noroshi.feeds.drill.install import install
    from noroshi.feeds.drill.worlds import world_of
    from noroshi.store import open_store

    home: Path = ctx.find_root().obj
    target = into or (home if take else None)
    world = world_of(home, seed, number, tell=note)
    people = sum(one.people.total for one in world.municipalities)
    note(
        f"{world.name}（{world.code}）: {len(world.municipalities)} municipalities 市町村, "
        f"{people:,} people 人, {len(world.roads):,} roads 道路, {len(world.shelters):,} shelters "
        f"避難所, {len(world.facilities):,} facilities 施設"
    )
    if out is None and target is None:
        note("it is kept; --out DIR writes its files, --import takes it into the node")
        return
    folder = out or home / "drill" / f"files-{seed}-{number}"
    written = write_world(world, folder)
    note(f"{len(written):,} files in {folder}")
    if target is None:
        return
    store = open_store(target)
    ctx.call_on_close(store.close)
    done = install(world, folder, target, store, label, note)
    note(
        f"{done.places:,} places 地域, {done.files.messages} files: {done.files.read} read, "
        f"{done.files.duplicate} known already, {done.files.quarantined} in quarantine; "
        f"{done.files.records:,} records new"
    )
    if not done.basemap:
        note("the node's own basemap stays 背景地図はそのまま")
    note(f"{done.settings}: a node that runs reads it when started again 再起動で有効")


@drill_command.command("run")
@click.argument("scenario")
@SPEED
@SEED
@NUMBER
@INTO
@TOKEN
@click.option("--label", help="Sharing label, into a home (default: its settings).  共有範囲")
@click.option("--start", type=Moment(), help="When it begins (default: so that it ends now or "
              "later, never ahead of the clock).  開始時刻")  # fmt: skip
@click.option("--skip", type=click.FloatRange(0), default=0.0, show_default=True, metavar="HOURS",
              help="Send the first hours of it at once.  最初の何時間かを一度に送る")  # fmt: skip
@click.option("--scale", type=click.IntRange(1, 47), default=1, show_default=True,
              help="In so many prefectures at once.  県の数")  # fmt: skip
@click.option("--faults", "faults_text", default="", metavar="LIST",
              help="reorder=0.1,delay=0.05,repeat=0.1,lose=0.02,corrupt=0.01  障害")  # fmt: skip
@click.option("--residents", type=click.IntRange(0, 100_000), default=0, show_default=True,
              help="How many people are in conversation with the node (typhoon, into a home).  "
              "対話する住民の数")  # fmt: skip
@click.option("--truth", "truth_file", type=click.Path(path_type=Path, dir_okay=False),
              help="Where the truth is written (default: drill/truth.jsonl in the home, or in the "
              "folder of files).  正解")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Also write every message to this folder.  ファイルにも書く")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output.")
@click.pass_context
def run_drill(
    ctx: click.Context, /, scenario: str, speed: float, seed: int, number: int, into: str,
    token: str, label: str | None, start: int | None, skip: float, scale: int, faults_text: str,
    residents: int, truth_file: Path | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Play SCENARIO.  シナリオを流す

    \b
    noroshi drill run typhoon --speed 60
    noroshi drill run typhoon --speed 60 --residents 1000
    noroshi drill run nankai --into http://127.0.0.1:8000 --token noroshi_…
    noroshi drill run typhoon --speed max --into files/ --start 2026-08-28T00:00
    """
    from noroshi.cli.talk import ANSWERS, talking
    from noroshi.cli.watching import report, watched
    from noroshi.feeds.drill import scenarios
    from noroshi.feeds.drill.clock import Clock, default_start
    from noroshi.feeds.drill.faults import inject, read_faults
    from noroshi.feeds.drill.play import play
    from noroshi.feeds.drill.scale import play_in
    from noroshi.feeds.drill.session import Announcer
    from noroshi.feeds.drill.truth import Heading, TruthWriter
    from noroshi.feeds.drill.worlds import mappings_of

    home: Path = ctx.find_root().obj
    chosen = scenarios.get(scenario)
    try:
        faults = read_faults(faults_text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--faults") from None
    if scale > 1 and number:
        raise click.UsageError("--scale takes the prefectures from 0 on: leave out --number")
    if skip > chosen.hours:
        raise click.BadParameter(f"{scenario} has {chosen.hours:g} hours", param_hint="--skip")
    if residents and (not chosen.residents or _is_url(into) or into.endswith("/") or scale > 1):
        raise click.UsageError("--residents: people speak in the typhoon, into a node's home, in "
                               "one prefecture")  # fmt: skip
    worlds = _worlds(home, seed, number, scale)
    sink, live = sink_for(ctx, into, token, label, out, mappings=mappings_of(worlds))
    try:
        begin = default_start(now(), chosen.hours, speed, skip) if start is None else start
        events = ready(inject(play_in(chosen, worlds, begin, seed, residents), faults, seed))
        heading = Heading(
            scenario=scenario, seed=seed, start=begin, hours=chosen.hours, speed=speed,
            begun=now(), world=[one.code for one in worlds], faults=faults_text,
        )  # fmt: skip
        path = truth_file or _truth_beside(home, into, out)
        told = Announcer(live, chosen, begin, speed, seed) if live else None
        answers = path.with_name(ANSWERS)
        answers.unlink(missing_ok=True)
        target = home if into == "home" else Path(into)
        with (
            TruthWriter(path, heading) as truth, watched(scenario) as watch,
            talking(target if residents else None, answers) as talk,
        ):  # fmt: skip
            played = play(
                events, Clock.begin(begin, speed, skip), sink, truth=truth, watch=watch, talk=talk,
                on_tick=told.tick if told else lambda time: None,
            )  # fmt: skip
        if told:
            told.end(played.time, stopped=played.interrupted)
    finally:
        closed = monotonic()
        sink.close()
    seconds = played.seconds + monotonic() - closed
    report(scenario, played, sink.tally)
    note(f"truth 正解: {path}  →  noroshi drill score {path}")
    if as_json:
        click.echo(msgspec.json.encode(
            {"scenario": scenario, "start": show(begin), "truth": str(path), "played": played,
             "seconds": seconds, "taken": _told(sink)}
        ).decode())  # fmt: skip
    if played.interrupted:
        ctx.exit(130)


def _told(sink: Sink) -> dict[str, Any]:
    found = msgspec.structs.asdict(sink.tally)
    return {**found, "reasons": [list(one) for one in sink.tally.reasons]}


def ready(events: Iterable[Event]) -> Iterator[Event]:
    """`events` once the first of them is there: the clock is not to run while a scenario is worked
    out."""
    rest = iter(events)
    first = next(rest, None)
    return iter(()) if first is None else itertools.chain([first], rest)


def _worlds(home: Path, seed: int, number: int, scale: int) -> list[World]:
    from noroshi.feeds.drill.worlds import scaled, world_of

    world = world_of(home, seed, number, tell=note)
    return [world] if scale == 1 else scaled(world, scale)


def _truth_beside(home: Path, into: str, out: Path | None) -> Path:
    if out is not None:
        return out / TRUTH.name
    return Path(into) / TRUTH.name if into.endswith("/") and not _is_url(into) else home / TRUTH


def _is_url(into: str) -> bool:
    return into.startswith(("http://", "https://"))


def sink_for(
    ctx: click.Context,
    into: str,
    token: str,
    label: str | None,
    out: Path | None,
    *,
    mappings: dict[str, dict[str, Any]] | None = None,
) -> tuple[Sink, Sink | None]:
    """Where messages go, as `--into` and `--out` say: a URL, `home` (the node's own), another
    node's home, or a folder of files, which ends with a slash; and, if any of them is a node, that
    one. Raises NoroshiError."""
    from noroshi.feeds.drill.sinks import Several
    from noroshi.feeds.drill.sinks.folder import FolderSink
    from noroshi.feeds.drill.sinks.home import HomeSink
    from noroshi.feeds.drill.sinks.http import HttpSink

    sinks: list[Sink] = []
    if _is_url(into):
        sinks.append(HttpSink(into, token))
    elif into.endswith("/"):
        sinks.append(FolderSink(Path(into)))
    else:
        home: Path = ctx.find_root().obj if into == "home" else Path(into)
        if into != "home" and not (home / "noroshi.db").exists():
            raise NoroshiError("no node's home", where=into,
                               remedy=f"for a folder of files write {into}/")  # fmt: skip
        sinks.append(HomeSink(home, _number(home, label), mappings))
    if out is not None:
        sinks.append(FolderSink(out))
    live = None if isinstance(sinks[0], FolderSink) else sinks[0]
    return sinks[0] if len(sinks) == 1 else Several(sinks), live


def _number(home: Path, label: str | None) -> int | None:
    from noroshi.engine.sharing import Sharings
    from noroshi.store import open_store

    if label is None:
        return None
    store = open_store(home)
    try:
        return Sharings(store).number(label)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--label") from None
    finally:
        store.close()


@drill_command.command("score")
@click.argument("truth", type=click.Path(path_type=Path, exists=True, dir_okay=False),
                required=False)  # fmt: skip
@click.option("--into", default="home", show_default=True, metavar="WHERE",
              help="The node that was to follow it: a URL, or its home.  ノード")  # fmt: skip
@TOKEN
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
@click.pass_context
def score_drill(ctx: click.Context, /, truth: Path | None, into: str, token: str,
                as_json: bool) -> None:  # fmt: skip
    """How late, how wrong, how complete the node was, against TRUTH.  訓練の採点

    TRUTH is what `noroshi drill run` wrote (default: drill/truth.jsonl in the home).
    """
    from noroshi.cli.scores import print_answered, print_scores
    from noroshi.cli.talk import ANSWERS, score_talk
    from noroshi.feeds.drill.matching import kinds_told
    from noroshi.feeds.drill.score import score
    from noroshi.feeds.drill.statements import from_home, from_url
    from noroshi.feeds.drill.truth import read_truth

    home: Path = ctx.find_root().obj
    path = truth or home / TRUTH
    if not path.exists():
        raise NoroshiError("there is no truth of a drill", where=str(path),
                           remedy="`noroshi drill run SCENARIO` writes one")  # fmt: skip
    heading, facts = read_truth(path)
    kinds = kinds_told({one.kind for one in facts})
    if _is_url(into):
        stated = from_url(into, token, kinds)
    else:
        stated = from_home(home if into == "home" else Path(into), kinds)
    found = score(heading, facts, stated)
    answered = score_talk(home, path.with_name(ANSWERS), heading, facts, stated)
    if as_json:
        both = {**msgspec.to_builtins(found), "residents": answered} if answered else found
        click.echo(msgspec.json.encode(both).decode())
        return
    print_scores(found)
    if answered is not None:
        print_answered(answered)
