"""The finished ground: elevation that drains everywhere, with flat valley floors and river beds."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world import drainage, grids, relief
from noroshi.feeds.drill.world.drainage import Index
from noroshi.feeds.drill.world.grids import Array, Mask
from noroshi.feeds.drill.world.model import Plane, rng

#: Cells (of 1 ha) upstream from which water has a bed of its own.
CHANNEL = 100
#: Islets smaller than this many cells are rocks, and sunk.
_ROCK = 10


class Ground(msgspec.Struct):
    """Grids of the land: `receiver`, `by_level`, `area` (cells upstream), `channel` and `drain`
    (the channel cell that water comes to) are flat; the others have the grid's shape."""

    plane: Plane
    elevation: Array
    land: Mask
    receiver: Index
    by_level: list[Index]
    area: Array
    channel: npt.NDArray[np.bool_]
    drain: Index
    hand: Array
    slope: Array


def _tidied(elevation: Array) -> tuple[Array, Mask]:
    """Without rocks too small to be land and without waters that have no way to the sea."""
    land = elevation > 0
    # Inlets one or two cells wide are closed: a boat would not see them.
    open_sea = grids.distance(grids.distance(land, 3) > 1.5, 3) < 1.8
    elevation = np.where(~land & ~open_sea, 0.4, elevation)
    land = elevation > 0
    for mask, small, level in ((~land, 4000, 0.4), (land, _ROCK, -3.0)):
        label = grids.components(mask).ravel()
        size = np.bincount(label[label >= 0], minlength=label.size)
        few = (label >= 0) & (size[np.maximum(label, 0)] < small)
        elevation = np.where(few.reshape(elevation.shape), level, elevation)
    return elevation, elevation > 0


def _graded(
    surface: Array, receiver: Index, by_level: list[Index], area: Array, step: Array
) -> Array:
    """Cut down, from the mouths upwards, where it falls more steeply than rivers of its size do:
    0.25 A^−0.6 (A in km²; slope against area: Flint 1974), and nowhere more than 42°. So rims of
    filled hollows become gorges, and no great river ends in a fall. Beside a river of 10 km² and
    more there is room for its floods."""
    z = surface.ravel().copy()
    steepest = np.minimum(0.25 * np.maximum(area / 100, 0.05) ** -0.6, 0.9)
    steepest[area < CHANNEL] = 0.9
    beside = (area < CHANNEL) & (area[np.maximum(receiver, 0)] >= 10 * CHANNEL) & (receiver >= 0)
    steepest[beside] = 0.08
    for number, cells in enumerate(by_level):
        base = z[receiver[cells]] if number else 0.0
        z[cells] = np.minimum(z[cells], np.maximum(base, 0) + steepest[cells] * step[cells])
    return z.reshape(surface.shape)


def _floors(elevation: Array, hand: Array, drain: Index, area: Array) -> Array:
    """Valley floors flattened: h' = h (1 − 0.9 exp(−(h/H)²)) of the height h above the drain,
    where H grows with the area A drained, 7 (A/km²)^0.22 [m]: rivers plane their valley sides."""
    reach = np.maximum(area[np.maximum(drain, 0)].reshape(elevation.shape) / 100, 0.3)
    height = 7 * reach**0.22
    flat = np.where(hand > 0, hand * 0.9 * np.exp(-((hand / height) ** 2)), 0.0)
    return elevation - flat


def made(seed: int, plane: Plane) -> Ground:
    """The ground of a seed's island on the grid of `plane`."""
    place = relief.setting(seed)
    elevation, land = _tidied(relief.drowned(seed, place, *relief.carved(seed, place)))
    elevation = np.where(land, np.maximum(elevation, 0.3), np.minimum(elevation, -0.3))
    # On plains rivers wander; a low swell of the ground lets them.
    random = rng(seed, "swell")
    swell = grids.noise(random, plane.rows, plane.columns, 12, 3)
    liking = np.exp(0.3 * random.standard_normal((8, *land.shape), dtype=np.float32))
    low = np.clip(1 - elevation / 60, 0, 1) * np.clip(elevation / 6, 0, 1)
    elevation = np.where(land, np.maximum(elevation + 2.0 * low * swell, 0.3), elevation)

    surface = drainage.filled(elevation, land)
    receiver, far = drainage.receivers(surface, land, liking)
    by_level = drainage.levels(receiver, land)
    area = drainage.accumulated(receiver, by_level, np.ones(receiver.size))
    area = np.where(land.ravel(), area, 0)
    surface = _graded(surface, receiver, by_level, area, far * plane.cell)
    channel = (area >= CHANNEL) & land.ravel()
    drain = drainage.nearest_drain(receiver, by_level, channel)
    base = surface.ravel()[np.maximum(drain, 0)].reshape(surface.shape)
    hand = np.where(land, np.maximum(surface - base, 0), 0)
    surface = _floors(surface, hand, drain, area)

    # Beds lie below the plain, deeper downstream, and above the sea all the way to the mouth.
    depth = np.zeros(receiver.size)
    for steps, cells in enumerate(by_level):
        depth[cells] = steps
    bed = np.maximum(surface.ravel() - 0.8 * (area / 100) ** 0.28, 0.05 + 2e-4 * depth)
    z = np.where(channel, np.minimum(bed, surface.ravel()), surface.ravel())
    elevation = np.where(land, z.reshape(surface.shape), elevation)
    base = z[np.maximum(drain, 0)].reshape(surface.shape)
    hand = np.where(land, np.maximum(elevation - base, 0), 0)
    slope = drainage.slope(np.maximum(elevation, 0), plane.cell)
    return Ground(plane, elevation, land, receiver, by_level, area, channel, drain, hand, slope)
