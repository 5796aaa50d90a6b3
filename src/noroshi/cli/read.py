"""Verbs that read: show, history, export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from noroshi import kinds
from noroshi.channels.exports import Export, Wishes, times
from noroshi.channels.features import edition, write_geojson, write_jsonl
from noroshi.cli.common import (
    Moment,
    known_now,
    language,
    node,
    note,
    picture_options,
    print_grid,
    query,
    write_out,
)
from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode, Version
from noroshi.core.time import JST, show
from noroshi.engine.settings import load_settings
from noroshi.store import Query, Store

FORMATS = ("table", "geojson", "csv", "jsonl")
EXPORTS = ("sip4d-zip", "geojson", "csv", "jsonl", "geoparquet", "xlsx", "cap", "lalert", "hub")
#: How many rows a terminal gets unless it asks for more.
ROWS = 200


def _declared(kind: str, store: Store) -> str:
    """`kind` if it is declared, or kept by this store from a newer version. Raises NotFound."""
    try:
        return kinds.get(kind).name
    except NotFound:
        if kind in store.counts(OPERATOR)["records"]:
            return kind
        raise


@click.command("show")
@click.argument("kind")
@picture_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format jsonl.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.  件数の上限")
@click.pass_context
def show_command(
    ctx: click.Context, /, kind: str, form: str, as_json: bool, limit: int | None, **asked: Any
) -> None:
    """The picture of one KIND: what is true at a time, as known at a time.

    Without --at and --as-of it is the picture now. What has run out by then is left out, and
    counted on standard error; --lapsed shows it as well.

    \b
    noroshi show disaster.shelter --area 17202
    noroshi show disaster.shelter --at 2024-01-13T06:00 --format geojson
    """
    store = node(ctx)
    wanted = query(store, _declared(kind, store), **asked)
    versions: Iterator[Version] = store.picture(wanted)
    form = "jsonl" if as_json else form
    if form == "table":
        _table(list(versions), kind, wanted, limit or ROWS)
    else:
        if limit is not None:
            versions = (one for _, one in zip(range(limit), versions, strict=False))
        if form == "geojson":
            write_out(write_geojson(versions, times(wanted)), None)
        elif form == "csv":
            from noroshi.channels.tables import write_csv

            write_out(write_csv(versions, kind), None)
        else:
            write_out(write_jsonl(versions), None)
    _hint(store, wanted)


def _table(versions: list[Version], kind: str, wanted: Query, limit: int) -> None:
    from noroshi.channels.tables import grid

    versions.sort(key=lambda one: (one.series, one.key))
    titles, rows = grid(versions[:limit], kind, language())
    declared = kinds.all_kinds().get(kind)
    name = declared.ja if declared and language() == "ja" else declared.en if declared else kind
    warning = {Mode.EXERCISE: " ** 訓練 EXERCISE **", Mode.TEST: " ** 試験 TEST **"}
    times = f"at {_short(wanted.at)}, as of {_short(wanted.as_of)} JST"
    title = f"{name} ({kind}){warning.get(wanted.mode, '')}\n{times}"
    if wanted.mode is not Mode.ACTUAL:
        note(warning[wanted.mode].strip())
    print_grid(titles, rows, title)
    if len(versions) > limit:
        note(f"{limit} of {len(versions)} shown; --limit shows more, --format csv all of them")
    elif not versions:
        note(f"nothing of kind {kind} ({times}, {wanted.mode.name.lower()})")


def _hint(store: Store, wanted: Query) -> None:
    """Say what is near but not shown: run out, or only in an exercise."""
    if wanted.lapsed or next(store.picture(wanted), None) is not None:
        return
    if next(store.picture(replace(wanted, lapsed=True)), None) is not None:
        note("there are records that have run out by then; --lapsed shows them")
    known = replace(wanted, as_of=known_now(store))
    if next(store.picture(known), None) is not None:
        note("this node did not know it then, but does now; leave out --as-of to see it")
    for mode in Mode:
        other = replace(wanted, mode=mode)
        if mode is not wanted.mode and next(store.picture(other), None) is not None:
            note(f"there are records of mode {mode.name.lower()}; --mode {mode.name.lower()}")


@click.command("history")
@click.argument("kind")
@click.argument("key")
@click.option("--as-of", type=Moment(), help="Known when (default: now).  いつ知っていたか")
@click.option(
    "--mode", type=click.Choice([one.name.lower() for one in Mode]), default="actual",
    show_default=True, help="Real, exercise or test.  実・訓練・試験",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.pass_context
def history_command(
    ctx: click.Context, kind: str, key: str, as_of: int | None, mode: str, as_json: bool
) -> None:
    """Every edition of one thing: when true, when known, from which message.

    KEY is the record's key, as `noroshi show KIND` prints it.
    """
    store = node(ctx)
    kind = _declared(kind, store)
    moment = known_now(store) if as_of is None else as_of
    versions = store.history(kind, key, OPERATOR, moment, Mode[mode.upper()])
    if not versions:
        raise NotFound(
            f"no {kind} with key {key!r} in mode {mode}",
            remedy=f"`noroshi show {kind} --lapsed` lists the keys",
        )
    if as_json:
        import msgspec

        write_out((msgspec.json.encode(edition(one)) + b"\n" for one in versions), None)
        return
    from noroshi.channels.tables import grid

    titles, rows = grid(versions, kind, language(), most=4, changes=True)
    head = ["known since", "valid from", "action", "message"]
    if language() == "ja":
        head = ["把握", "有効開始", "動作", "電文"]
    body = [
        [_short(one.recorded), row[2], one.action.name.lower(), (one.message or "")[:12], *row[4:]]
        for one, row in zip(versions, rows, strict=True)
    ]
    print_grid([*head, *titles[4:]], body, f"{kind} {key}")


def _short(time: int) -> str:
    return (show(time, JST) or "")[:19].replace("T", " ")


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(EXPORTS))
@click.option("--kind", help="Kind of record.  種別")
@picture_options
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--boundaries", is_flag=True, help="Draw what names only an area by its boundary.")
@click.option("--title", help="Title of a package (default: the layer's own).  表題")
@click.option("--author", help="Author of a package (default: the layer's own).  作成者")
@click.option("--code", help="SIP4D-ZIP type code, e.g. 01-001-01 or 99-999-99.")
@click.pass_context
def export_command(
    ctx: click.Context,
    /,
    form: str,
    kind: str | None,
    out: Path | None,
    title: str | None,
    author: str | None,
    code: str | None,
    boundaries: bool,
    **asked: Any,
) -> None:
    """Write the picture of one --kind or --series as FORMAT.

    Any kind, at any --at and --as-of. Without --out it goes to standard output.

    \b
    noroshi export sip4d-zip --kind disaster.shelter --out shelters.zip
    noroshi export geoparquet --kind disaster.bulletin --as-of 2025-06-01T14:05 --out then.parquet
    """
    if kind is None and asked["series"] is None:
        raise click.UsageError("say what to export: --kind or --series")
    store = node(ctx)
    wanted = query(store, None if kind is None else _declared(kind, store), **asked)
    if kind is None:
        first = next(store.picture(wanted), None)
        if first is None:
            raise NotFound(f"no series {wanted.series!r} in mode {asked['mode']} at this time")
    if out is not None and not out.name:
        raise click.BadParameter("give the name of a file", param_hint="--out")
    wishes = Wishes(title, author, code, language(), boundaries)
    if form in ("cap", "lalert"):
        wishes = replace(wishes, identity=load_settings(ctx.find_root().obj).node)
    export = Export(store, wanted, form, wishes)
    write_out(export.pieces(), out)
    for told in export.notes:
        note(told)
    place = f" to {out}" if out else ""
    note(f"{export.count} records written{place}")
