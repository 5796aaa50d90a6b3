"""What a peer sends is checked as if it were hostile, and read as it was written otherwise."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from data import cases, jma_files, needs_data
from every_kind import fields
from noroshi import kinds
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.place import point, point_z
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import FOREVER, NEVER
from noroshi.formats import Hints, Limits, recognise
from noroshi.formats import read as read_message
from noroshi.formats.exchange.items import MOST_DATA, Item, read_items, write_items
from signed import THEN, damaged, item, shelter

LIMITS = Limits()


def read(data: bytes) -> list[Item]:
    items, left_out = read_items(data, LIMITS)
    assert left_out == []
    return items


def hostile(value: Any) -> bytes:
    """Content as no writer of ours makes it."""
    return b"\x01" + zlib.compress(msgspec.msgpack.encode(value), 1)


def said(*records: Record, **changes: Any) -> bytes:
    """Content with one edition of `records`."""
    edition = Edition("s", THEN, list(records) or [shelter()])
    return hostile([item(editions=[replace(edition, **changes)])])


def refused(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(UnreadableMessage) as caught:
        read_items(data, limits)
    return str(caught.value)


degrees = st.floats(-90, 90)
geometries = st.one_of(
    st.none(), st.builds(point, degrees, degrees), st.builds(point_z, degrees, degrees, degrees),
    st.builds(lambda x, y: shapely.to_wkb(shapely.Point(x / 2, y / 2).buffer(1)), degrees, degrees),
    st.lists(st.tuples(degrees, degrees), min_size=2, max_size=9).map(
        lambda line: shapely.to_wkb(shapely.LineString(line))),
)  # fmt: skip
texts = st.text(min_size=1, max_size=30)
times = st.integers(THEN, THEN * 2)
records = st.builds(
    Record, st.just("disaster.shelter"), texts,
    texts.map(lambda name: kinds.encode(kinds.get("disaster.shelter").body(name=name))),
    geometries, st.sampled_from([None, "city:1720200", "pref:17", "other:島"]),
    st.none() | times, st.none() | times | st.just(FOREVER), st.none() | st.floats(0, 1),
)  # fmt: skip
editions = st.builds(
    Edition, texts, times, st.lists(records, max_size=4), st.sampled_from(Action),
    st.sampled_from(Mode), st.integers(0, 2**40), st.none() | times, st.booleans(), st.booleans(),
)  # fmt: skip
items = st.builds(
    lambda data, found, derived: item(data=data, editions=found, derived=derived),
    st.none() | st.binary(max_size=200), st.lists(editions, max_size=3), st.booleans(),
)  # fmt: skip


@settings(max_examples=cases(60), deadline=None)
@given(st.lists(items, max_size=4))
def test_items_are_read_as_they_were_written(written: list[Item]) -> None:
    assert read(write_items(written)) == written


@pytest.mark.parametrize("kind", kinds.all_kinds())
def test_a_record_of_every_kind_travels(kind: str) -> None:
    body = kinds.encode(msgspec.convert(fields(kind), kinds.get(kind).body))
    written = [item(Record(kind, "K", body))]
    assert read(write_items(written)) == written


@needs_data("jma_xml/samples")
def test_every_real_telegram_travels_as_this_node_read_it() -> None:
    read_any = 0
    for path in jma_files("*.xml")[:: 1 if cases(1) > 1 else 7]:
        data = path.read_bytes()
        if recognise(data) is None:
            continue
        try:
            found = read_message(data, Hints(name=path.name, received=THEN)).editions
        except UnreadableMessage:
            continue
        read_any += 1
        written = item(data=data if len(data) <= MOST_DATA else None, editions=found)
        (came,) = read(write_items([written]))
        assert came.data == written.data
        for one, other in zip(came.editions, written.editions, strict=True):
            assert replace(one, records=[]) == replace(other, records=[])
            for record, as_read in zip(one.records, other.records, strict=True):
                assert replace(record, body=b"") == replace(as_read, body=b"")
                assert msgspec.json.decode(record.body) == msgspec.json.decode(as_read.body)
    assert read_any > 10


def test_a_record_of_an_unknown_kind_is_left_out_and_told() -> None:
    data = said(shelter("A"), shelter("B", kind="space.debris"), shelter("C", kind="space.debris"))
    (one,), left_out = read_items(data, LIMITS)
    assert [record.key for record in one.editions[0].records] == ["A"]
    (told,) = left_out
    assert told.where == "space.debris"
    assert told.what.startswith("2 records")


def test_basis_stays_behind() -> None:
    based = shelter(basis=(1, 2))
    assert read(write_items([item(based)]))[0].editions[0].records[0].basis == ()
    assert read(said(based))[0].editions[0].records[0].basis == ()


def test_an_original_is_what_its_hash_says() -> None:
    assert "hash" in refused(hostile([replace(item(), data=b"another")]))
    with pytest.raises(ValueError, match="hash"):
        write_items([replace(item(), data=b"another")])
    big = b"x" * (MOST_DATA + 1)
    assert "more than" in refused(hostile([item(data=big)]))
    assert "length" in refused(hostile([replace(item(data=None), sha=b"short")]))


def test_a_body_is_spliced_into_answers_so_it_holds_nothing_that_was_passed_over() -> None:
    body = b'{ "name":\r\n"a",\n\n"later": {"x" : 1} , "status":"open"}'
    (one,) = read(said(shelter(body=body)))
    assert one.editions[0].records[0].body == b'{"name":"a","later":{"x":1},"status":"open"}'
    for wrong in (b'{"name":"a","later":"\xff"}', b'{"name":"a","x":"\xed\xa0\x80"}', b'{"name":1}',
                  b'{"name":"a"}x', b"[]", b"", b"{}", b'{"name":"a","x":' + b"[" * 100_000,
                  b'{"name":"a","x":NaN}', b'{"name":"' + b"a" * 5_000_000 + b'"}'):  # fmt: skip
        refused(said(shelter(body=wrong)))


def test_what_only_ends_a_key_need_say_nothing() -> None:
    (one,) = read(said(shelter(body=b"{}"), action=Action.CANCEL, whole=False))
    assert one.editions[0].records[0].body == b"{}"


def nested(depth: int) -> bytes:
    """Collections in collections: a geometry library would overflow the stack."""
    return struct.pack("<BII", 1, 7, 1) * depth + point(136, 37)


NAN, INF = float("nan"), float("inf")
LINE = shapely.to_wkb(shapely.LineString([(0, 0), (1, 1), (2, 2)]))
WRONG_GEOMETRIES = {
    "nothing": b"", "text": b"POINT (1 1)", "cut short": LINE[:-1], "big-endian": shapely.to_wkb(
        shapely.LineString([(0, 0), (1, 1)]), byte_order=0),
    "not a number": point(NAN, 0), "infinite": point(0, INF), "off the globe": point(181, 0),
    "a line off the globe": shapely.to_wkb(shapely.LineString([(0, 0), (0, 91)])),
    "a number missing inside": struct.pack("<BII6d", 1, 2, 3, 0, 0, NAN, NAN, 1, 1),
    "one number missing": struct.pack("<BII6d", 1, 2, 3, 0, 0, 1, NAN, 1, 1),
    "a count beyond all": struct.pack("<BII", 1, 2, 2**32 - 1),
    "rings beyond all": struct.pack("<BII", 1, 3, 2**32 - 1) + bytes(1000),
    "an open ring": struct.pack("<BIII6d", 1, 3, 1, 3, 0, 0, 1, 0, 1, 1),
    "a line of one point": struct.pack("<BII2d", 1, 2, 1, 0, 0),
    "an unknown type": struct.pack("<BI", 1, 17), "deep": nested(5_000), "endless": nested(500_000),
    "empty": shapely.to_wkb(shapely.Polygon()), "an empty point": shapely.to_wkb(shapely.Point()),
    "endless height": point_z(0, 0, INF),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG_GEOMETRIES)
def test_what_is_no_geometry_is_refused(what: str) -> None:
    refused(said(shelter(geometry=WRONG_GEOMETRIES[what])))


def test_collections_in_collections_are_read_as_deep_as_anyone_draws() -> None:
    read(said(shelter(geometry=nested(50))))


@pytest.mark.parametrize("changes", [
    {"confidence": 1.1}, {"confidence": -0.1}, {"confidence": NAN}, {"confidence": INF},
    {"area": "1720200"}, {"area": "nowhere:1"}, {"area": "other:" + "x" * 3000},
    {"valid_from": FOREVER + 1}, {"valid_to": NEVER - 1}, {"valid_to": 2**63}, {"key": ""},
    {"key": "x" * 3000}, {"valid_from": -(2**63)},
])  # fmt: skip
def test_a_record_that_makes_no_sense_makes_all_of_it_unreadable(changes: dict[str, Any]) -> None:
    refused(said(shelter("A"), shelter("B", **changes)))


@pytest.mark.parametrize("changes", [
    {"series": ""}, {"series": "x" * 3000}, {"issued": FOREVER}, {"issued": NEVER},
    {"issued": 2**64 - 1}, {"effective": FOREVER + 1}, {"serial": 2**63}, {"action": 7},
    {"mode": -1}, {"mode": "actual"}, {"whole": 1}, {"records": None},
])  # fmt: skip
def test_an_edition_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    edition = {**msgspec.to_builtins(Edition("s", THEN, [])), **changes}
    refused(hostile([{**msgspec.structs.asdict(item()), "editions": [edition]}]))


@pytest.mark.parametrize("value", [
    None, {}, [None], [{}], [1], "x", [[]], [[[[]]]],
    [{**msgspec.structs.asdict(item()), "received": FOREVER}],
    [{**msgspec.structs.asdict(item()), "name": "x" * 3000}],
    [{**msgspec.structs.asdict(item()), "sha": None}],
])  # fmt: skip
def test_what_is_no_list_of_items_is_refused(value: Any) -> None:
    refused(hostile(value))


def test_what_a_newer_node_adds_is_passed_over() -> None:
    one = msgspec.to_builtins(item(), builtin_types=(bytes,))
    one["novelty"] = one["editions"][0]["novelty"] = one["editions"][0]["records"][0]["new"] = {}
    assert read(hostile([one])) == [item()]


@pytest.mark.parametrize("data", [
    b"", b"\x01", b"\x02" + write_items([])[1:], write_items([item()])[:-1],
    write_items([item()]) + b"\0", b"\x01" + zlib.compress(b"\xdd\xff\xff\xff\xff"),
    b"\x01" + zlib.compress(b"\xc6\xff\xff\xff\xff"), b"\x01" + zlib.compress(b"\x91" * 100_000),
    b"\x01" + zlib.compress(b"\x90\x90"),
], ids=range(9))  # fmt: skip
def test_other_bytes_are_refused(data: bytes) -> None:
    refused(data)


def test_a_bomb_is_stopped_in_little_memory() -> None:
    for filling in (b"\x91", b"\x90", b"\xc0", b"\0"):
        bomb = b"\x01" + zlib.compress(filling * 300_000_000, 1)
        tracemalloc.start()
        refused(bomb, Limits(expanded_bytes=4 * 2**20))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20 * 2**20


def test_there_are_limits() -> None:
    data = write_items([item(*(shelter(str(number)) for number in range(20)))] * 3)
    for limits in (Limits(records=59), Limits(members=2), Limits(message_bytes=10),
                   Limits(expanded_bytes=100)):  # fmt: skip
        with pytest.raises(LimitExceeded):
            read_items(data, limits)
    assert len(read_items(data, Limits(records=60, members=3))[0]) == 3


def survives(data: bytes) -> None:
    try:
        found, _ = read_items(data, Limits(expanded_bytes=2**22))
    except UnreadableMessage:
        return
    for one in found:
        for edition in one.editions:
            for record in edition.records:
                kinds.decode(record.kind, record.body)


@settings(max_examples=cases(300))
@given(st.binary(max_size=300))
def test_random_bytes_never_do_harm(data: bytes) -> None:
    survives(data)
    survives(b"\x01" + zlib.compress(data, 1))


def test_damaged_contents_never_do_harm() -> None:
    shape = shapely.to_wkb(shapely.Point(136, 37).buffer(0.1, quad_segs=2))
    data = write_items([item(shelter("A"), shelter("B", geometry=shape))])
    for one in damaged(data, cases(300)):
        survives(one)
    packed = zlib.decompress(data[1:])
    for one in damaged(packed, cases(1500)):
        survives(b"\x01" + zlib.compress(one, 1))
