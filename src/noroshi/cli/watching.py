"""How a drill that is being played is watched: one line that is kept up to date on a terminal, a
line now and then anywhere else."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from noroshi.cli.common import note
from noroshi.core.time import JST, show
from noroshi.feeds.drill.play import Played, Progress
from noroshi.feeds.drill.sinks import Tally

#: Seconds between two lines where nobody watches.
_EVERY = 10.0
#: Seconds on the wall from which on a drill counts as behind.
LAG = 1.0


def _text(name: str, one: Progress) -> str:
    clock = (show(one.time, JST) or "")[:19].replace("T", " ")
    parts = [f"{name} {clock}", f"{one.messages:,} messages 電文", f"{one.rate:,.0f}/s"]
    if one.behind >= LAG:
        parts.append(f"behind 遅れ {one.behind:.0f} s")
    if one.tally.quarantined:
        parts.append(f"{one.tally.quarantined:,} in quarantine 保留")
    if one.tally.refused:
        parts.append(f"{one.tally.refused:,} refused 拒否")
    return "  ".join(parts)


@contextlib.contextmanager
def watched(name: str) -> Iterator[Callable[[Progress], None]]:
    """What `play` calls with its progress."""
    if not sys.stderr.isatty():
        yield _lines(name)
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        yield lambda one: live.update(Text(_text(name, one), no_wrap=True), refresh=True)


def _lines(name: str) -> Callable[[Progress], None]:
    told = time.monotonic()

    def watch(one: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            note(_text(name, one))

    return watch


def report(name: str, played: Played, tally: Tally) -> None:
    """What was played and what became of it, for the person at the terminal."""
    rate = played.messages / played.seconds if played.seconds else 0.0
    ended = "ended early 中断" if played.interrupted else "played 終了"
    note(
        f"{name} {ended}: {played.messages:,} messages 電文, {played.facts:,} facts 事実 in "
        f"{played.seconds:,.1f} s ({rate:,.0f}/s)"
    )
    note(
        f"{tally.read:,} read, {tally.duplicate:,} known already, {tally.quarantined:,} in "
        f"quarantine, {tally.refused:,} refused, {tally.records:,} records new"
    )
    if tally.waiting:
        note(f"{tally.waiting:,} are kept and still to be read")
    if tally.retried:
        note(f"{tally.retried:,} had to be sent again")
    if played.wrong:
        note(f"{played.wrong:,} were wrong on purpose わざと誤らせた電文")
    if played.behind >= LAG:
        note(f"at times {played.behind:.0f} s behind its clock 最大の遅れ")
    for each, reason in tally.reasons:
        note(f"  {each}: {reason}")
