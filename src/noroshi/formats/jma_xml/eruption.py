"""Eruptions: observation reports (VFVO52) and flash reports (VFVO56).

Elements: jmx_volc.xsd `type.eventTime`, `type.volcanoObservation`, `type.plume`,
`type.windAboveCrater`.

Series `jma/volcano/eruption/{event}` and `jma/volcano/flash/{event}`: one eruption. It is true from
its time on, and stands for a day: neither telegram says when it ends. A correction replaces the
report for all times; a cancelled one was false.
"""

from __future__ import annotations

from typing import Any

import msgspec

from noroshi.core.record import Edition, Record
from noroshi.core.time import DAY, parse
from noroshi.formats.jma_xml.quantities import moment, number, sent
from noroshi.formats.jma_xml.telegram import EB, VOLC, Element, Telegram, text
from noroshi.formats.jma_xml.volcano import VOLCANO, Place, content, items, kind_fields, places
from noroshi.kinds import encode
from noroshi.kinds.volcano import Eruption, EruptionFlash, EruptionFlashArea, Plume, WindAloft

ERUPTION_STANDS = DAY

FOOT = 0.3048
KNOT = 1852 / 3600


def read(telegram: Telegram) -> list[Edition]:
    """The edition of one eruption."""
    return [_flash(telegram) if telegram.info_kind == "噴火速報" else _eruption(telegram)]


def _eruption(telegram: Telegram) -> Edition:
    """The eruption as observed (VFVO52)."""
    series = f"jma/volcano/eruption/{telegram.event}"
    records = []
    for _, item in items(telegram):
        for volcano, fields, start in _events(telegram, item):
            body = Eruption(
                **fields,
                **observation(telegram),
                remark=text(telegram.body, VOLC + "Text"),
            )
            records.append(_record("disaster.eruption", volcano, fields, encode(body), start))
    return telegram.edition(series, records)


def _flash(telegram: Telegram) -> Edition:
    """The flash report (VFVO56), then the municipalities it is for."""
    texts = content(telegram)
    events: list[tuple[Place, dict[str, Any], int]] = []
    areas: list[Place] = []
    for _, item in items(telegram):
        code_type, found = places(item)
        if code_type == VOLCANO:
            events += _events(telegram, item)
        else:
            areas += found
    records = [
        Record(
            "disaster.eruption_flash_area",
            f"{telegram.event}/{volcano.code}/{one.code}",
            encode(EruptionFlashArea(**fields, area_name=one.fields["name"], area_code=one.code)),
            area="city:" + one.code,
            valid_from=start,
            valid_to=start + ERUPTION_STANDS,
        )
        for volcano, fields, start in events
        for one in areas
    ]
    flashes = [
        _record(
            "disaster.eruption_flash",
            volcano,
            fields,
            encode(
                EruptionFlash(
                    **fields,
                    headline=texts.get("VolcanoHeadline", ""),
                    activity=texts.get("VolcanoActivity", ""),
                )
            ),
            start,
        )
        for volcano, fields, start in events
    ]
    edition = telegram.edition(f"jma/volcano/flash/{telegram.event}", [*flashes, *records])
    return msgspec.structs.replace(edition, serial=telegram.serial or sent(telegram))


def _record(kind: str, volcano: Place, fields: dict[str, Any], body: bytes, start: int) -> Record:
    return Record(
        kind,
        f"{fields['event']}/{volcano.code}",
        body,
        geometry=volcano.geometry,
        area="jma.volcano:" + volcano.code,
        valid_from=start,
        valid_to=start + ERUPTION_STANDS,
    )


def _events(telegram: Telegram, item: Element) -> list[tuple[Place, dict[str, Any], int]]:
    """For each volcano of an Item: it, the fields of `kinds.volcano.Event`, and when it began."""
    when = item.find(f"{VOLC}EventTime/{VOLC}EventDateTime")
    value = "" if when is None else (when.text or "").strip()
    dubious = "" if when is None else when.get("dubious", "")
    comment = text(item, f"{VOLC}EventTime/{VOLC}EventDateTimeComment")
    start = parse(value) if value else telegram.target or telegram.reported
    return [
        (
            one,
            {
                **one.fields,
                **kind_fields(item, "Kind", "kind"),
                "event": telegram.event,
                "time": moment(value),
                "time_text": " ".join(part for part in (dubious, comment) if part),
                "office": telegram.office,
            },
            start,
        )
        for one in places(item)[1]
    ]


# --- what was observed ---------------------------------------------------------------------------


def observation(telegram: Telegram) -> dict[str, Any]:
    """What VolcanoObservation holds, as fields of `kinds.volcano.Eruption`."""
    found = telegram.body.find(VOLC + "VolcanoObservation")
    if found is None:
        return {}
    fields: dict[str, Any] = {
        "plume": plume(found.find(VOLC + "ColorPlume")),
        "white_plume": plume(found.find(VOLC + "WhitePlume")),
        "other": text(found, VOLC + "OtherObservation"),
    }
    wind = found.find(VOLC + "WindAboveCrater")
    if wind is not None:
        fields["wind_time"] = moment(text(wind, EB + "DateTime"))
        fields["winds"] = [_wind(one) for one in wind.iterfind(VOLC + "WindAboveCraterElements")]
    return fields


def _wind(element: Element) -> WindAloft:
    """The wind at one height (jmx_volc.xsd `type.windAboveCraterElements`)."""
    height, speed = element.find(EB + "WindHeightAboveSeaLevel"), element.find(EB + "WindSpeed")
    fast = None if speed is None else number(speed.text)
    if fast is not None and speed.get("unit") != "m/s":
        if speed.get("unit") not in ("kt", "ノット"):
            raise ValueError(f"unknown unit of wind {speed.get('unit')!r}")
        fast = round(fast * KNOT, 2)
    return WindAloft(
        altitude=None if height is None else _metres(height),
        level=element.get("heightProperty", ""),
        direction=number(text(element, EB + "WindDegree")),
        speed=fast,
        text=element.get("description", ""),
    )


def plume(element: Element | None) -> Plume | None:
    """A plume (jmx_volc.xsd `type.plume`). Raises ValueError for an unknown unit."""
    if element is None:
        return None
    fields: dict[str, Any] = {"comment": text(element, VOLC + "PlumeComment")}
    for tag, name in (
        ("PlumeHeightAboveCrater", "height"),
        ("PlumeHeightAboveSeaLevel", "altitude"),
    ):
        found = element.find(EB + tag)
        if found is not None:
            fields[name] = _metres(found)
            fields[name + "_text"] = found.get("description", "")
    direction = element.find(EB + "PlumeDirection")
    if direction is not None:
        fields["direction"] = (direction.text or direction.get("description") or "").strip()
    return Plume(**fields)


def _metres(element: Element) -> float | None:
    value = number(element.text)
    if value is None:
        return None
    unit = element.get("unit", "m")
    if unit not in ("m", "FT"):
        raise ValueError(f"unknown unit of height {unit!r}")
    return value if unit == "m" else round(value * FOOT, 1)
