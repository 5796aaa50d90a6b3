"""Utterances from families: fillers put in, spoken in several styles, joined. Deterministic."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import count
from zlib import crc32

import msgspec

from noroshi.channels.chat.language.corpus.read import (
    Family,
    Filler,
    choose,
    families,
    fillers,
)
from noroshi.channels.chat.language.corpus.styles import STYLES
from noroshi.channels.chat.language.words import words

_SLOT = re.compile(r"\{(\w+)\}")
_FIRST = 0xE100  # private characters stand for slots until the style is on
#: Of what a slot that any sort of place may fill is made.
_SORTS = {"place": ("area", "area", "district", "facility"), "area": ("area", "area", "district")}
_PLACES = frozenset(("place", "area", "district", "facility", "road", "station"))
#: How many ways a family is said, the plain one among them, and how many are joined.
_WAYS = {("ja", "train"): 6, ("ja", "test"): 7, ("en", "train"): 4, ("en", "test"): 4,
         ("ja", "calibrate"): 1, ("en", "calibrate"): 1}  # fmt: skip
_JOINED = {("ja", "train"): 1200, ("ja", "test"): 150, ("en", "train"): 200, ("en", "test"): 30}
_JOINTS = {"ja": ("。", "。あと、", "。それと", "、", "！", "\n", " それから"),
           "en": (". ", ", also ", ". And ", "! ", "\n")}  # fmt: skip
#: How many of the joined are of two families of one fold: only these tell of confidence.
_TOGETHER = 0.3
_JOINABLE = ("ask_", "report_", "thanks", "greet", "subscribe", "officer")


#: Parts into which the families of the train split are dealt, for scores of what was not seen.
FOLDS = 10


def fold(family: str) -> int:
    """The part that a family belongs to."""
    return crc32(family.encode()) % FOLDS


class Utterance(msgspec.Struct, frozen=True):
    """A labelled utterance. `places` are spans; `depth` [m], `persons` and `times` as labelled."""

    text: str
    intents: tuple[str, ...]
    danger: bool
    style: str
    family: str
    split: str
    language: str
    places: tuple[tuple[int, int], ...] = ()
    depth: float | None = None
    persons: int | None = None
    has_time: bool = False


class _Filled(msgspec.Struct, frozen=True):
    slot: str
    text: str
    kana: str
    value: float | None


def corpus() -> list[Utterance]:
    """All utterances, in the order of the families, the joined ones last; the same each time."""
    found: list[Utterance] = []
    for family in families():
        found += _expand(family)
    seen = set()
    unique = []
    for one in [*found, *_join(found)]:
        if (one.text, one.split) not in seen:
            seen.add((one.text, one.split))
            unique.append(one)
    # What training has word for word proves nothing; so the weights do not hang on the tests.
    known = {one.text for one in unique if one.split == "train"}
    return [one for one in unique if one.split == "train" or one.text not in known]


def _expand(family: Family) -> Iterator[Utterance]:
    # The name holds the line's number, which moves; the template does not.
    rng = random.Random(f"{family.language} {family.split} {family.template}")  # noqa: S311
    styles = [*STYLES[family.language], *(("kana", "kana") if family.language == "ja" else ())]
    ways = _WAYS[family.language, family.split]
    turn = rng.randrange(97)
    chosen = ["plain", *rng.sample(styles, ways - 1)]
    for number, style in enumerate(chosen):
        template = choose(family.template, count(turn + number))
        yield _say(family, template, style, rng)


def _say(family: Family, template: str, style: str, rng: random.Random) -> Utterance:
    filled: list[_Filled] = []

    def put(found: re.Match[str]) -> str:
        filled.append(_fill(found[1], family, rng))
        return chr(_FIRST + len(filled) - 1)

    said = _SLOT.sub(put, template)
    if style == "kana":
        said = "".join(one.reading or said[one.start : one.end] for one in words(said))
    elif style != "plain":
        said = STYLES[family.language][style](said, rng)
    text, places = "", []
    depth = persons = None
    has_time = False
    for one in said:
        number = ord(one) - _FIRST
        if not 0 <= number < len(filled):
            text += one
            continue
        what = filled[number]
        words_in = (what.kana or what.text) if style == "kana" else what.text
        if style == "capitals":
            words_in = words_in.upper()
        if what.slot in _PLACES:
            places.append((len(text), len(text) + len(words_in)))
        elif what.slot == "depth":
            depth = what.value
        elif what.slot == "people":
            persons = int(what.value or 0)
        has_time |= what.slot == "time"
        text += words_in
    return Utterance(text, family.intents, family.danger, style, family.name, family.split,
                     family.language, tuple(places), depth, persons, has_time)  # fmt: skip


def _fill(slot: str, family: Family, rng: random.Random) -> _Filled:
    sorts = _SORTS.get(slot, (slot,))
    if family.language == "en" and slot in _SORTS:
        sorts = ("area",)
    sort = rng.choice(sorts)
    names = "test" if family.split == "test" else "train"
    options = [one for one in fillers(family.language)
               if one.slot == sort and one.split == names]  # fmt: skip
    one = rng.choice(options)
    if slot in _PLACES:
        return _place(slot, one, family.language, rng)
    return _Filled(slot, rng.choice(one.texts), "", one.value)


def _place(slot: str, one: Filler, language: str, rng: random.Random) -> _Filled:
    name, kana = one.texts[0], one.kana
    if one.slot != "area":
        return _Filled(slot, name, kana, None)
    if language == "en":
        from noroshi.channels.advice.plain import romanise

        latin = romanise(name, kana)
        return _Filled(slot, rng.choice((latin, latin.partition("-")[0])), "", None)
    way = rng.random()
    # Of two letters only, nobody can tell the short form from other words.
    if way < 0.4 and len(name) > 2:
        for reading in ("ちょう", "まち", "むら", "そん", "し", "く"):
            if kana.endswith(reading) and len(kana) - len(reading) >= 3:
                return _Filled(slot, name[:-1], kana.removesuffix(reading), None)
    if way > 0.85:
        return _Filled(slot, one.within + name, "", None)
    return _Filled(slot, name, kana, None)


def _join(found: list[Utterance]) -> Iterator[Utterance]:
    for (language, split), number in _JOINED.items():
        rng = random.Random(f"joined {language} {split}")  # noqa: S311
        simple = [one for one in found if one.language == language and one.split == split
                  and len(one.intents) == 1 and one.intents[0].startswith(_JOINABLE)
                  and len(one.text) < 45 * (1 + (language == "en"))]  # fmt: skip
        made = 0
        while simple and made < number:
            first, second = rng.sample(simple, 2)
            if split == "train" and rng.random() < _TOGETHER:
                own = fold(first.family)
                second = rng.choice([one for one in simple if fold(one.family) == own])
            if (
                first.intents == second.intents
                or second.intents[0] == "greet"
                or (first.depth and second.depth)
                or (first.persons and second.persons)
            ):
                continue
            made += 1
            joint = rng.choice(_JOINTS[language])
            move = len(first.text) + len(joint)
            yield Utterance(
                first.text + joint + second.text,
                first.intents + second.intents, first.danger or second.danger, "several",
                f"{first.family}+{second.family}", split, language,
                first.places + tuple((a + move, b + move) for a, b in second.places),
                first.depth or second.depth, first.persons or second.persons,
                first.has_time or second.has_time,
            )  # fmt: skip
