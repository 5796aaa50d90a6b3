"""Who writes too much is slowed alone; a shelter behind one address is not; 119 is always said."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening import Listening
from noroshi.channels.chat.door import DANGER, Door, Heard
from noroshi.channels.chat.limits import MESSAGES, NEW, PERIL, PICTURES, REPORTS, Allowance, Spent
from noroshi.channels.chat.turns import Fact, Said, Turn
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.engine.settings import Settings
from noroshi.kinds.resident_report import REPORT
from noroshi.store.people import PeopleFile


class Clock:
    def __init__(self) -> None:
        self.now = 10**12

    def __call__(self) -> int:
        return self.now


class Known(PeopleFile):
    """Who is in touch, in memory."""

    def __init__(self) -> None:
        self.met: set[tuple[str, str]] = set()

    def known(self, channel: str, address: str) -> Any:
        return (channel, address) if (channel, address) in self.met else None

    def meet(self, channel: str, address: str, *, keep: int, language: str = "") -> Any:
        self.met.add((channel, address))


class Entry:
    """A door with somebody behind it, and a clock that is told what time it is."""

    def __init__(self) -> None:
        people = Known()
        self.clock, self.desk = Clock(), Listening(people)
        node: Any = SimpleNamespace(people=people, settings=Settings(), store=None)
        self.door = Door(node, lambda mode: self.desk, self.clock)

    def say(self, who: str, text: str = "避難所は", *, net: str = "", **more: Any) -> Heard:
        turn = Turn(text=text, at=self.clock.now, **more)
        return self.door.hear(Mode.ACTUAL, "web", who, turn, address_of_net=net)


@pytest.fixture
def entry() -> Entry:
    return Entry()


def test_a_flood_from_one_slows_that_one_alone(entry: Entry) -> None:
    taken = sum(entry.say("flooder", f"{n}").wait == 0 for n in range(200))
    assert taken == MESSAGES.most
    assert entry.say("other", "b").wait == 0
    entry.clock.now += MINUTE
    taken = sum(entry.say("flooder", f"again {n}").wait == 0 for n in range(200))
    assert taken == MINUTE // MESSAGES.every


def test_how_long_to_wait_is_told_and_holds(entry: Entry) -> None:
    while not (found := entry.say("a")).wait:
        pass
    heard = len(entry.desk.heard)
    assert found.wait == MESSAGES.every // SECOND
    assert f"{found.wait}{{秒|びょう}}" in found.said[0].text
    entry.clock.now += found.wait * SECOND - 1
    assert entry.say("a").wait == 1
    entry.clock.now += SECOND
    assert entry.say("a").wait == 0
    assert len(entry.desk.heard) == heard + 1


def test_500_telephones_behind_one_address_begin_at_once(entry: Entry) -> None:
    waits = [entry.say(f"phone {n}", net="203.0.113.7").wait for n in range(500)]
    assert waits == [0] * 500
    assert [entry.say(f"phone {n}", net="203.0.113.7").wait for n in range(500)] == [0] * 500


def test_who_is_known_is_let_in_though_their_network_is_full_of_new_ones(entry: Entry) -> None:
    assert entry.say("resident", net="203.0.113.7").wait == 0
    waits = [entry.say(f"robot {n}", net="203.0.113.7").wait for n in range(NEW.most + 50)]
    assert sum(one > 0 for one in waits) == 51
    refused = entry.say("robot", net="203.0.113.7")
    assert refused.wait > 0
    assert DANGER["ja"] in [one.text for one in refused.said]
    assert entry.say("resident", net="203.0.113.7").wait == 0
    assert entry.say("elsewhere", net="203.0.113.8").wait == 0


def test_one_subscriber_s_ipv6_addresses_are_one_network(entry: Entry) -> None:
    for number in range(NEW.most):
        entry.say(f"{number}", net=f"2001:db8:1:2::{number:x}")
    assert entry.say("a", net="2001:db8:1:2:ffff::1").wait > 0
    assert entry.say("b", net="2001:db8:1:3::1").wait == 0


def test_danger_is_heard_when_nothing_else_is_and_119_is_said_first(entry: Entry) -> None:
    while not entry.say("a").wait:
        pass
    plain = entry.say("a", "避難所は")
    assert (plain.said[1].text, plain.said[1].urgent) == (DANGER["ja"], False)
    cry = "助けて、家に閉じ込められています"
    taken = [entry.say("a", cry).wait == 0 for _ in range(PERIL.most + 2)]
    assert taken == [True] * PERIL.most + [False] * 2
    held = entry.say("a", cry)
    assert (held.said[0].text, held.said[0].urgent) == (DANGER["ja"], True)


def test_pictures_and_reports_are_counted_by_themselves(entry: Entry) -> None:
    entry.desk.says = lambda turn: (
        [Said("受け付けました", (Fact(REPORT, "k", 1, "chat", ("k",)),))] if "水" in turn.text
        else [Said("はい")]
    )  # fmt: skip

    def often(times: int, **more: Any) -> int:
        taken = 0
        for _ in range(times):
            entry.clock.now += MESSAGES.every
            taken += entry.say("a", **more).wait == 0
        return taken

    assert often(30, text="道路に水があふれています") in (REPORTS.most, REPORTS.most + 1)
    assert often(5, text="一番近い避難所はどこですか") == 5
    entry.clock.now += 2 * HOUR
    assert often(20, text="", picture=b"\xff\xd8\xff") in (PICTURES.most, PICTURES.most + 1)
    assert often(5, text="一番近い避難所はどこですか") == 5


def test_the_memory_is_bounded_and_who_was_longest_away_is_forgotten() -> None:
    spent = Spent(Allowance(1, SECOND), most=100)
    for number in range(1_000):
        assert spent.take(number, 10**9) == 0
    assert len(spent) == 100
    assert spent.take(999, 10**9) > 0


@given(
    st.integers(1, 20), st.integers(1, 10**6),
    st.lists(st.integers(0, 3 * 10**6), min_size=1, max_size=60),
)  # fmt: skip
def test_never_more_than_the_allowance_in_any_stretch_of_time(
    most: int, every: int, steps: list[int]
) -> None:
    spent, at, taken = Spent(Allowance(most, every)), 0, list[int]()
    for step in steps:
        at += step
        wait = spent.take("a", at)
        if wait == 0:
            taken.append(at)
        else:
            assert spent.wait("a", at) <= wait
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            stretch = taken[last] - taken[first]
            assert last - first + 1 <= most + stretch // every + 1


def test_a_clock_that_is_set_back_makes_nobody_wait_longer() -> None:
    spent = Spent(Allowance(2, SECOND))
    spent.take("a", 10**9)
    spent.take("a", 10**9)
    assert spent.take("a", 0) <= SECOND
