"""Tables: any encoding, any header, a row that is wrong does not lose the others."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import DATA, cases, needs_data
from noroshi import formats, kinds
from noroshi.core import place
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.record import Mode
from noroshi.core.time import JST, from_datetime
from noroshi.formats import Hints, Limits, Reading
from noroshi.formats.csv.reader import read, validate
from noroshi.formats.csv.rows import code_digits, restore_code
from noroshi.kinds.report import Report
from noroshi.kinds.shelter import Shelter

NANAO = DATA / "shelters" / "nanao_2024"


def jst(*parts: int) -> int:
    return from_datetime(datetime(*parts, tzinfo=JST))


def shelters(reading: Reading) -> dict[str, Shelter]:
    [edition] = reading.editions
    return {one.key: kinds.decode("disaster.shelter", one.body) for one in edition.records}


# --- Nanao 2024 --------------------------------------------------------------------------------


def nanao() -> list[Path]:
    return sorted(NANAO.glob("*.csv"))


def counted_by_hand(path: Path) -> dict[tuple[int, str], int]:
    """(snapshot, shelter) → headcount, by position in the raw lines and by the file's name, which
    the reader never sees."""
    stamp = path.stem.removeprefix("open_shelter_Nanao-shi_")
    snapshot = from_datetime(datetime.strptime(stamp, "%Y-%m-%d-%H%M"))
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return {(snapshot, cells[0]): int(cells[3]) for cells in (line.split(",") for line in lines)}


@needs_data("shelters/nanao_2024")
def test_every_headcount_of_35_snapshots_is_right_though_columns_changed() -> None:
    expected: dict[tuple[int, str], int] = {}
    found: dict[tuple[int, str], int | None] = {}
    series = set()
    assert len(nanao()) == 35
    for path in nanao():
        expected |= counted_by_hand(path)
        data = path.read_bytes()
        chosen = formats.recognise(data)
        assert chosen is not None
        assert chosen.name == "csv"
        reading = formats.read(data, Hints())
        assert reading.faults == []
        [edition] = reading.editions
        assert edition.whole
        assert edition.mode is Mode.ACTUAL
        assert edition.effective == edition.issued
        series.add(edition.series)
        for key, one in shelters(reading).items():
            found[edition.issued, key] = one.headcount
    assert found == expected
    assert len({snapshot for snapshot, _ in found}) == 35
    assert series == {"shelters/open/石川県七尾市"}


@needs_data("shelters/nanao_2024")
def test_a_nanao_row_is_read_whole() -> None:
    reading = formats.read(nanao()[0].read_bytes(), Hints())
    record = next(one for one in reading.editions[0].records if one.key == "CC0000000518")
    assert reading.editions[0].issued == jst(2024, 1, 9, 18)
    assert record.geometry == place.point(136.97373, 37.04185)
    assert kinds.decode(record.kind, record.body) == Shelter(
        name="山王小学校",
        kana="サンノウショウガッコウ",
        status="open",
        hazards=[
            "洪水",
            "崖崩れ、土石流及び地滑り",
            "高潮",
            "地震",
            "津波",
            "大規模な火事",
            "内水氾濫",
        ],
        headcount=180,
        capacity_text="屋内480人／屋外3,350人(面積の1/2)",
        address="石川県七尾市山王町ツ３４",
        municipality="石川県七尾市",
        phone="0767-57-5018",
        code="CC0000000518",
        extra={
            "地区": "袖ケ江",
            "名称_英字": "sannoshogakko",
            "所在地_町字": "山王町ツ",
            "所在地_番地以下": "34番地",
            "標高": "4.2",
            "対象となる町会・自治会": "袖ケ江地区（19町会）",
        },
    )


@needs_data("shelters/nanao_2024")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16", "euc_jp"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encoding_and_delimiter_change_nothing(encoding: str, delimiter: str) -> None:
    data = nanao()[3].read_bytes()
    if encoding == "euc_jp":  # JIS X 0208 has one minus sign, which Python's codec calls U+2212
        data = data.decode().replace("－", "−").encode()
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    again = text.getvalue().encode(encoding)
    chosen = formats.recognise(again)
    assert chosen is not None
    assert chosen.name == "csv"
    assert formats.read(again, Hints()).editions == formats.read(data, Hints()).editions


# --- other tables of shelters ------------------------------------------------------------------

OPEN = """七尾市避難所開設状況,,,
令和６年１月９日　午後６時現在,,,
No.,避難所名,避難者数,備考
１,山王小学校,１８０人,"体育館
２階も"
2,袖ケ江会館,約50人,
3,,12,
合計,,242,
※ 人数は速報値,,,
4,図書館,"1,234",
"""


def test_titles_totals_notes_and_full_width_digits_are_understood() -> None:
    reading = read(OPEN.encode("cp932"), Hints())
    [edition] = reading.editions
    assert edition.issued == jst(2024, 1, 9, 18)
    assert shelters(reading) == {
        "1": Shelter("山王小学校", status="open", headcount=180, remarks="体育館\n２階も"),
        "2": Shelter("袖ケ江会館", extra={"避難者数": "約50人"}),
        "4": Shelter("図書館", status="open", headcount=1234),
    }
    assert [(one.severity, one.where) for one in reading.faults] == [
        ("warning", "line 8"),
        ("warning", "line 9"),
        ("warning", "line 6, 避難者数 (headcount)"),
        ("error", "line 7"),
    ]
    assert "約50人" in reading.faults[2].what
    assert "name is missing" in reading.faults[3].what
    assert validate(OPEN.encode("cp932"), Hints()) == reading.faults


STANDARD = """\
全国地方公共団体コード,ID,名称,緯度,経度,災害種別_洪水,災害種別_地震,指定避難所との重複,収容人数
092011,A1,中央小学校,36.559,139.884,1,1,1,500
92011,A2,河川敷,36.5,139.9,,1,,
"""


def test_the_standard_open_data_list_is_read_with_its_codes() -> None:
    reading = read(STANDARD.encode(), Hints(received=7))
    [edition] = reading.editions
    assert (edition.series, edition.issued) == ("shelters/emergency/city:0920100", 7)
    assert [one.area for one in edition.records] == ["city:0920100", "city:0920100"]
    assert shelters(reading)["A1"] == Shelter(
        "中央小学校",
        designation="指定緊急避難場所",
        facility="emergency_site",
        hazards=["洪水", "地震"],
        capacity=500,
        code="A1",
        extra={"指定避難所との重複": "1"},
    )
    assert reading.faults == []


@pytest.mark.parametrize(
    ("code", "digits", "restored"),
    [
        ("172022", 0, "172022"),
        ("17202", 0, "17202"),
        ("92011", 0, "092011"),
        ("1100", 0, "01100"),
        ("12106", 0, "12106"),  # Chiba's Midori ward, or Iwamizawa without its zero
        ("12106", 6, "012106"),
        ("１７２０２２", 0, "172022"),
        ("12025.0", 0, "012025"),
        ("51209", 0, "051209"),
        ("51209", 5, "51209"),
    ],
)
def test_a_leading_zero_that_a_spreadsheet_took_comes_back(
    code: str, digits: int, restored: str
) -> None:
    assert restore_code(code, digits) == restored


@pytest.mark.parametrize(
    ("codes", "digits"),
    [(["92011", "82015"], 0), (["51209", "51201"], 5), (["92011", "172022"], 6), (["", "x"], 0)],
)
def test_one_code_tells_how_the_others_are_written(codes: list[str], digits: int) -> None:
    assert code_digits(codes) == digits


def test_a_code_is_taken_as_it_stands_where_its_point_lies_there() -> None:
    mapping = {
        "kind": "disaster.shelter",
        "key": "id",
        "area": "code",
        "longitude": "lon",
        "latitude": "lat",
        "fields": {"name": "id"},
    }
    data = b"id,code,lon,lat\na,51209,144.7,27.5\nb,51209,140,39\n"
    hints = Hints(mapping=mapping, municipality=lambda x, y: "city:5120900" if x > 144 else None)
    assert [one.area for one in read(data, hints).editions[0].records] == [
        "city:5120900",
        "city:0512000",
    ]


def test_an_empty_table_of_open_shelters_says_that_none_is_open() -> None:
    data = "令和6年2月29日午前6時現在,,\nID,避難所名,避難者数\n".encode()
    [edition] = formats.read(data, Hints()).editions
    assert (edition.series, edition.records, edition.whole) == ("shelters/open", [], True)
    assert edition.issued == jst(2024, 2, 29, 6)


def test_rows_of_an_earlier_time_keep_it_and_the_table_is_of_the_latest() -> None:
    data = (
        "ID,避難所名,避難者数,時点\nA,甲,1,2024/1/9 6:00\nB,乙,2,令和6年1月9日午前5時\nC,丙,3,\n"
    ).encode()
    reading = read(data, Hints())
    assert reading.editions[0].issued == jst(2024, 1, 9, 6)
    assert {key: one.extra for key, one in shelters(reading).items()} == {
        "A": {},
        "B": {"時点": "2024-01-09T05:00:00+09:00"},
        "C": {},
    }


def test_two_rows_under_one_key_are_both_kept_and_a_repetition_is_not() -> None:
    data = "ID,避難所名,避難者数\nA,甲,1\nA,乙,2\nA,甲,1\nA,丙,3\nA#2,丁,4\n".encode()
    reading = read(data, Hints())
    assert {key: one.headcount for key, one in shelters(reading).items()} == {
        "A": 1,
        "A#2": 2,
        "A#3": 3,
        "A#2#2": 4,
    }
    assert [one.where for one in reading.faults] == ["line 3", "line 4", "line 5", "line 6"]


def test_a_table_titled_exercise_is_one() -> None:
    for title, mode in (
        ("防災訓練　避難所一覧", Mode.EXERCISE),
        ("訓練ではありません", Mode.ACTUAL),
    ):
        data = f"{title},,\nID,避難所名,避難者数\nA,甲,1\n".encode()
        assert read(data, Hints()).editions[0].mode is mode


def test_impossible_positions_are_said_and_the_shelter_is_kept() -> None:
    data = "ID,避難所名,緯度,経度\nA,甲,136.97,37.04\nB,乙,37.04,東\nC,丙,37.04,136.97\n".encode()
    reading = read(data, Hints(municipality=lambda longitude, latitude: "city:1720200"))
    [edition] = reading.editions
    assert [one.geometry for one in edition.records] == [None, None, place.point(136.97, 37.04)]
    assert [one.area for one in edition.records] == [None, None, "city:1720200"]
    assert "exchanged" in reading.faults[0].what
    assert "'東'" in reading.faults[1].what


def test_a_broken_quotation_mark_loses_one_row() -> None:
    data = 'ID,避難所名,避難者数\nA,甲,1\nB,"乙,2\nC,丙,3\nD,丁,4\n'.encode()
    reading = read(data, Hints())
    assert set(shelters(reading)) == {"A", "C", "D"}
    assert [(one.severity, one.where) for one in reading.faults] == [("error", "line 3")]


def test_a_row_wider_than_the_header_and_one_without_key_are_said() -> None:
    data = "ID,避難所名,避難者数\nA,甲,1,000\n,乙,2\nC,丙,3\n".encode()
    reading = read(data, Hints())
    assert set(shelters(reading)) == {"C"}
    assert [one.where for one in reading.faults] == ["line 2", "line 3"]


# --- mapping files -----------------------------------------------------------------------------

ROADS = """識別,路線,状況,雪の深さ,発生日,発生時刻,X,Y,長さ
R-1,国道249号,全面通行止,30,R6.1.9,18:00,137.1,37.4,1.5
R-2,県道1号,片側交互通行,,R6.1.9,17:00,137.0,37.3,
R-3,市道,流出,x,R6.1.9,,137.0,37.3,
対象外,a,b,,,,,,
"""
ROAD_MAPPING = {
    "kind": "disaster.road",
    "series": "roads/ishikawa",
    "key": "識別",
    "time": ["発生日", "発生時刻"],
    "longitude": "X",
    "latitude": "Y",
    "skip": {"識別": ["対象外"]},
    "mode": "exercise",
    "fields": {
        "name": ["名前", "路線"],
        "status": {
            "column": "状況",
            "values": {"全面通行止": "closed", "片側交互通行": "alternating"},
        },
        "category": {"value": "国県道"},
        "number": {"join": ["識別", "路線"]},
        "started": {"column": "発生日"},
    },
}


def test_a_mapping_says_what_columns_mean() -> None:
    reading = read(ROADS.encode(), Hints(mapping=ROAD_MAPPING))
    [edition] = reading.editions
    assert (edition.series, edition.mode) == ("roads/ishikawa", Mode.EXERCISE)
    assert edition.issued == jst(2024, 1, 9, 18)
    bodies = {one.key: msgspec.json.decode(one.body) for one in edition.records}
    assert bodies["R-1"] == {
        "status": "closed",
        "name": "国道249号",
        "category": "国県道",
        "number": "R-1国道249号",
        "started": "2024-01-09T00:00:00+09:00",
        "extra": {"雪の深さ": "30", "長さ": "1.5"},
    }
    assert bodies["R-2"]["status"] == "alternating"
    assert bodies["R-3"]["extra"]["状況"] == "流出"
    assert [(one.severity, one.where) for one in reading.faults] == [
        ("warning", "line 5"),
        ("warning", "line 4, 状況 (status)"),
    ]


def test_units_become_si_and_other_words_have_a_value() -> None:
    mapping = {
        "kind": "report.indicator",
        "series": "snow",
        "key": "地点",
        "keep": False,
        "fields": {
            "name": {"value": "snow depth"},
            "name_ja": {"value": "積雪の深さ"},
            "subject": "地点",
            "value": {"column": "積雪", "unit": "cm"},
            "unit": {"column": "区分", "values": {"*": "m"}},
        },
    }
    reading = read("地点,積雪,区分\n輪島,３０cm,x\n珠洲,深い,x\n".encode(), Hints(mapping=mapping))
    [record] = reading.editions[0].records
    body = kinds.decode("report.indicator", record.body)
    assert (body.subject, body.value, body.unit) == ("輪島", 0.3, "m")
    assert [one.where for one in reading.faults] == ["line 3, 積雪 (value)", "line 3"]


def test_rain_stays_in_millimetres_and_a_level_outside_its_range_is_said() -> None:
    rain = {
        "kind": "disaster.rain_gauge",
        "key": "局",
        "fields": {
            "code": "局",
            "rain_hour": {"column": "時間", "unit": "mm"},
            "rain_total": {"column": "累加", "unit": "cm"},
        },
    }
    reading = read("局,時間,累加\nA,12.5mm,3\nB,４,\n".encode(), Hints(mapping=rain))
    found = [kinds.decode(one.kind, one.body) for one in reading.editions[0].records]
    assert [(one.rain_hour, one.rain_total) for one in found] == [(12.5, 30), (4, None)]
    order = {
        "kind": "disaster.evacuation_order",
        "key": "町",
        "fields": {"municipality": "町", "kind": "種別", "level": "レベル"},
    }
    data = "町,種別,レベル\n甲,避難指示,4\n乙,避難指示,7\n".encode()
    reading = read(data, Hints(mapping=order))
    found = [kinds.decode(one.kind, one.body) for one in reading.editions[0].records]
    assert [one.level for one in found] == [4, None]
    assert [one.what for one in reading.faults] == [
        "not from 3 to 5: '7'; it is kept as text under extra"
    ]


def test_a_mapping_fills_the_parts_of_a_field() -> None:
    mapping = {
        "kind": "disaster.river_level",
        "key": "局番",
        "time": "観測時刻",
        "fields": {
            "name": "局名",
            "code": "局番",
            "observed.time": "観測時刻",
            "observed.level": {"column": "水位", "unit": "cm"},
        },
    }
    data = (
        "局番,局名,観測時刻,水位\n1,甲橋,2026-09-01 10:00,135\n2,乙橋,2026-09-01 10:00,\n"
        "3,丙橋,,50\n"
    ).encode()
    reading = read(data, Hints(mapping=mapping))
    bodies = [msgspec.json.decode(one.body) for one in reading.editions[0].records]
    assert bodies[0]["observed"] == {"time": "2026-09-01T10:00:00+09:00", "level": 1.35}
    assert bodies[1]["observed"] == {"time": "2026-09-01T10:00:00+09:00"}
    assert "observed" not in bodies[2]
    assert [one.what for one in reading.faults] == [
        "observed is left out: observed.time is missing"
    ]
    assert reading.editions[0].issued == jst(2026, 9, 1, 10)


@pytest.mark.parametrize(
    ("mapping", "where", "remedy"),
    [
        ({}, "mapping", "docs/mapping.md"),
        ({"kind": "disaster.shelters"}, "mapping.kind", "disaster.shelter"),
        ({"kind": "disaster.shelter", "colour": 1}, "mapping", "docs/mapping.md"),
        (
            {"kind": "disaster.shelter", "fields": {"headcounts": "人数"}},
            "mapping.fields.headcounts",
            "headcount",
        ),
        (
            {"kind": "disaster.shelter", "fields": {"headcount": {"column": "人数", "unit": "尺"}}},
            "mapping.fields.headcount",
            "one of",
        ),
        (
            {"kind": "disaster.shelter", "fields": {"headcount": {"colum": "人数"}}},
            "mapping.fields[...]",
            "docs/mapping.md",
        ),
        ({"kind": "disaster.shelter", "fields": {"extra": "x"}}, "mapping.fields.extra", "leave"),
        ({"kind": "disaster.shelter", "delimiter": "|"}, "mapping.delimiter", "comma"),
        (
            {"kind": "disaster.shelter", "key": "番号", "fields": {"name": "避難所名"}},
            "line 1",
            "ID",
        ),
        ({"kind": "disaster.shelter", "fields": {"name": "避難所名"}}, "mapping.key", "ID"),
        ({"kind": "disaster.shelter", "fields": {"name": "x"}}, "lines 1–2", "names x"),
        ({"kind": "disaster.shelter", "header": 9}, "mapping.header", "count lines"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_entry_and_a_remedy(
    mapping: dict[str, object], where: str, remedy: str
) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        read("ID,避難所名\nA,甲\n".encode(), Hints(mapping=mapping))
    assert caught.value.where == where
    assert remedy in caught.value.remedy


def test_a_table_with_key_and_position_is_a_report() -> None:
    data = "管理番号,件名,緯度,経度,程度\n1,道路陥没,37.04,136.97,大\n".encode()
    [edition] = read(data, Hints(name="damage.csv", source="nanao")).editions
    assert edition.series == "table/nanao/damage.csv"
    [record] = edition.records
    assert (record.kind, record.key) == ("disaster.report", "1")
    assert kinds.decode(record.kind, record.body) == Report("道路陥没", attributes={"程度": "大"})


def test_a_table_that_says_nothing_known_is_refused_with_its_header() -> None:
    with pytest.raises(UnreadableMessage) as caught:
        read(b"a,b\n1,2\n", Hints())
    assert "a, b" in caught.value.where
    assert "mapping" in caught.value.remedy


def test_columns_of_several_times_are_refused() -> None:
    data = "ID,避難所名,人数_令和6年1月9日,避難者数_令和6年1月10日\nA,甲,1,2\n".encode()
    with pytest.raises(UnreadableMessage, match="several times"):
        read(data, Hints())


# --- recognition, limits, noise ----------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02,\n" * 9,
        b'{"a": 1,\n "b": 2}',
        b"<a>,</a>\n<b>,</b>\n",
        Path(__file__).read_bytes(),
        "これは手紙です。\n表ではない,と思います。\nさようなら。\n".encode(),
        b"PK\x03\x04" + bytes(200),
    ],
)
def test_what_is_no_table_is_not_recognised(data: bytes) -> None:
    chosen = formats.recognise(data)
    assert chosen is None or chosen.name != "csv"


def test_limits_hold() -> None:
    data = "ID,避難所名,避難者数\n".encode() + b"A,b,1\n" * 50
    with pytest.raises(LimitExceeded):
        read(data, Hints(limits=Limits(records=20)))
    with pytest.raises(UnreadableMessage, match="bytes"):
        formats.read(data, Hints(limits=Limits(message_bytes=20)))
    with pytest.raises(UnreadableMessage, match="broken quotation marks"):
        read("ID,避難所名\n".encode() + b'A,"b" c\n' * 200, Hints())


def _read_or_refuse(data: bytes, hints: Hints) -> None:
    formats.recognise(data)
    try:
        reading = read(data, hints)
    except UnreadableMessage:
        return
    for edition in reading.editions:
        keys = [one.key for one in edition.records]
        assert len(keys) == len(set(keys))
        for one in edition.records:
            kinds.decode(one.kind, one.body)


@given(st.binary(max_size=300))
@settings(max_examples=cases(200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refuse(data, Hints())


CELLS = st.one_of(
    st.sampled_from(
        ["", "A", "１８０人", "37.04", "1e999", "令和6年1月9日", "○", '"', "\r", "9" * 30]
    ),
    st.text(max_size=8),
)
HEADER = "ID,避難所名,避難者数,時点,緯度,経度,災害種別_洪水,収容人数,市区町村コード,開設日時\n"


@given(st.lists(st.lists(CELLS, max_size=11), max_size=5), st.booleans())
@settings(max_examples=cases(200), deadline=timedelta(seconds=2))
def test_any_cells_under_a_known_header_are_read_or_refused(
    rows: list[list[str]], mapped: bool
) -> None:
    data = (HEADER + "\n".join(",".join(cells) for cells in rows)).encode("utf-8", "surrogatepass")
    mapping = {
        "kind": "disaster.shelter",
        "series": "x",
        "key": ["ID", "避難所名"],
        "valid_to": "時点",
        "fields": {"name": "避難所名", "capacity": "緯度", "closed": "時点", "hazards": "避難者数"},
    }
    _read_or_refuse(data, Hints(mapping=mapping if mapped else None))


@needs_data("shelters/nanao_2024")
@given(st.data())
@settings(max_examples=cases(100), deadline=timedelta(seconds=2))
def test_a_damaged_real_table_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(nanao()[1].read_bytes()[:4000])
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refuse(bytes(raw), Hints())
