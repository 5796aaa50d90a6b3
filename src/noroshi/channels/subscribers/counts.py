"""How many residents are in touch, and by what: numbers alone."""

from __future__ import annotations

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.store.people import PeopleFile
from noroshi.store.subscribers import count_people


class Counts(msgspec.Struct, frozen=True):
    """Contacts and subscriptions by channel, requests that wait, safety groups and members."""

    contacts: dict[str, int]
    subscriptions: dict[str, int]
    waiting: int
    groups: int
    members: int


def count_residents(people: PeopleFile, mode: Mode = Mode.ACTUAL) -> Counts:
    """As of now. Contacts are of no mode; the rest is of `mode`."""
    return Counts(*count_people(people, int(mode), now()))
