"""The verb for people: who they are, what they may do, and how they log in."""

from __future__ import annotations

import sys

import click

from noroshi.cli.common import note, print_grid
from noroshi.cli.directory import directory_of
from noroshi.core.errors import NoroshiError
from noroshi.core.time import JST, now, show

_ROLE = click.Choice(["viewer", "reporter", "editor", "liaison", "operator"])


@click.group("person")
def person_command() -> None:
    """People and their roles.  利用者の登録・役割・パスワード

    Roles: viewer 閲覧者, reporter 報告者, editor 編集者, liaison 連絡調整員, operator 運用者.

    \b
    noroshi person add sato --name 佐藤 --org nanao-city --role liaison
    noroshi person password sato
    noroshi person add volunteer-3 --org nanao-city --role reporter --until 3d --incident "Noto"
    """


@person_command.command("add")
@click.argument("id")
@click.option("--name", help="Their name (default: ID).  氏名")
@click.option("--email", help="Their address; they may log in by it.  メールアドレス")
@click.option("--org", "organisation", help="Of which organisation.  所属組織")
@click.option("--role", type=_ROLE, default="viewer", show_default=True, help="As what.  役割")
@click.option("--clearance", type=click.IntRange(0, 9), default=0, help="0 to 9.  閲覧資格")
@click.option("--compartment", "compartments", multiple=True, help="Read into it.  区画")
@click.option("--purpose", "purposes", multiple=True, help="Personal data for it.  利用目的")
@click.option("--until", help="A temporary account: 3d, 12h, or a time.  期限")
@click.option("--incident", default="", help="What it is for.  対象の災害")
@click.pass_context
def add_person(
    ctx: click.Context,
    /,
    id: str,
    name: str | None,
    email: str | None,
    organisation: str | None,
    role: str,
    clearance: int,
    compartments: tuple[str, ...],
    purposes: tuple[str, ...],
    until: str | None,
    incident: str,
) -> None:
    """Add the person ID.  利用者を登録する"""
    from noroshi.engine.accounts import NewPerson
    from noroshi.engine.roles import local_operator, role_named

    directory, actor = directory_of(ctx), local_operator()
    new = NewPerson(
        id, name or id, email, clearance, compartments, purposes,
        None if until is None else _end(ctx, until), incident,
    )  # fmt: skip
    with directory.file.changing():
        directory.add_person(actor, new)
        if organisation is not None:
            directory.set_role(actor, id, organisation, role_named(role))
    note(f"person:{id} is added; `noroshi person password {id}` lets them log in")


@person_command.command("list")
@click.pass_context
def list_people(ctx: click.Context, /) -> None:
    """Every person, with their roles.  利用者の一覧"""
    from noroshi.engine.logins import Logins
    from noroshi.engine.roles import Role

    directory = directory_of(ctx)
    logins = Logins(directory)
    rows = []
    for one in directory.people():
        roles = ", ".join(
            f"{Role(each.role).name.lower()}@{each.organisation}"
            for each in directory.memberships(person=one.id)
        )
        marks = [
            "disabled" if one.disabled else "" if logins.is_open(one) else "over",
            "password" if logins.has_password(one.id) else "",
            "oidc" if one.subject else "",
            *("webauthn" for _ in logins.credentials(one.id)[:1]),
        ]
        trust = [str(one.clearance), *one.compartments, *(f"({each})" for each in one.purposes)]
        rows.append([
            one.id, one.name, one.email or "", roles, " ".join(trust),
            (show(one.until, JST) or "")[:16], one.incident, " ".join(filter(None, marks)),
        ])  # fmt: skip
    print_grid(["id", "name", "e-mail", "roles", "clearance", "until", "incident", "login"], rows)


@person_command.command("role")
@click.argument("id")
@click.argument("organisation")
@click.argument("role", type=click.Choice([*_ROLE.choices, "none"]))
@click.pass_context
def set_role(ctx: click.Context, /, id: str, organisation: str, role: str) -> None:
    """Give the person ID the ROLE in an ORGANISATION, or none.  役割を決める"""
    from noroshi.engine.roles import Role, local_operator, role_named

    given = Role.NOBODY if role == "none" else role_named(role)
    directory_of(ctx).set_role(local_operator(), id, organisation, given)
    note(f"person:{id} is {role} in org:{organisation}")


