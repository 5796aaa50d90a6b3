"""Products in a real store: lineage, superseding, and no trace of the order of arrival."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from data import JMA_SAMPLES, needs_data
from noroshi.core.capability import run
from noroshi.core.label import OPERATOR, PUBLIC
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import FOREVER, HOUR, MINUTE, parse
from noroshi.domains import folder, get
from noroshi.formats import Hints, read
from noroshi.kinds import decode
from noroshi.store import Incoming, Outcome, Query, Store, open_store

NAME = "disaster/alert_level"
KIND = "disaster.alert_level"
SAMPLES = folder(NAME) / "samples"


def ingest(store: Store, data: bytes) -> None:
    editions = read(data, Hints()).editions
    incoming = Incoming(data, sha256(data).digest(), "test", label=PUBLIC)
    store.commit([(incoming, Outcome(editions=editions))])


def picture(store: Store, kind: str, at: int, mode: Mode, lapsed: bool = False) -> list[Version]:
    query = Query(OPERATOR, at=at, as_of=FOREVER - 1, kind=kind, mode=mode, lapsed=lapsed)
    return list(store.picture(query))


def compute(store: Store, at: int) -> list[Edition]:
    """What an engine does: read the picture, run the product, keep what changed."""
    declared = get(NAME)
    made: list[Edition] = []
    for mode in Mode:
        made += run(
            NAME,
            declared,
            {kind: picture(store, kind, at, mode) for kind in declared.consumes},
            standing=picture(store, KIND, at, mode, lapsed=True),
            lookup=lambda ids: [store.version(one, OPERATOR) for one in ids],
        )
    store.publish(made, source=NAME, label=PUBLIC)
    return made


def levels(store: Store, at: int, mode: Mode = Mode.ACTUAL) -> dict[str, int | None]:
    return {one.key: decode(KIND, one.body).level for one in picture(store, KIND, at, mode)}


def sample(case: str, name: str, **changes: str) -> bytes:
    text = (SAMPLES / case / name).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text.encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def test_a_level_rises_falls_and_ends_with_its_warnings_at_the_right_times(store: Store) -> None:
    at = parse("2031-07-03T00:00:00+09:00")
    rain, landslide = sample("levels_printed", "1_rain.xml"), "3_landslide.xml"
    ingest(store, rain)
    compute(store, at)
    ingest(store, sample("levels_printed", landslide))
    compute(store, at)
    ended = {
        "<InfoType>発表": "<InfoType>取消",
        "<ReportDateTime>2031-07-02T19:30": "<ReportDateTime>2031-07-02T22:00",
    }
    ingest(store, sample("levels_printed", landslide, **ended))
    compute(store, at)
    clock = {
        hour: levels(store, parse(f"2031-07-02T{hour}:00+09:00")).get("city:9920100")
        for hour in ("17:00", "18:30", "19:45", "21:59", "22:01")
    }
    assert clock == {"17:00": None, "18:30": 3, "19:45": 4, "21:59": 4, "22:01": 3}
    ended = {
        "<InfoType>発表": "<InfoType>取消",
        "<ReportDateTime>2031-07-02T18:00": "<ReportDateTime>2031-07-02T23:00",
    }
    ingest(store, sample("levels_printed", "1_rain.xml", **ended))
    compute(store, at)
    assert levels(store, parse("2031-07-02T22:30:00+09:00"))["city:9920100"] == 3
    assert levels(store, at) == {}


def test_computing_again_stores_nothing(store: Store) -> None:
    at = parse("2031-07-03T00:00:00+09:00")
    for path in sorted((SAMPLES / "levels_printed").glob("*.xml")):
        ingest(store, path.read_bytes())
    assert compute(store, at)
    before = store.counts(OPERATOR)
    assert compute(store, at) == []
    after = store.counts(OPERATOR)
    for counted in ("records", "series", "editions", "versions"):
        assert after[counted] == before[counted]


def test_an_exercise_is_computed_beside_the_real_thing(store: Store) -> None:
    at = parse("2031-07-03T00:00:00+09:00")
    for path in sorted((SAMPLES / "levels_printed").glob("*.xml")):
        ingest(store, path.read_bytes())
    compute(store, at)
    assert levels(store, at, Mode.EXERCISE) == {"city:9930100": 5}
    assert "city:9930100" not in levels(store, at)


def test_every_product_leads_back_to_its_messages(store: Store) -> None:
    at = parse("2025-07-03T00:00:00+09:00")
    sent = {}
    for path in sorted((SAMPLES / "levels_derived").glob("*.xml")):
        ingest(store, path.read_bytes())
        sent[sha256(path.read_bytes()).hexdigest()] = path.name
    compute(store, at)
    (one,) = [v for v in picture(store, KIND, at, Mode.ACTUAL) if v.key == "city:9920100"]
    basis = [store.version(id, OPERATOR) for id in one.basis]
    assert {sent[version.message or ""] for version in basis} == {
        "1_warnings.xml",
        "2_same_in_older_form.xml",
        "4_alert_partly_lifted.xml",
    }


def test_a_warning_with_a_stated_end_gives_a_level_until_then_and_the_rest_after(
    store: Store,
) -> None:
    start = parse("2031-07-02T18:00:00+09:00")
    ingest(store, sample("levels_printed", "1_rain.xml"))
    compute(store, start + HOUR)
    (edition,) = [
        one
        for one in read(sample("levels_printed", "3_landslide.xml"), Hints()).editions
        if any(record.kind == "disaster.weather_warning" for record in one.records)
    ]
    end = edition.issued + HOUR
    records = [msgspec.structs.replace(one, valid_to=end) for one in edition.records]
    store.publish([msgspec.structs.replace(edition, records=records)], source="test", label=PUBLIC)
    compute(store, end - MINUTE)
    assert levels(store, end - MINUTE)["city:9920100"] == 4
    assert levels(store, end + MINUTE).get("city:9920100") is None
    compute(store, end + MINUTE)
    assert levels(store, end + MINUTE)["city:9920100"] == 3
    assert levels(store, end - MINUTE)["city:9920100"] == 4


def real_telegrams() -> Sequence[bytes]:
    paths = [
        path
        for product in ("VPWW5", "VPWW6", "VXWW")
        for path in sorted(JMA_SAMPLES.glob(f"*{product}*.xml"))
    ]
    return [path.read_bytes() for path in paths]


@needs_data("jma_xml/samples")
def test_the_order_in_which_real_telegrams_arrive_leaves_no_trace(tmp_path: Path) -> None:
    telegrams = real_telegrams()
    at = max(one.issued for data in telegrams for one in read(data, Hints()).editions) + MINUTE
    expected = None
    for seed in range(3):
        order = list(telegrams)
        random.Random(seed).shuffle(order)
        store = open_store(tmp_path / str(seed))
        try:
            for number, data in enumerate(order):
                ingest(store, data)
                if number % 5 == 0:
                    compute(store, at)
            compute(store, at)
            found = {mode: levels(store, at, mode) for mode in Mode}
            inputs = {
                mode: {
                    one.area[:10] + "00"
                    for kind in get(NAME).consumes
                    for one in picture(store, kind, at, mode)
                    if one.area
                }
                for mode in Mode
            }
        finally:
            store.close()
        assert {mode: set(areas) for mode, areas in found.items()} == inputs
        assert len(found[Mode.ACTUAL]) > 100
        expected = expected or found
        assert found == expected
