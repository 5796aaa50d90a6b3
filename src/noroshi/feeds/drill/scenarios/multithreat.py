"""Several threats on one day: an earthquake in the morning, an infection in the shelters, and an
attack on the largest hospital's systems."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.feeds.drill.actors import alerts, health, wrong
from noroshi.feeds.drill.actors.state import ShelterHealth
from noroshi.feeds.drill.physics import aftershocks, shaking
from noroshi.feeds.drill.scenarios import SCENARIOS, facts, quakes, ransom, telegrams
from noroshi.feeds.drill.scenarios.aftermath import Aftermath
from noroshi.feeds.drill.scenarios.offices import Offices, changed, merged, until
from noroshi.feeds.drill.scenarios.outbreak import Outbreak, midnight
from noroshi.feeds.drill.scenarios.quakes import Quake
from noroshi.feeds.drill.scenarios.ransom import Attack
from noroshi.feeds.drill.scenarios.supply import Supply
from noroshi.feeds.drill.scene import Event, Message, Scenario
from noroshi.feeds.drill.world.model import World, rng

HOURS = 36.0
QUIET = 4 * MINUTE + 41 * SECOND
DISASTER = "内陸地震・感染症・サイバー攻撃の複合災害訓練"
MAGNITUDE, DEPTH = 6.9, 10_000.0
#: Hours after the earthquake at which the infection and the attack begin.
INFECTION, ATTACK = 7.0, 9.3
#: Hours of the day (Japan) at which the teams' sheets are put together.
SHEETS = (12, 20)
_LEAST_FELT = 1.5


def main_shock(world: World, start: int) -> Quake:
    """M 6.9, 10 km under the hills between the two largest towns, nearer to the largest."""
    towns = sorted(world.municipalities, key=lambda one: -one.people.total)[:2]
    (x, y), (x2, y2) = (world.plane.xy(*one.at) for one in (towns[0], towns[-1]))
    x, y = x + 0.25 * (x2 - x), y + 0.25 * (y2 - y)
    fault = shaking.scaled_fault(MAGNITUDE, x, y, DEPTH, 35, 60)
    return Quake(
        origin=start - start % SECOND + QUIET, x=x, y=y, depth=DEPTH, magnitude=MAGNITUDE,
        fault=fault, kind="crust", name=f"{world.name}中部", code=f"5{world.code}5", sea=False,
    )  # fmt: skip


def play(world: World, start: int, seed: int) -> Iterator[Event]:
    """The events of the scenario in order of time; see `scene.Scenario`."""
    end = start + round(HOURS * HOUR)
    quake = main_shock(world, start)
    vs30 = shaking.ground(world.land)
    motion = shaking.shake(
        world.plane, vs30, quake.fault, quake.magnitude, quake.depth, quake.kind,
        rng(seed, "multithreat/motion"), between=0.02,
    )  # fmt: skip
    felt = quakes.feel(world, vs30, motion)
    after = Aftermath(world, motion, quake.origin, seed)
    supply = Supply(after, half=5.0)
    attack = Attack(world, ransom.main_hospital(world), quake.origin + round(ATTACK * HOUR))
    outbreak = Outbreak(after, quake.origin + round(INFECTION * HOUR), end, seed)
    states = attack.hospitals(supply)
    office = Offices(world, after, supply, end, disaster=DISASTER, pace=1.3, hospitals=states)
    yield from until(
        end,
        merged(
            telegrams.facts(world, quake, felt),
            facts.roads(world, after, end),
            facts.society(world, after, supply, quake.origin, end, hospitals=states),
            outbreak.facts(quake.origin, end),
            *ransom.stream(attack, end),
            telegrams.early_warnings(world, quake),
            telegrams.reports(world, quake, felt),
            *_aftershocks(world, quake, seed),
            *_desks(office),
            _sheets(world, outbreak, quake.origin, end),
            _cluster(world, outbreak, end),
        ),
    )


MULTITHREAT = Scenario(
    "multithreat", SCENARIOS["multithreat"].title, SCENARIOS["multithreat"].title_ja, HOURS, play,
)  # fmt: skip


def _aftershocks(world: World, main: Quake, seed: int) -> list[Iterator[Event]]:
    """Those that are felt, each with its truth and telegrams."""
    random = rng(seed, "multithreat/aftershocks")
    where = quakes.places(world)
    points = main.fault.points(1_500.0)
    streams: list[Iterator[Event]] = []
    for one in aftershocks.sequence(main.magnitude, 3.0, HOURS, random):
        x, y, depth = (float(part) for part in points[int(random.integers(len(points)))])
        depth = max(depth, 2_000.0)
        quake = Quake(
            origin=main.origin + round(one.seconds * 10) * (SECOND // 10), x=x, y=y, depth=depth,
            magnitude=one.magnitude,
            fault=shaking.scaled_fault(one.magnitude, x, y, depth, 35, 60), kind="crust",
            name=main.name, code=main.code, sea=False,
        )  # fmt: skip
        felt = quakes.feel_small(world, where, quake, random)
        strong = max((each.value for each in felt), default=0.0)
        if strong < _LEAST_FELT:
            continue
        streams.append(telegrams.facts(world, quake, felt))
        streams.append(telegrams.reports(world, quake, felt))
        if strong >= 3.8:
            streams.append(telegrams.early_warnings(world, quake))
    return streams


# --- society ---------------------------------------------------------------------------------


def _desks(office: Offices) -> list[Iterator[Event]]:
    """The desks; one package of the prefecture is not valid, the hospitals' table comes twice over
    now and then, and one town's lists exchange the coordinates at first."""
    desks = office.desks()
    code = office.world.code
    swapped = f"{office.world.municipalities[0].code}-shelters"

    def change(source: str, number: int, one: Message) -> Iterator[Message]:
        if source == f"{code}-pref-shelters" and number == 3:
            one = wrong.invalid_package(one, "entry")
        elif source == swapped and number == 0:
            one = wrong.coordinates_exchanged(one)
        yield one
        if source == f"{code}-hospitals" and number % 6 == 3:
            yield wrong.again(one, one.time + 2 * MINUTE)

    def made(source: str) -> Iterator[Event]:
        return changed(desks[source], lambda number, one: change(source, number, one))

    return [made(source) for source in sorted(desks)]


