"""What a warning's Property says, flattened: degrees of danger, quantities, periods.

Elements: jmx_mete.xsd 1.5 `type.Property` with `type.SignificancyPart`, `type.CriteriaPeriod`,
`type.Period`, and the parts of quantities (`type.WindSpeedPart` …), which all hold the same
frame: values directly or under Base, Becoming and Temporary, each again by Local area.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from noroshi.core.time import DAY, HOUR, JST, MINUTE, SECOND, parse, show
from noroshi.formats.jma_xml.quantities import moment, number
from noroshi.formats.jma_xml.telegram import EB, METE, Element
from noroshi.kinds.weather import CATEGORIES, Detail

_LEVEL = re.compile(r"レベル([1-5１-５])(?!未満)")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
#: Units that JMA prints, with what makes them SI.
_SI = {"cm": ("m", 0.01), "km": ("m", 1000.0)}
_WORDED = frozenset({"８方位漢字", "１６方位漢字", ""})
_CHANGES = {METE + "Becoming": "becoming", METE + "Temporary": "temporary"}
_PERIODS = {
    METE + "WarningPeriod": "warning",
    METE + "AdvisoryPeriod": "advisory",
    METE + "PeakTime": "peak",
}
_CLASSES = (METE + "Significancy", METE + "CriteriaClass")
_NAME, _CODE, _SENTENCE = METE + "Name", METE + "Code", METE + "Sentence"
_TYPE, _TIME, _DURATION_TAG = METE + "Type", METE + "Time", METE + "Duration"
_AREA_NAME, _REMARK = METE + "AreaName", METE + "Remark"
_ATTENTION, _ADDITION = METE + "Attention", METE + "Addition"
_EVENT, _EVENT_NAME = METE + "Event", METE + "EventName"


class Meaning(msgspec.Struct, frozen=True):
    """What the name of a warning says by itself."""

    hazard: str
    category: str
    level: int | None


@lru_cache(maxsize=1024)
def meaning(name: str) -> Meaning:
    """Hazard, category and alert level of a warning called `name`.

    The level is the one printed (レベル４大雨危険警報, names since May 2026); the category is
    what the name ends in, and the hazard what is left. No table of codes is involved.
    """
    level = level_in(name)
    plain = _LEVEL.sub("", name)
    for ending, category in CATEGORIES.items():
        if plain.endswith(ending):
            return Meaning(plain.removesuffix(ending), category, level)
    return Meaning(plain.removesuffix("警戒情報").removesuffix("注意情報"), "", level)


@lru_cache(maxsize=1024)
def level_in(text: str) -> int | None:
    """The alert level that `text` names (警戒レベル３相当: 3; 警戒レベル２未満: None)."""
    found = _LEVEL.search(text)
    return int(found[1]) if found else None


@lru_cache(maxsize=256)
def duration(text: str) -> int:
    """Microseconds of an ISO 8601 duration in days, hours, minutes and seconds (PT3H, P1DT2H).

    Raises ValueError for anything else.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"not a duration: {text!r}")
    sizes = zip(found.groups(), (DAY, HOUR, MINUTE, SECOND), strict=True)
    return sum(int(count) * size for count, size in sizes if count)


@lru_cache(maxsize=4096)
def ending(start: str, length: str) -> str | None:
    """RFC 3339 time of the end of `length` from `start`; None where either is missing."""
    return show(parse(start) + duration(length), JST) if start and length else None


def quantity(element: Element) -> tuple[str, float | None, str, str]:
    """Element, value, unit and words of a value such as `eb:WindSpeed`.

    Lengths are in metres, rain in millimetres, humidity in per cent. A value that is not there
    (condition 値なし), or that is a word (wind direction), is None and `words` say it.
    """
    unit = element.get("unit", "")
    words = element.get("description") or element.get("condition") or ""
    value = number(element.text)
    if unit in _WORDED:
        return element.get("type", ""), None, "", words or (element.text or "").strip()
    name, factor = _SI.get(unit, (unit, 1.0))
    if value is not None and factor != 1.0:
        value = round(value * factor, 6)
    return element.get("type", ""), value, name, words


