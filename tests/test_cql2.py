"""CQL2 filters: against the library's own evaluation where that agrees with the standard, against
tables of the standard's cases where it does not, and against what somebody hostile would send."""

from __future__ import annotations

import itertools
import time
from datetime import datetime
from typing import Any

import cql2
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.channels.filters import equal_to, sort_key
from noroshi.channels.parsing import InvalidFilter
from noroshi.channels.predicates import like_pattern, without_accents
from noroshi.core.time import show
from shelter_version import ISSUED, KIND, holds, op, point, version


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("headcount = 120", True),
        ("headcount <> 120", False),
        ("headcount BETWEEN 100 AND 120", True),
        ("headcount NOT BETWEEN 100 AND 120", False),
        ("headcount IN (1, 120)", True),
        ("headcount / 2 + 1 = 61", True),
        ("headcount % 7 = 1 AND headcount div 7 = 17", True),
        ("headcount ^ 2 = 14400", True),
        ("-headcount = -120", True),
        ("headcount = record_id", False),
        ("headcount > record_id", True),
        ("name LIKE '七尾%'", True),
        ("name LIKE '七_小学校'", True),
        ("name NOT LIKE '%中%'", True),
        ("CASEI(key) LIKE CASEI('17202-%')", True),
        ("CASEI(source) = CASEI('NANAO')", True),
        ("ACCENTI(source) = ACCENTI('nánäo')", True),
        ("ACCENTI(source) LIKE ACCENTI('nä%')", True),
        ("CASEI(ACCENTI(source)) LIKE CASEI(ACCENTI('NÄ%'))", True),
        ("source LIKE 'NA%'", False),
        ("CASEI(source) IN (CASEI('X'), CASEI('NANAO'))", True),
        ("area = 'city:1720200' AND kind = 'disaster.shelter' AND mode = 'actual'", True),
        ("A_CONTAINS(hazards, ('津波'))", True),
        ("A_CONTAINEDBY(hazards, ('津波', '地震', '洪水'))", True),
        ("A_OVERLAPS(hazards, ('洪水', '地震'))", True),
        ("A_EQUALS(hazards, ('地震', '津波'))", True),
        ("A_CONTAINS(hazards, ('洪水'))", False),
        ("S_INTERSECTS(geometry, BBOX(136.9, 37.0, 137.0, 37.1))", True),
        ("S_WITHIN(geometry, POLYGON((136 37,137 37,137 38,136 38,136 37)))", True),
        ("S_CONTAINS(POLYGON((136 37,137 37,137 38,136 38,136 37)), geometry)", True),
        ("S_DISJOINT(geometry, POINT(0 0))", True),
        ("S_EQUALS(geometry, POINT(136.9675 37.0428))", True),
        ("S_TOUCHES(geometry, POLYGON((136.9675 37,137 37,137 38,136.9675 38,136.9675 37)))", True),
        ("S_CROSSES(geometry, LINESTRING(136 37, 137 38))", False),
        ("S_OVERLAPS(geometry, POINT(136.9675 37.0428))", False),
        ("S_INTERSECTS(geometry, BBOX(170, -10, -170, 10))", False),
        ("true", True),
        ("false", False),
        ("NOT false", True),
    ],
)
def test_operators(text: str, kept: bool) -> None:
    assert holds(text) is kept
    tree = cql2.parse_text(text).to_json()
    assert holds(tree) is kept, "the same in JSON"


def test_what_is_not_known_is_neither_true_nor_false() -> None:
    unknown = "capacity > 10"
    for text, kept in (
        (unknown, False),
        (f"NOT ({unknown})", False),
        (f"{unknown} OR headcount = 120", True),
        (f"{unknown} AND headcount = 120", False),
        (f"NOT ({unknown} AND headcount = 1)", True),
        (f"NOT ({unknown} OR headcount = 1)", False),
        ("capacity = NULL", False),
        ("capacity <> 1", False),
        ("capacity IS NULL", True),
        ("capacity IS NOT NULL", False),
        ("headcount IS NULL", False),
        ("capacity IN (1, 2)", False),
        ("capacity NOT IN (1, 2)", False),
        ("capacity + 1 = 2", False),
        ("headcount / 0 = 1", False),
        ("NOT (headcount / 0 = 1)", False),
        ("reason LIKE '%'", False),
        ("confidence < 0.5", False),
        ("S_INTERSECTS(geometry, BBOX(136, 37, 137, 38))", True),
    ):
        assert holds(text) is kept, text
    nowhere = version(geometry=None)
    for text in (
        "S_INTERSECTS(geometry, BBOX(-180,-90,180,90))",
        "S_DISJOINT(geometry, POINT(0 0))",
    ):
        assert holds(text, nowhere) is False
        assert holds(f"NOT ({text})", nowhere) is False


