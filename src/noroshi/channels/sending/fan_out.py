"""From one issued alert to a message for each person whom it concerns, by each way they chose.

Whoever issues an alert calls `start` until it returns; called again, after a crash in the middle
of it too, it adds what is missing and nothing twice. An edition that does not alarm goes to those
to whom an earlier one went, quietly; what they still wait for of earlier editions is not sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Protocol

import msgspec

from noroshi.channels.sending.queue import Item, enqueue, marked
from noroshi.channels.subscribers.advice import advice_for
from noroshi.channels.subscribers.match import match
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY, HOUR, now, parse
from noroshi.engine.settings import Settings
from noroshi.kinds import decode
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert, Text
from noroshi.store import sendings
from noroshi.store.people import Contact, PeopleFile

#: For how long an edition is sent at most, one that ends an alert, and one that says no end (µs).
LONGEST, ENDING, OPEN = DAY, 6 * HOUR, 12 * HOUR
_ENDS = ("cancel", "expire")
_FOR_YOU = {"ja": "あなたへ:", "easy": "あなたへ:", "en": "For you:"}


class Sending(Protocol):
    """What is sent from: a node, or what a command opened of it."""

    @property
    def people(self) -> PeopleFile:
        """Residents in touch with it."""
        ...

    @property
    def settings(self) -> Settings:
        """Its settings."""
        ...


class Planned(msgspec.Struct, frozen=True):
    """A message that would be sent, and by which channel."""

    channel: str
    item: Item


class Rehearsal(msgspec.Struct, frozen=True):
    """What an edition would send: every message, and for each channel how many, to how many it may
    go, and what keeps it from going (empty: nothing)."""

    messages: list[Planned]
    channels: dict[str, int]
    kept_back: dict[str, str]


def start(node: Sending, version: Version) -> int:
    """Put an edition into the queue for everybody whom it concerns. Durable on return, and the
    same when it is called again. Returns how many messages were new."""
    alert = alert_of(version)
    people, count = node.people, 0
    if alert.kind in _ENDS:
        # Nobody may still be alarmed between now and when it is known who has to hear the end.
        sendings.supersede(people, version.key, alert.number, version.mode)
    planned = plan(people, alert, version, link_of(node, alert, version.mode))
    while chunk := list(islice(planned, sendings.CHUNK)):
        # In one transaction: nobody waits for two editions, and nobody for none.
        with people.changing():
            count += enqueue(people, (one.item for one in chunk))
            sendings.supersede(people, version.key, alert.number, version.mode,
                               [one.item.contact for one in chunk])  # fmt: skip
    sendings.supersede(people, version.key, alert.number, version.mode)
    return count


def dry_run(node: Sending, version: Version) -> Rehearsal:
    """Exactly what `start` would put into the queue now, and what would not leave. Nothing is
    kept, and nothing is sent."""
    alert = alert_of(version)
    found = [
        msgspec.structs.replace(one, item=msgspec.structs.replace(
            one.item, title=marked(one.item.title, one.item.mode, one.item.language)))
        for one in plan(node.people, alert, version, link_of(node, alert, version.mode))
    ]  # fmt: skip
    channels = Counter(one.channel for one in found)
    kept = {name: why for name in channels if (why := keeps_back(node, name, version.mode))}
    return Rehearsal(found, dict(channels), kept)


def alert_of(version: Version) -> IssuedAlert:
    """What an edition says; one that ends the alert says so. Raises ValueError for a record that
    is no alert."""
    if version.kind != ISSUED:
        raise ValueError(f"{version.kind} is not an issued alert")
    alert: IssuedAlert = decode(ISSUED, version.body)
    if version.action is Action.CANCEL and alert.kind not in _ENDS:
        alert = msgspec.structs.replace(alert, kind="cancel", alarm=False)
    return alert


def plan(
    people: PeopleFile, alert: IssuedAlert, version: Version, link: str = ""
) -> Iterator[Planned]:
    """The messages of an edition: each person once, whatever they subscribed to."""
    mode, words = version.mode, _Wording(alert)
    deadline = deadline_of(alert, version)
    key = f"{mode.name.lower()}/{version.key}/{alert.number}"
    earlier = {one.contact: one
               for one in sendings.earlier(people, version.key, alert.number, mode)}  # fmt: skip

    def item(contact: str, language: str, needs: frozenset[str], urgent: bool) -> Item:
        title, text = words.say(language, needs)
        return Item(contact, key, title, text, link, urgent, mode, deadline, version.key,
                    alert.number, language)  # fmt: skip

    told: set[str] = set()
    if alert.alarm and alert.kind not in _ENDS:
        for one in match(people, alert, version.geometry, mode):
            if not alert.channels or one.channel in alert.channels:
                told.add(one.contact)
                yield Planned(one.channel, item(one.contact, one.language, one.needs, True))
    for contact, before in earlier.items():
        # Who never got it need not hear that it is over.
        if contact in told or (alert.kind in _ENDS and not before.tried):
            continue
        found = people.get(Contact, id=contact)
        if found is not None:
            urgent = before.hurried and alert.kind not in _ENDS
            yield Planned(found.channel, item(contact, before.language, frozenset(), urgent))


def deadline_of(alert: IssuedAlert, version: Version) -> int:
    """Until when an edition may be sent. In an exercise times are the drill's, and the queue goes
    by the clock on the wall: as long after now as after it was issued."""
    begun = version.issued
    if alert.kind in _ENDS:
        until = begun + ENDING
    else:
        until = parse(alert.expires) if alert.expires else begun + OPEN
    until = min(until, begun + LONGEST)
    return until if version.mode is Mode.ACTUAL else now() + max(0, until - begun)


def link_of(node: Sending, alert: IssuedAlert, mode: Mode) -> str:
    """The page of the first area that an alert is for, where others reach this node; of an
    exercise, its own page and never that of what is real."""
    base = node.settings.web.url.rstrip("/")
    code = next((one.partition(":")[2] for one in alert.areas if one.startswith("city:")), "")
    of_mode = "" if mode is Mode.ACTUAL else f"?mode={mode.name.lower()}"
    return f"{base}/area/{code[:5]}{of_mode}" if base and code else ""


def keeps_back(node: Sending, channel: str, mode: Mode) -> str:
    """Why nothing of a mode would leave by a channel; empty where it would."""
    from noroshi.channels.sending.channels import mode_of

    carries = mode_of(node.settings, channel)
    if carries is None:
        return "no channel is set up for it"
    if carries == "any" or carries is mode:
        return ""
    assert isinstance(carries, Mode)
    return f"the channel is {carries.name.lower()}: nothing {mode.name.lower()} leaves by it"


class _Wording:
    """What is said of an alert, by language and need; each made once."""

    def __init__(self, alert: IssuedAlert) -> None:
        self._alert = alert
        self._texts = {one.language: one for one in alert.texts}
        self._said: dict[tuple[str, frozenset[str]], tuple[str, str]] = {}

    def say(self, language: str, needs: frozenset[str]) -> tuple[str, str]:
        """Title and text: level, action, place, time, reason, source, and then what it means for
        who has these needs."""
        found = self._said.get((language, needs))
        if found is None:
            text = self._text(language)
            lines = [text.level, text.action, text.place, text.time, text.reason, text.source]
            if needs and self._alert.kind not in _ENDS:
                own = advice_for(self._alert, needs, language)
                lines += ["", _FOR_YOU.get(language, _FOR_YOU["en"]), *own] if own else []
            said = "\n".join(lines).strip("\n")
            found = self._said[language, needs] = (text.headline, said)
        return found

    def _text(self, language: str) -> Text:
        """In the language, or in one that they may read as well; never none where there is one."""
        order = (language, *(("ja", "easy", "en") if language in ("ja", "easy") else
                             ("en", "easy", "ja")))  # fmt: skip
        for one in order:
            if one in self._texts:
                return self._texts[one]
        if self._texts:
            return next(iter(self._texts.values()))
        names = "、".join(self._alert.area_names)
        return Text(language=language, headline=f"{names} {self._alert.action}".strip())
