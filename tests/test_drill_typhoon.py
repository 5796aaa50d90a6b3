"""The typhoon scenario: what is sent, what is true, and what is wrong in it."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from lxml import etree

from little_world import little_world
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, MINUTE
from noroshi.feeds.drill.actors.mapped import mappings
from noroshi.feeds.drill.physics import river
from noroshi.feeds.drill.physics.consequences import CUT_OFF
from noroshi.feeds.drill.physics.storm import HOURLY
from noroshi.feeds.drill.scenarios.storm.course import Course
from noroshi.feeds.drill.scenarios.typhoon import TYPHOON
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.formats import Hints, Reading, read, validate
from stormy_world import stormy_world

DATA = Path(os.environ.get("NOROSHI_DATA", Path(__file__).parents[2] / "shared" / "data"))
SCHEMA = DATA / "jma_xml" / "schema" / "jmx.xsd"
START = 1_788_220_800_000_000  # 2026-09-01T09:00+09:00
WORLD = stormy_world()
MAPPINGS = mappings(WORLD)


@cache
def played() -> tuple[Event, ...]:
    return tuple(TYPHOON.play(WORLD, START, 1))


@cache
def course() -> Course:
    return Course(WORLD, START, 1)


def messages() -> list[Message]:
    return [one for one in played() if isinstance(one, Message)]


def facts(kind: str) -> list[Fact]:
    return [one for one in played() if isinstance(one, Fact) and one.kind == kind]


@cache
def reading(message: Message) -> Reading | None:
    hints = Hints(
        name=message.name, source=f"drill/{message.source}", received=message.time + HOUR,
        mapping=MAPPINGS.get(message.source),
    )  # fmt: skip
    try:
        return read(message.data, hints)
    except UnreadableMessage:
        return None


def records(message: Message) -> list[tuple[str, str, dict[str, Any]]]:
    found = reading(message)
    assert found is not None
    return [
        (one.kind, one.key, msgspec.json.decode(one.body))
        for edition in found.editions
        for one in edition.records
    ]


# --- the whole -----------------------------------------------------------------------------------


def test_the_same_seed_and_start_give_the_same_bytes() -> None:
    assert tuple(TYPHOON.play(WORLD, START, 1)) == played()


def test_another_seed_gives_another_storm() -> None:
    other = [one.data for one in TYPHOON.play(WORLD, START, 2) if isinstance(one, Message)]
    assert other != [one.data for one in messages()]


def test_everything_comes_in_order_of_time_within_two_days() -> None:
    times = [one.time for one in played()]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] <= START + round(TYPHOON.hours * HOUR)


def test_there_are_two_thousand_messages_of_many_kinds() -> None:
    assert len(messages()) >= 2_000
    telegrams = {one.name.split("_")[2] for one in messages() if one.source == "jma"}
    assert telegrams == {
        "VPTW60", "VPWW55", "VPWW56", "VPWW57", "VPWW58", "VPWW59", "VPWW61", "VXWW50", "VXKO50",
        "VPBS50",
    }  # fmt: skip
    sent = {one.source.partition("-")[2] for one in messages()}
    assert {
        "amedas", "mlit-rain", "pref-rain", "pref-rivers", "dams", "flood-sensors", "power",
        "mobile", "hospitals", "roads", "pref-roads", "pref-shelters", "shelters", "orders",
        "incidents", "isolation", "damage",
    } <= sent  # fmt: skip


def test_every_right_message_is_read_and_is_an_exercise_only() -> None:
    for one in messages():
        found = reading(one)
        if not one.wrong:
            assert found is not None, one.name
            assert found.faults == [], one.name
        if found is not None:
            assert {edition.mode for edition in found.editions} <= {Mode.EXERCISE}, one.name


def test_every_message_carries_its_own_time() -> None:
    for one in messages():
        found = reading(one)
        if found is None or one.wrong:
            continue
        for edition in found.editions:
            # Not that of arrival, which was an hour later, and not long before it was sent.
            assert one.time - 60 * MINUTE < edition.issued <= one.time, one.name


def test_every_telegram_is_valid() -> None:
    if not SCHEMA.exists():
        pytest.skip(f"no official schema at {SCHEMA}")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for one in messages():
        if one.source == "jma":
            assert schema.validate(etree.fromstring(one.data)), (one.name, schema.error_log)


def test_every_package_and_alert_passes_the_validator_unless_it_is_wrong_on_purpose() -> None:
    packages = 0
    for one in messages():
        if one.name.endswith(".zip"):
            packages += 1
            errors = [each for each in validate(one.data, Hints()) if each.severity == "error"]
            assert bool(errors) == bool(one.wrong), one.name
        elif one.name.startswith("cap_"):
            assert validate(one.data, Hints()) == [], one.name
    assert packages > 40


def test_everything_that_may_go_wrong_does() -> None:
    wrong = " / ".join(sorted({one.wrong for one in messages()}))
    for what in ("exchanged", "clock is 1 h slow", "cut short", "attribute definition",
                 "ten times", "another road", "withdrawn", "cancelled"):  # fmt: skip
        assert what in wrong, what
    assert sum(one.repeats for one in messages()) >= 5
    assert sum(1 for one in messages() if reading(one) is None) == 1  # the file cut short


def test_one_sender_is_silent_when_it_rains_the_most() -> None:
    gaps = {}
    for desk in ("pref-rain", "amedas"):
        times = [one.time for one in messages() if one.source == f"51-{desk}"]
        gaps[desk] = max(np.diff(times))
    assert gaps["pref-rain"] > 3 * HOUR
    assert gaps["amedas"] == 10 * MINUTE


def test_a_prefecture_without_rivers_dams_and_gauges_has_a_storm_too() -> None:
    kinds = Counter(type(one).__name__ for one in TYPHOON.play(little_world(), START, 3))
    assert kinds["Message"] > 200
    assert kinds["Fact"] > 100


# --- the storm -----------------------------------------------------------------------------------


def test_the_rain_is_that_of_a_strong_typhoon() -> None:
    storm = course().storm
    land = storm.coarse.land.ravel() > 0.3
    total = storm.total(len(storm.rain) - 1, 48)[land]
    assert 350 < np.percentile(total, 98) < 950
    assert storm.rain.min() >= 0


def test_a_levee_breaks_and_the_water_is_found_again_on_the_plain() -> None:
    storm = course().storm
    broken = [one for one in storm.flooded if one.breached >= 0]
    assert 1 <= len(broken) <= 3
    for one in broken:
        gauge = WORLD.water_gauges[one.gauge]
        assert storm.level[: one.breached + 1, one.gauge].max() > river.brim(gauge)
        assert one.volume[: one.breached].max() < 0.1 * one.volume.max()
        step = int(one.volume.argmax())
        depth = one.plain.depth(float(one.surface[step]))
        assert depth.sum() * WORLD.plane.cell**2 == pytest.approx(one.volume[step], rel=1e-6)


def test_dams_lose_no_water() -> None:
    for dam in course().storm.dams:
        balance = (dam.inflow - dam.outflow).sum() * 600
        assert dam.storage[-1] - dam.storage[0] == pytest.approx(
            balance - (dam.inflow[0] - dam.outflow[0]) * 600, abs=1
        )


def test_some_hamlets_are_cut_off_and_reached_again() -> None:
    cut = {one.settlement for one in course().after.isolations}
    assert CUT_OFF[0] <= len(cut) <= CUT_OFF[1]
    assert any(one.until is not None for one in course().after.isolations)


# --- what is told --------------------------------------------------------------------------------


def test_warnings_rise_by_level_and_are_lifted_again() -> None:
    course_of: dict[str, list[int]] = defaultdict(list)
    for fact in facts("disaster.alert_level"):
        course_of[fact.key].append(0 if fact.gone else fact.body["level"])
    assert set(course_of) == {f"city:{one.code}00" for one in WORLD.municipalities}
    for levels in course_of.values():
        assert max(levels) >= 3
        # Where a river has overflowed, its forecast stands to the end.
        assert levels[-1] < max(levels) or max(levels) == 5
        assert all(a != b for a, b in pairwise(levels))
    assert max(map(max, course_of.values())) >= 4


FLOOD_TOWN = "disaster.flood_municipality"


def test_the_alert_level_of_the_truth_is_what_the_warnings_in_force_print() -> None:
    printed: dict[str, dict[str, int]] = defaultdict(dict)
    due = {one.time: one for one in facts("disaster.alert_level")}
    levels = {"２": 2, "３": 3, "４": 4, "５": 5}
    for one in messages():
        type = one.name.split("_")[2] if one.source == "jma" else ""
        if type == "VXKO50":
            told = records(one)
            river = next(body for kind, _, body in told if kind == "disaster.flood_warning")
            towns = {body["city_code"] for kind, _, body in told if kind == FLOOD_TOWN}
            for town in WORLD.municipalities:
                level = river.get("level", 0) if f"{town.code}00" in towns else 0
                printed[f"city:{town.code}00"][river["code"]] = level
        if type not in ("VPWW55", "VPWW56", "VPWW57"):
            continue
        said = {}
        for kind, key, body in records(one):
            if kind == "disaster.weather_warning":
                names = [each["name"] for each in body["kinds"]]
                said[key] = max(
                    (levels[name[3]] for name in names if name[:3] == "レベル"), default=0
                )
        for town in WORLD.municipalities:
            printed[f"city:{town.code}00"][type] = next(
                (level for key, level in said.items() if town.code in key), 0
            )
    last = {one.key: 0 if one.gone else one.body["level"] for one in due.values()}
    final: dict[str, int] = {}
    for one in facts("disaster.alert_level"):
        final[one.key] = 0 if one.gone else one.body["level"]
    assert {key: max(some.values()) for key, some in printed.items()} == final
    assert set(last) <= set(final)


def test_gauges_tell_what_is_so_to_a_few_centimetres() -> None:
    levels = course().storm.level
    codes = {one.code: at for at, one in enumerate(WORLD.water_gauges)}
    checked = 0
    for one in messages():
        if one.source.endswith("rivers"):
            found = reading(one)
            assert found is not None
            step = (found.editions[0].issued - START) // (10 * MINUTE)
            for _, key, body in records(one):
                level = body["observed"].get("level")
                if level is None:
                    assert body["observed"]["level_condition"] == "欠測"
                else:
                    checked += 1
                    assert level == pytest.approx(levels[step, codes[key]], abs=0.08)
    assert checked > 1_000


def test_whole_tables_name_every_gauge() -> None:
    counts = Counter(len(records(one)) for one in messages() if one.source == "51-pref-rain")
    assert len(counts) == 1


def test_a_flood_forecast_says_that_the_river_ran_over_and_is_called_off() -> None:
    levels: dict[str, list[int]] = defaultdict(list)
    for one in messages():
        if one.source == "jma" and "VXKO50" in one.name and not one.repeats:
            for kind, _, body in records(one):
                if kind == "disaster.flood_warning":
                    levels[body["code"]].append(body.get("level", 0))
    assert max(map(max, levels.values())) == 5
    assert any(some[-1] in (0, 2) for some in levels.values())


def test_orders_follow_the_danger_and_are_lifted() -> None:
    orders = facts("disaster.evacuation_order")
    assert {one.body["level"] for one in orders if not one.gone} >= {3, 4, 5}
    assert {one.body["hazard"] for one in orders if not one.gone} >= {"洪水", "土砂災害"}
    held: dict[str, int] = {}
    for one in orders:
        held[one.key] = 0 if one.gone else one.body["level"]
    assert sum(level >= 4 for level in held.values()) < 0.5 * len(held)


def test_a_list_of_shelters_agrees_with_the_truth_of_its_time() -> None:
    truth: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for fact in facts("disaster.shelter"):
        truth[fact.key].append((fact.time, fact.body))
    compared = 0
    for one in messages():
        if not one.source.endswith("pref-shelters") or one.wrong:
            continue
        for kind, _, body in records(one):
            if kind != "disaster.shelter":
                continue
            # The prefecture knows what the municipality told it within the last hour or so.
            since = [b for t, b in truth[body["code"]] if one.time - 2 * HOUR <= t <= one.time]
            before = [b for t, b in truth[body["code"]] if t < one.time - 2 * HOUR][-1:]
            counts = [each["headcount"] for each in (*before, *since)]
            compared += 1
            assert min(counts) - 5 <= 1.06 * body.get("headcount", 0) + 5
            assert body.get("headcount", 0) <= 1.06 * max(counts) + 5
    assert compared > 50


def test_flood_sensors_speak_when_the_water_reaches_or_leaves_a_height() -> None:
    states = {one.body["state"] for one in facts("disaster.flood_sensor")}
    assert states == {"wet", "dry"}
    steps = {
        body.get("step", 0)
        for one in messages() if one.source.endswith("flood-sensors")
        for _, _, body in records(one)
    }  # fmt: skip
    assert {0, 1} <= steps <= {0, 1, 2, 3}


def test_the_scenario_ends_with_things_getting_better() -> None:
    out = [one for one in facts("infrastructure.outage") if not one.gone]
    most = max(one.body["customers_out"] for one in out)
    last = {one.key: one for one in facts("infrastructure.outage")}
    left = sum(0 if one.gone else one.body["customers_out"] for one in last.values())
    assert left < 0.5 * most
    closed = {one.key: one for one in facts("disaster.road")}
    assert any(one.gone or one.body["status"] == "alternating" for one in closed.values())
    level = course().storm.level
    assert np.all(level[-1] <= level.max(axis=0))
    assert level.max(axis=0).argmax() >= 0
    assert int(level.max(axis=1).argmax()) < 46 * HOURLY
