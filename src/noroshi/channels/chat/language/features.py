"""What of a text the model looks at, as numbers of buckets.

Normalized words and pairs of them; characters of the text and of its reading, so that かな and a
wrong kanji of the same sound still meet; meanings (`concepts`) alone and by two; how it begins and
ends. Each is hashed (CRC-32) into a fixed number of buckets (Weinberger et al. 2009, Feature
hashing for large scale multitask learning, ICML). Places and numbers are masked: what is asked
does not hang on where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from zlib import crc32

from noroshi.channels.chat.language.concepts import concepts
from noroshi.channels.chat.language.normal import hiragana
from noroshi.channels.chat.language.words import Word

#: Stands for a place; no text holds it, for control and private characters are dropped.
PLACE = "\ue000"
BUCKETS = {"ja": 1 << 15, "en": 1 << 13}
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_END = re.compile(r"[。.!！?？\s、,〜~ー]+$")


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with each span a single sign, and each number a 0."""
    parts, at = [], 0
    for start, end in spans:
        parts += [_DIGITS.sub("0", text[at:start]), PLACE]
        at = end
    return "".join([*parts, _DIGITS.sub("0", text[at:])])


def features(masked: str, tokens: list[Word], language: str) -> tuple[list[int], list[float]]:
    """Buckets in order, each once, and their values, of length 1 in all; `tokens` are the words of
    `masked`, none for English."""
    sorts = _japanese(masked, tokens) if language == "ja" else _english(masked)
    size = BUCKETS[language]
    found: dict[int, float] = {}
    for name in sorts:
        bucket = crc32(name.encode("utf-8", "replace")) % size
        found[bucket] = max(found.get(bucket, 0.0), _WORTH.get(name[0], 1.0))
    length = sum(value * value for value in found.values()) ** 0.5
    numbers = sorted(found)
    return numbers, [found[one] / length for one in numbers]


#: How much a feature of a sort counts beside a pair of characters.
_WORTH = {"k": 4.0, "p": 2.0, "w": 2.0}


def _japanese(text: str, tokens: list[Word]) -> Iterator[str]:
    reading = hiragana("".join(one.reading or text[one.start : one.end] for one in tokens))
    yield from _meanings({one for one in concepts(text, reading) if one[:3] != "EN_"})
    forms = ["^", *(one.normal for one in tokens if one.normal.strip()), "$"]
    for one in forms:
        yield f"w{one}"
    for pair in pairwise(forms):
        yield "b{}|{}".format(*pair)
    for first, second in zip(forms, forms[2:], strict=False):
        yield f"s{first}|{second}"
    sounds = _SPACES.sub("", reading)
    yield from _grams("r", f"^{sounds}$", (2, 3, 4))
    signs = _SPACES.sub("", text)
    yield from _grams("c", f"^{signs}$", (1, 2, 3))
    end = _END.sub("", signs)
    yield f"e{end[-3:]}"
    yield f"q{'?' in signs}{'!' in signs}"
    yield f"l{min(len(sounds) // 4, 8)}"


def _english(text: str) -> Iterator[str]:
    lower = text.lower().replace("'", "")
    yield from _meanings({one for one in concepts(lower, "") if one.startswith("EN_")})
    forms = ["^", *re.findall(rf"[a-z0-9]+|{PLACE}", lower), "$"]
    for one in forms:
        yield f"w{one}"
        if len(one) > 4:
            yield from _grams("c", f"^{one}$", (4,))
    for pair in pairwise(forms):
        yield "b{}|{}".format(*pair)
    for first, second in zip(forms, forms[2:], strict=False):
        yield f"s{first}|{second}"
    yield f"f{'|'.join(forms[1:3])}"
    yield f"q{'?' in text}"
    yield f"l{min(len(forms) // 2, 8)}"


def _meanings(found: set[str]) -> Iterator[str]:
    for one in found:
        yield f"k{one}"
    # By two, but not of the longest texts: there all meet all.
    for pair in combinations(sorted(found)[:24], 2):
        yield "p{}|{}".format(*pair)


def _grams(sort: str, text: str, sizes: tuple[int, ...]) -> Iterator[str]:
    for size in sizes:
        for at in range(len(text) - size + 1):
            yield sort + text[at : at + size]
