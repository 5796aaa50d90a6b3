"""One spelling for each character, with the way back to the text as it was given."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

#: Longest text that is looked at [characters]; what follows is left unread.
LONGEST = 2_000
#: Marks that join the character before them; more in a row are decoration and are dropped.
_JOINED = 4
_MARKS = frozenset("ﾞﾟ゙゚゛゜")


class Plain(NamedTuple):
    """A text in NFKC without control characters; character i came from source[i] on."""

    text: str
    source: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] lies in the text as it was given."""
        return self.source[start], self.source[end]


def plain(text: str) -> Plain:
    """NFKC character by character, so that each keeps its place; control characters, variation
    selectors and lone surrogates become nothing, all white space one blank or line end."""
    found: list[str] = []
    source: list[int] = []
    at, end = 0, min(len(text), LONGEST)
    while at < end:
        stop = at + 1
        while stop < end and (text[stop] in _MARKS or unicodedata.combining(text[stop])):
            stop += 1
        for one in unicodedata.normalize("NFKC", _clean(text[at : min(stop, at + _JOINED)])):
            found.append(one)
            source.append(at)
        at = stop
    source.append(end)
    return Plain("".join(found), tuple(source))


def _clean(cluster: str) -> str:
    kept = []
    for one in cluster:
        kind = unicodedata.category(one)
        if one in "\n\r\u2028\u2029":
            kept.append("\n")
        elif kind == "Zs" or one == "\t":
            kept.append(" ")
        elif kind[0] != "C" and not 0xFE00 <= ord(one) <= 0xFE0F:
            kept.append(one)
    return "".join(kept)


def hiragana(text: str) -> str:
    """Katakana as hiragana, everything else as it is."""
    return text.translate(_TO_HIRAGANA)


_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def is_japanese(text: str) -> bool:
    """True where any kana or kanji is in it: a Japanese sentence names things in Latin letters
    more often than an English one holds kanji."""
    return any("\u3041" <= one <= "\u30ff" or "\u3400" <= one <= "\u9fff" for one in text)
