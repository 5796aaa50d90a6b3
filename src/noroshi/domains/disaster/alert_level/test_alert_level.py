"""Alert levels of municipalities: samples of our own, and every real warning telegram."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from data import JMA_SAMPLES, needs_data
from noroshi.core.record import Edition, Mode
from noroshi.core.time import parse
from noroshi.domains.disaster.alert_level.products import Params, build
from noroshi.domains.samples import by_kind, picture, read_case
from noroshi.formats import Hints, read
from noroshi.kinds import decode
from noroshi.kinds.alert_level import AlertLevel

SAMPLES = Path(__file__).parent / "samples"
PRINTED, DERIVED = SAMPLES / "levels_printed", SAMPLES / "levels_derived"
FLOODS = SAMPLES / "floods"
CONSUMED: dict[str, list] = {
    "disaster.weather_warning": [],
    "disaster.landslide_alert": [],
    "disaster.flood_municipality": [],
    "disaster.flood_warning": [],
}


def levels(
    editions: list[Edition], params: Params | None = None, mode: Mode = Mode.ACTUAL
) -> dict[str, AlertLevel]:
    """The product's bodies by area, from the picture after `editions`."""
    inputs = by_kind(one for one in picture(editions) if one.mode is mode)
    return {
        record.area or "": decode(record.kind, record.body)
        for edition in build({**CONSUMED, **inputs}, params or Params())
        for record in edition.records
    }


def message(path: Path, **changes: str) -> list[Edition]:
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return read(text.encode(), Hints()).editions


def by_hazard(body: AlertLevel) -> dict[str, int | None]:
    return {one.hazard: one.level for one in body.hazards}


def test_the_highest_of_all_products_wins_and_each_hazard_keeps_its_own_level() -> None:
    body = levels(read_case(PRINTED))["city:9920100"]
    assert (body.level, body.basis) == (4, "printed")
    assert by_hazard(body) == {"土砂災害": 4, "大雨": 2, "強風": None}
    assert body.names == ["レベル４土砂災害危険警報"]
    assert body.hazards[0].products == ["土砂災害警戒情報", "気象警報・注意報（Ｒ０６）（土砂）"]


def test_a_warning_for_part_of_a_municipality_counts_for_the_whole_and_names_the_part() -> None:
    body = levels(read_case(PRINTED))["city:9920200"]
    assert body.level == 4
    assert (body.area_name, body.hazards[0].part) == ("例示市", "例示市北部")
    assert by_hazard(body)["大雨"] == 3


def test_a_lifted_warning_gives_no_level_and_a_newer_table_replaces_the_older() -> None:
    first = message(PRINTED / "1_rain.xml")
    assert {area: one.level for area, one in levels(first).items()} == {
        "city:9920100": 3,
        "city:9920200": 2,
        "city:9930100": 2,
    }
    later = message(PRINTED / "2_rain_later.xml")
    for editions in (first + later, later + first):
        assert {area: one.level for area, one in levels(editions).items()} == {
            "city:9920100": 2,
            "city:9920200": 3,
        }


def test_a_cancelled_telegram_leaves_no_level() -> None:
    path = PRINTED / "1_rain.xml"
    cancelled = message(path, **{"<InfoType>発表": "<InfoType>取消"})
    assert levels(message(path) + cancelled) == {}
    assert levels(cancelled + message(path)) == {}


def test_a_warning_for_which_no_level_is_defined_is_listed_without_one() -> None:
    body = levels(read_case(PRINTED))["city:9930200"]
    assert (body.level, body.names, body.basis) == (None, [], "")
    assert [(one.name, one.level) for one in body.hazards] == [("暴風警報", None)]


def test_an_exercise_never_changes_the_actual_level() -> None:
    case = read_case(PRINTED)
    assert "city:9930100" not in levels(case)
    assert {area: one.level for area, one in levels(case, mode=Mode.EXERCISE).items()} == {
        "city:9930100": 5
    }