class Statements(msgspec.Struct):
    """What the Property elements of one Kind say, gathered."""

    details: list[Detail] = []
    attention: list[str] = []
    addition: list[str] = []

    def read(self, property: Element) -> None:
        """Add what `property` says."""
        about = ""
        for child in property:
            tag = child.tag
            if tag == _TYPE:
                about = (child.text or "").strip()
            elif tag in _PERIODS:
                self.details.append(Detail(about, _PERIODS[tag], text=period(child)))
            else:
                self._walk(child, about, "", "")

    def _walk(self, node: Element, about: str, part: str, change: str) -> None:
        """Add what is under a part, Base, Local …: they nest alike."""
        first = len(self.details)
        time = length = sentence = remark = ""
        for child in node:
            tag = child.tag
            if tag.startswith(EB):
                item, value, unit, words = quantity(child)
                self.details.append(
                    Detail(about, item, part, change, words, value=value, unit=unit)
                )
            elif tag in _CLASSES:
                self._degree(child, about, part, change, criteria=tag != _CLASSES[0])
            elif tag == _AREA_NAME:
                part = (child.text or "").strip()
            elif tag == _TIME:
                time = (child.text or "").strip()
            elif tag == _DURATION_TAG:
                length = (child.text or "").strip()
            elif tag == _SENTENCE:
                sentence = (child.text or "").strip()
            elif tag == _REMARK:
                remark = (child.text or "").strip()
            elif tag in _PERIODS:
                self.details.append(Detail(about, _PERIODS[tag], part, change, period(child)))
            elif tag == _ATTENTION:
                self.attention += notes(child)
            elif tag == _ADDITION:
                self.addition += notes(child)
            elif tag == _EVENT_NAME:
                name = (child.text or "").strip()
                self.details.append(Detail(about, node.get("type", ""), part, change, name))
            elif len(child):
                self._walk(child, about, part, _CHANGES.get(tag, change))
        if time or sentence or remark:
            self._complete(first, about, (part, change), (time, length, sentence, remark))

    def _degree(self, element: Element, about: str, part: str, change: str, criteria: bool) -> None:
        name = (element.findtext(_NAME) or "").strip()
        code = (element.findtext(_CODE) or "").strip()
        item = "criteria" if criteria else ""
        self.details.append(
            Detail(about, item, part, change, name, code=code, level=level_in(name))
        )

    def _complete(
        self, first: int, about: str, where: tuple[str, str], said: tuple[str, str, str, str]
    ) -> None:
        """Give the details from `first` on what the same element says of time and in words."""
        time, length, sentence, remark = said
        if len(self.details) == first:
            self.details.append(Detail(about, "", *where))
        when, until = moment(time), ending(time, length)
        for place in range(first, len(self.details)):
            detail = self.details[place]
            if detail.part != where[0]:
                continue
            words = sentence or detail.text
            self.details[place] = msgspec.structs.replace(
                detail,
                text=f"{words}（{remark}）" if remark else words,
                time=when or detail.time,
                until=until or detail.until,
            )


def notes(element: Element) -> list[str]:
    """The texts of an element's Note children."""
    return [one for child in element if (one := (child.text or "").strip())]


def period(element: Element) -> str:
    """A period in words, put together as JMA's own text does (１３日夜遅くから１４日朝まで)."""
    parts = {child.tag: child for child in element}
    if METE + "Date" in parts or METE + "Term" in parts:
        return _term(element)
    zone = _term(parts.get(METE + "ZoneTime"))
    if zone:
        return zone
    start, end = _term(parts.get(METE + "StartTime")), _term(parts.get(METE + "EndTime"))
    over = parts.get(METE + "OverTime")
    until = (over.text or "").strip() if over is not None else "まで"
    return (f"{start}から" if start else "") + (f"{end}{until}" if end else "")


def _term(element: Element | None) -> str:
    if element is None:
        return ""
    return "".join((child.text or "").strip() for child in element)
