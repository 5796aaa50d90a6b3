"""What would go out if a draft were issued now: exactly, by channel, and to how many. Nothing is
sent or kept."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Protocol

import msgspec

from noroshi.channels.alerts.compose import alert as cap_alert
from noroshi.channels.issuing.drafts import Draft, body
from noroshi.channels.issuing.feed import by
from noroshi.channels.issuing.lifecycle import located
from noroshi.channels.issuing.office import SOURCE, Office, series
from noroshi.channels.issuing.words.message import message
from noroshi.channels.issuing.words.voice import aloud
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.engine.sharing import Sharings
from noroshi.formats.cap.write import write
from noroshi.kinds import encode
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert
from noroshi.store.people import PeopleFile

#: Channels that reach nobody in particular.
OPEN = ("cap", "voice")


class Audience(Protocol):
    """How many an alert would reach by channel (see `channels.subscribers.match`)."""

    @property
    def channels(self) -> dict[str, int]:
        """The number of contacts by channel."""
        ...

    @property
    def at_most(self) -> bool:
        """True where it is these and no more."""
        ...


class Count(Protocol):
    """Counts an audience."""

    def __call__(
        self, people: PeopleFile, alert: IssuedAlert, geometry: bytes | None, mode: Mode
    ) -> Audience:
        """See `channels.subscribers.match.count_audience`."""
        ...


class Part(msgspec.Struct, frozen=True):
    """What would go by a channel in a language: its bytes, and to how many contacts of the channel
    in whatever language (None: whoever asks or hears)."""

    channel: str
    language: str
    data: bytes
    count: int | None = None


def audience(office: Office, draft: Draft) -> Audience | None:
    """How many a draft would reach; None where nobody can subscribe in this version."""
    name = "noroshi.channels.subscribers"
    if find_spec(name) is None or find_spec(f"{name}.match") is None:
        return None
    count: Count = importlib.import_module(f"{name}.match").count_audience
    said = body(office, draft, None, [])
    return count(office.people, said, located(office, draft)[1], Mode(draft.mode))


def shape(office: Office, draft: Draft) -> bytes | None:
    """The outline to draw of a draft: its own, or that of its areas as far as known."""
    return draft.geometry or office.outline(one.area for one in draft.said.places)


def preview(office: Office, draft: Draft, moment: int | None = None) -> list[Part]:
    """Everything that would go out if the draft were issued at `moment` (default: now)."""
    mode = Mode(draft.mode)
    last = office.editions(draft.alert, mode)
    time = office.now(mode) if moment is None else moment
    time = max(time, last[-1].issued + 1 if last else 0)
    roles = ["?"] * draft.needed
    said = body(office, draft, time, roles)
    version = _version(office, draft, said, time)
    made = cap_alert(version, [*last, version], by(office),
                     Sharings(office.store).meaning(draft.label), shape(office, draft))  # fmt: skip
    found = [] if made is None else [Part("cap", "", write(made))]
    counted = audience(office, draft)
    reached = dict(counted.channels) if counted is not None else {}
    wanted = draft.said.channels or tuple(reached)
    for channel in wanted:
        if channel in OPEN:
            continue
        for text in said.texts:
            title, lines = message(text)
            found.append(Part(channel, text.language, f"{title}\n{lines}\n".encode(),
                              reached.get(channel, 0)))  # fmt: skip
    found += [Part("voice", text.language, f"{aloud(text.voice)}\n".encode())
              for text in said.texts if text.voice]  # fmt: skip
    return found


def _version(office: Office, draft: Draft, said: IssuedAlert, moment: int) -> Version:
    ends = draft.kind in ("cancel", "expire")
    until, (area, geometry) = draft.said.expires, located(office, draft)
    actions = {"correct": Action.CORRECT, "cancel": Action.CANCEL, "expire": Action.CANCEL}
    return Version(
        id=2**62, kind=ISSUED, key=draft.alert, series=series(draft.alert), mode=Mode(draft.mode),
        action=actions.get(draft.kind, Action.ISSUE), issued=moment, serial=draft.base + 1,
        recorded=moment, valid_from=moment, valid_to=FOREVER if ends or until is None else until,
        ended_at=FOREVER, ended_recorded=FOREVER, label=draft.label, source=SOURCE, message=None,
        area=area, geometry=geometry, confidence=None, basis=draft.basis, body=encode(said),
    )  # fmt: skip