def test_values_of_different_types_are_never_equal_nor_unequal() -> None:
    for text in (
        "headcount = '120'",
        "headcount <> '120'",
        "name = 1",
        "name < 1",
        "NOT (name < 1)",
        "geometry = 1",
        "hazards = 1",
        "name + 1 = 2",
        "S_WITHIN(name, POINT(0 0))",
        "A_CONTAINS(name, ('七'))",
        "T_AFTER(headcount, DATE('2020-01-01'))",
    ):
        assert holds(text) is False, text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("issued = TIMESTAMP('2024-01-01T07:10:00Z')", True),
        ("issued < TIMESTAMP('2024-01-01T07:10:00.000001Z')", True),
        ("issued > TIMESTAMP('2024-01-01T16:10:00+09:00')", False),
        ("issued >= DATE('2024-01-01')", True),
        ("issued < DATE('2024-01-01')", False),
        ("issued > DATE('2024-01-01')", False),
        ("issued > DATE('2023-12-31')", True),
        ("T_AFTER(issued, DATE('2023-12-31'))", True),
        ("T_BEFORE(issued, DATE('2024-01-02'))", True),
        ("T_DURING(issued, INTERVAL('2024-01-01', '2024-01-02'))", True),
        ("T_INTERSECTS(issued, INTERVAL('2024-01-01T07:10:00Z', '..'))", True),
        ("T_DISJOINT(issued, INTERVAL('..', '2023-12-31'))", True),
        ("T_EQUALS(issued, TIMESTAMP('2024-01-01T07:10:00Z'))", True),
    ],
)
def test_times(text: str, kept: bool) -> None:
    assert holds(text) is kept
    assert holds(f"NOT ({text})") is not kept


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("STARTS", (1, 2), (1, 3)),
        ("STARTEDBY", (1, 3), (1, 2)),
        ("FINISHES", (2, 3), (1, 3)),
        ("FINISHEDBY", (1, 3), (2, 3)),
        ("OVERLAPS", (1, 3), (2, 4)),
        ("OVERLAPPEDBY", (2, 4), (1, 3)),
        ("CONTAINS", (1, 4), (2, 3)),
        ("DURING", (2, 3), (1, 4)),
        ("MEETS", (1, 2), (2, 3)),
        ("METBY", (2, 3), (1, 2)),
        ("BEFORE", (1, 2), (3, 4)),
        ("AFTER", (3, 4), (1, 2)),
        ("EQUALS", (1, 2), (1, 2)),
    ],
)
def test_relations_of_intervals(name: str, one: tuple[int, int], other: tuple[int, int]) -> None:
    """Allen's thirteen: exactly one of them holds between two intervals."""
    written = [
        "INTERVAL('2024-01-0{}T00:00:00Z', '2024-01-0{}T00:00:00Z')".format(*days)
        for days in (one, other)
    ]
    relations = ("STARTS", "STARTEDBY", "FINISHES", "FINISHEDBY", "OVERLAPS", "OVERLAPPEDBY",
                 "CONTAINS", "DURING", "MEETS", "METBY", "BEFORE", "AFTER", "EQUALS")  # fmt: skip
    held = [each for each in relations if holds(f"T_{each}({', '.join(written)})")]
    assert held == [name]


def test_up_to_a_day_includes_the_day() -> None:
    assert holds("issued <= DATE('2024-01-01')") is True


def test_what_has_no_end_is_true_until_further_notice() -> None:
    during = "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('{}', '{}'))"
    assert holds(during.format("2030-01-01", "2030-01-02"))
    assert not holds(during.format("2023-01-01", "2023-01-02"))
    ended = version(valid_to=ISSUED + 1)
    assert not holds(during.format("2030-01-01", "2030-01-02"), ended)
    assert holds(during.format("2024-01-01", "2024-01-02"), ended)


NAMES = st.sampled_from(["name", "status", "code"])
TEXTS = st.text("ab七%_'é", max_size=4)
NUMBERS = st.integers(-4, 4)
_EQUALITY = ("=", "<>", "<", "<=", ">", ">=")


def _atoms() -> st.SearchStrategy[Any]:
    named = NAMES.map(lambda name: {"property": name})
    counted = st.sampled_from(["headcount", "households"]).map(lambda name: {"property": name})
    plain = st.text("ab七", max_size=3)
    shapes = st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS).map(
        lambda one: {
            "bbox": [
                min(one[0], one[2]),
                min(one[1], one[3]),
                max(one[0], one[2]),
                max(one[1], one[3]) + 1,
            ]
        }
    )
    moment = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(
        lambda one: {"timestamp": one.strftime("%Y-%m-%dT%H:%M:%SZ")}
    )
    here = {"property": "geometry"}
    return st.one_of(
        st.builds(op, st.sampled_from(_EQUALITY), counted, NUMBERS),
        st.builds(op, st.sampled_from(_EQUALITY), counted, counted),
        st.builds(op, st.sampled_from(("=", "<>")), named, plain),
        st.builds(
            lambda one, some: op("in", one, some),
            counted,
            st.lists(NUMBERS, min_size=1, max_size=3),
        ),
        st.builds(lambda one, low, high: op("between", one, low, high), counted, NUMBERS, NUMBERS),
        st.builds(
            lambda one, more, sum: op("=", op("+", one, more), sum), counted, NUMBERS, NUMBERS
        ),
        st.builds(
            lambda one, more, sum: op("<", op("*", one, more), sum), counted, NUMBERS, NUMBERS
        ),
        st.builds(
            lambda name, shape: op(name, here, shape),
            st.sampled_from(("s_intersects", "s_within", "s_disjoint")),
            shapes,
        ),
        st.builds(lambda one: op("isNull", one), named),
        moment.map(lambda one: op("t_after", {"property": "opened"}, one)),
    )


