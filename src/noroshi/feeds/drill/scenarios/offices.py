"""Who reports what after an earthquake, how often, and how late: the organisations' routine."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from noroshi.core.time import HOUR, MINUTE
from noroshi.feeds.drill.actors import (
    cities,
    hospitals,
    lifelines,
    prefecture,
    reports,
    roads,
    sending,
)
from noroshi.feeds.drill.actors.state import CutOff, HospitalState, RoadState, ShelterState
from noroshi.feeds.drill.scenarios.aftermath import Aftermath
from noroshi.feeds.drill.scenarios.closures import Reach
from noroshi.feeds.drill.scenarios.supply import Supply
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.feeds.drill.world.model import World

Rounds = Sequence[tuple[float, float]]
"""Until which hour, how many minutes from one report to the next."""


def rounds(origin: int, first: float, end: int, steps: Rounds) -> Iterator[int]:
    """The times of reports: the first some minutes after `origin`, then at the intervals of
    `steps`, the last of which goes on to the end."""
    time = sending.minute(origin) + round(first) * MINUTE
    while time < end:
        yield time
        hours = (time - origin) / HOUR
        every = next((every for until, every in steps if hours < until), steps[-1][1])
        time += round(every) * MINUTE


def merged(*streams: Iterable[Event]) -> Iterator[Event]:
    """Streams in order of time as one; at the same moment facts come first, and else the order of
    the streams."""
    return heapq.merge(*streams, key=lambda one: (one.time, 0 if isinstance(one, Fact) else 1))


def until(end: int, events: Iterable[Event]) -> Iterator[Event]:
    """Events before the scenario's end."""
    return (one for one in events if one.time < end)


