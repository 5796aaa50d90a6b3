"""Forecasts of sentinel diseases, walked forward over the real trend: relative WIS against random
walks, by horizon, disease and season, and coverage. `python -m bench forecast`; with
`python -m bench.forecast FOLDER` also the README's tables and the figure."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np

from bench.data import DATA
from bench.result import Result, skipped
from noroshi.core import weeks
from noroshi.domains.health.forecast.course import HORIZONS, Course
from noroshi.domains.health.forecast.models import MODELS
from noroshi.domains.health.forecast.products import Params
from noroshi.domains.health.forecast.quantiles import LEVELS, Values, wis
from noroshi.domains.health.forecast.stack import walk
from noroshi.formats import Hints, read
from noroshi.kinds import decode
from noroshi.kinds.diseases import named

TREND = DATA / "health" / "idwr" / "trend.csv"
#: Central intervals, by the places of their ends among the levels.
INTERVALS = {50: (6, 16), 80: (3, 19), 90: (2, 20), 95: (1, 21)}


class Walked(NamedTuple):
    """One disease: forecasts (weeks, horizons, 23) of the stack and of each model and of the
    baseline on the natural scale, with what came (weeks, horizons)."""

    name: str
    first: int
    values: Values
    came: Values
    stack: Values
    models: Values
    natural: Values


def run(big: bool) -> list[Result]:
    """Bars of issue 7: relative WIS <= 0.80 against the random walk; the whole walk in < 90 s."""
    if not TREND.exists():
        return skipped("forecast", f"no {TREND}")
    begun = process_time()
    found = walked()
    took = process_time() - begun
    return [*scores(found), *coverage(found), Result(
        "20 diseases x 533 origins x 4 horizons x 6 models", f"{took:.0f} s", "< 90 s", took < 90,
        "processor time, one process; with the natural-scale baseline of the hubs")]  # fmt: skip


def walked() -> list[Walked]:
    """Every disease of the trend."""
    editions = read(TREND.read_bytes(), Hints(name=TREND.name, received=0)).editions
    params, found = Params(), []
    for record in (one for edition in editions for one in edition.records):
        body = decode("health.trend", record.body)
        values = np.array([np.nan if one is None else one for one in body.per_sentinel])
        begin = int(np.flatnonzero(~np.isnan(values))[0])
        course = Course(values[begin:], weeks.number(body.first) + begin)
        went = walk(course, params.power, params.half_life)
        came = np.stack([course.target(one) for one in HORIZONS], axis=1)
        scored = np.cumsum(~np.isnan(course.values)) >= params.least_weeks
        came[~scored] = np.nan  # no forecast is made of so few weeks
        disease = named(record.key)
        name = disease.en if disease else record.key
        found.append(Walked(name, course.first, course.values, came, went.quantiles, went.single,
                            natural(course)))  # fmt: skip
    return found


def natural(course: Course) -> Values:
    """The COVID-19 hub's baseline (Cramer et al. 2022): the last value, and sums of `horizon`
    past weekly differences, up and down alike, as many as 500 sums drawn evenly."""
    draws = np.random.default_rng(1).permuted(
        np.tile((np.arange(500) + 0.5) / 500, (len(HORIZONS), 1)), axis=1
    )
    found = np.full((course.count, len(HORIZONS), len(LEVELS)), np.nan)
    differences = course.ahead(course.values, 1)
    for place in range(course.count):
        known = differences[:place]
        known = known[~np.isnan(known)]
        if len(known) < 20 or np.isnan(course.values[place]):
            continue
        both = np.sort(np.concatenate([known, -known]))
        ranks = (np.arange(len(both)) + 0.5) / len(both)
        sums = np.sort(np.cumsum(np.interp(draws, ranks, both), axis=0), axis=1)
        for step in range(len(HORIZONS)):
            said = np.interp(
                LEVELS, (np.arange(500) + 0.5) / 500, sums[step] - np.median(sums[step])
            )
            found[place, step] = np.maximum(course.values[place] + said, 0)
    return found


class Relative(NamedTuple):
    """Scores of one forecast divided by those of another, over what both have."""

    total: float
    diseases: dict[str, float]
    horizons: list[float]
    seasons: dict[int, float]

    @property
    def mean(self) -> float:
        """Geometric mean over diseases."""
        return float(np.exp(np.mean(np.log([*self.diseases.values()]))))


def relative(found: list[Walked], ours: str, theirs: str, *, log: bool = False) -> Relative:
    """WIS of `ours` relative to `theirs` (stack, natural, or a model); `log`: of log(1 + x)
    (Bosse et al. 2023, https://doi.org/10.1371/journal.pcbi.1011393)."""
    total, horizons = np.zeros(2), np.zeros((2, len(HORIZONS)))
    diseases: dict[str, float] = {}
    seasons: dict[int, Values] = {}
    for one in found:
        pair = []
        for said in (_said(one, ours), _said(one, theirs)):
            pair.append(wis(np.log1p(said), np.log1p(one.came)) if log else wis(said, one.came))
        both = ~np.isnan(pair[0]) & ~np.isnan(pair[1])
        if not both.any():
            continue
        score = np.where(both, np.stack(pair), 0.0)
        total += score.sum(axis=(1, 2))
        horizons += score.sum(axis=1)
        diseases[one.name] = float(score[0].sum() / score[1].sum())
        for place in range(len(one.values)):
            # A season begins in week 36: the year in which most of its weeks' influenza began.
            season = weeks.monday(weeks.numbered(one.first + place - 35)).year
            seasons[season] = seasons.get(season, np.zeros(2)) + score[:, place].sum(axis=1)
    return Relative(
        float(total[0] / total[1]), diseases, list(horizons[0] / horizons[1]),
        {season: float(a / b) for season, (a, b) in sorted(seasons.items()) if b},
    )  # fmt: skip


def _said(one: Walked, name: str) -> Values:
    if name in MODELS:
        return np.asarray(one.models[list(MODELS).index(name)])
    return one.natural if name == "natural" else one.stack


def inside(found: list[Walked], percent: int) -> list[float]:
    """Share of what came (in two decimals) that lay in the central interval as it is, by horizon,
    then altogether."""
    low, high = INTERVALS[percent]
    hits, told = np.zeros(len(HORIZONS)), np.zeros(len(HORIZONS))
    for one in found:
        known = ~np.isnan(one.came) & ~np.isnan(one.stack[..., 0])
        hit = (one.came >= one.stack[..., low]) & (one.came <= one.stack[..., high])
        hits += (hit & known).sum(axis=0)
        told += known.sum(axis=0)
    return [*(hits / told), float(hits.sum() / told.sum())]


def between(found: list[Walked], begin: str, end: str) -> list[Walked]:
    """Only what was forecast in the weeks from `begin` until before `end`."""
    some = []
    for one in found:
        number = one.first + np.arange(len(one.values))
        inside = (number >= weeks.number(begin)) & (number < weeks.number(end))
        some.append(one._replace(came=np.where(inside[:, None], one.came, np.nan)))
    return some


def scores(found: list[Walked]) -> list[Result]:
    """Relative WIS in lines."""
    lines = []
    for name, what in (("random_walk", "log"), ("natural", "natural")):
        one, log = relative(found, "stack", name), relative(found, "stack", name, log=True)
        by = ", ".join(f"{value:.2f}" for value in one.horizons)
        lines += [
            Result(f"WIS / random walk ({what}), sum", f"{one.total:.3f}", "<= 0.80",
                   one.total <= 0.8, f"1-4 weeks {by}; of log(1+x) {log.total:.3f}"),
            Result(f"WIS / random walk ({what}), mean of diseases", f"{one.mean:.3f}", "<= 0.80",
                   one.mean <= 0.8, f"geometric; of log(1+x) {log.mean:.3f}"),
        ]  # fmt: skip
    for what, begin, end in (("before 2020", "2015-W01", "2020-W01"),
                             ("from 2020 on", "2020-W01", "2030-W01")):  # fmt: skip
        some = between(found, begin, end)
        one, hub = relative(some, "stack", "random_walk"), relative(some, "stack", "natural")
        lines.append(Result(f"WIS / random walk (log), {what}", f"{one.total:.3f}",
                            note=f"mean of diseases {one.mean:.3f}; natural scale {hub.total:.3f}"
                                 f" and {hub.mean:.3f}"))  # fmt: skip
    one = relative(found, "stack", "random_walk")
    worst = sorted(one.diseases.items(), key=lambda pair: -pair[1])
    told = ", ".join(f"{name[:24]} {value:.2f}" for name, value in worst[:3])
    lines.append(Result("diseases at or below 0.80 / below 1",
                        f"{sum(v <= 0.8 for _, v in worst)} / {sum(v < 1 for _, v in worst)}"
                        f" of {len(worst)}", note=f"worst: {told}"))  # fmt: skip
    return lines


def coverage(found: list[Walked]) -> list[Result]:
    """Coverage of central intervals in lines."""
    lines = []
    for percent in INTERVALS:
        by = inside(found, percent)
        told = ", ".join(f"{value:.1%}" for value in by[:-1])
        lines.append(Result(f"{percent} % intervals hold", f"{by[-1]:.1%}", note=f"1-4: {told}"))
    return lines


def tables(found: list[Walked]) -> str:
    """The README's tables."""
    one, log = (relative(found, "stack", "random_walk", log=log) for log in (False, True))
    held = {each.name: inside([each], 90)[-1] for each in found}
    lines = ["| disease | WIS ratio | of log(1 + x) | in 90 % |", "|---|---:|---:|---:|"]
    for name, value in sorted(one.diseases.items(), key=lambda pair: pair[1]):
        lines.append(f"| {name} | {value:.3f} | {log.diseases[name]:.3f} | {held[name]:.1%} |")
    lines += ["", "| season from September | WIS ratio |", "|---|---:|"]
    lines += [f"| {season} | {value:.3f} |" for season, value in one.seasons.items()]
    lines += ["", "| model | sum | mean of diseases | 1 | 2 | 3 | 4 |", "|---|" + "---:|" * 6]
    for name in ("stack", *MODELS, "natural"):
        r = relative(found, name, "random_walk")
        by = " | ".join(f"{value:.2f}" for value in r.horizons)
        lines.append(f"| {name} | {r.total:.3f} | {r.mean:.3f} | {by} |")
    lines += ["", "| interval | 1 week | 2 | 3 | 4 | all |", "|---|" + "---:|" * 5]
    for percent in INTERVALS:
        by = " | ".join(f"{value:.1%}" for value in inside(found, percent))
        lines.append(f"| {percent} % | {by} |")
    return "\n".join(lines)


def main(folder: Path) -> None:
    """Print the tables and write `figure.svg`."""
    from bench.forecast_figure import draw

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = walked()
    sys.stdout.write(tables(found) + "\n")
    chosen = next(one for one in found if one.name == "Influenza")
    (folder / "figure.svg").write_text(draw(chosen.first, chosen.values, chosen.stack), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
