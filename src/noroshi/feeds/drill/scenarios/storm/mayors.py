"""Mayors: who orders whom to leave, at which level, and when it is over.

They hear the weather agency's warnings and the gauges of their own rivers; they decide some ten
to forty minutes later, the smaller office the slower, and lift an order when the danger has been
over for a while.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from noroshi.core.time import MINUTE
from noroshi.feeds.drill.actors import alerts, gauges, orders
from noroshi.feeds.drill.actors.state import Order
from noroshi.feeds.drill.actors.wrong import at as late
from noroshi.feeds.drill.actors.wrong import wrong
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scene import Fact, Message
from noroshi.feeds.drill.world.model import District, Municipality

#: Steps for which the danger must have been lower before an order is lowered or lifted.
PATIENCE = 9
#: How long after a levee has broken people are told to save their lives where they are [steps].
FLOODED = 36
_FLOOD, _SLIDE, _SURGE = "洪水", "土砂災害", "高潮"


class Mayor:
    """The orders of one municipality."""

    def __init__(self, course: Course, at: int) -> None:
        self._course, self._at = course, at
        self.town: Municipality = course.world.municipalities[at]
        draw = course.draw(f"mayor/{self.town.code}")
        slow = 1.0 if self.town.kind == "市" else 1.6
        self._delay = int(min(5, 1 + draw.exponential(1.2 * slow)))
        self._minutes = int(draw.integers(1, 9))
        self.force: dict[tuple[str, str], Order] = {}
        self._wanted: list[dict[str, int]] = []
        self._alerts = 0
        self._last: tuple[int, int] | None = None
        self._number = 0
        self._mistyped = False

    def at(self, step: int) -> Iterator[Message | Fact]:
        """What is decided at a step, and told."""
        self._wanted.append(self._danger(step))
        seen = max(0, step - self._delay)
        recent = self._wanted[max(0, seen - PATIENCE) : seen + 1]
        moment = self._course.time(step) + self._minutes * MINUTE
        changed = False
        for what in sorted(self._wanted[seen]):
            hazard = what.partition("/")[0]
            now = self._wanted[seen][what]
            kept = max(one[what] for one in recent)
            for district in self._places(what):
                key = (district.code, hazard)
                held = self.force[key].level if key in self.force else 0
                # Up at once; down only when nothing as high has been wanted for a while.
                level = max(now, min(held, kept))
                if level == held:
                    continue
                changed = True
                if level:
                    self.force[key] = Order(
                        self.town.code, district.code, district.name, level, moment, hazard,
                        district.people.total, district.people.households,
                    )  # fmt: skip
                else:
                    del self.force[key]
                yield self._fact(moment, district, hazard, level)
        if changed:
            yield from self._tell(moment)

    def highest(self, district: str) -> int:
        """The highest level ordered for a district, 0 for none."""
        return max(
            (one.level for (code, _), one in self.force.items() if code == district), default=0
        )

    def _danger(self, step: int) -> dict[str, int]:
        """The level that a mayor would order now, by hazard."""
        course = self._course
        slide = int(course.warned["土砂災害"].category[step, self._at])
        surge = int(course.warned["高潮"].category[step, self._at])
        found = {
            _SLIDE: {2: 3, 3: 4, 4: 5}.get(slide, 0),
            _SURGE: {2: 3, 3: 4, 4: 5}.get(surge, 0),
        }
        for river, mine in course.gauges_of[self.town.code].items():
            ranks = [
                gauges.rank(course.world.water_gauges[one], float(course.levels[step, one]))
                for one in mine
            ]
            broken = any(
                one.gauge in mine and 0 <= one.breached <= step < one.breached + FLOODED
                for one in course.storm.flooded
            )
            level = 5 if broken else {3: 3, 4: 4, 5: 5}.get(max(ranks, default=1), 0)
            found[f"{_FLOOD}/{river}"] = level
        return found

    def _places(self, what: str) -> list[District]:
        """The districts that a danger concerns: beside the river, under slopes, at the sea."""
        course = self._course
        hazard, _, river = what.partition("/")
        mine = course.districts[self.town.code]
        if hazard == _FLOOD:
            return [one for one in mine if one.code in course.beside[river]]
        if hazard == _SLIDE:
            return [one for one in mine if one.code in course.steep]
        return [one for one in mine if one.land == "fishing"] if self.town.coasts else []

    def _fact(self, moment: int, district: District, hazard: str, level: int) -> Fact:
        key = f"{district.code}-{hazard}"
        area = f"city:{self.town.code}00"
        if not level:
            return Fact(moment, "disaster.evacuation_order", key, {}, district.at, area, gone=True)
        body = {
            "kind": orders.KINDS[level], "level": level, "municipality": self.town.name,
            "hazard": hazard, "districts": [district.name], "persons": district.people.total,
        }  # fmt: skip
        return Fact(moment, "disaster.evacuation_order", key, body, district.at, area)

    def _tell(self, moment: int) -> Iterator[Message]:
        world = self._course.world
        self._number += 1
        states = list(self.force.values())
        if self._at == 1 and states and not self._mistyped:
            self._mistyped = True
            # A figure is typed wrongly, and put right ten minutes later.
            heavy = [_tenfold(states[0]), *states[1:]]
            table = orders.orders(world, self.town.code, moment, heavy)
            yield wrong(late(table, moment + 3 * MINUTE), "ten times too many persons in one row")
            right = moment + 10 * MINUTE
            yield late(orders.orders(world, self.town.code, right, states), right + 2 * MINUTE)
        else:
            table = orders.orders(world, self.town.code, moment, states)
            yield late(table, moment + 3 * MINUTE)
        if self._at == 2 and self._number == 1:
            yield from self._mistake(moment)
        yield from self._alert(moment)

    def _mistake(self, moment: int) -> Iterator[Message]:
        """The wrong button: everyone is told to save their lives. Cancelled six minutes later."""
        town = self.town
        said = alerts.alert(
            self._course.world, f"alerts-{town.code}", moment, number=900,
            event=orders.KINDS[5], headline=f"{town.name}全域　{orders.KINDS[5]}",
            severity="Extreme", areas=[(town.name, town.code, ())],
        )  # fmt: skip
        yield wrong(late(said, moment + MINUTE), "a mistaken alert at level 5; cancelled")
        back = moment + 6 * MINUTE
        taken = alerts.alert(
            self._course.world, f"alerts-{town.code}", back, number=901, type="Cancel",
            replaces=(900, moment), event=orders.KINDS[5], severity="Minor", response="AllClear",
            headline=f"先ほどの{orders.KINDS[5]}は誤りです。取り消します。",
            areas=[(town.name, town.code, ())],
        )  # fmt: skip
        yield late(taken, back + MINUTE)

    def _alert(self, moment: int) -> Iterator[Message]:
        """A CAP alert of what is ordered at level 4 and above; an update, or a cancellation."""
        high = [one for one in self.force.values() if one.level >= 4]
        if not high and self._last is None:
            return
        level = max((one.level for one in high), default=0)
        rings = {one.code: [ring for part in one.boundary for ring in part[:1]]
                 for one in self._course.districts[self.town.code]}  # fmt: skip
        hazards = "・".join(sorted({one.hazard for one in high}))
        self._alerts += 1
        kind = orders.KINDS.get(level, "避難指示")
        found = alerts.alert(
            self._course.world, f"alerts-{self.town.code}", moment,
            event=kind if high else "避難指示解除",
            headline=f"{self.town.name}　{hazards}　{kind}" if high
            else f"{self.town.name}　避難指示をすべて解除",
            instruction="危険な場所から全員避難してください。" if level == 4
            else "命の危険があります。直ちに身の安全を確保してください。" if level == 5 else "",
            severity="Extreme" if level == 5 else "Severe" if level == 4 else "Minor",
            response="Evacuate" if high else "AllClear",
            areas=[
                (f"{self.town.name}{one.name}", self.town.code, rings.get(one.district, []))
                for one in sorted(high, key=lambda one: (one.district, one.hazard))[:12]
            ] or [(self.town.name, self.town.code, ())],
            number=self._alerts, type="Cancel" if not high else "Update" if self._last else "Alert",
            replaces=self._last, hours=12,
        )  # fmt: skip
        self._last = (self._alerts, moment) if high else None
        yield late(found, moment + 4 * MINUTE)


def _tenfold(one: Order) -> Order:
    return replace(one, people=one.people * 10)
