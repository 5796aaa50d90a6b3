"""Putting an answer together, sentence by sentence, with the record behind each word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.plain import (
    add_readings,
    drop_readings,
    romanise,
    say_age,
    say_time,
    with_kana,
)
from noroshi.channels.chat.phrases import SLOT, in_language
from noroshi.channels.chat.phrases.picture import OLD, SOURCE
from noroshi.channels.chat.turns import Choice, Fact, Said
from noroshi.channels.features import thing_id
from noroshi.core.record import Version
from noroshi.core.time import parse

#: What is between two words of a list.
JOINED = {"ja": "・", "en": ", "}
#: Sources' own names in both languages; a source without one is called by its id.
Titles = Callable[[str], tuple[str, str]]


def told_time(text: str | None) -> int | None:
    """A time as a record tells it; None where it tells none, or writes something else there: one
    sender's mistake must not keep answers from anybody."""
    try:
        return parse(text) if text else None
    except (ValueError, OverflowError):
        return None


class Ref(NamedTuple):
    """The record that a word is taken from."""

    kind: str
    id: str
    issued: int
    source: str


def ref(version: Version) -> Ref:
    """The record of a version, and no later one."""
    return Ref(version.kind, f"{thing_id(version)}@{version.id}", version.issued, version.source)


class Telling:
    """An answer in one language, as of `at`. Words of records are cited; `say` fills them in."""

    def __init__(self, language: str, at: int, titles: Titles) -> None:
        self.language, self.at, self._titles = language, at, titles
        self._lines: list[str] = []
        self._facts: dict[Ref, dict[str, None]] = {}

    def say(self, sentence: Both, **words: str) -> None:
        """One sentence with its words. Raises KeyError for a slot without a word."""
        text = in_language(sentence, self.language)
        self._lines.append(SLOT.sub(lambda slot: words[slot[1]], text))

    def cite(self, of: Ref, word: str) -> str:
        """`word`, which the record says; braces and lines that are not ours are taken out."""
        self._facts.setdefault(of, {})[drop_readings(word)] = None
        return word

    def text(self, of: Ref, words: str) -> str:
        """Words of a record as they are written, in one line."""
        return self.cite(of, flat(words))

    def printed(self, of: Ref, words: str) -> str:
        """Words of the trade, with the readings that are known."""
        return self.cite(of, flat(words) if self.language == "en" else add_readings(flat(words)))

    def name(self, of: Ref, name: str, kana: str = "") -> str:
        """A proper name, with its reading or (of places) in Latin letters."""
        if self.language == "en":
            latin = romanise(flat(name), flat(kana)) if kana and of.kind == "place" else flat(name)
            return self.cite(of, latin)
        return self.cite(of, with_kana(flat(name), hiragana(flat(kana))))

    def time(self, of: Ref, time: int) -> str:
        """A time that the record says."""
        return self.cite(of, say_time(time, self.at, self.language))

    def moment(self, of: Ref, time: int) -> dict[str, str]:
        """A time and how long ago it is, for `<time>` and `<age>`."""
        age = say_age(max(0, self.at - time), self.language)
        return {"time": self.time(of, time), "age": self.cite(of, age)}

    def listed(self, of: Ref, words: Iterable[str]) -> str:
        """Several words of one record."""
        return JOINED[self.language].join(self.text(of, one) for one in words)

    def source(
        self, of: Ref, time: int | None = None, name: str = "", by: str = "", old: int = 0
    ) -> None:
        """Who said so and when (`time`: as the record says, else as issued); a warning where it
        is older than `old` µs. `name` is who said so in the record's words; `by` the source that
        a product's record names as the one that it rests on."""
        time = of.issued if time is None else time
        title = name or self._titles(by or of.source)[self.language == "en"]
        words = self.moment(of, time)
        if old and self.at - time > old:
            self.say(OLD, age=words["age"])
        self.say(SOURCE, source=self.cite(of, flat(title)), **words)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every record that was cited."""
        return tuple(
            Fact(of.kind, of.id, of.issued, of.source, tuple(words))
            for of, words in self._facts.items()
        )

    @property
    def empty(self) -> bool:
        """True if nothing was said."""
        return not self._lines

    def said(
        self, *, choices: tuple[Choice, ...] = (), wants: str = "", link: str = "",
        urgent: bool = False,
    ) -> Said:  # fmt: skip
        """The message."""
        return Said("\n".join(self._lines), self.facts, choices, wants, link, urgent)


def hiragana(kana: str) -> str:
    """Katakana as hiragana."""
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in kana)


def flat(text: str) -> str:
    """Somebody else's text in one line, without the marks that readings are written with."""
    return " ".join(text.translate(_MARKS).split())


_MARKS = str.maketrans("{}|", "（）／")
