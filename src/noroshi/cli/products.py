"""Verbs about products: run them over history, explain what they say."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from noroshi import domains
from noroshi.channels.features import parse_thing_id
from noroshi.cli import FAILED
from noroshi.cli.common import Moment, language, node, note, print_grid
from noroshi.core.capability import Capability
from noroshi.core.errors import NotFound
from noroshi.core.label import ANONYMOUS, OPERATOR, Reader
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import JST, now, show
from noroshi.engine.lineage import as_object, drawn, title
from noroshi.engine.settings import Settings, load_settings
from noroshi.engine.sharing import Sharings
from noroshi.store import Store

if TYPE_CHECKING:
    from noroshi.engine.backfill import Rehearsal
    from noroshi.engine.methods import Method

#: How many rows a terminal gets.
ROWS = 200
_TYPES: dict[str, Any] = {"integer": int, "number": float, "boolean": bool, "string": str}


class Products(click.Group):
    """A verb for each product, with its parameters as options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(domains.all_capabilities())

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        try:
            return _command(name, domains.get(name))
        except NotFound:
            return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [
            (name, one.error if isinstance(one, domains.Broken)
             else one.title_ja if language() == "ja" else one.title)
            for name, one in domains.all_capabilities().items()
        ]  # fmt: skip
        with formatter.section("Products"):
            formatter.write_dl(rows)


@click.command("run", cls=Products)
def run_command() -> None:
    """Compute a PRODUCT over its history.  プロダクトを過去にさかのぼって算出する

    What it says at each moment from --from to --to at which something changed, from what was known
    as of a time. The same question has the same answer for ever. Nothing is kept but with --keep.

    \b
    noroshi run disaster/alert_level
    noroshi run disaster/alert_level --from 2024-01-01T16:00 --to 2024-01-01T18:00 --format jsonl
    noroshi run disaster/alert_level --help        # its parameters
    """


def _command(name: str, capability: Capability) -> click.Command:
    """The verb of one product."""
    options: list[click.Parameter] = [
        click.Option(["--from", "start"], type=Moment(),
                     help="From when on (default: --to).  いつから"),
        click.Option(["--to", "end"], type=Moment(), help="Until when (default: now).  いつまで"),
        click.Option(["--as-of"], type=Moment(),
                     help="Known when (default: now).  いつ知っていたか"),
        click.Option(["--mode"], type=click.Choice([one.name.lower() for one in Mode]),
                     default="actual", show_default=True,
                     help="Real, exercise or test.  実・訓練・試験"),
        click.Option(["--public"], is_flag=True,
                     help="Only from what is public.  公開の情報だけから"),
        click.Option(["--keep"], is_flag=True, help="Keep what it says.  結果を保存する"),
        click.Option(["--format", "form"], type=click.Choice(["table", "jsonl"]), default="table",
                     show_default=True),
        *_options(capability),
    ]  # fmt: skip

    def call(**asked: Any) -> None:
        _run(click.get_current_context(), name, capability, **asked)

    return click.Command(
        name, params=options, callback=call,
        help=f"{capability.sentence}\n\n{capability.sentence_ja}",
        short_help=capability.title,
    )  # fmt: skip


def _options(capability: Capability) -> Iterator[click.Option]:
    """The parameters of a product as options; their types, bounds and notes are those of the
    Struct that declares them."""
    kind = capability.load_params()
    schema = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]
    for field in msgspec.structs.fields(kind):
        said = schema[field.encode_name]
        default = kind().__getattribute__(field.name)
        yield click.Option(
            ["--" + field.name.replace("_", "-"), f"param_{field.name}"],
            type=_TYPES.get(said.get("type", ""), str), default=None,
            help=f"{said.get('description', '')} (default: {default}).  {said.get('title', '')}",
        )  # fmt: skip


def _run(
    ctx: click.Context, name: str, capability: Capability, *, start: int | None, end: int | None,
    as_of: int | None, mode: str, public: bool, keep: bool, form: str, **given: Any,
) -> None:  # fmt: skip
    from noroshi.engine.backfill import rehearse
    from noroshi.engine.methods import Method
    from noroshi.engine.towns import Borders

    home: Path = ctx.find_root().obj
    store = node(ctx)
    settings = load_settings(home, Sharings(store).number)
    chosen = {
        one.removeprefix("param_"): value for one, value in given.items() if value is not None
    }
    method = Method.of(name, capability, {**settings.products.get(name, {}), **chosen})
    known = store.recorded() if as_of is None else min(as_of, store.recorded())
    last = max(now(), known) if end is None else end
    first = last if start is None else start
    if first > last:
        raise click.UsageError("--from is after --to")
    if keep:
        if public or chosen:
            raise click.UsageError(
                "--keep computes for every circle of readers with the parameters of settings.toml"
            )
        count, failures = _keep(store, name, capability, method, settings, first, last, known)
        click.echo(f"{count} versions")
    else:
        rehearsal, failures = rehearse(
            store, name, capability, first, last, known, towns=Borders(store),
            params=method.params, reader=ANONYMOUS if public else OPERATOR,
            modes=[Mode[mode.upper()]],
        )  # fmt: skip
        if form == "jsonl":
            _lines(rehearsal)
        else:
            _table(rehearsal)
    for one in failures:
        note(f"failed: {one}")
    if failures:
        sys.exit(FAILED)


