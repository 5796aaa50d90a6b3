"""Earthquake early warnings: warning (VXSE43), forecast (VXSE44), ground-motion forecast (VXSE45).

Elements: jmx_seis.xsd `type.IntensityDetail` under Intensity/Forecast. Kind codes of areas, as in
JMA's samples: 10 warning, 11 the same where the shaking has probably arrived, 19 where it follows
from shaking nearby; 00, 01 and 09 forecast.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from noroshi.formats.jma_xml.writing.comments import add_comments
from noroshi.formats.jma_xml.writing.intensity import INTENSITIES
from noroshi.formats.jma_xml.writing.issue import Issue, cancellation, heading
from noroshi.formats.jma_xml.writing.source import Accuracy, Source, add_source
from noroshi.formats.jma_xml.writing.telegram import (
    SEIS,
    Area,
    Element,
    Information,
    Item,
    Kind,
    add,
    body,
    jst,
    named,
    telegram,
)

__all__ = ["EarlyWarning", "Shaking", "cancellation", "forecast", "motion_forecast", "warning"]

LAST = "この情報をもって、緊急地震速報：最終報とします。"
ARRIVED = "既に主要動到達と推測"

_WARNED = Kind("緊急地震速報（警報）", "31")
_NOTHING = Kind("なし", "00")
_WARNING, _FORECAST = "緊急地震速報（警報）", "緊急地震速報（予報）"

Span = tuple[str, str]
"""A class from … to …; `over` as its end: or more."""


class Shaking(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected in one region (細分区域), in its forecast region (府県予報区) and wider
    district (地方予報区). `intensity` and `long_period` are spans of classes: `("5-", "5+")`.
    `arrival`: microseconds UTC, None where the strong shaking has probably come. `nearby`: it
    follows from shaking observed nearby (PLUM method), not from a source."""

    region: Area
    prefecture: Area
    district: Area
    intensity: Span
    arrival: int | None
    warned: bool
    long_period: Span = ("0", "0")
    nearby: bool = False


class EarlyWarning(msgspec.Struct, frozen=True, kw_only=True):
    """One report of a sequence. The first is the least certain; the serial stands in the issue.

    `intensity` and `long_period`: the greatest expected anywhere; None: that of `shaking`, and if
    that is empty, nothing is said. `warned_before`: codes of the regions that the report before
    warned, so that the headline tells new ones. `changes`: how the greatest intensity and
    long-period class changed and why (0: hardly or not); None: they did not, or there was no
    report before. `last`: no more will follow.
    """

    source: Source
    shaking: Sequence[Shaking] = ()
    accuracy: Accuracy = Accuracy()
    intensity: Span | None = None
    long_period: Span | None = None
    warned_before: Collection[str] = ()
    changes: tuple[int, int, int] | None = None
    last: bool = False


def warning(issue: Issue, report: EarlyWarning) -> bytes:
    """緊急地震速報（警報） (VXSE43): only regions that are warned.

    Raises ValueError where none is.
    """
    warned = [one for one in report.shaking if one.warned]
    if not warned:
        raise ValueError("a warning needs a region that is warned")
    return _write(issue, "VXSE43", msgspec.structs.replace(report, shaking=warned))


def forecast(issue: Issue, report: EarlyWarning) -> bytes:
    """緊急地震速報（予報） (VXSE44), without long-period motion."""
    return _write(issue, "VXSE44", report)


def motion_forecast(issue: Issue, report: EarlyWarning) -> bytes:
    """緊急地震速報（地震動予報） (VXSE45)."""
    return _write(issue, "VXSE45", report)


def _write(issue: Issue, code: str, report: EarlyWarning) -> bytes:
    warned = [one for one in report.shaking if one.warned]
    root = body(SEIS)
    add_source(root, report.source, seconds=True, accuracy=report.accuracy)
    changes = report.changes
    if changes is None and (code == "VXSE43" or issue.serial != 1):
        changes = (0, 0, 0)  # a warning is never the first of a sequence
    _add_forecast(root, report, changes, long_period=code != "VXSE44")
    if report.last:
        add(root, SEIS + "NextAdvisory", LAST)
    if warned:
        add_comments(root, warning=("0201",))
    headline, informations = "", list[Information]()
    if warned and code != "VXSE44":
        names = "　".join(dict.fromkeys(one.district.name for one in warned))
        headline = f"{report.source.name}で地震　{names}で強い揺れ"
        informations = _informations(warned, report.warned_before)
    head = heading(issue, code, headline, informations=informations)
    return telegram(head, root)


