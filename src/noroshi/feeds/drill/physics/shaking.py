"""Strong ground motion: a fault's peak velocity at a place, and the JMA intensity it makes.

Velocities in m/s and distances in metres outside; the equations are the authors', in cm/s and km.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world.model import Grid, Land, Plane

Values = npt.NDArray[np.float64]

#: Peak velocity hardly grows beyond this moment magnitude (Si, Koketsu & Miyake 2016 for M9; the
#: Headquarters for Earthquake Research Promotion uses 8.3).
SATURATION = 8.3
#: The term of the kind of earthquake (Si & Midorikawa 1999, table 4) and its scatter (log10).
KINDS = {"crust": 0.0, "interface": -0.02, "slab": 0.12}
SIGMA_BETWEEN, SIGMA_WITHIN = 0.10, 0.20
#: Distance at which two residuals have lost all but 5 % of their correlation [m] (Jayaram & Baker
#: 2009 for periods near 1 s).
RANGE = 26_000.0
#: Least instrumental intensity of each class (気象庁告示第4号, 1996).
CLASSES = (
    (6.5, "7"), (6.0, "6+"), (5.5, "6-"), (5.0, "5+"), (4.5, "5-"), (3.5, "4"), (2.5, "3"),
    (1.5, "2"), (0.5, "1"),
)  # fmt: skip


class Fault(msgspec.Struct, frozen=True):
    """A rectangle that slips. `x`, `y`: the middle of its upper edge in the plane [m]; `top`: its
    depth [m]; `strike` and `dip` in degrees (it dips to the right of the strike); `length` along
    the strike and `width` down the dip [m]."""

    x: float
    y: float
    top: float
    strike: float
    dip: float
    length: float
    width: float

    def points(self, spacing: float = 4_000.0) -> Values:
        """Points all over it: x, y, depth [m], one a row."""
        along = _even(-self.length / 2, self.length / 2, spacing)
        down = _even(0.0, self.width, spacing)
        strike, dip = math.radians(self.strike), math.radians(self.dip)
        a, d = (part.ravel() for part in np.meshgrid(along, down))
        flat = d * math.cos(dip)
        x = self.x + a * math.sin(strike) + flat * math.cos(strike)
        y = self.y + a * math.cos(strike) - flat * math.sin(strike)
        return np.stack([x, y, self.top + d * math.sin(dip)], axis=1)


def _even(start: float, end: float, spacing: float) -> Values:
    return np.linspace(start, end, max(2, round((end - start) / spacing) + 1))


def scaled_fault(
    magnitude: float, x: float, y: float, depth: float, strike: float, dip: float
) -> Fault:
    """A crustal fault of a magnitude whose middle lies at x, y, `depth` [m]: length from
    log L = 0.6 M − 2.9 [km] (Matsuda 1975), and half as wide."""
    length = 10 ** (0.6 * magnitude - 2.9) * 1000
    width = min(length / 2, 18_000.0)
    half = width / 2
    top = max(depth - half * math.sin(math.radians(dip)), 500.0)
    flat = half * math.cos(math.radians(dip))
    turn = math.radians(strike)
    return Fault(
        x - flat * math.cos(turn), y + flat * math.sin(turn), top, strike, dip, length, width
    )


def distance(fault: Fault, x: Any, y: Any) -> Values:
    """The shortest distance from points of the surface to the fault [m]."""
    px, py = np.asarray(x, float), np.asarray(y, float)
    nearest = np.full(px.shape, np.inf)
    for fx, fy, fz in fault.points():
        np.minimum(nearest, (px - fx) ** 2 + (py - fy) ** 2 + fz**2, out=nearest)
    found: Values = np.sqrt(nearest)
    return found


def velocity(magnitude: float, depth: float, far: Any, kind: str = "interface") -> Values:
    """Peak ground velocity [m/s] on stiff ground (S-wave velocity 600 m/s).

    log PGV = 0.58 M + 0.0038 D + d − 1.29 − log(X + 0.0028·10^(0.5 M)) − 0.002 X, with PGV in cm/s,
    D the focal depth and X the distance from the fault in km (Si & Midorikawa 1999, eqs. 3 and 8).
    """
    m = min(magnitude, SATURATION)
    km = np.asarray(far, float) / 1000
    log = (
        0.58 * m
        + 0.0038 * depth / 1000
        + KINDS[kind]
        - 1.29
        - np.log10(km + 0.0028 * 10 ** (0.5 * m))
        - 0.002 * km
    )
    found: Values = 10**log / 100
    return found


def amplification(vs30: Any) -> Values:
    """How much more the ground moves than stiff ground does: log A = 1.83 − 0.66 log V30
    (Midorikawa, Matsuoka & Sakugawa 1994, for 100–1500 m/s)."""
    found: Values = 10 ** (1.83 - 0.66 * np.log10(np.clip(np.asarray(vs30, float), 100, 1500)))
    return found


def intensity(pgv: Any) -> Values:
    """Instrumental intensity: I = 2.68 + 1.72 log PGV, PGV in cm/s (Midorikawa, Fujimoto &
    Muramatsu 1999)."""
    cm = np.maximum(np.asarray(pgv, float) * 100, 1e-6)
    found: Values = np.clip(2.68 + 1.72 * np.log10(cm), 0, 7.3)
    return found


def intensity_class(value: float) -> str:
    """The JMA class of an instrumental intensity; "" below 0.5. Tenths count (計測震度)."""
    tenth = math.floor(value * 10 + 1e-9) / 10
    return next((name for least, name in CLASSES if tenth >= least), "")


# --- ground ------------------------------------------------------------------------------------

#: Slope [tangent] and V30 [m/s] of active regions (Wald & Allen 2007, table 2).
_SLOPES = (1.0e-4, 2.2e-3, 6.3e-3, 0.018, 0.05, 0.10, 0.138)
_V30 = (180.0, 240.0, 300.0, 360.0, 490.0, 620.0, 760.0)


def ground(land: Land) -> Grid:
    """V30 [m/s] of each cell from its slope; less on low ground beside rivers, where it is filled
    with young deposits. Slopes are smoothed over three cells first, as the relation is one of
    900 m topography."""
    slope = _smooth(np.asarray(land.slope, float))
    vs30 = np.interp(np.log10(np.maximum(slope, 1e-5)), np.log10(_SLOPES), _V30)
    low = (np.asarray(land.hand) < 3) & (np.asarray(land.elevation) < 30)
    return np.where(low, np.minimum(vs30, 230), vs30).astype(np.float32)


def _smooth(grid: Values) -> Values:
    padded = np.pad(grid, 1, mode="edge")
    rows, columns = grid.shape
    total = np.zeros_like(grid)
    for at in range(3):
        for to in range(3):
            total += padded[at : at + rows, to : to + columns]
    return total / 9


# --- residuals ---------------------------------------------------------------------------------


def residual(
    plane: Plane,
    random: np.random.Generator,
    spacing: float = 2_000.0,
    margin: float = 60_000.0,
    between: float = SIGMA_BETWEEN,
) -> Values:
    """A field of log10 residuals over the plane, one value for each of its cells.

    One value for the whole earthquake (of deviation `between`) and one that varies with place, of
    exponential correlation exp(−3 h / RANGE) (Jayaram & Baker 2009, eq. 17), made by the spectral
    method on a coarser grid whose margin keeps its edges from being neighbours.
    """
    high = int((plane.rows * plane.cell + margin) // spacing) + 1
    wide = int((plane.columns * plane.cell + margin) // spacing) + 1
    y = np.minimum(np.arange(high), high - np.arange(high)) * spacing
    x = np.minimum(np.arange(wide), wide - np.arange(wide)) * spacing
    covariance = np.exp(-3 * np.hypot(y[:, None], x[None, :]) / RANGE)
    spectrum = np.sqrt(np.maximum(np.fft.fft2(covariance).real, 0))
    noise = random.standard_normal((high, wide))
    coarse = np.fft.ifft2(spectrum * np.fft.fft2(noise)).real * SIGMA_WITHIN
    whole = float(random.standard_normal()) * between
    step = plane.cell / spacing
    return _stretch(coarse, plane.rows, plane.columns, step) + whole


def _stretch(coarse: Values, rows: int, columns: int, step: float) -> Values:
    """Bilinear values of a coarse grid at the cells of a fine one."""
    at, to = np.arange(rows) * step, np.arange(columns) * step
    i, j = at.astype(int), to.astype(int)
    u, v = (at - i)[:, None], (to - j)[None, :]
    a, b = coarse[np.ix_(i, j)], coarse[np.ix_(i, j + 1)]
    c, d = coarse[np.ix_(i + 1, j)], coarse[np.ix_(i + 1, j + 1)]
    found: Values = a * (1 - u) * (1 - v) + b * (1 - u) * v + c * u * (1 - v) + d * u * v
    return found


# --- fields ------------------------------------------------------------------------------------


class Shaking(msgspec.Struct):
    """An earthquake's motion on every cell: instrumental intensity and peak velocity [m/s]."""

    intensity: Grid
    velocity: Grid


