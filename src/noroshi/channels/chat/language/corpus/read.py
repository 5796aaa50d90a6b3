"""Families, fillers, places and handwritten utterances as they stand in their files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from noroshi.channels.chat.language.understood import INTENTS, Named
from noroshi.formats.boundaries import Place

_FAMILIES = (
    "train_ja_ask", "train_ja_report", "train_ja_talk", "train_ja_several", "train_ja_more",
    "train_ja_first", "train_ja_free", "train_ja_written", "train_en", "train_en_more",
    "train_en_first", "train_en_free", "train_en_written", "calibrate_ja", "calibrate_en",
    "test_ja", "test_en",
)  # fmt: skip
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


class Family(msgspec.Struct, frozen=True):
    """One way of saying something: `{slot}` is filled, `[a|b]` is one or the other."""

    name: str
    split: str
    language: str
    intents: tuple[str, ...]
    danger: bool
    template: str


class Filler(msgspec.Struct, frozen=True):
    """What fills a slot: spellings of one value [m or persons], with the reading of a place."""

    slot: str
    split: str
    texts: tuple[str, ...]
    value: float | None = None
    kana: str = ""
    within: str = ""


class Written(msgspec.Struct, frozen=True):
    """A handwritten utterance; `places` are spans of its text."""

    text: str
    intents: tuple[str, ...]
    danger: bool
    places: tuple[tuple[int, int], ...] = ()


def _folder() -> Traversable:
    return files(__package__)


def _lines(name: str) -> Iterator[tuple[int, str]]:
    source = _folder().joinpath(name).read_text("utf-8")
    for number, line in enumerate(source.splitlines(), 1):
        if line.strip() and not line.startswith("# "):
            yield number, line


def families() -> list[Family]:
    """All families. Raises ValueError with file and line for an intent that there is not."""
    found = []
    for name in _FAMILIES:
        intents: tuple[str, ...] = ()
        split, language = name.split("_")[:2]
        for number, line in _lines(f"families/{name}.txt"):
            if line.startswith("## "):
                intents = tuple(line[3:].split())
                if unknown := set(intents) - set(INTENTS):
                    raise ValueError(f"{name}.txt line {number}: no such intent: {unknown}")
                continue
            template = line.removeprefix("! ")
            found.append(Family(f"{name}:{number}", split, language, intents,
                                template != line, template))  # fmt: skip
    return found


def choose(template: str, pick: Iterator[int]) -> str:
    """`template` with each `[a|b]` decided by the next number of `pick`."""
    while found := _CHOICE.search(template):
        options = found[1].split("|")
        template = template[: found.start()] + options[next(pick) % len(options)] + (
            template[found.end() :]
        )  # fmt: skip
    return template


@cache
def fillers(language: str) -> tuple[Filler, ...]:
    """Everything that fills a slot in a language."""
    found = []
    for name in ("fillers.txt",) if language == "ja" else ("fillers_en.txt",):
        for _, line in _lines(name):
            slot, split, texts, value = line.split("|")
            found.append(
                Filler(slot, split, tuple(texts.split("/")), float(value) if value else None)
            )
    for kind, split, one, its in _places():
        if (its == "en") != (language == "en") and kind != "area":
            continue
        found.append(Filler(kind, split, (one.name,), None, one.kana, one.within))
    return tuple(found)


def _places() -> Iterator[tuple[str, str, Named, str]]:
    for _, line in _lines("places.tsv"):
        kind, split, name, kana, area, within, language = line.split("\t")
        yield kind, split, Named(name, kana, area or None, within), language


def municipalities() -> list[Place]:
    """The municipalities of the corpus, as a store gives them."""
    return [
        Place(one.area, one.name, "municipality", one.kana)
        for kind, _, one, _ in _places()
        if kind == "area" and one.area
    ]


def named() -> list[tuple[str, Named]]:
    """The facilities, districts, roads and stations of the corpus, with their kinds."""
    return [(kind, one) for kind, _, one, _ in _places() if kind != "area"]


def handwritten() -> list[Written]:
    """The utterances that are not from families."""
    found = []
    for _, line in _lines("handwritten.txt"):
        intents, danger, marked = line.split("|", 2)
        text, places = "", []
        for number, part in enumerate(re.split(r"[\[\]]", marked)):
            if number % 2:
                places.append((len(text), len(text) + len(part)))
            text += part
        found.append(Written(text, tuple(intents.split()), danger == "!", tuple(places)))
    return found


def fingerprint() -> str:
    """SHA-256 of what the model is trained and calibrated on: families, fillers, places of both
    splits, and the code that expands them."""
    digest = hashlib.sha256()
    names = [f"families/{one}.txt" for one in _FAMILIES if not one.startswith("test")]
    for name in (*names, "fillers.txt", "fillers_en.txt", "places.tsv", "expand.py", "styles.py"):
        digest.update(_folder().joinpath(name).read_bytes())
    for name in ("concepts.txt", "features.py"):
        digest.update(files("noroshi.channels.chat.language").joinpath(name).read_bytes())
    return digest.hexdigest()


def packaged(name: str) -> bytes:
    """A file of the language package."""
    return files("noroshi.channels.chat.language").joinpath(name).read_bytes()