def test_old_names_take_their_level_from_the_published_table_and_say_so() -> None:
    found = levels(read_case(DERIVED))
    assert {area: (one.level, one.basis) for area, one in found.items()} == {
        "city:9920100": (4, "derived"),
        "city:9920200": (None, ""),
        "city:9930100": (3, "derived"),
        "city:9930200": (3, "derived"),
        "city:9930300": (4, "derived"),
    }
    assert by_hazard(found["city:9920100"]) == {"土砂災害": 4, "大雨": 3, "洪水": 3, "雷": None}
    assert by_hazard(found["city:9930200"]) == {"高潮": 3, "洪水": 2}
    assert by_hazard(found["city:9930300"]) == {"高潮": 4, "波浪": None}


def test_a_surge_advisory_that_announces_no_warning_stays_at_two() -> None:
    quiet = message(DERIVED / "1_warnings.xml", 高潮警報に切り替える="その後弱まる")
    assert by_hazard(levels(quiet)["city:9930200"])["高潮"] == 2


def test_the_level_of_a_warning_for_inundation_alone_is_a_parameter() -> None:
    warnings = message(DERIVED / "1_warnings.xml")
    for level in (2, 3):
        found = levels(warnings, Params(inundation_warning_level=level))
        assert found["city:9930100"].level == level
        assert found["city:9920100"].level == 3, "for sediment disaster the table has a level"


def test_what_two_products_of_one_office_say_alike_is_listed_once() -> None:
    body = levels(read_case(DERIVED))["city:9920100"]
    assert [one.name for one in body.hazards].count("洪水警報") == 1
    (flood,) = [one for one in body.hazards if one.hazard == "洪水"]
    assert flood.products == ["気象特別警報・警報・注意報", "気象警報・注意報（Ｈ２７）"]


def test_lineage_names_every_input_of_the_municipality_and_no_other() -> None:
    versions = [one for one in picture(read_case(DERIVED)) if one.kind in CONSUMED]
    for edition in build({**CONSUMED, **by_kind(versions)}, Params()):
        (record,) = edition.records
        mine = {one.id for one in versions if (one.area or "")[:10] == (record.area or "")[:10]}
        assert set(record.basis) == mine
        assert edition.issued == max(one.issued for one in versions if one.id in mine)


def test_a_flood_forecast_counts_where_it_names_the_municipality_and_each_river_once() -> None:
    found = levels(read_case(FLOODS))
    assert {area: one.level for area, one in found.items()} == {
        "city:9920100": 4,
        "city:9920200": 2,
        "city:9930100": 4,
    }
    assert found["city:9920100"].names == ["レベル４氾濫危険警報（鳴瀬川）"]
    rivers = [one for one in found["city:9930100"].hazards if one.hazard == "氾濫"]
    assert [(one.name, one.level) for one in rivers] == [
        ("レベル４氾濫危険警報（鳴瀬川）", 4),
        ("レベル２氾濫注意報（早瀬川）", 2),
    ]
    assert rivers[0].until is None, "a flood forecast does not say when it ends"


def test_a_flood_forecast_that_is_called_off_gives_no_level() -> None:
    path = FLOODS / "2_river_danger.xml"
    names = {"レベル４氾濫危険警報": "レベル２氾濫注意報解除"}
    over = message(path, **names)
    assert levels(message(path))["city:9920100"].level == 4
    assert levels(over) == {}


@pytest.mark.parametrize(
    ("kind", "level"),
    [("氾濫注意情報", 2), ("氾濫警戒情報", 3), ("氾濫危険情報", 4), ("氾濫発生情報", 5)],
)
def test_names_of_flood_forecasts_before_2026_have_the_level_of_the_table(
    kind: str, level: int
) -> None:
    path = FLOODS / "2_river_danger.xml"
    names = {"レベル４氾濫危険警報": kind, "警戒レベル４相当": "警戒"}
    old = message(path, **names)
    found = levels(old)["city:9920100"]
    assert (found.level, found.basis, found.names) == (level, "derived", [f"{kind}（鳴瀬川）"])


# --- real telegrams ----------------------------------------------------------------------------

REAL = sorted(
    path
    for product in ("VPWW5", "VPWW6", "VPWS", "VXWW")
    for path in JMA_SAMPLES.glob(f"*{product}*.xml")
)
real = needs_data("jma_xml/samples")

