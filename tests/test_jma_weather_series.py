"""Which weather telegram replaces which: by product, office and forecast region, in any order."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

import weather
from data import jma_files, needs_data
from noroshi.core.record import Mode
from noroshi.core.time import DAY, parse
from weather import (
    MUNICIPAL,
    REGION,
    TABLES,
    TYPES,
    WARNING,
    I,
    bodies,
    head,
    in_force,
    items,
    records,
    said,
    tree,
)

pytestmark = needs_data("jma_xml")

NAMES = [path.name for path in weather.files(*TYPES)] if jma_files() else []
BY_NAME = {path.name: path for path in weather.files(*TYPES)} if jma_files() else {}


def of(*types: str) -> list[str]:
    return [name for name in NAMES if any(type in name for type in types)]


def test_no_municipality_is_lost_in_any_order_of_arrival(tmp_path: Path) -> None:
    paths = [BY_NAME[name] for name in of(*TABLES)]
    expected = {key: found for key, found in weather.tables(paths).items() if found}
    everyone = set().union(*expected.values())
    # Keyed by the office alone, a quarter of them is gone: what the issue warns of.
    office: dict[str, tuple[str, set[str]]] = {}
    for path in paths:
        root = tree(path)
        time, key = head(root, "ReportDateTime"), head(root, "PublishingOffice")
        if key not in office or time >= office[key][0]:
            found = {said(item, "Area/Code") for _, item in items(root, True) if in_force(item)}
            office[key] = (time, found)
    kept = set().union(*(found for _, found in office.values()))
    assert len(kept) < 0.8 * len(everyone)

    data = [path.read_bytes() for path in paths]
    pictures = []
    for turn in range(4):
        random.Random(turn).shuffle(data)
        shown = weather.picture(tmp_path / str(turn), data, MUNICIPAL)
        tables: dict[tuple[str, str], set[str]] = {}
        for (series, _), version in shown.items():
            product, of_office = series.split("/")[2:4]
            tables.setdefault((of_office, product), set()).add(str(version.area)[5:])
        wanted: dict[tuple[str, str], set[str]] = {}
        for (of_office, product, _), areas in expected.items():
            wanted.setdefault((of_office, product), set()).update(areas)
        assert tables == wanted
        pictures.append({key: version.body for key, version in shown.items()})
    assert all(one == pictures[0] for one in pictures)


def test_two_regions_of_one_office_and_product_stand_side_by_side(tmp_path: Path) -> None:
    (soya,) = weather.real("15_16_03_241226_VPWW55.xml")
    other = soya.decode().replace("<Name>宗谷地方</Name>", "<Name>上川・留萌地方</Name>")
    other = re.sub(r"<Code>01(\d{5})</Code>", r"<Code>99\1</Code>", other)
    shown = weather.picture(tmp_path, [soya, other.encode()], [WARNING])
    assert len(shown) == 20
    assert len({series for series, _ in shown}) == 2


def test_a_joint_publisher_does_not_make_another_table(tmp_path: Path) -> None:
    (joint,) = weather.real("15_16_02_241031_VPWW57.xml")
    text = joint.decode().replace("京都府 京都地方気象台", "京都地方気象台")
    later = text.replace("2020-06-22T23:00:00+09:00", "2020-06-23T23:00:00+09:00")
    shown = weather.picture(tmp_path, [joint, later.encode()], [WARNING])
    assert {version.fields()["office"] for version in shown.values()} == {"京都地方気象台"}
    assert len(shown) == 5


def test_a_telegram_that_lifts_everything_leaves_nothing_in_force(tmp_path: Path) -> None:
    names = ("15_06_03", "15_06_04", "15_06_05", "15_06_06")
    data = weather.real(*(name for name in NAMES if name.startswith(names)))
    assert len(data) == 4
    for turn, order in enumerate((data, data[::-1])):
        folder = tmp_path / str(turn)
        assert weather.picture(folder, order, [WARNING, REGION], lapsed=False) == {}
    before = parse("2011-02-04T12:00:00+09:00")
    assert len(weather.picture(tmp_path / "2", data, [WARNING], before)) == 6


def test_a_correction_of_the_same_minute_replaces_the_first_issue(tmp_path: Path) -> None:
    (first,) = weather.real("15_16_03_241226_VPWW55.xml")
    right = first.decode().replace("<InfoType>発表", "<InfoType>訂正")
    right = right.replace("レベル４大雨危険警報", "レベル５大雨特別警報").replace(">43<", ">33<")
    for turn, order in enumerate(([first, right.encode()], [right.encode(), first])):
        shown = weather.picture(tmp_path / str(turn), order, [WARNING])
        levels = Counter(version.fields().get("level") for version in shown.values())
        assert (levels[5], levels[4]) == (1, 0)


def test_an_exercise_never_shows_in_the_actual_picture(tmp_path: Path) -> None:
    (data,) = weather.real("15_16_03_241226_VPWW55.xml")
    drill = data.replace("通常".encode(), "訓練".encode())
    assert weather.picture(tmp_path, [drill], [WARNING, REGION]) == {}
    assert len(weather.picture(tmp_path, [drill], [WARNING], mode=Mode.EXERCISE)) == 10


def test_the_national_collection_is_one_series_and_clears_no_office(tmp_path: Path) -> None:
    """No sample of VPWS50 exists; this one is put together from real tables of two offices."""
    names = ("15_16_03_241226_VPWW55.xml", "15_17_01_241226_VPWW55.xml")
    first, second = (data.decode() for data in weather.real(*names))
    inner = re.search(r"<Body[^>]*>(.*)</Body>", second, re.DOTALL)
    assert inner
    national = first.replace("</Body>", inner[1] + "</Body>")
    national = national.replace("（Ｒ０６）（大雨）", "（Ｒ０６）（集約通報）")
    national = national.replace("稚内地方気象台", "気象庁")
    national = national.replace("宗谷地方大雨警報・注意報", "警戒・注意事項")
    data = [first.encode(), second.encode(), national.encode()]
    shown = weather.picture(tmp_path, data, [WARNING])
    count = Counter(series for series, _ in shown)
    assert count == {
        "jma/warning/気象警報・注意報（Ｒ０６）（大雨）/稚内地方気象台/宗谷地方": 10,
        "jma/warning/気象警報・注意報（Ｒ０６）（大雨）/松江地方気象台/島根県": 15,
        "jma/warning/気象警報・注意報（Ｒ０６）（集約通報）/気象庁": 25,
    }


# --- notice of special warnings ------------------------------------------------------------------


@pytest.mark.parametrize("name", of("VPNO50"))
def test_a_notice_names_every_municipality_of_its_headline(name: str) -> None:
    expected = {}
    for information in tree(BY_NAME[name]).iter(I + "Information"):
        if information.get("type") == "気象特別警報報知（市町村等）":
            for item in information.findall(I + "Item"):
                kinds = [one.findtext(I + "Name") for one in item.findall(I + "Kind")]
                for area in item.iter(I + "Area"):
                    expected[area.findtext(I + "Code")] = (area.findtext(I + "Name"), kinds)
    found = bodies(weather.read(BY_NAME[name]), WARNING)
    assert len(found) > 10
    assert {
        code: (one.area_name, [kind.name for kind in one.kinds]) for code, one in found.items()
    } == expected
    assert {one.category for one in found.values()} == {"emergency"}
    time = parse(head(tree(BY_NAME[name]), "ReportDateTime"))
    assert {one.valid_to for one in records(weather.read(BY_NAME[name]), WARNING)} == {time + DAY}


def test_a_later_table_without_special_warnings_clears_the_notice(tmp_path: Path) -> None:
    notice = weather.real("62_01_04_130412_VPNO50.xml")
    table = weather.real("15_08_05_130412_VPWW53.xml")
    soon = parse("2011-09-05T12:00:00+09:00")
    assert len(weather.picture(tmp_path / "0", notice, [WARNING], soon)) == 11
    moved = table[0].replace(b"2011-09-07T11:46", b"2011-09-05T11:46")
    for turn, order in enumerate(([*notice, moved], [moved, *notice])):
        shown = weather.picture(tmp_path / f"c{turn}", order, [WARNING], soon)
        assert shown == {}


def test_the_last_landslide_telegram_ends_the_alert_in_any_order(tmp_path: Path) -> None:
    data = [BY_NAME[name].read_bytes() for name in of("17_03_")]
    assert len(data) == 5
    for turn in range(3):
        random.Random(turn).shuffle(data)
        folder = tmp_path / str(turn)
        assert weather.picture(folder, data, ["disaster.landslide_alert"], lapsed=False) == {}
    at = parse("2013-09-04T14:00:00+09:00")
    shown = weather.picture(tmp_path / "then", data, ["disaster.landslide_alert"], at)
    assert len(shown) == 22
