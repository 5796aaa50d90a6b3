"""Verbs for who there is: organisations, devices, groups. People have a file of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from noroshi.cli.common import note, print_grid

if TYPE_CHECKING:
    from noroshi.engine.directory import Directory


def directory_of(ctx: click.Context) -> Directory:
    """The directory of the node at `--home`, closed when the verb ends."""
    from noroshi.engine.directory import Directory
    from noroshi.engine.exchange import own_organisation
    from noroshi.engine.settings import load_settings

    home: Path = ctx.find_root().obj
    directory = Directory(home, own_organisation(home, load_settings(home)))
    ctx.call_on_close(directory.close)
    return directory


@click.group("org")
def org_command() -> None:
    """Organisations that read or send here.  組織の登録と一覧

    \b
    noroshi org add nanao-city --name "Nanao City" --name-ja 七尾市
    """


@org_command.command("add")
@click.argument("id")
@click.option("--name", help="Its name (default: ID).  名称")
@click.option("--name-ja", default="", help="Its name in Japanese.  日本語の名称")
@click.option("--contact", default="", help="Whom to ask.  連絡先")
@click.pass_context
def add_organisation(
    ctx: click.Context, /, id: str, name: str | None, name_ja: str, contact: str
) -> None:
    """Add the organisation ID (like nanao-city).  組織を登録する"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).add_organisation(
        local_operator(), id, name or id, name_ja=name_ja, contact=contact
    )
    note(f"org:{id} is added")


@org_command.command("set")
@click.argument("id")
@click.option("--name", help="Its name.  名称")
@click.option("--name-ja", help="Its name in Japanese.  日本語の名称")
@click.option("--contact", help="Whom to ask.  連絡先")
@click.pass_context
def change_organisation(
    ctx: click.Context, /, id: str, name: str | None, name_ja: str | None, contact: str | None
) -> None:
    """Change what is said of the organisation ID.  組織の情報を変える"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).change_organisation(
        local_operator(), id, name=name, name_ja=name_ja, contact=contact
    )
    note(f"org:{id} is changed")


@org_command.command("remove")
@click.argument("id")
@click.pass_context
def remove_organisation(ctx: click.Context, /, id: str) -> None:
    """Remove the organisation ID with its devices, memberships and tokens.  組織を削除する"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).remove_organisation(local_operator(), id)
    note(f"org:{id} is removed")


@org_command.command("list")
@click.pass_context
def list_organisations(ctx: click.Context, /) -> None:
    """Every organisation.  組織の一覧"""
    directory = directory_of(ctx)
    rows = [
        [one.id, one.name, one.name_ja, one.contact, "own" if one.id == directory.own else ""]
        for one in directory.organisations()
    ]
    print_grid(["id", "name", "name-ja", "contact", "own"], rows)


@click.group("device")
def device_command() -> None:
    """Things that send or show, each of one organisation.  機器の登録と一覧

    \b
    noroshi device add gauge-7 --org nanao-city
    noroshi token new gauge-7 --for device:gauge-7 --send
    """


@device_command.command("add")
@click.argument("id")
@click.option("--org", "organisation", required=True, help="Whose it is.  組織")
@click.option("--name", default="", help="Its name (default: ID).  名称")
@click.pass_context
def add_device(ctx: click.Context, /, id: str, organisation: str, name: str) -> None:
    """Add the device ID.  機器を登録する"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).add_device(local_operator(), id, organisation, name)
    note(f"device:{id} is added")


@device_command.command("remove")
@click.argument("id")
@click.pass_context
def remove_device(ctx: click.Context, /, id: str) -> None:
    """Remove the device ID; its tokens end at once.  機器を削除する"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).remove_device(local_operator(), id)
    note(f"device:{id} is removed")


@device_command.command("list")
@click.pass_context
def list_devices(ctx: click.Context, /) -> None:
    """Every device.  機器の一覧"""
    rows = [[one.id, one.organisation, one.name] for one in directory_of(ctx).devices()]
    print_grid(["id", "org", "name"], rows)


@click.group("group")
def group_command() -> None:
    """Groups of organisations and people, such as the responders.  グループ

    \b
    noroshi group set responders org:nanao-city org:ishikawa person:sato
    """


@group_command.command("set")
@click.argument("name")
@click.argument("members", nargs=-1, metavar="[org:ID|person:ID]...")
@click.option("--title", default="", help="What it is.  説明")
@click.option("--title-ja", default="", help="What it is, in Japanese.  日本語の説明")
@click.pass_context
def set_group(
    ctx: click.Context, /, name: str, members: tuple[str, ...], title: str, title_ja: str
) -> None:
    """Say who is in the group NAME: all of its members.  グループの構成員を決める"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).set_group(local_operator(), name, members, title=title, title_ja=title_ja)
    note(f"group:{name} has {len(set(members))} members")


@group_command.command("remove")
@click.argument("name")
@click.pass_context
def remove_group(ctx: click.Context, /, name: str) -> None:
    """Remove the group NAME.  グループを削除する"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).remove_group(local_operator(), name)
    note(f"group:{name} is removed")


@group_command.command("list")
@click.pass_context
def list_groups(ctx: click.Context, /) -> None:
    """Every group and who is in it.  グループの一覧"""
    rows = [[name, ", ".join(members)] for name, members in directory_of(ctx).groups().items()]
    print_grid(["group", "members"], rows)
