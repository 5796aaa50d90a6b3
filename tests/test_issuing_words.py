"""What alerts say: in every language, in one order, readable, and never as real where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from noroshi.channels.issuing.content import LEVEL_OF, LEVELLED, Content, Place
from noroshi.channels.issuing.difference import difference
from noroshi.channels.issuing.words import easy, moments
from noroshi.channels.issuing.words.compose import compose
from noroshi.channels.issuing.words.kanji import GRADES, grade
from noroshi.channels.issuing.words.tables import ACTIONS, HAZARDS, KINDS, languages, table
from noroshi.channels.issuing.words.voice import Caller, aloud, broadcast, station
from noroshi.core.record import Mode
from noroshi.core.time import parse
from noroshi.kinds.issued_alert import IssuedAlert, Text

NANAO = Place("city:1720200", "七尾市", "ななおし")
YATA = Place("", "矢田町", "やたまち")
BY = Caller("七尾市", "ななおし", "Nanao City")
THEN, END = parse("2026-09-24T06:07+09:00"), parse("2026-10-17T14:45+09:00")
PARTS = ("headline", "level", "action", "place", "time", "reason", "source")


def content(hazard: str = "flood", action: str = "evacuate", **more: object) -> Content:
    said = {"places": (NANAO,), "expires": END, "level":
            LEVEL_OF.get(action) if hazard in LEVELLED else None, **more}  # fmt: skip
    return Content(hazard=hazard, action=action, **said)  # type: ignore[arg-type]


def every(*spoken: str) -> Iterator[tuple[Mode, Text]]:
    """Every hazard, action, kind and mode, in these languages."""
    for hazard, action, kind, mode in product(HAZARDS, ACTIONS, KINDS, Mode):
        said = content(hazard, action, districts=(YATA,), begins=THEN, languages=("ja", *spoken))
        for text in compose(said, kind, mode, BY, THEN)[1:]:
            yield mode, text


def test_easy_japanese_is_easy_whatever_is_said() -> None:
    said = {getattr(text, part) for _, text in every("easy") for part in PARTS}
    for kind in KINDS:
        text = compose(content(), kind, Mode.ACTUAL, BY, None)[1]
        said |= {getattr(text, part) for part in PARTS}
    assert len(said) > 1_000
    assert [one for text in said for one in easy.check(text, (NANAO.name, YATA.name))] == []


def test_levels_are_said_of_every_hazard_that_has_them() -> None:
    for hazard, level in product(LEVELLED, (1, 2, 3, 4, 5)):
        for text in compose(content(hazard, "monitor", level=level), "issue", Mode.ACTUAL, BY,
                            THEN)[:3]:  # fmt: skip
            assert str(level) in text.level
            assert easy.check(text.level) == [] or text.language != "easy"


@pytest.mark.parametrize("language", languages())
def test_an_exercise_says_so_first_and_what_is_real_never_does(language: str) -> None:
    words = table(language)
    marks = (words.marks.exercise, words.marks.test)
    said = content(languages=("ja", *({language} - {"ja"})))
    for kind, mode in product(KINDS, Mode):
        text = compose(said, kind, mode, BY, THEN)[-1]
        told = "".join(getattr(text, part) for part in PARTS)
        if mode is Mode.ACTUAL:
            assert not any(mark.strip() in told for mark in marks)
            continue
        mark = marks[mode is Mode.TEST]
        assert text.headline.startswith(mark)
        assert marks[mode is not Mode.TEST] not in told
        assert text.action.startswith(
            words.marks.exercise_says if mode is Mode.EXERCISE else words.marks.test_says
        )


def test_an_end_calls_nobody_to_act_as_before() -> None:
    for mode, language in product(Mode, languages()):
        said = content(languages=("ja", *({language} - {"ja"})))
        text = compose(said, "cancel", mode, BY, THEN)[-1]
        assert table(language).actions["evacuate"].do not in text.action
        assert table(language).actions["all_clear"].do in text.action
        assert text.level == ""


def test_the_voice_is_of_one_form_read_twice_with_the_drill_first_and_last() -> None:
    said = content(districts=(YATA,), expires=parse("2026-09-01T18:00+09:00"))
    [text] = compose(said, "issue", Mode.EXERCISE, BY, THEN)[:1]
    body = [
        "きんきゅうほうそう、きんきゅうほうそう。", "けいかいレベルよん、ひなんしじ。",
        "やたまちに、こうずいのひなんしじをだしています。",
        "ついたちのじゅうはちじまでです。", "かわのみずがあふれるかもしれません。",
        "あぶないところにいるひとは、ぜんいんにげてください。",
        "そとがあぶないときは、たかいかいへいってください。",
    ]  # fmt: skip
    drill, call = "これはくんれんです。これはくんれんです。", "こちらは、ぼうさいななおです。"
    assert aloud(text.voice).splitlines() == [
        drill,
        call,
        *body,
        "くりかえします。",
        *body,
        call,
        drill,
    ]
    assert all(easy.morae(line) <= 45 for line in text.voice.splitlines())


def test_no_number_and_no_known_name_is_read_out_without_its_reading() -> None:
    lines = set()
    for kind, mode, action, hazard in product(KINDS, Mode, ACTIONS, HAZARDS):
        lines |= set(broadcast(content(hazard, action, districts=(YATA,)), kind, mode,
                               BY).splitlines())  # fmt: skip
    for line in map(aloud, lines):
        assert not any(one.isdigit() or "\u3400" <= one <= "\u9fff" for one in line), line


@pytest.mark.parametrize(("by", "call"), [
    (BY, "こちらは、ぼうさいななおです。"),
    (Caller("能登町", "のとちょう"), "こちらは、ぼうさいのとです。"),
    (Caller("石川県危機管理課"), "こちらは、石川県危機管理課です。"),
    (Caller("七尾市"), "こちらは、ぼうさい七尾です。"),
])  # fmt: skip
def test_the_call_is_of_the_town(by: Caller, call: str) -> None:
    assert aloud(station(by)) == call


def test_times_are_read_as_people_say_them() -> None:
    assert [moments.hour(one) for one in (0, 4, 7, 9, 14, 17, 19, 20, 23)] == [
        "れいじ", "よじ", "しちじ", "くじ", "じゅうよじ", "じゅうしちじ", "じゅうくじ",
        "にじゅうじ", "にじゅうさんじ",
    ]  # fmt: skip
    assert [moments.minute(one) for one in (1, 3, 5, 10, 15, 30, 46, 58)] == [
        "いっぷん", "さんぷん", "ごふん", "じゅっぷん", "じゅうごふん", "さんじゅっぷん",
        "よんじゅうろっぷん",
        "ごじゅうはっぷん",
    ]  # fmt: skip
    assert [moments.day(one) for one in (1, 8, 11, 14, 20, 24, 31)] == [
        "ついたち", "ようか", "じゅういちにち", "じゅうよっか", "はつか",
        "にじゅうよっか",
        "さんじゅういちにち",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), [
    ("{川|かわ}の {水|みず}が ふえています。", []),
    ("川の水が ふえています。", ["reading", "reading"]),
    ("{河川|かせん}に {近|ちか}づかないでください。", ["kanji", "word"]),
    ("すみやかに {避難|ひなん}していただきますよう お{願|ねが}いします。",
     ["kanji", "form", "form"]),
    ("この {道|みち}は、きのうから ずっと {水|みず}が たくさん あって、{車|くるま}も {人|ひと}も "
     "{通|とお}ることが できません。", ["long"]),
    ("{警報|けいほう}が {出|で}ました。", []),
    ("{和倉|わくら}の {人|ひと}は にげてください。", []),
])  # fmt: skip
def test_the_checker_says_what_is_hard(text: str, found: list[str]) -> None:
    assert sorted(one.code for one in easy.check(text, ("和倉",))) == sorted(found)


def test_the_table_of_grades_is_the_official_one() -> None:
    assert {one: len(kanji) for one, kanji in GRADES.items()} == {
        1: 80,
        2: 160,
        3: 200,
        4: 202,
        5: 193,
        6: 191,
    }
    assert len({one for kanji in GRADES.values() for one in kanji}) == 1026
    assert [grade(one) for one in "一雨悪媛圧胃氾"] == [1, 1, 3, 4, 5, 6, 7]


def test_the_difference_tells_each_field_and_each_text() -> None:
    def alert(**more: object) -> IssuedAlert:
        said = content(**more)  # type: ignore[arg-type]
        return IssuedAlert(
            number=1, hazard=said.hazard, level=said.level, action=said.action,
            area_names=[one.name for one in said.places], expires="2026-10-17T14:45:00+09:00",
            texts=compose(said, "issue", Mode.ACTUAL, BY, THEN),
        )  # fmt: skip

    assert difference(alert(), alert()) == []
    found = difference(alert(), alert(action="save_life"))
    assert [(one.ja, one.before, one.after) for one in found if not one.language] == [
        ("警戒レベル", "4", "5"),
        ("行動", "避難指示", "緊急安全確保"),
    ]
    assert [one.ja for one in found if one.language] == [
        "日本語：行動",
        "やさしい日本語：行動",
        "English：行動",
    ]
