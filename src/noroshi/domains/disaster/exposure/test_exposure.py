"""Exposure: what is inside, and that its ranges hold."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.capability import run
from noroshi.core.errors import InvalidRecord
from noroshi.core.label import PUBLIC
from noroshi.core.parts import DECLARED
from noroshi.core.place import municipality, point
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, HOUR
from noroshi.domains import get
from noroshi.domains.disaster.exposure.census import COLUMNS, Census
from noroshi.domains.disaster.exposure.hazards import scope
from noroshi.domains.disaster.exposure.mesh import cell, square
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode
from noroshi.kinds.exposure import Exposure, Range

SAMPLES = Path(__file__).parent / "samples"
NAME = "disaster/exposure"
CITY, TOWN = "city:9920100", "city:9930100"


def version(
    kind: str, key: str, body: dict[str, Any], geometry: bytes | None = None,
    area: str | None = None, **changes: Any,
) -> Version:  # fmt: skip
    made = Version(
        id=abs(hash((kind, key))) % 10**9, kind=kind, key=key, series=f"test/{kind}",
        mode=Mode.ACTUAL, action=Action.ISSUE, issued=10, serial=0, recorded=10, valid_from=10,
        valid_to=FOREVER, ended_at=FOREVER, ended_recorded=FOREVER, label=PUBLIC, source="test",
        message=None, area=area, geometry=geometry, confidence=None, basis=(),
        body=json.dumps(body).encode(),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def mesh(code: str, area: str = CITY, **counts: Any) -> Version:
    return version("infrastructure.population_mesh", code, {"code": code, **counts}, area=area)


def exposures(case: str, **changes: list[Version]) -> dict[str, Exposure]:
    """By the series under the capability's name."""
    inputs = {**inputs_of(NAME, SAMPLES / case), **changes}
    return {
        one.series.removeprefix(f"product/{NAME}/"): decode(record.kind, record.body)
        for one in run(NAME, get(NAME), inputs) for record in one.records
    }  # fmt: skip


def facilities(body: Exposure) -> dict[str, Range]:
    return {one.category: one.count for one in body.facilities}


# --- squares -----------------------------------------------------------------------------------


def test_the_code_of_a_square_says_where_it_is() -> None:
    assert square("53394611") == pytest.approx((139.7625, 35.675, 139.775, 35.683333333))
    assert square("533946113") == pytest.approx((139.7625, 35.6791666667, 139.76875, 35.683333333))
    assert square("5339461132") == pytest.approx((139.765625, 35.6791666667, 139.76875, 35.68125))
    assert cell("53394611")[0] == 1


@pytest.mark.parametrize(
    "code", ["", "5339461", "53398611", "533946115", "５３３９４６１１", "x" * 8]
)
def test_what_is_no_square_is_refused(code: str) -> None:
    with pytest.raises(InvalidRecord, match="no grid square"):
        square(code)


def test_a_ward_counts_for_its_designated_city_and_a_part_for_its_municipality() -> None:
    assert municipality("city:1410300") == "city:1410000"
    assert municipality("city:1413700") == "city:1413000"
    assert municipality("city:1310100") == "city:1310100"
    assert municipality("city:1720201") == "city:1720200"
    assert municipality("jma.forecast:170010") == municipality(None) == ""


# --- ranges ------------------------------------------------------------------------------------

CODES = [f"4044638{one}{part}" for one in range(4) for part in range(1, 5)]
WEST, SOUTH = square(CODES[0])[:2]
EAST, NORTH = square(CODES[-1])[2:]

number = st.integers(0, 500)
residents = st.lists(st.tuples(number, number, number, number, st.booleans()),
                     min_size=len(CODES), max_size=len(CODES))  # fmt: skip


def people(rows: list[tuple[int, int, int, int, bool]], secret: bool) -> Census:
    return Census([
        mesh(code, persons=a + b + c + d, households=a, care=d,
             **({} if secret and hidden else
                {"age_0_14": a, "age_15_64": b, "age_65_74": c, "age_75": d}))
        for code, (a, b, c, d, hidden) in zip(CODES, rows, strict=True)
    ], 9)  # fmt: skip


