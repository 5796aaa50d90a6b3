"""Pages, timelines, single things, changes and sources, over every form of the store."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.errors import NotFound
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC, Reader
from noroshi.core.place import area_ranges, point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import HOUR, now
from noroshi.formats.boundaries import Place
from noroshi.store import Incoming, Outcome, Query, Store
from test_store_contract import FORMS

KIND = "test.thing"


@pytest.fixture(params=sorted(FORMS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = FORMS[request.param](tmp_path)
    yield opened
    assert opened.check() == []
    opened.close()


def thing(key: str, value: object, **more: object) -> Record:
    return Record(KIND, key, msgspec.json.encode({"value": value}), **more)  # type: ignore[arg-type]


_count = iter(range(10**9))


def give(
    store: Store, *editions: Edition, label: int = PUBLIC, source: str = "test", state: str = "read"
) -> None:
    data = f"{next(_count)}".encode()
    incoming = Incoming(data, hashlib.sha256(data).digest(), source, label=label)
    store.commit([(incoming, Outcome(state, editions=editions, stated=1))])


def asked(reader: Reader = OPERATOR, **more: object) -> Query:
    moment = now()
    return Query(reader, **({"at": moment, "as_of": moment, "kind": KIND} | more))  # type: ignore[arg-type]


def pages(store: Store, query: Query, limit: int, between: object = None) -> list[int]:
    found: list[int] = []
    cursor = None
    while True:
        page = store.page(query, limit, cursor)
        assert len(page.versions) <= limit
        found += [one.id for one in page.versions]
        if page.cursor is None:
            return found
        assert len(page.versions) == limit
        cursor = page.cursor
        if callable(between):
            between()


_BOX = (130.0, 30.0, 140.0, 40.0)
_AREAS = tuple(area_ranges("17"))


def _random_store(folder: str, drawn: list[tuple[int, ...]]) -> Store:
    store = FORMS["sqlite"](Path(folder))
    import shapely

    boundary = shapely.to_wkb(shapely.box(135, 33, 138, 37))
    store.put_places([Place("city:1720200", "七尾市", "municipality", geometry=boundary)])
    for series, issued, key, where, label, value in drawn:
        record = thing(
            f"k{key}", value,
            geometry=point(128 + where % 14, 30 + where % 11) if where % 3 else None,
            area="city:1720200" if where % 4 == 0 else None,
            valid_to=issued + 5 if value == 3 else None,
        )  # fmt: skip
        action = Action.CANCEL if value == 4 else Action.ISSUE
        give(store, Edition(f"s{series}", issued, [record], action, effective=issued,
                            whole=value == 2), label=PUBLIC if label else OWN)  # fmt: skip
    return store


_drawn = st.lists(
    st.tuples(*(st.integers(0, most) for most in (2, 30, 8, 30, 1, 5))), min_size=1, max_size=25
)


@given(_drawn, st.integers(1, 7), st.sampled_from(["", "box", "areas"]), st.booleans(),
       st.integers(0, 35))  # fmt: skip
@settings(deadline=None, max_examples=cases(100))
def test_pages_together_are_the_picture(
    drawn: list[tuple[int, ...]], limit: int, part: str, public: bool, at: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = _random_store(folder, drawn)
        more = {"box": {"box": _BOX}, "areas": {"areas": _AREAS}}.get(part, {})
        query = asked(ANONYMOUS if public else OPERATOR, at=at, **more)
        whole = [one.id for one in store.picture(query)]
        assert len(whole) == len(set(whole))

        def ingest() -> None:
            give(store, Edition("s0", at, [thing("k1", 99, geometry=point(136, 35))], effective=0))

        assert sorted(pages(store, query, limit, ingest)) == sorted(whole)
        quick = store.page_ids(query, limit)
        if quick is not None:
            page = store.page(query, limit)
            assert quick == ([one.id for one in page.versions], page.cursor)
            known = store.versions(quick[0], query.reader)
            assert [one.body for one in page.versions] == [known[id].body for id in quick[0]]
        store.close()


@given(_drawn, st.integers(0, 35), st.integers(0, 10), st.integers(0, 40))
@settings(deadline=None, max_examples=cases(100))
def test_an_interval_holds_what_any_of_its_moments_does_and_the_timeline_knows_when(
    drawn: list[tuple[int, ...]], start: int, length: int, back: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # One label, for a timeline tells nothing of series that are seen under several.
        store = _random_store(folder, [(*one[:4], 1, one[5]) for one in drawn])
        known = [one.recorded for change in store.changes(OPERATOR) for one in [change.version]]
        as_of = sorted(known)[min(back, len(known) - 1)] if known else now()
        moments = range(start, start + length + 1)
        shown = {at: {one.id for one in store.picture(asked(at=at, as_of=as_of))} for at in moments}
        query = asked(at=start, until=start + length, as_of=as_of)
        found = pages(store, query, 3)
        assert len(found) == len(set(found))
        assert set(found) == set().union(*shown.values())
        lifetimes = store.timeline(asked(), start, start + length, 10_000)
        for at, ids in shown.items():
            assert ids == {
                one.version.id for one in lifetimes
                if any(vf <= at < vt and rf <= as_of < rt and not (sv <= at and sr <= as_of)
                       for vf, vt, rf, rt, sv, sr in one.pieces)
            }  # fmt: skip
        store.close()


@given(_drawn, st.booleans(), st.integers(0, 35))
@settings(deadline=None, max_examples=cases(100))
def test_a_thing_by_its_id_is_the_thing_in_the_picture(
    drawn: list[tuple[int, ...]], public: bool, at: int
) -> None:
    reader = ANONYMOUS if public else OPERATOR
    with tempfile.TemporaryDirectory() as folder:
        store = _random_store(folder, drawn)
        shown = {(one.series_id, one.key): one for one in store.picture(asked(reader, at=at))}
        for change in store.changes(OPERATOR):
            one = change.version
            where = (KIND, one.series_id, one.key, reader)
            if (one.series_id, one.key) in shown:
                expected = shown[one.series_id, one.key]
                assert store.thing(*where, at, now()).id == expected.id
                assert expected.id in {each.id for each in store.editions(*where, now())}
            else:
                with pytest.raises(NotFound):
                    store.thing(*where, at, now())
        store.close()


@given(_drawn, st.integers(1, 6))
@settings(deadline=None, max_examples=cases(100))
def test_a_follower_meets_every_version_once_and_in_order(
    drawn: list[tuple[int, ...]], limit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FORMS["sqlite"](Path(folder))
        cursor, met = 0, []
        for number in range(0, len(drawn), 4):
            _add(store, drawn[number : number + 4])
            while some := store.changes(OPERATOR, after=cursor, limit=limit):
                met += [one.version.id for one in some]
                cursor = met[-1]
        assert met == sorted(set(met))
        assert cursor == store.latest()
        back: list[int] = []
        before = None
        while some := store.changes(OPERATOR, before=before, limit=limit):
            back += [one.version.id for one in some]
            before = back[-1]
        assert back == met[::-1]
        for change in store.changes(ANONYMOUS, after=0, limit=10_000):
            assert change.version.label == PUBLIC
            assert change.previous is None or change.previous.label == PUBLIC
        store.close()


def _add(store: Store, drawn: list[tuple[int, ...]]) -> None:
    for series, issued, key, where, label, value in drawn:
        record = thing(f"k{key}", value, geometry=point(130 + where % 9, 35))
        give(store, Edition(f"s{series}", issued, [record], effective=issued, whole=value > 3),
             label=PUBLIC if label else OWN)  # fmt: skip


def test_a_follower_hears_of_a_kind_that_was_never_there_when_it_first_looked(
    store: Store,
) -> None:
    give(store, Edition("a", now(), [msgspec.structs.replace(thing("x", 1), kind="test.other")]))
    assert store.changes(OPERATOR, after=0, kinds=[KIND]) == []
    give(store, Edition("b", now(), [thing("y", 2)]))
    assert [one.version.key for one in store.changes(OPERATOR, after=0, kinds=[KIND])] == ["y"]


def test_changes_say_what_was_created_updated_and_ended(store: Store) -> None:
    give(store, Edition("s", 1, [thing("a", 1), thing("b", 1)], effective=1))
    give(store, Edition("s", 2, [thing("a", 2)], effective=2))
    give(store, Edition("s", 3, [thing("b", 3)], effective=3))
    told = [(one.operation, one.version.key, one.previous and one.previous.fields()["value"])
            for one in store.changes(OPERATOR, after=0)]  # fmt: skip
    assert told == [
        ("create", "a", None), ("create", "b", None),
        ("update", "a", 1), ("delete", "b", 1),
        ("create", "b", None), ("delete", "a", 2),
    ]  # fmt: skip
    assert [one.version.key for one in store.changes(OPERATOR, kinds=["no.such"])] == []


def test_generation_changes_with_every_commit_of_any_process(tmp_path: Path) -> None:
    one, other = FORMS["sqlite"](tmp_path), FORMS["sqlite"](tmp_path)
    seen = {one.generation()}
    for number, store in enumerate((other, one, other, one)):
        give(store, Edition("s", number, [thing("a", number)], effective=number))
        assert one.generation() not in seen
        seen.add(one.generation())
    one.close()
    other.close()


def test_sources_tell_payload_times_delays_and_quarantine_to_those_who_may_know(
    store: Store,
) -> None:
    old = now() - 83 * 24 * HOUR
    give(store, Edition("s", old, [thing("a", 1)], effective=old), source="old")
    give(store, Edition("t", old + 5, [thing("a", 1)], effective=old), source="old")
    give(store, source="old", state="quarantined")
    give(store, Edition("u", now(), [thing("b", 1)]), source="secret", label=OWN)
    (told,) = store.sources(ANONYMOUS)
    assert (told.name, told.arrivals, told.newest_issued) == ("old", 3, old + 5)
    assert told.issued == (old + 5, old)
    assert all(delay > 82 * 24 * HOUR for delay in told.delays)
    assert (told.quarantined, told.quarantined_recent) == (1, 1)
    assert now() - told.last_received < HOUR
    assert [one.name for one in store.sources(OPERATOR)] == ["old", "secret"]


def test_density_counts_versions_by_both_times(store: Store) -> None:
    start = now()
    give(store, Edition("s", 100, [thing("a", 1), thing("b", 1)], effective=100))
    give(store, Edition("t", 190, [thing("a", 1)], effective=190), label=OWN)
    give(store, Edition("u", 190, [thing("a", 1)], mode=Mode.EXERCISE, effective=190))
    _, issued = store.density(OPERATOR, 100, 200, 10)
    assert issued == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    recorded, _ = store.density(ANONYMOUS, start, now() + 1, 4)
    assert sum(recorded) == 2
    assert store.density(OPERATOR, 0, 200, 1, Mode.EXERCISE)[1] == [1]


def test_a_drill_does_not_make_its_sender_fresh(store: Store) -> None:
    old = now() - 83 * 24 * HOUR
    give(store, Edition("s", old, [thing("a", 1)], effective=old), source="x")
    give(store, Edition("s", now(), [thing("a", 1)], mode=Mode.EXERCISE), source="x")
    (told,) = store.sources(ANONYMOUS)
    assert (told.newest_issued, told.issued) == (old, (old,))
