"""Damage totals: which number stands, and that nothing is counted twice."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import DATA
from noroshi.core.capability import run
from noroshi.core.label import PUBLIC
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, HOUR, parse
from noroshi.domains import folder, get
from noroshi.domains.disaster.damage_totals.reading import told
from noroshi.domains.disaster.damage_totals.words import ITEM_OF, plain
from noroshi.formats import Hints, read
from noroshi.kinds import encode
from noroshi.kinds.damage_total import ITEMS, DamageTotal
from noroshi.kinds.report import Report

NAME = "disaster/damage_totals"
NOON = parse("2031-07-02T12:00:00+09:00")


def report(
    number: int, attributes: dict[str, Any], *, source: str = "52201-report", issued: int = NOON,
    key: str = "52201", title: str = "霞浜市", area: str | None = "city:5220100",
) -> Version:  # fmt: skip
    body = encode(Report(title=title, attributes=attributes))
    return Version(
        number, "disaster.report", key, f"s/{source}", Mode.ACTUAL, Action.ISSUE, issued, 0,
        issued, issued, FOREVER, FOREVER, FOREVER, PUBLIC, source, None, area, None, None, (), body,
    )  # fmt: skip


def hall(number: int, area: str, name: str) -> Version:
    body = msgspec.json.encode({"name": name, "category": "city_hall", "operator": name})
    return Version(
        number, "infrastructure.facility", str(number), "f", Mode.ACTUAL, Action.ISSUE, 0, 0, 0, 0,
        FOREVER, FOREVER, FOREVER, PUBLIC, "f", None, area, None, None, (), body,
    )  # fmt: skip


def totals(*versions: Version) -> dict[str, DamageTotal]:
    inputs: dict[str, list[Version]] = {"disaster.report": [], "infrastructure.facility": []}
    for one in versions:
        inputs[one.kind].append(one)
    return {
        record.key: msgspec.json.decode(record.body, type=DamageTotal)
        for edition in run(NAME, get(NAME), inputs)
        for record in edition.records
    }


def test_two_sources_of_the_same_dead_are_compared_and_not_added() -> None:
    found = totals(
        report(1, {"死者": 3}, source="52201-office"),
        report(2, {"死者数": 4}, source="52-pref", issued=NOON + HOUR),
    )
    assert (found["52201"].dead, found["52000"].dead) == (3, 3)
    (item,) = found["52201"].items
    assert (item.low, item.high, item.rule, item.disputed) == (3, 4, "own", True)
    assert [(one.role, one.value) for one in item.statements] == [
        ("municipality", 3), ("prefecture", 4)
    ]  # fmt: skip


def test_an_own_report_that_is_six_hours_older_gives_way_and_the_rule_says_so() -> None:
    found = totals(
        report(1, {"死者": 3}, source="52201-office"),
        report(2, {"死者数": 4}, source="52-pref", issued=NOON + 6 * HOUR + 1),
    )
    assert found["52201"].dead == 4
    assert found["52201"].items[0].rule == "own_stale"


def test_one_source_that_reports_twice_on_a_municipality_is_counted_once() -> None:
    found = totals(
        report(1, {"全壊": 3}, key="52201"),
        report(2, {"全壊": 5}, key="522015", issued=NOON + HOUR),
    )
    assert found["52201"].destroyed == 5


def test_a_municipality_without_a_number_is_not_reported_and_never_zero() -> None:
    found = totals(
        report(1, {"死者": 3, "全壊": "調査中"}),
        report(2, {"全壊": 1}, key="52301", title="杉月町", area="city:5230100"),
        hall(3, "city:5220100", "霞浜市"), hall(4, "city:5230100", "杉月町"),
        hall(5, "city:5230200", "鶴萩村"),
    )  # fmt: skip
    total = found["52000"]
    assert (total.municipalities, total.reported, total.not_reported) == (3, 2, ["鶴萩村"])
    dead, destroyed = total.items
    assert (dead.value, dead.reported, dead.not_reported) == (3, 1, ["杉月町", "鶴萩村"])
    assert (destroyed.value, destroyed.not_reported) == (1, ["霞浜市", "鶴萩村"])
    assert found["52201"].destroyed is None
    assert found["52201"].items[1].statements[0].text == "調査中"
    assert total.missing is None


def test_the_prefectures_own_total_stands_beside_the_sum_with_the_difference() -> None:
    found = totals(
        report(1, {"死者": 3}),
        report(2, {"死者": 5}, key="52000", title="県計", area="pref:52", source="52-pref"),
    )
    item = found["52000"].items[0]
    assert (item.value, item.rule, item.stated, item.difference) == (3, "sum", 5, 2)
    assert item.disputed


def test_a_total_alone_is_what_the_prefecture_states() -> None:
    found = totals(report(2, {"死者": 5}, key="52000", title="県計", area="pref:52"))
    assert set(found) == {"52000"}
    assert (found["52000"].dead, found["52000"].items[0].rule) == (5, "stated")


@pytest.mark.parametrize(
    ("title", "key", "attributes"),
    [
        ("霞浜市汐見で土砂崩れ", "C-17", {"市町村": "霞浜市", "負傷者": "3"}),
        ("霞浜市", "C-18", {"市町村": "霞浜市", "負傷者": "3", "内容": "転倒"}),
        ("建物火災", "10023", {"市町村": "霞浜市", "負傷者": "3"}),
        ("荒坂", "52201000027003", {"市町村": "霞浜市", "世帯": "9", "人数": "17"}),
    ],
)
def test_a_single_case_is_no_total(title: str, key: str, attributes: dict[str, Any]) -> None:
    assert told(report(1, attributes, title=title, key=key)) is None


def test_a_report_that_gives_only_a_name_joins_the_municipality_of_that_name() -> None:
    found = totals(
        report(1, {"市町村名": "浅橋郡杉月町", "死者": 1, "全壊": 2}, key="x", title="被害",
               area=None, source="52-pref"),
        report(2, {"死者": 1}, key="52301", title="杉月町", area="city:5230100"),
    )  # fmt: skip
    # Without borders nobody can tell in which prefecture the first is: it is left to the second.
    assert found["52301"].dead == 1
    assert "杉月町" not in found


@pytest.mark.parametrize(
    ("written", "value"),
    [("１２", 12), ("1,204棟", 1204), ("約20", 20), ("三", 3), (7, 7), ("調査中", None),
     ("－", None), ("", None), (-1, None), (1.5, None), (True, None), ("数名", None),
     ("1(2)", None)],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written_or_not_at_all(written: Any, value: int | None) -> None:
    found = told(report(1, {"死者": written}))
    assert found is not None
    assert found.values["dead"].value == value


def test_columns_are_found_under_the_names_that_offices_use() -> None:
    for column, item in {
        "死者数": "dead", "人的被害_死者（人）": "dead", "人的被害・重傷": "severe",
        "負傷者（軽傷）": "slight", "住家被害（全壊）": "destroyed",
        "全壊（世帯）": "destroyed_households", "住家被害_床上浸水_棟": "above_floor",
        "一部損壊": "partial", "うち災害関連死": "related_dead",
        "非住家被害（公共建物）": "public_buildings", "田の流失・埋没（ha）": "paddy_lost",
        "橋りょう": "bridges", "火災発生_建物": "fires_building", "停電戸数": "electricity",
        "り災世帯数": "victim_households", "その他_ブロック塀等": "block_walls",
    }.items():  # fmt: skip
        assert ITEM_OF.get(plain(column)) == item, column
    for column in ("孤立者数", "備考", "安否不明者", "その他", "被害額"):
        assert ITEM_OF.get(plain(column)) is None, column
    assert set(ITEM_OF.values()) == set(ITEMS)


def test_unknown_columns_are_listed() -> None:
    found = totals(report(1, {"死者": 1, "孤立者数": 35, "団体コード": "52201"}))
    assert [(one.column, one.value) for one in found["52201"].unread] == [("孤立者数", 35)]


def test_the_readme_lists_every_name_that_is_read() -> None:
    text = (folder(NAME) / "README.md").read_text(encoding="utf-8")
    for ja, _ in ITEMS.values():
        assert ja in text, ja


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["52201-a", "52-pref", "police", "x"]), st.integers(0, 9),
                  st.integers(0, 20)),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_the_number_that_stands_is_one_that_somebody_said(said: list[tuple[str, int, int]]) -> None:
    versions = [
        report(n, {"死者": value}, source=source, issued=NOON + hour * HOUR)
        for n, (source, hour, value) in enumerate(said, 1)
    ]
    found = totals(*versions)
    item = found["52201"].items[0]
    values = {one.value for one in item.statements}
    assert item.value in values
    assert (item.low, item.high) == (min(values), max(values))
    assert len(item.statements) == len({source for source, _, _ in said})
    assert found["52000"].dead == item.value


def test_a_real_package_of_single_damages_gives_no_totals() -> None:
    path = DATA / "sip4d_zip" / "damage_reports.zip"
    if not path.exists():
        pytest.skip(f"no {path}")
    records = [
        record
        for edition in read(path.read_bytes(), Hints(name=path.name)).editions
        for record in edition.records
        if record.kind == "disaster.report"
    ]
    assert records
    for number, record in enumerate(records):
        version = msgspec.structs.replace(report(number, {}), key=record.key, body=record.body)
        assert told(version) is None
