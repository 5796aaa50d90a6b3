"""All that is kept of one person, told to them whole, and erased whole."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import msgspec

from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR
from noroshi.core.record import Action, Mode
from noroshi.core.time import FOREVER, show
from noroshi.engine.directory import UNNAMED
from noroshi.engine.node import Node
from noroshi.engine.recalls import recall
from noroshi.kinds.resident_report import REPORT, WORDS
from noroshi.store import sendings
from noroshi.store import sql_people as sql
from noroshi.store.filed import Filed
from noroshi.store.people import Contact, PeopleFile

#: Columns that hold times (microseconds), by their names.
_TIMES = {
    "created", "used", "changed", "expires", "at", "joined", "since", "next_try", "first_try",
    "deadline",
}  # fmt: skip


def export(node: Node, contact: Contact) -> dict[str, Any]:
    """All that this node keeps of a person, readable: by table, what was sealed opened, times as
    RFC 3339, hashes left out; and what they reported, with their words."""
    return {**told(node.people, contact), "reports": list(_reports(node, contact))}


def told(people: PeopleFile, contact: Contact) -> dict[str, list[dict[str, Any]]]:
    """What the file of people holds of a contact, by table."""
    found = {
        table: [_opened(people, table, row) for row in rows]
        for table, rows in people.told(contact).items()
    }
    for member in found.get("safety_members", []):
        member["group_name"] = _group_name(people, member["safety_group"])
    said = sendings.said_to(people, contact.id)
    for sent in found.get("sendings", []):
        sent["said"] = said[sent["key"]]
        del sent["own"]
    return found


def erase(node: Node, contact: Contact) -> int:
    """Erase a person: their contact with all that hangs on it, and the words and pictures of their
    reports, here and at every peer that has them. What they reported stays, without saying who did.
    Returns how many messages went."""
    gone = 0
    org = node.settings.node.organisation or UNNAMED
    for filed in node.people.all(Filed, contact=contact.id):
        for id in _messages(node, filed.key, Mode(filed.mode)):
            try:
                recall(node.store, node.settings, org, id, "erased at the person's wish",
                       erase=True)  # fmt: skip
            except NotFound:
                continue
            gone += 1
    node.people.erase(contact)
    if gone:
        node.changed({WORDS})
    return gone


def _opened(people: PeopleFile, table: str, row: dict[str, Any]) -> dict[str, Any]:
    named, sealed = sql.SEALED.get(table, (("id",), ()))
    left_out = sql.HASHED.get(table, ())
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in left_out:
            continue
        if name in sealed:
            where = "/".join([table, *(_part(row[one]) for one in named)])
            value = None if value is None else _read(people.vault.open(value, where))
        elif name in _TIMES and isinstance(value, int):
            value = show(value)
        found[name] = value
    return found


def _part(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _read(plain: bytes) -> Any:
    try:
        return msgspec.json.decode(plain)
    except msgspec.DecodeError:
        pass
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(plain).decode()}


def _group_name(people: PeopleFile, id: str) -> str:
    from noroshi.store.safety import GroupRow

    row = people.get(GroupRow, id=id)
    if row is None:
        return ""
    opened: dict[str, str] = msgspec.json.decode(people.vault.open(row.body, f"safety_groups/{id}"))
    return opened["name"]


def _reports(node: Node, contact: Contact) -> Iterator[dict[str, Any]]:
    """What somebody reported, each report with their words and picture, as last said."""
    for filed in node.people.all(Filed, contact=contact.id):
        mode = Mode(filed.mode)
        found: dict[str, Any] = {"key": filed.key, "mode": mode.name.lower()}
        for kind in (REPORT, WORDS):
            said = node.store.history(kind, filed.key, OPERATOR, FOREVER, mode)
            newest = max(said, key=lambda one: (one.issued, one.id), default=None)
            if newest is not None and newest.action is not Action.CANCEL:
                found |= {"issued": show(newest.issued), kind: newest.fields()}
        yield found


def _messages(node: Node, key: str, mode: Mode) -> list[str]:
    versions = node.store.history(WORDS, key, OPERATOR, FOREVER, mode)
    return list(dict.fromkeys(one.message for one in versions if one.message))
