"""Helpers of the tests of scenarios: played once on the little world, and read back."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from little_world import little_world
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Mode
from noroshi.feeds.drill import scenarios
from noroshi.feeds.drill.actors.mapped import mappings
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.formats import Hints, Reading, read, validate

DATA = Path(os.environ.get("NOROSHI_DATA", Path(__file__).parents[2] / "shared" / "data"))
SCHEMA = DATA / "jma_xml" / "schema" / "jmx.xsd"
START = 1_767_225_600_000_000  # 2026-01-01T09:00+09:00
WORLD = little_world()
MAPPINGS = mappings(WORLD)


@cache
def played(scenario: str, seed: int = 1) -> tuple[Event, ...]:
    """All events of a scenario on the little world."""
    return tuple(scenarios.get(scenario).play(WORLD, START, seed))


def messages(scenario: str) -> list[Message]:
    """Its messages."""
    return [one for one in played(scenario) if isinstance(one, Message)]


def facts(scenario: str, kind: str = "") -> list[Fact]:
    """Its truth, of a kind."""
    return [one for one in played(scenario) if isinstance(one, Fact) and kind in ("", one.kind)]


def hints(message: Message) -> Hints:
    """What a node knows of a message of a drill."""
    return Hints(
        name=message.name, source=f"drill/{message.source}", received=message.time,
        mapping=MAPPINGS.get(message.source),
    )  # fmt: skip


def reading(message: Message) -> Reading | None:
    """What a node reads; None where it cannot."""
    try:
        return read(message.data, hints(message))
    except UnreadableMessage:
        return None


def check_all_are_read(scenario: str) -> None:
    """Every right message is read without faults, as an exercise only; every package and alert
    passes the validator unless it is wrong on purpose."""
    for one in messages(scenario):
        found = reading(one)
        if not one.wrong:
            assert found is not None, one.name
            assert found.faults == [], one.name
        if found is not None:
            assert {edition.mode for edition in found.editions} <= {Mode.EXERCISE}, one.name
        if one.name.endswith(".zip"):
            errors = [each for each in validate(one.data, Hints()) if each.severity == "error"]
            assert bool(errors) == bool(one.wrong), one.name
        if one.name.startswith("cap_"):
            assert validate(one.data, Hints()) == [], one.name


def check_schema(scenario: str) -> None:
    """Every telegram validates against the official schema."""
    if not SCHEMA.exists():
        pytest.skip(f"no official schema at {SCHEMA}")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for one in messages(scenario):
        if one.source == "jma":
            assert schema.validate(etree.fromstring(one.data)), (one.name, schema.error_log)
