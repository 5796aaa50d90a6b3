"""What labels mean: who is admitted, what is narrower, and that a change reaches every reader."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.core.label import (
    BUILT_IN,
    ISUT,
    OPENFLG,
    OPERATOR,
    OWN,
    PUBLIC,
    RESPONDERS,
    TLP,
    Principal,
    Reader,
    Sharing,
    admits,
    checked,
    from_openflg,
    from_tlp,
    meet,
    to_openflg,
    to_tlp,
    within,
)
from noroshi.core.record import Edition, Record
from noroshi.core.time import FOREVER
from noroshi.engine.sharing import Sharings
from noroshi.store import Incoming, Outcome, Query, Store, open_store, sql, sql_exchange
from noroshi.store.connections import Connections

ATOMS = ["own", "org:a", "org:b", "group:responders", "group:g", "person:p"]
AUDIENCES = st.lists(
    st.lists(st.sampled_from(ATOMS), min_size=1, max_size=3).map(tuple), max_size=3
).map(tuple)
SHARINGS = st.builds(
    Sharing, audience=AUDIENCES, clearance=st.integers(0, 3),
    compartments=st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
    purpose=st.sampled_from(["", "", "health"]),
).map(checked)  # fmt: skip
PRINCIPALS = st.builds(
    Principal, st.just("somebody"), st.frozensets(st.sampled_from(ATOMS)), st.integers(0, 3),
    st.frozensets(st.sampled_from(["x", "y"])), st.frozensets(st.sampled_from(["health"])),
)  # fmt: skip


@given(st.lists(SHARINGS, max_size=4), PRINCIPALS)
def test_what_is_made_of_several_is_seen_by_who_sees_them_all(
    sharings: list[Sharing], principal: Principal
) -> None:
    assert admits(meet(sharings), principal) == all(admits(one, principal) for one in sharings)


@given(SHARINGS, SHARINGS, PRINCIPALS)
def test_within_never_promises_too_much(
    inner: Sharing, outer: Sharing, principal: Principal
) -> None:
    if within(inner, outer) and admits(inner, principal):
        assert admits(outer, principal)
    assert within(meet([inner, outer]), outer)


@given(SHARINGS)
def test_a_marking_is_never_wider_than_it_looks(sharing: Sharing) -> None:
    derived = to_tlp(sharing)
    assert (derived == "CLEAR") == (sharing == Sharing())
    narrower = TLP[TLP.index(derived) + 1 :]
    for marking in narrower:
        with pytest.raises(ValueError, match="shared as widely"):
            checked(Sharing(sharing.audience, sharing.clearance, sharing.compartments,
                            sharing.purpose, tlp=marking))  # fmt: skip


def test_tlp_and_openflg_map_both_ways() -> None:
    assert [to_tlp(BUILT_IN[one]) for one in (PUBLIC, RESPONDERS, ISUT, OWN)] == [
        "CLEAR", "GREEN", "AMBER", "AMBER+STRICT"]  # fmt: skip
    assert from_tlp("TLP:CLEAR") == from_tlp("white") == BUILT_IN[PUBLIC]
    assert from_tlp("GREEN") == BUILT_IN[RESPONDERS]
    assert to_tlp(from_tlp("AMBER", ("org:a", "org:b"))) == "AMBER"
    assert to_tlp(from_tlp("RED", ("person:p",))) == "RED"
    assert from_tlp("amber+strict") == BUILT_IN[OWN]
    with pytest.raises(ValueError, match="not one of"):
        from_tlp("PURPLE")
    for label, word in OPENFLG.items():
        assert from_openflg(word) == label
        assert to_openflg(BUILT_IN[label]) == word
    assert from_openflg("公開") == OWN
    assert to_openflg(Sharing((("org:a",),))) == OPENFLG[ISUT]


@pytest.mark.parametrize(
    "wrong",
    [Sharing(((),)), Sharing((("everyone",),)), Sharing((("org:A",),)), Sharing(clearance=10),
     Sharing(keep=5), Sharing(purpose="two words"), Sharing(tlp="BLUE"),
     Sharing((tuple(f"org:{number}" for number in range(6_000)),))],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(wrong: Sharing) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        checked(wrong)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def say(store: Store, text: str, label: int) -> None:
    record = Record("disaster.report", text, f'{{"title":"{text}"}}'.encode())
    incoming = Incoming(text.encode(), sha256(text.encode()).digest(), "s", label=label)
    store.commit([(incoming, Outcome(editions=[Edition(text, 1, [record], effective=0)]))])


def seen(store: Store, reader: Reader) -> set[str]:
    query = Query(reader, FOREVER - 1, FOREVER - 1, "disaster.report")
    return {one.key for one in store.picture(query)}


def test_a_changed_meaning_reaches_every_reader_and_nothing_is_written_anew(store: Store) -> None:
    label = store.define_label("few", Sharing((("org:a",),))).id
    sharings = Sharings(store)
    one, other = (Principal(name, frozenset({f"org:{name}"})) for name in "ab")
    say(store, "said", label)
    latest = store.latest()

    def who() -> list[str]:
        sharings.refresh()
        return [one.name for one in (one, other)
                if seen(store, Reader(one.name, sharings.visible(one)))]  # fmt: skip

    assert who() == ["a"]
    store.define_label("few", Sharing((("org:b",),)))
    assert who() == ["b"]
    store.define_label("few", Sharing())
    assert who() == ["a", "b"]
    assert store.latest() == latest


def test_a_mix_follows_its_parts(store: Store) -> None:
    first = store.define_label("one", Sharing((("org:a",),))).id
    second = store.define_label("two", Sharing((("org:a", "org:b"),))).id
    mix = store.narrowest({PUBLIC, first, second})
    assert mix not in (first, second)  # what is nested today may not be tomorrow
    assert store.narrowest({first, second}) == store.narrowest({mix, second}) == mix
    assert store.narrowest({PUBLIC, first}) == first
    assert store.narrowest({RESPONDERS, OWN}) == OWN
    sharings = Sharings(store)
    someone = Principal("a", frozenset({"org:a"}))
    assert mix in sharings.visible(someone)
    store.define_label("two", Sharing((("org:b",),)))
    sharings.refresh()
    assert mix not in sharings.visible(someone)


@given(st.lists(st.tuples(st.integers(0, 5), AUDIENCES), max_size=12))
def test_what_is_kept_up_to_date_is_what_is_worked_out_anew(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, tuple[tuple[str, ...], ...]]]
) -> None:
    store = open_store(tmp_path_factory.mktemp("home"))
    kept = Sharings(store)
    people = [Principal(atom, frozenset({atom})) for atom in ATOMS]
    for number, audience in changes:
        store.define_label(f"label {number}", Sharing(audience))
        store.narrowest({label.id for label in store.labels()})
        kept.refresh()
        fresh = Sharings(store)
        for one in people:
            assert kept.visible(one) == fresh.visible(one)
            assert kept.visible(one) is kept.visible(one)
    store.close()


def test_many_labels_read_as_few_do(store: Store) -> None:
    for number in range(16, 26):
        store.define_label(f"label {number}", Sharing((("org:a",),)))
        say(store, f"key {number}", number)
    few = Reader("few", frozenset(range(18, 24)))
    many = Reader("many", frozenset({*range(18, 24), *range(1_000, 1_200)}))
    assert seen(store, many) == seen(store, few) == {f"key {number}" for number in range(18, 24)}
    for number in range(40):  # more readers than a connection keeps tables for
        wide = Reader("wide", frozenset({16, *range(2_000 + number, 2_100 + number)}))
        assert seen(store, wide) == {"key 16"}
    assert store.kinds(many) == {"disaster.report"}
    assert store.counts(many)["versions"] == 6


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "noroshi.db"
    connections = Connections(path)
    for name in ("labels", "used", "recalls", "due", "streams", "envelopes", "carried", "revoked",
                 "narrowed"):  # fmt: skip
        assert f"CREATE TABLE {name} " in sql_exchange.SCHEMA
        connections.db.execute(f"DROP TABLE {name}")
    connections.db.execute("DROP INDEX records_derived")
    connections.db.execute("DROP TABLE known")
    connections.db.execute(sql.PUT_META, ("schema", 1))
    connections.close()
    store = open_store(tmp_path)
    say(store, "still works", PUBLIC)
    label = store.define_label("few", Sharing((("org:a",),))).id
    say(store, "and more", label)
    assert seen(store, OPERATOR) == {"still works", "and more"}
    assert store.check() == []
    store.close()
