"""The Nankai scenario: a great earthquake on a trough in the south, its tsunami, and a day."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.feeds.drill.actors import alerts, cities, orders, reports, roads, wrong
from noroshi.feeds.drill.actors.state import Order, RoadState
from noroshi.feeds.drill.physics import aftershocks, shaking
from noroshi.feeds.drill.physics.shaking import Fault
from noroshi.feeds.drill.scenarios import (
    SCENARIOS,
    facts,
    followed,
    quakes,
    telegrams,
    trough,
    waves,
)
from noroshi.feeds.drill.scenarios.aftermath import Aftermath
from noroshi.feeds.drill.scenarios.offices import Change, Offices, changed, merged, until
from noroshi.feeds.drill.scenarios.quakes import Felt, Quake
from noroshi.feeds.drill.scenarios.supply import Supply
from noroshi.feeds.drill.scenarios.wavefield import Wavefield
from noroshi.feeds.drill.scene import Event, Message, Scenario
from noroshi.feeds.drill.world.model import Municipality, World, rng

HOURS = 24.0
#: The earthquake comes this long after the start.
QUIET = 3 * MINUTE + 17 * SECOND
DISASTER = "南海トラフ地震を想定した訓練"
#: The whole fault breaks; the sea is lifted by its upper part.
_FAULT = Fault(0.0, -125e3, 8e3, 265.0, 11.0, 420e3, 130e3)
_LIFTING = msgspec.structs.replace(_FAULT, width=75e3)
_LIFT = 2.6
#: The least magnitude and intensity of aftershocks that are told.
_LEAST, _LEAST_FELT = 5.1, 1.5


def main_shock(world: World, start: int) -> Quake:
    """The earthquake: M 9.0 on the plate boundary, 115 km south."""
    return Quake(
        origin=start - start % SECOND + QUIET, x=-20e3, y=-115e3, depth=22e3, magnitude=9.0,
        fault=_FAULT, kind="interface", name=f"{world.name}南方沖", code=f"5{world.code}1",
        sea=True,
    )  # fmt: skip


def play(world: World, start: int, seed: int) -> Iterator[Event]:
    """The events of the scenario in order of time; see `scene.Scenario`."""
    end = start + round(HOURS * HOUR)
    quake = main_shock(world, start)
    vs30 = shaking.ground(world.land)
    motion = shaking.shake(
        world.plane, vs30, quake.fault, quake.magnitude, quake.depth, quake.kind,
        rng(seed, "nankai/motion"), between=0.02,
    )  # fmt: skip
    felt = quakes.feel(world, vs30, motion)
    field = Wavefield(world, quake.origin, _LIFTING, _LIFT, seed)
    flooded = field.flooded
    after = Aftermath(
        world, motion, quake.origin, seed, depth=field.depth if flooded else None,
        arrival=((flooded or quake.origin) - quake.origin) / SECOND,
    )  # fmt: skip
    supply = Supply(after, blackout=True)
    agency = waves.Agency(world, quake, field)
    office = Offices(world, after, supply, end, disaster=DISASTER)
    followed_by = _aftershocks(world, quake, seed, end)
    events = merged(
        telegrams.facts(world, quake, felt),
        agency.facts(end),
        facts.roads(world, after, end),
        facts.society(world, after, supply, quake.origin, end),
        telegrams.early_warnings(world, quake),
        telegrams.reports(world, quake, felt, tsunami=telegrams.WARNED, huge=True),
        agency.messages(),
        trough.statements(world, quake),
        followed.long_period_motion(world, quake, felt, seed),
        followed.precise_source(world, quake),
        followed.counts(world, quake, [(one.origin, True) for one, _ in followed_by], end),
        *_told(world, followed_by),
        telegrams.false_alarm(world, quake, quake.origin + 5 * HOUR + 12 * MINUTE + 8 * SECOND),
        *_evacuation(world, quake),
        _false_dam(world, quake),
        *_imperfect(world, office),
    )
    yield from until(end, events)


NANKAI = Scenario("nankai", SCENARIOS["nankai"].title, SCENARIOS["nankai"].title_ja, HOURS, play)


# --- aftershocks -------------------------------------------------------------------------------


def _aftershocks(world: World, main: Quake, seed: int, end: int) -> list[tuple[Quake, list[Felt]]]:
    """Those that are felt in the prefecture, and by whom."""
    found: list[tuple[Quake, list[Felt]]] = []
    random = rng(seed, "nankai/aftershocks")
    hours = (end - main.origin) / HOUR
    where = quakes.places(world)
    for number, one in enumerate(aftershocks.sequence(main.magnitude, _LEAST, hours, random), 1):
        quake = _aftershock(world, main, number, one, seed)
        felt = quakes.feel_small(world, where, quake, rng(seed, f"nankai/aftershock/{number}"))
        if max((each.value for each in felt), default=0) >= _LEAST_FELT:
            found.append((quake, felt))
    return found


def _told(world: World, found: list[tuple[Quake, list[Felt]]]) -> list[Iterator[Event]]:
    """Aftershocks with their facts and telegrams. Early warnings of the larger ones; of the second
    strongest the first source is wrong, and corrected."""
    ranked = sorted(found, key=lambda pair: -max(one.value for one in pair[1]))
    second = ranked[1][0] if len(ranked) > 1 else None
    streams: list[Iterator[Event]] = []
    for quake, felt in found:
        strong = max(one.value for one in felt)
        streams.append(telegrams.facts(world, quake, felt))
        streams.append(
            telegrams.reports(
                world, quake, felt, tsunami=telegrams.WARNED, corrected=quake is second
            )
        )
        if strong >= 4.3:
            streams.append(telegrams.early_warnings(world, quake))
    return streams


def _aftershock(
    world: World, main: Quake, number: int, one: aftershocks.Aftershock, seed: int
) -> Quake:
    """Where an aftershock is: over the fault, most of them in its upper half; on a small fault of
    its own."""
    random = rng(seed, f"nankai/place/{number}")
    points = main.fault.points(8_000.0)
    x, y, depth = points[int(random.beta(1.3, 1.6) * len(points))]
    depth = max(float(depth) + float(random.normal(0, 4e3)), 5e3)
    x, y = float(x) * 0.7, float(y) + float(random.normal(0, 6e3))
    west = "西" if x < -60e3 else "東" if x > 60e3 else ""
    return Quake(
        origin=main.origin + round(one.seconds * 10) * (SECOND // 10), x=x, y=y, depth=depth,
        magnitude=one.magnitude, fault=shaking.scaled_fault(one.magnitude, x, y, depth, 265, 15),
        kind="interface", name=f"{world.name}南{west}方沖" if west else main.name,
        code=f"5{world.code}{ {'西': 2, '東': 3}.get(west, 1) }", sea=True,
    )  # fmt: skip


# --- evacuation --------------------------------------------------------------------------------


def _evacuation(world: World, quake: Quake) -> list[Iterator[Event]]:
    """Mayors order coastal districts to higher ground; CAP alerts say the same, and are cancelled
    when only advisories are left."""
    streams: list[Iterator[Event]] = []
    for number, town in enumerate(world.municipalities):
        low = [
            one
            for one in world.districts
            if one.municipality == town.code and town.coasts
            and float(world.land.elevation[world.plane.cell_of(*one.at)]) < 20
        ]  # fmt: skip
        if low:
            given = quake.origin + (5 + number % 4) * MINUTE
            ordered = [
                Order(town.code, one.code, one.name, 4, given, "津波", one.people.total,
                      one.people.households)
                for one in low
            ]  # fmt: skip
            streams.append(_orders(world, town, ordered, given))
            streams.append(_alert(world, town, number + 1, given))
    return streams


def _orders(world: World, town: Municipality, ordered: list[Order], given: int) -> Iterator[Event]:
    lifted = given + 21 * HOUR
    tables = [
        orders.orders(world, town.code, time, ordered if time < lifted else [])
        for time in (given + MINUTE, given + 3 * HOUR, given + 13 * HOUR, lifted + MINUTE)
    ]
    yield from merged(facts.ordered(world, ordered, lifted), tables)


def _alert(world: World, town: Municipality, number: int, given: int) -> Iterator[Event]:
    where = [(town.name, town.code, [ring for part in town.boundary for ring in part[:1]])]
    said = {
        "event": "大津波警報", "headline": f"{town.name}　沿岸に避難指示",
        "instruction": "ただちに高台へ避難してください。", "severity": "Extreme",
    }  # fmt: skip
    yield alerts.alert(
        world,
        "cap",
        given + 2 * MINUTE,
        areas=where,
        number=number,
        **said,  # type: ignore[arg-type]
    )
    yield alerts.alert(
        world, "cap", given + 21 * HOUR + 2 * MINUTE, areas=where, number=500 + number,
        type="Cancel", replaces=(number, given + 2 * MINUTE), **said,  # type: ignore[arg-type]
    )  # fmt: skip


def _false_dam(world: World, quake: Quake) -> Iterator[Message]:
    """A rumour that a dam breaks becomes an alert, and is taken back half an hour later."""
    town, name = world.municipalities[-1], "町内のため池"
    if world.dams:
        name = world.dams[0].name
        town = next(one for one in world.municipalities if one.code == world.dams[0].municipality)
    where = [(town.name, town.code, [ring for part in town.boundary for ring in part[:1]])]
    time = quake.origin + 2 * HOUR + 20 * MINUTE
    said = {"event": "ダム決壊のおそれ", "headline": f"{name} 決壊のおそれ、下流は避難"}
    first = alerts.alert(world, "cap", time, areas=where, number=900, **said)  # type: ignore[arg-type]
    yield wrong.wrong(first, "a rumour: the dam is sound")
    yield alerts.alert(
        world, "cap", time + 31 * MINUTE, areas=where, number=901, type="Cancel",
        replaces=(900, time), **said,  # type: ignore[arg-type]
    )  # fmt: skip


# --- what goes wrong ---------------------------------------------------------------------------


def _imperfect(world: World, office: Offices) -> list[Iterator[Event]]:
    """The desks' messages with what is wrong in them.

    One town exchanges coordinates in its first two lists; another's clock is an hour fast for six
    hours; the town that was hit hardest is silent for ten. The prefecture sends two packages that
    are not valid and one that breaks off; the fire office a figure ten times too high, put right
    in the next report; a road that is open stands closed in one list. The hospitals' table comes
    twice over.
    """
    desks = office.desks()
    towns = [one.code for one in world.municipalities]
    hardest = _hardest(office)
    others = [code for code in towns if code != hardest]
    tells = [code for code in others if not cities.tells_changes(world, code)]
    swapped, fast = tells[0], tells[min(2, len(tells) - 1)]
    origin = office.after.origin
    for source in desks:
        desks[source] = changed(desks[source], _fault(world, office, source, swapped, fast))
    lost = f"{hardest}-shelters"
    if lost in desks:
        until = origin + 11 * HOUR
        desks[lost] = _messages(wrong.silent(desks[lost], lost, origin + 50 * MINUTE, until))
    return [iter(desks[source]) for source in sorted(desks)]


def _messages(events: Iterator[Event]) -> Iterator[Message]:
    return (one for one in events if isinstance(one, Message))


def _hardest(office: Offices) -> str:
    """The municipality with most houses lost for its size."""
    lost = {one.municipality: one.destroyed for one in office.after.damage(office.end)}
    homes = {one.code: one.people.households for one in office.world.municipalities}
    return max(sorted(lost), key=lambda code: lost[code] / max(homes[code], 1))


def _fault(world: World, office: Offices, source: str, swapped: str, fast: str) -> Change:
    """What becomes of the messages of a desk."""
    code, origin = world.code, office.after.origin

    def change(number: int, one: Message) -> Iterator[Message]:
        if source == f"{swapped}-shelters" and number < 2:
            one = wrong.coordinates_exchanged(one)
        elif source == f"{fast}-shelters" and one.time < origin + 6 * HOUR:
            states = office.after.shelters(one.time - 10 * MINUTE)
            one = wrong.clock_off(
                lambda time: cities.shelters(world, fast, time, states), one.time, 3600
            )
        elif source == f"{code}-pref-shelters" and number in (2, 5, 9):
            if number == 9:
                one = wrong.truncated(one)
            else:
                one = wrong.invalid_package(one, "number" if number == 2 else "columns")
        elif source == f"{code}-damage" and number == 3:
            states_known = office.after.known(one.time - 15 * MINUTE)
            most = max(states_known, key=lambda each: each.dead)
            told = [
                msgspec.structs.replace(each, dead=each.dead * 10) if each is most else each
                for each in states_known
            ]
            one = reports.damage(world, number + 1, one.time, told)
            one = wrong.wrong(one, "a zero too many among the dead of one municipality")
        elif source == f"{code}-roads" and number == 6:
            one = _closed_in_error(world, office, one)
        yield one
        if source == f"{code}-hospitals" and number % 5 == 2:
            yield wrong.again(one, one.time + 3 * MINUTE)

    return change


def _closed_in_error(world: World, office: Offices, one: Message) -> Message:
    """A list in which a road stands closed that is open; the next does not have it."""
    known = office.known_roads(one.time - 5 * MINUTE)
    shut = {state.code for state in office.after.roads(one.time)}
    road = next(
        (each for each in world.roads if each.rank == "prefectural" and each.code not in shut), None
    )
    if road is None:
        return one
    route = next((each for each in world.routes if each.code == road.route), None)
    state = RoadState(
        road.code, road.name, road.rank, str(route.number) if route else "", road.municipality,
        road.line, "closed", "土砂崩れ", one.time - HOUR,
    )  # fmt: skip
    again = roads.closures(world, "roads", one.time, [*known, state])
    return wrong.wrong(again, f"{road.code} is open: mistaken for another road")
