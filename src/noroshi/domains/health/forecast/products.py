"""The forecast of each sentinel disease, from its long trend and the weekly tables after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from noroshi.core import weeks
from noroshi.core.capability import mode_of, newest
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import DAY
from noroshi.domains.health.forecast import WEEKS_BACK
from noroshi.domains.health.forecast.course import HORIZONS, Course
from noroshi.domains.health.forecast.models import MODELS
from noroshi.domains.health.forecast.quantiles import LEVELS, Values
from noroshi.domains.health.forecast.stack import walk
from noroshi.domains.health.weekly import weekly
from noroshi.kinds import decode, encode, note
from noroshi.kinds.forecast import Forecast, Horizon, ModelWeight
from noroshi.kinds.notifications import Trend

TREND, NOTIFICATIONS, FORECAST = "health.trend", "health.notifications", "health.forecast"
SENTINEL = "sentinel"
#: What is longer ago is not looked at: twelve years.
MOST_WEEKS = 626
#: Where nothing was reported for longer, what comes next is not told from what was before.
MOST_SILENT = 4

TOO_SHORT, NOT_REPORTED, PAST = "too_short", "not_reported", "past"


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    least_weeks: Annotated[
        int,
        msgspec.Meta(ge=30, le=520),
        note("必要な観測週数", "weeks with a value below which there is no forecast"),
    ] = 52
    power: Annotated[
        float,
        msgspec.Meta(ge=0, le=32),
        note(
            "成績の効き方",
            "by which power of its past score a model counts less; 0: all count alike",
        ),
    ] = 8.0
    half_life: Annotated[
        float,
        msgspec.Meta(ge=4, le=5200),
        note("成績の半減期", "weeks after which a score counts half"),
    ] = 150.0


class _Said(msgspec.Struct):
    system: str


class _Past(NamedTuple):
    """What is known of a disease: its values by week, where they begin, and on what they rest."""

    name: str
    values: Values
    first: int
    basis: tuple[Version, ...]


def scope(version: Version, towns: Towns) -> list[str]:
    """The disease that an input is of; none for a table of all cases, which have no sentinels."""
    if version.kind == NOTIFICATIONS:
        try:
            if msgspec.json.decode(version.body, type=_Said).system != SENTINEL:
                return []
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidRecord(str(error), where=version.series) from None
    return ["disease:" + version.key.replace("/", "／")]


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition for each disease: its forecast, or why there is none.

    Raises InvalidRecord for a body that is not of its kind, a week that is none, a value that is
    no rate, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    # What ended longer ago than the history that was asked for may be there or not.
    since = newest(inputs) - WEEKS_BACK * 7 * DAY
    tables = [
        one for one in inputs.get(NOTIFICATIONS, ()) if min(one.ended_at, one.valid_to) > since
    ]
    codes: dict[str, tuple[list[Version], list[Version]]] = {}
    for place, versions in enumerate((inputs.get(TREND, ()), tables)):
        for version in versions:
            codes.setdefault(version.key, ([], []))[place].append(version)
    editions = []
    for code, (trends, said) in sorted(codes.items()):
        past = _past(code, trends, said)
        if past is not None:
            editions.append(_edition(code, past, mode, params))
    return editions


def _past(code: str, trends: Sequence[Version], tables: Sequence[Version]) -> _Past | None:
    """The long trend (the last issued), and the national values of weekly tables where it has
    none; None where there are none at all."""
    values: dict[int, float] = {}
    basis: dict[int, Version] = {}
    last, name = -1, ""
    if trends:
        trend = max(trends, key=lambda one: (one.issued, one.serial, one.series, one.id))
        body: Trend = decode(TREND, trend.body)
        name, basis[trend.id] = body.name, trend
        start = _number(body.first, trend)
        last = start + len(body.per_sentinel) - 1
        values = {
            start + place: value
            for place, value in enumerate(body.per_sentinel)
            if value is not None
        }
    by_id = {one.id: one for one in tables}
    found = weekly(tables).get((SENTINEL, code))
    if found is not None:
        name, last = found.name, max(last, found.last)
        for place, value in enumerate(found.per_sentinel[:, 0].tolist()):
            number = found.first + place
            if number not in values and value == value:
                values[number] = value
                basis[found.rests[place]] = by_id[found.rests[place]]
        basis[found.rests[-1]] = by_id[found.rests[-1]]  # it says which week is the newest
    if not basis or last < 0:
        return None
    for number, value in values.items():
        if not 0 <= value < 1e6:
            raise InvalidRecord(f"{value} cases for each site in {weeks.numbered(number)}",
                                where=f"{NOTIFICATIONS} {code}")  # fmt: skip
    first = max(min(values, default=last), last - MOST_WEEKS + 1)
    course = [values.get(number, np.nan) for number in range(first, last + 1)]
    return _Past(name, np.array(course), first, tuple(basis.values()))


def _number(week: str, version: Version) -> int:
    try:
        return weeks.number(week)
    except ValueError as error:
        raise InvalidRecord(str(error), where=f"{version.series} {version.key}") from None


def _edition(code: str, past: _Past, mode: Mode, params: Params) -> Edition:
    issued = max(one.issued for one in past.basis)
    body = forecast(code, past.name, past.values, past.first, issued, params)
    ends = weeks.ends(body.horizons[-1].week) if body.horizons else None
    record = Record(
        FORECAST, code, encode(body), valid_to=ends,
        basis=tuple(sorted(one.id for one in past.basis)),
    )  # fmt: skip
    return Edition(series="", issued=issued, records=[record], mode=mode, effective=issued)


def forecast(
    code: str, name: str, values: Values, first: int, issued: int, params: Params
) -> Forecast:
    """The forecast from the last week of `values` (per sentinel, NaN where not observed) that has
    one; `first` is the number of the first week, `issued` when the last of them was told."""
    known = np.flatnonzero(~np.isnan(values))
    newest_week = weeks.numbered(first + len(values) - 1)
    observed = len(known)
    if not observed:
        return Forecast(disease=code, name=name, week=newest_week, missing=NOT_REPORTED)
    end = int(known[-1])
    reference = weeks.numbered(first + end)
    body = Forecast(
        disease=code, name=name, week=newest_week, reference=reference,
        value=_rounded(values[end]), observed=observed,
    )  # fmt: skip
    missing = ""
    if len(values) - 1 - end > MOST_SILENT:
        missing = NOT_REPORTED
    elif issued >= weeks.ends(weeks.numbered(first + end + HORIZONS[-1])):
        missing = PAST
    elif observed < params.least_weeks:
        missing = TOO_SHORT
    if missing:
        return msgspec.structs.replace(body, missing=missing)
    walked = walk(Course(values[known[0] : end + 1], first + int(known[0])),
                  params.power, params.half_life)  # fmt: skip
    quantiles, weights = walked.quantiles[-1], walked.weights[:, -1]
    if np.isnan(quantiles).any():
        return msgspec.structs.replace(body, missing=TOO_SHORT)
    return msgspec.structs.replace(
        body,
        levels=list(LEVELS),
        horizons=[
            Horizon(horizon=ahead, week=weeks.numbered(first + end + ahead),
                    quantiles=_all(quantiles[place]))
            for place, ahead in enumerate(HORIZONS)
        ],
        models=[
            ModelWeight(model=model, weights=_all(weights[place]))
            for place, model in enumerate(MODELS)
        ],
    )  # fmt: skip


def _all(values: Iterable[float]) -> list[float]:
    return [_rounded(one) for one in values]


def _rounded(value: float) -> float:
    """To four digits: the same on any machine, and more than anyone knows."""
    return float(f"{float(value):.4g}")
