"""The verb for tokens: who may send, and who may read more than the public."""

from __future__ import annotations

from pathlib import Path

import click

from noroshi.cli.common import note, print_grid
from noroshi.core.errors import NoroshiError
from noroshi.core.time import now, show


@click.group("token")
def token_command() -> None:
    """Make, list and revoke tokens. Without one, nothing can be sent and only what is public read.

    \b
    noroshi token new nanao-city --send
    noroshi token new liaison --read responders --expires 7d
    noroshi token new gauge-7 --for device:gauge-7 --send
    """


@token_command.command("new")
@click.argument("name")
@click.option("--source", default="", help="Send as this source (default: NAME).  情報源の名前")
@click.option(
    "--read", "reads", default="",
    help="What it reads: responders,own,org:ID,group:NAME, or label numbers.  読める範囲",
)  # fmt: skip
@click.option("--send", "sends", is_flag=True, help="It may send messages.  送信を許す")
@click.option("--role", help="What it may do, if not only read or send.  役割")
@click.option(
    "--for", "holder", default="",
    help="It belongs to person:ID, device:ID or org:ID, and gives no more.  持ち主",
)  # fmt: skip
@click.option("--expires", help="After 30d, 12h, 10m.  有効期間")
@click.pass_context
def new_token(
    ctx: click.Context,
    /,
    name: str,
    source: str,
    reads: str,
    sends: bool,
    role: str | None,
    holder: str,
    expires: str | None,
) -> None:
    """Make a token and print it: once, and never again."""
    from noroshi.engine.access import Access, duration
    from noroshi.engine.roles import role_named
    from noroshi.engine.tokens import reads as understood

    home: Path = ctx.find_root().obj
    words = tuple(one.strip() for one in reads.split(",") if one.strip())
    try:
        understood(words)
        chosen = None if role is None else role_named(role)
        end = None if expires is None else now() + duration(expires)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None
    token, text = Access(home).add(
        name, reads=words, source=source or ("" if holder else name), sends=sends, role=chosen,
        holder=holder, expires=end,
    )  # fmt: skip
    click.echo(text)
    note(f"token {token.id} of {name}: keep it now, it is not shown again")


@token_command.command("list")
@click.pass_context
def list_tokens(ctx: click.Context, /) -> None:
    """Every token, without its secret."""
    from noroshi.engine.access import Access
    from noroshi.engine.roles import Role

    home: Path = ctx.find_root().obj
    rows = [
        [one.id, one.name, one.holder, one.source, Role(one.role).name.lower(),
         ", ".join(map(str, (*_shown(one.atoms), *one.labels))), (show(one.created) or "")[:16],
         (show(one.expires) or "")[:16]]
        for one in (Access(home).tokens() if home.exists() else [])
    ]  # fmt: skip
    print_grid(["id", "name", "holder", "source", "role", "reads", "created", "expires"], rows)


def _shown(atoms: tuple[str, ...]) -> list[str]:
    """The words by which `--read` takes them."""
    words = {"group:responders": "responders", "group:isut": "isut"}
    return [words.get(one, one) for one in atoms]


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
