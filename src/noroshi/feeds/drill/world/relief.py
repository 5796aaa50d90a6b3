"""The shape of the island: uplifted, carved by rivers, drowned and filled.

The order is that of the real islands of this ocean. Land rises along a spine and rivers cut it
down to the low sea of the ice age (stream power: Howard & Kerby 1983, implicit scheme of Braun &
Willett 2013). Then the sea rises: on the sinking side valleys drown to a ria coast, on the other
rivers fill them to alluvial plains with fans.
"""

from __future__ import annotations

import msgspec
import numpy as np

from noroshi.feeds.drill.world import drainage, grids
from noroshi.feeds.drill.world.grids import Array, Mask
from noroshi.feeds.drill.world.model import rng

ROWS, COLUMNS, CELL = 700, 900, 100.0
#: The sea of the last ice age lay so much lower [m] (the part that matters for these valleys).
_LOW_SEA = 75.0


class Setting(msgspec.Struct, frozen=True):
    """What kind of island it is: `strike` of its spine [rad, anticlockwise from east], and the
    sides, +1 or −1 across the strike, where the coast sinks."""

    strike: float
    sinking: int


def setting(seed: int) -> Setting:
    """The seed's island. The strike is near that of the arc: west-southwest to east-northeast."""
    random = rng(seed, "setting")
    return Setting(
        strike=float(np.radians(random.uniform(8, 24))), sinking=int(random.choice([-1, 1]))
    )


def _axes(rows: int, columns: int, strike: float) -> tuple[Array, Array]:
    """Kilometres along and across the strike."""
    x = (np.arange(columns) + 0.5 - columns / 2) * (COLUMNS * CELL / columns) / 1000
    y = (rows / 2 - np.arange(rows) - 0.5) * (ROWS * CELL / rows) / 1000
    east, north = np.meshgrid(x, y)
    return (
        east * np.cos(strike) + north * np.sin(strike),
        north * np.cos(strike) - east * np.sin(strike),
    )


def _outline(seed: int, place: Setting, rows: int, columns: int) -> Array:
    """How far inside the island's low-sea outline: above 0 on land, falling outwards."""
    random = rng(seed, "outline")
    along, across = _axes(rows, columns, place.strike)
    scale = 1000 / (ROWS * CELL / rows)
    along = along + 5 * grids.noise(random, rows, columns, 16 * scale, 4)
    across = across + 4 * grids.noise(random, rows, columns, 13 * scale, 4)
    body = 1 - np.hypot(along / 43, (across - 1.5 * place.sinking) / 29.5) ** 2.6
    # Two wide embayments on the stable side hold the plains, and a cape parts them.
    side = -place.sinking
    first, second = random.uniform(-15, -9), random.uniform(12, 18)
    for centre, reach, width in ((first, 12.5, 8.5), (second, 8.5, 6.5)):
        body -= 1.3 * np.exp(
            -(((along - centre) / width) ** 2) - ((across * side - 24) / reach) ** 2
        )
    body += 0.13 * grids.noise(random, rows, columns, 8 * scale, 4)
    row, column = np.arange(rows)[:, None] / scale, np.arange(columns)[None, :] / scale
    edge = np.minimum(
        np.minimum(row, ROWS * CELL / 1000 - row),
        np.minimum(column, COLUMNS * CELL / 1000 - column),
    )
    return np.asarray(body - 3 * np.exp(-edge / 2.2))


