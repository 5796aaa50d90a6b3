"""Verbs for the keys of this node (docs/keys.md)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from noroshi.cli.common import note, print_grid
from noroshi.cli.directory import directory_of
from noroshi.core.errors import NotFound
from noroshi.core.time import JST, show

if TYPE_CHECKING:
    from noroshi.engine.trust import Trust

ROOT = click.option("--root", type=click.Path(path_type=Path), help="The root's file (default: "
                    "root.pem of this node).  ルート鍵のファイル")  # fmt: skip


@click.group("key")
def key_command() -> None:
    """The keys of this node: show, rotate, revoke.  鍵の表示・更新・失効

    A passphrase is taken from NOROSHI_KEY_PASSPHRASE.

    \b
    noroshi key rotate --root /media/stick/root.pem
    noroshi key revoke 1f2e3d4c5b6a7988 --reason compromised --root /media/stick/root.pem
    """


def _trust(ctx: click.Context) -> Trust:
    from noroshi.engine.trust import Trust

    home: Path = ctx.find_root().obj
    trust = Trust(home)
    if trust.own is None:
        raise NotFound("this node has no identity", remedy="`noroshi peer init ORG`")
    return trust


@key_command.command("show")
@click.pass_context
def show_keys(ctx: click.Context, /) -> None:
    """Every key this organisation ever had, and the root's fingerprint.  鍵の履歴と指紋"""
    from noroshi.formats.exchange.keys import fingerprint

    own = _trust(ctx).own
    assert own is not None
    rows = [
        [one.keys.kid.hex(), *((show(time, JST) or "")[:19] if time else ""
                               for time in (one.since, one.until, one.revoked)), one.reason]
        for one in own.keys
    ]  # fmt: skip
    print_grid(["key", "since", "until", "revoked", "reason"], rows)
    click.echo(f"{own.org}, serial {own.serial}\nroot fingerprint: {fingerprint(own.root)}")


@key_command.command("rotate")
@ROOT
@click.pass_context
def rotate(ctx: click.Context, /, root: Path | None) -> None:
    """New keys, in force at once; what the old ones signed stays good.  鍵を取り替える"""
    from noroshi.engine.roles import What, local_operator

    trust = _trust(ctx)
    with directory_of(ctx).doing(local_operator(), "key.rotate", f"org:{trust.org}", What.KEYS):
        identity = trust.rotate(root or trust.folder / "root.pem")
    note(f"{identity.keys[-1].keys.kid.hex()} signs from now on (serial {identity.serial})")


@key_command.command("revoke")
@click.argument("kid")
@click.option("--reason", required=True, help="`compromised`: nothing that it ever signed is "
              "believed. Anything else: nothing from now on.  理由")  # fmt: skip
@ROOT
@click.pass_context
def revoke(ctx: click.Context, /, kid: str, reason: str, root: Path | None) -> None:
    """Revoke the key KID; peers hear of it at their next question.  鍵を失効させる"""
    from noroshi.engine.roles import What, local_operator

    trust = _trust(ctx)
    with directory_of(ctx).doing(local_operator(), "key.revoke", f"key:{kid}", What.KEYS,
                                 reason=reason):  # fmt: skip
        identity = trust.revoke(root or trust.folder / "root.pem", kid, reason)
    note(f"{kid} is revoked (serial {identity.serial})")
    note(f"{identity.keys[-1].keys.kid.hex()} signs from now on")
