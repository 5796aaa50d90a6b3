"""Observations of long-period ground motion (VXSE62): what tall buildings felt.

Elements: jmx_seis.xsd `type.IntensityPref`, `type.LgIntPerPeriod`, `type.SvaPerPeriod`. Classes
(長周期地震動階級) are by the greatest absolute velocity response, at 5% damping, to periods of
1.6 s to 7.8 s: from 5 cm/s class 1, from 15 class 2, from 50 class 3, from 100 class 4.
JMA's samples hold no such telegram; the form is that of the schema.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.formats.jma_xml.writing.intensity import INTENSITIES
from noroshi.formats.jma_xml.writing.issue import Issue, heading
from noroshi.formats.jma_xml.writing.source import Source, add_source
from noroshi.formats.jma_xml.writing.telegram import (
    SEIS,
    Area,
    Element,
    Information,
    Item,
    Kind,
    add,
    body,
    clock,
    named,
    telegram,
    wide,
)

_RANK = {intensity: rank for rank, intensity in enumerate(INTENSITIES, 1)}
_DEFINES = {
    "Pref/Code": "地震情報／都道府県等",
    "Pref/Area/Code": "地震情報／細分区域",
    "Pref/Area/IntensityStation/Code": "震度観測点",
}
_LIMITS = (0.05, 0.15, 0.50, 1.00)


def long_period_class(velocity: float) -> int:
    """Class 0 to 4 of an absolute velocity response in m/s."""
    return sum(velocity >= limit for limit in _LIMITS)


class Shaken(msgspec.Struct, frozen=True):
    """What one station observed. `bands`: the greatest absolute velocity response (m/s) by band of
    periods, 1 to 7, where 1 is 1 s to 2 s. `intensity`: its JMA intensity."""

    name: str
    code: str
    intensity: str
    bands: dict[int, float]
    region: Area
    prefecture: Area

    @property
    def velocity(self) -> float:
        """The greatest response in any band, m/s."""
        return max(self.bands.values(), default=0.0)


def long_period_motion(issue: Issue, source: Source, stations: Sequence[Shaken]) -> bytes:
    """長周期地震動に関する観測情報 (VXSE62): stations with class 1 or more; others are left out.

    Raises ValueError where no station has class 1, or an intensity is no class.
    """
    felt = [one for one in stations if long_period_class(one.velocity) > 0]
    if not felt:
        raise ValueError("a report on long-period motion needs a station with class 1 or more")
    felt.sort(key=lambda one: (-long_period_class(one.velocity), -_rank(one.intensity)))
    root = body(SEIS)
    add_source(root, source)
    observation = add(add(root, SEIS + "Intensity"), SEIS + "Observation")
    define = add(observation, SEIS + "CodeDefine")
    for xpath, type in _DEFINES.items():
        add(define, SEIS + "Type", type, xpath=xpath)
    _greatest(observation, felt)
    add(observation, SEIS + "LgCategory", str(_category(felt)))
    regions: dict[Area, list[Shaken]] = {}
    prefectures: dict[Area, dict[Area, list[Shaken]]] = {}
    for one in felt:
        regions.setdefault(one.region, []).append(one)
        prefectures.setdefault(one.prefecture, {}).setdefault(one.region, []).append(one)
    for prefecture, parts in prefectures.items():
        pref = named(observation, SEIS + "Pref", prefecture.name, prefecture.code)
        _greatest(pref, [one for members in parts.values() for one in members])
        for region, members in parts.items():
            area = named(pref, SEIS + "Area", region.name, region.code)
            _greatest(area, members)
            for one in members:
                _station(area, one)
    top = wide(long_period_class(felt[0].velocity))
    headline = (
        f"{clock(source.detected)}ころの地震により、長周期地震動階級{top}を観測した地域があります。"
    )
    head = heading(issue, "VXSE62", headline, informations=[_information(regions)])
    return telegram(head, root)


def _rank(intensity: str) -> int:
    rank = _RANK.get(intensity)
    if rank is None:
        raise ValueError(f"not a JMA intensity: {intensity!r}")
    return rank


def _greatest(parent: Element, members: Sequence[Shaken]) -> None:
    add(parent, SEIS + "MaxInt", max((one.intensity for one in members), key=_rank))
    strongest = max(long_period_class(one.velocity) for one in members)
    add(parent, SEIS + "MaxLgInt", str(strongest))


def _category(members: Sequence[Shaken]) -> int:
    """JMA's category of a report: 3 and 4 where class 3 was reached, 1 and 2 below; the even ones
    where a region of intensity 4 or less has class 3 (1), where people might not expect it."""
    least = 3 if any(long_period_class(one.velocity) >= 3 for one in members) else 1
    shaken: dict[Area, int] = {}
    for one in members:
        shaken[one.region] = max(shaken.get(one.region, 0), _rank(one.intensity))
    unexpected = any(
        long_period_class(one.velocity) >= least and shaken[one.region] <= _RANK["4"]
        for one in members
    )
    return least + unexpected


def _station(area: Element, one: Shaken) -> None:
    station = named(area, SEIS + "IntensityStation", one.name, one.code)
    add(station, SEIS + "Int", one.intensity)
    add(station, SEIS + "LgInt", str(long_period_class(one.velocity)))
    bands = sorted(one.bands.items())
    for band, velocity in bands:
        period = {"PeriodicBand": str(band), "PeriodUnit": "秒台"}
        add(station, SEIS + "LgIntPerPeriod", str(long_period_class(velocity)), **period)
    add(station, SEIS + "Sva", _centimetres(one.velocity), unit="cm/s")
    for band, velocity in bands:
        period = {"PeriodicBand": str(band), "PeriodUnit": "秒台"}
        add(station, SEIS + "SvaPerPeriod", _centimetres(velocity), unit="cm/s", **period)


def _centimetres(velocity: float) -> str:
    return f"{velocity * 100.0:.1f}"


def _information(regions: dict[Area, list[Shaken]]) -> Information:
    """Regions by class, the strongest first."""
    by_class: dict[int, list[Area]] = {}
    for region, members in regions.items():
        strongest = max(long_period_class(one.velocity) for one in members)
        by_class.setdefault(strongest, []).append(region)
    items = [
        Item(
            [Kind(f"長周期地震動階級{wide(strongest)}")],
            sorted(by_class[strongest], key=lambda area: area.code),
            "地震情報／細分区域",
        )
        for strongest in sorted(by_class, reverse=True)
    ]
    return Information("長周期地震動に関する観測情報（細分区域）", items)
