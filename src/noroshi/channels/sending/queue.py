"""What is to be sent to people: kept before it is sent, sent once, and told what became of it.

A message is to one contact under a key of its own; the same key again adds nothing, whoever asks,
after a crash too. Each channel takes its messages urgent first, in a thread of its own
(`noroshi.channels.sending.dispatch`): a slow channel holds up no other. A message whose deadline
has passed is not sent; it is kept as expired.

Channels without a provider (a page of this node, a drill's resident) are not sent by anybody: who
is behind them asks (`collect`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.store import sendings
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.sendings import ChannelState, State, Words

#: Channels whose people ask for what is for them.
ASKED = frozenset({"web", "cli", "drill"})
#: What an exercise and a test begin with.
MARKS = {
    Mode.EXERCISE: {"en": "[EXERCISE] ", "": "【訓練】"},
    Mode.TEST: {"en": "[TEST] ", "": "【試験】"},
}


class Item(msgspec.Struct, frozen=True):
    """A message to one contact (its id). `key`: of all with one key, a contact gets one. `link`:
    where more is told, or empty. `deadline`: after it the message is not sent (µs UTC). `alert` and
    `edition`: of which alert it is; the words of an alert are kept once for all who get it.
    `language`: of the words (`ja`, `easy`, `en` …), for what is around them."""

    contact: str
    key: str
    title: str
    text: str
    link: str = ""
    urgent: bool = False
    mode: Mode = Mode.ACTUAL
    deadline: int = 0
    alert: str = ""
    edition: int = 0
    language: str = ""


def enqueue(people: PeopleFile, items: Iterable[Item]) -> int:
    """Keep messages to be sent; durable on return. Returns how many were new. To a contact that is
    not there nothing is sent; one that cannot be reached any more has a receipt that says so."""
    rest, new = iter(items), 0
    while chunk := list(islice(rest, sendings.CHUNK)):
        words: dict[bytes, bytes] = {}
        time = now()
        rows = [_row(people, one, words, time) for one in chunk]
        new += sendings.add(people, rows, words)
    if new:
        for one in list(_listening.get(people, ())):
            one.set()
    return new


def _row(people: PeopleFile, item: Item, words: dict[bytes, bytes], time: int) -> dict[str, Any]:
    if item.deadline <= 0:
        raise ValueError(f"{item.key}: say until when it may be sent")
    title = marked(item.title, item.mode, item.language)
    id, own = None, None
    if item.alert:
        id = _word_id(people, title, item.text, item.link, words)
    else:
        plain = msgspec.json.encode(Words(title, item.text, item.link))
        own = people.vault.seal(plain, f"sendings/{item.contact}")
    return {
        "contact": item.contact, "key": item.key, "mode": int(item.mode),
        "urgent": int(item.urgent), "alert": item.alert, "edition": item.edition,
        "language": item.language, "words": id, "own": own, "deadline": item.deadline,
        "now": time, "expires": max(item.deadline, time) + sendings.KEPT,
    }  # fmt: skip


def _word_id(
    people: PeopleFile, title: str, text: str, link: str, words: dict[bytes, bytes]
) -> bytes:
    id = people.vault.blind("words", title, text, link)
    if id not in words:
        words[id] = msgspec.json.encode(Words(title, text, link))
    return id


def marked(title: str, mode: Mode, language: str) -> str:
    """A title that says first where it is not of the real world."""
    marks = MARKS.get(mode)
    if marks is None:
        return title
    if title.startswith(tuple(one.strip() for one in marks.values())):
        return title
    return marks.get(language, marks[""]) + title


def collect(people: PeopleFile, contact: Contact, mode: Mode = Mode.ACTUAL) -> list[Item]:
    """What waits for a contact who asks by themselves, urgent first; with this it counts as
    received. Whoever asks keeps what they were given until it is shown."""
    if contact.channel not in ASKED:
        raise ValueError(f"{contact.channel}: what is for it is sent, not asked for")
    with people.changing():
        found = sendings.waiting_for(people, contact.id, mode)
        sendings.finish(people, [(one.id, one.contact) for one in found], State.RECEIVED)
        return [_item(people, one) for one in found]


def _item(people: PeopleFile, one: sendings.Sending) -> Item:
    words = sendings.words_of(people, one)
    return Item(one.contact, one.key, words.title, words.text, words.link, one.urgent, one.mode,
                one.deadline, one.alert, one.edition, one.language)  # fmt: skip


class Standing(msgspec.Struct, frozen=True):
    """How a channel stands: messages by state, since when the oldest waits, and what stands in its
    way (empty: nothing)."""

    channel: str
    states: dict[str, int]
    oldest: int | None = None
    error: str = ""
    failing_since: int | None = None


def standings(people: PeopleFile) -> list[Standing]:
    """How each channel stands for which there is or was something."""
    found: dict[str, dict[str, int]] = {}
    for channel, _, state, count in sendings.counts(people):
        states = found.setdefault(channel, {})
        states[state.name.lower()] = states.get(state.name.lower(), 0) + count
    told = {one.channel: one for one in people.all(ChannelState)}
    oldest = sendings.oldest(people)
    return [
        Standing(
            name, found.get(name, {}), oldest.get(name), told[name].error if name in told else "",
            (told[name].failing_since or None) if name in told else None,
        )
        for name in sorted({*found, *told})
    ]  # fmt: skip


@contextmanager
def listening(people: PeopleFile) -> Iterator[threading.Event]:
    """An event that is set whenever this process keeps something new."""
    news = threading.Event()
    _listening.setdefault(people, []).append(news)
    try:
        yield news
    finally:
        _listening[people].remove(news)


_listening: WeakKeyDictionary[PeopleFile, list[threading.Event]] = WeakKeyDictionary()
