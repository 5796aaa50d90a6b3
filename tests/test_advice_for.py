"""What an alert means for one person: never later for those who need time, never against the
alert."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.channels.advice import plain
from noroshi.channels.subscribers import phrases
from noroshi.channels.subscribers.advice import _LADDER, Duty, advice_for, duty
from noroshi.channels.subscribers.needs import NEEDS, SLOW, least_level, told_from
from noroshi.channels.subscribers.phrases_needs import NEED_PHRASES
from noroshi.channels.subscribers.phrases_run import RUN_PHRASES
from noroshi.kinds.issued_alert import IssuedAlert
from residents import KANJI, bare
from test_area_words import faults

ACTIONS = ("save_life", "evacuate", "evacuate_early", "prepare", "shelter_in", "avoid", "monitor",
           "information", "all_clear")  # fmt: skip
HAZARDS = ("flood", "landslide", "surge", "tsunami", "earthquake", "fire", "volcano", "storm",
           "snow", "heat", "other", "")  # fmt: skip
alerts = st.builds(
    IssuedAlert, number=st.just(1), hazard=st.sampled_from(HAZARDS),
    level=st.none() | st.integers(1, 5), action=st.sampled_from(ACTIONS),
    kind=st.sampled_from(("issue", "update", "extend", "correct", "cancel", "expire")),
)  # fmt: skip
needs = st.frozensets(st.sampled_from(sorted(NEEDS)))
TABLES = (phrases.DUTIES, phrases.HAZARDS, phrases.FOLLOWING, NEED_PHRASES, RUN_PHRASES)


@given(alerts, needs)
def test_a_need_brings_what_to_do_forward_and_never_turns_it(
    alert: IssuedAlert, given: frozenset[str]
) -> None:
    everyone, person = duty(alert), duty(alert, given)
    if everyone in _LADDER:
        assert _LADDER.index(person) >= _LADDER.index(everyone)
    else:
        assert person is everyone
    if alert.kind in ("cancel", "expire"):
        assert person is Duty.OVER
    elif alert.action in ("evacuate", "save_life") or (
        alert.action == "evacuate_early" and given & SLOW
    ):
        assert person in (Duty.GO, Duty.SAVE)


@given(alerts, needs, st.sampled_from(("ja", "easy", "en", "vi")))
def test_there_is_always_something_to_do_and_it_agrees_with_the_alert(
    alert: IssuedAlert, given: frozenset[str], language: str
) -> None:
    lines = advice_for(alert, given, language)
    said = plain.drop_readings(" ".join(lines))
    assert all(lines)
    sentences = [one for one in re.split(r"(?<=。)|(?<=\.) ", " ".join(lines)) if one.strip()]
    assert len({one.strip() for one in sentences}) == len(sentences)
    asked = duty(alert, given)
    if asked in (Duty.GO, Duty.SAVE):
        assert not re.search("準備|[Gg]et ready|[Pp]ack |たしかめてください。.*にげる ところ", said)
    if asked in (Duty.STAY, Duty.OVER):
        assert not re.search("避難してください|にげて|leave now|[Ll]eave the", said)
    if asked not in (Duty.GO, Duty.SAVE):
        assert not re.search("今すぐ危険な場所から|Life|命を守る", said)
    if asked in (Duty.GO, Duty.SAVE) and alert.hazard == "tsunami":
        assert not re.search("[お服水]を[も持]って|部屋|[Tt]ake medicines|a safe room", said)
    if "hearing" in given:
        assert not re.search("ラジオ|放送を聞|radio|[Ll]isten", said)
    if "sight" in given:
        assert "{" not in "".join(lines)
        assert not re.search("[→⚠●▶↓※]|字幕|地図|map", said)


def test_the_level_3_notice_means_go_now_for_some_and_get_ready_for_others() -> None:
    notice = IssuedAlert(number=1, hazard="flood", level=3, action="evacuate_early")
    assert advice_for(notice)[0].startswith("避難の準備")
    for one in sorted(SLOW):
        assert "今すぐ危険な場所から避難" in advice_for(notice, {one})[0], one
        assert advice_for(notice, {one}, "en")[0].startswith("This notice means you")
    for one in ("pet", "carless", "foreign"):
        assert duty(notice, {one}) is Duty.READY
    # The same words as for everybody once everybody goes.
    order = IssuedAlert(number=1, hazard="flood", level=4, action="evacuate")
    assert advice_for(order, {"older"})[0] == advice_for(order)[0]


@pytest.mark.parametrize("one", sorted(SLOW))
def test_who_goes_at_level_3_is_told_at_level_3(one: str) -> None:
    notice = IssuedAlert(number=1, hazard="flood", action="evacuate_early")
    told = told_from(notice)
    assert told is not None
    assert least_level(5, {one}) <= told


def test_every_need_has_a_phrase_for_every_group_and_every_hazard_for_the_ground() -> None:
    groups = ("move", "save", "early", "stay")
    assert set(NEED_PHRASES) == {f"{one} {group}" for one in NEEDS for group in groups}
    assert RUN_PHRASES.keys() == NEEDS.keys()
    assert {one.split()[1] for one in phrases.HAZARDS} == {"move", "save", "avoid"}
    assert len(phrases.HAZARDS) % 3 == 0


def test_phrases_are_plain_and_in_three_ways() -> None:
    wrong = []
    for name, one in [pair for table in TABLES for pair in table.items()]:
        wrong += [(name, fault) for fault in faults(plain.drop_readings(one.easy), bare(one.easy))]
        assert one.ja.endswith("。"), name
        assert one.easy.endswith("。"), name
        assert one.en.endswith("."), name
        assert not re.search(rf"[\u3040-\u30ff]|{KANJI}", one.en), name
        assert "{" not in one.ja
    for name, both in NEEDS.items():
        wrong += [(name, fault) for fault in faults(plain.drop_readings(both.ja), bare(both.ja))]
    assert wrong == []


def test_what_two_needs_have_in_common_is_said_once() -> None:
    alert = IssuedAlert(number=1, hazard="flood", action="shelter_in")
    said = advice_for(alert, {"wheelchair", "sight"}, "easy")
    assert "".join(said).count("つたえてください") == 1
    both = advice_for(alert, {"wheelchair", "sight"}, "en")
    assert both[1].startswith("Stay clear of the entrance, and tell family")
    assert both[2] == "Keep the floor clear, and tell family or neighbours where you are."
