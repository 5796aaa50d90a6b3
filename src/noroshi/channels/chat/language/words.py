"""Words of a Japanese text by SudachiPy, loaded when first asked for."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from noroshi.channels.chat.language.normal import hiragana


class Word(NamedTuple):
    """A morpheme: text[start:end], its normalized form, reading in hiragana, part of speech."""

    start: int
    end: int
    normal: str
    reading: str
    speech: tuple[str, ...]

    @property
    def is_place(self) -> bool:
        """True for a name of a place (地名)."""
        return "地名" in self.speech

    @property
    def is_name(self) -> bool:
        """True for any proper noun (固有名詞)."""
        return "固有名詞" in self.speech


_LOCAL = threading.local()


def words(text: str) -> list[Word]:
    """The shortest units (mode A) of a normal text. A text longer than Sudachi's limit of 49,149
    bytes cannot come here: `normal.plain` cuts at 2,000 characters."""
    if not text:
        return []
    return [_word(one) for one in _tokenizer().tokenize(text)]


def _word(one: Any) -> Word:
    speech = one.part_of_speech()
    # The reading of a sign is きごう for all of them.
    reading = one.surface() if speech[0] in _SIGNS else hiragana(one.reading_form())
    return Word(one.begin(), one.end(), one.normalized_form(), reading, speech)


_SIGNS = frozenset(("補助記号", "記号", "空白"))


def dictionary_version() -> str:
    """Release of the installed dictionary: readings in the corpus depend on it."""
    from importlib.metadata import version

    return version("sudachidict_small")


def _tokenizer() -> Any:
    # A tokenizer is not to be shared between threads; the dictionary is.
    try:
        return _LOCAL.tokenizer
    except AttributeError:
        from sudachipy import SplitMode

        _LOCAL.tokenizer = _dictionary().tokenizer(SplitMode.A)
        return _LOCAL.tokenizer


_LOCK = threading.Lock()
_LOADED: list[Any] = []


def _dictionary() -> Any:
    with _LOCK:
        if not _LOADED:
            from sudachipy import Dictionary

            _LOADED.append(Dictionary(dict="small"))
    return _LOADED[0]
