"""The day of several threats: what is sent, what is true, and how the three go on."""

from __future__ import annotations

from collections import defaultdict

import msgspec

import drill_scenarios as drill
from drill_scenarios import START, WORLD, facts, messages, played, reading
from noroshi.core.time import HOUR
from noroshi.feeds.drill.scenarios import multithreat, ransom

NAME = "multithreat"
HOSPITAL = ransom.main_hospital(WORLD)


def test_the_same_seed_and_start_give_the_same_bytes() -> None:
    assert tuple(multithreat.play(WORLD, START, 1)) == played(NAME)


def test_everything_comes_in_order_of_time() -> None:
    times = [one.time for one in played(NAME)]
    assert times == sorted(times)
    assert times[-1] < START + round(multithreat.HOURS * HOUR)


def test_every_right_message_is_read_and_is_an_exercise_only() -> None:
    drill.check_all_are_read(NAME)


def test_every_telegram_is_valid() -> None:
    drill.check_schema(NAME)


def test_the_infection_grows_in_the_shelters_where_it_began() -> None:
    cases: dict[str, int] = defaultdict(int)
    for one in facts(NAME, "health.shelter_syndrome"):
        cases[one.key] = max(cases[one.key], one.body["diarrhoea"])
    total: dict[str, int] = defaultdict(int)
    for key, count in cases.items():
        total[key.split("/")[1]] += count
    assert sum(total.values()) >= 10
    assert max(total.values()) >= 5


def test_an_outbreak_is_true_of_a_shelter_from_its_second_case_on() -> None:
    told = {one.key: one.time for one in facts(NAME, "health.shelter_alarm")}
    assert told
    for code, time in told.items():
        before = [one.body["diarrhoea"] for one in facts(NAME, "health.shelter_syndrome")
                  if one.key.endswith(code) and one.time <= time]  # fmt: skip
        assert max(before) >= 2


def test_tick_sheets_see_most_of_those_who_fell_ill_and_what_else_there_is() -> None:
    sheets = [one for one in messages(NAME) if one.source == "51-tick-sheets"]
    assert len(sheets) >= 3
    bodies = []
    for one in sheets:
        found = reading(one)
        assert found is not None
        bodies += [msgspec.json.decode(record.body) for record in found.editions[0].records]
    assert sum(body.get("diarrhoea", 0) for body in bodies) > 0
    assert sum(body.get("injury", 0) for body in bodies) > 0
    assert all(body["seen"] >= body.get("diarrhoea", 0) for body in bodies)


def test_a_sheet_that_counts_twice_is_put_right_by_the_next() -> None:
    at, wrong = next(
        (at, one) for at, one in enumerate(messages(NAME)) if "counted twice" in one.wrong
    )
    right = next(
        one for one in messages(NAME)[at + 1 :] if one.source == wrong.source
    )  # fmt: skip
    counts = []
    for one in (wrong, right):
        found = reading(one)
        assert found is not None
        counts.append(
            sum(msgspec.json.decode(record.body)["seen"] for record in found.editions[0].records)
        )
    assert counts[0] >= counts[1]


def test_the_attacked_hospital_takes_nobody_until_its_systems_come_back() -> None:
    attack = START + multithreat.QUIET + round(multithreat.ATTACK * HOUR)
    states = [
        (one.time, one.body)
        for one in facts(NAME, "health.hospital_status") if one.key == HOSPITAL.code
    ]  # fmt: skip
    before = [body for time, body in states if time < attack]
    during = [body for time, body in states if attack + 2 * HOUR < time < attack + 20 * HOUR]
    stopped = [body for time, body in states if attack < time and body["status"] == "stopped"]
    assert "systems" not in before[-1]
    assert stopped
    assert all(body["status"] == "stopped" for body in during)
    table = next(
        one
        for one in messages(NAME)
        if one.source == "51-hospitals" and attack + 3 * HOUR < one.time < attack + 20 * HOUR
    )
    found = reading(table)
    assert found is not None
    said = {record.key: msgspec.json.decode(record.body) for record in found.editions[0].records}
    assert said[HOSPITAL.code]["accepts"] is False
    assert "電子カルテ" in said[HOSPITAL.code]["systems"]


def test_the_incident_is_told_as_it_goes() -> None:
    truth = [one.body["status"] for one in facts(NAME, "cyber.incident")]
    told = []
    for one in messages(NAME):
        if one.source == "51-cyber":
            found = reading(one)
            assert found is not None
            told.append(msgspec.json.decode(found.editions[0].records[0].body)["status"])
    assert truth == ["ongoing", "contained", "recovering"]
    assert told[0] == "suspected"
    assert [word for word in dict.fromkeys(told) if word != "suspected"] == truth


def test_ambulances_are_told_to_go_elsewhere_and_back() -> None:
    sent = [one for one in messages(NAME) if one.source == "51-medical-cap"]
    assert len(sent) == 2
    assert b"<msgType>Cancel</msgType>" in sent[1].data
    assert b"51-medical-cap-1," in sent[1].data
