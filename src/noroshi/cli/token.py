"""The verb for tokens: who may send, and who may read more than the public."""

from __future__ import annotations

from pathlib import Path

import click

from noroshi.cli.common import note, print_grid
from noroshi.core.errors import NoroshiError
from noroshi.core.time import now


@click.group("token")
def token_command() -> None:
    """Make, list and revoke tokens. Without one, nothing can be sent and only what is public read.

    \b
    noroshi token new nanao-city --send
    noroshi token new liaison --read responders --expires 7d
    """


@token_command.command("new")
@click.argument("name")
@click.option("--source", default="", help="Send as this source (default: NAME).  情報源の名前")
@click.option("--read", "reads", default="", help="Labels it reads: responders,own.  読めるラベル")
@click.option("--send", "sends", is_flag=True, help="It may send messages.  送信を許す")
@click.option("--expires", help="After 30d, 12h, 10m.  有効期間")
@click.pass_context
def new_token(
    ctx: click.Context, /, name: str, source: str, reads: str, sends: bool, expires: str | None
) -> None:
    """Make a token and print it: once, and never again."""
    from noroshi.engine.access import Access, duration, labels_of

    home: Path = ctx.find_root().obj
    try:
        labels = labels_of(reads)
        end = None if expires is None else now() + duration(expires)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    token, text = Access(home).add(
        name, reads=labels, source=source or name, sends=sends, expires=end
    )
    click.echo(text)
    note(f"token {token.id} of {name}: keep it now, it is not shown again")


@token_command.command("list")
@click.pass_context
def list_tokens(ctx: click.Context, /) -> None:
    """Every token, without its secret."""
    from noroshi.engine.access import Access
    from noroshi.engine.settings import label_name

    home: Path = ctx.find_root().obj
    rows = [
        [one.id, one.name, one.source, "yes" if one.sends else "",
         ", ".join(map(label_name, one.reads)), one.created[:16], (one.expires or "")[:16]]
        for one in Access(home).tokens()
    ]  # fmt: skip
    print_grid(["id", "name", "source", "sends", "reads", "created", "expires"], rows)


@token_command.command("revoke")
@click.argument("id")
@click.pass_context
def revoke_token(ctx: click.Context, /, id: str) -> None:
    """End the token ID. A running node refuses it within a second."""
    from noroshi.engine.access import Access

    home: Path = ctx.find_root().obj
    if not home.exists():
        raise NoroshiError("no node here", where=str(home))
    note(f"token {id} of {Access(home).revoke(id).name} is revoked")
