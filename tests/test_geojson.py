"""GeoJSON: any geometry, any properties, and the one wrong feature named."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi import formats, kinds
from noroshi.core import place
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.record import Mode
from noroshi.core.time import parse
from noroshi.formats import Hints, Limits
from noroshi.formats.geojson.geometry import to_wkb
from noroshi.formats.geojson.reader import read, validate
from noroshi.kinds.report import Report
from noroshi.kinds.shelter import Shelter


def feature(geometry: Any, properties: Any = None, **members: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties, **members}


def collection(*features: Any, **members: Any) -> bytes:
    whole = {"type": "FeatureCollection", **members, "features": list(features)}
    return json.dumps(whole, ensure_ascii=False).encode()


POINT = {"type": "Point", "coordinates": [136.97, 37.04]}


# --- geometry ----------------------------------------------------------------------------------

LINE = [[0, 0], [1, 1], [2, 0.5]]
RING = [[0, 0], [4, 0], [4, 4], [0, 0]]
HOLE = [[1, 0.5], [2, 0.5], [2, 1], [1, 0.5]]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "LineString", "coordinates": LINE},
        {"type": "Polygon", "coordinates": [RING, HOLE]},
        {"type": "MultiPoint", "coordinates": LINE},
        {"type": "MultiLineString", "coordinates": [LINE, LINE[:2]]},
        {"type": "MultiPolygon", "coordinates": [[RING, HOLE], [RING]]},
        {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": [1, 2]},
                {
                    "type": "GeometryCollection",
                    "geometries": [{"type": "LineString", "coordinates": LINE}],
                },
            ],
        },
    ],
)
@pytest.mark.parametrize("height", [False, True])
def test_every_geometry_is_what_shapely_reads_in_it(geometry: Any, height: bool) -> None:
    if height:
        geometry = json.loads(json.dumps(geometry), object_hook=_raise)
    wkb = to_wkb(geometry)
    assert wkb is not None
    found = shapely.from_wkb(wkb)
    assert found.has_z is height
    assert shapely.to_wkt(found, output_dimension=2) == shapely.to_wkt(
        shapely.geometry.shape(geometry), output_dimension=2
    )
    if height:
        assert set(shapely.get_coordinates(found, include_z=True)[:, 2]) == {5.0}


def _raise(one: dict[str, Any]) -> dict[str, Any]:
    def lift(inside: Any) -> Any:
        if inside and isinstance(inside[0], int | float):
            return [*inside, 5.0]
        return [lift(part) for part in inside]

    return {**one, "coordinates": lift(one["coordinates"])} if "coordinates" in one else one


def test_positions_of_mixed_length_are_two_dimensional() -> None:
    wkb = to_wkb({"type": "LineString", "coordinates": [[0, 0, 9], [1, 1]]})
    assert wkb == shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]), byte_order=1)


def test_null_and_empty_geometries_are_no_geometry() -> None:
    assert to_wkb(None) is None
    assert to_wkb({"type": "Point", "coordinates": []}) is None
    assert to_wkb({"type": "GeometryCollection", "geometries": []}) is None


@pytest.mark.parametrize(
    ("geometry", "what"),
    [
        ({"type": "Point", "coordinates": [37.04, 136.97]}, "longitude comes first"),
        ({"type": "Point", "coordinates": [181, 0]}, "longitude 181"),
        ({"type": "Point", "coordinates": [float("nan"), 0]}, "not finite"),
        ({"type": "Point", "coordinates": [0, 0, float("inf")]}, "not finite"),
        ({"type": "Point", "coordinates": [True, 0]}, "not all numbers"),
        ({"type": "Point", "coordinates": [1]}, "two numbers or three"),
        ({"type": "Point", "coordinates": "12"}, "not a list"),
        ({"type": "LineString", "coordinates": [[0, 0]]}, "two positions"),
        ({"type": "LineString", "coordinates": [[0, 0], [0, "1"]]}, "coordinates[1]"),
        ({"type": "LineString", "coordinates": [[0, 0], None]}, "coordinates[1]"),
        ({"type": "LineString", "coordinates": [[0, 0], "ab"]}, "coordinates[1]"),
        ({"type": "LineString", "coordinates": [[0, 0], {"a": 1, "b": 2}]}, "coordinates[1]"),
        ({"type": "Polygon", "coordinates": [RING, RING[:3]]}, "coordinates[1]: a ring has four"),
        ({"type": "Polygon", "coordinates": [[*RING[:3], [9, 9]]]}, "not closed"),
        ({"type": "MultiPolygon", "coordinates": [[RING], 1]}, "coordinates[1]"),
        ({"type": "Circle", "coordinates": [0, 0]}, "no geometry type"),
        ({"type": ["Point"], "coordinates": [0, 0]}, "no geometry type"),
        ({"coordinates": [0, 0]}, "no geometry type"),
        ([0, 0], "not an object"),
        ({"type": "GeometryCollection", "geometries": [None]}, "not an object"),
    ],
)
def test_a_wrong_geometry_is_refused_with_its_part(geometry: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what.replace("[", r"\[").replace("]", r"\]")):
        to_wkb(geometry)


# --- collections -------------------------------------------------------------------------------


def test_features_of_no_known_kind_are_reports() -> None:
    data = collection(
        feature(POINT, {"name": "橋", "n": 2, "tags": ["a", {"b": 1}], "big": 2**70}, id=7),
        feature(None, {}, id="x"),
        name="被害",
        timeStamp="2024-01-09T09:00:00Z",
    )
    chosen = formats.recognise(data)
    assert chosen is not None
    assert chosen.name == "geojson"
    reading = formats.read(data, Hints(source="city", municipality=lambda x, y: "city:1720200"))
    [edition] = reading.editions
    assert (edition.series, edition.whole) == ("geojson/city/被害", True)
    assert edition.issued == edition.effective == parse("2024-01-09T18:00:00+09:00")
    first, second = edition.records
    assert (first.kind, first.key, first.area) == ("disaster.report", "7", "city:1720200")
    assert first.geometry == place.point(136.97, 37.04)
    assert kinds.decode(first.kind, first.body) == Report(
        "橋",
        attributes={"name": "橋", "n": 2, "tags": '["a",{"b":1}]', "big": str(2**70)},
        layer="被害",
    )
    assert (second.key, second.geometry, second.area) == ("x", None, None)
    assert reading.faults == []


def test_features_with_a_shelters_properties_are_shelters() -> None:
    properties = {
        "ID": "A1",
        "名称": "山王小学校",
        "人数": "１８０",
        "時点": "令和6年1月9日午後6時",
        "災害種別_洪水": 1,
        "所在地_都道府県": "石川県",
        "所在地_市区町村": "七尾市",
        "地区": "袖ケ江",
    }
    reading = read(collection(feature(POINT, properties)), Hints())
    [edition] = reading.editions
    assert edition.series == "shelters/open/石川県七尾市"
    assert edition.issued == parse("2024-01-09T18:00:00+09:00")
    [record] = edition.records
    assert (record.key, record.geometry) == ("A1", place.point(136.97, 37.04))
    assert kinds.decode(record.kind, record.body) == Shelter(
        "山王小学校",
        status="open",
        hazards=["洪水"],
        headcount=180,
        municipality="石川県七尾市",
        code="A1",
        extra={"地区": "袖ケ江"},
    )


def test_a_mapping_reads_properties_as_columns() -> None:
    mapping = {
        "kind": "disaster.road",
        "series": "roads/x",
        "key": "no",
        "fields": {"name": "road", "status": {"column": "st", "values": {"9": "closed"}}},
    }
    data = collection(
        feature(POINT, {"no": 5, "road": "R249", "st": 9}), feature(None, {"road": "R1"}, id="z")
    )
    [edition] = read(data, Hints(mapping=mapping)).editions
    assert edition.series == "roads/x"
    assert [one.key for one in edition.records] == ["5", "z"]
    assert kinds.decode("disaster.road", edition.records[0].body).status == "closed"


def test_a_thing_without_identity_is_known_by_what_it_is() -> None:
    one, other = feature(POINT, {"a": 1}), feature(POINT, {"a": 2})
    first = read(collection(one, other), Hints()).editions[0]
    again = read(collection(other, one), Hints()).editions[0]
    assert {record.key: record.body for record in first.records} == {
        record.key: record.body for record in again.records
    }
    assert len(first.records) == 2


def test_a_property_is_the_key_only_if_it_is_unique() -> None:
    unique = [feature(POINT, {"code": n, "a": n}) for n in (1, 2)]
    repeated = [feature(POINT, {"code": 1, "a": n}) for n in (1, 2)]
    assert [one.key for one in read(collection(*unique), Hints()).editions[0].records] == ["1", "2"]
    assert "1" not in [one.key for one in read(collection(*repeated), Hints()).editions[0].records]


def test_one_feature_replaces_only_itself() -> None:
    data = json.dumps(feature(POINT, {"name": "a"}, id="k")).encode()
    assert formats.recognise(data) is not None
    [edition] = read(data, Hints(name="one.geojson", received=5)).editions
    assert (edition.whole, edition.issued) == (False, 5)
    assert [one.key for one in edition.records] == ["k"]


def test_a_collection_named_exercise_is_one() -> None:
    assert read(collection(name="防災訓練"), Hints()).editions[0].mode is Mode.EXERCISE


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (feature({"type": "Point", "coordinates": [float("nan"), 1]}), "features[1].geometry"),
        (feature({"type": "Point", "coordinates": [1e400, 1]}), "features[1].geometry"),
        (feature({"type": "Point", "coordinates": [37, 137]}), "features[1].geometry"),
        (feature({"type": "Polygon", "coordinates": [[[0, 0]]]}), "features[1].geometry"),
        (feature(POINT, [1]), "features[1].properties"),
        (feature(POINT, {}, id=[1]), "features[1].id"),
        (None, "features[1]"),
        ("x", "features[1]"),
    ],
)
def test_a_wrong_feature_is_named_and_the_others_are_kept(wrong: Any, where: str) -> None:
    data = collection(feature(POINT, {}, id=1), wrong, feature(POINT, {}, id=3))
    reading = read(data, Hints())
    assert [one.key for one in reading.editions[0].records] == ["1", "3"]
    assert [(one.severity, one.where) for one in reading.faults] == [("error", where)]
    assert validate(data, Hints()) == reading.faults


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::6668", "EPSG:4612"],
)
def test_reference_systems_in_degrees_of_today_are_read(name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert len(read(collection(feature(POINT), crs=crs), Hints()).editions[0].records) == 1


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::6677", "EPSG:4301", "EPSG:3857", ""])
def test_other_reference_systems_are_refused_with_a_remedy(name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    with pytest.raises(UnreadableMessage) as caught:
        read(collection(feature(POINT), crs=crs), Hints())
    assert caught.value.where == "crs"
    assert "ogr2ogr" in caught.value.remedy


def test_limits_hold() -> None:
    with pytest.raises(LimitExceeded):
        read(collection(feature(POINT), feature(POINT)), Hints(limits=Limits(records=1)))
    deep: Any = 1
    for _ in range(9):
        deep = [deep]
    reading = read(collection(feature(POINT, {"a": deep}, id=1)), Hints(limits=Limits(depth=8)))
    assert [one.where for one in reading.faults] == ["features[0].properties.a"]
    assert read(collection(feature(POINT, {"a": deep}, id=1)), Hints()).faults == []
    with pytest.raises(LimitExceeded):
        read(b'{"type":"FeatureCollection","features":' + b"[" * 100_000, Hints())
    with pytest.raises(LimitExceeded):
        read(b'{"type":"FeatureCollection","a":NaN,"features":' + b"[" * 100_000, Hints())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"type": "Topology", "objects": {}, "arcs": []}',
        b'{"type": "FeatureCollection"}',
        b'{"type":"x","name":"Feature"}',
    ],
)
def test_other_json_is_not_recognised(data: bytes) -> None:
    chosen = formats.recognise(data)
    assert chosen is None or chosen.name != "geojson"


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"5",
        b"\xff",
        b'{"a":NaN}',
        b'{"a":NaN,}',
        b'{"type":"Polygon"}',
        b'{"type":"FeatureCollection","features":5}',
        b'{"type":"FeatureCollection","name":5,"features":[]}',
        b'{"type":"FeatureCollection","a":NaN,"name":"\\ud800","features":[]}',
    ],
)
def test_what_is_no_geojson_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        read(data, Hints())


# --- noise -------------------------------------------------------------------------------------


def _read_or_refuse(data: bytes) -> None:
    formats.recognise(data)
    try:
        reading = read(data, Hints(municipality=lambda x, y: None))
    except UnreadableMessage:
        return
    for edition in reading.editions:
        for one in edition.records:
            kinds.decode(one.kind, one.body)
            if one.geometry is not None:
                place.bounds(one.geometry)


@given(st.binary(max_size=200))
@settings(max_examples=cases(200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refuse(data)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["Point", "Polygon", "GeometryCollection", "名称", "避難所名", POINT, RING]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometries", "避難所名", "ID", "時点"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(st.tuples(JSON, JSON, JSON), max_size=3), JSON, JSON)
@settings(max_examples=cases(200))
def test_any_features_are_read_or_refused(parts: list[Any], name: Any, crs: Any) -> None:
    features = [feature(geometry, properties, id=own) for geometry, properties, own in parts]
    _read_or_refuse(collection(*features, name=name))
    _read_or_refuse(collection(*features, crs=crs))


@given(st.data())
@settings(max_examples=cases(200))
def test_damaged_geojson_is_read_or_refused(data: st.DataObject) -> None:
    properties = {"ID": "A", "避難所名": "甲", "避難者数": 5, "n": [1, {"a": None}]}
    raw = bytearray(collection(*[feature(POINT, properties, id=n) for n in range(3)], name="名"))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refuse(bytes(raw))


@given(st.floats(-180, 180), st.floats(-90, 90))
@settings(max_examples=cases(100))
def test_every_position_on_the_globe_survives(longitude: float, latitude: float) -> None:
    wkb = to_wkb({"type": "Point", "coordinates": [longitude, latitude]})
    assert wkb is not None
    assert struct.unpack_from("<dd", wkb, 5) == (longitude, latitude)
