"""Water levels, dams, and water that leaves the river."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.world.model import Dam, WaterGauge

Field = npt.NDArray[np.float64]

#: Coefficient of a broad-crested weir [m^0.5/s]: Q = C L h^1.5 (Chow 1959, "Open-channel
#: hydraulics", §14).
WEIR = 1.6


def level(gauge: WaterGauge, flow: Field) -> Field:
    """Water level [m above the gauge's zero] at a discharge [m3/s] (H–Q curve Q = a (H + b)²)."""
    found: Field = np.sqrt(np.maximum(flow, 0.0) / gauge.a) - gauge.b
    return found


def discharge(gauge: WaterGauge, height: float) -> float:
    """Discharge [m3/s] at a water level."""
    return gauge.a * max(height + gauge.b, 0.0) ** 2


class Overflow(msgspec.Struct):
    """`spilt`: what leaves the river [m3/s]; `kept`: what stays in it; by step."""

    spilt: Field
    kept: Field


def overtop(gauge: WaterGauge, flow: Field, length: float = 180.0) -> Overflow:
    """Flow over `length` metres of a levee at its crest.

    Where the crest is passed, the level h above it satisfies a (crest + h + b)² + C L h^1.5 =
    flow, solved by bisection.
    """
    full = discharge(gauge, gauge.crest)
    over = flow > full
    low, high = np.zeros_like(flow), np.maximum(level(gauge, flow) - gauge.crest, 0.0)
    for _ in range(40):
        middle = (low + high) / 2
        carried = gauge.a * (gauge.crest + middle + gauge.b) ** 2 + WEIR * length * middle**1.5
        low, high = np.where(carried < flow, middle, low), np.where(carried < flow, high, middle)
    spilt = np.where(over, WEIR * length * low**1.5, 0.0)
    return Overflow(spilt, flow - spilt)


# --- dams ----------------------------------------------------------------------------------------

#: What a dam is at, by number.
ORDINARY, CONTROL, EMERGENCY, DRAWDOWN = range(4)
STATES = ("平常", "洪水調節中", "異常洪水時防災操作中", "後期放流中")
#: The emergency operation begins where so much of the flood storage is used (約8割).
TRIGGER = 0.80


class Reservoir(msgspec.Struct):
    """A dam's course by step: `inflow` and `outflow` [m3/s], `storage` [m3], `height` of the water
    [m above sea level], `state`."""

    inflow: Field
    outflow: Field
    storage: Field
    height: Field
    state: npt.NDArray[np.int8]


def operate(dam: Dam, inflow: Field, step: float) -> Reservoir:
    """A dam through a flood: constant-rate flood control (一定率一定量), then, where that would
    pass the flood level, the emergency operation in which what comes in goes out
    (異常洪水時防災操作; 国土交通省「ダム操作規程」). Storage follows continuity exactly.
    """
    heights = np.array([one[0] for one in dam.curve])
    volumes = np.array([one[1] for one in dam.curve])
    normal = float(np.interp(dam.normal, heights, volumes))
    flood = float(np.interp(dam.flood, heights, volumes))
    count = len(inflow)
    found = Reservoir(
        inflow, np.empty(count), np.empty(count), np.empty(count), np.zeros(count, dtype=np.int8)
    )
    stored, out = normal, min(float(inflow[0]), dam.release)
    begins = 0.35 * dam.release  # 洪水量: from here on water is held back
    state = ORDINARY
    for at in range(count):
        came = float(inflow[at])
        used = (stored - normal) / max(flood - normal, 1.0)
        if came > out and used >= (0.5 if state == EMERGENCY else TRIGGER):
            state = EMERGENCY
        elif came > begins and came >= out:
            state = CONTROL
        elif used > 0.02:
            state = DRAWDOWN
        else:
            state = ORDINARY
        if state == EMERGENCY:
            # The gates follow the inflow, the faster the less room there is.
            want = out + (came - out) * min(1.0, 0.25 + max(used - TRIGGER, 0.0) / 0.2)
        elif state == CONTROL:
            want = min(begins + 0.5 * (came - begins), dam.release)
        elif state == DRAWDOWN:
            want = max(out * 0.985, min(dam.release, came + 0.3 * dam.release))
        else:
            want = came
        # Never above the flood level, never below the normal one.
        least = (stored + came * step - flood) / step
        most = max(0.0, (stored + came * step - normal) / step)
        out = min(max(want, least, 0.0), most)
        stored += (came - out) * step
        found.outflow[at], found.storage[at], found.state[at] = out, stored, state
    found.height = np.interp(found.storage, volumes, heights)
    return found


# --- inundation ----------------------------------------------------------------------------------


class Plain(msgspec.Struct):
    """Low ground beside a reach: its `cells` (flat indices), and their `hand` [m], height above
    the nearest drainage, both in order of height. `cell` [m]."""

    cells: npt.NDArray[np.int64]
    hand: Field
    cell: float

    def surface(self, volume: Field) -> Field:
        """Height of the water's surface [m above the drainage] when `volume` [m3] has spread:
        the lowest ground fills first (HAND: Nobre et al. 2011, J. Hydrol. 404, 13–29)."""
        area = self.cell * self.cell
        count = np.arange(1, len(self.hand) + 1)
        filled = area * (count * self.hand - np.cumsum(self.hand))
        found: Field = np.interp(volume, filled, self.hand)
        # Beyond its rim the plain stands as in a basin with upright walls.
        found += np.maximum(volume - filled[-1], 0.0) / (area * len(self.hand))
        return found

    def depth(self, surface: float) -> Field:
        """Depth of water [m] in each cell."""
        found: Field = np.maximum(surface - self.hand, 0.0)
        return found


def fill(spilt: Field, step: float, hours: float = 7.0) -> Field:
    """Water on the plain [m3] by step: it drains and is pumped out as from a linear reservoir
    that empties in `hours`."""
    kept = math.exp(-step / (hours * 3600))
    found = np.empty_like(spilt)
    volume = 0.0
    for at, one in enumerate(spilt):
        volume = volume * kept + float(one) * step
        found[at] = volume
    return found


def pond(rain: Field, step: float, gather: float, drain: float = 45.0, hours: float = 1.0) -> Field:
    """Depth [m] of rain water on low ground (内水) by step: what sewers of `drain` mm/h do not
    take gathers there from `gather` times its area, and runs off in `hours`."""
    excess = np.maximum(rain - drain, 0.0) / 3.6e6 * gather
    return fill(excess, step, hours)