# --- headline ----------------------------------------------------------------------------------


def _informations(warned: Sequence[Shaking], before: Collection[str]) -> list[Information]:
    """Who is warned, at three levels; those warned before and the new ones apart."""
    old = {area for one in warned if one.region.code in before for area in _levels(one)}
    found = []
    for level, (name, code_type) in enumerate(_SCOPES):
        areas = list(dict.fromkeys(_levels(one)[level] for one in warned))
        items = []
        for members, last in (
            ([area for area in areas if area in old], _WARNED),
            ([area for area in areas if area not in old], _NOTHING),
        ):
            if members:
                items.append(Item([_WARNED], members, code_type, [last]))
        found.append(Information(f"緊急地震速報（{name}）", items))
    return found


_SCOPES = (
    ("地方予報区", "緊急地震速報／地方予報区"),
    ("府県予報区", "緊急地震速報／府県予報区"),
    ("細分区域", "地震情報／細分区域"),
)


def _levels(one: Shaking) -> tuple[Area, Area, Area]:
    return one.district, one.prefecture, one.region


# --- forecast ----------------------------------------------------------------------------------

_DEFINES = {
    "Pref/Code": "緊急地震速報／府県予報区",
    "Pref/Area/Code": "地震情報／細分区域",
    "Pref/Area/Category/Kind/Code": "緊急地震速報",
}
_RANK = {one: rank for rank, one in enumerate(("0", *INTENSITIES, "over"))}


def _add_forecast(
    root: Element,
    report: EarlyWarning,
    changes: tuple[int, int, int] | None,
    *,
    long_period: bool,
) -> None:
    intensity = report.intensity or _greatest([one.intensity for one in report.shaking])
    if intensity is None:
        return
    parent = add(add(root, SEIS + "Intensity"), SEIS + "Forecast")
    if report.shaking:
        define = add(parent, SEIS + "CodeDefine")
        for xpath, type in _DEFINES.items():
            add(define, SEIS + "Type", type, xpath=xpath)
    _span(parent, "ForecastInt", intensity)
    if long_period:
        periods = report.long_period or _greatest([one.long_period for one in report.shaking])
        _span(parent, "ForecastLgInt", periods or ("0", "0"))
    if changes is not None:
        appendix = add(parent, SEIS + "Appendix")
        add(appendix, SEIS + "MaxIntChange", str(changes[0]))
        if long_period:
            add(appendix, SEIS + "MaxLgIntChange", str(changes[1]))
        add(appendix, SEIS + "MaxIntChangeReason", str(changes[2]))
    strongest = sorted(report.shaking, key=lambda one: _strength(one.intensity), reverse=True)
    for one in strongest:
        _area(parent, one, long_period)


def _area(parent: Element, one: Shaking, long_period: bool) -> None:
    """A region in a Pref of its own: JMA repeats the Pref for each, so as to keep the order."""
    pref = named(parent, SEIS + "Pref", one.prefecture.name, one.prefecture.code)
    area = named(pref, SEIS + "Area", one.region.name, one.region.code)
    code = f"{int(one.warned)}{9 if one.nearby else int(one.arrival is None)}"
    category = add(area, SEIS + "Category")
    named(category, SEIS + "Kind", _WARNING if one.warned else _FORECAST, code)
    _span(area, "ForecastInt", one.intensity)
    if long_period:
        _span(area, "ForecastLgInt", one.long_period)
    if one.arrival is None:
        add(area, SEIS + "Condition", ARRIVED)
    else:
        add(area, SEIS + "ArrivalTime", jst(one.arrival))


def _span(parent: Element, tag: str, span: Span) -> None:
    child = add(parent, SEIS + tag)
    add(child, SEIS + "From", span[0])
    add(child, SEIS + "To", span[1])


def _greatest(spans: Sequence[Span]) -> Span | None:
    return max(spans, key=_strength, default=None)


def _strength(span: Span) -> tuple[int, int]:
    """For the order only. Raises ValueError for what is no class."""
    low, high = (_RANK.get(one) for one in span)
    if low is None or high is None:
        raise ValueError(f"not a span of classes: {span!r}")
    return low, high
