"""Rows of the safety check: groups, who is in them, and what they answered."""

from __future__ import annotations

from noroshi.store import sql_people as sql
from noroshi.store.people import PeopleFile
from noroshi.store.rows_file import Row


class GroupRow(Row, frozen=True):
    """A group of one mode. `sort`: household, organisation, school; `body` is sealed (its name, the
    secret by which one joins); `invite` the keyed hash of that secret; `seen_by`: members or owner;
    `counted`: its numbers, and nothing else, may be counted by the node's officers. Answers are
    kept for `keep`, the group for `lasts` after it was last used (microseconds)."""

    table = "safety_groups"
    id: str
    mode: int
    sort: str
    body: bytes
    invite: bytes
    seen_by: str
    counted: bool
    keep: int
    lasts: int
    created: int
    expires: int


class MemberRow(Row, frozen=True):
    """A contact in a group, under the name they gave there (sealed)."""

    table = "safety_members"
    id: str
    safety_group: str
    contact: str
    name: bytes
    owner: bool
    joined: int


class AnswerRow(Row, frozen=True):
    """A member's latest answer: `body` is sealed (state, place, note)."""

    table = "safety_answers"
    member: str
    contact: str
    body: bytes
    at: int
    expires: int


def lengthen(people: PeopleFile, group: str, expires: int) -> None:
    """Keep a group, and the contacts of its members, until then at least."""
    with people.changing() as db:
        db.execute(sql.LONGER, (expires, group))
        db.execute(sql.LONGER_CONTACTS, (expires, group))


def count_members(people: PeopleFile, group: str) -> int:
    """How many are in a group."""
    with people.reading() as db:
        return int(db.execute(sql.MEMBERS, (group,)).fetchone()[0])


def answers(
    people: PeopleFile, group: str, at: int
) -> list[tuple[str, str, bytes, int, bytes | None, int | None]]:
    """Of each member of a group: id, contact, sealed name, whether they own it, and of an answer
    that holds at `at` its sealed body and time."""
    with people.reading() as db:
        return db.execute(sql.ANSWERS, (at, group)).fetchall()


def forget_answers(people: PeopleFile, group: str) -> int:
    """Remove what a group's members answered. Returns how many answers went."""
    with people.changing() as db:
        return db.execute(sql.FORGET_ANSWERS, (group,)).rowcount


def counted(people: PeopleFile, mode: int, at: int) -> list[tuple[str, str, bytes | None]]:
    """Group, member and sealed answer (None: none) of groups that may be counted."""
    with people.reading() as db:
        return db.execute(sql.COUNTED, (at, mode, at)).fetchall()
