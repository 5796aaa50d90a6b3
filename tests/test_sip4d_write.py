"""Packages that we write: what is read again is what was written, and NIED's checker passes it."""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import Any

import msgspec
import pytest

from data import DATA, needs_data
from noroshi.core import place
from noroshi.core.errors import InvalidRecord, NotFound
from noroshi.core.label import ISUT, OWN, PUBLIC, RESPONDERS, Sharing
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.engine.reading import Readers, read_outcome
from noroshi.formats import Hints, Reading
from noroshi.formats.sip4d_zip.read import read
from noroshi.formats.sip4d_zip.validate import validate
from noroshi.formats.sip4d_zip.write import compose, write
from noroshi.kinds import decode, encode
from noroshi.kinds.bulletin import Bulletin
from noroshi.kinds.report import Report
from noroshi.kinds.road import Road
from noroshi.kinds.shelter import Shelter
from sip4d_cases import checker, nied
from sip4d_packages import GEO, META, PNG, STYLE, A, B, C, base, line, pack, universal

SIP4D = DATA / "sip4d_zip"
REAL = {
    "buildings_bom": "0304-04",
    "damage_reports": "0304-02",
    "mixed_geometry": "99-999-99",
    "road_damage_drill": "99-999-99",
    "shelters_drill": "01-001-01",
}


def versions(of: Reading) -> list[Version]:
    """The records of a reading as a store would hold them."""
    found = []
    for edition in of.editions:
        for one in edition.records:
            found.append(
                version(
                    one.kind, one.key, one.body, one.geometry, id=len(found), mode=edition.mode,
                    series=edition.series, issued=edition.issued, area=one.area,
                    valid_from=edition.effective or edition.issued,
                    valid_to=FOREVER if one.valid_to is None else one.valid_to,
                )
            )  # fmt: skip
    return found


def version(
    kind: str, key: str, body: bytes | msgspec.Struct, geometry: bytes | None, **more: Any
) -> Version:
    fields: dict[str, Any] = {
        "id": 1, "kind": kind, "key": key, "series": "s", "mode": Mode.ACTUAL,
        "action": Action.ISSUE, "issued": 1_767_290_645_000_000, "serial": 0,
        "recorded": 1_767_290_646_000_000, "valid_from": 1_767_290_400_000_000,
        "valid_to": FOREVER, "ended_at": FOREVER, "ended_recorded": FOREVER, "label": 0,
        "source": "test", "message": None, "area": None, "geometry": geometry,
        "confidence": None, "basis": (),
        "body": body if isinstance(body, bytes) else encode(body),
    }  # fmt: skip
    return Version(**(fields | more))


def said(of: Reading) -> set[tuple[Any, ...]]:
    """Everything that the records of a reading say."""
    return {
        (one.kind, one.key, one.geometry, one.area, one.valid_to, one.body, edition.mode)
        for edition in of.editions
        for one in edition.records
        if one.kind != "disaster.layer"
    }


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def meta(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(members(data)[META])
    return found


def passes(data: bytes) -> None:
    """Assert that NIED's checker (where at hand) has nothing to say, nor we an error."""
    if checker() is not None:
        assert nied(data) == ("pass", [])
    assert [one for one in validate(data, Hints()) if one.severity == "error"] == []


# --- the round trip -------------------------------------------------------------------------------


@needs_data("sip4d_zip")
@pytest.mark.parametrize("name", REAL)
def test_a_real_package_written_and_read_again_says_the_same(name: str) -> None:
    first = read((SIP4D / f"{name}.zip").read_bytes(), Hints())
    written = compose(versions(first))
    second = read(written.data, Hints())
    assert (written.code, written.left_out, second.faults) == (REAL[name], [], [])
    assert said(second) == said(first)
    assert {(e.series, e.issued, e.effective, e.serial) for e in second.editions} == {
        (e.series, e.issued, e.effective, e.serial) for e in first.editions
    }


@needs_data("sip4d_zip")
@pytest.mark.skipif(checker() is None, reason="NIED_CHECKER is not a checkout of SIP4D-ZIP_Checker")
@pytest.mark.parametrize("name", REAL)
def test_the_checker_has_nothing_to_say_of_what_we_write(name: str) -> None:
    first = read((SIP4D / f"{name}.zip").read_bytes(), Hints())
    assert nied(write(versions(first))) == ("pass", [])


@needs_data("sip4d_zip")
def test_the_order_of_the_records_does_not_show() -> None:
    found = versions(read((SIP4D / "mixed_geometry.zip").read_bytes(), Hints()))
    shuffled = list(found)
    random.Random(3).shuffle(shuffled)
    assert write(found) == write(shuffled)


def test_metadata_legend_icons_and_definitions_come_back() -> None:
    first = read(pack(base()), Hints())
    data = write(versions(first))
    passes(data)
    second = read(data, Hints())
    ours, theirs = (
        decode("disaster.layer", one.editions[0].records[-1].body) for one in (second, first)
    )
    assert {k: ours.metadata[k] for k in theirs.metadata} == theirs.metadata
    assert ours.icons == theirs.icons
    assert ours.entries == theirs.entries
    files = members(data)
    assert files["open.png"] == PNG
    assert (
        json.loads(next(v for k, v in files.items() if k.endswith("_style.json"))) == base()[STYLE]
    )
    assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in _infos(data))


