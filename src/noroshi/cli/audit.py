"""The verb for the audit log: what was done to the node, and whether the log is whole."""

from __future__ import annotations

import click

from noroshi.cli import FAILED
from noroshi.cli.common import note, print_grid
from noroshi.cli.directory import directory_of
from noroshi.core.time import JST, show


@click.group("audit")
def audit_command() -> None:
    """What was done to the node, by whom; chained so that no change goes unseen.  監査記録

    \b
    noroshi audit head > /media/usb/head      # keep it elsewhere …
    noroshi audit verify --head "$(cat /media/usb/head)"   # … and compare later
    """


@audit_command.command("list")
@click.option("--actor", help="Done by, e.g. person:sato.  操作した人")
@click.option("--target", help="Done to, e.g. org:nanao-city.  操作の対象")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="件数")
@click.option("--before", type=int, help="Only entries below this number.  この番号より前")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each entry.")
@click.pass_context
def list_entries(
    ctx: click.Context,
    /,
    actor: str | None,
    target: str | None,
    limit: int,
    before: int | None,
    as_json: bool,
) -> None:
    """Entries, the newest first.  新しい順の一覧"""
    import msgspec

    found = directory_of(ctx).audit.entries(
        before=before, actor=actor, target=target, limit=min(limit, 2**31)
    )
    if as_json:
        for one in found:
            line = {
                "id": one.id, "time": show(one.time), "actor": one.actor, "action": one.action,
                "target": one.target, "details": msgspec.Raw(one.details.encode()),
                "hash": one.hash.hex(),
            }  # fmt: skip
            click.echo(msgspec.json.encode(line).decode())
        return
    rows = [
        [str(one.id), (show(one.time, JST) or "")[:19], one.actor, one.action, one.target,
         one.details]
        for one in found
    ]  # fmt: skip
    print_grid(["no", "time", "actor", "action", "target", "details"], rows)


@audit_command.command("head")
@click.pass_context
def show_head(ctx: click.Context, /) -> None:
    """The end of the log: keep it elsewhere, for `verify --head`.  記録の末尾(別に控える)"""
    click.echo(str(directory_of(ctx).audit.head()))


@audit_command.command("verify")
@click.option("--head", "text", help="A head that was kept elsewhere.  控えておいた末尾")
@click.pass_context
def verify(ctx: click.Context, /, text: str | None) -> None:
    """Find whatever was changed, removed, moved or cut off. Exit 1 if anything.  記録を検証する"""
    from noroshi.store.audit import head

    try:
        kept = None if text is None else head(text)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    log = directory_of(ctx).audit
    faults = log.verify(kept)
    for fault in faults:
        click.echo(fault)
    if faults:
        ctx.exit(FAILED)
    note(f"{log.head().count} entries, nothing changed" + (
        "" if kept else "; only a head that was kept elsewhere shows a log written wholly anew"
    ))  # fmt: skip
