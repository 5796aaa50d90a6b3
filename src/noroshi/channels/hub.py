"""Forecasts of the picture as the file of one model for a forecast hub."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from noroshi import kinds
from noroshi.core.record import Mode, Version
from noroshi.formats.hub.write import write
from noroshi.kinds.forecast import Forecast

FORECAST = "health.forecast"


class Written(NamedTuple):
    """A file, how many forecasts are in it, and what whoever asked should know."""

    data: bytes
    records: int
    notes: list[str]


def write_hub(versions: Iterable[Version], mode: Mode) -> Written:
    """The forecasts among versions of one mode. A hub takes one forecast of a target from a
    model: of several, this node's own (else that of the first series) is in the file."""
    chosen: dict[tuple[str, str, str], Forecast] = {}
    notes, others = [], 0
    # What this node computes is in series that begin so.
    for one in sorted(versions, key=lambda one: (not one.series.startswith("product/"),
                                                 one.series, one.key)):  # fmt: skip
        if one.kind != FORECAST:
            continue
        body: Forecast = kinds.decode(FORECAST, one.body)
        target = body.disease, body.code, body.reference
        if not body.horizons:
            notes.append(f"{one.key}: there is no forecast ({body.missing})")
        elif target in chosen:
            others += 1
        else:
            chosen[target] = body
    if others:
        notes.append(f"left out {others} of the same targets; export theirs with --series")
    return Written(write(chosen.values(), mode), len(chosen), notes)
