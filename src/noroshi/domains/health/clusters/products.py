"""Clusters of each disease in neighbouring prefectures in the newest weeks."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from noroshi.core import weeks
from noroshi.core.capability import mode_of
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.domains.health.clusters import WEEKS
from noroshi.domains.health.clusters.model import Counts, Found, Scan, circles, scan, usual
from noroshi.domains.health.clusters.places import OFFICES, distances
from noroshi.domains.health.weekly import HOLDS, KIND, Weekly, newest_system, weekly
from noroshi.kinds import encode, note
from noroshi.kinds.cluster import Cluster

Flags = NDArray[np.bool_]
YEAR = 52
#: Weeks before and after the same weeks of an earlier year that count as the same season.
_AROUND = 4
#: The season alone is compared with only where it has as many cases for each area with any.
_PER_AREA = 5
#: With fewer weeks to compare with nothing is said.
_FEWEST = 8


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    weeks: Annotated[
        int,
        msgspec.Meta(ge=1, le=8),
        note("最長期間", "longest cluster, in weeks up to the newest"),
    ] = 8
    level: Annotated[
        float,
        msgspec.Meta(gt=0, le=0.2),
        note("有意水準", "clusters with a higher p-value are left out"),
    ] = 0.01
    least: Annotated[
        int, msgspec.Meta(ge=2, le=100), note("最少患者数", "a cluster has at least so many cases")
    ] = 2
    most_areas: Annotated[
        int,
        msgspec.Meta(ge=1, le=23),
        note("最多都道府県数", "a circle has at most so many prefectures"),
    ] = 12
    most_share: Annotated[
        float,
        msgspec.Meta(gt=0, le=0.5),
        note("最大割合", "a circle has at most this share of all cases"),
    ] = 0.5
    years: Annotated[
        int,
        msgspec.Meta(ge=1, le=4),
        note(
            "季節比較の年数",
            "compare with the same season where so many earlier years are known, "
            "else with all weeks before; 4: never with the season",
        ),
    ] = 2
    draws: Annotated[
        int, msgspec.Meta(ge=99, le=9999), note("乱数表の数", "tables drawn for the p-values")
    ] = 999


class Table(NamedTuple):
    """What is compared: counts (weeks × areas) of the newest weeks and of those they are compared
    with, and rows of both in the whole series."""

    codes: tuple[str, ...]
    newest: Counts
    reference: Counts
    rows: tuple[int, ...]
    kind: str


def scope(version: Version, towns: Towns) -> list[str]:
    """The disease that counts are of."""
    return [f"disease:{version.key}"]


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition per disease: its clusters, empty from when there are none. Without it a cluster
    that is over would never have been: its inputs are still given, as history.

    Raises InvalidRecord for a body that is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    newest = newest_system(weekly(inputs[KIND], WEEKS, comparable=True))
    return [_edition(one, params, mode) for one in newest.values()]


def _edition(said: Weekly, params: Params, mode: Mode) -> Edition:
    table = compared(said, params)
    found = [] if table is None else clusters(said.disease, table, params)
    records = [
        Record(
            "health.cluster",
            f"{said.disease}/{number}",
            encode(_body(said, table, one)),
            valid_to=weeks.begins(weeks.numbered(said.last + 1)) + HOLDS,
            basis=tuple(sorted({said.rests[row] for row in table.rows})),
        )
        for number, one in enumerate(found, start=1)
        if table is not None
    ]
    issued = max(said.published)
    return Edition("", issued, records, mode=mode, effective=issued)


def compared(said: Weekly, params: Params) -> Table | None:
    """The newest weeks without a gap and what they are compared with; None where there is too
    little. Left out are areas that are silent in the newest weeks, and weeks before in which any
    other is."""
    place = {code: column for column, code in enumerate(said.areas)}
    codes = tuple(code for code in OFFICES if code in place)
    counts = said.counts[:, [place[code] for code in codes]]
    told: Flags = np.any(np.isfinite(counts), axis=1)
    length = int(np.argmin(told[::-1])) if not told.all() else len(told)
    length = min(length, params.weeks)
    if not length or len(counts) - length < _FEWEST:
        return None
    speaks: Flags = np.all(np.isfinite(counts[-length:]), axis=0)
    counts = counts[:, speaks]
    codes = tuple(code for code, one in zip(codes, speaks, strict=True) if one)
    whole: Flags = np.all(np.isfinite(counts), axis=1)
    scanned = range(len(counts) - length, len(counts))
    past = [row for row in range(scanned.start) if whole[row]]
    if len(past) < _FEWEST or not codes:
        return None
    rows, kind = past, "past"
    season = _season(whole, scanned, params.years)
    if season:
        cases = counts[season].sum(0)
        if cases.sum() >= _PER_AREA * max(int((counts[past].sum(0) > 0).sum()), 1):
            rows, kind = season, "season"
    return Table(codes, counts[list(scanned)].astype(np.int64), counts[rows].astype(np.int64),
                 (*rows, *scanned), kind)  # fmt: skip


def _season(whole: Flags, scanned: range, years: int) -> list[int]:
    """Rows of the same season in earlier years, if in as many as `years` it is known."""
    found: list[list[int]] = []
    for year in range(1, 4):
        rows = range(scanned.start - YEAR * year - _AROUND, scanned.stop - YEAR * year + _AROUND)
        if rows.start >= 0 and all(whole[row] for row in rows):
            found.append(list(rows))
    return sorted(row for rows in found for row in rows) if len(found) >= years else []


def clusters(disease: str, table: Table, params: Params) -> list[Found]:
    """The clusters in a table. What is drawn by lot depends on the table alone."""
    if table.newest.sum() < params.least:
        return []
    apart = distances(table.codes)
    whole = Scan(
        newest=table.newest,
        before=table.reference.sum(0),
        cylinders=circles(
            apart,
            (table.reference.sum(0) + table.newest.sum(0)).astype(float),
            params.most_areas,
            params.most_share,
        ),
        covariance=usual(table.reference, apart).covariance(apart),
        least=params.least,
    )
    said = table.newest.astype("<i8").tobytes() + table.reference.astype("<i8").tobytes()
    seed = int.from_bytes(sha256(disease.encode() + said).digest()[:8], "big")
    return scan(whole, params.draws, params.level, seed)


def _body(said: Weekly, table: Table, one: Found) -> Cluster:
    return Cluster(
        disease=said.disease,
        name=said.name,
        system=said.system,
        week=weeks.numbered(said.last),
        codes=[table.codes[area] for area in one.areas],
        first=weeks.numbered(said.last - one.weeks + 1),
        last=weeks.numbered(said.last),
        observed=one.observed,
        expected=_rounded(one.expected),
        relative_risk=_rounded(one.relative_risk),
        log_likelihood_ratio=_rounded(one.ratio),
        dispersion=_rounded(one.dispersion),
        p_value=_rounded(one.p_value, 2),
        radius=float(round(one.radius)),
        reference=table.kind,
        reference_weeks=len(table.reference),
    )


def _rounded(value: float, digits: int = 4) -> float:
    """So few digits that what is computed elsewhere is the same."""
    return float(f"{value:.{digits}g}")