#: Written apart from the capability's table, by whole names.
LEVEL_OF_NAME = {
    "大雨特別警報": 5,
    "高潮特別警報": 4,
    "高潮警報": 4,
    "警戒": 4,  # 土砂災害警戒情報
    "大雨警報": 3,
    "洪水警報": 3,
    "大雨注意報": 2,
    "洪水注意報": 2,
    "高潮注意報": 2,
}
DIGITS = {"１": 1, "２": 2, "３": 3, "４": 4, "５": 5}


def raw_levels(path: Path) -> dict[str, set[int]]:
    """Municipality to the levels of warnings in force, straight from the XML (empty: none)."""
    root = ElementTree.parse(path).getroot()
    found: dict[str, set[int]] = defaultdict(set)
    if root.findtext(".//{*}InfoType") == "取消":
        return found
    for warning in root.findall("{*}Body/{*}Warning"):
        if "市町村等）" not in warning.get("type", "") and "土砂災害" not in warning.get(
            "type", ""
        ):
            continue
        for item in warning.findall("{*}Item"):
            for kind in item.findall("{*}Kind"):
                name = kind.findtext("{*}Name", "")
                status = kind.findtext("{*}Status", "")
                if name in ("", "解除", "なし") or status in ("解除", "なし"):
                    continue
                areas = {one.text or "" for one in item.findall(".//{*}Area/{*}Code")}
                for code in areas:
                    said = found["city:" + code[:5] + "00"]
                    said |= raw_level(name, " ".join(kind.itertext()))
    return found


def raw_level(name: str, text: str) -> set[int]:
    if "レベル" in name:
        return {DIGITS[name.partition("レベル")[2][0]]}
    if name == "高潮注意報" and "高潮警報に切り替える可能性" in text:
        return {3}
    return {LEVEL_OF_NAME[name]} if name in LEVEL_OF_NAME else set()


def real_mode(path: Path) -> Mode:
    status = ElementTree.parse(path).getroot().findtext(".//{*}Status")
    return {"通常": Mode.ACTUAL, "訓練": Mode.EXERCISE, "試験": Mode.TEST}[status or ""]


@real
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_every_municipality_warned_in_a_real_telegram_has_its_level(path: Path) -> None:
    expected = {area: max(said, default=None) for area, said in raw_levels(path).items()}
    found = levels(read(path.read_bytes(), Hints()).editions, mode=real_mode(path))
    assert {area: one.level for area, one in found.items()} == expected


def latest(paths: Iterable[Path]) -> list[Path]:
    """The telegram in force of each product, office, region and status."""
    newest: dict[tuple[str | None, ...], tuple[tuple[int, bool], Path]] = {}
    for path in paths:
        root = ElementTree.parse(path).getroot()
        regions = root.findall("{*}Body/{*}Warning[@type='気象警報・注意報（府県予報区等）']")
        landslide = root.findall("{*}Body/{*}TargetArea")
        key = (
            root.findtext("{*}Control/{*}Title"),
            (root.findtext("{*}Control/{*}PublishingOffice") or "").split()[-1],
            root.findtext("{*}Control/{*}Status"),
            *(one.findtext(".//{*}Area/{*}Name") for one in regions),
            *(one.findtext("{*}Name") for one in landslide),
        )
        issued = parse(root.findtext("{*}Head/{*}ReportDateTime") or "")
        corrected = root.findtext("{*}Head/{*}InfoType") != "発表"
        order = (issued, corrected)
        assert key not in newest or newest[key][0] != order, f"ambiguous: {path.name}"
        if key not in newest or newest[key][0] < order:
            newest[key] = (order, path)
    return [path for _, path in newest.values()]


@real
@pytest.mark.parametrize("mode", [Mode.ACTUAL, Mode.EXERCISE, Mode.TEST])
def test_over_all_real_telegrams_the_level_is_the_highest_in_force(mode: Mode) -> None:
    paths = [path for path in REAL if real_mode(path) is mode]
    expected: dict[str, set[int]] = defaultdict(set)
    for path in latest(paths):
        for area, said in raw_levels(path).items():
            expected[area] |= said
    editions = [one for path in paths for one in read(path.read_bytes(), Hints()).editions]
    found = {area: one.level for area, one in levels(editions, mode=mode).items()}
    assert bool(found) == bool(paths)
    assert found == {area: max(said, default=None) for area, said in expected.items()}
