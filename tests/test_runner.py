"""The engine that runs products: what changed is computed, nothing else, and nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from made import calls, made, shelters
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC, Reader
from noroshi.core.record import Mode, Version
from noroshi.core.time import HOUR, MINUTE, now
from noroshi.engine.products import Keeper, run_products
from noroshi.engine.runner import Runner
from noroshi.kinds import decode
from noroshi.store import Query, Store, open_store

A, B, C = "99201", "99202", "99203"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "home")
    yield opened
    opened.close()


def picture(
    store: Store, kind: str, mode: Mode = Mode.ACTUAL, at: int | None = None
) -> list[Version]:
    moment = now() if at is None else at
    return sorted(store.picture(Query(OPERATOR, moment, store.recorded(), kind, mode)),
                  key=lambda one: one.series)  # fmt: skip


def counted(store: Store, mode: Mode = Mode.ACTUAL) -> dict[str, float]:
    return {one.key[5:10]: decode(one.kind, one.body).value
            for one in picture(store, "report.indicator", mode)}  # fmt: skip


def runner(store: Store, **more: object) -> Runner:
    return Runner(store, Keeper(store, {}), **more)  # type: ignore[arg-type]


def test_a_change_costs_only_the_part_it_is_in(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting"):
        start = now() - HOUR
        for city in (A, B, C):
            shelters(store, city, [("甲", 10), ("乙", 5)], start)
        running = runner(store)
        running.settle()
        assert counted(store) == {A: 15, B: 15, C: 15}
        assert calls("counting") == [f"city:{one}00" for one in (A, B, C)]
        shelters(store, B, [("甲", 10), ("乙", 6)], start + 1)
        running.settle()
        assert counted(store) == {A: 15, B: 16, C: 15}
        assert calls("counting") == [f"city:{B}00"]
        running.settle()
        assert calls("counting") == []


def test_products_of_products_come_after_them_and_lead_back_to_the_message(
    store: Store, tmp_path: Path
) -> None:
    with made(tmp_path, "counting", "together"):
        shelters(store, A, [("甲", 10)], now() - HOUR)
        shelters(store, B, [("甲", 20)], now() - HOUR)
        running = runner(store)
        running.settle()
        (total,) = picture(store, "cyber.incident")
        assert decode(total.kind, total.body).title == "30"
        assert calls("together") == [2], "it was not computed before both were there"
        sums = [store.version(id, OPERATOR) for id in total.basis]
        said = [store.version(id, OPERATOR) for one in sums for id in one.basis]
        assert {one.kind for one in said} == {"disaster.shelter"}
        assert all(one.message for one in said)


def test_without_other_processes_a_product_takes_in_one_step_what_it_depends_on_just_said(
    store: Store, tmp_path: Path
) -> None:
    with made(tmp_path, "counting", "together"):
        start = now() - HOUR
        shelters(store, A, [("甲", 10)], start)
        running = runner(store)
        running.settle()
        calls("together")
        shelters(store, A, [("甲", 30)], start + MINUTE)
        running.step()
        (total,) = picture(store, "cyber.incident")
        assert decode(total.kind, total.body).title == "30"
        assert calls("together") == [1]


def test_what_a_narrower_circle_is_told_is_not_hidden_by_what_ended_for_a_wider_one(
    store: Store, tmp_path: Path
) -> None:
    """Though what it rests on was issued before."""
    with made(tmp_path, "counting", "together"):
        running, start = runner(store), now() - HOUR
        shelters(store, A, [("甲", 4)], start + 17 * MINUTE)
        running.settle()
        shelters(store, A, [], start + 22 * MINUTE)
        running.settle()
        assert picture(store, "cyber.incident") == []
        shelters(store, B, [("甲", 7)], start, label=OWN)
        running.settle()
        (total,) = picture(store, "cyber.incident")
        assert decode(total.kind, total.body).title == "7"
        assert total.label == OWN


@pytest.mark.parametrize(("bad", "said"), [("壊", "it is broken"), ("誤", "not declared"),
                                           ("割", "ZeroDivisionError")])  # fmt: skip
def test_what_fails_costs_nothing_else_is_told_and_heals(
    store: Store, tmp_path: Path, bad: str, said: str
) -> None:
    with made(tmp_path, "counting", "fragile"):
        start = now() - HOUR
        shelters(store, A, [("甲", 1)], start)
        shelters(store, B, [(bad, 2)], start)
        running = runner(store)
        running.settle()
        assert counted(store) == {A: 1, B: 2}
        assert [one.area for one in picture(store, "disaster.report")] == [None]
        standing = running.standings["technology/fragile"]
        assert standing.state == "failing"
        assert said in standing.failures[0]
        assert f"city:{B}00" in standing.failures[0]
        shelters(store, B, [("直", 2)], start + 1)
        running.settle()
        assert running.standings["technology/fragile"].state == "idle"
        assert len(picture(store, "disaster.report")) == 2


def test_a_slow_product_delays_no_other(store: Store, tmp_path: Path) -> None:
    wait = tmp_path / "wait"
    wait.touch()
    with made(tmp_path / "made", "counting", "slow", wait=wait), ThreadPoolExecutor(4) as pool:
        woken = threading.Event()
        running = runner(store, executor=pool, wake=woken.set)
        shelters(store, A, [("甲", 1)], now() - HOUR)
        for _ in range(200):
            running.step()
            if counted(store) == {A: 1} and "technology/slow" in running.running:
                break
            woken.wait(0.05)
        assert counted(store) == {A: 1}
        assert running.standings["technology/slow"].state == "running"
        wait.unlink()
        running.settle(20)
        assert running.standings["technology/slow"].state == "idle"


def test_a_burst_is_taken_together(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting"):
        running = runner(store)
        for number in range(50):
            shelters(store, A, [("甲", number)], now() - HOUR + number)
        running.settle()
        assert counted(store) == {A: 49}
        assert len(calls("counting")) == 1


def test_what_is_said_by_the_clock_is_said_at_its_time(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "silent"):
        heard = now() - 59 * MINUTE
        shelters(store, A, [("甲", 1)], heard)
        running = runner(store)
        running.settle()
        titles = [decode(one.kind, one.body).title for one in picture(store, "disaster.layer")]
        assert titles == ["受信"]
        work = running._works["technology/silent"]
        assert work.product is not None
        assert work.product.due() == heard + HOUR
        later = heard + 2 * HOUR  # what the engine does when that moment has come
        ran = work.product.run([], later)
        assert (ran.parts, ran.stored) == (1, 1)
        (said,) = picture(store, "disaster.layer", at=later)
        assert decode(said.kind, said.body).title == "途絶"
        assert said.valid_from == heard + HOUR, "from when it was so, not from when it was noticed"


def test_a_node_that_starts_again_computes_only_what_is_new(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting"):
        shelters(store, A, [("甲", 1)], now() - HOUR)
        runner(store).settle()
        assert calls("counting") == [f"city:{A}00"]
        runner(store).settle()
        assert calls("counting") == []
        shelters(store, B, [("甲", 2)], now() - HOUR)
        runner(store).settle()
        assert counted(store) == {A: 1, B: 2}
        said = store.changes(OPERATOR, after=0, kinds=["report.indicator"])
        assert len(said) == 2, "nothing is said twice"


def test_other_parameters_are_another_method_and_it_is_on_record(
    store: Store, tmp_path: Path
) -> None:
    with made(tmp_path, "counting"):
        shelters(store, A, [("甲", 1), ("乙", 9)], now() - HOUR)
        runner(store).settle()
        assert counted(store) == {A: 10}
        run_products(store, {}, {"technology/counting": {"least": 5}})
        assert counted(store) == {A: 9}
        methods = store.history("node.method", "technology/counting", OPERATOR, now())
        assert [decode(one.kind, one.body).params for one in methods] == [
            {"least": 0},
            {"least": 5},
        ]
        assert {one.label for one in methods} == {OWN}
        _, failures = run_products(store, {}, {"technology/counting": {"most": 5}})
        assert "no parameter 'most'" in failures[0]
        assert "least" in failures[0]


def test_modes_and_labels_are_each_computed_alone(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting", "together"):
        start = now() - HOUR
        shelters(store, A, [("甲", 1)], start)
        shelters(store, A, [("甲", 100)], start, mode=Mode.EXERCISE)
        shelters(store, B, [("甲", 1000)], start, label=OWN)
        runner(store).settle()
        assert counted(store) == {A: 1, B: 1000}
        assert counted(store, Mode.EXERCISE) == {A: 100}
        said = {one.label: decode(one.kind, one.body).title
                for label in (PUBLIC, OWN)
                for one in store.picture(Query(Reader("test", frozenset({label})), now(),
                                               store.recorded(), "cyber.incident"))}  # fmt: skip
        assert said == {PUBLIC: "1", OWN: "1001"}


def test_what_becomes_public_is_seen_by_everybody_once(store: Store, tmp_path: Path) -> None:
    with made(tmp_path, "counting"):
        running, start = runner(store), now() - HOUR
        for count, label in ((3, OWN), (2, OWN), (4, PUBLIC), (5, PUBLIC)):
            start += MINUTE
            shelters(store, A, [("甲", count)], start, label=label)
            running.settle()
            assert counted(store) == {A: count}
            public = [one[3] for one in _said(store, "report.indicator", Mode.ACTUAL)
                      if one[0] == "public"]  # fmt: skip
            assert len(public) == (label == PUBLIC)


@pytest.mark.parametrize("time", range(5))  # which of two that tie is shown depends on the bytes
def test_what_is_said_again_to_everybody_does_not_hide_what_few_are_told(
    store: Store, tmp_path: Path, time: int
) -> None:
    with made(tmp_path, "counting", "together"):
        running, start = runner(store), now() - HOUR - time
        for city, minute, label in ((A, 1, PUBLIC), (C, 0, PUBLIC), (B, 0, OWN)):
            shelters(store, city, [("甲", 1)] if label == OWN else [], start + minute * MINUTE,
                     label=label)  # fmt: skip
            shelters(store, city, [("甲", 1 if label == OWN else 0)], start + minute * MINUTE + 1,
                     label=label)  # fmt: skip
            running.settle()
        (seen,) = picture(store, "cyber.incident")
        assert decode(seen.kind, seen.body).title == "1"


_STEPS = st.lists(
    st.tuples(
        st.sampled_from((A, B, C)), st.integers(0, 4), st.integers(0, 30),
        st.sampled_from((Mode.ACTUAL, Mode.EXERCISE)), st.booleans(),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(_STEPS)
def test_kept_up_change_by_change_it_is_what_is_computed_at_once(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, int, Mode, bool]],
) -> None:
    """Whatever comes in whatever order, and whenever products run in between. (A series that comes
    under one label and then another is told in `docs/products.md`.)"""
    note(repr(steps))
    folder = tmp_path_factory.mktemp("property")
    start = now() - HOUR
    one, other = open_store(folder / "one"), open_store(folder / "other")
    try:
        with made(folder / "made", "counting", "together", "fragile"):
            running = runner(one)
            for place, (city, count, minute, mode, pause) in enumerate(steps):
                moment = minute * MINUTE + place
                for store in (one, other):
                    named = [(f"{number}", number) for number in range(count)]
                    label = OWN if city == B else PUBLIC
                    shelters(store, city, named, start + moment, mode, label)
                if pause:
                    running.settle()
            running.settle()
            run_products(other)
            for kind in ("report.indicator", "cyber.incident", "disaster.report"):
                for mode in (Mode.ACTUAL, Mode.EXERCISE):
                    assert _said(one, kind, mode) == _said(other, kind, mode)
    finally:
        one.close()
        other.close()


def _said(store: Store, kind: str, mode: Mode) -> list[tuple[str, str, str, bytes]]:
    """What everybody, and who sees all, is told."""
    readers = {"all": OPERATOR, "public": ANONYMOUS}
    return sorted(
        (name, one.series, one.key, one.body) for name, reader in readers.items()
        for one in store.picture(Query(reader, now(), store.recorded(), kind, mode))
    )  # fmt: skip