def _infos(data: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.infolist()


def test_mixed_geometry_becomes_an_entry_for_each_type_with_a_fitting_legend() -> None:
    files = universal(line(A, B), {"type": "Point", "coordinates": C})
    first = read(pack(files), Hints())
    data = write(versions(first))
    passes(data)
    assert [entry["title"] for entry in meta(data)["entry"]] == ["報告", "報告"]
    styles = [json.loads(v)["type"] for k, v in members(data).items() if k.endswith("_style.json")]
    assert sorted(styles) == ["line", "point"]
    assert said(read(data, Hints())) == said(first)


def test_several_layers_come_back_as_several_even_when_one_is_empty() -> None:
    files = universal(line(A, B))
    files[META]["entry_num"] = 2
    files[META]["entry"].append({**files[META]["entry"][0], "title": "空", "file": "b.geojson"})
    files["b.geojson"] = {"type": "FeatureCollection", "features": []}
    files["b_columns.json"] = files["shelters_columns.json"]
    first = read(pack(files), Hints())
    data = write(versions(first))
    passes(data)
    assert said(read(data, Hints())) == said(first)


# --- records of other origin ----------------------------------------------------------------------

HALL = Shelter(
    name="公民館", status="open", category="指定避難所", headcount=12, municipality="輪島市",
    opened="2026-01-02T01:00:00+09:00", hazards=["洪水", "津波"], capacity_text="体育館のみ",
    extra={"ペット": True, "水": 1.5, "電話2": "0768-00-0000"},
)  # fmt: skip
HERE = place.point(136.9, 37.39)


def test_shelters_of_any_origin_are_a_typed_layer() -> None:
    found = [
        version("disaster.shelter", "gsi:1", HALL, HERE),
        version("disaster.shelter", "gsi:2", Shelter(name="学校", municipality="輪島市"), HERE),
    ]
    done = compose(found, title="避難所", author="のろし県")
    passes(done.data)
    assert (done.code, meta(done.data)["category"]) == ("01-001-01", "避難")
    again = {r.key: r for e in read(done.data, Hints()).editions for r in e.records}
    hall = decode("disaster.shelter", again["gsi:1"].body)
    assert hall.name == "公民館"
    assert (hall.status, hall.headcount, hall.opened) == ("open", 12, "2026-01-02T01:00:00+09:00")
    assert (hall.category, hall.capacity_text) == ("指定避難所", "体育館のみ")
    assert hall.extra == {**HALL.extra, "対象災害": "洪水、津波"}
    assert decode("disaster.shelter", again["gsi:2"].body).status == "unknown"


def test_shelters_without_municipality_fall_back_to_the_universal_model_and_stay_shelters() -> None:
    found = [version("disaster.shelter", "a", Shelter(name="学校", headcount=3), HERE)]
    done = compose(found, title="避難所", author="のろし県", code="01-001-01")
    passes(done.data)
    assert done.code == "99-999-99"
    (edition,) = read(done.data, Hints()).editions
    assert (edition.records[0].kind, edition.records[0].key) == ("disaster.shelter", "a")
    assert decode("disaster.shelter", edition.records[0].body).headcount == 3


@pytest.mark.parametrize("status", ["closed", "alternating", "restricted", "unknown"])
def test_roads_are_a_typed_layer(status: str) -> None:
    import shapely

    road = Road(status=status, name="国道249号", municipality="輪島市", damage="土砂崩れ")
    wkb = shapely.to_wkb(shapely.LineString([A, B]))
    done = compose([version("disaster.road", "r1", road, wkb)], title="道路", author="県")
    if status != "unknown":
        passes(done.data)
        assert done.code == "01-005-02"
    (edition,) = read(done.data, Hints()).editions
    again = decode("disaster.road", edition.records[0].body)
    assert (again.status, again.name, again.damage) == (status, "国道249号", "土砂崩れ")


def test_any_kind_is_written_under_its_japanese_names() -> None:
    telegram = Bulletin(
        title="大雨警報",
        product="気象警報",
        office="金沢地方気象台",
        status="通常",
        action="発表",
        headline="大雨に警戒",
    )
    found = [
        version("disaster.bulletin", "a/b", telegram, None, area="city:1720400"),
        version("disaster.bulletin", "c/d", telegram, None),
    ]
    done = compose(found, title="電文", author="県", place=lambda area: HERE)
    passes(done.data)
    assert (done.code, done.left_out) == ("99-999-99", ["c/d"])
    (edition,) = read(done.data, Hints()).editions
    record = edition.records[0]
    report = decode("disaster.report", record.body)
    assert (record.key, report.attributes["発表官署"]) == ("a/b", "金沢地方気象台")
    assert report.attributes["発表日時"] == "2026-01-02T03:04:05+09:00"
    assert report.attributes["地域コード"] == "city:1720400"


def test_odd_labels_and_mixed_values_pass_the_checker() -> None:
    values: list[dict[str, Any]] = [
        {"Name": "A", "深さ": 1, "mixed": "x", "flag": True, "large": 10**20, "none": None},
        {"Name": "B", "深さ": 2.5, "mixed": 3, "flag": False, "日時": "2026-01-02T03:00:00+09:00"},
    ]
    found = [
        version("disaster.report", f"k{n}", Report(title="報告", attributes=one), HERE)
        for n, one in enumerate(values)
    ]
    data = write(found, title="報告", author="県")
    passes(data)
    again = {r.key: r for e in read(data, Hints()).editions for r in e.records}
    for n, one in enumerate(values):
        assert decode("disaster.report", again[f"k{n}"].body).attributes == one


def test_a_layer_under_another_author_gets_an_identity_of_its_own() -> None:
    found = versions(read(pack(base()), Hints()))
    mine = meta(write(found))
    theirs = meta(write(found, author="隣の県"))
    assert mine["ttid"] == base()[META]["ttid"] != theirs["ttid"]
    assert theirs["ttid"] == meta(write(found, author="隣の県"))["ttid"]
    assert theirs["maintainer"]["e-mail"].endswith(".invalid")


def test_wishes_come_before_the_layers_own_metadata() -> None:
    found = versions(read(pack(base()), Hints()))
    data = write(found, e_mail="b@example.jp", license_id="cc-zero", disaster="令和8年地震",
                 updated=1_767_300_000_000_000)  # fmt: skip
    passes(data)
    written = meta(data)
    assert written["maintainer"]["e-mail"] == "b@example.jp"
    assert written["license_id"] == "cc-zero"
    assert written["disaster"] == {"name": "令和8年地震"}
    assert written["updated"] == "2026-01-02T05:40:00"


@pytest.mark.parametrize(
    ("labels", "own", "word"),
    [
        ([PUBLIC, PUBLIC], "一般公開可能", "一般公開可能"),
        ([PUBLIC, RESPONDERS], "一般公開可能", "災害対応機関のみ公開可能"),
        ([RESPONDERS, OWN], "一般公開可能", "ＩＳＵＴ－ＳＩＴＥのみ公開可能"),
        ([PUBLIC, 99], "一般公開可能", "ＩＳＵＴ－ＳＩＴＥのみ公開可能"),
        ([PUBLIC, PUBLIC], "災害対応機関のみ公開可能", "災害対応機関のみ公開可能"),
        ([PUBLIC, PUBLIC], "誰でも", "一般公開可能"),
    ],
)
def test_a_package_is_never_open_to_more_than_its_narrowest_record(
    labels: list[int], own: str, word: str
) -> None:
    files = base()
    files[META]["openflg"] = own
    found = versions(read(pack(files), Hints()))
    found = [
        msgspec.structs.replace(one, label=labels[place % len(labels)])
        for place, one in enumerate(found)
    ]
    assert meta(write(found))["openflg"] == word


def test_what_a_label_of_this_node_means_decides_who_may_see_the_package() -> None:
    found = [
        msgspec.structs.replace(one, label=16) for one in versions(read(pack(base()), Hints()))
    ]
    everyone = write(found, sharings={16: Sharing()})
    assert meta(everyone)["openflg"] == "一般公開可能"
    assert meta(write(found))["openflg"] == "ＩＳＵＴ－ＳＩＴＥのみ公開可能"


@pytest.mark.parametrize(
    ("word", "floor"),
    [
        ("一般公開可能", PUBLIC), ("災害対応機関のみ公開可能", RESPONDERS),
        ("ＩＳＵＴ－ＳＩＴＥのみ公開可能", ISUT), ("関係者限り", OWN), ("", PUBLIC), (None, PUBLIC),
    ],
)  # fmt: skip
def test_a_package_says_how_widely_it_may_be_shared_at_most(word: str | None, floor: int) -> None:
    files = base()
    files[META]["openflg"] = word
    assert read(pack(files), Hints()).floor == floor
    assert read_outcome(pack(files), Hints()).floor == floor
    (outcome,) = Readers(1).submit([(pack(files), Hints(), None)])()
    assert outcome.floor == floor


def test_a_merging_layer_takes_its_stamps_and_deletions_along() -> None:
    report = Report(
        title="被害", category="建物被害", code="0304-02", attributes={"名称": "橋", "状況": None},
        update={"名称": "2026-01-01T15:00:00Z", "geometry": "2026-01-01T15:00:00Z",
                "time_to": "2026-01-01T16:00:00Z"},
    )  # fmt: skip
    one = version("disaster.report", "u-1", report, HERE, valid_to=1_767_283_200_000_000)
    done = compose([one], title="被害", author="県")
    passes(done.data)
    assert done.code == "0304-02"
    (record,) = read(done.data, Hints()).editions[1].records
    assert (record.key, record.valid_to) == ("u-1", 1_767_283_200_000_000)
    assert decode("disaster.report", record.body) == report


# --- refused --------------------------------------------------------------------------------------


def test_modes_never_mix_in_one_package() -> None:
    found = [
        version("disaster.shelter", "a", HALL, HERE),
        version("disaster.shelter", "b", HALL, HERE, mode=Mode.EXERCISE),
    ]
    with pytest.raises(InvalidRecord, match="never mix"):
        write(found)


def test_an_exercise_says_so() -> None:
    found = [version("disaster.shelter", "b", HALL, HERE, mode=Mode.EXERCISE)]
    assert meta(write(found))["testflg"] == "訓練"


def test_nothing_to_write_is_said() -> None:
    with pytest.raises(NotFound, match="nothing to export"):
        write([])
    with pytest.raises(NotFound, match="no record has a place"):
        write([version("disaster.shelter", "a", HALL, None)])
    ended = version("disaster.shelter", "a", HALL, HERE, action=Action.CANCEL)
    with pytest.raises(NotFound):
        write([ended])


def test_the_names_of_files_follow_the_convention() -> None:
    names = list(members(write(versions(read(pack(base()), Hints())))))
    stem = "noroshi_01-001-01_20260102030405_1"
    assert names == [META, *(stem + end for end in (".geojson", "_columns.json", "_style.json")),
                     "open.png"]  # fmt: skip
    assert GEO not in names
