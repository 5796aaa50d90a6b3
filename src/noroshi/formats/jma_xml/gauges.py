"""Water levels and discharges at gauges in river flood forecasts (VXKO), and their thresholds.

Elements: jmx_mete.xsd `type.TimeSeriesInfo`, `type.WaterLevelPart`, `type.DischargePart`,
`type.HydrometricStationPart`; jmx_eb.xsd `type.WaterLevel`, `type.Discharge`.

A gauge holds from the time it was observed until its last forecast, and at least 3 hours.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from noroshi.core.record import Record
from noroshi.core.time import DAY, HOUR, JST, parse, show
from noroshi.formats.jma_xml.quantities import number
from noroshi.formats.jma_xml.telegram import EB, METE, Element, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.bulletin import Named
from noroshi.kinds.river import LevelStep, RiverLevel, Threshold

GAUGE_STANDS = 3 * HOUR

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


class Time(msgspec.Struct, frozen=True):
    """A TimeDefine: start and end of a period, or one time twice; and its name."""

    start: int
    end: int
    name: str


def times_of(series: Element) -> dict[str, Time]:
    """The times of a TimeSeriesInfo by their identity (TimeDefines)."""
    found = {}
    for define in series.iterfind(f"{METE}TimeDefines/{METE}TimeDefine"):
        start = parse(text(define, METE + "DateTime"))
        lasts = _DURATION.fullmatch(text(define, METE + "Duration"))
        days, hours, minutes = (int(part or 0) for part in lasts.groups()) if lasts else (0, 0, 0)
        end = start + days * DAY + hours * HOUR + minutes * HOUR // 60
        found[define.get("timeId", "")] = Time(start, end, text(define, METE + "Name"))
    return found


def districts(element: Element) -> list[str]:
    """The districts of an Area (SubCityList); `-` means that none is named."""
    listed = text(element, METE + "SubCityList").split()
    return [] if listed == ["-"] else listed


def levels(telegram: Telegram, area: Named) -> list[Record]:
    """Every gauge with its water levels and thresholds."""
    gauges: dict[tuple[str, str], dict[str, Any]] = {}
    for infos in telegram.body.iterfind(METE + "MeteorologicalInfos"):
        if infos.get("type") != "水位・流量情報":
            continue
        for series in infos.iterfind(METE + "TimeSeriesInfo"):
            times = times_of(series)
            for item in series.iterfind(METE + "Item"):
                station = item.find(METE + "Station")
                if station is not None:
                    _observed(_gauge(gauges, station), item, times)
    path = f"{METE}AdditionalInfo/{METE}FloodForecastAddition/{METE}HydrometricStationPart"
    for part in telegram.body.iterfind(path):
        _measured(_gauge(gauges, part.find(METE + "Area")), part)
    records: dict[str, Record] = {}
    for (code, name), fields in gauges.items():
        steps: dict[str, dict[str, Any]] = fields.pop("steps", {})
        found = [LevelStep(**step) for _, step in sorted(steps.items())]
        # The first is what was observed, whatever the others say (現況).
        observed = found[0] if found else None
        body = RiverLevel(
            **fields,
            code=code,
            name=name,
            area_name=area.name,
            area_code=area.code,
            observed=observed,
            forecast=found[1:],
        )
        start = telegram.reported if observed is None else parse(observed.time)
        told = [parse(s.time) for s in found if s.level is not None or s.discharge is not None]
        key = code if code not in records else f"{code}/{name}"
        records[key] = Record(
            "disaster.river_level",
            key,
            encode(body),
            area="jma.water_level_station:" + code,
            valid_from=start,
            valid_to=max([start + GAUGE_STANDS, *told]),
        )
    return list(records.values())


def _gauge(gauges: dict[tuple[str, str], dict[str, Any]], element: Element) -> dict[str, Any]:
    """The fields gathered for a gauge. Code and name together are its identity: samples have one
    code for all."""
    identity = (text(element, METE + "Code"), text(element, METE + "Name"))
    fields = gauges.setdefault(identity, {"thresholds": []})
    fields["location"] = text(element, METE + "Location") or fields.get("location", "")
    return fields


def _observed(fields: dict[str, Any], item: Element, times: dict[str, Time]) -> None:
    """Add water level, its rank, and discharge at each time. Rank 9 says that there is none."""
    steps = fields.setdefault("steps", {})
    for kind in item.iterfind(METE + "Kind"):
        for element in kind.iter(EB + "WaterLevel", EB + "Discharge"):
            when = times[element.get("refID", "")]
            time = show(when.start, JST) or ""
            step = steps.setdefault(time, {"time": time, "name": when.name})
            value, condition = number(element.text), element.get("condition", "")
            if element.get("type") == "レベル":
                step["rank"] = None if value is None or value == 9 else int(value)
            elif element.tag == EB + "Discharge":
                step["discharge"], step["discharge_condition"] = value, condition
            elif element.get("unit") == "m":
                step["level"], step["level_condition"] = value, condition
            else:
                raise ValueError(f"unknown unit of water level {element.get('unit')!r}")


def _measured(fields: dict[str, Any], part: Element) -> None:
    """Add what a gauge is measured against, and what it stands for."""
    fields["districts"] = districts(part.find(METE + "Area"))
    fields["sections"] = [(one.text or "").strip() for one in part.iterfind(METE + "ChargeSection")]
    for criteria in part.iterfind(METE + "Criteria"):
        for element in criteria:
            fields["thresholds"].append(
                Threshold(
                    name=element.get("type", ""),
                    value=number(element.text),
                    condition=element.get("condition", ""),
                    discharge=element.tag == EB + "Discharge",
                )
            )
