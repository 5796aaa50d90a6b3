"""SIP4D-ZIP packages as senders made them, and as they might make them."""

from __future__ import annotations

import base64
import copy
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely

from data import DATA, needs_data
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import JST, SECOND, parse
from noroshi.formats import Hints, Limits, Reading, recognise
from noroshi.formats import read as read_any
from noroshi.formats.sip4d_zip.read import read
from noroshi.kinds import decode
from noroshi.store.merge import merge
from sip4d_cases import (
    CASES,
    COLUMNS,
    GEO,
    META,
    PNG,
    STYLE,
    A,
    B,
    C,
    add,
    base,
    feature,
    line,
    pack,
    universal,
)

SIP4D = DATA / "sip4d_zip"
REAL = ("buildings_bom", "damage_reports", "mixed_geometry", "road_damage_drill", "shelters_drill")


def reading(files: Any, **hints: Any) -> Reading:
    data = files if isinstance(files, bytes) else pack(files)
    return read(data, Hints(name="case.zip", **hints))


def records(of: Reading) -> list[Record]:
    return [r for e in of.editions for r in e.records if r.kind != "disaster.layer"]


def real(name: str) -> bytes:
    return (SIP4D / f"{name}.zip").read_bytes()


def raw_features(name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(SIP4D / f"{name}.zip") as archive:
        member = next(one for one in archive.namelist() if one.endswith(".geojson"))
        features: list[dict[str, Any]] = json.loads(archive.read(member).decode("utf-8-sig"))[
            "features"
        ]
        return features


# --- the real packages ----------------------------------------------------------------------------


@needs_data("sip4d_zip")
@pytest.mark.parametrize("name", REAL)
def test_every_feature_of_a_real_package_is_a_record(name: str) -> None:
    data = real(name)
    format = recognise(data)
    assert format is not None
    assert format.name == "sip4d_zip"
    found = records(read_any(data, Hints(name=name)))
    features = raw_features(name)
    assert len(found) == len({record.key for record in found}) == len(features)
    for record in found:
        assert record.geometry is not None
        decode(record.kind, record.body)


@needs_data("sip4d_zip")
def test_all_5555_shelters_say_what_the_file_says() -> None:
    features = raw_features("shelters_drill")
    got = reading(real("shelters_drill"))
    (edition,) = got.editions
    assert got.faults == []
    assert edition.mode is Mode.EXERCISE
    assert edition.series == "sip4d/愛/326c70a0-65c3-4f34-b94e-8bd591395e72"
    assert edition.serial == 1008
    assert edition.issued == parse("2026-04-14T13:50:02+09:00")
    # information_date is 2026-05-20T010:05:02, after the package was made: it holds from then.
    assert edition.effective == edition.issued
    assert edition.whole
    assert not edition.merge
    found = {record.key: record for record in records(got)}
    assert len(found) == 5555
    for each in features:
        said = each["properties"]
        record = found[said["id"]]
        shelter = decode(record.kind, record.body)
        assert (record.kind, shelter.status) == ("disaster.shelter", "not_open")
        assert shapely.get_coordinates(shapely.from_wkb(record.geometry)).tolist() == [
            each["geometry"]["coordinates"]
        ]
        assert {
            "name": shelter.name,
            "namekana": shelter.kana,
            "phoneno": shelter.phone or None,
            "cityname": shelter.municipality,
            "address": shelter.address,
            "type": shelter.category,
            "division": shelter.designation,
            "capacity": shelter.capacity,
            "evacueeno": shelter.headcount,
            "houseno": shelter.households,
            "note": shelter.remarks or None,
        }.items() <= said.items()
        assert shelter.opened == "2026-03-31T14:02:37+09:00"


@needs_data("sip4d_zip")
def test_the_layer_keeps_metadata_definitions_and_legend() -> None:
    (edition,) = reading(real("road_damage_drill")).editions
    layer = decode("disaster.layer", edition.records[-1].body)
    assert (layer.title, layer.code, layer.author) == (
        "道路被害",
        "99-999-99",
        "陸上自衛隊東北方面隊",
    )
    assert layer.metadata["license_id"] == "cc-by"
    assert layer.metadata["disaster"] == {"name": "07JXR 2025/07/15 午後", "id": "1188"}
    assert "updated" not in layer.metadata
    (entry,) = layer.entries
    assert [one["jname"] for one in entry.columns][:3] == ["区間名称", "被害・障害種別", "道路状況"]
    assert entry.style["column"] == "attr2"
    assert [one["title"] for one in entry.style["classes"]][-1] == "復旧済み"


@needs_data("sip4d_zip")
def test_road_damage_is_told_by_its_columns() -> None:
    found = records(reading(real("road_damage_drill")))
    assert {record.kind for record in found} == {"disaster.road"}
    roads = [decode(record.kind, record.body) for record in found]
    said = [each["properties"] for each in raw_features("road_damage_drill")]
    assert sorted(road.status_text for road in roads) == sorted(one["attr2"] for one in said)
    assert {road.status for road in roads if road.status_text == "通行不能"} == {"closed"}
    named = next(road for road in roads if road.name == "A")
    assert (named.damage, named.extra) == ("橋の損傷、崩落", {"入力者": "システム通信課"})


@needs_data("sip4d_zip")
def test_a_merging_layer_carries_the_time_of_each_attribute() -> None:
    got = reading(real("damage_reports"))
    about, edition = got.editions
    assert [record.kind for record in about.records] == ["disaster.layer"]
    assert (edition.merge, edition.whole, edition.mode) == (True, False, Mode.TEST)
    assert edition.series == "sip4d/減災クロス/0304-02"
    (record,) = edition.records
    assert record.key == "f9410cb6-30c2-4907-9435-3959daa92d8e"
    report = decode(record.kind, record.body)
    assert report.attributes["住所"] == "熊本県　菊陽町"
    assert report.attributes["公開フラグ"] is True
    assert report.update["住所"] == report.update["geometry"] == "2025-10-30T00:00:00Z"
    assert "UUID" not in report.attributes
    assert not any("更新日時" in name for name in report.attributes)
    # The sender left the polygon open: it is closed, and said.
    assert [one.severity for one in got.faults] == ["warning"]
    ring = shapely.get_coordinates(shapely.from_wkb(record.geometry)).tolist()
    raw = raw_features("damage_reports")[0]["geometry"]["coordinates"][0]
    assert ring == [*raw, raw[0]]


@needs_data("sip4d_zip")
def test_a_package_with_byte_order_marks_is_read_and_said() -> None:
    got = reading(real("buildings_bom"))
    (record,) = records(got)
    report = decode(record.kind, record.body)
    assert report.attributes == {
        "高さ": 2.49173737,
        "説明": "aaa",
        "ユーザーID": "8a232794-a105-4e79-a44f-783a3bcb0b55",
    }
    assert [one.what for one in got.faults] == ["begins with a byte-order mark"] * 3


@needs_data("sip4d_zip")
def test_sending_the_shelters_again_with_ten_changes_changes_ten_records(tmp_path: Path) -> None:
    source = zipfile.ZipFile(SIP4D / "shelters_drill.zip")
    again = {name: source.read(name) for name in source.namelist()}
    old = next(name for name in again if name.endswith(".geojson"))
    value = json.loads(again.pop(old))
    random.Random(7).shuffle(value["features"])
    for each in value["features"][:10]:
        each["properties"]["evacueeno"] += 12
    meta = json.loads(again.pop(META))
    meta["updated"] = meta["information_date"] = "2026-04-14T15:00:00"
    meta["entry"][0] |= {"file": "later.geojson", "updated": "2026-04-14T15:00:00"}
    again["later_columns.json"] = again.pop(old.replace(".geojson", "_columns.json"))
    first = reading(real("shelters_drill")).editions[0]
    second = reading(again | {"later.geojson": value, META: meta}).editions[0]
    assert second.series == first.series
    before = {(one.key, one.body, one.geometry) for one in first.records}
    after = {(one.key, one.body, one.geometry) for one in second.records}
    assert len(after - before) == len(before - after) == 10


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
        merge(new, old.body, old.geometry, old.valid_to, old.area)
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
    files = base()
    files[GEO]["features"][1]["properties"]["citycode"] = "172049"
    files[GEO]["features"][2]["properties"]["citycode"] = "172040"
    areas = {r.key: r.area for r in records(reading(files))}
    assert areas == {"S1": "city:1720400", "S2": "city:1720400" if _digit() == 9 else None,
                     "S3": "city:1720400" if _digit() == 0 else None}  # fmt: skip


def _digit() -> int:
    from noroshi.core.place import check_digit

    return check_digit("17204")


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
    assert [one.severity for one in got.faults] == ["error"]


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


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"payload_type": "RASTER"}, "RASTER"),
        ({"version": "2.0"}, "2.0"),
        ({"testflg": "本番"}, "本番"),
        ({"testflg": None}, "testflg"),
        ({"entry": []}, "entry"),
    ],
)
def test_what_cannot_be_read_says_why(change: dict[str, Any], said: str) -> None:
    files = base()
    files[META] |= change
    with pytest.raises(UnreadableMessage, match=said) as error:
        reading(files)
    assert error.value.remedy


