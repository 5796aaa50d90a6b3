"""What weather, landslide and flood records say is in force."""

from __future__ import annotations

from noroshi.channels.advice.actions import LEVELS as ADVICE
from noroshi.channels.advice.actions import SUBJECT_OF, SUBJECTS, Advice, Both
from noroshi.channels.advice.plain import say_warning
from noroshi.channels.alerts import scales
from noroshi.channels.alerts.saying import Said, join, labelled
from noroshi.channels.alerts.scales import Scale
from noroshi.core.record import Version
from noroshi.domains.disaster.alert_level.model import landslide_level, level_of
from noroshi.formats.cap.message import Named
from noroshi.kinds.alert_level import AlertLevel
from noroshi.kinds.river import FloodWarning
from noroshi.kinds.weather import (
    AreaWarnings,
    LandslideAlert,
    RegionWarning,
    TornadoWatch,
    WarningKind,
)

#: Level of an old 大雨警報 for inundation alone, which the published table leaves out: the careful
#: choice, as in the product disaster.alert_level.
_INUNDATION = 3
#: How many warnings of one record are told, the most serious first.
MOST = 20
#: 国土交通省・気象庁「指定河川洪水予報」: levels of its four kinds, where the telegram prints none.
_FLOODS = {"氾濫発生情報": 5, "氾濫危険情報": 4, "氾濫警戒情報": 3, "氾濫注意情報": 2}
#: Where the hazard is of the ground (CAP: "Geo – Geophysical (inc. landslide)"); the others are
#: "Met – Meteorological (inc. flood)".
_GEO = {"土砂災害", "なだれ"}
_WARNING_CODES = "JMA:warning"
#: What the periods of a warning are of (`kinds.weather.Detail.item`).
_PERIODS = {
    "warning": Both("警報", "warning"), "advisory": Both("注意報", "advisory"),
    "criteria": Both("基準", "criteria reached"), "peak": Both("ピーク", "peak"),
}  # fmt: skip


def warnings(version: Version, said: AreaWarnings) -> list[Said]:
    """What is in force in an area by one product, the most serious first."""
    found = [_warning(said, one) for one in said.kinds]
    found.sort(key=lambda one: -one[0])
    return [one for _, one in found[:MOST]]


def _warning(said: AreaWarnings, one: WarningKind) -> tuple[int, Said]:
    hazard = one.hazard
    if isinstance(said, LandslideAlert):
        level, _ = landslide_level(one)
        hazard = "土砂災害"
    elif isinstance(said, TornadoWatch) or hazard == "竜巻":
        level, hazard = None, "竜巻"
    else:
        level, _ = level_of(one, _INUNDATION)
        if level is None and one.category == "danger":  # 危険警報 is what level 4 is called
            level = 4
    degree = max(level or 0, scales.DEGREES.get(one.category, 0))
    scale = scales.LEVELS.get(degree, scales.UNKNOWN)
    if hazard == "竜巻":
        seen = isinstance(said, TornadoWatch) and said.sighted
        degree, scale = (4, scales.TORNADO_SEEN) if seen else (3, scales.TORNADO)
    return degree, Said(
        event=Both(one.name, say_warning(one.name, hazard, one.category)),
        place=said.area_name,
        category="Geo" if hazard in _GEO else "Met",
        scale=scale,
        responses=_responses(level, hazard),
        text=_told(said, one),
        advice=_advice(level, hazard),
        office=said.office,
        codes=((_WARNING_CODES, one.code),),
        parameters=_level(level),
    )


def _responses(level: int | None, hazard: str) -> tuple[str, ...]:
    if level is not None:
        return scales.LEVEL_RESPONSES[level]
    return scales.SUBJECT_RESPONSES.get(SUBJECT_OF.get(hazard, ""), ("Monitor",))


def _advice(level: int | None, hazard: str) -> tuple[Advice, ...]:
    subject = SUBJECTS.get(SUBJECT_OF.get(hazard, ""))
    return tuple(one for one in (ADVICE.get(level or 0), subject) if one is not None)


def _level(level: int | None) -> tuple[Named, ...]:
    return () if level is None else (("alert level", str(level)),)


def _told(said: AreaWarnings, one: WarningKind) -> Both:
    told = [each for each in one.details if each.text]
    periods = Both(
        *(
            "、".join(
                f"{_PERIODS[each.item][number]} {each.text}"
                for each in told
                if each.item in _PERIODS
            )
            for number in (0, 1)
        )
    )
    quantities = [
        " ".join(filter(None, (each.part, each.item, each.text)))
        for each in told
        if each.item not in _PERIODS
    ]
    parts = [
        labelled("発表状況", "Status", one.status),
        labelled("対象", "About", one.condition),
        labelled("特記事項", "Note", one.attention),
        labelled("付加事項", "Also", one.addition),
        Both(
            *(
                f"{name}{text}" if text else ""
                for name, text in zip(("期間：", "Periods: "), periods, strict=True)
            )
        ),
        labelled("予想", "Expected", quantities),
    ]
    if isinstance(said, RegionWarning):
        parts.append(labelled("範囲", "Extent", said.full))
        parts.append(labelled("市町村", "Municipalities", said.covers))
    if isinstance(said, TornadoWatch) and said.sighted:
        seen = [each.name for each in said.sighted_areas]
        parts.append(labelled("目撃地域", "Seen in", seen))
    return join(parts)


def alert_level(version: Version, said: AlertLevel) -> list[Said]:
    """The level that the warnings in force amount to in a municipality: one event for all."""
    degree = max(said.level or 0, scales.DEGREES.get(said.category, 0))
    if not degree:
        return []
    first = said.hazards[0].hazard if said.hazards else ""
    names = said.names or [one.name for one in said.hazards]
    event = Both("気象警報・注意報", "Weather warnings in force")
    if said.level is not None:
        event = Both(f"警戒レベル{said.level}相当", f"Equivalent of alert level {said.level}")
    each = [f"{one.name}（レベル{one.level}）" if one.level else one.name for one in said.hazards]
    return [
        Said(
            event=event,
            place=said.area_name,
            category="Geo" if first in _GEO else "Met",
            scale=scales.LEVELS[degree],
            responses=_responses(said.level, first),
            text=join([
                labelled("根拠となる情報", "By", names),
                labelled("現象別", "By hazard", each[:MOST]),
                Both("気象庁等の情報による。避難指示等ではない。",
                     "By the weather agency. It is not an evacuation order."),
            ]),
            advice=_advice(said.level, first),
            office="・".join(said.offices),
            parameters=_level(said.level),
        )
    ]  # fmt: skip


def flood(version: Version, said: FloodWarning) -> list[Said]:
    """A flood forecast of a river; nothing where it is called off."""
    level = said.level
    if level is None:
        level = next((one for name, one in _FLOODS.items() if name in said.kind), None)
    if said.lifted:
        return []
    begun = level == 5 and "発生" in said.kind
    scale = scales.LEVELS.get(level or 0, scales.UNKNOWN)
    return [
        Said(
            event=Both(said.kind, say_warning(said.kind, "氾濫", "")),
            place=said.name,
            category="Met",
            scale=Scale(scale.urgency, scale.severity, "Observed") if begun else scale,
            responses=_responses(level, "氾濫"),
            text=join([
                Both(said.headline, ""),
                labelled("河川", "Rivers", [one.name for one in said.rivers]),
                labelled("府県予報区", "Regions", [one.name for one in said.regions]),
            ]),
            advice=_advice(level, "氾濫"),
            office=said.office,
            codes=(("JMA:flood", said.kind_code),),
            parameters=_level(level),
        )
    ]  # fmt: skip
