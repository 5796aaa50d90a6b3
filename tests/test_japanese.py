"""Japanese text as offices write it."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.errors import UnreadableMessage
from noroshi.core.time import JST, from_datetime
from noroshi.formats import japanese


def jst(*parts: int) -> int:
    return from_datetime(datetime(*parts, tzinfo=JST))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和6年1月9日午後6時", (2024, 1, 9, 18)),
        ("令和6年1月9日午後6時時点", (2024, 1, 9, 18)),
        ("令和６年１月９日　午後６時３０分現在", (2024, 1, 9, 18, 30)),
        ("令和元年5月1日", (2019, 5, 1)),
        ("㋿元年１０月１２日19時00分", (2019, 10, 12, 19)),
        ("平成三十一年四月三十日", (2019, 4, 30)),
        ("平成32年4月1日", (2020, 4, 1)),
        ("昭和64年1月7日", (1989, 1, 7)),
        ("明治元年10月23日", (1868, 10, 23)),
        ("大正12年9月1日午前11時58分32秒", (1923, 9, 1, 11, 58, 32)),
        ("R6.1.9 18:00", (2024, 1, 9, 18)),
        ("H23/3/11 14:46", (2011, 3, 11, 14, 46)),
        ("R元.5.1", (2019, 5, 1)),
        ("2024年1月9日18時半", (2024, 1, 9, 18, 30)),
        ("2024年1月9日（火）午前6時", (2024, 1, 9, 6)),
        ("2024年1月9日正午", (2024, 1, 9, 12)),
        ("2024年1月9日午前0時", (2024, 1, 9)),
        ("2024年1月9日24時", (2024, 1, 10)),
        ("二〇二四年一月九日午後六時", (2024, 1, 9, 18)),
        ("2024/1/9 6:05", (2024, 1, 9, 6, 5)),
        ("2024/1/9", (2024, 1, 9)),
        ("2024-01-09T18:00:00+09:00", (2024, 1, 9, 18)),
        ("2024-01-09T09:00:00Z", (2024, 1, 9, 18)),
        ("2024-01-09 18:00:00", (2024, 1, 9, 18)),
        ("20240109", (2024, 1, 9)),
        ("202401091800", (2024, 1, 9, 18)),
        ("20240109180005", (2024, 1, 9, 18, 0, 5)),
        ("2024.1.9 pm6:00", (2024, 1, 9, 18)),
    ],
)
def test_a_date_is_read_as_the_office_means_it(text: str, expected: tuple[int, ...]) -> None:
    assert japanese.parse_time(text) == jst(*expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "180",
        "1月9日18時",
        "6.1.9",
        "午後6時",
        "45300",
        "令和6年13月1日",
        "令和6年2月30日",
        "2024年1月9日25時",
        "令和6年1月9日午後12時",
        "令和6年1月9日午前12時",
        "2024年1月9日午前13時",
        "2024年1月9日ほか",
        "令和六六六六六六六六六六年一月一日",
        "99999年1月1日",
        "2024-99-99T00:00:00Z",
    ],
)
def test_a_date_that_is_impossible_or_ambiguous_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        japanese.parse_time(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("人数_令和6年1月9日午後6時時点", "人数"),
        ("避難者数（2024/1/9 18:00現在）", "避難者数"),
        ("七尾市避難所開設状況　令和６年１月９日午後６時現在", "七尾市避難所開設状況"),
    ],
)
def test_a_time_in_a_column_name_is_found_and_taken_off(text: str, rest: str) -> None:
    assert japanese.find_time(text) == (rest, jst(2024, 1, 9, 18))


def test_a_column_name_without_a_year_has_no_time() -> None:
    assert japanese.find_time("1/2の人数") is None
    assert japanese.find_time("屋外3,350人(面積の1/2)") is None
    assert japanese.find_time("3-1-2 丁目") is None


@given(st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31)), st.booleans())
@settings(max_examples=cases(200))
def test_every_minute_written_in_wareki_reads_back(moment: datetime, full_width: bool) -> None:
    moment = moment.replace(second=0, microsecond=0)
    era, base = next(
        pair
        for pair in (("令和", 2018), ("平成", 1988), ("昭和", 1925))
        if moment.year > pair[1] or pair[0] == "昭和"
    )
    year = moment.year - base
    half, hour = ("午後", moment.hour - 12) if moment.hour >= 12 else ("午前", moment.hour)
    name = "元" if year == 1 else str(year)
    text = f"{era}{name}年{moment.month}月{moment.day}日{half}{hour}時{moment.minute}分"
    if full_width:
        text = text.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert japanese.parse_time(text) == from_datetime(moment.replace(tzinfo=JST))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("180", 180),
        ("１，２３４", 1234),
        ("▲3.5", -3.5),
        ("−12", -12),
        ("1.0", 1.0),
        ("1.5e3", 1500.0),
        ("二十三", 23),
        ("一万二千三百", 12300),
        ("千五", 1005),
        ("二〇二四", 2024),
        (" 7 ", 7),
    ],
)
def test_a_number_is_read(text: str, expected: float) -> None:
    value = japanese.number(text)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("text", ["", "約50人", "10～20", "1,23", "-", ".", "e5", "元", "nan", "²"])
def test_what_is_not_only_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        japanese.number(text)


SAMPLE = "ID,名称,人数\r\nA1,七尾市立図書館・髙橋①,５３\r\n"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (SAMPLE.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + SAMPLE.encode(), "utf-8"),
        (SAMPLE.encode("cp932"), "cp932"),
        (b"\xff\xfe" + SAMPLE.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + SAMPLE.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_an_encoding_is_told_by_content(data: bytes, name: str) -> None:
    assert japanese.decode(data) == (SAMPLE, name)


def test_euc_jp_and_iso_2022_jp_are_told_by_content() -> None:
    text = SAMPLE.replace("髙橋①", "高橋")
    assert japanese.decode(text.encode("euc_jp")) == (text, "euc_jp")
    assert japanese.decode(text.encode("iso2022_jp")) == (text, "iso2022_jp")


def test_one_damaged_character_does_not_lose_a_long_text() -> None:
    data = (SAMPLE * 50).encode("cp932")
    at = data.index("図".encode("cp932"))
    text, name = japanese.decode(data[: at + 1] + b"\xff\xff" + data[at + 3 :])
    assert name == "cp932"
    assert 1 <= text.count("�") <= 2
    assert text.endswith(SAMPLE)


def test_noise_is_refused() -> None:
    with pytest.raises(UnreadableMessage):
        japanese.decode(bytes(range(256)) * 4)
    with pytest.raises(UnreadableMessage, match="not cp932"):
        japanese.decode(SAMPLE.encode("cp932") + b"\x81", "cp932")
    with pytest.raises(UnreadableMessage, match="unknown encoding"):
        japanese.decode(b"a", "klingon")


@given(st.binary(max_size=400))
@settings(max_examples=cases(200))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        text, _ = japanese.decode(data)
    except UnreadableMessage:
        return
    assert isinstance(text, str)


@given(st.text(max_size=60))
@settings(max_examples=cases(200))
def test_any_text_is_a_time_and_a_number_or_refused(text: str) -> None:
    for read in (japanese.parse_time, japanese.number):
        try:
            read(text)
        except ValueError:
            continue
    japanese.find_time(text)