def test_a_package_of_which_no_feature_can_be_read_is_refused() -> None:
    files = base()
    for each in files[GEO]["features"]:
        each["geometry"]["coordinates"].reverse()
    with pytest.raises(UnreadableMessage, match="none of 3 features"):
        reading(files)


@pytest.mark.parametrize(
    ("case", "limits"),
    [
        ("zip bomb: 64 MiB of zeros", Limits()),
        ("GeoJSON nested 100,000 deep", Limits()),
        ("nothing: three shelters", Limits(members=4)),
        ("nothing: three shelters", Limits(expanded_bytes=1000)),
        ("nothing: three shelters", Limits(records=2)),
        ("nothing: three shelters", Limits(depth=1)),
    ],
)
def test_limits_hold(case: str, limits: Limits) -> None:
    with pytest.raises(LimitExceeded):
        reading(CASES[case](), limits=limits)


def test_members_that_lead_out_of_the_archive_are_never_looked_up() -> None:
    data = add(pack(base()), zipfile.ZipInfo("../shelters_style.json"), b"{}")
    got = reading(data)
    assert len(records(got)) == 3
    assert any("leads out" in one.what for one in got.faults)
    layer: Edition = got.editions[0]
    assert decode("disaster.layer", layer.records[-1].body).entries[0].style == base()[STYLE]


def test_a_time_in_seconds_is_exact() -> None:
    (edition,) = reading(base()).editions
    assert edition.issued % SECOND == 0