def _sheets(world: World, outbreak: Outbreak, origin: int, end: int) -> Iterator[Event]:
    """The teams' sheets at noon and in the evening. In the second, one team counted its patients
    twice; it says so in an hour."""
    times = [
        day + hour * HOUR
        for day in range(midnight(origin), end, 24 * HOUR)
        for hour in SHEETS
        if origin + 5 * HOUR < day + hour * HOUR < end - HOUR
    ]
    for number, time in enumerate(times):
        seen = outbreak.sheets(time)
        label = "午前" if time - midnight(time) < 13 * HOUR else "午後"
        if number != 1:
            yield health.tick_sheets(world, time + 30 * MINUTE, seen, label=label)
            continue
        doubled = [_doubled(one) if one.team == "JMAT" else one for one in seen]
        first = health.tick_sheets(world, time + 30 * MINUTE, doubled, label=label)
        yield wrong.wrong(first, "one team's patients are counted twice")
        yield health.tick_sheets(world, time + 90 * MINUTE, seen, label=f"{label}（訂正）")


def _doubled(one: ShelterHealth) -> ShelterHealth:
    return ShelterHealth(
        one.shelter, one.headcount, one.seen * 2,
        {item: count * 2 for item, count in one.symptoms.items()},
        one.children * 2, one.elderly * 2, one.team,
    )  # fmt: skip


def _cluster(world: World, outbreak: Outbreak, end: int) -> Iterator[Event]:
    """The health centre tells of the cluster when ten are known to be ill in one shelter."""
    for time in range(outbreak.begin + HOUR, end, HOUR):
        for code in outbreak.first:
            if outbreak.ill(code, outbreak.begin, time) >= 14:
                place = outbreak.courses[code].shelter
                town = next(one for one in world.municipalities if one.code == place.municipality)
                where = [
                    (town.name, town.code, [ring for part in town.boundary for ring in part[:1]])
                ]
                yield alerts.alert(
                    world, "health-cap", time + 3 * HOUR, event="感染性胃腸炎の集団発生",
                    headline=f"{place.name}で感染性胃腸炎の集団発生（ノロウイルス疑い）",
                    category="Health", response="Prepare", severity="Moderate", areas=where,
                    instruction="手洗いと吐物の消毒を徹底し、症状のある人の部屋を分けてください。",
                )  # fmt: skip
                return
