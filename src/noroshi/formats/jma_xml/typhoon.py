"""Typhoons: analysis and forecast (VPTW40–45 for three days, VPTW50–55 and VPTW60–65 for five).

Elements: jmx_mete.xsd `type.CenterPart`, `type.WindPart`, `type.WarningAreaPart`,
`type.TyphoonNamePart`, `type.ClassPart`; jmx_eb.xsd `type.Circle`, `type.Axis`.

Series, by product and tropical cyclone (EventID):
- `jma/typhoon/{product}/{event}/analysis`: where it is (実況) and will be in an hour (推定).
- `jma/typhoon/{product}/{event}/forecast`: the forecasts (予報) and the track line.
Two, because the hourly telegrams near Japan (TargetDuration PT1H, sample 09_01_07) say nothing of
the days ahead: they leave the forecast standing. One that covers more than an hour and has no
forecast (dissipation: 台風消滅, samples 09_01_15, 10_04_08) ends it.

Each time step is a record of the centre and one for each area around it. A step holds for the
times nearer to it than to its neighbours, an analysis or estimate for 3 hours at most (the
interval of the telegrams), the last forecast as long after its time as before it.

Areas: an `Axis` with 全域 is the radius of a circle. Two axes with opposite directions (南 600 km,
北 440 km) are the longer and the shorter reach of one circle that is off the centre: JMA draws
wind areas as one circle with a centre of its own (`galeWarningArea` `center`, `radius` in
https://www.jma.go.jp/bosai/typhoon/), and describes it by the direction of the longest radius,
the longest and the shortest (RSMC Tokyo, "Format of RSMC Best Track Data"). 予報円 and 暴風警戒域
have their centre at the forecast centre. Radii are those in nautical miles (1,852 m), as on JMA's
maps; the printed kilometres are these rounded to 10. Where the two differ by more than that (an
error in sample 09_01_08: 150 海里, 330 km) the longer is taken.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from noroshi.core import place
from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import HOUR, JST, parse, show
from noroshi.formats.jma_xml.quantities import coordinates, number
from noroshi.formats.jma_xml.shapes import line, midpoint_circle
from noroshi.formats.jma_xml.telegram import EB, IB, METE, Element, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.typhoon import Reach, Typhoon, TyphoonArea, TyphoonTrack

ANALYSIS_STANDS = 3 * HOUR
LAST_STANDS = 12 * HOUR

NAUTICAL_MILE = 1852.0
_ROUNDING = 10_000.0

_STEPS = {"実況": "analysis", "推定": "estimate", "予報": "forecast", "延長": "forecast"}
_ROLES = {"強風域": "gale", "暴風域": "storm", "暴風警戒域": "storm_warning"}
_AZIMUTHS = {
    name: 45.0 * n
    for n, name in enumerate(("北", "北東", "東", "南東", "南", "南西", "西", "北西"))
}
_PROBABILITY = re.compile(r"([０-９\d]+)パーセント")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


def read(telegram: Telegram) -> list[Edition]:
    """Editions of the analysis and, where the telegram speaks of it, of the forecast."""
    series = f"jma/typhoon/{telegram.product}/{telegram.event}/"
    analysis, forecast = series + "analysis", series + "forecast"
    if telegram.action is Action.CANCEL:
        return [
            telegram.edition(one, [], effective=telegram.reported) for one in (analysis, forecast)
        ]
    steps = _steps(telegram)
    if not steps:
        raise ValueError("no time step in a typhoon telegram")
    ends = _ends(steps)
    records: dict[bool, list[Record]] = {False: [], True: []}
    for step, (start, end) in zip(steps, ends, strict=True):
        records[step.body.step == "forecast"] += _records(telegram, step, start, end)
    ahead = [step for step in steps if step.body.step == "forecast"]
    if ahead:
        records[True].append(_track(telegram, steps[0], ahead, ends[-1][1]))
    begins = min(telegram.reported, steps[0].time)
    editions = []
    if len(ahead) < len(steps):
        editions.append(telegram.edition(analysis, records[False], effective=begins))
    if ahead or _covers(telegram) > HOUR:
        editions.append(telegram.edition(forecast, records[True], effective=begins))
    return editions


class _Step:
    """A time step: its time, where the centre is, what is said of it, and its areas."""

    __slots__ = ("areas", "body", "position", "shared", "time")

    def __init__(self, element: Element, shared: dict[str, Any], office: str) -> None:
        when = element.find(METE + "DateTime")
        self.time = parse((when.text or "").strip())
        step = _STEPS.get((when.get("type") or "")[:2])
        if step is None:
            raise ValueError(f"unknown time step {when.get('type')!r}")
        self.areas: list[tuple[str, Element]] = []
        self.position: tuple[float, float] | None = None
        fields: dict[str, Any] = {}
        for part in element.iterfind(f"{METE}Item/{METE}Kind/{METE}Property/*"):
            tag = part.tag
            if tag == METE + "CenterPart":
                fields |= self._centre(part)
            elif tag == METE + "WindPart":
                fields |= _wind(part)
            elif tag == METE + "ClassPart":
                fields |= _class(part)
            elif tag == METE + "TyphoonNamePart":
                shared |= _name(part)
                fields["remark"] = text(part, METE + "Remark")
            elif tag == METE + "WarningAreaPart":
                self.areas.append((part.get("type", ""), part))
        first = shared.setdefault("first", self.time)
        self.shared = {key: value for key, value in shared.items() if key != "first"} | {
            "step": step,
            "time": show(self.time, JST),
            "hours": (self.time - first) / HOUR,
        }
        self.body = Typhoon(**self.shared, **fields, office=office)

    def _centre(self, part: Element) -> dict[str, Any]:
        """Position, motion and pressure. A forecast's position is that of its circle."""
        fields: dict[str, Any] = {}
        for child in part:
            tag = child.tag
            if tag == EB + "Coordinate":
                self._position(child, fields)
            elif tag == METE + "ProbabilityCircle":
                self.areas.append(("予報円", child))
                for point in child.iterfind(EB + "BasePoint"):
                    self._position(point, fields)
            elif tag == METE + "Location":
                fields["location"] = (child.text or "").strip()
            elif tag == EB + "Direction":
                fields["direction"] = (child.text or child.get("condition") or "").strip()
            elif tag == EB + "Speed" and child.get("unit") == "km/h":
                speed = number(child.text)
                fields["speed"] = None if speed is None else round(speed / 3.6, 2)
                fields["speed_text"] = child.get("description", "")
            elif tag == EB + "Pressure":
                _unit(child, "hPa")
                pressure = number(child.text)
                fields["pressure"] = None if pressure is None else pressure * 100
        return fields

    def _position(self, element: Element, fields: dict[str, Any]) -> None:
        """The position in degrees; the one in degrees and minutes is the same, less precise."""
        if self.position is not None and element.get("type") != "中心位置（度）":
            return
        found = coordinates(element.text or "")
        if found is None:
            raise ValueError(f"not a position: {element.text!r}")
        self.position = found[:2]
        fields["position_text"] = element.get("description", "")
        fields["accuracy"] = element.get("condition", "")


