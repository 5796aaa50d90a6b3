"""What a storm amounts to in each municipality: the measures that warnings go by."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.physics import typhoon
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS, Storm
from noroshi.feeds.drill.world.model import World

Field = npt.NDArray[np.float64]


class Measures(msgspec.Struct):
    """By step and municipality, in the order of the world's list. `hour`, `three`: the most rain
    in one and three hours [mm]; `soil` the highest soil water index [mm] under slopes, less where
    it no longer rains; `wind` the
    strongest mean wind [m/s], `sea` at sea before the coast; `waves` [m] significant height and
    `tide` [m above mean sea level] at the coast, 0 and −9 for places without one."""

    hour: Field
    three: Field
    soil: Field
    wind: Field
    sea: Field
    waves: Field
    tide: Field


def measure(world: World, storm: Storm) -> Measures:
    """The measures of a storm."""
    towns = world.municipalities
    blocks = _blocks(world, storm)
    steep = _steep(world, storm)
    shape = (STEPS, len(towns))
    found = Measures(*(np.zeros(shape) for _ in Measures.__struct_fields__))
    hour = np.stack([storm.total(step, 1) for step in range(STEPS)])
    three = np.stack([storm.total(step, 3) for step in range(STEPS)])
    sea = _sea(storm)
    for at, town in enumerate(towns):
        mine = blocks[at]
        slopes = mine[steep[mine] > 0.1] if (steep[mine] > 0.1).any() else mine
        found.hour[:, at] = hour[:, mine].max(axis=1)
        found.three[:, at] = three[:, mine].max(axis=1)
        # When it has stopped raining, slopes hold that hold now: the agency looks at both.
        rainy = 0.62 + 0.38 * np.clip(three[:, slopes] / 15.0, 0.0, 1.0)
        found.soil[:, at] = (storm.index[:, slopes] * rainy).max(axis=1)
        found.wind[:, at] = np.percentile(storm.wind[:, mine], 90, axis=1)
        found.sea[:, at] = sea
        if town.coasts:
            found.waves[:, at] = waves(sea)
            found.tide[:, at] = _tide(world, storm, sea, town.at)
        else:
            found.tide[:, at] = -9.0
    return found


def waves(wind: Field) -> Field:
    """Significant wave height [m] under a wind [m/s] over open sea: half of what a fully grown sea
    has (Pierson and Moskowitz 1964: H = 0.21 U²/g), for a typhoon's fetch is short; with the swell
    that runs ahead of it."""
    grown = 0.21 * wind**2 / 9.81 * 0.5
    found = np.empty_like(grown)
    height = float(grown[0]) + 2.0
    for at, one in enumerate(grown):
        rate = 0.06 if one > height else 0.02
        height += rate * (float(one) - height)
        found[at] = height
    return found


def _sea(storm: Storm) -> Field:
    """The wind at sea around the prefecture [m/s]."""
    water = storm.coarse.land.ravel() < 0.05
    if not water.any():
        water = np.ones_like(water)
    found: Field = np.percentile(storm.wind[:, water], 75, axis=1)
    return found


def _tide(world: World, storm: Storm, wind: Field, at: tuple[float, float]) -> Field:
    """Tide [m]: the moon's, what the low pressure lifts (1 cm for each hPa), and what the wind
    piles up (by the square of its speed; 気象庁「高潮の予測」: Δh = aΔp + bW²)."""
    x, y = world.plane.xy(*at)
    hours = np.arange(STEPS) / HOURLY
    moon = 0.65 * np.cos(2 * math.pi * (hours - 29.0) / 12.42)
    pressure = np.empty(STEPS)
    for step in range(STEPS):
        state = storm.track.at(step / HOURLY)
        far = np.array([math.hypot(x - state.x, y - state.y)])
        pressure[step] = float(
            typhoon.pressure(far, state.centre, state.deficit, state.radius, state.b)[0]
        )
    lifted = (typhoon.OUTSIDE - pressure) / 10_000.0
    found: Field = moon + lifted + 0.0011 * wind**2
    return found


def _blocks(world: World, storm: Storm) -> list[npt.NDArray[np.int64]]:
    """The blocks that hold land of each municipality: at least a fifth of the block."""
    town = world.land.municipality.ravel().astype(np.int64)
    count, blocks = len(world.municipalities), storm.coarse.x.size
    share = np.bincount(
        storm.block_of[town > 0] * (count + 1) + town[town > 0], minlength=blocks * (count + 1)
    ).reshape(blocks, count + 1)
    whole = np.bincount(storm.block_of, minlength=blocks).max()
    found = []
    for at, one in enumerate(world.municipalities, 1):
        mine = np.nonzero(share[:, at] >= 0.2 * whole)[0]
        if not len(mine):
            row, column = world.plane.cell_of(*one.at)
            mine = storm.block_of[[row * world.plane.columns + column]]
        found.append(mine)
    return found


def _steep(world: World, storm: Storm) -> Field:
    """The mean slope of each block."""
    slope = world.land.slope.ravel().astype(np.float64)
    count = storm.coarse.x.size
    found: Field = np.bincount(storm.block_of, slope, count) / np.maximum(
        np.bincount(storm.block_of, minlength=count), 1
    )
    return found
