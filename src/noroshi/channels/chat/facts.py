"""Whether an answer says nothing but what records say: the guard against invention, and its test.

`check` takes an answer apart again, without the code that made it: each line must be a sentence of
ours (`phrases`, `advice.actions`), each word in a slot must be a value of a fact that the answer
cites, and each cited value must be what the record itself says: a text or number of its body, one
of its times as people say them, the word for one of its states, the distance to it. Ways are
measured anew by another search over the same links.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from noroshi.channels.advice import actions, plain
from noroshi.channels.advice.orders import LEVELS
from noroshi.channels.advice.refuge import distance
from noroshi.channels.chat import answers as _answers
from noroshi.channels.chat.answers.asked import say_metres
from noroshi.channels.chat.answers.in_force import ENGLISH
from noroshi.channels.chat.ground.roads import Passable
from noroshi.channels.chat.phrases import SENTENCES, SLOT, picture, report, supplies, talk
from noroshi.channels.chat.remeasured import Walked, directions, lengths, turns, walks
from noroshi.channels.chat.turns import Fact, Said
from noroshi.channels.chat.words import FIELDS, LEFT, RANK, RIGHT, STRAIGHT
from noroshi.channels.features import parse_thing_id
from noroshi.core.errors import NoroshiError
from noroshi.core.label import ANONYMOUS, Reader
from noroshi.core.prefectures import PREFECTURES
from noroshi.core.record import Mode, Version
from noroshi.core.time import parse
from noroshi.kinds import decode
from noroshi.store import Store

_MODULES = (picture, report, supplies, talk, _answers)  # each declares its sentences
_MARK = re.compile(r"^(?:【訓練】|【試験】|\[EXERCISE\] |\[TEST\] )")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_TURNS = {plain.drop_readings(word) for words in (STRAIGHT, LEFT, RIGHT) for word in words}
_LISTED = re.compile(r"・|、|, ")


class Truth:
    """What an answer is held against: the records of `store` as `reader` saw them at `at`, the
    position that was asked from, words that the person said (`own`), names of sources, and what
    can be passed."""

    def __init__(
        self, store: Store, at: int, *, mode: Mode = Mode.ACTUAL, reader: Reader = ANONYMOUS,
        own: Collection[str] = (), titles: Mapping[str, str] | None = None,
        passable: Passable | None = None,
    ) -> None:  # fmt: skip
        self.store, self.at, self.mode, self.reader = store, at, mode, reader
        self.own = own
        self.titles, self.passable = titles or {}, passable
        self._supported: dict[tuple[str, str], set[str]] = {}

    def supports(self, fact: Fact) -> Iterator[str]:
        """What is wrong with a fact: values that its record does not say."""
        known = self._words(fact)
        if known is None:
            yield f"no record {fact.kind} {fact.id}"
            return
        for value in fact.values:
            if _flat(value) not in known and not _within(_flat(value), known):
                yield f"{fact.kind} {fact.id} does not say {value!r}"

    def _words(self, fact: Fact) -> set[str] | None:
        key = fact.kind, fact.id
        if fact.kind == "own":
            return {_flat(one) for one in self.own}
        if key not in self._supported:
            found = self._find(fact)
            if found is None:
                return None
            self._supported[key] = found
        return self._supported[key]

    def _find(self, fact: Fact) -> set[str] | None:
        if fact.kind == "place":
            return self._place(fact.id)
        if fact.kind == "line":
            return {say_metres(distance(*_ends(fact.id)), "")}
        version = self._version(fact)
        if version is None or (version.issued, version.source) != (fact.issued, fact.source):
            return None
        return said_by(version, self.at, self.titles)

    def _place(self, area: str) -> set[str] | None:
        known = {one.area: one for one in self.store.places()}
        place = known.get(area)
        if place is None:
            return None
        names = {place.name, plain.romanise(place.name, place.kana), "－"}
        names |= {known[one].name for one in place.parents if one in known}
        names.add(PREFECTURES.get(area.partition(":")[2][:2], ""))
        return {_flat(one) for one in names}

    def _version(self, fact: Fact) -> Version | None:
        try:
            series, key, version = parse_thing_id(fact.id)
            if version is not None:
                found = self.store.versions([version], self.reader).get(version)
                fits = found is not None and (found.kind, found.key) == (fact.kind, key)
                return found if fits and found is not None and found.mode is self.mode else None
            return self.store.thing(
                fact.kind, series, key, self.reader, self.at, self.store.recorded()
            )
        except NoroshiError:
            return None


def check(said: Said, truth: Truth) -> list[str]:
    """What an answer says that no record says; nothing for one that is sound."""
    found = [
        fault for fact in said.facts if fact.kind != "way" for fault in truth.supports(fact)
    ]  # fmt: skip
    found += _walked(said.facts, truth)
    values = {_flat(value) for fact in said.facts for value in fact.values}
    text = _MARK.sub("", plain.drop_readings(said.text))
    for line in text.split("\n"):
        spaced = _spaced(line)
        if not any(_fits(one, spaced, values) for one in _sentences()):
            found.append(f"not a sentence with cited words: {line!r}")
    return found


@cache
def _sentences() -> tuple[tuple[str, ...], ...]:
    """All sentences as what stands around their slots: those of the conversation and those of the
    advice."""
    fixed = [*SENTENCES]
    for advice in (*actions.LEVELS.values(), *actions.SUBJECTS.values()):
        fixed += [advice.word, *advice.steps]
    return tuple(
        tuple(_spaced(plain.drop_readings(part)) for part in SLOT.split(text)[::2])
        for both in fixed for text in both
    )  # fmt: skip


def _fits(parts: tuple[str, ...], line: str, values: set[str]) -> bool:
    """The line is these parts with cited words between them, wherever a word may end."""
    if not line.startswith(parts[0]):
        return False
    rest = line[len(parts[0]) :]
    if len(parts) == 1:
        return not rest
    if len(parts) == 2:
        word = rest.removesuffix(parts[1])
        return rest.endswith(parts[1]) and bool(word) and _cited(word, values)
    at = rest.find(parts[1], 1)
    while at >= 0:
        if _cited(rest[:at], values) and _fits(parts[1:], rest[at:], values):
            return True
        at = rest.find(parts[1], at + 1)
    return False


def _cited(word: str, values: set[str]) -> bool:
    """A word is cited whole, or is a list of such."""
    if _flat(word) in values or _flat(word) in _fixed_words():
        return True
    parts = [one for one in _LISTED.split(word) if one]
    return len(parts) > 1 and all(_flat(one) in values for one in parts)


@cache
def _fixed_words() -> frozenset[str]:
    """What a road is called whose name nobody says."""
    return frozenset(_flat(plain.drop_readings(one)) for one in RANK["other"])


def said_by(version: Version, at: int, titles: Mapping[str, str]) -> set[str]:
    """Every word that may be cited from a record."""
    body = version.fields()
    # Defaults are left out of bodies; an answer may say them: not known, not told.
    whole = decode(version.kind, version.body)
    if hasattr(whole, "status"):
        body.setdefault("status", whole.status)
    found: set[str] = set()
    for name, value in _leaves(body):
        found |= set(_said(name, value, at))
    for time in (version.issued, version.valid_from, version.valid_to):
        found |= set(_timed(time, at))
    found |= {titles.get(version.source, version.source), version.source}
    found |= {titles.get(one, one) for one in list(found)}
    found |= {one.removeprefix("drill/") for one in found}
    if version.kind == "disaster.evacuation_order":
        level = body.get("level") or LEVELS.get(body["kind"], 3)
        found |= {f"レベル{level}", f"level {level}", ENGLISH.get(body["kind"], "")}
    found |= _warned(body)
    if version.kind in _OWN_NAMES:
        found.add(_OWN_NAMES[version.kind])
    return {_flat(one) for one in found if one}


#: What a record of a kind is called where it has no name of its own (`advice.notices`).
_OWN_NAMES = {
    "disaster.record_rain": "記録的短時間大雨情報", "disaster.rainband": "線状降水帯",
    "disaster.eruption_flash_area": "噴火速報",
}  # fmt: skip


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, name)
    else:
        yield name, value


def _said(name: str, value: Any, at: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield plain.drop_readings(value)
        for table in FIELDS.get(name, ()):
            if value in table:
                yield from (plain.drop_readings(one) for one in table[value])
        if _TIME.match(value):
            yield from _timed(parse(value), at)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield f"{value:,}"
        if name in ("headcount", "capacity"):
            yield from (f"{value:,}人", f"{value:,} people", f"{value:,} person")
        if name == "level":
            yield from (f"レベル{value}", f"level {value}")


def _timed(time: int, at: int) -> Iterator[str]:
    for language in ("ja", "en"):
        try:
            yield plain.say_time(time, at, language)
        except OverflowError:
            return
        yield plain.say_age(max(0, at - time), language)


def _warned(body: Mapping[str, Any]) -> set[str]:
    """Names of warnings in English, from the names and hazards that a body tells."""
    warnings = [body, *body.get("kinds", []), *body.get("hazards", [])]
    found = set()
    for one in warnings:
        if isinstance(one, dict):
            names = [one.get("name"), one.get("kind"), one.get("response"), one.get("intensity")]
            for name in [*names, "記録的短時間大雨情報", "線状降水帯", "噴火速報"]:
                for hazard in (one.get("hazard", ""), "土砂災害", "氾濫", "大雨", "津波", "噴火",
                               "降灰", "噴石", "竜巻", "地震"):  # fmt: skip
                    if isinstance(name, str) and name:
                        found.add(plain.say_warning(name, hazard, one.get("category", "")))
    return found


def _within(value: str, known: Iterable[str]) -> bool:
    """A value that is a part of a longer text of the record; never a number out of another."""
    if len(value) < 2 or value.isdecimal():
        return False
    start, end = value[0].isdecimal(), value[-1].isdecimal()
    for one in known:
        at = one.find(value)
        if at >= 0:
            before, after = one[at - 1 : at], one[at + len(value) : at + len(value) + 1]
            if not (start and before.isdecimal()) and not (end and after.isdecimal()):
                return True
    return False


def _ends(id: str) -> tuple[tuple[float, float], tuple[float, float]]:
    one, other = (tuple(float(each) for each in end.split(",")) for end in id.split(">"))
    return (one[0], one[1]), (other[0], other[1])


def _walked(facts: Iterable[Fact], truth: Truth) -> Iterator[str]:
    """What is wrong with ways: their length, where they begin to lead, and the turns between
    those that follow one another."""
    before: tuple[tuple[float, float], list[Walked]] | None = None
    for fact in facts:
        if fact.kind != "way":
            continue
        if truth.passable is None:
            yield f"no network to measure {fact.id} on"
            return
        start, end = _ends(fact.id)
        found = walks(truth.passable, start, end)
        known = lengths(found) | directions(found)
        if before is not None and before[0] == start:
            known |= turns(before[1], found)
        elif before is not None:
            known |= _TURNS  # a stretch between them was too short to be told
        for value in fact.values:
            if value not in known:
                yield f"way {fact.id} does not say {value!r}"
        before = end, found


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text.translate(_MARKS)).split())


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


_MARKS = str.maketrans("{}|", "（）／")
