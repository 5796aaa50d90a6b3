"""Tsunami waves as tsunami telegrams have them: the first one, the highest, and where. Times
are microseconds UTC, written cut to the minute.

Elements: jmx_seis.xsd `type.FirstHeight`, `type.MaxHeight`, `type.TsunamiStation`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.formats.jma_xml.writing.issue import minute
from noroshi.formats.jma_xml.writing.telegram import (
    EB,
    SEIS,
    Area,
    Element,
    Kind,
    add,
    jst,
    named,
    wide,
)

#: Kinds with their codes (警報等情報要素／津波警報・注意報・予報). A major warning is 発表 when
#: it is new on that coast, and 52 from then on.
NONE = Kind("津波なし", "00")
MAJOR_WARNING = Kind("大津波警報", "52")
MAJOR_WARNING_ISSUED = Kind("大津波警報：発表", "53")
WARNING = Kind("津波警報", "51")
ADVISORY = Kind("津波注意報", "62")
SLIGHT = Kind("津波予報（若干の海面変動）", "71")
SLIGHT_AFTER_ADVISORY = Kind("津波予報（若干の海面変動）", "72")
SLIGHT_AFTER_WARNING = Kind("津波予報（若干の海面変動）", "73")
WARNING_LIFTED = Kind("警報解除", "50")
ADVISORY_LIFTED = Kind("津波注意報解除", "60")

#: Conditions of a first wave.
AT_ONCE = "ただちに津波来襲と予測"
ARRIVING = "津波到達中と推測"
ARRIVED = "第１波の到達を確認"
UNIDENTIFIED = "第１波識別不能"
#: Conditions of a highest wave: grave; small so far; too small to tell; no data; being estimated.
GRAVE, OBSERVING, FAINT, MISSING = "重要", "観測中", "微弱", "欠測"
ESTIMATING = "推定中"
#: What changed since the issue before.
ADDED, UPDATED = "追加", "更新"


class Height(msgspec.Struct, frozen=True):
    """A height in metres, None where it is not told in figures; in words; and its state: 不明
    (not told in figures), 上昇中 (rising)."""

    metres: float | None
    words: str
    state: str = ""


#: Heights of the first minutes, when the magnitude is not yet known; an advisory has no word.
HUGE = Height(None, "巨大", "不明")
HIGH = Height(None, "高い", "不明")
UNTOLD = Height(None, "", "不明")

_STEPS = ((1.0, "１ｍ"), (3.0, "３ｍ"), (5.0, "５ｍ"), (10.0, "１０ｍ"))


def expected(metres: float) -> Height:
    """The height that JMA announces for an expected one: below 0.2 m, or 1, 3, 5, 10 m, or more,
    each as the upper end of a range (量的予測の区分, 2013)."""
    if metres < 0.2:
        return Height(0.2, "０．２ｍ未満")
    for step, words in _STEPS:
        if metres <= step:
            return Height(step, words)
    return Height(10.0, "１０ｍ超")


def grade(metres: float) -> Kind:
    """What is issued for an expected height: over 3 m MAJOR_WARNING_ISSUED, over 1 m WARNING,
    from 0.2 m ADVISORY, below SLIGHT."""
    if metres > 3:
        return MAJOR_WARNING_ISSUED
    if metres > 1:
        return WARNING
    return ADVISORY if metres >= 0.2 else SLIGHT


def succeed(kind: Kind, last: Kind) -> Kind:
    """`kind` in the form it is written in on a coast where `last` was in force.

    A major warning is 発表 only when new; what follows a warning or advisory says so; NONE after
    one is its lifting.
    """
    graver = (WARNING, MAJOR_WARNING, MAJOR_WARNING_ISSUED)
    if kind in (MAJOR_WARNING, MAJOR_WARNING_ISSUED):
        return MAJOR_WARNING if last in graver[1:] else MAJOR_WARNING_ISSUED
    if kind == NONE:
        return WARNING_LIFTED if last in graver else ADVISORY_LIFTED if last == ADVISORY else NONE
    if kind.name == SLIGHT.name:
        if last in graver:
            return SLIGHT_AFTER_WARNING
        return SLIGHT_AFTER_ADVISORY if last == ADVISORY else SLIGHT
    return kind


def observed(metres: float, *, at_least: bool = False, rising: bool = False) -> Height:
    """A height that a gauge saw, to 0.1 m. `at_least`: more than the gauge can tell, or it failed.
    `rising`: the water is still coming up."""
    figure = round(metres, 1) + 0.0
    words = f"{wide(f'{figure:.1f}')}ｍ" + ("以上" if at_least else "")
    return Height(figure, words, "上昇中" if rising else "")


class First(msgspec.Struct, frozen=True):
    """The first wave: `arrival` in microseconds UTC, `initial` 押し (rise) or 引き (fall)."""

    arrival: int | None = None
    condition: str = ""
    initial: str = ""
    revised: str = ""


class Highest(msgspec.Struct, frozen=True):
    """The highest wave, expected or seen so far (`time`, microseconds UTC)."""

    height: Height | None = None
    time: int | None = None
    condition: str = ""
    revised: str = ""


class Gauge(msgspec.Struct, frozen=True):
    """A tide gauge where a wave is expected, with its high tide (microseconds UTC)."""

    name: str
    code: str
    first: First
    high_tide: int | None = None


class Coast(msgspec.Struct, frozen=True):
    """A stretch of coast (津波予報区): what is in force, what was before, and what is expected.

    A forecast of slight changes has no first wave; a coast whose warning is lifted has neither.
    Gauges are written in tsunami information only.
    """

    name: str
    code: str
    kind: Kind
    last_kind: Kind = NONE
    first: First | None = None
    highest: Highest | None = None
    gauges: Sequence[Gauge] = ()


class Observation(msgspec.Struct, frozen=True):
    """What one gauge has seen so far. `coast`: where it stands; None: offshore, with a `sensor`
    (ＧＰＳ波浪計, 水圧計)."""

    name: str
    code: str
    first: First
    highest: Highest | None = None
    coast: Area | None = None
    sensor: str = ""


class Estimate(msgspec.Struct, frozen=True):
    """What offshore gauges let expect on a stretch of coast (沿岸地域)."""

    name: str
    code: str
    first: First
    highest: Highest


# --- elements ----------------------------------------------------------------------------------

_COAST, _KIND, _GAUGE = "津波予報区", "警報等情報要素／津波警報・注意報・予報", "潮位観測点"


def _part(tsunami: Element, tag: str, defines: dict[str, str]) -> Element:
    part = add(tsunami, SEIS + tag)
    define = add(part, SEIS + "CodeDefine")
    for xpath, type in defines.items():
        add(define, SEIS + "Type", type, xpath=f"Item/{xpath}/Code")
    return part


def add_forecast(tsunami: Element, coasts: Sequence[Coast], *, gauges: bool) -> None:
    """Forecast of `coasts`, with their gauges where the type of telegram has them."""
    defines = {"Area": _COAST, "Category/Kind": _KIND, "Category/LastKind": _KIND}
    part = _part(tsunami, "Forecast", defines | ({"Station": _GAUGE} if gauges else {}))
    for coast in coasts:
        item = add(part, SEIS + "Item")
        named(item, SEIS + "Area", coast.name, coast.code)
        category = add(item, SEIS + "Category")
        named(category, SEIS + "Kind", coast.kind.name, coast.kind.code)
        named(category, SEIS + "LastKind", coast.last_kind.name, coast.last_kind.code)
        _waves(item, coast.first, coast.highest, "津波の高さ")
        for gauge in coast.gauges if gauges else ():
            station = named(item, SEIS + "Station", gauge.name, gauge.code)
            if gauge.high_tide is not None:
                add(station, SEIS + "HighTideDateTime", _time(gauge.high_tide))
            _first(station, gauge.first)


def add_observations(tsunami: Element, observations: Sequence[Observation]) -> None:
    """Observation, gauges by the coast they stand on."""
    part = _part(tsunami, "Observation", {"Area": _COAST, "Station": _GAUGE})
    by_coast: dict[Area, list[Observation]] = {}
    for one in observations:
        by_coast.setdefault(one.coast or Area("", ""), []).append(one)
    for coast, members in by_coast.items():
        item = add(part, SEIS + "Item")
        # Offshore gauges stand on no coast; JMA leaves both elements there, empty.
        area = add(item, SEIS + "Area")
        add(area, SEIS + "Name", coast.name)
        add(area, SEIS + "Code", coast.code)
        for one in members:
            station = named(item, SEIS + "Station", one.name, one.code)
            if one.sensor:
                add(station, SEIS + "Sensor", one.sensor)
            _waves(station, one.first, one.highest, "これまでの最大波の高さ")


def add_estimates(tsunami: Element, estimates: Sequence[Estimate]) -> None:
    """Estimation on the coasts behind offshore gauges."""
    part = _part(tsunami, "Estimation", {"Area": "沿岸地域"})
    for one in estimates:
        item = add(part, SEIS + "Item")
        named(item, SEIS + "Area", one.name, one.code)
        _waves(item, one.first, one.highest, "津波の高さ")


def _time(time: int) -> str:
    return jst(minute(time))


def _waves(parent: Element, first: First | None, highest: Highest | None, type: str) -> None:
    if first is not None:
        _first(parent, first)
    if highest is not None:
        _highest(parent, highest, type)


def _first(parent: Element, first: First) -> None:
    child = add(parent, SEIS + "FirstHeight")
    arrival = "" if first.arrival is None else _time(first.arrival)
    for tag, text in (
        ("ArrivalTime", arrival),
        ("Condition", first.condition),
        ("Initial", first.initial),
        ("Revise", first.revised),
    ):
        if text:
            add(child, SEIS + tag, text)


def _highest(parent: Element, highest: Highest, type: str) -> None:
    child = add(parent, SEIS + "MaxHeight")
    if highest.time is not None:
        add(child, SEIS + "DateTime", _time(highest.time))
    if highest.condition:
        add(child, SEIS + "Condition", highest.condition)
    if highest.height is not None:
        _height(child, highest.height, type)
    if highest.revised:
        add(child, SEIS + "Revise", highest.revised)


def _height(parent: Element, height: Height, type: str) -> None:
    attributes = {"type": type, "unit": "m"}
    if height.state:
        attributes["condition"] = height.state
    attributes["description"] = height.words
    if height.metres is None:
        figure = "NaN"
    elif type == "津波の高さ":
        figure = f"{height.metres:g}"
    else:
        figure = f"{height.metres:.1f}"
    add(parent, EB + "TsunamiHeight", figure, **attributes)
