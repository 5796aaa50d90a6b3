"""Weekly reports of infectious diseases, as published and as we make them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import DATA, cases, needs_data
from noroshi.core import weeks
from noroshi.core.errors import NoroshiError, UnreadableMessage
from noroshi.core.prefectures import CODES
from noroshi.core.record import Mode
from noroshi.core.time import parse
from noroshi.formats import Hints, Reading, read, recognise, validate
from noroshi.kinds import decode
from noroshi.kinds.diseases import code_of, diseases, named
from noroshi.kinds.notifications import Notifications, Trend
from weekly_tables import weekly_table

HINTS = Hints(name="week.csv", received=parse("2031-02-19T09:00"))


def table(
    diseases: dict[str, tuple[object, object]] | None = None,
    *,
    sentinel: bool = False,
    change: tuple[str, str] = ("", ""),
) -> bytes:
    """A table in which every prefecture has the same two values of each disease."""
    values = {
        name: {code: each if code else tuple(47 * one if isinstance(one, int) else one
                                             for one in each)
               for code in ("", *CODES.values())}
        for name, each in (diseases or {"麻しん": (1, 5), "梅毒": (2, 40)}).items()
    }  # fmt: skip
    text = weekly_table("2031-W07", values, sentinel=sentinel).decode()
    return text.replace(*change, 1).encode() if change[0] else text.encode()


def bodies(reading: Reading) -> dict[str, Notifications]:
    return {
        record.key: decode(record.kind, record.body)
        for edition in reading.editions
        for record in edition.records
    }


def test_a_table_gives_a_record_for_each_disease_issued_on_the_day_it_was_made() -> None:
    reading = read(table(), HINTS)
    assert not reading.faults
    assert {one.series for one in reading.editions} == {
        "idwr/all_case/measles", "idwr/all_case/syphilis",
    }  # fmt: skip
    assert {one.issued for one in reading.editions} == {parse("2031-02-19")}
    measles = bodies(reading)["measles"]
    assert (measles.week, measles.published, measles.name) == ("2031-W07", "2031-02-19", "麻しん")
    assert (measles.count, measles.cumulative) == (47, 235)
    assert [one.code for one in measles.areas] == sorted(CODES.values())
    assert {(one.count, one.cumulative) for one in measles.areas} == {(1, 5)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-8"])
def test_every_encoding_says_the_same(encoding: str) -> None:
    other = table().decode().replace("\n", "\r\n").encode(encoding)
    assert recognise(other) is recognise(table())
    assert read(other, HINTS).editions == read(table(), HINTS).editions


def test_a_hyphen_is_none_and_three_dots_are_not_known() -> None:
    reading = read(table({"インフルエンザ": ("-", "-"), "水痘": ("…", "...")},
                         sentinel=True), HINTS)  # fmt: skip
    assert not reading.faults
    found = bodies(reading)
    assert (found["influenza"].system, found["influenza"].count) == ("sentinel", 0)
    assert found["influenza"].areas[0].per_sentinel == 0
    assert (found["varicella"].count, found["varicella"].areas[0].per_sentinel) == (None, None)


def test_a_renamed_disease_stays_the_same_series() -> None:
    assert code_of("サル痘") == code_of("エムポックス") == "mpox"
    assert code_of("RSウイルス") == code_of("ＲＳウイルス感染症")
    assert code_of("新しい病") == "新しい病"
    assert len({code_of(one.ja) for one in diseases().values()}) == len(diseases())
    assert all(one.en and named(code) is one for code, one in diseases().items())


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (table(change=("報告,累積", "報告,性別")), "row 4, column 2", "報告・性別"),
        (table(change=("2031年07週", "集計中")), "row 2", "no week"),
        (table(change=("年07週", "年60週")), "row 2", ""),
        (table(change=("02月19日作成", "01月19日作成")), "row 2", "before its week"),
        (table(change=("梅毒", "麻疹、麻しん")), "", ""),
        (table(change=("梅毒", "麻しん")), "row 3, column 4", "twice"),
        (table(change=("総数", "青森県")), "row 7", "twice"),
        (table(change=("総数", "計")), "first column", "総数"),
    ],
)
def test_a_layout_that_is_not_known_is_refused_with_the_place(
    data: bytes, where: str, what: str
) -> None:
    if not where:
        assert "麻疹、麻しん" in bodies(read(data, HINTS))  # an unknown disease is kept
        return
    assert recognise(data) is not None
    with pytest.raises(UnreadableMessage) as error:
        read(data, HINTS)
    assert error.value.where == where
    assert what in error.value.what


def test_a_cell_that_is_no_count_is_told_and_costs_nothing_else() -> None:
    reading = read(table(change=("青森県,1,5", "青森県,約１,5")), HINTS)
    assert [(one.where, one.severity) for one in reading.faults] == [("row 7, column 2", "error")]
    measles = bodies(reading)["measles"]
    assert (measles.areas[1].count, measles.areas[1].cumulative) == (None, 5)
    assert measles.areas[2].count == 1


def test_a_total_that_is_not_the_sum_is_a_warning_and_both_are_kept() -> None:
    reading = read(table(change=("総数,47", "総数,48")), HINTS)
    assert [one.severity for one in reading.faults] == ["warning"]
    assert "48" in reading.faults[0].what
    assert bodies(reading)["measles"].count == 48


def test_a_missing_prefecture_is_told() -> None:
    (fault,) = read(table(change=("沖縄県,1,5,2,40\n", "")), HINTS).faults
    assert "沖縄県" in fault.what


def test_a_trend_has_no_gap_and_says_what_was_not_observed() -> None:
    data = "week,インフルエンザ,RSウイルス\n2031-W01,2.5,\n2031-W03,-,0.4\n".encode()
    reading = read(data, HINTS)
    (influenza, rsv) = (decode(e.records[0].kind, e.records[0].body) for e in reading.editions)
    assert isinstance(influenza, Trend)
    assert {one.issued for one in reading.editions} == {weeks.ends("2031-W03")}, "old, not new"
    assert {one.serial for one in reading.editions} == {HINTS.received // 1_000_000}
    assert (influenza.first, influenza.per_sentinel) == ("2031-W01", [2.5, None, 0])
    assert (rsv.disease, rsv.per_sentinel) == ("rsv", [None, None, 0.4])


def test_a_title_that_says_exercise_is_one() -> None:
    said = read(table(change=("累積報告数、", "累積報告数、【訓練】")), HINTS)
    assert {one.mode for one in said.editions} == {Mode.EXERCISE}
    assert {one.mode for one in read(table(), HINTS).editions} == {Mode.ACTUAL}


def test_the_last_week_of_all_is_refused() -> None:
    with pytest.raises(UnreadableMessage):
        read(table(change=("2031年07週", "9999年52週")), HINTS)


@settings(max_examples=cases(40), deadline=None)
@given(st.binary(max_size=300), st.integers(0, 4000), st.integers(0, 60))
def test_spoilt_bytes_are_refused_or_told_and_never_crash(
    junk: bytes, place: int, gone: int
) -> None:
    data = table()
    spoilt = data[:place] + junk + data[place + gone :]
    with contextlib.suppress(NoroshiError):
        read(spoilt, HINTS, recognise(data))
    validate(spoilt, HINTS, "idwr")


@given(st.integers(0, 100_000))
def test_weeks_and_their_numbers_are_the_same_thing(number: int) -> None:
    week = weeks.numbered(number)
    assert weeks.number(week) == number
    assert weeks.ends(week) == weeks.begins(weeks.numbered(number + 1))
    assert weeks.of_day(weeks.monday(week)) == week


# --- what was really published ------------------------------------------------------------------


def published() -> Iterator[Path]:
    yield from sorted((DATA / "health/idwr").glob("*.csv"))


@needs_data("health/idwr")
def test_every_weekly_file_and_the_trend_are_read_and_the_totals_agree() -> None:
    cells = all_case = 0
    files = list(published())
    assert len(files) == 179
    for path in files:
        content = path.read_bytes()
        form = recognise(content)
        assert form is not None
        assert form.name == "idwr"
        reading = read(content, Hints(name=path.name, received=1), form)
        # A total that is not the sum of its prefectures would be a warning here.
        assert reading.faults == [], path.name
        cells += sum(len(one.areas) for one in bodies(reading).values() if "trend" not in path.name)
        if "zensu" in path.name:
            found = bodies(reading).values()
            assert len(found) == 87
            all_case += sum(len(one.areas) for one in found)
            assert {one.week for one in found} == {f"{path.name[:4]}-W{path.name[5:7]}"}
    assert all_case == 89 * 87 * 47
    assert cells == all_case + (3 * 18 + 86 * 19) * 47
