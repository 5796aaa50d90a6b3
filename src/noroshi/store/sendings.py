"""What is sent to people: a durable queue in `people.db`, claimed before it goes out.

A row is one message to one contact under one key: the same key again adds nothing. What was
claimed and not finished when a process died is still claimed when the next one begins: it is for
that one to find out, or to send again under the same `call`.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.store import sql_sendings as sql
from noroshi.store.people import PeopleFile
from noroshi.store.rows_file import Row

#: For how long after its deadline what became of a message is kept (µs): while it is, its key is
#: known, and nothing goes out twice.
KEPT = 30 * DAY
#: Rows in one transaction: others who write wait no longer than that takes.
CHUNK = 5_000
_CALLS = uuid.UUID("6ed0f5a2-3f37-4a0c-9a57-0d6f0f2b5b0e")


class State(enum.IntEnum):
    """How a message stands. `received`: the receiver's side said so, not only the provider."""

    WAITING = 0
    SENDING = 1
    SENT = 2
    RECEIVED = 3
    FAILED = 4
    EXPIRED = 5


#: Why a message waits, failed or expired, Japanese and English.
REASONS = {
    "tried": ("相手が応答せず再試行中", "was tried, and is tried again"),
    "refused": ("配信事業者が受け付けない", "the provider does not take it"),
    "gone": ("宛先が存在しない", "nobody is at the address"),
    "unreachable": ("宛先が以前に無効と判明", "the address was found to be nobody's before"),
    "mode": ("訓練・試験の送信を止めた", "of another mode than the channel: it never leaves"),
    "deadline": ("期限切れ", "its deadline had passed"),
    "superseded": ("後の版に置き換え", "a later edition took its place"),
    "unknown": ("届いたか不明", "it is not known whether it arrived"),
}


class Words(msgspec.Struct, frozen=True, array_like=True):
    """What is said: a title, a text, and where more is told (or empty)."""

    title: str
    text: str
    link: str


class Sending(msgspec.Struct, frozen=True):
    """A message in the queue. `words`: under which its words are kept, None where they are its
    own (`own`, sealed). `call`: under which it was handed to the provider, empty if it never was.
    Times are microseconds UTC."""

    id: int
    contact: str
    key: str
    channel: str
    mode: Mode
    urgent: bool
    alert: str
    edition: int
    language: str
    words: bytes | None
    own: bytes | None
    attempts: int
    deadline: int
    call: str
    first_try: int


class Earlier(msgspec.Struct, frozen=True):
    """Somebody to whom an earlier edition of an alert went. `tried`: it may have arrived.
    `hurried`: an urgent one still waits, and none was tried."""

    contact: str
    language: str
    tried: bool
    hurried: bool


class Receipt(msgspec.Struct, frozen=True):
    """What became of one message to a contact. `reason`: one of `REASONS`, or empty. `told`: what
    the provider said: its id of the message, or why it does not take it."""

    key: str
    channel: str
    mode: Mode
    alert: str
    edition: int
    state: State
    attempts: int
    created: int
    changed: int
    reason: str
    told: str


class ChannelState(Row, frozen=True):
    """What stands in the way of a channel (empty: nothing), since when, and when it is tried
    again (0: no matter). For those who look at the file from outside."""

    table = "sending_channels"
    channel: str
    error: str
    failing_since: int
    next_try: int


def add(people: PeopleFile, rows: Sequence[dict[str, Any]], words: dict[bytes, bytes]) -> int:
    """Add what is not there yet; `words` by their id, plain. Returns how many were new."""
    with people.changing() as db:
        last = max((one["expires"] for one in rows), default=0)
        for id, plain in words.items():
            sealed = people.vault.seal(plain, f"sending_words/{id.hex()}")
            db.execute(sql.ADD_WORDS, {"id": id, "words": sealed, "expires": last})
        return db.executemany(sql.ADD, rows).rowcount


def claim(
    people: PeopleFile, channel: str, *, limit: int, group: Callable[[Sending], object], most: int
) -> list[list[Sending]]:
    """Take what is due for a channel, urgent first, in calls of at most `most` that `group` says
    may go together; what was tried before goes with whom it went. Kept before it returns."""
    time = now()
    with people.changing() as db:
        found: list[Sending] = []
        for urgent in (1, 0):
            given = {"channel": channel, "urgent": urgent, "now": time, "limit": limit - len(found)}
            found += map(_sending, db.execute(sql.TAKE, given).fetchall())
        calls = _calls(found, group, most)
        db.executemany(sql.CLAIM, [
            {"id": one.id, "call": call[0].call, "now": time} for call in calls for one in call
        ])  # fmt: skip
    return [
        [msgspec.structs.replace(one, first_try=one.first_try or time) for one in call]
        for call in calls
    ]


