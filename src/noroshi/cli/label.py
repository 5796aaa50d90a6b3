"""Verbs for who sees what: labels and their meaning, and taking back what was said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from noroshi.cli.common import node, note, print_grid
from noroshi.cli.directory import directory_of

if TYPE_CHECKING:
    from noroshi.core.label import Sharing


@click.group("label")
def label_command() -> None:
    """Sharing labels: what each means, who sees it.  共有範囲のラベル

    \b
    noroshi label set flood-cell --to org:nanao-city,org:kahoku --tlp AMBER
    noroshi label set patients --to own --purpose health --keep 30d
    """


@label_command.command("list")
@click.pass_context
def list_labels(ctx: click.Context, /) -> None:
    """Every label, the built-in ones first.  一覧"""
    from noroshi.core.label import to_tlp
    from noroshi.engine.sharing import Sharings

    sharings = Sharings(node(ctx))
    rows = [
        [str(one.id), sharings.name(one.id), _audience(one.sharing), to_tlp(one.sharing),
         str(one.sharing.clearance or ""), " ".join(one.sharing.compartments), one.sharing.purpose,
         f"{one.sharing.keep // 86400} d" if one.sharing.keep else ""]
        for one in sharings.all()
    ]  # fmt: skip
    titles = ["id", "name", "for", "TLP", "clearance", "compartments", "purpose", "kept"]
    print_grid(titles, rows)


def _audience(sharing: Sharing) -> str:
    if not sharing.audience:
        return "everyone"
    return " and ".join(", ".join(clause) for clause in sharing.audience)


@label_command.command("set")
@click.argument("name")
@click.option("--to", "audience", multiple=True, metavar="ATOMS",
              help="For: own, org:ID, group:NAME, person:ID, by commas; given twice, both "
              "must hold. Without: everyone.  共有先")  # fmt: skip
@click.option("--clearance", type=click.IntRange(0, 9), default=0, help="The least.  必要な権限")
@click.option("--compartment", "compartments", multiple=True, help="Read into.  区画（全て必要）")
@click.option("--purpose", default="", help="Personal data, for this only.  個人情報の利用目的")
@click.option("--keep", help="Personal data is erased after 30d, 12h.  保存期間")
@click.option("--tlp", default="", help="TLP 2.0 marking.  TLP 表示")
@click.pass_context
def set_label(
    ctx: click.Context, /, name: str, audience: tuple[str, ...], clearance: int,
    compartments: tuple[str, ...], purpose: str, keep: str | None, tlp: str,
) -> None:  # fmt: skip
    """Make the label NAME, or change what it means: what carries it follows at once, also at
    peers.  ラベルを定義・変更する"""
    from noroshi.core.label import Sharing
    from noroshi.engine.access import duration
    from noroshi.engine.roles import What, local_operator

    clauses = tuple(
        tuple(one.strip() for one in clause.split(",") if one.strip()) for clause in audience
    )
    store, directory = node(ctx), directory_of(ctx)
    try:
        kept = duration(keep) // 1_000_000 if keep else 0
        sharing = Sharing(clauses, clearance, compartments, purpose, kept, tlp)
        with directory.doing(
            local_operator(), "label.set", f"label:{name}", What.LABELS, audience=clauses,
            clearance=clearance, compartments=compartments, purpose=purpose, keep=kept, tlp=tlp,
        ):  # fmt: skip
            found = store.define_label(name, sharing)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    note(f"label {name} ({found.id}) is for {_audience(found.sharing)}")


@click.command("recall")
@click.argument("id")
@click.option("--reason", required=True, help="Told to everyone who had it.  理由（相手に伝わる）")
@click.option("--erase", is_flag=True, help="Destroy what it said here.  内容を消去する")
@click.option("--yes", is_flag=True, help="Do not ask.  確認しない")
@click.pass_context
def recall_command(ctx: click.Context, id: str, reason: str, erase: bool, yes: bool) -> None:
    """Take the message ID out of every picture, present and past, here and at every peer that has
    it, with all that was computed from it. What held before holds again.  電文を取り消す"""
    from noroshi.engine import recalls
    from noroshi.engine.products import run_products
    from noroshi.engine.roles import What, local_operator
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings
    from noroshi.engine.trust import Trust

    home: Path = ctx.find_root().obj
    store, directory = node(ctx), directory_of(ctx)
    settings = load_settings(home, Sharings(store).number)
    found = recalls.arrivals_of(store, id)
    if not yes:
        click.confirm(f"recall {found[0].name or found[0].id[:12]} of {found[0].source}?",
                      abort=True, err=True)  # fmt: skip
    with directory.doing(local_operator(), "recall", f"message:{found[0].id}", What.RECALL,
                         reason=reason, erase=erase):  # fmt: skip
        gone = recalls.recall(store, settings, Trust(home).org, id, reason, erase=erase)
    run_products(store, settings.releases, settings.products, home)
    note(f"{found[0].id[:12]} is recalled: {gone} records went")


@click.command("relabel")
@click.argument("id")
@click.argument("label")
@click.option("--reason", default="shared otherwise", help="Told to those who lose it.  理由")
@click.pass_context
def relabel_command(ctx: click.Context, id: str, label: str, reason: str) -> None:
    """Share the message ID under another LABEL: who saw it only under the old one loses it, here
    and at every peer.  電文の共有範囲を変える"""
    from noroshi.engine import recalls
    from noroshi.engine.products import run_products
    from noroshi.engine.roles import What, local_operator
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings
    from noroshi.engine.trust import Trust

    home: Path = ctx.find_root().obj
    store, directory = node(ctx), directory_of(ctx)
    sharings = Sharings(store)
    settings = load_settings(home, sharings.number)
    try:
        number = sharings.number(label)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param_hint="LABEL") from None
    found = recalls.arrivals_of(store, id)
    with directory.doing(local_operator(), "relabel", f"message:{found[0].id}", What.RELABEL,
                         label=label, reason=reason):  # fmt: skip
        count = recalls.relabel(store, settings, Trust(home).org, id, number, reason)
    run_products(store, settings.releases, settings.products, home)
    note(f"{found[0].id[:12]} is {label} now: {count} records")
