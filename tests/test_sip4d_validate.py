"""What is found in packages, beside NIED's public checker where a checkout of it is at hand."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from data import DATA, ROOT, needs_data
from noroshi.core.place import city
from noroshi.core.prefectures import PREFECTURES
from noroshi.formats import Hints
from noroshi.formats.sip4d_zip.validate import validate
from sip4d_cases import CASES, HINTS, checker, nied, ours, rows
from sip4d_packages import COLUMNS, GEO, META, base, pack

DOCS = ROOT / "docs" / "sip4d-zip-checks.md"
needs_checker = pytest.mark.skipif(
    checker() is None, reason="NIED_CHECKER is not the path of a checkout of SIP4D-ZIP_Checker"
)


def documented() -> dict[str, tuple[str, str]]:
    """Case → (NIED's verdict, ours), as docs/sip4d-zip-checks.md has them."""
    table = [row.split(" | ") for row in DOCS.read_text().splitlines() if row.startswith("| ")]
    return {row[0].removeprefix("| "): (row[1], row[2]) for row in table if row[0][2:] in CASES}


@pytest.mark.parametrize("name", CASES)
def test_our_verdict_is_the_documented_one(name: str) -> None:
    assert ours(CASES[name]()) == documented()[name][1]


@pytest.mark.parametrize("name", CASES)
def test_what_the_checker_refuses_is_refused(name: str) -> None:
    theirs, mine = documented()[name]
    assert theirs == "pass" or mine == "fail"


@pytest.mark.parametrize("name", CASES)
def test_every_finding_has_place_severity_and_remedy(name: str) -> None:
    for finding in validate(CASES[name](), HINTS):
        assert finding.severity in ("error", "warning")
        assert finding.what
        assert finding.where or "archive" in finding.what or "expands" in finding.what
        assert finding.remedy


@needs_checker
def test_the_document_has_the_checkers_present_verdicts() -> None:
    assert [row for row in rows() if row not in DOCS.read_text()] == []


@needs_checker
@needs_data("sip4d_zip")
@pytest.mark.parametrize("path", sorted((DATA / "sip4d_zip").glob("*.zip")), ids=lambda p: p.stem)
def test_real_packages_get_the_checkers_verdict(path: Any) -> None:
    data = path.read_bytes()
    assert (nied(data)[0] == "pass") == (ours(data, Hints()) != "fail")


@needs_checker
@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_checker_refuses_of_damaged_packages_we_refuse(seed: int) -> None:
    pick = random.Random(seed)
    for _ in range(60):
        files = base()
        for _ in range(pick.choice((1, 1, 2))):
            damage(files, pick)
        data = pack(files)
        if nied(data)[0] != "pass":
            assert ours(data, Hints()) == "fail", files


POOL = (
    None, "", " ", "\n", 0, -1, 1.5, True, [], {}, "x", "1", "2.0", "99-999-99", "0304-02", "List",
    "Double", "2026-01-01T00:00:00", [1.0, 2.0], [[1.0, 2.0]], "LineString", "MultiPoint", ["x"],
    {"a": 1}, "open.png", "icon", "circle", "FF0000", [None], [[]], "開設", "訓練",
)  # fmt: skip


def damage(files: dict[str, Any], pick: random.Random) -> None:
    """Delete, replace or add one value somewhere in the JSON files."""
    at: Any = files[pick.choice([name for name in files if name.endswith("json")])]
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = pick.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and pick.random() < 0.8:
            at = at[key]
            continue
        if pick.random() < 0.25:
            del at[key]
        elif isinstance(at, dict) and pick.random() < 0.2:
            at[pick.choice(("necessary", "connid", "e-mail", "Name"))] = pick.choice(POOL)
        else:
            at[key] = pick.choice(POOL)
        return


# --- places ---------------------------------------------------------------------------------------


def finding_for(
    change: dict[str, Any], coordinates: list[float], hints: Hints = HINTS
) -> list[str]:
    files = base()
    files[COLUMNS]["columns"].append(
        {"name": "address", "jname": "番地", "connid": "address", "show": True, "type": "String"}
    )
    files[COLUMNS]["num_column"] += 1
    properties = files[GEO]["features"][0]["properties"]
    properties |= change
    files[GEO]["features"][0]["geometry"]["coordinates"] = coordinates
    return [
        one.what
        for one in validate(pack(files), hints)
        if one.severity == "error" and one.where == f"{GEO} features[0]"
    ]


WAJIMA, NANAO, SEA = [136.9, 37.39], [136.95, 37.05], [136.3, 37.6]


@pytest.mark.parametrize(
    ("said", "there", "wrong"),
    [
        ({}, WAJIMA, False),
        ({}, NANAO, True),
        ({}, SEA, True),
        ({"citycode": None}, NANAO, True),  # by name
        ({"citycode": None, "cityname": "石川県七尾市"}, NANAO, False),
        ({"citycode": "17000", "cityname": "石川県"}, NANAO, False),
        ({"citycode": "23100"}, WAJIMA, True),
        ({"citycode": None, "address": "愛知県岩倉市野寄町"}, WAJIMA, True),
        ({}, [136.698, 37.39], False),  # within the tolerance of a shore
    ],
)
def test_points_are_held_against_the_municipality_they_state(
    said: dict[str, Any], there: list[float], wrong: bool
) -> None:
    found = finding_for(said, there)
    assert bool(found) == wrong, found
    assert all("lies in" in one for one in found)


def test_without_boundaries_nothing_is_said_of_places() -> None:
    assert finding_for({}, SEA, Hints()) == []


def test_a_ward_lies_in_its_designated_city() -> None:
    naka = Hints(municipality=lambda x, y: city("23106"))
    assert finding_for({"citycode": "23100", "cityname": "名古屋市"}, [136.9, 35.17], naka) == []
    assert finding_for({"citycode": "23206", "cityname": "春日井市"}, [136.9, 35.17], naka) != []


@needs_data("places")
def test_prefectures_are_in_the_order_of_their_codes() -> None:
    value = json.loads((DATA / "places" / "municipalities.topojson").read_text())
    (layer,) = value["objects"].values()
    official = {
        one["properties"]["N03_007"][:2]: one["properties"]["N03_001"]
        for one in layer["geometries"]
        if one["properties"].get("N03_007")
    }
    assert tuple(official[code] for code in sorted(official)) == tuple(PREFECTURES.values())


@pytest.fixture(scope="module")
def japan() -> Hints:
    """The real municipalities: which one a point lies in, and what it is called."""
    import pyogrio
    import shapely

    path = DATA / "places" / "municipalities.topojson"
    names = ["N03_003", "N03_004", "N03_007"]
    meta, _, shapes, columns = pyogrio.raw.read(path, columns=names)
    assert meta["fields"].tolist() == names
    areas = [city(code) if code else None for code in columns[2]]
    called = {
        area: (county or "") + (own or "")
        for county, own, area in zip(columns[0], columns[1], areas, strict=True)
        if area
    }
    tree = shapely.STRtree(shapely.from_wkb(shapes))

    def municipality(longitude: float, latitude: float) -> str | None:
        hits = tree.query(shapely.Point(longitude, latitude), predicate="intersects")
        return areas[hits[0]] if len(hits) else None

    return Hints(municipality=municipality, place_name=called.get)


@needs_data("sip4d_zip", "places")
def test_all_shelters_of_the_scrambled_drill_lie_outside_their_municipality(japan: Hints) -> None:
    data = (DATA / "sip4d_zip" / "shelters_drill.zip").read_bytes()
    outside = {one.where for one in validate(data, japan) if "lies in" in one.what}
    member = "023_01-001-01_20260414140049_1.geojson"
    assert outside == {f"{member} features[{at}]" for at in range(5555)}


# --- never raises ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"PK\x03\x04 sip4d_zip_meta.json", b"\0" * 99]
)
def test_rubbish_fails(data: bytes) -> None:
    assert [one.severity for one in validate(data, Hints())] == ["error"]


def test_findings_name_the_file_the_feature_and_the_property() -> None:
    files = base()
    files[GEO]["features"][1]["properties"]["evacueeno"] = "十"
    files[META]["title"] = ""
    assert [(one.where, one.severity) for one in validate(pack(files), Hints())] == [
        (f"{META} title", "error"),
        (f"{GEO} features[1] evacueeno", "error"),
    ]