def claimed(people: PeopleFile, channel: str) -> list[list[Sending]]:
    """What a process that died had claimed, in its calls."""
    with people.reading() as db:
        found = map(_sending, db.execute(sql.CLAIMED, (channel,)).fetchall())
        return _calls(list(found), lambda one: one.call, CHUNK)


def _calls(
    found: list[Sending], group: Callable[[Sending], object], most: int
) -> list[list[Sending]]:
    calls: dict[object, list[list[Sending]]] = {}
    for one in found:
        key = one.call or (one.urgent, one.mode, group(one))
        some = calls.setdefault(key, [[]])
        if len(some[-1]) >= most and not one.call:
            some.append([])
        some[-1].append(one)
    made = []
    for call in (each for some in calls.values() for each in some):
        name = call[0].call or _name(call)
        made.append([msgspec.structs.replace(one, call=name) for one in call])
    return made


def _name(call: list[Sending]) -> str:
    """The name of a call: a UUID of what is in it, always the same."""
    return str(uuid.uuid5(_CALLS, "\n".join(sorted(f"{one.contact}/{one.key}" for one in call))))


def finish(
    people: PeopleFile, ends: Iterable[tuple[int, str]], state: State, *, reason: str = "",
    told: str = "",
) -> None:  # fmt: skip
    """Keep how messages ended (their ids, and whose they are), and what was said of it."""
    time = now()
    with people.changing() as db:
        db.executemany(sql.FINISH, [
            {"id": id, "state": int(state), "now": time, "reason": reason,
             "told": _told(people, contact, told)} for id, contact in ends
        ])  # fmt: skip


def again(people: PeopleFile, ends: Iterable[tuple[int, str]], next_try: int, told: str) -> None:
    """Let messages wait until they are tried again; one that a newer edition has replaced has
    expired."""
    time = now()
    with people.changing() as db:
        db.executemany(sql.AGAIN, [
            {"id": id, "now": time, "next_try": next_try, "told": _told(people, contact, told)}
            for id, contact in ends
        ])  # fmt: skip


def _told(people: PeopleFile, contact: str, told: str) -> bytes | None:
    """What a provider said, sealed: it may name the address."""
    return people.vault.seal(told[:500].encode(), f"sendings/{contact}") if told else None


def give_back(people: PeopleFile, ids: Iterable[int]) -> None:
    """Let messages wait that were claimed, and of which nothing was handed to anybody."""
    time = now()
    with people.changing() as db:
        db.executemany(sql.UNTOUCHED, [{"id": id, "now": time} for id in ids])


def end_address(people: PeopleFile, contact: str, why: str) -> None:
    """Send nothing more to a contact: whoever provides the channel says that it is not there."""
    sealed = people.vault.seal(why[:500].encode(), f"unreachable/{contact}")
    given = {"contact": contact, "now": now(), "told": sealed}
    with people.changing() as db:
        db.execute(sql.END_ADDRESS, given)
        db.execute(sql.FAIL_WAITING, {"contact": contact, "now": given["now"]})


class _Unreachable(Row, frozen=True):
    table = "unreachable"
    contact: str
    since: int
    told: bytes


def unreachable(people: PeopleFile, contact: str) -> str:
    """Why nothing is sent to a contact any more; empty where it is."""
    found = people.get(_Unreachable, contact=contact)
    if found is None:
        return ""
    return people.vault.open(found.told, f"unreachable/{contact}").decode()


def reach_again(people: PeopleFile, contact: str) -> None:
    """Send to a contact again: they were in touch."""
    people.remove(_Unreachable, contact=contact)


def expire(people: PeopleFile, at: int) -> int:
    """End what waits beyond its deadline. Returns how many."""
    with people.changing() as db:
        return db.execute(sql.EXPIRE, {"now": at}).rowcount


def earlier(people: PeopleFile, alert: str, edition: int, mode: Mode) -> list[Earlier]:
    """Everybody to whom earlier editions of an alert went or were to go."""
    given = {"alert": alert, "edition": edition, "mode": int(mode)}
    with people.reading() as db:
        rows = db.execute(sql.EARLIER, given).fetchall()
    return [Earlier(contact, language, bool(tried), bool(hurried) and not tried)
            for contact, language, tried, hurried in rows]  # fmt: skip


