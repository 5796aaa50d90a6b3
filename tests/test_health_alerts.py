"""Alarms of surveillance as CAP: where, which disease, how sure, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cap_alerts import alerts, edition, keep, one, said
from noroshi.channels.advice.health import GROUPS, advice_for, groups_of
from noroshi.channels.advice.plain import drop_readings
from noroshi.core.record import Mode
from noroshi.core.time import DAY, parse
from noroshi.kinds.diseases import diseases
from noroshi.kinds.outbreak_alarm import OutbreakAlarm
from noroshi.kinds.shelter_alarm import ShelterAlarm
from noroshi.store import Store, open_store

T = parse("2031-07-01T12:00:00+09:00")
KIND = "health.alarm"


def alarm(
    code: str = "ehec", area: str = "22", q: float | None = 0.01, **changes: object
) -> OutbreakAlarm:
    fields: dict[str, object] = {
        "disease": code, "name": diseases()[code].ja, "system": "all_case", "area_code": area,
        "week": "2031-W26", "count": 12, "expected": 3.25, "upper": 7.0, "p_value": 0.0004,
        "q_value": q, "score": 3.1, "methods": ["farrington", "ears_c2"], "since": "2031-W25",
    }  # fmt: skip
    return OutbreakAlarm(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


def test_an_alarm_says_where_which_disease_how_many_and_what_to_do(store: Store) -> None:
    keep(store, edition(T, alarm(), key="ehec/22", area="pref:22"))
    (found,) = alerts(store, KIND, T)
    assert said(found, "info/category") == ["Health", "Health"]
    assert said(found, "info/event") == [
        "腸管出血性大腸菌感染症の報告数の増加",
        "Increase in Enterohaemorrhagic Escherichia coli infection",
    ]
    assert said(found, "info/area/areaDesc") == ["静岡県（Shizuoka）"] * 2
    assert said(found, "info/area/geocode/valueName") == ["JIS X 0401"] * 2
    assert said(found, "info/area/geocode/value") == ["22"] * 2
    assert (said(found, "info/urgency")[0], said(found, "info/severity")[0]) == ("Future", "Severe")
    japanese, english = said(found, "info/description")
    assert "2031年第26週の報告数は12件" in japanese
    assert "流行の確定ではない" in japanese
    assert "an outbreak is not confirmed" in english
    assert "石けんで 手を 洗ってください" in said(found, "info/instruction")[0]
    assert "Cook meat" in said(found, "info/instruction")[1]


@pytest.mark.parametrize(
    ("code", "q", "methods", "scale"),
    [
        ("ebola", 0.01, ["farrington", "cusum"], ("Expected", "Extreme", "Likely")),
        ("diphtheria", 0.01, ["farrington"], ("Expected", "Severe", "Possible")),
        ("cholera", 0.2, ["farrington", "cusum"], ("Future", "Severe", "Possible")),
        ("influenza", None, ["ears_c1", "cusum"], ("Future", "Moderate", "Possible")),
    ],
)
def test_severity_is_that_of_the_law_and_certainty_that_of_the_statistics(
    store: Store, code: str, q: float | None, methods: list[str], scale: tuple[str, ...]
) -> None:
    keep(store, edition(T, alarm(code, "00", q, methods=methods), area=None))
    (found,) = alerts(store, KIND, T)
    names = ("urgency", "severity", "certainty")
    assert tuple(said(found, f"info/{name}")[0] for name in names) == scale
    assert said(found, "info/area/areaDesc") == ["全国（Japan）"] * 2


def test_the_next_week_updates_the_alarm_its_end_cancels_it_and_a_drill_says_so(
    store: Store,
) -> None:
    keep(store, edition(T, alarm(), area="pref:22"))
    keep(store, edition(T + 7 * DAY, alarm(week="2031-W27"), area="pref:22"))
    assert one(alerts(store, KIND, T + 7 * DAY)[0], "msgType") == "Update"
    keep(store, edition(T + 14 * DAY, area="pref:22"))
    assert one(alerts(store, KIND, T + 14 * DAY)[0], "msgType") == "Cancel"
    keep(store, edition(T, alarm(), series="drill", area="pref:22", mode=Mode.EXERCISE))
    (found,) = alerts(store, KIND, T, mode=Mode.EXERCISE)
    assert one(found, "status") == "Exercise"
    assert said(found, "info/headline")[0].startswith("【訓練】")


def test_an_alarm_in_a_shelter_says_what_to_do_there_and_a_watch_asks_for_less(
    store: Store,
) -> None:
    body = ShelterAlarm(
        name="架空小学校", municipality="架空市", syndrome="diarrhoea", syndrome_name="急性下痢症",
        syndrome_en="Acute diarrhoea", level="alarm", why=["predictive"], date="2031-07-01",
        count=9, count_window=14, expected=1.5, upper=4, p_value=0.0002, since="2031-06-30",
        action=["手洗いを確かめる"], action_en=["Check hand washing"],
    )  # fmt: skip
    keep(store, edition(T, body, area="city:9920100"))
    (found,) = alerts(store, "health.shelter_alarm", T)
    headline = "Increase in Acute diarrhoea in a shelter: 架空市架空小学校"
    assert said(found, "info/headline")[1] == headline
    assert said(found, "info/instruction") == ["手洗いを確かめる", "Check hand washing"]
    assert said(found, "info/urgency")[0] == "Expected"
    keep(store, edition(T + DAY, msgspec.structs.replace(body, level="watch"), area="city:9920100"))
    (found,) = alerts(store, "health.shelter_alarm", T + DAY)
    assert said(found, "info/severity")[0] == "Minor"
    assert said(found, "info/responseType") == ["Monitor", "Monitor"]


def test_every_disease_has_advice_in_both_languages_and_plain_words() -> None:
    unknown = [code for code in diseases() if groups_of(code) == ("other",)]
    assert unknown == ["cjd", "cryptococcosis"]
    assert groups_of("not_known") == ("other",)
    assert advice_for("measles").word.en == "Do not catch it or pass it on"
    assert {"ticks", "animals"} <= set(groups_of("sfts"))
    for advice in GROUPS.values():
        for both in (advice.word, *advice.steps):
            assert both.en.isascii() or "手帳" in both.en
            assert "{" not in drop_readings(both.ja)
