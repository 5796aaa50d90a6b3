"""What organisations write in a drill: read back, an exercise, and wrong only where meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from little_world import little_world
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, MINUTE
from noroshi.feeds.drill.actors import (
    alerts,
    cities,
    health,
    hospitals,
    lifelines,
    orders,
    prefecture,
    reports,
    roads,
    wrong,
)
from noroshi.feeds.drill.actors.mapped import mappings
from noroshi.feeds.drill.actors.state import (
    CutOff,
    CyberIncident,
    Damage,
    HospitalState,
    Incident,
    Order,
    OutageState,
    RoadState,
    ShelterHealth,
    ShelterState,
    StationState,
)
from noroshi.feeds.drill.scene import Message
from noroshi.formats import Hints, Reading, read, validate
from noroshi.formats.csv.mapping import read_mapping

WORLD = little_world()
START = 1_767_225_600_000_000  # 2026-01-01T09:00+09:00
MAPPINGS = mappings(WORLD)
HOSPITALS = [one for one in WORLD.facilities if one.category == "hospital"]
STATIONS = [one for one in WORLD.facilities if one.category == "base_station"]

SHELTERS = [
    ShelterState(one, ("open", "closed")[at % 2], 10 * at, 4 * at, opened=START - HOUR)
    for at, one in enumerate(WORLD.shelters)
]
ROADS = [
    RoadState(one.code, one.name, one.rank, "951", one.municipality, one.line, cause="土砂崩れ",
              since=START - HOUR)
    for one in WORLD.roads[:6]
]  # fmt: skip
FEEDERS = [
    OutageState(one, WORLD.municipalities[0].at, "51201", 50 * at, START - HOUR, None, "地震")
    for at, one in enumerate(WORLD.feeders)
]
ZONES = [
    OutageState(one, WORLD.municipalities[0].at, "51201", 4000, START - HOUR) for one in WORLD.zones
]


def _all(time: int = START) -> list[Message]:
    """A message of every kind that organisations send."""
    world = WORLD
    box = world.municipalities[0].boundary[0]
    return [
        prefecture.shelters(world, time, SHELTERS),
        prefecture.roads(world, time, ROADS),
        prefecture.roads(world, time, []),
        prefecture.damage(world, time, [Damage(municipality="51201", dead=2)]),
        *(cities.shelters(world, one.code, time, SHELTERS) for one in world.municipalities),
        *(
            roads.closures(world, desk, time, ROADS)
            for desk in ("roads", "national-roads", "expressway")
        ),
        lifelines.power(world, time, FEEDERS),
        lifelines.water(world, time, ZONES),
        lifelines.mobile(
            world, time, [StationState(STATIONS[0], False, "battery", 0.5, time - HOUR, "停電")]
        ),
        hospitals.hospitals(
            world, time, [HospitalState(HOSPITALS[0], power="generator", hours=11.5)]
        ),
        reports.damage(world, 3, time, [Damage(municipality="51202", missing=1, fires=2)]),
        reports.incidents(
            world, time,
            [Incident("I-1", "火災", "本町の火災", STATIONS[0].at, "51201", time - MINUTE)],
        ),
        reports.isolation(world, time, [CutOff(WORLD.settlements[3], 120, 50, time - HOUR)]),
        orders.orders(
            world, "51201", time,
            [Order("51201", "51201000001", "東浜", 4, time - HOUR, "津波", 900, 400)],
        ),
        health.tick_sheets(
            world, time, [ShelterHealth(world.shelters[0], 80, 9, {"diarrhoea": 4}, 1, 3, "甲班")]
        ),
        health.cyber(
            world, time,
            [CyberIncident(code="C-1", title="電子カルテの停止", facility=HOSPITALS[0],
                           category="ransomware", status="ongoing", started=time - HOUR)],
        ),
        alerts.alert(
            world, "cap", time, event="津波", headline="高台へ",
            areas=[("風早市", "51201", [box[0]])],
        ),
    ]  # fmt: skip


def _read(message: Message) -> Reading:
    hints = Hints(
        name=message.name, source=f"drill/{message.source}", received=START + 12 * HOUR,
        mapping=MAPPINGS.get(message.source),
    )  # fmt: skip
    return read(message.data, hints)


MESSAGES = _all()


@pytest.mark.parametrize("message", MESSAGES, ids=[one.name for one in MESSAGES])
def test_every_message_is_read_without_faults_as_an_exercise_of_its_own_time(
    message: Message,
) -> None:
    reading = _read(message)
    assert reading.faults == []
    assert {one.mode for one in reading.editions} == {Mode.EXERCISE}
    assert {one.issued for one in reading.editions} == {START}
    assert validate(message.data, Hints(mapping=MAPPINGS.get(message.source))) == []


def test_the_same_state_and_time_give_the_same_bytes() -> None:
    assert [one.data for one in _all()] == [one.data for one in MESSAGES]


def test_every_mapping_fits_its_kind_and_series_are_all_different() -> None:
    series = [read_mapping(one).series for one in MAPPINGS.values()]
    assert len(series) == len(set(series))
    assert all("{" not in one for one in series)


@pytest.mark.parametrize("dialect", cities.DIALECTS)
def test_a_list_of_shelters_says_the_same_in_every_dialect(
    dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cities, "dialect", lambda world, code: dialect)
    mapping = mappings(WORLD)["51202-shelters"]
    message = cities.shelters(WORLD, "51202", START, SHELTERS)
    (edition,) = read(message.data, Hints(mapping=mapping)).editions
    said = {one.key: msgspec.json.decode(one.body) for one in edition.records}
    mine = {one.shelter.code: one for one in SHELTERS if one.shelter.municipality == "51202"}
    assert said.keys() == mine.keys()
    for code, body in said.items():
        assert (body["name"], body["status"], body["headcount"], body["households"],
                body["capacity"]) == (
            mine[code].shelter.name, mine[code].status, mine[code].headcount,
            mine[code].households, mine[code].shelter.capacity,
        )  # fmt: skip
        assert body["municipality"] == "港町市"
    assert all(one.geometry is not None for one in edition.records)
    assert edition.whole is (dialect != "changes")


def test_an_empty_layer_of_roads_replaces_the_one_before() -> None:
    full = _read(prefecture.roads(WORLD, START, ROADS)).editions[0]
    empty = _read(prefecture.roads(WORLD, START + HOUR, [])).editions[0]
    assert (full.series, len(full.records)) == (empty.series, len(ROADS) + 1)
    assert [one.kind for one in empty.records] == ["disaster.layer"]


@pytest.mark.parametrize("how", ["columns", "number", "time", "entry"])
def test_a_package_made_wrong_on_purpose_is_caught(how: str) -> None:
    message = wrong.invalid_package(MESSAGES[0], how)
    assert message.wrong
    assert any(one.severity == "error" for one in validate(message.data, Hints()))


@pytest.mark.parametrize("dialect", cities.DIALECTS)
def test_exchanged_coordinates_are_found_in_every_dialect(
    dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cities, "dialect", lambda world, code: dialect)
    right = cities.shelters(WORLD, "51201", START, SHELTERS)
    message = wrong.coordinates_exchanged(right)
    mapping = mappings(WORLD)["51201-shelters"]
    reading = read(message.data, Hints(mapping=mapping))
    assert message.wrong
    assert len(reading.faults) >= 8
    assert all(one.geometry is None for edition in reading.editions for one in edition.records)


def test_a_clock_that_is_an_hour_fast_shows_in_the_time_of_issue() -> None:
    def write(time: int) -> Message:
        return lifelines.power(WORLD, time, FEEDERS)

    message = wrong.clock_off(write, START, 3600)
    assert (message.time, message.wrong) == (START, "the clock is 1 h fast")
    assert _read(message).editions[0].issued == START + HOUR


def test_a_package_cut_short_cannot_be_read() -> None:
    with pytest.raises(UnreadableMessage):
        _read(wrong.truncated(MESSAGES[0]))


def test_a_sender_goes_silent_and_comes_back() -> None:
    sent = [lifelines.power(WORLD, START + at * HOUR, FEEDERS) for at in range(6)]
    left = wrong.silent(iter(sent), "51-power", START + HOUR, START + 4 * HOUR)
    assert [(one.time - START) // HOUR for one in left] == [0, 4, 5]


def test_two_lists_of_the_same_minute_do_not_differ_by_seconds() -> None:
    write: Callable[[int], Any] = lambda time: lifelines.water(WORLD, time, ZONES)  # noqa: E731
    assert write(START).data == write(START + 59_000_000).data
