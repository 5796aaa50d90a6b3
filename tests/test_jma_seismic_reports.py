"""JMA long-period motion, earthquake counts, and statements on what may follow."""

from __future__ import annotations

from pathlib import Path

import msgspec

from data import jma_files, needs_data
from noroshi import formats
from noroshi.core.record import Action
from noroshi.formats import Hints
from seismology import (
    HEAD,
    S,
    bodies,
    cancelled,
    files,
    picture,
    read,
    real,
    sample,
    tree,
    typed,
)

# --- long-period motion and counts: telegrams of our own: the data set has none ---------

#: An invented earthquake in the form of jmx_seis.xsd (Observation with LgInt).
VXSE62 = HEAD.format(
    title="長周期地震動に関する観測情報", kind="長周期地震動に関する観測情報",
    reported="2026-03-03T04:15:20+09:00", event="20260303040500",
    body="""<Earthquake><OriginTime>2026-03-03T04:05:00+09:00</OriginTime>
<ArrivalTime>2026-03-03T04:05:10+09:00</ArrivalTime><Hypocenter><Area><Name>狼煙沖</Name>
<Code type="震央地名">999</Code><jmx_eb:Coordinate>+31.5+144.2-20000/</jmx_eb:Coordinate></Area>
</Hypocenter><jmx_eb:Magnitude type="Mj" description="Ｍ６．６">6.6</jmx_eb:Magnitude></Earthquake>
<Intensity><Observation><CodeDefine><Type xpath="Pref/Code">地震情報／都道府県等</Type></CodeDefine>
<MaxInt>5-</MaxInt><MaxLgInt>3</MaxLgInt><LgCategory>4</LgCategory>
<Pref><Name>狼煙県</Name><Code>99</Code><MaxInt>4</MaxInt><MaxLgInt>3</MaxLgInt>
<Area><Name>狼煙県沿岸</Name><Code>990</Code><MaxInt>4</MaxInt><MaxLgInt>3</MaxLgInt>
<IntensityStation><Name>狼煙市本町</Name><Code>9920130</Code><Int>4</Int><LgInt>3</LgInt>
<LgIntPerPeriod PeriodicBand="1" PeriodUnit="秒台">2</LgIntPerPeriod>
<LgIntPerPeriod PeriodicBand="2" PeriodUnit="秒台">3</LgIntPerPeriod>
<Sva unit="cm/s">41.2</Sva>
<SvaPerPeriod unit="cm/s" PeriodicBand="1" PeriodUnit="秒台">18.4</SvaPerPeriod>
<SvaPerPeriod unit="cm/s" PeriodicBand="2" PeriodUnit="秒台">41.2</SvaPerPeriod>
</IntensityStation></Area></Pref></Observation></Intensity>""",
).encode()  # fmt: skip

#: Invented counts in the form of jmx_seis.xsd `type.EarthquakeCount`.
VXSE60 = HEAD.format(
    title="地震回数に関する情報", kind="地震回数情報",
    reported="2026-03-05T11:00:00+09:00", event="20260303040501",
    body="""<EarthquakeCount><Item type="１時間地震回数">
<StartTime>2026-03-04T08:00:00+09:00</StartTime><EndTime>2026-03-04T09:00:00+09:00</EndTime>
<Number>23</Number><FeltNumber>0</FeltNumber></Item><Item type="累積地震回数">
<StartTime>2026-03-03T04:00:00+09:00</StartTime><EndTime>2026-03-04T12:00:00+09:00</EndTime>
<Number>912</Number><FeltNumber>-1</FeltNumber></Item></EarthquakeCount>
<NextAdvisory>五日一八時ごろに発表します。</NextAdvisory>""",
).encode()  # fmt: skip


def test_long_period_motion_by_event_prefecture_area_and_station() -> None:
    found = bodies(formats.read(VXSE62, Hints()).editions, "disaster.long_period_motion")
    assert list(found) == [
        "20260303040500",
        "20260303040500/pref/99",
        "20260303040500/area/990",
        "20260303040500/station/9920130",
    ]
    whole, *_, station = found.values()
    assert (whole.long_period_class, whole.intensity, whole.category) == ("3", "5-", "4")
    assert msgspec.to_builtins(station) == {
        "event": "20260303040500",
        "level": "station",
        "name": "狼煙市本町",
        "code": "9920130",
        "long_period_class": "3",
        "intensity": "4",
        "velocity": 0.412,
        "bands": [
            {"seconds": 1, "long_period_class": "2", "velocity": 0.184},
            {"seconds": 2, "long_period_class": "3", "velocity": 0.412},
        ],
    }


def test_long_period_motion_in_a_unit_never_seen_is_a_fault_and_not_misread() -> None:
    other = VXSE62.replace(b'<Sva unit="cm/s">', b'<Sva unit="m/s">')
    reading = formats.read(other, Hints())
    assert typed(reading.editions) == []
    (fault,) = reading.faults
    assert "unknown unit of velocity response 'm/s'" in fault.what


def test_earthquake_counts_by_interval_and_way_of_counting() -> None:
    found = bodies(formats.read(VXSE60, Hints()).editions, "disaster.earthquake_count")
    counts = {(one.type, one.start[:13], one.count, one.felt) for one in found.values()}
    assert counts == {
        ("１時間地震回数", "2026-03-04T08", 23, 0),
        ("累積地震回数", "2026-03-03T04", 912, None),
    }


@needs_data("jma_xml")
def test_a_cancelled_count_ends_its_series_only() -> None:
    (edition,) = typed(sample("32-35_10_02_220510_VXSE60.xml"))
    assert edition.series == "jma/earthquake_count/20220510173400"
    assert edition.action is Action.CANCEL


# --- what may follow ---------------------------------------------------------------------------


@needs_data("jma_xml")
def test_statements_on_what_may_follow_carry_keyword_code_and_text() -> None:
    for path in files("VYSE50", "VYSE51", "VYSE60", "VXSE56"):
        root = tree(path)
        found = list(bodies(read(path), "disaster.seismic_information").values())
        if cancelled(root):
            assert found == []
            continue
        (body,) = found
        texts = [(one.text or "").strip() for one in root.iter(S + "Text")]
        codes = [one.text for one in root.iter(S + "Code")]
        assert body.text == texts[0]
        assert body.keyword_code == (codes[0] if codes else "")
    (body,) = bodies(sample("74_01_05_200512_VYSE50.xml"), "disaster.seismic_information").values()
    assert (body.name, body.keyword, body.keyword_code) == (
        "南海トラフ地震臨時情報", "巨大地震注意", "130"
    )  # fmt: skip
    (body,) = bodies(sample("80_01_01_240821_VYSE60.xml"), "disaster.seismic_information").values()
    assert body.name == body.type == "北海道・三陸沖後発地震注意情報"


@needs_data("jma_xml")
def test_an_investigation_is_replaced_by_its_outcome_though_the_event_differs(
    tmp_path: Path,
) -> None:
    names = [path.name for path in jma_files("74_01_0*VYSE50*")]
    for turn, order in enumerate((names, names[::-1])):
        shown = picture(tmp_path / str(turn), real(*order), "2020-05-12T17:00:00+09:00")
        assert [one["keyword"] for one in shown.values()] == ["調査終了"]
