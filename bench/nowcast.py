"""The nowcast scored walk-forward on the real weekly tables of 2024.

    python -m bench.nowcast             # the tables, as in the README
    python -m bench.nowcast_figure      # the README's figure

Each week's answers are made from the tables up to that week (`walk` never looks ahead: a test
compares it with what is computed from those tables alone). Nobody publishes how many cases of a
week were notified in the end, so what is scored is what later tables do tell:

- *the year*: each week's estimate, made when it was first published, summed over 2024, against
  the cumulative of its last table. That one lacks what came after it (about 2 %), so the estimates
  are also cut off there, which is the like-for-like figure.
- *next week's late*: what the next table adds for earlier weeks of the year. All of these are
  weeks whose counts are known: nothing about the future is guessed.
- *four weeks' late*: what the next four tables add, with the counts that these first publish
  taken as given: an error of the delays, known four weeks before, not of the epidemic to come.

Intervals of counts cover more than they say where fewer than one case is expected (0 of 0 is always
inside), so coverage is of cells in which at least one is expected; for all cells there is the
randomised coverage, whose nominal value is exact (Czado, Gneiting & Held 2009, Biometrics 65:1254).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from bench.data import DATA
from bench.result import Result
from noroshi.core import weeks
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.domains.health.nowcast import model, products
from noroshi.domains.health.weekly import Weekly, weekly
from noroshi.formats import Hints, read

LEVEL = 0.9
YEAR = 2024
CLASSES = ((1, 3), (3, 10), (10, np.inf))
TARGETS = ("next week's late", "four weeks' late")
#: Diseases shown by name: the ten with most cases.
LARGEST = 10


SUMS = ("as first published", "by the ratio so far", "nowcast until the year's last table",
        "nowcast")  # fmt: skip
"""What is summed over the year. The ratio so far is the naive way: all that ever came, to what was
first published, of the country."""


class Scored(NamedTuple):
    """One disease over the year. `sums`: `SUMS` by area, the country first; `final`: the year's
    last cumulative by area. `cells` holds, for each target, rows of (place, expected, observed,
    lower, upper, dispersion), place 0 the country."""

    disease: str
    sums: model.Values
    final: model.Values
    cells: tuple[model.Values, model.Values]


def run(big: bool) -> list[Result]:
    """Bars: aggregate shortfall <= 12 % either way, 90 % intervals covering 85–95 %."""
    if not list((DATA / "health" / "idwr").glob("*-zensu.csv")):
        return [Result("nowcast", "skipped", note=f"no weekly tables at {DATA}")]
    found = scored()
    short = 1 - sum(one.sums[:, 0] for one in found) / sum(one.final[0] for one in found)
    results = [
        Result(f"shortfall {YEAR}: {what}", f"{share:.1%}", bar,
               abs(share) <= 0.12 if bar else None, "week by week, against the last cumulative")
        for what, share, bar in zip(SUMS, short, ("", "", "<= 12 %", "<= 12 %"), strict=True)
    ]  # fmt: skip
    for target, name in enumerate(TARGETS):
        for place, where in ((0, "diseases, country"), (1, "diseases × prefectures")):
            cells = cells_of(found, target, place)
            some = cells[cells[:, 1] >= 1]
            inside = covered(some)
            poisson = covered(_poisson(some))
            results.append(
                Result(f"coverage 90 %: {name}, {where}", f"{inside:.1%}", "85–95 %",
                       0.85 <= inside <= 0.95,
                       f"{len(some)} cells expecting >= 1; randomised, all {len(cells)}: "
                       f"{randomised(cells):.1%}; Poisson interval: {poisson:.1%}")
            )  # fmt: skip
    return results


@cache
def scored() -> tuple[Scored, ...]:
    """Every disease with cases, scored over the year."""
    found = weekly([one for one in _versions() if "all_case" in one.series])
    return tuple(
        _score(tables) for tables in found.values() if np.nansum(tables.cumulative[:, 0]) > 0
    )


def _versions() -> Iterator[Version]:
    number = 0
    for path in sorted((DATA / "health" / "idwr").glob("*-zensu.csv")):
        for edition in read(path.read_bytes(), Hints(name=path.name)).editions:
            for record in edition.records:
                number += 1
                yield Version(
                    number, record.kind, record.key, edition.series, Mode.ACTUAL, Action.ISSUE,
                    edition.issued, 0, edition.issued, edition.issued, FOREVER, FOREVER, FOREVER,
                    0, "idwr", None, None, None, None, (), record.body,
                )  # fmt: skip


def _score(tables: Weekly) -> Scored:
    found = model.walk(products.course_of(tables))
    begin, end = (weeks.number(weeks.name(YEAR, one)) - tables.first for one in (1, 52))
    rows = range(begin, end + 1)
    counts = found.course.counts
    ratio = []  # cumulative to what was first published, over all tables that were there
    for t in rows:
        late = found.late[: t + 1]
        shown = np.where(np.isfinite(late), counts[: t + 1], 0)
        ratio.append(1 + np.nansum(late[:, 0]) / max(np.nansum(shown[:, 0]), 1))
    sums = [
        [counts[t] for t in rows],
        [counts[t] * by for t, by in zip(rows, ratio, strict=True)],
        [counts[t] + model.coming(found, t, end - t) for t in rows],
        [counts[t] + model.coming(found, t) for t in rows],
    ]
    return Scored(
        tables.disease,
        np.nansum(sums, axis=1),
        found.course.cumulative[end],
        (
            _cells(found, rows, found.late, found.expected, found.errors, 1),
            _cells(found, rows, found.late_ahead, found.expected_ahead, found.errors_ahead,
                   model.AHEAD),
        ),
    )  # fmt: skip


def _cells(
    found: model.Walk, rows: range, observed: model.Values, expected: model.Values,
    errors: model.Values, ahead: int,
) -> model.Values:  # fmt: skip
    """What was foretold `ahead` weeks before each of `rows`, with the dispersion known then."""
    cells = []
    for t in rows:
        known = np.isfinite(observed[t]) & (np.nan_to_num(expected[t]) > 0)
        if not known.any():
            continue
        spread = model.dispersions(errors[: t - ahead + 1], LEVEL)
        lower, upper = model.bounds(expected[t], spread * expected[t], LEVEL)
        places = np.arange(known.size)
        cells.append(
            np.stack([places, expected[t], observed[t], lower, upper, spread], axis=1)[known]
        )
    return np.concatenate(cells) if cells else np.empty((0, 6))


def cells_of(found: tuple[Scored, ...], target: int, place: int) -> model.Values:
    """The cells of the country (place 0) or of all prefectures (1)."""
    cells = np.concatenate([one.cells[target] for one in found])
    found_there: model.Values = cells[(cells[:, 0] > 0) == bool(place)]
    return found_there


def covered(cells: model.Values) -> float:
    """Share of cells whose observed count lies within its bounds."""
    inside = (cells[:, 2] >= cells[:, 3]) & (cells[:, 2] <= cells[:, 4])
    return float(inside.mean()) if len(cells) else float("nan")


def randomised(cells: model.Values) -> float:
    """Coverage of intervals made exact by lot, in its mean: nominal for discrete counts too."""
    _, mean, seen, _, _, spread = cells.T
    most, less = model.below(seen, mean, spread), model.below(seen - 1, mean, spread)
    tail = (1 - LEVEL) / 2
    share = (np.minimum(most, 1 - tail) - np.maximum(less, tail)) / np.maximum(most - less, 1e-12)
    return float(np.where(seen < 0, 0, np.clip(share, 0, 1)).mean())


def _poisson(cells: model.Values) -> model.Values:
    lower, upper = model.bounds(cells[:, 1], cells[:, 1], LEVEL)
    return np.column_stack([cells[:, :3], lower, upper, cells[:, 5]])


def tables() -> str:
    """The figures by disease and by size, as text."""
    found = sorted(scored(), key=lambda one: -one.final[0])
    lines = [f"{'disease':24}{'final':>7}{'first':>8}{'naive':>8}{'nowcast':>9}{'+after':>8}"
             f"{'|naive|':>9}{'|nowc.|':>9}"
             f"{'cov 1w':>8}{'cov 4w':>8}{'pref 1w':>9}{'pref 4w':>9}"]  # fmt: skip
    for one in [*found[:LARGEST], _together(found[LARGEST:]), _together(found)]:
        short = 1 - one.sums[:, 0] / one.final[0]
        # The same by prefecture: how much of the cases is put into the wrong one, or none.
        off = np.abs(one.final[1:] - one.sums[1:3, 1:]).sum(axis=1) / one.final[0]
        shares = [*short, *off]
        for place in (0, 1):
            for target in (0, 1):
                cells = cells_of((one,), target, place)
                shares.append(covered(cells[cells[:, 1] >= 1]))
        lines.append(
            f"{one.disease:24}{one.final[0]:7.0f}" + "".join(f"{share:8.1%}" for share in shares)
        )
    lines.append("")
    for target, name in enumerate(TARGETS):
        for place, where in ((0, "country"), (1, "prefectures")):
            cells = cells_of(tuple(found), target, place)
            for low, high in ((0, 1), *CLASSES):
                some = cells[(cells[:, 1] >= low) & (cells[:, 1] < high)]
                under, over = (some[:, 2] < some[:, 3]).mean(), (some[:, 2] > some[:, 4]).mean()
                lines.append(
                    f"{name:18}{where:12}expecting {low:>3}–{high:<4} cells {len(some):7} "
                    f"covered {covered(some):6.1%} below {under:5.1%} above {over:5.1%} "
                    f"randomised {randomised(some):6.1%}"
                )
    return "\n".join(lines)


def _together(found: list[Scored]) -> Scored:
    cells = [np.concatenate([one.cells[target] for one in found]) for target in (0, 1)]
    return Scored(
        f"{len(found)} diseases",
        np.sum([one.sums for one in found], axis=0),
        np.sum([one.final for one in found], axis=0),
        (cells[0], cells[1]),
    )


if __name__ == "__main__":
    from bench.result import table

    print(table(run(False)))
    print(tables())
