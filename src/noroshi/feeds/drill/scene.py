"""What a scenario is made of: messages that organisations send, and the truth behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from noroshi.feeds.drill.world.model import Lonlat


class Message(msgspec.Struct, frozen=True):
    """Bytes that an organisation sends at `time` (microseconds UTC, of the scenario's clock).

    `source`: who sends, as an id such as `kazahaya-power`; `name`: the file's name. `wrong`: what
    was made wrong on purpose, in words; empty for a message that is right. `repeats`: it says
    again what was sent before (the same bytes, or the same statement by another organisation).
    `label`: the number of the sharing label that it keeps; None for that of its source.
    """

    time: int
    source: str
    name: str
    data: bytes
    wrong: str = ""
    repeats: bool = False
    label: int | None = None


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is really so from `time` until the next fact of the same kind and key (`gone`: it is no
    more). `body` holds the fields of the kind that are true; `key` is the thing's own code, which
    a record of the kind carries as key or in a field."""

    time: int
    kind: str
    key: str
    body: dict[str, Any] = {}
    at: Lonlat | None = None
    area: str | None = None
    gone: bool = False


class Utterance(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a resident writes to the node's conversation at `time` (microseconds UTC, of the
    scenario's clock), and what is meant by it, for the score.

    `person`: who, the same mark for the same person; `at`: where they are, `sends_position`: their
    device tells it. `asks`: shelter, road, outage, alerts, train …; `about`: code of the thing
    that is asked about. `reports`: category of what they tell (`disaster.resident_report`), and
    `incident`: the key of what is really so; empty where it is not so at all.
    """

    time: int
    person: str
    text: str
    at: Lonlat
    municipality: str
    sends_position: bool = False
    asks: str = ""
    about: str = ""
    reports: str = ""
    incident: str = ""
    depth: float | None = None


Event = Message | Fact | Utterance


class Scenario(msgspec.Struct, frozen=True):
    """A scenario: `play(world, start, seed)` yields its events in order of time, from `start`
    (microseconds UTC) for `hours`. `residents`: it has people who speak; then `play` takes how
    many in `residents=`, and without it nobody speaks."""

    name: str
    title: str
    title_ja: str
    hours: float
    play: Callable[..., Iterator[Event]]
    residents: bool = False
