"""Faults on the way come as the seed says; those that lose nothing leave the final picture."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drilling
from data import cases
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.engine.reading import read_outcome
from noroshi.feeds.drill.faults import LATEST, WINDOW, Faults, inject, read_faults
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.formats import Hints
from noroshi.store import Incoming, Query, open_store


def some(count: int) -> list[Event]:
    return [Message(step * 1_000_000, "a", str(step), b"bytes %d" % step) for step in range(count)]


def messages(events: list[Event]) -> list[Message]:
    return [one for one in events if isinstance(one, Message)]


def test_faults_are_read_and_what_cannot_be_meant_is_told() -> None:
    assert read_faults("reorder=0.1, delay=0.05,lose=1") == Faults(0.1, 0.05, 0, 1)
    assert read_faults("") == Faults()
    assert read_faults("reorder=1").harmless
    assert not read_faults("corrupt=0.1").harmless
    for wrong, why in (("loose=0.1", "not one of"), ("lose=2", "0 to 1"), ("lose", "0 to 1")):
        with pytest.raises(ValueError, match=why):
            read_faults(wrong)


def test_same_seed_same_faults_and_one_fault_does_not_change_another() -> None:
    every = Faults(0.1, 0.1, 0.1, 0.1, 0.1)
    first = list(inject(some(300), every, 7))
    assert first == list(inject(some(300), every, 7))
    assert first != list(inject(some(300), every, 8))
    alone = {one.name for one in messages(list(inject(some(300), Faults(lose=0.1), 7)))}
    assert {one.name for one in messages(first)} == alone


def test_each_fault_does_what_it_says_at_the_rate_it_says() -> None:
    count = 4_000
    lost = list(inject(some(count), Faults(lose=0.2), 1))
    assert 0.17 < 1 - len(lost) / count < 0.23
    damaged = messages(list(inject(some(count), Faults(corrupt=0.2), 1)))
    wrong = [one for one in damaged if one.wrong]
    assert 0.17 < len(wrong) / count < 0.23
    sent = {one.name: one.data for one in messages(some(count))}
    assert all(one.data != sent[one.name] for one in wrong)
    assert any(one.wrong.startswith("cut") for one in wrong)
    twice = messages(list(inject(some(count), Faults(repeat=0.2), 1)))
    assert 0.17 < len(twice) / count - 1 < 0.23
    assert sum(one.repeats for one in twice) == len(twice) - count
    late = messages(list(inject(some(count), Faults(delay=0.2), 1)))
    behind = [one.time - int(one.name) * 1_000_000 for one in late]
    assert 0.17 < sum(map(bool, behind)) / count < 0.23
    assert min(behind) >= 0
    assert max(behind) <= LATEST
    mixed = messages(list(inject(some(count), Faults(reorder=0.2), 1)))
    moved = [place - int(one.name) for place, one in enumerate(mixed)]
    assert Counter(one.name for one in mixed) == Counter(list(sent))
    assert sum(one > 0 for one in moved) > 0.1 * count
    assert min(moved) < 0
    assert max(moved) <= WINDOW * 2


@given(
    st.builds(Faults, *[st.floats(0, 1)] * 5), st.integers(0, 2**32),
    st.lists(st.integers(0, 30), max_size=60),
)  # fmt: skip
@settings(max_examples=cases(100), deadline=None)
def test_what_comes_is_in_order_of_time_and_the_truth_is_untouched(
    faults: Faults, seed: int, steps: list[int]
) -> None:
    events: list[Event] = []
    time = 0
    for number, step in enumerate(steps):
        time += step * 1_000_000
        events.append(Message(time, "a", str(number), b"x" * 20))
        events.append(Fact(time, "k", str(number)))
    found = list(inject(events, faults, seed))
    times = [one.time for one in found]
    assert times == sorted(times)
    facts = [one for one in found if isinstance(one, Fact)]
    assert facts == [one for one in events if isinstance(one, Fact)]
    if faults.harmless:
        assert {one.data for one in messages(found)} == {one.data for one in messages(events)}


def _picture(events: list[Event]) -> dict[tuple[str, str], object]:
    """What a store holds at the end, of everything that can be told from outside."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        for one in messages(events):
            outcome = read_outcome(one.data, Hints(one.name, now(), f"drill/{one.source}"))
            assert outcome.state == "read", outcome.reason
            sha = hashlib.sha256(one.data).digest()
            store.commit([(Incoming(one.data, sha, f"drill/{one.source}", one.name), outcome)])
        moment = max(now(), store.recorded())
        found = {}
        for kind in store.kinds(OPERATOR):
            for at in (drilling.START + 20 * 60 * 10**6, moment):
                query = Query(OPERATOR, at, moment, kind, Mode.EXERCISE, lapsed=True)
                for one in store.picture(query):
                    found[f"{kind}@{at == moment}", f"{one.series}/{one.key}"] = (
                        one.body, one.geometry, one.area, one.issued, one.valid_from, one.source,
                    )  # fmt: skip
        assert not store.check()
        store.close()
        return found


@given(
    st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32), st.integers(0, 3)
)  # fmt: skip
@settings(max_examples=cases(8), deadline=None)
def test_reordering_delay_and_repetition_leave_the_final_picture(
    reorder: float, delay: float, repeat: float, seed: int, drill: int
) -> None:
    events = list(drilling.play(drilling.world(), drilling.START, drill))
    faulty = list(inject(events, Faults(reorder, delay, repeat), seed))
    assert _picture(faulty) == _picture(events)
