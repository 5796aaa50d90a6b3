"""Situation reports: what they say, to whom, and that they say it again to the byte."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from click.testing import CliRunner
from lxml import etree

from noroshi.channels.report import numbers
from noroshi.channels.report.make import FORMS, compose, make, write
from noroshi.channels.report.model import Figure, Report, change_of
from noroshi.cli import noroshi
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import OPERATOR, OWN, PUBLIC, RESPONDERS
from noroshi.core.place import point
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import HOUR, MINUTE, parse
from noroshi.formats.boundaries import Place
from noroshi.kinds import encode, get
from noroshi.store import Store, open_store

NOON = parse("2031-07-02T12:00:00+09:00")
LATE = NOON + 10 * 365 * 24 * HOUR  # whenever the test runs, it is known by then
TOWN = {"municipality": "霞浜市"}


@pytest.fixture
def store(tmp_path: Path) -> Any:
    found = open_store(tmp_path)
    yield found
    found.close()


def say(
    store: Store, kind: str, *bodies: dict[str, Any], issued: int = NOON, label: int = PUBLIC,
    source: str = "office", mode: Mode = Mode.EXERCISE, area: str | None = "city:5220100",
    at: tuple[float, float] | None = None, basis: tuple[int, ...] = (), series: str = "",
) -> None:  # fmt: skip
    records = [
        Record(kind, str(body.get("code", place)),
               encode(msgspec.convert(body, get(kind).body)),
               None if at is None else point(*at), area, basis=basis)
        for place, body in enumerate(bodies)
    ]  # fmt: skip
    edition = Edition(series or f"{source}/{kind}", issued, records, mode=mode, effective=issued)
    store.publish([edition], source=source, label=label)


def report(store: Store, number: int = 1, at: int = NOON, *, label: int = PUBLIC,
           mode: Mode = Mode.EXERCISE, **more: Any) -> Report:  # fmt: skip
    return compose(store, numbers.circle(store, label), mode, at, LATE, number, label=label, **more)


def figures(found: Report) -> dict[str, Figure]:
    return {one.code: one for section in found.sections for one in section.figures}


def issue(store: Store, found: Report, label: int = PUBLIC, **more: Any) -> None:
    numbers.keep(store, found, numbers.series(store, found.event, "", label), label, **more)


def damage(dead: Any, **more: Any) -> dict[str, Any]:
    return {
        "title": "霞浜市",
        "code": "",
        "attributes": {"団体コード": "52201", "死者": dead, **more},
    }


def test_what_nobody_reports_is_a_dash_and_never_zero(store: Store) -> None:
    say(store, "disaster.report", damage(0))
    found = figures(report(store))
    assert found["human.dead"].value == 0
    silent = {code for code, one in found.items() if one.value is None}
    assert {"human.missing", "shelters.persons", "power.customers", "roads.closed"} <= silent
    text = write(report(store), ["txt"])["EXERCISE-report-001.txt"].decode("utf-8-sig")
    assert re.search(r"死者 +0 人", text)
    assert re.search(r"行方不明者 +－", text)
    assert not re.search(r"停電戸数 +0", text)


def test_every_number_says_as_of_when_and_from_whom(store: Store) -> None:
    say(store, "disaster.report", damage(2), source="city-office")
    say(store, "infrastructure.outage", {"service": "power", "status": "out", "code": "F1",
        "customers_out": 30, **TOWN}, source="power", issued=NOON - HOUR)  # fmt: skip
    found = report(store)
    for one in figures(found).values():
        assert (one.value is None) or (one.sources and one.newest is not None), one.code
    power = figures(found)["power.customers"]
    assert (power.value, power.sources, power.newest) == (30, ("power",), NOON - HOUR)
    assert [one.name for one in found.sources] == ["city-office", "power"]


def test_a_shelter_that_two_offices_list_is_one_shelter(store: Store) -> None:
    shelter = {"name": "霞浜小学校", "code": "E1", "status": "open", **TOWN}
    say(store, "disaster.shelter", {**shelter, "headcount": 80}, source="city")
    say(store, "disaster.shelter", {**shelter, "headcount": 95}, source="pref",
        issued=NOON + MINUTE)  # fmt: skip
    found = figures(report(store, at=NOON + HOUR))
    assert (found["shelters.open"].value, found["shelters.persons"].value) == (1, 95)


def test_a_product_takes_the_place_of_what_senders_say_and_is_not_added_to_it(store: Store) -> None:
    say(store, "disaster.report", {"title": "荒坂", "code": "", "category": "孤立集落",
        "attributes": {"人数": "17", "世帯": "9"}}, source="city")  # fmt: skip
    assert figures(report(store))["isolation.persons"].value == 17
    say(store, "disaster.report", damage(2), source="52201-office", series="totals")
    before = figures(report(store))["human.dead"]
    item = {"item": "dead", "name": "死者", "unit": "人", "value": 2, "low": 2, "high": 2}
    product = {"area_name": "永浦県", "level": "prefecture", "dead": 2, "items": [item]}
    say(store, "disaster.damage_total", product, source="product/disaster/damage_totals")
    after = figures(report(store))["human.dead"]
    assert before.value == after.value == 2


def test_products_are_read_by_name_each_with_its_own_fields(store: Store) -> None:
    """Kinds that other capabilities make, in the shape in which they make them."""

    def made(kind: str, *bodies: dict[str, Any]) -> None:
        records = [Record(kind, str(place), msgspec.json.encode(body), point(138, 27.2),
                          "city:5220100") for place, body in enumerate(bodies)]  # fmt: skip
        store.publish([Edition(f"product/{kind}", NOON, records, mode=Mode.EXERCISE)],
                      source="product/x", label=PUBLIC)  # fmt: skip

    made(
        "disaster.alert_overview",
        {
            "area_name": "霞浜市",
            "agency_level": 4,
            "agency_names": ["x"],
            "order_kind": "避難指示",
            "orders": [{"kind": "避難指示", "hazard": "洪水"}],
            "persons": 10,
        },
    )
    made(
        "disaster.shelter_merged",
        {"name": "a", "status": "open", "headcount": 5, "capacity": 4},
        {"name": "b", "status": "closed"},
    )
    made(
        "disaster.isolation",
        {"name": "荒坂", "status": "isolated", "persons": 17},
        {"name": "奥", "status": "possible", "persons": 5},
        {"name": "沢", "status": "reported", "reports": [{"persons": 3}]},
    )
    made(
        "disaster.road_state",
        {"status": "closed", "code": "1", "rank": "national"},
        {"status": "passable", "code": "2", "conflicts": ["sources_differ"]},
    )
    made(
        "infrastructure.outage_area",
        {
            "area_name": "霞浜市",
            "service": "power",
            "status": "partial",
            "customers_out": 50,
            "uncounted": 2,
            "feeders": [{"status": "out"}],
            "half": {"at": "2031-07-02T18:00:00+09:00"},
        },
    )
    made(
        "infrastructure.station_outlook",
        {"code": "1", "state": "dark", "served": 9},
        {"code": "2", "state": "expected_dark"},
        {"code": "3", "state": "on_battery"},
    )
    for kind, body in (
        ("disaster.shelter", {"name": "z", "status": "open", "headcount": 99}),
        ("disaster.road", {"status": "closed", "code": "9"}),
        ("infrastructure.outage", {"service": "power", "status": "out", "customers_out": 1000}),
    ):
        say(store, kind, body)
    found = {code: one.value for code, one in figures(report(store)).items()}
    expected = {
        "warnings.level4": 1, "orders.避難指示": 1, "orders.persons": 10, "shelters.open": 1,
        "shelters.persons": 5, "shelters.full": 1, "isolation.places": 2, "isolation.persons": 20,
        "isolation.reported": 1, "isolation.possible": 1, "roads.closed": 1, "roads.conflicts": 1,
        "power.customers": 50, "telecom.dark": 1, "telecom.expected": 1, "telecom.battery": 1,
        "telecom.served": 9,
    }  # fmt: skip
    assert {code: found[code] for code in expected} == expected
    assert {one.code for one in report(store).sections if one.figures}
    assert write(report(store), ["txt", "html"])


def test_a_district_under_two_orders_is_counted_once(store: Store) -> None:
    order = {
        "municipality": "霞浜市",
        "districts": ["汐見"],
        "district_codes": ["1"],
        "persons": 100,
    }
    say(store, "disaster.evacuation_order", {**order, "kind": "避難指示", "code": "a"},
        {**order, "kind": "高齢者等避難", "code": "b"})  # fmt: skip
    assert figures(report(store))["orders.persons"].value == 100
    say(store, "disaster.evacuation_order", {**order, "kind": "避難指示", "code": "a",
        "lifted": True}, issued=NOON + HOUR)  # fmt: skip
    found = figures(report(store, at=NOON + HOUR))
    assert found["orders.避難指示"].value == 0, "lifted is none in force, not unknown"


def test_the_next_report_tells_the_difference_from_what_the_last_one_said(store: Store) -> None:
    say(store, "disaster.report", damage(2))
    first = report(store)
    assert (first.previous, change_of(figures(first)["human.dead"])) == (None, "－")
    issue(store, first)
    # What becomes known later of the earlier moment changes nothing of what was said then.
    say(store, "disaster.report", damage(9), issued=NOON - HOUR, series="late")
    say(store, "disaster.report", damage(5, 全壊=1), issued=NOON + HOUR)
    second = report(store, 2, NOON + HOUR)
    found = figures(second)
    assert second.previous == 1
    assert change_of(found["human.dead"]) == "＋3"
    assert change_of(found["buildings.destroyed"]) == "新規"
    assert change_of(found["human.missing"]) == "－"
    issue(store, second)
    say(store, "disaster.report", damage(4), issued=NOON + 2 * HOUR)
    third = figures(report(store, 3, NOON + 2 * HOUR))
    assert change_of(third["human.dead"]) == "▲1"
    assert change_of(third["buildings.destroyed"]) == "報告なしに"


def test_a_number_is_issued_once_unless_it_is_corrected(store: Store) -> None:
    say(store, "disaster.report", damage(2))
    issue(store, report(store))
    issue(store, report(store))
    reader = numbers.circle(store)
    (one,) = numbers.issued(store, reader, Mode.EXERCISE)
    assert (one.body.number, one.body.audience) == (1, "public")
    with pytest.raises(NoroshiError, match="第1報 was issued"):
        issue(store, report(store, 1, NOON + HOUR))
    issue(store, report(store, 1, NOON + HOUR), correct=True)
    (again,) = numbers.issued(store, reader, Mode.EXERCISE)
    assert again.body.at == "2031-07-02T13:00:00+09:00"
    assert len(store.history(numbers.KIND, "1", OPERATOR, LATE, Mode.EXERCISE)) == 2
    assert numbers.issued(store, reader, Mode.ACTUAL) == []


def test_reports_for_different_circles_are_numbered_apart_and_say_what_each_may_see(
    store: Store,
) -> None:
    say(store, "disaster.report", damage(2), source="open")
    say(store, "infrastructure.outage", {"service": "power", "status": "out", "code": "F1",
        "customers_out": 777, **TOWN}, source="secret-utility", label=RESPONDERS)  # fmt: skip
    public, inside = report(store), report(store, label=OWN)
    assert figures(public)["power.customers"].value is None
    assert figures(inside)["power.customers"].value == 777
    for name, data in write(public, ["html", "txt", "xlsx"]).items():
        text = b"".join(_members(data)) if name.endswith("xlsx") else data
        assert b"777" not in text, name
        assert b"secret-utility" not in text, name
    issue(store, inside, OWN)
    assert numbers.issued(store, numbers.circle(store), Mode.EXERCISE) == []
    assert report(store, 2).previous is None
    assert report(store, 2, label=OWN).previous == 1


def test_who_sees_more_than_the_circle_is_told_no_differences(store: Store) -> None:
    say(store, "disaster.report", damage(2))
    issue(store, report(store))
    found = compose(store, OPERATOR, Mode.EXERCISE, NOON + HOUR, LATE, 2)
    assert found.previous is None
    assert "前報との差は示さない" in found.remarks[0]


def _members(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(one) for one in archive.namelist()]


@pytest.fixture
def full(store: Store) -> Store:
    ring = (
        "0103000000010000000500000000000000008061400000000000003b4000000000002061400000000000003b"
    )
    ring += "4000000000002061400000000000803b4000000000008061400000000000803b4000000000008061400000"
    ring += "000000003b40"
    store.put_places(
        [Place("city:5220100", "霞浜<市>", "municipality", geometry=bytes.fromhex(ring))]
    )
    say(store, "disaster.report", damage(2, 全壊=3, 孤立者数=1), source="52201-office")
    say(store, "disaster.report", damage(4), source="52-pref", series="pref")
    say(store, "disaster.shelter", {"name": "霞浜小学校", "code": "E1", "status": "open",
        "headcount": 80, "capacity": 50, **TOWN}, at=(138, 27.2))  # fmt: skip
    say(store, "disaster.evacuation_order", {"municipality": "霞浜市", "kind": "避難指示",
        "hazard": "津波", "persons": 100, "code": "a"})  # fmt: skip
    say(store, "disaster.road", {"status": "closed", "name": "国道951号", "category": "一般国道",
        "code": "R1", **TOWN}, at=(138.1, 27.3))  # fmt: skip
    say(store, "health.hospital_status", {"name": "霞浜病院", "code": "H1", "status": "stopped",
        "power": "short", "power_left": 3600.0, "observed": "2031-07-02T11:00:00+09:00",
        **TOWN})  # fmt: skip
    return store


def test_the_same_moment_and_number_give_the_same_bytes_in_every_form(full: Store) -> None:
    pytest.importorskip("typst")
    reader = numbers.circle(full)
    first = make(full, reader, Mode.EXERCISE, NOON, LATE, 1, FORMS)
    issue(full, report(full))
    say(full, "disaster.report", damage(9), issued=NOON + HOUR)  # known later, not true yet
    again = make(full, reader, Mode.EXERCISE, NOON, LATE, 1, FORMS)
    assert sorted(first) == [f"EXERCISE-report-001.{one}" for one in sorted(FORMS)]
    for name, data in first.items():
        assert again[name] == data, name
    for name in ("EXERCISE-report-001.pptx", "EXERCISE-report-001.xlsx"):
        with zipfile.ZipFile(io.BytesIO(first[name])) as archive:
            stamps = {one.date_time for one in archive.infolist()}
        assert len(stamps) == 1, "the clock is in the file"
    assert b"/CreationDate" in first["EXERCISE-report-001.pdf"]


def test_an_exercise_says_so_on_every_sheet_slide_and_page(full: Store) -> None:
    made = write(report(full), ["xlsx", "html", "txt"])
    book = openpyxl.load_workbook(io.BytesIO(made["EXERCISE-report-001.xlsx"]))
    assert len(book.sheetnames) > 4
    for sheet in book:
        assert sheet.title.startswith("訓練_")
        assert "これは訓練です" in str(sheet["A1"].value)
        assert "訓練" in sheet.oddHeader.left.text
    page = made["EXERCISE-report-001.html"].decode()
    sections = page.split("<section ")[1:]
    assert all("訓練" in one or 'id="sources"' in one for one in sections)
    assert '@top-center { content: "訓練 EXERCISE' in page
    real = write(report(full, mode=Mode.ACTUAL), ["html", "txt"])
    assert all("訓練".encode() not in one for one in real.values())


def test_slides_say_it_too_and_carry_maps(full: Store) -> None:
    pptx = pytest.importorskip("pptx")
    pytest.importorskip("typst")
    (data,) = write(report(full), ["pptx"]).values()
    deck = pptx.Presentation(io.BytesIO(data))
    for slide in deck.slides:
        text = "".join(one.text_frame.text for one in slide.shapes if one.has_text_frame)
        assert "これは訓練です" in text
    assert sum(one.shape_type == 13 for slide in deck.slides for one in slide.shapes) == 2


def test_numbers_are_numbers_in_the_workbook_and_nothing_is_run(full: Store) -> None:
    say(full, "cyber.incident", {"title": "=cmd()", "status": "ongoing", **TOWN})
    (data,) = write(report(full), ["xlsx"]).values()
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = {row[1].value: row[2] for row in book["訓練_概要"].iter_rows(min_row=6)}
    assert rows["死者 Dead"].value == 2
    assert rows["行方不明者 Missing"].value == "－"
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(one.data_type != "f" for one in cells)
    assert any(one.value == "=cmd()" for one in cells)


def test_the_form_shows_who_says_what_where_they_differ(full: Store) -> None:
    section = next(one for one in report(full).sections if one.code == "form4")
    table = next(one for one in section.tables if "異なる" in one.title)
    (row,) = table.rows
    assert row[:4] == ["霞浜市", "死者", 2, "市町村の最新"]
    assert "52201-office 2" in str(row[4])
    assert "52-pref 4" in str(row[4])


def test_maps_are_drawings_in_which_names_are_only_names(full: Store) -> None:
    drawn = report(full).maps
    assert [one.title for one in drawn] == ["避難情報と開設避難所", "通行止め・孤立・停電"]
    for one in drawn:
        root = etree.fromstring(one.svg.encode())
        assert "訓練 EXERCISE" in "".join(root.itertext())
        assert "霞浜<市>" in "".join(root.itertext())
        assert float(root.get("width", "0")) == one.width


def test_an_unknown_form_is_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="docx"):
        write(report(store), ["docx"])


def test_the_verb_issues_lists_and_makes_again(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    say(store, "disaster.report", damage(2))
    store.close()

    def run(*words: str) -> str:
        done = CliRunner().invoke(noroshi, ["--home", str(tmp_path), "report", *words],
                                  catch_exceptions=False)  # fmt: skip
        assert done.exit_code == 0, done.output
        return done.output

    common = ("--mode", "exercise", "--event", "演習", "--format", "txt,html")
    out = tmp_path / "out"
    run(*common, "--draft", "--at", "2031-07-02T12:00", "--out", str(out))
    assert "no report was issued" in run("list", "--mode", "exercise")
    run(*common, "--at", "2031-07-02T12:00", "--out", str(out))
    first = (out / "EXERCISE-report-001.html").read_bytes()
    run(*common, "--at", "2031-07-02T13:00", "--out", str(out))
    assert (out / "EXERCISE-report-002.txt").read_bytes().count("前報：第1報".encode()) == 1
    (out / "EXERCISE-report-001.html").unlink()
    run(*common, "--number", "1", "--out", str(out))
    assert (out / "EXERCISE-report-001.html").read_bytes() == first
    assert len(run("list", "--mode", "exercise").strip().splitlines()) == 3
