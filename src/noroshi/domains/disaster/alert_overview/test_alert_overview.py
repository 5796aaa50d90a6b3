"""The agency's level and the mayor's orders side by side: neither ever colours the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core.capability import run
from noroshi.core.errors import InvalidRecord
from noroshi.core.levels import Span, Step, at, steps
from noroshi.core.record import Version
from noroshi.core.time import FOREVER, HOUR, parse
from noroshi.domains import get
from noroshi.domains.disaster.alert_overview.model import first_departure
from noroshi.domains.disaster.alert_overview.products import Params, build
from noroshi.domains.samples import inputs_of

NAME = "disaster/alert_overview"
SAMPLES = Path(__file__).parent / "samples"
LEVEL, ORDER, OUTLOOK = get(NAME).consumes


def overview(
    inputs: dict[str, list[Version]], at: int | None = None, params: Params | None = None
) -> dict[str, dict[str, Any]]:
    """The bodies by municipality."""
    return {
        record.key: json.loads(record.body)
        for edition in run(NAME, get(NAME), inputs, params, at=at)
        for record in edition.records
    }


@pytest.fixture
def both() -> dict[str, list[Version]]:
    return inputs_of(NAME, SAMPLES / "both")


@pytest.fixture
def no_order() -> dict[str, list[Version]]:
    return inputs_of(NAME, SAMPLES / "no_order")


def test_both_stand_beside_each_other_with_their_history(both: dict[str, list[Version]]) -> None:
    body = overview(both)["city:9920100"]
    assert (body["agency_level"], body["order_level"], body["higher"]) == (4, 4, "equal")
    assert [(one["of"], one.get("before"), one.get("after")) for one in body["changes"]] == [
        ("order", 3, 4), ("agency", 3, 4), ("order", None, 3), ("agency", 2, 3), ("agency", None, 2)
    ]  # fmt: skip


def test_people_under_two_orders_are_counted_once(both: dict[str, list[Version]]) -> None:
    body = overview(both)["city:9920100"]
    assert body["persons"] == 300 + 110
    assert [one["persons"] for one in body["orders"]] == [110, 300, 110]


def test_without_orders_the_agency_fields_are_the_same(both: dict[str, list[Version]]) -> None:
    whole = overview(both)["city:9920100"]
    alone = overview({**both, ORDER: []})["city:9920100"]
    for field in ("agency_level", "agency_names", "agency_since", "hazards", "next"):
        assert alone[field] == whole[field]
    assert "order_level" not in alone
    assert alone["order_not_received"] is True


def test_without_warnings_the_orders_are_the_same(both: dict[str, list[Version]]) -> None:
    whole = overview(both)["city:9920100"]
    alone = overview({**both, LEVEL: [], OUTLOOK: []})["city:9920100"]
    for field in ("order_level", "order_kind", "orders", "persons", "households"):
        assert alone[field] == whole[field]
    assert "agency_level" not in alone
    assert alone["higher"] == "order"


def test_an_order_that_was_lifted_is_history_and_the_flag_says_what_is_missing(
    no_order: dict[str, list[Version]],
) -> None:
    body = overview(no_order)["city:9930100"]
    assert body["order_not_received"] is True
    assert "orders" not in body
    assert "order_not_received" not in overview(no_order, params=Params(5))["city:9930100"]


def test_a_stated_end_is_the_next_change_and_what_is_said_ends_there(
    no_order: dict[str, list[Version]],
) -> None:
    (edition,) = [one for one in run(NAME, get(NAME), no_order) if one.series.endswith("9930100")]
    end = parse("2031-07-02T20:00:00+09:00")
    assert edition.records[0].valid_to == end
    assert json.loads(edition.records[0].body)["next"] == {
        "time": "2031-07-02T20:00:00+09:00", "of": "agency", "before": 4, "basis": "end"
    }  # fmt: skip
    later = overview(no_order, at=end)["city:9930100"]
    assert "agency_level" not in later
    assert later["changes"][0] == {
        "time": "2031-07-02T20:00:00+09:00", "of": "agency", "before": 4
    }  # fmt: skip


def test_two_days_later_nothing_is_left_to_say(no_order: dict[str, list[Version]]) -> None:
    late = parse("2031-07-04T20:00:00+09:00")
    ended = {
        **no_order,
        OUTLOOK: [],
        ORDER: [
            msgspec.structs.replace(one, valid_to=one.issued + HOUR) for one in no_order[ORDER]
        ],
    }
    assert overview(ended, at=late - 1)
    assert overview(ended, at=late) == {}


def test_inputs_of_two_municipalities_are_refused(both: dict[str, list[Version]]) -> None:
    other = [msgspec.structs.replace(one, area="city:9930100") for one in both[ORDER]]
    with pytest.raises(InvalidRecord):
        build({**both, ORDER: other}, Params(), 0)


# --- levels over time --------------------------------------------------------------------------

SPANS = st.lists(
    st.builds(
        lambda start, length, level: Span(start, start + length, level),
        st.integers(0, 40),
        st.integers(0, 20),
        st.integers(1, 5),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(SPANS)
def test_steps_tell_the_highest_level_at_every_moment(spans: list[Span]) -> None:
    found = steps(spans)
    for moment in range(65):
        standing = [one.level for one in spans if one.start <= moment < one.end]
        assert at(found, moment) == max(standing, default=None)
    assert [one.before for one in found[1:]] == [one.after for one in found[:-1]]
    assert all(one.before != one.after for one in found)


def test_what_stands_without_an_end_does_not_end() -> None:
    assert steps([Span(1, FOREVER, 3)]) == [Step(1, None, 3)]


def test_an_outlook_below_what_is_warned_of_tells_nothing_until_it_rises_above() -> None:
    expected = steps([Span(0, 5, 2), Span(5, 10, 3), Span(10, 20, 5), Span(20, 30, 2)])
    assert first_departure(expected, 1, 3) == Step(10, 3, 5)
    assert first_departure(expected, 12, 5) == Step(20, 5, 2)
    assert first_departure(expected, 1, None) == Step(5, None, 3)