def _keep(
    store: Store, name: str, capability: Capability, method: Method, settings: Settings,
    start: int, end: int, as_of: int,
) -> tuple[int, list[str]]:  # fmt: skip
    """Run a product over history and keep what it says; how many versions, and what failed."""
    from noroshi.engine.backfill import play
    from noroshi.engine.methods import Telling
    from noroshi.engine.product import Product
    from noroshi.engine.products import Keeper
    from noroshi.engine.towns import Borders

    telling = Telling(store, Keeper(store, settings.releases).publish, method)
    count = 0

    def publish(source: str, label: int, editions: Sequence[Edition]) -> int:
        nonlocal count
        stored = telling(source, label, editions)
        count += stored
        return stored

    product = Product(
        store, name, capability, publish, towns=Borders(store), params=method.params,
        released=settings.releases.get(name), as_of=as_of,
    )  # fmt: skip
    failures = [one for _, failed in play(product, start, end) for one in failed]
    return count, list(dict.fromkeys(failures))


def _lines(rehearsal: Rehearsal) -> None:
    """One line for each thing that is said, and for each series that ends."""
    for said in rehearsal.said:
        one = said.edition
        heading = {"moment": show(said.moment), "series": one.series, "mode": one.mode.name.lower(),
                   "issued": show(one.issued), "effective": show(one.effective)}  # fmt: skip
        lines: list[dict[str, Any]] = [] if one.records else [{**heading, "ended": True}]
        for record in one.records:
            lines.append({**heading,
                    "kind": record.kind, "key": record.key, "area": record.area,
                    "valid_from": show(record.valid_from), "valid_to": show(record.valid_to),
                    "basis": list(record.basis), "body": msgspec.Raw(record.body),
                })  # fmt: skip
        for line in lines:
            click.echo(msgspec.json.encode(line).decode())


def _table(rehearsal: Rehearsal) -> None:
    """What is said last, with since when."""
    versions = rehearsal.standing()
    rows = [[title(one), show(one.valid_from, JST) or "", _brief(one)] for one in versions[:ROWS]]
    if rows:
        print_grid(["", "since", ""], rows)
    more = len(versions) - len(rows)
    changes = f"{len(rehearsal.said)} changes"
    click.echo(f"{changes}, {len(versions)} things" + (f" ({more} not shown)" if more else ""))


def _brief(version: Version) -> str:
    """The first few values of a record."""
    plain = {name: value for name, value in version.fields().items()
             if isinstance(value, str | int | float) and value not in ("", None)}  # fmt: skip
    return "  ".join(f"{name}={value}" for name, value in list(plain.items())[:6])


@click.command("explain")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--public", is_flag=True, help="As everybody may see it.  公開の範囲で")
@click.pass_context
def explain_command(ctx: click.Context, id: str, as_json: bool, public: bool) -> None:
    """Where a record comes from, as a tree down to the messages.  根拠の表示

    ID is the number of a version (`record_id` in tables, exports and the API), or the id of a
    feature as the page and the API show it (its version now).

    
    noroshi explain 4711
    noroshi explain 12.city:1720200
    """
    from noroshi.engine.lineage import trace

    store = node(ctx)
    reader = ANONYMOUS if public else OPERATOR
    if id.isdecimal():
        number = int(id)
    else:
        number = _version_of(store, id, reader)
    tree = trace(store, number, reader)
    if as_json:
        click.echo(msgspec.json.encode(as_object(tree)).decode())
        return
    for line in drawn(tree):
        click.echo(line)


def _version_of(store: Store, id: str, reader: Reader) -> int:
    """The version of the feature `id` in the picture now, of any kind and mode."""
    series, key, number = parse_thing_id(id)
    if number is not None:
        return number
    moment = max(now(), store.recorded())
    for kind in sorted(store.kinds(reader)):
        try:
            return store.thing(kind, series, key, reader, moment, moment).id
        except NotFound:
            continue
    raise NotFound(f"no record {id!r} in the picture", remedy="`noroshi show KIND` lists some")
