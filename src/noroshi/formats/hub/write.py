"""Forecasts to hubverse model output."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from noroshi.core import weeks
from noroshi.core.record import Mode
from noroshi.formats.hub import COLUMNS
from noroshi.kinds.forecast import Forecast


def write(forecasts: Iterable[Forecast], mode: Mode = Mode.ACTUAL) -> bytes:
    """A file (UTF-8, RFC 4180) with a row for each quantile of each week ahead; forecasts without
    any have no row. `reference_date` and `target_end_date` are the Sundays on which the weeks end.
    What is not actual says so in its target, which no hub has."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for one in forecasts:
        target, place = target_of(one, mode), location_of(one.code)
        for ahead in one.horizons:
            head = [_sunday(one.reference), target, ahead.horizon, _sunday(ahead.week), place]
            for level, value in zip(one.levels, ahead.quantiles, strict=True):
                writer.writerow([*head, "quantile", f"{level:g}", value])
    return buffer.getvalue().encode()


def target_of(forecast: Forecast, mode: Mode) -> str:
    """What is forecast: `wk inc influenza per sentinel`, in an exercise EXERCISE before it."""
    unit = forecast.unit.replace("_", " ")
    marked = "" if mode is Mode.ACTUAL else f"{mode.name} "
    return f"{marked}wk inc {forecast.disease} {unit}"


def location_of(code: str) -> str:
    """ISO 3166: JP, or JP-13 for a prefecture."""
    return "JP" if code == "00" else f"JP-{code}"


def _sunday(week: str) -> date:
    return weeks.monday(week) + timedelta(6)
