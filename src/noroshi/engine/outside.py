"""People whom an OpenID provider vouches for: who they are here, and what its groups make them.

A person is known by issuer and subject alone. An e-mail address or a user name, which a provider
may give to another person, never leads to an account (OpenID Connect Core 1.0 §5.7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from noroshi.core.errors import NotPermitted
from noroshi.engine.accounts import NewPerson
from noroshi.engine.directory import Directory
from noroshi.engine.roles import Actor, Role
from noroshi.engine.settings import Provider
from noroshi.store.directory import Group, Person


class Unknown(NotPermitted):
    """The provider vouches for somebody who has no account here."""


def admit(directory: Directory, provider: Provider, claims: Mapping[str, Any]) -> Person:
    """The person whom verified claims speak of: added first where the settings say so, and a
    member of what `members` in the settings gives for their groups, no more and no less.

    Raises Unknown, and NotFound where the settings name an organisation that is not there.
    """
    issuer, subject = provider.issuer, str(claims["sub"])
    # To the audit log it is the provider who does this, within what the settings allow it.
    actor = Actor(f"oidc:{provider.name}", Role.OPERATOR)
    with directory.file.changing():
        person = directory.person_of(issuer, subject)
        if person is None:
            if not provider.create:
                raise Unknown("there is no account here for this person",
                              remedy="an operator links it: noroshi person link")  # fmt: skip
            person = directory.add_person(actor, _new(directory, provider, claims))
            directory.set_role(actor, person.id, provider.organisation, Role.VIEWER)
        _follow_groups(directory, provider, actor, person.id, groups(provider, claims))
        return person


def groups(provider: Provider, claims: Mapping[str, Any]) -> set[str]:
    """What the provider says that somebody belongs to; anything but text is left out."""
    found = claims.get(provider.groups_claim)
    values = found if isinstance(found, list) else [found]
    return {one for one in values if isinstance(one, str)}


def _new(directory: Directory, provider: Provider, claims: Mapping[str, Any]) -> NewPerson:
    subject = str(claims["sub"])
    name = next(
        (one for key in ("name", "preferred_username") if (one := _text(claims.get(key)))), "—"
    )
    email = _text(claims.get("email")).casefold() or None
    if claims.get("email_verified") is not True or (email and directory.find_person(email)):
        email = None
    digest = hashlib.sha256(f"{provider.issuer}\0{subject}".encode()).hexdigest()
    return NewPerson(f"{provider.name[:40]}-{digest[:12]}", name, email,
                     issuer=provider.issuer, subject=subject)  # fmt: skip


def _text(value: object) -> str:
    text = value.strip()[:200].strip() if isinstance(value, str) else ""
    return text if text.isprintable() else ""


def _follow_groups(
    directory: Directory, provider: Provider, actor: Actor, person: str, held: set[str]
) -> None:
    """Only what the settings name, only as viewer: roles that were given here stay."""
    for target in sorted(set(provider.members.values())):
        wanted = any(one in held and to == target for one, to in provider.members.items())
        kind, _, id = target.partition(":")
        if kind == "org":
            role = directory.role_in(person, id)
            if wanted and role is Role.NOBODY:
                directory.set_role(actor, person, id, Role.VIEWER)
            elif not wanted and role is Role.VIEWER and id != _home(provider):
                directory.set_role(actor, person, id, Role.NOBODY)
            continue
        atom, members = f"person:{person}", directory.groups().get(id, ())
        if wanted != (atom in members):
            kept = directory.file.get(Group, name=id) or Group(id)
            new = {*members, atom} if wanted else {*members} - {atom}
            directory.set_group(actor, id, tuple(new), title=kept.title, title_ja=kept.title_ja)


def _home(provider: Provider) -> str:
    """The organisation of all who were created."""
    return provider.organisation if provider.create else ""
