"""The five real SIP4D-ZIP packages, each read whole and held against its own files."""

from __future__ import annotations

import json
import random
import zipfile
from typing import Any

import pytest
import shapely

from data import DATA, needs_data
from noroshi.core.record import Mode
from noroshi.core.time import parse
from noroshi.formats import Hints, recognise
from noroshi.formats import read as read_any
from noroshi.kinds import decode
from sip4d_packages import META
from test_sip4d_read import reading, records

SIP4D = DATA / "sip4d_zip"
REAL = ("buildings_bom", "damage_reports", "mixed_geometry", "road_damage_drill", "shelters_drill")


def real(name: str) -> bytes:
    return (SIP4D / f"{name}.zip").read_bytes()


def raw_features(name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(SIP4D / f"{name}.zip") as archive:
        member = next(one for one in archive.namelist() if one.endswith(".geojson"))
        features: list[dict[str, Any]] = json.loads(archive.read(member).decode("utf-8-sig"))[
            "features"
        ]
        return features


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
    assert [(one.severity, one.what) for one in got.faults] == [
        ("warning", "begins with a byte-order mark")
    ] * 3


@needs_data("sip4d_zip")
def test_sending_the_shelters_again_with_ten_changes_changes_ten_records() -> None:
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
