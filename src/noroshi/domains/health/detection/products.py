"""The newest weeks of each disease, in every area, held against its past."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from noroshi.core import weeks
from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Record, Version
from noroshi.domains.health.detection import SHOWN, WEEKS
from noroshi.domains.health.detection.cusum import LIMIT
from noroshi.domains.health.detection.ensemble import MODEL, Statistics, probability, statistics
from noroshi.domains.health.detection.farrington import IMPROVED
from noroshi.domains.health.weekly import COUNTRY, Weekly, weekly
from noroshi.kinds import encode, note
from noroshi.kinds.detection import AreaDetection, Detection

NOTIFICATIONS = "health.notifications"
#: The ensemble says nothing of a series with fewer weeks before.
LEAST_WEEKS = 8
YEAR = 52


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    years: Annotated[
        int,
        msgspec.Meta(ge=1, le=5),
        note("参照年数", "years of the past that Farrington's bound rests on, 1–5"),
    ] = 5
    alpha: Annotated[
        float,
        msgspec.Meta(gt=0, le=0.2),
        note("片側有意水準", "one-sided level of Farrington's bound"),
    ] = 0.01
    threshold: Annotated[
        float,
        msgspec.Meta(gt=0, lt=1),
        note("アラームとする確率", "probability by the ensemble above which a week is an alarm"),
    ] = MODEL.threshold


def scope(version: Version, towns: Towns) -> list[str]:
    """The disease."""
    return [f"disease:{version.key}"]


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition for each disease and system of notification.

    Raises InvalidRecord for a body that is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    editions = []
    for (system, disease), tables in weekly(inputs[NOTIFICATIONS], WEEKS, comparable=True).items():
        body = encode(_body(tables, params))
        record = Record("health.detection", disease, body, basis=tables.basis)
        issued = max(tables.published)
        editions.append(
            Edition(f"{system}/{disease}", issued, [record], mode=mode, effective=issued)
        )
    return editions


def _body(tables: Weekly, params: Params) -> Detection:
    last = len(tables.rests) - 1
    rows = list(range(max(last - SHOWN + 1, 0), last + 1))
    settings = IMPROVED._replace(years=params.years, alpha=params.alpha)
    found = statistics(tables.counts, tables.first, rows, settings)
    chance = {row: probability(MODEL, found.values[row]) for row in rows}
    return Detection(
        disease=tables.disease,
        name=tables.name,
        system=tables.system,
        week=weeks.numbered(tables.last),
        weeks=[weeks.numbered(tables.first + row) for row in rows],
        areas=[
            _area(code, at, tables, found, rows, chance, params.threshold)
            for at, code in enumerate(tables.areas)
        ],
    )


def _area(
    code: str, at: int, tables: Weekly, found: Statistics, rows: list[int],
    chance: dict[int, np.ndarray], threshold: float,
) -> AreaDetection:  # fmt: skip
    last = rows[-1]
    counts = tables.counts[:, at]
    able = {row: _judged(row, at, counts, found) for row in rows}
    bounds = found.farrington
    history = int(np.isfinite(counts[:last]).sum())
    alarms = [
        bool(chance[row][at] > threshold) if "ensemble" in able[row] else None for row in rows
    ]
    return AreaDetection(
        code=code or COUNTRY,
        counts=[int(counts[row]) if np.isfinite(counts[row]) else None for row in rows],
        expected=[_short(bounds[row].expected[at]) for row in rows],
        upper=[_short(bounds[row].upper[at]) for row in rows],
        alarms=alarms,
        p_value=_short(bounds[last].p_value[at]),
        score=_short(chance[last][at]) if "ensemble" in able[last] else None,
        methods=[one for one in able[last] if _alarms(one, last, at, counts, found)],
        judged=able[last],
        history=history,
        short=history < YEAR,
    )


def _judged(row: int, at: int, counts: np.ndarray, found: Statistics) -> list[str]:
    """The methods that can say something of a week."""
    if not np.isfinite(counts[row]):
        return []
    enough = found.base.weeks[row, at] >= LEAST_WEEKS
    said = {
        "farrington": np.isfinite(found.farrington[row].upper[at]),
        "ears_c1": np.isfinite(found.ears.upper1[row, at]),
        "ears_c2": np.isfinite(found.ears.upper2[row, at]),
        "ears_c3": np.isfinite(found.ears.upper3[row, at]),
        "cusum": enough,
        "ensemble": enough,
    }
    return [method for method, able in said.items() if able]


def _alarms(method: str, row: int, at: int, counts: np.ndarray, found: Statistics) -> bool:
    """Whether a method alarms; the ensemble is not one of them."""
    upper = {"ears_c1": found.ears.upper1, "ears_c2": found.ears.upper2,
             "ears_c3": found.ears.upper3}.get(method)  # fmt: skip
    if upper is not None:
        return bool(counts[row] > upper[row, at])
    if method == "cusum":
        return bool(found.cusum[row, at] > LIMIT)
    return method == "farrington" and bool(found.farrington[row].alarm[at])


def _short(value: float) -> float | None:
    """Four digits, so that every machine says the same; None for what is not known."""
    return float(f"{value:.4g}") + 0.0 if np.isfinite(value) else None
