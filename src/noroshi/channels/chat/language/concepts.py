"""Words of one meaning (`concepts.txt`): what lets a small model see a word it was not shown."""

from __future__ import annotations

import re
import shlex
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_KANJI = re.compile(r"[\u4e00-\u9fff]")
_SHORTEST_READING = 4


class _Tables(NamedTuple):
    pattern: re.Pattern[str]
    names: dict[str, tuple[str, ...]]


def concepts(text: str, reading: str) -> set[str]:
    """The meanings of which a word is in the text or, for a word of kanji, in its reading."""
    written, read = _tables()
    return _find(text.lower(), written) | _find(reading, read)


def _find(text: str, tables: _Tables) -> set[str]:
    # Look-ahead, so that words that overlap are all found.
    return {name for found in tables.pattern.finditer(text)
            for name in tables.names[found[found.lastindex or 1]]}  # fmt: skip


@cache
def _tables() -> tuple[_Tables, _Tables]:
    from noroshi.channels.chat.language.words import words

    written: dict[str, set[str]] = {}
    read: dict[str, set[str]] = {}
    source = files(__package__).joinpath("concepts.txt").read_text("utf-8")
    for line in source.splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, listed = line.partition(": ")
        for word in shlex.split(listed):
            written.setdefault(word.lower(), set()).add(name)
            reading = "".join(one.reading for one in words(word)) if _KANJI.search(word) else word
            if len(reading) >= _SHORTEST_READING and not reading.isascii():
                read.setdefault(reading, set()).add(name)
    return _compile(written), _compile(read)


def _compile(table: dict[str, set[str]]) -> _Tables:
    names: dict[str, set[str]] = {}
    longest = sorted(table, key=lambda word: (-len(word), word))
    for word in longest:
        # At one place only the longest word is found; it stands for those it begins with.
        names[word] = {name for head in _heads(word) if head in table for name in table[head]}
    latin = "|".join(re.escape(word) for word in longest if word.isascii())
    others = "|".join(re.escape(word) for word in longest if not word.isascii())
    pattern = rf"(?=({others}))" + (rf"|(?=\b({latin})(?:s|es|d|ed|ing)?\b)" if latin else "")
    return _Tables(re.compile(pattern), {word: tuple(sorted(all_)) for word, all_ in names.items()})


def _heads(word: str) -> list[str]:
    """What `word` begins with, by whole words where it is in Latin letters."""
    ends = range(1, len(word) + 1)
    return [word[:end] for end in ends
            if not word.isascii() or end == len(word) or word[end] == " "]  # fmt: skip
