"""Tornado watches (竜巻注意情報): VPHW50, and VPHW51 with sightings.

Elements: jmx_mete.xsd `type.Warning`. A watch holds until Head/ValidDateTime, about an hour after
its issue, and is not lifted before. Series `jma/tornado_watch/{product}/{office}/{region}`; the
region is what the title names (埼玉県竜巻注意情報, 埼玉県気象防災速報（竜巻目撃）), for the body
has no element for it. Municipalities give `disaster.tornado_watch`, the other divisions
`disaster.weather_warning_region`.
"""

from __future__ import annotations

import re
from typing import Any

from noroshi.core.record import Edition
from noroshi.core.time import HOUR, JST, show
from noroshi.formats.jma_xml.telegram import IB, METE, Telegram
from noroshi.formats.jma_xml.warning import items, table, table_entry
from noroshi.formats.jma_xml.weather_areas import MUNICIPALITIES, division_of
from noroshi.kinds.bulletin import Named
from noroshi.kinds.weather import AreaWarnings, RegionWarning, TornadoWatch

#: How long a watch stands where it does not say: JMA calls it valid for about an hour.
STANDS = HOUR

_TITLE_END = re.compile(r"(竜巻注意情報|気象防災速報)([（(].*[）)])?$")
_SIGHTED = "目撃情報あり"


def read(telegram: Telegram) -> list[Edition]:
    """The edition of one tornado watch telegram."""
    region = _TITLE_END.sub("", telegram.title)
    end = telegram.reported + STANDS if telegram.valid_to is None else telegram.valid_to
    headline = telegram.head.findtext(f"{IB}Headline/{IB}Text") or ""
    areas = _sighted_areas(telegram)
    watch: dict[str, Any] = {
        "until": show(end, JST),
        "sighted": bool(areas) or _SIGHTED in headline,
        "sighted_areas": areas,
    }
    found: dict[str, AreaWarnings] = {}
    for warning in telegram.body.iterchildren(METE + "Warning"):
        division = division_of(warning.get("type") or "")
        local = division == MUNICIPALITIES
        for kinds, _, area, full in items(warning, telegram.faults):
            if not kinds:
                continue
            more = watch if local else {"full": full}
            found[f"{telegram.product}/{division}/{area.code or area.name}"] = table_entry(
                TornadoWatch if local else RegionWarning,
                telegram,
                kinds,
                area_name=area.name,
                code=area.code,
                division=division,
                region=region,
                **more,
            )
    return [table(telegram, "tornado_watch", region, found, end)]


def _sighted_areas(telegram: Telegram) -> list[Named]:
    """Areas that the headline lists under 竜巻注意情報（目撃情報あり）."""
    found = []
    for information in telegram.head.iterfind(f"{IB}Headline/{IB}Information"):
        if _SIGHTED in (information.get("type") or ""):
            for area in information.iter(IB + "Area"):
                name = (area.findtext(IB + "Name") or "").strip()
                found.append(Named(name, (area.findtext(IB + "Code") or "").strip()))
    return found