@given(residents, st.booleans(), st.lists(st.floats(0.02, 0.98), min_size=1, max_size=4))
@settings(max_examples=cases(40), deadline=None)
def test_disjoint_areas_add_up_to_their_union(rows: Any, secret: bool, cuts: list[float]) -> None:
    census = people(rows, secret)
    at = [0.0, *sorted(set(cuts)), 1.0]
    strips = [
        shapely.box(WEST + a * (EAST - WEST), SOUTH, WEST + b * (EAST - WEST), NORTH)
        for a, b in pairwise(at) if b - a > 1e-6
    ]  # fmt: skip
    parts = [census.inside(one).ranges for one in strips]
    whole = census.inside(shapely.box(WEST, SOUTH, EAST, NORTH)).ranges
    for column in COLUMNS:
        low, best, high = (sum(getattr(one[column], name) for one in parts)
                           for name in ("low", "best", "high"))  # fmt: skip
        assert low <= whole[column].low
        assert high >= whole[column].high
        assert abs(best - whole[column].best) <= len(parts), column
    assert whole["persons"] == Range(*[sum(sum(one[:4]) for one in rows)] * 3)


@given(residents, st.booleans(), st.floats(0, 1), st.floats(0, 1), st.floats(1e-4, 0.02))
@settings(max_examples=cases(40), deadline=None)
def test_the_estimate_is_within_its_range_and_ages_within_all(
    rows: Any, secret: bool, x: float, y: float, radius: float
) -> None:
    at = shapely.Point(WEST + x * (EAST - WEST), SOUTH + y * (NORTH - SOUTH))
    found = people(rows, secret).inside(at.buffer(radius)).ranges
    for one in found.values():
        assert one.best is not None
        assert 0 <= one.low <= one.best <= one.high
    ages = [found[one] for one in COLUMNS[1:5]]
    assert sum(one.low for one in ages) <= found["persons"].high
    assert sum(one.high for one in ages) >= found["persons"].low


def test_figures_merged_into_another_square_are_counted_once_and_all_of_them() -> None:
    one, other = "404463871", "404463872"
    census = Census([
        mesh(one, persons=100, age_75=30, extra={"HTKSYORI": "2", "GASSAN": other}),
        mesh(other, persons=6, extra={"HTKSYORI": "1", "HTKSAKI": one}),
    ], 9)  # fmt: skip
    both = census.inside(shapely.union_all([shapely.box(*square(code)) for code in (one, other)]))
    assert (both.ranges["persons"], both.ranges["age_75"]) == (Range(106, 106, 106),
                                                               Range(30, 30, 30))  # fmt: skip
    hidden = census.inside(shapely.box(*square(other)).buffer(-1e-9))
    assert hidden.ranges["age_75"] == Range(0, 2, 30)
    assert hidden.secret == 1


def test_a_total_kept_secret_widens_the_range() -> None:
    census = Census([mesh("404463871", persons=50), mesh("404463872")], 9)
    assert census.inside(shapely.box(144, 27, 145, 28)).ranges["persons"] == Range(50, 54, 59)


def test_of_one_place_the_newest_census_and_the_finest_squares_count() -> None:
    old = mesh("404463871", persons=70, year=2015)
    census = Census([
        msgspec.structs.replace(old, series="test/old", id=1),
        mesh("404463871", persons=50, year=2020),
        mesh("40446387", persons=999, year=2020), mesh("40446388", persons=7, year=2020),
        mesh("nonsense", persons=5),
    ], 9)  # fmt: skip
    assert census.inside(shapely.box(144, 27, 145, 28)).ranges["persons"] == Range(57, 57, 57)
    assert census.unplaced == 1


def test_municipalities_together_hold_everybody() -> None:
    rows = [mesh(code, CITY if at < 7 else TOWN, persons=10 + at) for at, code in enumerate(CODES)]
    census = Census(rows, 9)
    found = [census.of_city(one).ranges["persons"] for one in (CITY, TOWN)]
    assert sum(one.best or 0 for one in found) == sum(10 + at for at in range(len(CODES)))
    assert all(one.low < (one.best or 0) < one.high for one in found)


