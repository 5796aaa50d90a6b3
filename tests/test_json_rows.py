"""Rows as JSON: sensors and their owners, by the same mapping files as tables."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi import formats, kinds
from noroshi.core import place
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.record import Edition, Mode
from noroshi.core.time import JST, from_datetime
from noroshi.formats import Hints, Limits
from noroshi.formats.json_rows.reader import read

SENSORS = {
    "kind": "disaster.flood_sensor",
    "series": "sensors",
    "key": "センサID",
    "time": "送信時刻",
    "longitude": "位置.経度",
    "latitude": "位置.緯度",
    "fields": {
        "code": "センサID",
        "name": "設置場所",
        "owner": "設置者",
        "state": {"column": "計測.浸水", "values": {"有": "wet", "無": "dry", "*": "unknown"}},
        "depth": {"column": "計測.水深", "unit": "cm"},
        "battery": {"column": "電池", "unit": "%"},
        "silent": "途絶",
        "observed": "計測.時刻",
    },
}
ROW = {
    "センサID": "S-１",
    "設置場所": "本町",
    "位置": {"経度": 144.75, "緯度": 27.5},
    "計測": {"浸水": "有", "水深": 20, "時刻": "2026-09-01T10:05:00+09:00"},
    "電池": 83,
    "途絶": False,
    "型式": "X1",
}
DRY = {**ROW, "センサID": "S-2", "計測": {"浸水": "無", "水深": 0, "時刻": 1788224700000}}
DOCUMENT = {"件名": "浸水センサ", "送信時刻": "2026-09-01T01:06:00Z", "設置者": "風早市",
            "データ": [ROW, DRY]}  # fmt: skip


def raw(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def edition(value: Any, mapping: dict[str, Any] | None = SENSORS) -> Edition:
    data = value if isinstance(value, bytes) else raw(value)
    chosen = formats.recognise(data)
    assert chosen is not None
    assert chosen.name == "json_rows"
    reading = read(data, Hints(mapping=mapping, source="owner"))
    assert reading.faults == []
    [found] = reading.editions
    return found


def jst(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    return from_datetime(datetime(year, month, day, hour, minute, tzinfo=JST))


def test_an_object_around_rows_is_read_with_what_stands_beside_them() -> None:
    found = edition(DOCUMENT)
    assert (found.series, found.mode, found.whole) == ("sensors", Mode.ACTUAL, True)
    assert found.issued == found.effective == jst(2026, 9, 1, 10, 6)
    first, second = found.records
    assert (first.kind, first.key) == ("disaster.flood_sensor", "S-1")
    assert first.geometry == place.point(144.75, 27.5)
    assert msgspec.json.decode(first.body) == {
        "code": "S-１",
        "name": "本町",
        "owner": "風早市",
        "state": "wet",
        "depth": 0.2,
        "battery": 0.83,
        "silent": False,
        "observed": "2026-09-01T10:05:00+09:00",
        "extra": {"型式": "X1"},
    }
    body = kinds.decode(second.kind, second.body)
    assert (body.state, body.depth) == ("dry", 0)
    assert body.observed == "2026-09-01T10:05:00+09:00", "milliseconds since 1970"


def test_an_array_lines_and_an_enclosed_array_say_the_same() -> None:
    mapping = {**SENSORS, "time": "計測.時刻"}
    rows = [{**one, "設置者": "風早市"} for one in (ROW, DRY)]
    expected = edition(rows, mapping)
    lines = b"\n".join(map(raw, rows)) + b"\n\n"
    assert edition(lines, mapping) == expected
    assert edition({"result": {"ok": True, "items": rows}}, mapping) == expected
    assert edition(json.dumps(rows, indent=2).encode(), mapping) == expected
    assert read(raw(rows).decode().encode("cp932"), Hints(mapping=mapping)).editions == [expected]


def test_one_object_is_one_row_that_replaces_only_itself() -> None:
    found = edition(ROW, {**SENSORS, "time": "計測.時刻"})
    assert (len(found.records), found.whole) == (1, False)
    assert found.issued == jst(2026, 9, 1, 10, 5)


def test_an_empty_array_says_that_there_is_none() -> None:
    found = edition({**DOCUMENT, "データ": []})
    assert (found.records, found.whole) == ([], True)
    assert found.issued == jst(2026, 9, 1, 10, 6)


@pytest.mark.parametrize(
    "said",
    [
        {"件名": "【訓練】浸水センサ"},
        {"title": "総合防災訓練 浸水センサ"},
        {"注意": "［訓練］実際の値ではありません"},
        {"exercise": True},
        {"訓練": "1"},
        {"header": {"title": "訓練"}},
    ],
)
def test_a_document_that_says_exercise_is_one(said: dict[str, Any]) -> None:
    assert edition({**DOCUMENT, **said}).mode is Mode.EXERCISE


@pytest.mark.parametrize(
    "said",
    [{"件名": "これは訓練ではありません"}, {"設置者": "訓練センター前"[2:]}, {"exercise": 0}],
)
def test_a_document_that_does_not_is_none(said: dict[str, Any]) -> None:
    assert edition({**DOCUMENT, **said}).mode is Mode.ACTUAL


def test_lines_that_all_say_exercise_are_one() -> None:
    lines = b"\n".join(raw({**one, "訓練": True}) for one in (ROW, DRY))
    assert edition(lines).mode is Mode.EXERCISE


def test_lists_fill_lists_and_positions() -> None:
    mapping = {
        "kind": "disaster.evacuation_order",
        "key": "id",
        "longitude": "at.0",
        "latitude": "at.1",
        "fields": {"municipality": "市", "kind": "種別", "level": "lv", "districts": "地区"},
    }
    row = {"id": 7, "市": "風早市", "種別": "避難指示", "lv": 4, "地区": ["本町", "港町"],
           "at": [144.75, 27.5]}  # fmt: skip
    [record] = edition([row], mapping).records
    body = kinds.decode(record.kind, record.body)
    assert (record.key, body.level, body.districts) == ("7", 4, ["本町", "港町"])
    assert record.geometry == place.point(144.75, 27.5)
    feature = {"type": "Feature", "geometry": None, "properties": row}
    [same] = formats.read(raw(feature), Hints(mapping=mapping)).editions[0].records
    assert kinds.decode(same.kind, same.body).districts == ["本町", "港町"]


def test_without_a_mapping_keyed_rows_with_a_position_are_reports() -> None:
    found = edition(
        {"title": "通報", "time": "2026-09-01T10:00:00+09:00",
         "items": [{"id": "a", "name": "倒木", "lon": 144.7, "lat": 27.5, "程度": 3}]}, None,
    )  # fmt: skip
    [record] = found.records
    assert found.issued == jst(2026, 9, 1, 10)
    assert found.series == "json/owner/通報"
    body = kinds.decode(record.kind, record.body)
    assert (record.kind, record.key, body.title) == ("disaster.report", "a", "倒木")
    assert body.attributes == {"程度": 3}


def test_a_list_of_shelters_needs_no_mapping() -> None:
    found = edition(
        [{"ID": "1", "避難所名": "甲", "避難者数": 5, "緯度": 27.5, "経度": 144.7}], None
    )
    assert found.records[0].kind == "disaster.shelter"


@pytest.mark.parametrize(
    ("value", "mapping", "what", "remedy"),
    [
        ({"a": [ROW], "b": [ROW]}, SENSORS, "several arrays", 'rows = "a"'),
        ({"a": [ROW]}, {**SENSORS, "rows": "b"}, "no array 'b'", "its arrays are a"),
        ([{"x": 1}], SENSORS, "no column センサID", "its columns are x"),
        ([{"x": 1}], None, "cannot be told", "mapping"),
        ({"x": 1}, None, "cannot be told", "mapping"),
        ([1, 2], SENSORS, "no key", ""),
        (5, SENSORS, "not a JSON object", "objects"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(
    value: Any, mapping: dict[str, Any] | None, what: str, remedy: str
) -> None:
    [finding] = [
        one
        for one in formats.validate(raw(value), Hints(mapping=mapping), "json_rows")
        if one.severity == "error"
    ][-1:]
    assert what in finding.what or finding.where.startswith("[")
    assert remedy in finding.remedy or finding.where.startswith("[")


def test_the_mapping_names_the_array_of_rows() -> None:
    two = {**DOCUMENT, "履歴": [DRY]}
    assert len(edition(two, {**SENSORS, "rows": "データ"}).records) == 2


def test_a_wrong_row_is_said_with_its_position_and_the_others_are_kept() -> None:
    rows = [ROW, 5, {**DRY, "センサID": ""}, {**DRY, "位置": {"経度": 27.5, "緯度": 144.7}}]
    reading = read(raw({**DOCUMENT, "データ": rows}), Hints(mapping=SENSORS))
    assert [one.key for one in reading.editions[0].records] == ["S-1", "S-2"]
    assert [one.where for one in reading.faults] == [
        "データ[1]",
        "データ[2]",
        "データ[3], 位置.経度, 位置.緯度",
    ]
    assert "exchanged" in reading.faults[2].what
    lines = raw(ROW) + b"\n{broken\n" + raw(DRY)
    found = formats.validate(lines, Hints(mapping=SENSORS), "json_rows")
    assert [one.where for one in found] == ["[1]"]


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00", "x\\uDBFFx", "\\udfff\\ud800"])
def test_a_row_with_half_of_a_surrogate_pair_is_left_out(half: str) -> None:
    # The strict parser refuses them, so what it reads holds none.
    for written in (f'"{half}"', f'{{"{half}": 1}}', f'["a", "{half}"]'):
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(written)
    damaged = raw(DRY).replace("本町".encode(), half.encode())
    assert half.encode() in damaged
    for data in (b"[" + raw(ROW) + b"," + damaged + b"]", raw(ROW) + b"\n" + damaged):
        reading = read(data, Hints(mapping=SENSORS))
        assert [one.key for one in reading.editions[0].records] == ["S-1"]
        [finding] = reading.faults
        assert (finding.where, "surrogates not allowed" in finding.what) == ("[1]", True)
    whole = raw({**DRY, "設置場所": "😀"}).replace("😀".encode(), b"\\ud83d\\ude00")
    [record] = read(b"[" + whole + b"]", Hints(mapping=SENSORS)).editions[0].records
    assert kinds.decode(record.kind, record.body).name == "😀"
    for said in ("設置者", "件名"):
        odd = raw({**DOCUMENT, said: "甲", "無": 1}).replace("甲".encode(), half.encode())
        reading = read(odd, Hints(mapping={**SENSORS, "series": ""}))
        assert [one.key for one in reading.editions[0].records] == ["S-1", "S-2"]
        assert reading.editions[0].series.encode()
        [finding] = reading.faults
        assert "the member is left out" in finding.what


def test_limits_hold() -> None:
    with pytest.raises(LimitExceeded):
        read(raw([ROW, DRY]), Hints(mapping=SENSORS, limits=Limits(records=1)))
    with pytest.raises(LimitExceeded):
        read(b'[{"a":' + b"[" * 100_000, Hints())
    wide = {f"c{n}": n for n in range(2_001)}
    [finding] = read(raw([ROW, wide]), Hints(mapping=SENSORS)).faults
    assert "more than 2000 columns" in finding.what
    deep: Any = 1
    for _ in range(70):
        deep = [deep]
    [finding] = read(raw([ROW, {**DRY, "x": deep}]), Hints(mapping=SENSORS)).faults
    assert "nested" in finding.what


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b'"x"', b'{"type": "Topology", "objects": {}}', b"<a/>",
     b'{"type":"FeatureCollection","features":[]}', b"a,b\n1,2\n", b'{"noroshi":{"kind":"x"}}'],
)  # fmt: skip
def test_other_things_are_not_recognised(data: bytes) -> None:
    chosen = formats.recognise(data)
    assert chosen is None or chosen.name != "json_rows"


# --- noise -------------------------------------------------------------------------------------


def _read_or_refuse(data: bytes, mapping: dict[str, Any] | None) -> None:
    formats.recognise(data)
    try:
        reading = read(data, Hints(mapping=mapping, municipality=lambda x, y: None))
    except UnreadableMessage:
        return
    for one in reading.editions:
        assert len({record.key for record in one.records}) == len(one.records)
        for record in one.records:
            kinds.decode(record.kind, record.body)


NAMES = st.sampled_from(
    ["センサID", "計測", "位置", "経度", "浸水", "水深", "ID", "緯度", "件名", "0"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)


@given(JSON, st.sampled_from([None, SENSORS]))
@settings(max_examples=cases(300))
def test_any_json_is_read_or_refused(value: Any, mapping: dict[str, Any] | None) -> None:
    _read_or_refuse(json.dumps(value).encode(), mapping)


@given(st.binary(max_size=200), st.sampled_from([None, SENSORS]))
@settings(max_examples=cases(200))
def test_any_bytes_are_read_or_refused(data: bytes, mapping: dict[str, Any] | None) -> None:
    _read_or_refuse(data, mapping)
    _read_or_refuse(b'[{"' + data, mapping)


@given(st.data())
@settings(max_examples=cases(200))
def test_a_damaged_document_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(raw(DOCUMENT))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refuse(bytes(damaged), SENSORS)


@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=2), st.integers(0, 300)), max_size=6))
@settings(max_examples=cases(100))
def test_a_table_and_the_same_rows_as_json_are_the_same_records(
    rows: list[tuple[str, int]],
) -> None:
    mapping = {
        "kind": "disaster.flood_sensor",
        "series": "s",
        "key": "id",
        "fields": {"code": "id", "depth": {"column": "cm", "unit": "cm"}},
    }
    table = "id,cm\n" + "".join(f"{id},{depth}\n" for id, depth in rows)
    if not rows:
        return
    hints = Hints(mapping=mapping)
    [one] = formats.function("noroshi.formats.csv.reader:read")(table.encode(), hints).editions
    [other] = read(raw([{"id": id, "cm": depth} for id, depth in rows]), hints).editions
    assert one == other
