"""Weather information in prose: VPFJ50 (府県気象情報) and VPFJ51 (府県気象解説情報).

Source: jmx_mete.xsd `type.Comment`, `type.MeteorologicalInfos`; samples 22_02 and 85_01. The reader
keeps them as bulletins; a tag 線状降水帯予測 also gives a rainband that may form.
"""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.record import Action, Mode
from noroshi.formats.jma_xml.writing.rain import COMMENTARY, said
from noroshi.formats.jma_xml.writing.regions import FORECAST, Region
from noroshi.formats.jma_xml.writing.telegram import (
    METE,
    Area,
    Heading,
    Information,
    Item,
    Kind,
    add,
    body,
    jst,
    telegram,
)


def prefectural_information(
    region: Region,
    subject: str,
    headline: str,
    text: str,
    *,
    reported: int,
    serial: int,
    event: str,
    mode: Mode,
    action: Action = Action.ISSUE,
    sent: int | None = None,
) -> bytes:
    """VPFJ50: 大雨と突風 (`subject`) に関する…気象情報, with its prose.

    `event` (JPFK090046) is the same for all of one phenomenon, which `serial` counts from 1. Times
    are microseconds UTC, cut to the minute.
    """
    reported -= reported % 60_000_000
    heading = Heading(
        product="府県気象情報",
        title=f"{subject}に関する{region.name}気象情報",
        info_kind="同一現象用平文情報",
        info_kind_version="1.0_0",
        reported=reported,
        target=reported,
        event=event,
        mode=mode,
        action=action,
        serial=serial,
        headline=headline,
        sent=sent,
        editor=region.office,
        office=region.office,
    )
    root = body(METE)
    add(root, METE + "Notice")
    add(add(root, METE + "Comment"), METE + "Text", text, type="本文")
    return telegram(heading, root)


def commentary(
    region: Region,
    subject: str,
    headline: str,
    *,
    overview: str,
    prevention: str = "",
    supplement: str = "",
    tags: Sequence[str] = (),
    divisions: Sequence[Area] = (),
    typhoon: str = "",
    cyclone: str = "",
    reported: int,
    serial: int,
    event: str,
    mode: Mode,
    action: Action = Action.ISSUE,
    sent: int | None = None,
) -> bytes:
    """VPFJ51: 気象解説情報（台風第１３号） (`subject`), its texts, and its tags (台風, 大雨, 雷,
    突風, 強風, 高波, 線状降水帯予測 …) for `divisions`, all of the region's unless given.

    `typhoon` is the typhoon's number (T2313), `cyclone` its identity (TC2315), if it is of one.
    """
    reported -= reported % 60_000_000
    areas = divisions or [Area(one.name, one.code) for one in region.divisions]
    kinds = [Kind("情報タグ", "", " ".join(tags))] if tags else []
    kinds += [Kind("台風番号", "", typhoon)] if typhoon else []
    kinds += [Kind("TC番号", "", cyclone)] if cyclone else []
    heading = Heading(
        product=f"府県{COMMENTARY}",
        title=f"{region.name}{COMMENTARY}（{subject}）",
        info_kind=COMMENTARY,
        info_kind_version="1.5_0",
        reported=reported,
        target=reported,
        event=event,
        mode=mode,
        action=action,
        serial=serial,
        headline=headline,
        informations=[Information("情報タグ", [Item(kinds, areas, FORECAST)])] if kinds else [],
        sent=sent,
        editor=region.office,
        office=region.office,
    )
    root = body(METE)
    for infos, type, text in (
        ("概況", "気象概況", overview),
        ("防災事項", "防災事項", prevention),
        ("付加情報", "補足事項", supplement),
    ):
        if text:
            info = add(
                add(root, METE + "MeteorologicalInfos", type=infos), METE + "MeteorologicalInfo"
            )
            add(info, METE + "DateTime", jst(reported))
            said(info, type, text)
    return telegram(heading, root)