def _trees() -> st.SearchStrategy[Any]:
    return st.recursive(
        _atoms(),
        lambda inner: st.one_of(
            st.builds(
                lambda some: {"op": "and", "args": some}, st.lists(inner, min_size=2, max_size=3)
            ),
            st.builds(
                lambda some: {"op": "or", "args": some}, st.lists(inner, min_size=2, max_size=3)
            ),
            st.builds(lambda one: op("not", one), inner),
        ),
        max_leaves=6,
    )


@settings(max_examples=cases(300), deadline=None)
@given(_trees(), st.tuples(*[st.text("ab七", max_size=3)] * 3), NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_where_all_is_known_it_says_what_the_library_says(
    tree: Any, texts: tuple[str, str, str], one: int, other: int, x: int, y: int
) -> None:
    fields = {
        "name": texts[0],
        "status": texts[1],
        "code": texts[2],
        "headcount": one,
        "households": other,
        "opened": "2024-01-01T00:00:00Z",
    }
    item = {
        "type": "Feature",
        "id": "x",
        "geometry": {"type": "Point", "coordinates": [x, y]},
        "properties": fields,
    }
    said = cql2.parse_json(msgspec.json.encode(tree).decode()).matches(item)
    assert holds(tree, version(fields=fields, geometry=point(x, y))) is said


def _like(text: str, pattern: str) -> bool:
    """LIKE as the standard words it, by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(text[place:], pattern[1:]) for place in range(len(text) + 1))
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and _like(text[1:], pattern[2:])
    return bool(text) and pattern[0] in ("_", text[0]) and _like(text[1:], pattern[1:])


@settings(max_examples=cases(500), deadline=None)
@given(st.text("ab_%\\\n七.*", max_size=8), st.text("ab_%\\\n七.*", max_size=8))
def test_like(text: str, pattern: str) -> None:
    assert like_pattern(pattern)(text) is _like(text, pattern)


def test_like_takes_time_in_proportion() -> None:
    matches = like_pattern("%a" * 2_000 + "b")
    started = time.monotonic()
    assert matches("a" * 20_000) is False
    assert time.monotonic() - started < 2


def test_kana_keep_their_marks_when_accents_go() -> None:
    assert without_accents("ガギé") == "ガギe"


def test_coordinates_in_another_reference_system() -> None:
    zone7 = "http://www.opengis.net/def/crs/EPSG/0/6675"
    import pyproj

    x, y = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:6675").transform(136.9675, 37.0428)
    box = {"bbox": [x - 10, y - 10, x + 10, y + 10]}
    assert holds(op("s_intersects", {"property": "geometry"}, box), crs=zone7)
    away = {"bbox": [y - 10, x - 10, y + 10, x + 10]}
    assert not holds(op("s_intersects", {"property": "geometry"}, away), crs=zone7)


def test_parameters_that_name_a_property() -> None:
    assert equal_to(KIND, {"headcount": "120", "source": "nanao"})(version())
    assert equal_to(KIND, {"issued": "2024-01-01T07:10:00Z"})(version())
    assert equal_to(KIND, {"issued": "2024-01-01T16:10:00+09:00"})(version())
    assert not equal_to(KIND, {"headcount": "121"})(version())
    assert not equal_to(KIND, {"capacity": "1"})(version())
    for name, value in (("headcount", "many"), ("issued", "soon"), ("hazards", "津波"), ("x", "1")):
        with pytest.raises(InvalidFilter):
            equal_to(KIND, {name: value})


@settings(max_examples=cases(200), deadline=None)
@given(st.lists(st.tuples(st.none() | NUMBERS, TEXTS), min_size=1, max_size=12), st.booleans())
def test_sorting_puts_what_is_not_known_last(
    rows: list[tuple[int | None, str]], down: bool
) -> None:
    versions = [
        version(id=place, fields={"headcount": count, "name": name})
        for place, (count, name) in enumerate(rows)
    ]
    key = sort_key(f"{'-' if down else '+'}headcount,name", KIND)
    found = [one.fields() for one in sorted(versions, key=key)]
    counts = [one.get("headcount") for one in found]
    known = [one for one in counts if one is not None]
    assert known == sorted(known, reverse=down)
    assert counts == known + [None] * (len(counts) - len(known))
    for one, other in itertools.pairwise(found):
        if one.get("headcount") == other.get("headcount"):
            assert one["name"] <= other["name"]


def test_the_feature_says_what_the_filter_sees() -> None:
    from noroshi.channels.features import properties

    one = version()
    for name, value in properties(one).items():
        if isinstance(value, str) and name not in ("label",):
            text = value if name not in ("issued", "recorded", "valid_from") else None
            if text is not None:
                assert holds(op("=", {"property": name}, text), one), name
    assert holds(op("=", {"property": "issued"}, {"timestamp": show(ISSUED)}), one)