def shake(
    plane: Plane,
    vs30: Grid,
    fault: Fault,
    magnitude: float,
    depth: float,
    kind: str,
    random: np.random.Generator,
    between: float = SIGMA_BETWEEN,
) -> Shaking:
    """The motion of every cell: distance on every fifth cell, for it varies slowly; then the
    ground and the residual of each. `between`: how much earthquakes of a size differ (log10); a
    drill whose size is chosen wants less."""
    coarse = 5
    rows = np.arange(0, plane.rows + coarse, coarse)
    columns = np.arange(0, plane.columns + coarse, coarse)
    y = plane.rows * plane.cell / 2 - (rows + 0.5) * plane.cell
    x = (columns + 0.5) * plane.cell - plane.columns * plane.cell / 2
    grid_x, grid_y = np.meshgrid(x, y)
    stiff = np.log10(velocity(magnitude, depth, distance(fault, grid_x, grid_y), kind))
    padded = np.pad(stiff, ((0, 1), (0, 1)), mode="edge")
    log = _stretch(padded, plane.rows, plane.columns, 1 / coarse)
    log += residual(plane, random, between=between)
    pgv = 10**log * amplification(vs30)
    return Shaking(intensity(pgv).astype(np.float32), pgv.astype(np.float32))


#: Mean velocities of waves through the upper crust [m/s].
P_WAVE, S_WAVE = 6_000.0, 3_500.0


def arrival(x: float, y: float, focus: tuple[float, float, float], speed: float) -> float:
    """Seconds from the origin until a wave reaches a point from the focus (x, y, depth [m])."""
    return math.dist((x, y, 0.0), focus) / speed
