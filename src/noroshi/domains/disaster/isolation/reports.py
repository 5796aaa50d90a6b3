"""Reports of isolated settlements, each with the settlement that it is about."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import shapely

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Version
from noroshi.domains.disaster.isolation.places import Settlement, number
from noroshi.kinds import decode
from noroshi.kinds.report import Report

REPORT = "disaster.report"
_CATEGORY = "孤立"

_PERSONS = ("人数", "孤立人数", "人口", "住民数")
_HOUSEHOLDS = ("世帯", "世帯数", "孤立世帯", "孤立世帯数")
_SINCE = ("孤立開始", "発生日時", "開始日時", "孤立日時")
_CAUSE = ("原因", "孤立原因", "理由")
_OTHER = ("通信手段", "通信", "備考", "支援状況")
_TOWN = ("市町村", "市区町村", "市町村名", "市区町村名")


class Reported(NamedTuple):
    """One report and what it says."""

    version: Version
    body: Report
    persons: int | None
    households: int | None
    since: str
    cause: str
    remarks: str
    town: str


class Told(NamedTuple):
    """Reports by the id of the settlement's version, and those of none that is known."""

    of: dict[int, list[Reported]]
    others: list[Reported]


def reports(versions: Sequence[Version], settlements: Sequence[Settlement], reach: float) -> Told:
    """Which settlement each report of isolation is about: by its code, else by its name in its
    municipality, else the nearest within `reach` metres. Other reports are left out."""
    by_code = {one.code: one for one in settlements} | {
        one.version.key: one for one in settlements
    }  # fmt: skip
    by_name: dict[str, list[Settlement]] = {}
    for one in settlements:
        by_name.setdefault(one.name, []).append(one)
    found = Told({}, [])
    for version in versions:
        body: Report = decode(REPORT, version.body)
        if _CATEGORY not in body.category:
            continue
        said = _read(version, body)
        settlement = (
            by_code.get(version.key) or _named(by_name.get(body.title, []), said, reach)
            or _near(settlements, version, reach)
        )  # fmt: skip
        if settlement is None:
            found.others.append(said)
        else:
            found.of.setdefault(settlement.version.id, []).append(said)
    return found


def _read(version: Version, body: Report) -> Reported:
    def first(names: Sequence[str]) -> str:
        return next((str(body.attributes[name]) for name in names
                     if body.attributes.get(name) not in (None, "")), "")  # fmt: skip

    return Reported(
        version, body, number(first(_PERSONS)), number(first(_HOUSEHOLDS)), first(_SINCE),
        first(_CAUSE), "、".join(filter(None, (first((name,)) for name in _OTHER))), first(_TOWN),
    )  # fmt: skip


def _named(alike: Sequence[Settlement], said: Reported, reach: float) -> Settlement | None:
    """The one of that name in the municipality; of several the nearest."""
    if said.town:
        alike = [one for one in alike
                 if not one.municipality or said.town in one.municipality] or []  # fmt: skip
    if len(alike) == 1:
        return alike[0]
    return _near(alike, said.version, max(reach, 5_000.0))


def _near(settlements: Sequence[Settlement], version: Version, reach: float) -> Settlement | None:
    if version.geometry is None or not settlements:
        return None
    try:
        spot = shapely.from_wkb(version.geometry).centroid
    except shapely.errors.GEOSException as error:
        raise InvalidRecord(f"a report's geometry: {error}", where=REPORT) from None
    if spot.is_empty:
        return None

    def metres(one: Settlement) -> float:
        east = (one.at[0] - spot.x) * math.cos(math.radians(spot.y))
        return math.hypot(east, one.at[1] - spot.y) * 111_194.9

    best = min(settlements, key=lambda one: (metres(one), one.code))
    return best if metres(best) <= reach else None
