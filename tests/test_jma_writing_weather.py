"""Written weather telegrams: warnings with levels, landslides, record rain, tornado watches."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weather_writing as w
from data import cases, needs_data
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, JST, MINUTE, show
from noroshi.domains.disaster.alert_level.products import Params, build
from noroshi.domains.samples import by_kind, picture
from noroshi.formats.jma_xml.writing.landslide import landslide_alert
from noroshi.formats.jma_xml.writing.regions import Division, Group, Region
from noroshi.formats.jma_xml.writing.telegram import Area
from noroshi.formats.jma_xml.writing.warning import headline_of, warnings
from noroshi.formats.jma_xml.writing.warning_details import Reach, Tide, Warned, Wind
from noroshi.formats.jma_xml.writing.warning_kinds import HAZARDS, LEVELS, PRODUCT_OF, PRODUCTS
from noroshi.kinds import decode
from noroshi.kinds.weather import WarningKind, WeatherWarning

WARNING = "disaster.weather_warning"
REGIONAL = "disaster.weather_warning_region"
LEVELLED = ("15_16_*", "15_17_*")
SHIOMI, SHIRANAMI, NARUSE, OKUNARUSE, KIRITATE = w.CODES


def write(type: str, now: dict, before: dict | None = None, at: int = w.NOON, **more) -> bytes:
    return warnings(type, w.REGION, now, before, reported=at, mode=Mode.EXERCISE, **more)


def rain(category: str, **more) -> tuple[Warned, ...]:
    return (Warned(hazard="大雨", category=category, **more),)


def kinds(data: bytes, kind: str = WARNING) -> dict[str, list[WarningKind]]:
    """Warnings in force by code of area."""
    return {one.code: one.kinds for one in w.bodies(w.read(data), kind).values()}


def test_each_municipality_gets_its_own_level_and_wider_areas_the_highest() -> None:
    data = write(
        "VPWW55",
        {SHIOMI: rain("danger"), NARUSE: rain("warning"), KIRITATE: rain("advisory")},
        {SHIOMI: rain("warning")},
    )
    names = {code: [one.name for one in found] for code, found in kinds(data).items()}
    assert names == {
        SHIOMI: ["レベル４大雨危険警報"],
        NARUSE: ["レベル３大雨警報"],
        KIRITATE: ["レベル２大雨注意報"],
    }
    wide = {one.code: one for one in w.bodies(w.read(data), REGIONAL).values()}
    assert {code: (one.level, one.full) for code, one in wide.items()} == {
        "510000": (4, "一部"),
        "510010": (4, "一部"),
        "510011": (4, "一部"),
        "510012": (3, "全域"),
        "510020": (2, "一部"),
        "510021": (2, "一部"),
    }
    assert kinds(data)[SHIOMI][0].status == "発表"
    assert kinds(data)[SHIOMI][0].last.name == "レベル３大雨警報"


def test_a_lowered_warning_says_from_what_to_what() -> None:
    steps = [("emergency", "特別警報から危険警報"), ("danger", "危険警報から警報")]
    steps = [*steps, ("warning", "警報から注意報")]
    categories = ["danger", "warning", "advisory"]
    for (last, status), now in zip(steps, categories, strict=True):
        data = write("VPWW55", {SHIOMI: rain(now)}, {SHIOMI: rain(last)})
        assert kinds(data)[SHIOMI][0].status == status


def test_partial_lifting_keeps_the_rest_and_names_what_ended() -> None:
    before = {SHIOMI: rain("warning"), NARUSE: rain("warning")}
    data = write("VPWW55", {NARUSE: rain("warning")}, before)
    assert set(kinds(data)) == {NARUSE}
    assert kinds(data)[NARUSE][0].status == "継続"
    (bulletin,) = w.bodies(w.read(data), "disaster.bulletin").values()
    lifted = [one.areas[0].name for one in bulletin.items if one.kinds[0].name == "解除"]
    assert lifted == ["沿岸北部", "汐見市"]
    assert bulletin.headline == "沿岸では、低い土地の浸水や川の増水に警戒してください。"


def test_lifting_all_leaves_no_warning_in_the_picture() -> None:
    first = write("VPWW55", {SHIOMI: rain("warning")})
    last = write("VPWW55", {}, {SHIOMI: rain("warning")}, w.NOON + HOUR)
    editions = w.read(first) + w.read(last)
    assert [one for one in picture(editions) if one.kind in (WARNING, REGIONAL)] == []
    (bulletin,) = w.bodies(w.read(last), "disaster.bulletin").values()
    assert bulletin.headline == "警報・注意報を解除します。"


def test_the_emergency_warning_is_named_and_located_in_the_headline() -> None:
    now = {SHIOMI: rain("emergency"), NARUSE: rain("danger")}
    assert headline_of("VPWW55", w.REGION, now) == (
        "【特別警報（大雨）】沿岸北部にレベル５大雨特別警報を発表しています。"
        "低い土地の浸水や川の増水に最大級の警戒をしてください。"
    )
    assert headline_of("VPWW55", w.REGION, {NARUSE: rain("warning")}, now).startswith(
        "【警報に切り替え】沿岸では、"
    )
    assert headline_of("VPWW55", w.REGION, {}, now) == "【特別警報解除】警報・注意報を解除します。"


def test_headlines_and_names_are_those_of_the_samples() -> None:
    """The wording of samples 15_16_01 to 15_16_08, for a region where all is alike."""
    rain_words, land_words = "低い土地の浸水や川の増水", "土砂災害"
    strictly = "に厳重に警戒をしてください。"
    for hazard, category, sentence in (
        (
            "土砂災害",
            "danger",
            f"にレベル４土砂災害危険警報を発表しています。{land_words}{strictly}",
        ),
        ("大雨", "danger", f"にレベル４大雨危険警報を発表しています。{rain_words}{strictly}"),
        ("暴風", "warning", "では、暴風に警戒してください。"),
        ("波浪", "warning", "では、高波に警戒してください。"),
        ("大雪", "warning", "では、大雪に警戒してください。"),
        ("雷", "advisory", "では、急な強い雨や落雷に注意してください。"),
    ):
        now = {code: (Warned(hazard=hazard, category=category),) for code in w.CODES}
        assert headline_of(PRODUCT_OF[hazard], w.REGION, now) == w.PREFECTURE + sentence


def test_what_is_expected_comes_back_in_si_units() -> None:
    storm = Warned(
        hazard="暴風",
        category="warning",
        winds=(Wind("南東", 22.0, "陸上"), Wind("南東", 30.0, "海上", "warning")),
    )
    wave = Warned(hazard="波浪", category="warning", waves=9.0)
    surge = Warned(
        hazard="高潮",
        category="danger",
        reach=Reach(4, w.NOON + 6 * HOUR, w.NOON + 9 * HOUR),
        tide=Tide(2.3, w.NOON + 7 * HOUR, 3.1, w.NOON + 8 * HOUR + 30 * MINUTE),
    )
    now = {SHIOMI: (storm, wave, surge)}
    winds = kinds(write("VPWW58", now))[SHIOMI][0].details
    assert [(one.part, one.value) for one in winds if one.item == "最大風速"] == [
        ("陸上", 22.0),
        ("海上", 30.0),
    ]
    (height,) = [one for one in kinds(write("VPWW59", now))[SHIOMI][0].details if one.value]
    assert (height.item, height.value, height.unit) == ("波高", 9.0, "m")
    found = kinds(write("VPWW57", now))[SHIOMI][0].details
    tides = {one.about: (one.value, one.time) for one in found if one.value}
    assert tides == {
        "高潮基準超過": (2.3, show(w.NOON + 7 * HOUR, JST)),
        "高潮ピーク": (3.1, show(w.NOON + 8 * HOUR + 30 * MINUTE, JST)),
    }
    (period,) = [one for one in found if one.item == "criteria"]
    assert (period.level, period.time, period.until) == (
        4,
        show(w.NOON + 6 * HOUR, JST),
        show(w.NOON + 9 * HOUR, JST),
    )
    assert period.text == "１７日１８時から２１時まで、警戒レベル４相当"


def test_the_alert_level_product_takes_the_highest_printed_level_of_each_municipality() -> None:
    soil = {
        SHIOMI: (Warned(hazard="土砂災害", category="danger"),),
        OKUNARUSE: (Warned(hazard="土砂災害", category="emergency"),),
    }
    storm = {NARUSE: (Warned(hazard="暴風", category="warning"),)}
    telegrams = [
        write("VPWW55", {SHIOMI: rain("warning"), KIRITATE: rain("advisory")}),
        write("VPWW56", soil),
        write("VPWW58", storm),
    ]
    assert levels(telegrams) == {SHIOMI: 4, OKUNARUSE: 5, KIRITATE: 2, NARUSE: None}
    alert = landslide_alert(w.REGION, {NARUSE}, reported=w.NOON, serial=1, mode=Mode.EXERCISE)
    assert levels([*telegrams, alert])[NARUSE] == 4
    lower = {SHIOMI: (Warned(hazard="土砂災害", category="advisory"),)}
    telegrams += [write("VPWW56", lower, soil, w.NOON + HOUR)]
    assert levels(telegrams) == {SHIOMI: 3, KIRITATE: 2, NARUSE: None}


def levels(telegrams: list[bytes]) -> dict[str, int | None]:
    """Levels of the alert_level capability after `telegrams`, by code of municipality."""
    editions = [one for data in telegrams for one in w.read(data)]
    empty: dict = {WARNING: [], "disaster.landslide_alert": []}
    found = build({**empty, **by_kind(picture(editions))}, Params())
    return {
        record.area.removeprefix("city:"): decode(record.kind, record.body).level
        for edition in found
        for record in edition.records
    }


@needs_data("jma_xml/schema", "jma_xml/samples")
def test_schema_and_samples_find_what_is_wrong() -> None:
    data = write("VPWW55", {SHIOMI: rain("warning")})
    assert w.invalid(data.replace("変化有".encode(), "変化多".encode())) != []
    odd = data.replace(b"<Status>", b"<ClassName>").replace(b"</Status>", b"</ClassName>")
    assert "/Report/Body/Warning/Item/Kind/ClassName" in w.strange_paths(odd, *LEVELLED)
    for pattern in (
        *(*LEVELLED, "17_0*VXWW50*", "18_*VPOA50*", "82_*VPBS50*", "83_*VPZJ51*", "19_*VPHW*"),
        *("81_*VPWP50*", "22_*VPFJ50*", "*VPFJ51*", "*VXKO*", "10_*VPTW*", "10_0[345]*VPTW6*"),
    ):
        assert w.real_paths(pattern), pattern


def test_a_municipality_of_another_region_is_refused() -> None:
    with pytest.raises(ValueError, match="5299900"):
        write("VPWW55", {"5299900": rain("advisory")})


def test_a_table_of_twenty_municipalities_is_written_in_milliseconds() -> None:
    places = tuple(Area(f"第{n}市", f"513{n:02}00") for n in range(20))
    region = Region(
        "広県",
        "510000",
        (Division("全", "510010", (Group("全", "510011", places),)),),
        "台",
        "広県",
    )
    now = {place.code: rain("warning") for place in places}
    spent = []
    for _ in range(10):
        start = time.process_time()
        warnings("VPWW55", region, now, now, reported=w.NOON, mode=Mode.EXERCISE)
        spent.append(time.process_time() - start)
    assert min(spent) < 5e-3, "1.5 ms is usual; the rest is for slow machines"


# --- properties --------------------------------------------------------------------------------


@st.composite
def warned(draw: st.DrawFn, type: str) -> dict[str, tuple[Warned, ...]]:
    """What may be in force of one product, with everything that it may say."""
    found = {}
    start = draw(w.times)
    for code in draw(st.sets(st.sampled_from(w.CODES))):
        each = []
        for hazard in PRODUCTS[type].hazards:
            category = draw(st.sampled_from([*HAZARDS[hazard].kinds, None]))
            if category is None:
                continue
            more: dict = {}
            if HAZARDS[hazard].levelled and draw(st.booleans()):
                more["reach"] = Reach(draw(st.integers(2, 5)), start, start + draw(w.hours))
            if hazard in ("暴風", "暴風雪"):
                parts = draw(st.sampled_from([("",), ("陸上", "海上"), ()]))
                speeds = st.integers(10, 70).map(float)
                more["winds"] = tuple(Wind("北東", draw(speeds), part) for part in parts)
            if hazard == "波浪":
                more["waves"] = draw(st.none() | st.integers(1, 15).map(float))
            if hazard == "大雪":
                more["snow"] = draw(st.none() | st.integers(5, 200).map(lambda cm: cm / 100))
            if hazard == "高潮" and draw(st.booleans()):
                height = st.integers(5, 60).map(lambda dm: dm / 10)
                more["tide"] = Tide(draw(height), start, draw(height), start + draw(w.hours))
            each.append(Warned(hazard=hazard, category=category, **more))
        if each:
            found[code] = tuple(each)
    return found


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, dict, dict]:
    type = draw(st.sampled_from(sorted(PRODUCTS)))
    return type, draw(warned(type)), draw(warned(type))


@settings(max_examples=cases(60), deadline=None)
@given(changes(), w.times)
def test_any_table_is_valid_and_gives_back_what_is_in_force(
    case: tuple[str, dict, dict], at: int
) -> None:
    type, now, before = case
    data = write(type, now, before, at)
    assert data == write(type, now, before, at)
    assert w.strange_paths(data, *LEVELLED) == set()
    editions = w.read(data)
    assert {one.issued for one in editions} == {at}
    found = {one.code: one for one in w.bodies(editions, WARNING).values()}
    assert set(found) == set(now)
    for code, expected in now.items():
        check(found[code], expected, {one.hazard: one for one in before.get(code, ())})


def check(body: WeatherWarning, expected: tuple[Warned, ...], last: dict[str, Warned]) -> None:
    """What was read of one municipality is what was to be written."""
    assert body.area_name == w.NAMES[body.code]
    assert len(body.kinds) == len(expected)
    for kind, one in zip(body.kinds, expected, strict=True):
        hazard = HAZARDS[one.hazard]
        assert (kind.name, kind.code) == (
            hazard.kinds[one.category].name,
            hazard.kinds[one.category].code,
        )
        assert kind.category == one.category
        assert kind.level == (LEVELS[one.category] if hazard.levelled else None)
        ago = last.get(one.hazard)
        assert (kind.last and kind.last.name) == (ago and hazard.kinds[ago.category].name)
        values = [detail.value for detail in kind.details if detail.value is not None]
        wanted = [wind.speed for wind in one.winds]
        wanted += [value for value in (one.waves, one.snow) if value is not None]
        wanted += [one.tide.over, one.tide.peak] if one.tide else []
        assert values == pytest.approx(wanted)
        periods = [detail.level for detail in kind.details if detail.item == "criteria"]
        assert periods == ([one.reach.level] if one.reach else [])
