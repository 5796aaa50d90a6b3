"""Groups of the safety check: founded, joined by a secret, left, ended.

Nobody outside learns that a group exists: what is not one's own and what is not there are refused
by the same words, a wrong secret and one of long ago alike.
"""

from __future__ import annotations

import secrets

import msgspec

from noroshi.channels.subscribers.limits import CODES, CODES_FROM, spend
from noroshi.channels.subscribers.subscribing import plain_code
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.core.typed import decoder
from noroshi.store import safety as store
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.safety import GroupRow, MemberRow

SORTS = ("household", "organisation", "school")
SEEN_BY = ("members", "owner")
#: Members of a group, groups of a contact, characters of a name.
MOST_MEMBERS, MOST_GROUPS, LONGEST = 5_000, 20, 40
#: Answers, and a group for one event, end so long after they were last used; a group that is to
#: last, after so long without use.
KEEP, LASTS = 30 * DAY, 400 * DAY
#: Without letters and digits that are taken for each other (Crockford's base 32): 80 bits.
_LETTERS, _CODE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16


class _Body(msgspec.Struct, frozen=True):
    """What of a group is sealed."""

    name: str
    code: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group as one of its members sees it. `member` is their own id in it, `called` their name;
    `code` (ABCD-EFGH-…) is empty for all but its owners."""

    id: str
    name: str
    sort: str
    mode: Mode
    seen_by: str
    counted: bool
    lasting: bool
    expires: int
    member: str
    called: str
    owner: bool
    code: str = ""

    @property
    def visible(self) -> bool:
        """True if this member sees what the others answered."""
        return self.owner or self.seen_by == "members"


def found(
    people: PeopleFile, contact: Contact, name: str, called: str, sort: str = "household", *,
    seen_by: str = "members", counted: bool = False, lasting: bool = False,
    mode: Mode = Mode.ACTUAL, keep: int = KEEP,
) -> Group:  # fmt: skip
    """A new group, owned by who founds it, under the name `called`. `keep`: how long after an
    event it is kept (microseconds). Raises NoroshiError for what cannot be."""
    name, called = _name(name, "name"), _name(called, "called")
    for value, known in ((sort, SORTS), (seen_by, SEEN_BY)):
        if value not in known:
            raise NoroshiError(f"{value!r} is none of {', '.join(known)}", where="sort")
    time, id, code = now(), secrets.token_urlsafe(12), _code()
    lasts = LASTS if lasting else keep
    row = GroupRow(
        id, int(mode), sort, _seal(people, id, _Body(name, code)), _invite(people, code), seen_by,
        counted, keep, lasts, time, time + lasts,
    )  # fmt: skip
    with people.changing():
        people.add(row)
        _enter(people, contact, row, called, owner=True)
    return group(people, contact, id, mode)


def join(
    people: PeopleFile, contact: Contact, code: str, called: str, mode: Mode = Mode.ACTUAL, *,
    sender: str = "",
) -> Group:  # fmt: skip
    """Enter the group of an invitation under the name `called` (again: under another name).
    `sender`: the network the request is from. Raises NotFound for a code that is none, TooOften
    where too many were tried, NoroshiError where the group or the contact has enough."""
    called = _name(called, "called")
    row = _invited(people, contact, code, mode, sender)
    with people.changing():
        held = people.get(MemberRow, safety_group=row.id, contact=contact.id)
        if held is None:
            if store.count_members(people, row.id) >= MOST_MEMBERS:
                raise NoroshiError(f"the group has {MOST_MEMBERS} members", where="group")
            _enter(people, contact, row, called, owner=False)
        else:
            people.put(msgspec.structs.replace(held, name=_seal_name(people, held.id, called)))
    return group(people, contact, row.id, mode)


def invited(
    people: PeopleFile, contact: Contact, code: str, mode: Mode = Mode.ACTUAL, *, sender: str = ""
) -> str:
    """The name of the group that a code invites to, for who is about to join. As `join`."""
    return _body(people, _invited(people, contact, code, mode, sender)).name


def groups_of(people: PeopleFile, contact: Contact, mode: Mode = Mode.ACTUAL) -> list[Group]:
    """The groups of a contact in a mode, oldest first."""
    time, got = now(), []
    for member in people.all(MemberRow, contact=contact.id):
        row = people.get(GroupRow, id=member.safety_group, mode=int(mode))
        if row is not None and row.expires > time:
            got.append(_shown(people, row, member))
    return got


def group(people: PeopleFile, contact: Contact, id: str, mode: Mode = Mode.ACTUAL) -> Group:
    """A group of a contact. Raises NotFound for one that they are not in, or that is not there."""
    member = people.get(MemberRow, safety_group=id, contact=contact.id)
    row = people.get(GroupRow, id=id, mode=int(mode))
    if member is None or row is None or row.expires <= now():
        raise NotFound("you are in no such group", remedy="ask for a new invitation")
    return _shown(people, row, member)


def change(
    people: PeopleFile, contact: Contact, id: str, mode: Mode = Mode.ACTUAL, *,
    seen_by: str | None = None, counted: bool | None = None, new_code: bool = False,
) -> Group:  # fmt: skip
    """Change who sees answers, whether numbers are counted, or the invitation (the old one ends).
    Raises NotFound, NotPermitted."""
    own(people, contact, id, mode)
    with people.changing():
        row = people.get(GroupRow, id=id)
        assert row is not None
        if seen_by is not None:
            if seen_by not in SEEN_BY:
                raise NoroshiError(f"{seen_by!r} is none of {', '.join(SEEN_BY)}", where="seen_by")
            row = msgspec.structs.replace(row, seen_by=seen_by)
        if counted is not None:
            row = msgspec.structs.replace(row, counted=counted)
        if new_code:
            body = _Body(_body(people, row).name, _code())
            row = msgspec.structs.replace(row, body=_seal(people, id, body),
                                          invite=_invite(people, body.code))  # fmt: skip
        people.put(row)
    return group(people, contact, id, mode)


def leave(people: PeopleFile, contact: Contact, id: str, mode: Mode = Mode.ACTUAL) -> None:
    """Leave a group, with what one answered; who stays longest owns it then, and without members
    it is gone. Raises NotFound."""
    people.remove(MemberRow, id=group(people, contact, id, mode).member)


def remove(
    people: PeopleFile, contact: Contact, id: str, member: str, mode: Mode = Mode.ACTUAL
) -> None:
    """Let an owner take a member out of their group. Raises NotFound, NotPermitted."""
    own(people, contact, id, mode)
    if people.remove(MemberRow, id=member, safety_group=id) == 0:
        raise NotFound("the group has no such member")


def dissolve(people: PeopleFile, contact: Contact, id: str, mode: Mode = Mode.ACTUAL) -> None:
    """End a group, with all answers in it. Raises NotFound, NotPermitted."""
    own(people, contact, id, mode)
    people.remove(GroupRow, id=id)


def ask_anew(people: PeopleFile, contact: Contact, id: str, mode: Mode = Mode.ACTUAL) -> None:
    """Begin a new round: nobody has answered yet. Raises NotFound, NotPermitted."""
    own(people, contact, id, mode)
    store.forget_answers(people, id)


def own(people: PeopleFile, contact: Contact, id: str, mode: Mode = Mode.ACTUAL) -> Group:
    """A group that a contact owns. Raises NotFound; NotPermitted for a member who does not."""
    held = group(people, contact, id, mode)
    if not held.owner:
        raise NotPermitted("only who owns the group may do this", where="group")
    return held


def name_of(people: PeopleFile, member: str, sealed: bytes) -> str:
    """The name of a member."""
    return people.vault.open(sealed, f"safety_members/{member}").decode()


def _enter(
    people: PeopleFile, contact: Contact, row: GroupRow, called: str, *, owner: bool
) -> None:
    if len(people.all(MemberRow, contact=contact.id)) >= MOST_GROUPS:
        raise NoroshiError(f"you are in {MOST_GROUPS} groups", where="group",
                           remedy="leave one first")  # fmt: skip
    id, time = secrets.token_urlsafe(12), now()
    people.add(MemberRow(id, row.id, contact.id, _seal_name(people, id, called), owner, time))
    store.lengthen(people, row.id, time + row.lasts)


def _invited(people: PeopleFile, contact: Contact, code: str, mode: Mode, sender: str) -> GroupRow:
    spend(people, CODES, "safety", contact.id)
    if sender:
        spend(people, CODES_FROM, "safety", sender)
    row = people.get(GroupRow, invite=_invite(people, plain_code(code[:100])), mode=int(mode))
    if row is None or row.expires <= now():
        raise NotFound("no group has this invitation", remedy="ask for a new one")
    return row


def _shown(people: PeopleFile, row: GroupRow, member: MemberRow) -> Group:
    body = _body(people, row)
    parts = [body.code[at : at + 4] for at in range(0, _CODE, 4)]
    return Group(
        id=row.id, name=body.name, sort=row.sort, mode=Mode(row.mode), seen_by=row.seen_by,
        counted=row.counted, lasting=row.lasts > row.keep, expires=row.expires, member=member.id,
        called=name_of(people, member.id, member.name), owner=member.owner,
        code="-".join(parts) if member.owner else "",
    )  # fmt: skip


def _body(people: PeopleFile, row: GroupRow) -> _Body:
    opened = people.vault.open(row.body, f"safety_groups/{row.id}")
    read: _Body = decoder(_Body).decode(opened)
    return read


def _seal(people: PeopleFile, id: str, body: _Body) -> bytes:
    return people.vault.seal(msgspec.json.encode(body), f"safety_groups/{id}")


def _seal_name(people: PeopleFile, id: str, called: str) -> bytes:
    return people.vault.seal(called.encode(), f"safety_members/{id}")


def _invite(people: PeopleFile, code: str) -> bytes:
    return people.vault.blind("invite", code)


def _code() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_CODE))


def _name(text: str, where: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST or not text.isprintable():
        raise NoroshiError(f"a name has 1 to {LONGEST} characters", where=where)
    return text
