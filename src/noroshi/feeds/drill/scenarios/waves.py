"""What the weather agency sends of a tsunami, and what gauges really saw."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.core.time import HOUR, JST, MINUTE, SECOND, show
from noroshi.feeds.drill.scenarios import quakes
from noroshi.feeds.drill.scenarios.quakes import Quake
from noroshi.feeds.drill.scenarios.telegrams import event_of, issue, message
from noroshi.feeds.drill.scenarios.wavefield import Wavefield
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.feeds.drill.world.model import TideGauge, World
from noroshi.formats.jma_xml.writing import telegram, tsunami, waves
from noroshi.formats.jma_xml.writing.issue import minute
from noroshi.formats.jma_xml.writing.source import Source
from noroshi.formats.jma_xml.writing.telegram import Kind


class Step(msgspec.Struct, frozen=True):
    """An issue of warnings: minutes after detection, the share of the true heights that is then
    expected, and whether heights are told in words only."""

    after: float
    share: float
    words: bool = False


#: The first estimate of the greatest earthquakes is too low; gauges at sea correct it.
STEPS = (Step(3, 0.62, True), Step(14, 0.8), Step(28, 1.0), Step(13.5 * 60, 0.24),
         Step(20 * 60, 0.08))  # fmt: skip
#: Minutes after detection at which observations are told.
OBSERVED = (*range(12, 60, 8), *range(70, 240, 15), *range(240, 720, 30), *range(720, 1440, 60))
OFFSHORE = (*range(8, 60, 7), *range(70, 180, 20))


class Agency:
    """The telegrams of one tsunami."""

    def __init__(self, world: World, quake: Quake, field: Wavefield) -> None:
        self.world, self.quake, self.field = world, quake, field
        self.event = event_of(world, quake)
        self.begin = quakes.detected(world, quake)
        self.tide = {
            one.code: minute(self.begin) + (200 + 7 * number) * MINUTE
            for number, one in enumerate(world.tide_gauges)
        }
        self._told: dict[str, int] = {}

    def messages(self) -> Iterator[Message]:
        """All of them in order of time."""
        plan: list[tuple[float, int, str, Step | None]] = []
        for one in STEPS:
            plan.append((one.after, 0, "warning", one))
            plan.append((one.after + 1, 1, "arrivals", one))
        plan += [(float(after), 2, "observed", None) for after in OBSERVED]
        plan += [(float(after), 3, "offshore", None) for after in OFFSHORE]
        last = {one.code: waves.NONE for one in self.world.coasts}
        now: Step = STEPS[0]
        serial = {"shore": 0, "sea": 0}
        for after, _, what, step in sorted(plan, key=lambda one: (one[0], one[1])):
            time = minute(self.begin) + int(after) * MINUTE
            source = self._source(after)
            if what == "warning" and step is not None:
                now = step
                coasts = self._coasts(step, last, time)
                data = tsunami.warning(issue(self.event, time), coasts, [source])
                last = {one.code: one.kind for one in coasts}
                yield message(time, "VTSE41", int(after), data)
                continue
            if what == "arrivals" and now.after < 60:
                serial["shore"] += 1
                data = tsunami.arrivals(
                    issue(self.event, time, serial["shore"]), self._coasts(now, last, time),
                    [source],
                )  # fmt: skip
                yield message(time, "VTSE51", 1, data)
            elif what == "observed" and (seen := self._seen(time, False, last)):
                serial["shore"] += 1
                coasts = self._coasts(now, last, time)
                data = tsunami.observations(
                    issue(self.event, time, serial["shore"]), seen, time, [source], coasts
                )
                yield message(time, "VTSE51", 2, data)
            elif what == "offshore" and (seen := self._seen(time, True, last)):
                serial["sea"] += 1
                data = tsunami.offshore(
                    issue(self.event, time, serial["sea"]), seen, time, [source]
                )
                yield message(time, "VTSE52", 1, data)

    def _source(self, after: float) -> Source:
        return quakes.source(self.world, self.quake, huge=after < 14)

    def _coasts(self, step: Step, last: dict[str, Kind], time: int) -> list[waves.Coast]:
        found = []
        for one in self.world.coasts:
            true = self.field.coasts[one.code]
            height = true.height * step.share
            kind = waves.succeed(waves.grade(height), last[one.code])
            words = {"53": waves.HUGE, "52": waves.HUGE, "51": waves.HIGH}.get(
                kind.code, waves.UNTOLD
            )
            slight = kind.name == waves.SLIGHT.name
            first = None if slight else self._first(true.arrival, time)
            highest = waves.Highest(words if step.words else waves.expected(height))
            found.append(
                waves.Coast(
                    one.name, one.code, kind, last[one.code], first, highest,
                    () if slight else self._gauges(one.code, time),
                )
            )  # fmt: skip
        return found

    def _first(self, arrival: int, time: int) -> waves.First:
        if arrival <= time - 10 * MINUTE:
            return waves.First(condition=waves.ARRIVED)
        if arrival <= time + 3 * MINUTE:
            return waves.First(condition=waves.AT_ONCE)
        return waves.First(arrival=minute(arrival))

    def _gauges(self, coast: str, time: int) -> list[waves.Gauge]:
        return [
            waves.Gauge(
                one.name, one.code, self._first(self._arrival(one), time), self.tide[one.code]
            )
            for one in self.world.tide_gauges
            if one.coast == coast and not one.offshore
        ]

    def _arrival(self, one: TideGauge) -> int:
        return self.quake.origin + round(self.field.gauges[one.code].arrival) * SECOND

    def _seen(self, time: int, offshore: bool, last: dict[str, Kind]) -> list[waves.Observation]:
        """What the gauges of a sort have seen so far, of those that the wave has reached."""
        found = []
        for one in self.world.tide_gauges:
            arrival = self._arrival(one)
            if one.offshore is not offshore or time < arrival + 2 * MINUTE:
                continue
            gauge = self.field.gauges[one.code]
            since = (time - self.quake.origin) / SECOND
            height, when = gauge.highest(since)
            at = self.quake.origin + round(when) * SECOND
            first = waves.First(minute(arrival), initial="引き" if gauge.falls else "押し")
            found.append(
                waves.Observation(
                    one.name, one.code, first, self._highest(one, height, at, time, last),
                    None if offshore else self._area(one), "ＧＰＳ波浪計" if offshore else "",
                )
            )  # fmt: skip
        return found

    def _highest(
        self, one: TideGauge, height: float, at: int, time: int, last: dict[str, Kind]
    ) -> waves.Highest:
        """How the highest so far is told: not in figures while it is small and much is to come."""
        grave = last[one.coast].code in ("52", "53")
        if height < 0.1 or (height < (1.0 if grave else 0.2) and at > time - 4 * HOUR):
            return waves.Highest(condition=waves.OBSERVING)
        told = waves.observed(height, rising=at > time - 3 * MINUTE)
        return waves.Highest(told, minute(at), waves.GRAVE if height > 3 else "")

    def _area(self, one: TideGauge) -> telegram.Area:
        coast = next(each for each in self.world.coasts if each.code == one.coast)
        return telegram.Area(coast.name, coast.code)

    # --- truth ---------------------------------------------------------------------------------

    def facts(self, until: int) -> Iterator[Event]:
        """What each gauge really had as its highest so far, at each crest that rose above it; and
        when the wave comes to each coast and gauge, which is so from the beginning."""
        found: list[Fact] = []
        for one in self.world.tide_gauges:
            gauge, arrival = self.field.gauges[one.code], self._arrival(one)
            crest, told = (0.0, arrival), 0.0
            for time in range(minute(arrival) + MINUTE, until, MINUTE):
                height = gauge.level((time - self.quake.origin) / SECOND)
                if height > crest[0]:
                    crest = (height, time)
                elif crest[0] > told + 0.05 and height < crest[0] - 0.05:
                    told = crest[0]
                    found.append(self._fact(one, crest[1], arrival, told))
            if not one.offshore:
                body = {"level": "station", "code": one.code, "name": one.name,
                        "arrival": show(minute(arrival), JST)}  # fmt: skip
                key = f"station/{one.code}"
                found.append(
                    Fact(self.quake.origin, "disaster.tsunami_arrival", key, body, at=one.at)
                )
        for coast in self.world.coasts:
            expected = self.field.coasts[coast.code]
            body = {"level": "area", "code": coast.code, "name": coast.name,
                    "arrival": show(minute(expected.arrival), JST)}  # fmt: skip
            found.append(
                Fact(self.quake.origin, "disaster.tsunami_arrival", f"area/{coast.code}", body,
                     area=f"jma.tsunami:{coast.code}")
            )  # fmt: skip
        yield from sorted(found, key=lambda one: (one.time, one.kind, one.key))

    def _fact(self, one: TideGauge, time: int, arrival: int, height: float) -> Fact:
        return Fact(
            time, "disaster.tsunami_observation", one.code,
            {"code": one.code, "name": one.name, "arrival": show(arrival, JST),
             "height": round(height, 1), "height_time": show(time, JST),
             "offshore": one.offshore},
            at=one.at,
        )  # fmt: skip
