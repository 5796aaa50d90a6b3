"""What several verbs share: opening the node, times, boxes, languages, output."""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from noroshi.core.label import OPERATOR
from noroshi.core.place import Box, area_ranges
from noroshi.core.record import Mode
from noroshi.core.time import now, parse
from noroshi.store import Query, Store, open_store

F = TypeVar("F", bound=Callable[..., Any])


def node(ctx: click.Context) -> Store:
    """The store of the node at `--home`, closed when the verb ends."""
    home: Path = ctx.find_root().obj
    store = open_store(home)
    ctx.call_on_close(store.close)
    return store


class Moment(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A time: ISO 8601, without zone in Japan Standard Time; or `now`."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        if isinstance(value, int):
            return value
        if value == "now":
            return now()
        try:
            return parse(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time; write it as 2024-01-13T06:00+09:00 or `now`")


class BoxType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """West,south,east,north in degrees."""

    name = "w,s,e,n"

    def convert(self, value: Any, param: Any, ctx: Any) -> Box:
        if isinstance(value, tuple):
            return value
        try:
            west, south, east, north = (float(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not four numbers: west,south,east,north in degrees")
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
            self.fail(f"{value!r} is not a box: longitude ±180, latitude ±90, south below north")
        return west, south, east, north


class AreaType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """An area code."""

    name = "code"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[tuple[int, int], ...]:
        if isinstance(value, tuple):
            return value
        try:
            return tuple(area_ranges(value))
        except ValueError as error:
            self.fail(
                f"{error}; give a prefecture (17), a municipality (17202, 1720200) or scheme:code"
            )


_PICTURE = [
    click.option("--at", type=Moment(), help="True when (default: now).  いつの事実か"),
    click.option("--as-of", type=Moment(), help="Known when (default: now).  いつ知っていたか"),
    click.option("--bbox", "box", type=BoxType(), help="West,south,east,north.  範囲"),
    click.option("--area", "areas", type=AreaType(), help="Area code, e.g. 17 or 17202.  地域"),
    click.option(
        "--mode",
        type=click.Choice([one.name.lower() for one in Mode]),
        default="actual",
        show_default=True,
        help="Real, exercise or test; never mixed.  実・訓練・試験",
    ),
    click.option("--series", help="One series only.  系列"),
    click.option("--lapsed", is_flag=True, help="Also what has run out.  期限切れも"),
]


def picture_options(function: F) -> F:
    """The options by which a verb says which part of the picture it means."""
    for option in reversed(_PICTURE):
        function = option(function)
    return function


def query(
    store: Store,
    kind: str | None,
    *,
    at: int | None,
    as_of: int | None,
    box: Box | None,
    areas: tuple[tuple[int, int], ...] | None,
    mode: str,
    series: str | None,
    lapsed: bool,
) -> Query:
    """The query that the options of `picture_options` ask for, as the operator."""
    return Query(
        OPERATOR,
        at=now() if at is None else at,
        as_of=known_now(store) if as_of is None else as_of,
        kind=kind,
        mode=Mode[mode.upper()],
        box=box,
        areas=areas,
        series=series,
        lapsed=lapsed,
    )


def known_now(store: Store) -> int:
    """As of when everything in the store is known, even if this machine's clock was set back."""
    return max(now(), store.recorded())


def language() -> str:
    """`ja` or `en`, as the terminal's locale says."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not name:
        name = locale.getlocale()[0] or ""
    return "ja" if name.startswith("ja") else "en"


def note(text: str) -> None:
    """A line for the person at the terminal, never in the data."""
    click.echo(text, err=True)


def write_out(pieces: Iterable[bytes], out: Path | None) -> None:
    """Write to a file, whole or not at all, or to standard output."""
    if out is None:
        stream: IO[bytes] = sys.stdout.buffer
        for piece in pieces:
            stream.write(piece)
        stream.flush()
        return
    if out.exists() and not out.is_file():  # a pipe or a device is written to, not replaced
        with out.open("wb") as opened:
            opened.writelines(pieces)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")
    try:
        with partial.open("wb") as opened:
            for piece in pieces:
                opened.write(piece)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def print_grid(headings: list[str], rows: list[list[str]], title: str = "") -> None:
    """A table on standard output: framed on a terminal, tab-separated into a pipe.

    Control characters in what senders wrote never reach the terminal.
    """
    rows = [[_CONTROL.sub(" ", cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [headings, *rows]:
            click.echo("\t".join(row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    shown = [column for column in range(len(headings)) if any(row[column] for row in rows)]
    widths = {one: min(16, max(cell_len(row[one]) for row in rows)) for one in shown}
    while len(shown) > 4 and sum(widths[one] + 2 for one in shown) > console.width:
        shown.pop()
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in shown:
        table.add_column(headings[column], overflow="fold", min_width=widths[column])
    for row in rows:
        table.add_row(*(escape(row[column]) for column in shown))
    console.print(table)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
