"""Excel workbooks: read back with another library, cell by cell."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from noroshi.channels import tables
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR
from noroshi.core.place import point
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import HOUR, now, parse
from noroshi.kinds import encode
from noroshi.kinds.shelter import Shelter
from noroshi.store import Query, open_store

SHELTER = "disaster.shelter"
AT = parse("2024-01-13T06:00:00+09:00")
#: What spreadsheets take for a formula, a link or a number (OWASP: CSV injection).
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1",
             '=HYPERLINK("http://x","y")', "http://example.jp/", "mailto:a@example.jp",
             "0123", "1e9", "{=1}", "TRUE"]  # fmt: skip


def versions(folder: Path, *bodies: msgspec.Struct, mode: Mode = Mode.ACTUAL) -> list[Version]:
    store = open_store(folder)
    records = [
        Record(SHELTER, f"K{number:03}", encode(body), point(136.97, 37.04), "city:1720200",
               valid_from=AT - HOUR)
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    store.publish([Edition("s", AT - HOUR, records, mode=mode, effective=AT - HOUR)],
                  source="七尾市", label=0)  # fmt: skip
    query = Query(OPERATOR, AT, now(), SHELTER, mode)
    found = sorted(store.picture(query), key=lambda one: one.key)
    store.close()
    return found


def book(found: list[Version], language: str = "ja", mode: Mode = Mode.ACTUAL) -> tuple[Any, bytes]:
    out = io.BytesIO()
    tables.write_xlsx(found, SHELTER, language, out, at=AT, as_of=AT + HOUR, mode=mode)
    data = out.getvalue()
    return openpyxl.load_workbook(io.BytesIO(data)), data


def table(sheet: Any) -> list[dict[str, Any]]:
    heads = [cell.value for cell in sheet[3]]
    return [dict(zip(heads, [cell.value for cell in row], strict=True))
            for row in sheet.iter_rows(min_row=4)]  # fmt: skip


def test_a_row_is_a_record_with_real_dates_and_numbers(tmp_path: Path) -> None:
    found = versions(tmp_path, Shelter(name="山王小学校", status="open", headcount=180))
    workbook, _ = book(found)
    sheet = workbook.worksheets[0]
    (row,) = table(sheet)
    assert row["識別子"] == "K000"
    assert row["施設名称"] == "山王小学校"
    assert row["避難者数"] == 180
    assert isinstance(row["避難者数"], int)
    assert row["有効開始 (JST)"] == datetime(2024, 1, 13, 5, 0)
    assert row["有効終了 (JST)"] is None
    assert (row["経度"], row["緯度"]) == (136.97, 37.04)
    assert row["情報源"] == "七尾市"
    assert row["版番号"] == found[0].id
    assert sheet.freeze_panes == "B4"
    assert sheet.auto_filter.ref.startswith("A3:")


def test_the_first_line_says_of_what_and_when(tmp_path: Path) -> None:
    found = versions(tmp_path, Shelter(name="A"))
    first = book(found)[0].worksheets[0]["A1"].value
    for one in ("避難所", SHELTER, "2024-01-13T06:00:00+09:00", "2024-01-13T07:00:00+09:00"):
        assert one in first
    assert "訓練" not in first


@pytest.mark.parametrize(("mode", "word"), [(Mode.EXERCISE, "訓練"), (Mode.TEST, "試験")])
def test_a_drill_says_so_in_the_sheet_name_and_the_first_line(
    tmp_path: Path, mode: Mode, word: str
) -> None:
    found = versions(tmp_path, Shelter(name="A"), mode=mode)
    for language in ("ja", "en"):
        sheet = book(found, language, mode)[0].worksheets[0]
        assert word in sheet.title
        assert sheet["A1"].value.startswith(f"【{word}")
        assert sheet["A1"].fill.fgColor.rgb.endswith("B40068")


def test_nothing_that_a_sender_writes_is_run_or_linked(tmp_path: Path) -> None:
    found = versions(tmp_path, *(Shelter(name=one, address=one) for one in DANGEROUS))
    workbook, data = book(found)
    names = [row["施設名称"] for row in table(workbook.worksheets[0])]
    assert names == DANGEROUS
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            content = packed.read(name)
            assert b"<f>" not in content, name
            assert b"<hyperlink" not in content, name
            assert b"http://example.jp" not in content or "sheet" in name or "Strings" in name
    for row in workbook.worksheets[0].iter_rows(min_row=4, max_col=30):
        for cell in row:
            assert cell.data_type != "f"
            assert cell.hyperlink is None


def test_what_xml_cannot_hold_does_not_break_the_file(tmp_path: Path) -> None:
    found = versions(tmp_path, Shelter(name="a\x00b\x0bc\ufffe", remarks="長" * 40_000))
    (row,) = table(book(found)[0].worksheets[0])
    assert row["施設名称"] == "a b c "
    assert row["備考"] == "長" * 32_767


def test_nested_fields_are_json_and_truth_is_truth(tmp_path: Path) -> None:
    found = versions(tmp_path, Shelter(name="A", hazards=["洪水", "津波"], extra={"x": True}))
    (row,) = table(book(found)[0].worksheets[0])
    assert msgspec.json.decode(row["対象災害"]) == ["洪水", "津波"]
    assert msgspec.json.decode(row["その他の項目"]) == {"x": True}


def test_english_headings_are_the_names_of_the_fields(tmp_path: Path) -> None:
    found = versions(tmp_path, Shelter(name="A", headcount=0))
    (row,) = table(book(found, "en")[0].worksheets[0])
    assert (row["key"], row["name"], row["headcount"]) == ("K000", "A", 0)
    assert row["valid from (JST)"] == datetime(2024, 1, 13, 5, 0)


def test_no_rows_is_still_a_workbook() -> None:
    workbook, _ = book([])
    assert table(workbook.worksheets[0]) in ([], [dict.fromkeys(
        [cell.value for cell in workbook.worksheets[0][3]])])  # fmt: skip


def test_more_rows_than_a_sheet_holds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SHEET_ROWS", 5)
    found = versions(tmp_path, *(Shelter(name=str(one)) for one in range(4)))
    with pytest.raises(NoroshiError, match="rows do not fit"):
        book(found)
    assert len(table(book(found[:3])[0].worksheets[0])) == 3