def _steps(telegram: Telegram) -> list[_Step]:
    """Time steps in order of time. The name is given with the first and holds for all."""
    shared: dict[str, Any] = {"event": telegram.event, "product": telegram.product}
    path = f"{METE}MeteorologicalInfos/{METE}MeteorologicalInfo"
    steps = [_Step(element, shared, telegram.office) for element in telegram.body.iterfind(path)]
    return sorted(steps, key=lambda step: step.time)


def _ends(steps: list[_Step]) -> list[tuple[int, int]]:
    """From when until when each step holds."""
    found = []
    start, before = steps[0].time, LAST_STANDS
    for step, following in pairwise(steps):
        before = (following.time - step.time) // 2
        if step.body.step != "forecast":
            before = min(before, ANALYSIS_STANDS)
        end = step.time + before
        found.append((start, end))
        start = end
    last = steps[-1]
    stands = (
        ANALYSIS_STANDS if last.body.step != "forecast" else min(last.time - start, LAST_STANDS)
    )
    found.append((start, last.time + stands))
    return found


def _covers(telegram: Telegram) -> int:
    """How long after its base time a telegram speaks of (TargetDuration), in microseconds."""
    found = _DURATION.fullmatch(text(telegram.head, IB + "TargetDuration"))
    if found is None:
        return 0
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return (days * 24 + hours) * HOUR + minutes * HOUR // 60


# --- what a step says --------------------------------------------------------------------------


def _name(part: Element) -> dict[str, Any]:
    return {
        "name": text(part, METE + "Name"),
        "name_kana": text(part, METE + "NameKana"),
        "number": text(part, METE + "Number"),
    }


