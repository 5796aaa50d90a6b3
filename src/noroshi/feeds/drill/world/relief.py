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
    body = 1 - np.hypot(along / 41, across / 26) ** 2.4
    # Two wide embayments on the stable side hold the plains, and a cape parts them.
    side = -place.sinking
    first, second = random.uniform(-15, -9), random.uniform(12, 18)
    for centre, reach, width in ((first, 12.5, 8.5), (second, 8.5, 6.5)):
        body -= 1.3 * np.exp(
            -(((along - centre) / width) ** 2) - ((across * side - 24) / reach) ** 2
        )
    body += 0.05 * grids.noise(random, rows, columns, 5 * scale, 4)
    row, column = np.arange(rows)[:, None] / scale, np.arange(columns)[None, :] / scale
    edge = np.minimum(
        np.minimum(row, ROWS * CELL / 1000 - row),
        np.minimum(column, COLUMNS * CELL / 1000 - column),
    )
    return np.asarray(np.where(edge < 5, np.minimum(body, (edge - 4.5) * 0.2), body))


def _uplift(seed: int, place: Setting, rows: int, columns: int) -> Array:
    """Rate of uplift, 0 to about 1: a winding spine, a lower range beside it, and hills."""
    random = rng(seed, "uplift")
    along, across = _axes(rows, columns, place.strike)
    scale = 1000 / (ROWS * CELL / rows)
    wind = 3.5 * grids.noise(random, rows, columns, 22 * scale, 2)
    spine = across - place.sinking * 4 + wind
    high = np.exp(-((spine / 8.5) ** 2)) * np.exp(-((np.abs(along - 3) / 27) ** 3))
    hills = np.exp(-((along / 36) ** 4)) * 0.16
    sinking = np.exp(-(((across * place.sinking - 15) / 9) ** 2)) * 0.22
    rough = np.exp(0.35 * grids.noise(random, rows, columns, 9 * scale, 3))
    return np.asarray((high + hills + sinking) * rough)


def _carve(
    elevation: Array, land: Mask, uplift: Array, cell: float, steps: int, rate: float, weak: Array
) -> Array:
    """`steps` of uplift and incision. `rate` K dt of dz/dt = U − K A^m S with m = 0.45 (A in m2);
    solved implicitly from the outlets upwards (Braun & Willett 2013). `weak` multiplies K: rock
    that differs from place to place bends the valleys, which the eight directions would draw
    straight."""
    for step in range(steps):
        elevation = np.where(land, elevation + uplift, elevation)
        if step % 12 == 0:
            elevation = drainage.filled(elevation, land, 0.02)
        receiver, far = drainage.receivers(elevation, land)
        by_level = drainage.levels(receiver, land)
        area = drainage.accumulated(receiver, by_level, np.full(receiver.size, cell * cell))
        factor = rate * area**0.45 / (far * cell) * weak
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
        weak = np.exp(0.5 * grids.noise(random, rows, columns, 5, 2)).ravel()
        elevation = _carve(elevation, land, uplift, CELL * scale, steps, rate=2.2, weak=weak)
    peak = float(np.quantile(elevation[land], 0.9995))
    return elevation * (1750.0 / peak), land


def _smooth_max(a: Array, b: Array, width: float) -> Array:
    """The greater of two surfaces, rounded where they meet over `width` [m]."""
    share = np.clip(0.5 + 0.5 * (a - b) / width, 0, 1)
    return np.asarray(b + (a - b) * share + width * share * (1 - share))


def _closed(land: Mask, reach: int) -> Mask:
    """Land with its bays narrower than 2 `reach` [cells] filled: shores become arcs."""
    wide = grids.distance(land, reach + 1) < reach
    return np.asarray(grids.distance(~wide, reach + 1) >= reach)


def drowned(seed: int, place: Setting, elevation: Array, land: Mask) -> Array:
    """Elevation above today's sea [m]: the low land drowned, plains filled, the sea's floor."""
    random = rng(seed, "drowning")
    rows, columns = elevation.shape
    _, across = _axes(rows, columns, place.strike)
    side = across * place.sinking
    stable = 1 / (1 + np.exp((side - 2) / 2.0))
    low = _LOW_SEA + 55 * (1 - stable)
    off = grids.distance(land, 160) * CELL / 1000
    floor = -low - 7 * off - 90 * np.maximum(off - 3.0, 0) ** 1.35
    z = np.where(land, elevation - low, floor)

    half = z.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    ashore, sheltered = half > 0, half > -95
    calm = stable.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    bays = (_closed(ashore, 27) & (calm > 0.5)) | _closed(ashore, 5)
    shore = ashore | (bays & sheltered)
    inland = grids.distance(~shore, 150) * 0.2
    deposit = 0.4 + np.where(calm > 0.5, 0.7, 2.5) * inland + 0.16 * inland**2
    deposit += np.minimum(inland, 2) * 0.35 * grids.noise(random, rows // 2, columns // 2, 8, 3)
    deposit = np.where(shore, np.maximum(deposit, 0.5), -4.0 - 60 * 0.2)
    filling = grids.enlarged(deposit, rows, columns)
    on_shore = grids.enlarged(shore.astype(float), rows, columns) > 0.5
    return np.where(on_shore | (z > 0), _smooth_max(z, filling, 6.0), np.minimum(z, -0.5))
