"""Alerts to the public: drafted, approved, issued, followed and ended at the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from noroshi.cli.common import language, node, note, print_grid, write_out
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.core.time import JST, show

if TYPE_CHECKING:
    from noroshi.channels.issuing.drafts import Draft
    from noroshi.channels.issuing.office import Office
    from noroshi.core.record import Version
    from noroshi.kinds.issued_alert import IssuedAlert

F = TypeVar("F", bound=Callable[..., Any])
#: Characters of a mark that are shown, and that name it.
_MARK = 16
_MODE = click.option(
    "--mode", type=click.Choice([one.name.lower() for one in Mode]), default="actual",
    show_default=True, help="Real, exercise or test; never mixed.  実・訓練・試験",
)  # fmt: skip
_REASON = click.option("--reason", "reasons", multiple=True, metavar="LANG=TEXT",
                       help="In your words, e.g. ja=熊木川があふれています。  理由")  # fmt: skip
_SAID = [
    click.option("--hazard", help="flood, landslide, tsunami …  災害"),
    click.option("--level", help="Alert level 1-5.  警戒レベル"),
    click.option("--action", help="evacuate, evacuate_early, save_life …  行動"),
    click.option("--area", "areas", multiple=True, help="17202; several times.  対象地域"),
    click.option("--district", "districts", multiple=True,
                 help="矢田町（やたまち）; several times.  対象地区"),
    click.option("--begins", help="Time in Japan, or 2h from now.  開始"),
    click.option("--expires", help="Time in Japan, or 6h from now.  失効"),
    click.option("--language", "languages", multiple=True, help="ja first.  言語"),
    click.option("--channel", "channels", multiple=True, help="line, email, push …  経路"),
    _REASON,
]  # fmt: skip


def _said_options(function: F) -> F:
    for option in reversed(_SAID):
        function = option(function)
    return function


def _given(**options: Any) -> dict[str, str]:
    """The options that were given, as fields of a form."""
    found: dict[str, str] = {}
    for name, value in options.items():
        if name == "reasons":
            for one in value:
                code, equals, text = one.partition("=")
                if not equals:
                    raise click.BadParameter("write LANG=TEXT", param_hint="--reason")
                found[f"reason-{code}"] = text
        elif isinstance(value, tuple):
            if value:
                found[name] = "、".join(value)
        elif value is not None:
            found[name] = value
    return found


def _office(ctx: click.Context) -> Office:
    from noroshi.channels.issuing.office import close_office, open_office

    found = open_office(ctx.find_root().obj, node(ctx))
    ctx.call_on_close(lambda: close_office(found))
    return found


@click.group("alert")
def alert_command() -> None:
    """Alerts to the public: draft, approve, issue, end.  緊急情報の下書き・承認・発信・解除

    A draft goes out only after it was approved as it was shown: `show` prints its mark, and
    `approve` takes it. `dry-run` shows what would be sent, to how many, and sends nothing.

    \b
    noroshi alert draft --hazard flood --level 4 --area 17202 --expires 6h
    noroshi alert show DRAFT
    noroshi alert approve DRAFT MARK
    noroshi alert dry-run DRAFT
    noroshi alert issue DRAFT
    """


@alert_command.command("list")
@_MODE
@click.option("--all", "everything", is_flag=True, help="Also what is over.  終わったものも")
@click.pass_context
def list_alerts(ctx: click.Context, /, mode: str, everything: bool) -> None:
    """Drafts that wait, and alerts in force.  下書きと発令中の一覧"""
    from noroshi.channels.issuing import drafts as drafting
    from noroshi.channels.issuing.feed import document_id
    from noroshi.kinds import decode

    office, kind = _office(ctx), Mode[mode.upper()]
    states: tuple[str, ...] = drafting.OPEN
    if everything:
        states = (*states, "issuing", drafting.ISSUED_STATE, drafting.REJECTED, drafting.SUPERSEDED)
    rows = []
    for one in drafting.drafts(office, kind, states):
        text = drafting.body(office, one, one.moment or None, []).texts[0]
        count = f"{len(drafting.approvals(office, one))}/{one.needed}"
        rows.append([one.id, one.kind, one.state, count, one.author, _short(one.changed),
                     text.headline])  # fmt: skip
    for version in office.in_force(kind):
        said: IssuedAlert = decode(version.kind, version.body)
        rows.append([document_id(version), said.kind, "in force", "", said.rule,
                     _short(version.issued), said.texts[0].headline])  # fmt: skip
    head = (["ID", "種類", "状態", "承認", "作成", "時刻", "見出し"] if language() == "ja" else
            ["id", "kind", "state", "approved", "by", "time", "headline"])  # fmt: skip
    print_grid(head, rows)
    if not rows:
        note(f"no draft and no alert in mode {mode}")


@alert_command.command("draft")
@_MODE
@_said_options
@click.option("--approvals", type=click.IntRange(1, 2), default=1, show_default=True,
              help="How many must agree; of 2 none is the author.  承認者数")  # fmt: skip
@click.pass_context
def draft_alert(ctx: click.Context, /, mode: str, approvals: int, **options: Any) -> None:
    """Draft a new alert; nothing is issued.  下書きを作る"""
    from noroshi.channels.issuing import typed
    from noroshi.channels.issuing.content import Content
    from noroshi.channels.issuing.drafts import Proposal, propose
    from noroshi.engine.roles import local_operator

    office, kind = _office(ctx), Mode[mode.upper()]
    given = {"expires": "12h", **_given(**options)}
    said = typed.read(office, kind, given, Content())
    made = propose(office, local_operator(), Proposal(
        kind="issue", mode=kind, content=said, needed=approvals
    ))  # fmt: skip
    _tell(office, made)


@alert_command.command("show")
@click.argument("draft")
@click.pass_context
def show_draft(ctx: click.Context, /, draft: str) -> None:
    """A draft as it will appear, what it changes, and its mark.  下書きの内容"""
    from noroshi.channels.issuing.drafts import find

    office = _office(ctx)
    _tell(office, find(office, draft))


@alert_command.command("edit")
@click.argument("draft")
@_said_options
@click.pass_context
def edit_draft(ctx: click.Context, /, draft: str, **options: Any) -> None:
    """Change a draft; its approvals become void.  下書きを直す"""
    from noroshi.channels.issuing import typed
    from noroshi.channels.issuing.drafts import edit, find, mark
    from noroshi.engine.roles import local_operator

    office = _office(ctx)
    found = find(office, draft)
    said = typed.read(office, Mode(found.mode), _given(**options), found.said)
    _tell(office, edit(office, local_operator(), draft, said, mark(office, found)))


@alert_command.command("approve")
@click.argument("draft")
@click.argument("mark")
@click.pass_context
def approve_draft(ctx: click.Context, /, draft: str, mark: str) -> None:
    """Agree to a draft as `show` printed it, by its MARK.  承認する"""
    from noroshi.channels.issuing.drafts import approvals, approve
    from noroshi.engine.roles import local_operator

    office = _office(ctx)
    made = approve(office, local_operator(), draft, _seen(office, draft, mark))
    note(f"{len(approvals(office, made))}/{made.needed} {made.state}")


@alert_command.command("reject")
@click.argument("draft")
@click.argument("mark")
@click.option("--why", required=True, help="The reason.  理由")
@click.pass_context
def reject_draft(ctx: click.Context, /, draft: str, mark: str, why: str) -> None:
    """Turn a draft down.  却下する"""
    from noroshi.channels.issuing.drafts import reject
    from noroshi.engine.roles import local_operator

    office = _office(ctx)
    reject(office, local_operator(), draft, _seen(office, draft, mark), why)
    note("rejected  却下しました")


@alert_command.command("issue")
@click.argument("draft")
@click.pass_context
def issue_draft(ctx: click.Context, /, draft: str) -> None:
    """Issue an approved draft. A node that serves sends it on.  発信する"""
    from noroshi.channels.issuing.lifecycle import issue
    from noroshi.engine.roles import local_operator

    office = _office(ctx)
    _told(issue(office, local_operator(), draft))


@alert_command.command("update")
@click.argument("alert")
@_MODE
@_said_options
@click.option("--alarm", is_flag=True, help="Alarm people again.  もう一度鳴らす")
@click.pass_context
def update_alert(ctx: click.Context, /, alert: str, mode: str, alarm: bool, **options: Any) -> None:
    """Draft an update of an alert in force.  更新の下書き"""
    _follow(ctx, alert, mode, "update", {**_given(**options), "alarm": "yes" if alarm else "no"})


@alert_command.command("extend")
@click.argument("alert")
@_MODE
@click.option("--expires", required=True, help="A later time, or 6h from now.  失効")
@click.pass_context
def extend_alert(ctx: click.Context, /, alert: str, mode: str, expires: str) -> None:
    """Draft a later end, without a new alarm.  継続の下書き"""
    _follow(ctx, alert, mode, "extend", {"expires": expires})


@alert_command.command("correct")
@click.argument("alert")
@_MODE
@click.option("--district", "districts", multiple=True, help="All of them.  対象地区")
@_REASON
@click.pass_context
def correct_alert(ctx: click.Context, /, alert: str, mode: str, **options: Any) -> None:
    """Draft a correction of words, without a new alarm.  訂正の下書き"""
    _follow(ctx, alert, mode, "correct", _given(**options))


@alert_command.command("cancel")
@click.argument("alert")
@_MODE
@click.pass_context
def cancel_alert(ctx: click.Context, /, alert: str, mode: str) -> None:
    """Draft the end of an alert.  解除の下書き"""
    _follow(ctx, alert, mode, "cancel", {})


@alert_command.command("dry-run")
@click.argument("draft")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Write each, byte for byte, into this folder.  書き出すフォルダ")  # fmt: skip
@click.pass_context
def dry_run(ctx: click.Context, /, draft: str, out: Path | None) -> None:
    """What would be sent, per channel and to how many. Nothing is.  送信内容の確認"""
    from noroshi.channels.issuing.drafts import find
    from noroshi.channels.issuing.preview import preview

    office = _office(ctx)
    found = preview(office, find(office, draft))
    parts = [(f"{one.channel}-{one.language or 'none'}", one.data, f"{one.count:,}")
             for one in found.messages]  # fmt: skip
    if found.cap is not None:
        parts.append(("cap.xml", found.cap, "-"))
    if found.voice:
        parts.append(("voice", found.voice.encode(), "-"))
    for number, (name, data, count) in enumerate(parts, 1):
        if out is not None:
            suffix = "" if name.endswith(".xml") else ".txt"
            path = out / f"{number:03}-{name.replace('/', '-')}{suffix}"
            write_out([data], path)
            click.echo(f"{path}\t{len(data)} B\t{count}")
            continue
        click.echo(f"=== {name} · {count} · {len(data)} B")
        click.echo(data.decode())
    for channel, why in found.kept_back.items():
        note(f"{channel}: {why}")
    note("nothing was sent  送信していません")


def _follow(
    ctx: click.Context, alert: str, mode: str, kind: str, given: dict[str, str]
) -> None:  # fmt: skip
    from noroshi.channels.issuing import typed
    from noroshi.channels.issuing.lifecycle import content_of, current, follow
    from noroshi.engine.roles import local_operator

    office, of = _office(ctx), Mode[mode.upper()]
    key = alert.partition(".")[0]  # an id as the list has it names the edition too
    before = content_of(office, current(office, key, of))
    said = typed.read(office, of, given, before)
    changes = {name: getattr(said, name) for name in before.__struct_fields__
               if getattr(said, name) != getattr(before, name)}  # fmt: skip
    if kind == "update":
        changes["alarm"] = said.alarm
    _tell(office, follow(office, local_operator(), key, of, kind, **changes))


def _seen(office: Office, draft: str, typed: str) -> str:
    """The whole of a mark that was typed as far as it is shown."""
    from noroshi.channels.issuing.drafts import find, mark

    whole = mark(office, find(office, draft))
    if len(typed) < _MARK:
        raise NoroshiError("the mark is too short", where="MARK", remedy="as `show` prints it")
    return whole if whole.startswith(typed) else typed


def _tell(office: Office, draft: Draft) -> None:
    from noroshi.channels.advice.plain import drop_readings
    from noroshi.channels.issuing.difference import difference
    from noroshi.channels.issuing.drafts import approvals, body, last_edition, mark
    from noroshi.channels.issuing.preview import audience
    from noroshi.channels.issuing.review import warnings
    from noroshi.kinds import decode

    said, ja = body(office, draft, draft.moment or None, []), language() == "ja"
    for text in said.texts:
        click.echo(f"[{text.language}] {drop_readings(text.headline)}")
        for part in (text.level, text.action, text.place, text.time, text.reason, text.source):
            if part:
                click.echo(f"  {drop_readings(part)}")
        for line in text.voice.splitlines():
            click.echo(f"  | {drop_readings(line)}")
    last = last_edition(office, draft.alert, Mode(draft.mode))
    if last is not None and draft.state in ("draft", "approved"):
        for one in difference(decode(last.kind, last.body), said):
            click.echo(f"  {one.ja if ja else one.en}: {one.before or '-'} → {one.after or '-'}")
    for warning in warnings(office, draft, ja=ja):
        note(f"! {warning}")
    counted = audience(office, draft)
    for channel, count in sorted(counted.channels.items()):
        click.echo(f"  {channel}: {'<= ' if counted.at_most else ''}{count:,}")
    given = ", ".join(one.person for one in approvals(office, draft)) or "-"
    click.echo(f"draft {draft.id}  {draft.kind}  {draft.state}  {given} /{draft.needed}")
    click.echo(f"mark  {mark(office, draft)[:_MARK]}")
    _drill(Mode(draft.mode))


def _told(version: Version) -> None:
    from noroshi.channels.issuing.feed import document_id

    click.echo(f"{document_id(version)}  {show(version.issued, JST)}")
    note("issued; a node that serves sends it on  発信しました（送信は動いているノードが行います）")
    _drill(Mode(version.mode))


def _drill(mode: Mode) -> None:
    if mode is not Mode.ACTUAL:
        note({Mode.EXERCISE: "** 訓練 EXERCISE **", Mode.TEST: "** 試験 TEST **"}[mode])


def _short(time: int) -> str:
    return (show(time, JST) or "")[:16].replace("T", " ")
