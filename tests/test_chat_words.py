"""Every sentence of the conversation: plain Japanese with readings, the same in English."""

from __future__ import annotations

import re
from itertools import chain

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.chat import answers, effects, menu, words
from noroshi.channels.chat.engine import ORDER
from noroshi.channels.chat.language.understood import ASKS, REPORTS
from noroshi.channels.chat.phrases import SENTENCES, SLOT, Word
from noroshi.kinds.resident_report import CATEGORIES

_KANJI = re.compile(r"[\u4e00-\u9fff々]")
_READ = re.compile(r"\{[^{}|]+\|[^{}|]+\}")
_LONGEST = 50


def bare(text: str) -> str:
    return _READ.sub("", text)


def test_every_kanji_has_its_reading_and_no_sentence_is_long() -> None:
    assert answers
    assert effects
    faults = []
    for said in SENTENCES:
        if _KANJI.search(bare(said.ja)):
            faults.append(f"no reading: {said.ja}")
        for part in re.split(r"[。（）：/]", SLOT.sub("", drop_readings(said.ja))):
            if len(part.replace(" ", "")) > _LONGEST:
                faults.append(f"long: {part}")
    tables = (words.OPEN, words.CROWDING, words.ROAD, words.HOSPITAL, words.SERVICE, words.SUPPLY,
              words.RANK, words.WANT, words.TRIAGE)  # fmt: skip
    named: list[Word] = [*chain.from_iterable(one.values() for one in tables), *words.DIRECTIONS]
    faults += [f"no reading: {one.ja}" for one in named if _KANJI.search(bare(one.ja))]
    assert faults == []


def test_a_fixed_sentence_holds_no_number_but_calls_for_help() -> None:
    known = re.compile(r"web171|#7119|119|118|110|171")
    for said in SENTENCES:
        for text in said:
            assert not re.search(r"\d", known.sub("", text)), text


def test_all_that_is_understood_is_dealt_with() -> None:
    assert set(ORDER) == {*ASKS, *REPORTS}
    assert {one.partition("_")[2] for one in REPORTS} == set(CATEGORIES)
    assert set(menu.LABELS) >= {*ASKS, *REPORTS}
