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

#: What stands for a place of each kind, to the model and to the tokenizer. No text holds the
#: former, for private characters are dropped.
SIGNS = {"area": "\ue000", "district": "\ue000", "facility": "\ue001", "road": "\ue002",
         "station": "\ue003"}  # fmt: skip
_TO_WORDS = str.maketrans(dict.fromkeys(SIGNS.values(), "〓"))
_MEANT = {"\ue000": "IS_AREA", "\ue001": "IS_FACILITY", "\ue002": "IS_ROAD",
          "\ue003": "IS_STATION"}  # fmt: skip
_ASKING = re.compile(
    r"^\W*(?:and |so |please |hello,? |but )*(?:is|are|can|could|may|where|when|what|which|who|how|"
    r"do|"
    r"does|did|has|have|will|should|shall|must|any|am)\b|\?|\b(?:tell me|show me|i need to know)\b",
    re.I,
)
BUCKETS = {"ja": 1 << 15, "en": 1 << 14}
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_END = re.compile(r"[。.!！?？\s、,〜~ー]+$")


def for_words(masked: str) -> str:
    """A masked text as the tokenizer is to see it."""
    return masked.translate(_TO_WORDS)


def mask(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """`text` with each span (start, end, kind of place) a single sign, and each number a 0."""
    parts, at = [], 0
    for start, end, kind in spans:
        parts += [_DIGITS.sub("0", text[at:start]), SIGNS.get(kind, SIGNS["facility"])]
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
_WORTH = {"k": 3.0, "p": 1.0, "w": 2.0, "t": 2.0}


def without_manners(text: str) -> str:
    """A text without the phrases of courtesy around it, unless it is nothing else."""
    rest = _MANNERS.sub("", text)
    return rest if len(_END.sub("", rest)) >= _SHORTEST else text


_MANNERS = re.compile(
    r"恐れ入りますが|お忙しいところ|失礼(?:いた)?します(?=[。、])|申し訳(?:ありません|ございません|ない)(?:です)?が|"
    r"すみませんが|すみません(?=[、。]?.)|すいません(?=[、。]?.)|(?:どうぞ|どうか)?よろしく(?:お願い(?:いた|致)?します)?[。！!]*$|"
    r"お手数(?:を)?(?:お掛けし|おかけし)ます(?:が)?|^(?:えーと|えっと|あのー|あのう|あの、)|"
    r"^(?:excuse me|sorry|omg|oh god)\b,?|\bplease\b",
    re.I,
)
_SHORTEST = 4


def _japanese(text: str, tokens: list[Word]) -> Iterator[str]:
    reading = hiragana("".join(one.reading or text[one.start : one.end] for one in tokens))
    meant = {one for one in concepts(text, reading) if one[:3] != "EN_"}
    meant.add(f"MEANINGS{min(len(meant), 3)}")
    meant.add("QUESTION" if _QUESTION.search(text) else "STATEMENT")
    yield from _meanings(meant | {_MEANT[one] for one in _MEANT if one in text})
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
    meant = {one for one in concepts(lower, "") if one.startswith("EN_")}
    meant |= {_MEANT[one] for one in _MEANT if one in text}
    meant.add(f"EN_MEANINGS{min(len(meant), 3)}")
    meant.add("EN_ASK" if _ASKING.search(text) else "EN_TELL")
    yield from _meanings(meant)
    forms = ["^", *re.findall("[a-z0-9]+|[\ue000-\ue003]", lower), "$"]
    for one in forms:
        yield f"w{one}"
        yield f"t{_SUFFIX.sub('', one) if len(one) > 4 else one}"
        if len(one) > 3:
            yield from _grams("c", f"^{one}$", (3, 4))
    for pair in pairwise(forms):
        yield "b{}|{}".format(*pair)
    for first, second in zip(forms, forms[2:], strict=False):
        yield f"s{first}|{second}"
    yield f"f{'|'.join(forms[1:3])}"
    yield f"q{'?' in text}"
    yield f"l{min(len(forms) // 2, 8)}"


_QUESTION = re.compile(
    r"[?？]|(?:です|ます|でした|ました|ません|でしょう|だろう|だべ|べ)か(?:ね|な|ねえ)?(?:[。、!！\s]|$)|か(?:な|ね)(?:あ|ー)?[。!！]?$|"
    r"どこ|どご|いつ(?!も)|何時|なんじ|いくつ|どれ|どの|どう|どない|どんな|なぜ|なんで|誰|だれ|何を|なにを|何が|何か|"
    r"教えて|おしえて|知りたい|しりたい|知らん|(?:る|た|の|い|る)け[。!！]?$|(?:る|た|ん)と[。]?$|ませんか|べき"
)
_SUFFIX = re.compile(r"(?:ing|ed|es|s|ly)$")


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
