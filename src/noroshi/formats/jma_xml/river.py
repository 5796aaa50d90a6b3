"""River flood forecasts (VXKO50–89, 指定河川洪水予報), by river and weather offices together.

Elements: jmx_ib.xsd `type.Information` for what is in force; jmx_mete.xsd `type.Warning`,
`type.TimeSeriesInfo`, `type.FloodAssumptionTable` for the rest; gauges are in the module `gauges`.

A telegram may come with an empty body when there is no time for one (sample 16_05_01), under the
number of the full one (16_02_01). So there are three series, and it changes only the first; what
was said before stands until a telegram with a body:
- `jma/flood/{area}`: what is in force for a forecast area (予報区域), from the headline; one
  edition for each area of the headline, of which EventID is one.
- `jma/flood/{event}/body`: statements, municipalities, rain, flood water. Emptied by a telegram
  that calls the flood off and says nothing more.
- `jma/flood/{event}/gauges`: water levels, from the time they were observed.

No telegram says until when it holds. A warning stands for 7 days from each telegram, longer than
any stood without a new one; lifted (解除) it is kept for a day. Rain holds until the end of its
last period, flood water for a day after it is deepest, gauges until their last forecast, and at
least 3 hours.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from noroshi.core import place
from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import DAY, HOUR, JST, parse, show
from noroshi.formats.jma_xml.gauges import Time, districts, levels, times_of
from noroshi.formats.jma_xml.quantities import moment, number
from noroshi.formats.jma_xml.telegram import EB, IB, METE, Element, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.bulletin import Named
from noroshi.kinds.river import (
    BasinRain,
    FloodArrival,
    FloodMunicipality,
    FloodStatement,
    FloodWarning,
    Rain,
)

IN_FORCE_STANDS = 7 * DAY
LIFTED_STANDS = DAY
ARRIVAL_STANDS = DAY

_AREA, _RIVER, _REGION = "予報区域", "河川", "府県予報区"
_LEVEL = re.compile(r"レベル([１-５1-5])")
_HEADLINE_LEVEL = re.compile(r"警戒レベル([１-５1-5])")
_TO_METRES = {"m": 1.0, "cm": 0.01}


def read(telegram: Telegram) -> list[Edition]:
    """Editions of one flood forecast."""
    warnings = _warnings(telegram)
    event = telegram.event or (warnings[0].code if warnings else "")
    if not event:
        raise ValueError("a flood forecast that names no forecast area")
    body, gauges = f"jma/flood/{event}/body", f"jma/flood/{event}/gauges"
    reported = telegram.reported
    if telegram.action is Action.CANCEL:
        ended = sorted({f"jma/flood/{event}", *(f"jma/flood/{one.code}" for one in warnings)})
        return [telegram.edition(one, [], effective=reported) for one in (*ended, body, gauges)]
    if not warnings:
        raise ValueError("a flood forecast whose headline names no forecast area")
    editions = [_in_force(telegram, one) for one in warnings]
    main = next((one for one in warnings if one.code == event), warnings[0])
    area = Named(main.name, event)
    lifted = all(one.lifted for one in warnings)
    if len(telegram.body):
        end = reported + (LIFTED_STANDS if lifted else IN_FORCE_STANDS)
        records = _said(telegram, area, end)
        editions.append(telegram.edition(body, records, effective=reported))
        measured = levels(telegram, area)
        if measured:
            seen = min([reported, *(one.valid_from or reported for one in measured)])
            editions.append(telegram.edition(gauges, measured, effective=seen))
    elif lifted:
        editions.append(telegram.edition(body, [], effective=reported))
    return editions


# --- what is in force --------------------------------------------------------------------------


def _warnings(telegram: Telegram) -> list[FloodWarning]:
    """One for each forecast area in the headline."""
    headline = text(telegram.head, f"{IB}Headline/{IB}Text")
    named: dict[str, list[tuple[Element, list[Named]]]] = {}
    for information in telegram.head.iterfind(f"{IB}Headline/{IB}Information"):
        scope = information.get("type", "")
        for item in information.iterfind(IB + "Item"):
            areas = [
                Named(text(area, IB + "Name"), text(area, IB + "Code"))
                for area in item.iterfind(f"{IB}Areas/{IB}Area")
            ]
            for part in (_AREA, _RIVER, _REGION):
                if f"（{part}" in scope:
                    named.setdefault(part, []).append((item, areas))
    rivers = [one for _, areas in named.get(_RIVER, ()) for one in areas]
    regions = [one for _, areas in named.get(_REGION, ()) for one in areas]
    found = []
    for item, areas in named.get(_AREA, ()):
        kind = text(item, f"{IB}Kind/{IB}Name")
        level, basis = _level(kind, headline)
        lifted = kind.endswith("解除")
        for area in areas:
            found.append(
                FloodWarning(
                    name=area.name,
                    code=area.code,
                    kind=kind,
                    kind_code=text(item, f"{IB}Kind/{IB}Code"),
                    level=None if lifted else level,
                    basis="" if lifted else basis,
                    condition=text(item, f"{IB}Kind/{IB}Condition"),
                    lifted=lifted,
                    rivers=rivers,
                    regions=regions,
                    headline=headline,
                    title=telegram.title,
                    serial=telegram.serial_text,
                    office=telegram.office,
                )
            )
    return found


def _level(kind: str, headline: str) -> tuple[int | None, str]:
    """The alert level as printed, and where: since May 2026 in the kind's name
    (レベル４氾濫危険警報), before in the headline (警戒レベル３相当情報［洪水］)."""
    found = _LEVEL.match(kind)
    if found is not None:
        return int(found[1]), "name"
    found = _HEADLINE_LEVEL.search(headline)
    return (None, "") if found is None else (int(found[1]), "headline")


def _in_force(telegram: Telegram, warning: FloodWarning) -> Edition:
    stands = LIFTED_STANDS if warning.lifted else IN_FORCE_STANDS
    record = Record(
        "disaster.flood_warning",
        warning.code,
        encode(warning),
        area="jma.river:" + warning.code,
        valid_to=telegram.reported + stands if telegram.valid_to is None else telegram.valid_to,
    )
    series = f"jma/flood/{warning.code}"
    return telegram.edition(series, [record], effective=telegram.reported)


# --- what is said ------------------------------------------------------------------------------


def _said(telegram: Telegram, area: Named, end: int) -> list[Record]:
    """Statements and municipalities, rain, and flood water."""
    shared: dict[str, Any] = {"area_name": area.name, "area_code": area.code}
    statements: list[Record] = []
    municipalities: dict[str, Record] = {}
    for item in telegram.body.iterfind(f"{METE}Warning/{METE}Item"):
        kind = item.find(METE + "Kind")
        said = text(kind, f"{METE}Property/{METE}Text")
        if text(kind, f"{METE}Property/{METE}Type") == "主文":
            printed = _HEADLINE_LEVEL.search(said)
            statement = FloodStatement(
                **shared,
                text=said,
                level=None if printed is None else int(printed[1]),
                rivers=_named(item, "Areas", "Area"),
                stations=_named(item, "Stations", "Station"),
            )
            key = f"{area.code}/{len(statements) + 1}"
            statements.append(
                Record(
                    "disaster.flood_statement",
                    key,
                    encode(statement),
                    area="jma.river:" + area.code,
                    valid_to=end,
                )
            )
            continue
        for element in item.iterfind(f"{METE}Areas/{METE}Area"):
            _municipality(municipalities, shared, kind, element, end)
    return [
        *statements,
        *municipalities.values(),
        *_rain(telegram, area),
        *_arrivals(telegram, shared),
    ]


def _named(item: Element, group: str, one: str) -> list[Named]:
    return [
        Named(text(element, METE + "Name"), text(element, METE + "Code"))
        for element in item.iterfind(f"{METE}{group}/{METE}{one}")
    ]


def _municipality(
    found: dict[str, Record], shared: dict[str, Any], kind: Element, element: Element, end: int
) -> None:
    """Add a municipality and its districts. `-` for the districts means none is named."""
    at_gauge = element.get("codeType") == "水位観測所"
    code = text(element, METE + "CityCode")
    body = FloodMunicipality(
        **shared,
        kind=text(kind, METE + "Name"),
        kind_code=text(kind, METE + "Code"),
        prefecture=text(element, METE + "Prefecture"),
        prefecture_code=text(element, METE + "PrefectureCode"),
        city=text(element, METE + "City"),
        city_code=code,
        districts=districts(element),
        station=text(element, METE + "Name") if at_gauge else "",
        station_code=text(element, METE + "Code") if at_gauge else "",
        text=text(kind, f"{METE}Property/{METE}Text"),
    )
    key = "/".join((shared["area_code"], body.kind_code, code, body.station_code))
    if key in found:
        key = f"{key}/{body.station}/{body.city}"
    found[key] = Record(
        "disaster.flood_municipality", key, encode(body), area=_city(code), valid_to=end
    )


def _city(code: str) -> str | None:
    """The area of a municipality; None for a code that is none, such as 0000000 in samples."""
    if not code.strip("0"):
        return None
    try:
        return place.city(code)
    except ValueError:
        return None


def _rain(telegram: Telegram, area: Named) -> list[Record]:
    """Mean rain over the basin, and what is said of it (雨量情報)."""
    found: list[BasinRain] = []
    said = ""
    for infos in telegram.body.iterfind(METE + "MeteorologicalInfos"):
        if infos.get("type") != "雨量情報":
            continue
        path = f"{METE}MeteorologicalInfo/{METE}Item/{METE}Kind/{METE}Property/{METE}Text"
        said = text(infos, path) or said
        for series in infos.iterfind(METE + "TimeSeriesInfo"):
            times = times_of(series)
            for item in series.iterfind(METE + "Item"):
                found.append(
                    BasinRain(
                        area_name=area.name,
                        area_code=area.code,
                        name=text(item, f"{METE}Area/{METE}Name"),
                        periods=[_period(one, times) for one in item.iter(EB + "Precipitation")],
                    )
                )
    if said and not found:
        found.append(BasinRain(area_name=area.name, area_code=area.code))
    records = []
    for rain in found:
        ends = [parse(period.ends) for period in rain.periods]
        records.append(
            Record(
                "disaster.basin_rain",
                f"{area.code}/{rain.name}",
                encode(msgspec.structs.replace(rain, text=said)),
                area="jma.river:" + area.code,
                valid_to=max([telegram.reported + HOUR, *ends]),
            )
        )
    return records


def _period(element: Element, times: dict[str, Time]) -> Rain:
    if element.get("unit") not in ("ミリ", "mm"):
        raise ValueError(f"unknown unit of rain {element.get('unit')!r}")
    when = times[element.get("refID", "")]
    return Rain(
        starts=show(when.start, JST) or "",
        ends=show(when.end, JST) or "",
        amount=number(element.text),
        name=when.name,
        condition=element.get("condition", ""),
    )


def _arrivals(telegram: Telegram, shared: dict[str, Any]) -> list[Record]:
    """Where flood water will come, when, and how deep (氾濫水の予報)."""
    records: dict[str, Record] = {}
    for owner in telegram.body.iter(METE + "Property"):
        for table in owner.iterfind(METE + "FloodAssumptionTable"):
            river = table.find(METE + "Area")
            for part in table.iterfind(METE + "FloodAssumptionPart"):
                body = FloodArrival(
                    **shared,
                    **_arrival(part),
                    river="" if river is None else text(river, METE + "Name"),
                    river_code="" if river is None else text(river, METE + "Code"),
                    text=text(owner, METE + "Text"),
                )
                times = [parse(time) for time in (body.arrival, body.deepest) if time]
                key = f"{shared['area_code']}/{body.river_code}/{body.place}"
                if key in records:
                    key = f"{key}/{len(records) + 1}"
                records[key] = Record(
                    "disaster.flood_arrival",
                    key,
                    encode(body),
                    area="jma.river:" + shared["area_code"],
                    valid_to=max([telegram.reported, *times]) + ARRIVAL_STANDS,
                )
    return list(records.values())


def _arrival(part: Element) -> dict[str, Any]:
    """Fields of a FloodAssumptionPart; depths have the bound 以上 or 未満."""
    fields: dict[str, Any] = {"place": text(part, METE + "FloodAssumptionArea")}
    for child in part:
        name = child.tag.rpartition("}")[2]
        if name in ("AttainmentTime", "AttainmentDeepestTime"):
            field = "arrival" if name == "AttainmentTime" else "deepest"
            fields[field] = moment(child.text or "")
            fields[field + "_text"] = child.get("description", "") + child.get("dubious", "")
        elif name == "FloodDepth":
            field = "depth_to" if child.get("bound") == "未満" else "depth_from"
            depth = number(child.text)
            scale = _TO_METRES.get(child.get("unit", ""))
            if depth is not None and scale is None:
                raise ValueError(f"unknown unit of depth {child.get('unit')!r}")
            fields[field] = None if depth is None or scale is None else depth * scale
    return fields
