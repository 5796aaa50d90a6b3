"""State from sparse reports: up at once, down only when it was said for long enough, and silence.

*Hysteresis.* A report holds from its time until the next. The step that counts at a moment is the
highest of all that held at some time in the last `hold`: a moving maximum (dilation) of the
reported steps. It rises with the first report and falls only when everything lower has been said
for the whole of `hold`, so that reports alternating faster than that never make it fall.

*Silence.* A sender is silent when nothing was heard for longer than `factor` times its usual
interval. For a table sent every ten minutes that is the median interval; for a sensor that speaks
when something happens, and otherwise once in many hours, it is the upper quartile weighted by
length (three quarters of all the time lay in intervals no longer), which a burst of reports does
not shorten.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from noroshi.core.levels import Span, steps
from noroshi.core.time import FOREVER
from noroshi.kinds.river import Threshold

#: Names of thresholds of a river gauge (国土交通省 河川管理・水防), and the step that each is.
RANKS = {"水防団待機": 1, "氾濫注意": 2, "避難判断": 3, "氾濫危険": 4, "堤防高": 5, "堤防天端": 5}
#: Bands of hourly rain [mm] (気象庁「雨の強さと降り方」), and what is rain at all.
RAIN = (0.5, 10.0, 20.0, 30.0, 50.0, 80.0)
RAIN_NAMES = ("雨", "やや強い雨", "強い雨", "激しい雨", "非常に激しい雨", "猛烈な雨")


class Report(NamedTuple):
    """What was said of a time [µs], and when it was heard. `step` None: no value."""

    time: int
    heard: int
    step: int | None
    value: float | None = None


class Held(NamedTuple):
    """The step that counts, since when (None: since before what is known), and when it becomes
    another if nothing new is heard (FOREVER: never). `changed`: when it last did, as `since`, or
    the first report."""

    step: int
    since: int | None
    until: int
    changed: int


def hold(reports: Sequence[Report], patience: int, now: int) -> Held | None:
    """The step that counts at `now`; None where no report has a value.

    `reports` in order of time. A report without a value leaves standing what was said before.
    """
    known = [(one.time, one.step) for one in reports if one.step is not None and one.time <= now]
    if not known:
        return None
    spans = []
    for place, (time, step) in enumerate(known):
        last = place + 1 == len(known)
        spans.append(Span(time, FOREVER if last else known[place + 1][0] + patience, step))
    found = steps(spans)
    began = next(one for one in reversed(found) if one.time <= now)
    until = next((one.time for one in found if one.time > now), FOREVER)
    since = None if began.before is None else began.time
    return Held(began.after or 0, since, until, began.time)


def rhythm(heard: Sequence[int], weighted: bool) -> int | None:
    """The usual interval [µs] between the times at which something was heard; None for fewer than
    three of them. `weighted`: by length."""
    times = sorted(set(heard))
    gaps = sorted(after - before for before, after in pairwise(times))
    if len(gaps) < 2:
        return None
    if not weighted:
        return gaps[len(gaps) // 2]
    most, passed = 0.75 * sum(gaps), 0
    for gap in gaps:
        passed += gap
        if passed >= most:
            return gap
    return gaps[-1]


def trend(reports: Sequence[Report], span: int, least: float) -> str:
    """rising, falling or steady: how the newest value differs from the one `span` [µs] before, by
    more than `least`; empty where there is none so old."""
    known = [one for one in reports if one.value is not None]
    if not known:
        return ""
    newest = known[-1]
    before = [one for one in known if one.time <= newest.time - span]
    if not before:
        return ""
    change = (newest.value or 0.0) - (before[-1].value or 0.0)
    return "rising" if change > least else "falling" if change < -least else "steady"


def thresholds(said: Sequence[Threshold], register: Mapping[str, object]) -> list[Threshold]:
    """The thresholds of a gauge, lowest first: as printed in a forecast, else of the register."""
    found: dict[int, Threshold] = {}
    for name, value in register.items():
        rank, number = rank_of(name), metres(value)
        if rank and number is not None:
            found[rank] = Threshold(name, number)
    for one in said:
        rank = rank_of(one.name)
        if rank and one.value is not None and not one.discharge:
            found[rank] = Threshold(one.name, one.value)
    return sorted(found.values(), key=lambda one: (one.value or 0.0, one.name))


def rank_of(name: str) -> int:
    """The step that a threshold is, 0 for a name that is none."""
    return next((rank for word, rank in RANKS.items() if word in name), 0)


def metres(value: object) -> float | None:
    """A number, also one written in full width."""
    try:
        return float(unicodedata.normalize("NFKC", str(value)).strip())
    except ValueError:
        return None


def passed(level: float, limits: Sequence[Threshold]) -> int:
    """The highest step that a level has reached."""
    return max((rank_of(one.name) for one in limits if level >= (one.value or 0.0)), default=0)


def heights(text: str) -> list[float]:
    """Heights of a sensor [m] from its owner's words (10/20/30cm; metres where they say m)."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    scale = 1.0 if plain.endswith("m") and not plain.endswith(("cm", "mm")) else 0.01
    parts = plain.removesuffix("cm").removesuffix("m").replace(",", "/").split("/")
    numbers = [metres(one.strip().removesuffix("cm").removesuffix("m")) for one in parts]
    return sorted(round(one * scale, 3) for one in numbers if one is not None)