# --- hazards -----------------------------------------------------------------------------------


def test_an_alert_counts_what_lies_in_its_polygon() -> None:
    body = exposures("storm")["city:9920100/alert/test@example.jp/99-1"]
    assert body.method == "geometry"
    # One square whole, a half, an eighth, and a quarter of the one that is kept secret.
    assert body.persons == Range(100, 164, 308)
    assert facilities(body) == {"shelter": Range(1, 1, 1), "hospital": Range(1, 1, 1),
                                "bridge": Range(1, 1, 1)}  # fmt: skip


def test_a_bridge_in_the_register_and_in_the_network_is_one_and_instruments_are_none() -> None:
    body = exposures("storm")["city:9920100/warning/土砂災害"]
    (bridge,) = [one for one in body.facilities if one.category == "bridge"]
    assert [one.name for one in bridge.most_important] == ["例示大橋"]
    assert "rain_gauge" not in facilities(body)


def test_warning_and_landslide_alert_of_one_hazard_are_one_area() -> None:
    found = exposures("storm")
    body = found["city:9920100/warning/土砂災害"]
    assert (body.level, body.severity, body.method) == (4, "危険警報", "municipality")
    assert len(body.source) == 2
    assert not [series for series in found if "雷" in series], "an advisory"
    assert not [series for series in found if series.startswith(TOWN)], "level 2"


def test_an_order_counts_what_the_mayor_says_and_the_addresses_in_its_districts() -> None:
    found = exposures("storm")
    body = found["city:9920100/order/避難指示/土砂災害"]
    assert (body.persons, body.households) == (Range(150, 150, 150), Range(60, 60, 60))
    ages = [body.age_0_14, body.age_15_64, body.age_65_74, body.age_75]
    assert sum(one.best or 0 for one in ages if one) == 150
    # 乙町 is not 乙町二丁目: its school and shelter are elsewhere. The bridge has no address.
    assert facilities(body) == {"shelter": Range(1, 1, 1), "hospital": Range(1, 1, 1),
                                "bridge": Range(0, 0, 1)}  # fmt: skip
    assert not [series for series in found if "高齢者等避難" in series], "it was lifted"


def test_districts_of_a_flood_have_bounds_but_no_estimate() -> None:
    found = exposures("storm")
    body = found["river 99100001/flood/99100001/city:9920100"]
    assert (body.meaning, body.level) == ("part", 4)
    assert body.persons is not None
    assert (body.persons.low, body.persons.best) == (0, None)
    assert found["river 99100001/flood/99100001/city:9930100"].persons == Range(200, 400, 508)


def test_a_coast_and_a_region_without_extent_are_told_but_not_counted() -> None:
    found = exposures("quake")
    for series in ("coast 991/", "seismic 991/intensity/E2/area"):
        body = found[series.removesuffix("/")]
        assert (body.method, body.not_counted, body.persons) == ("none", ["area"], None)
        assert body.facilities == []


def test_intensities_below_5_lower_are_not_counted() -> None:
    found = exposures("quake")
    assert found["city:9920100/intensity/E1/city"].severity == "震度６弱"
    assert not [series for series in found if series.startswith(TOWN)]


def test_an_intensity_ends_as_a_hazard_after_three_days() -> None:
    made = run(NAME, get(NAME), inputs_of(NAME, SAMPLES / "quake"))
    (quake,) = [one for one in made if "/intensity/E1" in one.series]
    assert quake.effective is not None
    assert quake.records[0].valid_to == quake.effective + 72 * HOUR
    (coast,) = [one for one in made if "/coast" in one.series]
    assert coast.records[0].valid_to is None


def test_a_probability_circle_says_what_it_means() -> None:
    (series,) = [one for one in exposures("quake") if one.startswith("typhoon")]
    body = exposures("quake")[series]
    assert (body.meaning, body.target) == ("probability_circle", "2031-07-03T09:00:00+09:00")
    assert body.persons == Range(508, 508, 508)


