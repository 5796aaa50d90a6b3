"""Record rain (VPOA50, VPBS50) and line-shaped rainbands (VPBS50, VPZJ51).

Source: jmx_mete.xsd 1.5 `type.MeteorologicalInfos`, `type.EventPart`; samples 18_02 and 18_03
(VPOA50), 82_01_01 and 82_01_02 (VPBS50), 83_01_01 (VPZJ51). Since May 2026 VPBS50
(府県気象防災速報) takes the place of VPOA50.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from noroshi.core.record import Mode
from noroshi.formats.jma_xml.telegram import Element
from noroshi.formats.jma_xml.writing.regions import FORECAST, MUNICIPAL, Region
from noroshi.formats.jma_xml.writing.telegram import (
    EB,
    METE,
    Area,
    Heading,
    Information,
    Item,
    Kind,
    add,
    body,
    duration,
    jst,
    local,
    named,
    telegram,
    wide,
)

FLASH = "府県気象防災速報"
OLD = "記録的短時間大雨情報"
COMMENTARY = "気象解説情報"
REGIONAL = "全国・地方予報区等"
_DANGER = "災害発生の危険度が急激に高まっています。"


class Amount(msgspec.Struct, frozen=True):
    """Rain in the hour before the observation [mm, whole]: measured at a rain gauge (`gauge`: its
    code, アメダス地点番号) or analysed near a municipality (its code of seven digits)."""

    place: Area
    amount: int
    gauge: bool = False
    more: bool = False  # 以上: this much or more


class Band(msgspec.Struct, frozen=True):
    """A rainband that may form in a prefecture, with the code of the region it lies in
    (全国・地方予報区等) and the period in words (１４日未明から夜遅くにかけて)."""

    prefecture: str
    region: Area
    start: int
    end: int
    period: str


def event_of(office: str, first: int, reported: int) -> str:
    """EventID of a flash report: sender (JPTE), first time and time of report."""
    return f"{office}{local(first):%Y%m%d%H%M}_{local(reported):%Y%m%d%H%M}"


def record_rain(
    region: Region,
    divisions: Sequence[Area],
    amounts: Sequence[Amount],
    *,
    observed: int,
    reported: int,
    serial: int,
    event: str,
    mode: Mode,
    old: bool = False,
    sent: int | None = None,
) -> bytes:
    """The telegram of record rain observed in the hour up to `observed`, in `divisions` (primary
    subdivisions) of `region`. `old`: VPOA50, else VPBS50. Times are microseconds UTC; `event` as
    from `event_of`. Raises ValueError without an amount or a division, which the types demand.
    """
    if not amounts or not divisions:
        raise ValueError("a report of record rain needs an amount and a division")
    heading = _heading(region, reported, serial, event, mode, sent)
    root = body(METE)
    if old:
        scope, kind = f"{OLD}（発表細分）", Kind(OLD, "1", "発表")
        heading = replace(
            heading,
            product=OLD,
            title=region.name + OLD,
            info_kind=OLD,
            info_kind_version="1.0_0",
            headline=_old_headline(region, amounts, observed),
            informations=[Information(scope, [Item([kind], [one], FORECAST) for one in divisions])],
        )
        warning = add(root, METE + "Warning", type=scope)
        for one in region.divisions:
            item = add(warning, METE + "Item")
            hit = Area(one.name, one.code) in divisions
            status = named(item, METE + "Kind", OLD if hit else "なし", "1" if hit else "0")
            add(status, METE + "Status", "発表" if hit else "なし")
            named(item, METE + "Area", one.name, one.code)
        return telegram(heading, root)
    heading = replace(
        heading,
        title=f"{region.name}気象防災速報（記録的短時間大雨）",
        headline=_headline(region, amounts, observed),
        informations=_tag("記録雨", divisions),
    )
    info = _info(root, "観測実況", reported)
    for amount in amounts:
        _amount(add(info, METE + "Item"), amount, region, observed)
    return telegram(heading, root)


def rainband(
    region: Region,
    divisions: Sequence[Area],
    *,
    formed: int,
    reported: int,
    serial: int,
    event: str,
    mode: Mode,
    sent: int | None = None,
) -> bytes:
    """VPBS50 that a line-shaped rainband rains on `divisions` of `region` since `formed`.

    Raises ValueError without a division.
    """
    if not divisions:
        raise ValueError("a report of a rainband needs a division")
    where = region.name + "、".join(one.name for one in divisions)
    heading = replace(
        _heading(region, reported, serial, event, mode, sent),
        title=f"{region.name}気象防災速報（線状降水帯発生）",
        informations=_tag("線状降水帯発生", divisions),
        headline=(
            f"{where}では、線状降水帯による非常に激しい雨が同じ場所で降り続いています。"
            f"命に危険が及ぶ土砂災害や洪水による{_DANGER}"
        ),
    )
    root = body(METE)
    info = _info(root, "観測実況", formed)
    for one in divisions:
        item = add(info, METE + "Item")
        part = add(_property(item, "気象現象の実況"), METE + "EventPart")
        happened = add(part, METE + "Event", type="線状降水帯")
        add(happened, METE + "EventName", "線状降水帯発生")
        add(happened, METE + "Time", jst(formed))
        named(item, METE + "Area", one.name, one.code, codeType=FORECAST)
    return telegram(heading, root)


def rainband_outlook(
    bands: Sequence[Band],
    *,
    overview: str,
    prevention: str,
    reported: int,
    serial: int,
    event: str,
    mode: Mode,
    sent: int | None = None,
) -> bytes:
    """VPZJ51 half a day ahead: in which prefectures a rainband may form, and when.

    `overview` and `prevention` are the texts 気象概況 and 防災事項. Raises ValueError without
    a band.
    """
    if not bands:
        raise ValueError("an outlook of rainbands needs a band")
    regions = list(dict.fromkeys(band.region for band in bands))
    heading = Heading(
        product="全般気象解説情報",
        title="全般気象解説情報（線状降水帯半日前予測）",
        info_kind=COMMENTARY,
        info_kind_version="1.5_0",
        reported=reported,
        target=reported,
        event=event,
        mode=mode,
        serial=serial,
        headline=(
            f"{'、'.join(one.name for one in regions)}では、線状降水帯が発生して"
            "大雨災害発生の危険度が急激に高まる可能性があります。"
        ),
        informations=_tag("線状降水帯予測", regions, REGIONAL),
        sent=sent,
    )
    root = body(METE)
    said(_info(root, "概況", reported), "気象概況", overview)
    series = add(add(root, METE + "MeteorologicalInfos", type="予想"), METE + "TimeSeriesInfo")
    start, end = min(band.start for band in bands), max(band.end for band in bands)
    define = add(add(series, METE + "TimeDefines"), METE + "TimeDefine", timeId="1")
    add(define, METE + "DateTime", jst(start))
    add(define, METE + "Duration", duration(end - start))
    for band in bands:
        item = add(series, METE + "Item")
        part = add(_property(item, "雨の予想"), METE + "EventPart")
        within = add(add(part, METE + "Base"), METE + "Local")
        add(within, METE + "AreaName", band.prefecture)
        expected = add(within, METE + "Event", type="線状降水帯", refID="1")
        add(expected, METE + "Sentence", band.period)
        add(expected, METE + "EventName", "線状降水帯予想")
        add(expected, METE + "Time", jst(band.start))
        add(expected, METE + "Duration", duration(band.end - band.start))
        area = add(item, METE + "Area", codeType=REGIONAL)
        add(area, METE + "Name", f"（{band.region.name}）{band.prefecture}")
        add(area, METE + "CodeList", band.region.code)
    said(_info(root, "防災事項", reported), "防災事項", prevention)
    return telegram(heading, root)


def said(info: Element, type: str, text: str) -> None:
    """An Item of a MeteorologicalInfo that holds only prose."""
    add(_property(add(info, METE + "Item"), type), METE + "Text", text, type="本文")


# --- parts -------------------------------------------------------------------------------------


def _heading(
    region: Region,
    reported: int,
    serial: int,
    event: str,
    mode: Mode,
    sent: int | None,
) -> Heading:
    """What flash reports of a region's office share."""
    return Heading(
        product=FLASH,
        title="",
        info_kind=COMMENTARY,
        info_kind_version="1.5_0",
        reported=reported,
        target=reported,
        event=event,
        mode=mode,
        serial=serial,
        sent=sent,
        editor=region.office,
        office=region.office,
    )


