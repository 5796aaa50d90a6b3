"""GSI designated shelters: all of Japan, counted independently."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import DATA, cases, needs_data
from noroshi import formats, kinds
from noroshi.core import place
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.record import Edition, Record
from noroshi.formats import Hints, Limits, validate
from noroshi.formats.gsi_shelter.reader import read
from noroshi.kinds.shelter import Shelter

ARCHIVE = DATA / "shelters" / "gsi_20251027.tar.gz"
LISTS = re.compile(r"/api/v0/(emergency|evacuation)/(\d{6})\.json$")
HAZARDS = "洪水|高潮|地震|津波|火山現象|内水氾濫"
needs_gsi = needs_data("shelters/gsi_20251027.tar.gz")


def members() -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(ARCHIVE.read_bytes())) as archive:
        for one in archive:
            if one.isfile() and one.name.endswith(".json"):
                opened = archive.extractfile(one)
                assert opened is not None
                yield one.name, opened.read()


@cache
def samples() -> dict[str, bytes]:
    wanted = ("emergency/172022", "emergency/016969", "evacuation/172022", "emergency/141356")
    found = dict(members())
    return {one: data for one in wanted for name, data in found.items() if one in name}


@needs_gsi
def test_all_197959_sites_and_shelters_are_read() -> None:
    counted: Counter[tuple[str, str]] = Counter()
    expected: Counter[tuple[str, str]] = Counter()
    hazards: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    ids: set[str] = set()
    faults, other = [], []
    for name, data in members():
        chosen = formats.recognise(data)
        part = LISTS.search(name)
        if part is None:
            # What stands beside the lists is JSON of nothing known, and is refused.
            with pytest.raises(UnreadableMessage, match=r"cannot be told|several arrays"):
                formats.read(data, Hints())
            other.append(name.rsplit("/", 1)[1])
            continue
        assert chosen is not None
        assert chosen.name == "gsi_shelter"
        reading = formats.read(data, Hints(received=9))
        faults += reading.faults
        [edition] = reading.editions
        assert edition.series == f"gsi_shelter/{part[1]}/{part[2]}"
        assert (edition.whole, edition.issued, edition.effective) == (True, 9, 9)
        counted[part[1], part[2]] += len(edition.records)
        expected[part[1], part[2]] += data.count(b'"type": "Point"')
        ids.update(one.key for one in edition.records)
        for one in edition.records:
            hazards.update(
                re.findall('"(洪水|高潮|地震|津波|火山現象|内水氾濫)"', one.body.decode())
            )
        text = data.decode()
        marked.update(re.findall('"(洪水|高潮|地震|津波|火山現象|内水氾濫)": "1"', text))
    assert counted == expected
    per_list = Counter({which: 0 for which, _ in counted})
    for (which, _), count in counted.items():
        per_list[which] += count
    assert per_list == {"emergency": 115_402, "evacuation": 82_557}
    assert sum(1 for count in counted.values() if count == 0) == 223 + 205
    assert len(ids) == 197_959
    assert hazards == marked
    assert {one.where for one in faults} == {"name 016969"}
    assert sorted(other) == ["city-to-code.json", "code-to-city.json", "data-availability.json"]


def only(data: bytes) -> tuple[Edition, dict[str, Record]]:
    [edition] = read(data, Hints()).editions
    return edition, {one.key: one for one in edition.records}


@needs_gsi
def test_a_site_and_a_shelter_of_nanao_are_read_whole() -> None:
    for which, facility in (("emergency", "emergency_site"), ("evacuation", "shelter")):
        data = samples()[f"{which}/172022"]
        raw = json.loads(data)["features"][0]
        _, records = only(data)
        record = records[raw["properties"]["共通ID"]]
        assert record.area == "city:1720200"
        assert record.geometry == place.point(*raw["geometry"]["coordinates"])
        body = kinds.decode(record.kind, record.body)
        said = {name: value for name, value in raw["properties"].items() if value not in ("", None)}
        assert body == Shelter(
            name=said.pop("施設・場所名"),
            designation={"shelter": "指定避難所"}.get(facility, "指定緊急避難場所"),
            facility=facility,
            hazards=[name for name in said if said[name] == "1" and "同一" not in name],
            address=said.pop("住所"),
            municipality=said.pop("都道府県名及び市町村名"),
            code=said.pop("共通ID"),
            remarks=said.pop("備考", ""),
            extra={
                name: value == "1" or value
                for name, value in said.items()
                if "同一" in name or name in ("受入対象者", "その他市町村長が必要と認める事項")
            },
        )


@needs_gsi
def test_a_municipality_without_a_list_has_nothing() -> None:
    edition, records = only(samples()["emergency/141356"])
    assert (edition.series, records) == ("gsi_shelter/emergency/141356", {})
    assert edition.whole


@needs_gsi
def test_a_file_under_the_wrong_municipality_is_said_and_placed_by_its_ids() -> None:
    reading = read(samples()["emergency/016969"], Hints())
    [edition] = reading.editions
    assert {one.area for one in edition.records} == {"city:0140300"}
    assert len(reading.faults) == 1
    assert "19 of 19" in reading.faults[0].what


def feature(changed: Mapping[str, object] | None = None) -> dict[str, object]:
    properties = {
        "NO": 1,
        "共通ID": "E1720200001202",
        "都道府県名及び市町村名": "石川県七尾市",
        "施設・場所名": "山王小学校",
        "住所": "石川県七尾市山王町",
        "洪水": "1",
        "津波": "",
    } | dict(changed or {})
    geometry = properties.pop("geometry", {"type": "Point", "coordinates": [136.97, 37.04]})
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def national(*features: object, ascii: bool = False) -> bytes:
    whole = {"type": "FeatureCollection", "name": "mergeFromCity_2", "features": list(features)}
    return json.dumps(whole, ensure_ascii=ascii).encode()


@pytest.mark.parametrize("ascii", [False, True])
def test_a_national_file_is_one_series_for_each_municipality(ascii: bool) -> None:
    data = national(feature(), feature({"共通ID": "E0110000001202"}), ascii=ascii)
    chosen = formats.recognise(data)
    assert chosen is not None
    assert chosen.name == "gsi_shelter"
    reading = formats.read(data, Hints())
    assert [one.series for one in reading.editions] == [
        "gsi_shelter/emergency/172022",
        "gsi_shelter/emergency/011002",
    ]


def test_a_new_running_number_changes_nothing() -> None:
    assert read(national(feature({"NO": 1})), Hints()) == read(
        national(feature({"NO": 2})), Hints()
    )


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (feature({"共通ID": "X1"}), "features[1].共通ID"),
        (feature({"共通ID": None}), "features[1]"),
        (feature({"施設・場所名": " "}), "features[1]"),
        (feature({"geometry": {"type": "Point", "coordinates": [37.04, 136.97]}}), "features[1]"),
        (feature({"geometry": {"type": "Point", "coordinates": [float("nan"), 1]}}), "features[1]"),
        (feature({"geometry": {"type": "Point", "coordinates": [1]}}), "features[1]"),
        (feature({"geometry": {"type": "LineString", "coordinates": [[1, 2]]}}), "features[1]"),
        (None, "features[1]"),
    ],
)
def test_a_wrong_site_is_named_and_the_others_are_kept(wrong: object, where: str) -> None:
    data = national(feature(), wrong, feature({"共通ID": "E1720200003202"}))
    reading = read(data, Hints())
    assert [one.key[-4:] for one in reading.editions[0].records] == ["1202", "3202"]
    assert [(one.severity, one.where) for one in reading.faults] == [("error", where)]
    assert validate(data, Hints()) == reading.faults


def test_limits_hold() -> None:
    with pytest.raises(LimitExceeded):
        read(national(feature(), feature()), Hints(limits=Limits(records=1)))
    with pytest.raises(UnreadableMessage):
        read(b'{"type":"unavailable","code":"999","dataType":"emergency"}', Hints())
    with pytest.raises(UnreadableMessage):
        read(b'{"type":"unavailable","code":"141356","dataType":"tea"}', Hints())


def _read_or_refuse(data: bytes) -> None:
    formats.recognise(data)
    try:
        reading = read(data, Hints())
    except UnreadableMessage:
        return
    for edition in reading.editions:
        for one in edition.records:
            kinds.decode(one.kind, one.body)


@given(st.binary(max_size=200))
@settings(max_examples=cases(100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refuse(data)


@given(
    st.dictionaries(
        st.sampled_from(["共通ID", "施設・場所名", "洪水", "備考", "geometry", "受入対象者"]),
        st.none() | st.integers() | st.floats() | st.text(max_size=14) | st.lists(st.integers()),
        max_size=4,
    )
)
@settings(max_examples=cases(200))
def test_any_properties_are_read_or_refused(changed: dict[str, object]) -> None:
    _read_or_refuse(national(feature(), feature(changed)))


@given(st.data())
@settings(max_examples=cases(200))
def test_a_damaged_list_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(national(feature(), feature({"共通ID": "E1720200003202"})))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refuse(bytes(raw))