class Offices:
    """The organisations of a prefecture after an earthquake. Each method gives the messages of one
    desk, in order of time. `pace` stretches the intervals of a smaller disaster; `disaster` is
    what it is called."""

    def __init__(
        self,
        world: World,
        after: Aftermath,
        supply: Supply,
        end: int,
        *,
        disaster: str,
        pace: float = 1.0,
        hospitals: Callable[[int], list[HospitalState]] | None = None,
    ) -> None:
        self.world, self.after, self.supply, self.end = world, after, supply, end
        self.reach = Reach(world, after.closures)
        self._disaster, self._pace = disaster, pace
        self._states = hospitals or supply.hospitals

    def _rounds(self, first: float, steps: Rounds) -> Iterator[int]:
        slower = [(until, every * self._pace) for until, every in steps]
        return rounds(self.after.origin, first, self.end, slower)

    def desks(self) -> dict[str, Iterator[Message]]:
        """Every desk by the id of its source."""
        code = self.world.code
        found: dict[str, Iterator[Message]] = {
            f"{code}-pref-shelters": self.pref_shelters(),
            f"{code}-pref-roads": self.pref_roads(),
            f"{code}-pref-damage": self.pref_damage(),
            f"{code}-power": self.power(),
            f"{code}-water": self.water(),
            f"{code}-mobile": self.mobile(),
            f"{code}-hospitals": self.hospitals(),
            f"{code}-damage": self.damage(),
            f"{code}-incidents": self.incidents(),
            f"{code}-isolation": self.isolation(),
        }
        ranks = {one.rank for one in self.world.roads}
        for desk in ("national-roads", "roads", "expressway"):
            if any(roads.DESKS[rank] == desk for rank in ranks):
                found[f"{code}-{desk}"] = self.closures(desk)
        for number, town in enumerate(self.world.municipalities):
            found[f"{town.code}-shelters"] = self.shelters(town.code, 22 + 5 * (number % 9))
        return found

    # --- shelters ------------------------------------------------------------------------------

    def shelters(self, municipality: str, first: float) -> Iterator[Message]:
        """A municipality's lists: what its staff counted ten minutes before."""
        changes = cities.tells_changes(self.world, municipality)
        told: dict[str, ShelterState] = {}
        for time in self._rounds(first, [(6, 30), (24, 60)]):
            mine = self.after.shelters(time - 10 * MINUTE, municipality)
            if changes:
                new = [one for one in mine if told.get(one.shelter.code) != one]
                told |= {one.shelter.code: one for one in new}
                if not new:
                    continue
                mine = new
            yield cities.shelters(self.world, municipality, time, mine)

    def pref_shelters(self) -> Iterator[Message]:
        """The prefecture's layer: what the municipalities told it half an hour ago."""
        for time in self._rounds(90, [(12, 60), (24, 120)]):
            states = self.after.shelters(time - 30 * MINUTE)
            yield _again(prefecture.shelters(self.world, time, states, self._disaster))

    # --- roads ---------------------------------------------------------------------------------

    def known_roads(self, time: int) -> list[RoadState]:
        """Closures that their managers know of."""
        return self.after.roads(time, known=True)

    def closures(self, desk: str) -> Iterator[Message]:
        """A manager's list: what patrols found."""
        first = {"national-roads": 35, "expressway": 20, "roads": 50}[desk]
        for time in self._rounds(first, [(24, 30)]):
            yield roads.closures(self.world, desk, time, self.known_roads(time - 5 * MINUTE))

    def pref_roads(self) -> Iterator[Message]:
        """The prefecture's layer of all roads: the managers' lists of twenty minutes ago."""
        for time in self._rounds(120, [(24, 120)]):
            states = self.known_roads(time - 20 * MINUTE)
            yield _again(prefecture.roads(self.world, time, states, self._disaster))

    def isolation(self) -> Iterator[Message]:
        """Settlements that cannot be reached, as far as anyone noticed: half an hour to four after
        it happened, those with a telephone first."""
        noticed: dict[str, int] = {}
        for time in self._rounds(105, [(24, 60)]):
            found = []
            for one in self.reach.cut_off(time - 30 * MINUTE):
                since = noticed.setdefault(one.code, time - 30 * MINUTE)
                slow = sum(map(ord, one.code)) % 8  # some have no telephone
                if time - since < slow * 30 * MINUTE:
                    continue
                found.append(
                    CutOff(
                        one, one.people.total, one.people.households, self.after.origin,
                        telephone=slow < 3, cause="道路損壊",
                    )
                )  # fmt: skip
            yield reports.isolation(self.world, time, found)

    # --- lifelines, hospitals ------------------------------------------------------------------

    def power(self) -> Iterator[Message]:
        """The power company sees its feeders at once."""
        for time in self._rounds(12, [(6, 15), (24, 30)]):
            yield lifelines.power(self.world, time, self.supply.power(time - 3 * MINUTE))

    def water(self) -> Iterator[Message]:
        """The water works, as they hear of it."""
        for time in self._rounds(115, [(24, 60)]):
            yield lifelines.water(self.world, time, self.supply.water(time - 40 * MINUTE))

    def mobile(self) -> Iterator[Message]:
        """The mobile operator's supervision."""
        for time in self._rounds(20, [(8, 15), (24, 30)]):
            yield lifelines.mobile(self.world, time, self.supply.stations(time - 2 * MINUTE))

    def hospitals(self) -> Iterator[Message]:
        """What hospitals entered: some late, and some not at all in the first hours."""
        for time in self._rounds(38, [(8, 30), (24, 60)]):
            hours = (time - self.after.origin) / HOUR
            entered = [
                one
                for one in self._states(time - 12 * MINUTE)
                if one.hospital.disaster_base
                or sum(map(ord, one.hospital.code)) % 10 < 3 + 2.2 * hours
            ]
            yield hospitals.hospitals(self.world, time, entered)

    # --- damage --------------------------------------------------------------------------------

    def damage(self) -> Iterator[Message]:
        """The fire office's numbered reports."""
        for number, time in enumerate(self._rounds(60, [(24, 60)]), 1):
            known = self.after.known(time - 15 * MINUTE)
            yield reports.damage(self.world, number, time, known)

    def pref_damage(self) -> Iterator[Message]:
        """The same as a layer, less often."""
        for time in self._rounds(185, [(24, 180)]):
            known = self.after.known(time - 25 * MINUTE)
            yield _again(prefecture.damage(self.world, time, known, self._disaster))

    def incidents(self) -> Iterator[Message]:
        """The list of calls that are followed."""
        for time in self._rounds(16, [(8, 20), (24, 60)]):
            yield reports.incidents(self.world, time, self.after.reported(time - 4 * MINUTE))


def _again(message: Message) -> Message:
    """What another organisation has said already."""
    return msgspec.structs.replace(message, repeats=True)


# --- what goes wrong ---------------------------------------------------------------------------


Change = Callable[[int, Message], Iterable[Message]]
"""What a desk's message, by its number from 0, becomes."""


def changed(messages: Iterable[Message], change: Change) -> Iterator[Message]:
    """A desk's messages, each made into what is really sent; what that puts off is put in order
    among those that follow."""
    waiting: list[Message] = []
    for number, one in enumerate(messages):
        ready = [each for each in waiting if each.time <= one.time]
        waiting = [each for each in waiting if each.time > one.time]
        yield from ready
        for each in change(number, one):
            if each.time <= one.time:
                yield each
            else:
                waiting.append(each)
        waiting.sort(key=lambda each: each.time)
    yield from waiting
