"""Tsunamis: warnings (VTSE41), arrivals and coastal observations (VTSE51), offshore observations
and the estimates from them (VTSE52). Elements: jmx_seis.xsd `type.Tsunami`.

JMA keeps one national table of each sort, whatever earthquakes it rests on: a second earthquake
joins the first (EventID then lists both, as in samples 38-39_02_01 to _05), and the next telegram
speaks for all of them. So series carry no event; bodies do.
- `jma/tsunami/warning`: VTSE41, from its issue on. Coasts it leaves out have nothing in force.
- `jma/tsunami/arrival`: expected arrivals in VTSE51. A VTSE41 that expects a first wave nowhere
  (all is lifted), or is cancelled, empties it.
- `jma/tsunami/observed` (VTSE51), `jma/tsunami/offshore` and `jma/tsunami/estimated` (VTSE52):
  from the time the observations are of. VTSE51 with forecasts alone leaves observations be.
- `jma/tsunami/source/{event}`: the source behind them, an estimate for all times.

A coast whose warning is lifted (解除) keeps a row that says so for a day, for those who come on
duty; it is `lifted`. A forecast that remains has the end that the telegram gives (ValidDateTime).
What is in force stands until a telegram lifts it. What was observed stays true (decision 6).
Expected arrivals stand for a day after the later of the telegram and the arrival.
"""

from __future__ import annotations

from typing import Any

import msgspec

from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import DAY, parse
from noroshi.formats.jma_xml.earthquake import source
from noroshi.formats.jma_xml.quantities import moment, number, sent, texts
from noroshi.formats.jma_xml.telegram import EB, SEIS, Element, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.earthquake import TsunamiSource
from noroshi.kinds.tsunami import (
    TsunamiArrival,
    TsunamiEstimate,
    TsunamiObservation,
    TsunamiWarning,
)

STANDS = DAY

WARNING, ARRIVAL = "jma/tsunami/warning", "jma/tsunami/arrival"
OBSERVED, OFFSHORE = "jma/tsunami/observed", "jma/tsunami/offshore"
ESTIMATED = "jma/tsunami/estimated"

_ITEM, _AREA, _STATION = SEIS + "Item", SEIS + "Area", SEIS + "Station"
_NAME, _CODE, _CATEGORY = SEIS + "Name", SEIS + "Code", SEIS + "Category"
_FIRST, _MAX, _HEIGHT = SEIS + "FirstHeight", SEIS + "MaxHeight", EB + "TsunamiHeight"
_KINDS = {SEIS + "Kind": "kind", SEIS + "LastKind": "last_kind"}


def read(telegram: Telegram) -> list[Edition]:
    """Editions of one tsunami telegram, and of the earthquakes behind it."""
    offshore = telegram.product.startswith("沖合")
    if telegram.info_kind == "津波警報・注意報・予報":
        return _warning(telegram)
    if telegram.action is Action.CANCEL:
        ended = (OFFSHORE, ESTIMATED) if offshore else (OBSERVED, ARRIVAL)
        return [telegram.edition(one, [], effective=telegram.reported) for one in ended]
    seen = min(telegram.reported, telegram.target or telegram.reported)
    tsunami, editions = telegram.body.find(SEIS + "Tsunami"), _sources(telegram)
    for part in tsunami if tsunami is not None else ():
        if part.tag == SEIS + "Observation":
            series = OFFSHORE if offshore else OBSERVED
            records = _observations(telegram, part, offshore=offshore)
            editions.append(telegram.edition(series, records, effective=seen))
        elif part.tag == SEIS + "Estimation":
            records = _estimates(telegram, part)
            editions.append(telegram.edition(ESTIMATED, records, effective=seen))
        elif part.tag == SEIS + "Forecast":
            records = _arrivals(telegram, part)
            editions.append(telegram.edition(ARRIVAL, records, effective=telegram.reported))
    return editions


# --- the earthquakes behind it -----------------------------------------------------------------


def _sources(telegram: Telegram) -> list[Edition]:
    """One edition for each earthquake. They stand in the order of the identities in EventID."""
    elements = telegram.body.findall(SEIS + "Earthquake")
    events = _events(telegram)
    if len(events) != len(elements):
        events = [telegram.event if n == 0 else f"{telegram.event}/{n + 1}"
                  for n in range(len(elements))]  # fmt: skip
    editions = []
    for event, element in zip(events, elements, strict=True):
        parts = source(element, event)
        start = telegram.reported if parts.origin is None else parts.origin
        record = Record(
            "disaster.tsunami_source",
            event,
            encode(TsunamiSource(**parts.fields)),
            geometry=parts.geometry,
            area=parts.area,
            valid_from=start,
        )
        editions.append(telegram.edition(f"jma/tsunami/source/{event}", [record]))
    return editions


def _events(telegram: Telegram) -> list[str]:
    return telegram.event.split()


# --- warnings ----------------------------------------------------------------------------------


def _warning(telegram: Telegram) -> list[Edition]:
    """The national table of warnings, advisories and forecasts (VTSE41)."""
    reported = telegram.reported
    if telegram.action is Action.CANCEL:
        ended = [WARNING, ARRIVAL, *(f"jma/tsunami/source/{one}" for one in _events(telegram))]
        return [telegram.edition(one, [], effective=reported) for one in ended]
    records, expected = [], False
    for item in telegram.body.iterfind(f"{SEIS}Tsunami/{SEIS}Forecast/{_ITEM}"):
        fields = _item(telegram, item)
        expected = expected or "arrival" in fields  # the fields of a FirstHeight are there
        category = _category(item)
        lifted = category["kind"].endswith("解除")
        body = TsunamiWarning(**fields, **category, lifted=lifted)
        end = reported + STANDS if lifted else None
        records.append(
            Record(
                "disaster.tsunami_warning",
                body.code,
                encode(body),
                area="jma.tsunami:" + body.code,
                valid_to=end if telegram.valid_to is None else telegram.valid_to,
            )
        )
    table = telegram.edition(WARNING, records, effective=reported)
    # No serial number is printed; the order within a minute is that of sending.
    editions = [msgspec.structs.replace(table, serial=sent(telegram)), *_sources(telegram)]
    if not expected:
        editions.append(telegram.edition(ARRIVAL, [], effective=reported))
    return editions


