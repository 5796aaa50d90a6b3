"""Whether a text is やさしい日本語: what is hard to read in it, and what to write instead.

After 出入国在留管理庁・文化庁「在留支援のためのやさしい日本語ガイドライン」（2020年8月）, and
the same, 「話し言葉のポイント」（2022年10月）: short sentences with one thing in each, plain words,
readings on all kanji, words that are needed in a disaster kept and explained. How long is short:
24拍程度, 30拍以内 (弘前大学社会言語学研究室「『やさしい日本語』作成のためのガイドライン」). Which
kanji are plain: those of the first three years of school (`kanji.GRADES`), about what level N4 of
the Japanese test knows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import msgspec

from noroshi.channels.issuing.words.kanji import grade
from noroshi.channels.issuing.words.tables import FOLDER

#: Morae (拍) of a sentence at most, and kanji of which grade may stand without being known words.
MOST_MORAE, HIGHEST_GRADE = 30, 3

_MARKED = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
_KANJI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々〆ヶ]")
_KANJI_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々〆ヶ]+")
_ENDS = re.compile(r"[。！？!?\n]")
#: Small kana make one mora with what is before them; っ, ん and ー are one each.
_SMALL = re.compile(r"[ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ]")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_LATIN = re.compile(r"[0-9０-９A-Za-z]+")


class Found(NamedTuple):
    """Something that is hard to read: what it is (`long`, `kanji`, `reading`, `word`, `form`), the
    part of the text, and what to do, in Japanese and English."""

    code: str
    what: str
    ja: str
    en: str


class _Words(msgspec.Struct, frozen=True):
    known: dict[str, list[str]]
    plain: dict[str, str]
    forms: dict[str, str]


@cache
def _words() -> _Words:
    raw = tomllib.loads((FOLDER / "difficult.toml").read_text(encoding="utf-8"))
    return msgspec.convert(raw, _Words)


def check(text: str, names: Iterable[str] = ()) -> list[Found]:
    """What is hard to read in a text with readings `{漢字|かな}`; nothing where all is well.

    `names` are proper names, of which only readings are asked and whose length does not count.
    """
    proper = sorted(set(names), key=len, reverse=True)
    found = [*_readings(text), *_kanji(text, proper), *_long(text, proper)]
    plain = _MARKED.sub(r"\1", text)
    for one in proper:
        plain = plain.replace(one, "")
    return [*found, *_hard(plain)]


def morae(text: str) -> int:
    """How many morae (拍) a text with readings has: a run of digits or Latin letters counts as one
    for each character, and a kanji without a reading as two."""
    said = _MARKED.sub(r"\2", text)
    return (
        len(_KANA.findall(said)) - len(_SMALL.findall(said)) + 2 * len(_KANJI.findall(said))
        + sum(map(len, _LATIN.findall(said)))
    )  # fmt: skip


def _readings(text: str) -> list[Found]:
    bare = _MARKED.sub(" ", text)
    return [
        Found("reading", one, f"「{one}」にふりがながありません。{{{one}|よみ}}と書きます。",
              f"{one} has no reading: write {{{one}|kana}}.")
        for one in dict.fromkeys(_KANJI_RUN.findall(bare))
    ]  # fmt: skip


def _kanji(text: str, proper: list[str]) -> list[Found]:
    known = set(_words().known["words"])
    found: dict[str, Found] = {}
    for written in [one[1] for one in _MARKED.finditer(text)] + _KANJI_RUN.findall(
        _MARKED.sub(" ", text)
    ):
        core = "".join(_KANJI.findall(written))
        if written in proper or core in known or written in known:
            continue
        hard = [one for one in core if grade(one) > HIGHEST_GRADE]
        if hard:
            found[written] = Found(
                "kanji", written,
                f"「{written}」はむずかしい漢字です。ひらがなか、やさしい言葉にします。",
                f"{written} has difficult kanji ({', '.join(hard)}): write kana or a plainer word.",
            )  # fmt: skip
    return list(found.values())


def _long(text: str, proper: list[str]) -> list[Found]:
    found = []
    for sentence in _ENDS.split(text):
        # A heading in brackets is not part of the sentence after it.
        sentence = re.sub(r"【[^】]*】", "", sentence).strip()
        counted = _MARKED.sub(lambda one: "" if one[1] in proper else one[0], sentence)
        for one in proper:
            counted = counted.replace(one, "")
        count = morae(counted)
        if count > MOST_MORAE:
            shown = _MARKED.sub(r"\1", sentence)
            found.append(Found(
                "long", shown, f"文が長すぎます（{count}拍。{MOST_MORAE}拍まで）：{shown}",
                f"The sentence is too long ({count} morae, at most {MOST_MORAE}): {shown}",
            ))  # fmt: skip
    return found


def _hard(plain: str) -> list[Found]:
    found, left = [], plain
    for word in _words().known["words"]:
        # What is kept as it is holds no difficult word: 高齢者 in 高齢者等避難.
        if len(word) > 3:
            left = left.replace(word, "")
    for code, listed in (("word", _words().plain), ("form", _words().forms)):
        for word in sorted(listed, key=len, reverse=True):
            if word in left:
                left = left.replace(word, "")
                found.append(Found(
                    code, word, f"「{word}」→「{listed[word]}」", f"{word}: write {listed[word]}",
                ))  # fmt: skip
    return found
