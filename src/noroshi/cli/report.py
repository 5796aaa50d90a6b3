"""Situation reports: 第N報 as files for people, and which were issued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from noroshi.cli.common import Moment, known_now, language, node, note, print_grid, write_out
from noroshi.core.place import area_ranges
from noroshi.core.record import Mode
from noroshi.core.time import JST, now, parse, show

FORMS = ("html", "pdf", "pptx", "xlsx", "txt")
_MODE = click.option(
    "--mode", type=click.Choice([one.name.lower() for one in Mode]), default="actual",
    show_default=True, help="Real, exercise or test; never mixed.  実・訓練・試験",
)  # fmt: skip


class Report(click.Group):
    """`noroshi report` makes one; `noroshi report list` lists those that were issued."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [list]")


class FormList(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Forms by commas."""

    name = "forms"
    forms: tuple[str, ...] = FORMS

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        found = tuple(dict.fromkeys(one.strip() for one in str(value).split(",") if one.strip()))
        unknown = [one for one in found if one not in self.forms]
        if unknown or not found:
            self.fail(f"{', '.join(unknown) or 'nothing'} is not one of {', '.join(self.forms)}")
        return found


@click.group("report", cls=Report, invoke_without_command=True)
@_MODE
@click.option("--at", type=Moment(), help="True when (default: now).  いつの事実か")
@click.option("--as-of", type=Moment(), help="Known when (default: now).  いつ知っていたか")
@click.option("--number", type=click.IntRange(min=1), help="Default: the next.  第何報か")
@click.option("--format", "forms", type=FormList(), default="html,pdf", show_default=True,
              help=f"Of {','.join(FORMS)}.  形式")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(),
              help="Folder to write into.  書き出すフォルダ")  # fmt: skip
@click.option("--label", default="public", show_default=True,
              help="For whom: sees what they may see, and is kept under it.  共有範囲")  # fmt: skip
@click.option("--event", default="", help="What the reports are about.  災害名")
@click.option("--area", default="", metavar="CODE",
              help="Only this prefecture or municipality: 17, 17202.  対象地域")  # fmt: skip
@click.option("--issuer", help="Who issues it (default: this node's name).  発表者")
@click.option("--draft", is_flag=True, help="Without a number; nothing is recorded.  案")
@click.option("--correct", is_flag=True, help="Issue a number anew.  訂正")
@click.pass_context
def report_command(ctx: click.Context, /, **asked: Any) -> None:
    """A situation report: what is known, item by item, with the difference from the last.

    Numbered 第1報, 第2報 … by event, area, label and mode. Issuing one records its numbers
    (disaster.situation_report), so that the next can tell what has changed. --number of one that
    was issued makes it again, to the same bytes. Not reported is －, never 0. An exercise says
    so on every page.  状況報告書（第N報）を作る

    \b
    noroshi report --event 令和6年能登半島地震 --area 17 --format pdf,xlsx --out reports
    noroshi report --mode exercise --at 2026-11-27T13:35 --draft
    noroshi report list --mode exercise
    """
    if ctx.invoked_subcommand is None:
        _make(ctx, **asked)


def _make(
    ctx: click.Context, *, mode: str, at: int | None, as_of: int | None, number: int | None,
    forms: tuple[str, ...], out: Path, label: str, event: str, area: str, issuer: str | None,
    draft: bool, correct: bool,
) -> None:  # fmt: skip
    from noroshi.channels.report import numbers
    from noroshi.channels.report.make import compose, write
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings

    if draft and (number is not None or correct):
        raise click.UsageError("--draft has no number: leave out --number and --correct")
    if "/" in event:
        raise click.BadParameter("no slash in it", param_hint="--event")
    try:
        area_ranges(area or "17")
    except ValueError as error:
        raise click.BadParameter(f"{error}; give 17 or 17202", param_hint="--area") from None
    store = node(ctx)
    settings = load_settings(ctx.find_root().obj, Sharings(store).number)
    circle = numbers.number_of(store, label)
    of = numbers.series(store, event, area, circle)
    reader = numbers.circle(store, circle)
    kind = Mode[mode.upper()]
    before = numbers.issued(store, reader, kind, of)
    same = next((one.body for one in before if one.body.number == number), None)
    if same is not None and at is None and as_of is None and not correct:
        at, as_of = parse(same.at), parse(same.as_of)  # the same report once more
    known = known_now(store) if as_of is None else as_of
    moment = now() if at is None else at
    if not draft and number is None:
        number = numbers.next_number(before)
    titles = {name: one.title_ja or one.title for name, one in settings.sources.items()
              if one.title_ja or one.title}  # fmt: skip
    named = settings.node.name_ja or settings.node.name
    report = compose(
        store, reader, kind, moment, known, number or 0, event=event, area=area, label=circle,
        issuer=named if issuer is None else issuer, titles=titles,
    )  # fmt: skip
    made = write(report, forms)  # before it is issued: what cannot be made was not issued
    if not draft:
        numbers.keep(store, report, of, circle, correct=correct)
    for name, data in made.items():
        write_out([data], out / name)
        click.echo(str(out / name))
    if kind is not Mode.ACTUAL:
        note({Mode.EXERCISE: "** 訓練 EXERCISE **", Mode.TEST: "** 試験 TEST **"}[kind])
    silent = [one.title for one in report.sections
              if one.figures and all(each.value is None for each in one.figures)]  # fmt: skip
    if silent:
        note(f"nothing reported of 報告のない項目: {'、'.join(silent)}")
    note(f"{report.title} ({_short(moment)}, as of {_short(known)} JST)"
         + ("; not issued" if draft else f"; issued under {label}"))  # fmt: skip


@report_command.command("list")
@_MODE
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.pass_context
def list_reports(ctx: click.Context, /, mode: str, as_json: bool) -> None:
    """The reports that were issued.  発行した報の一覧"""
    from noroshi.channels.report import numbers
    from noroshi.core.label import OPERATOR

    store = node(ctx)
    found = numbers.issued(store, OPERATOR, Mode[mode.upper()])
    if as_json:
        write_out((one.version.body + b"\n" for one in found), None)
        return
    ja = language() == "ja"
    head = (["報", "災害名", "地域", "共有範囲", "時点", "把握", "前報", "項目数"] if ja else
            ["no", "event", "area", "label", "at", "as of", "before", "figures"])  # fmt: skip
    rows = [
        [str(one.body.number), one.body.event, one.body.area_name, one.body.audience,
         one.body.at[:16].replace("T", " "), one.body.as_of.replace("T", " "),
         "" if one.body.previous is None else str(one.body.previous),
         str(sum(len(item.values) for item in one.body.items))]
        for one in found
    ]  # fmt: skip
    print_grid(head, rows)
    if not found:
        note(f"no report was issued in mode {mode}")


def _short(time: int) -> str:
    return (show(time, JST) or "")[:16].replace("T", " ")
