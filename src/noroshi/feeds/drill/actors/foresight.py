"""What the weather agency expects in each municipality, and what it warns of.

It sees the coming hours, the farther the less well; it raises a warning at once and lifts it only
when the danger has been over for a while.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.physics.hazards import Measures
from noroshi.feeds.drill.physics.storm import HOURLY, STEPS

Field = npt.NDArray[np.float64]

CATEGORIES = ("", "advisory", "warning", "danger", "emergency")
#: Criteria by category, in the order of `CATEGORIES`; a hazard may have several measures.
CRITERIA: Mapping[str, Mapping[str, tuple[float, float, float, float]]] = {
    "大雨": {"hour": (25, 45, 70, 115), "three": (50, 95, 150, 260)},
    "土砂災害": {"soil": (100, 160, 225, 345)},
    "高潮": {"tide": (1.3, 1.7, 2.2, 3.0)},
    "暴風": {"wind": (12, 20, math.inf, math.inf)},
    "波浪": {"waves": (3.0, 6.0, math.inf, math.inf)},
}
#: How far ahead each category looks, and how long it stays after the danger is over [steps].
AHEAD = (0, 6 * HOURLY, 3 * HOURLY, 9, 2)
AFTER = (0, 2 * HOURLY, 9, 6, 5)
#: A warning stays while more than this share of its criterion is expected.
BELOW = 0.85
#: Of hazards that do not have it, the warning says no 危険警報.
LEVELLED = ("大雨", "土砂災害", "高潮")
LEVELS = {"advisory": 2, "warning": 3, "danger": 4, "emergency": 5}


class Course(msgspec.Struct):
    """A hazard's category in force (number into `CATEGORIES`) by step and municipality, and what
    is expected of its measures: the same shape, as the agency sees it."""

    category: npt.NDArray[np.int8]
    expected: dict[str, Field]


def foresee(measures: Measures, draw: np.random.Generator) -> dict[str, Course]:
    """What is warned of, by hazard."""
    count = measures.hour.shape[1]
    found = {}
    for hazard, criteria in CRITERIA.items():
        wanted, kept = (np.zeros((STEPS, count), dtype=np.int8) for _ in range(2))
        expected = {}
        for name, limits in criteria.items():
            course: Field = getattr(measures, name)
            error = _error(course.shape, draw)
            for number, limit in enumerate(limits, 1):
                seen = _ahead(course, AHEAD[number]) * (error if number > 1 else 1.0)
                wanted = np.maximum(wanted, np.where(seen >= limit, number, 0)).astype(np.int8)
                kept = np.maximum(kept, np.where(seen >= BELOW * limit, number, 0)).astype(np.int8)
            expected[name] = _ahead(course, AHEAD[2]) * error
        found[hazard] = Course(_hold(wanted, kept), expected)
    return found


def _error(shape: tuple[int, ...], draw: np.random.Generator) -> Field:
    """A slowly changing factor around 1: what the forecast is off by."""
    found = np.empty(shape)
    value = draw.normal(0, 0.10, shape[1])
    for step in range(shape[0]):
        value = 0.97 * value + draw.normal(0, 0.10 * math.sqrt(1 - 0.97**2), shape[1])
        found[step] = np.exp(value)
    return found


def _ahead(course: Field, steps: int) -> Field:
    """The greatest value from now until `steps` later."""
    found = course.copy()
    for shift in range(1, steps + 1):
        found[:-shift] = np.maximum(found[:-shift], course[shift:])
    return found


def _hold(wanted: npt.NDArray[np.int8], kept: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Up at once to what is wanted; down one category when what would keep it has been missing
    for its time."""
    found = np.zeros_like(wanted)
    held = wanted[0].copy()
    last = np.zeros((len(CATEGORIES), wanted.shape[1]), dtype=np.int64)
    for step in range(len(wanted)):
        for number in range(1, len(CATEGORIES)):
            last[number, (wanted[step] >= number) | (kept[step] >= number)] = step
        held = np.maximum(held, wanted[step])
        over = np.zeros(held.shape, dtype=bool)
        for number in range(1, len(CATEGORIES)):
            over |= (held == number) & (step - last[number] > AFTER[number])
        held = np.where(over, held - 1, held).astype(np.int8)
        found[step] = held
    return found
