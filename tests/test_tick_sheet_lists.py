"""Tick sheets whose rows are patients: counted, kept inside, never one row for all of them."""

from __future__ import annotations

from typing import Any

import pytest

from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.time import parse
from noroshi.formats import Hints, Reading
from noroshi.formats.emt_mds.items import heading_of
from noroshi.kinds import decode

HINTS = Hints(received=parse("2031-07-03T10:00:00+09:00"), source="here")
FORMAT = formats.get("emt_mds")
HEAD = "日付,避難所名,チーム,{},急性呼吸器感染症,急性水様性下痢,皮膚疾患,麻疹疑い,主訴\n"
ROWS = "".join(f"2031/7/2,第一小学校,甲,P{at},,,,1,頭痛 山田\n" for at in range(5))


def read(text: str) -> tuple[list[Any], Reading]:
    reading = formats.read(text.encode(), HINTS, FORMAT)
    records = reading.editions[0].records
    return [decode(one.kind, one.body) for one in records], reading


@pytest.mark.parametrize("heading", [
    "患者ID", "患者_ID", "氏名", "氏名（カナ）", "患者氏名", "カルテ番号", "カルテNo.", "生年月日",
    "症例番号", "Patient ID", "patient_name", "MRN", "DOB", "Date of birth",
])  # fmt: skip
def test_a_list_of_patients_without_ages_is_counted_and_stays_inside(heading: str) -> None:
    [day], reading = read(HEAD.format(heading) + ROWS)
    assert (day.seen, day.measles, day.rash, day.extra) == (5, 5, 0, {})
    assert reading.floor == OWN
    assert "山田" not in str(reading)


@pytest.mark.parametrize("heading", ["担当者氏名", "患者数", "Facility name", "記入者", "ID"])
def test_other_names_make_no_list_of_patients(heading: str) -> None:
    assert heading_of(heading).meta != "patient"


def test_days_of_a_list_are_one_day_however_they_are_written() -> None:
    rows = ROWS.replace("2031/7/2", "令和13年7月2日", 2)
    [day], _ = read(HEAD.format("患者ID") + rows)
    assert day.measles == 5


def test_a_name_beside_the_number_seen_leaves_the_counts_and_is_not_kept() -> None:
    head = HEAD.format("氏名,診療者数")
    [day], reading = read(head + "2031/7/2,第一小学校,甲,山田,12,3,,,0,山田\n")
    assert (day.seen, day.fever_respiratory, day.extra) == (12, 3, {})
    assert reading.floor == OWN
    assert "山田" not in str(reading)


def test_several_rows_of_one_day_place_and_team_are_refused_and_told() -> None:
    head = HEAD.format("診療者数")
    other = "2031/7/1,第一小学校,甲,9,1,,,0,\n"
    assert read(head + other)[1].floor == PUBLIC
    rows = "2031/7/2,第一小学校,甲,1,,,,1,山田\n2031-07-02,第一小学校,甲,1,,,,1,\n"
    [day], reading = read(head + other + rows)
    assert day.date == "2031-07-01"
    [fault] = reading.faults
    assert (fault.severity, fault.where) == ("error", "line 3, line 4")
    assert "2 rows of one day, place and team" in fault.what
    assert reading.floor == OWN
    with pytest.raises(UnreadableMessage, match="2 rows of one day"):
        read(head + rows.splitlines(keepends=True)[0] * 2)


def test_a_form_with_patients_as_columns_is_counted_whatever_they_are_called() -> None:
    text = (
        "チーム,甲\n日付,2031-07-02\n避難所名,第一小学校\n項目,山田,鈴木\n年齢,34,2\n主訴,頭痛,咳\n"
    )
    text += "発熱,✓,\n急性呼吸器感染症,✓,レ\n創傷,,\n高血圧状態,,\n治療中断,,\n"
    [day], reading = read(text)
    assert (day.seen, day.fever, day.fever_respiratory, day.children) == (2, 1, 2, 1)
    assert (day.name, reading.floor) == ("第一小学校", OWN)
    assert all(one not in str(reading) for one in ("山田", "鈴木", "頭痛"))


def test_two_columns_of_one_day_are_refused_and_told() -> None:
    text = "チーム,甲\n避難所名,第一小学校\n項目,2031/7/1,2031/7/2,2031/7/2\n"
    for item in ("発熱", "急性呼吸器感染症", "創傷", "高血圧状態", "治療中断"):
        text += f"{item},1,2,3\n"
    [day], reading = read(text)
    assert (day.date, day.fever) == ("2031-07-01", 1)
    assert [one.severity for one in reading.faults] == ["error"]