def _tag(tag: str, areas: Sequence[Area], code_type: str = FORECAST) -> list[Information]:
    """The headline's tag (情報タグ) and where it applies."""
    return [Information("情報タグ", [Item([Kind("情報タグ", "", tag)], areas, code_type)])]


def _info(root: Element, type: str, time: int) -> Element:
    infos = add(root, METE + "MeteorologicalInfos", type=type)
    info = add(infos, METE + "MeteorologicalInfo")
    add(info, METE + "DateTime", jst(time))
    return info


def _property(item: Element, type: str) -> Element:
    property = add(add(item, METE + "Kind"), METE + "Property")
    add(property, METE + "Type", type)
    return property


def _amount(item: Element, amount: Amount, region: Region, observed: int) -> None:
    part = add(_property(item, "雨の実況"), METE + "PrecipitationPart")
    words = _words(amount)
    attributes: dict[str, Any] = {"unit": "mm", "description": words}
    attributes["type"] = "前１時間降水量" if amount.gauge else "前１時間解析雨量"
    if not amount.gauge:
        attributes["condition"] = "以上" if amount.more else "約"
    add(part, EB + "Precipitation", str(amount.amount), **attributes)
    add(part, METE + "Time", jst(observed))
    if amount.gauge:
        station = named(item, METE + "Station", amount.place.name)
        add(station, METE + "Code", amount.place.code, type="アメダス地点番号")
        add(station, METE + "Location", region.prefecture)
    else:
        area = named(item, METE + "Area", amount.place.name, amount.place.code, codeType=MUNICIPAL)
        add(area, METE + "Status", "付近")


def _words(amount: Amount) -> str:
    """約１００ミリ, １２０ミリ以上, of a gauge ９３ミリ."""
    about = "" if amount.gauge or amount.more else "約"
    return f"{about}{wide(amount.amount)}ミリ{'以上' if amount.more else ''}"


def _where(amount: Amount) -> str:
    return amount.place.name + ("" if amount.gauge else "付近") + "で" + _words(amount)


def _clock(time: int) -> str:
    day = local(time)
    return f"{wide(day.hour)}時{wide(day.minute)}分"


def _old_headline(region: Region, amounts: Sequence[Amount], observed: int) -> str:
    lines = [f"{_clock(observed)}{region.prefecture}で記録的短時間大雨"]
    return "\n".join([*lines, *(_where(one) for one in amounts)])


def _headline(region: Region, amounts: Sequence[Amount], observed: int) -> str:
    places = "、".join(dict.fromkeys(one.place.name for one in amounts))
    lines = [f"{_clock(observed)}、{region.prefecture}{places}で記録的短時間大雨。"]
    lines += [f"{_where(one)}。" for one in amounts]
    return "\n".join([*lines, f"命に危険が及ぶ土砂災害や浸水害、洪水による{_DANGER}"])
