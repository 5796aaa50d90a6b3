"""What every form of the store must hold. Each test runs over every form in `FORMS`."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC, Reader
from noroshi.core.place import area_ranges, point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import FOREVER, NEVER, now
from noroshi.formats.boundaries import Place
from noroshi.store import (
    DUPLICATE,
    QUARANTINED,
    READ,
    WAITING,
    Incoming,
    Outcome,
    Query,
    Store,
    open_store,
)

KIND = "test.thing"
#: Every form of the store, by name: how to open it in an empty folder.
FORMS = {"sqlite": open_store}


@pytest.fixture(params=sorted(FORMS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = FORMS[request.param](tmp_path)
    yield opened
    assert opened.check() == []
    opened.close()


def thing(key: str, value: object, **more: object) -> Record:
    return Record(KIND, key, msgspec.json.encode({"value": value}), **more)  # type: ignore[arg-type]


def give(store: Store, *editions: Edition, label: int = PUBLIC, name: bytes = b"") -> str:
    data = name or msgspec.json.encode([editions, label], enc_hook=repr)
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test", label=label)
    (receipt,) = store.commit([(incoming, Outcome(editions=editions, stated=1))])
    return receipt.state


def values(
    store: Store,
    *,
    at: int | None = None,
    as_of: int | None = None,
    reader: Reader = OPERATOR,
    **more: object,
) -> dict[str, object]:
    query = Query(
        reader,
        at=now() if at is None else at,
        as_of=now() if as_of is None else as_of,
        kind=KIND,
        **more,  # type: ignore[arg-type]
    )
    found = [(one.key, one.fields()["value"]) for one in store.picture(query)]
    assert len(found) == len(dict(found)), f"one key twice in one picture: {found}"
    return dict(found)


def test_a_whole_edition_ends_what_it_leaves_out(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", 1), thing("b", 1)], effective=1))
    give(store, Edition("s", 2, [thing("a", 2)], effective=2))
    assert values(store) == {"a": 2}
    assert values(store, at=1) == {"a": 1, "b": 1}


def test_a_partial_edition_leaves_other_keys_alone(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", 1), thing("b", 1)], effective=1))
    give(store, Edition("s", 2, [thing("a", 2)], effective=2, whole=False))
    assert values(store) == {"a": 2, "b": 1}


def test_another_series_is_never_touched(store: Store) -> None:
    give(store, Edition("office/heavy-rain", 1, [thing("a", 1)], effective=1))
    give(store, Edition("office/storm", 2, [thing("b", 1)], effective=2))
    assert values(store) == {"a": 1, "b": 1}


def test_unchanged_records_are_not_stored_again(store: Store) -> None:
    layer = [thing(f"k{number}", 0) for number in range(1000)]
    give(store, Edition("s", 1, layer, effective=1))
    changed = [thing(f"k{number}", 1) for number in range(10)] + layer[10:]
    data = b"second"
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test", label=PUBLIC)
    edition = Edition("s", 2, changed, effective=2)
    (receipt,) = store.commit([(incoming, Outcome(editions=[edition], stated=1000))])
    assert receipt.records == 10
    assert store.counts(OPERATOR)["versions"] == 1010


def test_the_same_bytes_again_are_a_duplicate_and_change_nothing(store: Store) -> None:
    edition = Edition("s", 1, [thing("a", 1)], effective=1)
    assert give(store, edition) == READ
    before = store.counts(OPERATOR)
    assert give(store, edition) == DUPLICATE
    after = store.counts(OPERATOR)
    assert (before["versions"], before["messages"]) == (after["versions"], after["messages"])
    assert [one.state for one in store.messages(OPERATOR)] == [READ, DUPLICATE]


def test_cancellation_reusing_the_serial_removes_the_thing(store: Store) -> None:
    give(store, Edition("s", 5, [thing("a", 1)], serial=3, effective=5))
    give(store, Edition("s", 5, [], Action.CANCEL, serial=3, effective=5))
    assert values(store) == {}


def test_a_cancellation_that_arrives_first_still_wins(store: Store) -> None:
    give(store, Edition("s", 9, [thing("a", "text")], Action.CANCEL, effective=9))
    give(store, Edition("s", 5, [thing("a", 1)], effective=5))
    assert values(store) == {}
    assert values(store, at=6) == {"a": 1}
    assert [one.action for one in store.history(KIND, "a", OPERATOR, now())] == [
        Action.ISSUE,
        Action.CANCEL,
    ]


def test_modes_never_mix(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", "real")], effective=1))
    give(store, Edition("s", 2, [thing("a", "drill")], mode=Mode.EXERCISE, effective=2))
    give(store, Edition("s", 3, [], Action.CANCEL, Mode.TEST, effective=3))
    assert values(store) == {"a": "real"}
    assert values(store, mode=Mode.EXERCISE) == {"a": "drill"}
    assert values(store, mode=Mode.TEST) == {}


def test_as_of_shows_what_was_known_then(store: Store) -> None:
    give(store, Edition("s", 10, [thing("a", 1)], effective=10))
    first = now()
    give(store, Edition("s", 20, [thing("a", 2)], effective=20))
    assert values(store, at=25, as_of=first) == {"a": 1}
    assert values(store, at=25) == {"a": 2}
    assert values(store, at=15) == {"a": 1}
    assert values(store, as_of=first - 10**9) == {}


def test_a_better_estimate_replaces_the_earlier_one_for_all_times(store: Store) -> None:
    give(store, Edition("quake", 10, [thing("q", 6.1, valid_from=5)]))
    known = now()
    give(store, Edition("quake", 20, [thing("q", 6.4, valid_from=4)]))
    assert values(store, at=7) == {"q": 6.4}
    assert values(store, at=7, as_of=known) == {"q": 6.1}
    assert values(store, at=3) == {}


def test_what_has_run_out_is_not_in_the_picture(store: Store) -> None:
    give(store, Edition("s", 10, [thing("a", 1, valid_to=20)], effective=10))
    assert values(store, at=19) == {"a": 1}
    assert values(store, at=20) == {}
    assert values(store, at=20, lapsed=True) == {"a": 1}


def test_a_reader_sees_only_its_labels_by_every_way(store: Store) -> None:
    give(store, Edition("p", 1, [thing("a", "public", geometry=point(139.7, 35.7))], effective=1))
    secret = thing("b", "own", geometry=point(139.7, 35.7), area="city:1310100")
    give(store, Edition("o", 1, [secret], effective=1), label=OWN)
    box = (139.0, 35.0, 140.0, 36.0)
    for more in ({}, {"box": box}, {"series": "o"}, {"areas": tuple(area_ranges("13"))}):
        assert "b" in values(store, **more)
        assert "b" not in values(store, reader=ANONYMOUS, **more)
    assert store.history(KIND, "b", ANONYMOUS, now()) == []
    own = next(one for one in store.picture(Query(OPERATOR, now(), now(), KIND, series="o")))
    with pytest.raises(NotFound):
        store.version(own.id, ANONYMOUS)
    assert own.message is not None
    with pytest.raises(NotFound):
        store.message(own.message, ANONYMOUS)
    assert [one.id for one in store.messages(ANONYMOUS)] != [
        one.id for one in store.messages(OPERATOR)
    ]


def test_area_queries_know_prefecture_municipality_and_its_parts(store: Store) -> None:
    records = [
        thing("nanao", 1, area="city:1720200", geometry=point(136.96, 37.04)),
        thing("wajima", 1, area="city:1720400"),
        thing("part", 1, area="city:1720201"),
        thing("toyama", 1, area="city:1620100"),
        thing("pref", 1, area="pref:17"),
    ]
    give(store, Edition("s", 1, records, effective=1))

    def at(code: str) -> set[str]:
        return set(values(store, areas=tuple(area_ranges(code))))

    assert at("17") == {"nanao", "wajima", "part", "pref"}
    assert at("17202") == {"nanao", "part"}
    assert at("1720201") == {"part"}
    assert at("city:1620100") == {"toyama"}


def test_a_box_finds_areas_once_boundaries_are_imported(store: Store) -> None:
    import shapely

    give(store, Edition("s", 1, [thing("a", 1, area="city:1720200")], effective=1))
    box = (136.9, 37.0, 137.0, 37.1)
    assert values(store, box=box) == {}
    boundary = shapely.to_wkb(shapely.box(136.8, 36.9, 137.1, 37.3))
    assert (
        store.put_places([Place("city:1720200", "七尾市", "municipality", geometry=boundary)]) == 1
    )
    assert values(store, box=box) == {"a": 1}
    assert values(store, box=(138.0, 37.0, 138.1, 37.1)) == {}


def test_an_area_finds_points_inside_once_boundaries_are_imported(store: Store) -> None:
    import shapely

    records = [
        thing("in", 1, geometry=point(136.96, 37.04)),
        thing("out", 1, geometry=point(137.3, 37.04)),
        thing("named", 1, geometry=point(136.96, 37.04), area="city:1720200"),
        thing("elsewhere", 1, geometry=point(136.96, 37.04), area="city:1720400"),
    ]
    give(store, Edition("s", 1, records, effective=1))
    areas = tuple(area_ranges("17202"))
    assert values(store, areas=areas) == {"named": 1}
    boundary = shapely.to_wkb(shapely.box(136.8, 36.9, 137.1, 37.3))
    store.put_places([Place("city:1720200", "七尾市", "municipality", geometry=boundary)])
    assert values(store, areas=areas) == {"in": 1, "named": 1}
    assert values(store, areas=areas, series="s") == {"in": 1, "named": 1}
    assert values(store, areas=tuple(area_ranges("16"))) == {}


def test_a_box_across_the_date_line_finds_both_sides(store: Store) -> None:
    records = [thing("e", 1, geometry=point(179.9, 0)), thing("w", 1, geometry=point(-179.9, 0))]
    give(store, Edition("s", 1, [*records, thing("x", 1, geometry=point(0, 0))], effective=1))
    assert values(store, box=(179.0, -1, -179.0, 1)) == {"e": 1, "w": 1}


def test_quarantine_is_kept_counted_and_read_again(store: Store) -> None:
    data = b"<broken"
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test")
    store.commit([(incoming, Outcome(state=QUARANTINED, reason="not well-formed"))])
    (arrival,) = store.messages(OPERATOR, state=QUARANTINED)
    assert (arrival.reason, arrival.size) == ("not well-formed", 7)
    assert store.message(arrival.id[:8], OPERATOR) == data
    edition = Edition("s", 1, [thing("a", 1)], effective=1)
    store.settle(incoming.sha, Outcome(editions=[edition], stated=1))
    assert values(store) == {"a": 1}
    assert store.counts(OPERATOR)["messages"] == {READ: 1}


def test_a_waiting_message_survives_and_can_be_settled(store: Store) -> None:
    data = b"later" * 1000
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test")
    store.commit([(incoming, None)])
    assert store.waiting() == [incoming.sha]
    assert store.settled([incoming.sha], OWN) == set()
    assert [one.state for one in store.messages(OPERATOR)] == [WAITING]
    store.settle(incoming.sha, Outcome())
    assert store.waiting() == []


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", 1)], effective=1))
    before = store.counts(OPERATOR)
    wrong = Record(KIND, "b", b"{}", area="no scheme")
    with pytest.raises(ValueError, match="unknown area"):
        give(store, Edition("s", 2, [thing("a", 2), wrong], effective=2))
    assert store.counts(OPERATOR) == before
    give(store, Edition("s", 3, [thing("a", 3)], effective=3))
    assert values(store) == {"a": 3}


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "noroshi.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(NoroshiError, match="cannot be opened"):
        open_store(tmp_path)


_stamped = st.dictionaries(
    st.sampled_from(("state", "people", "note")),
    st.tuples(st.integers(0, 3), st.integers(0, 9)),
    min_size=1,
)


def _said(attributes: dict[str, tuple[int, int]]) -> Record:
    body = {
        "attributes": {name: value for name, (value, _) in attributes.items()},
        "_update": {name: f"2025-01-01T00:00:0{at}Z" for name, (_, at) in attributes.items()},
    }
    return Record(KIND, "a", msgspec.json.encode(body))


@settings(max_examples=cases(60), deadline=None)
@given(statements=st.lists(_stamped, min_size=1, max_size=5), order=st.randoms())
@pytest.mark.parametrize("form", sorted(FORMS))
def test_attributes_merge_by_their_own_stamps_whatever_the_order_of_arrival(
    form: str, statements: list[dict[str, tuple[int, int]]], order: object
) -> None:
    arrival = list(enumerate(statements))
    order.shuffle(arrival)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        store = FORMS[form](Path(folder))
        pasts = []
        for turn, (issued, statement) in enumerate(arrival):
            edition = Edition(
                "layer", issued, [_said(statement)], effective=issued, whole=False, merge=True
            )
            give(store, edition, name=f"{turn}".encode())
            as_of = now()
            known = [(number, one) for number, one in arrival[: turn + 1]]
            pasts.append((as_of, [_attributes(store, at, as_of) for at in range(6)]))
            for at in range(6):
                newest: dict[str, tuple[int, int]] = {}
                for number, one in sorted(known):
                    for name, (value, stamp) in one.items():
                        if number <= at and (stamp, value) >= newest.get(name, (-1, -1)):
                            newest[name] = (stamp, value)
                expected = {name: value for name, (_, value) in newest.items()}
                assert _attributes(store, at, as_of) == expected
        for as_of, past in pasts:
            assert [_attributes(store, at, as_of) for at in range(6)] == past
        assert store.check() == []
        store.close()


def _attributes(store: Store, at: int, as_of: int) -> dict[str, int]:
    found = list(store.picture(Query(OPERATOR, at, as_of, KIND)))
    assert len(found) <= 1
    return found[0].fields()["attributes"] if found else {}


# --- whatever the order of arrival ----------------------------------------------------------------

_KEYS = ("a", "b", "c")
_statement = st.dictionaries(st.sampled_from(_KEYS), st.integers(0, 2), max_size=3)
_edition = st.tuples(
    st.integers(0, 6),  # issued
    st.sampled_from([Action.ISSUE, Action.ISSUE, Action.ISSUE, Action.CORRECT, Action.CANCEL]),
    st.booleans(),  # whole
    st.one_of(st.none(), st.integers(0, 8)),  # effective
    _statement,
    st.one_of(st.none(), st.integers(2, 12)),  # valid_to
)


def _make(number: int, drawn: tuple) -> Edition:  # type: ignore[type-arg]
    issued, action, whole, effective, statement, valid_to = drawn
    # An estimate says itself since when it is true; a state is true from when it takes effect.
    start = 0 if effective is None else None
    records = [
        thing(key, value, valid_from=start, valid_to=valid_to)
        for key, value in sorted(statement.items())
    ]
    return Edition("s", issued, records, action, serial=number, effective=effective, whole=whole)


def _oracle(editions: list[Edition], at: int, *, lapsed: bool = False) -> dict[str, object]:
    """The picture at `at`, straight from the definition."""
    picture: dict[str, object] = {}
    for key in _KEYS:
        stating = [
            one
            for one in sorted(editions, key=lambda one: (one.issued, one.action, one.serial))
            if (NEVER if one.effective is None else one.effective) <= at
            and (one.whole or any(record.key == key for record in one.records))
        ]
        if not stating or stating[-1].action is Action.CANCEL:
            continue
        last = stating[-1]
        for record in last.records:
            end = FOREVER if record.valid_to is None or lapsed else record.valid_to
            if (
                record.key == key
                and (NEVER if record.valid_from is None else record.valid_from) <= at < end
            ):
                picture[key] = msgspec.json.decode(record.body)["value"]
    return picture


@settings(max_examples=cases(150), deadline=None)
@given(drawn=st.lists(_edition, min_size=1, max_size=6), order=st.randoms(use_true_random=False))
@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_picture_depends_on_the_editions_and_never_on_the_order_of_arrival(
    form: str,
    drawn: list,
    order: object,  # type: ignore[type-arg]
) -> None:
    editions = [_make(number, one) for number, one in enumerate(drawn)]
    arrival = list(editions)
    order.shuffle(arrival)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        store = FORMS[form](Path(folder))
        seen: list[tuple[int, list[dict[str, object]]]] = []
        for number, edition in enumerate(arrival):
            give(store, edition, name=f"{number}".encode())
            as_of = now()
            known = arrival[: number + 1]
            pictures = [values(store, at=at, as_of=as_of) for at in range(-1, 14)]
            assert pictures == [_oracle(known, at) for at in range(-1, 14)], known
            for at in (4, 8, 12):
                run_out = values(store, at=at, as_of=as_of, lapsed=True)
                assert run_out == _oracle(known, at, lapsed=True), known
            seen.append((as_of, pictures))
        for as_of, pictures in seen:
            again = [values(store, at=at, as_of=as_of) for at in range(-1, 14)]
            assert again == pictures, "the past as known then has changed"
        assert store.check() == []
        store.close()


def test_counts_tell_a_reader_nothing_of_what_it_may_not_see(store: Store) -> None:
    give(store, Edition("p", 1, [thing("a", 1)], effective=1))
    before = store.counts(ANONYMOUS)
    give(store, Edition("o", 1, [thing("b", 1)], effective=1), label=OWN)
    after = store.counts(ANONYMOUS)
    assert {**after, "bytes": 0} == {**before, "bytes": 0}
    assert store.counts(OPERATOR)["versions"] == 2


@settings(max_examples=cases(60), deadline=None)
@given(
    drawn=st.lists(st.tuples(_edition, st.sampled_from([PUBLIC, OWN])), min_size=1, max_size=5),
    order=st.randoms(),
)
@pytest.mark.parametrize("form", sorted(FORMS))
def test_nobody_can_tell_from_their_picture_what_they_do_not_see(
    form: str,
    drawn: list,
    order: object,  # type: ignore[type-arg]
) -> None:
    labelled = [
        (msgspec.structs.replace(_make(number, one), whole=True), label)
        for number, (one, label) in enumerate(drawn)
    ]
    arrival = list(labelled)
    order.shuffle(arrival)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        store = FORMS[form](Path(folder))
        for number, (edition, label) in enumerate(arrival):
            give(store, edition, label=label, name=f"{number}".encode())
        public = [edition for edition, label in labelled if label == PUBLIC]
        everything = [edition for edition, _ in labelled]
        in_step = all(
            (one.effective is None) == (everything[0].effective is None) for one in everything
        ) and [one.effective or 0 for one in sorted(everything, key=_place)] == sorted(
            one.effective or 0 for one in everything
        )
        for at in range(-1, 14):
            assert values(store, at=at, reader=ANONYMOUS) == _oracle(public, at)
            if in_step:
                assert values(store, at=at) == _oracle(everything, at)
        store.close()


def _place(edition: Edition) -> tuple[int, int, int]:
    return edition.issued, int(edition.action), edition.serial


def test_the_same_bytes_under_a_wider_label_are_read_for_that_label_too(store: Store) -> None:
    edition = Edition("s", 1, [thing("a", 1)], effective=1)
    assert give(store, edition, label=OWN, name=b"x") == READ
    assert values(store, reader=ANONYMOUS) == {}
    assert list(store.messages(ANONYMOUS)) == []
    assert give(store, edition, label=PUBLIC, name=b"x") == READ
    assert give(store, edition, label=PUBLIC, name=b"x") == DUPLICATE
    assert values(store, reader=ANONYMOUS) == values(store) == {"a": 1}
    assert [one.label for one in store.messages(ANONYMOUS)] == [PUBLIC, PUBLIC]
    assert [one.label for one in store.messages(OPERATOR)] == [OWN, PUBLIC, PUBLIC]


def test_attributes_of_one_owner_never_reach_another_label(store: Store) -> None:
    def edition(issued: int, statement: dict[str, tuple[int, int]]) -> Edition:
        return Edition(
            "layer", issued, [_said(statement)], effective=issued, whole=False, merge=True
        )

    give(store, edition(1, {"state": (1, 1), "note": (7, 1)}), label=OWN)
    give(store, edition(2, {"state": (2, 2)}), label=PUBLIC)
    (seen,) = store.picture(Query(ANONYMOUS, now(), now(), KIND))
    assert seen.fields()["attributes"] == {"state": 2}


def test_a_cancelled_thing_that_merges_stays_cancelled_in_any_order(tmp_path: Path) -> None:
    import itertools

    def edition(issued: int, value: int, action: Action = Action.ISSUE) -> Edition:
        return Edition(
            "layer", issued, [_said({"state": (value, value)})], action, effective=issued,
            whole=False, merge=True,
        )  # fmt: skip

    made = [edition(1, 1), edition(2, 2), edition(3, 3, Action.CANCEL)]
    for turn, order in enumerate(itertools.permutations(made)):
        store = open_store(tmp_path / str(turn))
        for number, one in enumerate(order):
            give(store, one, name=f"{number}".encode())
        assert _attributes(store, 4, now()) == {}
        assert _attributes(store, 2, now()) == {"state": 2}
        store.close()


def test_two_kinds_of_one_series_may_use_the_same_key(store: Store) -> None:
    other = Record("test.other", "a", msgspec.json.encode({"value": "other"}))
    give(store, Edition("s", 1, [thing("a", "thing"), other], effective=1))
    assert values(store) == {"a": "thing"}
    give(store, Edition("s", 2, [other], effective=2))
    assert values(store) == {}
    assert len(store.history(KIND, "a", OPERATOR, now())) == 2
    assert len(store.history("test.other", "a", OPERATOR, now())) == 1


def test_a_record_with_geometry_and_area_is_in_a_box_once(store: Store) -> None:
    import shapely

    boundary = shapely.to_wkb(shapely.box(136.8, 36.9, 137.1, 37.3))
    store.put_places([Place("city:1720200", "七尾市", "municipality", geometry=boundary)])
    record = thing("a", 1, geometry=point(136.96, 37.04), area="city:1720200")
    give(store, Edition("s", 1, [record], effective=1))
    assert values(store, box=(136.9, 37.0, 137.0, 37.1)) == {"a": 1}


def test_what_failed_once_does_not_break_what_follows(store: Store) -> None:
    give(store, Edition("s", 9, [thing("a", 9)], effective=9))
    late = Edition("s", 1, [thing("a", 1)], effective=1)
    broken = Edition("t", 1, [Record(KIND, "b", b"{}", area="no scheme")], effective=1)
    with pytest.raises(ValueError, match="unknown area"):
        give(store, late, broken)
    give(store, late)
    assert values(store, at=5) == {"a": 1}


def test_a_message_that_was_read_is_never_unread(store: Store) -> None:
    data = b"once readable"
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test")
    edition = Edition("s", 1, [thing("a", 1)], effective=1)
    store.commit([(incoming, Outcome(editions=[edition], stated=1))])
    with pytest.raises(NoroshiError, match="could be read before"):
        store.settle(incoming.sha, Outcome(state=QUARANTINED, reason="no longer"))
    assert values(store) == {"a": 1}


def _reread(store: Store, name: bytes, *editions: Edition) -> None:
    store.settle(hashlib.sha256(name).digest(), Outcome(editions=editions, stated=1))


def test_what_a_better_reading_does_not_say_any_more_is_taken_back(store: Store) -> None:
    give(store, Edition("wrong", 1, [thing("a", 0), thing("b", 0)], effective=1), name=b"first")
    mistaken = Edition("wrong", 5, [thing("a", 1)], effective=5)
    give(store, mistaken, name=b"second")
    known = now()
    assert values(store) == {"a": 1}
    _reread(store, b"second", Edition("right", 5, [thing("c", 1)], effective=5))
    assert values(store) == {"a": 0, "b": 0, "c": 1}
    assert values(store, at=3) == {"a": 0, "b": 0}
    assert values(store, as_of=known) == {"a": 1}, "what was known then stays known"
    _reread(store, b"second", mistaken)
    assert values(store) == {"a": 1}


def test_what_a_later_edition_said_again_outlives_the_one_that_is_taken_back(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", 0)], effective=1), name=b"1")
    give(store, Edition("s", 2, [thing("a", 1)], effective=2), name=b"2")
    give(store, Edition("s", 3, [thing("a", 1)], effective=3), name=b"3")
    _reread(store, b"2", Edition("other", 2, [], effective=2))
    assert values(store, at=2) == {"a": 0}
    assert values(store, at=3) == values(store) == {"a": 1}


def test_reading_again_the_same_changes_nothing(store: Store) -> None:
    edition = Edition("s", 1, [thing("a", 0)], effective=1)
    give(store, edition, name=b"1")
    before = store.counts(OPERATOR)["versions"]
    _reread(store, b"1", edition)
    assert store.counts(OPERATOR)["versions"] == before
    assert values(store) == {"a": 0}


def test_nobody_learns_nor_suffers_from_what_was_sent_under_another_label(store: Store) -> None:
    """The same bytes under two labels: kept unread, unreadable, or read; in any order."""
    edition = Edition("s", 1, [thing("a", 1)], effective=1)
    public = Reader("public", frozenset({PUBLIC}))
    for number, (first, second) in enumerate(
        [(None, "read"), (None, None), ("bad", "read"), ("read", None), ("read", "read")]
    ):
        data = b"same %d" % number
        sha = hashlib.sha256(data).digest()
        one = Edition(f"s{number}", 1, edition.records, effective=1)
        made = {
            None: None, "read": Outcome(editions=[one], stated=1),
            "bad": Outcome(state=QUARANTINED, reason="no"),
        }  # fmt: skip
        store.commit([(Incoming(data, sha, "inside", label=OWN), made[first])])
        (told,) = store.commit([(Incoming(data, sha, "outside", label=PUBLIC), made[second])])
        assert told.state == (WAITING if second is None else READ)
        assert (sha in store.waiting()) is (second is None)
        if second is None:
            store.settle(sha, Outcome(editions=[one], stated=1))
        assert store.waiting() == []
        moment = now()
        query = Query(public, moment, moment, KIND, series=f"s{number}")
        assert [version.key for version in store.picture(query)] == ["a"]
        (arrival,) = store.messages(public, id=sha.hex())
        assert (arrival.source, arrival.state, arrival.records) == ("outside", READ, 1)
        (again,) = store.commit([(Incoming(data, sha, "outside", label=PUBLIC), Outcome())])
        assert again.state == DUPLICATE


def test_news_are_what_was_kept_without_what_it_says(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", 0)], effective=5), name=b"1")
    give(store, Edition("t", 2, [thing("b", 1), thing("c", 2)], mode=Mode.EXERCISE), label=OWN)
    versions = [one.version for one in store.changes(OPERATOR, after=0)]
    assert [tuple(one) for one in store.news(0, 100)] == [
        (one.id, one.kind, one.mode, one.series, one.valid_from) for one in versions
    ]
    assert [one.id for one in store.news(versions[0].id, 1)] == [versions[1].id]


def test_what_is_read_together_is_of_one_moment(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", 0)], effective=1), name=b"1")
    elsewhere = Thread(
        target=give, args=(store, Edition("s", 2, [thing("a", 1)], effective=1)),
        kwargs={"name": b"2"},
    )  # fmt: skip
    with store.reading():
        assert values(store) == {"a": 0}
        elsewhere.start()
        elsewhere.join()
        assert values(store) == {"a": 0}
        with store.reading():
            assert values(store) == {"a": 0}
        give(store, Edition("s", 3, [thing("b", 1)], effective=1, whole=False), name=b"3")
        assert values(store) == {"a": 1, "b": 1}
    give(store, Edition("s", 4, [thing("a", 2)], effective=1), name=b"4")
    assert values(store) == {"a": 2}
