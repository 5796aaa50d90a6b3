"""Outbreak detection: all series in one pass, and what it is worth where outbreaks are known."""

from __future__ import annotations

import csv
from time import process_time

import numpy as np
from numpy.typing import NDArray

from bench.data import DATA
from bench.result import Result, skipped
from noroshi.core import weeks
from noroshi.domains.health.detection.cusum import LIMIT
from noroshi.domains.health.detection.ensemble import (
    MODEL,
    Statistics,
    probability,
    statistics,
    train,
)
from noroshi.domains.health.detection.farrington import bounds

FOLDER = DATA / "health" / "outbreak"
SERIES, ROWS, ALONE = 87 * 47, 320, 60
SENSITIVITY, SPECIFICITY = 0.24, 0.992
Flags = NDArray[np.bool_]
Labelled = dict[str, tuple[NDArray[np.float64], Flags]]


def run(big: bool) -> list[Result]:
    """Bars: < 10 s of processor time for 4,089 series; sensitivity > 0.24 at specificity >= 0.992
    on series that were left out of training."""
    return [*_batch(), *_skill()]


def _batch() -> list[Result]:
    rng = np.random.default_rng(1)
    rates = np.exp(rng.normal(-1.0, 2.0, SERIES))
    season = 1.0 + 0.5 * np.sin(np.arange(ROWS) / 52 * 2 * np.pi)
    counts = rng.poisson(season[:, None] * rates).astype(float)
    first = weeks.number("2019-W01")
    begin = process_time()
    statistics(counts, first, [ROWS - 1])
    whole = process_time() - begin
    begin = process_time()
    bounds(counts, first, first + ROWS - 1)
    together = process_time() - begin
    begin = process_time()
    for at in range(ALONE):
        bounds(counts[:, [at]], first, first + ROWS - 1)
    alone = (process_time() - begin) / ALONE * SERIES
    return [
        Result("4,089 series, newest week, all methods", f"{whole:.1f} s", "< 10 s", whole < 10.0),
        Result("Farrington: one by one against one batch", f"{alone / together:.0f} x", "", None,
               f"{alone:.0f} s (from {ALONE} series) against {together:.1f} s"),
    ]  # fmt: skip


def labelled() -> Labelled:
    """Series whose outbreaks are known: cases (T,) and whether each week is of one."""
    found = {}
    for path in [*sorted(FOLDER.glob("survstat_*.csv")), FOLDER / "salmonella_agona.csv"]:
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        counts = np.array([float(row["observed"]) for row in rows])
        found[path.stem] = counts, np.array([row["state"] == "1" for row in rows])
    return found


def methods(counts: NDArray[np.float64], said: Statistics) -> dict[str, Flags]:
    """What each method alarms at the limits it comes with."""
    rows = range(len(counts))
    uppers = said.ears.upper1, said.ears.upper2, said.ears.upper3
    found = {f"ears_c{at}": counts > upper[:, 0] for at, upper in enumerate(uppers, start=1)}
    found["cusum"] = said.cusum[:, 0] > LIMIT
    found["farrington"] = np.array([said.farrington[row].alarm[0] for row in rows])
    return found


