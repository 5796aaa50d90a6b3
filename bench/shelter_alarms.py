"""Alarms of syndromes in shelters: how long after an outbreak begins, and how often without one.

Norovirus is planted in one of 60 shelters of a town: on the fifth day two come who carry it
(`feeds/drill/physics/epidemic`). Teams visit five of six shelters at noon and in the evening, and
hear of three in four of the ill; what else there is differs between shelters. Delays are from
the second true case until the sheet that raises the alarm. The same seeds, the same figures.
`python -m bench.shelter_alarms FILE` draws them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.result import Result
from noroshi.domains.health.shelter_alarm.model import Day, Judged, Rule, judge
from noroshi.feeds.drill.physics.epidemic import Disease, Group, step

SHELTERS, DAYS, PLANTED, TRIALS = 60, 12, 4, 40
_VISITED, _HEARD, _RATE, _SPREAD = 0.83, 0.75, 1.2e-3, 2.0
_DISEASE = Disease(contact=2.2)
_SHEETS = (12, 20)
OURS, WATCH = "health/shelter_alarm", "its watches"


class Trial(NamedTuple):
    """`people` by shelter; hours of the true cases; counts and visits by day, sheet, shelter."""

    people: list[int]
    target: int
    cases: list[int]
    counts: np.ndarray
    visited: np.ndarray


class Skill(NamedTuple):
    """Delays in hours of what was found, how many were missed, false alarms by shelter-day."""

    delays: list[float]
    missed: int
    false: float


def run(big: bool) -> list[Result]:
    """Bar: beside an alarm at three in a day a quarter of its false alarms, at most 12 h later."""
    found = measured(TRIALS * (5 if big else 1))
    ours, plain = found[OURS], found["3 or more in a day"]
    later = float(np.median(ours.delays) - np.median(plain.delays))
    bars = {OURS: later <= 12 and ours.false * 4 <= plain.false and not ours.missed}
    return [
        Result(
            f"outbreak in a shelter, {name}",
            f"{np.median(one.delays):.0f} h (9 of 10: {np.percentile(one.delays, 90):.0f} h)",
            "≤ 3 in a day + 12 h, ¼ of its false" if name in bars else "", bars.get(name),
            f"missed {one.missed} of {one.missed + len(one.delays)}; "
            f"{1000 * one.false:.2f} false in 1,000 shelter-days",
        )
        for name, one in found.items()
    ]  # fmt: skip


def measured(trials: int) -> dict[str, Skill]:
    """Ours and simpler rules, on the same sheets."""
    rule = Rule(0.001, 0.01, 3, 2.0, 1000, 1.6e-3)
    rules: dict[str, Callable[[Judged, Mapping[int, Day]], bool]] = {
        OURS: lambda one, days: one.level == "alarm",
        WATCH: lambda one, days: bool(one.level),
        "3 or more in a day": lambda one, days: one.cases >= 3,
        "2 or more in a day": lambda one, days: one.cases >= 2,
        "C2 without small counts": lambda one, days: _plain_c2(one, days),
    }
    hours: dict[str, list[float]] = {name: [] for name in rules}
    missed, false, days_in_all = dict.fromkeys(rules, 0), dict.fromkeys(rules, 0), 0
    for seed in range(trials):
        trial = _trial(seed)
        if len(trial.cases) < 5:
            continue  # it died out by itself
        found: dict[str, float] = {}
        wrong: dict[str, set[tuple[int, int]]] = {name: set() for name in rules}
        for time, shelter, one, days in _judged(trial, rule):
            for name, alarms in rules.items():
                if not alarms(one, days):
                    continue
                if shelter != trial.target:
                    wrong[name].add((shelter, one.day))
                elif time >= trial.cases[1]:
                    found.setdefault(name, time - trial.cases[1])
        days_in_all += DAYS * (SHELTERS - 1)
        for name in rules:
            false[name] += len(wrong[name])
            missed[name] += name not in found
            hours[name] += [found[name]] if name in found else []
    return {name: Skill(hours[name], missed[name], false[name] / days_in_all) for name in rules}


def _trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    people = np.clip(random.lognormal(4.8, 0.9, SHELTERS).astype(int), 15, 1000)
    rates = random.gamma(_SPREAD, _RATE / _SPREAD, SHELTERS)
    target = int(random.choice(np.flatnonzero(people >= 40)))
    group = Group(int(people[target]) - 2, exposed=2)
    counts = np.zeros((DAYS, len(_SHEETS), SHELTERS), int)
    cases: list[int] = []
    for day in range(DAYS):
        usual = random.poisson(rates * people)
        counts[day] = random.binomial(usual, 0.5), usual
        new = [step(group, _DISEASE, 1 / 24, random) if day >= PLANTED else 0 for _ in range(24)]
        cases += [24 * day + hour for hour in range(24) for _ in range(new[hour])]
        morning = random.binomial(sum(new[: _SHEETS[0]]), _HEARD)
        evening = random.binomial(sum(new[_SHEETS[0] : _SHEETS[1]]), _HEARD)
        counts[day, :, target] += morning, morning + evening
    visited = random.random(counts.shape) < _VISITED
    return Trial([int(one) for one in people], target, cases, counts, visited)


def _judged(trial: Trial, rule: Rule) -> Iterator[tuple[float, int, Judged, Mapping[int, Day]]]:
    """Every visit as it is judged when its sheet comes: when, which shelter, with its days."""
    known: dict[str, dict[int, Day]] = {}
    for day in range(DAYS):
        for place, hour in enumerate(_SHEETS):
            seen = np.flatnonzero(trial.visited[day, place])
            for shelter in seen:
                covered = (0.5, 1.0)[place] * trial.people[shelter]
                known.setdefault(str(shelter), {})[day] = Day(
                    int(trial.counts[day, place, shelter]), covered
                )
            judged = judge(known, rule)
            for shelter in seen:
                days = judged[str(shelter)]
                yield 24 * day + hour + 0.5, int(shelter), days[-1], known[str(shelter)]


def _plain_c2(one: Judged, days: Mapping[int, Day]) -> bool:
    usual = [days[at].cases for at in range(one.day - 9, one.day - 2) if at in days]
    if len(usual) < 3:
        return False
    return one.cases > np.mean(usual) + 3 * np.std(usual, ddof=1)


def figure(found: Mapping[str, Skill]) -> str:
    """Delay against false alarms, on a logarithmic axis."""
    marks = []
    for name, one in found.items():
        x = 90 + 170 * (np.log10(max(1000 * one.false, 0.1)) + 1)
        y = 290 - 3 * float(np.median(one.delays))
        ours = name in (OURS, WATCH)
        shape = f'<circle cx="{x:.0f}" cy="{y:.0f}" r="6" fill="#0041ff"/>'
        if not ours:
            shape = f'<path d="M{x:.0f} {y - 6:.0f}l6 6l-6 6l-6 -6z" fill="#b40068"/>'
        side = ' text-anchor="end"' if x > 400 else ""
        marks.append(f'{shape}<text x="{x + (-10 if side else 10):.0f}" y="{y - 9:.0f}"{side}>'
                     f"{name}</text>")  # fmt: skip
    return _FRAME.format(ticks="".join(_ticks()), marks="".join(marks))


def _ticks() -> Sequence[str]:
    across = [f'<text x="{90 + 170 * at}" y="312" text-anchor="middle">{10.0 ** (at - 1):g}</text>'
              f'<line x1="{90 + 170 * at}" x2="{90 + 170 * at}" y1="20" y2="292" stroke="#ddd"/>'
              for at in range(4)]  # fmt: skip
    up = [f'<text x="80" y="{294 - 3 * hours}" text-anchor="end">{hours}</text>'
          f'<line x1="88" x2="620" y1="{290 - 3 * hours}" y2="{290 - 3 * hours}" stroke="#ddd"/>'
          for hours in range(0, 90, 24)]  # fmt: skip
    return [*across, *up]


_FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 350" font-family="sans-serif" \
font-size="13"><rect width="640" height="350" fill="#fff"/>{ticks}{marks}\
<text x="340" y="338" text-anchor="middle">false alarms in 1,000 shelter-days 誤報</text>\
<text transform="translate(24 160) rotate(-90)" text-anchor="middle">median delay from the second \
case [h] 検知の遅れ</text></svg>
"""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(figure(measured(TRIALS)), encoding="utf-8")
