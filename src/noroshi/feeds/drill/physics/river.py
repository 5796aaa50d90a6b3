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


#: The lowest place of a levee lies within its freeboard: so far from the crest to the danger level.
SAG = 0.35
#: A levee gives way so many steps after water ran over it by so much [m]; the breach is so wide
#: [m] and so deep below the brim (a share of its height above the caution level). Widths
#: of breaches on rivers of this size are 30–100 m (国土交通省「洪水浸水想定区域図作成マニュアル」).
GIVES, BY, WIDTH, DEPTH = 3, 0.08, 70.0, 0.45


class Overflow(msgspec.Struct):
    """`spilt`: what leaves the river [m3/s]; `kept`: what stays in it; by step. `breached`: the
    step at which the levee broke, −1 for never."""

    spilt: Field
    kept: Field
    breached: int


def brim(gauge: WaterGauge) -> float:
    """The level at the gauge [m] at which the river runs over the lowest place of its levee."""
    return gauge.crest - SAG * (gauge.crest - gauge.danger)


def overtop(gauge: WaterGauge, flow: Field, length: float = 180.0) -> Overflow:
    """Flow over `length` metres of a levee at its brim, and through the breach that this makes.

    The river's level h then satisfies a (h + b)² + C L (h − brim)^1.5 + C B (h − sill)^1.5 =
    flow, solved by bisection.
    """
    none = np.zeros_like(flow)
    height, spilt = _spill(gauge, flow, length, none)
    over = np.nonzero(height > brim(gauge) + BY)[0]
    if not len(over):
        return Overflow(spilt, flow - spilt, -1)
    breached = int(over[0]) + GIVES
    # It widens within half an hour.
    width = WIDTH * np.clip((np.arange(len(flow)) - breached + 1) / 3, 0.0, 1.0)
    _, spilt = _spill(gauge, flow, length, width)
    return Overflow(spilt, flow - spilt, breached)


def _spill(gauge: WaterGauge, flow: Field, length: float, width: Field) -> tuple[Field, Field]:
    """The level [m] and what leaves the river [m3/s], with a breach of `width` [m] by step."""
    sill = brim(gauge) - DEPTH * (brim(gauge) - gauge.caution)
    low, high = np.full_like(flow, -gauge.b), np.maximum(level(gauge, flow), -gauge.b)
    for _ in range(45):
        middle = (low + high) / 2
        less = gauge.a * (middle + gauge.b) ** 2 + _over(gauge, middle, sill, length, width) < flow
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return low, _over(gauge, low, sill, length, width)


def _over(gauge: WaterGauge, height: Field, sill: float, length: float, width: Field) -> Field:
    above = np.maximum(height - brim(gauge), 0.0) ** 1.5
    through = np.maximum(height - sill, 0.0) ** 1.5
    found: Field = WEIR * (length * above + width * through)
    return found


# --- dams ----------------------------------------------------------------------------------------

#: What a dam is at, by number.
ORDINARY, CONTROL, EMERGENCY, DRAWDOWN, PRELIMINARY = range(5)
#: The gates take so long to follow the inflow in an emergency [s]; it begins when no more room is
#: left than the water needs meanwhile (異常洪水時防災操作開始水位, about 8 tenths of a large one).
FOLLOWING = 5400.0
#: What part of the water kept for use is let go before a flood (事前放流), and in how long [s].
AHEAD, LETTING = 0.45, 12 * 3600.0
#: How long the flood storage takes to empty to a third after a flood [s].
EMPTYING = 7 * 3600.0


class Reservoir(msgspec.Struct):
    """A dam's course by step: `inflow` and `outflow` [m3/s], `storage` [m3], `height` of the water
    [m above sea level], `state`."""

    inflow: Field
    outflow: Field
    storage: Field
    height: Field
    state: npt.NDArray[np.int8]


def operate(dam: Dam, inflow: Field, step: float) -> Reservoir:
    """A dam through a flood that is foreseen: it is lowered beforehand (事前放流), holds back by a
    constant rate (一定率一定量), and, where that would pass the flood level, lets out what comes in
    (異常洪水時防災操作; 国土交通省「ダム操作規程」). Storage follows continuity exactly.
    """
    heights = np.array([one[0] for one in dam.curve])
    volumes = np.array([one[1] for one in dam.curve])
    normal = float(np.interp(dam.normal, heights, volumes))
    flood = float(np.interp(dam.flood, heights, volumes))
    lowered = volumes[0] + (1 - AHEAD) * (normal - volumes[0])
    count = len(inflow)
    found = Reservoir(
        inflow, np.empty(count), np.empty(count), np.empty(count), np.zeros(count, dtype=np.int8)
    )
    stored, out, least = normal, min(float(inflow[0]), dam.release), normal
    begins = 0.35 * dam.release  # 洪水量: from here on water is held back
    state = ORDINARY
    for at in range(count):
        came = float(inflow[at])
        used = (stored - normal) / max(flood - normal, 1.0)
        flooding = came > begins
        tight = flood - stored < 0.7 * max(came - out, 0.0) * FOLLOWING
        foreseen = bool(inflow[at:].max() > begins)
        state = _state(state, came, out, used, flooding, tight=tight, foreseen=foreseen)
        if state == EMERGENCY:
            # The gates follow the inflow, the faster the less room there is.
            want = out + (came - out) * 2 * step / FOLLOWING
        elif state == CONTROL:
            # After the peak the release stays as it was until the inflow falls below it.
            want = max(out, min(begins + 0.5 * (came - begins), dam.release))
        elif state == DRAWDOWN:
            # Never more than came or is let out anyway: nobody is to be surprised below the dam.
            most = max(out, came, min(1.05 * out, dam.release))
            want = min(came + (stored - normal) / EMPTYING, most)
        elif state == PRELIMINARY:
            least = lowered
            rate = (normal - lowered) / LETTING
            want = min(came + min(rate, 0.5 * begins), begins)
        else:
            # What was let go before is kept when it comes again.
            want = came if stored >= normal else max(0.3 * came, 0.85 * out)
        # Never above the flood level; not below the level it is drawn down to.
        floor = least if stored < normal or state == PRELIMINARY else normal
        must = (stored + came * step - flood) / step
        may = max(0.0, (stored + came * step - floor) / step)
        out = min(max(want, must, 0.0), may)
        stored += (came - out) * step
        found.outflow[at], found.storage[at], found.state[at] = out, stored, state
    found.height = np.interp(found.storage, volumes, heights)
    return found


def _state(
    state: int,
    came: float,
    out: float,
    used: float,
    flooding: bool,
    *,
    tight: bool,
    foreseen: bool,
) -> int:
    """What a dam is at next."""
    if came > out and (tight or (state == EMERGENCY and used > 0.4)):
        return EMERGENCY
    if flooding and came >= out:
        return CONTROL
    if used > 0.02:
        return DRAWDOWN
    if foreseen and not flooding and state in (ORDINARY, PRELIMINARY):
        return PRELIMINARY
    return ORDINARY


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


def pond(rain: Field, step: float, gather: float, drain: float, hours: float = 1.0) -> Field:
    """Depth [m] of rain water on low ground (内水) by step: what sewers of `drain` mm/h do not
    take gathers there from `gather` times its area, and runs off in `hours`."""
    excess = np.maximum(rain - drain, 0.0) / 3.6e6 * gather
    # The deeper the water, the wider it spreads: hardly anywhere does it stand above 60 cm.
    found: Field = 0.6 * (1 - np.exp(-fill(excess, step, hours) / 0.6))
    return found
