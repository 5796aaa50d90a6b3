"""A typhoon: where its centre is, and the pressure and wind around it.

Pressure and gradient wind after Holland (1980), "An analytic model of the wind and pressure
profiles in hurricanes", Mon. Wea. Rev. 108, 1212–1218.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]

#: Density of air [kg/m3], pressure far outside [Pa], the earth's rotation [rad/s].
DENSITY, OUTSIDE, ROTATION = 1.15, 101_000.0, 7.292e-5
#: Wind at 10 m over land and sea against the gradient wind (Powell et al. 2003: 0.6–0.8 at sea).
SURFACE = 0.70
#: The wind crosses the isobars towards the centre at this angle [rad].
INFLOW = math.radians(25)
#: What part of the centre's own motion is added to the wind, and how far out [m].
MOTION, REACH = 0.6, 400_000.0


def pressure(r: Field, centre: float, deficit: float, radius: float, b: float) -> Field:
    """Pressure [Pa] at distance `r` [m] (Holland 1980, eq. 2): it rises from `centre` by
    `deficit`; the wind is greatest at `radius`."""
    return centre + deficit * np.exp(-((radius / np.maximum(r, 1.0)) ** b))


def gradient_wind(r: Field, deficit: float, radius: float, b: float, latitude: float) -> Field:
    """Gradient wind [m/s] at distance `r` [m] (Holland 1980, eq. 3)."""
    r = np.maximum(r, 1.0)
    coriolis = 2 * ROTATION * math.sin(math.radians(latitude)) * r / 2
    ratio = (radius / r) ** b
    wind: Field = np.sqrt(b * deficit / DENSITY * ratio * np.exp(-ratio) + coriolis**2) - coriolis
    return wind


class State(msgspec.Struct, frozen=True):
    """The typhoon at one time. `x`, `y` [m] in the world's plane; `u`, `v` its motion [m/s];
    `centre` [Pa]; `radius` of the greatest wind [m]; `b` is Holland's."""

    x: float
    y: float
    u: float
    v: float
    centre: float
    radius: float
    b: float
    latitude: float

    @property
    def deficit(self) -> float:
        """How much lower the pressure is at the centre than outside [Pa]."""
        return OUTSIDE - self.centre

    @property
    def greatest(self) -> float:
        """The greatest sustained wind [m/s], motion included."""
        steady = gradient_wind(
            np.array([self.radius]), self.deficit, self.radius, self.b, self.latitude
        )
        return SURFACE * float(steady[0]) + MOTION * math.hypot(self.u, self.v)

    def wind(self, x: Field, y: Field) -> tuple[Field, Field]:
        """Wind at 10 m, eastward and northward [m/s], at points of the plane [m]."""
        east, north = x - self.x, y - self.y
        r = np.hypot(east, north)
        speed = SURFACE * gradient_wind(r, self.deficit, self.radius, self.b, self.latitude)
        # Anticlockwise around the centre, turned inwards.
        angle = np.arctan2(north, east) + math.pi / 2 + INFLOW
        share = MOTION * np.exp(-r / REACH)
        return speed * np.cos(angle) + share * self.u, speed * np.sin(angle) + share * self.v

    def reach(self, speed: float) -> tuple[float, float]:
        """Radii [m] within which the wind is at least `speed`, on the right and on the left of the
        path; 0 where it nowhere is."""
        r = np.arange(5_000.0, 1_200_000.0, 5_000.0)
        heading = math.atan2(self.v, self.u)
        found = []
        for side in (-math.pi / 2, math.pi / 2):
            u, v = self.wind(
                self.x + r * math.cos(heading + side), self.y + r * math.sin(heading + side)
            )
            strong = np.nonzero(np.hypot(u, v) >= speed)[0]
            found.append(float(r[strong[-1]]) if len(strong) else 0.0)
        return found[0], found[1]


class Track(msgspec.Struct, frozen=True):
    """A typhoon's course: knots in hours from the scenario's start, smoothly joined."""

    hours: list[float]
    x: list[float]
    y: list[float]
    centre: list[float]
    radius: list[float]
    b: float
    latitude: float

    def at(self, hour: float) -> State:
        """The typhoon at an hour; beyond the knots it goes on as at their end."""
        step = 0.5
        x, y = self._place(hour)
        later, before = self._place(hour + step), self._place(hour - step)
        seconds = 2 * step * 3600
        return State(
            x, y, (later[0] - before[0]) / seconds, (later[1] - before[1]) / seconds,
            float(np.interp(hour, self.hours, self.centre)),
            float(np.interp(hour, self.hours, self.radius)), self.b, self.latitude,
        )  # fmt: skip

    def _place(self, hour: float) -> tuple[float, float]:
        return _cubic(self.hours, self.x, hour), _cubic(self.hours, self.y, hour)


def _cubic(knots: list[float], values: list[float], at: float) -> float:
    """Catmull–Rom interpolation (Catmull and Rom 1974), straight on beyond the ends."""
    last = len(knots) - 1
    slopes = [
        (values[min(i + 1, last)] - values[max(i - 1, 0)])
        / (knots[min(i + 1, last)] - knots[max(i - 1, 0)])
        for i in range(last + 1)
    ]
    if at <= knots[0]:
        return values[0] + slopes[0] * (at - knots[0])
    if at >= knots[-1]:
        return values[-1] + slopes[-1] * (at - knots[-1])
    i = next(i for i in range(last) if at < knots[i + 1])
    width = knots[i + 1] - knots[i]
    t = (at - knots[i]) / width
    return (
        (2 * t**3 - 3 * t**2 + 1) * values[i]
        + (t**3 - 2 * t**2 + t) * width * slopes[i]
        + (3 * t**2 - 2 * t**3) * values[i + 1]
        + (t**3 - t**2) * width * slopes[i + 1]
    )


def approach(latitude: float, closest: float, rng: np.random.Generator) -> Track:
    """A strong typhoon that comes from the south-south-west, passes west of the prefecture's
    middle at hour `closest`, and turns north-east. The prefecture lies on its right: the side of
    the stronger wind and of moist air from the south."""
    side = -float(rng.uniform(40_000, 65_000))
    turn = float(rng.uniform(-0.08, 0.08))
    # Hours before and after the closest approach; km along and across the northward path.
    course = [
        (-72, -1150, -60), (-48, -830, -75), (-36, -650, -70), (-24, -455, -50), (-12, -240, -22),
        (-6, -125, -8), (0, 0, 0), (6, 150, 40), (12, 330, 130), (24, 700, 400), (48, 1400, 1100),
        (72, 2000, 1900),
    ]  # fmt: skip
    depth = [962, 950, 946, 945, 948, 951, 957, 966, 974, 984, 992, 996]
    size = [55, 50, 50, 50, 52, 55, 60, 75, 90, 120, 150, 180]
    return Track(
        hours=[closest + hour for hour, _, _ in course],
        x=[side + 1000 * (across + turn * along) for _, along, across in course],
        y=[1000.0 * along for _, along, _ in course],
        centre=[100.0 * one for one in depth],
        radius=[1000.0 * one for one in size],
        b=1.05,
        latitude=latitude,
    )