def supersede(
    people: PeopleFile, alert: str, edition: int, mode: Mode,
    contacts: Iterable[str] | None = None,
) -> int:  # fmt: skip
    """End what waits of earlier editions, for some contacts or for all. Returns how many."""
    given = {"alert": alert, "edition": edition, "mode": int(mode), "now": now()}
    with people.changing() as db:
        if contacts is None:
            return db.execute(sql.SUPERSEDE, given).rowcount
        rows = [given | {"contact": one} for one in contacts]
        return db.executemany(sql.SUPERSEDE_FOR, rows).rowcount


def words_of(people: PeopleFile, one: Sending) -> Words:
    """What a message says. Raises NoroshiError where the key is another."""
    if one.words is None:
        assert one.own is not None
        plain = people.vault.open(one.own, f"sendings/{one.contact}")
    else:
        with people.reading() as db:
            (sealed,) = db.execute(sql.WORDS, (one.words,)).fetchone()
        plain = people.vault.open(sealed, f"sending_words/{one.words.hex()}")
    return msgspec.json.decode(plain, type=Words)


def said_to(people: PeopleFile, contact: str) -> dict[str, list[str]]:
    """What all messages to a contact say, by key: title, text, link."""
    with people.reading() as db:
        found = list(map(_sending, db.execute(sql.OF_CONTACT, (contact,)).fetchall()))
    words = ((one.key, words_of(people, one)) for one in found)
    return {key: [one.title, one.text, one.link] for key, one in words}


def waiting_for(people: PeopleFile, contact: str, mode: Mode) -> list[Sending]:
    """What waits for one contact and is not too old, urgent first."""
    with people.reading() as db:
        return list(map(_sending, db.execute(sql.FOR_ONE, (contact, int(mode), now())).fetchall()))


def waiting(people: PeopleFile, channel: str) -> int:
    """How many messages of a channel are not through."""
    with people.reading() as db:
        return int(db.execute(sql.WAITING, (channel,)).fetchone()[0])


def due(people: PeopleFile, channel: str) -> int | None:
    """When the next message of a channel is to be tried; None where none waits."""
    with people.reading() as db:
        found = [db.execute(sql.DUE, (channel, urgent)).fetchone()[0] for urgent in (0, 1)]
    return min((one for one in found if one is not None), default=None)


def counts(people: PeopleFile) -> list[tuple[str, Mode, State, int]]:
    """How many messages there are, by channel, mode and state."""
    with people.reading() as db:
        return [(one[0], Mode(one[1]), State(one[2]), one[3]) for one in db.execute(sql.COUNTS)]


def oldest(people: PeopleFile) -> dict[str, int]:
    """Since when the oldest that waits does, by channel."""
    with people.reading() as db:
        return dict(db.execute(sql.OLDEST).fetchall())


def reasons(people: PeopleFile) -> list[tuple[str, State, str, int]]:
    """Why messages failed or expired: channel, state, reason, how many; the most first."""
    with people.reading() as db:
        return [(one[0], State(one[1]), one[2], one[3]) for one in db.execute(sql.REASONS)]


def of_alert(people: PeopleFile, alert: str, mode: Mode) -> list[tuple[str, int, State, int]]:
    """What became of an alert: channel, edition, state, how many."""
    with people.reading() as db:
        rows = db.execute(sql.OF_ALERT, (alert, int(mode)))
        return [(channel, edition, State(state), count) for channel, edition, state, count in rows]


def receipts(people: PeopleFile, contact: str) -> list[Receipt]:
    """What became of all that was sent to one contact, oldest first."""
    with people.reading() as db:
        rows = db.execute(sql.RECEIPTS, (contact,)).fetchall()
    return [
        Receipt(row[0], row[1], Mode(row[2]), row[3], row[4], State(row[5]), row[6], row[7], row[8],
                row[9], _opened(people, contact, row[10]))
        for row in rows
    ]  # fmt: skip


def last_failed(people: PeopleFile, channel: str, count: int = 3) -> list[str]:
    """What a provider said of the messages that failed last, each once."""
    with people.reading() as db:
        rows = db.execute(sql.LAST_FAILED, (channel, count)).fetchall()
    return list(dict.fromkeys(_opened(people, contact, told) for contact, told in rows))


def _opened(people: PeopleFile, contact: str, told: bytes | None) -> str:
    return "" if told is None else people.vault.open(told, f"sendings/{contact}").decode()


def _sending(row: tuple[Any, ...]) -> Sending:
    id, contact, key, channel, mode, urgent, *rest = row
    return Sending(id, contact, key, channel, Mode(mode), bool(urgent), *rest)