def _category(item: Element) -> dict[str, Any]:
    """Kind and last kind with their codes (CodeDefine: 警報等情報要素／津波警報・注意報・予報)."""
    fields = {"kind": "", "kind_code": ""}
    category = item.find(_CATEGORY)
    for child in category if category is not None else ():
        if child.tag in _KINDS:
            name, said = _KINDS[child.tag], texts(child)
            fields[name], fields[name + "_code"] = said.get(_NAME, ""), said.get(_CODE, "")
    return fields


# --- arrivals, observations, estimates ---------------------------------------------------------


def _arrivals(telegram: Telegram, forecast: Element) -> list[Record]:
    """Coasts and gauges where a wave is expected. A coast of which only the lifting is restated
    expects none."""
    records = []
    for item in forecast.iterfind(_ITEM):
        coast = _item(telegram, item)
        # Only where a FirstHeight or a MaxHeight was read.
        if not coast.keys().isdisjoint(("arrival", "height_time")):
            body = TsunamiArrival(**coast, level="area")
            records.append(_arrival(telegram, body, "jma.tsunami:"))
        for station in item.iterfind(_STATION):
            body = TsunamiArrival(
                **_place(telegram, station),
                level="station",
                coast=coast["name"],
                coast_code=coast["code"],
                high_tide=moment(text(station, SEIS + "HighTideDateTime")),
            )
            records.append(_arrival(telegram, body, "jma.tsunami_station:"))
    return records


def _arrival(telegram: Telegram, body: TsunamiArrival, scheme: str) -> Record:
    last = parse(body.arrival) if body.arrival else telegram.reported
    return Record(
        "disaster.tsunami_arrival",
        f"{body.level}/{body.code}",
        encode(body),
        area=scheme + body.code,
        valid_to=max(telegram.reported, last) + STANDS,
    )


def _observations(telegram: Telegram, part: Element, *, offshore: bool) -> list[Record]:
    """Gauges with what they have seen. Offshore the coast is empty."""
    scheme = "jma.offshore_station:" if offshore else "jma.tsunami_station:"
    records = []
    for item in part.iterfind(_ITEM):
        coast = _item(telegram, item)
        for station in item.iterfind(_STATION):
            body = TsunamiObservation(
                **_place(telegram, station),
                offshore=offshore,
                sensor=text(station, SEIS + "Sensor"),
                coast=coast["name"],
                coast_code=coast["code"],
            )
            records.append(_stated("disaster.tsunami_observation", body, scheme))
    return records


def _estimates(telegram: Telegram, part: Element) -> list[Record]:
    """Coasts with the tsunami estimated from offshore gauges."""
    return [
        _stated(
            "disaster.tsunami_estimate",
            TsunamiEstimate(**_item(telegram, item)),
            "jma.tsunami:",
        )
        for item in part.iterfind(_ITEM)
    ]


def _stated(kind: str, body: TsunamiObservation | TsunamiEstimate, scheme: str) -> Record:
    return Record(
        kind,
        body.code,
        encode(body),
        area=scheme + body.code,
    )


def _item(telegram: Telegram, item: Element) -> dict[str, Any]:
    """Fields of `kinds.tsunami.Wave` for a coast: its name stands in an Area of its own."""
    area = item.find(_AREA)
    if area is None:
        raise ValueError("an Item has no Area")
    said, fields = texts(area), _place(telegram, item)
    fields["name"], fields["code"] = said.get(_NAME, ""), said.get(_CODE, "")
    return fields


def _place(telegram: Telegram, element: Element) -> dict[str, Any]:
    """Fields of `kinds.tsunami.Wave` from a Station, or from an Item without its name."""
    fields: dict[str, Any] = {"events": _events(telegram)}
    for child in element:
        tag = child.tag
        if tag == _NAME:
            fields["name"] = (child.text or "").strip()
        elif tag == _CODE:
            fields["code"] = (child.text or "").strip()
        elif tag == _FIRST:
            fields |= _first(child)
        elif tag == _MAX:
            fields |= _highest(child)
    return fields


def _first(element: Element) -> dict[str, Any]:
    """The first wave (jmx_seis.xsd `type.FirstHeight`)."""
    said = texts(element)
    return {
        "arrival": moment(said.get(SEIS + "ArrivalTime", "")),
        "arrival_condition": said.get(SEIS + "Condition", ""),
        "arrival_revised": said.get(SEIS + "Revise", ""),
        "initial": said.get(SEIS + "Initial", ""),
    }


def _highest(element: Element) -> dict[str, Any]:
    """The highest wave (jmx_seis.xsd `type.MaxHeight`). Raises ValueError for a unit not m."""
    said = texts(element)
    fields: dict[str, Any] = {
        "height_condition": said.get(SEIS + "Condition", ""),
        "height_time": moment(said.get(SEIS + "DateTime", "")),
        "height_revised": said.get(SEIS + "Revise", ""),
    }
    height = element.find(_HEIGHT)
    if height is not None:
        if height.get("unit", "m") != "m":
            raise ValueError(f"unknown unit of height {height.get('unit')!r}")
        fields["height"] = number(height.text)
        fields["height_text"] = height.get("description", "")
        fields["height_state"] = height.get("condition", "")
    return fields
