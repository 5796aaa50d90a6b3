"""Rows of what residents subscribe to, of what they asked for and did not confirm yet, and of how
often somebody asked."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.store import sql_people as sql
from noroshi.store.people import PeopleFile
from noroshi.store.rows_file import Row


class SubscriptionRow(Row, frozen=True):
    """What a contact hears of, in one mode. `body` is sealed (places, needs); `level` is the least
    alert level that they are told of."""

    table = "subscriptions"
    id: int
    contact: str
    channel: str
    mode: int
    language: str
    level: int
    body: bytes
    created: int = 0
    changed: int = 0
    expires: int = 0


class RequestRow(Row, frozen=True):
    """What somebody asked for in a contact's name; it holds nothing until they confirm it with the
    secret of which `id` is the keyed hash."""

    table = "subscription_requests"
    id: bytes
    contact: str
    mode: int
    language: str
    level: int
    body: bytes
    created: int = 0
    expires: int = 0


class LimitRow(Row, frozen=True):
    """How much of an allowance is spent under one key, as of `at`."""

    table = "limits"
    id: bytes
    spent: float
    at: int
    expires: int


def file_subscription(people: PeopleFile, row: SubscriptionRow, tokens: Iterable[int]) -> None:
    """Keep a subscription under these tokens and no others."""
    with people.changing() as db:
        people.put(row)
        db.execute(sql.UNFILE, (row.id,))
        db.executemany(sql.FILE_UNDER, [(one, row.id) for one in tokens])


def next_subscription(people: PeopleFile) -> int:
    """The id of a new one; within a change, so that no other takes it."""
    with people.changing() as db:
        return int(db.execute(sql.NEXT_SUBSCRIPTION).fetchone()[0])


def matched(people: PeopleFile, mode: int, level: int, tokens: Iterable[int] | None) -> list[int]:
    """Ids of subscriptions under any of some tokens (None: all) that are told of `level`."""
    with people.reading() as db:
        if tokens is None:
            rows = db.execute(sql.ALL_SUBSCRIPTIONS, (mode, level))
        else:
            rows = db.execute(sql.MATCHED, (mode, level, _json(tokens)))
        return [one for (one,) in rows]


def subscriptions(
    people: PeopleFile, ids: list[int], at: int
) -> list[tuple[int, str, str, str, int, bytes]]:
    """Id, contact, channel, language, level and sealed body of those of `ids` that hold at `at`."""
    with people.reading() as db:
        return db.execute(sql.SUBSCRIPTIONS, (_json(ids), at)).fetchall()


def ending(people: PeopleFile, after: int, before: int) -> list[int]:
    """Ids of subscriptions that end after one time and until another."""
    with people.reading() as db:
        return [one for (one,) in db.execute(sql.ENDING, (after, before))]


def last_of(people: PeopleFile, contact: str) -> int:
    """When the last of what hangs on a contact ends: subscriptions, safety groups; 0 for none."""
    with people.reading() as db:
        return int(db.execute(sql.LAST_OF, (contact, contact)).fetchone()[0] or 0)


def reached(
    people: PeopleFile, mode: int, level: int, at: int, tokens: Iterable[int]
) -> dict[str, int]:
    """How many subscriptions by channel are under any of some tokens, told of `level`, at `at`."""
    with people.reading() as db:
        return dict(db.execute(sql.REACHED, (mode, level, at, _json(tokens))).fetchall())


def count_people(
    people: PeopleFile, mode: int, at: int
) -> tuple[dict[str, int], dict[str, int], int, int, int]:
    """Contacts and subscriptions by channel, requests, safety groups and their members."""
    with people.reading() as db:
        contacts = dict(db.execute(sql.CONTACTS_BY_CHANNEL, (at,)).fetchall())
        subscriptions = dict(db.execute(sql.SUBSCRIPTIONS_BY_CHANNEL, (mode, at)).fetchall())
        waiting, groups, members = (
            int(db.execute(one, (mode, at)).fetchone()[0])
            for one in (sql.REQUESTS, sql.GROUPS, sql.GROUP_MEMBERS)
        )
        return contacts, subscriptions, waiting, groups, members


def _json(numbers: Iterable[int]) -> str:
    return msgspec.json.encode(list(numbers)).decode()
