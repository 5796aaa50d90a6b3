"""An infection in crowded shelters: who falls ill hour by hour, and what medical teams see."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from noroshi.core.time import DAY, HOUR, JST, to_datetime
from noroshi.feeds.drill.actors.state import ShelterHealth
from noroshi.feeds.drill.physics.epidemic import Disease, Group, join, leave, step
from noroshi.feeds.drill.scenarios.aftermath import Aftermath
from noroshi.feeds.drill.scene import Fact
from noroshi.feeds.drill.world.model import Shelter, rng

#: Norovirus where toilets have no water: each ill person infects several in a day.
NOROVIRUS = Disease(contact=5.5, latent=0.7, ill=2.0)
#: What else people come to a team with: persons for each hundred and day.
_OTHERWISE = {"fever_respiratory": 0.5, "fever": 0.15, "injury": 1.2, "mental": 0.4,
              "interrupted": 0.9, "other": 0.8, "diarrhoea": 0.08}  # fmt: skip
#: The share of the ill whom a team hears of.
_SEEN = 0.75
#: Two who are ill of the same in one place are an outbreak.
_OUTBREAK = 2


class Course(msgspec.Struct):
    """A shelter's infection: its people, and who fell ill by hour since the start."""

    shelter: Shelter
    group: Group
    cases: list[int]


class Outbreak:
    """The infection from `begin` until `end`. It begins in the two fullest shelters of one town,
    with people who ate together the evening before, and is carried on by those who move."""

    def __init__(self, after: Aftermath, begin: int, end: int, seed: int) -> None:
        self.after, self.begin, self.seed = after, begin, seed
        random = rng(seed, "outbreak")
        self.hours = max(1, (end - begin) // HOUR)
        states = after.shelters(begin)
        full = sorted(states, key=lambda one: (-(one.headcount or 0), one.shelter.code))
        town = full[0].shelter.municipality if full else ""
        first = [one.shelter.code for one in full if one.shelter.municipality == town][:2]
        self.courses = {
            one.shelter.code: Course(one.shelter, Group(one.headcount or 0), []) for one in states
        }
        self.first = first
        self._people = {one.shelter.code: one.headcount or 0 for one in after.shelters(end)}
        for number, code in enumerate(first):
            group = self.courses[code].group
            seeds = min(14 - 6 * number, group.susceptible)
            group.susceptible -= seeds
            group.exposed += seeds
        for hour in range(self.hours):
            self._hour(begin + hour * HOUR, random)

    def _hour(self, time: int, random: np.random.Generator) -> None:
        """An hour: people come and go, some carry it to a shelter nearby, and some fall ill."""
        now = {one.shelter.code: one.headcount or 0 for one in self.after.shelters(time)}
        for code, course in self.courses.items():
            group, there = course.group, now.get(code, 0)
            if there > group.people:
                join(group, there - group.people)
            elif there < group.people:
                leave(group, group.people - there, random)
            new = step(group, NOROVIRUS, 1 / 24, random) if group.people else 0
            course.cases.append(new)
            if group.infectious and random.random() < 0.012 * group.infectious:
                self._carry(code, random)

    def _carry(self, code: str, random: np.random.Generator) -> None:
        """Somebody who is infected goes to another shelter of the town."""
        origin = self.courses[code]
        town = origin.shelter.municipality
        others = [
            one
            for one in self.courses.values()
            if one.shelter.municipality == town and one is not origin and one.group.susceptible
        ]
        if others and origin.group.exposed:
            to = others[int(random.integers(len(others)))]
            origin.group.exposed -= 1
            to.group.exposed += 1

    # --- what is asked of it -------------------------------------------------------------------

    def ill(self, code: str, since: int, until: int) -> int:
        """How many fell ill in a shelter in that time."""
        cases = self.courses[code].cases if code in self.courses else []
        a, b = (max(0, (time - self.begin) // HOUR) for time in (since, until))
        return sum(cases[a:b])

    def so_far(self, code: str, time: int) -> dict[str, int]:
        """What people of a shelter came down with on the day of `time` until then, by fields of
        `health.shelter_syndrome`; those with the infection in `diarrhoea`."""
        day = midnight(time)
        random = rng(self.seed, f"outbreak/otherwise/{code}/{day}")
        share = max(0.0, (time - max(day, self.after.origin)) / DAY)
        people = self._people.get(code, 0)
        found = {
            item: int(random.poisson(rate * people / 100) * share)
            for item, rate in _OTHERWISE.items()
        }
        found["diarrhoea"] += self.ill(code, day, time)
        return found

    def facts(self, start: int, end: int) -> Iterator[Fact]:
        """What there really was in each shelter on each day as it grows: every hour where people
        have the infection, every three elsewhere; and from its second case that there is an
        outbreak."""
        told: dict[str, dict[str, int]] = {}
        broken_out: set[str] = set()
        for time in range(start + HOUR, end, HOUR):
            day = midnight(time - 1)
            date = to_datetime(day, JST).strftime("%Y-%m-%d")
            for code, course in sorted(self.courses.items()):
                if (time - start) // HOUR % 3 and not self.ill(code, day, time - 1):
                    continue
                counts = self.so_far(code, time - 1)
                key = f"{date}/{code}"
                if code not in broken_out and self.ill(code, start, time - 1) >= _OUTBREAK:
                    broken_out.add(code)
                    outbreak = {"name": course.shelter.name, "codes": [code],
                                "syndrome": "diarrhoea"}  # fmt: skip
                    yield Fact(time, "health.shelter_alarm", code, outbreak, at=course.shelter.at)
                some = any(counts.values()) or self._people.get(code, 0) >= 60
                if some and told.get(key) != counts:
                    told[key] = counts
                    body = {"code": code, "name": course.shelter.name, "date": date, **counts}
                    yield Fact(time, "health.shelter_syndrome", key, body, at=course.shelter.at)

    def sheets(self, time: int) -> list[ShelterHealth]:
        """What the teams saw on the day of `time` so far, in the shelters that they visited: the
        larger ones, and where somebody called them. Counts are those of the day; of the infection
        they hear of three in four."""
        random = rng(self.seed, f"outbreak/sheets/{(time - self.begin) // HOUR}")
        found = []
        teams = ("日赤救護班", "保健師甲班", "保健師乙班", "JMAT")
        for number, state in enumerate(self.after.shelters(time)):
            count = state.headcount or 0
            seen = self.so_far(state.shelter.code, time)
            ill = self.ill(state.shelter.code, midnight(time), time)
            hidden = int(random.binomial(ill, 1 - _SEEN))
            chance = float(random.random())
            if state.status != "open" or (count < 60 and ill < 3) or chance < 0.15:
                continue
            seen["diarrhoea"] -= hidden
            whole = sum(seen.values())
            found.append(
                ShelterHealth(
                    state.shelter, count, whole, seen, int(random.binomial(whole, 0.08)),
                    int(random.binomial(whole, 0.42)), teams[number % len(teams)],
                )
            )  # fmt: skip
        return found


def midnight(time: int) -> int:
    """The beginning of the day, in Japan."""
    return (time + 9 * HOUR) // DAY * DAY - 9 * HOUR
