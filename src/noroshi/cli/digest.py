"""The weekly digest of infectious diseases, on the terminal or as a file."""

from __future__ import annotations

from pathlib import Path

import click

from noroshi.cli.common import Moment, known_now, language, node, note, write_out
from noroshi.core import weeks
from noroshi.core.prefectures import PREFECTURES
from noroshi.core.record import Mode
from noroshi.core.time import now

FORMS = ("txt", "md", "html")


@click.command("digest")
@click.option("--week", default="", metavar="2024-W52", help="Default: the newest.  対象週")
@click.option("--area", default="00", metavar="CODE",
              help="A prefecture (22), or 00: the country.  対象地域")  # fmt: skip
@click.option("--lang", type=click.Choice(["ja", "en"]), help="Default: the terminal's.  言語")
@click.option("--format", "form", type=click.Choice(FORMS),
              help="Default: by the name of --out, else txt.  形式")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False),
              help="File to write (default: standard output).  出力先")  # fmt: skip
@click.option("--label", default="public", show_default=True,
              help="For whom: sees what they may see.  共有範囲")  # fmt: skip
@click.option("--mode", type=click.Choice([one.name.lower() for one in Mode]), default="actual",
              show_default=True, help="Real, exercise or test.  実・訓練・試験")  # fmt: skip
@click.option("--at", type=Moment(), help="As it stood when (default: now).  いつの状況か")
@click.option("--as-of", type=Moment(), help="Known when (default: now).  いつ知っていたか")
@click.pass_context
def digest_command(
    ctx: click.Context, /, week: str, area: str, lang: str | None, form: str | None,
    out: Path | None, label: str, mode: str, at: int | None, as_of: int | None,
) -> None:  # fmt: skip
    """A week of infectious diseases on one page: what rose, alarms and how sure they are, totals
    corrected for delay, forecasts, and what is missing.  感染症の週次ダイジェスト

    \b
    noroshi digest --week 2024-W52 --area 22 --lang en
    noroshi digest --out digest.html --label responders
    """
    from noroshi.channels.digest.compose import compose
    from noroshi.channels.digest.week import look
    from noroshi.channels.digest.write import FORMS as WRITERS
    from noroshi.channels.report import numbers
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings

    try:
        if week:
            weeks.number(week)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--week") from None
    if area not in {"00", *PREFECTURES}:
        raise click.BadParameter("give a prefecture (22), or 00", param_hint="--area")
    if form is None:
        form = out.suffix[1:] if out is not None and out.suffix[1:] in FORMS else "txt"
    store = node(ctx)
    settings = load_settings(ctx.find_root().obj, Sharings(store).number)
    reader = numbers.circle(store, numbers.number_of(store, label))
    kind = Mode[mode.upper()]
    known = known_now(store) if as_of is None else as_of
    tongue = lang or language()
    titles = {
        name: (one.title_ja or one.title) if tongue == "ja" else (one.title or one.title_ja)
        for name, one in settings.sources.items()
    }
    found = look(store, reader, kind, now() if at is None else at, known, week, area)
    made = compose(found, tongue, {name: title for name, title in titles.items() if title})
    write_out([WRITERS[form](made).encode()], out)
    if kind is not Mode.ACTUAL:
        note({Mode.EXERCISE: "** 訓練 EXERCISE **", Mode.TEST: "** 試験 TEST **"}[kind])
    if out is not None:
        note(str(out))
