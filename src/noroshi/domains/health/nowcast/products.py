"""The nowcast of each disease whose every case is notified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from noroshi.core import weeks
from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Record, Version
from noroshi.domains.health.nowcast import WEEKS
from noroshi.domains.health.nowcast.model import (
    Course,
    Estimate,
    Values,
    Walk,
    curve,
    newest,
    next_late,
    walk,
    year_so_far,
)
from noroshi.domains.health.weekly import COUNTRY, Weekly, weekly
from noroshi.kinds import encode, note
from noroshi.kinds.nowcast import AreaNowcast, Nowcast

NOTIFICATIONS, ALL_CASE = "health.notifications", "all_case"


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    level: Annotated[
        float,
        msgspec.Meta(ge=0.5, le=0.99),
        note("区間の確率", "probability that the bounds hold, 0.5–0.99"),
    ] = 0.9
    curve_weeks: Annotated[
        int,
        msgspec.Meta(ge=4, le=52),
        note("曲線の週数", "weeks of the country's corrected curve, 4–52"),
    ] = 12


def scope(version: Version, towns: Towns) -> list[str]:
    """The disease; none for reports of sentinel sites, which are not corrected later."""
    return [] if "sentinel" in version.series.split("/") else [f"disease:{version.key}"]


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition for each disease that is notified case by case.

    Raises InvalidRecord for a body that is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    found = weekly(inputs[NOTIFICATIONS], WEEKS)
    editions = []
    for (system, disease), tables in found.items():
        if system != ALL_CASE:
            continue
        record = Record(
            "health.nowcast", disease, encode(_body(tables, params)), basis=tables.basis
        )
        # The newest week may have been issued before a late table of an older one.
        issued = max(tables.published)
        editions.append(Edition("", issued, [record], mode=mode, effective=issued))
    return editions


def course_of(tables: Weekly) -> Course:
    """The tables as the model takes them."""
    names = [weeks.numbered(tables.first + row) for row in range(len(tables.rests))]
    return Course(
        tables.counts,
        tables.cumulative,
        np.array([int(name.rpartition("W")[2]) for name in names]),
    )


def _body(tables: Weekly, params: Params) -> Nowcast:
    found = walk(course_of(tables))
    last = len(tables.rests) - 1
    reported, corrected = curve(found, last, params.curve_weeks, params.level)
    names = [weeks.numbered(tables.last - back) for back in range(len(reported))][::-1]
    next_week = weeks.numbered(tables.last + 1)
    return Nowcast(
        disease=tables.disease,
        name=tables.name,
        system=tables.system,
        week=weeks.numbered(tables.last),
        level=params.level,
        observed=int(np.isfinite(found.late[:, 0]).sum()),
        completeness=_short(1 / (1 + found.ratios[last].sum())),
        # The table after a year's last week tells of the new year only.
        areas=_areas(tables.areas, found, last, params.level, next_week.endswith("W01")),
        weeks=names,
        reported=[_short(one) for one in reported],
        estimate=_shorts(corrected.mean),
        lower=_shorts(corrected.lower),
        upper=_shorts(corrected.upper),
    )


def _areas(
    codes: Sequence[str], found: Walk, last: int, level: float, year_ends: bool
) -> list[AreaNowcast]:
    week, year = newest(found, last, level), year_so_far(found, last, level)
    late = next_late(found, last, level)
    if year_ends:
        late = Estimate(*(np.full_like(one, np.nan) for one in late))
    counts, cumulative = found.course.counts[last], found.course.cumulative[last]
    return [
        AreaNowcast(
            code=code or COUNTRY,
            count=_whole(counts[place]),
            estimate=_short(week.mean[place]),
            lower=_short(week.lower[place]),
            upper=_short(week.upper[place]),
            cumulative=_whole(cumulative[place]),
            final=_short(year.mean[place]),
            final_lower=_short(year.lower[place]),
            final_upper=_short(year.upper[place]),
            late_next=_short(late.mean[place]),
            late_next_lower=_short(late.lower[place]),
            late_next_upper=_short(late.upper[place]),
        )
        for place, code in enumerate(codes)
    ]


def _whole(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None


def _short(value: float) -> float | None:
    """Four digits, never coarser than a tenth of a case nor finer than a thousandth, so that every
    machine says the same; None for what is not known."""
    return _rounded(float(value)) if np.isfinite(value) else None


def _rounded(value: float) -> float:
    return (round(value, 1) if value >= 1000 else round(float(f"{value:.4g}"), 3)) + 0.0


def _shorts(values: Values) -> list[float]:
    return [_rounded(float(value)) for value in values]
