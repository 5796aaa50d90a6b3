"""A typhoon as values, and the steps in which JMA prints them.

Source: samples 10_01 to 10_05 (every pair of knots and metres, miles and kilometres in them);
classes of strength and size: 気象庁「台風の大きさと強さ」; classes by wind: WMO, "Typhoon Committee
Operational Manual", TD < 34 kt ≤ TS < 48 kt ≤ STS < 64 kt ≤ TY.
"""

from __future__ import annotations

import math

import msgspec

KNOT = 1852 / 3600
NAUTICAL_MILE = 1852.0

EIGHT = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")
SIXTEEN = (
    *("北", "北北東", "北東", "東北東", "東", "東南東", "南東", "南南東"),
    *("南", "南南西", "南西", "西南西", "西", "西北西", "北西", "北北西"),
)


class Reach(msgspec.Struct, frozen=True):
    """How far a wind reaches [m]: all around, or `radius` towards `direction` (one of 8) and
    `opposite` to the other side."""

    radius: float
    direction: str = ""
    opposite: float = 0.0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A typhoon at one time: centre [degrees], pressure [Pa], highest mean wind and gust [m/s]
    (`gust` None: 1.4 times the wind), motion towards `direction` [degrees from north] with `speed`
    [m/s]. `location` in words (日本の南).

    `gale`: where 15 m/s or more blow, `storm`: 25 m/s; of a forecast, `storm` is the area that may
    come under storm winds (暴風警戒域), and `circle` the radius of the 70 % circle [m]. `kind`:
    温帯低気圧(LOW) or another than the wind makes it. `accuracy` of the analysed centre.
    """

    time: int
    longitude: float
    latitude: float
    pressure: float
    wind: float
    direction: float
    speed: float
    location: str
    gust: float | None = None
    gale: Reach | None = None
    storm: Reach | None = None
    circle: float | None = None
    kind: str = ""
    accuracy: str = "正確"


def knots_of(wind: float) -> int:
    """Wind [m/s] in the steps of 5 knots that JMA gives."""
    return round(wind / KNOT / 5) * 5


def metres_of(knots: int) -> int:
    """Wind in knots as the metres per second that JMA prints: 18 for 35, 20, 23, 25, then fives."""
    exact = knots * KNOT
    if knots == 40:
        return 20  # 20.6, but the fives above begin here
    return round(exact) if knots < 50 else 25 if knots == 50 else round(exact / 5) * 5


def gust_of(knots: int) -> int:
    """The highest gust [kt] that JMA gives with a mean wind: 1.4 times, up to the next 5."""
    return math.ceil(round(knots * 1.4, 6) / 5) * 5


def miles_of(radius: float) -> int:
    """A radius [m] in nautical miles, in steps of 5."""
    return round(radius / NAUTICAL_MILE / 5) * 5


def kilometres_of(miles: int) -> int:
    """A radius in miles as the kilometres that JMA prints: tens, fifties from 600 on."""
    exact = miles * NAUTICAL_MILE / 1000
    tens = round(exact / 10) * 10
    return round(exact / 50) * 50 if tens >= 600 else tens


def sixteen(direction: float) -> str:
    """The nearest of 16 directions to `direction` [degrees from north]."""
    return SIXTEEN[round(direction / 22.5) % 16]


def class_of(step: Step) -> str:
    """熱帯擾乱種類: 台風(TS) …, by wind."""
    if step.kind:
        return step.kind
    knots = knots_of(step.wind)
    if knots < 35:
        return "熱帯低気圧(TD)"
    return f"台風({'TS' if knots < 48 else 'STS' if knots < 64 else 'TY'})"


def intensity_of(step: Step) -> str:
    """強さ: 強い from 33 m/s (64 kt), 非常に強い from 44 (85 kt), 猛烈な from 54 (105 kt)."""
    knots = knots_of(step.wind)
    if not class_of(step).startswith("台風") or knots < 64:
        return ""
    return "強い" if knots < 85 else "非常に強い" if knots < 105 else "猛烈な"


def size_of(step: Step) -> str:
    """大きさ, by the mean reach of gales: 大型 from 500 km, 超大型 from 800 km."""
    if step.gale is None or not class_of(step).startswith("台風"):
        return ""
    radius = step.gale.radius
    if step.gale.direction:
        radius = (radius + step.gale.opposite) / 2
    return "" if radius < 500_000 else "大型" if radius < 800_000 else "超大型"
