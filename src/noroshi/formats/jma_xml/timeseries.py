"""Expected degrees of danger and quantities by municipality: VPWP50, and the series in VPWW54.

Elements: jmx_mete.xsd `type.TimeSeriesInfo`; values point by refID to a TimeDefine (start and
Duration). Series: `jma/weather_outlook/{product}/{office}/{forecast region}`, each telegram whole.

One record per municipality holds every series of it; steps that follow each other and say the
same are joined, and the record ends with the last step. These are expectations: a warning is in
force only where a warning telegram says so.
"""

from __future__ import annotations

from lxml.etree import tostring

from noroshi.core.record import Edition, Record
from noroshi.core.time import JST, parse, show
from noroshi.formats import Finding
from noroshi.formats.jma_xml.telegram import EB, METE, Element, Telegram
from noroshi.formats.jma_xml.weather_areas import Place, area_of, office
from noroshi.formats.jma_xml.weather_details import duration, level_in, notes, period, quantity
from noroshi.kinds import encode
from noroshi.kinds.weather import Expected, Step, WeatherOutlook

TITLE_END = "警戒・注意事項時系列情報"
_REMEDY = "the other series are kept; see the telegram for this one"

_KIND, _AREA, _PROPERTY, _NAME = METE + "Kind", METE + "Area", METE + "Property", METE + "Name"
_CODE, _TYPE, _AREA_NAME = METE + "Code", METE + "Type", METE + "AreaName"
_DEGREE, _SENTENCE, _PEAK = METE + "Significancy", METE + "Sentence", METE + "PeakTime"
_ATTENTION, _ADDITION = METE + "Attention", METE + "Addition"
_LATER = METE + "SubsequentSignificancyPart"

_Span = tuple[int, int]
_Said = tuple[str, str, int | None, float | None, str]
_Key = tuple[str, str, str, str]
"""About, item, part, and the warning in force."""


def read(telegram: Telegram) -> list[Edition]:
    """The edition of a VPWP50 telegram."""
    return [outlook(telegram, telegram.title.removesuffix(TITLE_END))]


def outlook(telegram: Telegram, region: str) -> Edition:
    """The expectations in `telegram` for forecast region `region`; empty if it has none.

    A TimeSeriesInfo with a malformed time or duration is left out and is a fault.
    """
    places: dict[str, Place] = {}
    expected: dict[str, list[_Series]] = {}
    for information in telegram.body.iterchildren(METE + "MeteorologicalInfos"):
        for series in information.iterchildren(METE + "TimeSeriesInfo"):
            try:
                for place, said in _read(series):
                    key = place.code or place.name
                    places.setdefault(key, place)
                    expected.setdefault(key, []).extend(said)
            except ValueError as error:
                where = f"line {series.sourceline}, TimeSeriesInfo"
                telegram.faults.append(Finding("error", where, str(error), _REMEDY))
    return telegram.edition(
        f"jma/weather_outlook/{telegram.product}/{office(telegram)}/{region}",
        [_record(telegram, places[key], said) for key, said in expected.items()],
        effective=telegram.reported,
    )


def _read(series: Element) -> list[tuple[Place, list[_Series]]]:
    """What a TimeSeriesInfo says of each municipality. Raises ValueError for malformed times."""
    reading = _Reading(_spans(series))
    found = []
    for item in series.iterchildren(METE + "Item"):
        area = item.find(_AREA)
        if area is not None:
            said = [one for kind in item.iterchildren(_KIND) for one in reading.kind(kind)]
            found.append((Place(area), said))
    return found


def _record(telegram: Telegram, place: Place, series: list[_Series]) -> Record:
    """The record of one municipality, valid until the end of its last step."""
    start = min((one.start for one in series if one.steps), default=None)
    end = max((one.end for one in series if one.steps), default=None)
    body = WeatherOutlook(
        area_name=place.name,
        product=telegram.product,
        office=telegram.office,
        code=place.code,
        starts=show(start, JST),
        ends=show(end, JST),
        highest=max((one.level for one in series if one.level), default=None),
        expected=[one.expected for one in series],
    )
    return Record(
        "disaster.weather_outlook",
        f"{telegram.product}/{place.code or place.name}",
        encode(body),
        area=area_of("", place.code),
        valid_to=end,
    )


def _spans(series: Element) -> dict[str, _Span]:
    """Start and end of each step of a TimeSeriesInfo, by timeId."""
    found = {}
    for define in series.iterfind(f"{METE}TimeDefines/{METE}TimeDefine"):
        start = parse((define.findtext(METE + "DateTime") or "").strip())
        length = (define.findtext(METE + "Duration") or "").strip()
        found[define.get("timeId", "")] = (start, start + duration(length) if length else start)
    return found


