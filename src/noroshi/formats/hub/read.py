"""Hubverse model output to forecasts: those of this hub's own targets and places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from noroshi.core import weeks
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.prefectures import PREFECTURES
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import SECOND
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv.table import read_rows
from noroshi.formats.hub import COLUMNS
from noroshi.kinds import encode
from noroshi.kinds.diseases import named
from noroshi.kinds.forecast import Forecast, Horizon

_TARGET = re.compile(r"(?:(EXERCISE|TEST) )?wk inc (\S+) (per sentinel)")
_DATES = ("reference_date", "origin_date")


class _Key(NamedTuple):
    mode: Mode
    disease: str
    unit: str
    code: str
    reference: date


def read(data: bytes, hints: Hints) -> Reading:
    """An edition for each disease, place and reference date; issued when the reference week is
    over, of several the one received last. Rows of other output types, targets or places are left
    out and told. Raises UnreadableMessage where columns are missing."""
    sheet = read_rows(data, hints.limits)
    faults = list(sheet.faults)
    heads = [one.strip() for one in sheet.rows[0][1]] if sheet.rows else []
    dated = next((one for one in _DATES if one in heads), "")
    missing = [one for one in COLUMNS[1:] if one not in heads] + ([] if dated else [_DATES[0]])
    if missing or len(set(heads)) < len(heads):
        raise UnreadableMessage(
            f"no column {', '.join(missing)}" if missing else "a column is there twice",
            where="row 1", remedy=f"columns are {', '.join(COLUMNS)}",
        )  # fmt: skip
    if len(sheet.rows) > hints.limits.records:
        raise LimitExceeded(f"more than {hints.limits.records} rows", where="row 1")
    found: dict[_Key, dict[int, dict[float, float]]] = {}
    told: set[str] = set()
    for line, cells in sheet.rows[1:]:
        row = dict(zip(heads, (one.strip() for one in cells), strict=False))
        try:
            key, horizon, level, value = _row(row, row.get(dated, ""))
            of_week = found.setdefault(key, {}).setdefault(horizon, {})
            if level in of_week:
                raise ValueError(f"level {level:g} is there twice")
            of_week[level] = value
        except (ValueError, KeyError, OverflowError) as error:
            what = f"no {error}" if isinstance(error, KeyError) else str(error)
            if what not in told:  # of a thousand rows of another target one is told
                told.add(what)
                faults.append(Finding("error", f"row {line}", what, "such rows are left out"))
    editions = []
    for key, horizons in sorted(found.items()):
        try:
            editions.append(_edition(key, horizons, hints))
        except (ValueError, OverflowError) as error:  # weeks end at the year 9999
            where = f"{key.disease} {key.code} {key.reference}"
            faults.append(Finding("error", where, str(error), "the forecast is left out"))
    return Reading(editions, faults, media_type="text/csv")


def _row(row: Mapping[str, str], dated: str) -> tuple[_Key, int, float, float]:
    if row["output_type"] != "quantile":
        raise ValueError(f"output_type {row['output_type']!r}: only quantiles are read")
    target = _TARGET.fullmatch(row["target"])
    if target is None:
        raise ValueError(f"target {row['target']!r}: wk inc influenza per sentinel is expected")
    place = row["location"]
    code = "00" if place == "JP" else place.removeprefix("JP-")
    if place != "JP" and (code not in PREFECTURES or not place.startswith("JP-")):
        raise ValueError(f"location {place!r}: JP, or JP-13 for a prefecture, is expected")
    reference, end = date.fromisoformat(dated), date.fromisoformat(row["target_end_date"])
    horizon = int(row["horizon"])
    if not 1 <= horizon <= 52:
        raise ValueError(f"horizon {horizon}: 1 to 52 weeks are expected")
    if end != reference + timedelta(7 * horizon):
        raise ValueError(f"target_end_date {end} is not {horizon} weeks after {reference}")
    level, value = float(row["output_type_id"]), float(row["value"])
    if not (0 < level < 1 and 0 <= value < 1e9):
        raise ValueError(f"level {row['output_type_id']}, value {row['value']}: out of range")
    mode = Mode[target[1]] if target[1] else Mode.ACTUAL
    return (
        _Key(mode, target[2], target[3].replace(" ", "_"), code, reference), horizon, level, value,
    )  # fmt: skip


def _edition(key: _Key, horizons: dict[int, dict[float, float]], hints: Hints) -> Edition:
    levels = sorted(next(iter(horizons.values())))
    reference = weeks.of_day(key.reference)
    said = []
    for horizon, values in sorted(horizons.items()):
        if sorted(values) != levels:
            raise ValueError(f"horizon {horizon} has other levels than the first")
        quantiles = [values[level] for level in levels]
        if quantiles != sorted(quantiles):
            raise ValueError(f"the quantiles of horizon {horizon} cross")
        week = weeks.numbered(weeks.number(reference) + horizon)
        said.append(Horizon(horizon=horizon, week=week, quantiles=quantiles))
    disease = named(key.disease)
    body = Forecast(
        disease=key.disease, name=disease.ja if disease else key.disease, code=key.code,
        week=reference, reference=reference, unit=key.unit, levels=levels, horizons=said,
    )  # fmt: skip
    name = key.disease if key.code == "00" else f"{key.disease}/{key.code}"
    issued = weeks.ends(reference)
    record = Record("health.forecast", name, encode(body), valid_to=weeks.ends(said[-1].week))
    series = "/".join(filter(None, ("hub", hints.source, name)))
    serial = max(0, hints.received // SECOND)
    return Edition(series, issued, [record], mode=key.mode, serial=serial, effective=issued)
