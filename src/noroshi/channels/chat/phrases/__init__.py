"""Every sentence the conversation can say, in やさしい日本語 with readings and in English.

A sentence is one line. `<name>` is a slot: only a word that a record says goes there (or, in
`talk`, a word that the person said). What is fixed in a sentence holds no number or name of
anything in the world but telephone numbers that are the same everywhere. `SENTENCES` holds all of
them, for the check of answers (`noroshi.channels.chat.facts`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from noroshi.channels.advice.actions import Both

#: All sentences, in the order in which they were declared.
SENTENCES: dict[Both, None] = {}
SLOT = re.compile(r"<([a-z_]+)>")


def sentence(ja: str, en: str) -> Both:
    """Declare a sentence. Raises ValueError where the languages have other slots, or it is more
    than one line."""
    if set(SLOT.findall(ja)) != set(SLOT.findall(en)) or "\n" in ja + en:
        raise ValueError(f"not one sentence with the same slots: {ja!r} / {en!r}")
    made = Both(ja, en)
    SENTENCES[made] = None
    return made


class Word(NamedTuple):
    """A value of a record in words: what `open` is called."""

    ja: str
    en: str


def in_language(said: Both | Word, language: str) -> str:
    """The sentence in `ja` or `en`."""
    return said.en if language == "en" else said.ja