class _Series:
    """Steps of one hazard or quantity in one part of the area."""

    __slots__ = (
        *("addition", "after", "attention", "end", "expected", "key", "level", "peak"),
        *("start", "steps", "unit"),
    )

    def __init__(self, key: _Key) -> None:
        self.key = key
        self.steps: list[tuple[int, int, _Said]] = []
        self.unit = self.after = self.peak = ""
        self.attention: list[str] = []
        self.addition: list[str] = []

    def add(self, span: _Span, said: _Said) -> None:
        """Add a step, or lengthen the last one where this one says the same after it."""
        steps = self.steps
        if steps and steps[-1][1] == span[0] and steps[-1][2] == said:
            steps[-1] = (steps[-1][0], span[1], said)
        else:
            steps.append((*span, said))

    def close(self) -> _Series:
        """Make what records need of it; no step comes after."""
        self.start = min((step[0] for step in self.steps), default=0)
        self.end = max((step[1] for step in self.steps), default=0)
        self.level = max((step[2][2] or 0 for step in self.steps), default=0)
        about, item, part, warning = self.key
        self.expected = Expected(
            about,
            item,
            part,
            self.unit,
            warning,
            [
                Step(show(start, JST) or "", show(end, JST) or "", *said)
                for start, end, said in self.steps
            ],
            self.after,
            self.attention,
            self.addition,
            self.peak,
        )
        return self


class _Reading:
    """Reads the Kinds of one TimeSeriesInfo, each Property that is written alike only once."""

    def __init__(self, spans: dict[str, _Span]) -> None:
        self._spans = spans
        self._read: dict[tuple[str, bytes], list[_Series]] = {}

    def kind(self, kind: Element) -> list[_Series]:
        """What a Kind says."""
        warning = (kind.findtext(_NAME) or "").strip()
        found: list[_Series] = []
        for property in kind.iterchildren(_PROPERTY):
            written = warning, tostring(property, encoding="utf-8", with_tail=False)
            series = self._read.get(written)
            if series is None:
                series = self._read[written] = self._property(property, warning)
            found += series
        return found

    def _property(self, property: Element, warning: str) -> list[_Series]:
        found: dict[_Key, _Series] = {}
        about = ""
        for child in property:
            if child.tag == _TYPE:
                about = (child.text or "").strip()
            else:
                self._walk(child, (about, "", "", warning), found, later=child.tag == _LATER)
        return [series.close() for series in found.values()]

    def _walk(self, node: Element, where: _Key, found: dict[_Key, _Series], *, later: bool) -> None:
        """Add what is under a part, Base or Local: they nest alike (`later`: after the steps)."""
        about, _, part, warning = where
        attention: list[str] = []
        addition: list[str] = []
        peak = sentence = ""
        for child in node:
            tag = child.tag
            if tag == _DEGREE:
                about = child.get("type") or about
                if not later:
                    name, code = _name_and_code(child)
                    said: _Said = (name, code, level_in(name), None, "")
                    _of(found, (about, "", part, warning)).add(self._span(child), said)
            elif tag.startswith(EB):
                item, value, unit, words = quantity(child)
                series = _of(found, (about, item, part, warning))
                series.unit = unit or series.unit
                words = words if value is None else child.get("condition", "")
                series.add(self._span(child), ("", "", None, value, words))
            elif tag == _AREA_NAME:
                part = (child.text or "").strip()
            elif tag == _SENTENCE:
                sentence = (child.text or "").strip()
            elif tag == _ATTENTION:
                attention += notes(child)
            elif tag == _ADDITION:
                addition += notes(child)
            elif tag == _PEAK:
                peak = period(child)
            elif len(child):
                self._walk(child, (about, "", part, warning), found, later=later)
        if attention or addition or peak or sentence:
            series = _of(found, (about, "", part, warning))
            series.attention += attention
            series.addition += addition
            series.peak = peak or series.peak
            series.after = sentence or series.after

    def _span(self, element: Element) -> _Span:
        """The step that `element` points to; all the time there is where it points to none."""
        span = self._spans.get(element.get("refID", ""))
        if span is None:
            every = self._spans.values()
            if not every:
                raise ValueError("a value in a TimeSeriesInfo without TimeDefines")
            span = (min(one[0] for one in every), max(one[1] for one in every))
        return span


def _of(found: dict[_Key, _Series], key: _Key) -> _Series:
    series = found.get(key)
    if series is None:
        series = found[key] = _Series(key)
    return series


def _name_and_code(element: Element) -> tuple[str, str]:
    name = code = ""
    for child in element:
        if child.tag == _NAME:
            name = (child.text or "").strip()
        elif child.tag == _CODE:
            code = (child.text or "").strip()
    return name, code