def _uplift(seed: int, place: Setting, rows: int, columns: int) -> Array:
    """Rate of uplift, 0 to about 1: a winding spine, a lower range beside it, and hills."""
    random = rng(seed, "uplift")
    along, across = _axes(rows, columns, place.strike)
    scale = 1000 / (ROWS * CELL / rows)
    wind = 3.5 * grids.noise(random, rows, columns, 22 * scale, 2)
    spine = across - place.sinking * 5 + wind
    high = np.exp(-((spine / 8.5) ** 2)) * np.exp(-((np.abs(along - 3) / 27) ** 3))
    hills = np.exp(-((along / 36) ** 4)) * 0.16
    sinking = np.exp(-(((across * place.sinking - 17) / 8) ** 2)) * 0.36
    # A lower range beside the spine holds a long valley between the two; its river is the largest.
    second = across * -place.sinking - 10.5 + 0.5 * wind
    beside = np.exp(-((second / 4.0) ** 2)) * np.exp(-((np.abs(along - 13) / 17) ** 4)) * 0.5
    rough = np.exp(0.35 * grids.noise(random, rows, columns, 9 * scale, 3))
    return np.asarray((high + hills + sinking + beside) * rough)


def _carve(
    random: np.random.Generator,
    elevation: Array,
    land: Mask,
    uplift: Array,
    cell: float,
    steps: int,
) -> Array:
    """`steps` of uplift and incision: dz/dt = U − K A^m S with m = 0.45 (A in m2), K dt = 2.2,
    solved implicitly from the outlets upwards (Braun & Willett 2013). K differs from place to
    place as rock does, and at first water likes some ways better: so valleys bend."""
    noise = random.standard_normal((8, *elevation.shape), dtype=np.float32)
    liking = np.exp(0.3 * noise)
    rows, columns = elevation.shape
    weak = np.exp(0.3 * grids.noise(random, rows, columns, 6, 2)).ravel()
    for step in range(steps):
        elevation = np.where(land, elevation + uplift, elevation)
        if step % (5 if cell > 2 * CELL else 4) == 0 and cell > CELL:
            elevation = drainage.filled(elevation, land, 0.02)
        receiver, far = drainage.receivers(elevation, land, liking if step < steps - 8 else None)
        by_level = drainage.levels(receiver, land)
        area = drainage.accumulated(receiver, by_level, np.full(receiver.size, cell * cell))
        factor = 2.2 * area**0.45 / (far * cell) * weak
        z = elevation.ravel().copy()
        z[~land.ravel()] = 0.0
        for cells in by_level:
            to = receiver[cells]
            base = np.where(to >= 0, z[to], z[cells])
            z[cells] = (z[cells] + factor[cells] * base) / (1 + factor[cells])
        elevation = np.where(land, z.reshape(elevation.shape), elevation)
    return elevation


def carved(seed: int, place: Setting) -> tuple[Array, Mask]:
    """Elevation above the low sea [m] after long uplift and carving, and where that is land."""
    random = rng(seed, "carving")
    rows, columns = ROWS // 4, COLUMNS // 4
    land = _outline(seed, place, rows, columns) > 0
    elevation = np.where(land, 20 + 15 * grids.noise(random, rows, columns, 12, 5), 0.0)
    elevation = np.where(land, np.maximum(elevation, 1), 0)
    for scale, steps in ((4, 60), (2, 8), (1, 3)):
        rows, columns = ROWS // scale, COLUMNS // scale
        if scale < 4:
            land = _outline(seed, place, rows, columns) > 0
            elevation = grids.enlarged(elevation, rows, columns)
            rough = grids.noise(random, rows, columns, 10, 4)
            elevation = elevation * (1 + 0.04 * rough) + 4 * rough
            elevation = np.where(land, np.maximum(elevation, 0.5), 0.0)
        uplift = _uplift(seed, place, rows, columns) * 28.0
        elevation = _carve(random, elevation, land, uplift, CELL * scale, steps)
    return elevation * (random.uniform(1520, 2020) / elevation.max()), land


def _smooth_max(a: Array, b: Array, width: float) -> Array:
    """The greater of two surfaces, rounded where they meet over `width` [m]."""
    share = np.clip(0.5 + 0.5 * (a - b) / width, 0, 1)
    return np.asarray(b + (a - b) * share + width * share * (1 - share))


