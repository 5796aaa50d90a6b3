"""What is said, as a channel draws it: its language, its lines, its quick replies' labels."""

from __future__ import annotations

from noroshi.channels.chat.turns import Choice, Said
from noroshi.channels.sending.queue import marked
from noroshi.core.record import Mode


def language_of(said: Said) -> str:
    """The language that something is said in, ja or en: names of the other stand in it too."""
    latin = sum("a" <= one <= "z" for one in said.text.lower())
    japanese = sum("\u3041" <= one <= "\u30ff" or "\u3400" <= one <= "\u9fff" for one in said.text)
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
