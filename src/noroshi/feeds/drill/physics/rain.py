"""Rain: a typhoon's bands, what mountains make of them, and a line that stands still (線状降水帯).

On a coarse grid of the world, in millimetres an hour.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.physics.typhoon import State

Field = npt.NDArray[np.float64]


class Coarse(msgspec.Struct):
    """A grid of blocks of a world's cells. `x`, `y` [m] are the middles of the blocks in the
    plane, row 0 northernmost; `height` [m] is the mean of the land in a block, 0 at sea; `land` the
    share of land; `size` [m]."""

    x: Field
    y: Field
    height: Field
    land: Field
    size: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.height.shape
        return rows, columns


def coarsen(elevation: npt.NDArray[np.float32], cell: float, block: int = 10) -> Coarse:
    """The blocks of an elevation grid [m]; a rest at the eastern and southern edge makes blocks
    of its own."""
    rows, columns = elevation.shape
    high, wide = -(-rows // block), -(-columns // block)
    padded = np.zeros((high * block, wide * block))
    padded[:rows, :columns] = elevation
    parts = padded.reshape(high, block, wide, block)
    size = block * cell
    x = (np.arange(wide) + 0.5) * size - columns * cell / 2
    y = rows * cell / 2 - (np.arange(high) + 0.5) * size
    east, north = np.meshgrid(x, y)
    return Coarse(
        east, north, np.maximum(parts, 0).mean(axis=(1, 3)), (parts > 0).mean(axis=(1, 3)), size
    )


# --- a typhoon's own rain ------------------------------------------------------------------------


def typhoon_rain(state: State, x: Field, y: Field) -> Field:
    """Rain of the inner region and the spiral bands [mm/h].

    The mean falls off as in R-CLIPER (Tuleya, DeMaria and Kuligowski 2007, Wea. Forecasting 22):
    linear to the radius of the greatest rain, then exponential. Bands are logarithmic spirals
    (Senn and Hiser 1959) that turn with the storm.
    """
    east, north = x - state.x, y - state.y
    r = np.maximum(np.hypot(east, north), 1.0)
    strength = 0.2 + 0.0035 * state.deficit / 10  # mm/h at the ring, per Pa of deficit
    ring, decay = 1.2 * state.radius, 190_000.0
    mean = strength * np.where(r < ring, 0.5 + 0.5 * r / ring, np.exp(-(r - ring) / decay))
    phase = 2 * (np.arctan2(north, east) - 4.5 * np.log(r / ring)) + state.y / 30_000
    bands = np.exp(3.0 * (np.cos(phase) - 1)) * 3.3 + 0.12
    inner = np.exp(-((r / (1.5 * ring)) ** 2))
    found: Field = mean * (inner + (1 - inner) * bands)
    return found


# --- mountains -----------------------------------------------------------------------------------

#: Sensitivity of uplift in warm moist air [kg/m3], height of the moist layer [m], buoyancy of
#: moist air [1/s], time to make and to drop rain [s] (Smith and Barstad 2004, table 1; the times
#: are those of warm convective rain, at the short end of their range).
UPLIFT, LAYER, BUOYANCY, MAKING, FALLING = 0.010, 3000.0, 0.005, 400.0, 400.0


class Mountains:
    """How the ground strengthens and weakens rain: the linear theory of Smith and Barstad (2004),
    "A linear theory of orographic precipitation", J. Atmos. Sci. 61, 1377–1391, eq. 49."""

    def __init__(self, coarse: Coarse) -> None:
        rows, columns = coarse.shape
        self._shape = (rows, columns)
        # As much sea again all round, so that the far side is not upwind.
        self._padded = (2 * rows, 2 * columns)
        height = np.zeros(self._padded)
        height[:rows, :columns] = coarse.height
        self._waves = np.fft.fft2(height)
        self._k = 2 * math.pi * np.fft.fftfreq(self._padded[1], coarse.size)[None, :]
        # Rows run southwards.
        self._l = -2 * math.pi * np.fft.fftfreq(self._padded[0], coarse.size)[:, None]

    def rain(self, u: float, v: float) -> Field:
        """What the ground adds [mm/h] in saturated air that moves with `u`, `v` [m/s]; negative
        where air sinks. Add it to the rain there is and cut at 0."""
        sigma = u * self._k + v * self._l
        sign = np.where(sigma < 0, -1.0, 1.0)
        moving = np.where(np.abs(sigma) < 1e-9, 1e-9 * sign, sigma)
        squared = (self._k**2 + self._l**2) * (BUOYANCY**2 - moving**2) / moving**2
        m = np.where(
            squared >= 0,
            np.sqrt(np.abs(squared)) * sign + 0j,
            1j * np.sqrt(np.abs(squared)),
        )
        transfer = UPLIFT * 1j * sigma
        transfer = transfer / (
            (1 - 1j * m * LAYER) * (1 + 1j * sigma * MAKING) * (1 + 1j * sigma * FALLING)
        )
        rows, columns = self._shape
        found: Field = np.fft.ifft2(transfer * self._waves).real[:rows, :columns] * 3600
        return found


# --- a line of storms that stands still ----------------------------------------------------------


class Rainband(msgspec.Struct, frozen=True):
    """A stationary linear rainband: storms born at its upwind end, one after the other, that grow
    and die as they move along it (back-building; Kato 2020, J. Meteor. Soc. Japan 98, 485–509).

    `x`, `y` its middle [m]; `heading` [rad, anticlockwise from east] the way storms move; `length`
    and `width` (standard deviation across) [m]; from `starts` to `ends` [h]; `peak` [mm/h] of one
    storm; `speed` [m/s].
    """

    x: float
    y: float
    heading: float
    length: float
    width: float
    starts: float
    ends: float
    peak: float
    speed: float = 12.0

    def rain(self, hour: float, x: Field, y: Field, weights: Field) -> Field:
        """Rain [mm/h] at points of the plane. `weights`: how strong each storm is, around 1."""
        east, north = x - self.x, y - self.y
        along = east * math.cos(self.heading) + north * math.sin(self.heading) + self.length / 2
        across = -east * math.sin(self.heading) + north * math.cos(self.heading)
        born, life = 10 / 60, self.length / self.speed / 3600  # hours
        total = np.zeros_like(along)
        first = max(0, math.ceil((hour - life - self.starts) / born))
        last = math.floor((min(hour, self.ends) - self.starts) / born)
        for number in range(first, last + 1):
            age = hour - self.starts - number * born
            grown = math.sin(math.pi * min(1.0, age / life)) ** 2
            weight = float(weights[number % len(weights)])
            shift = self.width * 0.5 * math.sin(2.3 * number)
            total += (
                weight * grown
                * np.exp(-(((along - age * 3600 * self.speed) / 9_000) ** 2) / 2)
                * np.exp(-(((across - shift) / self.width) ** 2) / 2)
            )  # fmt: skip
        # Storms that follow each other at their own length make a line of about `peak`.
        return self.peak * total * (born * 3600 * self.speed) / (9_000 * math.sqrt(2 * math.pi))


def texture(shape: tuple[int, int], scale: float, rng: np.random.Generator) -> Field:
    """A smooth random field, mean 1 and always positive, with patches of about `scale` cells."""
    noise = np.fft.fft2(rng.standard_normal(shape))
    k = np.fft.fftfreq(shape[0])[:, None] ** 2 + np.fft.fftfreq(shape[1])[None, :] ** 2
    smooth = np.fft.ifft2(noise * np.exp(-2 * math.pi**2 * scale**2 * k)).real
    smooth /= smooth.std()
    found: Field = np.exp(0.55 * smooth - 0.55**2 / 2)
    return found
