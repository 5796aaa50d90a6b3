"""What may be said of an organisation, a person, a device or a group, and in which written form."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from noroshi.core.errors import NoroshiError
from noroshi.core.label import CLEARANCES
from noroshi.core.time import show
from noroshi.engine.settings import DRILL
from noroshi.store.directory import Person

#: What an organisation, person, device or group is called.
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


class NewPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person to add. `until` (microseconds): a temporary account, for an `incident`."""

    id: str
    name: str
    email: str | None = None
    clearance: int = 0
    compartments: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    until: int | None = None
    incident: str = ""
    issuer: str | None = None
    subject: str | None = None


class PersonChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a person; what is not given stays."""

    name: str | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    clearance: int | UnsetType = UNSET
    compartments: tuple[str, ...] | UnsetType = UNSET
    purposes: tuple[str, ...] | UnsetType = UNSET
    until: int | UnsetType | None = UNSET
    incident: str | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    issuer: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET


def given(changes: PersonChanges) -> dict[str, Any]:
    """What is to change."""
    found = msgspec.structs.asdict(changes)
    return {key: one for key, one in found.items() if one is not UNSET}


def told(found: dict[str, Any]) -> dict[str, Any]:
    """What the audit log says of a person. Addresses and outside names are personal data, which
    the log could never erase: it says only whether there is one."""
    told = dict(found)
    for key in ("email", "issuer", "subject"):
        if key in told:
            told[key] = told[key] is not None
    if "until" in told:
        told["until"] = show(told["until"])
    return told


def check_id(id: str) -> None:
    """Raises NoroshiError for what cannot be an id."""
    if id == DRILL:
        raise NoroshiError(f"{id!r} is the source of exercises", where="id", remedy="another id")
    if not ID.fullmatch(id):
        raise NoroshiError(
            f"{id!r} cannot be an id", where="id",
            remedy="1 to 64 of a-z, 0-9, dot, dash and underscore, the first a letter or digit",
        )  # fmt: skip


def written(field: str, text: str, *, least: int = 1) -> str:
    """`text`, if it may stand in a field. Raises NoroshiError."""
    if not least <= len(text) <= 200 or not text.isprintable() or text != text.strip():
        raise NoroshiError(f"{least} to 200 printable characters", where=field)
    return text


def checked(person: Person) -> Person:
    """A person in the one written form. Raises NoroshiError."""
    written("name", person.name)
    written("incident", person.incident, least=0)
    email = None if not person.email else person.email.strip().casefold()
    if email is not None and not (_EMAIL.fullmatch(email) and email.isprintable()):
        raise NoroshiError(f"{email!r} is not an e-mail address", where="email")
    if not 0 <= person.clearance <= CLEARANCES:
        raise NoroshiError(f"clearance is 0 to {CLEARANCES}", where="clearance")
    for field in ("compartments", "purposes"):
        for word in getattr(person, field):
            if not _WORD.fullmatch(word):
                raise NoroshiError(f"{word!r} is not a word in lower case", where=field)
    if person.until is not None and not 0 <= person.until < 2**53:
        raise NoroshiError("the end of the account is out of range", where="until")
    if (person.issuer is None) != (person.subject is None):
        raise NoroshiError("issuer and subject go together", where="subject")
    for text in (person.issuer, person.subject):
        if text is not None:
            written("subject", text)
    return msgspec.structs.replace(
        person, email=email, compartments=tuple(sorted(set(person.compartments))),
        purposes=tuple(sorted(set(person.purposes))),
    )  # fmt: skip
