"""What is understood of an utterance. Offsets are characters of the text as it was given."""

from __future__ import annotations

from typing import Literal

import msgspec

ASKS = (
    "ask_alerts", "ask_evacuate", "ask_shelter", "ask_route", "ask_road", "ask_water", "ask_food",
    "ask_charging", "ask_toilet", "ask_medical", "ask_outage", "ask_train", "ask_prepare",
    "ask_safety", "ask_report_status", "ask_source",
)  # fmt: skip
REPORTS = (
    "report_fire", "report_injury", "report_trapped", "report_flood", "report_landslide",
    "report_road", "report_outage", "report_water", "report_supply", "report_shelter",
    "report_rumour", "report_safe", "report_other",
)  # fmt: skip
TALK = (
    "greet", "thanks", "yes", "no", "cancel", "help", "officer", "subscribe", "unsubscribe",
    "language", "erase_me", "hostile", "out_of_scope",
)  # fmt: skip
INTENTS = (*ASKS, *REPORTS, *TALK)


class Named(msgspec.Struct, frozen=True):
    """One place that bears a name.

    `area` is the code as in records (`city:1720200`), None for what is not an area. `within` tells
    it from others of its name: the prefecture of a municipality, the municipality of the rest.
    `position` is longitude, latitude [degree]; None for an area, for which no point stands.
    `record` is the kind and key of the record it comes from.
    """

    name: str
    kana: str = ""
    area: str | None = None
    within: str = ""
    position: tuple[float, float] | None = None
    record: tuple[str, str] | None = None


class Mention(msgspec.Struct, frozen=True):
    """A place as the text names it: text[start:end].

    Several `candidates` bear the name where the text does not say which; none are known of a road
    that is written by its number but in no list. `kind` is that of the first: area, district,
    facility, road or station.
    """

    text: str
    start: int
    end: int
    candidates: tuple[Named, ...]
    kind: str


class Guess(msgspec.Struct, frozen=True):
    """An intent, and how often a guess of this confidence is right (0 to 1)."""

    intent: str
    confidence: float


class Depth(msgspec.Struct, frozen=True):
    """Depth of water above the ground [m]. `measured` where the text gives a length, not a knee."""

    metres: float
    words: str
    start: int
    end: int
    measured: bool = False


class Count(msgspec.Struct, frozen=True):
    """A number of people. `about` where the text says about, more than, or names them instead."""

    number: int
    words: str
    start: int
    end: int
    about: bool = False


class Moment(msgspec.Struct, frozen=True):
    """A time [µs since 1970, as `core.time`], right to `within` [µs] either way."""

    time: int
    within: int
    words: str
    start: int
    end: int


class Understood(msgspec.Struct, frozen=True):
    """What a text says, as far as it can be told.

    `guesses`: all intents with a confidence of 0.01 or more, best first. `intents`: those that are
    taken to be said, best first; several at once are possible, and none where guessing would be
    all that is left. `danger`: a life may be in danger now, say 119 first; in doubt true, and
    independent of `intents`. `needs`: wheelchair, older, infant, pregnant, hearing, sight,
    medical, pet, allergy, care. `severity`: words of injury, worst first: not_breathing,
    unconscious, bleeding, …, slight.
    """

    language: Literal["ja", "en"]
    guesses: tuple[Guess, ...] = ()
    intents: tuple[str, ...] = ()
    danger: bool = False
    places: tuple[Mention, ...] = ()
    depth: Depth | None = None
    persons: Count | None = None
    moment: Moment | None = None
    needs: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
