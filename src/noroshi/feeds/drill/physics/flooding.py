"""Water where there should be none: beside rivers, and at sensors in streets."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.physics import river
from noroshi.feeds.drill.world.model import World

Field = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]

#: From so large a catchment on, a cell is the bed of a stream [m2].
STREAM = 1.5e6


class Flooded(msgspec.Struct):
    """Water beside the river at a gauge: the step at which the levee broke (−1: it held), the
    plain, the water on it [m3] and its surface [m above the drainage]."""

    gauge: int
    breached: int
    plain: river.Plain
    volume: Field
    surface: Field


def spread(world: World, at: int, cell: int, spilt: Field, breached: int, step: float) -> Flooded:
    """Where the water goes that leaves the river at gauge `at`, in `cell`. `spilt` [m3/s] by steps
    of `step` seconds. The plain takes no more than stands as high as the river's levee."""
    low = plain(world, at, cell)
    rim = np.array([world.water_gauges[at].crest])
    room = float(low.depth(float(rim[0])).sum()) * low.cell**2
    volume = np.minimum(river.fill(spilt, step), room)
    return Flooded(at, breached, low, volume, low.surface(volume))


def plain(world: World, at: int, cell: int) -> river.Plain:
    """The low ground of the same river within a few kilometres of gauge `at`, in `cell`, that its
    water can flow to."""
    plane, land, gauge = world.plane, world.land, world.water_gauges[at]
    row, column = divmod(cell, plane.columns)
    reach = round(3_500 / plane.cell)
    rows = np.arange(max(0, row - reach), min(plane.rows, row + reach + 1))
    columns = np.arange(max(0, column - reach), min(plane.columns, column + reach + 1))
    cells = (rows[:, None] * plane.columns + columns[None, :]).ravel()
    number = next((i for i, one in enumerate(world.rivers, 1) if one.code == gauge.river), 0)
    basin = land.river.ravel()[cell]
    hand = land.hand.ravel()[cells].astype(np.float64)
    # Water gets to ground that is no higher than the levee there, over ground that is none either.
    brim = float(land.elevation.ravel()[cell]) + gauge.crest
    height = land.elevation.ravel()[cells]
    open_ = (height > 0) & (height < brim) & np.isin(land.river.ravel()[cells], (basin, number))
    shape = len(rows), len(columns)
    begins = int((row - rows[0]) * len(columns) + column - columns[0])
    reached = connected(open_.reshape(shape), begins).ravel()
    # The beds of the streams themselves carry their own water.
    dry = reached & (land.accumulation.ravel()[cells] * plane.cell**2 < STREAM)
    rank = np.nonzero(dry)[0][np.argsort(hand[dry], kind="stable")]
    if len(rank) < 20:  # a gorge: the lowest slopes take the water
        slopes = np.nonzero((height > 0) & ~reached)[0]
        rank = slopes[np.argsort(hand[slopes], kind="stable")][:20]
    return river.Plain(cells[rank].astype(np.int64), hand[rank], plane.cell)


def connected(mask: npt.NDArray[np.bool_], begins: int) -> npt.NDArray[np.bool_]:
    """The cells of a mask that can be reached over it from cell `begins` (flat), that one too."""
    found = np.zeros_like(mask)
    found.ravel()[begins] = True
    while True:
        wide = np.pad(found, 1)
        grown = found.copy()
        for down in range(3):
            for right in range(3):
                grown |= wide[down : down + mask.shape[0], right : right + mask.shape[1]]
        grown &= mask
        grown.ravel()[begins] = True
        if np.array_equal(grown, found):
            return found
        found = grown


def sensed(
    world: World, block_of: Cells, fallen: Field, step: float, flooded: list[Flooded],
    draw: np.random.Generator,
) -> Field:  # fmt: skip
    """Depth [m] at each flood sensor by step: of the river's water, or of rain that gathers."""
    plane = world.plane
    found = np.zeros((len(fallen), len(world.flood_sensors)))
    for at, sensor in enumerate(world.flood_sensors):
        row, column = plane.cell_of(*sensor.at)
        cell = row * plane.columns + column
        gather = float(draw.lognormal(math.log(15.0), 0.6))
        sewers = float(draw.uniform(8.0, 32.0))
        found[:, at] = river.pond(fallen[:, block_of[cell]], step, gather, sewers)
        for one in flooded:
            where = np.nonzero(one.plain.cells == cell)[0]
            if len(where):
                depth = np.maximum(one.surface - one.plain.hand[where[0]], 0.0)
                found[:, at] = np.maximum(found[:, at], np.where(one.volume > 0, depth, 0.0))
    return found
