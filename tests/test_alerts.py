"""Alerts of what is in force: one for each edition, valid, never more than the reader may see."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cap_alerts import (
    alerts,
    edition,
    keep,
    one,
    said,
    warning,
)
from data import cases
from noroshi.channels.alerts.areas import CORNERS, rings
from noroshi.channels.alerts.compose import REFERENCES
from noroshi.core.label import OPERATOR, OWN, PUBLIC, RESPONDERS, Reader, Sharing
from noroshi.core.place import point
from noroshi.core.record import Action, Mode
from noroshi.core.time import DAY, HOUR, MINUTE, parse
from noroshi.kinds.alert_level import AlertLevel, HazardLevel
from noroshi.kinds.eew import EarlyWarningArea
from noroshi.kinds.river import FloodWarning
from noroshi.kinds.tsunami import TsunamiWarning
from noroshi.kinds.volcano import EruptionFlash
from noroshi.kinds.weather import LandslideAlert, WarningKind
from noroshi.store import Store, open_store

T = parse("2026-07-01T12:00:00+09:00")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


RAIN = warning(("大雨警報", "大雨", "warning"))
RAIN_MORE = warning(("大雨特別警報", "大雨", "emergency"), ("雷注意報", "雷", "advisory"))
KIND = "disaster.weather_warning"


# --- what is said of a thing over time ----------------------------------------------------------


def test_a_first_edition_is_an_alert_an_update_refers_to_it_and_the_end_to_both(
    store: Store,
) -> None:
    keep(store, edition(T, RAIN))
    (first,) = alerts(store, KIND, T + MINUTE)
    keep(store, edition(T + HOUR, RAIN_MORE))
    (second,) = alerts(store, KIND, T + HOUR)
    keep(store, edition(T + 2 * HOUR))  # a table that leaves the town out
    (third,) = alerts(store, KIND, T + 2 * HOUR)
    assert [one(each, "msgType") for each in (first, second, third)] == [
        "Alert",
        "Update",
        "Cancel",
    ]
    names = [",".join(one(each, name) for name in ("sender", "identifier", "sent"))
             for each in (first, second)]  # fmt: skip
    assert said(first, "references") == []
    assert one(second, "references").split() == names[:1]
    assert one(third, "references").split() == names
    assert set(said(third, "info/responseType")) == {"AllClear"}
    assert set(said(third, "info/urgency")) == {"Past"}
    assert len({one(each, "identifier") for each in (first, second, third)}) == 3


def test_an_edition_has_the_same_alert_whenever_it_is_asked_for(store: Store) -> None:
    keep(store, edition(T, RAIN))
    before = [etree.tostring(each) for each in alerts(store, KIND, T)]
    keep(store, edition(T + HOUR, RAIN_MORE))
    assert [etree.tostring(each) for each in alerts(store, KIND, T)] == before


def test_an_end_is_told_for_a_day_and_then_no_more(store: Store) -> None:
    keep(store, edition(T, RAIN))
    keep(store, edition(T + HOUR))
    assert len(alerts(store, KIND, T + HOUR + DAY - MINUTE)) == 1
    assert alerts(store, KIND, T + HOUR + DAY) == []


def test_what_comes_back_after_its_end_is_a_new_alert(store: Store) -> None:
    keep(store, edition(T, RAIN))
    keep(store, edition(T + HOUR))
    keep(store, edition(T + 2 * HOUR, RAIN))
    (found,) = alerts(store, KIND, T + 2 * HOUR)
    assert one(found, "msgType") == "Alert"


def test_what_has_run_out_says_so_itself_and_what_follows_is_a_new_alert(store: Store) -> None:
    keep(store, edition(T, RAIN, ends=T + HOUR))
    (first,) = alerts(store, KIND, T)
    assert set(said(first, "info/expires")) == {"2026-07-01T13:00:00+09:00"}
    assert alerts(store, KIND, T + HOUR) == []
    keep(store, edition(T + 3 * HOUR, RAIN_MORE))
    (second,) = alerts(store, KIND, T + 3 * HOUR)
    assert one(second, "msgType") == "Alert"


def test_a_lifted_tsunami_warning_cancels_and_one_never_heard_of_says_nothing(
    store: Store,
) -> None:
    coast = TsunamiWarning(events=["1"], name="能登", code="350", kind="津波警報", kind_code="51")
    over = msgspec.structs.replace(coast, kind="警報解除", kind_code="50", lifted=True)
    keep(store, edition(T, coast, area="jma.tsunami:350"))
    keep(store, edition(T + HOUR, over, area="jma.tsunami:350"))
    (found,) = alerts(store, "disaster.tsunami_warning", T + HOUR)
    assert one(found, "msgType") == "Cancel"
    keep(store, edition(T, over, series="other", key="x"))
    assert len(alerts(store, "disaster.tsunami_warning", T + HOUR)) == 1


def test_what_was_called_off_for_all_times_is_still_cancelled(store: Store) -> None:
    begun = EruptionFlash(event="1", name="架空山", code="999", kind="噴火")
    for issued, action in ((T, Action.ISSUE), (T + HOUR, Action.CANCEL)):
        made = edition(issued, *[begun] * (action is Action.ISSUE), action=action, area=None,
                       ends=T + DAY)  # fmt: skip
        keep(store, msgspec.structs.replace(made, effective=None))
    (found,) = alerts(store, "disaster.eruption_flash", T + HOUR)
    assert one(found, "msgType") == "Cancel"
    assert one(found, "references")


def test_a_long_history_is_referred_to_only_as_far_as_the_last_alerts(store: Store) -> None:
    for number in range(REFERENCES + 20):
        keep(store, edition(T + number * MINUTE, warning((f"大雨警報{number}", "大雨", "warning"))))
    (found,) = alerts(store, KIND, T + DAY)
    assert len(one(found, "references").split()) == REFERENCES


# --- what it says -------------------------------------------------------------------------------


def test_each_warning_stands_in_two_languages_the_most_serious_first(store: Store) -> None:
    keep(store, edition(T, RAIN_MORE))
    (found,) = alerts(store, KIND, T)
    assert said(found, "info/language") == ["ja-JP", "en-US"] * 2
    assert said(found, "info/event") == [
        "大雨特別警報", "Heavy rain emergency warning", "雷注意報", "Thunderstorm advisory",
    ]  # fmt: skip
    assert said(found, "info/severity") == ["Extreme", "Extreme", "Moderate", "Moderate"]
    assert said(found, "info/headline")[0] == "七尾市：大雨特別警報"
    codes = zip(said(found, "info/area/geocode/valueName"),
                said(found, "info/area/geocode/value"), strict=True)  # fmt: skip
    assert set(codes) == {("JMA:area", "1720200"), ("JIS X 0402", "17202")}


MEASURES = [
    (("大雨特別警報", "大雨", "emergency"), "Immediate Extreme Likely Shelter"),
    (("レベル４土砂災害危険警報", "土砂災害", "danger"), "Immediate Severe Likely Evacuate"),
    (("大雨警報", "大雨", "warning"), "Expected Severe Likely Evacuate Prepare"),
    (("高潮警報", "高潮", "warning"), "Immediate Severe Likely Evacuate"),
    (("洪水注意報", "洪水", "advisory"), "Future Moderate Likely Prepare"),
    (("暴風警報", "暴風", "warning"), "Expected Severe Likely Shelter"),
    (("波浪注意報", "波浪", "advisory"), "Future Moderate Likely Avoid"),
    (("竜巻注意情報", "竜巻", ""), "Immediate Moderate Possible Shelter"),
    (("謎の情報", "謎", ""), "Unknown Unknown Unknown Monitor"),
]


@pytest.mark.parametrize(("named", "wanted"), MEASURES)
def test_measures_follow_from_category_and_level(
    store: Store, named: tuple[str, str, str], wanted: str
) -> None:
    keep(store, edition(T, warning(named)))
    (found,) = alerts(store, KIND, T)
    names = ("urgency", "severity", "certainty", "responseType")
    told = [each for name in names for each in dict.fromkeys(said(found, f"info/{name}"))]
    assert " ".join(told) == wanted


def test_an_early_warning_is_an_alert_and_a_forecast_for_experts_is_not(store: Store) -> None:
    early = EarlyWarningArea(
        event="1", product="緊急地震速報（警報）", name="石川県能登", code="390",
        kind="緊急地震速報（警報）", kind_code="10", intensity_from="6-", intensity_to="over",
        arrival="2026-07-01T12:00:20+09:00",
    )  # fmt: skip
    forecast = msgspec.structs.replace(early, product="緊急地震速報（予報）")
    keep(store, edition(T, early, area="jma.seismic:390", ends=T + MINUTE))
    keep(store, edition(T, forecast, series="forecast", ends=T + MINUTE))
    (found,) = alerts(store, "disaster.eew_area", T)
    assert set(said(found, "info/severity")) == {"Extreme"}
    assert set(said(found, "info/onset")) == {"2026-07-01T12:00:20+09:00"}


def test_floods_and_landslides_say_the_level(store: Store) -> None:
    keep(store, edition(T, FloodWarning(name="架空川", code="1", kind="氾濫危険情報")))
    (flood,) = alerts(store, "disaster.flood_warning", T)
    slide = LandslideAlert(
        area_name="七尾市", product="p", office="o",
        kinds=[WarningKind(name="土砂災害警戒情報", hazard="土砂災害")],
    )  # fmt: skip
    keep(store, edition(T, slide, series="slide"))
    (landslide,) = alerts(store, "disaster.landslide_alert", T)
    for found in (flood, landslide):
        assert set(said(found, "info/parameter/value")) == {"4"}
        assert set(said(found, "info/responseType")) == {"Evacuate"}


def test_the_level_of_a_town_is_one_event_and_no_evacuation_order(store: Store) -> None:
    level = AlertLevel(
        area_name="七尾市", level=4, category="danger", names=["レベル４大雨危険警報"],
        hazards=[HazardLevel("大雨", "レベル４大雨危険警報", "架空気象台", ["p"], "", level=4)],
    )  # fmt: skip
    keep(store, edition(T, level))
    (found,) = alerts(store, "disaster.alert_level", T)
    assert said(found, "info/event") == ["警戒レベル4相当", "Equivalent of alert level 4"]
    assert set(said(found, "info/responseType")) == {"Evacuate"}
    assert "避難指示等ではない" in said(found, "info/description")[0]
    assert "not an evacuation order" in said(found, "info/description")[1]


# --- drills, labels -----------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "status"), [(Mode.EXERCISE, "Exercise"), (Mode.TEST, "Test")])
def test_a_drill_is_never_actual_and_says_so_in_words(
    store: Store, mode: Mode, status: str
) -> None:
    keep(store, edition(T, RAIN, mode=mode))
    keep(store, edition(T + HOUR, mode=mode))
    assert alerts(store, KIND, T) == []
    for at in (T, T + HOUR):
        (found,) = alerts(store, KIND, at, mode=mode)
        assert one(found, "status") == status
        headlines = said(found, "info/headline")
        assert headlines[0].startswith("【")
        assert headlines[1].startswith("[")
        assert one(found, "note")


def test_scope_is_that_of_the_label(store: Store) -> None:
    group = store.define_label("two", Sharing(audience=(("org:b", "org:a"),))).id
    deep = store.define_label("deep", Sharing(clearance=2, compartments=("x",))).id
    wanted = {
        PUBLIC: ("Public", [], []),
        RESPONDERS: ("Restricted", ["TLP:GREEN; group:responders or own"], []),
        OWN: ("Restricted", ["TLP:AMBER+STRICT; own"], []),
        group: ("Private", [], ["org:a org:b"]),
        deep: ("Restricted", ["TLP:AMBER; clearance 2; need to know x"], []),
    }
    for label in wanted:
        keep(store, edition(T, RAIN, series=f"s{label}"), label)
    found = {}
    for label in wanted:
        (each,) = alerts(store, KIND, T, Reader("one", frozenset({label})))
        found[label] = (one(each, "scope"), said(each, "restriction"), said(each, "addresses"))
    assert found == wanted


def test_nothing_above_the_reader_is_said_or_referred_to(store: Store) -> None:
    keep(store, edition(T, RAIN), OWN)
    keep(store, edition(T + HOUR, RAIN_MORE), PUBLIC)
    (found,) = alerts(store, KIND, T + HOUR, Reader("anyone", frozenset({PUBLIC})))
    assert one(found, "msgType") == "Alert"
    assert said(found, "references") == []


def test_personal_data_is_in_no_alert_whoever_asks(store: Store) -> None:
    personal = store.define_label("callers", Sharing(purpose="rescue")).id
    keep(store, edition(T, RAIN), personal)
    assert alerts(store, KIND, T, OPERATOR) == []
    keep(store, edition(T + HOUR), personal)
    assert alerts(store, KIND, T + HOUR, OPERATOR) == []


# --- where --------------------------------------------------------------------------------------


def test_an_outline_is_drawn_with_latitude_first(store: Store) -> None:
    box = shapely.to_wkb(shapely.box(136.9, 37.0, 137.1, 37.2))
    keep(store, edition(T, RAIN, geometry=box))
    (found,) = alerts(store, KIND, T)
    corners = said(found, "info/area/polygon")[0].split()
    assert corners[0] == corners[-1]
    assert {float(each.split(",")[0]) for each in corners} == {37.0, 37.2}


def test_a_point_is_no_area(store: Store) -> None:
    keep(store, edition(T, RAIN, geometry=point(137.0, 37.0)))
    (found,) = alerts(store, KIND, T)
    assert said(found, "info/area/polygon") == []


@settings(max_examples=cases(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-179, 179), st.floats(-89, 89), st.floats(0.00001, 5), st.integers(1, 90)
        ),
        max_size=30,
    )
)
def test_outlines_are_of_a_bounded_size_and_leave_nobody_out(
    spots: list[tuple[float, float, float, int]],
) -> None:
    shape = shapely.union_all([
        shapely.Point(x, y).buffer(size, quad_segs=many) for x, y, size, many in spots
    ])  # fmt: skip
    found = rings(shapely.to_wkb(shape))
    assert sum(map(len, found)) <= CORNERS
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in found)
    on_globe = shape.intersection(shapely.box(-180, -90, 180, 90))
    if found and on_globe.equals(shape):
        drawn = shapely.union_all([shapely.Polygon(ring) for ring in found]).buffer(0.0001)
        assert drawn.covers(shape)
