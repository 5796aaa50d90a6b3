"""Risk assessments of infections: drafted from records, edited as text, issued as editions."""

from __future__ import annotations

from pathlib import Path

import click

from noroshi.cli.common import Moment, known_now, language, node, note, print_grid, write_out
from noroshi.cli.report import FormList as _FormList
from noroshi.core.errors import NoroshiError
from noroshi.core.place import area_ranges
from noroshi.core.record import Mode
from noroshi.core.time import now

FORMS = ("md", "html", "pdf")
_MODE = click.option(
    "--mode", type=click.Choice([one.name.lower() for one in Mode]), default="actual",
    show_default=True, help="Real, exercise or test; never mixed.  実・訓練・試験",
)  # fmt: skip
_OUT = click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(),
                    help="Folder to write into.  書き出すフォルダ")  # fmt: skip


class Forms(_FormList):
    """Forms of an assessment, by commas."""

    forms = FORMS


_EVENT = click.option("--event", default="", help="What it is about.  災害名")
_AREA = click.option("--area", default="", metavar="CODE",
                     help="Only this prefecture or municipality: 17, 17202.  対象地域")  # fmt: skip


@click.group("assess")
def assess_command() -> None:
    """Risk assessment of infections in a disaster: draft, edit, issue.  感染症リスクアセスメント

    A draft says what records say (product health/disaster_risk), each fact with its time and
    source, in the sections that an institute uses. A person edits the text and issues it; each
    issue is a new edition that tells what has changed. An exercise says so on every page.

    \b
    noroshi assess draft --event 令和6年能登半島地震 --area 17 --out work
    noroshi assess issue work/assessment-draft.md --author 保健 花子
    noroshi assess show --format html,pdf --out work
    """


@assess_command.command("draft")
@_MODE
@click.option("--at", type=Moment(), help="True when (default: now).  いつの事実か")
@click.option("--as-of", type=Moment(), help="Known when (default: now).  いつ知っていたか")
@click.option("--format", "forms", type=Forms(), default="md", show_default=True,
              help=f"Of {','.join(FORMS)}; md is the one to edit.  形式")  # fmt: skip
@_OUT
@click.option("--label", default="public", show_default=True,
              help="For whom: tells what they may see.  共有範囲")  # fmt: skip
@_EVENT
@_AREA
@click.option("--author", default="", help="Who will answer for it.  作成者")
@click.pass_context
def draft_assessment(
    ctx: click.Context, /, mode: str, at: int | None, as_of: int | None, forms: tuple[str, ...],
    out: Path, label: str, event: str, area: str, author: str,
) -> None:  # fmt: skip
    """Write a draft to edit; nothing is recorded.  下書きを作る"""
    import msgspec

    from noroshi.channels.assessment.draft import draft
    from noroshi.channels.assessment.make import make
    from noroshi.channels.report.numbers import circle, number_of
    from noroshi.domains.health.tick_sheets import LAPSE
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings

    if "/" in event or "\n" in event:
        raise click.BadParameter("no slash in it", param_hint="--event")
    try:
        area_ranges(area or "17")
    except ValueError as error:
        raise click.BadParameter(f"{error}; give 17 or 17202", param_hint="--area") from None
    store = node(ctx)
    settings = load_settings(ctx.find_root().obj, Sharings(store).number)
    titles = {name: one.title_ja or one.title for name, one in settings.sources.items()
              if one.title_ja or one.title}  # fmt: skip
    kind = Mode[mode.upper()]
    lapse = settings.products.get("health/shelter_alarm", {}).get("lapse", LAPSE)
    found = draft(
        store, circle(store, number_of(store, label)), kind, now() if at is None else at,
        known_now(store) if as_of is None else as_of, event=event, area=area, author=author,
        titles=titles, lapse=lapse,
    )  # fmt: skip
    _write(make(msgspec.structs.replace(found, label=label), kind, forms), out)
    note("edit it, then 編集後に: noroshi assess issue FILE --author NAME")


@assess_command.command("issue")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--author", default="", help="Who answers for the text.  作成者")
@click.option("--issuer", help="Who issues it (default: this node's name).  発行者")
@click.pass_context
def issue_assessment(ctx: click.Context, /, file: Path, author: str, issuer: str | None) -> None:
    """Issue FILE, an edited draft, as the next edition.  編集した下書きを発行する

    It is kept under the label in its heading, as what is true from the time that it was drafted
    of.
    """
    from noroshi.channels.assessment.editions import issue
    from noroshi.channels.assessment.text import read
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise NoroshiError("not UTF-8", where=str(file), remedy="save it as UTF-8") from None
    found = read(text, str(file))
    store = node(ctx)
    identity = load_settings(ctx.find_root().obj, Sharings(store).number).node
    named = (identity.name_ja or identity.name) if issuer is None else issuer
    body = issue(store, found, author=author, issuer=named)
    click.echo(f"第{body.number}版 {body.title}")
    for line in body.changed:
        click.echo(f"  {line}")
    if found.mode is not Mode.ACTUAL:
        note({Mode.EXERCISE: "** 訓練 EXERCISE **", Mode.TEST: "** 試験 TEST **"}[found.mode])


@assess_command.command("show")
@click.argument("number", type=click.IntRange(min=1), required=False)
@_MODE
@click.option("--format", "forms", type=Forms(), default="html,pdf", show_default=True,
              help=f"Of {','.join(FORMS)}.  形式")  # fmt: skip
@_OUT
@_EVENT
@_AREA
@click.option("--label", default="public", show_default=True, help="Of which circle.  共有範囲")
@click.pass_context
def show_assessment(
    ctx: click.Context, /, number: int | None, mode: str, forms: tuple[str, ...], out: Path,
    event: str, area: str, label: str,
) -> None:  # fmt: skip
    """Edition NUMBER (default: the last) as files, to the same bytes.  発行した版をファイルに"""
    from noroshi.channels.assessment.editions import find, issued, series
    from noroshi.channels.assessment.make import make
    from noroshi.core.label import OPERATOR

    kind = Mode[mode.upper()]
    found = issued(node(ctx), OPERATOR, kind, series(event, area, label))
    _write(make(find(found, number).body, kind, forms), out)


@assess_command.command("list")
@_MODE
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.pass_context
def list_assessments(ctx: click.Context, /, mode: str, as_json: bool) -> None:
    """The editions that were issued.  発行した版の一覧"""
    from noroshi.channels.assessment.editions import issued
    from noroshi.core.label import OPERATOR

    found = [one.body for one in issued(node(ctx), OPERATOR, Mode[mode.upper()])]
    if as_json:
        from noroshi.kinds import encode

        write_out((encode(one) + b"\n" for one in found), None)
        return
    head = (["版", "災害名", "地域", "共有範囲", "時点", "発行", "作成者", "高リスク"]
            if language() == "ja" else
            ["no", "event", "area", "label", "at", "issued", "author", "high"])  # fmt: skip
    print_grid(head, [
        [str(one.number), one.event, one.area_name or one.area_code, one.audience, _short(one.at),
         _short(one.issued_at), one.author, "、".join(each.name for each in one.risks
                                                  if each.risk == 3)]
        for one in found
    ])  # fmt: skip
    if not found:
        note(f"no assessment was issued in mode {mode}")


def _write(made: dict[str, bytes], out: Path) -> None:
    for name, data in made.items():
        write_out([data], out / name)
        click.echo(str(out / name))


def _short(time: str) -> str:
    return time[:16].replace("T", " ")
