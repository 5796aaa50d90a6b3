"""Verbs that take in: ingest, messages, places."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from noroshi.channels.tables import short
from noroshi.cli import FAILED
from noroshi.cli.common import node, note, print_grid, write_out
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import JST, show
from noroshi.engine.ingest import Offered, Totals, ingest, reread
from noroshi.engine.mappings import load_toml
from noroshi.engine.settings import load_settings
from noroshi.engine.sharing import Sharings
from noroshi.store import QUARANTINED, READ, Arrival, Outcome, Receipt


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--source", default="operator", show_default=True, help="Who sent it.  送信元")
@click.option("--label", help="Sharing label: public, responders, own.  共有範囲")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Mapping file for a table (docs/mapping.md).  項目対応ファイル",
)
@click.option(
    "--name",
    help="Name of what comes on standard input; it tells untitled layers apart.  名前",
)
@click.option("--as", "format", help="Read as this format, whatever it looks like.  形式を指定")
@click.option(
    "--mode",
    type=click.Choice(["exercise", "test"]),
    help="Take everything in as an exercise, or a test.  訓練・試験として取り込む",
)
@click.option("--json", "as_json", is_flag=True, help="One line per message, then the totals.")
@click.option("--strict", is_flag=True, help="Exit 1 if anything went to quarantine.")
@click.pass_context
def ingest_command(
    ctx: click.Context,
    paths: tuple[str, ...],
    source: str,
    label: str | None,
    mapping: Path | None,
    name: str | None,
    format: str | None,
    mode: str | None,
    as_json: bool,
    strict: bool,
) -> None:
    """Take messages in: files, folders, archives, or - for standard input.

    Any format it knows, told apart by content. A message that is acknowledged (a line with
    --json) is on disk. What cannot be read is kept in quarantine with its reason.

    \b
    noroshi ingest ~/telegrams shelters.zip
    curl -s https://example.jp/layer.geojson | noroshi ingest - --source example --label public
    """
    from noroshi import formats
    from noroshi.engine.products import is_behind, run_products
    from noroshi.feeds.paths import find

    home: Path = ctx.find_root().obj
    store = node(ctx)
    sharings = Sharings(store)
    settings = load_settings(home, sharings.number)
    sender = settings.source(source)
    if label is not None:
        try:
            sender = msgspec.structs.replace(sender, label=sharings.number(label))
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--label") from None
    if mapping is not None:
        sender = msgspec.structs.replace(sender, mapping=load_toml(mapping))
    if mode is not None and sender.mode is Mode.ACTUAL:
        sender = msgspec.structs.replace(sender, mode=Mode[mode.upper()])
    if format is not None:
        format = formats.get(format).name
    quarantined: list[tuple[str, str]] = []
    behind = is_behind(store)

    def acknowledge(receipt: Receipt, offered: Offered) -> None:
        if receipt.state == QUARANTINED:
            quarantined.append((offered.name, receipt.reason))
        if as_json:
            line = {
                "id": receipt.id, "name": offered.name, "state": receipt.state,
                "received": show(receipt.received), "records": receipt.records,
                "stated": receipt.stated, "reason": receipt.reason,
            }  # fmt: skip
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
            sys.stdout.flush()

    with _progress() as watch:
        offered = watch(_refusals(find(paths, settings.limits, stdin_name=name or "-")))
        totals, changed = ingest(
            store, offered, sender, limits=settings.limits, format=format, acknowledge=acknowledge
        )
    if changed or behind:
        totals.products, failures = run_products(store, settings.releases, settings.products, home)
        for failure in failures:
            note(f"product failed: {failure}")
    if as_json:
        click.echo(msgspec.json.encode(totals).decode())
    else:
        _report(totals, quarantined)
    if strict and (totals.quarantined or totals.refused):
        ctx.exit(FAILED)


def _refusals(offered: Iterable[Offered]) -> Iterator[Offered]:
    """Say at once what cannot even be kept."""
    for one in offered:
        if one.fault and not one.data:
            note(f"refused: {one.name}: {one.fault}")
        yield one


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar on standard error, only where a person watches."""
    if not sys.stderr.isatty():
        yield lambda offered: offered
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    # No refresh thread: reading processes are forked from here.
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"),
        TimeElapsedColumn(), console=Console(stderr=True), auto_refresh=False, transient=True,
    )  # fmt: skip
    task = bar.add_task("messages 電文", total=None)

    def watch(offered: Iterable[Offered]) -> Iterator[Offered]:
        for number, one in enumerate(offered):
            if number % 50 == 0:
                bar.update(task, completed=number)
                bar.refresh()
            yield one

    with bar:
        yield watch


def _report(totals: Totals, quarantined: list[tuple[str, str]]) -> None:
    click.echo(
        f"{totals.messages} messages: {totals.read} read, {totals.duplicate} known already, "
        f"{totals.quarantined} in quarantine"
    )
    click.echo(f"{totals.stated} records stated, {totals.records} new, {totals.products} products")
    if totals.faults:
        note(f"{totals.faults} bad records left out; `noroshi messages ID` says which and why")
    for name, reason in quarantined[:10]:
        note(f"quarantined: {name}: {reason}")
    if len(quarantined) > 10:
        note(f"… and {len(quarantined) - 10} more: noroshi messages --state quarantined")


