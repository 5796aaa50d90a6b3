"""JMA tsunami telegrams: our records against the XML itself."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from data import jma_files, needs_data
from noroshi.core.record import Mode
from noroshi.core.time import SECOND, parse
from noroshi.kinds import decode
from seismology import (
    S,
    bodies,
    check_source,
    files,
    picture,
    read,
    real,
    records,
    said,
    same_waves,
    sample,
    sent_at,
    tree,
)


@needs_data("jma_xml")
def test_every_coast_of_every_tsunami_warning() -> None:
    kinds: Counter[str] = Counter()
    for path in files("VTSE41"):
        items = tree(path).findall(f".//{S}Forecast/{S}Item")
        found = bodies(read(path), "disaster.tsunami_warning")
        assert list(found) == [said(item, "Area/Code") for item in items]
        for item, record in zip(
            items, records(read(path), "disaster.tsunami_warning"), strict=True
        ):
            body = found[record.key]
            same_waves(body, item)
            assert body.name == said(item, "Area/Name")
            assert record.area == "jma.tsunami:" + said(item, "Area/Code")
            assert (body.kind, body.kind_code, body.last_kind, body.last_kind_code) == tuple(
                said(item, f"Category/{one}/{part}")
                for one in ("Kind", "LastKind") for part in ("Name", "Code")
            )  # fmt: skip
            assert body.lifted == (body.kind_code in ("50", "60"))
            kinds[body.kind_code] += 1
    assert sum(kinds.values()) == 292
    assert (kinds["62"], kinds["60"], kinds["53"]) == (54, 31, 30)


@needs_data("jma_xml")
def test_every_gauge_and_coast_in_tsunami_information() -> None:
    counts: Counter[str] = Counter()
    for path in files("VTSE51", "VTSE52"):
        root, offshore = tree(path), "VTSE52" in path.name
        seen = bodies(read(path), "disaster.tsunami_observation")
        stations = root.findall(f".//{S}Observation/{S}Item/{S}Station")
        assert list(seen) == [said(one, "Code") for one in stations]
        for one in stations:
            body = seen[said(one, "Code")]
            same_waves(body, one)
            assert (body.name, body.sensor) == (said(one, "Name"), said(one, "Sensor"))
            assert body.offshore is offshore
        expected = bodies(read(path), "disaster.tsunami_arrival")
        gauges = root.findall(f".//{S}Forecast/{S}Item/{S}Station")
        coasts = [
            one for one in root.findall(f".//{S}Forecast/{S}Item")
            if one.find(S + "FirstHeight") is not None or one.find(S + "MaxHeight") is not None
        ]  # fmt: skip
        assert len(expected) == len(gauges) + len(coasts)
        for one in gauges:
            body = expected["station/" + said(one, "Code")]
            same_waves(body, one)
            assert body.high_tide == said(one, "HighTideDateTime")
        for one in coasts:
            same_waves(expected["area/" + said(one, "Area/Code")], one)
        estimates = bodies(read(path), "disaster.tsunami_estimate")
        estimated = root.findall(f".//{S}Estimation/{S}Item")
        assert len(estimates) == len(estimated)
        for one in estimated:
            same_waves(estimates[said(one, "Area/Code")], one)
        scheme = "jma.offshore_station:" if offshore else "jma.tsunami_station:"
        for record in records(read(path), "disaster.tsunami_observation"):
            assert record.area == scheme + record.key
        counts.update(seen=len(seen), gauges=len(gauges), coasts=len(coasts), est=len(estimates))
    assert counts == {"seen": 97, "gauges": 821, "coasts": 348, "est": 4}


@needs_data("jma_xml")
def test_every_earthquake_behind_a_tsunami_has_its_own_identity() -> None:
    for path in files("VTSE41", "VTSE51", "VTSE52"):
        elements = tree(path).findall(f".//{S}Earthquake")
        found = records(read(path), "disaster.tsunami_source")
        assert len(found) == len(elements)
        for record, element in zip(found, elements, strict=True):
            check_source(record, decode(record.kind, record.body), element)
    both = bodies(sample("38-39_02_04_250206_VTSE41.xml"), "disaster.tsunami_source")
    assert {key: (one.origin, one.magnitude) for key, one in both.items()} == {
        "20151114055157": ("2015-11-14T05:51:00+09:00", 7.0),
        "20151114061750": ("2015-11-14T06:17:00+09:00", 5.1),
    }


@needs_data("jma_xml")
@pytest.mark.parametrize("seed", range(4))
def test_a_tsunami_that_two_earthquakes_share_ends_as_one_in_any_order(
    tmp_path: Path, seed: int
) -> None:
    names = [path.name for path in jma_files("38-39_02_0*")]
    assert len(names) == 5
    random.Random(seed).shuffle(names)
    telegrams = real(*names)
    kind = "disaster.tsunami_warning"
    during = picture(tmp_path, telegrams, "2015-11-14T06:30:00+09:00", kind)
    assert Counter(one["kind_code"] for one in during.values()) == {"62": 3, "71": 7}
    after = picture(tmp_path, [], "2015-11-14T07:30:00+09:00")
    assert {key: one["lifted"] for (k, key), one in after.items() if k == kind} == {
        "771": True, "772": True, "773": True
    }  # fmt: skip
    assert not any(k == "disaster.tsunami_arrival" for k, _ in after)
    gauge = after["disaster.tsunami_observation", "77203"]
    assert (gauge["name"], gauge["height"]) == ("中之島", 0.3)
    assert gauge["events"] == ["20151114055157", "20151114061750"]
    later = picture(tmp_path, [], "2015-11-15T07:30:00+09:00")
    assert {k for k, _ in later} == {"disaster.tsunami_source", "disaster.tsunami_observation"}


@needs_data("jma_xml")
def test_forecasts_alone_leave_the_observations_and_a_cancellation_ends_both(
    tmp_path: Path,
) -> None:
    kind = "disaster.tsunami_observation"
    observed, forecast = real("32-39_11_08_250206_VTSE51.xml", "32-39_11_03_250206_VTSE51.xml")
    later = forecast.replace(b"2011-03-11T14:50:00+09:00</ReportDateTime>",
                             b"2011-03-11T15:05:00+09:00</ReportDateTime>")  # fmt: skip
    assert later != forecast
    at = "2011-03-11T15:06:00+09:00"
    shown = picture(tmp_path, [observed, later], at, kind)
    assert len(shown) == len(records(sample("32-39_11_08_250206_VTSE51.xml"), kind)) > 0
    cancel = real("38-39_03_03_210805_VTSE51.xml")[0].replace(
        b"2021-08-05T12:56:00+09:00", at.encode()
    )
    rest = picture(tmp_path, [cancel], "2011-03-11T15:07:00+09:00")
    assert {k for k, _ in rest} == {"disaster.tsunami_source"}


@needs_data("jma_xml")
@pytest.mark.parametrize("second", range(5, 50, 9))
def test_tsunami_warnings_of_one_minute_stand_in_the_order_of_sending(
    tmp_path: Path, second: int
) -> None:
    (path,) = jma_files("20231009064018*VTSE41*")
    first = path.read_bytes()
    raised = first.replace(b"<Code>62</Code>", b"<Code>51</Code>")
    telegrams = [sent_at(raised, second + 1), sent_at(first, second)]
    kind = "disaster.tsunami_warning"
    shown = picture(tmp_path, telegrams, "2023-10-09T06:45:00+09:00", kind)
    assert [one["kind_code"] for one in shown.values()] == ["51", "51"]


@needs_data("jma_xml")
def test_lifting_every_warning_ends_the_expected_arrivals(tmp_path: Path) -> None:
    names = ["38-39_02_04_250206_VTSE41.xml", "38-39_02_02_250206_VTSE51.xml"]
    kind = "disaster.tsunami_arrival"
    before = picture(tmp_path, real(*names), "2015-11-14T07:19:59+09:00", kind)
    assert len(before) == len(records(sample(names[1]), kind)) > 0
    assert picture(tmp_path, [], "2015-11-14T07:20:00+09:00", kind) == {}


@needs_data("jma_xml")
def test_observations_are_of_the_time_they_were_made_not_of_the_telegram(tmp_path: Path) -> None:
    kind = "disaster.tsunami_observation"
    telegrams = real("32-39_11_08_250206_VTSE51.xml")
    shown = picture(tmp_path, telegrams, "2011-03-11T14:58:00+09:00", kind)
    assert len(shown) == len(records(sample("32-39_11_08_250206_VTSE51.xml"), kind)) > 0
    assert picture(tmp_path, [], "2011-03-11T14:57:59+09:00", kind) == {}


@needs_data("jma_xml")
def test_a_cancelled_tsunami_warning_leaves_no_coast_in_force(tmp_path: Path) -> None:
    (live,) = jma_files("20231009064018*VTSE41*")
    issued = live.read_bytes()
    at = b"2023-10-09T06:50:00+09:00"
    cancel = issued.replace("<InfoType>発表".encode(), "<InfoType>取消".encode()).replace(
        b"2023-10-09T06:40:00+09:00</ReportDateTime>", at + b"</ReportDateTime>"
    )
    assert len(picture(tmp_path / "issued", [issued], at.decode())) == 3
    for turn, order in enumerate(([issued, cancel], [cancel, issued])):
        assert picture(tmp_path / str(turn), order, at.decode()) == {}


@needs_data("jma_xml")
def test_a_remaining_forecast_ends_when_the_telegram_says(tmp_path: Path) -> None:
    telegrams = real("32-39_11_06_250206_VTSE41.xml", "32-39_11_13_250206_VTSE41.xml")
    kind = "disaster.tsunami_warning"
    end = parse("2011-03-14T18:00:00+09:00")
    last = records(sample("32-39_11_13_250206_VTSE41.xml"), kind)
    assert {one.valid_to for one in last} == {end}
    shown = picture(tmp_path, telegrams, "2011-03-14T17:59:59+09:00", kind)
    assert len(shown) == 66
    assert not any("警報" in one["kind"] for one in shown.values())
    assert picture(tmp_path, [], "2011-03-14T18:00:00+09:00", kind) == {}


@needs_data("jma_xml")
def test_a_drill_of_a_great_tsunami_never_shows_in_the_actual_picture(tmp_path: Path) -> None:
    telegrams = real("32-39_12_02_250206_VTSE41.xml")
    at = "2016-09-01T07:20:00+09:00"
    assert picture(tmp_path, telegrams, at) == {}
    kind = "disaster.tsunami_warning"
    drill = picture(tmp_path, [], at, kind, Mode.EXERCISE)
    assert Counter(one["kind"] for one in drill.values()) == {
        "大津波警報：発表": 29, "津波警報": 15, "津波注意報": 22
    }  # fmt: skip


@needs_data("jma_xml")
def test_the_live_tsunami_of_october_2023_grows_as_it_did(tmp_path: Path) -> None:
    telegrams = [path.read_bytes() for path in jma_files("20231009*VTSE41*")]
    kind = "disaster.tsunami_warning"
    picture(tmp_path, telegrams[::-1], "2023-10-09T06:45:00+09:00", kind)
    grown = [
        Counter(one["kind_code"] for one in picture(tmp_path, [], at, kind).values())
        for at in ("2023-10-09T06:39:59+09:00", "2023-10-09T06:45:00+09:00",
                   "2023-10-09T08:00:00+09:00", "2023-10-09T08:24:00+09:00")
    ]  # fmt: skip
    assert grown == [{}, {"62": 2}, {"62": 3, "71": 12}, {"62": 9, "71": 6}]
    assert parse("2023-10-09T08:24:00+09:00") % SECOND == 0
