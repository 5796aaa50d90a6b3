"""Mapping files by the name of their source, and several for one source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from noroshi import formats, kinds
from noroshi.core.errors import NoroshiError, UnreadableMessage
from noroshi.core.record import Mode
from noroshi.engine.settings import load_settings
from noroshi.formats import Hints
from noroshi.formats.csv.mapping import choose, read_mappings

OUTAGE = """
kind = "infrastructure.outage"
series = "power"
key = "配電線"
[fields]
service = { value = "power" }
code = "配電線"
customers_out = { column = "停電戸数", unit = "戸" }
"""
STATION = """
kind = "infrastructure.base_station"
series = "stations"
key = ["局番"]
longitude = "経度"
latitude = "緯度"
[fields]
code = "局番"
status = { column = "状態", values = { "停波" = "off", "稼働" = "on" } }
battery = { column = "残時間", unit = "時間" }
"""


def write(home: Path, **files: str) -> None:
    for name, text in files.items():
        path = home / "mappings" / name.replace("__", "/").replace("_and_", "+")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + ".toml").write_text(text, encoding="utf-8")


def read(home: Path, source: str, text: str) -> tuple[str, list[Any]]:
    found = load_settings(home).source(source)
    reading = formats.read(text.encode(), Hints(source=source, mapping=found.mapping))
    [edition] = reading.editions
    return edition.series, [kinds.decode(one.kind, one.body) for one in edition.records]


def test_a_file_named_like_the_source_is_its_mapping(tmp_path: Path) -> None:
    write(tmp_path, power=OUTAGE)
    series, [body] = read(tmp_path, "power", "配電線,停電戸数\nA1,1200戸\n")
    assert (series, body.code, body.customers_out) == ("power", "A1", 1200)
    assert load_settings(tmp_path).source("other").mapping is None


def test_settings_come_before_the_name_and_a_slash_is_a_plus(tmp_path: Path) -> None:
    write(tmp_path, power=OUTAGE, pref_and_power=STATION)
    (tmp_path / "mine.toml").write_text(STATION)
    (tmp_path / "settings.toml").write_text(
        '[sources.power]\nmapping = "mine.toml"\n[sources."pref/power"]\nlabel = "public"\n'
    )
    settings = load_settings(tmp_path)
    for name in ("power", "pref/power"):
        mapping = settings.source(name).mapping
        assert mapping is not None
        assert mapping["series"] == "stations"
    assert settings.source("pref/power").label == 0


def test_a_drill_is_read_as_what_it_plays(tmp_path: Path) -> None:
    write(tmp_path, power=OUTAGE)
    found = load_settings(tmp_path).source("drill/power")
    assert found.mode is Mode.EXERCISE
    assert found.mapping is not None
    assert found.mapping["series"] == "power"
    write(tmp_path, drill_and_power=STATION)
    mapping = load_settings(tmp_path).source("drill/power").mapping
    assert mapping is not None
    assert mapping["series"] == "stations"


SEVERAL = [
    ("配電線,停電戸数\nA1,5\n", "power"),
    ("局番,状態,経度,緯度,残時間\nB1,停波,144.7,27.5,2\n", "stations"),
    ('[{"局番": "B1", "状態": "停波", "残時間": 2}]', "stations"),
    ('{"一覧": [{"配電線": "A1", "停電戸数": 5}]}', "power"),
    (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, '
        '"properties": {"局番": "B1", "状態": "停波"}}]}',
        "stations",
    ),
]


@pytest.mark.parametrize(("text", "series"), SEVERAL)
def test_a_folder_holds_a_mapping_for_each_kind_of_table(
    tmp_path: Path, text: str, series: str
) -> None:
    write(tmp_path, co__outage=OUTAGE, co__station=STATION)
    found, [body] = read(tmp_path, "co", text)
    assert found == series
    assert body.code == ("A1" if series == "power" else "B1")


@pytest.mark.parametrize(("text", "series"), SEVERAL)
def test_one_file_may_hold_several(tmp_path: Path, text: str, series: str) -> None:
    def table(mapping: str) -> str:
        return "[[tables]]\n" + mapping.replace("[fields]", "[tables.fields]")

    write(tmp_path, co=table(OUTAGE) + table(STATION))
    assert read(tmp_path, "co", text)[0] == series


def test_the_mapping_that_names_most_of_the_columns_is_taken() -> None:
    less = {"kind": "disaster.report", "key": "ID", "fields": {"title": "件名"}}
    more = {"kind": "disaster.road", "key": "ID", "fields": {"name": "件名", "status": "状況"}}
    known = read_mappings({"tables": [less, more]})
    assert choose(known, [{"id", "件名"}]) is known[0], "it misses the fewest"
    assert choose(known, [{"id", "件名", "状況"}]) is known[1]
    assert choose(known, [{"件名", "状況"}]) is None, "no key"
    assert choose(known[:1], [set()]) is known[0], "the only one is always meant"


def test_a_table_that_no_mapping_fits_is_refused_and_a_known_list_is_read(tmp_path: Path) -> None:
    write(tmp_path, co__outage=OUTAGE, co__station=STATION)
    with pytest.raises(UnreadableMessage, match="none of the sender's mappings fits"):
        read(tmp_path, "co", "ID,件名,経度,緯度\n1,穴,144.7,27.5\n")
    _, [body] = read(tmp_path, "co", "ID,避難所名,避難者数\n1,甲,5\n")
    assert body.headcount == 5


def test_the_encoding_of_the_chosen_mapping_counts(tmp_path: Path) -> None:
    write(tmp_path, co__outage='delimiter = ";"\n' + OUTAGE, co__station=STATION)
    assert read(tmp_path, "co", "配電線;停電戸数\nA1;5\nA2;6\n")[0] == "power"


def test_a_broken_file_is_named_and_a_source_has_a_file_or_a_folder(tmp_path: Path) -> None:
    write(tmp_path, power="kind =")
    with pytest.raises(NoroshiError, match=r"power\.toml"):
        load_settings(tmp_path)
    write(tmp_path, power=OUTAGE, power__station=STATION)
    with pytest.raises(NoroshiError, match="a file and a folder"):
        load_settings(tmp_path)


def test_tables_stand_alone() -> None:
    with pytest.raises(UnreadableMessage, match="tables are a list"):
        read_mappings({"tables": [], "kind": "disaster.report"})
