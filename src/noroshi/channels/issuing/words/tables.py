"""Phrase tables: what each language says, checked when it is read."""

from __future__ import annotations

import string
import tomllib
from functools import cache
from pathlib import Path

import msgspec

from noroshi.core.errors import NoroshiError

FOLDER = Path(__file__).parent
KINDS = ("issue", "update", "extend", "correct", "cancel", "expire")
ACTIONS = (
    "save_life", "evacuate", "evacuate_early", "prepare", "shelter_in", "avoid", "monitor",
    "information", "all_clear",
)  # fmt: skip
HAZARDS = (
    "flood", "rain", "inundation", "landslide", "surge", "tsunami", "earthquake", "volcano",
    "storm", "snow", "fire", "heat", "outage", "water", "disease", "chemical", "other",
)  # fmt: skip
#: What may stand in each frame.
_FIELDS = {
    "headline": {"mark", "kind", "level", "action", "hazard", "place"}, "kind": {"kind"},
    "level": {"level"}, "action": {"name", "do"}, "ended": {"name", "hazard", "kind", "do"},
    "place": {"names"}, "districts": {"names", "districts"}, "join": set(),
    "now_until": {"until"}, "from_until": {"begins", "until"}, "now": set(), "from": {"begins"},
    "ended_time": {"issued", "kind"}, "ended_time_pending": {"kind"},
    "source": {"issuer", "issued"}, "source_pending": {"issuer"},
    "moment": {"month", "day", "hour", "minute", "month_name", "day_marked", "minute_unit"},
    "said_by": {"office", "name"},
}  # fmt: skip


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an action is called, and what to do."""

    name: str
    do: str


class Hazard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a hazard is called, and why people are alerted of it."""

    name: str
    reason: str


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What begins a text that is of an exercise or a test, and a sentence that says so."""

    exercise: str
    exercise_says: str
    test: str
    test_says: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every phrase of one language. `cap` is its tag in CAP (RFC 5646)."""

    code: str
    cap: str
    name: str
    marks: Marks
    kinds: dict[str, str]
    levels: dict[str, str]
    actions: dict[str, Phrase]
    hazards: dict[str, Hazard]
    frames: dict[str, str]


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages there is a table for: Japanese, easy, English, then others."""
    found = sorted(one.stem for one in FOLDER.glob("*.toml") if one.stem != "difficult")
    first = ("ja", "easy", "en")
    return (*first, *(one for one in found if one not in first))


@cache
def table(language: str) -> Table:
    """The table of a language. Raises NoroshiError for one that there is none of, or that lacks a
    phrase: what nobody wrote is not said."""
    if language not in languages():
        raise NoroshiError(
            f"there is no phrase table for {language!r}", remedy=f"one of {', '.join(languages())}"
        )
    path = FOLDER / f"{language}.toml"
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=Table)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        raise NoroshiError(str(error), where=str(path)) from None
    for wanted, given in (
        (KINDS, found.kinds), (("1", "2", "3", "4", "5"), found.levels), (ACTIONS, found.actions),
        (HAZARDS, found.hazards), (tuple(_FIELDS), found.frames),
    ):  # fmt: skip
        if set(wanted) != set(given):
            wrong = ", ".join(sorted(set(wanted) ^ set(given)))
            raise NoroshiError(f"missing or unknown: {wrong}", where=str(path))
    for name, frame in found.frames.items():
        used = {field for _, field, _, _ in string.Formatter().parse(frame) if field is not None}
        if not used <= _FIELDS[name]:
            raise NoroshiError(f"frames.{name} cannot have {sorted(used)}", where=str(path))
    return found
