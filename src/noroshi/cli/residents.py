"""The verb for residents in touch with the node: how many, and all of one of them at their wish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from noroshi.cli.common import note, print_grid
from noroshi.core.errors import NoroshiError, NotFound

_CHANNEL = click.option(
    "--channel", default="email", show_default=True,
    help="email, line, push, web … how they are reached.  連絡手段",
)  # fmt: skip


@click.group("residents")
def residents_command() -> None:
    """Residents in touch with this node: counts; one person's data told or erased at their wish.

    \b
    noroshi residents count
    noroshi residents export hanako@example.jp > hanako.json
    noroshi residents erase U4af49… --channel line

    Nothing lists people. Each export and erasure is in the audit log, without the address.
    """


@residents_command.command("count")
@click.option("--mode", type=click.Choice(["actual", "exercise", "test"]), default="actual",
              help="Real, exercise or test.  実・訓練・試験")  # fmt: skip
@click.pass_context
def count_residents(ctx: click.Context, /, mode: str) -> None:
    """How many contacts, subscriptions and safety groups there are, by channel."""
    from noroshi.channels.subscribers.counts import count_residents
    from noroshi.core.record import Mode
    from noroshi.engine.people import open_people
    from noroshi.engine.settings import load_settings

    home = _home(ctx)
    people = open_people(home, load_settings(home))
    found = count_residents(people, Mode[mode.upper()])
    channels = sorted(found.contacts.keys() | found.subscriptions.keys())
    print_grid(
        ["channel", "contacts", "subscriptions"],
        [
            [one, str(found.contacts.get(one, 0)), str(found.subscriptions.get(one, 0))]
            for one in channels
        ],
    )
    note(f"{found.groups} safety groups with {found.members} members; "
         f"{found.waiting} requests wait for confirmation")  # fmt: skip
    people.close()


@residents_command.command("export")
@click.argument("address")
@_CHANNEL
@click.pass_context
def export_resident(ctx: click.Context, /, address: str, channel: str) -> None:
    """Write all that is kept of the person at ADDRESS, as JSON. Make sure first that it is them."""
    import msgspec

    from noroshi.channels.personal import export

    found = _with(ctx, address, channel, "resident.exported", export)
    click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


@residents_command.command("erase")
@click.argument("address")
@_CHANNEL
@click.option("--yes", is_flag=True, help="Do not ask.  確認しない")
@click.pass_context
def erase_resident(ctx: click.Context, /, address: str, channel: str, yes: bool) -> None:
    """Erase the person at ADDRESS: subscriptions, groups, answers, and the words and pictures of
    their reports, here and at peers. It cannot be undone."""
    from noroshi.channels.personal import erase

    if not yes:
        click.confirm("Erase all that is kept of them?", abort=True)
    gone = _with(ctx, address, channel, "resident.erased", erase)
    note(f"erased, with {gone} messages of their reports")


def _with(ctx: click.Context, address: str, channel: str, action: str, act: Any) -> Any:
    from noroshi.engine.node import Node
    from noroshi.engine.roles import local_operator

    node = Node(_home(ctx))
    try:
        contact = node.people.known(channel, address)
        node.directory.audit.append(
            local_operator().name, action, f"contact:{contact.id if contact else 'unknown'}",
            {"channel": channel},
        )  # fmt: skip
        if contact is None:
            raise NotFound(
                f"nothing is kept of this address by {channel}",
                remedy="write it as it was given; --channel says how they are reached",
            )  # fmt: skip
        return act(node, contact)
    finally:
        node.stop()


def _home(ctx: click.Context) -> Path:
    home: Path = ctx.find_root().obj
    if not home.exists():
        raise NoroshiError("no node here", where=str(home))
    return home