def _skill() -> list[Result]:
    if not FOLDER.exists():
        return skipped("labelled series", f"no {FOLDER}")
    known = labelled()
    said = {
        name: statistics(counts[:, None], weeks.number("2001-W01"), list(range(len(counts))))
        for name, (counts, _) in known.items()
    }
    values = {
        name: np.concatenate([one.values[row] for row in range(len(known[name][0]))])
        for name, one in said.items()
    }
    results, alarms = [], {}
    for name, (counts, _) in known.items():
        alarms[name] = methods(counts, said[name])
        rest = [one for one in known if one != name]
        model = train(
            np.concatenate([values[one] for one in rest]),
            np.concatenate([known[one][1] for one in rest]),
        )
        alarms[name]["ensemble"] = probability(model, values[name]) > model.threshold
    for method in ("farrington", "ears_c1", "ears_c2", "ears_c3", "cusum", "ensemble"):
        found = np.concatenate([alarms[name][method] for name in known])
        truth = np.concatenate([state for _, state in known.values()])
        sensitivity, specificity = found[truth].mean(), 1.0 - found[~truth].mean()
        met = bool(sensitivity > SENSITIVITY and specificity >= SPECIFICITY)
        left_out = method == "ensemble"
        waits = [_wait(alarms[name][method], state) for name, (_, state) in known.items()]
        delays = [one for one in waits if one is not None and one >= 0]
        results.append(Result(
            f"{method}: sensitivity at specificity", f"{sensitivity:.3f} at {specificity:.4f}",
            "> 0.24 at >= 0.992" if left_out else "", met if left_out else None,
            f"{found[~truth].sum()} false weeks of {(~truth).sum()}, {found[truth].sum()} "
            f"of {truth.sum()} outbreak weeks; {len(delays)} of "
            f"{sum(one is not None for one in waits)} outbreaks, "
            f"median {np.median(delays) if delays else float('nan'):.0f} weeks after their first"
            + ("; each series left out once" if left_out else ""),
        ))  # fmt: skip
    results.append(_nested(known, values))
    again = train(np.concatenate(list(values.values())),
                  np.concatenate([state for _, state in known.values()]))  # fmt: skip
    same = bool(np.allclose(again.weights, MODEL.weights, atol=1e-4))
    return [*results, Result("the weights in use are those learned again", str(same), "True", same)]


#: What the nested row chooses from: columns of `STATISTICS`, penalties, shares of weeks that pass.
CHOICES = [
    (columns, penalty, share)
    for columns in ((0, 1, 2, 3, 4), (0, 1, 2, 4), (0, 3, 4), (1, 2, 4), (3, 4), (0, 4), (1, 4))
    for penalty in (1.0, 5.0)
    for share in (0.992, 0.994, 0.995, 0.996)
]


def _nested(known: Labelled, values: dict[str, NDArray[np.float64]]) -> Result:
    """Each series left out once, and which statistics, penalty and margin are used chosen on the
    others alone, by leaving each of them out in turn."""

    def alarms(
        train_on: list[str], name: str, choice: tuple[tuple[int, ...], float, float]
    ) -> Flags:
        columns, penalty, share = choice
        model = train(
            np.concatenate([values[one][:, columns] for one in train_on]),
            np.concatenate([known[one][1] for one in train_on]), penalty, share,
        )  # fmt: skip
        return probability(model, values[name][:, columns]) > model.threshold

    def skill(found: dict[str, Flags]) -> tuple[float, float]:
        said = np.concatenate([found[name] for name in found])
        truth = np.concatenate([known[name][1] for name in found])
        return float(said[truth].mean()), float(1.0 - said[~truth].mean())

    def worth(rest: list[str], choice: tuple[tuple[int, ...], float, float]) -> tuple[bool, float]:
        found = {one: alarms([each for each in rest if each != one], one, choice) for one in rest}
        sensitivity, specificity = skill(found)
        met = specificity >= SPECIFICITY
        return met, sensitivity if met else specificity

    found = {}
    for name in known:
        rest = [one for one in known if one != name]
        found[name] = alarms(rest, name, max(CHOICES, key=lambda one: worth(rest, one)))
    sensitivity, specificity = skill(found)
    return Result(
        "ensemble, chosen inside training: sensitivity at specificity",
        f"{sensitivity:.3f} at {specificity:.4f}", "> 0.24 at >= 0.992",
        bool(sensitivity > SENSITIVITY and specificity >= SPECIFICITY),
        f"each series left out once; statistics, penalty and margin of {len(CHOICES)} chosen on "
        "the others alone",
    )  # fmt: skip


def _wait(alarm: Flags, state: Flags) -> int | None:
    """Weeks from an outbreak's first to the first alarm in it; -1 if never, None without one."""
    if not state.any():
        return None
    inside = alarm[np.flatnonzero(state)]
    return int(inside.argmax()) if inside.any() else -1
