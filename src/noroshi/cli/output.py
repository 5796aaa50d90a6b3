"""Verbs about files for receivers: output list, output run."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click
import msgspec

from noroshi.cli import FAILED
from noroshi.cli.common import node, note, print_grid
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.time import JST, now, show
from noroshi.engine.settings import Output, Settings, load_settings


@click.group("output")
def output_command() -> None:
    """Files that this node writes for receivers (`[outputs.NAME]` in settings.toml).

    A running node (`noroshi serve`) writes them by the clock and on change; see docs/outputs.md.
    """


@output_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.pass_context
def list_command(ctx: click.Context, /, as_json: bool) -> None:
    """Every output: what goes where in which form, when, and when it was last written."""
    from noroshi.channels.outputs import failing_mark, written_mark
    from noroshi.channels.targets import receiver_of

    home: Path = ctx.find_root().obj
    outputs = load_settings(home).outputs
    store = node(ctx)
    rows = [
        {
            "name": name, "format": one.format, "collections": ", ".join(one.collections),
            "mode": one.mode, "when": _when(one), "to": receiver_of(one.to),
            "written": show(store.marked(written_mark(name)) or None, JST) or "",
            "failing_since": show(store.marked(failing_mark(name)) or None, JST) or "",
        }
        for name, one in sorted(outputs.items())
    ]  # fmt: skip
    if as_json:
        for row in rows:
            click.echo(msgspec.json.encode(row).decode())
    elif rows:
        print_grid(list(rows[0]), [list(row.values()) for row in rows])
    else:
        note("no outputs; docs/outputs.md says how to set one up  出力の設定はありません")


def _when(one: Output) -> str:
    said = [f"every {one.every}"] if one.every else []
    said += [f"on change, at most every {one.at_most_every}"] if one.on_change else []
    return "; ".join(said) or "by hand"


@output_command.command("run")
@click.argument("name")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False),
    help="Write into this folder instead, to look at it first.  確認用の出力先",
)  # fmt: skip
@click.pass_context
def run_command(ctx: click.Context, /, name: str, folder: Path | None) -> None:
    """Write the output NAME once, now, to its receiver (or into a folder, with --to)."""
    from noroshi.channels.deliver import Ended, Failed
    from noroshi.channels.outputs import Writing, failing_mark, opened, written_mark
    from noroshi.channels.targets import Folder

    home: Path = ctx.find_root().obj
    settings = load_settings(home)
    wanted = _named(settings, name)
    store = node(ctx)
    where = f"settings.toml: outputs.{name}"
    writing = Writing(store, name, wanted, where, settings.node)
    to = Folder(folder) if folder else opened(settings, home, name, wanted)
    started = now()
    with contextlib.closing(to):
        try:
            count = writing.write(to, lambda file, held: note(f"{file}: {held} records"))
        except (Failed, Ended) as error:
            raise NoroshiError(str(error), where=where) from None
    if not count:
        note("there was nothing to write: a package holds at least one record")
        ctx.exit(FAILED)
    if folder is None:
        store.mark(written_mark(name), started)
        if store.marked(failing_mark(name)):
            store.mark(failing_mark(name), 0)


def _named(settings: Settings, name: str) -> Output:
    found = settings.outputs.get(name)
    if found is None:
        raise NotFound(f"no output {name!r}", remedy="`noroshi output list` shows them")
    return found
