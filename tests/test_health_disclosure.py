"""What an institute keeps to itself reaches others in its disclosed form only, on every way out."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest

from noroshi.channels.features import write_geojson, write_jsonl
from noroshi.channels.tables import write_csv
from noroshi.core.errors import NotFound
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC, RESPONDERS, Reader
from noroshi.core.record import Mode
from noroshi.core.time import DAY, parse
from noroshi.domains import folder
from noroshi.domains.health.disclosure.audit import audit
from noroshi.engine.clocks import WallClock
from noroshi.engine.lineage import trace
from noroshi.engine.products import Keeper
from noroshi.engine.runner import Runner
from noroshi.formats import Hints, read
from noroshi.kinds import decode
from noroshi.store import Incoming, Outcome, Query, Store, open_store

NAME, KIND, TOLD = "health/disclosure", "health.notifications", "health.notifications_disclosed"
RELEASE = {NAME: {OWN: RESPONDERS}}
PARTNER = Reader("a partner", frozenset({PUBLIC, RESPONDERS}))
AT = parse("2031-02-10T00:00:00+09:00")


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


class Then(WallClock):
    """It is February 2031, so that the weeks before are not long past."""

    def time(self, mode: Mode, wall: int) -> int:
        return AT


def arrive(store: Store, label: int, release: bool = True) -> None:
    """Three weeks, one after the other, each with its products."""
    for path in sorted((folder(NAME) / "samples" / "sparse").glob("*.csv")):
        data = path.read_bytes()
        editions = read(data, Hints(name=path.name)).editions
        incoming = Incoming(data, sha256(data).digest(), "institute", label=label)
        store.commit([(incoming, Outcome(editions=editions))])
        released = RELEASE if release else {}
        runner = Runner(store, Keeper(store, released), releases=released, clock=Then())
        runner.settle()
        assert not any(one.failures for one in runner.standings.values())


#: Whatever becomes known.
LATER = 2**61


def query(reader: Reader, kind: str | None, at: int = AT) -> Query:
    return Query(reader, at, LATER, kind, Mode.ACTUAL)


def test_who_lacks_the_label_sees_the_disclosed_form_and_nothing_else(store: Store) -> None:
    arrive(store, OWN)
    assert store.kinds(PARTNER) == {TOLD}
    assert list(store.picture(query(PARTNER, KIND))) == []
    found = list(store.picture(query(PARTNER, TOLD)))
    assert [one.key for one in found] == ["legionellosis", "tularemia"]
    assert {one.label for one in found} == {RESPONDERS}
    assert list(store.picture(query(ANONYMOUS, None))) == []
    for written in (
        b"".join(write_geojson(found, {})),
        b"".join(write_jsonl(found)),
        b"".join(write_csv(found, TOLD)),
    ):
        assert b"2031-W03" in written
    for version in found:
        tree = trace(store, version.id, PARTNER)
        assert (tree.basis, tree.hidden, tree.method) == ([], 3, None)
        for one in version.basis:
            with pytest.raises(NotFound):
                store.version(one, PARTNER)
    assert len(trace(store, found[0].id, OPERATOR).basis) == 3


def test_nothing_in_all_that_was_told_gives_a_small_count_away(store: Store) -> None:
    arrive(store, OWN)
    found = list(store.picture(query(PARTNER, TOLD)))
    assert len(found) == 2
    for version in found:
        editions = store.editions(TOLD, version.series_id, version.key, PARTNER, LATER)
        bodies = [decode(TOLD, one.body) for one in editions]
        assert [one.week for one in bodies] == ["2031-W01", "2031-W02", "2031-W03"]
        bounds = audit(bodies, most=9)
        assert {(one.low, one.high) for one in bounds if one.code} == {(1, 9)}


def test_without_a_release_nobody_is_told_and_what_is_public_is_left_alone(store: Store) -> None:
    arrive(store, OWN, release=False)
    assert store.kinds(PARTNER) == set()
    assert {one.label for one in store.picture(query(OPERATOR, TOLD))} == {OWN}
    arrive(store, PUBLIC)
    public = list(store.picture(query(ANONYMOUS, KIND, AT + DAY)))
    assert {one.label for one in public} <= {PUBLIC}
    assert list(store.picture(query(ANONYMOUS, TOLD))) == []
