"""Reproduction numbers and clusters: how many series a second, and how sure they are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.result import Result, skipped
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.domains.health.clusters import products as clusters
from noroshi.domains.health.clusters.model import Scan, Usual, circles, scan, usual
from noroshi.domains.health.clusters.places import OFFICES, distances
from noroshi.domains.health.reproduction import products as reproduction
from noroshi.domains.health.reproduction.intervals import SERIAL
from noroshi.domains.health.reproduction.model import (
    Nodes,
    Prior,
    daily,
    discretised_gamma,
    fixed,
    infectivity,
    nodes_of,
    quantile,
    weekly,
)
from noroshi.domains.health.weekly import KIND
from noroshi.formats import Hints, read

_ROOT = Path(__file__).resolve().parents[1]
_DATA = Path(os.environ.get("NOROSHI_DATA") or _ROOT.parent / "shared" / "data") / "health"
_SERIES = 1_000


def run(big: bool) -> list[Result]:
    """Seconds of processor time of one process. Bars: flu2009 within 1e-6, 1,000 series/s, false
    clusters no more often than promised."""
    return [*_epiestim(), *_speed(), *_coverage(), *_false_clusters(), *_power(), *_real()]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = process_time()
    made = work()
    return made, max(process_time() - begin, 1e-6)


# --- reproduction -------------------------------------------------------------------------------


def _epiestim() -> list[Result]:
    path = _DATA / "rt" / "flu2009.json"
    if not path.exists():
        return skipped("R of flu2009", f"no {path}")
    said = json.loads(path.read_text(encoding="utf-8"))
    cases = np.array([said["incidence"]], float)
    found = daily(cases, np.array([said["serial_interval"]]), np.ones(1), 7, Prior())
    values = {"mean": found.mean(), "sd": found.sd(), "q025": quantile(found, 0.025)}
    worst = max(
        float(np.abs(series[0] - [one[what] for one in said["expected"]]).max())
        for what, series in values.items()
    )
    note = f"largest difference of mean, sd and 2.5 % in {len(said['expected'])} windows"
    return [Result("R of flu2009 as EpiEstim's", f"{worst:.1e}", "< 1e-6", worst < 1e-6, note)]


def _speed() -> list[Result]:
    rng = np.random.default_rng(1)
    cases = rng.poisson(30, (_SERIES, 90)).astype(float)
    serial = discretised_gamma(np.array([2.8]), np.array([1.5]), 20)

    def by_day(some: np.ndarray[Any, Any]) -> None:
        found = daily(some, serial, np.ones(1), 7, Prior())
        found.mean(), quantile(found, 0.025), quantile(found, 0.975)

    def by_week(some: np.ndarray[Any, Any], nodes: Nodes) -> None:
        found = weekly(some, nodes, 2, Prior(), 0.01).last(12)
        found.mean(), quantile(found, 0.025), quantile(found, 0.975)

    known, unsure = fixed(2.8, 1.5), nodes_of(SERIAL["influenza"])
    counts = cases[:, :84].reshape(_SERIES, -1, 7).sum(-1)[:, :12]
    counts = np.concatenate([counts, counts], 1)
    results = []
    for what, work, bar in (
        ("days, known serial interval", lambda some: by_day(cases[some]), 1_000),
        ("weeks, known serial interval", lambda some: by_week(counts[some], known), 1_000),
        ("weeks, uncertain serial interval", lambda some: by_week(counts[some], unsure), 1_000),
    ):
        work(slice(0, 2))
        _, together = _timed(lambda work=work: work(slice(0, _SERIES)))  # type: ignore[misc]
        _, alone = _timed(lambda work=work: [work(slice(one, one + 1)) for one in range(20)])  # type: ignore[misc]
        rate, ratio = _SERIES / together, alone / 20 * _SERIES / together
        results.append(Result(
            f"R, {what}", f"{rate:,.0f} series/s", f">= {bar:,}", rate >= bar,
            f"{_SERIES:,} series at once; {ratio:.0f} times as fast as one by one",
        ))  # fmt: skip
    return results


def _coverage() -> list[Result]:
    """Epidemics of which R is known, counted by weeks: how often the 95 % interval has it."""
    results = []
    for what, mean, sd in (("influenza", 2.8, 1.5), ("RSV", 7.5, 2.1), ("mumps", 18.0, 3.5)):
        serial = discretised_gamma(np.array([mean]), np.array([sd]), 60)[0]
        cases, r = _epidemics(serial)
        counts = cases.reshape(len(cases), -1, 7).sum(-1)
        found = weekly(counts, fixed(mean, sd), 2, Prior(), 0.01)
        force = infectivity(cases, serial)
        known = found.known & (found.shape**-0.5 < 0.3)
        known[:, :12] = False
        parts = [(r * force).reshape(len(cases), -1, 7).sum(-1),
                 force.reshape(len(cases), -1, 7).sum(-1)]  # fmt: skip
        above, below = (one[:, 1:] + one[:, :-1] for one in parts)
        truth = np.concatenate([np.full((len(cases), 1), np.nan), above / below], 1)
        low, high = quantile(found, 0.025), quantile(found, 0.975)
        covered = float(((low <= truth) & (truth <= high))[known].mean())
        error = np.log(found.mean()[known] / truth[known])
        results.append(Result(
            f"R from weeks, {what}", f"{covered:.1%} covered", "90-98 %", 0.90 <= covered <= 0.98,
            f"of 95 % intervals, {known.sum():,} weeks simulated; R off by "
            f"{np.sqrt((error**2).mean()):.1%} (rms), bias {np.median(error):+.1%}",
        ))  # fmt: skip
    return results


def _epidemics(serial: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(1)
    series, days = 300, 7 * 30
    r = np.exp(0.25 * np.sin(2 * np.pi * np.arange(days) / 112 + rng.uniform(0, 6.28, (series, 1))))
    cases = np.zeros((series, days))
    cases[:, :28] = rng.poisson(rng.uniform(1, 60, (series, 1)), (series, 28))
    for day in range(28, days):
        reach = min(day, 60)
        force = cases[:, day - reach : day][:, ::-1] @ serial[1 : reach + 1]
        cases[:, day] = rng.poisson(np.minimum(r[:, day] * force, 1e5))
    return cases, r


# --- clusters -----------------------------------------------------------------------------------

_APART = distances(tuple(OFFICES))


def _country(rng: np.random.Generator, rate: float, usually: Usual) -> np.ndarray[Any, Any]:
    """80 weeks of 47 prefectures; where risks differ, anew every eight weeks."""
    share = np.random.default_rng(0).gamma(1.2, 1, 47)
    mean = np.outer(rate * (1 + 0.5 * np.sin(np.arange(80) / 8)), share / share.sum())
    if usually.variance:
        cover = np.log1p(usually.covariance(_APART))
        root = np.linalg.cholesky(cover + 1e-9 * np.eye(47))
        risk = np.exp(rng.standard_normal((10, 47)) @ root.T - np.diag(cover) / 2)
        mean *= np.repeat(risk, 8, 0)
    return rng.poisson(mean)


def _table(counts: np.ndarray[Any, Any]) -> Scan:
    around = circles(_APART, counts.sum(0).astype(float), 12, 0.5)
    cover = usual(counts[:-8], _APART).covariance(_APART)
    return Scan(counts[-8:], counts[:-8].sum(0), around, cover, 2)


def _false_clusters() -> list[Result]:
    rng = np.random.default_rng(5)
    results = []
    for what, rate, usually in (
        ("0.3 cases a week", 0.3, Usual(0, 0)),
        ("2", 2.0, Usual(0, 0)),
        ("20", 20.0, Usual(0, 0)),
        ("200", 200.0, Usual(0, 0)),
        ("2,000 in waves", 2_000.0, Usual(0.1, 0.4)),
    ):
        tries = 400
        false = [scan(_table(_country(rng, rate, usually)), 199, 0.05, one) for one in range(tries)]
        share = sum(map(bool, false)) / tries
        results.append(Result(
            f"false clusters at 5 %, {what}", f"{share:.1%}", "<= 8 %", share <= 0.08,
            f"of {tries} countries without any (standard error {(.05 * .95 / tries) ** 0.5:.1%})",
        ))  # fmt: skip
    return results


def _power() -> list[Result]:
    """Three prefectures of Shikoku at twice their risk for three weeks."""
    rng = np.random.default_rng(6)
    results = []
    planted = {35, 36, 37}
    for rate, times in ((20.0, 3.0), (200.0, 2.0), (2_000.0, 1.5)):
        tries, found, placed = 60, 0, 0.0
        for one in range(tries):
            counts = _country(rng, rate, Usual(0, 0))
            more = rng.poisson(counts[:-8].mean(0) * (times - 1), (3, 47))
            for area in planted:
                counts[-3:, area] += more[:, area]
            for cluster in scan(_table(counts), 199, 0.05, one):
                if planted & set(cluster.areas):
                    found += 1
                    both = planted & set(cluster.areas)
                    placed += len(both) / len(planted | set(cluster.areas))
        results.append(Result(
            f"planted clusters found, {rate:,.0f} cases a week", f"{found / tries:.0%}", "", None,
            f"{times:g} times the risk in 3 prefectures for 3 weeks, at 5 %; "
            f"{placed / max(found, 1):.0%} of area shared with the truth",
        ))  # fmt: skip
    return results


# --- the real tables ----------------------------------------------------------------------------


def _versions(folder: Path) -> list[Version]:
    found: list[Version] = []
    for path in sorted(folder.glob("*-*.csv")):
        for edition in read(path.read_bytes(), Hints(name=path.name)).editions:
            for record in edition.records:
                if record.kind == KIND:
                    found.append(Version(
                        len(found) + 1, record.kind, record.key, edition.series, Mode.ACTUAL,
                        Action.ISSUE, edition.issued, 0, edition.issued, edition.issued, FOREVER,
                        FOREVER, FOREVER, 0, "bench", None, None, None, None, (), record.body,
                    ))  # fmt: skip
    return found


def _real() -> list[Result]:
    folder = _DATA / "idwr"
    if not folder.is_dir():
        return skipped("clusters of the real tables", f"no {folder}")
    inputs = {KIND: _versions(folder)}
    diseases = len({one.key for one in inputs[KIND]})
    made, seconds = _timed(lambda: clusters.build(inputs, clusters.Params()))
    numbers, other = _timed(lambda: reproduction.build(inputs, reproduction.Params()))
    return [
        Result("clusters of all diseases", f"{seconds:.1f} s", "< 30 s", seconds < 30,
               f"{diseases} diseases, 89 weeks, 999 draws; clusters in {len(made)} of them"),
        Result("R of all diseases", f"{other:.1f} s", "", None,
               f"{len(numbers)} diseases by 47 prefectures, reading their records included"),
    ]  # fmt: skip