def _class(part: Element) -> dict[str, Any]:
    return {
        "kind": text(part, EB + "TyphoonClass"),
        "size": text(part, EB + "AreaClass"),
        "intensity": text(part, EB + "IntensityClass"),
    }


def _wind(part: Element) -> dict[str, Any]:
    """Highest mean wind and gust. 0 is for what is no typhoon then: not told. The condition says
    where the wind is (中心付近), or なし."""
    fields: dict[str, Any] = {}
    for child in part.iterfind(EB + "WindSpeed"):
        if child.get("unit") != "m/s":
            continue
        if child.get("type") == "最大風速":
            fields["wind"] = number(child.text) or None
            fields["wind_at"] = child.get("condition", "").replace("なし", "")
        elif child.get("type") == "最大瞬間風速":
            fields["gust"] = number(child.text) or None
    return fields


def _unit(element: Element, unit: str) -> None:
    if element.get("unit") != unit:
        raise ValueError(f"unknown unit {element.get('unit')!r}, {unit} expected")


# --- records -----------------------------------------------------------------------------------


def _records(telegram: Telegram, step: _Step, start: int, end: int) -> list[Record]:
    """The centre, and the areas around it."""
    if step.position is None:
        raise ValueError(f"no position of the centre for {step.body.time}")
    key = f"{telegram.product}/{telegram.event}/"
    key += step.body.step if step.body.step != "forecast" else f"+{step.body.hours:g}h"
    found = [
        Record(
            "disaster.typhoon",
            key,
            encode(step.body),
            geometry=place.point(*step.position),
            valid_from=start,
            valid_to=end,
        )
    ]
    for name, element in step.areas:
        area = _area(name, element, step)
        if area is None:
            continue
        found.append(
            Record(
                "disaster.typhoon_area",
                f"{key}/{area.role}",
                encode(area),
                geometry=midpoint_circle(
                    *step.position,
                    [(_AZIMUTHS.get(one.direction, 0.0), one.radius) for one in area.reach],
                ),
                valid_from=start,
                valid_to=end,
            )
        )
    return found


def _area(name: str, element: Element, step: _Step) -> TyphoonArea | None:
    """An area with its reach, or None where there is none (なし)."""
    reach: list[Reach] = []
    wind = probability = None
    for axis in element.iter(EB + "Axis"):
        one, likely = _axis(axis)
        probability = likely or probability
        if one is not None:
            reach.append(one)
    for child in element.iterfind(EB + "WindSpeed"):
        if child.get("unit") == "m/s":
            wind = number(child.text)
    if not reach:
        return None
    return TyphoonArea(
        **step.shared,
        role=_ROLES.get(name, "probability_circle" if name == "予報円" else name),
        role_ja=name,
        reach=reach,
        wind=wind,
        probability=probability,
    )


def _axis(axis: Element) -> tuple[Reach | None, float | None]:
    """How far one side reaches, and the probability that a radius is for."""
    direction, miles, kilometres, probability = "", None, None, None
    for child in axis:
        if child.tag == EB + "Direction":
            direction = (child.text or child.get("condition") or "").strip()
        elif child.tag == EB + "Radius":
            likely = _PROBABILITY.match(child.get("type", ""))
            if likely is not None:
                probability = int(likely[1]) / 100
            if child.get("unit") == "海里":
                miles = number(child.text)
            elif child.get("unit") == "km":
                kilometres = number(child.text)
    radii = [r for r in (miles and miles * NAUTICAL_MILE, kilometres and kilometres * 1000) if r]
    if not radii:
        return None, probability
    radius = radii[0] if max(radii) - min(radii) <= _ROUNDING else max(radii)
    return Reach(direction, radius), probability


def _track(telegram: Telegram, first: _Step, ahead: list[_Step], end: int) -> Record:
    """The line through the centres, from the analysis on."""
    steps = ahead if first in ahead else [first, *ahead]
    points = [step.position for step in steps if step.position is not None]
    body = TyphoonTrack(
        event=telegram.event,
        product=telegram.product,
        times=[step.body.time for step in steps],
        name=first.body.name,
        name_kana=first.body.name_kana,
        number=first.body.number,
        office=telegram.office,
    )
    return Record(
        "disaster.typhoon_track",
        f"{telegram.product}/{telegram.event}",
        encode(body),
        geometry=line(points) if len(points) > 1 else place.point(*points[0]),
        valid_from=first.time,
        valid_to=end,
    )
