"""Drills scored: what every product says in each scenario against what is true, step by step, so
that the figures are the same on every machine; and compared with those that are kept.

`python -m bench scores` fails where a figure is worse than in `scores.json`; with `--write` it is
written anew, and `docs/scores.md` with it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import scores_page
from bench.result import Result
from bench.scores_page import Figures, Row
from noroshi.core.time import MINUTE, parse
from noroshi.engine.settings import load_settings
from noroshi.engine.sharing import Sharings
from noroshi.feeds.drill import matching, scenarios
from noroshi.feeds.drill.counts import Lateness, Score
from noroshi.feeds.drill.files.write import write_world
from noroshi.feeds.drill.install import install
from noroshi.feeds.drill.lockstep import Played, play_in_steps
from noroshi.feeds.drill.score import Scores, score
from noroshi.feeds.drill.statements import from_home
from noroshi.feeds.drill.truth import Heading
from noroshi.feeds.drill.world.model import World
from noroshi.feeds.drill.worlds import world_of
from noroshi.store import open_store

SCENARIOS = ("typhoon", "nankai", "multithreat")
SEED, START, STEP = 1, parse("2026-08-28T00:00:00+09:00"), 10 * MINUTE
#: By how much a figure may be worse: shares; seconds, and the share of them; count and share of it.
_SHARE, _SECONDS, _LONGER, _MORE = 0.005, 60.0, 0.05, 0.05


class Change(NamedTuple):
    """A figure that is another than the one that is kept."""

    what: str
    before: str
    after: str
    worse: bool


def run(big: bool, *, write: bool = False) -> list[Result]:
    """One line for each scenario, and for each figure that changed. The bar: none is worse."""
    kept = scores_page.read() if scores_page.FIGURES.exists() else {}
    fresh: Figures = {}
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        world, base = installed(Path(folder))
        for name in SCENARIOS:
            print(f"  … {name}", file=sys.stderr, flush=True)
            home = Path(folder) / name
            shutil.copytree(base, home)
            played, found = _played(name, world, home)
            shutil.rmtree(home)
            fresh[name] = rows_of(found)
            results.append(_line(name, played, found))
            results += [
                Result(f"  {product} failed", "", "no failure", False, f"{time}")
                for product, time in played.failures.items()
            ]
    changes = list(compared(kept, fresh))
    results += [
        Result(f"  {one.what}", one.after, one.before, not one.worse,
               "worse" if one.worse else "another; `python -m bench scores --write` keeps it")
        for one in changes
    ]  # fmt: skip
    if write:
        scores_page.write(fresh)
        return [one._replace(met=None) if one.bar != "no failure" else one for one in results]
    return results


def installed(folder: Path) -> tuple[World, Path]:
    """The prefecture, and a home into which it was taken."""
    world = world_of(folder, SEED, 0)
    files, base = folder / "files", folder / "base"
    write_world(world, files)
    store = open_store(base)
    try:
        install(world, files, base, store, "public", compute=False)
    finally:
        store.close()
    return world, base


def _played(name: str, world: World, home: Path) -> tuple[Played, Scores]:
    scenario = scenarios.get(name)
    store = open_store(home)
    try:
        settings = load_settings(home, Sharings(store).number)
        played = play_in_steps(scenario.play(world, START, SEED), store, settings, START, step=STEP)
    finally:
        store.close()
    heading = Heading(scenario=name, seed=SEED, start=START, hours=scenario.hours, speed=0.0,
                      world=[world.code])  # fmt: skip
    facts = sorted(played.facts, key=lambda one: one.time)
    stated = from_home(home, matching.kinds_told({one.kind for one in facts}))
    return played, score(heading, facts, stated, played.known())


def _line(name: str, played: Played, found: Scores) -> Result:
    total, spent = found.total, played.seconds
    share = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in spent.items())
    return Result(
        name, f"{total.complete:.1%} complete, {total.wrong:.1%} wrong", "", None,
        f"{total.facts:,} facts, {played.tally.taken:,} messages; "
        f"{sum(spent.values()):.0f} s of processor ({share})",
    )  # fmt: skip


def rows_of(found: Scores) -> dict[str, Row]:
    """The figures of a score that are kept."""
    return {name: _row(one) for name, one in [*found.kinds.items(), ("total", found.total)]}


def _row(one: Score) -> Row:
    known = one.late_recorded or Lateness()
    return Row(
        facts=one.facts, complete=round(one.complete, 4), wrong=round(one.wrong, 4),
        absent=round(one.absent, 4), outlived=round(one.outlived, 4), false=one.false,
        said_p50=one.late.p50, said_p90=one.late.p90, known_p50=known.p50, known_p90=known.p90,
    )  # fmt: skip


def compared(kept: Figures, fresh: Figures) -> Iterator[Change]:
    """The figures of `fresh` that differ from those that are kept by more than they may."""
    for scenario in dict.fromkeys([*kept, *fresh]):
        old, new = kept.get(scenario, {}), fresh.get(scenario, {})
        for name in dict.fromkeys([*old, *new]):
            what = f"{scenario} {name}"
            if name not in new:
                yield Change(what, "told", "not told any more", True)
            elif name not in old:
                yield Change(what, "not told", "told", False)
            else:
                yield from _differences(what, old[name], new[name])


def _differences(what: str, old: Row, new: Row) -> Iterator[Change]:
    if old.facts != new.facts:
        # Another truth, or another way to compare it: whoever changed it looks at it and writes.
        yield Change(f"{what}: facts", f"{old.facts:,}", f"{new.facts:,}", True)
    for field in ("complete", "wrong", "absent", "outlived"):
        before, after = getattr(old, field), getattr(new, field)
        if abs(after - before) > _SHARE:
            worse = (after < before) == (field == "complete")
            yield Change(f"{what}: {field}", f"{before:.1%}", f"{after:.1%}", worse)
    if abs(new.false - old.false) > max(1, _MORE * old.false):
        yield Change(f"{what}: false", f"{old.false:,}", f"{new.false:,}", new.false > old.false)
    for field in ("said_p50", "said_p90", "known_p50", "known_p90"):
        before, after = getattr(old, field), getattr(new, field)
        if before is None or after is None:
            if before is not after:
                yield Change(f"{what}: {field}", _time(before), _time(after), after is None)
        elif abs(after - before) > max(_SECONDS, _LONGER * before):
            yield Change(f"{what}: {field}", _time(before), _time(after), after > before)


def _time(seconds: float | None) -> str:
    return scores_page.duration(seconds) or "never shown"
