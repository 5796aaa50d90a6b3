"""Landslide alerts (土砂災害警戒情報) by municipality: VXWW50.

Elements: jmx_mete.xsd `type.Warning`; TargetArea is the prefecture or its part. Every telegram
lists all municipalities there, so it replaces the table of that region: series
`jma/landslide_alert/{product}/{office}/{region}`. A municipality whose alert is lifted (解除) or
that has none (なし) has no record.

A Kind is only called 警戒; the name is that of the title without the region (土砂災害警戒情報, or
レベル４土砂災害危険警報 since May 2026). The alert level is the one in the name, or else the one
that the headline states (警戒レベル４相当情報［土砂災害］).
"""

from __future__ import annotations

import re

import msgspec

from noroshi.core.record import Edition
from noroshi.formats.jma_xml.telegram import IB, METE, Telegram, text
from noroshi.formats.jma_xml.warning import items, table, table_entry
from noroshi.formats.jma_xml.weather_areas import MUNICIPALITIES
from noroshi.formats.jma_xml.weather_details import meaning
from noroshi.kinds.weather import AreaWarnings, LandslideAlert

EVENT_END = "土砂災害警戒情報"

_STATED = re.compile(r"警戒レベル([1-5１-５])相当情報［土砂災害］")


def read(telegram: Telegram) -> list[Edition]:
    """The edition of one landslide alert telegram."""
    region = text(telegram.body, f"{METE}TargetArea/{METE}Name") or telegram.event.removesuffix(
        EVENT_END
    )
    name = telegram.title.removeprefix(region) or telegram.product
    mean = meaning(name)
    level, basis = mean.level, "name" if mean.level else ""
    if level is None:
        stated = _STATED.search(telegram.head.findtext(f"{IB}Headline/{IB}Text") or "")
        level, basis = (int(stated[1]), "headline") if stated else (None, "")
    found: dict[str, AreaWarnings] = {}
    for warning in telegram.body.iterchildren(METE + "Warning"):
        for kinds, _, area, _ in items(warning, telegram.faults):
            if not kinds:
                continue
            found[f"{telegram.product}/{area.code or area.name}"] = table_entry(
                LandslideAlert,
                telegram,
                [
                    msgspec.structs.replace(
                        kind,
                        name=name,
                        hazard=mean.hazard,
                        category=mean.category,
                        level=level,
                        basis=basis,
                        condition=kind.name,
                    )
                    for kind in kinds
                ],
                area_name=area.name,
                code=area.code,
                division=MUNICIPALITIES,
                region=region,
                event=telegram.event,
            )
    return [table(telegram, "landslide_alert", region, found)]
