"""How many of a syndrome are too many for a shelter: prediction bounds for small counts, and EARS.

**Predictive.** Each shelter has its own rate, gamma distributed around the rate of all shelters;
counts are Poisson given the rate. What was seen on the shelter's own baseline days turns that into
its posterior, so the next count is negative binomial (Gelman et al., Bayesian Data Analysis, 3rd
ed. 2013, 2.6), and the chance of so many or more is exact, also with no baseline at all.

**EARS.** C1, C2 and C3 of Hutwagner et al., J Urban Health 80 (2003) i89-i96, on rates for each
person in the shelter (Tokars et al., Emerg Infect Dis 15 (2009) 533-539). Both take a count for
unusual where the baseline has no variance, so the standard deviation is at least that of a Poisson
count, and at least 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

#: Days that a count is looked at together with: an outbreak that begins slowly.
WINDOW = 3
#: C2: seven days, two days before; so that an outbreak that begins does not raise its own bound.
BASELINE, GUARD = 7, 2
#: Days of all shelters that tell the usual rate.
POOL = 14
#: C1 and C2 alarm above 3 standard deviations, C3 above 2.
_C12, _C3 = 3.0, 2.0
#: A shelter with so improbable a count tells nothing of what is usual elsewhere on that day.
_UNUSUAL = 0.05


class Day(NamedTuple):
    """What was seen of a syndrome in a shelter on a day: `cases` persons in `exposure`
    person-days (people times the part of the day that the sheet covers)."""

    cases: float
    exposure: float


_NONE = Day(0, 0.0)


class Judged(NamedTuple):
    """A day, judged. `p` is the chance of so many or more, of this day or of the days up to it
    (twice the smaller); `mean` and `variance` are of the prediction of `window`, the count of those
    days. `ears`: which of them alarm."""

    day: int
    cases: int
    window: int
    expected: float
    upper: int
    p: float
    mean: float
    variance: float
    ears: tuple[str, ...]
    baseline: int
    level: str = ""
    why: tuple[str, ...] = ()


class Rule(NamedTuple):
    """When a day is an alarm or a watch (see products.Params and syndromes.Syndrome)."""

    alarm_p: float
    watch_p: float
    least: int
    shape: float
    prior_days: float
    rate: float
    watch: int = 0
    alarm: int = 0


def tail(count: float, shape: float, rate: float, exposure: float) -> float:
    """P(Y >= count) of a negative binomial: Poisson with a gamma distributed rate of this shape,
    whose mean is shape / rate, over `exposure`."""
    from scipy.special import betainc

    if count <= 0:
        return 1.0
    return float(betainc(count, shape, exposure / (rate + exposure)))


def upper(p: float, shape: float, rate: float, exposure: float) -> int:
    """The least count above which there is less than `p`."""
    count = 0
    while tail(count + 1, shape, rate, exposure) >= p:
        count += 1
    return count


def judge(shelters: Mapping[str, Mapping[int, Day]], rule: Rule) -> dict[str, list[Judged]]:
    """Every day of every shelter, judged by what was known before it and by the other shelters on
    that day.

    `shelters`: for each the days (ordinals) on which it was counted. Days that were alarms are no
    baseline for later ones, and shelters with unusually many do not make the same usual elsewhere.
    """
    found: dict[str, list[Judged]] = {key: [] for key in shelters}
    alarms: set[tuple[str, int]] = set()
    usual: dict[int, Day] = {}
    prior = Day(rule.rate * rule.prior_days, rule.prior_days)
    for day in sorted({day for days in shelters.values() for day in days}):
        pool = _sum([prior, *(one for at, one in usual.items() if day - POOL <= at < day)])
        here = {key: days for key, days in sorted(shelters.items()) if day in days}
        calm = {
            key: {at: one for at, one in days.items() if (key, at) not in alarms}
            for key, days in here.items()
        }
        quiet = {
            key: days[day] for key, days in here.items()
            if _judged(day, days, calm[key], pool, rule).p >= _UNUSUAL
        }  # fmt: skip
        others = _sum(quiet.values())
        kept = []
        for key, days in here.items():
            own = quiet.get(key, _NONE)
            around = Day(pool.cases + others.cases - own.cases,
                         pool.exposure + others.exposure - own.exposure)  # fmt: skip
            judged = _decided(_judged(day, days, calm[key], around, rule), rule)
            found[key].append(judged)
            if judged.level == "alarm":
                alarms.add((key, day))
            else:
                kept.append(days[day])
        usual[day] = _sum(kept)
    return found


def _sum(days: Iterable[Day]) -> Day:
    every = list(days)
    return Day(sum(one.cases for one in every), sum(one.exposure for one in every))


def _judged(
    day: int, days: Mapping[int, Day], calm: Mapping[int, Day], pool: Day, rule: Rule
) -> Judged:
    last = day - GUARD - 1
    own = [one for at, one in calm.items() if last - BASELINE < at <= last]
    shape = rule.shape + sum(one.cases for one in own)
    rate = rule.shape * pool.exposure / pool.cases + sum(one.exposure for one in own)
    today = days[day]
    window = [one for at, one in days.items() if day - WINDOW < at <= day]
    count, exposure = _sum(window)
    p = tail(today.cases, shape, rate, today.exposure)
    if len(window) > 1:
        p = min(1.0, 2 * min(p, tail(count, shape, rate, exposure)))
    known = shape / rate * exposure
    return Judged(
        day, round(today.cases), round(count), shape / rate * today.exposure,
        upper(rule.watch_p, shape, rate, today.exposure), p, known, known + known**2 / shape,
        ears(day, days, calm), len(own),
    )  # fmt: skip


def together(some: Sequence[Judged]) -> float:
    """The chance of so many or more in several shelters together: a negative binomial with the mean
    and the variance of their sum."""
    mean = sum(one.mean for one in some)
    more = sum(one.variance for one in some) - mean
    shape = mean**2 / more
    return tail(sum(one.window for one in some), shape, shape / mean, 1.0)


def _decided(one: Judged, rule: Rule) -> Judged:
    why: list[str] = []
    level = ""
    if one.window >= rule.least:
        if one.p < rule.alarm_p:
            why.append("predictive")
        if one.p < rule.watch_p and one.ears:
            why += one.ears
        level = "alarm" if why else ""
    if rule.alarm and one.window >= rule.alarm:
        level = "alarm"
        why.append("threshold")
    if not level and one.window >= 2 and one.p < rule.watch_p:
        level, why = "watch", ["predictive"]
    if not level and rule.watch and one.window >= rule.watch:
        level, why = "watch", ["threshold"]
    return one._replace(level=level, why=tuple(why))


def ears(day: int, days: Mapping[int, Day], calm: Mapping[int, Day]) -> tuple[str, ...]:
    """Which of C1, C2 and C3 alarm on a day; none where fewer than three days tell the usual."""
    today = days[day]
    found = []
    first = _score(today, [calm[at] for at in range(day - 7, day) if at in calm])
    if first is not None and first > _C12:
        found.append("ears_c1")
    scores = [
        _score(days[at], [calm[it] for it in range(at - 9, at - 2) if it in calm])
        for at in range(day - 2, day + 1) if at in days
    ]  # fmt: skip
    second = scores[-1]
    if second is not None:
        if second > _C12:
            found.append("ears_c2")
        if sum(max(0.0, one - 1) for one in scores if one is not None) > _C3:
            found.append("ears_c3")
    return tuple(found) if today.cases else ()


def _score(today: Day, baseline: Sequence[Day]) -> float | None:
    """By how many standard deviations a day is above the mean of its baseline."""
    if len(baseline) < 3:
        return None
    usual = [one.cases / one.exposure * today.exposure for one in baseline]
    mean = sum(usual) / len(usual)
    variance = sum((one - mean) ** 2 for one in usual) / (len(usual) - 1)
    return (today.cases - mean) / max(math.sqrt(variance), math.sqrt(mean), 1.0)
