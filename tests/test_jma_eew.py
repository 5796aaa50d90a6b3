"""JMA earthquake early warnings: our records against the XML itself."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from data import needs_data
from noroshi import formats
from noroshi.core.time import MINUTE, parse
from noroshi.formats import Hints
from noroshi.kinds import decode
from seismology import (
    HEAD,
    S,
    bodies,
    cancelled,
    check_source,
    files,
    picture,
    read,
    real,
    records,
    said,
    sample,
    tree,
    typed,
)


@needs_data("jma_xml")
@pytest.mark.parametrize("type", ["VXSE43", "VXSE44", "VXSE45"])
def test_every_forecast_area_of_an_early_warning(type: str) -> None:
    checked = 0
    for path in files(type):
        root = tree(path)
        editions = typed(read(path))
        assert len(editions) == 1
        if cancelled(root):
            continue
        found = bodies(editions, "disaster.eew_area")
        expected = {}
        for area in root.iter(S + "Area"):
            if area.find(S + "Category") is not None:
                expected[said(area, "Code")] = (
                    said(area, "Name"),
                    said(area, "Category/Kind/Name"), said(area, "Category/Kind/Code"),
                    said(area, "ForecastInt/From"), said(area, "ForecastInt/To"),
                    said(area, "ForecastLgInt/From"), said(area, "ForecastLgInt/To"),
                    said(area, "ArrivalTime") or None, said(area, "Condition"),
                )  # fmt: skip
        assert expected == {
            one.code: (
                one.name, one.kind, one.kind_code, one.intensity_from, one.intensity_to,
                one.long_period_from, one.long_period_to, one.arrival, one.condition,
            )
            for one in found.values()
        }  # fmt: skip
        (whole,) = records(editions, "disaster.eew")
        element = root.find(f".//{S}Earthquake")
        forecast = root.find(f".//{S}Forecast")
        assert element is not None
        assert forecast is not None
        body = decode(whole.kind, whole.body)
        check_source(whole, body, element)
        assert body.intensity_to == said(forecast, "ForecastInt/To")
        assert body.serial == editions[0].serial
        issued, ends = editions[0].issued, [editions[0].issued]
        for record in records(editions, "disaster.eew_area"):
            arrival = found[record.key].arrival
            ends.append(max(issued, parse(arrival) if arrival else issued))
            assert record.valid_to == ends[-1] + 3 * MINUTE
        assert whole.valid_to == max(ends) + 3 * MINUTE
        checked += len(expected)
    assert checked == {"VXSE43": 37, "VXSE44": 885, "VXSE45": 1021}[type]


@needs_data("jma_xml")
@pytest.mark.parametrize("seed", range(5))
def test_the_burst_of_66_ends_with_nothing_in_force_in_any_order(tmp_path: Path, seed: int) -> None:
    telegrams = [path.read_bytes() for path in files("VXSE44", "VXSE45")]
    assert len(telegrams) == 66
    if seed:
        random.Random(seed).shuffle(telegrams)
    else:
        telegrams.reverse()
    assert picture(tmp_path, telegrams, "2024-04-17T23:17:00+09:00") == {}
    before = picture(tmp_path, [], "2024-04-17T23:16:59.999999+09:00")
    final = {"緊急地震速報（予報）": "36_01_32_240613_VXSE44.xml",
             "緊急地震速報（地震動予報）": "77_01_32_240613_VXSE45.xml"}  # fmt: skip
    expected = {}
    for name in final.values():
        for one in typed(sample(name))[0].records:
            expected[one.kind, one.key] = msgspec.json.decode(one.body)
    assert before == expected


@needs_data("jma_xml")
def test_several_reports_of_one_second_stand_in_the_order_of_their_serials(tmp_path: Path) -> None:
    names = [f"36_01_0{serial}_240613_VXSE44.xml" for serial in (5, 3, 4)]
    shown = picture(tmp_path, real(*names), "2024-04-17T23:14:59+09:00", "disaster.eew")
    assert [one["serial"] for one in shown.values()] == [5]


@needs_data("jma_xml")
def test_an_early_warning_without_cancellation_runs_out_by_itself(tmp_path: Path) -> None:
    telegrams = real("36_01_10_240613_VXSE44.xml")
    assert len(picture(tmp_path, telegrams, "2024-04-17T23:16:00+09:00")) == 32
    assert picture(tmp_path, [], "2024-04-17T23:19:00+09:00") == {}


@needs_data("jma_xml")
def test_a_cancelled_forecast_leaves_the_warning_of_the_same_earthquake(tmp_path: Path) -> None:
    telegrams = real("37_01_02_240613_VXSE43.xml", "36_01_33_240613_VXSE44.xml")
    at = "2024-04-17T23:17:00.5+09:00"
    shown = picture(tmp_path / "one", telegrams, at, "disaster.eew")
    assert [one["product"] for one in shown.values()] == ["緊急地震速報（警報）"]
    both = [*telegrams, *real("37_01_03_240613_VXSE43.xml")]
    assert picture(tmp_path / "both", both, at, "disaster.eew") == {}


def test_a_test_of_the_line_announces_no_earthquake() -> None:
    line = HEAD.format(
        title="緊急地震速報配信テスト", kind="緊急地震速報", reported="2009-08-11T05:00:00+09:00",
        event="20090811050000", body="<Text>緊急地震速報のテスト電文です。</Text>",
    ).encode()  # fmt: skip
    editions = formats.read(line, Hints()).editions
    assert typed(editions) == []
    assert len(editions) == 1
