"""The Nankai scenario: what is sent, what is true, and what is wrong in it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import msgspec

import drill_scenarios as drill
from drill_scenarios import START, WORLD, facts, messages, played, reading
from noroshi.core.record import Action
from noroshi.core.time import HOUR, MINUTE, SECOND, parse
from noroshi.feeds.drill.scenarios import nankai
from noroshi.feeds.drill.scene import Message

NAME = "nankai"
ORIGIN = nankai.main_shock(WORLD, START).origin


def test_the_same_seed_and_start_give_the_same_bytes() -> None:
    assert tuple(nankai.play(WORLD, START, 1)) == played(NAME)


def test_another_seed_gives_another_day() -> None:
    first = next(one for one in nankai.play(WORLD, START, 2) if isinstance(one, Message))
    assert first.time > 0
    other = [one for one in nankai.play(WORLD, START, 2) if isinstance(one, Message)]
    assert [one.data for one in other] != [one.data for one in messages(NAME)]


def test_everything_comes_in_order_of_time_within_a_day() -> None:
    times = [one.time for one in played(NAME)]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] < START + round(nankai.HOURS * HOUR)


def test_every_right_message_is_read_and_is_an_exercise_only() -> None:
    drill.check_all_are_read(NAME)


def test_every_telegram_is_valid() -> None:
    drill.check_schema(NAME)


def test_early_warnings_come_in_a_burst_with_several_in_one_second() -> None:
    burst = [
        one for one in messages(NAME)
        if one.name.endswith(("VXSE43.xml", "VXSE44.xml", "VXSE45.xml"))
        and one.time < ORIGIN + 4 * MINUTE
    ]  # fmt: skip
    seconds = Counter(one.time // SECOND for one in burst)
    assert len(burst) >= 20
    assert max(seconds.values()) >= 3
    assert any(one.name.endswith("VXSE43.xml") for one in burst)


def test_the_tsunami_warning_says_huge_before_it_says_metres_and_is_lowered_in_the_end() -> None:
    said = []
    for one in messages(NAME):
        if one.name.endswith("VTSE41.xml"):
            found = reading(one)
            assert found is not None
            said.append([
                msgspec.json.decode(record.body)
                for edition in found.editions for record in edition.records
                if record.kind == "disaster.tsunami_warning"
            ])  # fmt: skip
    words = [{body.get("height_text", "") for body in bodies} for bodies in said]
    assert "巨大" in words[0]
    assert any("ｍ" in text for text in words[1])
    kinds = [{body["kind"] for body in bodies} for bodies in said]
    assert any("大津波警報" in kind for kind in kinds[0])
    assert kinds[-1] <= {"津波注意報", "津波予報（若干の海面変動）", "津波注意報解除", "警報解除"}


def test_a_false_early_warning_is_withdrawn() -> None:
    alarm = next(one for one in messages(NAME) if "no such earthquake" in one.wrong)
    found = reading(alarm)
    assert found is not None
    series = {edition.series for edition in found.editions}
    withdrawn = [
        edition
        for one in messages(NAME) if alarm.time < one.time < alarm.time + MINUTE
        for edition in (reading(one) or found).editions if edition.action is Action.CANCEL
    ]  # fmt: skip
    assert {edition.series for edition in withdrawn} & series


def test_a_wrong_epicentre_is_corrected_within_minutes() -> None:
    wrong = next(one for one in messages(NAME) if "epicentre" in one.wrong)
    found = reading(wrong)
    assert found is not None
    later = [
        edition
        for one in messages(NAME) if wrong.time < one.time < wrong.time + 10 * MINUTE
        for edition in (reading(one) or found).editions if edition.action is Action.CORRECT
    ]  # fmt: skip
    assert {one.series for one in later} & {one.series for one in found.editions}


def test_everything_the_brief_asks_for_goes_wrong() -> None:
    wrong = " / ".join({one.wrong for one in messages(NAME)})
    for what in ("exchanged", "clock is 1 h fast", "cut short", "written as text", "rumour",
                 "zero too many", "open: mistaken"):  # fmt: skip
        assert what in wrong, what
    assert any(one.repeats for one in messages(NAME))


def test_the_town_that_was_hit_hardest_is_silent_for_hours() -> None:
    gaps = []
    for town in WORLD.municipalities:
        times = [one.time for one in messages(NAME) if one.source == f"{town.code}-shelters"]
        gaps.append(max(b - a for a, b in pairwise(times)))
    assert max(gaps) > 9 * HOUR
    assert sorted(gaps)[-2] <= 2 * HOUR


def test_shelters_fill_and_the_lists_agree_with_the_truth() -> None:
    truth = {one.key: one.body for one in facts(NAME, "disaster.shelter")}
    last: dict[str, int] = {}
    for one in messages(NAME):
        if one.source == "51-pref-shelters" and not one.wrong:
            found = reading(one)
            assert found is not None
            last = {
                record.key: msgspec.json.decode(record.body).get("headcount", 0)
                for record in found.editions[0].records if record.kind == "disaster.shelter"
            }  # fmt: skip
    assert sum(last.values()) > 500
    assert last.keys() == truth.keys()
    for code, count in last.items():
        assert abs(count - truth[code].get("headcount", 0)) <= max(12, 0.2 * count)


def test_base_stations_go_dark_when_their_batteries_run_out() -> None:
    hours = {one.code: one.hours for one in WORLD.facilities if one.category == "base_station"}
    dark = {}
    for one in facts(NAME, "infrastructure.base_station"):
        if one.body["status"] == "off":
            dark.setdefault(one.key, (one.time - ORIGIN) / HOUR)
    dry = {key: time for key, time in dark.items() if time > 1}
    assert dry
    for key, time in dry.items():
        assert 0.7 * hours[key] <= time <= 1.1 * hours[key] + 0.4


def test_only_the_truth_is_true() -> None:
    """A closure that a wrong list has is in no fact."""
    wrong = next(one for one in messages(NAME) if "open: mistaken" in one.wrong)
    code = wrong.wrong.split(" ")[0]
    assert code not in {one.key for one in facts(NAME, "disaster.road")}
    found = reading(wrong)
    assert found is not None
    assert code in {record.key for record in found.editions[0].records}


def test_arrivals_of_the_tsunami_are_as_the_truth_has_them() -> None:
    arrivals = {one.key: one.body for one in facts(NAME, "disaster.tsunami_arrival")}
    assert {key for key in arrivals if key.startswith("area/")} == {
        f"area/{one.code}" for one in WORLD.coasts
    }
    for one in facts(NAME, "disaster.tsunami_observation"):
        assert parse(one.body["arrival"]) <= one.time
        assert one.body["height"] > 0
