"""Roles: what somebody may do. What they may see is for labels alone to say."""

from __future__ import annotations

import getpass
from enum import IntEnum, StrEnum
from types import MappingProxyType

import msgspec

from noroshi.core.errors import NotPermitted


class Role(IntEnum):
    """What somebody is in an organisation. Each may do what those before it may."""

    NOBODY = 0
    VIEWER = 1
    REPORTER = 2
    EDITOR = 3
    LIAISON = 4
    OPERATOR = 5


#: Names of the roles that are given, in Japanese.
ROLES_JA = {
    Role.VIEWER: "閲覧者", Role.REPORTER: "報告者", Role.EDITOR: "編集者",
    Role.LIAISON: "連絡調整員", Role.OPERATOR: "運用者",
}  # fmt: skip


class What(StrEnum):
    """Something that is done to a node."""

    READ = "read"
    CREATE = "create"
    SEND = "send"
    RECALL = "recall"
    RELABEL = "relabel"
    SHARE = "share"
    SUBSCRIBE = "subscribe"
    ISSUE = "issue"
    DIRECTORY = "directory"
    LABELS = "labels"
    PEERS = "peers"
    KEYS = "keys"
    AUDIT = "audit"


#: The least role that each thing needs.
NEEDS = MappingProxyType({
    What.READ: Role.NOBODY,
    What.CREATE: Role.REPORTER,
    What.SEND: Role.EDITOR,
    # What one's own organisation sent, and nobody else's.
    What.RECALL: Role.LIAISON,
    What.RELABEL: Role.LIAISON,
    What.SHARE: Role.LIAISON,
    What.SUBSCRIBE: Role.LIAISON,
    # Alerts to the public, in the node's own organisation alone.
    What.ISSUE: Role.LIAISON,
    What.DIRECTORY: Role.OPERATOR,
    What.LABELS: Role.OPERATOR,
    What.PEERS: Role.OPERATOR,
    What.KEYS: Role.OPERATOR,
    What.AUDIT: Role.OPERATOR,
})  # fmt: skip


class Actor(msgspec.Struct, frozen=True):
    """Who does something, as the audit log names them, and their role."""

    name: str
    role: Role


def may(role: Role, what: What) -> bool:
    """True if who has `role` may do `what`. A role never widens what labels let one read."""
    return role >= NEEDS[what]


def demand(actor: Actor, what: What) -> None:
    """Raises NotPermitted where the actor's role does not allow `what`."""
    if not may(actor.role, what):
        raise NotPermitted(
            f"{what} needs the role {NEEDS[what].name.lower()}",
            remedy="an operator gives roles: noroshi person role",
        )


def role_named(text: str) -> Role:
    """The role called so. Raises ValueError."""
    found = Role.__members__.get(text.upper())
    if found is None or found is Role.NOBODY:
        names = ", ".join(one.name.lower() for one in ROLES_JA)
        raise ValueError(f"{text!r} is not a role: {names}")
    return found


def local_operator() -> Actor:
    """Whoever runs a command on the node's own machine and can write its home."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Actor(f"local:{name}", Role.OPERATOR)
