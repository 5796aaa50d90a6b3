"""What is said, as a channel draws it: its language, its lines, its quick replies' labels."""

from __future__ import annotations

import re
from functools import lru_cache

from noroshi.channels.chat.turns import Choice, Said
from noroshi.channels.sending.queue import marked
from noroshi.core.record import Mode

_LATIN, _JAPANESE = re.compile("[A-Za-z]"), re.compile("[\u3041-\u30ff\u3400-\u9fff]")


def language_of(said: Said) -> str:
    """The language that something is said in, ja or en: names of the other stand in it too."""
    return _language(said.text)


@lru_cache(4_096)
def _language(text: str) -> str:
    latin, japanese = len(_LATIN.findall(text)), len(_JAPANESE.findall(text))
    return "en" if latin > japanese else "ja"


def spoken(said: Said, mode: Mode) -> str:
    """What is said, with the mark of an exercise or a test in front."""
    return marked(said.text, mode, language_of(said))


def lines(said: Said, mode: Mode) -> list[str]:
    """What is said, sentence by sentence."""
    return [one for one in spoken(said, mode).split("\n") if one.strip()]


def label(choice: Choice, of: Said) -> str:
    """What a quick reply says, in the language of what it replies to."""
    return choice.en if language_of(of) == "en" else choice.ja


def label_of(said: Said, id: str) -> str:
    """What the quick reply with this id says; empty where there is none."""
    return next((label(one, said) for one in said.choices if one.id == id), "")
