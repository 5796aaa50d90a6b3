"""The one door through which messages leave: nothing that is not of a channel's own mode passes.

A channel is of one mode, and that is the real one unless its settings say otherwise
(`mode = "exercise"`, for a test account). What is of another mode is refused here, whoever put it
into the queue; and only here is the address of somebody opened, so that there is no way around.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.store import sendings
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.sendings import Sending, State


class Letter(msgspec.Struct, frozen=True):
    """A message as a channel gets it, with where it goes. `call`: a UUID under which it is handed
    on, the same whenever it is tried again."""

    id: int
    contact: str
    address: str
    key: str
    title: str
    text: str
    link: str
    urgent: bool
    mode: Mode
    alert: str
    edition: int
    language: str
    deadline: int
    call: str


class Kept(msgspec.Struct, frozen=True):
    """A message that does not leave, how it ends, and why (of `sendings.REASONS`)."""

    id: int
    contact: str
    state: State
    reason: str


def leave(
    people: PeopleFile, call: Sequence[Sending], mode: Mode, remembers: int | None = None
) -> tuple[list[Letter], list[Kept]]:
    """What of a call may go out by a channel of `mode`, and what may not. `remembers`: for how long
    (µs) the provider knows a call again; older ones are not handed on a second time."""
    time = now()
    letters: list[Letter] = []
    kept: list[Kept] = []
    for one in call:
        if one.mode is not mode:
            kept.append(Kept(one.id, one.contact, State.FAILED, "mode"))
        elif one.deadline <= time:
            kept.append(Kept(one.id, one.contact, State.EXPIRED, "deadline"))
        elif remembers is not None and one.attempts and one.first_try + remembers <= time:
            kept.append(Kept(one.id, one.contact, State.FAILED, "unknown"))
        else:
            contact = people.get(Contact, id=one.contact)
            if contact is None:  # erased meanwhile, with what was for them
                continue
            words = sendings.words_of(people, one)
            letters.append(Letter(
                one.id, one.contact, people.address(contact), one.key, words.title, words.text,
                words.link, one.urgent, one.mode, one.alert, one.edition, one.language,
                one.deadline, one.call,
            ))  # fmt: skip
    return letters, kept
