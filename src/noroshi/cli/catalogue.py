"""The verb that tells what this node offers: `noroshi catalogue`."""

from __future__ import annotations

import click
import msgspec

from noroshi.cli.common import language, node, note, print_grid, write_out
from noroshi.core.label import OPERATOR
from noroshi.core.time import JST, show
from noroshi.engine.settings import load_settings


@click.command("catalogue")
@click.argument("words", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "dcat", "dcat-jsonld"]),
    default="table", show_default=True, help="A table, JSON lines, or DCAT-AP 3.0.  形式",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Short for --format jsonl.")
@click.pass_context
def catalogue_command(
    ctx: click.Context, /, words: tuple[str, ...], form: str, as_json: bool
) -> None:
    """What this node has: from whom, how often, how much, how new. With WORDS, what has them all.

    It is told as the operator sees it, with every label: look at what is in it before you hand a
    DCAT file on. `/catalogue` tells each reader what it may see.
    """
    from noroshi.channels.catalogue import matching, offers
    from noroshi.channels.dcat import json_ld, turtle

    settings = load_settings(ctx.find_root().obj)
    found = matching(offers(node(ctx), settings, OPERATOR), " ".join(words))
    if as_json or form == "jsonl":
        write_out((msgspec.json.encode(one) + b"\n" for one in found), None)
        return
    if form != "table":
        told = json_ld(found, settings.web.url or "http://localhost:8000", settings.web.title)
        data = turtle(told) if form == "dcat" else msgspec.json.encode(told)
        write_out((data,), None)
        return
    if not found:
        note("nothing of that  該当なし" if words else "nothing yet  まだ何もありません")
        return
    ja = language() == "ja"
    heads = ["名称", "件数", "最新", "状態", "公開範囲"] if ja else [
        "title", "count", "newest", "state", "shared with"]  # fmt: skip
    rows = [
        [one.title_ja if ja else one.title, str(one.count), (show(one.newest, JST) or "")[:16],
         "" if one.fresh is None else one.fresh.state, ", ".join(one.labels)]
        for one in found
    ]  # fmt: skip
    print_grid(heads, rows)
