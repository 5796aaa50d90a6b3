"""What a conversation keeps between turns: as little as the next turn needs, for a day.

It is one person's, sealed where it is kept (`noroshi.store.conversations`), and of one mode.
"""

from __future__ import annotations

import msgspec

from noroshi.channels.chat.turns import Fact
from noroshi.core.time import DAY, HOUR, MINUTE

#: A state of another version is begun anew: it is a day old at most.
VERSION = 1
#: For how long (µs) a conversation is remembered after its last turn; how long a question waits
#: for its answer; how long a report waits for what is missing before it goes as it is.
KEPT, WAITS, SETTLES = DAY, HOUR, 10 * MINUTE
#: How many facts are kept for "who says so?".
SHOWN = 12


class Where(msgspec.Struct, frozen=True, omit_defaults=True):
    """The place a person talks about. `area` is the municipality (`city:1720200`), `spot` the name
    of something in it; `placed` says how it is known: position, name or default (the setting),
    `at` when it was said."""

    area: str = ""
    name: str = ""
    kana: str = ""
    position: tuple[float, float] | None = None
    spot: str = ""
    facility: str = ""
    placed: str = ""
    at: int = 0


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of several places that were offered, by the id of its quick reply."""

    id: str
    name: str
    kana: str = ""
    within: str = ""
    area: str = ""
    position: tuple[float, float] | None = None
    facility: str = ""


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something asked: an intent, and what it was asked of (a road's name, where a way leads)."""

    intent: str
    of: str = ""
    goal: Option | None = None


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the person was asked at `at`: place, goal, erase, what (of a picture), or a field of
    the draft. `then` is what they wanted before; `options` are what they may choose from."""

    about: str
    at: int
    options: tuple[Option, ...] = ()
    then: tuple[Wish, ...] = ()


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report that is being taken, since `begun`. `asked` are the questions that were put."""

    category: str
    begun: int
    danger: bool = False
    depth: float | None = None
    persons: int | None = None
    seen: int | None = None
    place: Where | None = None
    service: str = ""
    detail: str = ""
    text: str = ""
    picture: bytes | None = None
    picture_place: bool | None = None
    asked: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """A conversation. `language` is ja or en, `chosen` if the person chose it."""

    version: int = VERSION
    language: str = "ja"
    chosen: bool = False
    where: Where | None = None
    needs: tuple[str, ...] = ()
    question: Question | None = None
    draft: Draft | None = None
    waiting: tuple[Draft, ...] = ()
    picture: bytes | None = None
    shown: tuple[Fact, ...] = ()
    greeted: bool = False
    last: int = 0
    #: The place that was told to the person as theirs.
    told: str = ""

    @property
    def due(self) -> int | None:
        """When a report that waits goes as it is; None where none waits."""
        return None if self.draft is None else self.draft.begun + SETTLES


def write(state: State) -> bytes:
    """A state as it is kept."""
    return msgspec.msgpack.encode(state)


def read(kept: bytes, at: int) -> State:
    """What was kept, or a new state where it is of another version, damaged or over. A question
    that waited too long is forgotten."""
    try:
        found = msgspec.msgpack.decode(kept, type=State)
    except msgspec.DecodeError:
        return State()
    if found.version != VERSION:
        return State()
    if at - found.last > KEPT:
        return State(language=found.language, chosen=found.chosen, draft=found.draft,
                     waiting=found.waiting)  # fmt: skip
    if found.question is not None and at - found.question.at > WAITS:
        return msgspec.structs.replace(found, question=None)
    return found