@click.command("messages")
@click.argument("id", required=False)
@click.option(
    "--state",
    type=click.Choice(["read", "duplicate", "quarantined", "waiting"]),
    help="Only these.  状態",
)
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.option("--bytes", "as_bytes", is_flag=True, help="Print the message itself.  原文")
@click.option("--reread", "again", is_flag=True, help="Read again after a fix: ID, or all that are "
              "in quarantine.  再読込")  # fmt: skip
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With --reread: mapping file for tables (else that of the source's settings).",
)
@click.pass_context
def messages_command(
    ctx: click.Context,
    id: str | None,
    state: str | None,
    as_json: bool,
    as_bytes: bool,
    again: bool,
    mapping: Path | None,
) -> None:
    """What arrived, from whom, and its state: read, duplicate, or quarantined and why.

    ID is a message's SHA-256 or the first digits of it.
    """
    store = node(ctx)
    if as_bytes:
        if id is None:
            raise click.UsageError("say which message: noroshi messages ID --bytes")
        write_out([store.message(id, OPERATOR)], None)
        return
    if again:
        _reread(ctx, id, mapping, as_json)
        return
    arrivals = store.messages(OPERATOR, state=state, id=id)
    sharings = Sharings(store)
    if as_json:
        write_out((msgspec.json.encode(_line(one, sharings)) + b"\n" for one in arrivals), None)
        return
    found = list(arrivals)
    if id is not None:
        for one in found:
            _detail(one, sharings)
        return
    rows = [
        [one.id[:12], one.source, (show(one.received, JST) or "")[:19], one.format,
         str(one.size), one.state, str(one.records), one.name, one.reason]
        for one in found
    ]  # fmt: skip
    titles = ["id", "source", "received", "format", "bytes", "state", "records", "name", "reason"]
    print_grid(titles, rows)


def _line(one: Arrival, sharings: Sharings) -> dict[str, Any]:
    return {
        "id": one.id,
        "source": one.source,
        "received": show(one.received),
        "media_type": one.media_type,
        "size": one.size,
        "state": one.state,
        "reason": one.reason,
        "records": one.records,
        "stated": one.stated,
        "name": one.name,
        "format": one.format,
        "label": sharings.name(one.label),
        "faults": msgspec.Raw(one.faults),
    }


def _detail(one: Arrival, sharings: Sharings) -> None:
    for name, value in _line(one, sharings).items():
        if name != "faults" and value != "":
            click.echo(f"{name:<11} {value}")
    for fault in msgspec.json.decode(one.faults):
        remedy = f" ({fault['remedy']})" if fault.get("remedy") else ""
        click.echo(f"  {fault['severity']}: {fault['where']}: {fault['what']}{remedy}")


def _reread(ctx: click.Context, id: str | None, mapping: Path | None, as_json: bool) -> None:
    from noroshi.engine.products import run_products
    from noroshi.feeds.paths import expand

    home: Path = ctx.find_root().obj
    store = node(ctx)
    settings = load_settings(home, Sharings(store).number)
    table = None if mapping is None else load_toml(mapping)
    wanted = store.messages(OPERATOR, id=id, state=None if id else QUARANTINED)
    first = {one.id: one for one in sorted(wanted, key=lambda one: -one.received)}
    totals = Totals()
    for one in reversed(first.values()):
        data = store.message(one.id, OPERATOR)
        source = msgspec.structs.replace(settings.source(one.source), label=one.label)
        if table is not None:
            source = msgspec.structs.replace(source, mapping=table)
        members = list(expand(one.name, data, settings.limits))
        if [member.data for member in members] != [data]:
            # An archive that went beyond the limits, and may not any more.
            totals.add(ingest(store, members, source, limits=settings.limits)[0])
            store.settle(bytes.fromhex(one.id), Outcome(media_type="application/x-archive"))
            continue
        receipt = reread(store, one, data, source, settings.limits)
        totals.add(Totals(
            messages=1, read=receipt.state == READ, quarantined=receipt.state == QUARANTINED,
            records=receipt.records, stated=receipt.stated,
        ))  # fmt: skip
        if receipt.state == QUARANTINED:
            note(f"still quarantined: {one.name}: {receipt.reason}")
    if totals.records:
        totals.products, _ = run_products(store, settings.releases, settings.products, home)
    if as_json:
        click.echo(msgspec.json.encode(totals).decode())
    else:
        _report(totals, [])


@click.group("places")
def places_command() -> None:
    """Official boundaries and codes.  行政区域と地域コード"""


@places_command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def places_import(ctx: click.Context, file: Path) -> None:
    """Import FILE: MLIT N03 as GeoJSON, TopoJSON or zipped Shapefile, or a JMA area code CSV.

    Areas of the same code are replaced; what this file does not say of them is kept. With
    boundaries, --bbox also finds records that name
    only a municipality, and `noroshi validate` tells points outside their municipality.
    """
    from noroshi.engine.places import import_places

    settings = load_settings(ctx.find_root().obj)
    number, faults = import_places(node(ctx), file.read_bytes(), settings.limits)
    for fault in faults:
        note(f"left out: {fault.where}: {fault.what}")
    if not number:
        raise NoroshiError("no areas in it", where=str(file))
    click.echo(f"{number} areas imported")


@places_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.pass_context
def places_list(ctx: click.Context, as_json: bool) -> None:
    """Areas that have been imported."""
    rows = [
        {"area": one.area, "name": one.name, "kana": one.kana, "level": one.level,
         "parents": list(one.parents), "boundary": one.geometry is not None}
        for one in node(ctx).places()
    ]  # fmt: skip
    if as_json:
        write_out((msgspec.json.encode(row) + b"\n" for row in rows), None)
        return
    titles = ["area", "name", "kana", "level", "parents", "boundary"]
    print_grid(titles, [[short(value) for value in row.values()] for row in rows])