def _closed(land: Mask, reach: int) -> Mask:
    """Land with its bays narrower than 2 `reach` [cells] filled: shores become arcs."""
    wide = grids.distance(land, reach + 1) < reach
    return np.asarray(grids.distance(~wide, reach + 1) >= reach)


def _deltas(elevation: Array, land: Mask, shore: Mask) -> Array:
    """0 to 1, on half the grid: how near the mouth of a large river is, where it builds a delta
    out from the `shore`."""
    coarse = elevation.reshape(ROWS // 4, 4, COLUMNS // 4, 4).mean(axis=(1, 3))
    ground = land[::4, ::4]
    surface = drainage.filled(coarse, ground, 0.02)
    receiver, _ = drainage.receivers(surface, ground)
    by_level = drainage.levels(receiver, ground)
    area = drainage.accumulated(receiver, by_level, np.full(receiver.size, 0.16))
    dry = shore[::2, ::2][: ROWS // 4, : COLUMNS // 4].ravel()
    near = np.zeros(shore.shape)
    row, column = np.indices(shore.shape)
    cells = np.flatnonzero(dry & ground.ravel() & (area > 70) & (receiver >= 0))
    for cell in cells[~dry[receiver[cells]]].tolist():
        away = np.hypot(row - cell // (COLUMNS // 4) * 2, column - cell % (COLUMNS // 4) * 2)
        reach = 6 + 0.5 * np.sqrt(area[cell])
        near = np.maximum(near, np.exp(-((away / reach) ** 2)) * min(area[cell] / 350, 1))
    return near


def drowned(seed: int, place: Setting, elevation: Array, land: Mask) -> Array:
    """Elevation above today's sea [m]: the low land drowned, plains filled, the sea's floor."""
    random = rng(seed, "drowning")
    rows, columns = elevation.shape
    _, across = _axes(rows, columns, place.strike)
    side = across * place.sinking
    stable = 1 / (1 + np.exp((side - 2) / 2.0))
    low = _LOW_SEA + 35 * (1 - stable) + 3.0 * np.clip(side - 7, 0, 16)
    off = grids.distance(land, 160) * CELL / 1000
    floor = -low - 7 * off - 90 * np.maximum(off - 3.0, 0) ** 1.35
    z = np.where(land, elevation - low, floor)

    half = z.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    ashore, sheltered = half > 0, half > -95
    calm = stable.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    wide = grids.distance(ashore, 28) < 27
    wander = 4.5 * grids.noise(random, rows // 2, columns // 2, 17, 2)
    inside = grids.distance(~wide, 36)
    arcs = inside >= 27 + wander - 9 * _deltas(elevation, land, inside >= 27)
    bays = (arcs & (calm > 0.5)) | _closed(ashore, 2)
    shore = ashore | (bays & sheltered)
    inland = grids.distance(~shore, 150) * 0.2
    deposit = 0.4 + np.where(calm > 0.5, 0.7, 2.5) * inland + 0.16 * inland**2
    deposit += np.minimum(inland, 2) * 0.35 * grids.noise(random, rows // 2, columns // 2, 8, 3)
    deposit = np.where(shore, np.maximum(deposit, 0.5), -4.0 - 60 * 0.2)
    filling = grids.enlarged(deposit, rows, columns)
    on_shore = grids.enlarged(grids.blurred(shore.astype(float), 1, 2), rows, columns) > 0.5
    ground = _smooth_max(z, filling, 6.0)
    ground = ground - _terraces(ground) * stable
    return np.where(on_shore | (z > 0), ground, np.minimum(z, -0.5))


def _terraces(z: Array) -> Array:
    """What to take from heights between 10 and 100 m so that ground lies in steps 32 m apart: old
    shores and river beds, lifted. The heights left still rise with those given."""
    there = np.clip((z - 10) / 20, 0, 1) * np.clip((100 - z) / 30, 0, 1)
    return np.asarray(3.6 * there * np.sin(2 * np.pi * z / 32))
