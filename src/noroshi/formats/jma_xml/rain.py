"""Record rain (VPOA50, VPBS50) and line-shaped rainbands (VPBS50, VPZJ51, VPCJ51, VPFJ51).

Elements: jmx_mete.xsd `type.MeteorologicalInfos`, `type.EventPart`; the tags (情報タグ)
of a telegram are in its headline: 記録雨, 線状降水帯発生, 線状降水帯直前, 線状降水帯予測 …

Series `jma/record_rain/{product}/{event}` and `jma/rainband/{product}/{event}`. A flash report
(府県気象防災速報) has an EventID of its own, so several stand side by side; a commentary
(気象解説情報) keeps its EventID through its serials, and a later one replaces the earlier, also
where it no longer speaks of a rainband.

What has happened is no longer news after 3 hours: JMA repeats a rainband report after that time,
and its report shortly before one (直前予測) speaks of the coming 3 hours. What is expected ends
with its own period. Other parts of these telegrams (snow, wind, tide) have no typed form here;
their bulletin has the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import DAY, HOUR, JST, parse, show, to_datetime
from noroshi.formats.jma_xml.quantities import moment
from noroshi.formats.jma_xml.telegram import EB, IB, METE, Telegram, text
from noroshi.formats.jma_xml.weather_areas import area_of
from noroshi.formats.jma_xml.weather_details import ending, quantity
from noroshi.kinds import encode
from noroshi.kinds.bulletin import Named
from noroshi.kinds.weather import RainAmount, Rainband, RecordRain

STANDS = 3 * HOUR

_RECORD_TAG = "記録雨"
_BAND = "線状降水帯"
_FORMED = "線状降水帯発生"
_AMEDAS = "アメダス地点番号"
_AMOUNT = re.compile(r"(.+?)(付近)?で(約)?([0-9０-９]+)ミリ(以上)?")
_CLOCK = re.compile(r"\s*([0-9０-９]{1,2})時([0-9０-９]{1,2})分")
_LINES = re.compile(r"[\n。]+")

_Tagged = tuple[str, list[tuple[Named, str]]]
"""A tag, and the areas it is for, each with the name of its code system."""

_ITEM, _AREA, _STATION = METE + "Item", METE + "Area", METE + "Station"
_NAME, _CODE = METE + "Name", METE + "Code"


def read(telegram: Telegram) -> list[Edition]:
    """Editions of record rain and rainbands that a telegram speaks of, or withdraws."""
    if telegram.info_kind == "記録的短時間大雨情報":
        return [_edition(telegram, "record_rain", _by_area(telegram))]
    tags = list(_tags(telegram))
    rain = _measured(telegram) if any(tag == _RECORD_TAG for tag, _ in tags) else []
    bands = _events(telegram) or _tagged(telegram, tags)
    found = []
    if rain:
        found.append(_edition(telegram, "record_rain", rain))
    # Every serial of an event speaks for all of it, so one without a rainband clears it.
    if bands or (telegram.serial > 1 and "_" not in telegram.event):
        found.append(_edition(telegram, "rainband", bands))
    if not found and telegram.action is not Action.ISSUE:
        found = [_edition(telegram, subject, []) for subject in ("record_rain", "rainband")]
    return found


def _edition(telegram: Telegram, subject: str, records: list[Record]) -> Edition:
    series = f"jma/{subject}/{telegram.product}/{telegram.event}"
    return telegram.edition(series, records, effective=telegram.reported)


def _headline(telegram: Telegram) -> str:
    return text(telegram.head, f"{IB}Headline/{IB}Text")


def _tags(telegram: Telegram) -> Iterator[_Tagged]:
    """Each tag of the headline, with the areas it is for."""
    for information in telegram.head.iterfind(f"{IB}Headline/{IB}Information"):
        if information.get("type") != "情報タグ":
            continue
        for item in information.iterchildren(IB + "Item"):
            areas = [
                (
                    Named(text(area, IB + "Name"), text(area, IB + "Code")),
                    area.getparent().get("codeType", ""),
                )
                for area in item.iterfind(f"{IB}Areas/{IB}Area")
            ]
            for condition in item.iterfind(f"{IB}Kind/{IB}Condition"):
                for tag in (condition.text or "").split():
                    yield tag, areas


# --- record rain -------------------------------------------------------------------------------


def _by_area(telegram: Telegram) -> list[Record]:
    """VPOA50: the areas are elements, the amounts only stand in the headline's lines.

    Which place lies in which area is not said, so each area's record has all of them.
    """
    headline = _headline(telegram)
    amounts, observed = read_amounts(headline), observed_at(headline, telegram.reported)
    found = []
    for item in telegram.body.iterfind(f"{METE}Warning/{_ITEM}"):
        if text(item, f"{METE}Kind/{METE}Status") in ("なし", "解除", ""):
            continue
        name, code = text(item, f"{_AREA}/{_NAME}"), text(item, f"{_AREA}/{_CODE}")
        body = RecordRain(
            area_name=name,
            product=telegram.product,
            office=telegram.office,
            event=telegram.event,
            serial=telegram.serial_text,
            code=code,
            amounts=amounts,
            observed=show(observed, JST),
            headline=headline,
        )
        found.append(_rain_record(telegram, body, area_of("", code)))
    return found


def _rain_record(telegram: Telegram, body: RecordRain, area: str | None) -> Record:
    return Record(
        "disaster.record_rain",
        f"{telegram.product}/{telegram.event}/{body.code or body.area_name}",
        encode(body),
        area=area,
        valid_to=telegram.reported + STANDS,
    )


def read_amounts(headline: str) -> list[RainAmount]:
    """The amounts in a headline such as 札幌市中央区付近で約１００ミリ, one a line."""
    found = []
    for line in _LINES.split(headline):
        match = _AMOUNT.fullmatch(line.strip())
        if match:
            place, near, about, amount, more = match.groups()
            found.append(RainAmount(place, float(amount), bool(about), bool(more), bool(near)))
    return found


def observed_at(headline: str, reported: int) -> int | None:
    """The time that a headline begins with (１９時４０分…), the last one before `reported`."""
    match = _CLOCK.match(headline)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        return None
    day = to_datetime(reported, JST)
    time = parse(day.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat())
    return time if time <= reported else time - DAY


def _measured(telegram: Telegram) -> list[Record]:
    """VPBS50: one record per rain gauge or municipality with an amount."""
    found = []
    for item in telegram.body.iterfind(
        f"{METE}MeteorologicalInfos/{METE}MeteorologicalInfo/{_ITEM}"
    ):
        part = item.find(f"{METE}Kind/{METE}Property/{METE}PrecipitationPart")
        amount = part.find(EB + "Precipitation") if part is not None else None
        station = item.find(_STATION)
        where = station if station is not None else item.find(_AREA)
        if amount is None or where is None:
            continue
        _, value, _, words = quantity(amount)
        condition = amount.get("condition", "")
        name, code = text(where, _NAME), text(where, _CODE)
        near = text(where, METE + "Status") == "付近"
        amounts = []
        if value is not None:
            about, more = "約" in condition, "以上" in condition or "以上" in words
            amounts = [RainAmount(name, value, about, more, near)]
        body = RecordRain(
            area_name=name,
            product=telegram.product,
            office=telegram.office,
            event=telegram.event,
            serial=telegram.serial_text,
            code=code,
            station=station is not None,
            amounts=amounts,
            observed=moment(text(part, METE + "Time")),
            headline=_headline(telegram),
        )
        system = where.find(_CODE).get("type", "") if station is not None else ""
        area = _area(system or where.get("codeType", ""), code)
        found.append(_rain_record(telegram, body, area))
    return found


def _area(system: str, code: str) -> str | None:
    """The area of `code` in a code system that records know; None for others, such as those of
    stations of other institutions and of regions (全国・地方予報区等)."""
    if system == _AMEDAS:
        return "jma.station:" + code
    return area_of("", code) if "市町村等" in system or "府県予報区" in system else None


# --- rainbands ---------------------------------------------------------------------------------


def _events(telegram: Telegram) -> list[Record]:
    """One record per Event of type 線状降水帯 anywhere in the body.

    A forecast names a prefecture (Local/AreaName) and codes only the region around it (CodeList of
    全国・地方予報区等). That is another code system in which 011000 is southern Kyushu, not Soya,
    so such a record has no area, only the codes in its body.
    """
    found = []
    for event in telegram.body.iter(METE + "Event"):
        if event.get("type") != _BAND:
            continue
        item = next(event.iterancestors(_ITEM), None)
        area = item.find(_AREA) if item is not None else None
        if area is None:
            continue
        codes = (text(area, _CODE) or text(area, METE + "CodeList")).split()
        local = text(event.getparent(), METE + "AreaName")
        name = text(event, METE + "EventName")
        start, length = text(event, METE + "Time"), text(event, METE + "Duration")
        body = Rainband(
            area_name=local or text(area, _NAME),
            product=telegram.product,
            office=telegram.office,
            name=name,
            forecast=name != _FORMED,
            event=telegram.event,
            serial=telegram.serial_text,
            codes=codes,
            code_type=area.get("codeType", ""),
            starts=moment(start),
            ends=ending(start, length),
            period=text(event, METE + "Sentence"),
            headline=_headline(telegram),
        )
        found.append(_band_record(telegram, body))
    return found


def _tagged(telegram: Telegram, tags: list[_Tagged]) -> list[Record]:
    """Rainbands that only the tags of the headline tell of, one record per area."""
    return [
        _band_record(
            telegram,
            Rainband(
                area_name=area.name,
                product=telegram.product,
                office=telegram.office,
                name=tag,
                forecast=tag != _FORMED,
                event=telegram.event,
                serial=telegram.serial_text,
                codes=[area.code] if area.code else [],
                code_type=code_type,
                headline=_headline(telegram),
            ),
        )
        for tag, areas in tags
        if tag.startswith(_BAND)
        for area, code_type in areas
    ]


def _band_record(telegram: Telegram, body: Rainband) -> Record:
    until = telegram.reported + STANDS
    if body.forecast and body.ends:
        until = parse(body.ends)
    return Record(
        "disaster.rainband",
        f"{telegram.product}/{telegram.event}/{body.name}/{body.area_name}",
        encode(body),
        area=_area(body.code_type, body.codes[0]) if body.codes else None,
        valid_to=until,
    )
