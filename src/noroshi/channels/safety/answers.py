"""How the members of a group are: answered by one tap, summed up for the group and nobody else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

import msgspec

from noroshi.channels.safety.groups import Group, group, groups_of, name_of
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.core.typed import decoder
from noroshi.store import safety as store
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.safety import AnswerRow, GroupRow

STATES = ("safe", "help", "injured", "evacuating")
#: Characters of a place, of a note.
LONGEST_PLACE, LONGEST_NOTE = 60, 140
#: An answer older than this is said to be old.
OLD = DAY


class Answer(msgspec.Struct, frozen=True):
    """How somebody said they are, where, in their own words, and when (microseconds)."""

    state: str
    place: str = ""
    note: str = ""
    at: int = 0


class Told(msgspec.Struct, frozen=True):
    """A member of a group and their latest answer; None: they have not answered."""

    member: str
    name: str
    answer: Answer | None
    owner: bool = False


class Summary(msgspec.Struct, frozen=True):
    """A group and how its members are. `numbers` by state, `none` for who has not answered."""

    group: Group
    members: tuple[Told, ...]
    numbers: dict[str, int]


class Counts(msgspec.Struct, frozen=True):
    """Numbers of the groups whose owners let them be counted; never names, groups or places."""

    groups: int
    members: int
    numbers: dict[str, int]


class _Body(msgspec.Struct, frozen=True):
    """What of an answer is sealed."""

    state: str
    place: str = ""
    note: str = ""


def report_safe(
    people: PeopleFile, contact: Contact, state: str, *, place: str = "", note: str = "",
    groups: Collection[str] | None = None, mode: Mode = Mode.ACTUAL, at: int | None = None,
) -> int:  # fmt: skip
    """Tell one's groups (None: all of the mode) how one is. `at`: when (drill time in exercises).
    Returns how many groups were told: 0 means that nobody will see it, and is to be said so.

    Raises NoroshiError for a state that is none, or too many words.
    """
    if state not in STATES:
        raise NoroshiError(f"{state!r} is none of {', '.join(STATES)}", where="state")
    for text, most, where in ((place, LONGEST_PLACE, "place"), (note, LONGEST_NOTE, "note")):
        if len(text) > most:
            raise NoroshiError(f"longer than {most} characters", where=where)
    body = msgspec.json.encode(_Body(state, " ".join(place.split()), " ".join(note.split())))
    time, told = now(), 0
    with people.changing():
        for one in groups_of(people, contact, mode):
            if groups is None or one.id in groups:
                row = people.get(GroupRow, id=one.id)
                assert row is not None
                sealed = people.vault.seal(body, f"safety_answers/{one.member}")
                people.put(AnswerRow(one.member, contact.id, sealed, time if at is None else at,
                                     time + row.keep))  # fmt: skip
                store.lengthen(people, one.id, time + row.lasts)
                told += 1
    return told


def summary(people: PeopleFile, contact: Contact, id: str, mode: Mode = Mode.ACTUAL) -> Summary:
    """How a group's members are, as this member may see it: all of them, or (where the group
    chose so) all for its owner and for the others themselves alone. Raises NotFound."""
    held = group(people, contact, id, mode)
    told = _told(people, held)
    numbers = dict.fromkeys((*STATES, "none"), 0)
    for one in told:
        numbers[one.answer.state if one.answer else "none"] += 1
    return Summary(held, told, numbers)


def ask(
    people: PeopleFile, contact: Contact, name: str, mode: Mode = Mode.ACTUAL
) -> list[tuple[Group, Told]]:
    """How somebody of that name is, in the groups of who asks and no others. Nothing: it is not
    known here (`noroshi.channels.safety.words.say_asked` says what to do then)."""
    wanted, found = plain_name(name), []
    for one in groups_of(people, contact, mode):
        for member in _told(people, one):
            if same_name(wanted, plain_name(member.name)):
                found.append((one, member))
    return found


def count_all(people: PeopleFile, mode: Mode = Mode.ACTUAL) -> Counts:
    """The numbers of groups whose owners agreed to it, for the node's officers."""
    numbers = dict.fromkeys((*STATES, "none"), 0)
    groups: set[str] = set()
    for group_id, member, sealed in store.counted(people, int(mode), now()):
        groups.add(group_id)
        answer = _read(people, member, sealed, 0)
        numbers[answer.state if answer else "none"] += 1
    return Counts(len(groups), sum(numbers.values()), numbers)


def _told(people: PeopleFile, held: Group) -> tuple[Told, ...]:
    return tuple(
        Told(id, name_of(people, id, name), _read(people, id, body, at or 0), bool(owner))
        for id, _, name, owner, body, at in store.answers(people, held.id, now())
        if held.visible or id == held.member
    )


def _read(people: PeopleFile, member: str, sealed: bytes | None, at: int) -> Answer | None:
    if sealed is None:
        return None
    body: _Body = decoder(_Body).decode(people.vault.open(sealed, f"safety_answers/{member}"))
    return Answer(body.state, body.place, body.note, at)


_HONORIFICS = re.compile(r"(さん|くん|ちゃん|さま|様|君|氏|先生|せんせい)$")


def plain_name(name: str) -> str:
    """A name as it is compared."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"[\s・]", "", text)
    return _HONORIFICS.sub("", text) or text


def same_name(wanted: str, name: str) -> bool:
    """花子 asks for 山田花子, and 山田花子 for 花子; one letter alone only for itself."""
    if wanted == name:
        return bool(wanted)
    short, long = sorted((wanted, name), key=len)
    return len(short) >= 2 and short in long