@person_command.command("clear")
@click.argument("id")
@click.option("--clearance", type=click.IntRange(0, 9), help="0 to 9.  閲覧資格")
@click.option("--compartment", "compartments", multiple=True, help="All of them.  区画")
@click.option("--purpose", "purposes", multiple=True, help="All of them.  利用目的")
@click.pass_context
def clear_person(
    ctx: click.Context,
    /,
    id: str,
    clearance: int | None,
    compartments: tuple[str, ...],
    purposes: tuple[str, ...],
) -> None:
    """Say what the person ID is trusted with.  資格を決める

    What is not named stays; --compartment "" or --purpose "" ends all of them.
    """
    from msgspec import UNSET

    from noroshi.engine.accounts import PersonChanges
    from noroshi.engine.roles import local_operator

    made = directory_of(ctx).change_person(local_operator(), id, PersonChanges(
        clearance=UNSET if clearance is None else clearance,
        compartments=tuple(filter(None, compartments)) if compartments else UNSET,
        purposes=tuple(filter(None, purposes)) if purposes else UNSET,
    ))  # fmt: skip
    note(
        f"person:{id}: clearance {made.clearance}; "
        f"compartments {', '.join(made.compartments) or 'none'}; "
        f"purposes {', '.join(made.purposes) or 'none'}"
    )


@person_command.command("extend")
@click.argument("id")
@click.argument("until")
@click.pass_context
def extend_person(ctx: click.Context, /, id: str, until: str) -> None:
    """Let the temporary account ID end at another time: 3d, 12h, a time, or never.  期限を変える"""
    from noroshi.engine.accounts import PersonChanges
    from noroshi.engine.roles import local_operator

    end = None if until == "never" else _end(ctx, until)
    directory_of(ctx).change_person(local_operator(), id, PersonChanges(until=end))
    note(f"person:{id} ends {show(end, JST) or 'never'}")


@person_command.command("link")
@click.argument("id")
@click.argument("issuer")
@click.argument("subject")
@click.pass_context
def link_person(ctx: click.Context, /, id: str, issuer: str, subject: str) -> None:
    """The person ID is SUBJECT at the OpenID provider ISSUER.  外部のIDと結び付ける"""
    from noroshi.engine.accounts import PersonChanges
    from noroshi.engine.roles import local_operator

    changes = PersonChanges(issuer=issuer, subject=subject)
    directory_of(ctx).change_person(local_operator(), id, changes)
    note(f"person:{id} logs in through {issuer}")


@person_command.command("password")
@click.argument("id")
@click.option("--remove", is_flag=True, help="Take it away.  パスワードを消す")
@click.pass_context
def set_password(ctx: click.Context, /, id: str, remove: bool) -> None:
    """Set the password of the person ID: asked for, or the first line of standard input.

    All their sessions end.  パスワードを決める(端末か標準入力から)
    """
    from noroshi.engine.logins import Logins
    from noroshi.engine.roles import local_operator

    directory = directory_of(ctx)
    logins = Logins(directory)
    directory.person(id)
    if remove:
        logins.remove_password(local_operator(), id)
        note(f"person:{id} has no password now")
        return
    if sys.stdin.isatty():
        text = click.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        try:
            text = sys.stdin.buffer.readline(2000).decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise NoroshiError("the password is not UTF-8", where="standard input") from None
    logins.set_password(local_operator(), id, text)
    note(f"person:{id} has a new password")


@person_command.command("disable")
@click.argument("id")
@click.option("--undo", is_flag=True, help="Let them in again.  無効を解く")
@click.pass_context
def disable_person(ctx: click.Context, /, id: str, undo: bool) -> None:
    """Let the person ID in no more: sessions end and tokens stop at once.  無効にする"""
    from noroshi.engine.accounts import PersonChanges
    from noroshi.engine.roles import local_operator

    directory_of(ctx).change_person(local_operator(), id, PersonChanges(disabled=not undo))
    note(f"person:{id} is {'enabled' if undo else 'disabled'}")


@person_command.command("remove")
@click.argument("id")
@click.pass_context
def remove_person(ctx: click.Context, /, id: str) -> None:
    """Remove the person ID with their sessions and tokens. The id is not given again.  削除する"""
    from noroshi.engine.roles import local_operator

    directory_of(ctx).remove_person(local_operator(), id)
    note(f"person:{id} is removed")


def _end(ctx: click.Context, text: str) -> int:
    """`3d` from now, or a time."""
    from noroshi.core.time import parse
    from noroshi.engine.access import duration

    try:
        return now() + duration(text)
    except ValueError:
        pass
    try:
        return parse(text)
    except (ValueError, OverflowError):
        raise click.UsageError(f"{text!r} is neither a duration (3d) nor a time", ctx) from None
