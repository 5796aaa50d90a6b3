"""SIP4D-ZIP packages as senders made them, and as they might make them."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import msgspec
import pytest
import shapely

from data import DATA, needs_data
from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.core.place import check_digit
from noroshi.core.record import Mode, Record
from noroshi.core.time import FOREVER, JST, parse
from noroshi.formats import Hints, Reading
from noroshi.formats.sip4d_zip.read import read
from noroshi.kinds import decode
from noroshi.store.merge import merge
from sip4d_cases import CASES
from sip4d_packages import (
    COLUMNS,
    GEO,
    META,
    PNG,
    STYLE,
    A,
    B,
    C,
    base,
    feature,
    line,
    pack,
    universal,
)


def reading(files: Any, **hints: Any) -> Reading:
    data = files if isinstance(files, bytes) else pack(files)
    return read(data, Hints(name="case.zip", **hints))


def records(of: Reading) -> list[Record]:
    return [r for e in of.editions for r in e.records if r.kind != "disaster.layer"]


# --- what identifies what -------------------------------------------------------------------------


def test_keys_do_not_depend_on_the_order_of_rows() -> None:
    files = universal(line(A, B), line(B, C), line(C, A), line(A, B))
    shuffled = copy.deepcopy(files)
    shuffled[GEO]["features"].reverse()
    first, second = records(reading(files)), records(reading(shuffled))
    assert {(r.key, r.body) for r in first} == {(r.key, r.body) for r in second}
    assert sorted(r.key for r in first) == [
        "地点0@136.55000,37.10000",
        "地点1@136.60000,37.15000",
        "地点2@136.55000,37.15000",
        "地点3@136.55000,37.10000",
    ]


def test_features_of_one_identifier_all_survive() -> None:
    files = base()
    files[GEO]["features"] = [feature(1), feature(2), feature(1), feature(1)]
    files[GEO]["features"][1]["properties"]["id"] = "S1"
    assert sorted(r.key for r in records(reading(files))) == [
        "S1/第1小学校@136.90100,37.39000",
        "S1/第1小学校@136.90100,37.39000#2",
        "S1/第1小学校@136.90100,37.39000#3",
        "S1/第2小学校@136.90200,37.39000",
    ]


def test_layers_of_one_package_keep_their_identifiers_apart() -> None:
    files = base()
    files[META] |= {"code": "99-999-99", "entry_num": 2}
    files[META]["entry"].append({**files[META]["entry"][0], "title": "救護所", "file": "b.geojson"})
    files["b.geojson"], files["b_columns.json"] = files[GEO], files[COLUMNS]
    (edition,) = reading(files).editions
    assert {r.key for r in edition.records} == {
        *(f"{title}/S{n}" for title in ("避難所", "救護所") for n in (1, 2, 3)),
        "layer",
    }


@pytest.mark.parametrize(
    ("change", "series"),
    [
        ({}, "sip4d/のろし県/0c4f8f6e-5b1a-4b0e-9a51-2f1f6f3f9d10"),
        ({"ttid": ""}, "sip4d/のろし県/01-001-01/避難所"),
        ({"ttid": "00000000-0000-0000-0000-000000000000"}, "sip4d/のろし県/01-001-01/避難所"),
        ({"author": {"name": "隣の県"}}, "sip4d/隣の県/0c4f8f6e-5b1a-4b0e-9a51-2f1f6f3f9d10"),
        ({"code": "0304-02", "author": {"name": "隊員"}}, "sip4d/のろし県/0304-02"),
    ],
)
def test_a_layer_is_its_author_and_ttid(change: dict[str, Any], series: str) -> None:
    files = base()
    files[META] |= change
    assert {edition.series for edition in reading(files).editions} == {series}


@pytest.mark.parametrize(
    ("flag", "mode"), [("通常", Mode.ACTUAL), ("訓練", Mode.EXERCISE), ("試験", Mode.TEST)]
)
def test_testflg_is_the_mode(flag: str, mode: Mode) -> None:
    files = base()
    files[META]["testflg"] = flag
    assert {edition.mode for edition in reading(files).editions} == {mode}


# --- time -----------------------------------------------------------------------------------------


def test_times_without_zone_are_japans_and_stamps_are_utc() -> None:
    files = merging()
    feature = files[GEO]["features"][0]["properties"]
    feature |= {"seen": "2026/1/2 9:05", "name_update": "2026-01-02T00:00:00"}
    files[COLUMNS]["columns"].append(
        {"name": "seen", "jname": "確認日時", "show": True, "type": "Datetime"}
    )
    edition = reading(files).editions[1]
    assert edition.issued == parse("2026-01-02T03:04:05", JST)
    assert edition.effective == parse("2026-01-02T03:00:00", JST)
    report = decode("disaster.report", edition.records[0].body)
    assert report.attributes["確認日時"] == "2026-01-02T09:05:00+09:00"
    assert report.update["名称"] == "2026-01-02T00:00:00Z"
    # What has no stamp was last set, as far as anyone knows, when the package was made.
    assert report.update["確認日時"] == "2026-01-01T18:04:05Z"


def test_time_to_is_when_a_feature_was_deleted() -> None:
    files = merging()
    files[GEO]["features"][0]["properties"] |= {
        "time_to": "2026-01-02T02:00:00",
        "time_to_update": "2026-01-01T17:30:00Z",
    }
    edition = reading(files).editions[1]
    (record,) = edition.records
    deleted = parse("2026-01-02T02:00:00+09:00")
    assert record.valid_to == edition.effective == deleted
    assert decode(record.kind, record.body).update["time_to"] == "2026-01-01T17:30:00Z"


def merging(**properties: Any) -> dict[str, Any]:
    """A package of a merging code with one feature."""
    files = universal({"type": "Point", "coordinates": A})
    files[META]["code"] = files[COLUMNS]["code"] = "0304-02"
    names = ("uuid", "name_update", "geometry_update", "time_to", "time_to_update")
    files[COLUMNS]["columns"] += [{"name": one, "show": False} for one in names]
    files[GEO]["features"][0]["properties"] |= {
        "uuid": "u1", "name_update": "2026-01-02T00:00:00Z",
        "geometry_update": "2026-01-02T00:00:00Z",
    } | properties  # fmt: skip
    return files


def test_the_last_stamp_of_each_attribute_wins_in_either_order() -> None:
    files = merging(depth_update="2026-01-02T05:00:00Z")
    files[COLUMNS]["columns"].append({"name": "depth_update", "show": False})
    later = copy.deepcopy(files)
    later[GEO]["features"][0]["properties"] |= {
        "name": "新しい名", "name_update": "2026-01-02T06:00:00Z",
        "depth": 9.5, "depth_update": "2026-01-02T04:00:00Z",
    }  # fmt: skip
    (one,), (two,) = (reading(each).editions[1].records for each in (files, later))
    results = [
        merge(new, old.body, old.geometry, old.valid_to or FOREVER, old.area)
        for new, old in ((one, two), (two, one))
    ]
    assert msgspec.json.decode(results[0].body) == msgspec.json.decode(results[1].body)
    assert decode("disaster.report", results[0].body).attributes == {
        "名称": "新しい名",
        "深さ": 0.5,
    }


def test_two_statements_about_one_feature_are_two_editions() -> None:
    files = merging()
    files[GEO]["features"].append(copy.deepcopy(files[GEO]["features"][0]))
    files[GEO]["features"][1]["properties"]["depth"] = 2.0
    merged = [edition for edition in reading(files).editions if edition.merge]
    assert [[record.key for record in edition.records] for edition in merged] == [["u1"], ["u1"]]


# --- what a column means --------------------------------------------------------------------------


def test_the_status_comes_through_the_senders_own_key_and_word() -> None:
    files = base()
    files[COLUMNS]["columns"][1] |= {
        "name": "state", "num_key": 3, "key_list": ["a", "b", "c"],
        "value_list": ["閉めた", "開けた", "準備中"],
        "conn_attr_list": ["close", "open", "other"],
    }  # fmt: skip
    for each, key in zip(files[GEO]["features"], "abc", strict=True):
        each["properties"]["state"] = key
        del each["properties"]["eststts"]
    bodies = [decode(r.kind, r.body) for r in records(reading(files))]
    assert [one.status for one in bodies] == ["closed", "open", "other"]
    assert [one.extra.get("避難所区分") for one in bodies] == [None, None, "準備中"]


def test_columns_without_field_and_odd_values_are_kept() -> None:
    files = base()
    files[COLUMNS]["columns"].append({"name": "pets", "jname": "ペット可", "show": True})
    files[GEO]["features"][0]["properties"] |= {
        "pets": "可", "evacueeno": "約百人", "starttime": "未定", "unknown_one": [1, 2],
    }  # fmt: skip
    shelter = decode("disaster.shelter", records(reading(files))[0].body)
    assert (shelter.headcount, shelter.opened) == (None, None)
    assert shelter.extra == {
        "市区町村コード": "17204", "避難者数": "約百人", "開設日時": "未定", "ペット可": "可",
        "unknown_one": "[1,2]",
    }  # fmt: skip


def test_a_municipality_code_is_the_area() -> None:
    digit = check_digit("17204")
    files = base()
    files[GEO]["features"][1]["properties"]["citycode"] = f"17204{digit}"
    files[GEO]["features"][2]["properties"]["citycode"] = f"17204{(digit + 1) % 10}"
    areas = {r.key: r.area for r in records(reading(files))}
    assert areas == {"S1": "city:1720400", "S2": "city:1720400", "S3": None}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("通行止", "closed"), ("大型車通行止", "closed_to_large"), ("通行止め解除", "open"),
        ("片側交互通行", "alternating"), ("制約あり(片側1車線)", "lane_restricted"),
        ("制約あり(徒歩のみ可)", "restricted"), ("復旧済み", "open"), ("調査中", "unknown"),
    ],
)  # fmt: skip
def test_a_road_is_as_passable_as_its_sender_says(text: str, status: str) -> None:
    files = universal(line(A, B))
    files[COLUMNS]["columns"][0]["jname"] = "道路状況"
    files[GEO]["features"][0]["properties"]["name"] = text
    (record,) = records(reading(files))
    road = decode("disaster.road", record.body)
    assert (road.status, road.status_text) == (status, text)


def test_icons_are_kept() -> None:
    layer = decode("disaster.layer", reading(base()).editions[0].records[-1].body)
    assert layer.icons == {"open.png": base64.b64encode(PNG).decode()}
    assert layer.entries[0].style == base()[STYLE]


# --- as real senders do ---------------------------------------------------------------------------


def test_a_package_in_a_folder_is_read() -> None:
    files = {f"送付/layer/{name}": value for name, value in base().items()}
    assert len(records(reading(files))) == 3


def test_entries_in_folders_that_the_metadata_do_not_name_are_found() -> None:
    files = {name if name == META else f"data/{name}": v for name, v in base().items()}
    assert len(records(reading(files))) == 3


def test_member_names_in_windows_encoding_are_understood() -> None:
    got = reading(CASES["member names in Shift_JIS"]())
    assert len(records(got)) == 3
    assert any("cp932" in one.what for one in got.faults)


def test_files_in_shift_jis_are_read() -> None:
    got = reading(CASES["GeoJSON in Shift_JIS"]())
    assert decode("disaster.shelter", records(got)[0].body).name == "第1小学校"


def test_a_package_without_definitions_is_read_by_its_property_names() -> None:
    got = reading({name: v for name, v in base().items() if name != COLUMNS})
    assert {record.kind for record in records(got)} == {"disaster.shelter"}
    assert [one.severity for one in got.faults] == ["warning"]


@needs_data("sip4d_zip/road_damage_drill.zip")
def test_a_broken_package_never_displaces_the_roads_of_a_whole_one() -> None:
    import io
    import zipfile

    whole = (DATA / "sip4d_zip" / "road_damage_drill.zip").read_bytes()
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            if not name.endswith("_columns.json"):
                new.writestr(name, old.read(name))
    with pytest.raises(UnreadableMessage, match="no attribute definition"):
        formats.read(broken.getvalue(), Hints())


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [37.39, 136.9]},
        {"type": "Point", "coordinates": [136.9]},
        {"type": "Point", "coordinates": ["136.9", "37.39"]},
        {"type": "LineString", "coordinates": [A]},
        {"type": "Polygon", "coordinates": [[A, B]]},
        {"type": "Polygon", "coordinates": []},
        {"type": ["Point"], "coordinates": A},
        "POINT(136.9 37.39)",
    ],
)
def test_one_bad_feature_does_not_lose_the_others(geometry: Any) -> None:
    files = base()
    files[GEO]["features"][1]["geometry"] = geometry
    got = reading(files)
    assert [r.key for r in records(got)] == ["S1", "S3"]
    (fault,) = got.faults
    assert fault.severity == "error"
    assert fault.where == f"{GEO} features[1] S2"
    assert fault.remedy


def test_a_feature_without_position_is_kept() -> None:
    files = base()
    files[GEO]["features"][1]["geometry"] = None
    got = reading(files)
    assert [r.geometry is None for r in records(got)] == [False, True, False]
    assert [one.severity for one in got.faults] == ["warning"]


def test_a_geometry_collection_and_heights_are_kept() -> None:
    files = base()
    one = {"type": "GeometryCollection", "geometries": [line(A, B)]}
    files[GEO]["features"][0]["geometry"] = one
    files[GEO]["features"][1]["geometry"]["coordinates"] = [136.9, 37.3, 12.5]
    found = records(reading(files))
    assert shapely.from_wkb(found[0].geometry).geom_type == "GeometryCollection"
    assert shapely.get_coordinates(
        shapely.from_wkb(found[1].geometry), include_z=True
    ).tolist() == [[136.9, 37.3, 12.5]]


def test_nan_becomes_unknown() -> None:
    got = reading(
        base() | {GEO: pack_json(base()[GEO]).replace(b'"evacueeno": 2', b'"evacueeno": NaN')}
    )
    assert [decode(r.kind, r.body).headcount for r in records(got)] == [1, None, 3]


def pack_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def test_a_layer_of_no_features_ends_those_before() -> None:
    files = base()
    files[GEO]["features"] = []
    (edition,) = reading(files).editions
    assert edition.whole
    assert [record.key for record in edition.records] == ["layer"]


def test_a_package_that_lost_a_file_ends_nothing() -> None:
    files = base()
    files[META] |= {"code": "99-999-99"}
    files[META]["entry"].append({"type": "GeoJSON", "title": "もう一つ", "file": "lost.geojson"})
    got = reading(files)
    assert [edition.whole for edition in got.editions] == [False]
    assert any("lost.geojson" in one.where for one in got.faults)