def test_an_order_that_two_senders_pass_on_counts_once() -> None:
    inputs = inputs_of(NAME, SAMPLES / "storm")
    orders = inputs["disaster.evacuation_order"]
    again = [msgspec.structs.replace(one, id=one.id + 10_000, series="other") for one in orders]
    body = exposures("storm", **{"disaster.evacuation_order": [*orders, *again]})
    assert body["city:9920100/order/避難指示/土砂災害"].persons == Range(150, 150, 150)


def test_an_order_that_states_no_number_has_no_estimate() -> None:
    order = version("disaster.evacuation_order", "O9", {
        "kind": "避難指示", "level": 4, "municipality": "例示市", "hazard": "洪水",
        "districts": ["丁町"],
    }, area=CITY)  # fmt: skip
    body = exposures("storm", **{"disaster.evacuation_order": [order]})[
        "city:9920100/order/避難指示/洪水"
    ]
    assert body.persons == Range(0, None, 508)
    assert "districts_without_number" in body.not_counted


def test_without_a_census_nobody_is_counted_and_it_says_so() -> None:
    found = exposures("storm", **{"infrastructure.population_mesh": []})
    body = found["city:9920100/warning/土砂災害"]
    assert (body.persons, body.not_counted) == (None, ["population"])
    assert facilities(body)["hospital"] == Range(1, 1, 1)


def test_a_polygon_that_crosses_itself_is_made_valid_and_a_broken_one_refused() -> None:
    inputs = inputs_of(NAME, SAMPLES / "storm")
    (alert,) = inputs["disaster.alert"]
    bow = shapely.Polygon([(144.46, 27.23), (144.49, 27.25), (144.49, 27.23), (144.46, 27.25)])
    crossed = msgspec.structs.replace(alert, geometry=shapely.to_wkb(bow))
    body = exposures("storm", **{"disaster.alert": [crossed]})
    persons = body["city:9920100/alert/test@example.jp/99-1"].persons
    assert persons is not None
    assert persons.low <= (persons.best or 0) < persons.high
    broken = msgspec.structs.replace(alert, geometry=b"\x01\x03\x00")
    with pytest.raises(InvalidRecord):
        exposures("storm", **{"disaster.alert": [broken]})


def test_a_change_counts_only_where_it_is() -> None:
    for kind, body, area, parts in (
        ("disaster.flood_warning", {"name": "川", "code": "1", "kind": "x"}, None, ["river 1"]),
        ("disaster.tsunami_warning", {"events": [], "name": "a", "code": "5", "kind": "津波注意報",
                                      "kind_code": "62"}, None, ["coast 5"]),
        ("disaster.tsunami_warning", {"events": [], "name": "a", "code": "5", "kind": "津波予報",
                                      "kind_code": "71"}, None, []),
        ("disaster.shelter_merged", {"name": "a"}, "city:1410300", ["city:1410000"]),
        ("disaster.evacuation_order", {"kind": "避難指示", "municipality": "b"}, CITY, [CITY]),
        ("disaster.evacuation_order", {"kind": "避難指示", "municipality": "b"}, None, []),
    ):  # fmt: skip
        assert list(scope(version(kind, "k", body, area=area), DECLARED)) == parts, body


def test_a_record_of_many_squares_names_one_of_each_label() -> None:
    whole = exposures("storm")
    assert whole
    inputs = inputs_of(NAME, SAMPLES / "quake")
    meshes = inputs["infrastructure.population_mesh"]
    many = [
        msgspec.structs.replace(
            meshes[0], id=50_000 + at, key=str(at), label=3 if at == 77 else PUBLIC,
            body=json.dumps({"code": f"404463{at // 4:02d}{at % 4 + 1}", "persons": 1}).encode(),
            area=CITY, geometry=point(144.5, 27.2),
        ) for at in range(400)
    ]  # fmt: skip
    made = run(NAME, get(NAME), {**inputs, "infrastructure.population_mesh": many})
    (circle,) = [one for one in made if "/typhoon" in one.series]
    ids = {one.id for one in many} & set(circle.records[0].basis)
    assert len(ids) <= 200
    quake = next(one for one in made if "/intensity/E1" in one.series)
    assert {50_000, 50_077} == {one.id for one in many} & set(quake.records[0].basis)
