"""The directory: organisations, people, devices and groups, and the rules for changing them.

Every operation says who acts, demands the role it needs, and is written into the audit log in the
same transaction. What it takes are structs that refuse unknown fields, so that a request can never
set what it was not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import Principal
from noroshi.core.time import now, show
from noroshi.engine.accounts import (
    NewPerson,
    PersonChanges,
    check_id,
    checked,
    given,
    told,
    written,
)
from noroshi.engine.roles import Actor, Role, What, demand
from noroshi.store.audit import AuditLog
from noroshi.store.directory import (
    Device,
    DirectoryFile,
    Gone,
    Group,
    Grouped,
    Membership,
    Organisation,
    Person,
    Session,
)
from noroshi.store.rows_file import Row

#: The node's own organisation, before `[node] organisation` names it.
UNNAMED = "own"


class Directory:
    """The directory of the node in `home`, whose own organisation is `own`.

    `file` and `audit` are for what else is kept with it: logins, tokens.
    """

    def __init__(self, home: Path, own: str = "") -> None:
        self.own = own or UNNAMED
        self.file = DirectoryFile(home)
        self.audit = AuditLog(self.file)

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    @property
    def generation(self) -> int:
        """Rises with every change of who may see what, in any process."""
        return self.file.generation

    @contextmanager
    def doing(
        self, actor: Actor, action: str, target: str, what: What | None = What.DIRECTORY,
        details: Mapping[str, object] | None = None, **more: object,
    ) -> Iterator[None]:  # fmt: skip
        """A change, kept together with its audit entry, or not at all. It may not leave a node
        that has an operator without one. `what` is demanded of the actor (None: the caller has
        looked). A refusal is audited too."""
        if what is not None:
            self.permit(actor, what, action, target)
        try:
            with self.file.changing():
                had = self._operators()
                yield
                if had and not self._operators():
                    raise NotPermitted(
                        "the last operator of the node cannot be removed", where=target,
                        remedy="make another person operator first",
                    )  # fmt: skip
                self.audit.append(actor.name, action, target, {**(details or {}), **more})
        except NotPermitted as refusal:
            self._refused(actor, action, target, refusal)
            raise

    def permit(self, actor: Actor, what: What, action: str, target: str) -> None:
        """Raises NotPermitted where the actor's role does not allow `what`, and audits that they
        tried `action` on `target`."""
        try:
            demand(actor, what)
        except NotPermitted as refusal:
            self._refused(actor, action, target, refusal)
            raise

    def _refused(self, actor: Actor, action: str, target: str, refusal: NotPermitted) -> None:
        self.audit.append(
            actor.name, "refused", target[:200], {"action": action, "why": refusal.what}
        )

    def _operators(self) -> set[str]:
        """Persons who are operators for good."""
        found = self.file.all(Membership, organisation=self.own, role=int(Role.OPERATOR))
        people = (self.file.get(Person, id=one.person) for one in found)
        return {one.id for one in people if one and not one.disabled and one.until is None}

    def _is_new(self, atom: str, held: Row | None) -> None:
        if held is not None:
            raise NoroshiError(f"{atom} is there already", where=atom)
        if self.file.get(Gone, atom=atom):
            raise NoroshiError(
                f"{atom} was removed, and labels may still name it", where=atom,
                remedy="choose another id",
            )  # fmt: skip

    # --- organisations -------------------------------------------------------------------------

    def organisations(self) -> list[Organisation]:
        """Every organisation."""
        return self.file.all(Organisation)

    def organisation(self, id: str) -> Organisation:
        """An organisation. Raises NotFound."""
        return _found(self.file.get(Organisation, id=id), f"org:{id}")

    def add_organisation(
        self, actor: Actor, id: str, name: str, *, name_ja: str = "", contact: str = ""
    ) -> Organisation:
        """Add an organisation."""
        check_id(id)
        made = Organisation(id, written("name", name), written("name_ja", name_ja, least=0),
                            written("contact", contact, least=0), now())  # fmt: skip
        with self.doing(actor, "organisation.add", f"org:{id}", name=name):
            self._is_new(f"org:{id}", self.file.get(Organisation, id=id))
            self.file.add(made)
        return made

    def change_organisation(
        self, actor: Actor, id: str, *, name: str | None = None, name_ja: str | None = None,
        contact: str | None = None,
    ) -> Organisation:  # fmt: skip
        """Change what is given. Raises NotFound."""
        wanted = {"name": name, "name_ja": name_ja, "contact": contact}
        changes = {key: written(key, one, least=int(key == "name"))
                   for key, one in wanted.items() if one is not None}  # fmt: skip
        with self.doing(actor, "organisation.change", f"org:{id}", details=changes):
            made = msgspec.structs.replace(self.organisation(id), **changes)
            self.file.put(made)
        return made

    def remove_organisation(self, actor: Actor, id: str) -> None:
        """Remove an organisation with its memberships, devices and tokens, at once."""
        with self.doing(actor, "organisation.remove", f"org:{id}"):
            self.organisation(id)
            self.file.remove(Organisation, id=id)

    # --- people --------------------------------------------------------------------------------

    def people(self) -> list[Person]:
        """Every person."""
        return self.file.all(Person)

    def person(self, id: str) -> Person:
        """A person. Raises NotFound."""
        return _found(self.file.get(Person, id=id), f"person:{id}")

    def find_person(self, name: str) -> Person | None:
        """The person with this id or e-mail address, as they type it to log in."""
        if "@" in name:
            return self.file.get(Person, email=name.strip().casefold())
        return self.file.get(Person, id=name.strip().casefold())

    def person_of(self, issuer: str, subject: str) -> Person | None:
        """The person whom an OpenID provider calls so."""
        return self.file.get(Person, issuer=issuer, subject=subject)

    def add_person(self, actor: Actor, new: NewPerson) -> Person:
        """Add a person, without any membership."""
        check_id(new.id)
        made = checked(Person(**msgspec.structs.asdict(new), created=now()))
        if made.until is not None and made.until <= now():
            raise NoroshiError("this account would end before it began", where="until")
        said = {key: one for key, one in msgspec.structs.asdict(new).items() if one and key != "id"}
        with self.doing(actor, "person.add", f"person:{new.id}", details=told(said)):
            self._is_new(f"person:{new.id}", self.file.get(Person, id=new.id))
            self._is_unique(made)
            self.file.add(made)
        return made

    def change_person(self, actor: Actor, id: str, changes: PersonChanges) -> Person:
        """Change what is given; who is disabled is logged out at once. Raises NotFound."""
        new = given(changes)
        with self.doing(actor, "person.change", f"person:{id}", details=told(new)):
            made = checked(msgspec.structs.replace(self.person(id), **new))
            self._is_unique(made)
            self.file.put(made)
            if made.disabled:
                self.file.remove(Session, person=id)
        return made

    def remove_person(self, actor: Actor, id: str) -> None:
        """Remove a person with everything that is theirs: sessions and tokens end at once."""
        with self.doing(actor, "person.remove", f"person:{id}"):
            self.person(id)
            self.file.remove(Person, id=id)

    def _is_unique(self, person: Person) -> None:
        same = []
        if person.email is not None:
            same.append(self.file.get(Person, email=person.email))
        if person.subject is not None:
            same.append(self.file.get(Person, issuer=person.issuer, subject=person.subject))
        if any(one is not None and one.id != person.id for one in same):
            raise NoroshiError("another person has this address or subject", where=person.id)

    # --- roles ---------------------------------------------------------------------------------

    def memberships(self, *, person: str = "", organisation: str = "") -> list[Membership]:
        """Memberships of a person, of an organisation, or all."""
        asked = {"person": person, "organisation": organisation}
        return self.file.all(Membership, **{key: one for key, one in asked.items() if one})

    def set_role(self, actor: Actor, person: str, organisation: str, role: Role) -> None:
        """Make a person a member of an organisation with a role; NOBODY ends it. Operators are of
        the node's own organisation alone. Raises NotFound."""
        role = Role(role)
        with self.doing(
            actor, "person.role", f"person:{person}", organisation=organisation,
            role=role.name.lower(),
        ):  # fmt: skip
            self.person(person)
            self.organisation(organisation)
            if role is Role.OPERATOR and organisation != self.own:
                raise NotPermitted(f"operators of this node belong to {self.own}")
            if role is Role.NOBODY:
                self.file.remove(Membership, person=person, organisation=organisation)
            else:
                self.file.put(Membership(person, organisation, int(role)))

    def standing(self, person: str) -> tuple[Role, str]:
        """The highest role of a person, and the organisation in which they have it (the node's own
        before others, else by name). Nobody's: NOBODY and ""."""
        found = [(self._capped(one), one.organisation == self.own, one.organisation)
                 for one in self.memberships(person=person)]  # fmt: skip
        if not found:
            return Role.NOBODY, ""
        role, _, organisation = min(found, key=lambda one: (-one[0], not one[1], one[2]))
        return role, organisation

    def role_in(self, person: str, organisation: str) -> Role:
        """What a person is in an organisation."""
        found = self.file.get(Membership, person=person, organisation=organisation)
        return Role.NOBODY if found is None else self._capped(found)

    def _capped(self, one: Membership) -> Role:
        """The node's own organisation may have changed since the role was given."""
        most = Role.OPERATOR if one.organisation == self.own else Role.LIAISON
        return Role(min(one.role, most))

    # --- devices and groups --------------------------------------------------------------------

    def devices(self) -> list[Device]:
        """Every device."""
        return self.file.all(Device)

    def add_device(self, actor: Actor, id: str, organisation: str, name: str = "") -> Device:
        """Add a device of an organisation. Raises NotFound."""
        check_id(id)
        made = Device(id, organisation, written("name", name or id), now())
        with self.doing(actor, "device.add", f"device:{id}", organisation=organisation):
            self.organisation(organisation)
            self._is_new(f"device:{id}", self.file.get(Device, id=id))
            self.file.add(made)
        return made

    def remove_device(self, actor: Actor, id: str) -> None:
        """Remove a device; its tokens end at once. Raises NotFound."""
        with self.doing(actor, "device.remove", f"device:{id}"):
            _found(self.file.get(Device, id=id), f"device:{id}")
            self.file.remove(Device, id=id)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Every group, and its members as atoms."""
        return {one.name: self._members(one.name) for one in self.file.all(Group)}

    def _members(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(one.member for one in self.file.all(Grouped, name=name)))

    def set_group(
        self, actor: Actor, name: str, members: tuple[str, ...], *, title: str = "",
        title_ja: str = "",
    ) -> None:  # fmt: skip
        """Say who is in a group: atoms `org:ID` and `person:ID`, all of them. Raises NotFound."""
        check_id(name)
        row = Group(name, written("title", title, least=0), written("title_ja", title_ja, least=0))
        wanted = tuple(sorted(set(members)))
        with self.doing(actor, "group.set", f"group:{name}", members=wanted,
                        before=self._members(name)):  # fmt: skip
            for one in wanted:
                kind, _, id = one.partition(":")
                if kind not in ("org", "person"):
                    raise NoroshiError(f"{one!r} is not org:ID or person:ID", where=f"group:{name}")
                self.organisation(id) if kind == "org" else self.person(id)
            self.file.put(row)
            self.file.remove(Grouped, name=name)
            for one in wanted:
                self.file.add(Grouped(name, one))

    def remove_group(self, actor: Actor, name: str) -> None:
        """Remove a group. Raises NotFound."""
        with self.doing(actor, "group.remove", f"group:{name}", before=self._members(name)):
            _found(self.file.get(Group, name=name), f"group:{name}")
            self.file.remove(Group, name=name)

    # --- who somebody is to labels -------------------------------------------------------------

    def principal(self, holder: str) -> Principal:
        """Who `person:ID`, `device:ID` or `org:ID` is to labels: its organisations, the groups that
        hold it or one of them, itself if a person, and `own` if of the node's own organisation.

        Raises NotPermitted where there is none, or it is disabled or its time is over.
        """
        with self.file.reading():
            kind, _, id = holder.partition(":")
            if kind == "person":
                return self._person_principal(id)
            if kind == "device":
                device = self.file.get(Device, id=id)
                organisation = device and device.organisation
            else:
                organisation = id if kind == "org" and self.file.get(Organisation, id=id) else None
            if organisation is None:
                raise NotPermitted(f"{holder} is not known here")
            return Principal(holder, self._atoms({f"org:{organisation}"}))

    def _person_principal(self, id: str) -> Principal:
        person = self.file.get(Person, id=id)
        if person is None or person.disabled:
            raise NotPermitted("this account is not known, or is disabled")
        if person.until is not None and person.until <= now():
            raise NotPermitted(f"this account ended at {show(person.until)}")
        member = {f"org:{one.organisation}" for one in self.memberships(person=id)}
        return Principal(
            f"person:{id}", self._atoms({f"person:{id}", *member}), person.clearance,
            frozenset(person.compartments), frozenset(person.purposes),
        )  # fmt: skip

    def _atoms(self, members: set[str]) -> frozenset[str]:
        found = set(members)
        for member in members:
            found.update(f"group:{one.name}" for one in self.file.all(Grouped, member=member))
        if f"org:{self.own}" in members:
            found.add("own")
        return frozenset(found)


R = TypeVar("R")


def _found(row: R | None, atom: str) -> R:
    if row is None:
        raise NotFound(f"there is no {atom}")
    return row
