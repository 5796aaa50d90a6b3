"""Earthquake early warnings (VXSE43, 44, 45): the source assumed and the shaking to come.

Elements: jmx_seis.xsd `type.Earthquake`, and `type.IntensityDetail` under Intensity/Forecast.

Series: `jma/eew/{product}/{event}`: warning, forecast and ground-motion forecast run side by side,
each with its own serial numbers and its own cancellation. Each report replaces the one before it
as a whole, from the second of its issue; several share a second, so the serial orders them, and a
cancellation comes last though it reuses the serial of what it cancels.

A report says nothing of its end. Shaking that was announced has come or is not coming three
minutes after it was expected: so long records stand, and longer than the strongest shaking of the
greatest earthquakes lasts at one place.
"""

from __future__ import annotations

from typing import Any

from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import MINUTE, parse
from noroshi.formats.jma_xml.earthquake import source
from noroshi.formats.jma_xml.quantities import moment, texts
from noroshi.formats.jma_xml.telegram import SEIS, Element, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.eew import EarlyWarning, EarlyWarningArea

SHAKING_STANDS = 3 * MINUTE


def read(telegram: Telegram) -> list[Edition]:
    """The edition of one early warning: first the whole, then one record for each area.

    A test of the line (VXSE42) announces no earthquake and gives none.
    """
    series = f"jma/eew/{telegram.product}/{telegram.event}"
    if telegram.action is Action.CANCEL:
        return [telegram.edition(series, [], effective=telegram.reported)]
    element = telegram.body.find(SEIS + "Earthquake")
    if element is None:
        return []
    forecast = telegram.body.find(f"{SEIS}Intensity/{SEIS}Forecast")
    areas = [] if forecast is None else _areas(telegram, forecast)
    ends = [one.valid_to for one in areas if one.valid_to is not None]
    end = max(ends, default=telegram.reported + SHAKING_STANDS)
    records = [_whole(telegram, element, forecast, end), *areas]
    return [telegram.edition(series, records, effective=telegram.reported)]


def _whole(telegram: Telegram, element: Element, forecast: Element | None, end: int) -> Record:
    """The early warning as a whole."""
    parts = source(element, telegram.event)
    strongest: dict[str, Any] = {}
    changes: dict[str, int] = {}
    for child in forecast if forecast is not None else ():
        if child.tag in _RANGES:
            strongest |= _range(child)
        elif child.tag == SEIS + "Appendix":
            changes = {_local(one): int(one.text) for one in child if one.text}
    body = EarlyWarning(
        **parts.fields,
        **strongest,
        product=telegram.product,
        serial=telegram.serial,
        accuracy=_accuracy(element),
        changes=changes,
        comment=text(telegram.body, f"{SEIS}Comments/{SEIS}WarningComment/{SEIS}Text"),
        next=text(telegram.body, SEIS + "NextAdvisory"),
    )
    return Record(
        "disaster.eew",
        f"{telegram.event}/{telegram.product}",
        encode(body),
        geometry=parts.geometry,
        area=parts.area,
        valid_to=end,
    )


def _areas(telegram: Telegram, forecast: Element) -> list[Record]:
    """The areas of a forecast. Their Pref is the forecast region; it is repeated, and says no
    more than its name."""
    event, product = telegram.event, telegram.product
    records = []
    for pref in forecast.iterfind(_PREF):
        region = texts(pref)
        for element in pref.iterfind(_AREA):
            fields: dict[str, Any] = {
                "region": region.get(_NAME, ""),
                "region_code": region.get(_CODE, ""),
            }
            end = telegram.reported
            for child in element:
                tag = child.tag
                if tag in _AREA_FIELDS:
                    fields[_AREA_FIELDS[tag]] = (child.text or "").strip()
                elif tag in _RANGES:
                    fields |= _range(child)
                elif tag == _CATEGORY:
                    fields |= _category(child)
                elif tag == _ARRIVAL and child.text:
                    fields["arrival"] = moment(child.text)
                    end = max(end, parse(child.text.strip()))
            body = EarlyWarningArea(event=event, product=product, **fields)
            records.append(
                Record(
                    "disaster.eew_area",
                    f"{event}/{product}/{body.code}",
                    encode(body),
                    None,
                    "jma.seismic:" + body.code,
                    None,
                    end + SHAKING_STANDS,
                )
            )
    return records


_PREF, _AREA, _NAME, _CODE = SEIS + "Pref", SEIS + "Area", SEIS + "Name", SEIS + "Code"
_CATEGORY, _ARRIVAL = SEIS + "Category", SEIS + "ArrivalTime"
_AREA_FIELDS = {_NAME: "name", _CODE: "code", SEIS + "Condition": "condition"}
_RANGES = {SEIS + "ForecastInt": "intensity", SEIS + "ForecastLgInt": "long_period"}
_KINDS = {SEIS + "Kind": "kind", SEIS + "LastKind": "last_kind"}


def _range(element: Element) -> dict[str, str]:
    """The two ends of a forecast intensity or long-period class; `over` stays as it is written."""
    name, ends = _RANGES[element.tag], texts(element)
    return {name + "_from": ends.get(SEIS + "From", ""), name + "_to": ends.get(SEIS + "To", "")}


def _category(element: Element) -> dict[str, str]:
    """Kind of warning now and before, with their codes."""
    fields: dict[str, str] = {}
    for child in element:
        if child.tag in _KINDS:
            name, said = _KINDS[child.tag], texts(child)
            fields[name], fields[name + "_code"] = said.get(_NAME, ""), said.get(_CODE, "")
    return fields


def _accuracy(element: Element) -> dict[str, int]:
    """Ranks of accuracy as element or element.attribute, and the number of stations used."""
    found: dict[str, int] = {}
    accuracy = element.find(f"{SEIS}Hypocenter/{SEIS}Accuracy")
    for child in accuracy if accuracy is not None else ():
        for name, value in child.attrib.items():
            found[f"{_local(child)}.{name}"] = int(value)
        if not child.attrib and child.text:
            found[_local(child)] = int(child.text)
    return found


def _local(element: Element) -> str:
    name: str = element.tag.rpartition("}")[2]
    return name
