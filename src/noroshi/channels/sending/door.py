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
    """A message that does not leave, how it ends, and why."""

    id: int
    state: State
    why: str


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
            why = f"{one.mode.name.lower()} never goes out by a channel that is {mode.name.lower()}"
            kept.append(Kept(one.id, State.FAILED, why))
        elif one.deadline <= time:
            kept.append(Kept(one.id, State.EXPIRED, "its deadline has passed"))
        elif remembers is not None and one.attempts and one.first_try + remembers <= time:
            why = "it is not known whether it arrived, and the provider cannot tell any more"
            kept.append(Kept(one.id, State.FAILED, why))
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
