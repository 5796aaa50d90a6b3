"""Earthquakes: source (VXSE52/53/61), intensity (VXSE51/53), long-period motion (VXSE62) and
number (VXSE60). Elements: jmx_seis.xsd `type.Earthquake`, `type.Intensity`,
`type.EarthquakeCount`.

Series, all of one event:
- `jma/earthquake/{event}`: the estimate of the source. VXSE52, 53 and 61 improve on each other in
  the order of issue, for all times; a withdrawn one leaves none until the next comes.
- `jma/intensity/flash/{event}` (VXSE51) and `jma/intensity/observed/{event}` (VXSE53). The latter
  is complete, so it also empties the former.
- `jma/long_period_motion/{event}` (VXSE62), `jma/earthquake_count/{event}` (VXSE60).

That the earth shook there and then stays true: these records have no end (decision 6).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from noroshi.core.place import point, point_z
from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import JST, parse, show
from noroshi.formats.jma_xml.quantities import coordinates, magnitude, moment, number, sent
from noroshi.formats.jma_xml.telegram import EB, SEIS, Element, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.earthquake import Band, Earthquake, EarthquakeCount, Intensity, LongPeriodMotion

_INTENSITY_CLASS = re.compile(r"([1-7])([+-]?)")


def read(telegram: Telegram) -> list[Edition]:
    """Editions of one earthquake telegram, told apart by what InfoKind says it is."""
    kind, event = telegram.info_kind, telegram.event
    if kind == "震度速報":
        return [_flash(telegram, _intensities(telegram, flash=True))]
    if kind == "地震回数情報":
        return [
            telegram.edition(
                f"jma/earthquake_count/{event}", _counts(telegram), effective=telegram.reported
            )
        ]
    if kind == "長周期地震動に関する観測情報":
        return [telegram.edition(f"jma/long_period_motion/{event}", _long_period(telegram))]
    editions = [telegram.edition(f"jma/earthquake/{event}", _sources(telegram))]
    if kind == "地震情報":
        observed = _intensities(telegram, flash=False)
        editions.append(telegram.edition(f"jma/intensity/observed/{event}", observed))
        if observed and telegram.action is not Action.CANCEL:
            editions.append(_flash(telegram, []))
    return editions


def _flash(telegram: Telegram, records: list[Record]) -> Edition:
    edition = telegram.edition(f"jma/intensity/flash/{telegram.event}", records)
    return msgspec.structs.replace(edition, serial=sent(telegram))


# --- source ------------------------------------------------------------------------------------


class SourceParts(msgspec.Struct, frozen=True):
    """What an Earthquake element says, in the forms that records want it.

    `fields` are those of `kinds.earthquake.Source`; `origin` is microseconds UTC or None;
    `geometry` is well-known binary, with the height (minus the depth) where that is known.
    """

    fields: dict[str, Any]
    origin: int | None
    geometry: bytes | None
    area: str | None


def source(element: Element, event: str) -> SourceParts:
    """Read an Earthquake element (jmx_seis.xsd `type.Earthquake`).

    Of several coordinates the one in degrees and minutes is taken: it is the finer one, and the
    others are there for tsunami telegrams to go on with (note in samples of VXSE61).
    Raises ValueError for an impossible time.
    """
    fields: dict[str, Any] = {"event": event}
    position = None
    strength = element.find(EB + "Magnitude")
    if strength is None:
        raise ValueError("an Earthquake has no Magnitude")
    found = magnitude(strength)
    area = element.find(f"{SEIS}Hypocenter/{SEIS}Area")
    for child in area if area is not None else ():
        tag = child.tag
        if tag == EB + "Coordinate":
            candidate = coordinates(child.text or "")
            if position is None or (candidate and "度分" in child.get("type", "")):
                position = candidate
                fields["position_text"] = child.get("description", "")
                fields["position_note"] = child.get("condition", "")
                fields["datum"] = child.get("datum", "")
        elif tag in _AREA_FIELDS:
            fields[_AREA_FIELDS[tag]] = (child.text or "").strip()
    code = fields.get("code", "")
    geometry = None
    if position is not None:
        longitude, latitude, height = position
        if height is None:
            geometry = point(longitude, latitude)
        else:
            fields["depth"] = 0.0 - height
            geometry = point_z(longitude, latitude, height)
    origin, detected = text(element, SEIS + "OriginTime"), text(element, SEIS + "ArrivalTime")
    fields |= {
        "origin": moment(origin),
        "detected": moment(detected),
        "magnitude": found.value,
        "magnitude_type": found.type,
        "magnitude_text": found.description,
        "condition": text(element, SEIS + "Condition"),
        "institution": text(element, f"{SEIS}Hypocenter/{SEIS}Source"),
    }
    start = origin or detected
    return SourceParts(
        fields, parse(start) if start else None, geometry, f"jma.epicentre:{code}" if code else None
    )


_AREA_FIELDS = {
    SEIS + "Name": "name",
    SEIS + "Code": "code",
    SEIS + "DetailedName": "detailed_name",
    SEIS + "DetailedCode": "detailed_code",
    SEIS + "NameFromMark": "landmark",
    SEIS + "MarkCode": "landmark_code",
    SEIS + "LandOrSea": "land_or_sea",
}


def _sources(telegram: Telegram) -> list[Record]:
    """The sources in a telegram, one as a rule; further ones are numbered."""
    body, records = telegram.body, []
    comment = f"{SEIS}Comments/{SEIS}ForecastComment/{SEIS}"
    for place, element in enumerate(body.iterfind(SEIS + "Earthquake"), 1):
        event = telegram.event if place == 1 else f"{telegram.event}/{place}"
        parts = source(element, telegram.event)
        fact = Earthquake(
            **parts.fields,
            max_intensity=text(body, f"{SEIS}Intensity/{SEIS}Observation/{SEIS}MaxInt"),
            forecast=text(body, comment + "Text"),
            forecast_codes=text(body, comment + "Code").split(),
        )
        start = _start(telegram, parts.origin)
        records.append(
            Record(
                "disaster.earthquake",
                event,
                encode(fact),
                geometry=parts.geometry,
                area=parts.area,
                valid_from=start,
            )
        )
    return records


def _start(telegram: Telegram, origin: int | None) -> int:
    """When the earthquake was: its origin time, or else the time the telegram is about."""
    if origin is not None:
        return origin
    return telegram.reported if telegram.target is None else telegram.target


# --- intensity ---------------------------------------------------------------------------------

_PREF, _AREA, _CITY = SEIS + "Pref", SEIS + "Area", SEIS + "City"
_STATION = SEIS + "IntensityStation"
#: Level and area scheme of each nesting element (CodeDefine of VXSE51, 53 and 62).
_LEVELS = {
    SEIS + "Observation": ("event", ""),
    _PREF: ("pref", "pref:"),
    _AREA: ("area", "jma.seismic:"),
    _CITY: ("city", "city:"),
    _STATION: ("station", "jma.intensity_station:"),
}
_NAME, _CODE, _MAX, _INT = SEIS + "Name", SEIS + "Code", SEIS + "MaxInt", SEIS + "Int"
_CONDITION, _REVISE, _K = SEIS + "Condition", SEIS + "Revise", SEIS + "K"


@lru_cache(maxsize=64)
def instrumental_min(intensity: str) -> float | None:
    """The least instrumental intensity of a JMA intensity class, or None for what is none.

    Classes are the instrumental intensity rounded to a whole number, of which 5 and 6 are halved
    into 5-, 5+, 6- and 6+ (平成8年気象庁告示第4号): 3 begins at 2.5, 5- at 4.5, 5+ at 5.0.
    """
    found = _INTENSITY_CLASS.fullmatch(intensity)
    if found is None:
        return None
    return int(found[1]) - 0.5 + (0.5 if found[2] == "+" else 0.0)


def _observation(telegram: Telegram) -> tuple[Element | None, int]:
    """The Observation element, if any, and when the earthquake was."""
    body = telegram.body
    origin = text(body, f"{SEIS}Earthquake/{SEIS}OriginTime")
    start = _start(telegram, parse(origin) if origin else None)
    return body.find(f"{SEIS}Intensity/{SEIS}Observation"), start


def _intensities(telegram: Telegram, *, flash: bool) -> list[Record]:
    """One record for the event, and for each prefecture, area, municipality and station."""
    observation, start = _observation(telegram)
    event = telegram.event
    records: list[Record] = []
    nested = [] if observation is None else [observation]
    for element in nested:  # grows as it goes: prefectures, areas, municipalities, stations
        name = code = intensity = condition = revised = ""
        instrumental = None
        for child in element:
            tag = child.tag
            if tag in _LEVELS:
                nested.append(child)
            elif tag == _NAME:
                name = (child.text or "").strip()
            elif tag == _CODE:
                code = (child.text or "").strip()
            elif tag in (_MAX, _INT):
                intensity = (child.text or "").strip()
            elif tag == _CONDITION:
                condition = (child.text or "").strip()
            elif tag == _REVISE:
                revised = (child.text or "").strip()
            elif tag == _K:
                instrumental = number(child.text)
        least = instrumental_min(intensity)
        if least is None and intensity:
            # Stations put 震度５弱以上未入電 where the class would be.
            intensity, condition = "", condition or intensity
        level, scheme = _LEVELS[element.tag]
        key, area = event, None
        if level == "event":
            name = telegram.title
        else:
            key, area = f"{event}/{level}/{code}", scheme + code
        body = Intensity(
            event, level, name, code, intensity, least, instrumental, condition, revised, flash
        )
        records.append(Record("disaster.intensity", key, encode(body), None, area, start))
    if len({record.key for record in records}) < len(records):
        return _tell_apart(records)
    return records


def _tell_apart(records: list[Record]) -> list[Record]:
    """Make keys unique where a telegram uses a code twice.

    JMA lists a municipality again when its stations are reported in two lots (潟上市 in sample
    32-35_06_05): one record, the stronger, is enough. Where municipalities share a code (x99900
    stands for those merged too recently to have one) the name tells them apart.
    """
    bodies = [msgspec.json.decode(record.body, type=Intensity) for record in records]
    names: dict[str, set[str]] = {}
    for record, body in zip(records, bodies, strict=True):
        names.setdefault(record.key, set()).add(body.name)
    found: dict[str, tuple[float, Record]] = {}
    for record, body in zip(records, bodies, strict=True):
        if len(names[record.key]) > 1:
            record = msgspec.structs.replace(record, key=f"{record.key}/{body.name}")
        strength = body.instrumental_min or 0.0
        held = found.get(record.key)
        if held is None or strength > held[0]:
            found[record.key] = (strength, record)
    return [record for _, record in found.values()]


# --- long-period motion ------------------------------------------------------------------------


def _long_period(telegram: Telegram) -> list[Record]:
    """One record for the event, and for each prefecture, area and station."""
    observation, start = _observation(telegram)
    event = telegram.event
    records: list[Record] = []
    nested = [] if observation is None else [observation]
    for element in nested:
        level, scheme = _LEVELS[element.tag]
        fields: dict[str, Any] = {"event": event, "level": level, "name": "", "code": ""}
        bands: dict[int, dict[str, Any]] = {}
        for child in element:
            tag, content = child.tag, (child.text or "").strip()
            if tag in _LEVELS:
                nested.append(child)
            elif tag in _LONG_PERIOD_FIELDS:
                fields[_LONG_PERIOD_FIELDS[tag]] = content
            elif tag == SEIS + "Sva":
                fields["velocity"] = _velocity(child)
            elif tag == SEIS + "LgIntPerPeriod" or tag == SEIS + "SvaPerPeriod":
                seconds = int(child.get("PeriodicBand", "0"))
                band = bands.setdefault(seconds, {"seconds": seconds})
                if tag == SEIS + "SvaPerPeriod":
                    band["velocity"] = _velocity(child)
                else:
                    band["long_period_class"] = content
        if level == "event":
            fields["name"] = telegram.title
        body = LongPeriodMotion(**fields, bands=[Band(**bands[band]) for band in sorted(bands)])
        key = event if level == "event" else f"{event}/{level}/{body.code}"
        records.append(
            Record(
                "disaster.long_period_motion",
                key,
                encode(body),
                area=scheme + body.code if scheme else None,
                valid_from=start,
            )
        )
    return records


_LONG_PERIOD_FIELDS = {
    _NAME: "name",
    _CODE: "code",
    _MAX: "intensity",
    _INT: "intensity",
    SEIS + "MaxLgInt": "long_period_class",
    SEIS + "LgInt": "long_period_class",
    SEIS + "LgCategory": "category",
    _CONDITION: "condition",
    _REVISE: "revised",
}


def _velocity(element: Element) -> float | None:
    """Absolute velocity response in m/s; telegrams give cm/s. Raises ValueError for other units."""
    unit = element.get("unit", "cm/s")
    if unit != "cm/s":
        raise ValueError(f"unknown unit of velocity response {unit!r}")
    value = number(element.text)
    return None if value is None else round(value / 100.0, 6)


# --- number ------------------------------------------------------------------------------------


def _counts(telegram: Telegram) -> list[Record]:
    """One record for each interval and way of counting."""
    records = []
    for item in telegram.body.iterfind(f"{SEIS}EarthquakeCount/{SEIS}Item"):
        type = item.get("type", "")
        start, end = text(item, SEIS + "StartTime"), text(item, SEIS + "EndTime")
        body = EarthquakeCount(
            event=telegram.event,
            type=type,
            start=moment(start) or "",
            end=moment(end) or "",
            count=_count(text(item, SEIS + "Number")),
            felt=_count(text(item, SEIS + "FeltNumber")),
            condition=text(item, SEIS + "Condition"),
            next=text(telegram.body, SEIS + "NextAdvisory"),
        )
        records.append(
            Record(
                "disaster.earthquake_count",
                f"{telegram.event}/{type}/{show(parse(start), JST)}",
                encode(body),
            )
        )
    return records


def _count(text: str) -> int | None:
    """A count; -1 stands for one that was not made."""
    value = int(text) if text else -1
    return None if value < 0 else value
