"""Units of wastewater: a thousandfold and a logarithm are read, what is unclear is left out."""

from __future__ import annotations

import pytest

from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.formats import Hints, recognise
from noroshi.formats.wastewater.columns import column_of
from noroshi.formats.wastewater.reader import measured
from noroshi.kinds import decode


@pytest.mark.parametrize(("heading", "factor", "log"), [
    ("濃度（コピー/L）", 1, False), ("濃度（×10^3コピー/L）", 1e3, False),
    ("濃度 (×10³ copies/L)", 1e3, False), ("濃度(10^3 copies/L)", 1e3, False),
    ("濃度（x10 3 コピー/L）", 1e3, False), ("濃度(×10４コピー/Ｌ)", 1e4, False),
    ("濃度(×1,000コピー/L)", 1e3, False), ("濃度(×100 copies/mL)", 1e5, False),
    ("濃度(千コピー/L)", 1e3, False), ("濃度(コピー/L ×10^3)", 1e3, False),
    ("濃度(コピー/L)×10⁴", 1e4, False), ("濃度(1E+03 copies/L)", 1e3, False),
    ("濃度(百万コピー/L)", 1e6, False), ("濃度(10⁻³ copies/mL)", 1, False),
    ("濃度(log コピー/L)", 1, True), ("濃度 (Log copies/L)", 1, True),
    ("濃度(log10 copies/mL)", 1e3, True), ("Log10(copies/L)", 1, True),
    ("濃度(log10(コピー/L))", 1, True), ("濃度(コピー/L)(log10)", 1, True),
    ("新型コロナウイルス（対数、コピー/L）", 1, True), ("concentration_copies_per_L", 1, False),
    ("log10_copies_per_L", 1, True), ("SARS-CoV-2 N1 (gc/100mL)", 10, False),
    ("新型コロナウイルス（×10^3コピー/L）", 1e3, False), ("万代処理場(遺伝子コピー数/L)", 1, False),
    ("濃度(log変換 コピー/L)", 1, True), ("インフルエンザ（A/H1N1）", 1, False),
    ("検出下限値(千コピー/L)", 1e3, False),
])  # fmt: skip
def test_powers_of_ten_and_logarithms_are_read(heading: str, factor: float, log: bool) -> None:
    column = column_of(heading)
    assert column.field in ("concentration", "detection_limit")
    assert (column.unread, column.log) == ("", log)
    assert column.factor == pytest.approx(factor)


@pytest.mark.parametrize("heading", [
    "濃度(ln コピー/L)", "濃度(平方根 copies/L)", "濃度(log2 copies/L)", "ln(copies/L)",
    "濃度(×3コピー/L)", "濃度(コピー/L/人)", "濃度(10^3 千コピー/L)", "新型コロナ(PFU/mL)",
    "新型コロナ(Ct値)", "濃度(自然対数 コピー/L)",
])  # fmt: skip
def test_a_column_of_an_unclear_unit_is_left_out_and_named(heading: str) -> None:
    assert column_of(heading).unread
    text = f"採水日,処理場名,対象,濃度(千コピー/L),{heading}\n2031/6/1,新川,新型コロナ,1.2,3\n"
    reading = formats.read(text.encode(), Hints(source="here"), formats.get("wastewater"))
    [record] = reading.editions[0].records
    body = decode(record.kind, record.body)
    assert (body.concentration, body.extra) == (1200, {heading: "3"})
    assert [(one.severity, one.where) for one in reading.faults] == [("error", heading)]


def test_a_table_of_unclear_units_alone_is_refused_with_the_reason() -> None:
    text = "採水日,処理場名,対象,濃度(ln コピー/L)\n2031/6/1,新川,新型コロナ,1.2\n".encode()
    assert recognise(text) is formats.get("wastewater")
    with pytest.raises(UnreadableMessage, match="the column is left out: 'ln'"):
        formats.read(text, Hints(source="here"))


@pytest.mark.parametrize("cell", ["<=100", "＜＝100", "<100", "≦100", "100以下"])
def test_at_most_a_limit_is_below_it(cell: str) -> None:
    said = measured(cell, column_of("濃度(コピー/L)"))
    assert (said.detected, said.limit) == (False, 100)
